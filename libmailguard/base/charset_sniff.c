/*
 * charset_sniff.c - which charset text is in, by its bytes.
 *
 * UTF-8 and ISO-2022-JP prove themselves, and so nearly does Cyrillic, whose
 * words are all above 127; the rest is charset_score.c's. The first kilobytes
 * from the first odd byte on decide; whether it is UTF-8, all of them.
 */
#include "base/charset.h"

#include <string.h>

#include "base/charset_score.h"
#include "base/text.h"
#include "base/wide.h"

#define ESC 0x1b
#define BLOCK 64

void mgi_sniff_begin(mgi_sniff *s)
{
	memset(s, 0, offsetof(mgi_sniff, sample));
	s->bad_at = MAILGUARD_NOWHERE;
}

/* How much at the head has no such byte for sure, by the block. */
MGI_WIDE static size_t plain_blocks(const unsigned char *p, size_t len)
{
	size_t i, k;

	for (i = 0; len - i >= BLOCK; i += BLOCK) {
		uint8_t odd = 0;

		for (k = 0; k < BLOCK; k++)
			odd |= (uint8_t)((p[i + k] & 0x80) | (p[i + k] == ESC));
		if (odd)
			break;
	}
	return i;
}

/* Written out, so that compilers see one load. */
static inline uint64_t load8(const unsigned char *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
	       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
	       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/* Has one of eight bytes? The first eight are asked before all blocks. */
static inline bool has_odd(uint64_t eight)
{
	uint64_t escapes = eight ^ (ESC * (UINT64_MAX / 255));

	return (eight | ((escapes - UINT64_MAX / 255) & ~escapes)) &
	       (UINT64_MAX / 255 * 0x80);
}

/* Where the first byte above 127, or escape, stands. */
static size_t find_odd(mailguard_span s)
{
	size_t i = 0;

	if (s.len >= 8 && !has_odd(load8(s.data)))
		i = plain_blocks(s.data, s.len);
	while (s.len - i >= 8 && !has_odd(load8(s.data + i)))
		i += 8;
	while (i < s.len && s.data[i] < 0x80 && s.data[i] != ESC)
		i++;
	return i;
}

static void utf8_bad(mgi_sniff *s, uint64_t at)
{
	if (!s->bad++)
		s->bad_at = at;
	s->need = 0;
}

static void utf8_lead(mgi_sniff *s, unsigned char c, uint64_t at)
{
	s->begin = at;
	s->low = 0x80;
	s->high = 0xbf;
	s->need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		s->low = 0xa0;
	else if (c == 0xed)
		s->high = 0x9f;
	else if (c == 0xf0)
		s->low = 0x90;
	else if (c == 0xf4)
		s->high = 0x8f;
	else if (c < 0xc2 || c > 0xf4)
		utf8_bad(s, at);
	s->length = s->need;
}

static void utf8_byte(mgi_sniff *s, unsigned char c, uint64_t at)
{
	if (s->need && (c < s->low || c > s->high))
		utf8_bad(s, s->begin);
	else if (s->need) {
		s->low = 0x80;
		s->high = 0xbf;
		if (--s->need)
			return;
		s->good++;
		s->long_good += s->length > 1;
		return;
	}
	if (c >= 0x80)
		utf8_lead(s, c, at);
}

/* Bytes from the first odd one on. */
static void take_sample(mgi_sniff *s, mailguard_span bytes)
{
	bytes = mgi_span_head(bytes, sizeof(s->sample) - s->sample_len);
	if (!bytes.len)
		return;
	memcpy(s->sample + s->sample_len, bytes.data, bytes.len);
	s->sample_len += bytes.len;
}

static inline bool goes_on(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/*
 * Characters of three bytes and of two, as most are, and letters of Cyrillic,
 * none of which a byte follows that could belong to it; how many bytes.
 */
static size_t utf8_run(mgi_sniff *s, mailguard_span bytes, size_t at)
{
	uint64_t good = s->good, longer = s->long_good;
	size_t i = at;

	while (bytes.len - i >= 3) {
		const unsigned char *p = bytes.data + i;

		if (p[0] >= 0xe1 && p[0] <= 0xec && goes_on(p[1]) &&
		    goes_on(p[2])) {
			longer++;
			good++;
			i += 3;
		} else if (p[0] >= 0xc2 && p[0] <= 0xdf && goes_on(p[1])) {
			good++;
			i += 2;
		} else if (p[0] >= 0xc0 && !goes_on(p[1])) {
			utf8_bad(s, s->at + i);
			i++;
		} else {
			break;
		}
	}
	s->good = good;
	s->long_good = longer;
	if (i > at) {
		s->odd += i - at;
		s->side += i - at - (s->last < 0x80);
		s->last = bytes.data[i - 1];
	}
	return i - at;
}

/* Of a block that begins with a whole character. */
typedef struct sums {
	uint8_t leads, longer, odd, side, escapes;
	uint8_t any;   /* byte that goes on with a character */
	uint8_t wrong; /* such a byte stands, or is missing, where it may not */
	uint8_t unsure; /* leads that not every such byte may follow */
} sums;

/* In a way compilers make wide instructions of; `b` has three bytes before. */
MGI_WIDE static void block_sum(sums *out, const unsigned char *b)
{
	uint8_t leads = 0, longer = 0, odd = 0, side = 0, escapes = 0;
	uint8_t any = 0, wrong = 0, e0 = 0, ed = 0, c0 = 0, f0 = 0;
	size_t k;

	for (k = 0; k < BLOCK; k++) {
		uint8_t c = b[k + 3], one = b[k + 2];
		uint8_t on = (uint8_t)((c & 0xc0) == 0x80);
		uint8_t due = (uint8_t)((one >= 0xc0) | (b[k + 1] >= 0xe0) |
		                        (b[k] >= 0xf0));

		any |= on;
		wrong |= on ^ due;
		e0 |= (uint8_t)(c == 0xe0);
		ed |= (uint8_t)(c == 0xed);
		c0 |= (uint8_t)((c & 0xfe) == 0xc0);
		f0 |= (uint8_t)(c >= 0xf0);
		leads = (uint8_t)(leads + (c >= 0xc0));
		longer = (uint8_t)(longer + (c >= 0xe0));
		odd = (uint8_t)(odd + (c >> 7));
		side = (uint8_t)(side + ((c & one) >> 7));
		escapes = (uint8_t)(escapes + (c == ESC));
	}
	*out = (sums){ leads,   longer, odd,   side,
		       escapes, any,    wrong, e0 | ed | c0 | f0 };
}

/* How many bytes at the end are of a character that may go on behind it. */
static size_t open_end(const unsigned char *b, bool utf8)
{
	if (b[BLOCK + 2] >= 0xc0)
		return 1;
	return utf8 && b[BLOCK + 1] >= 0xe0 ? 2 : 0;
}

static void first_bad(mgi_sniff *s, const unsigned char *p, uint64_t at)
{
	while (*p < 0xc0) {
		p++;
		at++;
	}
	s->bad_at = at;
}

/*
 * Blocks of whole characters of UTF-8, or of single letters as Cyrillic and
 * Latin charsets have, each of which is bad; how many bytes.
 */
static size_t sniff_blocks(mgi_sniff *s, mailguard_span bytes, size_t at)
{
	unsigned char b[BLOCK + 3] = { 0, 0, 0 };
	size_t i = at, n, k;

	for (; bytes.len - i >= BLOCK; i += n) {
		bool utf8;
		sums t;

		memcpy(b + 3, bytes.data + i, BLOCK);
		block_sum(&t, b);
		utf8 = !t.wrong && !t.unsure;
		if (!utf8 && t.any)
			break;
		n = BLOCK - open_end(b, utf8);
		for (k = n + 3; k < BLOCK + 3; k++) {
			t.odd--;
			t.side = (uint8_t)(t.side - (b[k - 1] >= 0x80));
			t.leads = (uint8_t)(t.leads - (b[k] >= 0xc0));
			t.longer = (uint8_t)(t.longer - (b[k] >= 0xe0));
		}
		if (!utf8 && t.leads && !s->bad)
			first_bad(s, b + 3, s->at + i);
		s->good += utf8 ? t.leads : 0;
		s->long_good += utf8 ? t.longer : 0;
		s->bad += utf8 ? 0 : t.leads;
		s->odd += t.odd;
		s->side += t.side + (size_t)(b[3] >= 0x80 && s->last >= 0x80);
		s->escapes += t.escapes;
		s->last = b[n + 2];
	}
	return i - at;
}

void mgi_sniff_feed(mgi_sniff *s, mailguard_span bytes)
{
	size_t i = s->need ? 0 : find_odd(bytes), again = 0, n;

	if (i)
		s->last = 0;
	take_sample(s, s->sample_len ? bytes : mgi_span_from(bytes, i));
	while (i < bytes.len) {
		unsigned char c = bytes.data[i];

		if (c < 0x80 && !s->need) {
			s->escapes += c == ESC;
			s->last = c;
			i += c == ESC;
			i += find_odd(mgi_span_from(bytes, i));
			continue;
		}
		n = 0;
		if (!s->need && i >= again) {
			n = sniff_blocks(s, bytes, i);
			/* What is behind them is not worth another look yet. */
			again = i + n + BLOCK;
		}
		if (!s->need && !n)
			n = utf8_run(s, bytes, i);
		i += n;
		if (n)
			continue;
		s->escapes += c == ESC;
		s->odd += c >= 0x80;
		s->side += c >= 0x80 && s->last >= 0x80;
		s->last = c;
		utf8_byte(s, c, s->at + i);
		i++;
	}
	s->at += bytes.len;
}

static bool has_jis_escape(mailguard_span s)
{
	size_t i;

	for (i = 0; i + 2 < s.len; i++) {
		const unsigned char *p = s.data + i;

		if (p[0] != ESC)
			continue;
		if (p[1] == '$' && (p[2] == '@' || p[2] == 'B'))
			return true;
		if (p[1] == '(' && (p[2] == 'I' || p[2] == 'J'))
			return true;
	}
	return false;
}

static mailguard_span sample_of(const mgi_sniff *s)
{
	return mgi_span(s->sample, s->sample_len);
}

/* Nearly every byte above 127 is a letter of KOI8-R or windows-1251, they form
 * words, and some words are of an odd length, as pairs cannot be. */
static const char *cyrillic(mailguard_span s)
{
	size_t letters = 0, others = 0, big = 0, words = 0, odd = 0, run = 0, i;

	for (i = 0; i <= s.len; i++) {
		unsigned char c = i < s.len ? s.data[i] : ' ';

		if (c >= 0x80) {
			letters += c >= 0xc0;
			others += c < 0xc0;
			big += c >= 0xe0;
			run++;
			continue;
		}
		words += run > 1;
		odd += run > 1 && run % 2;
		run = 0;
	}
	if (letters < 10 || others * 16 > letters || words < 2 ||
	    odd * 4 < words || letters < words * 3)
		return NULL;
	return big * 2 > letters ? "windows-1251" : "koi8-r";
}

bool mgi_sniff_is_utf8(const mgi_sniff *s)
{
	/* What is not whole yet may be the end of a cut sample. */
	return s->odd && s->bad * 8 <= s->good;
}

const mgi_charset *mgi_sniff_likeliest(const mgi_sniff *s, bool *sure)
{
	mailguard_span sample = sample_of(s);
	const char *label;

	*sure = true;
	if (!s->odd && s->escapes && has_jis_escape(sample))
		return mgi_charset_find(mgi_span_of("iso-2022-jp"));
	if (!s->bad || mgi_sniff_is_utf8(s)) {
		*sure = !s->bad && (s->long_good > 1 || s->good > 3);
		return mgi_charset_utf8();
	}
	*sure = false;
	label = cyrillic(sample);
	if (!label)
		label = mgi_charset_asian(sure, sample);
	return label ? mgi_charset_find(mgi_span_of(label)) : NULL;
}

const mgi_charset *mgi_charset_sniff(mailguard_span bytes)
{
	mgi_sniff s;
	bool sure;

	mgi_sniff_begin(&s);
	mgi_sniff_feed(&s, bytes);
	return mgi_sniff_likeliest(&s, &sure);
}
