/* What net/wire/dns.c, dns_server.c, lookup.c and run_dns.c promise. */
#include <mailguard/net.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/wire/names.h"
#include "net/wire/net_own.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#define SECOND INT64_C(1000000)
#define MX(name) NAMES_DATA(15, "\0\x0a" name "\xc0\x0c")
#define A(bytes) NAMES_DATA(1, bytes)

static const names_row zone[] = {
	{ "mail.test", 1, 0, NAMES_AD, { A("\x7f\0\0\1"), A("\x7f\0\0\2") } },
	{ "mail.test",
	  28,
	  0,
	  0,
	  { NAMES_DATA(28, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1") } },
	{ "mail.test", 15, 0, 0, { MX("\3mx1"), MX("\3mx2") } },
	{ "alias.test",
	  1,
	  0,
	  0,
	  { NAMES_DATA(5, "\4mail\4test\0"), A("\x7f\0\0\1") } },
	{ "broken.test", 0, 2, 0, { { 0, 0, NULL } } },
	{ "refused.test", 0, 5, 0, { { 0, 0, NULL } } },
	{ "silent.test", 0, 0, NAMES_SILENT, { { 0, 0, NULL } } },
	{ "second.test", 0, 0, NAMES_SECOND, { A("\x7f\0\0\1") } },
	{ "garbage.test", 0, 0, NAMES_GARBAGE, { { 0, 0, NULL } } },
	{ "torn.test", 0, 0, NAMES_TORN, { A("\1\2\3\4"), A("\1\2\3\4") } },
	{ "tcp.test", 0, 0, NAMES_BY_TCP, { A("\x7f\0\0\1") } },
	{ "fat.test", 0, 0, NAMES_FAT, { { 0, 0, NULL } } },
	{ "old.test", 0, 0, NAMES_NO_EDNS, { A("\x7f\0\0\1") } },
	{ "half.test", 28, 0, NAMES_SILENT, { { 0, 0, NULL } } },
	{ "half.test", 1, 0, 0, { A("\x7f\0\0\1") } },
	{ NULL, 0, 0, 0, { { 0, 0, NULL } } },
};

/* What another resolver says of the same names. */
static const names_row other[] = {
	{ "broken.test", 1, 0, 0, { A("\x7f\0\0\3") } },
	{ "silent.test", 1, 0, 0, { A("\x7f\0\0\3") } },
	{ NULL, 0, 0, 0, { { 0, 0, NULL } } },
};

static names *first, *second;
static mailguard *mg;
static mailguard_net *net;
static char resolver[64];

static mailguard_net_options options(void)
{
	mailguard_net_options o = { sizeof(o) };

	(void)snprintf(resolver, sizeof(resolver), "127.0.0.1:%d",
	               names_port(first));
	o.resolver = resolver;
	o.dns_usec = SECOND / 2;
	return o;
}

static void begin(void)
{
	mailguard_net_options o;

	first = names_start(zone);
	second = names_start(other);
	o = options();
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_net_new(&net, mg, &o, NULL));
}

static void end(void)
{
	mailguard_net_free(net);
	mailguard_free(mg);
	names_stop(first);
	names_stop(second);
}

TestSuite(net_dns, .init = begin, .fini = end, .timeout = 60);

static mailguard_status put(mailguard_net *to,
                            const char *const *questions,
                            const char *address,
                            int port,
                            mailguard_error *err)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask ask = { sizeof(ask) };
	mailguard_talk *talk;

	e.host = "mail.test";
	e.protocol = MAILGUARD_PROTOCOL_DNS;
	e.address = address;
	e.port = port;
	ask.to = &e;
	ask.commands = questions;
	return mailguard_net_ask(&talk, to, &ask, err);
}

static mailguard_transcript *wait_for(mailguard_net *on)
{
	const mailguard_event *ev;

	ok(mailguard_net_next(&ev, on, 20 * SECOND, NULL));
	cr_assert(eq(int, ev->kind, MAILGUARD_EVENT_DONE));
	cr_assert(ev->transcript != NULL);
	return mailguard_transcript_ref(ev->transcript);
}

static mailguard_transcript *told(const char *question)
{
	const char *list[] = { question, NULL };

	ok(put(net, list, NULL, 0, NULL));
	return wait_for(net);
}

/* "A mail.test 127.0.0.1, ..." of all records. */
static char *records(const mailguard_transcript *t)
{
	static char text[2048];
	const mailguard_record *r;
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; (r = mailguard_transcript_record(t, i)) != NULL; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		                        "%s%s %s %s", i ? ", " : "", r->type,
		                        r->name, r->data);
	return text;
}

