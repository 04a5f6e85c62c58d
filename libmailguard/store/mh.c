/*
 * mh.c - MH: folders of messages whose names are their numbers, and in
 * .mh_sequences which of them were not read yet.
 */
#include "store/driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/os_dir.h"
#include "store/from_line.h"

#define SEQUENCES ".mh_sequences"
#define SEQUENCES_MAX ((size_t)1 << 20)

static bool is_mh_name(const char *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (!mgi_is_digit((unsigned char)name[i]))
			return false;
	return i > 0 && i < 10 && name[0] != '0';
}

/* Does the first numbered file of a folder begin like a mail? */
static bool has_mail(const mgi_store_sight *sight)
{
	mailguard *mg = mgi_arena_handle(sight->arena);
	mailguard_span head, line;
	const char *path;
	bool is = false;
	mgi_file *f;
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, sight->arena, sight->path, NULL) < 0)
		return false;
	for (i = 0; i < dir.count; i++)
		if (dir.at[i].kind == MGI_ENTRY_FILE &&
		    is_mh_name(dir.at[i].name))
			break;
	if (i == dir.count)
		return false;
	path = mgi_arena_printf(sight->arena, "%s/%s", sight->path,
	                        dir.at[i].name);
	if (!path || mgi_file_open(&f, mg, path, NULL) < 0)
		return false;
	if (mgi_file_window(&head, f, 0, 4096, NULL) >= 0) {
		mgi_cursor c = mgi_cursor_of(head);

		is = mgi_cursor_line(&line, &c) && mgi_line_is_field(line);
	}
	mgi_file_close(f);
	return is;
}

static int mh_sniff(const mgi_store_sight *sight)
{
	const char *path;

	if (!sight->is_folder)
		return 0;
	path = mgi_arena_printf(sight->arena, "%s/" SEQUENCES, sight->path);
	if (path && mgi_path_kind(path) == MGI_ENTRY_FILE)
		return 60;
	return has_mail(sight) ? 42 : 0;
}

/* -- which were not read --------------------------------------------------- */

/* "unseen: 3 7-9": is `number` among them? */
static bool is_listed(mailguard_span ranges, uint64_t number)
{
	size_t i = 0;

	while (i < ranges.len) {
		uint64_t at[2] = { 0, 0 };
		int k = 0;

		while (i < ranges.len && ranges.data[i] == ' ')
			i++;
		for (; i < ranges.len && ranges.data[i] != ' '; i++) {
			if (mgi_is_digit(ranges.data[i]) && at[k] < UINT32_MAX)
				at[k] = at[k] * 10 +
				        (uint64_t)(ranges.data[i] - '0');
			else if (ranges.data[i] == '-')
				k = 1;
		}
		if (number >= at[0] && number <= (k ? at[1] : at[0]))
			return true;
	}
	return false;
}

static mailguard_span unseen_of(mailguard_span text)
{
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line;

	while (mgi_cursor_line(&line, &c))
		if (mgi_span_starts_nocase(line, "unseen:"))
			return mgi_span_from(line, 7);
	return mgi_span(NULL, 0);
}

/* Flags of the files from `first` on, which lie in one folder. */
static void flags_set(mailguard_store *s, size_t first, size_t end)
{
	const char *path = s->files[first].path;
	size_t n = (size_t)(strrchr(path, '/') - path), i;
	char *name =
		mgi_arena_printf(s->arena, "%.*s/" SEQUENCES, (int)n, path);
	mailguard_buffer text;

	if (!name)
		return;
	mgi_buf_init(&text, s->mg);
	if (mgi_file_slurp(&text, name, SEQUENCES_MAX, NULL) >= 0) {
		mailguard_span unseen = unseen_of(mgi_buf_span(&text));

		for (i = first; i < end; i++) {
			uint64_t number = 0;

			(void)mgi_span_u64(
				&number, mgi_span_of(s->files[i].path + n + 1),
				UINT32_MAX);
			if (!is_listed(unseen, number))
				s->files[i].flags |= MAILGUARD_FLAG_SEEN;
		}
	}
	mgi_buf_done(&text);
}

/* -- the store ------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
	const mgi_store_file *x = a, *y = b;
	size_t n = strlen(x->path), m = strlen(y->path);

	/* In one folder the longer number is the larger one. */
	return n != m ? (n < m ? -1 : 1) : strcmp(x->path, y->path);
}

static mailguard_status mh_open(mailguard_store *s, mailguard_error *err)
{
	mailguard_status st = mgi_files_open(s, is_mh_name, err);
	size_t i, first;

	for (first = 0; st >= 0 && first < s->count; first = i) {
		for (i = first;
		     i < s->count &&
		     strcmp(s->files[i].folder, s->files[first].folder) == 0;
		     i++)
			;
		flags_set(s, first, i);
		qsort(s->files + first, i - first, sizeof(*s->files),
		      by_number);
	}
	return st;
}

const mgi_store_reader mgi_store_mh = {
	.name = "mh",
	.sniff = mh_sniff,
	.open = mh_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
};
