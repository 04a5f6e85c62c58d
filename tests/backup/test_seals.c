/* What a sealed backup promises: that nothing in it changes unseen. */
#define _GNU_SOURCE
#include <mailguard/backup.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
	mailguard_free(mg);
	place_end();
}

TestSuite(backup_seals, .init = setup, .fini = teardown, .timeout = 120);

static mailguard_backup *begin(mailguard *handle)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_backup *b;

	opts.allow = place_allow();
	if (mailguard_backup_new(&b, handle, &opts, NULL) < 0)
		return NULL;
	return b;
}

/* A backup of an mbox and a Maildir, open. */
static mailguard_backup *made(const char *dest)
{
	mailguard_backup *b = begin(mg);
	const char *path = temp_write("box", BOX, strlen(BOX));

	ok(mailguard_backup_add(b, path, "C:\\Users\\ann\\box", "m1", NULL));
	ok(mailguard_backup_add(b, place_maildir(), NULL, NULL, NULL));
	ok(mailguard_backup_make(b, dest, NULL));
	return b;
}

static void flip(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	cr_assert(f != NULL);
	fseek(f, at, SEEK_SET);
	c = fgetc(f);
	fseek(f, at, SEEK_SET);
	fputc(c ^ 1, f);
	fclose(f);
}

static const char *in(const char *dest, const char *name)
{
	static char path[1024];

	snprintf(path, sizeof(path), "%s/%s", dest, name);
	return path;
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

Test(backup_seals, every_byte_of_every_file_is_sealed)
{
	static const char *const tags[] = { "bagit.txt",
		                            "bag-info.txt",
		                            "mailguard-files.tsv",
		                            "mailguard-backup.json",
		                            "stores/1.manifest",
		                            "manifest-sha256.txt",
		                            "tagmanifest-sha256.txt" };
	const char *dest = place_dest("b");
	mailguard_backup *b = made(dest);
	mailguard_backup_report r;
	mailguard_error err;
	struct stat sb;
	size_t i;
	long at;

	mailguard_backup_free(b);
	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		cr_assert(eq(int, stat(in(dest, tags[i]), &sb), 0), "%s",
		          tags[i]);
		for (at = 0; at < sb.st_size; at += 1 + sb.st_size / 40) {
			flip(in(dest, tags[i]), at);
			cr_expect(lt(int,
			             mailguard_backup_open(&b, mg, dest, NULL,
			                                   &err),
			             0),
			          "%s %ld", tags[i], at);
			cr_expect(eq(ptr, b, NULL));
			flip(in(dest, tags[i]), at);
		}
	}
	for (at = 0; at < (long)strlen(BOX); at += 7) {
		flip(in(dest, "data/1/box"), at);
		ok(mailguard_backup_open(&b, mg, dest, NULL, NULL));
		ok(mailguard_backup_verify(&r, b, 0, NULL));
		cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
		cr_expect(eq(u64, r.wrong, 1));
		cr_expect(told(b, "backup.copy-wrong"));
		cr_expect(eq(int,
		             mailguard_backup_restore(&r, b, 0, place_dest("r"),
		                                      &err),
		             MAILGUARD_EIO));
		cr_expect(eq(str, err.code, "backup.not-sealed"));
		cr_expect(lt(int, place_count(place_dest("r")), 0));
		cr_expect(lt(int, place_count(place_dest("r.partial")), 0));
		mailguard_backup_free(b);
		flip(in(dest, "data/1/box"), at);
	}
}

Test(backup_seals, what_is_missing_cut_or_added_is_told)
{
	const char *dest = place_dest("b");
	mailguard_backup *b = made(dest);
	mailguard_backup_report r;
	FILE *f;

	ok(mailguard_backup_verify(&r, b, 1, NULL));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_UNKNOWN));
	f = fopen(in(dest, "data/2/new"), "wb");
	cr_assert(f != NULL);
	fclose(f);
	ok(mailguard_backup_verify(&r, b, 0, NULL));
	cr_expect(eq(u64, r.added, 1));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_ODD));
	cr_assert(eq(int, truncate(in(dest, "data/1/box"), 100), 0));
	ok(mailguard_backup_verify(&r, b, 1, NULL));
	cr_expect(eq(u64, r.wrong, 1));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_assert(eq(int, unlink(in(dest, "data/1/box")), 0));
	ok(mailguard_backup_verify(&r, b, 0, NULL));
	cr_expect(eq(u64, r.missing, 1));
	cr_expect(told(b, "backup.copy-missing"));
	mailguard_backup_free(b);
}

