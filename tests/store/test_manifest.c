/*
 * What manifests promise: every message that is not what it was is told, and a
 * second look that reads little tells what a full one does.
 */
#include <mailguard/store.h>

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/mutant.h"
#include "support/fail_alloc.h"
#include "support/make_store.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static const char *folder;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	folder = temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_manifest, .init = setup, .fini = teardown, .timeout = 300);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define MAIL(n, text)                                                        \
 FROM "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"        \
      "Message-ID: <" n "@example.org>\nStatus: RO\nSubject: " n "\n\n" text \
      "\n\n"
#define THREE MAIL("one", "hi") MAIL("two", "ho") MAIL("three", "hu")

/* A name in the folder, that of a new file each time. */
static const char *fresh(const char *name)
{
	static char path[8][512];
	static unsigned n;
	char *out = path[n++ % 8];

	snprintf(out, sizeof(path[0]), "%s/%s-%u", folder, name, n);
	return out;
}

typedef struct result {
	mailguard_check_summary sum;
	char found[65536];
} result;

static mailguard_status run(result *out,
                            mailguard *with,
                            const char *path,
                            const mailguard_check_options *opts)
{
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *c;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	st = mailguard_store_open(&store, with, path, NULL);
	if (st < 0)
		return st;
	st = mailguard_store_check(&c, store, opts, NULL);
	mailguard_store_free(store);
	while (st == MAILGUARD_OK &&
	       (st = mailguard_check_next(&f, c, NULL)) == MAILGUARD_OK) {
		size_t n = strlen(out->found);

		if (strcmp(f->code, "store.place") != 0)
			snprintf(out->found + n, sizeof(out->found) - n,
			         "%s %s %" PRIu64 " %" PRIu64 " %s\n", f->code,
			         f->where, f->offset, f->item, f->text);
	}
	if (st == MAILGUARD_ITEROVER) {
		out->sum = *mailguard_check_result(c);
		st = MAILGUARD_OK;
	}
	mailguard_check_free(c);
	return st;
}

static void manifest_write(const char *path, const char *to)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	static result r;

	opts.manifest = to;
	ok(run(&r, mg, path, &opts));
}

static void compare(result *r, const char *path, const char *manifest)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;

	opts.against = manifest;
	ok(run(r, mg, path, &opts));
}

Test(store_manifest, tells_each_way_to_differ)
{
	static const struct {
		const char *why, *now;
		int same, changed, missing, added;
		char *code; /* the first */
	} rows[] = {
		{ "nothing", THREE, 3, 0, 0, 0, "" },
		{ "one letter",
		  MAIL("one", "hi") MAIL("two", "hO") MAIL("three", "hu"), 2, 1,
		  0, 0, "manifest.changed" },
		{ "one gone", MAIL("one", "hi") MAIL("three", "hu"), 2, 0, 1, 0,
		  "manifest.fewer" },
		{ "one came", THREE MAIL("four", "he"), 3, 0, 0, 1, "" },
		{ "one instead of another",
		  MAIL("one", "hi") MAIL("two", "ho") MAIL("four", "he more"),
		  2, 1, 0, 0, "manifest.changed" },
		{ "another order",
		  MAIL("three", "hu") MAIL("one", "hi") MAIL("two", "ho"), 3, 0,
		  0, 0, "" },
		{ "one twice", THREE MAIL("two", "ho"), 3, 0, 0, 1,
		  "store.double" },
	};
	const char *then = temp_write("then", THREE, strlen(THREE));
	const char *manifest = fresh("manifest");
	static result r;
	size_t i;

	manifest_write(then, manifest);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* The same name: a message without its like may be found by
		   its place. */
		const char *now =
			temp_write("then", rows[i].now, strlen(rows[i].now));

		compare(&r, now, manifest);
		r.found[strcspn(r.found, " ")] = '\0';
		cr_expect(eq(str, r.found, rows[i].code), "%s", rows[i].why);
		cr_expect(eq(int, (int)r.sum.same, rows[i].same), "%s",
		          rows[i].why);
		cr_expect(eq(int, (int)r.sum.changed, rows[i].changed), "%s",
		          rows[i].why);
		cr_expect(eq(int, (int)r.sum.missing, rows[i].missing), "%s",
		          rows[i].why);
		cr_expect(eq(int, (int)r.sum.added, rows[i].added), "%s",
		          rows[i].why);
	}
}

Test(store_manifest, what_a_client_marks_is_no_change)
{
	char text[] = THREE;
	const char *path = temp_write("b", text, strlen(text));
	const char *manifest = fresh("manifest");
	static result r;

	manifest_write(path, manifest);
	memcpy(strstr(text, "Status: RO"), "Status: XX", 10);
	path = temp_write("b", text, strlen(text));
	compare(&r, path, manifest);
	cr_expect(strncmp(r.found, "manifest.marked ", 16) == 0);
	cr_expect(eq(u64, r.sum.same, 3));
	cr_expect(eq(int, r.sum.verdict, MAILGUARD_SOUNDNESS_SOUND));
}

