/*
 * url.c - take a URL apart (RFC 3986), and the table of schemes.
 *
 * This file finds where parts begin and end; it judges and decodes none.
 */
#include "proto/url.h"

#include <string.h>

/* In the order they are looked for when a URL is written. */
static const mgi_scheme schemes[] = {
	{ "smtp", MAILGUARD_PROTOCOL_SMTP, MAILGUARD_TLS_NONE },
	{ "smtps", MAILGUARD_PROTOCOL_SMTP, MAILGUARD_TLS_IMPLICIT },
	{ "submission", MAILGUARD_PROTOCOL_SUBMISSION, MAILGUARD_TLS_STARTTLS },
	{ "submissions", MAILGUARD_PROTOCOL_SUBMISSION,
	  MAILGUARD_TLS_IMPLICIT },
	{ "imap", MAILGUARD_PROTOCOL_IMAP, MAILGUARD_TLS_NONE },
	{ "imaps", MAILGUARD_PROTOCOL_IMAP, MAILGUARD_TLS_IMPLICIT },
	{ "pop3", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_NONE },
	{ "pop3s", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_IMPLICIT },
	{ "pop", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_NONE },
	{ "pops", MAILGUARD_PROTOCOL_POP3, MAILGUARD_TLS_IMPLICIT },
	{ "http", MAILGUARD_PROTOCOL_HTTP, MAILGUARD_TLS_NONE },
	{ "https", MAILGUARD_PROTOCOL_HTTP, MAILGUARD_TLS_IMPLICIT },
};

#define SCHEMES (sizeof(schemes) / sizeof(schemes[0]))

const mgi_scheme *mgi_scheme_find(mailguard_span name)
{
	size_t i;

	for (i = 0; i < SCHEMES; i++)
		if (mgi_span_is_nocase(name, schemes[i].name))
			return &schemes[i];
	return NULL;
}

const mgi_scheme *mgi_scheme_of(mailguard_protocol protocol, mailguard_tls tls)
{
	bool implicit = tls == MAILGUARD_TLS_IMPLICIT;
	size_t i;

	for (i = 0; i < SCHEMES; i++)
		if (schemes[i].protocol == protocol &&
		    (schemes[i].tls == MAILGUARD_TLS_IMPLICIT) == implicit)
			return &schemes[i];
	return NULL;
}

/* How many bytes of `s` stand before the first of `stops`. */
static size_t run_until(mailguard_span s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && !strchr(stops, s.data[n]))
		n++;
	return n;
}

/* What stands before the first of `stops`, and `rest` from there on. */
static mailguard_span cut_at(mailguard_span *rest, const char *stops)
{
	size_t n = run_until(*rest, stops);
	mailguard_span head = mgi_span_head(*rest, n);

	*rest = mgi_span_from(*rest, n);
	return head;
}

/* "[::1]:993" or "host:993". Brackets stay with the host they mark. */
static void split_host(mgi_url *out, mailguard_span s)
{
	size_t n = 0;

	if (s.len && s.data[0] == '[')
		n = run_until(s, "]");
	n += run_until(mgi_span_from(s, n), ":");
	out->host = mgi_span_head(s, n);
	if (n < s.len)
		out->port = mgi_span_from(s, n + 1);
}

/* The last "@" ends the login: many user names hold one themselves. */
static void split_authority(mgi_url *out, mailguard_span s)
{
	size_t n = s.len;

	while (n && s.data[n - 1] != '@')
		n--;
	if (n)
		out->login = mgi_span_head(s, n - 1);
	split_host(out, mgi_span_from(s, n));
}

bool mgi_url_split(mgi_url *out, mailguard_span text)
{
	static const mgi_url none;
	mailguard_span rest = text, scheme;

	*out = none;
	scheme = cut_at(&rest, ":");
	if (!mgi_span_starts(rest, "://"))
		return false;

	out->scheme = scheme;
	rest = mgi_span_from(rest, 3);
	split_authority(out, cut_at(&rest, "/?#"));
	if (rest.len && rest.data[0] == '/')
		out->path = cut_at(&rest, "?#");
	if (rest.len && rest.data[0] == '?') {
		rest = mgi_span_from(rest, 1);
		out->query = cut_at(&rest, "#");
	}
	if (rest.len && rest.data[0] == '#')
		out->fragment = mgi_span_from(rest, 1);
	return true;
}
