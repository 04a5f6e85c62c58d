/*
 * table.c - rows of one shape in a node ([MS-PST] 2.3.4).
 */
#include "store/pst/ltp.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define TABLE 0x7c
#define INFO_HEAD 22
#define COLUMN 8
#define ROW_ID 0x67f20003u

bool mgi_pst_table_read(mgi_pst_table_info *out, mailguard_span info)
{
	const unsigned char *p = info.data;
	uint32_t i;

	memset(out, 0, sizeof(*out));
	if (info.len < INFO_HEAD || p[0] != TABLE)
		return false;
	out->columns = p[1];
	if (info.len < INFO_HEAD + (size_t)COLUMN * out->columns)
		return false;
	for (i = 0; i < 4; i++)
		out->ends[i] = mgi_le16(p + 2 + (size_t)2 * i);
	out->index = mgi_le32(p + 10);
	out->rows = mgi_le32(p + 14);
	out->descs = p + INFO_HEAD;
	if (out->ends[0] > out->ends[1] || out->ends[1] > out->ends[2] ||
	    out->ends[2] > out->ends[3] ||
	    out->ends[3] < out->ends[2] + (out->columns + 7) / 8)
		return false;
	for (i = 0; i < out->columns; i++) {
		mgi_pst_column c = mgi_pst_table_column(out, i);

		if (c.at + c.size > out->ends[2] || c.bit >= out->columns)
			return false;
	}
	return true;
}

mgi_pst_column mgi_pst_table_column(const mgi_pst_table_info *info, uint32_t i)
{
	const unsigned char *p = info->descs + (size_t)COLUMN * i;
	mgi_pst_column c = { mgi_le32(p), mgi_le16(p + 4), p[6], p[7] };

	return c;
}

static mailguard_status torn(mgi_pst_view *v, mailguard_error *err)
{
	v->harm++;
	return mgi_fail(err, v->pst->mg, MAILGUARD_EFORMAT,
	                MGI_SAY_PST_UNREADABLE, "path",
	                mgi_file_path(v->pst->file));
}

static mailguard_status rows_open(mgi_pst_table *t,
                                  mgi_pst_view *v,
                                  mailguard_error *err)
{
	uint32_t hnid = t->info.rows, payload = mgi_pst_payload(v->shape);
	const mgi_pst_node *node;
	mailguard_status st;

	t->row_size = t->info.ends[3];
	t->rows_a_block = t->row_size ? payload / t->row_size : 0;
	if (!t->rows_a_block)
		return torn(v, err);
	if (!hnid)
		return MAILGUARD_OK;
	if (!MGI_PST_NID_TYPE(hnid)) {
		st = mgi_pst_heap_get(&t->inline_rows, &t->heap, hnid, err);
		t->rows = t->inline_rows.len / t->row_size;
		return st;
	}
	node = mgi_pst_subs_find(&t->subs, hnid);
	if (!node)
		return torn(v, err);
	st = mgi_pst_tree_open(&t->tree, v, node->data, err);
	if (st < 0 || !t->tree.count)
		return st;
	/* Every block but the last is full. */
	t->rows = (uint64_t)t->rows_a_block * (t->tree.count - 1);
	if (t->tree.size > (uint64_t)payload * (t->tree.count - 1))
		t->rows += (t->tree.size -
		            (uint64_t)payload * (t->tree.count - 1)) /
		           t->row_size;
	t->block = mgi_arena_alloc(v->arena, v->shape->block_max);
	t->block_at = UINT32_MAX;
	return t->block ? st : mgi_fail_nomem(err);
}

mailguard_status mgi_pst_table_open(mgi_pst_table *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    bool keep,
                                    mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;

	memset(out, 0, sizeof(*out));
	st = mgi_pst_heap_open(&out->heap, v, node->data, keep, err);
	if (st < 0)
		return st;
	st = mgi_pst_subs_open(&out->subs, v, node->sub, err);
	if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
		return st;
	mgi_error_clear(err);
	st = mgi_pst_heap_get(&s, &out->heap, out->heap.root, err);
	if (st < 0)
		return st;
	s.data = (unsigned char *)mgi_arena_strndup(v->arena, s.data, s.len);
	if (!s.data)
		return mgi_fail_nomem(err);
	if (!mgi_pst_table_read(&out->info, s))
		return torn(v, err);
	st = mgi_pst_bth_open(&out->index, &out->heap, out->info.index, err);
	if (st < 0)
		return st;
	if (out->index.key != 4 || out->index.data != v->shape->row_width)
		return torn(v, err);
	return rows_open(out, v, err);
}

mailguard_status mgi_pst_table_row(mailguard_span *out,
                                   mgi_pst_table *t,
                                   uint64_t number,
                                   mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;
	uint32_t block;
	size_t at;

	*out = mgi_span(NULL, 0);
	if (number >= t->rows)
		return MAILGUARD_ITEROVER;
	if (!t->tree.count) {
		*out = mgi_span(t->inline_rows.data + number * t->row_size,
		                t->row_size);
		return MAILGUARD_OK;
	}
	block = (uint32_t)(number / t->rows_a_block);
	at = (size_t)(number % t->rows_a_block) * t->row_size;
	if (t->block_at != block) {
		st = mgi_pst_block_get(&s, t->heap.view, t->tree.bids[block],
		                       err);
		if (st < 0)
			return st;
		memcpy(t->block, s.data, s.len);
		t->block_len = (uint32_t)s.len;
		t->block_at = block;
	}
	if (at + t->row_size > t->block_len)
		return torn(t->heap.view, err);
	*out = mgi_span(t->block + at, t->row_size);
	return MAILGUARD_OK;
}

bool mgi_pst_table_has(const mgi_pst_table *t,
                       mailguard_span row,
                       const mgi_pst_column *c)
{
	size_t at = t->info.ends[2] + c->bit / 8u;

	if (c->tag == ROW_ID)
		return true;
	return at < row.len && (row.data[at] & (0x80 >> c->bit % 8)) != 0;
}
