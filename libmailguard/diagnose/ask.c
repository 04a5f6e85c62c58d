/*
 * ask.c - which question to ask next: every possible answer is tried on the
 * case, and the question counts whose answers move the verdict furthest apart.
 */
#include "diagnose/ask.h"

#include "base/fail.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum {
	ANSWERS = 3,  /* thought of for one question */
	WORTH = 60,   /* per mille that a question must move at least */
	ENOUGH = 250, /* ... once the verdict is likely */
	FAULTS = MAILGUARD_FAULT_NONE + 1
};

/* A case as it was, to go back to. */
typedef struct mark {
	size_t seen;
} mark;

static void back(mailguard_case *c, const mark *m)
{
	c->seen_count = m->seen;
}

/* -- what answers would say ------------------------------------------------ */

static bool failed_before(const mailguard_case *c, const char *account)
{
	size_t i;

	for (i = 0; i < c->seen_count; i++)
		if (c->seen[i].outcome != MAILGUARD_OUTCOME_OK &&
		    mgi_strcmp_null(c->seen[i].account, account) == 0)
			return true;
	return false;
}

/* Answer 0: as those that failed before; 1: none fails; 2: all do. */
static mailguard_status try_accounts(mailguard_interview *a,
                                     int32_t outgoing,
                                     int answer,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i, n = a->c->link_count;

	for (i = 0; i < n && st == MAILGUARD_OK; i++) {
		mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
		bool fails;

		e.test = MAILGUARD_TEST_OP;
		e.account = a->c->links[i].account;
		e.outgoing = outgoing;
		if (!e.account)
			continue;
		fails = answer == 2 ||
		        (answer == 0 && failed_before(a->c, e.account));
		e.outcome =
			fails ? MAILGUARD_OUTCOME_FAIL : MAILGUARD_OUTCOME_OK;
		st = mailguard_case_observe(a->c, &e, err);
	}
	return st;
}

/* Answer 1: the files of those that failed lie in a synced folder. */
static void try_place(mailguard_interview *a, int answer)
{
	size_t i;

	for (i = 0; i < a->c->link_count; i++) {
		mailguard_link *l = &a->c->links[i];

		l->place = answer == 1 && l->account &&
		                           failed_before(a->c, l->account)
		                   ? MAILGUARD_PLACE_CLOUD
		                   : MAILGUARD_PLACE_LOCAL;
	}
}

/* Answer 0: a wrong password; 1: the server is out; 2: the file. */
static void try_message(mailguard_interview *a, int answer)
{
	static const mailguard_fault faults[ANSWERS] = {
		MAILGUARD_FAULT_AUTH, MAILGUARD_FAULT_SERVER_OUTAGE,
		MAILGUARD_FAULT_LOCAL_STORE
	};
	size_t i;

	for (i = 0; i < a->c->seen_count; i++)
		if (a->c->seen[i].outcome == MAILGUARD_OUTCOME_FAIL &&
		    a->c->seen[i].test == MAILGUARD_TEST_OP)
			a->c->seen[i].fault = faults[answer];
}

static void name_target(mailguard_evidence *e, const char *target)
{
	if (e->test == MAILGUARD_TEST_STATUS)
		e->provider = target;
	else if (e->test == MAILGUARD_TEST_OP ||
	         e->test == MAILGUARD_TEST_DEV || e->test == MAILGUARD_TEST_WEB)
		e->account = target;
}

static mailguard_status try_test(mailguard_interview *a,
                                 const mailguard_question *q,
                                 int answer,
                                 mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	e.test = q->test;
	e.vantage = q->vantage;
	name_target(&e, q->target);
	e.outcome = answer == 0 ? MAILGUARD_OUTCOME_OK
	            : q->test == MAILGUARD_TEST_STATUS
	                    ? MAILGUARD_OUTCOME_INCIDENT
	                    : MAILGUARD_OUTCOME_FAIL;
	return mailguard_case_observe(a->c, &e, err);
}

/* -- what they would change ------------------------------------------------ */

static mailguard_status spread(int32_t *out,
                               const mailguard_case *c,
                               mailguard_error *err)
{
	mailguard_verdict *v;
	mailguard_status st = mailguard_case_weigh(&v, c, err);

	if (st < 0)
		return st;
	memcpy(out, v->score.fault, FAULTS * sizeof(*out));
	mailguard_verdict_free(v);
	return st;
}

static int32_t apart(const int32_t *a, const int32_t *b)
{
	int32_t sum = 0;
	int i;

	for (i = 0; i < FAULTS; i++)
		sum += abs(a[i] - b[i]);
	return sum / 2;
}

