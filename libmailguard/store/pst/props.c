/*
 * props.c - values, and the properties of a node ([MS-PST] 2.3.3).
 */
#include "store/pst/ltp.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define PROPS_MAX 0x10000 /* one an id */

size_t mgi_pst_type_size(unsigned type)
{
	switch (type) {
	case MGI_MAPI_BOOL:
		return 1;
	case MGI_MAPI_INT16:
		return 2;
	case MGI_MAPI_INT32:
	case MGI_MAPI_FLOAT:
	case MGI_MAPI_ERROR:
		return 4;
	case MGI_MAPI_DOUBLE:
	case MGI_MAPI_CURRENCY:
	case MGI_MAPI_APPTIME:
	case MGI_MAPI_INT64:
	case MGI_MAPI_TIME:
		return 8;
	default:
		return 0;
	}
}

static uint64_t number_of(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | p[n];
	return x;
}

const mgi_pst_node *mgi_pst_value_node(const mgi_pst_values *in,
                                       mgi_mapi_tag tag,
                                       mailguard_span raw)
{
	uint32_t hnid;

	if (mgi_pst_type_size(MGI_MAPI_TYPE(tag)) || raw.len < 4)
		return NULL;
	hnid = mgi_le32(raw.data);
	return MGI_PST_NID_TYPE(hnid) ? mgi_pst_subs_find(in->subs, hnid)
	                              : NULL;
}

bool mgi_pst_value_there(const mgi_pst_values *in,
                         mgi_mapi_tag tag,
                         mailguard_span raw)
{
	size_t fixed = mgi_pst_type_size(MGI_MAPI_TYPE(tag));
	mailguard_span s;
	uint32_t hnid;

	if ((fixed && fixed <= raw.len) ||
	    (MGI_MAPI_TYPE(tag) == MGI_MAPI_GUID && raw.len == 16))
		return true;
	if (raw.len < 4)
		return false;
	hnid = mgi_le32(raw.data);
	if (MGI_PST_NID_TYPE(hnid))
		return mgi_pst_subs_find(in->subs, hnid) != NULL;
	return !hnid ||
	       mgi_pst_heap_get(&s, in->heap, hnid, NULL) == MAILGUARD_OK;
}

/* An item of the heap, or a subnode's data up to the limit. */
static mailguard_status bytes_get(mgi_mapi_value *out,
                                  const mgi_pst_values *in,
                                  uint32_t hnid,
                                  mailguard_error *err)
{
	mgi_pst_view *v = in->heap->view;
	const mgi_pst_node *node;
	uint64_t harm = v->harm;
	mailguard_status st;
	mgi_pst_tree tree;

	if (!hnid)
		return MAILGUARD_OK; /* an empty one */
	if (!MGI_PST_NID_TYPE(hnid)) {
		st = mgi_pst_heap_get(&out->bytes, in->heap, hnid, err);
		out->size = out->bytes.len;
		return st;
	}
	node = mgi_pst_subs_find(in->subs, hnid);
	if (!node) {
		v->harm++;
		return mgi_fail(err, v->pst->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_PST_UNREADABLE, "path",
		                mgi_file_path(v->pst->file));
	}
	st = mgi_pst_tree_open(&tree, v, node->data, err);
	if (st < 0)
		return st;
	out->size = tree.size;
	st = mgi_pst_tree_slurp(&out->bytes, v, &tree, MGI_MAPI_VALUE_MAX, err);
	out->damaged = v->harm != harm;
	return st == MAILGUARD_ELIMIT ? MAILGUARD_OK : st;
}

