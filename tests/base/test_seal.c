/* What base/seal.c promises. The name of a test is the promise. */
#include "base/hash.h"
#include "base/seal.h"
#include "base/text.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <openssl/err.h>

#include <string.h>

static mailguard *mg;
static mailguard_buffer sealed, plain;
static unsigned char big[3 * MGI_SEAL_PIECE];

static int numbers(void *out, size_t n, void *payload)
{
	(void)payload;
	memset(out, 0x5a, n);
	return 0;
}

static int no_numbers(void *out, size_t n, void *payload)
{
	(void)out;
	(void)n;
	(void)payload;
	return -1;
}

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	mgi_buf_init(&sealed, mg);
	mgi_buf_init(&plain, mg);
	memset(big, 'p', sizeof(big));
}

static void teardown(void)
{
	mgi_buf_done(&sealed);
	mgi_buf_done(&plain);
	mailguard_free(mg);
}

TestSuite(base_seal, .init = setup, .fini = teardown, .timeout = 120);

static const mailguard_span pass = { (const unsigned char *)"open sesame", 11 };

/* What a passphrase costs in earnest is paid by one test alone. */
static mailguard_status seal(mailguard_buffer *out, mailguard_span bytes)
{
	static const mgi_seal_cost cheap = { 4, 1, 1 };

	return mgi_seal_at(out, bytes, pass, cheap, NULL);
}

Test(base_seal, gives_back_what_was_sealed)
{
	static const size_t sizes[] = { 0,
		                        1,
		                        MGI_SEAL_PIECE - 1,
		                        MGI_SEAL_PIECE,
		                        MGI_SEAL_PIECE + 1,
		                        2 * MGI_SEAL_PIECE };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		mgi_buf_cut(&sealed, 0);
		mgi_buf_cut(&plain, 0);
		ok(seal(&sealed, mgi_span(big, sizes[i])));
		ok(mgi_unseal(&plain, mgi_buf_span(&sealed), pass, NULL));
		cr_assert(eq(sz, plain.len, sizes[i]));
		cr_expect(zero(int, memcmp(plain.at, big, sizes[i])),
		          "%zu bytes", sizes[i]);
	}
}

Test(base_seal, appends_to_what_the_buffer_holds)
{
	mgi_buf_puts(&sealed, "before");
	ok(seal(&sealed, mgi_span_of("mail")));
	mgi_buf_puts(&plain, "and ");
	ok(mgi_unseal(&plain, mgi_span_from(mgi_buf_span(&sealed), 6), pass,
	              NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&plain), "and mail"));
}

Test(base_seal, never_seals_twice_alike)
{
	ok(seal(&sealed, mgi_span_of("mail")));
	ok(seal(&plain, mgi_span_of("mail")));
	cr_assert(eq(sz, sealed.len, plain.len));
	cr_expect(ne(int, memcmp(sealed.at, plain.at, sealed.len), 0));
}

/* The format must not drift: these bytes were made by its first version. */
Test(base_seal, keeps_its_format_for_ever)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	unsigned char hash[MGI_SHA256_BYTES];
	char hex[MGI_SHA256_HEX];
	mailguard *fixed;
	mailguard_buffer b;

	opts.random = numbers;
	ok(mailguard_new(&fixed, &opts, NULL));
	mgi_buf_init(&b, fixed);
	ok(mgi_seal(&b, mgi_span(big, sizeof(big)), pass, NULL));
	ok(mgi_sha256(hash, fixed, mgi_buf_span(&b), NULL));
	mgi_hex(hex, mgi_span(hash, sizeof(hash)));
	cr_expect(eq(str, hex,
	             "8d5f54df570d51c5c7cc6d512b9d9098"
	             "ef067334c0a2e4011246cb5a63e76afd"));
	mgi_buf_done(&b);
	mailguard_free(fixed);
}

static void refused(const char *why,
                    mailguard_span bytes,
                    mailguard_span with,
                    mailguard_status st,
                    char *code)
{
	mailguard_error err;

	mgi_buf_cut(&plain, 0);
	cr_expect(eq(int, mgi_unseal(&plain, bytes, with, &err), st), "%s",
	          why);
	cr_expect(eq(str, err.code, code), "%s", why);
	cr_expect(zero(sz, plain.len), "%s", why);
}

Test(base_seal, a_wrong_passphrase_opens_nothing)
{
	mgi_buf_puts(&plain, "x");
	ok(seal(&sealed, mgi_span_of("mail")));
	refused("other", mgi_buf_span(&sealed), mgi_span_of("open sesamE"),
	        MAILGUARD_EFORMAT, "seal.not-opened");
	refused("empty", mgi_buf_span(&sealed), mgi_span_of(""),
	        MAILGUARD_EINVAL, "seal.no-passphrase");
}

Test(base_seal, a_changed_byte_opens_nothing)
{
	static const struct {
		const char *why;
		size_t at;
		mailguard_status st;
		char *code;
	} rows[] = {
		{ "magic", 0, MAILGUARD_EFORMAT, "seal.not-sealed" },
		{ "line end", 7, MAILGUARD_EFORMAT, "seal.not-sealed" },
		{ "version", 8, MAILGUARD_EUNSUPPORTED, "seal.newer" },
		{ "N", 9, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "p", 11, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "salt", 12, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "nonce", 34, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "zero", 35, MAILGUARD_EFORMAT, "seal.not-sealed" },
		{ "first byte", 36, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "tag", 36 + 4, MAILGUARD_EFORMAT, "seal.not-opened" },
		{ "end", 36 + 19, MAILGUARD_EFORMAT, "seal.not-opened" },
	};
	size_t i;

	ok(seal(&sealed, mgi_span_of("mail")));
	cr_assert(eq(sz, sealed.len, 36 + 4 + 16));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sealed.at[rows[i].at] ^= 2;
		refused(rows[i].why, mgi_buf_span(&sealed), pass, rows[i].st,
		        rows[i].code);
		sealed.at[rows[i].at] ^= 2;
	}
	ok(mgi_unseal(&plain, mgi_buf_span(&sealed), pass, NULL));
}

