/*
 * emlx.c - Apple Mail's files of one message: its length on a line, the
 * message, and a property list with how it is marked.
 *
 * Of a .partial.emlx the attachments lie in files beside it; what is in the
 * file is given as it stands.
 */
#include "store/driver.h"

#include <string.h>

#include "base/cursor.h"

#define HEAD 64
#define TAIL ((size_t)16 << 10) /* of a property list at most */

/* Bits of the list's number `flags`. */
static const struct {
	unsigned bit;
	uint32_t flag;
} marks[] = {
	{ 0, MAILGUARD_FLAG_SEEN },     { 1, MAILGUARD_FLAG_DELETED },
	{ 2, MAILGUARD_FLAG_ANSWERED }, { 4, MAILGUARD_FLAG_FLAGGED },
	{ 6, MAILGUARD_FLAG_DRAFT },    { 8, MAILGUARD_FLAG_PASSED },
};

static bool is_emlx_name(const char *name)
{
	size_t n = strlen(name);

	return n > 5 && mgi_strcmp_nocase(name + n - 5, ".emlx") == 0;
}

/* "1234  \n"; how long that line is, 0 if it is none. */
static size_t length_line(uint64_t *length, mailguard_span head)
{
	mgi_cursor c = mgi_cursor_of(mgi_span_head(head, HEAD));
	mailguard_span line;

	if (!mgi_cursor_line(&line, &c) ||
	    !mgi_span_u64(length, mgi_span_trim(line), UINT64_MAX / 2))
		return 0;
	return (size_t)(c.at - head.data);
}

static int emlx_sniff(const mgi_store_sight *sight)
{
	uint64_t length;

	if (sight->is_folder)
		return mgi_files_has(sight->arena, sight->path, is_emlx_name)
		               ? 45
		               : 0;
	if (!length_line(&length, sight->head))
		return 0;
	return is_emlx_name(sight->name) ? 100 : 0;
}

static mailguard_status emlx_open(mailguard_store *s, mailguard_error *err)
{
	return mgi_files_open(s, is_emlx_name, err);
}

/* The number behind <key>flags</key>. */
static uint32_t flags_of(mailguard_span list)
{
	ptrdiff_t key = mgi_span_find_nocase(list, "<key>flags</key>");
	mailguard_span s;
	uint64_t n = 0;
	uint32_t out = 0;
	size_t i;

	if (key < 0)
		return 0;
	s = mgi_span_from(list, (size_t)key);
	key = mgi_span_find_nocase(s, "<integer>");
	if (key < 0)
		return 0;
	s = mgi_span_from(s, (size_t)key + 9);
	for (i = 0; i < s.len && i < 18 && mgi_is_digit(s.data[i]); i++)
		n = n * 10 + (uint64_t)(s.data[i] - '0');
	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (n >> marks[i].bit & 1)
			out |= marks[i].flag;
	return out;
}

/* The message between the two; all there is if the length is too large. */
static void emlx_look(mailguard_item *out, mailguard_walk *w)
{
	uint64_t length, size = mgi_file_size(w->file);
	mailguard_span s;
	size_t line;

	if (mgi_file_window(&s, w->file, 0, HEAD, NULL) < 0)
		return;
	line = length_line(&length, s);
	if (!line)
		return;
	out->offset = line;
	out->size = size - line < length ? size - line : length;
	w->torn = size - line < length;
	if (mgi_file_window(&s, w->file, out->offset + out->size, TAIL, NULL) >=
	    0)
		out->flags = flags_of(s);
}

const mgi_store_reader mgi_store_emlx = {
	.name = "emlx",
	.sniff = emlx_sniff,
	.open = emlx_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
	.look = emlx_look,
};
