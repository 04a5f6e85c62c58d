/*
 * terms.c - from one observation to the components it speaks for or against.
 *
 * A test passes through stages; each stage needs some components (the table
 * isolation_stages). What was passed clears, where it stopped is suspected.
 */
#include "diagnose/terms.h"

#include <stdlib.h>
#include <string.h>

enum { STAGES = 6, PER_MILLE = 1000 };

static const int32_t session[STAGES] = { MGI_STAGE_DNS,  MGI_STAGE_TCP,
	                                 MGI_STAGE_TLS,  MGI_STAGE_GREET,
	                                 MGI_STAGE_AUTH, MGI_STAGE_DATA };

typedef struct binder {
	const mgi_world *w;
	const mailguard_evidence *e;
	const char *server, *provider, *store, *place;
	mgi_terms *to;
} binder;

int32_t mgi_stage_index(mailguard_phase phase)
{
	switch (phase) {
	case MAILGUARD_PHASE_NONE:
		return -1;
	case MAILGUARD_PHASE_DNS:
		return 0;
	case MAILGUARD_PHASE_CONNECT:
		return 1;
	case MAILGUARD_PHASE_STARTTLS:
	case MAILGUARD_PHASE_TLS:
		return 2;
	case MAILGUARD_PHASE_GREETING:
	case MAILGUARD_PHASE_CAPABILITIES:
		return 3;
	case MAILGUARD_PHASE_LOGIN:
		return 4;
	default:
		return 5;
	}
}

/* How well the code of a failure fits a component; per mille. */
static int32_t code_weight(const mgi_component *p, const mailguard_evidence *e)
{
	const mgi_kind *k = &mgi_kinds[p->kind];
	int i;

	if (e->fault == MAILGUARD_FAULT_UNKNOWN)
		return mgi_weights[MGI_WEIGHT_CODE_NONE];
	if (e->fault == k->fault ||
	    (k->adapts && k->kin & MGI_FAULT_BIT(e->fault)))
		return mgi_weights[MGI_WEIGHT_CODE_SAME];
	for (i = 0; i < 3; i++)
		if (e->also[i] == k->fault)
			return mgi_weights[MGI_WEIGHT_CODE_ALSO];
	if (k->kin & MGI_FAULT_BIT(e->fault))
		return mgi_weights[MGI_WEIGHT_CODE_KIN];
	return mgi_weights[MGI_WEIGHT_CODE_OTHER];
}

/* The component a need means here; -1 if there is none. */
static int32_t resolve(const binder *b, const mgi_need *n)
{
	int32_t dir = b->e->outgoing ? 2 : 1, with = 0;
	const char *subject = NULL;

	if ((n->here && b->e->vantage != MAILGUARD_VANTAGE_HERE) ||
	    (n->dir && n->dir != dir))
		return -1;
	switch ((mgi_scope)mgi_kinds[n->kind].scope) {
	case MGI_SCOPE_HOST:
	case MGI_SCOPE_OUTGOING:
		subject = "";
		break;
	case MGI_SCOPE_STORE:
		subject = b->store;
		break;
	case MGI_SCOPE_PLACE:
		subject = b->place;
		break;
	case MGI_SCOPE_SERVICE:
		with = dir;
		subject = b->server;
		break;
	case MGI_SCOPE_SERVER:
		subject = b->server;
		break;
	case MGI_SCOPE_PROVIDER:
		subject = b->provider;
		break;
	case MGI_SCOPE_ACCOUNT:
	case MGI_SCOPE_MAILBOX:
		subject = b->e->account;
		break;
	}
	return subject ? mgi_world_find(b->w, n->kind, subject, with) : -1;
}

static mgi_term *term_for(mgi_terms *t, int32_t part)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->at[i].part == part)
			return &t->at[i];
	t->at[t->count] = (mgi_term){ .part = part };
	return &t->at[t->count++];
}

/* What passing (`passed`) or failing at `stage` says. `coded`: the failure's
 * code weighs; else the table's numbers are the whole of it. */
static void stage_bind(const binder *b, int32_t stage, bool passed, bool coded)
{
	size_t i;

	for (i = 0; i < mgi_needs_count; i++) {
		const mgi_need *n = &mgi_needs[i];
		int32_t part = n->stage == stage ? resolve(b, n) : -1;
		int32_t x;
		mgi_term *t;

		if (part < 0)
			continue;
		t = term_for(b->to, part);
		x = mgi_kinds[n->kind].detect * (passed ? n->ok : n->fail) /
		    PER_MILLE;
		if (coded && !passed)
			x = x * code_weight(&b->w->parts[part], b->e) /
			    PER_MILLE;
		x = mgi_neglog[x];
		if (passed && -((x + 5) / 10) < t->ok)
			t->ok = -((x + 5) / 10);
		else if (!passed && x > t->fail)
			t->fail = x;
	}
}

