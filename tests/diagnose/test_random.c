/*
 * Random worlds with known faults, as a test bench of the model. What makes
 * the worlds (priors, chances of detection, codes) is not what judges them.
 */
#include "diagnose/cases.h"

#include "support/ok.h"

#include <mailguard/classify.h>
#include <mailguard/reasons.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(random_worlds);

enum { CASES = 400, FAULTS = 21, PHASES = 6, MAX_ACCOUNTS = 6 };

/* How noisy a world is; per mille. */
typedef struct noise {
	const char *why;
	int flipped, seen, right_code; /* right_code -1: no codes at all */
	int domain_right, sure_right;  /* per cent that must be reached */
	int silence; /* how often it is told that mail came as usual or not */
} noise;

typedef struct fault {
	int kind, subject; /* what, and which account, server, file or place */
} fault;

enum {
	LOCALNET,
	DNSL,
	CLIENT,
	LOCALSYS,
	DISK,
	CLOCK,
	AVTLS,
	STORE,
	SYNC,
	DNSD,
	ROUTE,
	SERVER,
	SERVICE,
	TLS,
	OVERLOAD,
	POLICY,
	PROVIDER,
	AUTH,
	CONFIG,
	MAILBOX,
	OP25B
};

static const struct {
	int weight;
	mailguard_fault domain;
} kinds[FAULTS] = {
	[LOCALNET] = { 20, MAILGUARD_FAULT_LOCAL_NETWORK },
	[DNSL] = { 6, MAILGUARD_FAULT_DNS },
	[CLIENT] = { 8, MAILGUARD_FAULT_LOCAL_SYSTEM },
	[LOCALSYS] = { 6, MAILGUARD_FAULT_LOCAL_SYSTEM },
	[DISK] = { 6, MAILGUARD_FAULT_LOCAL_SYSTEM },
	[CLOCK] = { 3, MAILGUARD_FAULT_LOCAL_SYSTEM },
	[AVTLS] = { 5, MAILGUARD_FAULT_LOCAL_NETWORK },
	[STORE] = { 15, MAILGUARD_FAULT_LOCAL_STORE },
	[SYNC] = { 20, MAILGUARD_FAULT_LOCAL_STORE },
	[DNSD] = { 4, MAILGUARD_FAULT_DNS },
	[ROUTE] = { 5, MAILGUARD_FAULT_ROUTE },
	[SERVER] = { 15, MAILGUARD_FAULT_SERVER_OUTAGE },
	[SERVICE] = { 6, MAILGUARD_FAULT_SERVER_OUTAGE },
	[TLS] = { 8, MAILGUARD_FAULT_TLS },
	[OVERLOAD] = { 10, MAILGUARD_FAULT_SERVER_OVERLOAD },
	[POLICY] = { 6, MAILGUARD_FAULT_POLICY },
	[PROVIDER] = { 8, MAILGUARD_FAULT_SERVER_OUTAGE },
	[AUTH] = { 12, MAILGUARD_FAULT_AUTH },
	[CONFIG] = { 10, MAILGUARD_FAULT_LOCAL_CONFIG },
	[MAILBOX] = { 8, MAILGUARD_FAULT_SERVER_OVERLOAD },
	[OP25B] = { 4, MAILGUARD_FAULT_LOCAL_NETWORK },
};

typedef struct world {
	uint64_t random;
	const noise *n;
	mailguard_case *c;
	int accounts, servers, stores;
	int server[MAX_ACCOUNTS], store[MAX_ACCOUNTS];
	int provider[MAX_ACCOUNTS], place[MAX_ACCOUNTS];
	int damaged[MAX_ACCOUNTS];
	fault f[2];
	int faults, failures;
} world;

static int below(world *w, int n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (int)((w->random >> 33) % (uint64_t)n);
}

static int chance(world *w, int permille)
{
	return below(w, 1000) < permille;
}

static const char *name(const char *prefix, int i)
{
	static char names[8][16];
	static int next;

	next = (next + 1) % 8;
	snprintf(names[next], sizeof(names[0]), "%s%d", prefix, i);
	return names[next];
}

