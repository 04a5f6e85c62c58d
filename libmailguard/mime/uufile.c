/*
 * uufile.c - where in a text a file of uuencode begins and ends.
 *
 * People write "begin", too: it is a file if a mode and a name follow, and a
 * line of data behind them. A few lines that mail has spoilt are stepped over.
 */
#include "mime/uufile.h"

#include <string.h>

#include "base/text.h"
#include "mime/transfer.h"

#define BAD_MAX 3

void mgi_uu_begin(mgi_uu *u)
{
	memset(u, 0, offsetof(mgi_uu, line));
}

/* Behind "begin 644", or 0. */
static size_t name_at(mailguard_span line)
{
	size_t i = 6, digits = 0;

	if (!mgi_span_starts(line, "begin "))
		return 0;
	while (i < line.len && line.data[i] >= '0' && line.data[i] <= '7') {
		i++;
		digits++;
	}
	if (digits < 3 || digits > 4 || (i < line.len && line.data[i] != ' '))
		return 0;
	return i; /* some have no name */
}

static void open_file(mgi_uu *u, mailguard_span line, size_t name)
{
	mailguard_span s = mgi_span_trim(mgi_span_from(line, name));

	u->state = MGI_UU_BEGUN;
	u->bad = 0;
	u->file.begin = u->line_at;
	u->file.size = 0;
	memcpy(u->file.name, s.data, s.len);
	u->file.name[s.len] = '\0';
}

/* Not one space of it was lost: nothing else looks like that. */
static bool is_whole(mailguard_span line)
{
	int n = mgi_uu_bytes(line);
	size_t need = (size_t)(n + 2) / 3 * 4;

	return n > 0 && (line.len - 1 == need || line.len - 2 == need);
}

static bool close_file(mgi_uu *u)
{
	u->state = MGI_UU_TEXT;
	return true;
}

static bool cut_file(mgi_uu *u, mgi_harm *harm)
{
	mgi_harm_add(harm, MAILGUARD_DAMAGE_UU_CUT, u->file.end, 1);
	return close_file(u);
}

/* A line of the file. True: the file has ended. */
static bool inside(mgi_uu *u, mgi_harm *harm, mailguard_span line)
{
	int n = mgi_uu_bytes(line);

	if (mgi_span_is(line, "end")) {
		u->file.end = u->line_at + line.len;
		return close_file(u);
	}
	if (n >= 0) {
		u->file.size += (uint64_t)n;
		u->file.end = u->line_at + line.len;
		u->bad = 0;
	} else if (line.len) {
		mgi_harm_add(harm, MAILGUARD_DAMAGE_UU, u->line_at, 1);
		if (++u->bad > BAD_MAX)
			return cut_file(u, harm);
	}
	return false;
}

static bool take_line(mgi_uu *u, mgi_harm *harm)
{
	mailguard_span line = mgi_span(u->line, u->len);
	size_t name;

	while (line.len && line.data[line.len - 1] == '\r')
		line.len--;
	u->len = 0;
	if (u->state == MGI_UU_BEGUN && is_whole(line))
		u->state = MGI_UU_INSIDE;
	if (u->state == MGI_UU_INSIDE)
		return inside(u, harm, line);
	u->state = MGI_UU_TEXT;
	name = name_at(line);
	if (name)
		open_file(u, line, name);
	return false;
}

/* Only lines of a file, and those that may begin one, are held. */
static void hold(mgi_uu *u, mailguard_span s, uint64_t offset)
{
	if (!u->len && !u->skipping) {
		u->line_at = offset;
		u->skipping =
			s.len && u->state == MGI_UU_TEXT && s.data[0] != 'b';
	}
	if (u->skipping)
		return;
	s = mgi_span_head(s, sizeof(u->line) - u->len);
	memcpy(u->line + u->len, s.data, s.len);
	u->len += s.len;
}

bool mgi_uu_feed(mgi_uu *u, mgi_harm *harm, mailguard_span *s, uint64_t *offset)
{
	while (s->len) {
		const unsigned char *lf = memchr(s->data, '\n', s->len);
		size_t n = lf ? (size_t)(lf - s->data) : s->len;
		bool skipped, ended = false;

		hold(u, mgi_span_head(*s, n), *offset);
		n += lf != NULL;
		*s = mgi_span_from(*s, n);
		*offset += n;
		if (!lf)
			break;
		skipped = u->skipping;
		u->skipping = false;
		if (!skipped)
			ended = take_line(u, harm);
		if (ended)
			return true;
	}
	return false;
}

bool mgi_uu_end(mgi_uu *u, mgi_harm *harm, uint64_t offset)
{
	bool ended = false;

	if (u->len && !u->skipping)
		ended = take_line(u, harm);
	else if (!u->len)
		u->line_at = offset;
	u->skipping = false;
	if (u->state == MGI_UU_INSIDE)
		ended = cut_file(u, harm);
	u->state = MGI_UU_TEXT;
	return ended;
}
