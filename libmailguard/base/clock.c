/*
 * clock.c - civil time by arithmetic; no locale, no zone files.
 */
#include "base/clock.h"

#include "base/text.h"

#define SECOND INT64_C(1000000)
#define DAY (INT64_C(86400) * SECOND)

/* 0001-01-01 and the end of 9999-12-31: what four digits can tell. */
#define EARLIEST (INT64_C(-62135596800) * SECOND)
#define LATEST (INT64_C(253402300800) * SECOND - 1)

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t days_of(int64_t year, int32_t month, int32_t day)
{
	int64_t y = month > 2 ? year : year - 1; /* March begins the year */
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year =
		(153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static void date_of(mgi_civil *c, int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t m = (5 * of_year + 2) / 153;

	c->day = (int32_t)(of_year - (153 * m + 2) / 5 + 1);
	c->month = (int32_t)(m < 10 ? m + 3 : m - 9);
	c->year = (int32_t)(year + era * 400 + (c->month <= 2));
}

mgi_civil mgi_civil_of(mailguard_time t, int32_t offset)
{
	int64_t local, days, rest;
	mgi_civil c = { 0 };

	if (t < EARLIEST || t > LATEST)
		t = t < EARLIEST ? EARLIEST : LATEST;
	local = t + offset * SECOND;
	days = local / DAY;
	rest = local % DAY;
	if (rest < 0) {
		rest += DAY;
		days--;
	}
	date_of(&c, days);
	c.weekday = (int32_t)(((days + 4) % 7 + 7) % 7);
	c.hour = (int32_t)(rest / (3600 * SECOND));
	c.minute = (int32_t)(rest / (60 * SECOND) % 60);
	c.second = (int32_t)(rest / SECOND % 60);
	c.usec = (int32_t)(rest % SECOND);
	c.offset = offset;
	return c;
}

static int32_t month_days(int32_t year, int32_t month)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30,
		                       31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

mailguard_time mgi_time_of(const mgi_civil *c)
{
	int64_t seconds;

	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 ||
	    c->day < 1 || c->day > month_days(c->year, c->month))
		return 0;
	if (c->hour < 0 || c->hour > 23 || c->minute < 0 || c->minute > 59 ||
	    c->second < 0 || c->second > 60 || c->usec < 0 ||
	    c->usec >= SECOND || c->offset < -86399 || c->offset > 86399)
		return 0;
	seconds = days_of(c->year, c->month, c->day) * 86400;
	seconds += c->hour * INT64_C(3600) + c->minute * INT64_C(60);
	seconds += c->second - c->offset;
	return seconds * SECOND + c->usec;
}

/* So many digits of `n`, zeros before it. */
static char *digits_put(char *at, int32_t n, int digits)
{
	int i;

	for (i = digits; i-- > 0; n /= 10)
		at[i] = (char)('0' + n % 10);
	return at + digits;
}

/* "+09:00" */
static char *zone_put(char *at, int32_t offset)
{
	int32_t minutes = (offset < 0 ? -offset : offset) / 60;

	*at++ = offset < 0 ? '-' : '+';
	at = digits_put(at, minutes / 60, 2);
	*at++ = ':';
	return digits_put(at, minutes % 60, 2);
}

void mgi_time_rfc3339(mailguard_buffer *out, mailguard_time t, int32_t offset)
{
	static const char between[] = "--T:: ";
	char text[sizeof("2026-01-13T00:00:00.000000+09:00")], *at = text;
	mgi_civil c = mgi_civil_of(t, offset);
	const int32_t parts[] = { c.year, c.month,  c.day,
		                  c.hour, c.minute, c.second };
	int32_t usec = c.usec, digits = 6;
	size_t i;

	if (!t)
		return;
	for (i = 0; i < 6; i++) {
		at = digits_put(at, parts[i], i ? 2 : 4);
		*at++ = between[i];
	}
	while (usec && usec % 10 == 0) {
		usec /= 10;
		digits--;
	}
	at[-1] = '.';
	at = usec ? digits_put(at, usec, digits) : at - 1;
	if (offset)
		at = zone_put(at, offset);
	else
		*at++ = 'Z';
	mgi_buf_add(out, text, (size_t)(at - text));
}

struct reader {
	mailguard_span s;
	size_t at;
	bool bad;
};

static int32_t number(struct reader *r, size_t digits)
{
	int32_t v = 0;

	while (digits--) {
		if (r->at >= r->s.len || !mgi_is_digit(r->s.data[r->at])) {
			r->bad = true;
			return 0;
		}
		v = v * 10 + (r->s.data[r->at++] - '0');
	}
	return v;
}

static bool one_of(struct reader *r, const char *chars)
{
	for (; r->at < r->s.len && *chars; chars++)
		if (r->s.data[r->at] == (unsigned char)*chars) {
			r->at++;
			return true;
		}
	return false;
}

static void want(struct reader *r, const char *chars)
{
	if (!one_of(r, chars))
		r->bad = true;
}

/* Digits behind the point; more than six are cut, not rounded. */
static int32_t fraction(struct reader *r)
{
	int32_t usec = 0, unit = 100000;

	if (r->at >= r->s.len || !mgi_is_digit(r->s.data[r->at]))
		r->bad = true;
	for (; r->at < r->s.len && mgi_is_digit(r->s.data[r->at]); r->at++) {
		usec += (r->s.data[r->at] - '0') * unit;
		unit /= 10;
	}
	return usec;
}

static int32_t zone(struct reader *r)
{
	int32_t hours, minutes;
	bool west;

	if (one_of(r, "Zz"))
		return 0;
	west = one_of(r, "-");
	if (!west)
		want(r, "+");
	hours = number(r, 2);
	want(r, ":");
	minutes = number(r, 2);
	if (hours > 23 || minutes > 59)
		r->bad = true;
	return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

mailguard_time mgi_time_parse_rfc3339(mailguard_span s)
{
	struct reader r = { s, 0, false };
	mgi_civil c = { 0 };

	c.year = number(&r, 4);
	want(&r, "-");
	c.month = number(&r, 2);
	want(&r, "-");
	c.day = number(&r, 2);
	want(&r, "Tt ");
	c.hour = number(&r, 2);
	want(&r, ":");
	c.minute = number(&r, 2);
	want(&r, ":");
	c.second = number(&r, 2);
	if (one_of(&r, "."))
		c.usec = fraction(&r);
	c.offset = zone(&r);
	return r.bad || r.at != s.len ? 0 : mgi_time_of(&c);
}

mailguard_time mailguard_time_parse(const char *text)
{
	return mgi_time_parse_rfc3339(mgi_span_of(text));
}
