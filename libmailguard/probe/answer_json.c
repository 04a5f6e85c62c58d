/*
 * answer_json.c - an answer as one JSON object (docs/schema/probe.json).
 */
#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"
#include "net/facts_json.h"
#include "probe/answer.h"

static void put_cause(mgi_jsonw *w, const mailguard_cause *c)
{
	int i;

	mgi_jsonw_str(w, "fault_domain", mailguard_fault_name(c->fault));
	mgi_jsonw_str(w, "reason", mailguard_reason_name(c->reason));
	mgi_jsonw_array(w, "also");
	for (i = 0; i < 3 && c->also[i]; i++)
		mgi_jsonw_str(w, NULL, mailguard_fault_name(c->also[i]));
	mgi_jsonw_end(w);
	mgi_jsonw_str(w, "transient",
	              c->temporary < 0 ? "maybe"
	              : c->temporary   ? "yes"
	                               : "no");
	mgi_jsonw_int(w, "confidence", c->confidence);
}

/* Seconds; null for a phase that was not gone through. */
static void put_time(mgi_jsonw *w, const char *key, int64_t usec)
{
	if (usec < 0)
		mgi_jsonw_null(w, key);
	else
		mgi_jsonw_fixed(w, key, usec, 6);
}

static void put_times(mgi_jsonw *w, const mailguard_answer_times *t)
{
	mgi_jsonw_object(w, "times");
	put_time(w, "dns", t->dns);
	put_time(w, "connect", t->connect);
	put_time(w, "tls", t->tls);
	put_time(w, "greeting", t->greeting);
	put_time(w, "login", t->login);
	put_time(w, "total", t->total);
	mgi_jsonw_end(w);
}

/* The words of a text with spaces between, one string each. */
static void put_words(mgi_jsonw *w, const char *key, const char *text)
{
	mailguard_span rest = mgi_span_trim(mgi_span_of(text));

	mgi_jsonw_array(w, key);
	while (rest.len)
		mgi_jsonw_span(w, NULL, mgi_span_word(&rest));
	mgi_jsonw_end(w);
}

/* "ok", "dane" if DNS alone vouches, or the reason it is not. */
static const char *verify_word(const mailguard_answer *a,
                               const mailguard_tls_facts *f)
{
	if (f->verified)
		return "ok";
	if (f->version[0] && !mgi_certificate_bad(a->heard))
		return "dane";
	return a->phase == MAILGUARD_PHASE_TLS
	               ? mailguard_reason_name(a->cause.reason)
	               : "unknown";
}

static void put_tls(mgi_jsonw *w, const mailguard_answer *a)
{
	const mailguard_tls_facts *f = mailguard_transcript_tls(a->heard);
	const mailguard_certificate *c =
		mailguard_transcript_certificate(a->heard, 0);

	if (!f) {
		mgi_jsonw_null(w, "tls");
		return;
	}
	mgi_jsonw_object(w, "tls");
	mgi_jsonw_str(w, "version", f->version[0] ? f->version : NULL);
	mgi_jsonw_str(w, "cipher", f->cipher[0] ? f->cipher : NULL);
	mgi_jsonw_str(w, "subject", c ? c->subject : NULL);
	mgi_jsonw_str(w, "issuer", c ? c->issuer : NULL);
	put_words(w, "names", c ? c->names : "");
	mgi_jsonw_time(w, "not_before", c ? c->not_before : 0);
	mgi_jsonw_time(w, "not_after", c ? c->not_after : 0);
	mgi_jsonw_str(w, "verify", verify_word(a, f));
	mgi_jsonw_bool(w, "name_matches", f->name_matches);
	mgi_jsonw_int(w, "chain", (int64_t)f->chain);
	mgi_jsonw_str(w, "alert", f->alert[0] ? f->alert : NULL);
	mgi_tls_faults_json(w, a->heard);
	mgi_tls_dane_json(w, a->heard);
	mgi_jsonw_end(w);
}

