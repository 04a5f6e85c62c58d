/*
 * tnef_stream.c - the bytes of a winmail.dat: attributes ([MS-OXTNEF] 2.1.3)
 * and lists of properties (2.1.3.4). Whatever they are, no read is outside.
 */
#include "store/mapi/tnef.h"

#include <string.h>

#include "base/text.h"

#define SIGNATURE "\x78\x9f\x3e\x22"

bool mgi_tnef_is(mailguard_span s)
{
	return s.len >= 6 && memcmp(s.data, SIGNATURE, 4) == 0;
}

mgi_cursor mgi_tnef_begin(mailguard_span s)
{
	return mgi_cursor_of(mgi_span_from(s, 6)); /* and a key */
}

/* What encoders and mail add behind the end. */
static bool only_padding(const mgi_cursor *c)
{
	const unsigned char *p;

	for (p = c->at; p < c->end; p++)
		if (*p && !mgi_is_space(*p))
			return false;
	return true;
}

static uint16_t sum_of(mailguard_span s)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < s.len; i++)
		sum += s.data[i];
	return (uint16_t)sum;
}

bool mgi_tnef_next(mgi_tnef_attribute *out, mgi_cursor *c)
{
	uint32_t size;

	memset(out, 0, sizeof(*out));
	if (c->failed || only_padding(c))
		return false;
	out->level = mgi_cursor_u8(c);
	out->id = (uint16_t)mgi_cursor_u32le(c);
	size = mgi_cursor_u32le(c);
	if (c->failed || (out->level != MGI_TNEF_MESSAGE &&
	                  out->level != MGI_TNEF_ATTACHMENT)) {
		c->failed = true;
		return false;
	}
	if (size > mgi_cursor_left(c)) {
		out->data = mgi_cursor_take(c, mgi_cursor_left(c));
		out->cut = c->failed = true;
		return true;
	}
	out->data = mgi_cursor_take(c, size);
	out->bad = mgi_cursor_u16le(c) != sum_of(out->data);
	return true;
}

uint32_t mgi_tnef_judge(mailguard_span s)
{
	mgi_tnef_attribute a;
	mgi_cursor c;
	uint32_t wrong = 0;

	if (!mgi_tnef_is(s))
		return MGI_TNEF_NONE;
	c = mgi_tnef_begin(s);
	while (mgi_tnef_next(&a, &c))
		if (a.bad && !c.failed)
			wrong |= MGI_TNEF_SUM;
	return c.failed ? wrong | MGI_TNEF_TORN : wrong;
}

/* -- properties ------------------------------------------------------------ */

mgi_tnef_property *mgi_tnef_add(mgi_tnef_properties *to, mgi_arena *arena)
{
	if (to->count == to->room) {
		size_t room = to->room ? to->room * 2 : 32;
		mgi_tnef_property *more =
			mgi_arena_array(arena, room, sizeof(*more));

		if (!more)
			return NULL;
		if (to->count)
			memcpy(more, to->at, to->count * sizeof(*more));
		to->at = more;
		to->room = room;
	}
	return &to->at[to->count++];
}

/* Bytes of a value in the stream, and those that count; 0: they vary. */
static size_t fixed_size(uint16_t type, size_t *counts)
{
	switch (type) {
	case MGI_MAPI_INT16:
		*counts = 2;
		return 4;
	case MGI_MAPI_INT32:
	case MGI_MAPI_FLOAT:
	case MGI_MAPI_ERROR:
	case MGI_MAPI_BOOL:
		return *counts = 4;
	case MGI_MAPI_DOUBLE:
	case MGI_MAPI_CURRENCY:
	case MGI_MAPI_APPTIME:
	case MGI_MAPI_INT64:
	case MGI_MAPI_TIME:
		return *counts = 8;
	case MGI_MAPI_GUID:
		return *counts = 16;
	default:
		return *counts = 0;
	}
}

static uint64_t number_of(mailguard_span s)
{
	uint64_t x = 0;
	size_t i;

	for (i = s.len < 8 ? s.len : 8; i; i--)
		x = x << 8 | s.data[i - 1];
	return x;
}

/* Its bytes and what fills the last four of them. */
static mailguard_span sized(mgi_cursor *c)
{
	uint32_t size = mgi_cursor_u32le(c);
	mailguard_span s = mgi_cursor_take(c, size);

	/* The last value of all may lack its filling. */
	if (size % 4)
		mgi_cursor_skip(c, mgi_cursor_left(c) < 4 - size % 4
		                           ? mgi_cursor_left(c)
		                           : 4 - size % 4);
	return s;
}

