/*
 * transfer_qp.c - quoted-printable (RFC 2045, 6.7).
 */
#include "mime/transfer_codings.h"

#include <string.h>

#include "base/text.h"

#define BLOCK 32
#define P 32 /* plain, and no digit */
#define E 33 /* "=" */
#define W 34 /* white space */
#define L 35 /* of a line end */

/* clang-format off */
/* 0..15: a digit. */
static const uint8_t kinds[256] = {
	P,P,P,P,P,P,P,P,P,W,L,P,P,L,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	W,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P, 0,1,2,3,4,5,6,7,8,9,P,P,P,E,P,P,
	P,10,11,12,13,14,15,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	P,10,11,12,13,14,15,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
	P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P, P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,P,
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

/* White space at the end of a line is not; before "=" it always is. */
static inline bool qp_stands(const unsigned char *p)
{
	return kinds[p[0]] <= P || (kinds[p[0]] == W && kinds[p[1]] <= E);
}

/* Blocks of what stands for itself; how much. */
static size_t qp_blocks(char *to, const unsigned char *p, size_t len)
{
	size_t i, k;

	for (i = 0; len - i > BLOCK; i += BLOCK) {
		uint8_t any = 0;

		for (k = 0; k < BLOCK; k++)
			any |= (uint8_t)((p[i + k] == '=') |
			                 (p[i + k] == '\n') |
			                 (p[i + k] == '\r'));
		if (any || !qp_stands(p + i + BLOCK - 1))
			break;
		memcpy(to + i, p + i, BLOCK);
	}
	return i;
}

/* "=E6=97=A5"; how much was eaten. */
static inline size_t qp_digits(char **to, const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (len - i > 2 && p[i] == '=') {
		unsigned high = kinds[p[i + 1]], low = kinds[p[i + 2]];

		if ((high | low) > 15)
			break;
		*(*to)++ = (char)(high << 4 | low);
		i += 3;
	}
	return i;
}

/* "=" and a line end; its length, 0 if it is none. */
static inline size_t qp_soft(const unsigned char *p)
{
	if (p[1] == '\n')
		return 2;
	return p[1] == '\r' && p[2] == '\n' ? 3 : 0;
}

/* As long as two more characters tell what is meant; how much was eaten. */
static size_t qp_run(char **to, const unsigned char *p, size_t len)
{
	size_t i = 0, n;

	while (len - i > 2) {
		for (; len - i > 2 && qp_stands(p + i); i++)
			*(*to)++ = (char)p[i];
		if (len - i <= 2)
			break;
		if (p[i] == '=') {
			n = qp_digits(to, p + i, len - i);
			if (!n)
				n = qp_soft(p + i);
			if (!n)
				break;
			i += n;
			continue;
		}
		n = p[i] == '\n' ? 1 : p[i] == '\r' && p[i + 1] == '\n' ? 2 : 0;
		if (!n)
			break;
		memcpy(*to, p + i, n);
		*to += n;
		i += n;
		n = qp_blocks(*to, p + i, len - i);
		*to += n;
		i += n;
	}
	return i;
}

void mgi_transfer_qp_feed(mailguard_buffer *out,
                          mgi_transfer *t,
                          mailguard_span in)
{
	size_t i = 0;

	while (i < in.len) {
		if (t->state == PLAIN && !t->held_len) {
			char *to = mgi_buf_room(out, in.len - i), *begin = to;

			if (!to)
				return;
			i += qp_run(&to, in.data + i, in.len - i);
			mgi_buf_filled(out, (size_t)(to - begin));
			if (i == in.len)
				break;
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
