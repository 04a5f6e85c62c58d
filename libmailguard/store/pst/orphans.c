/*
 * orphans.c - messages whose node is gone although their data is there. What
 * says by itself that it is a message's properties, and belongs to nothing, was
 * one; its subnodes are those whose data adds up to the size the message tells.
 *
 * Space that a map calls free held a deleted message, or an earlier version of
 * one: it is no orphan.
 */
#include "store/pst/ladder.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/tags.h"
#include "store/pst/object.h"
#include "store/pst/scavenge.h"

enum { FLAGS = 0x0e07, SIZE = 0x0e08, HAS_ATTACHMENTS = 0x0e1b };

#define FLAG_HIDDEN 0x40u
#define SUBNODES_MAX (1u << 22) /* a file may name the same ones again */
#define NEAR 96 /* lists of subnodes that are tried, the nearest first */

enum { REACHED = 1, BELOW = 2, MAP_FREE = 4 };

/* A list of subnodes that belongs to nothing. */
typedef struct list {
	uint64_t bid, size; /* of all data below it */
	bool attachments, taken;
} list;

typedef struct hunt {
	mgi_pst *pst;
	mgi_pst_index *index;
	mgi_arena *arena;
	mgi_pst_view view;
	unsigned char *marks; /* of each block */
	list *lists;          /* by bid */
	size_t list_count;
	uint64_t *heads; /* what may be a message, by bid */
	size_t head_count;
	mgi_pst_node *found;
	size_t found_count;
	unsigned char *doubts;
	uint32_t left; /* subnodes that are still looked at */
	unsigned char map[4096];
	uint64_t map_at; /* of the one at hand */
	bool map_good;
} hunt;

/* -- which blocks belong to nothing ---------------------------------------- */

static size_t place_of(const hunt *h, uint64_t bid)
{
	const mgi_pst_block *b = mgi_pst_found_block(
		h->index->blocks, h->index->block_count, MGI_PST_BID(bid));

	return b ? (size_t)(b - h->index->blocks) : SIZE_MAX;
}

static mailguard_status inner_read(mgi_pst_inner *out,
                                   hunt *h,
                                   mgi_arena *arena,
                                   uint64_t bid)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	st = mgi_pst_block_get(&s, &h->view, bid, NULL);
	if (st != MAILGUARD_OK)
		return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
	s.data = (unsigned char *)mgi_arena_strndup(arena, s.data, s.len);
	if (!s.data)
		return MAILGUARD_ENOMEM;
	*out = mgi_pst_inner_read(h->view.shape, s);
	return MAILGUARD_OK;
}

static mailguard_status mark(hunt *h,
                             uint64_t bid,
                             unsigned char as,
                             unsigned depth);

/* What an internal block holds. */
static mailguard_status children_mark(hunt *h,
                                      uint64_t bid,
                                      unsigned char as,
                                      unsigned depth)
{
	mgi_arena *arena = mgi_arena_new(h->pst->mg);
	mailguard_status st;
	mgi_pst_inner in;
	uint32_t i;

	if (!arena)
		return MAILGUARD_ENOMEM;
	st = inner_read(&in, h, arena, bid);
	for (i = 0; st >= 0 && i < in.count; i++) {
		mgi_pst_node n;

		if (in.kind != MGI_PST_INNER_SL) {
			st = mark(h, mgi_pst_inner_child(h->view.shape, &in, i),
			          as, depth + 1);
			continue;
		}
		n = mgi_pst_inner_node(h->view.shape, &in, i);
		st = mark(h, n.data, as, depth + 1);
		if (st >= 0)
			st = mark(h, n.sub, as, depth + 1);
	}
	mgi_arena_free(arena);
	return st;
}

static mailguard_status mark(hunt *h,
                             uint64_t bid,
                             unsigned char as,
                             unsigned depth)
{
	size_t at = bid && depth < 256 ? place_of(h, bid) : SIZE_MAX;

	if (at == SIZE_MAX || h->marks[at] & as)
		return MAILGUARD_OK;
	h->marks[at] |= as;
	return MGI_PST_BID_INSIDE(bid) ? children_mark(h, bid, as, depth)
	                               : MAILGUARD_OK;
}

