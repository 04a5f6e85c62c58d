/* What a MAPI message promises to be as a mail: nothing lost, nothing made up,
 * the same bytes every time. */
#include "store/mapi/message.h"

#include <stdio.h>
#include <stdlib.h>

#include <mailguard/mime.h>

#include "base/buf.h"
#include "store/fake_mapi.h"
#include "store/mapi/tags.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(store_mapi, .init = setup, .fini = teardown, .timeout = 120);

/* All bytes of a message; free it. NULL if there was no memory. */
static char *mail_of(mailguard *in, const fake_spec *spec, uint64_t *harm)
{
	mailguard_buffer all;
	mailguard_stream *stream = NULL;
	mailguard_source *source = NULL;
	mailguard_status st;
	mgi_mapi *o = NULL;
	mailguard_span s;
	char *out = NULL;

	mgi_buf_init(&all, in);
	st = fake_new(&o, in, spec, MGI_MAPI_MESSAGE, NULL);
	if (st == MAILGUARD_OK)
		st = mgi_mapi_source(&source, o, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_source_open(&stream, source, NULL);
	while (st == MAILGUARD_OK) {
		st = mailguard_stream_next(&s, stream, NULL);
		if (st == MAILGUARD_OK)
			mgi_buf_add(&all, s.data, s.len);
	}
	mailguard_stream_free(stream);
	mailguard_source_free(source);
	if (harm && o)
		*harm = mgi_mapi_harm(o);
	mgi_mapi_free(o);
	if (st == MAILGUARD_ITEROVER && !all.failed)
		out = strdup(mgi_buf_text(&all));
	mgi_buf_done(&all);
	return out;
}

static mailguard_message *parse(const char *text)
{
	mailguard_message *msg;
	mailguard_source *src;

	ok(mailguard_source_memory(&src, mg, mgi_span_of(text), NULL, NULL,
	                           NULL));
	ok(mailguard_message_parse(&msg, mg, src, NULL));
	mailguard_source_free(src);
	return msg;
}

#define SENT 1767225600 /* 2026-01-01 */

static const fake_value ann[] = {
	FAKE_NUMBER(MGI_TAG_RECIPIENT_TYPE, 1),
	FAKE_TEXT(MGI_TAG_DISPLAY_NAME, "Ann, of sales"),
	FAKE_TEXT(MGI_TAG_ADDRTYPE, "SMTP"),
	FAKE_TEXT(MGI_TAG_ADDRESS, "ann@example.org"),
	{ 0, 0, NULL, 0 },
};
static const fake_value bob[] = {
	FAKE_NUMBER(MGI_TAG_RECIPIENT_TYPE, 2),
	FAKE_TEXT(MGI_TAG_DISPLAY_NAME, "Bob"),
	FAKE_TEXT(MGI_TAG_ADDRTYPE, "EX"),
	FAKE_TEXT(MGI_TAG_ADDRESS, "/o=Example/cn=Recipients/cn=bob"),
	{ 0, 0, NULL, 0 },
};
static const fake_value cat[] = {
	FAKE_NUMBER(MGI_TAG_RECIPIENT_TYPE, 3),
	FAKE_TEXT(MGI_TAG_DISPLAY_NAME, "'cat@example.org'"),
	FAKE_TEXT(MGI_TAG_SMTP_ADDRESS, "cat@example.org"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec ann_spec = { ann }, bob_spec = { bob },
		       cat_spec = { cat };
static const fake_spec *const people[] = { &ann_spec, &bob_spec, &cat_spec,
	                                   NULL };

static const fake_value sent[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "IPM.Note"),
	FAKE_TEXT(MGI_TAG_SUBJECT,
	          "\x01\x05Re: \xe8\xa6\x8b\xe7\xa9\x8d\r\nBcc: x"),
	FAKE_TIME(MGI_TAG_CLIENT_SUBMIT_TIME, SENT),
	FAKE_TEXT(MGI_TAG_SENT_REPRESENTING_NAME, "\xe7\x94\xb0\xe4\xb8\xad"),
	FAKE_TEXT(MGI_TAG_SENT_REPRESENTING_SMTP_ADDRESS, "tanaka@example.jp"),
	FAKE_TEXT(MGI_TAG_SENDER_NAME, "Desk"),
	FAKE_TEXT(MGI_TAG_SENDER_SMTP_ADDRESS, "desk@example.jp"),
	FAKE_TEXT(MGI_TAG_INTERNET_MESSAGE_ID, "<1@example.jp>"),
	FAKE_NUMBER(MGI_TAG_IMPORTANCE, 2),
	FAKE_TEXT(MGI_TAG_BODY, "Hello.\r\nTwo\rlines.\r\n"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec sent_spec = { sent, people, NULL };

Test(store_mapi, a_sent_message_gets_the_header_it_never_had)
{
	char *text = mail_of(mg, &sent_spec, NULL);
	mailguard_message *msg = parse(text);

	cr_expect(eq(str, (char *)mailguard_message_subject(msg),
	             "Re: \xe8\xa6\x8b\xe7\xa9\x8d  Bcc: x"));
	cr_expect(eq(str, (char *)mailguard_message_from(msg),
	             "\xe7\x94\xb0\xe4\xb8\xad <tanaka@example.jp>"));
	cr_expect(eq(str, (char *)mailguard_message_id(msg), "1@example.jp"));
	cr_expect(
		eq(i64, mailguard_message_date(msg), INT64_C(1000000) * SENT));
	cr_expect(strstr(text, "Sender: Desk <desk@example.jp>\n") != NULL);
	cr_expect(strstr(text, "To: \"Ann, of sales\" <ann@example.org>\n") !=
	          NULL);
	cr_expect(strstr(text, "Cc: Bob :;\n") != NULL,
	          "no address is made up: %s", text);
	cr_expect(strstr(text, "Bcc: cat@example.org\n") != NULL);
	cr_expect(strstr(text, "Importance: high\n") != NULL);
	cr_expect(strstr(text, "\n\nHello.\nTwo\nlines.\n") != NULL);
	cr_expect(strstr(text, "\nBcc: x") == NULL, "no field is injected");
	cr_expect(mailguard_message_damage(msg, 0) == NULL);
	mailguard_message_free(msg);
	free(text);
}

static const fake_value received[] = {
	FAKE_TEXT(
		MGI_TAG_TRANSPORT_HEADERS,
		"Microsoft Mail Internet Headers Version 2.0\r\n"
		"Received: from a by b;\r\n\tThu, 1 Jan 2026 00:00:00 +0000\r\n"
		"From: kept@example.org\r\r\n \r\n"
		"To: ann@example.org\r\n"
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/mixed;\r\n boundary=\"old\"\r\n"
		"Subject: kept\r\n"
		"\r\n--old\r\nX-Part: 1\r\n"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "changed"),
	FAKE_TIME(MGI_TAG_DELIVERY_TIME, SENT),
	FAKE_TEXT(MGI_TAG_BODY, "text"),
	{ 0, 0, NULL, 0 },
};

Test(store_mapi, the_header_it_came_with_is_kept_but_what_told_of_parts)
{
	static const fake_spec spec = { received };
	char *text = mail_of(mg, &spec, NULL);

	cr_expect(strncmp(text, "Received: from a by b;\n\tThu, ", 29) == 0,
	          "%s", text);
	cr_expect(strstr(text, "Subject: kept\n") != NULL);
	cr_expect(strstr(text, "changed") == NULL);
	cr_expect(strstr(text, "old") == NULL);
	cr_expect(strstr(text, "X-Part") == NULL);
	cr_expect(strstr(text, "Date: Thu, 01 Jan 2026 00:00:00 +0000\n") !=
	                  NULL,
	          "what it lacks is added: %s", text);
	free(text);
}

/* -- text in its forms ----------------------------------------------------- */

static const fake_value shown[] = {
	FAKE_TEXT(MGI_TAG_ATTACH_LONG_FILENAME, "logo.png"),
	FAKE_TEXT(MGI_TAG_ATTACH_MIME_TAG, "image/png"),
	FAKE_TEXT(MGI_TAG_ATTACH_CONTENT_ID, "logo@1"),
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 1),
	FAKE_BYTES(MGI_TAG_ATTACH_DATA, "PNG\0\xff"),
	{ 0, 0, NULL, 0 },
};
static const fake_value report_doc[] = {
	FAKE_TEXT(MGI_TAG_ATTACH_LONG_FILENAME,
	          "\xe8\xa6\x8b\xe7\xa9\x8d\xe6\x9b\xb8.pdf"),
	FAKE_TEXT(MGI_TAG_ATTACH_FILENAME, "MITSUM~1.PDF"),
	FAKE_TEXT(MGI_TAG_ATTACH_MIME_TAG, "multipart/mixed"),
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 1),
	FAKE_BYTES(MGI_TAG_ATTACH_DATA, "%PDF"),
	{ 0, 0, NULL, 0 },
};
static const fake_value gone[] = { { 0, 0, NULL, 0 } };
static const fake_value inner_holder[] = {
	FAKE_TEXT(MGI_TAG_DISPLAY_NAME, "the original"),
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 5),
	{ 0, 0, NULL, 0 },
};
static const fake_value linked[] = {
	FAKE_TEXT(MGI_TAG_ATTACH_LONG_PATHNAME, "\\\\server\\a \"b\".doc"),
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 4),
	{ 0, 0, NULL, 0 },
};
static const fake_spec shown_spec = { shown }, doc_spec = { report_doc },
		       gone_spec = { .values = gone, .unreadable = true },
		       inner_spec = { .values = inner_holder,
	                              .embedded = &sent_spec },
		       linked_spec = { linked };
