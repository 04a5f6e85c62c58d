/* What proto/reply*.c, smtp.c, imap.c, pop3.c and words.c promise. */
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/proto.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMTP = 1, IMAP = 3, POP = 4 };

static const struct {
	const char *why;
	int protocol;
	uint32_t flags;
	const char *bytes;
	/* kind code enhanced odd lines number|tag|status|word|argument|text */
	char *value;
} rows[] = {
	{ "plain", SMTP, 0, "220 h ESMTP\r\n",
	  "ok 220 0.0.0 0 1 0||220|||h ESMTP" },
	{ "enhanced", SMTP, 0, "550 5.1.1 no such user\r\n",
	  "permanent 550 5.1.1 0 1 0||550|||no such user" },
	{ "multi-line", SMTP, 0, "450-4.2.0 a\r\n450 4.2.0 b\r\n",
	  "temporary 450 4.2.0 0 2 0||450|||a" },
	{ "codes differ", SMTP, 0, "250-a\r\n550 b\r\n",
	  "permanent 550 0.0.0 2 2 0||550|||a" },
	{ "bare LF, no space", SMTP, 0, "220hello\n",
	  "ok 220 0.0.0 5 1 0||220|||hello" },
	{ "code only", SMTP, 0, "354\r\n", "more 354 0.0.0 0 1 0||354|||" },
	{ "enhanced at odds", SMTP, 0, "550 4.2.2 full\r\n",
	  "permanent 550 4.2.2 32 1 0||550|||full" },
	{ "none of 3yz", SMTP, 0, "354 5.1.1 x\r\n",
	  "more 354 0.0.0 0 1 0||354|||5.1.1 x" },
	{ "the first enhanced", SMTP, 0, "550-5.1.1 a\r\n550 5.7.1 b\r\n",
	  "permanent 550 5.1.1 0 2 0||550|||a" },
	{ "version is no code", SMTP, 0, "220 4.8.1 ESMTP\r\n",
	  "ok 220 0.0.0 0 1 0||220|||4.8.1 ESMTP" },
	{ "8 bit and control", SMTP, 0, "550 \xE9\x07\r\n",
	  "permanent 550 0.0.0 24 1 0||550|||\xE9\x07" },
	{ "no code", SMTP, 0, "hello\r\n", "garbage 0 0.0.0 0 1 0|||||hello" },
	{ "four digits", SMTP, 0, "2500 x\r\n",
	  "garbage 0 0.0.0 0 1 0|||||2500 x" },
	{ "no code inside", SMTP, 0, "250-a\r\nb\r\n",
	  "garbage 250 0.0.0 0 2 0||250|||a" },
	{ "odd first digit", SMTP, 0, "999 x\r\n",
	  "garbage 999 0.0.0 0 1 0||999|||x" },
	{ "tagged", IMAP, 0, "a1 OK done\r\n",
	  "ok 0 0.0.0 0 1 0|a1|OK|||done" },
	{ "lower case", IMAP, 0, "a1 no nope\r\n",
	  "permanent 0 0.0.0 0 1 0|a1|no|||nope" },
	{ "will pass", IMAP, 0, "a1 NO [UNAVAILABLE] later\r\n",
	  "temporary 0 0.0.0 0 1 0|a1|NO|UNAVAILABLE||later" },
	{ "will not", IMAP, 0, "a1 NO [AUTHENTICATIONFAILED] x\r\n",
	  "permanent 0 0.0.0 0 1 0|a1|NO|AUTHENTICATIONFAILED||x" },
	{ "a limit of its own", IMAP, 0, "a1 NO [LIMIT] 32 flags\r\n",
	  "permanent 0 0.0.0 0 1 0|a1|NO|LIMIT||32 flags" },
	{ "BAD", IMAP, 0, "a1 BAD x\r\n",
	  "permanent 0 0.0.0 0 1 0|a1|BAD|||x" },
	{ "greeting", IMAP, 0, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n",
	  "ok 0 0.0.0 0 1 0||OK|CAPABILITY|IMAP4rev1 AUTH=PLAIN|hi" },
	{ "PREAUTH", IMAP, 0, "* PREAUTH hi\r\n",
	  "ok 0 0.0.0 0 1 0||PREAUTH|||hi" },
	{ "BYE", IMAP, 0, "* BYE [UNAVAILABLE] down\r\n",
	  "bye 0 0.0.0 0 1 0||BYE|UNAVAILABLE||down" },
	{ "continue", IMAP, 0, "+ go\r\n", "more 0 0.0.0 0 1 0||+|||go" },
	{ "continue, alone", IMAP, 0, "+\r\n", "more 0 0.0.0 0 1 0||+|||" },
	{ "data", IMAP, 0, "* 23 EXISTS\r\n",
	  "data 0 0.0.0 0 1 23|||EXISTS||23 EXISTS" },
	{ "bracket in quotes", IMAP, 0, "a NO [X \"]\\\"]\" b] t\r\n",
	  "permanent 0 0.0.0 0 1 0|a|NO|X|\"]\\\"]\" b|t" },
	{ "literal", IMAP, 0, "* LIST () {3}\r\na\r\n x\r\n",
	  "data 0 0.0.0 0 2 0|||LIST|() {3}\r\na\r\n x|LIST () {3}\r\na\r\n "
	  "x" },
	{ "literal, plus", IMAP, 0, "* X {2+}\r\n\r\n y\r\n",
	  "data 0 0.0.0 0 2 0|||X|{2+}\r\n\r\n y|X {2+}\r\n\r\n y" },
	{ "literal in a code", IMAP, 0, "a NO [BADCHARSET ({2}\r\nab)] t\r\n",
	  "permanent 0 0.0.0 0 2 0|a|NO|BADCHARSET|({2}\r\nab)|t" },
	{ "text is no literal", IMAP, 0, "a OK t {5}\r\n",
	  "ok 0 0.0.0 0 1 0|a|OK|||t {5}" },
	{ "SMTP at IMAP's port", IMAP, 0, "220 h ESMTP\r\n",
	  "garbage 0 0.0.0 0 1 0|||||220 h ESMTP" },
	{ "text behind a literal in a code", IMAP, 0,
	  "a NO [X {2}\r\nab] t {5}\r\n",
	  "permanent 0 0.0.0 0 2 0|a|NO|X|{2}\r\nab|t {5}" },
	{ "backslash outside quotes", IMAP, 0, "a OK [X \\] t\r\n",
	  "ok 0 0.0.0 0 1 0|a|OK|X|\\|t" },
	{ "plus in a tag", IMAP, 0, "a+b OK x\r\n",
	  "garbage 0 0.0.0 0 1 0|||||a+b OK x" },
	{ "PREAUTH has no tag", IMAP, 0, "a PREAUTH x\r\n",
	  "garbage 0 0.0.0 0 1 0|||||a PREAUTH x" },
	{ "BYE has no tag", IMAP, 0, "a BYE x\r\n",
	  "garbage 0 0.0.0 0 1 0|||||a BYE x" },
	{ "OK", POP, 0, "+OK ready <1@h>\r\n",
	  "ok 0 0.0.0 0 1 0||+OK|||ready <1@h>" },
	{ "ERR", POP, 0, "-ERR no\r\n", "permanent 0 0.0.0 0 1 0||-ERR|||no" },
	{ "in use", POP, 0, "-ERR [IN-USE] x\r\n",
	  "temporary 0 0.0.0 0 1 0||-ERR|IN-USE||x" },
	{ "hierarchy", POP, 0, "-ERR [sys/temp/disk] x\r\n",
	  "temporary 0 0.0.0 0 1 0||-ERR|sys/temp/disk||x" },
	{ "no prefix of a word", POP, 0, "-ERR [SYS/TEMPO] x\r\n",
	  "permanent 0 0.0.0 0 1 0||-ERR|SYS/TEMPO||x" },
	{ "continue", POP, 0, "+ YQ==\r\n", "more 0 0.0.0 0 1 0||+|||YQ==" },
	{ "continue, alone", POP, 0, "+\r\n", "more 0 0.0.0 0 1 0||+|||" },
	{ "no space", POP, 0, "+OKay\r\n", "ok 0 0.0.0 4 1 0||+OK|||ay" },
	{ "body", POP, 1, "+OK\r\n..a\r\n.\r\n", "ok 0 0.0.0 0 3 0||+OK|||" },
	{ "no body behind -ERR", POP, 1, "-ERR x\r\n",
	  "permanent 0 0.0.0 0 1 0||-ERR|||x" },
	{ "garbage", POP, 0, "HTTP/1.1 400\r\n",
	  "garbage 0 0.0.0 0 1 0|||||HTTP/1.1 400" },
};

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static mailguard_span span(const char *s, size_t n)
{
	mailguard_span out = { (const unsigned char *)s, n };

	return out;
}

