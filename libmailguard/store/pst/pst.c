/*
 * pst.c - an open PST or OST: what all who read it share.
 */
#include "store/pst/ladder.h"
#include "store/pst/object.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define PASSWORD 0x67ff

/* Does a heap's mark stand where it must, if blocks are encoded like that? */
static mailguard_status crypt_fits(bool *out,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *n,
                                   unsigned crypt,
                                   mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree tree;
	mailguard_span s;

	*out = false;
	v->pst->crypt = crypt;
	st = mgi_pst_tree_open(&tree, v, n->data, err);
	if (st == MAILGUARD_OK && tree.count) {
		st = mgi_pst_block_get(&s, v, tree.bids[0], err);
		*out = st == MAILGUARD_OK && s.len > 2 && s.data[2] == 0xec;
	}
	return st == MAILGUARD_EFORMAT ? MAILGUARD_OK : st;
}

/* Headers lie about it: ExMerge wrote "none" before encoded blocks. */
static mailguard_status crypt_find(mgi_pst_view *v, mailguard_error *err)
{
	static const uint32_t nodes[] = { MGI_PST_NODE_STORE,
		                          MGI_PST_NODE_NAMES,
		                          MGI_PST_NODE_ROOT };
	unsigned said = v->pst->header.crypt, i, k;
	mailguard_status st;
	mgi_pst_node n;
	bool fits;

	if (said > MGI_PST_CYCLIC)
		said = MGI_PST_PERMUTE;
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		st = mgi_pst_node_find(&n, v, nodes[i], err);
		for (k = 0; st == MAILGUARD_OK && k <= MGI_PST_CYCLIC; k++) {
			st = crypt_fits(&fits, v, &n, (said + k) % 3, err);
			if (fits)
				return MAILGUARD_OK;
		}
		if (st < 0)
			return st;
	}
	v->pst->crypt = said;
	return MAILGUARD_OK;
}

static mailguard_status store_look(mgi_pst_view *v, mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_node n;
	mgi_mapi *o;

	st = mgi_pst_node_find(&n, v, MGI_PST_NODE_STORE, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_object(&o, v->pst, &n, MGI_MAPI_STORE, err);
	if (st != MAILGUARD_OK)
		return st == MAILGUARD_ITEROVER ? MAILGUARD_OK : st;
	v->pst->password = (uint32_t)mgi_mapi_number(o, PASSWORD, 0);
	mgi_mapi_free(o);
	return MAILGUARD_OK;
}

static mailguard_status look(mgi_pst *p, mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(p->mg);
	mailguard_status st;
	mgi_pst_names *names;
	mgi_pst_view view, keep;

	if (!arena)
		return mgi_fail_nomem(err);
	st = mgi_pst_view_init(&view, p, arena, err);
	if (st >= 0) {
		st = crypt_find(&view, err);
		keep = view;
		keep.arena = p->arena;
		keep.harm = 0;
		if (st >= 0)
			st = mgi_pst_names_read(&names, &keep, err);
		p->names = st == MAILGUARD_OK ? names : NULL;
		p->names_bad = !p->names || keep.harm;
		if (st >= 0 || st == MAILGUARD_EFORMAT)
			st = store_look(&view, err);
		mgi_pst_view_done(&view);
	}
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err); /* a check will tell it */
		st = MAILGUARD_OK;
	}
	if (st >= 0 && mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	mgi_arena_free(arena);
	return st;
}

/* Without the mark at its beginning, are there at least pages of one? */
static mailguard_status pages_any(mgi_pst *p, mailguard_error *err)
{
	const mgi_pst_shape *shape;
	mailguard_status st = mgi_pst_shape_guess(&shape, p, err);

	if (st < 0 || shape)
		return st;
	return mgi_fail(err, p->mg, MAILGUARD_EFORMAT, MGI_SAY_STORE_UNKNOWN,
	                "path", mgi_file_path(p->file));
}

static mailguard_status header_get(mgi_pst *p, mailguard_error *err)
{
	unsigned char bytes[MGI_PST_HEADER_BYTES];
	mailguard_status st;
	size_t got;

	st = mgi_file_read(p->file, 0, bytes, sizeof(bytes), &got, err);
	if (st < 0 && got < 12)
		return st;
	mgi_error_clear(err);
	p->size = mgi_file_size(p->file);
	mgi_pst_header_read(&p->header, mgi_span(bytes, got));
	if (p->header.wrong & MGI_PST_HEADER_MAGIC)
		return pages_any(p, err);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_open(mgi_pst **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(mg);
	mgi_pst *p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
	mailguard_status st;

	*out = NULL;
	if (!p) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	p->mg = mg;
	p->arena = arena;
	atomic_init(&p->holders, 1);
	st = mgi_file_open(&p->file, mg, path, err);
	if (st >= 0)
		st = header_get(p, err);
	if (st >= 0)
		st = look(p, err);
	if (st < 0)
		mgi_pst_free(p);
	else
		*out = p;
	return st;
}

static mailguard_status search(mgi_pst *p, mailguard_error *err)
{
	uint32_t lies = MGI_PST_HEADER_SHORT | MGI_PST_HEADER_MAGIC |
	                MGI_PST_HEADER_VERSION;
	const mgi_pst_shape *shape = p->header.shape;
	mailguard_status st = MAILGUARD_OK;

	if (p->header.wrong & lies)
		st = mgi_pst_shape_guess(&shape, p, err);
	if (st < 0 || !shape)
		return st;
	p->header.shape = shape;
	st = mgi_pst_index_make(&p->index, p, err);
	if (st >= 0)
		st = look(p, err);
	return st < 0 ? st : mgi_pst_index_orphans(p, err);
}

mailguard_status mgi_pst_open_by_search(mgi_pst **out,
                                        const mgi_pst *from,
                                        mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(from->mg);
	mgi_pst *p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
	mailguard_status st;

	*out = NULL;
	if (!p) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	p->mg = from->mg;
	p->arena = arena;
	p->header = from->header;
	p->size = from->size;
	p->crypt = from->crypt;
	atomic_init(&p->holders, 1);
	st = mgi_file_again(&p->file, from->file, err);
	if (st >= 0)
		st = search(p, err);
	if (st < 0)
		mgi_pst_free(p);
	else
		*out = p;
	return st;
}

mgi_pst *mgi_pst_hold(mgi_pst *p)
{
	atomic_fetch_add_explicit(&p->holders, 1, memory_order_relaxed);
	return p;
}

void mgi_pst_free(mgi_pst *p)
{
	size_t i;

	if (!p || atomic_fetch_sub_explicit(&p->holders, 1,
	                                    memory_order_acq_rel) != 1)
		return;
	for (i = 0; i < MGI_PST_SPARE; i++)
		mgi_pst_desk_free(atomic_load(&p->spare[i]));
	mgi_file_close(p->file);
	mgi_arena_free(p->arena);
}
