/*
 * files.c - the walk of every store that keeps one message a file.
 */
#include "store/driver.h"

mailguard_status mgi_files_begin(mailguard_walk *w, mailguard_error *err)
{
	(void)w;
	(void)err;
	return MAILGUARD_OK;
}

mailguard_status mgi_files_next(mailguard_item *out,
                                mailguard_walk *w,
                                mailguard_error *err)
{
	const mgi_store_file *f;
	mailguard_status st;

	w->tapped = w->torn = false;
	if (w->done)
		w->at++;
	if (w->at >= w->store->count)
		return MAILGUARD_ITEROVER;
	w->done++;
	f = &w->store->files[w->at];
	out->folder = f->folder;
	out->file = f->path;
	out->flags = f->flags;
	st = mgi_walk_file(w, err);
	if (st < 0)
		return st;
	out->size = mgi_file_size(w->file);
	if (!w->tap)
		return MAILGUARD_OK;
	w->tap->begin(w->tap->self);
	w->tapped = true;
	return mgi_walk_show(w, w->tap->feed, 0, out->size, err);
}
