/*
 * gaps.c - how long an account waits for new mail, at which time of the week.
 *
 * Mail comes in a rhythm of days and weeks, so a wait is held against those at
 * the same weekday and hour, day by day backwards from now. What counts is the
 * age of the newest mail at such a moment: that is what a person who looks
 * sees, and it needs no model of how mail comes. The longest wait is the
 * measure, for a holiday in those weeks shows that it may take that long.
 */
#include "checkup/gaps.h"

#include "base/clock.h"

enum {
	STEPS = 9, /* moments looked at a day, half an hour apart */
	AROUND = 4 /* of them before the time of day */
};

typedef struct sampler {
	const mailguard_time *at;
	size_t count;
	mailguard_time from, to; /* the window; `to` is the newest mail */
} sampler;

/* How old the newest mail was at `t`, which is within the window. */
static int64_t age_at(const sampler *s, mailguard_time t)
{
	size_t low = 0, high = s->count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (s->at[mid] <= t)
			low = mid;
		else
			high = mid;
	}
	return t - s->at[low];
}

static bool is_weekend(mailguard_time t, int32_t offset)
{
	int32_t day = mgi_civil_of(t, offset).weekday;

	return day == 0 || day == 6;
}

/* The oldest the newest mail was around the time of day of `day`; -1 if the
 * window does not reach there. */
static int64_t oldest_around(const sampler *s, mailguard_time day)
{
	int64_t most = -1;
	int i;

	for (i = 0; i < STEPS; i++) {
		mailguard_time t = day + (i - AROUND) * MGI_GAP_HOUR / 2;

		if (t >= s->from && t <= s->to && age_at(s, t) > most)
			most = age_at(s, t);
	}
	return most;
}

/* The longest wait at times like now; false if too few were seen. */
static bool most_like(mgi_gap *out,
                      const sampler *s,
                      mailguard_time now,
                      int32_t offset)
{
	bool weekend = is_weekend(now, offset);
	int64_t most = 0;
	int k, seen = 0;

	for (k = 1; now - k * MGI_GAP_DAY + 2 * MGI_GAP_HOUR >= s->from; k++) {
		mailguard_time day = now - k * MGI_GAP_DAY;
		int64_t age;

		if (out->like == MGI_GAP_WEEKDAY
		            ? k % 7 != 0
		            : is_weekend(day, offset) != weekend)
			continue;
		age = oldest_around(s, day);
		if (age < 0)
			continue;
		seen++;
		most = age > most ? age : most;
	}
	out->most = most;
	return seen >= MGI_GAP_SAMPLES_MIN;
}

static int64_t longest_of(const sampler *s)
{
	int64_t longest = 0;
	size_t i;

	for (i = 1; i < s->count; i++)
		if (s->at[i - 1] >= s->from &&
		    s->at[i] - s->at[i - 1] > longest)
			longest = s->at[i] - s->at[i - 1];
	return longest;
}

static int32_t degree_of(const mgi_gap *g)
{
	if (g->waited > 2 * g->longest)
		return 3;
	return g->waited > g->longest ? 2 : 1;
}

void mgi_gap_judge(mgi_gap *out,
                   const mailguard_time *at,
                   size_t count,
                   mailguard_time now,
                   int32_t offset)
{
	mgi_civil civil = mgi_civil_of(now, offset);
	sampler s = { .at = at };
	size_t first = 0, all = count;

	*out = (mgi_gap){ .weekday = civil.weekday, .hour = civil.hour };
	while (count && at[count - 1] > now)
		count--;
	if (!count)
		return;
	s.count = count;
	s.to = at[count - 1];
	s.from = s.to - MGI_GAP_WINDOW;
	while (at[first] < s.from)
		first++;
	if (first == 0)
		s.from = at[0];
	out->waited = count < all ? 0 : now - s.to; /* clocks differ */
	out->weeks = (s.to - s.from + 7 * MGI_GAP_DAY - 1) / (7 * MGI_GAP_DAY);
	if (count - first < MGI_GAP_MAILS_MIN ||
	    s.to - s.from < MGI_GAP_DAYS_MIN * MGI_GAP_DAY)
		return;
	out->known = true;
	out->longest = longest_of(&s);
	if (!most_like(out, &s, now, offset)) {
		out->like = MGI_GAP_KIND;
		if (!most_like(out, &s, now, offset)) {
			out->like = MGI_GAP_ANY;
			out->most = out->longest;
		}
	}
	out->unusual = out->waited > MGI_GAP_SHORTEST &&
	               out->waited > out->most + out->most / 4;
	if (out->unusual)
		out->degree = degree_of(out);
}
