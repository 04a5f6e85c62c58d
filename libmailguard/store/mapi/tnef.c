/*
 * tnef.c - a winmail.dat as MAPI objects. Where the sender's mail program put
 * both an attribute and a property, the property holds.
 */
#include "store/mapi/tnef.h"

#include <string.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/tags.h"

#define STRING(id) MGI_MAPI_TAG(id, MGI_MAPI_STRING8)
#define WIDE(id) MGI_MAPI_TAG(id, MGI_MAPI_UNICODE)
#define BYTES(id) MGI_MAPI_TAG(id, MGI_MAPI_BINARY)
#define IID 16

typedef struct object {
	mgi_mapi base;
	mgi_tnef *tnef; /* held */
	mgi_tnef_properties own;
	/* Of a message. */
	mgi_tnef_attribute *attributes;
	size_t attribute_count, room;
	mgi_tnef_properties *recipients;
	size_t recipient_count;
} object;

static const mgi_mapi_class tnef_class;

/* -- the bytes ------------------------------------------------------------- */

mailguard_status mgi_tnef_new(mgi_tnef **out,
                              mailguard *mg,
                              mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_tnef *t = arena ? mgi_arena_alloc(arena, sizeof(*t)) : NULL;

	*out = t;
	if (!t) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	t->arena = arena;
	mgi_buf_init(&t->bytes, mg);
	mgi_buf_init(&t->more, mg);
	t->bytes.max = t->more.max = MGI_TNEF_MAX;
	atomic_init(&t->holders, 1);
	return MAILGUARD_OK;
}

static mgi_tnef *hold(mgi_tnef *t)
{
	atomic_fetch_add_explicit(&t->holders, 1, memory_order_relaxed);
	return t;
}

void mgi_tnef_free(mgi_tnef *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->holders, 1,
	                                    memory_order_acq_rel) != 1)
		return;
	mgi_buf_done(&t->bytes);
	mgi_buf_done(&t->more);
	mgi_arena_free(t->arena);
}

/* -- properties ------------------------------------------------------------ */

static mgi_tnef_property *find(object *o, uint16_t id)
{
	size_t i;

	for (i = 0; i < o->own.count; i++)
		if (MGI_MAPI_ID(o->own.at[i].tag) == id)
			return &o->own.at[i];
	return NULL;
}

/* If there is none of that id. */
static void add(object *o, mgi_mapi_tag tag, mailguard_span bytes, uint64_t n)
{
	mgi_tnef_property *p;

	if (find(o, MGI_MAPI_ID(tag)))
		return;
	p = mgi_tnef_add(&o->own, o->base.arena);
	if (!p)
		return; /* the arena remembers */
	memset(p, 0, sizeof(*p));
	p->tag = tag;
	p->bytes = bytes;
	p->number = n;
}

static void props_take(object *o, const mgi_tnef_attribute *a)
{
	mgi_cursor c = mgi_cursor_of(a->data);

	if (!mgi_tnef_props_read(&o->own, &c, o->base.arena))
		mgi_mapi_harmed(&o->base);
}

/* Year, month, day, hour, minute, second, 16 bits each. */
static void time_take(object *o, uint16_t id, mailguard_span s)
{
	mgi_cursor c = mgi_cursor_of(s);
	mailguard_time t;
	mgi_civil d;

	memset(&d, 0, sizeof(d));
	d.year = mgi_cursor_u16le(&c);
	d.month = mgi_cursor_u16le(&c);
	d.day = mgi_cursor_u16le(&c);
	d.hour = mgi_cursor_u16le(&c);
	d.minute = mgi_cursor_u16le(&c);
	d.second = mgi_cursor_u16le(&c);
	t = c.failed ? 0 : mgi_time_of(&d);
	if (t)
		add(o, MGI_MAPI_TAG(id, MGI_MAPI_TIME), mgi_span(NULL, 0),
		    (uint64_t)(t + INT64_C(11644473600000000)) * 10);
}

