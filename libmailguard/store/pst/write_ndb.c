/*
 * write_ndb.c - blocks, pages, maps and the header of a new PST ([MS-PST]
 * 2.2.2). Everything goes out in its order; behind an interval's last block
 * its map is known and is written in its place.
 */
#include "store/pst/write.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define FIRST_MAP 0x4400u
#define MAP_EVERY 253952u
#define PAGE 512u
#define ALIGN 64u
#define DENSITY_AT 0x4200u
#define BLOCK_TAIL 16u
#define PAGE_TAIL 16u
#define AREA 488u
#define NODE_LEAF 32u
#define BLOCK_LEAF 24u
#define BRANCH 24u

/* By bid, or by nid; big endian. */
typedef struct block_row {
	unsigned char bid[8], at[8], stored[4];
} block_row;

typedef struct node_row {
	unsigned char nid[4], parent[4], data[8], sub[8];
} node_row;

static void big(unsigned char *to, size_t n, uint64_t x)
{
	while (n--) {
		to[n] = (unsigned char)x;
		x >>= 8;
	}
}

static uint64_t from_big(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | *p++;
	return x;
}

/* -- bytes and maps -------------------------------------------------------- */

static void zeros_until(mgi_pst_writer *w, uint64_t at)
{
	static const unsigned char zeros[4096];

	while (w->written < at) {
		uint64_t n = at - w->written;

		if (n > sizeof(zeros))
			n = sizeof(zeros);
		mgi_out_write(w->out, mgi_span(zeros, (size_t)n));
		w->written += n;
	}
}

static uint64_t map_place(uint64_t number)
{
	return FIRST_MAP + number * MAP_EVERY;
}

/* Pages that stand at the beginning of an interval (2.2.2.7.2 and on). */
unsigned mgi_pst_map_pages(unsigned types[4], uint64_t i)
{
	unsigned n = 0;

	types[n++] = MGI_PST_PAGE_MAP;
	if (i % 8 == 0)
		types[n++] = MGI_PST_PAGE_PAGES;
	if (i >= 128 && (i - 128) % 496 == 0)
		types[n++] = MGI_PST_PAGE_FREE;
	if (i >= 8192 && (i - 8192) % 31744 == 0)
		types[n++] = MGI_PST_PAGE_FREE_PAGES;
	return n;
}

static void own(mgi_pst_writer *w, uint64_t at, uint64_t length)
{
	uint64_t unit = (at - map_place(w->map - 1)) / ALIGN;
	uint64_t end = unit + (length + ALIGN - 1) / ALIGN;

	for (; unit < end; unit++)
		w->bits[unit / 8] |= (unsigned char)(0x80 >> unit % 8);
}

void mgi_pst_page_close(unsigned char *page,
                        unsigned type,
                        uint16_t sign,
                        uint64_t bid)
{
	unsigned char *t = page + (PAGE - PAGE_TAIL);

	t[0] = t[1] = (unsigned char)type;
	mgi_put_le(t + 2, 2, sign);
	mgi_put_le(t + 4, 4, mgi_crc32(0, mgi_span(page, PAGE - PAGE_TAIL)));
	mgi_put_le(t + 8, 8, bid);
}

static void map_close(mgi_pst_writer *w)
{
	uint64_t at = map_place(w->map - 1);
	unsigned char page[PAGE];
	unsigned types[4], n, i;

	n = mgi_pst_map_pages(types, w->map - 1);
	for (i = 0; i < n; i++) {
		memset(page, 0xff, sizeof(page));
		if (!i)
			memcpy(page, w->bits, sizeof(w->bits));
		mgi_pst_page_close(page, types[i], 0, at + (uint64_t)i * PAGE);
		mgi_out_write_at(w->out, at + (uint64_t)i * PAGE,
		                 mgi_span(page, sizeof(page)));
	}
	for (i = 0; i < sizeof(w->bits) * 8; i++)
		if (!(w->bits[i / 8] & 0x80 >> i % 8))
			w->free_bytes += ALIGN;
}

static void map_open(mgi_pst_writer *w)
{
	uint64_t at = map_place(w->map++);
	unsigned types[4], n = mgi_pst_map_pages(types, w->map - 1);

	memset(w->bits, 0, sizeof(w->bits));
	own(w, at, (uint64_t)n * PAGE);
	w->at = at + (uint64_t)n * PAGE;
}

/* Where that many bytes will go: no interval's end lies among them. */
static uint64_t room_for(mgi_pst_writer *w, size_t n, unsigned align)
{
	uint64_t at;

	if (!w->map)
		map_open(w);
	at = (w->at + align - 1) / align * align;
	if (at + n <= map_place(w->map))
		return at;
	zeros_until(w, map_place(w->map));
	map_close(w);
	map_open(w);
	return (w->at + align - 1) / align * align;
}

