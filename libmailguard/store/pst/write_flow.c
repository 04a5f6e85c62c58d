/*
 * write_flow.c - data of any size as full blocks, and the blocks that list
 * them ([MS-PST] 2.2.2.8.3.2).
 */
#include "store/pst/write.h"

#include <string.h>

#include "base/text.h"

#define HEAD 8u
#define A_LIST ((MGI_PST_WRITE_BLOCK - HEAD) / 8)

void mgi_pst_flow_begin(mgi_pst_flow *f, mgi_pst_writer *w)
{
	f->w = w;
	f->held_len = 0;
	f->size = 0;
	mgi_buf_init(&f->bids, w->mg);
}

static void flush(mgi_pst_flow *f)
{
	uint64_t bid =
		mgi_pst_put_block(f->w, mgi_span(f->held, f->held_len), false);

	mgi_buf_add(&f->bids, &bid, sizeof(bid));
	f->held_len = 0;
}

void mgi_pst_flow_add(mgi_pst_flow *f, mailguard_span bytes)
{
	f->size += bytes.len;
	while (bytes.len) {
		size_t n = sizeof(f->held) - f->held_len;

		if (n > bytes.len)
			n = bytes.len;
		memcpy(f->held + f->held_len, bytes.data, n);
		f->held_len += n;
		bytes.data += n;
		bytes.len -= n;
		if (f->held_len == sizeof(f->held))
			flush(f);
	}
}

bool mgi_pst_flow_raw(mgi_pst_flow *f, mailguard_span extent, size_t len)
{
	uint64_t bid;

	if (f->held_len)
		return false;
	bid = mgi_pst_put_raw(f->w, extent, len);
	mgi_buf_add(&f->bids, &bid, sizeof(bid));
	f->size += len;
	return true;
}

void mgi_pst_flow_zeros(mgi_pst_flow *f, uint64_t n)
{
	static const unsigned char zeros[1024];

	for (; n > sizeof(zeros); n -= sizeof(zeros))
		mgi_pst_flow_add(f, mgi_span(zeros, sizeof(zeros)));
	mgi_pst_flow_add(f, mgi_span(zeros, (size_t)n));
}

uint64_t mgi_pst_flow_end(mgi_pst_flow *f)
{
	uint64_t bid;

	if (f->held_len)
		flush(f);
	if (f->bids.failed)
		f->w->failed = f->bids.failed;
	bid = mgi_pst_put_tree(f->w, (const uint64_t *)(void *)f->bids.at,
	                       f->bids.len / sizeof(uint64_t), f->size);
	mgi_buf_done(&f->bids);
	return bid;
}

static uint64_t list_put(mgi_pst_writer *w,
                         unsigned level,
                         const uint64_t *bids,
                         size_t count,
                         uint64_t size)
{
	unsigned char b[MGI_PST_WRITE_BLOCK] = { 1, (unsigned char)level };
	size_t i;

	mgi_put_le(b + 2, 2, count);
	mgi_put_le(b + 4, 4, size);
	for (i = 0; i < count; i++)
		mgi_put_le(b + HEAD + 8 * i, 8, bids[i]);
	return mgi_pst_put_block(w, mgi_span(b, HEAD + 8 * count), true);
}

uint64_t mgi_pst_put_tree(mgi_pst_writer *w,
                          const uint64_t *bids,
                          size_t count,
                          uint64_t size)
{
	uint64_t lists[A_LIST], left = size;
	size_t n = 0;

	if (!count)
		return 0;
	if (count == 1)
		return bids[0];
	if (size > UINT32_MAX || count > (size_t)A_LIST * A_LIST) {
		w->failed = MAILGUARD_ELIMIT;
		return 0;
	}
	if (count <= A_LIST)
		return list_put(w, 1, bids, count, size);
	while (count) {
		size_t k = count < A_LIST ? count : A_LIST;
		uint64_t all = (uint64_t)k * MGI_PST_WRITE_BLOCK;

		if (all > left)
			all = left;
		lists[n++] = list_put(w, 1, bids, k, all);
		left -= all;
		bids += k;
		count -= k;
	}
	return list_put(w, 2, lists, n, size);
}
