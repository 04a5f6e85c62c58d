/*
 * dbx_source.c - a chain of segments as the bytes of a message.
 */
#include "base/source.h"

#include "base/fail.h"
#include "base/text.h"
#include "store/oe/dbx.h"

struct chain {
	mgi_file *file;
	mgi_dbx_message message;
};

struct state {
	mgi_file *file;
	mgi_dbx_run run;
};

static mailguard_status chain_open(void **state,
                                   void *self,
                                   mgi_arena *arena,
                                   mailguard_error *err)
{
	struct state *s = mgi_arena_alloc(arena, sizeof(*s));
	const struct chain *c = self;
	mailguard_status st;

	if (!s)
		return mgi_fail_nomem(err);
	*state = s;
	st = mgi_file_again(&s->file, c->file, err);
	if (st >= 0)
		s->run = mgi_dbx_run_of(&c->message, s->file);
	return st;
}

static mailguard_status chain_next(mailguard_span *out,
                                   void *state,
                                   mailguard_error *err)
{
	struct state *s = state;
	mgi_dbx_segment segment;
	mailguard_status st;

	do {
		if (!mgi_dbx_run_next(&segment, &s->run))
			return MAILGUARD_ITEROVER;
		st = mgi_file_window(out, s->file, segment.at + MGI_DBX_HEAD,
		                     segment.used, err);
		if (st < 0)
			return st;
		*out = mgi_span_head(*out, segment.used);
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
                                const mgi_dbx_message *m,
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
	c->message = *m;
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
