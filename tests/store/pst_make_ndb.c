/*
 * pst_make_ndb.c - blocks as they come, then trees, maps, and the header last.
 */
#include "store/pst_make_own.h"

#include <stdlib.h>
#include <string.h>

#include "store/pst/ndb.h"

void *pm_more(void *p, size_t n)
{
	void *q = realloc(p, n);

	if (!q)
		abort();
	return q;
}

void pm_add(bytes *b, const void *p, size_t n)
{
	if (b->len + n > b->room) {
		b->room = (b->len + n) * 2 + 64;
		b->at = pm_more(b->at, b->room);
	}
	if (n)
		memcpy(b->at + b->len, p, n);
	b->len += n;
}

void pm_le(unsigned char *p, uint64_t x, unsigned n)
{
	for (; n--; x >>= 8)
		*p++ = (unsigned char)x;
}

void pm_add_le(bytes *b, uint64_t x, unsigned n)
{
	unsigned char p[8];

	pm_le(p, x, n);
	pm_add(b, p, n);
}

void pm_zeros(bytes *b, size_t n)
{
	static const unsigned char none[64];

	for (; n > sizeof(none); n -= sizeof(none))
		pm_add(b, none, sizeof(none));
	pm_add(b, none, n);
}

/* -- the file -------------------------------------------------------------- */

static unsigned crc(const void *p, size_t n)
{
	mailguard_span s = { p, n };

	return mgi_crc32(0, s);
}

static void write_at(maker *m, uint64_t at, const void *p, size_t n)
{
	if (fseek(m->file, (long)at, SEEK_SET) || fwrite(p, 1, n, m->file) != n)
		m->failed = 1;
}

static unsigned map_pages(const maker *m, uint64_t i)
{
	if (m->plan->variant == PST_WIDE)
		return 1;
	return 1 + (i % 8 == 0) + (i >= 128 && (i - 128) % 496 == 0) +
	       (i >= 8192 && (i - 8192) % 31744 == 0);
}

static void use(maker *m, uint64_t at, uint64_t n)
{
	uint64_t unit = (at - m->first) / m->align, i;
	uint64_t end = unit + (n + m->align - 1) / m->align;

	if (end / 8 + 1 > m->used_room) {
		uint64_t room = end / 4 + 65536;

		m->used = pm_more(m->used, room);
		memset(m->used + m->used_room, 0, room - m->used_room);
		m->used_room = room;
	}
	for (i = unit; i < end; i++)
		m->used[i / 8] |= (unsigned char)(0x80 >> i % 8);
}

/* Room for `n` bytes that crosses no map; `on` is what it is aligned to. */
static uint64_t room_for(maker *m, uint64_t n, uint64_t on)
{
	for (;;) {
		uint64_t i = (m->at - m->first) / m->every;
		uint64_t begin = m->first + i * m->every;
		uint64_t at;

		if (m->at == begin) {
			use(m, begin, (uint64_t)map_pages(m, i) * m->page);
			m->at += (uint64_t)map_pages(m, i) * m->page;
		}
		at = (m->at + on - 1) / on * on;
		if (at + n <= begin + m->every) {
			m->at = at + n;
			use(m, at, n);
			return at;
		}
		m->at = begin + m->every;
	}
}

static unsigned sign(uint64_t at, uint64_t bid)
{
	uint32_t x = (uint32_t)(at ^ bid);

	return (uint16_t)(x >> 16) ^ (uint16_t)x;
}

/* In place, if it gets smaller; how many bytes it then has. */
static size_t pack(unsigned char *buf, size_t n)
{
	mailguard_span in = { buf, n };
	unsigned char *to = pm_more(NULL, n);
	mgi_pack *by;
	mailguard *mg;
	size_t k;

	if (mailguard_new(&mg, NULL, NULL) < 0 ||
	    mgi_pack_new(&by, mg, NULL) < 0)
		abort();
	k = mgi_pack_into(to, n, by, in);
	if (k && k < n) {
		memset(buf, 0, n);
		memcpy(buf, to, k);
		n = k;
	}
	mgi_pack_free(by);
	mailguard_free(mg);
	free(to);
	return n;
}

