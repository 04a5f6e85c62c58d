/*
 * fuzz_pst_parts.c - any bytes as one piece of an Outlook data file: header,
 * page, block, list of blocks, heap, tree, table, in all variants.
 *
 * Input: a byte that says which, then the piece.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/pst/ltp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const mgi_pst_shape *shape(unsigned i)
{
	static const unsigned char versions[] = { 14, 23, 36 };
	unsigned char bytes[MGI_PST_HEADER_BYTES] = "!BDN";
	static mgi_pst_header head;

	bytes[10] = versions[i % 3];
	mgi_pst_header_read(&head, mgi_span(bytes, sizeof(bytes)));
	return head.shape;
}

/* A copy of as many bytes as the piece needs, so that one more is seen. */
static unsigned char *copy_of(mailguard_span s, size_t len)
{
	unsigned char *out = calloc(len ? len : 1, 1);

	if (!out)
		abort();
	if (s.len)
		memcpy(out, s.data, s.len < len ? s.len : len);
	return out;
}

static void page(const mgi_pst_shape *s, mailguard_span in, unsigned type)
{
	unsigned char *bytes = copy_of(in, s->page);
	mgi_pst_ref ref = { 8, s->first_map };
	mgi_pst_page out;
	uint32_t i;

	mgi_pst_page_judge(&out, s, bytes, ref, type);
	for (i = 0; mgi_pst_page_usable(out.wrong) && i < out.count; i++) {
		(void)mgi_pst_entry_key(s, &out, i);
		if (out.level)
			(void)mgi_pst_entry_ref(s, &out, i);
		else if (type == MGI_PST_PAGE_NODES)
			(void)mgi_pst_entry_node(s, &out, i);
		else
			(void)mgi_pst_entry_block(s, &out, i);
	}
	free(bytes);
}

static void block(const mgi_pst_shape *s, mailguard_span in)
{
	mgi_pst_block b = { 4, s->first_map, 0, 0, 2 };
	unsigned char *bytes;

	b.stored = b.inflated = in.len < mgi_pst_payload(s)
	                                ? (uint32_t)in.len + 1
	                                : mgi_pst_payload(s);
	bytes = copy_of(in, mgi_pst_extent(s, b.stored));
	(void)mgi_pst_block_judge(s, bytes, &b);
	mgi_pst_decode(bytes, b.stored, MGI_PST_CYCLIC, b.bid);
	free(bytes);
}

static void inner(const mgi_pst_shape *s, mailguard_span in)
{
	mgi_pst_inner x = mgi_pst_inner_read(s, in);
	uint32_t i;

	for (i = 0; i < x.count; i++) {
		if (x.kind != MGI_PST_INNER_SL)
			(void)mgi_pst_inner_child(s, &x, i);
		if (x.kind >= MGI_PST_INNER_SL)
			(void)mgi_pst_inner_node(s, &x, i);
	}
}

static void heap(mailguard_span in, uint32_t number)
{
	uint32_t wrong = mgi_pst_heap_judge(in, number), i;
	mailguard_span item;

	for (i = 0; i < 4096; i++) {
		if (!mgi_pst_heap_item(&item, in, i))
			continue;
		if (item.len && (item.data < in.data ||
		                 item.data + item.len > in.data + in.len))
			__builtin_trap();
		if (!wrong && item.len > 3580)
			__builtin_trap();
	}
}

static void table(mailguard_span in)
{
	mgi_pst_table_info info;
	uint32_t i;

	if (!mgi_pst_table_read(&info, in))
		return;
	for (i = 0; i < info.columns; i++) {
		mgi_pst_column c = mgi_pst_table_column(&info, i);

		if (c.at + c.size > info.ends[2])
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const mgi_pst_shape *s;
	mgi_pst_header head;
	unsigned char *own;
	mgi_pst_bth tree;
	mailguard_span in;

	if (!n)
		return 0;
	own = copy_of(mgi_span(data + 1, n - 1), n - 1);
	in = mgi_span(own, n - 1);
	s = shape(data[0] >> 4);
	switch (data[0] % 8) {
	case 0:
		mgi_pst_header_read(&head, in);
		break;
	case 1:
		page(s, in, MGI_PST_PAGE_BLOCKS);
		break;
	case 2:
		page(s, in, MGI_PST_PAGE_NODES);
		break;
	case 3:
		block(s, in);
		break;
	case 4:
		inner(s, in);
		break;
	case 5:
		heap(in, data[0] >> 6);
		break;
	case 6:
		(void)mgi_pst_bth_read(&tree, in);
		break;
	default:
		table(in);
	}
	free(own);
	return 0;
}