static const fake_spec *const attached[] = { &doc_spec,    &shown_spec,
	                                     &gone_spec,   &inner_spec,
	                                     &linked_spec, NULL };

static const fake_value rich[] = {
	FAKE_TEXT(MGI_TAG_SENDER_SMTP_ADDRESS, "ann@example.org"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "rich"),
	FAKE_TEXT(MGI_TAG_BODY, "\xe3\x81\x82\xe3\x81\x84"),
	FAKE_NUMBER(0x3ffd, 65001), /* PidTagMessageCodepage */
	FAKE_NUMBER(MGI_TAG_INTERNET_CODE_PAGE, 50220),
	FAKE_BYTES(MGI_TAG_HTML,
	           "<p>\x1b$B$\"\x1b(B <img src=cid:LOGO@1></p>\0"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec rich_spec = { rich, NULL, attached };

Test(store_mapi, text_html_and_attachments_become_the_parts_they_were)
{
	static const char *const types[] = {
		"multipart/mixed",
		"multipart/related",
		"multipart/alternative",
		"text/plain",
		"text/html",
		"image/png",
		"application/octet-stream",
		"message/rfc822",
	};
	uint64_t harm = 0;
	char *text = mail_of(mg, &rich_spec, &harm);
	mailguard_message *msg = parse(text);
	mailguard_buffer *buf;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		cr_expect(eq(str, (char *)mailguard_message_part(msg, i)->type,
		             (char *)types[i]));
	cr_expect(eq(str, (char *)mailguard_message_part(msg, 6)->name,
	             "\xe8\xa6\x8b\xe7\xa9\x8d\xe6\x9b\xb8.pdf"));
	cr_expect(
		eq(str, (char *)mailguard_message_part(msg, 5)->id, "logo@1"));
	cr_expect(eq(u64, mailguard_message_part(msg, 5)->size, 5));
	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_message_part_text(buf, msg, 3, NULL));
	ok(mailguard_message_part_text(buf, msg, 4, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(buf),
	             "\xe3\x81\x82\xe3\x81\x84<p>\xe3\x81\x82 "
	             "<img src=cid:LOGO@1></p>"));
	mailguard_buffer_free(buf);
	cr_expect(strstr(text, "name=\"\\\\\\\\server\\\\a \\\"b\\\".doc\"") !=
	          NULL);
	cr_expect(gt(u64, harm, 0), "the attachment that is gone is counted");
	cr_expect(mailguard_message_damage(msg, 0) == NULL);
	mailguard_message_free(msg);
	free(text);
}

Test(store_mapi, the_same_bytes_every_time_and_no_boundary_in_the_inner_mail)
{
	static const fake_spec holder = { .values = inner_holder,
		                          .embedded = &rich_spec };
	static const fake_spec *const itself[] = { &holder, NULL };
	static const fake_spec spec = { rich, NULL, itself };
	char *one = mail_of(mg, &spec, NULL);
	char *two = mail_of(mg, &spec, NULL);
	const char *outer = strstr(one, "boundary=\"=_");
	const char *mail = strstr(one, "message/rfc822");
	const char *inner = mail ? strstr(mail, "boundary=\"=_") : NULL;

	cr_expect(eq(str, one, two));
	cr_assert(outer != NULL && inner != NULL);
	/* The same header, one level deeper: up to the count they differ. */
	cr_expect(strncmp(outer, inner, strlen("boundary=\"=_") + 16) != 0);
	free(one);
	free(two);
}

/* -- signed, and reports --------------------------------------------------- */

static const fake_value entity[] = {
	FAKE_TEXT(MGI_TAG_ATTACH_MIME_TAG, "multipart/signed"),
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 1),
	FAKE_BYTES(MGI_TAG_ATTACH_DATA,
	           "Content-Type: multipart/signed; boundary=b\r\n\r\n"
	           "--b\r\n\r\nsigned\r\n--b--\r\n"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec entity_spec = { entity };
static const fake_spec *const entities[] = { &entity_spec, NULL };
static const fake_value signed_mail[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "IPM.Note.SMIME.MultipartSigned"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "signed"),
	{ 0, 0, NULL, 0 },
};

Test(store_mapi, a_signed_mail_is_given_as_it_was_signed)
{
	static const fake_spec spec = { signed_mail, NULL, entities };
	char *text = mail_of(mg, &spec, NULL);

	cr_expect(eq(str, text,
	             "Subject: signed\nMIME-Version: 1.0\n"
	             "Content-Type: multipart/signed; boundary=b\n\n"
	             "--b\n\nsigned\n--b--\n"));
	free(text);
}

static const fake_value failed_for[] = {
	FAKE_NUMBER(MGI_TAG_RECIPIENT_TYPE, 1),
	FAKE_TEXT(MGI_TAG_SMTP_ADDRESS, "nobody@example.org"),
	FAKE_NUMBER(MGI_TAG_NDR_STATUS_CODE, 511),
	FAKE_TEXT(MGI_TAG_SUPPLEMENTARY_INFO, "550 5.1.1 no such user"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec failed_spec = { failed_for };
static const fake_spec *const failed[] = { &failed_spec, NULL };
static const fake_value bounce[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "REPORT.IPM.Note.NDR"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "Undeliverable"),
	FAKE_TEXT(MGI_TAG_REPORT_TEXT, "It could not be delivered."),
	{ 0, 0, NULL, 0 },
};

static const fake_value pointed[] = {
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 2),
	FAKE_TEXT(MGI_TAG_ATTACH_LONG_PATHNAME,
	          "\\\\server\\\xe8\xa6\x8b\xe7\xa9\x8d\xe8\xa6\x8b\xe7\xa9\x8d"
	          "\xe8\xa6\x8b\xe7\xa9\x8d\\a.doc"),
	{ 0, 0, NULL, 0 },
};
static const fake_value plain_path[] = {
	FAKE_NUMBER(MGI_TAG_ATTACH_METHOD, 2),
	FAKE_TEXT(MGI_TAG_ATTACH_LONG_PATHNAME, "C:\\a \"b\".doc"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec pointed_spec = { pointed },
		       plain_path_spec = { plain_path };
static const fake_spec *const links[] = { &pointed_spec, &plain_path_spec,
	                                  NULL };
static const fake_spec links_spec = { sent, people, links };

/* RFC 2231: no byte above 127 in a header, no character cut. */
Test(store_mapi, a_file_that_was_only_pointed_to_keeps_its_path)
{
	char *text = mail_of(mg, &links_spec, NULL);
	size_t i;

	cr_expect(strstr(text,
	                 "access-type=local-file;\n"
	                 " name*0*=utf-8''%5C%5Cserver%5C%E8%A6%8B%E7%A9%8D"
	                 "%E8%A6%8B%E7%A9%8D;\n"
	                 " name*1*=%E8%A6%8B%E7%A9%8D%5Ca.doc\n") != NULL,
	          "%s", text);
	cr_expect(strstr(text, " name=\"C:\\\\a \\\"b\\\".doc\"\n") != NULL,
	          "%s", text);
	for (i = 0; text[i]; i++)
		cr_expect(lt(int, (unsigned char)text[i], 0x80));
	free(text);
}

Test(store_mapi, a_bounce_is_a_report_again)
{
	static const fake_spec *const returned[] = { &inner_spec, NULL };
	static const fake_spec spec = { bounce, failed, returned };
	char *text = mail_of(mg, &spec, NULL);
	mailguard_message *msg = parse(text);

	cr_expect(eq(str, (char *)mailguard_message_part(msg, 0)->type,
	             "multipart/report"));
	cr_expect(eq(str, (char *)mailguard_message_part(msg, 2)->type,
	             "message/delivery-status"));
	cr_expect(eq(str, (char *)mailguard_message_part(msg, 3)->type,
	             "message/rfc822"));
	cr_expect(strstr(text, "\nFinal-Recipient: rfc822; nobody@example.org\n"
	                       "Action: failed\nStatus: 5.1.1\n"
	                       "Diagnostic-Code: smtp; 550 5.1.1 no such user"
	                       "\n") != NULL,
	          "%s", text);
	mailguard_message_free(msg);
	free(text);
}

/* -- large, and short of memory -------------------------------------------- */

Test(store_mapi, a_text_over_the_limit_of_a_value_is_read_piece_by_piece)
{
	size_t n = MGI_MAPI_VALUE_MAX + 1000;
	char *big = malloc(n), *text;
	fake_value values[] = { { MGI_MAPI_TAG(MGI_TAG_BODY, MGI_MAPI_STRING8),
		                  0, big, n },
		                { 0, 0, NULL, 0 } };
	fake_spec spec = { values };
	mailguard_message *msg;

	cr_assert(big != NULL);
	memset(big, 'x', n);
	text = mail_of(mg, &spec, NULL);
	msg = parse(text);
	cr_expect(eq(u64, mailguard_message_part(msg, 0)->size, n));
	mailguard_message_free(msg);
	free(text);
	free(big);
}

Test(store_mapi, every_failing_allocation_is_survived)
{
	char *whole = mail_of(mg, &rich_spec, NULL), *text = NULL;
	int n;

	for (n = 0; n < 5000 && !text; n++) {
		mailguard *own;

		if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
			continue;
		text = mail_of(own, &rich_spec, NULL);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0), "allocation %d", n);
		if (text)
			cr_expect(eq(str, text, whole));
	}
	cr_expect(gt(int, n, 20));
	cr_expect(text != NULL);
	free(text);
	free(whole);
}
