/* What backup promises: all of it comes back, and what is not whole says so. */
#define _GNU_SOURCE
#include <mailguard/backup.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup/faults.h"
#include "backup/place.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	place_begin();
}

static void teardown(void)
{
	faults_room(0);
	faults_unreadable(NULL, 0, 0);
	mailguard_free(mg);
	place_end();
}

TestSuite(backup, .init = setup, .fini = teardown, .timeout = 120);

static mailguard_status make(mailguard_backup **out,
                             const char *path,
                             const char *dest,
                             uint32_t allow,
                             mailguard_error *err)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_status st;

	opts.allow = place_allow() | allow;
	opts.label = "before a repair";
	st = mailguard_backup_new(out, mg, &opts, err);
	if (st >= 0)
		st = mailguard_backup_add(*out, path, NULL, NULL, err);
	return st < 0 ? st : mailguard_backup_make(*out, dest, err);
}

static bool told(const mailguard_backup *b, const char *code)
{
	const mailguard_finding *f;
	size_t i;

	for (i = 0; (f = mailguard_backup_finding(b, i)) != NULL; i++)
		if (strcmp(f->code, code) == 0)
			return true;
	return false;
}

Test(backup, what_was_backed_up_comes_back_as_it_was)
{
	static const char *const names[] = { "box", "Mail" };
	const char *paths[2], *dest = place_dest("b");
	mailguard_backup *b;
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_backup_report r;
	mailguard_error err;
	size_t i;

	paths[0] = temp_write("box", BOX, strlen(BOX));
	paths[1] = place_maildir();
	chmod(paths[0], 0640);
	opts.allow = place_allow();
	ok(mailguard_backup_new(&b, mg, &opts, NULL));
	for (i = 0; i < 2; i++)
		ok(mailguard_backup_add(b, paths[i], NULL, NULL, NULL));
	cr_expect(eq(int, mailguard_backup_make(b, dest, &err), MAILGUARD_OK),
	          "%s", err.message);
	mailguard_backup_free(b);
	cr_expect(lt(int, access(place_dest("b.partial"), F_OK), 0));

	cr_assert(eq(int, mailguard_backup_open(&b, mg, dest, NULL, &err),
	             MAILGUARD_OK),
	          "%s", err.message);
	cr_expect(eq(u64, mailguard_backup_store(b, 0)->messages, 2));
	cr_expect(
		eq(str, (char *)mailguard_backup_store(b, 0)->format, "mbox"));
	cr_expect(eq(u64, mailguard_backup_store(b, 1)->messages, 2));
	cr_expect(eq(str, (char *)mailguard_backup_store(b, 1)->format,
	             "maildir"));
	cr_expect(eq(u64, mailguard_backup_store(b, 1)->files, 2));
	cr_expect(eq(ptr, (void *)mailguard_backup_store(b, 2), NULL));
	ok(mailguard_backup_verify(&r, b, 0, NULL));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, r.files, 3));
	for (i = 0; i < 2; i++) {
		cr_expect(eq(int,
		             mailguard_backup_restore(
				     &r, b, i, place_dest(names[i]), &err),
		             MAILGUARD_OK),
		          "%s", err.message);
		cr_expect(place_same(paths[i], place_dest(names[i])), "%s",
		          names[i]);
	}
	ok(mailguard_backup_restore(&r, b, MAILGUARD_BACKUP_ALL,
	                            place_dest("all"), NULL));
	cr_expect(place_same(paths[1], place_dest("all/Mail")));
	cr_expect(place_same(paths[0], place_dest("all/box")));
	ok(mailguard_backup_drill(&r, b, NULL, NULL));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, r.messages, 4));
	cr_expect(eq(u64, r.same, 4));
	cr_expect(lt(int, place_count(place_dest("b.drill.partial")), 0));
	mailguard_backup_free(b);
}

