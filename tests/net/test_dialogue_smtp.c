/* What net/talk_smtp.c and net/login.c promise: what is said to an SMTP
 * server, when, and how each end is told apart. */
#include "net/talker.h"

enum {
	SMTP = MAILGUARD_PROTOCOL_SMTP,
	SUB = MAILGUARD_PROTOCOL_SUBMISSION,
	CLEAR = MAILGUARD_TLS_NONE,
	START = MAILGUARD_TLS_STARTTLS,
	IMPLICIT = MAILGUARD_TLS_IMPLICIT
};

#define HI "220 hi\r\n"
#define BYE "221 bye\r\n"
#define OFFER(x) "250-me\r\n250 " x "\r\n"
#define EHLO "EHLO me.example|"
#define GREET "greeting ok 220, capabilities ok 250, "
#define QUIT ", quit ok 221"
#define SERVER_256                                                      \
 "334 cj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFzcnYscz1jMkZzZEE9PSxpPTQwOTY=" \
 "\r\n"
#define FIRST_256 "biwsbj1hbm4scj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|"
#define PLAIN "AGFubgBzM2NyImV0IHBhc3M="

/* -- up to the login ------------------------------------------------------- */

static const talker opening[] = {
	{ "nothing more is asked", SMTP, CLEAR,
	  .turns = { HI, OFFER("SIZE"), BYE },
	  .steps = "greeting ok 220, capabilities ok 250" QUIT,
	  .said = EHLO "QUIT|", .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "never a word before the greeting", SMTP, CLEAR, .turns = { SILENCE },
	  .steps = "greeting timeout", .said = "" },
	{ "only the greeting", SMTP, CLEAR, .until = MAILGUARD_PHASE_GREETING,
	  .turns = { HI, BYE }, .steps = "greeting ok 220" QUIT,
	  .said = "QUIT|", .reached = MAILGUARD_PHASE_GREETING },
	{ "closed after accept", SMTP, CLEAR, .turns = { NULL },
	  .steps = "greeting end", .said = "" },
	{ "reset after accept", SMTP, CLEAR, .turns = { RESET },
	  .steps = "greeting reset", .said = "" },
	{ "half a greeting", SMTP, CLEAR, .turns = { "554 you are", NULL },
	  .steps = "greeting permanent 554 end", .said = "" },
	{ "blocklisted", SMTP, CLEAR, .turns = { "554 dnsbl\r\n", BYE },
	  .steps = "greeting permanent 554" QUIT, .said = "QUIT|" },
	{ "busy", SMTP, CLEAR, .turns = { "421 busy\r\n" },
	  .steps = "greeting temporary 421", .said = "" },
	{ "no mail server", SMTP, CLEAR, .turns = { "HTTP/1.1 400 Bad\r\n" },
	  .steps = "greeting garbage !garbage", .said = "" },
	{ "go on before anything", SMTP, CLEAR, .turns = { "354 go\r\n" },
	  .steps = "greeting more 354 !unexpected", .said = "" },
	{ "only HELO is known", SMTP, CLEAR,
	  .turns = { HI, "502 what?\r\n", "250 me\r\n", BYE },
	  .steps = "greeting ok 220, capabilities permanent 502, "
	           "capabilities ok 250" QUIT,
	  .said = EHLO "HELO me.example|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "not even HELO", SMTP, CLEAR,
	  .turns = { HI, "502 what?\r\n", "502 what?\r\n", BYE },
	  .steps = "greeting ok 220, capabilities permanent 502, "
	           "capabilities permanent 502" QUIT,
	  .said = EHLO "HELO me.example|QUIT|",
	  .reached = MAILGUARD_PHASE_GREETING },
	{ "EHLO later", SMTP, CLEAR, .turns = { HI, "451 later\r\n", BYE },
	  .steps = "greeting ok 220, capabilities temporary 451" QUIT,
	  .said = EHLO "QUIT|", .reached = MAILGUARD_PHASE_GREETING },
	{ "421 upon EHLO", SMTP, CLEAR, .turns = { HI, "421 no\r\n" },
	  .steps = "greeting ok 220, capabilities temporary 421", .said = EHLO,
	  .reached = MAILGUARD_PHASE_GREETING },
	{ "a QUIT without an answer", SMTP, CLEAR, .turns = { HI, OFFER("X") },
	  .steps = GREET "quit end", .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "STARTTLS", SMTP, START, .until = MAILGUARD_PHASE_TLS,
	  .turns = { HI, OFFER("STARTTLS"), "220 go\r\n", BYE },
	  .steps = GREET "starttls ok 220, tls" QUIT,
	  .said = EHLO "STARTTLS|QUIT|", .reached = MAILGUARD_PHASE_TLS },
	{ "agreed to, no more", SMTP, START, .until = MAILGUARD_PHASE_STARTTLS,
	  .turns = { HI, OFFER("STARTTLS"), "220 go\r\n" },
	  .steps = GREET "starttls ok 220", .said = EHLO "STARTTLS|",
	  .reached = MAILGUARD_PHASE_STARTTLS },
	{ "EHLO anew behind TLS", SMTP, START,
	  .turns = { HI, OFFER("STARTTLS"), "220 go\r\n", OFFER("X"), BYE },
	  .steps = GREET "starttls ok 220, tls, capabilities ok 250" QUIT,
	  .said = EHLO "STARTTLS|" EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_TLS },
	{ "STARTTLS is not offered", SMTP, START, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN"), BYE },
	  .steps = GREET "starttls !not-offered" QUIT, .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "HELO offers no STARTTLS", SMTP, START,
	  .turns = { HI, "500 no\r\n", "250 me\r\n", BYE },
	  .steps = "greeting ok 220, capabilities permanent 500, "
	           "capabilities ok 250, starttls !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "STARTTLS refused", SMTP, START, "ann",
	  .turns = { HI, OFFER("STARTTLS"), "454 no TLS\r\n", BYE },
	  .steps = GREET "starttls temporary 454" QUIT,
	  .said = EHLO "STARTTLS|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "TLS does not come about", SMTP, START, "ann",
	  .turns = { HI, OFFER("STARTTLS"), "220 go\r\n", NO_TLS },
	  .steps = GREET "starttls ok 220, tls", .said = EHLO "STARTTLS|",
	  .reached = MAILGUARD_PHASE_STARTTLS },
	{ "no STARTTLS inside of TLS", SMTP, IMPLICIT,
	  .turns = { HI, OFFER("STARTTLS"), BYE },
	  .steps = "tls, " GREET "quit ok 221", .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
};

Test(net_dialogue_smtp, each_beginning_is_told_apart)
{
	talk_rows(opening, sizeof(opening) / sizeof(opening[0]));
}

/* Not in the table: how much was injected hangs on how it arrived. */
Test(net_dialogue_smtp, bytes_injected_behind_starttls_end_it)
{
	static const talker row = { "injected", SMTP, START, "ann",
		                    .turns = {
					    HI, OFFER("STARTTLS"),
					    "220 go\r\n250 AUTH PLAIN\r\n" } };
	static const size_t pieces[] = { 1, 5, SIZE_MAX };
	mailguard *mg = talker_handle(NULL);
	size_t i;

	for (i = 0; i < 3; i++) {
		talked t;

		talk(&t, &row, mg, pieces[i]);
		ok(t.st);
		cr_expect(eq(str, (char *)mgi_buf_text(&t.steps),
		             GREET "starttls ok 220, starttls !injected"));
		cr_expect(eq(str, bars(&t.said), EHLO "STARTTLS|"));
		cr_expect(eq(int, mailguard_transcript_reached(t.t),
		             MAILGUARD_PHASE_STARTTLS));
		talked_free(&t);
	}
	mailguard_free(mg);
}

/* -- login ----------------------------------------------------------------- */

static const talker logins[] = {
	{ "the best one: SCRAM", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH LOGIN PLAIN CRAM-MD5 SCRAM-SHA-256"),
	             SERVER_256,
	             "334 dj1YNnA0VnZhbXZncEFMRDN4Mkg3SURrZ2pWWUYwb0k5bVBKbFVw"
	             "alhYNW1jPQ==\r\n",
	             "235 in\r\n", BYE },
	  .steps = GREET "login more 334, login more 334, login ok 235" QUIT,
	  .said = EHLO "AUTH SCRAM-SHA-256 " FIRST_256
	               "Yz1iaXdzLHI9QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBc3J2LHA9"
	               "dVc2MC91SnNYcW92djNZTElaNEo1OVV0ZjMwY1FwelJOYWdhTnNT"
	               "RVE1VT0=||QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "SCRAM with SHA-1", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-1 PLAIN"), SERVER_256,
	             "334 dj15WGhldjVmcFdQSS84am1wM0dmbE8wNlFVTXM9\r\n",
	             "235 in\r\n", BYE },
	  .steps = GREET "login more 334, login more 334, login ok 235" QUIT,
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "SCRAM, the server proves nothing", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256"), SERVER_256, "235 in\r\n",
	             BYE },
	  .steps = GREET "login more 334, login ok 235 !unproven" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "SCRAM, the server proves wrongly", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256"), SERVER_256,
	             "334 dj1BQUFB\r\n", "501 off\r\n", BYE },
	  .steps = GREET "login more 334, login more 334 !unproven, "
	                 "login permanent 501" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "SCRAM, another nonce", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256"),
	             "334 cj1BQUFBLHM9YzJGc2RBPT0saT00MDk2\r\n", "501 off\r\n",
	             BYE },
	  .steps = GREET "login more 334 !bad-challenge, "
	                 "login permanent 501" QUIT,
	  .said = EHLO "AUTH SCRAM-SHA-256 " FIRST_256 "*|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "SCRAM, wrong secret", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256"), SERVER_256,
	             "535 5.7.8 wrong\r\n", BYE },
	  .steps = GREET "login more 334, login permanent 535" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "SCRAM, it tells why", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256"), SERVER_256,
	             "334 ZT1pbnZhbGlkLXByb29m\r\n", "535 no\r\n", BYE },
	  .steps = GREET "login more 334, login more 334, "
	                 "login permanent 535" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "in clear CRAM-MD5 before PLAIN", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN CRAM-MD5"), "334 PDEuMkB4Pg==\r\n",
	             "235 in\r\n", BYE },
	  .steps = GREET "login more 334, login ok 235" QUIT,
	  .said = EHLO "AUTH CRAM-MD5|YW5uIGRhYjA3Nzk2MWMxNzQ0YzJjOWJmZDU5ZT"
	               "FmZmNiOTIw|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "over TLS PLAIN before CRAM-MD5", SUB, IMPLICIT, "ann",
	  .turns = { HI, OFFER("AUTH CRAM-MD5 PLAIN"), "235 in\r\n", BYE },
	  .steps = "tls, " GREET "login ok 235" QUIT,
	  .said = EHLO "AUTH PLAIN " PLAIN "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "AUTH= of old servers", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH=LOGIN"), "334 VXNlcm5hbWU6\r\n",
	             "334 UGFzc3dvcmQ6\r\n", "235 in\r\n", BYE },
	  .steps = GREET "login more 334, login more 334, login ok 235" QUIT,
	  .said = EHLO "AUTH LOGIN|YW5u|czNjciJldCBwYXNz|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "asked for by name", SUB, CLEAR, "ann", "plain",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256 PLAIN"), "235 in\r\n", BYE },
	  .steps = GREET "login ok 235" QUIT,
	  .said = EHLO "AUTH PLAIN " PLAIN "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "asked for and not offered", SUB, CLEAR, "ann", "CRAM-MD5",
	  .turns = { HI, OFFER("AUTH PLAIN"), BYE },
	  .steps = GREET "login !not-offered" QUIT, .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "no AUTH at all", SUB, CLEAR, "ann", .turns = { HI, OFFER("X"), BYE },
	  .steps = GREET "login !not-offered" QUIT, .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "a token is never a guess", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH XOAUTH2 OAUTHBEARER"), BYE },
	  .steps = GREET "login !not-offered" QUIT, .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "wrong secret, once only", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN LOGIN"), "535 5.7.8 wrong\r\n",
	             BYE },
	  .steps = GREET "login permanent 535" QUIT,
	  .said = EHLO "AUTH PLAIN " PLAIN "|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "not now", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN"), "454 4.7.0 later\r\n", BYE },
	  .steps = GREET "login temporary 454" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "421 upon AUTH", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN"), "421 too many\r\n" },
	  .steps = GREET "login temporary 421",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "the server says the secret back", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN"),
	             "535-wrong: " SECRET "\r\n535 " PLAIN
	             " czNjciJldCBwYXNz s3cr\\\"et pass\r\n",
	             BYE },
	  .steps = GREET "login permanent 535" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "XOAUTH2", SUB, IMPLICIT, "ann", "XOAUTH2",
	  .turns = { HI, OFFER("AUTH XOAUTH2"), "235 in\r\n", BYE },
	  .steps = "tls, " GREET "login ok 235" QUIT,
	  .said = EHLO "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgczNjciJldCB"
	               "wYXNzAQE=|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "XOAUTH2 tells why", SUB, IMPLICIT, "ann", "XOAUTH2",
	  .turns = { HI, OFFER("AUTH XOAUTH2"),
	             "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", "535 no\r\n", BYE },
	  .steps = "tls, " GREET "login more 334, login permanent 535" QUIT,
	  .said = EHLO "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgczNjciJldCB"
	               "wYXNzAQE=||QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "OAUTHBEARER tells why", SUB, CLEAR, "ann", "OAUTHBEARER",
	  .turns = { HI, OFFER("AUTH OAUTHBEARER"),
	             "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n", "535 no\r\n", BYE },
	  .steps = GREET "login more 334, login permanent 535" QUIT,
	  .said = EHLO "AUTH OAUTHBEARER bixhPWFubiwBaG9zdD1tYWlsLmV4YW1wbGU"
	               "ub3JnAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHMzY3IiZXQgcGFzcwEB"
	               "|AQ==|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "no secret to a bad certificate", SUB, IMPLICIT, "ann",
	  .bad_certificate = 1, .turns = { HI, OFFER("AUTH PLAIN"), BYE },
	  .steps = "tls, " GREET "login !unsafe" QUIT, .said = EHLO "QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "unless asked for", SUB, IMPLICIT, "ann", .bad_certificate = 1,
	  .flags = MAILGUARD_ASK_UNVERIFIED,
	  .turns = { HI, OFFER("AUTH PLAIN"), "235 in\r\n", BYE },
	  .steps = "tls, " GREET "login ok 235" QUIT,
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "what clear text offered is forgotten", SUB, START, "ann",
	  .turns = { HI, "250-me\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
	             "220 go\r\n", OFFER("X"), BYE },
	  .steps = GREET "starttls ok 220, tls, capabilities ok 250, "
	                 "login !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_TLS },
	{ "no SCRAM with letters it would have to fold", SUB, CLEAR,
	  "\xc3\xa4nn",
	  .turns = { HI, OFFER("AUTH SCRAM-SHA-256 PLAIN"), "235 in\r\n", BYE },
	  .steps = GREET "login ok 235" QUIT,
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "PLAIN asked a second time", SUB, CLEAR, "ann",
	  .turns = { HI, OFFER("AUTH PLAIN"), "334 \r\n", "501 off\r\n", BYE },
	  .steps = GREET "login more 334 !bad-challenge, "
	                 "login permanent 501" QUIT,
	  .said = EHLO "AUTH PLAIN " PLAIN "|*|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
};

