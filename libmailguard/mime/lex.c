/*
 * lex.c - where a comment, a quoted string or a word ends.
 */
#include "mime/lex.h"

#include <string.h>

#include "base/text.h"

#define WORD_MAX 998 /* a line; RFC 2047 allows 75 */

static size_t skip_comment(mailguard_span s, size_t at)
{
	size_t depth = 0;

	for (; at < s.len; at++) {
		if (s.data[at] == '\\')
			at++;
		else if (s.data[at] == '(')
			depth++;
		else if (s.data[at] == ')' && --depth == 0)
			return at + 1;
	}
	return s.len;
}

static size_t skip_to(mailguard_span s, size_t at, unsigned char close)
{
	for (at++; at < s.len; at++) {
		if (s.data[at] == '\\')
			at++;
		else if (s.data[at] == close)
			return at + 1;
	}
	return s.len;
}

/* A quote that nobody closes stands for itself. */
static size_t skip_quoted(mailguard_span s, size_t at)
{
	size_t end = skip_to(s, at, '"');

	return end == s.len && (end == at + 1 || s.data[end - 1] != '"')
	               ? at + 1
	               : end;
}

/* An encoded word is one, whatever mailers leave in it as it is. */
static size_t skip_encoded(mailguard_span s, size_t at)
{
	size_t i, marks = 0;

	for (i = at + 1; i < s.len && i < at + WORD_MAX; i++) {
		if (s.data[i] <= ' ' || (marks < 3 && s.data[i] == '='))
			break;
		if (marks == 3 && s.data[i - 1] == '?' && s.data[i] == '=')
			return i + 1;
		marks += s.data[i] == '?' && marks < 3;
	}
	return at + 1;
}

size_t mgi_lex_skip(mailguard_span s, size_t at)
{
	switch (s.data[at]) {
	case '(':
		return skip_comment(s, at);
	case '=':
		return skip_encoded(s, at);
	case '"':
		return skip_quoted(s, at);
	case '[':
		return skip_to(s, at, ']');
	case '\\':
		return at + 2 < s.len ? at + 2 : s.len;
	default:
		return at + 1;
	}
}

size_t mgi_lex_find(mailguard_span s, size_t at, const char *stops)
{
	while (at < s.len) {
		if (s.data[at] && strchr(stops, s.data[at]))
			return at;
		at = mgi_lex_skip(s, at);
	}
	return s.len;
}

void mgi_lex_uncomment(mailguard_buffer *out, mailguard_span s)
{
	bool space = false;
	size_t at = 0, next, before = out->len;

	for (; at < s.len; at = next) {
		next = mgi_lex_skip(s, at);
		if (s.data[at] == '(' || mgi_is_space(s.data[at])) {
			space = out->len > before;
			continue;
		}
		if (space)
			mgi_buf_putc(out, ' ');
		space = false;
		mgi_buf_add(out, s.data + at, next - at);
	}
}

void mgi_lex_unquote(mailguard_buffer *out, mailguard_span s)
{
	size_t at = s.len && s.data[0] == '"';

	for (; at < s.len; at++) {
		if (s.data[at] == '"')
			return;
		/* "C:\temp": nobody escapes a letter. */
		if (s.data[at] == '\\' && at + 1 < s.len &&
		    !mgi_is_alnum(s.data[at + 1]))
			at++;
		mgi_buf_add(out, s.data + at, 1);
	}
}
