/*
 * endpoint_options.c - what stands behind an endpoint's host and port: the
 * path and query of HTTP, the options of the others.
 */
#include "base/cursor.h"
#include "proto/draft.h"

/* Path and query as HTTP wants them: what may not stand there is encoded,
 * what is encoded already stays. */
static char *put_encoded(char *to, mailguard_span s)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t i;

	for (i = 0; i < s.len; i++) {
		int c = s.data[i];

		if (mgi_path_char(c)) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
	}
	return to;
}

static mailguard_status read_http_path(mgi_draft *d)
{
	const mgi_url *u = &d->url;
	char *to =
		mgi_arena_alloc(d->arena, 3 * (u->path.len + u->query.len) + 3);

	if (!to)
		return mgi_fail_nomem(d->err);
	d->e->path = to;
	if (!u->path.len)
		*to++ = '/';
	to = put_encoded(to, u->path);
	/* An empty query is not the same as none. */
	if (u->query.data) {
		*to++ = '?';
		to = put_encoded(to, u->query);
	}
	*to = '\0';
	return MAILGUARD_OK;
}

static mailguard_status set_tls(mgi_draft *d, mailguard_span value)
{
	mailguard_tls named = MAILGUARD_TLS_NONE;

	while (named <= MAILGUARD_TLS_IMPLICIT &&
	       !mgi_span_is_nocase(value, mailguard_tls_name(named)))
		named++;
	if (named > MAILGUARD_TLS_IMPLICIT ||
	    (d->e->tls == MAILGUARD_TLS_IMPLICIT && named != d->e->tls))
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_TLS);
	d->e->tls = named;
	return MAILGUARD_OK;
}

static mailguard_status unknown_option(mgi_draft *d, mailguard_span key)
{
	char *name = mgi_arena_strndup(d->arena, key.data,
	                               key.len < 20 ? key.len : 20);

	if (!name)
		return mgi_fail_nomem(d->err);
	if (!mgi_plain_ok(mgi_span_of(name)))
		name[0] = '\0';
	return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
	                MGI_SAY_ENDPOINT_UNKNOWN_OPTION, "option", name);
}

/* A second value would hide the first: nobody means that. */
static mailguard_status once(mgi_draft *d, bool *given, const char *name)
{
	if (*given)
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_REPEATED_OPTION, "option",
		                name);
	*given = true;
	return MAILGUARD_OK;
}

static mailguard_status read_option(mgi_draft *d,
                                    mailguard_span key,
                                    mailguard_span value)
{
	mailguard_status st;

	if (mgi_span_is_nocase(key, "tls")) {
		st = once(d, &d->tls_given, "tls");
		return st < 0 ? st : set_tls(d, value);
	}
	if (mgi_span_is_nocase(key, "address")) {
		st = once(d, &d->address_given, "address");
		return st < 0 ? st
		              : mgi_draft_decode(&d->e->address, d, value,
		                                 MGI_SAY_ENDPOINT_PART_ADDRESS);
	}
	return unknown_option(d, key);
}

/* "tls=starttls&address=192.0.2.1" */
static mailguard_status read_options(mgi_draft *d, mailguard_span s)
{
	mgi_cursor c = mgi_cursor_of(s);
	mailguard_span one, key;
	mailguard_status st = MAILGUARD_OK;

	while (st == MAILGUARD_OK && mgi_cursor_until(&one, &c, '&')) {
		mgi_cursor parts = mgi_cursor_of(one);

		if (!mgi_cursor_until(&key, &parts, '='))
			continue;
		one = mgi_cursor_take(&parts, mgi_cursor_left(&parts));
		st = read_option(d, key, one);
	}
	return st;
}

mailguard_status mgi_draft_rest(mgi_draft *d)
{
	mailguard_status st;

	if (d->e->protocol == MAILGUARD_PROTOCOL_HTTP) {
		st = read_http_path(d);
		if (st < 0 ||
		    !mgi_span_starts_nocase(d->url.fragment, "address="))
			return st;
		return mgi_draft_decode(&d->e->address, d,
		                        mgi_span_from(d->url.fragment, 8),
		                        MGI_SAY_ENDPOINT_PART_ADDRESS);
	}
	if (d->url.path.len > 1)
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_PATH);
	st = read_options(d, d->url.query);
	return st < 0 ? st : read_options(d, d->url.fragment);
}
