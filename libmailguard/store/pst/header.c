/*
 * header.c - the first bytes of a PST or OST ([MS-PST] 2.2.2.6), and what the
 * variants differ in. Pure.
 */
#include "store/pst/ndb.h"

#include <string.h>

#include "base/text.h"

static const mgi_pst_shape shapes[] = {
	[MGI_PST_ANSI] = {
		.variant = MGI_PST_ANSI,
		.word = 4, .header = 512,
		.page = 512, .page_tail = 12, .page_sum = 500,
		.page_area = 496,
		.branch = 12, .block_leaf = 12, .node_leaf = 16,
		.align = 64, .block_max = 8192, .block_tail = 12,
		.first_map = 0x4400, .map_every = 253952,
		.sub_head = 4, .index_bits = 11, .row_width = 2,
	},
	[MGI_PST_UNICODE] = {
		.variant = MGI_PST_UNICODE,
		.word = 8, .header = 564,
		.page = 512, .page_tail = 16, .page_sum = 496,
		.page_area = 488,
		.branch = 24, .block_leaf = 24, .node_leaf = 32,
		.align = 64, .block_max = 8192, .block_tail = 16,
		.first_map = 0x4400, .map_every = 253952,
		.sub_head = 8, .index_bits = 11, .row_width = 4,
	},
	[MGI_PST_WIDE] = {
		.variant = MGI_PST_WIDE,
		.word = 8, .header = 564,
		.page = 4096, .page_tail = 24, .page_sum = 4072,
		.page_area = 4056,
		.branch = 24, .block_leaf = 24, .node_leaf = 32,
		.align = 512, .block_max = 65536, .block_tail = 24,
		.first_map = 0x22000, .map_every = 16678912,
		.sub_head = 8, .index_bits = 14, .row_width = 4,
	},
};

const mgi_pst_shape *mgi_pst_shape_of(mgi_pst_variant variant)
{
	return &shapes[variant];
}

uint32_t mgi_pst_payload(const mgi_pst_shape *s)
{
	return s->block_max - s->block_tail;
}

static const mgi_pst_shape *shape_of(uint16_t version)
{
	if (version == 14 || version == 15)
		return &shapes[MGI_PST_ANSI];
	if (version == 36)
		return &shapes[MGI_PST_WIDE];
	/* 23 is Outlook's; 20 and up were its previews. */
	if (version >= 20 && version < 36)
		return &shapes[MGI_PST_UNICODE];
	return NULL;
}

static mgi_pst_ref ref_at(const mgi_pst_shape *s, const unsigned char *p)
{
	mgi_pst_ref r = { mgi_pst_word(s, p), mgi_pst_word(s, p + s->word) };

	return r;
}

static void sums_judge(mgi_pst_header *h, const unsigned char *p)
{
	if (mgi_crc32(0, mgi_span(p + 8, 471)) != mgi_le32(p + 4))
		h->wrong |= MGI_PST_HEADER_SUM;
	if (h->shape->variant != MGI_PST_ANSI &&
	    mgi_crc32(0, mgi_span(p + 8, 516)) != mgi_le32(p + 524))
		h->wrong |= MGI_PST_HEADER_SUM;
}

static void fields_read(mgi_pst_header *h, const unsigned char *p)
{
	const mgi_pst_shape *s = h->shape;
	bool ansi = s->variant == MGI_PST_ANSI;
	size_t root = ansi ? 168 : 184, w = s->word, i;
	size_t marks = ansi ? 36 : 44;

	h->opened = mgi_le32(p + 16);
	h->next_block = mgi_pst_word(s, p + (ansi ? 24 : 516));
	h->next_page = mgi_pst_word(s, p + (ansi ? 28 : 32));
	for (i = 0; i < 32; i++)
		h->marks[i] = mgi_le32(p + marks + 4 * i);
	h->end = mgi_pst_word(s, p + root);
	h->last_map = mgi_pst_word(s, p + root + w);
	h->maps_free = mgi_pst_word(s, p + root + 2 * w);
	h->nodes = ref_at(s, p + root + 4 * w);
	h->blocks = ref_at(s, p + root + 6 * w);
	h->maps_valid = p[root + 8 * w];
	h->crypt = p[ansi ? 461 : 513];
	if (p[ansi ? 460 : 512] != 0x80)
		h->wrong |= MGI_PST_HEADER_SENTINEL;
	if (h->crypt > MGI_PST_CYCLIC)
		h->wrong |= MGI_PST_HEADER_CRYPT;
}

void mgi_pst_header_read(mgi_pst_header *out, mailguard_span bytes)
{
	const unsigned char *p = bytes.data;

	memset(out, 0, sizeof(*out));
	out->shape = &shapes[MGI_PST_UNICODE];
	if (bytes.len < 12 || !mgi_span_starts(bytes, "!BDN")) {
		out->wrong = MGI_PST_HEADER_MAGIC;
		return;
	}
	out->client = mgi_le16(p + 8);
	out->version = mgi_le16(p + 10);
	out->is_ost = out->client == ('S' | 'O' << 8);
	if (!shape_of(out->version)) {
		out->wrong = MGI_PST_HEADER_VERSION;
		return;
	}
	out->shape = shape_of(out->version);
	if (bytes.len < out->shape->header) {
		out->wrong = MGI_PST_HEADER_SHORT;
		return;
	}
	sums_judge(out, p);
	fields_read(out, p);
}