/* What was heard, without the port of who said it. */
static char *heard(const mailguard_transcript *t, size_t i)
{
	static char text[512];
	const mailguard_step *s = mailguard_transcript_step(t, i);
	size_t at, len = 0;

	for (at = 0; at < s->heard.len && len + 1 < sizeof(text); at++) {
		char c = (char)s->heard.data[at];

		if (c == ':')
			while (at + 1 < s->heard.len &&
			       s->heard.data[at + 1] != '\r')
				at++;
		else if (c != '\r')
			text[len++] = c;
	}
	text[len] = '\0';
	return text;
}

Test(net_dns, tells_every_outcome_apart)
{
	static const struct {
		const char *ask;
		int code, sys, timed_out;
		char *records, *heard;
	} rows[] = {
		{ "A mail.test", 0, 0, 0,
		  "A mail.test 127.0.0.1, A mail.test 127.0.0.2",
		  "A NOERROR ad 2 from 127.0.0.1\n" },
		{ "AAAA mail.test", 0, 0, 0, "AAAA mail.test ::1",
		  "AAAA NOERROR 1 from 127.0.0.1\n" },
		{ "MX mail.test", 0, 0, 0,
		  "MX mail.test 10 mx1.mail.test., "
		  "MX mail.test 10 mx2.mail.test.",
		  "MX NOERROR 2 from 127.0.0.1\n" },
		{ "A alias.test", 0, 0, 0,
		  "CNAME alias.test mail.test., A alias.test 127.0.0.1",
		  "A NOERROR 2 from 127.0.0.1\n" },
		{ "TXT mail.test", 0, 0, 0, "",
		  "TXT NOERROR 0 from 127.0.0.1\n" },
		{ "A nobody.test", 3, 0, 0, "",
		  "A NXDOMAIN 0 from 127.0.0.1\n" },
		{ "A broken.test", 2, 0, 0, "",
		  "A SERVFAIL 0 from 127.0.0.1\n" },
		{ "A refused.test", 5, 0, 0, "",
		  "A REFUSED 0 from 127.0.0.1\n" },
		{ "A silent.test", 0, 0, 1, "",
		  "A no answer from 127.0.0.1\n" },
		{ "A torn.test", 0, EBADMSG, 0, "A torn.test 1.2.3.4",
		  "A NOERROR 2 from 127.0.0.1\n" },
		{ "A tcp.test", 0, 0, 0, "A tcp.test 127.0.0.1",
		  "A NOERROR 1 from 127.0.0.1\n" },
		{ "A second.test", 0, 0, 0, "A second.test 127.0.0.1",
		  "A NOERROR 1 from 127.0.0.1\n" },
		{ "A old.test", 0, 0, 0, "A old.test 127.0.0.1",
		  "A NOERROR 1 from 127.0.0.1\n" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_transcript *t = told(rows[i].ask);
		const mailguard_step *s = mailguard_transcript_step(t, 0);

		cr_assert(s != NULL);
		cr_expect(eq(int, s->phase, MAILGUARD_PHASE_DNS));
		cr_expect(eq(int, s->code, rows[i].code), "%s", rows[i].ask);
		cr_expect(eq(int, s->sys, rows[i].sys), "%s", rows[i].ask);
		cr_expect(eq(int, s->timed_out, rows[i].timed_out), "%s",
		          rows[i].ask);
		cr_expect(eq(str, (char *)s->said, (char *)rows[i].ask));
		cr_expect(eq(str, heard(t, 0), rows[i].heard), "%s",
		          rows[i].ask);
		cr_expect(eq(str, records(t), rows[i].records), "%s",
		          rows[i].ask);
		cr_expect(eq(int, mailguard_transcript_reached(t),
		             s->sys || s->timed_out ? 0 : 10),
		          "%s", rows[i].ask);
		cr_expect(s->end >= s->begin);
		cr_expect(mailguard_transcript_step(t, 1) == NULL);
		mailguard_transcript_free(t);
	}
	cr_expect(eq(int, names_asked_tcp(first), 1));
}

Test(net_dns, garbage_is_no_silence)
{
	mailguard_transcript *t = told("A garbage.test");
	const mailguard_step *s = mailguard_transcript_step(t, 0);

	cr_expect(s->sys == EBADMSG || s->timed_out);
	cr_expect(ne(int, mailguard_transcript_reached(t), 10));
	mailguard_transcript_free(t);
}

Test(net_dns, takes_big_answers_by_udp_also_after_a_failure)
{
	int i;

	for (i = 0; i < 2; i++) {
		mailguard_transcript *t = told("TXT fat.test");
		const mailguard_step *s = mailguard_transcript_step(t, 0);

		cr_expect(s->heard_bytes > 900);
		cr_expect(mailguard_transcript_record(t, 0) != NULL);
		mailguard_transcript_free(t);
		mailguard_transcript_free(told("A broken.test"));
	}
	cr_expect(zero(int, names_asked_tcp(first)));
}

Test(net_dns, a_closed_port_is_refused_not_silent)
{
	static const char *const list[] = { "A mail.test", NULL };
	mailguard_transcript *t;

	ok(put(net, list, "127.0.0.1", 1, NULL));
	t = wait_for(net);
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->sys, ECONNREFUSED));
	cr_expect(zero(int, mailguard_transcript_step(t, 0)->timed_out));
	cr_expect(
		eq(str, (char *)mailguard_transcript_address(t), "127.0.0.1"));
	mailguard_transcript_free(t);
}

