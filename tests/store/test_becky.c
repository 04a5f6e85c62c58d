/* What Becky!'s files promise: every mail as it was delivered. */
#include <mailguard/store.h>

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static const char *folder;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	folder = temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(store_becky, .init = setup, .fini = teardown, .timeout = 120);

#define HEAD(status)                                                \
 "From: ann@example.org\r\nX-Becky-Status: " status ",000000,3\r\n" \
 "Subject: one\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n"

static const char *bmf_write(const char *text)
{
	return temp_write("ann/!!!!Inbox/3eb70643.bmf", text, strlen(text));
}

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages, damaged;
	char codes[256];
} seen;

static seen look(const char *path)
{
	const mailguard_check_summary *sum;
	const mailguard_finding *f;
	mailguard_store *s;
	mailguard_check *c;
	seen out;

	memset(&out, 0, sizeof(out));
	ok(mailguard_store_open(&s, mg, path, NULL));
	cr_expect(eq(str, (char *)mailguard_store_format(s), "bmf"));
	ok(mailguard_store_check(&c, s, NULL, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		if (f->severity > MAILGUARD_SEVERITY_NOTE)
			snprintf(out.codes + strlen(out.codes),
			         sizeof(out.codes) - strlen(out.codes), "%s ",
			         f->code);
	sum = mailguard_check_result(c);
	out.verdict = sum->verdict;
	out.messages = sum->messages;
	out.damaged = sum->damaged;
	mailguard_check_free(c);
	mailguard_store_free(s);
	return out;
}

/* The first mail's bytes. */
static void text_of(char *to, size_t size, const char *path)
{
	const mailguard_item *item;
	mailguard_stream *stream;
	mailguard_source *src;
	mailguard_store *s;
	mailguard_walk *w;
	mailguard_span span;
	size_t n = 0;

	ok(mailguard_store_open(&s, mg, path, NULL));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	ok(mailguard_walk_next(&item, w, NULL));
	ok(mailguard_walk_source(&src, w, NULL));
	mailguard_walk_free(w); /* the source outlives both */
	mailguard_store_free(s);
	ok(mailguard_source_open(&stream, src, NULL));
	while (mailguard_stream_next(&span, stream, NULL) == MAILGUARD_OK)
		if (n + span.len < size) {
			memcpy(to + n, span.data, span.len);
			n += span.len;
		}
	to[n] = '\0';
	mailguard_stream_free(stream);
	mailguard_source_free(src);
}

Test(store_becky, mails_are_parted_by_a_line_of_one_dot)
{
	static const struct {
		const char *why, *text;
		uint64_t messages, damaged;
		char *codes;
	} rows[] = {
		{ "two", HEAD("0") "a\r\n.\r\n" HEAD("0") "b\r\n.\r\n", 2, 0,
		  "" },
		{ "a dot at the end of the file", HEAD("0") "a\r\n.", 1, 0,
		  "" },
		{ "no dot", HEAD("0") "a\r\n.\r\n" HEAD("0") "b\r\n", 2, 1,
		  "bmf.cut " },
		{ "dots in the text", HEAD("0") "..\r\n...\r\na.\r\n.\r\n", 1,
		  0, "" },
		{ "nothing", "", 0, 0, "" },
		{ "dots alone", ".\r\n.\r\n", 0, 0, "" },
		{ "an attachment that is gone",
		  HEAD("0") "X-Becky-Include: a\\b.txt\r\n.\r\n", 1, 1,
		  "bmf.include " },
		{ "an attachment elsewhere",
		  HEAD("0") "X-Becky-Include: ..\\..\\b.txt\r\n.\r\n", 1, 1,
		  "bmf.include " },
	};
	size_t i;

	temp_write("ann/b.txt", "no attachment", 13);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		seen s = look(bmf_write(rows[i].text));

		cr_expect(eq(u64, s.messages, rows[i].messages), "%s",
		          rows[i].why);
		cr_expect(eq(u64, s.damaged, rows[i].damaged), "%s",
		          rows[i].why);
		cr_expect(eq(str, s.codes, rows[i].codes), "%s", rows[i].why);
	}
}

Test(store_becky, a_mail_is_as_it_was_delivered)
{
	char text[65536 * 3];
	const char *path;

	path = bmf_write(HEAD("0") "..\r\n...a\r\n.\r\n");
	text_of(text, sizeof(text), path);
	cr_expect(eq(str, text, HEAD("0") ".\r\n..a\r\n"));
	temp_write("ann/!!!!Inbox/#Attach/a/b.txt", "QUJD\r\n", 6);
	path = bmf_write(HEAD("0") "--x\r\nX-Becky-Include: a\\b.txt\r\n--x--"
	                           "\r\n.\r\n");
	text_of(text, sizeof(text), path);
	cr_expect(eq(str, text, HEAD("0") "--x\r\n\r\nQUJD\r\n--x--\r\n"));
}

/* Where a piece of the file ends must not matter. */
Test(store_becky, long_mails_are_given_whole)
{
	static char text[200000], got[200000];
	size_t n = sizeof(HEAD("0")) - 1, i;

	memcpy(text, HEAD("0"), n);
	for (i = 0; n < 150000; i++)
		n += (size_t)sprintf(text + n,
		                     i % 7 ? "line %zu\r\n" : "..%zu\r\n", i);
	memcpy(text + n, ".\r\n", 4);
	text_of(got, sizeof(got), bmf_write(text));
	for (i = n = 0; text[i] && strcmp(text + i, ".\r\n") != 0; i++) {
		if (i && text[i - 1] == '\n' && text[i] == '.')
			i++;
		if (got[n++] != text[i])
			break;
	}
	cr_expect(eq(str, text + i, ".\r\n"));
	cr_expect(eq(sz, n, strlen(got)));
}

Test(store_becky, marks_and_folders_are_kept)
{
	static const struct {
		const char *status;
		uint32_t flags;
	} rows[] = {
		{ "000000", 0 },
		{ "010001", MAILGUARD_FLAG_SEEN },
		{ "000003", MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_PASSED },
		{ "000005", MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_ANSWERED },
	};
	char path[4096], text[512];
	const mailguard_item *item;
	mailguard_store *s;
	mailguard_walk *w;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), HEAD("%s") "a\r\n.\r\n",
		         rows[i].status);
		(void)bmf_write(text);
		snprintf(path, sizeof(path), "%s/ann", folder);
		ok(mailguard_store_open(&s, mg, path, NULL));
		ok(mailguard_store_walk(&w, s, NULL, NULL));
		ok(mailguard_walk_next(&item, w, NULL));
		cr_expect(eq(u32, item->flags, rows[i].flags), "%s",
		          rows[i].status);
		cr_expect(eq(str, (char *)item->folder, "Inbox"));
		mailguard_walk_free(w);
		mailguard_store_free(s);
	}
}

Test(store_becky, every_failing_allocation_is_survived)
{
	const char *path = bmf_write(HEAD("0") "a\r\n.\r\n" HEAD("0") "b");
	int n, refused = 0, whole = 0;

	for (n = 0; n < 200 && whole < 10; n++) {
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
	cr_expect(lt(int, 5, refused));
	cr_expect(eq(int, whole, 10));
}
