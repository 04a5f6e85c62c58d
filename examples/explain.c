/*
 * explain - what a failure means and what to do now.
 *
 *	$ mailguard explain '550 5.1.1 <ann@example.org>: user unknown'
 *	Cause: the address does not exist (the recipient's address or ...
 *	...
 *	$ mailguard explain 0x800CCC0E 'curl: (28)' 'winsock 10060'
 *	$ mailguard explain - < one-text-a-line.txt
 *	$ mailguard explain --file /var/log/mail.log --since 1h --top 20
 *
 * Exits 0 if every text tells of no failure, 1 if a failure was explained, 2
 * if one is unknown.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* -- logs ------------------------------------------------------------------ */

typedef struct request {
	const char *file, *since, *top;
} request;

const ex_opt ex_explain_options[] = {
	{ "--file", "LOG",
	  "count the failures in a log of Postfix, Exim, Sendmail, Dovecot",
	  "Postfix、Exim、Sendmail、Dovecot のログの失敗を数えます",
	  offsetof(request, file), NULL },
	{ "--since", "1h", "only lines of the last minutes, hours or days",
	  "直近の行だけを数えます(30m、1h、7d など)", offsetof(request, since),
	  NULL },
	{ "--top", "N", "that many rows; default 20",
	  "表示する行数(省略時は 20)", offsetof(request, top), NULL },
	EX_OPT_END,
};

static bool log_options(mailguard_tally_options *opts,
                        long *top,
                        const ex_call *call,
                        const request *r)
{
	long seconds = r->since ? ex_span_of(r->since) : 0;

	*top = r->top ? strtol(r->top, NULL, 10) : 20;
	if (*top < 1 || (r->since && !seconds)) {
		ex_fail_text(call, "no such number or span",
		             "数値または期間が正しくありません",
		             *top < 1 ? r->top : r->since);
		return false;
	}
	if (seconds)
		opts->since = ((mailguard_time)time(NULL) - seconds) * 1000000;
	return true;
}

/* Lines of a file, however long it is; a line past the buffer is cut. */
static mailguard_status log_read(mailguard_tally *t,
                                 FILE *f,
                                 mailguard_error *err)
{
	static unsigned char block[1 << 18];
	size_t have = 0, n, from;
	mailguard_status st = MAILGUARD_OK;
	unsigned char *lf;

	while (st == MAILGUARD_OK &&
	       (n = fread(block + have, 1, sizeof(block) - have, f)) > 0) {
		have += n;
		for (from = 0; st == MAILGUARD_OK;
		     from = (size_t)(lf - block) + 1) {
			lf = memchr(block + from, '\n', have - from);
			if (!lf)
				break;
			st = mailguard_tally_line(
				t,
				(mailguard_span){ block + from,
			                          (size_t)(lf - block) - from },
				err);
		}
		if (!from && have == sizeof(block))
			from = have;
		memmove(block, block + from, have - from);
		have -= from;
	}
	if (st == MAILGUARD_OK && have)
		st = mailguard_tally_line(t, (mailguard_span){ block, have },
		                          err);
	return st;
}

static int log_print(const ex_call *call, mailguard_tally *t, long top)
{
	mailguard_buffer *buf;
	mailguard_status st = MAILGUARD_OK;
	mailguard_error err;
	size_t i;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0)
		return ex_fail(call, &err);
	for (i = 0; st == MAILGUARD_OK && i < (size_t)top &&
	            mailguard_tally_row_at(t, i);
	     i++) {
		mailguard_buffer_clear(buf);
		if (call->format == EX_TEXT) {
			st = mailguard_tally_text(buf, t, i, &err);
			fputs(mailguard_buffer_text(buf), stdout);
		} else {
			st = mailguard_tally_json(buf, t, i, &err);
			ex_print(buf);
		}
	}
	mailguard_buffer_free(buf);
	if (st < 0)
		return ex_fail(call, &err);
	return i ? EX_TROUBLE : EX_FINE;
}

static int log_explain(const ex_call *call,
                       mailguard_classifier *c,
                       const request *r)
{
	mailguard_tally_options opts = MAILGUARD_TALLY_OPTIONS_INIT;
	bool piped = strcmp(r->file, "-") == 0;
	int result = EX_CANNOT_TELL;
	mailguard_status st;
	mailguard_tally *t;
	mailguard_error err;
	long top;
	FILE *f;

	if (!log_options(&opts, &top, call, r))
		return EX_CANNOT_TELL;
	if (mailguard_tally_new(&t, c, &opts, &err) < 0)
		return ex_fail(call, &err);
	f = piped ? stdin : fopen(r->file, "rb");
	st = f ? log_read(t, f, &err) : MAILGUARD_OK;
	if (st < 0)
		ex_fail_at(call, r->file, &err);
	else if (!f || ferror(f))
		ex_fail_text(call, "cannot be read", "読み込めません", r->file);
	else
		result = log_print(call, t, top);
	if (f && !piped)
		fclose(f);
	mailguard_tally_free(t);
	return result;
}

/* -- the verb -------------------------------------------------------------- */

static int explain_all(const ex_call *call, mailguard_classifier *c)
{
	int i, result = EX_FINE;

	for (i = 0; i < call->argc; i++) {
		mailguard_span text = { (unsigned char *)call->argv[i],
			                strlen(call->argv[i]) };

		if (strcmp(call->argv[i], "-") == 0)
			result = worse(result, explain_lines(call, c));
		else
			result = worse(result, explain_one(call, c, text));
	}
	return result;
}

int ex_explain(ex_call *call)
{
	request r = { NULL, NULL, NULL };
	mailguard_classifier *c;
	mailguard_error err;
	int result = ex_options_read(call, ex_explain_options, &r);

	if (result != EX_FINE)
		return result;
	if ((call->argc < 1) == !r.file || call->format > EX_JSONL)
		return ex_usage(call);
	if (mailguard_classifier_new(&c, call->mg, &err) < 0)
		return ex_fail(call, &err);
	result = r.file ? log_explain(call, c, &r) : explain_all(call, c);
	mailguard_classifier_free(c);
	return result;
}
