/*
 * zip_scan.c - members of a ZIP file by their own heads (APPNOTE 4.3.7), where
 * the list of them is damaged or gone.
 */
#include "store/olm/zip.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

enum { HEAD = 0x04034b50, HEAD_BYTES = 30, NAME_MAX_BYTES = 4096 };
enum { BEHIND = 0x08074b50, BEHIND_FLAG = 8 };

bool mgi_zip_head_at(mgi_zip_entry *e,
                     uint64_t *data,
                     mgi_arena *arena,
                     mgi_file *f,
                     uint64_t at)
{
	size_t name, extra;
	mailguard_span s;
	mgi_cursor c;

	memset(e, 0, sizeof(*e));
	if (mgi_file_window(&s, f, at, HEAD_BYTES, NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != HEAD)
		return false;
	mgi_cursor_skip(&c, 2);
	e->flags = mgi_cursor_u16le(&c);
	e->method = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 4);
	e->crc = mgi_cursor_u32le(&c);
	e->packed = mgi_cursor_u32le(&c);
	e->size = mgi_cursor_u32le(&c);
	name = mgi_cursor_u16le(&c);
	extra = mgi_cursor_u16le(&c);
	if (c.failed || !name || name > NAME_MAX_BYTES ||
	    mgi_file_window(&s, f, at + HEAD_BYTES, name + extra, NULL) < 0 ||
	    s.len < name + extra)
		return false;
	e->name = mgi_arena_strndup(arena, s.data, name);
	mgi_zip_large(e, mgi_span_from(mgi_span_head(s, name + extra), name));
	e->at = at;
	*data = at + HEAD_BYTES + name + extra;
	return e->name != NULL;
}

/* -- compared with the list ------------------------------------------------ */

/*
 * What a head says of its name, read without the window: one small piece of a
 * place after another. ENOMEM only.
 */
static mailguard_status name_compare(mgi_zip *z, mgi_file *f, mgi_zip_entry *e)
{
	unsigned char head[HEAD_BYTES + NAME_MAX_BYTES];
	size_t n = strlen(e->name), got, name;
	mgi_cursor c;

	if (n >= NAME_MAX_BYTES)
		return MAILGUARD_OK;
	(void)mgi_file_read(f, e->at, head, HEAD_BYTES + n + 1, &got, NULL);
	c = mgi_cursor_of(mgi_span(head, got));
	if (mgi_cursor_u32le(&c) != HEAD) {
		z->broken = true;
		return MAILGUARD_OK;
	}
	mgi_cursor_skip(&c, 22);
	name = mgi_cursor_u16le(&c);
	if (!c.failed && name == n && got >= HEAD_BYTES + n &&
	    memcmp(head + HEAD_BYTES, e->name, n) == 0)
		return MAILGUARD_OK;
	z->broken = true;
	if (name == n && got >= HEAD_BYTES + n)
		e->other = mgi_arena_strndup(z->arena, head + HEAD_BYTES, n);
	return mgi_arena_failed(z->arena) ? MAILGUARD_ENOMEM : MAILGUARD_OK;
}

mailguard_status mgi_zip_compare(mgi_zip *z, mgi_file *f, mailguard_error *err)
{
	size_t i;

	for (i = 0; i < z->count; i++)
		if (name_compare(z, f, &z->at[i]) < 0)
			return mgi_fail_nomem(err);
	return MAILGUARD_OK;
}

/* -- looked for ------------------------------------------------------------ */

typedef struct scan {
	mgi_zip *zip;
	mgi_file *file;
	uint64_t *known; /* heads the list names, in order */
	size_t known_count;
	mgi_zip_entry open; /* its end is still to come */
	uint64_t data;      /* of that one */
	bool has_open;
	uint64_t skip; /* a member's bytes may hold members of their own */
} scan;

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static bool is_known(const scan *s, uint64_t at)
{
	return s->known_count &&
	       bsearch(&at, s->known, s->known_count, sizeof(at), by_number);
}

