/*
 * ip.c - IP addresses as text and bytes. Knows no socket.
 */
#include "probe/ip.h"

#include "base/text.h"

#include <string.h>

static bool v4_read(unsigned char out[4], mailguard_span s)
{
	size_t at = 0;
	int i;

	for (i = 0; i < 4; i++) {
		size_t n = 0;
		uint64_t value;

		if (i && (at >= s.len || s.data[at++] != '.'))
			return false;
		while (at + n < s.len && mgi_is_digit(s.data[at + n]))
			n++;
		if (!n || n > 3 || (n > 1 && s.data[at] == '0') ||
		    !mgi_span_u64(&value, mgi_span(s.data + at, n), 255))
			return false;
		out[i] = (unsigned char)value;
		at += n;
	}
	return at == s.len;
}

/* One group of up to four digits; how many, 0 if there is none. */
static size_t group(uint32_t *out, mailguard_span s)
{
	size_t n = 0;

	*out = 0;
	while (n < s.len && n < 4 && mgi_is_xdigit(s.data[n]))
		*out = *out << 4 | (uint32_t)mgi_xdigit(s.data[n++]);
	return n;
}

/* Where the bytes read so far end, and where "::" stood. */
typedef struct v6 {
	unsigned char bytes[16];
	size_t at, gap; /* gap: 17 if there is none */
} v6;

static bool v6_groups(v6 *to, mailguard_span s)
{
	uint32_t value;
	size_t n;

	while (s.len) {
		n = group(&value, s);
		if (n && n < s.len && s.data[n] == '.') {
			bool fine =
				to->at <= 12 && v4_read(to->bytes + to->at, s);

			to->at += 4;
			return fine;
		}
		if (!n || to->at > 14)
			return false;
		to->bytes[to->at++] = (unsigned char)(value >> 8);
		to->bytes[to->at++] = (unsigned char)value;
		s = mgi_span(s.data + n, s.len - n);
		if (!s.len)
			return true;
		if (s.data[0] != ':' || s.len == 1)
			return false;
		s = mgi_span(s.data + 1, s.len - 1);
		if (s.data[0] != ':')
			continue;
		if (to->gap != 17)
			return false;
		to->gap = to->at;
		s = mgi_span(s.data + 1, s.len - 1);
	}
	return true;
}

static bool v6_read(unsigned char out[16], mailguard_span s)
{
	v6 to = { { 0 }, 0, 17 };
	size_t tail;

	if (s.len >= 2 && s.data[0] == ':' && s.data[1] == ':') {
		to.gap = 0;
		s = mgi_span(s.data + 2, s.len - 2);
	}
	if (!v6_groups(&to, s))
		return false;
	if (to.gap == 17) {
		memcpy(out, to.bytes, 16);
		return to.at == 16;
	}
	if (to.at > 14)
		return false;
	tail = to.at - to.gap;
	memset(out, 0, 16);
	memcpy(out, to.bytes, to.gap);
	memcpy(out + 16 - tail, to.bytes + to.gap, tail);
	return true;
}

bool mgi_ip_read_plain(mgi_ip *out, mailguard_span s)
{
	memset(out, 0, sizeof(*out));
	if (v4_read(out->bytes, s)) {
		out->family = 4;
		return true;
	}
	memset(out, 0, sizeof(*out));
	if (!v6_read(out->bytes, s))
		return false;
	out->family = 6;
	return true;
}

bool mgi_ip_read(mgi_ip *out, mailguard_span s)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (!mgi_ip_read_plain(out, s))
		return false;
	if (out->family == 6 && memcmp(out->bytes, mapped, 12) == 0) {
		memcpy(out->bytes, out->bytes + 12, 4);
		memset(out->bytes + 4, 0, 12);
		out->family = 4;
	}
	return true;
}

static size_t put_number(char *out, uint32_t n, uint32_t base)
{
	static const char digits[] = "0123456789abcdef";
	char back[8];
	size_t len = 0, i;

	do {
		back[len++] = digits[n % base];
		n /= base;
	} while (n);
	for (i = 0; i < len; i++)
		out[i] = back[len - 1 - i];
	return len;
}

static uint32_t word(const mgi_ip *ip, size_t i)
{
	return (uint32_t)ip->bytes[2 * i] << 8 | ip->bytes[2 * i + 1];
}

/* The longest run of zeros, of two groups at least, the first of equals. */
static size_t longest(size_t *len, const mgi_ip *ip)
{
	size_t i, n, at = 8;

	*len = 1;
	for (i = 0; i < 8; i++) {
		for (n = 0; i + n < 8 && !word(ip, i + n);)
			n++;
		if (n > *len) {
			*len = n;
			at = i;
		}
	}
	return at;
}

void mgi_ip_write(char out[MGI_IP_TEXT], const mgi_ip *ip)
{
	size_t i, at = 0, run, gap;

	if (ip->family == 4) {
		for (i = 0; i < 4; i++) {
			if (i)
				out[at++] = '.';
			at += put_number(out + at, ip->bytes[i], 10);
		}
		out[at] = '\0';
		return;
	}
	gap = longest(&run, ip);
	for (i = 0; i < 8; i++) {
		if (i == gap) {
			out[at++] = ':';
			if (i + run == 8)
				out[at++] = ':';
			i += run - 1;
			continue;
		}
		if (i)
			out[at++] = ':';
		at += put_number(out + at, word(ip, i), 16);
	}
	out[at] = '\0';
}

void mgi_ip_reverse(char out[MGI_IP_REVERSED], const mgi_ip *ip)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;
	int i;

	for (i = ip->family == 4 ? 3 : 15; i >= 0; i--) {
		if (ip->family == 4) {
			at += put_number(out + at, ip->bytes[i], 10);
		} else {
			out[at++] = digits[ip->bytes[i] & 15];
			out[at++] = '.';
			out[at++] = digits[ip->bytes[i] >> 4];
		}
		if (i)
			out[at++] = '.';
	}
	out[at] = '\0';
}

bool mgi_ip_within(const mgi_ip *ip, const mgi_ip *net, int bits)
{
	size_t whole = (size_t)bits / 8;
	int rest = bits % 8;

	if (ip->family != net->family ||
	    memcmp(ip->bytes, net->bytes, whole) != 0)
		return false;
	return !rest ||
	       (ip->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

bool mgi_ip_same(const mgi_ip *a, const mgi_ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, 16) == 0;
}

bool mgi_ip_private(const mgi_ip *ip)
{
	static const struct {
		mgi_ip net;
		int bits;
	} rows[] = {
		{ { 4, { 10 } }, 8 },          { { 4, { 172, 16 } }, 12 },
		{ { 4, { 192, 168 } }, 16 },   { { 4, { 127 } }, 8 },
		{ { 4, { 169, 254 } }, 16 },   { { 4, { 100, 64 } }, 10 },
		{ { 4, { 0 } }, 8 },           { { 6, { 0xfc } }, 7 },
		{ { 6, { 0xfe, 0x80 } }, 10 }, { { 6, { [15] = 1 } }, 128 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mgi_ip_within(ip, &rows[i].net, rows[i].bits))
			return true;
	return false;
}