static void put32(unsigned char *to, size_t x)
{
	to[0] = (unsigned char)x;
	to[1] = (unsigned char)(x >> 8);
	to[2] = (unsigned char)(x >> 16);
	to[3] = (unsigned char)(x >> 24);
}

static void fixed_many(mgi_tnef_property *p,
                       mgi_cursor *c,
                       size_t sizes[2],
                       mgi_arena *arena)
{
	size_t count = mgi_cursor_u32le(c), i;
	unsigned char *to;

	if (count > mgi_cursor_left(c) / sizes[0]) {
		c->failed = true;
		return;
	}
	to = mgi_arena_alloc(arena, count * sizes[1] + 1);
	for (i = 0; to && i < count; i++)
		memcpy(to + i * sizes[1], mgi_cursor_take(c, sizes[0]).data,
		       sizes[1]);
	p->bytes = mgi_span(to, to ? count * sizes[1] : 0);
}

static void varied_many(mgi_tnef_property *p, mgi_cursor *c, mgi_arena *arena)
{
	size_t count = mgi_cursor_u32le(c), i, all;
	mgi_cursor again = *c;
	unsigned char *to;

	if (count > mgi_cursor_left(c) / 4) {
		c->failed = true;
		return;
	}
	for (i = 0, all = 4 + 4 * count; i < count; i++)
		all += sized(&again).len;
	to = again.failed ? NULL : mgi_arena_alloc(arena, all);
	if (!to) {
		c->failed = true;
		return;
	}
	put32(to, count);
	for (i = 0, all = 4 + 4 * count; i < count; i++) {
		mailguard_span s = sized(c);

		put32(to + 4 + 4 * i, all);
		if (s.len)
			memcpy(to + all, s.data, s.len);
		all += s.len;
	}
	p->bytes = mgi_span(to, all);
}

static void value_read(mgi_tnef_property *p, mgi_cursor *c, mgi_arena *arena)
{
	uint16_t type = MGI_MAPI_TYPE(p->tag);
	size_t sizes[2], count, i;

	sizes[0] = fixed_size(type & (uint16_t)~MGI_MAPI_MANY, &sizes[1]);
	if (type & MGI_MAPI_MANY && sizes[0]) {
		fixed_many(p, c, sizes, arena);
	} else if (type & MGI_MAPI_MANY) {
		varied_many(p, c, arena);
	} else if (sizes[0]) {
		p->bytes =
			mgi_span_head(mgi_cursor_take(c, sizes[0]), sizes[1]);
		p->number = number_of(p->bytes);
	} else { /* a count that is 1 */
		count = mgi_cursor_u32le(c);
		for (i = 0; i < count && !c->failed; i++) {
			mailguard_span s = sized(c);

			if (!i)
				p->bytes = s;
		}
	}
}

static void name_read(mgi_tnef_property *p, mgi_cursor *c)
{
	mailguard_span guid = mgi_cursor_take(c, sizeof(p->name.guid));

	if (guid.len)
		memcpy(p->name.guid, guid.data, guid.len);
	if (mgi_cursor_u32le(c) == 0) {
		p->name.number = mgi_cursor_u32le(c);
		return;
	}
	p->name.text = sized(c);
	while (p->name.text.len >= 2 &&
	       !p->name.text.data[p->name.text.len - 1] &&
	       !p->name.text.data[p->name.text.len - 2])
		p->name.text.len -= 2;
}

#define NAMED 0x8000u

bool mgi_tnef_props_read(mgi_tnef_properties *to,
                         mgi_cursor *c,
                         mgi_arena *arena)
{
	uint32_t count = mgi_cursor_u32le(c);

	while (count-- && !c->failed) {
		mgi_tnef_property *p = mgi_tnef_add(to, arena);
		uint16_t type, id;

		if (!p)
			return false;
		type = mgi_cursor_u16le(c);
		id = mgi_cursor_u16le(c);
		p->named = id >= NAMED;
		p->tag = MGI_MAPI_TAG(id, type);
		if (p->named) {
			id = (uint16_t)(NAMED | ((to->count - 1) & 0x7fff));
			p->tag = MGI_MAPI_TAG(id, type);
			name_read(p, c);
		}
		value_read(p, c, arena);
		if (c->failed)
			to->count--;
	}
	return !c->failed;
}
