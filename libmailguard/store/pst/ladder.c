/*
 * ladder.c - an index made of what was found, newest first ([MS-PST] keeps
 * what it replaces: a page is never written over, its successor gets a higher
 * number).
 *
 * What a newer page tells of a range of nodes is all there was of that range
 * at its time, so an older page has no say there. Where a page is gone its
 * range stays open, and the next older one that covers it is heard.
 */
#include "store/pst/ladder.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/pst/object.h"
#include "store/pst/scavenge.h"

#define NIDS ((uint64_t)1 << 32)

/* A range of nodes that somebody told of, `to` not in it. */
typedef struct range {
	uint64_t from, to;
} range;

/* A node as it came: by nid, then the one that came first. Big endian. */
typedef struct came {
	unsigned char nid[4], order[4];
	unsigned char data[8], sub[8], parent[4];
	unsigned char sought, unused[3];
} came;

typedef struct climb {
	mgi_pst *pst;
	const mgi_pst_shape *shape;
	mgi_arena *arena;
	mgi_pst_found found;
	mgi_spool *nodes;
	range *told;
	size_t told_count, told_room;
	uint32_t order;
	bool sought;          /* not by the tree that the header names */
	mgi_pst_block *extra; /* by entries of the block tree */
	size_t extra_count, extra_room;
} climb;

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

/* -- what was told --------------------------------------------------------- */

/* The first range that does not end before `x`. */
static size_t range_find(const climb *c, uint64_t x)
{
	size_t low = 0, high = c->told_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->told[mid].to < x)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static bool is_told(const climb *c, uint64_t x)
{
	size_t i = range_find(c, x + 1);

	return i < c->told_count && c->told[i].from <= x;
}

static bool room_for_range(climb *c)
{
	range *more;

	if (c->told_count < c->told_room)
		return true;
	c->told_room = c->told_room ? c->told_room * 2 : 64;
	more = mgi_arena_array(c->arena, c->told_room, sizeof(*more));
	if (!more)
		return false;
	if (c->told_count)
		memcpy(more, c->told, c->told_count * sizeof(*more));
	c->told = more;
	return true;
}

/* Ranges that touch become one. */
static void tell(climb *c, uint64_t from, uint64_t to)
{
	size_t i = range_find(c, from), end = i;

	if (from >= to || !room_for_range(c))
		return;
	while (end < c->told_count && c->told[end].from <= to) {
		if (c->told[end].from < from)
			from = c->told[end].from;
		if (c->told[end].to > to)
			to = c->told[end].to;
		end++;
	}
	memmove(&c->told[i + 1], &c->told[end],
	        (c->told_count - end) * sizeof(range));
	c->told_count = c->told_count + 1 - (end - i);
	c->told[i].from = from;
	c->told[i].to = to;
}

/* -- pages of the node tree ------------------------------------------------ */

/* By its number; the surest and nearest of several. */
static mgi_pst_found_page *page_find(climb *c, uint64_t bid, unsigned type)
{
	size_t low = 0, high = c->found.page_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->found.pages[mid].bid > bid)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < c->found.page_count && c->found.pages[low].bid == bid;
	     low++)
		if (c->found.pages[low].type == type &&
		    !c->found.pages[low].hurt)
			return &c->found.pages[low];
	return NULL;
}

/* Its bytes again; false if they are not what they were. */
static bool page_read(mgi_pst_page *out,
                      unsigned char *bytes,
                      climb *c,
                      const mgi_pst_found_page *p)
{
	mgi_pst_ref ref = { p->bid, p->at };
	size_t got;

	if (mgi_file_read(c->pst->file, p->at, bytes, c->shape->page, &got,
	                  NULL) < 0 ||
	    got < c->shape->page)
		return false;
	mgi_pst_page_judge(out, c->shape, bytes, ref, p->type);
	return true;
}

