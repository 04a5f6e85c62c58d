/*
 * weigh - whose fault it is, from observations in a file. No network.
 *
 *	$ mailguard weigh case.json
 *	At fault: mail file m1 (certain, 99.6 %)
 *	...
 *
 * `case.json` is one case or a list of cases (docs/schema/weigh.json), "-" is
 * standard input. With --json one object a case, each on its line; also as
 * --format csv, nagios or html.
 * Exits 0 if nothing is at fault, 1 if something is or is not yet found, 2 if
 * the file or a case in it cannot be read, or holds none.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct tally {
	size_t cases, slips;
	int status; /* of the worst case */
} tally;

static mailguard_status tell(tally *t,
                             const ex_call *call,
                             const mailguard_case *c,
                             mailguard_buffer *buf,
                             mailguard_error *err)
{
	mailguard_verdict *v = NULL;
	mailguard_report *r = NULL;
	mailguard_status st = mailguard_case_weigh(&v, c, err);

	if (st < 0)
		return st;
	mailguard_buffer_clear(buf);
	st = mailguard_report_new(&r, v, NULL, err);
	if (st >= 0)
		st = mailguard_report_write(buf, r, ex_report_format(call),
		                            t->cases && call->format == EX_CSV
		                                    ? MAILGUARD_REPORT_NO_HEAD
		                                    : 0,
		                            err);
	if (st == MAILGUARD_OK) {
		if (t->cases++ && call->format == EX_TEXT)
			putchar('\n');
		ex_print(buf);
		if (ex_report_status(call, r) > t->status)
			t->status = ex_report_status(call, r);
	}
	mailguard_report_free(r);
	mailguard_verdict_free(v);
	return st;
}

static void notes_tell(const ex_call *call, const mailguard_cases *cases)
{
	const mailguard_finding *f;
	size_t i;

	for (i = 0; (f = mailguard_cases_finding(cases, i)) != NULL; i++)
		ex_note_at(call, call->argv[0], f);
}

/* A case with a slip in it keeps none of the others from being weighed. */
static int tell_all(const ex_call *call, mailguard_cases *cases)
{
	tally t = { 0, 0, EX_FINE };
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_status st;
	mailguard_case *c;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	do {
		st = mailguard_cases_next(&c, cases, &err);
		if (st == MAILGUARD_OK) {
			notes_tell(call, cases);
			st = tell(&t, call, c, buf, &err);
			mailguard_case_free(c);
		}
		if (st < 0) {
			ex_fail_at(call, call->argv[0], &err);
			t.slips++;
		}
	} while (st == MAILGUARD_OK || st == MAILGUARD_EFORMAT ||
	         st == MAILGUARD_ELIMIT);
	mailguard_buffer_free(buf);
	if (t.slips)
		return ex_cannot_tell(call);
	if (t.cases)
		return t.status;
	return ex_fail_text(call, "holds no case", "ケースがありません",
	                    call->argv[0]);
}

/* One line for a monitor, or one page, tells of one case. */
static bool is_one_too_many(const ex_call *call, const mailguard_cases *cases)
{
	if ((call->format != EX_NAGIOS && call->format != EX_HTML) ||
	    !mailguard_cases_is_list(cases))
		return false;
	ex_fail_text(call, "this format tells of one case, not of a list",
	             "この形式で扱えるのは 1 つのケースで、一覧は扱えません",
	             call->argv[0]);
	return true;
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

	if (ex_stray_option(call))
		return ex_cannot_tell(call);
	if (call->argc != 1)
		return ex_usage(call);
	if (!ex_slurp(&file, &len, call, call->argv[0]))
		return ex_cannot_tell(call);
	text.data = (const unsigned char *)file;
	text.len = len;
	st = mailguard_cases_parse(&cases, call->mg, text, &err);
	free(file);
	if (st < 0)
		return ex_fail_at(call, call->argv[0], &err);
	result = is_one_too_many(call, cases) ? ex_cannot_tell(call)
	                                      : tell_all(call, cases);
	mailguard_cases_free(cases);
	return result;
}