static void bind_session(const binder *b, int32_t upto, bool passed)
{
	int32_t i;

	for (i = 0; i < upto; i++)
		stage_bind(b, session[i], passed, true);
}

/* A code of the message itself: refused while it was being sent. */
static bool speaks_of_message(const mailguard_evidence *e)
{
	return e->test == MAILGUARD_TEST_OP && e->outgoing &&
	       (e->fault == MAILGUARD_FAULT_RECIPIENT ||
	        e->fault == MAILGUARD_FAULT_CONTENT ||
	        e->fault == MAILGUARD_FAULT_POLICY);
}

static void bind_probe(const binder *b, bool passed)
{
	int32_t at = mgi_stage_index(b->e->phase);
	size_t i;

	if (at < 0) { /* how far it got nobody knows */
		bind_session(b, passed ? 2 : STAGES, passed);
		return;
	}
	if (passed) {
		bind_session(b, at + 1, true);
		return;
	}
	bind_session(b, at, true);
	stage_bind(b, session[at], false, true);
	/* Who is needed where it stopped was not cleared on the way there. */
	for (i = 0; i < b->to->count; i++)
		if (b->to->at[i].fail)
			b->to->at[i].ok = 0;
}

static int32_t store_stage(mailguard_outcome r)
{
	switch (r) {
	case MAILGUARD_OUTCOME_OK:
		return MGI_STAGE_STORE_OK;
	case MAILGUARD_OUTCOME_LOCKED:
		return MGI_STAGE_STORE_LOCKED;
	case MAILGUARD_OUTCOME_MISSING:
		return MGI_STAGE_STORE_MISSING;
	case MAILGUARD_OUTCOME_FULL:
		return MGI_STAGE_STORE_FULL;
	default:
		return MGI_STAGE_STORE_DAMAGED;
	}
}

/* How far a mail that did not come might have got. */
static int32_t silence_stage(const mailguard_evidence *e)
{
	if (e->outcome == MAILGUARD_OUTCOME_MISSING)
		return MGI_STAGE_SILENT_HERE;
	return e->server ? MGI_STAGE_SILENT_THERE : MGI_STAGE_SILENT;
}

static void bind(const binder *b, bool passed)
{
	static const int32_t simple[] = {
		[MAILGUARD_TEST_NET] = MGI_STAGE_NET,
		[MAILGUARD_TEST_DNS] = MGI_STAGE_RESOLVER,
		[MAILGUARD_TEST_STATUS] = MGI_STAGE_STATUS,
		[MAILGUARD_TEST_DSN] = MGI_STAGE_DSN,
		[MAILGUARD_TEST_CLOCK] = MGI_STAGE_CLOCK,
		[MAILGUARD_TEST_WEB] = MGI_STAGE_WEB,
		[MAILGUARD_TEST_RECUR] = MGI_STAGE_RECUR,
	};

	switch (b->e->test) {
	case MAILGUARD_TEST_OP:
		stage_bind(b, MGI_STAGE_CLIENT, passed, true);
		bind_session(b, STAGES, passed);
		if (!passed && speaks_of_message(b->e))
			stage_bind(b, MGI_STAGE_MESSAGE, false, true);
		break;
	case MAILGUARD_TEST_DEV:
		bind_session(b, STAGES, passed);
		break;
	case MAILGUARD_TEST_PROBE:
		bind_probe(b, passed);
		break;
	case MAILGUARD_TEST_STORE:
		stage_bind(b, store_stage(b->e->outcome), passed, false);
		break;
	case MAILGUARD_TEST_SILENCE:
		if (!passed)
			stage_bind(b, silence_stage(b->e), false, false);
		break;
	default:
		stage_bind(b, simple[b->e->test], passed,
		           b->e->test != MAILGUARD_TEST_STATUS);
	}
}

static int by_part(const void *a, const void *b)
{
	const mgi_term *x = a, *y = b;

	return (x->part > y->part) - (x->part < y->part);
}

/* That nobody wrote is never out of the question. */
static int32_t leak_of_silence(const mailguard_evidence *e)
{
	static const int32_t leaks[2][MGI_DEGREE_MAX] = {
		{ MGI_WEIGHT_LEAK_SILENT_1, MGI_WEIGHT_LEAK_SILENT_2,
		  MGI_WEIGHT_LEAK_SILENT_3 },
		{ MGI_WEIGHT_LEAK_UNFETCHED_1, MGI_WEIGHT_LEAK_UNFETCHED_2,
		  MGI_WEIGHT_LEAK_UNFETCHED_3 },
	};
	int32_t how = e->outcome == MAILGUARD_OUTCOME_MISSING;

	return leaks[how][e->degree > 0 ? e->degree - 1 : 0];
}

