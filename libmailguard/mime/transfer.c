/*
 * transfer.c - bytes as they were before they were made fit for mail.
 */
#include "mime/transfer.h"

#include <string.h>

#include "base/text.h"

#define BLOCK 16
#define QP_BLOCK 32
#define SKIP 64 /* white space */
#define PAD 65
#define BAD 66
#define S SKIP
#define B BAD

/* clang-format off */
static const uint8_t values[256] = {
	B,B,B,B,B,B,B,B,B,S,S,S,S,S,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	S,B,B,B,B,B,B,B,B,B,B,62,B,B,B,63,
	52,53,54,55,56,57,58,59,60,61,B,B,B,PAD,B,B,
	B,0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,
	15,16,17,18,19,20,21,22,23,24,25,B,B,B,B,B,
	B,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,
	41,42,43,44,45,46,47,48,49,50,51,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
	B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B, B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,B,
};

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

static const struct {
	const char *name;
	mailguard_encoding encoding;
} encodings[] = {
	{ "7bit", MAILGUARD_ENCODING_7BIT },
	{ "8bit", MAILGUARD_ENCODING_8BIT },
	{ "binary", MAILGUARD_ENCODING_BINARY },
	{ "base64", MAILGUARD_ENCODING_BASE64 },
	{ "quoted-printable", MAILGUARD_ENCODING_QP },
	{ "x-uuencode", MAILGUARD_ENCODING_UU },
	{ "uuencode", MAILGUARD_ENCODING_UU },
	{ "x-uue", MAILGUARD_ENCODING_UU },
	{ "uue", MAILGUARD_ENCODING_UU },
	{ "7-bit", MAILGUARD_ENCODING_7BIT },
	{ "8-bit", MAILGUARD_ENCODING_8BIT },
	{ "", MAILGUARD_ENCODING_7BIT },
};

mailguard_encoding mgi_transfer_find(mailguard_span name)
{
	size_t i;

	for (i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++)
		if (mgi_span_is_nocase(name, encodings[i].name))
			return encodings[i].encoding;
	return MAILGUARD_ENCODING_UNKNOWN;
}

const char *mailguard_part_encoding_name(mailguard_encoding encoding)
{
	return encoding >= 0 && encoding < MAILGUARD_ENCODING_UNKNOWN
	               ? encodings[encoding].name
	               : "unknown";
}

void mgi_transfer_begin(mgi_transfer *t, mailguard_encoding encoding)
{
	t->encoding = encoding;
	t->bits = t->n = t->state = 0;
	t->held_len = 0;
	t->at = 0;
	t->harm.seen = 0;
}

/* -- base64 ---------------------------------------------------------------- */

enum {
	WITHIN,
	PADDED, /* the end was seen; `held` has what stands behind it */
	OVER    /* ... which was no base64, and nothing more is */
};

static char *put_group(char *to, uint32_t bits, size_t n)
{
	to[0] = (char)(bits >> 16);
	if (n > 1)
		to[1] = (char)(bits >> 8);
	if (n > 2)
		to[2] = (char)bits;
	return to + n;
}

/* The bytes of a group that breaks off after n characters. */
static char *put_short(char *to, mgi_transfer *t)
{
	if (t->n >= 2)
		to = put_group(to, t->bits << (6 * (4 - t->n)), t->n - 1);
	t->n = 0;
	t->bits = 0;
	return to;
}

static char *base64_pad(char *to, mgi_transfer *t, uint64_t at)
{
	if (t->n == 1)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_CUT, at, 1);
	else if (t->n == 0)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_CHARS, at, 1);
	t->state = PADDED;
	t->held_len = 0;
	return put_short(to, t);
}

static char *base64_char(char *to, mgi_transfer *t, uint8_t v, uint64_t at)
{
	if (v == SKIP)
		return to;
	if (v == PAD)
		return base64_pad(to, t, at);
	if (v == BAD) {
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_CHARS, at, 1);
		return to;
	}
	t->bits = t->bits << 6 | v;
	if (++t->n < 4)
		return to;
	to = put_group(to, t->bits, 3);
	t->n = 0;
	t->bits = 0;
	return to;
}

static size_t pads(mailguard_span s)
{
	size_t n = 0;

	while (n < 2 && n < s.len && s.data[s.len - 1 - n] == '=')
		n++;
	return n;
}

/* Whole groups. A short one needs its padding: "John" is a name. */
static bool is_base64(mailguard_span s)
{
	size_t i, pad = pads(s);

	for (i = 0; i < s.len - pad; i++)
		if (values[s.data[i]] >= SKIP)
			return false;
	return s.len % 4 == 0 && (pad || s.len >= 8);
}

/*
 * Behind the padding more base64 may stand, for some encoders pad each line or
 * each piece; or a list's footer. `at` is where the held bytes end.
 */
