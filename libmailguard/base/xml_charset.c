/*
 * xml_charset.c - which charset a document is in, and its bytes as UTF-8.
 *
 * libxml2's own decoders end a Japanese page at the first character of a
 * vendor's extension and say nothing, so it gets to see UTF-8 only.
 */
#include "base/xml_charset.h"

#include <string.h>

#include "base/text.h"

#define META_WITHIN ((size_t)4096) /* where a meta element may stand */

/* The value behind `word` and `=`, in quotes or bare. */
static mailguard_span value_of(mailguard_span s, const char *word)
{
	ptrdiff_t at = mgi_span_find_nocase(s, word);
	mailguard_span v;
	unsigned char quote = 0;
	size_t n = 0;

	if (at < 0)
		return mgi_span("", 0);
	v = mgi_span_trim(mgi_span_from(s, (size_t)at + strlen(word)));
	if (v.len == 0 || v.data[0] != '=')
		return mgi_span("", 0);
	v = mgi_span_trim(mgi_span_from(v, 1));
	if (v.len && (v.data[0] == '"' || v.data[0] == '\'')) {
		quote = v.data[0];
		v = mgi_span_from(v, 1);
	}
	while (n < v.len && v.data[n] != quote && v.data[n] != '"' &&
	       v.data[n] != '>' && v.data[n] != ';' && v.data[n] != '?' &&
	       !mgi_is_space(v.data[n]))
		n++;
	return mgi_span_head(v, n);
}

/* The declaration at the head, "<?xml" to "?>"; empty if there is none. */
static mailguard_span declaration(mailguard_span s)
{
	ptrdiff_t end;

	if (!mgi_span_starts_nocase(s, "<?xml") || s.len < 6 ||
	    !mgi_is_space(s.data[5]))
		return mgi_span("", 0);
	end = mgi_span_find_nocase(mgi_span_head(s, META_WITHIN), "?>");
	return mgi_span_head(s, end < 0 ? 0 : (size_t)end + 2);
}

/* What the document says of itself, if its ASCII can be read. */
static const mgi_charset *declared(mailguard_span s)
{
	mailguard_span label, head, d = declaration(mgi_span_trim(s));
	const mgi_charset *cs;
	ptrdiff_t at;

	label = value_of(d, "encoding");
	head = mgi_span_head(s, META_WITHIN);
	while (!label.len && (at = mgi_span_find_nocase(head, "<meta")) >= 0) {
		head = mgi_span_from(head, (size_t)at + 5);
		at = mgi_span_find_nocase(head, ">");
		label = value_of(
			mgi_span_head(head, at < 0 ? head.len : (size_t)at),
			"charset");
	}
	cs = mgi_charset_find(label);
	/* It was read as ASCII, so it is not what it says. */
	return cs && mgi_charset_is_wide(cs) ? mgi_charset_utf8() : cs;
}

static const mgi_charset *choose(mailguard_span s, const char *label)
{
	size_t skip;
	const mgi_charset *cs = mgi_charset_marked(s, &skip);

	if (!cs && label)
		cs = mgi_charset_find(mgi_span_of(label));
	if (!cs)
		cs = declared(s);
	if (!cs)
		cs = mgi_charset_sniff(s);
	return cs ? cs : mgi_charset_find(mgi_span_of("windows-1252"));
}

/* Control characters stop both parsers; they mean nothing here. */
static void clean(char *at, size_t n)
{
	mailguard_span s = mgi_span(at, n), d;
	size_t i, lead;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)at[i];

		if (c < ' ' && c != '\t' && c != '\n' && c != '\r')
			at[i] = ' ';
	}
	for (lead = 0; lead < n && mgi_is_space((unsigned char)at[lead]);)
		lead++;
	d = declaration(mgi_span_from(s, lead));
	for (i = lead; i < lead + d.len; i++)
		if (at[i] != '\n')
			at[i] = ' ';
}

mailguard_status mgi_xml_to_utf8(mailguard_buffer *out,
                                 mailguard_span bytes,
                                 const char *label,
                                 mailguard_error *err)
{
	size_t before = out->len;
	mailguard_status st;

	st = mgi_charset_decode(out, NULL, choose(bytes, label), bytes, err);
	if (st == MAILGUARD_OK && out->len > before)
		clean(out->at + before, out->len - before);
	return st;
}
