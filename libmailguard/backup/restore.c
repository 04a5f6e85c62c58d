/*
 * restore.c - the way back: no byte that was not sealed, nothing written over.
 */
#include "backup/restore.h"

#include <errno.h>
#include <string.h>

#include "backup/copy.h"
#include "backup/guard.h"
#include "base/fail.h"
#include "base/os.h"
#include "base/os_dir.h"
#include "base/os_make.h"
#include "base/place.h"
#include "base/text.h"

typedef struct restore {
	mailguard_backup *b;
	mailguard_backup_report *report;
	mgi_partial *p;
	size_t which;
	mailguard_buffer from, to;
	mgi_row *row, *copy;
} restore;

const char *mgi_restore_path(const mgi_partial *p, size_t i)
{
	const mgi_backed *stores = p->b->stores;
	size_t k;

	for (k = 0; k < i; k++)
		if (mgi_strcmp_nocase(stores[k].name, stores[i].name) == 0)
			return mgi_arena_printf(p->arena, "%s/%zu-%s", p->inner,
			                        i + 1, stores[i].name);
	return mgi_arena_printf(p->arena, "%s/%s", p->inner, stores[i].name);
}

static mailguard_status paths_make(restore *r,
                                   const char *base,
                                   mailguard_error *err)
{
	const char *own = r->row->own;
	mailguard_status st;

	mgi_buf_cut(&r->from, 0);
	mgi_buf_cut(&r->to, 0);
	mgi_buf_printf(&r->from, "%s/%s", r->b->path, r->row->path);
	mgi_buf_printf(&r->to, "%s%s%s", base, own[0] ? "/" : "", own);
	st = mgi_buf_status(&r->from, err);
	return st < 0 ? st : mgi_buf_status(&r->to, err);
}

/* As the original was: its time decides what an index is worth. */
static mailguard_status dress(restore *r, mailguard_error *err)
{
	uint64_t size;
	int sys = 0, fd = mgi_os_open(mgi_buf_text(&r->to), &size, &sys);

	if (fd >= 0) {
		sys = mgi_os_dress(fd, r->row->then.mode | 0400,
		                   r->row->then.changed_ns);
		mgi_os_close(fd);
	}
	return sys ? mgi_fail_sys(err, r->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
	                          "path", mgi_buf_text(&r->to))
	           : MAILGUARD_OK;
}

static mailguard_status file_put(restore *r, mailguard_error *err)
{
	mailguard_status st;

	memcpy(r->copy, r->row, sizeof(*r->copy));
	st = mgi_copy_file(r->copy, r->b, mgi_buf_text(&r->from),
	                   mgi_buf_text(&r->to), err);
	if (st < 0)
		return st;
	if (r->copy->size != r->row->size ||
	    !mgi_same(r->copy->sha256, r->row->sha256, MGI_SHA256_BYTES))
		return mgi_fail_sys(err, r->b->mg, EIO,
		                    MGI_SAY_BACKUP_NOT_SEALED, "path",
		                    mgi_buf_text(&r->from));
	r->report->files++;
	r->report->bytes += r->row->size;
	return dress(r, err);
}

static mailguard_status row_put(restore *r, mailguard_error *err)
{
	int sys;

	if (!(r->row->marks & MGI_ROW_FOLDER))
		return file_put(r, err);
	sys = mgi_os_folder(mgi_buf_text(&r->to));
	return sys ? mgi_fail_sys(err, r->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
	                          "path", mgi_buf_text(&r->to))
	           : MAILGUARD_OK;
}

/* Now that it is on the disk, is it what was sealed? */
static mailguard_status row_check(restore *r, mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_status st;
	uint64_t size;

	if (r->row->marks & MGI_ROW_FOLDER)
		return MAILGUARD_OK;
	st = mgi_copy_hash(sum, &size, r->b, mgi_buf_text(&r->to), err);
	if (st < 0)
		return st;
	if (size == r->row->size && mgi_same(sum, r->row->sha256, sizeof(sum)))
		return MAILGUARD_OK;
	return mgi_fail_sys(err, r->b->mg, EIO, MGI_SAY_BACKUP_DIFFERS, "path",
	                    mgi_buf_text(&r->to));
}

