/*
 * certs.c - an authority of our own, and certificates good and bad.
 *
 * All of it is made at start and lives in memory; only the authority's own
 * certificate is written down, for those who are to trust it.
 */
#include "server.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#define DAY (24L * 60 * 60)

#define NAMES_HERE \
 "DNS:localhost,DNS:mail.a.example,DNS:mail.b.example,IP:127.0.0.1,IP:::1"
#define ISSUER_AT "caIssuers;URI:http://ca.demo.example/between.cer"
#define NAMES_ELSEWHERE "DNS:elsewhere.example"

typedef struct maker {
	X509 *certificate; /* NULL: signs itself */
	EVP_PKEY *key;
} maker;

static maker top, between, stranger, shield;

typedef struct recipe {
	const char *subject, *names;
	long from, to; /* seconds from now */
	bool self;     /* signed by itself */
	maker *by;     /* who signs; NULL: the authority */
} recipe;

static const recipe recipes[CERTIFICATES] = {
	[CERT_GOOD] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false, NULL },
	[CERT_EXPIRED] = { "localhost", NAMES_HERE, -90 * DAY, -DAY, false,
	                   NULL },
	[CERT_EARLY] = { "localhost", NAMES_HERE, DAY, 90 * DAY, false, NULL },
	[CERT_NAME] = { "elsewhere.example", NAMES_ELSEWHERE, -DAY, 90 * DAY,
	                false, NULL },
	[CERT_SELF] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, true, NULL },
	[CERT_CHAIN] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false,
	                 &between },
	[CERT_STRANGER] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false,
	                    &stranger },
	[CERT_SHIELD] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false,
	                  &shield },
	[CERT_REVOKED] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false,
	                   NULL },
	[CERT_WEAK] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false, NULL },
	[CERT_HUGE] = { "localhost", NAMES_HERE, -DAY, 90 * DAY, false, NULL },
};

static SSL_CTX *contexts[CERTIFICATES], *old_context;
static unsigned char *staple; /* of the one that is revoked */
static int staple_len;

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
	if (r->by == &between)
		extend(x, &ctx, NID_info_access, ISSUER_AT);
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

	if (EVP_PKEY_get_security_bits(key) < 112)
		SSL_CTX_set_security_level(ctx, 0);
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

/* An authority; `by` NULL: signs itself. */
static void found(maker *out, const char *common, const maker *by)
{
	const recipe r = { common, NULL, -365 * DAY, 365 * DAY, !by, NULL };

	out->key = new_key();
	out->certificate = certify(&r, out->key, by ? by : out);
}

static void close_down(maker *m)
{
	X509_free(m->certificate);
	EVP_PKEY_free(m->key);
}

/* The answer of an OCSP responder, signed by the authority itself. */
static void revoke(X509 *x)
{
	OCSP_CERTID *id = OCSP_cert_to_id(NULL, x, top.certificate);
	OCSP_BASICRESP *basic = need(OCSP_BASICRESP_new());
	ASN1_TIME *now = X509_gmtime_adj(NULL, -DAY);
	ASN1_TIME *then = X509_gmtime_adj(NULL, DAY);
	OCSP_RESPONSE *answer;

	if (!OCSP_basic_add1_status(basic, need(id), V_OCSP_CERTSTATUS_REVOKED,
	                            OCSP_REVOKED_STATUS_KEYCOMPROMISE, now, now,
	                            then) ||
	    !OCSP_basic_sign(basic, top.certificate, top.key, EVP_sha256(),
	                     NULL, 0))
		die("OCSP");
	answer = need(
		OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic));
	staple_len = i2d_OCSP_RESPONSE(answer, &staple);
	OCSP_RESPONSE_free(answer);
	OCSP_BASICRESP_free(basic);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(now);
	ASN1_TIME_free(then);
}

static int say_staple(SSL *ssl, void *payload)
{
	(void)payload;
	SSL_set_tlsext_status_ocsp_resp(
		ssl, need(OPENSSL_memdup(staple, (size_t)staple_len)),
		staple_len);
	return SSL_TLSEXT_ERR_OK;
}

/* More bytes than any client takes for a chain. */
static void lengthen(SSL_CTX *ctx)
{
	int i;

	for (i = 0; i < 400; i++) {
		X509 *x = need(X509_dup(between.certificate));

		if (SSL_CTX_add_extra_chain_cert(ctx, x) != 1)
			die("chain");
	}
}

static SSL_CTX *context_of(certificate i, EVP_PKEY *key)
{
	const recipe *r = &recipes[i];
	maker itself = { NULL, key };
	X509 *x = certify(r, key, r->self ? &itself : r->by ? r->by : &top);
	SSL_CTX *ctx;

	if (i == CERT_GOOD) {
		old_context = context(x, key);
		SSL_CTX_set_max_proto_version(old_context, TLS1_1_VERSION);
		SSL_CTX_set_security_level(old_context, 0);
	}
	ctx = context(x, key);
	if (i == CERT_HUGE)
		lengthen(ctx);
	if (i == CERT_REVOKED) {
		revoke(x);
		SSL_CTX_set_tlsext_status_cb(ctx, say_staple);
	}
	X509_free(x);
	return ctx;
}

void certs_make(const char *ca_file)
{
	EVP_PKEY *key = new_key(), *weak = need(EVP_RSA_gen(1024));
	certificate i;

	found(&top, "mailguard demo authority", NULL);
	found(&between, "mailguard demo, between", &top);
	found(&stranger, "mailguard demo stranger", NULL);
	found(&shield, "Avast Web/Mail Shield Root", NULL);
	for (i = 0; i < CERTIFICATES; i++)
		contexts[i] = context_of(i, i == CERT_WEAK ? weak : key);
	write_down(top.certificate, ca_file);
	close_down(&top);
	close_down(&between);
	close_down(&stranger);
	close_down(&shield);
	EVP_PKEY_free(key);
	EVP_PKEY_free(weak);
}

SSL_CTX *certs_context(const fault *f)
{
	if (f && f->act == ACT_OLD)
		return old_context;
	return contexts[f ? f->certificate : CERT_GOOD];
}