static void emit(mgi_pst_writer *w, uint64_t at, mailguard_span bytes)
{
	own(w, at, bytes.len);
	zeros_until(w, at);
	mgi_out_write(w->out, bytes);
	w->written = w->at = at + bytes.len;
}

/* -- blocks ---------------------------------------------------------------- */

static size_t extent_of(size_t len)
{
	return (len + BLOCK_TAIL + ALIGN - 1) / ALIGN * ALIGN;
}

/* A block with room for its padding and trailer goes out. */
static void block_emit(mgi_pst_writer *w,
                       unsigned char *bytes,
                       size_t len,
                       uint64_t bid,
                       uint32_t sum)
{
	size_t extent = extent_of(len);
	unsigned char *t = bytes + extent - BLOCK_TAIL;
	uint64_t at = room_for(w, extent, ALIGN);
	block_row row;

	memset(bytes + len, 0, extent - len);
	mgi_put_le(t, 2, len);
	mgi_put_le(t + 2, 2, mgi_pst_sign(at, bid));
	mgi_put_le(t + 4, 4, sum);
	mgi_put_le(t + 8, 8, bid);
	emit(w, at, mgi_span(bytes, extent));
	big(row.bid, sizeof(row.bid), bid);
	big(row.at, sizeof(row.at), at);
	big(row.stored, sizeof(row.stored), len);
	mgi_spool_add(w->blocks, &row);
}

static uint64_t bid_next(mgi_pst_writer *w, bool inside)
{
	uint64_t bid = w->next_block | (inside ? 2 : 0);

	w->next_block += 4;
	return bid;
}

uint64_t mgi_pst_put_block(mgi_pst_writer *w, mailguard_span data, bool inside)
{
	uint64_t bid;

	if (!data.len || data.len > MGI_PST_WRITE_BLOCK)
		return 0;
	bid = bid_next(w, inside);
	memcpy(w->block, data.data, data.len);
	if (!inside)
		mgi_pst_encode(w->block, data.len, MGI_PST_PERMUTE, bid);
	block_emit(w, w->block, data.len, bid,
	           mgi_crc32(0, mgi_span(w->block, data.len)));
	return bid;
}

uint64_t mgi_pst_put_raw(mgi_pst_writer *w, mailguard_span extent, size_t len)
{
	uint64_t bid = bid_next(w, false);

	memcpy(w->block, extent.data, len);
	block_emit(w, w->block, len, bid,
	           mgi_le32(extent.data + extent.len - BLOCK_TAIL + 4));
	return bid;
}

/* -- subnodes -------------------------------------------------------------- */

#define LIST_HEAD 8u
#define A_LIST ((MGI_PST_WRITE_BLOCK - LIST_HEAD) / 24)
#define LISTS ((MGI_PST_WRITE_BLOCK - LIST_HEAD) / 16)

static int by_nid(const void *a, const void *b)
{
	uint32_t x = ((const mgi_pst_node *)a)->nid;
	uint32_t y = ((const mgi_pst_node *)b)->nid;

	return x < y ? -1 : x > y;
}

static uint64_t list_put(mgi_pst_writer *w,
                         const mgi_pst_node *at,
                         size_t count)
{
	unsigned char b[MGI_PST_WRITE_BLOCK] = { 2, 0 };
	size_t i;

	mgi_put_le(b + 2, 2, count);
	for (i = 0; i < count; i++) {
		unsigned char *p = b + LIST_HEAD + 24 * i;

		mgi_put_le(p, 8, at[i].nid);
		mgi_put_le(p + 8, 8, at[i].data);
		mgi_put_le(p + 16, 8, at[i].sub);
	}
	return mgi_pst_put_block(w, mgi_span(b, LIST_HEAD + 24 * count), true);
}

uint64_t mgi_pst_put_subs(mgi_pst_writer *w, mgi_pst_node *at, size_t count)
{
	unsigned char b[MGI_PST_WRITE_BLOCK] = { 2, 1 };
	size_t i, lists = 0;

	if (!count)
		return 0;
	qsort(at, count, sizeof(*at), by_nid);
	if (count <= A_LIST)
		return list_put(w, at, count);
	for (i = 0; i < count; i += A_LIST) {
		size_t n = count - i < A_LIST ? count - i : A_LIST;
		unsigned char *p = b + LIST_HEAD + 16 * lists++;

		if (lists > LISTS) {
			w->failed = MAILGUARD_ELIMIT;
			return 0;
		}
		mgi_put_le(p, 8, at[i].nid);
		mgi_put_le(p + 8, 8, list_put(w, at + i, n));
	}
	mgi_put_le(b + 2, 2, lists);
	return mgi_pst_put_block(w, mgi_span(b, LIST_HEAD + 16 * lists), true);
}

