/*
 * manifest_write.c - a manifest written, its last line the hash of the others.
 */
#include "store/manifest.h"

#include <string.h>

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

/* Tabs and line ends part cells and lines; a path may hold either. */
static void cell_put(mailguard_buffer *b, const char *s)
{
	mgi_buf_putc(b, '\t');
	for (; *s; s++) {
		if (*s == '\t' || *s == '\n' || *s == '\\') {
			mgi_buf_putc(b, '\\');
			mgi_buf_putc(b, *s == '\t'   ? 't'
			                : *s == '\n' ? 'n'
			                             : '\\');
		} else {
			mgi_buf_putc(b, *s);
		}
	}
}

static void number_put(mailguard_buffer *b, uint64_t n)
{
	cell_put(b, mgi_u64(n).text);
}

static void hex_put(mailguard_buffer *b, const unsigned char *bytes)
{
	char hex[MGI_SHA256_HEX];

	mgi_hex(hex, mgi_span(bytes, MGI_SHA256_BYTES));
	cell_put(b, hex);
}

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
	cell_put(&m->line, mailguard_version());
	cell_put(&m->line, mgi_i64(mgi_now(s->mg)).text);
	line_end(m, true);
	mgi_buf_puts(&m->line, "store");
	cell_put(&m->line,
	         level == MAILGUARD_CHECK_FULL ? "full" : "structure");
	cell_put(&m->line, mailguard_store_format(s));
	cell_put(&m->line, s->path);
	line_end(m, true);
	*out = m;
	return MAILGUARD_OK;
}

void mgi_manifest_put_file(mgi_manifest_out *m, const mgi_file_record *f)
{
	mgi_buf_puts(&m->line, "file");
	cell_put(&m->line, f->path);
	cell_put(&m->line, f->folder);
	number_put(&m->line, f->size);
	cell_put(&m->line, mgi_i64(f->changed).text);
	number_put(&m->line, f->number);
	number_put(&m->line, f->ends);
	line_end(m, true);
}

void mgi_manifest_put_mail(mgi_manifest_out *m, const mgi_mail_record *r)
{
	mgi_buf_puts(&m->line, "mail");
	number_put(&m->line, r->offset);
	number_put(&m->line, r->size);
	hex_put(&m->line, r->digests.mg1);
	hex_put(&m->line, r->digests.sha256);
	number_put(&m->line, r->gap);
	cell_put(&m->line, mgi_i64(r->date).text);
	cell_put(&m->line, mgi_i64(r->arrived).text);
	number_put(&m->line, r->attachments);
	number_put(&m->line, r->marks);
	cell_put(&m->line, r->id);
	line_end(m, true);
	m->mails++;
}

void mgi_manifest_put_note(mgi_manifest_out *m, const mailguard_finding *f)
{
	mgi_buf_puts(&m->line, "note");
	number_put(&m->line, (uint64_t)f->severity);
	cell_put(&m->line, f->code);
	number_put(&m->line, f->offset);
	number_put(&m->line, f->length);
	number_put(&m->line, f->item);
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
	number_put(&m->line, m->mails);
	hex_put(&m->line, sum);
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
