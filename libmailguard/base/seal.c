/*
 * seal.c - scrypt and AES-256-GCM by libcrypto; the format stands in seal.h.
 * It knows nothing of what is sealed, nor where a passphrase comes from.
 */
#include "base/fail.h"
#include "base/handle.h"
#include "base/seal.h"
#include "base/text.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <string.h>

enum { AT_VERSION = 8, AT_COST = 9, AT_SALT = 12, AT_NONCE = 28, AT_ZERO = 35 };
enum { KEY = 32, SALT = 16, NONCE = 12, NONCE_HEAD = 7, VERSION = 1 };
/* OWASP's choice for 32 MiB: N = 2^15, r = 8, p = 3. */
static const mgi_seal_cost cost_of_choice = { 15, 8, 3 };
static const char magic[] = "mgseal\r\n";

typedef struct box {
	mailguard *mg;
	EVP_CIPHER_CTX *ctx;
	const unsigned char *header;
	int seal; /* 1: seal, 0: open */
} box;

static mailguard_status cost_check(const unsigned char *header,
                                   mailguard *mg,
                                   mailguard_error *err)
{
	const unsigned char *cost = header + AT_COST;
	uint64_t n;

	if (cost[0] == 0 || cost[1] == 0 || cost[2] == 0 || header[AT_ZERO])
		return mgi_fail(err, mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SEAL_NOT_SEALED);
	n = cost[0] < 32 ? (uint64_t)1 << cost[0] : (uint64_t)1 << 32;
	if (128 * n * cost[1] > MGI_SEAL_MEMORY_MAX ||
	    n * cost[1] * cost[2] > MGI_SEAL_WORK_MAX)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT, MGI_SAY_SEAL_COST);
	return MAILGUARD_OK;
}

static mailguard_status header_check(mailguard_span sealed,
                                     mailguard *mg,
                                     mailguard_error *err)
{
	uint8_t version;

	if (sealed.len < MGI_SEAL_HEADER + MGI_SEAL_TAG ||
	    memcmp(sealed.data, magic, AT_VERSION) != 0)
		return mgi_fail(err, mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SEAL_NOT_SEALED);
	version = sealed.data[AT_VERSION];
	if (version != VERSION)
		return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_SEAL_NEWER, "version",
		                mgi_u64(version).text);
	return cost_check(sealed.data, mg, err);
}

static mailguard_status header_make(unsigned char *header,
                                    mgi_seal_cost cost,
                                    mailguard *mg,
                                    mailguard_error *err)
{
	memcpy(header, magic, AT_VERSION);
	header[AT_VERSION] = VERSION;
	header[AT_COST] = cost.log_n;
	header[AT_COST + 1] = cost.r;
	header[AT_COST + 2] = cost.p;
	header[AT_ZERO] = 0;
	if (mgi_random(mg, header + AT_SALT, SALT + NONCE_HEAD) != 0)
		return mgi_fail(err, mg, MAILGUARD_EIO, MGI_SAY_SEAL_NO_RANDOM);
	return MAILGUARD_OK;
}

/* libcrypto does not say reliably what it lacked; mostly it is memory. */
static mailguard_status crypto_failed(mailguard *mg, mailguard_error *err)
{
	unsigned long why = ERR_peek_last_error();

	if (ERR_GET_REASON(why) == ERR_R_MALLOC_FAILURE)
		return mgi_fail_nomem(err);
	return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED, MGI_SAY_SEAL_FAILED);
}

/* Set up `b` with the key that passphrase and header make. */
static mailguard_status box_open(box *b,
                                 mailguard_span passphrase,
                                 mailguard_error *err)
{
	const unsigned char *cost = b->header + AT_COST;
	unsigned char key[KEY];
	int good;

	b->ctx = EVP_CIPHER_CTX_new();
	if (!b->ctx)
		return mgi_fail_nomem(err);
	good = EVP_PBE_scrypt((const char *)passphrase.data, passphrase.len,
	                      b->header + AT_SALT, SALT, (uint64_t)1 << cost[0],
	                      cost[1], cost[2], 2 * MGI_SEAL_MEMORY_MAX, key,
	                      KEY) == 1 &&
	       EVP_CipherInit_ex(b->ctx, EVP_aes_256_gcm(), NULL, key, NULL,
	                         b->seal) == 1;
	mgi_wipe(key, sizeof(key));
	return good ? MAILGUARD_OK : crypto_failed(b->mg, err);
}

