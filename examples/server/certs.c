/*
 * certs.c - an authority of our own, and certificates good and bad.
 *
 * All of it is made at start and lives in memory; only the authority's own
 * certificate is written down, for those who are to trust it.
 */
#include "server.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY (24L * 60 * 60)

#define NAMES_HERE \
 "DNS:localhost,DNS:mail.a.example,DNS:mail.b.example,IP:127.0.0.1,IP:::1"
#define NAMES_ELSEWHERE "DNS:elsewhere.example"

typedef struct maker {
	X509 *certificate; /* NULL: signs itself */
	EVP_PKEY *key;
} maker;

typedef struct recipe {
	const char *subject, *names;
	long from, to; /* seconds from now */
	bool self;     /* signed by itself */
	bool deep;     /* signed by the one between, which is not sent */
} recipe;

static const recipe recipes[CERTIFICATES] = {
	[CERT_GOOD] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false, false },
	[CERT_EXPIRED] = { "localhost", NAMES_HERE, -90 * DAY, -DAY, false,
	                   false },
	[CERT_EARLY] = { "localhost", NAMES_HERE, DAY, 90 * DAY, false, false },
	[CERT_NAME] = { "elsewhere.example", NAMES_ELSEWHERE, -DAY, 90 * DAY,
	                false, false },
	[CERT_SELF] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, true, false },
	[CERT_CHAIN] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false, true },
};

static SSL_CTX *contexts[CERTIFICATES], *old_context;

static void extend(X509 *x, X509V3_CTX *ctx, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, ctx, nid, value);

	if (!e || X509_add_ext(x, e, -1) != 1)
		die("certificate extension");
	X509_EXTENSION_free(e);
}

static void name(X509_NAME *n, const char *common)
{
	if (X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	                               (const unsigned char *)common, -1, -1,
	                               0) != 1)
		die("certificate name");
}

/* `names` NULL: an authority. */
static X509 *certify(const recipe *r, EVP_PKEY *key, const maker *by)
{
	X509 *x = need(X509_new());
	const X509 *issuer = by->certificate ? by->certificate : x;
	static long serial = 1;
	X509V3_CTX ctx;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(x), r->from);
	X509_gmtime_adj(X509_getm_notAfter(x), r->to);
	name(X509_get_subject_name(x), r->subject);
	X509_set_issuer_name(x, X509_get_subject_name(issuer));
	X509_set_pubkey(x, key);
	X509V3_set_ctx(&ctx, (X509 *)issuer, x, NULL, NULL, 0);
	extend(x, &ctx, NID_basic_constraints,
	       r->names ? "critical,CA:FALSE" : "critical,CA:TRUE");
	extend(x, &ctx, NID_subject_key_identifier, "hash");
	if (r->names)
		extend(x, &ctx, NID_subject_alt_name, r->names);
	else
		extend(x, &ctx, NID_key_usage, "critical,keyCertSign,cRLSign");
	if (X509_sign(x, by->key, EVP_sha256()) <= 0)
		die("certificate signature");
	return x;
}

static SSL_CTX *context(X509 *x, EVP_PKEY *key)
{
	SSL_CTX *ctx = need(SSL_CTX_new(TLS_server_method()));

	if (SSL_CTX_use_certificate(ctx, x) != 1 ||
	    SSL_CTX_use_PrivateKey(ctx, key) != 1)
		die("certificate and key");
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return ctx;
}

static void write_down(const X509 *x, const char *file)
{
	FILE *f = fopen(file, "w");

	if (!f || PEM_write_X509(f, x) != 1 || fclose(f) != 0)
		die(file);
}

static EVP_PKEY *new_key(void)
{
	return need(EVP_EC_gen("P-256"));
}

void certs_make(const char *ca_file)
{
	static const recipe authority = { "mailguard demo authority",
		                          NULL,
		                          -365 * DAY,
		                          365 * DAY,
		                          true,
		                          false };
	static const recipe between = { "mailguard demo, between",
		                        NULL,
		                        -365 * DAY,
		                        365 * DAY,
		                        false,
		                        false };
	maker top = { NULL, new_key() }, middle = { NULL, new_key() };
	EVP_PKEY *key = new_key();
	int i;

	top.certificate = certify(&authority, top.key, &top);
	middle.certificate = certify(&between, middle.key, &top);
	for (i = 0; i < CERTIFICATES; i++) {
		const recipe *r = &recipes[i];
		maker itself = { NULL, key };
		X509 *x = certify(r, key,
		                  r->self   ? &itself
		                  : r->deep ? &middle
		                            : &top);

		contexts[i] = context(x, key);
		if (i == CERT_GOOD)
			old_context = context(x, key);
		X509_free(x);
	}
	SSL_CTX_set_max_proto_version(old_context, TLS1_1_VERSION);
	SSL_CTX_set_security_level(old_context, 0);
	write_down(top.certificate, ca_file);
	X509_free(top.certificate);
	X509_free(middle.certificate);
	EVP_PKEY_free(top.key);
	EVP_PKEY_free(middle.key);
	EVP_PKEY_free(key);
}

SSL_CTX *certs_context(const fault *f)
{
	if (f && f->act == ACT_OLD)
		return old_context;
	return contexts[f ? f->certificate : CERT_GOOD];
}
