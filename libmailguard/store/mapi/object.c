/*
 * object.c - what every MAPI object does, whatever file it lies in.
 */
#include "store/mapi/object.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/code_page.h"

#define UNIX_EPOCH INT64_C(11644473600) /* seconds since 1601 */

enum {
	CODE_PAGE_MESSAGE = 0x3ffd,
	CODE_PAGE_INTERNET = 0x3fde,
	ATTACH_DATA = 0x3701
};

mgi_mapi *mgi_mapi_ref(mgi_mapi *o)
{
	if (o)
		atomic_fetch_add_explicit(&o->holders, 1, memory_order_relaxed);
	return o;
}

void mgi_mapi_free(mgi_mapi *o)
{
	while (o && atomic_fetch_sub_explicit(&o->holders, 1,
	                                      memory_order_acq_rel) == 1) {
		mgi_mapi *above = o->above, *origin = o->origin;

		o->class->release(o);
		mgi_mapi_free(origin); /* it has none itself */
		o = above;
	}
}

uint64_t mgi_mapi_harm(const mgi_mapi *o)
{
	return atomic_load(&((mgi_mapi *)(uintptr_t)o)->harm);
}

/* The one it is `again` hears of it at once: its reader may still be open. */
void mgi_mapi_harmed(mgi_mapi *o)
{
	for (; o; o = o->above) {
		atomic_fetch_add(&o->harm, 1);
		mgi_mapi_harmed(o->origin);
	}
}

/* -- what the class does --------------------------------------------------- */

static bool is_number(uint16_t type)
{
	switch (type) {
	case MGI_MAPI_INT16:
	case MGI_MAPI_INT32:
	case MGI_MAPI_INT64:
	case MGI_MAPI_BOOL:
		return true;
	default:
		return false;
	}
}

static bool is_text(uint16_t type)
{
	return type == MGI_MAPI_STRING8 || type == MGI_MAPI_UNICODE;
}

mailguard_status mgi_mapi_get(mgi_mapi_value *out,
                              mgi_mapi *o,
                              mgi_mapi_tag tag,
                              mailguard_error *err)
{
	uint16_t want = MGI_MAPI_TYPE(tag), has;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	st = o->class->get(out, o, MGI_MAPI_ID(tag), err);
	has = MGI_MAPI_TYPE(out->tag);
	if (st == MAILGUARD_OK && want != MGI_MAPI_ANY && want != has &&
	    !(is_text(want) && is_text(has))) {
		memset(out, 0, sizeof(*out));
		return MAILGUARD_ITEROVER;
	}
	return st;
}

mailguard_status mgi_mapi_tag_at(mgi_mapi_tag *out, mgi_mapi *o, size_t i)
{
	*out = 0;
	return o->class->tag_at(out, o, i);
}

mailguard_status mgi_mapi_open(mailguard_source **out,
                               mgi_mapi *o,
                               mgi_mapi_tag tag,
                               mailguard_error *err)
{
	*out = NULL;
	return o->class->open(out, o, MGI_MAPI_ID(tag), err);
}

/* Every object but the first of a file has one above it. */
static void place(mgi_mapi *o, mgi_mapi *above, size_t i)
{
	o->above = mgi_mapi_ref(above);
	o->index = i;
	o->depth = above->depth + (o->kind == MGI_MAPI_MESSAGE);
	if (atomic_load(&o->harm)) /* while it was opened */
		mgi_mapi_harmed(above);
}

mailguard_status mgi_mapi_recipient(mgi_mapi **out,
                                    mgi_mapi *o,
                                    size_t i,
                                    mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	if (!o->class->recipient)
		return MAILGUARD_ITEROVER;
	st = o->class->recipient(out, o, i, err);
	if (st == MAILGUARD_OK)
		place(*out, o, i);
	return st;
}

mailguard_status mgi_mapi_attachment(mgi_mapi **out,
                                     mgi_mapi *o,
                                     size_t i,
                                     mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	if (!o->class->attachment)
		return MAILGUARD_ITEROVER;
	st = o->class->attachment(out, o, i, err);
	if (st == MAILGUARD_OK)
		place(*out, o, i);
	return st;
}

