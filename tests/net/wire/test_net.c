/* What the mail half of net promises, spoken with a server of our own. */
#define _GNU_SOURCE
#include "net/wire/mail_own.h"
#include "net/wire/net_own.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/wire/server.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#define SECOND 1000000
#define PATIENCE (20 * (int64_t)SECOND)

/* -- to ask and to look --------------------------------------------------- */

typedef struct place {
	mailguard_endpoint to;
	mailguard_ask ask;
} place;

/* "mail.test", though it is 127.0.0.1. */
static place *at(int port, mailguard_protocol protocol, mailguard_tls tls)
{
	static place p;

	memset(&p, 0, sizeof(p));
	p.to.size = sizeof(p.to);
	p.to.host = "mail.test";
	p.to.address = "127.0.0.1";
	p.to.protocol = protocol;
	p.to.tls = tls;
	p.to.port = port;
	p.ask.size = sizeof(p.ask);
	p.ask.to = &p.to;
	return &p;
}

static place *smtp_at(const server *s)
{
	return at(server_port(s), MAILGUARD_PROTOCOL_SMTP, MAILGUARD_TLS_NONE);
}

static mailguard_net_options options(void)
{
	mailguard_net_options o = { sizeof(o) };

	o.ca_file = pki_authority();
	o.helo = "client.test";
	return o;
}

static mailguard_net *net_of(const mailguard_net_options *o)
{
	mailguard_net *net;
	mailguard_error err;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	cr_assert(mailguard_net_new(&net, mg, o, &err) == MAILGUARD_OK, "%s",
	          err.message);
	mailguard_free(mg);
	return net;
}

static mailguard_talk *ask(mailguard_net *net, const place *p)
{
	mailguard_talk *talk;
	mailguard_error err;

	cr_assert(mailguard_net_ask(&talk, net, &p->ask, &err) == MAILGUARD_OK,
	          "%s", err.message);
	return talk;
}

static const mailguard_event *wait_for(mailguard_net *net)
{
	const mailguard_event *e;

	ok(mailguard_net_next(&e, net, PATIENCE, NULL));
	return e;
}

/* Free with mailguard_transcript_free(). */
static mailguard_transcript *done(mailguard_net *net)
{
	const mailguard_event *e = wait_for(net);

	cr_assert(eq(int, e->kind, MAILGUARD_EVENT_DONE));
	cr_assert(e->transcript != NULL);
	return mailguard_transcript_ref(e->transcript);
}

static const mailguard_step *last_but_quit(const mailguard_transcript *t)
{
	const mailguard_step *step, *found = NULL;
	size_t i;

	for (i = 0; (step = mailguard_transcript_step(t, i)); i++)
		if (step->phase != MAILGUARD_PHASE_QUIT)
			found = step;
	cr_assert(found != NULL);
	return found;
}

/* "connect:0 greeting:220 ..." */
static char *phases(const mailguard_transcript *t)
{
	static char text[1024];
	const mailguard_step *s;
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; (s = mailguard_transcript_step(t, i)); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s:%d",
		                      i ? " " : "",
		                      mailguard_phase_name(s->phase), s->code);
	return text;
}

/* All in one: ask, wait, and what came of it. */
static mailguard_transcript *converse(const mailguard_net_options *o,
                                      const place *p)
{
	mailguard_net *net = net_of(o);
	mailguard_transcript *t;
	const mailguard_event *e;

	ask(net, p);
	t = done(net);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_net_free(net);
	return t;
}

/* -- scripts -------------------------------------------------------------- */

#define HELLO                           \
 { SAY, "220 mail.test ESMTP\r\n", 0 }, \
 {                                      \
  HEAR, "EHLO client.test", 0           \
 }
#define OFFER(what)                           \
 {                                            \
  SAY, "250-mail.test\r\n250 " what "\r\n", 0 \
 }
#define BYE                                      \
 { HEAR, "QUIT", 0 }, { SAY, "221 bye\r\n", 0 }, \
 {                                               \
  END, NULL, 0                                   \
 }

static const deeds plain[] = { HELLO, OFFER("SIZE 1000000"), BYE };
static const deeds dripping[] = { { DRIP, "220-mail.test\r\n220 ESMTP\r\n", 0 },
	                          { HEAR, "EHLO", 0 },
	                          { DRIP, "250-mail.test\r\n250 SIZE\r\n", 0 },
	                          BYE };