static void class_take(object *o, mailguard_span s)
{
	static const struct {
		const char *was, *is;
	} names[] = {
		{ "IPM.Microsoft Mail.Note", "IPM.Note" },
		{ "IPM.Microsoft Mail.Read Receipt", "REPORT.IPM.Note.IPNRN" },
		{ "IPM.Microsoft Mail.Non-Delivery", "REPORT.IPM.Note.NDR" },
		{ "IPM.Microsoft Schedule.MtgReq",
		  "IPM.Schedule.Meeting.Request" },
		{ "IPM.Microsoft Schedule.MtgCncl",
		  "IPM.Schedule.Meeting.Canceled" },
		{ "IPM.Microsoft Schedule.MtgRespP",
		  "IPM.Schedule.Meeting.Resp.Pos" },
		{ "IPM.Microsoft Schedule.MtgRespN",
		  "IPM.Schedule.Meeting.Resp.Neg" },
		{ "IPM.Microsoft Schedule.MtgRespA",
		  "IPM.Schedule.Meeting.Resp.Tent" },
	};
	size_t i;

	while (s.len && !s.data[s.len - 1])
		s.len--;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_is_nocase(s, names[i].was))
			s = mgi_span_of(names[i].is);
	add(o, STRING(MGI_TAG_MESSAGE_CLASS), s, 0);
}

static void recipients_take(object *o, mailguard_span s)
{
	mgi_cursor c = mgi_cursor_of(s);
	uint32_t count = mgi_cursor_u32le(&c), i;

	if (count > mgi_cursor_left(&c) / 4)
		count = (uint32_t)(mgi_cursor_left(&c) / 4);
	if (!count || o->recipients)
		return;
	o->recipients =
		mgi_arena_array(o->base.arena, count, sizeof(*o->recipients));
	for (i = 0; o->recipients && i < count && !c.failed; i++) {
		if (!mgi_tnef_props_read(&o->recipients[i], &c, o->base.arena))
			mgi_mapi_harmed(&o->base);
		o->recipient_count++;
	}
}

/* -- objects --------------------------------------------------------------- */

static object *object_new(mgi_tnef *t, mgi_mapi_kind kind, mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(t->arena);
	mgi_arena *arena = mgi_arena_new(mg);
	object *o = arena ? mgi_arena_alloc(arena, sizeof(*o)) : NULL;

	if (!o) {
		mgi_arena_free(arena);
		(void)mgi_fail_nomem(err);
		return NULL;
	}
	o->base.class = &tnef_class;
	o->base.mg = mg;
	o->base.arena = arena;
	o->base.kind = kind;
	atomic_init(&o->base.harm, 0);
	atomic_init(&o->base.holders, 1);
	o->tnef = hold(t);
	return o;
}

static void object_release(mgi_mapi *base)
{
	mgi_tnef *t = ((object *)base)->tnef;

	mgi_arena_free(base->arena);
	mgi_tnef_free(t);
}

static mailguard_status object_end(mgi_mapi **out,
                                   object *o,
                                   mailguard_error *err)
{
	if (mgi_arena_failed(o->base.arena)) {
		object_release(&o->base);
		return mgi_fail_nomem(err);
	}
	*out = &o->base;
	return MAILGUARD_OK;
}

static void attribute_keep(object *o, const mgi_tnef_attribute *a)
{
	if (o->attribute_count == o->room) {
		size_t room = o->room ? o->room * 2 : 32;
		mgi_tnef_attribute *more =
			mgi_arena_array(o->base.arena, room, sizeof(*more));

		if (!more)
			return;
		if (o->attribute_count)
			memcpy(more, o->attributes,
			       o->attribute_count * sizeof(*more));
		o->attributes = more;
		o->room = room;
	}
	o->attributes[o->attribute_count++] = *a;
}

static void page_take(object *o, mailguard_span s)
{
	mgi_cursor c = mgi_cursor_of(s);
	uint32_t page = mgi_cursor_u32le(&c);

	if (!c.failed && page < 0x10000)
		o->base.code_page = page;
}