static int subjects(const world *w, int kind)
{
	switch (kind) {
	case STORE:
		return w->stores;
	case SYNC:
		return MAILGUARD_PLACE_USB + 1;
	case DNSD:
	case ROUTE:
	case SERVER:
	case TLS:
	case OVERLOAD:
	case POLICY:
		return w->servers;
	case SERVICE:
		return w->servers * 2;
	case PROVIDER:
		return 2;
	case AUTH:
	case CONFIG:
	case MAILBOX:
		return w->accounts;
	default:
		return 1;
	}
}

static int in_use(const world *w, int kind, int subject)
{
	int i, used = kind != STORE && kind != SYNC && kind != PROVIDER;

	if (kind == SYNC && subject <= MAILGUARD_PLACE_LOCAL)
		return 0;
	for (i = 0; i < w->accounts; i++)
		used |= (kind == STORE && w->store[i] == subject) ||
		        (kind == SYNC && w->place[w->store[i]] == subject) ||
		        (kind == PROVIDER &&
		         w->provider[w->server[i]] == subject);
	return used;
}

static fault fault_pick(world *w)
{
	fault f;
	int at, total = 0, k;

	for (k = 0; k < FAULTS; k++)
		total += kinds[k].weight;
	do {
		at = below(w, total);
		for (f.kind = 0; at >= kinds[f.kind].weight; f.kind++)
			at -= kinds[f.kind].weight;
		f.subject = below(w, subjects(w, f.kind));
	} while (!in_use(w, f.kind, f.subject));
	return f;
}

static int is(const fault *f, int kind, int subject)
{
	return f->kind == kind && f->subject == subject;
}

/* Does the fault stop a session of account `a` at `phase`? */
static int stops(const world *w, const fault *f, int a, int phase, int how)
{
	int s = w->server[a], out = how & 1, here = !(how & 2);

	switch (phase) {
	case 0:
		return (here && (is(f, LOCALNET, 0) || is(f, DNSL, 0))) ||
		       is(f, DNSD, s);
	case 1:
		return is(f, SERVER, s) || is(f, PROVIDER, w->provider[s]) ||
		       is(f, SERVICE, s * 2 + out) ||
		       (here && (is(f, ROUTE, s) || (out && is(f, OP25B, 0))));
	case 2:
		return is(f, TLS, s) ||
		       (here && (is(f, AVTLS, 0) || is(f, CLOCK, 0)));
	case 3:
		return is(f, OVERLOAD, s) || (here && is(f, POLICY, s));
	case 4:
		return is(f, AUTH, a);
	default:
		return !out && is(f, MAILBOX, a);
	}
}

static int stops_client(const world *w, const fault *f, int a)
{
	int st = w->store[a];

	return f->kind == CLIENT || f->kind == LOCALSYS || f->kind == DISK ||
	       is(f, CONFIG, a) || is(f, STORE, st) ||
	       is(f, SYNC, w->place[st]);
}

static int noticed(world *w, const fault *f)
{
	return chance(w, f->kind == OVERLOAD ? 500
	                 : f->kind == SYNC   ? 700
	                                     : w->n->seen);
}

static void observe(world *w, mailguard_evidence *e, const fault *by)
{
	static const mailguard_fault wrong[] = {
		MAILGUARD_FAULT_SERVER_OUTAGE, MAILGUARD_FAULT_ROUTE,
		MAILGUARD_FAULT_AUTH,          MAILGUARD_FAULT_TLS,
		MAILGUARD_FAULT_DNS,           MAILGUARD_FAULT_LOCAL_STORE,
		MAILGUARD_FAULT_LOCAL_NETWORK, MAILGUARD_FAULT_POLICY,
	};

	e->outcome = by ? MAILGUARD_OUTCOME_FAIL : MAILGUARD_OUTCOME_OK;
	if (chance(w, w->n->flipped))
		e->outcome = by ? MAILGUARD_OUTCOME_OK : MAILGUARD_OUTCOME_FAIL;
	if (e->outcome == MAILGUARD_OUTCOME_FAIL) {
		w->failures++;
		if (by && w->n->right_code >= 0 && chance(w, w->n->right_code))
			e->fault = kinds[by->kind].domain;
		else if (w->n->right_code >= 0 && chance(w, 500))
			e->fault = wrong[below(w, 8)];
	}
	ok(mailguard_case_observe(w->c, e, NULL));
}

