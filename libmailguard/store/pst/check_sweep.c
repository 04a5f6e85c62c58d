/*
 * check_sweep.c - once over the file from front to end: every block against
 * its trailer and the tree, every map against what is in use (P3, P6).
 */
#include "store/pst/audit.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define WINDOW ((size_t)256 << 10)
#define A_STEP 1024 /* places */
#define CHUNK ((uint64_t)64 << 10)

/* -- windows --------------------------------------------------------------- */

/* `n` bytes at `at`, fewer at the end of the file. */
static mailguard_status window_get(mailguard_span *out,
                                   mgi_pst_audit *a,
                                   uint64_t at,
                                   size_t n,
                                   mailguard_error *err)
{
	mailguard_status st;

	if (at < a->window_at || at + n > a->window_at + a->window_len) {
		a->window_at = at;
		st = mgi_file_read(a->pst->file, at, a->window, WINDOW,
		                   &a->window_len, err);
		if (st < 0 && a->window_len < n)
			return st;
		mgi_error_clear(err); /* a bad sector further on */
	}
	*out = mgi_span(a->window + (at - a->window_at),
	                (size_t)(a->window_at + a->window_len - at));
	if (out->len > n)
		out->len = n;
	return MAILGUARD_OK;
}

static bool all_zero(mailguard_span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if (s.data[i])
			return false;
	return true;
}

/* -- maps of what is allocated --------------------------------------------- */

static uint64_t map_place(const mgi_pst_audit *a, uint64_t number)
{
	return a->shape->first_map + number * a->shape->map_every;
}

static uint64_t maps_in_file(const mgi_pst_audit *a)
{
	uint64_t size = a->pst->size;

	/* What hangs on behind the end that the header tells has none. */
	if (a->pst->header.end < size && a->pst->header.end)
		size = a->pst->header.end;
	if (size < a->shape->first_map + a->shape->page)
		return 0;
	return (size - a->shape->first_map - a->shape->page) /
	               a->shape->map_every +
	       1;
}

static size_t map_bytes(const mgi_pst_audit *a)
{
	return a->shape->map_every / a->shape->align / 8;
}

/* Mark as owned; false if some of it was already. */
static bool own(mgi_pst_audit *a, uint64_t at, uint64_t length)
{
	uint64_t from = at - map_place(a, a->map.number);
	uint64_t unit = from / a->shape->align;
	uint64_t end = (from + length + a->shape->align - 1) / a->shape->align;
	bool free = true;

	for (; unit < end && unit < map_bytes(a) * 8; unit++) {
		unsigned char bit = (unsigned char)(0x80 >> unit % 8);

		free &= !(a->map.owned[unit / 8] & bit);
		a->map.owned[unit / 8] |= bit;
	}
	return free && unit == end;
}

/* The map's own page, and those that may stand behind it (2.2.2.7.2). */
static uint64_t map_pages(const mgi_pst_audit *a, uint64_t i)
{
	uint64_t n = 1;

	if (a->shape->variant == MGI_PST_WIDE)
		return 1;
	n += i % 8 == 0;
	n += i >= 128 && (i - 128) % 496 == 0;
	n += i >= 8192 && (i - 8192) % 31744 == 0;
	return n;
}

static mailguard_status map_begin(mgi_pst_audit *a,
                                  uint64_t number,
                                  mailguard_error *err)
{
	const mgi_pst_shape *s = a->shape;
	uint64_t at = map_place(a, number);
	mailguard_status st;
	mgi_pst_trailer t;
	mailguard_span p;

	a->map.number = number;
	a->map.under = true;
	a->map.known = false;
	memset(a->map.owned, 0, map_bytes(a));
	(void)own(a, at, map_pages(a, number) * s->page);
	st = window_get(&p, a, at, s->page, err);
	if (st < 0)
		return st;
	if (p.len == s->page) {
		t = mgi_pst_page_trailer(s, p.data);
		a->map.known =
			t.type == MGI_PST_PAGE_MAP && t.again == t.type &&
			t.bid == at &&
			mgi_crc32(0, mgi_span(p.data, s->page_sum)) == t.sum;
		/* In ANSI files four bytes stand before the bits. */
		memcpy(a->map.said,
		       p.data + (s->variant == MGI_PST_ANSI ? 4 : 0),
		       map_bytes(a));
	}
	if (!a->map.known) {
		a->unread_maps++;
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_MAP_BAD,
		             at, s->page);
	}
	return MAILGUARD_OK;
}