Test(backup, any_name_and_any_folder_comes_back)
{
	static const char *const names[] = { "Mail/a:2,S",
		                             "Mail/a;2,S",
		                             "Mail/con",
		                             "Mail/dot.",
		                             "Mail/a\tb",
		                             "Mail/a\\b",
		                             "Mail/a\nb",
		                             "Mail/50%",
		                             "Mail/\xff",
		                             "Mail/~$x",
		                             "Mail/\xe6\x97\xa5/x",
		                             "Mail/q?/x",
		                             "Mail/a b",
		                             "Mail/.hidden" };
	const char *path = place_maildir(), *dest = place_dest("b");
	mailguard_backup_report r;
	mailguard_backup *b;
	mailguard_error err;
	char link[600];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		temp_write(names[i], names[i], strlen(names[i]));
	cr_assert(eq(int, make(&b, path, dest, 0, &err), MAILGUARD_OK), "%s",
	          err.message);
	ok(mailguard_backup_restore(&r, b, 0, place_dest("r"), NULL));
	cr_expect(place_same(path, place_dest("r")));
	cr_expect(eq(u64, r.files, 16));
	mailguard_backup_free(b);
	/* A way back into itself, and one that leads nowhere. */
	snprintf(link, sizeof(link), "%s/loop", path);
	cr_assert(eq(int, symlink("..", link), 0));
	snprintf(link, sizeof(link), "%s/nowhere", path);
	cr_assert(eq(int, symlink("/does/not/exist", link), 0));
	cr_expect(eq(int, make(&b, path, place_dest("b2"), 0, &err),
	             MAILGUARD_OK),
	          "%s", err.message);
	cr_expect(told(b, "backup.left-out"));
	mailguard_backup_free(b);
}

Test(backup, a_broken_store_is_kept_as_it_is)
{
	const char *path = temp_write("x.pst", "!BDN broken", 11);
	mailguard_backup_report r;
	mailguard_backup *b;
	mailguard_error err;

	cr_assert(
		eq(int, make(&b, path, place_dest("b"), 0, &err), MAILGUARD_OK),
		"%s", err.message);
	ok(mailguard_backup_restore(&r, b, 0, place_dest("r"), NULL));
	cr_expect(place_same(path, place_dest("r")));
	ok(mailguard_backup_drill(&r, b, NULL, NULL));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
	mailguard_backup_free(b);
}

/* -- what is refused ------------------------------------------------------- */

static void refused(const char *path,
                    const char *dest,
                    uint32_t allow,
                    mailguard_status want,
                    const char *code)
{
	mailguard_error err = { 0 };
	mailguard_backup *b;

	cr_expect(eq(int, make(&b, path, dest, allow, &err), want), "%s: %s",
	          code, err.message);
	cr_expect(eq(str, err.code, (char *)code));
	cr_expect(lt(int, place_count(dest), 0), "%s", code);
	mailguard_backup_free(b);
}

Test(backup, a_place_that_shares_the_fate_of_the_mail_is_refused)
{
	const char *path = temp_write("Mail/box", BOX, strlen(BOX));
	mailguard_backup *b;
	char beside[700], folder[600];
	mailguard_error err;

	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strrchr(path, '/') - path), path);
	snprintf(beside, sizeof(beside), "%s/b", folder);
	refused(folder, beside, MAILGUARD_BACKUP_SAME_DISK, MAILGUARD_EINVAL,
	        "backup.inside");
	if (place_apart()) {
		refused(path, beside, 0, MAILGUARD_EINVAL, "backup.same-disk");
		ok(make(&b, path, beside, MAILGUARD_BACKUP_SAME_DISK, NULL));
		mailguard_backup_free(b);
	}
	mkdir(place_dest("OneDrive"), 0700);
	refused(path, place_dest("OneDrive/b"), 0, MAILGUARD_EINVAL,
	        "backup.synced");
	cr_expect(eq(int,
	             make(&b, path, place_dest("OneDrive/b"),
	                  MAILGUARD_BACKUP_SYNCED, &err),
	             MAILGUARD_OK));
	cr_expect(told(b, "backup.in-synced"));
	mailguard_backup_free(b);
	faults_room((uint64_t)1 << 20);
	refused(path, place_dest("b"), 0, MAILGUARD_EIO, "backup.full");
	faults_room(0);
	mkdir(place_dest("there"), 0700);
	cr_expect(eq(int, make(&b, path, place_dest("there"), 0, &err),
	             MAILGUARD_EEXIST));
	cr_expect(eq(int, place_count(place_dest("there")), 0));
	mailguard_backup_free(b);
}

Test(backup, a_folder_of_that_name_that_is_not_ours_is_left_alone)
{
	const char *path = temp_write("box", BOX, strlen(BOX));
	mailguard_error err;
	mailguard_backup *b;
	FILE *f;

	mkdir(place_dest("b.partial"), 0700);
	f = fopen(place_dest("b.partial/mine"), "wb");
	cr_assert(f != NULL);
	fclose(f);
	cr_expect(eq(int, make(&b, path, place_dest("b"), 0, &err),
	             MAILGUARD_EEXIST));
	cr_expect(eq(int, place_count(place_dest("b.partial")), 1));
	mailguard_backup_free(b);
}

