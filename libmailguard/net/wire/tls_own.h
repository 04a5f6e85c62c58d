#ifndef MGI_TLS_OWN_H
#define MGI_TLS_OWN_H
/*
 * tls_own.h - what the files of TLS share, and what may be used of it for
 * the connections libcurl makes.
 */
#include <openssl/ssl.h>

#include "net/wire/tls.h"

#define MGI_TLS_FAULTS_MAX 32  /* further ones are not told */
#define MGI_TLS_CHAIN_MAX 10   /* certificates told of a chain */
#define MGI_TLS_NAMES_MAX 2048 /* bytes told of a certificate's names */

/* Verify errors as they come, each code and depth once. */
typedef struct mgi_tls_faults {
	struct {
		int32_t code, depth;
	} list[MGI_TLS_FAULTS_MAX];
	size_t count;
	bool no_memory; /* nothing can be told then */
} mgi_tls_faults;

/* The certificates to trust, read once. Borrowed. */
X509_STORE *mgi_tls_store(const mgi_tls *tls);
/*
 * Verify every certificate that comes by `ctx`, note each error and go on.
 * `faults` NULL: of a mgi_tls_line, which the SSL's app data is.
 */
void mgi_tls_watch(SSL_CTX *ctx, mgi_tls_faults *faults);
void mgi_tls_fault_add(mgi_tls_faults *faults, int32_t code, int32_t depth);
/* "X509_V_ERR_CERT_HAS_EXPIRED"; "X509_V_ERR_UNSPECIFIED" if not known. */
const char *mgi_tls_fault_name(int32_t code);
/* 1: the certificate is for `host`, a name or an address; 0: not; -1: there
   is no certificate. */
int mgi_tls_name_matches(SSL *ssl, const char *host);
/* The certificate of a handshake that is done, against TLSA records, a line
   each: NOT_ASKED if there is none, MATCH, MISMATCH or UNUSABLE. */
mailguard_dane mgi_tls_dane(SSL *ssl, mailguard_span records, const char *host);
/* What the server stapled: a fault if it says "revoked". */
void mgi_tls_staple(SSL *ssl, X509_STORE *trusted, mgi_tls_faults *faults);
/*
 * Tell what a handshake came to. A name that does not match is a fault as
 * well. `alert` is OpenSSL's reason if it failed, else "". False if there was
 * no memory, so that something is missing.
 */
bool mgi_tls_record(mgi_script *script,
                    SSL *ssl,
                    mgi_tls_faults *faults,
                    const char *host,
                    const char *alert);
/* What is the oldest error in OpenSSL's queue? Never NULL. */
const char *mgi_tls_reason(void);

/* -- sessions to resume, by server ---------------------------------------- */

typedef struct mgi_tls_sessions mgi_tls_sessions;

/* NULL: no memory. */
mgi_tls_sessions *mgi_tls_sessions_new(mailguard *mg, uint32_t full_every);
void mgi_tls_sessions_free(mgi_tls_sessions *s);
/* Borrowed; NULL: make a full handshake. */
SSL_SESSION *mgi_tls_sessions_find(mgi_tls_sessions *s,
                                   const char *host,
                                   int32_t port);
/* A reference of its own is taken. Only of servers whose certificate is good.
 */
void mgi_tls_sessions_keep(mgi_tls_sessions *s,
                           const char *host,
                           int32_t port,
                           SSL_SESSION *session,
                           bool full);

#endif
