#ifndef MGI_STORE_TIMES_H
#define MGI_STORE_TIMES_H
/*
 * times.h - when the mails of a store arrived: the newest of them, in a
 * bounded room, taken along by the one pass a check makes.
 */
#include "base/mem.h"

#include <mailguard/mime.h>

#define MGI_TIMES_MAX 4096

typedef struct mgi_times {
	mailguard_time *at; /* the oldest first, as a heap has it */
	size_t count, room;
	bool arrived; /* by Received; what else came before was dropped */
} mgi_times;

/* When the server that wrote this field got the message; 0 if it is no time. */
mailguard_time mgi_times_arrival(mailguard_span received);
/* Of a message, by that and by its Date; later than `latest` is no time. A
 * failed allocation is remembered by the arena. */
void mgi_times_add(mgi_times *t,
                   mgi_arena *a,
                   mailguard_time arrived,
                   mailguard_time date,
                   mailguard_time latest);
/* Put them in order. */
void mgi_times_sort(mgi_times *t);

#endif
