/*
 * talk_pop3.c - the rows of POP3 (RFC 1939, 2449, 2595) and its own two ways
 * to log in.
 */
#include <string.h>

#include "base/text.h"
#include "net/dialogue_own.h"

/* "+OK ready <1896.697170952@dbc.mtview.ca.us>" */
static void stamp_take(mgi_dialogue *d, const mailguard_reply *r)
{
	mailguard_span s = r->text;
	const unsigned char *end;
	size_t i, n;

	for (i = 0; i < s.len && s.data[i] != '<'; i++)
		;
	s = mgi_span_from(s, i);
	end = s.len ? memchr(s.data, '>', s.len) : NULL;
	if (!end)
		return;
	n = (size_t)(end - s.data) + 1;
	if (memchr(s.data, '@', n) && !memchr(s.data, '\0', n))
		d->stamp = mgi_arena_strndup(d->arena, s.data, n);
}

static void greeting_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (!mgi_fine_or_quit(d, r))
		return;
	stamp_take(d, r);
	mgi_dialogue_done(d);
}

static void capa_say(mgi_dialogue *d)
{
	mgi_say_text(d, "CAPA");
	mgi_say_line(d);
}

/* Servers from before 1998 do not know it. */
static void capa_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind != MAILGUARD_REPLY_OK) {
		mgi_dialogue_skip(d);
		return;
	}
	mgi_dialogue_offers(d, r);
	d->offers_known = true;
	mgi_dialogue_done(d);
}

static void stls_say(mgi_dialogue *d)
{
	if (d->offers_known && !(d->offers & MGI_OFFER_STARTTLS)) {
		mgi_dialogue_give_up(d, MAILGUARD_NOTE_NOT_OFFERED);
		return;
	}
	mgi_say_text(d, "STLS");
	mgi_say_line(d);
}

/* Commands whose "+OK" is followed by lines: all, or without an argument. */
static const struct {
	const char *verb;
	bool bare;
} multiline[] = {
	{ "CAPA", false }, { "LIST", true }, { "UIDL", true },
	{ "RETR", false }, { "TOP", false },
};

static bool is_multiline(const char *command)
{
	mailguard_span s = mgi_span_of(command);
	size_t i, n = 0;

	while (n < s.len && s.data[n] != ' ')
		n++;
	for (i = 0; i < sizeof(multiline) / sizeof(multiline[0]); i++)
		if (mgi_span_is_nocase(mgi_span_head(s, n), multiline[i].verb))
			return !multiline[i].bare || n == s.len;
	return false;
}

/* "TOP * 0": what STAT counted last, of which only the date is recorded. */
static const char star[] = "TOP *";

static bool is_star(const char *command)
{
	return mgi_span_starts_nocase(mgi_span_of(command), star);
}

/* In an empty mailbox there is no last message. */
static bool need_command(const mgi_dialogue *d)
{
	return mgi_need_command(d) &&
	       (d->messages || !is_star(d->asked.commands[d->command]));
}

static void command_say(mgi_dialogue *d)
{
	const char *command = mgi_next_command(d);

	d->multiline = is_multiline(command);
	d->only_date = is_star(command);
	if (d->only_date) {
		mgi_say_text(d, "TOP ");
		mgi_say_text(d, mgi_u64(d->messages).text);
		command += sizeof(star) - 1;
	}
	mgi_say_text(d, command);
	mgi_say_line(d);
}

/* "+OK 2 320": how many, and their bytes */
static void stat_take(mgi_dialogue *d, const mailguard_reply *r)
{
	mailguard_span s = mgi_span_trim(r->text);
	size_t n = 0;

	while (n < s.len && mgi_is_digit(s.data[n]))
		n++;
	if (!mgi_span_u64(&d->messages, mgi_span_head(s, n), UINT32_MAX))
		d->messages = 0;
}

static void command_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	const char *said = d->asked.commands[d->command - 1];

	if (r->kind == MAILGUARD_REPLY_OK &&
	    mgi_span_is_nocase(mgi_span_of(said), "STAT"))
		stat_take(d, r);
	if (mgi_need_command(d) && !need_command(d))
		d->command++; /* it stays unsaid, and nothing is missed */
	mgi_hear_command(d, r);
}

static void quit_say(mgi_dialogue *d)
{
	mgi_say_text(d, "QUIT");
	mgi_say_line(d);
}

static const mgi_row rows[] = {
	{ MAILGUARD_PHASE_GREETING, MAILGUARD_PHASE_NONE, 0, NULL, NULL,
	  greeting_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_CAPABILITIES,
	  MGI_ROW_MULTILINE, NULL, capa_say, capa_hear },
	{ MAILGUARD_PHASE_STARTTLS, MAILGUARD_PHASE_STARTTLS, 0,
	  mgi_need_starttls, stls_say, mgi_hear_starttls },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_LOGIN,
	  MGI_ROW_MULTILINE, mgi_need_after_tls, capa_say, capa_hear },
	{ MAILGUARD_PHASE_LOGIN, MAILGUARD_PHASE_LOGIN, MGI_ROW_MORE,
	  mgi_need_login, mgi_login_say, mgi_login_hear },
	{ MAILGUARD_PHASE_COMMAND, MAILGUARD_PHASE_COMMAND,
	  MGI_ROW_REPEAT | MGI_ROW_AGAIN, need_command, command_say,
	  command_hear },
	{ MAILGUARD_PHASE_QUIT, MAILGUARD_PHASE_NONE, 0, NULL, quit_say,
	  mgi_hear_goodbye },
};

static const mgi_offer offers[] = {
	{ "STLS", MGI_OFFER_STARTTLS },
	{ "USER", MGI_OFFER_USER },
	{ NULL, 0 },
};

/* -- logging in without SASL ----------------------------------------------- */

static bool user_offered(const mgi_dialogue *d)
{
	return !d->offers_known || d->offers & MGI_OFFER_USER;
}

static bool user_say(mgi_dialogue *d)
{
	if (d->round > 1)
		return false;
	mgi_say_text(d, d->round ? "PASS " : "USER ");
	if (d->round++)
		mgi_say_hidden(d, d->secret);
	else
		mgi_say_text(d, d->to.user);
	mgi_say_line(d);
	return true;
}

static bool apop_offered(const mgi_dialogue *d)
{
	return d->stamp != NULL;
}

static bool apop_say(mgi_dialogue *d)
{
	char hex[33];

	if (d->round++)
		return false;
	if (!mgi_apop_digest(hex, mgi_span_of(d->stamp), d->secret)) {
		mgi_script_fail(d->script, MAILGUARD_EUNSUPPORTED,
		                MGI_SAY_HASH_FAILED);
		return true;
	}
	mgi_mask_add(&d->mask, mgi_span_of(hex));
	mgi_say_text(d, "APOP ");
	mgi_say_text(d, d->to.user);
	mgi_say_text(d, " ");
	mgi_say_hidden(d, mgi_span_of(hex));
	mgi_say_line(d);
	return true;
}

/* APOP's MD5 proves little and some servers offer it without being able to:
 * only if asked for. */
static const mgi_way ways[] = {
	{ "USER", true, 2, user_offered, user_say },
	{ "APOP", false, 1, apop_offered, apop_say },
	{ NULL, false, 0, NULL, NULL },
};

/* RFC 5034, 4: a command with its end takes 255 bytes. */
const mgi_speaker mgi_speaker_pop3 = {
	rows, offers, ways, "SASL", "AUTH ", 253
};
