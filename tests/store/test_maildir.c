/* What store/maildir.c promises. */
#include <mailguard/store.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/walker.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char folder[256];

#define MSG(s)                                                          \
 "From: a@b.example\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nSubject: " s \
 "\n\nx\n"

static void put(const char *name, const char *text)
{
	const char *path = temp_write(name, text, strlen(text));

	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strlen(path) - strlen(name) - 1), path);
}

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

TestSuite(store_maildir, .init = setup, .fini = teardown, .timeout = 60);

Test(store_maildir, reads_new_and_cur_and_folders_but_not_tmp)
{
	put("new/1.a", MSG("one"));
	put("cur/2.a:2,S", MSG("two"));
	put("tmp/3.a", MSG("never"));
	put(".Sent.2026/cur/4.a:2,RS", MSG("four"));
	put("dovecot-uidlist", "3 V1\n");
	cr_expect(eq(str, subjects_of(mg, folder),
	             "INBOX:one|INBOX:two|Sent/2026:four"));
}

Test(store_maildir, flags_are_those_of_the_name)
{
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *walk;

	put("cur/1.a,S=5,W=6:2,DFPRST", MSG("x"));
	ok(mailguard_store_open(&store, mg, folder, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	ok(mailguard_walk_next(&item, walk, NULL));
	cr_expect(eq(u32, item->flags, 63));
	mailguard_walk_free(walk);
	mailguard_store_free(store);
}

/* What is told of the one message of a Maildir whose list is `list`. */
static char *keywords_of(const char *list, const char *letters)
{
	static char out[256];
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *walk;
	char name[64];

	temp_end();
	temp_begin();
	snprintf(name, sizeof(name), "cur/1.a:2,%s", letters);
	put(name, MSG("x"));
	if (list)
		put("dovecot-keywords", list);
	ok(mailguard_store_open(&store, mg, folder, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	ok(mailguard_walk_next(&item, walk, NULL));
	snprintf(out, sizeof(out), "%u %s", item->flags, item->keywords);
	mailguard_walk_free(walk);
	mailguard_store_free(store);
	return out;
}

Test(store_maildir, keywords_are_called_what_dovecot_calls_them)
{
	static const struct {
		const char *why, *list, *letters;
		char *told;
	} rows[] = {
		{ "named", "0 $Forwarded\n1 Invoice\n", "Sab",
		  "1 $Forwarded Invoice" },
		{ "the last letter", "25 last\r\n", "z", "0 last" },
		{ "no list", NULL, "FSc", "5 c" },
		{ "no name in the list", "0 a-name\n", "ad", "0 a-name d" },
		{ "none", "0 a-name\n", "S", "1 " },
		{ "no number, no name, too large, two words, twice",
		  "x y\n1\n1 \n26 z\n2 two words\n0 one\n0 other\n", "abc",
		  "0 one b c" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(str, keywords_of(rows[i].list, rows[i].letters),
		             rows[i].told),
		          "%s", rows[i].why);
}

Test(store_maildir, a_zeroed_message_is_loss_and_the_rest_is_read)
{
	static const char zeros[512];

	put("cur/1.a:2,", MSG("one"));
	temp_write("cur/2.a:2,", zeros, sizeof(zeros));
	put("cur/3.a:2,", MSG("three"));
	cr_expect(strncmp(check_of(mg, folder), "damaged", 7) == 0);
	cr_expect(eq(str, subjects_of(mg, folder),
	             "INBOX:one|INBOX:|INBOX:three"));
}

Test(store_maildir, one_message_alone_is_a_store)
{
	put("a.eml", MSG("alone"));
	strcat(folder, "/a.eml");
	cr_expect(eq(str, subjects_of(mg, folder), ":alone"));
}

Test(store_maildir, what_is_no_store_is_refused_by_name)
{
	mailguard_store *store;
	mailguard_error err;

	put("a.txt", "Dear Sir,\nno mail here.\n");
	strcat(folder, "/a.txt");
	cr_expect(eq(int, mailguard_store_open(&store, mg, folder, &err),
	             MAILGUARD_EFORMAT));
	cr_expect(strstr(err.message, folder) != NULL);
	cr_expect(zero(ptr, store));
	temp_write("z.pst", "\0\0\0\0\0\0\0\0", 8);
	strcpy(folder + strlen(folder) - 5, "z.pst");
	cr_expect(eq(int, mailguard_store_open(&store, mg, folder, &err),
	             MAILGUARD_EFORMAT),
	          "zeros under another format's name are no mbox");
	cr_expect(eq(int, mailguard_store_open(&store, mg, "/no/x", &err),
	             MAILGUARD_EIO));
}

#define TEXT \
 "From: ann@example.org\nSubject: one\n\nhi\n" /* 39 bytes, 4 lines */

/* A Maildir with one message under each name; what a check says of it. */
static char *said_of(const char *a, const char *b)
{
	const char *path;
	char root[512];

	temp_end();
	temp_begin();
	temp_write("tmp/.keep", "", 0);
	if (b)
		temp_write(b, TEXT, strlen(TEXT));
	path = temp_write(a, TEXT, strlen(TEXT));
	snprintf(root, sizeof(root), "%.*s",
	         (int)(strlen(path) - strlen(a) - 1), path);
	return check_of(mg, root);
}

Test(store_maildir, a_name_is_held_against_the_file)
{
	static const struct {
		const char *why, *a, *b;
		char *found;
	} rows[] = {
		{ "Dovecot's", "cur/1700000000.M1P2.host,S=39,W=43:2,Sa", NULL,
		  "sound" },
		{ "Courier's", "cur/1700000000.M1P2V3I4.host,S=39:2,RS", NULL,
		  "sound" },
		{ "cut off", "cur/1700000000.M1P2.host,S=50:2,S", NULL,
		  "damaged maildir.short" },
		{ "longer", "cur/1700000000.M1P2.host,S=30:2,S", NULL,
		  "odd maildir.size" },
		{ "other line ends", "cur/1700000000.M1P2.host,S=39,W=39:2,S",
		  NULL, "odd maildir.size" },
		{ "no flags at all", "new/1700000000.M1P2.host", NULL,
		  "sound" },
		{ "flags of digits", "cur/1700000000.M1P2.host:2,S4", NULL,
		  "sound maildir.name" },
		{ "a colon and nothing", "cur/1700000000.M1P2.host:", NULL,
		  "sound maildir.name" },
		{ "two of one name", "cur/1700000000.M1P2.host:2,S",
		  "new/1700000000.M1P2.host", "odd maildir.double-name" },
		{ "the same name in another folder",
		  "cur/1700000000.M1P2.host:2,S",
		  ".Sent/cur/1700000000.M1P2.host:2,S", "sound" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(str, said_of(rows[i].a, rows[i].b), rows[i].found),
		          "%s", rows[i].why);
}

Test(store_maildir, what_was_never_delivered_is_told_when_it_is_old)
{
	const char *path = temp_write("tmp/1.M1.host", TEXT, strlen(TEXT));
	struct timespec old[2] = { { 1600000000, 0 }, { 1600000000, 0 } };
	char root[512], stray[600];

	snprintf(root, sizeof(root), "%.*s", (int)(strlen(path) - 14), path);
	snprintf(stray, sizeof(stray), "%s", path);
	temp_write("cur/2.M2.host:2,S", TEXT, strlen(TEXT));
	cr_expect(eq(str, check_of(mg, root), "sound"));
	(void)utimensat(AT_FDCWD, stray, old, 0);
	cr_expect(eq(str, check_of(mg, root), "sound maildir.tmp"));
}

Test(store_maildir, dovecots_list_is_held_against_the_files)
{
	static const char list[] = "3 V1700000000 N4 G1\n"
				   "1 :1.M1.host,S=39\n2 W44 :2.M2.host\n";
	const char *path = temp_write("cur/2.M2.host:2,S", TEXT, strlen(TEXT));
	char root[512];

	snprintf(root, sizeof(root), "%.*s", (int)(strlen(path) - 18), path);
	temp_write("dovecot-uidlist", list, strlen(list));
	cr_expect(eq(str, check_of(mg, root), "sound maildir.list"));
	temp_write("new/1.M1.host,S=39", TEXT, strlen(TEXT));
	cr_expect(eq(str, check_of(mg, root), "sound"));
}
