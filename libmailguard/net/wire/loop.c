/*
 * loop.c - one step: wait, tell who is ready, fire what is due.
 */
#include "net/wire/loop.h"

#include "base/fail.h"
#include "base/handle.h"
#include "net/wire/poller.h"
#include "net/wire/timer.h"

#define NEVER INT64_MAX

struct mgi_loop {
	mailguard *mg;
	const mgi_poller *poller;
	void *state;
	mgi_timer *timers;
	int64_t now;
	int64_t alarm; /* when the descriptor wakes by itself, or NEVER */
	bool hosted;   /* somebody waits for our descriptor */
	bool nudged;
	bool stepping;
};

static const mgi_poller *poller_of(mgi_poller_kind kind)
{
	if (kind == MGI_POLLER_POLL)
		return &mgi_poller_poll;
#ifdef __linux__
	return &mgi_poller_epoll;
#else
	return kind == MGI_POLLER_BEST ? &mgi_poller_poll : NULL;
#endif
}

mailguard_status mgi_loop_new(mgi_loop **out,
                              mailguard *mg,
                              mgi_poller_kind kind,
                              mailguard_error *err)
{
	mailguard_status st;
	mgi_loop *loop;

	*out = NULL;
	loop = mgi_alloc(mg, sizeof(*loop));
	if (!loop)
		return mgi_fail_nomem(err);
	loop->mg = mg;
	loop->alarm = NEVER;
	loop->now = mgi_ticks(mg);
	loop->poller = poller_of(kind);
	if (!loop->poller)
		st = mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
		              MGI_SAY_NET_NO_POLLER);
	else
		st = loop->poller->open(&loop->state, mg, err);
	if (st < 0) {
		mgi_free(mg, loop);
		return st;
	}
	mailguard_ref(mg);
	*out = loop;
	return MAILGUARD_OK;
}

void mgi_loop_free(mgi_loop *loop)
{
	mailguard *mg;

	if (!loop)
		return;
	mg = loop->mg;
	loop->poller->close(loop->state);
	mgi_free(mg, loop);
	mailguard_free(mg);
}

mailguard *mgi_loop_handle(const mgi_loop *loop)
{
	return loop->mg;
}

mailguard_status mgi_loop_watch(mgi_loop *loop,
                                mgi_watch *w,
                                int fd,
                                unsigned want,
                                mailguard_error *err)
{
	if (w->slot && w->fd == fd && w->want == want)
		return MAILGUARD_OK;
	if (w->slot && w->fd != fd)
		mgi_loop_unwatch(loop, w);
	w->fd = fd;
	w->want = want;
	return loop->poller->set(loop->state, w, err);
}

void mgi_loop_unwatch(mgi_loop *loop, mgi_watch *w)
{
	if (w->slot)
		loop->poller->unset(loop->state, w);
	w->slot = 0;
}

/* Have the descriptor wake in time. A wake too early does no harm, so it is
   not put off when the next timer moves away. */
static void arm(mgi_loop *loop)
{
	int64_t at = loop->timers ? loop->timers->at : NEVER;

	if (loop->nudged)
		at = loop->now;
	if (!loop->hosted || at >= loop->alarm)
		return;
	loop->alarm = at;
	loop->poller->alarm(loop->state, at > loop->now ? at - loop->now : 0);
}

void mgi_timer_at(mgi_loop *loop, mgi_timer *t, int64_t ticks)
{
	mgi_timer_stop(loop, t);
	/* What fires now must not be able to keep a step from ending. */
	if (loop->stepping && ticks <= loop->now)
		ticks = loop->now + 1;
	t->at = ticks;
	mgi_heap_add(&loop->timers, t);
	if (loop->timers == t)
		arm(loop);
}

void mgi_timer_set(mgi_loop *loop, mgi_timer *t, int64_t usec)
{
	mgi_timer_at(loop, t,
	             usec < NEVER - loop->now ? loop->now + usec : NEVER);
}

void mgi_timer_stop(mgi_loop *loop, mgi_timer *t)
{
	if (t->set)
		mgi_heap_drop(&loop->timers, t);
}

int64_t mgi_loop_now(const mgi_loop *loop)
{
	return loop->now;
}

void mgi_loop_touch(mgi_loop *loop)
{
	loop->now = mgi_ticks(loop->mg);
}

static void tell(mgi_loop *loop)
{
	unsigned events;
	mgi_watch *w;

	for (w = loop->poller->next(loop->state, &events); w;
	     w = loop->poller->next(loop->state, &events))
		w->ready(w->owner, events);
}

static void fire(mgi_loop *loop)
{
	while (loop->timers && loop->timers->at <= loop->now) {
		mgi_timer *t = loop->timers;

		mgi_timer_stop(loop, t);
		t->fire(t->owner);
	}
}

mailguard_status mgi_loop_step(mgi_loop *loop,
                               int64_t usec,
                               mailguard_error *err)
{
	mailguard_status st;
	int64_t left;

	mgi_loop_touch(loop);
	left = mgi_loop_timeout(loop);
	if (left >= 0 && (usec < 0 || left < usec))
		usec = left;
	st = loop->poller->wait(loop->state, usec, err);
	if (st < 0)
		return st;
	mgi_loop_touch(loop);
	if (loop->alarm <= loop->now)
		loop->alarm = NEVER;
	loop->stepping = true;
	tell(loop);
	fire(loop);
	loop->stepping = false;
	arm(loop);
	return MAILGUARD_OK;
}

int mgi_loop_fd(mgi_loop *loop)
{
	loop->hosted = true;
	arm(loop);
	return loop->poller->fd(loop->state);
}

int64_t mgi_loop_timeout(const mgi_loop *loop)
{
	int64_t now;

	if (loop->nudged)
		return 0;
	if (!loop->timers)
		return -1;
	now = mgi_ticks(loop->mg);
	return loop->timers->at > now ? loop->timers->at - now : 0;
}

void mgi_loop_nudge(mgi_loop *loop, bool on)
{
	loop->nudged = on;
	if (on)
		arm(loop);
}
