/*
 * row.c - lines of the list of files, strict when read: a forged line must not
 * lead out of the bag or out of where it is restored to.
 */
#include "backup/row.h"

#include <stdio.h>
#include <string.h>

#include "base/cells.h"
#include "base/fail.h"
#include "base/os_dir.h"
#include "base/text.h"

#define LINE_MAX ((size_t)64 << 10)
#define CELLS 15

struct mgi_rows_out {
	mgi_out *out;
	mailguard_buffer line;
};

struct mgi_rows {
	mailguard *mg;
	mgi_file *file;
	uint64_t at;
	size_t stores;
};

int mgi_row_order(const char *a, const char *b)
{
	int x, y;

	while (*a && *a == *b) {
		a++;
		b++;
	}
	x = *a == '/' ? 1 : (unsigned char)*a + (*a != '\0');
	y = *b == '/' ? 1 : (unsigned char)*b + (*b != '\0');
	return x - y;
}

/* No way up, no root, no empty name. */
static bool inside(const char *path)
{
	const char *at = path;

	for (;;) {
		size_t n = strcspn(at, "/");

		if (!n || (n == 1 && at[0] == '.') ||
		    (n == 2 && at[0] == '.' && at[1] == '.'))
			return false;
		if (!at[n])
			return true;
		at += n + 1;
	}
}

bool mgi_row_path_fine(const char *path)
{
	return mgi_span_starts(mgi_span_of(path), "data/") && inside(path);
}

mgi_row *mgi_row_new(mailguard *mg)
{
	return mgi_alloc(mg, sizeof(mgi_row));
}

static bool skip_read(uint64_t *offset, uint64_t *length, mailguard_span s)
{
	const unsigned char *plus = memchr(s.data, '+', s.len);
	size_t n = plus ? (size_t)(plus - s.data) : 0;

	return plus && mgi_span_u64(offset, mgi_span_head(s, n), UINT64_MAX) &&
	       mgi_span_u64(length, mgi_span_from(s, n + 1), UINT64_MAX);
}

bool mgi_row_skipped(uint64_t *offset,
                     uint64_t *length,
                     const mgi_row *row,
                     size_t *at)
{
	const char *s = row->skips + *at;
	size_t n = strcspn(s, ",");

	*at += n + (s[n] == ',');
	return n && skip_read(offset, length, mgi_span(s, n));
}

static void skip_put(mgi_row *row, size_t at, uint64_t offset, uint64_t length)
{
	(void)snprintf(row->skips + at, sizeof(row->skips) - at, "%s%s+%s",
	               at ? "," : "", mgi_u64(offset).text,
	               mgi_u64(length).text);
}

void mgi_row_skip(mgi_row *row, uint64_t offset, uint64_t length)
{
	char *comma = strrchr(row->skips, ',');
	size_t n = strlen(row->skips);
	uint64_t at, len;

	row->marks |= MGI_ROW_TORN;
	/* Right behind the one before, or no room for one more: it grows. */
	if (n &&
	    skip_read(&at, &len, mgi_span_of(comma ? comma + 1 : row->skips)) &&
	    (at + len == offset || n + 64 > sizeof(row->skips))) {
		length += offset - at;
		offset = at;
		n = comma ? (size_t)(comma - row->skips) : 0;
	}
	skip_put(row, n, offset, length);
}

/* -- written --------------------------------------------------------------- */

mailguard_status mgi_rows_create(mgi_rows_out **out,
                                 mailguard *mg,
                                 const char *path,
                                 mailguard_error *err)
{
	mgi_rows_out *r = mgi_alloc(mg, sizeof(*r));
	mailguard_status st;

	*out = NULL;
	if (!r)
		return mgi_fail_nomem(err);
	mgi_buf_init(&r->line, mg);
	st = mgi_out_open(&r->out, mg, path, err);
	if (st < 0) {
		mgi_free(mg, r);
		return st;
	}
	*out = r;
	return MAILGUARD_OK;
}

void mgi_rows_put(mgi_rows_out *r, const mgi_row *row)
{
	mailguard_buffer *b = &r->line;

	mgi_buf_puts(b, "file");
	mgi_cell_put_u64(b, row->store + 1);
	mgi_cell_put(b, row->own);
	mgi_cell_put(b, row->path);
	mgi_cell_put(b, row->skips);
	mgi_cell_put_u64(b, row->size);
	mgi_cell_put_hex(b, mgi_span(row->sha256, MGI_SHA256_BYTES));
	mgi_cell_put_u64(b, row->then.size);
	mgi_cell_put_i64(b, row->then.changed_ns);
	mgi_cell_put_i64(b, row->then.touched_ns);
	mgi_cell_put_u64(b, row->then.mode);
	mgi_cell_put_u64(b, row->then.device);
	mgi_cell_put_u64(b, row->then.number);
	mgi_cell_put_i64(b, row->read_ns);
	mgi_cell_put_u64(b, row->marks); /* never empty, so it ends the line */
	mgi_buf_putc(b, '\n');
	mgi_out_write(r->out, mgi_buf_span(b));
	if (!b->failed)
		mgi_buf_cut(b, 0);
}

