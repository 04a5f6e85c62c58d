/* What mime/draft*.c and transfer_put.c promise; tests/mime/check_writer.py
 * reads many more drafts with another reader. */
#include "fixture.h"

#include "support/fail_alloc.h"

static mailguard *mg;
static mailguard_draft *d;
static mailguard_buffer out;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_draft_new(&d, mg, NULL, NULL));
	mgi_buf_init(&out, mg);
}

static void teardown(void)
{
	mgi_buf_done(&out);
	mailguard_draft_free(d);
	mailguard_free(mg);
}

TestSuite(mime_draft, .init = setup, .fini = teardown);

Test(mime_draft, a_small_mail_is_exactly_this)
{
	ok(mailguard_draft_address(d, "From", "日本", "ann@example.org", NULL));
	ok(mailguard_draft_address(d, "To", "Bee, C.", "c@example.org", NULL));
	ok(mailguard_draft_address(d, "To", NULL, "e@example.org", NULL));
	ok(mailguard_draft_address(d, "To", "Dee", "d@example.org", NULL));
	ok(mailguard_draft_date(d, INT64_C(1768262400000000), 32400, NULL));
	ok(mailguard_draft_header(d, "Subject", "Hello", NULL));
	ok(mailguard_draft_field(d, "Message-ID", "<1@example.org>", NULL));
	ok(mailguard_draft_text(d, span_of("hi\r\nyou\rall"), NULL));
	ok(mailguard_draft_write(&out, d, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&out),
	             "From: =?utf-8?B?5pel5pys?= <ann@example.org>\r\n"
	             "To: \"Bee, C.\" <c@example.org>, e@example.org, "
	             "Dee <d@example.org>\r\n"
	             "Date: Tue, 13 Jan 2026 09:00:00 +0900\r\n"
	             "Subject: Hello\r\n"
	             "Message-ID: <1@example.org>\r\n"
	             "MIME-Version: 1.0\r\n"
	             "Content-Type: text/plain; charset=us-ascii\r\n"
	             "Content-Transfer-Encoding: 7bit\r\n\r\n"
	             "hi\r\nyou\r\nall\r\n"));
}

Test(mime_draft, attachments_come_back)
{
	static const char data[] = "\0\1\2 any bytes \xff";
	mailguard_source *source;
	mailguard_message *m;
	mailguard_span bytes = mgi_span(data, sizeof(data));

	ok(mailguard_source_memory(&source, mg, bytes, NULL, NULL, NULL));
	ok(mailguard_draft_header(d, "Subject", "添付ファイルのお知らせ",
	                          NULL));
	ok(mailguard_draft_text(d, span_of("本文です。\n"), NULL));
	ok(mailguard_draft_attach(d,
	                          "報告書（二〇二六年一月十三日・最終版）.pdf",
	                          "application/pdf", source, NULL));
	ok(mailguard_draft_attach(d, "plain.bin", NULL, source, NULL));
	mailguard_source_free(source);
	ok(mailguard_draft_write(&out, d, NULL));
	m = message_of(mg, mgi_buf_span(&out));
	cr_expect(eq(str, (char *)mailguard_message_subject(m),
	             "添付ファイルのお知らせ"));
	cr_expect(eq(ptr, (void *)mailguard_message_damage(m, 0), NULL));
	cr_expect(eq(str, (char *)mailguard_message_attachment(m, 0)->name,
	             "報告書（二〇二六年一月十三日・最終版）.pdf"));
	cr_expect(eq(int, mailguard_message_attachment(m, 0)->size,
	             sizeof(data)));
	cr_expect(eq(str, (char *)mailguard_message_attachment(m, 1)->name,
	             "plain.bin"));
	mailguard_message_free(m);
}

static const struct {
	const char *why, *name, *value, *code;
} refused[] = {
	{ "line end", "Subject", "a\r\nBcc: x@y.z", "draft.control-character" },
	{ "LF", "Subject", "a\nb", "draft.control-character" },
	{ "CR", "Subject", "a\rb", "draft.control-character" },
	{ "escape", "Subject", "a\x1b[0m", "draft.control-character" },
	{ "delete", "Subject", "a\x7f", "draft.control-character" },
	{ "name with a colon", "Sub:ject", "a", "draft.field-name" },
	{ "name with a line end", "A\r\nB", "a", "draft.field-name" },
	{ "no name", "", "a", "draft.field-name" },
	{ "MIME's own", "content-type", "a", "draft.field-name" },
	{ "the version", "MIME-VERSION", "a", "draft.field-name" },
};

