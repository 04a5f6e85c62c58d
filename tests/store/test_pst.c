/* What store/pst/ promises: every variant is read, every damage told. */
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/pst/object.h"
#include "store/pst_make.h"
#include "store/walker.h"
#include "support/armed_malloc.h"
#include "support/corpora.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#include "base/text.h"

static mailguard *mg;
static char path[512];

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(path, sizeof(path), "%s/a.pst", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	(void)remove(path);
	temp_end();
}

TestSuite(store_pst, .init = setup, .fini = teardown, .timeout = 300);
TestSuite(store_pst_corpora, .init = setup, .fini = teardown, .timeout = 600);

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

static mailguard_check_summary summary_of(const char *file, uint32_t quick)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	mailguard_check_summary out;
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *check;

	opts.quick = quick;
	ok(mailguard_store_open(&store, mg, file, NULL));
	ok(mailguard_store_check(&check, store, &opts, NULL));
	mailguard_store_free(store);
	while (mailguard_check_next(&f, check, NULL) == MAILGUARD_OK)
		;
	out = *mailguard_check_result(check);
	mailguard_check_free(check);
	return out;
}

/* -- bytes of the file, to look at and to damage ----------------------------
 */

typedef struct image {
	unsigned char *at;
	size_t len;
} image;

static image image_read(const char *file)
{
	image i = { NULL, 0 };
	struct stat sb;
	FILE *f = fopen(file, "rb");

	cr_assert(f && fstat(fileno(f), &sb) == 0);
	i.len = (size_t)sb.st_size;
	i.at = malloc(i.len + 1);
	cr_assert(i.at && fread(i.at, 1, i.len, f) == i.len);
	fclose(f);
	return i;
}

static void image_write(const image *i, size_t len)
{
	FILE *f = fopen(path, "wb");

	cr_assert(f && fwrite(i->at, 1, len, f) == len);
	fclose(f);
}

/* -- reading --------------------------------------------------------------- */

static const struct {
	const char *why;
	int variant, crypt;
	bool packed;
} kinds[] = {
	{ "ANSI, plain", PST_ANSI, 0, false },
	{ "ANSI, permute", PST_ANSI, 1, false },
	{ "ANSI, cyclic", PST_ANSI, 2, false },
	{ "Unicode, plain", PST_UNICODE, 0, false },
	{ "Unicode, permute", PST_UNICODE, 1, false },
	{ "Unicode, cyclic", PST_UNICODE, 2, false },
	{ "4K, plain", PST_WIDE, 0, false },
	{ "4K, permute", PST_WIDE, 1, false },
	{ "4K, cyclic", PST_WIDE, 2, false },
	{ "4K, packed", PST_WIDE, 0, true },
	{ "4K, permute and packed", PST_WIDE, 1, true },
	{ "4K, cyclic and packed", PST_WIDE, 2, true },
};

Test(store_pst, every_variant_and_encoding_is_sound_and_read_whole)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pst_plan p = plain;
		mailguard_check_summary s;

		p.variant = kinds[i].variant;
		p.crypt = kinds[i].crypt;
		p.packed = kinds[i].packed;
		make(&p);
		cr_expect(eq(str, check_of(mg, path), "sound"), "%s",
		          kinds[i].why);
		s = summary_of(path, 0);
		cr_expect(eq(u64, s.messages, p.messages), "%s", kinds[i].why);
		cr_expect(eq(u64, s.intact, p.messages), "%s", kinds[i].why);
		cr_expect(eq(u64, s.folders, PST_MADE_FOLDERS), "%s",
		          kinds[i].why);
		cr_expect(eq(u64, s.attachments, pst_made_attachments(&p)),
		          "%s", kinds[i].why);
	}
}

Test(store_pst, messages_come_folder_by_folder)
{
	pst_plan p = plain;

	p.messages = 8;
	make(&p);
	cr_expect(eq(str, subjects_of(mg, path),
	             "Inbox:件名 0: found again|Inbox:件名 1: found again|"
	             "Inbox:件名 2: found again|Inbox:件名 3: found again|"
	             "Inbox:件名 4: found again|Inbox:件名 5: found again|"
	             "Inbox:件名 7: found again|"
	             "Inbox/日本語:件名 6: found again"));
}

