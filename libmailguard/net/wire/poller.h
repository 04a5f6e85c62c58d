#ifndef MGI_POLLER_H
#define MGI_POLLER_H
/*
 * poller.h - what waits for descriptors: epoll(7) or poll(2), a table each.
 */
#include "net/wire/loop.h"

typedef struct mgi_poller {
	mailguard_status (*open)(void **state,
	                         mailguard *mg,
	                         mailguard_error *err);
	void (*close)(void *state);
	/* `w->fd` and `w->want` are new; `w->slot` is 0 if it was not there. */
	mailguard_status (*set)(void *state,
	                        mgi_watch *w,
	                        mailguard_error *err);
	/* Also out of what was waited for and not yet told. */
	void (*unset)(void *state, mgi_watch *w);
	/* A signal is no failure. -1 waits as long as it takes. */
	mailguard_status (*wait)(void *state,
	                         int64_t usec,
	                         mailguard_error *err);
	/* The next one that is ready; NULL when all were told. */
	mgi_watch *(*next)(void *state, unsigned *events);
	/* -1: it has none. */
	int (*fd)(const void *state);
	/* Make `fd` readable in `usec`; -1: not by time. */
	void (*alarm)(void *state, int64_t usec);
} mgi_poller;

extern const mgi_poller mgi_poller_poll;
#ifdef __linux__
extern const mgi_poller mgi_poller_epoll;
#endif

/* As milliseconds for a wait, never too short; -1 stays. */
int mgi_poller_ms(int64_t usec);

#endif
