/*
 * rebuild_fit.c - what of a source may go into a clean file just as it is: in
 * order down to the last block, with all that it must have, and telling its
 * own size as it is. What is not is written anew, which costs more and never
 * gives the same bytes. It reads no data but heaps, lists and tables.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/fail.h"
#include "store/mapi/tags.h"
#include "store/pst/sound.h"

enum { FLAGS = 0x0e07, SIZE = 0x0e08, ATTACH_SIZE = 0x0e20 };

/* Blocks of data add up, and each but the last is full. */
static mailguard_status data_fits(bool *out,
                                  uint64_t *size,
                                  mgi_pst_view *v,
                                  uint64_t bid,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree tree;
	mgi_pst_block b;
	uint64_t sum = 0;
	uint32_t i;

	*out = false;
	st = mgi_pst_tree_open(&tree, v, bid, err);
	for (i = 0; st == MAILGUARD_OK && i < tree.count; i++) {
		st = mgi_pst_block_find(&b, v, tree.bids[i], err);
		if (st != MAILGUARD_OK || MGI_PST_BID_INSIDE(b.bid) ||
		    (i + 1 < tree.count && b.stored != MGI_PST_WRITE_BLOCK))
			return st;
		sum += b.stored;
	}
	*out = st == MAILGUARD_OK && sum == tree.size;
	*size += sum;
	return st;
}

/* Below one node; a file may name the same ones again and again. */
#define NODES_MAX (1u << 18)

typedef struct sum {
	uint64_t size; /* of all data */
	uint32_t nodes;
} sum;

/* A node and all below it. */
static mailguard_status node_fits(bool *out,
                                  sum *s,
                                  mgi_pst_view *v,
                                  const mgi_pst_node *node,
                                  unsigned depth,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_subs subs;
	uint32_t i;

	*out = false;
	if (depth >= MGI_PST_COPY_DEEP || s->nodes++ == NODES_MAX)
		return MAILGUARD_OK;
	st = data_fits(out, &s->size, v, node->data, err);
	if (st != MAILGUARD_OK || !*out)
		return st;
	st = mgi_pst_subs_open(&subs, v, node->sub, err);
	for (i = 0; st == MAILGUARD_OK && *out && i < subs.count; i++)
		if (i && subs.at[i].nid == subs.at[i - 1].nid)
			*out = false;
		else
			st = node_fits(out, s, v, &subs.at[i], depth + 1, err);
	return st;
}

