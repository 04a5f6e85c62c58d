/*
 * rebuild_any.c - a node into a new PST, whatever it is: by what its first
 * block says, else as it lies there.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

static mailguard_status plain_copy(mgi_pst_made *out,
                                   mgi_pst_copy *c,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *node,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mgi_pst_subs subs;
	mgi_pst_node *to;
	mailguard_status st;
	uint32_t i, count = 0;

	st = mgi_pst_subs_open(&subs, v, node->sub, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	st = mgi_pst_copy_stream(out, c, v, node->data, err);
	if (st < 0)
		return st;
	to = mgi_arena_array(v->arena, (size_t)subs.count + 1, sizeof(*to));
	if (!to)
		return mgi_fail_nomem(err);
	for (i = 0; st >= 0 && i < subs.count; i++) {
		mgi_pst_made made;

		if (i && subs.at[i].nid == subs.at[i - 1].nid)
			continue;
		st = mgi_pst_copy_any(&made, c, &subs.at[i], depth + 1, err);
		if (mgi_pst_fatal(st))
			return st;
		if (st < 0) {
			v->harm++;
			st = MAILGUARD_OK;
			continue;
		}
		to[count].nid = subs.at[i].nid;
		to[count].data = made.data;
		to[count++].sub = made.sub;
		out->size += made.size;
	}
	out->sub = mgi_pst_put_subs(c->w, to, count);
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* What a heap is for, by its first block; 0 for all else. */
static mailguard_status heap_kind(unsigned *out,
                                  mgi_pst_view *v,
                                  uint64_t bid,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree tree;
	mailguard_span s;

	*out = 0;
	st = mgi_pst_tree_open(&tree, v, bid, err);
	if (st < 0 || !tree.count)
		return st;
	st = mgi_pst_block_get(&s, v, tree.bids[0], err);
	if (st == MAILGUARD_OK && !(mgi_pst_heap_judge(s, 0) &
	                            (MGI_PST_HEAP_SHORT | MGI_PST_HEAP_MARK)))
		*out = s.data[3];
	return st;
}

mailguard_status mgi_pst_copy_any(mgi_pst_made *out,
                                  mgi_pst_copy *c,
                                  const mgi_pst_node *node,
                                  unsigned depth,
                                  mailguard_error *err)
{
	mgi_pst_as as = { 0, NULL, NULL, depth, { NULL, 0 } };
	mgi_arena *arena;
	mgi_pst_view view = c->view;
	mailguard_status st;
	unsigned kind;

	memset(out, 0, sizeof(*out));
	if (depth >= MGI_PST_COPY_DEEP)
		return MAILGUARD_EFORMAT;
	arena = mgi_arena_new(c->w->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	view.arena = arena;
	view.harm = 0;
	st = heap_kind(&kind, &view, node->data, err);
	if (st >= 0 && kind == MGI_PST_HEAP_PROPS)
		st = mgi_pst_copy_props(out, c, node, &as, err);
	else if (st >= 0 && kind == MGI_PST_HEAP_TABLE)
		st = mgi_pst_copy_table(out, c, node, err);
	else if (st >= 0)
		st = MAILGUARD_EFORMAT;
	/* It may be neither, or look like it by chance. */
	if (st == MAILGUARD_EFORMAT && !view.harm)
		st = plain_copy(out, c, &view, node, depth, err);
	c->harm += view.harm;
	mgi_arena_free(arena);
	return st;
}
