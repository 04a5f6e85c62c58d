/*
 * manifest.c - a manifest read: verified as a whole first, then line by line.
 */
#include "store/manifest.h"

#include <string.h>

#include "base/cells.h"
#include "base/fail.h"
#include "base/hash.h"

#define LINE_MAX ((size_t)64 << 10)
#define ENDS 4096
#define CELLS 12

struct mgi_manifest {
	mailguard *mg;
	mgi_file *file;
	uint64_t at, first, last; /* lines of the store lie between */
	uint64_t mails;
	uint32_t level;
	mailguard_time written;
	char path[4096], folder[1024]; /* of the line under way */
	char id[MGI_MANIFEST_ID_MAX + 1], code[64];
};

uint64_t mgi_mark_add(uint64_t mark, mailguard_span bytes)
{
	size_t i;

	for (i = 0; i < bytes.len; i++)
		mark = (mark ^ bytes.data[i]) * UINT64_C(0x100000001b3);
	return mark;
}

uint64_t mgi_mark_of_ends(mgi_file *f, uint64_t size)
{
	uint64_t mark = MGI_MARK;
	mailguard_span s;

	(void)mgi_file_window(&s, f, 0, size < ENDS ? (size_t)size : ENDS,
	                      NULL);
	mark = mgi_mark_add(mark, s);
	if (size > ENDS) {
		(void)mgi_file_window(&s, f, size - ENDS, ENDS, NULL);
		mark = mgi_mark_add(mark, s);
	}
	return mark;
}

uint64_t mgi_ends_now(const mailguard_store *s, size_t i)
{
	uint64_t mark;
	mgi_file *f;

	if (s->reader == &mgi_store_maildir ||
	    mgi_file_open(&f, s->mg, s->files[i].path, NULL) < 0)
		return 0;
	mark = mgi_mark_of_ends(f, mgi_file_size(f));
	mgi_file_close(f);
	return mark;
}

const char *mgi_store_below(const mailguard_store *s, const char *path)
{
	size_t n = strlen(s->path);

	if (strncmp(path, s->path, n) != 0)
		return path;
	return path[n] == '/' ? path + n + 1 : path + n;
}

static mailguard_status bad(const mgi_manifest *m, mailguard_error *err)
{
	return mgi_fail(err, m->mg, MAILGUARD_EFORMAT, MGI_SAY_MANIFEST_BAD,
	                "path", mgi_file_path(m->file));
}

/* One line and its end from m->at on. */
static mailguard_status line_read(mailguard_span *out,
                                  mgi_manifest *m,
                                  mailguard_error *err)
{
	const unsigned char *lf;
	mailguard_status st;
	mailguard_span s;

	st = mgi_file_rest(&s, m->file, m->at, LINE_MAX, err);
	lf = memchr(s.data ? s.data : (const unsigned char *)"", '\n', s.len);
	if (!lf)
		return st < 0 ? st : bad(m, err);
	out->data = s.data;
	out->len = (size_t)(lf - s.data) + 1;
	m->at += out->len;
	return MAILGUARD_OK;
}

static bool file_take(mgi_manifest_line *out,
                      mgi_manifest *m,
                      const mailguard_span *cell)
{
	mgi_file_record *f = &out->file;

	f->path = m->path;
	f->folder = m->folder;
	return mgi_cell_text(m->path, sizeof(m->path), cell[1]) &&
	       mgi_cell_text(m->folder, sizeof(m->folder), cell[2]) &&
	       mgi_cell_u64(&f->size, cell[3]) &&
	       mgi_cell_i64(&f->changed, cell[4]) &&
	       mgi_cell_u64(&f->number, cell[5]) &&
	       mgi_cell_u64(&f->ends, cell[6]);
}

static bool mail_take(mgi_manifest_line *out,
                      mgi_manifest *m,
                      const mailguard_span *cell)
{
	mgi_mail_record *r = &out->mail;
	uint64_t marks = 0;

	r->id = m->id;
	if (!mgi_cell_u64(&r->offset, cell[1]) ||
	    !mgi_cell_u64(&r->size, cell[2]) ||
	    !mgi_unhex(r->digests.mg1, 32, cell[3]) ||
	    !mgi_unhex(r->digests.sha256, 32, cell[4]) ||
	    !mgi_cell_u64(&r->gap, cell[5]) ||
	    !mgi_cell_i64(&r->date, cell[6]) ||
	    !mgi_cell_i64(&r->arrived, cell[7]) ||
	    !mgi_cell_u64(&r->attachments, cell[8]) ||
	    !mgi_cell_u64(&marks, cell[9]))
		return false;
	r->marks = (uint32_t)marks;
	return mgi_cell_text(m->id, sizeof(m->id), cell[10]);
}

static bool note_take(mgi_manifest_line *out,
                      mgi_manifest *m,
                      const mailguard_span *cell)
{
	mailguard_finding *f = &out->note;
	uint64_t severity;

	memset(f, 0, sizeof(*f));
	f->code = m->code;
	if (!mgi_span_u64(&severity, cell[1], MAILGUARD_SEVERITY_LOSS))
		return false;
	f->severity = (int32_t)severity;
	return mgi_cell_text(m->code, sizeof(m->code), cell[2]) &&
	       mgi_cell_u64(&f->offset, cell[3]) &&
	       mgi_cell_u64(&f->length, cell[4]) &&
	       mgi_cell_u64(&f->item, cell[5]);
}

