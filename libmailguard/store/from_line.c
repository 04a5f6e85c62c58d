/*
 * from_line.c - the score of a From_ line.
 *
 * Two of three must speak for it: it looks like one (a date, or nothing but
 * an address or a dash), a blank line stands before it, a header field behind
 * it. Prose that begins with "From " has none but the blank line.
 */
#include "store/from_line.h"

/* "hh:mm" somewhere in it, with a year of four digits. */
static bool has_date(mailguard_span s)
{
	bool clock = false, year = false;
	size_t i, run = 0;

	for (i = 0; i <= s.len; i++) {
		int c = i < s.len ? s.data[i] : ' ';

		if (mgi_is_digit(c)) {
			run++;
			continue;
		}
		if (run == 4 && (s.data[i - 4] == '1' || s.data[i - 4] == '2'))
			year = true;
		if (c == ':' && run >= 1 && run <= 2 && i + 2 < s.len &&
		    mgi_is_digit(s.data[i + 1]) && mgi_is_digit(s.data[i + 2]))
			clock = true;
		run = 0;
	}
	return clock && year;
}

/* "From", "From -", "From ann@example.org": one word at most. */
static bool is_bare(mailguard_span s)
{
	size_t i;

	s = mgi_span_trim(s);
	for (i = 0; i < s.len; i++)
		if (mgi_is_space(s.data[i]))
			return false;
	return true;
}

/* Netscape's and Thunderbird's own, which nobody writes by chance. */
static bool is_dash(mailguard_span s)
{
	return mgi_span_is(mgi_span_trim(s), "-");
}

/* "Name:" as RFC 5322 has it, or another From_ quoted by some delivery. */
static bool is_field(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len && s.data[i] != ':'; i++)
		if (s.data[i] <= ' ' || s.data[i] >= 0x7f)
			return false;
	return i > 0 && i < s.len && i < 77;
}

bool mgi_from_line_parts(const mgi_from_line *f)
{
	mailguard_span rest = mgi_span_from(f->line, 5);
	bool date = has_date(rest);
	bool before = f->first || f->after_blank;
	bool behind = is_field(f->next) || mgi_span_starts(f->next, ">From ") ||
	              (f->at_end && f->first);

	if (date)
		return before || behind;
	if (is_dash(rest))
		return before || behind;
	return is_bare(rest) && before && behind;
}