void mgi_pst_put_node(mgi_pst_writer *w,
                      uint32_t nid,
                      uint32_t parent,
                      const mgi_pst_made *made)
{
	uint32_t *mark = &w->marks[MGI_PST_NID_TYPE(nid)];
	node_row row;

	big(row.nid, sizeof(row.nid), nid);
	big(row.parent, sizeof(row.parent), parent);
	big(row.data, sizeof(row.data), made->data);
	big(row.sub, sizeof(row.sub), made->sub);
	mgi_spool_add(w->nodes, &row);
	if (nid >> 5 > *mark)
		*mark = nid >> 5;
}

/* -- trees ----------------------------------------------------------------- */

typedef struct level {
	mgi_pst_writer *w;
	unsigned type, number, size;
	unsigned char page[PAGE];
	unsigned count;
	mailguard_buffer *above;
} level;

static void level_flush(level *l)
{
	unsigned most = AREA / l->size;
	unsigned char *c = l->page + AREA, up[BRANCH];
	uint64_t bid = l->w->next_page++, at;

	at = room_for(l->w, PAGE, PAGE);
	c[0] = (unsigned char)l->count;
	c[1] = (unsigned char)most;
	c[2] = (unsigned char)l->size;
	c[3] = (unsigned char)l->number;
	mgi_pst_page_close(l->page, l->type, mgi_pst_sign(at, bid), bid);
	emit(l->w, at, mgi_span(l->page, PAGE));
	memcpy(up, l->page, 8);
	mgi_put_le(up + 8, 8, bid);
	mgi_put_le(up + 16, 8, at);
	mgi_buf_add(l->above, up, sizeof(up));
	memset(l->page, 0, sizeof(l->page));
	l->count = 0;
}

static void level_add(level *l, const unsigned char *entry)
{
	memcpy(l->page + (size_t)l->count++ * l->size, entry, l->size);
	if (l->count == AREA / l->size)
		level_flush(l);
}

static void leaf_entry(unsigned char *to, const void *at, unsigned type)
{
	const block_row *b = at;
	const node_row *n = at;

	memset(to, 0, NODE_LEAF);
	if (type == MGI_PST_PAGE_NODES) {
		mgi_put_le(to, 8, from_big(n->nid, sizeof(n->nid)));
		mgi_put_le(to + 8, 8, from_big(n->data, sizeof(n->data)));
		mgi_put_le(to + 16, 8, from_big(n->sub, sizeof(n->sub)));
		mgi_put_le(to + 24, 4, from_big(n->parent, sizeof(n->parent)));
		return;
	}
	mgi_put_le(to, 8, from_big(b->bid, sizeof(b->bid)));
	mgi_put_le(to + 8, 8, from_big(b->at, sizeof(b->at)));
	mgi_put_le(to + 16, 2, from_big(b->stored, sizeof(b->stored)));
	mgi_put_le(to + 18, 2, 2); /* itself, and who needs it */
}

/* Levels above the leaves, until one page is the root. */
static mailguard_status branches_put(unsigned char root[16],
                                     const level *leaves,
                                     mailguard_buffer *below,
                                     mailguard_error *err)
{
	mailguard_buffer above;
	level l = *leaves;
	size_t i;

	while (below->len > BRANCH && !below->failed) {
		mgi_buf_init(&above, l.w->mg);
		l.above = &above;
		l.size = BRANCH;
		l.number++;
		for (i = 0; i + BRANCH <= below->len; i += BRANCH)
			level_add(&l, (const unsigned char *)below->at + i);
		if (l.count)
			level_flush(&l);
		mgi_buf_done(below);
		*below = above;
	}
	if (!below->failed && below->len == BRANCH)
		memcpy(root, below->at + 8, 16);
	return mgi_buf_status(below, err);
}

static mailguard_status tree_put(unsigned char root[16],
                                 mgi_pst_writer *w,
                                 mgi_spool *from,
                                 unsigned type,
                                 mailguard_error *err)
{
	unsigned char entry[NODE_LEAF];
	mailguard_buffer above;
	mailguard_status st;
	const void *at;
	level l;

	memset(&l, 0, sizeof(l));
	mgi_buf_init(&above, w->mg);
	l.w = w;
	l.type = type;
	l.size = type == MGI_PST_PAGE_NODES ? NODE_LEAF : BLOCK_LEAF;
	l.above = &above;
	st = mgi_spool_sort(from, err);
	while (st >= 0 &&
	       (st = mgi_spool_next(&at, from, err)) == MAILGUARD_OK) {
		leaf_entry(entry, at, type);
		level_add(&l, entry);
	}
	if (st >= 0) {
		if (l.count || !above.len)
			level_flush(&l);
		st = branches_put(root, &l, &above, err);
	}
	mgi_buf_done(&above);
	return st;
}