mailguard_status mgi_mapi_embedded(mgi_mapi **out,
                                   mgi_mapi *o,
                                   mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	if (!o->class->embedded)
		return MAILGUARD_ITEROVER;
	if (o->depth >= MGI_MAPI_DEPTH_MAX)
		return mgi_fail(err, o->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_MAPI_TOO_DEEP);
	st = o->class->embedded(out, o, err);
	if (st == MAILGUARD_OK)
		place(*out, o, 0);
	return st;
}

static mailguard_status again_below(mgi_mapi **out,
                                    mgi_mapi *above,
                                    const mgi_mapi *o,
                                    mailguard_error *err)
{
	switch (o->kind) {
	case MGI_MAPI_RECIPIENT:
		return mgi_mapi_recipient(out, above, o->index, err);
	case MGI_MAPI_ATTACHMENT:
		return mgi_mapi_attachment(out, above, o->index, err);
	default:
		return mgi_mapi_embedded(out, above, err);
	}
}

/* Not recursive: the way down is as deep as messages lie in messages. */
mailguard_status mgi_mapi_again(mgi_mapi **out,
                                mgi_mapi *o,
                                mailguard_error *err)
{
	const mgi_mapi *way[2 * MGI_MAPI_DEPTH_MAX + 2], *up;
	mgi_mapi *at = NULL, *below;
	mailguard_status st;
	size_t n = 0;

	*out = NULL;
	for (up = o; up->above; up = up->above) {
		if (n == sizeof(way) / sizeof(way[0]))
			return mgi_fail(err, o->mg, MAILGUARD_ELIMIT,
			                MGI_SAY_MAPI_TOO_DEEP);
		way[n++] = up;
	}
	st = up->class->again(&at, up, err);
	while (st == MAILGUARD_OK && n) {
		st = again_below(&below, at, way[--n], err);
		mgi_mapi_free(at);
		at = below;
	}
	if (st != MAILGUARD_OK)
		return st;
	at->origin = mgi_mapi_ref(o);
	if (atomic_load(&at->harm)) /* while it was opened */
		mgi_mapi_harmed(o);
	*out = at;
	return MAILGUARD_OK;
}

uint16_t mgi_mapi_name_find(mgi_mapi *o, const mgi_mapi_name *name)
{
	return o->class->name_find ? o->class->name_find(o, name) : 0;
}

bool mgi_mapi_name_of(mgi_mapi_name *out, mgi_mapi *o, uint16_t id)
{
	memset(out, 0, sizeof(*out));
	return o->class->name_of && o->class->name_of(out, o, id);
}

/* -- the values people ask for most ---------------------------------------- */

int64_t mgi_mapi_number(mgi_mapi *o, uint16_t id, int64_t otherwise)
{
	mgi_mapi_value v;

	if (mgi_mapi_get(&v, o, MGI_MAPI_TAG(id, MGI_MAPI_ANY), NULL) !=
	            MAILGUARD_OK ||
	    !is_number(MGI_MAPI_TYPE(v.tag)))
		return otherwise;
	switch (MGI_MAPI_TYPE(v.tag)) {
	case MGI_MAPI_INT16:
		return (int16_t)v.number;
	case MGI_MAPI_INT32:
		return (int32_t)v.number;
	case MGI_MAPI_BOOL:
		return (v.number & 0xff) != 0;
	default:
		return (int64_t)v.number;
	}
}

mailguard_time mgi_mapi_time(mgi_mapi *o, uint16_t id)
{
	mgi_mapi_value v;
	int64_t t;

	if (mgi_mapi_get(&v, o, MGI_MAPI_TAG(id, MGI_MAPI_TIME), NULL) !=
	    MAILGUARD_OK)
		return 0;
	t = (int64_t)(v.number >> 1) / 5; /* microseconds; never negative */
	/* What no clock shows is no time: before 1601, or "for ever". */
	if (!t || v.number >= (uint64_t)INT64_MAX)
		return 0;
	return t - UNIX_EPOCH * 1000000;
}

