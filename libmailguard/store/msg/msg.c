/*
 * msg.c - the storages of a .msg as MAPI objects ([MS-OXMSG] 2).
 *
 * A storage lists its properties in one stream; values over 8 bytes lie in
 * streams named by their tag. Where the list is torn the streams still tell.
 */
#include "store/msg/msg.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

#define LIST "__properties_version1.0"
#define VALUE MGI_MSG_VALUE
#define RECIPIENT "__recip_version1.0_#"
#define ATTACHMENT "__attach_version1.0_#"
#define LIST_MAX ((size_t)1 << 20)
#define EMBEDDED_DATA 0x3701000d
#define PROP 16

typedef struct property {
	mgi_mapi_tag tag;
	uint32_t stream; /* entry of its value; MGI_CFB_NONE */
	uint64_t number;
	mailguard_span bytes; /* once loaded */
	bool loaded;
} property;

typedef struct object {
	mgi_mapi base;
	mgi_cfb *cfb;   /* held */
	mgi_file *file; /* own of the first one, else that of `above` */
	mgi_msg_names *names;
	uint32_t storage;
	property *at;
	size_t count;
} object;

static const mgi_mapi_class msg_class;

/* -- properties ------------------------------------------------------------ */

static bool is_inline(uint16_t type)
{
	switch (type) {
	case MGI_MAPI_INT16:
	case MGI_MAPI_INT32:
	case MGI_MAPI_FLOAT:
	case MGI_MAPI_DOUBLE:
	case MGI_MAPI_CURRENCY:
	case MGI_MAPI_APPTIME:
	case MGI_MAPI_ERROR:
	case MGI_MAPI_BOOL:
	case MGI_MAPI_INT64:
	case MGI_MAPI_TIME:
		return true;
	default:
		return false;
	}
}

static property *find(object *o, uint16_t id)
{
	size_t i;

	for (i = 0; i < o->count; i++)
		if (MGI_MAPI_ID(o->at[i].tag) == id)
			return &o->at[i];
	return NULL;
}