Test(store_pst, ost_is_told_from_pst)
{
	mailguard_store *store;
	pst_plan p = plain;
	int ost;

	for (ost = 0; ost < 2; ost++) {
		p.ost = ost;
		make(&p);
		ok(mailguard_store_open(&store, mg, path, NULL));
		cr_expect(eq(str, (char *)mailguard_store_format(store),
		             ost ? "ost" : "pst"));
		mailguard_store_free(store);
	}
}

Test(store_pst, a_header_that_lies_about_the_encoding_stops_nobody)
{
	pst_plan p = plain;

	p.said_crypt = 1 + 0;
	make(&p);
	cr_expect(eq(str, check_of(mg, path), "odd pst.header-crypt"));
	cr_expect(eq(u64, summary_of(path, 0).intact, p.messages));
}

Test(store_pst, a_password_is_told_and_no_lock)
{
	pst_plan p = plain;

	p.password = 0x12345678;
	make(&p);
	cr_expect(eq(str, check_of(mg, path), "sound pst.password"));
	cr_expect(eq(u64, summary_of(path, 0).intact, p.messages));
}

static mgi_mapi *message_of(mgi_pst **p, uint32_t nid)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_pst_view v;
	mgi_pst_node n;
	mgi_mapi *o;

	ok(mgi_pst_open(p, mg, path, NULL));
	ok(mgi_pst_view_init(&v, *p, arena, NULL));
	ok(mgi_pst_node_find(&n, &v, nid, NULL));
	ok(mgi_pst_object(&o, *p, &n, MGI_MAPI_MESSAGE, NULL));
	mgi_pst_view_done(&v);
	mgi_arena_free(arena);
	return o;
}

Test(store_pst, an_object_tells_its_properties_and_what_hangs_on_it)
{
	mgi_mapi *m, *again, *r, *a, *inner;
	mailguard_buffer text;
	mgi_mapi_value v;
	mgi_pst *p;

	make(&plain);
	m = message_of(&p, (0x10001 + 5) << 5 | 4);
	mgi_pst_free(p); /* the object holds it */
	mgi_buf_init(&text, mg);
	ok(mgi_mapi_text(&text, m, 0x0037, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&text), "件名 5: found again"));
	cr_expect(eq(i64, mgi_mapi_number(m, 0x0e07, 0), 0x11));
	cr_expect(eq(i64, mgi_mapi_number(m, 0x7777, -5), -5));
	cr_expect(ne(i64, mgi_mapi_time(m, 0x0039), 0));
	cr_expect(eq(int, mgi_mapi_get(&v, m, 0x0037000b, NULL),
	             MAILGUARD_ITEROVER),
	          "a subject is no boolean");

	mgi_buf_cut(&text, 0);
	ok(mgi_mapi_recipient(&r, m, 2, NULL));
	ok(mgi_mapi_text(&text, r, 0x3003, NULL));
	cr_expect(eq(str, (char *)mgi_buf_text(&text), "to2@example.org"));
	mgi_mapi_free(r);
	cr_expect(eq(int, mgi_mapi_recipient(&r, m, 3, NULL),
	             MAILGUARD_ITEROVER));

	ok(mgi_mapi_again(&again, m, NULL));
	mgi_mapi_free(m);
	ok(mgi_mapi_attachment(&a, again, 1, NULL));
	mgi_mapi_free(again); /* what is below holds what is above */
	ok(mgi_mapi_embedded(&inner, a, NULL));
	mgi_mapi_free(a);
	mgi_buf_cut(&text, 0);
	ok(mgi_mapi_text(&text, inner, 0x1035, NULL));
	cr_expect(
		eq(str, (char *)mgi_buf_text(&text), "<1000005@example.org>"));
	cr_expect(zero(u64, mgi_mapi_harm(inner)));
	mgi_mapi_free(inner);
	mgi_buf_done(&text);
}

Test(store_pst, names_are_found_both_ways)
{
	static const mgi_mapi_name reminder = {
		MGI_MAPI_GUID_OF(0x00062008, 0, 0), 0x8503, { NULL, 0 }
	};
	mgi_mapi_name name;
	mgi_mapi *m;
	mgi_pst *p;

	make(&plain);
	m = message_of(&p, 0x10001 << 5 | 4);
	cr_expect(eq(u16, mgi_mapi_name_find(m, &reminder), 0x8000));
	cr_expect(mgi_mapi_name_of(&name, m, 0x8001));
	cr_expect(eq(sz, name.text.len, 24));
	cr_expect(eq(int, mgi_mapi_name_of(&name, m, 0x8002), 0));
	mgi_mapi_free(m);
	mgi_pst_free(p);
}

