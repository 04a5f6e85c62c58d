/*
 * poll_poll.c - descriptors by poll(2), for systems without epoll. It has no
 * descriptor of its own to wait for; a host goes by mailguard_net_timeout().
 */
#include "net/wire/poller.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "base/fail.h"

struct state {
	mailguard *mg;
	struct pollfd *fds;
	mgi_watch **watches; /* one for each of `fds` */
	size_t count, room;
	size_t at; /* up to here they were told */
};

int mgi_poller_ms(int64_t usec)
{
	if (usec < 0)
		return -1;
	if (usec >= (int64_t)INT_MAX * 1000)
		return INT_MAX;
	return (int)((usec + 999) / 1000);
}

static mailguard_status poll_open(void **state,
                                  mailguard *mg,
                                  mailguard_error *err)
{
	struct state *s = mgi_alloc(mg, sizeof(*s));

	if (!s)
		return mgi_fail_nomem(err);
	s->mg = mg;
	*state = s;
	return MAILGUARD_OK;
}

static void poll_close(void *state)
{
	struct state *s = state;

	mgi_free(s->mg, s->fds);
	mgi_free(s->mg, s->watches);
	mgi_free(s->mg, s);
}

static bool grow(struct state *s)
{
	size_t room = s->room ? s->room * 2 : 16;
	mgi_watch **watches;
	struct pollfd *fds;

	fds = mgi_resize(s->mg, s->fds, room * sizeof(*fds));
	if (fds)
		s->fds = fds;
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
	watches = mgi_resize(s->mg, s->watches, room * sizeof(*watches));
	if (watches)
		s->watches = watches;
	if (!fds || !watches)
		return false;
	s->room = room;
	return true;
}

static mailguard_status poll_set(void *state,
                                 mgi_watch *w,
                                 mailguard_error *err)
{
	struct state *s = state;
	struct pollfd *p;

	if (!w->slot) {
		if (s->count == s->room && !grow(s))
			return mgi_fail_nomem(err);
		s->watches[s->count] = w;
		s->fds[s->count].revents = 0;
		w->slot = ++s->count;
	}
	p = &s->fds[w->slot - 1];
	p->fd = w->fd;
	p->events = 0;
	if (w->want & MGI_READ)
		p->events |= POLLIN;
	if (w->want & MGI_WRITE)
		p->events |= POLLOUT;
	return MAILGUARD_OK;
}

/* The last one takes its place. If that one was not yet told, it will be: the
   walk goes downwards. */
static void poll_unset(void *state, mgi_watch *w)
{
	struct state *s = state;
	size_t i = w->slot - 1;

	s->count--;
	s->fds[i] = s->fds[s->count];
	s->watches[i] = s->watches[s->count];
	s->watches[i]->slot = i + 1;
	if (s->at > s->count)
		s->at = s->count;
}

static mailguard_status poll_until(void *state,
                                   int64_t usec,
                                   mailguard_error *err)
{
	struct state *s = state;
	int n = poll(s->fds, (nfds_t)s->count, mgi_poller_ms(usec));

	s->at = n > 0 ? s->count : 0;
	if (n < 0 && errno != EINTR)
		return mgi_fail_sys(err, s->mg, errno, MGI_SAY_NET_NO_LOOP);
	return MAILGUARD_OK;
}

static mgi_watch *poll_next(void *state, unsigned *events)
{
	struct state *s = state;

	while (s->at > 0) {
		struct pollfd *p = &s->fds[--s->at];

		if (!p->revents)
			continue;
		*events = 0;
		if (p->revents & POLLIN)
			*events |= MGI_READ;
		if (p->revents & POLLOUT)
			*events |= MGI_WRITE;
		if (p->revents & (POLLERR | POLLHUP | POLLNVAL))
			*events |= MGI_HUP;
		p->revents = 0;
		return s->watches[s->at];
	}
	return NULL;
}

static int poll_fd(const void *state)
{
	(void)state;
	return -1;
}

static void poll_alarm(void *state, int64_t usec)
{
	(void)state;
	(void)usec;
}

const mgi_poller mgi_poller_poll = {
	poll_open,  poll_close, poll_set, poll_unset,
	poll_until, poll_next,  poll_fd,  poll_alarm,
};
