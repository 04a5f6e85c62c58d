/*
 * spf_macro.c - macros of SPF (RFC 7208, 7): whether they can be read, and
 * what they stand for.
 */
#include "base/handle.h"
#include "base/say.h"
#include "base/text.h"
#include "probe/spf.h"

#include <string.h>

enum { PARTS_MAX = 128, EXPANDED_MAX = 4096 };

static const char delimiters[] = ".-+,/_=";

/* "%{d1r-}" taken apart. */
typedef struct macro {
	int letter;     /* lower case */
	bool escape;    /* it was upper case */
	uint64_t parts; /* 0: all */
	bool reverse;
	char by[sizeof(delimiters)];
} macro;

/* What stands behind "%"; how long it is, without it. 0: it is none. */
static size_t macro_read(macro *m, mailguard_span s)
{
	size_t at = 1, n = 0;

	memset(m, 0, sizeof(*m));
	if (s.len < 3 || s.data[0] != '{' || !mgi_is_alpha(s.data[1]))
		return 0;
	m->letter = mgi_lower(s.data[at]);
	m->escape = m->letter != s.data[at++];
	while (at + n < s.len && mgi_is_digit(s.data[at + n]))
		n++;
	if (n &&
	    (!mgi_span_u64(&m->parts, mgi_span(s.data + at, n), UINT64_MAX) ||
	     !m->parts))
		return 0;
	at += n;
	if (at < s.len && mgi_lower(s.data[at]) == 'r') {
		m->reverse = true;
		at++;
	}
	for (; at < s.len && s.data[at] != '}'; at++) {
		if (!s.data[at] || !strchr(delimiters, s.data[at]))
			return 0;
		n = strlen(m->by);
		if (!strchr(m->by, s.data[at]))
			m->by[n] = (char)s.data[at];
	}
	if (!m->by[0])
		m->by[0] = '.';
	return at < s.len ? at + 1 : 0;
}

static size_t element(mailguard_span s, bool explain)
{
	static const char letters[] = "slodiphv", more[] = "crt";
	macro m;
	size_t n;

	if (s.data[0] != '%')
		return (s.data[0] > ' ' && s.data[0] < 0x7f) ||
		       (explain && s.data[0] == ' ');
	if (s.len > 1 &&
	    (s.data[1] == '%' || s.data[1] == '_' || s.data[1] == '-'))
		return 2;
	n = macro_read(&m, mgi_span_from(s, 1));
	if (s.len < 2 || !n)
		return 0;
	if (!strchr(letters, m.letter) && !(explain && strchr(more, m.letter)))
		return 0;
	return n + 1;
}

/* Where the last macro ends; -1 if it cannot be read. */
static ptrdiff_t last_macro(mailguard_span s, bool explain)
{
	ptrdiff_t end = 0;
	size_t at = 0;

	while (at < s.len) {
		size_t n = element(mgi_span(s.data + at, s.len - at), explain);

		if (!n)
			return -1;
		at += n;
		if (n > 1)
			end = (ptrdiff_t)at;
	}
	return end;
}

bool mgi_spf_macro_ok(mailguard_span s, bool explain)
{
	return last_macro(s, explain) >= 0;
}

/* RFC 7208, 7.1: a top label has a letter, or a "-" inside. */
static bool top_label_ok(mailguard_span s)
{
	bool letter = false;
	size_t i;

	if (!s.len || s.data[0] == '-' || s.data[s.len - 1] == '-')
		return false;
	for (i = 0; i < s.len; i++) {
		if (!mgi_is_alnum(s.data[i]) && s.data[i] != '-')
			return false;
		letter |= !mgi_is_digit(s.data[i]);
	}
	return letter;
}

bool mgi_spf_domain_ok(mailguard_span s)
{
	ptrdiff_t end = last_macro(s, false);
	size_t at;

	if (!s.len || end < 0)
		return false;
	if ((size_t)end == s.len)
		return true;
	s = mgi_span(s.data + end, s.len - (size_t)end);
	if (s.data[s.len - 1] == '.')
		s.len--;
	for (at = s.len; at && s.data[at - 1] != '.';)
		at--;
	return at && top_label_ok(mgi_span(s.data + at, s.len - at));
}

/* -- what they stand for -------------------------------------------------- */

