/*
 * checkup.c - the steps in their order, and the case they fill.
 */
#include "checkup/checkup.h"

#include <string.h>

#include "base/fail.h"
#include "checkup/here.h"
#include "checkup/silence.h"

static const struct {
	mailguard_status (*run)(mailguard_checkup *c, mailguard_error *err);
	mailguard_checkup_stage stage;
	uint32_t unless;
} stages[] = {
	{ mgi_checkup_place, MAILGUARD_CHECKUP_PLACE, 0 },
	{ mgi_checkup_server, MAILGUARD_CHECKUP_SERVER,
	  MAILGUARD_CHECKUP_NO_NET },
	{ mgi_checkup_here, MAILGUARD_CHECKUP_HERE, MAILGUARD_CHECKUP_NO_NET },
	{ mgi_checkup_page, MAILGUARD_CHECKUP_PAGE,
	  MAILGUARD_CHECKUP_NO_NET | MAILGUARD_CHECKUP_NO_STATUS },
	{ mgi_checkup_first, MAILGUARD_CHECKUP_FIRST, 0 },
	{ mgi_checkup_late, MAILGUARD_CHECKUP_SERVER,
	  MAILGUARD_CHECKUP_NO_NET },
	{ mgi_checkup_store, MAILGUARD_CHECKUP_STORE,
	  MAILGUARD_CHECKUP_NO_DEEP },
	{ mgi_checkup_silence, MAILGUARD_CHECKUP_SILENCE,
	  MAILGUARD_CHECKUP_NO_DEEP },
};

#define STAGES (sizeof(stages) / sizeof(stages[0]))

/* Which account is where; an account may lack any of it but a server. */
static mailguard_status links_add(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_account *a;
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0;
	     st >= 0 && (a = mailguard_profile_account(c->profile, i)) != NULL;
	     i++) {
		const mailguard_storage *s =
			mailguard_profile_storage_of(c->profile, a->store);
		mailguard_link link = MAILGUARD_LINK_INIT;

		link.account = a->id;
		link.server_in = a->server_in ? a->server_in : a->server_out;
		link.server_out = a->server_out;
		link.provider = a->provider;
		link.store = a->store;
		link.backup = a->backup;
		link.place = s ? s->place : MAILGUARD_PLACE_UNKNOWN;
		st = mailguard_case_add(c->seen, &link, err);
	}
	return st;
}

static size_t page_count(const mailguard_checkup *c)
{
	const mailguard_provider *p;
	size_t i, n = 0;

	for (i = 0; (p = mailguard_profile_provider(c->profile, i)) != NULL;
	     i++)
		n += p->status != NULL;
	return n;
}

static size_t store_count(const mailguard_checkup *c)
{
	size_t n = 0;

	while (mailguard_profile_storage(c->profile, n))
		n++;
	return n;
}

static size_t steps_count(const mailguard_checkup *c)
{
	size_t i, n = 0;

	for (i = 0; i < STAGES; i++) {
		if ((c->opts.flags & stages[i].unless) ||
		    stages[i].run == mgi_checkup_late)
			continue; /* those were counted as servers */
		switch (stages[i].stage) {
		case MAILGUARD_CHECKUP_FIRST:
			break;
		case MAILGUARD_CHECKUP_SERVER:
			n += mgi_checkup_servers(c);
			break;
		case MAILGUARD_CHECKUP_PAGE:
			n += page_count(c);
			break;
		case MAILGUARD_CHECKUP_HERE:
			n += mgi_checkup_heres(c);
			break;
		case MAILGUARD_CHECKUP_SILENCE:
			break; /* it takes mail to know of how many */
		default:
			n += store_count(c);
		}
	}
	return n;
}

