/* What store/downloads*.c promise: what was fetched by POP3, as Outlook and
   Thunderbird remember it. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/downloads.h"
#include "store/pst_make.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char path[512], dest[512];

static void setup(void)
{
	const char *folder = temp_begin();

	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(path, sizeof(path), "%s/a.pst", folder);
	snprintf(dest, sizeof(dest), "%s/b.pst", folder);
}

static void teardown(void)
{
	mailguard_free(mg);
	(void)remove(path);
	(void)remove(dest);
	temp_end();
}

TestSuite(store_downloads, .init = setup, .fini = teardown, .timeout = 120);

/* "state uid time account host;" of each, and how many are torn. */
static char *told(const mailguard_downloads *d)
{
	static char out[4096];
	const mailguard_download *one;
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; (one = mailguard_downloads_at(d, i)) != NULL; i++)
		n += (size_t)snprintf(
			out + n, sizeof(out) - n, "%s %s %lld %s %s;",
			mailguard_downloads_state_name(one->state), one->uid,
			(long long)(one->time / 1000000), one->account,
			one->host);
	snprintf(out + n, sizeof(out) - n, "%u",
	         (unsigned)mailguard_downloads_torn(d));
	return out;
}

/* -- Outlook's list ---------------------------------------------------------
 */

#define LIST(n) "\3\0" n "\0"
#define FIRST "+b20260113090000uid$2d1$24"
#define AT "1768294800"

static const struct {
	const char *why, *bytes;
	size_t len;
	char *told;
} lists[] = {
#define ROW(why, bytes, told)         \
 {                                    \
  why, bytes, sizeof(bytes) - 1, told \
 }
	ROW("nothing", LIST("\0"), "0"),
	ROW("the example Microsoft gives",
	    LIST("\1") "+b20120906131138"
	               "0BC535DB$2dEA63$2d11E1$2dA75C$2d00215AD7BB74\0",
	    "fetched 0BC535DB-EA63-11E1-A75C-00215AD7BB74 1346937098 ann ;0"),
	ROW("every deed",
	    LIST("\4") FIRST "\0-b20260113090000b\0&b20260113090000c\0"
	                     "+h20260113090000d\0",
	    "fetched uid-1$ " AT " ann ;deleted b " AT " ann ;moved c " AT
	    " ann ;partly d " AT " ann ;0"),
	ROW("one fewer than it says",
	    LIST("\2") FIRST "\0",
	    "fetched uid-1$ " AT " ann ;1"),
	ROW("the last one is not closed",
	    LIST("\2") FIRST "\0-b20260113",
	    "fetched uid-1$ " AT " ann ;1"),
	ROW("another version", "\4\0\1\0" FIRST "\0", "1"),
	ROW("no list at all", "\3", "1"),
	ROW("a deed nobody knows",
	    LIST("\2") "*b20260113090000x\0" FIRST "\0",
	    "fetched uid-1$ " AT " ann ;1"),
	ROW("a letter in the time", LIST("\1") "+b2026O113090000x\0", "1"),
	ROW("no such day",
	    LIST("\1") "+b20261341090000x\0",
	    "fetched x 0 ann ;0"),
	ROW("no UID", LIST("\1") "+b20260113090000\0", "1"),
	ROW("half a code", LIST("\1") "+b20260113090000a$2\0", "1"),
	ROW("a NUL in a UID", LIST("\1") "+b20260113090000a$00b\0", "1"),
};

Test(store_downloads, outlooks_list_is_read_as_it_is_published)
{
	mailguard_downloads *d;
	size_t i;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		unsigned char *own = malloc(lists[i].len); /* ASan looks */

		cr_assert(own != NULL);
		memcpy(own, lists[i].bytes, lists[i].len);
		ok(mgi_downloads_new(&d, mg, NULL));
		mgi_downloads_outlook(d, "ann", mgi_span(own, lists[i].len));
		cr_expect(eq(str, told(d), lists[i].told), "%s", lists[i].why);
		mailguard_downloads_free(d);
		free(own);
	}
}

/* -- Thunderbird's ----------------------------------------------------------
 */