#define STARTTLS(kind)                                              \
 {                                                                  \
  HELLO, OFFER("STARTTLS"), { HEAR, "STARTTLS", 0 },                \
	  { SAY, "220 go ahead\r\n", 0 }, { TLS, NULL, kind },      \
	  { HEAR, "EHLO client.test", 0 }, OFFER("AUTH PLAIN"), BYE \
 }

/* -- conversations -------------------------------------------------------- */

Test(net_talk, a_conversation_is_told_step_by_step)
{
	static const deeds *scripts[] = { plain, dripping };
	static const mgi_poller_kind pollers[] = { MGI_POLLER_EPOLL,
		                                   MGI_POLLER_POLL };
	size_t i;

	for (i = 0; i < 4; i++) {
		mailguard_net_options o = options();
		server *s = server_start(scripts[i % 2]);
		mailguard_transcript *t;
		mailguard_net *net;
		mailguard *mg;

		ok(mailguard_new(&mg, NULL, NULL));
		ok(mgi_net_new(&net, mg, &o, pollers[i / 2], NULL));
		ask(net, smtp_at(s));
		t = done(net);
		cr_expect(eq(str, phases(t),
		             "connect:0 greeting:220 capabilities:250 quit:0"));
		cr_expect(eq(int, mailguard_transcript_reached(t),
		             MAILGUARD_PHASE_CAPABILITIES));
		cr_expect(eq(str, (char *)mailguard_transcript_address(t),
		             "127.0.0.1"));
		mailguard_transcript_free(t);
		mailguard_net_free(net);
		mailguard_free(mg);
		server_stop(s);
	}
}

typedef struct book {
	char text[4096];
	size_t len;
} book;

static void note_line(int32_t level, const char *line, void *payload)
{
	book *b = payload;

	cr_expect(eq(i32, level, MAILGUARD_LOG_DEBUG));
	b->len += (size_t)snprintf(b->text + b->len, sizeof(b->text) - b->len,
	                           "%s\n", line);
}

Test(net_talk, the_log_tells_each_step_and_nothing_that_was_said)
{
	static const deeds script[] = {
		HELLO,
		OFFER("AUTH PLAIN"),
		{ HEAR, "AUTH PLAIN", 0 },
		{ SAY, "535 5.7.8 s3kr1t is wrong, ann\r\n", 0 },
		BYE
	};
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard_net_options o = options();
	server *s = server_start(script);
	place *p = smtp_at(s);
	mailguard_net *net;
	mailguard *mg;
	book b = { "", 0 };

	opts.log = note_line;
	opts.payload = &b;
	p->to.protocol = MAILGUARD_PROTOCOL_SUBMISSION;
	p->to.user = "ann";
	p->ask.secret = (mailguard_span){ (unsigned char *)"s3kr1t", 6 };
	ok(mailguard_new(&mg, &opts, NULL));
	ok(mailguard_net_new(&net, mg, &o, NULL));
	ask(net, p);
	mailguard_transcript_free(done(net));
	cr_expect(ne(ptr,
	             strstr(b.text, "net: submission mail.test [127.0.0.1] "
	                            "greeting: "),
	             NULL),
	          "%s", b.text);
	cr_expect(ne(ptr, strstr(b.text, " login: "), NULL), "%s", b.text);
	cr_expect(ne(ptr, strstr(b.text, "code 535"), NULL), "%s", b.text);
	cr_expect(zero(ptr, strstr(b.text, "s3kr1t")), "%s", b.text);
	cr_expect(zero(ptr, strstr(b.text, "AUTH")), "%s", b.text);
	mailguard_net_free(net);
	mailguard_free(mg);
	server_stop(s);
}

