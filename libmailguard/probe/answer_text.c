/*
 * answer_text.c - an answer as a paragraph for people: what, where, why, what
 * to do.
 */
#include "base/clock.h"
#include "base/fail.h"
#include "probe/answer.h"

#include <string.h>

/* "1.27" seconds. */
static mgi_number seconds(int64_t usec)
{
	mgi_number n = mgi_i64((usec + 5000) / 1000000);
	int64_t rest = (usec + 5000) % 1000000 / 10000;
	size_t i = strlen(n.text);

	n.text[i] = '.';
	n.text[i + 1] = (char)('0' + rest / 10);
	n.text[i + 2] = (char)('0' + rest % 10);
	n.text[i + 3] = '\0';
	return n;
}

static void end_line(mailguard_buffer *out)
{
	mgi_buf_putc(out, '\n');
}

static void tell_ok(mailguard_buffer *out, const mailguard_answer *a)
{
	mailguard *mg = mgi_answer_handle(a);

	mgi_say(out, mg, MGI_SAY_ANSWER_LINE_OK, "url", a->name, "message",
	        a->message, "seconds", seconds(a->times.total).text);
	end_line(out);
}

static void tell_where(mailguard_buffer *out, const mailguard_answer *a)
{
	mailguard *mg = mgi_answer_handle(a);
	const char *address = mailguard_answer_address(a);

	mgi_say(out, mg, MGI_SAY_ANSWER_LINE_WHERE, "where", a->where,
	        "address", address[0] ? address : "-", "phase",
	        mailguard_phase_text(mg, a->phase), "seconds",
	        seconds(a->times.total).text);
	end_line(out);
}

static void tell_failure(mailguard_buffer *out, const mailguard_answer *a)
{
	mailguard *mg = mgi_answer_handle(a);
	const mailguard_cause *c = &a->cause;

	mgi_say(out, mg, MGI_SAY_ANSWER_LINE_FAILED, "url", a->name, "reason",
	        mailguard_reason_text(mg, c->reason), "fault",
	        mailguard_fault_name(c->fault));
	end_line(out);
	tell_where(out, a);
	mgi_say(out, mg, MGI_SAY_ANSWER_LINE_WHY, "message", a->message);
	end_line(out);
	if (c->temporary > 0) {
		mgi_say(out, mg, MGI_SAY_ANSWER_LINE_PASSES);
		end_line(out);
	}
	if (a->action[0]) {
		mgi_say(out, mg, MGI_SAY_ANSWER_LINE_DO, "action", a->action);
		end_line(out);
	}
}

static void tell_tls(mailguard_buffer *out, const mailguard_answer *a)
{
	const mailguard_tls_facts *f = mailguard_transcript_tls(a->heard);
	const mailguard_certificate *c =
		mailguard_transcript_certificate(a->heard, 0);
	mailguard *mg = mgi_answer_handle(a);
	mailguard_buffer until;

	if (!f || !f->version[0] || !c)
		return;
	mgi_buf_init(&until, mg);
	mgi_time_rfc3339(&until, c->not_after,
	                 mgi_utc_offset(mg, c->not_after));
	mgi_say(out, mg, MGI_SAY_ANSWER_LINE_TLS, "version", f->version,
	        "subject", c->subject, "until", mgi_buf_text(&until));
	end_line(out);
	if (mgi_buf_status(&until, NULL) < 0)
		out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&until);
}

static void tell_second(mailguard_buffer *out, const mailguard_answer *a)
{
	const mailguard_answer_second *s = mailguard_answer_second_opinion(a);
	mailguard *mg = mgi_answer_handle(a);

	if (!s)
		return;
	if (s->ok == 1)
		mgi_say(out, mg, MGI_SAY_ANSWER_LINE_STOCK_IN);
	else
		mgi_say(out, mg,
		        s->ok ? MGI_SAY_ANSWER_LINE_STOCK_UNKNOWN
		              : MGI_SAY_ANSWER_LINE_STOCK_OUT,
		        "text", s->text);
	end_line(out);
}

static void tell(mailguard_buffer *out, const mailguard_answer *a)
{
	const mailguard_finding *f;
	size_t i;

	if (mailguard_answer_ok(a))
		tell_ok(out, a);
	else
		tell_failure(out, a);
	tell_tls(out, a);
	tell_second(out, a);
	for (i = 0; (f = mailguard_answer_finding(a, i)) != NULL; i++) {
		mgi_say(out, mgi_answer_handle(a), MGI_SAY_ANSWER_LINE_NOTE,
		        "text", f->text);
		end_line(out);
	}
}

mailguard_status mailguard_answer_text(mailguard_buffer *out,
                                       const mailguard_answer *a,
                                       mailguard_error *err)
{
	mailguard_status st;
	mailguard_buffer raw;

	if (!out || !a)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                out ? "answer" : "buffer");
	mgi_buf_init(&raw, mgi_answer_handle(a));
	tell(&raw, a);
	st = mgi_buf_status(&raw, err);
	if (st == MAILGUARD_OK) {
		mgi_put_utf8(out, mgi_buf_span(&raw));
		st = mgi_buf_status(out, err);
	}
	mgi_buf_done(&raw);
	return st;
}
