/*
 * write_heap.c - small items of a node, and sorted trees of them ([MS-PST]
 * 2.3.1, 2.3.2). Blocks that tell how full others are stay at hand until the
 * end; all others go out as soon as they are full.
 */
#include "store/pst/write.h"

#include <string.h>

#include "base/text.h"

#define BLOCKS_MAX 65535u
#define ITEMS_MAX 2046u

static size_t head_of(uint32_t i)
{
	if (i == 0)
		return 12;
	return i % 128 == 8 ? 66 : 2;
}

static bool stays(const mgi_pst_new_heap *h, uint32_t i)
{
	return h->hold || i == 0 || i % 128 == 8;
}

/* How full a block is, in 16 steps (2.3.1.2). */
static unsigned char level_of(size_t used)
{
	static const uint16_t least[] = { 3584, 2560, 2048, 1792, 1536,
		                          1280, 1024, 768,  512,  256,
		                          128,  64,   32,   16,   8 };
	size_t room = MGI_PST_WRITE_BLOCK - used;
	unsigned char i;

	for (i = 0; i < 15; i++)
		if (room >= least[i])
			return i;
	return 15;
}

static void block_new(mgi_pst_new_heap *h)
{
	if (!h->block)
		h->block = mgi_arena_alloc(h->arena, MGI_PST_WRITE_BLOCK);
	h->len = head_of(h->count);
	h->items = 0;
	h->ends[0] = (uint16_t)h->len;
	if (h->block)
		memset(h->block, 0, MGI_PST_WRITE_BLOCK);
}

void mgi_pst_new_heap_begin(mgi_pst_new_heap *h,
                            mgi_pst_writer *w,
                            unsigned kind,
                            bool hold)
{
	memset(h, 0, sizeof(*h));
	h->w = w;
	h->kind = (uint8_t)kind;
	h->hold = hold;
	h->arena = mgi_arena_new(w->mg);
	mgi_buf_init(&h->bids, w->mg);
	mgi_buf_init(&h->levels, w->mg);
	if (!h->arena)
		w->failed = MAILGUARD_ENOMEM;
	else
		block_new(h);
}

/* The map of its items closes a block; at the very end of all but the last,
   as every block of a tree must be full. */
static void block_close(mgi_pst_new_heap *h, bool last)
{
	static const uint64_t later = 0;
	size_t tail = 4 + 2 * ((size_t)h->items + 1), i;
	size_t map = last ? h->len + h->len % 2 : MGI_PST_WRITE_BLOCK - tail;
	unsigned char *p = h->block + map;
	unsigned char level = level_of(h->len + tail);
	uint64_t bid;

	mgi_put_le(h->block, 2, map);
	mgi_put_le(p, 2, h->items);
	for (i = 0; i <= h->items; i++)
		mgi_put_le(p + 4 + 2 * i, 2, h->ends[i]);
	h->len = map + tail;
	h->size += h->len;
	mgi_buf_add(&h->levels, &level, 1);
	if (stays(h, h->count)) {
		struct mgi_pst_kept_block *k =
			mgi_arena_alloc(h->arena, sizeof(*k));

		if (!k)
			return;
		k->at = h->block;
		k->len = h->len;
		k->number = h->count;
		k->next = h->kept;
		h->kept = k;
		h->block = NULL;
		mgi_buf_add(&h->bids, &later, sizeof(later));
	} else {
		bid = mgi_pst_put_block(h->w, mgi_span(h->block, h->len),
		                        false);
		mgi_buf_add(&h->bids, &bid, sizeof(bid));
	}
	h->count++;
}

unsigned char *mgi_pst_new_item(uint32_t *hid, mgi_pst_new_heap *h, size_t n)
{
	unsigned char *at;

	*hid = 0;
	if (!h->arena || mgi_arena_failed(h->arena) || n > MGI_PST_WRITE_ITEM)
		return NULL;
	if (h->items == ITEMS_MAX ||
	    h->len + n + 1 + 4 + 2 * ((size_t)h->items + 2) >
	            MGI_PST_WRITE_BLOCK) {
		block_close(h, false);
		block_new(h);
	}
	if (!h->block || h->count > BLOCKS_MAX) {
		h->w->failed = h->block ? MAILGUARD_ELIMIT : MAILGUARD_ENOMEM;
		return NULL;
	}
	at = h->block + h->len;
	h->len += n;
	h->ends[++h->items] = (uint16_t)h->len;
	*hid = h->items << 5 | h->count << 16;
	return at;
}