static void put_findings(mgi_jsonw *w, const mailguard_answer *a)
{
	const mailguard_finding *f;
	size_t i;

	mgi_jsonw_array(w, "findings");
	for (i = 0; (f = mailguard_answer_finding(a, i)) != NULL; i++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "code", f->code);
		mgi_jsonw_str(w, "severity",
		              mailguard_severity_name(f->severity));
		mgi_jsonw_str(w, "text", f->text);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

/* "ok" null: it tried no login. */
static void put_second(mgi_jsonw *w, const mailguard_answer *a)
{
	const mailguard_answer_second *s = mailguard_answer_second_opinion(a);

	if (!s) {
		mgi_jsonw_null(w, "stock");
		return;
	}
	mgi_jsonw_object(w, "stock");
	if (s->ok < 0)
		mgi_jsonw_null(w, "ok");
	else
		mgi_jsonw_bool(w, "ok", s->ok);
	mgi_jsonw_int(w, "code", s->code);
	mgi_jsonw_str(w, "text", s->text);
	mgi_jsonw_end(w);
}

/* What is not known is null. */
static void put_mailbox(mgi_jsonw *w, const mailguard_answer *a)
{
	int64_t ahead;

	if (a->messages < 0)
		mgi_jsonw_null(w, "messages");
	else
		mgi_jsonw_int(w, "messages", a->messages);
	mgi_jsonw_time(w, "newest", a->newest);
	if (mailguard_answer_clock(&ahead, a))
		mgi_jsonw_fixed(w, "clock", ahead, 6);
	else
		mgi_jsonw_null(w, "clock");
	if (a->quota < 0)
		mgi_jsonw_null(w, "quota");
	else
		mgi_jsonw_int(w, "quota", a->quota);
}

static void put_offered(mgi_jsonw *w, const char *key, const mgi_offered *o)
{
	size_t i;

	mgi_jsonw_array(w, key);
	for (i = 0; i < o->count; i++)
		mgi_jsonw_str(w, NULL, o->at[i]);
	mgi_jsonw_end(w);
}

static void put_answer(mgi_jsonw *w, const mailguard_answer *a)
{
	const char *address = mailguard_answer_address(a);

	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "url", a->name);
	mgi_jsonw_bool(w, "ok", mailguard_answer_ok(a));
	put_cause(w, &a->cause);
	mgi_jsonw_str(w, "phase", mailguard_phase_name(a->phase));
	mgi_jsonw_str(w, "message", a->message);
	mgi_jsonw_str(w, "action", a->action);
	mgi_jsonw_str(w, "address", address[0] ? address : NULL);
	mgi_jsonw_str(w, "software", a->software);
	mgi_jsonw_time(w, "when", a->evidence.at);
	put_times(w, &a->times);
	mgi_jsonw_str(w, "login", mailguard_answer_login_name(a->login));
	put_mailbox(w, a);
	put_tls(w, a);
	put_offered(w, "capabilities", &a->offered);
	put_offered(w, "capabilities_in_clear", &a->offered_in_clear);
	put_findings(w, a);
	if (a->wanted.flags & MAILGUARD_PROBE_STOCK)
		put_second(w, a);
	if (mailguard_transcript_record(a->heard, 0))
		mgi_records_json(w, a->heard);
	mgi_jsonw_end(w);
}

/* The writer has no call for a document that is made already. */
static mailguard_status add_transcript(mailguard_buffer *out,
                                       const mailguard_answer *a,
                                       mailguard_error *err)
{
	mailguard_status st;

	mgi_buf_cut(out, mailguard_buffer_length(out) - 1);
	mgi_buf_puts(out, ", \"transcript\": ");
	st = mailguard_transcript_json(out, a->heard, err);
	if (st < 0)
		return st;
	mgi_buf_putc(out, '}');
	return mgi_buf_status(out, err);
}

mailguard_status mailguard_answer_json(mailguard_buffer *out,
                                       const mailguard_answer *a,
                                       uint32_t flags,
                                       mailguard_error *err)
{
	mailguard_status st;
	mgi_jsonw w;
	size_t before;

	if (!out || !a)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                out ? "answer" : "buffer");
	before = mailguard_buffer_length(out);
	mgi_jsonw_init(&w, out);
	put_answer(&w, a);
	st = mgi_jsonw_finish(&w, err);
	if (st == MAILGUARD_OK && flags & MAILGUARD_ANSWER_TRANSCRIPT)
		st = add_transcript(out, a, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
