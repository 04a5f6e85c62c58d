/* What a move promises: the mail is at the new place, and still at the old. */
#include <mailguard/backup.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/faults.h"
#include "backup/place.h"
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
	mailguard_free(mg);
	place_end();
}

TestSuite(backup_move, .init = setup, .fini = teardown, .timeout = 120);

static mailguard_backup *made(const char *path, const char *dest)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_backup *b;

	opts.allow = place_allow();
	ok(mailguard_backup_new(&b, mg, &opts, NULL));
	ok(mailguard_backup_add(b, path, NULL, NULL, NULL));
	ok(mailguard_backup_make(b, dest, NULL));
	return b;
}

/* Beside a store, under another name. */
static const char *beside(const char *path, const char *name)
{
	static char at[4][700];
	static unsigned next;
	char *to = at[next++ % 4];

	snprintf(to, sizeof(at[0]), "%.*s/%s", (int)(strrchr(path, '/') - path),
	         path, name);
	return to;
}

Test(backup_move, the_original_stays_unless_it_is_to_be_put_aside)
{
	const char *path = place_maildir(), *one = beside(path, "one");
	const char *two = beside(path, "two"),
		   *old = beside(path, "Mail.moved");
	mailguard_backup *b = made(path, place_dest("b"));
	mailguard_backup_report r;
	mailguard_error err;

	cr_assert(eq(int, mailguard_backup_move(&r, b, 0, one, 0, &err),
	             MAILGUARD_OK),
	          "%s", err.message);
	cr_expect(eq(u64, r.same, 2));
	cr_expect(place_same(path, one));
	cr_expect(eq(int, mailguard_backup_move(&r, b, 0, one, 1, &err),
	             MAILGUARD_EEXIST));
	ok(mailguard_backup_move(&r, b, 0, two, 1, NULL));
	cr_expect(place_same(old, two));
	cr_expect(lt(int, access(path, F_OK), 0));
	mailguard_backup_free(b);
}

Test(backup_move, what_changed_since_the_backup_is_not_moved)
{
	const char *path = place_maildir(), *to = beside(path, "to");
	mailguard_backup *b = made(path, place_dest("b"));
	mailguard_backup_report r;
	mailguard_error err;

	temp_write("Mail/new/9.x", MAIL("9"), strlen(MAIL("9")));
	cr_expect(eq(int, mailguard_backup_move(&r, b, 0, to, 1, &err),
	             MAILGUARD_EBUSY));
	cr_expect(eq(str, err.code, "backup.outdated"));
	cr_expect(lt(int, access(to, F_OK), 0));
	cr_expect(eq(int, access(path, F_OK), 0));
	mailguard_backup_free(b);
}

static void grow(void)
{
	temp_write("Mail/new/7.x", MAIL("7"), strlen(MAIL("7")));
}

Test(backup_move, what_changes_meanwhile_is_not_moved_either)
{
	const char *path = place_maildir(), *to = beside(path, "to");
	mailguard_backup *b = made(path, place_dest("b"));
	mailguard_backup_report r;
	mailguard_status st;

	faults_hook = grow;
	faults_at(FAULTS_CALL, 5);
	st = mailguard_backup_move(&r, b, 0, to, 1, NULL);
	faults_off();
	cr_expect(ne(int, faults_hit(), 0));
	cr_expect(eq(int, st, MAILGUARD_EBUSY));
	cr_expect(lt(int, access(to, F_OK), 0));
	cr_expect(eq(int, access(path, F_OK), 0));
	mailguard_backup_free(b);
}

Test(backup_move, a_risky_place_is_refused)
{
	const char *path = temp_write("box", BOX, strlen(BOX));
	mailguard_backup *b = made(path, place_dest("b"));
	mailguard_backup_report r;
	mailguard_error err;

	mkdir(beside(path, "Dropbox"), 0700);
	cr_expect(eq(int,
	             mailguard_backup_move(&r, b, 0, beside(path, "Dropbox/x"),
	                                   0, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "backup.risky"));
	cr_expect(eq(int, mailguard_backup_move(&r, b, 1, path, 0, &err),
	             MAILGUARD_EINVAL));
	mailguard_backup_free(b);
}

Test(backup_move, a_disk_that_fails_at_any_write_leaves_the_original)
{
	const char *path = place_maildir();
	mailguard_backup *b = made(path, place_dest("b"));
	mailguard_status st = MAILGUARD_EIO;
	int n;

	for (n = 0; st == MAILGUARD_EIO || n < 10; n++) {
		const char *to = beside(path, "to");
		mailguard_backup_report r;

		faults_at(FAULTS_FULL, n);
		st = mailguard_backup_move(&r, b, 0, to, 0, NULL);
		faults_off();
		cr_expect(eq(int, access(path, F_OK), 0), "%d", n);
		if (st >= 0)
			break;
		cr_expect(lt(int, access(to, F_OK), 0), "%d", n);
		cr_expect(lt(int, access(beside(path, "to.partial"), F_OK), 0));
	}
	ok(st);
	cr_expect(gt(int, n, 10));
	mailguard_backup_free(b);
}
