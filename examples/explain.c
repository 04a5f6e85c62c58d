/*
 * explain - what a failure means and what to do now.
 *
 *	$ mailguard explain '550 5.1.1 <ann@example.org>: user unknown'
 *	Cause: the address does not exist (the recipient's address or ...
 *	...
 *	$ mailguard explain 0x800CCC0E 'curl: (28)' 'winsock 10060'
 *	$ mailguard explain - < one-text-a-line.txt
 *
 * Exits 0 if every text tells of no failure, 1 if a failure was explained, 2
 * if one is unknown.
 */
#include "examples.h"

#include <stdio.h>
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

/* The next line of stdin without its end, which may be CR LF; false at the
 * end. What no classifier reads is dropped. */
static bool line_next(mailguard_span *out)
{
	static unsigned char line[MAILGUARD_CLASSIFY_TEXT_MAX];
	size_t n = 0;
	int ch;

	while ((ch = getchar()) != EOF && ch != '\n')
		if (n < sizeof(line))
			line[n++] = (unsigned char)ch;
	out->data = line;
	out->len = n && line[n - 1] == '\r' ? n - 1 : n;
	return n || ch != EOF;
}

/* One text a line, each told at once, as from a log that is being written. */
static int explain_lines(const ex_call *call, mailguard_classifier *c)
{
	mailguard_span line;
	int result = EX_FINE;
	bool any = false;

	while (!ferror(stdout) && line_next(&line)) {
		if (!line.len)
			continue;
		any = true;
		result = worse(result, explain_one(call, c, line));
		fflush(stdout);
	}
	if (!ferror(stdin) && any)
		return result;
	return ex_fail_text(call, "nothing could be read", "何も読み込めません",
	                    "-");
}

int ex_explain(ex_call *call)
{
	mailguard_classifier *c;
	mailguard_error err;
	int i, result = EX_FINE;

	if (ex_stray_option(call))
		return EX_CANNOT_TELL;
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
