/*
 * zip.c - the list at the end of a ZIP file (APPNOTE 4.3.12 to 4.3.16), and
 * what the members hold.
 */
#include "store/olm/zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/pack.h"
#include "base/text.h"

enum { END = 0x06054b50, END64 = 0x06064b50, WHERE64 = 0x07064b50 };
enum { LISTED = 0x02014b50, LISTED_BYTES = 46 };
enum { END_BYTES = 22, WHERE64_BYTES = 20, END64_BYTES = 56 };
enum { STORED = 0, DEFLATED = 8, ENCRYPTED = 1 };
#define COMMENT_MAX 65535
#define RATIO 1040 /* deflate packs 1032 bytes into one at best */

bool mgi_zip_add(mgi_zip *z, const mgi_zip_entry *e)
{
	if (z->count == MGI_ZIP_MAX)
		return true;
	if (z->count == z->room) {
		size_t room = z->room ? z->room * 2 : 64;
		mgi_zip_entry *at =
			mgi_arena_array(z->arena, room, sizeof(*at));

		if (!at)
			return false;
		if (z->count)
			memcpy(at, z->at, z->count * sizeof(*at));
		z->at = at;
		z->room = room;
	}
	z->at[z->count++] = *e;
	return true;
}

void mgi_zip_large(mgi_zip_entry *e, mailguard_span extra)
{
	mgi_cursor c = mgi_cursor_of(extra);

	while (!c.failed && mgi_cursor_left(&c) >= 4) {
		uint16_t id = mgi_cursor_u16le(&c);
		mgi_cursor own = mgi_cursor_of(
			mgi_cursor_take(&c, mgi_cursor_u16le(&c)));

		if (id != 1)
			continue;
		if (e->size == UINT32_MAX)
			e->size = mgi_cursor_u64le(&own);
		if (e->packed == UINT32_MAX)
			e->packed = mgi_cursor_u64le(&own);
		if (e->at == UINT32_MAX)
			e->at = mgi_cursor_u64le(&own);
	}
}

/* -- the list -------------------------------------------------------------- */

typedef struct end {
	uint64_t at, size, count;
} end;

static bool end64_read(end *out, mgi_file *f, uint64_t before)
{
	mailguard_span s;
	mgi_cursor c;
	uint64_t at;

	if (before < WHERE64_BYTES ||
	    mgi_file_window(&s, f, before - WHERE64_BYTES, WHERE64_BYTES,
	                    NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != WHERE64)
		return false;
	mgi_cursor_skip(&c, 4);
	at = mgi_cursor_u64le(&c);
	if (c.failed || mgi_file_window(&s, f, at, END64_BYTES, NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != END64)
		return false;
	mgi_cursor_skip(&c, 28);
	out->count = mgi_cursor_u64le(&c);
	out->size = mgi_cursor_u64le(&c);
	out->at = mgi_cursor_u64le(&c);
	return !c.failed;
}

/* Where the list is, by the record behind it. */
static bool end_find(end *out, mgi_file *f)
{
	uint64_t size = mgi_file_size(f);
	uint64_t from = size > END_BYTES + COMMENT_MAX
	                        ? size - END_BYTES - COMMENT_MAX
	                        : 0;
	mailguard_span s;
	size_t i;

	if (mgi_file_window(&s, f, from, END_BYTES + COMMENT_MAX, NULL) < 0)
		return false;
	for (i = s.len; i-- > 0;) {
		mgi_cursor c = mgi_cursor_of(mgi_span_from(s, i));

		if (mgi_cursor_u32le(&c) != END)
			continue;
		mgi_cursor_skip(&c, 6);
		out->count = mgi_cursor_u16le(&c);
		out->size = mgi_cursor_u32le(&c);
		out->at = mgi_cursor_u32le(&c);
		if (c.failed)
			continue;
		if (out->count == UINT16_MAX || out->size == UINT32_MAX ||
		    out->at == UINT32_MAX)
			return end64_read(out, f, from + i);
		return true;
	}
	return false;
}

/* One entry of the list; how long it is, 0 if there is none. */
static size_t listed_at(mgi_zip_entry *e,
                        mgi_arena *arena,
                        mgi_file *f,
                        uint64_t at)
{
	size_t name, extra, comment;
	mailguard_span s;
	mgi_cursor c;

	memset(e, 0, sizeof(*e));
	if (mgi_file_window(&s, f, at, LISTED_BYTES, NULL) < 0)
		return 0;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != LISTED)
		return 0;
	mgi_cursor_skip(&c, 4);
	e->flags = mgi_cursor_u16le(&c);
	e->method = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 4);
	e->crc = mgi_cursor_u32le(&c);
	e->packed = mgi_cursor_u32le(&c);
	e->size = mgi_cursor_u32le(&c);
	name = mgi_cursor_u16le(&c);
	extra = mgi_cursor_u16le(&c);
	comment = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 8);
	e->at = mgi_cursor_u32le(&c);
	if (c.failed ||
	    mgi_file_window(&s, f, at + LISTED_BYTES, name + extra, NULL) < 0 ||
	    s.len < name + extra)
		return 0;
	e->name = mgi_arena_strndup(arena, s.data, name);
	mgi_zip_large(e, mgi_span_from(mgi_span_head(s, name + extra), name));
	return e->name ? LISTED_BYTES + name + extra + comment : 0;
}