static char *value_of(const mailguard_reply *r)
{
	static char out[1024];

	snprintf(out, sizeof(out),
	         "%s %d %d.%d.%d %u %u %u|%.*s|%.*s|%.*s|%.*s|%.*s",
	         mailguard_reply_kind_name(r->kind), r->code,
	         r->enhanced.status_class, r->enhanced.subject,
	         r->enhanced.detail, r->odd, r->lines, r->number,
	         (int)r->tag.len, (const char *)r->tag.data, (int)r->status.len,
	         (const char *)r->status.data, (int)r->word.len,
	         (const char *)r->word.data, (int)r->argument.len,
	         (const char *)r->argument.data, (int)r->text.len,
	         (const char *)r->text.data);
	return out;
}

Test(proto_reply, every_answer_has_its_value)
{
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_reply r = MAILGUARD_REPLY_INIT;
		size_t n = strlen(rows[i].bytes);

		ok(mailguard_reply_parse(&r, rows[i].protocol, rows[i].flags,
		                         span(rows[i].bytes, n), NULL));
		cr_expect(eq(str, value_of(&r), rows[i].value), "%s",
		          rows[i].why);
		cr_expect(eq(sz, r.whole.len, n), "%s", rows[i].why);
	}
}

/* Each prefix lies in a block of its own size, so that ASan sees a read
 * past its end. */
