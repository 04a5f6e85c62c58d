/*
 * period.c - from when to when, as a person wrote it into a notice.
 *
 * The text is folded, so digits and marks are ASCII. A moment is read by its
 * parts, largest first, and each part may be missing; the second moment of a
 * period takes what it lacks from the first.
 */
#include "status/when.h"

#include <string.h>

#include "base/text.h"

#define SECOND INT64_C(1000000)
#define DAY (INT64_C(86400) * SECOND)

typedef struct moment {
	int32_t year, month, day, hour, minute; /* year to day: 0 is missing */
	bool timed;
	bool next_day; /* 翌 */
	bool zoned;
	int32_t offset; /* if `zoned` */
} moment;

static bool is_digit_at(mailguard_span s, size_t i)
{
	return i < s.len && mgi_is_digit(s.data[i]);
}

static size_t digits(int32_t *v, mailguard_span s, size_t most)
{
	size_t n = 0;

	*v = 0;
	while (n < most && is_digit_at(s, n))
		*v = *v * 10 + (s.data[n++] - '0');
	return is_digit_at(s, n) ? 0 : n;
}

static bool eat(mailguard_span *s, const char *word)
{
	size_t n = 0;

	if (!mgi_span_starts(*s, word))
		return false;
	while (word[n])
		n++;
	*s = mgi_span_from(*s, n);
	return true;
}

static void blanks(mailguard_span *s)
{
	while (eat(s, " ") || eat(s, "\n") || eat(s, ",") || eat(s, "、") ||
	       eat(s, "\t"))
		continue;
}

/* A number and the unit behind it. */
static bool unit(int32_t *v, mailguard_span *s, const char *name)
{
	mailguard_span rest = *s;
	size_t n = digits(v, rest, 4);

	rest = mgi_span_from(rest, n);
	blanks(&rest);
	if (!n || !eat(&rest, name))
		return false;
	*s = rest;
	return true;
}

static void year_part(moment *m, mailguard_span *s)
{
	mailguard_span rest = *s;
	int32_t v;

	if ((eat(&rest, "令和") || (eat(&rest, "r") && is_digit_at(rest, 0)))) {
		if (eat(&rest, "元年")) {
			m->year = 2019;
			*s = rest;
		} else if (unit(&v, &rest, "年") || unit(&v, &rest, ".") ||
		           unit(&v, &rest, "/")) {
			m->year = 2018 + v;
			*s = rest;
		}
		return;
	}
	if (!(unit(&v, &rest, "年") || unit(&v, &rest, "/") ||
	      unit(&v, &rest, "-") || unit(&v, &rest, ".")) ||
	    v < 1990 || v > 2199)
		return;
	m->year = v;
	*s = rest;
}

/* "(火)", "（火・祝）" folded. */
static void weekday(mailguard_span *s)
{
	size_t i;

	blanks(s);
	if (!mgi_span_starts(*s, "(") && !mgi_span_starts(*s, "["))
		return;
	for (i = 1; i < s->len && i < 24; i++)
		if (s->data[i] == ')' || s->data[i] == ']') {
			*s = mgi_span_from(*s, i + 1);
			return;
		}
}

/* "february 3, 2026", "3 feb 2026": the month's name leads or follows. */
static bool month_name(int32_t *month, mailguard_span *s)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	size_t i, n = 0;

	while (n < s->len && mgi_is_alpha(s->data[n]))
		n++;
	for (i = 0; n >= 3 && n <= 9 && i < 12; i++)
		if (memcmp(s->data, names + 3 * i, 3) == 0) {
			*month = (int32_t)i + 1;
			*s = mgi_span_from(*s, n);
			eat(s, ".");
			return true;
		}
	return false;
}