/* Somebody sealed it anew: the messages still tell. */
Test(backup_seals, a_drill_reads_every_message_that_comes_back)
{
	static const struct {
		const char *why, *text;
		uint64_t same, missing, added;
		mailguard_soundness verdict;
	} rows[] = {
		{ "as it was", BOX, 4, 0, 0, MAILGUARD_SOUNDNESS_SOUND },
		{ "one is gone", FROM MAIL("2"), 3, 1, 0,
		  MAILGUARD_SOUNDNESS_DAMAGED },
		{ "one is another", FROM MAIL("1") FROM MAIL("7"), 3, 1, 1,
		  MAILGUARD_SOUNDNESS_DAMAGED },
		{ "no mail at all", "nothing", 2, 2, 0,
		  MAILGUARD_SOUNDNESS_DAMAGED },
	};
	const char *dest = place_dest("b"), *other = place_dest("o");
	mailguard_backup *b = made(dest);
	size_t i;

	mailguard_backup_free(b);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path =
			temp_write("box", rows[i].text, strlen(rows[i].text));
		mailguard_backup_report r;
		char line[2048];

		/* A backup of what it is now, with the counts of then. */
		b = begin(mg);
		ok(mailguard_backup_add(b, path, NULL, NULL, NULL));
		ok(mailguard_backup_add(b, place_maildir(), NULL, NULL, NULL));
		ok(mailguard_backup_make(b, other, NULL));
		mailguard_backup_free(b);
		snprintf(line, sizeof(line),
		         "cp %s/stores/*.manifest %s/stores/ && "
		         "cp %s/mailguard-backup.json %s/bag-info.txt %s/ && "
		         "grep -q stores/1 %s/tagmanifest-sha256.txt || "
		         "cp %s/tagmanifest-sha256.txt %s/",
		         dest, other, dest, dest, other, other, dest, other);
		cr_assert(eq(int, system(line), 0));
		place_reseal(other);
		ok(mailguard_backup_open(&b, mg, other, NULL, NULL));
		ok(mailguard_backup_drill(&r, b, place_dest(""), NULL));
		cr_expect(eq(int, r.verdict, rows[i].verdict), "%s",
		          rows[i].why);
		cr_expect(eq(u64, r.messages, 4));
		cr_expect(eq(u64, r.same, rows[i].same), "%s", rows[i].why);
		cr_expect(eq(u64, r.mails_missing, rows[i].missing), "%s",
		          rows[i].why);
		cr_expect(eq(u64, r.mails_added, rows[i].added), "%s",
		          rows[i].why);
		mailguard_backup_free(b);
		snprintf(line, sizeof(line), "rm -r %s", other);
		cr_assert(eq(int, system(line), 0));
	}
}

