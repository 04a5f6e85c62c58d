/*
 * render.c - an explanation as JSON and as lines for people.
 */
#include "base/fail.h"
#include "base/json.h"
#include "base/say.h"
#include "classify/explanation.h"

#include <string.h>

#define OTHERS_MAX 4 /* further readings told to people */

static const char *answer(int32_t yes)
{
	return yes < 0 ? "maybe" : yes ? "yes" : "no";
}

/* NULL where nothing was recognised. */
static const mailguard_meaning *decided(const mailguard_explanation *e)
{
	return e->cause.confidence ? mailguard_explanation_meaning(e, 0) : NULL;
}

static void also_json(mgi_jsonw *w, const mailguard_fault also[3])
{
	int i;

	mgi_jsonw_array(w, "also");
	for (i = 0; i < 3 && also[i]; i++)
		mgi_jsonw_str(w, NULL, mailguard_fault_name(also[i]));
	mgi_jsonw_end(w);
}

static void candidate_json(mgi_jsonw *w, const mailguard_meaning *m)
{
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "namespace", m->space);
	mgi_jsonw_str(w, "code", m->code);
	mgi_jsonw_str(w, "symbol", *m->symbol ? m->symbol : NULL);
	mgi_jsonw_str(w, "fault_domain", mailguard_fault_name(m->fault));
	also_json(w, m->also);
	mgi_jsonw_str(w, "reason", mailguard_reason_name(m->reason));
	mgi_jsonw_str(w, "transient", answer(m->temporary));
	mgi_jsonw_int(w, "confidence", m->confidence);
	mgi_jsonw_str(w, "meaning", m->meaning);
	mgi_jsonw_str(w, "action", m->action);
	mgi_jsonw_str(w, "source", m->source);
	mgi_jsonw_end(w);
}

static void explanation_json(mgi_jsonw *w, const mailguard_explanation *e)
{
	mailguard *mg = mgi_arena_handle(e->arena);
	const mailguard_meaning *m = decided(e);
	const mailguard_cause *c = &e->cause;
	size_t i;

	mgi_jsonw_object(w, NULL);
	mgi_jsonw_span(w, "input",
	               (mailguard_span){ (const unsigned char *)e->input,
	                                 e->input_len });
	mgi_jsonw_str(w, "namespace", m ? m->space : NULL);
	mgi_jsonw_str(w, "code", m ? m->code : NULL);
	mgi_jsonw_array(w, "candidates");
	for (i = 0; i < e->count; i++)
		candidate_json(w, &e->meanings[i]);
	mgi_jsonw_end(w);
	mgi_jsonw_str(w, "fault_domain", mailguard_fault_name(c->fault));
	also_json(w, c->also);
	mgi_jsonw_str(w, "reason", mailguard_reason_name(c->reason));
	mgi_jsonw_str(w, "transient", answer(c->temporary));
	mgi_jsonw_int(w, "confidence", c->confidence);
	mgi_jsonw_str(w, "meaning",
	              m ? m->meaning : mailguard_reason_text(mg, c->reason));
	mgi_jsonw_str(w, "action",
	              m ? m->action : mailguard_reason_action(mg, c->reason));
	mgi_jsonw_str(w, "rule", c->rule);
	mgi_jsonw_str(w, "source", m ? m->source : NULL);
	mgi_jsonw_object(w, "evidence");
	mgi_jsonw_int(w, "offset", (int64_t)c->offset);
	mgi_jsonw_int(w, "length", (int64_t)c->length);
	mgi_jsonw_end(w);
	mgi_jsonw_end(w);
}

static mailguard_status missing(mailguard_error *err)
{
	return mgi_fail(err, NULL, MAILGUARD_EINVAL, MGI_SAY_ARGUMENT_MISSING,
	                "what", "explanation");
}

mailguard_status mailguard_explanation_json(mailguard_buffer *out,
                                            const mailguard_explanation *e,
                                            mailguard_error *err)
{
	mgi_jsonw w;

	if (!out || !e)
		return missing(err);
	mgi_jsonw_init(&w, out);
	explanation_json(&w, e);
	return mgi_jsonw_finish(&w, err);
}

static void also_text(mailguard_buffer *out,
                      mailguard *mg,
                      const mailguard_cause *c)
{
	int i;

	if (!c->also[0])
		return;
	mgi_say(out, mg, MGI_SAY_EXPLAIN_ALSO);
	for (i = 0; i < 3 && c->also[i]; i++) {
		if (i)
			mgi_say(out, mg, MGI_SAY_EXPLAIN_COMMA);
		mgi_buf_puts(out, mailguard_fault_text(mg, c->also[i]));
	}
	mgi_buf_putc(out, '\n');
}

/* What the text says by itself, unless the cause has said it. */
static void means_text(mailguard_buffer *out,
                       mailguard *mg,
                       const mailguard_meaning *m)
{
	if (strcmp(m->space, "phrase") == 0)
		mgi_say(out, mg, MGI_SAY_EXPLAIN_FOUND, "code", m->code);
	else
		mgi_say(out, mg, MGI_SAY_EXPLAIN_MEANS, "text", m->meaning,
		        "space", m->space, "code", m->code);
	mgi_buf_putc(out, '\n');
}

static void others_text(mailguard_buffer *out, const mailguard_explanation *e)
{
	mailguard *mg = mgi_arena_handle(e->arena);
	size_t i, told = 0;

	for (i = 1; i < e->count && told < OTHERS_MAX; i++) {
		const mailguard_meaning *m = &e->meanings[i];

		if (m->fault == e->cause.fault ||
		    m->confidence + 15 < e->meanings[0].confidence)
			continue;
		if (!told++) {
			mgi_say(out, mg, MGI_SAY_EXPLAIN_OTHERS);
			mgi_buf_putc(out, '\n');
		}
		mgi_say(out, mg, MGI_SAY_EXPLAIN_OTHER, "space", m->space,
		        "code", m->code, "text", m->meaning);
		mgi_buf_putc(out, '\n');
	}
}

mailguard_status mailguard_explanation_text(mailguard_buffer *out,
                                            const mailguard_explanation *e,
                                            mailguard_error *err)
{
	const mailguard_meaning *m;
	const mailguard_cause *c;
	mailguard *mg;

	if (!out || !e)
		return missing(err);
	mg = mgi_arena_handle(e->arena);
	m = decided(e);
	c = &e->cause;
	if (!m) {
		mgi_say(out, mg, MGI_SAY_EXPLAIN_UNKNOWN);
		mgi_buf_putc(out, '\n');
		return mgi_buf_status(out, err);
	}
	mgi_say(out, mg, MGI_SAY_EXPLAIN_CAUSE, "text",
	        mailguard_reason_text(mg, c->reason), "fault",
	        mailguard_fault_text(mg, c->fault), "confidence",
	        mgi_i64(c->confidence).text);
	mgi_buf_putc(out, '\n');
	means_text(out, mg, m);
	if (c->temporary >= 0 && c->fault != MAILGUARD_FAULT_NONE) {
		mgi_say(out, mg,
		        c->temporary ? MGI_SAY_EXPLAIN_RETRY_YES
		                     : MGI_SAY_EXPLAIN_RETRY_NO);
		mgi_buf_putc(out, '\n');
	}
	if (*m->action) {
		mgi_say(out, mg, MGI_SAY_EXPLAIN_ACTION, "text", m->action);
		mgi_buf_putc(out, '\n');
	}
	also_text(out, mg, c);
	others_text(out, e);
	return mgi_buf_status(out, err);
}
