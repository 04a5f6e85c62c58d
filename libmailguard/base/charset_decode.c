/*
 * charset_decode.c - bytes of any charset to UTF-8, in pieces.
 *
 * Every coding has one step: eat what is whole, tell how much that was. What
 * is left of a piece waits in `held` for the next one.
 */
#include "base/charset_rows.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/iso2022jp.h"
#include "base/text.h"
#include "base/utf7.h"

#define HELD_MAX 32
#define ICONV_PIECE ((size_t)4096)
#define BAD_CHAR 0xfffd
#define BOM 0xfeff

struct mgi_decoder {
	mailguard *mg;
	const mgi_charset *cs;
	iconv_t cd;
	mgi_coding coding; /* UTF-16's byte order once it is known */
	mgi_jis jis;
	mgi_utf7 utf7;
	mgi_damage damage;
	uint64_t base; /* offset of what is stepped over now */
	bool begun;    /* a byte order mark is one no more */
	size_t held_len;
	unsigned char held[HELD_MAX];
};

static void put(mgi_decoder *d, mailguard_buffer *out, uint32_t c)
{
	char utf8[4];

	if (d->begun || c != BOM)
		mgi_buf_add(out, utf8, mgi_utf8_put(utf8, c));
	d->begun = true;
}

/* `at` is where in the step the bad bytes begin. */
static void put_bad(mgi_decoder *d, mailguard_buffer *out, size_t at)
{
	if (d->damage.count++ == 0)
		d->damage.first = d->base + at;
	put(d, out, BAD_CHAR);
}

