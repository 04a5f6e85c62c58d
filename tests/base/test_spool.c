/* What base/spool.c promises: sorted, complete, within its memory. */
#include "base/spool.h"

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

typedef struct sum {
	uint64_t count, total;
	int ordered;
} sum;

/* Numbers from a small generator, big-endian so that memcmp() orders them. */
static void fill(mgi_spool *s, uint32_t count)
{
	uint32_t x = 1, i;

	for (i = 0; i < count; i++) {
		unsigned char b[4];

		x = x * 1664525U + 1013904223U;
		b[0] = (unsigned char)(x >> 24);
		b[1] = (unsigned char)(x >> 16);
		b[2] = (unsigned char)(x >> 8);
		b[3] = (unsigned char)x;
		mgi_spool_add(s, b);
	}
}

static sum drain(mgi_spool *s, mailguard_status *st)
{
	sum out = { 0, 0, 1 };
	uint64_t last = 0;
	const void *rec;

	while ((*st = mgi_spool_next(&rec, s, NULL)) == MAILGUARD_OK) {
		const unsigned char *b = rec;
		uint64_t x = (uint64_t)b[0] << 24 | (uint64_t)b[1] << 16 |
		             (uint64_t)b[2] << 8 | b[3];

		out.ordered &= x >= last;
		last = x;
		out.total += x;
		out.count++;
	}
	return out;
}

Test(base_spool, what_goes_in_comes_out_sorted_in_memory_or_not)
{
	static const struct {
		const char *why;
		uint32_t count;
		size_t limit;
	} rows[] = {
		{ "none", 0, 0 },
		{ "one", 1, 0 },
		{ "in memory", 5000, 0 },
		{ "just the limit", 64, 256 },
		{ "one more than that", 65, 256 },
		{ "many runs", 100000, 4096 },
		{ "more runs than a share has room for", 20000, 256 },
	};
	mailguard *mg;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_spool *big, *small;
		mailguard_status st;
		sum a, b;

		ok(mgi_spool_new(&small, mg, 4, rows[i].limit, NULL));
		ok(mgi_spool_new(&big, mg, 4, (size_t)64 << 20, NULL));
		fill(small, rows[i].count);
		fill(big, rows[i].count);
		ok(mgi_spool_sort(small, NULL));
		ok(mgi_spool_sort(big, NULL));
		a = drain(small, &st);
		cr_expect(eq(int, st, MAILGUARD_ITEROVER), "%s", rows[i].why);
		b = drain(big, &st);
		cr_expect(eq(u64, a.count, rows[i].count), "%s", rows[i].why);
		cr_expect(eq(u64, a.total, b.total), "%s", rows[i].why);
		cr_expect(eq(int, a.ordered, 1), "%s", rows[i].why);
		cr_expect(eq(int, b.ordered, 1), "%s", rows[i].why);
		mgi_spool_free(small);
		mgi_spool_free(big);
	}
	mailguard_free(mg);
}

Test(base_spool, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	do {
		mailguard *tight;
		mgi_spool *s;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mgi_spool_new(&s, tight, 4, 1024, NULL);
		if (st == MAILGUARD_OK) {
			fill(s, 3000);
			st = mgi_spool_sort(s, NULL);
		}
		if (st == MAILGUARD_OK) {
			cr_expect(eq(u64, drain(s, &st).count, 3000));
			cr_expect(eq(int, st, MAILGUARD_ITEROVER));
			st = MAILGUARD_OK;
		}
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mgi_spool_free(s);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
