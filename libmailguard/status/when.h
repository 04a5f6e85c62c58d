#ifndef MGI_WHEN_H
#define MGI_WHEN_H
/*
 * when.h - times as pages write them.
 */
#include "base/clock.h"

/*
 * RFC 3339 and what is near it (no zone, "+0900", no seconds, slashes, a day
 * alone), RFC 822 with names of zones, seconds or milliseconds since 1970.
 * 0 if it is none. `offset` is that of times without a zone.
 */
mailguard_time mgi_when(mailguard_span s, int32_t offset);

/* What a person wrote into a notice. */
typedef struct mgi_span_of_time {
	mailguard_time begin, end; /* 0: not told */
} mgi_span_of_time;

/*
 * The first period in folded text: "2026年2月3日(火) 23:50 ~ 4日 25:10頃",
 * "令和8年2月3日 午後11時50分から翌0時30分", "2/3 9:00-12:00". A missing year
 * is the one that brings it nearest to `near`.
 */
mgi_span_of_time mgi_period(mailguard_span folded,
                            int32_t offset,
                            mailguard_time near);

#endif
