/*
 * here.c - a checkup's steps on this machine: its line, by a host far from all
 * mail servers; its resolver, by another name; its clock, by what servers said.
 *
 * Nobody is asked whom the user did not name: without a control host only the
 * clock is looked at, by the servers that were asked anyway.
 */
#include "checkup/here.h"

#include "base/fail.h"
#include "base/text.h"

#define PATIENCE INT64_C(10000000) /* for one answer */

enum { LINE, RESOLVER, CLOCK, STEPS };

mailguard_outcome mgi_here_clock(int64_t ahead)
{
	return ahead > MGI_CLOCK_OFF || ahead < -MGI_CLOCK_OFF
	               ? MAILGUARD_OUTCOME_FAIL
	               : MAILGUARD_OUTCOME_OK;
}

/* Who refuses or resets has answered, and so the line is there. */
mailguard_outcome mgi_here_line(const mailguard_answer *a)
{
	mailguard_transcript *t = mailguard_answer_transcript(a);
	mailguard_outcome outcome = MAILGUARD_OUTCOME_UNKNOWN;
	const mailguard_step *s;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++) {
		mailguard_reason reason = mailguard_answer_cause(a)->reason;

		if (s->phase < MAILGUARD_PHASE_CONNECT)
			continue;
		if (s->phase > MAILGUARD_PHASE_CONNECT || s->closed ||
		    (!s->sys && !s->timed_out) ||
		    reason == MAILGUARD_REASON_CONNECT_REFUSED)
			return MAILGUARD_OUTCOME_OK;
		outcome = MAILGUARD_OUTCOME_FAIL;
	}
	return outcome;
}

/* A name that is not there tells of the name. */
mailguard_outcome mgi_here_resolver(const mailguard_answer *a)
{
	mailguard_transcript *t = mailguard_answer_transcript(a);
	const mailguard_step *s = mailguard_transcript_step(t, 0);

	if (!s || s->phase != MAILGUARD_PHASE_DNS)
		return MAILGUARD_OUTCOME_UNKNOWN;
	if (mailguard_answer_phase(a) != MAILGUARD_PHASE_DNS ||
	    mailguard_answer_ok(a))
		return MAILGUARD_OUTCOME_OK;
	switch (mailguard_answer_cause(a)->reason) {
	case MAILGUARD_REASON_DNS_NXDOMAIN:
	case MAILGUARD_REASON_DNS_NO_ADDRESS:
		return MAILGUARD_OUTCOME_UNKNOWN;
	default:
		return MAILGUARD_OUTCOME_FAIL;
	}
}

mailguard_status mgi_checkup_clock(mailguard_checkup *c,
                                   const mailguard_answer *a,
                                   mailguard_error *err)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	mgi_clock_seen *seen = &c->clock;
	int64_t ahead;

	if (!mailguard_answer_clock(&ahead, a))
		return MAILGUARD_OK;
	if (seen->told &&
	    (ahead < 0 ? -ahead : ahead) >=
	            (seen->ahead < 0 ? -seen->ahead : seen->ahead))
		return MAILGUARD_OK;
	seen->by = mgi_arena_strdup(c->arena, e->host);
	if (!seen->by)
		return mgi_fail_nomem(err);
	seen->told = true;
	seen->ahead = ahead;
	return MAILGUARD_OK;
}

/* One answer, asked for alone; NULL if none came in time. */
static mailguard_status ask(mailguard_answer **out,
                            mailguard_checkup *c,
                            const mailguard_endpoint *to,
                            mailguard_error *err)
{
	mailguard_probe_options opts = c->probe_opts;
	mailguard_probe *probe;
	mailguard_status st;

	*out = NULL;
	opts.secret = NULL;
	opts.total_usec = mgi_checkup_left(c, PATIENCE);
	if (opts.total_usec <= 0)
		return MAILGUARD_OK;
	st = mailguard_probe_new(&probe, c->mg, &opts, err);
	if (st < 0)
		return st;
	st = mailguard_probe_add(probe, to, MAILGUARD_PHASE_NONE, err);
	do {
		if (st >= 0)
			st = mailguard_probe_next(out, probe, 100000, err);
		if (st == MAILGUARD_AGAIN && mgi_interrupted(c->mg))
			st = mgi_fail(err, c->mg, MAILGUARD_ECANCELLED,
			              MGI_SAY_WORK_CANCELLED);
	} while (st == MAILGUARD_AGAIN);
	mailguard_probe_free(probe);
	return st == MAILGUARD_ITEROVER ? MAILGUARD_OK : st;
}

static mailguard_status observe(mailguard_checkup *c,
                                mailguard_test test,
                                const mailguard_answer *a,
                                mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	e.test = test;
	e.outcome = c->step.outcome;
	e.at = mgi_now(c->mg);
	e.seen = mgi_buf_text(&c->text);
	if (a && e.outcome == MAILGUARD_OUTCOME_FAIL) {
		e.reason = mailguard_answer_cause(a)->reason;
		e.fault = mailguard_answer_cause(a)->fault;
	}
	return e.outcome == MAILGUARD_OUTCOME_UNKNOWN
	               ? MAILGUARD_OK
	               : mailguard_case_observe(c->seen, &e, err);
}

