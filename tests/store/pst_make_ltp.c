/*
 * pst_make_ltp.c - heaps, properties and tables for tests.
 */
#include "store/pst_make_own.h"

#include <stdlib.h>
#include <string.h>

/* -- heaps ----------------------------------------------------------------- */

static unsigned heap_head(unsigned i)
{
	return i == 0 ? 12 : i % 128 == 8 ? 66 : 2;
}

static void heap_close(heap *h, bool last)
{
	unsigned map, i;

	if (h->block.len % 2)
		pm_zeros(&h->block, 1);
	map = (unsigned)h->block.len;
	pm_le(h->block.at, map, 2);
	pm_add_le(&h->block, h->items, 2);
	pm_add_le(&h->block, 0, 2);
	pm_add_le(&h->block, heap_head(h->blocks), 2);
	for (i = 0; i < h->items; i++)
		pm_add_le(&h->block, h->ends[i], 2);
	if (!last)
		pm_zeros(&h->block, h->m->payload - h->block.len);
	pm_add(&h->done, h->block.at, h->block.len);
	h->block.len = 0;
	h->items = 0;
	h->blocks++;
}

static void heap_begin(heap *h, maker *m, int kind)
{
	memset(h, 0, sizeof(*h));
	h->m = m;
	h->kind = kind;
	pm_zeros(&h->block, heap_head(0));
}

static uint32_t heap_add(heap *h, const void *p, size_t n)
{
	unsigned bits = h->m->plan->variant == PST_WIDE ? 14 : 11;
	unsigned most = (1u << bits) - 1;

	if (h->block.len + n + 2 * (h->items + 4) + 2 > h->m->payload ||
	    h->items == most || h->items == 4000) {
		heap_close(h, false);
		pm_zeros(&h->block, heap_head(h->blocks));
	}
	pm_add(&h->block, p, n);
	h->ends[h->items++] = (unsigned)h->block.len;
	return h->items << 5 | h->blocks << (5 + bits);
}

/* All of its bytes; give back with free(). */
static bytes heap_end(heap *h)
{
	bytes out;

	heap_close(h, true);
	h->done.at[2] = 0xec;
	h->done.at[3] = (unsigned char)h->kind;
	pm_le(h->done.at + 4, h->root, 4);
	free(h->block.at);
	out = h->done;
	return out;
}

/* A sorted tree of records `key` and `data` bytes; its header's place. */
static uint32_t heap_tree(heap *h,
                          const unsigned char *records,
                          size_t count,
                          unsigned key,
                          unsigned data)
{
	unsigned char head[8] = { 0xb5, (unsigned char)key, (unsigned char)data,
		                  0 };
	size_t each = 3500 / (key + data), i;
	bytes index = { NULL, 0, 0 };
	uint32_t root = 0;
	uint32_t at;

	/* The header comes first, as Outlook has it. */
	at = heap_add(h, head, sizeof(head));
	for (i = 0; i < count; i += each) {
		size_t k = count - i < each ? count - i : each;

		root = heap_add(h, records + i * (key + data),
		                k * (key + data));
		pm_add(&index, records + i * (key + data), key);
		pm_add_le(&index, root, 4);
	}
	while (index.len > key + 4) {
		bytes above = { NULL, 0, 0 };
		size_t n = index.len / (key + 4), fit = 3500 / (key + 4);

		head[3]++;
		for (i = 0; i < n; i += fit) {
			size_t k = n - i < fit ? n - i : fit;

			root = heap_add(h, index.at + i * (key + 4),
			                k * (key + 4));
			pm_add(&above, index.at + i * (key + 4), key);
			pm_add_le(&above, root, 4);
		}
		free(index.at);
		index = above;
	}
	free(index.at);
	pm_le(head + 4, root, 4);
	/* The header may lie in a block that is closed by now. */
	if (h->blocks == 0)
		memcpy(h->block.at + 12, head, sizeof(head));
	else
		memcpy(h->done.at + 12, head, sizeof(head));
	return at;
}

/* UTF-8 of the basic plane as the file has text; ANSI files keep the bytes. */
static bytes text_of(const maker *m, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	bytes b = { NULL, 0, 0 };
	size_t i;

	if (m->plan->variant == PST_ANSI) {
		pm_add(&b, s, n);
		return b;
	}
	for (i = 0; i < n;) {
		unsigned c = p[i++];

		if (c >= 0xe0 && i + 1 < n) {
			c = (c & 15) << 12 | (p[i] & 63u) << 6 |
			    (p[i + 1] & 63u);
			i += 2;
		} else if (c >= 0xc0 && i < n) {
			c = (c & 31) << 6 | (p[i++] & 63u);
		}
		pm_add_le(&b, c, 2);
	}
	return b;
}

