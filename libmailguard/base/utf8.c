/*
 * utf8.c - UTF-8 as RFC 3629 has it: no overlong forms, no surrogates.
 */
#include "base/text.h"

#define REPLACEMENT 0xfffd

/* Bytes of the character at `at`, 0 if none is whole and right there. */
static size_t length_at(mailguard_span s, size_t at)
{
	const unsigned char *p = s.data + at;
	size_t left = s.len - at, n, i;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (left < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

uint32_t mgi_utf8_next(mailguard_span s, size_t *at)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	size_t n = length_at(s, *at), i;
	uint32_t c;

	if (!n) {
		(*at)++;
		return REPLACEMENT;
	}
	c = s.data[*at] & mask[n];
	for (i = 1; i < n; i++)
		c = c << 6 | (s.data[*at + i] & 0x3f);
	*at += n;
	return c;
}

size_t mgi_utf8_put(char out[4], uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = REPLACEMENT;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

bool mgi_utf8_valid(mailguard_span s)
{
	size_t at = 0, n;

	for (at = 0; at < s.len; at += n) {
		n = length_at(s, at);
		if (!n)
			return false;
	}
	return true;
}

size_t mgi_utf8_cut(mailguard_span s, size_t max)
{
	if (s.len <= max)
		return s.len;
	while (max && (s.data[max] & 0xc0) == 0x80)
		max--;
	return max;
}
