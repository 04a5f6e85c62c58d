/*
 * check_quick.c - a look at a file of any size in a moment: the way down both
 * trees to a sample of their leaves, and the blocks there.
 */
#include "store/pst/audit.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define SAMPLE 64 /* ways down each tree; a disk with an arm needs 5 s */

/* The same file, the same sample (xorshift64). */
static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static mailguard_status sample_block(mgi_pst_audit *a,
                                     const mgi_pst_block *b,
                                     mailguard_error *err)
{
	mailguard_status st;
	uint32_t wrong;

	st = mgi_pst_block_look(&wrong, &a->view, b, err);
	if (st >= 0 && wrong)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
		             mgi_pst_block_words(wrong), b->at,
		             mgi_pst_extent(a->shape, b->stored));
	return st;
}

static mailguard_status leaf_look(mgi_pst_audit *a,
                                  const mgi_pst_page *page,
                                  uint32_t i,
                                  unsigned type,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_block b;
	mgi_pst_node n;

	if (type == MGI_PST_PAGE_BLOCKS) {
		b = mgi_pst_entry_block(a->shape, page, i);
		return sample_block(a, &b, err);
	}
	n = mgi_pst_entry_node(a->shape, page, i);
	if (!n.data)
		return MAILGUARD_OK;
	st = mgi_pst_block_find(&b, &a->view, n.data, err);
	if (st == MAILGUARD_ITEROVER) {
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
		             MGI_SAY_PST_BLOCK_MISSING, MAILGUARD_NOWHERE, 0);
		return MAILGUARD_OK;
	}
	return st < 0 ? st : sample_block(a, &b, err);
}

/* One way down from the root. */
static mailguard_status way_down(mgi_pst_audit *a,
                                 unsigned type,
                                 uint64_t *seed,
                                 mailguard_error *err)
{
	mgi_pst_visit v;
	mailguard_status st;
	mgi_pst_page page;
	uint32_t i;

	memset(&v, 0, sizeof(v));
	v.root = true;
	v.ref = type == MGI_PST_PAGE_NODES ? a->pst->header.nodes
	                                   : a->pst->header.blocks;
	for (;;) {
		st = mgi_pst_page_get(&v.page, &a->view, v.ref, type, err);
		if (st < 0)
			return st;
		page = *v.page;
		if (!v.root && !page.wrong && page.level != v.level)
			page.wrong |= MGI_PST_PAGE_LEVEL;
		v.page = &page;
		if (page.wrong)
			mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS,
			             mgi_pst_page_words(&v), v.ref.at,
			             a->shape->page);
		if (!mgi_pst_page_usable(page.wrong) || !page.count)
			return MAILGUARD_OK;
		i = (uint32_t)(random_next(seed) % page.count);
		if (!page.level)
			return leaf_look(a, &page, i, type, err);
		v.level = page.level - 1;
		v.root = false;
		v.ref = mgi_pst_entry_ref(a->shape, &page, i);
	}
}

static mailguard_status last_map_look(mgi_pst_audit *a, mailguard_error *err)
{
	uint64_t at = a->pst->header.last_map;
	mailguard_status st;
	mgi_pst_trailer t;
	size_t got;

	st = mgi_file_read(a->pst->file, at, a->view.raw, a->shape->page, &got,
	                   err);
	if (st < 0)
		return st;
	t = mgi_pst_page_trailer(a->shape, a->view.raw);
	if (got < a->shape->page || t.type != MGI_PST_PAGE_MAP ||
	    mgi_crc32(0, mgi_span(a->view.raw, a->shape->page_sum)) != t.sum)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_MAP_BAD,
		             at, a->shape->page);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_check_quick(mgi_pst_audit *a, mailguard_error *err)
{
	uint64_t seed = 0x9e3779b97f4a7c15u ^ mgi_le32(a->header + 4);
	mailguard_status st = MAILGUARD_OK;
	unsigned i;

	for (i = 0; st >= 0 && i < SAMPLE; i++) {
		st = way_down(a, MGI_PST_PAGE_BLOCKS, &seed, err);
		if (st >= 0)
			st = way_down(a, MGI_PST_PAGE_NODES, &seed, err);
	}
	if (st >= 0)
		st = last_map_look(a, err);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}
