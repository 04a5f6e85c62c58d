/*
 * What bounces promise: every family of servers is read, ordinary mail is
 * none, the bytes that decided lie in the mail, and nothing breaks it.
 */
#include "classify/fixture.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"

#include <mailguard/mime.h>

#include <criterion/logging.h>
#include <dirent.h>
#include <stdlib.h>

TestSuite(bounce, .init = setup, .fini = teardown);
TestSuite(bounce_corpora, .init = setup, .fini = teardown);

#define MAIL_MAX (1 << 20)

static char mail[MAIL_MAX];

static size_t load(const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	cr_assert_not_null(f, "%s", path);
	n = fread(mail, 1, sizeof(mail), f);
	fclose(f);
	return n;
}

static size_t fixture(const char *name)
{
	char path[1024];

	snprintf(path, sizeof(path), "%s/tests/classify/bounces/%s.eml",
	         MAILGUARD_SOURCE_DIR, name);
	return load(path);
}

static mailguard_status read_bytes(mailguard_bounce **out,
                                   mailguard_classifier *with,
                                   mailguard *handle,
                                   const char *bytes,
                                   size_t n)
{
	mailguard_span span = { (const unsigned char *)bytes, n };
	mailguard_source *source;
	mailguard_status st;

	*out = NULL;
	st = mailguard_source_memory(&source, handle, span, NULL, NULL, NULL);
	if (st < 0)
		return st;
	st = mailguard_bounce_read(out, with, source, NULL);
	mailguard_source_free(source);
	return st;
}

static mailguard_bounce *bounce_of(const char *name)
{
	mailguard_bounce *b;

	ok(read_bytes(&b, c, mg, mail, fixture(name)));
	return b;
}

typedef struct row {
	const char *why;
	char *name, *kind, *recipient, *reason, *status, *command;
	int reply, hard;
} row;

static void expect(const mailguard_bounce_record *r, const row *want)
{
	cr_assert_not_null(r, "%s", want->why);
	cr_expect(eq(str, (char *)mailguard_bounce_kind_name(r->kind),
	             want->kind),
	          "%s", want->why);
	cr_expect(eq(str, (char *)r->recipient, want->recipient), "%s",
	          want->why);
	cr_expect(
		eq(str, (char *)mailguard_reason_name(r->reason), want->reason),
		"%s", want->why);
	cr_expect(eq(str, (char *)r->status, want->status), "%s", want->why);
	cr_expect(eq(str, (char *)r->command, want->command), "%s", want->why);
	cr_expect(eq(i32, r->reply_code, want->reply), "%s", want->why);
	cr_expect(eq(i32, r->hard, want->hard), "%s", want->why);
}

