/*
 * write_table.c - a new table ([MS-PST] 2.3.4), row by row. Cells and rows go
 * out as blocks are full, so a folder of any size is written in little memory.
 */
#include "store/pst/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define ROW_ID 0x67f20003u
#define ROW_VERSION 0x67f30003u
#define INFO_HEAD 22u

static const mgi_mapi_tag hierarchy[] = { 0x0e300003, 0x0e330014, 0x0e340102,
	                                  0x0e380003, 0x3001001f, 0x36020003,
	                                  0x36030003, 0x360a000b, 0x3613001f };
static const mgi_mapi_tag contents[] = {
	0x00170003, 0x001a001f, 0x00360003, 0x0037001f, 0x00390040,
	0x0042001f, 0x0057000b, 0x0058000b, 0x0070001f, 0x00710102,
	0x0e03001f, 0x0e04001f, 0x0e060040, 0x0e070003, 0x0e080003,
	0x0e170003, 0x0e300003, 0x0e330014, 0x0e340102, 0x0e380003,
	0x0e3c0102, 0x0e3d0102, 0x10970003, 0x30080040, 0x65c60003
};
static const mgi_mapi_tag associated[] = { 0x001a001f, 0x003a001f, 0x0e070003,
	                                   0x0e170003, 0x3001001f, 0x6800001f,
	                                   0x6803000b };
static const mgi_mapi_tag attachments[] = { 0x0e200003, 0x3704001f, 0x37050003,
	                                    0x370b0003 };
static const mgi_mapi_tag recipients[] = { 0x0c150003, 0x0e0f000b, 0x0ff90102,
	                                   0x0ffe0003, 0x0fff0102, 0x3001001f,
	                                   0x3002001f, 0x3003001f, 0x300b0102,
	                                   0x39000003, 0x39ff001f, 0x3a40000b };

mgi_pst_tags mgi_pst_table_tags(unsigned type)
{
	static const mgi_pst_tags all[] = {
		{ hierarchy, sizeof(hierarchy) / sizeof(hierarchy[0]) },
		{ contents, sizeof(contents) / sizeof(contents[0]) },
		{ associated, sizeof(associated) / sizeof(associated[0]) },
		{ contents, sizeof(contents) / sizeof(contents[0]) },
		{ attachments, sizeof(attachments) / sizeof(attachments[0]) },
		{ recipients, sizeof(recipients) / sizeof(recipients[0]) },
	};

	return all[type - 0x0d];
}

/* -- columns --------------------------------------------------------------- */

/* Bytes of a cell: of what does not fit, a heap's or a node's id. */
static unsigned cell_size(mgi_mapi_tag tag)
{
	size_t n = mgi_pst_type_size(MGI_MAPI_TYPE(tag));

	return n ? (unsigned)n : 4;
}

static bool column_has(const mgi_pst_new_table *t, mgi_mapi_tag tag)
{
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (t->columns[i].tag == tag)
			return true;
	return false;
}

static void column_add(mgi_pst_new_table *t, mgi_mapi_tag tag)
{
	mgi_pst_column *c = &t->columns[t->count];

	if (t->count == MGI_PST_COLUMNS || column_has(t, tag))
		return;
	memset(c, 0, sizeof(*c));
	c->tag = tag;
	c->size = (uint8_t)cell_size(tag);
	c->bit = (uint8_t)t->count++;
}

/* Large cells first, so that each is where its size wants it. */
static void columns_place(mgi_pst_new_table *t)
{
	static const unsigned sizes[] = { 8, 4, 2, 1 };
	unsigned i, k, at = 8;

	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		for (i = 2; i < t->count; i++) {
			if (t->columns[i].size != sizes[k])
				continue;
			t->columns[i].at = (uint16_t)at;
			at += sizes[k];
		}
		if (k)
			t->ends[k - 1] = (uint16_t)at;
	}
	t->ends[3] = (uint16_t)(at + (t->count + 7) / 8);
	t->columns[1].at = 4;
}

static int by_tag(const void *a, const void *b)
{
	uint32_t x = ((const mgi_pst_column *)a)->tag;
	uint32_t y = ((const mgi_pst_column *)b)->tag;

	return x < y ? -1 : x > y;
}

