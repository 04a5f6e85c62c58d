/* What files of Outlook Express promise: every message, also when the list of
 * them is gone, and no word of a mail that is cut. */
#include <stdio.h>
#include <string.h>

#include <mailguard/store.h>

#include "support/fail_alloc.h"
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

TestSuite(store_oe, .init = setup, .fini = teardown, .timeout = 120);

/* -- a .dbx made here ------------------------------------------------------ */

enum { HEADER = 0x24bc, NODE = 0x27c, MAILS = 5, SIZE = 65536 };

static unsigned char file[SIZE];
static size_t end;
static uint32_t heads[MAILS];

static void put32(size_t at, uint32_t n)
{
	file[at] = (unsigned char)n;
	file[at + 1] = (unsigned char)(n >> 8);
	file[at + 2] = (unsigned char)(n >> 16);
	file[at + 3] = (unsigned char)(n >> 24);
}

/* A mail as a chain; the second segment lies before the first one's end. */
static uint32_t chain_put(int number)
{
	char text[1200];
	size_t len, done, at = end, first = end;

	len = (size_t)snprintf(text, sizeof(text),
	                       "From: a@example.org\r\nSubject: mail %d\r\n"
	                       "Date: Thu, 1 Jan 2026 00:00:0%d +0000\r\n\r\n",
	                       number, number);
	while (len < 1100)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		                        "line of mail %d\r\n", number);
	for (done = 0; done < len; done += 512) {
		size_t n = len - done < 512 ? len - done : 512;

		put32(at, (uint32_t)at);
		put32(at + 4, 512);
		file[at + 8] = (unsigned char)n;
		file[at + 9] = (unsigned char)(n >> 8);
		put32(at + 12, done + n < len ? (uint32_t)at + 528 : 0);
		memcpy(file + at + 16, text + done, n);
		at += 528;
	}
	end = at;
	return (uint32_t)first;
}

/* Marks direct, the text's place among the data. */
static uint32_t info_put(uint32_t head, uint32_t marks)
{
	size_t at = end;

	put32(at, (uint32_t)at);
	put32(at + 4, 12);
	file[at + 10] = 2;
	put32(at + 12, 0x81 | marks << 8);
	put32(at + 16, 0x04);
	put32(at + 20, head);
	end += 24;
	return (uint32_t)at;
}

/* Three in the root, one in each child. */
static void dbx_make(void)
{
	uint32_t infos[MAILS], root, low, high;
	int i;

	memset(file, 0, sizeof(file));
	put32(0, 0xfe12adcf);
	put32(4, 0x6f74fdc5);
	put32(0xc4, MAILS);
	end = HEADER;
	for (i = 0; i < MAILS; i++) {
		heads[i] = chain_put(i + 1);
		infos[i] = info_put(heads[i], i == 2 ? 0xa0 : 0);
	}
	low = (uint32_t)end;
	high = low + NODE;
	root = high + NODE;
	end = root + NODE;
	put32(0xe4, root);
	put32(low, low);
	file[low + 0x11] = 1;
	put32(low + 0x18, infos[0]);
	put32(high, high);
	file[high + 0x11] = 1;
	put32(high + 0x18, infos[4]);
	put32(root, root);
	put32(root + 8, low);
	file[root + 0x11] = 3;
	for (i = 0; i < 3; i++)
		put32(root + 0x18 + 12 * (size_t)i, infos[i + 1]);
	put32(root + 0x18 + 24 + 4, high);
}

static const char *dbx_write(void)
{
	return temp_write("Inbox.dbx", file, end);
}

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages, damaged;
	int scavenged, whole;
	uint32_t flags;
} seen;

static seen look(const char *path)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const mailguard_item *item;
	const mailguard_finding *f;
	mailguard_message *msg;
	mailguard_store *s;
	mailguard_check *c;
	mailguard_walk *w;
	seen out = { 0, 0, 0, 0, 0, 0 };

	ok(mailguard_store_open(&s, mg, path, NULL));
	ok(mailguard_store_check(&c, s, &opts, NULL));
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	out.verdict = mailguard_check_result(c)->verdict;
	out.messages = mailguard_check_result(c)->messages;
	out.damaged = mailguard_check_result(c)->damaged;
	mailguard_check_free(c);
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK) {
		out.scavenged += item->how == MAILGUARD_ITEM_SCAVENGED;
		out.flags |= item->flags;
		ok(mailguard_walk_message(&msg, w, NULL));
		out.whole += mailguard_message_size(msg) >= 1100 &&
		             mailguard_message_date(msg) != 0;
		mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
	mailguard_store_free(s);
	return out;
}