static unsigned ones(unsigned char x)
{
	unsigned n = 0;

	for (; x; x &= (unsigned char)(x - 1))
		n++;
	return n;
}

static void map_compare(mgi_pst_audit *a)
{
	uint64_t first = MAILGUARD_NOWHERE, bad = 0;
	bool valid = a->pst->header.maps_valid != 0;
	size_t i;

	for (i = 0; i < map_bytes(a); i++) {
		unsigned char said = a->map.said[i], has = a->map.owned[i];

		if (has & (unsigned char)~said) {
			bad += ones(has & (unsigned char)~said);
			if (first == MAILGUARD_NOWHERE)
				first = map_place(a, a->map.number) +
				        (uint64_t)i * 8 * a->shape->align;
		}
		a->leaked += ones(said & (unsigned char)~has);
		a->free_bytes +=
			(uint64_t)ones((unsigned char)~said) * a->shape->align;
	}
	if (bad)
		mgi_pst_tell(a,
		             valid ? MAILGUARD_SEVERITY_LOSS
		                   : MAILGUARD_SEVERITY_WARN,
		             MGI_SAY_PST_MAP_FREE, first,
		             bad * a->shape->align);
}

static void map_end(mgi_pst_audit *a)
{
	if (a->map.under && a->map.known)
		map_compare(a);
	a->map.under = false;
}

/* Go on to map `number`, through those on the way. */
static mailguard_status maps_reach(mgi_pst_audit *a,
                                   uint64_t number,
                                   mailguard_error *err)
{
	uint64_t next = a->map.under ? a->map.number + 1 : a->swept;
	mailguard_status st = MAILGUARD_OK;

	if (a->map.under && a->map.number >= number)
		return MAILGUARD_OK;
	while (st >= 0 && next <= number && next < maps_in_file(a)) {
		map_end(a);
		st = map_begin(a, next, err);
		a->swept = ++next;
	}
	return st;
}

/* -- places in a row that are bad ------------------------------------------ */

static void run_end(mgi_pst_audit *a, bool at_end)
{
	mgi_pst_run *r = &a->run;
	uint64_t length = r->end - r->from;
	/* Those at its ends may be zeroed in part. */
	bool zeros = r->zeroed >= 2 && r->zeroed + 2 >= r->count;
	mgi_say_id what = MGI_SAY_PST_FOREIGN_CHUNK;

	if (zeros)
		what = at_end ? MGI_SAY_PST_LOST_TAIL : MGI_SAY_PST_ZERO_CHUNK;
	if (zeros || (r->count >= 3 && length <= 2 * CHUNK))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, what, r->from, length);
	memset(r, 0, sizeof(*r));
}

static void run_add(mgi_pst_audit *a,
                    uint64_t at,
                    uint64_t length,
                    mailguard_span bytes)
{
	mgi_pst_run *r = &a->run;

	if (!r->count++)
		r->from = at;
	r->zeroed += all_zero(bytes);
	r->end = at + length;
}

/* -- blocks ---------------------------------------------------------------- */

static void fact_add(mgi_pst_audit *a,
                     uint64_t bid,
                     const mgi_pst_inner *in,
                     bool bad)
{
	mgi_pst_fact f;

	memset(&f, 0, sizeof(f));
	mgi_big(f.bid, sizeof(f.bid), bid);
	f.bad = bad;
	if (in) {
		f.kind = (unsigned char)in->kind;
		mgi_big(f.count, sizeof(f.count), in->count);
		mgi_big(f.total, sizeof(f.total), in->total);
	}
	mgi_spool_add(a->facts, &f);
}

