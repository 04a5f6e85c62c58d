/* What a probe promises, spoken with servers of our own on 127.0.0.1. */
#include "net/wire/server.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/probe.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE ((int64_t)20 * 1000000)
#define SECRET "hunter2-Tr0ub4dor"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(probe_run, .init = setup, .fini = teardown, .timeout = 120);

/* -- servers -------------------------------------------------------------- */

#define OFFER_IMAP                                                   \
 {                                                                   \
  SAY, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r\n", 0 \
 }

static const deeds imaps_good[] = {
	{ TLS, NULL, GOOD },
	OFFER_IMAP,
	{ HEAR, "a1 AUTHENTICATE PLAIN", 0 },
	{ SAY, "a1 OK [CAPABILITY IMAP4rev1 QUOTA] in\r\n", 0 },
	{ HEAR, "a2 STATUS", 0 },
	{ SAY, "* STATUS INBOX (MESSAGES 1 UNSEEN 0)\r\na2 OK\r\n", 0 },
	{ HEAR, "a3 GETQUOTAROOT", 0 },
	{ SAY, "a3 BAD what\r\n", 0 },
	{ HEAR, "a4 LOGOUT", 0 },
	{ SAY, "* BYE\r\na4 OK\r\n", 0 },
	{ END, NULL, 0 },
};

static const deeds imaps_stranger[] = {
	{ TLS, NULL, STRANGER },    OFFER_IMAP,         { HEAR, "a1 ", 0 },
	{ SAY, "a1 OK in\r\n", 0 }, { HEAR, "a2 ", 0 }, { SAY, "a2 OK\r\n", 0 },
	{ END, NULL, 0 },
};

static const deeds smtp_good[] = {
	{ SAY, "220 mail.test ESMTP\r\n", 0 },
	{ HEAR, "EHLO", 0 },
	{ SAY, "250-mail.test\r\n250 SIZE\r\n", 0 },
	{ HEAR, "QUIT", 0 },
	{ SAY, "221 bye\r\n", 0 },
	{ END, NULL, 0 },
};

static const deeds mute[] = { { STALL, NULL, 0 }, { END, NULL, 0 } };

/* -- asking --------------------------------------------------------------- */

typedef struct keeper {
	const char *secret; /* NULL: stop */
	int asked;
} keeper;

static int secret_give(char *out,
                       size_t room,
                       const mailguard_endpoint *whose,
                       void *payload)
{
	keeper *k = payload;
	size_t n = k->secret ? strlen(k->secret) : 0;

	k->asked++;
	cr_expect_not_null(whose->user);
	if (!k->secret)
		return -1;
	if (n <= room)
		memcpy(out, k->secret, n);
	return (int)n;
}

static mailguard_probe_options options(keeper *k)
{
	mailguard_probe_options o = MAILGUARD_PROBE_OPTIONS_INIT;

	o.ca_file = pki_authority();
	o.helo = "client.test";
	o.max_per_host = o.max_per_net = 100;
	o.secret = k ? secret_give : NULL;
	o.payload = k;
	return o;
}

/* "mail.test", though it is 127.0.0.1. */
static mailguard_endpoint at(int port, mailguard_protocol p, mailguard_tls tls)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;

	e.host = "mail.test";
	e.address = "127.0.0.1";
	e.protocol = p;
	e.tls = tls;
	e.port = port;
	return e;
}

static mailguard_endpoint imaps_at(const server *s)
{
	mailguard_endpoint e = at(server_port(s), MAILGUARD_PROTOCOL_IMAP,
	                          MAILGUARD_TLS_IMPLICIT);

	e.user = "ann";
	return e;
}

static mailguard_endpoint smtp_at(int port)
{
	return at(port, MAILGUARD_PROTOCOL_SMTP, MAILGUARD_TLS_NONE);
}

static mailguard_probe *probe_of(const mailguard_probe_options *o)
{
	mailguard_probe *p;
	mailguard_error err;

	cr_assert(mailguard_probe_new(&p, mg, o, &err) == MAILGUARD_OK, "%s",
	          err.message);
	return p;
}

/* The answer of the one target in flight. */
static mailguard_answer *answer_of(mailguard_probe *p)
{
	mailguard_answer *a;
	mailguard_error err = { 0 };

	cr_assert(mailguard_probe_next(&a, p, PATIENCE, &err) == MAILGUARD_OK,
	          "%s", err.message);
	return a;
}

