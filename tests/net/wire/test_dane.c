/* The server's certificate against its TLSA records. */
#include "net/wire/names.h"
#include "net/wire/talks.h"

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

#define TLSA 52

static const deeds good[] = STARTTLS(GOOD);
static const deeds self[] = STARTTLS(SELF);
static const deeds stranger[] = STARTTLS(STRANGER);
static const deeds chained[] = STARTTLS(CHAIN);

static char resolver[64];

/* One conversation; the names are asked of `rows`. */
static mailguard_transcript *converse(const server *s, const names_row *rows)
{
	place *p = talk_at(server_port(s), MAILGUARD_PROTOCOL_SMTP,
	                   MAILGUARD_TLS_STARTTLS);
	mailguard_net_options o = talk_options();
	mailguard_transcript *t;
	names *n = names_start(rows);

	(void)snprintf(resolver, sizeof(resolver), "127.0.0.1:%d",
	               names_port(n));
	o.resolver = resolver;
	p->ask.flags = MAILGUARD_ASK_DANE;
	t = talk_converse(&o, p);
	names_stop(n);
	return t;
}

static mailguard_dane dane_of(const mailguard_transcript *t)
{
	return mailguard_transcript_tls(t)->dane;
}

/* "_2525._tcp.mail.test" */
static const char *name_of(const server *s)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "_%d._tcp.mail.test",
	               server_port(s));
	return name;
}

/* A record `head` (usage, selector 0, SHA-256) of the i-th certificate that
   the server sends. */
static void record_of(char record[35],
                      const char *head,
                      const server *s,
                      size_t i)
{
	static const names_row none[] = {
		{ NULL, 0, 0, 0, { { 0, 0, NULL } } }
	};
	mailguard_transcript *t = converse(s, none);

	cr_assert(eq(int, dane_of(t), MAILGUARD_DANE_NONE));
	memcpy(record, head, 3);
	memcpy(record + 3, mailguard_transcript_certificate(t, i)->sha256, 32);
	mailguard_transcript_free(t);
}

typedef struct dane_row {
	const char *why;
	const deeds *script;
	const char *head; /* usage, selector, matching */
	size_t of;        /* which certificate */
	int change;       /* a byte of it is another */
	uint8_t rcode, flags;
	mailguard_dane dane;
	int verified;
} dane_row;

static void expect_row(const dane_row *r)
{
	server *s = server_start(r->script);
	char record[35];
	names_row rows[] = { { name_of(s),
		               TLSA,
		               r->rcode,
		               r->flags,
		               { { TLSA, 35, record } } },
		             { NULL, 0, 0, 0, { { 0, 0, NULL } } } };
	mailguard_transcript *t;

	if (r->head)
		record_of(record, r->head, s, r->of);
	else
		rows[0].data[0].type = 0;
	record[34] ^= (char)r->change;
	t = converse(s, rows);
	cr_expect(eq(int, dane_of(t), r->dane), "%s", r->why);
	cr_expect(eq(int, mailguard_transcript_tls(t)->verified, r->verified),
	          "%s", r->why);
	cr_expect(eq(int, mailguard_transcript_reached(t), MAILGUARD_PHASE_TLS),
	          "%s", r->why);
	mailguard_transcript_free(t);
	server_stop(s);
}

TestSuite(net_dane, .timeout = 120);