mailguard_status mgi_pst_value_get(mgi_mapi_value *out,
                                   const mgi_pst_values *in,
                                   mgi_mapi_tag tag,
                                   mailguard_span raw,
                                   mailguard_error *err)
{
	size_t fixed = mgi_pst_type_size(MGI_MAPI_TYPE(tag));
	mailguard_status st = MAILGUARD_OK;

	memset(out, 0, sizeof(*out));
	out->tag = tag;
	if (fixed && fixed <= raw.len) {
		out->number = number_of(raw.data, fixed);
		out->size = fixed;
		return MAILGUARD_OK;
	}
	if (raw.len < 4)
		return MAILGUARD_EFORMAT;
	if (MGI_MAPI_TYPE(tag) == MGI_MAPI_GUID && raw.len == 16) {
		out->bytes = raw;
		out->size = raw.len;
		return MAILGUARD_OK;
	}
	st = bytes_get(out, in, mgi_le32(raw.data), err);
	if (st == MAILGUARD_OK && fixed) {
		out->number = number_of(out->bytes.data,
		                        out->bytes.len < fixed ? out->bytes.len
		                                               : fixed);
		out->bytes = mgi_span(NULL, 0);
	}
	return st;
}

/* -- a node's -------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	uint32_t x = ((const mgi_pst_prop *)a)->tag;
	uint32_t y = ((const mgi_pst_prop *)b)->tag;

	return x < y ? -1 : x > y;
}

static mailguard_status props_load(mgi_pst_props *p,
                                   const mgi_pst_bth *tree,
                                   mailguard_error *err)
{
	mgi_arena *arena = p->heap.view->arena;
	mgi_pst_bth_walk walk;
	mailguard_status st;
	mailguard_span s;
	uint32_t room = 0;
	bool ordered = true;

	mgi_pst_bth_begin(&walk, tree);
	while ((st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK &&
	       p->count < PROPS_MAX) {
		mgi_pst_prop *one;

		if (p->count == room) {
			mgi_pst_prop *more;

			room = room ? room * 2 : 64;
			more = mgi_arena_array(arena, room, sizeof(*more));
			if (!more)
				return mgi_fail_nomem(err);
			if (p->count)
				memcpy(more, p->at, p->count * sizeof(*more));
			p->at = more;
		}
		one = &p->at[p->count++];
		one->tag = MGI_MAPI_TAG(mgi_le16(s.data), mgi_le16(s.data + 2));
		memcpy(one->raw, s.data + 4, 4);
		if (p->count > 1 && one[-1].tag > one->tag)
			ordered = false;
	}
	if (st < 0)
		return st;
	p->shuffled = !ordered;
	if (!ordered)
		qsort(p->at, p->count, sizeof(*p->at), by_id);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_props_open(mgi_pst_props *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_bth tree;

	memset(out, 0, sizeof(*out));
	out->values.heap = &out->heap;
	out->values.subs = &out->subs;
	st = mgi_pst_heap_open(&out->heap, v, node->data, true, err);
	if (st < 0)
		return st;
	/* Without its subnodes a message still has its small values. */
	st = mgi_pst_subs_open(&out->subs, v, node->sub, err);
	if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
		return st;
	mgi_error_clear(err);
	st = mgi_pst_bth_open(&tree, &out->heap, out->heap.root, err);
	if (st < 0)
		return st;
	if (tree.key != 2 || tree.data != 6) {
		v->harm++;
		return mgi_fail(err, v->pst->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_PST_UNREADABLE, "path",
		                mgi_file_path(v->pst->file));
	}
	return props_load(out, &tree, err);
}

const mgi_pst_prop *mgi_pst_props_find(const mgi_pst_props *p, uint16_t id)
{
	uint32_t low = 0, high = p->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (MGI_MAPI_ID(p->at[mid].tag) < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < p->count && MGI_MAPI_ID(p->at[low].tag) == id ? &p->at[low]
	                                                           : NULL;
}

mailguard_status mgi_pst_props_get(mgi_mapi_value *out,
                                   const mgi_pst_props *p,
                                   uint16_t id,
                                   mailguard_error *err)
{
	const mgi_pst_prop *one = mgi_pst_props_find(p, id);

	memset(out, 0, sizeof(*out));
	if (!one)
		return MAILGUARD_ITEROVER;
	return mgi_pst_value_get(out, &p->values, one->tag,
	                         mgi_span(one->raw, sizeof(one->raw)), err);
}
