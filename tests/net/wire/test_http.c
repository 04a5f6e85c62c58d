/* What net/wire/http.c, http_easy.c and run_http.c promise. */
#include <mailguard/net.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/wire/names.h"
#include "net/wire/server.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#define SECOND INT64_C(1000000)
#define OKAY "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const names_row zone[] = {
	{ "mail.test", 1, 0, 0, { NAMES_DATA(1, "\x7f\0\0\1") } },
	{ "two.test",
	  1,
	  0,
	  0,
	  { NAMES_DATA(1, "\x7f\0\0\x09"), NAMES_DATA(1, "\x7f\0\0\1") } },
	{ NULL, 0, 0, 0, { { 0, 0, NULL } } },
};

static names *resolver;
static mailguard *mg;
static mailguard_net *net;
static char resolver_text[64];

static mailguard_net_options options(void)
{
	mailguard_net_options o = { sizeof(o) };

	(void)snprintf(resolver_text, sizeof(resolver_text), "127.0.0.1:%d",
	               names_port(resolver));
	o.resolver = resolver_text;
	o.ca_file = pki_authority();
	o.command_usec = o.tls_usec = SECOND / 2;
	o.max_body = 10000;
	return o;
}

static void begin(void)
{
	mailguard_net_options o;

	resolver = names_start(zone);
	o = options();
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_net_new(&net, mg, &o, NULL));
}

static void end(void)
{
	mailguard_net_free(net);
	mailguard_free(mg);
	names_stop(resolver);
}

TestSuite(net_http, .init = begin, .fini = end, .timeout = 60);

static mailguard_status put(mailguard_net *to,
                            const char *url,
                            mailguard_phase until)
{
	mailguard_ask ask = { sizeof(ask) };
	mailguard_endpoint *e;
	mailguard_talk *talk;
	mailguard_status st;

	st = mailguard_endpoint_parse(&e, mg, url, NULL);
	if (st < 0)
		return st;
	ask.to = e;
	ask.until = until;
	st = mailguard_net_ask(&talk, to, &ask, NULL);
	mailguard_endpoint_free(e);
	return st;
}

static mailguard_transcript *wait_for(mailguard_net *on)
{
	const mailguard_event *ev;

	ok(mailguard_net_next(&ev, on, 30 * SECOND, NULL));
	cr_assert(ev->transcript != NULL);
	return mailguard_transcript_ref(ev->transcript);
}

/* "https://HOST:PORT/path" */
static const char *url_of(const char *scheme, const char *host, const server *s)
{
	static char text[128];

	(void)snprintf(text, sizeof(text), "%s://%s:%d/a?b", scheme, host,
	               server_port(s));
	return text;
}

static mailguard_transcript *fetch(const char *scheme, const server *s)
{
	ok(put(net, url_of(scheme, "mail.test", s), 0));
	return wait_for(net);
}

/* "dns connect tls command=200", with what was odd about each step. */
static char *steps(const mailguard_transcript *t)
{
	static char text[1024];
	const mailguard_step *s;
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		                        i ? " " : "",
		                        mailguard_phase_name(s->phase));
		if (s->code)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			                        "=%d", s->code);
		if (s->sys || s->timed_out || s->closed || s->note)
			len += (size_t)snprintf(
				text + len, sizeof(text) - len, "(%s%s%s%d)",
				s->timed_out ? "late " : "",
				s->closed ? "closed " : "",
				s->sys == ECONNREFUSED ? "refused "
				: s->sys == ECONNRESET ? "reset "
				: s->sys == EPROTO     ? "tls "
				: s->sys               ? "other "
						       : "",
				s->note);
		cr_expect(s->end >= s->begin);
	}
	return text;
}

static char *body(const mailguard_transcript *t)
{
	mailguard_span s = mailguard_transcript_body(t);

	return s.len ? (char *)s.data : "";
}

