/*
 * judge.c - many signs, one cause. Pure: it sees rows and weights, no text.
 *
 * Specific words weigh most, then a specific enhanced status, then client
 * codes, then a reply code; a sign of another kind that blames the same
 * fault speaks for it, one that blames another makes the answer less sure.
 */
#include "classify/sign.h"

#include <stdlib.h>
#include <string.h>

#define CONFIDENCE_MAX 98
#define UNSURE 10         /* less sure, for a sign that contradicts */
#define CONFIDENCE_MIN 10 /* less is not an answer */
#define NONE_MIN 40       /* a failure this strong beats "all is well" */
#define WORDS_MAX 94      /* only a code that was named is surer */
#define CODE_MAX 88       /* however supported: clear words win */

static int32_t fault_of(const mgi_sign *s)
{
	return mgi_sign_reason(s) / 100;
}

static bool same_kind(const mgi_sign *a, const mgi_sign *b)
{
	if (a->phrase || b->phrase)
		return a->phrase && b->phrase;
	return strcmp(a->code->space, b->code->space) == 0;
}

/* Half-sure codes decide between wordings that are equally good. */
static int32_t support(const mgi_reading *r, const mgi_sign *s)
{
	int32_t most = 0;
	uint32_t i;

	for (i = 0; i < r->count; i++) {
		const mgi_sign *o = &r->signs[i];

		if (!same_kind(s, o) && fault_of(o) == fault_of(s))
			most += o->weight / 6;
	}
	return most < 16 ? most : 16;
}

static bool failure_seen(const mgi_reading *r)
{
	uint32_t i;

	for (i = 0; i < r->count; i++)
		if (fault_of(&r->signs[i]) != MAILGUARD_FAULT_NONE &&
		    r->signs[i].weight >= NONE_MIN)
			return true;
	return false;
}

static int by_weight(const void *a, const void *b)
{
	const mgi_sign *x = a, *y = b;

	if (x->weight != y->weight)
		return y->weight - x->weight;
	if (x->own != y->own)
		return x->own ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? 1 : -1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->code && y->code)
		return strcmp(x->code->space, y->code->space);
	return x->code ? 1 : y->code ? -1 : 0;
}

static int32_t lift(const mgi_sign *s, int32_t more)
{
	int32_t most = s->code ? CODE_MAX : WORDS_MAX;

	if (s->weight >= most)
		return s->weight;
	return s->weight + more < most ? s->weight + more : most;
}

static void weigh(mgi_reading *r)
{
	bool failed = failure_seen(r);
	int32_t more[MGI_SIGNS_MAX];
	uint32_t i;

	for (i = 0; i < r->count; i++)
		more[i] = support(r, &r->signs[i]);
	for (i = 0; i < r->count; i++) {
		mgi_sign *s = &r->signs[i];

		if (s->weight < MGI_WEIGHT_NAMED)
			s->weight = lift(s, more[i]);
		if (failed && fault_of(s) == MAILGUARD_FAULT_NONE &&
		    s->weight < MGI_WEIGHT_NAMED)
			s->weight = 5;
		if (s->weight > 99)
			s->weight = 99;
	}
	qsort(r->signs, r->count, sizeof(r->signs[0]), by_weight);
}

static void add_also(mailguard_cause *c, int32_t fault)
{
	int i;

	if (fault == c->fault || fault == MAILGUARD_FAULT_UNKNOWN ||
	    fault == MAILGUARD_FAULT_NONE)
		return;
	for (i = 0; i < 3; i++) {
		if (c->also[i] == fault)
			return;
		if (!c->also[i]) {
			c->also[i] = fault;
			return;
		}
	}
}

/* A vaguer row that names the other's fault as possible agrees with it. */
static bool allows(const mgi_sign *s, int32_t fault)
{
	int i;

	for (i = 0; s->code && i < 3; i++)
		if (s->code->also[i] == fault)
			return true;
	return false;
}

static void others(mailguard_cause *c, const mgi_reading *r)
{
	const mgi_sign *best = &r->signs[0];
	uint32_t i;
	int k;

	for (k = 0; best->code && k < 3; k++)
		add_also(c, best->code->also[k]);
	for (i = 1; i < r->count; i++) {
		const mgi_sign *s = &r->signs[i];

		if (fault_of(s) == c->fault || best->weight - s->weight > 15)
			continue;
		add_also(c, fault_of(s));
		if (!allows(s, c->fault) && !allows(best, fault_of(s)) &&
		    c->confidence > best->weight - UNSURE)
			c->confidence = best->weight - UNSURE;
	}
}

/* A server that says 4xx or 5xx knows better than the table. */
static int32_t temporary(const mgi_reading *r, const mgi_sign *s)
{
	if (fault_of(s) != MAILGUARD_FAULT_NONE && r->reply_class == 4)
		return 1;
	if (fault_of(s) != MAILGUARD_FAULT_NONE && r->reply_class == 5)
		return 0;
	return s->code ? s->code->temporary
	               : mailguard_reason_temporary(s->phrase->reason);
}

void mgi_signs_judge(mailguard_cause *out, mgi_reading *r)
{
	const mgi_sign *best = &r->signs[0];

	*out = (mailguard_cause){ .temporary = -1, .rule = "" };
	weigh(r);
	if (!r->count || best->weight < CONFIDENCE_MIN)
		return;
	out->reason = mgi_sign_reason(best);
	out->fault = fault_of(best);
	out->temporary = temporary(r, best);
	out->confidence = best->weight;
	out->offset = best->at;
	out->length = best->len;
	others(out, r);
	if (out->confidence > CONFIDENCE_MAX)
		out->confidence = CONFIDENCE_MAX;
	if (out->confidence < 1)
		out->confidence = 1;
}
