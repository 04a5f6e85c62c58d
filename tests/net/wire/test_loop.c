/* What net/wire/loop.h promises, by each poller. */
#define _GNU_SOURCE
#include "net/wire/loop.h"
#include "net/wire/timer.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

static const mgi_poller_kind kinds[] = { MGI_POLLER_EPOLL, MGI_POLLER_POLL };

/* A clock that stands still unless it is told. */
static int64_t clock_at;

static int64_t ticks(void *payload)
{
	(void)payload;
	return clock_at;
}

static mailguard *handle(int still)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *mg;

	if (still)
		opts.ticks = ticks;
	ok(mailguard_new(&mg, &opts, NULL));
	return mg;
}

static mgi_loop *loop_of(mgi_poller_kind kind, int still)
{
	mailguard *mg = handle(still);
	mgi_loop *loop;

	ok(mgi_loop_new(&loop, mg, kind, NULL));
	mailguard_free(mg);
	return loop;
}

/* -- timers --------------------------------------------------------------- */

Test(net_timer, the_earliest_is_always_the_root)
{
	enum { N = 2000 };
	static mgi_timer t[N];
	mgi_timer *root = NULL;
	uint32_t seed = 7;
	int64_t last = INT64_MIN;
	size_t i, left = 0;

	for (i = 0; i < N; i++) {
		seed = seed * 1664525 + 1013904223;
		t[i].at = seed >> 20;
		mgi_heap_add(&root, &t[i]);
	}
	for (i = 0; i < N; i += 3) /* from anywhere */
		mgi_heap_drop(&root, &t[i]);
	for (i = 0; i < N; i += 6) { /* and back, elsewhere */
		t[i].at /= 2;
		mgi_heap_add(&root, &t[i]);
	}
	while (root) {
		cr_assert(le(i64, last, root->at));
		last = root->at;
		mgi_heap_drop(&root, root);
		left++;
	}
	cr_expect(eq(sz, left, N - (N + 2) / 3 + (N + 5) / 6));
}

typedef struct heard {
	char order[16];
	size_t n;
	mgi_loop *loop;
	mgi_timer again;
} heard;

typedef struct bell {
	mgi_timer timer;
	heard *to;
	char name;
} bell;

static void ring(void *owner)
{
	bell *b = owner;

	b->to->order[b->to->n++] = b->name;
}

static bell bell_of(heard *to, char name)
{
	bell b = { { 0 }, to, name };

	b.timer.fire = ring;
	return b;
}

Test(net_timer, fires_in_order_once_and_not_when_stopped)
{
	mgi_loop *loop = loop_of(MGI_POLLER_BEST, 1);
	heard h = { 0 };
	bell a = bell_of(&h, 'a'), b = bell_of(&h, 'b'), c = bell_of(&h, 'c');

	a.timer.owner = &a;
	b.timer.owner = &b;
	c.timer.owner = &c;
	mgi_loop_touch(loop);
	mgi_timer_set(loop, &a.timer, 300);
	mgi_timer_set(loop, &b.timer, 200);
	mgi_timer_set(loop, &c.timer, 100);
	mgi_timer_set(loop, &b.timer, 400); /* moved */
	cr_expect(eq(i64, mgi_loop_timeout(loop), 100));
	clock_at += 99;
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(sz, h.n, 0));
	clock_at += 1000;
	mgi_timer_stop(loop, &c.timer);
	ok(mgi_loop_step(loop, 0, NULL));
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(str, h.order, "ab"));
	cr_expect(eq(i64, mgi_loop_timeout(loop), -1));
	mgi_loop_free(loop);
}

static void again(void *owner)
{
	heard *h = owner;

	h->n++;
	mgi_timer_set(h->loop, &h->again, 0);
}

Test(net_timer, one_that_sets_itself_anew_does_not_keep_the_step)
{
	mgi_loop *loop = loop_of(MGI_POLLER_BEST, 1);
	heard h = { .loop = loop, .again = { .fire = again } };

	h.again.owner = &h;
	mgi_timer_set(loop, &h.again, 0);
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(sz, h.n, 1));
	clock_at += 1;
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(sz, h.n, 2));
	mgi_loop_free(loop);
}

/* -- descriptors ---------------------------------------------------------- */

typedef struct end {
	mgi_watch watch;
	mgi_loop *loop;
	int fd[2]; /* we watch the first */
	unsigned events;
	int calls;
	struct end *kills;
} end;

static void on_ready(void *owner, unsigned events)
{
	end *e = owner;

	e->events |= events;
	e->calls++;
	if (e->kills)
		mgi_loop_unwatch(e->loop, &e->kills->watch);
}

static void end_open(end *e, mgi_loop *loop, unsigned want)
{
	*e = (end){ .loop = loop, .watch = { .ready = on_ready } };
	e->watch.owner = e;
	cr_assert(zero(int, socketpair(AF_UNIX, SOCK_STREAM, 0, e->fd)));
	ok(mgi_loop_watch(loop, &e->watch, e->fd[0], want, NULL));
}

static void end_close(end *e)
{
	mgi_loop_unwatch(e->loop, &e->watch);
	close(e->fd[0]);
	if (e->fd[1] >= 0)
		close(e->fd[1]);
}

