/*
 * What probe/line.c promises: a line is told from a server, and a server from
 * one machine of several.
 */
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/probe.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static mailguard *mg;
static mailguard_classifier *words;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_classifier_new(&words, mg, NULL));
}

static void teardown(void)
{
	mailguard_classifier_free(words);
	mailguard_free(mg);
}

TestSuite(line, .init = setup, .fini = teardown);

/* One conversation: w(ell), s(ilent), r(eset), R(eset midway), n(o), l(ate). */
static mailguard_answer *talk(char how)
{
	const char *connect = "step: connect 0 20000\n";
	const char *rest = "";
	mailguard_transcript *t;
	mailguard_answer *a;
	char text[1024];

	if (how == 'l')
		connect = "step: connect 0 1020000\n";
	if (how == 's') {
		connect = "step: connect 0 5000000 timed-out\n";
	} else if (how == 'r') {
		rest = "step: greeting 20000 30000 reset\n";
	} else {
		rest = how == 'n' ? "step: greeting 20000 30000 code=421 "
		                    "answer=temporary\n< 421 later\\r\\n\n"
		                  : "step: greeting 20000 30000 code=220 "
		                    "answer=ok\n< 220 here\\r\\n\n";
	}
	snprintf(text, sizeof(text),
	         "mailguard session 1\nprotocol: smtp\nhost: a.example\n"
	         "begin: 2026-03-02T09:00:00Z\nreached: %s\n%s%s%s",
	         how == 's' ? "dns" : "greeting", connect, rest,
	         how == 'R' ? "step: capabilities 30000 40000 reset\n" : "");
	ok(mailguard_transcript_parse(
		&t, mg, (mailguard_span){ (unsigned char *)text, strlen(text) },
		NULL));
	ok(mailguard_answer_read(&a, words, t, NULL, NULL));
	mailguard_transcript_free(t);
	return a;
}

static mailguard_line line_of(mailguard_answer **answers, const char *talks)
{
	size_t i, n = strlen(talks);
	mailguard_line l;

	for (i = 0; i < n; i++)
		answers[i] = talk(talks[i]);
	ok(mailguard_line_read(&l, (const mailguard_answer *const *)answers, n,
	                       NULL));
	return l;
}

static void forget(mailguard_answer **answers, size_t n)
{
	while (n)
		mailguard_answer_free(answers[--n]);
}

Test(line, is_told_from_the_server)
{
	static const struct {
		const char *why, *talks;
		mailguard_reason reason;
	} rows[] = {
		{ "all well", "wwwwwwww", MAILGUARD_REASON_SUCCESS },
		{ "a packet lost", "wwwlwwww", MAILGUARD_REASON_LINE_UNSTABLE },
		{ "all lost once", "wwwswwww", MAILGUARD_REASON_LINE_UNSTABLE },
		{ "cut in the middle", "wwwRwwww",
		  MAILGUARD_REASON_LINE_UNSTABLE },
		{ "one backend resets", "wwwrwwwr",
		  MAILGUARD_REASON_PARTIAL_OUTAGE },
		{ "one backend refuses", "wwwnwwwn",
		  MAILGUARD_REASON_PARTIAL_OUTAGE },
		{ "dead", "sssss", MAILGUARD_REASON_CONNECT_TIMEOUT },
		{ "mostly refused", "nnnrn",
		  MAILGUARD_REASON_GREETING_UNAVAILABLE },
	};
	mailguard_answer *answers[16];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_line l = line_of(answers, rows[i].talks);

		cr_expect(eq(i32, l.reason, rows[i].reason), "%s: %s",
		          rows[i].why, mailguard_reason_name(l.reason));
		cr_expect(eq(i32, l.fault,
		             mailguard_reason_fault(rows[i].reason)));
		forget(answers, strlen(rows[i].talks));
	}
}

Test(line, counts_and_times_what_it_saw)
{
	mailguard_answer *answers[16];
	mailguard_line l = line_of(answers, "wwlsrnwR");

	cr_expect(eq(i32, l.asked, 8));
	cr_expect(eq(i32, l.well, 4));
	cr_expect(eq(i32, l.silent, 1));
	cr_expect(eq(i32, l.reset, 2));
	cr_expect(eq(i32, l.refused, 1));
	cr_expect(eq(i32, l.late, 1));
	cr_expect(eq(i64, l.connect_min, 20000));
	cr_expect(eq(i64, l.connect_median, 20000));
	cr_expect(eq(i64, l.connect_max, 1020000));
	cr_expect(eq(i32, l.usual, MAILGUARD_REASON_CONNECTION_RESET));
	forget(answers, 8);
}

Test(line, without_answers_nothing_is_judged)
{
	mailguard_error err;
	mailguard_line l;

	cr_expect(eq(i32, mailguard_line_read(&l, NULL, 0, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "line.bad-count"));
	cr_expect(zero(int, l.asked));
}

/* Both renderings, with an allocator that may fail. */
static mailguard_status render(mailguard *tight, const mailguard_line *l)
{
	mailguard_buffer *b = NULL;
	mailguard_status st = mailguard_buffer_new(&b, tight, NULL);

	if (st == MAILGUARD_OK)
		st = mailguard_line_json(b, tight, l, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_line_text(b, tight, l, NULL);
	if (st == MAILGUARD_OK) {
		cr_expect_not_null(
			strstr(mailguard_buffer_text(b), "\"late\":1"));
		cr_expect_not_null(
			strstr(mailguard_buffer_text(b), "smtp://a.example"));
	}
	mailguard_buffer_free(b);
	return st;
}

Test(line, rendering_survives_every_allocation_failure)
{
	mailguard_answer *answers[16];
	mailguard_line l = line_of(answers, "wwlw");
	mailguard_status st;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = render(tight, &l);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	n = 1;
	do {
		armed_malloc_at(n++);
		st = render(mg, &l);
		armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
	forget(answers, 4);
}
