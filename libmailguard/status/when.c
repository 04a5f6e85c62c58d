/*
 * when.c - one time as a machine wrote it: RFC 3339 and its poor relations,
 * RFC 822, seconds since 1970.
 */
#include "status/when.h"

#include "base/text.h"

#define SECOND INT64_C(1000000)

typedef struct reader {
	mailguard_span s; /* what is left */
	mgi_civil c;
	bool bad;
} reader;

static void skip(reader *r, const char *chars)
{
	size_t i;

	for (;;) {
		for (i = 0; chars[i]; i++)
			if (r->s.len && r->s.data[0] == (unsigned char)chars[i])
				break;
		if (!chars[i])
			return;
		r->s = mgi_span_from(r->s, 1);
	}
}

static bool take(reader *r, const char *chars)
{
	size_t was = r->s.len;
	mailguard_span rest = mgi_span_from(r->s, 1);

	skip(r, chars);
	if (r->s.len == was)
		return false;
	r->s = rest;
	return true;
}

/* A number of `least` to `most` digits. */
static int32_t number(reader *r, size_t least, size_t most)
{
	int32_t v = 0;
	size_t n = 0;

	while (n < most && n < r->s.len && mgi_is_digit(r->s.data[n]))
		v = v * 10 + (r->s.data[n++] - '0');
	if (n < least)
		r->bad = true;
	r->s = mgi_span_from(r->s, n);
	return v;
}

static mailguard_span word(reader *r)
{
	mailguard_span w = r->s;
	size_t n = 0;

	while (n < w.len && mgi_is_alpha(w.data[n]))
		n++;
	r->s = mgi_span_from(r->s, n);
	return mgi_span_head(w, n);
}

static void zone_signed(reader *r, bool west)
{
	int32_t hours = number(r, 2, 2), minutes = 0;

	take(r, ":");
	if (r->s.len && mgi_is_digit(r->s.data[0]))
		minutes = number(r, 2, 2);
	if (hours > 23 || minutes > 59)
		r->bad = true;
	r->c.offset = (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/* RFC 822 section 5.1 names, and JST. Others mean several places. */
static void zone(reader *r, int32_t none)
{
	static const struct {
		const char *name;
		int32_t hours;
	} names[] = { { "z", 0 },    { "utc", 0 },  { "gmt", 0 },
		      { "ut", 0 },   { "jst", 9 },  { "est", -5 },
		      { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
		      { "mst", -7 }, { "mdt", -6 }, { "pst", -8 },
		      { "pdt", -7 } };
	mailguard_span name;
	size_t i;

	skip(r, " (");
	r->c.offset = none;
	if (!r->s.len)
		return;
	if (r->s.data[0] == '+' || r->s.data[0] == '-') {
		bool west = take(r, "-");

		if (!west)
			take(r, "+");
		zone_signed(r, west);
		return;
	}
	name = word(r);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_is_nocase(name, names[i].name)) {
			r->c.offset = names[i].hours * 3600;
			return;
		}
	r->bad = true;
}

static void fraction(reader *r)
{
	int32_t unit = 100000;

	while (r->s.len && mgi_is_digit(r->s.data[0])) {
		r->c.usec += (r->s.data[0] - '0') * unit;
		unit /= 10;
		r->s = mgi_span_from(r->s, 1);
	}
}

static void clock_time(reader *r)
{
	r->c.hour = number(r, 1, 2);
	if (!take(r, ":"))
		r->bad = true;
	r->c.minute = number(r, 2, 2);
	if (take(r, ":"))
		r->c.second = number(r, 2, 2);
	if (take(r, ".,"))
		fraction(r);
}

static int32_t month_of(mailguard_span name)
{
	static const char *const names[] = { "jan", "feb", "mar", "apr",
		                             "may", "jun", "jul", "aug",
		                             "sep", "oct", "nov", "dec" };
	int32_t i;

	for (i = 0; name.len >= 3 && i < 12; i++)
		if (mgi_span_starts_nocase(name, names[i]))
			return i + 1;
	return 0;
}

/* "Tue, 03 Feb 2026 01:00:55 GMT", "Feb 3, 2026 10:10 JST". */
static void rfc822(reader *r, int32_t offset)
{
	int32_t year, digits;

	r->c.month = month_of(word(r));
	skip(r, " ,.");
	r->c.day = number(r, 1, 2);
	skip(r, " ,-");
	if (!r->c.month)
		r->c.month = month_of(word(r));
	skip(r, " ,.-");
	digits = (int32_t)r->s.len;
	year = number(r, 2, 4);
	digits -= (int32_t)r->s.len;
	r->c.year = digits > 2 ? year : year < 50 ? 2000 + year : 1900 + year;
	skip(r, " ,");
	r->c.offset = offset;
	if (r->s.len) {
		clock_time(r);
		zone(r, offset);
	}
}

static void iso(reader *r, int32_t offset)
{
	r->c.year = number(r, 4, 4);
	if (!take(r, "-/."))
		r->bad = true;
	r->c.month = number(r, 1, 2);
	if (!take(r, "-/."))
		r->bad = true;
	r->c.day = number(r, 1, 2);
	r->c.offset = offset;
	if (!take(r, "Tt ")) {
		r->bad = r->bad || r->s.len;
		return;
	}
	skip(r, " ");
	clock_time(r);
	zone(r, offset);
}

/* Seconds, or milliseconds by their number; none before 1973. */
static mailguard_time epoch(mailguard_span s)
{
	uint64_t n;

	if (!mgi_span_u64(&n, s, UINT64_C(9999999999999)))
		return 0;
	if (s.len >= 9 && s.len <= 10)
		return (mailguard_time)n * SECOND;
	if (s.len >= 12 && s.len <= 13)
		return (mailguard_time)n * (SECOND / 1000);
	return 0;
}

mailguard_time mgi_when(mailguard_span s, int32_t offset)
{
	reader r = { mgi_span_trim(s), { 0 }, false };
	mailguard_time t;

	t = epoch(r.s);
	if (t || !r.s.len)
		return t;
	if (r.s.len > 4 && mgi_is_digit(r.s.data[3]))
		iso(&r, offset);
	else
		rfc822(&r, offset);
	return r.bad ? 0 : mgi_time_of(&r.c);
}