void mgi_pst_new_table_begin(mgi_pst_new_table *t,
                             mgi_pst_writer *w,
                             const mgi_mapi_tag *tags,
                             size_t count)
{
	size_t i;

	memset(t, 0, sizeof(*t));
	mgi_buf_init(&t->index, w->mg);
	mgi_buf_init(&t->held, w->mg);
	mgi_buf_init(&t->subs, w->mg);
	mgi_buf_init(&t->bids, w->mg);
	t->next_sub = 0x8000;
	column_add(t, ROW_ID);
	column_add(t, ROW_VERSION);
	for (i = 0; i < count; i++)
		column_add(t, tags[i]);
	columns_place(t);
	qsort(t->columns, t->count, sizeof(t->columns[0]), by_tag);
	mgi_pst_new_heap_begin(&t->heap, w, MGI_PST_HEAP_TABLE, false);
	t->info = mgi_pst_new_item(&t->root, &t->heap,
	                           INFO_HEAD + 8 * (size_t)t->count);
	t->index_head = mgi_pst_new_item(&t->index_hid, &t->heap, 8);
	t->row = mgi_alloc(w->mg, t->ends[3]);
	if (!t->row)
		w->failed = MAILGUARD_ENOMEM;
}

/* -- rows ------------------------------------------------------------------ */

static const mgi_pst_column *column_find(const mgi_pst_new_table *t,
                                         mgi_mapi_tag tag)
{
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (t->columns[i].tag == tag)
			return &t->columns[i];
	return NULL;
}

static void cell_put(mgi_pst_new_table *t, const mgi_pst_column *c, uint64_t x)
{
	if (!t->row)
		return;
	mgi_put_le(t->row + c->at, c->size, x);
	t->row[t->ends[2] + c->bit / 8] |= (unsigned char)(0x80 >> c->bit % 8);
}

void mgi_pst_new_row(mgi_pst_new_table *t, uint32_t id)
{
	unsigned char r[8];

	if (t->row)
		memset(t->row, 0, t->ends[3]);
	mgi_put_le(r, 4, id);
	mgi_put_le(r + 4, 4, t->rows++);
	mgi_buf_add(&t->index, r, sizeof(r));
	mgi_pst_new_cell_number(t, ROW_ID, id);
	mgi_pst_new_cell_number(t, ROW_VERSION, t->rows);
}

void mgi_pst_new_cell_number(mgi_pst_new_table *t, mgi_mapi_tag tag, uint64_t x)
{
	const mgi_pst_column *c = column_find(t, tag);

	if (c)
		cell_put(t, c, x);
}

void mgi_pst_new_cell_bytes(mgi_pst_new_table *t,
                            mgi_mapi_tag tag,
                            mailguard_span bytes)
{
	const mgi_pst_column *c = column_find(t, tag);
	mgi_pst_node n = { 0, 0, 0, 0 };
	unsigned char *at;
	mgi_pst_flow flow;
	uint32_t hid = 0;

	if (!c)
		return;
	if (bytes.len > MGI_PST_WRITE_ITEM) {
		mgi_pst_flow_begin(&flow, t->heap.w);
		mgi_pst_flow_add(&flow, bytes);
		n.data = mgi_pst_flow_end(&flow);
		n.nid = hid = t->next_sub++ << 5 | 0x1f;
		mgi_buf_add(&t->subs, &n, sizeof(n));
		t->size += bytes.len;
	} else if (bytes.len) {
		at = mgi_pst_new_item(&hid, &t->heap, bytes.len);
		if (at)
			memcpy(at, bytes.data, bytes.len);
	}
	cell_put(t, c, hid);
}

static void rows_flush(mgi_pst_new_table *t, bool last)
{
	size_t n = last ? t->block_len : MGI_PST_WRITE_BLOCK;
	uint64_t bid;

	bid = mgi_pst_put_block(t->heap.w, mgi_span(t->block, n), false);
	mgi_buf_add(&t->bids, &bid, sizeof(bid));
	t->rows_size += n;
	memset(t->block, 0, sizeof(t->block));
	t->block_len = 0;
}