static uint64_t put_block(maker *m, const void *data, size_t n, bool inside)
{
	static unsigned char buf[65536 + 4096];
	bool ansi = m->plan->variant == PST_ANSI;
	size_t stored = n, extent;
	unsigned char *t;
	made_block *b;

	if (m->block_count == m->block_room) {
		m->block_room = m->block_room * 2 + 256;
		m->blocks =
			pm_more(m->blocks, m->block_room * sizeof(*m->blocks));
	}
	b = &m->blocks[m->block_count++];
	b->bid = m->next_bid | (inside ? 2 : 0);
	m->next_bid += 4;
	memset(buf, 0, sizeof(buf));
	memcpy(buf, data, n);
	if (!inside)
		mgi_pst_encode(buf, n, (unsigned)m->plan->crypt, b->bid);
	if (!inside && m->plan->packed)
		stored = pack(buf, n);
	extent = (stored + m->tail + m->align - 1) / m->align * m->align;
	b->at = room_for(m, extent, m->align);
	b->stored = (unsigned)stored;
	b->inflated = (unsigned)n;
	b->refs = 1;
	t = buf + extent - m->tail;
	pm_le(t, stored, 2);
	pm_le(t + 2, sign(b->at, b->bid), 2);
	pm_le(t + (ansi ? 8 : 4), crc(buf, stored), 4);
	pm_le(t + (ansi ? 4 : 8), b->bid, m->word);
	if (m->plan->variant == PST_WIDE) {
		pm_le(t + 16, 2, 2);
		pm_le(t + 18, n, 2);
	}
	write_at(m, b->at, buf, extent);
	return b->bid;
}

static void refer(maker *m, uint64_t bid)
{
	size_t low = 0, high = m->block_count;

	if (!bid)
		return;
	while (low < high) { /* bids rise; bit 1 does not change that */
		size_t mid = (low + high) / 2;

		if (m->blocks[mid].bid < bid)
			low = mid + 1;
		else
			high = mid;
	}
	m->blocks[low].refs++;
}

static uint64_t put_x(maker *m,
                      const uint64_t *bids,
                      size_t n,
                      uint64_t total,
                      int level)
{
	bytes b = { NULL, 0, 0 };
	uint64_t bid;
	size_t i;

	pm_add_le(&b, 1, 1);
	pm_add_le(&b, (uint64_t)level, 1);
	pm_add_le(&b, n, 2);
	pm_add_le(&b, total, 4);
	for (i = 0; i < n; i++) {
		pm_add_le(&b, bids[i], m->word);
		refer(m, bids[i]);
	}
	bid = put_block(m, b.at, b.len, true);
	free(b.at);
	return bid;
}

/* Data of any size. */
uint64_t pm_data(maker *m, const unsigned char *data, size_t n)
{
	size_t each = (m->payload - 8) / m->word, count, i, xs = 0;
	uint64_t *bids, *x, bid;

	if (!n)
		return 0;
	if (n <= m->payload)
		return put_block(m, data, n, false);
	count = (n + m->payload - 1) / m->payload;
	bids = pm_more(NULL, count * sizeof(*bids));
	x = pm_more(NULL, (count / each + 1) * sizeof(*x));
	for (i = 0; i < count; i++) {
		size_t left = n - i * m->payload;

		bids[i] =
			put_block(m, data + i * m->payload,
		                  left < m->payload ? left : m->payload, false);
	}
	for (i = 0; i < count; i += each) {
		size_t k = count - i < each ? count - i : each;
		size_t from = i * m->payload, to = (i + k) * m->payload;

		x[xs++] = put_x(m, bids + i, k, (to < n ? to : n) - from, 1);
	}
	bid = xs == 1 ? x[0] : put_x(m, x, xs, n, 2);
	free(bids);
	free(x);
	return bid;
}

