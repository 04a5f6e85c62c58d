/*
 * date.c - the Date field (RFC 5322, 3.3 and 4.3; RFC 850; ctime; ISO 8601).
 *
 * Words are taken by what they look like, not by where they stand: mailers
 * leave out weekdays, commas and zones, and put the year where they like. What
 * cannot be a time (31 February, 25:61) is none.
 */
#include <mailguard/mime.h>

#include "base/clock.h"
#include "base/text.h"
#include "mime/date.h"

#define WORDS_MAX 24
#define TIGHT_MAX 256

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

static const struct {
	const char *name;
	int32_t hours;
} zones[] = {
	{ "ut", 0 },   { "utc", 0 },  { "gmt", 0 },  { "z", 0 },
	{ "wet", 0 },  { "bst", 1 },  { "cet", 1 },  { "met", 1 },
	{ "cest", 2 }, { "eet", 2 },  { "msk", 3 },  { "jst", 9 },
	{ "kst", 9 },  { "est", -5 }, { "edt", -4 }, { "cst", -6 },
	{ "cdt", -5 }, { "mst", -7 }, { "mdt", -6 }, { "pst", -8 },
	{ "pdt", -7 },
};

typedef struct reading {
	mgi_civil c;
	bool has_time, has_zone, bad;
	int32_t pm; /* 1: AM, 2: PM */
} reading;

/* 1..12, or 0. */
static int32_t month_of(mailguard_span w)
{
	size_t i, k;

	if (w.len < 3)
		return 0;
	for (i = 0; i < 12; i++) {
		for (k = 0; k < 3; k++)
			if (mgi_lower(w.data[k]) != months[i * 3 + k])
				break;
		if (k == 3)
			return (int32_t)i + 1;
	}
	return 0;
}

static size_t digits(int32_t *out, mailguard_span w)
{
	size_t i;

	*out = 0;
	for (i = 0; i < w.len && i < 9 && mgi_is_digit(w.data[i]); i++)
		*out = *out * 10 + (w.data[i] - '0');
	return i;
}

/* RFC 5322, 4.3: two digits are 1950 to 2049, three are a counter's. */
static int32_t year_of(int32_t n, size_t len)
{
	if (len <= 2)
		return n + (n < 50 ? 2000 : 1900);
	return len == 3 ? n + 1900 : n;
}

static void set_zone(reading *r, int32_t seconds)
{
	if (r->has_zone)
		return; /* "+0900 (JST)", "+0900 JST" */
	r->has_zone = true;
	r->c.offset = seconds;
}

/* "+0900", "-07:00", "+9"; an impossible one is taken for UTC. */
static void numeric_zone(reading *r, mailguard_span w)
{
	int32_t h, m = 0, sign = w.data[0] == '-' ? -1 : 1;
	size_t n;

	w = mgi_span_from(w, 1);
	n = digits(&h, w);
	if (n >= 3) {
		m = h % 100;
		h /= 100;
	} else if (n < w.len && w.data[n] == ':') {
		(void)digits(&m, mgi_span_from(w, n + 1));
	}
	if (h > 14 || m > 59)
		h = m = 0;
	set_zone(r, sign * (h * 3600 + m * 60));
}

static void fraction(reading *r, mailguard_span w)
{
	int32_t unit = 100000;
	size_t i;

	for (i = 0; i < w.len && mgi_is_digit(w.data[i]); i++) {
		r->c.usec += (w.data[i] - '0') * unit;
		unit /= 10;
	}
}

