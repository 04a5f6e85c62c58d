/*
 * weigh.c - from scores to a verdict: who is blamed, how surely, who is not.
 */
#include "diagnose/verdict.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"

static int32_t weight(int32_t id)
{
	return mgi_weights[id];
}

mgi_sight mgi_account_sight(const mgi_world *w, const char *account)
{
	mgi_sight s = { false, false };
	size_t i;

	for (i = 0; i < w->seen_count; i++) {
		const mailguard_evidence *e = &w->seen[i];

		if (e->test == MAILGUARD_TEST_DSN ||
		    e->test == MAILGUARD_TEST_SILENCE ||
		    e->outcome == MAILGUARD_OUTCOME_UNKNOWN ||
		    mgi_strcmp_null(e->account, account) != 0)
			continue;
		s.ok = s.ok || e->outcome == MAILGUARD_OUTCOME_OK;
		s.failed = s.failed || e->outcome > MAILGUARD_OUTCOME_OK;
	}
	return s;
}

static bool any_silent(const mailguard_verdict *v)
{
	size_t i;

	for (i = 0; i < v->world.seen_count; i++)
		if (v->score.terms[i].failed && v->score.terms[i].soft)
			return true;
	return false;
}

/* Nothing failed: is that because all was looked at? */
static void judge_quiet(mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	size_t i, accounts = 0;

	for (i = 0; i < w->link_count; i++) {
		if (!w->links[i].account)
			continue;
		accounts++;
		if (!mgi_account_sight(w, w->links[i].account).ok)
			return;
	}
	/* Where somebody waits for mail, that wants to be likely. */
	if (!accounts ||
	    v->score.none < weight(any_silent(v) ? MGI_WEIGHT_LIKELY
	                                         : MGI_WEIGHT_SUSPECT))
		return;
	v->fault = MAILGUARD_FAULT_NONE;
	v->permille = v->score.none;
	/* Never certain: what was not looked at may still be wrong. */
	v->grade = v->score.none >= weight(MGI_WEIGHT_LIKELY)
	                   ? MAILGUARD_GRADE_LIKELY
	                   : MAILGUARD_GRADE_SUSPECT;
}

static bool is_narrow(const mailguard_evidence *e, mailguard_fault fault)
{
	if (e->outcome == MAILGUARD_OUTCOME_UNKNOWN)
		return false;
	switch (e->test) {
	case MAILGUARD_TEST_OP:
	case MAILGUARD_TEST_DEV:
	case MAILGUARD_TEST_WEB:
		return e->outcome > MAILGUARD_OUTCOME_OK && e->fault == fault;
	case MAILGUARD_TEST_SILENCE:
		return false;
	default:
		return true;
	}
}

static mailguard_grade grade_of(const mailguard_verdict *v, int32_t p)
{
	size_t i;

	if (p < weight(MGI_WEIGHT_LIKELY))
		return MAILGUARD_GRADE_SUSPECT;
	for (i = 0; p >= weight(MGI_WEIGHT_CERTAIN) && i < v->world.seen_count;
	     i++)
		if (is_narrow(&v->world.seen[i], v->fault))
			return MAILGUARD_GRADE_CERTAIN;
	return MAILGUARD_GRADE_LIKELY;
}

/* The best single component, with that domain if `fault` >= 0, outside
 * `others`. */
static int32_t best_single(const mailguard_verdict *v,
                           mailguard_fault fault,
                           const mgi_set *others)
{
	int32_t i, best = -1;

	for (i = 0; i < (int32_t)v->world.part_count; i++) {
		if (fault >= 0 && v->world.parts[i].fault != fault)
			continue;
		if (others && (others->part[0] == i || others->part[1] == i))
			continue;
		if (best < 0 || v->score.single[i] > v->score.single[best])
			best = i;
	}
	return best;
}

static mgi_set single_set(const mailguard_verdict *v, int32_t part)
{
	mgi_set s = { { part, -1 }, 0 };

	if (part >= 0)
		s.score = v->score.single[part];
	return s;
}

/* Is a pair worth telling? Only if it explains clearly more than one does. */
static mgi_set set_of(const mailguard_verdict *v, mailguard_fault fault)
{
	mgi_set one = single_set(v, best_single(v, fault, NULL));
	mgi_set two = v->score.best_pair_of[fault];
	mgi_set any = single_set(v, best_single(v, -1, NULL));
	int32_t swap = two.part[0];

	if (two.part[0] < 0 ||
	    two.score - any.score < weight(MGI_WEIGHT_SECOND))
		return one;
	if (v->score.permille[two.part[1]] > v->score.permille[swap]) {
		two.part[0] = two.part[1];
		two.part[1] = swap;
	}
	return two;
}

