/*
 * dbx.c - the tree of a .dbx, and what its entries say of a message.
 */
#include "store/oe/dbx.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

#define MAGIC 0xfe12adcfu
/* The second one, by kind. */
#define MAIL 0x6f74fdc5u
#define FOLDERS 0x6f74fdc6u
#define NUMBERS 0x6f74fdc7u /* Pop3uidl.dbx */
#define OFFLINE 0x26fe9d30u

enum { HEAD_COUNT = 0xc4, HEAD_ROOT = 0xe4 };
enum { NODE = 0x27c, NODE_ENTRIES = 0x18, NODE_MOST = 0x33 };
/* Indexes of an entry. */
enum { INFO_MARKS = 1, INFO_TEXT = 4, INFO_LENGTH = 0x11 };
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

	*out = kind == MAIL                         ? MGI_DBX_MAIL
	       : kind == FOLDERS                    ? MGI_DBX_FOLDERS
	       : kind == NUMBERS || kind == OFFLINE ? MGI_DBX_OTHER
	                                            : MGI_DBX_UNKNOWN;
	return u32_at(f, 0) == MAGIC ? MAILGUARD_OK : MAILGUARD_EFORMAT;
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
	else if ((index & 0x7f) == INFO_LENGTH)
		m->length = value;
}

bool mgi_dbx_entry_at(mgi_dbx_message *m, mgi_file *f, uint32_t at)
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
	mgi_dbx_take take;
	void *to;
	mgi_file *file;
	uint32_t broken;
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
		t->broken++;
}

static bool node_read(tree *t, uint32_t at)
{
	uint32_t children[NODE_MOST + 1], values[NODE_MOST], n, i;
	mailguard_span s;
	mgi_cursor c;

	if (mgi_file_window(&s, t->file, at, NODE, NULL) < 0 || s.len < NODE ||
	    !t->budget) {
		t->broken++;
		return true;
	}
	t->budget--;
	c = mgi_cursor_of(s);
	n = s.data[0x11];
	if (mgi_cursor_u32le(&c) != at || n > NODE_MOST) {
		t->broken++;
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
		if (values[i] && !t->take(t->to, t->file, values[i]))
			return false;
	for (i = 0; i <= n; i++)
		wait_for(t, children[n - i]);
	return true;
}

mailguard_status mgi_dbx_tree(uint32_t *broken,
                              mgi_file *f,
                              mgi_dbx_take take,
                              void *to,
                              mailguard_error *err)
{
	tree t = { take, to, f, 0, NULL, 0, mgi_file_size(f) / NODE + 1 };
	mailguard *mg = mgi_file_handle(f);
	bool ok = true;

	t.wait = mgi_alloc(mg, WAIT * sizeof(*t.wait));
	if (!t.wait)
		return mgi_fail_nomem(err);
	wait_for(&t, u32_at(f, HEAD_ROOT));
	while (ok && t.waiting)
		ok = node_read(&t, t.wait[--t.waiting]);
	mgi_free(mg, t.wait);
	*broken = t.broken;
	return ok ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* -- messages -------------------------------------------------------------- */

typedef struct messages {
	mgi_dbx *dbx;
	mgi_arena *arena;
} messages;

static bool message_take(void *to, mgi_file *f, uint32_t at)
{
	messages *all = to;
	mgi_dbx_message m;

	if (!mgi_dbx_entry_at(&m, f, at)) {
		all->dbx->broken++; /* it is a message all the same */
		memset(&m, 0, sizeof(m));
	}
	if (all->dbx->count >= MGI_DBX_MAX)
		return true;
	mgi_dbx_judge(&m, f);
	return mgi_dbx_add(all->dbx, all->arena, &m);
}

typedef struct twin {
	uint32_t segment, number;
} twin;

static int by_segment(const void *a, const void *b)
{
	const twin *x = a, *y = b;

	if (x->segment != y->segment)
		return x->segment < y->segment ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Of entries that lead to one text the first is meant; false: no memory. */
static bool twins_drop(mgi_dbx *d, mailguard *mg)
{
	twin *all = mgi_alloc(mg, (d->count + 1) * sizeof(*all));
	size_t i, n = 0;

	if (!all)
		return false;
	for (i = 0; i < d->count; i++)
		if (d->at[i].segment)
			all[n++] = (twin){ d->at[i].segment, (uint32_t)i };
	qsort(all, n, sizeof(*all), by_segment);
	for (i = 1; i < n; i++)
		if (all[i].segment == all[i - 1].segment)
			d->at[all[i].number].twin = true;
	mgi_free(mg, all);
	for (i = n = 0; i < d->count; i++) {
		d->broken += d->at[i].twin;
		if (!d->at[i].twin)
			d->at[n++] = d->at[i];
	}
	d->count = n;
	return true;
}

/* Does every message the tree names have its text? */
static bool is_whole(const mgi_dbx *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->at[i].segment && d->at[i].fare == MGI_DBX_CUT)
			return false;
	return !d->broken && d->count == d->told;
}

mailguard_status mgi_dbx_read(mgi_dbx *out,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err)
{
	messages all = { out, arena };
	uint32_t broken = 0;
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	/* The window is there from here on, or there is no memory. */
	st = mgi_file_window(&s, f, 0, HEAD_ROOT + 4, err);
	if (st < 0)
		return st;
	st = mgi_dbx_kind_of(&out->kind, f);
	if (st >= 0 &&
	    (out->kind == MGI_DBX_FOLDERS || out->kind == MGI_DBX_OTHER))
		return MAILGUARD_OK;
	if (st < 0 || out->kind == MGI_DBX_UNKNOWN) {
		out->kind = MGI_DBX_MAIL;
		out->broken++;
	}
	out->told = u32_at(f, HEAD_COUNT);
	st = mgi_dbx_tree(&broken, f, message_take, &all, err);
	out->broken += broken;
	if (st >= 0 && !twins_drop(out, mgi_file_handle(f)))
		st = mgi_fail_nomem(err);
	if (st >= 0 && !is_whole(out))
		st = mgi_dbx_scan(out, arena, f, err);
	return st;
}
