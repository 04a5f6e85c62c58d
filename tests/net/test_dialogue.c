/* What net/dialogue.c promises whatever the protocol: what is refused before
 * a word is said, a line that is used again, and no memory. */
#include "net/talker.h"

#include "support/fail_alloc.h"

enum {
	SMTP = MAILGUARD_PROTOCOL_SMTP,
	IMAP = MAILGUARD_PROTOCOL_IMAP,
	POP = MAILGUARD_PROTOCOL_POP3
};

#define X50 "01234567890123456789012345678901234567890123456789"
#define X250 X50 X50 X50 X50 X50

static const struct {
	talker k;
	char *code;
} refused[] = {
	{ { "a line end in the user", SMTP, .user = "ann\r\nRSET" },
	  "ask.bad-user" },
	{ { "an empty user", IMAP, .user = "" }, "ask.bad-user" },
	{ { "a control character in the user", IMAP, .user = "a\1b" },
	  "ask.bad-user" },
	{ { "a line end in the secret", IMAP, .user = "a", .secret = "x\ny" },
	  "ask.bad-secret" },
	{ { "no secret", IMAP, .user = "a", .secret = "" }, "ask.no-secret" },
	{ { "a mechanism nobody knows", IMAP, .user = "a",
	    .mechanism = "GSSAPI" },
	  "ask.bad-mechanism" },
	{ { "APOP is POP3's", IMAP, .user = "a", .mechanism = "APOP" },
	  "ask.bad-mechanism" },
	{ { "no mail protocol", MAILGUARD_PROTOCOL_HTTP }, "ask.bad-protocol" },
	{ { "two commands in one", POP, .commands = { "STAT\r\nDELE 1" } },
	  "ask.bad-command" },
	{ { "an empty command", POP, .commands = { "STAT", "" } },
	  "ask.bad-command" },
	{ { "a space first", POP, .commands = { " STAT" } },
	  "ask.bad-command" },
	{ { "a secret in a command", IMAP, .commands = { "login a b" } },
	  "ask.bad-command" },
	{ { "a command of the dialogue's own", IMAP,
	    .commands = { "STARTTLS" } },
	  "ask.bad-command" },
	{ { "a literal in a command", IMAP, .commands = { "SELECT {5}" } },
	  "ask.bad-command" },
	{ { "mail by IMAP", IMAP, .mail_from = "a@x" }, "ask.no-mail-here" },
	{ { "no sender", SMTP, .rcpt_to = "a@x" }, "ask.no-recipient" },
	{ { "no recipient", SMTP, .mail_from = "a@x", .body = "x" },
	  "ask.no-recipient" },
	{ { "a line end in an address", SMTP, .mail_from = "a@x\r\nRCPT" },
	  "ask.bad-mailbox" },
	{ { "a bracket in an address", SMTP, .mail_from = "a@x> SIZE=1" },
	  "ask.bad-mailbox" },
	{ { "a space in an address", SMTP, .mail_from = "a b@x" },
	  "ask.bad-mailbox" },
	{ { "an address too long", SMTP, .mail_from = X250 "@x.yz" },
	  "ask.bad-mailbox" },
	{ { "a quote left open", SMTP, .mail_from = "\"a\\\"@x" },
	  "ask.bad-mailbox" },
	{ { "a bare LF", SMTP, .mail_from = "a@x", .rcpt_to = "b@y",
	    .body = "a\r\nb\nc" },
	  "ask.body-line-end" },
	{ { "a bare CR", SMTP, .mail_from = "a@x", .rcpt_to = "b@y",
	    .body = "a\rb\r\n" },
	  "ask.body-line-end" },
	{ { "CRLF among LF", SMTP, .mail_from = "a@x", .rcpt_to = "b@y",
	    .body = "a\nb\r\n" },
	  "ask.body-line-end" },
	{ { "a CR at the end", SMTP, .mail_from = "a@x", .rcpt_to = "b@y",
	    .body = "a\r\nb\r" },
	  "ask.body-line-end" },
	{ { "a line too long", SMTP, .mail_from = "a@x", .rcpt_to = "b@y",
	    .body = "a\n" X250 X250 X250 X250 "\n" },
	  "ask.body-line-length" },
};

static mailguard_status code_of(char out[48], const talker *k, mailguard *mg)
{
	mgi_script *script = NULL;
	mgi_dialogue *d = NULL;
	mailguard_error err;
	mailguard_endpoint to;
	mailguard_ask ask;
	mailguard_status st;

	ok(talker_ask(&ask, &to, k, mg));
	if (k->secret && !k->secret[0])
		ask.secret.len = 0;
	ok(mgi_script_new(&script, mg, &to, NULL, NULL));
	st = mgi_dialogue_new(&d, script, &ask, NULL, &err);
	cr_expect(zero(ptr, d), "%s", k->why);
	memcpy(out, err.code, 48);
	mgi_script_free(script);
	mailguard_source_free(ask.body);
	return st;
}