mailguard_status mgi_manifest_next(mgi_manifest_line *out,
                                   mgi_manifest *m,
                                   mailguard_error *err)
{
	mailguard_span line, cell[CELLS];
	mailguard_status st;
	bool good = false;
	size_t n;

	if (m->at >= m->last)
		return MAILGUARD_ITEROVER;
	out->at = m->at;
	st = line_read(&line, m, err);
	if (st < 0)
		return st;
	n = mgi_cells_of(cell, CELLS, line);
	if (mgi_span_is(cell[0], "file") && n == 7) {
		out->kind = MGI_MANIFEST_FILE;
		good = file_take(out, m, cell);
	} else if (mgi_span_is(cell[0], "mail") && n >= 10) {
		out->kind = MGI_MANIFEST_MAIL;
		good = mail_take(out, m, cell);
	} else if (mgi_span_is(cell[0], "note") && n == 6) {
		out->kind = MGI_MANIFEST_NOTE;
		good = note_take(out, m, cell);
	} else if (mgi_span_is(cell[0], "lost")) {
		out->kind = MGI_MANIFEST_LOST;
		good = true;
	}
	return good ? MAILGUARD_OK : bad(m, err);
}

void mgi_manifest_seek(mgi_manifest *m, uint64_t at)
{
	m->at = at;
}

uint64_t mgi_manifest_tell(const mgi_manifest *m)
{
	return m->at;
}

uint32_t mgi_manifest_level(const mgi_manifest *m)
{
	return m->level;
}

uint64_t mgi_manifest_mails(const mgi_manifest *m)
{
	return m->mails;
}

mailguard_time mgi_manifest_written(const mgi_manifest *m)
{
	return m->written;
}

/* Does the last line have the hash of all before it? */
static mailguard_status whole(mgi_manifest *m, mailguard_error *err)
{
	unsigned char want[MGI_SHA256_BYTES], got[MGI_SHA256_BYTES];
	uint64_t size = mgi_file_size(m->file), at = 0;
	mailguard_span line = { NULL, 0 }, cell[CELLS];
	mailguard_status st;
	mgi_hash *hash;

	/* The last line has no more than this. */
	m->at = size > 256 ? size - 256 : 0;
	while (m->at < size) {
		m->last = m->at;
		st = line_read(&line, m, err);
		if (st < 0)
			return st;
	}
	if (mgi_cells_of(cell, CELLS, line) != 3 ||
	    !mgi_span_is(cell[0], "end") || !mgi_cell_u64(&m->mails, cell[1]) ||
	    !mgi_unhex(want, 32, cell[2]))
		return bad(m, err);
	st = mgi_hash_new(&hash, m->mg, err);
	while (st >= 0 && at < m->last) {
		st = mgi_file_rest(&line, m->file, at, 1, err);
		if (!line.len)
			break;
		line = mgi_span_head(line, (size_t)(m->last - at));
		mgi_hash_add(hash, line);
		at += line.len;
	}
	if (st >= 0)
		st = mgi_hash_done(got, hash, err);
	mgi_hash_free(hash);
	if (st >= 0 && !mgi_same(want, got, sizeof(want)))
		st = bad(m, err);
	return st;
}

static mailguard_status head_read(mgi_manifest *m, mailguard_error *err)
{
	mailguard_span line, cell[CELLS];
	mailguard_status st;
	uint64_t version;

	m->at = 0;
	st = line_read(&line, m, err);
	if (st < 0)
		return st;
	if (mgi_cells_of(cell, CELLS, line) != 4 ||
	    !mgi_span_is(cell[0], "mailguard-manifest") ||
	    !mgi_cell_i64(&m->written, cell[3]) ||
	    !mgi_cell_u64(&version, cell[1]))
		return bad(m, err);
	if (version > 1)
		return mgi_fail(err, m->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_MANIFEST_NEWER, "path",
		                mgi_file_path(m->file));
	st = line_read(&line, m, err);
	if (st < 0)
		return st;
	if (mgi_cells_of(cell, CELLS, line) != 4 ||
	    !mgi_span_is(cell[0], "store"))
		return bad(m, err);
	m->level = mgi_span_is(cell[1], "full") ? MAILGUARD_CHECK_FULL
	                                        : MAILGUARD_CHECK_STRUCTURE;
	m->first = m->at;
	return MAILGUARD_OK;
}

mailguard_status mgi_manifest_open(mgi_manifest **out,
                                   mailguard *mg,
                                   const char *path,
                                   mailguard_error *err)
{
	mgi_manifest *m = mgi_alloc(mg, sizeof(*m));
	mailguard_status st;

	*out = NULL;
	if (!m)
		return mgi_fail_nomem(err);
	m->mg = mg;
	st = mgi_file_open(&m->file, mg, path, err);
	if (st >= 0)
		st = head_read(m, err);
	if (st >= 0)
		st = whole(m, err);
	if (st < 0) {
		mgi_manifest_free(m);
		return st;
	}
	m->at = m->first;
	*out = m;
	return MAILGUARD_OK;
}

void mgi_manifest_free(mgi_manifest *m)
{
	if (!m)
		return;
	mgi_file_close(m->file);
	mgi_free(m->mg, m);
}