static bool english_day(moment *m, mailguard_span *s)
{
	mailguard_span rest = *s;
	int32_t v;
	size_t n;
	bool led = month_name(&m->month, &rest);

	blanks(&rest);
	n = digits(&v, rest, 2);
	rest = mgi_span_from(rest, n);
	if (!n || v < 1 || v > 31)
		return false;
	m->day = v;
	blanks(&rest);
	if (!led && !month_name(&m->month, &rest)) {
		m->day = 0;
		return false;
	}
	*s = rest;
	blanks(&rest);
	n = digits(&v, rest, 4);
	if (n == 4 && v > 1990 && v < 2200) {
		m->year = v;
		*s = mgi_span_from(rest, n);
	}
	return true;
}

static bool day_part(moment *m, mailguard_span *s)
{
	mailguard_span rest = *s;
	int32_t month, day;
	size_t n;

	blanks(&rest);
	if (unit(&month, &rest, "月") || unit(&month, &rest, "/") ||
	    (m->year &&
	     (unit(&month, &rest, "-") || unit(&month, &rest, ".")))) {
		blanks(&rest);
		n = digits(&day, rest, 2);
		rest = mgi_span_from(rest, n);
		if (!n || month < 1 || month > 12 || day < 1 || day > 31)
			return false;
		m->month = month;
		m->day = day;
		eat(&rest, "日");
	} else if (unit(&day, &rest, "日") && day >= 1 && day <= 31 &&
	           !mgi_span_starts(rest, "間") && !m->year) {
		m->day = day;
	} else {
		return false;
	}
	*s = rest;
	weekday(s);
	return true;
}

static bool meridian(int32_t *add, mailguard_span *s)
{
	*add = 0;
	if (eat(s, "午後") || eat(s, "pm") || eat(s, "p.m.")) {
		*add = 12;
		return true;
	}
	return eat(s, "午前") || eat(s, "am") || eat(s, "a.m.");
}

static bool minutes(moment *m, mailguard_span *rest)
{
	int32_t minute = 0;

	if (eat(rest, ":")) {
		size_t n = digits(&minute, *rest, 2);

		if (n != 2 || minute > 59)
			return false;
		*rest = mgi_span_from(*rest, n);
		if (mgi_span_starts(*rest, ":") && is_digit_at(*rest, 1) &&
		    is_digit_at(*rest, 2))
			*rest = mgi_span_from(*rest, 3);
	} else if (eat(rest, "時")) {
		if (mgi_span_starts(*rest, "間"))
			return false; /* that is how long, not when */
		blanks(rest);
		if (eat(rest, "半"))
			minute = 30;
		else if (!unit(&minute, rest, "分"))
			minute = 0;
	} else {
		return false;
	}
	m->minute = minute;
	return minute <= 59;
}

/* "jst", "(utc)" behind a time; others are left to the page's own. */
static void zone_part(moment *m, mailguard_span *s)
{
	static const struct {
		const char *name;
		int32_t hours;
	} names[] = { { "jst", 9 },  { "utc", 0 },     { "gmt", 0 },
		      { "pst", -8 }, { "pdt", -7 },    { "est", -5 },
		      { "edt", -4 }, { "日本時間", 9 } };
	mailguard_span rest = *s;
	size_t i;

	blanks(&rest);
	eat(&rest, "(");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (eat(&rest, names[i].name)) {
			m->zoned = true;
			m->offset = names[i].hours * 3600;
			eat(&rest, ")");
			*s = rest;
			return;
		}
}

static bool time_part(moment *m, mailguard_span *s)
{
	mailguard_span rest = *s;
	bool told, after;
	int32_t add, hour;
	size_t n;

	blanks(&rest);
	told = meridian(&add, &rest);
	blanks(&rest);
	n = digits(&hour, rest, 2);
	rest = mgi_span_from(rest, n);
	if (!n || hour > 29 || !minutes(m, &rest))
		return false;
	*s = rest;
	blanks(&rest);
	after = !told && meridian(&add, &rest);
	if (after)
		*s = rest;
	if (told || after)
		hour = hour > 12 ? hour : hour % 12 + add;
	m->hour = hour;
	m->timed = true;
	zone_part(m, s);
	return true;
}