Test(bounce, reads_each_family_of_servers)
{
	static const row rows[] = {
		{ "fields of RFC 3464", "dsn-postfix", "failed",
		  "bob@example.org", "user_unknown", "5.1.1", "RCPT", 550, 1 },
		{ "no MIME, spaces before colons, words beside 5.0.0",
		  "dsn-broken", "failed", "bob@example.org", "blocklisted",
		  "5.7.1", "MAIL", 550, 0 },
		{ "qmail", "qmail", "failed", "bob@example.org", "relay_denied",
		  "5.7.1", "RCPT", 554, 0 },
		{ "Exim without fields", "exim", "failed", "bob@example.org",
		  "message_too_big", "5.3.4", "DATA", 552, 0 },
		{ "a notice of delay", "exim-delayed", "delayed",
		  "bob@example.org", "delivery_delayed", "", "", 0, 0 },
		{ "Sendmail 5", "sendmail5", "failed", "bob@nowhere.example",
		  "dns_nxdomain", "", "", 550, 1 },
		{ "Exchange 5.5", "exchange-imc", "failed", "bob@example.org",
		  "user_unknown", "", "", 0, 1 },
		{ "HTML alone, in base64", "html-base64", "failed",
		  "bob@example.org", "mailbox_full", "5.2.2", "", 550, 0 },
		{ "ISO-2022-JP", "carrier-iso2022jp", "failed",
		  "bob@mobile.example.jp", "mailbox_full", "", "", 0, 0 },
		{ "Shift_JIS", "carrier-sjis", "failed",
		  "bob@mobile.example.jp", "user_unknown", "", "", 550, 1 },
		{ "a server nobody has seen", "unseen", "failed",
		  "bob@example.org", "dns_nxdomain", "", "", 0, 1 },
		{ "a complaint", "arf", "feedback", "bob@example.org",
		  "feedback", "", "", 0, 0 },
		{ "somebody is away", "vacation-ja", "vacation",
		  "bob@example.jp", "vacation", "", "", 0, 0 },
		{ "it arrived", "delivered", "delivered", "bob@example.org",
		  "delivered", "2.1.5", "", 250, 0 },
		{ "a list's owner got it", "list-owner", "failed",
		  "bob@example.org", "user_unknown", "5.1.1", "RCPT", 550, 1 },
		{ "the returned mail has parts of its own", "returned-inside",
		  "failed", "bob@example.org", "mailbox_unavailable", "", "",
		  550, 0 },
		{ "HTML, and text for old programs", "html-behind-preamble",
		  "failed", "bob@example.org", "user_unknown", "", "", 0, 1 },
		{ "no word of it is known, its codes are", "unknown-tongue",
		  "failed", "bob@example.fi", "mailbox_full", "5.2.2", "", 552,
		  0 },
		{ "only the way it came back names him", "way-of-return",
		  "failed", "bob@example.org", "mailbox_full", "", "", 0, 0 },
		{ "one report within another", "report-within", "failed",
		  "bob@example.org", "blocklisted", "5.7.1", "RCPT", 554, 0 },
		{ "it was read", "receipt", "receipt", "bob@example.org",
		  "read_receipt", "", "", 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_bounce *b = bounce_of(rows[i].name);

		expect(mailguard_bounce_record_at(b, 0), &rows[i]);
		mailguard_bounce_free(b);
	}
}

Test(bounce, gives_each_recipient_a_record_of_its_own)
{
	static const row rows[] = {
		{ "fields", "dsn-postfix", "failed", "eve@example.org",
		  "mailbox_full", "4.2.2", "RCPT", 452, 0 },
		{ "a transcript", "sendmail5", "failed", "eve@example.org",
		  "user_unknown", "", "RCPT", 550, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_bounce *b = bounce_of(rows[i].name);

		expect(mailguard_bounce_record_at(b, 1), &rows[i]);
		cr_expect_null(mailguard_bounce_record_at(b, 2), "%s",
		               rows[i].why);
		mailguard_bounce_free(b);
	}
}

Test(bounce, ordinary_mail_is_none)
{
	static const char *const names[] = { "none-reply", "none-forward",
		                             "none-newsletter", "none-parcel" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		mailguard_bounce *b = bounce_of(names[i]);

		cr_expect(
			eq(i32, mailguard_bounce_is(b), MAILGUARD_BOUNCE_NONE),
			"%s", names[i]);
		cr_expect_null(mailguard_bounce_record_at(b, 0));
		mailguard_bounce_free(b);
	}
}

Test(bounce, points_at_the_bytes_that_decided)
{
	mailguard_bounce *b = bounce_of("qmail");
	const mailguard_bounce_record *r = mailguard_bounce_record_at(b, 0);

	cr_assert_not_null(r);
	cr_assert(eq(u64, r->length, 19));
	cr_expect(eq(int, memcmp(mail + r->offset, "Relay access denied", 19),
	             0));
	mailguard_bounce_free(b);

	b = bounce_of("html-base64");
	r = mailguard_bounce_record_at(b, 0);
	cr_assert_not_null(r);
	cr_expect(eq(int, mail[r->offset - 1], '\n'), "whole encoded lines");
	cr_expect(ge(u64, r->length, 60));
	mailguard_bounce_free(b);
}

static char *json_of(const mailguard_bounce *b, size_t i)
{
	mailguard_buffer *buf;
	char *text;

	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_bounce_json(buf, b, i, "x.eml", 7, NULL));
	text = strdup(mailguard_buffer_text(buf));
	mailguard_buffer_free(buf);
	return text;
}

Test(bounce, tells_the_same_every_time)
{
	mailguard_bounce *b = bounce_of("dsn-postfix");
	char *first = json_of(b, 1), *again;

	mailguard_bounce_free(b);
	mailguard_bounce_free(bounce_of("unseen"));
	b = bounce_of("dsn-postfix");
	again = json_of(b, 1);
	cr_expect(eq(str, first, again));
	cr_expect_not_null(strstr(first, "\"path\":\"x.eml\",\"n\":7,\"i\":2,"
	                                 "\"is_bounce\":true"));
	free(first);
	free(again);
	mailguard_bounce_free(b);
}

Test(bounce, tells_of_a_mail_that_is_none)
{
	mailguard_bounce *b = bounce_of("none-reply");
	char *text = json_of(b, 0);

	cr_expect_not_null(
		strstr(text, "\"is_bounce\":false,\"kind\":\"none\""));
	cr_expect(eq(int, mailguard_bounce_json(NULL, b, 1, "", 1, NULL),
	             MAILGUARD_EINVAL));
	free(text);
	mailguard_bounce_free(b);
}

Test(bounce, writes_cells_that_no_spreadsheet_takes_for_formulas)
{
	static const char text[] =
		"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\n"
		"Subject: failure notice\n\n<=cmd@example.org>:\n"
		"550 5.1.1 \"no\", user unknown\n";
	mailguard_buffer *buf;
	mailguard_bounce *b;

	ok(read_bytes(&b, c, mg, text, sizeof(text) - 1));
	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_bounce_csv(buf, b, 0, "a,b", 1, NULL));
	cr_expect_not_null(strstr(mailguard_buffer_text(buf),
	                          "\"a,b\",1,1,1,failed,'=cmd@example.org,"));
	cr_expect_not_null(strstr(mailguard_buffer_text(buf), "\"\"no\"\""));
	mailguard_buffer_free(buf);
	mailguard_bounce_free(b);
}

