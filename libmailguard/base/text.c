/*
 * text.c - ASCII words without a locale.
 */
#include "base/text.h"

#include <string.h>

bool mgi_is_xdigit(int c)
{
	return mgi_xdigit(c) >= 0;
}

int mgi_xdigit(int c)
{
	if (mgi_is_digit(c))
		return c - '0';
	c = mgi_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool same_nocase(const unsigned char *a, const char *b, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (mgi_lower(a[i]) != mgi_lower((unsigned char)b[i]))
			return false;
	return true;
}

bool mgi_span_is(mailguard_span s, const char *word)
{
	return s.len == strlen(word) && mgi_span_starts(s, word);
}

bool mgi_span_is_nocase(mailguard_span s, const char *word)
{
	return s.len == strlen(word) && same_nocase(s.data, word, s.len);
}

bool mgi_span_starts(mailguard_span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && (n == 0 || memcmp(s.data, word, n) == 0);
}

bool mgi_span_starts_nocase(mailguard_span s, const char *word)
{
	size_t n = strlen(word);

	return s.len >= n && same_nocase(s.data, word, n);
}

mailguard_span mgi_span_trim(mailguard_span s)
{
	while (s.len && mgi_is_space(s.data[0]))
		s = mgi_span_from(s, 1);
	while (s.len && mgi_is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

mailguard_span mgi_span_word(mailguard_span *rest)
{
	mailguard_span word = mgi_span_trim(*rest);
	size_t n = 0;

	while (n < word.len && !mgi_is_space(word.data[n]))
		n++;
	*rest = mgi_span_trim(mgi_span_from(word, n));
	return mgi_span_head(word, n);
}

ptrdiff_t mgi_span_find_nocase(mailguard_span s, const char *word)
{
	size_t n = strlen(word), i;
	int low = mgi_lower((unsigned char)word[0]), up = mgi_upper(low);

	/* Most bytes are not the first one of the word: worth no call. */
	for (i = 0; n <= s.len && i <= s.len - n; i++)
		if ((!n || s.data[i] == low || s.data[i] == up) &&
		    same_nocase(s.data + i, word, n))
			return (ptrdiff_t)i;
	return -1;
}

bool mgi_span_u64(uint64_t *out, mailguard_span s, uint64_t max)
{
	uint64_t v = 0, most = max / 10;
	size_t i;

	if (!s.len)
		return false;
	for (i = 0; i < s.len; i++) {
		uint64_t digit = (uint64_t)(s.data[i] - '0');

		if (!mgi_is_digit(s.data[i]) || v > most ||
		    digit > max - v * 10)
			return false;
		v = v * 10 + digit;
	}
	*out = v;
	return true;
}

int mgi_strcmp_nocase(const char *a, const char *b)
{
	while (*a &&
	       mgi_lower((unsigned char)*a) == mgi_lower((unsigned char)*b)) {
		a++;
		b++;
	}
	return mgi_lower((unsigned char)*a) - mgi_lower((unsigned char)*b);
}