Test(net_dialogue, what_cannot_be_said_is_refused_before_a_word)
{
	mailguard *mg = talker_handle(NULL);
	char code[48];
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const talker *k = &refused[i].k;

		cr_expect(MAILGUARD_EINVAL == code_of(code, k, mg), "%s",
		          k->why);
		cr_expect(eq(str, code, refused[i].code), "%s", k->why);
	}
	mailguard_free(mg);
}

Test(net_dialogue, the_name_to_greet_with_is_judged_too)
{
	static const talker k = { "helo", SMTP };
	mailguard *mg = talker_handle(NULL);
	mgi_script *script;
	mgi_dialogue *d;
	mailguard_error err;
	mailguard_endpoint to;
	mailguard_ask ask;

	ok(talker_ask(&ask, &to, &k, mg));
	ok(mgi_script_new(&script, mg, &to, NULL, NULL));
	cr_expect(MAILGUARD_EINVAL ==
	          mgi_dialogue_new(&d, script, &ask, "a b", &err));
	cr_expect(eq(str, err.code, "ask.bad-helo"));
	ok(mgi_dialogue_new(&d, script, &ask, "[IPv6:2001:db8::1]", &err));
	mgi_dialogue_free(d);
	mgi_script_free(script);
	mailguard_free(mg);
}

/* -- a line that is used again --------------------------------------------- */

static mgi_want say(mgi_dialogue *d, mailguard_buffer *out, const char *heard)
{
	mailguard_span in = mgi_span_of(heard);
	size_t used;
	mgi_want want;

	mgi_buf_cut(out, 0);
	want = mgi_dialogue_step(d, in, &used, out);
	cr_expect(eq(sz, used, in.len), "%s", heard);
	return want;
}

static mgi_script *script_for(const mailguard_ask *ask, mailguard *mg)
{
	mgi_script *script;

	ok(mgi_script_new(&script, mg, ask->to, NULL, NULL));
	return script;
}

static int steps_in(mgi_script *script)
{
	mailguard_transcript *t;
	int n = 0;

	ok(mgi_script_finish(&t, script, NULL));
	while (mailguard_transcript_step(t, n))
		n++;
	mailguard_transcript_free(t);
	return n;
}

Test(net_dialogue, a_kept_line_takes_the_next_mail_after_a_refused_one)
{
	static const talker k = {
		"keep",           SMTP,          .mail_from = "a@x",
		.rcpt_to = "b@y", .body = "x\n", .flags = MAILGUARD_ASK_KEEP
	};
	mailguard *mg = talker_handle(NULL);
	mailguard_buffer out;
	mgi_script *script;
	mailguard_endpoint to;
	mgi_dialogue *d;
	mailguard_ask ask;

	mgi_buf_init(&out, mg);
	ok(talker_ask(&ask, &to, &k, mg));
	script = script_for(&ask, mg);
	ok(mgi_dialogue_new(&d, script, &ask, "me", NULL));
	cr_expect(eq(int, say(d, &out, "220 a\r\n250 b\r\n250 c\r\n"),
	             MGI_WANT_READ));
	cr_expect(eq(int, say(d, &out, "550 no\r\n"), MGI_WANT_KEEP));
	cr_expect(eq(int, steps_in(script), 4));

	script = script_for(&ask, mg);
	ok(mgi_dialogue_again(d, script, &ask, NULL));
	cr_expect(eq(int, say(d, &out, ""), MGI_WANT_READ));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "RSET\r\n"));
	cr_expect(eq(int, say(d, &out, "250 a\r\n250 b\r\n250 c\r\n354 d\r\n"),
	             MGI_WANT_BODY));
	cr_expect(eq(int, say(d, &out, ""), MGI_WANT_READ));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "x\r\n.\r\n"));
	cr_expect(eq(int, say(d, &out, "250 ok\r\n"), MGI_WANT_KEEP));
	cr_expect(eq(int, steps_in(script), 6));

	/* After a whole mail there is nothing to take back. */
	ask.flags = 0;
	script = script_for(&ask, mg);
	ok(mgi_dialogue_again(d, script, &ask, NULL));
	cr_expect(eq(int, say(d, &out, ""), MGI_WANT_READ));
	cr_expect(eq(str, (char *)mgi_buf_text(&out), "MAIL FROM:<a@x>\r\n"));
	mgi_dialogue_lost(d, mgi_span(NULL, 0), ECONNRESET, false);
	cr_expect(eq(int, steps_in(script), 1));
	mgi_dialogue_free(d);
	mailguard_source_free(ask.body);
	mgi_buf_done(&out);
	mailguard_free(mg);
}

