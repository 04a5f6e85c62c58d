/*
 * http_easy.c - one request by one connection, as libcurl is to make it, and
 * what it tells while it is at it.
 */
#include "net/wire/web.h"

#include <openssl/err.h>

#include "base/fail.h"
#include "base/text.h"

#define AGENT "libmailguard/0.1"

/* -- TLS ------------------------------------------------------------------ */

/*
 * A talk has one place for TLS facts: those of the first server, unless one
 * further on is worse.
 */
static void shaken(mgi_web *w, SSL *ssl, const char *alert)
{
	mgi_script *script = w->talk->script;
	bool bad = alert[0] || w->faults.count > 0 ||
	           mgi_tls_name_matches(ssl, w->to->host) != 1;

	w->shaken = true;
	if (w->redirects && !(bad && mgi_script_verified(script)) &&
	    w->tls_told)
		return;
	w->tls_told = true;
	mgi_script_tls_begin(script);
	mgi_tls_record(script, ssl, &w->faults, w->to->host, alert);
}

static void on_info(const SSL *ssl, int where, int result)
{
	mgi_web *w = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	SSL *own = (SSL *)(uintptr_t)ssl;

	if (w->shaken)
		return;
	if (where & SSL_CB_HANDSHAKE_DONE) {
		shaken(w, own, "");
		mgi_script_encrypted(w->talk->script, true);
	} else if (where == SSL_CB_CONNECT_EXIT && result <= 0 &&
	           ERR_peek_error()) {
		w->ended = ERR_GET_REASON(ERR_peek_error()) ==
		           SSL_R_UNEXPECTED_EOF_WHILE_READING;
		shaken(w, own, mgi_tls_reason());
	}
}

/* The connection stands, and TLS begins. */
static CURLcode on_context(CURL *easy, void *context, void *own)
{
	mgi_web *w = own;
	SSL_CTX *ctx = context;

	(void)easy;
	mgi_web_phase(w, MAILGUARD_PHASE_TLS);
	if (!w->tls_told) /* it was begun, whatever will come of it */
		mgi_script_tls_begin(w->talk->script);
	SSL_CTX_set1_cert_store(ctx, mgi_tls_store(w->tls));
	(void)SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	(void)SSL_CTX_set_app_data(ctx, w);
	SSL_CTX_set_info_callback(ctx, on_info);
	mgi_tls_watch(ctx, &w->faults);
	return CURLE_OK;
}

/* -- what is said and heard ----------------------------------------------- */

static int on_debug(CURL *easy,
                    curl_infotype type,
                    char *bytes,
                    size_t n,
                    void *own)
{
	mgi_web *w = own;
	mailguard_span head = mgi_span(bytes, n);

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	mgi_web_phase(w, MAILGUARD_PHASE_COMMAND);
	mgi_script_said(w->talk->script, mgi_span_trim(head), n);
	return 0;
}

static size_t on_head(char *bytes, size_t size, size_t count, void *own)
{
	size_t n = size * count;
	mgi_web *w = own;

	mgi_web_alive(w);
	mgi_script_heard(w->talk->script, mgi_span(bytes, n), n);
	w->head += n;
	w->too_long = w->head > MGI_WEB_HEAD_MAX;
	return w->too_long ? 0 : n;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *own)
{
	mailguard_span s = mgi_span(bytes, size * count);
	mgi_web *w = own;
	long code = 0;

	mgi_web_alive(w);
	mgi_script_heard(w->talk->script, s, s.len);
	w->body += s.len;
	w->too_long = w->body > w->talk->opts->max_body;
	(void)curl_easy_getinfo(w->transfer.easy, CURLINFO_RESPONSE_CODE,
	                        &code);
	if (code / 100 != 3 && !mgi_script_body(w->talk->script, s))
		w->too_long = true;
	return w->too_long ? 0 : s.len;
}

/* -- the handle ----------------------------------------------------------- */

/* Options that libcurl refuses for want of memory are told by `fine`. */
static void limit(CURL *e, bool *fine)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	*fine &= !curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	*fine &= !curl_easy_setopt(e, CURLOPT_PROTOCOLS,
	                           CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
	*fine &= !curl_easy_setopt(e, CURLOPT_USERAGENT, AGENT);
	(void)curl_easy_setopt(e, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(e, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
}

/* CAPATH beside CAINFO would cost 30 ms a handshake, for nothing. */
static void trust(CURL *e, mgi_web *w)
{
	(void)curl_easy_setopt(e, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
	(void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	(void)curl_easy_setopt(e, CURLOPT_SSL_CTX_FUNCTION, on_context);
	(void)curl_easy_setopt(e, CURLOPT_SSL_CTX_DATA, w);
}

static void listen_to(CURL *e, mgi_web *w)
{
	(void)curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_debug);
	(void)curl_easy_setopt(e, CURLOPT_DEBUGDATA, w);
	(void)curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_head);
	(void)curl_easy_setopt(e, CURLOPT_HEADERDATA, w);
	(void)curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(e, CURLOPT_WRITEDATA, w);
}

mailguard_status mgi_web_easy_new(mgi_web *w,
                                  const mgi_address *at,
                                  mailguard_error *err)
{
	mailguard_status st = mgi_transfer_new(&w->transfer, at, err);
	CURL *e = w->transfer.easy;
	bool fine = true;

	if (st < 0)
		return st;
	w->faults.count = 0;
	w->head = w->body = 0;
	w->deaf = w->too_long = w->shaken = w->ended = false;
	limit(e, &fine);
	trust(e, w);
	listen_to(e, w);
	fine &= !curl_easy_setopt(e, CURLOPT_URL, mgi_buf_text(&w->url));
	if (w->talk->ask->until &&
	    w->talk->ask->until < MAILGUARD_PHASE_COMMAND)
		(void)curl_easy_setopt(e, CURLOPT_CONNECT_ONLY, 1L);
	if (fine)
		return MAILGUARD_OK;
	mgi_transfer_free(&w->transfer);
	return mgi_fail_nomem(err);
}
