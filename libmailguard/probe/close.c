/*
 * close.c - the last strokes of an answer: message, what to do, evidence.
 */
#include "base/clock.h"
#include "probe/answer.h"

static const char *keep(mailguard_answer *a, mailguard_buffer *b)
{
	const char *text = NULL;
	mailguard_buffer clean;

	mgi_buf_init(&clean, mgi_answer_handle(a));
	mgi_put_utf8(&clean, mgi_buf_span(b));
	if (mgi_buf_status(b, NULL) == MAILGUARD_OK &&
	    mgi_buf_status(&clean, NULL) == MAILGUARD_OK)
		text = mgi_arena_strdup(a->arena, mgi_buf_text(&clean));
	else
		mgi_answer_nomem(a);
	mgi_buf_done(&clean);
	mgi_buf_done(b);
	return text;
}

static bool ok(const mailguard_answer *a)
{
	return a->cause.reason == MAILGUARD_REASON_SUCCESS;
}

/* Tenths of a second, as people say them. */
static mgi_number seconds(int64_t usec)
{
	mgi_number n = mgi_i64((usec + 50000) / 1000000);
	size_t i = 0;

	while (n.text[i])
		i++;
	n.text[i] = '.';
	n.text[i + 1] = (char)('0' + (usec + 50000) % 1000000 / 100000);
	n.text[i + 2] = '\0';
	return n;
}

static void say_certificate(mailguard_buffer *b,
                            const mailguard_answer *a,
                            const char *what)
{
	const mailguard_certificate *c =
		mailguard_transcript_certificate(a->heard, 0);
	mailguard *mg = mgi_answer_handle(a);
	mailguard_buffer from, until;

	mgi_buf_init(&from, mg);
	mgi_buf_init(&until, mg);
	mgi_time_rfc3339(&from, c->not_before, 0);
	mgi_time_rfc3339(&until, c->not_after, 0);
	mgi_say(b, mg, MGI_SAY_ANSWER_CERTIFICATE, "what", what, "subject",
	        c->subject, "issuer", c->issuer, "from", mgi_buf_text(&from),
	        "until", mgi_buf_text(&until), "names", c->names, "where",
	        a->where);
	if (mgi_buf_status(&from, NULL) < 0 || mgi_buf_status(&until, NULL) < 0)
		b->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&from);
	mgi_buf_done(&until);
}

static bool about_certificate(const mailguard_answer *a)
{
	return mgi_certificate_bad(a->heard) &&
	       (a->cause.fault == MAILGUARD_FAULT_TLS ||
	        a->cause.reason == MAILGUARD_REASON_ANTIVIRUS_INTERCEPTION) &&
	       a->phase == MAILGUARD_PHASE_TLS &&
	       mailguard_transcript_certificate(a->heard, 0);
}

/* Where the server said nothing: our words, and where it was. */
static void say_failure(mailguard_buffer *b, const mailguard_answer *a)
{
	const mailguard_step *last = mgi_step_last(a->heard);
	const mailguard_tls_facts *f = mailguard_transcript_tls(a->heard);
	mailguard *mg = mgi_answer_handle(a);
	const char *what = mailguard_reason_text(mg, a->cause.reason);

	if (about_certificate(a))
		say_certificate(b, a, what);
	else if (a->phase == MAILGUARD_PHASE_TLS && f && f->alert[0])
		mgi_say(b, mg, MGI_SAY_ANSWER_ALERT, "what", what, "alert",
		        f->alert, "where", a->where);
	else if (last && last->timed_out)
		mgi_say(b, mg, MGI_SAY_ANSWER_SILENT, "what", what, "seconds",
		        seconds(last->end - last->begin).text, "where",
		        a->where);
	else
		mgi_say(b, mg, MGI_SAY_ANSWER_FAILED, "what", what, "where",
		        a->where);
}

static void say_message(mailguard_answer *a)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	mailguard *mg = mgi_answer_handle(a);
	mailguard_buffer b;

	if (a->message && a->message[0])
		return;
	mgi_buf_init(&b, mg);
	if (!ok(a))
		say_failure(&b, a);
	else if (a->login == MAILGUARD_LOGIN_OK)
		mgi_say(&b, mg, MGI_SAY_ANSWER_LOGGED_IN, "user",
		        e->user ? e->user : "");
	else
		mgi_say(&b, mg, MGI_SAY_ANSWER_WORKS);
	a->message = keep(a, &b);
}

static mailguard_test test_of(mailguard_protocol protocol)
{
	if (protocol == MAILGUARD_PROTOCOL_HTTP)
		return MAILGUARD_TEST_WEB;
	return protocol == MAILGUARD_PROTOCOL_DNS ? MAILGUARD_TEST_DNS
	                                          : MAILGUARD_TEST_PROBE;
}

/* What fails in this computer says nothing about the server. */
static mailguard_outcome outcome_of(const mailguard_answer *a)
{
	if (ok(a))
		return MAILGUARD_OUTCOME_OK;
	return a->cause.fault == MAILGUARD_FAULT_UNKNOWN ||
	                       a->cause.fault == MAILGUARD_FAULT_LOCAL_SYSTEM
	               ? MAILGUARD_OUTCOME_UNKNOWN
	               : MAILGUARD_OUTCOME_FAIL;
}

static void say_evidence(mailguard_answer *a)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	mailguard_evidence *v = &a->evidence;
	size_t i;

	*v = (mailguard_evidence)MAILGUARD_EVIDENCE_INIT;
	v->at = mailguard_transcript_begin(a->heard);
	v->test = test_of(e->protocol);
	v->outcome = outcome_of(a);
	v->server = e->host;
	v->account = e->user;
	if (v->test == MAILGUARD_TEST_PROBE && a->login != MAILGUARD_LOGIN_OK &&
	    a->login != MAILGUARD_LOGIN_REFUSED)
		v->account = NULL;
	v->seen = a->message;
	v->where = a->where;
	v->phase = a->phase;
	v->outgoing = e->protocol == MAILGUARD_PROTOCOL_SMTP ||
	              e->protocol == MAILGUARD_PROTOCOL_SUBMISSION;
	if (v->outcome != MAILGUARD_OUTCOME_FAIL)
		return;
	v->reason = a->cause.reason;
	v->fault = a->cause.fault;
	for (i = 0; i < 3; i++)
		v->also[i] = a->cause.also[i];
}

void mgi_answer_close(mailguard_answer *a)
{
	mailguard *mg = mgi_answer_handle(a);

	if (!mgi_blamed(a)) {
		mgi_blame_rather(a, MAILGUARD_REASON_UNKNOWN);
		a->cause.confidence = 0;
	}
	say_message(a);
	a->action = ok(a) ? "" : mailguard_reason_action(mg, a->cause.reason);
	say_evidence(a);
}
