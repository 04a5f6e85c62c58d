/*
 * cursor.c - every bounds check of the binary parsers.
 */
#include "base/cursor.h"

#include <string.h>

mgi_cursor mgi_cursor_of(mailguard_span bytes)
{
	mgi_cursor c = { bytes.data, NULL, false };

	c.end = bytes.len ? bytes.data + bytes.len : bytes.data;
	return c;
}

size_t mgi_cursor_left(const mgi_cursor *c)
{
	return (size_t)(c->end - c->at);
}

mailguard_span mgi_cursor_take(mgi_cursor *c, size_t n)
{
	mailguard_span s = { c->at, n };

	if (c->failed || n > mgi_cursor_left(c)) {
		c->failed = true;
		s.len = 0;
		return s;
	}
	c->at += n;
	return s;
}

void mgi_cursor_skip(mgi_cursor *c, size_t n)
{
	(void)mgi_cursor_take(c, n);
}

/* `n` bytes, the most significant first. */
static uint64_t big(mgi_cursor *c, size_t n)
{
	mailguard_span s = mgi_cursor_take(c, n);
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < s.len; i++)
		v = v << 8 | s.data[i];
	return v;
}

static uint64_t little(mgi_cursor *c, size_t n)
{
	mailguard_span s = mgi_cursor_take(c, n);
	uint64_t v = 0;
	size_t i;

	for (i = s.len; i > 0; i--)
		v = v << 8 | s.data[i - 1];
	return v;
}

uint8_t mgi_cursor_u8(mgi_cursor *c)
{
	return (uint8_t)big(c, 1);
}

uint16_t mgi_cursor_u16le(mgi_cursor *c)
{
	return (uint16_t)little(c, 2);
}

uint32_t mgi_cursor_u32le(mgi_cursor *c)
{
	return (uint32_t)little(c, 4);
}

uint64_t mgi_cursor_u64le(mgi_cursor *c)
{
	return little(c, 8);
}

uint16_t mgi_cursor_u16be(mgi_cursor *c)
{
	return (uint16_t)big(c, 2);
}

uint32_t mgi_cursor_u32be(mgi_cursor *c)
{
	return (uint32_t)big(c, 4);
}

bool mgi_cursor_until(mailguard_span *out, mgi_cursor *c, char sep)
{
	size_t left = mgi_cursor_left(c);
	const unsigned char *hit;

	out->data = c->at;
	out->len = 0;
	if (c->failed || !left)
		return false;
	hit = memchr(c->at, sep, left);
	out->len = hit ? (size_t)(hit - c->at) : left;
	c->at += out->len + (hit != NULL);
	return true;
}

bool mgi_cursor_line(mailguard_span *out, mgi_cursor *c)
{
	if (!mgi_cursor_until(out, c, '\n'))
		return false;
	if (out->len && out->data[out->len - 1] == '\r')
		out->len--;
	return true;
}