/* Only the provider's own word makes an outage a maintenance. */
static bool says_maintenance(const mailguard_verdict *v)
{
	size_t i;
	int k;

	for (k = 0; k < 2; k++) {
		const mgi_component *p;

		if (v->set.part[k] < 0)
			continue;
		p = &v->world.parts[v->set.part[k]];
		if (p->kind != MGI_KIND_PROVIDER)
			continue;
		for (i = 0; i < v->world.seen_count; i++)
			if (v->world.seen[i].outcome ==
			            MAILGUARD_OUTCOME_MAINTENANCE &&
			    !mgi_strcmp_null(v->world.seen[i].provider,
			                     p->subject))
				return true;
	}
	return false;
}

void mgi_verdict_judge(mailguard_verdict *v)
{
	const mgi_score *s = &v->score;
	int32_t f, top = 0;

	v->set = single_set(v, best_single(v, -1, NULL));
	for (f = 1; f <= MAILGUARD_FAULT_NONE; f++)
		if (s->fault[f] > s->fault[top])
			top = f;
	if (s->fault[top] >= weight(MGI_WEIGHT_SUSPECT) &&
	    s->none < weight(MGI_WEIGHT_SUSPECT) &&
	    (s->any_failed || any_silent(v))) {
		v->fault = top;
		v->set = set_of(v, top);
		v->permille = s->fault[top];
		/* Silence alone is never surer than that. */
		v->grade = s->any_failed ? grade_of(v, v->permille)
		                         : MAILGUARD_GRADE_SUSPECT;
		v->blamed = v->set.part[1] < 0 ? 1 : 2;
	} else if (!s->any_failed) {
		judge_quiet(v);
	}
	v->rival = single_set(v, best_single(v, -1, &v->set));
	v->maintenance = v->blamed && says_maintenance(v);
	if (v->maintenance && v->fault == MAILGUARD_FAULT_SERVER_OUTAGE)
		v->fault = MAILGUARD_FAULT_PROVIDER_MAINTENANCE;
}

static mailguard_suspect suspect_of(const mailguard_verdict *v, int32_t part)
{
	const mgi_component *p = &v->world.parts[part];
	mailguard_suspect s = { p->name, p->fault, v->score.permille[part] };

	if (v->maintenance && p->kind == MGI_KIND_PROVIDER &&
	    (part == v->set.part[0] || part == v->set.part[1]))
		s.fault = MAILGUARD_FAULT_PROVIDER_MAINTENANCE;
	return s;
}

/* Cleared is only what a test spoke for, not what was never suspected. */
static bool *passed_parts(const mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	bool *passed = mgi_arena_array(w->arena, w->part_count, sizeof(bool));
	size_t i, k;

	for (i = 0; passed && i < w->seen_count; i++)
		for (k = 0; k < v->score.terms[i].count; k++)
			if (v->score.terms[i].at[k].ok < 0)
				passed[v->score.terms[i].at[k].part] = true;
	return passed;
}

static void possible_add(mailguard_verdict *v, mailguard_suspect s)
{
	size_t i = v->possible_count;

	if (i == MGI_POSSIBLE && v->possible[i - 1].permille >= s.permille)
		return;
	if (i < MGI_POSSIBLE)
		v->possible_count++;
	else
		i--;
	for (; i > 0 && v->possible[i - 1].permille < s.permille; i--)
		v->possible[i] = v->possible[i - 1];
	v->possible[i] = s;
}

static void suspects_list(mailguard_verdict *v)
{
	const mgi_world *w = &v->world;
	bool *passed = passed_parts(v);
	int32_t i;

	v->suspects =
		mgi_arena_array(w->arena, w->part_count, sizeof(*v->suspects));
	if (!v->suspects || !passed)
		return;
	for (i = 0; i < (int32_t)v->blamed; i++)
		v->suspects[v->suspect_count++] = suspect_of(v, v->set.part[i]);
	for (i = 0; i < (int32_t)w->part_count; i++) {
		mailguard_suspect s = suspect_of(v, i);

		if (v->blamed && (i == v->set.part[0] || i == v->set.part[1]))
			continue;
		if (s.permille >= weight(MGI_WEIGHT_CLEARED) * 10)
			possible_add(v, s);
		if (passed[i] && s.permille < weight(MGI_WEIGHT_CLEARED))
			v->suspects[v->suspect_count++] = s;
	}
}

