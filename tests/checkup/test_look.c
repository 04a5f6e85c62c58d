/* What look promises: what lies on a computer is found without being told. */
#include <mailguard/checkup.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#define MAIL                                       \
 "From ann@example.org Thu Jan  1 00:00:00 2026\n" \
 "From: ann@example.org\nDate: 1 Jan 2026 09:00:00 +0900\n\nhi\n\n"

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

TestSuite(look, .init = setup, .fini = teardown, .timeout = 120);

static void put(const char *name, const char *text)
{
	temp_write(name, text, strlen(text));
}

static const char prefs[] =
	"user_pref(\"mail.accountmanager.accounts\", \"account1\");\n"
	"user_pref(\"mail.account.account1.server\", \"server1\");\n"
	"user_pref(\"mail.account.account1.identities\", \"id1\");\n"
	"user_pref(\"mail.identity.id1.useremail\", \"u@one.example\");\n"
	"user_pref(\"mail.identity.id1.smtpServer\", \"smtp1\");\n"
	"user_pref(\"mail.server.server1.type\", \"pop3\");\n"
	"user_pref(\"mail.server.server1.hostname\", \"pop.one.example\");\n"
	"user_pref(\"mail.server.server1.userName\", \"u\");\n"
	"user_pref(\"mail.server.server1.directory-rel\", "
	"\"[ProfD]Mail/pop.one.example\");\n"
	"user_pref(\"mail.smtpserver.smtp1.hostname\", "
	"\"smtp.one.example\");\n";

/* A registry export is UTF-16 with a mark, lines end in CR LF. */
static void put_reg(const char *name, const char *text)
{
	static char wide[8192];
	size_t i, n = 2;

	wide[0] = '\xff';
	wide[1] = '\xfe';
	for (i = 0; text[i]; i++, n += 2) {
		wide[n] = text[i];
		wide[n + 1] = '\0';
	}
	temp_write(name, wide, n);
}

#define OUTLOOK                                                             \
 "[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook\\Profiles" \
 "\\Outlook\\"
#define PST_BYTES                                                           \
 "43,00,3a,00,5c,00,75,00,73,00,65,00,72,00,73,00,5c,00,75,00,5c,00,4f,00," \
 "6e,00,65,00,44,00,72,00,69,00,76,00,65,00,5c,00,61,00,2e,00,70,00,73,00," \
 "74,00,00,00" /* C:\users\u\OneDrive\a.pst */

static const char reg[] =
	"Windows Registry Editor Version 5.00\r\n\r\n" OUTLOOK
	"9375CFF0413111d3B88A00104B2A6676\\00000002]\r\n"
	"\"Account Name\"=\"v@two.example\"\r\n"
	"\"Email\"=\"v@two.example\"\r\n"
	"\"POP3 Server\"=\"pop.two.example\"\r\n"
	"\"POP3 User\"=\"v\"\r\n"
	"\"SMTP Server\"=\"smtp.two.example\"\r\n"
	"\"Delivery Store EntryID\"=hex:" PST_BYTES "\r\n\r\n";

/* A Windows disk: Thunderbird, an export of Outlook's, files in OneDrive. */
static void disk_make(void)
{
	static char pst[1024] = "!BDN\0\0\0\0SM\x17\0";

	put("Users/Public/Documents/ignored", MAIL);
	put("Users/u/AppData/Roaming/Thunderbird/profiles.ini",
	    "[Profile0]\nName=default\nIsRelative=1\n"
	    "Path=Profiles/x.default\nDefault=1\n");
	put("Users/u/AppData/Roaming/Thunderbird/Profiles/x.default/prefs.js",
	    prefs);
	put("Users/u/AppData/Roaming/Thunderbird/Profiles/x.default/"
	    "compatibility.ini",
	    "[Compatibility]\nLastVersion=102.7.0_20230118/20230118\n");
	put("Users/u/AppData/Roaming/Thunderbird/Profiles/x.default/Mail/"
	    "pop.one.example/Inbox",
	    MAIL);
	put("Users/u/AppData/Roaming/Thunderbird/Profiles/x.default/Mail/"
	    "pop.one.example/Inbox.msf",
	    "// mork\n");
	put_reg("Users/u/Desktop/outlook.reg", reg);
	put("Users/u/Desktop/other.reg",
	    "REGEDIT4\n\n[HKEY_CURRENT_USER\\x]\n\"a\"=\"b\"\n");
	temp_write("Users/u/OneDrive/a.pst", pst, sizeof(pst));
	put("Users/u/OneDrive/old/archive.mbox", MAIL);
	put("Users/u/OneDrive/saved.eml", "From: a@b.example\n\nhi\n");
}