Test(store_pst, a_large_attachment_is_streamed_in_its_order)
{
	pst_plan p = { .variant = PST_UNICODE,
		       .crypt = 2,
		       .messages = 2,
		       .body = 100,
		       .attach = 12000000 };
	mailguard_stream *stream;
	mailguard_source *src;
	mgi_mapi *m, *a;
	mailguard_span s;
	uint64_t n = 0, first = 0;
	mgi_pst *pst;

	make(&p); /* more than one XBLOCK holds */
	m = message_of(&pst, (0x10001 + 1) << 5 | 4);
	ok(mgi_mapi_attachment(&a, m, 0, NULL));
	ok(mgi_mapi_open(&src, a, 0x37010102, NULL));
	ok(mailguard_source_open(&stream, src, NULL));
	while (mailguard_stream_next(&s, stream, NULL) == MAILGUARD_OK) {
		if (!n)
			first = mgi_le64(s.data);
		n += s.len;
	}
	cr_expect(eq(u64, n, p.attach / 2 + 7919u));
	cr_expect(ne(u64, first, 0));
	cr_expect(zero(u64, mgi_mapi_harm(a)));
	mailguard_stream_free(stream);
	mailguard_source_free(src);
	mgi_mapi_free(a);
	mgi_mapi_free(m);
	mgi_pst_free(pst);
}

/* -- damage ---------------------------------------------------------------- */

enum { NODES = 184 + 32, BLOCKS = 184 + 48, VALID = 248, FIRST_MAP = 0x4400 };

static void sums_right(image *i)
{
	uint32_t part = mgi_crc32(0, mgi_span(i->at + 8, 471)), full;

	memcpy(i->at + 4, &part, 4);
	full = mgi_crc32(0, mgi_span(i->at + 8, 516));
	memcpy(i->at + 524, &full, 4);
}

static void map_sum_right(image *i)
{
	uint32_t sum = mgi_crc32(0, mgi_span(i->at + FIRST_MAP, 496));

	memcpy(i->at + FIRST_MAP + 496 + 4, &sum, 4);
}

static void flip_header(image *i)
{
	i->at[100] ^= 1;
}

static void lag(image *i)
{
	i->at[NODES]--;
	i->at[BLOCKS]--;
	sums_right(i);
}

static void unclean(image *i)
{
	i->at[VALID] = 0;
	sums_right(i);
}

static void opened(image *i)
{
	i->at[16] = 7;
	sums_right(i);
}

static void cut(image *i)
{
	i->len -= i->len / 4;
}

static void hang_on(image *i)
{
	i->at = realloc(i->at, i->len + 4096);
	cr_assert(ne(ptr, i->at, NULL));
	memset(i->at + i->len, 'x', 4096);
	i->len += 4096;
}

static void give_free(image *i)
{
	i->at[FIRST_MAP + 64] = 0;
	map_sum_right(i);
}

static void flip_map(image *i)
{
	i->at[FIRST_MAP + 480] ^= 1;
}

static void next_block_back(image *i)
{
	memset(i->at + 516, 0, 8);
	sums_right(i);
}

static void zero_chunk(image *i)
{
	memset(i->at + 0x20000, 0, 0x4000);
}

static void foreign_chunk(image *i)
{
	memcpy(i->at + 0x20000, i->at + 0x30000, 0x8000);
}

static void version(image *i)
{
	i->at[10] = 99;
}

