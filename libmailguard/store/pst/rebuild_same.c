/*
 * rebuild_same.c - two nodes, one of each file, value by value: are they the
 * same? First as they lie there, which is soon seen; then by their properties,
 * as heaps may be written anew.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/fail.h"

enum { SIZE = 0x0e08, ATTACH_SIZE = 0x0e20 };

/* -- as it lies there ------------------------------------------------------ */

static mailguard_status blocks_same(bool *same,
                                    mgi_pst_pair *p,
                                    uint64_t a,
                                    uint64_t b,
                                    mailguard_error *err)
{
	mgi_pst_block was, is;
	mailguard_status st;
	mailguard_span a_is, b_is;
	uint32_t wrong = 1;

	*same = false;
	memset(&is, 0, sizeof(is));
	st = mgi_pst_block_find(&was, &p->from, a, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_block_find(&is, &p->to, b, err);
	if (st != MAILGUARD_OK || was.stored != is.stored)
		return st;
	st = mgi_pst_block_raw(&a_is, &wrong, &p->from, &was, err);
	if (st != MAILGUARD_OK || wrong)
		return st;
	st = mgi_pst_block_raw(&b_is, &wrong, &p->to, &is, err);
	*same = st == MAILGUARD_OK && !wrong &&
	        memcmp(a_is.data, b_is.data, was.stored) == 0;
	return st;
}

static mailguard_status data_same(bool *same,
                                  mgi_pst_pair *p,
                                  uint64_t a,
                                  uint64_t b,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree was, is;
	uint32_t i;

	*same = false;
	st = mgi_pst_tree_open(&was, &p->from, a, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_tree_open(&is, &p->to, b, err);
	if (st != MAILGUARD_OK)
		return st;
	*same = was.count == is.count && was.size == is.size;
	for (i = 0; st == MAILGUARD_OK && *same && i < was.count; i++)
		st = blocks_same(same, p, was.bids[i], is.bids[i], err);
	return st;
}

static mailguard_status nodes_same(bool *same,
                                   mgi_pst_pair *p,
                                   const mgi_pst_node *a,
                                   const mgi_pst_node *b,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_subs was, is;
	uint32_t i;

	st = data_same(same, p, a->data, b->data, err);
	if (st != MAILGUARD_OK || !*same || (!a->sub && !b->sub))
		return st;
	*same = false;
	st = mgi_pst_subs_open(&was, &p->from, a->sub, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_subs_open(&is, &p->to, b->sub, err);
	if (st != MAILGUARD_OK)
		return st;
	*same = was.count == is.count && depth < MGI_PST_COPY_DEEP;
	for (i = 0; st == MAILGUARD_OK && *same && i < was.count; i++) {
		*same = was.at[i].nid == is.at[i].nid;
		if (*same)
			st = nodes_same(same, p, &was.at[i], &is.at[i],
			                depth + 1, err);
	}
	return st;
}

/* -- by properties --------------------------------------------------------- */

static mailguard_status props_same(bool *same,
                                   mgi_pst_pair *p,
                                   const mgi_pst_node *a,
                                   const mgi_pst_node *b,
                                   unsigned depth,
                                   mailguard_error *err);

/* The message, or whatever it is, that an attachment is. */
static mailguard_status object_same(bool *same,
                                    mgi_pst_pair *p,
                                    const mgi_pst_props *const sides[2],
                                    const mailguard_span ids[2],
                                    unsigned depth,
                                    mailguard_error *err)
{
	const mgi_pst_node *a, *b;
	mailguard_status st;

	*same = false;
	if (ids[0].len < 4 || ids[1].len < 4)
		return MAILGUARD_OK;
	a = mgi_pst_subs_find(&sides[0]->subs, mgi_le32(ids[0].data));
	b = mgi_pst_subs_find(&sides[1]->subs, mgi_le32(ids[1].data));
	if (!a || !b || a->nid != b->nid)
		return MAILGUARD_OK;
	st = nodes_same(same, p, a, b, depth, err);
	if (st == MAILGUARD_OK && !*same &&
	    MGI_PST_NID_TYPE(a->nid) == MGI_PST_TYPE_MESSAGE)
		st = props_same(same, p, a, b, depth, err);
	return st;
}

static mailguard_status value_same(bool *same,
                                   mgi_pst_pair *p,
                                   mgi_pst_props *const sides[2],
                                   const mgi_pst_prop *const at[2],
                                   unsigned depth,
                                   mailguard_error *err)
{
	size_t size = mgi_pst_type_size(MGI_MAPI_TYPE(at[0]->tag));
	uint32_t was = mgi_le32(at[0]->raw), is = mgi_le32(at[1]->raw);
	const mgi_pst_node *a, *b;
	mailguard_status st;
	mailguard_span s[2];

	*same = memcmp(at[0]->raw, at[1]->raw, size && size < 4 ? size : 4) ==
	        0;
	if ((size && size <= 4) || (!was && !is))
		return MAILGUARD_OK;
	*same = false;
	if (!was || !is || !MGI_PST_NID_TYPE(was) != !MGI_PST_NID_TYPE(is))
		return MAILGUARD_OK;
	if (MGI_PST_NID_TYPE(was)) {
		a = mgi_pst_subs_find(&sides[0]->subs, was);
		b = mgi_pst_subs_find(&sides[1]->subs, is);
		return a && b ? data_same(same, p, a->data, b->data, err)
		              : MAILGUARD_OK;
	}
	st = mgi_pst_heap_get(&s[0], &sides[0]->heap, was, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_heap_get(&s[1], &sides[1]->heap, is, err);
	if (st != MAILGUARD_OK)
		return st;
	if (MGI_MAPI_TYPE(at[0]->tag) == MGI_MAPI_OBJECT)
		return object_same(same, p, (const mgi_pst_props *const *)sides,
		                   s, depth + 1, err);
	*same = s[0].len == s[1].len &&
	        memcmp(s[0].data, s[1].data, s[0].len) == 0;
	return MAILGUARD_OK;
}

static bool is_size(const mgi_pst_prop *p)
{
	return MGI_MAPI_ID(p->tag) == SIZE ||
	       MGI_MAPI_ID(p->tag) == ATTACH_SIZE;
}

static uint32_t values_count(const mgi_pst_props *p)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->count; i++)
		n += p->at[i].tag && !is_size(&p->at[i]);
	return n;
}

static mailguard_status values_same(bool *same,
                                    mgi_pst_pair *p,
                                    mgi_pst_props *const sides[2],
                                    unsigned depth,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mgi_pst_prop *at[2];
	uint32_t i;

	*same = values_count(sides[0]) == values_count(sides[1]);
	for (i = 0; st == MAILGUARD_OK && *same && i < sides[0]->count; i++) {
		at[0] = &sides[0]->at[i];
		if (!at[0]->tag || is_size(at[0]))
			continue;
		at[1] = mgi_pst_props_find(sides[1], MGI_MAPI_ID(at[0]->tag));
		*same = at[1] && at[0]->tag == at[1]->tag;
		if (*same)
			st = value_same(same, p, sides, at, depth, err);
	}
	return st;
}

/* Values are no nodes of their own, nor is the list of attachments. */
static bool is_below(uint32_t nid)
{
	unsigned type = MGI_PST_NID_TYPE(nid);

	return type != 0x1f && type != MGI_PST_TYPE_MESSAGE &&
	       nid != MGI_PST_NODE_ATTACHMENTS;
}

static uint32_t below_count(const mgi_pst_subs *subs)
{
	uint32_t i, n = 0;

	for (i = 0; i < subs->count; i++)
		n += is_below(subs->at[i].nid);
	return n;
}

static mailguard_status below_same(bool *same,
                                   mgi_pst_pair *p,
                                   mgi_pst_props *const sides[2],
                                   unsigned depth,
                                   mailguard_error *err)
{
	const mgi_pst_subs *subs = &sides[0]->subs;
	mailguard_status st = MAILGUARD_OK;
	uint32_t i;

	*same = below_count(subs) == below_count(&sides[1]->subs);
	for (i = 0; st == MAILGUARD_OK && *same && i < subs->count; i++) {
		const mgi_pst_node *a = &subs->at[i], *b;

		if (!is_below(a->nid))
			continue;
		b = mgi_pst_subs_find(&sides[1]->subs, a->nid);
		*same = b != NULL;
		if (b)
			st = nodes_same(same, p, a, b, depth + 1, err);
		if (st == MAILGUARD_OK && b && !*same &&
		    MGI_PST_NID_TYPE(a->nid) == MGI_PST_TYPE_ATTACHMENT)
			st = props_same(same, p, a, b, depth + 1, err);
	}
	return st;
}

static mailguard_status props_same(bool *same,
                                   mgi_pst_pair *p,
                                   const mgi_pst_node *a,
                                   const mgi_pst_node *b,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mgi_pst_props *sides[2];
	mailguard_status st;

	*same = false;
	sides[0] = mgi_arena_alloc(p->from.arena, sizeof(*sides[0]));
	sides[1] = mgi_arena_alloc(p->to.arena, sizeof(*sides[1]));
	if (!sides[0] || !sides[1])
		return mgi_fail_nomem(err);
	if (depth >= MGI_PST_COPY_DEEP)
		return MAILGUARD_OK;
	st = mgi_pst_props_open(sides[0], &p->from, a, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_props_open(sides[1], &p->to, b, err);
	if (st == MAILGUARD_OK)
		st = values_same(same, p, sides, depth, err);
	return st == MAILGUARD_OK && *same
	               ? below_same(same, p, sides, depth, err)
	               : st;
}

mailguard_status mgi_pst_message_same(bool *same,
                                      mgi_pst_pair *p,
                                      const mgi_pst_node *was,
                                      const mgi_pst_node *is,
                                      mailguard_error *err)
{
	uint64_t harm = p->from.harm + p->to.harm;
	mailguard_status st = nodes_same(same, p, was, is, 0, err);

	if (st == MAILGUARD_OK && !*same)
		st = props_same(same, p, was, is, 0, err);
	*same = *same && st == MAILGUARD_OK &&
	        p->from.harm + p->to.harm == harm;
	return st;
}
