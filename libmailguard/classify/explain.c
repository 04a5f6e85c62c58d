/*
 * explain.c - keep what one text meant, as a value that outlives the call.
 */
#include "base/fail.h"
#include "classify/classifier.h"
#include "classify/explanation.h"

static void settle_code(mailguard_meaning *m,
                        mgi_arena *a,
                        const mgi_code_row *row,
                        mgi_lang lang)
{
	int i;

	m->space = mgi_arena_strdup(a, row->space);
	m->code = mgi_arena_strdup(a, row->code);
	m->symbol = mgi_arena_strdup(a, row->symbol);
	m->source = mgi_arena_strdup(a, row->source);
	if (row->meaning[lang][0])
		m->meaning = mgi_arena_strdup(a, row->meaning[lang]);
	if (row->action[lang][0])
		m->action = mgi_arena_strdup(a, row->action[lang]);
	m->temporary = row->temporary;
	for (i = 0; i < 3; i++)
		m->also[i] = row->also[i];
}

/* What a row does not say itself, its reason says. */
static void settle(mailguard_meaning *m, mgi_arena *a, const mgi_sign *s)
{
	mailguard *mg = mgi_arena_handle(a);

	m->reason = mgi_sign_reason(s);
	m->fault = mailguard_reason_fault(m->reason);
	m->meaning = mailguard_reason_text(mg, m->reason);
	m->action = mailguard_reason_action(mg, m->reason);
	m->confidence = s->weight;
	m->offset = s->at;
	m->length = s->len;
	if (s->code) {
		settle_code(m, a, s->code, mgi_lang_of(mg));
		return;
	}
	m->space = "phrase";
	m->code = mgi_arena_strdup(a, s->phrase->phrase);
	m->symbol = "";
	m->source = mgi_arena_strdup(a, s->phrase->source);
	m->temporary = mailguard_reason_temporary(m->reason);
}

static mailguard_status build(mailguard_explanation **out,
                              const mailguard_classifier *c,
                              mailguard_error *err)
{
	const mgi_reading *r = &c->reading;
	mgi_arena *a = mgi_arena_new(c->mg);
	mailguard_explanation *e;
	uint32_t i;

	if (!a)
		return mgi_fail_nomem(err);
	e = mgi_arena_alloc(a, sizeof(*e));
	if (e) {
		e->arena = a;
		e->cause = c->cause;
		e->cause.rule = mgi_arena_strdup(a, c->cause.rule);
		e->input = mgi_arena_strndup(
			a, r->text.len ? (const void *)r->text.data : "",
			r->text.len);
		e->input_len = r->text.len;
		e->meanings =
			mgi_arena_array(a, r->count + 1, sizeof(*e->meanings));
		e->count = r->count;
		for (i = 0; e->meanings && i < r->count; i++)
			settle(&e->meanings[i], a, &r->signs[i]);
	}
	if (mgi_arena_failed(a)) {
		mgi_arena_free(a);
		return mgi_fail_nomem(err);
	}
	*out = e;
	return MAILGUARD_OK;
}

mailguard_status mailguard_explain(mailguard_explanation **out,
                                   mailguard_classifier *c,
                                   mailguard_phase phase,
                                   mailguard_span text,
                                   mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	st = mgi_classifier_enter(c, err);
	if (st < 0)
		return st;
	st = mgi_classifier_read(c, phase, text, err);
	if (st == MAILGUARD_OK)
		st = build(out, c, err);
	mgi_classifier_leave(c);
	return st;
}

const mailguard_cause *mailguard_explanation_cause(
	const mailguard_explanation *e)
{
	return e ? &e->cause : NULL;
}

const mailguard_meaning *mailguard_explanation_meaning(
	const mailguard_explanation *e,
	size_t i)
{
	return e && i < e->count ? &e->meanings[i] : NULL;
}

void mailguard_explanation_free(mailguard_explanation *e)
{
	if (e)
		mgi_arena_free(e->arena);
}
