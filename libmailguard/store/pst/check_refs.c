/*
 * check_refs.c - what is needed against what is there (P4, P5, P7): three
 * lists in the order of block ids, side by side.
 */
#include "store/pst/audit.h"

#include <string.h>

#include "base/fail.h"

/* -- marks ----------------------------------------------------------------- */

/* Numbers given out must lie behind those in use (P7), free space be told. */
void mgi_pst_check_marks(mgi_pst_audit *a)
{
	static const unsigned types[] = { 2, 3, 4, 8 };
	const mgi_pst_header *h = &a->pst->header;
	unsigned i;

	if (a->most_block >= h->next_block)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_NEXT_BLOCK,
		             0, a->shape->header);
	if (a->most_page >= h->next_page)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_NEXT_PAGE,
		             0, a->shape->header);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (a->marks[types[i]] > h->marks[types[i]]) {
			mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
			             MGI_SAY_PST_NEXT_NODE, 0,
			             a->shape->header);
			break;
		}
	if (a->leaked && !a->torn_tree)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_NOTE, MGI_SAY_PST_MAP_LEAK,
		             MAILGUARD_NOWHERE, a->leaked * a->shape->align);
	if (h->maps_valid && !a->unread_maps && a->free_bytes != h->maps_free &&
	    a->pst->size == h->end)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_PST_MAP_COUNT,
		             0, 0);
}

/* -- one block against those who need it ----------------------------------- */

static mailguard_status need_next(mgi_pst_audit *a, mailguard_error *err)
{
	const void *at;
	mailguard_status st = mgi_spool_next(&at, a->needs, err);

	a->need = at;
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status fact_next(mgi_pst_audit *a, mailguard_error *err)
{
	const void *at;
	mailguard_status st = mgi_spool_next(&at, a->facts, err);

	a->fact = at;
	return st < 0 ? st : MAILGUARD_OK;
}

static uint64_t need_bid(const mgi_pst_audit *a)
{
	return a->need ? mgi_from_big(a->need->bid, sizeof(a->need->bid))
	               : UINT64_MAX;
}

static uint64_t fact_bid(const mgi_pst_audit *a)
{
	return a->fact ? mgi_from_big(a->fact->bid, sizeof(a->fact->bid))
	               : UINT64_MAX;
}

static bool bad_room(mgi_pst_audit *a)
{
	if (!a->bad)
		a->bad = mgi_arena_array(a->arena, MGI_PST_BAD_MAX,
		                         sizeof(*a->bad));
	return a->bad != NULL;
}

static mailguard_status bad_add(mgi_pst_audit *a,
                                uint64_t bid,
                                mailguard_error *err)
{
	if (!bad_room(a))
		return mgi_fail_nomem(err);
	if (a->bad_count == MGI_PST_BAD_MAX)
		a->bad_more = true;
	else if (!a->bad_count || a->bad[a->bad_count - 1] != bid)
		a->bad[a->bad_count++] = bid;
	return MAILGUARD_OK;
}

/* The kind a block must be for who needs it. */
static bool kind_fits(const mgi_pst_need *n,
                      uint64_t bid,
                      const mgi_pst_fact *fact)
{
	mgi_pst_inner_kind kind =
		fact ? (mgi_pst_inner_kind)fact->kind : MGI_PST_INNER_BAD;

	if (fact && fact->bad)
		return true; /* told already */
	switch (n->by) {
	case MGI_PST_BY_DATA:
		return !MGI_PST_BID_INSIDE(bid) || kind == MGI_PST_INNER_X ||
		       kind == MGI_PST_INNER_XX;
	case MGI_PST_BY_SUB:
		return kind == MGI_PST_INNER_SL || kind == MGI_PST_INNER_SI;
	case MGI_PST_BY_X:
		return !MGI_PST_BID_INSIDE(bid);
	case MGI_PST_BY_XX:
		return kind == MGI_PST_INNER_X;
	default:
		return kind == MGI_PST_INNER_SL;
	}
}

/* First among the shares of its children: what a block says they come to. */
static void total_add(mgi_pst_audit *a, uint64_t bid, const mgi_pst_fact *fact)
{
	mgi_pst_share s;

	if (!fact || fact->bad || fact->kind == MGI_PST_INNER_BAD ||
	    fact->kind > MGI_PST_INNER_XX)
		return;
	memset(&s, 0, sizeof(s));
	mgi_big(s.parent, sizeof(s.parent), bid);
	memcpy(s.size, fact->total, sizeof(s.size));
	mgi_spool_add(a->shares, &s);
}

/* What a child adds to the sum its parent tells. */
static void share_add(mgi_pst_audit *a,
                      const mgi_pst_block *b,
                      const mgi_pst_fact *fact)
{
	uint32_t full = mgi_pst_payload(a->shape);
	mgi_pst_share s;

	if (a->need->by != MGI_PST_BY_X && a->need->by != MGI_PST_BY_XX)
		return;
	memset(&s, 0, sizeof(s));
	memcpy(s.parent, a->need->from, sizeof(s.parent));
	mgi_big(s.order, sizeof(s.order),
	        1 + mgi_from_big(a->need->order, sizeof(a->need->order)));
	if (a->need->by == MGI_PST_BY_XX && fact)
		memcpy(s.size, fact->total, sizeof(s.size));
	else
		mgi_big(s.size, sizeof(s.size), b->inflated);
	s.short_[3] = a->need->by == MGI_PST_BY_X && b->inflated != full;
	mgi_spool_add(a->shares, &s);
}

static mailguard_status missing_tell(mgi_pst_audit *a, mailguard_error *err)
{
	uint64_t bid = need_bid(a);
	mailguard_status st = bad_add(a, bid, err);

	mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_BLOCK_MISSING,
	             MAILGUARD_NOWHERE, 0);
	while (st >= 0 && need_bid(a) == bid)
		st = need_next(a, err);
	return st;
}