Test(net_dns, asks_the_next_resolver)
{
	static const char *const list[] = { "A broken.test", "A silent.test",
		                            "A mail.test", NULL };
	mailguard_net_options o = options();
	mailguard_transcript *t;
	mailguard_net *two;

	(void)snprintf(resolver, sizeof(resolver),
	               "127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:1",
	               names_port(first), names_port(second));
	ok(mailguard_net_new(&two, mg, &o, NULL));
	ok(put(two, list, NULL, 0, NULL));
	t = wait_for(two);
	cr_expect(eq(str, heard(t, 0),
	             "A SERVFAIL 0 from 127.0.0.1\n"
	             "A NOERROR 1 from 127.0.0.1\n"));
	cr_expect(eq(str, heard(t, 1), "A NOERROR 1 from 127.0.0.1\n"));
	cr_expect(eq(str, heard(t, 2), "A NOERROR ad 2 from 127.0.0.1\n"));
	cr_expect(eq(str, records(t),
	             "A broken.test 127.0.0.3, A silent.test 127.0.0.3, "
	             "A mail.test 127.0.0.1, A mail.test 127.0.0.2"));
	mailguard_transcript_free(t);
	mailguard_net_free(two);
}

Test(net_dns, all_resolvers_failing_is_told_of_each)
{
	static const char *const list[] = { "A broken.test", NULL };
	mailguard_net_options o = options();
	mailguard_transcript *t;
	mailguard_net *two;

	(void)snprintf(resolver, sizeof(resolver), "127.0.0.1:1,127.0.0.1:%d",
	               names_port(first));
	ok(mailguard_net_new(&two, mg, &o, NULL));
	ok(put(two, list, NULL, 0, NULL));
	t = wait_for(two);
	cr_expect(eq(str, heard(t, 0),
	             "A no answer from 127.0.0.1\n"
	             "A SERVFAIL 0 from 127.0.0.1\n"));
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->code, 2));
	cr_expect(zero(int, mailguard_transcript_step(t, 0)->sys));
	mailguard_transcript_free(t);
	mailguard_net_free(two);
}

Test(net_dns, without_commands_asks_for_both_families)
{
	mailguard_transcript *t;

	ok(put(net, NULL, NULL, 0, NULL));
	t = wait_for(net);
	cr_expect(eq(str, records(t),
	             "A mail.test 127.0.0.1, A mail.test 127.0.0.2, "
	             "AAAA mail.test ::1"));
	mailguard_transcript_free(t);
}

Test(net_dns, a_dead_resolver_delays_nobody_else)
{
	static const char *const dead[] = { "A silent.test", NULL };
	static const char *const good[] = { "A mail.test", NULL };
	mailguard_transcript *t;
	int i;

	for (i = 0; i < 20; i++)
		ok(put(net, dead, NULL, 0, NULL));
	for (i = 0; i < 20; i++)
		ok(put(net, good, NULL, 0, NULL));
	for (i = 0; i < 20; i++) {
		t = wait_for(net);
		cr_expect(zero(int, mailguard_transcript_step(t, 0)->timed_out),
		          "%d", i);
		mailguard_transcript_free(t);
	}
	for (i = 0; i < 20; i++) {
		t = wait_for(net);
		cr_expect(
			eq(int, mailguard_transcript_step(t, 0)->timed_out, 1));
		mailguard_transcript_free(t);
	}
}