static void check_inside(const mailguard_bounce *b, size_t n, const char *why)
{
	const mailguard_bounce_record *r;
	size_t i = 0;

	for (; (r = mailguard_bounce_record_at(b, i)) != NULL; i++)
		if (r->offset > n || r->length > n - r->offset)
			cr_fail("%s: evidence outside of the mail", why);
}

/* Every cut, and every so many bytes a bit turned. */
static void torment(size_t n, size_t step, const char *why)
{
	mailguard_bounce *b;
	size_t i;

	for (i = 0; i <= n; i += step) {
		ok(read_bytes(&b, c, mg, mail, i));
		check_inside(b, i, why);
		mailguard_bounce_free(b);
	}
	for (i = 7; i < n; i += step) {
		mail[i] = (char)(mail[i] ^ (1 << i % 8));
		ok(read_bytes(&b, c, mg, mail, n));
		check_inside(b, n, why);
		mailguard_bounce_free(b);
	}
}

static const char *const fixtures[] = {
	"arf",         "carrier-iso2022jp", "carrier-sjis", "delivered",
	"dsn-broken",  "dsn-postfix",       "exchange-imc", "exim",
	"html-base64", "none-forward",      "receipt",      "sendmail5",
};

Test(bounce, survives_cut_and_damaged_mail)
{
	size_t i;

	for (i = 0; i < sizeof(fixtures) / sizeof(fixtures[0]); i++)
		torment(fixture(fixtures[i]), 13, fixtures[i]);
}

Test(bounce, survives_every_allocation_failure)
{
	mailguard_classifier *small;
	mailguard_bounce *b;
	mailguard_status st;
	mailguard *tight;
	size_t len = fixture("html-base64");
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		small = NULL;
		st = mailguard_classifier_new(&small, tight, NULL);
		b = NULL;
		if (st == MAILGUARD_OK)
			st = read_bytes(&b, small, tight, mail, len);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_bounce_free(b);
		mailguard_classifier_free(small);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	cr_expect(ge(int, n, 10));
}

Test(bounce_corpora, survives_every_mail_cut_and_damaged)
{
	const char *dir = corpora();
	struct dirent *e;
	char path[2048];
	int mails = 0;
	DIR *d;

	if (dir == NULL)
		cr_skip_test("no corpora: set MAILGUARD_CORPORA");
	snprintf(path, sizeof(path), "%s/bounces/mails/bsd", dir);
	d = opendir(path);
	cr_assert_not_null(d);
	while ((e = readdir(d)) != NULL) {
		if (strstr(e->d_name, ".eml") == NULL)
			continue;
		snprintf(path, sizeof(path), "%s/bounces/mails/bsd/%s", dir,
		         e->d_name);
		torment(load(path), 256, e->d_name);
		mails++;
	}
	closedir(d);
	cr_expect(ge(int, mails, 300));
}
