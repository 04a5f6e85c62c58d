/*
 * tls.c - lines of TLS over sockets that are never waited for.
 *
 * OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE in our
 * host; ours sends with MSG_NOSIGNAL and keeps the errno.
 */
#define _GNU_SOURCE
#include "net/wire/tls.h"

#include <errno.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/fail.h"
#include "net/wire/address.h"
#include "net/wire/tls_own.h"

struct mgi_tls {
	mailguard *mg;
	SSL_CTX *ctx;
	BIO_METHOD *method;
	mgi_tls_sessions *sessions; /* NULL: none are kept */
};

struct mgi_tls_line {
	mgi_tls_faults faults; /* first: found by the verify callback */
	mgi_tls *tls;
	SSL *ssl;
	SSL_SESSION *fresh; /* the newest ticket */
	int fd, sys;
	bool ended; /* the other side's bytes ended */
	bool up;    /* the handshake succeeded */
	bool good;  /* and so did chain and name */
	int32_t port;
	const char *alert;
	char host[256];
};

/* -- the socket BIO ------------------------------------------------------- */

static bool later(int sys)
{
	return sys == EAGAIN || sys == EWOULDBLOCK || sys == EINTR;
}

static int bio_write(BIO *bio, const char *bytes, size_t n, size_t *written)
{
	mgi_tls_line *line = BIO_get_data(bio);
	ssize_t sent = send(line->fd, bytes, n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	*written = sent > 0 ? (size_t)sent : 0;
	if (sent >= 0)
		return 1;
	if (later(errno))
		BIO_set_retry_write(bio);
	else
		line->sys = errno;
	return 0;
}

static int bio_read(BIO *bio, char *to, size_t room, size_t *got)
{
	mgi_tls_line *line = BIO_get_data(bio);
	ssize_t n = recv(line->fd, to, room, 0);

	BIO_clear_retry_flags(bio);
	*got = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return 1;
	if (n == 0)
		line->ended = true;
	else if (later(errno))
		BIO_set_retry_read(bio);
	else
		line->sys = errno;
	return 0;
}

static long bio_ctrl(BIO *bio, int what, long number, void *p)
{
	const mgi_tls_line *line = BIO_get_data(bio);

	(void)number;
	(void)p;
	if (what == BIO_CTRL_EOF)
		return line->ended;
	return what == BIO_CTRL_FLUSH;
}

static BIO_METHOD *method_new(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "mailguard socket");

	if (!m)
		return NULL;
	if (BIO_meth_set_write_ex(m, bio_write) &&
	    BIO_meth_set_read_ex(m, bio_read) && BIO_meth_set_ctrl(m, bio_ctrl))
		return m;
	BIO_meth_free(m);
	return NULL;
}

/* -- what all lines share ------------------------------------------------- */

/* A ticket has come. We keep it: return 1. */
static int on_session(SSL *ssl, SSL_SESSION *session)
{
	mgi_tls_line *line = SSL_get_app_data(ssl);

	if (line->fresh)
		SSL_SESSION_free(line->fresh);
	line->fresh = session;
	return 1;
}

/*
 * The system's certificates where OpenSSL was built to look for them. Not by
 * its own function for that, which asks the environment.
 */
static bool trust(SSL_CTX *ctx, const char *ca_file)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);

	if (ca_file)
		return X509_STORE_load_file(store, ca_file) == 1;
	if (X509_STORE_load_file(store, X509_get_default_cert_file()) != 1)
		(void)X509_STORE_load_path(store, X509_get_default_cert_dir());
	return true;
}

static SSL_CTX *context_new(void)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (!ctx)
		return NULL;
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
	                              SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	mgi_tls_watch(ctx, NULL);
	return ctx;
}

static mailguard_status resume_set(mgi_tls *tls,
                                   uint32_t full_every,
                                   mailguard_error *err)
{
	if (full_every <= 1)
		return MAILGUARD_OK;
	tls->sessions = mgi_tls_sessions_new(tls->mg, full_every);
	if (!tls->sessions)
		return mgi_fail_nomem(err);
	SSL_CTX_set_session_cache_mode(
		tls->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(tls->ctx, on_session);
	return MAILGUARD_OK;
}

mailguard_status mgi_tls_new(mgi_tls **out,
                             mailguard *mg,
                             const char *ca_file,
                             uint32_t full_every,
                             mailguard_error *err)
{
	mgi_tls *tls = mgi_alloc(mg, sizeof(*tls));
	mailguard_status st;

	*out = NULL;
	if (!tls)
		return mgi_fail_nomem(err);
	tls->mg = mailguard_ref(mg);
	ERR_clear_error();
	tls->method = method_new();
	tls->ctx = context_new();
	if (!tls->method || !tls->ctx) {
		st = mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
		              MGI_SAY_NET_TLS_SETUP, "why", mgi_tls_reason());
		goto fail;
	}
	if (!trust(tls->ctx, ca_file)) {
		st = mgi_fail(err, mg, MAILGUARD_EIO, MGI_SAY_NET_CA_FILE,
		              "path", ca_file);
		goto fail;
	}
	st = resume_set(tls, full_every, err);
	if (st < 0)
		goto fail;
	ERR_clear_error();
	*out = tls;
	return MAILGUARD_OK;
fail:
	ERR_clear_error();
	mgi_tls_free(tls);
	return st;
}

void mgi_tls_free(mgi_tls *tls)
{
	mailguard *mg;

	if (!tls)
		return;
	mg = tls->mg;
	mgi_tls_sessions_free(tls->sessions);
	SSL_CTX_free(tls->ctx);
	BIO_meth_free(tls->method);
	mgi_free(mg, tls);
	mailguard_free(mg);
}

