/*
 * pages.c - the two trees of pages ([MS-PST] 2.2.2.7.7): where each block
 * lies, and of which blocks each node is made.
 */
#include "store/pst/ladder.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define KEPT 32

/* A page at hand, judged once. */
typedef struct kept {
	uint64_t at; /* 0: none */
	uint64_t bid;
	unsigned type;
	uint32_t used; /* the turn it was last needed in */
	mgi_pst_page page;
	unsigned char *bytes; /* NULL until it is first needed */
} kept;

struct mgi_pst_pages {
	mgi_arena *arena;
	uint32_t turn;
	kept at[KEPT];
};

/* -- pure ------------------------------------------------------------------ */

uint16_t mgi_pst_sign(uint64_t at, uint64_t bid)
{
	uint32_t x = (uint32_t)(at ^ bid);

	return (uint16_t)((x >> 16) ^ x);
}

mgi_pst_trailer mgi_pst_page_trailer(const mgi_pst_shape *s,
                                     const unsigned char *page)
{
	const unsigned char *p = page + s->page - s->page_tail;
	bool ansi = s->variant == MGI_PST_ANSI;
	mgi_pst_trailer t;

	t.type = p[0];
	t.again = p[1];
	t.sign = mgi_le16(p + 2);
	t.sum = mgi_le32(p + (ansi ? 8 : 4));
	t.bid = ansi ? mgi_le32(p + 4) : mgi_le64(p + 8);
	return t;
}

static void counts_read(mgi_pst_page *out, const mgi_pst_shape *s)
{
	const unsigned char *p = out->bytes + s->page_area;
	uint32_t most, want;

	if (s->variant == MGI_PST_WIDE) {
		out->count = mgi_le16(p);
		most = mgi_le16(p + 2);
		out->size = p[4];
		out->level = p[5];
	} else {
		out->count = p[0];
		most = p[1];
		out->size = p[2];
		out->level = p[3];
	}
	want = s->branch;
	if (out->level == 0)
		want = out->bytes[s->page - s->page_tail] == MGI_PST_PAGE_NODES
		               ? s->node_leaf
		               : s->block_leaf;
	if (out->size != want || out->count > most ||
	    out->level > MGI_PST_DEEP || most * want > s->page_area) {
		out->wrong |= MGI_PST_PAGE_COUNT;
		out->count = 0;
	}
}

void mgi_pst_page_judge(mgi_pst_page *out,
                        const mgi_pst_shape *s,
                        const unsigned char *bytes,
                        mgi_pst_ref ref,
                        unsigned type)
{
	mgi_pst_trailer t = mgi_pst_page_trailer(s, bytes);

	memset(out, 0, sizeof(*out));
	out->bytes = bytes;
	out->bid = t.bid;
	if (t.type != type || t.again != type)
		out->wrong |= MGI_PST_PAGE_TYPE;
	if (mgi_crc32(0, mgi_span(bytes, s->page_sum)) != t.sum)
		out->wrong |= MGI_PST_PAGE_SUM;
	if (t.sign != mgi_pst_sign(ref.at, t.bid))
		out->wrong |= MGI_PST_PAGE_SIGN;
	if (t.bid != ref.bid)
		out->wrong |= MGI_PST_PAGE_BID;
	counts_read(out, s);
}

/* A newer page in its place is good; so is one with a bit turned. */
bool mgi_pst_page_usable(uint32_t wrong)
{
	if (wrong & (MGI_PST_PAGE_OUT | MGI_PST_PAGE_TYPE | MGI_PST_PAGE_COUNT |
	             MGI_PST_PAGE_LEVEL))
		return false;
	return !(wrong & MGI_PST_PAGE_SUM) ||
	       !(wrong & (MGI_PST_PAGE_SIGN | MGI_PST_PAGE_BID));
}

static const unsigned char *entry(const mgi_pst_page *page, uint32_t i)
{
	return page->bytes + (size_t)page->size * i;
}

uint64_t mgi_pst_entry_key(const mgi_pst_shape *s,
                           const mgi_pst_page *page,
                           uint32_t i)
{
	return mgi_pst_word(s, entry(page, i));
}

mgi_pst_ref mgi_pst_entry_ref(const mgi_pst_shape *s,
                              const mgi_pst_page *page,
                              uint32_t i)
{
	const unsigned char *p = entry(page, i) + s->word;
	mgi_pst_ref r = { mgi_pst_word(s, p), mgi_pst_word(s, p + s->word) };

	return r;
}

mgi_pst_node mgi_pst_entry_node(const mgi_pst_shape *s,
                                const mgi_pst_page *page,
                                uint32_t i)
{
	const unsigned char *p = entry(page, i);
	mgi_pst_node n;

	n.nid = mgi_le32(p);
	n.data = MGI_PST_BID(mgi_pst_word(s, p + s->word));
	n.sub = MGI_PST_BID(mgi_pst_word(s, p + (size_t)2 * s->word));
	n.parent = mgi_le32(p + (size_t)3 * s->word);
	return n;
}

