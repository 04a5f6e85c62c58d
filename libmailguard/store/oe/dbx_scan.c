/*
 * dbx_scan.c - messages that the tree of a .dbx does not name: chains of
 * segments that no message claims and that begin like a mail. Their entries
 * are looked for as well: they tell flags and lengths.
 */
#include "store/oe/dbx.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"

/* Segments of a file of 2 GiB, the most a .dbx can have. */
#define SEGMENTS_MAX 4194304

typedef struct found {
	mgi_dbx_segment *at;
	size_t count, room;
	mgi_dbx_message *entries;
	size_t entry_count, entry_room;
} found;

static bool grow(void **at, size_t *room, size_t each, mailguard *mg)
{
	size_t more = *room ? *room * 2 : 1024;
	void *now = mgi_resize(mg, *at, more * each);

	if (!now)
		return false;
	*at = now;
	*room = more;
	return true;
}

static bool segment_put(found *all, mgi_file *f, uint32_t at)
{
	mgi_dbx_segment s;
	void *to = all->at;

	if (all->count == SEGMENTS_MAX || !mgi_dbx_segment_at(&s, f, at))
		return true;
	if (all->count == all->room &&
	    !grow(&to, &all->room, sizeof(s), mgi_file_handle(f)))
		return false;
	all->at = to;
	all->at[all->count++] = s;
	return true;
}

static bool entry_put(found *all, mgi_file *f, uint32_t at)
{
	mgi_dbx_message m;
	void *to = all->entries;

	if (all->entry_count == MGI_DBX_MAX || !mgi_dbx_entry_at(&m, f, at) ||
	    !m.segment)
		return true;
	if (all->entry_count == all->entry_room &&
	    !grow(&to, &all->entry_room, sizeof(m), mgi_file_handle(f)))
		return false;
	all->entries = to;
	all->entries[all->entry_count++] = m;
	return true;
}

/* Objects lie at multiples of four. */
static mailguard_status look(found *all, mgi_file *f, mailguard_error *err)
{
	uint64_t at, size = mgi_file_size(f);
	mailguard_span s;

	for (at = 0; at + MGI_DBX_HEAD <= size && at < UINT32_MAX;) {
		size_t i;

		if (mgi_file_window(&s, f, at, MGI_FILE_WINDOW, NULL) < 0)
			s.len = 0;
		for (i = 0; i + 8 <= s.len; i += 4) {
			mgi_cursor c = mgi_cursor_of(mgi_span_from(s, i));
			uint32_t here = (uint32_t)(at + i);

			if (mgi_cursor_u32le(&c) != here || !here)
				continue;
			if (!(mgi_cursor_u32le(&c) == MGI_DBX_TEXT
			              ? segment_put(all, f, here)
			              : entry_put(all, f, here)))
				return mgi_fail_nomem(err);
			/* The window may be another one by now. */
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

static int by_segment(const void *a, const void *b)
{
	const mgi_dbx_message *x = a, *y = b;

	return x->segment < y->segment ? -1 : x->segment > y->segment;
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

static void chain_claim(found *all, const mgi_dbx_message *m, mgi_file *f)
{
	mgi_dbx_run run = mgi_dbx_run_of(m, f);
	mgi_dbx_segment s, *own;

	while (mgi_dbx_run_next(&s, &run)) {
		own = segment_find(all, s.at);
		if (own && own->is_seen)
			return;
		if (own)
			own->is_seen = 1;
	}
}

/* What messages have, and what follows another segment. */
static void claim(found *all, const mgi_dbx *d, mgi_file *f)
{
	mgi_dbx_segment *s;
	size_t i;

	for (i = 0; i < d->count; i++)
		chain_claim(all, &d->at[i], f);
	for (i = 0; i < all->count; i++) {
		s = segment_find(all, all->at[i].next);
		if (s && all->at[i].next)
			s->is_next = 1;
	}
}

static mgi_dbx_message *entry_find(const found *all, uint32_t segment)
{
	mgi_dbx_message key;

	memset(&key, 0, sizeof(key));
	key.segment = segment;
	return all->entry_count ? bsearch(&key, all->entries, all->entry_count,
	                                  sizeof(key), by_segment)
	                        : NULL;
}

/* Leave one entry for each text that no message of the tree has. */
static void entries_thin(found *all, const mgi_dbx *d)
{
	size_t i, n = 0;

	if (all->entry_count)
		qsort(all->entries, all->entry_count, sizeof(*all->entries),
		      by_segment);
	for (i = 0; i < all->entry_count; i++)
		if (!n ||
		    all->entries[n - 1].segment != all->entries[i].segment)
			all->entries[n++] = all->entries[i];
	all->entry_count = n;
	for (i = 0; i < d->count; i++) {
		mgi_dbx_message *e = entry_find(all, d->at[i].segment);

		if (e)
			e->twin = true;
	}
}

/* What its entry says, if there still is one. */
static mgi_dbx_message message_of(const found *all, uint32_t segment)
{
	mgi_dbx_message *entry = entry_find(all, segment), none;

	memset(&none, 0, sizeof(none));
	none.segment = segment;
	if (entry)
		none = *entry;
	none.twin = false;
	return none;
}

static mailguard_status message_take(mgi_dbx *d,
                                     mgi_arena *arena,
                                     mgi_file *f,
                                     found *all,
                                     mgi_dbx_message m)
{
	m.found = true;
	mgi_dbx_judge(&m, f);
	chain_claim(all, &m, f);
	return mgi_dbx_add(d, arena, &m) ? MAILGUARD_OK : MAILGUARD_ENOMEM;
}

/* An entry whose first segment has a damaged head and was not seen as one. */
static bool is_hidden(found *all, mgi_file *f, mgi_dbx_message m)
{
	mgi_dbx_segment s;
	mgi_dbx_run run;

	if (!m.length || segment_find(all, m.segment))
		return false;
	mgi_dbx_judge(&m, f);
	run = mgi_dbx_run_of(&m, f);
	return m.fare != MGI_DBX_CUT && mgi_dbx_run_next(&s, &run) &&
	       mgi_dbx_is_mail(f, &s);
}

static mailguard_status take(mgi_dbx *d,
                             mgi_arena *arena,
                             mgi_file *f,
                             found *all,
                             mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < all->entry_count; i++)
		if (d->count < MGI_DBX_MAX && !all->entries[i].twin &&
		    is_hidden(all, f, all->entries[i]))
			st = message_take(d, arena, f, all, all->entries[i]);
	for (i = 0; st >= 0 && i < all->count; i++)
		if (d->count < MGI_DBX_MAX && !all->at[i].is_next &&
		    !all->at[i].is_seen && mgi_dbx_is_mail(f, &all->at[i]))
			st = message_take(d, arena, f, all,
			                  message_of(all, all->at[i].at));
	return st < 0 ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_dbx_scan(mgi_dbx *d,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err)
{
	mailguard *mg = mgi_file_handle(f);
	found all;
	mailguard_status st;

	memset(&all, 0, sizeof(all));
	st = look(&all, f, err);
	if (st >= 0) {
		if (all.count) /* qsort takes no NULL */
			qsort(all.at, all.count, sizeof(*all.at), by_place);
		entries_thin(&all, d);
		claim(&all, d, f);
		st = take(d, arena, f, &all, err);
	}
	mgi_free(mg, all.at);
	mgi_free(mg, all.entries);
	return st;
}
