/*
 * transcript_text.c - a transcript as a recorded session, which people read
 * and mailguard_transcript_parse() reads back.
 *
 * What has its default is left out, so that a session written by hand needs
 * little.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/say.h"
#include "base/text.h"
#include "net/session.h"

static void key(mailguard_buffer *out, const char *name, const char *value)
{
	if (!value || !value[0])
		return;
	mgi_buf_puts(out, name);
	mgi_buf_puts(out, ": ");
	mgi_session_escape(out, mgi_span_of(value), false);
	mgi_buf_putc(out, '\n');
}

static void key_number(mailguard_buffer *out, const char *name, int64_t n)
{
	if (n)
		key(out, name, mgi_i64(n).text);
}

static void key_time(mailguard_buffer *out, const char *name, mailguard_time t)
{
	size_t from;

	if (!t)
		return;
	mgi_buf_puts(out, name);
	mgi_buf_puts(out, ": ");
	from = out->len;
	mgi_time_rfc3339(out, t, 0);
	if (mgi_time_parse_rfc3339(mgi_span_from(mgi_buf_span(out), from)) !=
	    t) {
		/* Out of the calendar's years. */
		mgi_buf_cut(out, from);
		mgi_buf_printf(out, "@%s", mgi_i64(t).text);
	}
	mgi_buf_putc(out, '\n');
}

static void put_head(mailguard_buffer *out, const mailguard_transcript *t)
{
	const mailguard_endpoint *e = &t->endpoint;

	mgi_buf_puts(out, MGI_SESSION_MAGIC "\n");
	key(out, "protocol", mailguard_protocol_name(e->protocol));
	key(out, "host", e->host);
	key_number(out, "port", e->port);
	if (e->tls)
		key(out, "tls", mailguard_tls_name(e->tls));
	key(out, "pinned", e->address);
	key(out, "user", e->user);
	key(out, "mechanism", e->mechanism);
	key(out, "path", e->path);
	key(out, "address", t->address);
	key_time(out, "begin", t->begin);
	if (t->reached)
		key(out, "reached", mailguard_phase_name(t->reached));
}

static void flag(mailguard_buffer *out, const char *name, bool on)
{
	if (!on)
		return;
	mgi_buf_putc(out, ' ');
	mgi_buf_puts(out, name);
}

static void value(mailguard_buffer *out, const char *name, const char *text)
{
	mgi_buf_printf(out, " %s=%s", name, text);
}

static void put_sys(mailguard_buffer *out, int sys)
{
	const char *name = mgi_errno_name(sys);

	if (sys)
		value(out, "sys", name ? name : mgi_i64(sys).text);
}

/* What was said or heard, a line for each of its lines. */
static void put_bytes(mailguard_buffer *out, char mark, mailguard_span s)
{
	size_t at = 0;

	while (at < s.len) {
		size_t from = at;

		while (at < s.len && at - from < MGI_SESSION_PIECE &&
		       (at == from || s.data[at - 1] != '\n'))
			at++;
		mgi_buf_putc(out, mark);
		mgi_buf_putc(out, ' ');
		mgi_session_escape(out, mgi_span(s.data + from, at - from),
		                   false);
		mgi_buf_putc(out, '\n');
	}
}

static void put_step(mailguard_buffer *out, const mailguard_step *s)
{
	mailguard_span said = mgi_span_of(s->said);

	mgi_buf_printf(out, "\nstep: %s %s %s", mailguard_phase_name(s->phase),
	               mgi_i64(s->begin).text, mgi_i64(s->end).text);
	flag(out, "tls", s->tls);
	flag(out, "timed-out", s->timed_out);
	flag(out, "closed", s->closed == 1);
	flag(out, "reset", s->closed == 2);
	if (s->code)
		value(out, "code", mgi_i64(s->code).text);
	put_sys(out, s->sys);
	if (s->answer)
		value(out, "answer", mailguard_reply_kind_name(s->answer));
	if (s->note)
		value(out, "note", mgi_note_name(s->note));
	if (s->said_bytes != mgi_session_said_bytes(said))
		value(out, "said", mgi_u64(s->said_bytes).text);
	if (s->heard_bytes != s->heard.len)
		value(out, "heard", mgi_u64(s->heard_bytes).text);
	mgi_buf_putc(out, '\n');
	put_bytes(out, '>', said);
	put_bytes(out, '<', s->heard);
}

