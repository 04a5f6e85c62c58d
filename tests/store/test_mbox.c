/* What store/mbox.c promises: messages are parted where they were. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>

#include "store/walker.h"
#include "support/corpora.h"
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

TestSuite(store_mbox, .init = setup, .fini = teardown, .timeout = 120);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define HEAD "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n"
#define ONE FROM HEAD "Subject: one\n\nhi\n\n"
#define TWO FROM HEAD "Subject: two\n\nho\n\n"

Test(store_mbox, parts_messages_where_they_were_parted)
{
	static const struct {
		const char *why, *text;
		char *subjects;
	} rows[] = {
		{ "nothing", "", "" },
		{ "two", ONE TWO, "b:one|b:two" },
		{ "no blank line between",
		  FROM "Subject: one\n\nhi\n" FROM "Subject: two\n\nho\n",
		  "b:one|b:two" },
		{ "no line end at the end", FROM "Subject: one\n\nhi",
		  "b:one" },
		{ "blank lines before the first", "\n\n" ONE, "b:one" },
		{ "CRLF",
		  "From a@b Thu Jan  1 00:00:00 2026\r\nSubject: "
		  "one\r\n\r\nhi\r\n"
		  "\r\nFrom a@b Thu Jan  1 00:00:00 2026\r\nSubject: "
		  "two\r\n\r\n",
		  "b:one|b:two" },
		{ "Thunderbird's dash",
		  "From - Thu Jan 01 00:00:00 2026\nX-Mozilla-Status: 0001\n"
		  "Subject: one\n\nhi\n\nFrom - Thu Jan 01 00:00:01 2026\n"
		  "Subject: two\n\n",
		  "b:one|b:two" },
		{ "bare From_",
		  "From \nSubject: one\n\nhi\n\nFrom \nSubject: two\n\n",
		  "b:one|b:two" },
		{ "only an address",
		  "From a@b.example\nSubject: one\n\nx\n\nFrom c@d.example\n"
		  "Subject: two\n\n",
		  "b:one|b:two" },
		{ "prose after a blank line",
		  FROM "Subject: one\n\nhi\n\nFrom now on we do it: well\n"
		       "Note: this too\n\n" TWO,
		  "b:one|b:two" },
		{ "prose with a year and a colon",
		  FROM
		  "Subject: one\n\nhi\n\nFrom 2019 on: nothing\nat all\n\n" TWO,
		  "b:one|b:two" },
		{ "quoted",
		  FROM "Subject: one\n\n>From ann Thu Jan  1 00:00:00 "
		       "2026\n\n" TWO,
		  "b:one|b:two" },
		{ "unquoted, but counted",
		  FROM "Subject: one\nContent-Length: 61\n\n" FROM
		       "Subject: in\n\nx\n\n\n" TWO,
		  "b:one|b:two" },
		{ "the same without a count",
		  FROM "Subject: one\n\n" FROM "Subject: in\n\nx\n\n\n" TWO,
		  "b:one|b:in|b:two" },
		{ "its first From_ line damaged",
		  "Frnm ann@example.org Thu Jan  1 00:00:00 2026\n" HEAD
		  "Subject: one\n\nhi\n\n" TWO,
		  "b:one|b:two" },
		{ "its first From_ line gone",
		  HEAD "Subject: one\n\nhi\n\n" TWO, "b:one|b:two" },
		{ "its head gone", "rest of some text\n\n" TWO, "b:|b:two" },
		{ "a From_ line of RFC 976",
		  "From ann Thu Jan  1 00:00:00 2026 remote from host\n"
		  "Subject: one\n\n\n" TWO,
		  "b:one|b:two" },
		{ "a time zone in letters",
		  "From ann@x Thu Jan  1 00:00:00 JST 2026\nSubject: one\n"
		  "\n\n" TWO,
		  "b:one|b:two" },
		{ "a mark before it", "\xef\xbb\xbf" ONE, "b:one" },
		{ "a dash without a blank line",
		  "From -\nSubject: one\n\nhi\nFrom -\nSubject: two\n\n",
		  "b:one|b:two" },
		{ "an asctime with a zone",
		  "From a@b Thu Jan  1 00:00 +0900 2026\nSubject: "
		  "one\n\n\n" TWO,
		  "b:one|b:two" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path =
			temp_write("b", rows[i].text, strlen(rows[i].text));

		cr_expect(eq(str, subjects_of(mg, path), rows[i].subjects),
		          "%s", rows[i].why);
	}
}

Test(store_mbox, names_each_kind_of_damage)
{
	static const char zero[64];
	static const struct {
		const char *why, *text;
		size_t zeros;
		char *found;
	} rows[] = {
		{ "whole", ONE TWO, 0, "sound" },
		{ "empty", "", 0, "sound" },
		{ "a message torn off by the next",
		  FROM HEAD "Subject: one\n\nhi\n" TWO, 0,
		  "odd mbox.torn-from" },
		{ "cut in a line", ONE FROM HEAD "Subject: two\n\nh", 0,
		  "odd mbox.cut-end" },
		{ "cut behind a line", ONE FROM HEAD "Subject: two\n\nho\n", 0,
		  "sound mbox.no-blank-end" },
		{ "the next one inside a multipart",
		  FROM HEAD "Content-Type: multipart/mixed; boundary=b\n\n"
		            "--b\n\nhi\n" TWO,
		  0, "damaged message.unclosed mbox.torn-from" },
		{ "a From_ line with bits flipped",
		  ONE "Fbom ann@example.org Thu Jan  1 00:00:00 2026\n" HEAD
		      "Subject: two\n\nho\n\n",
		  0, "odd mbox.damaged-from" },
		{ "a date with bits flipped",
		  ONE "From ann@example.org Thu Jan  1 00:0\x10:00 2026\n" HEAD
		      "Subject: two\n\nho\n\n",
		  0, "sound" },
		{ "a length that lies",
		  FROM "Content-Length: 9\n" HEAD "Subject: one\n\nhi\n\n", 0,
		  "sound mbox.content-length" },
		{ "prose that may part",
		  FROM HEAD "Subject: one\n\nFrom now\n\n", 0,
		  "sound mbox.from-in-text" },
		{ "zeros at the end", ONE, 64,
		  "damaged store.zero-tail message.nul" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024];
		size_t n = strlen(rows[i].text);

		memcpy(text, rows[i].text, n);
		memcpy(text + n, zero, rows[i].zeros);
		cr_expect(eq(str,
		             check_of(mg,
		                      temp_write("b", text, n + rows[i].zeros)),
		             rows[i].found),
		          "%s", rows[i].why);
	}
}

Test(store_mbox, a_lost_beginning_is_told)
{
	static char text[512];

	memcpy(text + 128, TWO, strlen(TWO));
	cr_expect(
		strncmp(check_of(mg, temp_write("b", text, 128 + strlen(TWO))),
	                "damaged store.zero-head", 23) == 0);
}

Test(store_mbox, windows_and_long_lines_change_nothing)
{
	static char text[3 << 20];
	char want[64] = "";
	size_t n = 0, i;

	/* Two windows of one line, and From_ lines right at window borders. */
	n += (size_t)sprintf(text + n, FROM HEAD "Subject: s0\n\n");
	memset(text + n, 'x', (1 << 20) + 77);
	n += (1 << 20) + 77;
	n += (size_t)sprintf(text + n, "\n\n");
	for (i = 1; i < 3; i++) {
		size_t border = (i + 1) << 20, fill;

		n += (size_t)sprintf(text + n, FROM HEAD "Subject: s%d\n\n",
		                     (int)i);
		fill = i == 1 ? border - n - 3 : 10;
		memset(text + n, 'y', fill);
		n += fill;
		n += (size_t)sprintf(text + n, "\n\n");
	}
	strcpy(want, "b:s0|b:s1|b:s2");
	cr_expect(eq(str, subjects_of(mg, temp_write("b", text, n)), want));
}