static int by_nid(const void *a, const void *b)
{
	uint32_t x = ((const made_node *)a)->nid;
	uint32_t y = ((const made_node *)b)->nid;

	return x < y ? -1 : x > y;
}

uint64_t pm_subs(maker *m, made_node *at, size_t n)
{
	unsigned w = m->word, head = m->plan->variant == PST_ANSI ? 4 : 8;
	size_t each = (m->payload - head) / (3 * w), i, k;
	bytes si = { NULL, 0, 0 };
	uint64_t bid = 0;
	size_t lists = 0;

	if (!n)
		return 0;
	qsort(at, n, sizeof(*at), by_nid);
	pm_add_le(&si, 2, 1);
	pm_add_le(&si, 1, 1);
	pm_add_le(&si, (n + each - 1) / each, 2);
	pm_zeros(&si, head - 4);
	for (i = 0; i < n; i += each) {
		bytes b = { NULL, 0, 0 };

		k = n - i < each ? n - i : each;
		pm_add_le(&b, 2, 1);
		pm_add_le(&b, 0, 1);
		pm_add_le(&b, k, 2);
		pm_zeros(&b, head - 4);
		pm_add_le(&si, at[i].nid, w);
		for (; k; k--, at++) {
			pm_add_le(&b, at[i].nid, w);
			pm_add_le(&b, at[i].data, w);
			pm_add_le(&b, at[i].sub, w);
			refer(m, at[i].data);
			refer(m, at[i].sub);
		}
		at -= n - i < each ? n - i : each;
		bid = put_block(m, b.at, b.len, true);
		free(b.at);
		pm_add_le(&si, bid, w);
		lists++;
	}
	if (lists > 1) {
		for (i = 0; i < lists; i++)
			refer(m, mgi_le64(si.at + head + i * 2 * w + w));
		bid = put_block(m, si.at, si.len, true);
	}
	free(si.at);
	return bid;
}

void pm_node(maker *m,
             uint32_t nid,
             uint32_t parent,
             uint64_t data,
             uint64_t sub)
{
	made_node *n;

	if (m->node_count == m->node_room) {
		m->node_room = m->node_room * 2 + 256;
		m->nodes = pm_more(m->nodes, m->node_room * sizeof(*m->nodes));
	}
	n = &m->nodes[m->node_count++];
	n->nid = nid;
	n->parent = parent;
	n->data = data;
	n->sub = sub;
	refer(m, data);
	refer(m, sub);
	if (nid >> 5 > m->marks[nid & 31])
		m->marks[nid & 31] = nid >> 5;
}

/* -- the trees ------------------------------------------------------------- */

static void put_page(maker *m,
                     unsigned char *page,
                     unsigned type,
                     uint64_t *at,
                     uint64_t *bid)
{
	unsigned char *t = page + m->page - m->page_tail;
	bool ansi = m->plan->variant == PST_ANSI;

	*at = room_for(m, m->page, m->page);
	*bid = m->next_page++;
	t[0] = t[1] = (unsigned char)type;
	pm_le(t + 2, sign(*at, *bid), 2);
	pm_le(t + (ansi ? 8 : 4), crc(page, m->page_sum), 4);
	pm_le(t + (ansi ? 4 : 8), *bid, m->word);
	if (m->plan->variant == PST_WIDE)
		pm_le(t + 16, 1, 8);
	write_at(m, *at, page, m->page);
}