static int32_t leak_of(const mailguard_evidence *e)
{
	static const int32_t leaks[] = {
		[MAILGUARD_TEST_OP] = MGI_WEIGHT_LEAK_OP,
		[MAILGUARD_TEST_PROBE] = MGI_WEIGHT_LEAK_PROBE,
		[MAILGUARD_TEST_STORE] = MGI_WEIGHT_LEAK_STORE,
		[MAILGUARD_TEST_NET] = MGI_WEIGHT_LEAK_NET,
		[MAILGUARD_TEST_DNS] = MGI_WEIGHT_LEAK_DNS,
		[MAILGUARD_TEST_STATUS] = MGI_WEIGHT_LEAK_STATUS,
		[MAILGUARD_TEST_DSN] = MGI_WEIGHT_LEAK_DSN,
		[MAILGUARD_TEST_CLOCK] = MGI_WEIGHT_LEAK_CLOCK,
		[MAILGUARD_TEST_DEV] = MGI_WEIGHT_LEAK_DEV,
		[MAILGUARD_TEST_WEB] = MGI_WEIGHT_LEAK_WEB,
		[MAILGUARD_TEST_RECUR] = MGI_WEIGHT_LEAK_RECUR,
	};

	return mgi_neglog[mgi_weights[e->test == MAILGUARD_TEST_SILENCE
	                                      ? leak_of_silence(e)
	                                      : leaks[e->test]]];
}

mgi_terms mgi_terms_of(const mgi_world *w, const mailguard_evidence *e)
{
	mgi_terms t = { .counts = e->outcome != MAILGUARD_OUTCOME_UNKNOWN };
	mailguard_evidence seen = *e;
	mailguard_place_kind place;
	binder b = { .w = w, .e = &seen, .to = &t };

	if (!t.counts)
		return t;
	if (e->test == MAILGUARD_TEST_DEV)
		seen.vantage = MAILGUARD_VANTAGE_DEVICE;
	b.server = mgi_world_server(w, e);
	b.provider = mgi_world_provider(w, e);
	b.store = mgi_world_store(w, e);
	place = mgi_world_place(w, b.store);
	if (place > MAILGUARD_PLACE_LOCAL)
		b.place = mailguard_place_name(place);
	/* One component of each kind at most, as every name is given. */
	t.at = mgi_arena_array(w->arena, MGI_KIND_COUNT, sizeof(*t.at));
	if (!t.at)
		return t;
	t.failed = e->outcome != MAILGUARD_OUTCOME_OK;
	t.soft = e->test == MAILGUARD_TEST_SILENCE;
	t.leak = leak_of(e);
	bind(&b, !t.failed);
	qsort(t.at, t.count, sizeof(*t.at), by_part);
	return t;
}

bool mgi_same_test(const mailguard_evidence *a, const mailguard_evidence *b)
{
	return a->test == b->test && a->outgoing == b->outgoing &&
	       a->vantage == b->vantage &&
	       mgi_strcmp_null(a->account, b->account) == 0 &&
	       mgi_strcmp_null(a->server, b->server) == 0 &&
	       mgi_strcmp_null(a->provider, b->provider) == 0 &&
	       mgi_strcmp_null(a->store, b->store) == 0;
}

/* Equal tests stand together: test, names and numbers sort before results. */
static bool mixed(const mgi_world *w, size_t i)
{
	const mailguard_evidence *e = &w->seen[i];
	size_t k;

	for (k = i; k > 0 && mgi_same_test(&w->seen[k - 1], e); k--)
		if (w->seen[k - 1].outcome > MAILGUARD_OUTCOME_OK)
			return true;
	for (k = i + 1; k < w->seen_count && mgi_same_test(&w->seen[k], e); k++)
		if (w->seen[k].outcome > MAILGUARD_OUTCOME_OK)
			return true;
	return false;
}

mgi_terms *mgi_terms_all(const mgi_world *w)
{
	mgi_terms *all;
	size_t i, k;

	if (!w->seen_count)
		return NULL;
	all = mgi_arena_array(w->arena, w->seen_count, sizeof(*all));
	for (i = 0; all && i < w->seen_count; i++) {
		all[i] = mgi_terms_of(w, &w->seen[i]);
		if (all[i].failed || !all[i].counts || !mixed(w, i))
			continue;
		for (k = 0; k < all[i].count; k++)
			all[i].at[k].ok /= 2;
	}
	return all;
}
