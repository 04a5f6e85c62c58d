/*
 * olm_xml.c - the XML of a message (no standard; as Outlook for Mac writes
 * it) as MAPI properties.
 */
#include "store/olm/olm.h"

#include <string.h>

#include "base/base64.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/tags.h"

enum { MESSAGE_FLAGS = 0x0e07, FLAG_STATUS = 0x1090, UTF8 = 65001 };
#define EPOCH_TICKS UINT64_C(116444736000000000) /* 1970 as a FILETIME */

typedef struct job {
	mgi_arena *arena;
	mgi_zip *zip;
	mailguard_buffer text; /* of the element under way */
} job;

static void put(job *j, mgi_olm_bag *b, mgi_olm_value v)
{
	if (b->count == b->room) {
		size_t room = b->room ? b->room * 2 : 16;
		mgi_olm_value *at =
			mgi_arena_array(j->arena, room, sizeof(*at));

		if (!at)
			return;
		if (b->count)
			memcpy(at, b->at, b->count * sizeof(*at));
		b->at = at;
		b->room = room;
	}
	b->at[b->count++] = v;
}

static void put_bytes(job *j,
                      mgi_olm_bag *b,
                      uint16_t id,
                      uint16_t type,
                      mailguard_span s)
{
	mgi_olm_value v = { MGI_MAPI_TAG(id, type), 0, { NULL, s.len } };

	v.bytes.data =
		(unsigned char *)mgi_arena_strndup(j->arena, s.data, s.len);
	if (v.bytes.data && s.len)
		put(j, b, v);
}

static void put_text(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	put_bytes(j, b, id, MGI_MAPI_STRING8, s);
}

static void put_number(job *j, mgi_olm_bag *b, uint16_t id, uint64_t n)
{
	mgi_olm_value v = { MGI_MAPI_TAG(id, MGI_MAPI_INT32), n, { NULL, 0 } };

	put(j, b, v);
}

/* -- elements --------------------------------------------------------------
 */

/* "607475d3@example.com", with or without its brackets. */
static void id_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	mailguard_buffer own;

	s = mgi_span_trim(s);
	if (!s.len || memchr(s.data, '<', s.len)) {
		put_text(j, b, id, s);
		return;
	}
	mgi_buf_init(&own, mgi_arena_handle(j->arena));
	mgi_buf_putc(&own, '<');
	mgi_buf_add(&own, s.data, s.len);
	mgi_buf_putc(&own, '>');
	put_text(j, b, id, mgi_buf_span(&own));
	mgi_buf_done(&own);
}

/* "2018-10-17T12:17:03", which is UTC. */
static void time_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	char text[40] = "";
	mgi_olm_value v = { MGI_MAPI_TAG(id, MGI_MAPI_TIME), 0, { NULL, 0 } };
	mailguard_time t;

	s = mgi_span_trim(s);
	if (s.len < 19 || s.len > 30)
		return;
	memcpy(text, s.data, s.len);
	if (s.len == 19)
		text[19] = 'Z';
	t = mgi_time_parse_rfc3339(mgi_span_of(text));
	if (t <= 0)
		return;
	v.number = (uint64_t)t * 10 + EPOCH_TICKS;
	put(j, b, v);
}

/* Numbers are written as "1E0" or "0". */
static unsigned digit_of(mailguard_span s)
{
	s = mgi_span_trim(s);
	return s.len && mgi_is_digit(s.data[0]) ? (unsigned)s.data[0] - '0' : 0;
}

static void index_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	mailguard_buffer own;

	mgi_buf_init(&own, mgi_arena_handle(j->arena));
	if (mgi_base64_get(&own, mgi_span_trim(s)))
		put_bytes(j, b, id, MGI_MAPI_BINARY, mgi_buf_span(&own));
	mgi_buf_done(&own);
}

static void text_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	put_text(j, b, id, s);
}

/* Before version 2016 the one body is HTML, too. */
static void body_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	if (mgi_span_starts_nocase(mgi_span_trim(s), "<html") ||
	    mgi_span_starts_nocase(mgi_span_trim(s), "<!doctype html"))
		put_bytes(j, b, MGI_TAG_HTML, MGI_MAPI_BINARY, s);
	else
		put_text(j, b, id, s);
}

static void html_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	put_bytes(j, b, id, MGI_MAPI_BINARY, s);
}

/* Unread is what is not there. */
static void read_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	put_number(j, b, id, digit_of(s) ? 1 : 0);
}

/* 1 flagged, 2 done; MAPI has them the other way round. */
static void flag_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	unsigned n = digit_of(s);

	if (n)
		put_number(j, b, id, n == 1 ? 2 : 1);
}

