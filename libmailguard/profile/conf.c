/*
 * conf.c - "key value" lines, comments behind #, quotes around values.
 */
#include "profile/conf.h"

#include <string.h>

#include "base/cursor.h"

mgi_conf mgi_conf_of(mailguard_span text)
{
	mgi_conf conf = { text, 0 };

	return conf;
}

mailguard_span mgi_conf_word(mailguard_span *s)
{
	mailguard_span word;
	size_t n = 0;

	*s = mgi_span_trim(*s);
	while (n < s->len && !mgi_is_space(s->data[n]))
		n++;
	word = mgi_span_head(*s, n);
	*s = mgi_span_trim(mgi_span_from(*s, n));
	return word;
}

static mailguard_span unquoted(mailguard_span s)
{
	if (s.len > 1 && (s.data[0] == '"' || s.data[0] == '\'') &&
	    s.data[s.len - 1] == s.data[0])
		return mgi_span(s.data + 1, s.len - 2);
	return s;
}

bool mgi_conf_next(mgi_conf_line *out, mgi_conf *conf)
{
	mgi_cursor c = mgi_cursor_of(conf->rest);
	mailguard_span line;
	bool found = false;

	memset(out, 0, sizeof(*out));
	while (!found && mgi_cursor_line(&line, &c)) {
		conf->line++;
		line = mgi_span_trim(line);
		found = line.len && line.data[0] != '#';
	}
	conf->rest = mgi_span(c.at, mgi_cursor_left(&c));
	if (!found)
		return false;
	out->key = mgi_conf_word(&line);
	out->value = unquoted(line);
	out->line = conf->line;
	return true;
}

bool mgi_conf_has(mailguard_span text, const char *key)
{
	mgi_conf conf = mgi_conf_of(text);
	unsigned lines = 0;
	mgi_conf_line l;

	while (lines++ < 200 && mgi_conf_next(&l, &conf))
		if (mgi_span_is_nocase(l.key, key))
			return true;
	return false;
}