Test(mime_draft, no_value_adds_a_header_of_its_own)
{
	mailguard_source *source;
	mailguard_error err;
	size_t i;

	for (i = 0; i < ROWS(refused); i++) {
		cr_expect(eq(int,
		             mailguard_draft_header(d, refused[i].name,
		                                    refused[i].value, &err),
		             MAILGUARD_EINVAL),
		          "%s", refused[i].why);
		cr_expect(eq(str, err.code, (char *)refused[i].code), "%s",
		          refused[i].why);
		cr_expect(eq(int,
		             mailguard_draft_field(d, refused[i].name,
		                                   refused[i].value, &err),
		             MAILGUARD_EINVAL),
		          "%s", refused[i].why);
		cr_expect(eq(int,
		             mailguard_draft_address(d, refused[i].name,
		                                     refused[i].value, "a@b.c",
		                                     &err),
		             MAILGUARD_EINVAL),
		          "%s", refused[i].why);
	}
	(void)mailguard_draft_header(d, "Subject", "a\nb", &err);
	cr_expect(ne(ptr, strstr(err.message, "Subject"), NULL));
	ok(mailguard_source_memory(&source, mg, span_of(""), NULL, NULL, NULL));
	cr_expect(eq(int,
	             mailguard_draft_attach(d, "a\r\nb", NULL, source, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int,
	             mailguard_draft_attach(d, "a", "text/html\r\nX: y", source,
	                                    NULL),
	             MAILGUARD_EINVAL));
	mailguard_source_free(source);
	cr_expect(eq(int, mailguard_draft_text(d, mgi_span("a\0b", 3), NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_draft_field(d, "X", "日本", &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "draft.not-ascii"));
	cr_expect(
		eq(int, mailguard_draft_date(d, 0, 0, NULL), MAILGUARD_EINVAL));
}

Test(mime_draft, only_addresses_are_addresses)
{
	static const struct {
		const char *why, *address;
		int fine;
	} rows[] = {
		{ "plain", "ann@example.org", 1 },
		{ "plus", "ann+x.y@example.org", 1 },
		{ "literal", "ann@[192.0.2.1]", 1 },
		{ "IPv6 literal", "ann@[IPv6:2001:db8::1]", 1 },
		{ "no at", "ann", 0 },
		{ "two ats", "a@b@c", 0 },
		{ "at first", "@b", 0 },
		{ "at last", "a@", 0 },
		{ "space", "a b@c.d", 0 },
		{ "bracket", "a@b>, <c@d", 0 },
		{ "comma", "a@b,c@d", 0 },
		{ "not ASCII", "用户@例え.jp", 0 },
		{ "empty", "", 0 },
		{ "line end", "a@b\r\nX: y", 0 },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++)
		cr_expect(eq(int,
		             mailguard_draft_address(d, "To", NULL,
		                                     rows[i].address, NULL),
		             rows[i].fine ? MAILGUARD_OK : MAILGUARD_EINVAL),
		          "%s", rows[i].why);
}

Test(mime_draft, what_the_charset_lacks_is_told_and_nothing_replaced)
{
	mailguard_draft_options opts = MAILGUARD_DRAFT_OPTIONS_INIT;
	const mailguard_misfit *m;
	mailguard_draft *jis;
	mailguard_error err;

	opts.charset = "iso-2022-jp";
	ok(mailguard_draft_new(&jis, mg, &opts, NULL));
	ok(mailguard_draft_header(jis, "Subject", "日本 é", NULL));
	ok(mailguard_draft_text(jis, span_of("a😀\n"), NULL));
	cr_expect(eq(int, mailguard_draft_write(&out, jis, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "draft.misfits"));
	cr_expect(eq(int, out.len, 0));
	m = mailguard_draft_misfit(jis, 0);
	cr_expect(eq(int, m->c, 0xe9));
	cr_expect(eq(int, m->offset, 7));
	cr_expect(eq(str, (char *)m->where, "Subject"));
	m = mailguard_draft_misfit(jis, 1);
	cr_expect(eq(int, m->c, 0x1f600));
	cr_expect(eq(int, m->offset, 1));
	cr_expect(eq(str, (char *)m->where, ""));
	cr_expect(eq(ptr, (void *)mailguard_draft_misfit(jis, 2), NULL));
	ok(mailguard_draft_text(jis, span_of("日本①～\n"), NULL));
	mailguard_draft_free(jis);

	opts.charset = "koi8-r";
	cr_expect(eq(int, mailguard_draft_new(&jis, mg, &opts, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "draft.charset"));
	cr_expect(eq(ptr, jis, NULL));
}

Test(mime_draft, bytes_that_are_no_utf8_are_a_misfit)
{
	ok(mailguard_draft_text(d, span_of("a\xff\n"), NULL));
	cr_expect(eq(int, mailguard_draft_write(&out, d, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_draft_misfit(d, 0)->c, 0xfffd));
}

static mailguard_status write_all(mailguard *tight)
{
	mailguard_draft *t = NULL;
	mailguard_source *source = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_status st;

	st = mailguard_draft_new(&t, tight, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_header(t, "Subject", "日本語の件名", NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_address(t, "To", "日本", "a@b.c", NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_address(t, "To", "B, C", "b@b.c", NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_date(t, 1000000, 0, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_text(t, span_of("日本語\n"), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_source_memory(&source, tight, span_of("abc"),
		                             NULL, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_attach(t, "日本.txt", NULL, source, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, tight, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_draft_write(buf, t, NULL);
	mailguard_buffer_free(buf);
	mailguard_source_free(source);
	mailguard_draft_free(t);
	return st;
}

Test(mime_draft, every_allocation_may_fail)
{
	mailguard_status st;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = write_all(tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		mailguard_free(tight);
		cr_assert(eq(int, fail_alloc_live(), 0), "%d", n);
	} while (st != MAILGUARD_OK);
}
