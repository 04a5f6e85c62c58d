/*
 * next.c - which test to make next: the one whose outcome the hypotheses that
 * still stand foretell most differently, the two best counting most.
 */
#include "diagnose/verdict.h"

#include <stdlib.h>
#include <string.h>

enum {
	RIVALS = 8, /* hypotheses asked */
	SUBJECTS =
		32, /* accounts, and as many files, a test is thought of for */
	SIX = 6,    /* tests of an account at most, and of the whole case */
	ALIKE = 2,  /* of one kind of test, so that others are told too */
	WORTH = 4   /* per mille of all that could differ; less is idle */
};

typedef struct candidate {
	mailguard_evidence e; /* as if it had been made */
	const char *target;
	mgi_say_id text;
	int64_t worth;
	int32_t cost; /* the order in which a person would try them */
} candidate;

typedef struct planner {
	mailguard_verdict *v;
	candidate *at;
	size_t count, cap;
	mgi_set rival[RIVALS];
	int64_t weight[RIVALS];
	int32_t rivals;
} planner;

/* Was it made before, whatever came of it? */
static bool was_made(const mgi_world *w, const mailguard_evidence *e)
{
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		const mailguard_evidence *s = &w->seen[i];

		if (s->outcome == MAILGUARD_OUTCOME_UNKNOWN ||
		    s->test != e->test || s->outgoing != e->outgoing ||
		    s->vantage != e->vantage)
			continue;
		if (e->test == MAILGUARD_TEST_PROBE
		            ? !mgi_strcmp_null(mgi_world_server(w, s),
		                               e->server)
		            : !mgi_strcmp_null(s->account, e->account) &&
		                      !mgi_strcmp_null(s->store, e->store) &&
		                      !mgi_strcmp_null(s->provider,
		                                       e->provider))
			return true;
	}
	return false;
}

static bool is_planned(const planner *p, const candidate *c)
{
	size_t i;

	for (i = 0; i < p->count; i++)
		if (p->at[i].text == c->text &&
		    !mgi_strcmp_null(p->at[i].target, c->target))
			return true;
	return false;
}

static void plan(planner *p, candidate c)
{
	if (p->count == p->cap || was_made(&p->v->world, &c.e) ||
	    is_planned(p, &c))
		return;
	c.e.outcome = MAILGUARD_OUTCOME_OK;
	p->at[p->count++] = c;
}

static void plan_account(planner *p, const mailguard_link *l)
{
	mailguard_evidence probe = { .test = MAILGUARD_TEST_PROBE,
		                     .phase = MAILGUARD_PHASE_LOGIN,
		                     .account = l->account,
		                     .server = l->server_in };
	mailguard_evidence own = { .account = l->account };

	plan(p, (candidate){ probe, l->server_in, MGI_SAY_TRY_PROBE, 0, 0 });
	probe.vantage = MAILGUARD_VANTAGE_OUTSIDE;
	plan(p, (candidate){ probe, l->server_in, MGI_SAY_TRY_OUTSIDE, 0, 6 });
	own.test = MAILGUARD_TEST_OP;
	plan(p, (candidate){ own, l->account, MGI_SAY_TRY_OP, 0, 5 });
	own.test = MAILGUARD_TEST_DEV;
	own.vantage = MAILGUARD_VANTAGE_DEVICE;
	plan(p, (candidate){ own, l->account, MGI_SAY_TRY_DEV, 0, 7 });
	own.test = MAILGUARD_TEST_WEB;
	own.vantage = MAILGUARD_VANTAGE_HERE;
	plan(p, (candidate){ own, l->account, MGI_SAY_TRY_WEB, 0, 8 });
	if (l->provider)
		plan(p, (candidate){ { .test = MAILGUARD_TEST_STATUS,
		                       .provider = l->provider },
		                     l->provider,
		                     MGI_SAY_TRY_STATUS,
		                     0,
		                     3 });
}

static void plan_all(planner *p)
{
	const mgi_world *w = &p->v->world;
	size_t i, accounts = 0;
	int pass;

	plan(p, (candidate){ { .test = MAILGUARD_TEST_NET },
	                     NULL,
	                     MGI_SAY_TRY_NET,
	                     0,
	                     1 });
	plan(p, (candidate){ { .test = MAILGUARD_TEST_DNS },
	                     NULL,
	                     MGI_SAY_TRY_DNS,
	                     0,
	                     2 });
	plan(p, (candidate){ { .test = MAILGUARD_TEST_CLOCK },
	                     NULL,
	                     MGI_SAY_TRY_CLOCK,
	                     0,
	                     4 });
	/* Those that fail first, then the others. */
	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < w->link_count && accounts < SUBJECTS; i++) {
			const mailguard_link *l = &w->links[i];

			if (mgi_account_sight(w, l->account).failed == pass)
				continue;
			if (l->account)
				plan_account(p, l);
			if (l->store)
				plan(p, (candidate){
						{ .test = MAILGUARD_TEST_STORE,
				                  .store = l->store },
						l->store,
						MGI_SAY_TRY_STORE,
						0,
						1 });
			accounts++;
		}
}

/* The best components alone, and how much each still weighs: the root of its
 * weight, so that a verdict that is nearly sure is tried, not repeated. */
static void rivals_pick(planner *p)
{
	const mailguard_verdict *v = p->v;
	int32_t i, n = (int32_t)v->world.part_count, k;

	for (i = 0; i < n; i++) {
		int64_t score = v->score.single[i];

		k = p->rivals;
		if (k == RIVALS && p->rival[k - 1].score >= score)
			continue;
		if (k < RIVALS)
			p->rivals++;
		else
			k--;
		for (; k > 0 && p->rival[k - 1].score < score; k--)
			p->rival[k] = p->rival[k - 1];
		p->rival[k] = (mgi_set){ { i, -1 }, score };
	}
	for (k = 0; k < p->rivals; k++) {
		int64_t below = (p->rival[0].score - p->rival[k].score) / 2;

		p->weight[k] = below > MGI_EXP_MAX ? 0 : mgi_exp[below] >> 20;
	}
}

