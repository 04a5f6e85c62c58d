/*
 * report.c - what became of a mail (REPORT.IPM...), as the multipart/report it
 * was before Outlook took it apart (RFC 3462, 3464, 8098).
 */
#include "store/mapi/plan.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "mime/date.h"
#include "store/mapi/tags.h"
#include "store/mapi/who.h"

#define REPORT_TIME 0x0032
#define REPORTING_MTA 0x6820

/* By the end of the message class ([MS-OXOMSG] 2.2.2). */
typedef struct kind {
	const char *end;
	const char *action; /* of RFC 3464, or the disposition of RFC 8098 */
	bool read;
} kind;

static const kind kinds[] = {
	{ ".NDR", "failed", false },
	{ ".Delayed", "delayed", false },
	{ ".Relayed.DR", "relayed", false },
	{ ".Expanded.DR", "expanded", false },
	{ ".DR", "delivered", false },
	{ ".IPNRN", "displayed", true },
	{ ".IPNNRN", "deleted", true },
};

static const kind *kind_of(mgi_plan *p)
{
	const kind *found = NULL;
	mailguard_buffer text;
	mailguard_span s;
	size_t i, n;

	mgi_buf_init(&text, p->mg);
	if (mgi_who_text(&text, p->message, MGI_TAG_MESSAGE_CLASS, NULL) ==
	    MAILGUARD_OK) {
		s = mgi_buf_span(&text);
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			n = strlen(kinds[i].end);
			if (!found && s.len > n &&
			    mgi_span_starts_nocase(s, "REPORT.") &&
			    mgi_span_is_nocase(mgi_span_from(s, s.len - n),
			                       kinds[i].end))
				found = &kinds[i];
		}
	}
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
	return found;
}

bool mgi_report_is(mgi_plan *p)
{
	return kind_of(p) != NULL;
}

/* A field, if there is something to tell. */
static void line_put(mgi_plan *p, const char *name, mgi_mapi *o, uint16_t id)
{
	mailguard_buffer text;

	mgi_buf_init(&text, p->mg);
	if (mgi_who_text(&text, o, id, NULL) == MAILGUARD_OK && text.len)
		mgi_buf_printf(&p->ready, "%s%s\n", name, mgi_buf_text(&text));
	mgi_plan_failed(p, &text);
	mgi_buf_done(&text);
}

/* "5.1.1", kept as 511 ([MS-OXCMAIL] 2.1.3.6.2); else what the action says. */
static void status_put(mgi_plan *p, const kind *k, mgi_mapi *o)
{
	int64_t n = mgi_mapi_number(o, MGI_TAG_NDR_STATUS_CODE, 0);
	int c = k->action[0] == 'f' ? 5 : k->end[3] == 'l' ? 4 : 2;

	if (n >= 200 && n < 600)
		mgi_buf_printf(&p->ready, "Status: %d.%d.%d\n", (int)(n / 100),
		               (int)(n / 10 % 10), (int)(n % 10));
	else
		mgi_buf_printf(&p->ready, "Status: %d.0.0\n", c);
}

static void recipient_put(mgi_plan *p, const kind *k, mgi_mapi *o)
{
	mailguard_buffer address;

	mgi_buf_init(&address, p->mg);
	mgi_buf_putc(&p->ready, '\n');
	if (mgi_who_address(&address, o))
		mgi_buf_printf(&p->ready, "Final-Recipient: rfc822; %s\n",
		               mgi_buf_text(&address));
	else
		line_put(p, "Final-Recipient: x-display-name; ", o,
		         MGI_TAG_DISPLAY_NAME);
	mgi_buf_printf(&p->ready, "Action: %s\n", k->action);
	status_put(p, k, o);
	line_put(p, "Remote-MTA: dns; ", o, MGI_TAG_REMOTE_MTA);
	line_put(p, "Diagnostic-Code: smtp; ", o, MGI_TAG_SUPPLEMENTARY_INFO);
	mgi_plan_failed(p, &address);
	mgi_buf_done(&address);
}

static mailguard_status delivery_put(mgi_plan *p,
                                     const kind *k,
                                     mailguard_error *err)
{
	mailguard_time at = mgi_mapi_time(p->message, REPORT_TIME);
	mailguard_buffer date;
	mailguard_status st = MAILGUARD_OK;
	mgi_mapi *o;
	size_t i;

	mgi_buf_puts(&p->ready, "Content-Type: message/delivery-status\n\n");
	line_put(p, "Reporting-MTA: dns; ", p->message, REPORTING_MTA);
	if (at) {
		mgi_buf_init(&date, p->mg);
		mgi_date_put(&date, at, 0);
		mgi_buf_printf(&p->ready, "Arrival-Date: %s\n",
		               mgi_buf_text(&date));
		mgi_plan_failed(p, &date);
		mgi_buf_done(&date);
	}
	for (i = 0; st >= 0 && i < MGI_MAPI_LIST_MAX; i++) {
		st = mgi_mapi_recipient(&o, p->message, i, err);
		if (st == MAILGUARD_ITEROVER)
			return MAILGUARD_OK;
		if (st == MAILGUARD_OK) {
			recipient_put(p, k, o);
			mgi_mapi_free(o);
		}
		st = mgi_who_only_memory(st, err);
	}
	return st;
}

static void disposition_put(mgi_plan *p, const kind *k)
{
	mailguard_buffer address;

	mgi_buf_init(&address, p->mg);
	mgi_buf_puts(&p->ready,
	             "Content-Type: message/disposition-notification\n\n");
	if (mgi_who_sender(&address, p->message))
		mgi_buf_printf(&p->ready, "Final-Recipient: rfc822; %s\n",
		               mgi_buf_text(&address));
	line_put(p, "Original-Message-ID: ", p->message,
	         MGI_TAG_ORIGINAL_MESSAGE_ID);
	mgi_buf_printf(&p->ready,
	               "Disposition: manual-action/MDN-sent-manually; %s\n",
	               k->action);
	mgi_plan_failed(p, &address);
	mgi_buf_done(&address);
}

/* What came back: the original, or what there is of it. */
static mailguard_status returned_put(mgi_plan *p,
                                     mgi_multi *m,
                                     const mgi_body *b,
                                     mailguard_error *err)
{
	mgi_attached_object *list = NULL;
	mailguard_status st;
	size_t i, count = 0;

	st = mgi_attached_get(&list, &count, p, b, err);
	for (i = 0; i < count && st >= 0; i++) {
		mgi_multi_next(m, p);
		st = mgi_attached_put(p, &list[i], err);
	}
	mgi_attached_done(list, count);
	return st;
}

mailguard_status mgi_report_put(mgi_plan *p, mailguard_error *err)
{
	const kind *k = kind_of(p);
	mailguard_status st;
	mgi_multi m;
	mgi_body b;

	st = mgi_body_get(&b, p, err);
	mgi_multi_begin(&m, p, "report",
	                k->read ? "; report-type=disposition-notification"
	                        : "; report-type=delivery-status");
	mgi_multi_next(&m, p);
	if (st >= 0)
		st = mgi_body_put(p, &b, err);
	mgi_multi_next(&m, p);
	if (st >= 0 && k->read)
		disposition_put(p, k);
	else if (st >= 0)
		st = delivery_put(p, k, err);
	if (st >= 0)
		st = returned_put(p, &m, &b, err);
	mgi_multi_end(&m, p);
	mgi_body_done(&b);
	return st < 0 ? st : mgi_buf_status(&p->ready, err);
}
