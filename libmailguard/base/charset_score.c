/*
 * charset_score.c - which of the charsets of East Asia bytes are likely in.
 *
 * They are read side by side: fewest impossible bytes wins, then most of the
 * characters that no text of the language is without for long: kana, or the
 * commonest of the Chinese ones. A wrong reading has rare ones instead. What
 * could be Japanese or Chinese and has none of either is taken for Japanese.
 */
#include "base/charset_score.h"

#include "base/text.h"

typedef struct score {
	size_t wrong, kana, rare, chars;
	size_t chinese, japanese, hangul; /* common ones */
} score;

/* The commonest in Chinese as GB 2312 and Big5 have them, and what Japanese
 * mail is full of, in EUC-JP; each sorted. */
static const uint16_t gb_common[] = {
	0xb2bb, 0xb3c9, 0xb3f6, 0xb4f3, 0xb5bd, 0xb5c0, 0xb5c3, 0xb5c4, 0xb5d8,
	0xb6bc, 0xb6d4, 0xb6e0, 0xb6f8, 0xb7a2, 0xb8f6, 0xb9fa, 0xb9fd, 0xbac3,
	0xbacd, 0xbaf3, 0xbbb9, 0xbbe1, 0xbcd2, 0xbecd, 0xbfc9, 0xc0b4, 0xc0ef,
	0xc1cb, 0xc3bb, 0xc3c7, 0xc4c7, 0xc4dc, 0xc4e3, 0xc4ea, 0xc6f0, 0xc8a5,
	0xc8bb, 0xc8cb, 0xc8d5, 0xc9cf, 0xc9fa, 0xcab1, 0xcac2, 0xcac7, 0xcbb5,
	0xcbfb, 0xcbfd, 0xccec, 0xceaa, 0xced2, 0xcfc2, 0xd0a1, 0xd0c4, 0xd1a7,
	0xd2aa, 0xd2b2, 0xd2bb, 0xd2d4, 0xd3d0, 0xd3da, 0xd4da, 0xd5e2, 0xd6ae,
	0xd6bb, 0xd6d0, 0xd7c5, 0xd7d3, 0xd7d4, 0xd7f7,
};
static const uint16_t big5_common[] = {
	0xa440, 0xa446, 0xa448, 0xa455, 0xa457, 0xa45d, 0xa46a, 0xa46c, 0xa470,
	0xa4a3, 0xa4a4, 0xa4a7, 0xa4d1, 0xa4df, 0xa4e9, 0xa548, 0xa54c, 0xa558,
	0xa568, 0xa569, 0xa575, 0xa5cd, 0xa661, 0xa662, 0xa668, 0xa66e, 0xa66f,
	0xa67e, 0xa6a8, 0xa6b3, 0xa6d3, 0xa6db, 0xa740, 0xa741, 0xa7da, 0xa853,
	0xa8ba, 0xa8bd, 0xa8c6, 0xa8d3, 0xa8ec, 0xa94d, 0xa9f3, 0xaaba, 0xabe1,
	0xac4f, 0xacb0, 0xad6e, 0xadcc, 0xadd3, 0xae61, 0xaec9, 0xafe0, 0xb05f,
	0xb0ea, 0xb16f, 0xb36f, 0xb3a3, 0xb44e, 0xb54d, 0xb56f, 0xb5db, 0xb77c,
	0xb944, 0xb94c, 0xb9ef, 0xbba1, 0xbec7, 0xc1d9,
};
static const uint16_t eucjp_common[] = {
	0xb2d0, 0xb2f1, 0xb3ce, 0xb3d8, 0xb3f4, 0xb4d6, 0xb4ea, 0xb6c8, 0xb6e2,
	0xb7ee, 0xb7ef, 0xb8ab, 0xb8e5, 0xb8e6, 0xb9d4, 0xb9e2, 0xb9f1, 0xbaa3,
	0xbbf1, 0xbbf6, 0xbbfe, 0xbcab, 0xbcb0, 0xbcd2, 0xbcd4, 0xbcea, 0xbcf5,
	0xbdd0, 0xbee5, 0xbeec, 0xbfae, 0xbfb7, 0xbfcd, 0xbfe5, 0xc0b8, 0xc0e8,
	0xc1b0, 0xc1f7, 0xc2ce, 0xc2d0, 0xc2e7, 0xc3b4, 0xc3cf, 0xc3d7, 0xc3e6,
	0xc4b9, 0xc4cc, 0xc4ea, 0xc5ba, 0xc5c5, 0xc5da, 0xc5ec, 0xc5f6, 0xc6b0,
	0xc6b1, 0xc6fc, 0xc6fe, 0xc7a7, 0xc7af, 0xc8af, 0xc9d5, 0xc9f4, 0xcaac,
	0xcafd, 0xcba1, 0xcbdc, 0xccda, 0xcdcb, 0xcdcd, 0xcded, 0xcec1, 0xcecf,
	0xcfa2, 0xcfc3,
};

#define HAS(table, c) has(table, sizeof(table) / sizeof((table)[0]), c)