/* "09:30", "9:30:15.5", "09:30:15+0900", "09:30Z", "9:30PM" */
static void time_word(reading *r, mailguard_span w)
{
	int32_t *const to[] = { &r->c.hour, &r->c.minute, &r->c.second };
	size_t k, n;

	if (r->has_time)
		return;
	r->has_time = true;
	for (k = 0; k < 3; k++) {
		n = digits(to[k], w);
		r->bad |= !n || n > 2;
		w = mgi_span_from(w, n);
		if (k == 2 || !w.len || w.data[0] != ':')
			break;
		w = mgi_span_from(w, 1);
	}
	if (w.len && (w.data[0] == '.' || w.data[0] == ',')) {
		fraction(r, mgi_span_from(w, 1));
		for (w = mgi_span_from(w, 1); w.len && mgi_is_digit(w.data[0]);)
			w = mgi_span_from(w, 1);
	}
	if (w.len && (w.data[0] == '+' || w.data[0] == '-'))
		numeric_zone(r, w);
	else if (mgi_span_is_nocase(w, "z"))
		set_zone(r, 0);
	else if (mgi_span_is_nocase(w, "am") || mgi_span_is_nocase(w, "pm"))
		r->pm = mgi_lower(w.data[0]) == 'p' ? 2 : 1;
}

static void number_word(reading *r, mailguard_span w)
{
	int32_t n;
	size_t len = digits(&n, w);

	if (len == 3 && w.data[0] == '0' && !r->c.day)
		len = 2; /* "029 Apr" */
	if (len >= 3 || (r->c.day && r->c.month && !r->c.year)) {
		if (!r->c.year)
			r->c.year = year_of(n, len);
	} else if (!r->c.day) {
		r->c.day = n;
	} else if (!r->c.year) {
		r->c.year = year_of(n, len);
	}
}

/* Which is the day and which the month, if only one of them can be it. */
static bool by_size(reading *r, mailguard_span second)
{
	int32_t n;

	(void)digits(&n, second);
	if ((r->c.day > 12) == (n > 12))
		return false;
	r->c.month = n > 12 ? r->c.day : n;
	r->c.day = n > 12 ? n : r->c.day;
	return r->c.month > 0;
}

/* "2026-01-13", "2026/1/13", "13-Jan-2026", "13-Jan-26", "13.1.2026" */
static bool joined_date(reading *r, mailguard_span w)
{
	mailguard_span part[3];
	size_t i, k = 0, begin = 0;
	int32_t n;

	for (i = 0; i <= w.len; i++) {
		if (i < w.len && w.data[i] != '-' && w.data[i] != '/' &&
		    w.data[i] != '.')
			continue;
		if (k == 3 || i == begin)
			return false;
		part[k++] = mgi_span(w.data + begin, i - begin);
		begin = i + 1;
	}
	if (k != 3)
		return false;
	if (digits(&n, part[0]) == 4) {
		r->c.year = n;
		(void)digits(&r->c.month, part[1]);
		(void)digits(&r->c.day, part[2]);
		return true;
	}
	r->c.day = n;
	r->c.month = month_of(part[1]);
	if (!r->c.month && !by_size(r, part[1]))
		return false;
	i = digits(&n, part[2]);
	r->c.year = year_of(n, i);
	return i > 0;
}

static void letters_word(reading *r, mailguard_span w)
{
	size_t i;

	if (mgi_span_is_nocase(w, "am") || mgi_span_is_nocase(w, "pm")) {
		r->pm = mgi_lower(w.data[0]) == 'p' ? 2 : 1;
		return;
	}
	if (mgi_span_starts_nocase(w, "gmt+") ||
	    mgi_span_starts_nocase(w, "gmt-") ||
	    mgi_span_starts_nocase(w, "utc+") ||
	    mgi_span_starts_nocase(w, "utc-")) {
		numeric_zone(r, mgi_span_from(w, 3));
		return;
	}
	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (mgi_span_is_nocase(w, zones[i].name) && r->has_time)
			set_zone(r, zones[i].hours * 3600);
	/* "Mar" and "Mon" are both three letters; no weekday is a month. */
	if (!r->c.month)
		r->c.month = month_of(w);
}

