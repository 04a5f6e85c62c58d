/* What store/pst/ladder.c and rebuild*.c promise: what can be reached is
   reached, and a new file is in order. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/mutant.h"
#include "store/pst_make.h"
#include "store/walker.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char path[512], dest[512], partial[600];

static void setup(void)
{
	const char *folder = temp_begin();

	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(path, sizeof(path), "%s/a.pst", folder);
	snprintf(dest, sizeof(dest), "%s/b.pst", folder);
	snprintf(partial, sizeof(partial), "%s.partial", dest);
}

static void teardown(void)
{
	mailguard_free(mg);
	(void)remove(path);
	(void)remove(dest);
	temp_end();
}

TestSuite(store_pst_rebuild, .init = setup, .fini = teardown, .timeout = 600);
TestSuite(store_pst_rebuild_corpora,
          .init = setup,
          .fini = teardown,
          .timeout = 600);

static const pst_plan plain = { .variant = PST_UNICODE,
	                        .crypt = 1,
	                        .messages = 20,
	                        .body = 3000,
	                        .attach = 20000,
	                        .embedded = true };

static void make(const pst_plan *plan)
{
	cr_assert(zero(int, pst_make(path, plan)));
}

static mailguard_status rebuild(mailguard_salvage_report *out,
                                mailguard *by,
                                const char *from)
{
	mailguard_store *store;
	mailguard_status st;
	mailguard_error err;

	(void)remove(dest);
	memset(out, 0, sizeof(*out));
	st = mailguard_store_open(&store, by, from, NULL);
	if (st < 0)
		return st;
	st = mailguard_store_rebuild(out, store, dest, NULL, &err);
	if (st < 0)
		cr_log_info("%s: %s", err.code, err.message);
	mailguard_store_free(store);
	return st;
}

/* -- bytes ----------------------------------------------------------------- */

typedef struct image {
	unsigned char *at;
	size_t len;
} image;

static image image_read(void)
{
	image i = { NULL, 0 };
	struct stat sb;
	FILE *f = fopen(path, "rb");

	cr_assert(f && fstat(fileno(f), &sb) == 0);
	i.len = (size_t)sb.st_size;
	i.at = malloc(i.len + 1);
	cr_assert(i.at && fread(i.at, 1, i.len, f) == i.len);
	fclose(f);
	return i;
}

static void image_write(const void *at, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f && fwrite(at, 1, len, f) == len);
	fclose(f);
}

static size_t offset_at(const image *i, size_t at)
{
	size_t x = 0, k;

	for (k = 8; k; k--)
		x = x << 8 | i->at[at + k - 1];
	return x;
}

/* -- a sound file ---------------------------------------------------------- */

static const struct {
	const char *why;
	int variant, crypt;
	bool packed;
} kinds[] = {
	{ "ANSI, plain", PST_ANSI, 0, false },
	{ "ANSI, cyclic", PST_ANSI, 2, false },
	{ "Unicode, plain", PST_UNICODE, 0, false },
	{ "Unicode, permute", PST_UNICODE, 1, false },
	{ "Unicode, cyclic", PST_UNICODE, 2, false },
	{ "4K, plain", PST_WIDE, 0, false },
	{ "4K, permute and packed", PST_WIDE, 1, true },
};

Test(store_pst_rebuild, every_variant_becomes_a_sound_pst_with_the_same_mail)
{
	mailguard_salvage_report r;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pst_plan p = plain;
		char *was;

		p.variant = kinds[i].variant;
		p.crypt = kinds[i].crypt;
		p.packed = kinds[i].packed;
		make(&p);
		was = strdup(subjects_of(mg, path));
		cr_assert(was != NULL);
		ok(rebuild(&r, mg, path));
		cr_expect(eq(u64, r.intact, p.messages), "%s", kinds[i].why);
		cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND), "%s",
		          kinds[i].why);
		cr_expect(eq(str, check_of(mg, dest), "sound"), "%s",
		          kinds[i].why);
		cr_expect(eq(str, subjects_of(mg, dest), was), "%s",
		          kinds[i].why);
		free(was);
	}
}

