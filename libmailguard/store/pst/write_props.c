/*
 * write_props.c - the properties of a new node ([MS-PST] 2.3.3).
 */
#include "store/pst/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define RECORD 8u

void mgi_pst_new_props_begin(mgi_pst_new_props *p, mgi_pst_writer *w)
{
	memset(p, 0, sizeof(*p));
	mgi_pst_new_heap_begin(&p->heap, w, MGI_PST_HEAP_PROPS, true);
	mgi_buf_init(&p->records, w->mg);
	mgi_buf_init(&p->subs, w->mg);
	p->next_sub = 0x8000;
	p->head = mgi_pst_new_item(&p->root, &p->heap, 8);
}

bool mgi_pst_new_props_has(const mgi_pst_new_props *p, uint16_t id)
{
	size_t i;

	for (i = 0; i < p->records.len; i += RECORD)
		if (mgi_le16((const unsigned char *)p->records.at + i) == id)
			return true;
	return false;
}

void mgi_pst_new_raw(mgi_pst_new_props *p, mgi_mapi_tag tag, uint32_t raw)
{
	unsigned char r[RECORD];

	mgi_put_le(r, 2, MGI_MAPI_ID(tag));
	mgi_put_le(r + 2, 2, MGI_MAPI_TYPE(tag));
	mgi_put_le(r + 4, 4, raw);
	mgi_buf_add(&p->records, r, sizeof(r));
}

void mgi_pst_new_bytes(mgi_pst_new_props *p,
                       mgi_mapi_tag tag,
                       mailguard_span bytes)
{
	unsigned char *at;
	mgi_pst_made made;
	mgi_pst_flow flow;
	uint32_t hid = 0;

	if (bytes.len > MGI_PST_WRITE_ITEM) {
		mgi_pst_flow_begin(&flow, p->heap.w);
		mgi_pst_flow_add(&flow, bytes);
		made.sub = 0;
		made.size = bytes.len;
		made.data = mgi_pst_flow_end(&flow);
		hid = p->next_sub++ << 5 | 0x1f;
		mgi_pst_new_sub(p, hid, &made);
	} else if (bytes.len) {
		at = mgi_pst_new_item(&hid, &p->heap, bytes.len);
		if (at)
			memcpy(at, bytes.data, bytes.len);
	}
	mgi_pst_new_raw(p, tag, hid);
}

void mgi_pst_new_number(mgi_pst_new_props *p, mgi_mapi_tag tag, uint64_t x)
{
	unsigned char wide[8];

	if (mgi_pst_type_size(MGI_MAPI_TYPE(tag)) <= 4) {
		mgi_pst_new_raw(p, tag, (uint32_t)x);
		return;
	}
	mgi_put_le(wide, 8, x);
	mgi_pst_new_bytes(p, tag, mgi_span(wide, sizeof(wide)));
}

void mgi_pst_new_text(mgi_pst_new_props *p, uint16_t id, const char *text)
{
	mailguard_span s = mgi_span_of(text);
	mailguard_buffer wide;
	size_t at = 0;

	mgi_buf_init(&wide, p->heap.w->mg);
	while (at < s.len) {
		uint32_t c = mgi_utf8_next(s, &at);
		unsigned char unit[4];
		bool pair = c > 0xffff;

		mgi_put_le(unit, 2, pair ? 0xd7c0 + (c >> 10) : c);
		mgi_put_le(unit + 2, 2, 0xdc00 | (c & 0x3ff));
		mgi_buf_add(&wide, unit, pair ? 4 : 2);
	}
	if (wide.failed)
		p->heap.w->failed = wide.failed;
	mgi_pst_new_bytes(p, MGI_MAPI_TAG(id, MGI_MAPI_UNICODE),
	                  mgi_buf_span(&wide));
	mgi_buf_done(&wide);
}

void mgi_pst_new_sub(mgi_pst_new_props *p,
                     uint32_t nid,
                     const mgi_pst_made *made)
{
	mgi_pst_node n = { nid, 0, made->data, made->sub };

	mgi_buf_add(&p->subs, &n, sizeof(n));
	p->size += made->size;
}

static int by_id(const void *a, const void *b)
{
	uint16_t x = mgi_le16(a), y = mgi_le16(b);

	return x < y ? -1 : x > y;
}

/* Which record has it; SIZE_MAX if none. */
static size_t record_of(const mgi_pst_new_props *p, uint16_t id)
{
	size_t i;

	for (i = 0; i < p->records.len / RECORD; i++)
		if (mgi_le16((const unsigned char *)p->records.at +
		             i * RECORD) == id)
			return i;
	return SIZE_MAX / RECORD;
}

void mgi_pst_new_props_end(mgi_pst_made *out,
                           mgi_pst_new_props *p,
                           uint16_t size_id)
{
	static const unsigned sizes[2] = { 2, 6 };
	mgi_pst_writer *w = p->heap.w;
	unsigned char *where;

	memset(out, 0, sizeof(*out));
	if (size_id && !mgi_pst_new_props_has(p, size_id))
		mgi_pst_new_number(p, MGI_MAPI_TAG(size_id, MGI_MAPI_INT32), 0);
	if (p->records.failed || p->subs.failed)
		w->failed = MAILGUARD_ENOMEM;
	if (p->records.len)
		qsort(p->records.at, p->records.len / RECORD, RECORD, by_id);
	mgi_pst_new_bth(&where, &p->heap, p->head, mgi_buf_span(&p->records),
	                sizes, record_of(p, size_id));
	mgi_pst_new_heap_close(&p->heap);
	out->size = p->size + p->heap.size;
	if (size_id && where)
		mgi_put_le(where + 4, 4, out->size);
	out->data = mgi_pst_new_heap_end(&p->heap, p->root);
	out->sub = mgi_pst_put_subs(w, (mgi_pst_node *)(void *)p->subs.at,
	                            p->subs.len / sizeof(mgi_pst_node));
	mgi_buf_done(&p->records);
	mgi_buf_done(&p->subs);
}