static mailguard_answer *ask_one(const mailguard_probe_options *o,
                                 const mailguard_endpoint *to)
{
	mailguard_probe *p = probe_of(o);
	mailguard_answer *a;

	ok(mailguard_probe_add(p, to, 0, NULL));
	a = answer_of(p);
	mailguard_probe_free(p);
	return a;
}

static mailguard_reason reason_of(const mailguard_answer *a)
{
	return mailguard_answer_cause(a)->reason;
}

/* -- promises ------------------------------------------------------------- */

Test(probe_run, a_login_works_and_its_secret_is_told_nowhere)
{
	server *s = server_start(imaps_good);
	keeper k = { SECRET, 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = imaps_at(s);
	mailguard_answer *a = ask_one(&o, &e);
	mailguard_buffer *buf;

	cr_expect(eq(int, mailguard_answer_ok(a), 1), "%s",
	          mailguard_answer_message(a));
	cr_expect(eq(i32, mailguard_answer_login(a), MAILGUARD_LOGIN_OK));
	cr_expect(eq(int, k.asked, 1));
	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_answer_json(buf, a, MAILGUARD_ANSWER_TRANSCRIPT, NULL));
	cr_expect_null(strstr(mailguard_buffer_text(buf), SECRET));
	cr_expect_not_null(strstr(mailguard_buffer_text(buf), "AUTHENTICATE"));
	mailguard_buffer_free(buf);
	mailguard_answer_free(a);
	server_stop(s);
}

