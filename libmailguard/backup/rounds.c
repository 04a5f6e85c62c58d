/*
 * rounds.c - copies that are what the originals were at one time.
 *
 * A file is believed to be unchanged if size, times and number are what they
 * were before it was read. Times have steps: one that was written within two
 * seconds before that is hashed once more.
 */
#include "backup/rounds.h"

#include <errno.h>
#include <string.h>

#include "backup/copy.h"
#include "backup/tree.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/os_dir.h"
#include "base/os_make.h"

#define TRIES 10
#define TIME_STEP INT64_C(2000000000) /* of FAT, the coarsest */
#define SAME_NAMES 1000 /* that differ only in what disks cannot hold */

typedef struct rounds {
	mailguard_backup *b;
	const char *bag;
	mgi_rows *before; /* of the round before; NULL in the first */
	mgi_rows_out *after;
	mgi_row *old, *row;
	mailguard_buffer to; /* a path in the bag */
	size_t bag_len;      /* of it, with the slash */
	uint64_t changed;
	bool has_old, last;
	char which[256]; /* changed last */
} rounds;

static bool is_same(const mgi_stat *a, const mgi_stat *b)
{
	return a->size == b->size && a->changed_ns == b->changed_ns &&
	       a->touched_ns == b->touched_ns && a->device == b->device &&
	       a->number == b->number;
}

static int64_t newest(const mgi_stat *st)
{
	return st->changed_ns > st->touched_ns ? st->changed_ns
	                                       : st->touched_ns;
}

/* Where `below` lies in the bag; remembered by the buffer if no memory. */
static const char *in_bag(rounds *r, const char *below)
{
	mgi_buf_cut(&r->to, r->bag_len);
	mgi_buf_puts(&r->to, below);
	return mgi_buf_text(&r->to);
}

static mailguard_status old_next(rounds *r, mailguard_error *err)
{
	mailguard_status st = mgi_rows_next(r->old, r->before, err);

	r->has_old = st == MAILGUARD_OK;
	return st < 0 ? st : MAILGUARD_OK;
}

static int order(const mgi_row *old, const mgi_met_file *met)
{
	if (old->store != met->store)
		return old->store < met->store ? -1 : 1;
	return mgi_row_order(old->own, met->own);
}

static void old_drop(rounds *r)
{
	r->changed++;
	if (r->old->path[0])
		mgi_path_remove(in_bag(r, r->old->path));
}

/* The rows before `met`, which are of files that are gone. */
static mailguard_status catch_up(rounds *r,
                                 const mgi_met_file *met,
                                 mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	while (st >= 0 && r->has_old && (!met || order(r->old, met) < 0)) {
		old_drop(r);
		st = old_next(r, err);
	}
	return st;
}

/* "data/1/Inbox", or "data/1/Mail/Inbox" of a folder. */
static void name_make(mailguard_buffer *out,
                      const rounds *r,
                      const mgi_met_file *met,
                      unsigned again)
{
	mgi_buf_printf(out, "data/%zu/%s", met->store + 1,
	               r->b->stores[met->store].name);
	if (met->own[0]) {
		mgi_buf_putc(out, '/');
		mgi_tree_name(out, met->own);
	}
	if (again)
		mgi_buf_printf(out, "~%u", again);
}

static mailguard_status name_take(rounds *r,
                                  const mgi_met_file *met,
                                  unsigned again,
                                  mailguard_error *err)
{
	mailguard_buffer name;
	mailguard_status st;

	mgi_buf_init(&name, r->b->mg);
	name_make(&name, r, met, again);
	st = mgi_buf_status(&name, err);
	if (st >= 0 && (name.len >= sizeof(r->row->path) ||
	                strlen(met->own) >= sizeof(r->row->own)))
		st = mgi_fail(err, r->b->mg, MAILGUARD_ELIMIT,
		              MGI_SAY_BACKUP_LONG_PATH, "path", met->path);
	if (st >= 0) {
		memcpy(r->row->path, name.at, name.len + 1);
		memcpy(r->row->own, met->own, strlen(met->own) + 1);
	}
	mgi_buf_done(&name);
	return st;
}

static void row_begin(rounds *r, const mgi_met_file *met)
{
	memset(r->row, 0, sizeof(*r->row));
	r->row->store = met->store;
	r->row->then = met->st;
	r->row->read_ns = mgi_now(r->b->mg) * 1000;
}

/* A folder is made where its files will lie; others may share it. */
static mailguard_status folder_take(rounds *r,
                                    const mgi_met_file *met,
                                    mailguard_error *err)
{
	mailguard_status st;
	int sys;

	row_begin(r, met);
	st = name_take(r, met, 0, err);
	if (st < 0)
		return st;
	sys = mgi_os_folder(in_bag(r, r->row->path));
	if (sys && sys != EEXIST)
		return mgi_fail_sys(err, r->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
		                    "path", in_bag(r, r->row->path));
	r->row->path[0] = '\0';
	r->row->marks = MGI_ROW_FOLDER;
	r->row->size = 0;
	mgi_rows_put(r->after, r->row);
	return MAILGUARD_OK;
}

static mailguard_status file_copy(rounds *r,
                                  const mgi_met_file *met,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_EEXIST;
	mailguard_error own;
	unsigned again;

	r->changed++;
	r->which[0] = '\0';
	strncat(r->which, met->path, sizeof(r->which) - 1);
	memset(&own, 0, sizeof(own));
	row_begin(r, met);
	for (again = 0; st == MAILGUARD_EEXIST && again < SAME_NAMES; again++) {
		st = name_take(r, met, again, &own);
		if (st >= 0)
			st = mgi_copy_file(r->row, r->b, met->path,
			                   in_bag(r, r->row->path), &own);
	}
	if (st == MAILGUARD_EIO && own.sys == ENOENT &&
	    !mgi_path_exists(met->path))
		return MAILGUARD_OK; /* gone: the next round sees it */
	if (st < 0 && err)
		*err = own;
	if (r->last)
		r->row->marks |= MGI_ROW_CHANGING;
	if (st >= 0)
		mgi_rows_put(r->after, r->row);
	return st;
}

