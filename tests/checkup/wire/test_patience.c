/* What a checkup promises of a server that does not answer: the first verdict
 * does not wait for it. The clock is the test's own. */
#define _GNU_SOURCE
#include <mailguard/checkup.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/ok.h"

#define SECOND INT64_C(1000000)

static mailguard *mg;
static int64_t clock_now;
static int silent; /* accepts and says nothing */
static int port;

static int64_t ticks(void *payload)
{
	(void)payload;
	clock_now += SECOND / 4; /* whoever asks waits */
	return clock_now;
}

static void setup(void)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	opts.ticks = ticks;
	clock_now = 1;
	ok(mailguard_new(&mg, &opts, NULL));
	silent = socket(AF_INET, SOCK_STREAM, 0);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(zero(int, bind(silent, (struct sockaddr *)&a, sizeof(a))));
	cr_assert(zero(int, listen(silent, 8)));
	getsockname(silent, (struct sockaddr *)&a, &len);
	port = ntohs(a.sin_port);
}

static void teardown(void)
{
	close(silent);
	mailguard_free(mg);
}

TestSuite(checkup_patience, .init = setup, .fini = teardown, .timeout = 120);

/* One server refuses, one says nothing. */
static mailguard_checkup *begin(int64_t budget, mailguard_secret_fn secret)
{
	static const char format[] =
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
		"{\"id\":\"a1\",\"address\":\"a@h.example\",\"server_in\":"
		"\"S1\",\"user_in\":\"ann\"},"
		"{\"id\":\"a2\",\"address\":\"b@h.example\",\"server_in\":"
		"\"S2\"}],\"servers\":["
		"{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":\"localhost\","
		"\"address\":\"127.0.0.1\",\"port\":%d,\"tls\":\"none\"},"
		"{\"id\":\"S2\",\"protocol\":\"imap\",\"host\":\"localhost\","
		"\"address\":\"127.0.0.1\",\"port\":1,\"tls\":\"none\"}]}";
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_probe_options probe = MAILGUARD_PROBE_OPTIONS_INIT;
	mailguard_profile *p;
	mailguard_checkup *c;
	mailguard_span text;
	char json[1024];

	snprintf(json, sizeof(json), format, port);
	text.data = (const unsigned char *)json;
	text.len = strlen(json);
	ok(mailguard_profile_parse(&p, mg, text, NULL, NULL));
	probe.secret = secret;
	opts.probe = &probe;
	opts.budget_usec = budget;
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p);
	return c;
}

/* A letter a step: f failed, p waited for, l left out, 1 the first verdict. */
static char *steps_of(mailguard_checkup *c)
{
	static char out[64];
	const mailguard_checkup_step *step;
	mailguard_status st;
	size_t n = 0;

	while ((st = mailguard_checkup_next(&step, c, NULL)) == MAILGUARD_OK) {
		if (step->stage == MAILGUARD_CHECKUP_FIRST)
			out[n++] = '1';
		else if (step->stage != MAILGUARD_CHECKUP_SERVER)
			continue;
		else
			out[n++] = step->unlooked ? 'l'
			           : step->outcome == MAILGUARD_OUTCOME_FAIL
			                   ? 'f'
			                   : 'p';
	}
	out[n] = '\0';
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	mailguard_checkup_free(c);
	return out;
}

Test(checkup_patience, who_does_not_answer_in_10_seconds_is_asked_on)
{
	cr_expect(eq(str, steps_of(begin(0, NULL)), "fp1f"));
	cr_expect(ge(i64, clock_now, 30 * SECOND)); /* a greeting's patience */
}

Test(checkup_patience, a_budget_ends_the_waiting)
{
	cr_expect(eq(str, steps_of(begin(6 * SECOND, NULL)), "fl"));
	cr_expect(lt(i64, clock_now, 30 * SECOND));
}

/* A person takes her time. */
static int slow_secret(char *out,
                       size_t room,
                       const mailguard_endpoint *whose,
                       void *payload)
{
	(void)room;
	(void)whose;
	(void)payload;
	clock_now += 100 * SECOND;
	memcpy(out, "secret", 6);
	return 6;
}

Test(checkup_patience, the_time_a_password_takes_does_not_count)
{
	/* Else nobody would have been waited for. */
	cr_expect(eq(str, steps_of(begin(60 * SECOND, slow_secret)), "fp1f"));
}
