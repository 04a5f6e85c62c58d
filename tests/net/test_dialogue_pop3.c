/* What net/talk_pop3.c promises: CAPA may be missing, three ways to log in,
 * answers of many lines, and each end told apart. */
#include "net/talker.h"

enum {
	POP = MAILGUARD_PROTOCOL_POP3,
	CLEAR = MAILGUARD_TLS_NONE,
	START = MAILGUARD_TLS_STARTTLS
};

#define HI "+OK hi\r\n"
#define CAPA(x) "+OK list\r\n" x "\r\n.\r\n"
#define BYE "+OK bye\r\n"
#define GREET "greeting ok, capabilities ok, "
#define QUIT ", quit ok"
#define PLAIN "AGFubgBzM2NyImV0IHBhc3M="

static const talker rows[] = {
	{ "nothing more is asked", POP, CLEAR,
	  .turns = { HI, CAPA("TOP"), BYE },
	  .steps = "greeting ok, capabilities ok" QUIT, .said = "CAPA|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "refused at once", POP, CLEAR,
	  .turns = { "-ERR [SYS/TEMP] later\r\n", BYE },
	  .steps = "greeting temporary" QUIT, .said = "QUIT|" },
	{ "no mail server", POP, CLEAR, .turns = { "* OK imap\r\n" },
	  .steps = "greeting garbage !garbage", .said = "" },
	{ "no CAPA", POP, CLEAR, "ann",
	  .turns = { HI, "-ERR what?\r\n", "+OK\r\n", "+OK in\r\n", BYE },
	  .steps = "greeting ok, capabilities permanent, login ok, "
	           "login ok" QUIT,
	  .said = "CAPA|USER ann|PASS " SECRET "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "STLS", POP, START, "ann",
	  .turns = { HI, CAPA("STLS"), "+OK go\r\n", CAPA("USER"), "+OK\r\n",
	             "+OK in\r\n", BYE },
	  .steps = GREET "starttls ok, tls, capabilities ok, login ok, "
	                 "login ok" QUIT,
	  .said = "CAPA|STLS|CAPA|USER ann|PASS " SECRET "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "STLS is not offered", POP, START, "ann",
	  .turns = { HI, CAPA("USER"), BYE },
	  .steps = GREET "starttls !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "STLS without CAPA is tried", POP, START,
	  .turns = { HI, "-ERR what?\r\n", "-ERR what?\r\n", BYE },
	  .steps = "greeting ok, capabilities permanent, "
	           "starttls permanent" QUIT,
	  .said = "CAPA|STLS|QUIT|", .reached = MAILGUARD_PHASE_GREETING },
	{ "SASL", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("USER\r\nSASL PLAIN"), "+OK in\r\n", BYE },
	  .steps = GREET "login ok" QUIT,
	  .said = "CAPA|AUTH PLAIN " PLAIN "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "USER and PASS asked for by name", POP, CLEAR, "ann", "user",
	  .turns = { HI, CAPA("USER\r\nSASL PLAIN"), "+OK\r\n", "+OK in\r\n",
	             BYE },
	  .steps = GREET "login ok, login ok" QUIT,
	  .said = "CAPA|USER ann|PASS " SECRET "|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "neither USER nor SASL", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("STLS"), BYE },
	  .steps = GREET "login !not-offered" QUIT, .said = "CAPA|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "USER refused, PASS never said", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("USER"), "-ERR no such user\r\n", BYE },
	  .steps = GREET "login permanent" QUIT, .said = "CAPA|USER ann|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "wrong secret, once only", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("USER"), "+OK\r\n",
	             "-ERR [AUTH] not \"" SECRET "\"\r\n", BYE },
	  .steps = GREET "login ok, login permanent" QUIT,
	  .said = "CAPA|USER ann|PASS " SECRET "|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "in use", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("USER"), "+OK\r\n", "-ERR [IN-USE] x\r\n", BYE },
	  .steps = GREET "login ok, login temporary" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "go on, after PASS", POP, CLEAR, "ann",
	  .turns = { HI, CAPA("USER"), "+OK\r\n", "+ \r\n" },
	  .steps = GREET "login ok, login more !unexpected",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "APOP asked for by name", POP, CLEAR, "ann", "APOP",
	  .turns = { "+OK hi <1.2@x>\r\n", CAPA("USER"), "+OK in\r\n", BYE },
	  .steps = GREET "login ok" QUIT,
	  .said = "CAPA|APOP ann 93925e65f7930abbf72bafa4dbdaaa03|QUIT|",
	  .reached = MAILGUARD_PHASE_LOGIN },
	{ "APOP without a stamp", POP, CLEAR, "ann", "APOP",
	  .turns = { "+OK hi <x>\r\n", CAPA("USER"), BYE },
	  .steps = GREET "login !not-offered" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "commands of one line and of many", POP, CLEAR,
	  .commands = { "STAT", "UIDL", "UIDL 1" },
	  .turns = { HI, CAPA("UIDL"), "+OK 1 2\r\n",
	             "+OK\r\n1 a\r\n..b\r\n.\r\n", "+OK 1 a\r\n", BYE },
	  .steps = GREET "command ok, command ok, command ok" QUIT,
	  .said = "CAPA|STAT|UIDL|UIDL 1|QUIT|",
	  .reached = MAILGUARD_PHASE_COMMAND },
	{ "the last message's date", POP, CLEAR,
	  .commands = { "STAT", "TOP * 0" },
	  .turns = { HI, CAPA("TOP"), "+OK 17 9000\r\n",
	             "+OK 99 octets\r\nSubject: s\r\nDate: d\r\n\r\n"
	             "Date: body\r\n..x\r\n.\r\n",
	             BYE },
	  .steps = GREET "command ok, command ok" QUIT,
	  .said = "CAPA|STAT|TOP 17 0|QUIT|",
	  .reached = MAILGUARD_PHASE_COMMAND },
	{ "there is no last message", POP, CLEAR,
	  .commands = { "STAT", "TOP * 0" },
	  .turns = { HI, CAPA("TOP"), "+OK 0 0\r\n", BYE },
	  .steps = GREET "command ok" QUIT, .said = "CAPA|STAT|QUIT|",
	  .reached = MAILGUARD_PHASE_COMMAND },
	{ "it was not counted", POP, CLEAR, .commands = { "STAT", "TOP * 0" },
	  .turns = { HI, CAPA("TOP"), "+OK many\r\n", BYE },
	  .steps = GREET "command ok" QUIT, .said = "CAPA|STAT|QUIT|",
	  .reached = MAILGUARD_PHASE_COMMAND },
	{ "its date is refused", POP, CLEAR, .commands = { "STAT", "TOP * 0" },
	  .turns = { HI, CAPA("UIDL"), "+OK 1 9\r\n", "-ERR what?\r\n", BYE },
	  .steps = GREET "command ok, command permanent" QUIT,
	  .said = "CAPA|STAT|TOP 1 0|QUIT|",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "its head is torn", POP, CLEAR, .commands = { "STAT", "TOP * 0" },
	  .turns = { HI, CAPA("TOP"), "+OK 1 9\r\n",
	             "+OK\r\nSubject: s\r\nDate: d\r\nTo: x" },
	  .steps = GREET "command ok, command garbage end",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "many lines, torn", POP, CLEAR, .commands = { "UIDL" },
	  .turns = { HI, CAPA("UIDL"), "+OK\r\n1 a\r\n2" },
	  .steps = GREET "command garbage end",
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
	{ "many lines refused", POP, CLEAR, .commands = { "UIDL" },
	  .turns = { HI, CAPA("TOP"), "-ERR what?\r\n", BYE },
	  .steps = GREET "command permanent" QUIT,
	  .reached = MAILGUARD_PHASE_CAPABILITIES },
};

