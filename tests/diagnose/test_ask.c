/* What an interview promises: few questions, the ones that decide. */
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/diagnose.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(ask, .init = setup, .fini = teardown);

/* Four accounts of four hosters, each with a file of its own. */
static mailguard_status four(mailguard_case **out, mailguard *handle)
{
	mailguard_status st = mailguard_case_new(out, handle, NULL);
	int i;

	for (i = 1; i <= 4 && st == MAILGUARD_OK; i++) {
		mailguard_link l = MAILGUARD_LINK_INIT;
		char account[8], server[8], store[8];

		snprintf(account, sizeof(account), "a%d", i);
		snprintf(server, sizeof(server), "S%d", i);
		snprintf(store, sizeof(store), "m%d", i);
		l.account = account;
		l.server_in = l.provider = server;
		l.store = store;
		st = mailguard_case_add(*out, &l, NULL);
	}
	return st;
}

/* As somebody on the telephone would, whose cloud folder is at fault. */
static const char *told(const mailguard_question *q)
{
	switch (q->about) {
	case MAILGUARD_QUESTION_RECEIVE:
		return "1, 2 a3";
	case MAILGUARD_QUESTION_SEND:
		return "1 2 3";
	case MAILGUARD_QUESTION_PLACE:
		return "a1 a2 a3";
	default:
		return "?";
	}
}

static mailguard_status interview(mailguard_case *c, int *likely_after)
{
	const mailguard_question *q;
	mailguard_verdict *v;
	mailguard_interview *a;
	mailguard_status st = mailguard_interview_new(&a, c, NULL);

	*likely_after = 0;
	while (st == MAILGUARD_OK &&
	       (st = mailguard_interview_next(&q, a, NULL)) == MAILGUARD_OK) {
		int number = q->number;

		st = mailguard_interview_answer(a, told(q), NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_case_weigh(&v, c, NULL);
		if (st < 0)
			break;
		if (!*likely_after &&
		    mailguard_verdict_grade(v) >= MAILGUARD_GRADE_LIKELY)
			*likely_after = number;
		mailguard_verdict_free(v);
	}
	mailguard_interview_free(a);
	return st;
}

Test(ask, finds_a_synced_folder_in_six_questions_without_a_probe)
{
	mailguard_verdict *v;
	mailguard_case *c;
	int after;

	ok(four(&c, mg));
	cr_expect(eq(int, interview(c, &after), MAILGUARD_ITEROVER));
	cr_expect(after >= 1 && after <= 6, "likely after %d", after);
	ok(mailguard_case_weigh(&v, c, NULL));
	cr_expect(eq(str, (char *)mailguard_verdict_suspect(v, 0)->name,
	             "sync:cloud"));
	cr_expect(eq(i32, mailguard_verdict_grade(v), MAILGUARD_GRADE_LIKELY));
	mailguard_verdict_free(v);
	mailguard_case_free(c);
}

Test(ask, asks_first_what_fails_and_the_same_until_it_is_answered)
{
	const mailguard_question *q;
	mailguard_error err;
	mailguard_case *c;
	mailguard_interview *a;

	ok(four(&c, mg));
	ok(mailguard_interview_new(&a, c, NULL));
	cr_expect(eq(int, mailguard_interview_answer(a, "yes", &err),
	             MAILGUARD_EINVAL));
	ok(mailguard_interview_next(&q, a, NULL));
	cr_expect(eq(i32, q->about, MAILGUARD_QUESTION_RECEIVE));
	cr_expect_not_null(strstr(q->text, "4 a4"));
	cr_expect(eq(int, mailguard_interview_answer(a, "1 nobody", &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "ask.answer-unknown"));
	ok(mailguard_interview_next(&q, a, NULL));
	cr_expect(eq(i32, q->number, 1));
	mailguard_interview_free(a);
	mailguard_case_free(c);
}

Test(ask, takes_the_words_of_a_message_for_all_that_fails)
{
	const mailguard_question *q;
	mailguard_verdict *v;
	mailguard_case *c;
	mailguard_interview *a;

	ok(four(&c, mg));
	ok(mailguard_interview_new(&a, c, NULL));
	while (mailguard_interview_next(&q, a, NULL) == MAILGUARD_OK)
		ok(mailguard_interview_answer(
			a,
			q->about == MAILGUARD_QUESTION_RECEIVE ? "2"
			: q->about == MAILGUARD_QUESTION_MESSAGE
				? "0x800CCC92 -ERR "
				  "[AUTH] Invalid "
				  "password"
				: "?",
			NULL));
	ok(mailguard_case_weigh(&v, c, NULL));
	cr_expect(eq(i32, mailguard_verdict_fault(v), MAILGUARD_FAULT_AUTH));
	mailguard_verdict_free(v);
	mailguard_interview_free(a);
	mailguard_case_free(c);
}

Test(ask, understands_answers_in_japanese)
{
	const mailguard_question *q;
	mailguard_verdict *v;
	mailguard_case *c;
	mailguard_interview *a;

	ok(four(&c, mg));
	ok(mailguard_interview_new(&a, c, NULL));
	while (mailguard_interview_next(&q, a, NULL) == MAILGUARD_OK)
		ok(mailguard_interview_answer(a, "なし", NULL));
	ok(mailguard_case_weigh(&v, c, NULL));
	cr_expect(eq(i32, mailguard_verdict_fault(v), MAILGUARD_FAULT_NONE));
	mailguard_verdict_free(v);
	mailguard_interview_free(a);
	mailguard_case_free(c);
}

Test(ask, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	do {
		mailguard_case *c = NULL;
		mailguard *tight;
		int after;

		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		n += n < 400 ? 1 : 37;
		st = four(&c, tight);
		if (st == MAILGUARD_OK)
			st = interview(c, &after);
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM,
		          "%d", st);
		mailguard_case_free(c);
		mailguard_free(tight);
	} while (st != MAILGUARD_ITEROVER);
	cr_expect(zero(int, fail_alloc_live()));
}
