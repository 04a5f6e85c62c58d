/*
 * charset_sniff.c - which charset Japanese text without a label is in.
 *
 * UTF-8 and ISO-2022-JP prove themselves. CP932 and EUC-JP are read side by
 * side: fewest impossible bytes wins, then most kana, for no Japanese text is
 * without them for long, and a wrong reading has half-width ones and rare
 * kanji instead.
 */
#include "base/charset.h"

#include "base/text.h"

#define ESC 0x1b

typedef struct score {
	size_t wrong, kana, rare, chars;
} score;

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

static bool has_high(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] >= 0x80)
			return true;
	return false;
}

/* Bytes that the last character of `s` may lack do not count. */
static bool is_utf8(mailguard_span s)
{
	size_t back;

	for (back = 0; back < 4 && back <= s.len; back++) {
		size_t n = s.len - back;

		if (!mgi_utf8_valid(mgi_span_head(s, n)))
			continue;
		return back == 0 || s.data[n] >= 0xc2;
	}
	return false;
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

static size_t eucjp_char(score *sc, const unsigned char *p, size_t n)
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
	return need;
}

static score read_as(size_t (*next)(score *, const unsigned char *, size_t),
                     mailguard_span s)
{
	score sc = { 0, 0, 0, 0 };

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

const mgi_charset *mgi_charset_sniff(mailguard_span bytes)
{
	score sjis, eucjp;
	bool is_eucjp;

	if (!has_high(bytes) && has_jis_escape(bytes))
		return mgi_charset_find(mgi_span_of("iso-2022-jp"));
	if (is_utf8(bytes))
		return mgi_charset_utf8();
	sjis = read_as(sjis_char, bytes);
	eucjp = read_as(eucjp_char, bytes);
	is_eucjp = better(&eucjp, &sjis);
	if (!plausible(is_eucjp ? &eucjp : &sjis))
		return NULL;
	return mgi_charset_find(mgi_span_of(is_eucjp ? "euc-jp" : "shift_jis"));
}
