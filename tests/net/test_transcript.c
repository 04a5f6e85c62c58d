/* What net/script.c, transcript_text.c and transcript_parse.c promise: what is
 * kept, what is only counted, and that a session is read as it was written. */
#include "support/fail_alloc.h"
#include "support/ok.h"

#include "base/text.h"
#include "net/transcript_own.h"

#include <errno.h>
#include <string.h>

static int64_t now_ticks;

static int64_t ticks(void *payload)
{
	(void)payload;
	return now_ticks += 1500;
}

static mailguard_time one_time(void *payload)
{
	(void)payload;
	return 1767225600123456;
}

static mailguard *handle(const mailguard_options *base, const char *lang)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *mg;

	if (base)
		opts = *base;
	opts.ticks = ticks;
	opts.now = one_time;
	opts.lang = lang;
	now_ticks = 0;
	return mailguard_new(&mg, &opts, NULL) == MAILGUARD_OK ? mg : NULL;
}

static mgi_script *script(mailguard *mg, const mgi_script_limits *limits)
{
	mailguard_endpoint to = MAILGUARD_ENDPOINT_INIT;
	mgi_script *s;

	to.host = "mail.example.org";
	to.protocol = MAILGUARD_PROTOCOL_IMAP;
	to.tls = MAILGUARD_TLS_STARTTLS;
	to.user = "\xe5\xa4\xaa\xe9\x83\x8e";
	to.mechanism = "PLAIN";
	to.address = "192.0.2.1";
	to.port = 1143;
	return mgi_script_new(&s, mg, &to, limits, NULL) == MAILGUARD_OK ? s
	                                                                 : NULL;
}

static void hear(mgi_script *s, const char *text)
{
	mgi_script_heard(s, mgi_span_of(text), strlen(text));
}

static void answer(mgi_script *s, const char *text, int kind)
{
	mgi_script_answer(s, mgi_span_of(text), strlen(text), kind, 0);
}

static void record_facts(mgi_script *s)
{
	mailguard_tls_facts facts = { "TLSv1.3", "TLS_AES", "it: \"failed\" ",
		                      0,         1,         1,
		                      1,         9,         9 };
	mailguard_certificate c = {
		"CN=a\nb",       "CN=ca",
		"a b",           "0F",
		"RSA 2048",      "sha256WithRSAEncryption",
		.not_before = 1, .not_after = INT64_MAX / 2
	};
	mailguard_tls_fault f = { 10, 0, "X509_V_ERR_CERT_HAS_EXPIRED" };
	mailguard_record r = { "example.org", "TXT", "\"a  b\" ", 300, -1 };
	mailguard_record none = { "", NULL, "", 0, 0 };

	c.sha256[0] = 0xab;
	mgi_script_tls_begin(s);
	mgi_script_tls(s, &facts);
	mgi_script_certificate(s, &c);
	c.subject = NULL;
	mgi_script_certificate(s, &c);
	mgi_script_fault(s, &f);
	f.code = -62;
	mgi_script_fault(s, &f);
	mgi_script_record(s, &r);
	mgi_script_record(s, &none);
	(void)mgi_script_body(s, mgi_span("a\0b\r\n\xff#", 7));
	mgi_script_address(s, "2001:db8::1");
}

/* Something of everything. */
static void record_all(mgi_script *s)
{
	mgi_script_begin(s, MAILGUARD_PHASE_DNS);
	mgi_script_code(s, 3);
	mgi_script_begin(s, MAILGUARD_PHASE_CONNECT);
	mgi_script_lost(s, ECONNREFUSED, false);
	mgi_script_begin(s, MAILGUARD_PHASE_CONNECT);
	mgi_script_lost(s, 9999, false);
	mgi_script_begin(s, MAILGUARD_PHASE_GREETING);
	answer(s, "* OK \t\\ \x01\xe3\x81\x82 \r\n", MAILGUARD_REPLY_OK);
	mgi_script_reached(s, MAILGUARD_PHASE_GREETING);
	mgi_script_encrypted(s, true);
	mgi_script_begin(s, MAILGUARD_PHASE_LOGIN);
	mgi_script_said(s, mgi_span_of(" a1 LOGIN \xff\r\n{3}"), 99);
	hear(s, "* 1 EXISTS\n\n\n");
	hear(s, "half");
	mgi_script_note(s, MAILGUARD_NOTE_GARBAGE);
	mgi_script_lost(s, 0, true);
	mgi_script_begin(s, MAILGUARD_PHASE_QUIT);
	mgi_script_said(s, mgi_span_of("a2 LOGOUT"), 11);
	mgi_script_lost(s, ECONNRESET, false);
	mgi_script_begin(s, MAILGUARD_PHASE_QUIT);
	mgi_script_lost(s, 0, false);
	mgi_script_reached(s, MAILGUARD_PHASE_QUIT);
	record_facts(s);
}