Test(net_dns, many_questions_are_answered_each_by_its_own)
{
	static const char *const list[] = { "A mail.test", "MX mail.test",
		                            "A alias.test", NULL };
	int i;

	for (i = 0; i < 200; i++)
		ok(put(net, list, NULL, 0, NULL));
	for (i = 0; i < 200; i++) {
		mailguard_transcript *t = wait_for(net);

		cr_expect(eq(str, records(t),
		             "A mail.test 127.0.0.1, A mail.test 127.0.0.2, "
		             "MX mail.test 10 mx1.mail.test., "
		             "MX mail.test 10 mx2.mail.test., "
		             "CNAME alias.test mail.test., "
		             "A alias.test 127.0.0.1"));
		mailguard_transcript_free(t);
	}
}

Test(net_dns, refuses_what_cannot_be_asked)
{
	static const char *const odd[] = { "A b\xc3\xbc.test", NULL };
	const char *many[70] = { NULL };
	mailguard_net_options o = options();
	mailguard_net *none;
	mailguard_error err;
	int i;

	cr_expect(put(net, odd, NULL, 0, &err) == MAILGUARD_EINVAL);
	cr_expect(eq(str, err.code, "dns.bad-name"));
	for (i = 0; i < 65; i++)
		many[i] = "A mail.test";
	cr_expect(put(net, many, NULL, 0, &err) == MAILGUARD_ELIMIT);
	cr_expect(eq(str, err.code, "dns.too-many"));
	cr_expect(put(net, NULL, "localhost", 0, &err) == MAILGUARD_EINVAL);
	cr_expect(eq(str, err.code, "ask.bad-address"));
	o.resolver = "dns.test";
	cr_expect(mailguard_net_new(&none, mg, &o, &err) == MAILGUARD_EINVAL);
	cr_expect(eq(str, err.code, "dns.bad-resolver"));
	cr_expect(none == NULL);
}

Test(net_dns, is_freed_in_the_midst_of_it)
{
	static const char *const list[] = { "A mail.test", "A silent.test",
		                            "A tcp.test", NULL };
	const mailguard_event *ev;
	int steps, i;

	for (steps = 0; steps < 8; steps++) {
		mailguard_net_options o = options();
		mailguard_net *brief;

		ok(mailguard_net_new(&brief, mg, &o, NULL));
		ok(put(brief, list, NULL, 0, NULL));
		ok(put(brief, list, "127.0.0.1", names_port(second), NULL));
		for (i = 0; i < steps; i++)
			(void)mailguard_net_next(&ev, brief, 1000, NULL);
		mailguard_net_free(brief);
	}
}

/* -- lookups of a host, as the other runners make them --------------------- */

typedef struct found {
	int calls;
	size_t count;
	mgi_address list[64];
} found;

static void on_found(void *owner, const mgi_address *list, size_t count)
{
	found *f = owner;

	f->calls++;
	f->count = count;
	memcpy(f->list, list, count * sizeof(*list));
}

/* "127.0.0.1 127.0.0.2" as they were found for `host`. */
static char *looked_up(mailguard_net *on,
                       mailguard_transcript **t,
                       const char *host)
{
	static char text[512];
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_talk talk = {
		.net = on, .mg = mg, .loop = on->loop, .opts = &on->opts
	};
	mgi_lookup *l;
	found f = { 0 };
	size_t i, len = 0;

	e.host = host;
	ok(mgi_script_new(&talk.script, mg, &e, NULL, NULL));
	ok(mgi_lookup_new(&l, &talk, host, on_found, &f, NULL));
	cr_expect(zero(int, f.calls), "not before the next step");
	while (!f.calls)
		ok(mgi_loop_step(on->loop, -1, NULL));
	mgi_lookup_free(l);
	text[0] = '\0';
	for (i = 0; i < f.count; i++) {
		char one[MGI_ADDRESS_TEXT];

		mgi_address_write(one, &f.list[i]);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		                        i ? " " : "", one);
	}
	cr_expect(eq(int, f.calls, 1));
	ok(mgi_script_finish(t, talk.script, NULL));
	return text;
}

