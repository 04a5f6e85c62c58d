#ifndef MGI_LOOP_H
#define MGI_LOOP_H
/*
 * loop.h - descriptors that become ready and timers that run out, behind one
 * descriptor.
 *
 * It knows no protocol. Whoever wants to wait puts a watch or a timer into an
 * object of his own and names a function to call; nothing here is allocated
 * for a timer, so setting one cannot fail. Callbacks run inside
 * mgi_loop_step() only; they may watch, unwatch, set and stop anything, also
 * what would have been called next, and free what they have unwatched.
 */
#include "base/mem.h"

typedef struct mgi_loop mgi_loop;

/* What waits for descriptors. BEST is epoll where there is one. */
typedef enum mgi_poller_kind {
	MGI_POLLER_BEST = 0,
	MGI_POLLER_EPOLL = 1,
	MGI_POLLER_POLL = 2
} mgi_poller_kind;

/* EUNSUPPORTED if this system has no such poller. */
mailguard_status mgi_loop_new(mgi_loop **out,
                              mailguard *mg,
                              mgi_poller_kind kind,
                              mailguard_error *err);
/* Nobody is called any more. NULL is fine. */
void mgi_loop_free(mgi_loop *loop);
mailguard *mgi_loop_handle(const mgi_loop *loop);

enum {
	MGI_READ = 1,
	MGI_WRITE = 2,
	MGI_HUP = 4 /* told only: an error, or the other side is gone */
};

/* All 0 but `ready` and `owner` before it is first used. */
typedef struct mgi_watch {
	void (*ready)(void *owner, unsigned events);
	void *owner;
	int fd;        /* from here on the loop's own */
	unsigned want; /* MGI_READ, MGI_WRITE */
	size_t slot;   /* 0: not watched */
} mgi_watch;

/*
 * Call `ready` for as long as `fd` is ready for `want`, or failed. Also to
 * change `want`; 0 tells of failures only. Costs nothing if nothing changes.
 */
mailguard_status mgi_loop_watch(mgi_loop *loop,
                                mgi_watch *w,
                                int fd,
                                unsigned want,
                                mailguard_error *err);
/* Before the descriptor is closed. Fine if it is not watched. */
void mgi_loop_unwatch(mgi_loop *loop, mgi_watch *w);

/* All 0 but `fire` and `owner` before it is first used. */
typedef struct mgi_timer {
	void (*fire)(void *owner); /* once; it is stopped by then */
	void *owner;
	int64_t at; /* from here on the loop's own */
	bool set;
	struct mgi_timer *child, *next, *back;
} mgi_timer;

/* Fire `usec` from now; also to move it. 0 is at the next step. */
void mgi_timer_set(mgi_loop *loop, mgi_timer *t, int64_t usec);
/* Fire at `ticks`, a time of mgi_loop_now(). */
void mgi_timer_at(mgi_loop *loop, mgi_timer *t, int64_t ticks);
/* Fine if it is not set. */
void mgi_timer_stop(mgi_loop *loop, mgi_timer *t);

/* The handle's ticks as they were when this step woke up. */
int64_t mgi_loop_now(const mgi_loop *loop);
/* Read the clock anew. Once before work outside of a step. */
void mgi_loop_touch(mgi_loop *loop);

/*
 * Wait up to `usec` (-1: as long as it takes) for what is watched and for the
 * next timer, then call whoever is concerned, timers last. A signal ends the
 * wait early.
 */
mailguard_status mgi_loop_step(mgi_loop *loop,
                               int64_t usec,
                               mailguard_error *err);
/*
 * Readable when a step has something to do, timers too; -1 if the poller has
 * no descriptor. From the first call on timers wake it.
 */
int mgi_loop_fd(mgi_loop *loop);
/* Microseconds until the next timer; 0: overdue; -1: none is set. */
int64_t mgi_loop_timeout(const mgi_loop *loop);
/* Keep the descriptor readable (there is something to fetch), or let go. */
void mgi_loop_nudge(mgi_loop *loop, bool on);

#endif