#define HEAD "# POP3 State File\n# This is a generated file!  Do not edit.\n\n"

static const struct {
	const char *why, *text;
	char *told;
} states[] = {
	{ "nothing", HEAD, "0" },
	{ "every letter",
	  HEAD "*mail.a.example ann\nk u1 1768262400\nd u2 1768262401\n"
	       "b u3 1768262402\nf u4 1768262403\n",
	  "fetched u1 1768262400 ann mail.a.example;"
	  "to-delete u2 1768262401 ann mail.a.example;"
	  "partly u3 1768262402 ann mail.a.example;"
	  "to-fetch u4 1768262403 ann mail.a.example;0" },
	{ "CRLF, tabs, a name with a space, no time",
	  "*mail.a.example Ann B\r\nk\tu1\r\n",
	  "fetched u1 0 Ann B mail.a.example;0" },
	{ "two servers", "*a x\nk 1 1\n*b y\nk 2 2\n",
	  "fetched 1 1 x a;fetched 2 2 y b;0" },
	{ "no server yet", "k u1 1\n*a x\nk u2 2", "fetched u2 2 x a;1" },
	{ "a server without a user", "*a\nk u1 1\n", "2" },
	{ "a letter nobody knows", "*a x\nq u1 1\nk u2 2\n",
	  "fetched u2 2 x a;1" },
	{ "a time that is none", "*a x\nk u1 soon\n", "1" },
	{ "cut off", "*a x\nk", "1" },
};

Test(store_downloads, popstate_is_read_as_thunderbird_reads_it)
{
	mailguard_downloads *d;
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const char *file = temp_write("popstate.dat", states[i].text,
		                              strlen(states[i].text));

		ok(mailguard_downloads_read(&d, mg, file, NULL));
		cr_expect(eq(str, told(d), states[i].told), "%s",
		          states[i].why);
		mailguard_downloads_free(d);
	}
}

#define MAIL \
 "From ann@example.org Tue Jan 13 09:00:00 2026\nSubject: a\n\nb\n\n"

Test(store_downloads, popstate_belongs_to_the_mbox_files_beside_it)
{
	const char *box = temp_write("mail/Inbox", MAIL, sizeof(MAIL) - 1);
	char folder[512];
	mailguard_downloads *d;
	mailguard_store *s;

	temp_write("mail/Sent", MAIL, sizeof(MAIL) - 1);
	temp_write("mail/popstate.dat", "*a x\nk u1 1\n", 12);
	snprintf(folder, sizeof(folder), "%.*s", (int)(strlen(box) - 6), box);
	ok(mailguard_downloads_read(&d, mg, folder, NULL));
	cr_expect(eq(str, told(d), "fetched u1 1 x a;0"));
	mailguard_downloads_free(d);
	ok(mailguard_store_open(&s, mg, box, NULL));
	ok(mailguard_store_downloads(&d, s, NULL));
	cr_expect(eq(str, told(d), "fetched u1 1 x a;0"));
	mailguard_downloads_free(d);
	mailguard_store_free(s);
}

/* -- in a store -------------------------------------------------------------
 */

typedef struct checked {
	uint64_t downloads;
	bool torn;
	mailguard_soundness verdict;
} checked;

