/*
 * mail.c - read a conversation of SMTP, POP3 or IMAP: where it ended, and why
 * there.
 *
 * The dialogue's notes and the kind of each answer tell the place; the words
 * of the server tell the reason, and where they tell none, the place does.
 */
#include "probe/mail.h"

#include "base/text.h"

#include <string.h>

/* From here on words outweigh the response code before them. */
enum { WORDS_SURE = 60 };

/* What kept a step from being said, or ended it. Phase 0 is any. */
static const struct {
	mailguard_note note;
	mailguard_phase phase;
	mailguard_reason reason;
} notes[] = {
	{ MAILGUARD_NOTE_NOT_OFFERED, MAILGUARD_PHASE_STARTTLS,
	  MAILGUARD_REASON_STARTTLS_MISSING },
	{ MAILGUARD_NOTE_NOT_OFFERED, MAILGUARD_PHASE_LOGIN,
	  MAILGUARD_REASON_LOGIN_NOT_OFFERED },
	{ MAILGUARD_NOTE_NOT_OFFERED, 0, MAILGUARD_REASON_FEATURE_UNSUPPORTED },
	{ MAILGUARD_NOTE_DISABLED, 0, MAILGUARD_REASON_LOGIN_DISABLED },
	{ MAILGUARD_NOTE_GARBAGE, MAILGUARD_PHASE_GREETING,
	  MAILGUARD_REASON_GREETING_GARBAGE },
	{ MAILGUARD_NOTE_GARBAGE, 0, MAILGUARD_REASON_REPLY_GARBAGE },
	{ MAILGUARD_NOTE_TOO_LONG, 0, MAILGUARD_REASON_LINE_TOO_LONG },
	{ MAILGUARD_NOTE_WRONG_TAG, 0, MAILGUARD_REASON_WRONG_ORDER },
	{ MAILGUARD_NOTE_UNEXPECTED, MAILGUARD_PHASE_GREETING,
	  MAILGUARD_REASON_GREETING_GARBAGE },
	{ MAILGUARD_NOTE_UNEXPECTED, 0, MAILGUARD_REASON_WRONG_ORDER },
	{ MAILGUARD_NOTE_INJECTED, 0, MAILGUARD_REASON_STARTTLS_INJECTED },
	{ MAILGUARD_NOTE_BAD_CHALLENGE, 0,
	  MAILGUARD_REASON_AUTH_EXCHANGE_FAILED },
	{ MAILGUARD_NOTE_UNPROVEN, 0, MAILGUARD_REASON_AUTH_EXCHANGE_FAILED },
};

/* What a refusal means where its words say nothing. */
static const struct {
	mailguard_phase phase;
	mailguard_reason passing, lasting;
} refusals[] = {
	{ MAILGUARD_PHASE_GREETING, MAILGUARD_REASON_GREETING_UNAVAILABLE,
	  MAILGUARD_REASON_CLIENT_REFUSED },
	{ MAILGUARD_PHASE_STARTTLS, MAILGUARD_REASON_STARTTLS_REFUSED,
	  MAILGUARD_REASON_STARTTLS_REFUSED },
	{ MAILGUARD_PHASE_LOGIN, MAILGUARD_REASON_LOGIN_UNAVAILABLE,
	  MAILGUARD_REASON_AUTH },
	{ 0, MAILGUARD_REASON_COMMAND_REFUSED,
	  MAILGUARD_REASON_COMMAND_REFUSED },
};

mailguard_status mgi_ask_mail(mailguard_ask *out,
                              const mailguard_endpoint *target,
                              mailguard_phase until,
                              const char *const *commands)
{
	out->to = target;
	if (until == MAILGUARD_PHASE_NONE)
		until = out->secret.len && commands ? MAILGUARD_PHASE_COMMAND
		                                    : MAILGUARD_PHASE_LOGIN;
	if (out->secret.len && until >= MAILGUARD_PHASE_COMMAND)
		out->commands = commands;
	out->until = until;
	return MAILGUARD_OK;
}

