/*
 * downloads.c - what a mail program remembers of the mail it fetched by POP3:
 * in an Outlook data file, or beside the mbox files of Thunderbird.
 */
#include "store/downloads.h"

#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "base/os_dir.h"
#include "base/say.h"

#define POPSTATE "popstate.dat"

const char *mailguard_downloads_state_name(int32_t state)
{
	static const char *const names[] = { "unknown", "fetched",   "deleted",
		                             "moved",   "to-delete", "partly",
		                             "to-fetch" };

	if (state < 0 || state >= (int32_t)(sizeof(names) / sizeof(names[0])))
		return names[0];
	return names[state];
}

static bool grow(mailguard_downloads *d)
{
	size_t room = d->room ? d->room * 2 : 64;
	mailguard_download *more;

	if (d->count < d->room)
		return true;
	more = mgi_arena_array(d->arena, room, sizeof(*more));
	if (!more)
		return false;
	if (d->count)
		memcpy(more, d->at, d->count * sizeof(*more));
	d->at = more;
	d->room = room;
	return true;
}

void mgi_downloads_add(mailguard_downloads *d,
                       const mailguard_download *what,
                       mailguard_span uid)
{
	mailguard_download *to;

	if (d->count == MGI_DOWNLOADS_MAX) {
		d->torn++;
		return;
	}
	if (!grow(d))
		return;
	to = &d->at[d->count++];
	*to = *what;
	to->uid = mgi_arena_strndup(d->arena, uid.data, uid.len);
	to->account = what->account ? what->account : "";
	to->host = what->host ? what->host : "";
}

/* -- Thunderbird: a file beside the mbox files of an account ----------------
 */

static mailguard_status popstate_read(mailguard_downloads *d,
                                      const char *path,
                                      mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	mgi_buf_init(&text, mgi_arena_handle(d->arena));
	d->file = mgi_arena_strdup(d->arena, path);
	st = mgi_file_slurp(&text, path, MGI_POPSTATE_MAX, err);
	if (st >= 0)
		mgi_downloads_popstate(d, mgi_buf_span(&text));
	mgi_buf_done(&text);
	return st;
}

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Files of one folder stand together. */
static mailguard_status beside_read(mailguard_downloads *d,
                                    const mailguard_store *s,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const char *last = NULL;
	size_t i;

	for (i = 0; st >= 0 && i < s->count; i++) {
		const char *path = s->files[i].path;
		size_t n = folder_len(path);
		char *at;

		if (last && n == folder_len(last) && !strncmp(last, path, n))
			continue;
		last = path;
		at = mgi_arena_printf(d->arena, "%.*s%s", (int)n, path,
		                      POPSTATE);
		if (!at)
			return mgi_fail_nomem(err);
		if (mgi_path_kind(at) == MGI_ENTRY_FILE)
			st = popstate_read(d, at, err);
	}
	return st;
}

/* -- the lists of a store ---------------------------------------------------
 */

mailguard_status mgi_downloads_new(mailguard_downloads **out,
                                   mailguard *mg,
                                   mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mailguard_downloads *d =
		arena ? mgi_arena_alloc(arena, sizeof(*d)) : NULL;

	*out = d;
	if (!d) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	d->arena = arena;
	return MAILGUARD_OK;
}

/* All of it, or nothing. */
static mailguard_status settle(mailguard_downloads **d,
                               mailguard_status st,
                               mailguard_error *err)
{
	if (st >= 0 && mgi_arena_failed((*d)->arena))
		st = mgi_fail_nomem(err);
	if (st < 0) {
		mailguard_downloads_free(*d);
		*d = NULL;
	}
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mailguard_store_downloads(mailguard_downloads **out,
                                           mailguard_store *store,
                                           mailguard_error *err)
{
	const mgi_store_more *more = store->reader->more;
	mailguard_status st;

	st = mgi_downloads_new(out, store->mg, err);
	if (st < 0)
		return st;
	if (store->reader == &mgi_store_mbox)
		st = beside_read(*out, store, err);
	else if (more && more->downloads)
		st = more->downloads(*out, store, err);
	return settle(out, st, err);
}

mailguard_status mailguard_downloads_read(mailguard_downloads **out,
                                          mailguard *mg,
                                          const char *path,
                                          mailguard_error *err)
{
	mailguard_store *store;
	mailguard_status st;

	*out = NULL;
	if (!mg || !path || !path[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	if (strcmp(path + folder_len(path), POPSTATE) == 0) {
		st = mgi_downloads_new(out, mg, err);
		return st < 0 ? st
		              : settle(out, popstate_read(*out, path, err),
		                       err);
	}
	st = mailguard_store_open(&store, mg, path, err);
	if (st < 0)
		return st;
	st = mailguard_store_downloads(out, store, err);
	mailguard_store_free(store);
	return st;
}

const mailguard_download *mailguard_downloads_at(const mailguard_downloads *d,
                                                 size_t i)
{
	return i < d->count ? &d->at[i] : NULL;
}

uint64_t mailguard_downloads_torn(const mailguard_downloads *d)
{
	return d->torn;
}

mailguard_status mailguard_downloads_json(mailguard_buffer *out,
                                          const mailguard_download *one,
                                          mailguard_error *err)
{
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "uid", one->uid);
	mgi_jsonw_str(&w, "state", mailguard_downloads_state_name(one->state));
	mgi_jsonw_time(&w, "time", one->time);
	mgi_jsonw_str(&w, "account", one->account);
	mgi_jsonw_str(&w, "host", one->host);
	mgi_jsonw_str(&w, "file", one->file);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

void mailguard_downloads_free(mailguard_downloads *d)
{
	if (d)
		mgi_arena_free(d->arena);
}
