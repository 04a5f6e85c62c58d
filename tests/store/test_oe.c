/* What files of Outlook Express promise: every message, also when the list of
 * them is gone, and no word of a mail that is cut. */
#include <stdio.h>
#include <string.h>

#include <mailguard/store.h>

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

TestSuite(store_oe, .init = setup, .fini = teardown, .timeout = 120);

/* -- a .dbx made here ------------------------------------------------------ */

enum { HEADER = 0x24bc, NODE = 0x27c, MAILS = 5, SIZE = 65536 };

static unsigned char file[SIZE];
static size_t end;
static uint32_t heads[MAILS], infos[MAILS];
static size_t lengths[MAILS];

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
	lengths[number - 1] = len;
	return (uint32_t)first;
}

/* Marks and length direct, the text's place among the data. */
static uint32_t info_put(uint32_t head, uint32_t marks, size_t length)
{
	size_t at = end;

	put32(at, (uint32_t)at);
	put32(at + 4, 16);
	file[at + 10] = 3;
	put32(at + 12, 0x81 | marks << 8);
	put32(at + 16, 0x04);
	put32(at + 20, 0x91 | (uint32_t)length << 8);
	put32(at + 24, head);
	end += 28;
	return (uint32_t)at;
}

/* Three in the root, one in each child; `told`: how long each is. */
static void dbx_make_with(bool told)
{
	uint32_t root, low, high;
	int i;

	memset(file, 0, sizeof(file));
	put32(0, 0xfe12adcf);
	put32(4, 0x6f74fdc5);
	put32(0xc4, MAILS);
	end = HEADER;
	for (i = 0; i < MAILS; i++) {
		heads[i] = chain_put(i + 1);
		infos[i] = info_put(heads[i], i == 2 ? 0xa0 : 0,
		                    told ? lengths[i] : 0);
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

static void dbx_make(void)
{
	dbx_make_with(true);
}

static const char *dbx_write(void)
{
	return temp_write("Inbox.dbx", file, end);
}

typedef struct seen {
	mailguard_soundness verdict;
	uint64_t messages, damaged;
	int scavenged, whole, mended;
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
	seen out = { 0, 0, 0, 0, 0, 0, 0 };

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
		out.mended += item->state == MAILGUARD_ITEM_REPAIRED;
		ok(mailguard_walk_message(&msg, w, NULL));
		out.whole += mailguard_message_size(msg) >= 1100 &&
		             mailguard_message_size(msg) < 1120 &&
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

/* What is hurt, and what is still there. */
enum { HEADER_AT, SECOND_AT, LAST_AT, FIRST_AT, ENTRY_AT };

static const struct {
	int what; /* the header; a segment or the entry of mail 4 */
	size_t at;
	uint32_t value;
	int whole, scavenged;
	mailguard_soundness verdict;
	const char *why;
} hurts[] = {
	{ HEADER_AT, 0, 0, MAILS, 0, MAILGUARD_SOUNDNESS_DAMAGED, "no head" },
	{ HEADER_AT, 4, 1, MAILS, 0, MAILGUARD_SOUNDNESS_DAMAGED, "no kind" },
	{ HEADER_AT, 0xe4, 0, MAILS, MAILS, MAILGUARD_SOUNDNESS_DAMAGED,
	  "no tree at all" },
	{ HEADER_AT, 0xe4, 0x7fffffff, MAILS, MAILS,
	  MAILGUARD_SOUNDNESS_DAMAGED, "a tree outside the file" },
	{ HEADER_AT, 0xc4, MAILS + 1, MAILS, 0, MAILGUARD_SOUNDNESS_DAMAGED,
	  "a count that does not fit" },
	{ SECOND_AT, 4, 0, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a segment of no room" },
	{ SECOND_AT, 0, 1, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a segment that lies elsewhere" },
	{ SECOND_AT, 8, 77, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a segment that is not full" },
	{ SECOND_AT, 12, 0x1230, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a segment that leads astray" },
	{ FIRST_AT, 12, 0, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a segment that leads nowhere" },
	{ LAST_AT, 8, 400, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a last segment that is too full" },
	{ LAST_AT, 8, 5, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a last segment that is too short" },
	{ FIRST_AT, 0, 1, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "a first segment that lies elsewhere" },
	{ ENTRY_AT, 20, 0x91 | 9000 << 8, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "an entry that tells too much" },
	{ ENTRY_AT, 20, 0x91 | 9 << 8, MAILS, 0, MAILGUARD_SOUNDNESS_ODD,
	  "an entry that tells too little" },
	{ ENTRY_AT, 0, 1, MAILS, 1, MAILGUARD_SOUNDNESS_DAMAGED,
	  "an entry that lies elsewhere" },
	{ ENTRY_AT, 24, 0x7777777, MAILS, 1, MAILGUARD_SOUNDNESS_DAMAGED,
	  "an entry that leads astray" },
};

static size_t hurt_place(size_t i)
{
	switch (hurts[i].what) {
	case HEADER_AT:
		return hurts[i].at;
	case ENTRY_AT:
		return infos[3] + hurts[i].at;
	default:
		return heads[3] + hurts[i].at +
		       (hurts[i].what == SECOND_AT ? 528U
		        : hurts[i].what == LAST_AT ? 1056U
		                                   : 0U);
	}
}

Test(store_oe, a_dbx_that_is_hurt_is_said_so_and_gives_all_there_is)
{
	size_t i;

	for (i = 0; i < sizeof(hurts) / sizeof(hurts[0]); i++) {
		seen s;

		dbx_make();
		put32(hurt_place(i), hurts[i].value);
		s = look(dbx_write());
		cr_expect(eq(int, s.verdict, hurts[i].verdict), "%s",
		          hurts[i].why);
		cr_expect(eq(int, s.whole, hurts[i].whole), "%s", hurts[i].why);
		cr_expect(eq(int, s.scavenged, hurts[i].scavenged), "%s",
		          hurts[i].why);
	}
}

/* Of each segment's head one field at a time, and no length told. */
Test(store_oe, a_head_with_one_bad_field_is_put_right_without_its_entry)
{
	static const size_t fields[] = { 0, 4, 12 };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
			seen s;

			dbx_make_with(false);
			put32(heads[1] + 528 * k + fields[i], 0x30);
			s = look(dbx_write());
			cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_ODD),
			          "segment %zu, field %zu", k, fields[i]);
			cr_expect(eq(int, s.whole, MAILS),
			          "segment %zu, field %zu", k, fields[i]);
			cr_expect(eq(int, s.mended, 1),
			          "segment %zu, field %zu", k, fields[i]);
		}
}

Test(store_oe, a_piece_that_is_gone_is_told_and_the_rest_is_given)
{
	seen s;

	dbx_make();
	memset(file + heads[3] + 528, 0, 528);
	s = look(dbx_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(u64, s.messages, MAILS));
	cr_expect(eq(u64, s.damaged, 1));
	cr_expect(eq(int, s.whole, MAILS - 1));
}

Test(store_oe, two_entries_of_one_text_are_one_message)
{
	seen s;

	dbx_make();
	put32(infos[3] + 24, heads[1]);
	s = look(dbx_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(u64, s.messages, MAILS));
	cr_expect(eq(int, s.whole, MAILS));
	cr_expect(eq(int, s.scavenged, 1));
}

Test(store_oe, what_is_found_keeps_the_marks_of_its_entry)
{
	seen s;

	dbx_make();
	put32(0xe4, 0);
	s = look(dbx_write());
	cr_expect(eq(int, s.scavenged, MAILS));
	cr_expect(
		eq(u32, s.flags, MAILGUARD_FLAG_SEEN | MAILGUARD_FLAG_FLAGGED));
}

Test(store_oe, a_chain_that_goes_round_ends)
{
	seen s;

	dbx_make_with(false);
	memset(file + heads[1] + 1056, 0, 16); /* no way out */
	put32(heads[1] + 528 + 12, heads[1]);
	s = look(dbx_write());
	cr_expect(eq(int, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(u64, s.messages, MAILS));
}

/* -- a folder of them ------------------------------------------------------ */

/* Of Folders.dbx: number, the one above, name, file; texts behind a table. */
static uint32_t folder_put(uint32_t id,
                           uint32_t above,
                           const char *name,
                           const char *path)
{
	size_t at = end, n = strlen(name) + 1, m = strlen(path) + 1;

	put32(at, (uint32_t)at);
	put32(at + 4, (uint32_t)(16 + n + m));
	file[at + 10] = 4;
	put32(at + 12, 0x80 | id << 8);
	put32(at + 16, 0x81 | above << 8);
	put32(at + 20, 0x02);
	put32(at + 24, 0x03 | (uint32_t)n << 8);
	memcpy(file + at + 28, name, n);
	memcpy(file + at + 28 + n, path, m);
	end += (28 + n + m + 3) / 4 * 4;
	return (uint32_t)at;
}

static void folders_make(void)
{
	uint32_t at[3], root;
	size_t i;

	memset(file, 0, sizeof(file));
	put32(0, 0xfe12adcf);
	put32(4, 0x6f74fdc6);
	end = HEADER;
	at[0] = folder_put(1, 0, "Local Folders", "");
	/* "inbox" in Japanese, as Windows has it. */
	at[1] = folder_put(4, 1, "\x8e\xf3\x90\x4d\x83\x67\x83\x8c\x83\x43",
	                   "Inbox.dbx");
	at[2] = folder_put(5, 4, "Work", "Folder (1).dbx");
	root = (uint32_t)end;
	end += NODE;
	put32(0xe4, root);
	put32(root, root);
	file[root + 0x11] = 3;
	for (i = 0; i < 3; i++)
		put32(root + 0x18 + 12 * i, at[i]);
	temp_write("Folders.dbx", file, end);
}

Test(store_oe, a_folder_of_dbx_files_has_the_names_its_list_tells)
{
	static const struct {
		const char *folder;
		int mails;
	} want[] = {
		{ "Local Folders/\xe5\x8f\x97\xe4\xbf\xa1\xe3\x83\x88\xe3\x83"
		  "\xac\xe3\x82\xa4/Work",
		  MAILS },
		{ "Local Folders/\xe5\x8f\x97\xe4\xbf\xa1\xe3\x83\x88\xe3\x83"
		  "\xac\xe3\x82\xa4",
		  MAILS },
		{ "Not listed", MAILS },
	};
	int got[3] = { 0, 0, 0 };
	const mailguard_item *item;
	mailguard_store *s;
	mailguard_walk *w;
	size_t i;

	folders_make();
	temp_write("Offline.dbx", file, 10);
	dbx_make();
	temp_write("Inbox.dbx", file, end);
	temp_write("Folder (1).dbx", file, end);
	temp_write("Not listed.dbx", file, end);
	ok(mailguard_store_open(&s, mg, folder, NULL));
	cr_expect(eq(str, (char *)mailguard_store_format(s), "dbx"));
	ok(mailguard_store_walk(&w, s, NULL, NULL));
	while (mailguard_walk_next(&item, w, NULL) == MAILGUARD_OK)
		for (i = 0; i < 3; i++)
			got[i] += strcmp(item->folder, want[i].folder) == 0;
	for (i = 0; i < 3; i++)
		cr_expect(eq(int, got[i], want[i].mails), "%s", want[i].folder);
	mailguard_walk_free(w);
	mailguard_store_free(s);
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