/* -- trees ----------------------------------------------------------------- */

void mgi_pst_new_bth(unsigned char **where,
                     mgi_pst_new_heap *h,
                     unsigned char *head,
                     mailguard_span records,
                     const unsigned sizes[2],
                     size_t which)
{
	size_t key = sizes[0], each = key + sizes[1], i, n, number = 0;
	mailguard_buffer below, above;
	unsigned levels = 0;
	uint32_t hid = 0;

	if (where)
		*where = NULL;
	mgi_buf_init(&below, h->w->mg);
	mgi_buf_add(&below, records.data, records.len);
	while (below.len && !below.failed) {
		size_t most = MGI_PST_WRITE_ITEM / each * each;

		mgi_buf_init(&above, h->w->mg);
		for (i = 0; i < below.len; i += n) {
			unsigned char *at, up[20];

			n = below.len - i < most ? below.len - i : most;
			at = mgi_pst_new_item(&hid, h, n);
			if (!at)
				break;
			memcpy(at, below.at + i, n);
			if (where && !levels && which * each >= i &&
			    which * each < i + n)
				*where = at + which * each - i;
			memcpy(up, below.at + i, key);
			mgi_put_le(up + key, 4, hid);
			mgi_buf_add(&above, up, key + 4);
			number++;
		}
		mgi_buf_done(&below);
		below = above;
		each = key + 4;
		if (i && below.len == each)
			break;
		levels++;
	}
	if (below.failed)
		h->w->failed = below.failed;
	mgi_buf_done(&below);
	if (!head)
		return;
	head[0] = MGI_PST_HEAP_TREE;
	head[1] = (unsigned char)sizes[0];
	head[2] = (unsigned char)sizes[1];
	head[3] = (unsigned char)(number ? levels : 0);
	mgi_put_le(head + 4, 4, hid);
}

/* -- the end --------------------------------------------------------------- */

void mgi_pst_new_heap_close(mgi_pst_new_heap *h)
{
	if (h->arena && h->block)
		block_close(h, true);
}

/* Where a block tells of others, two in a byte. */
static void levels_fill(const mgi_pst_new_heap *h,
                        const struct mgi_pst_kept_block *k)
{
	size_t from = k->number, count = k->number ? 128 : 8, i;
	unsigned char *to = k->at + (k->number ? 2 : 8);

	if (k->number && k->number % 128 != 8)
		return;
	for (i = 0; i < count && from + i < h->levels.len; i++)
		to[i / 2] |= (unsigned char)(h->levels.at[from + i]
		                             << (i % 2 ? 4 : 0));
}

uint64_t mgi_pst_new_heap_end(mgi_pst_new_heap *h, uint32_t root)
{
	struct mgi_pst_kept_block *k, *first = NULL, *next;
	uint64_t bid, *bids = (uint64_t *)(void *)h->bids.at;

	/* In their order; the last one was kept first. */
	for (k = h->kept; k; k = next) {
		next = k->next;
		k->next = first;
		first = k;
	}
	for (k = first; k && !h->bids.failed; k = k->next) {
		levels_fill(h, k);
		if (!k->number) {
			k->at[2] = 0xec;
			k->at[3] = h->kind;
			mgi_put_le(k->at + 4, 4, root);
		}
		bids[k->number] =
			mgi_pst_put_block(h->w, mgi_span(k->at, k->len), false);
	}
	if (h->bids.failed || (h->arena && mgi_arena_failed(h->arena)))
		h->w->failed = MAILGUARD_ENOMEM;
	bid = h->w->failed
	              ? 0
	              : mgi_pst_put_tree(h->w, bids,
	                                 h->bids.len / sizeof(*bids), h->size);
	mgi_buf_done(&h->bids);
	mgi_buf_done(&h->levels);
	mgi_arena_free(h->arena);
	h->arena = NULL;
	return bid;
}
