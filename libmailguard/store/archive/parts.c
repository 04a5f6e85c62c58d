/*
 * parts.c - which stores lie in an unpacked archive. A Maildir, MH folders and
 * those of Outlook Express are opened as a whole; files of one message are one
 * store a folder; every other file of mail is a store of its own.
 */
#include "store/archive/archive.h"
#include "store/becky/bmf.h"

#include <string.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/os_dir.h"

#define HEAD 4096

typedef struct look {
	mgi_archive *to;
	mailguard *mg;
	mailguard_error *err;
} look;

/* A folder being looked at. */
typedef struct place {
	const char *path;   /* of this system */
	const char *folder; /* below the archive's top; "" */
	unsigned deep;
	bool has_mh, has_dbx; /* a store from here or above holds them */
} place;

static mailguard_status part_add(look *l,
                                 mailguard_store *s,
                                 const char *folder)
{
	mgi_archive *a = l->to;

	if (a->count == a->room) {
		size_t room = a->room ? a->room * 2 : 16;
		mgi_archive_part *at =
			mgi_arena_array(a->arena, room, sizeof(*at));

		if (!at) {
			mailguard_store_free(s);
			return mgi_fail_nomem(l->err);
		}
		if (a->count)
			memcpy(at, a->parts, a->count * sizeof(*at));
		a->parts = at;
		a->room = room;
	}
	a->parts[a->count].store = s;
	a->parts[a->count++].folder = folder;
	return MAILGUARD_OK;
}

/* A whole folder, or a file that is a store. */
static mailguard_status part_open(look *l, const char *path, const char *folder)
{
	mailguard_error own;
	mailguard_store *s;
	mailguard_status st = mailguard_store_open(&s, l->mg, path, &own);

	if (st == MAILGUARD_OK)
		return part_add(l, s, folder);
	if (st == MAILGUARD_ENOMEM || st == MAILGUARD_ECANCELLED) {
		if (l->err)
			*l->err = own;
		return st;
	}
	mgi_archive_refuse(l->to, folder, MAILGUARD_SEVERITY_LOSS,
	                   MGI_SAY_ARCHIVE_UNREADABLE);
	return MAILGUARD_OK;
}

/* -- files of one message, in one folder ----------------------------------- */

static const mgi_store_reader *const singles[] = {
	&mgi_store_eml,
	&mgi_store_emlx,
	&mgi_store_msg,
};

#define SINGLES (sizeof(singles) / sizeof(singles[0]))

static mailguard_store *single_new(look *l,
                                   const mgi_store_reader *reader,
                                   const char *path)
{
	mgi_arena *arena = mgi_arena_new(l->mg);
	mailguard_store *s = arena ? mgi_arena_alloc(arena, sizeof(*s)) : NULL;

	if (s)
		s->path = mgi_arena_strdup(arena, path);
	if (!s || !s->path) {
		mgi_arena_free(arena);
		return NULL;
	}
	s->mg = l->mg;
	s->arena = arena;
	s->reader = reader;
	s->folders = 1;
	atomic_init(&s->holders, 1);
	return s;
}

/* Into the store of its kind, which is made with the first file. */
static mailguard_status single_add(look *l,
                                   mailguard_store **of,
                                   const mgi_store_reader *reader,
                                   const place *p,
                                   const char *path)
{
	mgi_store_file f = { path, "", 0, NULL };
	mailguard_status st;

	if (!*of) {
		*of = single_new(l, reader, p->path);
		if (!*of)
			return mgi_fail_nomem(l->err);
		st = part_add(l, *of, p->folder);
		if (st < 0)
			return st;
	}
	return mgi_store_file_add(*of, &f) ? MAILGUARD_OK
	                                   : mgi_fail_nomem(l->err);
}

/* -- one file -------------------------------------------------------------- */

static const char *join(look *l, const char *above, const char *name)
{
	return mgi_arena_printf(l->to->arena, "%s%s%s", above,
	                        above[0] ? "/" : "", name);
}

static mailguard_status sight_of(mgi_store_sight *out,
                                 look *l,
                                 mgi_arena *arena,
                                 const char *path)
{
	mailguard_status st;
	mailguard_span head;
	mgi_file *f;

	st = mgi_file_open(&f, l->mg, path, l->err);
	if (st < 0)
		return st;
	st = mgi_file_window(&head, f, 0, HEAD, l->err);
	if (st >= 0) {
		out->head.data = (unsigned char *)mgi_arena_strndup(
			arena, head.data, head.len);
		out->head.len = out->head.data ? head.len : 0;
		if (!out->head.data)
			st = mgi_fail_nomem(l->err);
	}
	mgi_file_close(f);
	return st;
}