static char *base64_after(char *to, mgi_transfer *t, uint64_t at)
{
	mailguard_span held = mgi_span(t->held, t->held_len);
	mailguard_span s = mgi_span_trim(held);
	size_t i;

	t->held_len = 0;
	if (!s.len)
		return to;
	at -= held.len - (size_t)(s.data - held.data);
	mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_AFTER, at, 1);
	t->state = OVER;
	if (!is_base64(s))
		return to;
	t->state = WITHIN;
	for (i = 0; i < s.len && t->state == WITHIN; i++)
		to = base64_char(to, t, values[s.data[i]], at + i);
	return to;
}

/* How much of `in`, which begins at `at`, lies behind the padding. */
static size_t base64_hold(char **to,
                          mgi_transfer *t,
                          mailguard_span in,
                          uint64_t at)
{
	size_t i;

	for (i = 0; i < in.len && t->state == PADDED; i++) {
		unsigned char c = in.data[i];

		if (c == '\n' || t->held_len == MGI_TRANSFER_HELD)
			*to = base64_after(*to, t, at + i);
		if (t->state != PADDED)
			break;
		if (c != '\n' && (c != '=' || t->held_len))
			t->held[t->held_len++] = (char)c;
	}
	return t->state == OVER ? in.len : i;
}

/* Written out, so that compilers see one load and one store. */
static inline uint64_t load8(const uint8_t *v)
{
	return (uint64_t)v[0] | (uint64_t)v[1] << 8 | (uint64_t)v[2] << 16 |
	       (uint64_t)v[3] << 24 | (uint64_t)v[4] << 32 |
	       (uint64_t)v[5] << 40 | (uint64_t)v[6] << 48 |
	       (uint64_t)v[7] << 56;
}

static inline void store8(char *to, uint64_t x)
{
	to[0] = (char)(x >> 56);
	to[1] = (char)(x >> 48);
	to[2] = (char)(x >> 40);
	to[3] = (char)(x >> 32);
	to[4] = (char)(x >> 24);
	to[5] = (char)(x >> 16);
	to[6] = (char)(x >> 8);
	to[7] = (char)x;
}

/* Sixteen characters at once, in a way compilers make wide instructions of. */
static bool base64_values(uint8_t *restrict v, const unsigned char *restrict p)
{
	uint8_t known[BLOCK];
	size_t i;

	for (i = 0; i < BLOCK; i++) {
		uint8_t c = p[i];
		uint8_t up = (uint8_t) - ((uint8_t)(c - 'A') < 26);
		uint8_t low = (uint8_t) - ((uint8_t)(c - 'a') < 26);
		uint8_t digit = (uint8_t) - ((uint8_t)(c - '0') < 10);
		uint8_t plus = (uint8_t) - (c == '+');
		uint8_t slash = (uint8_t) - (c == '/');

		v[i] = (uint8_t)((up & (c - 'A')) | (low & (c - 'a' + 26)) |
		                 (digit & (c - '0' + 52)) | (plus & 62) |
		                 (slash & 63));
		known[i] = (uint8_t)(up | low | digit | plus | slash);
	}
	return (load8(known) & load8(known + 8)) == UINT64_MAX;
}

/* Eight values are six bytes; two more are written behind them. */
static inline char *base64_pack(char *to, const uint8_t v[8])
{
	const uint64_t six = UINT64_C(0x003f003f003f003f);
	const uint64_t twelve = UINT64_C(0x00000fff00000fff);
	uint64_t x = load8(v);

	x = (x & six) << 6 | (x >> 8 & six);
	x = (x & twelve) << 12 | (x >> 16 & twelve);
	store8(to, x << 40 | (x >> 32) << 16);
	return to + 6;
}

/* Whole groups, as long as nothing is odd; how much was eaten. */
static size_t base64_run(char **to, const unsigned char *p, size_t len)
{
	uint8_t v[BLOCK];
	size_t i = 0;

	while (len - i >= BLOCK && base64_values(v, p + i)) {
		*to = base64_pack(*to, v);
		*to = base64_pack(*to, v + 8);
		i += BLOCK;
	}
	while (len - i >= 4) {
		uint32_t a = values[p[i]], b = values[p[i + 1]];
		uint32_t c = values[p[i + 2]], d = values[p[i + 3]];

		if ((a | b | c | d) >= SKIP)
			break;
		*to = put_group(*to, a << 18 | b << 12 | c << 6 | d, 3);
		i += 4;
	}
	return i;
}

