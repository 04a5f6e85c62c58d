#ifndef MGI_CHECKUP_GAPS_H
#define MGI_CHECKUP_GAPS_H
/*
 * gaps.h - is it unusual that no mail came for so long? Pure: times in, an
 * answer out.
 */
#include <mailguard/base.h>

#include <stdbool.h>

#define MGI_GAP_HOUR INT64_C(3600000000)
#define MGI_GAP_DAY (24 * MGI_GAP_HOUR)
/* What is looked back at, and the least that tells anything. */
#define MGI_GAP_WINDOW (84 * MGI_GAP_DAY)
#define MGI_GAP_MAILS_MIN 20
#define MGI_GAP_DAYS_MIN 14
#define MGI_GAP_SAMPLES_MIN 6
/* A shorter wait is never unusual. */
#define MGI_GAP_SHORTEST MGI_GAP_HOUR

typedef enum mgi_gap_like {
	MGI_GAP_WEEKDAY, /* this weekday, this time of day */
	MGI_GAP_KIND,    /* days of work, or weekends, this time of day */
	MGI_GAP_ANY      /* any time */
} mgi_gap_like;

typedef struct mgi_gap {
	bool known;      /* there is enough to compare with */
	bool unusual;    /* never so long, by a quarter */
	int32_t degree;  /* 1..3 of an unusual one, else 0 */
	int32_t weekday; /* of now; 0 is Sunday */
	int32_t hour;
	mgi_gap_like like; /* what it was compared with */
	int64_t waited;    /* since the newest mail */
	int64_t most;      /* the longest wait so far at such a time */
	int64_t longest;   /* and at any */
	int64_t weeks;     /* looked back at, rounded up */
} mgi_gap;

/*
 * At times such as `now` (the same weekday, two hours before to two hours
 * after), how old was the newest mail at most, in the twelve weeks before the
 * newest mail of all? If too few such times were seen: on days of its kind, or
 * else at any.
 *
 * `at` is in order, the oldest first; one later than `now` came just now.
 * `offset`: seconds east of UTC.
 */
void mgi_gap_judge(mgi_gap *out,
                   const mailguard_time *at,
                   size_t count,
                   mailguard_time now,
                   int32_t offset);

#endif
