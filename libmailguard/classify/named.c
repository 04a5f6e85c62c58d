/*
 * named.c - a text that is nothing but a code: "winsock 10060", "x509:10",
 * "550", "0x800CCC0E". A number alone stands for every name space that has
 * it; then none is certain.
 */
#include "classify/sign.h"

#include <string.h>

/* What people call a name space. NULL ends a list. */
static const struct {
	const char *word;
	const char *spaces[5];
} aliases[] = {
	{ "curl", { "libcurl" } },
	{ "win32", { "winsock" } },
	{ "wsa", { "winsock" } },
	{ "openssl", { "x509", "openssl" } },
	{ "ssl", { "x509", "tls-alert", "openssl" } },
	{ "tls", { "tls-alert", "x509" } },
	{ "smtp", { "smtp-reply", "smtp-enhanced", "smtp-phase" } },
	{ "imap", { "imap-code", "imap-status" } },
	{ "outlook",
	  { "outlook-ixp", "outlook-inet", "outlook-mapi", "oe-store",
	    "hresult" } },
	{ "getaddrinfo", { "gai" } },
	{ "exit", { "sysexits" } },
	{ "rcode", { "dns" } },
	{ "gmail", { "vendor.google", "gmail-popfetch" } },
	{ "microsoft", { "vendor.microsoft", "oauth-aad" } },
};

/* Rows of `space` whose code or symbol is all of `rest`. */
static bool add_exact(mgi_reading *r, mailguard_span space, mailguard_span rest)
{
	size_t whole = r->folded->len;
	const mgi_set *set;
	size_t first, i, n;
	bool any = false;

	for (set = r->sets; set; set = set->next) {
		n = mgi_code_find(&first, set, rest);
		for (i = first; i < first + n; i++)
			if (mgi_span_is_nocase(space, set->codes[i].space)) {
				mgi_sign_code(r, &set->codes[i],
				              MGI_WEIGHT_NAMED, 0, whole);
				any = true;
			}
		n = mgi_symbol_find(&first, set, rest);
		for (i = first; i < first + n; i++) {
			const mgi_code_row *row = &set->codes[set->symbols[i]];

			if (mgi_span_is_nocase(space, row->space)) {
				mgi_sign_code(r, row, MGI_WEIGHT_NAMED, 0,
				              whole);
				any = true;
			}
		}
	}
	return any;
}

static bool add_alias(mgi_reading *r, mailguard_span word, mailguard_span rest)
{
	bool any = false;
	size_t i, k;

	for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (!mgi_span_is_nocase(word, aliases[i].word))
			continue;
		for (k = 0; k < 5 && aliases[i].spaces[k]; k++)
			any |= add_exact(r, mgi_span_of(aliases[i].spaces[k]),
			                 rest);
	}
	return any;
}

static mailguard_span unquoted(mailguard_span s)
{
	s = mgi_span_trim(s);
	while (s.len >= 2 && mgi_is_one_of(s.data[0], "'\"(") &&
	       mgi_is_one_of(s.data[s.len - 1], "'\")"))
		s = mgi_span_trim(mgi_span(s.data + 1, s.len - 2));
	return s;
}

/* Which name space people mean by a number alone, the likeliest first. */
static int32_t weight_alone(const mgi_code_row *row)
{
	static const char *const spaces[] = {
		"smtp-reply", "winsock",   "libcurl", "apple", "gai",
		"errno",      "tls-alert", "x509",    "dns",   "sysexits",
	};
	int32_t weight = 48;
	size_t i;

	if (row->reason / 100 == MAILGUARD_FAULT_UNKNOWN)
		return mgi_code_weight(row);
	for (i = 0; i < sizeof(spaces) / sizeof(spaces[0]); i++, weight -= 2)
		if (strcmp(row->space, spaces[i]) == 0)
			return weight;
	return mgi_code_weight(row) / 2;
}

/* All rows with that code; if there are several, none is certain. */
static void add_bare(mgi_reading *r, mailguard_span code)
{
	const mgi_set *set;
	size_t first, i, n, all = 0;

	for (set = r->sets; set; set = set->next)
		all += mgi_code_find(&first, set, code) +
		       mgi_symbol_find(&i, set, code);
	for (set = r->sets; set; set = set->next) {
		n = mgi_code_find(&first, set, code);
		for (i = first; i < first + n; i++) {
			const mgi_code_row *row = &set->codes[i];

			mgi_sign_code(r, row,
			              all > 1 ? weight_alone(row)
			                      : mgi_code_weight(row),
			              0, r->folded->len);
		}
		n = mgi_symbol_find(&first, set, code);
		for (i = first; i < first + n; i++) {
			const mgi_code_row *row = &set->codes[set->symbols[i]];

			mgi_sign_code(r, row, mgi_code_weight(row), 0,
			              r->folded->len);
		}
	}
}

void mgi_read_named(mgi_reading *r)
{
	/* The original: "421@greeting" is a code, and no address. */
	mailguard_span s = unquoted(r->text);
	size_t i;

	if (s.len == 0 || s.len > 256)
		return;
	add_bare(r, s);
	for (i = 1; i + 1 < s.len; i++) {
		mailguard_span word, rest;

		if (s.data[i] != ' ' && s.data[i] != ':' && s.data[i] != '/' &&
		    s.data[i] != '\t')
			continue;
		word = mgi_span(s.data, i);
		rest = mgi_span_trim(mgi_span_from(s, i + 1));
		if (add_exact(r, word, rest) || add_alias(r, word, rest))
			return;
		if (s.data[i] != ':')
			return;
	}
}
