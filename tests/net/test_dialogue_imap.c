/* What net/talk_imap.c promises: tags, lists of capabilities, LOGIN with
 * literals, and each end told apart. */
#include "net/talker.h"

enum {
	IMAP = MAILGUARD_PROTOCOL_IMAP,
	CLEAR = MAILGUARD_TLS_NONE,
	START = MAILGUARD_TLS_STARTTLS,
	IMPLICIT = MAILGUARD_TLS_IMPLICIT
};

#define HI "* OK hi\r\n"
#define CAP(n, x) "* CAPABILITY IMAP4rev1 " x "\r\na" n " OK done\r\n"
#define BYE(n) "* BYE bye\r\na" n " OK done\r\n"
#define GREET "greeting ok, capabilities ok, "
#define QUIT ", quit ok"
#define LOGIN "LOGIN \"ann\" \"s3cr\\\"et pass\"|"
#define PLAIN "AGFubgBzM2NyImV0IHBhc3M="

static const talker rows[] = {
	{ "nothing more is asked", IMAP, CLEAR,
	  .turns = { HI, CAP("1", "X"), BYE("2") },
	  .steps = "greeting ok, capabilities ok" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "the greeting's own list will do", IMAP, CLEAR,
	  .turns = { "* OK [CAPABILITY IMAP4rev1] hi\r\n", BYE("1") },
	  .steps = "greeting ok" QUIT, .said = "a1 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "BYE instead of a greeting", IMAP, CLEAR,
	  .turns = { "* BYE too many connections\r\n" },
	  .steps = "greeting bye", .said = "" },
	{ "no mail server", IMAP, CLEAR, .turns = { "220 smtp here\r\n" },
	  .steps = "greeting garbage !garbage", .said = "" },
	{ "data instead of a greeting", IMAP, CLEAR,
	  .turns = { "* 3 EXISTS\r\n" }, .steps = "greeting data !unexpected",
	  .said = "" },
	{ "a tag in the greeting", IMAP, CLEAR, .turns = { "a1 OK hi\r\n" },
	  .steps = "greeting ok !wrong-tag", .said = "" },
	{ "an answer to something else", IMAP, CLEAR,
	  .turns = { HI, "a7 OK done\r\n" },
	  .steps = "greeting ok, capabilities ok !wrong-tag",
	  .said = "a1 CAPABILITY|", .reached = MAILGUARD_PHASE_GREETING },
	{ "go on, without a reason", IMAP, CLEAR, .turns = { HI, "+ go\r\n" },
	  .steps = "greeting ok, capabilities more !unexpected",
	  .reached = MAILGUARD_PHASE_GREETING },
	{ "BYE at any time", IMAP, CLEAR,
	  .turns = { HI, "* BYE [UNAVAILABLE] going down\r\na1 NO x\r\n" },
	  .steps = "greeting ok, capabilities bye",
	  .reached = MAILGUARD_PHASE_GREETING },
	{ "no CAPABILITY", IMAP, CLEAR,
	  .turns = { HI, "a1 BAD what?\r\n", BYE("2") },
	  .steps = "greeting ok, capabilities permanent" QUIT,
	  .reached = MAILGUARD_PHASE_GREETING },
	{ "silence", IMAP, CLEAR, .turns = { HI, SILENCE },
	  .steps = "greeting ok, capabilities timeout",
	  .reached = MAILGUARD_PHASE_GREETING },

	{ "STARTTLS", IMAP, START, "ann",
	  .turns = { HI, CAP("1", "STARTTLS LOGINDISABLED"), "a2 OK go\r\n",
	             CAP("3", "AUTH=PLAIN SASL-IR"),
	             "a4 OK [CAPABILITY IMAP4rev1 QUOTA] in\r\n", BYE("5") },
	  .steps = GREET "starttls ok, tls, capabilities ok, login ok" QUIT,
	  .said = "a1 CAPABILITY|a2 STARTTLS|a3 CAPABILITY|"
	          "a4 AUTHENTICATE PLAIN " PLAIN "|a5 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "what clear text offered is forgotten", IMAP, START, "ann",
	  .until = MAILGUARD_PHASE_LOGIN,
	  .turns = { HI, CAP("1", "STARTTLS AUTH=PLAIN SASL-IR"),
	             "a2 OK go\r\n", "a3 NO list\r\n", "a4 OK in\r\n",
	             BYE("5") },
	  .steps = GREET "starttls ok, tls, capabilities permanent, "
	                 "login ok" QUIT,
	  .said = "a1 CAPABILITY|a2 STARTTLS|a3 CAPABILITY|a4 " LOGIN
	          "a5 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "STARTTLS is not offered", IMAP, START, "ann",
	  .turns = { HI, CAP("1", "AUTH=PLAIN"), BYE("2") },
	  .steps = GREET "starttls !not-offered" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "STARTTLS refused", IMAP, START, "ann",
	  .turns = { HI, CAP("1", "STARTTLS"), "a2 NO not now\r\n", BYE("3") },
	  .steps = GREET "starttls permanent" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "logged in from the start, so never TLS", IMAP, START, "ann",
	  .turns = { "* PREAUTH [CAPABILITY STARTTLS] hi\r\n", BYE("1") },
	  .steps = "greeting ok, starttls !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "logged in from the start", IMAP, CLEAR, "ann",
	  .commands = { "NOOP" },
	  .turns = { "* PREAUTH [CAPABILITY X] hi\r\n", "a1 OK x\r\n",
	             BYE("2") },
	  .steps = "greeting ok, command ok" QUIT, .said = "a1 NOOP|a2 LOGOUT|",
	  .reached = MAILGUARD_PHASE_COMMAND },

	{ "LOGIN", IMAP, IMPLICIT, "ann",
	  .turns = { HI, CAP("1", "X"), "a2 OK in\r\n", CAP("3", "QUOTA"),
	             BYE("4") },
	  .steps = "tls, " GREET "login ok, capabilities ok" QUIT,
	  .said = "a1 CAPABILITY|a2 " LOGIN "a3 CAPABILITY|a4 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "LOGIN and no further", IMAP, IMPLICIT, "ann",
	  .until = MAILGUARD_PHASE_LOGIN,
	  .turns = { HI, CAP("1", "X"), "a2 OK in\r\n", BYE("3") },
	  .steps = "tls, " GREET "login ok" QUIT,
	  .said = "a1 CAPABILITY|a2 " LOGIN "a3 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "the list comes along with the login", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "X"),
	             "* CAPABILITY IMAP4rev1 QUOTA\r\na2 OK in\r\n", BYE("3") },
	  .steps = GREET "login ok" QUIT, .reached = MAILGUARD_PHASE_LOGIN },
	{ "LOGIN is disabled", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "LOGINDISABLED STARTTLS"), BYE("2") },
	  .steps = GREET "login !disabled" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "LOGIN asked for by name", IMAP, CLEAR, "ann", "LOGIN",
	  .turns = { HI, CAP("1", "AUTH=PLAIN"), "a2 OK in\r\n", CAP("3", "X"),
	             BYE("4") },
	  .steps = GREET "login ok, capabilities ok" QUIT,
	  .said = "a1 CAPABILITY|a2 " LOGIN "a3 CAPABILITY|a4 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "letters that need a literal", IMAP, CLEAR, "\xc3\xa4nn",
	  .turns = { HI, CAP("1", "X"), "+ go\r\n", "a2 OK in\r\n",
	             CAP("3", "X"), BYE("4") },
	  .steps = GREET "login more, login ok, capabilities ok" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGIN {4}|\xc3\xa4nn "
	          "\"s3cr\\\"et pass\"|a3 CAPABILITY|a4 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "two literals", IMAP, CLEAR, "\xc3\xa4nn", .secret = "g\xc3\xa9heim",
	  .turns = { HI, CAP("1", "X"), "+ go\r\n", "+ go\r\n", "a2 NO in\r\n",
	             BYE("3") },
	  .steps = GREET "login more, login more, login permanent" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGIN {4}|\xc3\xa4nn {7}|g\xc3\xa9heim|"
	          "a3 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "two literals at once", IMAP, CLEAR, "\xc3\xa4nn",
	  .secret = "g\xc3\xa9heim",
	  .turns = { HI, CAP("1", "LITERAL+"), "a2 NO in\r\n", BYE("3") },
	  .steps = GREET "login permanent" QUIT,
	  .said = "a1 CAPABILITY|a2 LOGIN {4+}|\xc3\xa4nn {7+}|g\xc3\xa9heim|"
	          "a3 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "asked for a literal that was not announced", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "X"), "+ go\r\n" },
	  .steps = GREET "login more, login !unexpected",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "no SASL-IR", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "AUTH=PLAIN"), "+ \r\n", "a2 OK in\r\n",
	             CAP("3", "X"), BYE("4") },
	  .steps = GREET "login more, login ok, capabilities ok" QUIT,
	  .said = "a1 CAPABILITY|a2 AUTHENTICATE PLAIN|" PLAIN
	          "|a3 CAPABILITY|a4 LOGOUT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "wrong secret, once only", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "AUTH=PLAIN SASL-IR"),
	             "a2 NO [AUTHENTICATIONFAILED] " SECRET " is wrong\r\n",
	             BYE("3") },
	  .steps = GREET "login permanent" QUIT,
	  .said = "a1 CAPABILITY|a2 AUTHENTICATE PLAIN " PLAIN "|a3 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "not now", IMAP, CLEAR, "ann",
	  .turns = { HI, CAP("1", "X"), "a2 NO [UNAVAILABLE] later\r\n",
	             BYE("3") },
	  .steps = GREET "login temporary" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },

	{ "commands, one of them refused", IMAP, CLEAR,
	  .commands = { "STATUS INBOX (MESSAGES)", "GETQUOTAROOT INBOX",
	                "NOOP" },
	  .turns = { HI, CAP("1", "X"),
	             "* STATUS INBOX (MESSAGES 3)\r\n* 3 EXISTS\r\n"
	             "a2 OK done\r\n",
	             "* NO hm\r\na3 BAD what?\r\n", "a4 OK done\r\n",
	             BYE("5") },
	  .steps = GREET "command ok, command permanent, command ok" QUIT,
	  .said = "a1 CAPABILITY|a2 STATUS INBOX (MESSAGES)|"
	          "a3 GETQUOTAROOT INBOX|a4 NOOP|a5 LOGOUT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "a literal in an answer", IMAP, CLEAR,
	  .commands = { "STATUS INBOX (MESSAGES)" },
	  .turns = { HI, CAP("1", "X"),
	             "* STATUS {5}\r\na2 OK (MESSAGES 3)\r\na2 OK done\r\n",
	             BYE("3") },
	  .steps = GREET "command ok" QUIT,
	  .reached = MAILGUARD_PHASE_COMMAND },
};

