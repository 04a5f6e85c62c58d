/*
 * ini.c - [sections], key=value lines, comments behind ; or #.
 */
#include "profile/ini.h"

#include <string.h>

#include "base/cursor.h"

mgi_ini mgi_ini_of(mailguard_span text)
{
	mgi_ini ini = { text, { NULL, 0 }, 0 };

	return ini;
}

/* "key = value" or "key: value", whichever sign comes first. */
static bool value_split(mgi_ini_line *out, mailguard_span line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.data[i] == '=' || line.data[i] == ':')
			break;
	if (i == line.len || i == 0)
		return false;
	out->key = mgi_span_trim(mgi_span_head(line, i));
	out->value = mgi_span_trim(mgi_span_from(line, i + 1));
	return true;
}

static void line_read(mgi_ini_line *out, mgi_ini *ini, mailguard_span line)
{
	out->kind = MGI_INI_BAD;
	if (line.data[0] == '[' && line.data[line.len - 1] == ']') {
		ini->section =
			mgi_span_trim(mgi_span(line.data + 1, line.len - 2));
		out->kind = MGI_INI_SECTION;
	} else if (line.data[0] != '[' && value_split(out, line)) {
		out->kind = MGI_INI_VALUE;
	}
	out->section = ini->section;
	out->line = ini->line;
}

bool mgi_ini_next(mgi_ini_line *out, mgi_ini *ini)
{
	mgi_cursor c = mgi_cursor_of(ini->rest);
	mailguard_span line;
	bool found = false;

	memset(out, 0, sizeof(*out));
	while (!found && mgi_cursor_line(&line, &c)) {
		ini->line++;
		line = mgi_span_trim(line);
		found = line.len && line.data[0] != ';' && line.data[0] != '#';
	}
	ini->rest = mgi_span(c.at, mgi_cursor_left(&c));
	if (found)
		line_read(out, ini, line);
	return found;
}

bool mgi_ini_has(mailguard_span text, const char *section)
{
	mgi_ini ini = mgi_ini_of(text);
	mgi_ini_line line;
	unsigned lines = 0;

	while (lines++ < 200 && mgi_ini_next(&line, &ini))
		if (line.kind == MGI_INI_SECTION &&
		    mgi_span_is_nocase(line.section, section))
			return true;
	return false;
}
