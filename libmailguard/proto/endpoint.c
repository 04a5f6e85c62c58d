/*
 * endpoint.c - read an endpoint from a URL.
 *
 * Parts are decoded here and judged by mgi_endpoint_check(), which judges
 * endpoints of other makes too. A message never repeats a part that might be
 * a password: only schemes and names of options are shown again.
 */
#include "proto/draft.h"

#include <string.h>

/* What parse() gives out; the arena holds everything, this too. */
typedef struct owned {
	mailguard_endpoint e;
	mgi_arena *arena;
} owned;

static const char *part_name(const mgi_draft *d, mgi_say_id part)
{
	return mgi_say_raw(mgi_lang_of(d->mg), part);
}

/* The byte of "%41" at `i`; -1 if it is no such triple. */
static int triple_at(mailguard_span s, size_t i)
{
	if (s.len - i < 3 || mgi_xdigit(s.data[i + 1]) < 0 ||
	    mgi_xdigit(s.data[i + 2]) < 0)
		return -1;
	return mgi_xdigit(s.data[i + 1]) * 16 + mgi_xdigit(s.data[i + 2]);
}

mailguard_status mgi_draft_decode(const char **out,
                                  mgi_draft *d,
                                  mailguard_span raw,
                                  mgi_say_id part)
{
	char *to = mgi_arena_alloc(d->arena, raw.len + 1);
	size_t i, n = 0;

	*out = NULL;
	if (!to)
		return mgi_fail_nomem(d->err);
	for (i = 0; i < raw.len; i++) {
		int c = raw.data[i];

		if (c == '%') {
			c = triple_at(raw, i);
			i += 2;
		}
		if (c < 0)
			return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
			                MGI_SAY_ENDPOINT_BAD_PERCENT, "part",
			                part_name(d, part));
		if (c < 0x20 || c == 0x7F)
			return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
			                MGI_SAY_ENDPOINT_CONTROL_CHARACTER,
			                "part", part_name(d, part));
		to[n++] = (char)c;
	}
	*out = to;
	return MAILGUARD_OK;
}

static mailguard_status read_scheme(mgi_draft *d, mailguard_span text)
{
	const mgi_scheme *scheme;
	char *name;

	if (!mgi_url_split(&d->url, text) || !d->url.scheme.len)
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NO_SCHEME);
	scheme = mgi_scheme_find(d->url.scheme);
	if (scheme) {
		d->e->protocol = scheme->protocol;
		d->e->tls = scheme->tls;
		return MAILGUARD_OK;
	}
	name = mgi_arena_strndup(d->arena, d->url.scheme.data,
	                         d->url.scheme.len);
	if (!name)
		return mgi_fail_nomem(d->err);
	/* "user:secret@host" and the like must not be shown again. */
	if (d->url.scheme.len > 20 || strchr(name, '@'))
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NO_SCHEME);
	return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
	                MGI_SAY_ENDPOINT_UNKNOWN_SCHEME, "scheme", name);
}

static bool has_at(mailguard_span s)
{
	return s.len && memchr(s.data, '@', s.len);
}

/* "user:secret@host", also if the secret holds a slash, "?" or "#" and so
 * made the user look like the host. */
static bool has_secret(const mgi_url *u, mailguard_protocol protocol)
{
	uint64_t number;

	if (u->login.len && memchr(u->login.data, ':', u->login.len))
		return true;
	if (!u->port.data ||
	    !(has_at(u->path) || has_at(u->query) || has_at(u->fragment)))
		return false;
	return protocol != MAILGUARD_PROTOCOL_HTTP ||
	       !mgi_span_u64(&number, u->port, UINT64_MAX);
}

/* RFC 5092: ";AUTH=*" leaves the choice to us, as does no such part. */
static mailguard_status read_mechanism(mgi_draft *d, mailguard_span raw)
{
	const char *name;
	mailguard_status st;
	char *upper;

	st = mgi_draft_decode(&name, d, raw, MGI_SAY_ENDPOINT_PART_MECHANISM);
	if (st < 0 || strcmp(name, "*") == 0)
		return st;
	upper = mgi_arena_strdup(d->arena, name);
	if (!upper)
		return mgi_fail_nomem(d->err);
	d->e->mechanism = upper;
	for (; *upper; upper++)
		*upper = (char)mgi_upper((unsigned char)*upper);
	return MAILGUARD_OK;
}

