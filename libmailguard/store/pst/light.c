/*
 * light.c - a copy of the file with its maps of free space made anew (R1) and
 * its header put right (R2), where the trees are whole and nothing else is
 * wrong. No block is moved. Whether that was enough the checker says; if not,
 * all is written anew (rebuild.c).
 */
#include "store/pst/rebuild_job.h"

#include <string.h>

#include "base/fail.h"

#define BITS_MAX ((uint64_t)48 << 20) /* of a file of 24 GiB */
#define PAGE 512u
#define PIECE ((size_t)64 << 10)

/* What maps and a header must say, as the trees have it. */
typedef struct light {
	mgi_pst *pst;
	const mgi_pst_shape *shape;
	unsigned char *bits; /* a unit in use, of the whole file */
	uint64_t maps, free_bytes, most_block, most_page;
	mgi_pst_ref roots[2]; /* nodes, blocks */
	uint32_t marks[32];
	unsigned type; /* of the tree under way */
	bool fits;
} light;

/* -- what is in use -------------------------------------------------------- */

static void own(light *l, uint64_t at, uint64_t length)
{
	uint64_t unit, end;

	if (at < l->shape->first_map) /* the header and what comes with it */
		return;
	unit = (at - l->shape->first_map) / l->shape->align;
	end = unit + (length + l->shape->align - 1) / l->shape->align;
	if (end > l->maps * (l->shape->map_every / l->shape->align)) {
		l->fits = false;
		return;
	}
	for (; unit < end; unit++)
		l->bits[unit / 8] |= (unsigned char)(0x80 >> unit % 8);
}

static void page_seen(void *self, const mgi_pst_visit *v)
{
	light *l = self;

	/* The root may be one transaction ahead of the header: that is all. */
	if (v->page->wrong & ~(v->root ? (uint32_t)MGI_PST_PAGE_BID : 0u))
		l->fits = false;
	if (v->root)
		l->roots[l->type == MGI_PST_PAGE_BLOCKS].bid = v->page->bid;
	if (v->page->bid > l->most_page)
		l->most_page = v->page->bid;
	own(l, v->ref.at, PAGE);
}