Test(net_dialogue_imap, each_end_is_told_apart)
{
	talk_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static char *refusal_behind(mailguard *mg, size_t lines)
{
	static talker row = { "much data", IMAP, CLEAR,
		              .commands = { "FETCH 1:* FLAGS" } };
	mailguard_buffer turn;
	const mailguard_step *s;
	char *heard;
	talked t;
	size_t i;

	mgi_buf_init(&turn, mg);
	for (i = 0; i < lines; i++)
		mgi_buf_puts(&turn, "* 1 FETCH (FLAGS (\\Seen))\r\n");
	mgi_buf_puts(&turn, "a2 NO [LIMIT] too much\r\n");
	row.turns[0] = HI;
	row.turns[1] = CAP("1", "X");
	row.turns[2] = mgi_buf_text(&turn);
	talk(&t, &row, mg, 1000);
	ok(t.st);
	s = mailguard_transcript_step(t.t, 2);
	cr_assert(s != NULL);
	cr_expect(eq(u64, s->heard_bytes, turn.len));
	cr_expect(le(sz, s->heard.len, 4096));
	cr_expect(eq(int, s->answer, MAILGUARD_REPLY_PERMANENT));
	heard = strdup((const char *)s->heard.data);
	talked_free(&t);
	mgi_buf_done(&turn);
	return heard;
}

Test(net_dialogue_imap, the_answer_is_kept_however_much_came_before_it)
{
	mailguard *mg = talker_handle(NULL);
	char *heard = refusal_behind(mg, 5000), *end;

	end = strstr(heard, "))\r\na2 NO [LIMIT] too much\r\n");
	cr_assert(end != NULL);
	cr_expect(eq(str, end, "))\r\na2 NO [LIMIT] too much\r\n"));
	free(heard);
	mailguard_free(mg);
}