/* -- the end --------------------------------------------------------------- */

static void density_put(mgi_pst_writer *w)
{
	uint64_t bid = w->next_page++;
	unsigned char page[PAGE] = { 0 };

	mgi_pst_page_close(page, MGI_PST_PAGE_DENSITY,
	                   mgi_pst_sign(DENSITY_AT, bid), bid);
	mgi_out_write_at(w->out, DENSITY_AT, mgi_span(page, sizeof(page)));
}

static void marks_put(unsigned char *to, const uint32_t marks[32])
{
	unsigned i;

	for (i = 0; i < 32; i++) {
		uint32_t least = i == 3   ? 0x4000
		                 : i == 4 ? 0x10000
		                 : i == 8 ? 0x8000
		                          : 0x400;

		mgi_put_le(to + (size_t)4 * i, 4,
		           marks[i] > least ? marks[i] : least);
	}
}

static void header_put(mgi_pst_writer *w, const unsigned char roots[32])
{
	unsigned char h[MGI_PST_HEADER_BYTES] = "!BDNxxxxSM";

	memset(h + 4, 0, 4);
	mgi_put_le(h + 10, 2, 23);
	mgi_put_le(h + 12, 2, 19);
	h[14] = h[15] = 1;
	mgi_put_le(h + 32, 8, w->next_page);
	mgi_put_le(h + 40, 4, 1);
	marks_put(h + 44, w->marks);
	mgi_put_le(h + 184, 8, map_place(w->map));
	mgi_put_le(h + 192, 8, map_place(w->map - 1));
	mgi_put_le(h + 200, 8, w->free_bytes);
	memcpy(h + 216, roots, 32);
	h[248] = 2;
	memset(h + 256, 0xff, 256);
	h[512] = 0x80;
	h[513] = MGI_PST_PERMUTE;
	mgi_put_le(h + 516, 8, w->next_block);
	mgi_put_le(h + 524, 4, mgi_crc32(0, mgi_span(h + 8, 516)));
	mgi_put_le(h + 4, 4, mgi_crc32(0, mgi_span(h + 8, 471)));
	mgi_out_write_at(w->out, 0, mgi_span(h, sizeof(h)));
}

static void writer_free(mgi_pst_writer *w)
{
	mgi_spool_free(w->blocks);
	mgi_spool_free(w->nodes);
	mgi_arena_free(w->arena);
}

mailguard_status mgi_pst_writer_finish(mgi_out **out,
                                       mgi_pst_writer *w,
                                       mailguard_error *err)
{
	unsigned char roots[32] = { 0 };
	mailguard_status st;

	*out = NULL;
	st = tree_put(roots, w, w->nodes, MGI_PST_PAGE_NODES, err);
	if (st >= 0)
		st = tree_put(roots + 16, w, w->blocks, MGI_PST_PAGE_BLOCKS,
		              err);
	if (st >= 0 && (w->failed || mgi_arena_failed(w->arena)))
		st = w->failed == MAILGUARD_ELIMIT
		             ? mgi_fail(err, w->mg, MAILGUARD_ELIMIT,
		                        MGI_SAY_PST_TOO_MUCH)
		             : mgi_fail_nomem(err);
	if (st < 0) {
		mgi_pst_writer_abandon(w);
		return st;
	}
	zeros_until(w, map_place(w->map));
	map_close(w);
	density_put(w);
	header_put(w, roots);
	st = mgi_out_sync(w->out, err);
	if (st < 0) {
		mgi_pst_writer_abandon(w);
		return st;
	}
	*out = w->out;
	writer_free(w);
	return st;
}

void mgi_pst_writer_abandon(mgi_pst_writer *w)
{
	if (!w)
		return;
	mgi_out_abandon(w->out);
	writer_free(w);
}

mailguard_status mgi_pst_writer_new(mgi_pst_writer **out,
                                    mailguard *mg,
                                    const char *path,
                                    mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_pst_writer *w = arena ? mgi_arena_alloc(arena, sizeof(*w)) : NULL;
	mailguard_status st;

	*out = NULL;
	if (!w) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	w->mg = mg;
	w->arena = arena;
	w->next_block = w->next_page = 4;
	st = mgi_spool_new(&w->blocks, mg, sizeof(block_row), 0, err);
	if (st >= 0)
		st = mgi_spool_new(&w->nodes, mg, sizeof(node_row), 0, err);
	if (st >= 0)
		st = mgi_out_open(&w->out, mg, path, err);
	if (st < 0) {
		writer_free(w);
		return st;
	}
	*out = w;
	return MAILGUARD_OK;
}
