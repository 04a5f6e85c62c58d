/*
 * heap.c - small items in a node's data ([MS-PST] 2.3.1).
 */
#include "store/pst/ltp.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define SIGNATURE 0xec
#define LARGEST_ITEM 3580

/* Bytes before the items: the first block says more, and every 128th from the
   ninth on has a map of those behind it. */
static size_t head_of(uint32_t i)
{
	if (i == 0)
		return 12;
	return i % 128 == 8 ? 66 : 2;
}

uint32_t mgi_pst_heap_judge(mailguard_span block, uint32_t i)
{
	size_t head = head_of(i), map, count, k;
	const unsigned char *p;

	if (block.len < head)
		return MGI_PST_HEAP_SHORT;
	if (i == 0 && block.data[2] != SIGNATURE)
		return MGI_PST_HEAP_MARK;
	map = mgi_le16(block.data);
	if (map < head || map + 4 > block.len)
		return MGI_PST_HEAP_MAP;
	p = block.data + map;
	count = mgi_le16(p);
	if (map + 4 + 2 * (count + 1) > block.len)
		return MGI_PST_HEAP_MAP;
	p += 4;
	if (mgi_le16(p) < head || mgi_le16(p + 2 * count) > map)
		return MGI_PST_HEAP_MAP;
	for (k = 0; k < count; k++) {
		size_t from = mgi_le16(p + 2 * k);
		size_t to = mgi_le16(p + 2 * k + 2);

		if (from > to || to - from > LARGEST_ITEM)
			return MGI_PST_HEAP_MAP;
	}
	return 0;
}

bool mgi_pst_heap_item(mailguard_span *out,
                       mailguard_span block,
                       uint32_t index)
{
	size_t map, count, from, to;
	const unsigned char *p;

	*out = mgi_span(NULL, 0);
	if (block.len < 2 || !index)
		return false;
	map = mgi_le16(block.data);
	if (map + 4 > block.len)
		return false;
	p = block.data + map;
	count = mgi_le16(p);
	if (index > count || map + 4 + 2 * ((size_t)index + 1) > block.len)
		return false;
	p += 4 + 2 * ((size_t)index - 1);
	from = mgi_le16(p);
	to = mgi_le16(p + 2);
	if (from > to || to > block.len)
		return false;
	*out = mgi_span(block.data + from, to - from);
	return true;
}

/* -- with its blocks ------------------------------------------------------- */

static mailguard_status torn(mgi_pst_heap *h, mailguard_error *err)
{
	h->view->harm++;
	return mgi_fail(err, h->view->pst->mg, MAILGUARD_EFORMAT,
	                MGI_SAY_PST_UNREADABLE, "path",
	                mgi_file_path(h->view->pst->file));
}

static struct mgi_pst_slot *slot_for(mgi_pst_heap *h, uint32_t block)
{
	struct mgi_pst_slot *old = &h->slots[0];
	uint32_t i;

	if (h->keep)
		return &h->slots[block];
	for (i = 0; i < h->room; i++) {
		if (h->slots[i].block == block + 1)
			return &h->slots[i];
		if (h->slots[i].used < old->used)
			old = &h->slots[i];
	}
	old->block = 0;
	return old;
}

mailguard_status mgi_pst_heap_block(mailguard_span *out,
                                    mgi_pst_heap *h,
                                    uint32_t block,
                                    mailguard_error *err)
{
	struct mgi_pst_slot *slot;
	mailguard_status st;
	mailguard_span s;

	*out = mgi_span(NULL, 0);
	if (block >= h->tree.count || (h->keep && block >= h->room))
		return torn(h, err);
	slot = slot_for(h, block);
	if (!slot->block) {
		st = mgi_pst_block_get(&s, h->view, h->tree.bids[block], err);
		if (st < 0)
			return st;
		if (!slot->at)
			slot->at = mgi_arena_alloc(
				h->view->arena,
				h->keep ? s.len + 1
					: h->view->shape->block_max);
		if (!slot->at)
			return mgi_fail_nomem(err);
		memcpy(slot->at, s.data, s.len);
		slot->len = (uint32_t)s.len;
		slot->block = block + 1;
	}
	slot->used = ++h->turn;
	*out = mgi_span(slot->at, slot->len);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_heap_open(mgi_pst_heap *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   bool keep,
                                   mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	out->view = v;
	out->keep = keep;
	st = mgi_pst_tree_open(&out->tree, v, bid, err);
	if (st < 0)
		return st;
	if (!out->tree.count)
		return torn(out, err);
	out->room = keep ? out->tree.count : MGI_PST_HEAP_SLOTS;
	if (keep && out->room > MGI_PST_HEAP_KEPT / v->shape->block_max)
		out->room = MGI_PST_HEAP_KEPT / v->shape->block_max;
	out->slots = mgi_arena_array(v->arena, out->room, sizeof(*out->slots));
	if (!out->slots)
		return mgi_fail_nomem(err);
	st = mgi_pst_heap_block(&s, out, 0, err);
	if (st < 0)
		return st;
	if (mgi_pst_heap_judge(s, 0) & (MGI_PST_HEAP_SHORT | MGI_PST_HEAP_MARK))
		return torn(out, err);
	out->kind = s.data[3];
	out->root = mgi_le32(s.data + 4);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_heap_get(mailguard_span *out,
                                  mgi_pst_heap *h,
                                  uint32_t hid,
                                  mailguard_error *err)
{
	uint32_t bits = h->view->shape->index_bits;
	uint32_t index = hid >> 5 & ((1u << bits) - 1);
	mailguard_status st;
	mailguard_span s;

	*out = mgi_span(NULL, 0);
	if (MGI_PST_NID_TYPE(hid))
		return torn(h, err);
	st = mgi_pst_heap_block(&s, h, hid >> (5 + bits), err);
	if (st < 0)
		return st;
	return mgi_pst_heap_item(out, s, index) ? MAILGUARD_OK : torn(h, err);
}