/* One level of entries of `size` bytes, `key` first; what is above it. */
static bytes put_level(maker *m,
                       bytes entries,
                       unsigned size,
                       unsigned type,
                       unsigned level)
{
	unsigned area = m->plan->variant == PST_ANSI   ? 496
	                : m->plan->variant == PST_WIDE ? 4056
	                                               : 488;
	size_t each = area / size, n = entries.len / size, i;
	unsigned char page[4096], *c = page + area;
	bytes above = { NULL, 0, 0 };

	for (i = 0; i < n || !i; i += each) {
		size_t k = n - i < each ? n - i : each;
		uint64_t at, bid;

		memset(page, 0, sizeof(page));
		memcpy(page, entries.at + i * size, k * size);
		if (m->plan->variant == PST_WIDE) {
			pm_le(c, k, 2);
			pm_le(c + 2, each, 2);
			c[4] = (unsigned char)size;
			c[5] = (unsigned char)level;
		} else {
			c[0] = (unsigned char)k;
			c[1] = (unsigned char)each;
			c[2] = (unsigned char)size;
			c[3] = (unsigned char)level;
		}
		put_page(m, page, type, &at, &bid);
		pm_add(&above, entries.at + i * size, m->word);
		pm_add_le(&above, bid, m->word);
		pm_add_le(&above, at, m->word);
	}
	free(entries.at);
	return above;
}

static void put_tree(maker *m,
                     bytes entries,
                     unsigned size,
                     unsigned type,
                     unsigned char *root)
{
	unsigned level = 0;

	entries = put_level(m, entries, size, type, level);
	while (entries.len > 3 * m->word)
		entries = put_level(m, entries, 3 * m->word, type, ++level);
	memcpy(root, entries.at + m->word, 2 * m->word);
	free(entries.at);
}

static int by_bid(const void *a, const void *b)
{
	uint64_t x = ((const made_block *)a)->bid;
	uint64_t y = ((const made_block *)b)->bid;

	return x < y ? -1 : x > y;
}

static void trees_put(maker *m, unsigned char *roots)
{
	bool wide = m->plan->variant == PST_WIDE;
	bytes nodes = { NULL, 0, 0 }, blocks = { NULL, 0, 0 };
	size_t i;

	qsort(m->nodes, m->node_count, sizeof(*m->nodes), by_nid);
	for (i = 0; i < m->node_count; i++) {
		pm_add_le(&nodes, m->nodes[i].nid, m->word);
		pm_add_le(&nodes, m->nodes[i].data, m->word);
		pm_add_le(&nodes, m->nodes[i].sub, m->word);
		pm_add_le(&nodes, m->nodes[i].parent, m->word);
	}
	qsort(m->blocks, m->block_count, sizeof(*m->blocks), by_bid);
	for (i = 0; i < m->block_count; i++) {
		const made_block *b = &m->blocks[i];

		pm_add_le(&blocks, b->bid, m->word);
		pm_add_le(&blocks, b->at, m->word);
		pm_add_le(&blocks, b->stored, 2);
		if (wide)
			pm_add_le(&blocks, b->inflated, 2);
		pm_add_le(&blocks, b->refs, 2);
		if (m->word == 8)
			pm_add_le(&blocks, 0, wide ? 2 : 4);
	}
	put_tree(m, nodes, 4 * m->word, 0x81, roots);
	put_tree(m, blocks, m->word == 4 ? 12 : 24, 0x80, roots + 2 * m->word);
}

/* -- maps and header ------------------------------------------------------- */

static void put_map_page(maker *m,
                         unsigned char *page,
                         unsigned type,
                         uint64_t at)
{
	unsigned char *t = page + m->page - m->page_tail;
	bool ansi = m->plan->variant == PST_ANSI;

	t[0] = t[1] = (unsigned char)type;
	pm_le(t + (ansi ? 8 : 4), crc(page, m->page_sum), 4);
	pm_le(t + (ansi ? 4 : 8), at, m->word);
	write_at(m, at, page, m->page);
}