Test(backup_seals, a_forged_list_leads_nowhere)
{
	static const char *const lies[] = { "../../evil", "/etc/passwd", "..",
		                            "a/../../b", "a//b" };
	const char *dest = place_dest("b");
	mailguard_backup *b = made(dest);
	mailguard_backup_report r;
	mailguard_error err;
	size_t i, n;
	char *list;

	mailguard_backup_free(b);
	list = place_read(in(dest, "mailguard-files.tsv"), &n);
	cr_assert(list != NULL);
	for (i = 0; i < 2 * sizeof(lies) / sizeof(lies[0]); i++) {
		FILE *f = fopen(in(dest, "mailguard-files.tsv"), "wb");
		char *cell = strstr(list, i % 2 ? "data/" : "cur/");

		cr_assert(f && cell);
		fwrite(list, 1, (size_t)(cell - list), f);
		fputs(lies[i / 2], f);
		fputs(strchr(cell, '\t'), f);
		fclose(f);
		place_reseal(dest);
		ok(mailguard_backup_open(&b, mg, dest, NULL, NULL));
		cr_expect(eq(int, mailguard_backup_verify(&r, b, 0, &err),
		             MAILGUARD_EFORMAT),
		          "%s", lies[i / 2]);
		cr_expect(eq(str, err.code, "backup.bad-line"));
		cr_expect(
			eq(int,
		           mailguard_backup_restore(&r, b, MAILGUARD_BACKUP_ALL,
		                                    place_dest("r"), NULL),
		           MAILGUARD_EFORMAT));
		cr_expect(lt(int, place_count(place_dest("r")), 0));
		mailguard_backup_free(b);
	}
	free(list);
}

