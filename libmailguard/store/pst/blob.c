/*
 * blob.c - a value of an object as a source, however large it is.
 */
#include "store/pst/object.h"

#include <string.h>

#include "base/fail.h"
#include "base/source.h"
#include "base/text.h"

struct blob {
	mgi_mapi *object;     /* held */
	mgi_pst *pst;         /* the object's */
	mailguard_span bytes; /* of the heap, or */
	uint64_t bid;         /* ... a node's data */
};

struct blob_stream {
	struct blob *blob;
	mgi_pst_view view;
	mgi_pst_tree tree;
	uint64_t at;
	uint32_t next;
	unsigned char *zeros; /* where a block is gone */
};

static mailguard_status blob_open(void **state,
                                  void *self,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	struct blob_stream *s = mgi_arena_alloc(arena, sizeof(*s));
	struct blob *b = self;
	mailguard_status st;

	if (!s)
		return mgi_fail_nomem(err);
	*state = s;
	s->blob = b;
	if (!b->bid)
		return MAILGUARD_OK;
	st = mgi_pst_view_init(&s->view, b->pst, arena, err);
	if (st >= 0)
		st = mgi_pst_tree_open(&s->tree, &s->view, b->bid, err);
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err); /* it is empty, and told as harm */
		mgi_mapi_harmed(b->object);
		st = MAILGUARD_OK;
	}
	if (st < 0)
		mgi_pst_view_done(&s->view);
	return st;
}

/* What is gone leaves zero bytes, so that the rest keeps its place. */
static mailguard_status gap(mailguard_span *out,
                            struct blob_stream *s,
                            mailguard_error *err)
{
	uint32_t payload = mgi_pst_payload(s->view.shape);
	uint64_t left = s->tree.size > s->at ? s->tree.size - s->at : 0;

	mgi_error_clear(err);
	if (!s->zeros)
		s->zeros = mgi_arena_alloc(s->view.arena, payload);
	if (!s->zeros)
		return mgi_fail_nomem(err);
	*out = mgi_span(s->zeros, left < payload ? (size_t)left : payload);
	return MAILGUARD_OK;
}

static mailguard_status blob_next(mailguard_span *out,
                                  void *state,
                                  mailguard_error *err)
{
	struct blob_stream *s = state;
	mailguard_status st;
	uint64_t harm = s->view.harm;

	if (!s->blob->bid) {
		*out = s->blob->bytes;
		return s->next++ || !out->len ? MAILGUARD_ITEROVER
		                              : MAILGUARD_OK;
	}
	do {
		if (s->next >= s->tree.count) {
			if (s->at < s->tree.size)
				mgi_mapi_harmed(s->blob->object);
			s->at = s->tree.size;
			return MAILGUARD_ITEROVER;
		}
		st = mgi_pst_block_get(out, &s->view, s->tree.bids[s->next++],
		                       err);
		if (st == MAILGUARD_EFORMAT)
			st = gap(out, s, err);
		if (s->view.harm != harm)
			mgi_mapi_harmed(s->blob->object);
		if (st < 0)
			return st;
	} while (!out->len);
	s->at += out->len;
	return MAILGUARD_OK;
}

static void blob_close(void *state)
{
	mgi_pst_view_done(&((struct blob_stream *)state)->view);
}

static void blob_release(void *self)
{
	struct blob *b = self;
	mgi_mapi *o = b->object;

	mgi_free(o->mg, b);
	mgi_mapi_free(o);
}

static const mgi_source_kind blob_kind = { blob_open, blob_next, blob_close,
	                                   blob_release };

static mailguard_status blob_new(mailguard_source **out,
                                 mgi_mapi *o,
                                 const struct blob *what,
                                 mailguard_error *err)
{
	struct blob *b = mgi_alloc(o->mg, sizeof(*b));
	mailguard *mg = o->mg;
	mailguard_status st;

	if (!b)
		return mgi_fail_nomem(err);
	*b = *what;
	b->object = mgi_mapi_ref(o);
	st = mgi_source_new(out, mg, &blob_kind, b, err);
	if (st < 0)
		blob_release(b);
	return st;
}

mailguard_status mgi_pst_blob(mailguard_source **out,
                              mgi_mapi *o,
                              mgi_pst *p,
                              uint64_t bid,
                              mailguard_error *err)
{
	struct blob b = { NULL, p, { NULL, 0 }, bid };

	return blob_new(out, o, &b, err);
}

mailguard_status mgi_pst_blob_at_hand(mailguard_source **out,
                                      mgi_mapi *o,
                                      mailguard_span bytes,
                                      mailguard_error *err)
{
	struct blob b = { NULL, NULL, { NULL, 0 }, 0 };

	b.bytes = bytes;
	return blob_new(out, o, &b, err);
}
