/*
 * base64.c - Base64, and nothing of what is in it.
 */
#include "base/base64.h"

#include <string.h>

#include "base/text.h"
#include "base/bulk.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789+/";

static char *encode(char *to, mailguard_span s)
{
	size_t over = s.len % 3;
	const unsigned char *last = s.data + (s.len - over);
	uint32_t v;

	mgi_base64_groups(to, s.data, s.len / 3);
	to += s.len / 3 * 4;
	if (!over)
		return to;
	v = (uint32_t)last[0] << 16 | (over > 1 ? (uint32_t)last[1] << 8 : 0);
	*to++ = digits[v >> 18];
	*to++ = digits[v >> 12 & 63];
	*to++ = over > 1 ? digits[v >> 6 & 63] : '=';
	*to++ = '=';
	return to;
}

void mgi_base64_put(mailguard_buffer *out, mailguard_span s)
{
	size_t n = (s.len + 2) / 3 * 4;
	char *to = s.len ? mgi_buf_room(out, n) : NULL;

	if (!to)
		return;
	(void)encode(to, s);
	mgi_buf_filled(out, n);
}

void mgi_base64_lines(mailguard_buffer *out,
                      mailguard_span s,
                      const char *line_end)
{
	size_t lines = (s.len + MGI_BASE64_LINE - 1) / MGI_BASE64_LINE;
	size_t end = strlen(line_end);
	size_t n = (s.len + 2) / 3 * 4 + lines * end;
	char *to = mgi_buf_room(out, n);

	if (!to)
		return;
	while (s.len >= MGI_BASE64_LINE + MGI_BASE64_OVER) {
		mgi_base64_groups_over(to, s.data, MGI_BASE64_LINE / 3);
		to += (size_t)(MGI_BASE64_LINE / 3 * 4);
		memcpy(to, line_end, end);
		to += end;
		s = mgi_span(s.data + MGI_BASE64_LINE, s.len - MGI_BASE64_LINE);
	}
	while (s.len) {
		size_t take = s.len < MGI_BASE64_LINE ? s.len : MGI_BASE64_LINE;

		to = encode(to, mgi_span(s.data, take));
		memcpy(to, line_end, end);
		to += end;
		s = mgi_span(s.data + take, s.len - take);
	}
	mgi_buf_filled(out, n);
}

/* Three bytes of four digits; how many of them are meant, or -1. */
static int group(char to[3], const unsigned char *s, bool last)
{
	uint32_t v = 0;
	int i, pad = 0;

	for (i = 0; i < 4; i++) {
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (last && i > 1 && s[i] == '=')
			pad++;
		else if (pad || !at)
			return -1;
		v = v << 6 | (pad ? 0 : (uint32_t)(at - digits));
	}
	if ((pad == 1 && v & 0xff) || (pad == 2 && v & 0xffff))
		return -1; /* bits that nobody meant */
	to[0] = (char)(v >> 16);
	to[1] = (char)(v >> 8);
	to[2] = (char)v;
	return 3 - pad;
}

bool mgi_base64_get(mailguard_buffer *out, mailguard_span s)
{
	size_t i, before = out->len;
	char bytes[3];

	if (s.len % 4)
		return false;
	for (i = 0; i < s.len; i += 4) {
		int n = group(bytes, s.data + i, i + 4 == s.len);

		if (n < 0) {
			mgi_buf_cut(out, before);
			return false;
		}
		mgi_buf_add(out, bytes, (size_t)n);
	}
	return true;
}