static void child_need(mgi_pst_audit *a,
                       uint64_t bid,
                       unsigned char by,
                       uint32_t order,
                       uint64_t from)
{
	mgi_pst_need n;

	if (!bid)
		return;
	mgi_big(n.bid, sizeof(n.bid), bid);
	n.by = by;
	mgi_big(n.order, sizeof(n.order), order);
	mgi_big(n.from, sizeof(n.from), from);
	mgi_spool_add(a->needs, &n);
}

/* What a block of blocks needs; and is its list in order? */
static void inner_look(mgi_pst_audit *a,
                       const mgi_pst_inner *in,
                       uint64_t bid,
                       uint64_t at)
{
	static const unsigned char by[] = { 0, MGI_PST_BY_X, MGI_PST_BY_XX, 0,
		                            MGI_PST_BY_SI };
	uint32_t i, last = 0;
	bool ordered = true;

	for (i = 0; i < in->count; i++) {
		mgi_pst_node n;

		if (in->kind != MGI_PST_INNER_SL)
			child_need(a, mgi_pst_inner_child(a->shape, in, i),
			           by[in->kind], i, bid);
		if (in->kind < MGI_PST_INNER_SL)
			continue;
		n = mgi_pst_inner_node(a->shape, in, i);
		ordered &= !i || n.nid > last;
		last = n.nid;
		child_need(a, n.data, MGI_PST_BY_DATA, i, n.nid);
		child_need(a, n.sub, MGI_PST_BY_SUB, i, n.nid);
	}
	if (!ordered || !in->count)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_BLOCK_LIST,
		             at, 0);
}

static mailguard_status unpacks(bool *out,
                                mgi_pst_audit *a,
                                const mgi_pst_block *b,
                                mailguard_span bytes,
                                mailguard_error *err)
{
	mailguard_span s;
	mailguard_status st;

	(void)bytes;
	st = mgi_pst_block_get(&s, &a->view, b->bid, err);
	*out = st == MAILGUARD_OK;
	if (st == MAILGUARD_EFORMAT)
		mgi_error_clear(err);
	return st == MAILGUARD_EFORMAT ? MAILGUARD_OK : st;
}

mgi_say_id mgi_pst_block_words(uint32_t wrong)
{
	if (wrong & MGI_PST_BLOCK_OUT)
		return MGI_SAY_PST_BLOCK_OUT;
	if (wrong & MGI_PST_BLOCK_SUM)
		return MGI_SAY_PST_BLOCK_CRC;
	if (wrong & (MGI_PST_BLOCK_BID | MGI_PST_BLOCK_SIGN))
		return MGI_SAY_PST_BLOCK_FOREIGN;
	if (wrong & MGI_PST_BLOCK_PACKED)
		return MGI_SAY_PST_BLOCK_PACKED;
	return MGI_SAY_PST_BLOCK_SIZE;
}

/* One block; `*bad` if anything is wrong with it. */
static mailguard_status block_look(bool *bad,
                                   mgi_pst_audit *a,
                                   const mgi_pst_block *b,
                                   mailguard_span bytes,
                                   mailguard_error *err)
{
	uint32_t extent = mgi_pst_extent(a->shape, b->stored), wrong;
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_inner in;
	bool packed = true;

	wrong = bytes.len < extent
	                ? MGI_PST_BLOCK_SUM
	                : mgi_pst_block_judge(a->shape, bytes.data, b);
	if (!wrong && b->stored != b->inflated && !MGI_PST_BID_INSIDE(b->bid) &&
	    a->view.pack) {
		st = unpacks(&packed, a, b, bytes, err);
		if (!packed)
			wrong |= MGI_PST_BLOCK_PACKED;
	}
	*bad = wrong != 0;
	if (wrong)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
		             mgi_pst_block_words(wrong), b->at, extent);
	if (!MGI_PST_BID_INSIDE(b->bid) || !mgi_pst_block_usable(wrong)) {
		if (wrong)
			fact_add(a, b->bid, NULL, true);
		return st;
	}
	in = mgi_pst_inner_read(a->shape, mgi_span(bytes.data, b->stored));
	if (in.kind == MGI_PST_INNER_BAD)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_BLOCK_LIST,
		             b->at, extent);
	fact_add(a, b->bid, &in, wrong || in.kind == MGI_PST_INNER_BAD);
	if (in.kind != MGI_PST_INNER_BAD)
		inner_look(a, &in, b->bid, b->at);
	return st;
}