/* Eight hexadecimal digits behind `prefix`, and nothing else. */
static bool number_of(uint32_t *out, const char *name, const char *prefix)
{
	size_t n = strlen(prefix), i;

	*out = 0;
	if (!mgi_span_starts_nocase(mgi_span_of(name), prefix))
		return false;
	for (i = 0; i < 8; i++) {
		int digit = mgi_xdigit((unsigned char)name[n + i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return !name[n + 8];
}

static mailguard_status list_read(object *o, size_t header)
{
	uint32_t entry = mgi_cfb_find(o->cfb, o->storage, LIST);
	mgi_cfb_stream s;
	mailguard_status st;
	mailguard_span all;
	mgi_cursor c;

	mgi_cfb_begin(&s, o->cfb, o->file, entry);
	st = mgi_cfb_load(&all, o->base.arena, &s, LIST_MAX, NULL);
	if (st == MAILGUARD_ENOMEM)
		return st;
	if (st < 0 || entry == MGI_CFB_NONE)
		mgi_mapi_harmed(&o->base);
	all = mgi_span_from(all, header);
	o->at = mgi_arena_array(o->base.arena, all.len / PROP + 1,
	                        sizeof(*o->at));
	if (!o->at)
		return MAILGUARD_ENOMEM;
	for (c = mgi_cursor_of(all); mgi_cursor_left(&c) >= PROP;) {
		property *p = &o->at[o->count++];

		p->tag = mgi_cursor_u32le(&c);
		mgi_cursor_skip(&c, 4);
		p->number = mgi_cursor_u64le(&c);
		p->stream = MGI_CFB_NONE;
	}
	return MAILGUARD_OK;
}

/* Values the list does not name are found by their streams. */
static mailguard_status streams_read(object *o)
{
	const mgi_cfb_entry *e = mgi_cfb_at(o->cfb, o->storage);
	size_t more = 0, had = o->count;
	property *p, *all;
	uint32_t i, tag;

	for (i = e->child; i != MGI_CFB_NONE; i = e->next) {
		e = mgi_cfb_at(o->cfb, i);
		more += number_of(&tag, e->name, VALUE);
	}
	all = mgi_arena_array(o->base.arena, had + more + 1, sizeof(*all));
	if (!all)
		return MAILGUARD_ENOMEM;
	if (had)
		memcpy(all, o->at, had * sizeof(*all));
	o->at = all;
	e = mgi_cfb_at(o->cfb, o->storage);
	for (i = e->child; i != MGI_CFB_NONE; i = e->next) {
		e = mgi_cfb_at(o->cfb, i);
		if (!number_of(&tag, e->name, VALUE))
			continue;
		p = find(o, MGI_MAPI_ID(tag));
		if (!p) {
			p = &o->at[o->count++];
			p->number = e->size;
		}
		p->tag = tag;
		p->stream = i;
	}
	return MAILGUARD_OK;
}

/* -- objects --------------------------------------------------------------- */

static object *object_new(mailguard *mg, mgi_cfb *cfb)
{
	mgi_arena *arena = mgi_arena_new(mg);
	object *o = arena ? mgi_arena_alloc(arena, sizeof(*o)) : NULL;

	if (!o) {
		mgi_arena_free(arena);
		return NULL;
	}
	o->base.class = &msg_class;
	o->base.mg = mg;
	o->base.arena = arena;
	atomic_init(&o->base.harm, 0);
	atomic_init(&o->base.holders, 1);
	o->cfb = mgi_cfb_hold(cfb);
	return o;
}

static void object_release(mgi_mapi *base)
{
	object *o = (object *)base;
	mgi_cfb *cfb = o->cfb;

	if (!base->above)
		mgi_file_close(o->file);
	mgi_arena_free(base->arena);
	mgi_cfb_free(cfb);
}

static mailguard_status object_read(object *o,
                                    mgi_mapi_kind kind,
                                    size_t header,
                                    mailguard_error *err)
{
	mailguard_status st;

	o->base.kind = kind;
	o->base.id = o->storage;
	st = list_read(o, header);
	if (st >= 0)
		st = streams_read(o);
	return st < 0 ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

static mailguard_status below(mgi_mapi **out,
                              mgi_mapi *above,
                              uint32_t storage,
                              mgi_mapi_kind kind,
                              mailguard_error *err)
{
	const object *up = (const object *)above;
	object *o = object_new(above->mg, up->cfb);
	mailguard_status st;

	if (!o)
		return mgi_fail_nomem(err);
	o->file = up->file;
	o->names = up->names;
	o->storage = storage;
	o->base.code_page = above->code_page;
	o->base.above = above; /* for release; object.c holds it */
	st = object_read(o, kind, kind == MGI_MAPI_MESSAGE ? 24 : 8, err);
	if (st < 0)
		object_release(&o->base);
	else
		*out = &o->base;
	return st;
}

/* The first one of a file; takes the file. */
static mailguard_status first(mgi_mapi **out,
                              mailguard *mg,
                              mgi_cfb *cfb,
                              mgi_file *file,
                              mailguard_error *err)
{
	object *o = object_new(mg, cfb);
	mailguard_status st = MAILGUARD_OK;

	*out = NULL;
	if (!o) {
		mgi_file_close(file);
		return mgi_fail_nomem(err);
	}
	o->file = file;
	o->names = mgi_arena_alloc(o->base.arena, sizeof(*o->names));
	if (!o->names)
		st = mgi_fail_nomem(err);
	if (st >= 0)
		st = mgi_msg_names_read(o->names, cfb, file, o->base.arena,
		                        err);
	if (st >= 0)
		st = object_read(o, MGI_MAPI_MESSAGE, 32, err);
	if (st < 0)
		mgi_mapi_free(&o->base);
	else
		*out = &o->base;
	return st;
}

mailguard_status mgi_msg_open(mgi_mapi **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err)
{
	mailguard_status st;
	mgi_file *file;
	mgi_cfb *cfb;

	*out = NULL;
	st = mgi_file_open(&file, mg, path, err);
	if (st < 0)
		return st;
	st = mgi_cfb_open(&cfb, file, err);
	if (st < 0) {
		mgi_file_close(file);
		return st;
	}
	if (mgi_cfb_find(cfb, 0, LIST) == MGI_CFB_NONE) {
		mgi_file_close(file);
		st = MAILGUARD_EFORMAT;
	} else {
		st = first(out, mg, cfb, file, err);
	}
	mgi_cfb_free(cfb);
	return st;
}

static mailguard_status object_again(mgi_mapi **out,
                                     const mgi_mapi *base,
                                     mailguard_error *err)
{
	const object *o = (const object *)base;
	mailguard_status st;
	mgi_file *file;

	st = mgi_file_again(&file, o->file, err);
	return st < 0 ? st : first(out, base->mg, o->cfb, file, err);
}

/* Number `i` of the storages so called, by the number in the name. */
static uint32_t numbered(const object *o, const char *prefix, size_t i)
{
	const mgi_cfb_entry *e;
	uint32_t at, n, found = MGI_CFB_NONE, above = 0;
	bool any = false;
	size_t k;

	/* Nearly always the number is `i` itself. */
	for (k = 0; k <= i; k++) {
		uint32_t least = UINT32_MAX;

		found = MGI_CFB_NONE;
		e = mgi_cfb_at(o->cfb, o->storage);
		for (at = e->child; at != MGI_CFB_NONE; at = e->next) {
			e = mgi_cfb_at(o->cfb, at);
			if (!e->is_storage || !number_of(&n, e->name, prefix))
				continue;
			if ((!any || n > above) && n <= least) {
				least = n;
				found = at;
			}
		}
		if (found == MGI_CFB_NONE)
			return found;
		above = least;
		any = true;
	}
	return found;
}

static mailguard_status object_recipient(mgi_mapi **out,
                                         mgi_mapi *o,
                                         size_t i,
                                         mailguard_error *err)
{
	uint32_t at = numbered((object *)o, RECIPIENT, i);

	if (at == MGI_CFB_NONE)
		return MAILGUARD_ITEROVER;
	return below(out, o, at, MGI_MAPI_RECIPIENT, err);
}

static mailguard_status object_attachment(mgi_mapi **out,
                                          mgi_mapi *o,
                                          size_t i,
                                          mailguard_error *err)
{
	uint32_t at = numbered((object *)o, ATTACHMENT, i);

	if (at == MGI_CFB_NONE)
		return MAILGUARD_ITEROVER;
	return below(out, o, at, MGI_MAPI_ATTACHMENT, err);
}

static mailguard_status object_embedded(mgi_mapi **out,
                                        mgi_mapi *base,
                                        mailguard_error *err)
{
	object *o = (object *)base;
	property *p = find(o, MGI_MAPI_ID(EMBEDDED_DATA));
	const mgi_cfb_entry *e = p ? mgi_cfb_at(o->cfb, p->stream) : NULL;

	if (!e || !e->is_storage ||
	    mgi_cfb_find(o->cfb, p->stream, LIST) == MGI_CFB_NONE)
		return MAILGUARD_ITEROVER;
	return below(out, base, p->stream, MGI_MAPI_MESSAGE, err);
}

static mgi_msg_place place_of(object *o)
{
	mgi_msg_place p = { &o->base, o->cfb, o->file, o->storage };

	return p;
}

/* -- values ---------------------------------------------------------------- */

static mailguard_status object_tag_at(mgi_mapi_tag *out,
                                      mgi_mapi *base,
                                      size_t i)
{
	object *o = (object *)base;

	if (i >= o->count)
		return MAILGUARD_ITEROVER;
	*out = o->at[i].tag;
	return MAILGUARD_OK;
}

static mailguard_status load(object *o, property *p, mailguard_error *err)
{
	const mgi_cfb_entry *e = mgi_cfb_at(o->cfb, p->stream);
	mgi_msg_place place = place_of(o);
	mailguard_status st;
	mgi_cfb_stream s;

	if (p->loaded || (e && (e->is_storage || e->size > MGI_MAPI_VALUE_MAX)))
		return MAILGUARD_OK;
	p->loaded = true;
	if (!e) { /* the list names what is not there */
		if (p->number & UINT32_MAX)
			mgi_mapi_harmed(&o->base);
		return MAILGUARD_OK;
	}
	mgi_cfb_begin(&s, o->cfb, o->file, p->stream);
	st = mgi_cfb_load(&p->bytes, o->base.arena, &s,
	                  (size_t)MGI_MAPI_VALUE_MAX, err);
	if (st == MAILGUARD_EFORMAT) { /* what is there of it is given */
		mgi_mapi_harmed(&o->base);
		st = MAILGUARD_OK;
	}
	if (st == MAILGUARD_OK && mgi_msg_is_many(MGI_MAPI_TYPE(p->tag)))
		st = mgi_msg_many(&p->bytes, &place, p->tag, err);
	return st;
}

static void trim(mgi_mapi_value *v)
{
	size_t unit = MGI_MAPI_TYPE(v->tag) == MGI_MAPI_UNICODE ? 2 : 1;
	mailguard_span *s = &v->bytes;

	if (MGI_MAPI_TYPE(v->tag) != MGI_MAPI_UNICODE &&
	    MGI_MAPI_TYPE(v->tag) != MGI_MAPI_STRING8)
		return;
	while (s->len >= unit && !s->data[s->len - 1] &&
	       !s->data[s->len - unit])
		s->len -= unit;
}

static mailguard_status object_get(mgi_mapi_value *out,
                                   mgi_mapi *base,
                                   uint16_t id,
                                   mailguard_error *err)
{
	object *o = (object *)base;
	property *p = find(o, id);
	const mgi_cfb_entry *e;
	mailguard_status st;

	if (!p)
		return MAILGUARD_ITEROVER;
	out->tag = p->tag;
	if (is_inline(MGI_MAPI_TYPE(p->tag))) {
		out->number = p->number;
		return MAILGUARD_OK;
	}
	st = load(o, p, err);
	if (st < 0)
		return st;
	e = mgi_cfb_at(o->cfb, p->stream);
	out->bytes = p->bytes;
	out->size = e ? e->size : 0;
	trim(out);
	return MAILGUARD_OK;
}

static mailguard_status object_open(mailguard_source **out,
                                    mgi_mapi *base,
                                    uint16_t id,
                                    mailguard_error *err)
{
	object *o = (object *)base;
	property *p = find(o, id);
	const mgi_cfb_entry *e;
	mgi_msg_place place;

	if (!p)
		return MAILGUARD_ITEROVER;
	e = mgi_cfb_at(o->cfb, p->stream);
	if (!e)
		return MAILGUARD_ITEROVER;
	if (e->is_storage)
		return mgi_msg_ole(out, o->cfb, o->file, p->stream, err);
	place = place_of(o);
	return mgi_msg_value(out, &place, p->stream, err);
}

/* -- names ----------------------------------------------------------------- */

static uint16_t object_name_find(mgi_mapi *o, const mgi_mapi_name *name)
{
	return mgi_msg_name_find(((object *)o)->names, name);
}

static bool object_name_of(mgi_mapi_name *out, mgi_mapi *o, uint16_t id)
{
	return mgi_msg_name_of(out, ((object *)o)->names, id);
}

static const mgi_mapi_class msg_class = {
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
