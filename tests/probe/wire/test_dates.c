/* What probe/newest.c asks, against a server that plays its part. */
#include <mailguard/probe.h>

#include "net/wire/server.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

TestSuite(probe_dates, .timeout = 120);

#define PATIENCE INT64_C(20000000)
#define MARCH INT64_C(1772323200000000) /* 2026-03-01T00:00:00Z */

static const deeds pop3[] = {
	{ SAY, "+OK hi\r\n", 0 },
	{ HEAR, "CAPA", 0 },
	{ SAY, "+OK\r\nUSER\r\nTOP\r\n.\r\n", 0 },
	{ HEAR, "USER ann", 0 },
	{ SAY, "+OK\r\n", 0 },
	{ HEAR, "PASS secret", 0 },
	{ SAY, "+OK\r\n", 0 },
	{ HEAR, "STAT", 0 },
	{ SAY, "+OK 7 4096\r\n", 0 },
	{ HEAR, "TOP 7 0", 0 },
	{ SAY,
	  "+OK\r\nReceived: private\r\n"
	  "Date: Sun, 1 Mar 2026 09:00:00 +0900\r\n\r\n.\r\n",
	  0 },
	{ HEAR, "QUIT", 0 },
	{ SAY, "+OK\r\n", 0 },
	{ END, NULL, 0 },
};

static int secret_give(char *out,
                       size_t room,
                       const mailguard_endpoint *whose,
                       void *payload)
{
	(void)room;
	(void)whose;
	(void)payload;
	memcpy(out, "secret", 6);
	return 6;
}

/* NULL if memory ran out. */
static mailguard_answer *ask(mailguard *mg, int port)
{
	mailguard_probe_options o = MAILGUARD_PROBE_OPTIONS_INIT;
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_probe *p = NULL;
	mailguard_answer *a = NULL;
	mailguard_status st;

	o.secret = secret_give;
	o.flags = MAILGUARD_PROBE_NEWEST;
	e.host = "mail.test";
	e.address = "127.0.0.1";
	e.protocol = MAILGUARD_PROTOCOL_POP3;
	e.tls = MAILGUARD_TLS_NONE;
	e.port = port;
	e.user = "ann";
	st = mailguard_probe_new(&p, mg, &o, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_probe_add(p, &e, 0, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_probe_next(&a, p, PATIENCE, NULL);
	cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d", (int)st);
	mailguard_probe_free(p);
	return a;
}

Test(probe_dates, the_last_mail_is_asked_for_its_date_and_nothing_else)
{
	server *s = server_start(pop3);
	mailguard_buffer *b;
	mailguard_answer *a;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	a = ask(mg, server_port(s));
	cr_assert_not_null(a);
	cr_expect(eq(int, mailguard_answer_ok(a), 1), "%s",
	          mailguard_answer_message(a));
	cr_expect(eq(i64, mailguard_answer_messages(a), 7));
	cr_expect(eq(i64, mailguard_answer_newest(a), MARCH));
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_answer_json(b, a, MAILGUARD_ANSWER_TRANSCRIPT, NULL));
	cr_expect_null(strstr(mailguard_buffer_text(b), "private"));
	mailguard_buffer_free(b);
	mailguard_answer_free(a);
	mailguard_free(mg);
	server_stop(s);
}

Test(probe_dates, asking_for_it_survives_every_allocation_failure)
{
	server *s = server_start(pop3);
	int n = 1, told = 0;

	for (; !told; n++) {
		mailguard *tight;
		mailguard_answer *a;

		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		a = ask(tight, server_port(s));
		told = a && mailguard_answer_newest(a) == MARCH;
		mailguard_answer_free(a);
		mailguard_free(tight);
	}
	cr_expect(ge(int, n, 30));
	cr_expect(zero(int, fail_alloc_live()));
	server_stop(s);
}
