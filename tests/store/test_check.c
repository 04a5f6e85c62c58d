/* What check promises of files as a whole: neighbours, doubles, writers. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/msf.h"
#include "store/walker.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

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

TestSuite(store_check, .init = setup, .fini = teardown, .timeout = 60);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define HEAD "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
#define ONE FROM HEAD "Message-ID: <1@example.org>\nSubject: one\n\nhi\n\n"
#define TWO FROM HEAD "Message-ID: <2@example.org>\nSubject: two\n\nho\n\n"

Test(store_check, tells_what_lies_beside_an_mbox)
{
	static const struct {
		const char *why, *beside;
		char *found;
	} rows[] = {
		{ "nothing", NULL, "sound" },
		{ "a lock", "info.lock", "odd store.locked" },
		{ "another's lock", "other.lock", "sound" },
		{ "a conflict copy", "info (PC's conflicted copy 2026-01-13)",
		  "odd store.conflict-copy" },
		{ "a copy with the machine's name", "info-DESKTOP-1A2B3C4.mbox",
		  "odd store.conflict-copy" },
		{ "another folder", "information", "sound" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *other, *path;

		temp_end();
		temp_begin();
		other = rows[i].beside
		                ? temp_write(rows[i].beside, ONE, strlen(ONE))
		                : NULL;
		path = temp_write("info", ONE, strlen(ONE));
		cr_expect(eq(str, check_of(mg, path), rows[i].found), "%s%s",
		          rows[i].why, other ? "" : ".");
	}
}

/* As Thunderbird writes it, and has since 1998. */
#define MORK                                                             \
 "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n"                                 \
 "< <(a=c)> // (f=iso-8859-1)\n"                                         \
 "  (A0=ns:msg:db:table:kind:dbfolderinfo)(A1=numMsgs)(A2=numNewMsgs)\n" \
 "  (A3=folderSize)(A5=folderDate)>\n"                                   \
 "<(93=%x)(94=1)(95=a \\) in it)>\n"                                     \
 "{1:^9F {(k^A0:c)(s=9)} [1(^AC=1)(^A3^93)(^A5^94)(^A1=%x)]}\n"

static mgi_msf msf_of(const char *text)
{
	mailguard_span s = { (const unsigned char *)text, strlen(text) };

	return mgi_msf_of(s);
}

Test(store_check, reads_the_summary_of_a_mailbox)
{
	static const char later[] =
		MORK "@$${1{@\n<(96=ABC)>\n[1:^9F(^A3^96)]\n@$$}1}@\n"
		     "[1:^9F(^A1=7)]\n";
	char text[2048];
	mgi_msf m;

	snprintf(text, sizeof(text), MORK, 0x235, 1);
	m = msf_of(text);
	cr_expect(eq(int, m.has_size &&m.has_count, 1));
	cr_expect(eq(u64, m.size, 0x235));
	cr_expect(eq(u64, m.count, 1));
	snprintf(text, sizeof(text), later, 0x235, 1);
	m = msf_of(text);
	cr_expect(eq(u64, m.size, 0xabc), "what comes later holds");
	cr_expect(eq(u64, m.count, 7));
	m = msf_of("<(");
	cr_expect(eq(int, m.has_size || m.has_count, 0));
}

Test(store_check, a_summary_that_is_not_of_this_mailbox_is_told)
{
	static const char all[] = ONE TWO
		"From - Thu Jan  1 00:00:00 2026\nX-Mozilla-Status: 0009\n" HEAD
		"Subject: three\n\nhu\n\n";
	static const struct {
		const char *why;
		int size, count;
		char *found;
	} rows[] = {
		{ "right, but for the deleted one", 0, 2, "sound" },
		{ "another size", 1, 2, "odd msf.stale" },
		{ "another count", 0, 3, "odd msf.count" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[2048];

		snprintf(text, sizeof(text), MORK,
		         (unsigned)sizeof(all) - 1 + (unsigned)rows[i].size,
		         (unsigned)rows[i].count);
		temp_write("Inbox.msf", text, strlen(text));
		cr_expect(eq(str,
		             check_of(mg, temp_write("Inbox", all,
		                                     sizeof(all) - 1)),
		             rows[i].found),
		          "%s", rows[i].why);
	}
}

Test(store_check, a_message_that_is_there_twice_is_told)
{
	cr_expect(eq(
		str,
		check_of(mg, temp_write("b", ONE TWO ONE, strlen(ONE TWO ONE))),
		"sound store.double"));
}

static int append(const mailguard_progress *at, void *payload)
{
	FILE *f;

	if (at->done) { /* between two messages, once */
		f = fopen(payload, "ab");
		fputs(TWO, f);
		fclose(f);
	}
	return 0;
}

Test(store_check, a_writer_at_work_is_told)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	char path[512];
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *c;
	int told = 0;

	snprintf(path, sizeof(path), "%s",
	         temp_write("b", ONE TWO, strlen(ONE TWO)));
	opts.progress = append;
	opts.payload = path;
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_check(&c, store, &opts, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		told += strcmp(f->code, "store.changing") == 0;
	cr_expect(eq(int, told, 1));
	cr_expect(eq(int, mailguard_check_result(c)->verdict,
	             MAILGUARD_SOUNDNESS_ODD));
	mailguard_check_free(c);
	mailguard_store_free(store);
}