Test(store_mbox, a_folder_of_mboxes_is_one_store)
{
	char folder[256];
	const char *path = temp_write("Inbox", ONE, strlen(ONE));

	temp_write("Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->", 34);
	temp_write("Work.sbd/Old", TWO, strlen(TWO));
	temp_write("Work", "", 0);
	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strrchr(path, '/') - path), path);
	cr_expect(eq(str, subjects_of(mg, folder), "Inbox:one|Work/Old:two"));
}

/* Three readers agree on these counts (manifest.tsv); skipped as a whole. */
TestSuite(store_corpora, .init = setup, .fini = teardown, .timeout = 120);

Test(store_corpora, mboxes_are_counted_as_they_are)
{
	char path[8192], line[4096];
	int rows = 0, right = 0;
	FILE *f;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	snprintf(path, sizeof(path), "%s/stores/manifest.tsv", corpora());
	f = fopen(path, "rb");
	cr_assert(f != NULL);
	while (fgets(line, sizeof(line), f)) {
		char *cell[12] = { line };
		mailguard_store *store;
		const mailguard_item *item;
		mailguard_walk *walk;
		int i, want, got = 0;

		for (i = 1; i < 12 && cell[i - 1]; i++) {
			cell[i] = strchr(cell[i - 1], '\t');
			if (cell[i])
				*cell[i]++ = '\0';
		}
		if (i < 11 || strcmp(cell[1], "mbox") != 0 || !cell[9][0])
			continue;
		want = 0;
		(void)sscanf(cell[9], "%d", &want);
		if (!want)
			continue; /* some other file of that folder */
		/* The others take "From Russia with love" for a From_ line:
		   it stands behind a blank line, and "Year: 1963" behind it,
		   but it has neither a date nor an address. */
		if (strstr(cell[0], "unmunged.mbox"))
			want = 2;
		snprintf(path, sizeof(path), "%s/stores/%s", corpora(),
		         cell[0]);
		rows++;
		if (mailguard_store_open(&store, mg, path, NULL) < 0) {
			cr_log_info("%s: unknown", cell[0]);
			continue;
		}
		ok(mailguard_store_walk(&walk, store, NULL, NULL));
		while (mailguard_walk_next(&item, walk, NULL) == MAILGUARD_OK)
			got++;
		mailguard_walk_free(walk);
		mailguard_store_free(store);
		right += got == want;
		if (got != want)
			cr_log_info("%s: %d of %d", cell[0], got, want);
	}
	fclose(f);
	cr_log_info("mbox: %d of %d counted right", right, rows);
	cr_expect(le(int, 40, rows));
	cr_expect(eq(int, right, rows));
}