/* -- one place ------------------------------------------------------------- */

static mailguard_status place_look(mgi_pst_audit *a,
                                   const mgi_pst_place *p,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	bool bad = p->bad != 0;
	mailguard_span bytes;
	mgi_pst_block b;
	uint64_t length;

	memset(&b, 0, sizeof(b));
	b.at = mgi_from_big(p->at, sizeof(p->at));
	b.bid = mgi_from_big(p->bid, sizeof(p->bid));
	b.stored = (uint32_t)mgi_from_big(p->stored, sizeof(p->stored));
	b.inflated = (uint32_t)mgi_from_big(p->inflated, sizeof(p->inflated));
	if (b.at == UINT64_MAX) {
		fact_add(a, b.bid, NULL, true);
		return MAILGUARD_OK;
	}
	length = p->is_page ? a->shape->page
	                    : mgi_pst_extent(a->shape, b.stored);
	if (b.at >= a->shape->first_map)
		st = maps_reach(
			a, (b.at - a->shape->first_map) / a->shape->map_every,
			err);
	if (st < 0)
		return st;
	if (b.at < a->shape->first_map ||
	    (a->map.under && !own(a, b.at, length)))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_OVERLAP,
		             b.at, length);
	if (!p->is_page || bad)
		st = window_get(&bytes, a, b.at, (size_t)length, err);
	if (st >= 0 && !p->is_page)
		st = block_look(&bad, a, &b, bytes, err);
	if (st < 0)
		return st;
	if (bad)
		run_add(a, b.at, length, bytes);
	else if (a->run.count)
		run_end(a, false);
	return MAILGUARD_OK;
}

static mailguard_status sweep_begin(mgi_pst_audit *a, mailguard_error *err)
{
	a->window = mgi_arena_alloc(a->arena, WINDOW);
	a->map.owned = mgi_arena_alloc(a->arena, map_bytes(a));
	a->map.said = mgi_arena_alloc(a->arena, map_bytes(a));
	if (mgi_arena_failed(a->arena))
		return mgi_fail_nomem(err);
	a->to_sweep = mgi_spool_count(a->places);
	return mgi_spool_sort(a->places, err);
}

static mailguard_status sweep_end(mgi_pst_audit *a, mailguard_error *err)
{
	uint64_t maps = maps_in_file(a);
	mailguard_status st = MAILGUARD_OK;

	run_end(a, true);
	if (maps)
		st = maps_reach(a, maps - 1, err);
	map_end(a);
	mgi_pst_check_marks(a);
	mgi_spool_free(a->places);
	a->places = NULL;
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

mailguard_status mgi_pst_check_sweep(mgi_pst_audit *a, mailguard_error *err)
{
	mailguard_walk *w = a->check->walk;
	mailguard_status st = MAILGUARD_OK;
	const void *at;
	unsigned i;

	if (!a->window) {
		st = sweep_begin(a, err);
		w->total = a->to_sweep;
	}
	for (i = 0; st >= 0 && i < A_STEP; i++) {
		st = mgi_spool_next(&at, a->places, err);
		if (st == MAILGUARD_ITEROVER)
			return sweep_end(a, err);
		if (st >= 0)
			st = place_look(a, at, err);
		w->done++;
	}
	return st;
}