static mailguard_status read_login(mgi_draft *d)
{
	mailguard_span user = d->url.login;
	ptrdiff_t mark;
	mailguard_status st;

	if (has_secret(&d->url, d->e->protocol))
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_SECRET_IN_URL);
	if (!user.data)
		return MAILGUARD_OK;

	mark = mgi_span_find_nocase(user, ";AUTH=");
	if (mark >= 0) {
		st = read_mechanism(d, mgi_span_from(user, (size_t)mark + 6));
		if (st < 0)
			return st;
		user = mgi_span_head(user, (size_t)mark);
		if (!user.len)
			return MAILGUARD_OK;
	}
	return mgi_draft_decode(&d->e->user, d, user,
	                        MGI_SAY_ENDPOINT_PART_USER);
}

static mailguard_status read_host(mgi_draft *d)
{
	mailguard_span host = d->url.host;
	bool bracket = host.len && host.data[0] == '[';
	mailguard_status st;

	if (!host.len)
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NO_HOST);
	if (bracket && host.data[host.len - 1] == ']')
		host = mgi_span_from(mgi_span_head(host, host.len - 1), 1);
	st = mgi_draft_decode(&d->e->host, d, host, MGI_SAY_ENDPOINT_PART_HOST);
	if (st < 0)
		return st;
	/* Brackets are for IPv6 and IPv6 is for brackets. */
	if (bracket != (strchr(d->e->host, ':') != NULL))
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_HOST);
	return MAILGUARD_OK;
}

static mailguard_status read_port(mgi_draft *d)
{
	uint64_t number = 0;

	if (!d->url.port.data)
		return MAILGUARD_OK;
	if (!mgi_span_u64(&number, d->url.port, 65535) || !number)
		return mgi_fail(d->err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_PORT);
	d->e->port = (int32_t)number;
	return MAILGUARD_OK;
}

static mailguard_status read_url(mgi_draft *d, const char *url)
{
	mailguard_span text = mgi_span_of(url);
	mailguard_status st;
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.data[i] < 0x20 || text.data[i] == 0x7F)
			return mgi_fail(
				d->err, d->mg, MAILGUARD_EINVAL,
				MGI_SAY_ENDPOINT_CONTROL_CHARACTER, "part",
				part_name(d, MGI_SAY_ENDPOINT_PART_URL));
	st = read_scheme(d, text);
	if (st < 0)
		return st;
	st = read_login(d);
	if (st < 0)
		return st;
	st = read_host(d);
	if (st < 0)
		return st;
	st = read_port(d);
	if (st < 0)
		return st;
	st = mgi_draft_rest(d);
	return st < 0 ? st : mgi_endpoint_check(d->e, d->mg, d->err);
}

static mailguard_status parse(mailguard_endpoint **out,
                              mgi_draft *d,
                              const char *url)
{
	owned *o = mgi_arena_alloc(d->arena, sizeof(*o));

	if (!o)
		return mgi_fail_nomem(d->err);
	o->arena = d->arena;
	o->e.size = sizeof(o->e);
	d->e = *out = &o->e;
	return read_url(d, url);
}

mailguard_status mailguard_endpoint_parse(mailguard_endpoint **out,
                                          mailguard *mg,
                                          const char *url,
                                          mailguard_error *err)
{
	mgi_draft d = { 0 };
	mailguard_status st;

	*out = NULL;
	if (!mg || !url)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NOTHING_GIVEN);
	if (strlen(url) > MAILGUARD_ENDPOINT_URL_MAX)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_ENDPOINT_TOO_LONG, "max",
		                mgi_u64(MAILGUARD_ENDPOINT_URL_MAX).text);
	d.mg = mg;
	d.err = err;
	d.arena = mgi_arena_new(mg);
	if (!d.arena)
		return mgi_fail_nomem(err);

	st = parse(out, &d, url);
	if (st < 0) {
		*out = NULL;
		mgi_arena_free(d.arena);
	}
	return st;
}

void mailguard_endpoint_free(mailguard_endpoint *e)
{
	if (e)
		mgi_arena_free(((owned *)e)->arena);
}

int32_t mailguard_endpoint_port(const mailguard_endpoint *e)
{
	return e->port ? e->port : mailguard_protocol_port(e->protocol, e->tls);
}