static void message_take(object *o, const mgi_tnef_attribute *a)
{
	switch (a->id) {
	case MGI_TNEF_SUBJECT:
		add(o, STRING(MGI_TAG_SUBJECT), a->data, 0);
		break;
	case MGI_TNEF_BODY:
		add(o, STRING(MGI_TAG_BODY), a->data, 0);
		break;
	case MGI_TNEF_MESSAGE_CLASS:
		class_take(o, a->data);
		break;
	case MGI_TNEF_DATE_SENT:
		time_take(o, MGI_TAG_CLIENT_SUBMIT_TIME, a->data);
		break;
	case MGI_TNEF_DATE_RECEIVED:
		time_take(o, MGI_TAG_DELIVERY_TIME, a->data);
		break;
	case MGI_TNEF_RECIPIENTS:
		recipients_take(o, a->data);
		break;
	case MGI_TNEF_CODE_PAGE:
		page_take(o, a->data);
		break;
	default:
		break;
	}
}

/* Properties first: they hold. */
static void stream_read(object *o, mailguard_span s)
{
	mgi_cursor c = mgi_tnef_begin(s);
	mgi_tnef_attribute a;
	size_t i;

	while (mgi_tnef_next(&a, &c)) {
		if (a.bad)
			mgi_mapi_harmed(&o->base);
		attribute_keep(o, &a);
		if (a.level == MGI_TNEF_MESSAGE &&
		    a.id == MGI_TNEF_MESSAGE_PROPS)
			props_take(o, &a);
	}
	if (c.failed)
		mgi_mapi_harmed(&o->base);
	for (i = 0; i < o->attribute_count; i++)
		if (o->attributes[i].level == MGI_TNEF_MESSAGE)
			message_take(o, &o->attributes[i]);
}

mailguard_status mgi_tnef_object(mgi_mapi **out,
                                 mgi_tnef *t,
                                 mailguard_error *err)
{
	object *o = object_new(t, MGI_MAPI_MESSAGE, err);

	*out = NULL;
	if (!o)
		return MAILGUARD_ENOMEM;
	stream_read(o, mgi_buf_span(&t->bytes));
	if (t->header.len)
		add(o, WIDE(MGI_TAG_TRANSPORT_HEADERS), t->header, 0);
	if (t->plain.len)
		add(o, WIDE(MGI_TAG_BODY), t->plain, 0);
	return object_end(out, o, err);
}

static mailguard_status object_again(mgi_mapi **out,
                                     const mgi_mapi *base,
                                     mailguard_error *err)
{
	return mgi_tnef_object(out, ((const object *)base)->tnef, err);
}

static mailguard_status object_recipient(mgi_mapi **out,
                                         mgi_mapi *base,
                                         size_t i,
                                         mailguard_error *err)
{
	object *up = (object *)base, *o;

	if (i >= up->recipient_count)
		return MAILGUARD_ITEROVER;
	o = object_new(up->tnef, MGI_MAPI_RECIPIENT, err);
	if (!o)
		return MAILGUARD_ENOMEM;
	o->own = up->recipients[i]; /* in the arena above, which is held */
	o->own.room = o->own.count;
	o->base.code_page = base->code_page;
	return object_end(out, o, err);
}

/* -- attachments ----------------------------------------------------------- */

/* Where attachment `i` begins; past the end if there is none. */
static size_t attachment_at(const object *o, size_t i)
{
	size_t k;

	for (k = 0; k < o->attribute_count; k++)
		if (o->attributes[k].level == MGI_TNEF_ATTACHMENT &&
		    o->attributes[k].id == MGI_TNEF_ATTACH_BEGIN && !i--)
			break;
	return k;
}

static size_t attachments_of(const object *o)
{
	size_t k, n = 0;

	for (k = 0; k < o->attribute_count; k++)
		n += o->attributes[k].level == MGI_TNEF_ATTACHMENT &&
		     o->attributes[k].id == MGI_TNEF_ATTACH_BEGIN;
	return n;
}