Test(store_manifest, one_that_is_not_whole_is_refused)
{
	const char *manifest = fresh("manifest");
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	char text[4096], path[512];
	static result r;
	size_t n, i;
	FILE *f;

	snprintf(path, sizeof(path), "%s",
	         temp_write("b", THREE, strlen(THREE)));
	manifest_write(path, manifest);
	f = fopen(manifest, "rb");
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	cr_assert(gt(sz, n, 100));
	fclose(f);
	for (i = 0; i < n; i += 7) {
		opts.against = temp_write("cut", text, i);
		cr_expect(eq(int, run(&r, mg, path, &opts), MAILGUARD_EFORMAT),
		          "%zu", i);
		text[i] ^= 1;
		opts.against = temp_write("cut", text, n);
		cr_expect(lt(int, run(&r, mg, path, &opts), 0), "%zu", i);
		text[i] ^= 1;
	}
	opts.against = NULL;
	opts.manifest = manifest;
	cr_expect(eq(int, run(&r, mg, path, &opts), MAILGUARD_EEXIST));
	opts.manifest = fresh("m");
	opts.quick = MAILGUARD_CHECK_QUICK;
	cr_expect(eq(int, run(&r, mg, path, &opts), MAILGUARD_EINVAL));
}

/* An mbox of `count` small messages from `first` on; its size. */
static size_t mbox_make(char **out, unsigned first, unsigned count)
{
	char *at;
	unsigned i;

	*out = malloc((size_t)count * 200000 + 1);
	if (!*out)
		cr_fatal("no memory");
	at = *out;
	for (i = first; i < first + count; i++) {
		at += sprintf(at,
		              "From user%u@example.net Tue Jan %2u %02u:00:00 "
		              "2026\n",
		              i, 1 + i % 28, i % 24);
		at += make_message(at, i, 1);
		*at++ = '\n';
	}
	return (size_t)(at - *out);
}

Test(store_manifest, no_damage_at_all_escapes_it)
{
	char *data;
	size_t size = mbox_make(&data, 0, 30);
	const char *path = temp_write("b", data, size);
	const char *manifest = fresh("manifest");
	unsigned char *room = malloc(size);
	static result whole, r;
	unsigned i;

	manifest_write(path, manifest);
	compare(&whole, path, manifest);
	cr_expect(eq(u64, whole.sum.same, 30));
	for (i = 0; i < 120; i++) {
		mutant m = mutant_make(room, (unsigned char *)data, size, i, i);
		mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;

		if (m.size == size && memcmp(room, data, size) == 0)
			continue;
		path = temp_write("b", room, m.size);
		opts.against = manifest;
		if (run(&r, mg, path, &opts) < 0)
			continue; /* no store any more: told as well */
		cr_expect(strstr(r.found, "manifest.") != NULL,
		          "%u %s at %zu: %s", i, mutant_name(i),
		          m.touched[0].at, r.found);
	}
	free(room);
	free(data);
}

/* -- looking again --------------------------------------------------------- */

static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return *seed >> 33;
}

/* Long ago, but later than the time before. */
static void age(const char *path)
{
	static time_t at = 1700000000;
	struct timespec t[2];

	t[0].tv_sec = t[1].tv_sec = ++at;
	t[0].tv_nsec = t[1].tv_nsec = 0;
	(void)utimensat(AT_FDCWD, path, t, 0);
}

static void put(const char *path, const char *mode, const char *data, size_t n)
{
	FILE *f = fopen(path, mode);

	if (!f || fwrite(data, 1, n, f) != n)
		cr_fatal("%s", path);
	fclose(f);
	age(path);
}

/* Of one of the mboxes, whatever clients and accidents do. */
static void mbox_edit(const char *path, uint64_t *seed)
{
	struct stat sb;
	char *data;
	size_t n = mbox_make(&data, (unsigned)chance(seed) % 9000, 2);
	FILE *f;

	cr_assert(stat(path, &sb) == 0);
	switch (chance(seed) % 5) {
	case 0: /* new mail */
		put(path, "ab", data, n);
		break;
	case 1: /* the last message was not complete */
		put(path, "ab", data, n / 2);
		break;
	case 2: /* a flipped bit */
		f = fopen(path, "r+b");
		fseek(f, (long)(chance(seed) % (uint64_t)sb.st_size), SEEK_SET);
		fputc((int)chance(seed), f);
		fclose(f);
		age(path);
		break;
	case 3: /* compacted */
		put(path, "wb", data, n);
		break;
	default: /* cut off */
		(void)truncate(path, sb.st_size / 2 + 1);
		age(path);
		break;
	}
	free(data);
}

