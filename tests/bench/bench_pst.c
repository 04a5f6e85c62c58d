/*
 * bench_pst - CPU seconds of a check of FILE, an Outlook data file: CRC-32 over
 * all of it as the mark to measure by, the lowest floor (header, trees, blocks,
 * maps, references), all three floors, and every mail delivered; with the most
 * memory that was needed. Without FILE, 1 GiB of 16,000 mails made here.
 *
 *	bench_pst [--write FILE [MAILS [ATTACHMENT-BYTES]] | FILE]
 */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "store/pst/audit.h"
#include "store/pst/check.h"
#include "store/pst_make.h"

#define WINDOW ((size_t)256 << 10)

static const pst_plan plan = { .variant = PST_UNICODE,
	                       .crypt = 1,
	                       .messages = 16000,
	                       .body = 3000,
	                       .attach = 118000 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "bench_pst: %s\n", what);
	exit(1);
}

static double crc_time(mailguard *mg, const char *path, uint64_t *size)
{
	unsigned char *window = malloc(WINDOW);
	double begin = now();
	uint32_t crc = 0;
	mgi_file *f;
	size_t got;

	if (!window || mgi_file_open(&f, mg, path, NULL) < 0)
		fail(path);
	*size = 0;
	while (mgi_file_read(f, *size, window, WINDOW, &got, NULL) >= 0 &&
	       got) {
		crc = mgi_crc32(crc, mgi_span(window, got));
		*size += got;
	}
	mgi_file_close(f);
	free(window);
	return now() - begin + (crc == 1 ? 1e-9 : 0);
}

/* Until `floor` begins; the whole check if it is past the last. */
static double check_time(mailguard_store *store, mgi_pst_stage floor)
{
	double begin = now(), end = 0;
	mailguard_check *check;

	if (mailguard_store_check(&check, store, NULL, NULL) < 0)
		fail("check");
	while (mgi_pst_check(check, NULL) == MAILGUARD_OK) {
		const mgi_pst_audit *a = check->own;

		if (a->stage >= floor && end == 0)
			end = now();
	}
	if (check->sum.intact != check->sum.messages)
		fail("not sound");
	mailguard_check_free(check);
	return (end != 0 ? end : now()) - begin;
}

static double walk_time(mailguard_store *store, uint64_t *bytes)
{
	double begin = now();
	const mailguard_item *item;
	mailguard_walk *walk;

	*bytes = 0;
	if (mailguard_store_walk(&walk, store, NULL, NULL) < 0)
		fail("walk");
	while (mailguard_walk_next(&item, walk, NULL) == MAILGUARD_OK) {
		mailguard_stream *stream;
		mailguard_source *src;
		mailguard_span s;

		if (mailguard_walk_source(&src, walk, NULL) < 0 ||
		    mailguard_source_open(&stream, src, NULL) < 0)
			fail("message");
		mailguard_source_free(src);
		while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK)
			*bytes += s.len;
		mailguard_stream_free(stream);
	}
	mailguard_walk_free(walk);
	return now() - begin;
}

static void measure(const char *path)
{
	double crc, low, all, walk;
	mailguard_store *store;
	uint64_t size, bytes;
	struct rusage use;
	mailguard *mg;

	if (mailguard_new(&mg, NULL, NULL) < 0 ||
	    mailguard_store_open(&store, mg, path, NULL) < 0)
		fail(path);
	(void)crc_time(mg, path, &size); /* into the page cache */
	crc = crc_time(mg, path, &size);
	low = check_time(store, MGI_PST_STAGE_FOLDERS);
	all = check_time(store, MGI_PST_STAGE_OVER);
	getrusage(RUSAGE_SELF, &use);
	walk = walk_time(store, &bytes);
	printf("%.2f GiB: CRC-32 %.3f s; lowest floor %.3f s (%.2f times); "
	       "all floors %.3f s (%.3f s a GiB), %ld KiB; %.2f GiB "
	       "of mail delivered in %.2f s\n",
	       (double)size / (1 << 30), crc, low, low / crc, all,
	       all / ((double)size / (1 << 30)), use.ru_maxrss,
	       (double)bytes / (1 << 30), walk);
	mailguard_store_free(store);
	mailguard_free(mg);
}

int main(int argc, char **argv)
{
	char made[] = "/tmp/bench_pst.XXXXXX";

	if (argc >= 3 && strcmp(argv[1], "--write") == 0) {
		pst_plan own = plan;

		if (argc > 3)
			own.messages = (unsigned)strtoul(argv[3], NULL, 10);
		if (argc > 4)
			own.attach = (unsigned)strtoul(argv[4], NULL, 10);
		return pst_make(argv[2], &own) ? 1 : 0;
	}
	if (argc == 2) {
		measure(argv[1]);
		return 0;
	}
	close(mkstemp(made));
	if (pst_make(made, &plan))
		fail("cannot write the file to measure");
	measure(made);
	(void)remove(made);
	return 0;
}
