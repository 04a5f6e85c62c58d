/*
 * scavenge.c - once over the file: every block and every page of a tree that
 * proves itself by its own trailer. The trees are not asked.
 */
#include "store/pst/scavenge.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define STRIDE ((size_t)1 << 20)
#define PAGES_MAX (1u << 24)
#define BID_FAR ((uint64_t)1 << 40) /* no file came so far */

/* A block as the sweep came by it: the surest first. Big endian. */
typedef struct seen {
	unsigned char bid[8], rank, unused[3];
	unsigned char stored[2], inflated[2];
	unsigned char at[8];
} seen;

typedef struct sweep {
	mgi_pst *pst;
	const mgi_pst_shape *shape;
	mgi_pst_found *found; /* NULL: pages are counted only */
	mgi_spool *seen;
	uint64_t pages, bid_max;
	unsigned char *bytes; /* of the window */
	uint64_t from;        /* where it begins */
	size_t len;
} sweep;

static void big(unsigned char *to, size_t n, uint64_t x)
{
	while (n--) {
		to[n] = (unsigned char)x;
		x >>= 8;
	}
}

static uint64_t from_big(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | *p++;
	return x;
}

/* -- pages ----------------------------------------------------------------- */

static bool is_tree(unsigned type)
{
	return type == MGI_PST_PAGE_BLOCKS || type == MGI_PST_PAGE_NODES;
}

/* Of which tree it is, by two marks or, if its CRC is right, by one. */
static unsigned page_type(const sweep *s, const unsigned char *page)
{
	mgi_pst_trailer t = mgi_pst_page_trailer(s->shape, page);

	if (t.type == t.again)
		return is_tree(t.type) ? t.type : 0;
	if (!is_tree(t.type) && !is_tree(t.again))
		return 0;
	if (mgi_crc32(0, mgi_span(page, s->shape->page_sum)) != t.sum)
		return 0;
	return is_tree(t.type) ? t.type : t.again;
}

static void page_add(sweep *s, const mgi_pst_found_page *page)
{
	mgi_pst_found *f = s->found;

	s->pages += !page->hurt;
	if (!f || f->page_count == PAGES_MAX)
		return;
	if (f->page_count == f->page_room) {
		uint32_t room = f->page_room ? f->page_room * 2 : 256;
		mgi_pst_found_page *more =
			mgi_arena_array(f->arena, room, sizeof(*more));

		if (!more)
			return; /* the arena remembers */
		if (f->page_count)
			memcpy(more, f->pages, f->page_count * sizeof(*more));
		f->pages = more;
		f->page_room = room;
	}
	f->pages[f->page_count++] = *page;
}

static void page_look(sweep *s, uint64_t at)
{
	const unsigned char *bytes = s->bytes + (at - s->from);
	mgi_pst_ref ref = { 0, at };
	mgi_pst_found_page found;
	mgi_pst_page page;
	unsigned type = page_type(s, bytes);

	if (!type)
		return;
	ref.bid = mgi_pst_page_trailer(s->shape, bytes).bid;
	if (!ref.bid || ref.bid >= BID_FAR)
		return;
	mgi_pst_page_judge(&page, s->shape, bytes, ref, type);
	memset(&found, 0, sizeof(found));
	found.bid = ref.bid;
	found.at = at;
	found.type = (uint8_t)type;
	found.level = (uint8_t)page.level;
	found.hurt =
		(page.wrong & (MGI_PST_PAGE_SUM | MGI_PST_PAGE_COUNT)) != 0;
	/* What is hurt may say anything of its level. */
	if (found.hurt)
		found.level = 0;
	page_add(s, &found);
}

/* -- blocks ---------------------------------------------------------------- */

static void seen_add(sweep *s, const mgi_pst_block *b, unsigned rank)
{
	seen one;

	memset(&one, 0, sizeof(one));
	big(one.bid, sizeof(one.bid), b->bid);
	one.rank = (unsigned char)rank;
	big(one.stored, sizeof(one.stored), b->stored);
	big(one.inflated, sizeof(one.inflated), b->inflated);
	big(one.at, sizeof(one.at), b->at);
	mgi_spool_add(s->seen, &one);
}

/* Does a block end at `end`? */
static void block_look(sweep *s, uint64_t end)
{
	const mgi_pst_shape *shape = s->shape;
	bool ansi = shape->variant == MGI_PST_ANSI, sign, sum;
	const unsigned char *t = s->bytes + (end - s->from) - shape->block_tail;
	uint64_t bid = ansi ? mgi_le32(t + 4) : mgi_le64(t + 8);
	mgi_pst_block b;

	memset(&b, 0, sizeof(b));
	b.stored = b.inflated = mgi_le16(t);
	if (bid < 4 || bid >= s->bid_max || !b.stored ||
	    b.stored > mgi_pst_payload(shape))
		return;
	if (mgi_pst_extent(shape, b.stored) > end - s->from)
		return;
	b.bid = MGI_PST_BID(bid);
	b.at = end - mgi_pst_extent(shape, b.stored);
	if (b.at < shape->header)
		return;
	if (shape->variant == MGI_PST_WIDE)
		b.inflated = mgi_le16(t + 18);
	sign = mgi_le16(t + 2) == mgi_pst_sign(b.at, bid);
	sum = mgi_crc32(0, mgi_span(s->bytes + (b.at - s->from), b.stored)) ==
	      mgi_le32(t + (ansi ? 8 : 4));
	if (sign || sum)
		seen_add(s, &b,
		         sign && sum ? MGI_PST_SURE
		         : sum       ? MGI_PST_CRC_ONLY
		                     : MGI_PST_SIGN_ONLY);
}