static void put_certificate(mailguard_buffer *out,
                            const mailguard_certificate *c)
{
	char hex[MGI_SHA256_HEX];

	mgi_hex(hex, mgi_span(c->sha256, sizeof(c->sha256)));
	mgi_buf_puts(out, "\ncertificate:\n");
	key(out, "subject", c->subject);
	key(out, "issuer", c->issuer);
	key(out, "names", c->names);
	key(out, "serial", c->serial);
	key(out, "key", c->key);
	key(out, "signature", c->signature);
	key(out, "issuer-at", c->issuer_at);
	key_time(out, "not-before", c->not_before);
	key_time(out, "not-after", c->not_after);
	key(out, "sha256", hex);
}

static void put_tls(mailguard_buffer *out, const mailguard_transcript *t)
{
	const mailguard_tls_facts *tls = &t->tls;
	const mailguard_certificate *c;
	const mailguard_tls_fault *f;
	size_t i;

	if (t->has_tls) {
		mgi_buf_puts(out, "\nhandshake:");
		flag(out, "verified", tls->verified);
		flag(out, "name-matches", tls->name_matches);
		flag(out, "resumed", tls->resumed);
		flag(out, "stapled", tls->stapled);
		if (tls->dane)
			mgi_buf_printf(out, " dane=%s",
			               mgi_dane_name(tls->dane));
		mgi_buf_putc(out, '\n');
		key(out, "version", tls->version);
		key(out, "cipher", tls->cipher);
		key(out, "alert", tls->alert);
	}
	for (i = 0; (f = mailguard_transcript_fault(t, i)) != NULL; i++) {
		mgi_buf_printf(out, "fault: %s %s ", mgi_i64(f->code).text,
		               mgi_i64(f->depth).text);
		mgi_session_escape(out, mgi_span_of(f->name), true);
		mgi_buf_putc(out, '\n');
	}
	for (i = 0; (c = mailguard_transcript_certificate(t, i)) != NULL; i++)
		put_certificate(out, c);
}

static void put_records(mailguard_buffer *out, const mailguard_transcript *t)
{
	const mailguard_record *r;
	size_t i;

	if (t->records.count)
		mgi_buf_putc(out, '\n');
	for (i = 0; (r = mailguard_transcript_record(t, i)) != NULL; i++) {
		mgi_buf_printf(out, "record: %s %s ", mgi_u64(r->ttl).text,
		               mgi_i64(r->priority).text);
		mgi_session_escape(out, mgi_span_of(r->type), true);
		mgi_buf_putc(out, ' ');
		mgi_session_escape(out, mgi_span_of(r->name), true);
		mgi_buf_putc(out, ' ');
		mgi_session_escape(out, mgi_span_of(r->data), false);
		mgi_buf_putc(out, '\n');
	}
}

mailguard_status mailguard_transcript_text(mailguard_buffer *out,
                                           const mailguard_transcript *t,
                                           mailguard_error *err)
{
	size_t i, before = out->len;
	const mailguard_step *step;
	mailguard_status st;

	put_head(out, t);
	for (i = 0; (step = mailguard_transcript_step(t, i)) != NULL; i++)
		put_step(out, step);
	put_tls(out, t);
	put_records(out, t);
	if (t->body.len)
		mgi_buf_puts(out, "\nbody:\n");
	put_bytes(out, '|', mgi_buf_span(&t->body));
	st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, before);
	return st;
}