Test(net_dialogue_smtp, each_login_is_told_apart_and_tried_once)
{
	talk_rows(logins, sizeof(logins) / sizeof(logins[0]));
}

#define X50 "01234567890123456789012345678901234567890123456789"
#define X400 X50 X50 X50 X50 X50 X50 X50 X50

Test(net_dialogue_smtp, a_long_token_waits_until_it_is_asked_for)
{
	static const talker row = { "long token",
		                    SUB,
		                    CLEAR,
		                    "ann",
		                    "XOAUTH2",
		                    .secret = X400,
		                    .turns = { HI, OFFER("AUTH XOAUTH2"),
		                               "334 \r\n", "235 in\r\n", BYE },
		                    .steps = GREET
		                    "login more 334, login ok 235" QUIT,
		                    .reached = MAILGUARD_PHASE_LOGIN };

	talk_rows(&row, 1);
}

/* -- commands and mail ----------------------------------------------------- */

#define MAIL .mail_from = "a@x", .rcpt_to = "b@y"
#define IN_MAIL HI, OFFER("SIZE 100"), "250 a\r\n", "250 b\r\n", "354 go\r\n"
#define TO_DATA                                                     \
 "greeting ok 220, capabilities ok 250, mail ok 250, rcpt ok 250, " \
 "data more 354, data, "
