/*
 * rebuild_table.c - rows and tables of a new PST: from a node's properties, or
 * from a table of the source, row by row.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/code_page.h"

void mgi_pst_force_add(mgi_pst_force *f, mgi_mapi_tag tag, uint64_t x)
{
	if (f->count == sizeof(f->at) / sizeof(f->at[0]))
		return;
	f->at[f->count].tag = tag;
	f->at[f->count++].number = x;
}

static const mgi_pst_forced *forced(const mgi_pst_force *f, uint16_t id)
{
	size_t i;

	for (i = 0; f && i < f->count; i++)
		if (MGI_MAPI_ID(f->at[i].tag) == id)
			return &f->at[i];
	return NULL;
}

/* -- rows ------------------------------------------------------------------ */

static bool is_text(unsigned type)
{
	return type == MGI_MAPI_STRING8 || type == MGI_MAPI_UNICODE;
}

/* Of one kind of text the other, as the column has it. */
static mailguard_status text_cell(mgi_pst_new_table *to,
                                  const mgi_pst_copy *c,
                                  mgi_mapi_tag tag,
                                  mailguard_span bytes,
                                  mailguard_error *err)
{
	const mgi_charset *cs = mgi_code_page(c->from->code_page);
	mailguard_buffer text, wide;
	mailguard_status st;
	size_t at = 0;

	if (!cs)
		cs = mgi_charset_sniff(bytes);
	if (!cs)
		cs = mgi_code_page(1252);
	mgi_buf_init(&text, c->w->mg);
	mgi_buf_init(&wide, c->w->mg);
	st = mgi_charset_decode(&text, NULL, cs, bytes, err);
	while (st >= 0 && at < text.len) {
		uint32_t x = mgi_utf8_next(mgi_buf_span(&text), &at);
		unsigned char unit[4];

		mgi_put_le(unit, 2, x > 0xffff ? 0xd7c0 + (x >> 10) : x);
		mgi_put_le(unit + 2, 2, 0xdc00 | (x & 0x3ff));
		mgi_buf_add(&wide, unit, x > 0xffff ? 4 : 2);
	}
	if (st >= 0)
		st = mgi_buf_status(&wide, err);
	if (st >= 0)
		mgi_pst_new_cell_bytes(to, tag, mgi_buf_span(&wide));
	mgi_buf_done(&text);
	mgi_buf_done(&wide);
	return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
}