/* The codes must begin like this; others may follow. */
static const struct {
	const char *why;
	void (*damage)(image *i);
	const char *verdict, *code;
} damages[] = {
	{ "a bit of the header", flip_header, "damaged", "pst.header-crc" },
	{ "one transaction behind", lag, "damaged", "pst.root-lag" },
	{ "not closed", unclean, "odd", "pst.unclean" },
	{ "open when copied", opened, "sound", "pst.opened" },
	{ "a quarter is missing", cut, "", "pst.cut" },
	{ "something behind the end", hang_on, "odd", "pst.longer" },
	{ "live data called free", give_free, "damaged", "pst.map-free" },
	{ "a bit of a map", flip_map, "damaged", "pst.map-bad" },
	{ "numbers given twice", next_block_back, "damaged", "pst.next-block" },
	{ "16 KiB of zeros", zero_chunk, "damaged", "pst.zero-chunk" },
	{ "32 KiB of elsewhere", foreign_chunk, "damaged",
	  "pst.foreign-chunk" },
	{ "of the future", version, "damaged", "pst.version" },
};

Test(store_pst, damage_is_called_by_its_name)
{
	size_t i;

	make(&plain);
	for (i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		image file;
		char *told;

		make(&plain);
		file = image_read(path);
		damages[i].damage(&file);
		image_write(&file, file.len);
		free(file.at);
		told = check_of(mg, path);
		cr_expect(strncmp(told, damages[i].verdict,
		                  strlen(damages[i].verdict)) == 0,
		          "%s: %s", damages[i].why, told);
		cr_expect(strstr(told, damages[i].code) != NULL, "%s: %s",
		          damages[i].why, told);
	}
}

Test(store_pst, a_header_behind_its_index_hides_no_message)
{
	image file;

	make(&plain);
	file = image_read(path);
	lag(&file);
	image_write(&file, file.len);
	free(file.at);
	cr_expect(eq(u64, summary_of(path, 0).intact, plain.messages));
}

/* Every place of the tree: where it lies, and how far its sum reaches. */
typedef struct places {
	struct {
		uint64_t at;
		uint32_t len;
	} at[4096];
	size_t count;
} places;

static void page_place(void *self, const mgi_pst_visit *v)
{
	places *p = self;

	p->at[p->count].at = v->ref.at;
	p->at[p->count++].len = 512;
}

static void places_of(places *out)
{
	mgi_arena *arena = mgi_arena_new(mg);
	const mgi_pst_page *page;
	mgi_pst_view v;
	mgi_pst_trip t;
	mgi_pst *p;
	uint32_t i;
	int tree;

	out->count = 0;
	ok(mgi_pst_open(&p, mg, path, NULL));
	ok(mgi_pst_view_init(&v, p, arena, NULL));
	for (tree = 0x80; tree <= 0x81; tree++) {
		ok(mgi_pst_trip_begin(&t, &v, (unsigned)tree, NULL));
		t.seen = page_place;
		t.self = out;
		while (mgi_pst_trip_next(&page, &i, &t, NULL) == MAILGUARD_OK) {
			mgi_pst_block b = mgi_pst_entry_block(v.shape, page, i);

			if (tree == 0x81)
				continue;
			out->at[out->count].at = b.at;
			out->at[out->count++].len = b.stored;
		}
	}
	mgi_pst_view_done(&v);
	mgi_arena_free(arena);
	mgi_pst_free(p);
}

Test(store_pst, a_bit_turned_in_any_block_or_page_is_seen)
{
	static places all;
	image file;
	size_t i;

	make(&plain);
	places_of(&all);
	cr_assert(all.count > 100);
	file = image_read(path);
	for (i = 0; i < all.count; i++) {
		size_t at = (size_t)all.at[i].at + i * 37 % all.at[i].len;
		char *told;

		file.at[at] ^= 1 << i % 8;
		image_write(&file, file.len);
		told = check_of(mg, path);
		cr_expect(strncmp(told, "damaged", 7) == 0, "%zu: %s", at,
		          told);
		file.at[at] ^= 1 << i % 8;
	}
	free(file.at);
}

