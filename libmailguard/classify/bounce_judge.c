/*
 * bounce_judge.c - what was said about one recipient, and what it means.
 *
 * Two texts speak: the Diagnostic-Code field, and the lines for people. Both
 * go to the classifier; the field is believed unless it says next to nothing.
 */
#include "base/fail.h"
#include "classify/bounce.h"

#include <string.h>

#define TOLD_MAX 6000 /* bytes of text judged for one recipient */
#define SAID_MAX 400
#define SUFFICES 84
#define CLEAR_MIN 50  /* what is less sure is asked about once more */
#define FIELD_BONUS 8 /* the field is about this recipient alone */

/* What one text came to. */
typedef struct opinion {
	mailguard_cause cause;
	char rule[MGI_RULE_MAX];
	uint64_t offset, length;
	int32_t reply, fine; /* the first of 4xx and 5xx; of 2xx */
	char status[24];
	bool vague; /* the status */
	mailguard_phase phase;
} opinion;

static void gather(mgi_bounce_work *w,
                   uint32_t line,
                   mailguard_span s,
                   size_t skip)
{
	size_t n;

	s = mgi_span_from(s, skip);
	if (w->told.len > TOLD_MAX ||
	    w->piece_count == sizeof(w->pieces) / sizeof(w->pieces[0]))
		return;
	n = mgi_utf8_cut(s, TOLD_MAX);
	w->pieces[w->piece_count].at = (uint32_t)w->told.len;
	w->pieces[w->piece_count].skip = (uint32_t)skip;
	w->pieces[w->piece_count++].line = line;
	mgi_buf_add(&w->told, s.data, n);
	mgi_buf_putc(&w->told, '\n');
}

static void clear(mgi_bounce_work *w)
{
	mgi_buf_cut(&w->told, 0);
	w->piece_count = 0;
}

/* Where byte `at` of what was told lies in the mail. */
static uint64_t place(const mgi_bounce_work *w, uint64_t at, bool end)
{
	const mgi_line *l;
	uint32_t i = 0;
	uint64_t in;

	while (i + 1 < w->piece_count && w->pieces[i + 1].at <= at)
		i++;
	l = &w->page.lines[w->pieces[i].line];
	in = at - w->pieces[i].at + w->pieces[i].skip;
	if (!l->exact)
		return l->offset + (end ? l->length : 0);
	return l->offset + (in < l->length ? in : l->length);
}

/* "Diagnostic-Code: smtp; 550 ..." without its head. */
static size_t field_head(mailguard_span s)
{
	const unsigned char *colon = memchr(s.data, ':', s.len), *semi;
	size_t n = colon ? (size_t)(colon - s.data) + 1 : 0;

	semi = memchr(s.data + n, ';', s.len - n);
	if (semi && semi - s.data - (ptrdiff_t)n < 16)
		n = (size_t)(semi - s.data) + 1;
	while (n < s.len && mgi_is_space(s.data[n]))
		n++;
	return n;
}

static void gather_field(mgi_bounce_work *w, const mgi_who *who)
{
	uint32_t i;

	clear(w);
	for (i = who->diagnosis; i < who->diagnosis_end; i++) {
		mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);

		gather(w, i, s, i == who->diagnosis ? field_head(s) : 0);
	}
}

static void gather_text(mgi_bounce_work *w, int32_t who)
{
	uint32_t i;

	clear(w);
	for (i = 0; i < w->page.count; i++) {
		const mgi_line *l = &w->page.lines[i];

		if (l->region == MGI_REGION_NOTE && !l->quoted && l->len &&
		    l->who == who)
			gather(w, i, mgi_line_span(&w->page, l), 0);
	}
}

/* All that is left when nothing was clear: boilerplate, and the subject. */
static void gather_rest(mgi_bounce_work *w)
{
	uint32_t i;

	clear(w);
	for (i = 0; i < w->page.count; i++) {
		const mgi_line *l = &w->page.lines[i];
		mailguard_span s = mgi_line_span(&w->page, l);

		if (l->len && !l->quoted &&
		    (l->region == MGI_REGION_QUIET ||
		     (l->region == MGI_REGION_NOTE && l->who < 0) ||
		     (l->region == MGI_REGION_HEADER &&
		      mgi_span_starts_nocase(s, "subject:"))))
			gather(w, i, s, 0);
	}
}

