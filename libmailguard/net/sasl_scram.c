/*
 * sasl_scram.c - SCRAM (RFC 5802) with SHA-1 and SHA-256 (RFC 7677), without
 * channel binding: neither side ever says the secret, and each proves to
 * know it.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string.h>

#include "base/handle.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/base64.h"
#include "net/sasl.h"

enum { NONCE_BYTES = 18, KEY_MAX = 32 };

/* What SCRAM computes, all of it secret. */
typedef struct keys {
	const EVP_MD *md;
	int len;
	unsigned char salted[KEY_MAX], client[KEY_MAX], stored[KEY_MAX];
	unsigned char signature[KEY_MAX], server[KEY_MAX];
} keys;

/* "r=...,s=...,i=..." */
typedef struct server_first {
	mailguard_span nonce, salt;
	uint64_t rounds;
} server_first;

void mgi_scram_name(mailguard_buffer *out, const char *name)
{
	for (; *name; name++) {
		if (*name == ',')
			mgi_buf_puts(out, "=2C");
		else if (*name == '=')
			mgi_buf_puts(out, "=3D");
		else
			mgi_buf_putc(out, *name);
	}
}

static void first_bare(mailguard_buffer *out, const mgi_sasl *s)
{
	mgi_buf_puts(out, "n=");
	mgi_scram_name(out, s->user);
	mgi_buf_puts(out, ",r=");
	mgi_buf_puts(out, s->nonce);
}

static mgi_sasl_result say_first(mgi_sasl *s, mailguard_buffer *out)
{
	unsigned char raw[NONCE_BYTES];
	mailguard_buffer nonce;

	if (mgi_random(s->mg, raw, sizeof(raw)) != 0)
		return MGI_SASL_NO_RANDOM;
	mgi_buf_init(&nonce, s->mg);
	mgi_base64_put(&nonce, mgi_span(raw, sizeof(raw)));
	if (nonce.len < sizeof(s->nonce))
		memcpy(s->nonce, mgi_buf_text(&nonce), nonce.len + 1);
	if (nonce.failed)
		out->failed = nonce.failed;
	mgi_buf_done(&nonce);
	mgi_buf_puts(out, "n,,");
	first_bare(out, s);
	return MGI_SASL_SAY;
}

/* The value of "x=..." at the head of `rest`, which moves behind the ",". */
static bool attribute(mailguard_span *out, mailguard_span *rest, char name)
{
	size_t n = 2;

	if (rest->len < 2 || rest->data[0] != (unsigned char)name ||
	    rest->data[1] != '=')
		return false;
	while (n < rest->len && rest->data[n] != ',')
		n++;
	*out = mgi_span(rest->data + 2, n - 2);
	*rest = mgi_span_from(*rest, n + 1);
	return true;
}

static bool first_read(server_first *out,
                       const mgi_sasl *s,
                       mailguard_span text)
{
	mailguard_span rounds;
	size_t own = strlen(s->nonce);

	return attribute(&out->nonce, &text, 'r') &&
	       attribute(&out->salt, &text, 's') &&
	       attribute(&rounds, &text, 'i') && out->nonce.len > own &&
	       mgi_span_starts(out->nonce, s->nonce) && out->salt.len &&
	       mgi_span_u64(&out->rounds, rounds, MGI_SCRAM_ROUNDS_MAX) &&
	       out->rounds > 0;
}

static bool hmac(const keys *k,
                 unsigned char out[KEY_MAX],
                 const unsigned char *key,
                 mailguard_span text)
{
	return HMAC(k->md, key, k->len, text.data, text.len, out, NULL) != NULL;
}

static bool keys_make(keys *k,
                      const mgi_sasl *s,
                      mailguard_span salt,
                      uint64_t rounds,
                      mailguard_span message)
{
	bool done;

	ERR_set_mark();
	done = PKCS5_PBKDF2_HMAC((const char *)s->secret.data,
	                         (int)s->secret.len, salt.data, (int)salt.len,
	                         (int)rounds, k->md, k->len, k->salted) &&
	       hmac(k, k->client, k->salted, mgi_span_of("Client Key")) &&
	       EVP_Digest(k->client, (size_t)k->len, k->stored, NULL, k->md,
	                  NULL) &&
	       hmac(k, k->signature, k->stored, message) &&
	       hmac(k, k->server, k->salted, mgi_span_of("Server Key")) &&
	       hmac(k, k->stored, k->server, message); /* the server's own */
	ERR_pop_to_mark();
	return done;
}