Test(net_loop, tells_what_is_ready_and_nothing_else)
{
	static const struct {
		const char *why;
		unsigned want;
		int write, close, calls;
		unsigned events;
	} rows[] = {
		{ "nothing came", MGI_READ, 0, 0, 0, 0 },
		{ "bytes came", MGI_READ, 1, 0, 1, MGI_READ },
		{ "there is room", MGI_WRITE, 0, 0, 1, MGI_WRITE },
		{ "both", MGI_READ | MGI_WRITE, 1, 0, 1, MGI_READ | MGI_WRITE },
		{ "bytes nobody wants", 0, 1, 0, 0, 0 },
		{ "the end, though not wanted", 0, 0, 1, 1, MGI_HUP },
	};
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			mgi_loop *loop = loop_of(kinds[k], 0);
			end e;

			end_open(&e, loop, rows[i].want);
			if (rows[i].write)
				cr_assert(eq(int, (int)write(e.fd[1], "x", 1),
				             1));
			if (rows[i].close) {
				close(e.fd[1]);
				e.fd[1] = -1;
			}
			ok(mgi_loop_step(loop, 0, NULL));
			cr_expect(eq(int, e.calls, rows[i].calls), "%zu %s", k,
			          rows[i].why);
			cr_expect(eq(u32, e.events, rows[i].events), "%zu %s",
			          k, rows[i].why);
			end_close(&e);
			mgi_loop_free(loop);
		}
}

Test(net_loop, who_was_unwatched_by_another_is_not_called)
{
	size_t k;

	for (k = 0; k < 2; k++) {
		mgi_loop *loop = loop_of(kinds[k], 0);
		end a, b, c;

		end_open(&a, loop, MGI_WRITE);
		end_open(&b, loop, MGI_WRITE);
		end_open(&c, loop, MGI_WRITE);
		a.kills = &b;
		b.kills = &a;
		ok(mgi_loop_step(loop, 0, NULL));
		cr_expect(eq(int, a.calls + b.calls, 1));
		cr_expect(eq(int, c.calls, 1));
		ok(mgi_loop_step(loop, 0, NULL));
		cr_expect(eq(int, a.calls + b.calls, 2));
		cr_expect(eq(int, c.calls, 2));
		end_close(&a);
		end_close(&b);
		end_close(&c);
		mgi_loop_free(loop);
	}
}

Test(net_loop, what_is_wanted_can_change)
{
	size_t k;

	for (k = 0; k < 2; k++) {
		mgi_loop *loop = loop_of(kinds[k], 0);
		end e;

		end_open(&e, loop, MGI_READ);
		ok(mgi_loop_step(loop, 0, NULL));
		cr_expect(eq(int, e.calls, 0));
		ok(mgi_loop_watch(loop, &e.watch, e.fd[0], MGI_WRITE, NULL));
		ok(mgi_loop_step(loop, 0, NULL));
		cr_expect(eq(int, e.calls, 1));
		ok(mgi_loop_watch(loop, &e.watch, e.fd[0], 0, NULL));
		ok(mgi_loop_step(loop, 0, NULL));
		cr_expect(eq(int, e.calls, 1));
		end_close(&e);
		mgi_loop_free(loop);
	}
}

/* -- for a host's own loop ------------------------------------------------ */

static int readable(int fd, int ms)
{
	struct pollfd p = { fd, POLLIN, 0 };

	return poll(&p, 1, ms);
}

Test(net_loop, its_descriptor_wakes_for_timers_and_nudges)
{
	mgi_loop *loop = loop_of(MGI_POLLER_EPOLL, 0);
	heard h = { 0 };
	bell a = bell_of(&h, 'a');
	int fd = mgi_loop_fd(loop);

	a.timer.owner = &a;
	cr_assert(ge(int, fd, 0));
	cr_expect(eq(int, readable(fd, 0), 0));
	mgi_loop_touch(loop);
	mgi_timer_set(loop, &a.timer, 20000);
	cr_expect(eq(int, readable(fd, 10000), 1));
	while (!h.n)
		ok(mgi_loop_step(loop, 0, NULL));
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(int, readable(fd, 0), 0));
	mgi_loop_nudge(loop, true);
	cr_expect(eq(int, readable(fd, 10000), 1));
	cr_expect(eq(i64, mgi_loop_timeout(loop), 0));
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(int, readable(fd, 10000), 1), "until it is let go");
	mgi_loop_nudge(loop, false);
	ok(mgi_loop_step(loop, 0, NULL));
	cr_expect(eq(int, readable(fd, 0), 0));
	mgi_loop_free(loop);
}

Test(net_loop, poll_has_no_descriptor_but_a_timeout)
{
	mgi_loop *loop = loop_of(MGI_POLLER_POLL, 1);
	heard h = { 0 };
	bell a = bell_of(&h, 'a');

	a.timer.owner = &a;
	cr_expect(eq(int, mgi_loop_fd(loop), -1));
	mgi_loop_touch(loop);
	mgi_timer_set(loop, &a.timer, 500);
	cr_expect(eq(i64, mgi_loop_timeout(loop), 500));
	mgi_loop_free(loop);
}

Test(net_loop, survives_every_allocation_failure)
{
	size_t k;

	for (k = 0; k < 2; k++) {
		mailguard_status st = MAILGUARD_ENOMEM;
		int n;

		for (n = 1; st != MAILGUARD_OK; n++) {
			mgi_loop *loop;
			mailguard *mg;
			end e = { .watch = { .ready = on_ready } };

			ok(mailguard_new(&mg, fail_alloc_at(n), NULL));
			st = mgi_loop_new(&loop, mg, kinds[k], NULL);
			if (st == MAILGUARD_OK)
				st = mgi_loop_watch(loop, &e.watch, 0, MGI_READ,
				                    NULL);
			/* standard input may be a file: epoll says so */
			if (st == MAILGUARD_EIO)
				st = MAILGUARD_OK;
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
			mgi_loop_free(loop);
			mailguard_free(mg);
		}
		cr_expect(zero(int, fail_alloc_live()));
	}
}
