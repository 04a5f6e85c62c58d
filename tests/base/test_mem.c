/* What base/mem.c promises. The name of a test is the promise. */
#include "base/mem.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, fail_alloc_at(-1), NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
	cr_expect(zero(int, fail_alloc_live()));
}

TestSuite(base_mem, .init = setup, .fini = teardown);

static int nonzero(const unsigned char *p, size_t n)
{
	size_t i;
	int found = 0;

	for (i = 0; i < n; i++)
		found |= p[i];
	return found;
}

Test(base_mem, memory_comes_zeroed)
{
	unsigned char *p = mgi_alloc(mg, 5000);

	cr_assert(ne(ptr, p, NULL));
	cr_expect(zero(int, nonzero(p, 5000)));
	mgi_free(mg, p);
	cr_expect(eq(ptr, mgi_alloc(mg, 0), NULL));
}

Test(base_mem, wiping_leaves_nothing)
{
	unsigned char secret[64];

	memset(secret, 's', sizeof(secret));
	mgi_wipe(secret, sizeof(secret));
	cr_expect(zero(int, nonzero(secret, sizeof(secret))));
}

Test(base_mem, an_arena_gives_zeroed_aligned_memory_of_any_size)
{
	mgi_arena *a = mgi_arena_new(mg);
	size_t n;

	for (n = 1; n < 100000; n = n * 3 + 1) {
		unsigned char *p = mgi_arena_alloc(a, n);

		cr_assert(ne(ptr, p, NULL));
		cr_expect(zero(sz, (uintptr_t)p % _Alignof(max_align_t)));
		cr_expect(zero(int, nonzero(p, n)), "%zu bytes", n);
		memset(p, 0xff, n);
	}
	mgi_arena_empty(a);
	for (n = 0; n < 300; n++) {
		unsigned char *p = mgi_arena_alloc(a, 40);

		cr_expect(zero(int, nonzero(p, 40)), "used again");
	}
	cr_expect(eq(int, mgi_arena_failed(a), 0));
	mgi_arena_free(a);
}

Test(base_mem, an_arena_copies_text_with_its_nul)
{
	mgi_arena *a = mgi_arena_new(mg);
	char text[] = "mail";
	char *all = mgi_arena_strdup(a, text);
	char *some = mgi_arena_strndup(a, "a\0bcd", 3);

	memset(text, 'x', 4);
	cr_expect(eq(str, all, "mail"));
	cr_expect(zero(int, memcmp(some, "a\0b", 4)));
	cr_expect(eq(ptr, mgi_arena_strdup(a, NULL), NULL));
	cr_expect(eq(int, mgi_arena_failed(a), 0));
	mgi_arena_free(a);
}

Test(base_mem, an_array_too_large_to_count_is_remembered)
{
	mgi_arena *a = mgi_arena_new(mg);

	cr_expect(eq(ptr, mgi_arena_array(a, SIZE_MAX / 2, 3), NULL));
	cr_expect(eq(int, mgi_arena_failed(a), 1));
	mgi_arena_empty(a);
	cr_expect(eq(int, mgi_arena_failed(a), 0));
	cr_expect(eq(ptr, mgi_arena_alloc(a, SIZE_MAX - 3), NULL));
	cr_expect(eq(int, mgi_arena_failed(a), 1));
	mgi_arena_free(a);
}

Test(base_mem, an_arena_holds_its_handle)
{
	mailguard *own;
	mgi_arena *a;

	ok(mailguard_new(&own, fail_alloc_at(-1), NULL));
	a = mgi_arena_new(own);
	mailguard_free(own);
	cr_expect(ne(ptr, mgi_arena_alloc(a, 100000), NULL));
	cr_expect(eq(ptr, mgi_arena_handle(a), own));
	mgi_arena_free(a);
	mgi_arena_free(NULL);
}

Test(base_mem, an_arena_remembers_each_failed_allocation)
{
	int n = 0, failed;

	do {
		mailguard *tight = NULL;
		mgi_arena *a = NULL;
		int i;

		if (mailguard_new(&tight, fail_alloc_at(n++), NULL) == 0)
			a = mgi_arena_new(tight);
		for (i = 0; a && i < 5; i++)
			(void)mgi_arena_alloc(a, 10000);
		failed = !a || mgi_arena_failed(a);
		mgi_arena_free(a);
		mailguard_free(tight);
	} while (failed);
	cr_expect(lt(int, 3, n));
}
