/*
 * stock_easy.c - one login as libcurl is to make it, and what it tells while
 * it is at it.
 *
 * libcurl calls it a success if a server offers no login at all, and a login
 * denied if it knows none of the mechanisms. So it is noted whether it began
 * one.
 */
#include "net/wire/stock.h"

#include <openssl/err.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* -- TLS: looked at, not judged ------------------------------------------- */

static void shaken(mgi_stock *s, SSL *ssl, const char *alert)
{
	long verify = SSL_get_verify_result(ssl);

	s->shaken = true;
	s->faults.count = 0;
	if (verify != X509_V_OK)
		mgi_tls_fault_add(&s->faults, (int32_t)verify, 0);
	mgi_script_tls_begin(s->talk->script);
	if (!mgi_tls_record(s->talk->script, ssl, &s->faults,
	                    s->talk->ask->to->host, alert))
		s->talk->no_memory = true;
}

static void on_info(const SSL *ssl, int where, int result)
{
	mgi_stock *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	SSL *own = (SSL *)(uintptr_t)ssl;

	if (s->shaken)
		return;
	if (where & SSL_CB_HANDSHAKE_DONE) {
		shaken(s, own, "");
		mgi_script_encrypted(s->talk->script, true);
	} else if (where == SSL_CB_CONNECT_EXIT && result <= 0 &&
	           ERR_peek_error()) {
		shaken(s, own, mgi_tls_reason());
	}
}

static CURLcode on_context(CURL *easy, void *context, void *own)
{
	mgi_stock *s = own;
	SSL_CTX *ctx = context;

	(void)easy;
	mgi_stock_connected(s);
	(void)SSL_CTX_set_app_data(ctx, s);
	SSL_CTX_set_info_callback(ctx, on_info);
	return CURLE_OK;
}

/* -- what is said and heard ----------------------------------------------- */

/*
 * How much of a line begins a login and may be shown: "AUTH PLAIN", "USER"; 0
 * if it begins none. What follows is a name or a secret.
 */
static size_t login_head(mailguard_span line)
{
	static const struct {
		const char *word;
		bool names; /* a mechanism follows */
	} rows[] = {
		{ "AUTHENTICATE ", true }, { "AUTH ", true },
		{ "LOGIN ", false },       { "USER ", false },
		{ "APOP ", false },
	};
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = strlen(rows[i].word);
		if (!mgi_span_is_nocase(mgi_span_head(line, n), rows[i].word))
			continue;
		while (rows[i].names && n < line.len && line.data[n] > ' ')
			n++;
		return n;
	}
	return 0;
}

static int on_debug(CURL *easy,
                    curl_infotype type,
                    char *bytes,
                    size_t n,
                    void *own)
{
	mailguard_span line = mgi_span(bytes, n);
	mgi_stock *s = own;
	size_t head;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT || s->tried)
		return 0;
	if (s->talk->ask->to->protocol == MAILGUARD_PROTOCOL_IMAP) {
		while (line.len && line.data[0] != ' ') /* the tag */
			line = mgi_span_from(line, 1);
		line = mgi_span_trim(line);
	}
	head = login_head(line);
	if (!head)
		return 0;
	s->tried = true;
	mgi_script_said(s->talk->script,
	                mgi_span_trim(mgi_span_head(line, head)), n);
	return 0;
}

static size_t on_line(char *bytes, size_t size, size_t count, void *own)
{
	size_t n = size * count;
	mgi_stock *s = own;

	mgi_stock_connected(s);
	mgi_stock_alive(s);
	mgi_script_heard(s->talk->script, mgi_span(bytes, 0), n);
	return n;
}

/* -- the handle ----------------------------------------------------------- */

static const char *scheme(const mailguard_endpoint *to)
{
	bool tls = to->tls == MAILGUARD_TLS_IMPLICIT;

	switch (to->protocol) {
	case MAILGUARD_PROTOCOL_IMAP:
		return tls ? "imaps" : "imap";
	case MAILGUARD_PROTOCOL_POP3:
		return tls ? "pop3s" : "pop3";
	default:
		return tls ? "smtps" : "smtp";
	}
}

