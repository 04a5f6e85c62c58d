/*
 * properties.c - properties of a MAPI object, its recipients and attachments,
 * as they stand in the file: for those who know more of them than we do.
 */
#include "store/mapi/object.h"

#include <string.h>

#include "base/base64.h"
#include "base/charset.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include "store/driver.h"

#define UNIX_EPOCH INT64_C(11644473600) /* seconds since 1601 */
#define GUID_TEXT 39                    /* with its braces and the NUL */

struct mailguard_properties {
	mailguard *mg;
	mgi_arena *arena;
	mgi_mapi *item;   /* held, as it is nobody else's */
	mgi_mapi *object; /* whose turn it is: the item, or a part of it */
	int32_t of;
	uint32_t which;
	size_t at; /* property of it */
	mgi_mapi_value value;
	uint32_t element, elements; /* the next one of `value` */
	mailguard_property one;
	mailguard_buffer name, text;
	char set[GUID_TEXT], guid[GUID_TEXT];
};

mailguard_status mailguard_walk_properties(mailguard_properties **out,
                                           mailguard_walk *w,
                                           mailguard_error *err)
{
	const mgi_store_more *more = w->store->reader->more;
	mailguard *mg = w->store->mg;
	mailguard_properties *p;
	mailguard_status st;
	mgi_arena *arena;
	mgi_mapi *o;

	*out = NULL;
	if (!more || !more->object)
		return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_PROPERTIES_NONE, "path",
		                w->store->path);
	o = more->object(w);
	if (!o)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	arena = mgi_arena_new(mg);
	p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
	if (!p) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	p->mg = mg;
	p->arena = arena;
	p->of = MAILGUARD_PROPERTY_OF_ITEM;
	mgi_buf_init(&p->name, mg);
	mgi_buf_init(&p->text, mg);
	st = mgi_mapi_again(&p->item, o, err);
	p->object = mgi_mapi_ref(p->item);
	if (st < 0)
		mailguard_properties_free(p);
	else
		*out = p;
	return st;
}

void mailguard_properties_free(mailguard_properties *p)
{
	if (!p)
		return;
	mgi_mapi_free(p->object);
	mgi_mapi_free(p->item);
	mgi_buf_done(&p->name);
	mgi_buf_done(&p->text);
	mgi_arena_free(p->arena);
}

/* -- whose they are -------------------------------------------------------- */

/* The next recipient or attachment; one that cannot be opened is left out. */
static mailguard_status object_next(mailguard_properties *p,
                                    mailguard_error *err)
{
	mailguard_status st;

	mgi_mapi_free(p->object);
	p->object = NULL;
	p->at = 0;
	if (p->of == MAILGUARD_PROPERTY_OF_ITEM) {
		p->of = MAILGUARD_PROPERTY_OF_RECIPIENT;
		p->which = 0;
	}
	do {
		if (p->of == MAILGUARD_PROPERTY_OF_RECIPIENT)
			st = mgi_mapi_recipient(&p->object, p->item, p->which++,
			                        err);
		else
			st = mgi_mapi_attachment(&p->object, p->item,
			                         p->which++, err);
		if (st == MAILGUARD_ITEROVER &&
		    p->of == MAILGUARD_PROPERTY_OF_RECIPIENT) {
			p->of = MAILGUARD_PROPERTY_OF_ATTACHMENT;
			p->which = 0;
			st = MAILGUARD_EFORMAT;
		}
	} while (st == MAILGUARD_EFORMAT);
	if (st >= 0)
		mgi_error_clear(err);
	return st;
}

/* -- names ----------------------------------------------------------------- */

/* {00062008-0000-0000-c000-000000000046}: the first three are numbers. */
static void guid_text(char out[GUID_TEXT], const unsigned char *g)
{
	static const unsigned char order[] = { 3, 2, 1,  0,  5,  4,  7,  6,
		                               8, 9, 10, 11, 12, 13, 14, 15 };
	static const char digits[] = "0123456789abcdef";
	size_t i;

	*out++ = '{';
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[g[order[i]] >> 4];
		*out++ = digits[g[order[i]] & 15];
	}
	*out++ = '}';
	*out = '\0';
}

static mailguard_status utf16_put(mailguard_buffer *out,
                                  mailguard_span s,
                                  mailguard_error *err)
{
	mgi_buf_cut(out, 0);
	return mgi_charset_decode(
		out, NULL, mgi_charset_find(mgi_span_of("utf-16le")), s, err);
}

static mailguard_status name_get(mailguard_properties *p, mailguard_error *err)
{
	mailguard_property *one = &p->one;
	mgi_mapi_name name;

	if (MGI_MAPI_ID(one->tag) < 0x8000 ||
	    !mgi_mapi_name_of(&name, p->object, MGI_MAPI_ID(one->tag)))
		return MAILGUARD_OK;
	guid_text(p->set, name.guid);
	one->set = p->set;
	one->lid = name.number;
	if (!name.text.len)
		return MAILGUARD_OK;
	one->lid = 0;
	if (utf16_put(&p->name, name.text, err) < 0)
		return MAILGUARD_ENOMEM;
	one->name = mgi_buf_text(&p->name);
	return MAILGUARD_OK;
}