/* Could these last bytes of a piece be the beginning of a character? */
static bool utf8_is_cut(const unsigned char *at, size_t n)
{
	size_t need = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	size_t i;

	if (at[0] < 0xc2 || at[0] > 0xf4 || n >= need)
		return false;
	for (i = 1; i < n; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return false;
	return true;
}

static size_t utf8_step(mgi_decoder *d,
                        mailguard_buffer *out,
                        const unsigned char *at,
                        size_t n)
{
	mailguard_span s = mgi_span(at, n);
	size_t i = 0, next, run = 0;

	while (i < n) {
		uint32_t c;

		if (utf8_is_cut(at + i, n - i))
			break;
		next = i;
		c = mgi_utf8_next(s, &next);
		if (!d->begun || (c == BAD_CHAR && next - i == 1)) {
			mgi_buf_add(out, at + run, i - run);
			if (c == BAD_CHAR && next - i == 1)
				put_bad(d, out, i);
			else
				put(d, out, c);
			run = next;
		}
		i = next;
	}
	mgi_buf_add(out, at + run, i - run);
	return i;
}

static uint32_t unit16(const mgi_decoder *d, const unsigned char *at)
{
	if (d->coding == MGI_CODING_UTF16LE)
		return (uint32_t)(at[0] | at[1] << 8);
	return (uint32_t)(at[0] << 8 | at[1]);
}

/* Without a mark it is little-endian, unless it begins with big ASCII. */
static void utf16_choose(mgi_decoder *d, const unsigned char *at)
{
	size_t skip;
	const mgi_charset *cs = mgi_charset_marked(mgi_span(at, 2), &skip);

	d->coding = MGI_CODING_UTF16LE;
	if (cs && cs->coding == MGI_CODING_UTF16BE)
		d->coding = MGI_CODING_UTF16BE;
}

#define RUN ((size_t)512) /* units looked at in one go */
#define BLOCK 16

/* All of a block as they stand, if it is ASCII alone. */
static bool ascii_block(char *to, const unsigned char *at, size_t low)
{
	unsigned char other = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		other |= at[2 * i + 1 - low] | (at[2 * i + low] & 0x80);
	for (i = 0; i < BLOCK; i++)
		to[i] = (char)at[2 * i + low];
	return !other;
}

/* Unit by unit, up to a surrogate; how many there are. */
static size_t units_put(char **to,
                        const unsigned char *at,
                        size_t n,
                        size_t low)
{
	char *p = *to;
	size_t i;

	for (i = 0; i < n; i++) {
		uint32_t c =
			(uint32_t)(at[2 * i + 1 - low] << 8 | at[2 * i + low]);

		if (c < 0x80) {
			*p++ = (char)c;
		} else if (c >= 0xd800 && c <= 0xdfff) {
			break;
		} else if (c < 0x800) {
			*p++ = (char)(0xc0 | c >> 6);
			*p++ = (char)(0x80 | (c & 63));
		} else {
			*p++ = (char)(0xe0 | c >> 12);
			*p++ = (char)(0x80 | (c >> 6 & 63));
			*p++ = (char)(0x80 | (c & 63));
		}
	}
	*to = p;
	return i;
}

/* What is no surrogate, in one room; how many bytes of `at` that was. */
static size_t utf16_run(const mgi_decoder *d,
                        mailguard_buffer *out,
                        const unsigned char *at,
                        size_t n)
{
	size_t low = d->coding == MGI_CODING_UTF16LE ? 0 : 1, i = 0;
	size_t units = n / 2 < RUN ? n / 2 : RUN;
	char *begin = mgi_buf_room(out, 3 * units + BLOCK), *to = begin;

	if (!begin)
		return 2 * units; /* the buffer remembers */
	while (i < units) {
		size_t want = units - i < BLOCK ? units - i : BLOCK, got = want;

		if (want == BLOCK && ascii_block(to, at + 2 * i, low))
			to += BLOCK;
		else
			got = units_put(&to, at + 2 * i, want, low);
		i += got;
		if (got < want)
			break;
	}
	mgi_buf_filled(out, (size_t)(to - begin));
	return 2 * i;
}

static size_t utf16_step(mgi_decoder *d,
                         mailguard_buffer *out,
                         const unsigned char *at,
                         size_t n)
{
	size_t i = 0;

	if (d->coding == MGI_CODING_UTF16 && n >= 2)
		utf16_choose(d, at);
	while (n - i >= 2) {
		uint32_t c, low;

		if (d->begun)
			i += utf16_run(d, out, at + i, n - i);
		if (n - i < 2)
			break;
		c = unit16(d, at + i);
		if (c < 0xd800 || c > 0xdfff) {
			put(d, out, c);
			i += 2;
			continue;
		}
		if (c < 0xdc00 && n - i < 4)
			break;
		low = c < 0xdc00 ? unit16(d, at + i + 2) : 0;
		if (low < 0xdc00 || low > 0xdfff) {
			put_bad(d, out, i);
			i += 2;
			continue;
		}
		put(d, out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		i += 4;
	}
	return i;
}

static size_t utf32_step(mgi_decoder *d,
                         mailguard_buffer *out,
                         const unsigned char *at,
                         size_t n)
{
	bool le = d->coding == MGI_CODING_UTF32LE;
	size_t i, k;

	for (i = 0; n - i >= 4; i += 4) {
		uint32_t c = 0;

		for (k = 0; k < 4; k++)
			c = c << 8 | at[i + (le ? 3 - k : k)];
		if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
			put_bad(d, out, i);
		else
			put(d, out, c);
	}
	return i;
}

/* What iconv keeps back, and the way to its initial state. */
static void flush(mgi_decoder *d, mailguard_buffer *out)
{
	size_t left = 16;
	char *to = mgi_buf_room(out, left);

	if (!to)
		(void)iconv(d->cd, NULL, NULL, NULL, NULL);
	else if (iconv(d->cd, NULL, NULL, &to, &left) != (size_t)-1)
		mgi_buf_filled(out, 16 - left);
}

/* These bytes are not wrong, but a beginning. */
static bool is_cut(mgi_decoder *d, const unsigned char *at, size_t n)
{
	char sink[8], *from = (char *)(uintptr_t)at, *to = sink;
	size_t left = sizeof(sink);

	return iconv(d->cd, &from, &n, &to, &left) == (size_t)-1 &&
	       errno == EINVAL;
}

/* Step over what iconv refuses at `at[i]`; how many bytes that is. */
static size_t refuse(mgi_decoder *d,
                     mailguard_buffer *out,
                     const unsigned char *at,
                     size_t i,
                     size_t n)
{
	size_t skip = 1;

	if (d->cs->joins)
		flush(d, out);
	put_bad(d, out, i);
	/* A lead byte takes its trail bytes along, but never an ASCII one. */
	while (at[i] >= 0x80 && skip < n - i && at[i + skip] >= 0x80 &&
	       is_cut(d, at + i, skip))
		skip++;
	return skip;
}

static size_t iconv_step(mgi_decoder *d,
                         mailguard_buffer *out,
                         const unsigned char *at,
                         size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t left = n - i < ICONV_PIECE ? n - i : ICONV_PIECE;
		size_t piece = left, room = left * 4 + 16, got = room;
		char *from = (char *)(uintptr_t)(at + i);
		char *to = mgi_buf_room(out, room);
		size_t r;
		int why;

		if (!to)
			return n;
		r = iconv(d->cd, &from, &left, &to, &got);
		why = r == (size_t)-1 ? errno : 0;
		mgi_buf_filled(out, room - got);
		d->begun = d->begun || room > got;
		i += piece - left;
		if (why == EINVAL && n - i == left)
			break;
		if (why && why != EINVAL && why != E2BIG)
			i += refuse(d, out, at, i, n);
	}
	return i;
}

/* Two bytes of CP932; U+FFFD if the cell is empty. */
static void put_sjis(mgi_decoder *d,
                     mailguard_buffer *out,
                     const unsigned char *sjis,
                     size_t at)
{
	char pair[2], *from = pair, *to;
	size_t n = 2, left = 16;

	memcpy(pair, sjis, 2);
	to = mgi_buf_room(out, left);
	if (!to)
		return;
	if (iconv(d->cd, &from, &n, &to, &left) == (size_t)-1)
		put_bad(d, out, at);
	else
		mgi_buf_filled(out, 16 - left);
}

static size_t jis_step(mgi_decoder *d,
                       mailguard_buffer *out,
                       const unsigned char *at,
                       size_t n)
{
	mgi_jis_item item;
	size_t i = 0, took;

	d->begun = true;
	while ((took = mgi_jis_next(&item, &d->jis, at + i, n - i)) != 0) {
		if (item.kind == MGI_JIS_CHAR)
			put(d, out, item.c);
		else if (item.kind == MGI_JIS_SJIS)
			put_sjis(d, out, item.sjis, i);
		else if (item.kind == MGI_JIS_BAD)
			put_bad(d, out, i);
		i += took;
	}
	return i;
}

static void put_utf7(mgi_decoder *d,
                     mailguard_buffer *out,
                     const uint32_t *chars,
                     size_t n,
                     size_t at)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (chars[i] == BAD_CHAR)
			put_bad(d, out, at);
		else
			put(d, out, chars[i]);
	}
}

