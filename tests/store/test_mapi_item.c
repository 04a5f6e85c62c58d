/* What appointments, contacts and tasks promise to other programs. */
#include "store/mapi/lines.h"

#include <stdlib.h>
#include <string.h>

#include "store/fake_mapi.h"
#include "store/mapi/item.h"
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

TestSuite(store_item, .init = setup, .fini = teardown, .timeout = 60);

#define NINE 1767225600 /* 2026-01-01 00:00 UTC: nine o'clock in Tokyo */

/* Every second week on Monday and Thursday, four times, one left out. */
static const unsigned char weekly[] = {
	0x04, 0x30, 0x04, 0x30, 0x0b, 0x20, 0x01, 0x00, 0x00, 0x00, /* kind */
	0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, /* period */
	0x00, 0x00, 0x12, 0x00, 0x00, 0x00, 0x22, 0x20, 0x00, 0x00, /* days */
	0x04, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, /* count, week */
	0x02, 0x00, 0x00, 0x00, 0xa0, 0xab, 0x54, 0x0d, 0x40, 0xb1, 0x54,
	0x0d, 0x01, 0x00, 0x00, 0x00, 0x40, 0xb1, 0x54, 0x0d, /* changed */
	0x00, 0xa6, 0x54, 0x0d, 0x00, 0xa6, 0x54, 0x0d,       /* first, last */
	0x06, 0x30, 0x00, 0x00, 0x09, 0x30, 0x00, 0x00, 0x1c, 0x02, 0x00,
	0x00, 0x58, 0x02, 0x00, 0x00,
};

static const fake_name names[] = {
	{ 0x8001, 0x820d, 0x02 },
	{ 0x8002, 0x820e, 0x02 },
	{ 0x8003, 0x8208, 0x02 },
	{ 0x8004, 0x8216, 0x02 },
	{ 0x8005, 0x8215, 0x02 },
	{ 0x8006, 0x8501, 0x08 },
	{ 0x8007, 0x8503, 0x08 },
	{ 0x8008, 0x8105, 0x03 },
	{ 0x8009, 0x8101, 0x03 },
	{ 0x800a, 0x8083, 0x04 },
	{ 0x800b, 0x802d, 0x04 },
	{ 0x800c, 0x8046, 0x04 },
	{ 0, 0, 0 },
};

static char *item_of(mailguard *in, const fake_spec *spec)
{
	mailguard_buffer bytes;
	mgi_item_part part;
	char *out = NULL;
	mgi_mapi *o;
	bool is;

	if (fake_new(&o, in, spec, MGI_MAPI_MESSAGE, NULL) < 0)
		return NULL;
	mgi_buf_init(&bytes, in);
	is = mgi_item_get(&part, &bytes, o);
	if (is && !bytes.failed)
		out = strdup(mgi_buf_text(&bytes));
	mgi_buf_done(&bytes);
	mgi_mapi_free(o);
	return out;
}

