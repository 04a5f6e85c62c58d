/*
 * host.c - may this be a host, an address, a user? Pure questions on bytes.
 *
 * An IDN stays as people write it; turning it into what DNS asks for, and
 * whether it exists, is not known here.
 */
#include "proto/url.h"

#include <string.h>

#define HOST_MAX 1024 /* bytes; an IDN is longer here than in DNS */
#define LABEL_MAX 63  /* RFC 1035, of a label in ASCII */

static bool ipv4_ok(mailguard_span s)
{
	int parts = 0;

	for (;;) {
		uint64_t number;
		size_t n = 0;

		while (n < s.len && s.data[n] != '.')
			n++;
		if (n > 1 && s.data[0] == '0')
			return false;
		if (!mgi_span_u64(&number, mgi_span_head(s, n), 255))
			return false;
		parts++;
		if (n == s.len)
			return parts == 4;
		s = mgi_span_from(s, n + 1);
	}
}

/* "::" stands for at least one group. */
static bool groups_ok(int groups, bool gap)
{
	return gap ? groups <= 7 : groups == 8;
}

/* RFC 4291, 2.2. */
static bool ipv6_ok(mailguard_span s)
{
	bool gap = mgi_span_starts(s, "::");
	size_t i = gap ? 2 : 0;
	int groups = 0;

	while (i < s.len) {
		size_t n = 0;

		while (i + n < s.len && mgi_is_xdigit(s.data[i + n]))
			n++;
		if (i + n < s.len && s.data[i + n] == '.')
			return ipv4_ok(mgi_span_from(s, i)) &&
			       groups_ok(groups + 2, gap);
		if (n < 1 || n > 4)
			return false;
		groups++;
		i += n;
		if (i == s.len)
			break;
		if (s.data[i] != ':' || i + 1 == s.len)
			return false;
		i++;
		if (s.data[i] == ':') {
			if (gap)
				return false;
			gap = true;
			i++;
		}
	}
	return groups_ok(groups, gap);
}

bool mgi_address_ok(mailguard_span s)
{
	return s.len && (memchr(s.data, ':', s.len) ? ipv6_ok(s) : ipv4_ok(s));
}

/* RFC 6874: "fe80::1%eth0". */
static bool zone_ok(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (!mgi_is_alnum(s.data[i]) && !strchr("-._~", s.data[i]))
			return false;
	return s.len && s.len <= LABEL_MAX;
}

static bool address_with_zone_ok(mailguard_span s)
{
	const unsigned char *mark = memchr(s.data, '%', s.len);
	size_t n;

	if (!mark)
		return ipv6_ok(s);
	n = (size_t)(mark - s.data);
	return ipv6_ok(mgi_span_head(s, n)) && zone_ok(mgi_span_from(s, n + 1));
}

/* Characters that cannot be seen, or that look like none: spaces of all
 * widths, marks of direction. Pasted text brings them. */
static bool is_invisible(uint32_t c)
{
	return c == 0xA0 || c == 0xAD || c == 0x1680 || c == 0x180E ||
	       (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
	       (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 ||
	       c == 0x2029;
}

bool mgi_plain_ok(mailguard_span s)
{
	size_t at = 0;

	if (!s.len || !mgi_utf8_valid(s))
		return false;
	while (at < s.len)
		if (is_control(mgi_utf8_next(s, &at)))
			return false;
	return true;
}

/* ASCII: letters, digits, "-" and, for Windows and SRV names, "_". */
static bool label_ok(mailguard_span s)
{
	bool ascii = true;
	size_t at = 0;

	while (at < s.len) {
		uint32_t c = mgi_utf8_next(s, &at);

		if (c >= 0x80)
			ascii = false;
		if (c < 0x80 ? !mgi_is_alnum((int)c) && c != '-' && c != '_'
		             : is_invisible(c))
			return false;
	}
	return s.len && (!ascii || s.len <= LABEL_MAX);
}

/* A name whose last label is a number is an address, or a slip of the pen. */
static bool name_ok(mailguard_span s)
{
	mailguard_span rest = s;

	if (s.data[s.len - 1] == '.')
		rest = mgi_span_head(s, s.len - 1);
	for (;;) {
		uint64_t number;
		size_t n = 0;

		while (n < rest.len && rest.data[n] != '.')
			n++;
		if (!label_ok(mgi_span_head(rest, n)))
			return false;
		if (n == rest.len)
			return !mgi_span_u64(&number, rest, UINT64_MAX);
		rest = mgi_span_from(rest, n + 1);
	}
}

bool mgi_host_ok(mailguard_span s)
{
	if (!mgi_plain_ok(s) || s.len > HOST_MAX)
		return false;
	if (memchr(s.data, ':', s.len))
		return address_with_zone_ok(s);
	return ipv4_ok(s) || name_ok(s);
}

bool mgi_path_char(int c)
{
	return mgi_is_alnum(c) ||
	       (c < 0x80 && mgi_is_one_of(c, "-._~!$&'()*+,;=:@/?%"));
}
