/*
 * bench_backup - a backup of one large file beside `cp` and `sha256sum` of the
 * same file, in one run.
 *
 *	bench_backup [MIB]
 *
 * User and system CPU seconds, wall clock, and the peak of memory. Each is
 * measured in a process of its own, after the file was read once.
 */
#define _GNU_SOURCE
#include <mailguard/backup.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/make_store.h"

static char folder[] = "/var/tmp/mailguard-bench-XXXXXX";
static char box[128], noise[128], copy[128], bag[128];

typedef struct cost {
	double cpu, wall;
	long peak; /* KiB */
} cost;

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* In a process of its own. */
static cost measure(int (*run)(const char *path), const char *path)
{
	struct rusage used;
	double began = now();
	int status = 1;
	cost c = { 0, 0, 0 };
	pid_t pid = fork();

	if (pid == 0)
		_exit(run(path));
	wait4(pid, &status, 0, &used);
	if (status) {
		fprintf(stderr, "bench_backup: a part failed\n");
		exit(1);
	}
	c.cpu = seconds(&used.ru_utime) + seconds(&used.ru_stime);
	c.wall = now() - began;
	c.peak = used.ru_maxrss;
	return c;
}

static int cp_run(const char *path)
{
	execlp("cp", "cp", path, copy, (char *)NULL);
	return 127;
}

static int sum_run(const char *path)
{
	int null = open("/dev/null", O_WRONLY);

	(void)path;
	dup2(null, STDOUT_FILENO);
	execlp("sha256sum", "sha256sum", copy, (char *)NULL);
	return 127;
}

static int backup_run(const char *path)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_error err;
	mailguard_backup *b;
	mailguard *mg;

	opts.allow = MAILGUARD_BACKUP_SAME_DISK | MAILGUARD_BACKUP_FULL;
	if (mailguard_new(&mg, NULL, &err) < 0 ||
	    mailguard_backup_new(&b, mg, &opts, &err) < 0 ||
	    mailguard_backup_add(b, path, NULL, NULL, &err) < 0 ||
	    mailguard_backup_make(b, bag, &err) < 0) {
		fprintf(stderr, "bench_backup: %s\n", err.message);
		return 1;
	}
	mailguard_backup_free(b);
	mailguard_free(mg);
	return 0;
}

static void clear(void)
{
	char line[512];

	snprintf(line, sizeof(line), "rm -rf %s %s", copy, bag);
	if (system(line))
		exit(1);
}

static void compare(const char *name, const char *path)
{
	cost a, b, c;

	a = measure(cp_run, path);
	b = measure(sum_run, path);
	clear();
	c = measure(backup_run, path);
	clear();
	printf("%-22s %6.2f %7.2f %6.1f   cp %.2f %.2f, sha256sum %.2f %.2f: "
	       "speed %.2f of theirs (CPU), %.2f (wall)\n",
	       name, c.cpu, c.wall, (double)c.peak / 1024, a.cpu, a.wall, b.cpu,
	       b.wall, (a.cpu + b.cpu) / c.cpu, (a.wall + b.wall) / c.wall);
}

static int noise_make(size_t mib)
{
	static unsigned char piece[1 << 20];
	uint64_t x = 88172645463325252ULL;
	FILE *f = fopen(noise, "wb");
	size_t i, k;

	for (i = 0; f && i < mib; i++) {
		for (k = 0; k < sizeof(piece); k += 8) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			memcpy(piece + k, &x, 8);
		}
		if (fwrite(piece, 1, sizeof(piece), f) != sizeof(piece))
			return -1;
	}
	return f ? fclose(f) : -1;
}

int main(int argc, char **argv)
{
	size_t mib = argc > 1 ? strtoul(argv[1], NULL, 10) : 1024;

	if (!mkdtemp(folder))
		return 1;
	snprintf(box, sizeof(box), "%s/box", folder);
	snprintf(noise, sizeof(noise), "%s/noise", folder);
	snprintf(copy, sizeof(copy), "%s/copy", folder);
	snprintf(bag, sizeof(bag), "%s/bag", folder);
	if (noise_make(mib) || !make_mbox(box, (uint64_t)mib << 20))
		return 1;
	sync();
	sleep(3); /* what was written a moment ago is read once more */
	printf("%zu MiB: CPU s, wall s, peak MiB; beside CPU s and wall s\n",
	       mib);
	compare("copied, read again", noise);
	compare("and messages counted", box);
	unlink(box);
	unlink(noise);
	rmdir(folder);
	return 0;
}
