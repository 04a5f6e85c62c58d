/*
 * smtp.c - the server's half of SMTP (RFC 5321) and submission (RFC 6409).
 */
#include "server.h"

#include <stdio.h>
#include <string.h>

static void greet(conn *c)
{
	if (!strikes(c, PHASE_GREETING))
		say(c, "220 demo.example ESMTP ready\r\n");
}

static void helo(conn *c, const char *arg)
{
	(void)arg;
	if (!strikes(c, PHASE_CAPABILITIES))
		say(c, "250 demo.example\r\n");
}

static void ehlo(conn *c, const char *arg)
{
	const char *mechs = mechanisms(c);

	(void)arg;
	if (strikes(c, PHASE_CAPABILITIES))
		return;
	say(c, "250-demo.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n");
	if (offers_starttls(c))
		say(c, fails(c, PHASE_STARTTLS, ACT_STRIP)
		               ? "250-XXXXXXXA\r\n"
		               : "250-STARTTLS\r\n");
	if (*mechs)
		sayf(c, "250-AUTH %s\r\n", mechs);
	say(c, "250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n");
}

static void welcome(conn *c)
{
	say(c, "235 2.7.0 Authentication successful\r\n");
}

static const dress smtp_dress = {
	.family = SMTP,
	.answer = say_line,
	.welcome = welcome,
	.challenge = "334 ",
	.refused = "535 5.7.8 Error: authentication failed: bad username or "
		   "password",
	.aborted = "501 5.7.0 Authentication aborted",
	.strange = "504 5.5.4 Unrecognized authentication type",
	.begin_tls = "220 2.0.0 Ready to start TLS",
	.no_starttls = "502 5.5.1 Command not implemented",
};

static void starttls(conn *c, const char *arg)
{
	(void)arg;
	starttls_run(c, &smtp_dress);
}

static void auth(conn *c, const char *arg)
{
	if (mechanisms_whole(c) || fails(c, PHASE_LOGIN, ACT_TOKEN))
		login_begin(c, &smtp_dress, arg);
	else if (*mechanisms(c))
		say_line(c, smtp_dress.strange);
	else if (fails(c, PHASE_LOGIN, ACT_TLS_FIRST))
		say(c, "530 5.7.0 Must issue a STARTTLS command first\r\n");
	else
		say(c, "503 5.5.1 Error: authentication not enabled\r\n");
}

static void mail_from(conn *c, const char *arg)
{
	(void)arg;
	if (c->at->service->logins && !c->who)
		say(c, "530 5.7.0 Authentication required\r\n");
	else if (!strikes(c, PHASE_COMMAND))
		say(c, "250 2.1.0 Ok\r\n");
}

/* Those who logged in may write to anybody, others to our accounts. */
static void rcpt_to(conn *c, const char *arg)
{
	char address[128] = "";
	const char *at = strchr(arg, '<');

	if (strikes(c, PHASE_RCPT))
		return;
	if (at)
		snprintf(address, sizeof(address), "%.*s",
		         (int)strcspn(at + 1, ">"), at + 1);
	if (c->who || account_find(address))
		say(c, "250 2.1.5 Ok\r\n");
	else
		say(c,
		    "550 5.1.1 Recipient address rejected: User unknown\r\n");
}

static void data(conn *c, const char *arg)
{
	(void)arg;
	c->step = STEP_MESSAGE;
	say(c, "354 End data with <CR><LF>.<CR><LF>\r\n");
}

static void message_goes_on(conn *c, const char *line)
{
	if (strcmp(line, ".") != 0)
		return;
	c->step = STEP_IDLE;
	if (!strikes(c, PHASE_DOT))
		say(c, "250 2.0.0 Ok: queued as DEMO\r\n");
}

static void nothing(conn *c, const char *arg)
{
	(void)arg;
	if (!strikes(c, PHASE_COMMAND))
		say(c, "250 2.0.0 Ok\r\n");
}

static void quit(conn *c, const char *arg)
{
	(void)arg;
	if (strikes(c, PHASE_QUIT))
		return;
	say(c, "221 2.0.0 Bye\r\n");
	c->closing = true;
}

static const command commands[] = {
	{ "EHLO", ehlo, false },         { "HELO", helo, false },
	{ "STARTTLS", starttls, false }, { "AUTH", auth, false },
	{ "MAIL", mail_from, false },    { "RCPT", rcpt_to, false },
	{ "DATA", data, false },         { "NOOP", nothing, false },
	{ "RSET", nothing, false },      { "VRFY", nothing, false },
	{ "QUIT", quit, false },         { NULL, NULL, false },
};

static void hear(conn *c, char *line)
{
	char *arg = line + strcspn(line, " ");

	if (c->step == STEP_MESSAGE) {
		message_goes_on(c, line);
		return;
	}
	if (c->step != STEP_IDLE) {
		login_goes_on(c, &smtp_dress, line);
		return;
	}
	if (*arg)
		*arg++ = '\0';
	if (!command_run(c, commands, line, arg))
		say(c, "502 5.5.2 Error: command not recognized\r\n");
}

const dialogue smtp_dialogue = { greet, hear, NULL };
