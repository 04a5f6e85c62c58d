/*
 * part.c - text and bytes as parts of a mail.
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "mime/transfer.h"

#define LINE_MAX_7BIT 998

void mgi_plan_lf(mailguard_buffer *out, mailguard_span s)
{
	const unsigned char *cr;

	while (s.len && (cr = memchr(s.data, '\r', s.len)) != NULL) {
		size_t n = (size_t)(cr - s.data);

		mgi_buf_add(out, s.data, n);
		mgi_buf_putc(out, '\n');
		n += 1 + (n + 1 < s.len && cr[1] == '\n');
		s = mgi_span_from(s, n);
	}
	mgi_buf_add(out, s.data, s.len);
}

/* -- how lightly a text can be encoded ------------------------------------- */

typedef struct shape {
	size_t high, longest;
	bool control, mark;
} shape;

#define BLOCK 64

/* What these bytes are, wherever their lines end. */
static void block_look(shape *x, const unsigned char *at, size_t n)
{
	unsigned char control = 0, high = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = at[i];

		high = (unsigned char)(high + (c >> 7));
		control |=
			((c < ' ') & (c != '\n') & (c != '\t')) | (c == 0x7f);
	}
	x->high += high;
	x->control |= control != 0;
}

/* Is there "=_", so that a line could be taken for a boundary? */
static bool mark_find(mailguard_span s)
{
	const unsigned char *at;

	while (s.len && (at = memchr(s.data, '_', s.len)) != NULL) {
		if (at > s.data && at[-1] == '=')
			return true;
		s = mgi_span_from(s, (size_t)(at - s.data) + 1);
	}
	return false;
}

static shape shape_of(mailguard_span s)
{
	shape x = { 0, 0, false, false };
	mailguard_span rest = s;
	size_t i;

	for (i = 0; i + BLOCK <= s.len; i += BLOCK)
		block_look(&x, s.data + i, BLOCK);
	block_look(&x, s.data + i, s.len - i);
	x.mark = mark_find(s);
	while (rest.len) {
		const unsigned char *lf = memchr(rest.data, '\n', rest.len);
		size_t n = lf ? (size_t)(lf - rest.data) : rest.len;

		x.longest = n > x.longest ? n : x.longest;
		rest = mgi_span_from(rest, n + 1);
	}
	return x;
}

/* Base64 keeps the line ends of text as CRLF (RFC 2045, 6.8). */
static void base64_text_put(mgi_plan *p, mailguard_span lf)
{
	mailguard_buffer crlf;
	const unsigned char *end;

	mgi_buf_init(&crlf, p->mg);
	while (lf.len && (end = memchr(lf.data, '\n', lf.len)) != NULL) {
		mgi_buf_add(&crlf, lf.data, (size_t)(end - lf.data));
		mgi_buf_puts(&crlf, "\r\n");
		lf = mgi_span_from(lf, (size_t)(end - lf.data) + 1);
	}
	mgi_buf_add(&crlf, lf.data, lf.len);
	mgi_plan_failed(p, &crlf);
	mgi_base64_lines(&p->ready, mgi_buf_span(&crlf), "\n");
	mgi_buf_done(&crlf);
}

static void qp_put(mgi_plan *p, mailguard_span lf)
{
	mailguard_buffer qp;

	mgi_buf_init(&qp, p->mg);
	mgi_qp_put(&qp, lf);
	mgi_plan_failed(p, &qp);
	mgi_plan_lf(&p->ready, mgi_buf_span(&qp));
	mgi_buf_done(&qp);
}

static void type_put(mgi_plan *p,
                     const char *type,
                     const char *charset,
                     const char *encoding,
                     const char *more)
{
	mgi_buf_printf(&p->ready, "Content-Type: %s", type);
	if (charset[0])
		mgi_buf_printf(&p->ready, "; charset=%s", charset);
	mgi_buf_printf(&p->ready, "\nContent-Transfer-Encoding: %s\n%s\n",
	               encoding, more);
}

void mgi_plan_text(mgi_plan *p,
                   const char *type,
                   const char *charset,
                   const char *more,
                   mailguard_span text)
{
	mailguard_buffer lf;
	shape x;

	mgi_buf_init(&lf, p->mg);
	mgi_plan_lf(&lf, text);
	mgi_plan_failed(p, &lf);
	x = shape_of(mgi_buf_span(&lf));
	if (!x.high && !x.control && !x.mark && x.longest <= LINE_MAX_7BIT) {
		if (mgi_span_is(mgi_span_of(charset), "utf-8"))
			charset = "us-ascii";
		type_put(p, type, charset, "7bit", more);
		mgi_buf_add(&p->ready, lf.at, lf.len);
	} else if (x.high > lf.len / 6) {
		type_put(p, type, charset, "base64", more);
		base64_text_put(p, mgi_buf_span(&lf));
	} else {
		type_put(p, type, charset, "quoted-printable", more);
		qp_put(p, mgi_buf_span(&lf));
	}
	mgi_buf_done(&lf);
}
