/*
 * hosts.c - does a pattern of a notice mean this host?
 */
#include "status/hosts.h"

#include <string.h>

/* "www2146.sakura.example.jp" by its number: "www", 2146, ".sakura...". */
typedef struct numbered {
	mailguard_span prefix, suffix;
	uint64_t number;
	bool found;
} numbered;

static numbered numbered_of(mailguard_span s)
{
	numbered n = { 0 };
	size_t begin = 0, end;

	while (begin < s.len && s.data[begin] != '.' &&
	       !mgi_is_digit(s.data[begin]))
		begin++;
	end = begin;
	while (end < s.len && mgi_is_digit(s.data[end]))
		end++;
	n.prefix = mgi_span_head(s, begin);
	n.suffix = mgi_span_from(s, end);
	n.found = mgi_span_u64(&n.number, mgi_span(s.data + begin, end - begin),
	                       UINT32_MAX);
	return n;
}

static bool same(mailguard_span a, mailguard_span b)
{
	size_t i;

	if (a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (mgi_lower(a.data[i]) != mgi_lower(b.data[i]))
			return false;
	return true;
}

static mailguard_span domain_of(mailguard_span s)
{
	const unsigned char *dot = s.len ? memchr(s.data, '.', s.len) : NULL;

	return dot ? mgi_span_from(s, (size_t)(dot - s.data))
	           : mgi_span_head(s, 0);
}

static bool ipv4(uint32_t *out, mailguard_span s)
{
	uint32_t v = 0;
	int i;

	for (i = 0; i < 4; i++) {
		uint64_t part;
		size_t n = 0;

		while (n < s.len && n < 4 && mgi_is_digit(s.data[n]))
			n++;
		if (!mgi_span_u64(&part, mgi_span_head(s, n), 255))
			return false;
		v = v << 8 | (uint32_t)part;
		s = mgi_span_from(s, n);
		if (i < 3 && (!s.len || s.data[0] != '.'))
			return false;
		if (i < 3)
			s = mgi_span_from(s, 1);
	}
	*out = v;
	return s.len == 0;
}

/* Where ".." stands, or -1. */
static ptrdiff_t range_mark(mailguard_span s)
{
	return mgi_span_find_nocase(s, "..");
}

static mgi_host_fit address_match(mailguard_span pattern, uint32_t address)
{
	ptrdiff_t mark = range_mark(pattern);
	const unsigned char *slash =
		pattern.len ? memchr(pattern.data, '/', pattern.len) : NULL;
	uint32_t low, high;
	uint64_t bits;

	if (mark >= 0) {
		if (!ipv4(&low, mgi_span_head(pattern, (size_t)mark)) ||
		    !ipv4(&high, mgi_span_from(pattern, (size_t)mark + 2)))
			return MGI_HOST_FOREIGN;
		return address >= low && address <= high ? MGI_HOST_RANGE
		                                         : MGI_HOST_OTHER;
	}
	if (slash) {
		size_t n = (size_t)(slash - pattern.data);

		if (!ipv4(&low, mgi_span_head(pattern, n)) ||
		    !mgi_span_u64(&bits, mgi_span_from(pattern, n + 1), 32))
			return MGI_HOST_FOREIGN;
		if (!bits || (low ^ address) >> (32 - bits) == 0)
			return MGI_HOST_RANGE;
		return MGI_HOST_OTHER;
	}
	if (!ipv4(&low, pattern))
		return MGI_HOST_FOREIGN;
	return low == address ? MGI_HOST_SAME : MGI_HOST_OTHER;
}

/* Named by one scheme: "mail1" and "mail7.example.jp" are, and are not the
 * same. */
static mgi_host_fit scheme(mailguard_span pattern, mailguard_span host)
{
	mailguard_span domain = domain_of(pattern);
	numbered a = numbered_of(pattern), b = numbered_of(host);

	if (domain.len)
		return same(domain, domain_of(host)) ? MGI_HOST_OTHER
		                                     : MGI_HOST_FOREIGN;
	return a.found && b.found && same(a.prefix, b.prefix)
	               ? MGI_HOST_OTHER
	               : MGI_HOST_FOREIGN;
}

static mgi_host_fit range_match(mailguard_span pattern,
                                size_t mark,
                                mailguard_span host)
{
	numbered low = numbered_of(mgi_span_head(pattern, mark));
	numbered high = numbered_of(mgi_span_from(pattern, mark + 2));
	numbered h = numbered_of(host);

	if (!low.found || !high.found || !h.found ||
	    !same(low.prefix, h.prefix))
		return scheme(mgi_span_head(pattern, mark), host);
	if (low.suffix.len && !same(low.suffix, h.suffix))
		return scheme(mgi_span_head(pattern, mark), host);
	if (h.number < low.number || h.number > high.number)
		return MGI_HOST_OTHER;
	if (!low.suffix.len && h.suffix.len)
		return MGI_HOST_LABEL;
	return MGI_HOST_RANGE;
}

mgi_host_fit mgi_host_match(const char *pattern, const char *host)
{
	mailguard_span p = mgi_span_of(pattern), h = mgi_span_of(host);
	ptrdiff_t mark = range_mark(p);
	uint32_t address;

	while (h.len && h.data[h.len - 1] == '.')
		h.len--;
	if (ipv4(&address, h))
		return address_match(p, address);
	if (same(p, h))
		return MGI_HOST_SAME;
	if (mark >= 0)
		return range_match(p, (size_t)mark, h);
	if (p.len > 2 && p.data[p.len - 1] == '*') {
		mailguard_span head = mgi_span_head(p, p.len - 1);

		if (h.len >= head.len && same(head, mgi_span_head(h, head.len)))
			return MGI_HOST_RANGE;
		return scheme(mgi_span_head(p, p.len - 2), h);
	}
	if (!domain_of(p).len &&
	    same(p, mgi_span_head(h, h.len - domain_of(h).len)))
		return MGI_HOST_LABEL;
	return scheme(p, h);
}

static bool name_byte(int c)
{
	return mgi_is_alnum(c) || c == '-' || c == '.' || c == '_';
}

bool mgi_host_mentioned(const char *text, const char *host)
{
	mailguard_span s = mgi_span_of(text);
	size_t n = strlen(host);
	ptrdiff_t at;

	while (n > 2 && (at = mgi_span_find_nocase(s, host)) >= 0) {
		size_t end = (size_t)at + n;
		bool before = at && name_byte(s.data[at - 1]);
		bool dot = end < s.len && s.data[end] == '.';

		/* A full stop may follow, a further label may not. */
		if (!before && (end >= s.len || !name_byte(s.data[end]) ||
		                (dot && (end + 1 >= s.len ||
		                         !name_byte(s.data[end + 1])))))
			return true;
		s = mgi_span_from(s, (size_t)at + 1);
	}
	return false;
}
