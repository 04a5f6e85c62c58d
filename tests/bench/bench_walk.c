/*
 * bench_walk - what walking a store costs in C, for bench_python.py.
 *
 *	$ bench_walk FILE
 *	286 3310
 *
 * Nanoseconds a message: of the bare walk, and of one that reads the headers
 * a list shows.
 */
#include <mailguard.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void must(mailguard_status st, const mailguard_error *err)
{
	if (st >= 0)
		return;
	fprintf(stderr, "bench_walk: %s\n", err->message);
	exit(2);
}

static void field_read(mailguard_buffer *to, const mailguard_header *h)
{
	static const char *const shown[] = { "Subject", "From", "To",
		                             "Message-ID" };
	mailguard_error err;
	size_t i;

	if (mailguard_header_is(h, "Date"))
		(void)mailguard_header_date(NULL, h->value);
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (mailguard_header_is(h, shown[i]))
			must(mailguard_header_text(to, h->value, &err), &err);
}

static void head_read(mailguard_buffer *to, mailguard *mg, mailguard_walk *walk)
{
	const mailguard_parser_event *e;
	mailguard_source *source;
	mailguard_parser *parser;
	mailguard_error err;

	must(mailguard_walk_source(&source, walk, &err), &err);
	must(mailguard_parser_new(&parser, mg, source, NULL, &err), &err);
	mailguard_source_free(source);
	mailguard_buffer_clear(to);
	while (mailguard_parser_next(&e, parser, &err) == MAILGUARD_OK &&
	       e->kind != MAILGUARD_PARSER_HEADERS_END)
		if (e->kind == MAILGUARD_PARSER_HEADER)
			field_read(to, &e->header);
	mailguard_parser_free(parser);
}

/* Nanoseconds a message. */
static double walk_time(mailguard *mg, const char *path, bool heads)
{
	const mailguard_item *item;
	struct timespec begin, end;
	mailguard_buffer *buf;
	mailguard_store *store;
	mailguard_walk *walk;
	mailguard_error err;
	double n = 0;

	must(mailguard_buffer_new(&buf, mg, &err), &err);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	must(mailguard_store_open(&store, mg, path, &err), &err);
	must(mailguard_store_walk(&walk, store, NULL, &err), &err);
	while (mailguard_walk_next(&item, walk, &err) == MAILGUARD_OK) {
		n++;
		if (heads)
			head_read(buf, mg, walk);
	}
	mailguard_walk_free(walk);
	mailguard_store_free(store);
	clock_gettime(CLOCK_MONOTONIC, &end);
	mailguard_buffer_free(buf);
	return ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
	        (double)(end.tv_nsec - begin.tv_nsec)) /
	       (n > 0 ? n : 1);
}

int main(int argc, char **argv)
{
	mailguard_error err;
	mailguard *mg;

	if (argc != 2) {
		fputs("usage: bench_walk FILE (bench_python.py runs it)\n",
		      stderr);
		return 0;
	}
	must(mailguard_new(&mg, NULL, &err), &err);
	printf("%.0f", walk_time(mg, argv[1], false));
	printf(" %.0f\n", walk_time(mg, argv[1], true));
	mailguard_free(mg);
	return 0;
}