static bool has(const uint16_t *table, size_t n, uint16_t c)
{
	size_t low = 0, mid;

	while (low < n) {
		mid = (low + n) / 2;
		if (table[mid] == c)
			return true;
		if (table[mid] < c)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

static uint16_t pair(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static size_t sjis_char(score *sc, const unsigned char *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	sc->chars++;
	if (p[0] >= 0xa1 && p[0] <= 0xdf) {
		sc->rare++; /* half-width katakana */
		return 1;
	}
	if (p[0] == 0x80 || p[0] == 0xa0 || p[0] > 0xfc) {
		sc->wrong++;
		return 1;
	}
	if (n < 2)
		return 1;
	if (p[1] < 0x40 || p[1] == 0x7f || p[1] > 0xfc) {
		sc->wrong++;
		return 1;
	}
	if ((p[0] == 0x82 && p[1] >= 0x9f && p[1] <= 0xf1) ||
	    (p[0] == 0x83 && p[1] <= 0x96))
		sc->kana++;
	else if (p[0] >= 0x98)
		sc->rare++;
	return 2;
}

/* EUC-JP; GB 2312 and EUC-KR are built the same way. */
static size_t euc_char(score *sc, const unsigned char *p, size_t n)
{
	size_t need = p[0] == 0x8f ? 3 : 2, i;

	if (p[0] < 0x80)
		return 1;
	sc->chars++;
	if (p[0] != 0x8e && p[0] != 0x8f && (p[0] < 0xa1 || p[0] == 0xff)) {
		sc->wrong++;
		return 1;
	}
	for (i = 1; i < need && i < n; i++) {
		if (p[i] < 0xa1 || p[i] == 0xff) {
			sc->wrong++;
			return i;
		}
	}
	if (n < need)
		return n;
	if (p[0] == 0xa4 || p[0] == 0xa5)
		sc->kana++;
	else if (p[0] < 0xa0 || p[0] >= 0xd0)
		sc->rare++;
	sc->hangul += p[0] >= 0xb0 && p[0] <= 0xc8;
	sc->chinese += HAS(gb_common, pair(p));
	sc->japanese += HAS(eucjp_common, pair(p));
	return need;
}

static size_t big5_char(score *sc, const unsigned char *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	sc->chars++;
	if (p[0] < 0xa1 || p[0] > 0xf9) {
		sc->wrong++;
		return 1;
	}
	if (n < 2)
		return 1;
	if (p[1] < 0x40 || p[1] == 0xff || (p[1] > 0x7e && p[1] < 0xa1)) {
		sc->wrong++;
		return 1;
	}
	sc->chinese += HAS(big5_common, pair(p));
	return 2;
}

static score read_as(size_t (*next)(score *, const unsigned char *, size_t),
                     mailguard_span s)
{
	score sc = { 0, 0, 0, 0, 0, 0, 0 };

	while (s.len)
		s = mgi_span_from(s, next(&sc, s.data, s.len));
	return sc;
}

/* Fewer than one character in eight is impossible. */
static bool plausible(const score *sc)
{
	return sc->wrong * 8 <= sc->chars;
}

static bool better(const score *a, const score *b)
{
	if (a->wrong != b->wrong)
		return a->wrong < b->wrong;
	if (a->kana != b->kana)
		return a->kana > b->kana;
	return a->rare < b->rare;
}

/* One common character in sixteen, and not one kana. */
static bool is_chinese(const score *sc)
{
	return sc->chinese * 16 >= sc->chars && sc->chinese > sc->japanese &&
	       sc->kana * 16 < sc->chars && sc->chinese > 1;
}

/* Syllables only, and more than a name has. */
static bool is_korean(const score *sc)
{
	return sc->chars >= 6 && sc->hangul * 20 >= sc->chars * 19;
}

static const char *of_euc(const score *euc)
{
	if (is_chinese(euc))
		return "gb18030";
	return is_korean(euc) ? "euc-kr" : "euc-jp";
}

/* A line drawn of one byte is no text. */
static bool is_drawn(mailguard_span s)
{
	unsigned char first = 0;
	size_t i;

	for (i = 0; i < s.len; i++) {
		if (s.data[i] < 0x80)
			continue;
		if (first && s.data[i] != first)
			return false;
		first = s.data[i];
	}
	return true;
}

const char *mgi_charset_asian(bool *sure, mailguard_span bytes)
{
	score sjis = read_as(sjis_char, bytes);
	score euc = read_as(euc_char, bytes);
	score big5 = read_as(big5_char, bytes);
	const score *best = better(&euc, &sjis) ? &euc : &sjis;

	*sure = false;
	if (big5.wrong <= best->wrong && !sjis.kana && is_chinese(&big5)) {
		*sure = !big5.wrong;
		return "big5";
	}
	if (!plausible(best) || (!best->kana && is_drawn(bytes)))
		return NULL;
	*sure = !best->wrong &&
	        (best->kana * 4 >= best->chars || is_chinese(best)) &&
	        (best->chars >= 4 || best->kana > 1);
	return best == &euc ? of_euc(&euc) : "shift_jis";
}
