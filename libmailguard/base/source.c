/*
 * source.c - bytes that can be read again, whatever they come from.
 *
 * A stream is in one thread at a time, the source behind it may be in many:
 * each stream has its own place in the bytes, and its own window of a file.
 */
#include "base/source.h"

#include <stdatomic.h>

#include "base/fail.h"
#include "base/file.h"

struct mailguard_source {
	mailguard *mg;
	const mgi_source_kind *kind;
	void *self;
	atomic_uint holders;
};

struct mailguard_stream {
	mgi_arena *arena;
	mailguard_source *source;
	void *state;
};

mailguard_status mgi_source_new(mailguard_source **out,
                                mailguard *mg,
                                const mgi_source_kind *kind,
                                void *self,
                                mailguard_error *err)
{
	mailguard_source *src;

	*out = NULL;
	src = mgi_alloc(mg, sizeof(*src));
	if (!src)
		return mgi_fail_nomem(err);
	src->mg = mailguard_ref(mg);
	src->kind = kind;
	src->self = self;
	atomic_init(&src->holders, 1);
	*out = src;
	return MAILGUARD_OK;
}

mailguard_source *mailguard_source_ref(mailguard_source *src)
{
	if (src)
		atomic_fetch_add_explicit(&src->holders, 1,
		                          memory_order_relaxed);
	return src;
}

void mailguard_source_free(mailguard_source *src)
{
	mailguard *mg;

	if (!src)
		return;
	if (atomic_fetch_sub_explicit(&src->holders, 1, memory_order_acq_rel) !=
	    1)
		return;
	mg = src->mg;
	src->kind->release(src->self);
	mgi_free(mg, src);
	mailguard_free(mg);
}

mailguard_status mailguard_source_open(mailguard_stream **out,
                                       mailguard_source *src,
                                       mailguard_error *err)
{
	mailguard_stream *stream;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!src)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "src");
	arena = mgi_arena_new(src->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	stream = mgi_arena_alloc(arena, sizeof(*stream));
	if (!stream) {
		st = mgi_fail_nomem(err);
		goto fail;
	}
	st = src->kind->open(&stream->state, src->self, arena, err);
	if (st < 0)
		goto fail;
	stream->arena = arena;
	stream->source = mailguard_source_ref(src);
	*out = stream;
	return MAILGUARD_OK;
fail:
	mgi_arena_free(arena);
	return st;
}

mailguard_status mailguard_stream_next(mailguard_span *out,
                                       mailguard_stream *stream,
                                       mailguard_error *err)
{
	mailguard *mg;

	out->data = NULL;
	out->len = 0;
	if (!stream)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "stream");
	mg = stream->source->mg;
	if (mgi_interrupted(mg))
		return mgi_fail(err, mg, MAILGUARD_ECANCELLED,
		                MGI_SAY_WORK_CANCELLED);
	return stream->source->kind->next(out, stream->state, err);
}

void mailguard_stream_free(mailguard_stream *stream)
{
	mailguard_source *src;

	if (!stream)
		return;
	src = stream->source;
	if (src->kind->close)
		src->kind->close(stream->state);
	mgi_arena_free(stream->arena);
	mailguard_source_free(src);
}

/* -- bytes in memory ------------------------------------------------------ */

struct memory {
	mailguard *mg;
	mailguard_span bytes;
	void (*release)(void *payload);
	void *payload;
};

static mailguard_status memory_open(void **state,
                                    void *self,
                                    mgi_arena *arena,
                                    mailguard_error *err)
{
	mailguard_span *rest = mgi_arena_alloc(arena, sizeof(*rest));

	if (!rest)
		return mgi_fail_nomem(err);
	*rest = ((struct memory *)self)->bytes;
	*state = rest;
	return MAILGUARD_OK;
}

static mailguard_status memory_next(mailguard_span *out,
                                    void *state,
                                    mailguard_error *err)
{
	mailguard_span *rest = state;

	(void)err;
	if (!rest->len)
		return MAILGUARD_ITEROVER;
	*out = *rest;
	rest->len = 0;
	return MAILGUARD_OK;
}

static void memory_release(void *self)
{
	struct memory *m = self;
	mailguard *mg = m->mg;

	if (m->release)
		m->release(m->payload);
	mgi_free(mg, m);
}

static const mgi_source_kind memory_kind = { memory_open, memory_next, NULL,
	                                     memory_release };

mailguard_status mailguard_source_memory(mailguard_source **out,
                                         mailguard *mg,
                                         mailguard_span bytes,
                                         void (*release)(void *payload),
                                         void *payload,
                                         mailguard_error *err)
{
	mailguard_status st;
	struct memory *m;

	*out = NULL;
	if (!mg || (!bytes.data && bytes.len))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                mg ? "bytes" : "mg");
	m = mgi_alloc(mg, sizeof(*m));
	if (!m)
		return mgi_fail_nomem(err);
	m->mg = mg; /* held by the source, which outlives it */
	m->bytes = bytes;
	m->release = release;
	m->payload = payload;
	st = mgi_source_new(out, mg, &memory_kind, m, err);
	if (st < 0)
		mgi_free(mg, m);
	return st;
}

/* -- a file --------------------------------------------------------------- */

struct file_state {
	mgi_file *file;
	uint64_t at;
};

/* A stream has a descriptor of its own, so that streams know no other. */
static mailguard_status file_open(void **state,
                                  void *self,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	struct file_state *s = mgi_arena_alloc(arena, sizeof(*s));

	if (!s)
		return mgi_fail_nomem(err);
	*state = s;
	return mgi_file_again(&s->file, self, err);
}

static mailguard_status file_next(mailguard_span *out,
                                  void *state,
                                  mailguard_error *err)
{
	struct file_state *s = state;
	mailguard_status st;

	st = mgi_file_window(out, s->file, s->at, MGI_FILE_WINDOW, err);
	if (out->len) {
		/* What came before a bad place is told first. */
		mgi_error_clear(err);
		s->at += out->len;
		return MAILGUARD_OK;
	}
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

static void file_close(void *state)
{
	mgi_file_close(((struct file_state *)state)->file);
}

static void file_release(void *self)
{
	mgi_file_close(self);
}

static const mgi_source_kind file_kind = { file_open, file_next, file_close,
	                                   file_release };

mailguard_status mailguard_source_file(mailguard_source **out,
                                       mailguard *mg,
                                       const char *path,
                                       mailguard_error *err)
{
	mailguard_status st;
	mgi_file *f;

	*out = NULL;
	if (!mg || !path)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                mg ? "path" : "mg");
	st = mgi_file_open(&f, mg, path, err);
	if (st < 0)
		return st;
	st = mgi_source_new(out, mg, &file_kind, f, err);
	if (st < 0)
		mgi_file_close(f);
	return st;
}
