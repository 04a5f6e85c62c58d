/*
 * draft_write.c - a whole message as bytes: 7-bit, CRLF, the same every time.
 *
 * The boundary is a hash of what was told, so a second writing, elsewhere and
 * years later, gives the same bytes. "=_" in it cannot stand in base64 or
 * quoted-printable (RFC 2045, 6.7).
 */
#include "mime/draft.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"
#include "mime/transfer.h"

#define BOUNDARY_DIGITS 32

/* -- the text -------------------------------------------------------------- */

typedef struct shape {
	size_t high, longest;
	bool control, dot;
} shape;

static shape shape_of(mailguard_span s)
{
	size_t i, line = 0;
	shape x = { 0, 0, false, false };

	for (i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];

		x.high += c >= 0x80;
		x.control |= (c < ' ' && c != '\n' && c != '\t') || c == 0x7f;
		/* Readers of mbox and SMTP take these for their own. */
		x.dot |= line == 0 && (c == '.' || c == '-' || c == 'F');
		line = c == '\n' ? 0 : line + 1;
		x.longest = line > x.longest ? line : x.longest;
	}
	return x;
}

static void put_crlf(mailguard_buffer *out, mailguard_span s)
{
	size_t i, run = 0;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] != '\n')
			continue;
		mgi_buf_add(out, s.data + run, i - run);
		mgi_buf_puts(out, "\r\n");
		run = i + 1;
	}
	mgi_buf_add(out, s.data + run, s.len - run);
}

static void put_type(mailguard_buffer *out,
                     const char *charset,
                     const char *encoding)
{
	mgi_buf_printf(out,
	               "Content-Type: text/plain; charset=%s\r\n"
	               "Content-Transfer-Encoding: %s\r\n\r\n",
	               charset, encoding);
}

/* Base64 keeps the line ends of text as CRLF (RFC 2045, 6.8). */
static mailguard_status put_base64(mailguard_buffer *out,
                                   mailguard_span s,
                                   mailguard_error *err)
{
	mailguard_buffer lines;
	mailguard_status st;

	mgi_buf_init(&lines, out->mg);
	put_crlf(&lines, s);
	st = mgi_buf_status(&lines, err);
	mgi_base64_lines(out, mgi_buf_span(&lines), "\r\n");
	mgi_buf_done(&lines);
	return st;
}

/* Escape sequences are 7-bit already, unless a line is too long for mail. */
static mailguard_status put_jis(mailguard_buffer *out,
                                mailguard_draft *d,
                                mailguard_error *err)
{
	mailguard_buffer jis;
	mailguard_status st;
	mailguard_span s;
	shape x;

	mgi_buf_init(&jis, d->mg);
	st = mgi_draft_encode(&jis, d, d->text, 0, "", err);
	s = mgi_buf_span(&jis);
	x = shape_of(s);
	if (st == MAILGUARD_OK && x.longest <= 998 && !x.high) {
		put_type(out, mgi_charset_name(d->charset), "7bit");
		put_crlf(out, s);
	} else if (st == MAILGUARD_OK) {
		put_type(out, mgi_charset_name(d->charset), "base64");
		st = put_base64(out, s, err);
	}
	mgi_buf_done(&jis);
	return st;
}

static mailguard_status note_bad_utf8(mailguard_draft *d, mailguard_error *err)
{
	mailguard_buffer all;
	mailguard_status st;

	mgi_buf_init(&all, d->mg);
	st = mgi_draft_encode(&all, d, d->text, 0, "", err);
	mgi_buf_done(&all);
	return st;
}

static mailguard_status put_text(mailguard_buffer *out,
                                 mailguard_draft *d,
                                 mailguard_error *err)
{
	shape x = shape_of(d->text);
	bool ascii = !x.high && !x.control;
	mailguard_status st;

	if (ascii && x.longest <= MGI_FOLD && !x.dot) {
		put_type(out, "us-ascii", "7bit");
		put_crlf(out, d->text);
		return mgi_buf_status(out, err);
	}
	if (x.high && d->charset != mgi_charset_utf8())
		return put_jis(out, d, err);
	st = x.high ? note_bad_utf8(d, err) : MAILGUARD_OK;
	if (st == MAILGUARD_OK && x.high > d->text.len / 6) {
		put_type(out, "utf-8", "base64");
		st = put_base64(out, d->text, err);
	} else if (st == MAILGUARD_OK) {
		put_type(out, x.high ? "utf-8" : "us-ascii",
		         "quoted-printable");
		mgi_qp_put(out, d->text);
	}
	return st < 0 ? st : mgi_buf_status(out, err);
}

/* -- attachments ----------------------------------------------------------- */

