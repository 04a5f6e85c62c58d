/*
 * ical.c - an appointment, a meeting or a task as iCalendar (RFC 5545, 5546).
 */
#include "store/mapi/lines.h"

#include "base/hash.h"
#include "base/text.h"
#include "store/mapi/tags.h"

/* [MS-OXOCAL] 2.2.1, [MS-OXOTASK] 2.2.2, [MS-OXORMDR] 2.2.1 */
enum {
	BUSY_STATUS = 0x8205,
	LOCATION = 0x8208,
	START_WHOLE = 0x820d,
	END_WHOLE = 0x820e,
	ALL_DAY = 0x8215,
	RECUR = 0x8216,
	TASK_STATUS = 0x8101,
	TASK_START = 0x8104,
	TASK_DUE = 0x8105,
	TASK_DONE = 0x810f,
	REMINDER_DELTA = 0x8501,
	REMINDER_SET = 0x8503,
	GLOBAL_ID = 0x0003,
	SEARCH_KEY = 0x300b
};

static mailguard_time time_of(mgi_mapi *o, mgi_set set, uint32_t id)
{
	uint16_t here = mgi_set_id(o, set, id);

	return here ? mgi_mapi_time(o, here) : 0;
}

static int64_t number_of(mgi_mapi *o,
                         mgi_set set,
                         uint32_t id,
                         int64_t otherwise)
{
	uint16_t here = mgi_set_id(o, set, id);

	return here ? mgi_mapi_number(o, here, otherwise) : otherwise;
}

static mailguard_span bytes_of(mgi_mapi *o, uint16_t id)
{
	mgi_mapi_value v;

	if (!id || mgi_mapi_get(&v, o, MGI_MAPI_TAG(id, MGI_MAPI_BINARY),
	                        NULL) != MAILGUARD_OK)
		return mgi_span(NULL, 0);
	return v.bytes;
}

/* The meeting's own, the same with everybody invited; else the item's. */
static void uid_put(mailguard_buffer *out, mgi_mapi *o)
{
	mailguard_span id =
		bytes_of(o, mgi_set_id(o, MGI_SET_MEETING, GLOBAL_ID));
	char hex[2 * 128 + 1];

	if (!id.len)
		id = bytes_of(o, SEARCH_KEY);
	if (!id.len)
		return;
	mgi_hex(hex, mgi_span_head(id, 128));
	mgi_line_raw(out, "UID", hex);
}

static void reminder_put(mailguard_buffer *out, mgi_mapi *o)
{
	int64_t before = number_of(o, MGI_SET_COMMON, REMINDER_DELTA, -1);

	if (number_of(o, MGI_SET_COMMON, REMINDER_SET, 0) != 1 || before < 0 ||
	    before > 525600)
		return;
	mgi_buf_printf(out,
	               "BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT%dM\n"
	               "DESCRIPTION:-\nEND:VALARM\n",
	               (int)before);
}

static void common_put(mailguard_buffer *out, mgi_mapi *o)
{
	uid_put(out, o);
	mgi_line_time(out, "DTSTAMP",
	              mgi_mapi_time(o, MGI_TAG_LAST_MODIFICATION_TIME), false);
	mgi_line_time(out, "CREATED", mgi_mapi_time(o, MGI_TAG_CREATION_TIME),
	              false);
	mgi_line_of(out, "SUMMARY", o, MGI_TAG_SUBJECT);
	mgi_line_of(out, "DESCRIPTION", o, MGI_TAG_BODY);
}

/* -- people ---------------------------------------------------------------- */

static void person_put(mailguard_buffer *out,
                       const char *what,
                       mgi_mapi *o,
                       const uint16_t *ids)
{
	mailguard_buffer address;
	size_t i;

	mgi_buf_init(&address, out->mg);
	for (i = 0;
	     i < 2 && mgi_span_find_nocase(mgi_buf_span(&address), "@") < 0;
	     i++) {
		mgi_buf_cut(&address, 0);
		if (mgi_mapi_text(&address, o, ids[i], NULL) ==
		    MAILGUARD_ENOMEM)
			out->failed = MAILGUARD_ENOMEM;
	}
	if (mgi_span_find_nocase(mgi_buf_span(&address), "@") > 0) {
		mailguard_buffer name;

		mgi_buf_init(&name, out->mg);
		mgi_buf_printf(&name, "%s:mailto", what);
		mgi_line_raw(out, mgi_buf_text(&name), mgi_buf_text(&address));
		if (name.failed)
			out->failed = name.failed;
		mgi_buf_done(&name);
	}
	if (address.failed)
		out->failed = address.failed;
	mgi_buf_done(&address);
}

