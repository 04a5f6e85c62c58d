/*
 * iso2022jp.c - ISO-2022-JP to and from the bytes of CP932.
 *
 * glibc's ISO-2022-JP knows neither NEC's row 13 nor IBM's extensions nor
 * half-width katakana, which Japanese mail is full of. CP932 has them all, and
 * between the two lies only arithmetic (JIS X 0208:1997, appendix 1).
 */
#include "base/iso2022jp.h"

#include <stdbool.h>
#include <string.h>

#define ESC 0x1b
#define SO 0x0e
#define SI 0x0f
#define BAD_CHAR 0xfffd

static const struct {
	const char *bytes; /* behind ESC */
	int set;           /* -1: changes nothing */
} escapes[] = {
	{ "(B", MGI_JIS_ASCII },
	{ "(J", MGI_JIS_ROMAN },
	{ "(H", MGI_JIS_ROMAN }, /* Swedish by the book, Roman by habit */
	{ "(I", MGI_JIS_KANA },
	{ "$@", MGI_JIS_KANJI },
	{ "$B", MGI_JIS_KANJI },
	{ "$(@", MGI_JIS_KANJI },
	{ "$(B", MGI_JIS_KANJI },
	{ "$(D", MGI_JIS_HOJO },
	{ "&@", -1 }, /* announces JIS X 0208:1990 */
};

static size_t bad(mgi_jis_item *out, size_t n)
{
	out->kind = MGI_JIS_BAD;
	out->c = BAD_CHAR;
	return n;
}

static size_t one(mgi_jis_item *out, uint32_t c)
{
	out->kind = MGI_JIS_CHAR;
	out->c = c;
	return 1;
}

static size_t escape(mgi_jis_item *out,
                     mgi_jis *state,
                     const unsigned char *at,
                     size_t n)
{
	bool cut = false;
	size_t i;

	for (i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		size_t len = strlen(escapes[i].bytes);
		size_t have = n - 1 < len ? n - 1 : len;

		if (memcmp(at + 1, escapes[i].bytes, have) != 0)
			continue;
		if (have < len) {
			cut = true;
			continue;
		}
		if (escapes[i].set >= 0)
			state->set = (mgi_jis_set)escapes[i].set;
		return 1 + len;
	}
	return cut ? 0 : bad(out, 1);
}

/* Row and cell, 0x21..0x7E each, as CP932 stores them. */
static void jis_to_sjis(unsigned char to[2], int row, int cell)
{
	int lead = (row + 1) / 2 + 0x70;

	to[0] = (unsigned char)(lead < 0xa0 ? lead : lead + 0x40);
	if (row % 2 == 0)
		to[1] = (unsigned char)(cell + 0x7e);
	else
		to[1] = (unsigned char)(cell + (cell < 0x60 ? 0x1f : 0x20));
}

static size_t pair(mgi_jis_item *out,
                   const mgi_jis *state,
                   const unsigned char *at,
                   size_t n)
{
	if (n < 2)
		return 0;
	if (at[1] < 0x21 || at[1] > 0x7e)
		return bad(out, 1);
	if (state->set == MGI_JIS_HOJO)
		return bad(out, 2);
	out->kind = MGI_JIS_SJIS;
	jis_to_sjis(out->sjis, at[0], at[1]);
	return 2;
}

static size_t graphic(mgi_jis_item *out,
                      const mgi_jis *state,
                      const unsigned char *at,
                      size_t n)
{
	int c = at[0];

	switch (state->set) {
	case MGI_JIS_KANJI:
	case MGI_JIS_HOJO:
		return pair(out, state, at, n);
	case MGI_JIS_KANA:
		if (c > 0x5f)
			return bad(out, 1);
		return one(out, 0xff61 + (uint32_t)(c - 0x21));
	case MGI_JIS_ROMAN:
		if (c == '\\')
			return one(out, 0xa5);
		if (c == '~')
			return one(out, 0x203e);
		return one(out, (uint32_t)c);
	case MGI_JIS_ASCII:
		break;
	}
	return one(out, (uint32_t)c);
}

