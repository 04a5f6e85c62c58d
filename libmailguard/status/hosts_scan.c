/*
 * hosts_scan.c - the hosts a text names, as patterns of hosts.h.
 */
#include <string.h>

#include "status/clean.h"
#include "status/hosts.h"

#define NAME_MAX_BYTES 253

static bool name_byte(int c)
{
	return mgi_is_alnum(c) || c == '-' || c == '.' || c == '_';
}

/* The name at the head of `s`; its last dot or hyphen belongs to the prose. */
static mailguard_span name_at(mailguard_span s)
{
	size_t n = 0;

	while (n < s.len && name_byte(s.data[n]))
		n++;
	while (n && !mgi_is_alnum(s.data[n - 1]))
		n--;
	return mgi_span_head(s, n);
}

static size_t count_of(mailguard_span s, bool (*is)(int))
{
	size_t i, n = 0;

	for (i = 0; i < s.len; i++)
		n += is(s.data[i]);
	return n;
}

static bool is_dot(int c)
{
	return c == '.';
}

/* "pop.example.jp" or "192.0.2.1", but not "2.0" and not "e.g". */
static bool is_host(mailguard_span s)
{
	size_t last = s.len, dots = count_of(s, is_dot);

	if (!dots || s.len > NAME_MAX_BYTES || memchr(s.data, '_', s.len))
		return false;
	if (mgi_span_find_nocase(s, "..") >= 0)
		return false;
	while (last && s.data[last - 1] != '.')
		last--;
	if (count_of(mgi_span_from(s, last), mgi_is_alpha) == s.len - last)
		return s.len - last >= 2 && last >= 3;
	return dots == 3 && count_of(s, mgi_is_digit) == s.len - dots;
}

/* "mail1": letters first, and a number. */
static bool is_label(mailguard_span s)
{
	return s.len >= 2 && s.len <= 63 && mgi_is_alpha(s.data[0]) &&
	       !memchr(s.data, '.', s.len) && count_of(s, mgi_is_digit) > 0;
}

static size_t blanks(mailguard_span s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] == ' ')
		n++;
	return n;
}

/* "~ b" behind a name: its length and `b`, which may be missing. */
static size_t range_behind(mailguard_span *b, mailguard_span s)
{
	static const char *const marks[] = { "~", "から", "- ", "..", "to " };
	size_t n = blanks(s), i;

	*b = mgi_span_head(s, 0);
	if (s.len && s.data[0] == '.' && s.len > 1 && s.data[1] == '~')
		return 2;
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		mailguard_span rest = mgi_span_from(s, n);

		if (!mgi_span_starts(rest, marks[i]))
			continue;
		/* "- " and "to " want a space before them too. */
		if (i >= 2 && i != 3 && !n)
			continue;
		n += strlen(marks[i]);
		n += blanks(mgi_span_from(s, n));
		*b = name_at(mgi_span_from(s, n));
		return n + b->len;
	}
	return 0;
}

typedef struct scan {
	mgi_page *p;
	mgi_item *it;
	bool stated, ranges;
} scan;

static void add(scan *c, mailguard_span a, const char *mark, mailguard_span b)
{
	char text[2 * NAME_MAX_BYTES + 8];
	size_t n = strlen(mark);

	if (a.len + n + b.len >= sizeof(text))
		return;
	memcpy(text, a.data, a.len);
	memcpy(text + a.len, mark, n);
	if (b.len)
		memcpy(text + a.len + n, b.data, b.len);
	text[a.len + n + b.len] = '\0';
	mgi_host_add(c->p, c->it, text);
}

/* "/24" behind an address. */
static mailguard_span network(mailguard_span a, mailguard_span behind)
{
	size_t n = 1;

	if (!behind.len || behind.data[0] != '/' ||
	    count_of(a, mgi_is_alpha) > 0)
		return a;
	while (n < behind.len && n < 3 && mgi_is_digit(behind.data[n]))
		n++;
	return n > 1 ? mgi_span(a.data, a.len + n) : a;
}

/* The bytes that were used. */
static size_t take(scan *c, mailguard_span s, bool in_url)
{
	mailguard_span none = mgi_span_head(s, 0), a = name_at(s), b, behind;
	bool named = is_host(a) || (c->stated && is_label(a));
	size_t n;

	if (!a.len)
		return 1;
	behind = mgi_span_from(s, a.len);
	n = range_behind(&b, behind);
	if (in_url || (behind.len && behind.data[0] == '@'))
		return a.len;
	if (n && (is_host(b) || is_label(b)) && (is_host(a) || is_label(a))) {
		add(c, a, "..", b);
		return a.len + n;
	}
	if (n && !b.len && behind.data[0] == '.' && is_label(a)) {
		add(c, a, ".*", none);
		return a.len + n;
	}
	if (named && !c->ranges)
		add(c, network(a, behind), "", none);
	return a.len;
}

void mgi_hosts_scan(mgi_page *p,
                    mgi_item *it,
                    const char *text,
                    bool stated,
                    bool ranges)
{
	scan c = { p, it, stated, ranges };
	mailguard_buffer folded;
	mailguard_span s;
	size_t i = 0;

	mgi_buf_init(&folded, p->mg);
	mgi_fold_text(&folded, mgi_span_of(text));
	if (folded.failed)
		p->no_memory = true;
	s = mgi_buf_span(&folded);
	while (i < s.len) {
		bool in_url =
			i && (s.data[i - 1] == '/' || s.data[i - 1] == '@');

		if (mgi_is_alnum(s.data[i]))
			i += take(&c, mgi_span_from(s, i), in_url);
		else
			i++;
	}
	mgi_buf_done(&folded);
}
