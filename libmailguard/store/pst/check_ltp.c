/*
 * check_ltp.c - heaps, trees, tables and properties as [MS-PST] 2.3 has them.
 */
#include "store/pst/sound.h"

#include "base/fail.h"
#include "base/text.h"

#define ROW_ID 0x67f20003u
#define ROW_VERSION 0x67f30003u

mailguard_status mgi_pst_heap_sound(bool *out,
                                    mgi_pst_heap *h,
                                    mailguard_error *err)
{
	mailguard_status st;
	mailguard_span s;
	uint32_t i;

	*out = true;
	for (i = 0; i < h->tree.count; i++) {
		st = mgi_pst_heap_block(&s, h, i, err);
		if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
			return st;
		*out = *out && st >= 0 && !mgi_pst_heap_judge(s, i);
	}
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* The two that every table has at their places. Not all writers sort them. */
static bool columns_sound(const mgi_pst_table *t)
{
	bool id = false, version = false;
	uint32_t i;

	for (i = 0; i < t->info.columns; i++) {
		mgi_pst_column c = mgi_pst_table_column(&t->info, i);

		id |= c.tag == ROW_ID && c.at == 0;
		version |= c.tag == ROW_VERSION && c.at == 4;
	}
	return id && version;
}

static bool row_sound(mgi_pst_table *t, mailguard_span row)
{
	mgi_pst_values in = { &t->heap, &t->subs };
	uint32_t i;

	for (i = 0; i < t->info.columns; i++) {
		mgi_pst_column c = mgi_pst_table_column(&t->info, i);

		if (mgi_pst_table_has(t, row, &c) &&
		    !mgi_pst_value_there(&in, c.tag,
		                         mgi_span(row.data + c.at, c.size)))
			return false;
	}
	return true;
}

static mailguard_status rows_sound(bool *out,
                                   mgi_pst_table *t,
                                   mailguard_error *err)
{
	mgi_pst_bth_walk walk;
	mailguard_status st;
	uint32_t last = 0;
	bool first = true;
	mailguard_span s;

	mgi_pst_bth_begin(&walk, &t->index);
	while ((st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK) {
		uint32_t id = mgi_le32(s.data);
		uint64_t at = t->index.data == 2 ? mgi_le16(s.data + 4)
		                                 : mgi_le32(s.data + 4);
		mailguard_span row;

		if (!first && id <= last)
			*out = false;
		first = false;
		last = id;
		st = mgi_pst_table_row(&row, t, at, err);
		if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
			return st;
		*out = *out && st == MAILGUARD_OK && row.len >= 4 &&
		       mgi_le32(row.data) == id && row_sound(t, row);
	}
	mgi_error_clear(st == MAILGUARD_ITEROVER ? err : NULL);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_pst_table_sound(bool *out,
                                     mgi_pst_table *t,
                                     mailguard_error *err)
{
	uint64_t harm = t->heap.view->harm;
	mailguard_status st;

	*out = false;
	st = mgi_pst_heap_sound(out, &t->heap, err);
	*out = *out && t->heap.kind == MGI_PST_HEAP_TABLE && columns_sound(t);
	if (st >= 0)
		st = rows_sound(out, t, err);
	*out = *out && t->heap.view->harm == harm;
	return st;
}

mailguard_status mgi_pst_props_sound(bool *out,
                                     const mgi_pst_props *p,
                                     mailguard_error *err)
{
	mgi_pst_props *own = (mgi_pst_props *)(uintptr_t)p;
	mailguard_status st;
	uint32_t i;

	st = mgi_pst_heap_sound(out, &own->heap, err);
	*out = *out && p->heap.kind == MGI_PST_HEAP_PROPS;
	for (i = 0; st >= 0 && i < p->count; i++)
		*out = *out &&
		       /* One writer fills up with properties 0. */
		       (!i || !p->at[i].tag ||
		        MGI_MAPI_ID(p->at[i].tag) !=
		                MGI_MAPI_ID(p->at[i - 1].tag)) &&
		       mgi_pst_value_there(
			       &p->values, p->at[i].tag,
			       mgi_span(p->at[i].raw, sizeof(p->at[i].raw)));
	return st;
}