static void node_came(climb *c, const mgi_pst_node *n)
{
	came one;

	memset(&one, 0, sizeof(one));
	big(one.nid, sizeof(one.nid), n->nid);
	big(one.order, sizeof(one.order), c->order++);
	big(one.data, sizeof(one.data), n->data);
	big(one.sub, sizeof(one.sub), n->sub);
	big(one.parent, sizeof(one.parent), n->parent);
	one.sought = c->sought;
	mgi_spool_add(c->nodes, &one);
}

/* What one leaf tells of [from, to). */
static void leaf_hear(climb *c,
                      const mgi_pst_page *page,
                      uint64_t from,
                      uint64_t to)
{
	uint32_t i;

	for (i = 0; i < page->count; i++) {
		mgi_pst_node n = mgi_pst_entry_node(c->shape, page, i);

		if (n.nid >= from && n.nid < to && !is_told(c, n.nid))
			node_came(c, &n);
	}
	tell(c, from, to);
}

/* The page and all below it; what of it is gone stays open. */
static void tree_hear(climb *c,
                      mgi_pst_found_page *p,
                      uint64_t from,
                      uint64_t to,
                      unsigned char *bytes)
{
	mgi_pst_page page;
	uint32_t i;

	p->used = true;
	if (!page_read(&page, bytes, c, p) || !page.count)
		return;
	if (!page.level) {
		leaf_hear(c, &page, from, to);
		return;
	}
	for (i = 0; i < page.count; i++) {
		mgi_pst_ref ref = mgi_pst_entry_ref(c->shape, &page, i);
		uint64_t low = mgi_pst_entry_key(c->shape, &page, i);
		uint64_t high =
			i + 1 < page.count
				? mgi_pst_entry_key(c->shape, &page, i + 1)
				: to;
		mgi_pst_found_page *below =
			page_find(c, ref.bid, MGI_PST_PAGE_NODES);

		if (!i && from < low)
			tell(c, from, low);
		if (below && !below->used && below->level < page.level &&
		    low < high)
			tree_hear(c, below, low > from ? low : from,
			          high < to ? high : to,
			          bytes + c->shape->page);
	}
}

/* Without a page above it, it speaks from its first node to its last. */
static void page_hear(climb *c, mgi_pst_found_page *p, unsigned char *bytes)
{
	uint64_t from, to;
	mgi_pst_page page;

	if (!page_read(&page, bytes, c, p) || !page.count)
		return;
	from = mgi_pst_entry_key(c->shape, &page, 0);
	to = mgi_pst_entry_key(c->shape, &page, page.count - 1) + !page.level;
	tree_hear(c, p, from, to, bytes);
}

/* -- hurt pages ------------------------------------------------------------ */

static bool type_known(uint32_t nid)
{
	uint32_t type = MGI_PST_NID_TYPE(nid);

	return nid >> 5 && nid >> 5 < (1u << 25) &&
	       ((type >= 1 && type <= 8) || (type >= 0x0b && type <= 0x12));
}

static bool block_there(const climb *c, uint64_t bid)
{
	return mgi_pst_found_block(c->found.blocks, c->found.block_count,
	                           bid) != NULL;
}

/* Does what it leads to exist? */
static bool node_proves(const climb *c, const mgi_pst_node *n)
{
	return type_known(n->nid) && n->data && block_there(c, n->data) &&
	       (!n->sub ||
	        (MGI_PST_BID_INSIDE(n->sub) && block_there(c, n->sub))) &&
	       (!n->parent || MGI_PST_NID_TYPE(n->parent) == 2 ||
	        MGI_PST_NID_TYPE(n->parent) == 3);
}