static mailguard_transcript *finish(mgi_script *s)
{
	mailguard_transcript *t;

	ok(mgi_script_finish(&t, s, NULL));
	return t;
}

static void same_step(const mailguard_step *a, const mailguard_step *b)
{
	cr_assert(b != NULL);
	cr_expect(eq(int, a->phase, b->phase));
	cr_expect(eq(int, a->code, b->code));
	cr_expect(eq(int, a->sys, b->sys));
	cr_expect(eq(int, a->timed_out, b->timed_out));
	cr_expect(eq(i64, a->begin, b->begin));
	cr_expect(eq(i64, a->end, b->end));
	cr_expect(eq(u64, a->heard_bytes, b->heard_bytes));
	cr_expect(eq(u64, a->said_bytes, b->said_bytes));
	cr_expect(eq(str, (char *)a->said, (char *)b->said));
	cr_assert(eq(sz, a->heard.len, b->heard.len));
	cr_expect(
		zero(int, memcmp(a->heard.data, b->heard.data, a->heard.len)));
	cr_expect(eq(int, a->closed, b->closed));
	cr_expect(eq(int, a->tls, b->tls));
	cr_expect(eq(int, a->answer, b->answer));
	cr_expect(eq(int, a->note, b->note));
}

static void same_facts(const mailguard_transcript *a,
                       const mailguard_transcript *b)
{
	const mailguard_tls_facts *x = mailguard_transcript_tls(a);
	const mailguard_tls_facts *y = mailguard_transcript_tls(b);
	const mailguard_certificate *c = mailguard_transcript_certificate(b, 0);
	const mailguard_record *r = mailguard_transcript_record(b, 0);

	cr_assert(x && y && c && r);
	cr_expect(eq(str, (char *)x->alert, (char *)y->alert));
	cr_expect(eq(int, x->verified, y->verified));
	cr_expect(eq(int, x->name_matches, y->name_matches));
	cr_expect(eq(int, x->resumed + 2 * x->stapled,
	             y->resumed + 2 * y->stapled));
	cr_expect(eq(sz, y->chain, 2));
	cr_expect(eq(sz, y->faults, 2));
	cr_expect(eq(str, (char *)c->subject, "CN=a\nb"));
	cr_expect(eq(i64, c->not_before, 1));
	cr_expect(eq(i64, c->not_after, INT64_MAX / 2));
	cr_expect(eq(int, c->sha256[0], 0xab));
	cr_expect(eq(int, mailguard_transcript_fault(b, 1)->code, -62));
	cr_expect(eq(str, (char *)r->data, "\"a  b\" "));
	cr_expect(eq(int, r->priority, -1));
	cr_expect(eq(sz, mailguard_transcript_body(b).len, 7));
	cr_expect(eq(str, (char *)mailguard_transcript_endpoint(b)->user,
	             (char *)mailguard_transcript_endpoint(a)->user));
	cr_expect(eq(i64, mailguard_transcript_begin(b), 1767225600123456));
}

static bool plain(char c)
{
	return c >= ' ' && c < 0x7f;
}

