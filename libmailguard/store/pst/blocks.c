/*
 * blocks.c - a block's data, and the blocks that only hold other blocks
 * ([MS-PST] 2.2.2.8).
 */
#include "store/pst/ndb.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define TREE_BLOCKS_MAX (1u << 20) /* 8 GiB of data: no attachment has more */
#define SUBNODES_MAX (1u << 18)

/* -- pure ------------------------------------------------------------------ */

uint32_t mgi_pst_extent(const mgi_pst_shape *s, uint32_t stored)
{
	return (stored + s->block_tail + s->align - 1) / s->align * s->align;
}

bool mgi_pst_block_fits(const mgi_pst_shape *s,
                        const mgi_pst_block *b,
                        uint64_t file_size)
{
	uint32_t extent = mgi_pst_extent(s, b->stored);

	return b->stored && b->stored <= mgi_pst_payload(s) &&
	       b->at >= s->header && b->at % s->align == 0 &&
	       extent <= file_size && b->at <= file_size - extent;
}

uint32_t mgi_pst_block_judge(const mgi_pst_shape *s,
                             const unsigned char *bytes,
                             const mgi_pst_block *b)
{
	const unsigned char *t =
		bytes + mgi_pst_extent(s, b->stored) - s->block_tail;
	bool ansi = s->variant == MGI_PST_ANSI;
	uint64_t bid = ansi ? mgi_le32(t + 4) : mgi_le64(t + 8);
	uint32_t sum = mgi_le32(t + (ansi ? 8 : 4));
	uint32_t wrong = 0;

	if (mgi_le16(t) != b->stored)
		wrong |= MGI_PST_BLOCK_SIZE;
	if (MGI_PST_BID(bid) != b->bid)
		wrong |= MGI_PST_BLOCK_BID;
	if (mgi_le16(t + 2) != mgi_pst_sign(b->at, bid))
		wrong |= MGI_PST_BLOCK_SIGN;
	if (mgi_crc32(0, mgi_span(bytes, b->stored)) != sum)
		wrong |= MGI_PST_BLOCK_SUM;
	if (s->variant == MGI_PST_WIDE && mgi_le16(t + 18) != b->inflated)
		wrong |= MGI_PST_BLOCK_SIZE;
	return wrong;
}

/* Two of its three marks must say that it is this block. */
bool mgi_pst_block_usable(uint32_t wrong)
{
	int bad = ((wrong & MGI_PST_BLOCK_BID) != 0) +
	          ((wrong & MGI_PST_BLOCK_SIGN) != 0) +
	          ((wrong & MGI_PST_BLOCK_SUM) != 0);

	return !(wrong & (MGI_PST_BLOCK_OUT | MGI_PST_BLOCK_PACKED)) && bad < 2;
}

mgi_pst_inner mgi_pst_inner_read(const mgi_pst_shape *s, mailguard_span data)
{
	mgi_pst_inner in = { MGI_PST_INNER_BAD, 0, 0, NULL };
	mgi_pst_inner_kind kind = MGI_PST_INNER_BAD;
	size_t head, each;

	if (data.len < 8)
		return in;
	if (data.data[0] == 1 && data.data[1] >= 1 && data.data[1] <= 2)
		kind = data.data[1] == 1 ? MGI_PST_INNER_X : MGI_PST_INNER_XX;
	else if (data.data[0] == 2 && data.data[1] <= 1)
		kind = data.data[1] == 0 ? MGI_PST_INNER_SL : MGI_PST_INNER_SI;
	else
		return in;
	head = kind <= MGI_PST_INNER_XX ? 8 : s->sub_head;
	each = kind <= MGI_PST_INNER_XX   ? s->word
	       : kind == MGI_PST_INNER_SL ? 3 * (size_t)s->word
	                                  : 2 * (size_t)s->word;
	in.count = mgi_le16(data.data + 2);
	if (head + in.count * each > data.len) {
		in.count = 0;
		return in;
	}
	in.kind = kind;
	in.entries = data.data + head;
	if (kind <= MGI_PST_INNER_XX)
		in.total = mgi_le32(data.data + 4);
	return in;
}