/* The phase those lines tell of, the last one first. */
static mailguard_phase phase_of(mgi_bounce_work *w)
{
	mailguard_phase phase = MAILGUARD_PHASE_NONE;
	uint32_t i;

	for (i = 0; i < w->piece_count; i++) {
		const mgi_line *l = &w->page.lines[w->pieces[i].line];
		mgi_finder f;
		mgi_found hit;

		if (l->region == MGI_REGION_NOTE) {
			phase = l->phase ? l->phase : phase;
			continue;
		}
		if (!mgi_find_begin(&f, &w->page, l))
			return phase;
		while (mgi_find_next(&hit, &f))
			if (hit.row->means > MGI_MEANS_PHASE)
				phase = hit.row->means - MGI_MEANS_PHASE;
	}
	return phase;
}

/* "in reply to", line end, "RCPT TO": words that were wrapped. */
static mailguard_phase phase_across(mgi_bounce_work *w)
{
	mailguard_phase phase = MAILGUARD_PHASE_NONE;
	mgi_finder f;
	mgi_found hit;

	if (!w->told.len ||
	    !mgi_find_text(&f, &w->page, mgi_buf_span(&w->told)))
		return phase;
	while (mgi_find_next(&hit, &f))
		if (hit.row->means > MGI_MEANS_PHASE)
			phase = hit.row->means - MGI_MEANS_PHASE;
	return phase;
}

/* A telling status comes before a vague one, a cause before "expired". */
static void take_status(opinion *o, const mgi_smtp_code *s, int32_t last)
{
	bool expired = strcmp(o->status + (o->status[0] != 0), ".4.7") == 0;

	if (!o->vague && !expired)
		return;
	if (o->status[0] && !s->subject && !s->detail)
		return;
	if (expired && last)
		o->reply = last;
	memcpy(o->status, s->text, sizeof(s->text));
	o->vague = s->subject == 0 && s->detail == 0;
}

/* Does a line of what was told begin with this byte? */
static bool heads_line(const mailguard_buffer *told, size_t at)
{
	while (at && (told->at[at - 1] == ' ' || told->at[at - 1] == '\t'))
		at--;
	return !at || told->at[at - 1] == '\n';
}

/* The first codes of a text. */
static void codes_of(opinion *o,
                     const mgi_folded *f,
                     const mailguard_buffer *told)
{
	mgi_smtp_code s, next;
	int32_t last = 0;
	size_t i, end;

	o->vague = true;
	for (i = 0; i < f->len; i++) {
		int32_t reply;

		if (!mgi_is_digit(f->text[i]))
			continue;
		reply = mgi_smtp_reply(f, i, &end);
		if (reply && reply < 300 && !o->fine &&
		    mgi_smtp_introduced(f, i))
			o->fine = reply;
		if (reply >= 400 && !o->reply &&
		    (mgi_smtp_introduced(f, i) ||
		     heads_line(told, f->from[i]) ||
		     mgi_smtp_status(&next, f, end + 1)))
			o->reply = reply;
		if (reply >= 400 && i > 4 &&
		    memcmp(f->text + i - 4, "... ", 4) == 0)
			o->reply = reply; /* "554 <a>... 550 Host unknown" */
		if (reply) {
			last = reply;
			i = end;
		} else if (mgi_smtp_status(&s, f, i)) {
			if (s.class != 2)
				take_status(o, &s, last);
			i = s.end;
		}
	}
}

/* That time ran out says nothing of why; nor does "delivered" of a failure. */
static bool says_little(int32_t reason)
{
	int32_t fault = reason / 100;

	return reason == MAILGUARD_REASON_RETRY_EXPIRED ||
	       reason == MAILGUARD_REASON_DELIVERY_DELAYED ||
	       fault == MAILGUARD_FAULT_NONE;
}

/* What else was said, if it is about more than a connection. */
static const mgi_sign *better(const mgi_reading *r)
{
	uint32_t i;

	for (i = 1; i < r->count; i++) {
		const mgi_sign *s = &r->signs[i];
		int32_t fault = mgi_sign_reason(s) / 100;

		if (s->weight < 50 || says_little(mgi_sign_reason(s)))
			continue;
		if (fault != MAILGUARD_FAULT_ROUTE &&
		    fault != MAILGUARD_FAULT_UNKNOWN &&
		    mgi_sign_reason(s) != MAILGUARD_REASON_SERVER_OUTAGE &&
		    mgi_sign_reason(s) != MAILGUARD_REASON_CONNECT_REFUSED &&
		    mgi_sign_reason(s) != MAILGUARD_REASON_HOST_DOWN)
			return s;
		if (r->signs[0].weight >= 50 &&
		    mgi_sign_reason(&r->signs[0]) / 100 == MAILGUARD_FAULT_NONE)
			return s;
	}
	return NULL;
}