static const char *address_text(mgi_spf_macros *m, bool readable)
{
	static const char digits[] = "0123456789abcdef";
	const mgi_ip *ip = &m->q->ip;
	char *out = mgi_arena_alloc(m->a, MGI_IP_REVERSED);
	size_t i, at = 0;

	m->blind |= m->q->count;
	if (!out)
		return "";
	if (readable || ip->family != 6) {
		mgi_ip_write(out, ip);
		return out;
	}
	for (i = 0; i < 16; i++) {
		out[at++] = digits[ip->bytes[i] >> 4];
		out[at++] = '.';
		out[at++] = digits[ip->bytes[i] & 15];
		out[at++] = i < 15 ? '.' : '\0';
	}
	return out;
}

static const char *validated(mgi_spf_macros *m)
{
	const char *name;

	if (m->q->count) {
		m->blind = true;
		return "unknown";
	}
	name = mgi_spf_validated(&m->wait, m->q, m->domain, true, m->a);
	return name ? name : "unknown";
}

static const char *seconds(mgi_spf_macros *m)
{
	mgi_number n = mgi_i64(mgi_now(mgi_arena_handle(m->a)) / 1000000);
	const char *out = mgi_arena_strdup(m->a, n.text);

	return out ? out : "";
}

static const char *value_of(mgi_spf_macros *m, int letter)
{
	switch (letter) {
	case 's':
		m->blind |= m->q->count;
		return m->sender;
	case 'l':
		m->blind |= m->q->count;
		return m->local;
	case 'o':
		return m->sender_domain;
	case 'd':
		return m->domain;
	case 'i':
		return address_text(m, false);
	case 'c':
		return address_text(m, true);
	case 'p':
		return validated(m);
	case 'v':
		m->blind |= m->q->count;
		return m->q->ip.family == 6 ? "ip6" : "in-addr";
	case 'h':
		m->blind |= m->q->count;
		return m->helo;
	case 't':
		return seconds(m);
	default:
		return "unknown"; /* r: nobody receives */
	}
}

static void put_part(mailguard_buffer *out, mailguard_span s, bool escape)
{
	static const char digits[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.len; i++) {
		int c = s.data[i];

		if (!escape || mgi_is_alnum(c) || c == '-' || c == '.' ||
		    c == '_' || c == '~') {
			mgi_buf_putc(out, (char)c);
			continue;
		}
		mgi_buf_putc(out, '%');
		mgi_buf_putc(out, digits[c >> 4]);
		mgi_buf_putc(out, digits[c & 15]);
	}
}

static size_t split(mailguard_span out[PARTS_MAX],
                    const char *value,
                    const char *by)
{
	size_t n = 0;

	for (;;) {
		size_t len = strcspn(value, by);

		out[n++] = mgi_span(value, len);
		if (!value[len] || n == PARTS_MAX)
			return n;
		value += len + 1;
	}
}

static void put_macro(mailguard_buffer *out, mgi_spf_macros *m, const macro *x)
{
	mailguard_span parts[PARTS_MAX];
	size_t n = split(parts, value_of(m, x->letter), x->by);
	size_t i, from = x->parts && x->parts < n ? n - (size_t)x->parts : 0;

	for (i = from; i < n; i++) {
		size_t at = x->reverse ? n - 1 - i : i;

		if (i > from)
			mgi_buf_putc(out, '.');
		put_part(out, parts[at], x->escape);
	}
}

void mgi_spf_expand(mailguard_buffer *out, mgi_spf_macros *m, mailguard_span s)
{
	size_t at = 0;

	while (at < s.len && out->len < EXPANDED_MAX) {
		mailguard_span rest = mgi_span(s.data + at, s.len - at);
		size_t n = element(rest, m->explain);
		macro x;

		if (!n)
			return;
		at += n;
		if (n == 1)
			mgi_buf_putc(out, (char)rest.data[0]);
		else if (rest.data[1] == '%')
			mgi_buf_putc(out, '%');
		else if (rest.data[1] == '_')
			mgi_buf_putc(out, ' ');
		else if (rest.data[1] == '-')
			mgi_buf_puts(out, "%20");
		else if (macro_read(&x, mgi_span_from(rest, 1)))
			put_macro(out, m, &x);
	}
}
