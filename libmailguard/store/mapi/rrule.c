/*
 * rrule.c - how an appointment comes back ([MS-OXOCAL] 2.2.1.44.1), as RRULE
 * and EXDATE (RFC 5545, 3.3.10).
 *
 * An instance that was changed is told as it was planned: the change lies in
 * an attachment of the appointment, which the mail has, too.
 */
#include "store/mapi/lines.h"

#include <string.h>

#include "base/clock.h"
#include "base/cursor.h"

#define MINUTE INT64_C(60000000)
#define DATES_MAX 1000

enum { DAILY = 0x200a, WEEKLY = 0x200b, MONTHLY = 0x200c, YEARLY = 0x200d };
enum { BY_DAY = 0, BY_WEEK = 1, BY_MONTH = 2, BY_NTH = 3, BY_MONTH_END = 4 };
enum { UNTIL_DATE = 0x2021, AFTER_COUNT = 0x2022 };

typedef struct pattern {
	uint32_t frequency, type, period, days, day, nth, end, count, week;
	uint32_t deleted[DATES_MAX], changed[DATES_MAX];
	size_t deleted_count, changed_count;
	uint32_t first, last; /* midnights, in minutes of local time */
	uint32_t at;          /* minutes since midnight */
} pattern;

static bool dates_read(uint32_t *to, size_t *count, mgi_cursor *c)
{
	uint32_t n = mgi_cursor_u32le(c), i;

	*count = n;
	if (n > DATES_MAX || n > mgi_cursor_left(c) / 4)
		return false;
	for (i = 0; i < n; i++)
		to[i] = mgi_cursor_u32le(c);
	return true;
}

static void type_read(pattern *p, mgi_cursor *c)
{
	switch (p->type) {
	case BY_WEEK:
		p->days = mgi_cursor_u32le(c);
		break;
	case BY_MONTH:
	case BY_MONTH_END:
		p->day = mgi_cursor_u32le(c);
		break;
	case BY_NTH:
		p->days = mgi_cursor_u32le(c);
		p->nth = mgi_cursor_u32le(c);
		break;
	default:
		break;
	}
}

static bool pattern_read(pattern *p, mailguard_span blob)
{
	mgi_cursor c = mgi_cursor_of(blob);
	uint32_t version = mgi_cursor_u32le(&c), calendar;

	memset(p, 0, sizeof(*p));
	p->frequency = mgi_cursor_u16le(&c);
	p->type = mgi_cursor_u16le(&c);
	calendar = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 4); /* FirstDateTime */
	p->period = mgi_cursor_u32le(&c);
	mgi_cursor_skip(&c, 4); /* SlidingFlag */
	type_read(p, &c);
	p->end = mgi_cursor_u32le(&c);
	p->count = mgi_cursor_u32le(&c);
	p->week = mgi_cursor_u32le(&c);
	if (!dates_read(p->deleted, &p->deleted_count, &c) ||
	    !dates_read(p->changed, &p->changed_count, &c))
		return false;
	p->first = mgi_cursor_u32le(&c);
	p->last = mgi_cursor_u32le(&c);
	mgi_cursor_skip(&c, 8); /* ReaderVersion2, WriterVersion2 */
	p->at = mgi_cursor_u32le(&c);
	/* 0 and 1 are Gregorian (1: in the words of Windows). */
	return !c.failed && version == 0x30043004 && calendar <= 1 &&
	       p->type <= BY_MONTH_END && p->at < 1440 &&
	       p->frequency >= DAILY && p->frequency <= YEARLY;
}

static void days_put(mailguard_buffer *out, uint32_t mask)
{
	static const char names[] = "SUMOTUWETHFRSA";
	const char *sign = ";BYDAY=";
	size_t i;

	for (i = 0; i < 7; i++) {
		if (!(mask & 1u << i))
			continue;
		mgi_buf_printf(out, "%s%.2s", sign, &names[2 * i]);
		sign = ",";
	}
}

static void often_put(mailguard_buffer *out, const pattern *p)
{
	uint32_t every = p->period ? p->period : 1;
	const char *freq = "MONTHLY"; /* a year is told as twelve of them */

	if (p->type == BY_DAY) {
		freq = "DAILY";
		every = p->period >= 1440 ? p->period / 1440 : 1;
	} else if (p->type == BY_WEEK) {
		freq = "WEEKLY";
		every = p->frequency == DAILY ? 1 : every;
	}
	mgi_buf_printf(out, "FREQ=%s", freq);
	if (every > 1)
		mgi_buf_printf(out, ";INTERVAL=%u", every);
	days_put(out, p->days);
	if (p->type == BY_MONTH_END || (p->type == BY_MONTH && p->day == 31))
		mgi_buf_puts(out, ";BYMONTHDAY=-1");
	else if (p->type == BY_MONTH)
		mgi_buf_printf(out, ";BYMONTHDAY=%u", p->day);
	else if (p->type == BY_NTH)
		mgi_buf_printf(out, ";BYSETPOS=%d",
		               p->nth >= 5 ? -1 : (int)p->nth);
	if (p->type == BY_WEEK && p->week < 7)
		mgi_buf_printf(out, ";WKST=%.2s",
		               &"SUMOTUWETHFRSA"[2 * (size_t)p->week]);
}

/* An instance's day as the moment it begins: the zone is the first one's. */
static mailguard_time moment(const pattern *p,
                             uint32_t day,
                             mailguard_time start)
{
	return start + ((int64_t)day - (int64_t)p->first) * MINUTE;
}

static void time_put(mailguard_buffer *out, const char *name, mailguard_time t)
{
	mgi_civil c = mgi_civil_of(t, 0);

	mgi_buf_printf(out, "%s%04d%02d%02dT%02d%02d%02dZ", name, c.year,
	               c.month, c.day, c.hour, c.minute, c.second);
}

static bool is_changed(const pattern *p, uint32_t day)
{
	size_t i;

	for (i = 0; i < p->changed_count; i++)
		if (p->changed[i] - p->changed[i] % 1440 == day - day % 1440)
			return true;
	return false;
}

void mgi_rrule_put(mailguard_buffer *out,
                   mailguard_span blob,
                   mailguard_time start)
{
	mailguard_buffer line;
	pattern p;
	size_t i;

	if (!blob.len || !start || !pattern_read(&p, blob))
		return;
	mgi_buf_init(&line, out->mg);
	often_put(&line, &p);
	if (p.end == AFTER_COUNT)
		mgi_buf_printf(&line, ";COUNT=%u", p.count);
	else if (p.end == UNTIL_DATE)
		time_put(&line, ";UNTIL=", moment(&p, p.last, start));
	mgi_line_raw(out, "RRULE", mgi_buf_text(&line));
	if (line.failed && !out->failed)
		out->failed = line.failed;
	mgi_buf_done(&line);
	for (i = 0; i < p.deleted_count; i++) {
		if (is_changed(&p, p.deleted[i]))
			continue;
		time_put(out, "EXDATE:", moment(&p, p.deleted[i], start));
		mgi_buf_putc(out, '\n');
	}
}
