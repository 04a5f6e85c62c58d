/* What net/wire/run_stock.c and stock_easy.c promise: libcurl's own login. */
#include "net/wire/net_own.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/wire/server.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#define SECOND 1000000
#define PATIENCE (20 * (int64_t)SECOND)
#define SECRET "s3kr1t"
#define SECRET64 "AGFubgBzM2tyMXQ=" /* NUL ann NUL s3kr1t */

#define HELLO                           \
 { SAY, "220 mail.test ESMTP\r\n", 0 }, \
 {                                      \
  HEAR, "EHLO c.test", 0                \
 }
#define OFFER(what)                           \
 {                                            \
  SAY, "250-mail.test\r\n250 " what "\r\n", 0 \
 }
#define AUTH(answer)                                                       \
 { HEAR, "AUTH PLAIN", 0 }, { SAY, "334 \r\n", 0 }, { HEAR, SECRET64, 0 }, \
 {                                                                         \
  SAY, answer "\r\n", 0                                                    \
 }

static const deeds gets_in[] = { HELLO,
	                         OFFER("AUTH PLAIN"),
	                         AUTH("235 2.7.0 fine"),
	                         { HEAR, "QUIT", 0 },
	                         { END } };
/* Nobody answers a goodbye here, ever. */
static const deeds no_goodbye[] = { HELLO,
	                            OFFER("AUTH PLAIN"),
	                            AUTH("235 2.7.0 fine"),
	                            { STALL, NULL, 0 },
	                            { END } };
static const deeds refuses[] = { HELLO,
	                         OFFER("AUTH PLAIN"),
	                         AUTH("535 5.7.8 no"),
	                         { STALL, NULL, 0 },
	                         { END } };
static const deeds no_login[] = { HELLO,
	                          OFFER("SIZE"),
	                          { STALL, NULL, 0 },
	                          { END } };
static const deeds unknown[] = { HELLO,
	                         OFFER("AUTH X-OUR-OWN"),
	                         { STALL, NULL, 0 },
	                         { END } };
static const deeds listed[] = { { SAY, "554 5.7.1 on a list\r\n", 0 },
	                        { STALL, NULL, 0 },
	                        { END } };
static const deeds silent[] = { { STALL, NULL, 0 }, { END } };
static const deeds resets[] = { { RESET, NULL, 0 }, { END } };
static const deeds tls_good[] = { HELLO,
	                          OFFER("STARTTLS"),
	                          { HEAR, "STARTTLS", 0 },
	                          { SAY, "220 go\r\n", 0 },
	                          { TLS, NULL, GOOD },
	                          { HEAR, "EHLO", 0 },
	                          OFFER("AUTH PLAIN"),
	                          AUTH("235 2.7.0 fine"),
	                          { HEAR, "QUIT", 0 },
	                          { END } };
#define TLS_BAD(kind)                                                          \
 {                                                                             \
  HELLO, OFFER("STARTTLS"), { HEAR, "STARTTLS", 0 }, { SAY, "220 go\r\n", 0 }, \
	  { TLS, NULL, kind }, { HEAR, "EHLO", 0 }, OFFER("AUTH PLAIN"),       \
	  AUTH("235 2.7.0 fine"),                                              \
  {                                                                            \
   END                                                                         \
  }                                                                            \
 }
static const deeds tls_expired[] = TLS_BAD(EXPIRED);
static const deeds tls_stranger[] = TLS_BAD(STRANGER);
static const deeds tls_self[] = TLS_BAD(SELF);
static const deeds pop3[] = { { SAY, "+OK hi\r\n", 0 },
	                      { HEAR, "CAPA", 0 },
	                      { SAY, "+OK\r\nUSER\r\n.\r\n", 0 },
	                      { HEAR, "USER ann", 0 },
	                      { SAY, "+OK\r\n", 0 },
	                      { HEAR, "PASS " SECRET, 0 },
	                      { SAY, "+OK\r\n", 0 },
	                      { HEAR, "QUIT", 0 },
	                      { END } };

