/*
 * hash.c - SHA-256 by libcrypto. It knows nothing of what is hashed.
 *
 * What libcrypto puts on the thread's error queue is taken off again: the
 * host may use that queue for its own.
 */
#include "base/fail.h"
#include "base/hash.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

struct mgi_hash {
	mailguard *mg;
	EVP_MD_CTX *ctx;
	bool failed;
};

static mailguard_status begin(mgi_hash *h, mailguard_error *err)
{
	int done;

	ERR_set_mark();
	done = EVP_DigestInit_ex(h->ctx, EVP_sha256(), NULL);
	ERR_pop_to_mark();
	h->failed = !done;
	if (!done)
		return mgi_fail(err, h->mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_HASH_FAILED);
	return MAILGUARD_OK;
}

mailguard_status mgi_hash_new(mgi_hash **out,
                              mailguard *mg,
                              mailguard_error *err)
{
	mailguard_status st;
	mgi_hash *h;

	*out = NULL;
	h = mgi_alloc(mg, sizeof(*h));
	if (!h)
		return mgi_fail_nomem(err);
	h->mg = mailguard_ref(mg);
	ERR_set_mark();
	h->ctx = EVP_MD_CTX_new();
	ERR_pop_to_mark();
	st = h->ctx ? begin(h, err) : mgi_fail_nomem(err);
	if (st < 0) {
		mgi_hash_free(h);
		return st;
	}
	*out = h;
	return MAILGUARD_OK;
}

void mgi_hash_add(mgi_hash *h, mailguard_span bytes)
{
	ERR_set_mark();
	if (!h->failed && bytes.len)
		h->failed = !EVP_DigestUpdate(h->ctx, bytes.data, bytes.len);
	ERR_pop_to_mark();
}

mailguard_status mgi_hash_done(unsigned char out[MGI_SHA256_BYTES],
                               mgi_hash *h,
                               mailguard_error *err)
{
	bool good;

	ERR_set_mark();
	good = !h->failed && EVP_DigestFinal_ex(h->ctx, out, NULL);
	ERR_pop_to_mark();
	if (good)
		return begin(h, err);
	memset(out, 0, MGI_SHA256_BYTES);
	(void)begin(h, NULL);
	return mgi_fail(err, h->mg, MAILGUARD_EUNSUPPORTED,
	                MGI_SAY_HASH_FAILED);
}

void mgi_hash_free(mgi_hash *h)
{
	mailguard *mg;

	if (!h)
		return;
	mg = h->mg;
	EVP_MD_CTX_free(h->ctx);
	mgi_free(mg, h);
	mailguard_free(mg);
}

mailguard_status mgi_sha256(unsigned char out[MGI_SHA256_BYTES],
                            mailguard *mg,
                            mailguard_span bytes,
                            mailguard_error *err)
{
	mailguard_status st;
	mgi_hash *h;

	memset(out, 0, MGI_SHA256_BYTES);
	st = mgi_hash_new(&h, mg, err);
	if (st < 0)
		return st;
	mgi_hash_add(h, bytes);
	st = mgi_hash_done(out, h, err);
	mgi_hash_free(h);
	return st;
}

void mgi_hex(char *out, mailguard_span bytes)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < bytes.len; i++) {
		*out++ = digits[bytes.data[i] >> 4];
		*out++ = digits[bytes.data[i] & 15];
	}
	*out = '\0';
}

bool mgi_unhex(void *out, size_t n, mailguard_span digits)
{
	unsigned char *to = out;
	size_t i;

	if (digits.len / 2 != n || digits.len % 2)
		return false;
	for (i = 0; i < n; i++) {
		int high = mgi_xdigit(digits.data[2 * i]);
		int low = mgi_xdigit(digits.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		to[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

bool mgi_same(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}
