/*
 * rebuild_stream.c - what goes over as it lies there: data block by block, and
 * whole nodes. Where a block is gone zero bytes stand, as every reader shows
 * it.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* A block that is in order and full, or the last, without a look into it. */
static mailguard_status raw_add(bool *done,
                                mgi_pst_flow *flow,
                                mgi_pst_view *v,
                                uint64_t bid,
                                bool last)
{
	mailguard_status st;
	mailguard_span s;
	mgi_pst_block b;
	uint32_t wrong;

	*done = false;
	if (flow->held_len)
		return MAILGUARD_OK;
	st = mgi_pst_block_find(&b, v, bid, NULL);
	if (st != MAILGUARD_OK || MGI_PST_BID_INSIDE(b.bid) ||
	    (!last && b.stored != MGI_PST_WRITE_BLOCK))
		return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
	st = mgi_pst_block_raw(&s, &wrong, v, &b, NULL);
	if (st == MAILGUARD_OK && !wrong)
		*done = mgi_pst_flow_raw(flow, s, b.stored);
	return st == MAILGUARD_ENOMEM ? st : MAILGUARD_OK;
}

static mailguard_status block_add(mgi_pst_flow *flow,
                                  const mgi_pst_copy *c,
                                  mgi_pst_view *v,
                                  const mgi_pst_tree *tree,
                                  uint32_t i)
{
	uint32_t payload = mgi_pst_payload(v->shape);
	mailguard_status st = MAILGUARD_OK;
	bool done = false;
	mailguard_span s;
	uint64_t left;

	if (c->alike)
		st = raw_add(&done, flow, v, tree->bids[i],
		             i + 1 == tree->count);
	if (st < 0 || done)
		return st;
	left = tree->size > flow->size ? tree->size - flow->size : 0;
	st = mgi_pst_block_get(&s, v, tree->bids[i], NULL);
	if (st == MAILGUARD_OK)
		mgi_pst_flow_add(flow, s);
	else if (!mgi_pst_fatal(st))
		mgi_pst_flow_zeros(flow, left < payload ? left : payload);
	return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
}

mailguard_status mgi_pst_copy_stream(mgi_pst_made *out,
                                     mgi_pst_copy *c,
                                     mgi_pst_view *v,
                                     uint64_t bid,
                                     mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree tree;
	mgi_pst_flow flow;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	st = mgi_pst_tree_open(&tree, v, bid, err);
	if (st < 0)
		return st;
	mgi_pst_flow_begin(&flow, c->w);
	for (i = 0; i < tree.count && st >= 0; i++)
		st = block_add(&flow, c, v, &tree, i);
	out->data = mgi_pst_flow_end(&flow);
	out->size = flow.size;
	return st < 0 ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_pst_copy_whole(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    unsigned depth,
                                    mailguard_error *err)
{
	mgi_pst_subs subs;
	mgi_pst_node *to;
	mailguard_status st;
	mgi_pst_made made;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (depth >= MGI_PST_COPY_DEEP)
		return MAILGUARD_EFORMAT;
	st = mgi_pst_copy_stream(out, c, v, node->data, err);
	if (st < 0)
		return st;
	st = mgi_pst_subs_open(&subs, v, node->sub, err);
	if (st < 0)
		return st;
	to = mgi_arena_array(v->arena, (size_t)subs.count + 1, sizeof(*to));
	if (!to)
		return mgi_fail_nomem(err);
	for (i = 0; i < subs.count; i++) {
		st = mgi_pst_copy_whole(&made, c, v, &subs.at[i], depth + 1,
		                        err);
		if (st < 0)
			return st;
		to[i].nid = subs.at[i].nid;
		to[i].data = made.data;
		to[i].sub = made.sub;
		out->size += made.size;
	}
	out->sub = mgi_pst_put_subs(c->w, to, subs.count);
	return MAILGUARD_OK;
}