static mailguard_status try_answer(mailguard_interview *a,
                                   const mailguard_question *q,
                                   int answer,
                                   mailguard_error *err)
{
	switch (q->about) {
	case MAILGUARD_QUESTION_RECEIVE:
	case MAILGUARD_QUESTION_SEND:
		return try_accounts(a, q->about == MAILGUARD_QUESTION_SEND,
		                    answer, err);
	case MAILGUARD_QUESTION_PLACE:
		try_place(a, answer);
		return MAILGUARD_OK;
	case MAILGUARD_QUESTION_MESSAGE:
		try_message(a, answer);
		return MAILGUARD_OK;
	default:
		return try_test(a, q, answer, err);
	}
}

/* What is changed in place, to be put back. */
typedef struct held {
	mailguard_link *links;
	mailguard_evidence *seen;
	mark was;
} held;

static mailguard_status hold(held *h,
                             mailguard_interview *a,
                             mailguard_error *err)
{
	const mailguard_case *c = a->c;

	h->was.seen = c->seen_count;
	h->links = mgi_alloc(a->mg, (c->link_count + 1) * sizeof(*h->links));
	h->seen = mgi_alloc(a->mg, (c->seen_count + 1) * sizeof(*h->seen));
	if (!h->links || !h->seen) {
		mgi_free(a->mg, h->links);
		mgi_free(a->mg, h->seen);
		return mgi_fail_nomem(err);
	}
	if (c->link_count)
		memcpy(h->links, c->links, c->link_count * sizeof(*h->links));
	if (c->seen_count)
		memcpy(h->seen, c->seen, c->seen_count * sizeof(*h->seen));
	return MAILGUARD_OK;
}

static void put_back(const held *h, mailguard_case *c)
{
	back(c, &h->was);
	if (c->link_count)
		memcpy(c->links, h->links, c->link_count * sizeof(*h->links));
	if (c->seen_count)
		memcpy(c->seen, h->seen, c->seen_count * sizeof(*h->seen));
}

/* How far its answers move the verdict apart, per mille. */
static mailguard_status worth_of(int32_t *out,
                                 mailguard_interview *a,
                                 const mailguard_question *q,
                                 mailguard_error *err)
{
	int answers = q->about == MAILGUARD_QUESTION_TEST ||
	                              q->about == MAILGUARD_QUESTION_PLACE
	                      ? 2
	                      : ANSWERS;
	int32_t spreads[ANSWERS][FAULTS];
	mailguard_status st;
	int i, k;
	held h;

	*out = 0;
	st = hold(&h, a, err);
	if (st < 0)
		return st;
	for (i = 0; i < answers && st >= 0; i++) {
		st = try_answer(a, q, i, err);
		if (st >= 0)
			st = spread(spreads[i], a->c, err);
		put_back(&h, a->c);
		for (k = 0; k < i && st >= 0; k++)
			if (apart(spreads[i], spreads[k]) > *out)
				*out = apart(spreads[i], spreads[k]);
	}
	mgi_free(a->mg, h.links);
	mgi_free(a->mg, h.seen);
	return st;
}

/* -- which questions there are --------------------------------------------- */

static bool has_seen(const mailguard_case *c,
                     mailguard_test test,
                     int32_t outgoing)
{
	size_t i;

	for (i = 0; i < c->seen_count; i++)
		if (c->seen[i].test == test &&
		    (c->seen[i].outgoing != 0) == (outgoing != 0))
			return true;
	return false;
}

static bool is_wordless(const mailguard_case *c)
{
	size_t i;

	for (i = 0; i < c->seen_count; i++)
		if (c->seen[i].test == MAILGUARD_TEST_OP &&
		    c->seen[i].outcome == MAILGUARD_OUTCOME_FAIL &&
		    !c->seen[i].fault)
			return true;
	return false;
}

static bool is_placeless(const mailguard_case *c)
{
	size_t i;

	for (i = 0; i < c->link_count; i++)
		if (c->links[i].store &&
		    c->links[i].place == MAILGUARD_PLACE_UNKNOWN)
			return true;
	return false;
}

static bool applies(const mailguard_interview *a,
                    mailguard_question_about about)
{
	if (a->asked[about])
		return false;
	switch (about) {
	case MAILGUARD_QUESTION_RECEIVE:
		return !has_seen(a->c, MAILGUARD_TEST_OP, 0);
	case MAILGUARD_QUESTION_SEND:
		return !has_seen(a->c, MAILGUARD_TEST_OP, 1);
	case MAILGUARD_QUESTION_PLACE:
		return is_placeless(a->c);
	default:
		return is_wordless(a->c);
	}
}

/* What a person can try who has no program that probes. */
static bool is_by_hand(const mailguard_next *n)
{
	return n->test == MAILGUARD_TEST_DEV || n->test == MAILGUARD_TEST_WEB ||
	       n->test == MAILGUARD_TEST_STATUS ||
	       n->test == MAILGUARD_TEST_NET || n->test == MAILGUARD_TEST_CLOCK;
}