static void attachment_take(object *o, const mgi_tnef_attribute *a)
{
	if (a->cut || a->bad)
		mgi_mapi_harmed(&o->base);
	if (a->id == MGI_TNEF_ATTACH_TITLE)
		add(o, STRING(MGI_TAG_ATTACH_FILENAME), a->data, 0);
	else if (a->id == MGI_TNEF_ATTACH_DATA)
		add(o, BYTES(MGI_TAG_ATTACH_DATA), a->data, 0);
	else if (a->id == MGI_TNEF_ATTACH_BEGIN && a->data.len >= 2)
		add(o, MGI_MAPI_TAG(MGI_TAG_ATTACH_METHOD, MGI_MAPI_INT32),
		    mgi_span(NULL, 0),
		    a->data.data[0] == 2 ? MGI_ATTACH_STORAGE
		                         : MGI_ATTACH_BY_VALUE);
}

/* The next one, or the end, ends it. */
static void attachment_read(object *o, const object *up, size_t from)
{
	const mgi_tnef_attribute *a = up->attributes;
	size_t to = from + 1, i;

	while (to < up->attribute_count && a[to].level == MGI_TNEF_ATTACHMENT &&
	       a[to].id != MGI_TNEF_ATTACH_BEGIN)
		to++;
	for (i = from; i < to; i++)
		if (a[i].id == MGI_TNEF_ATTACH_PROPS)
			props_take(o, &a[i]);
	for (i = from; i < to; i++)
		attachment_take(o, &a[i]);
}

static mailguard_span wide(mgi_arena *arena, const char *s)
{
	size_t len = strlen(s), at = 0, n = 0;
	unsigned char *to = mgi_arena_alloc(arena, len * 2 + 2);

	while (to && at < len) {
		uint32_t c = mgi_utf8_next(mgi_span(s, len), &at);

		if (c > 0xffff) {
			c -= 0x10000;
			to[n++] = (unsigned char)(c >> 10);
			to[n++] = (unsigned char)(0xd8 | c >> 18);
			c = 0xdc00 | (c & 0x3ff);
		}
		to[n++] = (unsigned char)c;
		to[n++] = (unsigned char)(c >> 8);
	}
	return mgi_span(to, n);
}

static void beside_read(object *o, const mgi_tnef_beside *b)
{
	mgi_arena *arena = o->base.arena;

	add(o, MGI_MAPI_TAG(MGI_TAG_ATTACH_METHOD, MGI_MAPI_INT32),
	    mgi_span(NULL, 0), MGI_ATTACH_BY_VALUE);
	if (b->name[0])
		add(o, WIDE(MGI_TAG_ATTACH_LONG_FILENAME), wide(arena, b->name),
		    0);
	add(o, WIDE(MGI_TAG_ATTACH_MIME_TAG), wide(arena, b->type), 0);
	add(o, BYTES(MGI_TAG_ATTACH_DATA),
	    mgi_span(o->tnef->more.at + b->from, b->to - b->from), 0);
}

static mailguard_status object_attachment(mgi_mapi **out,
                                          mgi_mapi *base,
                                          size_t i,
                                          mailguard_error *err)
{
	object *up = (object *)base, *o;
	size_t at = attachment_at(up, i), count = attachments_of(up);
	bool is_beside = at == up->attribute_count;

	/* What lies beside it is the mail's, not that of one inside. */
	if (is_beside && (base->above || i - count >= up->tnef->beside_count))
		return MAILGUARD_ITEROVER;
	o = object_new(up->tnef, MGI_MAPI_ATTACHMENT, err);
	if (!o)
		return MAILGUARD_ENOMEM;
	o->base.code_page = base->code_page;
	if (is_beside)
		beside_read(o, &up->tnef->beside[i - count]);
	else
		attachment_read(o, up, at);
	return object_end(out, o, err);
}

/* The TNEF that an attachment is; empty if it is none. */
static mailguard_span inner_of(object *o)
{
	mgi_tnef_property *p = find(o, MGI_TAG_ATTACH_DATA);
	mailguard_span s = p ? p->bytes : mgi_span(NULL, 0);

	if (p && MGI_MAPI_TYPE(p->tag) == MGI_MAPI_OBJECT)
		s = mgi_span_from(s, IID);
	return mgi_tnef_is(s) ? s : mgi_span(NULL, 0);
}

