/*
 * times.c - when mail arrived, of the newest mails of a store.
 *
 * A mail that arrived says so by the topmost Received field, which the last
 * server wrote; what its sender calls its date may be anything. Copies of what
 * was sent from here have no such field and are no arrivals: they count only
 * where no mail of the store has one.
 */
#include "store/times.h"

#include <stdlib.h>

#include "base/text.h"
#include "store/check.h"

enum { FIRST_ROOM = 64 };

/* Behind the last ";" (RFC 5321, 4.4); a comment behind it does no harm. */
mailguard_time mgi_times_arrival(mailguard_span received)
{
	size_t n = received.len;

	while (n && received.data[n - 1] != ';')
		n--;
	return n ? mailguard_header_date(NULL, mgi_span_from(received, n)) : 0;
}

static void swap(mailguard_time *x, mailguard_time *y)
{
	mailguard_time t = *x;

	*x = *y;
	*y = t;
}

static void sift_up(mgi_times *t, size_t i)
{
	for (; i && t->at[i] < t->at[(i - 1) / 2]; i = (i - 1) / 2)
		swap(&t->at[i], &t->at[(i - 1) / 2]);
}

static void sift_down(mgi_times *t)
{
	size_t i = 0, k;

	while ((k = 2 * i + 1) < t->count) {
		if (k + 1 < t->count && t->at[k + 1] < t->at[k])
			k++;
		if (t->at[i] <= t->at[k])
			break;
		swap(&t->at[i], &t->at[k]);
		i = k;
	}
}

/* Twice as much room; what was before stays in the arena. */
static bool grow(mgi_times *t, mgi_arena *a)
{
	size_t room = t->room ? t->room * 2 : FIRST_ROOM;
	mailguard_time *at = mgi_arena_array(a, room, sizeof(*at));
	size_t i;

	if (!at)
		return false;
	for (i = 0; i < t->count; i++)
		at[i] = t->at[i];
	t->at = at;
	t->room = room;
	return true;
}

static void keep(mgi_times *t, mgi_arena *a, mailguard_time at)
{
	if (t->count == MGI_TIMES_MAX) {
		if (at <= t->at[0])
			return;
		t->at[0] = at;
		sift_down(t);
		return;
	}
	if (t->count == t->room && !grow(t, a))
		return;
	t->at[t->count] = at;
	sift_up(t, t->count++);
}

void mgi_times_add(mgi_times *t,
                   mgi_arena *a,
                   mailguard_time arrived,
                   mailguard_time date,
                   mailguard_time latest)
{
	if (arrived > 0 && arrived <= latest && !t->arrived) {
		t->arrived = true;
		t->count = 0;
	}
	if (!t->arrived)
		arrived = date;
	if (arrived > 0 && arrived <= latest)
		keep(t, a, arrived);
}

static int by_time(const void *a, const void *b)
{
	mailguard_time x = *(const mailguard_time *)a;
	mailguard_time y = *(const mailguard_time *)b;

	return (x > y) - (x < y);
}

void mgi_times_sort(mgi_times *t)
{
	if (t->count)
		qsort(t->at, t->count, sizeof(*t->at), by_time);
}

const mailguard_time *mailguard_check_times(const mailguard_check *c,
                                            size_t *count)
{
	*count = c->stage == MGI_CHECK_OVER ? c->times.count : 0;
	return *count ? c->times.at : NULL;
}
