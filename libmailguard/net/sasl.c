/*
 * sasl.c - the mechanisms, a row each, and the short ones among them.
 */
#include "net/sasl.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string.h>

#include "base/hash.h"
#include "base/say.h"
#include "base/text.h"

/* RFC 4616. */
static mgi_sasl_result plain(mgi_sasl *s,
                             mailguard_span challenge,
                             mailguard_buffer *out)
{
	(void)challenge;
	if (s->round)
		return MGI_SASL_BAD;
	(void)mgi_buf_room(out, strlen(s->user) + s->secret.len + 2);
	mgi_buf_putc(out, '\0');
	mgi_buf_puts(out, s->user);
	mgi_buf_putc(out, '\0');
	mgi_buf_add(out, s->secret.data, s->secret.len);
	return MGI_SASL_SAY;
}

/* No RFC: the server asks twice, in whatever words. */
static mgi_sasl_result login(mgi_sasl *s,
                             mailguard_span challenge,
                             mailguard_buffer *out)
{
	(void)challenge;
	if (s->round > 1)
		return MGI_SASL_BAD;
	if (s->round == 0)
		mgi_buf_puts(out, s->user);
	else
		mgi_buf_add(out, s->secret.data, s->secret.len);
	return MGI_SASL_SAY;
}

/* RFC 2195. */
static mgi_sasl_result cram_md5(mgi_sasl *s,
                                mailguard_span challenge,
                                mailguard_buffer *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	bool done;

	if (s->round || !challenge.len || s->secret.len > INT32_MAX)
		return MGI_SASL_BAD;
	ERR_set_mark();
	done = HMAC(EVP_md5(), s->secret.data, (int)s->secret.len,
	            challenge.data, challenge.len, digest, &len) != NULL;
	ERR_pop_to_mark();
	if (!done)
		return MGI_SASL_NO_CRYPTO;
	mgi_hex(hex, mgi_span(digest, len));
	mgi_buf_puts(out, s->user);
	mgi_buf_putc(out, ' ');
	mgi_buf_puts(out, hex);
	mgi_wipe(digest, sizeof(digest));
	mgi_wipe(hex, sizeof(hex));
	return MGI_SASL_SAY;
}

/* Google's and Microsoft's; a challenge tells why it failed and wants an
 * empty answer before the refusal comes. */
static mgi_sasl_result xoauth2(mgi_sasl *s,
                               mailguard_span challenge,
                               mailguard_buffer *out)
{
	(void)challenge;
	if (s->round > 1)
		return MGI_SASL_BAD;
	if (s->round == 1)
		return MGI_SASL_SAY;
	(void)mgi_buf_room(out, strlen(s->user) + s->secret.len + 32);
	mgi_buf_puts(out, "user=");
	mgi_buf_puts(out, s->user);
	mgi_buf_puts(out, "\1auth=Bearer ");
	mgi_buf_add(out, s->secret.data, s->secret.len);
	mgi_buf_puts(out, "\1\1");
	return MGI_SASL_SAY;
}

/* RFC 7628. */
static mgi_sasl_result oauthbearer(mgi_sasl *s,
                                   mailguard_span challenge,
                                   mailguard_buffer *out)
{
	(void)challenge;
	if (s->round > 1)
		return MGI_SASL_BAD;
	if (s->round == 1) {
		mgi_buf_putc(out, '\1');
		return MGI_SASL_SAY;
	}
	(void)mgi_buf_room(out, 3 * strlen(s->user) + strlen(s->host) +
	                                s->secret.len + 64);
	mgi_buf_puts(out, "n,a=");
	mgi_scram_name(out, s->user);
	mgi_buf_puts(out, ",\1host=");
	mgi_buf_puts(out, s->host);
	mgi_buf_puts(out, "\1port=");
	mgi_buf_puts(out, mgi_i64(s->port).text);
	mgi_buf_puts(out, "\1auth=Bearer ");
	mgi_buf_add(out, s->secret.data, s->secret.len);
	mgi_buf_puts(out, "\1\1");
	return MGI_SASL_SAY;
}

/*
 * SCRAM first, for nobody on the way learns a thing and the server must prove
 * itself. In clear CRAM-MD5 hides more than PLAIN; over TLS PLAIN comes
 * first, for CRAM-MD5 fails where passwords are stored hashed. What takes a
 * token is never a guess.
 */
const mgi_mechanism mgi_mechanisms[] = {
	{ "SCRAM-SHA-256", mgi_scram_sha256, 1, 1, true, true, true, true },
	{ "SCRAM-SHA-1", mgi_scram_sha1, 2, 2, true, true, true, true },
	{ "PLAIN", plain, 3, 4, true, false, false, false },
	{ "LOGIN", login, 4, 5, false, false, false, false },
	{ "CRAM-MD5", cram_md5, 5, 3, false, false, true, false },
	{ "XOAUTH2", xoauth2, 0, 0, true, false, false, false },
	{ "OAUTHBEARER", oauthbearer, 0, 0, true, false, false, false },
	{ NULL, NULL, 0, 0, false, false, false, false },
};

const mgi_mechanism *mgi_mechanism_find(const char *name)
{
	const mgi_mechanism *m;

	for (m = mgi_mechanisms; m->name; m++)
		if (mgi_strcmp_nocase(m->name, name) == 0)
			return m;
	return NULL;
}

mgi_sasl_result mgi_sasl_next(mgi_sasl *s,
                              mailguard_span challenge,
                              mailguard_buffer *out)
{
	mgi_sasl_result result = s->how->next(s, challenge, out);

	s->round++;
	return result;
}

void mgi_sasl_done(mgi_sasl *s)
{
	mgi_wipe(s->signature, sizeof(s->signature));
	mgi_wipe(s->nonce, sizeof(s->nonce));
}

bool mgi_apop_digest(char out[33], mailguard_span stamp, mailguard_span secret)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx;
	bool done;

	ERR_set_mark();
	ctx = EVP_MD_CTX_new();
	done = ctx && EVP_DigestInit_ex(ctx, EVP_md5(), NULL) &&
	       EVP_DigestUpdate(ctx, stamp.data, stamp.len) &&
	       EVP_DigestUpdate(ctx, secret.data, secret.len) &&
	       EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	ERR_pop_to_mark();
	if (done)
		mgi_hex(out, mgi_span(digest, 16));
	mgi_wipe(digest, sizeof(digest));
	return done;
}