enum { BY_FCNTL, BY_FLOCK };

/* A program that holds a lock, until it is killed. */
static pid_t hold(const char *path, int how)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int ready[2], fd;
	char c;
	pid_t pid;

	cr_assert(eq(int, pipe(ready), 0));
	pid = fork();
	if (pid == 0) {
		fd = open(path, O_RDWR);
		if (how == BY_FCNTL)
			(void)fcntl(fd, F_SETLK, &lock);
		else
			(void)flock(fd, LOCK_EX);
		(void)write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	cr_assert(eq(int, (int)read(ready[0], &c, 1), 1));
	close(ready[0]);
	close(ready[1]);
	return pid;
}

Test(backup, a_store_that_a_program_holds_is_refused_unless_allowed)
{
	static const struct {
		const char *why, *file;
		int how;
	} rows[] = {
		{ "fcntl()", "p/Mail/box", BY_FCNTL },
		{ "flock()", "p/Mail/box", BY_FLOCK },
		{ "Thunderbird is open", "p/.parentlock", BY_FCNTL },
	};
	const char *path = temp_write("p/Mail/box", BOX, strlen(BOX));
	mailguard_backup *b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *file =
			i == 2 ? temp_write(rows[i].file, "", 0) : path;
		pid_t pid = hold(file, rows[i].how);
		char name[32];

		refused(path, place_dest("b"), 0, MAILGUARD_EBUSY,
		        "backup.locked");
		cr_expect(eq(int,
		             make(&b, path, place_dest("b"),
		                  MAILGUARD_BACKUP_LOCKED, NULL),
		             MAILGUARD_OK),
		          "%s", rows[i].why);
		cr_expect(told(b, "backup.was-locked"), "%s", rows[i].why);
		cr_expect(ne(int,
		             (int)(mailguard_backup_store(b, 0)->flags &
		                   MAILGUARD_BACKUP_WAS_LOCKED),
		             0));
		mailguard_backup_free(b);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		snprintf(name, sizeof(name), "let-go-%zu", i);
		cr_expect(eq(int, make(&b, path, place_dest(name), 0, NULL),
		             MAILGUARD_OK),
		          "%s: let go", rows[i].why);
		mailguard_backup_free(b);
		rename(place_dest("b"), place_dest(rows[i].why));
	}
	temp_write("p/Mail/box.lock", "1", 1);
	refused(path, place_dest("e"), 0, MAILGUARD_EBUSY, "backup.locked");
}

/* -- changing -------------------------------------------------------------- */

static const char *growing;
static int grows;

static void grow(void)
{
	FILE *f = fopen(growing, "ab");

	if (f) {
		fputs(FROM MAIL("5"), f);
		fclose(f);
	}
}

static int grow_often(const mailguard_progress *at, void *payload)
{
	(void)payload;
	if (at->total && grows-- > 0)
		grow();
	return 0;
}

Test(backup, what_changes_meanwhile_is_copied_again)
{
	static const int times[] = { 1, 3, 1000000 };
	size_t i;

	growing = temp_write("box", BOX, strlen(BOX));
	for (i = 0; i < 3; i++) {
		mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
		const char *dest = place_dest(i == 0   ? "a"
		                              : i == 1 ? "b"
		                                       : "c");
		mailguard_backup_report r;
		mailguard_error err;
		mailguard_backup *b;
		mailguard_status st;

		grows = times[i];
		opts.allow = place_allow();
		opts.progress = grow_often;
		ok(mailguard_backup_new(&b, mg, &opts, NULL));
		ok(mailguard_backup_add(b, growing, NULL, NULL, NULL));
		st = mailguard_backup_make(b, dest, &err);
		if (i < 2) {
			ok(st);
			ok(mailguard_backup_restore(&r, b, 0, place_dest("r"),
			                            NULL));
			cr_expect(place_same(growing, place_dest("r")));
			unlink(place_dest("r"));
		} else {
			cr_expect(eq(int, st, MAILGUARD_EBUSY));
			cr_expect(eq(str, err.code, "backup.changing"));
			cr_expect(lt(int, place_count(dest), 0));
		}
		mailguard_backup_free(b);
	}
	grows = 1000000;
	{
		mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
		mailguard_backup *b;

		opts.allow = place_allow() | MAILGUARD_BACKUP_CHANGING;
		opts.tries = 3;
		opts.progress = grow_often;
		ok(mailguard_backup_new(&b, mg, &opts, NULL));
		ok(mailguard_backup_add(b, growing, NULL, NULL, NULL));
		ok(mailguard_backup_make(b, place_dest("d"), NULL));
		cr_expect(told(b, "backup.was-changing"));
		mailguard_backup_free(b);
	}
}

