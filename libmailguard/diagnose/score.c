/*
 * score.c - the bounded noisy-OR: exact over all sets of at most two faults.
 *
 * A set's score is its prior plus ln P of every observation. For one that
 * passed that is a sum over the set; for one that failed it is not, so a pair
 * is the sum of its two singles, mended for the failures that both touch. A
 * row of the triangle of pairs therefore costs one addition a pair and one
 * correction a shared failure, and nothing has to be left out.
 */
#include "diagnose/score.h"

#include <string.h>

#include "base/fail.h"

/* One failure that touches a component. */
typedef struct touch {
	int32_t seen, fail;
} touch;

typedef struct engine {
	mgi_score *s;
	int32_t n;
	int64_t nothing; /* score of the empty set without its own prior */
	int32_t none;    /* prior of sets that explain no failure */
	int32_t *gain;   /* of each component over the failures it touches */
	int64_t *base;   /* prior and what passed */
	bool *explains;  /* does it touch a failure that is not soft? */
	touch *touches;  /* grouped by component */
	int32_t *first;  /* where those of a component begin */
	int64_t *row;
	uint64_t total, *mass;
	uint64_t fault[MAILGUARD_FAULT_NONE + 1], empty;
} engine;

static int32_t logfail(int32_t milli)
{
	return mgi_logfail[milli < MGI_LOGFAIL_MAX ? milli : MGI_LOGFAIL_MAX];
}

static const mgi_term *term_of(const mgi_terms *t, int32_t part)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->at[mid].part == part)
			return &t->at[mid];
		if (t->at[mid].part < part)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

static int32_t milli_of(const mgi_terms *t, const mgi_set *set)
{
	int32_t milli = t->leak;
	int i;

	for (i = 0; i < 2; i++) {
		const mgi_term *x = term_of(t, set->part[i]);

		milli += x ? x->fail : 0;
	}
	return milli;
}

int32_t mgi_score_one(const mgi_score *s, size_t i, const mgi_set *set)
{
	const mgi_terms *t = &s->terms[i];
	int32_t score = t->failed ? logfail(milli_of(t, set)) : 0;
	int k;

	for (k = 0; k < 2; k++) {
		const mgi_term *x = term_of(t, set->part[k]);

		score += x ? x->ok : 0;
	}
	return score;
}

