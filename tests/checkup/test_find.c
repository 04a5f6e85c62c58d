/* What find promises: every mail file told for what it is, and whose. */
#include <mailguard/checkup.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define HEAD(day) \
 "From: ann@example.org\nDate: " day " Jan 2026 09:00:00 +0900\nSubject: s\n"
#define MAIL(day) FROM HEAD(day) "\nhi\n\n"

static mailguard *mg;
static char folder[256];

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(find, .init = setup, .fini = teardown, .timeout = 120);

static const char *put(const char *name, const char *text)
{
	return temp_write(name, text, strlen(text));
}

static const char *put_bytes(const char *name, const char *bytes, size_t n)
{
	static char page[1024];

	memset(page, 0, sizeof(page));
	memcpy(page, bytes, n);
	return temp_write(name, page, sizeof(page));
}

static mailguard_find *begin(mailguard *with, mailguard_profile *profile)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	mailguard_find *f;

	opts.profile = profile;
	ok(mailguard_find_new(&f, with, &opts, NULL));
	ok(mailguard_find_add(f, folder, NULL));
	return f;
}

static const char *state_of(const mailguard_found *found)
{
	return found->state == MAILGUARD_FOUND_MAIL       ? "read"
	       : found->state == MAILGUARD_FOUND_NOT_READ ? "not yet"
	                                                  : "passed";
}

/* "kind state files path" a line, below the folder. */
static char *all_of(mailguard_find *f)
{
	static char out[8192];
	const mailguard_found *found;
	size_t n = 0;

	out[0] = '\0';
	while (mailguard_find_next(&found, f, NULL) == MAILGUARD_OK)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s %s %d %s\n",
		                      found->kind ? found->kind : "-",
		                      state_of(found), (int)found->files,
		                      found->path + strlen(folder));
	mailguard_find_free(f);
	return out;
}