mgi_pst_block mgi_pst_entry_block(const mgi_pst_shape *s,
                                  const mgi_pst_page *page,
                                  uint32_t i)
{
	const unsigned char *p = entry(page, i);
	mgi_pst_block b;

	b.bid = MGI_PST_BID(mgi_pst_word(s, p));
	b.at = mgi_pst_word(s, p + s->word);
	p += (size_t)2 * s->word;
	b.stored = mgi_le16(p);
	b.inflated = b.stored;
	b.refs = mgi_le16(p + 2);
	if (s->variant == MGI_PST_WIDE) {
		b.inflated = mgi_le16(p + 2);
		b.refs = mgi_le16(p + 4);
	}
	return b;
}

/* -- a view ---------------------------------------------------------------- */

struct mgi_pst_pages *mgi_pst_pages_new(mgi_arena *arena)
{
	struct mgi_pst_pages *p = mgi_arena_alloc(arena, sizeof(*p));

	if (p)
		p->arena = arena;
	return p;
}

static kept *kept_oldest(struct mgi_pst_pages *p)
{
	kept *old = &p->at[0];
	size_t i;

	for (i = 1; i < KEPT; i++)
		if (p->at[i].used < old->used)
			old = &p->at[i];
	return old;
}

static kept *kept_find(struct mgi_pst_pages *p, mgi_pst_ref ref, unsigned type)
{
	size_t i;

	for (i = 0; i < KEPT; i++)
		if (p->at[i].at == ref.at && p->at[i].bid == ref.bid &&
		    p->at[i].type == type)
			return &p->at[i];
	return NULL;
}

static mailguard_status kept_read(kept *k,
                                  mgi_pst_view *v,
                                  mgi_pst_ref ref,
                                  unsigned type,
                                  mailguard_error *err)
{
	mailguard_status st;
	size_t got;

	k->at = 0;
	if (!k->bytes)
		k->bytes = mgi_arena_alloc(v->pages->arena, v->shape->page);
	if (!k->bytes)
		return mgi_fail_nomem(err);
	st = mgi_file_read(v->pst->file, ref.at, k->bytes, v->shape->page, &got,
	                   err);
	if (st < 0)
		return st;
	if (got < v->shape->page)
		memset(k->bytes + got, 0, v->shape->page - got);
	mgi_pst_page_judge(&k->page, v->shape, k->bytes, ref, type);
	k->at = ref.at;
	k->bid = ref.bid;
	k->type = type;
	return MAILGUARD_OK;
}

static bool page_inside(const mgi_pst_view *v, uint64_t at)
{
	return at >= v->shape->page && at % v->shape->page == 0 &&
	       v->pst->size >= v->shape->page &&
	       at <= v->pst->size - v->shape->page;
}

/* What is wrong counts each time it is needed: whoever needs it should know. */
mailguard_status mgi_pst_page_get(const mgi_pst_page **out,
                                  mgi_pst_view *v,
                                  mgi_pst_ref ref,
                                  unsigned type,
                                  mailguard_error *err)
{
	static const mgi_pst_page outside = {
		NULL, MGI_PST_PAGE_OUT, 0, 0, 0, 0
	};
	mailguard_status st;
	kept *k;

	*out = &outside;
	if (!page_inside(v, ref.at)) {
		v->harm++;
		return MAILGUARD_OK;
	}
	k = kept_find(v->pages, ref, type);
	if (!k) {
		k = kept_oldest(v->pages);
		st = kept_read(k, v, ref, type, err);
		if (st < 0)
			return st;
	}
	k->used = ++v->pages->turn;
	/* A newer page in its place is what it should be. */
	v->harm += (k->page.wrong & ~(uint32_t)MGI_PST_PAGE_BID) != 0;
	*out = &k->page;
	return MAILGUARD_OK;
}

static mgi_pst_ref root_of(const mgi_pst_view *v, unsigned type)
{
	return type == MGI_PST_PAGE_NODES ? v->pst->header.nodes
	                                  : v->pst->header.blocks;
}

/* The last entry whose key is not above `key`; -1 if there is none. */
static int64_t entry_find(const mgi_pst_shape *s,
                          const mgi_pst_page *page,
                          uint64_t key)
{
	uint32_t low = 0, high = page->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (mgi_pst_entry_key(s, page, mid) <= key)
			low = mid + 1;
		else
			high = mid;
	}
	return (int64_t)low - 1;
}

/* The leaf entry of exactly that key. */
static mailguard_status leaf_find(const mgi_pst_page **out,
                                  uint32_t *i,
                                  mgi_pst_view *v,
                                  uint64_t key,
                                  unsigned type,
                                  mailguard_error *err)
{
	mgi_pst_ref ref = root_of(v, type);
	uint32_t level = MGI_PST_DEEP + 1;
	mailguard_status st;
	int64_t at;

	for (;;) {
		st = mgi_pst_page_get(out, v, ref, type, err);
		if (st < 0)
			return st;
		if (!mgi_pst_page_usable((*out)->wrong) ||
		    (*out)->level >= level)
			return MAILGUARD_ITEROVER;
		level = (*out)->level;
		at = entry_find(v->shape, *out, key);
		if (at < 0)
			return MAILGUARD_ITEROVER;
		*i = (uint32_t)at;
		if (level == 0)
			break;
		ref = mgi_pst_entry_ref(v->shape, *out, *i);
	}
	return mgi_pst_entry_key(v->shape, *out, *i) == key
	               ? MAILGUARD_OK
	               : MAILGUARD_ITEROVER;
}

