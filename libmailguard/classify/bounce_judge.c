/*
 * bounce_judge.c - which mgi_opinion counts, and the record that comes of it.
 *
 * Two texts speak: the Diagnostic-Code field, and the lines for people. The
 * field is believed unless it says next to nothing.
 */
#include "base/fail.h"
#include "classify/bounce_ask.h"

#include <string.h>

#define SAID_MAX 400
#define CLEAR_MIN 50  /* what is less sure is asked about once more */
#define FIELD_BONUS 8 /* the field is about this recipient alone */

static const char *command_of(mailguard_phase phase)
{
	switch (phase) {
	case MAILGUARD_PHASE_CONNECT:
	case MAILGUARD_PHASE_GREETING:
		return "CONN";
	case MAILGUARD_PHASE_CAPABILITIES:
		return "EHLO";
	case MAILGUARD_PHASE_STARTTLS:
		return "STARTTLS";
	case MAILGUARD_PHASE_LOGIN:
		return "AUTH";
	case MAILGUARD_PHASE_MAIL:
		return "MAIL";
	case MAILGUARD_PHASE_RCPT:
		return "RCPT";
	case MAILGUARD_PHASE_DATA:
	case MAILGUARD_PHASE_DOT:
		return "DATA";
	default:
		return "";
	}
}

/* The kinds that say all by themselves. */
static mailguard_reason reason_of(mailguard_bounce_kind kind)
{
	switch (kind) {
	case MAILGUARD_BOUNCE_DELIVERED:
		return MAILGUARD_REASON_DELIVERED;
	case MAILGUARD_BOUNCE_RELAYED:
		return MAILGUARD_REASON_RELAYED;
	case MAILGUARD_BOUNCE_EXPANDED:
		return MAILGUARD_REASON_EXPANDED;
	case MAILGUARD_BOUNCE_AUTO_REPLY:
	case MAILGUARD_BOUNCE_VACATION:
		return MAILGUARD_REASON_VACATION;
	case MAILGUARD_BOUNCE_RECEIPT:
		return MAILGUARD_REASON_READ_RECEIPT;
	case MAILGUARD_BOUNCE_FEEDBACK:
		return MAILGUARD_REASON_FEEDBACK;
	default:
		return MAILGUARD_REASON_UNKNOWN;
	}
}

/* What the mail's kind says, with the line that told it. */
static void by_kind(mailguard_bounce_record *r, const mgi_bounce_work *w)
{
	const mgi_line *l = &w->page.lines[w->kind_line];

	r->reason = reason_of(r->kind);
	r->fault = MAILGUARD_FAULT_NONE;
	r->confidence = 95;
	r->temporary = 0;
	r->rule = w->kind_rule;
	r->offset = w->page.count ? l->offset : 0;
	r->length = w->page.count ? l->length : 0;
}

static void by_cause(mailguard_bounce_record *r,
                     const mgi_opinion *o,
                     mgi_arena *a)
{
	r->reason = o->cause.reason;
	r->fault = o->cause.fault;
	r->confidence = o->cause.confidence;
	r->temporary = o->cause.temporary;
	if (r->kind == MAILGUARD_BOUNCE_DELAYED &&
	    r->reason == MAILGUARD_REASON_RETRY_EXPIRED)
		r->reason = MAILGUARD_REASON_DELIVERY_DELAYED;
	if (r->kind == MAILGUARD_BOUNCE_FAILED && !o->reply &&
	    (r->reason == MAILGUARD_REASON_CONNECT_TIMEOUT ||
	     r->reason == MAILGUARD_REASON_READ_TIMEOUT)) {
		/* It gave up: a report of a failure is the end of trying. */
		r->reason = MAILGUARD_REASON_RETRY_EXPIRED;
		r->fault = MAILGUARD_FAULT_SERVER_OUTAGE;
	}
	if ((r->reason == MAILGUARD_REASON_ACCOUNT_LOCKED ||
	     r->reason == MAILGUARD_REASON_ACCOUNT_DISABLED) &&
	    o->phase != MAILGUARD_PHASE_LOGIN) {
		/* Nobody logs in here: it is the recipient's account. */
		r->reason = MAILGUARD_REASON_MAILBOX_DISABLED;
		r->fault = MAILGUARD_FAULT_RECIPIENT;
	}
	r->rule = mgi_arena_strdup(a, o->rule);
	r->offset = o->offset;
	r->length = o->length;
}

/* A status that says more than its class, or that time ran out. */
static bool telling(const char *status)
{
	return status[0] && strcmp(status + 1, ".0.0") != 0 &&
	       strcmp(status + 1, ".4.7") != 0;
}

static const char *status_of(const mgi_who *who,
                             const mgi_opinion *field,
                             const mgi_opinion *text)
{
	if (field->status[0] && strcmp(field->status + 1, ".4.7") != 0)
		return field->status;
	if (telling(who->status))
		return who->status;
	if (telling(text->status))
		return text->status;
	return who->status[0]     ? who->status
	       : field->status[0] ? field->status
	                          : text->status;
}