Test(proto_reply, growing_byte_by_byte_ends_in_the_same_value)
{
	mailguard_reply_progress progress = { 0 };
	size_t i, n;

	for (i = 0; i < ROWS(rows); i++)
		for (n = 0; n <= strlen(rows[i].bytes); n++) {
			mailguard_reply r = MAILGUARD_REPLY_INIT;
			char *own = malloc(n ? n : 1);
			mailguard_status st;

			memcpy(own, rows[i].bytes, n);
			r.progress = progress;
			st = mailguard_reply_parse(&r, rows[i].protocol,
			                           rows[i].flags, span(own, n),
			                           NULL);
			progress = r.progress;
			if (n < strlen(rows[i].bytes)) {
				cr_expect(MAILGUARD_AGAIN == st, "%s at %zu",
				          rows[i].why, n);
				cr_expect(eq(int, r.kind, 0));
			} else {
				cr_expect(eq(str, value_of(&r), rows[i].value),
				          "%s", rows[i].why);
			}
			free(own);
		}
}

Test(proto_reply, only_what_is_said_to_pass_is_temporary)
{
	static const struct {
		int protocol;
		const char *word;
		int kind;
	} words[] = {
		{ IMAP, "UNAVAILABLE", MAILGUARD_REPLY_TEMPORARY },
		{ IMAP, "INUSE", MAILGUARD_REPLY_TEMPORARY },
		{ IMAP, "expungeissued", MAILGUARD_REPLY_TEMPORARY },
		{ IMAP, "TEMPFAIL", MAILGUARD_REPLY_TEMPORARY },
		{ IMAP, "LIMIT", MAILGUARD_REPLY_PERMANENT },
		{ IMAP, "OVERQUOTA", MAILGUARD_REPLY_PERMANENT },
		{ IMAP, "SERVERBUG", MAILGUARD_REPLY_PERMANENT },
		{ IMAP, "IN-USE", MAILGUARD_REPLY_PERMANENT },
		{ IMAP, "INUSE/X", MAILGUARD_REPLY_PERMANENT },
		{ POP, "IN-USE", MAILGUARD_REPLY_TEMPORARY },
		{ POP, "LOGIN-DELAY", MAILGUARD_REPLY_TEMPORARY },
		{ POP, "SYS/TEMP", MAILGUARD_REPLY_TEMPORARY },
		{ POP, "SYS/PERM", MAILGUARD_REPLY_PERMANENT },
		{ POP, "AUTH", MAILGUARD_REPLY_PERMANENT },
		{ POP, "INUSE", MAILGUARD_REPLY_PERMANENT },
	};
	size_t i;

	for (i = 0; i < ROWS(words); i++) {
		mailguard_reply r = MAILGUARD_REPLY_INIT;
		char line[64];
		int n = snprintf(line, sizeof(line), "%s [%s] x\r\n",
		                 words[i].protocol == IMAP ? "a NO" : "-ERR",
		                 words[i].word);

		ok(mailguard_reply_parse(&r, words[i].protocol, 0,
		                         span(line, (size_t)n), NULL));
		cr_expect(eq(int, r.kind, words[i].kind), "%s", words[i].word);
	}
}

