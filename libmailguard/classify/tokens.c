/*
 * tokens.c - symbols and identifiers in a text: CURLE_COULDNT_CONNECT,
 * ECONNREFUSED, smtpAuthFailure, AADSTS50126.
 *
 * Many symbols are everyday words ("LIMIT", "refused"), so a token must look
 * like what a program prints: an underscore, a digit among letters, camel
 * case, or capitals where the name space writes them.
 */
#include "classify/sign.h"

#include <string.h>

#define TOKEN_MIN 3
#define TOKEN_MAX 64

typedef struct shape {
	bool capitals, camel, joined, digits;
} shape;

static bool is_token_char(int c)
{
	return mgi_is_alnum(c) || c == '_';
}

static shape shape_of(const unsigned char *p, size_t n)
{
	shape s = { .capitals = true };
	size_t i;

	for (i = 0; i < n; i++) {
		bool small = p[i] >= 'a' && p[i] <= 'z';

		s.capitals = s.capitals && !small;
		s.joined = s.joined || p[i] == '_';
		s.digits = s.digits || mgi_is_digit(p[i]);
		if (small && i + 1 < n && p[i + 1] >= 'A' && p[i + 1] <= 'Z')
			s.camel = true;
	}
	return s;
}

static bool in(const char *space, const char *const list[], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(space, list[i]) == 0)
			return true;
	return false;
}

static bool is_meant(shape s, const mgi_code_row *row)
{
	static const char *const capitals[] = { "errno", "winsock", "dns" };

	if (s.joined || s.camel)
		return true;
	if (!s.capitals || s.digits)
		return false;
	/* REFUSED and NOERROR are DNS only where DNS is spoken of. */
	if (strcmp(row->space, "dns") == 0)
		return strcmp(row->symbol, "NXDOMAIN") == 0 ||
		       strcmp(row->symbol, "SERVFAIL") == 0 ||
		       strcmp(row->symbol, "FORMERR") == 0;
	return in(row->space, capitals, 3);
}

static void look_up(mgi_reading *r, size_t start, size_t end)
{
	const mgi_folded *f = r->folded;
	mailguard_span name = mgi_span(f->text + start, end - start);
	shape s = shape_of(r->text.data + f->from[start], name.len);
	const mgi_set *set;
	size_t first, i, n;

	for (set = r->sets; set; set = set->next) {
		n = mgi_symbol_find(&first, set, name);
		for (i = first; i < first + n; i++) {
			const mgi_code_row *row = &set->codes[set->symbols[i]];

			if (is_meant(s, row))
				mgi_sign_code(r, row, mgi_code_weight(row),
				              start, end);
		}
		if (!s.joined && !s.camel && !s.digits)
			continue;
		n = mgi_code_find(&first, set, name);
		for (i = first; i < first + n; i++)
			mgi_sign_code(r, &set->codes[i],
			              mgi_code_weight(&set->codes[i]), start,
			              end);
	}
}

void mgi_read_tokens(mgi_reading *r)
{
	const mgi_folded *f = r->folded;
	size_t i, end;

	for (i = 0; i < f->len; i = end) {
		end = i + 1;
		if (!mgi_is_alpha(f->text[i]))
			continue;
		while (end < f->len && is_token_char(f->text[end]))
			end++;
		/* Folding must not have changed more than the case here. */
		if (end - i >= TOKEN_MIN && end - i <= TOKEN_MAX &&
		    (!i || !is_token_char(f->text[i - 1])) &&
		    f->from[end - 1] - f->from[i] == end - 1 - i)
			look_up(r, i, end);
	}
}
