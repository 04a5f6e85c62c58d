/*
 * desk.c - what a view has at hand: pages, room for a block, and what was read
 * ahead. Opening a message takes several views; a desk goes from one to the
 * next, so that the upper pages of the trees are read once and not for each.
 */
#include "store/pst/ndb.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define AHEAD ((size_t)128 << 10)

struct mgi_pst_desk {
	mgi_arena *arena;
	const mgi_pst_shape *shape; /* it was made for */
	struct mgi_pst_pages *pages;
	unsigned char *raw, *decoded;
	mgi_pack *pack;
	unsigned char *ahead; /* NULL until it is first needed */
	uint64_t ahead_at;
	size_t ahead_len;
	uint64_t next; /* where the last read ended */
};

void mgi_pst_desk_free(struct mgi_pst_desk *d)
{
	if (!d)
		return;
	mgi_pack_free(d->pack);
	mgi_arena_free(d->arena);
}

static mailguard_status desk_new(struct mgi_pst_desk **out,
                                 const mgi_pst *p,
                                 mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(p->mg);
	struct mgi_pst_desk *d =
		arena ? mgi_arena_alloc(arena, sizeof(*d)) : NULL;
	const mgi_pst_shape *s = p->header.shape;
	mailguard_status st = MAILGUARD_OK;

	*out = NULL;
	if (!d) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	d->arena = arena;
	d->shape = s;
	d->pages = mgi_pst_pages_new(arena);
	d->raw = mgi_arena_alloc(arena, s->block_max);
	if (s->variant == MGI_PST_WIDE)
		d->decoded = mgi_arena_alloc(arena, UINT16_MAX);
	if (mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	else if (s->variant == MGI_PST_WIDE)
		st = mgi_pack_new(&d->pack, p->mg, err);
	if (st < 0)
		mgi_pst_desk_free(d);
	else
		*out = d;
	return st;
}

static struct mgi_pst_desk *spare_take(mgi_pst *p)
{
	size_t i;

	for (i = 0; i < MGI_PST_SPARE; i++) {
		struct mgi_pst_desk *d = atomic_exchange(&p->spare[i], NULL);

		if (d && d->shape == p->header.shape)
			return d;
		mgi_pst_desk_free(d);
	}
	return NULL;
}

mailguard_status mgi_pst_view_init(mgi_pst_view *v,
                                   mgi_pst *p,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	struct mgi_pst_desk *d = spare_take(p);
	mailguard_status st = MAILGUARD_OK;

	memset(v, 0, sizeof(*v));
	v->pst = p;
	v->shape = p->header.shape;
	v->arena = arena;
	if (!d)
		st = desk_new(&d, p, err);
	if (st < 0)
		return st;
	v->desk = d;
	v->pages = d->pages;
	v->raw = d->raw;
	v->decoded = d->decoded;
	v->pack = d->pack;
	return MAILGUARD_OK;
}

void mgi_pst_view_done(mgi_pst_view *v)
{
	struct mgi_pst_desk *d = v->desk, *none;
	size_t i;

	v->desk = NULL;
	for (i = 0; d && i < MGI_PST_SPARE; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(&v->pst->spare[i], &none, d))
			return;
	}
	mgi_pst_desk_free(d);
}

static mailguard_status ahead_read(mgi_pst_view *v,
                                   uint64_t at,
                                   mailguard_error *err)
{
	struct mgi_pst_desk *d = v->desk;

	if (!d->ahead)
		d->ahead = mgi_arena_alloc(d->arena, AHEAD);
	if (!d->ahead)
		return mgi_fail_nomem(err);
	d->ahead_at = at;
	return mgi_file_read(v->pst->file, at, d->ahead, AHEAD, &d->ahead_len,
	                     err);
}

static bool is_ahead(const struct mgi_pst_desk *d, uint64_t at, size_t n)
{
	return at >= d->ahead_at && at - d->ahead_at <= d->ahead_len &&
	       n <= d->ahead_len - (size_t)(at - d->ahead_at);
}

mailguard_status mgi_pst_desk_read(mailguard_span *out,
                                   mgi_pst_view *v,
                                   uint64_t at,
                                   size_t n,
                                   mailguard_error *err)
{
	struct mgi_pst_desk *d = v->desk;
	mailguard_status st;
	size_t got;

	if (!is_ahead(d, at, n) && d->next == at) {
		st = ahead_read(v, at, err);
		if (st == MAILGUARD_ENOMEM)
			return st;
		mgi_error_clear(err); /* a bad place may lie behind ours */
	}
	d->next = at + n;
	if (is_ahead(d, at, n)) {
		*out = mgi_span(d->ahead + (at - d->ahead_at), n);
		return MAILGUARD_OK;
	}
	st = mgi_file_read(v->pst->file, at, d->raw, n, &got, err);
	*out = mgi_span(d->raw, got);
	return st;
}