static mailguard_look *begin(mailguard *with)
{
	mailguard_look_options opts = MAILGUARD_LOOK_OPTIONS_INIT;
	mailguard_look *l;

	opts.root = folder;
	ok(mailguard_look_new(&l, with, &opts, NULL));
	return l;
}

/* "what text" a line. */
static char *all_of(mailguard_look *l)
{
	static char out[8192];
	const mailguard_looked *s;
	mailguard_status st;
	size_t n = 0;

	out[0] = '\0';
	while ((st = mailguard_look_next(&s, l, NULL)) == MAILGUARD_OK)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%d %s\n",
		                      (int)s->what, s->text);
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	return out;
}

static const mailguard_storage *store_at(const mailguard_profile *p,
                                         const char *path)
{
	const mailguard_storage *s;
	size_t i;

	for (i = 0; (s = mailguard_profile_storage(p, i)) != NULL; i++)
		if (strcmp(s->path, path) == 0)
			return s;
	return NULL;
}

Test(look, a_windows_disk_is_read_through_its_mount)
{
	const mailguard_storage *s;
	mailguard_profile *p;
	mailguard_look *l;
	char *told;

	disk_make();
	l = begin(mg);
	told = all_of(l);
	p = mailguard_profile_ref(mailguard_look_profile(l));
	mailguard_look_free(l); /* the profile lives on */

	cr_expect(strstr(told, "1 ") && strstr(told, "profiles.ini"), "%s",
	          told);
	cr_expect(strstr(told, "outlook.reg") != NULL, "%s", told);
	cr_expect(strstr(told, "other.reg") == NULL, "%s", told);
	cr_expect(strstr(told, "saved.eml") == NULL, "%s", told);
	cr_expect(strstr(told, "Public") == NULL, "%s", told);
	cr_expect(mailguard_profile_account(p, 1) != NULL, "%s", told);
	cr_expect(eq(ptr, (void *)mailguard_profile_account(p, 2), NULL));

	/* Thunderbird's own path, its place by it, its version. */
	s = store_at(p, "C:\\Users\\u\\AppData\\Roaming\\Thunderbird\\Profiles"
	                "\\x.default\\Mail\\pop.one.example");
	cr_assert(s != NULL, "%s", told);
	cr_expect(eq(int, s->place, MAILGUARD_PLACE_LOCAL));
	cr_expect(eq(str, (char *)s->version, "102.7.0"));
	cr_expect(zero(int, access(s->file, R_OK)));

	/* Outlook's, in other letters than the disk has. */
	s = store_at(p, "C:\\users\\u\\OneDrive\\a.pst");
	cr_assert(s != NULL, "%s", told);
	cr_expect(eq(int, s->place, MAILGUARD_PLACE_CLOUD));
	cr_assert(s->file != NULL);
	cr_expect(zero(int, access(s->file, R_OK)));

	/* What nobody names is looked at all the same. */
	s = store_at(p, "C:\\Users\\u\\OneDrive\\old\\archive.mbox");
	cr_assert(s != NULL, "%s", told);
	cr_expect(eq(int, s->place, MAILGUARD_PLACE_CLOUD));
	cr_expect(eq(str, (char *)s->kind, "mbox"));
	cr_expect(zero(int, access(s->file, R_OK)));
	cr_expect(eq(ptr, (void *)mailguard_profile_storage(p, 3), NULL), "%s",
	          told);
	mailguard_profile_free(p);
}

