/*
 * bounce_ask.c - what was said about one recipient, put to the classifier.
 *
 * It knows where the words stand and which codes are among them; which of
 * several opinions counts is judged elsewhere.
 */
#include "base/fail.h"
#include "classify/bounce_ask.h"

#include <string.h>

#define TOLD_MAX 6000 /* bytes of text judged for one recipient */
#define SUFFICES 84

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

void mgi_bounce_gather_field(mgi_bounce_work *w, const mgi_who *who)
{
	uint32_t i;

	clear(w);
	for (i = who->diagnosis; i < who->diagnosis_end; i++) {
		mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);

		gather(w, i, s, i == who->diagnosis ? field_head(s) : 0);
	}
}

void mgi_bounce_gather_text(mgi_bounce_work *w, int32_t who)
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
void mgi_bounce_gather_rest(mgi_bounce_work *w)
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
static void take_status(mgi_opinion *o, const mgi_smtp_code *s, int32_t last)
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
static void codes_of(mgi_opinion *o,
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

mailguard_status mgi_bounce_ask(mgi_opinion *o,
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

/* The Status field as a text of its own, where the others say nothing. */
static mailguard_status ask_status(mgi_opinion *o,
                                   mgi_bounce_work *w,
                                   const mgi_who *who,
                                   mailguard_phase phase,
                                   mailguard_error *err)
{
	clear(w);
	if (who->status[0])
		gather(w, who->line, mgi_span_of(who->status), 0);
	return mgi_bounce_ask(o, w, phase, err);
}

/* Enough to ask nobody else. */
static bool suffices(const mgi_opinion *o)
{
	return o->cause.confidence >= SUFFICES && o->reply && o->status[0];
}

mailguard_status mgi_bounce_ask_all(mgi_opinion *field,
                                    mgi_opinion *text,
                                    mgi_opinion *status,
                                    mgi_bounce_work *w,
                                    int32_t mine,
                                    mailguard_error *err)
{
	static const mgi_who nobody;
	const mgi_who *who = mine < 0 ? &nobody : &w->who[mine];
	mailguard_phase phase;
	mailguard_status st;

	mgi_bounce_gather_text(w, mine);
	phase = phase_of(w);
	if (!phase)
		phase = phase_across(w);
	memset(text, 0, sizeof(*text));
	memset(status, 0, sizeof(*status));
	text->cause.rule = status->cause.rule = "";
	text->phase = phase;
	clear(w);
	if (who->diagnosis)
		mgi_bounce_gather_field(w, who);
	st = mgi_bounce_ask(field, w, phase, err);
	if (st < 0 || suffices(field))
		return st;
	mgi_bounce_gather_text(w, mine);
	st = mgi_bounce_ask(text, w, phase, err);
	if (st < 0 || !who->status[0] || field->cause.confidence >= SUFFICES ||
	    text->cause.confidence >= SUFFICES)
		return st;
	return ask_status(status, w, who, text->phase, err);
}
