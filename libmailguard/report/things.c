/*
 * things.c - the things that were looked at, one by one, for tables: a
 * checkup's steps, then what people and other tests saw.
 */
#include "report/report.h"

#include <string.h>

static const char *stage_name(mailguard_checkup_stage stage)
{
	static const char *const names[] = { "", "place", "server", "page",
		                             "store" };

	return stage > 0 && stage <= MAILGUARD_CHECKUP_STORE ? names[stage]
	                                                     : "step";
}

/* The full path, or what people call it. */
static const char *step_name(const mailguard_report *r,
                             const mailguard_checkup_step *s)
{
	const mailguard_storage *store;

	switch (s->stage) {
	case MAILGUARD_CHECKUP_SERVER:
		return mgi_world_call(&r->v->world, "server:", s->target);
	case MAILGUARD_CHECKUP_PAGE:
		return mgi_world_call(&r->v->world, "provider:", s->target);
	default:
		store = mailguard_profile_storage_of(r->profile, s->target);
		return store ? store->path : s->target;
	}
}

static void step_tell(mgi_thing *out,
                      const mailguard_report *r,
                      const mailguard_checkup_step *s)
{
	out->kind = stage_name(s->stage);
	out->id = s->target;
	out->name = step_name(r, s);
	out->account = mgi_world_call(&r->v->world, "account:", s->account);
	if (s->account)
		out->direction = s->outgoing ? "out" : "in";
	out->result = s->outcome;
	out->text = s->text;
}

/* A checkup's own steps tell of what it probed, checked and read. */
static bool is_of_step(const mailguard_report *r, const mailguard_evidence *e)
{
	return r->step_count && (e->test == MAILGUARD_TEST_PROBE ||
	                         e->test == MAILGUARD_TEST_STORE ||
	                         e->test == MAILGUARD_TEST_STATUS);
}

static void evidence_tell(mgi_thing *out,
                          const mgi_things *at,
                          const mailguard_evidence *e)
{
	const mgi_world *w = &at->r->v->world;
	const char *server = mgi_world_server(w, e);
	mailguard_buffer b;

	out->kind = mailguard_test_name(e->test);
	out->account = mgi_world_call(w, "account:", e->account);
	if (e->account)
		out->direction = e->outgoing ? "out" : "in";
	if (e->test == MAILGUARD_TEST_PROBE) {
		out->id = server;
		out->name = mgi_world_call(w, "server:", server);
	} else if (e->test == MAILGUARD_TEST_STATUS) {
		out->id = e->provider;
		out->name = mgi_world_call(w, "provider:", e->provider);
	} else if (e->store) {
		out->id = e->store;
		out->name = mgi_world_call(w, "store:", e->store);
	} else {
		out->id = e->account;
		out->name = out->account;
	}
	out->result = e->outcome;
	mgi_buf_init(&b, mgi_arena_handle(at->arena));
	mgi_evidence_say(&b, w, e);
	out->text = mgi_buf_keep(at->arena, &b);
}

bool mgi_things_next(mgi_thing *out, mgi_things *at)
{
	const mailguard_report *r = at->r;
	bool found = false;

	memset(out, 0, sizeof(*out));
	while (!found && at->step < r->step_count) {
		const mailguard_checkup_step *s = &r->steps[at->step++];

		if (!s->target)
			continue; /* it looked at nothing */
		step_tell(out, r, s);
		found = true;
	}
	while (!found && at->reading < r->v->world.seen_count) {
		const mailguard_evidence *e = &r->v->world.seen[at->reading++];

		if (is_of_step(r, e))
			continue;
		evidence_tell(out, at, e);
		found = true;
	}
	if (found)
		out->outcome = mailguard_outcome_name(out->result);
	return found;
}
