/*
 * utf7.c - see utf7.h. All of ASCII may stand for itself, also "~" and "\",
 * which the RFC does not let and mailers do.
 */
#include "base/utf7.h"

#include <string.h>

#define BAD_CHAR 0xfffd

static int value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static size_t unit(uint32_t *out, mgi_utf7 *u, uint32_t c)
{
	uint32_t high = u->high;
	size_t n = 0;

	u->any = true;
	u->high = 0;
	if (high && c >= 0xdc00 && c <= 0xdfff) {
		out[0] = 0x10000 + ((high - 0xd800) << 10) + (c - 0xdc00);
		return 1;
	}
	if (high)
		out[n++] = BAD_CHAR;
	if (c >= 0xd800 && c <= 0xdbff)
		u->high = c;
	else
		out[n++] = c >= 0xdc00 && c <= 0xdfff ? BAD_CHAR : c;
	return n;
}

size_t mgi_utf7_end(uint32_t out[MGI_UTF7_MOST], mgi_utf7 *u)
{
	/* Fewer than six bits fill up the last character of base64. */
	bool torn = u->shifted && (u->high || u->n >= 6 || !u->any);

	memset(u, 0, sizeof(*u));
	out[0] = BAD_CHAR;
	return torn;
}

size_t mgi_utf7_next(uint32_t out[MGI_UTF7_MOST], mgi_utf7 *u, unsigned char c)
{
	int v = u->shifted ? value_of(c) : -1;
	size_t n = 0;

	if (v >= 0) {
		u->bits = (u->bits << 6 | (uint32_t)v) & 0xffffff;
		u->n += 6;
		if (u->n < 16)
			return 0;
		u->n -= 16;
		return unit(out, u, u->bits >> u->n & 0xffff);
	}
	if (u->shifted && c == '-' && !u->any && !u->n) {
		u->shifted = false;
		out[0] = '+';
		return 1;
	}
	if (u->shifted) {
		n = mgi_utf7_end(out, u);
		if (c == '-')
			return n;
	}
	if (c == '+')
		u->shifted = true;
	else
		out[n++] = c < 0x80 ? c : BAD_CHAR;
	return n;
}