Test(net_dialogue, the_phase_tells_whose_time_is_running)
{
	static const talker k = { "phase", IMAP, MAILGUARD_TLS_STARTTLS };
	mailguard *mg = talker_handle(NULL);
	mailguard_buffer out;
	mailguard_endpoint to;
	mgi_script *script;
	mgi_dialogue *d;
	mailguard_ask ask;

	mgi_buf_init(&out, mg);
	ok(talker_ask(&ask, &to, &k, mg));
	script = script_for(&ask, mg);
	ok(mgi_dialogue_new(&d, script, &ask, NULL, NULL));
	cr_expect(eq(int, mgi_dialogue_phase(d), MAILGUARD_PHASE_GREETING));
	(void)say(d, &out, "");
	cr_expect(eq(int, mgi_dialogue_phase(d), MAILGUARD_PHASE_GREETING));
	(void)say(d, &out, "* OK [CAPABILITY STARTTLS] hi\r\n");
	cr_expect(eq(int, mgi_dialogue_phase(d), MAILGUARD_PHASE_STARTTLS));
	cr_expect(eq(int, say(d, &out, "a1 OK go\r\n"), MGI_WANT_TLS));
	cr_expect(eq(int, mgi_dialogue_phase(d), MAILGUARD_PHASE_TLS));
	mgi_dialogue_tls(d, true);
	cr_expect(eq(int, mgi_dialogue_phase(d), MAILGUARD_PHASE_CAPABILITIES));
	/* Lost before a word was said. */
	mgi_dialogue_lost(d, mgi_span(NULL, 0), 0, true);
	cr_expect(eq(int, steps_in(script), 3));
	mgi_dialogue_free(d);
	mgi_buf_done(&out);
	mailguard_free(mg);
}

/* -- no memory ------------------------------------------------------------- */

static const talker hungry[] = {
	{ "SCRAM and mail", SMTP, MAILGUARD_TLS_STARTTLS, "ann",
	  .mail_from = "a@x", .rcpt_to = "b@y", .body = "a\n.b\n",
	  .commands = { "NOOP" },
	  .turns = { "220 a\r\n", "250 STARTTLS\r\n", "220 go\r\n",
	             "250 AUTH SCRAM-SHA-256\r\n",
	             "334 cj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFzcnYscz1jMkZzZEE"
	             "9PSxpPTQwOTY=\r\n",
	             "334 dj1YNnA0VnZhbXZncEFMRDN4Mkg3SURrZ2pWWUYwb0k5bVBKbFV"
	             "walhYNW1jPQ==\r\n",
	             "235 in\r\n", "250 a\r\n", "250 a\r\n", "250 a\r\n",
	             "354 a\r\n", "250 a\r\n", "221 a\r\n" } },
	{ "LOGIN", IMAP, MAILGUARD_TLS_NONE, "\xc3\xa4nn",
	  .commands = { "NOOP" },
	  .turns = { "* OK hi\r\n", "a1 OK x\r\n", "+ go\r\n", "a2 OK in\r\n",
	             "a3 OK x\r\n", "a4 OK x\r\n", "a5 OK x\r\n" } },
	{ "APOP", POP, MAILGUARD_TLS_NONE, "ann", "APOP",
	  .turns = { "+OK <a@b>\r\n", "-ERR x\r\n", "+OK\r\n", "+OK\r\n" } },
};

Test(net_dialogue, survives_every_allocation_failure)
{
	size_t i;
	int n;

	for (i = 0; i < sizeof(hungry) / sizeof(hungry[0]); i++) {
		mailguard_status st = MAILGUARD_ENOMEM;

		for (n = 1; st != MAILGUARD_OK && n < 2000; n++) {
			mailguard *mg = talker_handle(fail_alloc_at(n));
			talked t;

			cr_assert(ne(ptr, mg, NULL));
			talk(&t, &hungry[i], mg, SIZE_MAX);
			st = t.st;
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s: %d", hungry[i].why, st);
			talked_free(&t);
			mailguard_free(mg);
			cr_assert(zero(int, fail_alloc_live()), "%s at %d",
			          hungry[i].why, n);
		}
		cr_expect(le(int, 25, n), "%s", hungry[i].why);
	}
}