/* What it reads less it tells the same. */
static void same_result(const char *path, const char **manifest)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	static result full, again;
	const char *next = fresh("manifest");

	ok(run(&full, mg, path, &opts));
	opts.since = *manifest;
	opts.manifest = next;
	ok(run(&again, mg, path, &opts));
	*manifest = next;
	cr_assert(eq(str, again.found, full.found));
	cr_assert(eq(u64, again.sum.messages, full.sum.messages));
	cr_assert(eq(u64, again.sum.attachments, full.sum.attachments));
	cr_assert(eq(u64, again.sum.intact, full.sum.intact));
	cr_assert(eq(u64, again.sum.damaged, full.sum.damaged));
	cr_assert(eq(int, again.sum.verdict, full.sum.verdict));
	cr_assert(eq(int, (int)(again.sum.newest == full.sum.newest), 1));
	cr_assert(le(u64, again.sum.files_read, full.sum.files_read));
	/* And what it wrote is what a full look would have written. */
	opts.since = opts.manifest = NULL;
	opts.against = next;
	ok(run(&again, mg, path, &opts));
	cr_assert(eq(u64, again.sum.same, full.sum.messages));
	cr_assert(strstr(again.found, "manifest.") == NULL);
}

Test(store_manifest, of_mboxes_a_second_look_tells_what_a_full_one_does)
{
	const char *manifest = fresh("manifest");
	char path[512], box[3][600];
	uint64_t seed = 7;
	char *data;
	int i;

	snprintf(path, sizeof(path), "%s/mail", folder);
	cr_assert(mkdir(path, 0700) == 0);
	for (i = 0; i < 3; i++) {
		size_t n = mbox_make(&data, (unsigned)i * 50, 12);

		snprintf(box[i], sizeof(box[i]), "%s/box%d", path, i);
		put(box[i], "wb", data, n);
		free(data);
	}
	manifest_write(path, manifest);
	for (i = 0; i < 60; i++) {
		if (i)
			mbox_edit(box[chance(&seed) % 3], &seed);
		same_result(path, &manifest);
	}
	for (i = 0; i < 3; i++)
		(void)unlink(box[i]);
	(void)rmdir(path);
}

static void maildir_edit(const char *path, uint64_t *seed, unsigned *next)
{
	static char names[400][600];
	static size_t count;
	char *data = malloc(MAKE_MAX), to[600];
	size_t n = make_message(data, *next, 1), i;

	switch (count ? chance(seed) % 5 : 0) {
	case 0:
	case 1: /* delivered */
		snprintf(names[count], sizeof(names[0]), "%s/new/%u.M.host",
		         path, ++*next);
		put(names[count++], "wb", data, n);
		break;
	case 2: /* seen */
		i = chance(seed) % count;
		snprintf(to, sizeof(to), "%s/cur/%.*s:2,S", path,
		         (int)strcspn(strrchr(names[i], '/') + 1, ":"),
		         strrchr(names[i], '/') + 1);
		(void)rename(names[i], to);
		strcpy(names[i], to);
		break;
	case 3: /* deleted */
		i = chance(seed) % count;
		(void)unlink(names[i]);
		if (i < --count)
			memcpy(names[i], names[count], sizeof(names[0]));
		break;
	default: /* cut */
		i = chance(seed) % count;
		put(names[i], "wb", data, n / 2);
		break;
	}
	free(data);
}

Test(store_manifest, of_a_maildir_a_second_look_tells_what_a_full_one_does)
{
	static const char *const rooms[] = { "", "/cur", "/new", "/tmp" };
	const char *manifest = fresh("manifest");
	char path[512], room[520], cmd[600];
	unsigned next = 0;
	uint64_t seed = 3;
	size_t i;

	snprintf(path, sizeof(path), "%s/mail", folder);
	for (i = 0; i < 4; i++) {
		snprintf(room, sizeof(room), "%s%s", path, rooms[i]);
		cr_assert(mkdir(room, 0700) == 0);
	}
	manifest_write(path, manifest);
	for (i = 0; i < 80; i++) {
		maildir_edit(path, &seed, &next);
		same_result(path, &manifest);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", path);
	cr_assert(system(cmd) == 0);
}

Test(store_manifest, what_did_not_change_is_not_read)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const char *path = temp_write("b", THREE, strlen(THREE));
	const char *manifest = fresh("manifest");
	static result r;

	age(path);
	manifest_write(path, manifest);
	opts.since = manifest;
	ok(run(&r, mg, path, &opts));
	cr_expect(eq(u64, r.sum.files_read, 0));
	cr_expect(eq(u64, r.sum.messages, 3));
	/* Findings of another depth are not those of this one. */
	opts.quick = MAILGUARD_CHECK_STRUCTURE;
	ok(run(&r, mg, path, &opts));
	cr_expect(eq(u64, r.sum.files_read, 1));
}

Test(store_manifest, survives_every_allocation_failure)
{
	const char *path = temp_write("b", THREE "x", strlen(THREE) + 1);
	char first[512];
	mailguard_status st;
	int n = 1;

	snprintf(first, sizeof(first), "%s", fresh("manifest"));
	age(path);
	manifest_write(path, first);
	do {
		mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
		static result r;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		opts.against = opts.since = first;
		opts.manifest = fresh("tight");
		st = run(&r, tight, path, &opts);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		cr_assert(eq(int, access(opts.manifest, F_OK) == 0,
		             st == MAILGUARD_OK));
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
