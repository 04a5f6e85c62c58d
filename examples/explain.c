/*
 * explain - what a failure means and what to do now.
 *
 *	$ mailguard explain '550 5.1.1 <ann@example.org>: user unknown'
 *	Cause: the address does not exist (recipient, 98 %)
 *	...
 *	$ mailguard explain 0x800CCC0E 'curl: (28)' 'winsock 10060'
 *	$ mailguard explain - < one-text-a-line.txt
 *
 * Exits 0 if every text tells of no failure, 1 if a failure was explained, 2
 * if one is unknown.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int result_of(const mailguard_cause *cause)
{
	if (cause->fault == MAILGUARD_FAULT_NONE)
		return EX_FINE;
	return cause->fault == MAILGUARD_FAULT_UNKNOWN ? EX_CANNOT_TELL
	                                               : EX_TROUBLE;
}

static int explain_one(const ex_call *call,
                       mailguard_classifier *c,
                       mailguard_span text)
{
	mailguard_explanation *e = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_status st;
	int result = EX_CANNOT_TELL;

	st = mailguard_explain(&e, c, MAILGUARD_PHASE_NONE, text, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, call->mg, &err);
	if (st == MAILGUARD_OK)
		st = call->format == EX_TEXT
		             ? mailguard_explanation_text(buf, e, &err)
		             : mailguard_explanation_json(buf, e, &err);
	if (st == MAILGUARD_OK) {
		ex_print(buf);
		result = result_of(mailguard_explanation_cause(e));
	} else {
		ex_fail(call, &err);
	}
	mailguard_buffer_free(buf);
	mailguard_explanation_free(e);
	return result;
}

/* One text a line, as from a log. */
static int explain_lines(const ex_call *call, mailguard_classifier *c)
{
	int result = EX_FINE;
	char *text, *at, *end;
	size_t len;

	if (!ex_slurp(&text, &len, call, "-"))
		return EX_CANNOT_TELL;
	for (at = text; at < text + len; at = end + 1) {
		mailguard_span line = { (unsigned char *)at, 0 };

		end = memchr(at, '\n', (size_t)(text + len - at));
		if (!end)
			end = text + len;
		line.len = (size_t)(end - at);
		if (line.len && at[line.len - 1] == '\r')
			line.len--;
		if (line.len)
			result = worse(result, explain_one(call, c, line));
	}
	free(text);
	return result;
}

int ex_explain(ex_call *call)
{
	mailguard_classifier *c;
	mailguard_error err;
	int i, result = EX_FINE;

	if (call->argc < 1 || call->format > EX_JSONL)
		return ex_usage(call);
	if (mailguard_classifier_new(&c, call->mg, &err) < 0)
		return ex_fail(call, &err);
	for (i = 0; i < call->argc; i++) {
		mailguard_span text = { (unsigned char *)call->argv[i],
			                strlen(call->argv[i]) };

		if (strcmp(call->argv[i], "-") == 0)
			result = worse(result, explain_lines(call, c));
		else
			result = worse(result, explain_one(call, c, text));
	}
	mailguard_classifier_free(c);
	return result;
}