/* The one under way ends at `end`, whatever its head told. */
static bool close_open(scan *s, uint64_t end)
{
	bool had = s->has_open;

	s->has_open = false;
	if (!had || end < s->data)
		return true;
	s->open.packed = end - s->data;
	s->open.found = true;
	return mgi_zip_add(s->zip, &s->open);
}

/* Do members or the list go on where a member says it ends? */
static bool is_end(mgi_file *f, uint64_t data, uint64_t packed)
{
	mailguard_span s;

	return packed && packed < mgi_file_size(f) &&
	       mgi_file_window(&s, f, data + packed, 2, NULL) >= 0 &&
	       mgi_span_starts(s, "PK");
}

static bool head_take(scan *s, uint64_t at)
{
	uint64_t data;
	mgi_zip_entry e;

	if (!mgi_zip_head_at(&e, &data, s->zip->arena, s->file, at))
		return !mgi_arena_failed(s->zip->arena);
	if (!close_open(s, at))
		return false;
	if (is_end(s->file, data, e.packed))
		s->skip = data + e.packed;
	if (is_known(s, at))
		return true;
	if (e.flags & BEHIND_FLAG && !e.packed) {
		e.open = true;
		s->open = e;
		s->data = data;
		s->has_open = true;
		return true;
	}
	e.found = true;
	return mgi_zip_add(s->zip, &e);
}

/* Sum and sizes behind a member, in 4 bytes each or 8. */
static bool behind_take(scan *s, uint64_t at)
{
	uint64_t packed, size;
	mailguard_span span;
	mgi_cursor c;
	uint32_t crc;

	if (!s->has_open || at < s->data ||
	    mgi_file_window(&span, s->file, at, 24, NULL) < 0)
		return true;
	c = mgi_cursor_of(span);
	mgi_cursor_skip(&c, 4);
	crc = mgi_cursor_u32le(&c);
	packed = mgi_cursor_u32le(&c);
	size = mgi_cursor_u32le(&c);
	if (packed != at - s->data) {
		c = mgi_cursor_of(mgi_span_from(span, 8));
		packed = mgi_cursor_u64le(&c);
		size = mgi_cursor_u64le(&c);
	}
	if (packed != at - s->data)
		return true;
	s->open.crc = crc;
	s->open.size = size;
	s->open.open = false;
	return close_open(s, at);
}

static bool place_look(scan *s, uint64_t at, uint32_t mark)
{
	if (mark == HEAD)
		return head_take(s, at);
	return mark != BEHIND || behind_take(s, at);
}

static bool look(scan *s)
{
	uint64_t at, size = mgi_file_size(s->file);
	mailguard_span w;
	size_t i;

	for (at = 0; at + 4 <= size; at += w.len > 4 ? w.len - 3 : 1) {
		if (mgi_file_window(&w, s->file, at, MGI_FILE_WINDOW, NULL) < 0)
			w.len = 0;
		for (i = 0; i + 4 <= w.len; i++) {
			mgi_cursor c;

			if (w.data[i] != 'P' || w.data[i + 1] != 'K' ||
			    at + i < s->skip)
				continue;
			c = mgi_cursor_of(mgi_span_from(w, i));
			if (!place_look(s, at + i, mgi_cursor_u32le(&c)))
				return false;
			/* The window may be another one by now. */
			if (mgi_file_window(&w, s->file, at, MGI_FILE_WINDOW,
			                    NULL) < 0)
				w.len = 0;
		}
	}
	return close_open(s, size);
}

mailguard_status mgi_zip_scan(mgi_zip *z, mgi_file *f, mailguard_error *err)
{
	scan s;
	size_t i;

	memset(&s, 0, sizeof(s));
	s.zip = z;
	s.file = f;
	s.known_count = z->count;
	s.known = mgi_arena_array(z->arena, z->count + 1, sizeof(*s.known));
	if (!s.known)
		return mgi_fail_nomem(err);
	for (i = 0; i < z->count; i++)
		s.known[i] = z->at[i].at;
	qsort(s.known, s.known_count, sizeof(*s.known), by_number);
	return look(&s) ? MAILGUARD_OK : mgi_fail_nomem(err);
}
