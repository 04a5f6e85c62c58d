/*
 * made.c - folders and files of a salvage, and what an earlier run left.
 *
 * As long as a salvage is under way a file of ours lies in the new folder: who
 * goes on with it must find that file, so that no folder of somebody else's is
 * ever written into.
 */
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"

#define MARK ".mailguard-salvage"

/* One thing made, for undoing. */
typedef struct made {
	struct made *next;
	const char *path;
} made;

static mailguard_status remember(mgi_sink *w,
                                 const char *path,
                                 mailguard_error *err)
{
	made *m;

	if (w->resume)
		return MAILGUARD_OK; /* the next run goes on with it */
	m = mgi_arena_alloc(w->arena, sizeof(*m));
	if (!m)
		return mgi_fail_nomem(err);
	m->path = path;
	m->next = w->made;
	w->made = m;
	return MAILGUARD_OK;
}

mailguard_status mgi_made_folder(mgi_sink *w,
                                 const char *path,
                                 mailguard_error *err)
{
	mailguard_status st;

	if (w->resume && mgi_path_kind(path) == MGI_ENTRY_FOLDER)
		return MAILGUARD_OK;
	st = mgi_folder_make(w->mg, path, err);
	return st < 0 ? st : remember(w, path, err);
}

static const char *mark_path(mgi_sink *w)
{
	return mgi_arena_printf(w->arena, "%s/%s", w->dest, MARK);
}

mailguard_status mgi_made_dest(mgi_sink *w, mailguard_error *err)
{
	bool there = mgi_path_exists(w->dest);
	const char *mark = mark_path(w);
	mailguard_status st;
	mgi_out *o;

	if (!mark)
		return mgi_fail_nomem(err);
	if (there && !mgi_path_exists(mark))
		return mgi_fail(err, w->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", w->dest);
	st = mgi_made_folder(w, w->dest, err);
	if (st < 0 || there)
		return st;
	st = mgi_out_open(&o, w->mg, mark, err);
	if (st < 0)
		return st;
	st = mgi_out_commit(o, err);
	return st < 0 ? st : remember(w, mark, err);
}

static void out_put(void *to, mailguard_span bytes)
{
	mgi_out_write(to, bytes);
}

/* Is that file there, and does it say what this message says? */
static bool is_there(mgi_sink *w, const char *path)
{
	char digest[MAILGUARD_DIGEST_SIZE] = "";
	mailguard_message *msg = NULL;
	mailguard_source *src;

	if (!w->resume || mgi_path_kind(path) != MGI_ENTRY_FILE ||
	    mailguard_source_file(&src, w->mg, path, NULL) < 0)
		return false;
	if (mailguard_message_parse(&msg, w->mg, src, NULL) >= 0)
		(void)mailguard_message_digest(digest, msg, NULL);
	mailguard_message_free(msg);
	mailguard_source_free(src);
	return strcmp(digest, w->digest) == 0;
}

mailguard_status mgi_made_file(mgi_sink *w,
                               const char *path,
                               mgi_mail *mail,
                               mailguard_error *err)
{
	mailguard_status st;
	mgi_out *o;

	w->to = path;
	if (is_there(w, path))
		return MAILGUARD_OK;
	st = mgi_out_open(&o, w->mg, path, err);
	if (st < 0)
		return st;
	mgi_out_prove(o);
	st = mgi_mail_drain(mail, out_put, o, err);
	if (st < 0) {
		mgi_out_abandon(o);
		return st;
	}
	st = mgi_out_commit(o, err);
	return st < 0 ? st : remember(w, path, err);
}

mailguard_status mgi_made_finish(mgi_sink *w, mailguard_error *err)
{
	const char *mark = mark_path(w);

	if (!mark)
		return mgi_fail_nomem(err);
	mgi_path_remove(mark);
	return MAILGUARD_OK;
}

/* In the order it was made, backwards, so folders are empty by then. */
void mgi_made_abandon(mgi_sink *w)
{
	const made *m;

	for (m = w->made; m; m = m->next)
		mgi_path_remove(m->path);
}
