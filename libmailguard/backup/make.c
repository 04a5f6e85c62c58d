/*
 * make.c - a backup made: as a folder "DEST.partial" until all of it is on the
 * disk and has been read again, then under its name.
 */
#include <errno.h>
#include <string.h>

#include "backup/bag.h"
#include "backup/copy.h"
#include "backup/guard.h"
#include "backup/partial.h"
#include "backup/rounds.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/os_dir.h"
#include "base/os_make.h"
#include "store/census.h"

typedef struct work {
	mailguard_backup *b;
	mgi_partial partial;
	mgi_arena *arena; /* the partial's */
	const char *bag;
} work;

static mailguard_status folders_make(work *w, mailguard_error *err)
{
	mgi_partial *p = &w->partial;
	mailguard_status st;
	size_t i;

	st = mgi_partial_make(p, err);
	if (st >= 0)
		st = mgi_partial_folder(p, "", err);
	if (st >= 0)
		st = mgi_partial_folder(p, "/data", err);
	for (i = 0; st >= 0 && i < w->b->count; i++) {
		const char *name =
			mgi_arena_printf(w->arena, "/data/%zu", i + 1);

		st = name ? mgi_partial_folder(p, name, err)
		          : mgi_fail_nomem(err);
	}
	if (st >= 0 && w->b->count)
		st = mgi_partial_folder(p, "/stores", err);
	return st;
}

/* -- the copies ------------------------------------------------------------ */

static void unreadable_tell(mailguard_backup *b, const mgi_row *row)
{
	mgi_backed *s = &b->stores[row->store];
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS, 0,    0,    0,
		                row->store + 1,          NULL, NULL, NULL };
	size_t at = 0;

	s->told.flags |= MAILGUARD_BACKUP_TORN;
	f.where = row->own[0] ? row->own : s->told.file;
	while (mgi_row_skipped(&f.offset, &f.length, row, &at)) {
		s->told.skipped += f.length;
		mgi_backup_note(b, &f, MGI_SAY_BACKUP_UNREADABLE);
	}
}

static void changing_tell(mailguard_backup *b, const mgi_row *row)
{
	mgi_backed *s = &b->stores[row->store];
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                row->store + 1,
		                NULL,
		                NULL,
		                NULL };

	s->told.flags |= MAILGUARD_BACKUP_WAS_CHANGING;
	f.where = row->own[0] ? row->own : s->told.file;
	mgi_backup_note(b, &f, MGI_SAY_BACKUP_WAS_CHANGING);
}

/* Read from the disk again, is it what was written? */
static mailguard_status copy_check(const work *w,
                                   const mgi_row *row,
                                   mailguard_buffer *path,
                                   mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_status st;
	uint64_t size;

	mgi_buf_cut(path, 0);
	mgi_buf_printf(path, "%s/%s", w->bag, row->path);
	st = mgi_buf_status(path, err);
	if (st >= 0)
		st = mgi_copy_hash(sum, &size, w->b, mgi_buf_text(path), err);
	if (st < 0)
		return st;
	if (size == row->size && mgi_same(sum, row->sha256, sizeof(sum)))
		return MAILGUARD_OK;
	return mgi_fail_sys(err, w->b->mg, EIO, MGI_SAY_BACKUP_DIFFERS, "path",
	                    mgi_buf_text(path));
}

static mailguard_status row_settle(const work *w,
                                   const mgi_row *row,
                                   mailguard_buffer *path,
                                   mailguard_error *err)
{
	mgi_backed *s = &w->b->stores[row->store];

	if (row->marks & MGI_ROW_FOLDER)
		return MAILGUARD_OK;
	s->told.files++;
	s->told.bytes += row->size;
	if (row->marks & MGI_ROW_TORN)
		unreadable_tell(w->b, row);
	if (row->marks & MGI_ROW_CHANGING)
		changing_tell(w->b, row);
	return copy_check(w, row, path, err);
}

