/*
 * clean.c - HTML and markdown of a feed as lines of text.
 *
 * Not a parser of HTML: a feed's text is cut wherever its writer liked. What
 * looks like a tag is dropped, what is none stays.
 */
#include "status/clean.h"

#include <string.h>

#include "base/text.h"

enum { LINK_MAX = 2048 };

typedef struct washer {
	mailguard_buffer *out;
	size_t begin, max;
	bool one_line;
	int gap; /* 0 none, 1 a space, 2 a line end is due */
} washer;

static void put(washer *w, uint32_t c)
{
	char utf8[4];
	size_t n, len = w->out->len - w->begin;

	if (c == '\n' || c == '\r') {
		w->gap = w->one_line ? 1 : 2;
		return;
	}
	if (c < 0x21 || c == 0x7f || (c >= 0x80 && c < 0xa1) || c == 0x3000 ||
	    c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069)) {
		w->gap = w->gap ? w->gap : 1;
		return;
	}
	n = mgi_utf8_put(utf8, c);
	if (len + n + 1 > w->max)
		return;
	if (w->gap && len)
		mgi_buf_putc(w->out, w->gap == 2 ? '\n' : ' ');
	w->gap = 0;
	mgi_buf_add(w->out, utf8, n);
}

static bool breaks(mailguard_span tag)
{
	static const char *const names[] = { "br",  "p",   "/p",  "div", "/div",
		                             "li",  "tr",  "th",  "td",  "hr",
		                             "dt",  "dd",  "h1",  "h2",  "h3",
		                             "h4",  "/h1", "/h2", "/h3", "/h4",
		                             "/tr", "/dt", "/dd", "/li" };
	size_t n = 0, i;

	while (n < tag.len &&
	       (mgi_is_alnum(tag.data[n]) || tag.data[n] == '/') &&
	       (n == 0 || tag.data[n] != '/'))
		n++;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_is_nocase(mgi_span_head(tag, n), names[i]))
			return true;
	return false;
}

/* Bytes up to the end of what is no text, from `<`, or 0. */
static size_t unspoken(mailguard_span s)
{
	static const struct {
		const char *begin, *end;
		size_t more; /* bytes of `end` that are no tag of their own */
	} kinds[] = { { "<script", "</script", 0 },
		      { "<style", "</style", 0 },
		      { "<!--", "-->", 3 } };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		ptrdiff_t end;

		if (!mgi_span_starts_nocase(s, kinds[i].begin))
			continue;
		end = mgi_span_find_nocase(s, kinds[i].end);
		return end < 0 ? s.len : (size_t)end + kinds[i].more;
	}
	return 0;
}

/* A tag at the head of `s`: its length, or 0 if it is none. */
static size_t tag_length(mailguard_span s)
{
	const unsigned char *end;
	int c = s.len > 1 ? s.data[1] : 0;

	if (!mgi_is_alpha(c) && c != '/' && c != '!' && c != '?')
		return 0;
	end = memchr(s.data, '>', s.len);
	return end ? (size_t)(end - s.data) + 1 : s.len;
}

static size_t put_tag(washer *w, mailguard_span s)
{
	size_t n = unspoken(s);

	if (n)
		return n;
	n = tag_length(s);
	if (!n) {
		put(w, '<');
		return 1;
	}
	if (breaks(mgi_span_from(s, 1))) /* else inline: <b>x</b>y is a word */
		put(w, '\n');
	return n;
}

static uint32_t number_of(mailguard_span digits)
{
	uint32_t base = 10, c = 0;
	size_t i;

	if (digits.len && (digits.data[0] | 0x20) == 'x') {
		base = 16;
		digits = mgi_span_from(digits, 1);
	}
	for (i = 0; i < digits.len && i < 8; i++) {
		int v = mgi_xdigit(digits.data[i]);

		if (v < 0 || (uint32_t)v >= base)
			return 0;
		c = c * base + (uint32_t)v;
	}
	return c;
}