Test(proto_reply, what_follows_is_left_alone)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;

	ok(mailguard_reply_parse(&r, SMTP, 0, span("250 a\r\n250 b\r\n", 14),
	                         NULL));
	cr_expect(eq(sz, r.whole.len, 7));
}

Test(proto_reply, a_torn_answer_is_never_good)
{
	static const struct {
		int protocol;
		const char *bytes;
		int kind;
	} torn[] = {
		{ SMTP, "250 queu", MAILGUARD_REPLY_GARBAGE },
		{ SMTP, "250-a\r\n", MAILGUARD_REPLY_GARBAGE },
		{ SMTP, "421 too ma", MAILGUARD_REPLY_TEMPORARY },
		{ IMAP, "a OK do", MAILGUARD_REPLY_GARBAGE },
		{ POP, "-ERR [IN-USE] x", MAILGUARD_REPLY_TEMPORARY },
	};
	size_t i;

	for (i = 0; i < ROWS(torn); i++) {
		mailguard_reply r = MAILGUARD_REPLY_INIT;

		ok(mailguard_reply_parse(
			&r, torn[i].protocol, MAILGUARD_REPLY_LAST,
			span(torn[i].bytes, strlen(torn[i].bytes)), NULL));
		cr_expect(eq(int, r.kind, torn[i].kind), "%s", torn[i].bytes);
		cr_expect(eq(uint, r.odd, MAILGUARD_REPLY_ODD_TORN));
		cr_expect(eq(sz, r.whole.len, strlen(torn[i].bytes)));
	}
}

Test(proto_reply, where_nothing_came_there_is_no_answer_to_tear)
{
	static const int protocols[] = { SMTP, IMAP, POP };
	size_t i;

	for (i = 0; i < ROWS(protocols); i++) {
		mailguard_reply r = MAILGUARD_REPLY_INIT;

		cr_expect(eq(int,
		             mailguard_reply_parse(&r, protocols[i],
		                                   MAILGUARD_REPLY_LAST,
		                                   span("", 0), NULL),
		             MAILGUARD_AGAIN));
		cr_expect(eq(int, r.kind, 0));
		cr_expect(eq(uint, r.odd, 0u));
	}
}