/* Lists that no longer fit into one block, trees of more than one level. */
Test(store_pst_rebuild, a_folder_of_thousands_is_listed_whole)
{
	pst_plan p = { .variant = PST_UNICODE, .crypt = 1, .messages = 4000 };
	mailguard_salvage_report r;

	make(&p);
	ok(rebuild(&r, mg, path));
	cr_expect(eq(u64, r.intact, 4000));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

/* 12 MB: an XXBLOCK over its lists. */
Test(store_pst_rebuild, data_of_thousands_of_blocks_is_the_same)
{
	pst_plan p = plain;
	mailguard_salvage_report r;

	p.messages = 2;
	p.attach = 24 << 20;
	p.embedded = false;
	make(&p);
	ok(rebuild(&r, mg, path));
	cr_expect(eq(u64, r.intact, 2));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

Test(store_pst_rebuild, a_rebuilt_file_rebuilt_is_the_same_file)
{
	mailguard_salvage_report r;
	image once, twice;

	make(&plain);
	ok(rebuild(&r, mg, path));
	cr_assert(rename(dest, path) == 0);
	once = image_read();
	ok(rebuild(&r, mg, path));
	cr_assert(rename(dest, path) == 0);
	twice = image_read();
	cr_expect(eq(sz, once.len, twice.len));
	cr_expect(once.len == twice.len &&
	          memcmp(once.at, twice.at, once.len) == 0);
	free(once.at);
	free(twice.at);
}

/* -- without trees --------------------------------------------------------- */

static void no_header(image *i)
{
	memset(i->at, 0, 4096);
}

static void no_node_root(image *i)
{
	memset(i->at + offset_at(i, 224), 0, 512);
}

static void no_block_root(image *i)
{
	memset(i->at + offset_at(i, 240), 0, 512);
}

static void no_roots(image *i)
{
	no_node_root(i);
	no_block_root(i);
}

static void roots_elsewhere(image *i)
{
	memset(i->at + 224, 0x77, 8);
	memset(i->at + 240, 0x77, 8);
}

/* Every second leaf of the tree of blocks. */
static void no_block_leaves(image *i)
{
	size_t at, n = 0;

	for (at = 0; at + 512 <= i->len; at += 512)
		if (i->at[at + 496] == 0x80 && i->at[at + 497] == 0x80 &&
		    i->at[at + 491] == 0 && n++ % 2)
			memset(i->at + at, 0, 512);
}

static const struct {
	const char *why;
	void (*damage)(image *i);
} roots[] = {
	{ "the header is gone", no_header },
	{ "the root of nodes is gone", no_node_root },
	{ "the root of blocks is gone", no_block_root },
	{ "both roots are gone", no_roots },
	{ "the header leads nowhere", roots_elsewhere },
	{ "half the leaves of blocks are gone", no_block_leaves },
};

Test(store_pst_rebuild, without_its_trees_every_message_is_found)
{
	mailguard_salvage_report r;
	size_t i;

	for (i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		image file;
		char *was;

		make(&plain);
		was = strdup(subjects_of(mg, path));
		cr_assert(was != NULL);
		file = image_read();
		roots[i].damage(&file);
		image_write(file.at, file.len);
		free(file.at);
		cr_expect(eq(str, subjects_of(mg, path), was), "%s",
		          roots[i].why);
		cr_expect(strncmp(check_of(mg, path), "damaged", 7) == 0, "%s",
		          roots[i].why);
		ok(rebuild(&r, mg, path));
		cr_expect(eq(u64, r.intact + r.repaired, plain.messages), "%s",
		          roots[i].why);
		cr_expect(eq(str, check_of(mg, dest), "sound"), "%s",
		          roots[i].why);
		cr_expect(eq(str, subjects_of(mg, dest), was), "%s",
		          roots[i].why);
		free(was);
	}
}

Test(store_pst_rebuild, what_was_found_by_looking_says_so)
{
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *walk;
	unsigned sought = 0;
	image file;

	make(&plain);
	file = image_read();
	no_roots(&file);
	image_write(file.at, file.len);
	free(file.at);
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	mailguard_store_free(store);
	while (mailguard_walk_next(&item, walk, NULL) == MAILGUARD_OK)
		sought += item->how == MAILGUARD_ITEM_SCAVENGED;
	mailguard_walk_free(walk);
	cr_expect(eq(uint, sought, plain.messages));
}

/* Nobody knows what it led to: that is never called sound. */
Test(store_pst_rebuild, a_gap_in_the_index_is_not_sound)
{
	mailguard_salvage_report r;
	image file;
	size_t at;

	make(&plain);
	file = image_read();
	for (at = 0; at + 512 <= file.len; at += 512)
		if (file.at[at + 496] == 0x81 && file.at[at + 497] == 0x81)
			memset(file.at + at, 0, 512);
	image_write(file.at, file.len);
	free(file.at);
	ok(rebuild(&r, mg, path));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

Test(store_pst_rebuild, a_file_that_only_has_the_name_is_refused)
{
	mailguard_salvage_report r;

	image_write("no such file", 12);
	cr_expect(eq(int, rebuild(&r, mg, path), MAILGUARD_EFORMAT));
}

/* -- damage of all kinds --------------------------------------------------- */

Test(store_pst_rebuild, damage_of_any_kind_gives_a_sound_file)
{
	uint64_t kept = 0, all = 0, seed;
	mailguard_salvage_report r;
	unsigned char *room;
	unsigned kind;
	image file;

	make(&plain);
	file = image_read();
	room = malloc(file.len);
	cr_assert(room != NULL);
	for (kind = 0; kind < MUTANT_KINDS; kind++)
		for (seed = 0; seed < 3; seed++) {
			mutant m = mutant_make(room, file.at, file.len, kind,
			                       seed);
			mailguard_status st;
			char *told;

			image_write(m.bytes, m.size);
			st = rebuild(&r, mg, path);
			cr_assert(st == MAILGUARD_OK, "%s %d: %d",
			          mutant_name(kind), (int)seed, st);
			told = check_of(mg, dest);
			cr_expect(eq(str, told, "sound"), "%s %d",
			          mutant_name(kind), (int)seed);
			kept += r.intact + r.repaired;
			all += plain.messages;
		}
	free(room);
	free(file.at);
	cr_expect(kept * 2 > all, "%d of %d", (int)kept, (int)all);
}

/* -- nothing or all of it -------------------------------------------------- */

Test(store_pst_rebuild, what_is_there_is_never_written_over)
{
	mailguard_salvage_report r;
	mailguard_store *store;

	make(&plain);
	ok(mailguard_store_open(&store, mg, path, NULL));
	cr_expect(eq(int, mailguard_store_rebuild(&r, store, path, NULL, NULL),
	             MAILGUARD_EEXIST));
	mailguard_store_free(store);
	cr_expect(eq(str, check_of(mg, path), "sound"));
}

static int stop_later(const mailguard_progress *at, void *left)
{
	(void)at;
	return --*(int *)left < 0;
}

Test(store_pst_rebuild, stopped_at_any_time_it_leaves_nothing)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report r;
	mailguard_store *store;
	struct stat sb;
	int n, left;

	make(&plain);
	ok(mailguard_store_open(&store, mg, path, NULL));
	opts.progress = stop_later;
	opts.payload = &left;
	for (n = 0; n < 2 * (int)plain.messages; n += 3) {
		left = n;
		cr_expect(eq(
			int,
			mailguard_store_rebuild(&r, store, dest, &opts, NULL),
			MAILGUARD_ECANCELLED));
		cr_expect(stat(dest, &sb) != 0);
		cr_expect(stat(partial, &sb) != 0);
	}
	mailguard_store_free(store);
}

Test(store_pst_rebuild, other_kinds_of_stores_are_refused)
{
	mailguard_salvage_report r;

	image_write("From a@example.org Thu Jan  1 00:00:00 2026\n"
	            "A: b\n\nhi\n",
	            53);
	cr_expect(eq(int, rebuild(&r, mg, path), MAILGUARD_EUNSUPPORTED));
}

/* The page that led there may have been given up for a newer one. */
Test(store_pst_rebuild, what_was_looked_for_is_never_called_intact)
{
	mailguard_salvage_report r;
	mailguard_store *store;
	image file;

	make(&plain);
	file = image_read();
	no_node_root(&file);
	image_write(file.at, file.len);
	free(file.at);
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_salvage(&r, store, dest, NULL, NULL));
	mailguard_store_free(store);
	cr_expect(eq(u64, r.found, plain.messages));
	cr_expect(eq(u64, r.repaired, plain.messages));
	cr_expect(eq(u64, r.intact, 0));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
}

Test(store_pst_rebuild, every_allocation_may_fail)
{
	pst_plan p = { .variant = PST_UNICODE,
		       .messages = 2,
		       .body = 5000,
		       .attach = 1000,
		       .embedded = true };
	mailguard_salvage_report r;
	int n = 1, well = 0;
	mailguard_status st;
	mailguard *tight;
	image file;

	make(&p);
	file = image_read();
	no_node_root(&file);
	image_write(file.at, file.len);
	free(file.at);
	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = rebuild(&r, tight, path);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "%d", n);
		well = st == MAILGUARD_OK ? well + 1 : 0;
	} while (well < 50 && n < 100000);
	cr_expect(eq(int, well, 50));
}

/* -- real files ------------------------------------------------------------ */

Test(store_pst_rebuild_corpora, the_torn_file_comes_back_whole)
{
	mailguard_salvage_report r;
	char from[1024];

	if (!corpora())
		cr_skip_test("no corpora");
	snprintf(from, sizeof(from), "%s/stores/pst/%s", corpora(),
	         "aspose-email_Aspose.Email-for-.__9a12e4c2__Outlook.pst");
	ok(rebuild(&r, mg, from));
	cr_expect(eq(u64, r.intact + r.repaired, 17));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

Test(store_pst_rebuild_corpora, hidden_items_stay_where_they_were)
{
	mailguard_salvage_report r;
	char from[1024];

	if (!corpora())
		cr_skip_test("no corpora");
	snprintf(from, sizeof(from), "%s/stores/pst/%s", corpora(),
	         "aspose-email_Aspose.Email-Pytho__e6d7a26d__test.pst");
	ok(rebuild(&r, mg, from));
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_SOUND));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}