/* Tell libcrypto which piece comes, and what is authenticated with it. */
static bool piece_begin(const box *b, uint32_t number, bool last)
{
	unsigned char nonce[NONCE];
	int n;

	memcpy(nonce, b->header + AT_NONCE, NONCE_HEAD);
	nonce[7] = (unsigned char)(number >> 24);
	nonce[8] = (unsigned char)(number >> 16);
	nonce[9] = (unsigned char)(number >> 8);
	nonce[10] = (unsigned char)number;
	nonce[11] = last;
	return EVP_CipherInit_ex(b->ctx, NULL, NULL, NULL, nonce, b->seal) ==
	               1 &&
	       EVP_CipherUpdate(b->ctx, NULL, &n, b->header, MGI_SEAL_HEADER) ==
	               1;
}

static bool piece_bytes(const box *b, unsigned char *to, mailguard_span from)
{
	int n;

	return from.len == 0 ||
	       EVP_CipherUpdate(b->ctx, to, &n, from.data, (int)from.len) == 1;
}

static mailguard_status seal_pieces(const box *b,
                                    unsigned char *to,
                                    mailguard_span plain,
                                    mailguard_error *err)
{
	uint32_t number = 0;
	bool last;

	do {
		mailguard_span piece = mgi_span_head(plain, MGI_SEAL_PIECE);
		unsigned char *tag = to + piece.len;
		int n;

		plain = mgi_span_from(plain, piece.len);
		last = plain.len == 0;
		if (!piece_begin(b, number++, last) ||
		    !piece_bytes(b, to, piece) ||
		    EVP_CipherFinal_ex(b->ctx, tag, &n) != 1 ||
		    EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_GET_TAG,
		                        MGI_SEAL_TAG, tag) != 1)
			return crypto_failed(b->mg, err);
		to = tag + MGI_SEAL_TAG;
	} while (!last);
	return MAILGUARD_OK;
}

static mailguard_status open_piece(const box *b,
                                   unsigned char *to,
                                   mailguard_span piece,
                                   mailguard_error *err)
{
	mailguard_span body = mgi_span_head(piece, piece.len - MGI_SEAL_TAG);
	unsigned char tag[MGI_SEAL_TAG];
	unsigned char none[EVP_MAX_BLOCK_LENGTH];
	int n;

	memcpy(tag, body.data + body.len, sizeof(tag));
	if (!piece_bytes(b, to, body) ||
	    EVP_CIPHER_CTX_ctrl(b->ctx, EVP_CTRL_AEAD_SET_TAG, MGI_SEAL_TAG,
	                        tag) != 1)
		return crypto_failed(b->mg, err);
	if (EVP_CipherFinal_ex(b->ctx, none, &n) != 1)
		return mgi_fail(err, b->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SEAL_NOT_OPENED);
	return MAILGUARD_OK;
}

static mailguard_status open_pieces(const box *b,
                                    unsigned char *to,
                                    mailguard_span sealed,
                                    mailguard_error *err)
{
	uint32_t number = 0;

	while (sealed.len) {
		mailguard_span piece =
			mgi_span_head(sealed, MGI_SEAL_PIECE + MGI_SEAL_TAG);
		mailguard_status st;

		sealed = mgi_span_from(sealed, piece.len);
		if (!piece_begin(b, number++, sealed.len == 0))
			return crypto_failed(b->mg, err);
		st = open_piece(b, to, piece, err);
		if (st < 0)
			return st;
		to += piece.len - MGI_SEAL_TAG;
	}
	return MAILGUARD_OK;
}

