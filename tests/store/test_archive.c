/* What archives promise: all mail in them, and nothing outside of them. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os_dir.h"
#include "store/archive/archive.h"
#include "store/zip_make.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static const char *folder;
static zip z;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	folder = temp_begin();
	memset(&z, 0, sizeof(z));
}

static void teardown(void)
{
	zip_free(&z);
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_archive, .init = setup, .fini = teardown, .timeout = 120);

#define MAIL(who)                                                        \
 "From: " who "@example.org\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n" \
 "Subject: " who "\r\n\r\ntext\r\n"
#define FROM_ "From ann@example.org Thu Jan  1 00:00:00 2026\n"

static void put(const char *name, const char *text, int how)
{
	zip_put(&z, name, text, strlen(text), how);
}

static const char *zip_write(void)
{
	zip_end(&z);
	return temp_write("all.zip", z.at, z.len);
}

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages, lost;
	char codes[1024];
} seen;

static seen look(const char *path)
{
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;
	seen out;

	memset(&out, 0, sizeof(out));
	if (mailguard_store_open(&s, mg, path, NULL) < 0)
		return out;
	ok(mailguard_store_check(&c, s, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		if (strncmp(f->code, "archive.", 8) == 0)
			snprintf(out.codes + strlen(out.codes),
			         sizeof(out.codes) - strlen(out.codes),
			         "%s %s\n", f->code,
			         f->where + strlen(folder) + 1);
	sum = mailguard_check_result(c);
	out.verdict = sum->verdict;
	out.messages = sum->messages;
	out.lost = sum->lost;
	mailguard_check_free(c);
	mailguard_store_free(s);
	return out;
}

Test(store_archive, every_kind_of_store_in_one_is_read_with_its_folders)
{
	static const struct {
		const char *folder, *file;
		uint32_t flags;
	} want[] = {
		{ "Becky/Inbox", "Becky/!!!!Inbox/3eb70643.bmf",
		  MAILGUARD_FLAG_SEEN },
		{ "Mail/old", "Mail/old", 0 },
		{ "", "note.eml", 0 },
		{ "md/INBOX", "md/cur/1.a:2,SF",
		  MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_FLAGGED },
		{ "mh", "mh/1", MAILGUARD_FLAG_SEEN },
		{ "mh", "mh/2", 0 },
	};
	const mailguard_item *item;
	mailguard_store *s;
	mailguard_walk *w;
	size_t i, n = 0;

	put("note.eml", MAIL("eml"), 0);
	put("Mail/old", FROM_ MAIL("mbox"), ZIP_PACKED);
	put("md/cur/1.a:2,SF", MAIL("maildir"), 0);
	zip_put(&z, "md/new/", "", 0, 0);
	put("mh/1", MAIL("one"), 0);
	put("mh/2", MAIL("two"), ZIP_PACKED | ZIP_LATE);
	put("mh/.mh_sequences", "unseen: 2\n", 0);
	put("Becky/!!!!Inbox/3eb70643.bmf",
	    "X-Becky-Status: 010001,0\r\n" MAIL("becky") ".\r\n", 0);
	put("photo.jpg", "\xff\xd8\xff\xe0 no mail", 0);
	ok(mailguard_store_open(&s, mg, zip_write(), NULL));
	cr_expect(eq(str, (char *)mailguard_store_format(s), "archive"));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		mailguard_message *msg;

		for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
			if (strcmp(item->folder, want[i].folder) == 0 &&
			    strstr(item->file, want[i].file) &&
			    strncmp(item->file, folder, strlen(folder)) == 0 &&
			    item->flags == want[i].flags)
				break;
		cr_expect(lt(sz, i, sizeof(want) / sizeof(want[0])),
		          "%s in %s, %x", item->file, item->folder,
		          (unsigned)item->flags);
		ok(mailguard_walk_message(&msg, w, NULL));
		cr_expect(ne(i64, mailguard_message_date(msg), 0));
		mailguard_message_free(msg);
		n++;
	}
	cr_expect(eq(sz, n, sizeof(want) / sizeof(want[0])));
	mailguard_walk_free(w);
	mailguard_store_free(s);
	cr_expect(eq(int, look(temp_write("all.zip", z.at, z.len)).verdict,
	             MAILGUARD_SOUNDNESS_SOUND));
}

Test(store_archive, nothing_is_ever_written_outside)
{
	seen s;

	put("a.eml", MAIL("good"), 0);
	put("../out.eml", MAIL("up"), 0);
	put("x/../../out.eml", MAIL("up"), 0);
	put("..\\out.eml", MAIL("up"), 0);
	put("/tmp/mailguard-test-out.eml", MAIL("root"), 0);
	put("C:\\out.eml", MAIL("drive"), 0);
	put("b\x01.eml", MAIL("control"), 0);
	put("link", "/etc", ZIP_LINK);
	put("link/passwd.eml", MAIL("through"), 0);
	s = look(zip_write());
	cr_expect(eq(u64, s.messages, 2)); /* link/ is a folder of its own */
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(str, s.codes,
	             "archive.outside all.zip/../out.eml\n"
	             "archive.outside all.zip/x/../../out.eml\n"
	             "archive.outside all.zip/../out.eml\n"
	             "archive.outside all.zip//tmp/mailguard-test-out.eml\n"
	             "archive.outside all.zip/C:/out.eml\n"
	             "archive.outside all.zip/b\x01.eml\n"
	             "archive.link all.zip/link\n"));
	cr_expect(not(mgi_path_exists("/tmp/mailguard-test-out.eml")));
}

