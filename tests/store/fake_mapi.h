#ifndef FAKE_MAPI_H
#define FAKE_MAPI_H
/*
 * fake_mapi.h - MAPI objects told in a test, so that what is made of them is
 * tested without a file.
 */
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/object.h"

typedef struct fake_value {
	mgi_mapi_tag tag;
	uint64_t number;
	const void *bytes;
	size_t len;
} fake_value;

#define FAKE_TEXT(id, s)                                     \
 {                                                           \
  MGI_MAPI_TAG(id, MGI_MAPI_STRING8), 0, s, sizeof(s "") - 1 \
 }
#define FAKE_BYTES(id, s)                                   \
 {                                                          \
  MGI_MAPI_TAG(id, MGI_MAPI_BINARY), 0, s, sizeof(s "") - 1 \
 }
#define FAKE_WIDE(id, s)                                  \
 {                                                        \
  MGI_MAPI_TAG(id, MGI_MAPI_UNICODE), 0, s, sizeof(s) - 2 \
 }
#define FAKE_NUMBER(id, n)                     \
 {                                             \
  MGI_MAPI_TAG(id, MGI_MAPI_INT32), n, NULL, 0 \
 }
/* Seconds since 1970. */
#define FAKE_TIME(id, t)                                              \
 {                                                                    \
  MGI_MAPI_TAG(id, MGI_MAPI_TIME),                                    \
	  ((uint64_t)(t) + UINT64_C(11644473600)) * 10000000, NULL, 0 \
 }

/* A named property, and the id it has in this file. */
typedef struct fake_name {
	uint16_t id;
	uint32_t number;
	unsigned char first; /* byte of its set */
} fake_name;

typedef struct fake_spec {
	const fake_value *values; /* closed by a tag of 0 */
	const struct fake_spec *const *recipients, *const *attachments;
	const struct fake_spec *embedded;
	const struct fake_name *names; /* closed by an id of 0 */
	uint32_t code_page;
	bool unreadable; /* an attachment that cannot be opened */
} fake_spec;

typedef struct fake {
	mgi_mapi base;
	const fake_spec *spec;
} fake;

static const mgi_mapi_class fake_class;

static mailguard_status fake_new(mgi_mapi **out,
                                 mailguard *mg,
                                 const fake_spec *spec,
                                 mgi_mapi_kind kind,
                                 mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	fake *f = arena ? mgi_arena_alloc(arena, sizeof(*f)) : NULL;

	*out = NULL;
	if (!f) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	f->base.class = &fake_class;
	f->base.mg = mg;
	f->base.arena = arena;
	f->base.kind = kind;
	f->base.code_page = spec->code_page ? spec->code_page : 65001;
	atomic_init(&f->base.holders, 1);
	f->spec = spec;
	*out = &f->base;
	return MAILGUARD_OK;
}

static const fake_value *fake_find(mgi_mapi *o, uint16_t id)
{
	const fake_value *v = ((fake *)o)->spec->values;

	while (v->tag && MGI_MAPI_ID(v->tag) != id)
		v++;
	return v->tag ? v : NULL;
}

static mailguard_status fake_tag_at(mgi_mapi_tag *out, mgi_mapi *o, size_t i)
{
	*out = ((fake *)o)->spec->values[i].tag;
	return *out ? MAILGUARD_OK : MAILGUARD_ITEROVER;
}

static mailguard_status fake_get(mgi_mapi_value *out,
                                 mgi_mapi *o,
                                 uint16_t id,
                                 mailguard_error *err)
{
	const fake_value *v = fake_find(o, id);

	(void)err;
	if (!v)
		return MAILGUARD_ITEROVER;
	out->tag = v->tag;
	out->number = v->number;
	out->size = v->len;
	if (v->len <= MGI_MAPI_VALUE_MAX)
		out->bytes = mgi_span(v->bytes, v->len);
	return MAILGUARD_OK;
}

static mailguard_status fake_open(mailguard_source **out,
                                  mgi_mapi *o,
                                  uint16_t id,
                                  mailguard_error *err)
{
	const fake_value *v = fake_find(o, id);

	if (!v)
		return MAILGUARD_ITEROVER;
	return mailguard_source_memory(out, o->mg, mgi_span(v->bytes, v->len),
	                               NULL, NULL, err);
}

static mailguard_status fake_below(mgi_mapi **out,
                                   mgi_mapi *o,
                                   const fake_spec *const *list,
                                   size_t i,
                                   mailguard_error *err)
{
	size_t n = 0;

	while (list && list[n])
		n++;
	if (i >= n)
		return MAILGUARD_ITEROVER;
	if (list[i]->unreadable) {
		mgi_mapi_harmed(o);
		return MAILGUARD_EFORMAT;
	}
	return fake_new(out, o->mg, list[i], MGI_MAPI_ATTACHMENT, err);
}

static mailguard_status fake_recipient(mgi_mapi **out,
                                       mgi_mapi *o,
                                       size_t i,
                                       mailguard_error *err)
{
	mailguard_status st =
		fake_below(out, o, ((fake *)o)->spec->recipients, i, err);

	if (*out)
		(*out)->kind = MGI_MAPI_RECIPIENT;
	return st;
}

static mailguard_status fake_attachment(mgi_mapi **out,
                                        mgi_mapi *o,
                                        size_t i,
                                        mailguard_error *err)
{
	return fake_below(out, o, ((fake *)o)->spec->attachments, i, err);
}

static mailguard_status fake_embedded(mgi_mapi **out,
                                      mgi_mapi *o,
                                      mailguard_error *err)
{
	const fake_spec *inner = ((fake *)o)->spec->embedded;

	return inner ? fake_new(out, o->mg, inner, MGI_MAPI_MESSAGE, err)
	             : MAILGUARD_ITEROVER;
}

static mailguard_status fake_again(mgi_mapi **out,
                                   const mgi_mapi *o,
                                   mailguard_error *err)
{
	return fake_new(out, o->mg, ((const fake *)o)->spec, o->kind, err);
}

static uint16_t fake_name_find(mgi_mapi *o, const mgi_mapi_name *name)
{
	const fake_name *n = ((fake *)o)->spec->names;

	while (n && n->id &&
	       (n->number != name->number || n->first != name->guid[0]))
		n++;
	return n ? n->id : 0;
}

static void fake_release(mgi_mapi *o)
{
	mgi_arena_free(o->arena);
}

static const mgi_mapi_class fake_class = {
	.tag_at = fake_tag_at,
	.get = fake_get,
	.open = fake_open,
	.recipient = fake_recipient,
	.attachment = fake_attachment,
	.embedded = fake_embedded,
	.name_find = fake_name_find,
	.again = fake_again,
	.release = fake_release,
};

#endif
