/* Many at once, a host's own loop and threads, and asks that are refused. */
#define _GNU_SOURCE
#include "net/wire/talks.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/ok.h"

static const deeds good[] = STARTTLS(GOOD);

/* -- many ----------------------------------------------------------------- */

Test(net_many, so_many_at_a_time_and_no_more)
{
	static const deeds slow[] = {
		{ PAUSE, NULL, 20 }, HELLO, OFFER("SIZE"), BYE
	};
	mailguard_net_options o = talk_options();
	server *s = server_start(slow);
	const mailguard_event *e;
	mailguard_talk *talk;
	mailguard_net *net;
	int asked = 0, told = 0;

	o.max_in_flight = 5;
	o.max_per_host = 3;
	net = talk_net(&o);
	while (told < 30) {
		mailguard_status st = MAILGUARD_OK;

		while (asked < 30 && st == MAILGUARD_OK) {
			st = mailguard_net_ask(&talk, net,
			                       &talk_at_smtp(s)->ask, NULL);
			asked += st == MAILGUARD_OK;
			cr_assert(le(int, asked - told, 5));
		}
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_AGAIN);
		ok(mailguard_net_next(&e, net, PATIENCE, NULL));
		cr_expect(eq(int, mailguard_transcript_reached(e->transcript),
		             MAILGUARD_PHASE_CAPABILITIES));
		told++;
		/* those that are done may be saying goodbye still */
		cr_assert(le(int, server_count(s) - told, 3));
	}
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_net_free(net);
	server_stop(s);
}

Test(net_many, no_descriptor_left_is_no_verdict)
{
	struct rlimit files = { 12, 12 };
	mailguard_net_options o = talk_options();
	server *s = server_start(talk_plain);
	mailguard_talk *talk[16];
	mailguard_net *net;
	mailguard_status st = MAILGUARD_OK;
	const mailguard_event *e;
	int n = 0, fds[64], k = 0;

	net = talk_net(&o); /* before the limit falls: it still allows 256 */
	getrlimit(RLIMIT_NOFILE, &files);
	while (k < 64 && (fds[k] = dup(0)) >= 0)
		k++;
	files.rlim_cur = (rlim_t)fds[k - 1] + 1;
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &files)));
	st = mailguard_net_ask(&talk[n], net, &talk_at_smtp(s)->ask, NULL);
	cr_expect(eq(int, st, MAILGUARD_AGAIN));
	while (k--)
		close(fds[k]);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	talk_ask(net, talk_at_smtp(s));
	mailguard_transcript_free(talk_done(net));
	mailguard_net_free(net);
	server_stop(s);
}

Test(net_many, freeing_the_net_ends_whatever_is_in_flight)
{
	static const deeds hangs[] = { { SAY, "220 x\r\n", 0 },
		                       { STALL, NULL, 0 },
		                       { END } };
	static const deeds mute[] = { { STALL, NULL, 0 }, { END } };
	mailguard_net_options o = talk_options();
	server *a = server_start(hangs), *b = server_start(mute);
	const mailguard_event *e;
	mailguard_net *net;
	place *p;
	int i;

	net = talk_net(&o);
	for (i = 0; i < 8; i++) { /* some of them wait for a place */
		talk_ask(net, talk_at_smtp(a));
		p = talk_at_smtp(b);
		p->to.tls = MAILGUARD_TLS_IMPLICIT;
		talk_ask(net, p);
		(void)mailguard_net_next(&e, net, 1000, NULL);
	}
	mailguard_net_free(net);
	server_stop(a);
	server_stop(b);
}

/* -- the host's side ------------------------------------------------------ */

Test(net_host, its_own_loop_can_drive_it)
{
	mailguard_net_options o = talk_options();
	server *s = server_start(good);
	mailguard_transcript *t = NULL;
	const mailguard_event *e;
	mailguard_net *net;
	place *p = talk_at_smtp(s);
	struct pollfd fd = { 0, POLLIN, 0 };

	p->to.tls = MAILGUARD_TLS_STARTTLS;
	net = talk_net(&o);
	fd.fd = mailguard_net_fd(net);
	cr_assert(ge(int, fd.fd, 0));
	talk_ask(net, p);
	while (!t) {
		cr_assert(eq(int, poll(&fd, 1, 20000), 1));
		if (mailguard_net_next(&e, net, 0, NULL) == MAILGUARD_OK)
			t = mailguard_transcript_ref(e->transcript);
	}
	cr_expect(eq(int, mailguard_transcript_tls(t)->verified, 1));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	server_stop(s);
}

