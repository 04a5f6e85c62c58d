/*
 * ask - narrow a failure down by questions, one at a time, without a probe.
 *
 *	$ mailguard ask
 *	Which mail addresses are set up in the mail program?
 *	> ann@example.org, ann@example.net
 *	1. Which accounts do not receive mail now? ...
 *
 * With PROFILE its accounts are asked about, with a case (docs/schema/
 * weigh.json) the case goes on from what was observed. Questions stand on
 * stderr, so that --json gives the verdict alone.
 * Exits as weigh does: 0 nothing is at fault, 1 something is, 2 not found out.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX = 4096 };

/* The next line of stdin; false at its end. */
static bool answer_read(char answer[ANSWER_MAX])
{
	size_t n;

	fputs("> ", stderr);
	fflush(stderr);
	if (!fgets(answer, ANSWER_MAX, stdin))
		return false;
	n = strlen(answer);
	while (n && (answer[n - 1] == '\n' || answer[n - 1] == '\r'))
		answer[--n] = '\0';
	return true;
}

/* Each address on the server of its domain, as far as anybody knows yet. */
static mailguard_status account_add(mailguard_case *c,
                                    const char *address,
                                    size_t number,
                                    mailguard_error *err)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	char id[32], store[32], thing[48];
	const char *at = strchr(address, '@');
	mailguard_status st;

	snprintf(id, sizeof(id), "a%zu", number);
	snprintf(store, sizeof(store), "m%zu", number);
	snprintf(thing, sizeof(thing), "account:%s", id);
	l.account = id;
	l.server_in = l.provider = at && at[1] ? at + 1 : address;
	l.store = store;
	st = mailguard_case_add(c, &l, err);
	return st < 0 ? st : mailguard_case_call(c, thing, address, err);
}

static mailguard_status accounts_ask(mailguard_case *c,
                                     const ex_call *call,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	char answer[ANSWER_MAX], *word;
	size_t number = 0;

	fputs(call->japanese ? "メールソフトに設定されているメールアドレスを"
	                       "すべて入力してください。\n"
	                     : "Which mail addresses are set up in the mail "
	                       "program? Name all of them.\n",
	      stderr);
	if (!answer_read(answer))
		return MAILGUARD_ITEROVER;
	for (word = answer; *word && st >= 0;) {
		size_t n = strcspn(word, " ,\t");
		char *rest = word + n + (word[n] != '\0');

		word[n] = '\0';
		if (n)
			st = account_add(c, word, ++number, err);
		word = rest;
	}
	return st < 0 || number ? st : MAILGUARD_ITEROVER;
}

/* What cannot be understood is told, and the question stays. */
static mailguard_status answers_take(mailguard_interview *a,
                                     const ex_call *call,
                                     mailguard_error *err)
{
	const mailguard_question *q;
	mailguard_status st;
	char answer[ANSWER_MAX];

	while ((st = mailguard_interview_next(&q, a, err)) == MAILGUARD_OK) {
		fprintf(stderr, "%d. %s\n", (int)q->number, q->text);
		if (!answer_read(answer))
			return MAILGUARD_ITEROVER;
		st = mailguard_interview_answer(a, answer, err);
		if (st == MAILGUARD_EINVAL)
			ex_fail(call, err);
		else if (st < 0)
			return st;
	}
	return st;
}

/* Takes the verdict. */
static int verdict_tell(const ex_call *call, mailguard_verdict *v)
{
	mailguard_report *r = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_status st = mailguard_report_new(&r, v, NULL, &err);
	int result;

	if (st >= 0)
		st = mailguard_buffer_new(&buf, call->mg, &err);
	if (st >= 0)
		st = mailguard_report_write(buf, r, ex_report_format(call), 0,
		                            &err);
	if (st >= 0) {
		ex_print(buf);
		result = ex_report_status(call, r);
	} else {
		result = ex_fail(call, &err);
	}
	mailguard_buffer_free(buf);
	mailguard_report_free(r);
	mailguard_verdict_free(v);
	return result;
}

static int case_interview(const ex_call *call, mailguard_case *c)
{
	mailguard_verdict *v = NULL;
	mailguard_interview *a = NULL;
	mailguard_error err;
	mailguard_status st = mailguard_interview_new(&a, c, &err);

	if (st >= 0)
		st = answers_take(a, call, &err);
	if (st >= 0)
		st = mailguard_case_weigh(&v, c, &err);
	mailguard_interview_free(a);
	return st < 0 ? ex_fail(call, &err) : verdict_tell(call, v);
}

static int plain_ask(const ex_call *call)
{
	mailguard_case *c = NULL;
	mailguard_error err;
	mailguard_status st = mailguard_case_new(&c, call->mg, &err);
	int result;

	if (st >= 0)
		st = accounts_ask(c, call, &err);
	if (st == MAILGUARD_ITEROVER)
		result = ex_fail_text(call, "no address was named",
		                      "アドレスが入力されませんでした", "-");
	else
		result = st < 0 ? ex_fail(call, &err) : case_interview(call, c);
	mailguard_case_free(c);
	return result;
}

/* The profile tells which servers and files are whose. */
static int profile_ask(const ex_call *call)
{
	mailguard_profile *profile = NULL;
	mailguard_checkup *c = NULL;
	mailguard_verdict *v = NULL;
	mailguard_interview *a = NULL;
	mailguard_error err;
	mailguard_status st;

	if (ex_profile_open(&profile, call, call->argv[0]) != EX_FINE)
		return ex_cannot_tell(call);
	st = mailguard_checkup_new(&c, call->mg, profile, NULL, &err);
	if (st >= 0)
		st = mailguard_checkup_interview(&a, c, &err);
	if (st >= 0)
		st = answers_take(a, call, &err);
	if (st >= 0)
		st = mailguard_checkup_verdict(&v, c, &err);
	mailguard_interview_free(a);
	mailguard_checkup_free(c);
	mailguard_profile_free(profile);
	return st < 0 ? ex_fail(call, &err) : verdict_tell(call, v);
}

static int case_ask(const ex_call *call, mailguard_span text)
{
	mailguard_cases *cases = NULL;
	mailguard_case *c = NULL;
	mailguard_error err;
	mailguard_status st;
	int result;

	st = mailguard_cases_parse(&cases, call->mg, text, &err);
	if (st >= 0)
		st = mailguard_cases_next(&c, cases, &err);
	if (st == MAILGUARD_ITEROVER)
		result = ex_fail_text(call, "holds no case",
		                      "ケースがありません", call->argv[0]);
	else
		result = st < 0 ? ex_fail_at(call, call->argv[0], &err)
		                : case_interview(call, c);
	mailguard_case_free(c);
	mailguard_cases_free(cases);
	return result;
}

int ex_ask(ex_call *call)
{
	mailguard_span text;
	char *file;
	int result;

	if (ex_stray_option(call))
		return ex_cannot_tell(call);
	if (call->argc > 1)
		return ex_usage(call);
	if (!call->argc)
		return plain_ask(call);
	if (!ex_slurp(&file, &text.len, call, call->argv[0]))
		return ex_cannot_tell(call);
	text.data = (const unsigned char *)file;
	result = strstr(file, "\"observations\"") ? case_ask(call, text)
	                                          : profile_ask(call);
	free(file);
	return result;
}