/* An entity at the head of `s`: its length and character; 0 if none. */
static size_t entity(uint32_t *c, mailguard_span s)
{
	static const struct {
		const char *name;
		uint32_t c;
	} names[] = { { "amp", '&' },       { "lt", '<' },
		      { "gt", '>' },        { "quot", '"' },
		      { "apos", '\'' },     { "nbsp", ' ' },
		      { "ndash", 0x2013 },  { "mdash", 0x2014 },
		      { "rsquo", 0x2019 },  { "lsquo", 0x2018 },
		      { "hellip", 0x2026 }, { "middot", 0xb7 } };
	const unsigned char *end = memchr(s.data, ';', s.len < 12 ? s.len : 12);
	mailguard_span name;
	size_t i;

	if (!end)
		return 0;
	name = mgi_span(s.data + 1, (size_t)(end - s.data) - 1);
	*c = 0;
	if (name.len && name.data[0] == '#')
		*c = number_of(mgi_span_from(name, 1));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_is(name, names[i].name))
			*c = names[i].c;
	return *c ? (size_t)(end - s.data) + 1 : 0;
}

/* "](https://...)" of markdown: its length, or 0. */
static size_t link_target(mailguard_span s)
{
	const unsigned char *end;

	if (!mgi_span_starts_nocase(s, "](http"))
		return 0;
	end = memchr(s.data, ')', s.len < LINK_MAX ? s.len : LINK_MAX);
	return end ? (size_t)(end - s.data) + 1 : 0;
}

/* "[" that begins such a link. */
static bool begins_link(mailguard_span s)
{
	const unsigned char *end;

	s = mgi_span_head(s, LINK_MAX / 8);
	end = memchr(s.data, ']', s.len);
	return end && link_target(mgi_span_from(s, (size_t)(end - s.data))) > 0;
}

static size_t put_next(washer *w, mailguard_span s)
{
	size_t at = 0, n;
	uint32_t c;

	if (s.data[0] == '<')
		return put_tag(w, s);
	if (s.data[0] == '&') {
		n = entity(&c, s);
		put(w, n ? c : '&');
		return n ? n : 1;
	}
	if (s.data[0] == '*' && s.len > 1 && s.data[1] == '*')
		return 2;
	if (s.data[0] == '[' && begins_link(s))
		return 1;
	if (s.data[0] == ']') {
		n = link_target(s);
		if (n)
			return n;
	}
	put(w, mgi_utf8_next(s, &at));
	return at;
}

void mgi_clean(mailguard_buffer *out,
               mailguard_span raw,
               size_t max,
               bool one_line)
{
	washer w = { out, out->len, max, one_line, 0 };

	/* Tags may outweigh text, but not without end. */
	raw.len = mgi_utf8_cut(raw, max * 16);
	while (raw.len && out->len - w.begin + 4 < max)
		raw = mgi_span_from(raw, put_next(&w, raw));
}

/* U+2010 and its like, but not the long vowel mark. */
static uint32_t fold(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e && c != 0xff5e)
		c -= 0xfee0;
	if (c == 0x301c || c == 0xff5e || c == 0x223c || c == 0x223e)
		return '~';
	if (c == 0x2010 || c == 0x2011 || c == 0x2012 || c == 0x2013 ||
	    c == 0x2014 || c == 0x2015 || c == 0x2212)
		return '-';
	if (c == 0x2019)
		return '\'';
	if (c == 0x3000 || c == 0xa0)
		return ' ';
	return c < 0x80 ? (uint32_t)mgi_lower((int)c) : c;
}

void mgi_fold_text(mailguard_buffer *out, mailguard_span text)
{
	char utf8[4];
	size_t at = 0;

	while (at < text.len) {
		size_t n = mgi_utf8_put(utf8, fold(mgi_utf8_next(text, &at)));

		mgi_buf_add(out, utf8, n);
	}
}

const char *mgi_lang_guess(const char *text)
{
	mailguard_span s = mgi_span_of(text);
	const char *lang = "";
	size_t at = 0;

	while (at < s.len) {
		uint32_t c = mgi_utf8_next(s, &at);

		if (c >= 0x3041 && c <= 0x30fa)
			return "ja";
		if (c < 0x80 && mgi_is_alpha((int)c))
			lang = "en";
	}
	return lang;
}