static const fake_value guest[] = {
	FAKE_TEXT(MGI_TAG_SMTP_ADDRESS, "guest@example.org"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec guest_spec = { guest };
static const fake_spec *const guests[] = { &guest_spec, NULL };

static const fake_value meeting[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "IPM.Appointment"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "Plan; next, \xe6\x9c\x88"),
	FAKE_TEXT(MGI_TAG_BODY, "one\r\ntwo"),
	FAKE_TEXT(MGI_TAG_SENT_REPRESENTING_SMTP_ADDRESS, "host@example.org"),
	FAKE_BYTES(0x300b, "\x12\xab"),
	FAKE_TIME(0x8001, NINE),
	FAKE_TIME(0x8002, NINE + 3600),
	FAKE_TEXT(0x8003, "Room 1"),
	{ MGI_MAPI_TAG(0x8004, MGI_MAPI_BINARY), 0, weekly, sizeof(weekly) },
	FAKE_NUMBER(0x8006, 15),
	{ MGI_MAPI_TAG(0x8007, MGI_MAPI_BOOL), 1, NULL, 0 },
	{ 0, 0, NULL, 0 },
};
static const fake_spec meeting_spec = { .values = meeting,
	                                .recipients = guests,
	                                .names = names };

Test(store_item, an_appointment_that_comes_back_is_an_event_with_a_rule)
{
	char *text = item_of(mg, &meeting_spec);

	cr_assert(text != NULL);
	cr_expect(eq(str, text,
	             "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//libmailguard//EN"
	             "\nBEGIN:VEVENT\nUID:12ab\n"
	             "SUMMARY:Plan\\; next\\, \xe6\x9c\x88\n"
	             "DESCRIPTION:one\\ntwo\n"
	             "DTSTART:20260101T000000Z\nDTEND:20260101T010000Z\n"
	             "LOCATION:Room 1\nTRANSP:OPAQUE\n"
	             "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=MO;COUNT=4"
	             "\nEXDATE:20260102T000000Z\n"
	             "ORGANIZER:mailto:host@example.org\n"
	             "ATTENDEE:mailto:guest@example.org\n"
	             "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT15M\n"
	             "DESCRIPTION:-\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR"
	             "\n"));
	free(text);
}

Test(store_item, a_torn_rule_is_none_wherever_it_is_cut)
{
	size_t n;

	for (n = 0; n <= 62; n++) {
		mailguard_buffer out;

		mgi_buf_init(&out, mg);
		mgi_rrule_put(&out, mgi_span(weekly, n),
		              INT64_C(1000000) * NINE);
		cr_expect(eq(sz, out.len, 0), "%zu bytes", n);
		mgi_buf_done(&out);
	}
}

Test(store_item, a_whole_day_is_the_day_it_was_where_it_was_written)
{
	static const struct {
		int64_t midnight;
		const char *day, *why;
	} rows[] = {
		{ NINE - 9 * 3600, "20260101", "Tokyo" },
		{ NINE, "20260101", "London" },
		{ NINE + 8 * 3600, "20260101", "Los Angeles" },
		{ NINE - 13 * 3600, "20260101", "Auckland in summer" },
		{ NINE + 10 * 3600, "20260101", "Honolulu" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer out;

		mgi_buf_init(&out, mg);
		mgi_line_time(&out, "X", INT64_C(1000000) * rows[i].midnight,
		              true);
		cr_expect(strstr(mgi_buf_text(&out), rows[i].day) != NULL,
		          "%s: %s", rows[i].why, mgi_buf_text(&out));
		mgi_buf_done(&out);
	}
}

static const fake_value task[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "IPM.Task"),
	FAKE_TEXT(MGI_TAG_SUBJECT, "call"),
	FAKE_TIME(0x8008, NINE),
	FAKE_NUMBER(0x8009, 1),
	{ 0, 0, NULL, 0 },
};
static const fake_value card[] = {
	FAKE_TEXT(MGI_TAG_MESSAGE_CLASS, "IPM.Contact"),
	FAKE_TEXT(0x3001, "\xe7\x94\xb0\xe4\xb8\xad \xe8\x8a\xb1"),
	FAKE_TEXT(0x3a11, "\xe7\x94\xb0\xe4\xb8\xad"),
	FAKE_TEXT(0x3a06, "\xe8\x8a\xb1"),
	FAKE_TEXT(0x3a08, "03-1234"),
	FAKE_TEXT(0x800a, "hana@example.jp"),
	FAKE_TEXT(0x800b, "\xe3\x81\x9f\xe3\x81\xaa\xe3\x81\x8b"),
	FAKE_TEXT(0x800c, "Osaka"),
	FAKE_TEXT(
		0x1000,
		"a note that is longer than one line of a card may be, so that "
		"it is folded"),
	{ 0, 0, NULL, 0 },
};
static const fake_spec card_spec = { .values = card, .names = names };

Test(store_item, a_task_and_a_contact_can_be_read_elsewhere)
{
	static const fake_spec spec = { .values = task, .names = names };
	char *text = item_of(mg, &spec);

	cr_assert(text != NULL);
	cr_expect(strstr(text, "SUMMARY:call\nDUE;VALUE=DATE:20260101\n"
	                       "STATUS:IN-PROCESS\n") != NULL,
	          "%s", text);
	free(text);
	text = item_of(mg, &card_spec);
	cr_assert(text != NULL);
	cr_expect(eq(str, text,
	             "BEGIN:VCARD\nVERSION:4.0\n"
	             "FN:\xe7\x94\xb0\xe4\xb8\xad \xe8\x8a\xb1\n"
	             "N:\xe7\x94\xb0\xe4\xb8\xad;\xe8\x8a\xb1;;;\n"
	             "EMAIL;PREF=1:hana@example.jp\n"
	             "TEL;TYPE=work,voice:03-1234\n"
	             "X-PHONETIC-LAST-NAME:\xe3\x81\x9f\xe3\x81\xaa\xe3\x81\x8b"
	             "\nNOTE:a note that is longer than one line of a card may "
	             "be\\, so that it is f\n olded\n"
	             "ADR;TYPE=work:;;;Osaka;;;\nEND:VCARD\n"));
	free(text);
}

Test(store_item, a_mail_is_no_item_and_a_class_is_not_its_neighbour)
{
	static const struct {
		const char *class;
		int32_t kind;
	} rows[] = {
		{ "IPM.Note", MAILGUARD_ITEM_MAIL },
		{ "ipm.contact.ours", MAILGUARD_ITEM_CONTACT },
		{ "IPM.ContactX", MAILGUARD_ITEM_MAIL },
		{ "IPM.TaskRequest", MAILGUARD_ITEM_MAIL },
		{ "IPM.StickyNote", MAILGUARD_ITEM_NOTE },
		{ "IPM.Schedule.Meeting.Request", MAILGUARD_ITEM_MAIL },
		{ "", MAILGUARD_ITEM_MAIL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_value values[] = {
			{ MGI_MAPI_TAG(MGI_TAG_MESSAGE_CLASS, MGI_MAPI_STRING8),
			  0, rows[i].class, strlen(rows[i].class) },
			{ 0, 0, NULL, 0 }
		};
		fake_spec spec = { values };
		mgi_mapi *o;

		ok(fake_new(&o, mg, &spec, MGI_MAPI_MESSAGE, NULL));
		cr_expect(eq(int, mgi_item_kind(o), rows[i].kind), "%s",
		          rows[i].class);
		mgi_mapi_free(o);
	}
}

Test(store_item, every_failing_allocation_is_told)
{
	const fake_spec *specs[] = { &meeting_spec, &card_spec };
	size_t i;

	for (i = 0; i < 2; i++) {
		char *whole = item_of(mg, specs[i]), *text = NULL;
		int n;

		for (n = 0; n < 1000 && !text; n++) {
			mailguard *own;

			if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
				continue;
			text = item_of(own, specs[i]);
			mailguard_free(own);
			cr_assert(eq(int, fail_alloc_live(), 0));
			if (text)
				cr_expect(eq(str, text, whole), "allocation %d",
				          n);
		}
		cr_expect(text != NULL);
		free(text);
		free(whole);
	}
}
