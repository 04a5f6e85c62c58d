/*
 * manifest_write.c - a manifest written, its last line the hash of the others.
 */
#include "store/manifest.h"

#include <string.h>

#include "base/cells.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/os_dir.h"

struct mgi_manifest_out {
	mailguard *mg;
	mgi_out *out;
	mgi_hash *hash;
	mailguard_buffer line;
	uint64_t mails;
};

static void line_end(mgi_manifest_out *m, bool hashed)
{
	mgi_buf_putc(&m->line, '\n');
	mgi_out_write(m->out, mgi_buf_span(&m->line));
	if (hashed)
		mgi_hash_add(m->hash, mgi_buf_span(&m->line));
	if (!m->line.failed)
		mgi_buf_cut(&m->line, 0);
}

mailguard_status mgi_manifest_create(mgi_manifest_out **out,
                                     const mailguard_store *s,
                                     const char *path,
                                     uint32_t level,
                                     mailguard_error *err)
{
	mgi_manifest_out *m = mgi_alloc(s->mg, sizeof(*m));
	mailguard_status st;

	*out = NULL;
	if (!m)
		return mgi_fail_nomem(err);
	m->mg = s->mg;
	mgi_buf_init(&m->line, s->mg);
	st = mgi_hash_new(&m->hash, s->mg, err);
	if (st >= 0)
		st = mgi_out_open(&m->out, s->mg, path, err);
	if (st < 0) {
		mgi_manifest_abandon(m);
		return st;
	}
	mgi_buf_puts(&m->line, "mailguard-manifest\t1");
	mgi_cell_put(&m->line, mailguard_version());
	mgi_cell_put_i64(&m->line, mgi_now(s->mg));
	line_end(m, true);
	mgi_buf_puts(&m->line, "store");
	mgi_cell_put(&m->line,
	             level == MAILGUARD_CHECK_FULL ? "full" : "structure");
	mgi_cell_put(&m->line, mailguard_store_format(s));
	mgi_cell_put(&m->line, s->path);
	line_end(m, true);
	*out = m;
	return MAILGUARD_OK;
}

void mgi_manifest_put_file(mgi_manifest_out *m, const mgi_file_record *f)
{
	mgi_buf_puts(&m->line, "file");
	mgi_cell_put(&m->line, f->path);
	mgi_cell_put(&m->line, f->folder);
	mgi_cell_put_u64(&m->line, f->size);
	mgi_cell_put_i64(&m->line, f->changed);
	mgi_cell_put_u64(&m->line, f->number);
	mgi_cell_put_u64(&m->line, f->ends);
	line_end(m, true);
}

void mgi_manifest_put_mail(mgi_manifest_out *m, const mgi_mail_record *r)
{
	mgi_buf_puts(&m->line, "mail");
	mgi_cell_put_u64(&m->line, r->offset);
	mgi_cell_put_u64(&m->line, r->size);
	mgi_cell_put_hex(&m->line, mgi_span(r->digests.mg1, MGI_SHA256_BYTES));
	mgi_cell_put_hex(&m->line,
	                 mgi_span(r->digests.sha256, MGI_SHA256_BYTES));
	mgi_cell_put_u64(&m->line, r->gap);
	mgi_cell_put_i64(&m->line, r->date);
	mgi_cell_put_i64(&m->line, r->arrived);
	mgi_cell_put_u64(&m->line, r->attachments);
	mgi_cell_put_u64(&m->line, r->marks);
	mgi_cell_put(&m->line, r->id);
	line_end(m, true);
	m->mails++;
}

void mgi_manifest_put_note(mgi_manifest_out *m, const mailguard_finding *f)
{
	mgi_buf_puts(&m->line, "note");
	mgi_cell_put_u64(&m->line, (uint64_t)f->severity);
	mgi_cell_put(&m->line, f->code);
	mgi_cell_put_u64(&m->line, f->offset);
	mgi_cell_put_u64(&m->line, f->length);
	mgi_cell_put_u64(&m->line, f->item);
	line_end(m, true);
}

void mgi_manifest_put_lost(mgi_manifest_out *m)
{
	mgi_buf_puts(&m->line, "lost");
	line_end(m, true);
}

static void parts_free(mgi_manifest_out *m)
{
	mgi_hash_free(m->hash);
	mgi_buf_done(&m->line);
	mgi_free(m->mg, m);
}

mailguard_status mgi_manifest_commit(mgi_manifest_out *m, mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	mailguard_status st;
	mgi_out *out;

	st = mgi_hash_done(sum, m->hash, err);
	mgi_buf_puts(&m->line, "end");
	mgi_cell_put_u64(&m->line, m->mails);
	mgi_cell_put_hex(&m->line, mgi_span(sum, MGI_SHA256_BYTES));
	line_end(m, false);
	if (st >= 0)
		st = mgi_buf_status(&m->line, err);
	out = m->out;
	parts_free(m);
	if (st >= 0)
		return mgi_out_commit(out, err);
	mgi_out_abandon(out);
	return st;
}

void mgi_manifest_abandon(mgi_manifest_out *m)
{
	if (!m)
		return;
	mgi_out_abandon(m->out);
	parts_free(m);
}