static mailguard_status rooms(engine *e, mailguard_error *err)
{
	const mgi_world *w = e->s->w;
	size_t n = w->part_count, touches = 0, i, k;

	for (i = 0; i < w->seen_count; i++)
		for (k = 0; k < e->s->terms[i].count; k++)
			touches += e->s->terms[i].at[k].fail != 0;
	e->gain = mgi_arena_array(w->arena, n, sizeof(*e->gain));
	e->base = mgi_arena_array(w->arena, n, sizeof(*e->base));
	e->first = mgi_arena_array(w->arena, n + 2, sizeof(*e->first));
	e->touches = mgi_arena_array(w->arena, touches + 1, sizeof(touch));
	e->explains = mgi_arena_array(w->arena, n, sizeof(*e->explains));
	e->row = mgi_arena_array(w->arena, n, sizeof(*e->row));
	e->mass = mgi_arena_array(w->arena, n, sizeof(*e->mass));
	e->s->single = mgi_arena_array(w->arena, n, sizeof(*e->s->single));
	e->s->permille = mgi_arena_array(w->arena, n, sizeof(*e->s->permille));
	return mgi_arena_failed(w->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

/* Group the failures by component, in the order they were seen. */
static void touches_group(engine *e)
{
	const mgi_terms *terms = e->s->terms;
	size_t n = e->s->w->part_count, seen = e->s->w->seen_count, i, k;
	int32_t *next = e->first + 1; /* ends up as where the next begins */

	for (i = 0; i < seen; i++)
		for (k = 0; k < terms[i].count; k++)
			if (terms[i].at[k].fail)
				e->first[terms[i].at[k].part + 2]++;
	for (i = 2; i < n + 2; i++)
		e->first[i] += e->first[i - 1];
	for (i = 0; i < seen; i++)
		for (k = 0; k < terms[i].count; k++) {
			const mgi_term *t = &terms[i].at[k];

			if (!t->fail)
				continue;
			e->touches[next[t->part]++] =
				(touch){ (int32_t)i, t->fail };
			if (!terms[i].soft)
				e->explains[t->part] = true;
		}
}

static void singles(engine *e)
{
	const mgi_world *w = e->s->w;
	size_t i, k;
	int32_t p, t;

	for (p = 0; p < e->n; p++)
		e->base[p] = w->parts[p].prior;
	for (i = 0; i < w->seen_count; i++) {
		const mgi_terms *x = &e->s->terms[i];

		if (x->failed) {
			e->nothing += logfail(x->leak);
			e->s->any_failed = e->s->any_failed || !x->soft;
		}
		for (k = 0; k < x->count; k++)
			e->base[x->at[k].part] += x->at[k].ok;
	}
	e->none = e->s->any_failed
	                  ? mgi_ln[mgi_weights[MGI_WEIGHT_NONE]] - mgi_ln[1000]
	                  : 0;
	for (p = 0; p < e->n; p++) {
		for (t = e->first[p]; t < e->first[p + 1]; t++) {
			int32_t leak = e->s->terms[e->touches[t].seen].leak;

			e->gain[p] += logfail(leak + e->touches[t].fail) -
			              logfail(leak);
		}
		e->s->single[p] = e->nothing + e->base[p] + e->gain[p] +
		                  (e->explains[p] ? 0 : e->none);
	}
}

/* The scores of the pairs of `a` with all behind it. */
static void row_fill(engine *e, int32_t a)
{
	int64_t mine = e->nothing + e->base[a] + e->gain[a];
	bool explains = e->explains[a];
	int32_t b, t;
	size_t k;

	for (b = a + 1; b < e->n; b++)
		e->row[b] = mine + e->base[b] + e->gain[b] +
		            (explains || e->explains[b] ? 0 : e->none);
	for (t = e->first[a]; t < e->first[a + 1]; t++) {
		const mgi_terms *x = &e->s->terms[e->touches[t].seen];
		int32_t u = e->touches[t].fail, leak = x->leak;

		for (k = 0; k < x->count; k++) {
			int32_t v = x->at[k].fail;

			if (!v || x->at[k].part <= a)
				continue;
			e->row[x->at[k].part] +=
				logfail(leak + u + v) + logfail(leak) -
				logfail(leak + u) - logfail(leak + v);
		}
	}
}

static void keep_best(mgi_set *best, int32_t a, int32_t b, int64_t score)
{
	if (score > best->score)
		*best = (mgi_set){ { a, b }, score };
}

static void find_best(engine *e)
{
	const mgi_component *p = e->s->w->parts;
	mgi_score *s = e->s;
	int32_t a, b;

	s->best = (mgi_set){ { -1, -1 }, e->nothing + e->none };
	for (a = 0; a <= MAILGUARD_FAULT_NONE; a++)
		s->best_pair_of[a] = (mgi_set){ { -1, -1 }, INT64_MIN };
	for (a = 0; a < e->n; a++)
		keep_best(&s->best, a, -1, s->single[a]);
	for (a = 0; a < e->n; a++) {
		row_fill(e, a);
		for (b = a + 1; b < e->n; b++) {
			keep_best(&s->best, a, b, e->row[b]);
			keep_best(&s->best_pair_of[p[a].fault], a, b,
			          e->row[b]);
			keep_best(&s->best_pair_of[p[b].fault], a, b,
			          e->row[b]);
		}
	}
}

static uint64_t weight(const engine *e, int64_t score)
{
	int64_t below = e->s->best.score - score;

	return below > MGI_EXP_MAX ? 0 : mgi_exp[below];
}

static void mass_add(engine *e, int32_t a, int32_t b, uint64_t x)
{
	const mgi_component *p = e->s->w->parts;

	e->total += x;
	e->mass[a] += x;
	e->fault[p[a].fault] += x;
	if (b < 0)
		return;
	e->mass[b] += x;
	if (p[b].fault != p[a].fault)
		e->fault[p[b].fault] += x;
}

static void masses(engine *e)
{
	int32_t a, b;

	e->empty = weight(e, e->nothing + e->none);
	e->total = e->empty;
	for (a = 0; a < e->n; a++) {
		mass_add(e, a, -1, weight(e, e->s->single[a]));
		row_fill(e, a);
		for (b = a + 1; b < e->n; b++) {
			uint64_t x = weight(e, e->row[b]);

			if (x)
				mass_add(e, a, b, x);
		}
	}
}

static int32_t permille(const engine *e, uint64_t mass)
{
	if (!e->total) /* never: the best of all weighs mgi_exp[0] */
		return 0;
	return (int32_t)((mass * 1000 + e->total / 2) / e->total);
}

mailguard_status mgi_score_all(mgi_score *s, mailguard_error *err)
{
	engine e = { .s = s, .n = (int32_t)s->w->part_count };
	mailguard_status st = rooms(&e, err);
	int32_t i;

	if (st < 0)
		return st;
	touches_group(&e);
	singles(&e);
	find_best(&e);
	masses(&e);
	for (i = 0; i < e.n; i++)
		s->permille[i] = permille(&e, e.mass[i]);
	for (i = 0; i <= MAILGUARD_FAULT_NONE; i++)
		s->fault[i] = permille(&e, e.fault[i]);
	s->none = permille(&e, e.empty);
	return MAILGUARD_OK;
}
