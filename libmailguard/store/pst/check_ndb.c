/*
 * check_ndb.c - the header and the two trees of pages (passes P0 to P2).
 */
#include "store/pst/audit.h"
#include "store/pst/ladder.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define GIB ((uint64_t)1 << 30)
#define ANSI_NEAR (2 * GIB - GIB / 10)
#define UNICODE_NEAR (47 * GIB + GIB / 2)

/* -- the header ------------------------------------------------------------ */

static void size_look(mgi_pst_audit *a)
{
	const mgi_pst_header *h = &a->pst->header;
	uint64_t size = a->pst->size;

	if (size < h->end)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_CUT, size,
		             h->end - size);
	else if (size > h->end)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_PST_LONGER,
		             h->end, size - h->end);
	else if (size < a->shape->first_map ||
	         (size - a->shape->first_map) % a->shape->map_every)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_PST_SIZE_ODD,
		             size, 0);
	if (a->shape->variant == MGI_PST_ANSI ? size > ANSI_NEAR
	                                      : size > UNICODE_NEAR)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN,
		             a->shape->variant == MGI_PST_ANSI
		                     ? MGI_SAY_PST_LIMIT_ANSI
		                     : MGI_SAY_PST_LIMIT,
		             size, 0);
}

static void header_look(mgi_pst_audit *a)
{
	const mgi_pst_header *h = &a->pst->header;

	if (h->wrong & MGI_PST_HEADER_SUM)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_HEADER_CRC,
		             0, a->shape->header);
	if (h->wrong & MGI_PST_HEADER_SENTINEL)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
		             MGI_SAY_PST_HEADER_MARK, 0, a->shape->header);
	if (h->wrong & MGI_PST_HEADER_CRYPT || (h->crypt != a->pst->crypt))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN,
		             MGI_SAY_PST_HEADER_CRYPT, 0, a->shape->header);
	if (h->maps_valid == 0)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_PST_UNCLEAN, 0,
		             a->shape->header);
	if (h->opened)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_NOTE, MGI_SAY_PST_OPENED, 0,
		             a->shape->header);
	if (a->pst->password)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_NOTE, MGI_SAY_PST_PASSWORD,
		             MAILGUARD_NOWHERE, 0);
	size_look(a);
}

/* It leads nowhere; what lies in the file may be found without it. */
static mailguard_status header_useless(mgi_pst_audit *a, mailguard_error *err)
{
	uint32_t wrong = a->pst->header.wrong;
	mailguard_status st;

	mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
	             wrong & MGI_PST_HEADER_SHORT   ? MGI_SAY_PST_HEADER_SHORT
	             : wrong & MGI_PST_HEADER_MAGIC ? MGI_SAY_PST_HEADER_MARK
	                                            : MGI_SAY_PST_VERSION,
	             0, a->pst->size);
	a->stage = MGI_PST_STAGE_END;
	if (a->check->opts.quick == MAILGUARD_CHECK_QUICK)
		return MAILGUARD_OK;
	st = mgi_pst_check_rescue(a, err);
	if (st < 0)
		return st;
	if (a->pst->index && a->pst->index->node_count)
		a->stage = MGI_PST_STAGE_FOLDERS;
	else /* nothing more to read */
		a->check->sum.lost = a->check->sum.messages = 1;
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_check_header(mgi_pst_audit *a, mailguard_error *err)
{
	uint32_t fatal = MGI_PST_HEADER_SHORT | MGI_PST_HEADER_VERSION |
	                 MGI_PST_HEADER_MAGIC;
	mailguard_status st;

	st = mgi_file_read(a->pst->file, 0, a->header, sizeof(a->header),
	                   &a->header_len, err);
	if (st < 0)
		return st;
	if (a->pst->header.wrong & fatal) {
		return header_useless(a, err);
	}
	header_look(a);
	return MAILGUARD_ITEROVER;
}

/* -- a page of a tree ------------------------------------------------------ */

static void place_add(mgi_pst_audit *a,
                      uint64_t at,
                      uint64_t bid,
                      const mgi_pst_block *block,
                      bool bad)
{
	mgi_pst_place p;

	memset(&p, 0, sizeof(p));
	mgi_big(p.at, sizeof(p.at), at);
	mgi_big(p.bid, sizeof(p.bid), bid);
	if (block) {
		mgi_big(p.stored, sizeof(p.stored), block->stored);
		mgi_big(p.inflated, sizeof(p.inflated), block->inflated);
	}
	p.is_page = block == NULL;
	p.bad = bad;
	mgi_spool_add(a->places, &p);
}

mgi_say_id mgi_pst_page_words(const mgi_pst_visit *v)
{
	uint32_t wrong = v->page->wrong;

	if (wrong & MGI_PST_PAGE_OUT)
		return MGI_SAY_PST_PAGE_OUT;
	if (wrong & MGI_PST_PAGE_TYPE)
		return MGI_SAY_PST_PAGE_TYPE;
	if (wrong & MGI_PST_PAGE_SUM)
		return MGI_SAY_PST_PAGE_CRC;
	if (v->root && !(wrong & ~(uint32_t)MGI_PST_PAGE_BID))
		return MGI_SAY_PST_ROOT_LAG;
	if (wrong & (MGI_PST_PAGE_BID | MGI_PST_PAGE_SIGN))
		return MGI_SAY_PST_PAGE_FOREIGN;
	return MGI_SAY_PST_PAGE_SHAPE;
}

