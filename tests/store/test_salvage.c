/* What salvage promises: all that can be reached, nothing written over. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/walker.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_salvage, .init = setup, .fini = teardown, .timeout = 120);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define HEAD "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
/* Lines that would part the message for the next reader, and their kin. */
#define TRAP                                                             \
 FROM HEAD "Subject: trap\n\nFrom the start\n>From quoted\n>>From twice" \
	   "\nFro\nFrom\n>\n\nend\n\n"
#define TWO FROM HEAD "Subject: two\n\nno line end"

static const char *dest_of(const char *path, const char *name)
{
	static char dest[512];

	snprintf(dest, sizeof(dest), "%.*s/%s",
	         (int)(strrchr(path, '/') - path), path, name);
	return dest;
}

static mailguard_status salvage(const char *path,
                                const char *dest,
                                const char *format,
                                mailguard_salvage_report *report,
                                mailguard_error *err)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_store *store;
	mailguard_status st;

	opts.format = format;
	ok(mailguard_store_open(&store, mg, path, NULL));
	st = mailguard_store_salvage(report, store, dest, &opts, err);
	mailguard_store_free(store);
	return st;
}

Test(store_salvage, every_message_arrives_the_same_in_either_format)
{
	static const char *const formats[] = { "mbox", "maildir", "eml" };
	const char *path = temp_write("b", TRAP TWO, strlen(TRAP TWO));
	size_t i;

	for (i = 0; i < 3; i++) {
		mailguard_salvage_report r;
		mailguard_error err;

		cr_expect(eq(int,
		             salvage(path, dest_of(path, formats[i]),
		                     formats[i], &r, &err),
		             MAILGUARD_OK),
		          "%s: %s", formats[i], err.message);
		cr_expect(eq(str, (char *)r.format, (char *)formats[i]));
		cr_expect(eq(u64, r.found, 2));
		cr_expect(eq(u64, r.intact, 2));
		cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
		cr_expect(strstr(subjects_of(mg, dest_of(path, formats[i])),
		                 ":trap|") != NULL);
	}
}

/* However many quotes there are, and wherever a window of bytes ends. */
Test(store_salvage, every_from_line_is_quoted_once_more)
{
	static char text[200000], got[210000];
	mailguard_salvage_report r;
	size_t n = 0, m = 0, i, k;
	const char *path;
	FILE *f;

	n += (size_t)sprintf(text, HEAD "Subject: q\n\n");
	for (i = 0; n < sizeof(text) - 300; i++) {
		for (k = 0; k < i % 70; k++)
			text[n++] = '>';
		n += (size_t)sprintf(text + n, "%s\n",
		                     i % 3 == 0   ? "From here"
		                     : i % 3 == 1 ? "Fro"
		                                  : "F");
	}
	path = temp_write("b.eml", text, n);
	ok(salvage(path, dest_of(path, "d"), "mbox", &r, NULL));
	f = fopen(dest_of(path, "d"), "rb");
	cr_assert(f && fgets(got, sizeof(got), f) != NULL);
	m = fread(got, 1, sizeof(got), f);
	fclose(f);
	for (i = k = 0; i < n; i++, k++) {
		bool head = !i || text[i - 1] == '\n';
		size_t q = head ? strspn(text + i, ">") : 0;

		if (head && strncmp(text + i + q, "From ", 5) == 0)
			cr_assert(eq(chr, got[k++], '>'));
		cr_assert(eq(chr, got[k], text[i]), "%zu", i);
	}
	cr_expect(eq(sz, m, k + 1)); /* a blank line behind it */
}

Test(store_salvage, nothing_is_written_over)
{
	const char *path = temp_write("b", TRAP, strlen(TRAP));
	const char *there = temp_write("there", "mine", 4);
	mailguard_salvage_report r;
	mailguard_error err;
	char text[8] = "";
	FILE *f;

	cr_expect(eq(int, salvage(path, there, "mbox", &r, &err),
	             MAILGUARD_EEXIST));
	cr_expect(strstr(err.message, there) != NULL);
	cr_expect(eq(int, salvage(path, path, "maildir", &r, &err),
	             MAILGUARD_EEXIST));
	f = fopen(there, "rb");
	cr_assert(f && fread(text, 1, 7, f) == 4);
	fclose(f);
	cr_expect(eq(str, text, "mine"));
}

