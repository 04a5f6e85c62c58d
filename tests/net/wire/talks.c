/* What tests of conversations share. */
#include "net/wire/talks.h"

#include <stdio.h>
#include <string.h>

#include "support/ok.h"

const deeds talk_plain[] = { HELLO, OFFER("SIZE 1000000"), BYE };

place *talk_at(int port, mailguard_protocol protocol, mailguard_tls tls)
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

place *talk_at_smtp(const server *s)
{
	return talk_at(server_port(s), MAILGUARD_PROTOCOL_SMTP,
	               MAILGUARD_TLS_NONE);
}

mailguard_net_options talk_options(void)
{
	mailguard_net_options o = { sizeof(o) };

	o.ca_file = pki_authority();
	o.helo = "client.test";
	return o;
}

mailguard_net *talk_net(const mailguard_net_options *o)
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

mailguard_talk *talk_ask(mailguard_net *net, const place *p)
{
	mailguard_talk *talk;
	mailguard_error err;

	cr_assert(mailguard_net_ask(&talk, net, &p->ask, &err) == MAILGUARD_OK,
	          "%s", err.message);
	return talk;
}

const mailguard_event *talk_wait(mailguard_net *net)
{
	const mailguard_event *e;

	ok(mailguard_net_next(&e, net, PATIENCE, NULL));
	return e;
}

mailguard_transcript *talk_done(mailguard_net *net)
{
	const mailguard_event *e = talk_wait(net);

	cr_assert(eq(int, e->kind, MAILGUARD_EVENT_DONE));
	cr_assert(e->transcript != NULL);
	return mailguard_transcript_ref(e->transcript);
}

const mailguard_step *talk_last(const mailguard_transcript *t)
{
	const mailguard_step *step, *found = NULL;
	size_t i;

	for (i = 0; (step = mailguard_transcript_step(t, i)); i++)
		if (step->phase != MAILGUARD_PHASE_QUIT)
			found = step;
	cr_assert(found != NULL);
	return found;
}

char *talk_phases(const mailguard_transcript *t)
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

mailguard_transcript *talk_converse(const mailguard_net_options *o,
                                    const place *p)
{
	mailguard_net *net = talk_net(o);
	mailguard_transcript *t;
	const mailguard_event *e;

	talk_ask(net, p);
	t = talk_done(net);
	cr_expect(eq(int, mailguard_net_next(&e, net, 0, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_net_free(net);
	return t;
}

place *talk_at_mail(const server *s, mailguard_source *body)
{
	place *p = talk_at_smtp(s);

	p->to.protocol = MAILGUARD_PROTOCOL_SUBMISSION;
	p->ask.mail_from = "a@mail.test";
	p->ask.rcpt_to = "b@mail.test";
	p->ask.body = body;
	return p;
}

mailguard_source *talk_body(const void *bytes, size_t len)
{
	mailguard_span span = { bytes, len };
	mailguard_source *src;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_source_memory(&src, mg, span, NULL, NULL, NULL));
	mailguard_free(mg);
	return src;
}