static mailguard_status tree_take(light *l,
                                  mgi_pst_view *v,
                                  unsigned type,
                                  mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip t;
	uint32_t i;

	st = mgi_pst_trip_begin(&t, v, type, err);
	t.seen = page_seen;
	t.self = l;
	l->type = type;
	while (st >= 0 && l->fits &&
	       (st = mgi_pst_trip_next(&page, &i, &t, err)) == MAILGUARD_OK) {
		if (type == MGI_PST_PAGE_NODES) {
			mgi_pst_node n = mgi_pst_entry_node(l->shape, page, i);
			uint32_t *mark = &l->marks[MGI_PST_NID_TYPE(n.nid)];

			if (n.nid >> 5 > *mark)
				*mark = n.nid >> 5;
		} else {
			mgi_pst_block b =
				mgi_pst_entry_block(l->shape, page, i);

			own(l, b.at, mgi_pst_extent(l->shape, b.stored));
			if (b.bid > l->most_block)
				l->most_block = b.bid;
		}
	}
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status use_take(light *l,
                                 mgi_arena *arena,
                                 mailguard_error *err)
{
	const mgi_pst_header *h = &l->pst->header;
	uint64_t every = l->shape->map_every, units = every / l->shape->align;
	mailguard_status st;
	mgi_pst_view v;

	l->maps = (l->pst->size - l->shape->first_map + every - 1) / every;
	l->roots[0] = h->nodes;
	l->roots[1] = h->blocks;
	memcpy(l->marks, h->marks, sizeof(l->marks));
	l->fits = l->maps * units / 8 <= BITS_MAX;
	if (!l->fits)
		return MAILGUARD_OK;
	l->bits = mgi_arena_alloc(arena, (size_t)(l->maps * units / 8));
	if (!l->bits)
		return mgi_fail_nomem(err);
	st = mgi_pst_view_init(&v, l->pst, arena, err);
	if (st < 0)
		return st;
	st = tree_take(l, &v, MGI_PST_PAGE_NODES, err);
	if (st >= 0 && l->fits)
		st = tree_take(l, &v, MGI_PST_PAGE_BLOCKS, err);
	mgi_pst_view_done(&v);
	return st;
}

/* -- the copy -------------------------------------------------------------- */

static mailguard_status bytes_copy(mgi_out *to, light *l, mailguard_error *err)
{
	uint64_t end = l->shape->first_map + l->maps * l->shape->map_every, at;
	unsigned char *piece = mgi_alloc(l->pst->mg, PIECE);
	mailguard_status st = MAILGUARD_OK;
	size_t got;

	if (!piece)
		return mgi_fail_nomem(err);
	for (at = 0; at < end && st >= 0; at += got) {
		size_t n = end - at < PIECE ? (size_t)(end - at) : PIECE;

		st = mgi_file_read(l->pst->file, at, piece, n, &got, err);
		if (st >= 0 && got < n) { /* up to a whole interval */
			memset(piece + got, 0, n - got);
			got = n;
		}
		if (st >= 0)
			mgi_out_write(to, mgi_span(piece, n));
	}
	mgi_free(l->pst->mg, piece);
	return st;
}

static void maps_put(mgi_out *to, light *l)
{
	const mgi_pst_shape *s = l->shape;
	size_t bytes = s->map_every / s->align / 8, k;
	unsigned char page[PAGE];
	unsigned types[4], n, i;
	uint64_t map;

	for (map = 0; map < l->maps; map++) {
		uint64_t at = s->first_map + map * s->map_every;
		unsigned char *bits = l->bits + map * bytes;

		n = mgi_pst_map_pages(types, map);
		own(l, at, (uint64_t)n * PAGE);
		for (i = 0; i < n; i++) {
			memset(page, 0xff, sizeof(page));
			if (!i)
				memcpy(page, bits, bytes);
			mgi_pst_page_close(page, types[i], 0, at + i * PAGE);
			mgi_out_write_at(to, at + i * PAGE,
			                 mgi_span(page, sizeof(page)));
		}
		for (k = 0; k < bytes * 8; k++)
			if (!(bits[k / 8] & 0x80 >> k % 8))
				l->free_bytes += s->align;
	}
}

static mailguard_status header_put(mgi_out *to, light *l, mailguard_error *err)
{
	uint64_t every = l->shape->map_every, first = l->shape->first_map;
	unsigned char h[MGI_PST_HEADER_BYTES];
	mailguard_status st;
	size_t got, i;

	st = mgi_file_read(l->pst->file, 0, h, sizeof(h), &got, err);
	if (st < 0)
		return st;
	if (l->pst->header.next_page <= l->most_page)
		mgi_put_le(h + 32, 8, l->most_page + 1);
	for (i = 0; i < 32; i++)
		mgi_put_le(h + 44 + 4 * i, 4, l->marks[i]);
	mgi_put_le(h + 184, 8, first + l->maps * every);
	mgi_put_le(h + 192, 8, first + (l->maps - 1) * every);
	mgi_put_le(h + 200, 8, l->free_bytes);
	for (i = 0; i < 2; i++) {
		mgi_put_le(h + 216 + 16 * i, 8, l->roots[i].bid);
		mgi_put_le(h + 224 + 16 * i, 8, l->roots[i].at);
	}
	h[248] = 2;
	if (l->pst->header.next_block <= l->most_block)
		mgi_put_le(h + 516, 8, (l->most_block | 3) + 1);
	mgi_put_le(h + 524, 4, mgi_crc32(0, mgi_span(h + 8, 516)));
	mgi_put_le(h + 4, 4, mgi_crc32(0, mgi_span(h + 8, 471)));
	mgi_out_write_at(to, 0, mgi_span(h, sizeof(h)));
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_light(mgi_out **out,
                               mgi_pst *p,
                               const char *dest,
                               mailguard_error *err)
{
	uint32_t may = MGI_PST_HEADER_SUM;
	mailguard_status st;
	mgi_arena *arena;
	light l;

	*out = NULL;
	if (p->header.wrong & ~may || p->index ||
	    p->header.shape->variant != MGI_PST_UNICODE ||
	    p->size <= p->header.shape->first_map)
		return MAILGUARD_ITEROVER;
	arena = mgi_arena_new(p->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	memset(&l, 0, sizeof(l));
	l.pst = p;
	l.shape = p->header.shape;
	st = use_take(&l, arena, err);
	if (st >= 0 && !l.fits)
		st = MAILGUARD_ITEROVER;
	if (st == MAILGUARD_OK)
		st = mgi_out_open(out, p->mg, dest, err);
	if (st == MAILGUARD_OK) {
		st = bytes_copy(*out, &l, err);
		maps_put(*out, &l);
	}
	if (st == MAILGUARD_OK)
		st = header_put(*out, &l, err);
	if (st == MAILGUARD_OK)
		st = mgi_out_sync(*out, err);
	if (st < 0) {
		mgi_out_abandon(*out);
		*out = NULL;
	}
	mgi_arena_free(arena);
	return st;
}