Test(probe_run, no_secret_goes_where_the_certificate_is_not_good)
{
	server *s = server_start(imaps_stranger);
	keeper k = { SECRET, 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = imaps_at(s);
	mailguard_answer *a = ask_one(&o, &e);

	cr_expect(eq(i32, reason_of(a), MAILGUARD_REASON_CERT_WRONG_NAME));
	cr_expect(eq(i32, mailguard_answer_login(a), MAILGUARD_LOGIN_WITHHELD));
	cr_expect_null(strstr(server_heard(s), "AUTHENTICATE"));
	cr_expect_not_null(mailguard_answer_capability(a, 0));
	mailguard_answer_free(a);
	server_stop(s);
}

Test(probe_run, it_goes_there_if_the_caller_says_so)
{
	server *s = server_start(imaps_stranger);
	keeper k = { SECRET, 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = imaps_at(s);
	mailguard_answer *a;

	o.flags = MAILGUARD_PROBE_LOGIN_ANYWAY;
	a = ask_one(&o, &e);
	cr_expect(eq(i32, reason_of(a), MAILGUARD_REASON_CERT_WRONG_NAME));
	cr_expect(eq(i32, mailguard_answer_login(a), MAILGUARD_LOGIN_OK));
	cr_expect_not_null(strstr(server_heard(s), "AUTHENTICATE"));
	mailguard_answer_free(a);
	server_stop(s);
}

Test(probe_run, without_a_secret_the_login_is_untested)
{
	server *s = server_start(imaps_good);
	keeper k = { "", 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = imaps_at(s);
	mailguard_answer *a = ask_one(&o, &e);

	cr_expect(eq(int, mailguard_answer_ok(a), 1));
	cr_expect(eq(i32, mailguard_answer_login(a), MAILGUARD_LOGIN_UNTESTED));
	cr_expect_null(mailguard_answer_evidence(a)->account);
	cr_expect_null(strstr(server_heard(s), "AUTHENTICATE"));
	mailguard_answer_free(a);
	server_stop(s);
}

Test(probe_run, a_callback_that_stops_adds_nothing)
{
	keeper k = { NULL, 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = at(1, MAILGUARD_PROTOCOL_IMAP, 0);
	mailguard_probe *p = probe_of(&o);
	mailguard_answer *a;
	mailguard_error err;

	e.user = "ann";
	cr_expect(eq(int, mailguard_probe_add(p, &e, 0, &err),
	             MAILGUARD_ECANCELLED));
	cr_expect(eq(str, err.code, "login.no-secret"));
	cr_expect(zero(sz, mailguard_probe_in_flight(p)));
	cr_expect(eq(int, mailguard_probe_next(&a, p, 0, NULL),
	             MAILGUARD_ITEROVER));
	cr_expect_null(a);
	mailguard_probe_free(p);
}

static int secret_meddling(char *out,
                           size_t room,
                           const mailguard_endpoint *whose,
                           void *payload)
{
	mailguard_probe *const *p = payload;
	mailguard_answer *a;

	(void)out;
	(void)room;
	cr_expect(eq(int, mailguard_probe_add(*p, whose, 0, NULL),
	             MAILGUARD_EBUSY));
	cr_expect(eq(int, mailguard_probe_next(&a, *p, 0, NULL),
	             MAILGUARD_EBUSY));
	return 0;
}

Test(probe_run, a_second_call_meanwhile_is_busy)
{
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = at(1, MAILGUARD_PROTOCOL_IMAP, 0);
	mailguard_probe *p;

	e.user = "ann";
	o.secret = secret_meddling;
	o.payload = &p;
	p = probe_of(&o);
	cr_expect(eq(int, mailguard_probe_add(p, &e, 0, NULL), MAILGUARD_OK));
	mailguard_probe_free(p);
}

/* Wait as a host's own loop does. */
static void wait_by_fd(mailguard_probe *p)
{
	struct pollfd fd = { mailguard_probe_fd(p), POLLIN, 0 };
	int64_t usec = mailguard_probe_timeout(p);

	cr_assert(ge(int, fd.fd, 0));
	poll(&fd, 1, usec < 0 ? -1 : (int)(usec / 1000) + 1);
}

Test(probe_run, a_host_can_drive_it_from_a_loop_of_its_own)
{
	server *s = server_start(smtp_good);
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = smtp_at(server_port(s));
	mailguard_probe *p = probe_of(&o);
	mailguard_answer *a;
	mailguard_status st;

	ok(mailguard_probe_add(p, &e, 0, NULL));
	while ((st = mailguard_probe_next(&a, p, 0, NULL)) == MAILGUARD_AGAIN)
		wait_by_fd(p);
	ok(st);
	cr_expect(eq(int, mailguard_answer_ok(a), 1));
	mailguard_answer_free(a);
	mailguard_probe_free(p);
	server_stop(s);
}

static int secret_overlong(char *out,
                           size_t room,
                           const mailguard_endpoint *whose,
                           void *payload)
{
	(void)out;
	(void)whose;
	(void)payload;
	return (int)room + 1;
}

Test(probe_run, a_secret_past_its_limit_is_refused)
{
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = at(1, MAILGUARD_PROTOCOL_IMAP, 0);
	mailguard_probe *p;

	e.user = "ann";
	o.secret = secret_overlong;
	p = probe_of(&o);
	cr_expect(
		eq(int, mailguard_probe_add(p, &e, 0, NULL), MAILGUARD_ELIMIT));
	mailguard_probe_free(p);
}

Test(probe_run, full_is_again_and_nobody_is_asked_for_a_secret)
{
	server *s = server_start(mute);
	keeper k = { SECRET, 0 };
	mailguard_probe_options o = options(&k);
	mailguard_endpoint e = at(server_port(s), MAILGUARD_PROTOCOL_IMAP, 0);
	mailguard_probe *p;

	e.user = "ann";
	o.max_in_flight = 2;
	p = probe_of(&o);
	ok(mailguard_probe_add(p, &e, 0, NULL));
	ok(mailguard_probe_add(p, &e, 0, NULL));
	cr_expect(
		eq(int, mailguard_probe_add(p, &e, 0, NULL), MAILGUARD_AGAIN));
	cr_expect(eq(int, k.asked, 2));
	cr_expect(eq(sz, mailguard_probe_in_flight(p), 2));
	mailguard_probe_free(p);
	server_stop(s);
}

Test(probe_run, the_quick_are_told_before_the_silent)
{
	server *silent = server_start(mute), *quick = server_start(smtp_good);
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint slow = smtp_at(server_port(silent));
	mailguard_endpoint fast = smtp_at(server_port(quick));
	mailguard_probe *p;
	int i;

	o.greeting_usec = 1500000;
	p = probe_of(&o);
	for (i = 0; i < 10; i++) {
		ok(mailguard_probe_add_named(p, &slow, "slow", 0, NULL));
		ok(mailguard_probe_add_named(p, &fast, "fast", 0, NULL));
	}
	for (i = 0; i < 20; i++) {
		mailguard_answer *a = answer_of(p);

		cr_expect(eq(str, (char *)mailguard_answer_name(a),
		             i < 10 ? "fast" : "slow"));
		cr_expect(eq(i32, reason_of(a),
		             i < 10 ? MAILGUARD_REASON_SUCCESS
		                    : MAILGUARD_REASON_GREETING_STALLED));
		mailguard_answer_free(a);
	}
	mailguard_probe_free(p);
	server_stop(silent);
	server_stop(quick);
}

Test(probe_run, a_port_that_nobody_listens_at_is_refused)
{
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = smtp_at(server_nobody());
	mailguard_answer *a = ask_one(&o, &e);

	cr_expect(eq(i32, reason_of(a), MAILGUARD_REASON_CONNECT_REFUSED));
	cr_expect(eq(i32, mailguard_answer_phase(a), MAILGUARD_PHASE_CONNECT));
	cr_expect(eq(str, (char *)mailguard_answer_address(a), "127.0.0.1"));
	cr_expect(eq(str, (char *)mailguard_answer_evidence(a)->server,
	             "mail.test"));
	mailguard_answer_free(a);
}

Test(probe_run, an_interrupt_ends_the_wait)
{
	server *s = server_start(mute);
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = smtp_at(server_port(s));
	mailguard_probe *p = probe_of(&o);
	mailguard_answer *a;

	ok(mailguard_probe_add(p, &e, 0, NULL));
	mailguard_interrupt(mg, 1);
	cr_expect(eq(int, mailguard_probe_next(&a, p, PATIENCE, NULL),
	             MAILGUARD_ECANCELLED));
	cr_expect_null(a);
	mailguard_interrupt(mg, 0);
	mailguard_probe_free(p);
	server_stop(s);
}

Test(probe_run, what_was_given_wrongly_is_refused)
{
	mailguard_probe_options o = options(NULL);
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_probe *p = NULL;
	mailguard_answer *a;

	cr_expect(eq(int, mailguard_probe_new(&p, NULL, &o, NULL),
	             MAILGUARD_EINVAL));
	cr_expect_null(p);
	o.ca_file = "/there/is/no/such/file.pem";
	cr_expect(lt(int, mailguard_probe_new(&p, mg, &o, NULL), 0));
	cr_expect_null(p);
	cr_expect(eq(int, mailguard_probe_next(&a, NULL, 0, NULL),
	             MAILGUARD_EINVAL));
	o = options(NULL);
	o.flags = 1u << 31;
	cr_expect(eq(int, mailguard_probe_new(&p, mg, &o, NULL),
	             MAILGUARD_EINVAL));
	o.flags = 0;
	p = probe_of(&o);
	cr_expect(eq(int, mailguard_probe_add(p, NULL, 0, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(
		eq(int, mailguard_probe_add(p, &e, 0, NULL), MAILGUARD_EINVAL));
	e.host = "mail.test";
	e.protocol = 77;
	cr_expect(
		eq(int, mailguard_probe_add(p, &e, 0, NULL), MAILGUARD_EINVAL));
	mailguard_probe_free(p);
	mailguard_probe_free(NULL);
}

/* 1 if an answer came and told what it should. */
static int ask_tight(int n,
                     const mailguard_endpoint *e,
                     keeper *k,
                     uint32_t flags)
{
	mailguard_probe_options o = options(k);
	mailguard_probe *p = NULL;
	mailguard_answer *a = NULL;
	mailguard *tight;
	mailguard_status st;
	int whole;

	o.flags = flags;
	ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
	st = mailguard_probe_new(&p, tight, &o, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_probe_add(p, e, 0, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_probe_next(&a, p, PATIENCE, NULL);
	cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d: %d", n,
	          (int)st);
	whole = a && mailguard_answer_ok(a) &&
	        (!flags || mailguard_answer_second_opinion(a));
	mailguard_answer_free(a);
	mailguard_probe_free(p);
	mailguard_free(tight);
	return whole;
}

Test(probe_run, asking_survives_every_allocation_failure, .timeout = 250)
{
	server *s = server_start(imaps_good);
	mailguard_endpoint e = imaps_at(s);
	keeper k = { SECRET, 0 };
	int n = 1; /* allocation 0 is the handle itself */

	while (!ask_tight(n, &e, &k, 0))
		n++;
	cr_expect(ge(int, n, 30));
	cr_expect(zero(int, fail_alloc_live()));
	server_stop(s);
}

/* -- a second opinion ------------------------------------------------------ */

#define OFFER_SMTP                                                       \
 { SAY, "220 mail.test ESMTP\r\n", 0 }, { HEAR, "EHLO client.test", 0 }, \
 {                                                                       \
  SAY, "250-mail.test\r\n250 AUTH PLAIN\r\n", 0                          \
 }
#define LET_IN                                 \
 { SAY, "235 fine\r\n", 0 }, { HEAR, "Q", 0 }, \
 {                                             \
  END, NULL, 0                                 \
 }

/* Ours says it in one line, libcurl in two. */
static const deeds smtp_one_line[] = { OFFER_SMTP,
	                               { HEAR, "AUTH PLAIN A", 0 },
	                               LET_IN };
static const deeds smtp_two_lines[] = { OFFER_SMTP,
	                                { HEAR, "AUTH PLAIN\r\n", 0 },
	                                { SAY, "334 \r\n", 0 },
	                                { HEAR, "A", 0 },
	                                LET_IN };
static const deeds smtp_no_login[] = { { SAY, "220 mail.test ESMTP\r\n", 0 },
	                               { HEAR, "EHLO", 0 },
	                               { SAY, "250 mail.test\r\n", 0 },
	                               { HEAR, "Q", 0 },
	                               { END, NULL, 0 } };

Test(probe_run, a_second_opinion_is_told_and_changes_nothing)
{
	static const struct {
		const char *why;
		const deeds *script; /* NULL: nobody listens */
		bool login;
		int ok, second; /* 2: none was asked */
		const char *finding;
	} rows[] = {
		{ "libcurl is kept out", smtp_one_line, true, 1, 0,
		  "stock.kept-out" },
		{ "libcurl gets in", smtp_two_lines, true, 0, 1,
		  "stock.gets-in" },
		{ "no login is offered", smtp_no_login, true, 0, -1, NULL },
		{ "both get in", smtp_no_login, false, 1, 1, NULL },
		{ "nobody listens", NULL, false, 0, 2, NULL },
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		keeper k1 = { SECRET, 0 };
		mailguard_probe_options o = options(&k1);
		const deeds *script = rows[i].script;
		server *s = script ? server_start(script) : NULL;
		mailguard_endpoint to =
			smtp_at(s ? server_port(s) : server_nobody());
		const mailguard_answer_second *second;
		const mailguard_finding *f;
		const char *found = NULL;
		mailguard_answer *a;
		mailguard_buffer *b;
		mailguard_probe *p;

		o.flags = MAILGUARD_PROBE_STOCK;
		to.user = rows[i].login ? "ann" : NULL;
		p = probe_of(&o);
		ok(mailguard_probe_add(p, &to, 0, NULL));
		ok(mailguard_probe_next(&a, p, PATIENCE, NULL));
		cr_expect(eq(int, (int)mailguard_probe_in_flight(p), 0));
		cr_expect(eq(int, mailguard_answer_ok(a), rows[i].ok), "%s",
		          rows[i].why);
		second = mailguard_answer_second_opinion(a);
		cr_expect(eq(int, second ? second->ok : 2, rows[i].second),
		          "%s", rows[i].why);
		for (k = 0; (f = mailguard_answer_finding(a, k)); k++)
			if (strncmp(f->code, "stock.", 6) == 0)
				found = f->code;
		cr_expect(eq(str, (char *)(found ? found : "none"),
		             (char *)(rows[i].finding ? rows[i].finding
		                                      : "none")),
		          "%s", rows[i].why);
		cr_expect(le(int, k1.asked, 1));
		ok(mailguard_buffer_new(&b, mg, NULL));
		ok(mailguard_answer_json(b, a, 0, NULL));
		cr_expect(ne(
			ptr,
			(void *)strstr(mailguard_buffer_text(b), "\"stock\""),
			NULL));
		ok(mailguard_answer_text(b, a, NULL));
		cr_expect(
			eq(int,
		           strstr(mailguard_buffer_text(b), "libcurl") != NULL,
		           rows[i].second != 2),
			"%s", rows[i].why);
		mailguard_buffer_free(b);
		mailguard_answer_free(a);
		mailguard_probe_free(p);
		if (s)
			server_stop(s);
	}
}

Test(probe_run, a_second_opinion_survives_every_allocation_failure)
{
	server *s = server_start(smtp_no_login);
	mailguard_endpoint e = smtp_at(server_port(s));
	int n = 1; /* allocation 0 is the handle itself */

	while (!ask_tight(n, &e, NULL, MAILGUARD_PROBE_STOCK))
		n++;
	cr_expect(ge(int, n, 30));
	cr_expect(zero(int, fail_alloc_live()));
	server_stop(s);
}
