/*
 * endpoint_text.c - judge an endpoint's parts, and write it as a URL.
 */
#include "proto/url.h"

#include <string.h>

static mailguard_status check_login(const mailguard_endpoint *e,
                                    const mailguard *mg,
                                    mailguard_error *err)
{
	mailguard_span mech = mgi_span_of(e->mechanism);
	size_t i;

	if (e->user && !mgi_plain_ok(mgi_span_of(e->user)))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_USER);
	if (!e->mechanism)
		return MAILGUARD_OK;
	/* RFC 4422, 3.1; the plus is RFC 2384's "+APOP". */
	if (e->protocol == MAILGUARD_PROTOCOL_POP3 &&
	    mgi_span_starts(mech, "+"))
		mech = mgi_span_from(mech, 1);
	for (i = 0; i < mech.len; i++)
		if ((!mgi_is_alnum(mech.data[i]) &&
		     !mgi_is_one_of(mech.data[i], "-_")) ||
		    mgi_upper(mech.data[i]) != mech.data[i])
			mech.len = 0;
	if (mech.len < 1 || mech.len > 20)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_MECHANISM);
	return MAILGUARD_OK;
}

static bool triples_ok(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++) {
		int high, low;

		if (s.data[i] != '%')
			continue;
		if (s.len - i < 3)
			return false;
		high = mgi_xdigit(s.data[i + 1]);
		low = mgi_xdigit(s.data[i + 2]);
		if (high < 2 || low < 0 || (high == 7 && low == 15))
			return false;
		i += 2;
	}
	return true;
}

static mailguard_status check_path(const mailguard_endpoint *e,
                                   const mailguard *mg,
                                   mailguard_error *err)
{
	mailguard_span path = mgi_span_of(e->path);
	bool fine = !e->path || mgi_span_starts(path, "/");
	size_t i;

	if (e->protocol != MAILGUARD_PROTOCOL_HTTP)
		return e->path ? mgi_fail(err, mg, MAILGUARD_EINVAL,
		                          MGI_SAY_ENDPOINT_BAD_PATH)
		               : MAILGUARD_OK;
	for (i = 0; i < path.len; i++)
		if (!mgi_path_char(path.data[i]))
			fine = false;
	if (!fine || !triples_ok(path))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_HTTP_PATH);
	return MAILGUARD_OK;
}

mailguard_status mgi_endpoint_check(const mailguard_endpoint *e,
                                    const mailguard *mg,
                                    mailguard_error *err)
{
	mailguard_status st;

	if (!e->host || !e->host[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NO_HOST);
	if (!mgi_host_ok(mgi_span_of(e->host)))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_HOST);
	st = check_login(e, mg, err);
	if (st < 0)
		return st;
	if (e->port < 0 || e->port > 65535)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_PORT);
	if (e->tls < MAILGUARD_TLS_NONE || e->tls > MAILGUARD_TLS_IMPLICIT ||
	    (e->protocol == MAILGUARD_PROTOCOL_HTTP &&
	     e->tls == MAILGUARD_TLS_STARTTLS))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_TLS);
	if (e->address && !mgi_address_ok(mgi_span_of(e->address)))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_BAD_ADDRESS);
	return check_path(e, mg, err);
}

/* "@" and ";" would end the user, "%" begin a triple. Letters of other
 * scripts stay readable. */
static void put_user(mailguard_buffer *out, const char *user)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *user; user++) {
		unsigned char c = (unsigned char)*user;

		if (c >= 0x80 || mgi_is_alnum(c) ||
		    mgi_is_one_of(c, "-._~!$&'()*+,=")) {
			mgi_buf_putc(out, *user);
			continue;
		}
		mgi_buf_putc(out, '%');
		mgi_buf_putc(out, hex[c >> 4]);
		mgi_buf_putc(out, hex[c & 15]);
	}
}

static void put_host(mailguard_buffer *out, const char *host)
{
	const char *zone = strchr(host, '%');
	bool bracket = strchr(host, ':') != NULL;

	if (bracket)
		mgi_buf_putc(out, '[');
	mgi_buf_add(out, host, zone ? (size_t)(zone - host) : strlen(host));
	if (zone) {
		mgi_buf_puts(out, "%25");
		mgi_buf_puts(out, zone + 1);
	}
	if (bracket)
		mgi_buf_putc(out, ']');
}

static void put_options(mailguard_buffer *out,
                        const mailguard_endpoint *e,
                        mailguard_tls scheme_tls)
{
	bool http = e->protocol == MAILGUARD_PROTOCOL_HTTP;
	const char *sep = http ? "#" : "?";

	if (e->tls != scheme_tls) {
		mgi_buf_puts(out, sep);
		mgi_buf_puts(out, "tls=");
		mgi_buf_puts(out, mailguard_tls_name(e->tls));
		sep = "&";
	}
	if (e->address) {
		mgi_buf_puts(out, sep);
		mgi_buf_puts(out, "address=");
		mgi_buf_puts(out, e->address);
	}
}

static void put_url(mailguard_buffer *out,
                    const mailguard_endpoint *e,
                    const mgi_scheme *scheme)
{
	mgi_buf_puts(out, scheme->name);
	mgi_buf_puts(out, "://");
	if (e->user)
		put_user(out, e->user);
	if (e->mechanism) {
		mgi_buf_puts(out, ";AUTH=");
		mgi_buf_puts(out, e->mechanism);
	}
	if (e->user || e->mechanism)
		mgi_buf_putc(out, '@');
	put_host(out, e->host);
	if (e->port) {
		mgi_buf_putc(out, ':');
		mgi_buf_puts(out, mgi_i64(e->port).text);
	}
	if (e->protocol == MAILGUARD_PROTOCOL_HTTP)
		mgi_buf_puts(out, e->path ? e->path : "/");
	put_options(out, e, scheme->tls);
}

mailguard_status mailguard_endpoint_text(mailguard_buffer *out,
                                         const mailguard_endpoint *e,
                                         mailguard_error *err)
{
	const mgi_scheme *scheme;
	mailguard_endpoint own;
	mailguard_status st;
	size_t before;

	if (!out || !e)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "endpoint");
	before = out->len;
	st = mgi_options_copy(&own, sizeof(own), e, out->mg, err);
	if (st < 0)
		return st;
	st = mgi_endpoint_check(&own, out->mg, err);
	if (st < 0)
		return st;
	scheme = mgi_scheme_of(own.protocol, own.tls);
	if (!scheme)
		return mgi_fail(err, out->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ENDPOINT_NO_URL, "protocol",
		                mailguard_protocol_name(own.protocol));

	put_url(out, &own, scheme);
	st = mgi_buf_status(out, err);
	if (st == MAILGUARD_OK &&
	    out->len - before > MAILGUARD_ENDPOINT_URL_MAX)
		st = mgi_fail(err, out->mg, MAILGUARD_ELIMIT,
		              MGI_SAY_ENDPOINT_TOO_LONG, "max",
		              mgi_u64(MAILGUARD_ENDPOINT_URL_MAX).text);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