/* -- the sweep ------------------------------------------------------------- */

/* The bytes from `at` on with a block's worth before them; what cannot be read
   is zero. */
static mailguard_status window_fill(sweep *s, uint64_t at)
{
	uint64_t back = at < s->shape->block_max ? at : s->shape->block_max;
	uint64_t left = s->pst->size - at;
	size_t want = (size_t)(left < STRIDE ? left : STRIDE), got, done = 0;
	mailguard_status st;

	s->from = at - back;
	s->len = (size_t)back + want;
	while (done < s->len) {
		st = mgi_file_read(s->pst->file, s->from + done,
		                   s->bytes + done, s->len - done, &got, NULL);
		if (st == MAILGUARD_ENOMEM)
			return st;
		done += got;
		if (done == s->len || (st >= 0 && !got))
			break;
		if (st < 0) { /* a bad sector */
			size_t hole = s->len - done < 512 ? s->len - done : 512;

			memset(s->bytes + done, 0, hole);
			done += hole;
		}
	}
	memset(s->bytes + done, 0, s->len - done);
	return MAILGUARD_OK;
}

static mailguard_status sweep_run(sweep *s, mailguard_error *err)
{
	const mgi_pst_shape *shape = s->shape;
	uint64_t at, p;

	for (at = 0; at < s->pst->size; at += STRIDE) {
		uint64_t end;

		if (window_fill(s, at) < 0)
			return mgi_fail_nomem(err);
		end = s->from + s->len;
		for (p = at; p < end; p += shape->page) {
			if (p >= shape->page)
				page_look(s, p - shape->page);
		}
		/* The last one of the file has no window behind it. */
		if (end == s->pst->size && p == end && p >= shape->page)
			page_look(s, p - shape->page);
		if (!s->found)
			continue;
		for (p = at; p < end; p += shape->align)
			if (p > shape->header)
				block_look(s, p);
		if (end == s->pst->size && p == end)
			block_look(s, p);
	}
	return MAILGUARD_OK;
}

static mailguard_status sweep_begin(sweep *s,
                                    mgi_pst *p,
                                    const mgi_pst_shape *shape,
                                    mgi_arena *arena,
                                    mailguard_error *err)
{
	memset(s, 0, sizeof(*s));
	s->pst = p;
	s->shape = shape;
	s->bid_max = BID_FAR;
	/* The 32 bits of an ANSI bid are met by chance. */
	if (shape->variant == MGI_PST_ANSI && !p->header.wrong)
		s->bid_max = p->header.next_block + (1u << 20);
	s->bytes = mgi_arena_alloc(arena, STRIDE + shape->block_max);
	return s->bytes ? MAILGUARD_OK : mgi_fail_nomem(err);
}

mailguard_status mgi_pst_scavenge_count(uint64_t *out,
                                        mgi_pst *p,
                                        const mgi_pst_shape *shape,
                                        mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(p->mg);
	mailguard_status st;
	sweep s;

	*out = 0;
	if (!arena)
		return mgi_fail_nomem(err);
	st = sweep_begin(&s, p, shape, arena, err);
	if (st >= 0)
		st = sweep_run(&s, err);
	*out = s.pages;
	mgi_arena_free(arena);
	return st;
}

/* -- what was found, in order ---------------------------------------------- */

static int newest_first(const void *a, const void *b)
{
	const mgi_pst_found_page *x = a, *y = b;

	if (x->bid != y->bid)
		return x->bid < y->bid ? 1 : -1;
	if (x->hurt != y->hurt)
		return x->hurt ? 1 : -1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static mailguard_status blocks_load(mgi_pst_found *f,
                                    mgi_spool *from,
                                    mailguard_error *err)
{
	mailguard_status st = mgi_spool_sort(from, err);
	const void *at;

	if (st < 0)
		return st;
	f->blocks = mgi_arena_array(f->arena, (size_t)mgi_spool_count(from) + 1,
	                            sizeof(*f->blocks));
	if (!f->blocks)
		return mgi_fail_nomem(err);
	while ((st = mgi_spool_next(&at, from, err)) == MAILGUARD_OK) {
		const seen *one = at;
		uint64_t bid = from_big(one->bid, sizeof(one->bid));
		mgi_pst_block *b = &f->blocks[f->block_count];

		if (f->block_count && b[-1].bid == bid)
			continue;
		b->bid = bid;
		b->at = from_big(one->at, sizeof(one->at));
		b->stored = (uint32_t)from_big(one->stored, 2);
		b->inflated = (uint32_t)from_big(one->inflated, 2);
		b->refs = one->rank;
		f->block_count++;
	}
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_pst_scavenge(mgi_pst_found *out,
                                  mgi_pst *p,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	mailguard_status st;
	sweep s;

	memset(out, 0, sizeof(*out));
	out->arena = arena;
	st = sweep_begin(&s, p, p->header.shape, arena, err);
	if (st < 0)
		return st;
	s.found = out;
	st = mgi_spool_new(&s.seen, p->mg, sizeof(seen), 0, err);
	if (st >= 0)
		st = sweep_run(&s, err);
	if (st >= 0)
		st = blocks_load(out, s.seen, err);
	mgi_spool_free(s.seen);
	if (st >= 0 && mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	if (st >= 0 && out->page_count)
		qsort(out->pages, out->page_count, sizeof(*out->pages),
		      newest_first);
	return st;
}

const mgi_pst_block *mgi_pst_found_block(const mgi_pst_block *at,
                                         size_t count,
                                         uint64_t bid)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (at[mid].bid < bid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < count && at[low].bid == bid ? &at[low] : NULL;
}