/* All of a moment that stands at the head of `s`; false if none does. */
static bool moment_read(moment *m, mailguard_span *s)
{
	mailguard_span rest = *s;
	bool dated;

	*m = (moment){ 0 };
	blanks(&rest);
	if (eat(&rest, "翌日") || eat(&rest, "翌"))
		m->next_day = true;
	year_part(m, &rest);
	dated = day_part(m, &rest);
	if (m->year && !dated)
		return false;
	if (!dated)
		dated = english_day(m, &rest);
	if (!dated)
		m->month = m->day = 0;
	time_part(m, &rest);
	if (!dated && !m->timed)
		return false;
	*s = rest;
	return true;
}

static mailguard_time time_of(const moment *m, int32_t offset)
{
	mgi_civil c = { .year = m->year,
		        .month = m->month,
		        .day = m->day,
		        .hour = m->hour % 24,
		        .minute = m->minute,
		        .offset = offset };
	mailguard_time t = mgi_time_of(&c);

	return t ? t + (m->hour / 24 + m->next_day) * DAY : 0;
}

/* What is missing of the date, so that it comes nearest to `near`. */
static void complete(moment *m, int32_t offset, mailguard_time near)
{
	mgi_civil now = mgi_civil_of(near, offset);
	int64_t best = INT64_MAX;
	int32_t year = 0, add;

	if (!m->day) { /* a time alone is of that very day */
		m->month = now.month;
		m->day = now.day;
	} else if (!m->month) {
		m->month = now.month;
	}
	for (add = -1; !m->year && add <= 1; add++) {
		moment try = *m;
		mailguard_time t;
		int64_t far;

		try.year = now.year + add;
		t = time_of(&try, offset);
		far = t > near ? t - near : near - t;
		if (t && far < best) {
			best = far;
			year = try.year;
		}
	}
	if (!m->year)
		m->year = year;
}

/* "~", "から", "-": is the second moment to follow? */
static bool separator(mailguard_span *s)
{
	static const char *const noise[] = { "頃",    "ごろ", "jst",
		                             "(jst)", "utc",  "に発生" };
	size_t i;

	for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		blanks(s);
		eat(s, noise[i]);
	}
	blanks(s);
	return eat(s, "~") || eat(s, "から") || eat(s, "より") || eat(s, "-") ||
	       eat(s, "→") || eat(s, "to ") || eat(s, "until ");
}

static mailguard_time end_of(const moment *begin,
                             moment *end,
                             int32_t offset,
                             mailguard_time from)
{
	mailguard_time t;

	if (!end->year)
		end->year = begin->year;
	if (!end->month)
		end->month = begin->month;
	if (!end->day) {
		end->day = begin->day;
	} else if (end->month == begin->month && end->day < begin->day &&
	           end->year == begin->year) {
		end->month = end->month % 12 + 1;
	}
	if (end->month < begin->month && end->year == begin->year)
		end->year++;
	t = time_of(end, offset);
	if (!end->timed && t)
		t += DAY; /* to the end of that day */
	if (t && t < from && end->day == begin->day)
		t += DAY;
	return t > from ? t : 0;
}

mgi_span_of_time mgi_period(mailguard_span folded,
                            int32_t offset,
                            mailguard_time near)
{
	mgi_span_of_time out = { 0, 0 };
	moment begin = { 0 }, end;
	mailguard_span s = folded;
	bool ranged;

	while (s.len) {
		mailguard_span rest = s;

		if (moment_read(&begin, &rest)) {
			s = rest;
			break;
		}
		/* Past a run of digits, or one would begin inside it. */
		if (mgi_is_digit(s.data[0]))
			while (is_digit_at(s, 0))
				s = mgi_span_from(s, 1);
		else
			s = mgi_span_from(s, 1);
	}
	if (!begin.day && !begin.timed)
		return out;
	ranged = separator(&s) && moment_read(&end, &s);
	if (begin.zoned || (ranged && end.zoned))
		offset = begin.zoned ? begin.offset : end.offset;
	complete(&begin, offset, near);
	out.begin = time_of(&begin, offset);
	if (out.begin && ranged)
		out.end = end_of(&begin, &end, offset, out.begin);
	return out;
}