static void expect_one(const char *why, char *want)
{
	char *got = all_of(begin(mg, NULL));

	cr_expect(eq(str, got, want), "%s", why);
	temp_end();
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

Test(find, files_are_told_by_their_bytes_not_their_names)
{
	put("Inbox", MAIL("1"));
	put("notes.txt", "From here on it is prose,\nand no header follows.\n");
	put_bytes("a.bin", "!BDN\0\0\0\0SM\x17\0", 12);
	put_bytes("b.ost", "!BDN\0\0\0\0SO\x24\0", 12);
	put_bytes("c.nst", "!BDN\0\0\0\0SM\x24\0", 12);
	put_bytes("d.dbx", "\xcf\xad\x12\xfe\xc5\xfd\x74\x6f", 8);
	put_bytes("Folders.dbx", "\xcf\xad\x12\xfe\xc6\xfd\x74\x6f", 8);
	put_bytes("g.mbx", "JMF6", 4);
	put_bytes("e.olm", "PK\3\4", 4);
	put_bytes("f.zip", "PK\3\4", 4);
	put("empty.mbox", "");
	{
		char *got = all_of(begin(mg, NULL));

		cr_expect(strstr(got, "mbox read 1 /Inbox\n") != NULL, "%s",
		          got);
		cr_expect(strstr(got, "pst ") && strstr(got, " /a.bin\n"), "%s",
		          got);
		cr_expect(strstr(got, "ost ") && strstr(got, " /b.ost\n"), "%s",
		          got);
		cr_expect(strstr(got, "nst ") && strstr(got, " /c.nst\n"), "%s",
		          got);
		cr_expect(strstr(got, "dbx ") && strstr(got, " /d.dbx\n"), "%s",
		          got);
		cr_expect(strstr(got, " /g.mbx\n") != NULL, "%s", got);
		cr_expect(strstr(got, "olm ") && strstr(got, " /e.olm\n"), "%s",
		          got);
		cr_expect(strstr(got, "notes") == NULL, "%s", got);
		cr_expect(strstr(got, "zip") == NULL, "%s", got);
		cr_expect(strstr(got, "Folders") == NULL, "%s", got);
		cr_expect(strstr(got, "empty") == NULL, "%s", got);
	}
}

Test(find, a_folder_that_is_one_store_is_one_thing)
{
	put("Mail/Local Folders/Inbox", MAIL("1"));
	put("Mail/Local Folders/Inbox.msf", "// <!-- <mdb:mork:z -->\n");
	put("Mail/Local Folders/Trash", "");
	put("Mail/Local Folders/Trash.msf", "// <!-- <mdb:mork:z -->\n");
	put("Mail/Local Folders/Inbox.sbd/Deep", MAIL("2") MAIL("3"));
	expect_one("Thunderbird", "mboxes read 3 /Mail/Local Folders\n");

	put("M/cur/1767225600.a:2,S", HEAD("1") "\nhi\n");
	put("M/new/1767225601.b", HEAD("2") "\nhi\n");
	put("M/tmp/1767225602.c", HEAD("3") "\nhi\n");
	put("M/.Sent/cur/1767225603.d", HEAD("3") "\nhi\n");
	put("M/.Sent/new/.keep", "");
	expect_one("Maildir++", "maildir read 3 /M\n");

	put("ImapMail/imap.example.org.msf", "// mork\n");
	put("ImapMail/imap.example.org/INBOX.msf", "// mork\n");
	expect_one("only indexes",
	           "msf not yet 1 /ImapMail/imap.example.org\n");

	put("eml/1.eml", HEAD("1") "\nhi\n");
	put("eml/2.eml", HEAD("2") "\nhi\n");
	expect_one("messages of a folder", "eml read 2 /eml\n");

	put("one/1.eml", HEAD("1") "\nhi\n");
	expect_one("one message", "eml read 1 /one/1.eml\n");
}

Test(find, what_no_reader_knows_yet_is_named_never_unknown)
{
	static const struct {
		const char *why, *files[3];
		char *want;
	} rows[] = {
		{ "mdbox",
		  { "d/storage/m.1", "d/storage/dovecot.map.index",
		    "d/mailboxes/INBOX/dbox-Mails/dovecot.index" },
		  "mdbox not yet 1 /d\n" },
		{ "sdbox",
		  { "d/mailboxes/INBOX/dbox-Mails/u.1",
		    "d/mailboxes/INBOX/dbox-Mails/dovecot.index",
		    "d/mailboxes/Sent/dbox-Mails/u.7" },
		  "sdbox not yet 2 /d\n" },
		{ "cyrus",
		  { "user/ann/cyrus.header", "user/ann/1.", "user/ann/2." },
		  "cyrus not yet 2 /user/ann\n" },
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (k = 0; k < 3; k++)
			put(rows[i].files[k], "bytes\n");
		expect_one(rows[i].why, rows[i].want);
	}
}

Test(find, kinds_of_other_programs_are_told)
{
	static const struct {
		const char *why, *file, *text, *kind;
	} rows[] = {
		{ "Apple Mail", "V10/INBOX.mbox/x/Data/Messages/1.emlx",
		  "42\n" HEAD("1") "\nhi\n", "emlx " },
		{ "MH", "inbox/1", HEAD("1") "\nhi\n", "mh read 1 /inbox\n" },
		{ "Becky!", "inbox/00000001.bmf", HEAD("1") "\nhi\n.\n",
		  "bmf " },
		{ "Windows Live Mail", "Windows Live Mail/Work/1.eml",
		  HEAD("1") "\nhi\n", "wlm " },
		{ "Outlook message", "a.msg",
		  "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "msg " },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got;

		put(rows[i].file, rows[i].text);
		got = all_of(begin(mg, NULL));
		cr_expect(strncmp(got, rows[i].kind, strlen(rows[i].kind)) == 0,
		          "%s: %s", rows[i].why, got);
		temp_end();
		snprintf(folder, sizeof(folder), "%s", temp_begin());
	}
}

Test(find, the_newest_mail_is_told_and_where_that_is_from)
{
	static const struct {
		const char *why, *file, *text, *newest;
		int32_t from;
	} rows[] = {
		{ "mbox, not in order", "Inbox", MAIL("5") MAIL("3"),
		  "2026-01-05T09:00:00+09:00", MAILGUARD_NEWEST_MAIL },
		{ "date in a text", "Inbox", MAIL("3") "Date: 9 Jan 2026\n",
		  "2026-01-03T09:00:00+09:00", MAILGUARD_NEWEST_MAIL },
		{ "a day to come", "Inbox",
		  MAIL("3") FROM "Date: 1 Jan 2099 00:00:00 +0000\n\nx\n",
		  "2026-01-03T09:00:00+09:00", MAILGUARD_NEWEST_MAIL },
		{ "a message", "1.eml", HEAD("4") "\nhi\n",
		  "2026-01-04T09:00:00+09:00", MAILGUARD_NEWEST_MAIL },
		{ "nothing but the file", "x.bmf", "a: b\n\n.\n", NULL,
		  MAILGUARD_NEWEST_FILE },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const mailguard_found *found;
		mailguard_find *f;

		put(rows[i].file, rows[i].text);
		f = begin(mg, NULL);
		ok(mailguard_find_next(&found, f, NULL));
		cr_expect(eq(int, found->newest_from, rows[i].from), "%s",
		          rows[i].why);
		if (rows[i].newest)
			cr_expect(eq(i64, found->newest,
			             mailguard_time_parse(rows[i].newest)),
			          "%s", rows[i].why);
		else
			cr_expect(ne(i64, found->newest, 0));
		mailguard_find_free(f);
		temp_end();
		snprintf(folder, sizeof(folder), "%s", temp_begin());
	}
}

static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"a1@one.example\",\"store\":\"m1\","
	"\"server_in\":\"S1\"}],\"servers\":[{\"id\":\"S1\",\"protocol\":"
	"\"imap\",\"host\":\"h.example\",\"tls\":\"none\"}],"
	"\"stores\":["
	"{\"id\":\"m1\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\one\"}]}";

static mailguard_profile *profile_make(mailguard *with)
{
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	mailguard_profile *p;

	if (mailguard_profile_parse(&p, with, text, NULL, NULL) < 0)
		return NULL;
	if (mailguard_profile_map(p, "C:\\Users\\u", folder, NULL) < 0) {
		mailguard_profile_free(p);
		return NULL;
	}
	return p;
}

Test(find, the_owners_path_decides_the_place_and_settings_name_files)
{
	mailguard_profile *p;
	const mailguard_found *found;
	mailguard_find *f;

	put("OneDrive/one", MAIL("1"));
	put("OneDrive/two", MAIL("1"));
	p = profile_make(mg);
	f = begin(mg, p);
	mailguard_profile_free(p); /* the search holds it */
	ok(mailguard_find_map(f, "C:\\Users\\u\\", folder, NULL));
	ok(mailguard_find_next(&found, f, NULL));
	cr_expect(eq(str, (char *)found->owner_path,
	             "C:\\Users\\u\\OneDrive\\one"));
	cr_expect(eq(str, (char *)found->account, "a1"));
	cr_expect(eq(str, (char *)found->store, "m1"));
	cr_expect(eq(int, found->orphan, 0));
	cr_expect(eq(int, found->place, MAILGUARD_PLACE_CLOUD));
	cr_expect(eq(str, (char *)found->cloud, "onedrive"));
	ok(mailguard_find_next(&found, f, NULL));
	cr_expect(eq(int, found->orphan, 1));
	cr_expect(eq(ptr, (void *)found->store, NULL));
	cr_expect(eq(int, mailguard_find_next(&found, f, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_find_free(f);
}

Test(find, a_store_is_known_without_a_map_and_through_another_spelling)
{
	char spelling[512];
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	const mailguard_found *found;
	mailguard_find *f;

	put("OneDrive/one", MAIL("1"));
	snprintf(spelling, sizeof(spelling), "%s/./OneDrive//", folder);
	opts.profile = profile_make(mg);
	ok(mailguard_find_new(&f, mg, &opts, NULL));
	mailguard_profile_free(opts.profile);
	ok(mailguard_find_add(f, spelling, NULL));
	ok(mailguard_find_next(&found, f, NULL));
	cr_expect(eq(str, (char *)found->store, "m1"));
	mailguard_find_free(f);
}

Test(find, links_are_not_followed_and_loops_end)
{
	char link[512];

	put("a/Inbox", MAIL("1"));
	snprintf(link, sizeof(link), "%s/a/loop", folder);
	cr_assert(zero(int, symlink(folder, link)));
	snprintf(link, sizeof(link), "%s/Inbox", folder);
	cr_assert(zero(int, symlink("a/Inbox", link)));
	expect_one("once", "mbox read 1 /a/Inbox\n");
}

Test(find, limits_are_kept_and_told)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	const mailguard_found *found;
	mailguard_error err;
	mailguard_find *f;

	put("a/b/c/Inbox", MAIL("1"));
	opts.max_depth = 2;
	ok(mailguard_find_new(&f, mg, &opts, NULL));
	ok(mailguard_find_add(f, folder, NULL));
	ok(mailguard_find_next(&found, f, NULL));
	cr_expect(eq(int, found->state, MAILGUARD_FOUND_PASSED));
	cr_expect(strstr(found->path, "/a/b") != NULL);
	cr_expect(strlen(found->text) > 0);
	cr_expect(eq(int, mailguard_find_next(&found, f, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_find_free(f);

	opts.max_depth = 0;
	opts.max_entries = 2;
	ok(mailguard_find_new(&f, mg, &opts, NULL));
	ok(mailguard_find_add(f, folder, NULL));
	cr_expect(eq(int, mailguard_find_next(&found, f, &err),
	             MAILGUARD_ELIMIT));
	cr_expect(eq(str, err.code, "find.limit"));
	mailguard_find_free(f);
}

Test(find, what_is_no_disk_is_not_entered)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	const mailguard_found *found;
	mailguard_status st;
	mailguard_find *f;

	opts.max_depth = 2; /* "/" and its own names */
	ok(mailguard_find_new(&f, mg, &opts, NULL));
	ok(mailguard_find_add(f, "/", NULL));
	while ((st = mailguard_find_next(&found, f, NULL)) == MAILGUARD_OK)
		cr_expect(strncmp(found->path, "/proc/", 6) != 0, "%s",
		          found->path);
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	mailguard_find_free(f);
}

Test(find, a_path_that_is_not_there_is_named_and_an_interrupt_ends_it)
{
	mailguard_find *f = begin(mg, NULL);
	const mailguard_found *found;
	mailguard_error err;

	cr_expect(eq(int, mailguard_find_add(f, "/nowhere/at/all", &err),
	             MAILGUARD_EIO));
	cr_expect(strstr(err.message, "/nowhere/at/all") != NULL);
	mailguard_interrupt(mg, 1);
	cr_expect(eq(int, mailguard_find_next(&found, f, NULL),
	             MAILGUARD_ECANCELLED));
	mailguard_interrupt(mg, 0);
	mailguard_find_free(f);
}

Test(find, rows_of_csv_are_quoted)
{
	const mailguard_found *found;
	mailguard_buffer *buf;
	mailguard_find *f;

	put("a,\"b\"/Inbox", MAIL("1"));
	f = begin(mg, NULL);
	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_find_next(&found, f, NULL));
	ok(mailguard_find_csv(buf, f, found, NULL));
	cr_expect(strstr(mailguard_buffer_text(buf),
	                 "/a,\"\"b\"\"/Inbox\",,mbox,") != NULL,
	          "%s", mailguard_buffer_text(buf));
	mailguard_buffer_free(buf);
	mailguard_find_free(f);
}

static mailguard_status all_rendered(mailguard *with)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	const mailguard_found *found;
	mailguard_buffer *buf = NULL;
	mailguard_find *f = NULL;
	mailguard_status st;

	opts.profile = profile_make(with);
	if (!opts.profile)
		return MAILGUARD_ENOMEM;
	st = mailguard_find_new(&f, with, &opts, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, with, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_find_map(f, "C:\\Users\\u", folder, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_find_add(f, folder, NULL);
	while (st == MAILGUARD_OK) {
		st = mailguard_find_next(&found, f, NULL);
		if (st != MAILGUARD_OK)
			break;
		st = mailguard_find_text(buf, f, found, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_find_json(buf, f, found, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_find_csv(buf, f, found, NULL);
	}
	mailguard_buffer_free(buf);
	mailguard_find_free(f);
	mailguard_profile_free(opts.profile);
	return st;
}

Test(find, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_OK;
	int n;

	put("OneDrive/one", MAIL("1"));
	put("Mail/Inbox", MAIL("1"));
	put("Mail/Inbox.msf", "// mork\n");
	put("Mail/Inbox.sbd/Deep", MAIL("2"));
	put("M/cur/1767225600.a:2,S", HEAD("1") "\nhi\n");
	put("M/new/1767225601.b", HEAD("2") "\nhi\n");
	for (n = 1; n < 300; n++) {
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = all_rendered(tight);
		mailguard_free(tight);
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
	}
	cr_expect(eq(int, st, MAILGUARD_ITEROVER)); /* it was not so many */
	cr_expect(zero(int, fail_alloc_live()));
}
