/* What base/hash.c promises. The name of a test is the promise. */
#include "base/hash.h"
#include "base/text.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <openssl/err.h>

#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(base_hash, .init = setup, .fini = teardown);

/* FIPS 180-4's own examples, and lengths around a block of 64 bytes. */
static const struct {
	const char *why;
	size_t repeat;
	const char *text;
	char *hex;
} known[] = {
	{ "nothing", 0, "",
	  "e3b0c44298fc1c149afbf4c8996fb924"
	  "27ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "abc",
	  "ba7816bf8f01cfea414140de5dae2223"
	  "b00361a396177a9cb410ff61f20015ad" },
	{ "two blocks", 1,
	  "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039"
	  "a33ce45964ff2167f6ecedd419db06c1" },
	{ "a million", 1000000, "a",
	  "cdc76e5c9914fb9281a1c7e284d73e67"
	  "f1809a48a497200e046d39ccc7112cd0" },
};

Test(base_hash, agrees_with_fips_180_4)
{
	unsigned char got[MGI_SHA256_BYTES];
	char hex[MGI_SHA256_HEX];
	mgi_hash *h;
	size_t i, n;

	ok(mgi_hash_new(&h, mg, NULL));
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		for (n = 0; n < known[i].repeat; n++)
			mgi_hash_add(h, mgi_span_of(known[i].text));
		ok(mgi_hash_done(got, h, NULL));
		mgi_hex(hex, mgi_span(got, sizeof(got)));
		cr_expect(eq(str, hex, known[i].hex), "%s", known[i].why);
	}
	mgi_hash_free(h);
}

Test(base_hash, in_pieces_is_as_in_one)
{
	unsigned char text[300], one[MGI_SHA256_BYTES], got[MGI_SHA256_BYTES];
	size_t step, at;
	mgi_hash *h;

	memset(text, 'x', sizeof(text));
	ok(mgi_sha256(one, mg, mgi_span(text, sizeof(text)), NULL));
	ok(mgi_hash_new(&h, mg, NULL));
	for (step = 1; step < 70; step++) {
		for (at = 0; at < sizeof(text); at += step)
			mgi_hash_add(h,
			             mgi_span_head(mgi_span(text + at,
			                                    sizeof(text) - at),
			                           step));
		ok(mgi_hash_done(got, h, NULL));
		cr_expect(eq(int, mgi_same(got, one, sizeof(one)), 1),
		          "pieces of %zu", step);
	}
	mgi_hash_free(h);
}

Test(base_hash, hexadecimal_is_lower_case_and_reads_both)
{
	static const struct {
		const char *why, *digits;
		size_t n;
		int reads;
	} rows[] = {
		{ "lower", "00ff1a", 3, 1 },
		{ "upper", "00FF1A", 3, 1 },
		{ "one short", "00ff1", 3, 0 },
		{ "one more", "00ff1a0", 3, 0 },
		{ "two more", "00ff1a00", 3, 0 },
		{ "no digit", "00fg1a", 3, 0 },
		{ "a sign", "00f+1a", 3, 0 },
		{ "nothing", "", 0, 1 },
	};
	unsigned char got[4];
	char hex[9];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int,
		             mgi_unhex(got, rows[i].n,
		                       mgi_span_of(rows[i].digits)),
		             rows[i].reads),
		          "%s", rows[i].why);
	cr_assert(mgi_unhex(got, 3, mgi_span_of("00FF1A")));
	mgi_hex(hex, mgi_span(got, 3));
	cr_expect(eq(str, hex, "00ff1a"));
}

Test(base_hash, same_sees_each_single_bit)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };
	int i;

	cr_expect(eq(int, mgi_same(a, b, sizeof(a)), 1));
	for (i = 0; i < 256; i++) {
		b[i / 8] ^= (unsigned char)(1 << i % 8);
		cr_expect(eq(int, mgi_same(a, b, sizeof(a)), 0), "bit %d", i);
		b[i / 8] ^= (unsigned char)(1 << i % 8);
	}
}

Test(base_hash, leaves_the_hosts_error_queue_alone)
{
	unsigned char got[MGI_SHA256_BYTES];

	ERR_clear_error();
	ok(mgi_sha256(got, mg, mgi_span_of("abc"), NULL));
	cr_expect(eq(ulong, ERR_peek_error(), 0ul));
}

Test(base_hash, survives_every_allocation_failure)
{
	unsigned char got[MGI_SHA256_BYTES];
	mailguard_status st;
	mailguard *tight;
	int n = 0;

	do {
		st = mailguard_new(&tight, fail_alloc_at(n++), NULL);
		if (st < 0)
			continue;
		st = mgi_sha256(got, tight, mgi_span_of("abc"), NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);

	cr_expect(lt(int, 1, n));
	cr_expect(zero(int, fail_alloc_live()));
}

/* libcrypto does not take our allocator. */
Test(base_hash, survives_every_allocation_failure_of_libcrypto)
{
	unsigned char got[MGI_SHA256_BYTES], want[MGI_SHA256_BYTES];
	mailguard_status st;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("malloc cannot be armed here");
	ok(mgi_sha256(want, mg, mgi_span_of("abc"), NULL));
	do {
		armed_malloc_at(n++);
		st = mgi_sha256(got, mg, mgi_span_of("abc"), NULL);
		hit = armed_malloc_off();
		cr_assert(st < 0 || mgi_same(got, want, sizeof(got)));
	} while (hit);
	cr_expect(lt(int, 1, n));
	cr_expect(eq(int, st, MAILGUARD_OK));
}