Test(net_host, is_woken_when_time_is_up)
{
	static const deeds mute[] = { { STALL, NULL, 0 }, { END } };
	mailguard_net_options o = talk_options();
	server *s = server_start(mute);
	const mailguard_event *e = NULL;
	mailguard_net *net;
	struct pollfd fd = { 0, POLLIN, 0 };

	o.greeting_usec = SECOND / 10;
	net = talk_net(&o);
	fd.fd = mailguard_net_fd(net);
	talk_ask(net, talk_at_smtp(s));
	while (!e) {
		cr_assert(eq(int, poll(&fd, 1, 20000), 1));
		(void)mailguard_net_next(&e, net, 0, NULL);
	}
	cr_expect(eq(int, talk_last(e->transcript)->timed_out, 1));
	mailguard_net_free(net);
	server_stop(s);
}

typedef struct helper {
	mailguard *mg;
	mailguard_net *net;
	mailguard_status st;
} helper;

static void *interrupt(void *payload)
{
	poll(NULL, 0, 50);
	mailguard_interrupt(((helper *)payload)->mg, 1);
	return NULL;
}

Test(net_host, an_interrupt_ends_a_wait_and_nothing_is_lost)
{
	static const deeds slow[] = {
		{ PAUSE, NULL, 300 }, HELLO, OFFER("SIZE"), BYE
	};
	mailguard_net_options o = talk_options();
	server *s = server_start(slow);
	const mailguard_event *e;
	mailguard_error err;
	mailguard_net *net;
	pthread_t thread;
	helper h;

	net = talk_net(&o);
	h.mg = net->mg;
	talk_ask(net, talk_at_smtp(s));
	cr_assert(zero(int, pthread_create(&thread, NULL, interrupt, &h)));
	cr_expect(eq(int, mailguard_net_next(&e, net, -1, &err),
	             MAILGUARD_ECANCELLED));
	cr_expect(eq(str, err.code, "work.cancelled"));
	pthread_join(thread, NULL);
	mailguard_interrupt(h.mg, 0);
	mailguard_transcript_free(talk_done(net));
	mailguard_net_free(net);
	server_stop(s);
}

static void *be_inside(void *payload)
{
	const mailguard_event *e;
	helper *h = payload;

	h->st = mailguard_net_next(&e, h->net, PATIENCE, NULL);
	return NULL;
}

Test(net_host, a_second_thread_is_told_to_wait)
{
	static const deeds mute[] = { { PAUSE, NULL, 300 }, { END } };
	mailguard_net_options o = talk_options();
	server *s = server_start(mute);
	mailguard_status st = MAILGUARD_OK;
	const mailguard_event *e;
	mailguard_error err;
	mailguard_net *net;
	pthread_t thread;
	helper h;

	net = talk_net(&o);
	h.net = net;
	talk_ask(net, talk_at_smtp(s));
	cr_assert(zero(int, pthread_create(&thread, NULL, be_inside, &h)));
	poll(NULL, 0, 100);
	st = mailguard_net_next(&e, net, 0, &err);
	pthread_join(thread, NULL);
	cr_expect(eq(int, st, MAILGUARD_EBUSY));
	cr_expect(eq(str, err.code, "net.busy"));
	cr_expect(eq(int, h.st, MAILGUARD_OK));
	mailguard_net_free(net);
	server_stop(s);
}

typedef struct worker {
	mailguard *mg;
	const server *s;
	int done;
} worker;

