/*
 * msf.c - two numbers out of a Mork file.
 *
 * Mork is a log: dictionaries <(8F=value)> name values, rows [..(^A3=1F)..] or
 * [..(^A3^8F)..] use them, and what comes later holds. Column names have a
 * dictionary of their own, which says (a=c).
 */
#include "store/msf.h"

#include <string.h>

#include "base/text.h"

typedef struct want {
	const char *name;
	uint64_t column;        /* 0: not named yet */
	mailguard_span value;   /* in the last cell of it */
	uint64_t atom;          /* or what it refers to; 0: none */
	mailguard_span meaning; /* of that */
} want;

typedef struct mork {
	mailguard_span text;
	size_t at;
	bool columns; /* in the dictionary of column names */
	bool again;   /* it is known which values are meant */
	want want[2];
} mork;

static bool hex(uint64_t *out, mailguard_span s)
{
	size_t i;

	*out = 0;
	for (i = 0; i < s.len && i < 16; i++) {
		if (!mgi_is_xdigit(s.data[i]))
			return false;
		*out = *out << 4 | (uint64_t)mgi_xdigit(s.data[i]);
	}
	return i && i == s.len;
}

/* What stands between "(" and its ")", which a backslash may precede. */
static mailguard_span cell_at(mork *m)
{
	size_t begin = ++m->at;

	while (m->at < m->text.len && m->text.data[m->at] != ')')
		m->at += m->text.data[m->at] == '\\' ? 2 : 1;
	if (m->at > m->text.len)
		m->at = m->text.len;
	return mgi_span(m->text.data + begin, m->at - begin);
}

/* "A1=numMsgs" or "8F=1C2" of a dictionary. */
static void define(mork *m, mailguard_span cell)
{
	const unsigned char *eq = memchr(cell.data, '=', cell.len);
	mailguard_span value;
	uint64_t id;
	size_t i;

	if (!eq || !hex(&id, mgi_span_head(cell, (size_t)(eq - cell.data))))
		return;
	value = mgi_span_from(cell, (size_t)(eq - cell.data) + 1);
	for (i = 0; i < 2; i++) {
		if (m->columns && mgi_span_is(value, m->want[i].name))
			m->want[i].column = id;
		if (!m->columns && id == m->want[i].atom)
			m->want[i].meaning = value;
	}
}

/* "^A3=1C2" or "^A3^8F" of a row. */
static void use(mork *m, mailguard_span cell)
{
	mailguard_span rest = mgi_span_from(cell, 1);
	size_t n = 0, i;
	uint64_t id;

	if (!cell.len || cell.data[0] != '^')
		return;
	while (n < rest.len && mgi_is_xdigit(rest.data[n]))
		n++;
	if (!hex(&id, mgi_span_head(rest, n)))
		return;
	rest = mgi_span_from(rest, n);
	for (i = 0; i < 2; i++) {
		want *w = &m->want[i];

		if (id != w->column || !rest.len)
			continue;
		w->atom = 0;
		w->value = mgi_span_from(rest, 1);
		if (rest.data[0] == '^')
			(void)hex(&w->atom, w->value);
	}
}

/* Behind a comment that begins here. */
static void comment_skip(mork *m)
{
	const unsigned char *at = m->text.data + m->at;
	const unsigned char *lf = memchr(at, '\n', m->text.len - m->at);

	if (lf && at[1] == '/')
		m->at = (size_t)(lf - m->text.data);
}

static void read_all(mork *m)
{
	mailguard_span cell;
	bool row = false;
	int depth = 0; /* "< <(a=c)> ... >" says of what it is in a "<" */

	m->columns = false;
	for (m->at = 0; m->at < m->text.len; m->at++)
		switch (m->text.data[m->at]) {
		case '<':
			if (depth++ == 0)
				m->columns = false;
			break;
		case '>':
			depth -= depth > 0;
			break;
		case '[':
		case ']':
			row = m->text.data[m->at] == '[';
			break;
		case '/':
			comment_skip(m);
			break;
		case '(':
			cell = cell_at(m);
			if (mgi_span_is(cell, "a=c"))
				m->columns = true;
			else if (!row)
				define(m, cell);
			else if (!m->again)
				use(m, cell);
			break;
		default:
			break;
		}
}

static bool number_of(uint64_t *out, const want *w)
{
	return hex(out, w->atom ? w->meaning : w->value);
}

mgi_msf mgi_msf_of(mailguard_span text)
{
	mork m = { .text = text };
	mgi_msf out = { false, false, 0, 0 };

	m.want[0].name = "folderSize";
	m.want[1].name = "numMsgs";
	read_all(&m);
	m.again = true;
	read_all(&m);
	out.has_size = number_of(&out.size, &m.want[0]);
	out.has_count = number_of(&out.count, &m.want[1]);
	return out;
}
