/*
 * What counting a log promises: each server's lines are understood, senders
 * are found by the queue id, time is told with and without a year.
 */
#include "classify/tally.h"

#include "classify/fixture.h"
#include "support/fail_alloc.h"

TestSuite(tally, .init = setup, .fini = teardown);

static mailguard_tally *tally_of(const char *const *lines, size_t n)
{
	mailguard_tally *t;
	size_t i;

	ok(mailguard_tally_new(&t, c, NULL, NULL));
	for (i = 0; i < n; i++)
		ok(mailguard_tally_line(t, span(lines[i]), NULL));
	return t;
}

#define POSTFIX "Nov 23 10:00:00 mx1 postfix/"

Test(tally, understands_each_server)
{
	static const struct {
		const char *why, *lines[2];
		char *reason, *provider, *sender;
	} rows[] = {
		{ "Postfix",
		  { POSTFIX "qmgr[1]: 4F2A: from=<a@shop.example.net>, size=9",
		    POSTFIX "smtp[2]: 4F2A: to=<b@example.org>, "
		            "relay=mx.mail.example.org[192.0.2.1]:25, "
		            "dsn=5.1.1, status=bounced (host mx.mail.example."
		            "org[192.0.2.1] said: 550 5.1.1 User unknown)" },
		  "user_unknown",
		  "example.org",
		  "example.net" },
		{ "Postfix that reached nobody",
		  { POSTFIX "qmgr[1]: 4F2B: from=<>, size=9",
		    POSTFIX "smtp[2]: 4F2B: to=<b@example.co.jp>, relay=none, "
		            "dsn=5.4.4, status=bounced (Host or domain name "
		            "not found. Name service error for "
		            "name=example.co.jp type=A: Host not found)" },
		  "dns_nxdomain",
		  "example.co.jp",
		  "" },
		{ "Postfix as a receiver",
		  { "", POSTFIX "smtpd[3]: NOQUEUE: reject: RCPT from "
		                "out.example.com[192.0.2.2]: 554 5.7.1 "
		                "<b@example.net>: Relay access denied; "
		                "from=<x@example.com> to=<b@example.net>" },
		  "relay_denied",
		  "example.com",
		  "example.com" },
		{ "Sendmail",
		  { "Nov 23 10:00:00 mx sendmail[4]: u9B: from=<a@example.net>",
		    "Nov 23 10:00:00 mx sendmail[4]: u9B: to=<b@example.org>, "
		    "delay=00:00:01, relay=mx.example.org. [192.0.2.1], "
		    "dsn=5.2.2, stat=mailbox full" },
		  "mailbox_full",
		  "example.org",
		  "example.net" },
		{ "Exim",
		  { "2026-11-23 10:00:00 1aBcDe-000001-02 <= a@example.net H=x",
		    "2026-11-23 10:00:01 1aBcDe-000001-02 ** b@example.org "
		    "R=dns T=smtp H=mx.example.org [192.0.2.1]: SMTP error: "
		    "550 user unknown" },
		  "user_unknown",
		  "example.org",
		  "example.net" },
		{ "Dovecot",
		  { "", "Nov 23 10:00:00 mx dovecot: imap-login: Disconnected "
		        "(auth failed, 1 attempts): user=<ann@example.net>, "
		        "rip=192.0.2.3" },
		  "wrong_password",
		  "192.0.2.3",
		  "example.net" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_tally *t = tally_of(rows[i].lines, 2);
		const mailguard_tally_row *r = mailguard_tally_row_at(t, 0);

		cr_assert_not_null(r, "%s", rows[i].why);
		cr_expect(eq(str, (char *)mailguard_reason_name(r->reason),
		             rows[i].reason),
		          "%s", rows[i].why);
		cr_expect(eq(str, (char *)r->provider, rows[i].provider), "%s",
		          rows[i].why);
		cr_expect(eq(str, (char *)r->sender, rows[i].sender), "%s",
		          rows[i].why);
		cr_expect_null(mailguard_tally_row_at(t, 1), "%s", rows[i].why);
		mailguard_tally_free(t);
	}
}

Test(tally, counts_the_most_frequent_first_and_passes_over_success)
{
	static const char *const lines[] = {
		POSTFIX "smtp[2]: 1: to=<a@example.org>, "
			"relay=mx.example.org[192.0.2.1]:25, status=bounced "
			"(550 5.1.1 User unknown)",
		POSTFIX "smtp[2]: 2: to=<b@example.com>, "
			"relay=mx.example.com[192.0.2.9]:25, status=bounced "
			"(host said: 550 5.1.1 <b@example.com> User unknown)",
		POSTFIX "smtp[2]: 3: to=<c@example.com>, "
			"relay=mx.example.com[192.0.2.9]:25, status=bounced "
			"(host said: 550 5.1.1 <c@example.com> User unknown)",
		POSTFIX "smtp[2]: 4: to=<d@example.com>, relay=x, status=sent "
			"(250 ok)",
		"some other program: nothing about mail at all",
		"",
	};
	mailguard_tally *t = tally_of(lines, 6);
	uint64_t failures;

	cr_expect(eq(u64, mailguard_tally_lines(t, &failures), 6));
	cr_expect(eq(u64, failures, 3));
	cr_expect(eq(u64, mailguard_tally_row_at(t, 0)->count, 2));
	cr_expect(eq(str, (char *)mailguard_tally_row_at(t, 0)->provider,
	             "example.com"));
	cr_expect(eq(u64, mailguard_tally_row_at(t, 1)->count, 1));
	cr_expect_null(mailguard_tally_row_at(t, 2));
	mailguard_tally_free(t);
}

Test(tally, counts_what_has_no_room_in_one_row)
{
	mailguard_tally_options opts = MAILGUARD_TALLY_OPTIONS_INIT;
	mailguard_tally *t;
	char line[256];
	int i;

	opts.rows_max = 2;
	ok(mailguard_tally_new(&t, c, &opts, NULL));
	for (i = 0; i < 9; i++) {
		snprintf(line, sizeof(line),
		         POSTFIX "smtp[2]: %d: to=<a@x%d.example>, relay=none, "
		                 "status=bounced (550 5.1.1 User unknown)",
		         i, i);
		ok(mailguard_tally_line(t, span(line), NULL));
	}
	cr_expect(eq(u64, mailguard_tally_row_at(t, 0)->count, 7));
	cr_expect(eq(str, (char *)mailguard_tally_row_at(t, 0)->provider, ""));
	cr_expect_null(mailguard_tally_row_at(t, 3));
	mailguard_tally_free(t);
}

Test(tally, tells_when_a_line_was_written)
{
	mailguard_time now = mailguard_time_parse("2026-01-02T00:00:00Z");
	static const struct {
		const char *line, *want;
	} rows[] = {
		{ "Jan  1 23:59:59 mx postfix", "2026-01-01T23:59:59Z" },
		{ "Dec 31 23:59:59 mx postfix", "2025-12-31T23:59:59Z" },
		{ "2026-01-01T09:00:00+09:00 mx postfix",
		  "2026-01-01T00:00:00Z" },
		{ "2026-01-01T09:00:00.123456+09:00 mx",
		  "2026-01-01T00:00:00Z" },
		{ "2026-01-01 09:00:00 1aBcDe-000001-02",
		  "2026-01-01T09:00:00Z" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(i64, mgi_log_time(span(rows[i].line), now, 0),
		             mailguard_time_parse(rows[i].want)),
		          "%s", rows[i].line);
	cr_expect(eq(i64,
	             mgi_log_time(span("no time in this line at all"), now, 0),
	             0));
}

Test(tally, survives_every_allocation_failure)
{
	static const char line[] = POSTFIX
		"smtp[2]: 1: to=<a@example.org>, relay=none, status=bounced "
		"(550 5.1.1 User unknown)";
	mailguard_classifier *small;
	mailguard_status st;
	mailguard_tally *t;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		small = NULL;
		t = NULL;
		st = mailguard_classifier_new(&small, tight, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_tally_new(&t, small, NULL, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_tally_line(t, span(line), NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_tally_free(t);
		mailguard_classifier_free(small);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