Test(net_dialogue_pop3, each_end_is_told_apart)
{
	talk_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void fill(mailguard_buffer *to, const char *word, size_t n)
{
	while (n--)
		mgi_buf_puts(to, word);
}

/* Whatever comes in a piece, what is recorded of it is the same. */
Test(net_dialogue_pop3, a_line_without_end_is_cut_where_it_passes_the_limit)
{
	static const char *const heads[] = { "", "+OK " };
	static talker row = { "endless", POP, CLEAR,
		              .steps = "greeting !too-long", .said = "" };
	mailguard *mg = talker_handle(NULL);
	mailguard_buffer turn;
	talked whole, part;
	size_t i;

	for (i = 0; i < 2; i++) {
		mgi_buf_init(&turn, mg);
		mgi_buf_puts(&turn, heads[i]);
		fill(&turn, "xyz ", 20000);
		row.turns[0] = mgi_buf_text(&turn);
		talk(&whole, &row, mg, SIZE_MAX);
		talk(&part, &row, mg, 1);
		ok(whole.st);
		ok(part.st);
		cr_expect(eq(str, (char *)mgi_buf_text(&whole.steps),
		             "greeting !too-long"));
		cr_expect(eq(str, (char *)mgi_buf_text(&whole.text),
		             (char *)mgi_buf_text(&part.text)));
		talked_free(&whole);
		talked_free(&part);
		mgi_buf_done(&turn);
	}
	mailguard_free(mg);
}

/* Of a mail nothing may stand in a transcript but when it was written. */
Test(net_dialogue_pop3, of_the_last_message_only_the_date_is_recorded)
{
	static const talker row = {
		"date",
		POP,
		CLEAR,
		.commands = { "STAT", "TOP * 0", "UIDL 1" },
		.turns = { HI, CAPA("TOP"), "+OK 1 2\r\n",
		           "+OK\r\nReceived: private\r\n"
		           "DATE: Thu, 1 Jan 2026 00:00:00 +0000\r\n"
		           "Subject: private\r\n\r\nDate: private\r\n"
		           "..private\r\n.\r\n",
		           "+OK 1 shown\r\n", BYE },
	};
	static const char *const torn[] = {
		"+OK\r\nReceived: private\r\nDa",
		"+OK\r\nDate: 1 Jan 2026\r\nSubject: private",
	};
	mailguard *mg = talker_handle(NULL);
	talker cut = row;
	talked t;
	size_t i;

	talk(&t, &row, mg, SIZE_MAX);
	ok(t.st);
	cr_expect_null(strstr(mgi_buf_text(&t.text), "private"), "%s",
	               mgi_buf_text(&t.text));
	cr_expect(strstr(mgi_buf_text(&t.text),
	                 "DATE: Thu, 1 Jan 2026 00:00:00 +0000") != NULL);
	cr_expect(strstr(mgi_buf_text(&t.text), "1 shown") != NULL);
	talked_free(&t);
	for (i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		cut.turns[3] = torn[i];
		cut.turns[4] = NULL;
		talk(&t, &cut, mg, 3);
		ok(t.st);
		cr_expect_null(strstr(mgi_buf_text(&t.text), "private"), "%s",
		               mgi_buf_text(&t.text));
		talked_free(&t);
	}
	mailguard_free(mg);
}