Test(net_dns, a_lookup_finds_both_families)
{
	mailguard_transcript *t;
	char *text = looked_up(net, &t, "mail.test");

	cr_expect(strcmp(text, "::1 127.0.0.1 127.0.0.2") == 0 ||
	                  strcmp(text, "127.0.0.1 127.0.0.2 ::1") == 0,
	          "%s", text);
	cr_expect(eq(str, (char *)mailguard_transcript_step(t, 0)->said,
	             "A AAAA mail.test"));
	cr_expect(mailguard_transcript_record(t, 2) != NULL);
	cr_expect(eq(int, mailguard_transcript_reached(t), 10));
	mailguard_transcript_free(t);
}

Test(net_dns, a_lookup_says_why_there_is_nothing)
{
	static const struct {
		const char *host;
		int code, timed_out;
	} rows[] = {
		{ "nobody.test", 3, 0 },
		{ "broken.test", 2, 0 },
		{ "fat.test", 0, 0 },
		{ "silent.test", 0, 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_transcript *t;
		const mailguard_step *s;

		cr_expect(eq(str, looked_up(net, &t, rows[i].host), ""));
		s = mailguard_transcript_step(t, 0);
		cr_expect(eq(int, s->code, rows[i].code), "%s", rows[i].host);
		cr_expect(eq(int, s->timed_out, rows[i].timed_out), "%s",
		          rows[i].host);
		cr_expect(zero(int, mailguard_transcript_reached(t)));
		mailguard_transcript_free(t);
	}
}

Test(net_dns, a_lookup_does_not_wait_long_for_the_other_family)
{
	mailguard_net_options o = options();
	mailguard_transcript *t;
	mailguard_net *slow;
	const mailguard_step *s;

	o.dns_usec = 50 * SECOND;
	ok(mailguard_net_new(&slow, mg, &o, NULL));
	cr_expect(eq(str, looked_up(slow, &t, "half.test"), "127.0.0.1"));
	s = mailguard_transcript_step(t, 0);
	cr_expect(eq(str, heard(t, 0),
	             "A NOERROR 1 from 127.0.0.1\n"
	             "AAAA no answer in time\n"));
	cr_expect(zero(int, s->timed_out));
	cr_expect(s->end - s->begin < 10 * SECOND);
	mailguard_transcript_free(t);
	mailguard_net_free(slow);
}

Test(net_dns, localhost_is_asked_of_nobody)
{
	mailguard_transcript *t;

	cr_expect(eq(str, looked_up(net, &t, "LocalHost"), "::1 127.0.0.1"));
	mailguard_transcript_free(t);
	cr_expect(eq(str, looked_up(net, &t, "a.localhost."), "::1 127.0.0.1"));
	mailguard_transcript_free(t);
	cr_expect(zero(int, names_asked(first)));
}

/* -- without memory -------------------------------------------------------- */

static mailguard_status whole_run(mailguard *with)
{
	static const char *const list[] = { "A mail.test", "A nobody.test",
		                            NULL };
	mailguard_net_options o = options();
	const mailguard_event *ev;
	mailguard_status st;
	mailguard_net *own;

	st = mailguard_net_new(&own, with, &o, NULL);
	if (st < 0)
		return st;
	st = put(own, list, NULL, 0, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_net_next(&ev, own, 20 * SECOND, NULL);
	if (st == MAILGUARD_OK && !ev->transcript)
		st = MAILGUARD_ENOMEM;
	else if (st == MAILGUARD_OK)
		cr_expect(zero(int, mailguard_transcript_step(ev->transcript, 0)
		                            ->timed_out));
	mailguard_net_free(own);
	return st;
}

Test(net_dns, survives_every_allocation_failure)
{
	mailguard_status st;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = whole_run(tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	cr_expect(n > 10);
}

Test(net_dns, survives_c_ares_without_memory)
{
	mailguard_status st;
	int n = 0;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer has its own allocator");
	do {
		armed_malloc_at(n++);
		st = whole_run(mg);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM ||
		                  st == MAILGUARD_AGAIN,
		          "%d: %d", n, (int)st);
	} while (armed_malloc_off() && n < 2000);
	cr_expect(lt(int, n, 2000));
}
