/*
 * charset_encode.c - UTF-8 to any charset, telling what does not fit.
 *
 * One character at a time, so that a character iconv refuses is known by name
 * and place.
 */
#include "base/charset_rows.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/iso2022jp.h"
#include "base/text.h"

#define BAD_CHAR 0xfffd
#define CHAR_BYTES ((size_t)32)

typedef struct encoder {
	const mgi_charset *cs;
	mailguard_buffer *out;
	iconv_t cd;
	mgi_jis jis;
} encoder;

static void put_units(encoder *e, uint32_t unit, size_t bytes, bool big)
{
	size_t i;

	for (i = 0; i < bytes; i++) {
		size_t shift = 8 * (big ? bytes - 1 - i : i);

		mgi_buf_putc(e->out, (char)(unit >> shift & 0xff));
	}
}

static void put_utf16(encoder *e, uint32_t c)
{
	bool big = e->cs->coding == MGI_CODING_UTF16BE;

	if (c < 0x10000) {
		put_units(e, c, 2, big);
		return;
	}
	put_units(e, 0xd800 + ((c - 0x10000) >> 10), 2, big);
	put_units(e, 0xdc00 + ((c - 0x10000) & 0x3ff), 2, big);
}

/* glibc drops the tag characters and calls that a success. */
static bool is_tag(uint32_t c)
{
	return c >> 7 == 0xe0000 >> 7;
}

/* The bytes of one character; -1 if there is no such in the charset. */
static int iconv_char(char *to, iconv_t cd, uint32_t c)
{
	char utf8[4], *from = utf8;
	size_t n = mgi_utf8_put(utf8, c), left = CHAR_BYTES;

	if (is_tag(c) || iconv(cd, &from, &n, &to, &left) != 0)
		return -1;
	return (int)(CHAR_BYTES - left);
}

static bool put_iconv(encoder *e, uint32_t c)
{
	char bytes[CHAR_BYTES];
	int n = iconv_char(bytes, e->cd, c);

	if (n < 0)
		return false;
	mgi_buf_add(e->out, bytes, (size_t)n);
	return true;
}

static bool put_jis(encoder *e, uint32_t c)
{
	char sjis[CHAR_BYTES];
	unsigned char bytes[8];
	int n = iconv_char(sjis, e->cd, c);
	size_t len;

	len = mgi_jis_put(bytes, &e->jis, c, (const unsigned char *)sjis,
	                  n < 0 ? 0 : (size_t)n);
	mgi_buf_add(e->out, bytes, len);
	return len != 0;
}

static bool put(encoder *e, uint32_t c)
{
	char utf8[4];

	switch (e->cs->coding) {
	case MGI_CODING_UTF8:
		mgi_buf_add(e->out, utf8, mgi_utf8_put(utf8, c));
		return true;
	case MGI_CODING_UTF16:
	case MGI_CODING_UTF16LE:
	case MGI_CODING_UTF16BE:
		put_utf16(e, c);
		return true;
	case MGI_CODING_UTF32LE:
	case MGI_CODING_UTF32BE:
		put_units(e, c, 4, e->cs->coding == MGI_CODING_UTF32BE);
		return true;
	case MGI_CODING_JIS:
		return put_jis(e, c);
	case MGI_CODING_UTF7:
	case MGI_CODING_ICONV:
		break;
	}
	return put_iconv(e, c);
}

static void misfit(mgi_misfits *m, uint32_t c, size_t at)
{
	if (m->count < MGI_MISFITS_MAX)
		m->list[m->count] = (mgi_misfit){ .c = c, .at = at };
	m->count++;
}

static void put_all(encoder *e, mgi_misfits *misfits, mailguard_span utf8)
{
	size_t i = 0;

	if (e->cs->coding == MGI_CODING_UTF16)
		put_units(e, 0xfeff, 2, false);
	while (i < utf8.len) {
		size_t at = i;
		uint32_t c = mgi_utf8_next(utf8, &i);
		bool broken = c == BAD_CHAR && i - at == 1;

		if (broken || !put(e, c))
			misfit(misfits, c, at);
	}
}

/* Leave the text in the state every reader expects at its end. */
static void end(encoder *e)
{
	char bytes[CHAR_BYTES], *to = bytes;
	unsigned char jis[8];
	size_t left = sizeof(bytes);

	if (e->cs->coding == MGI_CODING_JIS)
		mgi_buf_add(e->out, jis, mgi_jis_end(jis, &e->jis));
	else if (e->cd != MGI_NO_ICONV &&
	         iconv(e->cd, NULL, NULL, &to, &left) != (size_t)-1)
		mgi_buf_add(e->out, bytes, sizeof(bytes) - left);
}

mailguard_status mgi_charset_encode(mailguard_buffer *out,
                                    mgi_misfits *misfits,
                                    const mgi_charset *cs,
                                    mailguard_span utf8,
                                    mailguard_error *err)
{
	encoder e = { .cs = cs, .out = out, .cd = MGI_NO_ICONV };
	size_t before = out->len;
	mailguard_status st;

	memset(misfits, 0, sizeof(*misfits));
	if (cs->iconv) {
		st = mgi_iconv_open(&e.cd, out->mg, cs->iconv, "UTF-8", err);
		if (st < 0)
			return st;
	}
	put_all(&e, misfits, utf8);
	end(&e);
	if (e.cd != MGI_NO_ICONV)
		(void)iconv_close(e.cd);
	st = mgi_buf_status(out, err);
	if (st < 0) {
		mgi_buf_cut(out, before);
		memset(misfits, 0, sizeof(*misfits));
	}
	return st;
}
