/*
 * bench_weigh - how long one verdict takes: a person's computer, an office.
 *
 *	$ bench_weigh
 *	  5 accounts,   30 observations:   130 us
 */
#include <mailguard/diagnose.h>

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void fill(mailguard_case *c, int accounts, int servers, int looks)
{
	char account[16], server[16], store[16];
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	int i, k;

	l.account = e.account = account;
	l.server_in = server;
	l.store = store;
	l.place = MAILGUARD_PLACE_CLOUD;
	e.phase = MAILGUARD_PHASE_LOGIN;
	for (i = 0; i < accounts; i++) {
		snprintf(account, sizeof(account), "a%d", i);
		snprintf(server, sizeof(server), "S%d", i % servers);
		snprintf(store, sizeof(store), "m%d", i);
		(void)mailguard_case_add(c, &l, NULL);
		for (k = 0; k < looks; k++) {
			e.test = k % 2 ? MAILGUARD_TEST_PROBE
			               : MAILGUARD_TEST_OP;
			e.outcome = k % 2 ? MAILGUARD_OUTCOME_OK
			                  : MAILGUARD_OUTCOME_FAIL;
			e.outgoing = k / 2 % 2;
			(void)mailguard_case_observe(c, &e, NULL);
		}
	}
}

static int measure(int accounts, int servers, int looks, int times)
{
	mailguard *mg = NULL;
	mailguard_case *c = NULL;
	mailguard_verdict *v;
	int64_t start;
	int i;

	if (mailguard_new(&mg, NULL, NULL) < 0 ||
	    mailguard_case_new(&c, mg, NULL) < 0)
		return 1;
	fill(c, accounts, servers, looks);
	start = now_us();
	for (i = 0; i < times; i++) {
		if (mailguard_case_weigh(&v, c, NULL) < 0)
			return 1;
		mailguard_verdict_free(v);
	}
	printf("%3d accounts, %4d observations: %8" PRId64 " us\n", accounts,
	       accounts * looks, (now_us() - start) / times);
	mailguard_case_free(c);
	mailguard_free(mg);
	return 0;
}

int main(void)
{
	return measure(1, 1, 4, 1000) || measure(5, 4, 6, 1000) ||
	       measure(40, 12, 6, 50) || measure(200, 60, 4, 10);
}