/* What failed is not in order; what is fatal stays. */
static mailguard_status settled(bool *out,
                                mailguard_status st,
                                mailguard_error *err)
{
	if (st == MAILGUARD_OK)
		return st;
	*out = false;
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* -- tables ---------------------------------------------------------------- */

static mailguard_status table_fits(bool *out,
                                   mgi_pst_table *t,
                                   mailguard_error *err)
{
	mailguard_status st = mgi_pst_table_sound(out, t, err);
	mgi_mapi_tag last = 0;
	uint32_t i;

	for (i = 0; i < t->info.columns; i++) {
		mgi_mapi_tag tag = mgi_pst_table_column(&t->info, i).tag;

		*out = *out && tag > last;
		last = tag;
	}
	return st;
}

mailguard_status mgi_pst_fit_table(bool *out,
                                   mgi_pst_table *t,
                                   const mgi_pst_node *node,
                                   mailguard_error *err)
{
	mgi_pst_view *v = t->heap.view;
	uint64_t harm = v->harm;
	sum all = { 0, 0 };
	mailguard_status st;

	st = node_fits(out, &all, v, node, 0, err);
	if (st == MAILGUARD_OK && *out)
		st = table_fits(out, t, err);
	*out = *out && v->harm == harm;
	v->harm = harm;
	return settled(out, st, err);
}

/* One below a message; of attachments, a row for each and no more. */
static mailguard_status list_fits(bool *out,
                                  const mgi_pst_props *p,
                                  const mgi_pst_node *n,
                                  mailguard_error *err)
{
	mgi_pst_view *v = p->heap.view;
	mgi_pst_table *t = mgi_arena_alloc(v->arena, sizeof(*t));
	mgi_pst_bth_walk walk;
	mailguard_status st;
	mailguard_span s;
	uint32_t i, nodes = 0;

	if (!t)
		return mgi_fail_nomem(err);
	st = mgi_pst_table_open(t, v, n, true, err);
	if (st == MAILGUARD_OK)
		st = table_fits(out, t, err);
	if (st != MAILGUARD_OK || n->nid != MGI_PST_NODE_ATTACHMENTS)
		return st;
	for (i = 0; i < p->subs.count; i++)
		nodes += MGI_PST_NID_TYPE(p->subs.at[i].nid) ==
		         MGI_PST_TYPE_ATTACHMENT;
	mgi_pst_bth_begin(&walk, &t->index);
	for (; (st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK; nodes--)
		*out = *out && nodes &&
		       mgi_pst_subs_find(&p->subs, mgi_le32(s.data));
	*out = *out && !nodes;
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- messages and attachments ---------------------------------------------- */

static mailguard_status below_fits(bool *out,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *n,
                                   mgi_mapi_kind kind,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mgi_pst_props *p = mgi_arena_alloc(v->arena, sizeof(*p));
	mailguard_status st;

	*out = false;
	if (!p)
		return mgi_fail_nomem(err);
	st = mgi_pst_props_open(p, v, n, err);
	return st == MAILGUARD_OK
	               ? mgi_pst_fit_props(out, p, n, kind, depth + 1, err)
	               : st;
}

static mailguard_status message_fits(bool *out,
                                     mgi_pst_props *p,
                                     unsigned depth,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	bool list = false, any = false;
	uint32_t i;

	*out = mgi_pst_props_find(p, MGI_TAG_MESSAGE_CLASS) &&
	       mgi_pst_props_find(p, FLAGS);
	for (i = 0; st == MAILGUARD_OK && *out && i < p->subs.count; i++) {
		const mgi_pst_node *n = &p->subs.at[i];

		list |= n->nid == MGI_PST_NODE_ATTACHMENTS;
		if (n->nid == MGI_PST_NODE_RECIPIENTS ||
		    n->nid == MGI_PST_NODE_ATTACHMENTS) {
			st = list_fits(out, p, n, err);
		} else if (MGI_PST_NID_TYPE(n->nid) ==
		           MGI_PST_TYPE_ATTACHMENT) {
			any = true;
			st = below_fits(out, p->heap.view, n,
			                MGI_MAPI_ATTACHMENT, depth, err);
		}
	}
	*out = *out && (list || !any);
	return st;
}

static mailguard_status attachment_fits(bool *out,
                                        mgi_pst_props *p,
                                        unsigned depth,
                                        mailguard_error *err)
{
	const mgi_pst_prop *m = mgi_pst_props_find(p, MGI_TAG_ATTACH_METHOD);
	const mgi_pst_prop *d = mgi_pst_props_find(p, MGI_TAG_ATTACH_DATA);
	const mgi_pst_node *n;
	mailguard_status st;
	mailguard_span s;

	*out = m && (d || (mgi_le32(m->raw) != MGI_ATTACH_BY_VALUE &&
	                   mgi_le32(m->raw) != MGI_ATTACH_EMBEDDED));
	if (!*out || !d || MGI_MAPI_TYPE(d->tag) != MGI_MAPI_OBJECT)
		return MAILGUARD_OK;
	st = mgi_pst_heap_get(&s, &p->heap, mgi_le32(d->raw), err);
	*out = st == MAILGUARD_OK && s.len == 8;
	if (!*out)
		return st;
	n = mgi_pst_subs_find(&p->subs, mgi_le32(s.data));
	*out = n != NULL;
	if (n && MGI_PST_NID_TYPE(n->nid) == MGI_PST_TYPE_MESSAGE)
		st = below_fits(out, p->heap.view, n, MGI_MAPI_MESSAGE, depth,
		                err);
	return st;
}

static bool size_fits(const mgi_pst_props *p, mgi_mapi_kind kind, uint64_t size)
{
	uint16_t id = kind == MGI_MAPI_MESSAGE      ? SIZE
	              : kind == MGI_MAPI_ATTACHMENT ? ATTACH_SIZE
	                                            : 0;
	const mgi_pst_prop *one = id ? mgi_pst_props_find(p, id) : NULL;

	return !id || (one && mgi_le32(one->raw) == size);
}

/* What some writers fill up with. */
static bool tags_fit(const mgi_pst_props *p)
{
	uint32_t i;

	for (i = 0; i < p->count; i++)
		if (!p->at[i].tag)
			return false;
	return p->count && !p->shuffled;
}

mailguard_status mgi_pst_fit_props(bool *out,
                                   mgi_pst_props *p,
                                   const mgi_pst_node *node,
                                   mgi_mapi_kind kind,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mgi_pst_view *v = p->heap.view;
	mailguard_status st = MAILGUARD_OK;
	uint64_t harm = v->harm;
	sum all = { 0, 0 };

	*out = depth < MGI_PST_COPY_DEEP && tags_fit(p);
	if (*out)
		st = node_fits(out, &all, v, node, depth, err);
	*out = *out && size_fits(p, kind, all.size);
	if (st == MAILGUARD_OK && *out)
		st = mgi_pst_props_sound(out, p, err);
	if (st == MAILGUARD_OK && *out && kind == MGI_MAPI_MESSAGE)
		st = message_fits(out, p, depth, err);
	if (st == MAILGUARD_OK && *out && kind == MGI_MAPI_ATTACHMENT)
		st = attachment_fits(out, p, depth, err);
	*out = *out && v->harm == harm;
	v->harm = harm;
	return settled(out, st, err);
}