static int32_t spread(const mailguard_reading *r)
{
	int32_t d = r->for_it - r->against;

	return d < 0 ? -d : d;
}

/* What decides most stands first; else the order of the world. */
static int by_spread(const void *a, const void *b)
{
	const mailguard_reading *x = a, *y = b;

	if (spread(x) != spread(y))
		return spread(x) > spread(y) ? -1 : 1;
	if (x->for_it != y->for_it)
		return x->for_it > y->for_it ? -1 : 1;
	return (x->evidence > y->evidence) - (x->evidence < y->evidence);
}

static void readings_list(mailguard_verdict *v)
{
	static const mgi_set nothing = { { -1, -1 }, 0 };
	const mgi_world *w = &v->world;
	size_t i;

	if (!w->seen_count)
		return;
	v->readings =
		mgi_arena_array(w->arena, w->seen_count, sizeof(*v->readings));
	if (!v->readings)
		return;
	for (i = 0; i < w->seen_count; i++) {
		mailguard_reading *r = &v->readings[i];
		int32_t none = mgi_score_one(&v->score, i, &nothing);

		r->evidence = &w->seen[i];
		r->for_it = mgi_score_one(&v->score, i, &v->set) - none;
		r->against = mgi_score_one(&v->score, i, &v->rival) - none;
	}
	v->reading_count = w->seen_count;
	qsort(v->readings, v->reading_count, sizeof(*v->readings), by_spread);
}

void mgi_verdict_list(mailguard_verdict *v)
{
	suspects_list(v);
	readings_list(v);
}

static mailguard_status weigh(mailguard_verdict *v,
                              const mailguard_case *c,
                              mailguard_error *err)
{
	mailguard_status st = mgi_world_make(&v->world, c, err);

	if (st < 0)
		return st;
	v->score.w = &v->world;
	v->score.terms = mgi_terms_all(&v->world);
	if (mgi_arena_failed(v->world.arena))
		return mgi_fail_nomem(err);
	st = mgi_score_all(&v->score, err);
	if (st < 0)
		return st;
	mgi_verdict_judge(v);
	mgi_verdict_list(v);
	mgi_verdict_next(v);
	mgi_verdict_advise(v);
	return mgi_arena_failed(v->world.arena) ? mgi_fail_nomem(err)
	                                        : MAILGUARD_OK;
}

mailguard_status mailguard_case_weigh(mailguard_verdict **out,
                                      const mailguard_case *c,
                                      mailguard_error *err)
{
	mailguard_verdict *v;
	mailguard_status st;
	mgi_arena *arena;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!c)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "case");
	arena = mgi_arena_new(c->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	v = mgi_arena_alloc(arena, sizeof(*v));
	if (!v) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	v->world.arena = arena;
	atomic_init(&v->refs, 1);
	st = weigh(v, c, err);
	if (st < 0) {
		mgi_arena_free(arena);
		return st;
	}
	*out = v;
	return MAILGUARD_OK;
}

mailguard_verdict *mailguard_verdict_ref(mailguard_verdict *v)
{
	if (v)
		atomic_fetch_add(&v->refs, 1);
	return v;
}

void mailguard_verdict_free(mailguard_verdict *v)
{
	if (v && atomic_fetch_sub(&v->refs, 1) == 1)
		mgi_arena_free(v->world.arena);
}

mailguard_fault mailguard_verdict_fault(const mailguard_verdict *v)
{
	return v ? v->fault : MAILGUARD_FAULT_UNKNOWN;
}

mailguard_grade mailguard_verdict_grade(const mailguard_verdict *v)
{
	return v ? v->grade : MAILGUARD_GRADE_UNDETERMINED;
}

size_t mailguard_verdict_blamed(const mailguard_verdict *v)
{
	return v ? v->blamed : 0;
}

const mailguard_suspect *mailguard_verdict_suspect(const mailguard_verdict *v,
                                                   size_t i)
{
	return v && i < v->suspect_count ? &v->suspects[i] : NULL;
}

const mailguard_reading *mailguard_verdict_reading(const mailguard_verdict *v,
                                                   size_t i)
{
	return v && i < v->reading_count ? &v->readings[i] : NULL;
}

const mailguard_next *mailguard_verdict_next(const mailguard_verdict *v,
                                             size_t i)
{
	return v && i < v->next_count ? &v->next[i] : NULL;
}
