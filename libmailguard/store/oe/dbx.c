/*
 * dbx.c - the tree of a .dbx, and what its entries say of a message.
 */
#include "store/oe/dbx.h"

#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

#define MAGIC 0xfe12adcfu
#define MAIL 0x6f74fdc5u
#define FOLDERS 0x6f74fdc6u

enum { HEAD_COUNT = 0xc4, HEAD_ROOT = 0xe4 };
enum { NODE = 0x27c, NODE_ENTRIES = 0x18, NODE_MOST = 0x33 };
/* Indexes of an entry. */
enum { INFO_MARKS = 1, INFO_TEXT = 4 };
#define INFO_MAX 65536
/* Nodes that wait to be read: as many as the tree is wide and deep. */
#define WAIT 65536

static uint32_t u32_at(mgi_file *f, uint32_t at)
{
	mailguard_span s;
	mgi_cursor c;

	if (mgi_file_window(&s, f, at, 4, NULL) < 0)
		return 0;
	c = mgi_cursor_of(s);
	return mgi_cursor_u32le(&c);
}

mailguard_status mgi_dbx_kind_of(mgi_dbx_kind *out, mgi_file *f)
{
	uint32_t kind = u32_at(f, 4);

	*out = MGI_DBX_OTHER;
	if (u32_at(f, 0) != MAGIC)
		return MAILGUARD_EFORMAT;
	if (kind == MAIL)
		*out = MGI_DBX_MAIL;
	else if (kind == FOLDERS)
		*out = MGI_DBX_FOLDERS;
	return MAILGUARD_OK;
}

bool mgi_dbx_add(mgi_dbx *d, mgi_arena *arena, const mgi_dbx_message *m)
{
	if (d->count == d->room) {
		size_t room = d->room ? d->room * 2 : 64;
		mgi_dbx_message *at = mgi_arena_array(arena, room, sizeof(*at));

		if (!at)
			return false;
		if (d->count)
			memcpy(at, d->at, d->count * sizeof(*at));
		d->at = at;
		d->room = room;
	}
	d->at[d->count++] = *m;
	return true;
}

/* -- an entry -------------------------------------------------------------- */

/* Index number, and value or where among the data it lies: 4 bytes. */
static void info_take(mgi_dbx_message *m, uint32_t index, mailguard_span data)
{
	uint32_t value = index >> 8;

	if (!(index & 0x80)) {
		mgi_cursor c = mgi_cursor_of(mgi_span_from(data, value));

		value = mgi_cursor_u32le(&c);
		if (c.failed)
			return;
	}
	if ((index & 0x7f) == INFO_MARKS)
		m->marks = value;
	else if ((index & 0x7f) == INFO_TEXT)
		m->segment = value;
}