static mailguard_status block_compare(mgi_pst_audit *a,
                                      const mgi_pst_block *b,
                                      mailguard_error *err)
{
	const mgi_pst_fact *fact = NULL;
	mailguard_status st = MAILGUARD_OK;
	uint32_t refs = 1;

	while (st >= 0 && need_bid(a) < b->bid)
		st = missing_tell(a, err);
	while (st >= 0 && fact_bid(a) < b->bid)
		st = fact_next(a, err);
	if (st >= 0 && fact_bid(a) == b->bid)
		fact = a->fact;
	if (st >= 0 && fact && fact->bad)
		st = bad_add(a, b->bid, err);
	total_add(a, b->bid, fact);
	for (; st >= 0 && need_bid(a) == b->bid; refs++) {
		if (!kind_fits(a->need, b->bid, fact))
			mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
			             MGI_SAY_PST_BLOCK_KIND, b->at, b->stored);
		share_add(a, b, fact);
		st = need_next(a, err);
	}
	/* In an OST blocks wait for the server; and lost pages lose users. */
	if ((refs == 1 || refs != b->refs) && !a->torn_tree)
		mgi_pst_tell(a,
		             a->pst->header.is_ost ? MAILGUARD_SEVERITY_NOTE
		                                   : MAILGUARD_SEVERITY_WARN,
		             refs == 1 ? MGI_SAY_PST_BLOCK_ORPHAN
		                       : MGI_SAY_PST_BLOCK_REFS,
		             b->at, b->stored);
	return st;
}

mailguard_status mgi_pst_check_needs(mgi_pst_audit *a, mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	uint64_t seen = 0;
	mgi_pst_trip t;
	uint32_t i;

	st = mgi_spool_sort(a->needs, err);
	if (st >= 0)
		st = mgi_spool_sort(a->facts, err);
	if (st >= 0)
		st = need_next(a, err);
	if (st >= 0)
		st = fact_next(a, err);
	if (st >= 0)
		st = mgi_pst_trip_begin(&t, &a->view, MGI_PST_PAGE_BLOCKS, err);
	while (st >= 0 &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK) {
		mgi_pst_block b = mgi_pst_entry_block(a->shape, page, i);

		st = block_compare(a, &b, err);
		if (st >= 0)
			st = mgi_pst_tick(a, ++seen, err);
	}
	while (st >= 0 && a->need)
		st = missing_tell(a, err);
	mgi_spool_free(a->needs);
	a->needs = NULL;
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/* -- sums ------------------------------------------------------------------ */

typedef struct sum {
	uint64_t said, total;
	bool told;      /* its parent said what they come to */
	bool gap;       /* one but the last is not full */
	bool was_short; /* the one before */
} sum;

static void sum_tell(mgi_pst_audit *a, const sum *s)
{
	if (s->told && (s->gap || s->said != s->total))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_BLOCK_SUM,
		             MAILGUARD_NOWHERE, 0);
}

mailguard_status mgi_pst_check_shares(mgi_pst_audit *a, mailguard_error *err)
{
	uint64_t parent = UINT64_MAX;
	mailguard_status st;
	const void *at;
	sum s;

	memset(&s, 0, sizeof(s));
	st = mgi_spool_sort(a->shares, err);
	while (st >= 0 &&
	       (st = mgi_spool_next(&at, a->shares, err)) == MAILGUARD_OK) {
		const mgi_pst_share *one = at;
		uint64_t size = mgi_from_big(one->size, sizeof(one->size));
		uint64_t of = mgi_from_big(one->parent, sizeof(one->parent));

		if (of != parent) {
			sum_tell(a, &s);
			memset(&s, 0, sizeof(s));
			parent = of;
		}
		if (!mgi_from_big(one->order, sizeof(one->order))) {
			s.told = true;
			s.said = size;
			continue;
		}
		s.gap |= s.was_short;
		s.was_short = one->short_[3] != 0;
		s.total += size;
	}
	if (st < 0)
		return st;
	sum_tell(a, &s);
	return MAILGUARD_ITEROVER;
}
