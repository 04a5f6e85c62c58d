/*
 * reg.c - a Windows registry export (.reg) as a walk over its values.
 *
 * Sections are [keys], values are "name"="text", "name"=dword:0000002a or
 * "name"=hex(n):00,01,\ going on behind a backslash.
 */
#include "profile/import.h"

#include <string.h>

#include "base/charset.h"
#include "base/cursor.h"

/* A line without its end; the walk's rest begins behind it. */
static bool line_next(mailguard_span *out, mgi_reg *r)
{
	mgi_cursor c = mgi_cursor_of(r->rest);

	if (!mgi_cursor_line(out, &c))
		return false;
	r->line++;
	r->rest = mgi_span(c.at, mgi_cursor_left(&c));
	*out = mgi_span_trim(*out);
	return true;
}

/* "text" with \\ and \" taken back; what stands behind it goes to *rest. */
static char *quoted(mailguard_span *rest, mgi_arena *arena, mailguard_span s)
{
	char *out;
	size_t i, n = 0;

	if (!s.len || s.data[0] != '"')
		return NULL;
	out = mgi_arena_alloc(arena, s.len);
	if (!out)
		return NULL;
	for (i = 1; i < s.len && s.data[i] != '"'; i++) {
		if (s.data[i] == '\\' && i + 1 < s.len)
			i++;
		out[n++] = (char)s.data[i];
	}
	if (i == s.len)
		return NULL;
	*rest = mgi_span_from(s, i + 1);
	return out;
}

/* Two digits a byte, by commas, over as many lines as end in a backslash. */
static mailguard_span hex_read(mgi_reg *r, mailguard_span line)
{
	size_t room = line.len, n = 0, i;
	mailguard_span more = line;
	unsigned char *out;
	mgi_reg ahead = *r; /* to count before it is read */

	while (more.len && more.data[more.len - 1] == '\\' &&
	       line_next(&more, &ahead))
		room += more.len;
	out = mgi_arena_alloc(r->arena, room / 2 + 1);
	if (!out)
		return mgi_span("", 0);
	for (;;) {
		for (i = 0; i + 1 < line.len; i++) {
			int high = mgi_xdigit(line.data[i]);
			int low = mgi_xdigit(line.data[i + 1]);

			if (high < 0 || low < 0)
				continue;
			out[n++] = (unsigned char)(high << 4 | low);
			i++;
		}
		if (!line.len || line.data[line.len - 1] != '\\' ||
		    !line_next(&line, r))
			return mgi_span(out, n);
	}
}

static bool value_read(mgi_reg_value *out, mgi_reg *r, mailguard_span line)
{
	mailguard_span rest;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->key = r->key;
	out->name = quoted(&rest, r->arena, line);
	if (!out->name || !rest.len || rest.data[0] != '=')
		return false;
	rest = mgi_span_from(rest, 1);
	if (mgi_span_starts(rest, "dword:")) {
		out->is_number = true;
		for (i = 6; i < rest.len && mgi_is_xdigit(rest.data[i]); i++)
			out->number = out->number << 4 |
			              (uint32_t)mgi_xdigit(rest.data[i]);
		return true;
	}
	if (mgi_span_starts(rest, "hex")) {
		mgi_cursor c = mgi_cursor_of(rest);
		mailguard_span type;

		(void)mgi_cursor_until(&type, &c, ':');
		out->data = hex_read(r, mgi_span(c.at, mgi_cursor_left(&c)));
		return true;
	}
	out->text = quoted(&rest, r->arena, rest);
	return out->text != NULL;
}

static void bad_note(mgi_reg *r)
{
	r->bad++;
	r->bad_line = r->line;
}

bool mgi_reg_next(mgi_reg_value *out, mgi_reg *r)
{
	mailguard_span line;

	while (line_next(&line, r)) {
		if (line.len > 1 && line.data[0] == '[' &&
		    line.data[line.len - 1] == ']')
			r->key = mgi_span(line.data + 1, line.len - 2);
		else if (value_read(out, r, line))
			return true;
		else if (line.len && line.data[0] != ';' &&
		         line.data[0] != '@' && r->line > 1)
			bad_note(r);
	}
	return false;
}

/* Text in two-byte characters has zero bytes at odd places. */
static bool is_utf16(mailguard_span s)
{
	size_t i, zero = 0;

	if (s.len < 2 || s.len % 2)
		return false;
	for (i = 1; i < s.len; i += 2)
		zero += s.data[i] == 0;
	return zero * 2 > s.len / 4 ||
	       (s.data[s.len - 1] == 0 && s.data[s.len - 2] == 0);
}

const char *mgi_reg_text(const mgi_reg_value *v, mgi_arena *arena)
{
	const mgi_charset *cs;
	mailguard_buffer out;
	mailguard_status st;
	const char *text = NULL;

	if (v->text || v->is_number)
		return v->text;
	cs = mgi_charset_find(
		mgi_span_of(is_utf16(v->data) ? "utf-16le" : "shift_jis"));
	mgi_buf_init(&out, mgi_arena_handle(arena));
	st = cs ? mgi_charset_decode(&out, NULL, cs, v->data, NULL)
	        : MAILGUARD_EUNSUPPORTED;
	if (st >= 0)
		text = mgi_arena_strdup(arena, mgi_buf_text(&out));
	if (st == MAILGUARD_ENOMEM)
		(void)mgi_arena_array(arena, SIZE_MAX, 2); /* so it is told */
	mgi_buf_done(&out);
	return text;
}