static const mgi_opinion *choose(const mgi_opinion *field,
                                 const mgi_opinion *text,
                                 const mgi_opinion *status)
{
	const mgi_opinion *best = field;

	if (text->cause.confidence > field->cause.confidence + FIELD_BONUS)
		best = text;
	if (status->cause.confidence > best->cause.confidence + FIELD_BONUS)
		best = status;
	return best;
}

/* An automatic reply may say that nobody reads that mailbox any more. */
static bool is_gone(mailguard_bounce_kind kind, const mgi_opinion *text)
{
	return (kind == MAILGUARD_BOUNCE_AUTO_REPLY ||
	        kind == MAILGUARD_BOUNCE_VACATION) &&
	       text->cause.fault == MAILGUARD_FAULT_RECIPIENT &&
	       text->cause.confidence >= 80;
}

/* Still going on, and nobody says why. */
static void only_delayed(mailguard_bounce_record *r, const mgi_bounce_work *w)
{
	by_kind(r, w);
	r->reason = MAILGUARD_REASON_DELIVERY_DELAYED;
	r->fault = MAILGUARD_FAULT_SERVER_OUTAGE;
	r->confidence = 60;
	r->temporary = 1;
}

/* The clearest of what was said; where none is clear, all that is left. */
static mailguard_status decide(mailguard_bounce_record *r,
                               mgi_bounce_work *w,
                               const mgi_opinion *best,
                               mgi_arena *a,
                               mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_opinion rest;

	if (best->cause.confidence < CLEAR_MIN) {
		mgi_bounce_gather_rest(w);
		st = mgi_bounce_ask(&rest, w, best->phase, err);
		if (st == MAILGUARD_OK &&
		    rest.cause.confidence > best->cause.confidence)
			best = &rest;
	}
	if (!best->cause.confidence && r->kind == MAILGUARD_BOUNCE_DELAYED)
		only_delayed(r, w);
	else
		by_cause(r, best, a);
	return st;
}

/* What people are shown: the field, or the lines that were read. */
static const char *said_of(mgi_bounce_work *w,
                           mgi_arena *a,
                           const mgi_who *who,
                           int32_t i)
{
	char *out;
	size_t k, n;

	if (who->diagnosis)
		mgi_bounce_gather_field(w, who);
	else
		mgi_bounce_gather_text(w, i);
	n = mgi_utf8_cut(mgi_buf_span(&w->told), SAID_MAX);
	out = mgi_arena_strndup(a, n ? w->told.at : "", n);
	for (k = 0; out && k < n; k++)
		if ((unsigned char)out[k] < ' ')
			out[k] = ' ';
	while (out && n && out[n - 1] == ' ')
		out[--n] = '\0';
	return out;
}

static void finish(mailguard_bounce_record *r, mailguard *mg)
{
	r->hard = mailguard_reason_hard(r->reason) == 1 &&
	          r->status[0] != '4' && r->kind == MAILGUARD_BOUNCE_FAILED;
	r->action = mailguard_reason_action(mg, r->reason);
}

static mailguard_bounce_kind kind_of(const mgi_bounce_work *w,
                                     const mgi_who *who)
{
	if (w->kind >= MAILGUARD_BOUNCE_AUTO_REPLY || !who->action)
		return w->kind;
	return who->action;
}

mailguard_status mgi_bounce_judge(mailguard_bounce_record *out,
                                  mgi_bounce_work *w,
                                  mgi_arena *a,
                                  uint32_t i,
                                  mailguard_error *err)
{
	static const mgi_who nobody;
	const mgi_who *who = i < w->who_count ? &w->who[i] : &nobody;
	int32_t mine = i < w->who_count ? (int32_t)i : -1;
	mgi_opinion field, text, status;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	out->kind = kind_of(w, who);
	st = mgi_bounce_ask_all(&field, &text, &status, w, mine, err);
	if (st < 0)
		return st;
	out->recipient = mgi_arena_strdup(a, who->address);
	out->status = mgi_arena_strdup(a, status_of(who, &field, &text));
	out->reply_code = field.reply ? field.reply : text.reply;
	if (!out->reply_code && reason_of(out->kind))
		out->reply_code = field.fine ? field.fine : text.fine;
	out->phase = field.phase ? field.phase : text.phase;
	out->command = command_of(out->phase);
	out->remote_host = mgi_arena_strdup(a, who->host);
	out->reporting_host = mgi_arena_strdup(a, w->reporter);
	out->said = said_of(w, a, who, mine);
	if (reason_of(out->kind) && !is_gone(out->kind, &text))
		by_kind(out, w);
	else
		st = decide(out, w, choose(&field, &text, &status), a, err);
	if (st < 0)
		return st;
	if (mgi_arena_failed(a))
		return mgi_fail_nomem(err);
	finish(out, w->c->mg);
	return MAILGUARD_OK;
}