Test(net_talk, without_a_name_of_its_own_it_says_its_address)
{
	static const deeds script[] = { { SAY, "220 x\r\n", 0 },
		                        { HEAR, "EHLO [127.0.0.1]\r\n", 0 },
		                        OFFER("SIZE"),
		                        BYE };
	mailguard_net_options o = options();
	server *s = server_start(script);
	mailguard_transcript *t;

	o.helo = NULL;
	t = converse(&o, smtp_at(s));
	cr_expect(eq(int, mailguard_transcript_reached(t),
	             MAILGUARD_PHASE_CAPABILITIES));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_talk, each_way_to_fail_is_told_apart)
{
	static const deeds silent[] = { { STALL, NULL, 0 }, { END } };
	static const deeds resets[] = { { RESET, NULL, 0 }, { END } };
	static const deeds closes[] = { { END } };
	static const deeds half[] = { { SAY, "220 x\r\n", 0 },
		                      { HALF, NULL, 0 },
		                      { END } };
	static const deeds says_why[] = {
		{ SAY, "554 5.7.1 you are on a list\r\n", 0 }, { END }
	};
	static const deeds hangs[] = { HELLO, { STALL, NULL, 0 }, { END } };
	static const struct {
		const char *why;
		const deeds *script;
		int phase, code, sys, timed_out, closed;
	} rows[] = {
		{ "nobody listens", NULL, MAILGUARD_PHASE_CONNECT, 0,
		  ECONNREFUSED, 0, 0 },
		{ "no greeting", silent, MAILGUARD_PHASE_GREETING, 0, 0, 1, 0 },
		{ "a reset", resets, MAILGUARD_PHASE_GREETING, 0, ECONNRESET, 0,
		  2 },
		{ "an end", closes, MAILGUARD_PHASE_GREETING, 0, 0, 0, 1 },
		{ "half an end", half, MAILGUARD_PHASE_CAPABILITIES, 0, 0, 0,
		  1 },
		{ "a refusal", says_why, MAILGUARD_PHASE_GREETING, 554, 0, 0,
		  0 },
		{ "no answer", hangs, MAILGUARD_PHASE_CAPABILITIES, 0, 0, 1,
		  0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s =
			rows[i].script ? server_start(rows[i].script) : NULL;
		int port = s ? server_port(s) : server_nobody();
		mailguard_net_options o = options();
		const mailguard_step *step;
		mailguard_transcript *t;

		o.greeting_usec = o.capabilities_usec = SECOND;
		t = converse(&o, at(port, MAILGUARD_PROTOCOL_SMTP, 0));
		step = last_but_quit(t);
		cr_expect(eq(int, step->phase, rows[i].phase), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->code, rows[i].code), "%s", rows[i].why);
		cr_expect(eq(int, step->sys, rows[i].sys), "%s", rows[i].why);
		cr_expect(eq(int, step->timed_out, rows[i].timed_out), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->closed, rows[i].closed), "%s",
		          rows[i].why);
		mailguard_transcript_free(t);
		if (s)
			server_stop(s);
	}
}

Test(net_talk, all_time_together_has_an_end)
{
	static const deeds slow[] = { { SAY, "220-a\r\n", 0 },
		                      { PAUSE, NULL, 50 },
		                      { SAY, "220-b\r\n", 0 },
		                      { STALL, NULL, 0 },
		                      { END } };
	mailguard_net_options o = options();
	server *s = server_start(slow);
	mailguard_transcript *t;

	o.total_usec = SECOND / 4;
	t = converse(&o, smtp_at(s));
	cr_expect(eq(int, last_but_quit(t)->timed_out, 1));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_talk, a_goodbye_without_an_answer_delays_nobody)
{
	static const deeds script[] = { HELLO,
		                        OFFER("SIZE"),
		                        { HEAR, "QUIT", 0 },
		                        { STALL, NULL, 0 },
		                        { END } };
	mailguard_net_options o = options();
	server *s = server_start(script);
	mailguard_transcript *t;

	o.quit_usec = 600 * (int64_t)SECOND; /* the test would end by force */
	o.total_usec = 600 * (int64_t)SECOND;
	t = converse(&o, smtp_at(s));
	cr_expect(eq(int, mailguard_transcript_reached(t),
	             MAILGUARD_PHASE_CAPABILITIES));
	mailguard_transcript_free(t);
	server_stop(s);
}

/* -- TLS ------------------------------------------------------------------ */

static const deeds good[] = STARTTLS(GOOD);
static const deeds expired[] = STARTTLS(EXPIRED);
static const deeds stranger[] = STARTTLS(STRANGER);
static const deeds self[] = STARTTLS(SELF);

