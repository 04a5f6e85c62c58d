/* What base/finding.c promises. The name of a test is the promise. */
#include "base/finding.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;
static mgi_arena *arena;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	arena = mgi_arena_new(mg);
}

static void teardown(void)
{
	mgi_arena_free(arena);
	mailguard_free(mg);
}

TestSuite(base_finding, .init = setup, .fini = teardown);

static void add(mgi_findings *fs,
                int32_t severity,
                const char *code,
                uint64_t offset)
{
	mailguard_finding f = { .severity = severity,
		                .offset = offset,
		                .code = code,
		                .where = "here",
		                .text = "something" };

	mgi_findings_add(fs, &f);
}

Test(base_finding, none_is_worse_than_nothing)
{
	mgi_findings *fs = mgi_findings_new(arena, 0);

	cr_expect(eq(int, mgi_findings_worst(fs), -1));
	cr_expect(eq(ptr, (void *)mgi_findings_at(fs, 0), NULL));
	add(fs, MAILGUARD_SEVERITY_WARN, "a.b", 1);
	add(fs, MAILGUARD_SEVERITY_NOTE, "a.c", 2);
	cr_expect(eq(int, mgi_findings_worst(fs), MAILGUARD_SEVERITY_WARN));
}

Test(base_finding, findings_are_copies_in_their_order)
{
	mgi_findings *fs = mgi_findings_new(arena, 1000);
	char code[] = "mbox.torn";
	uint64_t i;

	for (i = 0; i < 300; i++)
		add(fs, MAILGUARD_SEVERITY_NOTE, code, i);
	code[0] = 'X';
	cr_assert(eq(sz, mgi_findings_count(fs), (size_t)300));
	for (i = 0; i < 300; i++)
		cr_expect(eq(u64, mgi_findings_at(fs, i)->offset, i));
	cr_expect(eq(str, (char *)mgi_findings_at(fs, 299)->code, "mbox.torn"));
	cr_expect(eq(ptr, (void *)mgi_findings_at(fs, 300), NULL));
}

Test(base_finding, past_the_limit_of_a_code_they_are_dropped)
{
	mgi_findings *fs = mgi_findings_new(arena, 0);
	int i;

	for (i = 0; i < MGI_FINDINGS_OF_A_CODE + 5; i++)
		add(fs, MAILGUARD_SEVERITY_NOTE, "a.many", 1);
	add(fs, MAILGUARD_SEVERITY_LOSS, "a.one", 1);
	cr_expect(eq(sz, mgi_findings_count(fs),
	             (size_t)MGI_FINDINGS_OF_A_CODE + 1));
	cr_expect(eq(int, mgi_findings_worst(fs), MAILGUARD_SEVERITY_LOSS));
}

Test(base_finding, survives_every_allocation_failure)
{
	int n = 0, failed;

	do {
		mailguard *tight = NULL;
		mgi_findings *fs = NULL;
		mgi_arena *a = NULL;
		int i;

		if (mailguard_new(&tight, fail_alloc_at(n++), NULL) == 0)
			a = mgi_arena_new(tight);
		if (a)
			fs = mgi_findings_new(a, 1000);
		for (i = 0; fs && i < 500; i++)
			add(fs, MAILGUARD_SEVERITY_NOTE, "a.b", 1);
		failed = !fs || mgi_arena_failed(a);
		mgi_arena_free(a);
		mailguard_free(tight);
	} while (failed);
	cr_expect(lt(int, 3, n));
	cr_expect(zero(int, fail_alloc_live()));
}
