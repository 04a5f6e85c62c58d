/*
 * range.c - some bytes of an open file as a source of their own.
 */
#include "store/driver.h"

#include "base/fail.h"
#include "base/source.h"

struct range {
	mgi_file *file;
	uint64_t offset, size;
};

/* A message is small; a window of the file's would read far too much. */
#define PIECE ((size_t)64 << 10)

struct state {
	mgi_file *file;
	unsigned char *piece;
	size_t room;
	uint64_t at, left;
};

static mailguard_status range_open(void **state,
                                   void *self,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	const struct range *r = self;
	struct state *s = mgi_arena_alloc(arena, sizeof(*s));

	if (!s)
		return mgi_fail_nomem(err);
	s->at = r->offset;
	s->left = r->size;
	s->room = r->size < PIECE ? (size_t)r->size : PIECE;
	s->piece = mgi_arena_alloc(arena, s->room);
	if (!s->piece)
		return mgi_fail_nomem(err);
	*state = s;
	return mgi_file_again(&s->file, r->file, err);
}

static mailguard_status range_next(mailguard_span *out,
                                   void *state,
                                   mailguard_error *err)
{
	struct state *s = state;
	size_t want = s->left < s->room ? (size_t)s->left : s->room, got;
	mailguard_status st;

	if (!want)
		return MAILGUARD_ITEROVER;
	st = mgi_file_read(s->file, s->at, s->piece, want, &got, err);
	if (!got)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	mgi_error_clear(err); /* what came before a bad place comes first */
	*out = mgi_span(s->piece, got);
	s->at += got;
	s->left -= got;
	return MAILGUARD_OK;
}

static void range_close(void *state)
{
	mgi_file_close(((struct state *)state)->file);
}

static void range_release(void *self)
{
	struct range *r = self;
	mgi_file *file = r->file;

	mgi_free(mgi_file_handle(file), r);
	mgi_file_close(file);
}

static const mgi_source_kind kind = { range_open, range_next, range_close,
	                              range_release };

mailguard_status mgi_range_source(mailguard_source **out,
                                  const mgi_file *f,
                                  uint64_t offset,
                                  uint64_t size,
                                  mailguard_error *err)
{
	mailguard *mg = mgi_file_handle(f);
	mailguard_status st;
	struct range *r;

	*out = NULL;
	r = mgi_alloc(mg, sizeof(*r));
	if (!r)
		return mgi_fail_nomem(err);
	st = mgi_file_again(&r->file, f, err);
	if (st < 0) {
		mgi_free(mg, r);
		return st;
	}
	r->offset = offset;
	r->size = size;
	st = mgi_source_new(out, mg, &kind, r, err);
	if (st < 0)
		range_release(r);
	return st;
}