Test(backup_seals, what_is_no_backup_is_refused)
{
	mailguard_error err;
	mailguard_backup *b;

	mkdir(place_dest("empty"), 0700);
	cr_expect(eq(
		int,
		mailguard_backup_open(&b, mg, place_dest("empty"), NULL, &err),
		MAILGUARD_EFORMAT));
	cr_expect(eq(str, err.code, "backup.broken"));
	cr_expect(eq(
		int,
		mailguard_backup_open(&b, mg, place_dest("none"), NULL, &err),
		MAILGUARD_EFORMAT));
	cr_expect(eq(int, mailguard_backup_open(&b, mg, NULL, NULL, &err),
	             MAILGUARD_EINVAL));
	b = begin(mg);
	cr_expect(eq(int, mailguard_backup_make(b, place_dest("b"), &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "backup.nothing"));
	cr_expect(
		eq(int,
	           mailguard_backup_add(b, "/does/not/exist", NULL, NULL, &err),
	           MAILGUARD_EIO));
	mailguard_backup_free(b);
}

/* -- settings and secrets -------------------------------------------------- */

#define PROFILE                                                             \
 "{\"schema\":\"mailguard-profile-1\",\"accounts\":[{\"id\":\"a1\","        \
 "\"address\":\"ann@example.org\",\"server_in\":\"S1\",\"store\":\"m1\"}]," \
 "\"servers\":[{\"id\":\"S1\",\"host\":\"mail.example.org\",\"protocol\":"  \
 "\"imap\",\"tls\":\"implicit\"}],\"stores\":[{\"id\":\"m1\",\"kind\":"     \
 "\"mbox\",\"path\":\"C:\\\\mail\\\\box\",\"file\":\"%s\"}]}"
#define SECRET "correct horse"

static const char *needle;
static bool found;

static int look(const char *path,
                const struct stat *sb,
                int flag,
                struct FTW *at)
{
	size_t n;
	char *text = flag == FTW_F ? place_read(path, &n) : NULL;

	(void)sb;
	(void)at;
	found |= text && memmem(text, n, needle, strlen(needle)) != NULL;
	free(text);
	return 0;
}

Test(backup_seals, settings_lie_open_and_secrets_do_not)
{
	const char *path = temp_write("box", BOX, strlen(BOX));
	const char *reg = temp_write("x.reg", SECRET "\n", strlen(SECRET) + 1);
	mailguard_span phrase = { (const unsigned char *)"battery", 7 };
	mailguard_span wrong = { (const unsigned char *)"staple", 6 };
	mailguard_span secret = { (const unsigned char *)SECRET,
		                  strlen(SECRET) };
	mailguard_profile *p;
	mailguard_backup *b;
	mailguard_buffer *buf;
	mailguard_error err;
	char text[1024];

	snprintf(text, sizeof(text), PROFILE, path);
	cr_assert(eq(int,
	             mailguard_profile_parse(
			     &p, mg,
			     (mailguard_span){ (unsigned char *)text,
	                                       strlen(text) },
			     NULL, &err),
	             MAILGUARD_OK),
	          "%s", err.message);
	b = begin(mg);
	ok(mailguard_backup_settings(b, p, 1, NULL));
	mailguard_profile_free(p);
	ok(mailguard_backup_secret(b, "ann", secret, NULL));
	ok(mailguard_backup_secret_file(b, reg, NULL));
	cr_expect(eq(int, mailguard_backup_make(b, place_dest("b"), &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "seal.no-passphrase"));
	ok(mailguard_backup_passphrase(b, phrase, NULL));
	ok(mailguard_backup_make(b, place_dest("b"), NULL));
	cr_expect(eq(str, (char *)mailguard_backup_store(b, 0)->id, "m1"));
	cr_expect(eq(str, (char *)mailguard_backup_store(b, 0)->path,
	             "C:\\mail\\box"));
	mailguard_backup_free(b);

	needle = SECRET;
	nftw(place_dest("b"), look, 16, FTW_PHYS);
	cr_expect(not(found));
	needle = "ann@example.org";
	nftw(place_dest("b"), look, 16, FTW_PHYS);
	cr_expect(found);

	ok(mailguard_backup_open(&b, mg, place_dest("b"), NULL, NULL));
	ok(mailguard_buffer_new(&buf, mg, NULL));
	cr_expect(eq(int, mailguard_backup_unseal(buf, b, wrong, &err),
	             MAILGUARD_EFORMAT));
	cr_expect(eq(sz, mailguard_buffer_length(buf), 0));
	ok(mailguard_backup_unseal(buf, b, phrase, NULL));
	cr_expect(strstr(mailguard_buffer_text(buf),
	                 "{\"name\":\"ann\",\"base64\":"
	                 "\"Y29ycmVjdCBob3JzZQ==\"}") != NULL);
	cr_expect(strstr(mailguard_buffer_text(buf), "\"x.reg\"") != NULL);
	mailguard_buffer_clear(buf);
	ok(mailguard_backup_profile(buf, b, NULL));
	cr_expect(strstr(mailguard_buffer_text(buf), "ann@example.org") !=
	          NULL);
	mailguard_buffer_free(buf);
	mailguard_backup_free(b);
}

/* -- memory ---------------------------------------------------------------- */

static mailguard_status all_of_it(mailguard *tight, const char *dest, int n)
{
	mailguard_backup_options opts = MAILGUARD_BACKUP_OPTIONS_INIT;
	mailguard_backup_report r;
	mailguard_backup *b = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_status st;
	char name[32];

	opts.allow = place_allow();
	snprintf(name, sizeof(name), "r%d", n);
	st = mailguard_backup_new(&b, tight, &opts, NULL);
	if (st >= 0)
		st = mailguard_backup_add(b, place_maildir(), NULL, "m1", NULL);
	if (st >= 0)
		st = mailguard_backup_make(b, dest, NULL);
	mailguard_backup_free(b);
	b = NULL;
	if (st >= 0)
		st = mailguard_backup_open(&b, tight, dest, &opts, NULL);
	if (st >= 0)
		st = mailguard_backup_verify(&r, b, 0, NULL);
	if (st >= 0)
		st = mailguard_backup_restore(&r, b, 0, place_dest(name), NULL);
	if (st >= 0)
		st = mailguard_backup_drill(&r, b, NULL, NULL);
	if (st >= 0)
		st = mailguard_buffer_new(&buf, tight, NULL);
	if (st >= 0)
		st = mailguard_backup_json(buf, b, &r, NULL);
	if (st >= 0)
		st = mailguard_backup_text(buf, b, &r, NULL);
	mailguard_buffer_free(buf);
	mailguard_backup_free(b);
	return st;
}

Test(backup_seals, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	do {
		mailguard *tight;
		char name[32];

		snprintf(name, sizeof(name), "b%d", n);
		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = all_of_it(tight, place_dest(name), n++);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		mailguard_free(tight);
		strcat(name, ".partial");
		cr_expect(lt(int, access(place_dest(name), F_OK), 0));
	} while (st != MAILGUARD_OK);
	cr_expect(gt(int, n, 100), "%d", n);
	cr_expect(zero(int, fail_alloc_live()));
}