/* By its hash, where times cannot tell. */
static mailguard_status hash_tells(bool *same,
                                   rounds *r,
                                   const mgi_met_file *met,
                                   mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	int64_t now = mgi_now(r->b->mg) * 1000;
	mailguard_status st;
	uint64_t size;

	*same = true;
	if (r->old->marks & MGI_ROW_TORN ||
	    newest(&met->st) < r->old->read_ns - TIME_STEP)
		return MAILGUARD_OK;
	st = mgi_copy_hash(sum, &size, r->b, met->path, err);
	if (st < 0)
		return st;
	*same = size == r->old->size &&
	        mgi_same(sum, r->old->sha256, sizeof(sum));
	r->old->read_ns = now;
	return MAILGUARD_OK;
}

static mailguard_status file_take(rounds *r,
                                  const mgi_met_file *met,
                                  mailguard_error *err)
{
	bool known = r->has_old && order(r->old, met) == 0, same = false;
	mailguard_status st = MAILGUARD_OK;

	if (known && is_same(&r->old->then, &met->st))
		st = hash_tells(&same, r, met, err);
	if (st < 0)
		return st;
	if (same) {
		mgi_rows_put(r->after, r->old);
		return old_next(r, err);
	}
	if (known) {
		old_drop(r);
		st = old_next(r, err);
	}
	return st < 0 ? st : file_copy(r, met, err);
}

static mailguard_status visit(void *self,
                              const mgi_met_file *met,
                              mailguard_error *err)
{
	rounds *r = self;
	mailguard_status st = catch_up(r, met, err);

	if (st >= 0)
		st = mgi_backup_tick(r->b, 0, err);
	if (st < 0 || met->st.kind == MGI_ENTRY_OTHER)
		return st;
	if (met->st.kind == MGI_ENTRY_FILE)
		return file_take(r, met, err);
	if (r->has_old && order(r->old, met) == 0)
		st = old_next(r, err);
	return st < 0 ? st : folder_take(r, met, err);
}

/* Once over all stores. */
static mailguard_status round_run(rounds *r,
                                  const char *from,
                                  const char *to,
                                  mailguard_error *err)
{
	mailguard_backup *b = r->b;
	mailguard_status st = MAILGUARD_OK, closed;
	size_t i;

	r->changed = 0;
	r->has_old = false;
	if (from)
		st = mgi_rows_open(&r->before, b->mg, from, b->count, err);
	if (st >= 0 && from)
		st = old_next(r, err);
	if (st >= 0)
		st = mgi_rows_create(&r->after, b->mg, to, err);
	for (i = 0; st >= 0 && i < b->count; i++)
		st = mgi_tree_walk(b, i, visit, r, err);
	if (st >= 0)
		st = catch_up(r, NULL, err);
	if (st >= 0)
		st = mgi_buf_status(&r->to, err);
	closed = mgi_rows_close(r->after, st >= 0, st >= 0 ? err : NULL);
	r->after = NULL;
	mgi_rows_free(r->before);
	r->before = NULL;
	return st < 0 ? st : closed;
}

static mailguard_status repeat(rounds *r,
                               const char *list,
                               const char *other,
                               mailguard_error *err)
{
	uint32_t tries = r->b->opts.tries ? r->b->opts.tries : TRIES, n;
	mailguard_status st = round_run(r, NULL, list, err);
	int sys = 0;

	for (n = 1; st >= 0 && r->changed && n <= tries; n++) {
		r->last = n == tries;
		st = round_run(r, list, other, err);
		if (st < 0)
			break;
		mgi_path_remove(list);
		sys = mgi_os_rename(other, list);
		if (sys)
			return mgi_fail_sys(err, r->b->mg, sys,
			                    MGI_SAY_FILE_UNWRITABLE, "path",
			                    list);
	}
	if (st >= 0 && r->changed &&
	    !(r->b->opts.allow & MAILGUARD_BACKUP_CHANGING))
		st = mgi_fail(err, r->b->mg, MAILGUARD_EBUSY,
		              MGI_SAY_BACKUP_CHANGING, "path", r->which);
	return st;
}

mailguard_status mgi_rounds_run(mailguard_backup *b,
                                const char *bag,
                                mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(b->mg);
	const char *list = NULL, *other = NULL;
	mailguard_status st;
	rounds r;

	memset(&r, 0, sizeof(r));
	r.b = b;
	r.bag = bag;
	mgi_buf_init(&r.to, b->mg);
	mgi_buf_printf(&r.to, "%s/", bag);
	r.bag_len = r.to.len;
	r.old = mgi_row_new(b->mg);
	r.row = mgi_row_new(b->mg);
	if (arena) {
		list = mgi_arena_printf(arena, "%s/" MGI_BAG_FILES, bag);
		other = mgi_arena_printf(arena, "%s.next", list ? list : "");
	}
	st = mgi_buf_status(&r.to, err);
	if (st >= 0 && (!r.old || !r.row || !list || !other))
		st = mgi_fail_nomem(err);
	if (st >= 0)
		st = repeat(&r, list, other, err);
	mgi_free(b->mg, r.old);
	mgi_free(b->mg, r.row);
	mgi_buf_done(&r.to);
	mgi_arena_free(arena);
	return st;
}