static size_t utf7_step(mgi_decoder *d,
                        mailguard_buffer *out,
                        const unsigned char *at,
                        size_t n)
{
	uint32_t chars[MGI_UTF7_MOST];
	size_t i;

	for (i = 0; i < n; i++)
		put_utf7(d, out, chars, mgi_utf7_next(chars, &d->utf7, at[i]),
		         i);
	return n;
}

static size_t step(mgi_decoder *d,
                   mailguard_buffer *out,
                   const unsigned char *at,
                   size_t n)
{
	switch (d->coding) {
	case MGI_CODING_UTF8:
		return utf8_step(d, out, at, n);
	case MGI_CODING_UTF16:
	case MGI_CODING_UTF16LE:
	case MGI_CODING_UTF16BE:
		return utf16_step(d, out, at, n);
	case MGI_CODING_UTF32LE:
	case MGI_CODING_UTF32BE:
		return utf32_step(d, out, at, n);
	case MGI_CODING_JIS:
		return jis_step(d, out, at, n);
	case MGI_CODING_UTF7:
		return utf7_step(d, out, at, n);
	case MGI_CODING_ICONV:
		break;
	}
	return iconv_step(d, out, at, n);
}

static void begin(mgi_decoder *d)
{
	d->coding = d->cs->coding;
	d->begun = false;
	d->base = 0;
	d->held_len = 0;
	memset(&d->jis, 0, sizeof(d->jis));
	memset(&d->utf7, 0, sizeof(d->utf7));
}