static checked check(const char *what, uint32_t quick)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	checked out = { 0, false, 0 };
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;

	opts.quick = quick;
	ok(mailguard_store_open(&s, mg, what, NULL));
	ok(mailguard_store_check(&c, s, &opts, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		out.torn |= strcmp(f->code, "downloads.torn") == 0;
	out.downloads = mailguard_check_result(c)->downloads;
	out.verdict = mailguard_check_result(c)->verdict;
	mailguard_check_free(c);
	mailguard_store_free(s);
	return out;
}

Test(store_downloads, a_check_counts_them_and_tells_a_torn_list)
{
	const char *box = temp_write("Inbox", MAIL, sizeof(MAIL) - 1);
	checked c;

	temp_write("popstate.dat", "*a x\nk u1 1\nk u2 2\n", 19);
	c = check(box, MAILGUARD_CHECK_FULL);
	cr_expect(eq(u64, c.downloads, 2));
	cr_expect(eq(int, c.torn, false));
	cr_expect(eq(int, c.verdict, MAILGUARD_SOUNDNESS_SOUND));
	temp_write("popstate.dat", "*a x\nk u1 1\n\0\0\0\0\n", 17);
	c = check(box, MAILGUARD_CHECK_FULL);
	cr_expect(eq(u64, c.downloads, 1));
	cr_expect(eq(int, c.torn, true));
	cr_expect(eq(int, c.verdict, MAILGUARD_SOUNDNESS_ODD));
}

static const pst_plan listed = { .variant = PST_UNICODE,
	                         .crypt = 1,
	                         .messages = 5,
	                         .body = 500,
	                         .downloads = 3000 };

/* All of them, as the generator made them; `torn` is what it says. */
static void expect_all(const char *what, const char *why)
{
	static const char *const deeds[4] = { "fetched", "deleted", "moved",
		                              "partly" };
	const mailguard_download *one;
	mailguard_downloads *d;
	char uid[32];
	size_t i;

	ok(mailguard_downloads_read(&d, mg, what, NULL));
	for (i = 0; (one = mailguard_downloads_at(d, i)) != NULL; i++) {
		snprintf(uid, sizeof(uid), "uid-%u:", (unsigned)i);
		cr_assert(eq(str, (char *)one->uid, uid), "%s", why);
		cr_assert(eq(str,
		             (char *)mailguard_downloads_state_name(one->state),
		             (char *)deeds[i % 4]),
		          "%s", why);
		cr_assert(eq(str, (char *)one->account, "info@office.example"));
		cr_assert(eq(i64, one->time,
		             (INT64_C(1768262400) + (int64_t)i) * 1000000));
	}
	cr_expect(eq(sz, i, 3000), "%s", why);
	cr_expect(eq(u64, mailguard_downloads_torn(d), 0), "%s", why);
	mailguard_downloads_free(d);
}

Test(store_downloads, outlooks_hidden_list_is_found_in_every_variant)
{
	pst_plan plan = listed;

	for (plan.variant = PST_ANSI; plan.variant <= PST_WIDE;
	     plan.variant++) {
		cr_assert(zero(int, pst_make(path, &plan)));
		expect_all(path, "made");
		cr_expect(eq(u64, check(path, 0).downloads, 3000));
		cr_expect(eq(int, check(path, 0).verdict,
		             MAILGUARD_SOUNDNESS_SOUND));
	}
}

static void rebuild(void)
{
	mailguard_salvage_report r;
	mailguard_store *s;

	(void)remove(dest);
	ok(mailguard_store_open(&s, mg, path, NULL));
	ok(mailguard_store_rebuild(&r, s, dest, NULL, NULL));
	mailguard_store_free(s);
}

static void blank(long at, size_t n)
{
	FILE *f = fopen(path, "r+b");

	cr_assert(f && fseek(f, at, SEEK_SET) == 0);
	while (n--)
		putc(0, f);
	fclose(f);
}

Test(store_downloads, a_rebuild_keeps_outlooks_list)
{
	pst_plan plan = listed;

	for (plan.variant = PST_ANSI; plan.variant <= PST_WIDE;
	     plan.variant++) {
		cr_assert(zero(int, pst_make(path, &plan)));
		rebuild();
		expect_all(dest, "rebuilt");
		cr_expect(eq(u64, check(dest, 0).downloads, 3000));
	}
	cr_assert(zero(int, pst_make(path, &listed)));
	blank(0, 4096); /* its header */
	rebuild();
	expect_all(dest, "rebuilt from a file without its header");
}

Test(store_downloads, no_failing_allocation_goes_unnoticed)
{
	mailguard_downloads *d = NULL;
	mailguard *tight;
	mailguard_status st;
	int n = 1;

	cr_assert(zero(int, pst_make(path, &listed)));
	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_downloads_read(&d, tight, path, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		cr_assert(eq(int, st == MAILGUARD_OK, d != NULL));
		mailguard_downloads_free(d);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(n > 10);
	cr_expect(zero(int, fail_alloc_live()));
}
