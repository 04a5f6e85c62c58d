/*
 * bounce_render.c - records as JSON, as rows and as lines for people.
 */
#include "base/fail.h"
#include "base/json.h"
#include "base/say.h"
#include "classify/bounce_value.h"

#include <string.h>

static const mailguard_bounce_record none = {
	.temporary = -1,
	.recipient = "",
	.status = "",
	.command = "",
	.remote_host = "",
	.reporting_host = "",
	.said = "",
	.action = "",
	.rule = "",
	.confidence = 0,
};

/* Record `i`; of a mail that is no bounce, `i` 0 stands for that. */
static mailguard_status find(const mailguard_bounce_record **out,
                             const mailguard_bounce *b,
                             size_t i,
                             mailguard_error *err)
{
	*out = b ? mailguard_bounce_record_at(b, i) : NULL;
	if (!*out && b && !b->count && i == 0)
		*out = &none;
	return *out ? MAILGUARD_OK
	            : mgi_fail(err, NULL, MAILGUARD_EINVAL,
	                       MGI_SAY_ARGUMENT_MISSING, "what", "record");
}

static const char *or_null(const char *s)
{
	return *s ? s : NULL;
}

static const char *answer(int32_t yes)
{
	return yes < 0 ? "maybe" : yes ? "yes" : "no";
}

static void record_json(mgi_jsonw *w,
                        const mailguard_bounce_record *r,
                        bool any)
{
	mgi_jsonw_bool(w, "is_bounce", any);
	mgi_jsonw_str(w, "kind", mailguard_bounce_kind_name(r->kind));
	mgi_jsonw_str(w, "recipient", or_null(r->recipient));
	mgi_jsonw_str(w, "fault_domain", mailguard_fault_name(r->fault));
	mgi_jsonw_str(w, "reason",
	              any ? mailguard_reason_name(r->reason) : NULL);
	mgi_jsonw_str(w, "sisimai_reason",
	              any ? or_null(mailguard_reason_sisimai(r->reason))
	                  : NULL);
	mgi_jsonw_bool(w, "hard", r->hard == 1);
	mgi_jsonw_str(w, "transient", answer(r->temporary));
	mgi_jsonw_str(w, "status", or_null(r->status));
	if (r->reply_code)
		mgi_jsonw_int(w, "reply_code", r->reply_code);
	else
		mgi_jsonw_null(w, "reply_code");
	mgi_jsonw_str(w, "command", or_null(r->command));
	mgi_jsonw_str(w, "remote_host", or_null(r->remote_host));
	mgi_jsonw_str(w, "reporting_host", or_null(r->reporting_host));
	mgi_jsonw_int(w, "confidence", r->confidence);
	mgi_jsonw_str(w, "rule", or_null(r->rule));
	mgi_jsonw_object(w, "evidence");
	mgi_jsonw_int(w, "offset", (int64_t)r->offset);
	mgi_jsonw_int(w, "length", (int64_t)r->length);
	mgi_jsonw_end(w);
	mgi_jsonw_str(w, "said", or_null(r->said));
	mgi_jsonw_str(w, "action", or_null(r->action));
}

mailguard_status mailguard_bounce_json(mailguard_buffer *out,
                                       const mailguard_bounce *b,
                                       size_t i,
                                       const char *path,
                                       uint64_t n,
                                       mailguard_error *err)
{
	const mailguard_bounce_record *r;
	mailguard_status st = find(&r, b, i, err);
	mgi_jsonw w;

	if (st < 0)
		return st;
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "path", path);
	mgi_jsonw_int(&w, "n", (int64_t)n);
	mgi_jsonw_int(&w, "i", (int64_t)i + 1);
	record_json(&w, r, b->count > 0);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

static void line(mailguard_buffer *out,
                 mailguard *mg,
                 mgi_say_id id,
                 const char *value)
{
	if (!*value)
		return;
	mgi_say(out, mg, id, "text", value);
	mgi_buf_putc(out, '\n');
}

mailguard_status mailguard_bounce_text(mailguard_buffer *out,
                                       const mailguard_bounce *b,
                                       size_t i,
                                       mailguard_error *err)
{
	const mailguard_bounce_record *r;
	mailguard_status st = find(&r, b, i, err);
	mailguard *mg;

	if (st < 0)
		return st;
	mg = mgi_arena_handle(b->arena);
	if (!b->count) {
		mgi_say(out, mg, MGI_SAY_BOUNCE_NONE);
		mgi_buf_putc(out, '\n');
		return mgi_buf_status(out, err);
	}
	mgi_say(out, mg, MGI_SAY_BOUNCE_HEAD, "recipient",
	        *r->recipient ? r->recipient : "?", "text",
	        mailguard_reason_text(mg, r->reason), "fault",
	        mailguard_fault_text(mg, r->fault), "confidence",
	        mgi_i64(r->confidence).text);
	mgi_buf_putc(out, '\n');
	line(out, mg, MGI_SAY_BOUNCE_SAID, r->said);
	line(out, mg, MGI_SAY_BOUNCE_ACTION, r->action);
	return mgi_buf_status(out, err);
}

/* A cell; quoted where it must be, and never a formula of a spreadsheet. */
static void cell(mailguard_buffer *out, const char *s, bool more)
{
	bool quote = strpbrk(s, ",\"\r\n") != NULL;
	bool formula = *s && strchr("=+-@", *s);

	if (quote)
		mgi_buf_putc(out, '"');
	if (formula)
		mgi_buf_putc(out, '\'');
	for (; *s; s++) {
		if (*s == '"')
			mgi_buf_putc(out, '"');
		mgi_buf_putc(out, *s);
	}
	if (quote)
		mgi_buf_putc(out, '"');
	mgi_buf_puts(out, more ? "," : "\r\n");
}

static void record_csv(mailguard_buffer *out,
                       const mailguard_bounce_record *r,
                       bool any)
{
	cell(out, any ? "1" : "0", true);
	cell(out, mailguard_bounce_kind_name(r->kind), true);
	cell(out, r->recipient, true);
	cell(out, mailguard_fault_name(r->fault), true);
	cell(out, any ? mailguard_reason_name(r->reason) : "", true);
	cell(out, any ? mailguard_reason_sisimai(r->reason) : "", true);
	cell(out, r->hard == 1 ? "1" : "0", true);
	cell(out, r->status, true);
	cell(out, r->reply_code ? mgi_i64(r->reply_code).text : "", true);
	cell(out, r->command, true);
	cell(out, r->remote_host, true);
	cell(out, mgi_i64(r->confidence).text, true);
	cell(out, r->rule, true);
	cell(out, mgi_u64(r->offset).text, true);
	cell(out, mgi_u64(r->length).text, true);
	cell(out, r->said, false);
}

mailguard_status mailguard_bounce_csv(mailguard_buffer *out,
                                      const mailguard_bounce *b,
                                      size_t i,
                                      const char *path,
                                      uint64_t n,
                                      mailguard_error *err)
{
	const mailguard_bounce_record *r;
	mailguard_status st;

	if (!b) {
		mgi_buf_puts(out, "path,n,i,is_bounce,kind,recipient,"
		                  "fault_domain,reason,sisimai_reason,hard,"
		                  "status,reply_code,command,remote_host,"
		                  "confidence,rule,offset,length,said\r\n");
		return mgi_buf_status(out, err);
	}
	st = find(&r, b, i, err);
	if (st < 0)
		return st;
	cell(out, path, true);
	cell(out, mgi_u64(n).text, true);
	cell(out, mgi_u64(i + 1).text, true);
	record_csv(out, r, b->count > 0);
	return mgi_buf_status(out, err);
}
