/* What the mail half of net promises, spoken with a server of our own. */
#define _GNU_SOURCE
#include "net/wire/talks.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "support/ok.h"

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
	static const deeds *scripts[] = { talk_plain, dripping };
	static const mgi_poller_kind pollers[] = { MGI_POLLER_EPOLL,
		                                   MGI_POLLER_POLL };
	size_t i;

	for (i = 0; i < 4; i++) {
		mailguard_net_options o = talk_options();
		server *s = server_start(scripts[i % 2]);
		mailguard_transcript *t;
		mailguard_net *net;
		mailguard *mg;

		ok(mailguard_new(&mg, NULL, NULL));
		ok(mgi_net_new(&net, mg, &o, pollers[i / 2], NULL));
		talk_ask(net, talk_at_smtp(s));
		t = talk_done(net);
		cr_expect(eq(str, talk_phases(t),
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
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	place *p = talk_at_smtp(s);
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
	talk_ask(net, p);
	mailguard_transcript_free(talk_done(net));
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
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	mailguard_transcript *t;

	o.helo = NULL;
	t = talk_converse(&o, talk_at_smtp(s));
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
		mailguard_net_options o = talk_options();
		const mailguard_step *step;
		mailguard_transcript *t;

		o.greeting_usec = o.capabilities_usec = SECOND;
		t = talk_converse(&o,
		                  talk_at(port, MAILGUARD_PROTOCOL_SMTP, 0));
		step = talk_last(t);
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
	mailguard_net_options o = talk_options();
	server *s = server_start(slow);
	mailguard_transcript *t;

	o.total_usec = SECOND / 4;
	t = talk_converse(&o, talk_at_smtp(s));
	cr_expect(eq(int, talk_last(t)->timed_out, 1));
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
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	mailguard_transcript *t;

	o.quit_usec = 600 * (int64_t)SECOND; /* the test would end by force */
	o.total_usec = 600 * (int64_t)SECOND;
	t = talk_converse(&o, talk_at_smtp(s));
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
		mailguard_net_options o = talk_options();
		place *p = talk_at_smtp(s);
		const mailguard_tls_facts *f;
		const mailguard_tls_fault *fault;
		mailguard_transcript *t;
		char faults[256] = "";

		p->to.tls = MAILGUARD_TLS_STARTTLS;
		t = talk_converse(&o, p);
		cr_expect(eq(str, talk_phases(t),
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
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	const mailguard_certificate *c;
	mailguard_transcript *t;
	place *p = talk_at_smtp(s);
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	p->to.tls = MAILGUARD_TLS_IMPLICIT;
	t = talk_converse(&o, p);
	cr_expect(eq(str, talk_phases(t),
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
		mailguard_net_options o = talk_options();
		mailguard_transcript *t;
		place *p = talk_at_smtp(s);

		p->to.host = "127.0.0.1";
		p->to.address = NULL;
		p->to.tls = MAILGUARD_TLS_STARTTLS;
		t = talk_converse(&o, p);
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
		mailguard_net_options o = talk_options();
		const mailguard_step *step;
		mailguard_transcript *t;
		place *p = talk_at_smtp(s);

		o.tls_usec = SECOND / 2;
		p->to.tls = MAILGUARD_TLS_IMPLICIT;
		t = talk_converse(&o, p);
		step = talk_last(t);
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
	mailguard_net_options o = talk_options();
	server *s = server_start(at_once);
	const mailguard_step *step;
	mailguard_transcript *t;
	place *p = talk_at_smtp(s);

	p->to.tls = MAILGUARD_TLS_STARTTLS;
	t = talk_converse(&o, p);
	step = talk_last(t);
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
		mailguard_net_options o = talk_options();
		char resumed[8] = "";
		mailguard_net *net;

		o.full_tls_every = 3;
		net = talk_net(&o);
		for (k = 0; k < 6; k++) {
			place *p = talk_at_smtp(s);
			mailguard_transcript *t;
			const mailguard_tls_facts *f;
			const mailguard_event *e;

			p->to.tls = MAILGUARD_TLS_STARTTLS;
			talk_ask(net, p);
			t = talk_done(net);
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
