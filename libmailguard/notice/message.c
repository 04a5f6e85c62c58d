/*
 * message.c - a notice as a message ready to send, and as JSON.
 */
#include "notice/notice.h"

#include <string.h>

#include "base/fail.h"
#include "base/json.h"
#include "base/text.h"

/* What the charset lacks, each once, by spaces. */
static void misfits_tell(mailguard_buffer *out, const mailguard_draft *d)
{
	const mailguard_misfit *m;
	size_t i, k;

	for (i = 0; (m = mailguard_draft_misfit(d, i)) != NULL; i++) {
		char c[4];

		for (k = 0; k < i; k++)
			if (mailguard_draft_misfit(d, k)->c == m->c)
				break;
		if (k < i)
			continue;
		mgi_buf_add(out, c, mgi_utf8_put(c, m->c));
		mgi_buf_putc(out, ' ');
	}
}

static mailguard_status head_write(mailguard_draft *d,
                                   mailguard *mg,
                                   const mailguard_notice *n,
                                   const mailguard_notice_envelope *e,
                                   mailguard_error *err)
{
	mailguard_time date = e->date ? e->date : mgi_now(mg);
	mailguard_status st;
	mailguard_buffer id;

	st = mailguard_draft_address(d, "From", e->sender_name, e->sender, err);
	if (st >= 0)
		st = mailguard_draft_address(d, "To", e->to_name, e->to, err);
	if (st >= 0 && e->reply_to)
		st = mailguard_draft_address(d, "Reply-To", NULL, e->reply_to,
		                             err);
	if (st >= 0)
		st = mailguard_draft_header(d, "Subject", n->subject, err);
	if (st >= 0)
		st = mailguard_draft_date(d, date, mgi_utc_offset(mg, date),
		                          err);
	mgi_buf_init(&id, mg);
	mgi_buf_printf(&id, "<%s>", e->message_id);
	if (st >= 0)
		st = mgi_buf_status(&id, err);
	if (st >= 0)
		st = mailguard_draft_field(d, "Message-ID", mgi_buf_text(&id),
		                           err);
	mgi_buf_done(&id);
	if (st >= 0)
		st = mailguard_draft_field(d, "Auto-Submitted",
		                           "auto-generated", err);
	if (st >= 0)
		st = mailguard_draft_field(d, "X-Auto-Response-Suppress",
		                           "OOF, AutoReply", err);
	return st;
}

static mailguard_status envelope_check(mailguard *mg,
                                       const mailguard_notice_envelope *e,
                                       mailguard_error *err)
{
	const char *missing = !e->sender       ? "sender"
	                      : !e->to         ? "to"
	                      : !e->message_id ? "message_id"
	                                       : NULL;

	return missing ? mgi_fail(err, mg, MAILGUARD_EINVAL,
	                          MGI_SAY_NOTICE_MISSING, "what", missing)
	               : MAILGUARD_OK;
}

mailguard_status mailguard_notice_message(
	mailguard_buffer *out,
	mailguard_buffer *misfits,
	const mailguard_notice *n,
	const mailguard_notice_envelope *envelope,
	mailguard_error *err)
{
	mailguard_draft_options opts = MAILGUARD_DRAFT_OPTIONS_INIT;
	mailguard *mg = mgi_arena_handle(n->arena);
	mailguard_notice_envelope own;
	mailguard_draft *d;
	mailguard_status st;

	st = mgi_options_copy(&own, sizeof(own), envelope, mg, err);
	if (st >= 0)
		st = envelope_check(mg, &own, err);
	if (st < 0)
		return st;
	opts.charset = own.charset;
	st = mailguard_draft_new(&d, mg, &opts, err);
	if (st < 0)
		return st;
	st = head_write(d, mg, n, &own, err);
	if (st >= 0)
		st = mailguard_draft_text(d, mgi_span_of(n->text), err);
	if (st >= 0) {
		st = mailguard_draft_write(out, d, err);
		if (st == MAILGUARD_EINVAL && misfits)
			misfits_tell(misfits, d);
	}
	mailguard_draft_free(d);
	return st;
}

mailguard_status mailguard_notice_json(mailguard_buffer *out,
                                       const mailguard_notice *n,
                                       mailguard_error *err)
{
	size_t i;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "phase", mailguard_notice_phase_name(n->phase));
	mgi_jsonw_str(&w, "lang", n->lang == MGI_JA ? "ja" : "en");
	mgi_jsonw_str(&w, "subject", n->subject);
	mgi_jsonw_array(&w, "parts");
	for (i = 0; i < MGI_NOTICE_PARTS; i++)
		mgi_jsonw_str(&w, NULL, n->part[i]);
	mgi_jsonw_end(&w);
	mgi_jsonw_str(&w, "text", n->text);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}