static mailguard_net_options options(void)
{
	mailguard_net_options o = { sizeof(o) };

	o.ca_file = pki_authority();
	o.helo = "c.test";
	o.greeting_usec = SECOND / 2;
	return o;
}

typedef struct place {
	mailguard_endpoint to;
	mailguard_ask ask;
} place;

static place at(int port, mailguard_tls tls)
{
	place p;

	memset(&p, 0, sizeof(p));
	p.to.size = sizeof(p.to);
	p.to.host = "mail.test";
	p.to.address = "127.0.0.1";
	p.to.protocol = MAILGUARD_PROTOCOL_SUBMISSION;
	p.to.tls = tls;
	p.to.port = port;
	p.to.user = "ann";
	p.ask.size = sizeof(p.ask);
	p.ask.secret =
		(mailguard_span){ (unsigned char *)SECRET, strlen(SECRET) };
	p.ask.flags = MAILGUARD_ASK_STOCK;
	return p;
}

static mailguard_status begin(mailguard_net *net, place *p)
{
	mailguard_talk *talk;

	p->ask.to = &p->to;
	return mailguard_net_ask(&talk, net, &p->ask, NULL);
}

static mailguard_net *net_of(const mailguard_net_options *o)
{
	mailguard_net *net;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_net_new(&net, mg, o, NULL));
	mailguard_free(mg);
	return net;
}

static mailguard_transcript *done(mailguard_net *net)
{
	const mailguard_event *e;

	ok(mailguard_net_next(&e, net, PATIENCE, NULL));
	cr_assert(e->transcript != NULL);
	return mailguard_transcript_ref(e->transcript);
}

static mailguard_transcript *login(place p)
{
	mailguard_net_options o = options();
	mailguard_net *net = net_of(&o);
	mailguard_transcript *t;

	ok(begin(net, &p));
	t = done(net);
	mailguard_net_free(net);
	return t;
}

static const mailguard_step *last(const mailguard_transcript *t)
{
	const mailguard_step *s = NULL, *found = NULL;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)); i++)
		found = s;
	cr_assert(found != NULL);
	return found;
}

TestSuite(net_stock, .timeout = 60);

Test(net_stock, a_login_is_told_as_libcurl_sees_it)
{
	static const struct {
		const char *why;
		const deeds *script;
		int tls, phase, code, answer, note, reached;
	} rows[] = {
		{ "gets in", gets_in, 0, MAILGUARD_PHASE_LOGIN, CURLE_OK,
		  MAILGUARD_REPLY_OK, 0, MAILGUARD_PHASE_LOGIN },
		{ "a goodbye unanswered", no_goodbye, 0, MAILGUARD_PHASE_LOGIN,
		  CURLE_OK, MAILGUARD_REPLY_OK, 0, MAILGUARD_PHASE_LOGIN },
		{ "STARTTLS", tls_good, MAILGUARD_TLS_STARTTLS,
		  MAILGUARD_PHASE_LOGIN, CURLE_OK, MAILGUARD_REPLY_OK, 0,
		  MAILGUARD_PHASE_LOGIN },
		{ "wrong password", refuses, 0, MAILGUARD_PHASE_LOGIN,
		  CURLE_LOGIN_DENIED, MAILGUARD_REPLY_PERMANENT, 0,
		  MAILGUARD_PHASE_CONNECT },
		{ "libcurl calls it OK", no_login, 0, MAILGUARD_PHASE_LOGIN,
		  CURLE_OK, 0, MAILGUARD_NOTE_NOT_OFFERED,
		  MAILGUARD_PHASE_CAPABILITIES },
		{ "libcurl calls it denied", unknown, 0, MAILGUARD_PHASE_LOGIN,
		  CURLE_LOGIN_DENIED, MAILGUARD_REPLY_PERMANENT,
		  MAILGUARD_NOTE_NOT_OFFERED, MAILGUARD_PHASE_CONNECT },
		{ "a block list", listed, 0, MAILGUARD_PHASE_LOGIN,
		  CURLE_WEIRD_SERVER_REPLY, MAILGUARD_REPLY_PERMANENT, 0,
		  MAILGUARD_PHASE_CONNECT },
		{ "STARTTLS not offered", no_login, MAILGUARD_TLS_STARTTLS,
		  MAILGUARD_PHASE_LOGIN, CURLE_USE_SSL_FAILED,
		  MAILGUARD_REPLY_PERMANENT, 0, MAILGUARD_PHASE_CONNECT },
		{ "nobody listens", NULL, 0, MAILGUARD_PHASE_CONNECT,
		  CURLE_COULDNT_CONNECT, MAILGUARD_REPLY_PERMANENT, 0, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const deeds *script = rows[i].script;
		server *s = script ? server_start(script) : NULL;
		int port = s ? server_port(s) : server_nobody();
		mailguard_transcript *t = login(at(port, rows[i].tls));
		const mailguard_step *step = last(t);

		cr_expect(eq(int, step->phase, rows[i].phase), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->code, rows[i].code), "%s", rows[i].why);
		cr_expect(eq(int, step->answer, rows[i].answer), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->note, rows[i].note), "%s", rows[i].why);
		cr_expect(eq(int, mailguard_transcript_reached(t),
		             rows[i].reached),
		          "%s", rows[i].why);
		cr_expect(eq(int, step->heard.len > 0, rows[i].code != 0), "%s",
		          rows[i].why);
		mailguard_transcript_free(t);
		if (s)
			server_stop(s);
	}
}