/* `final` is "c=biws,r=..."; the proof goes behind it. */
static mgi_sasl_result prove(mgi_sasl *s,
                             keys *k,
                             const server_first *first,
                             mailguard_span message,
                             mailguard_buffer *out)
{
	mgi_sasl_result result = MGI_SASL_SAY;
	mailguard_buffer salt;
	int i;

	mgi_buf_init(&salt, s->mg);
	if (!mgi_base64_get(&salt, first->salt))
		result = MGI_SASL_BAD;
	else if (salt.failed)
		out->failed = salt.failed;
	else if (!keys_make(k, s, mgi_buf_span(&salt), first->rounds, message))
		result = MGI_SASL_NO_CRYPTO;
	mgi_buf_done(&salt);
	if (result != MGI_SASL_SAY)
		return result;
	for (i = 0; i < k->len; i++)
		k->client[i] ^= k->signature[i];
	memcpy(s->signature, k->stored, (size_t)k->len);
	s->signature_len = (size_t)k->len;
	mgi_buf_puts(out, ",p=");
	mgi_base64_put(out, mgi_span(k->client, (size_t)k->len));
	return MGI_SASL_SAY;
}

static mgi_sasl_result say_final(mgi_sasl *s,
                                 const EVP_MD *md,
                                 mailguard_span challenge,
                                 mailguard_buffer *out)
{
	keys k = { .md = md, .len = EVP_MD_get_size(md) };
	mailguard_buffer message;
	mgi_sasl_result result;
	server_first first;

	if (!first_read(&first, s, challenge) || s->secret.len > INT32_MAX)
		return MGI_SASL_BAD;
	mgi_buf_puts(out, "c=biws,r=");
	mgi_buf_add(out, first.nonce.data, first.nonce.len);
	mgi_buf_init(&message, s->mg);
	first_bare(&message, s);
	mgi_buf_putc(&message, ',');
	mgi_buf_add(&message, challenge.data, challenge.len);
	mgi_buf_putc(&message, ',');
	mgi_buf_add(&message, mgi_buf_text(out), out->len);
	result = prove(s, &k, &first, mgi_buf_span(&message), out);
	if (message.failed)
		out->failed = message.failed;
	mgi_buf_done(&message);
	mgi_wipe(&k, sizeof(k));
	return result;
}

/* "v=..." proves; "e=..." tells why not, and the refusal follows. */
static mgi_sasl_result check(mgi_sasl *s, mailguard_span challenge)
{
	mailguard_span value;
	mailguard_buffer got;
	bool same;

	if (attribute(&value, &challenge, 'e'))
		return MGI_SASL_SAY;
	if (!attribute(&value, &challenge, 'v'))
		return MGI_SASL_BAD;
	mgi_buf_init(&got, s->mg);
	same = mgi_base64_get(&got, value) && got.len == s->signature_len &&
	       mgi_same(mgi_buf_text(&got), s->signature, got.len);
	mgi_buf_done(&got);
	s->proven = same;
	return same ? MGI_SASL_SAY : MGI_SASL_UNPROVEN;
}

static mgi_sasl_result next(mgi_sasl *s,
                            const EVP_MD *md,
                            mailguard_span challenge,
                            mailguard_buffer *out)
{
	switch (s->round) {
	case 0:
		return say_first(s, out);
	case 1:
		return say_final(s, md, challenge, out);
	case 2:
		return check(s, challenge);
	default:
		return MGI_SASL_BAD;
	}
}

mgi_sasl_result mgi_scram_sha1(mgi_sasl *s,
                               mailguard_span challenge,
                               mailguard_buffer *out)
{
	return next(s, EVP_sha1(), challenge, out);
}

mgi_sasl_result mgi_scram_sha256(mgi_sasl *s,
                                 mailguard_span challenge,
                                 mailguard_buffer *out)
{
	return next(s, EVP_sha256(), challenge, out);
}
