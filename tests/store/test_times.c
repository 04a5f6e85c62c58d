/* What store/times.c promises: when mail arrived, of the newest. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_times, .init = setup, .fini = teardown);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define VIA(day)                                                      \
 "Received: from a.example by b.example; " day " Jan 2026 09:00:00 "  \
 "+0000\nReceived: from c.example by a.example; 1 Jan 2020 00:00:00 " \
 "+0000\n"
#define DATED(day) "Date: " day " Jan 2026 08:00:00 +0000\n"
#define BODY "Subject: one\n\nhi\n\n"
#define DAY INT64_C(86400000000)
#define JANUARY INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define HOUR INT64_C(3600000000)

static mailguard_check *check_of(const char *text, size_t len)
{
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;
	mailguard_status st;

	ok(mailguard_store_open(&s, mg, temp_write("box", text, len), NULL));
	ok(mailguard_store_check(&c, s, NULL, NULL));
	mailguard_store_free(s);
	while ((st = mailguard_check_next(&f, c, NULL)) == MAILGUARD_OK)
		;
	cr_assert(eq(int, st, MAILGUARD_ITEROVER));
	return c;
}

Test(store_times, arrival_is_the_topmost_received_and_in_order)
{
	static const char text[] =
		FROM VIA("3") DATED("1") BODY FROM VIA("2") DATED("5") BODY;
	mailguard_check *c = check_of(text, strlen(text));
	const mailguard_time *at;
	size_t n;

	at = mailguard_check_times(c, &n);
	cr_assert(eq(sz, n, 2));
	cr_expect(eq(i64, at[0], JANUARY + DAY + 9 * HOUR));
	cr_expect(eq(i64, at[1], JANUARY + 2 * DAY + 9 * HOUR));
	mailguard_check_free(c);
}

Test(store_times, a_copy_of_what_was_sent_is_no_arrival)
{
	static const char text[] = FROM DATED("4") BODY FROM VIA("2") DATED("2")
		BODY FROM DATED("6") BODY;
	mailguard_check *c = check_of(text, strlen(text));
	const mailguard_time *at;
	size_t n;

	at = mailguard_check_times(c, &n);
	cr_assert(eq(sz, n, 1));
	cr_expect(eq(i64, at[0], JANUARY + DAY + 9 * HOUR));
	mailguard_check_free(c);
}

Test(store_times, without_any_received_the_dates_count)
{
	static const char text[] = FROM DATED("4") BODY FROM DATED("3")
		BODY FROM "Date: soon\n" BODY;
	mailguard_check *c = check_of(text, strlen(text));
	const mailguard_time *at;
	size_t n;

	at = mailguard_check_times(c, &n);
	cr_assert(eq(sz, n, 2));
	cr_expect(eq(i64, at[1], JANUARY + 3 * DAY + 8 * HOUR));
	mailguard_check_free(c);
}

Test(store_times, of_many_the_newest_are_kept)
{
	enum { MAILS = 5000, KEPT = 4096 };
	size_t room = (size_t)MAILS * 200, len = 0, n, i;
	char *text = malloc(room);
	const mailguard_time *at;
	mailguard_check *c;

	/* In an order that is none: 7 and 5000 have no divisor in common. */
	for (i = 0; i < MAILS; i++) {
		size_t k = i * 7 % MAILS;

		len += (size_t)snprintf(
			text + len, room - len,
			FROM "Received: x; %zu Jan 2025 %02zu:%02zu:00 +0000\n"
			     "Subject: one\n\nhi\n\n",
			1 + k / 1440, k / 60 % 24, k % 60);
	}
	c = check_of(text, len);
	at = mailguard_check_times(c, &n);
	cr_assert(eq(sz, n, KEPT));
	for (i = 1; i < n; i++)
		cr_assert(eq(i64, at[i] - at[i - 1], INT64_C(60000000)));
	cr_expect(eq(i64, at[n - 1],
	             JANUARY - 365 * DAY + (MAILS - 1) * INT64_C(60000000)));
	mailguard_check_free(c);
	free(text);
}

Test(store_times, nothing_is_told_before_the_check_is_through)
{
	static const char text[] = FROM VIA("3") BODY;
	mailguard_store *s;
	mailguard_check *c;
	size_t n = 9;

	ok(mailguard_store_open(&s, mg, temp_write("box", text, strlen(text)),
	                        NULL));
	ok(mailguard_store_check(&c, s, NULL, NULL));
	cr_expect_null(mailguard_check_times(c, &n));
	cr_expect(zero(sz, n));
	mailguard_check_free(c);
	mailguard_store_free(s);
}

Test(store_times, survives_every_allocation_failure)
{
	static const char text[] = FROM VIA("3") BODY FROM VIA("4") BODY;
	const char *path = temp_write("box", text, strlen(text));
	mailguard_status st;
	int n = 1;

	do {
		const mailguard_finding *f;
		mailguard_store *s = NULL;
		mailguard_check *c = NULL;
		mailguard *tight;
		size_t count = 0;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_store_open(&s, tight, path, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_store_check(&c, s, NULL, NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_check_next(&f, c, NULL);
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM);
		if (st == MAILGUARD_ITEROVER) {
			(void)mailguard_check_times(c, &count);
			cr_expect(eq(sz, count, 2));
		}
		mailguard_check_free(c);
		mailguard_store_free(s);
		mailguard_free(tight);
	} while (st != MAILGUARD_ITEROVER);
	cr_expect(zero(int, fail_alloc_live()));
}
