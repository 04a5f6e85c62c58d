/*
 * talk_imap.c - the rows of IMAP (RFC 9051, 3501) and its LOGIN command.
 */
#include "base/text.h"
#include "net/dialogue_own.h"

static void greeting_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	d->preauth = mgi_span_is_nocase(r->status, "PREAUTH");
	mgi_dialogue_offers(d, r);
	mgi_dialogue_done(d);
	if (d->offers_known)
		mgi_script_reached(d->script, MAILGUARD_PHASE_CAPABILITIES);
}

static bool need_list(const mgi_dialogue *d)
{
	return !d->offers_known;
}

static void list_say(mgi_dialogue *d)
{
	mgi_say_tag(d);
	mgi_say_text(d, "CAPABILITY");
	mgi_say_line(d);
}

/* The list itself came before, untagged; without one nothing is known. */
static void list_hear(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind == MAILGUARD_REPLY_OK && d->offers_known)
		mgi_dialogue_done(d);
	else
		mgi_dialogue_skip(d);
}

static bool need_list_after_tls(const mgi_dialogue *d)
{
	return mgi_need_after_tls(d) && !d->offers_known;
}

/* A login may bring more, so what was known was forgotten with it. */
static bool need_list_after_login(const mgi_dialogue *d)
{
	return mgi_need_login(d) && !d->offers_known;
}

/* Who is logged in already cannot begin TLS any more (RFC 9051, 7.1.4). */
static void starttls_say(mgi_dialogue *d)
{
	if (d->preauth ||
	    (d->offers_known && !(d->offers & MGI_OFFER_STARTTLS))) {
		mgi_dialogue_give_up(d, MAILGUARD_NOTE_NOT_OFFERED);
		return;
	}
	mgi_say_tag(d);
	mgi_say_text(d, "STARTTLS");
	mgi_say_line(d);
}

static void command_say(mgi_dialogue *d)
{
	mgi_say_tag(d);
	mgi_say_text(d, mgi_next_command(d));
	mgi_say_line(d);
}

static void logout_say(mgi_dialogue *d)
{
	mgi_say_tag(d);
	mgi_say_text(d, "LOGOUT");
	mgi_say_line(d);
}

static const mgi_row rows[] = {
	{ MAILGUARD_PHASE_GREETING, MAILGUARD_PHASE_NONE, 0, NULL, NULL,
	  greeting_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_CAPABILITIES, 0,
	  need_list, list_say, list_hear },
	{ MAILGUARD_PHASE_STARTTLS, MAILGUARD_PHASE_STARTTLS, 0,
	  mgi_need_starttls, starttls_say, mgi_hear_starttls },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_LOGIN, 0,
	  need_list_after_tls, list_say, list_hear },
	{ MAILGUARD_PHASE_LOGIN, MAILGUARD_PHASE_LOGIN, MGI_ROW_MORE,
	  mgi_need_login, mgi_login_say, mgi_login_hear },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_PHASE_COMMAND, 0,
	  need_list_after_login, list_say, list_hear },
	{ MAILGUARD_PHASE_COMMAND, MAILGUARD_PHASE_COMMAND,
	  MGI_ROW_REPEAT | MGI_ROW_AGAIN, mgi_need_command, command_say,
	  mgi_hear_command },
	{ MAILGUARD_PHASE_QUIT, MAILGUARD_PHASE_NONE, 0, NULL, logout_say,
	  mgi_hear_goodbye },
};

static const mgi_offer offers[] = {
	{ "STARTTLS", MGI_OFFER_STARTTLS },
	{ "SASL-IR", MGI_OFFER_INITIAL },
	{ "LOGINDISABLED", MGI_OFFER_NO_LOGIN },
	{ "LITERAL+", MGI_OFFER_LITERAL },
	{ "LITERAL-", MGI_OFFER_LITERAL },
	{ NULL, 0 },
};

/* -- LOGIN ----------------------------------------------------------------- */

enum { LITERAL_MAX = 4096 }; /* that LITERAL- sends unasked */

static bool login_offered(const mgi_dialogue *d)
{
	return !(d->offers & MGI_OFFER_NO_LOGIN);
}

static bool quotable(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i] < ' ' || s.data[i] >= 0x7f)
			return false;
	return true;
}

static void say_quoted(mgi_dialogue *d, mailguard_span s, bool secret)
{
	mailguard_buffer quoted;
	size_t i;

	mgi_buf_init(&quoted, d->mg);
	(void)mgi_buf_room(&quoted, 2 * s.len + 2);
	mgi_buf_putc(&quoted, '"');
	for (i = 0; i < s.len; i++) {
		if (s.data[i] == '"' || s.data[i] == '\\')
			mgi_buf_putc(&quoted, '\\');
		mgi_buf_add(&quoted, s.data + i, 1);
	}
	mgi_buf_putc(&quoted, '"');
	if (quoted.failed)
		mgi_script_fail(d->script, quoted.failed, MGI_SAY_NO_MEMORY);
	if (secret)
		mgi_say_hidden(d, mgi_buf_span(&quoted));
	else
		mgi_say_text(d, mgi_buf_text(&quoted));
	mgi_mask_wipe(&quoted);
	mgi_buf_done(&quoted);
}

static void say_raw(mgi_dialogue *d, mailguard_span s, bool secret)
{
	if (secret)
		mgi_say_hidden(d, s);
	else
		mgi_say_span(d, s);
}

/*
 * "a1 LOGIN user secret" in up to three lines: `round` counts what was said
 * of it, two for each argument: its announcement and itself.
 */
static bool login_say(mgi_dialogue *d)
{
	if (d->round == 0) {
		mgi_say_tag(d);
		mgi_say_text(d, "LOGIN ");
	}
	if (d->round > 3)
		return false; /* nothing was asked for any more */
	while (d->round < 4) {
		bool secret = d->round >= 2;
		mailguard_span s = secret ? d->secret : mgi_span_of(d->to.user);
		bool announced = d->round & 1;

		d->round = secret ? 4 : 2;
		if (announced) {
			say_raw(d, s, secret);
		} else if (quotable(s)) {
			say_quoted(d, s, secret);
		} else {
			bool at_once = d->offers & MGI_OFFER_LITERAL &&
			               s.len <= LITERAL_MAX;

			mgi_say_text(d, "{");
			say_raw(d, mgi_span_of(mgi_u64(s.len).text), secret);
			mgi_say_text(d, at_once ? "+}\r\n" : "}");
			if (!at_once) {
				d->round = secret ? 3 : 1;
				break;
			}
			say_raw(d, s, secret);
		}
		if (!secret)
			mgi_say_text(d, " ");
	}
	mgi_say_line(d);
	return true;
}

static const mgi_way ways[] = {
	{ "LOGIN", true, 0, login_offered, login_say },
	{ NULL, false, 0, NULL, NULL },
};

/* IMAP has no limit, but takes an initial response only if it says so. */
const mgi_speaker mgi_speaker_imap = { rows,   offers,          ways,
	                               "AUTH", "AUTHENTICATE ", 0 };
