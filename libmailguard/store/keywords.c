/*
 * keywords.c - Dovecot's list of keywords: "0 $Forwarded", a line a letter.
 */
#include "store/keywords.h"

#include <string.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/text.h"

#define LIST_MAX ((size_t)64 << 10)

/* A keyword is an atom (RFC 9051, 9): nothing that would part it in two. */
static bool is_name(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] <= ' ' || s.data[i] == 0x7f)
			return false;
	return s.len > 0;
}

static void line_take(mgi_keywords *out, mgi_arena *arena, mailguard_span line)
{
	mgi_cursor c = mgi_cursor_of(line);
	mailguard_span number, name;
	uint64_t n;

	if (!mgi_cursor_until(&number, &c, ' ') ||
	    !mgi_span_u64(&n, number, MGI_KEYWORDS - 1))
		return;
	name = mgi_cursor_take(&c, mgi_cursor_left(&c));
	if (is_name(name) && !out->names[n])
		out->names[n] = mgi_arena_strndup(arena, name.data, name.len);
}

void mgi_keywords_read(mgi_keywords *out, mgi_arena *arena, const char *path)
{
	const char *list = mgi_arena_printf(arena, "%s/dovecot-keywords", path);
	mailguard_buffer text;
	mailguard_span line;
	mgi_cursor lines;

	memset(out, 0, sizeof(*out));
	if (!list)
		return;
	mgi_buf_init(&text, mgi_arena_handle(arena));
	(void)mgi_file_slurp(&text, list, LIST_MAX, NULL);
	lines = mgi_cursor_of(mgi_buf_span(&text));
	while (mgi_cursor_line(&line, &lines))
		line_take(out, arena, line);
	mgi_buf_done(&text);
}

const char *mgi_keywords_of(const mgi_keywords *k,
                            mgi_arena *arena,
                            const char *flags)
{
	mailguard_buffer all;
	const char *out = "";
	size_t i;

	mgi_buf_init(&all, mgi_arena_handle(arena));
	for (; *flags; flags++) {
		if (*flags < 'a' || *flags > 'z')
			continue;
		i = (size_t)(*flags - 'a');
		if (all.len)
			mgi_buf_putc(&all, ' ');
		if (k->names[i])
			mgi_buf_puts(&all, k->names[i]);
		else
			mgi_buf_putc(&all, *flags);
	}
	if (all.len)
		out = mgi_arena_strndup(arena, all.at, all.len);
	if (mgi_buf_status(&all, NULL) < 0)
		out = NULL;
	mgi_buf_done(&all);
	return out;
}