uint64_t mgi_pst_inner_child(const mgi_pst_shape *s,
                             const mgi_pst_inner *in,
                             uint32_t i)
{
	size_t w = s->word;

	if (in->kind == MGI_PST_INNER_SI)
		return MGI_PST_BID(
			mgi_pst_word(s, in->entries + 2 * w * i + w));
	return MGI_PST_BID(mgi_pst_word(s, in->entries + w * i));
}

mgi_pst_node mgi_pst_inner_node(const mgi_pst_shape *s,
                                const mgi_pst_inner *in,
                                uint32_t i)
{
	size_t w = s->word;
	bool si = in->kind == MGI_PST_INNER_SI;
	const unsigned char *p = in->entries + (si ? 2 : 3) * w * i;
	mgi_pst_node n = { mgi_le32(p), 0, 0, 0 };

	if (!si) {
		n.data = MGI_PST_BID(mgi_pst_word(s, p + w));
		n.sub = MGI_PST_BID(mgi_pst_word(s, p + 2 * w));
	}
	return n;
}

/* -- one block ------------------------------------------------------------- */

static mailguard_status unreadable(mgi_pst_view *v, mailguard_error *err)
{
	v->harm++;
	return mgi_fail(err, v->pst->mg, MAILGUARD_EFORMAT,
	                MGI_SAY_PST_UNREADABLE, "path",
	                mgi_file_path(v->pst->file));
}

