/*
 * tags.c - tag lists as DKIM, DMARC, MTA-STS and TLS-RPT write them.
 */
#include "base/text.h"
#include "probe/policy.h"

/* The next "name=value" up to ";"; false when nothing is left. */
static bool next(mailguard_span *part, mailguard_span *rest)
{
	size_t n = 0;

	if (!rest->len)
		return false;
	while (n < rest->len && rest->data[n] != ';')
		n++;
	*part = mgi_span_trim(mgi_span_head(*rest, n));
	n += n < rest->len;
	*rest = mgi_span(rest->data + n, rest->len - n);
	return true;
}

static bool split(mailguard_span *name,
                  mailguard_span *value,
                  mailguard_span part)
{
	size_t i, n = 0;

	while (n < part.len && part.data[n] != '=')
		n++;
	*name = mgi_span_trim(mgi_span_head(part, n));
	if (n == part.len || !name->len || !mgi_is_alpha(name->data[0]))
		return false;
	*value = mgi_span_trim(mgi_span(part.data + n + 1, part.len - n - 1));
	for (i = 0; i < name->len; i++)
		if (!mgi_is_alnum(name->data[i]) && name->data[i] != '_')
			return false;
	return true;
}

static bool same(mailguard_span a, mailguard_span b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static size_t seen(mailguard_span text, mailguard_span name)
{
	mailguard_span part, other, value;
	size_t n = 0;

	while (next(&part, &text))
		n += split(&other, &value, part) && same(other, name);
	return n;
}

bool mgi_tags_ok(mailguard_span *bad, mailguard_span text)
{
	mailguard_span rest = text, part, name, value;

	while (next(&part, &rest)) {
		if (!part.len && !mgi_span_trim(rest).len)
			return true; /* a last ";" may stand */
		*bad = part;
		if (!split(&name, &value, part) || seen(text, name) > 1)
			return false;
	}
	return true;
}

bool mgi_tag_get(mailguard_span *out, mailguard_span text, const char *name)
{
	mailguard_span part, own;

	while (next(&part, &text))
		if (split(&own, out, part) && mgi_span_is(own, name))
			return true;
	*out = mgi_span("", 0);
	return false;
}

bool mgi_tag_first(mailguard_span text, const char *name, const char *value)
{
	mailguard_span part, own, is;

	return next(&part, &text) && split(&own, &is, part) &&
	       mgi_span_is(own, name) && mgi_span_is(is, value);
}

bool mgi_tag_has(mailguard_span list, char by, const char *word)
{
	size_t at = 0;

	while (at < list.len) {
		size_t n = 0;

		while (at + n < list.len &&
		       list.data[at + n] != (unsigned char)by)
			n++;
		if (mgi_span_is_nocase(
			    mgi_span_trim(mgi_span(list.data + at, n)), word))
			return true;
		at += n + 1;
	}
	return false;
}