/* At which stage a component would stop a probe; others stop as one. */
static int32_t stage_of(const mailguard_evidence *e, int32_t kind)
{
	static const int32_t session[] = { MGI_STAGE_DNS, MGI_STAGE_TCP,
		                           MGI_STAGE_TLS, MGI_STAGE_GREET,
		                           MGI_STAGE_AUTH };
	int32_t s;
	size_t i;

	for (s = 0; e->test == MAILGUARD_TEST_PROBE && s < 5; s++)
		for (i = 0; i < mgi_needs_count; i++)
			if (mgi_needs[i].stage == session[s] &&
			    mgi_needs[i].kind == kind)
				return s;
	return -1;
}

/* Per mille that a test passes under one hypothesis. */
static int64_t passes(const mgi_terms *t, int32_t part)
{
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->at[i].part == part)
			return -t->at[i].ok > MGI_EXP_MAX
			               ? 0
			               : (int64_t)(1000 *
			                           (uint64_t)mgi_exp
			                                   [-t->at[i].ok] /
			                           MGI_EXP_ONE);
	return 1000;
}

static void worth_of(const planner *p, candidate *c)
{
	const mgi_world *w = &p->v->world;
	mgi_terms t = mgi_terms_of(w, &c->e);
	int64_t all = 1;
	int32_t i, k;

	for (i = 0; i < p->rivals; i++)
		for (k = i + 1; k < p->rivals; k++) {
			int32_t a = p->rival[i].part[0];
			int32_t b = p->rival[k].part[0];
			int64_t pa = passes(&t, a), pb = passes(&t, b);
			int64_t differ = pa < pb ? pb - pa : pa - pb;
			int64_t apart = (1000 - pa) * (1000 - pb) / 1000;

			if (stage_of(&c->e, w->parts[a].kind) !=
			            stage_of(&c->e, w->parts[b].kind) &&
			    apart > differ)
				differ = apart;
			all += p->weight[i] * p->weight[k] / 1000;
			c->worth += p->weight[i] * p->weight[k] / 1000 * differ;
		}
	c->worth /= all;
}

static int by_worth(const void *a, const void *b)
{
	const candidate *x = a, *y = b;

	if (x->worth != y->worth)
		return x->worth > y->worth ? -1 : 1;
	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return mgi_strcmp_null(x->target, y->target);
}

static void next_add(mailguard_verdict *v, mailguard_next n)
{
	v->next[v->next_count++] = n;
}

/* How many tests of that kind stand before it. */
static size_t alike(const planner *p, size_t i)
{
	size_t k, n = 0;

	for (k = 0; k < i; k++)
		n += p->at[k].text == p->at[i].text;
	return n;
}

/* By its name, of the kind of thing that test looks at. */
static const char *target_text(const planner *p, const candidate *c)
{
	const mailguard_evidence *e = &c->e;
	const char *kind = e->server     ? "server:"
	                   : e->account  ? "account:"
	                   : e->store    ? "store:"
	                   : e->provider ? "provider:"
	                                 : "";

	return mgi_verdict_say(p->v, c->text, "name",
	                       mgi_world_call(&p->v->world, kind, c->target));
}

static void add_tests(planner *p)
{
	size_t i, told = 0;

	for (i = 0; i < p->count && told < MGI_NEXT_TESTS; i++) {
		const candidate *c = &p->at[i];

		if (c->worth < WORTH)
			break;
		if (alike(p, i) >= ALIKE)
			continue;
		told++;
		next_add(p->v,
		         (mailguard_next){ c->e.test, c->e.vantage, c->target,
		                           target_text(p, c) });
	}
}

/* A text of many lines is as many acts, to be done in that order. */
static void act_add(mailguard_verdict *v, const char *target, const char *text)
{
	while (text) {
		const char *end = strchr(text, '\n');
		mailguard_next act = { .target = target, .text = text };

		if (end) {
			act.text = mgi_arena_strndup(v->world.arena, text,
			                             (size_t)(end - text));
			end++;
		}
		if (!act.text || v->next_count == MGI_NEXT_MAX)
			return;
		next_add(v, act);
		text = end;
	}
}

static void add_acts(mailguard_verdict *v)
{
	size_t i;

	for (i = 0; i < v->blamed; i++) {
		int32_t part = v->set.part[i];
		const mgi_component *p = &v->world.parts[part];

		act_add(v, p->subject[0] ? p->subject : NULL,
		        mgi_part_text(v, mgi_kinds[p->kind].act, part));
	}
}

void mgi_verdict_next(mailguard_verdict *v)
{
	planner p = { .v = v };
	size_t i;

	p.cap = SIX + SUBJECTS * (SIX + 1);
	p.at = mgi_arena_array(v->world.arena, p.cap, sizeof(*p.at));
	v->next =
		mgi_arena_array(v->world.arena, MGI_NEXT_MAX, sizeof(*v->next));
	if (!p.at || !v->next || mgi_arena_failed(v->world.arena))
		return;
	rivals_pick(&p);
	plan_all(&p);
	for (i = 0; i < p.count; i++)
		worth_of(&p, &p.at[i]);
	qsort(p.at, p.count, sizeof(*p.at), by_worth);
	/* Sure: mend it. Else: find out first. */
	if (v->grade == MAILGUARD_GRADE_CERTAIN)
		add_acts(v);
	add_tests(&p);
	if (v->grade != MAILGUARD_GRADE_CERTAIN)
		add_acts(v);
}
