/*
 * login.c - what the dialogues have in common: a login by SASL, STARTTLS and a
 * table of commands. Their words are in each one's dress.
 */
#include "server.h"

#include <string.h>
#include <strings.h>

/* What Google says of a token that has run out (RFC 7628, 3.2.2):
   {"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"} */
static const char token_error[] =
	"eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczov"
	"L21haWwuZ29vZ2xlLmNvbS8ifQ==";

void say_line(conn *c, const char *words)
{
	sayf(c, "%s\r\n", words);
}

bool mechanisms_whole(const conn *c)
{
	return strcmp(mechanisms(c), "PLAIN LOGIN") == 0;
}

void login_end(conn *c, const dress *d, const account *a)
{
	c->step = STEP_IDLE;
	if (strikes(c, PHASE_LOGIN))
		return;
	c->who = a;
	if (a)
		d->welcome(c);
	else
		d->answer(c, d->refused);
}

void login_begin(conn *c, const dress *d, const char *arg)
{
	if (fails(c, PHASE_LOGIN, ACT_TOKEN)) {
		c->step = STEP_TOKEN;
		sayf(c, "%s%s\r\n", d->challenge, token_error);
	} else if (strncasecmp(arg, "PLAIN ", 6) == 0) {
		login_end(c, d, account_plain(arg + 6));
	} else if (strcasecmp(arg, "PLAIN") == 0) {
		c->step = STEP_PLAIN;
		sayf(c, "%s\r\n", d->challenge);
	} else if (strcasecmp(arg, "LOGIN") == 0) {
		c->step = STEP_LOGIN_NAME;
		sayf(c, "%sVXNlcm5hbWU6\r\n", d->challenge);
	} else {
		d->answer(c, d->strange);
	}
}

void login_goes_on(conn *c, const dress *d, const char *line)
{
	char secret[128];

	if (strcmp(line, "*") == 0) {
		c->step = STEP_IDLE;
		d->answer(c, d->aborted);
	} else if (c->step == STEP_TOKEN) {
		c->step = STEP_IDLE;
		d->answer(c, c->at->fault->text[d->family]);
	} else if (c->step == STEP_PLAIN) {
		login_end(c, d, account_plain(line));
	} else if (c->step == STEP_LOGIN_NAME) {
		if (!base64_decode(c->user, sizeof(c->user), line))
			c->user[0] = '\0';
		c->step = STEP_LOGIN_SECRET;
		sayf(c, "%sUGFzc3dvcmQ6\r\n", d->challenge);
	} else {
		bool read = base64_decode(secret, sizeof(secret), line);

		login_end(c, d, read ? account_login(c->user, secret) : NULL);
	}
}

void starttls_run(conn *c, const dress *d)
{
	if (!offers_starttls(c)) {
		d->answer(c, d->no_starttls);
		return;
	}
	if (strikes(c, PHASE_STARTTLS))
		return;
	d->answer(c, d->begin_tls);
	if (fails(c, PHASE_STARTTLS, ACT_INJECT))
		say(c, c->at->fault->text[d->family]);
	c->tls_next = true;
}

bool command_run(conn *c,
                 const command *commands,
                 const char *name,
                 const char *arg)
{
	for (; commands->name; commands++) {
		if (strcasecmp(name, commands->name) != 0 ||
		    (commands->inside && !c->who))
			continue;
		if (!commands->inside || !strikes(c, PHASE_COMMAND))
			commands->run(c, arg);
		return true;
	}
	return false;
}
