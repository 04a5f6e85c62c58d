/* What notice/ promises: all seven parts, nothing blank, nothing guessed. */
#include <mailguard/notice.h>

#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

static mailguard *mg;

static int32_t tokyo(mailguard_time at, void *payload)
{
	(void)at;
	(void)payload;
	return 32400;
}

static void setup(void)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	opts.utc_offset = tokyo;
	ok(mailguard_new(&mg, &opts, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(notice, .init = setup, .fini = teardown, .timeout = 60);

#define HOUR INT64_C(3600000000)
#define NINE INT64_C(1768262400000000) /* 2026-01-13 09:00 in Tokyo */

static mailguard_notice_facts whole(void)
{
	mailguard_notice_facts f = MAILGUARD_NOTICE_FACTS_INIT;

	f.lang = "ja";
	f.company = "株式会社わさび";
	f.address = "info@domain.example";
	f.resend = "eigyo@backup.example";
	f.phone = "052-000-0000";
	f.since = NINE;
	return f;
}

static mailguard_notice *draft(const mailguard_notice_facts *f)
{
	mailguard_notice *n;
	mailguard_error err;

	cr_assert(mailguard_notice_draft(&n, mg, f, &err) == MAILGUARD_OK, "%s",
	          err.message);
	return n;
}

static bool says(const mailguard_notice *n, const char *words)
{
	return strstr(mailguard_notice_text(n), words) != NULL;
}

Test(notice, tells_all_seven_parts_in_their_order)
{
	static const char *const parts[] = {
		"info@domain.example）に障害が発生",
		"発生時刻：2026年1月13日 9時00分",
		"復旧予定：未定",
		"届いていない可能性",
		"eigyo@backup.example まで再度",
		"復旧後に順次",
		"申し訳ございません",
	};
	mailguard_notice_facts f = whole();
	mailguard_notice *n = draft(&f);
	const char *at = mailguard_notice_text(n);
	size_t i;

	for (i = 0; i < 7; i++) {
		const char *hit = strstr(at, parts[i]);

		cr_expect(hit != NULL, "%s", parts[i]);
		cr_expect(strstr(mailguard_notice_part(n, i), parts[i]) !=
		          NULL);
		at = hit ? hit : at;
	}
	cr_expect(zero(ptr, (void *)mailguard_notice_part(n, 7)));
	cr_expect(strstr(mailguard_notice_text(n), "052-000-0000") != NULL);
	cr_expect(strchr(mailguard_notice_text(n), '{') == NULL);
	mailguard_notice_free(n);
}

Test(notice, each_phase_says_what_is_so_then)
{
	mailguard_notice_facts f = whole();
	mailguard_notice *n;

	f.lang = "en";
	f.phase = MAILGUARD_NOTICE_UPDATE;
	f.until = NINE + 3 * HOUR;
	f.slips = 2;
	f.next_update = NINE + HOUR;
	f.status = "https://status.hoster.example/";
	n = draft(&f);
	cr_expect(says(n, "goes on"));
	cr_expect(says(n,
	               "Expected end: 13 Jan 2026 12:00 (UTC+09:00) (put off "
	               "2 times so far)"));
	cr_expect(says(n, "write again by 13 Jan 2026 10:00"));
	cr_expect(says(n, "https://status.hoster.example/"));
	mailguard_notice_free(n);
	f.phase = MAILGUARD_NOTICE_RESOLVED;
	f.resend = f.phone = NULL;
	f.window_to = NINE + 3 * HOUR;
	n = draft(&f);
	cr_expect(says(n, "is over"));
	cr_expect(says(n, "Ended: 13 Jan 2026 12:00"));
	cr_expect(says(n, "between 13 Jan 2026 09:00 (UTC+09:00) and 13 Jan"));
	cr_expect(strstr(mailguard_notice_subject(n), "[Resolved]") != NULL);
	mailguard_notice_free(n);
}

Test(notice, nothing_that_must_be_told_is_left_blank)
{
	static const struct {
		const char *why;
		size_t offset;
		const char *value;
		char *code;
	} rows[] = {
		{ "company", offsetof(mailguard_notice_facts, company), NULL,
		  "notice.missing" },
		{ "company", offsetof(mailguard_notice_facts, company), "",
		  "notice.missing" },
		{ "address", offsetof(mailguard_notice_facts, address), NULL,
		  "notice.missing" },
		{ "resend", offsetof(mailguard_notice_facts, resend), NULL,
		  "notice.missing" },
		{ "phone", offsetof(mailguard_notice_facts, phone), NULL,
		  "notice.missing" },
		{ "company", offsetof(mailguard_notice_facts, company),
		  "x\r\nBcc: y@z", "notice.control-character" },
		{ "eigyo@DOMAIN.example",
		  offsetof(mailguard_notice_facts, resend),
		  "eigyo@DOMAIN.example", "notice.same-domain" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_notice_facts f = whole();
		mailguard_notice *n;
		mailguard_error err;

		memcpy((char *)&f + rows[i].offset, &rows[i].value,
		       sizeof(rows[i].value));
		cr_expect(eq(int, mailguard_notice_draft(&n, mg, &f, &err),
		             MAILGUARD_EINVAL),
		          "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(strstr(err.message, rows[i].why) != NULL, "%s",
		          err.message);
		cr_expect(zero(ptr, n));
	}
}

static mailguard_message *read_back(mailguard_buffer *out)
{
	mailguard_span bytes = { (const unsigned char *)mailguard_buffer_text(
					 out),
		                 mailguard_buffer_length(out) };
	mailguard_message *msg;
	mailguard_source *src;

	ok(mailguard_source_memory(&src, mg, bytes, NULL, NULL, NULL));
	ok(mailguard_message_parse(&msg, mg, src, NULL));
	mailguard_source_free(src);
	return msg;
}

Test(notice, bytes_ready_to_send_say_the_same_in_both_charsets)
{
	static const char *const charsets[] = { NULL, "iso-2022-jp" };
	mailguard_notice_envelope e = MAILGUARD_NOTICE_ENVELOPE_INIT;
	mailguard_notice_facts f = whole();
	mailguard_notice *n = draft(&f);
	size_t i;

	e.sender_name = "わさび 太郎";
	e.sender = "eigyo@backup.example";
	e.to = "client@other.example";
	e.message_id = "1.2@backup.example";
	e.date = NINE;
	for (i = 0; i < 2; i++) {
		mailguard_buffer *out, *text;
		mailguard_message *msg;
		const char *at;

		e.charset = charsets[i];
		ok(mailguard_buffer_new(&out, mg, NULL));
		ok(mailguard_buffer_new(&text, mg, NULL));
		ok(mailguard_notice_message(out, NULL, n, &e, NULL));
		for (at = mailguard_buffer_text(out); *at; at++)
			cr_assert(lt(int, 0, *at));
		cr_expect(strstr(mailguard_buffer_text(out),
		                 "Auto-Submitted: auto-generated\r\n") != NULL);
		msg = read_back(out);
		cr_expect(eq(str, (char *)mailguard_message_subject(msg),
		             (char *)mailguard_notice_subject(n)));
		ok(mailguard_message_text(text, msg, NULL));
		cr_expect(eq(str, (char *)mailguard_buffer_text(text),
		             (char *)mailguard_notice_text(n)));
		mailguard_message_free(msg);
		mailguard_buffer_free(text);
		mailguard_buffer_free(out);
	}
	mailguard_notice_free(n);
}

Test(notice, what_a_charset_lacks_is_named_and_never_replaced)
{
	mailguard_notice_envelope e = MAILGUARD_NOTICE_ENVELOPE_INIT;
	mailguard_notice_facts f = whole();
	mailguard_buffer *out, *misfits;
	mailguard_notice *n;
	mailguard_error err;

	f.company = "Café é 株式会社";
	n = draft(&f);
	e.sender = "a@backup.example";
	e.to = "b@c.example";
	e.message_id = "1@x";
	e.charset = "iso-2022-jp";
	ok(mailguard_buffer_new(&out, mg, NULL));
	ok(mailguard_buffer_new(&misfits, mg, NULL));
	cr_expect(eq(int, mailguard_notice_message(out, misfits, n, &e, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "draft.misfits"));
	cr_expect(eq(str, (char *)mailguard_buffer_text(misfits), "é "));
	cr_expect(zero(sz, mailguard_buffer_length(out)));
	mailguard_buffer_free(out);
	mailguard_buffer_free(misfits);
	mailguard_notice_free(n);
}

Test(notice, survives_every_allocation_failure)
{
	mailguard_notice_envelope e = MAILGUARD_NOTICE_ENVELOPE_INIT;
	mailguard_notice_facts f = whole();
	mailguard_status st;
	int i = 1;

	e.sender = "a@backup.example";
	e.to = "b@c.example";
	e.message_id = "1@x";
	do {
		mailguard_buffer *out = NULL;
		mailguard_notice *n = NULL;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(i++), NULL));
		st = mailguard_notice_draft(&n, tight, &f, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_buffer_new(&out, tight, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_notice_message(out, NULL, n, &e, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_notice_json(out, n, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_buffer_free(out);
		mailguard_notice_free(n);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
