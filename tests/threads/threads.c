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
#include <string.h>

enum { THREADS = 8, ROUNDS = 200 };

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

static void *run(void *payload)
{
	work *w = payload;
	int i;

	for (i = 0; i < ROUNDS && !w->wrong; i++) {
		w->wrong = read_source(w->mg);
		if (!w->wrong)
			w->wrong = fill_buffer(mailguard_ref(w->mg));
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
	if (atomic_load(&released) != THREADS * ROUNDS) {
		fprintf(stderr, "%d sources released\n", released);
		failed = 1;
	}
	return failed;
}
