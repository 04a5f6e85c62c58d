/*
 * walk.c - one message a step, by whatever reader the store has.
 */
#include "store/driver.h"

#include <string.h>

#include "base/buf.h"
#include "base/fail.h"
#include "base/handle.h"

#define KEEP ((size_t)4 << 20)

mailguard_status mailguard_store_walk(mailguard_walk **out,
                                      mailguard_store *store,
                                      const mailguard_walk_options *opts,
                                      mailguard_error *err)
{
	mailguard_status st;
	mailguard_walk *w;
	mgi_arena *arena;

	*out = NULL;
	arena = mgi_arena_new(store->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	w = mgi_arena_alloc(arena, sizeof(*w));
	if (!w) {
		st = mgi_fail_nomem(err);
		goto fail;
	}
	st = mgi_options_copy(&w->opts, sizeof(w->opts), opts, store->mg, err);
	if (st < 0)
		goto fail;
	w->arena = arena;
	w->store = store;
	w->total = store->count;
	st = store->reader->begin(w, err);
	if (st < 0)
		goto fail;
	(void)mailguard_store_ref(store);
	*out = w;
	return MAILGUARD_OK;
fail:
	mgi_arena_free(arena);
	return st;
}

mailguard_status mailguard_walk_next(const mailguard_item **out,
                                     mailguard_walk *w,
                                     mailguard_error *err)
{
	mailguard_status st = mgi_walk_tick(w, err);
	uint64_t index = w->item.index; /* tap->file() may move it on */

	*out = NULL;
	if (st < 0)
		return st;
	memset(&w->item, 0, sizeof(w->item));
	w->item.index = index;
	w->item.kind = MAILGUARD_ITEM_MAIL;
	w->item.state = MAILGUARD_ITEM_INTACT;
	w->item.how = MAILGUARD_ITEM_INDEXED;
	w->item.keywords = "";
	st = w->store->reader->next(&w->item, w, err);
	if (st == MAILGUARD_ITEROVER)
		return st;
	w->item.index++;
	if (st < 0)
		return st;
	*out = &w->item;
	return MAILGUARD_OK;
}

mailguard_status mailguard_walk_source(mailguard_source **out,
                                       mailguard_walk *w,
                                       mailguard_error *err)
{
	const mgi_store_more *more = w->store->reader->more;

	*out = NULL;
	if (more)
		return more->source(out, w, err);
	if (!w->file)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mgi_range_source(out, w->file, w->item.offset, w->item.size,
	                        err);
}

static void kept_release(void *payload)
{
	mailguard_buffer_free(payload);
}

/*
 * What is made anew for each reader is made once for all of them, if it is no
 * larger than KEEP; `*src` is what they read.
 */
static mailguard_status keep(mailguard_source **src,
                             mailguard *mg,
                             mailguard_error *err)
{
	mailguard_source *kept = NULL;
	mailguard_stream *stream;
	mailguard_buffer *all;
	mailguard_status st;
	mailguard_span s;

	st = mailguard_buffer_new(&all, mg, err);
	if (st < 0)
		return st;
	st = mailguard_source_open(&stream, *src, err);
	while (st == MAILGUARD_OK && all->len <= KEEP) {
		st = mailguard_stream_next(&s, stream, err);
		if (st == MAILGUARD_OK)
			mgi_buf_add(all, s.data, s.len);
	}
	mailguard_stream_free(stream);
	if (st >= 0 && mgi_buf_status(all, err) < 0)
		st = MAILGUARD_ENOMEM;
	if (st == MAILGUARD_ITEROVER)
		st = mailguard_source_memory(&kept, mg, mgi_buf_span(all),
		                             kept_release, all, err);
	if (!kept) {
		mailguard_buffer_free(all);
		return st;
	}
	mailguard_source_free(*src);
	*src = kept;
	return MAILGUARD_OK;
}

mailguard_status mailguard_walk_message(mailguard_message **out,
                                        mailguard_walk *w,
                                        mailguard_error *err)
{
	mailguard_source *src;
	mailguard_status st;

	*out = NULL;
	st = mailguard_walk_source(&src, w, err);
	if (st < 0)
		return st;
	if (w->store->reader->more)
		st = keep(&src, w->store->mg, err);
	if (st >= 0)
		st = mailguard_message_parse(out, w->store->mg, src, err);
	mailguard_source_free(src);
	if (st >= 0 && w->store->reader->more) {
		w->item.size = mailguard_message_size(*out);
		w->store->reader->more->settle(&w->item, w);
	}
	return st;
}

void mailguard_walk_free(mailguard_walk *w)
{
	mailguard_store *store;

	if (!w)
		return;
	store = w->store;
	if (store->reader->more)
		store->reader->more->walk_end(w);
	mgi_file_close(w->file);
	mgi_arena_free(w->arena);
	mailguard_store_free(store);
}

mailguard_status mgi_walk_tick(mailguard_walk *w, mailguard_error *err)
{
	mailguard_progress at = { w->done, w->total, w->store->path };

	if (mgi_interrupted(w->store->mg) ||
	    (w->opts.progress && w->opts.progress(&at, w->opts.payload)))
		return mgi_fail(err, w->store->mg, MAILGUARD_ECANCELLED,
		                MGI_SAY_WORK_CANCELLED);
	return MAILGUARD_OK;
}

mailguard_status mgi_walk_file(mailguard_walk *w, mailguard_error *err)
{
	return mgi_file_instead(&w->file, w->store->mg,
	                        w->store->files[w->at].path, err);
}

mailguard_status mgi_walk_show(mailguard_walk *w,
                               void (*put)(void *self, mailguard_span bytes),
                               uint64_t from,
                               uint64_t to,
                               mailguard_error *err)
{
	while (from < to) {
		mailguard_status st;
		mailguard_span s;

		st = mgi_file_rest(&s, w->file, from, 1, err);
		if (!s.len)
			return st;
		if (s.len > to - from)
			s.len = (size_t)(to - from);
		put(w->tap->self, s);
		from += s.len;
	}
	return MAILGUARD_OK;
}

void mgi_walk_note(mailguard_walk *w,
                   const mailguard_finding *f,
                   mgi_say_id text)
{
	mailguard_finding own = *f;

	if (!w->tap && !w->found)
		return;
	own.code = mgi_say_code(text);
	own.text = mgi_say_raw(mgi_lang_of(w->store->mg), text);
	if (!own.where)
		own.where = w->store->files[w->at].path;
	if (w->tap)
		w->tap->note(w->tap->self, &own);
	else
		mgi_findings_add(w->found, &own);
}