/* A row lies in one block: what does not fit stays empty. */
static void row_add(mgi_pst_new_table *t, const unsigned char *row)
{
	if (t->block_len + t->ends[3] > MGI_PST_WRITE_BLOCK)
		rows_flush(t, false);
	memcpy(t->block + t->block_len, row, t->ends[3]);
	t->block_len += t->ends[3];
}

/* A few rows go into the heap; who has more gets a node for them. */
void mgi_pst_new_row_end(mgi_pst_new_table *t)
{
	size_t i;

	if (!t->row)
		return;
	if (t->bids.len || t->block_len) {
		row_add(t, t->row);
		return;
	}
	mgi_buf_add(&t->held, t->row, t->ends[3]);
	if (t->held.len <= MGI_PST_WRITE_ITEM || t->held.failed)
		return;
	for (i = 0; i + t->ends[3] <= t->held.len; i += t->ends[3])
		row_add(t, (const unsigned char *)t->held.at + i);
	mgi_buf_cut(&t->held, 0);
}

/* -- the end --------------------------------------------------------------- */

/* Where the rows are; 0 if there are none. */
static uint32_t rows_put(mgi_pst_new_table *t)
{
	mgi_pst_node n = { 0, 0, 0, 0 };
	unsigned char *at;
	uint32_t hid = 0;

	if (t->held.len) {
		at = mgi_pst_new_item(&hid, &t->heap, t->held.len);
		if (at)
			memcpy(at, t->held.at, t->held.len);
		return hid;
	}
	if (!t->block_len)
		return 0;
	rows_flush(t, true);
	n.nid = hid = t->next_sub++ << 5 | 0x1f;
	n.data = mgi_pst_put_tree(t->heap.w,
	                          (const uint64_t *)(void *)t->bids.at,
	                          t->bids.len / sizeof(uint64_t), t->rows_size);
	mgi_buf_add(&t->subs, &n, sizeof(n));
	t->size += t->rows_size;
	return hid;
}

static void info_put(mgi_pst_new_table *t, uint32_t rows)
{
	unsigned char *p = t->info;
	uint32_t i;

	if (!p)
		return;
	p[0] = MGI_PST_HEAP_TABLE;
	p[1] = (unsigned char)t->count;
	for (i = 0; i < 4; i++)
		mgi_put_le(p + 2 + (size_t)2 * i, 2, t->ends[i]);
	mgi_put_le(p + 10, 4, t->index_hid);
	mgi_put_le(p + 14, 4, rows);
	for (i = 0; i < t->count; i++) {
		unsigned char *c = p + INFO_HEAD + (size_t)8 * i;

		mgi_put_le(c, 4, t->columns[i].tag);
		mgi_put_le(c + 4, 2, t->columns[i].at);
		c[6] = t->columns[i].size;
		c[7] = t->columns[i].bit;
	}
}

static int by_row(const void *a, const void *b)
{
	uint32_t x = mgi_le32(a), y = mgi_le32(b);

	return x < y ? -1 : x > y;
}

void mgi_pst_new_table_end(mgi_pst_made *out, mgi_pst_new_table *t)
{
	static const unsigned sizes[2] = { 4, 4 };
	mgi_pst_writer *w = t->heap.w;

	memset(out, 0, sizeof(*out));
	info_put(t, rows_put(t));
	if (t->index.len)
		qsort(t->index.at, t->index.len / 8, 8, by_row);
	mgi_pst_new_bth(NULL, &t->heap, t->index_head, mgi_buf_span(&t->index),
	                sizes, 0);
	mgi_pst_new_heap_close(&t->heap);
	out->size = t->size + t->heap.size;
	if (t->index.failed || t->held.failed || t->subs.failed ||
	    t->bids.failed)
		w->failed = MAILGUARD_ENOMEM;
	out->data = mgi_pst_new_heap_end(&t->heap, t->root);
	out->sub = mgi_pst_put_subs(w, (mgi_pst_node *)(void *)t->subs.at,
	                            t->subs.len / sizeof(mgi_pst_node));
	mgi_free(w->mg, t->row);
	mgi_buf_done(&t->index);
	mgi_buf_done(&t->held);
	mgi_buf_done(&t->subs);
	mgi_buf_done(&t->bids);
}