/* -- values ---------------------------------------------------------------- */

static uint64_t bits_of(mailguard_span s)
{
	uint64_t x = 0;
	size_t n = s.len < 8 ? s.len : 8;

	while (n--)
		x = x << 8 | s.data[n];
	return x;
}

static void real_set(mailguard_property *one, uint64_t bits, bool is_float)
{
	uint32_t half = (uint32_t)bits;
	float f;

	one->kind = MAILGUARD_PROPERTY_REAL;
	if (is_float) {
		memcpy(&f, &half, sizeof(f));
		one->real = (double)f;
	} else {
		memcpy(&one->real, &bits, sizeof(one->real));
	}
}

static void time_set(mailguard_property *one, uint64_t filetime)
{
	one->kind = MAILGUARD_PROPERTY_TIME;
	one->number = (int64_t)(filetime >> 1) / 5 - UNIX_EPOCH * 1000000;
}

/* A number by the bits it has; false if its type is none. */
static bool number_set(mailguard_property *one, uint16_t type, uint64_t bits)
{
	one->kind = MAILGUARD_PROPERTY_NUMBER;
	switch (type) {
	case MGI_MAPI_INT16:
		one->number = (int16_t)bits;
		return true;
	case MGI_MAPI_INT32:
	case MGI_MAPI_ERROR:
		one->number = (int32_t)bits;
		return true;
	case MGI_MAPI_BOOL:
		one->number = (bits & 0xff) != 0;
		return true;
	case MGI_MAPI_INT64:
	case MGI_MAPI_CURRENCY:
		one->number = (int64_t)bits;
		return true;
	case MGI_MAPI_TIME:
		time_set(one, bits);
		return true;
	case MGI_MAPI_FLOAT:
	case MGI_MAPI_DOUBLE:
	case MGI_MAPI_APPTIME:
		real_set(one, bits, type == MGI_MAPI_FLOAT);
		return true;
	default:
		return false;
	}
}

static mailguard_status text_set(mailguard_properties *p,
                                 uint16_t type,
                                 mailguard_error *err)
{
	mgi_mapi_value v = p->value;
	mailguard_status st;

	v.tag = MGI_MAPI_TAG(MGI_MAPI_ID(v.tag), type);
	v.bytes = p->one.bytes;
	mgi_buf_cut(&p->text, 0);
	st = mgi_mapi_value_text(&p->text, p->object, &v, err);
	p->one.kind = MAILGUARD_PROPERTY_TEXT;
	p->one.bytes = mgi_buf_span(&p->text);
	return st;
}

/* `one.bytes` are those of one value, or `bits` are, of that type. */
static mailguard_status value_set(mailguard_properties *p,
                                  uint16_t type,
                                  uint64_t bits,
                                  mailguard_error *err)
{
	mailguard_property *one = &p->one;

	if (number_set(one, type, bits))
		one->bytes = mgi_span(NULL, 0);
	else if (type == MGI_MAPI_UNICODE || type == MGI_MAPI_STRING8)
		return text_set(p, type, err);
	else if (type == MGI_MAPI_GUID && one->bytes.len == 16) {
		guid_text(p->guid, one->bytes.data);
		one->kind = MAILGUARD_PROPERTY_GUID;
		one->bytes = mgi_span_of(p->guid);
	} else {
		one->kind = type == MGI_MAPI_BINARY ? MAILGUARD_PROPERTY_BYTES
		                                    : MAILGUARD_PROPERTY_NONE;
	}
	return MAILGUARD_OK;
}

static uint32_t elements_of(const mgi_mapi_value *v)
{
	mailguard_span s;
	uint32_t n = 0;

	while (n < 65536 && mgi_mapi_element(&s, v, n) == MAILGUARD_OK)
		n++;
	return n;
}

static mailguard_status element_tell(mailguard_properties *p,
                                     mailguard_error *err)
{
	uint16_t type = MGI_MAPI_TYPE(p->value.tag) & (uint16_t)~MGI_MAPI_MANY;

	p->one.element = p->element++;
	(void)mgi_mapi_element(&p->one.bytes, &p->value, p->one.element);
	p->one.size = p->one.bytes.len;
	return value_set(p, type, bits_of(p->one.bytes), err);
}