/* All copies, now that nothing more is written to them. */
static mailguard_status copies_settle(const work *w, mailguard_error *err)
{
	const char *list =
		mgi_arena_printf(w->arena, "%s/" MGI_BAG_FILES, w->bag);
	mgi_row *row = mgi_row_new(w->b->mg);
	mailguard_buffer path;
	mgi_rows *rows = NULL;
	mailguard_status st;
	int sys;

	mgi_buf_init(&path, w->b->mg);
	sys = mgi_os_flush_disk(w->bag);
	st = sys ? mgi_fail_sys(err, w->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
	                        "path", w->bag)
	     : list && row
	             ? mgi_rows_open(&rows, w->b->mg, list, w->b->count, err)
	             : mgi_fail_nomem(err);
	while (st >= 0 && (st = mgi_rows_next(row, rows, err)) == MAILGUARD_OK)
		st = row_settle(w, row, &path, err);
	mgi_rows_free(rows);
	mgi_free(w->b->mg, row);
	mgi_buf_done(&path);
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- what is in them ------------------------------------------------------- */

/* Its progress has another measure; who watches wants one. */
typedef struct watcher {
	mailguard_backup *b;
} watcher;

static int watch(const mailguard_progress *at, void *payload)
{
	mailguard_backup *b = ((watcher *)payload)->b;
	mailguard_progress own = { at->done, at->total, NULL };

	own.what = mgi_say_raw(mgi_lang_of(b->mg), b->doing);
	return b->opts.progress ? b->opts.progress(&own, b->opts.payload) : 0;
}

static mailguard_status store_count(const work *w,
                                    mgi_backed *s,
                                    const char *copy,
                                    mailguard_error *err)
{
	mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
	watcher to = { w->b };
	size_t number = (size_t)(s - w->b->stores) + 1;
	const char *name =
		mgi_arena_printf(w->b->arena, "stores/%zu.manifest", number);
	const char *path = mgi_arena_printf(w->arena, "%s/stores/%zu.manifest",
	                                    w->bag, number);
	mailguard_store *store;
	mailguard_status st;
	mgi_census sum;

	if (!name || !path)
		return mgi_fail_nomem(err);
	opts.progress = watch;
	opts.payload = &to;
	st = mailguard_store_open(&store, w->b->mg, copy, err);
	/* Kept as it is, whatever it is. */
	if (st == MAILGUARD_EFORMAT || st == MAILGUARD_EIO ||
	    st == MAILGUARD_EUNSUPPORTED)
		return MAILGUARD_OK;
	if (st < 0)
		return st;
	s->told.format =
		mgi_arena_strdup(w->b->arena, mailguard_store_format(store));
	st = mgi_census_take(&sum, store, path, &opts, err);
	mailguard_store_free(store);
	if (st < 0)
		return st;
	s->manifest = name;
	s->told.flags |= MAILGUARD_BACKUP_COUNTED;
	s->told.messages = sum.messages;
	s->told.attachments = sum.attachments;
	s->told.damaged = sum.damaged;
	s->told.lost = sum.lost;
	s->told.newest = sum.newest;
	s->told.verdict = sum.verdict;
	return MAILGUARD_OK;
}

/* Of the copies: what was just verified is what is counted. */
static mailguard_status stores_count(const work *w, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < w->b->count; i++) {
		mgi_backed *s = &w->b->stores[i];
		const char *copy = mgi_arena_printf(w->arena, "%s/data/%zu/%s",
		                                    w->bag, i + 1, s->name);

		st = copy ? store_count(w, s, copy, err) : mgi_fail_nomem(err);
	}
	if (st >= 0 && mgi_arena_failed(w->b->arena))
		st = mgi_fail_nomem(err);
	return st;
}

/* -- all of it ------------------------------------------------------------- */

static mailguard_status fill(work *w, mailguard_error *err)
{
	mailguard_backup *b = w->b;
	uint64_t bytes = b->total;
	mailguard_status st;

	st = folders_make(w, err);
	mgi_backup_begin(b, MGI_SAY_BACKUP_COPYING, bytes);
	if (st >= 0)
		st = mgi_rounds_run(b, w->bag, err);
	mgi_backup_begin(b, MGI_SAY_BACKUP_READING, bytes);
	if (st >= 0)
		st = copies_settle(w, err);
	mgi_backup_begin(b, MGI_SAY_BACKUP_COUNTING, 0);
	if (st >= 0)
		st = stores_count(w, err);
	b->made = mgi_now(b->mg);
	if (st >= 0)
		st = mgi_bag_describe(b, w->bag, err);
	return st < 0 ? st : mgi_bag_seal(b, w->bag, err);
}

static mailguard_status look(work *w, mailguard_error *err)
{
	const char *above = mgi_guard_above(w->arena, w->partial.dest);
	mailguard_status st;
	uint64_t largest;
	size_t i;

	if (!above)
		return mgi_fail_nomem(err);
	if (mgi_path_exists(w->partial.dest))
		return mgi_fail(err, w->b->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", w->partial.dest);
	for (i = 0; i < w->b->count; i++) { /* an earlier try may have failed */
		mailguard_backed_store *t = &w->b->stores[i].told;

		t->files = t->bytes = t->skipped = 0;
		t->flags = 0;
	}
	mgi_backup_begin(w->b, MGI_SAY_BACKUP_LOOKING, 0);
	st = mgi_guard_sources(w->b, &largest, err);
	return st < 0 ? st : mgi_guard_dest(w->b, above, largest, err);
}

static mailguard_status run(work *w, mailguard_error *err)
{
	const char *path = mgi_arena_strdup(w->b->arena, w->partial.dest);
	mailguard_status st = path ? look(w, err) : mgi_fail_nomem(err);

	if (st >= 0)
		st = fill(w, err);
	if (st >= 0)
		st = mgi_partial_name(&w->partial, err);
	if (st < 0)
		return st;
	w->b->path = path;
	w->b->there = true;
	return MAILGUARD_OK;
}

static mailguard_status check(const mailguard_backup *b,
                              const char *dest,
                              mailguard_error *err)
{
	if (!dest || !dest[0])
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "dest");
	if (b->there)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_IS_MADE);
	if (!b->count && !b->settings.len && !b->secrets)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_NOTHING);
	if (b->secrets && !b->passphrase.len)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_SEAL_NO_PASSPHRASE);
	return MAILGUARD_OK;
}

mailguard_status mailguard_backup_make(mailguard_backup *b,
                                       const char *dest,
                                       mailguard_error *err)
{
	mailguard_status st = mgi_backup_enter(b, err);
	work w;

	if (st < 0)
		return st;
	st = check(b, dest, err);
	if (st >= 0)
		st = mgi_backup_piece(b, err);
	if (st >= 0) {
		w.b = b;
		st = mgi_partial_begin(&w.partial, b, dest, err);
		w.arena = w.partial.arena;
		w.bag = w.partial.inner;
		if (st >= 0)
			st = run(&w, err);
		mgi_partial_end(&w.partial);
	}
	mgi_backup_leave(b);
	return st;
}