static mailguard_status file_look(look *l,
                                  mailguard_store **of,
                                  const place *p,
                                  const char *name)
{
	mgi_arena *arena = mgi_arena_new(l->mg);
	const char *path =
		arena ? mgi_arena_printf(arena, "%s/%s", p->path, name) : NULL;
	mgi_store_sight sight = { path, name, false, { NULL, 0 }, arena };
	const mgi_store_reader *reader = NULL;
	const char *folder = join(l, p->folder, name);
	mailguard_status st;
	size_t i;

	st = path && folder ? sight_of(&sight, l, arena, path)
	                    : mgi_fail_nomem(l->err);
	if (st >= 0)
		reader = mgi_store_reader_for(&sight);
	for (i = 0; reader && i < SINGLES && singles[i] != reader; i++)
		;
	if (st < 0 || !reader)
		;
	else if (i < SINGLES)
		st = single_add(l, &of[i], reader, p, path);
	else if (reader == &mgi_store_archive)
		mgi_archive_refuse(l->to, folder, MAILGUARD_SEVERITY_WARN,
		                   MGI_SAY_ARCHIVE_NESTED);
	else if (reader == &mgi_store_mbox) /* names its folder itself */
		st = part_open(l, path, p->folder);
	else if (reader == &mgi_store_bmf)
		st = part_open(l, path,
		               mgi_bmf_folder(l->to->arena, p->folder));
	else if (reader != &mgi_store_dbx || !p->has_dbx)
		st = part_open(l, path, folder);
	mgi_arena_free(arena);
	return st;
}

/* -- folders --------------------------------------------------------------- */

/* All of a folder, by one reader. */
static mailguard_status whole_open(look *l,
                                   const mgi_store_reader *reader,
                                   const place *p)
{
	mailguard_store *s = single_new(l, reader, p->path);
	mailguard_status st;

	if (!s)
		return mgi_fail_nomem(l->err);
	s->folders = 0;
	st = reader->open(s, l->err);
	if (st >= 0 && mgi_arena_failed(s->arena))
		st = mgi_fail_nomem(l->err);
	if (st >= 0)
		return part_add(l, s, p->folder);
	mailguard_store_free(s);
	return st;
}

/* Is the folder itself a store? */
static mailguard_status whole_look(look *l, place *p, bool *is_maildir)
{
	mgi_arena *arena = mgi_arena_new(l->mg);
	mgi_store_sight sight = { p->path, "", true, { NULL, 0 }, arena };
	mailguard_status st = MAILGUARD_OK;
	bool mh, dbx;
	const char *list;

	if (!arena)
		return mgi_fail_nomem(l->err);
	list = mgi_arena_printf(arena, "%s/Folders.dbx", p->path);
	*is_maildir = mgi_store_maildir.sniff(&sight) > 0;
	mh = !*is_maildir && !p->has_mh && mgi_store_mh.sniff(&sight) > 0;
	dbx = !*is_maildir && !p->has_dbx && list &&
	      mgi_path_kind(list) == MGI_ENTRY_FILE;
	p->has_mh |= mh;
	p->has_dbx |= dbx;
	mgi_arena_free(arena);
	if (*is_maildir)
		st = whole_open(l, &mgi_store_maildir, p);
	if (st >= 0 && mh)
		st = whole_open(l, &mgi_store_mh, p);
	if (st >= 0 && dbx)
		st = whole_open(l, &mgi_store_dbx, p);
	return st;
}

static bool is_number(const char *name)
{
	return !name[strspn(name, "0123456789")];
}

static mailguard_status files_look(look *l, const place *p, const mgi_dir *dir)
{
	mailguard_store *of[SINGLES] = { NULL };
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < dir->count; i++)
		if (dir->at[i].kind == MGI_ENTRY_FILE &&
		    !(p->has_mh && is_number(dir->at[i].name)))
			st = file_look(l, of, p, dir->at[i].name);
	return st;
}

static mailguard_status folder_look(look *l, place p)
{
	mailguard_status st;
	bool is_maildir;
	mgi_dir dir;
	size_t i;

	st = whole_look(l, &p, &is_maildir);
	if (st < 0 || is_maildir)
		return st;
	st = mgi_dir_read(&dir, l->to->arena, p.path, l->err);
	if (st >= 0)
		st = files_look(l, &p, &dir);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		place below = p;

		if (dir.at[i].kind != MGI_ENTRY_FOLDER ||
		    p.deep == MGI_ARCHIVE_DEPTH)
			continue;
		below.path = mgi_arena_printf(l->to->arena, "%s/%s", p.path,
		                              dir.at[i].name);
		below.folder = join(l, p.folder, dir.at[i].name);
		below.deep++;
		st = below.path && below.folder ? folder_look(l, below)
		                                : mgi_fail_nomem(l->err);
	}
	return st;
}

mailguard_status mgi_archive_find(mgi_archive *a,
                                  mailguard *mg,
                                  mailguard_error *err)
{
	look l = { a, mg, err };
	place top = { a->root, "", 0, false, false };
	mailguard_status st = folder_look(&l, top);

	return st < 0                       ? st
	       : mgi_arena_failed(a->arena) ? mgi_fail_nomem(err)
	                                    : MAILGUARD_OK;
}
