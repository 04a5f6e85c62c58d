/*
 * dbx_source.c - a chain of segments as the bytes of a message.
 */
#include "base/source.h"

#include "base/fail.h"
#include "base/text.h"
#include "store/oe/dbx.h"

struct chain {
	mgi_file *file;
	uint32_t first;
};

struct state {
	mgi_file *file;
	uint32_t at;
	uint64_t left; /* segments: no chain is longer than the file */
};

static mailguard_status chain_open(void **state,
                                   void *self,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	struct state *s = mgi_arena_alloc(arena, sizeof(*s));
	const struct chain *c = self;

	if (!s)
		return mgi_fail_nomem(err);
	s->at = c->first;
	s->left = mgi_file_size(c->file) / (MGI_DBX_HEAD + 1);
	*state = s;
	return mgi_file_again(&s->file, c->file, err);
}

static mailguard_status chain_next(mailguard_span *out,
                                   void *state,
                                   mailguard_error *err)
{
	struct state *s = state;
	mgi_dbx_segment segment;
	mailguard_status st;

	do {
		if (!s->at || !s->left-- ||
		    !mgi_dbx_segment_at(&segment, s->file, s->at))
			return MAILGUARD_ITEROVER;
		st = mgi_file_window(out, s->file, s->at + MGI_DBX_HEAD,
		                     segment.used, err);
		if (st < 0)
			return st;
		*out = mgi_span_head(*out, segment.used);
		s->at = segment.next;
	} while (!out->len);
	return MAILGUARD_OK;
}

static void chain_close(void *state)
{
	mgi_file_close(((struct state *)state)->file);
}

static void chain_release(void *self)
{
	struct chain *c = self;
	mgi_file *file = c->file;

	mgi_free(mgi_file_handle(file), c);
	mgi_file_close(file);
}

mailguard_status mgi_dbx_source(mailguard_source **out,
                                const mgi_file *f,
                                uint32_t segment,
                                mailguard_error *err)
{
	static const mgi_source_kind kind = { chain_open, chain_next,
		                              chain_close, chain_release };
	mailguard *mg = mgi_file_handle(f);
	struct chain *c = mgi_alloc(mg, sizeof(*c));
	mailguard_status st;

	*out = NULL;
	if (!c)
		return mgi_fail_nomem(err);
	c->first = segment;
	st = mgi_file_again(&c->file, f, err);
	if (st < 0) {
		mgi_free(mg, c);
		return st;
	}
	st = mgi_source_new(out, mg, &kind, c, err);
	if (st < 0)
		chain_release(c);
	return st;
}