static void page_seen(void *self, const mgi_pst_visit *v)
{
	const mgi_pst_page *page = v->page;
	mgi_pst_audit *a = self;
	bool usable = mgi_pst_page_usable(page->wrong);

	a->pages++;
	if (page->wrong)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, mgi_pst_page_words(v),
		             v->ref.at, a->shape->page);
	a->torn_tree |= !usable;
	if (page->wrong & MGI_PST_PAGE_OUT)
		return;
	place_add(a, v->ref.at, page->bid, NULL, !usable);
	if (!usable)
		return;
	if (page->bid > a->most_page)
		a->most_page = page->bid;
	if (!v->root &&
	    (!page->count || mgi_pst_entry_key(a->shape, page, 0) != v->key))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_PAGE_KEY,
		             v->ref.at, a->shape->page);
}

/* Keys must rise over all pages of a tree. */
static void order_look(mgi_pst_audit *a, uint64_t key, const mgi_pst_trip *t)
{
	if (a->last_key >= key && a->last_key != UINT64_MAX)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_PAGE_ORDER,
		             t->level[t->depth - 1].ref.at, a->shape->page);
	a->last_key = key;
}

static void need_add(mgi_pst_audit *a,
                     uint64_t bid,
                     unsigned char by,
                     uint64_t from)
{
	mgi_pst_need n;

	if (!bid)
		return;
	memset(&n, 0, sizeof(n));
	mgi_big(n.bid, sizeof(n.bid), bid);
	n.by = by;
	mgi_big(n.from, sizeof(n.from), from);
	mgi_spool_add(a->needs, &n);
}

/* -- the trees ------------------------------------------------------------- */

mailguard_status mgi_pst_check_blocks_tree(mgi_pst_audit *a,
                                           mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip t;
	uint32_t i;

	st = mgi_pst_trip_begin(&t, &a->view, MGI_PST_PAGE_BLOCKS, err);
	t.seen = page_seen;
	t.self = a;
	a->last_key = UINT64_MAX;
	while (st >= 0 &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK) {
		mgi_pst_block b = mgi_pst_entry_block(a->shape, page, i);
		bool fits = mgi_pst_block_fits(a->shape, &b, a->pst->size);

		order_look(a, b.bid, &t);
		a->blocks++;
		if (b.bid > a->most_block)
			a->most_block = b.bid;
		if (!fits)
			mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
			             MGI_SAY_PST_BLOCK_OUT, b.at, b.stored);
		/* What lies nowhere is bad, but has no place to look at. */
		place_add(a, fits ? b.at : UINT64_MAX, b.bid, &b, !fits);
		st = mgi_pst_tick(a, a->blocks, err);
		if (st < 0)
			break;
	}
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/* What folders hold, and the tables that say so, side by side. */
void mgi_pst_check_below(mgi_pst_audit *a, const mgi_pst_node *n)
{
	uint32_t type = MGI_PST_NID_TYPE(n->nid), folder = n->parent;
	mgi_pst_below b;

	memset(&b, 0, sizeof(b));
	switch (type) {
	case MGI_PST_TYPE_FOLDER:
	case MGI_PST_TYPE_SEARCH:
		if (n->nid == n->parent)
			return; /* the root */
		b.table = MGI_PST_TYPE_HIERARCHY;
		break;
	case MGI_PST_TYPE_MESSAGE:
		b.table = MGI_PST_TYPE_CONTENTS;
		break;
	case MGI_PST_TYPE_ASSOCIATED:
		b.table = MGI_PST_TYPE_ASSOC_CONTENTS;
		break;
	case MGI_PST_TYPE_HIERARCHY:
	case MGI_PST_TYPE_CONTENTS:
	case MGI_PST_TYPE_ASSOC_CONTENTS:
		b.table = (unsigned char)type;
		folder = (n->nid & ~31u) | MGI_PST_TYPE_FOLDER;
		break;
	default:
		return;
	}
	mgi_big(b.folder, sizeof(b.folder), folder);
	if (b.table != type)
		mgi_big(b.nid, sizeof(b.nid), n->nid);
	mgi_big(b.data, sizeof(b.data), n->data);
	mgi_big(b.sub, sizeof(b.sub), n->sub);
	mgi_spool_add(a->below, &b);
}

static void node_look(mgi_pst_audit *a, const mgi_pst_node *n)
{
	uint32_t type = MGI_PST_NID_TYPE(n->nid);

	a->nodes++;
	need_add(a, n->data, MGI_PST_BY_DATA, n->nid);
	need_add(a, n->sub, MGI_PST_BY_SUB, n->nid);
	if (n->nid >> 5 > a->marks[type])
		a->marks[type] = n->nid >> 5;
	a->has_store |= n->nid == MGI_PST_NODE_STORE;
	a->has_names |= n->nid == MGI_PST_NODE_NAMES;
	a->has_root |= n->nid == MGI_PST_NODE_ROOT;
	a->search_folders += type == MGI_PST_TYPE_SEARCH;
	mgi_pst_check_below(a, n);
}

mailguard_status mgi_pst_check_nodes_tree(mgi_pst_audit *a,
                                          mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip t;
	uint32_t i;

	st = mgi_pst_trip_begin(&t, &a->view, MGI_PST_PAGE_NODES, err);
	t.seen = page_seen;
	t.self = a;
	a->last_key = UINT64_MAX;
	while (st >= 0 &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK) {
		mgi_pst_node n = mgi_pst_entry_node(a->shape, page, i);

		order_look(a, n.nid, &t);
		node_look(a, &n);
		st = mgi_pst_tick(a, a->nodes, err);
		if (st < 0)
			break;
	}
	if (st < 0)
		return st;
	if (!a->has_store || !a->has_names || !a->has_root)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
		             MGI_SAY_PST_NODE_REQUIRED, MAILGUARD_NOWHERE, 0);
	return MAILGUARD_ITEROVER;
}
