#ifndef MGI_CLOCK_H
#define MGI_CLOCK_H
/*
 * clock.h - civil time from microseconds and back, without a locale or TZ.
 */
#include "base/buf.h"

typedef struct mgi_civil {
	int32_t year, month, day; /* 1..12, 1..31 */
	int32_t hour, minute, second, usec;
	int32_t weekday; /* 0 is Sunday */
	int32_t offset;  /* seconds east of UTC that it is told in */
} mgi_civil;

mgi_civil mgi_civil_of(mailguard_time t, int32_t offset);
/* 0 if a field is out of range; a leap second counts as the next second. */
mailguard_time mgi_time_of(const mgi_civil *c);
/* "2026-01-13T09:00:00Z", or with an offset "+09:00"; nothing for 0. */
void mgi_time_rfc3339(mailguard_buffer *out, mailguard_time t, int32_t offset);
/* 0 if it is no such time. */
mailguard_time mgi_time_parse_rfc3339(mailguard_span s);

#endif