static void take_sign(mailguard_cause *c, const mgi_sign *s)
{
	c->reason = mgi_sign_reason(s);
	c->fault = c->reason / 100;
	c->confidence = s->weight;
	c->offset = s->at;
	c->length = s->len;
	if (s->phrase)
		c->rule = s->phrase->rule;
}

static mailguard_status ask(opinion *o,
                            mgi_bounce_work *w,
                            mailguard_phase phase,
                            mailguard_error *err)
{
	mailguard_status st = mgi_buf_status(&w->told, err);
	mailguard_classifier *c = w->c;
	const mgi_sign *sign;

	memset(o, 0, sizeof(*o));
	o->cause.temporary = -1;
	o->cause.rule = "";
	if (st < 0 || !w->told.len)
		return st;
	o->phase = phase_of(w);
	if (!o->phase)
		o->phase = phase;
	st = mgi_classifier_read(c, o->phase, mgi_buf_span(&w->told), err);
	if (st < 0)
		return st;
	o->cause = c->cause;
	sign = says_little(o->cause.reason) ? better(&c->reading) : NULL;
	if (sign)
		take_sign(&o->cause, sign);
	else if (o->cause.fault == MAILGUARD_FAULT_NONE)
		o->cause = (mailguard_cause){ .temporary = -1, .rule = "" };
	o->phase = c->reading.phase;
	memcpy(o->rule, o->cause.rule,
	       mgi_utf8_cut(mgi_span_of(o->cause.rule), MGI_RULE_MAX - 1));
	codes_of(o, &c->folded, &w->told);
	o->offset = place(w, o->cause.offset, false);
	o->length = place(w, o->cause.offset + o->cause.length, true);
	o->length = o->length > o->offset ? o->length - o->offset : 0;
	return MAILGUARD_OK;
}

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

static void by_cause(mailguard_bounce_record *r, const opinion *o, mgi_arena *a)
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
                             const opinion *field,
                             const opinion *text)
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

/* The Status field as a text of its own, where the others say nothing. */
static mailguard_status ask_status(opinion *o,
                                   mgi_bounce_work *w,
                                   const mgi_who *who,
                                   mailguard_phase phase,
                                   mailguard_error *err)
{
	clear(w);
	if (who->status[0])
		gather(w, who->line, mgi_span_of(who->status), 0);
	return ask(o, w, phase, err);
}

/* Enough to ask nobody else. */
static bool suffices(const opinion *o)
{
	return o->cause.confidence >= SUFFICES && o->reply && o->status[0];
}

static mailguard_status ask_all(opinion *field,
                                opinion *text,
                                opinion *status,
                                mgi_bounce_work *w,
                                const mgi_who *who,
                                int32_t mine,
                                mailguard_error *err)
{
	mailguard_phase phase;
	mailguard_status st;

	gather_text(w, mine);
	phase = phase_of(w);
	if (!phase)
		phase = phase_across(w);
	memset(text, 0, sizeof(*text));
	memset(status, 0, sizeof(*status));
	text->cause.rule = status->cause.rule = "";
	text->phase = phase;
	clear(w);
	if (who->diagnosis)
		gather_field(w, who);
	st = ask(field, w, phase, err);
	if (st < 0 || suffices(field))
		return st;
	gather_text(w, mine);
	st = ask(text, w, phase, err);
	if (st < 0 || !who->status[0] || field->cause.confidence >= SUFFICES ||
	    text->cause.confidence >= SUFFICES)
		return st;
	return ask_status(status, w, who, text->phase, err);
}

static const opinion *choose(const opinion *field,
                             const opinion *text,
                             const opinion *status)
{
	const opinion *best = field;

	if (text->cause.confidence > field->cause.confidence + FIELD_BONUS)
		best = text;
	if (status->cause.confidence > best->cause.confidence + FIELD_BONUS)
		best = status;
	return best;
}

/* An automatic reply may say that nobody reads that mailbox any more. */
static bool is_gone(mailguard_bounce_kind kind, const opinion *text)
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
                               const opinion *best,
                               mgi_arena *a,
                               mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	opinion rest;

	if (best->cause.confidence < CLEAR_MIN) {
		gather_rest(w);
		st = ask(&rest, w, best->phase, err);
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
		gather_field(w, who);
	else
		gather_text(w, i);
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
	opinion field, text, status;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	out->kind = kind_of(w, who);
	st = ask_all(&field, &text, &status, w, who, mine, err);
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
