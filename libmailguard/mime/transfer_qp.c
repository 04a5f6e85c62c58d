/*
 * transfer_qp.c - quoted-printable (RFC 2045, 6.7).
 */
#include "mime/transfer_codings.h"

#include <string.h>

#include "base/text.h"

#define BLOCK 32
#define B 255

/* clang-format off */
/* 0..15, or more. */
static const uint8_t hex[256] = {
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, 0,1,2,3,4,5,6,7,8,9,B,B,B,B,B,B,
	B,10,11,12,13,14,15,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,10,11,12,13,14,15,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
};
/* clang-format on */

enum {
	PLAIN,
	EQUALS,   /* "=" */
	DIGIT,    /* "=4"; `bits` is the 4 */
	EQUALS_WS /* "= ", which a careless server may have made of "=" */
};

static void flush_held(mailguard_buffer *out, mgi_transfer *t)
{
	mgi_buf_add(out, t->held, t->held_len);
	t->held_len = 0;
}

/* White space before the end of a line was added on the way. */
static void qp_line_end(mailguard_buffer *out, mgi_transfer *t)
{
	bool cr = t->held_len && t->held[t->held_len - 1] == '\r';

	t->held_len = 0;
	mgi_buf_puts(out, cr ? "\r\n" : "\n");
}

static void qp_hold(mailguard_buffer *out, mgi_transfer *t, char c)
{
	if (t->held_len == MGI_TRANSFER_HELD ||
	    (t->held_len && t->held[t->held_len - 1] == '\r'))
		flush_held(out, t);
	t->held[t->held_len++] = c;
}

static void qp_bad(mailguard_buffer *out, mgi_transfer *t, uint64_t at)
{
	mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_QP, at, 1);
	mgi_buf_putc(out, '=');
	if (t->state == DIGIT)
		mgi_buf_putc(out, (char)t->bits);
	else
		flush_held(out, t);
	t->state = PLAIN;
}

/* Behind a "=". False: it meant nothing, and `c` is plain. */
static bool qp_escaped(mailguard_buffer *out, mgi_transfer *t, char c)
{
	unsigned char u = (unsigned char)c;

	if (t->state == DIGIT) {
		if (!mgi_is_xdigit(u))
			return false;
		mgi_buf_putc(out, (char)(mgi_xdigit((int)t->bits) << 4 |
		                         mgi_xdigit(u)));
		t->state = PLAIN;
		return true;
	}
	if (c == '\n') { /* a soft line break */
		t->held_len = 0;
		t->state = PLAIN;
		return true;
	}
	if (t->held_len < MGI_TRANSFER_HELD &&
	    (c == ' ' || c == '\t' || c == '\r')) {
		t->held[t->held_len++] = c;
		t->state = EQUALS_WS;
		return true;
	}
	if (t->state != EQUALS || !mgi_is_xdigit(u))
		return false;
	t->bits = u;
	t->state = DIGIT;
	return true;
}

static void qp_char(mailguard_buffer *out, mgi_transfer *t, char c, uint64_t at)
{
	if (t->state != PLAIN) {
		if (qp_escaped(out, t, c))
			return;
		qp_bad(out, t, at);
	}
	if (c == '\n') {
		qp_line_end(out, t);
		return;
	}
	if (c == ' ' || c == '\t' || c == '\r') {
		qp_hold(out, t, c);
		return;
	}
	flush_held(out, t);
	if (c == '=')
		t->state = EQUALS;
	else
		mgi_buf_putc(out, c);
}

/* Where the next "=" or line end stands. */
static size_t qp_stop(mailguard_span s, size_t i)
{
	size_t k;

	for (; s.len - i >= BLOCK; i += BLOCK) {
		const unsigned char *p = s.data + i;
		uint8_t any = 0;

		for (k = 0; k < BLOCK; k++)
			any |= (uint8_t)((p[k] == '=') | (p[k] == '\n') |
			                 (p[k] == '\r'));
		if (any)
			break;
	}
	while (i < s.len && s.data[i] != '=' && s.data[i] != '\n' &&
	       s.data[i] != '\r')
		i++;
	return i;
}

/* Text up to a stop; white space at its end may belong to a line end. */
static void qp_text(mailguard_buffer *out, mgi_transfer *t, mailguard_span s)
{
	size_t n = s.len;

	while (n && (s.data[n - 1] == ' ' || s.data[n - 1] == '\t'))
		n--;
	if (n) {
		flush_held(out, t);
		mgi_buf_add(out, s.data, n);
	}
	for (; n < s.len; n++)
		qp_hold(out, t, (char)s.data[n]);
}

/* A run of "=E6=97=A5"; how much of it was eaten. */
static size_t qp_bytes(mailguard_buffer *out, mgi_transfer *t, mailguard_span s)
{
	char *to = mgi_buf_room(out, s.len / 3 + t->held_len), *begin = to;
	size_t i = 0;

	if (!to)
		return s.len;
	memcpy(to, t->held, t->held_len);
	to += t->held_len;
	while (s.len - i >= 3 && s.data[i] == '=') {
		unsigned high = hex[s.data[i + 1]], low = hex[s.data[i + 2]];

		if ((high | low) > 15)
			break;
		*to++ = (char)(high << 4 | low);
		i += 3;
	}
	if (!i)
		return 0;
	t->held_len = 0;
	mgi_buf_filled(out, (size_t)(to - begin));
	return i;
}

void mgi_transfer_qp_feed(mailguard_buffer *out,
                          mgi_transfer *t,
                          mailguard_span in)
{
	size_t i = 0, stop;

	while (i < in.len) {
		if (t->state == PLAIN) {
			stop = qp_stop(in, i);
			qp_text(out, t, mgi_span(in.data + i, stop - i));
			i = stop;
			i += qp_bytes(out, t, mgi_span_from(in, i));
			if (i >= in.len || i > stop)
				continue;
		}
		qp_char(out, t, (char)in.data[i], t->at + i);
		i++;
	}
}

void mgi_transfer_qp_end(mailguard_buffer *out, mgi_transfer *t)
{
	if (t->state == DIGIT)
		qp_bad(out, t, t->at);
	t->held_len = 0;
	t->state = PLAIN;
}