X509_STORE *mgi_tls_store(const mgi_tls *tls)
{
	return SSL_CTX_get_cert_store(tls->ctx);
}

/* -- a line --------------------------------------------------------------- */

/* A name may be told by SNI, without a last dot; an address may not
   (RFC 6066, 3). */
static bool say_name(mgi_tls_line *line)
{
	mgi_address a;

	if (mgi_address_read(&a, line->host))
		return true;
	return SSL_set_tlsext_host_name(line->ssl, line->host) == 1;
}

static bool line_set(mgi_tls_line *line)
{
	SSL_SESSION *old = NULL;
	BIO *bio;

	line->ssl = SSL_new(line->tls->ctx);
	bio = line->ssl ? BIO_new(line->tls->method) : NULL;
	if (!bio)
		return false;
	BIO_set_data(bio, line);
	BIO_set_init(bio, 1);
	SSL_set_bio(line->ssl, bio, bio);
	SSL_set_app_data(line->ssl, line);
	SSL_set_connect_state(line->ssl);
	if (line->tls->sessions)
		old = mgi_tls_sessions_find(line->tls->sessions, line->host,
		                            line->port);
	if (old)
		(void)SSL_set_session(line->ssl, old);
	return say_name(line);
}

mgi_tls_line *mgi_tls_line_new(mgi_tls *tls,
                               int fd,
                               const char *host,
                               int32_t port)
{
	mgi_tls_line *line = mgi_alloc(tls->mg, sizeof(*line));
	size_t len;

	if (!line)
		return NULL;
	line->tls = tls;
	line->fd = fd;
	line->port = port;
	line->alert = "";
	(void)snprintf(line->host, sizeof(line->host), "%s", host);
	for (len = 0; line->host[len]; len++)
		;
	if (len > 1 && line->host[len - 1] == '.')
		line->host[len - 1] = '\0';
	ERR_clear_error();
	if (line_set(line))
		return line;
	ERR_clear_error();
	mgi_tls_line_free(line, false);
	return NULL;
}

/* Was it that? Empties OpenSSL's queue of errors. */
static bool no_memory(const mgi_tls_line *line)
{
	bool it_was = line->faults.no_memory;
	unsigned long e;

	for (e = ERR_get_error(); e; e = ERR_get_error())
		it_was |= ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE;
	return it_was;
}

/* What a call of OpenSSL that returned `r` means. */
static mgi_io judge(mgi_tls_line *line, int r, int *sys)
{
	int why = SSL_get_error(line->ssl, r);

	*sys = 0;
	if (why == SSL_ERROR_WANT_READ)
		return MGI_IO_READ;
	if (why == SSL_ERROR_WANT_WRITE)
		return MGI_IO_WRITE;
	if (why == SSL_ERROR_ZERO_RETURN)
		return MGI_IO_END;
	if (!line->up)
		line->alert = mgi_tls_reason();
	*sys = no_memory(line) ? ENOMEM : line->sys;
	if (*sys)
		return MGI_IO_FAILED;
	if (line->ended)
		return MGI_IO_END;
	*sys = EPROTO;
	return MGI_IO_FAILED;
}

mgi_io mgi_tls_handshake(mgi_tls_line *line, int *sys)
{
	int r;

	ERR_clear_error();
	r = SSL_do_handshake(line->ssl);
	if (r != 1)
		return judge(line, r, sys);
	line->up = true;
	*sys = 0;
	return MGI_IO_OK;
}

bool mgi_tls_tell(mgi_tls_line *line, mgi_script *script, mgi_tlsa published)
{
	mailguard_dane dane = published.dane;
	bool whole;

	ERR_clear_error();
	if (!line->up || SSL_session_reused(line->ssl))
		dane = MAILGUARD_DANE_NOT_ASKED;
	else if (dane == MAILGUARD_DANE_MATCH)
		dane = mgi_tls_dane(line->ssl, published.records, line->host);
	if (dane == MAILGUARD_DANE_MISMATCH)
		mgi_tls_fault_add(&line->faults, X509_V_ERR_DANE_NO_MATCH, 0);
	whole = mgi_tls_record(script, line->ssl, &line->faults, line->host,
	                       line->alert);
	mgi_script_dane(script, dane);
	ERR_clear_error();
	line->good = line->up && !line->faults.count;
	return whole;
}

mgi_io mgi_tls_recv(mgi_tls_line *line,
                    void *to,
                    size_t room,
                    size_t *got,
                    int *sys)
{
	int r;

	*sys = 0;
	ERR_clear_error();
	r = SSL_read_ex(line->ssl, to, room, got);
	if (r == 1)
		return MGI_IO_OK;
	*got = 0;
	return judge(line, r, sys);
}

mgi_io mgi_tls_send(mgi_tls_line *line,
                    const void *bytes,
                    size_t n,
                    size_t *sent,
                    int *sys)
{
	int r;

	*sys = 0;
	ERR_clear_error();
	r = SSL_write_ex(line->ssl, bytes, n, sent);
	if (r == 1)
		return MGI_IO_OK;
	*sent = 0;
	return judge(line, r, sys);
}

void mgi_tls_line_free(mgi_tls_line *line, bool bye)
{
	if (!line)
		return;
	ERR_clear_error();
	if (line->fresh && line->good)
		mgi_tls_sessions_keep(line->tls->sessions, line->host,
		                      line->port, line->fresh,
		                      !SSL_session_reused(line->ssl));
	if (line->fresh)
		SSL_SESSION_free(line->fresh);
	if (bye && line->up && !line->sys && !line->ended)
		(void)SSL_shutdown(line->ssl);
	SSL_free(line->ssl);
	ERR_clear_error();
	mgi_free(line->tls->mg, line);
}
