/*
 * spf_parse.c - a record of SPF as terms (RFC 7208, 4.5, 4.6, 5, 6, 12). One
 * term that cannot be read spoils all of it.
 */
#include "base/text.h"
#include "probe/spf.h"

#include <string.h>

static const char version[] = "v=spf1";

bool mgi_spf_is(mailguard_span text)
{
	size_t n = sizeof(version) - 1;

	return mgi_span_starts_nocase(text, version) &&
	       (text.len == n || text.data[n] == ' ');
}

/* A number without leading zeros, up to `max`. */
static bool length_read(int32_t *out, mailguard_span s, uint64_t max)
{
	uint64_t n;

	if (!s.len || s.len > 3 || (s.len > 1 && s.data[0] == '0') ||
	    !mgi_span_u64(&n, s, max))
		return false;
	*out = (int32_t)n;
	return true;
}

/* The digits at the end of `s`. */
static mailguard_span digits(mailguard_span s)
{
	size_t at = s.len;

	while (at && mgi_is_digit(s.data[at - 1]))
		at--;
	return mgi_span(s.data + at, s.len - at);
}

static bool slash_at(mailguard_span s, size_t from_end)
{
	return s.len >= from_end && s.data[s.len - from_end] == '/';
}

/* Take "/24//64" from the end of `s`. */
static bool dual_read(mgi_spf_term *t, mailguard_span *s)
{
	mailguard_span n = digits(*s);

	if (n.len && slash_at(*s, n.len + 2) && slash_at(*s, n.len + 1)) {
		if (!length_read(&t->bits6, n, 128))
			return false;
		s->len -= n.len + 2;
		n = digits(*s);
	}
	if (n.len && slash_at(*s, n.len + 1)) {
		if (!length_read(&t->bits4, n, 32))
			return false;
		s->len -= n.len + 1;
	}
	return true;
}

/* ":domain" or nothing. */
static bool domain_read(mgi_spf_term *t, mailguard_span s, bool needed)
{
	if (!s.len)
		return !needed;
	t->domain = mgi_span(s.data + 1, s.len - 1);
	return s.data[0] == ':' && mgi_spf_domain_ok(t->domain);
}

static bool read_all(mgi_spf_term *t, mailguard_span s)
{
	(void)t;
	return !s.len;
}

static bool read_domain(mgi_spf_term *t, mailguard_span s)
{
	return domain_read(t, s, true);
}

static bool read_ptr(mgi_spf_term *t, mailguard_span s)
{
	return domain_read(t, s, false);
}

static bool read_host(mgi_spf_term *t, mailguard_span s)
{
	return dual_read(t, &s) && domain_read(t, s, false);
}

static bool net_read(mgi_spf_term *t, mailguard_span s, int32_t family)
{
	int32_t max = family == 4 ? 32 : 128;
	const unsigned char *slash;

	if (s.len < 2 || s.data[0] != ':')
		return false;
	s = mgi_span(s.data + 1, s.len - 1);
	t->bits4 = max;
	slash = memchr(s.data, '/', s.len);
	if (slash) {
		size_t n = (size_t)(slash - s.data);

		if (!length_read(&t->bits4, mgi_span(slash + 1, s.len - n - 1),
		                 (uint64_t)max))
			return false;
		s.len = n;
	}
	return mgi_ip_read_plain(&t->net, s) && t->net.family == family;
}

static bool read_ip4(mgi_spf_term *t, mailguard_span s)
{
	return net_read(t, s, 4);
}

static bool read_ip6(mgi_spf_term *t, mailguard_span s)
{
	return net_read(t, s, 6);
}