static uint64_t maps_put(maker *m, uint64_t *last, uint64_t *end)
{
	uint64_t maps = (m->at - m->first + m->every - 1) / m->every, i,
		 free = 0;
	size_t bytes_a_map = m->every / m->align / 8, k;
	unsigned char page[4096];

	for (i = 0; i < maps; i++) {
		uint64_t at = m->first + i * m->every;
		unsigned skip = m->plan->variant == PST_ANSI ? 4 : 0, extra;

		use(m, at, (uint64_t)map_pages(m, i) * m->page);
		use(m, at + m->every, 0);
		memset(page, 0, sizeof(page));
		memcpy(page + skip, m->used + i * bytes_a_map, bytes_a_map);
		for (k = 0; k < bytes_a_map * 8; k++)
			if (!(page[skip + k / 8] & 0x80 >> k % 8))
				free += m->align;
		put_map_page(m, page, 0x84, at);
		for (extra = 1; extra < map_pages(m, i); extra++) {
			memset(page, 0xff, sizeof(page));
			put_map_page(m, page,
			             extra == 1 && i % 8 == 0 ? 0x83
			             : extra == 3             ? 0x85
			                                      : 0x82,
			             at + (uint64_t)extra * m->page);
		}
	}
	*last = m->first + (maps - 1) * m->every;
	*end = m->first + maps * m->every;
	memset(page, 0, 1);
	write_at(m, *end - 1, page, 1);
	return free;
}

static void header_put(maker *m,
                       const unsigned char *roots,
                       uint64_t last,
                       uint64_t end,
                       uint64_t free)
{
	const pst_plan *plan = m->plan;
	unsigned char h[564] = "!BDN";
	bool ansi = plan->variant == PST_ANSI;
	unsigned w = m->word, root = ansi ? 168 : 184, i;

	memcpy(h + 8, plan->ost ? "SO" : "SM", 2);
	pm_le(h + 10, ansi ? 14 : plan->variant == PST_WIDE ? 36 : 23, 2);
	pm_le(h + 12, plan->ost ? 12 : 19, 2);
	h[14] = h[15] = 1;
	pm_le(h + (ansi ? 24 : 516), m->next_bid, w);
	pm_le(h + (ansi ? 28 : 32), m->next_page, w);
	pm_le(h + (ansi ? 32 : 40), 1, 4);
	for (i = 0; i < 32; i++)
		pm_le(h + (ansi ? 36 : 44) + 4 * i,
		      m->marks[i] > 0x400 ? m->marks[i] : 0x400, 4);
	pm_le(h + root, end, w);
	pm_le(h + root + w, last, w);
	pm_le(h + root + 2 * w, free, w);
	memcpy(h + root + 4 * w, roots, 4 * w);
	h[root + 8 * w] = 2;
	memset(h + (ansi ? 204 : 256), 0xff, 256);
	h[ansi ? 460 : 512] = 0x80;
	h[ansi ? 461 : 513] =
		(unsigned char)(plan->said_crypt ? plan->said_crypt - 1
	                                         : plan->crypt);
	if (!ansi)
		pm_le(h + 524, crc(h + 8, 516), 4);
	pm_le(h + 4, crc(h + 8, 471), 4);
	write_at(m, 0, h, ansi ? 512 : 564);
}

static void shape_set(maker *m)
{
	bool wide = m->plan->variant == PST_WIDE;

	m->word = m->plan->variant == PST_ANSI ? 4 : 8;
	m->page = wide ? 4096 : 512;
	m->page_tail = wide ? 24 : m->word == 4 ? 12 : 16;
	m->page_sum = m->page - m->page_tail;
	m->align = wide ? 512 : 64;
	m->tail = m->page_tail;
	m->payload = (wide ? 65536 : 8192) - m->tail;
	m->first = wide ? 0x22000 : 0x4400;
	m->every = wide ? 16678912 : 253952;
	m->at = m->first;
	m->next_bid = 4;
	m->next_page = 4;
}

void pm_begin(maker *m)
{
	shape_set(m);
}

void pm_end(maker *m)
{
	uint64_t last, end, free_bytes;
	unsigned char roots[32];

	trees_put(m, roots);
	free_bytes = maps_put(m, &last, &end);
	header_put(m, roots, last, end, free_bytes);
	free(m->blocks);
	free(m->nodes);
	free(m->used);
}