/* The caller's strings and structs may be gone by the next step. */
static mailguard_status options_own(mailguard_checkup *c,
                                    const mailguard_checkup_options *opts,
                                    mailguard_error *err)
{
	mailguard_probe_options *own = &c->probe_opts;
	mailguard_status st;

	st = mgi_options_copy(&c->opts, sizeof(c->opts), opts, c->mg, err);
	if (st >= 0)
		st = mgi_options_copy(own, sizeof(*own), c->opts.probe, c->mg,
		                      err);
	if (st < 0)
		return st;
	own->size = sizeof(*own);
	own->ca_file = mgi_arena_strdup(c->arena, own->ca_file);
	own->resolver = mgi_arena_strdup(c->arena, own->resolver);
	own->helo = mgi_arena_strdup(c->arena, own->helo);
	if (!(c->opts.flags & MAILGUARD_CHECKUP_NO_DEEP))
		own->flags |= MAILGUARD_PROBE_NEWEST; /* for silence */
	c->opts.control = mgi_arena_strdup(c->arena, c->opts.control);
	c->opts.control_name = mgi_arena_strdup(c->arena, c->opts.control_name);
	c->opts.probe = own;
	c->secret = own->secret;
	c->secret_payload = own->payload;
	if (own->secret) {
		own->secret = mgi_checkup_secret;
		own->payload = c;
	}
	return mgi_arena_failed(c->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

/* Built without a network, the mail files can still be looked at. */
static mailguard_status probe_make(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_error why;
	mailguard_status st;

	st = mailguard_probe_new(&c->probe, c->mg, c->opts.probe, &why);
	if (st < 0 && strcmp(why.code, "net.absent") == 0) {
		c->opts.flags |= MAILGUARD_CHECKUP_NO_NET;
		return MAILGUARD_OK;
	}
	if (st < 0 && err)
		*err = why;
	return st;
}

static mailguard_status parts_make(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_status st;

	st = mgi_checkup_control(c, err);
	if (st >= 0)
		st = mailguard_case_new(&c->seen, c->mg, err);
	if (st >= 0)
		st = mailguard_classifier_new(&c->classifier, c->mg, err);
	if (st >= 0 && !(c->opts.flags & MAILGUARD_CHECKUP_NO_NET))
		st = probe_make(c, err);
	if (st >= 0)
		st = links_add(c, err);
	if (st >= 0)
		st = mgi_checkup_stores_add(c, err);
	if (st >= 0)
		st = mgi_checkup_clients_add(c, err);
	if (st >= 0)
		st = mgi_checkup_call(c, err);
	return st;
}

/* What a step is remembered by, one of each server and store. */
static mailguard_status marks_make(mailguard_checkup *c, mailguard_error *err)
{
	size_t servers = mgi_checkup_servers(c), stores = store_count(c);

	c->answered = mgi_arena_array(c->arena, servers + 1, sizeof(bool));
	c->waited = mgi_arena_array(c->arena, servers + 1, sizeof(bool));
	c->quick = mgi_arena_array(c->arena, stores + 1, sizeof(*c->quick));
	return mgi_arena_failed(c->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

/* Is anything left behind what is quick? */
static bool more_to_come(const mailguard_checkup *c)
{
	return (!(c->opts.flags & MAILGUARD_CHECKUP_NO_DEEP) &&
	        mailguard_profile_storage(c->profile, 0)) ||
	       (!(c->opts.flags & MAILGUARD_CHECKUP_NO_NET) &&
	        !mgi_checkup_all_answered(c));
}

mailguard_status mailguard_checkup_new(mailguard_checkup **out,
                                       mailguard *mg,
                                       mailguard_profile *profile,
                                       const mailguard_checkup_options *opts,
                                       mailguard_error *err)
{
	mailguard_checkup *c;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!mg || !profile ||
	    (!mailguard_profile_account(profile, 0) &&
	     !mailguard_profile_storage(profile, 0)))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_CHECKUP_NO_ACCOUNT);
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	c = mgi_arena_alloc(arena, sizeof(*c));
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->mg = mg;
	c->arena = arena;
	c->profile = mailguard_profile_ref(profile);
	mgi_buf_init(&c->text, mg);
	st = options_own(c, opts, err);
	if (st >= 0)
		st = marks_make(c, err);
	if (st >= 0)
		st = parts_make(c, err);
	if (st < 0) {
		mailguard_checkup_free(c);
		return st;
	}
	c->step.total = steps_count(c);
	*out = c;
	return MAILGUARD_OK;
}

void mailguard_checkup_free(mailguard_checkup *c)
{
	if (!c)
		return;
	mailguard_answer_free(c->control);
	mailguard_probe_free(c->probe);
	mailguard_classifier_free(c->classifier);
	mailguard_case_free(c->seen);
	mgi_buf_done(&c->text);
	mailguard_profile_free(c->profile);
	mgi_arena_free(c->arena);
}

/* One step of the stage under way, or the word that a first verdict is due. */
static mailguard_status step_make(mailguard_checkup *c,
                                  mailguard_checkup_stage *stage,
                                  mailguard_error *err)
{
	*stage = stages[c->stage].stage;
	if (c->opts.flags & stages[c->stage].unless)
		return MAILGUARD_ITEROVER;
	if (mgi_checkup_first_due(c) && more_to_come(c)) {
		*stage = MAILGUARD_CHECKUP_FIRST;
		return mgi_checkup_first(c, err);
	}
	if (*stage == MAILGUARD_CHECKUP_FIRST && !more_to_come(c))
		return MAILGUARD_ITEROVER;
	return stages[c->stage].run(c, err);
}

/* Nothing of the step before. */
static void step_begin(mailguard_checkup *c)
{
	mgi_buf_cut(&c->text, 0);
	c->step.account = NULL;
	c->step.target = NULL;
	c->step.outgoing = 0;
	c->step.unlooked = 0;
	c->step.outcome = MAILGUARD_OUTCOME_UNKNOWN;
	c->passing = false;
	if (!c->began)
		c->began = mgi_ticks(c->mg);
}

mailguard_status mailguard_checkup_next(const mailguard_checkup_step **out,
                                        mailguard_checkup *c,
                                        mailguard_error *err)
{
	*out = NULL;
	while ((size_t)c->stage < STAGES) {
		mailguard_checkup_stage stage;
		mailguard_status st;

		if (mgi_interrupted(c->mg))
			return mgi_fail(err, c->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
		step_begin(c);
		st = step_make(c, &stage, err);
		if (st < 0)
			return st;
		if (st == MAILGUARD_ITEROVER) {
			c->stage++;
			c->at = 0;
			c->stage_began = mgi_checkup_elapsed(c);
			continue;
		}
		st = mgi_buf_status(&c->text, err);
		if (st < 0)
			return st;
		c->step.stage = stage;
		c->step.text = mgi_buf_text(&c->text);
		c->step.done += !c->passing;
		if (!c->passing)
			st = mgi_checkup_keep(c, err);
		if (st < 0)
			return st;
		*out = &c->step;
		return MAILGUARD_OK;
	}
	return MAILGUARD_ITEROVER;
}

mailguard_status mailguard_checkup_interview(mailguard_interview **out,
                                             mailguard_checkup *c,
                                             mailguard_error *err)
{
	return mailguard_interview_new(out, c->seen, err);
}

mailguard_status mailguard_checkup_verdict(mailguard_verdict **out,
                                           const mailguard_checkup *c,
                                           mailguard_error *err)
{
	return mailguard_case_weigh(out, c->seen, err);
}