mailguard_status mgi_rows_close(mgi_rows_out *r,
                                bool keep,
                                mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard *mg;

	if (!r)
		return MAILGUARD_OK;
	mg = r->line.mg;
	if (keep)
		st = mgi_buf_status(&r->line, err);
	if (keep && st >= 0)
		st = mgi_out_commit(r->out, err);
	else
		mgi_out_abandon(r->out);
	mgi_buf_done(&r->line);
	mgi_free(mg, r);
	return st;
}

/* -- read ------------------------------------------------------------------ */

mailguard_status mgi_rows_open(mgi_rows **out,
                               mailguard *mg,
                               const char *path,
                               size_t stores,
                               mailguard_error *err)
{
	mgi_rows *r = mgi_alloc(mg, sizeof(*r));
	mailguard_status st;

	*out = NULL;
	if (!r)
		return mgi_fail_nomem(err);
	r->mg = mg;
	r->stores = stores;
	st = mgi_file_open(&r->file, mg, path, err);
	if (st < 0) {
		mgi_free(mg, r);
		return st;
	}
	*out = r;
	return MAILGUARD_OK;
}

void mgi_rows_free(mgi_rows *r)
{
	if (!r)
		return;
	mgi_file_close(r->file);
	mgi_free(r->mg, r);
}

static mailguard_status bad(const mgi_rows *r, mailguard_error *err)
{
	return mgi_fail(err, r->mg, MAILGUARD_EFORMAT, MGI_SAY_BACKUP_BAD_LINE,
	                "path", mgi_file_path(r->file), "offset",
	                mgi_u64(r->at).text);
}

/* The numbers of a line. */
static bool numbers_take(mgi_row *out, const mailguard_span *cell)
{
	uint64_t mode, marks;

	memset(&out->then, 0, sizeof(out->then));
	if (!mgi_cell_u64(&out->size, cell[0]) ||
	    !mgi_unhex(out->sha256, sizeof(out->sha256), cell[1]) ||
	    !mgi_cell_u64(&out->then.size, cell[2]) ||
	    !mgi_cell_i64(&out->then.changed_ns, cell[3]) ||
	    !mgi_cell_i64(&out->then.touched_ns, cell[4]) ||
	    !mgi_cell_u64(&mode, cell[5]) || mode > 07777 ||
	    !mgi_cell_u64(&out->then.device, cell[6]) ||
	    !mgi_cell_u64(&out->then.number, cell[7]) ||
	    !mgi_cell_i64(&out->read_ns, cell[8]) ||
	    !mgi_cell_u64(&marks, cell[9]))
		return false;
	out->then.mode = (uint32_t)mode;
	out->then.kind = MGI_ENTRY_FILE;
	out->marks = (uint32_t)marks;
	return true;
}

static bool row_take(mgi_row *out, const mailguard_span *cell, size_t stores)
{
	uint64_t store;

	if (!mgi_cell_u64(&store, cell[1]) || !store || store > stores ||
	    !numbers_take(out, cell + 5))
		return false;
	out->store = (size_t)store - 1;
	return mgi_cell_text(out->own, sizeof(out->own), cell[2]) &&
	       mgi_cell_text(out->path, sizeof(out->path), cell[3]) &&
	       mgi_cell_text(out->skips, sizeof(out->skips), cell[4]) &&
	       (!out->own[0] || inside(out->own)) &&
	       (out->marks & MGI_ROW_FOLDER ? !out->path[0]
	                                    : mgi_row_path_fine(out->path));
}

mailguard_status mgi_rows_next(mgi_row *out, mgi_rows *r, mailguard_error *err)
{
	mailguard_span line, cell[CELLS];
	const unsigned char *lf;
	mailguard_status st;

	st = mgi_file_rest(&line, r->file, r->at, LINE_MAX, err);
	if (!line.len)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	lf = memchr(line.data, '\n', line.len);
	if (!lf)
		return st < 0 ? st : bad(r, err);
	line.len = (size_t)(lf - line.data) + 1;
	if (memchr(line.data, '\0', line.len) ||
	    mgi_cells_of(cell, CELLS, line) != CELLS ||
	    !mgi_span_is(cell[0], "file") || !row_take(out, cell, r->stores))
		return bad(r, err);
	r->at += line.len;
	return MAILGUARD_OK;
}