/* The row of what a step says: well, ill, or nothing. */
static mgi_say_id row_of(mailguard_outcome outcome,
                         mgi_say_id well,
                         mgi_say_id ill,
                         mgi_say_id nothing)
{
	if (outcome == MAILGUARD_OUTCOME_OK)
		return well;
	return outcome == MAILGUARD_OUTCOME_FAIL ? ill : nothing;
}

static const char *why_of(const mailguard_checkup *c, const mailguard_answer *a)
{
	return a ? mailguard_answer_message(a) : mgi_checkup_time_up(c);
}

static mailguard_status line_look(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_endpoint *to = NULL;
	mailguard_status st;

	st = mailguard_endpoint_parse(&to, c->mg, c->opts.control, err);
	if (st < 0)
		return st;
	c->step.target = mgi_arena_strdup(c->arena, to->host);
	to->user = to->mechanism = NULL; /* nobody logs in there */
	st = c->step.target ? ask(&c->control, c, to, err)
	                    : mgi_fail_nomem(err);
	mailguard_endpoint_free(to);
	if (st >= 0 && c->control)
		st = mgi_checkup_clock(c, c->control, err);
	if (st < 0)
		return st;
	if (c->control)
		c->step.outcome = mgi_here_line(c->control);
	else
		c->step.unlooked = 1;
	mgi_say(&c->text, c->mg,
	        row_of(c->step.outcome, MGI_SAY_CHECKUP_LINE_OK,
	               MGI_SAY_CHECKUP_LINE_FAIL, MGI_SAY_CHECKUP_LINE_UNKNOWN),
	        "host", c->step.target, "why", why_of(c, c->control));
	return observe(c, MAILGUARD_TEST_NET, c->control, err);
}

/* Another name is asked for, or the one that the control host has. */
static mailguard_status resolver_look(mailguard_checkup *c,
                                      mailguard_error *err)
{
	mailguard_endpoint name = MAILGUARD_ENDPOINT_INIT;
	mailguard_answer *own = NULL;
	const mailguard_answer *a;
	mailguard_status st = MAILGUARD_OK;

	name.protocol = MAILGUARD_PROTOCOL_DNS;
	name.host = c->opts.control_name;
	if (name.host)
		st = ask(&own, c, &name, err);
	if (st < 0)
		return st;
	a = name.host ? own : c->control;
	c->step.target = name.host ? name.host
	                 : a       ? mailguard_answer_endpoint(a)->host
	                           : NULL;
	if (a)
		c->step.outcome = mgi_here_resolver(a);
	else
		c->step.unlooked = 1;
	mgi_say(&c->text, c->mg,
	        row_of(c->step.outcome, MGI_SAY_CHECKUP_RESOLVER_OK,
	               MGI_SAY_CHECKUP_RESOLVER_FAIL,
	               MGI_SAY_CHECKUP_RESOLVER_UNKNOWN),
	        "name", c->step.target ? c->step.target : "", "why",
	        why_of(c, a));
	st = observe(c, MAILGUARD_TEST_DNS, a, err);
	mailguard_answer_free(own);
	return st;
}

static mailguard_status clock_look(mailguard_checkup *c, mailguard_error *err)
{
	int64_t ahead = c->clock.ahead, minutes;

	/* What they are ahead we are behind. */
	minutes = ((ahead < 0 ? -ahead : ahead) + 30000000) / 60000000;
	c->step.target = c->clock.by;
	c->step.outcome = mgi_here_clock(ahead);
	mgi_say(&c->text, c->mg,
	        row_of(c->step.outcome, MGI_SAY_CHECKUP_CLOCK_OK,
	               ahead < 0 ? MGI_SAY_CHECKUP_CLOCK_AHEAD
	                         : MGI_SAY_CHECKUP_CLOCK_BEHIND,
	               MGI_SAY_CHECKUP_CLOCK_OK),
	        "host", c->clock.by, "minutes", mgi_i64(minutes).text);
	return observe(c, MAILGUARD_TEST_CLOCK, NULL, err);
}

/* Is there something to ask it by? The clock's turn comes last. */
static bool wanted(const mailguard_checkup *c, size_t step)
{
	if (step == LINE)
		return c->opts.control != NULL;
	if (step == RESOLVER)
		return c->opts.control_name ||
		       (c->control && mgi_here_resolver(c->control) !=
		                              MAILGUARD_OUTCOME_UNKNOWN);
	return c->clock.told;
}

mailguard_status mgi_checkup_here(mailguard_checkup *c, mailguard_error *err)
{
	static mailguard_status (*const looks[STEPS])(mailguard_checkup * c,
	                                              mailguard_error * err) = {
		line_look,
		resolver_look,
		clock_look,
	};
	size_t step;

	while (c->at < STEPS && !wanted(c, c->at))
		c->at++;
	if (c->at == STEPS)
		return MAILGUARD_ITEROVER;
	step = c->at++;
	if (step == CLOCK || (step == RESOLVER && !c->opts.control_name))
		c->step.total++; /* who could know before */
	return looks[step](c, err);
}

size_t mgi_checkup_heres(const mailguard_checkup *c)
{
	return (c->opts.control != NULL) + (c->opts.control_name != NULL);
}

mailguard_status mgi_checkup_control(const mailguard_checkup *c,
                                     mailguard_error *err)
{
	mailguard_endpoint *to = NULL;
	mailguard_status st = MAILGUARD_OK;

	if (c->opts.control)
		st = mailguard_endpoint_parse(&to, c->mg, c->opts.control, err);
	mailguard_endpoint_free(to);
	return st;
}