static const char *moving_from, *moving_to;

static int move_once(const mailguard_progress *at, void *payload)
{
	if (at->total && at->done && (*(int *)payload)-- == 1)
		rename(moving_from, moving_to);
	return 0;
}

Test(backup, a_message_that_moves_meanwhile_is_neither_lost_nor_doubled)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	const char *path = place_maildir();
	char from[600], to[600];
	mailguard_backup_report r;
	mailguard_backup *b;
	int when = 2;

	snprintf(from, sizeof(from), "%s/new/2.b.host", path);
	snprintf(to, sizeof(to), "%s/cur/2.b.host:2,S", path);
	moving_from = from;
	moving_to = to;
	opts.allow = place_allow();
	opts.progress = move_once;
	opts.payload = &when;
	ok(mailguard_backup_new(&b, mg, &opts, NULL));
	ok(mailguard_backup_add(b, path, NULL, NULL, NULL));
	ok(mailguard_backup_make(b, place_dest("b"), NULL));
	cr_expect(eq(u64, mailguard_backup_store(b, 0)->messages, 2));
	ok(mailguard_backup_restore(&r, b, 0, place_dest("r"), NULL));
	cr_expect(place_same(path, place_dest("r")));
	mailguard_backup_free(b);
}

/* -- disks that fail ------------------------------------------------------- */

#define BIG ((size_t)3 << 20)

Test(backup, what_the_disk_does_not_give_is_left_out_and_told)
{
	static const struct {
		const char *why;
		uint64_t offset, length, left_out;
	} rows[] = {
		{ "a page", 8192, 4096, 4096 },
		{ "part of a page", 8192 + 512, 512, 4096 - 512 },
		{ "the beginning", 0, 4096, 4096 },
		{ "a region", 100 * 4096, 200 * 4096, 200 * 4096 },
		{ "the end", BIG - 5000, 5000, 5000 },
		{ "all of it", 0, BIG, BIG },
	};
	char *text = malloc(BIG), *copy;
	const char *path;
	size_t i, k, n;

	cr_assert(text != NULL);
	for (i = 0; i < BIG; i++)
		text[i] = (char)('a' + i % 23);
	path = temp_write("big", text, BIG);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const mailguard_backed_store *s;
		mailguard_backup_report r;
		mailguard_backup *b;
		mailguard_error err;
		char name[8] = "0";

		name[0] = (char)('0' + i);
		faults_unreadable(NULL, 0, 0);
		faults_unreadable(path, rows[i].offset, rows[i].length);
		cr_assert(eq(int, make(&b, path, place_dest(name), 0, &err),
		             MAILGUARD_OK),
		          "%s: %s", rows[i].why, err.message);
		s = mailguard_backup_store(b, 0);
		cr_expect(told(b, "backup.unreadable"), "%s", rows[i].why);
		cr_expect(ne(int, (int)(s->flags & MAILGUARD_BACKUP_TORN), 0));
		cr_expect(eq(u64, s->bytes, BIG), "%s", rows[i].why);
		cr_expect(eq(u64, s->skipped, rows[i].left_out), "%s",
		          rows[i].why);
		faults_unreadable(NULL, 0, 0);
		strcat(name, "r");
		ok(mailguard_backup_restore(&r, b, 0, place_dest(name), NULL));
		copy = place_read(place_dest(name), &n);
		cr_assert(copy != NULL);
		for (k = 0; k < BIG; k++)
			if (copy[k] != text[k] &&
			    (copy[k] || k < rows[i].offset ||
			     k >= rows[i].offset + rows[i].left_out))
				break;
		cr_expect(eq(sz, k, BIG), "%s", rows[i].why);
		free(copy);
		mailguard_backup_free(b);
		unlink(place_dest(name));
	}
	free(text);
}

/* All that can be asked of a backup that was being made when a disk failed. */
static void whole_or_nothing(const char *path, const char *dest, int n)
{
	mailguard_backup_report r;
	mailguard_backup *b;
	mailguard_error err;

	if (access(dest, F_OK) == 0) {
		cr_assert(eq(int,
		             mailguard_backup_open(&b, mg, dest, NULL, &err),
		             MAILGUARD_OK),
		          "%d: %s", n, err.message);
		ok(mailguard_backup_verify(&r, b, 0, NULL));
		cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND), "%d",
		          n);
		mailguard_backup_free(b);
		return;
	}
	/* And the next run is not in its way. */
	cr_expect(eq(int, make(&b, path, dest, 0, &err), MAILGUARD_OK),
	          "%d: %s", n, err.message);
	mailguard_backup_free(b);
}

