/*
 * tls_dane.c - a certificate held against TLSA records (RFC 6698, 7672).
 *
 * Beside the judgement of the authorities, never in place of it: what it comes
 * to is told as a value of its own. What OpenSSL has for this would have to
 * know the records before the handshake, and would let them silence the other
 * faults.
 */
#include <openssl/x509.h>
#include <string.h>

#include "base/text.h"
#include "net/wire/tls_own.h"

enum { TA = 2, EE = 3 }; /* usages for mail between servers (7672, 3.1) */
enum { WHOLE = 0, SHA_256 = 1, SHA_512 = 2 };

typedef struct tlsa {
	int usage, selector, matching;
	mailguard_span hex;
} tlsa;

/* "3 1 1 0123..."; false if it is of no use here. */
static bool tlsa_read(tlsa *out, mailguard_span text)
{
	static const size_t lengths[] = { 0, 64, 128 };
	int *const parts[] = { &out->usage, &out->selector, &out->matching };
	uint64_t n;
	size_t i;

	for (i = 0; i < 3; i++) {
		if (!mgi_span_u64(&n, mgi_span_word(&text), 255))
			return false;
		*parts[i] = (int)n;
	}
	out->hex = text;
	return (out->usage == TA || out->usage == EE) && out->selector <= 1 &&
	       out->matching <= SHA_512 && text.len > 0 &&
	       (!lengths[out->matching] || text.len == lengths[out->matching]);
}

/* Are these the bytes that stand there as hexadecimal digits? */
static bool is_hex_of(mailguard_span hex, const unsigned char *bytes, size_t n)
{
	size_t i;

	if (hex.len != 2 * n)
		return false;
	for (i = 0; i < n; i++)
		if (mgi_xdigit(hex.data[2 * i]) * 16 +
		            mgi_xdigit(hex.data[2 * i + 1]) !=
		    bytes[i])
			return false;
	return true;
}

static bool matches(const tlsa *t, const X509 *x)
{
	const EVP_MD *md = t->matching == SHA_256 ? EVP_sha256() : EVP_sha512();
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool same = false;
	int n;

	n = t->selector ? i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der)
	                : i2d_X509(x, &der);
	if (n <= 0)
		return false;
	if (t->matching == WHOLE)
		same = is_hex_of(t->hex, der, (size_t)n);
	else if (EVP_Digest(der, (size_t)n, digest, &len, md, NULL))
		same = is_hex_of(t->hex, digest, len);
	OPENSSL_free(der);
	return same;
}

/* Does the server's chain lead to this one of it, and is all of it in date? */
static bool leads_to(SSL *ssl, X509 *anchor)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	bool fine = false;

	if (store && ctx && X509_STORE_add_cert(store, anchor) &&
	    X509_STORE_CTX_init(ctx, store, SSL_get0_peer_certificate(ssl),
	                        SSL_get_peer_cert_chain(ssl))) {
		X509_STORE_CTX_set_flags(ctx, X509_V_FLAG_PARTIAL_CHAIN);
		fine = X509_verify_cert(ctx) == 1;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	return fine;
}

/* An end entity's record asks for nothing but the key: neither names nor dates
   count (7672, 3.1.1). An authority's asks for both. */
static bool satisfies(const tlsa *t, SSL *ssl, const char *host)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int i;

	if (t->usage == EE)
		return matches(t, SSL_get0_peer_certificate(ssl));
	for (i = 1; i < sk_X509_num(chain) && i < MGI_TLS_CHAIN_MAX; i++)
		if (matches(t, sk_X509_value(chain, i)) &&
		    mgi_tls_name_matches(ssl, host) == 1 &&
		    leads_to(ssl, sk_X509_value(chain, i)))
			return true;
	return false;
}

mailguard_dane mgi_tls_dane(SSL *ssl, mailguard_span records, const char *host)
{
	size_t usable = 0;

	if (!SSL_get0_peer_certificate(ssl))
		return MAILGUARD_DANE_NOT_ASKED;
	while (records.len) {
		const unsigned char *end =
			memchr(records.data, '\n', records.len);
		mailguard_span line = mgi_span_head(
			records,
			end ? (size_t)(end - records.data) : records.len);
		tlsa t;

		records = mgi_span_from(records, line.len + 1);
		if (!tlsa_read(&t, line))
			continue;
		usable++;
		if (satisfies(&t, ssl, host))
			return MAILGUARD_DANE_MATCH;
	}
	return usable ? MAILGUARD_DANE_MISMATCH : MAILGUARD_DANE_UNUSABLE;
}
