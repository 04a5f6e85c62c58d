/*
 * threads.c - many threads share one handle.
 *
 * The handle may be shared; every other object stays in the thread that made
 * it. Each thread takes and gives back references, makes objects of its own
 * and frees its handle first, while another thread interrupts and allows. It
 * proves something under ThreadSanitizer; elsewhere it is a plain test.
 */
#include <mailguard.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, ROUNDS = 200, SELDOM = 20 };

typedef struct work {
	mailguard *mg;
	pthread_t thread;
	int number;
	const char *wrong; /* what went wrong, or NULL */
} work;

static atomic_int released;

static void release(void *payload)
{
	(void)payload;
	atomic_fetch_add(&released, 1);
}

/* An interrupt is the only failure there may be. */
static bool bad(mailguard_status st)
{
	return st < 0 && st != MAILGUARD_ECANCELLED;
}

static const char *read_source(mailguard *mg)
{
	static const unsigned char bytes[] = "From ann@example.org";
	mailguard_span span = { bytes, sizeof(bytes) - 1 }, piece;
	mailguard_source *src = NULL, *other;
	mailguard_stream *stream = NULL;
	mailguard_error err;
	mailguard_status st;

	if (mailguard_source_memory(&src, mg, span, release, NULL, &err) < 0)
		return "no source";
	other = mailguard_source_ref(src);
	mailguard_source_free(src);
	if (mailguard_source_open(&stream, other, &err) < 0)
		return "no stream";
	mailguard_source_free(other);
	do
		st = mailguard_stream_next(&piece, stream, &err);
	while (st == MAILGUARD_OK);
	mailguard_stream_free(stream);
	return bad(st) ? "a stream broke" : NULL;
}

static const char *fill_buffer(mailguard *mg)
{
	mailguard_buffer *buf;
	mailguard_error err;
	bool empty;

	if (mailguard_buffer_new(&buf, mg, &err) < 0)
		return "no buffer";
	empty = mailguard_buffer_length(buf) == 0;
	mailguard_free(mg); /* the buffer still holds it */
	mailguard_buffer_clear(buf);
	mailguard_buffer_free(buf);
	return empty ? NULL : "a new buffer is not empty";
}