/* The server says goodbye on its own, now and for all it is asked. */
static bool leaves(const mailguard_step *s)
{
	return s->answer == MAILGUARD_REPLY_BYE || s->code == 421;
}

/* That a server shuts is the reason only behind its greeting. */
static bool only_away(mailguard_reason reason)
{
	return reason == MAILGUARD_REASON_SERVICE_UNAVAILABLE ||
	       reason == MAILGUARD_REASON_SERVER_CLOSED ||
	       reason == MAILGUARD_REASON_LOGIN_UNAVAILABLE;
}

/* What was said, without the tag that is ours. */
static mailguard_span said_of(const mgi_reader *r, const mailguard_step *s)
{
	mailguard_protocol protocol =
		mailguard_transcript_endpoint(r->t)->protocol;
	mailguard_span words = s->heard;
	mailguard_reply reply;
	size_t at = 0;

	while (mgi_mail_reply(&reply, s, protocol, &at))
		if (reply.kind == s->answer && reply.status.len)
			words = mgi_span_from(
				reply.whole,
				reply.tag.len ? (size_t)(reply.status.data -
			                                 reply.whole.data)
					      : 0);
	return words;
}

/* At a login the mailbox is the user's own. */
static const struct {
	mailguard_reason of_others, own;
} owns[] = {
	{ MAILGUARD_REASON_MAILBOX_FULL, MAILGUARD_REASON_OWN_MAILBOX_FULL },
	{ MAILGUARD_REASON_MAILBOX_DISABLED,
	  MAILGUARD_REASON_ACCOUNT_DISABLED },
	{ MAILGUARD_REASON_MAILBOX_INACTIVE,
	  MAILGUARD_REASON_ACCOUNT_DISABLED },
};

static void blame_own(mailguard_answer *a, mailguard_reason reason)
{
	size_t i;

	for (i = 0; i < sizeof(owns) / sizeof(owns[0]); i++)
		if (owns[i].of_others == reason)
			reason = owns[i].own;
	mgi_blame_rather(a, reason);
}

/* [AUTH] and [AUTHENTICATIONFAILED] stand before any refusal of a login; what
   is written behind them may say why: locked, expired, switched off. */
static mailguard_status read_login_words(const mgi_reader *r,
                                         const mailguard_step *s)
{
	mailguard_span words = said_of(r, s);
	const mailguard_cause *cause;
	mailguard_status st;
	size_t i;

	for (i = 0; i < words.len && words.data[i] != ']'; i++)
		;
	if (i == words.len || r->a->cause.fault != MAILGUARD_FAULT_AUTH) {
		blame_own(r->a, r->a->cause.reason);
		return MAILGUARD_OK;
	}
	st = mailguard_classify_text(&cause, r->c, s->phase,
	                             mgi_span_from(words, i + 1), r->err);
	if (st == MAILGUARD_OK && cause->confidence >= WORDS_SURE &&
	    cause->reason != MAILGUARD_REASON_AUTH &&
	    (cause->fault == MAILGUARD_FAULT_AUTH ||
	     cause->fault == MAILGUARD_FAULT_RECIPIENT))
		blame_own(r->a, cause->reason);
	return st;
}

static mailguard_status blame_refusal(const mgi_reader *r,
                                      const mailguard_step *s)
{
	bool passing = s->answer != MAILGUARD_REPLY_PERMANENT;
	mailguard_reason reason;
	mailguard_status st;
	size_t i = 0;

	if (mgi_blamed(r->a))
		return MAILGUARD_OK;
	while (refusals[i].phase && refusals[i].phase != s->phase)
		i++;
	reason = passing ? refusals[i].passing : refusals[i].lasting;
	if (!refusals[i].phase && leaves(s))
		reason = MAILGUARD_REASON_SERVER_CLOSED;
	st = mgi_blame_words(r, s->phase, s->heard, reason);
	if (st < 0)
		return st;
	mgi_answer_quote(r->a, said_of(r, s));
	if (s->phase == MAILGUARD_PHASE_LOGIN) {
		st = read_login_words(r, s);
		mgi_read_token(r);
	}
	if (s->phase == MAILGUARD_PHASE_STARTTLS && !leaves(s))
		mgi_blame_rather(r->a, reason);
	if (s->phase == MAILGUARD_PHASE_GREETING && passing &&
	    only_away(r->a->cause.reason))
		mgi_blame_rather(r->a, reason);
	return st;
}

