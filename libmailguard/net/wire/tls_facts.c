/*
 * tls_facts.c - what a handshake came to, as values of a transcript.
 *
 * It never decides whether to go on; it notes every verify error and looks at
 * the name itself, so that one fault does not hide the next.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "net/wire/address.h"
#include "net/wire/tls_own.h"

void mgi_tls_fault_add(mgi_tls_faults *faults, int32_t code, int32_t depth)
{
	size_t i;

	for (i = 0; i < faults->count; i++)
		if (faults->list[i].code == code &&
		    faults->list[i].depth == depth)
			return;
	if (faults->count == MGI_TLS_FAULTS_MAX)
		return;
	faults->list[faults->count].code = code;
	faults->list[faults->count++].depth = depth;
}

static int on_fault(int fine, X509_STORE_CTX *store)
{
	mgi_tls_faults *faults = X509_STORE_CTX_get_app_data(store);
	int code = X509_STORE_CTX_get_error(store);

	if (fine)
		return 1;
	if (code == X509_V_ERR_OUT_OF_MEM)
		faults->no_memory = true;
	else
		mgi_tls_fault_add(faults, code,
		                  X509_STORE_CTX_get_error_depth(store));
	return 1;
}

/* In place of OpenSSL's own verification: the same, but never the end. */
static int verify(X509_STORE_CTX *store, void *payload)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	/* A line begins with its faults. */
	mgi_tls_faults *faults = payload ? payload : SSL_get_app_data(ssl);

	(void)X509_STORE_CTX_set_app_data(store, faults);
	X509_STORE_CTX_set_verify_cb(store, on_fault);
	if (X509_verify_cert(store) <= 0)
		on_fault(0, store);
	if (faults->no_memory)
		return 0;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

void mgi_tls_watch(SSL_CTX *ctx, mgi_tls_faults *faults)
{
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, verify, faults);
}

const char *mgi_tls_reason(void)
{
	const char *why = ERR_reason_error_string(ERR_peek_error());

	return why ? why : "";
}

int mgi_tls_name_matches(SSL *ssl, const char *host)
{
	X509 *own = SSL_get0_peer_certificate(ssl);
	mgi_address a;

	if (!own)
		return -1;
	if (mgi_address_read(&a, host))
		return X509_check_ip(own, a.bytes, a.family == 4 ? 4 : 16, 0) ==
		       1;
	return X509_check_host(own, host, 0, 0, NULL) == 1;
}

/* -- a certificate's fields ----------------------------------------------- */

static void name_add(mailguard_buffer *out, X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	if (!bio) {
		out->failed = MAILGUARD_ENOMEM;
		return;
	}
	(void)X509_NAME_print_ex(bio, name, 0,
	                         XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
	len = BIO_get_mem_data(bio, &text);
	if (len > 0)
		mgi_buf_add(out, text, (size_t)len);
	(void)BIO_free(bio);
}

/* One more name behind a space. A byte no name has becomes "?", so that a
   name stays a word. */
static void word_add(mailguard_buffer *out, const unsigned char *s, size_t n)
{
	size_t i;

	if (out->len + n > MGI_TLS_NAMES_MAX)
		return;
	if (out->len)
		mgi_buf_putc(out, ' ');
	for (i = 0; i < n; i++)
		mgi_buf_putc(out, s[i] > ' ' && s[i] < 0x7f ? (char)s[i] : '?');
}

static void address_add(mailguard_buffer *out, const ASN1_STRING *ip)
{
	int len = ASN1_STRING_length(ip);
	char text[MGI_ADDRESS_TEXT];
	mgi_address a = { 0 };

	if (len != 4 && len != 16)
		return;
	a.family = len == 4 ? 4 : 6;
	memcpy(a.bytes, ASN1_STRING_get0_data(ip), (size_t)len);
	mgi_address_write(text, &a);
	word_add(out, (const unsigned char *)text, strlen(text));
}

static void names_add(mailguard_buffer *out, const X509 *x)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	int i, n = names ? sk_GENERAL_NAME_num(names) : 0;

	for (i = 0; i < n; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			word_add(out, ASN1_STRING_get0_data(name->d.dNSName),
			         (size_t)ASN1_STRING_length(name->d.dNSName));
		else if (name->type == GEN_IPADD)
			address_add(out, name->d.iPAddress);
	}
	GENERAL_NAMES_free(names);
}

static void serial_add(mailguard_buffer *out, const X509 *x)
{
	const ASN1_INTEGER *n = X509_get0_serialNumber(x);
	int len = ASN1_STRING_length(n);
	char hex[2 * 64 + 1];

	if (len > 64)
		len = 64;
	mgi_hex(hex, mgi_span(ASN1_STRING_get0_data(n), (size_t)len));
	mgi_buf_puts(out, hex);
}

static void key_add(mailguard_buffer *out, const X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;

	if (type)
		mgi_buf_printf(out, "%s %d", type, EVP_PKEY_get_bits(key));
}