static char *limit_of(int protocol, char *bytes, size_t n)
{
	static mailguard_error err;
	mailguard_reply r = MAILGUARD_REPLY_INIT;

	memset(&err, 0, sizeof(err));
	if (mailguard_reply_parse(&r, protocol, 0, span(bytes, n), &err) !=
	    MAILGUARD_ELIMIT)
		return "no limit";
	return err.code;
}

Test(proto_reply, limits_hold_with_and_without_an_end)
{
	size_t n = MAILGUARD_REPLY_BYTES_MAX + 2, i;
	char *b = malloc(n);

	memset(b, 'x', n);
	cr_expect(eq(str, limit_of(SMTP, b, MAILGUARD_REPLY_LINE_MAX - 1),
	             "no limit"));
	cr_expect(eq(str, limit_of(SMTP, b, MAILGUARD_REPLY_LINE_MAX),
	             "reply.line-too-long"));
	b[MAILGUARD_REPLY_LINE_MAX] = '\n';
	cr_expect(eq(str, limit_of(SMTP, b, n - 2), "reply.line-too-long"));
	b[MAILGUARD_REPLY_LINE_MAX] = 'x';
	cr_expect(eq(str, limit_of(IMAP, b, n - 1), "reply.too-long"));
	memcpy(b, "* X {1048577}\r\n", 15);
	cr_expect(eq(str, limit_of(IMAP, b, 15), "reply.too-long"));
	for (i = 0; i < 1000; i++)
		memcpy(b + 5 * i, "250-\n", 5);
	cr_expect(eq(str, limit_of(SMTP, b, 4995), "no limit"));
	cr_expect(eq(str, limit_of(SMTP, b, 5000), "reply.too-many-lines"));
	free(b);
}

/* UIDL of a mailbox with hundreds of thousands of mails is no attack. */
Test(proto_reply, a_body_may_be_longer_than_any_other_answer)
{
	static mailguard_error err;
	size_t n = MAILGUARD_REPLY_BODY_MAX, i;
	mailguard_reply r = MAILGUARD_REPLY_INIT;
	char *b = malloc(n + 1);

	memcpy(b, "+OK\r\n", 5);
	for (i = 5; i < n + 1; i++)
		b[i] = i % 64 ? 'x' : '\n';
	memcpy(b + n - 4, "\n.\r\n", 4);
	ok(mailguard_reply_parse(&r, POP, MAILGUARD_REPLY_MULTILINE, span(b, n),
	                         NULL));
	cr_expect(eq(sz, r.whole.len, n));
	memcpy(b + n - 4, "x\n.\r\n", 5);
	cr_expect(MAILGUARD_ELIMIT ==
	          mailguard_reply_parse(&r, POP, MAILGUARD_REPLY_MULTILINE,
	                                span(b, n + 1), &err));
	cr_expect(eq(str, err.code, "reply.too-long"));
	free(b);
}

static mailguard_reply parsed(int protocol, uint32_t flags, const char *s)
{
	mailguard_reply r = MAILGUARD_REPLY_INIT;

	ok(mailguard_reply_parse(&r, protocol, flags, span(s, strlen(s)),
	                         NULL));
	return r;
}

