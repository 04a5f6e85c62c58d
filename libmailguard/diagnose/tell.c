/*
 * tell.c - the nouns of this room in words: components and observations.
 */
#include "diagnose/verdict.h"

#include <mailguard/classify.h>

#include <string.h>

const char *mgi_buf_keep(mgi_arena *a, mailguard_buffer *b)
{
	const char *text = NULL;

	if (mgi_buf_status(b, NULL) == MAILGUARD_OK)
		text = mgi_arena_strdup(a, mgi_buf_text(b));
	else
		(void)mgi_arena_array(a, SIZE_MAX, 2); /* so it is told */
	mgi_buf_done(b);
	return text;
}

const char *mgi_verdict_say(const mailguard_verdict *v,
                            mgi_say_id id,
                            const char *slot,
                            const char *value)
{
	mailguard *mg = mgi_arena_handle(v->world.arena);
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	mgi_say(&b, mg, id, slot, value ? value : "");
	return mgi_buf_keep(v->world.arena, &b);
}

static const char *raw(const mailguard *mg, mgi_say_id id)
{
	return mgi_say_raw(mgi_lang_of(mg), id);
}

/* A kind of place has words of its own; other subjects are names. */
static const char *subject_text(const mgi_world *w, const mgi_component *p)
{
	const mailguard *mg = mgi_arena_handle(w->arena);
	static const mgi_say_id ids[] = {
		[MAILGUARD_PLACE_CLOUD] = MGI_SAY_PLACE_IS_CLOUD,
		[MAILGUARD_PLACE_SHARE] = MGI_SAY_PLACE_IS_SHARE,
		[MAILGUARD_PLACE_USB] = MGI_SAY_PLACE_IS_USB,
	};
	static const char *const kinds[] = {
		[MGI_SCOPE_STORE] = "store:",
		[MGI_SCOPE_SERVER] = "server:",
		[MGI_SCOPE_SERVICE] = "server:",
		[MGI_SCOPE_PROVIDER] = "provider:",
		[MGI_SCOPE_ACCOUNT] = "account:",
		[MGI_SCOPE_MAILBOX] = "account:",
	};
	int32_t i, scope = mgi_kinds[p->kind].scope;

	for (i = MAILGUARD_PLACE_CLOUD; i <= MAILGUARD_PLACE_USB; i++)
		if (scope == MGI_SCOPE_PLACE &&
		    strcmp(p->subject, mailguard_place_name(i)) == 0)
			return raw(mg, ids[i]);
	return kinds[scope] ? mgi_world_call(w, kinds[scope], p->subject)
	                    : p->subject;
}

void mgi_part_say(mailguard_buffer *out,
                  const mgi_world *w,
                  mgi_say_id id,
                  const mgi_component *p)
{
	mailguard *mg = mgi_arena_handle(w->arena);

	mgi_say(out, mg, id, "name", subject_text(w, p), "dir",
	        raw(mg, p->dir == 2 ? MGI_SAY_DIR_OUT : MGI_SAY_DIR_IN));
}

const char *mgi_part_text(const mailguard_verdict *v,
                          mgi_say_id id,
                          int32_t part)
{
	mailguard_buffer b;

	mgi_buf_init(&b, mgi_arena_handle(v->world.arena));
	mgi_part_say(&b, &v->world, id, &v->world.parts[part]);
	return mgi_buf_keep(v->world.arena, &b);
}

int32_t mgi_part_named(const mgi_world *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->part_count; i++)
		if (strcmp(w->parts[i].name, name) == 0)
			return (int32_t)i;
	return -1;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* Which test it was. */