static void *work(void *payload)
{
	mailguard_net_options o = talk_options();
	worker *w = payload;
	const mailguard_event *e;
	mailguard_talk *talk;
	mailguard_net *net;
	mailguard_ask ask = { sizeof(ask) };
	mailguard_endpoint to = MAILGUARD_ENDPOINT_INIT;
	int i;

	to.host = "127.0.0.1";
	to.protocol = MAILGUARD_PROTOCOL_SMTP;
	to.tls = MAILGUARD_TLS_STARTTLS;
	to.port = server_port(w->s);
	ask.to = &to;
	if (mailguard_net_new(&net, w->mg, &o, NULL) < 0)
		return NULL;
	for (i = 0; i < 10; i++)
		if (mailguard_net_ask(&talk, net, &ask, NULL) == MAILGUARD_OK &&
		    mailguard_net_next(&e, net, PATIENCE, NULL) == MAILGUARD_OK)
			w->done += mailguard_transcript_tls(e->transcript)
			                   ->verified;
	mailguard_net_free(net);
	return NULL;
}

Test(net_host, two_nets_in_two_threads_share_a_handle)
{
	server *s = server_start(good);
	pthread_t threads[2];
	worker w[2] = { { NULL, s, 0 }, { NULL, s, 0 } };
	mailguard *mg;
	int i;

	(void)pki_authority();
	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < 2; i++) {
		w[i].mg = mg;
		cr_assert(zero(int,
		               pthread_create(&threads[i], NULL, work, &w[i])));
	}
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	cr_expect(eq(int, w[0].done + w[1].done, 20));
	mailguard_free(mg);
	server_stop(s);
}

/* -- what cannot be asked ------------------------------------------------- */

Test(net_ask, what_cannot_be_asked_is_refused_at_once)
{
	static const struct {
		char *code;
		const char *host, *address;
		int protocol, port;
		uint32_t flags;
		int st;
	} rows[] = {
		{ "ask.host-not-ascii", "日本語.jp", NULL, 1, 0, 0,
		  MAILGUARD_EUNSUPPORTED },
		{ "ask.bad-address", "a.test", "a.test", 1, 0, 0,
		  MAILGUARD_EINVAL },
		{ "ask.bad-protocol", "a.test", NULL, 99, 0, 0,
		  MAILGUARD_EINVAL },
		{ "ask.bad-port", "a.test", NULL, 1, 65536, 0,
		  MAILGUARD_EINVAL },
		{ "ask.bad-flags", "a.test", NULL, 1, 0, 1u << 30,
		  MAILGUARD_EINVAL },
		{ "argument.missing", NULL, NULL, 1, 0, 0, MAILGUARD_EINVAL },
	};
	mailguard_net_options o = talk_options();
	const mailguard_event *e;
	mailguard_net *net;
	size_t i;

	net = talk_net(&o);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		place *p = talk_at(rows[i].port, rows[i].protocol, 0);
		mailguard_talk *talk;
		mailguard_error err;

		p->to.host = rows[i].host;
		p->to.address = rows[i].address;
		p->ask.flags = rows[i].flags;
		cr_expect(eq(int, mailguard_net_ask(&talk, net, &p->ask, &err),
		             rows[i].st));
		cr_expect(eq(str, err.code, rows[i].code));
		cr_expect(eq(ptr, talk, NULL));
	}
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_net_free(net);
}

Test(net_ask, options_are_looked_at_before_anything_is_asked)
{
	mailguard_net_options bad_ca = talk_options(),
			      bad_time = talk_options(),
			      bad_helo = talk_options();
	const struct {
		char *code;
		const mailguard_net_options *o;
		int st;
	} rows[] = {
		{ "net.ca-file", &bad_ca, MAILGUARD_EIO },
		{ "net.bad-time", &bad_time, MAILGUARD_EINVAL },
		{ "net.bad-helo", &bad_helo, MAILGUARD_EINVAL },
	};
	mailguard *mg;
	size_t i;

	bad_ca.ca_file = "/nowhere/ca.pem";
	bad_time.quit_usec = -1;
	bad_helo.helo = "two words";
	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_net *net;
		mailguard_error err;

		cr_expect(eq(int, mailguard_net_new(&net, mg, rows[i].o, &err),
		             rows[i].st));
		cr_expect(eq(str, err.code, rows[i].code));
		cr_expect(eq(ptr, net, NULL));
	}
	mailguard_free(mg);
}
