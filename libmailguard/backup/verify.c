/*
 * verify.c - copies read again and held against their seals.
 */
#include <string.h>

#include "backup/bag.h"
#include "backup/copy.h"
#include "base/fail.h"
#include "base/os_dir.h"

typedef struct verify {
	mailguard_backup *b;
	mailguard_backup_report *report;
	mailguard_buffer path;
	bool quick;
	uint64_t there; /* files of data/ that were found */
} verify;

static void tell(verify *v, const mgi_row *row, mgi_say_id text)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_LOSS, 0,    MAILGUARD_NOWHERE, 0,
		row->store + 1,          NULL, row->path,         NULL
	};

	v->report->verdict = MAILGUARD_SOUNDNESS_DAMAGED;
	mgi_backup_note(v->b, &f, text);
}

static mailguard_status content_look(verify *v,
                                     const mgi_row *row,
                                     mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_error own;
	mailguard_status st;
	uint64_t size;

	st = mgi_copy_hash(sum, &size, v->b, mgi_buf_text(&v->path), &own);
	if (st == MAILGUARD_EIO) {
		v->report->wrong++;
		tell(v, row, MGI_SAY_BACKUP_COPY_UNREADABLE);
		return MAILGUARD_OK;
	}
	if (st < 0) {
		if (err)
			*err = own;
		return st;
	}
	v->report->bytes += size;
	if (size != row->size || !mgi_same(sum, row->sha256, sizeof(sum))) {
		v->report->wrong++;
		tell(v, row, MGI_SAY_BACKUP_COPY_WRONG);
	}
	return MAILGUARD_OK;
}

static mailguard_status row_look(verify *v,
                                 const mgi_row *row,
                                 mailguard_error *err)
{
	mgi_stat now;

	if (row->marks & MGI_ROW_FOLDER)
		return MAILGUARD_OK;
	mgi_buf_cut(&v->path, 0);
	mgi_buf_printf(&v->path, "%s/%s", v->b->path, row->path);
	if (mgi_buf_status(&v->path, err) < 0)
		return MAILGUARD_ENOMEM;
	if (mgi_os_stat(&now, mgi_buf_text(&v->path)) ||
	    now.kind != MGI_ENTRY_FILE) {
		v->report->missing++;
		tell(v, row, MGI_SAY_BACKUP_COPY_MISSING);
		return MAILGUARD_OK;
	}
	v->there++;
	v->report->files++;
	if (!v->quick)
		return content_look(v, row, err);
	v->report->bytes += now.size;
	if (now.size != row->size) {
		v->report->wrong++;
		tell(v, row, MGI_SAY_BACKUP_COPY_WRONG);
	}
	return mgi_backup_tick(v->b, now.size, err);
}

static mailguard_status rows_look(verify *v, mailguard_error *err)
{
	mgi_row *row = mgi_row_new(v->b->mg);
	mgi_rows *rows = NULL;
	mailguard_status st;

	mgi_buf_printf(&v->path, "%s/" MGI_BAG_FILES, v->b->path);
	st = row ? mgi_buf_status(&v->path, err) : mgi_fail_nomem(err);
	if (st >= 0)
		st = mgi_rows_open(&rows, v->b->mg, mgi_buf_text(&v->path),
		                   v->b->count, err);
	while (st >= 0 && (st = mgi_rows_next(row, rows, err)) == MAILGUARD_OK)
		st = row_look(v, row, err);
	mgi_rows_free(rows);
	mgi_free(v->b->mg, row);
	return st < 0 ? st : MAILGUARD_OK;
}

/* How many files there are, named or not. */
static mailguard_status files_count(uint64_t *count,
                                    mailguard_backup *b,
                                    const char *path,
                                    mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(b->mg);
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = arena ? mgi_dir_read(&dir, arena, path, err) : mgi_fail_nomem(err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *below;

		*count += dir.at[i].kind != MGI_ENTRY_FOLDER;
		if (dir.at[i].kind != MGI_ENTRY_FOLDER)
			continue;
		below = mgi_arena_printf(arena, "%s/%s", path, dir.at[i].name);
		st = below ? files_count(count, b, below, err)
		           : mgi_fail_nomem(err);
	}
	mgi_arena_free(arena);
	return st;
}

/* What nobody sealed is no part of the backup. */
static mailguard_status added_look(verify *v, mailguard_error *err)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                NULL,
		                NULL };
	mailguard_status st;
	uint64_t count = 0;

	mgi_buf_cut(&v->path, 0);
	mgi_buf_printf(&v->path, "%s/data", v->b->path);
	st = mgi_buf_status(&v->path, err);
	if (st >= 0)
		st = files_count(&count, v->b, mgi_buf_text(&v->path), err);
	if (st == MAILGUARD_EIO) /* told by what is missing */
		return MAILGUARD_OK;
	if (st < 0 || count <= v->there)
		return st;
	v->report->added = count - v->there;
	f.where = mgi_buf_text(&v->path);
	mgi_backup_note(v->b, &f, MGI_SAY_BACKUP_ADDED);
	if (v->report->verdict == MAILGUARD_SOUNDNESS_SOUND)
		v->report->verdict = MAILGUARD_SOUNDNESS_ODD;
	return MAILGUARD_OK;
}

static mailguard_status tags_look(verify *v, mailguard_error *err)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                NULL,
		                NULL };
	mailguard_error own;
	mailguard_status st;

	st = mgi_bag_check(v->b, v->b->path, &own);
	if (st == MAILGUARD_EFORMAT) {
		v->report->wrong++;
		v->report->verdict = MAILGUARD_SOUNDNESS_DAMAGED;
		f.code = own.code;
		f.where = v->b->path;
		f.text = own.message;
		mgi_findings_add(v->b->found, &f);
	} else if (st < 0 && err) {
		*err = own;
	}
	return st;
}

static mailguard_status look(verify *v, mailguard_error *err)
{
	mailguard_status st = mgi_backup_piece(v->b, err);
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < v->b->count; i++)
		bytes += v->b->stores[i].told.bytes;
	mgi_backup_begin(v->b, MGI_SAY_BACKUP_READING, bytes);
	if (st >= 0)
		st = tags_look(v, err);
	if (st == MAILGUARD_EFORMAT) /* the list of files cannot be trusted */
		return MAILGUARD_OK;
	if (st >= 0)
		st = rows_look(v, err);
	if (st >= 0)
		st = added_look(v, err);
	if (st >= 0 && mgi_arena_failed(v->b->arena))
		st = mgi_fail_nomem(err);
	return st;
}

mailguard_status mailguard_backup_verify(mailguard_backup_report *out,
                                         mailguard_backup *b,
                                         int quick,
                                         mailguard_error *err)
{
	verify v = { .b = b, .report = out, .quick = quick };
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	st = mgi_backup_enter(b, err);
	if (st < 0)
		return st;
	if (!b->there) {
		st = mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		              MGI_SAY_BACKUP_NOT_MADE);
	} else {
		out->verdict = quick ? MAILGUARD_SOUNDNESS_UNKNOWN
		                     : MAILGUARD_SOUNDNESS_SOUND;
		mgi_buf_init(&v.path, b->mg);
		st = look(&v, err);
		mgi_buf_done(&v.path);
	}
	mgi_backup_leave(b);
	return st;
}