/* Encoded and then packed, or the other way round; both are written. */
static mailguard_status inflate(mailguard_span *out,
                                mgi_pst_view *v,
                                const mgi_pst_block *b,
                                mailguard_error *err)
{
	mailguard_span in = mgi_span(v->raw, b->stored);

	if (mgi_unpack(v->decoded, b->inflated, v->pack, in) == MAILGUARD_OK) {
		mgi_pst_decode(v->decoded, b->inflated, v->pst->crypt, b->bid);
	} else {
		mgi_pst_decode(v->raw, b->stored, v->pst->crypt, b->bid);
		if (mgi_unpack(v->decoded, b->inflated, v->pack, in) < 0)
			return unreadable(v, err);
	}
	*out = mgi_span(v->decoded, b->inflated);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_block_raw(mailguard_span *out,
                                   uint32_t *wrong,
                                   mgi_pst_view *v,
                                   const mgi_pst_block *b,
                                   mailguard_error *err)
{
	uint32_t extent = mgi_pst_extent(v->shape, b->stored);
	mailguard_status st;

	*wrong = MGI_PST_BLOCK_OUT;
	*out = mgi_span(NULL, 0);
	if (!mgi_pst_block_fits(v->shape, b, v->pst->size))
		return MAILGUARD_OK;
	st = mgi_pst_desk_read(out, v, b->at, extent, err);
	if (st >= 0 && out->len == extent) /* else it was longer when opened */
		*wrong = mgi_pst_block_judge(v->shape, out->data, b);
	return st;
}

mailguard_status mgi_pst_block_look(uint32_t *wrong,
                                    mgi_pst_view *v,
                                    const mgi_pst_block *b,
                                    mailguard_error *err)
{
	mailguard_span s;

	return mgi_pst_block_raw(&s, wrong, v, b, err);
}

static mailguard_status block_read(mailguard_span *out,
                                   mgi_pst_view *v,
                                   const mgi_pst_block *b,
                                   mailguard_error *err)
{
	mailguard_status st;
	uint32_t wrong;

	st = mgi_pst_block_raw(out, &wrong, v, b, err);
	if (st < 0)
		return st;
	if (!mgi_pst_block_usable(wrong))
		return unreadable(v, err);
	v->harm += wrong != 0;
	/* What was read ahead stays as it is in the file. */
	if (out->data != v->raw)
		memcpy(v->raw, out->data, b->stored);
	*out = mgi_span(v->raw, b->stored);
	if (MGI_PST_BID_INSIDE(b->bid))
		return MAILGUARD_OK;
	if (v->pack && b->inflated != b->stored)
		return inflate(out, v, b, err);
	mgi_pst_decode(v->raw, b->stored, v->pst->crypt, b->bid);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_block_get(mailguard_span *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_block b;

	*out = mgi_span(NULL, 0);
	st = mgi_pst_block_find(&b, v, bid, err);
	if (st == MAILGUARD_ITEROVER)
		return unreadable(v, err);
	return st < 0 ? st : block_read(out, v, &b, err);
}

/* -- the blocks of one stream ---------------------------------------------- */

typedef struct growing {
	mgi_arena *arena;
	void *at;
	uint32_t count, room;
} growing;

/* Room for one more of `size` bytes; NULL past `most` or without memory. */
static void *grow(growing *g, size_t size, uint32_t most)
{
	if (g->count == g->room) {
		uint32_t room = g->room ? g->room * 2 : 8;
		void *more;

		if (g->count >= most)
			return NULL;
		more = mgi_arena_array(g->arena, room, size);
		if (!more)
			return NULL;
		if (g->count)
			memcpy(more, g->at, g->count * size);
		g->at = more;
		g->room = room;
	}
	return (unsigned char *)g->at + size * g->count++;
}

/* A whole internal block, copied: reading on would overwrite it. */
static mailguard_status inner_get(mgi_pst_inner *out,
                                  mgi_pst_view *v,
                                  uint64_t bid,
                                  mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	st = mgi_pst_block_get(&s, v, bid, err);
	if (st < 0)
		return st;
	s.data = (unsigned char *)mgi_arena_strndup(v->arena, s.data, s.len);
	if (!s.data)
		return mgi_fail_nomem(err);
	*out = mgi_pst_inner_read(v->shape, s);
	return out->kind == MGI_PST_INNER_BAD ? unreadable(v, err)
	                                      : MAILGUARD_OK;
}

static mailguard_status leaves_add(growing *g,
                                   mgi_pst_view *v,
                                   const mgi_pst_inner *x,
                                   mailguard_error *err)
{
	uint32_t i;

	for (i = 0; i < x->count; i++) {
		uint64_t *bid = grow(g, sizeof(*bid), TREE_BLOCKS_MAX);

		if (!bid)
			return mgi_arena_failed(g->arena) ? mgi_fail_nomem(err)
			                                  : unreadable(v, err);
		*bid = mgi_pst_inner_child(v->shape, x, i);
	}
	return MAILGUARD_OK;
}

/* A child that cannot be read leaves a gap: its blocks are unknown. */
static mailguard_status children_add(growing *g,
                                     mgi_pst_view *v,
                                     const mgi_pst_inner *xx,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_inner x;
	uint32_t i;

	for (i = 0; i < xx->count && st != MAILGUARD_ENOMEM; i++) {
		uint64_t bid = mgi_pst_inner_child(v->shape, xx, i);

		if (!MGI_PST_BID_INSIDE(bid)) {
			v->harm++;
			continue;
		}
		st = inner_get(&x, v, bid, err);
		if (st == MAILGUARD_OK && x.kind == MGI_PST_INNER_X)
			st = leaves_add(g, v, &x, err);
		else
			v->harm++;
	}
	return st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO ? st
	                                                     : MAILGUARD_OK;
}

mailguard_status mgi_pst_tree_open(mgi_pst_tree *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err)
{
	growing g = { v->arena, NULL, 0, 0 };
	mailguard_status st;
	mgi_pst_block b;
	mgi_pst_inner x;
	uint64_t *one;

	memset(out, 0, sizeof(*out));
	if (!bid)
		return MAILGUARD_OK;
	if (MGI_PST_BID_INSIDE(bid)) {
		st = inner_get(&x, v, bid, err);
		if (st < 0)
			return st;
		if (x.kind > MGI_PST_INNER_XX)
			return unreadable(v, err);
		st = x.kind == MGI_PST_INNER_X ? leaves_add(&g, v, &x, err)
		                               : children_add(&g, v, &x, err);
		out->size = x.total;
	} else {
		st = mgi_pst_block_find(&b, v, bid, err);
		if (st == MAILGUARD_ITEROVER)
			return unreadable(v, err);
		one = grow(&g, sizeof(*one), 1);
		if (!one)
			return mgi_fail_nomem(err);
		*one = MGI_PST_BID(bid);
		out->size = b.inflated;
	}
	out->bids = g.at;
	out->count = g.count;
	return st;
}

/* What cannot be read is zero bytes, so that all else keeps its place. */
mailguard_status mgi_pst_tree_slurp(mailguard_span *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_tree *tree,
                                    uint64_t max,
                                    mailguard_error *err)
{
	uint64_t payload = mgi_pst_payload(v->shape), most;
	mailguard_status st;
	unsigned char *to;
	size_t at = 0;
	uint32_t i;

	*out = mgi_span(NULL, 0);
	/* A size beyond what the blocks can hold is a lie. */
	most = tree->size < tree->count * payload ? tree->size
	                                          : tree->count * payload;
	if (most > max)
		return MAILGUARD_ELIMIT;
	to = mgi_arena_alloc(v->arena, (size_t)most + 1);
	if (!to)
		return mgi_fail_nomem(err);
	for (i = 0; i < tree->count && at < most; i++) {
		mailguard_span s;
		size_t left = (size_t)most - at;

		st = mgi_pst_block_get(&s, v, tree->bids[i], err);
		if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
			return st;
		if (st < 0)
			s.len = (size_t)(payload < left ? payload : left);
		else if (s.len > left)
			s.len = left;
		if (st >= 0)
			memcpy(to + at, s.data, s.len);
		at += s.len;
	}
	v->harm += at < tree->size;
	*out = mgi_span(to, at);
	return MAILGUARD_OK;
}

/* -- subnodes -------------------------------------------------------------- */

static int by_nid(const void *a, const void *b)
{
	uint32_t x = ((const mgi_pst_node *)a)->nid;
	uint32_t y = ((const mgi_pst_node *)b)->nid;

	return x < y ? -1 : x > y;
}

static mailguard_status nodes_add(growing *g,
                                  mgi_pst_view *v,
                                  const mgi_pst_inner *sl,
                                  mailguard_error *err)
{
	uint32_t i;

	for (i = 0; i < sl->count; i++) {
		mgi_pst_node *n = grow(g, sizeof(*n), SUBNODES_MAX);

		if (!n)
			return mgi_arena_failed(g->arena) ? mgi_fail_nomem(err)
			                                  : unreadable(v, err);
		*n = mgi_pst_inner_node(v->shape, sl, i);
	}
	return MAILGUARD_OK;
}

static mailguard_status lists_add(growing *g,
                                  mgi_pst_view *v,
                                  const mgi_pst_inner *si,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_inner sl;
	uint32_t i;

	for (i = 0; i < si->count && st != MAILGUARD_ENOMEM; i++) {
		uint64_t bid = mgi_pst_inner_child(v->shape, si, i);

		if (!MGI_PST_BID_INSIDE(bid)) {
			v->harm++;
			continue;
		}
		st = inner_get(&sl, v, bid, err);
		if (st == MAILGUARD_OK && sl.kind == MGI_PST_INNER_SL)
			st = nodes_add(g, v, &sl, err);
		else
			v->harm++;
	}
	return st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO ? st
	                                                     : MAILGUARD_OK;
}

mailguard_status mgi_pst_subs_open(mgi_pst_subs *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err)
{
	growing g = { v->arena, NULL, 0, 0 };
	mgi_pst_inner in;
	mailguard_status st;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (!bid)
		return MAILGUARD_OK;
	st = MGI_PST_BID_INSIDE(bid) ? inner_get(&in, v, bid, err)
	                             : unreadable(v, err);
	if (st < 0)
		return st;
	if (in.kind == MGI_PST_INNER_SL)
		st = nodes_add(&g, v, &in, err);
	else if (in.kind == MGI_PST_INNER_SI)
		st = lists_add(&g, v, &in, err);
	else
		return unreadable(v, err);
	out->at = g.at;
	out->count = g.count;
	for (i = 1; i < g.count; i++)
		if (out->at[i - 1].nid > out->at[i].nid)
			break;
	if (i < g.count) /* it should be in order */
		qsort(g.at, g.count, sizeof(mgi_pst_node), by_nid);
	return st;
}

const mgi_pst_node *mgi_pst_subs_find(const mgi_pst_subs *subs, uint32_t nid)
{
	uint32_t low = 0, high = subs->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (subs->at[mid].nid < nid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < subs->count && subs->at[low].nid == nid ? &subs->at[low]
	                                                     : NULL;
}
