/*
 * session.c - bytes as printable ASCII and back.
 */
#include "net/session.h"

#include <string.h>

#include "base/text.h"

enum { NOTHING = 256 };

static const char plain[] = "rnt\\s";
static const char meant[] = "\r\n\t\\ ";

static void put(mailguard_buffer *out, unsigned char c, bool space)
{
	static const char hex[] = "0123456789abcdef";
	const char *at = c ? strchr(meant, c) : NULL;

	if (at && (c != ' ' || space)) {
		mgi_buf_putc(out, '\\');
		mgi_buf_putc(out, plain[at - meant]);
	} else if (c >= ' ' && c < 0x7f) {
		mgi_buf_putc(out, (char)c);
	} else {
		mgi_buf_puts(out, "\\x");
		mgi_buf_putc(out, hex[c >> 4]);
		mgi_buf_putc(out, hex[c & 15]);
	}
}

void mgi_session_escape(mailguard_buffer *out, mailguard_span s, bool space)
{
	size_t i;

	if (!s.len)
		mgi_buf_puts(out, "\\z");
	for (i = 0; i < s.len; i++) {
		/* Spaces at the edges would be lost to readers and editors. */
		bool edge = !i || i + 1 == s.len;

		put(out, s.data[i], space || edge);
	}
}

/* The byte behind a backslash, NOTHING for "z"; `*at` is moved on. -1: there
 * is none. */
static int escaped(mailguard_span s, size_t *at)
{
	const char *known;
	int c, high, low;

	if (*at >= s.len)
		return -1;
	c = s.data[(*at)++];
	if (c == 'z')
		return NOTHING;
	known = c ? strchr(plain, c) : NULL;
	if (known)
		return (unsigned char)meant[known - plain];
	if (c != 'x' || s.len - *at < 2)
		return -1;
	high = mgi_xdigit(s.data[*at]);
	low = mgi_xdigit(s.data[*at + 1]);
	*at += 2;
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

bool mgi_session_unescape(mailguard_buffer *out, mailguard_span s)
{
	size_t at = 0;

	while (at < s.len) {
		int c = s.data[at++];

		if (c == '\\')
			c = escaped(s, &at);
		if (c < 0)
			return false;
		if (c != NOTHING)
			mgi_buf_putc(out, (char)c);
	}
	return true;
}

uint64_t mgi_session_said_bytes(mailguard_span said)
{
	return said.len ? said.len + 2 : 0;
}