Test(net_tls, every_fault_of_a_certificate_is_told_and_the_talk_goes_on)
{
	static const struct {
		const char *why;
		const deeds *script;
		const char *ca; /* "": trust the authority */
		int verified, matches;
		char *faults;
	} rows[] = {
		{ "good", good, "", 1, 1, "" },
		{ "expired", expired, "", 0, 1,
		  "0 X509_V_ERR_CERT_HAS_EXPIRED " },
		{ "for another", stranger, "", 0, 0,
		  "0 X509_V_ERR_HOSTNAME_MISMATCH " },
		{ "by itself", self, "", 0, 1,
		  "0 X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT " },
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(rows[i].script);
		mailguard_net_options o = options();
		place *p = smtp_at(s);
		const mailguard_tls_facts *f;
		const mailguard_tls_fault *fault;
		mailguard_transcript *t;
		char faults[256] = "";

		p->to.tls = MAILGUARD_TLS_STARTTLS;
		t = converse(&o, p);
		cr_expect(eq(str, phases(t),
		             "connect:0 greeting:220 capabilities:250 "
		             "starttls:220 tls:0 capabilities:250 quit:0"),
		          "%s", rows[i].why);
		f = mailguard_transcript_tls(t);
		cr_assert(f != NULL);
		for (k = 0; (fault = mailguard_transcript_fault(t, k)); k++)
			snprintf(faults + strlen(faults),
			         sizeof(faults) - strlen(faults), "%d %s ",
			         fault->depth, fault->name);
		cr_expect(eq(str, faults, rows[i].faults), "%s", rows[i].why);
		cr_expect(eq(int, f->verified, rows[i].verified), "%s",
		          rows[i].why);
		cr_expect(eq(int, f->name_matches, rows[i].matches), "%s",
		          rows[i].why);
		cr_expect(eq(str, (char *)f->version, "TLSv1.3"));
		cr_expect(eq(sz, f->chain, 1));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_tls, a_certificate_is_told_field_by_field)
{
	static const deeds script[] = {
		{ TLS, NULL, GOOD }, HELLO, OFFER("SIZE"), BYE
	};
	mailguard_net_options o = options();
	server *s = server_start(script);
	const mailguard_certificate *c;
	mailguard_transcript *t;
	place *p = smtp_at(s);
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	p->to.tls = MAILGUARD_TLS_IMPLICIT;
	t = converse(&o, p);
	cr_expect(eq(str, phases(t),
	             "connect:0 tls:0 greeting:220 capabilities:250 quit:0"));
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->tls, 0));
	cr_expect(eq(int, mailguard_transcript_step(t, 2)->tls, 1));
	c = mailguard_transcript_certificate(t, 0);
	cr_assert(c != NULL);
	cr_expect(eq(str, (char *)c->subject, "CN=mail.test"));
	cr_expect(eq(str, (char *)c->issuer, "CN=Test Authority"));
	cr_expect(eq(str, (char *)c->names, "mail.test 127.0.0.1"));
	cr_expect(eq(str, (char *)c->key, "EC 256"));
	cr_expect(eq(str, (char *)c->signature, "ecdsa-with-SHA256"));
	cr_expect(eq(i64, (c->not_after - c->not_before) / SECOND / 86400, 60));
	cr_expect(ne(int, c->sha256[0] | c->sha256[13] | c->sha256[31], 0));
	mailguard_transcript_free(t);
	mailguard_free(mg);
	server_stop(s);
}