static int calls_of_one(const char *path)
{
	mailguard_backup *b;

	faults_at(FAULTS_NONE, 0);
	ok(make(&b, path, place_dest("first"), 0, NULL));
	mailguard_backup_free(b);
	return faults_off();
}

Test(backup, a_disk_that_is_full_or_broken_at_any_write_leaves_nothing)
{
	static const faults_kind kinds[] = { FAULTS_FULL, FAULTS_BROKEN };
	const char *path = place_maildir();
	int n, k, all = calls_of_one(path);

	cr_assert(gt(int, all, 30), "%d", all);
	for (k = 0; k < 2; k++)
		for (n = 0; n < all; n++) {
			mailguard_backup *b;
			mailguard_status st;
			char name[32];

			snprintf(name, sizeof(name), "%d-%d", k, n);
			faults_at(kinds[k], n);
			st = make(&b, path, place_dest(name), 0, NULL);
			faults_off();
			mailguard_backup_free(b);
			cr_expect(ne(int, faults_hit(), 0), "%d", n);
			if (st >= 0) { /* what failed was of no matter */
				whole_or_nothing(path, place_dest(name), n);
				continue;
			}
			cr_expect(eq(int, st, MAILGUARD_EIO), "%s", name);
			cr_expect(lt(int, access(place_dest(name), F_OK), 0),
			          "%s", name);
			strcat(name, ".partial");
			cr_expect(lt(int, access(place_dest(name), F_OK), 0),
			          "%s", name);
		}
}

Test(backup, a_kill_at_any_write_leaves_no_backup_or_a_whole_one)
{
	static const faults_kind kinds[] = { FAULTS_KILL, FAULTS_TORN };
	const char *path = place_maildir();
	int n, k, status, killed = 0, all = calls_of_one(path);

	for (k = 0; k < 2; k++)
		for (n = 0; n < all; n++) {
			mailguard_backup *b;
			char name[32];
			pid_t pid;

			snprintf(name, sizeof(name), "%d-%d", k, n);
			pid = fork();
			if (pid == 0) {
				faults_at(kinds[k], n);
				(void)make(&b, path, place_dest(name), 0, NULL);
				_exit(0);
			}
			waitpid(pid, &status, 0);
			killed += WIFSIGNALED(status) != 0;
			whole_or_nothing(path, place_dest(name), n);
		}
	cr_expect(ge(int, killed, all), "%d of %d", killed, all);
}

Test(backup, a_disk_that_lies_is_found_out)
{
	const char *path = place_maildir();
	int n, lies = 0, all = calls_of_one(path);

	for (n = 0; n < all; n++) {
		mailguard_backup *b;
		mailguard_status st;
		char name[32];

		snprintf(name, sizeof(name), "%d", n);
		faults_at(FAULTS_LIES, n);
		st = make(&b, path, place_dest(name), 0, NULL);
		faults_off();
		mailguard_backup_free(b);
		lies += faults_hit();
		cr_expect(eq(int, st,
		             faults_hit() ? MAILGUARD_EIO : MAILGUARD_OK),
		          "%d", n);
	}
	cr_expect(ge(int, lies, 2)); /* each copy */
}

static int stop(const mailguard_progress *at, void *payload)
{
	(void)at;
	return --*(int *)payload < 0;
}

Test(backup, cancelled_at_any_time_it_leaves_nothing)
{
	const char *path = place_maildir();
	mailguard_status st = MAILGUARD_ECANCELLED;
	int n;

	for (n = 0; st == MAILGUARD_ECANCELLED; n++) {
		mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
		mailguard_backup *b;
		int left = n;

		opts.allow = place_allow();
		opts.progress = stop;
		opts.payload = &left;
		ok(mailguard_backup_new(&b, mg, &opts, NULL));
		ok(mailguard_backup_add(b, path, NULL, NULL, NULL));
		st = mailguard_backup_make(b, place_dest("b"), NULL);
		mailguard_backup_free(b);
		if (st < 0)
			cr_expect(lt(int, access(place_dest("b.partial"), F_OK),
			             0));
	}
	ok(st);
	cr_expect(gt(int, n, 10));
}