Test(store_salvage, a_format_nobody_writes_is_refused)
{
	const char *path = temp_write("b", TRAP, strlen(TRAP));
	mailguard_salvage_report r;
	mailguard_error err;

	cr_expect(eq(int, salvage(path, dest_of(path, "d"), "pst", &r, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "salvage.format"));
}

Test(store_salvage, damaged_messages_are_saved_and_counted)
{
	static char text[512];
	size_t n = strlen(TRAP);
	mailguard_salvage_report r;
	const char *path;

	memcpy(text, TRAP, n);
	path = temp_write("b", text, n + 64); /* zeros behind it */
	ok(salvage(path, dest_of(path, "d"), "mbox", &r, NULL));
	cr_expect(eq(u64, r.damaged, 1));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
}

static int stop(const mailguard_progress *at, void *payload)
{
	(void)at;
	return --*(int *)payload < 0;
}

Test(store_salvage, a_cancelled_salvage_leaves_nothing)
{
	static const char *const formats[] = { "mbox", "maildir", "eml" };
	const char *path = temp_write("b", TRAP TWO, strlen(TRAP TWO));
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report r;
	mailguard_store *store;
	size_t i;

	ok(mailguard_store_open(&store, mg, path, NULL));
	for (i = 0; i < 3; i++) {
		int left = 1;

		opts.format = formats[i];
		opts.progress = stop;
		opts.payload = &left;
		cr_expect(eq(int,
		             mailguard_store_salvage(&r, store,
		                                     dest_of(path, "d"), &opts,
		                                     NULL),
		             MAILGUARD_ECANCELLED));
		cr_expect(lt(int, access(dest_of(path, "d"), F_OK), 0));
		cr_expect(lt(int,
		             access(dest_of(path, "d.mailguard-partial"), F_OK),
		             0));
	}
	mailguard_store_free(store);
}

Test(store_salvage, the_source_is_never_touched)
{
	const char *path = temp_write("b", TRAP TWO, strlen(TRAP TWO));
	mailguard_salvage_report r;
	struct stat before, after;

	chmod(path, 0400);
	stat(path, &before);
	ok(salvage(path, dest_of(path, "d"), "mbox", &r, NULL));
	stat(path, &after);
	cr_expect(eq(u64, (uint64_t)before.st_size, (uint64_t)after.st_size));
	cr_expect(eq(u64, (uint64_t)before.st_mtim.tv_nsec,
	             (uint64_t)after.st_mtim.tv_nsec));
}

Test(store_salvage, survives_every_allocation_failure)
{
	const char *path = temp_write("b", TRAP TWO, strlen(TRAP TWO));
	mailguard_status st;
	int n = 1;

	do {
		mailguard_salvage_report r;
		mailguard_check *check = NULL;
		mailguard_store *store = NULL;
		const mailguard_finding *f;
		mailguard *tight;
		char name[32];

		snprintf(name, sizeof(name), "d%d", n);
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_store_open(&store, tight, path, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_store_check(&check, store, NULL, NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_check_next(&f, check, NULL);
		if (st == MAILGUARD_ITEROVER)
			st = mailguard_store_salvage(
				&r, store, dest_of(path, name), NULL, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_check_free(check);
		mailguard_store_free(store);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}

static char *slurp(const char *path)
{
	static char text[8192];
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		fclose(f);
	text[n] = '\0';
	return text;
}

Test(store_salvage, every_doubt_is_listed_message_by_message)
{
	static const char text[] =
		FROM HEAD "Subject: one\n\nhi\n\n" FROM HEAD
			  "Subject: two\nContent-Type: multipart/mixed; "
			  "boundary=b\n\n--b\n\nho\n" TWO;
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	const char *path = temp_write("b", text, sizeof(text) - 1);
	char report[600], *got, *line;
	mailguard_salvage_report r;
	mailguard_store *store;

	snprintf(report, sizeof(report), "%s.report", path);
	opts.format = "maildir";
	opts.report = report;
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_salvage(&r, store, dest_of(path, "d"), &opts, NULL));
	mailguard_store_free(store);
	got = slurp(report);
	line = strchr(got, '\n');
	cr_assert(line != NULL);
	cr_expect(strstr(got, "\"state\":\"intact\",\"doubts\":[]") != NULL,
	          "%s", got);
	cr_expect(strstr(line, "message.unclosed") != NULL, "%s", got);
	cr_expect(strstr(line, "\"digest\":\"mg1:") != NULL, "%s", got);
	cr_expect(strstr(line, "/d/cur/") != NULL, "%s", got);
	unlink(report);
}

/* Stops before the third message, as a crash would. */
Test(store_salvage, what_was_begun_is_gone_on_with)
{
	static const char *const formats[] = { "maildir", "eml", "mbox" };
	const char *path =
		temp_write("b", TRAP TRAP TWO, strlen(TRAP TRAP TWO));
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report r;
	mailguard_store *store;
	mailguard_error err;
	size_t i;

	ok(mailguard_store_open(&store, mg, path, NULL));
	opts.resume = 1;
	for (i = 0; i < 3; i++) {
		const char *dest = dest_of(path, formats[i]);
		int left = 2;

		opts.format = formats[i];
		opts.progress = stop;
		opts.payload = &left;
		cr_expect(eq(
			int,
			mailguard_store_salvage(&r, store, dest, &opts, NULL),
			MAILGUARD_ECANCELLED));
		opts.progress = NULL;
		cr_expect(eq(int,
		             mailguard_store_salvage(&r, store, dest, &opts,
		                                     &err),
		             MAILGUARD_OK),
		          "%s: %s", formats[i], err.message);
		cr_expect(eq(u64, r.intact, 3), "%s", formats[i]);
		/* It is whole now, and nobody's to go on with. */
		cr_expect(eq(int,
		             mailguard_store_salvage(&r, store, dest, &opts,
		                                     NULL),
		             MAILGUARD_EEXIST),
		          "%s", formats[i]);
	}
	mailguard_store_free(store);
}
