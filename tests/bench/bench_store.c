/*
 * bench_store - what walking, checking and comparing stores costs, beside what
 * others make of the same bytes: an mbox of 1 GiB and a Maildir of 100,000
 * files, both made here. User and system CPU and the peak of memory of each,
 * the least of three rounds in which all take their turn.
 *
 *	bench_store [FOLDER]        the whole comparison; FOLDER is else /tmp
 *	bench_store VERB PATH [TO]  one of ours alone, to look at it
 */
#define _GNU_SOURCE
#include <mailguard/store.h>

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/make_store.h"

#define ROUNDS 3
#define MBOX_SIZE (UINT64_C(1) << 30)
#define MAILDIR_COUNT 100000

/* -- ours, one verb a process --------------------------------------------- */

static mailguard *mg;

static int walk(const char *path, int headers)
{
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *w;
	uint64_t count = 0;

	if (mailguard_store_open(&store, mg, path, NULL) < 0 ||
	    mailguard_store_walk(&w, store, NULL, NULL) < 0)
		return 1;
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		mailguard_message *msg;

		count++;
		if (!headers)
			continue;
		if (mailguard_walk_message(&msg, w, NULL) < 0)
			return 1;
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
	mailguard_store_free(store);
	printf("%" PRIu64 "\n", count);
	return 0;
}

static int check(const char *path, mailguard_check_options *opts)
{
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *c;
	mailguard_error err;

	if (mailguard_store_open(&store, mg, path, &err) < 0 ||
	    mailguard_store_check(&c, store, opts, &err) < 0) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	while (mailguard_check_next(&f, c, &err) == MAILGUARD_OK)
		;
	printf("%" PRIu64 " %s\n", mailguard_check_result(c)->messages,
	       mailguard_check_verdict_name(
		       mailguard_check_result(c)->verdict));
	mailguard_check_free(c);
	mailguard_store_free(store);
	return 0;
}

/* The plain loop: open, read all, close. */
static int read_all(const char *path)
{
	static char bytes[1 << 20];
	static const char *const rooms[] = { "cur", "new" };
	uint64_t size = 0;
	size_t r;

	for (r = 0; r < 2; r++) {
		char name[1024];
		struct dirent *e;
		DIR *d;

		snprintf(name, sizeof(name), "%s/%s", path, rooms[r]);
		d = opendir(name);
		while (d && (e = readdir(d)) != NULL) {
			int fd = openat(dirfd(d), e->d_name, O_RDONLY);
			ssize_t n;

			while ((n = read(fd, bytes, sizeof(bytes))) > 0)
				size += (uint64_t)n;
			close(fd);
		}
		if (d)
			closedir(d);
	}
	printf("%" PRIu64 "\n", size);
	return 0;
}

static int verb(int argc, char **argv)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;

	if (mailguard_new(&mg, NULL, NULL) < 0)
		return 1;
	if (strcmp(argv[1], "make-mbox") == 0)
		return make_mbox(argv[2], MBOX_SIZE) ? 0 : 1;
	if (strcmp(argv[1], "make-maildir") == 0)
		return make_maildir(argv[2], MAILDIR_COUNT);
	if (strcmp(argv[1], "read") == 0)
		return read_all(argv[2]);
	if (strcmp(argv[1], "index") == 0)
		return walk(argv[2], 0);
	if (strcmp(argv[1], "messages") == 0)
		return walk(argv[2], 1);
	if (strcmp(argv[1], "structure") == 0)
		opts.quick = MAILGUARD_CHECK_STRUCTURE;
	if (strcmp(argv[1], "manifest") == 0 && argc > 3)
		opts.manifest = argv[3];
	if (strcmp(argv[1], "against") == 0 && argc > 3)
		opts.against = argv[3];
	if (strcmp(argv[1], "again") == 0 && argc > 3)
		opts.since = argv[3];
	return check(argv[2], &opts);
}

/* -- all, side by side ---------------------------------------------------- */

typedef struct row {
	const char *what;
	char *argv[7];
	int of;       /* the row it is measured against */
	double limit; /* times that */
	int rounds;
	double cpu; /* seconds, the least */
	double mib; /* peak */
	int absent;
} row;

/* Its output goes into a pipe: some programs stop early for /dev/null. */
static void drain(int fd)
{
	char bytes[4096];

	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	close(fd);
}