mailguard_status mgi_decoder_new(mgi_decoder **out,
                                 mailguard *mg,
                                 const mgi_charset *cs,
                                 mailguard_error *err)
{
	mailguard_status st;
	mgi_decoder *d;

	*out = NULL;
	d = mgi_alloc(mg, sizeof(*d));
	if (!d)
		return mgi_fail_nomem(err);
	d->mg = mg;
	d->cs = cs;
	d->cd = MGI_NO_ICONV;
	d->damage.first = MAILGUARD_NOWHERE;
	begin(d);
	if (cs->iconv && cs->coding != MGI_CODING_UTF7) {
		st = mgi_iconv_open(&d->cd, mg, "UTF-8", cs->iconv, err);
		if (st < 0) {
			mgi_free(mg, d);
			return st;
		}
	}
	*out = d;
	return MAILGUARD_OK;
}

void mgi_decoder_free(mgi_decoder *d)
{
	if (!d)
		return;
	if (d->cd != MGI_NO_ICONV)
		(void)iconv_close(d->cd);
	mgi_free(d->mg, d);
}

mgi_damage mgi_decoder_damage(const mgi_decoder *d)
{
	return d->damage;
}

/* Finish what was held with the head of `s`; how much of `s` that took. */
static size_t feed_held(mgi_decoder *d, mailguard_buffer *out, mailguard_span s)
{
	size_t old = d->held_len, more = HELD_MAX - old, took;

	if (more > s.len)
		more = s.len;
	memcpy(d->held + old, s.data, more);
	took = step(d, out, d->held, old + more);
	d->base += took;
	if (took >= old) {
		d->held_len = 0;
		return took - old;
	}
	d->held_len = old + more - took;
	memmove(d->held, d->held + took, d->held_len);
	return more;
}

mailguard_status mgi_decoder_feed(mgi_decoder *d,
                                  mailguard_buffer *out,
                                  mailguard_span bytes,
                                  mailguard_error *err)
{
	size_t took;

	if (d->base == 0 && d->held_len == 0 && !d->begun)
		d->damage =
			(mgi_damage){ .count = 0, .first = MAILGUARD_NOWHERE };
	while (d->held_len && bytes.len)
		bytes = mgi_span_from(bytes, feed_held(d, out, bytes));
	if (bytes.len) {
		took = step(d, out, bytes.data, bytes.len);
		d->base += took;
		d->held_len = bytes.len - took;
		memcpy(d->held, bytes.data + took, d->held_len);
	}
	return mgi_buf_status(out, err);
}

mailguard_status mgi_decoder_end(mgi_decoder *d,
                                 mailguard_buffer *out,
                                 mailguard_error *err)
{
	uint32_t chars[MGI_UTF7_MOST] = { 0 };
	size_t i;

	if (d->cd != MGI_NO_ICONV)
		flush(d, out);
	put_utf7(d, out, chars, mgi_utf7_end(chars, &d->utf7), 0);
	for (i = 0; i < d->held_len; i++)
		if (i == 0 || !mgi_charset_is_wide(d->cs))
			put_bad(d, out, i);
	begin(d);
	return mgi_buf_status(out, err);
}

mailguard_status mgi_charset_decode(mailguard_buffer *out,
                                    mgi_damage *damage,
                                    const mgi_charset *cs,
                                    mailguard_span bytes,
                                    mailguard_error *err)
{
	size_t before = out->len;
	mgi_decoder *d;
	mailguard_status st;

	if (damage)
		*damage =
			(mgi_damage){ .count = 0, .first = MAILGUARD_NOWHERE };
	st = mgi_decoder_new(&d, out->mg, cs, err);
	if (st < 0)
		return st;
	st = mgi_decoder_feed(d, out, bytes, err);
	if (st == MAILGUARD_OK)
		st = mgi_decoder_end(d, out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	else if (damage)
		*damage = d->damage;
	mgi_decoder_free(d);
	return st;
}