static void see_op(world *w, int a, int how)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const fault *by = NULL;
	int i, phase;

	e.test = how & 2 ? MAILGUARD_TEST_DEV : MAILGUARD_TEST_OP;
	e.account = name("a", a);
	e.outgoing = how & 1;
	for (i = 0; i < w->faults && !by; i++) {
		int hit = !(how & 2) && stops_client(w, &w->f[i], a);

		for (phase = 0; phase < PHASES; phase++)
			hit |= stops(w, &w->f[i], a, phase, how);
		if (hit && noticed(w, &w->f[i]))
			by = &w->f[i];
	}
	observe(w, &e, by);
}

static void see_probe(world *w, int a, int how)
{
	static const mailguard_phase phases[PHASES] = {
		MAILGUARD_PHASE_DNS,   MAILGUARD_PHASE_CONNECT,
		MAILGUARD_PHASE_TLS,   MAILGUARD_PHASE_GREETING,
		MAILGUARD_PHASE_LOGIN, MAILGUARD_PHASE_COMMAND
	};
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const fault *by = NULL;
	int phase, i, last = how & 1 ? PHASES - 2 : PHASES - 1;

	e.test = MAILGUARD_TEST_PROBE;
	e.account = name("a", a);
	e.server = name("S", w->server[a]);
	e.outgoing = how & 1;
	e.vantage = how & 2 ? MAILGUARD_VANTAGE_OUTSIDE : 0;
	for (phase = 0; phase <= last && !by; phase++) {
		e.phase = phases[phase];
		for (i = 0; i < w->faults && !by; i++)
			if (stops(w, &w->f[i], a, phase, how) &&
			    noticed(w, &w->f[i]))
				by = &w->f[i];
	}
	observe(w, &e, by);
}

/* Unusual, at some degree, by chance or for a reason. */
static void see_silence(world *w, int a, int known)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	int i, phase, there = 0, here = 0, fetched = 1;

	e.test = MAILGUARD_TEST_SILENCE;
	e.account = name("a", a);
	for (i = 0; i < w->faults; i++) {
		const fault *f = &w->f[i];

		there |= is(f, SERVER, w->server[a]) ||
		         is(f, PROVIDER, w->provider[w->server[a]]) ||
		         is(f, MAILBOX, a);
		here |= stops_client(w, f, a);
		for (phase = 0; phase < PHASES; phase++)
			fetched &= !stops(w, f, a, phase, 0);
	}
	here |= !fetched;
	known &= fetched; /* who is not let in sees no mailbox */
	there = there ? chance(w, 700) : chance(w, 60);
	here = here ? chance(w, 700) : chance(w, 60);
	if (!there && !here)
		return;
	e.degree = 1 + below(w, 3);
	e.outcome = MAILGUARD_OUTCOME_FAIL;
	if (known && there)
		e.server = name("S", w->server[a]);
	else if (known)
		e.outcome = MAILGUARD_OUTCOME_MISSING;
	ok(mailguard_case_observe(w->c, &e, NULL));
}

static void see_store(world *w, int st)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	int i, bad = w->damaged[st];

	e.test = MAILGUARD_TEST_STORE;
	e.store = name("m", st);
	for (i = 0; i < w->faults; i++)
		bad |= is(&w->f[i], SYNC, w->place[st]) && chance(w, 500);
	if (chance(w, w->n->flipped))
		bad = !bad;
	e.outcome = !bad             ? MAILGUARD_OUTCOME_OK
	            : w->damaged[st] ? MAILGUARD_OUTCOME_DAMAGED
	                             : MAILGUARD_OUTCOME_LOCKED;
	w->failures += bad;
	ok(mailguard_case_observe(w->c, &e, NULL));
}

static void see_host(world *w, mailguard_test test)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const fault *by = NULL;
	int i;

	e.test = test;
	for (i = 0; i < w->faults; i++) {
		const fault *f = &w->f[i];

		if ((test == MAILGUARD_TEST_CLOCK ? f->kind == CLOCK
		                                  : f->kind == LOCALNET) ||
		    (test == MAILGUARD_TEST_DNS && f->kind == DNSL))
			by = f;
	}
	observe(w, &e, by);
}