Test(store_archive, what_is_not_given_is_named)
{
	seen s;

	put("a.eml", MAIL("good"), 0);
	put("secret.eml", MAIL("secret"), ZIP_LOCKED);
	put("more.zip", "PK\003\004", 0);
	put("a.eml", MAIL("twin"), 0);
	put("a.eml/b.eml", MAIL("below a file"), 0);
	s = look(zip_write());
	cr_expect(eq(u64, s.messages, 2));
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(str, s.codes,
	             "archive.locked all.zip/secret.eml\n"
	             "archive.twin all.zip/a.eml\n"
	             "archive.name all.zip/a.eml/b.eml\n"
	             "archive.nested all.zip/more.zip\n"));
}

Test(store_archive, a_bomb_is_stopped_and_told)
{
	size_t size = (size_t)100 << 20;
	char *much = calloc(1, size);
	seen s;

	if (!much)
		cr_fatal("no memory");
	memcpy(much, FROM_ MAIL("bomb"), sizeof(FROM_ MAIL("bomb")) - 1);
	put("a.eml", MAIL("good"), 0);
	zip_put(&z, "much.mbox", much, size, ZIP_PACKED);
	put("b.eml", MAIL("behind"), 0);
	free(much);
	s = look(zip_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(ne(ptr, strstr(s.codes, "archive.bomb all.zip/much.mbox\n"),
	             NULL));
}

/* A torn archive is never called sound, and what is before is given. */
Test(store_archive, one_cut_anywhere_is_never_called_sound)
{
	size_t cut;

	put("a.eml", MAIL("one"), ZIP_PACKED);
	put("b.eml", MAIL("two"), ZIP_PACKED);
	zip_end(&z);
	for (cut = 60; cut < z.len; cut += 11) {
		seen s = look(temp_write("cut.zip", z.at, cut));

		cr_expect(ne(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND),
		          "cut at %zu", cut);
	}
}

Test(store_archive, its_private_folder_is_gone_with_the_store)
{
	mailguard_store *s;
	char root[256];

	put("a.eml", MAIL("one"), 0);
	put("b/c/d.eml", MAIL("two"), 0);
	ok(mailguard_store_open(&s, mg, zip_write(), NULL));
	snprintf(root, sizeof(root), "%s", ((mgi_archive *)s->own)->root);
	cr_expect(mgi_path_exists(root));
	mailguard_store_free(s);
	cr_expect(not(mgi_path_exists(root)));
}

Test(store_archive, salvage_keeps_folders_flags_and_dates)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report report;
	const mailguard_item *item;
	mailguard_store *s;
	mailguard_walk *w;
	mgi_arena *arena;
	char dest[4096];
	int n = 0;

	put("md/cur/1.a:2,RS", MAIL("maildir"), 0);
	put("md/.Sent/cur/2.a:2,F", MAIL("sent"), 0);
	snprintf(dest, sizeof(dest), "%s/new", folder);
	ok(mailguard_store_open(&s, mg, zip_write(), NULL));
	opts.format = "maildir";
	ok(mailguard_store_salvage(&report, s, dest, &opts, NULL));
	cr_expect(eq(u64, report.intact, 2));
	cr_expect(eq(int, report.verdict, MAILGUARD_SOUNDNESS_SOUND));
	mailguard_store_free(s);
	ok(mailguard_store_open(&s, mg, dest, NULL));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		bool sent = strstr(item->folder, "Sent") != NULL;

		cr_expect(eq(u32, item->flags,
		             sent ? MAILGUARD_FLAG_FLAGGED
		                  : MAILGUARD_FLAG_SEEN |
		                             MAILGUARD_FLAG_ANSWERED));
		n++;
	}
	cr_expect(eq(int, n, 2));
	mailguard_walk_free(w);
	mailguard_store_free(s);
	arena = mgi_arena_new(mg);
	mgi_archive_clear(arena, dest);
	mgi_arena_free(arena);
}

Test(store_archive, every_failing_allocation_is_survived)
{
	const char *path;
	int n, refused = 0, whole = 0;

	put("a.eml", MAIL("one"), 0);
	put("b/old.mbox", FROM_ MAIL("two"), ZIP_PACKED);
	put("/x", MAIL("no"), 0);
	path = zip_write();
	for (n = 0; n < 600 && whole < 20; n++) {
		const mailguard_finding *f;
		mailguard_store *s = NULL;
		mailguard_check *c = NULL;
		mailguard_status st;
		mailguard *own;

		if (mailguard_new(&own, fail_alloc_at(n), NULL) < 0)
			continue;
		st = mailguard_store_open(&s, own, path, NULL);
		if (st >= 0)
			st = mailguard_store_check(&c, s, NULL, NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_check_next(&f, c, NULL);
		refused += st == MAILGUARD_ENOMEM;
		if (st == MAILGUARD_ITEROVER) {
			whole++;
			cr_expect(
				eq(u64, mailguard_check_result(c)->messages, 2),
				"allocation %d", n);
		}
		mailguard_check_free(c);
		mailguard_store_free(s);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0), "allocation %d", n);
	}
	cr_expect(lt(int, 20, refused));
	cr_expect(eq(int, whole, 20));
}