/* The path of smtp is the name to greet with. */
static void url_set(mgi_stock *s, bool *fine)
{
	const mailguard_endpoint *to = s->talk->ask->to;
	const char *helo = s->talk->opts->helo;
	CURL *e = s->transfer.easy;
	size_t host = strcspn(to->host, "%"); /* where it is, is pinned */
	bool literal = strchr(to->host, ':') != NULL;
	char *name = NULL;
	mailguard_buffer url;

	mgi_buf_init(&url, s->talk->mg);
	mgi_buf_printf(&url, "%s://%s%.*s%s:%d/", scheme(to),
	               literal ? "[" : "", (int)host, to->host,
	               literal ? "]" : "", (int)mailguard_endpoint_port(to));
	if (helo && scheme(to)[0] == 's') {
		name = curl_easy_escape(e, helo, 0);
		*fine &= name != NULL;
		mgi_buf_puts(&url, name ? name : "");
		curl_free(name);
	}
	*fine &= !curl_easy_setopt(e, CURLOPT_URL, mgi_buf_text(&url));
	*fine &= mgi_buf_status(&url, NULL) == MAILGUARD_OK;
	mgi_buf_done(&url);
}

/* CAPATH beside CAINFO would cost 30 ms a handshake, for nothing. */
static void trust(mgi_stock *s, bool *fine)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	bool look = !(s->talk->ask->flags & MAILGUARD_ASK_UNVERIFIED);
	const char *ca_file = s->talk->opts->ca_file;
	CURL *e = s->transfer.easy;

	if (ca_file)
		*fine &= !curl_easy_setopt(e, CURLOPT_CAINFO, ca_file);
	if (ca_file || v->cainfo)
		(void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	(void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, look ? 1L : 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, look ? 2L : 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_context);
	(void)curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, s);
	(void)curl_easy_setopt(e, CURLOPT_USE_SSL,
	                       s->talk->ask->to->tls == MAILGUARD_TLS_NONE
	                               ? (long)CURLUSESSL_NONE
	                               : (long)CURLUSESSL_ALL);
}

static bool is(const char *a, const char *b)
{
	return a && mgi_strcmp_nocase(a, b) == 0;
}

/* libcurl keeps copies of its own until the handle is gone. */
static void login_set(mgi_stock *s, bool *fine)
{
	const mailguard_endpoint *to = s->talk->ask->to;
	const char *how = to->mechanism;
	CURL *e = s->transfer.easy;
	mailguard_buffer options;

	*fine &= !curl_easy_setopt(e, CURLOPT_USERNAME, to->user);
	if (is(how, "XOAUTH2") || is(how, "OAUTHBEARER"))
		*fine &=
			!curl_easy_setopt(e, CURLOPT_XOAUTH2_BEARER, s->secret);
	else
		*fine &= !curl_easy_setopt(e, CURLOPT_PASSWORD, s->secret);
	if (!how || is(how, "USER"))
		return;
	mgi_buf_init(&options, s->talk->mg);
	mgi_buf_printf(&options, "AUTH=%s%s", is(how, "APOP") ? "+" : "", how);
	*fine &= mgi_buf_status(&options, NULL) == MAILGUARD_OK;
	*fine &= !curl_easy_setopt(e, CURLOPT_LOGIN_OPTIONS,
	                           mgi_buf_text(&options));
	mgi_buf_done(&options);
}

static void manners(mgi_stock *s, bool *fine)
{
	CURL *e = s->transfer.easy;

#if LIBCURL_VERSION_NUM >= 0x075500
	*fine &= !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR,
	                           "imap,imaps,pop3,pop3s,smtp,smtps");
#else
	*fine &= !curl_easy_setopt(e, CURLOPT_PROTOCOLS,
	                           CURLPROTO_IMAP | CURLPROTO_IMAPS |
	                                   CURLPROTO_POP3 | CURLPROTO_POP3S |
	                                   CURLPROTO_SMTP | CURLPROTO_SMTPS);
#endif
	(void)curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
	(void)curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_debug);
	(void)curl_easy_setopt(e, CURLOPT_DEBUGDATA, s);
	(void)curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_line);
	(void)curl_easy_setopt(e, CURLOPT_HEADERDATA, s);
}

mailguard_status mgi_stock_easy_new(mgi_stock *s,
                                    const mgi_address *at,
                                    mailguard_error *err)
{
	mailguard_status st = mgi_transfer_new(&s->transfer, at, err);
	bool fine = true;

	if (st < 0)
		return st;
	s->connected = s->tried = s->shaken = s->deaf = false;
	manners(s, &fine);
	trust(s, &fine);
	url_set(s, &fine);
	if (s->secret)
		login_set(s, &fine);
	if (fine)
		return MAILGUARD_OK;
	mgi_transfer_free(&s->transfer);
	return mgi_fail_nomem(err);
}

void mgi_stock_goodbye(mgi_stock *s)
{
	const char *bye = s->talk->ask->to->protocol == MAILGUARD_PROTOCOL_IMAP
	                          ? "Z1 LOGOUT\r\n"
	                          : "QUIT\r\n";
	size_t sent;

	(void)curl_easy_send(s->transfer.easy, bye, strlen(bye), &sent);
}