static void world_make(world *w)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	int i;

	w->accounts = 2 + below(w, MAX_ACCOUNTS - 1);
	w->servers = 1 + below(w, w->accounts < 4 ? w->accounts : 4);
	w->stores = 1 + below(w, w->accounts);
	for (i = 0; i < w->stores; i++)
		w->place[i] = below(w, 2) ? MAILGUARD_PLACE_LOCAL
		                          : MAILGUARD_PLACE_CLOUD + below(w, 3);
	for (i = 0; i < w->servers; i++)
		w->provider[i] = below(w, 2);
	for (i = 0; i < w->accounts; i++) {
		w->server[i] = below(w, w->servers);
		w->store[i] = below(w, w->stores);
		l.account = name("a", i);
		l.server_in = name("S", w->server[i]);
		l.provider = name("P", w->provider[w->server[i]]);
		l.store = name("m", w->store[i]);
		l.place = w->place[w->store[i]];
		ok(mailguard_case_add(w->c, &l, NULL));
	}
}

static void faults_make(world *w)
{
	int i, st;

	w->faults = chance(w, 150) ? 2 : 1;
	for (i = 0; i < w->faults; i++) {
		w->f[i] = fault_pick(w);
		for (st = 0; st < w->stores; st++)
			w->damaged[st] |= is(&w->f[i], STORE, st) ||
			                  ((w->f[i].kind == DISK ||
			                    is(&w->f[i], SYNC, w->place[st])) &&
			                   chance(w, 600));
	}
}

static void look(world *w)
{
	int i;

	for (i = 0; i < w->accounts; i++) {
		if (chance(w, 900))
			see_op(w, i, 0);
		if (chance(w, 500))
			see_op(w, i, 1);
		if (chance(w, 600))
			see_probe(w, i, 0);
		if (chance(w, 250))
			see_probe(w, i, 1);
		if (chance(w, 200))
			see_probe(w, i, 2);
		if (chance(w, 200))
			see_op(w, i, 2);
	}
	for (i = 0; i < w->accounts; i++)
		if (w->n->silence && chance(w, w->n->silence))
			see_silence(w, i, chance(w, 600));
	for (i = 0; i < w->stores; i++)
		if (chance(w, 600))
			see_store(w, i);
	if (chance(w, 600))
		see_host(w, MAILGUARD_TEST_NET);
	if (chance(w, 600))
		see_host(w, MAILGUARD_TEST_DNS);
	if (chance(w, 600))
		see_host(w, MAILGUARD_TEST_CLOCK);
}

static int is_right(const world *w, mailguard_fault domain)
{
	int i;

	for (i = 0; i < w->faults; i++)
		if (kinds[w->f[i].kind].domain == domain ||
		    (w->f[i].kind == MAILBOX &&
		     domain == MAILGUARD_FAULT_RECIPIENT))
			return 1;
	return 0;
}

/* Counts over one row of noise. */
typedef struct tally {
	int cases, right, certain, certain_right, told, told_right;
} tally;

static void one_case(tally *t, mailguard *mg, uint64_t *random, const noise *n)
{
	world w = { .random = *random, .n = n };
	mailguard_verdict *v;
	mailguard_fault f;

	ok(mailguard_case_new(&w.c, mg, NULL));
	world_make(&w);
	faults_make(&w);
	look(&w);
	*random = w.random;
	if (w.failures) {
		ok(mailguard_case_weigh(&v, w.c, NULL));
		f = mailguard_verdict_fault(v);
		t->cases++;
		t->right += is_right(&w, f);
		if (f != MAILGUARD_FAULT_UNKNOWN) {
			t->told++;
			t->told_right += is_right(&w, f);
		}
		if (mailguard_verdict_grade(v) == MAILGUARD_GRADE_CERTAIN) {
			t->certain++;
			t->certain_right += is_right(&w, f);
		}
		mailguard_verdict_free(v);
	}
	mailguard_case_free(w.c);
}