Test(net_dane, holds_a_certificate_against_what_dns_says)
{
	static const dane_row rows[] = {
		{ "DANE-EE", good, "\3\0\1", 0, 0, 0, NAMES_AD,
		  MAILGUARD_DANE_MATCH, 1 },
		{ "another key", good, "\3\0\1", 0, 1, 0, NAMES_AD,
		  MAILGUARD_DANE_MISMATCH, 0 },
		{ "nobody vouches for the record", good, "\3\0\1", 0, 1, 0, 0,
		  MAILGUARD_DANE_UNSIGNED, 1 },
		{ "of a kind for the web", good, "\1\0\1", 0, 0, 0, NAMES_AD,
		  MAILGUARD_DANE_UNUSABLE, 1 },
		{ "a digest of a wrong length", good, "\3\0\2", 0, 0, 0,
		  NAMES_AD, MAILGUARD_DANE_UNUSABLE, 1 },
		{ "no record of that type", good, NULL, 0, 0, 0, NAMES_AD,
		  MAILGUARD_DANE_NONE, 1 },
		{ "the resolver fails", good, NULL, 0, 0, 2, 0,
		  MAILGUARD_DANE_UNKNOWN, 1 },
		{ "DANE-EE of one signed by itself", self, "\3\0\1", 0, 0, 0,
		  NAMES_AD, MAILGUARD_DANE_MATCH, 0 },
		{ "DANE-EE knows no names", stranger, "\3\0\1", 0, 0, 0,
		  NAMES_AD, MAILGUARD_DANE_MATCH, 0 },
		{ "DANE-TA", chained, "\2\0\1", 1, 0, 0, NAMES_AD,
		  MAILGUARD_DANE_MATCH, 1 },
		{ "another authority", chained, "\2\0\1", 1, 1, 0, NAMES_AD,
		  MAILGUARD_DANE_MISMATCH, 0 },
		{ "the server's own is no authority", chained, "\2\0\1", 0, 0,
		  0, NAMES_AD, MAILGUARD_DANE_MISMATCH, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_row(&rows[i]);
}

Test(net_dane, a_mismatch_is_a_fault_and_survives_being_written)
{
	server *s = server_start(good);
	char record[35];
	names_row rows[] = {
		{ name_of(s), TLSA, 0, NAMES_AD, { { TLSA, 35, record } } },
		{ NULL, 0, 0, 0, { { 0, 0, NULL } } }
	};
	mailguard_transcript *t, *again;
	mailguard_buffer *text;
	mailguard *mg;

	record_of(record, "\3\0\1", s, 0);
	record[5] ^= 1;
	t = converse(s, rows);
	cr_expect(eq(int, mailguard_transcript_fault(t, 0)->code, 65));
	cr_expect(eq(str, (char *)mailguard_transcript_record(t, 0)->type,
	             "TLSA"));
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_buffer_new(&text, mg, NULL));
	ok(mailguard_transcript_text(text, t, NULL));
	ok(mailguard_transcript_parse(
		&again, mg,
		(mailguard_span){
			(const unsigned char *)mailguard_buffer_text(text),
			mailguard_buffer_length(text) },
		NULL));
	cr_expect(eq(int, dane_of(again), MAILGUARD_DANE_MISMATCH));
	mailguard_transcript_free(again);
	mailguard_transcript_free(t);
	mailguard_buffer_free(text);
	mailguard_free(mg);
	server_stop(s);
}

/* True if all went well. */
static int one_try(int n, const server *s, const mailguard_net_options *o)
{
	place *p = talk_at(server_port(s), MAILGUARD_PROTOCOL_SMTP,
	                   MAILGUARD_TLS_STARTTLS);
	const mailguard_event *e;
	mailguard_net *net = NULL;
	mailguard_talk *talk;
	mailguard_status st;
	mailguard *mg;
	int whole = 0;

	p->ask.flags = MAILGUARD_ASK_DANE;
	ok(mailguard_new(&mg, fail_alloc_at(n), NULL));
	st = mailguard_net_new(&net, mg, o, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_net_ask(&talk, net, &p->ask, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_net_next(&e, net, PATIENCE, NULL);
	cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d: %d", n,
	          (int)st);
	if (st == MAILGUARD_OK)
		whole = e->transcript &&
		        dane_of(e->transcript) == MAILGUARD_DANE_MATCH;
	mailguard_net_free(net);
	mailguard_free(mg);
	return whole;
}

Test(net_dane, survives_every_allocation_failure, .timeout = 250)
{
	server *s = server_start(good);
	mailguard_net_options o = talk_options();
	char record[35];
	names_row rows[] = {
		{ name_of(s), TLSA, 0, NAMES_AD, { { TLSA, 35, record } } },
		{ NULL, 0, 0, 0, { { 0, 0, NULL } } }
	};
	names *ns;
	int n;

	record_of(record, "\3\0\1", s, 0);
	ns = names_start(rows);
	(void)snprintf(resolver, sizeof(resolver), "127.0.0.1:%d",
	               names_port(ns));
	o.resolver = resolver;
	for (n = 1; !one_try(n, s, &o); n++)
		cr_assert(lt(int, n, 3000));
	cr_expect(ge(int, n, 50));
	cr_expect(zero(int, fail_alloc_live()));
	names_stop(ns);
	server_stop(s);
}
