/*
 * web.c - webmail and other pages: what a status code says, and whether the
 * page of an error speaks of maintenance.
 */
#include "base/text.h"
#include "probe/answer.h"
#include "probe/prober.h"

enum { BODY_READ = 16384 };

/* The code itself, else its hundred. */
static const struct {
	int32_t code;
	mailguard_reason reason;
} codes[] = {
	{ 401, MAILGUARD_REASON_LOGIN_REQUIRED },
	{ 403, MAILGUARD_REASON_SECURITY_REFUSED },
	{ 407, MAILGUARD_REASON_PROXY_FAILED },
	{ 408, MAILGUARD_REASON_READ_TIMEOUT },
	{ 410, MAILGUARD_REASON_SERVICE_ENDED },
	{ 429, MAILGUARD_REASON_SERVER_LIMIT },
	{ 451, MAILGUARD_REASON_FOREIGN_IP_BLOCKED },
	{ 500, MAILGUARD_REASON_SERVER_ERROR },
	{ 503, MAILGUARD_REASON_SERVICE_UNAVAILABLE },
	{ 511, MAILGUARD_REASON_CAPTIVE_PORTAL },
	{ 3, MAILGUARD_REASON_TOO_MANY_REDIRECTS },
	{ 4, MAILGUARD_REASON_WEB_SERVICE_ERROR },
	{ 5, MAILGUARD_REASON_WEB_SERVICE_ERROR },
};

static mailguard_reason reason_of(int32_t code)
{
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code || codes[i].code == code / 100)
			return codes[i].reason;
	return MAILGUARD_REASON_REPLY_GARBAGE;
}

/* The value of a header in what was heard; empty if it is not there. */
static mailguard_span header(mailguard_span heard, const char *name)
{
	ptrdiff_t at = mgi_span_find_nocase(heard, name);
	size_t n = 0;

	if (at < 0)
		return mgi_span_head(heard, 0);
	heard = mgi_span_from(heard, (size_t)at);
	while (n < heard.len && heard.data[n] != ':')
		n++;
	heard = mgi_span_from(heard, n < heard.len ? n + 1 : n);
	for (n = 0;
	     n < heard.len && heard.data[n] != '\r' && heard.data[n] != '\n';)
		n++;
	return mgi_span_trim(mgi_span_head(heard, n));
}

/* An error's page may say that maintenance is under way. */
static mailguard_status read_page(const mgi_reader *r, const mailguard_step *s)
{
	mailguard_span body = mailguard_transcript_body(r->t);
	const mailguard_cause *cause;
	mailguard_status st;

	if (!body.len)
		body = s->heard;
	st = mailguard_classify_text(&cause, r->c, MAILGUARD_PHASE_NONE,
	                             mgi_span_head(body, BODY_READ), r->err);
	if (st < 0)
		return st;
	if (cause->fault == MAILGUARD_FAULT_PROVIDER_MAINTENANCE)
		mgi_blame(r->a, s->phase, cause->reason);
	return MAILGUARD_OK;
}

static mailguard_status read_code(const mgi_reader *r, const mailguard_step *s)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_span to;

	if (s->code >= 500)
		st = read_page(r, s);
	if (st < 0)
		return st;
	to = header(s->heard, "\nlocation:");
	if (s->code / 100 == 3 && s->tls && mgi_span_starts_nocase(to, "http:"))
		mgi_blame(r->a, s->phase, MAILGUARD_REASON_TLS_DOWNGRADE);
	mgi_blame(r->a, s->phase, reason_of(s->code));
	return st;
}

/* The status line is what the server said. */
static void quote(const mgi_reader *r, const mailguard_step *s)
{
	size_t n = 0;

	while (n < s->heard.len && s->heard.data[n] != '\n')
		n++;
	if (n)
		mgi_answer_quote(r->a, mgi_span_head(s->heard, n));
}

static mailguard_status read_end(const mgi_reader *r, const mailguard_step *s)
{
	const mailguard_tls_facts *f = mailguard_transcript_tls(r->t);
	mailguard_status st = MAILGUARD_OK;

	if (s->code / 100 == 2 && s->phase == MAILGUARD_PHASE_COMMAND) {
		mgi_blame(r->a, s->phase, MAILGUARD_REASON_SUCCESS);
	} else if (s->code && s->phase == MAILGUARD_PHASE_COMMAND) {
		st = read_code(r, s);
		quote(r, s);
	} else if (s->phase == MAILGUARD_PHASE_TLS && (!f || !f->version[0])) {
		st = mgi_read_handshake(r, s);
	} else if (s->phase == MAILGUARD_PHASE_COMMAND && s->timed_out) {
		mgi_blame(r->a, s->phase, MAILGUARD_REASON_READ_TIMEOUT);
	} else {
		st = mgi_read_link(r, s);
		if (st == MAILGUARD_OK && s->phase == MAILGUARD_PHASE_COMMAND)
			mgi_blame(r->a, s->phase,
			          MAILGUARD_REASON_REPLY_GARBAGE);
	}
	return st;
}

static mailguard_status ask(mailguard_ask *out,
                            const mailguard_endpoint *target,
                            mailguard_phase until,
                            mgi_arena *a,
                            mailguard_error *err)
{
	(void)a;
	(void)err;
	out->to = target;
	out->until = until ? until : MAILGUARD_PHASE_COMMAND;
	return MAILGUARD_OK;
}

static mailguard_status read(mailguard_answer *out,
                             const mailguard_transcript *heard,
                             mailguard_classifier *c,
                             mailguard_error *err)
{
	mgi_reader r = { out, heard, c, err };
	const mailguard_step *last = mgi_step_last(heard);
	mailguard_status st;

	out->login = MAILGUARD_LOGIN_NONE;
	if (!last)
		return MAILGUARD_OK;
	st = mgi_read_certificate(&r);
	if (st == MAILGUARD_OK)
		st = read_end(&r, last);
	return st;
}

const mgi_prober mgi_probe_web = { "web", MAILGUARD_PROTOCOL_HTTP, ask, read };