#define MAIL_SAID "MAIL FROM:<a@x> SIZE=8|RCPT TO:<b@y>|DATA|"

static const talker mails[] = {
	{ "commands", SMTP, CLEAR, .commands = { "NOOP", "VRFY ann" },
	  .turns = { HI, OFFER("X"), "250 a\r\n", "550 b\r\n", BYE },
	  .steps = GREET "command ok 250, command permanent 550" QUIT,
	  .said = EHLO "NOOP|VRFY ann|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "commands all answered well", SMTP, CLEAR, .commands = { "NOOP" },
	  .turns = { HI, OFFER("X"), "250 a\r\n", BYE },
	  .steps = GREET "command ok 250" QUIT,
	  .reached = MAILGUARD_PHASE_COMMAND },
	{ "a mail", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .turns = { IN_MAIL, "250 queued\r\n", BYE },
	  .steps = TO_DATA "dot ok 250" QUIT,
	  .said = EHLO MAIL_SAID "A: b||.|QUIT|",
	  .reached = MAILGUARD_PHASE_DOT },
	{ "dots are doubled", SUB, CLEAR, MAIL, .body = ".\r\n.a\r\n",
	  .turns = { HI, OFFER("X"), "250 a\r\n", "250 b\r\n", "354 go\r\n",
	             "250 queued\r\n", BYE },
	  .steps = TO_DATA "dot ok 250" QUIT,
	  .said = EHLO "MAIL FROM:<a@x>|RCPT TO:<b@y>|DATA|..|..a|.|QUIT|",
	  .reached = MAILGUARD_PHASE_DOT },
	{ "an empty mail, no last line end", SUB, CLEAR, MAIL, .body = "",
	  .turns = { IN_MAIL, "250 queued\r\n", BYE },
	  .steps = TO_DATA "dot ok 250" QUIT,
	  .said = EHLO "MAIL FROM:<a@x> SIZE=0|RCPT TO:<b@y>|DATA|.|QUIT|",
	  .reached = MAILGUARD_PHASE_DOT },
	{ "the gate opens", SUB, CLEAR, MAIL, .body = "A: b\n\nx",
	  .flags = MAILGUARD_ASK_GATE,
	  .turns = { HI, OFFER("X"), "250 a\r\n", "250 b\r\n", "354 go\r\n",
	             "250 queued\r\n", BYE },
	  .steps = TO_DATA "dot ok 250" QUIT,
	  .said = EHLO "MAIL FROM:<a@x>|RCPT TO:<b@y>|DATA|A: b||x|.|QUIT|",
	  .reached = MAILGUARD_PHASE_DOT },
	{ "the gate stays shut", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .flags = MAILGUARD_ASK_GATE, .stop = 1,
	  .turns = { IN_MAIL, "250 queued\r\n", BYE },
	  .steps = "greeting ok 220, capabilities ok 250, mail ok 250, "
	           "rcpt ok 250, data more 354, data !stopped",
	  .said = EHLO "MAIL FROM:<a@x> SIZE=8|RCPT TO:<b@y>|DATA|A: b|",
	  .reached = MAILGUARD_PHASE_DATA },
	{ "no answer to the last dot", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .turns = { IN_MAIL, SILENCE }, .steps = TO_DATA "dot timeout",
	  .reached = MAILGUARD_PHASE_DATA },
	{ "the last dot refused", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .turns = { IN_MAIL, "554 spam\r\n", BYE },
	  .steps = TO_DATA "dot permanent 554" QUIT,
	  .reached = MAILGUARD_PHASE_DATA },
	{ "no further than DATA", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .until = MAILGUARD_PHASE_DATA, .turns = { IN_MAIL, "250 no\r\n" },
	  .steps = "greeting ok 220, capabilities ok 250, mail ok 250, "
	           "rcpt ok 250, data more 354, data",
	  .said = EHLO "MAIL FROM:<a@x> SIZE=8|RCPT TO:<b@y>|DATA|A: b|",
	  .reached = MAILGUARD_PHASE_DATA },
	{ "no further than RCPT", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .until = MAILGUARD_PHASE_RCPT,
	  .turns = { HI, OFFER("X"), "250 a\r\n", "250 b\r\n", BYE },
	  .steps = GREET "mail ok 250, rcpt ok 250" QUIT,
	  .reached = MAILGUARD_PHASE_RCPT },
	{ "sender refused", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .turns = { HI, OFFER("X"), "530 first log in\r\n", BYE },
	  .steps = GREET "mail permanent 530" QUIT,
	  .said = EHLO "MAIL FROM:<a@x>|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "greylisted", SMTP, CLEAR, MAIL,
	  .turns = { HI, OFFER("X"), "250 a\r\n", "450 later\r\n", BYE },
	  .steps = GREET "mail ok 250, rcpt temporary 450" QUIT,
	  .reached = MAILGUARD_PHASE_MAIL },
	{ "DATA refused", SUB, CLEAR, MAIL, .body = "A: b\n\n",
	  .turns = { HI, OFFER("X"), "250 a\r\n", "250 b\r\n", "452 full\r\n",
	             BYE },
	  .steps = GREET "mail ok 250, rcpt ok 250, data temporary 452" QUIT,
	  .reached = MAILGUARD_PHASE_RCPT },
	{ "8 bits are not offered", SUB, CLEAR, MAIL,
	  .body = "A: b\n\n\xc3\xa4\n", .turns = { HI, OFFER("X"), BYE },
	  .steps = GREET "mail !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "8 bits are", SUB, CLEAR, .mail_from = "", .rcpt_to = "b@y",
	  .body = "A: b\n\n\xc3\xa4\n",
	  .turns = { HI, OFFER("8BITMIME"), "550 no\r\n", BYE },
	  .steps = GREET "mail permanent 550" QUIT,
	  .said = EHLO "MAIL FROM:<> BODY=8BITMIME|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "421 in the middle", SUB, CLEAR, MAIL,
	  .turns = { HI, OFFER("X"), "421 going down\r\n" },
	  .steps = "greeting ok 220, capabilities ok 250, mail temporary 421",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
};

Test(net_dialogue_smtp, a_mail_ends_as_it_is_told)
{
	talk_rows(mails, sizeof(mails) / sizeof(mails[0]));
}

Test(net_dialogue_smtp, an_answer_before_the_last_dot_is_none_to_it)
{
	static const talker row = { "early",
		                    SUB,
		                    CLEAR,
		                    MAIL,
		                    .body = "A: b\n\n",
		                    .turns = { HI, OFFER("X"), "250 a\r\n",
		                               "250 b\r\n",
		                               "354 go\r\n250 queued\r\n" } };
	mailguard *mg = talker_handle(NULL);
	talked t;

	talk(&t, &row, mg, SIZE_MAX);
	ok(t.st);
	cr_expect(eq(str, (char *)mgi_buf_text(&t.steps),
	             GREET "mail ok 250, rcpt ok 250, data more 354, "
	                   "data ok 250"));
	cr_expect(eq(str, bars(&t.said),
	             EHLO "MAIL FROM:<a@x>|RCPT TO:<b@y>|DATA|A: b|"));
	talked_free(&t);
	mailguard_free(mg);
}
