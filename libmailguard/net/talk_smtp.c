/*
 * talk_smtp.c - the rows of SMTP (RFC 5321) and submission (RFC 6409): from
 * the greeting to the answer to the last dot.
 */
#include "base/text.h"
#include "net/dialogue_own.h"

static void greeting_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (mgi_fine_or_quit(d, r))
		mgi_dialogue_done(d);
}

static void hello_say(mgi_dialogue *d, const char *verb)
{
	mgi_say_text(d, verb);
	mgi_say_text(d, d->helo);
	mgi_say_line(d);
}

static void ehlo_say(mgi_dialogue *d)
{
	hello_say(d, "EHLO ");
}

/* An old server knows HELO only, which offers nothing. */
static void ehlo_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind == MAILGUARD_REPLY_PERMANENT) {
		d->no_ehlo = true;
		mgi_dialogue_skip(d);
		return;
	}
	if (!mgi_fine_or_quit(d, r))
		return;
	mgi_dialogue_offers(d, r);
	d->offers_known = true;
	mgi_dialogue_done(d);
}

static bool need_helo(const mgi_dialogue *d)
{
	return d->no_ehlo;
}

static bool need_helo_after_tls(const mgi_dialogue *d)
{
	return d->no_ehlo && mgi_need_after_tls(d);
}

static void helo_say(mgi_dialogue *d)
{
	hello_say(d, "HELO ");
}

static void helo_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (!mgi_fine_or_quit(d, r))
		return;
	d->offers_known = true;
	mgi_dialogue_done(d);
}

static void starttls_say(mgi_dialogue *d)
{
	if (!(d->offers & MGI_OFFER_STARTTLS)) {
		mgi_dialogue_give_up(d, MAILGUARD_NOTE_NOT_OFFERED);
		return;
	}
	mgi_say_text(d, "STARTTLS");
	mgi_say_line(d);
}

static bool need_reset(const mgi_dialogue *d)
{
	return d->transaction;
}

static void reset_say(mgi_dialogue *d)
{
	mgi_say_text(d, "RSET");
	mgi_say_line(d);
}

static void reset_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (!mgi_fine_or_quit(d, r))
		return;
	d->transaction = false;
	mgi_dialogue_skip(d);
}

static void command_say(mgi_dialogue *d)
{
	mgi_say_text(d, mgi_next_command(d));
	mgi_say_line(d);
}

/* -- mail ------------------------------------------------------------------ */

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static bool need_mail(const mgi_dialogue *d)
{
	return d->asked.mail_from != NULL;
}

static void mail_say(mgi_dialogue *d)
{
	const mgi_asked *a = &d->asked;
	bool utf8 = !is_ascii(a->mail_from) ||
	            (a->rcpt_to && !is_ascii(a->rcpt_to));
	bool eight = a->has_body && a->body.eight_bit;

	if ((utf8 && !(d->offers & MGI_OFFER_UTF8)) ||
	    (eight && !(d->offers & MGI_OFFER_8BIT))) {
		mgi_script_note(d->script, MAILGUARD_NOTE_NOT_OFFERED);
		mgi_dialogue_over(d);
		return;
	}
	mgi_say_text(d, "MAIL FROM:<");
	mgi_say_text(d, a->mail_from);
	mgi_say_text(d, ">");
	if (a->has_body && d->offers & MGI_OFFER_SIZE) {
		mgi_say_text(d, " SIZE=");
		mgi_say_text(d, mgi_u64(a->body.size).text);
	}
	if (eight)
		mgi_say_text(d, " BODY=8BITMIME");
	if (utf8)
		mgi_say_text(d, " SMTPUTF8");
	mgi_say_line(d);
}

/* Refused: this mail is over, the line is as good as before. */
static void envelope_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind != MAILGUARD_REPLY_OK) {
		mgi_dialogue_over(d);
		return;
	}
	d->transaction = true;
	mgi_dialogue_done(d);
}

