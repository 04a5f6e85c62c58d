/*
 * transfer_base64.c - base64 (RFC 2045, 6.8), and what stands behind its end.
 */
#include "mime/transfer_codings.h"

#include <string.h>

#include "base/text.h"

#define BLOCK 16
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
/* clang-format on */

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
	size_t i = mgi_transfer_base64_wide(to, p, len);
	uint8_t v[BLOCK];

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

void mgi_transfer_base64_feed(mailguard_buffer *out,
                              mgi_transfer *t,
                              mailguard_span in)
{
	size_t most = (in.len + t->held_len) / 4 * 3 + MGI_BASE64_WIDE;
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

void mgi_transfer_base64_end(mailguard_buffer *out, mgi_transfer *t)
{
	char *to = mgi_buf_room(out, MGI_TRANSFER_HELD), *begin = to;

	if (to && t->state == PADDED)
		to = base64_after(to, t, t->at);
	if (t->n)
		mgi_harm_add(&t->harm, MAILGUARD_DAMAGE_BASE64_CUT, t->at, 1);
	if (to)
		mgi_buf_filled(out, (size_t)(put_short(to, t) - begin));
}
