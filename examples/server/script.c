/*
 * script.c - what the fault of a port does to a dialogue.
 */
#include "server.h"

static int64_t slow_by = 1500;

void script_slow(int64_t milliseconds)
{
	slow_by = milliseconds;
}

/* The line that the script says instead; "@" becomes the command's tag. */
static void recite(conn *c, const char *text)
{
	if (text && text[0] == '@') {
		say(c, c->tag);
		text++;
	}
	if (text)
		say(c, text);
}

bool strikes(conn *c, phase at)
{
	const fault *f = c->at->fault;

	if (!f || f->at != at)
		return false;
	switch (f->act) {
	case ACT_STALL:
		c->mute = true;
		return true;
	case ACT_RESET:
		conn_reset(c);
		return true;
	case ACT_SLOW:
		c->until = milliseconds_now() + slow_by;
		return false;
	case ACT_DRIP:
		c->drip = slow_by / 2;
		return false;
	case ACT_FOURTH:
		if (c->at->taken % 4 == 0)
			conn_reset(c);
		return c->dead;
	case ACT_ENDLESS:
		c->mute = c->endless = true;
		return true;
	case ACT_CLOSE:
	case ACT_END:
		c->closing = true;
		recite(c, f->text[c->at->service->family]);
		return true;
	case ACT_SAY:
		recite(c, f->text[c->at->service->family]);
		return true;
	default:
		return false;
	}
}

bool fails(const conn *c, phase at, act how)
{
	const fault *f = c->at->fault;

	return f && f->at == at && f->act == how;
}

const char *mechanisms(const conn *c)
{
	if (!c->at->service->logins || fails(c, PHASE_LOGIN, ACT_HIDE) ||
	    (fails(c, PHASE_LOGIN, ACT_TLS_FIRST) && !c->ssl))
		return "";
	if (fails(c, PHASE_LOGIN, ACT_TOKEN))
		return "XOAUTH2";
	return fails(c, PHASE_LOGIN, ACT_STRANGE) ? "X-RUNES" : "PLAIN LOGIN";
}

bool offers_starttls(const conn *c)
{
	return !c->ssl && !c->at->service->implicit_tls &&
	       !fails(c, PHASE_STARTTLS, ACT_HIDE);
}
