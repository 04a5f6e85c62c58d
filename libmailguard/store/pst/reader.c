/*
 * reader.c - a PST or OST as a store: its messages, folder by folder.
 */
#include "store/driver.h"
#include "store/mapi/item.h"
#include "store/mapi/message.h"
#include "store/pst/check.h"
#include "store/pst/downloads.h"
#include "store/pst/ladder.h"
#include "store/pst/object.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

typedef struct walk {
	mgi_arena *arena;
	mgi_pst *pst; /* the store's, or a way round its broken trees; held */
	mgi_pst_view view;
	mgi_pst_list list;
	mgi_mapi *object; /* of the item */
	bool ready, made;
} walk;

/* Its beginning may be gone; then its name is all there is to go by. */
static bool named_so(const char *name)
{
	size_t n = strlen(name);

	return n > 4 &&
	       (mgi_span_is_nocase(mgi_span_of(name + n - 4), ".pst") ||
	        mgi_span_is_nocase(mgi_span_of(name + n - 4), ".ost"));
}

static int pst_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;

	if (sight->is_folder)
		return 0;
	if (!mgi_span_starts(s, "!BDN") || s.len < 10)
		return named_so(sight->name) ? 1 : 0;
	/* A PAB, an address book, has the same beginning. */
	return s.data[8] == 'S' ? 100 : 50;
}

static mailguard_status reader_open(mailguard_store *s, mailguard_error *err)
{
	mgi_store_file f = { s->path, "", 0, NULL };
	mailguard_status st;
	mgi_pst *p;

	if (!mgi_store_file_add(s, &f))
		return mgi_fail_nomem(err);
	st = mgi_pst_open(&p, s->mg, s->path, err);
	s->own = p;
	return st;
}

static void reader_close(mailguard_store *s)
{
	mgi_pst_free(s->own);
}

static const char *reader_format(const mailguard_store *s)
{
	return ((const mgi_pst *)s->own)->header.is_ost ? "ost" : "pst";
}

/* -- the walk -------------------------------------------------------------- */

static mailguard_status reader_begin(mailguard_walk *w, mailguard_error *err)
{
	walk *own = mgi_arena_alloc(w->arena, sizeof(*own));

	if (!own)
		return mgi_fail_nomem(err);
	w->state = own;
	return MAILGUARD_OK;
}

/* Made at the first step: a check has no use for it. */
static mailguard_status walk_make(mailguard_walk *w, mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st;

	own->ready = true;
	own->arena = mgi_arena_new(w->store->mg);
	if (!own->arena)
		return mgi_fail_nomem(err);
	st = mgi_pst_rescue(&own->pst, w->store->own, err);
	if (st >= 0)
		st = mgi_pst_view_init(&own->view, own->pst, own->arena, err);
	if (st >= 0)
		st = mgi_pst_list_make(&own->list, &own->view, err);
	if (st < 0)
		return st;
	w->gaps = own->pst->index && own->pst->index->gaps;
	w->total = mgi_spool_count(own->list.messages);
	own->made = true;
	return MAILGUARD_OK;
}

static void reader_settle(mailguard_item *item, mailguard_walk *w)
{
	walk *own = w->state;

	if (own->object && mgi_mapi_harm(own->object))
		item->state = MAILGUARD_ITEM_DAMAGED;
}

static mailguard_status item_open(mailguard_item *out,
                                  mailguard_walk *w,
                                  const mgi_pst_node *n,
                                  mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st;
	mgi_pst_block b;

	st = mgi_pst_block_find(&b, &own->view, n->data, err);
	out->offset = b.at;
	if (mgi_pst_sought(own->pst, n->nid)) {
		/* What led there may have been given up: it may be older. */
		out->how = MAILGUARD_ITEM_SCAVENGED;
		out->state = MAILGUARD_ITEM_REPAIRED;
	}
	if (st >= 0)
		st = mgi_pst_object(&own->object, own->pst, n, MGI_MAPI_MESSAGE,
		                    err);
	if (st == MAILGUARD_EFORMAT) { /* of one message: it is lost */
		if (err)
			err->status = MAILGUARD_EIO;
		return MAILGUARD_EIO;
	}
	if (st < 0)
		return st;
	out->size = (uint64_t)mgi_mapi_number(own->object, 0x0e08, 0);
	out->kind = mgi_item_kind(own->object);
	out->flags = mgi_item_flags(own->object);
	if (mgi_arena_failed(own->object->arena))
		return mgi_fail_nomem(err);
	reader_settle(out, w);
	return MAILGUARD_OK;
}

static mailguard_status reader_next(mailguard_item *out,
                                    mailguard_walk *w,
                                    mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st = MAILGUARD_OK;
	const mgi_pst_folder *folder;
	mgi_pst_node n;

	mgi_mapi_free(own->object);
	own->object = NULL;
	if (!own->ready)
		st = walk_make(w, err);
	if (st < 0 || !own->made)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	st = mgi_pst_list_next(&n, &folder, &own->list, err);
	if (st != MAILGUARD_OK)
		return st;
	w->done++;
	out->file = w->store->path;
	out->folder = folder ? folder->path : MGI_PST_LOST;
	return item_open(out, w, &n, err);
}

static mgi_mapi *reader_object(mailguard_walk *w)
{
	return ((walk *)w->state)->object;
}

static mailguard_status reader_source(mailguard_source **out,
                                      mailguard_walk *w,
                                      mailguard_error *err)
{
	walk *own = w->state;

	*out = NULL;
	if (!own->object)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mgi_mapi_source(out, own->object, err);
}

static void reader_walk_end(mailguard_walk *w)
{
	walk *own = w->state;

	mgi_mapi_free(own->object);
	mgi_pst_list_done(&own->list);
	mgi_pst_view_done(&own->view);
	mgi_arena_free(own->arena);
	mgi_pst_free(own->pst);
}

static const mgi_store_more more = {
	.makes = true,
	.object = reader_object,
	.format = reader_format,
	.source = reader_source,
	.settle = reader_settle,
	.check = mgi_pst_check,
	.check_end = mgi_pst_check_end,
	.rebuild = mgi_pst_rebuild_store,
	.downloads = mgi_pst_downloads,
	.walk_end = reader_walk_end,
	.close = reader_close,
};

const mgi_store_reader mgi_store_pst = {
	.name = "pst",
	.sniff = pst_sniff,
	.open = reader_open,
	.begin = reader_begin,
	.next = reader_next,
	.more = &more,
};