/* Does the map of its interval call its place free? */
static bool is_free(hunt *h, const mgi_pst_block *b)
{
	const mgi_pst_shape *s = h->view.shape;
	uint64_t map, unit;
	size_t got;

	if (b->at < s->first_map)
		return false;
	map = b->at - (b->at - s->first_map) % s->map_every;
	if (map != h->map_at) {
		h->map_at = map;
		h->map_good =
			mgi_file_read(h->pst->file, map, h->map, s->page, &got,
		                      NULL) >= 0 &&
			got == s->page &&
			mgi_pst_page_trailer(s, h->map).type ==
				MGI_PST_PAGE_MAP &&
			mgi_pst_page_trailer(s, h->map).sum ==
				mgi_crc32(0, mgi_span(h->map, s->page_sum));
	}
	unit = (b->at - map) / s->align;
	return h->map_good && !(h->map[unit / 8] & 0x80 >> unit % 8);
}

static mailguard_status blocks_mark(hunt *h)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < h->index->node_count; i++) {
		st = mark(h, h->index->nodes[i].data, REACHED, 0);
		if (st >= 0)
			st = mark(h, h->index->nodes[i].sub, REACHED, 0);
	}
	for (i = 0; i < h->index->block_count; i++)
		if (!h->marks[i] && is_free(h, &h->index->blocks[i]))
			h->marks[i] = MAP_FREE;
	for (i = 0; st >= 0 && i < h->index->block_count; i++)
		if (!h->marks[i] && MGI_PST_BID_INSIDE(h->index->blocks[i].bid))
			st = children_mark(h, h->index->blocks[i].bid, BELOW,
			                   0);
	return st;
}

/* -- heads and lists ------------------------------------------------------- */

static mailguard_status data_size(uint64_t *size, mgi_pst_view *v, uint64_t bid)
{
	mailguard_status st;
	mgi_pst_tree tree;
	mgi_pst_block b;
	uint32_t i;

	st = mgi_pst_tree_open(&tree, v, bid, NULL);
	for (i = 0; st == MAILGUARD_OK && i < tree.count; i++) {
		st = mgi_pst_block_find(&b, v, tree.bids[i], NULL);
		*size += st == MAILGUARD_OK ? b.stored : 0;
	}
	return st;
}

static mailguard_status list_size(list *l,
                                  hunt *h,
                                  mgi_pst_view *v,
                                  uint64_t bid,
                                  unsigned depth)
{
	mailguard_status st;
	mgi_pst_subs subs;
	uint32_t i;

	if (!bid || depth > MGI_MAPI_DEPTH_MAX)
		return MAILGUARD_OK;
	st = mgi_pst_subs_open(&subs, v, bid, NULL);
	for (i = 0; st == MAILGUARD_OK && i < subs.count && h->left; i++) {
		h->left--;
		st = data_size(&l->size, v, subs.at[i].data);
		if (st == MAILGUARD_OK)
			st = list_size(l, h, v, subs.at[i].sub, depth + 1);
		l->attachments |= !depth && MGI_PST_NID_TYPE(subs.at[i].nid) ==
		                                    MGI_PST_TYPE_ATTACHMENT;
	}
	return st;
}

