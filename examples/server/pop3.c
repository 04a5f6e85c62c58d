/*
 * pop3.c - the server's half of POP3 (RFC 1939, 2449, 2595, 5034).
 */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void greet(conn *c)
{
	if (!strikes(c, PHASE_GREETING))
		say(c, "+OK demo.example POP3 ready\r\n");
}

static void capa(conn *c, const char *arg)
{
	const char *mechs = mechanisms(c);

	(void)arg;
	if (!c->who && strikes(c, PHASE_CAPABILITIES))
		return;
	say(c, "+OK\r\nTOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\n");
	if (offers_starttls(c))
		say(c, "STLS\r\n");
	if (mechanisms_whole(c))
		say(c, "USER\r\n");
	if (*mechs)
		sayf(c, "SASL %s\r\n", mechs);
	say(c, ".\r\n");
}

static void welcome(conn *c)
{
	say(c, "+OK Logged in.\r\n");
}

static const dress pop3_dress = {
	.family = POP3,
	.answer = say_line,
	.welcome = welcome,
	.challenge = "+ ",
	.refused = "-ERR [AUTH] Authentication failed.",
	.aborted = "-ERR Authentication aborted.",
	.strange = "-ERR Unsupported authentication mechanism.",
	.begin_tls = "+OK Begin TLS negotiation now.",
	.no_starttls = "-ERR Unknown command.",
};

static void stls(conn *c, const char *arg)
{
	(void)arg;
	starttls_run(c, &pop3_dress);
}

static bool password_taken(conn *c)
{
	if (mechanisms_whole(c))
		return true;
	say(c, fails(c, PHASE_LOGIN, ACT_TLS_FIRST)
	               ? "-ERR [AUTH] Plaintext authentication disallowed on "
	                 "non-secure connections.\r\n"
	               : "-ERR [AUTH] Unsupported authentication "
	                 "mechanism.\r\n");
	return false;
}

static void user(conn *c, const char *arg)
{
	if (!password_taken(c))
		return;
	snprintf(c->user, sizeof(c->user), "%s", arg);
	say(c, "+OK\r\n");
}

static void pass(conn *c, const char *arg)
{
	if (password_taken(c))
		login_end(c, &pop3_dress, account_login(c->user, arg));
}

static void auth(conn *c, const char *arg)
{
	if (fails(c, PHASE_LOGIN, ACT_TOKEN) || password_taken(c))
		login_begin(c, &pop3_dress, arg);
}

static void stat_all(conn *c, const char *arg)
{
	size_t i, bytes = 0;

	(void)arg;
	for (i = 0; i < c->who->count; i++)
		bytes += c->who->mails[i].len;
	sayf(c, "+OK %zu %zu\r\n", c->who->count, bytes);
}

/* The mail that `arg` begins with; NULL and an error said if none. */
static const mail *pick(conn *c, const char *arg)
{
	size_t n = strtoul(arg, NULL, 10);

	if (n >= 1 && n <= c->who->count)
		return &c->who->mails[n - 1];
	say(c, "-ERR There's no such message.\r\n");
	return NULL;
}

static void line_of(conn *c, const mail *m, bool uid)
{
	size_t n = (size_t)(m - c->who->mails) + 1;

	if (uid)
		sayf(c, "%zu demo%08u\r\n", n, m->uid);
	else
		sayf(c, "%zu %zu\r\n", n, m->len);
}

static void list_or_uidl(conn *c, const char *arg, bool uid)
{
	size_t i;

	if (*arg) {
		const mail *m = pick(c, arg);

		if (m) {
			say(c, "+OK ");
			line_of(c, m, uid);
		}
		return;
	}
	say(c, "+OK\r\n");
	for (i = 0; i < c->who->count; i++)
		line_of(c, &c->who->mails[i], uid);
	say(c, ".\r\n");
}

static void list(conn *c, const char *arg)
{
	list_or_uidl(c, arg, false);
}

static void uidl(conn *c, const char *arg)
{
	list_or_uidl(c, arg, true);
}

static void retr(conn *c, const char *arg)
{
	const mail *m = pick(c, arg);

	if (!m)
		return;
	sayf(c, "+OK %zu octets\r\n", m->len);
	say_bytes(c, m->text, m->len);
	say(c, ".\r\n");
}

/* The header and so many lines. */
static void top(conn *c, const char *arg)
{
	const mail *m = pick(c, arg);
	const char *end, *lines = strchr(arg, ' ');
	unsigned long more = lines ? strtoul(lines, NULL, 10) : 0;

	if (!m)
		return;
	end = strstr(m->text, "\r\n\r\n") + 4;
	for (; more && *end; more--)
		end = strstr(end, "\r\n") + 2;
	say(c, "+OK\r\n");
	say_bytes(c, m->text, (size_t)(end - m->text));
	say(c, ".\r\n");
}

static void nothing(conn *c, const char *arg)
{
	(void)arg;
	say(c, "+OK\r\n");
}

static void dele(conn *c, const char *arg)
{
	(void)arg;
	say(c, "-ERR [SYS/PERM] This server keeps its mail.\r\n");
}

static void quit(conn *c, const char *arg)
{
	(void)arg;
	if (strikes(c, PHASE_QUIT))
		return;
	say(c, "+OK Logging out.\r\n");
	c->closing = true;
}

static const command commands[] = {
	{ "CAPA", capa, false },    { "STLS", stls, false },
	{ "USER", user, false },    { "PASS", pass, false },
	{ "AUTH", auth, false },    { "QUIT", quit, false },
	{ "STAT", stat_all, true }, { "LIST", list, true },
	{ "UIDL", uidl, true },     { "RETR", retr, true },
	{ "TOP", top, true },       { "NOOP", nothing, true },
	{ "RSET", nothing, true },  { "DELE", dele, true },
	{ NULL, NULL, false },
};

static void hear(conn *c, char *line)
{
	char *arg = line + strcspn(line, " ");

	if (c->step != STEP_IDLE) {
		login_goes_on(c, &pop3_dress, line);
		return;
	}
	if (*arg)
		*arg++ = '\0';
	if (!command_run(c, commands, line, arg))
		say(c, "-ERR Unknown command.\r\n");
}

const dialogue pop3_dialogue = { greet, hear, NULL };