static void take(reading *r, mailguard_span w)
{
	size_t i, colons = 0, dashes = 0;

	for (i = 0; i < w.len; i++) {
		colons += w.data[i] == ':';
		dashes += i > 0 && (w.data[i] == '-' || w.data[i] == '/' ||
		                    w.data[i] == '.');
	}
	if (w.data[0] == '+' || w.data[0] == '-')
		numeric_zone(r, w);
	else if (mgi_is_digit(w.data[0]) && dashes == 2 && !colons)
		r->bad |= !joined_date(r, w);
	else if (mgi_is_digit(w.data[0]) && colons)
		time_word(r, w);
	else if (mgi_is_digit(w.data[0]))
		number_word(r, w);
	else
		letters_word(r, w);
}

/* "2026-01-13T09:00:00Z": two words */
static size_t iso_date(mailguard_span w)
{
	return w.len > 11 && mgi_is_digit(w.data[0]) && w.data[4] == '-' &&
	                       mgi_lower(w.data[10]) == 't'
	               ? 10
	               : 0;
}

static bool is_break(unsigned char c)
{
	return c <= ' ' || c == ',' || c == ';' || c == '(' || c == ')' ||
	       c >= 0x7f;
}

/* Behind white space and comments. */
static size_t skip_blank(mailguard_span s, size_t i)
{
	while (i < s.len && (s.data[i] <= ' ' || s.data[i] == '(')) {
		if (s.data[i] == '(')
			while (i + 1 < s.len && s.data[i] != ')')
				i++;
		i++;
	}
	return i;
}

/* "09 (o'clock) : 55": nothing stands around a colon (RFC 5322, 4.3). */
static mailguard_span tighten(char out[TIGHT_MAX], mailguard_span s)
{
	size_t i = 0, n = 0, next;

	while (i < s.len && n < TIGHT_MAX) {
		next = skip_blank(s, i);
		if (next > i && next < s.len &&
		    (s.data[next] == ':' || (n && out[n - 1] == ':')))
			i = next;
		out[n++] = (char)s.data[i++];
	}
	return mgi_span(out, n);
}

static void take_all(reading *r, mailguard_span s)
{
	size_t i = 0, begin, words = 0, head;
	mailguard_span w;

	while (i < s.len && words++ < WORDS_MAX) {
		while (i < s.len && is_break(s.data[i]))
			i++;
		begin = i;
		while (i < s.len && !is_break(s.data[i]))
			i++;
		w = mgi_span(s.data + begin, i - begin);
		head = iso_date(w);
		if (head) {
			take(r, mgi_span_head(w, head));
			w = mgi_span_from(w, head + 1);
		}
		if (w.len)
			take(r, w);
	}
}

mailguard_time mailguard_header_date(int32_t *offset, mailguard_span value)
{
	reading r = { .bad = false };
	char flat[TIGHT_MAX];
	mailguard_time t;

	take_all(&r, tighten(flat, value));
	if (r.pm == 2 && r.c.hour < 12)
		r.c.hour += 12;
	else if (r.pm == 1 && r.c.hour == 12)
		r.c.hour = 0;
	/* Midnight at the end of a day. */
	if (r.c.hour == 24 && !r.c.minute && !r.c.second) {
		r.c.hour = 0;
		t = r.bad || !r.has_time ? 0 : mgi_time_of(&r.c);
		t += t ? INT64_C(86400) * 1000000 : 0;
	} else {
		t = r.bad || !r.has_time ? 0 : mgi_time_of(&r.c);
	}
	if (offset)
		*offset = t ? r.c.offset : 0;
	return t;
}

void mgi_date_put(mailguard_buffer *out, mailguard_time t, int32_t offset)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	mgi_civil c = mgi_civil_of(t, offset);
	int32_t minutes = (offset < 0 ? -offset : offset) / 60;

	mgi_buf_add(out, &days[(size_t)c.weekday * 3], 3);
	mgi_buf_printf(out, ", %02d ", c.day);
	mgi_buf_add(out, &names[((size_t)c.month - 1) * 3], 3);
	mgi_buf_printf(out, " %04d %02d:%02d:%02d %c%02d%02d", c.year, c.hour,
	               c.minute, c.second, offset < 0 ? '-' : '+', minutes / 60,
	               minutes % 60);
}