/* A property's first value; what cannot be read is told as torn. */
static mailguard_status value_get(mailguard_properties *p,
                                  mgi_mapi_tag tag,
                                  mailguard_error *err)
{
	mailguard_property *one = &p->one;
	mailguard_status st;

	memset(one, 0, sizeof(*one));
	one->tag = tag;
	one->of = p->of;
	one->which = p->which;
	one->elements = 1;
	st = name_get(p, err);
	if (st < 0)
		return st;
	st = mgi_mapi_get(&p->value, p->object,
	                  MGI_MAPI_TAG(MGI_MAPI_ID(tag), MGI_MAPI_ANY), err);
	if (st == MAILGUARD_ENOMEM)
		return st;
	if (st != MAILGUARD_OK) {
		mgi_error_clear(err);
		one->torn = 1;
		return MAILGUARD_OK;
	}
	one->torn = p->value.damaged;
	one->size = p->value.size;
	one->bytes = p->value.bytes;
	if (!(MGI_MAPI_TYPE(tag) & MGI_MAPI_MANY))
		return value_set(p, MGI_MAPI_TYPE(tag), p->value.number, err);
	p->elements = elements_of(&p->value);
	one->elements = p->elements;
	return p->elements ? element_tell(p, err) : MAILGUARD_OK;
}

mailguard_status mailguard_properties_next(const mailguard_property **out,
                                           mailguard_properties *p,
                                           mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_mapi_tag tag;

	*out = NULL;
	if (p->element < p->elements) {
		st = element_tell(p, err);
		*out = st == MAILGUARD_OK ? &p->one : NULL;
		return st;
	}
	p->element = p->elements = 0;
	while (p->object &&
	       mgi_mapi_tag_at(&tag, p->object, p->at) != MAILGUARD_OK)
		st = object_next(p, err);
	if (!p->object || st < 0)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	p->at++;
	st = value_get(p, tag, err);
	if (st == MAILGUARD_OK && mgi_arena_failed(p->object->arena))
		st = mgi_fail_nomem(err);
	*out = st == MAILGUARD_OK ? &p->one : NULL;
	return st;
}

/* -- as JSON --------------------------------------------------------------- */

static const char *of_name(int32_t of)
{
	static const char *const names[] = { "item", "recipient",
		                             "attachment" };

	return of >= 1 && of <= 3 ? names[of - 1] : "unknown";
}

/* With six digits, as far as these say it. */
static void real_put(mgi_jsonw *w, double x)
{
	if (x > -9e12 && x < 9e12)
		mgi_jsonw_fixed(w, "value", (int64_t)(x * 1e6), 6);
	else
		mgi_jsonw_null(w, "value");
}

static void bytes_put(mgi_jsonw *w,
                      mailguard_buffer *base64,
                      mailguard_span bytes)
{
	mgi_base64_put(base64, bytes);
	mgi_jsonw_span(w, "base64", mgi_buf_span(base64));
}

static void value_put(mgi_jsonw *w,
                      mailguard_buffer *base64,
                      const mailguard_property *one)
{
	switch (one->kind) {
	case MAILGUARD_PROPERTY_NUMBER:
		if (MGI_MAPI_TYPE(one->tag) == MGI_MAPI_BOOL)
			mgi_jsonw_bool(w, "value", one->number != 0);
		else
			mgi_jsonw_int(w, "value", one->number);
		break;
	case MAILGUARD_PROPERTY_REAL:
		real_put(w, one->real);
		break;
	case MAILGUARD_PROPERTY_TIME:
		mgi_jsonw_time(w, "value", one->number);
		break;
	case MAILGUARD_PROPERTY_TEXT:
	case MAILGUARD_PROPERTY_GUID:
		mgi_jsonw_span(w, "value", one->bytes);
		break;
	default:
		bytes_put(w, base64, one->bytes);
	}
}

mailguard_status mailguard_properties_json(mailguard_buffer *out,
                                           const mailguard_property *one,
                                           mailguard_error *err)
{
	mailguard_buffer base64;
	mailguard_status st;
	char tag[9];
	unsigned char be[4] = { (unsigned char)(one->tag >> 24),
		                (unsigned char)(one->tag >> 16),
		                (unsigned char)(one->tag >> 8),
		                (unsigned char)one->tag };
	mgi_jsonw w;

	mgi_hex(tag, mgi_span(be, sizeof(be)));
	mgi_buf_init(&base64, out->mg);
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "of", of_name(one->of));
	mgi_jsonw_int(&w, "which", one->which);
	mgi_jsonw_str(&w, "tag", tag);
	mgi_jsonw_str(&w, "set", one->set);
	mgi_jsonw_int(&w, "lid", one->lid);
	mgi_jsonw_str(&w, "name", one->name);
	mgi_jsonw_int(&w, "element", one->element);
	mgi_jsonw_int(&w, "elements", one->elements);
	mgi_jsonw_int(&w, "size", (int64_t)one->size);
	mgi_jsonw_bool(&w, "torn", one->torn != 0);
	value_put(&w, &base64, one);
	mgi_jsonw_end(&w);
	st = mgi_buf_status(&base64, err);
	mgi_buf_done(&base64);
	return st < 0 ? ((void)mgi_jsonw_finish(&w, NULL), st)
	              : mgi_jsonw_finish(&w, err);
}
