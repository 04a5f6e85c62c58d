/*
 * probe_line.c - `probe --line N`: how good is the line to a server?
 *
 * A greeting and a goodbye, again and again: few servers count that, none
 * locks an account for it. Those that fail from the first are given up early.
 */
#include "probe.h"

#include <stdlib.h>

enum { GIVE_UP = 5 };

static void answers_free(mailguard_answer **answers, size_t n)
{
	while (n)
		mailguard_answer_free(answers[--n]);
	free(answers);
}

static mailguard_status ask_once(mailguard_answer **out,
                                 mailguard_probe *probe,
                                 const mailguard_endpoint *to,
                                 mailguard_error *err)
{
	bool web = to->protocol == MAILGUARD_PROTOCOL_HTTP ||
	           to->protocol == MAILGUARD_PROTOCOL_DNS;
	mailguard_status st = mailguard_probe_add(
		probe, to,
		web ? MAILGUARD_PHASE_NONE : MAILGUARD_PHASE_GREETING, err);

	while (st == MAILGUARD_OK || st == MAILGUARD_AGAIN) {
		st = mailguard_probe_next(out, probe, -1, err);
		if (st == MAILGUARD_OK)
			return st;
	}
	return st;
}

static mailguard_status tell(const ex_call *call,
                             const mailguard_line *line,
                             mailguard_error *err)
{
	mailguard_buffer *buf;
	mailguard_status st = mailguard_buffer_new(&buf, call->mg, err);

	if (st < 0)
		return st;
	st = call->format == EX_TEXT
	             ? mailguard_line_text(buf, call->mg, line, err)
	             : mailguard_line_json(buf, call->mg, line, err);
	if (st == MAILGUARD_OK)
		ex_print(buf);
	mailguard_buffer_free(buf);
	return st;
}

int ex_probe_line(const ex_call *call,
                  mailguard_probe *probe,
                  const mailguard_endpoint *to,
                  size_t count,
                  mailguard_error *err)
{
	mailguard_answer **answers = calloc(count, sizeof(void *));
	mailguard_endpoint anyone = *to;
	mailguard_status st = answers ? MAILGUARD_OK : MAILGUARD_ENOMEM;
	mailguard_line line;
	size_t n = 0, well = 0;

	anyone.user = anyone.mechanism = NULL;
	while (st == MAILGUARD_OK && n < count && (well || n < GIVE_UP)) {
		st = ask_once(&answers[n], probe, &anyone, err);
		if (st == MAILGUARD_OK)
			well += mailguard_answer_ok(answers[n++]) != 0;
	}
	if (st == MAILGUARD_OK)
		st = mailguard_line_read(
			&line, (const mailguard_answer *const *)answers, n,
			err);
	if (st == MAILGUARD_OK)
		st = tell(call, &line, err);
	answers_free(answers, n);
	if (st != MAILGUARD_OK)
		return st < 0 ? st : MAILGUARD_ELIMIT;
	return line.reason == MAILGUARD_REASON_SUCCESS ? EX_FINE : EX_TROUBLE;
}
