/*
 * fuzz_pst.c - an Outlook data file with bytes changed, its sums made right
 * again or not: whatever they are, it is checked and all its mail read.
 *
 * Input: a byte (bit 0: leave the sums wrong; bits 1-2: the variant), then
 * five bytes a change: where (in what is covered by sums, little endian), what.
 */
#define _GNU_SOURCE
#include <mailguard/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "store/pst/ndb.h"
#include "store/pst_make.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PLACES 4096

typedef struct whole {
	unsigned char *at, *work;
	size_t len, used; /* `used`: behind it there are only zeros */
	size_t live;      /* all bytes of places */
	const mgi_pst_shape *shape;
	struct {
		size_t at, len, sum;
	} place[PLACES];
	size_t places;
} whole;

static whole files[3];

static void place_add(whole *w, size_t at, size_t len, size_t sum)
{
	if (w->places == PLACES)
		abort();
	w->place[w->places].at = at;
	w->place[w->places].len = len;
	w->place[w->places++].sum = sum;
	w->live += len;
	if (sum + 32 > w->used)
		w->used = sum + 32;
}

static void page_place(void *self, const mgi_pst_visit *v)
{
	whole *w = self;
	const mgi_pst_shape *s = w->shape;

	place_add(w, v->ref.at, s->page_sum,
	          v->ref.at + s->page - s->page_tail +
	                  (s->variant == MGI_PST_ANSI ? 8 : 4));
}

static void places_find(whole *w, mgi_pst *p, mgi_pst_view *v)
{
	const mgi_pst_shape *s = p->header.shape;
	const mgi_pst_page *page;
	mgi_pst_trip t;
	unsigned tree;
	uint32_t i;

	w->shape = s;
	for (tree = MGI_PST_PAGE_BLOCKS; tree <= MGI_PST_PAGE_NODES; tree++) {
		if (mgi_pst_trip_begin(&t, v, tree, NULL) < 0)
			abort();
		t.seen = page_place;
		t.self = w;
		while (mgi_pst_trip_next(&page, &i, &t, NULL) == MAILGUARD_OK) {
			mgi_pst_block b = mgi_pst_entry_block(s, page, i);

			if (tree == MGI_PST_PAGE_BLOCKS)
				place_add(w, b.at, b.stored,
				          b.at + mgi_pst_extent(s, b.stored) -
				                  s->block_tail +
				                  (s->word == 4 ? 8 : 4));
		}
	}
}

static void made(whole *w, int variant)
{
	pst_plan plan = { .variant = variant,
		          .messages = 5,
		          .body = 6000,
		          .attach = 9000,
		          .embedded = true };
	char path[] = "/tmp/fuzz_pst.XXXXXX";
	mgi_arena *arena;
	mgi_pst_view v;
	mailguard *mg;
	mgi_pst *p;
	FILE *f;

	close(mkstemp(path));
	if (pst_make(path, &plan) || mailguard_new(&mg, NULL, NULL) < 0 ||
	    mgi_pst_open(&p, mg, path, NULL) < 0)
		abort();
	arena = mgi_arena_new(mg);
	if (!arena || mgi_pst_view_init(&v, p, arena, NULL) < 0)
		abort();
	w->len = (size_t)p->size;
	w->at = malloc(w->len);
	w->work = malloc(w->len);
	f = fopen(path, "rb");
	if (!w->at || !w->work || !f || fread(w->at, 1, w->len, f) != w->len)
		abort();
	fclose(f);
	places_find(w, p, &v);
	mgi_pst_view_done(&v);
	mgi_arena_free(arena);
	mgi_pst_free(p);
	mailguard_free(mg);
	(void)remove(path);
}

/* The byte number `i` of all places; its place is told. */
static unsigned char *live_byte(whole *w, size_t i, size_t *place)
{
	for (*place = 0; i >= w->place[*place].len; ++*place)
		i -= w->place[*place].len;
	return w->work + w->place[*place].at + i;
}

static void change(whole *w, const uint8_t *data, size_t n, bool sums)
{
	size_t k, place;

	for (k = 0; k + 5 <= n; k += 5) {
		uint32_t sum;

		*live_byte(w, mgi_le32(data + k) % w->live, &place) =
			data[k + 4];
		if (!sums)
			continue;
		sum = mgi_crc32(0, mgi_span(w->work + w->place[place].at,
		                            w->place[place].len));
		memcpy(w->work + w->place[place].sum, &sum, 4);
	}
}

static void read_all(mailguard_store *store)
{
	const mailguard_item *item;
	mailguard_message *msg;
	mailguard_status st;
	mailguard_walk *w;

	if (mailguard_store_walk(&w, store, NULL, NULL) < 0)
		return;
	while ((st = mailguard_walk_next(&item, w, NULL)) !=
	       MAILGUARD_ITEROVER) {
		if (st < 0 && st != MAILGUARD_EIO)
			__builtin_trap();
		if (st >= 0 &&
		    mailguard_walk_message(&msg, w, NULL) == MAILGUARD_OK)
			mailguard_message_free(msg);
	}
	mailguard_walk_free(w);
}

static void check_all(mailguard_store *store)
{
	const mailguard_check_summary *s;
	const mailguard_finding *f;
	mailguard_check *c;

	if (mailguard_store_check(&c, store, NULL, NULL) < 0)
		return;
	while (mailguard_check_next(&f, c, NULL) == MAILGUARD_OK)
		;
	s = mailguard_check_result(c);
	if (!s->verdict || s->intact + s->damaged + s->lost != s->messages)
		__builtin_trap();
	mailguard_check_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	mailguard_store *store;
	mailguard *mg;
	char path[64];
	whole *w;
	int fd;

	if (!n)
		return 0;
	w = &files[(data[0] >> 1 & 3) % 3];
	if (!w->at)
		made(w, (data[0] >> 1 & 3) % 3);
	memcpy(w->work, w->at, w->used);
	change(w, data + 1, n - 1, !(data[0] & 1));
	fd = memfd_create("pst", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, w->work, w->used) != (ssize_t)w->used ||
	    ftruncate(fd, (off_t)w->len))
		__builtin_trap();
	if (mailguard_new(&mg, NULL, NULL) == MAILGUARD_OK) {
		if (mailguard_store_open(&store, mg, path, NULL) ==
		    MAILGUARD_OK) {
			check_all(store);
			read_all(store);
			mailguard_store_free(store);
		}
		mailguard_free(mg);
	}
	close(fd);
	return 0;
}
