/*
 * smtp.c - the server's half of SMTP (RFC 5321) and submission (RFC 6409).
 */
#include "server.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum step { IDLE, PLAIN, LOGIN_NAME, LOGIN_SECRET, MESSAGE };

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
		say(c, "250-STARTTLS\r\n");
	if (*mechs)
		sayf(c, "250-AUTH %s\r\n", mechs);
	say(c, "250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n");
}

static void starttls(conn *c, const char *arg)
{
	(void)arg;
	if (!offers_starttls(c)) {
		say(c, "502 5.5.1 Command not implemented\r\n");
		return;
	}
	if (strikes(c, PHASE_STARTTLS))
		return;
	say(c, "220 2.0.0 Ready to start TLS\r\n");
	if (fails(c, PHASE_STARTTLS, ACT_INJECT))
		say(c, c->at->fault->text[SMTP]);
	c->tls_next = true;
}

static void let_in(conn *c, const account *a)
{
	c->step = IDLE;
	if (strikes(c, PHASE_LOGIN))
		return;
	c->who = a;
	say(c, a ? "235 2.7.0 Authentication successful\r\n"
	         : "535 5.7.8 Error: authentication failed: bad username or "
	           "password\r\n");
}

static void auth(conn *c, const char *arg)
{
	const char *mechs = mechanisms(c);
	bool known = strcmp(mechs, "PLAIN LOGIN") == 0;

	if (fails(c, PHASE_LOGIN, ACT_TLS_FIRST) && !*mechs) {
		say(c, "530 5.7.0 Must issue a STARTTLS command first\r\n");
	} else if (!*mechs) {
		say(c, "503 5.5.1 Error: authentication not enabled\r\n");
	} else if (known && strncasecmp(arg, "PLAIN ", 6) == 0) {
		let_in(c, account_plain(arg + 6));
	} else if (known && strcasecmp(arg, "PLAIN") == 0) {
		c->step = PLAIN;
		say(c, "334 \r\n");
	} else if (known && strcasecmp(arg, "LOGIN") == 0) {
		c->step = LOGIN_NAME;
		say(c, "334 VXNlcm5hbWU6\r\n");
	} else {
		say(c, "504 5.5.4 Unrecognized authentication type\r\n");
	}
}

static void auth_goes_on(conn *c, const char *line)
{
	char secret[128];

	if (strcmp(line, "*") == 0) {
		c->step = IDLE;
		say(c, "501 5.7.0 Authentication aborted\r\n");
	} else if (c->step == PLAIN) {
		let_in(c, account_plain(line));
	} else if (c->step == LOGIN_NAME) {
		if (!base64_decode(c->user, sizeof(c->user), line))
			c->user[0] = '\0';
		c->step = LOGIN_SECRET;
		say(c, "334 UGFzc3dvcmQ6\r\n");
	} else {
		bool read = base64_decode(secret, sizeof(secret), line);

		let_in(c, read ? account_login(c->user, secret) : NULL);
	}
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
	c->step = MESSAGE;
	say(c, "354 End data with <CR><LF>.<CR><LF>\r\n");
}

static void message_goes_on(conn *c, const char *line)
{
	if (strcmp(line, ".") != 0)
		return;
	c->step = IDLE;
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

static const struct {
	const char *name;
	void (*run)(conn *c, const char *arg);
} commands[] = {
	{ "EHLO", ehlo },    { "HELO", helo },      { "STARTTLS", starttls },
	{ "AUTH", auth },    { "MAIL", mail_from }, { "RCPT", rcpt_to },
	{ "DATA", data },    { "NOOP", nothing },   { "RSET", nothing },
	{ "VRFY", nothing }, { "QUIT", quit },
};

static void hear(conn *c, char *line)
{
	char *arg = line + strcspn(line, " ");
	size_t i;

	if (c->step == MESSAGE) {
		message_goes_on(c, line);
		return;
	}
	if (c->step != IDLE) {
		auth_goes_on(c, line);
		return;
	}
	if (*arg)
		*arg++ = '\0';
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcasecmp(line, commands[i].name) == 0) {
			commands[i].run(c, arg);
			return;
		}
	say(c, "502 5.5.2 Error: command not recognized\r\n");
}

const dialogue smtp_dialogue = { greet, hear, NULL };