Test(look, homes_of_this_computer_are_those_it_is_given)
{
	char home[512];
	const mailguard_storage *s;
	mailguard_profile *p;
	mailguard_look *l;
	char *told;

	put("u/.thunderbird/profiles.ini",
	    "[Profile0]\nIsRelative=1\nPath=x.default\nDefault=1\n");
	put("u/.thunderbird/x.default/prefs.js", prefs);
	put("u/.thunderbird/x.default/Mail/pop.one.example/Inbox", MAIL);
	put("u/.thunderbird/x.default/Mail/pop.one.example/Inbox.msf", "//\n");
	put("u/snap/thunderbird/common/.thunderbird/profiles.ini", "nothing\n");
	put("u/Maildir/cur/1.a:2,S", "From: a@b.example\n\nhi\n");
	put("u/Maildir/new/2.b", "From: a@b.example\n\nhi\n");
	put("other/Maildir/new/2.b", "From: a@b.example\n\nhi\n");
	ok(mailguard_look_new(&l, mg, NULL, NULL));
	snprintf(home, sizeof(home), "%s/u", folder);
	ok(mailguard_look_home(l, home, NULL));
	told = all_of(l);
	p = mailguard_look_profile(l);
	cr_expect(mailguard_profile_account(p, 0) != NULL, "%s", told);
	snprintf(home, sizeof(home), "%s/u/Maildir", folder);
	s = store_at(p, home);
	cr_assert(s != NULL, "%s", told);
	cr_expect(eq(str, (char *)s->kind, "maildir"));
	cr_expect(eq(ptr, (void *)mailguard_profile_storage(p, 2), NULL), "%s",
	          told);
	/* Settings that cannot be read are told, not the end. */
	cr_expect(strstr(told, "2 ") && strstr(told, "snap"), "%s", told);
	mailguard_look_free(l);
}

Test(look, a_registry_that_cannot_be_read_is_told_with_what_to_do)
{
	mailguard_look *l;
	char *told;

	/* A folder where a file should be: nobody can read that. */
	put("Users/u/NTUSER.DAT/x", "");
	l = begin(mg);
	told = all_of(l);
	cr_expect(strstr(told, "2 ") && strstr(told, "NTUSER.DAT") &&
	                  strstr(told, "regedit"),
	          "%s", told);
	cr_expect(eq(
		ptr,
		(void *)mailguard_profile_account(mailguard_look_profile(l), 0),
		NULL));
	mailguard_look_free(l);

	/* An export beside it says all there is to say. */
	put_reg("Users/u/Desktop/outlook.reg", reg);
	l = begin(mg);
	told = all_of(l);
	cr_expect(strstr(told, "NTUSER.DAT") == NULL, "%s", told);
	mailguard_look_free(l);
}

Test(look, a_registry_without_outlook_is_not_worth_a_word)
{
	mailguard_look *l;

	put("Users/u/NTUSER.DAT", "regf");
	l = begin(mg);
	cr_expect(eq(str, all_of(l), ""));
	mailguard_look_free(l);
}

Test(look, an_empty_computer_gives_an_empty_profile)
{
	mailguard_look_options opts = MAILGUARD_LOOK_OPTIONS_INIT;
	mailguard_look *l = begin(mg);
	mailguard_error err;

	cr_expect(eq(str, all_of(l), ""));
	mailguard_look_free(l);
	opts.root = "/nowhere/at/all";
	cr_expect(eq(int, mailguard_look_new(&l, mg, &opts, &err),
	             MAILGUARD_EIO));
	cr_expect(strstr(err.message, "/nowhere/at/all") != NULL);
	cr_expect(eq(ptr, l, NULL));
}

Test(look, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_OK;
	int n;

	disk_make();
	for (n = 1; n < 700; n++) {
		mailguard_look_options opts = MAILGUARD_LOOK_OPTIONS_INIT;
		const mailguard_looked *s;
		mailguard_look *l;
		mailguard *tight;

		opts.root = folder;
		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = mailguard_look_new(&l, tight, &opts, NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_look_next(&s, l, NULL);
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_look_free(l);
		mailguard_free(tight);
	}
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	cr_expect(zero(int, fail_alloc_live()));
}
