/* What checkup/gaps.c promises: told only where it never took so long. */
#include "checkup/gaps.h"

#include <stdlib.h>

#include "support/ok.h"

TestSuite(checkup_gaps);

#define MINUTE INT64_C(60000000)
#define MONDAY INT64_C(1767571200000000) /* 2026-01-05T00:00:00Z */
#define WEEK (7 * MGI_GAP_DAY)

enum { MAX = 40000 };

typedef struct series {
	mailguard_time at[MAX];
	size_t count;
} series;

static void add(series *s, mailguard_time t)
{
	if (s->count < MAX)
		s->at[s->count++] = t;
}

/* Every half hour from nine to six, Monday to Friday, from `from` weeks on. */
static series *office(int weeks)
{
	series *s = calloc(1, sizeof(*s));
	int w, d, h;

	for (w = 0; w < weeks; w++)
		for (d = 0; d < 5; d++)
			for (h = 0; h < 18; h++)
				add(s, MONDAY + w * WEEK + d * MGI_GAP_DAY +
				               9 * MGI_GAP_HOUR +
				               h * 30 * MINUTE);
	return s;
}

/* Day 0 is the Monday behind the last week. */
static mailguard_time later(int weeks, int day, int hour)
{
	return MONDAY + weeks * WEEK + day * MGI_GAP_DAY + hour * MGI_GAP_HOUR;
}

Test(checkup_gaps, a_wait_is_held_against_the_same_weekday_and_hour)
{
	static const struct {
		const char *why;
		int day, hour, unusual, degree;
	} rows[] = {
		{ "Friday night", -3, 23, 0, 0 },
		{ "Saturday", -2, 12, 0, 0 },
		{ "Sunday night", -1, 23, 0, 0 },
		{ "Monday before work", 0, 8, 0, 0 },
		{ "Monday noon, since Friday", 0, 14, 1, 2 },
		{ "Tuesday noon, since Friday", 1, 14, 1, 2 },
		{ "Friday noon, since Friday", 4, 14, 1, 3 },
		{ "a month later", 30, 14, 1, 3 },
	};
	series *s = office(12);
	mgi_gap g;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_gap_judge(&g, s->at, s->count,
		              later(12, rows[i].day, rows[i].hour), 0);
		cr_expect(g.known, "%s", rows[i].why);
		cr_expect(eq(int, g.unusual, rows[i].unusual), "%s",
		          rows[i].why);
		cr_expect(eq(int, g.degree, rows[i].degree), "%s", rows[i].why);
	}
	free(s);
}

Test(checkup_gaps, a_long_weekend_once_seen_is_a_wait_that_may_be)
{
	series *s = office(12), *t = calloc(1, sizeof(*t));
	mgi_gap g;
	size_t i;

	for (i = 0; i < s->count; i++) /* the fifth Monday was a holiday */
		if (s->at[i] < later(5, 0, 0) || s->at[i] >= later(5, 1, 0))
			add(t, s->at[i]);
	mgi_gap_judge(&g, t->at, t->count, later(12, 0, 14), 0);
	cr_expect(g.known);
	cr_expect(zero(int, g.unusual));
	cr_expect(eq(i64, g.waited,
	             3 * MGI_GAP_DAY - 3 * MGI_GAP_HOUR - 30 * MINUTE));
	free(s);
	free(t);
}

Test(checkup_gaps, the_hours_are_those_of_the_place)
{
	series *s = office(12);
	mgi_gap g;

	/* 23:30 UTC on Sunday is Monday, half past eight, in Japan. */
	mgi_gap_judge(&g, s->at, s->count, later(12, -1, 23) + 30 * MINUTE,
	              9 * 3600);
	cr_expect(eq(int, g.weekday, 1));
	cr_expect(eq(int, g.hour, 8));
	free(s);
}

Test(checkup_gaps, too_little_mail_tells_nothing)
{
	series *s = office(12);
	mgi_gap g;

	mgi_gap_judge(&g, s->at, 0, later(50, 0, 14), 0);
	cr_expect(zero(int, g.known), "none");
	mgi_gap_judge(&g, s->at, MGI_GAP_MAILS_MIN - 1, later(50, 0, 14), 0);
	cr_expect(zero(int, g.known), "a few");
	mgi_gap_judge(&g, s->at, 18 * 5, later(50, 0, 14), 0);
	cr_expect(zero(int, g.known), "a week");
	mgi_gap_judge(&g, s->at, 18 * 15, later(50, 0, 14), 0);
	cr_expect(g.known, "three weeks");
	cr_expect(eq(int, g.like, MGI_GAP_KIND), "three weeks");
	free(s);
}