static mailguard_status ready(const mailguard_buffer *out,
                              size_t len,
                              mailguard_span passphrase,
                              mailguard_error *err)
{
	mailguard_status st = mgi_buf_status(out, err);

	if (st < 0)
		return st;
	if (passphrase.len == 0)
		return mgi_fail(err, out->mg, MAILGUARD_EINVAL,
		                MGI_SAY_SEAL_NO_PASSPHRASE);
	/* The number of a piece has 32 bits. */
	if (len / MGI_SEAL_PIECE >= UINT32_MAX)
		return mgi_fail(err, out->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_BUFFER_LIMIT, "max",
		                mgi_u64(UINT32_MAX * MGI_SEAL_PIECE).text);
	return MAILGUARD_OK;
}

mailguard_status mgi_seal_at(mailguard_buffer *out,
                             mailguard_span plain,
                             mailguard_span passphrase,
                             mgi_seal_cost cost,
                             mailguard_error *err)
{
	box b = { .mg = out->mg, .seal = 1 };
	mailguard_status st;
	unsigned char *to;
	size_t pieces, size;

	st = ready(out, plain.len, passphrase, err);
	if (st < 0)
		return st;
	pieces = plain.len ? (plain.len - 1) / MGI_SEAL_PIECE + 1 : 1;
	size = MGI_SEAL_HEADER + plain.len + pieces * MGI_SEAL_TAG;
	to = (unsigned char *)mgi_buf_room(out, size);
	if (!to)
		return mgi_buf_status(out, err);

	ERR_set_mark();
	b.header = to;
	st = header_make(to, cost, out->mg, err);
	if (st == MAILGUARD_OK)
		st = box_open(&b, passphrase, err);
	if (st == MAILGUARD_OK)
		st = seal_pieces(&b, to + MGI_SEAL_HEADER, plain, err);
	EVP_CIPHER_CTX_free(b.ctx);
	ERR_pop_to_mark();
	mgi_buf_filled(out, st == MAILGUARD_OK ? size : 0);
	return st;
}

mailguard_status mgi_seal(mailguard_buffer *out,
                          mailguard_span plain,
                          mailguard_span passphrase,
                          mailguard_error *err)
{
	return mgi_seal_at(out, plain, passphrase, cost_of_choice, err);
}

/* The bytes inside, from the length alone; SIZE_MAX if it can be none. */
static size_t plain_size(size_t sealed)
{
	size_t body = sealed - MGI_SEAL_HEADER;
	size_t full = MGI_SEAL_PIECE + MGI_SEAL_TAG;
	size_t rest = body % full;

	if (rest && rest < MGI_SEAL_TAG)
		return SIZE_MAX;
	return body - (body / full + (rest != 0)) * MGI_SEAL_TAG;
}

mailguard_status mgi_unseal(mailguard_buffer *out,
                            mailguard_span sealed,
                            mailguard_span passphrase,
                            mailguard_error *err)
{
	box b = { .mg = out->mg, .header = sealed.data };
	mailguard_status st;
	unsigned char *to;
	size_t size;

	st = ready(out, sealed.len, passphrase, err);
	if (st == MAILGUARD_OK)
		st = header_check(sealed, out->mg, err);
	if (st < 0)
		return st;
	size = plain_size(sealed.len);
	if (size == SIZE_MAX)
		return mgi_fail(err, out->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_SEAL_NOT_OPENED);
	/* All at once: growing would leave copies of the plain text behind. */
	to = (unsigned char *)mgi_buf_room(out, size ? size : 1);
	if (!to)
		return mgi_buf_status(out, err);

	ERR_set_mark();
	st = box_open(&b, passphrase, err);
	if (st == MAILGUARD_OK)
		st = open_pieces(&b, to, mgi_span_from(sealed, MGI_SEAL_HEADER),
		                 err);
	EVP_CIPHER_CTX_free(b.ctx);
	ERR_pop_to_mark();
	if (st < 0)
		mgi_wipe(to, size);
	mgi_buf_filled(out, st == MAILGUARD_OK ? size : 0);
	return st;
}
