/*
 * store.c - open a store, whatever its kind, and hand the work to a reader.
 */
#include "store/driver.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"

#define HEAD 4096

static const mgi_store_reader *const readers[] = {
	&mgi_store_maildir, &mgi_store_mbox, &mgi_store_eml, &mgi_store_emlx,
	&mgi_store_mh,      &mgi_store_pst,  &mgi_store_msg, &mgi_store_dbx,
	&mgi_store_mbx,     &mgi_store_olm,  &mgi_store_bmf, &mgi_store_archive,
};

const mgi_store_reader *mgi_store_reader_for(const mgi_store_sight *sight)
{
	const mgi_store_reader *best = NULL;
	int most = 0;
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		int sure = readers[i]->sniff(sight);

		if (sure > most) {
			most = sure;
			best = readers[i];
		}
	}
	return best;
}

/* The first bytes of a file, in the arena. */
static mailguard_status head_read(mgi_store_sight *sight, mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(sight->arena);
	mailguard_status st;
	mailguard_span head;
	mgi_file *f;

	st = mgi_file_open(&f, mg, sight->path, err);
	if (st < 0)
		return st;
	st = mgi_file_window(&head, f, 0, HEAD, err);
	if (head.len) {
		st = MAILGUARD_OK;
		sight->head.data = (unsigned char *)mgi_arena_strndup(
			sight->arena, head.data, head.len);
		sight->head.len = sight->head.data ? head.len : 0;
	}
	mgi_file_close(f);
	return st;
}

static mailguard_status reader_find(mailguard_store *s, mailguard_error *err)
{
	mgi_store_sight sight = {
		s->path, strrchr(s->path, '/'), false, { NULL, 0 }, s->arena
	};
	mailguard_status st = MAILGUARD_OK;

	sight.name = sight.name ? sight.name + 1 : s->path;
	sight.is_folder = mgi_path_kind(s->path) == MGI_ENTRY_FOLDER;
	if (!sight.is_folder)
		st = head_read(&sight, err);
	if (st < 0)
		return st;
	s->reader = mgi_store_reader_for(&sight);
	if (mgi_arena_failed(s->arena))
		return mgi_fail_nomem(err);
	if (!s->reader)
		return mgi_fail(err, s->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_STORE_UNKNOWN, "path", s->path);
	st = s->reader->open(s, err);
	if (st >= 0 && mgi_arena_failed(s->arena))
		st = mgi_fail_nomem(err);
	return st;
}

mailguard_status mailguard_store_open(mailguard_store **out,
                                      mailguard *mg,
                                      const char *path,
                                      mailguard_error *err)
{
	mailguard_status st;
	mailguard_store *s;
	mgi_arena *arena;
	char *own;

	*out = NULL;
	if (!mg || !path || !path[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	s = mgi_arena_alloc(arena, sizeof(*s));
	own = mgi_arena_strdup(arena, path);
	if (mgi_arena_failed(arena)) {
		st = mgi_fail_nomem(err);
		goto fail;
	}
	while (strlen(own) > 1 && own[strlen(own) - 1] == '/')
		own[strlen(own) - 1] = '\0';
	s->mg = mg;
	s->arena = arena;
	s->path = own;
	atomic_init(&s->holders, 1);
	st = reader_find(s, err);
	if (st < 0)
		goto fail;
	*out = s;
	return MAILGUARD_OK;
fail:
	if (s && s->reader && s->reader->more)
		s->reader->more->close(s);
	mgi_arena_free(arena);
	return st;
}

mailguard_store *mailguard_store_ref(mailguard_store *s)
{
	atomic_fetch_add_explicit(&s->holders, 1, memory_order_relaxed);
	return s;
}

void mailguard_store_free(mailguard_store *s)
{
	if (!s || atomic_fetch_sub_explicit(&s->holders, 1,
	                                    memory_order_acq_rel) != 1)
		return;
	if (s->reader->more)
		s->reader->more->close(s);
	mgi_arena_free(s->arena);
}

const char *mailguard_store_format(const mailguard_store *s)
{
	return s->reader->more ? s->reader->more->format(s) : s->reader->name;
}

const char *mailguard_store_path(const mailguard_store *s)
{
	return s->path;
}

bool mgi_store_file_add(mailguard_store *s, const mgi_store_file *f)
{
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 16;
		mgi_store_file *at =
			mgi_arena_array(s->arena, room, sizeof(*at));

		if (!at)
			return false;
		if (s->count)
			memcpy(at, s->files, s->count * sizeof(*at));
		s->files = at;
		s->room = room;
	}
	s->files[s->count] = *f;
	s->files[s->count].path = mgi_arena_strdup(s->arena, f->path);
	return s->files[s->count++].path != NULL;
}