/* What is lost or damaged is told by the walk as by the check. */
Test(store_pst, no_damage_to_a_message_goes_unsaid)
{
	static places all;
	image file;
	size_t i;

	make(&plain);
	places_of(&all);
	file = image_read(path);
	for (i = 0; i < all.count; i += 3) {
		mailguard_check_summary s;
		const mailguard_item *item;
		mailguard_store *store;
		mailguard_walk *walk;
		mailguard_status st;
		uint64_t intact = 0;

		memset(file.at + all.at[i].at, 0xa5, all.at[i].len);
		image_write(&file, file.len);
		s = summary_of(path, 0);
		ok(mailguard_store_open(&store, mg, path, NULL));
		ok(mailguard_store_walk(&walk, store, NULL, NULL));
		while ((st = mailguard_walk_next(&item, walk, NULL)) !=
		       MAILGUARD_ITEROVER) {
			mailguard_message *msg;

			if (st < 0)
				continue;
			ok(mailguard_walk_message(&msg, walk, NULL));
			intact += item->state == MAILGUARD_ITEM_INTACT;
			mailguard_message_free(msg);
		}
		/* A check looks further: at rows, too. */
		cr_expect(s.intact <= intact, "%zu", i);
		cr_expect(s.intact + s.damaged + s.lost >= s.messages);
		mailguard_walk_free(walk);
		mailguard_store_free(store);
		make(&plain);
		free(file.at);
		file = image_read(path);
	}
	free(file.at);
}

Test(store_pst, quick_never_says_sound)
{
	image file;

	make(&plain);
	cr_expect(eq(i32, summary_of(path, MAILGUARD_CHECK_QUICK).verdict,
	             MAILGUARD_SOUNDNESS_UNKNOWN));
	file = image_read(path);
	file.at[NODES + 8] ^= 0x40; /* the root lies elsewhere */
	sums_right(&file);
	image_write(&file, file.len);
	free(file.at);
	cr_expect(eq(i32, summary_of(path, MAILGUARD_CHECK_QUICK).verdict,
	             MAILGUARD_SOUNDNESS_DAMAGED));
}

Test(store_pst, a_file_near_its_limit_is_told)
{
	pst_plan p = plain;

	p.variant = PST_ANSI;
	make(&p);
	ok(truncate(path, 2100000000)); /* a hole, so it takes no room */
	cr_expect(strstr(check_of(mg, path), "pst.limit-ansi") != NULL);
	make(&plain);
	ok(truncate(path, 2100000000));
	cr_expect(strstr(check_of(mg, path), "pst.limit") == NULL);
}

static int write_meanwhile(const mailguard_progress *at, void *times)
{
	FILE *f = fopen(path, "r+b");

	(void)at;
	cr_assert(f && fseek(f, 16, SEEK_SET) == 0 &&
	          fputc(++*(int *)times & 127, f) != EOF);
	fclose(f);
	return 0;
}

Test(store_pst, a_file_written_to_meanwhile_is_told)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	const mailguard_finding *f;
	mailguard_store *store;
	mailguard_check *check;
	int told = 0, times = 0;

	make(&plain);
	opts.progress = write_meanwhile;
	opts.payload = &times;
	ok(mailguard_store_open(&store, mg, path, NULL));
	ok(mailguard_store_check(&check, store, &opts, NULL));
	mailguard_store_free(store);
	while (mailguard_check_next(&f, check, NULL) == MAILGUARD_OK)
		told += strcmp(f->code, "pst.changing") == 0;
	cr_expect(eq(int, told, 1));
	mailguard_check_free(check);
}

static int stop_later(const mailguard_progress *at, void *left)
{
	(void)at;
	return --*(int *)left < 0;
}

Test(store_pst, a_check_stops_wherever_it_is_told)
{
	int n, cancelled = 0;

	make(&plain);
	for (n = 0; n < 40; n++) {
		mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
		const mailguard_finding *f;
		mailguard_store *store;
		mailguard_check *check;
		mailguard_status st;
		int left = n;

		opts.progress = stop_later;
		opts.payload = &left;
		ok(mailguard_store_open(&store, mg, path, NULL));
		ok(mailguard_store_check(&check, store, &opts, NULL));
		while ((st = mailguard_check_next(&f, check, NULL)) ==
		       MAILGUARD_OK)
			;
		cancelled += st == MAILGUARD_ECANCELLED;
		cr_expect(st == MAILGUARD_ECANCELLED ||
		          st == MAILGUARD_ITEROVER);
		mailguard_check_free(check);
		mailguard_store_free(store);
	}
	cr_expect(cancelled > 20, "%d", cancelled);
}

/* -- memory ---------------------------------------------------------------- */

