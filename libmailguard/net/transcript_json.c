/*
 * transcript_json.c - a transcript for programs. Times of steps are seconds
 * since the first one.
 */
#include "base/hash.h"
#include "net/facts_json.h"
#include "net/transcript_own.h"

/* Left out if there is none. */
static void text(mgi_jsonw *w, const char *key, const char *s)
{
	if (s && s[0])
		mgi_jsonw_str(w, key, s);
}

static void put_endpoint(mgi_jsonw *w, const mailguard_endpoint *e)
{
	mgi_jsonw_object(w, "endpoint");
	mgi_jsonw_str(w, "protocol", mailguard_protocol_name(e->protocol));
	text(w, "host", e->host);
	mgi_jsonw_int(w, "port", mailguard_endpoint_port(e));
	mgi_jsonw_str(w, "tls", mailguard_tls_name(e->tls));
	text(w, "user", e->user);
	text(w, "mechanism", e->mechanism);
	text(w, "path", e->path);
	mgi_jsonw_end(w);
}

static void put_outcome(mgi_jsonw *w, const mailguard_step *s)
{
	const char *sys = mgi_errno_name(s->sys);

	if (s->code)
		mgi_jsonw_int(w, "code", s->code);
	if (s->answer)
		mgi_jsonw_str(w, "answer",
		              mailguard_reply_kind_name(s->answer));
	if (sys)
		mgi_jsonw_str(w, "sys", sys);
	else if (s->sys)
		mgi_jsonw_int(w, "sys", s->sys);
	if (s->timed_out)
		mgi_jsonw_bool(w, "timed_out", true);
	if (s->closed)
		mgi_jsonw_str(w, "closed", s->closed == 2 ? "reset" : "end");
	if (s->note)
		mgi_jsonw_str(w, "note", mgi_note_name(s->note));
}

static void put_step(mgi_jsonw *w, const mailguard_step *s)
{
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "phase", mailguard_phase_name(s->phase));
	mgi_jsonw_fixed(w, "begin", s->begin, 6);
	mgi_jsonw_fixed(w, "end", s->end, 6);
	if (s->tls)
		mgi_jsonw_bool(w, "tls", true);
	put_outcome(w, s);
	text(w, "said", s->said);
	if (s->heard.len)
		mgi_jsonw_span(w, "heard", s->heard);
	mgi_jsonw_int(w, "said_bytes", (int64_t)s->said_bytes);
	mgi_jsonw_int(w, "heard_bytes", (int64_t)s->heard_bytes);
	mgi_jsonw_end(w);
}

static void put_certificate(mgi_jsonw *w, const mailguard_certificate *c)
{
	char hex[MGI_SHA256_HEX];
	mailguard_span digest = { c->sha256, sizeof(c->sha256) };

	mgi_hex(hex, digest);
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "subject", c->subject);
	mgi_jsonw_str(w, "issuer", c->issuer);
	mgi_jsonw_str(w, "names", c->names);
	mgi_jsonw_str(w, "serial", c->serial);
	mgi_jsonw_str(w, "key", c->key);
	mgi_jsonw_str(w, "signature", c->signature);
	mgi_jsonw_str(w, "issuer_at", c->issuer_at);
	mgi_jsonw_time(w, "not_before", c->not_before);
	mgi_jsonw_time(w, "not_after", c->not_after);
	mgi_jsonw_str(w, "sha256", hex);
	mgi_jsonw_end(w);
}

void mgi_tls_faults_json(mgi_jsonw *w, const mailguard_transcript *t)
{
	const mailguard_tls_fault *f;
	size_t i;

	mgi_jsonw_array(w, "faults");
	for (i = 0; (f = mailguard_transcript_fault(t, i)) != NULL; i++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_int(w, "code", f->code);
		mgi_jsonw_int(w, "depth", f->depth);
		mgi_jsonw_str(w, "name", f->name);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

void mgi_records_json(mgi_jsonw *w, const mailguard_transcript *t)
{
	const mailguard_record *r;
	size_t i;

	mgi_jsonw_array(w, "records");
	for (i = 0; (r = mailguard_transcript_record(t, i)) != NULL; i++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "name", r->name);
		mgi_jsonw_str(w, "type", r->type);
		mgi_jsonw_str(w, "data", r->data);
		mgi_jsonw_int(w, "ttl", r->ttl);
		mgi_jsonw_int(w, "priority", r->priority);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

void mgi_tls_dane_json(mgi_jsonw *w, const mailguard_transcript *t)
{
	mgi_jsonw_str(w, "dane",
	              t->tls.dane ? mgi_dane_name(t->tls.dane) : NULL);
}

static void put_tls(mgi_jsonw *w, const mailguard_transcript *t)
{
	const mailguard_certificate *c;
	size_t i;

	mgi_jsonw_object(w, "tls");
	text(w, "version", t->tls.version);
	text(w, "cipher", t->tls.cipher);
	text(w, "alert", t->tls.alert);
	mgi_jsonw_bool(w, "verified", t->tls.verified);
	mgi_jsonw_bool(w, "name_matches", t->tls.name_matches);
	mgi_jsonw_bool(w, "resumed", t->tls.resumed);
	mgi_jsonw_bool(w, "stapled", t->tls.stapled);
	mgi_tls_dane_json(w, t);
	mgi_tls_faults_json(w, t);
	mgi_jsonw_array(w, "chain");
	for (i = 0; (c = mailguard_transcript_certificate(t, i)) != NULL; i++)
		put_certificate(w, c);
	mgi_jsonw_end(w);
	mgi_jsonw_end(w);
}

mailguard_status mailguard_transcript_json(mailguard_buffer *out,
                                           const mailguard_transcript *t,
                                           mailguard_error *err)
{
	const mailguard_step *step;
	mgi_jsonw w;
	size_t i;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	put_endpoint(&w, &t->endpoint);
	text(&w, "address", t->address);
	mgi_jsonw_time(&w, "begin", t->begin);
	mgi_jsonw_str(&w, "reached", mailguard_phase_name(t->reached));
	mgi_jsonw_array(&w, "steps");
	for (i = 0; (step = mailguard_transcript_step(t, i)) != NULL; i++)
		put_step(&w, step);
	mgi_jsonw_end(&w);
	if (t->has_tls)
		put_tls(&w, t);
	if (t->records.count)
		mgi_records_json(&w, t);
	if (t->body.len)
		mgi_jsonw_int(&w, "body_bytes", (int64_t)t->body.len);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
