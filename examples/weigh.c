/*
 * weigh - whose fault it is, from observations in a file. No network.
 *
 *	$ mailguard weigh case.json
 *	At fault: mail file m1 (certain, 99.6 %)
 *	...
 *
 * `case.json` is one case or a list of cases (docs/schema/weigh.json), "-" is
 * standard input. With --json one object a case, each on its line.
 * Exits 0 if nothing is at fault, 1 if something is or is not yet found, 2 if
 * the file cannot be read.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>

/* 0 or 1 as above, or a failure below 0. */
static int tell(ex_call *call,
                const mailguard_case *c,
                mailguard_buffer *buf,
                mailguard_error *err)
{
	mailguard_verdict *v = NULL;
	mailguard_status st = mailguard_case_weigh(&v, c, err);
	int trouble;

	if (st < 0)
		return st;
	mailguard_buffer_clear(buf);
	st = call->format == EX_TEXT ? mailguard_verdict_text(buf, v, err)
	                             : mailguard_verdict_json(buf, v, err);
	trouble = mailguard_verdict_fault(v) != MAILGUARD_FAULT_NONE;
	mailguard_verdict_free(v);
	if (st < 0)
		return st;
	ex_print(buf);
	return trouble;
}

static int tell_all(ex_call *call, mailguard_cases *cases)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_case *c;
	mailguard_status st;
	int trouble = 0;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	while ((st = mailguard_cases_next(&c, cases, &err)) == MAILGUARD_OK) {
		int told = tell(call, c, buf, &err);

		mailguard_case_free(c);
		if (told < 0) {
			st = told;
			break;
		}
		trouble |= told;
	}
	mailguard_buffer_free(buf);
	if (st < 0)
		return ex_fail(call, &err);
	return trouble ? EX_TROUBLE : EX_FINE;
}

int ex_weigh(ex_call *call)
{
	mailguard_cases *cases = NULL;
	mailguard_error err;
	mailguard_span text;
	mailguard_status st;
	size_t len;
	char *file;
	int result;

	if (call->argc != 1 || call->format > EX_JSONL)
		return ex_usage(call);
	if (!ex_slurp(&file, &len, call, call->argv[0]))
		return EX_CANNOT_TELL;
	text.data = (const unsigned char *)file;
	text.len = len;
	st = mailguard_cases_parse(&cases, call->mg, text, &err);
	free(file);
	if (st < 0)
		return ex_fail(call, &err);
	result = tell_all(call, cases);
	mailguard_cases_free(cases);
	return result;
}