static void base64_feed(mailguard_buffer *out,
                        mgi_transfer *t,
                        mailguard_span in)
{
	size_t most = (in.len + t->held_len) / 4 * 3 + 16;
	char *to = mgi_buf_room(out, most), *begin = to;
	const unsigned char *p = in.data;
	size_t i = 0;

	while (to && i < in.len) {
		if (!t->n && t->state == WITHIN)
			i += base64_run(&to, p + i, in.len - i);
		if (t->state != WITHIN) {
			i += base64_hold(&to, t, mgi_span_from(in, i),
			                 t->at + i);
		} else if (i < in.len) {
			to = base64_char(to, t, values[p[i]], t->at + i);
			i++;
		}
	}
	if (to)
		mgi_buf_filled(out, (size_t)(to - begin));
}

static void base64_end(mailguard_buffer *out, mgi_transfer *t)
{
	char *to = mgi_buf_room(out, MGI_TRANSFER_HELD), *begin = to;

	if (to && t->state == PADDED)
		to = base64_after(to, t, t->at);
	if (t->n)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_CUT, t->at, 1);
	if (to)
		mgi_buf_filled(out, (size_t)(put_short(to, t) - begin));
}

/* -- quoted-printable ------------------------------------------------------ */

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

	for (; s.len - i >= QP_BLOCK; i += QP_BLOCK) {
		const unsigned char *p = s.data + i;
		uint8_t any = 0;

		for (k = 0; k < QP_BLOCK; k++)
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

static void qp_feed(mailguard_buffer *out, mgi_transfer *t, mailguard_span in)
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

static void qp_end(mailguard_buffer *out, mgi_transfer *t)
{
	if (t->state == DIGIT)
		qp_bad(out, t, t->at);
	t->held_len = 0;
	t->state = PLAIN;
}

/* -- uuencode -------------------------------------------------------------- */

enum { BEFORE, INSIDE, BEHIND };

static uint32_t uu_value(mailguard_span line, size_t i)
{
	return i < line.len ? (uint32_t)(line.data[i] - 32) & 63 : 0;
}

static void uu_data(mailguard_buffer *out, mailguard_span line)
{
	size_t n = uu_value(line, 0), i;
	char group[3];

	for (i = 1; n; i += 4) {
		size_t k = n < 3 ? n : 3;

		(void)put_group(group,
		                uu_value(line, i) << 18 |
		                        uu_value(line, i + 1) << 12 |
		                        uu_value(line, i + 2) << 6 |
		                        uu_value(line, i + 3),
		                k);
		mgi_buf_add(out, group, k);
		n -= k;
	}
}

/* As long as its first character says, but for spaces lost at its end. */
int mgi_uu_bytes(mailguard_span line)
{
	size_t n = uu_value(line, 0), need = (n + 2) / 3 * 4, i;

	for (i = 0; i < line.len; i++)
		if (line.data[i] < 32 || line.data[i] > 96)
			return -1;
	return line.len && line.len <= need + 2 && line.len > need / 2 ? (int)n
	                                                               : -1;
}

/* `at` is where the line ends. */
static void uu_line(mailguard_buffer *out, mgi_transfer *t, uint64_t at)
{
	mailguard_span line = mgi_span(t->held, t->held_len);

	while (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	t->held_len = 0;
	if (t->state == BEFORE && mgi_span_starts(line, "begin "))
		t->state = INSIDE;
	else if (t->state == INSIDE && mgi_span_is(line, "end"))
		t->state = BEHIND;
	else if (t->state == INSIDE && mgi_uu_bytes(line) >= 0)
		uu_data(out, line);
	else if (t->state == INSIDE && line.len)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_UU, at, 1);
}

static void uu_feed(mailguard_buffer *out, mgi_transfer *t, mailguard_span in)
{
	size_t i;

	for (i = 0; i < in.len; i++) {
		if (in.data[i] == '\n')
			uu_line(out, t, t->at + i);
		else if (t->held_len < MGI_TRANSFER_HELD)
			t->held[t->held_len++] = (char)in.data[i];
	}
}

static void uu_end(mailguard_buffer *out, mgi_transfer *t)
{
	uu_line(out, t, t->at);
	if (t->state != BEHIND)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_UU_CUT, t->at, 1);
}

void mgi_transfer_feed(mailguard_buffer *out,
                       mgi_transfer *t,
                       mailguard_span in)
{
	if (t->encoding == MAILGUARD_ENCODING_BASE64)
		base64_feed(out, t, in);
	else if (t->encoding == MAILGUARD_ENCODING_QP)
		qp_feed(out, t, in);
	else if (t->encoding == MAILGUARD_ENCODING_UU)
		uu_feed(out, t, in);
	else
		mgi_buf_add(out, in.data, in.len);
	t->at += in.len;
}

void mgi_transfer_end(mailguard_buffer *out, mgi_transfer *t)
{
	if (t->encoding == MAILGUARD_ENCODING_BASE64)
		base64_end(out, t);
	else if (t->encoding == MAILGUARD_ENCODING_QP)
		qp_end(out, t);
	else if (t->encoding == MAILGUARD_ENCODING_UU)
		uu_end(out, t);
}