/* Base64 in whole lines, however the source is cut. */
static mailguard_status put_source(mailguard_buffer *out,
                                   mailguard_source *source,
                                   mailguard_error *err)
{
	mailguard_stream *stream;
	mailguard_buffer held;
	mailguard_status st;
	mailguard_span s;
	size_t whole;

	st = mailguard_source_open(&stream, source, err);
	if (st < 0)
		return st;
	mgi_buf_init(&held, out->mg);
	while ((st = mailguard_stream_next(&s, stream, err)) == MAILGUARD_OK) {
		mgi_buf_add(&held, s.data, s.len);
		whole = held.len / 57 * 57;
		mgi_base64_lines(out, mgi_span(mgi_buf_text(&held), whole),
		                 "\r\n");
		if (held.len > whole)
			memmove(held.at, held.at + whole, held.len - whole);
		mgi_buf_cut(&held, held.len - whole);
	}
	mgi_base64_lines(out, mgi_buf_span(&held), "\r\n");
	if (st >= 0)
		st = mgi_buf_status(&held, err);
	mgi_buf_done(&held);
	mailguard_stream_free(stream);
	return st < 0 ? st : mgi_buf_status(out, err);
}

static mailguard_status put_attached(mailguard_buffer *out,
                                     mailguard_draft *d,
                                     const mgi_attached *a,
                                     mailguard_error *err)
{
	mailguard_status st;

	mgi_buf_printf(out,
	               "Content-Type: %s\r\n"
	               "Content-Transfer-Encoding: base64\r\n"
	               "Content-Disposition: attachment",
	               a->type);
	st = mgi_draft_put_filename(out, d, a->name, err);
	mgi_buf_puts(out, "\r\n\r\n");
	return st < 0 ? st : put_source(out, a->source, err);
}

/* -- the whole ------------------------------------------------------------- */

static void hash_string(mgi_hash *h, const char *s)
{
	if (s)
		mgi_hash_add(h, mgi_span(s, strlen(s) + 1));
}

static mailguard_status boundary(char out[BOUNDARY_DIGITS + 3],
                                 const mailguard_draft *d,
                                 mailguard_error *err)
{
	unsigned char hash[MGI_SHA256_BYTES];
	const mgi_field *f, *m;
	const mgi_attached *a;
	mailguard_status st;
	mgi_hash *h;

	st = mgi_hash_new(&h, d->mg, err);
	if (st < 0)
		return st;
	for (f = d->fields; f; f = f->next) {
		for (m = f; m; m = m->more) {
			hash_string(h, m->name);
			hash_string(h, m->value);
			hash_string(h, m->address);
		}
	}
	mgi_hash_add(h, d->text);
	for (a = d->attached; a; a = a->next) {
		hash_string(h, a->name);
		hash_string(h, a->type);
	}
	st = mgi_hash_done(hash, h, err);
	mgi_hash_free(h);
	out[0] = '=';
	out[1] = '_';
	mgi_hex(out + 2, mgi_span(hash, BOUNDARY_DIGITS / 2));
	return st;
}

static mailguard_status put_parts(mailguard_buffer *out,
                                  mailguard_draft *d,
                                  mailguard_error *err)
{
	char b[BOUNDARY_DIGITS + 3];
	mailguard_status st = boundary(b, d, err);
	const mgi_attached *a;

	if (st < 0)
		return st;
	mgi_buf_printf(out,
	               "Content-Type: multipart/mixed;\r\n boundary=\"%s\"\r\n"
	               "\r\n--%s\r\n",
	               b, b);
	st = put_text(out, d, err);
	for (a = d->attached; a && st == MAILGUARD_OK; a = a->next) {
		mgi_buf_printf(out, "\r\n--%s\r\n", b);
		st = put_attached(out, d, a, err);
	}
	mgi_buf_printf(out, "\r\n--%s--\r\n", b);
	return st;
}

static mailguard_status put_all(mailguard_buffer *out,
                                mailguard_draft *d,
                                mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mgi_field *f;

	for (f = d->fields; f && st == MAILGUARD_OK; f = f->next)
		st = mgi_draft_put_field(out, d, f, err);
	mgi_buf_puts(out, "MIME-Version: 1.0\r\n");
	if (st == MAILGUARD_OK && d->attached)
		st = put_parts(out, d, err);
	else if (st == MAILGUARD_OK)
		st = put_text(out, d, err);
	return st < 0 ? st : mgi_buf_status(out, err);
}

static mailguard_status tell_misfits(const mailguard_draft *d,
                                     mailguard_error *err)
{
	char code[9];
	uint32_t c = d->misfits[0].c;
	unsigned char bytes[4] = { (unsigned char)(c >> 24),
		                   (unsigned char)(c >> 16),
		                   (unsigned char)(c >> 8), (unsigned char)c };

	mgi_hex(code, mgi_span(bytes, 4));
	return mgi_fail(err, d->mg, MAILGUARD_EINVAL, MGI_SAY_DRAFT_MISFITS,
	                "count", mgi_u64(d->misfit_all).text, "charset",
	                mgi_charset_name(d->charset), "code",
	                c < 0x10000 ? code + 4 : code + 3);
}

mailguard_status mailguard_draft_write(mailguard_buffer *out,
                                       mailguard_draft *d,
                                       mailguard_error *err)
{
	mailguard_buffer own;
	mailguard_status st;

	d->misfit_count = 0;
	d->misfit_all = 0;
	mgi_buf_init(&own, d->mg);
	st = put_all(&own, d, err);
	if (st == MAILGUARD_OK && d->misfit_all)
		st = tell_misfits(d, err);
	if (st == MAILGUARD_OK) {
		mgi_buf_add(out, own.at, own.len);
		st = mgi_buf_status(out, err);
	}
	mgi_buf_done(&own);
	return st;
}