Test(random_worlds, what_is_called_certain_is_right)
{
	static const noise rows[] = {
		{ "no noise", 0, 970, 800, 94, 98, 0 },
		{ "some noise", 30, 930, 700, 87, 97, 0 },
		{ "much noise", 80, 850, 500, 72, 95, 0 },
		{ "some noise, no codes", 30, 930, -1, 67, 93, 0 },
		{ "no noise, silence", 0, 970, 800, 94, 98, 900 },
		{ "some noise, silence", 30, 930, 700, 87, 97, 900 },
		{ "much noise, silence", 80, 850, 500, 72, 95, 900 },
		{ "no codes, silence", 30, 930, -1, 67, 93, 900 },
	};
	mailguard *mg;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t random = 20260113;
		tally t = { 0 };

		while (t.cases < CASES)
			one_case(&t, mg, &random, &rows[i]);
		cr_log_info("%s: right %d %%, told %d %% (right %d %%), "
		            "certain %d %% (right %d %%)",
		            rows[i].why, t.right * 100 / t.cases,
		            t.told * 100 / t.cases, t.told_right * 100 / t.told,
		            t.certain * 100 / t.cases,
		            t.certain_right * 100 / t.certain);
		cr_expect(
			ge(int, t.right * 100 / t.cases, rows[i].domain_right),
			"%s", rows[i].why);
		cr_expect(ge(int, t.certain_right * 100 / t.certain,
		             rows[i].sure_right),
		          "%s", rows[i].why);
		cr_expect(ge(int, t.certain * 100 / t.cases, 20), "%s",
		          rows[i].why);
	}
	mailguard_free(mg);
}

/* Everything works; every account is unusually silent, one time in `odds`. */
static void sound_case(tally *t, mailguard *mg, world *w, int odds)
{
	mailguard_verdict *v;
	int i;

	ok(mailguard_case_new(&w->c, mg, NULL));
	world_make(w);
	for (i = 0; i < w->accounts; i++) {
		see_probe(w, i, 0);
		if (chance(w, 500))
			see_op(w, i, 0);
		if (below(w, odds) == 0) {
			mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

			e.test = MAILGUARD_TEST_SILENCE;
			e.account = name("a", i);
			e.degree = 1 + below(w, 3);
			e.outcome = MAILGUARD_OUTCOME_FAIL;
			if (chance(w, 700))
				e.server = name("S", w->server[i]);
			ok(mailguard_case_observe(w->c, &e, NULL));
		}
	}
	for (i = 0; i < w->stores; i++)
		see_store(w, i);
	ok(mailguard_case_weigh(&v, w->c, NULL));
	t->cases++;
	t->right += mailguard_verdict_fault(v) == MAILGUARD_FAULT_NONE;
	t->told += mailguard_verdict_blamed(v) > 0;
	t->certain += mailguard_verdict_grade(v) > MAILGUARD_GRADE_SUSPECT &&
	              mailguard_verdict_blamed(v) > 0;
	mailguard_verdict_free(v);
	mailguard_case_free(w->c);
}

Test(random_worlds, silence_alone_never_blames_where_all_works)
{
	static const noise none = { "sound", 0, 1000, 0, 0, 0, 0 };
	static const int odds[] = { 20, 5, 2, 1 };
	world w = { .random = 20260113 };
	mailguard *mg;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < sizeof(odds) / sizeof(odds[0]); i++) {
		tally t = { 0 };

		while (t.cases < CASES) {
			uint64_t random = w.random;

			w = (world){ .random = random, .n = &none };
			sound_case(&t, mg, &w, odds[i]);
		}
		cr_log_info("silent one in %d: nothing wrong %d %%, blamed %d "
		            "of %d",
		            odds[i], t.right * 100 / t.cases, t.told, t.cases);
		cr_expect(zero(int, t.certain), "one in %d", odds[i]);
		cr_expect(le(int, t.told, odds[i] > 2 ? 0 : CASES / 20),
		          "one in %d", odds[i]);
		cr_expect(
			ge(int, t.right * 100 / t.cases, odds[i] > 2 ? 95 : 60),
			"one in %d", odds[i]);
	}
	mailguard_free(mg);
}
