/* What base/handle.c promises. The name of a test is the promise. */
#include "base/handle.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

TestSuite(base_handle);

static mailguard_time noon(void *payload)
{
	return *(mailguard_time *)payload;
}

static int32_t tokyo(mailguard_time at, void *payload)
{
	(void)at;
	(void)payload;
	return 32400;
}

static char logged[600];

static void keep(int32_t level, const char *line, void *payload)
{
	(void)payload;
	logged[0] = (char)('0' + level);
	strncpy(logged + 1, line, sizeof(logged) - 2);
}

Test(base_handle, carries_the_world_it_was_given)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_time t = 42;
	mailguard *mg;

	opts.now = noon;
	opts.utc_offset = tokyo;
	opts.log = keep;
	opts.lang = "ja";
	opts.payload = &t;
	ok(mailguard_new(&mg, &opts, NULL));
	opts.lang = "en";
	cr_expect(eq(i64, mgi_now(mg), (int64_t)42));
	cr_expect(eq(int, mgi_utc_offset(mg, 1), 32400));
	cr_expect(eq(int, mgi_lang_of(mg), MGI_JA), "options are copied");
	mgi_log(mg, MAILGUARD_LOG_WARN, "%s %d", "line", 7);
	cr_expect(eq(str, logged, "1line 7"));
	mailguard_free(mg);
}

Test(base_handle, defaults_are_utc_english_and_a_real_clock)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };
	mailguard *mg;
	int64_t ticks;

	ok(mailguard_new(&mg, NULL, NULL));
	cr_expect(eq(int, mgi_lang_of(mg), MGI_EN));
	cr_expect(eq(int, mgi_lang_of(NULL), MGI_EN));
	cr_expect(zero(int, mgi_utc_offset(mg, 1)));
	cr_expect(lt(i64, INT64_C(1700000000000000), mgi_now(mg)));
	ticks = mgi_ticks(mg);
	cr_expect(le(i64, ticks, mgi_ticks(mg)));
	cr_expect(zero(int, mgi_random(mg, a, sizeof(a))));
	cr_expect(zero(int, mgi_random(mg, b, sizeof(b))));
	cr_expect(ne(int, memcmp(a, b, sizeof(a)), 0));
	mgi_log(mg, MAILGUARD_LOG_ERROR, "into nothing");
	mailguard_free(mg);
	mailguard_free(NULL);
}

Test(base_handle, an_unknown_language_is_refused)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *mg = (mailguard *)&opts;
	mailguard_error err;

	opts.lang = "fr";
	cr_expect(eq(int, mailguard_new(&mg, &opts, &err), MAILGUARD_EINVAL));
	cr_expect(eq(ptr, mg, NULL));
	cr_expect(eq(str, err.code, "options.lang"));
	cr_expect(eq(int, mailguard_new(NULL, NULL, NULL), MAILGUARD_EINVAL));
}

Test(base_handle, options_of_other_versions_are_taken_if_they_can_be)
{
	struct newer {
		mailguard_options known;
		size_t unknown;
	} opts = { .known = MAILGUARD_OPTIONS_INIT };
	mailguard_options old = MAILGUARD_OPTIONS_INIT;
	mailguard_error err;
	mailguard *mg;

	opts.known.size = sizeof(opts);
	ok(mailguard_new(&mg, &opts.known, NULL));
	mailguard_free(mg);
	opts.unknown = 1;
	cr_expect(eq(int, mailguard_new(&mg, &opts.known, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "options.newer"));
	old.size = offsetof(mailguard_options, resize);
	old.lang = "ja";
	old.now = noon; /* behind the end of what this caller knew */
	ok(mailguard_new(&mg, &old, NULL));
	cr_expect(eq(int, mgi_lang_of(mg), MGI_JA));
	cr_expect(lt(i64, INT64_C(1700000000000000), mgi_now(mg)));
	mailguard_free(mg);
}

Test(base_handle, lives_until_the_last_holder_lets_go)
{
	mailguard *mg;

	ok(mailguard_new(&mg, fail_alloc_at(-1), NULL));
	cr_expect(eq(ptr, mailguard_ref(mg), mg));
	mailguard_free(mg);
	cr_expect(eq(int, fail_alloc_live(), 1));
	mailguard_free(mg);
	cr_expect(zero(int, fail_alloc_live()));
}

Test(base_handle, an_interrupt_stays_until_it_is_lifted)
{
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	cr_expect(eq(int, mgi_interrupted(mg), 0));
	mailguard_interrupt(mg, 1);
	cr_expect(eq(int, mgi_interrupted(mg), 1));
	mailguard_interrupt(mg, 0);
	cr_expect(eq(int, mgi_interrupted(mg), 0));
	mailguard_free(mg);
}

Test(base_handle, a_failed_allocation_makes_no_handle)
{
	mailguard *mg;
	mailguard_error err;

	cr_expect(eq(int, mailguard_new(&mg, fail_alloc_at(0), &err),
	             MAILGUARD_ENOMEM));
	cr_expect(eq(ptr, mg, NULL));
	cr_expect(eq(str, err.code, "no.memory"));
}

Test(base_handle, numbers_have_stable_names)
{
	cr_expect(eq(str, (char *)mailguard_severity_name(2), "loss"));
	cr_expect(eq(str, (char *)mailguard_severity_name(3), "unknown"));
	cr_expect(eq(str, (char *)mailguard_severity_name(-1), "unknown"));
	cr_expect(eq(str, (char *)mailguard_place_name(2), "cloud"));
	cr_expect(eq(str, (char *)mailguard_place_name(5), "unknown"));
	cr_expect(eq(str, (char *)mailguard_status_name(0), "ok"));
	cr_expect(eq(str, (char *)mailguard_status_name(-99), "unknown"));
	cr_expect(eq(str, (char *)mailguard_version(), MAILGUARD_VERSION));
}