Test(base_seal, a_cut_or_swapped_piece_opens_nothing)
{
	size_t piece = MGI_SEAL_PIECE + MGI_SEAL_TAG;
	mailguard_span all;
	static unsigned char swapped[36 + 2 * (65536 + 16)];

	ok(seal(&sealed, mgi_span(big, 2 * MGI_SEAL_PIECE)));
	all = mgi_buf_span(&sealed);
	cr_assert(eq(sz, all.len, sizeof(swapped)));
	refused("no piece", mgi_span_head(all, 36), pass, MAILGUARD_EFORMAT,
	        "seal.not-sealed");
	refused("a whole piece", mgi_span_head(all, 36 + piece), pass,
	        MAILGUARD_EFORMAT, "seal.not-opened");
	refused("in the tag", mgi_span_head(all, 36 + piece + 15), pass,
	        MAILGUARD_EFORMAT, "seal.not-opened");
	memcpy(swapped, all.data, 36);
	memcpy(swapped + 36, all.data + 36 + piece, piece);
	memcpy(swapped + 36 + piece, all.data + 36, piece);
	refused("swapped", mgi_span(swapped, sizeof(swapped)), pass,
	        MAILGUARD_EFORMAT, "seal.not-opened");
}

Test(base_seal, a_forged_header_cannot_ask_for_much)
{
	static const struct {
		const char *why;
		unsigned char cost[3];
		mailguard_status st;
		char *code;
	} rows[] = {
		{ "memory", { 20, 8, 1 }, MAILGUARD_ELIMIT, "seal.cost" },
		{ "most memory",
		  { 255, 255, 255 },
		  MAILGUARD_ELIMIT,
		  "seal.cost" },
		{ "work", { 15, 8, 200 }, MAILGUARD_ELIMIT, "seal.cost" },
		{ "no N", { 0, 8, 1 }, MAILGUARD_EFORMAT, "seal.not-sealed" },
		{ "no r", { 15, 0, 1 }, MAILGUARD_EFORMAT, "seal.not-sealed" },
		{ "no p", { 15, 8, 0 }, MAILGUARD_EFORMAT, "seal.not-sealed" },
	};
	size_t i;

	ok(seal(&sealed, mgi_span_of("mail")));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(sealed.at + 9, rows[i].cost, 3);
		refused(rows[i].why, mgi_buf_span(&sealed), pass, rows[i].st,
		        rows[i].code);
	}
}

Test(base_seal, without_randomness_nothing_is_sealed)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_error err;
	mailguard_buffer b;
	mailguard *poor;

	opts.random = no_numbers;
	ok(mailguard_new(&poor, &opts, NULL));
	mgi_buf_init(&b, poor);
	mgi_buf_puts(&b, "kept");
	cr_expect(eq(int, mgi_seal(&b, mgi_span_of("x"), pass, &err),
	             MAILGUARD_EIO));
	cr_expect(eq(str, err.code, "seal.no-random"));
	cr_expect(eq(str, (char *)mgi_buf_text(&b), "kept"));
	mgi_buf_done(&b);
	mailguard_free(poor);
}

Test(base_seal, leaves_the_hosts_error_queue_alone)
{
	ERR_clear_error();
	ok(seal(&sealed, mgi_span_of("mail")));
	(void)mgi_unseal(&plain, mgi_buf_span(&sealed), mgi_span_of("no"),
	                 NULL);
	cr_expect(eq(ulong, ERR_peek_error(), 0ul));
}

Test(base_seal, survives_every_allocation_failure)
{
	mailguard_buffer in, out;
	mailguard_status st;
	mailguard *tight;
	int n = 0;

	do {
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		mgi_buf_init(&out, tight);
		mgi_buf_init(&in, tight);
		st = seal(&out, mgi_span_of("mail"));
		if (st == MAILGUARD_OK)
			st = mgi_unseal(&in, mgi_buf_span(&out), pass, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mgi_buf_done(&in);
		mgi_buf_done(&out);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);

	cr_expect(lt(int, 2, n));
	cr_expect(zero(int, fail_alloc_live()));
}

/* libcrypto does not take our allocator. */
Test(base_seal, survives_every_allocation_failure_of_libcrypto)
{
	mailguard_status st;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("malloc cannot be armed here");
	ok(seal(&sealed, mgi_span_of("mail")));
	ok(mgi_unseal(&plain, mgi_buf_span(&sealed), pass, NULL));
	do {
		mgi_buf_cut(&plain, 0);
		armed_malloc_at(n++);
		st = mgi_unseal(&plain, mgi_buf_span(&sealed), pass, NULL);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || plain.len == 0);
		cr_assert(st != MAILGUARD_EFORMAT);
	} while (hit);
	cr_expect(lt(int, 1, n));
	cr_expect(eq(int, st, MAILGUARD_OK));
	cr_expect(eq(str, (char *)mgi_buf_text(&plain), "mail"));
}
