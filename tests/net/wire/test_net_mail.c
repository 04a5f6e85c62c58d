/* Mail that is sent: gates, connections kept, and no memory. */
#define _GNU_SOURCE
#include "net/wire/talks.h"

#include <poll.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

static const deeds one_mail[] = { HELLO, OFFER("SIZE 100000000"), TAKES, BYE };
static const deeds two_mails[] = { HELLO, OFFER("SIZE"), TAKES, TAKES, BYE };
static const char hi[] = "Subject: hi\r\n\r\nhi\r\n";

Test(net_gate, the_last_dot_goes_out_upon_go_and_not_before)
{
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	mailguard_net_options o = talk_options();
	server *s = server_start(one_mail);
	place *p = talk_at_mail(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	p->ask.tag = p;
	net = talk_net(&o);
	talk = talk_ask(net, p);
	cr_expect(eq(int, mailguard_talk_go(talk, NULL), MAILGUARD_EINVAL),
	          "there is no gate yet");
	e = talk_wait(net);
	cr_assert(eq(int, e->kind, MAILGUARD_EVENT_GATE));
	cr_expect(eq(ptr, e->tag, p));
	while (!strstr(server_heard(s), "hi\r\n\r\n"))
		poll(NULL, 0, 1);
	cr_expect(eq(ptr, strstr(server_heard(s), ".\r\n"), NULL));
	cr_expect(
		eq(int, mailguard_net_next(&e, net, 0, NULL), MAILGUARD_AGAIN));
	ok(mailguard_talk_go(talk, NULL));
	cr_expect(eq(int, mailguard_talk_go(talk, NULL), MAILGUARD_EINVAL));
	t = talk_done(net);
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
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	mailguard_net_options o = talk_options();
	server *s = server_start(one_mail);
	place *p = talk_at_mail(s, body);
	mailguard_transcript *t;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	net = talk_net(&o);
	talk_ask(net, p);
	mailguard_talk_stop(talk_wait(net)->talk);
	t = talk_done(net);
	cr_expect(eq(int, talk_last(t)->note, MAILGUARD_NOTE_STOPPED));
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
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	place *p = talk_at_mail(s, body);
	const mailguard_event *e;
	const mailguard_step *step;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_GATE;
	net = talk_net(&o);
	talk = talk_ask(net, p);
	cr_expect(eq(int, talk_wait(net)->kind, MAILGUARD_EVENT_GATE));
	while (!((mgi_mail *)talk->own)->ended)
		(void)mailguard_net_next(&e, net, 1000, NULL);
	ok(mailguard_talk_go(talk, NULL));
	t = talk_done(net);
	step = talk_last(t);
	cr_expect(eq(int, step->phase, MAILGUARD_PHASE_DATA));
	cr_expect(eq(int, step->code, 421));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_keep, the_next_ask_goes_on_with_the_same_connection)
{
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	mailguard_net_options o = talk_options();
	server *s = server_start(two_mails);
	place *p = talk_at_mail(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = talk_net(&o);
	talk = talk_ask(net, p);
	t = talk_done(net);
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	mailguard_transcript_free(t);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	p->ask.flags = 0;
	p->ask.reuse = talk;
	cr_expect(eq(ptr, talk_ask(net, p), talk));
	t = talk_done(net);
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
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	mailguard_net_options o = talk_options();
	server *s = server_start(script);
	place *p = talk_at_mail(s, body);
	const mailguard_event *e;
	mailguard_transcript *t;
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = talk_net(&o);
	talk = talk_ask(net, p);
	mailguard_transcript_free(talk_done(net));
	while (!((mgi_mail *)talk->own)->ended) {
		(void)mailguard_net_next(&e, net, 0, NULL);
		poll(NULL, 0, 1);
	}
	p->ask.reuse = talk;
	talk_ask(net, p);
	t = talk_done(net);
	cr_expect(eq(int, talk_last(t)->closed, 1));
	mailguard_transcript_free(t);
	mailguard_net_free(net);
	mailguard_source_free(body);
	server_stop(s);
}

Test(net_keep, stopping_a_kept_one_says_goodbye)
{
	mailguard_net_options o = talk_options();
	server *s = server_start(talk_plain);
	const mailguard_event *e;
	place *p = talk_at_smtp(s);
	mailguard_talk *talk;
	mailguard_net *net;

	p->ask.flags = MAILGUARD_ASK_KEEP;
	net = talk_net(&o);
	talk = talk_ask(net, p);
	mailguard_transcript_free(talk_done(net));
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
	mailguard_net_options o = talk_options();
	server *s = server_start(one_mail);
	mailguard_source *body;
	mailguard_transcript *t;
	size_t i;

	memset(big, 'x', sizeof(big));
	for (i = 1; i <= LINES; i++)
		memcpy(big + i * LINE - 2, "\r\n", 2);
	body = talk_body(big, sizeof(big));
	t = talk_converse(&o, talk_at_mail(s, body));
	cr_expect(
		eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_DOT));
	mailguard_transcript_free(t);
	mailguard_source_free(body);
	server_stop(s);
}

/* -- out of memory -------------------------------------------------------- */

/* True if all went well. */
static int one_try(int n, const server *s, mailguard_source *body)
{
	mailguard_net_options o = talk_options();
	place *p = talk_at_mail(s, body);
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
	mailguard_source *body = talk_body(hi, sizeof(hi) - 1);
	server *s = server_start(script);
	int n;

	for (n = 1; !one_try(n, s, body); n++)
		cr_assert(lt(int, n, 3000));
	cr_expect(ge(int, n, 50));
	cr_expect(zero(int, fail_alloc_live()));
	mailguard_source_free(body);
	server_stop(s);
}