/* Written as a session and read back, it is the same. */
static void expect_readable(const mailguard_transcript *t)
{
	mailguard_buffer *a, *b;
	mailguard_transcript *back;
	mailguard_span text;

	ok(mailguard_buffer_new(&a, mg, NULL));
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_transcript_text(a, t, NULL));
	text.data = (const unsigned char *)mailguard_buffer_text(a);
	text.len = mailguard_buffer_length(a);
	ok(mailguard_transcript_parse(&back, mg, text, NULL));
	ok(mailguard_transcript_text(b, back, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(a),
	             (char *)mailguard_buffer_text(b)));
	mailguard_transcript_free(back);
	mailguard_buffer_free(a);
	mailguard_buffer_free(b);
}

Test(net_http, fetches_a_page_and_tells_each_step)
{
	static const deeds script[] = { { HEAR, "GET /a?b HTTP/1.1", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	mailguard_transcript *t = fetch("http", s);
	const mailguard_step *step = mailguard_transcript_step(t, 2);
	char want[256];

	cr_expect(eq(str, steps(t), "dns connect command=200"));
	cr_expect(eq(str, body(t), "hello"));
	cr_expect(
		eq(str, (char *)mailguard_transcript_address(t), "127.0.0.1"));
	cr_expect(eq(int, mailguard_transcript_reached(t),
	             MAILGUARD_PHASE_COMMAND));
	cr_expect(mailguard_transcript_tls(t) == NULL);
	(void)snprintf(want, sizeof(want),
	               "GET /a?b HTTP/1.1\r\nHost: mail.test:%d\r\n"
	               "User-Agent: libmailguard/0.1\r\nAccept: */*",
	               server_port(s));
	cr_expect(eq(str, (char *)step->said, want));
	cr_expect(eq(sz, step->heard.len, sizeof(OKAY) - 1));
	cr_expect(zero(int, memcmp(step->heard.data, OKAY, step->heard.len)));
	expect_readable(t);
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_http, tells_how_an_answer_failed)
{
	static const struct {
		char *why;
		deeds script[4];
		char *steps, *body;
	} rows[] = {
		{ "503",
		  { { HEAR, "GET", 0 },
		    { SAY, "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno",
		      0 },
		    { HALF, NULL, 0 } },
		  "dns connect command=503",
		  "no" },
		{ "closed without an answer",
		  { { HEAR, "GET", 0 }, { HALF, NULL, 0 } },
		  "dns connect command(closed 0)",
		  "" },
		{ "reset",
		  { { HEAR, "GET", 0 }, { RESET, NULL, 0 } },
		  "dns connect command(closed reset 0)",
		  "" },
		{ "a body that ends early",
		  { { HEAR, "GET", 0 },
		    { SAY, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
		      0 },
		    { HALF, NULL, 0 } },
		  "dns connect command=200(closed 0)",
		  "half" },
		{ "stalled",
		  { { HEAR, "GET", 0 }, { STALL, NULL, 0 } },
		  "dns connect command(late 0)",
		  "" },
		{ "no HTTP",
		  { { HEAR, "GET", 0 },
		    { SAY, "220 mail.test ESMTP\r\n", 0 },
		    { HALF, NULL, 0 } },
		  "dns connect command(4)",
		  "" },
		{ "dripped",
		  { { HEAR, "GET", 0 }, { DRIP, OKAY, 0 }, { HALF, NULL, 0 } },
		  "dns connect command=200",
		  "hello" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(rows[i].script);
		mailguard_transcript *t = fetch("http", s);

		cr_expect(eq(str, steps(t), rows[i].steps), "%s", rows[i].why);
		cr_expect(eq(str, body(t), rows[i].body), "%s", rows[i].why);
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_http, looks_at_certificates_and_goes_on)
{
	static const struct {
		char *why;
		pki kind;
		int verified, matches, fault;
	} rows[] = {
		{ "good", GOOD, 1, 1, 0 },
		{ "expired", EXPIRED, 0, 1, 10 },
		{ "for another host", STRANGER, 0, 0, 62 },
		{ "by itself", SELF, 0, 1, 18 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const deeds script[] = { { TLS, NULL, (int)rows[i].kind },
			                 { HEAR, "GET", 0 },
			                 { SAY, OKAY, 0 },
			                 { HALF, NULL, 0 },
			                 { END, NULL, 0 } };
		server *s = server_start(script);
		mailguard_transcript *t = fetch("https", s);
		const mailguard_tls_facts *f = mailguard_transcript_tls(t);
		const mailguard_tls_fault *fault;

		cr_expect(eq(str, steps(t), "dns connect tls command=200"),
		          "%s", rows[i].why);
		cr_expect(eq(str, body(t), "hello"), "%s", rows[i].why);
		cr_assert(f != NULL);
		cr_expect(eq(str, (char *)f->version, "TLSv1.3"));
		cr_expect(eq(int, f->verified, rows[i].verified), "%s",
		          rows[i].why);
		cr_expect(eq(int, f->name_matches, rows[i].matches), "%s",
		          rows[i].why);
		fault = mailguard_transcript_fault(t, 0);
		cr_expect(eq(int, fault ? fault->code : 0, rows[i].fault), "%s",
		          rows[i].why);
		cr_expect(mailguard_transcript_certificate(t, 0) != NULL);
		cr_expect(eq(int, mailguard_transcript_step(t, 3)->tls, 1));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_http, tells_how_a_handshake_failed)
{
	static const struct {
		char *why;
		deeds script[2];
		char *steps;
	} rows[] = {
		{ "stalled",
		  { { STALL, NULL, 0 } },
		  "dns connect tls(late 0)" },
		{ "no TLS",
		  { { SAY, "220 mail.test ESMTP\r\n", 0 }, { HALF, NULL, 0 } },
		  "dns connect tls(tls 0)" },
		{ "closed",
		  { { HALF, NULL, 0 } },
		  "dns connect tls(closed 0)" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(rows[i].script);
		mailguard_transcript *t = fetch("https", s);

		cr_expect(eq(str, steps(t), rows[i].steps), "%s", rows[i].why);
		cr_assert(mailguard_transcript_tls(t) != NULL, "%s",
		          rows[i].why);
		cr_expect(zero(int, mailguard_transcript_tls(t)->verified));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_http, tries_the_next_address)
{
	static const deeds script[] = { { HEAR, "GET", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	mailguard_transcript *t;

	ok(put(net, url_of("http", "two.test", s), 0));
	t = wait_for(net);
	cr_expect(eq(str, steps(t),
	             "dns connect(refused 0) connect command=200"));
	cr_expect(
		eq(str, (char *)mailguard_transcript_address(t), "127.0.0.1"));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_http, a_name_that_is_not_there_ends_it)
{
	mailguard_transcript *t;

	ok(put(net, "https://nobody.test/", 0));
	t = wait_for(net);
	cr_expect(eq(str, steps(t), "dns=3"));
	mailguard_transcript_free(t);
}

Test(net_http, goes_no_further_than_wanted)
{
	static const deeds script[] = { { TLS, NULL, GOOD },
		                        { HEAR, "GET", 0 },
		                        { END, NULL, 0 } };
	static const struct {
		mailguard_phase until;
		char *scheme, *steps;
	} rows[] = {
		{ MAILGUARD_PHASE_DNS, "https", "dns" },
		{ MAILGUARD_PHASE_CONNECT, "http", "dns connect" },
		{ MAILGUARD_PHASE_TLS, "https", "dns connect tls" },
	};
	server *s = server_start(script);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_transcript *t;

		ok(put(net, url_of(rows[i].scheme, "mail.test", s),
		       rows[i].until));
		t = wait_for(net);
		cr_expect(eq(str, steps(t), rows[i].steps));
		cr_expect(eq(int, mailguard_transcript_reached(t),
		             rows[i].until));
		mailguard_transcript_free(t);
	}
	cr_expect(eq(str, (char *)server_heard(s), ""));
	server_stop(s);
}

/* -- redirects ------------------------------------------------------------- */

static const deeds *to_url(const char *location, int tls)
{
	static char text[4][256];
	static deeds scripts[4][5];
	static int turn;
	deeds *d = scripts[turn = (turn + 1) % 4];

	(void)snprintf(text[turn], sizeof(text[turn]),
	               "HTTP/1.1 302 Found\r\nLocation: %s\r\n"
	               "Content-Length: 4\r\n\r\ngone",
	               location);
	memset(d, 0, sizeof(scripts[0]));
	if (tls)
		*d++ = (deeds){ TLS, NULL, GOOD };
	*d++ = (deeds){ HEAR, "GET", 0 };
	*d++ = (deeds){ SAY, text[turn], 0 };
	*d = (deeds){ HALF, NULL, 0 };
	return scripts[turn];
}

Test(net_http, follows_redirects_step_by_step)
{
	static const deeds script[] = { { TLS, NULL, GOOD },
		                        { HEAR, "GET", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *last = server_start(script);
	server *s = server_start(to_url(url_of("https", "mail.test", last), 0));
	mailguard_transcript *t = fetch("http", s);

	cr_expect(eq(str, steps(t),
	             "dns connect command=302 dns connect tls command=200"));
	cr_expect(eq(str, body(t), "hello"));
	cr_expect(zero(int, mailguard_transcript_step(t, 1)->tls));
	cr_expect(eq(int, mailguard_transcript_step(t, 6)->tls, 1));
	cr_assert(mailguard_transcript_tls(t) != NULL);
	cr_expect(eq(int, mailguard_transcript_tls(t)->verified, 1));
	mailguard_transcript_free(t);
	server_stop(s);
	server_stop(last);
}

Test(net_http, gives_up_a_redirect_that_is_no_good)
{
	static const struct {
		char *location;
		int tls;
		char *steps;
	} rows[] = {
		{ "http://mail.test:1/", 1, "dns connect tls command=302(3)" },
		{ "ftp://mail.test/", 0, "dns connect command=302(4)" },
		{ "http:///", 0, "dns connect command=302(4)" },
		{ "http://a:b@mail.test/", 0, "dns connect command=302(4)" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		server *s = server_start(to_url(rows[i].location, rows[i].tls));
		mailguard_transcript *t =
			fetch(rows[i].tls ? "https" : "http", s);

		cr_expect(eq(str, steps(t), rows[i].steps), "%s",
		          rows[i].location);
		cr_expect(eq(str, body(t), ""));
		mailguard_transcript_free(t);
		server_stop(s);
	}
}

Test(net_http, goes_round_in_circles_five_times_only)
{
	server *s = server_start(to_url("/a?b", 0));
	mailguard_transcript *t = fetch("http", s);
	const mailguard_step *step = mailguard_transcript_step(t, 17);

	cr_expect(eq(int, server_count(s), 6));
	cr_assert(step != NULL);
	cr_expect(eq(int, step->code, 302));
	cr_expect(eq(int, step->note, MAILGUARD_NOTE_UNEXPECTED));
	cr_expect(mailguard_transcript_step(t, 18) == NULL);
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_http, keeps_the_facts_of_the_worst_server)
{
	static const deeds script[] = { { TLS, NULL, EXPIRED },
		                        { HEAR, "GET", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *last = server_start(script);
	server *s = server_start(to_url(url_of("https", "mail.test", last), 1));
	mailguard_transcript *t = fetch("https", s);

	cr_expect(zero(int, mailguard_transcript_tls(t)->verified));
	cr_assert(mailguard_transcript_fault(t, 0) != NULL);
	cr_expect(eq(int, mailguard_transcript_fault(t, 0)->code, 10));
	cr_expect(mailguard_transcript_fault(t, 1) == NULL);
	mailguard_transcript_free(t);
	server_stop(s);
	server_stop(last);
}

/* -- limits ---------------------------------------------------------------- */

Test(net_http, cuts_what_never_ends)
{
	static char fat[70000], head[70000];
	const deeds bodies[] = { { HEAR, "GET", 0 },
		                 { SAY, "HTTP/1.1 200 OK\r\n\r\n", 0 },
		                 { SAY, fat, 0 },
		                 { STALL, NULL, 0 },
		                 { END, NULL, 0 } };
	const deeds heads[] = { { HEAR, "GET", 0 },
		                { SAY, "HTTP/1.1 200 OK\r\n", 0 },
		                { SAY, head, 0 },
		                { STALL, NULL, 0 },
		                { END, NULL, 0 } };
	mailguard_transcript *t;
	server *s;
	size_t i;

	memset(fat, 'x', sizeof(fat) - 1);
	for (i = 0; i + 8 < sizeof(head); i += 7)
		memcpy(head + i, "A: bcd\n", 7);
	s = server_start(bodies);
	t = fetch("http", s);
	cr_expect(eq(str, steps(t), "dns connect command=200(5)"));
	cr_expect(eq(sz, mailguard_transcript_body(t).len, 10000));
	cr_expect(mailguard_transcript_step(t, 2)->heard.len <= 4096);
	mailguard_transcript_free(t);
	server_stop(s);
	s = server_start(heads);
	t = fetch("http", s);
	cr_expect(eq(str, steps(t), "dns connect command=200(5)"));
	cr_expect(zero(sz, mailguard_transcript_body(t).len));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_http, asks_no_proxy)
{
	static const deeds script[] = { { HEAR, "GET /a?b", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	mailguard_transcript *t;

	(void)setenv("http_proxy", "http://127.0.0.1:1", 1);
	(void)setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	t = fetch("http", s);
	cr_expect(eq(str, steps(t), "dns connect command=200"));
	mailguard_transcript_free(t);
	server_stop(s);
}

Test(net_http, many_at_once_each_get_their_own)
{
	static const deeds slow[] = { { HEAR, "GET", 0 },
		                      { STALL, NULL, 0 },
		                      { END, NULL, 0 } };
	static const deeds quick[] = { { TLS, NULL, GOOD },
		                       { HEAR, "GET", 0 },
		                       { SAY, OKAY, 0 },
		                       { HALF, NULL, 0 },
		                       { END, NULL, 0 } };
	mailguard_net_options o = options();
	server *a = server_start(slow), *b = server_start(quick);
	mailguard_net *wide;
	int i, good = 0;

	o.max_per_host = o.max_per_net = 100;
	o.command_usec = 5 * SECOND;
	ok(mailguard_net_new(&wide, mg, &o, NULL));
	for (i = 0; i < 5; i++)
		ok(put(wide, url_of("http", "mail.test", a), 0));
	for (i = 0; i < 40; i++)
		ok(put(wide, url_of("https", "mail.test", b), 0));
	for (i = 0; i < 40; i++) {
		mailguard_transcript *t = wait_for(wide);

		good += strcmp(steps(t), "dns connect tls command=200") == 0;
		mailguard_transcript_free(t);
	}
	cr_expect(eq(int, good, 40), "none waits for the slow ones");
	mailguard_net_free(wide);
	server_stop(a);
	server_stop(b);
}

Test(net_http, waits_its_turn_at_one_address)
{
	static const deeds script[] = { { HEAR, "GET", 0 },
		                        { PAUSE, NULL, 20 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	int i;

	for (i = 0; i < 12; i++)
		ok(put(net, url_of("http", "mail.test", s), 0));
	for (i = 0; i < 12; i++) {
		mailguard_transcript *t = wait_for(net);

		cr_expect(eq(str, steps(t), "dns connect command=200"));
		mailguard_transcript_free(t);
	}
	server_stop(s);
}

Test(net_http, refuses_commands_and_logins)
{
	static const char *const commands[] = { "NOOP", NULL };
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask ask = { sizeof(ask) };
	mailguard_talk *talk;
	mailguard_error err;

	e.host = "mail.test";
	e.protocol = MAILGUARD_PROTOCOL_HTTP;
	ask.to = &e;
	ask.commands = commands;
	cr_expect(mailguard_net_ask(&talk, net, &ask, &err) ==
	          MAILGUARD_EINVAL);
	cr_expect(eq(str, err.code, "http.no-commands"));
	ask.commands = NULL;
	e.path = "no slash";
	cr_expect(mailguard_net_ask(&talk, net, &ask, &err) ==
	          MAILGUARD_EINVAL);
	e.path = NULL;
	e.host = NULL;
	cr_expect(mailguard_net_ask(&talk, net, &ask, &err) ==
	          MAILGUARD_EINVAL);
}

Test(net_http, is_freed_in_the_midst_of_it)
{
	static const deeds script[] = { { TLS, NULL, GOOD },
		                        { HEAR, "GET", 0 },
		                        { DRIP, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	const mailguard_event *ev;
	int n, i;

	for (n = 0; n < 12; n++) {
		mailguard_net_options o = options();
		mailguard_net *brief;

		o.max_per_host = 2;
		ok(mailguard_net_new(&brief, mg, &o, NULL));
		for (i = 0; i < 4; i++)
			ok(put(brief, url_of("https", "mail.test", s), 0));
		for (i = 0; i < n; i++)
			(void)mailguard_net_next(&ev, brief, 500, NULL);
		mailguard_net_free(brief);
	}
	server_stop(s);
}

/* -- without memory -------------------------------------------------------- */

static mailguard_status whole_run(mailguard *with, const char *url)
{
	mailguard_net_options o = options();
	const mailguard_event *ev;
	mailguard_status st;
	mailguard_net *own;

	if (strncmp(url, "https:", 6) != 0)
		o.ca_file = NULL; /* it would be read at once */
	st = mailguard_net_new(&own, with, &o, NULL);
	if (st < 0)
		return st;
	st = put(own, url, 0);
	if (st == MAILGUARD_OK)
		st = mailguard_net_next(&ev, own, 20 * SECOND, NULL);
	if (st == MAILGUARD_OK && !ev->transcript)
		st = MAILGUARD_ENOMEM;
	mailguard_net_free(own);
	return st;
}

Test(net_http, survives_every_allocation_failure)
{
	static const deeds script[] = { { TLS, NULL, GOOD },
		                        { HEAR, "GET", 0 },
		                        { SAY, OKAY, 0 },
		                        { HALF, NULL, 0 },
		                        { END, NULL, 0 } };
	server *s = server_start(script);
	mailguard_status st;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = whole_run(tight, url_of("https", "mail.test", s));
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	server_stop(s);
}

/* A server that never allocates: one connection after the other. */
static void *serve_frugally(void *payload)
{
	const int *listener = payload;
	char request[1024];
	int fd;

	while ((fd = accept(*listener, NULL, NULL)) >= 0) {
		if (recv(fd, request, sizeof(request), 0) > 0)
			(void)send(fd, OKAY, sizeof(OKAY) - 1, MSG_NOSIGNAL);
		(void)shutdown(fd, SHUT_WR);
		while (recv(fd, request, sizeof(request), 0) > 0)
			;
		close(fd);
	}
	return NULL;
}

static int listen_frugally(int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(zero(int, bind(fd, (struct sockaddr *)&at, sizeof(at))));
	cr_assert(zero(int, listen(fd, 16)));
	cr_assert(zero(int, getsockname(fd, (struct sockaddr *)&at, &len)));
	*port = ntohs(at.sin_port);
	return fd;
}

Test(net_http, survives_libcurl_without_memory)
{
	mailguard_status st;
	pthread_t thread;
	char url[64];
	int fd, port, n = 0;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer has its own allocator");
	fd = listen_frugally(&port);
	(void)snprintf(url, sizeof(url), "http://mail.test:%d/", port);
	cr_assert(
		zero(int, pthread_create(&thread, NULL, serve_frugally, &fd)));
	ok(whole_run(mg, url));
	do {
		armed_malloc_at(n++);
		st = whole_run(mg, url);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM ||
		                  st == MAILGUARD_AGAIN,
		          "%d: %d", n, (int)st);
	} while (armed_malloc_off() && n < 3000);
	cr_expect(lt(int, n, 3000));
	(void)shutdown(fd, SHUT_RDWR);
	(void)pthread_join(thread, NULL);
	close(fd);
}