static mailguard_status cell_copy(mgi_pst_new_table *to,
                                  const mgi_pst_copy *c,
                                  mgi_mapi_tag column,
                                  const mgi_pst_props *p,
                                  mailguard_error *err)
{
	unsigned want = MGI_MAPI_TYPE(column), has;
	mailguard_status st;
	mgi_mapi_value v;

	st = mgi_pst_props_get(&v, p, MGI_MAPI_ID(column), err);
	if (mgi_pst_fatal(st))
		return st;
	has = MGI_MAPI_TYPE(v.tag);
	if (st != MAILGUARD_OK) {
		mgi_error_clear(err);
		return MAILGUARD_OK;
	}
	if (has != want)
		return want == MGI_MAPI_UNICODE && is_text(has)
		               ? text_cell(to, c, column, v.bytes, err)
		               : MAILGUARD_OK;
	if (mgi_pst_type_size(want))
		mgi_pst_new_cell_number(to, column, v.number);
	else
		mgi_pst_new_cell_bytes(to, column, v.bytes);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_copy_row(mgi_pst_new_table *to,
                                  mgi_pst_copy *c,
                                  uint32_t id,
                                  const mgi_pst_props *p,
                                  const mgi_pst_force *force,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	uint32_t i;

	mgi_pst_new_row(to, id);
	for (i = 0; st >= 0 && i < to->count; i++) {
		mgi_mapi_tag tag = to->columns[i].tag;
		const mgi_pst_forced *f = forced(force, MGI_MAPI_ID(tag));

		if (MGI_MAPI_ID(tag) == 0x67f2 || MGI_MAPI_ID(tag) == 0x67f3)
			continue;
		if (f)
			mgi_pst_new_cell_number(to, tag, f->number);
		else if (p)
			st = cell_copy(to, c, tag, p, err);
	}
	mgi_pst_new_row_end(to);
	return st;
}

/* -- tables ---------------------------------------------------------------- */

static mailguard_status table_row_copy(mgi_pst_new_table *to,
                                       mgi_pst_table *t,
                                       uint32_t id,
                                       uint64_t number,
                                       mailguard_error *err)
{
	mgi_pst_values in = { &t->heap, &t->subs };
	mailguard_status st;
	mailguard_span row;
	uint32_t i;

	st = mgi_pst_table_row(&row, t, number, err);
	if (st != MAILGUARD_OK) {
		t->heap.view->harm++;
		return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
	}
	mgi_pst_new_row(to, id);
	for (i = 0; i < t->info.columns; i++) {
		mgi_pst_column c = mgi_pst_table_column(&t->info, i);
		mgi_mapi_value v;

		if (MGI_MAPI_ID(c.tag) == 0x67f2 ||
		    !mgi_pst_table_has(t, row, &c))
			continue;
		st = mgi_pst_value_get(&v, &in, c.tag,
		                       mgi_span(row.data + c.at, c.size), err);
		if (mgi_pst_fatal(st))
			break;
		if (st != MAILGUARD_OK)
			t->heap.view->harm++;
		else if (mgi_pst_type_size(MGI_MAPI_TYPE(c.tag)))
			mgi_pst_new_cell_number(to, c.tag, v.number);
		else
			mgi_pst_new_cell_bytes(to, c.tag, v.bytes);
	}
	mgi_pst_new_row_end(to);
	return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
}

static mailguard_status table_rows_copy(mgi_pst_made *out,
                                        mgi_pst_copy *c,
                                        mgi_pst_table *t,
                                        mgi_arena *arena,
                                        mailguard_error *err)
{
	mgi_pst_new_table *to = mgi_arena_alloc(arena, sizeof(*to));
	mgi_mapi_tag tags[256];
	mgi_pst_bth_walk walk;
	mailguard_status st = MAILGUARD_OK, row = MAILGUARD_OK;
	uint64_t rows = 0;
	mailguard_span s;
	uint32_t i;

	if (!to)
		return mgi_fail_nomem(err);
	for (i = 0; i < t->info.columns; i++)
		tags[i] = mgi_pst_table_column(&t->info, i).tag;
	mgi_pst_new_table_begin(to, c->w, tags, t->info.columns);
	mgi_pst_bth_begin(&walk, &t->index);
	while (row >= 0 && rows++ < t->rows &&
	       (st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK)
		row = table_row_copy(to, t, mgi_le32(s.data),
		                     t->index.data == 2 ? mgi_le16(s.data + 4)
		                                        : mgi_le32(s.data + 4),
		                     err);
	mgi_pst_new_table_end(out, to);
	if (mgi_pst_fatal(st) || row < 0)
		return row < 0 ? row : st;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_copy_table(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    const mgi_pst_node *node,
                                    mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(c->w->mg);
	mgi_pst_table *t = arena ? mgi_arena_alloc(arena, sizeof(*t)) : NULL;
	mgi_pst_view view = c->view;
	bool whole = false;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	if (!t) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	view.arena = arena;
	view.harm = 0;
	st = mgi_pst_table_open(t, &view, node, true, err);
	if (st >= 0 && c->alike && !view.harm)
		st = mgi_pst_fit_table(&whole, t, node, err);
	if (st >= 0 && whole)
		st = mgi_pst_copy_whole(out, c, &view, node, 0, err);
	else if (st >= 0)
		st = table_rows_copy(out, c, t, arena, err);
	c->harm += view.harm;
	mgi_arena_free(arena);
	return st;
}