size_t mgi_jis_next(mgi_jis_item *out,
                    mgi_jis *state,
                    const unsigned char *at,
                    size_t n)
{
	memset(out, 0, sizeof(*out));
	if (n == 0)
		return 0;
	if (at[0] >= 0x80)
		return bad(out, 1);
	if (at[0] == ESC)
		return escape(out, state, at, n);
	if (at[0] == SO) {
		if (state->set != MGI_JIS_KANA)
			state->before_so = state->set;
		state->set = MGI_JIS_KANA;
		return 1;
	}
	if (at[0] == SI) {
		if (state->set == MGI_JIS_KANA)
			state->set = state->before_so;
		return 1;
	}
	/* A line that forgot to go back must not spoil the next. */
	if (at[0] == '\n')
		state->set = MGI_JIS_ASCII;
	if (at[0] <= ' ' || at[0] == 0x7f)
		return one(out, at[0]);
	return graphic(out, state, at, n);
}

/*
 * IBM's extensions stand in CP932 at FA40, where JIS has no rows. NEC put the
 * same characters into rows 89 to 92 (ED40), in another order. -1: no twin.
 */
static int nec_of_ibm(int ibm)
{
	if (ibm < 10)
		return ibm + 362; /* small Roman numerals */
	if (ibm >= 20 && ibm < 24)
		return ibm + 352; /* not sign, broken bar, quotes */
	if (ibm >= 28 && ibm < 388)
		return ibm - 28; /* kanji */
	return -1;
}

static bool sjis_to_jis(unsigned char to[2], const unsigned char *sjis)
{
	int lead = sjis[0], trail = sjis[1];

	if (lead >= 0xfa) {
		int n = (lead - 0xfa) * 188 + trail - 0x40 - (trail > 0x7f);

		n = nec_of_ibm(n);
		if (n < 0)
			return false;
		lead = 0xed + n / 188;
		trail = n % 188 + 0x40;
		trail += trail >= 0x7f;
	}
	if (lead < 0x81 || lead > 0xef || (lead > 0x9f && lead < 0xe0))
		return false;
	lead = (lead < 0xa0 ? lead - 0x81 : lead - 0xc1) * 2 + 0x21;
	if (trail >= 0x9f) {
		to[0] = (unsigned char)(lead + 1);
		to[1] = (unsigned char)(trail - 0x7e);
	} else {
		to[0] = (unsigned char)lead;
		to[1] = (unsigned char)(trail - (trail < 0x7f ? 0x1f : 0x20));
	}
	return true;
}

/* The escape sequence to `set`, if it is not there already. */
static size_t go(unsigned char *out, mgi_jis *state, mgi_jis_set set)
{
	static const char to[][4] = { "\x1b(B", "\x1b(J", "\x1b(I", "\x1b$B" };

	if (state->set == set)
		return 0;
	memcpy(out, to[set], 3);
	state->set = set;
	return 3;
}

size_t mgi_jis_put(unsigned char out[8],
                   mgi_jis *state,
                   uint32_t c,
                   const unsigned char *sjis,
                   size_t n)
{
	unsigned char jis[2];
	size_t k;

	/* An escape or a shift of the text's own would change what follows. */
	if (c == ESC || c == SO || c == SI)
		return 0;
	if (c < 0x80) {
		k = go(out, state, MGI_JIS_ASCII);
		out[k] = (unsigned char)c;
		return k + 1;
	}
	if (c == 0xa5 || c == 0x203e) {
		k = go(out, state, MGI_JIS_ROMAN);
		out[k] = c == 0xa5 ? '\\' : '~';
		return k + 1;
	}
	if (c >= 0xff61 && c <= 0xff9f) {
		k = go(out, state, MGI_JIS_KANA);
		out[k] = (unsigned char)(c - 0xff61 + 0x21);
		return k + 1;
	}
	if (n != 2 || !sjis_to_jis(jis, sjis))
		return 0;
	k = go(out, state, MGI_JIS_KANJI);
	memcpy(out + k, jis, 2);
	return k + 2;
}

size_t mgi_jis_end(unsigned char out[8], mgi_jis *state)
{
	return go(out, state, MGI_JIS_ASCII);
}
