/*
 * value.c - values of a .msg that lie in streams: one as a source, and many
 * values, each in a stream of its own, as one.
 */
#include "store/msg/msg.h"

#include <string.h>

#include "base/fail.h"
#include "base/source.h"
#include "base/text.h"

/* -- one, as a source ------------------------------------------------------ */

struct value {
	mgi_msg_place place; /* its object is held */
	uint32_t stream;
};

struct reading {
	mgi_file *file;
	mgi_cfb_stream stream;
	unsigned char *held;
};

#define HELD ((size_t)64 << 10)

static mailguard_status value_open(void **state,
                                   void *self,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	struct reading *r = mgi_arena_alloc(arena, sizeof(*r));
	struct value *v = self;
	mailguard_status st;

	if (r)
		r->held = mgi_arena_alloc(arena, HELD);
	if (!r || !r->held)
		return mgi_fail_nomem(err);
	st = mgi_file_again(&r->file, v->place.file, err);
	if (st < 0)
		return st;
	mgi_cfb_begin(&r->stream, v->place.cfb, r->file, v->stream);
	*state = r;
	return MAILGUARD_OK;
}

static mailguard_status value_next(mailguard_span *out,
                                   void *state,
                                   mailguard_error *err)
{
	struct reading *r = state;
	mailguard_status st;
	size_t got;

	st = mgi_cfb_next(&got, r->held, HELD, &r->stream, err);
	*out = mgi_span(r->held, got);
	return st;
}

static void value_close(void *state)
{
	mgi_file_close(((struct reading *)state)->file);
}

static void value_release(void *self)
{
	struct value *v = self;
	mgi_mapi *o = v->place.object;

	mgi_free(o->mg, v);
	mgi_mapi_free(o);
}

static const mgi_source_kind value_kind = { value_open, value_next, value_close,
	                                    value_release };

mailguard_status mgi_msg_value(mailguard_source **out,
                               const mgi_msg_place *p,
                               uint32_t stream,
                               mailguard_error *err)
{
	mailguard *mg = p->object->mg;
	struct value *v = mgi_alloc(mg, sizeof(*v));
	mailguard_status st;

	if (!v)
		return mgi_fail_nomem(err);
	v->place = *p;
	(void)mgi_mapi_ref(p->object);
	v->stream = stream;
	st = mgi_source_new(out, mg, &value_kind, v, err);
	if (st < 0)
		value_release(v);
	return st;
}

/* -- many, of a type that has no fixed size -------------------------------- */

#define MANY_MAX 4096

static void put32(unsigned char *to, size_t n)
{
	to[0] = (unsigned char)n;
	to[1] = (unsigned char)(n >> 8);
	to[2] = (unsigned char)(n >> 16);
	to[3] = (unsigned char)(n >> 24);
}

bool mgi_msg_is_many(uint16_t type)
{
	uint16_t each = type & (uint16_t)~MGI_MAPI_MANY;

	return type & MGI_MAPI_MANY &&
	       (each == MGI_MAPI_STRING8 || each == MGI_MAPI_UNICODE ||
	        each == MGI_MAPI_BINARY);
}

/* Value `k`, which lies in a stream of its own (2.1.4.2). */
static mailguard_status many_take(mailguard_span *out,
                                  const mgi_msg_place *p,
                                  mgi_mapi_tag tag,
                                  size_t k)
{
	mailguard_status st;
	mgi_cfb_stream s;
	uint32_t at;
	char *name =
		mgi_arena_printf(p->object->arena, MGI_MSG_VALUE "%08X-%08X",
	                         (unsigned)tag, (unsigned)k);

	if (!name)
		return MAILGUARD_ENOMEM;
	at = mgi_cfb_find(p->cfb, p->storage, name);
	mgi_cfb_begin(&s, p->cfb, p->file, at);
	st = mgi_cfb_load(out, p->object->arena, &s, (size_t)MGI_MAPI_VALUE_MAX,
	                  NULL);
	if (st < 0 || at == MGI_CFB_NONE)
		mgi_mapi_harmed(p->object);
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

/* What was loaded are their lengths; as mgi_mapi_element() parts them. */
mailguard_status mgi_msg_many(mailguard_span *bytes,
                              const mgi_msg_place *p,
                              mgi_mapi_tag tag,
                              mailguard_error *err)
{
	uint16_t type = MGI_MAPI_TYPE(tag);
	mgi_arena *arena = p->object->arena;
	size_t each = type == (MGI_MAPI_MANY | MGI_MAPI_BINARY) ? 8 : 4;
	size_t n = bytes->len / each, all = 4 + 4 * n, i;
	mailguard_span *at = mgi_arena_array(arena, n + 1, sizeof(*at));
	mailguard_status st = at ? MAILGUARD_OK : MAILGUARD_ENOMEM;
	unsigned char *to;

	for (i = 0; i < n && i < MANY_MAX && st >= 0; i++) {
		st = many_take(&at[i], p, tag, i);
		all += at[i].len;
	}
	n = i;
	to = st < 0 ? NULL : mgi_arena_alloc(arena, all);
	if (!to)
		return mgi_fail_nomem(err);
	*bytes = mgi_span(to, all);
	put32(to, n);
	for (i = 0, all = 4 + 4 * n; i < n; i++) {
		put32(to + 4 + 4 * i, all);
		if (at[i].len)
			memcpy(to + all, at[i].data, at[i].len);
		all += at[i].len;
	}
	return MAILGUARD_OK;
}
