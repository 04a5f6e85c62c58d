/*
 * dbx_folders.c - Folders.dbx: what the folders are called whose mail lies in
 * the files beside it, and which lies in which.
 */
#include "store/oe/dbx_folders.h"

#include <string.h>

#include "base/charset.h"
#include "base/cursor.h"
#include "store/oe/dbx.h"

/* Indexes of an entry. */
enum { FOLDER_ID = 0, FOLDER_ABOVE = 1, FOLDER_NAME = 2, FOLDER_FILE = 3 };
enum { ENTRY_HEAD = 12, ENTRY_MAX = 65536, FOLDERS_MAX = 65536 };
#define DEPTH_MAX 32

/* Names are in the code page of the PC; no file says which. */
static const char *text_of(mgi_arena *arena, mailguard_span s)
{
	const mgi_charset *cs;
	mailguard_buffer out;
	const char *text;

	s = mgi_span_head(s, 512);
	if (memchr(s.data, '\0', s.len))
		s.len = strlen((const char *)s.data);
	cs = mgi_charset_sniff(s);
	if (!cs)
		cs = mgi_charset_find(mgi_span_of("windows-1252"));
	mgi_buf_init(&out, mgi_arena_handle(arena));
	if (mgi_charset_decode(&out, NULL, cs, s, NULL) < 0)
		mgi_buf_cut(&out, 0);
	text = mgi_arena_strdup(arena, mgi_buf_text(&out));
	mgi_buf_done(&out);
	return text;
}

static void value_take(mgi_dbx_folder *to,
                       mgi_arena *arena,
                       uint32_t index,
                       mailguard_span data)
{
	uint32_t number = index >> 8;
	mailguard_span text = mgi_span_from(data, number);

	if (!(index & 0x80)) {
		mgi_cursor c = mgi_cursor_of(text);

		number = mgi_cursor_u32le(&c);
	}
	switch (index & 0x7f) {
	case FOLDER_ID:
		to->id = number;
		break;
	case FOLDER_ABOVE:
		to->above = number;
		break;
	case FOLDER_NAME:
		to->name = text_of(arena, text);
		break;
	case FOLDER_FILE:
		to->file = text_of(arena, text);
		break;
	default:
		break;
	}
}

static bool entry_take(void *to, mgi_file *f, uint32_t at)
{
	mgi_dbx_folders *all = to;
	mgi_dbx_folder *folder;
	mailguard_span s, data;
	uint32_t size, n, i;
	mgi_cursor c;

	if (mgi_file_window(&s, f, at, ENTRY_HEAD, NULL) < 0)
		return true;
	c = mgi_cursor_of(s);
	mgi_cursor_skip(&c, 4);
	size = mgi_cursor_u32le(&c);
	mgi_cursor_skip(&c, 2);
	n = mgi_cursor_u8(&c);
	if (c.failed || size > ENTRY_MAX || 4 * n > size ||
	    mgi_file_window(&s, f, at + ENTRY_HEAD, size, NULL) < 0 ||
	    s.len < size || all->count == all->room)
		return true;
	folder = &all->at[all->count++];
	c = mgi_cursor_of(mgi_span_head(s, 4 * (size_t)n));
	data = mgi_span_from(mgi_span_head(s, size), 4 * (size_t)n);
	for (i = 0; i < n; i++)
		value_take(folder, all->arena, mgi_cursor_u32le(&c), data);
	return !mgi_arena_failed(all->arena);
}

mailguard_status mgi_dbx_folders_read(mgi_dbx_folders *out,
                                      mgi_arena *arena,
                                      mgi_file *f,
                                      mailguard_error *err)
{
	uint64_t room = mgi_file_size(f) / ENTRY_HEAD + 1;
	uint32_t broken;

	memset(out, 0, sizeof(*out));
	out->arena = arena;
	out->room = room < FOLDERS_MAX ? (size_t)room : FOLDERS_MAX;
	out->at = mgi_arena_array(arena, out->room, sizeof(*out->at));
	if (!out->at)
		return mgi_fail_nomem(err);
	return mgi_dbx_tree(&broken, f, entry_take, out, err);
}

static const mgi_dbx_folder *by_id(const mgi_dbx_folders *all, uint32_t id)
{
	size_t i;

	for (i = 0; i < all->count; i++)
		if (all->at[i].id == id && all->at[i].name)
			return &all->at[i];
	return NULL;
}

const char *mgi_dbx_folders_path(const mgi_dbx_folders *all, const char *file)
{
	const mgi_dbx_folder *own = NULL;
	const char *path;
	size_t i;
	int deep;

	for (i = 0; i < all->count && !own; i++)
		if (all->at[i].file && all->at[i].name &&
		    mgi_strcmp_nocase(all->at[i].file, file) == 0)
			own = &all->at[i];
	if (!own)
		return NULL;
	path = own->name;
	/* Folder 0 is Outlook Express itself. */
	for (deep = 0; own && own->above && deep < DEPTH_MAX && path; deep++) {
		own = by_id(all, own->above);
		if (own)
			path = mgi_arena_printf(all->arena, "%s/%s", own->name,
			                        path);
	}
	return path;
}