/* Each thread has a case of its own, and the same verdict as all others. */
static const char *weigh_case(mailguard *mg, char *first, size_t room)
{
	static const unsigned char text[] =
		"{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":"
		"\"m1\"}},"
		"\"stores\":{\"m1\":\"cloud\"},\"observations\":["
		"{\"t\":\"op\",\"a\":\"a1\",\"dir\":\"in\",\"r\":\"fail\"},"
		"{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"}]}";
	mailguard_span span = { text, sizeof(text) - 1 };
	mailguard_verdict *verdict = NULL;
	mailguard_cases *cases = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_case *one = NULL;
	mailguard_error err;
	mailguard_status st;
	bool same = true;

	st = mailguard_cases_parse(&cases, mg, span, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_cases_next(&one, cases, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_case_weigh(&verdict, one, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, mg, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_verdict_json(buf, verdict, &err);
	if (st == MAILGUARD_OK && !first[0])
		snprintf(first, room, "%s", mailguard_buffer_text(buf));
	else if (st == MAILGUARD_OK)
		same = strncmp(first, mailguard_buffer_text(buf), room - 1) ==
		       0;
	mailguard_case_free(one);
	mailguard_cases_free(cases);
	mailguard_buffer_free(buf);
	mailguard_verdict_free(verdict);
	if (bad(st))
		return "a case was not weighed";
	return same ? NULL : "two verdicts of one case differ";
}

/* Each thread has a classifier of its own, with a row of its own. */
static const char *explain(mailguard *mg, mailguard_reason *first)
{
	static const unsigned char row[] = "phrase\treason\n"
					   "the hatch is shut\tmailbox_full\n";
	static const unsigned char text[] =
		"550 5.2.2 sorry, the hatch is shut (0x800CCC0F)";
	mailguard_span rows = { row, sizeof(row) - 1 };
	mailguard_span span = { text, sizeof(text) - 1 };
	mailguard_explanation *why = NULL;
	mailguard_classifier *c = NULL;
	const mailguard_cause *cause = NULL;
	mailguard_reason reason = 0;
	mailguard_error err;
	mailguard_status st;

	st = mailguard_classifier_new(&c, mg, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_classifier_add(c, rows, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_classify_text(&cause, c, MAILGUARD_PHASE_NONE,
		                             span, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_explain(&why, c, MAILGUARD_PHASE_NONE, span,
		                       &err);
	mailguard_classifier_free(c);
	if (st == MAILGUARD_OK)
		reason = mailguard_explanation_cause(why)->reason;
	mailguard_explanation_free(why);
	if (bad(st))
		return "a text was not explained";
	if (st == MAILGUARD_OK && *first == 0)
		*first = reason;
	if (st == MAILGUARD_OK && (*first != reason || reason <= 0))
		return "two causes of one text differ";
	return NULL;
}

/* A file of mail that all threads look at; it is there until the end. */
static char mailbox[] = "/tmp/mailguard-threads-XXXXXX";

static bool mailbox_make(void)
{
	static const char text[] = "From a@x.example Thu Jan  1 00:00:00 2026\n"
				   "Subject: one\n\nhi\n\n";
	int fd = mkstemp(mailbox);
	bool fine = fd >= 0 && write(fd, text, sizeof(text) - 1) ==
	                               (ssize_t)sizeof(text) - 1;

	return fd >= 0 && close(fd) == 0 && fine;
}

static mailguard_status profile_make(mailguard_profile **out,
                                     mailguard *mg,
                                     mailguard_error *err)
{
	static const char form[] =
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":[{\"id\":"
		"\"a1\",\"address\":\"ann@x.example\",\"server_in\":\"S1\","
		"\"server_out\":\"S1\",\"store\":\"m1\"}],\"servers\":[{"
		"\"id\":\"S1\",\"host\":\"127.0.0.1\",\"protocol\":\"imap\","
		"\"tls\":\"none\",\"port\":1}],\"stores\":[{\"id\":\"m1\","
		"\"path\":\"%s\"}]}";
	char text[sizeof(form) + sizeof(mailbox)];
	mailguard_span span = { (unsigned char *)text, 0 };

	span.len = (size_t)snprintf(text, sizeof(text), form, mailbox);
	return mailguard_profile_parse(out, mg, span, NULL, err);
}

/* Each thread does the main job for itself: servers, files, verdict, report. */
static const char *check_up(mailguard *mg)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	const mailguard_checkup_step *step;
	mailguard_profile *profile = NULL;
	mailguard_checkup *checkup = NULL;
	mailguard_verdict *verdict = NULL;
	mailguard_report *report = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	mailguard_status st;

	st = profile_make(&profile, mg, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_checkup_new(&checkup, mg, profile, &opts, &err);
	while (st == MAILGUARD_OK)
		st = mailguard_checkup_next(&step, checkup, &err);
	if (st == MAILGUARD_ITEROVER || st == MAILGUARD_ECANCELLED)
		st = mailguard_checkup_verdict(&verdict, checkup, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_report_new(&report, verdict, checkup, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, mg, &err);
	if (st == MAILGUARD_OK)
		st = mailguard_report_write(buf, report, MAILGUARD_REPORT_HTML,
		                            0, &err);
	mailguard_buffer_free(buf);
	mailguard_report_free(report);
	mailguard_verdict_free(verdict);
	mailguard_checkup_free(checkup);
	mailguard_profile_free(profile);
	return bad(st) && st != MAILGUARD_EUNSUPPORTED ? "a checkup broke"
	                                               : NULL;
}

static void *run(void *payload)
{
	mailguard_reason reason = 0;
	char first[2048] = "";
	work *w = payload;
	int i;

	for (i = 0; i < ROUNDS && !w->wrong; i++) {
		w->wrong = read_source(w->mg);
		if (!w->wrong)
			w->wrong = fill_buffer(mailguard_ref(w->mg));
		if (!w->wrong)
			w->wrong = weigh_case(w->mg, first, sizeof(first));
		if (!w->wrong)
			w->wrong = explain(w->mg, &reason);
		if (!w->wrong && i % SELDOM == 0)
			w->wrong = check_up(w->mg);
		if (w->number == 0)
			mailguard_interrupt(w->mg, i & 1);
	}
	mailguard_free(w->mg);
	return NULL;
}

int main(void)
{
	work all[THREADS] = { 0 };
	mailguard_error err;
	mailguard *mg;
	int failed = 0;
	int i;

	if (!mailbox_make()) {
		perror(mailbox);
		return 1;
	}
	if (mailguard_new(&mg, NULL, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	for (i = 0; i < THREADS; i++) {
		all[i].mg = mailguard_ref(mg);
		all[i].number = i;
		if (pthread_create(&all[i].thread, NULL, run, &all[i]) != 0)
			return 1;
	}
	mailguard_free(mg); /* the threads hold it */
	for (i = 0; i < THREADS; i++) {
		pthread_join(all[i].thread, NULL);
		if (all[i].wrong) {
			fprintf(stderr, "thread %d: %s\n", i, all[i].wrong);
			failed = 1;
		}
	}
	(void)unlink(mailbox);
	if (atomic_load(&released) != THREADS * ROUNDS) {
		fprintf(stderr, "%d sources released\n", released);
		failed = 1;
	}
	return failed;
}
