/*
 * look.c - what is odd whatever the protocol: late greetings, addresses that
 * do not answer, certificates soon to end, secrets in clear.
 */
#include "base/clock.h"
#include "probe/answer.h"

#include <string.h>

#define DAY_USEC ((int64_t)86400 * 1000000)

static void look_greeting(mailguard_answer *a)
{
	int64_t took = a->times.greeting;

	if (took >= a->wanted.slow_usec &&
	    a->cause.reason == MAILGUARD_REASON_SUCCESS)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_GREETING_SLOW, "seconds",
		                mgi_i64((took + 500000) / 1000000).text);
}

/* "192.0.2.1 993: refused" */
static void note_address(mailguard_answer *a, const mailguard_step *s)
{
	mailguard_buffer b;

	mgi_buf_init(&b, mgi_answer_handle(a));
	mgi_buf_puts(&b, s->said);
	mgi_buf_puts(&b, ": ");
	mgi_buf_puts(&b, s->timed_out
	                         ? mgi_say_raw(mgi_answer_lang(a),
	                                       MGI_SAY_ADDRESS_LATE)
	                         : mgi_sys_text(mgi_answer_lang(a), s->sys));
	mgi_answer_note(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_ADDRESS_SILENT,
	                "why", mgi_buf_text(&b));
	if (mgi_buf_status(&b, NULL) < 0)
		mgi_answer_nomem(a);
	mgi_buf_done(&b);
}

static bool is_ipv6(const mailguard_step *s)
{
	return strchr(s->said, ':') != NULL;
}

/* Some addresses did not answer, another one did. */
static void look_addresses(mailguard_answer *a)
{
	size_t i, tried = 0, failed = 0, failed6 = 0;
	const mailguard_step *s;
	bool by4 = false;

	for (i = 0; (s = mailguard_transcript_step(a->heard, i)) != NULL; i++) {
		bool bad = s->sys || s->timed_out || s->closed;

		if (s->phase != MAILGUARD_PHASE_CONNECT)
			continue;
		tried++;
		failed += bad;
		failed6 += bad && is_ipv6(s);
		by4 |= !bad && !is_ipv6(s);
	}
	if (!failed || failed == tried)
		return;
	for (i = 0; (s = mailguard_transcript_step(a->heard, i)) != NULL; i++)
		if (s->phase == MAILGUARD_PHASE_CONNECT &&
		    (s->sys || s->timed_out || s->closed))
			note_address(a, s);
	if (by4 && failed6 == failed)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_ADDRESS_NO_IPV6, NULL, NULL);
}

static void look_dates(mailguard_answer *a)
{
	const mailguard_certificate *c =
		mailguard_transcript_certificate(a->heard, 0);
	mailguard_time begin = mailguard_transcript_begin(a->heard);
	int64_t days;

	if (!c || !begin || c->not_after <= begin)
		return;
	days = (c->not_after - begin) / DAY_USEC;
	if (days < (int64_t)a->wanted.warn_days)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_TLS_CERT_EXPIRING, "days",
		                mgi_i64(days).text);
}

/* A mismatch is the verdict. */
static void look_dane(mailguard_answer *a, const mailguard_tls_facts *f)
{
	const char *host = mailguard_answer_endpoint(a)->host;

	if (f->dane == MAILGUARD_DANE_UNSIGNED)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_DANE_UNSIGNED, "name", host);
	else if (f->dane == MAILGUARD_DANE_UNUSABLE)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_DANE_BAD,
		                "name", host);
	else if (f->dane == MAILGUARD_DANE_UNKNOWN)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_DANE_UNKNOWN, "name", host);
	else if (f->dane == MAILGUARD_DANE_MATCH && !f->verified)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE, MGI_SAY_DANE_ALONE,
		                NULL, NULL);
}

static void look_tls(mailguard_answer *a)
{
	const mailguard_tls_facts *f = mailguard_transcript_tls(a->heard);

	if (!f || !f->version[0])
		return;
	look_dates(a);
	look_dane(a, f);
	if (strcmp(f->version, "TLSv1") == 0 ||
	    strcmp(f->version, "TLSv1.1") == 0 ||
	    strncmp(f->version, "SSL", 3) == 0)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_TLS_OLD,
		                "version", f->version);
	if (mgi_interceptor(a->heard))
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_TLS_INTERCEPTED, "name",
		                mgi_interceptor(a->heard));
	if (f->chain == 1 && a->cause.reason == MAILGUARD_REASON_CERT_UNTRUSTED)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_TLS_CHAIN_SHORT, NULL, NULL);
}

static void look_login(mailguard_answer *a)
{
	const mailguard_step *s = mgi_step_of(a->heard, MAILGUARD_PHASE_LOGIN);

	if (a->login == MAILGUARD_LOGIN_WITHHELD)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_LOGIN_WITHHELD, NULL, NULL);
	else if (a->wanted.user)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_LOGIN_NO_SECRET, "user",
		                a->wanted.user);
	else if (a->login == MAILGUARD_LOGIN_UNTESTED)
		mgi_answer_note(a, MAILGUARD_SEVERITY_NOTE,
		                MGI_SAY_LOGIN_UNTESTED, NULL, NULL);
	else if (a->login != MAILGUARD_LOGIN_NONE && s && !s->tls && s->said[0])
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_LOGIN_IN_CLEAR, NULL, NULL);
}

/* A bad certificate is the verdict; what went wrong behind it is told, too. */
static void look_behind(mailguard_answer *a)
{
	const mailguard_step *last = mgi_step_last(a->heard);

	if (!last || !mgi_certificate_bad(a->heard))
		return;
	if (mgi_step_refused(last) || last->timed_out || last->closed ||
	    last->sys)
		mgi_answer_note(a, MAILGUARD_SEVERITY_WARN,
		                MGI_SAY_DIALOGUE_FAILED_LATER, "phase",
		                mailguard_phase_text(mgi_answer_handle(a),
		                                     last->phase));
}

void mgi_answer_look(mailguard_answer *a)
{
	look_greeting(a);
	look_addresses(a);
	look_tls(a);
	look_login(a);
	look_behind(a);
}