mailguard_status mgi_pst_block_find(mgi_pst_block *out,
                                    mgi_pst_view *v,
                                    uint64_t bid,
                                    mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (v->pst->index)
		return mgi_pst_index_block(out, v->pst->index,
		                           MGI_PST_BID(bid));
	st = leaf_find(&page, &i, v, MGI_PST_BID(bid), MGI_PST_PAGE_BLOCKS,
	               err);
	if (st == MAILGUARD_OK)
		*out = mgi_pst_entry_block(v->shape, page, i);
	return st;
}

mailguard_status mgi_pst_node_find(mgi_pst_node *out,
                                   mgi_pst_view *v,
                                   uint32_t nid,
                                   mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (v->pst->index)
		return mgi_pst_index_node(out, v->pst->index, nid);
	st = leaf_find(&page, &i, v, nid, MGI_PST_PAGE_NODES, err);
	if (st == MAILGUARD_OK)
		*out = mgi_pst_entry_node(v->shape, page, i);
	return st;
}

/* -- a trip ---------------------------------------------------------------- */

mailguard_status mgi_pst_trip_begin(mgi_pst_trip *t,
                                    mgi_pst_view *v,
                                    unsigned type,
                                    mailguard_error *err)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	t->view = v;
	t->type = type;
	for (i = 0; i < MGI_PST_DEEP; i++)
		t->level[i].bytes = mgi_arena_alloc(v->arena, v->shape->page);
	return mgi_arena_failed(v->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

/* Open a page below what is open, if it can be used. */
static mailguard_status page_push(mgi_pst_trip *t,
                                  mgi_pst_visit *visit,
                                  mailguard_error *err)
{
	mgi_pst_view *v = t->view;
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_page own;

	st = mgi_pst_page_get(&page, v, visit->ref, t->type, err);
	if (st < 0)
		return st;
	own = *page;
	if (visit->root)
		visit->level = own.level;
	else if (!(own.wrong & MGI_PST_PAGE_OUT) && own.level != visit->level)
		own.wrong |= MGI_PST_PAGE_LEVEL;
	visit->page = &own;
	if (t->seen)
		t->seen(t->self, visit);
	visit->page = NULL;
	if (!mgi_pst_page_usable(own.wrong) || t->depth == MGI_PST_DEEP) {
		v->harm++;
		return MAILGUARD_OK;
	}
	memcpy(t->level[t->depth].bytes, own.bytes, v->shape->page);
	own.bytes = t->level[t->depth].bytes;
	t->level[t->depth].page = own;
	t->level[t->depth].ref = visit->ref;
	t->level[t->depth].at = 0;
	t->depth++;
	return MAILGUARD_OK;
}

/* Entry by entry, each as a page of its own. */
static mailguard_status index_next(const mgi_pst_page **page,
                                   uint32_t *i,
                                   mgi_pst_trip *t)
{
	const mgi_pst_shape *s = t->view->shape;
	mgi_pst_page *one = &t->level[0].page;

	one->bytes = t->level[0].bytes;
	if (!mgi_pst_index_entry(t->level[0].bytes, s, t->view->pst->index,
	                         t->type, (size_t)t->visits++))
		return MAILGUARD_ITEROVER;
	one->count = 1;
	one->size =
		t->type == MGI_PST_PAGE_NODES ? s->node_leaf : s->block_leaf;
	t->depth = 1;
	*page = one;
	*i = 0;
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_trip_next(const mgi_pst_page **page,
                                   uint32_t *i,
                                   mgi_pst_trip *t,
                                   mailguard_error *err)
{
	const mgi_pst_shape *s = t->view->shape;
	uint64_t most = t->view->pst->size / s->page + 1;
	mailguard_status st;
	mgi_pst_visit visit;

	if (t->view->pst->index)
		return index_next(page, i, t);
	if (!t->visits) { /* pages are counted, not their entries */
		t->visits = 1;
		memset(&visit, 0, sizeof(visit));
		visit.ref = root_of(t->view, t->type);
		visit.root = true;
		st = page_push(t, &visit, err);
		if (st < 0)
			return st;
	}
	while (t->depth) {
		const mgi_pst_page *top = &t->level[t->depth - 1].page;
		uint32_t at = t->level[t->depth - 1].at++;

		if (at >= top->count) {
			t->depth--;
			continue;
		}
		if (top->level == 0) {
			*page = top;
			*i = at;
			return MAILGUARD_OK;
		}
		if (t->visits++ > most)
			return MAILGUARD_ITEROVER; /* it goes in circles */
		visit.ref = mgi_pst_entry_ref(s, top, at);
		visit.key = mgi_pst_entry_key(s, top, at);
		visit.level = top->level - 1;
		visit.root = false;
		st = page_push(t, &visit, err);
		if (st < 0)
			return st;
	}
	return MAILGUARD_ITEROVER;
}