static void row_run(row *r)
{
	struct rusage used;
	int status, ends[2];
	double cpu;
	pid_t pid;

	if (pipe(ends) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		(void)dup2(ends[1], 1);
		(void)dup2(null, 2);
		close(ends[0]);
		close(ends[1]);
		execvp(r->argv[0], r->argv);
		_exit(127);
	}
	close(ends[1]);
	drain(ends[0]);
	if (wait4(pid, &status, 0, &used) != pid || status != 0) {
		r->absent = 1;
		return;
	}
	cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	      (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
	if (!r->cpu || cpu < r->cpu)
		r->cpu = cpu;
	r->mib = (double)used.ru_maxrss / 1024;
}

static int rows_tell(const row *rows, int count)
{
	int i, over = 0;

	printf("%-44s %8s %8s  %s\n", "", "CPU s", "MiB", "ratio (target)");
	for (i = 0; i < count; i++) {
		const row *r = &rows[i];
		const row *of = r->of >= 0 ? &rows[r->of] : NULL;

		if (r->absent) {
			printf("%-44s  SKIPPED: not here, or it failed\n",
			       r->what);
			continue;
		}
		printf("%-44s %8.2f %8.1f", r->what, r->cpu, r->mib);
		if (of && !of->absent && r->limit > 0) {
			double ratio = r->cpu / of->cpu;

			over += ratio > r->limit;
			printf("  %.2f of '%s' (<= %.2f)%s", ratio, of->what,
			       r->limit, ratio > r->limit ? "  OVER" : "");
		}
		printf("\n");
	}
	return over;
}

static int compare(row *rows, int count)
{
	int round, i;

	for (round = 0; round < ROUNDS; round++)
		for (i = 0; i < count; i++)
			if (round < rows[i].rounds && !rows[i].absent)
				row_run(&rows[i]);
	return rows_tell(rows, count);
}

/* Each of them tells how many of its rows are over their target. */
static int mbox_all(char *self, char *peer, const char *folder)
{
	char mbox[512], list[600];
	char python[] = "import mailbox,sys; print(len(mailbox.mbox("
			"sys.argv[1])))";
	row rows[] = {
		{ "grep -c '^From '",
		  { "grep", "-c", "^From ", mbox },
		  -1,
		  0,
		  3 },
		{ "ours, index", { self, "index", mbox }, 0, 1.5, 3 },
		{ "GMime, parse", { peer, "parse", mbox }, -1, 0, 2 },
		{ "ours, check: headers and structure",
		  { self, "structure", mbox },
		  2,
		  1.0 / 3,
		  3 },
		{ "GMime, decode", { peer, "decode", mbox }, -1, 0, 2 },
		{ "ours, check", { self, "check", mbox }, 4, 0.5, 3 },
		{ "ours, every message as a value",
		  { self, "messages", mbox },
		  -1,
		  0,
		  1 },
		{ "ours, check and write a manifest",
		  { self, "manifest", mbox, list },
		  -1,
		  0,
		  1 },
		{ "ours, check against it",
		  { self, "against", mbox, list },
		  -1,
		  0,
		  1 },
		{ "ours, again, nothing changed",
		  { self, "again", mbox, list },
		  -1,
		  0,
		  3 },
		{ "Python mailbox, only counted",
		  { "python3", "-c", python, mbox },
		  -1,
		  0,
		  1 },
	};
	int over;

	snprintf(mbox, sizeof(mbox), "%s/bench_store.mbox", folder);
	snprintf(list, sizeof(list), "%s/bench_store.manifest", folder);
	(void)remove(list);
	printf("an mbox of 1 GiB, %" PRIu64 " messages\n",
	       make_mbox(mbox, MBOX_SIZE));
	over = compare(rows, (int)(sizeof(rows) / sizeof(rows[0])));
	(void)remove(mbox);
	(void)remove(list);
	return over;
}

static int maildir_all(char *self, const char *folder)
{
	char maildir[512], list[600], mu[600], cmd[2000];
	row files[] = {
		{ "a plain loop that reads all files",
		  { self, "read", maildir },
		  -1,
		  0,
		  3 },
		{ "ours, check: headers and structure",
		  { self, "structure", maildir },
		  0,
		  2.0,
		  3 },
		{ "ours, check", { self, "check", maildir }, 0, 2.0, 3 },
		{ "ours, check and write a manifest",
		  { self, "manifest", maildir, list },
		  -1,
		  0,
		  1 },
		{ "mu index, first", { "sh", "-c", cmd }, -1, 0, 1 },
		{ "mu index, nothing changed",
		  { "mu", "index", "--quiet", mu },
		  -1,
		  0,
		  3 },
		{ "ours, again, nothing changed",
		  { self, "again", maildir, list },
		  5,
		  1.0,
		  3 },
	};
	int over = 0;

	snprintf(maildir, sizeof(maildir), "%s/bench_store.maildir", folder);
	snprintf(list, sizeof(list), "%s/bench_store.manifest", folder);
	snprintf(mu, sizeof(mu), "--muhome=%s/bench_store.mu", folder);
	snprintf(cmd, sizeof(cmd),
	         "mu init --quiet %s --maildir=%s && mu index --quiet %s", mu,
	         maildir, mu);
	(void)remove(list);
	printf("\na Maildir of %d files\n", MAILDIR_COUNT);
	if (make_maildir(maildir, MAILDIR_COUNT) == 0)
		over = compare(files, (int)(sizeof(files) / sizeof(files[0])));
	snprintf(cmd, sizeof(cmd), "rm -rf %s %s %s/bench_store.mu", maildir,
	         list, folder);
	if (system(cmd) != 0)
		printf("%s is left over\n", maildir);
	return over;
}

static int all(char *self, const char *folder)
{
	char peer[512];
	int over;

	snprintf(peer, sizeof(peer), "%.*s/peer_gmime",
	         (int)(strrchr(self, '/') - self), self);
	over = mbox_all(self, peer, folder);
	over += maildir_all(self, folder);
	printf("\n%d over the target\n", over);
	return over ? 1 : 0;
}

int main(int argc, char **argv)
{
	char self[512];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return 1;
	self[n] = '\0';
	if (argc > 2)
		return verb(argc, argv);
	return all(self, argc > 1 ? argv[1] : "/tmp");
}