Test(net_transcript, a_session_is_read_as_it_was_written)
{
	mailguard *mg = handle(NULL, "ja");
	mailguard_transcript *t, *back;
	mailguard_buffer text, again;
	mgi_script *s = script(mg, NULL);
	size_t i;

	mgi_buf_init(&text, mg);
	mgi_buf_init(&again, mg);
	record_all(s);
	t = finish(s);
	ok(mailguard_transcript_text(&text, t, NULL));
	for (i = 0; i < text.len; i++)
		cr_assert(text.at[i] == '\n' || plain(text.at[i]), "byte %zu",
		          i);
	ok(mailguard_transcript_parse(&back, mg, mgi_buf_span(&text), NULL));
	ok(mailguard_transcript_text(&again, back, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&again),
	             (char *)mgi_buf_text(&text)));
	for (i = 0; mailguard_transcript_step(t, i); i++)
		same_step(mailguard_transcript_step(t, i),
		          mailguard_transcript_step(back, i));
	cr_expect(eq(sz, i, 7));
	cr_expect(zero(ptr, (void *)mailguard_transcript_step(back, i)));
	cr_expect(eq(int, mailguard_transcript_reached(back),
	             MAILGUARD_PHASE_GREETING));
	same_facts(t, back);
	mailguard_transcript_free(mailguard_transcript_ref(back));
	mailguard_free(mg);
	mgi_buf_done(&text);
	mgi_buf_done(&again);
	mailguard_transcript_free(t);
	mailguard_transcript_free(back);
}

Test(net_transcript, a_session_written_by_hand_needs_little)
{
	static const char text[] =
		"# refused\r\n\r\nmailguard session 1\r\nprotocol: smtp\r\n"
		"step: greeting 0 10\r\n< 554 no\\r\\n\r\n<\r\n"
		"step: quit 10 20 closed answer=permanent\n> QU\n>IT\n";
	mailguard *mg = handle(NULL, NULL);
	const mailguard_step *s;
	mailguard_transcript *t;
	mailguard_error err;

	ok(mailguard_transcript_parse(&t, mg, mgi_span_of(text), &err));
	s = mailguard_transcript_step(t, 0);
	cr_expect(eq(int, s->phase, MAILGUARD_PHASE_GREETING));
	cr_expect(eq(sz, s->heard.len, 8));
	cr_expect(eq(u64, s->heard_bytes, 8));
	cr_expect(eq(str, (char *)s->said, ""));
	s = mailguard_transcript_step(t, 1);
	cr_expect(eq(str, (char *)s->said, "QUIT"));
	cr_expect(eq(u64, s->said_bytes, 6));
	cr_expect(eq(int, s->closed, 1));
	cr_expect(zero(ptr, (void *)mailguard_transcript_tls(t)));
	cr_expect(eq(str, (char *)mailguard_transcript_address(t), ""));
	cr_expect(eq(sz, mailguard_transcript_body(t).len, 0));
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

#define HEAD "mailguard session 1\nprotocol: pop3\n"

static const struct {
	const char *text;
	char *code;
	const char *line;
} mistakes[] = {
	{ "", "session.not-one", "" },
	{ "protocol: pop3\n", "session.not-one", "" },
	{ "mailguard session 2\n", "session.not-one", "" },
	{ "mailguard session 1\n", "session.no-protocol", "" },
	{ "mailguard session 1\nstep: dns 0 0\n", "session.no-protocol", "" },
	{ HEAD "what\n", "session.bad-line", "line 3 " },
	{ HEAD ": x\n", "session.bad-line", "line 3 " },
	{ HEAD "> x\n", "session.bad-line", "line 3 " },
	{ HEAD "| x\n", "session.bad-line", "line 3 " },
	{ HEAD "colour: red\n", "session.unknown-key", "\"colour\"" },
	{ HEAD "cipher: x\n", "session.unknown-key", "line 3 " },
	{ HEAD "host: a\nhost: b\n", "session.twice", "line 4 " },
	{ HEAD "port: 0\n", "session.bad-value", "line 3 " },
	{ HEAD "port: 70000\n", "session.bad-value", "line 3 " },
	{ HEAD "tls: maybe\n", "session.bad-value", "line 3 " },
	{ HEAD "begin: today\n", "session.bad-value", "line 3 " },
	{ HEAD "host: a\\\n", "session.bad-value", "line 3 " },
	{ HEAD "host: a\\x0\n", "session.bad-value", "line 3 " },
	{ HEAD "host: a\\x00\n", "session.bad-value", "line 3 " },
	{ HEAD "step: dns 0\n", "session.bad-value", "line 3 " },
	{ HEAD "step: dns -1 0\n", "session.bad-value", "line 3 " },
	{ HEAD "step: lunch 0 0\n", "session.bad-value", "\"step\"" },
	{ HEAD "step: dns 0 0 late\n", "session.bad-value", "line 3 " },
	{ HEAD "step: dns 0 0 sys=EWHAT\n", "session.bad-value", "3 " },
	{ HEAD "step: dns 0 0 note=x\n", "session.bad-value", "3 " },
	{ HEAD "step: dns 0 0\n< \\q\n", "session.bad-line", "4 " },
	{ HEAD "step: dns 0 0\n> \\x00\n", "session.bad-line", "4 " },
	{ HEAD "step: dns 0 0\nhost: a\n", "session.unknown-key", "4 " },
	{ HEAD "handshake: fine\n", "session.bad-value", "line 3 " },
	{ HEAD "handshake:\nhandshake:\n", "session.too-many", "4" },
	{ HEAD "certificate:\nsha256: 00\n", "session.bad-value", "4" },
	{ HEAD "fault: x\n", "session.bad-value", "line 3 " },
	{ HEAD "record: 1 2 TXT a\\\n", "session.bad-value", "3 " },
};

Test(net_transcript, every_mistake_in_a_session_names_its_line)
{
	mailguard *mg = handle(NULL, NULL);
	mailguard_transcript *t;
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		cr_expect(MAILGUARD_EFORMAT ==
		                  mailguard_transcript_parse(
					  &t, mg, mgi_span_of(mistakes[i].text),
					  &err),
		          "%s", mistakes[i].text);
		cr_expect(zero(ptr, t));
		cr_expect(eq(str, err.code, mistakes[i].code), "%s",
		          mistakes[i].text);
		cr_expect(ne(ptr, strstr(err.message, mistakes[i].line), NULL),
		          "%s", err.message);
	}
	mailguard_free(mg);
}