/* 1 highest, 3 as usual, 5 lowest. */
static void priority_take(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s)
{
	unsigned n = digit_of(s);

	if (n && n != 3)
		put_number(j, b, id, n < 3 ? 2 : 0);
}

static const struct {
	const char *name;
	uint16_t id;
	void (*take)(job *j, mgi_olm_bag *b, uint16_t id, mailguard_span s);
} rows[] = {
	{ "OPFMessageCopySubject", MGI_TAG_SUBJECT, text_take },
	{ "OPFMessageCopyThreadTopic", MGI_TAG_CONVERSATION_TOPIC, text_take },
	{ "OPFMessageCopyThreadIndex", MGI_TAG_CONVERSATION_INDEX, index_take },
	{ "OPFMessageCopyMessageID", MGI_TAG_INTERNET_MESSAGE_ID, id_take },
	{ "OPFMessageCopyInReplyTo", MGI_TAG_IN_REPLY_TO, id_take },
	{ "OPFMessageCopyReferences", MGI_TAG_INTERNET_REFERENCES, id_take },
	{ "OPFMessageCopySentTime", MGI_TAG_CLIENT_SUBMIT_TIME, time_take },
	{ "OPFMessageCopyReceivedTime", MGI_TAG_DELIVERY_TIME, time_take },
	{ "OPFMessageCopyModDate", MGI_TAG_LAST_MODIFICATION_TIME, time_take },
	{ "OPFMessageCopyBody", MGI_TAG_BODY, body_take },
	{ "OPFMessageCopyHTMLBody", MGI_TAG_HTML, html_take },
	{ "OPFMessageGetIsRead", MESSAGE_FLAGS, read_take },
	{ "OPFMessageCopyGetFlagStatus", FLAG_STATUS, flag_take },
	{ "OPFMessageGetPriority", MGI_TAG_IMPORTANCE, priority_take },
};

/* -- people ---------------------------------------------------------------- */

static mailguard_span attr(job *j, const mgi_xml_node *n, const char *name)
{
	mgi_buf_cut(&j->text, 0);
	return mgi_xml_attr(&j->text, n, name)
	               ? mgi_span_trim(mgi_buf_span(&j->text))
	               : mgi_span(NULL, 0);
}

static void person_put(job *j,
                       mgi_olm_bag *b,
                       const mgi_xml_node *n,
                       const uint16_t ids[3])
{
	put_text(j, b, ids[0], attr(j, n, "OPFContactEmailAddressName"));
	put_text(j, b, ids[1], mgi_span_of("SMTP"));
	put_text(j, b, ids[2], attr(j, n, "OPFContactEmailAddressAddress"));
}

static void sender_put(job *j,
                       mgi_olm_bag *b,
                       const mgi_xml_node *email,
                       const char *name,
                       const uint16_t ids[3])
{
	const mgi_xml_node *n = mgi_xml_child(email, name);

	n = mgi_xml_child(n, "emailAddress");
	if (n)
		person_put(j, b, n, ids);
}

static mgi_olm_bag *bag_add(job *j, mgi_olm_bag **list)
{
	while (*list)
		list = &(*list)->next;
	*list = mgi_arena_alloc(j->arena, sizeof(**list));
	return *list;
}

static void recipients_put(job *j,
                           mgi_olm_bag *b,
                           const mgi_xml_node *email,
                           const char *name,
                           unsigned kind)
{
	static const uint16_t ids[3] = { MGI_TAG_DISPLAY_NAME, MGI_TAG_ADDRTYPE,
		                         MGI_TAG_ADDRESS };
	mgi_olm_bag **last = &b->recipients, *r;
	const mgi_xml_node *n;

	n = mgi_xml_first(mgi_xml_child(email, name));
	while (*last)
		last = &(*last)->next;
	for (; n; n = mgi_xml_next(n)) {
		r = bag_add(j, last);
		if (!r)
			return;
		last = &r->next;
		person_put(j, r, n, ids);
		put_number(j, r, MGI_TAG_RECIPIENT_TYPE, kind);
	}
}

static void reply_put(job *j, mgi_olm_bag *b, const mgi_xml_node *email)
{
	const mgi_xml_node *n = mgi_xml_first(
		mgi_xml_child(email, "OPFMessageCopyReplyToAddresses"));
	mailguard_buffer all;

	mgi_buf_init(&all, mgi_arena_handle(j->arena));
	for (; n; n = mgi_xml_next(n)) {
		mailguard_span s = attr(j, n, "OPFContactEmailAddressAddress");

		mgi_buf_puts(&all, all.len ? "; " : "");
		mgi_buf_add(&all, s.data, s.len);
	}
	put_text(j, b, MGI_TAG_REPLY_RECIPIENT_NAMES, mgi_buf_span(&all));
	mgi_buf_done(&all);
}