static const struct {
	const char *name;
	mgi_spf_kind kind;
	bool (*read)(mgi_spf_term *t, mailguard_span rest);
} mechanisms[] = {
	{ "all", MGI_SPF_ALL, read_all },
	{ "include", MGI_SPF_INCLUDE, read_domain },
	{ "a", MGI_SPF_A, read_host },
	{ "mx", MGI_SPF_MX, read_host },
	{ "ptr", MGI_SPF_PTR, read_ptr },
	{ "ip4", MGI_SPF_IP, read_ip4 },
	{ "ip6", MGI_SPF_IP, read_ip6 },
	{ "exists", MGI_SPF_EXISTS, read_domain },
};

static bool mechanism_read(mgi_spf_record *out, mailguard_span word)
{
	static const char signs[] = { '+', '-', '~', '?' };
	static const mgi_spf_result means[] = { MGI_SPF_PASS, MGI_SPF_FAIL,
		                                MGI_SPF_SOFTFAIL,
		                                MGI_SPF_NEUTRAL };
	mgi_spf_term *t = &out->terms[out->count];
	const char *sign = memchr(signs, word.data[0], sizeof(signs));
	mailguard_span name;
	size_t i, n = 0;

	*t = (mgi_spf_term){ .text = word,
		             .qualifier = MGI_SPF_PASS,
		             .bits4 = 32,
		             .bits6 = 128 };
	if (sign) {
		t->qualifier = means[sign - signs];
		word = mgi_span_from(word, 1);
		if (t->text.len == 1)
			return false;
	}
	while (n < word.len && word.data[n] != ':' && word.data[n] != '/')
		n++;
	name = mgi_span_head(word, n);
	for (i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++) {
		if (!mgi_span_is_nocase(name, mechanisms[i].name))
			continue;
		t->kind = mechanisms[i].kind;
		out->count++;
		return mechanisms[i].read(
			t, mgi_span(word.data + n, word.len - n));
	}
	return false;
}

/* How long the name of a modifier is; 0: it is none. */
static size_t modifier_name(mailguard_span word)
{
	size_t n = 0;

	if (!mgi_is_alpha(word.data[0]))
		return 0;
	while (n < word.len &&
	       (mgi_is_alnum(word.data[n]) || word.data[n] == '-' ||
	        word.data[n] == '_' || word.data[n] == '.'))
		n++;
	return n < word.len && word.data[n] == '=' ? n : 0;
}

static bool modifier_read(mgi_spf_record *out, mailguard_span word, size_t n)
{
	mailguard_span name = mgi_span_head(word, n);
	mailguard_span value = mgi_span(word.data + n + 1, word.len - n - 1);
	mailguard_span *to = NULL;

	if (mgi_span_is_nocase(name, "redirect"))
		to = &out->redirect;
	else if (mgi_span_is_nocase(name, "exp"))
		to = &out->exp;
	if (!to)
		return mgi_spf_macro_ok(value, false);
	if (to->len || !mgi_spf_domain_ok(value))
		return false;
	*to = value;
	return true;
}

static bool word_read(mgi_spf_record *out, mailguard_span word)
{
	size_t n = modifier_name(word);

	return n ? modifier_read(out, word, n) : mechanism_read(out, word);
}

static size_t words_count(mailguard_span s)
{
	size_t i, n = 1;

	for (i = 0; i < s.len; i++)
		n += s.data[i] == ' ';
	return n;
}

void mgi_spf_parse(mgi_spf_record *out, mailguard_span text, mgi_arena *a)
{
	mailguard_span rest = mgi_span_from(text, sizeof(version) - 1);

	memset(out, 0, sizeof(*out));
	if (text.len == sizeof(version) - 1)
		rest = mgi_span("", 0);
	out->terms = mgi_arena_array(a, words_count(rest), sizeof(*out->terms));
	if (!out->terms)
		return;
	out->good = true;
	while (rest.len) {
		size_t n = 0;

		while (n < rest.len && rest.data[n] != ' ')
			n++;
		if (n && !word_read(out, mgi_span_head(rest, n))) {
			out->good = false;
			out->bad = mgi_span_head(rest, n);
			return;
		}
		n += n < rest.len;
		rest = mgi_span(rest.data + n, rest.len - n);
	}
}