static mailguard_status check_all(mailguard *tight)
{
	const mailguard_finding *f;
	mailguard_check *check = NULL;
	mailguard_store *store;
	mailguard_status st;

	st = mailguard_store_open(&store, tight, path, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_store_check(&check, store, NULL, NULL);
	while (st == MAILGUARD_OK)
		st = mailguard_check_next(&f, check, NULL);
	mailguard_check_free(check);
	mailguard_store_free(store);
	return st;
}

static mailguard_status walk_all(mailguard *tight)
{
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_store *store;
	mailguard_walk *walk = NULL;
	mailguard_status st;

	st = mailguard_store_open(&store, tight, path, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_store_walk(&walk, store, NULL, NULL);
	while (st == MAILGUARD_OK) {
		st = mailguard_walk_next(&item, walk, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_walk_message(&msg, walk, NULL);
		if (st == MAILGUARD_OK)
			mailguard_message_free(msg);
	}
	mailguard_walk_free(walk);
	mailguard_store_free(store);
	return st;
}

Test(store_pst, every_allocation_may_fail)
{
	pst_plan p = { .variant = PST_WIDE,
		       .packed = true,
		       .messages = 1,
		       .body = 5000,
		       .attach = 1000,
		       .embedded = true };
	int n = 1, well = 0;
	mailguard_status st;
	mailguard *tight;

	make(&p);
	do { /* what is only a help may be done without */
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = check_all(tight);
		if (st == MAILGUARD_ITEROVER)
			st = walk_all(tight);
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "%d", n);
		well = st == MAILGUARD_ITEROVER ? well + 1 : 0;
	} while (well < 50 && n < 100000);
	cr_expect(n > 300, "%d", n);
}

Test(store_pst, what_unpacks_blocks_may_have_no_memory)
{
	pst_plan p = {
		.variant = PST_WIDE, .packed = true, .messages = 1, .body = 5000
	};
	mailguard_status st;
	int n, failed = 1;

	if (!armed_malloc_works())
		cr_skip_test("a sanitizer has malloc for itself");
	make(&p);
	for (n = 0; failed && n < 5000; n++) {
		armed_malloc_at(n);
		st = check_all(mg);
		failed = armed_malloc_off();
		cr_assert(st == MAILGUARD_ITEROVER || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, st);
	}
	cr_expect(n > 20, "%d", n);
}

/* -- other readers --------------------------------------------------------- */

static int count_of(const char *command)
{
	FILE *f = popen(command, "r");
	int n = -1;

	if (!f || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		pclose(f);
	return n;
}

/* Else our tests would only agree with themselves. */
Test(store_pst, other_readers_read_what_these_tests_write)
{
	char command[8192];
	size_t i;

	if (system("command -v readpst pffexport >/dev/null 2>&1"))
		cr_skip_test("no readpst, no pffexport");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		pst_plan p = plain;

		p.variant = kinds[i].variant;
		p.crypt = kinds[i].crypt;
		p.packed = kinds[i].packed;
		make(&p);
		snprintf(command, sizeof(command),
		         "mkdir %s.r && readpst -j 0 -e -o %s.r %s >/dev/null "
		         "2>&1; find %s.r -type f | wc -l; rm -r %s.r",
		         path, path, path, path, path);
		cr_expect(eq(int, count_of(command), (int)p.messages), "%s",
		          kinds[i].why);
		snprintf(command, sizeof(command),
		         "pffexport -q -t %s.p %s >/dev/null 2>&1; find "
		         "%s.p.export -type d -name 'Message*' | grep -vc "
		         "/Attachments/; rm -r %s.p.export",
		         path, path, path, path);
		cr_expect(eq(int, count_of(command), (int)p.messages), "%s",
		          kinds[i].why);
	}
}

/* -- corpora --------------------------------------------------------------- */

/* Not as the server calls what holds them. */
Test(store_pst_corpora, folders_of_an_ost_have_the_names_people_see)
{
	const mailguard_item *item;
	mailguard_store *store;
	mailguard_walk *walk;
	char file[1024];
	int inbox = 0;

	if (!corpora())
		cr_skip_test("no corpora");
	snprintf(
		file, sizeof(file), "%s/stores/ost/%s", corpora(),
		"aspose-email_Aspose.Email-for-.__5ff8bc13__SampleOstFile.ost");
	ok(mailguard_store_open(&store, mg, file, NULL));
	ok(mailguard_store_walk(&walk, store, NULL, NULL));
	mailguard_store_free(store);
	while (mailguard_walk_next(&item, walk, NULL) == MAILGUARD_OK)
		inbox += strcmp(item->folder, "Inbox") == 0;
	mailguard_walk_free(walk);
	cr_expect(eq(int, inbox, 12));
}

/* Column `n` of a row, cut out in place. */
static char *column(char *row, int n)
{
	while (n-- && row)
		row = (row = strchr(row, '\t')) ? row + 1 : NULL;
	return row ? row : (char *)"";
}

static uint64_t number_in(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : UINT64_MAX;
}

static void row_check(const char *folder, char *row)
{
	char file[1024], *detail = column(row, 10), *health = column(row, 12);
	uint64_t messages = strtoull(column(row, 9), NULL, 10);
	mailguard_check_summary s;
	uint64_t folders;

	snprintf(file, sizeof(file), "%s/stores/%.*s", folder,
	         (int)strcspn(row, "\t"), row);
	s = summary_of(file, 0);
	if (strstr(health, "TORN")) {
		cr_expect(eq(u64, s.messages, 17), "%s", file);
		cr_expect(eq(i32, s.verdict, MAILGUARD_SOUNDNESS_DAMAGED));
		return;
	}
	cr_expect(s.verdict == MAILGUARD_SOUNDNESS_SOUND ||
	                  s.verdict == MAILGUARD_SOUNDNESS_ODD,
	          "false alarm: %s", file);
	if (strncmp(row, "synthetic", 9) == 0)
		messages = 40; /* its column tells the tools' counts */
	folders = number_in(detail, "folders=");
	cr_expect(eq(u64, s.messages, messages), "%s", file);
	cr_expect(eq(u64, s.intact, messages), "%s", file);
	if (folders != UINT64_MAX)
		cr_expect(eq(u64, s.folders, folders), "%s", file);
}

Test(store_pst_corpora, counts_equal_the_manifest_without_a_false_alarm)
{
	const char *folder = corpora();
	char file[512], row[8192];
	unsigned n = 0;
	FILE *f;

	if (!folder)
		cr_skip_test("no corpora");
	snprintf(file, sizeof(file), "%s/stores/manifest.tsv", folder);
	f = fopen(file, "r");
	cr_assert(ne(ptr, f, NULL));
	while (fgets(row, sizeof(row), f)) {
		bool mine = strncmp(row, "pst/", 4) == 0 ||
		            strncmp(row, "ost/", 4) == 0 ||
		            strncmp(row, "synthetic/", 10) == 0;

		if (!mine || strstr(row, "not a PST"))
			continue;
		row_check(folder, row);
		n++;
	}
	fclose(f);
	cr_expect(n > 90, "%u", n);
}

/* Real bytes of Outlook 2013 and later: pages and blocks hold their sums. */
Test(store_pst_corpora, pieces_of_a_real_4k_file_are_in_order)
{
	static const struct {
		const char *name;
		unsigned type;
	} rows[] = {
		{ "btree_leaf_block", MGI_PST_PAGE_BLOCKS },
		{ "btree_leaf_node", MGI_PST_PAGE_NODES },
	};
	const char *folder = corpora();
	mgi_pst_header head;
	char file[512];
	image i;
	size_t k;

	if (!folder)
		cr_skip_test("no corpora");
	snprintf(file, sizeof(file), "%s/stores/frag4k/artemis__header4k.raw",
	         folder);
	i = image_read(file);
	mgi_pst_header_read(&head, mgi_span(i.at, i.len));
	free(i.at);
	cr_expect(zero(u32, head.wrong));
	cr_expect(eq(int, head.shape->variant, MGI_PST_WIDE));
	cr_expect(head.is_ost);
	for (k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
		mgi_pst_ref ref = { 0, 0 };
		mgi_pst_page page;

		snprintf(file, sizeof(file), "%s/stores/frag4k/artemis__%s.raw",
		         folder, rows[k].name);
		i = image_read(file);
		ref.bid = mgi_pst_page_trailer(head.shape, i.at).bid;
		mgi_pst_page_judge(&page, head.shape, i.at, ref, rows[k].type);
		/* Where it lay is not known, so its sign says nothing. */
		cr_expect(zero(u32, page.wrong & ~(uint32_t)MGI_PST_PAGE_SIGN),
		          "%s: %x", rows[k].name, page.wrong);
		free(i.at);
	}
}
