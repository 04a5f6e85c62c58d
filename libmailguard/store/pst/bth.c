/*
 * bth.c - a sorted tree in a heap ([MS-PST] 2.3.2).
 */
#include "store/pst/ltp.h"

#include <string.h>

#include "base/fail.h"

#define TREE 0xb5

bool mgi_pst_bth_read(mgi_pst_bth *out, mailguard_span header)
{
	memset(out, 0, sizeof(*out));
	if (header.len < 8 || header.data[0] != TREE)
		return false;
	out->key = header.data[1];
	out->data = header.data[2];
	out->levels = header.data[3];
	out->root = mgi_le32(header.data + 4);
	return (out->key == 2 || out->key == 4 || out->key == 8 ||
	        out->key == 16) &&
	       out->data >= 1 && out->data <= 32 && out->levels < MGI_PST_DEEP;
}

mailguard_status mgi_pst_bth_open(mgi_pst_bth *out,
                                  mgi_pst_heap *h,
                                  uint32_t hid,
                                  mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	st = mgi_pst_heap_get(&s, h, hid, err);
	if (st < 0)
		return st;
	if (!mgi_pst_bth_read(out, s)) {
		h->view->harm++;
		return mgi_fail(err, h->view->pst->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_PST_UNREADABLE, "path",
		                mgi_file_path(h->view->pst->file));
	}
	out->heap = h;
	return MAILGUARD_OK;
}

void mgi_pst_bth_begin(mgi_pst_bth_walk *w, const mgi_pst_bth *tree)
{
	memset(w, 0, sizeof(*w));
	w->tree = tree;
}

static void push(mgi_pst_bth_walk *w, uint32_t hid)
{
	w->level[w->depth].hid = hid;
	w->level[w->depth].at = 0;
	w->depth++;
	w->visits++;
}

mailguard_status mgi_pst_bth_next(mailguard_span *out,
                                  mgi_pst_bth_walk *w,
                                  mailguard_error *err)
{
	const mgi_pst_bth *t = w->tree;

	if (!w->began && t->root)
		push(w, t->root);
	w->began = true;
	while (w->depth) {
		bool leaf = w->depth == t->levels + 1;
		size_t each = t->key + (leaf ? t->data : 4);
		uint32_t *at = &w->level[w->depth - 1].at;
		mailguard_status st;
		mailguard_span s;

		st = mgi_pst_heap_get(&s, t->heap, w->level[w->depth - 1].hid,
		                      err);
		if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
			return st;
		if (st < 0 || *at >= s.len / each) {
			w->depth--;
			continue;
		}
		s.data += each * (*at)++;
		s.len = each;
		*out = s;
		if (leaf)
			return MAILGUARD_OK;
		if (w->visits > t->heap->tree.count * 2048u)
			break; /* it goes in circles */
		push(w, mgi_le32(s.data + t->key));
	}
	return MAILGUARD_ITEROVER;
}