Test(checkup_gaps, mail_of_the_future_counts_as_now)
{
	series *s = office(12);
	mgi_gap g;

	mgi_gap_judge(&g, s->at, s->count, later(11, 4, 12) + MINUTE, 0);
	cr_expect(zero(i64, g.waited));
	cr_expect(zero(int, g.unusual));
	free(s);
}

Test(checkup_gaps, what_was_more_than_twelve_weeks_ago_does_not_count)
{
	series *s = office(30), *t = calloc(1, sizeof(*t));
	mgi_gap g;
	size_t i;

	for (i = 0; i < s->count; i++) /* three weeks away, long ago */
		if (s->at[i] < later(3, 0, 0) || s->at[i] >= later(6, 0, 0))
			add(t, s->at[i]);
	mgi_gap_judge(&g, t->at, t->count, later(30, 4, 14), 0);
	cr_expect(eq(int, g.degree, 3));
	cr_expect(eq(i64, g.weeks, 12));
	free(s);
	free(t);
}

Test(checkup_gaps, a_busy_box_may_rest_for_an_hour)
{
	series *s = calloc(1, sizeof(*s));
	mgi_gap g;
	int i;

	for (i = 0; i < 28 * 24 * 20; i++) /* every three minutes */
		add(s, MONDAY + i * 3 * MINUTE);
	mgi_gap_judge(&g, s->at, s->count, s->at[s->count - 1] + 50 * MINUTE,
	              0);
	cr_expect(g.known);
	cr_expect(zero(int, g.unusual));
	mgi_gap_judge(&g, s->at, s->count, s->at[s->count - 1] + 70 * MINUTE,
	              0);
	cr_expect(eq(int, g.degree, 3));
	free(s);
}

/* -- random boxes ---------------------------------------------------------- */

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % n;
}

/* Mails an hour, per mille: by day and by night, on weekdays and weekends. */
typedef struct rhythm {
	const char *why;
	uint32_t day, night, weekend;
	uint32_t odd_max;  /* per cent told unusual although nothing is wrong */
	uint32_t seen_min; /* per cent told once all is silent for a week */
} rhythm;

static series *box_of(const rhythm *r, int weeks)
{
	series *s = calloc(1, sizeof(*s));
	mailguard_time t;

	for (t = MONDAY; t < MONDAY + weeks * WEEK; t += MINUTE) {
		int64_t hour = (t - MONDAY) / MGI_GAP_HOUR % 24;
		int64_t day = (t - MONDAY) / MGI_GAP_DAY % 7;
		uint32_t rate = day > 4                  ? r->weekend
		                : hour >= 8 && hour < 19 ? r->day
		                                         : r->night;

		if (below(60000) < rate)
			add(s, t);
	}
	return s;
}

/* Looked at at any time of its last two weeks, as if it were now. */
static void try_box(const rhythm *r,
                    uint32_t *odd,
                    uint32_t *sure,
                    uint32_t *seen)
{
	series *s = box_of(r, 14);
	mailguard_time now = MONDAY + 12 * WEEK + below(14 * 24 * 60) * MINUTE;
	mgi_gap g;

	while (s->count && s->at[s->count - 1] > now)
		s->count--;
	mgi_gap_judge(&g, s->at, s->count, now, 0);
	*odd += g.unusual;
	*sure += g.degree == 3;
	mgi_gap_judge(&g, s->at, s->count, now + WEEK, 0);
	*seen += g.unusual;
	free(s);
}

Test(checkup_gaps, boxes_where_nothing_is_wrong_are_seldom_called_silent)
{
	static const rhythm rows[] = {
		{ "an office, busy", 4000, 400, 600, 6, 95 },
		{ "an office, quiet", 700, 50, 50, 6, 95 },
		{ "at home", 200, 60, 250, 6, 95 },
		{ "a mail a day", 80, 10, 40, 7, 60 },
		{ "two mails a week", 20, 5, 10, 8, 3 },
		{ "a list, day and night", 9000, 9000, 9000, 6, 95 },
	};
	enum { BOXES = 200 };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t odd = 0, seen = 0, sure = 0, n;

		state = 20260113;
		for (n = 0; n < BOXES; n++)
			try_box(&rows[i], &odd, &sure, &seen);
		cr_log_info("%s: odd %u of %d (degree 3: %u), a silent week "
		            "seen %u",
		            rows[i].why, odd, BOXES, sure, seen);
		cr_expect(le(u32, odd * 100 / BOXES, rows[i].odd_max), "%s: %u",
		          rows[i].why, odd);
		cr_expect(le(u32, sure * 100 / BOXES, 1), "%s: %u", rows[i].why,
		          sure);
		cr_expect(ge(u32, seen * 100 / BOXES, rows[i].seen_min),
		          "%s: %u", rows[i].why, seen);
	}
}
