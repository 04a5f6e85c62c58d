/*
 * line.c - how good a line is, by many light conversations with one server.
 *
 * Lost packets show in times: a connection whose first packet was lost takes
 * a second more (RFC 6298, 2), and one that loses all of them none at all. A
 * machine behind a load balancer that is ill answers, but in its own way.
 */
#include "base/fail.h"
#include "base/json.h"
#include "probe/answer.h"

#include <string.h>

#define RETRY_USEC 900000 /* a first retransmission, and its slack */

/* Insertion, for there are hundreds at most. */
static void keep_sorted(int64_t *times, size_t n, int64_t t)
{
	while (n && times[n - 1] > t) {
		times[n] = times[n - 1];
		n--;
	}
	times[n] = t;
}

static void count_answer(mailguard_line *l, const mailguard_answer *a)
{
	const mailguard_step *last = mgi_step_last(a->heard);

	l->asked++;
	if (mailguard_answer_ok(a))
		l->well++;
	else if (last && last->timed_out)
		l->silent++;
	else if (last && last->closed == 2)
		l->reset++;
	else
		l->refused++;
}

/* What most of those that failed say; the first of them breaks a tie. */
static const mailguard_answer *usual(const mailguard_answer *const *answers,
                                     size_t count)
{
	const mailguard_answer *best = NULL;
	size_t i, k, most = 0;

	for (i = 0; i < count; i++) {
		size_t same = 0;

		if (mailguard_answer_ok(answers[i]))
			continue;
		for (k = 0; k < count; k++)
			same += answers[k]->cause.reason ==
			        answers[i]->cause.reason;
		if (same > most)
			best = answers[i];
		most = same > most ? same : most;
	}
	return best;
}

/* Cut in the middle of a talk: that is the line. Before a word was said the
   server, or one of several behind its address, may have done it. */
static bool cut_midway(const mailguard_answer *const *answers, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!mailguard_answer_ok(answers[i]) &&
		    answers[i]->cause.reason ==
		            MAILGUARD_REASON_CONNECTION_RESET &&
		    answers[i]->phase > MAILGUARD_PHASE_GREETING)
			return true;
	return false;
}

static void judge(mailguard_line *l,
                  const mailguard_answer *const *answers,
                  size_t count)
{
	const mailguard_answer *why = usual(answers, count);

	l->reason = MAILGUARD_REASON_SUCCESS;
	if (why && !l->well)
		l->reason = why->cause.reason;
	else if (l->silent || l->late || cut_midway(answers, count))
		l->reason = MAILGUARD_REASON_LINE_UNSTABLE;
	else if (why)
		l->reason = MAILGUARD_REASON_PARTIAL_OUTAGE;
	l->fault = mailguard_reason_fault(l->reason);
	l->usual = why ? why->cause.reason : 0;
}

mailguard_status mailguard_line_read(mailguard_line *out,
                                     const mailguard_answer *const *answers,
                                     size_t count,
                                     mailguard_error *err)
{
	int64_t times[MAILGUARD_LINE_MAX], t;
	size_t i, n = 0;

	if (!out)
		return MAILGUARD_EINVAL;
	memset(out, 0, sizeof(*out));
	if (!answers || !count || count > MAILGUARD_LINE_MAX)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_LINE_BAD_COUNT, "max",
		                mgi_u64(MAILGUARD_LINE_MAX).text);
	for (i = 0; i < count; i++) {
		count_answer(out, answers[i]);
		t = answers[i]->times.connect;
		if (t >= 0 && answers[i]->phase > MAILGUARD_PHASE_CONNECT)
			keep_sorted(times, n++, t);
	}
	if (n) {
		out->connect_min = times[0];
		out->connect_median = times[n / 2];
		out->connect_max = times[n - 1];
	}
	for (i = 0; i < n; i++)
		out->late += times[i] - times[0] >= RETRY_USEC;
	judge(out, answers, count);
	out->name = answers[0]->name;
	return MAILGUARD_OK;
}

mailguard_status mailguard_line_json(mailguard_buffer *out,
                                     mailguard *mg,
                                     const mailguard_line *l,
                                     mailguard_error *err)
{
	mgi_jsonw w;

	if (!out || !mg || !l)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "line");
	mgi_jsonw_init(&w, out);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_str(&w, "url", l->name);
	mgi_jsonw_bool(&w, "ok", l->reason == MAILGUARD_REASON_SUCCESS);
	mgi_jsonw_str(&w, "fault_domain", mailguard_fault_name(l->fault));
	mgi_jsonw_str(&w, "reason", mailguard_reason_name(l->reason));
	mgi_jsonw_str(&w, "message", mailguard_reason_text(mg, l->reason));
	mgi_jsonw_str(&w, "action", mailguard_reason_action(mg, l->reason));
	mgi_jsonw_int(&w, "asked", l->asked);
	mgi_jsonw_int(&w, "well", l->well);
	mgi_jsonw_int(&w, "silent", l->silent);
	mgi_jsonw_int(&w, "reset", l->reset);
	mgi_jsonw_int(&w, "refused", l->refused);
	mgi_jsonw_int(&w, "late", l->late);
	mgi_jsonw_str(&w, "usual",
	              l->usual ? mailguard_reason_name(l->usual) : NULL);
	mgi_jsonw_object(&w, "connect");
	mgi_jsonw_fixed(&w, "min", l->connect_min, 6);
	mgi_jsonw_fixed(&w, "median", l->connect_median, 6);
	mgi_jsonw_fixed(&w, "max", l->connect_max, 6);
	mgi_jsonw_end(&w);
	mgi_jsonw_end(&w);
	return mgi_jsonw_finish(&w, err);
}

/* "12.3" milliseconds. */
static mgi_number milliseconds(int64_t usec)
{
	mgi_number n = mgi_i64(usec / 1000);
	size_t len = strlen(n.text);

	n.text[len] = '.';
	n.text[len + 1] = (char)('0' + usec % 1000 / 100);
	n.text[len + 2] = '\0';
	return n;
}

mailguard_status mailguard_line_text(mailguard_buffer *out,
                                     mailguard *mg,
                                     const mailguard_line *l,
                                     mailguard_error *err)
{
	if (!out || !mg || !l)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "line");
	mgi_say(out, mg, MGI_SAY_LINE_COUNTS, "url", l->name, "asked",
	        mgi_i64(l->asked).text, "well", mgi_i64(l->well).text, "silent",
	        mgi_i64(l->silent).text, "reset", mgi_i64(l->reset).text,
	        "refused", mgi_i64(l->refused).text, "late",
	        mgi_i64(l->late).text, "min", milliseconds(l->connect_min).text,
	        "median", milliseconds(l->connect_median).text, "max",
	        milliseconds(l->connect_max).text);
	mgi_buf_putc(out, '\n');
	if (l->reason == MAILGUARD_REASON_SUCCESS)
		mgi_say(out, mg, MGI_SAY_LINE_WELL);
	else
		mgi_say(out, mg, MGI_SAY_LINE_BAD, "reason",
		        mailguard_reason_text(mg, l->reason), "action",
		        mailguard_reason_action(mg, l->reason));
	mgi_buf_putc(out, '\n');
	return mgi_buf_status(out, err);
}