static mailguard_status object_embedded(mgi_mapi **out,
                                        mgi_mapi *base,
                                        mailguard_error *err)
{
	mailguard_span s = inner_of((object *)base);
	object *o;

	if (!s.len)
		return MAILGUARD_ITEROVER;
	o = object_new(((object *)base)->tnef, MGI_MAPI_MESSAGE, err);
	if (!o)
		return MAILGUARD_ENOMEM;
	o->base.code_page = base->code_page;
	stream_read(o, s);
	return object_end(out, o, err);
}

/* -- values ---------------------------------------------------------------- */

static mailguard_status object_tag_at(mgi_mapi_tag *out,
                                      mgi_mapi *base,
                                      size_t i)
{
	object *o = (object *)base;

	if (i >= o->own.count)
		return MAILGUARD_ITEROVER;
	*out = o->own.at[i].tag;
	return MAILGUARD_OK;
}

/* Without a closing NUL, and of an object without what it is. */
static mailguard_span bytes_of(const mgi_tnef_property *p)
{
	uint16_t type = MGI_MAPI_TYPE(p->tag);
	size_t unit = type == MGI_MAPI_UNICODE ? 2 : 1;
	mailguard_span s = p->bytes;

	if (type == MGI_MAPI_OBJECT)
		return mgi_span_from(s, IID);
	if (type != MGI_MAPI_UNICODE && type != MGI_MAPI_STRING8)
		return s;
	s.len -= s.len % unit;
	while (s.len >= unit && !s.data[s.len - 1] && !s.data[s.len - unit])
		s.len -= unit;
	return s;
}

static mailguard_status object_get(mgi_mapi_value *out,
                                   mgi_mapi *base,
                                   uint16_t id,
                                   mailguard_error *err)
{
	mgi_tnef_property *p = find((object *)base, id);

	(void)err;
	if (!p)
		return MAILGUARD_ITEROVER;
	out->tag = p->tag;
	out->number = p->number;
	out->bytes = bytes_of(p);
	out->size = out->bytes.len;
	if (out->size > MGI_MAPI_VALUE_MAX)
		out->bytes = mgi_span(NULL, 0);
	return MAILGUARD_OK;
}

static void value_release(void *payload)
{
	mgi_mapi_free(payload);
}

static mailguard_status object_open(mailguard_source **out,
                                    mgi_mapi *base,
                                    uint16_t id,
                                    mailguard_error *err)
{
	mgi_tnef_property *p = find((object *)base, id);
	mailguard_status st;
	mailguard_span s;

	if (!p)
		return MAILGUARD_ITEROVER;
	s = bytes_of(p);
	st = mailguard_source_memory(out, base->mg, s, value_release,
	                             mgi_mapi_ref(base), err);
	if (st < 0)
		mgi_mapi_free(base);
	return st;
}

static uint16_t object_name_find(mgi_mapi *base, const mgi_mapi_name *name)
{
	object *o = (object *)base;
	size_t i;

	for (i = 0; i < o->own.count; i++) {
		const mgi_tnef_property *p = &o->own.at[i];

		if (p->named && p->name.number == name->number &&
		    p->name.text.len == name->text.len &&
		    !memcmp(p->name.guid, name->guid, sizeof(name->guid)) &&
		    (!name->text.len ||
		     !memcmp(p->name.text.data, name->text.data,
		             name->text.len)))
			return MGI_MAPI_ID(p->tag);
	}
	return 0;
}

static bool object_name_of(mgi_mapi_name *out, mgi_mapi *base, uint16_t id)
{
	mgi_tnef_property *p = find((object *)base, id);

	if (!p || !p->named)
		return false;
	*out = p->name;
	return true;
}

static const mgi_mapi_class tnef_class = {
	.tag_at = object_tag_at,
	.get = object_get,
	.open = object_open,
	.recipient = object_recipient,
	.attachment = object_attachment,
	.embedded = object_embedded,
	.name_find = object_name_find,
	.name_of = object_name_of,
	.again = object_again,
	.release = object_release,
};