static mailguard_status each(restore *r,
                             mailguard_status (*act)(restore *r,
                                                     mailguard_error *err),
                             mailguard_error *err)
{
	const char *list =
		mgi_arena_printf(r->p->arena, "%s/" MGI_BAG_FILES, r->b->path);
	mgi_rows *rows = NULL;
	mailguard_status st;

	st = list ? mgi_rows_open(&rows, r->b->mg, list, r->b->count, err)
	          : mgi_fail_nomem(err);
	while (st >= 0 &&
	       (st = mgi_rows_next(r->row, rows, err)) == MAILGUARD_OK) {
		const char *base = r->p->inner;

		if (r->which != MAILGUARD_BACKUP_ALL &&
		    r->row->store != r->which)
			continue;
		if (r->which == MAILGUARD_BACKUP_ALL)
			base = mgi_restore_path(r->p, r->row->store);
		st = base ? paths_make(r, base, err) : mgi_fail_nomem(err);
		if (st >= 0)
			st = act(r, err);
	}
	mgi_rows_free(rows);
	return st < 0 ? st : MAILGUARD_OK;
}

static uint64_t bytes_of(const mailguard_backup *b, size_t which)
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < b->count; i++)
		if (which == MAILGUARD_BACKUP_ALL || which == i)
			bytes += b->stores[i].told.bytes;
	return bytes;
}

static mailguard_status put_all(restore *r, mailguard_error *err)
{
	uint64_t bytes = bytes_of(r->b, r->which);
	mailguard_status st = MAILGUARD_OK;
	int sys;

	if (r->which == MAILGUARD_BACKUP_ALL)
		st = mgi_partial_folder(r->p, "", err);
	mgi_backup_begin(r->b, MGI_SAY_BACKUP_RESTORING, bytes);
	if (st >= 0)
		st = each(r, row_put, err);
	if (st < 0)
		return st;
	sys = mgi_os_flush_disk(r->p->place);
	if (sys)
		return mgi_fail_sys(err, r->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
		                    "path", r->p->place);
	mgi_backup_begin(r->b, MGI_SAY_BACKUP_READING, bytes);
	return each(r, row_check, err);
}

mailguard_status mgi_restore_into(mailguard_backup_report *out,
                                  mgi_partial *p,
                                  size_t which,
                                  mailguard_error *err)
{
	restore r = { .b = p->b, .report = out, .p = p, .which = which };
	mailguard_status st;

	mgi_buf_init(&r.from, p->b->mg);
	mgi_buf_init(&r.to, p->b->mg);
	r.row = mgi_row_new(p->b->mg);
	r.copy = mgi_row_new(p->b->mg);
	st = r.row && r.copy ? put_all(&r, err) : mgi_fail_nomem(err);
	mgi_free(p->b->mg, r.row);
	mgi_free(p->b->mg, r.copy);
	mgi_buf_done(&r.from);
	mgi_buf_done(&r.to);
	return st;
}

/* Is there room for it? A place that is synced is told. */
static mailguard_status dest_look(mgi_partial *p,
                                  size_t which,
                                  mailguard_error *err)
{
	const char *above = mgi_guard_above(p->arena, p->dest);

	if (!above)
		return mgi_fail_nomem(err);
	return mgi_guard_room(p->b, above, bytes_of(p->b, which), err);
}

static mailguard_status run(mailguard_backup_report *out,
                            mgi_partial *p,
                            size_t which,
                            mailguard_error *err)
{
	mailguard_status st = dest_look(p, which, err);

	if (st >= 0)
		st = mgi_partial_make(p, err);
	if (st >= 0)
		st = mgi_restore_into(out, p, which, err);
	return st < 0 ? st : mgi_partial_name(p, err);
}

static mailguard_status check(const mailguard_backup *b,
                              size_t store,
                              const char *dest,
                              mailguard_error *err)
{
	if (!dest || !dest[0])
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "dest");
	if (!b->there)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_NOT_MADE);
	if (store != MAILGUARD_BACKUP_ALL && store >= b->count)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_NO_STORE, "number",
		                mgi_u64((uint64_t)store + 1).text);
	return MAILGUARD_OK;
}

mailguard_status mailguard_backup_restore(mailguard_backup_report *out,
                                          mailguard_backup *b,
                                          size_t store,
                                          const char *dest,
                                          mailguard_error *err)
{
	mailguard_status st;
	mgi_partial p;

	memset(out, 0, sizeof(*out));
	st = mgi_backup_enter(b, err);
	if (st < 0)
		return st;
	st = check(b, store, dest, err);
	if (st >= 0)
		st = mgi_backup_piece(b, err);
	if (st >= 0) {
		st = mgi_partial_begin(&p, b, dest, err);
		if (st >= 0)
			st = run(out, &p, store, err);
		mgi_partial_end(&p);
	}
	if (st >= 0)
		out->verdict = MAILGUARD_SOUNDNESS_SOUND;
	mgi_backup_leave(b);
	return st;
}