Test(store_oe, a_dbx_gives_every_message_its_tree_names)
{
	seen s;

	dbx_make();
	s = look(dbx_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, s.messages, MAILS));
	cr_expect(eq(int, s.whole, MAILS));
	cr_expect(eq(int, s.scavenged, 0));
	cr_expect(
		eq(u32, s.flags, MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_FLAGGED));
}

/* A byte that is hurt, and what is still there. */
static const struct {
	int what; /* 0: a place in the header, 1: in a mail's second segment */
	size_t at;
	uint32_t value;
	int whole, scavenged;
	const char *why;
} hurts[] = {
	{ 0, 0, 0, MAILS, MAILS, "no head" },
	{ 0, 0xe4, 0, MAILS, MAILS, "no tree at all" },
	{ 0, 0xe4, 0x7fffffff, MAILS, MAILS, "a tree outside the file" },
	{ 0, 0xc4, MAILS + 1, MAILS, 0, "a count that does not fit" },
	{ 1, 4, 0, MAILS - 1, 0, "a segment that is gone" },
	{ 1, 0, 1, MAILS - 1, 0, "a segment that lies elsewhere" },
};

Test(store_oe, a_dbx_that_is_hurt_is_said_so_and_gives_the_rest)
{
	size_t i;

	for (i = 0; i < sizeof(hurts) / sizeof(hurts[0]); i++) {
		seen s;

		dbx_make();
		put32(hurts[i].what ? heads[3] + 528 + hurts[i].at
		                    : hurts[i].at,
		      hurts[i].value);
		s = look(dbx_write());
		cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED), "%s",
		          hurts[i].why);
		cr_expect(eq(int, s.whole, hurts[i].whole), "%s", hurts[i].why);
		cr_expect(eq(int, s.scavenged, hurts[i].scavenged), "%s",
		          hurts[i].why);
	}
}

Test(store_oe, a_chain_that_goes_round_ends)
{
	seen s;

	dbx_make();
	put32(heads[1] + 12, heads[1]);
	s = look(dbx_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(u64, s.messages, MAILS));
}

Test(store_oe, a_dbx_cut_anywhere_is_never_called_sound)
{
	size_t cut;

	dbx_make();
	for (cut = HEADER; cut < end; cut += 100) {
		seen s = look(temp_write("cut.dbx", file, cut));

		cr_expect(ne(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND),
		          "cut at %zu", cut);
	}
}

/* -- Outlook Express 4 ----------------------------------------------------- */

static void record_put(const char *text, size_t pad)
{
	size_t len = strlen(text);

	put32(end, 0x7f007f00);
	put32(end + 4, 1);
	put32(end + 8, (uint32_t)(16 + len + pad));
	put32(end + 12, (uint32_t)len);
	memcpy(file + end + 16, text, len);
	end += 16 + len + pad;
}

Test(store_oe, an_mbx_gives_its_records_and_finds_those_behind_a_bad_one)
{
	size_t second;
	seen s;

	memset(file, 0, sizeof(file));
	memcpy(file, "JMF6", 4);
	end = 0x54;
	record_put("From: a@example.org\r\n\r\none\r\n", 3);
	second = end;
	record_put("From: b@example.org\r\n\r\ntwo\r\n", 1);
	record_put("From: c@example.org\r\n\r\nthree\r\n", 0);
	s = look(temp_write("Inbox.mbx", file, end));
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(u64, s.messages, 3));
	file[second] = 1;
	s = look(temp_write("hurt.mbx", file, end));
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(u64, s.messages, 2));
}

Test(store_oe, every_failing_allocation_is_survived)
{
	const char *path;
	int n, refused = 0;

	dbx_make();
	put32(0xe4, 0);
	path = dbx_write();
	for (n = 0; n < 60; n++) {
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
		if (st == MAILGUARD_ITEROVER)
			cr_expect(eq(u64, mailguard_check_result(c)->messages,
			             MAILS),
			          "allocation %d", n);
		mailguard_check_free(c);
		mailguard_store_free(s);
		mailguard_free(own);
		cr_assert(eq(int, fail_alloc_live(), 0), "allocation %d", n);
	}
	cr_expect(refused > 5 && refused < 60, "%d", refused);
}