static bool need_rcpt(const mgi_dialogue *d)
{
	return d->asked.rcpt_to != NULL;
}

static void rcpt_say(mgi_dialogue *d)
{
	mgi_say_text(d, "RCPT TO:<");
	mgi_say_text(d, d->asked.rcpt_to);
	mgi_say_text(d, ">");
	mgi_say_line(d);
}

static bool need_data(const mgi_dialogue *d)
{
	return d->asked.has_body;
}

static void data_say(mgi_dialogue *d)
{
	mgi_say_text(d, "DATA");
	mgi_say_line(d);
}

static void data_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind == MAILGUARD_REPLY_MORE)
		mgi_dialogue_pump(d);
	else if (r->kind == MAILGUARD_REPLY_OK)
		mgi_dialogue_broke(d, MAILGUARD_NOTE_UNEXPECTED);
	else
		mgi_dialogue_over(d);
}

static void dot_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	d->transaction = false;
	if (r->kind == MAILGUARD_REPLY_OK)
		mgi_dialogue_done(d);
	else
		mgi_dialogue_over(d);
}

static void quit_say(mgi_dialogue *d)
{
	mgi_say_text(d, "QUIT");
	mgi_say_line(d);
}

static const mgi_row rows[] = {
	{ MAILGUARD_PHASE_GREETING, MAILGUARD_PHASE_NONE, 0, NULL, NULL,
	  greeting_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_CAPABILITIES, 0, NULL,
	  ehlo_say, ehlo_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_CAPABILITIES, 0,
	  need_helo, helo_say, helo_hear },
	{ MAILGUARD_PHASE_STARTTLS, MAILGUARD_PHASE_STARTTLS, 0,
	  mgi_need_starttls, starttls_say, mgi_hear_starttls },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_LOGIN, 0,
	  mgi_need_after_tls, ehlo_say, ehlo_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_LOGIN, 0,
	  need_helo_after_tls, helo_say, helo_hear },
	{ MAILGUARD_PHASE_LOGIN, MAILGUARD_PHASE_LOGIN, MGI_ROW_MORE,
	  mgi_need_login, mgi_login_say, mgi_login_hear },
	{ MAILGUARD_PHASE_COMMAND, MAILGUARD_PHASE_NONE, MGI_ROW_AGAIN,
	  need_reset, reset_say, reset_hear },
	{ MAILGUARD_PHASE_COMMAND, MAILGUARD_PHASE_COMMAND, MGI_ROW_REPEAT,
	  mgi_need_command, command_say, mgi_hear_command },
	{ MAILGUARD_PHASE_MAIL, MAILGUARD_PHASE_MAIL, 0, need_mail, mail_say,
	  envelope_hear },
	{ MAILGUARD_PHASE_RCPT, MAILGUARD_PHASE_RCPT, 0, need_rcpt, rcpt_say,
	  envelope_hear },
	{ MAILGUARD_PHASE_DATA, MAILGUARD_PHASE_DATA, MGI_ROW_MORE, need_data,
	  data_say, data_hear },
	{ MAILGUARD_PHASE_DOT, MAILGUARD_PHASE_DOT, 0, need_data, NULL,
	  dot_hear },
	{ MAILGUARD_PHASE_QUIT, MAILGUARD_PHASE_NONE, 0, NULL, quit_say,
	  mgi_hear_goodbye },
};

static const mgi_offer offers[] = {
	{ "STARTTLS", MGI_OFFER_STARTTLS },
	{ "8BITMIME", MGI_OFFER_8BIT },
	{ "SIZE", MGI_OFFER_SIZE },
	{ "SMTPUTF8", MGI_OFFER_UTF8 },
	{ NULL, 0 },
};

static const mgi_way ways[] = { { NULL, false, 0, NULL, NULL } };

/* RFC 5321, 4.5.3.1.4: a command takes 512 bytes with its end. */
const mgi_speaker mgi_speaker_smtp = {
	rows, offers, ways, "AUTH", "AUTH ", 510
};
