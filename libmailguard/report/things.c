/*
 * things.c - the things that were looked at, one by one, for tables: a
 * checkup's steps, then what people and other tests saw.
 */
#include "report/report.h"

#include <string.h>

/* A stage, and the tests whose evidence its steps have told. */
static const struct {
	const char *name;
	mailguard_checkup_stage stage;
	mailguard_test tests[3];
} stages[] = {
	{ "place", MAILGUARD_CHECKUP_PLACE, { 0, 0, 0 } },
	{ "server", MAILGUARD_CHECKUP_SERVER, { MAILGUARD_TEST_PROBE, 0, 0 } },
	{ "page", MAILGUARD_CHECKUP_PAGE, { MAILGUARD_TEST_STATUS, 0, 0 } },
	{ "store", MAILGUARD_CHECKUP_STORE, { MAILGUARD_TEST_STORE, 0, 0 } },
	{ "silence",
	  MAILGUARD_CHECKUP_SILENCE,
	  { MAILGUARD_TEST_SILENCE, 0, 0 } },
	{ "here",
	  MAILGUARD_CHECKUP_HERE,
	  { MAILGUARD_TEST_NET, MAILGUARD_TEST_DNS, MAILGUARD_TEST_CLOCK } },
};

#define STAGES (sizeof(stages) / sizeof(stages[0]))

static const char *stage_name(mailguard_checkup_stage stage)
{
	size_t i;

	for (i = 0; i < STAGES; i++)
		if (stages[i].stage == stage)
			return stages[i].name;
	return "step";
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
	case MAILGUARD_CHECKUP_SILENCE:
		return mgi_world_call(&r->v->world, "account:", s->target);
	case MAILGUARD_CHECKUP_PLACE:
	case MAILGUARD_CHECKUP_STORE:
		store = mailguard_profile_storage_of(r->profile, s->target);
		return store ? store->path : s->target;
	default:
		return s->target;
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

static bool has_stage(const mailguard_report *r, mailguard_checkup_stage stage)
{
	size_t i;

	for (i = 0; i < r->step_count; i++)
		if (r->steps[i].stage == stage)
			return true;
	return false;
}

/* A checkup's own steps tell of what it looked at. */
static bool is_of_step(const mailguard_report *r, const mailguard_evidence *e)
{
	size_t i, k;

	if (e->vantage != MAILGUARD_VANTAGE_HERE)
		return false;
	for (i = 0; i < STAGES; i++)
		for (k = 0; k < 3; k++)
			if (stages[i].tests[k] == e->test &&
			    has_stage(r, stages[i].stage))
				return true;
	return false;
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
	if (at->step < r->step_count) {
		step_tell(out, r, &r->steps[at->step++]);
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
