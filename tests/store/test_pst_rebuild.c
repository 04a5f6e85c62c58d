/* What store/pst/ladder.c and rebuild*.c promise: what can be reached is
   reached, and a new file is in order. */
#include <mailguard/store.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/pack.h"
#include "base/text.h"
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
	snprintf(partial, sizeof(partial), "%s.mailguard-partial", dest);
}

static void teardown(void)
{
	mailguard_free(mg);
	(void)remove(path);
	(void)remove(dest);
	(void)remove(partial);
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

static mailguard_status rebuild_with(mailguard_salvage_report *out,
                                     mailguard *by,
                                     const char *from,
                                     const mailguard_salvage_options *opts)
{
	mailguard_store *store;
	mailguard_status st;
	mailguard_error err;

	(void)remove(dest);
	memset(out, 0, sizeof(*out));
	st = mailguard_store_open(&store, by, from, NULL);
	if (st < 0)
		return st;
	st = mailguard_store_rebuild(out, store, dest, opts, &err);
	if (st < 0)
		cr_log_info("%s: %s", err.code, err.message);
	mailguard_store_free(store);
	return st;
}

static mailguard_status rebuild(mailguard_salvage_report *out,
                                mailguard *by,
                                const char *from)
{
	return rebuild_with(out, by, from, NULL);
}

static mailguard_status mend(mailguard_salvage_report *out, mailguard *by)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;

	opts.mend = 1;
	return rebuild_with(out, by, path, &opts);
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

static image rebuilt_again(void)
{
	mailguard_salvage_report r;

	ok(rebuild(&r, mg, path));
	cr_assert(rename(dest, path) == 0);
	return image_read();
}

/* What is in order goes over as it is, at most in another place. */
Test(store_pst_rebuild, a_rebuilt_file_rebuilt_stays_the_same_file)
{
	image once, twice, thrice;

	make(&plain);
	once = rebuilt_again();
	twice = rebuilt_again();
	thrice = rebuilt_again();
	cr_expect(eq(sz, once.len, twice.len));
	cr_expect(eq(sz, twice.len, thrice.len));
	cr_expect(twice.len == thrice.len &&
	          memcmp(twice.at, thrice.at, twice.len) == 0);
	free(once.at);
	free(twice.at);
	free(thrice.at);
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

/* Every page of the node tree, of this time and of earlier ones. */
static void no_nodes(image *file)
{
	size_t at;

	for (at = 0; at + 512 <= file->len; at += 512)
		if (file->at[at + 496] == 0x81 && file->at[at + 497] == 0x81)
			memset(file->at + at, 0, 512);
}

static void damage(void (*how)(image *))
{
	image file = image_read();

	how(&file);
	image_write(file.at, file.len);
	free(file.at);
}

/* Found by what they are; as their sizes are told rightly, without doubt. */
Test(store_pst_rebuild, messages_without_a_node_are_found_by_their_data)
{
	mailguard_salvage_report r;
	char subject[64];
	unsigned i;

	make(&plain);
	ok(rebuild(&r, mg, path));
	cr_assert(rename(dest, path) == 0);
	damage(no_nodes);
	ok(rebuild(&r, mg, path));
	cr_expect(eq(u64, r.repaired, plain.messages));
	for (i = 0; i < plain.messages; i++) {
		snprintf(subject, sizeof(subject), "件名 %u: ", i);
		cr_expect(strstr(subjects_of(mg, dest), subject) != NULL, "%s",
		          subject);
	}
	/* Nobody knows what else there was: that is never called sound. */
	cr_expect(eq(int, r.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

/* Whether its attachments are its own nobody can prove. */
Test(store_pst_rebuild, what_only_seems_to_belong_together_is_a_doubt)
{
	mailguard_salvage_report r;

	make(&plain);
	damage(no_nodes);
	ok(rebuild(&r, mg, path));
	cr_expect(eq(u64, r.found, plain.messages));
	cr_expect(eq(u64, r.damaged, plain.messages));
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

static void every_allocation_fails(void (*how)(image *))
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

	make(&p);
	damage(how);
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

Test(store_pst_rebuild, every_allocation_may_fail)
{
	every_allocation_fails(no_node_root);
}

Test(store_pst_rebuild, every_allocation_may_fail_where_nodes_are_gone)
{
	every_allocation_fails(no_nodes);
}

/* -- only maps and header -------------------------------------------------- */

static void put(image *i, size_t at, size_t n, uint64_t x)
{
	for (; n--; x >>= 8)
		i->at[at++] = (unsigned char)x;
}

static void header_close(image *i)
{
	put(i, 524, 4, mgi_crc32(0, mgi_span(i->at + 8, 516)));
	put(i, 4, 4, mgi_crc32(0, mgi_span(i->at + 8, 471)));
}

/* Not closed properly, and a map calls free what is in use. */
static void maps_stale(image *i)
{
	i->at[248] = 0;
	memset(i->at + 0x4400 + 8, 0, 200);
	header_close(i);
}

/* One transaction behind: the pages are newer than the header knows. */
static void roots_lag(image *i)
{
	put(i, 216, 8, offset_at(i, 216) - 1);
	put(i, 232, 8, offset_at(i, 232) - 1);
	header_close(i);
}

static void sum_wrong(image *i)
{
	i->at[4] ^= 1;
}

static const struct {
	const char *why;
	void (*damage)(image *i);
} light[] = {
	{ "maps of an earlier time", maps_stale },
	{ "roots one transaction behind", roots_lag },
	{ "a sum of the header", sum_wrong },
};

Test(store_pst_rebuild, where_only_maps_and_header_are_wrong_no_block_moves)
{
	mailguard_salvage_report r;
	image was, is;
	size_t i, k;

	for (i = 0; i < sizeof(light) / sizeof(light[0]); i++) {
		make(&plain);
		was = image_read();
		damage(light[i].damage);
		cr_expect(strncmp(check_of(mg, path), "sound", 5) != 0, "%s",
		          light[i].why);
		ok(mend(&r, mg));
		cr_expect(eq(int, r.plan, MAILGUARD_PLAN_MEND), "%s",
		          light[i].why);
		cr_expect(eq(u64, r.intact, plain.messages), "%s",
		          light[i].why);
		cr_expect(eq(str, check_of(mg, dest), "sound"), "%s",
		          light[i].why);
		cr_assert(rename(dest, path) == 0);
		is = image_read();
		cr_expect(eq(sz, is.len, was.len), "%s", light[i].why);
		for (k = 0; k < was.len; k++)
			if (was.at[k] != is.at[k] && k >= 564 &&
			    (k < 0x4400 || (k - 0x4400) % 253952 >= 2048))
				break;
		cr_expect(eq(sz, k, was.len), "%s", light[i].why);
		free(was.at);
		free(is.at);
	}
}

Test(store_pst_rebuild, where_more_is_wrong_all_is_written_anew)
{
	mailguard_salvage_report r;

	make(&plain);
	damage(no_node_root);
	ok(mend(&r, mg));
	cr_expect(eq(int, r.plan, MAILGUARD_PLAN_ANEW));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
}

Test(store_pst_rebuild, mending_survives_every_allocation_failing)
{
	mailguard_salvage_report r;
	int n = 1, well = 0;
	mailguard_status st;
	mailguard *tight;
	pst_plan p = plain;

	p.messages = 2;
	make(&p);
	damage(maps_stale);
	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mend(&r, tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "%d", n);
		well = st == MAILGUARD_OK ? well + 1 : 0;
	} while (well < 50 && n < 100000);
	cr_expect(eq(int, well, 50));
}

/* -- what was lost, for people --------------------------------------------- */

/* All of the middle of the file: messages, whole or in part. */
static void middle_gone(image *i)
{
	memset(i->at + i->len / 3, 0, i->len / 3);
}

Test(store_pst_rebuild, what_was_lost_is_told_by_folder_and_sender)
{
	mailguard_salvage_options opts = MAILGUARD_SALVAGE_OPTIONS_INIT;
	mailguard_salvage_report r;
	unsigned long lost = 0, damaged = 0;
	const char *at;

	make(&plain);
	damage(middle_gone);
	ok(mailguard_buffer_new(&opts.lost, mg, NULL));
	ok(rebuild_with(&r, mg, path, &opts));
	cr_expect(lt(u64, 0, r.lost + r.damaged));
	for (at = mailguard_buffer_text(opts.lost); *at;) {
		const char *end = strchr(at, '\n');
		unsigned long a, b;
		const char *count = strstr(at, ": ");

		cr_assert(end != NULL && count != NULL && count < end);
		cr_assert(sscanf(count, ": %lu lost, %lu damaged", &a, &b) ==
		          2);
		if (strncmp(at, "  from ", 7) == 0) {
			lost += a;
			damaged += b;
		}
		at = end + 1;
	}
	cr_expect(eq(u64, lost, r.lost));
	cr_expect(eq(u64, damaged, r.damaged));
	mailguard_buffer_free(opts.lost);
}

/* -- what a killed run left ------------------------------------------------ */

static void partial_write(void)
{
	FILE *f = fopen(partial, "wb");

	cr_assert(f && fwrite("half", 1, 4, f) == 4);
	fclose(f);
}

Test(store_pst_rebuild, what_a_killed_run_left_is_taken_over)
{
	mailguard_salvage_report r;
	struct stat sb;

	make(&plain);
	partial_write();
	ok(rebuild(&r, mg, path));
	cr_expect(eq(str, check_of(mg, dest), "sound"));
	cr_expect(stat(partial, &sb) != 0);
}

Test(store_pst_rebuild, what_another_run_writes_is_left_alone)
{
	mailguard_salvage_report r;
	struct stat sb;
	int fd;

	make(&plain);
	partial_write();
	fd = open(partial, O_RDWR);
	cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
	cr_expect(eq(int, rebuild(&r, mg, path), MAILGUARD_EEXIST));
	cr_expect(stat(partial, &sb) == 0 && sb.st_size == 4);
	close(fd);
	(void)remove(partial);
}

/* As a process killed at any time leaves it: the source, and no new file. */
Test(store_pst_rebuild, killed_at_any_time_it_leaves_the_source_and_no_file)
{
	mailguard_salvage_report r;
	struct stat sb;
	image was, is;
	int i, state;

	make(&plain);
	was = image_read();
	for (i = 0; i < 40; i++) {
		struct timespec wait = { 0, 300000L * i };
		pid_t pid = fork();

		if (pid == 0) {
			(void)rebuild(&r, mg, path);
			_exit(0);
		}
		(void)nanosleep(&wait, NULL);
		(void)kill(pid, SIGKILL);
		cr_assert(eq(int, waitpid(pid, &state, 0), pid));
		is = image_read();
		cr_expect(is.len == was.len &&
		          memcmp(is.at, was.at, was.len) == 0);
		free(is.at);
		if (stat(dest, &sb) == 0) {
			cr_expect(eq(str, check_of(mg, dest), "sound"));
			(void)remove(dest);
		}
	}
	ok(rebuild(&r, mg, path));
	cr_expect(eq(u64, r.intact, plain.messages));
	free(was.at);
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
