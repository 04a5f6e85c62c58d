/* What counting bounces promises: a row a recipient and reason, in bounds. */
#include "classify/fixture.h"
#include "support/fail_alloc.h"

#include <stdio.h>

TestSuite(bounce_sum, .init = setup, .fini = teardown);

static mailguard_status add(mailguard_bounce_sum *s,
                            mailguard_classifier *with,
                            mailguard *handle,
                            const char *who,
                            const char *why,
                            const char *date)
{
	static char mail[2048];
	mailguard_source *source;
	mailguard_status st;
	mailguard_bounce *b;
	mailguard_span bytes;

	bytes.len = (size_t)snprintf(
		mail, sizeof(mail),
		"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\n"
		"To: ann@example.net\nDate: %s\n"
		"Subject: Undelivered Mail Returned to Sender\n\n"
		"<%s>: %s\n",
		date, who, why);
	bytes.data = (const unsigned char *)mail;
	st = mailguard_source_memory(&source, handle, bytes, NULL, NULL, NULL);
	if (st < 0)
		return st;
	st = mailguard_bounce_read(&b, with, source, NULL);
	mailguard_source_free(source);
	if (st < 0)
		return st;
	st = mailguard_bounce_sum_add(s, b, NULL);
	mailguard_bounce_free(b);
	return st;
}

#define UNKNOWN "550 5.1.1 user unknown"
#define FULL "552 5.2.2 mailbox full"
#define MONDAY "Mon, 2 Nov 2026 08:00:00 +0000"
#define FRIDAY "Fri, 6 Nov 2026 08:00:00 +0000"

Test(bounce_sum, counts_each_recipient_and_reason_the_most_frequent_first)
{
	const mailguard_bounce_row *r;
	mailguard_bounce_sum *s;
	uint64_t over;

	ok(mailguard_bounce_sum_new(&s, mg, NULL, NULL));
	cr_expect_null(mailguard_bounce_sum_row_at(s, 0));
	ok(add(s, c, mg, "bob@example.org", FULL, FRIDAY));
	ok(add(s, c, mg, "eve@example.org", UNKNOWN, FRIDAY));
	cr_expect_not_null(mailguard_bounce_sum_row_at(s, 1));
	ok(add(s, c, mg, "EVE@example.org", UNKNOWN, MONDAY));
	ok(add(s, c, mg, "bob@example.org", UNKNOWN, MONDAY));
	r = mailguard_bounce_sum_row_at(s, 0);
	cr_assert_not_null(r);
	cr_expect(eq(str, (char *)r->recipient, "eve@example.org"));
	cr_expect(eq(u64, r->count, 2));
	cr_expect(eq(i32, r->hard, 1));
	cr_expect(eq(i64, r->last - r->first, INT64_C(4) * 86400 * 1000000));
	r = mailguard_bounce_sum_row_at(s, 2);
	cr_assert_not_null(r);
	cr_expect(eq(str, (char *)r->recipient, "bob@example.org"));
	cr_expect_null(mailguard_bounce_sum_row_at(s, 3));
	cr_expect(eq(u64, mailguard_bounce_sum_mails(s, &over), 4));
	cr_expect(eq(u64, over, 0));
	mailguard_bounce_sum_free(s);
}

Test(bounce_sum, passes_over_what_is_older_and_what_has_no_room)
{
	mailguard_bounce_sum_options opts = MAILGUARD_BOUNCE_SUM_OPTIONS_INIT;
	mailguard_bounce_sum *s;
	uint64_t over;

	opts.since = mailguard_time_parse("2026-11-05T00:00:00Z");
	opts.rows_max = 1;
	ok(mailguard_bounce_sum_new(&s, mg, &opts, NULL));
	ok(add(s, c, mg, "old@example.org", UNKNOWN, MONDAY));
	cr_expect_null(mailguard_bounce_sum_row_at(s, 0));
	ok(add(s, c, mg, "bob@example.org", UNKNOWN, FRIDAY));
	ok(add(s, c, mg, "eve@example.org", UNKNOWN, FRIDAY));
	ok(add(s, c, mg, "bob@example.org", UNKNOWN, FRIDAY));
	cr_expect(eq(u64, mailguard_bounce_sum_row_at(s, 0)->count, 2));
	(void)mailguard_bounce_sum_mails(s, &over);
	cr_expect(eq(u64, over, 1));
	mailguard_bounce_sum_free(s);
}

Test(bounce_sum, finds_its_rows_again_however_many_there_are)
{
	mailguard_bounce_sum *s;
	char who[64];
	int i;

	ok(mailguard_bounce_sum_new(&s, mg, NULL, NULL));
	for (i = 0; i < 600; i++) {
		snprintf(who, sizeof(who), "u%d@example.org", i % 200);
		ok(add(s, c, mg, who, UNKNOWN, MONDAY));
	}
	cr_expect(eq(u64, mailguard_bounce_sum_row_at(s, 199)->count, 3));
	cr_expect_null(mailguard_bounce_sum_row_at(s, 200));
	mailguard_bounce_sum_free(s);
}

Test(bounce_sum, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	do {
		mailguard_bounce_sum *s = NULL;
		mailguard_classifier *with = NULL;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_classifier_new(&with, tight, NULL);
		if (st >= 0)
			st = mailguard_bounce_sum_new(&s, tight, NULL, NULL);
		if (st >= 0)
			st = add(s, with, tight, "bob@example.org", UNKNOWN,
			         MONDAY);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_bounce_sum_free(s);
		mailguard_classifier_free(with);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