static void people_put(mailguard_buffer *out, mgi_mapi *o)
{
	static const uint16_t from[] = { MGI_TAG_SENT_REPRESENTING_SMTP_ADDRESS,
		                         MGI_TAG_SENT_REPRESENTING_ADDRESS };
	static const uint16_t to[] = { MGI_TAG_SMTP_ADDRESS, MGI_TAG_ADDRESS };
	mgi_mapi *who;
	size_t i;

	for (i = 0; i < 4096; i++) {
		mailguard_status st = mgi_mapi_recipient(&who, o, i, NULL);

		if (st == MAILGUARD_ITEROVER)
			return;
		if (st == MAILGUARD_ENOMEM)
			out->failed = st;
		if (i == 0) /* if nobody was invited it is no meeting */
			person_put(out, "ORGANIZER", o, from);
		if (st != MAILGUARD_OK)
			continue;
		person_put(out, "ATTENDEE", who, to);
		mgi_mapi_free(who);
	}
}

/* -- the three kinds ------------------------------------------------------- */

static void event_put(mailguard_buffer *out, mgi_mapi *o)
{
	static const char *const busy[] = { "TRANSPARENT", "OPAQUE", "OPAQUE",
		                            "OPAQUE", "TRANSPARENT" };
	bool day = number_of(o, MGI_SET_APPOINTMENT, ALL_DAY, 0) == 1;
	int64_t status = number_of(o, MGI_SET_APPOINTMENT, BUSY_STATUS, 2);

	mgi_buf_puts(out, "BEGIN:VEVENT\n");
	common_put(out, o);
	mgi_line_time(out, "DTSTART",
	              time_of(o, MGI_SET_APPOINTMENT, START_WHOLE), day);
	mgi_line_time(out, "DTEND", time_of(o, MGI_SET_APPOINTMENT, END_WHOLE),
	              day);
	mgi_line_of(out, "LOCATION", o,
	            mgi_set_id(o, MGI_SET_APPOINTMENT, LOCATION));
	if (status >= 0 && status < 5)
		mgi_line_raw(out, "TRANSP", busy[status]);
	mgi_rrule_put(out,
	              bytes_of(o, mgi_set_id(o, MGI_SET_APPOINTMENT, RECUR)),
	              time_of(o, MGI_SET_APPOINTMENT, START_WHOLE));
	people_put(out, o);
	reminder_put(out, o);
	mgi_buf_puts(out, "END:VEVENT\n");
}

static void todo_put(mailguard_buffer *out, mgi_mapi *o)
{
	static const char *const states[] = { "NEEDS-ACTION", "IN-PROCESS",
		                              "COMPLETED", "NEEDS-ACTION",
		                              "CANCELLED" };
	int64_t state = number_of(o, MGI_SET_TASK, TASK_STATUS, 0);

	mgi_buf_puts(out, "BEGIN:VTODO\n");
	common_put(out, o);
	mgi_line_time(out, "DTSTART", time_of(o, MGI_SET_TASK, TASK_START),
	              true);
	mgi_line_time(out, "DUE", time_of(o, MGI_SET_TASK, TASK_DUE), true);
	mgi_line_time(out, "COMPLETED", time_of(o, MGI_SET_TASK, TASK_DONE),
	              false);
	if (state >= 0 && state < 5)
		mgi_line_raw(out, "STATUS", states[state]);
	reminder_put(out, o);
	mgi_buf_puts(out, "END:VTODO\n");
}

#define CALENDAR "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//libmailguard//EN\n"

void mgi_ical_event(mailguard_buffer *out, mgi_mapi *o, const char *method)
{
	mgi_buf_puts(out, CALENDAR);
	if (method[0])
		mgi_line_raw(out, "METHOD", method);
	event_put(out, o);
	mgi_buf_puts(out, "END:VCALENDAR\n");
}

void mgi_ical_todo(mailguard_buffer *out, mgi_mapi *o)
{
	mgi_buf_puts(out, CALENDAR);
	todo_put(out, o);
	mgi_buf_puts(out, "END:VCALENDAR\n");
}