static mailguard_time time_of(const ASN1_TIME *t)
{
	mgi_civil c = { 0 };
	struct tm tm;

	if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	c.year = tm.tm_year + 1900;
	c.month = tm.tm_mon + 1;
	c.day = tm.tm_mday;
	c.hour = tm.tm_hour;
	c.minute = tm.tm_min;
	c.second = tm.tm_sec;
	return mgi_time_of(&c);
}

/* The first place where its issuer's certificate is to be had (RFC 5280,
   4.2.2.1). */
static void issuer_at_add(mailguard_buffer *out, const X509 *x)
{
	AUTHORITY_INFO_ACCESS *info =
		X509_get_ext_d2i(x, NID_info_access, NULL, NULL);
	int i, n = info ? sk_ACCESS_DESCRIPTION_num(info) : 0;

	for (i = 0; i < n && !out->len; i++) {
		const ACCESS_DESCRIPTION *d =
			sk_ACCESS_DESCRIPTION_value(info, i);
		const ASN1_STRING *url =
			d->location->d.uniformResourceIdentifier;

		if (OBJ_obj2nid(d->method) == NID_ad_ca_issuers &&
		    d->location->type == GEN_URI)
			word_add(out, ASN1_STRING_get0_data(url),
			         (size_t)ASN1_STRING_length(url));
	}
	AUTHORITY_INFO_ACCESS_free(info);
}

enum { SUBJECT, ISSUER, NAMES, SERIAL, KEY, ISSUER_AT, FIELDS };

static bool certificate(mgi_script *script, const X509 *x)
{
	mailguard *mg = mgi_script_handle(script);
	mailguard_certificate c = { 0 };
	mailguard_buffer text[FIELDS];
	bool whole = true;
	int i;

	for (i = 0; i < FIELDS; i++)
		mgi_buf_init(&text[i], mg);
	name_add(&text[SUBJECT], X509_get_subject_name(x));
	name_add(&text[ISSUER], X509_get_issuer_name(x));
	names_add(&text[NAMES], x);
	serial_add(&text[SERIAL], x);
	key_add(&text[KEY], x);
	issuer_at_add(&text[ISSUER_AT], x);
	c.subject = mgi_buf_text(&text[SUBJECT]);
	c.issuer = mgi_buf_text(&text[ISSUER]);
	c.names = mgi_buf_text(&text[NAMES]);
	c.serial = mgi_buf_text(&text[SERIAL]);
	c.key = mgi_buf_text(&text[KEY]);
	c.issuer_at = mgi_buf_text(&text[ISSUER_AT]);
	c.signature = OBJ_nid2ln(X509_get_signature_nid(x));
	c.not_before = time_of(X509_get0_notBefore(x));
	c.not_after = time_of(X509_get0_notAfter(x));
	(void)X509_digest(x, EVP_sha256(), c.sha256, NULL);
	mgi_script_certificate(script, &c);
	for (i = 0; i < FIELDS; i++) {
		whole &= text[i].failed == MAILGUARD_OK;
		mgi_buf_done(&text[i]);
	}
	return whole;
}

/* -- all of it ------------------------------------------------------------ */

static void faults_tell(mgi_script *script, const mgi_tls_faults *faults)
{
	size_t i;

	for (i = 0; i < faults->count; i++) {
		mailguard_tls_fault f = { faults->list[i].code,
			                  faults->list[i].depth, NULL };

		f.name = mgi_tls_fault_name(f.code);
		mgi_script_fault(script, &f);
	}
}

static bool chain_tell(mgi_script *script, SSL *ssl)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
	int i, n = chain ? sk_X509_num(chain) : 0;
	bool whole = true;

	for (i = 0; i < n && i < MGI_TLS_CHAIN_MAX; i++)
		whole &= certificate(script, sk_X509_value(chain, i));
	return whole;
}

bool mgi_tls_record(mgi_script *script,
                    SSL *ssl,
                    mgi_tls_faults *faults,
                    const char *host,
                    const char *alert)
{
	int up = SSL_is_init_finished(ssl), matches;
	mailguard_tls_facts f = { 0 };
	unsigned char *staple;
	bool whole;

	mgi_tls_staple(ssl, SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl)),
	               faults);
	matches = mgi_tls_name_matches(ssl, host);
	if (matches == 0)
		mgi_tls_fault_add(faults, X509_V_ERR_HOSTNAME_MISMATCH, 0);
	f.resumed = SSL_session_reused(ssl);
	f.version = up ? SSL_get_version(ssl) : "";
	f.cipher = up ? SSL_get_cipher_name(ssl) : "";
	f.alert = alert;
	f.name_matches = matches == 1;
	f.verified = up && matches == 1 && !faults->count;
	f.stapled = SSL_get_tlsext_status_ocsp_resp(ssl, &staple) > 0;
	/* Who resumes sends none: those would be of another day. */
	whole = f.resumed || chain_tell(script, ssl);
	faults_tell(script, faults);
	mgi_script_tls(script, &f);
	return whole && !faults->no_memory;
}