static mailguard_status list_note(hunt *h, uint64_t bid)
{
	mgi_arena *arena = mgi_arena_new(h->pst->mg);
	mgi_pst_view v = h->view;
	mailguard_status st;
	list l = { bid, 0, false, false };

	if (!arena)
		return MAILGUARD_ENOMEM;
	v.arena = arena;
	st = list_size(&l, h, &v, bid, 0);
	if (st == MAILGUARD_OK)
		h->lists[h->list_count++] = l;
	mgi_arena_free(arena);
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

/* Its first block is a heap of properties. */
static mailguard_status head_note(hunt *h, uint64_t bid, uint64_t first)
{
	mailguard_status st;
	mailguard_span s;

	st = mgi_pst_block_get(&s, &h->view, first, NULL);
	if (st == MAILGUARD_OK && s.len > 12 && s.data[2] == 0xec &&
	    s.data[3] == MGI_PST_HEAP_PROPS)
		h->heads[h->head_count++] = bid;
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

static mailguard_status top_note(hunt *h, uint64_t bid)
{
	mgi_arena *arena;
	mailguard_status st;
	mgi_pst_inner in;
	uint64_t first = 0;

	if (!MGI_PST_BID_INSIDE(bid))
		return head_note(h, bid, bid);
	arena = mgi_arena_new(h->pst->mg);
	if (!arena)
		return MAILGUARD_ENOMEM;
	st = inner_read(&in, h, arena, bid);
	if (in.kind == MGI_PST_INNER_X && in.count)
		first = mgi_pst_inner_child(h->view.shape, &in, 0);
	mgi_arena_free(arena);
	if (st >= 0 && first && !MGI_PST_BID_INSIDE(first))
		st = head_note(h, bid, first);
	else if (st >= 0 &&
	         (in.kind == MGI_PST_INNER_SL || in.kind == MGI_PST_INNER_SI))
		st = list_note(h, bid);
	return st;
}

static mailguard_status tops_note(hunt *h)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i, tops = 0;

	for (i = 0; i < h->index->block_count; i++)
		tops += !h->marks[i];
	h->lists = mgi_arena_array(h->arena, tops + 1, sizeof(*h->lists));
	h->heads = mgi_arena_array(h->arena, tops + 1, sizeof(*h->heads));
	if (!h->lists || !h->heads)
		return MAILGUARD_ENOMEM;
	for (i = 0; st >= 0 && i < h->index->block_count; i++)
		if (!h->marks[i])
			st = top_note(h, h->index->blocks[i].bid);
	return st;
}

/* -- which belong together ------------------------------------------------- */

static uint32_t number_of(const mgi_pst_props *p, uint16_t id, uint32_t none)
{
	const mgi_pst_prop *one = mgi_pst_props_find(p, id);

	return one ? mgi_le32(one->raw) : none;
}

/* Is every value that lies in a node of its own among them? */
static bool values_there(const mgi_pst_props *p, const mgi_pst_subs *subs)
{
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		uint32_t raw = mgi_le32(p->at[i].raw);

		if (!mgi_pst_type_size(MGI_MAPI_TYPE(p->at[i].tag)) &&
		    MGI_PST_NID_TYPE(raw) && !mgi_pst_subs_find(subs, raw))
			return false;
	}
	return true;
}

static mailguard_status list_fits(bool *out,
                                  mgi_pst_view *v,
                                  const mgi_pst_props *p,
                                  const list *l)
{
	const mgi_pst_prop *has = mgi_pst_props_find(p, HAS_ATTACHMENTS);
	mailguard_status st;
	mgi_pst_subs subs;

	*out = false;
	if (l->taken || (has && has->raw[0] && !l->attachments))
		return MAILGUARD_OK;
	st = mgi_pst_subs_open(&subs, v, l->bid, NULL);
	*out = st == MAILGUARD_OK && values_there(p, &subs);
	return st;
}

/* The list whose data adds up to what the message says of itself; else the
   nearest that has all its values, which is a doubt. */