/* How those begin who speak before we do, and those who were asked for TLS. */
static const struct {
	mailguard_protocol not_of; /* 0: of none of ours */
	const char *begins;
} strangers[] = {
	{ MAILGUARD_PROTOCOL_IMAP, "* OK" },
	{ MAILGUARD_PROTOCOL_IMAP, "* BYE" },
	{ MAILGUARD_PROTOCOL_POP3, "+OK" },
	{ MAILGUARD_PROTOCOL_POP3, "-ERR" },
	{ MAILGUARD_PROTOCOL_SMTP, "220" },
	{ 0, "SSH-" },
	{ 0, "HTTP/" },
	{ 0, "RFB " },
};

/* A greeting, but of another protocol: the port is wrong, not the server. */
static bool is_stranger(const mgi_reader *r, const mailguard_step *s)
{
	size_t i;

	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (strangers[i].not_of !=
		            mailguard_transcript_endpoint(r->t)->protocol &&
		    mgi_span_starts_nocase(s->heard, strangers[i].begins))
			return true;
	return false;
}

static mailguard_status blame_note(const mgi_reader *r, const mailguard_step *s)
{
	mailguard_reason reason = 0;
	size_t i;

	for (i = 0; i < sizeof(notes) / sizeof(notes[0]) && !reason; i++)
		if (notes[i].note == s->note &&
		    (!notes[i].phase || notes[i].phase == s->phase))
			reason = notes[i].reason;
	if (reason == MAILGUARD_REASON_LOGIN_DISABLED && s->tls)
		reason = MAILGUARD_REASON_LOGIN_NOT_OFFERED;
	if (reason == MAILGUARD_REASON_LOGIN_NOT_OFFERED &&
	    (mgi_offers(r->t, "AUTH") || mgi_offers(r->t, "USER") ||
	     mgi_offers(r->t, "SASL")))
		reason = MAILGUARD_REASON_MECHANISM_MISSING;
	if (reason == MAILGUARD_REASON_GREETING_GARBAGE && is_stranger(r, s))
		reason = MAILGUARD_REASON_WRONG_PORT;
	if (!reason || mgi_blamed(r->a))
		return MAILGUARD_OK;
	mgi_blame(r->a, s->phase, reason);
	if (s->note != MAILGUARD_NOTE_INJECTED && s->heard.len)
		mgi_answer_quote(r->a, s->heard);
	return MAILGUARD_OK;
}

/* POP3 without CAPA and SMTP without EHLO are old, not broken. */
static bool tolerated(const mgi_reader *r, const mailguard_step *s)
{
	return s->phase == MAILGUARD_PHASE_CAPABILITIES &&
	       s->answer == MAILGUARD_REPLY_PERMANENT &&
	       mailguard_transcript_endpoint(r->t)->protocol ==
	               MAILGUARD_PROTOCOL_POP3;
}

static mailguard_status read_end(const mgi_reader *r, const mailguard_step *s)
{
	if (mgi_step_refused(s) && !tolerated(r, s) &&
	    s->note != MAILGUARD_NOTE_BAD_CHALLENGE)
		return blame_refusal(r, s);
	if (s->note)
		return blame_note(r, s);
	if (s->phase == MAILGUARD_PHASE_TLS) {
		const mailguard_tls_facts *f = mailguard_transcript_tls(r->t);

		if (s->timed_out || s->sys || s->closed || !f || !f->version[0])
			return mgi_read_handshake(r, s);
	}
	return mgi_read_link(r, s);
}