Test(net_transcript, more_steps_than_are_kept_are_no_session)
{
	mailguard *mg = handle(NULL, NULL);
	mailguard_transcript *t;
	mailguard_buffer text;
	mailguard_error err;
	int i;

	mgi_buf_init(&text, mg);
	mgi_buf_puts(&text, HEAD);
	for (i = 0; i < MGI_SCRIPT_STEPS_MAX; i++)
		mgi_buf_puts(&text, "step: command 0 0\n");
	ok(mailguard_transcript_parse(&t, mg, mgi_buf_span(&text), &err));
	mailguard_transcript_free(t);
	mgi_buf_puts(&text, "step: command 0 0\n");
	cr_expect(
		MAILGUARD_EFORMAT ==
		mailguard_transcript_parse(&t, mg, mgi_buf_span(&text), &err));
	cr_expect(eq(str, err.code, "session.too-many"));
	mgi_buf_done(&text);
	mailguard_free(mg);
}

/* -- limits ---------------------------------------------------------------- */

Test(net_transcript, what_passes_the_limits_is_counted_and_dropped)
{
	static const mgi_script_limits limits = { 10, 40, 4 };
	mailguard *mg = handle(NULL, NULL);
	mgi_script *s = script(mg, &limits);
	uint64_t kept = 0, heard = 0;
	const mailguard_step *step;
	mailguard_transcript *t;
	size_t i;

	for (i = 0; i < 9; i++) {
		mgi_script_begin(s, MAILGUARD_PHASE_COMMAND);
		mgi_script_said(s, mgi_span_of("12345"), 7);
		hear(s, "123456");
		hear(s, "1234567890");
		hear(s, "never behind a gap");
	}
	cr_expect(eq(int, mgi_script_body(s, mgi_span_of("abc")), 1));
	cr_expect(eq(int, mgi_script_body(s, mgi_span_of("def")), 0));
	t = finish(s);
	for (i = 0; (step = mailguard_transcript_step(t, i)) != NULL; i++) {
		cr_expect(le(sz, step->heard.len, 10));
		kept += step->heard.len + strlen(step->said);
		heard += step->heard_bytes;
	}
	cr_expect(le(u64, kept, 40));
	cr_expect(le(u64, 30, kept));
	cr_expect(eq(u64, heard, 9 * 34));
	cr_expect(eq(sz, mailguard_transcript_body(t).len, 4));
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

Test(net_transcript, a_refusal_finds_room_where_nothing_else_does)
{
	static const mgi_script_limits limits = { 100, 80, 0 };
	mailguard *mg = handle(NULL, NULL);
	mgi_script *s = script(mg, &limits);
	mailguard_transcript *t;
	int i;

	for (i = 0; i < 9; i++) {
		mgi_script_begin(s, MAILGUARD_PHASE_COMMAND);
		answer(s, "1234567890", MAILGUARD_REPLY_OK);
	}
	mgi_script_begin(s, MAILGUARD_PHASE_COMMAND);
	answer(s, "-ERR [X]\r\n", MAILGUARD_REPLY_PERMANENT);
	t = finish(s);
	cr_expect(eq(sz, mailguard_transcript_step(t, 8)->heard.len, 0));
	cr_expect(eq(sz, mailguard_transcript_step(t, 9)->heard.len, 10));
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

Test(net_transcript, calls_without_an_open_step_do_nothing)
{
	mailguard *mg = handle(NULL, NULL);
	mgi_script *s = script(mg, NULL);
	mailguard_transcript *t;

	hear(s, "x");
	answer(s, "x", MAILGUARD_REPLY_OK);
	mgi_script_said(s, mgi_span_of("x"), 1);
	mgi_script_sent(s, 1);
	mgi_script_code(s, 1);
	mgi_script_note(s, 1);
	mgi_script_lost(s, 0, true);
	mgi_script_end(s);
	mgi_script_begin(s, MAILGUARD_PHASE_QUIT);
	t = finish(s);
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->code, 0));
	cr_expect(eq(int, mailguard_transcript_step(t, 0)->timed_out, 0));
	cr_expect(zero(ptr, (void *)mailguard_transcript_step(t, 1)));
	cr_expect(eq(int, mailguard_transcript_reached(t), 0));
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

/* -- for programs, and without memory -------------------------------------- */

Test(net_transcript, json_holds_every_step_and_fact)
{
	static const char *const parts[] = {
		"\"reached\":\"greeting\"",
		"\"phase\":\"login\"",
		"\"end\":0.0015",
		"\"sys\":\"ECONNREFUSED\"",
		"\"sys\":9999",
		"\"timed_out\":true",
		"\"closed\":\"reset\"",
		"\"closed\":\"end\"",
		"\"note\":\"garbage\"",
		"\"answer\":\"ok\"",
		"\"version\":\"TLSv1.3\"",
		"\"code\":-62",
		"\"type\":\"TXT\"",
		"\"sha256\":\"ab00",
		"\"body_bytes\":7",
		"\"port\":1143",
	};
	mailguard *mg = handle(NULL, NULL);
	mgi_script *s = script(mg, NULL);
	mailguard_transcript *t;
	mailguard_buffer json;
	size_t i;

	mgi_buf_init(&json, mg);
	record_all(s);
	t = finish(s);
	ok(mailguard_transcript_json(&json, t, NULL));
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		cr_expect(ne(ptr, strstr(mgi_buf_text(&json), parts[i]), NULL),
		          "%s in %s", parts[i], mgi_buf_text(&json));
	mgi_buf_done(&json);
	mailguard_transcript_free(t);
	mailguard_free(mg);
}

/* Record, write, read, write for programs. */
static mailguard_status all_of_it(mailguard *mg)
{
	mailguard_transcript *t = NULL, *back = NULL;
	mailguard_buffer text, json;
	mailguard_status st = MAILGUARD_ENOMEM;
	mgi_script *s = script(mg, NULL);

	mgi_buf_init(&text, mg);
	mgi_buf_init(&json, mg);
	if (s) {
		record_all(s);
		st = mgi_script_finish(&t, s, NULL);
	}
	if (st == MAILGUARD_OK)
		st = mailguard_transcript_text(&text, t, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_transcript_parse(&back, mg, mgi_buf_span(&text),
		                                NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_transcript_json(&json, back, NULL);
	mailguard_transcript_free(t);
	mailguard_transcript_free(back);
	mgi_buf_done(&text);
	mgi_buf_done(&json);
	return st;
}

Test(net_transcript, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_ENOMEM;
	int n;

	for (n = 1; st != MAILGUARD_OK && n < 1000; n++) {
		mailguard *mg = handle(fail_alloc_at(n), NULL);

		st = all_of_it(mg);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_free(mg);
		cr_assert(zero(int, fail_alloc_live()), "at %d", n);
	}
	cr_expect(le(int, 20, n));
}