/* False if it is not whole; what can be read of it is read. */
static bool list_read(mgi_zip *z, mgi_file *f)
{
	mgi_zip_entry e;
	uint64_t at, i;
	end list;

	if (!end_find(&list, f))
		return false;
	for (i = 0, at = list.at; i < list.count && i < MGI_ZIP_MAX; i++) {
		size_t n = listed_at(&e, z->arena, f, at);

		if (!n || e.at >= mgi_file_size(f))
			return false;
		if (!mgi_zip_add(z, &e))
			return false;
		at += n;
	}
	return at - list.at == list.size;
}

static int by_name(const void *a, const void *b)
{
	const mgi_zip_name *x = a, *y = b;
	int order = strcmp(x->entry->name, y->entry->name);

	return order ? order : (x->entry->at < y->entry->at ? -1 : 1);
}

static mailguard_status zip_fill(mgi_zip *z, mgi_file *f, mailguard_error *err)
{
	mailguard_status st;
	size_t i;

	z->broken = !list_read(z, f);
	st = mgi_zip_compare(z, f, err);
	if (st >= 0 && z->broken)
		st = mgi_zip_scan(z, f, err);
	if (st < 0)
		return st;
	z->by_name =
		mgi_arena_array(z->arena, z->count + 1, sizeof(*z->by_name));
	if (mgi_arena_failed(z->arena))
		return mgi_fail_nomem(err);
	for (i = 0; i < z->count; i++)
		z->by_name[i].entry = &z->at[i];
	qsort(z->by_name, z->count, sizeof(*z->by_name), by_name);
	return z->count ? MAILGUARD_OK : MAILGUARD_EFORMAT;
}

mailguard_status mgi_zip_open(mgi_zip **out, mgi_file *f, mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mgi_file_handle(f));
	mgi_zip *z = arena ? mgi_arena_alloc(arena, sizeof(*z)) : NULL;
	mailguard_status st;
	mailguard_span s;

	*out = NULL;
	if (!z) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	z->arena = arena;
	atomic_init(&z->holders, 1);
	/* The window is there from here on, or there is no memory. */
	st = mgi_file_window(&s, f, 0, 1, err);
	if (st >= 0)
		st = zip_fill(z, f, err);
	if (st < 0)
		mgi_zip_free(z);
	else
		*out = z;
	return st;
}

mgi_zip *mgi_zip_hold(mgi_zip *z)
{
	atomic_fetch_add_explicit(&z->holders, 1, memory_order_relaxed);
	return z;
}

void mgi_zip_free(mgi_zip *z)
{
	if (z && atomic_fetch_sub_explicit(&z->holders, 1,
	                                   memory_order_acq_rel) == 1)
		mgi_arena_free(z->arena);
}