Test(proto_reply, capabilities_are_whole_words)
{
	mailguard_reply r;

	r = parsed(SMTP, 0,
	           "250-AUTH.example\r\n250-starttls\r\n250-SIZE 10\r\n"
	           "250-AUTH=PLAIN LOGIN\r\n250 AUTH CRAM-MD5\r\n");
	cr_expect(eq(int, mailguard_reply_has(&r, "STARTTLS"), 1));
	cr_expect(eq(int, mailguard_reply_has(&r, "START"), 0));
	cr_expect(eq(int, mailguard_reply_has(&r, "AUTH.example"), 0));
	cr_expect(eq(int, mailguard_reply_has_param(&r, "AUTH", "login"), 1));
	cr_expect(
		eq(int, mailguard_reply_has_param(&r, "AUTH", "CRAM-MD5"), 1));
	cr_expect(eq(int, mailguard_reply_has_param(&r, "AUTH", "CRAM"), 0));
	r = parsed(IMAP, 0,
	           "* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED\r\n");
	cr_expect(eq(int, mailguard_reply_has(&r, "LOGINDISABLED"), 1));
	cr_expect(eq(int, mailguard_reply_has(&r, "LOGIN"), 0));
	cr_expect(eq(int, mailguard_reply_has_param(&r, "AUTH", "PLAIN"), 1));
	r = parsed(IMAP, 0, "a OK [CAPABILITY IDLE] ok\r\n");
	cr_expect(eq(int, mailguard_reply_has(&r, "idle"), 1));
	r = parsed(POP, 1, "+OK STLS\r\nSASL PLAIN\r\nUIDL\r\n.\r\n");
	cr_expect(eq(int, mailguard_reply_has(&r, "STLS"), 0));
	cr_expect(eq(int, mailguard_reply_has(&r, "UIDL"), 1));
	cr_expect(eq(int, mailguard_reply_has_param(&r, "SASL", "PLAIN"), 1));
	r = parsed(SMTP, 0, "550-a\r\n550 STARTTLS\r\n");
	cr_expect(eq(int, mailguard_reply_has(&r, "STARTTLS"), 0));
}

Test(proto_reply, lines_of_a_body_lose_the_dot_that_was_added)
{
	mailguard_reply r = parsed(POP, 1, "+OK two\r\n..\r\na.\r\n\r\n.\r\n");
	static char *const want[] = { "two", ".", "a.", "" };
	mailguard_span line;
	size_t i = 0, at = 0;

	while (mailguard_reply_line(&line, &r, &at) == MAILGUARD_OK) {
		cr_assert(lt(sz, i, ROWS(want)));
		cr_expect(eq(sz, line.len, strlen(want[i])));
		cr_expect(eq(int, memcmp(line.data, want[i], line.len), 0));
		i++;
	}
	cr_expect(eq(sz, i, ROWS(want)));
}

Test(proto_reply, one_clean_line_survives_every_allocation_failure)
{
	mailguard_reply r = parsed(SMTP, 0,
	                           "550-5.1.1 no\x1B[31m such\r\n"
	                           "550 5.1.1 user\xC2\x9B \xFF\r\n");
	mailguard_status st;
	int n = 1;

	do {
		mailguard_buffer *b = NULL;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_buffer_new(&b, tight, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_reply_text(b, &r, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		if (st == MAILGUARD_OK)
			cr_expect(eq(str, (char *)mailguard_buffer_text(b),
			             "no [31m such user \uFFFD"));
		mailguard_buffer_free(b);
		mailguard_free(tight);
		cr_assert(eq(int, fail_alloc_live(), 0));
	} while (st != MAILGUARD_OK);
}

Test(proto_reply, enhanced_codes_are_read_exactly)
{
	static const struct {
		const char *text;
		size_t n;
	} codes[] = {
		{ "5.1.1", 5 },    { "4.7.500 x", 7 }, { "2.0.0:", 5 },
		{ "1.2.3", 0 },    { "5.1.1.1", 0 },   { "5.1", 0 },
		{ "5.1.1234", 0 }, { "5.01.1", 0 },    { "5.1.1x", 0 },
		{ "55.1.1", 0 },   { "", 0 },          { "5.1.", 0 },
		{ "4.8.1-rc", 0 },
	};
	size_t i;

	for (i = 0; i < ROWS(codes); i++) {
		mailguard_enhanced e;

		cr_expect(eq(sz,
		             mailguard_enhanced_parse(
				     &e, span(codes[i].text,
		                              strlen(codes[i].text))),
		             codes[i].n),
		          "%s", codes[i].text);
	}
}