static mailguard_status list_choose(list **out,
                                    bool *doubt,
                                    hunt *h,
                                    mgi_pst_view *v,
                                    const mgi_pst_props *p,
                                    uint64_t bid,
                                    uint64_t data)
{
	size_t low = 0, high = h->list_count, step, mid;
	uint64_t want = number_of(p, SIZE, 0);
	mailguard_status st = MAILGUARD_OK;
	bool fits;

	*out = NULL;
	*doubt = true;
	while (low < high) {
		mid = low + (high - low) / 2;
		if (h->lists[mid].bid < bid)
			low = mid + 1;
		else
			high = mid;
	}
	for (step = 0; st >= 0 && *doubt && step < (size_t)2 * NEAR; step++) {
		size_t at = step % 2 ? low - 1 - step / 2 : low + step / 2;
		list *l;

		if (at >= h->list_count)
			continue;
		l = &h->lists[at];
		if (*out && data + l->size != want)
			continue;
		st = list_fits(&fits, v, p, l);
		if (st < 0 || !fits)
			continue;
		*out = l;
		*doubt = data + l->size != want;
	}
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

static mailguard_status head_take(hunt *h,
                                  mgi_pst_view *v,
                                  mgi_pst_props *p,
                                  uint64_t bid)
{
	mgi_pst_node n = { 0, 0, bid, 0 };
	mailguard_status st;
	uint64_t data = 0;
	bool doubt;
	list *l;

	st = mgi_pst_props_open(p, v, &n, NULL);
	if (st != MAILGUARD_OK)
		return st;
	if (!mgi_pst_props_find(p, MGI_TAG_MESSAGE_CLASS) ||
	    !mgi_pst_props_find(p, FLAGS) ||
	    number_of(p, FLAGS, 0) & FLAG_HIDDEN)
		return MAILGUARD_OK;
	st = data_size(&data, v, bid);
	l = NULL;
	doubt = false; /* it may have none, and says so */
	if (st == MAILGUARD_OK && number_of(p, SIZE, 0) != data)
		st = list_choose(&l, &doubt, h, v, p, bid, data);
	if (st != MAILGUARD_OK)
		return st;
	if (l)
		l->taken = true;
	n.sub = l ? l->bid : 0;
	h->doubts[h->found_count] = doubt;
	h->found[h->found_count++] = n;
	return MAILGUARD_OK;
}

static mailguard_status heads_take(hunt *h)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	h->found =
		mgi_arena_array(h->arena, h->head_count + 1, sizeof(*h->found));
	h->doubts = mgi_arena_alloc(h->arena, h->head_count + 1);
	if (!h->found || !h->doubts)
		return MAILGUARD_ENOMEM;
	for (i = 0; st >= 0 && i < h->head_count; i++) {
		mgi_arena *arena = mgi_arena_new(h->pst->mg);
		mgi_pst_view v = h->view;
		mgi_pst_props *p;

		p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
		v.arena = arena;
		st = p ? head_take(h, &v, p, h->heads[i]) : MAILGUARD_ENOMEM;
		if (arena && mgi_arena_failed(arena))
			st = MAILGUARD_ENOMEM;
		else if (st != MAILGUARD_ENOMEM)
			st = MAILGUARD_OK; /* it cannot be read */
		mgi_arena_free(arena);
	}
	return st;
}

/* -- into the index -------------------------------------------------------- */

/* Behind all others, so that both lists stay in order. */
static mailguard_status found_add(hunt *h)
{
	mgi_pst_index *x = h->index;
	size_t n = x->node_count, i, all = n + h->found_count;
	mgi_pst_node *nodes;
	unsigned char *sought;
	uint32_t next = 0x10000;

	if (!h->found_count)
		return MAILGUARD_OK;
	nodes = mgi_arena_array(h->pst->arena, all, sizeof(*nodes));
	sought = mgi_arena_alloc(h->pst->arena, all);
	if (!nodes || !sought)
		return MAILGUARD_ENOMEM;
	if (n) {
		memcpy(nodes, x->nodes, n * sizeof(*nodes));
		memcpy(sought, x->sought, n);
		if (nodes[n - 1].nid >> 5 >= next)
			next = (nodes[n - 1].nid >> 5) + 1;
	}
	for (i = 0; i < h->found_count && next < 1u << 26; i++, next++) {
		nodes[n + i] = h->found[i];
		nodes[n + i].nid = next << 5 | MGI_PST_TYPE_MESSAGE;
		sought[n + i] =
			h->doubts[i] ? MGI_PST_SOUGHT_DOUBT : MGI_PST_SOUGHT;
	}
	x->nodes = nodes;
	x->sought = sought;
	x->node_count = n + i;
	x->sought_count += i;
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_index_orphans(mgi_pst *p, mailguard_error *err)
{
	mgi_arena *arena;
	mailguard_status st;
	hunt h;

	/* Where all nodes are told, what belongs to none was deleted. */
	if (!p->index->gaps)
		return MAILGUARD_OK;
	arena = mgi_arena_new(p->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	memset(&h, 0, sizeof(h));
	h.pst = p;
	h.index = p->index;
	h.arena = arena;
	h.left = SUBNODES_MAX;
	h.marks = mgi_arena_alloc(arena, p->index->block_count + 1);
	st = h.marks ? mgi_pst_view_init(&h.view, p, arena, err)
	             : MAILGUARD_ENOMEM;
	if (st >= 0) {
		st = blocks_mark(&h);
		if (st >= 0)
			st = tops_note(&h);
		if (st >= 0)
			st = heads_take(&h);
		if (st >= 0)
			st = found_add(&h);
		mgi_pst_view_done(&h.view);
	}
	if (st >= 0 && mgi_arena_failed(arena))
		st = MAILGUARD_ENOMEM;
	mgi_arena_free(arena);
	return st < 0 ? mgi_fail_nomem(err) : MAILGUARD_OK;
}