mailguard_status mgi_mapi_value_text(mailguard_buffer *out,
                                     mgi_mapi *o,
                                     const mgi_mapi_value *v,
                                     mailguard_error *err)
{
	const mgi_charset *cs;

	if (!v->bytes.len)
		return MAILGUARD_OK;
	if (MGI_MAPI_TYPE(v->tag) == MGI_MAPI_UNICODE)
		cs = mgi_charset_find(mgi_span_of("utf-16le"));
	else
		cs = mgi_code_page(mgi_mapi_code_page(o));
	/* Some writers name UTF-8 and write their own code page. */
	if (cs == mgi_charset_utf8() && !mgi_utf8_valid(v->bytes))
		cs = NULL;
	if (!cs)
		cs = mgi_charset_sniff(v->bytes);
	if (!cs)
		cs = mgi_code_page(1252);
	return mgi_charset_decode(out, NULL, cs, v->bytes, err);
}

mailguard_status mgi_mapi_text(mailguard_buffer *out,
                               mgi_mapi *o,
                               uint16_t id,
                               mailguard_error *err)
{
	mgi_mapi_value v;
	mailguard_status st;

	st = mgi_mapi_get(&v, o, MGI_MAPI_TAG(id, MGI_MAPI_UNICODE), err);
	return st == MAILGUARD_OK ? mgi_mapi_value_text(out, o, &v, err) : st;
}

uint32_t mgi_mapi_code_page(mgi_mapi *o)
{
	int64_t page = mgi_mapi_number(o, CODE_PAGE_MESSAGE, 0);

	/* 1200 is UTF-16: it says nothing of STRING8. */
	if (page <= 0 || page == 1200)
		page = mgi_mapi_number(o, CODE_PAGE_INTERNET, 0);
	if (page <= 0 || page == 1200)
		page = o->above ? mgi_mapi_code_page(o->above) : o->code_page;
	return page > 0 && page < 0x10000 ? mgi_code_page_ansi((uint32_t)page)
	                                  : 0;
}

/* -- many values ----------------------------------------------------------- */

static size_t fixed_size(uint16_t type)
{
	switch (type) {
	case MGI_MAPI_INT16:
		return 2;
	case MGI_MAPI_INT32:
	case MGI_MAPI_FLOAT:
		return 4;
	case MGI_MAPI_GUID:
		return 16;
	case MGI_MAPI_DOUBLE:
	case MGI_MAPI_CURRENCY:
	case MGI_MAPI_APPTIME:
	case MGI_MAPI_INT64:
	case MGI_MAPI_TIME:
		return 8;
	default:
		return 0;
	}
}

static uint32_t u32_at(mailguard_span s, size_t i)
{
	const unsigned char *p = s.data + 4 * i;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

mailguard_status mgi_mapi_element(mailguard_span *out,
                                  const mgi_mapi_value *v,
                                  size_t i)
{
	uint16_t type = MGI_MAPI_TYPE(v->tag) & (uint16_t)~MGI_MAPI_MANY;
	mailguard_span s = v->bytes;
	size_t each = fixed_size(type), count, from, to;

	*out = mgi_span(NULL, 0);
	if (!(MGI_MAPI_TYPE(v->tag) & MGI_MAPI_MANY))
		return MAILGUARD_ITEROVER;
	if (each) {
		if (i >= s.len / each)
			return MAILGUARD_ITEROVER;
		*out = mgi_span(s.data + i * each, each);
		return MAILGUARD_OK;
	}
	count = s.len < 4 ? 0 : u32_at(s, 0);
	if (i >= count)
		return MAILGUARD_ITEROVER;
	if (i + 2 > s.len / 4)
		return MAILGUARD_EFORMAT;
	from = u32_at(s, i + 1);
	to = i + 1 < count && i + 3 <= s.len / 4 ? u32_at(s, i + 2) : s.len;
	if (from > to || to > s.len)
		return MAILGUARD_EFORMAT;
	*out = mgi_span(s.data + from, to - from);
	return MAILGUARD_OK;
}