Test(net_stock, of_a_login_only_the_way_is_recorded)
{
	server *s = server_start(gets_in);
	mailguard_transcript *t = login(at(server_port(s), 0));
	mailguard_buffer *b;
	mailguard *mg;

	cr_expect(eq(str, (char *)last(t)->said, "AUTH PLAIN"));
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_transcript_text(b, t, NULL));
	cr_expect(zero(ptr, strstr(mailguard_buffer_text(b), SECRET)));
	cr_expect(zero(ptr, strstr(mailguard_buffer_text(b), SECRET64)));
	mailguard_buffer_free(b);
	mailguard_free(mg);
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_stock, no_secret_goes_to_a_bad_certificate)
{
	static const struct {
		const char *why;
		const deeds *script;
		int fault;
	} rows[] = { { "expired", tls_expired, 10 },
		     { "another name", tls_stranger, 62 },
		     { "self-signed", tls_self, 18 } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(rows[i].script);
		place p = at(server_port(s), MAILGUARD_TLS_STARTTLS);
		mailguard_transcript *t = login(p);

		cr_expect(
			eq(int, last(t)->code, CURLE_PEER_FAILED_VERIFICATION),
			"%s", rows[i].why);
		cr_assert(mailguard_transcript_fault(t, 0) != NULL, "%s",
		          rows[i].why);
		cr_expect(eq(int, mailguard_transcript_fault(t, 0)->code,
		             rows[i].fault),
		          "%s", rows[i].why);
		cr_expect(zero(ptr, strstr(server_heard(s), SECRET64)), "%s",
		          rows[i].why);
		mailguard_transcript_free(t);
		p.ask.flags |= MAILGUARD_ASK_UNVERIFIED;
		t = login(p);
		cr_expect(eq(int, last(t)->code, CURLE_OK), "%s", rows[i].why);
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_stock, a_good_certificate_is_told_as_one)
{
	server *s = server_start(tls_good);
	place p = at(server_port(s), MAILGUARD_TLS_STARTTLS);
	mailguard_transcript *t = login(p);

	cr_assert(mailguard_transcript_tls(t) != NULL);
	cr_expect(eq(int, mailguard_transcript_tls(t)->verified, 1));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_stock, silence_has_an_end)
{
	server *s = server_start(silent);
	mailguard_transcript *t = login(at(server_port(s), 0));

	cr_expect(eq(int, last(t)->phase, MAILGUARD_PHASE_LOGIN));
	cr_expect(eq(int, last(t)->timed_out, 1));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_stock, a_reset_is_told)
{
	server *s = server_start(resets);
	mailguard_transcript *t = login(at(server_port(s), 0));

	cr_expect(eq(int, last(t)->sys, ECONNRESET));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_stock, pop3_logs_in_by_its_own_way)
{
	server *s = server_start(pop3);
	place p = at(server_port(s), 0);
	mailguard_transcript *t;

	p.to.protocol = MAILGUARD_PROTOCOL_POP3;
	t = login(p);
	cr_expect(eq(str, (char *)last(t)->said, "USER"));
	cr_expect(eq(int, mailguard_transcript_reached(t),
	             MAILGUARD_PHASE_LOGIN));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_stock, without_a_secret_it_looks_what_is_offered)
{
	server *s = server_start(no_login);
	place p = at(server_port(s), 0);
	mailguard_transcript *t;

	p.to.user = NULL;
	p.ask.secret.len = 0;
	t = login(p);
	cr_expect(eq(int, last(t)->answer, MAILGUARD_REPLY_OK));
	cr_expect(eq(int, mailguard_transcript_reached(t),
	             MAILGUARD_PHASE_CAPABILITIES));
	mailguard_transcript_free(t);
	server_stop(s);
}

/* libcurl's own way to say it stops everything for up to two minutes. */
Test(net_stock, a_goodbye_delays_nobody)
{
	enum { MANY = 10 };
	mailguard_net_options o = options();
	mailguard_net *net = net_of(&o);
	server *s = server_start(no_goodbye), *good = server_start(gets_in);
	int i, in = 0;

	for (i = 0; i < MANY; i++) {
		place slow = at(server_port(s), 0),
		      p = at(server_port(good), 0);

		ok(begin(net, &slow));
		ok(begin(net, &p));
	}
	for (i = 0; i < 2 * MANY; i++) {
		mailguard_transcript *t = done(net);

		in += last(t)->answer == MAILGUARD_REPLY_OK;
		mailguard_transcript_free(t);
	}
	cr_expect(eq(int, in, 2 * MANY));
	mailguard_net_free(net);
	server_stop(s);
	server_stop(good);
}

/* To a mailbox that admits one at a time two would be one too many. */
Test(net_stock, it_waits_for_the_goodbye_before_it)
{
	static const int64_t patience[] = { SECOND * INT64_C(3600), 1 };
	size_t i;

	for (i = 0; i < 2; i++) {
		mailguard_net_options o = options();
		server *s = server_start(no_login);
		place p = at(server_port(s), 0);
		const mailguard_event *e;
		mailguard_net *net;

		o.quit_usec = patience[i];
		net = net_of(&o);
		p.to.user = NULL;
		p.ask.secret.len = 0;
		p.ask.flags = 0;
		ok(begin(net, &p));
		mailguard_transcript_free(done(net));
		p.ask.flags = MAILGUARD_ASK_STOCK;
		ok(begin(net, &p));
		if (i == 0)
			cr_expect(eq(
				int,
				mailguard_net_next(&e, net, SECOND / 10, NULL),
				MAILGUARD_AGAIN));
		else
			mailguard_transcript_free(done(net));
		cr_expect(eq(int, server_count(s), (int)i + 1));
		mailguard_net_free(net);
		server_stop(s);
	}
}

Test(net_stock, only_a_login_can_be_asked)
{
	static const char *const commands[] = { "NOOP", NULL };
	mailguard_net_options o = options();
	mailguard_net *net = net_of(&o);
	place p = at(1, 0);

	p.ask.commands = commands;
	cr_expect(eq(int, begin(net, &p), MAILGUARD_EINVAL));
	p = at(1, 0);
	p.ask.flags |= MAILGUARD_ASK_KEEP;
	cr_expect(eq(int, begin(net, &p), MAILGUARD_EINVAL));
	p = at(1, 0);
	p.to.protocol = MAILGUARD_PROTOCOL_HTTP;
	p.to.user = NULL;
	cr_expect(eq(int, begin(net, &p), MAILGUARD_EINVAL));
	p = at(1, 0);
	p.ask.secret.len = 0;
	cr_expect(eq(int, begin(net, &p), MAILGUARD_EINVAL));
	mailguard_net_free(net);
}

Test(net_stock, descriptors_may_come_late)
{
	server *s = server_start(gets_in);
	mailguard_net_options o = options();
	struct rlimit old, none;
	mailguard_net *net = net_of(&o);
	const mailguard_event *e;
	mailguard_transcript *t;
	place p = at(server_port(s), 0);

	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 3;
	setrlimit(RLIMIT_NOFILE, &none);
	ok(begin(net, &p));
	cr_expect(eq(int, mailguard_net_next(&e, net, SECOND / 5, NULL),
	             MAILGUARD_AGAIN));
	setrlimit(RLIMIT_NOFILE, &old);
	t = done(net);
	cr_expect(eq(int, last(t)->answer, MAILGUARD_REPLY_OK));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	server_stop(s);
}

/* One login with little memory; told or not, nothing is left behind. */
static bool survived(mailguard *mg, const mailguard_net_options *o, place *p)
{
	const mailguard_event *e;
	mailguard_net *net;
	mailguard_status st;
	bool whole = false;

	st = mailguard_net_new(&net, mg, o, NULL);
	if (st == MAILGUARD_OK)
		st = begin(net, p);
	if (st == MAILGUARD_OK)
		st = mailguard_net_next(&e, net, PATIENCE, NULL);
	if (st == MAILGUARD_OK)
		whole = e->transcript &&
		        last(e->transcript)->answer == MAILGUARD_REPLY_OK;
	cr_expect(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
	mailguard_net_free(net);
	return whole;
}

Test(net_stock, survives_every_allocation_failure)
{
	server *s = server_start(tls_good);
	mailguard_net_options o = options();
	place p = at(server_port(s), MAILGUARD_TLS_STARTTLS);
	bool whole = false;
	mailguard *mg;
	int n;

	for (n = 1; !whole && n < 2000; n++) {
		ok(mailguard_new(&mg, fail_alloc_at(n), NULL));
		whole = survived(mg, &o, &p);
		mailguard_free(mg);
		cr_assert(zero(int, fail_alloc_live()), "allocation %d", n);
	}
	cr_expect(eq(int, whole, 1));
	server_stop(s);
}

/* A server in a process of its own, for its memory is not to be short. */
static pid_t server_apart(int *port)
{
	int ends[2];
	pid_t child;

	cr_assert(zero(int, pipe(ends)));
	child = fork();
	if (child == 0) {
		int at = server_port(server_start(gets_in));

		if (write(ends[1], &at, sizeof(at)) == sizeof(at))
			for (;;)
				(void)pause();
		_exit(1);
	}
	cr_assert(eq(int, (int)read(ends[0], port, sizeof(*port)),
	             (int)sizeof(*port)));
	(void)close(ends[0]);
	(void)close(ends[1]);
	return child;
}

Test(net_stock, libcurl_survives_every_allocation_failure)
{
	mailguard_net_options o = options();
	int port, n = 0;
	mailguard *mg;
	pid_t child;
	place p;

	if (!armed_malloc_works())
		cr_skip_test("malloc is the sanitizer's");
	child = server_apart(&port);
	p = at(port, 0);
	o.ca_file = NULL;
	ok(mailguard_new(&mg, NULL, NULL));
	cr_assert(survived(mg, &o, &p)); /* what is set up once */
	do {
		armed_malloc_at(n++);
		(void)survived(mg, &o, &p);
	} while (armed_malloc_off() && n < 3000);
	cr_expect(n > 20 && n < 3000);
	mailguard_free(mg);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
}