static bool was_asked(const mailguard_interview *a, const mailguard_next *n)
{
	size_t i;

	for (i = 0; i < a->test_count; i++)
		if (a->tests[i].test == n->test &&
		    mgi_strcmp_null(a->tests[i].target, n->target) == 0)
			return true;
	return false;
}

/* Best so far, and what it moves. */
typedef struct choice {
	mailguard_question q;
	int32_t worth;
} choice;

static mailguard_status consider(choice *best,
                                 mailguard_interview *a,
                                 const mailguard_question *q,
                                 mailguard_error *err)
{
	int32_t worth = 1000;
	mailguard_status st = MAILGUARD_OK;

	if (a->c->link_count <= MGI_ASK_ACCOUNTS)
		st = worth_of(&worth, a, q, err);
	if (st >= 0 && worth > best->worth) {
		best->worth = worth;
		best->q = *q;
	}
	return st;
}

static mailguard_status consider_all(choice *best,
                                     mailguard_interview *a,
                                     const mailguard_verdict *v,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mailguard_next *n;
	mailguard_question_about about;
	size_t i;

	for (about = MAILGUARD_QUESTION_RECEIVE;
	     about < MAILGUARD_QUESTION_TEST && st >= 0; about++) {
		mailguard_question q = { .about = about };

		if (applies(a, about))
			st = consider(best, a, &q, err);
	}
	for (i = 0; st >= 0 && (n = mailguard_verdict_next(v, i)) != NULL;
	     i++) {
		mailguard_question q = { .about = MAILGUARD_QUESTION_TEST,
			                 .test = n->test,
			                 .vantage = n->vantage,
			                 .target = n->target,
			                 .text = n->text };

		if (is_by_hand(n) && !was_asked(a, n))
			st = consider(best, a, &q, err);
	}
	return st;
}

/* What is to outlive the verdict. */
static mailguard_status open_question(mailguard_interview *a,
                                      const choice *best,
                                      mailguard_error *err)
{
	a->now = best->q;
	a->now.number = (int32_t)++a->count;
	if (best->q.target)
		a->now.target = mgi_arena_strdup(a->arena, best->q.target);
	if (best->q.text)
		a->now.text = mgi_arena_strdup(a->arena, best->q.text);
	if (mgi_arena_failed(a->arena))
		return mgi_fail_nomem(err);
	if (a->now.about == MAILGUARD_QUESTION_TEST)
		a->tests[a->test_count++] =
			(mailguard_next){ a->now.test, a->now.vantage,
			                  a->now.target, NULL };
	else
		a->asked[a->now.about] = true;
	a->open = true;
	return mgi_ask_say(a, err);
}

static mailguard_status choose(mailguard_interview *a, mailguard_error *err)
{
	choice best = { .worth = 0 };
	mailguard_verdict *v;
	mailguard_status st;
	int32_t least;

	if (a->count == MGI_ASK_MAX)
		return MAILGUARD_ITEROVER;
	st = mailguard_case_weigh(&v, a->c, err);
	if (st < 0)
		return st;
	least = v->grade >= MAILGUARD_GRADE_LIKELY ? ENOUGH : WORTH;
	if (v->grade < MAILGUARD_GRADE_CERTAIN)
		st = consider_all(&best, a, v, err);
	if (st >= 0)
		st = best.worth < least ? MAILGUARD_ITEROVER
		                        : open_question(a, &best, err);
	mailguard_verdict_free(v);
	return st;
}

mailguard_status mailguard_interview_next(const mailguard_question **out,
                                          mailguard_interview *a,
                                          mailguard_error *err)
{
	mailguard_status st = a->open ? MAILGUARD_OK : choose(a, err);

	*out = st == MAILGUARD_OK ? &a->now : NULL;
	return st;
}

mailguard_status mailguard_interview_new(mailguard_interview **out,
                                         mailguard_case *c,
                                         mailguard_error *err)
{
	mgi_arena *arena;
	mailguard_interview *a;

	*out = NULL;
	if (!c)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_CASE_ARGUMENT, "what", "case");
	arena = mgi_arena_new(c->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	a = mgi_arena_alloc(arena, sizeof(*a));
	if (a)
		a->tests =
			mgi_arena_array(arena, MGI_ASK_MAX, sizeof(*a->tests));
	if (mgi_arena_failed(arena)) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	a->mg = c->mg;
	a->c = c;
	a->arena = arena;
	mgi_buf_init(&a->text, c->mg);
	*out = a;
	return MAILGUARD_OK;
}

void mailguard_interview_free(mailguard_interview *a)
{
	if (!a)
		return;
	mgi_buf_done(&a->text);
	mgi_arena_free(a->arena);
}
