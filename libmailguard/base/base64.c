/*
 * base64.c - Base64, and nothing of what is in it.
 */
#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789+/";

void mgi_base64_put(mailguard_buffer *out, mailguard_span s)
{
	size_t i, n = (s.len + 2) / 3 * 4;
	char *to = mgi_buf_room(out, n);

	if (!to)
		return;
	for (i = 0; i < s.len; i += 3) {
		size_t have = s.len - i < 3 ? s.len - i : 3;
		uint32_t v = (uint32_t)s.data[i] << 16;

		if (have > 1)
			v |= (uint32_t)s.data[i + 1] << 8;
		if (have > 2)
			v |= s.data[i + 2];
		*to++ = digits[v >> 18 & 63];
		*to++ = digits[v >> 12 & 63];
		*to++ = have > 1 ? digits[v >> 6 & 63] : '=';
		*to++ = have > 2 ? digits[v & 63] : '=';
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