/* The first command that was refused, for the rest goes on behind it. */
static mailguard_status read_commands(const mgi_reader *r)
{
	mailguard_status st = MAILGUARD_OK;
	const mailguard_step *s;
	size_t i;

	for (i = 0; st == MAILGUARD_OK &&
	            (s = mailguard_transcript_step(r->t, i)) != NULL;
	     i++)
		if (s->phase == MAILGUARD_PHASE_COMMAND &&
		    mgi_step_refused(s) &&
		    (leaves(s) || !mgi_command_optional(s)))
			st = blame_refusal(r, s);
	return st;
}

static void read_login(const mgi_reader *r)
{
	const mailguard_step *s = mgi_step_of(r->t, MAILGUARD_PHASE_LOGIN);

	r->a->login = r->a->wanted.login || r->a->wanted.user
	                      ? MAILGUARD_LOGIN_UNTESTED
	                      : MAILGUARD_LOGIN_NONE;
	if (!r->a->wanted.login)
		return;
	if (s && s->note == MAILGUARD_NOTE_UNSAFE)
		r->a->login = MAILGUARD_LOGIN_WITHHELD;
	else if (s && (s->answer == MAILGUARD_REPLY_TEMPORARY ||
	               s->answer == MAILGUARD_REPLY_PERMANENT))
		r->a->login = MAILGUARD_LOGIN_REFUSED;
	else if (mailguard_transcript_reached(r->t) >= MAILGUARD_PHASE_LOGIN)
		r->a->login = MAILGUARD_LOGIN_OK;
}

/* Something was heard, nothing went wrong, and what was wanted was reached. */
static bool complete(const mgi_reader *r, const mailguard_step *last)
{
	if (r->a->wanted.login)
		return r->a->login == MAILGUARD_LOGIN_OK ||
		       (r->a->wanted.until &&
		        r->a->wanted.until < MAILGUARD_PHASE_LOGIN);
	return last->phase >= MAILGUARD_PHASE_GREETING;
}

mailguard_status mgi_read_mail(const mgi_reader *r)
{
	const mailguard_step *last = mgi_step_last(r->t);
	mailguard_status st;

	mgi_read_offers(r);
	read_login(r);
	if (!last)
		return MAILGUARD_OK;
	st = mgi_read_certificate(r);
	if (st == MAILGUARD_OK)
		st = read_commands(r);
	if (st == MAILGUARD_OK &&
	    !(last->phase == MAILGUARD_PHASE_COMMAND && mgi_step_refused(last)))
		st = read_end(r, last);
	if (st < 0)
		return st;
	mgi_read_quota(r);
	mgi_read_newest(r);
	if (complete(r, last))
		mgi_blame(r->a, mailguard_transcript_reached(r->t),
		          MAILGUARD_REASON_SUCCESS);
	return MAILGUARD_OK;
}

mailguard_status mgi_mail_read(mailguard_answer *out,
                               const mailguard_transcript *heard,
                               mailguard_classifier *c,
                               mailguard_error *err)
{
	mgi_reader r = { out, heard, c, err };

	return mgi_read_mail(&r);
}

bool mgi_mail_reply(mailguard_reply *out,
                    const mailguard_step *s,
                    mailguard_protocol protocol,
                    size_t *at)
{
	bool lines = protocol == MAILGUARD_PROTOCOL_POP3 &&
	             (mgi_span_starts_nocase(mgi_span_of(s->said), "CAPA") ||
	              mgi_command_newest(s));

	*out = (mailguard_reply)MAILGUARD_REPLY_INIT;
	if (*at >= s->heard.len ||
	    mailguard_reply_parse(
		    out, protocol, lines ? MAILGUARD_REPLY_MULTILINE : 0,
		    mgi_span_from(s->heard, *at), NULL) != MAILGUARD_OK)
		return false;
	*at += out->whole.len;
	return true;
}