/* -- attachments ----------------------------------------------------------- */

static void attachments_put(job *j, mgi_olm_bag *b, const mgi_xml_node *email)
{
	const mgi_xml_node *n = mgi_xml_first(
		mgi_xml_child(email, "OPFMessageCopyAttachmentList"));
	mgi_olm_bag **last = &b->attachments, *a;

	for (; n; n = mgi_xml_next(n)) {
		a = bag_add(j, last);
		if (!a)
			return;
		last = &a->next;
		put_text(j, a, MGI_TAG_ATTACH_LONG_FILENAME,
		         attr(j, n, "OPFAttachmentName"));
		put_text(j, a, MGI_TAG_ATTACH_MIME_TAG,
		         attr(j, n, "OPFAttachmentContentType"));
		put_text(j, a, MGI_TAG_ATTACH_CONTENT_ID,
		         attr(j, n, "OPFAttachmentContentID"));
		put_number(j, a, MGI_TAG_ATTACH_METHOD, MGI_ATTACH_BY_VALUE);
		if (!attr(j, n, "OPFAttachmentURL").len)
			continue;
		a->data = mgi_zip_find(j->zip, mgi_buf_text(&j->text));
		a->lost = !a->data;
	}
}

/* -- all of it ------------------------------------------------------------- */

static void letter_fill(job *j, mgi_olm_bag *b, const mgi_xml_node *email)
{
	static const uint16_t from[3] = { MGI_TAG_SENT_REPRESENTING_NAME,
		                          MGI_TAG_SENT_REPRESENTING_ADDRTYPE,
		                          MGI_TAG_SENT_REPRESENTING_ADDRESS };
	static const uint16_t sender[3] = { MGI_TAG_SENDER_NAME,
		                            MGI_TAG_SENDER_ADDRTYPE,
		                            MGI_TAG_SENDER_ADDRESS };
	const mgi_xml_node *n;
	size_t i;

	put_text(j, b, MGI_TAG_MESSAGE_CLASS, mgi_span_of("IPM.Note"));
	put_number(j, b, MGI_TAG_INTERNET_CODE_PAGE, UTF8);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = mgi_xml_child(email, rows[i].name);
		if (!n)
			continue;
		mgi_buf_cut(&j->text, 0);
		mgi_xml_text(&j->text, n);
		rows[i].take(j, b, rows[i].id, mgi_buf_span(&j->text));
	}
	sender_put(j, b, email, "OPFMessageCopyFromAddresses", from);
	sender_put(j, b, email, "OPFMessageCopySenderAddress", sender);
	recipients_put(j, b, email, "OPFMessageCopyToAddresses",
	               MGI_RECIPIENT_TO);
	recipients_put(j, b, email, "OPFMessageCopyCCAddresses",
	               MGI_RECIPIENT_CC);
	recipients_put(j, b, email, "OPFMessageCopyBCCAddresses",
	               MGI_RECIPIENT_BCC);
	reply_put(j, b, email);
	attachments_put(j, b, email);
}

mailguard_status mgi_olm_letter_new(mgi_olm_letter **out,
                                    mailguard *mg,
                                    mgi_zip *zip,
                                    const mgi_xml_node *email,
                                    mailguard_error *err)
{
	mgi_olm_letter *l;
	job j = { mgi_arena_new(mg), zip, { 0 } };
	bool failed;

	*out = NULL;
	l = j.arena ? mgi_arena_alloc(j.arena, sizeof(*l)) : NULL;
	if (l)
		l->bag = mgi_arena_alloc(j.arena, sizeof(*l->bag));
	if (!l || !l->bag) {
		mgi_arena_free(j.arena);
		return mgi_fail_nomem(err);
	}
	l->arena = j.arena;
	atomic_init(&l->holders, 1);
	mgi_buf_init(&j.text, mg);
	letter_fill(&j, l->bag, email);
	failed = mgi_buf_status(&j.text, NULL) < 0 || mgi_arena_failed(j.arena);
	mgi_buf_done(&j.text);
	if (failed) {
		mgi_arena_free(j.arena);
		return mgi_fail_nomem(err);
	}
	l->zip = mgi_zip_hold(zip);
	*out = l;
	return MAILGUARD_OK;
}

void mgi_olm_letter_free(mgi_olm_letter *l)
{
	mgi_zip *zip;

	if (!l || atomic_fetch_sub_explicit(&l->holders, 1,
	                                    memory_order_acq_rel) != 1)
		return;
	zip = l->zip;
	mgi_arena_free(l->arena);
	mgi_zip_free(zip);
}