Test(net_tls, an_address_is_held_against_the_certificate_as_one)
{
	static const struct {
		const deeds *script;
		int verified;
	} rows[] = { { good, 1 }, { stranger, 0 } };
	size_t i;

	for (i = 0; i < 2; i++) {
		server *s = server_start(rows[i].script);
		mailguard_net_options o = options();
		mailguard_transcript *t;
		place *p = smtp_at(s);

		p->to.host = "127.0.0.1";
		p->to.address = NULL;
		p->to.tls = MAILGUARD_TLS_STARTTLS;
		t = converse(&o, p);
		cr_expect(eq(int, mailguard_transcript_tls(t)->verified,
		             rows[i].verified));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_tls, what_is_no_handshake_keeps_its_reason)
{
	static const deeds plain_text[] = { { SAY, "220 hello\r\n", 0 },
		                            { PAUSE, NULL, 20 },
		                            { END } };
	static const deeds hangs[] = { { STALL, NULL, 0 }, { END } };
	static const deeds closes[] = { { PAUSE, NULL, 20 }, { END } };
	static const struct {
		const char *why;
		const deeds *script;
		char *alert;
		int sys, timed_out, closed;
	} rows[] = {
		{ "no TLS there", plain_text, "wrong version number", EPROTO, 0,
		  0 },
		{ "it hangs", hangs, "", 0, 1, 0 },
		{ "it closes", closes, "unexpected eof while reading", 0, 0,
		  1 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(rows[i].script);
		mailguard_net_options o = options();
		const mailguard_step *step;
		mailguard_transcript *t;
		place *p = smtp_at(s);

		o.tls_usec = SECOND / 2;
		p->to.tls = MAILGUARD_TLS_IMPLICIT;
		t = converse(&o, p);
		step = last_but_quit(t);
		cr_expect(eq(int, step->phase, MAILGUARD_PHASE_TLS), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->sys, rows[i].sys), "%s", rows[i].why);
		cr_expect(eq(int, step->timed_out, rows[i].timed_out), "%s",
		          rows[i].why);
		cr_expect(eq(int, step->closed, rows[i].closed), "%s",
		          rows[i].why);
		cr_expect(eq(str, (char *)mailguard_transcript_tls(t)->alert,
		             rows[i].alert),
		          "%s", rows[i].why);
		cr_expect(eq(int, mailguard_transcript_reached(t),
		             MAILGUARD_PHASE_CONNECT));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_tls, what_is_injected_in_clear_is_evidence_and_never_believed)
{
	static const deeds at_once[] = { HELLO,
		                         OFFER("STARTTLS"),
		                         { HEAR, "STARTTLS", 0 },
		                         { SAY, "220 go\r\n250 AUTH PLAIN\r\n",
		                           0 },
		                         { TLS, NULL, GOOD },
		                         { END } };
	mailguard_net_options o = options();
	server *s = server_start(at_once);
	const mailguard_step *step;
	mailguard_transcript *t;
	place *p = smtp_at(s);

	p->to.tls = MAILGUARD_TLS_STARTTLS;
	t = converse(&o, p);
	step = last_but_quit(t);
	cr_expect(eq(int, step->phase, MAILGUARD_PHASE_STARTTLS));
	cr_expect(eq(int, step->note, MAILGUARD_NOTE_INJECTED));
	cr_expect(eq(ptr, (void *)mailguard_transcript_tls(t), NULL));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_tls, resumes_between_full_handshakes_and_only_with_the_good)
{
	static const struct {
		const deeds *script;
		char *resumed;
	} rows[] = { { good, "011011" }, { expired, "000000" } };
	size_t i, k;

	for (i = 0; i < 2; i++) {
		server *s = server_start(rows[i].script);
		mailguard_net_options o = options();
		char resumed[8] = "";
		mailguard_net *net;

		o.full_tls_every = 3;
		net = net_of(&o);
		for (k = 0; k < 6; k++) {
			place *p = smtp_at(s);
			mailguard_transcript *t;
			const mailguard_tls_facts *f;
			const mailguard_event *e;

			p->to.tls = MAILGUARD_TLS_STARTTLS;
			ask(net, p);
			t = done(net);
			f = mailguard_transcript_tls(t);
			resumed[k] = f->resumed ? '1' : '0';
			cr_expect(eq(int, f->verified, i == 0));
			cr_expect(eq(sz, f->chain, f->resumed ? 0 : 1));
			mailguard_transcript_free(t);
			/* its goodbye, and with it the ticket */
			while (mailguard_net_next(&e, net, 0, NULL) !=
			               MAILGUARD_ITEROVER ||
			       net->count)
				poll(NULL, 0, 1);
		}
		cr_expect(eq(str, resumed, rows[i].resumed));
		mailguard_net_free(net);
		server_stop(s);
	}
}

/* -- mail: gates, and lines that are kept --------------------------------- */

#define TAKES                                                              \
 { HEAR, "MAIL FROM:<a@mail.test>", 0 }, { SAY, "250 ok\r\n", 0 },         \
	 { HEAR, "RCPT TO:<b@mail.test>", 0 }, { SAY, "250 ok\r\n", 0 },   \
	 { HEAR, "DATA", 0 }, { SAY, "354 go\r\n", 0 }, { MAIL, NULL, 0 }, \
 {                                                                         \
  SAY, "250 taken\r\n", 0                                                  \
 }

static const deeds one_mail[] = { HELLO, OFFER("SIZE 100000000"), TAKES, BYE };
static const deeds two_mails[] = { HELLO, OFFER("SIZE"), TAKES, TAKES, BYE };

static place *mail_at(const server *s, mailguard_source *body)
{
	place *p = smtp_at(s);

	p->to.protocol = MAILGUARD_PROTOCOL_SUBMISSION;
	p->ask.mail_from = "a@mail.test";
	p->ask.rcpt_to = "b@mail.test";
	p->ask.body = body;
	return p;
}

static mailguard_source *body_of(const void *bytes, size_t len)
{
	mailguard_span span = { bytes, len };
	mailguard_source *src;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_source_memory(&src, mg, span, NULL, NULL, NULL));
	mailguard_free(mg);
	return src;
}

static const char hi[] = "Subject: hi\r\n\r\nhi\r\n";

Test(net_gate, the_last_dot_goes_out_upon_go_and_not_before)
{
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	mailguard_net_options o = options();
	server *s = server_start(one_mail);
	place *p = mail_at(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	p->ask.tag = p;
	net = net_of(&o);
	talk = ask(net, p);
	cr_expect(eq(int, mailguard_talk_go(talk, NULL), MAILGUARD_EINVAL),
	          "there is no gate yet");
	e = wait_for(net);
	cr_assert(eq(int, e->kind, MAILGUARD_EVENT_GATE));
	cr_expect(eq(ptr, e->tag, p));
	while (!strstr(server_heard(s), "hi\r\n\r\n"))
		poll(NULL, 0, 1);
	cr_expect(eq(ptr, strstr(server_heard(s), ".\r\n"), NULL));
	cr_expect(
		eq(int, mailguard_net_next(&e, net, 0, NULL), MAILGUARD_AGAIN));
	ok(mailguard_talk_go(talk, NULL));
	cr_expect(eq(int, mailguard_talk_go(talk, NULL), MAILGUARD_EINVAL));
	t = done(net);
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	cr_expect(ne(ptr, strstr(server_heard(s), "\r\n.\r\n"), NULL));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_gate, stop_takes_the_mail_back)
{
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	mailguard_net_options o = options();
	server *s = server_start(one_mail);
	place *p = mail_at(s, body);
	mailguard_transcript *t;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	net = net_of(&o);
	ask(net, p);
	mailguard_talk_stop(wait_for(net)->talk);
	t = done(net);
	cr_expect(eq(int, last_but_quit(t)->note, MAILGUARD_NOTE_STOPPED));
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DATA));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s); /* all it will ever hear is heard */
}

