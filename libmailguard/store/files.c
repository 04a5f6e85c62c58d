/*
 * files.c - the walk of every store that keeps one message a file.
 */
#include "store/driver.h"

#include "base/fail.h"
#include "base/os_dir.h"

#define NAMES_DEEP 16

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
	for (; w->tap && w->at < w->store->count; w->at++, w->done++) {
		mgi_resume known;

		st = w->tap->file(w->tap->self, &known, w->at, err);
		if (st >= 0)
			st = mgi_walk_tick(w, err);
		if (st < 0)
			return st;
		if (!known.skip)
			break;
	}
	if (w->at >= w->store->count)
		return MAILGUARD_ITEROVER;
	w->done++;
	f = &w->store->files[w->at];
	out->folder = f->folder;
	out->file = f->path;
	out->flags = f->flags;
	out->keywords = f->keywords ? f->keywords : "";
	st = mgi_walk_file(w, err);
	if (st < 0)
		return st;
	out->size = mgi_file_size(w->file);
	if (w->store->reader->look)
		w->store->reader->look(out, w);
	if (!w->tap)
		return MAILGUARD_OK;
	w->tap->begin(w->tap->self);
	w->tapped = true;
	return mgi_walk_show(w, w->tap->feed, out->offset,
	                     out->offset + out->size, err);
}

/* -- which files there are ------------------------------------------------- */

static bool has(mgi_arena *arena,
                const char *path,
                mgi_files_mine is_mine,
                unsigned depth)
{
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, arena, path, NULL) < 0)
		return false;
	for (i = 0; i < dir.count; i++) {
		const char *below;

		if (dir.at[i].kind == MGI_ENTRY_FILE && is_mine(dir.at[i].name))
			return true;
		if (dir.at[i].kind != MGI_ENTRY_FOLDER || depth ||
		    dir.at[i].name[0] == '.')
			continue;
		below = mgi_arena_printf(arena, "%s/%s", path, dir.at[i].name);
		if (below && has(arena, below, is_mine, depth + 1))
			return true;
	}
	return false;
}

bool mgi_files_has(mgi_arena *arena, const char *path, mgi_files_mine is_mine)
{
	return has(arena, path, is_mine, 0);
}

/* The files of `at` first, so that a folder's lie behind each other. */
static mailguard_status add_each(mailguard_store *s,
                                 mgi_files_mine is_mine,
                                 const mgi_store_file *at,
                                 const mgi_dir *dir)
{
	size_t i;

	for (i = 0; i < dir->count; i++) {
		mgi_store_file f = { NULL, at->folder, 0, NULL };

		if (dir->at[i].kind != MGI_ENTRY_FILE ||
		    !is_mine(dir->at[i].name))
			continue;
		f.path = mgi_arena_printf(s->arena, "%s/%s", at->path,
		                          dir->at[i].name);
		if (!f.path || !mgi_store_file_add(s, &f))
			return MAILGUARD_ENOMEM;
	}
	return MAILGUARD_OK;
}

/* `below`: how deep `at` lies. */
static mailguard_status add(mailguard_store *s,
                            mgi_files_mine is_mine,
                            const mgi_store_file *at,
                            unsigned below,
                            mailguard_error *err)
{
	size_t before = s->count, i;
	mailguard_status st;
	mgi_dir dir;

	st = mgi_dir_read(&dir, s->arena, at->path, err);
	if (st >= 0 && add_each(s, is_mine, at, &dir) < 0)
		return mgi_fail_nomem(err);
	s->folders += s->count > before;
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *name = dir.at[i].name;
		mgi_store_file f = { NULL, NULL, 0, NULL };

		if (dir.at[i].kind != MGI_ENTRY_FOLDER || name[0] == '.' ||
		    below == NAMES_DEEP)
			continue;
		f.path = mgi_arena_printf(s->arena, "%s/%s", at->path, name);
		f.folder = mgi_arena_printf(s->arena, "%s%s%s", at->folder,
		                            at->folder[0] ? "/" : "", name);
		if (!f.path || !f.folder)
			return mgi_fail_nomem(err);
		st = add(s, is_mine, &f, below + 1, err);
	}
	return st;
}

mailguard_status mgi_files_open(mailguard_store *s,
                                mgi_files_mine is_mine,
                                mailguard_error *err)
{
	mgi_store_file top = { s->path, "", 0, NULL };

	if (mgi_path_kind(s->path) == MGI_ENTRY_FOLDER)
		return add(s, is_mine, &top, 0, err);
	(void)mgi_store_file_add(s, &top);
	s->folders = 1;
	return MAILGUARD_OK;
}