static void what_say(mailguard_buffer *out,
                     mailguard *mg,
                     const mgi_world *w,
                     const mailguard_evidence *e)
{
	static const mgi_say_id ids[] = {
		[MAILGUARD_TEST_OP] = MGI_SAY_SEEN_OP,
		[MAILGUARD_TEST_PROBE] = MGI_SAY_SEEN_PROBE,
		[MAILGUARD_TEST_STORE] = MGI_SAY_SEEN_STORE,
		[MAILGUARD_TEST_NET] = MGI_SAY_SEEN_NET,
		[MAILGUARD_TEST_DNS] = MGI_SAY_SEEN_DNS,
		[MAILGUARD_TEST_STATUS] = MGI_SAY_SEEN_STATUS,
		[MAILGUARD_TEST_DSN] = MGI_SAY_SEEN_DSN,
		[MAILGUARD_TEST_CLOCK] = MGI_SAY_SEEN_CLOCK,
		[MAILGUARD_TEST_DEV] = MGI_SAY_SEEN_DEV,
		[MAILGUARD_TEST_WEB] = MGI_SAY_SEEN_WEB,
		[MAILGUARD_TEST_RECUR] = MGI_SAY_SEEN_RECUR,
		[MAILGUARD_TEST_SILENCE] = MGI_SAY_SEEN_SILENCE,
	};

	mgi_say(out, mg, ids[e->test], "account",
	        or_empty(mgi_world_call(w, "account:", e->account)), "server",
	        or_empty(mgi_world_call(w, "server:", mgi_world_server(w, e))),
	        "store", or_empty(mgi_world_call(w, "store:", e->store)),
	        "provider",
	        or_empty(mgi_world_call(w, "provider:", e->provider)), "dir",
	        raw(mg, e->outgoing ? MGI_SAY_DIR_OUT : MGI_SAY_DIR_IN));
}

/* Put `more` round what stands in `b`. */
static void wrap(mailguard_buffer *b,
                 mailguard *mg,
                 mgi_say_id id,
                 const char *slot,
                 const char *value)
{
	mailguard_buffer more;

	mgi_buf_init(&more, mg);
	mgi_say(&more, mg, id, "what", mgi_buf_text(b), slot, value);
	mgi_buf_cut(b, 0);
	mgi_buf_puts(b, mgi_buf_text(&more));
	if (mgi_buf_status(&more, NULL) < 0)
		b->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&more);
}

static mgi_say_id result_id(const mailguard_evidence *e)
{
	static const mgi_say_id ids[] = {
		MGI_SAY_RESULT_UNKNOWN,  MGI_SAY_RESULT_OK,
		MGI_SAY_RESULT_FAIL,     MGI_SAY_RESULT_DAMAGED,
		MGI_SAY_RESULT_LOCKED,   MGI_SAY_RESULT_MISSING,
		MGI_SAY_RESULT_FULL,     MGI_SAY_RESULT_MAINT,
		MGI_SAY_RESULT_INCIDENT,
	};

	if (e->test == MAILGUARD_TEST_SILENCE &&
	    e->outcome > MAILGUARD_OUTCOME_OK)
		return e->outcome == MAILGUARD_OUTCOME_MISSING
		               ? MGI_SAY_RESULT_UNFETCHED
		               : MGI_SAY_RESULT_SILENT;
	return ids[e->outcome];
}

static void result_say(mailguard_buffer *b,
                       mailguard *mg,
                       const mailguard_evidence *e)
{
	bool passed = e->outcome == MAILGUARD_OUTCOME_OK;
	const char *result = raw(mg, result_id(e));
	mailguard_buffer more;

	if (e->test != MAILGUARD_TEST_PROBE ||
	    e->phase == MAILGUARD_PHASE_NONE) {
		wrap(b, mg, MGI_SAY_SEEN_RESULT, "result", result);
		return;
	}
	mgi_buf_init(&more, mg);
	mgi_say(&more, mg, passed ? MGI_SAY_SEEN_PASSED : MGI_SAY_SEEN_PHASE,
	        "what", mgi_buf_text(b), "result", result, "phase",
	        mailguard_phase_text(mg, e->phase));
	mgi_buf_cut(b, 0);
	mgi_buf_puts(b, mgi_buf_text(&more));
	if (mgi_buf_status(&more, NULL) < 0)
		b->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&more);
}

void mgi_evidence_say(mailguard_buffer *out,
                      const mgi_world *w,
                      const mailguard_evidence *e)
{
	mailguard *mg = mgi_arena_handle(w->arena);
	mailguard_buffer b;

	mgi_buf_init(&b, mg);
	what_say(&b, mg, w, e);
	if (e->vantage == MAILGUARD_VANTAGE_OUTSIDE)
		wrap(&b, mg, MGI_SAY_SEEN_OUTSIDE, "", "");
	result_say(&b, mg, e);
	if (e->seen)
		wrap(&b, mg, MGI_SAY_SEEN_CODE, "code", e->seen);
	else if (e->fault != MAILGUARD_FAULT_UNKNOWN)
		wrap(&b, mg, MGI_SAY_SEEN_CODE, "code",
		     mailguard_fault_name(e->fault));
	if (mgi_buf_status(&b, NULL) < 0)
		out->failed = MAILGUARD_ENOMEM;
	mgi_buf_puts(out, mgi_buf_text(&b));
	mgi_buf_done(&b);
}