Test(net_gate, who_hangs_up_before_the_dot_gets_no_dot)
{
	static const deeds script[] = { HELLO,
		                        OFFER("SIZE"),
		                        { HEAR, "MAIL", 0 },
		                        { SAY, "250 ok\r\n", 0 },
		                        { HEAR, "RCPT", 0 },
		                        { SAY, "250 ok\r\n", 0 },
		                        { HEAR, "DATA", 0 },
		                        { SAY, "354 go\r\n", 0 },
		                        { HEAR, "Subject", 0 },
		                        { HEAR, "\r\n", 0 },
		                        { SAY, "421 shutting down\r\n", 0 },
		                        { END } };
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	mailguard_net_options o = options();
	server *s = server_start(script);
	place *p = mail_at(s, body);
	const mailguard_event *e;
	const mailguard_step *step;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	net = net_of(&o);
	talk = ask(net, p);
	cr_expect(eq(int, wait_for(net)->kind, MAILGUARD_EVENT_GATE));
	while (!((mgi_mail *)talk->own)->ended)
		(void)mailguard_net_next(&e, net, 1000, NULL);
	ok(mailguard_talk_go(talk, NULL));
	t = done(net);
	step = last_but_quit(t);
	cr_expect(eq(int, step->phase, MAILGUARD_PHASE_DATA));
	cr_expect(eq(int, step->code, 421));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_keep, the_next_ask_goes_on_with_the_same_connection)
{
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	mailguard_net_options o = options();
	server *s = server_start(two_mails);
	place *p = mail_at(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = net_of(&o);
	talk = ask(net, p);
	t = done(net);
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	mailguard_transcript_free(t);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	p->ask.flags = 0;
	p->ask.reuse = talk;
	cr_expect(eq(ptr, ask(net, p), talk));
	t = done(net);
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->phase,
	             MAILGUARD_PHASE_MAIL));
	mailguard_transcript_free(t);
	cr_expect(eq(int, server_count(s), 1));
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_keep, one_that_was_closed_meanwhile_says_so)
{
	static const deeds script[] = { HELLO, OFFER("SIZE"), TAKES, { END } };
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	mailguard_net_options o = options();
	server *s = server_start(script);
	place *p = mail_at(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = net_of(&o);
	talk = ask(net, p);
	mailguard_transcript_free(done(net));
	while (!((mgi_mail *)talk->own)->ended) {
		(void)mailguard_net_next(&e, net, 0, NULL);
		poll(NULL, 0, 1);
	}
	p->ask.reuse = talk;
	ask(net, p);
	t = done(net);
	cr_expect(eq(int, last_but_quit(t)->closed, 1));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_keep, stopping_a_kept_one_says_goodbye)
{
	mailguard_net_options o = options();
	server *s = server_start(plain);
	const mailguard_event *e;
	place *p = smtp_at(s);
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = net_of(&o);
	talk = ask(net, p);
	mailguard_transcript_free(done(net));
	p->ask.reuse = talk;
	p->to.port++;
	cr_expect(eq(int, mailguard_net_ask(&talk, net, &p->ask, NULL),
	             MAILGUARD_EINVAL),
	          "it is another server");
	mailguard_talk_stop(p->ask.reuse);
	while (!strstr(server_heard(s), "QUIT"))
		poll(NULL, 0, 1);
	while (net->count)
		(void)mailguard_net_next(&e, net, 0, NULL);
	mailguard_net_free(net);
	server_stop(s);
}

Test(net_talk, a_mail_of_any_size_gets_through)
{
	enum { LINES = 100000, LINE = 64 };
	static char big[LINES * LINE];
	mailguard_net_options o = options();
	server *s = server_start(one_mail);
	mailguard_source *body;
	mailguard_transcript *t;
	size_t i;

	memset(big, 'x', sizeof(big));
	for (i = 1; i <= LINES; i++)
		memcpy(big + i * LINE - 2, "\r\n", 2);
	body = body_of(big, sizeof(big));
	t = converse(&o, mail_at(s, body));
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	mailguard_transcript_free(t);
	mailguard_source_free(body);
	server_stop(s);
}

/* -- many ----------------------------------------------------------------- */

Test(net_many, so_many_at_a_time_and_no_more)
{
	static const deeds slow[] = {
		{ PAUSE, NULL, 20 }, HELLO, OFFER("SIZE"), BYE
	};
	mailguard_net_options o = options();
	server *s = server_start(slow);
	const mailguard_event *e;
	mailguard_talk *talk;
	mailguard_net *net;
	int asked = 0, told = 0;

	o.max_in_flight = 5;
	o.max_per_host = 3;
	net = net_of(&o);
	while (told < 30) {
		mailguard_status st = MAILGUARD_OK;

		while (asked < 30 && st == MAILGUARD_OK) {
			st = mailguard_net_ask(&talk, net, &smtp_at(s)->ask,
			                       NULL);
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
	mailguard_net_options o = options();
	server *s = server_start(plain);
	mailguard_talk *talk[16];
	mailguard_net *net;
	mailguard_status st = MAILGUARD_OK;
	const mailguard_event *e;
	int n = 0, fds[64], k = 0;

	net = net_of(&o); /* before the limit falls: it still allows 256 */
	getrlimit(RLIMIT_NOFILE, &files);
	while (k < 64 && (fds[k] = dup(0)) >= 0)
		k++;
	files.rlim_cur = (rlim_t)fds[k - 1] + 1;
	cr_assert(zero(int, setrlimit(RLIMIT_NOFILE, &files)));
	st = mailguard_net_ask(&talk[n], net, &smtp_at(s)->ask, NULL);
	cr_expect(eq(int, st, MAILGUARD_AGAIN));
	while (k--)
		close(fds[k]);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	ask(net, smtp_at(s));
	mailguard_transcript_free(done(net));
	mailguard_net_free(net);
	server_stop(s);
}

Test(net_many, freeing_the_net_ends_whatever_is_in_flight)
{
	static const deeds hangs[] = { { SAY, "220 x\r\n", 0 },
		                       { STALL, NULL, 0 },
		                       { END } };
	static const deeds mute[] = { { STALL, NULL, 0 }, { END } };
	mailguard_net_options o = options();
	server *a = server_start(hangs), *b = server_start(mute);
	const mailguard_event *e;
	mailguard_net *net;
	place *p;
	int i;

	net = net_of(&o);
	for (i = 0; i < 8; i++) { /* some of them wait for a place */
		ask(net, smtp_at(a));
		p = smtp_at(b);
		p->to.tls = MAILGUARD_TLS_IMPLICIT;
		ask(net, p);
		(void)mailguard_net_next(&e, net, 1000, NULL);
	}
	mailguard_net_free(net);
	server_stop(a);
	server_stop(b);
}

/* -- the host's side ------------------------------------------------------ */

Test(net_host, its_own_loop_can_drive_it)
{
	mailguard_net_options o = options();
	server *s = server_start(good);
	mailguard_transcript *t = NULL;
	const mailguard_event *e;
	mailguard_net *net;
	place *p = smtp_at(s);
	struct pollfd fd = { 0, POLLIN, 0 };

	p->to.tls = MAILGUARD_TLS_STARTTLS;
	net = net_of(&o);
	fd.fd = mailguard_net_fd(net);
	cr_assert(ge(int, fd.fd, 0));
	ask(net, p);
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
	mailguard_net_options o = options();
	server *s = server_start(mute);
	const mailguard_event *e = NULL;
	mailguard_net *net;
	struct pollfd fd = { 0, POLLIN, 0 };

	o.greeting_usec = SECOND / 10;
	net = net_of(&o);
	fd.fd = mailguard_net_fd(net);
	ask(net, smtp_at(s));
	while (!e) {
		cr_assert(eq(int, poll(&fd, 1, 20000), 1));
		(void)mailguard_net_next(&e, net, 0, NULL);
	}
	cr_expect(eq(int, last_but_quit(e->transcript)->timed_out, 1));
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
	mailguard_net_options o = options();
	server *s = server_start(slow);
	const mailguard_event *e;
	mailguard_error err;
	mailguard_net *net;
	pthread_t thread;
	helper h;

	net = net_of(&o);
	h.mg = net->mg;
	ask(net, smtp_at(s));
	cr_assert(zero(int, pthread_create(&thread, NULL, interrupt, &h)));
	cr_expect(eq(int, mailguard_net_next(&e, net, -1, &err),
	             MAILGUARD_ECANCELLED));
	cr_expect(eq(str, err.code, "work.cancelled"));
	pthread_join(thread, NULL);
	mailguard_interrupt(h.mg, 0);
	mailguard_transcript_free(done(net));
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
	mailguard_net_options o = options();
	server *s = server_start(mute);
	mailguard_status st = MAILGUARD_OK;
	const mailguard_event *e;
	mailguard_error err;
	mailguard_net *net;
	pthread_t thread;
	helper h;

	net = net_of(&o);
	h.net = net;
	ask(net, smtp_at(s));
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
	mailguard_net_options o = options();
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
	mailguard_net_options o = options();
	const mailguard_event *e;
	mailguard_net *net;
	size_t i;

	net = net_of(&o);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		place *p = at(rows[i].port, rows[i].protocol, 0);
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
	mailguard_net_options bad_ca = options(), bad_time = options(),
			      bad_helo = options();
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

/* -- out of memory -------------------------------------------------------- */

/* True if all went well. */
static int one_try(int n, const server *s, mailguard_source *body)
{
	mailguard_net_options o = options();
	place *p = mail_at(s, body);
	const mailguard_event *e;
	mailguard_net *net = NULL;
	mailguard_talk *talk;
	mailguard *mg;
	mailguard_status st;
	int whole = 0;

	p->to.tls = MAILGUARD_TLS_STARTTLS;
	ok(mailguard_new(&mg, fail_alloc_at(n), NULL));
	st = mailguard_net_new(&net, mg, &o, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_net_ask(&talk, net, &p->ask, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_net_next(&e, net, PATIENCE, NULL);
	cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d: %d", n,
	          (int)st);
	if (st == MAILGUARD_OK)
		whole = e->transcript &&
		        mailguard_transcript_reached(e->transcript) ==
		                MAILGUARD_PHASE_DOT;
	mailguard_net_free(net);
	mailguard_free(mg);
	return whole;
}

Test(net_talk, survives_every_allocation_failure, .timeout = 250)
{
	static const deeds script[] = { HELLO,
		                        OFFER("STARTTLS"),
		                        { HEAR, "STARTTLS", 0 },
		                        { SAY, "220 go\r\n", 0 },
		                        { TLS, NULL, GOOD },
		                        { HEAR, "EHLO", 0 },
		                        OFFER("SIZE"),
		                        TAKES,
		                        BYE };
	mailguard_source *body = body_of(hi, sizeof(hi) - 1);
	server *s = server_start(script);
	int n;

	for (n = 1; !one_try(n, s, body); n++)
		cr_assert(lt(int, n, 3000));
	cr_expect(ge(int, n, 50));
	cr_expect(zero(int, fail_alloc_live()));
	mailguard_source_free(body);
	server_stop(s);
}
