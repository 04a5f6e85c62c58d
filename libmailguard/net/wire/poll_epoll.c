/*
 * poll_epoll.c - descriptors by epoll(7), and timers that wake it by
 * timerfd_create(2), so that all is behind one descriptor.
 */
#ifdef __linux__
# define _GNU_SOURCE
# include "net/wire/poller.h"

# include <errno.h>
# include <sys/epoll.h>
# include <sys/timerfd.h>
# include <unistd.h>

# include "base/fail.h"

# define BATCH 64

struct state {
	mailguard *mg;
	int fd, clock;
	int count, at; /* of `batch` */
	struct epoll_event batch[BATCH];
};

static void epoll_close(void *state)
{
	struct state *s = state;

	if (s->clock >= 0)
		close(s->clock);
	if (s->fd >= 0)
		close(s->fd);
	mgi_free(s->mg, s);
}

static mailguard_status epoll_open(void **state,
                                   mailguard *mg,
                                   mailguard_error *err)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = NULL };
	struct state *s = mgi_alloc(mg, sizeof(*s));
	int sys;

	if (!s)
		return mgi_fail_nomem(err);
	s->mg = mg;
	s->clock = -1;
	s->fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->fd >= 0)
		s->clock = timerfd_create(CLOCK_MONOTONIC,
		                          TFD_CLOEXEC | TFD_NONBLOCK);
	if (s->clock < 0 || epoll_ctl(s->fd, EPOLL_CTL_ADD, s->clock, &e)) {
		sys = errno;
		epoll_close(s);
		return mgi_fail_sys(err, mg, sys, MGI_SAY_NET_NO_LOOP);
	}
	*state = s;
	return MAILGUARD_OK;
}

static mailguard_status epoll_set(void *state,
                                  mgi_watch *w,
                                  mailguard_error *err)
{
	struct epoll_event e = { .data.ptr = w };
	struct state *s = state;

	if (w->want & MGI_READ)
		e.events |= EPOLLIN | EPOLLRDHUP;
	if (w->want & MGI_WRITE)
		e.events |= EPOLLOUT;
	if (epoll_ctl(s->fd, w->slot ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd,
	              &e))
		return mgi_fail_sys(err, s->mg, errno, MGI_SAY_NET_NO_LOOP);
	w->slot = 1;
	return MAILGUARD_OK;
}

static void epoll_unset(void *state, mgi_watch *w)
{
	struct state *s = state;
	int i;

	(void)epoll_ctl(s->fd, EPOLL_CTL_DEL, w->fd, NULL);
	for (i = s->at; i < s->count; i++)
		if (s->batch[i].data.ptr == w)
			s->batch[i].data.ptr = NULL;
}

static mailguard_status epoll_until(void *state,
                                    int64_t usec,
                                    mailguard_error *err)
{
	struct state *s = state;
	int n = epoll_wait(s->fd, s->batch, BATCH, mgi_poller_ms(usec));

	s->at = 0;
	s->count = n < 0 ? 0 : n;
	if (n < 0 && errno != EINTR)
		return mgi_fail_sys(err, s->mg, errno, MGI_SAY_NET_NO_LOOP);
	return MAILGUARD_OK;
}

static mgi_watch *epoll_next(void *state, unsigned *events)
{
	struct state *s = state;

	while (s->at < s->count) {
		const struct epoll_event *e = &s->batch[s->at++];
		mgi_watch *w = e->data.ptr;
		uint64_t ticked;

		if (!w) { /* the clock, or unwatched meanwhile */
			(void)!read(s->clock, &ticked, sizeof(ticked));
			continue;
		}
		*events = 0;
		if (e->events & (EPOLLIN | EPOLLRDHUP))
			*events |= MGI_READ;
		if (e->events & EPOLLOUT)
			*events |= MGI_WRITE;
		if (e->events & (EPOLLERR | EPOLLHUP))
			*events |= MGI_HUP;
		return w;
	}
	return NULL;
}

static int epoll_fd(const void *state)
{
	return ((const struct state *)state)->fd;
}

static void epoll_alarm(void *state, int64_t usec)
{
	struct itimerspec t = { { 0, 0 }, { 0, 0 } };
	struct state *s = state;

	t.it_value.tv_sec = (time_t)(usec / 1000000);
	t.it_value.tv_nsec = (long)(usec % 1000000 * 1000);
	if (!usec)
		t.it_value.tv_nsec = 1; /* zero would disarm it */
	(void)timerfd_settime(s->clock, 0, &t, NULL);
}

const mgi_poller mgi_poller_epoll = {
	epoll_open,  epoll_close, epoll_set, epoll_unset,
	epoll_until, epoll_next,  epoll_fd,  epoll_alarm,
};
#endif
