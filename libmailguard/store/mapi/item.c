/*
 * item.c - items that are no mail: what they hold beside their text, as a part
 * every other program can read.
 */
#include "store/mapi/item.h"

#include "base/text.h"
#include "store/mapi/lines.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

/* Properties a client keeps its marks in ([MS-OXPROPS]). */
enum { MESSAGE_FLAGS = 0x0e07, FLAG_STATUS = 0x1090, LAST_VERB = 0x1081 };

enum { READ = 1, UNSENT = 8, FOLLOWED_UP = 2 };

/* How an item is told, by the beginning of its class ([MS-OXOCAL] 1.3 ...). */
typedef enum form { FORM_EVENT, FORM_TODO, FORM_CARD } form;

static const struct {
	const char *class, *method;
	form form;
	int32_t kind;
} rows[] = {
	{ "IPM.Appointment", "", FORM_EVENT, MAILGUARD_ITEM_APPOINTMENT },
	{ "IPM.Schedule.Meeting.Request", "REQUEST", FORM_EVENT,
	  MAILGUARD_ITEM_MAIL },
	{ "IPM.Schedule.Meeting.Canceled", "CANCEL", FORM_EVENT,
	  MAILGUARD_ITEM_MAIL },
	{ "IPM.Schedule.Meeting.Resp", "REPLY", FORM_EVENT,
	  MAILGUARD_ITEM_MAIL },
	{ "IPM.Task", "", FORM_TODO, MAILGUARD_ITEM_TASK },
	{ "IPM.Contact", "", FORM_CARD, MAILGUARD_ITEM_CONTACT },
};

/* Those told by their text alone. */
static const struct {
	const char *class;
	int32_t kind;
} plain[] = {
	{ "IPM.StickyNote", MAILGUARD_ITEM_NOTE },
	{ "IPM.Activity", MAILGUARD_ITEM_JOURNAL },
	{ "IPM.DistList", MAILGUARD_ITEM_LIST },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* "IPM.Task" is also "IPM.Task.Ours", not "IPM.TaskRequest". */
static bool is_class(mailguard_span s, const char *class)
{
	mailguard_span rest = mgi_span_from(s, mgi_span_of(class).len);

	return mgi_span_starts_nocase(s, class) &&
	       (!rest.len || rest.data[0] == '.');
}

static int row_of(mailguard_span class)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (is_class(class, rows[i].class))
			return (int)i;
	return -1;
}

int32_t mgi_item_kind(mgi_mapi *o)
{
	int32_t kind = MAILGUARD_ITEM_MAIL;
	mailguard_buffer class;
	mailguard_span s;
	size_t i;
	int row;

	mgi_buf_init(&class, o->mg);
	if (mgi_who_text(&class, o, MGI_TAG_MESSAGE_CLASS, NULL) ==
	    MAILGUARD_OK) {
		s = mgi_buf_span(&class);
		row = row_of(s);
		if (row >= 0)
			kind = rows[row].kind;
		for (i = 0; i < COUNT(plain); i++)
			if (is_class(s, plain[i].class))
				kind = plain[i].kind;
	}
	mgi_buf_done(&class);
	return kind;
}

bool mgi_item_get(mgi_item_part *out, mailguard_buffer *bytes, mgi_mapi *o)
{
	mailguard_buffer class;
	int row = -1;

	mgi_buf_init(&class, o->mg);
	if (mgi_who_text(&class, o, MGI_TAG_MESSAGE_CLASS, NULL) ==
	    MAILGUARD_OK)
		row = row_of(mgi_buf_span(&class));
	if (class.failed && !bytes->failed)
		bytes->failed = class.failed;
	mgi_buf_done(&class);
	if (row < 0)
		return false;
	out->method = rows[row].method;
	switch (rows[row].form) {
	case FORM_EVENT:
		out->type = "text/calendar";
		out->name = "event.ics";
		mgi_ical_event(bytes, o, out->method);
		break;
	case FORM_TODO:
		out->type = "text/calendar";
		out->name = "task.ics";
		mgi_ical_todo(bytes, o);
		break;
	default:
		out->type = "text/vcard";
		out->name = "contact.vcf";
		mgi_vcard_put(bytes, o);
	}
	return true;
}

uint32_t mgi_item_flags(mgi_mapi *o)
{
	int64_t flags = mgi_mapi_number(o, MESSAGE_FLAGS, 0);
	uint32_t out = 0;

	if (flags & READ)
		out |= MAILGUARD_FLAG_SEEN;
	if (flags & UNSENT)
		out |= MAILGUARD_FLAG_DRAFT;
	if (mgi_mapi_number(o, FLAG_STATUS, 0) == FOLLOWED_UP)
		out |= MAILGUARD_FLAG_FLAGGED;
	switch (mgi_mapi_number(o, LAST_VERB, 0)) {
	case 102: /* reply */
	case 103: /* to all */
		return out | MAILGUARD_FLAG_ANSWERED;
	case 104:
		return out | MAILGUARD_FLAG_PASSED;
	default:
		return out;
	}
}