const mgi_zip_entry *mgi_zip_find(const mgi_zip *z, const char *name)
{
	size_t low = 0, high = z->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(z->by_name[mid].entry->name, name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low < z->count && strcmp(z->by_name[low].entry->name, name) == 0
	               ? z->by_name[low].entry
	               : NULL;
}

/* -- a member -------------------------------------------------------------- */

static mailguard_status packed_read(mailguard_buffer *out,
                                    mgi_file *f,
                                    uint64_t at,
                                    uint64_t n)
{
	mailguard_status st;
	size_t got;
	char *room;

	if (at > mgi_file_size(f) || n > mgi_file_size(f) - at)
		n = at < mgi_file_size(f) ? mgi_file_size(f) - at : 0;
	room = mgi_buf_room(out, (size_t)n);
	if (!room)
		return mgi_buf_status(out, NULL);
	st = mgi_file_read(f, at, room, (size_t)n, &got, NULL);
	mgi_buf_filled(out, got);
	return st;
}

static mailguard_status inflate(mailguard_buffer *out,
                                const mgi_zip_entry *e,
                                size_t max,
                                mailguard_span in)
{
	size_t want = e->open ? in.len * 8 + 4096 : (size_t)e->size, got;
	mailguard_status st;
	mgi_pack *pack;

	st = mgi_pack_new(&pack, out->mg, NULL);
	if (st < 0)
		return st;
	for (;; want *= 4) {
		char *room = mgi_buf_room(out, want < max ? want : max);

		st = !room ? mgi_buf_status(out, NULL)
		           : mgi_inflate(room, want < max ? want : max, &got,
		                         pack, in);
		if (st == MAILGUARD_OK)
			mgi_buf_filled(out, got);
		if (st != MAILGUARD_ELIMIT || !e->open || want >= max)
			break;
	}
	mgi_pack_free(pack);
	/* More than its head told is damage, not a limit. */
	return st == MAILGUARD_ELIMIT && !e->open ? MAILGUARD_EFORMAT : st;
}

static mailguard_status member_read(mailguard_buffer *out,
                                    mgi_file *f,
                                    const mgi_zip_entry *e,
                                    uint64_t data,
                                    size_t max)
{
	mailguard_buffer packed;
	mailguard_status st;

	if (e->method == STORED)
		return packed_read(out, f, data, e->packed);
	mgi_buf_init(&packed, out->mg);
	st = packed_read(&packed, f, data, e->packed);
	if (st >= 0)
		st = inflate(out, e, max, mgi_buf_span(&packed));
	mgi_buf_done(&packed);
	return st;
}

mailguard_status mgi_zip_read(mailguard_buffer *out,
                              bool *torn,
                              mgi_file *f,
                              const mgi_zip_entry *e,
                              size_t max)
{
	mgi_arena *arena = mgi_arena_new(out->mg);
	size_t before = out->len;
	mgi_zip_entry own;
	mailguard_status st;
	mailguard_span s;
	uint64_t data;
	bool has, nomem;

	*torn = false;
	/* The window is there from here on, or there is no memory. */
	if (!arena ||
	    mgi_file_window(&s, f, e->at, 1, NULL) == MAILGUARD_ENOMEM) {
		mgi_arena_free(arena);
		return MAILGUARD_ENOMEM;
	}
	has = mgi_zip_head_at(&own, &data, arena, f, e->at);
	nomem = mgi_arena_failed(arena);
	mgi_arena_free(arena);
	if (nomem)
		return MAILGUARD_ENOMEM;
	if (!has || e->flags & ENCRYPTED || e->size / RATIO > e->packed)
		return MAILGUARD_EFORMAT;
	if (e->size > max || e->packed > max)
		return MAILGUARD_ELIMIT;
	if (e->method != STORED && e->method != DEFLATED)
		return MAILGUARD_EUNSUPPORTED;
	st = member_read(out, f, e, data, max);
	if (st >= 0)
		*torn = (!e->open && out->len - before != e->size) ||
		        (mgi_crc32(UINT32_MAX,
		                   mgi_span_from(mgi_buf_span(out), before)) ^
		         UINT32_MAX) != e->crc;
	return st < 0 ? st : MAILGUARD_OK;
}
