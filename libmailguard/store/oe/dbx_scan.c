/*
 * dbx_scan.c - messages that the tree of a .dbx does not name: chains of
 * segments that no message claims and that begin like a mail.
 */
#include "store/oe/dbx.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/from_line.h"

/* Segments of a file of 2 GiB, the most a .dbx can have. */
#define SEGMENTS_MAX 4194304

typedef struct found {
	mgi_dbx_segment *at;
	size_t count, room;
} found;

static bool put(found *all, mailguard *mg, const mgi_dbx_segment *s)
{
	if (all->count == all->room) {
		size_t room = all->room ? all->room * 2 : 1024;
		mgi_dbx_segment *at =
			mgi_resize(mg, all->at, room * sizeof(*at));

		if (!at)
			return false;
		all->at = at;
		all->room = room;
	}
	all->at[all->count++] = *s;
	return true;
}

/* Objects lie at multiples of four. */
static mailguard_status look(found *all, mgi_file *f, mailguard_error *err)
{
	uint64_t at, size = mgi_file_size(f);
	mailguard *mg = mgi_file_handle(f);
	mailguard_span s;

	for (at = 0; at + MGI_DBX_HEAD <= size && at < UINT32_MAX;) {
		size_t i;

		if (mgi_file_window(&s, f, at, MGI_FILE_WINDOW, NULL) < 0)
			s.len = 0;
		for (i = 0; i + 8 <= s.len; i += 4) {
			mgi_cursor c = mgi_cursor_of(mgi_span_from(s, i));
			mgi_dbx_segment segment;

			if (mgi_cursor_u32le(&c) != at + i ||
			    mgi_cursor_u32le(&c) != MGI_DBX_TEXT)
				continue;
			if (all->count == SEGMENTS_MAX ||
			    !mgi_dbx_segment_at(&segment, f,
			                        (uint32_t)(at + i)))
				continue;
			if (!put(all, mg, &segment))
				return mgi_fail_nomem(err);
			/* The window may be another one by now. */
			i += MGI_DBX_HEAD - 4;
			if (mgi_file_window(&s, f, at, MGI_FILE_WINDOW, NULL) <
			    0)
				s.len = 0;
		}
		at += s.len > 8 ? (s.len - 8) / 4 * 4 + 4 : 4;
	}
	return MAILGUARD_OK;
}

static int by_place(const void *a, const void *b)
{
	const mgi_dbx_segment *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

static mgi_dbx_segment *segment_find(found *all, uint32_t at)
{
	mgi_dbx_segment key;

	memset(&key, 0, sizeof(key));
	key.at = at;
	return all->count ? bsearch(&key, all->at, all->count, sizeof(*all->at),
	                            by_place)
	                  : NULL;
}

/* What messages have, and what follows another segment. */
static void claim(found *all, const mgi_dbx *d)
{
	mgi_dbx_segment *s;
	size_t i;

	for (i = 0; i < d->count; i++)
		for (s = segment_find(all, d->at[i].segment); s && !s->is_seen;
		     s = segment_find(all, s->next))
			s->is_seen = 1;
	for (i = 0; i < all->count; i++) {
		s = segment_find(all, all->at[i].next);
		if (s && all->at[i].next)
			s->is_next = 1;
	}
}

static bool is_mail(mgi_file *f, const mgi_dbx_segment *s)
{
	mailguard_span text, line;
	mgi_cursor c;

	if (mgi_file_window(&text, f, s->at + MGI_DBX_HEAD, s->used, NULL) < 0)
		return false;
	c = mgi_cursor_of(mgi_span_head(text, s->used));
	return mgi_cursor_line(&line, &c) && mgi_line_is_field(line);
}

static mailguard_status take(mgi_dbx *d,
                             mgi_arena *arena,
                             mgi_file *f,
                             const found *all,
                             mailguard_error *err)
{
	size_t i;

	for (i = 0; i < all->count && d->count < MGI_DBX_MAX; i++) {
		mgi_dbx_message m = { all->at[i].at, 0, true };

		if (all->at[i].is_next || all->at[i].is_seen ||
		    !is_mail(f, &all->at[i]))
			continue;
		if (!mgi_dbx_add(d, arena, &m))
			return mgi_fail_nomem(err);
	}
	return MAILGUARD_OK;
}

mailguard_status mgi_dbx_scan(mgi_dbx *d,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err)
{
	mailguard *mg = mgi_file_handle(f);
	found all = { NULL, 0, 0 };
	mailguard_status st = look(&all, f, err);

	if (st >= 0) {
		if (all.count) /* qsort takes no NULL */
			qsort(all.at, all.count, sizeof(*all.at), by_place);
		claim(&all, d);
		st = take(d, arena, f, &all, err);
	}
	mgi_free(mg, all.at);
	return st;
}