static unsigned fixed(uint32_t tag)
{
	switch (tag & 0xffff) {
	case 0x0002:
		return 2;
	case 0x000b:
		return 1;
	case 0x0003:
		return 4;
	case 0x0014:
	case 0x0040:
		return 8;
	default:
		return 0;
	}
}

static int by_tag(const void *a, const void *b)
{
	uint32_t x = ((const prop *)a)->tag, y = ((const prop *)b)->tag;

	return x < y ? -1 : x > y;
}

/* A value's place: in the heap, or in a subnode if it is large. */
static uint32_t put_value(heap *h, props *p, const void *data, size_t n)
{
	made_node *s;

	if (!n)
		return 0;
	if (n <= 3580)
		return heap_add(h, data, n);
	s = &p->subs[p->sub_count];
	s->nid = (0x401 + p->sub_count++) << 5 | 0x1f;
	s->data = pm_data(h->m, data, n);
	s->sub = 0;
	return s->nid;
}

made pm_props(maker *m, props *p)
{
	bytes records = { NULL, 0, 0 }, all;
	made out = { 0, 0, 0 };
	unsigned i;
	heap h;

	for (i = 0; i < p->count; i++)
		if (p->at[i].kind == 2)
			p->at[i].tag |=
				m->plan->variant == PST_ANSI ? 0x1e : 0x1f;
	qsort(p->at, p->count, sizeof(p->at[0]), by_tag);
	heap_begin(&h, m, 0xbc);
	/* Values lie behind the records: those are added again at the end. */
	{
		unsigned char *room = calloc(p->count + 1, 8);
		size_t at = 12 + 8;

		h.root = heap_tree(&h, room, p->count, 2, 6);
		for (i = 0; i < p->count; i++) {
			prop *q = &p->at[i];
			unsigned char raw[8];
			uint32_t where;

			pm_le(raw, q->number, 8);
			if (q->kind == 0 && fixed(q->tag) <= 4)
				where = (uint32_t)q->number;
			else if (q->kind == 0)
				where = heap_add(&h, raw, 8);
			else if (q->kind == 1)
				where = put_value(&h, p, q->data, q->len);
			else {
				bytes t = text_of(m, q->data, q->len);

				where = put_value(&h, p, t.at, t.len);
				free(t.at);
			}
			pm_add_le(&records, q->tag >> 16, 2);
			pm_add_le(&records, q->tag & 0xffff, 2);
			pm_add_le(&records, where, 4);
			out.size += q->kind ? q->len : 0;
		}
		memcpy((h.blocks ? h.done.at : h.block.at) + at, records.at,
		       records.len);
		free(room);
	}
	all = heap_end(&h);
	out.size += all.len;
	out.data = pm_data(m, all.at, all.len);
	out.sub = pm_subs(m, p->subs, p->sub_count);
	free(all.at);
	free(records.at);
	return out;
}

/* -- tables ---------------------------------------------------------------- */

static unsigned cell_size(uint32_t tag)
{
	unsigned n = fixed(tag);

	return n ? n : 4;
}

/* Columns come sorted by tag; their places go by size. */
void pm_table_begin(table *t, maker *m, const uint32_t *tags, unsigned n)
{
	static const unsigned sizes[] = { 8, 4, 2, 1 };
	unsigned i, k, at = 8, bit = 2;

	memset(t, 0, sizeof(*t));
	t->m = m;
	t->count = n;
	heap_begin(&t->h, m, 0x7c);
	for (i = 0; i < n; i++) {
		t->cols[i].tag = tags[i];
		if (m->plan->variant == PST_ANSI && (tags[i] & 0xffff) == 0x1f)
			t->cols[i].tag--;
		t->cols[i].size = cell_size(tags[i]);
		if (tags[i] == 0x67f20003)
			t->cols[i].at = t->cols[i].bit = 0;
		else if (tags[i] == 0x67f30003)
			t->cols[i].at = 4, t->cols[i].bit = 1;
		else
			t->cols[i].bit = bit++;
	}
	for (k = 0; k < 4; k++) {
		for (i = 0; i < n; i++)
			if (t->cols[i].size == sizes[k] &&
			    tags[i] >> 16 != 0x67f2 &&
			    tags[i] >> 16 != 0x67f3) {
				t->cols[i].at = at;
				at += sizes[k];
			}
		if (k)
			t->ends[k - 1] = at;
	}
	t->ends[3] = at + (n + 7) / 8;
}