/* Its counts may be what is hurt: all entries there is room for. */
static void hurt_hear(climb *c,
                      const mgi_pst_found_page *p,
                      unsigned char *bytes)
{
	mgi_pst_page page;
	uint32_t i;

	if (!page_read(&page, bytes, c, p))
		return;
	page.size = c->shape->node_leaf;
	page.count = c->shape->page_area / page.size;
	for (i = 0; i < page.count; i++) {
		mgi_pst_node n = mgi_pst_entry_node(c->shape, &page, i);

		if (!is_told(c, n.nid) && node_proves(c, &n)) {
			node_came(c, &n);
			tell(c, n.nid, (uint64_t)n.nid + 1);
		}
	}
}

/* -- the node tree --------------------------------------------------------- */

/* The root that the header names, if header and root agree. */
static mgi_pst_found_page *root_trusted(climb *c)
{
	const mgi_pst_header *h = &c->pst->header;
	mgi_pst_found_page *root;

	if (h->wrong || !h->maps_valid)
		return NULL;
	root = page_find(c, h->nodes.bid, MGI_PST_PAGE_NODES);
	return root && root->at == h->nodes.at ? root : NULL;
}

/* Nothing that a plain reader would show may be missing. */
static mailguard_status plain_hear(climb *c, mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_view v;
	mgi_pst_trip t;
	uint32_t i;

	if (c->pst->header.wrong &
	    (MGI_PST_HEADER_MAGIC | MGI_PST_HEADER_VERSION |
	     MGI_PST_HEADER_SHORT))
		return MAILGUARD_OK;
	st = mgi_pst_view_init(&v, c->pst, c->arena, err);
	if (st < 0)
		return st;
	st = mgi_pst_trip_begin(&t, &v, MGI_PST_PAGE_NODES, err);
	while (st >= 0 &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK) {
		mgi_pst_node n = mgi_pst_entry_node(c->shape, page, i);

		if (type_known(n.nid))
			node_came(c, &n);
	}
	mgi_pst_view_done(&v);
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status nodes_hear(bool *gaps, climb *c, mailguard_error *err)
{
	unsigned char *bytes =
		mgi_arena_array(c->arena, MGI_PST_DEEP + 2, c->shape->page);
	mgi_pst_found_page *root;
	uint32_t i;

	if (!bytes)
		return mgi_fail_nomem(err);
	root = root_trusted(c);
	if (root)
		tree_hear(c, root, 0, NIDS, bytes);
	c->sought = true;
	for (i = 0; i < c->found.page_count; i++) {
		mgi_pst_found_page *p = &c->found.pages[i];

		if (p->type == MGI_PST_PAGE_NODES && !p->hurt && !p->used)
			page_hear(c, p, bytes);
	}
	for (i = 0; i < c->found.page_count; i++)
		if (c->found.pages[i].type == MGI_PST_PAGE_NODES &&
		    c->found.pages[i].hurt)
			hurt_hear(c, &c->found.pages[i], bytes);
	/* Did anybody tell of every node there may be? */
	*gaps = c->told_count != 1 || c->told[0].from || c->told[0].to < NIDS;
	return plain_hear(c, err);
}

/* -- blocks ---------------------------------------------------------------- */

static bool extra_add(climb *c, const mgi_pst_block *b)
{
	if (c->extra_count == c->extra_room) {
		size_t room = c->extra_room ? c->extra_room * 2 : 64;
		mgi_pst_block *more =
			mgi_arena_array(c->arena, room, sizeof(*more));

		if (!more)
			return false;
		if (c->extra_count)
			memcpy(more, c->extra, c->extra_count * sizeof(*more));
		c->extra = more;
		c->extra_room = room;
	}
	c->extra[c->extra_count++] = *b;
	return true;
}

/* Blocks that do not prove themselves, but lie where a page says. */
static mailguard_status blocks_hear(climb *c,
                                    mgi_pst_view *v,
                                    const mgi_pst_found_page *p,
                                    mailguard_error *err)
{
	unsigned char *bytes = v->raw + c->shape->block_max - c->shape->page;
	unsigned char own[4096];
	mgi_pst_page page;
	uint32_t i;

	if (!page_read(&page, bytes, c, p) || (page.level && !p->hurt))
		return MAILGUARD_OK;
	memcpy(own, bytes, c->shape->page);
	page.bytes = own;
	if (p->hurt) {
		page.size = c->shape->block_leaf;
		page.count = c->shape->page_area / page.size;
	}
	for (i = 0; i < page.count; i++) {
		mgi_pst_block b = mgi_pst_entry_block(c->shape, &page, i);
		const mgi_pst_block *has = mgi_pst_found_block(
			c->found.blocks, c->found.block_count, b.bid);
		mailguard_status st;
		uint32_t wrong;

		if (!b.bid || (has && has->refs == MGI_PST_SURE))
			continue;
		st = mgi_pst_block_look(&wrong, v, &b, err);
		if (st == MAILGUARD_EIO) {
			mgi_error_clear(err);
			continue;
		}
		if (st < 0)
			return st;
		if (mgi_pst_block_usable(wrong) && !extra_add(c, &b))
			return mgi_fail_nomem(err);
	}
	return MAILGUARD_OK;
}

/* By bid; what was found by looking before what a page says of it, unless it
   is less sure. */
static int by_bid(const void *a, const void *b)
{
	const mgi_pst_block *x = a, *y = b;

	if (x->bid != y->bid)
		return x->bid < y->bid ? -1 : 1;
	return x->refs < y->refs ? -1 : x->refs > y->refs;
}

static mailguard_status blocks_merge(mgi_pst_index *out,
                                     climb *c,
                                     mailguard_error *err)
{
	size_t n = c->found.block_count + c->extra_count, i, kept = 0;

	out->blocks = c->found.blocks;
	out->block_count = c->found.block_count;
	if (!c->extra_count)
		return MAILGUARD_OK;
	out->blocks = mgi_arena_array(c->arena, n, sizeof(*out->blocks));
	if (!out->blocks)
		return mgi_fail_nomem(err);
	for (i = 0; i < c->extra_count; i++) {
		out->blocks[i] = c->extra[i];
		out->blocks[i].refs = MGI_PST_CRC_ONLY;
	}
	if (c->found.block_count)
		memcpy(out->blocks + i, c->found.blocks,
		       c->found.block_count * sizeof(*out->blocks));
	qsort(out->blocks, n, sizeof(*out->blocks), by_bid);
	for (i = 0; i < n; i++)
		if (!i || out->blocks[i].bid != out->blocks[kept - 1].bid)
			out->blocks[kept++] = out->blocks[i];
	out->block_count = kept;
	return MAILGUARD_OK;
}

static mailguard_status blocks_gather(mgi_pst_index *out,
                                      climb *c,
                                      mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_view v;
	uint32_t i;

	st = mgi_pst_view_init(&v, c->pst, c->arena, err);
	if (st < 0)
		return st;
	for (i = 0; st >= 0 && i < c->found.page_count; i++)
		if (c->found.pages[i].type == MGI_PST_PAGE_BLOCKS)
			st = blocks_hear(c, &v, &c->found.pages[i], err);
	mgi_pst_view_done(&v);
	return st < 0 ? st : blocks_merge(out, c, err);
}

/* -- the index ------------------------------------------------------------- */

static mailguard_status nodes_load(mgi_pst_index *out,
                                   climb *c,
                                   mailguard_error *err)
{
	mailguard_status st = mgi_spool_sort(c->nodes, err);
	size_t room = (size_t)mgi_spool_count(c->nodes) + 1;
	const void *at;

	if (st < 0)
		return st;
	out->nodes = mgi_arena_array(c->arena, room, sizeof(*out->nodes));
	out->sought = mgi_arena_alloc(c->arena, room);
	if (!out->nodes || !out->sought)
		return mgi_fail_nomem(err);
	while ((st = mgi_spool_next(&at, c->nodes, err)) == MAILGUARD_OK) {
		const came *one = at;
		uint32_t nid = (uint32_t)from_big(one->nid, sizeof(one->nid));
		mgi_pst_node *n = &out->nodes[out->node_count];

		if (out->node_count && n[-1].nid == nid)
			continue;
		n->nid = nid;
		n->parent = (uint32_t)from_big(one->parent, 4);
		n->data = from_big(one->data, sizeof(one->data));
		n->sub = from_big(one->sub, sizeof(one->sub));
		out->sought[out->node_count++] = one->sought;
		out->sought_count += one->sought;
	}
	return st < 0 ? st : MAILGUARD_OK;
}

static const mgi_pst_node *node_at(const mgi_pst_index *index, uint32_t nid)
{
	size_t low = 0, high = index->node_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (index->nodes[mid].nid < nid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < index->node_count && index->nodes[low].nid == nid
	               ? &index->nodes[low]
	               : NULL;
}

/* A folder for what lies in one that is gone. */
static mailguard_status folders_make(mgi_pst_index *x,
                                     climb *c,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i, were = x->node_count;

	mgi_spool_free(c->nodes);
	st = mgi_spool_new(&c->nodes, c->pst->mg, sizeof(came), 0, err);
	c->order = 0;
	for (i = 0; st >= 0 && i < were; i++) {
		unsigned type = MGI_PST_NID_TYPE(x->nodes[i].nid);
		mgi_pst_node n = { x->nodes[i].parent, 0, 0, 0 };

		c->sought = x->sought[i];
		node_came(c, &x->nodes[i]);
		if ((type != MGI_PST_TYPE_MESSAGE &&
		     type != MGI_PST_TYPE_ASSOCIATED) ||
		    MGI_PST_NID_TYPE(n.nid) != MGI_PST_TYPE_FOLDER ||
		    node_at(x, n.nid))
			continue;
		c->sought = true;
		node_came(c, &n);
	}
	if (st < 0)
		return st;
	memset(x, 0, sizeof(*x));
	st = nodes_load(x, c, err);
	x->folders_made = x->node_count - were;
	return st;
}

mailguard_status mgi_pst_index_make(mgi_pst_index **out,
                                    mgi_pst *p,
                                    mailguard_error *err)
{
	mgi_pst_index *index = mgi_arena_alloc(p->arena, sizeof(*index));
	mailguard_status st;
	bool gaps = true;
	climb c;

	*out = NULL;
	if (!index)
		return mgi_fail_nomem(err);
	memset(&c, 0, sizeof(c));
	c.pst = p;
	c.shape = p->header.shape;
	c.arena = p->arena;
	st = mgi_pst_scavenge(&c.found, p, p->arena, err);
	if (st >= 0)
		st = mgi_spool_new(&c.nodes, p->mg, sizeof(came), 0, err);
	if (st >= 0)
		st = nodes_hear(&gaps, &c, err);
	if (st >= 0)
		st = nodes_load(index, &c, err);
	if (st >= 0)
		st = folders_make(index, &c, err);
	if (st >= 0)
		st = blocks_gather(index, &c, err);
	mgi_spool_free(c.nodes);
	if (st >= 0 && mgi_arena_failed(p->arena))
		st = mgi_fail_nomem(err);
	index->gaps = gaps;
	if (st >= 0)
		*out = index;
	return st;
}

/* -- when it is needed ----------------------------------------------------- */

static mailguard_status tree_whole(bool *out,
                                   mgi_pst_view *v,
                                   unsigned type,
                                   mailguard_error *err)
{
	uint64_t harm = v->harm;
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip t;
	uint32_t i;

	st = mgi_pst_trip_begin(&t, v, type, err);
	while (st >= 0 &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK)
		;
	if (st == MAILGUARD_EIO) {
		mgi_error_clear(err); /* a bad sector */
		*out = false;
		return MAILGUARD_OK;
	}
	*out = *out && v->harm == harm;
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status trees_whole(bool *out, mgi_pst *p, mailguard_error *err)
{
	mgi_arena *arena;
	mailguard_status st;
	mgi_pst_view v;

	*out = !p->header.wrong;
	if (p->header.wrong &
	    ~(uint32_t)(MGI_PST_HEADER_CRYPT | MGI_PST_HEADER_SENTINEL |
	                MGI_PST_HEADER_SUM))
		return MAILGUARD_OK;
	*out = true;
	arena = mgi_arena_new(p->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	st = mgi_pst_view_init(&v, p, arena, err);
	if (st >= 0) {
		st = tree_whole(out, &v, MGI_PST_PAGE_NODES, err);
		if (st >= 0 && *out)
			st = tree_whole(out, &v, MGI_PST_PAGE_BLOCKS, err);
		mgi_pst_view_done(&v);
	}
	mgi_arena_free(arena);
	return st;
}

mailguard_status mgi_pst_shape_guess(const mgi_pst_shape **out,
                                     mgi_pst *p,
                                     mailguard_error *err)
{
	static const mgi_pst_variant all[] = { MGI_PST_UNICODE, MGI_PST_ANSI,
		                               MGI_PST_WIDE };
	uint64_t most = 0, pages;
	mailguard_status st;
	size_t i;

	*out = NULL;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const mgi_pst_shape *s = mgi_pst_shape_of(all[i]);

		st = mgi_pst_scavenge_count(&pages, p, s, err);
		if (st < 0)
			return st;
		if (pages > most) {
			most = pages;
			*out = s;
		}
	}
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_rescue(mgi_pst **out, mgi_pst *p, mailguard_error *err)
{
	mailguard_status st;
	bool whole;

	*out = NULL;
	st = trees_whole(&whole, p, err);
	if (st < 0)
		return st;
	if (!whole && !p->index)
		return mgi_pst_open_by_search(out, p, err);
	*out = mgi_pst_hold(p);
	return MAILGUARD_OK;
}

/* -- reading by it --------------------------------------------------------- */

unsigned mgi_pst_sought(const mgi_pst *p, uint32_t nid)
{
	const mgi_pst_node *n = p->index ? node_at(p->index, nid) : NULL;

	return n ? p->index->sought[n - p->index->nodes] : 0;
}

mailguard_status mgi_pst_index_block(mgi_pst_block *out,
                                     const mgi_pst_index *index,
                                     uint64_t bid)
{
	const mgi_pst_block *b =
		mgi_pst_found_block(index->blocks, index->block_count, bid);

	if (!b)
		return MAILGUARD_ITEROVER;
	*out = *b;
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_index_node(mgi_pst_node *out,
                                    const mgi_pst_index *index,
                                    uint32_t nid)
{
	const mgi_pst_node *n = node_at(index, nid);

	if (!n)
		return MAILGUARD_ITEROVER;
	*out = *n;
	return MAILGUARD_OK;
}

static void little(unsigned char *to, size_t n, uint64_t x)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = (unsigned char)(x >> 8 * i);
}

bool mgi_pst_index_entry(unsigned char *to,
                         const mgi_pst_shape *s,
                         const mgi_pst_index *index,
                         unsigned type,
                         size_t at)
{
	size_t w = s->word;

	if (type == MGI_PST_PAGE_NODES) {
		const mgi_pst_node *n = &index->nodes[at];

		if (at >= index->node_count)
			return false;
		little(to, w, n->nid);
		little(to + w, w, n->data);
		little(to + 2 * w, w, n->sub);
		little(to + 3 * w, w, n->parent);
		return true;
	}
	if (at >= index->block_count)
		return false;
	memset(to, 0, s->block_leaf);
	little(to, w, index->blocks[at].bid);
	little(to + w, w, index->blocks[at].at);
	little(to + 2 * w, 2, index->blocks[at].stored);
	if (s->variant == MGI_PST_WIDE)
		little(to + 2 * w + 2, 2, index->blocks[at].inflated);
	return true;
}