/* False if it is none. */
static bool info_read(mgi_dbx_message *m, mgi_file *f, uint32_t at)
{
	mailguard_span s, data;
	uint32_t size, n, i;
	mgi_cursor c;

	memset(m, 0, sizeof(*m));
	if (mgi_file_window(&s, f, at, 12, NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	if (mgi_cursor_u32le(&c) != at)
		return false;
	size = mgi_cursor_u32le(&c);
	mgi_cursor_skip(&c, 2);
	n = mgi_cursor_u8(&c);
	if (c.failed || size > INFO_MAX || 4 * n > size ||
	    mgi_file_window(&s, f, at + 12, size, NULL) < 0 || s.len < size)
		return false;
	c = mgi_cursor_of(mgi_span_head(s, 4 * (size_t)n));
	data = mgi_span_from(mgi_span_head(s, size), 4 * (size_t)n);
	for (i = 0; i < n; i++)
		info_take(m, mgi_cursor_u32le(&c), data);
	return true;
}

/* -- the tree -------------------------------------------------------------- */

typedef struct tree {
	mgi_dbx *to;
	mgi_arena *arena;
	mgi_file *file;
	uint32_t *wait;
	uint32_t waiting;
	uint64_t budget; /* nodes: no more than the file has room for */
} tree;

static void wait_for(tree *t, uint32_t node)
{
	if (!node)
		return;
	if (t->waiting < WAIT)
		t->wait[t->waiting++] = node;
	else
		t->to->broken++;
}

static bool value_take(tree *t, uint32_t at)
{
	mgi_dbx_message m;

	if (!info_read(&m, t->file, at)) {
		t->to->broken++; /* it is a message all the same */
		memset(&m, 0, sizeof(m));
	}
	if (t->to->count >= MGI_DBX_MAX)
		return true;
	return mgi_dbx_add(t->to, t->arena, &m);
}

static bool node_read(tree *t, uint32_t at)
{
	uint32_t children[NODE_MOST + 1], values[NODE_MOST], n, i;
	mailguard_span s;
	mgi_cursor c;

	if (mgi_file_window(&s, t->file, at, NODE, NULL) < 0 || s.len < NODE ||
	    !t->budget) {
		t->to->broken++;
		return true;
	}
	t->budget--;
	c = mgi_cursor_of(s);
	n = s.data[0x11];
	if (mgi_cursor_u32le(&c) != at || n > NODE_MOST) {
		t->to->broken++;
		return true;
	}
	mgi_cursor_skip(&c, 4);
	children[0] = mgi_cursor_u32le(&c);
	mgi_cursor_skip(&c, NODE_ENTRIES - 12);
	for (i = 0; i < n; i++) {
		values[i] = mgi_cursor_u32le(&c);
		children[i + 1] = mgi_cursor_u32le(&c);
		mgi_cursor_skip(&c, 4);
	}
	for (i = 0; i < n; i++) /* the window is needed no more */
		if (values[i] && !value_take(t, values[i]))
			return false;
	for (i = 0; i <= n; i++)
		wait_for(t, children[n - i]);
	return true;
}

static mailguard_status tree_read(mgi_dbx *d,
                                  mgi_arena *arena,
                                  mgi_file *f,
                                  mailguard_error *err)
{
	tree t = { d, arena, f, NULL, 0, mgi_file_size(f) / NODE + 1 };
	mailguard *mg = mgi_file_handle(f);
	bool ok = true;

	t.wait = mgi_alloc(mg, WAIT * sizeof(*t.wait));
	if (!t.wait)
		return mgi_fail_nomem(err);
	wait_for(&t, u32_at(f, HEAD_ROOT));
	while (ok && t.waiting)
		ok = node_read(&t, t.wait[--t.waiting]);
	mgi_free(mg, t.wait);
	return ok ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* Does every message the tree names have its text? */
static bool is_whole(mgi_dbx *d, mgi_file *f)
{
	uint64_t size;
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->at[i].segment &&
		    !mgi_dbx_chain(&size, f, d->at[i].segment))
			return false;
	return !d->broken && d->count == d->told;
}

mailguard_status mgi_dbx_read(mgi_dbx *out,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	/* The window is there from here on, or there is no memory. */
	st = mgi_file_window(&s, f, 0, HEAD_ROOT + 4, err);
	if (st < 0)
		return st;
	if (mgi_dbx_kind_of(&out->kind, f) < 0) {
		/* The head is gone; the segments know themselves. */
		out->kind = MGI_DBX_MAIL;
		out->broken++;
		return mgi_dbx_scan(out, arena, f, err);
	}
	if (out->kind != MGI_DBX_MAIL)
		return MAILGUARD_OK;
	out->told = u32_at(f, HEAD_COUNT);
	st = tree_read(out, arena, f, err);
	if (st >= 0 && !is_whole(out, f))
		st = mgi_dbx_scan(out, arena, f, err);
	return st;
}

/* -- segments -------------------------------------------------------------- */

bool mgi_dbx_segment_at(mgi_dbx_segment *out, mgi_file *f, uint32_t at)
{
	mailguard_span s;
	mgi_cursor c;

	memset(out, 0, sizeof(*out));
	if (mgi_file_window(&s, f, at, MGI_DBX_HEAD, NULL) < 0)
		return false;
	c = mgi_cursor_of(s);
	out->at = mgi_cursor_u32le(&c);
	if (mgi_cursor_u32le(&c) != MGI_DBX_TEXT || out->at != at)
		return false;
	out->used = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 2);
	out->next = mgi_cursor_u32le(&c);
	return !c.failed && out->used <= MGI_DBX_TEXT &&
	       (uint64_t)at + MGI_DBX_HEAD + out->used <= mgi_file_size(f);
}

bool mgi_dbx_chain(uint64_t *size, mgi_file *f, uint32_t segment)
{
	uint64_t left = mgi_file_size(f) / (MGI_DBX_HEAD + 1);
	mgi_dbx_segment s;

	for (*size = 0; segment && left; segment = s.next, left--) {
		if (!mgi_dbx_segment_at(&s, f, segment))
			return false;
		*size += s.used;
	}
	return !segment;
}