/* Room for values that belong to a row: those of `p`, found by tag. */
void pm_table_row(table *t, uint32_t id, props *p)
{
	unsigned size = t->ends[3], i, k;
	unsigned each = t->m->payload / size;
	unsigned char row[512] = { 0 };

	/* A row lies in one block. */
	if (t->row_count && t->row_count % each == 0)
		pm_zeros(&t->rows, t->m->payload - each * size);
	for (i = 0; i < t->count; i++) {
		column *c = &t->cols[i];
		const prop *q = NULL;

		for (k = 0; k < p->count; k++)
			if (p->at[k].tag >> 16 == c->tag >> 16)
				q = &p->at[k];
		if (c->tag >> 16 == 0x67f2)
			pm_le(row + c->at, id, 4);
		else if (c->tag >> 16 == 0x67f3)
			pm_le(row + c->at, t->row_count + 1, 4);
		else if (!q)
			continue;
		else if (q->kind == 0)
			pm_le(row + c->at, q->number, c->size);
		else if (q->kind == 1)
			pm_le(row + c->at,
			      q->len ? heap_add(&t->h, q->data, q->len) : 0, 4);
		else {
			bytes s = text_of(t->m, q->data, q->len);

			pm_le(row + c->at,
			      s.len ? heap_add(&t->h, s.at, s.len) : 0, 4);
			free(s.at);
		}
		row[t->ends[2] + c->bit / 8] |=
			(unsigned char)(0x80 >> c->bit % 8);
	}
	pm_add(&t->rows, row, size);
	pm_add_le(&t->index, id, 4);
	pm_add_le(&t->index, t->row_count++,
	          t->m->plan->variant == PST_ANSI ? 2 : 4);
}

made pm_table_end(table *t)
{
	unsigned width = t->m->plan->variant == PST_ANSI ? 2 : 4, i;
	bytes info = { NULL, 0, 0 }, all;
	made out = { 0, 0, 0 };
	made_node sub = { 0x41 << 5 | 0x1f, 0, 0, 0 };
	uint32_t index, rows = 0;

	{
		unsigned char head[8] = { 0xb5, 4, (unsigned char)width, 0 };
		size_t each = 3500 / (4 + width), n = t->row_count, k;
		bytes up = { NULL, 0, 0 };
		uint32_t root = 0;

		for (k = 0; k < n; k += each) {
			size_t c = n - k < each ? n - k : each;

			root = heap_add(&t->h, t->index.at + k * (4 + width),
			                c * (4 + width));
			pm_add(&up, t->index.at + k * (4 + width), 4);
			pm_add_le(&up, root, 4);
		}
		if (up.len > 8) { /* 437 leaves are enough for tests */
			head[3] = 1;
			root = heap_add(&t->h, up.at, up.len);
		}
		free(up.at);
		pm_le(head + 4, root, 4);
		index = heap_add(&t->h, head, sizeof(head));
	}
	if (t->rows.len > 3580) {
		rows = sub.nid;
		sub.data = pm_data(t->m, t->rows.at, t->rows.len);
		out.size += t->rows.len;
	} else if (t->rows.len) {
		rows = heap_add(&t->h, t->rows.at, t->rows.len);
	}
	pm_add_le(&info, 0x7c, 1);
	pm_add_le(&info, t->count, 1);
	for (i = 0; i < 4; i++)
		pm_add_le(&info, t->ends[i], 2);
	pm_add_le(&info, index, 4);
	pm_add_le(&info, rows, 4);
	pm_add_le(&info, 0, 4);
	for (i = 0; i < t->count; i++) {
		pm_add_le(&info, t->cols[i].tag, 4);
		pm_add_le(&info, t->cols[i].at, 2);
		pm_add_le(&info, t->cols[i].size, 1);
		pm_add_le(&info, t->cols[i].bit, 1);
	}
	t->h.root = heap_add(&t->h, info.at, info.len);
	all = heap_end(&t->h);
	out.size += all.len;
	out.data = pm_data(t->m, all.at, all.len);
	out.sub = rows == sub.nid ? pm_subs(t->m, &sub, 1) : 0;
	free(info.at);
	free(all.at);
	free(t->index.at);
	free(t->rows.at);
	return out;
}
