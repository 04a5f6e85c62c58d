/*
 * reader.c - a .dbx as a store: the messages of one folder.
 */
#include "store/check.h"
#include "store/oe/dbx.h"

#include <string.h>

#include "base/fail.h"

/* Marks of a message (its entry's index 1). */
enum { MARK_FLAGGED = 0x20, MARK_READ = 0x80, MARK_ANSWERED = 0x80000 };

typedef struct walk {
	mgi_arena *arena;
	mgi_dbx dbx;
	size_t at; /* behind the item */
	bool ready, whole, told;
} walk;

/* Also one whose head is gone: its name is all that tells then. */
static int dbx_sniff(const mgi_store_sight *sight)
{
	size_t n = strlen(sight->name);

	if (sight->is_folder)
		return 0;
	if (mgi_span_starts(sight->head, "\xcf\xad\x12\xfe"))
		return 100;
	return n > 4 && mgi_strcmp_nocase(sight->name + n - 4, ".dbx") == 0 ? 30
	                                                                    : 0;
}

static mailguard_status dbx_open(mailguard_store *s, mailguard_error *err)
{
	mgi_store_file f = { s->path, "", 0 };

	(void)err;
	(void)mgi_store_file_add(s, &f);
	s->folders = 1;
	return MAILGUARD_OK;
}

static const char *dbx_format(const mailguard_store *s)
{
	return s->reader->name;
}

static mailguard_status dbx_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

static mailguard_status walk_make(mailguard_walk *w, mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st;

	own->ready = true;
	own->arena = mgi_arena_new(w->store->mg);
	if (!own->arena)
		return mgi_fail_nomem(err);
	st = mgi_walk_file(w, err);
	if (st >= 0)
		st = mgi_dbx_read(&own->dbx, own->arena, w->file, err);
	w->total = own->dbx.count;
	return st;
}

static uint32_t flags_of(uint32_t marks)
{
	return (marks & MARK_READ ? MAILGUARD_FLAG_SEEN : 0u) |
	       (marks & MARK_FLAGGED ? MAILGUARD_FLAG_FLAGGED : 0u) |
	       (marks & MARK_ANSWERED ? MAILGUARD_FLAG_ANSWERED : 0u);
}

static mailguard_status dbx_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st = MAILGUARD_OK;
	const mgi_dbx_message *m;

	if (!own->ready)
		st = walk_make(w, err);
	if (st < 0)
		return st;
	/* A header that was never fetched has no text; it is no message. */
	while (own->at < own->dbx.count && !own->dbx.at[own->at].segment)
		own->at++;
	if (own->at >= own->dbx.count)
		return MAILGUARD_ITEROVER;
	m = &own->dbx.at[own->at++];
	w->done++;
	out->folder = "";
	out->file = w->store->path;
	out->offset = m->segment;
	out->flags = flags_of(m->marks);
	out->how = m->found ? MAILGUARD_ITEM_SCAVENGED : MAILGUARD_ITEM_INDEXED;
	own->whole = mgi_dbx_chain(&out->size, w->file, m->segment);
	if (!own->whole)
		out->state = MAILGUARD_ITEM_DAMAGED;
	return MAILGUARD_OK;
}

static mailguard_status dbx_source(mailguard_source **out,
                                   mailguard_walk *w,
                                   mailguard_error *err)
{
	const walk *own = w->state;

	*out = NULL;
	if (!own->at)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mgi_dbx_source(out, w->file, own->dbx.at[own->at - 1].segment,
	                      err);
}

static void dbx_settle(mailguard_item *item, mailguard_walk *w)
{
	(void)item;
	(void)w;
}

static void dbx_walk_end(mailguard_walk *w)
{
	mgi_arena_free(((walk *)w->state)->arena);
}

/* -- checked --------------------------------------------------------------- */

static void tell(mailguard_check *c,
                 mailguard_severity severity,
                 uint64_t item,
                 mgi_say_id text)
{
	mailguard_finding f = { severity, 0,   MAILGUARD_NOWHERE, 0, item, NULL,
		                NULL,     NULL };

	f.where = c->store->path;
	mgi_check_note(c, &f, text);
}

/* What the tree itself shows, once the walk has read it. */
static void tree_tell(mailguard_check *c)
{
	const mgi_dbx *d = &((walk *)c->walk->state)->dbx;
	size_t i, found = 0, without = 0;

	for (i = 0; i < d->count; i++) {
		found += d->at[i].found;
		without += !d->at[i].segment;
	}
	if (d->kind != MGI_DBX_MAIL)
		tell(c, MAILGUARD_SEVERITY_NOTE, 0, MGI_SAY_DBX_NO_MAIL);
	if (d->broken)
		tell(c, MAILGUARD_SEVERITY_LOSS, 0, MGI_SAY_DBX_TREE);
	else if (d->count - found != d->told)
		tell(c, MAILGUARD_SEVERITY_LOSS, 0, MGI_SAY_DBX_COUNT);
	if (found)
		tell(c, MAILGUARD_SEVERITY_WARN, 0, MGI_SAY_DBX_UNNAMED);
	if (without)
		tell(c, MAILGUARD_SEVERITY_NOTE, 0, MGI_SAY_DBX_HEADER_ONLY);
}

static mailguard_status dbx_check(mailguard_check *c, mailguard_error *err)
{
	walk *own = c->walk->state;
	uint64_t damaged = c->sum.damaged;
	mailguard_status st = mgi_check_message(c, err);

	if (!own->told && own->ready) {
		own->told = true;
		tree_tell(c);
	}
	if (st != MAILGUARD_OK || own->whole)
		return st;
	tell(c, MAILGUARD_SEVERITY_LOSS, c->walk->item.index,
	     MGI_SAY_DBX_CHAIN);
	if (c->sum.damaged == damaged) {
		c->sum.damaged++;
		c->sum.intact--;
	}
	return st;
}

static void dbx_check_end(mailguard_check *c)
{
	(void)c;
}

static void dbx_close(mailguard_store *s)
{
	(void)s;
}

static const mgi_store_more more = {
	.format = dbx_format,
	.source = dbx_source,
	.settle = dbx_settle,
	.check = dbx_check,
	.check_end = dbx_check_end,
	.walk_end = dbx_walk_end,
	.close = dbx_close,
};

const mgi_store_reader mgi_store_dbx = {
	.name = "dbx",
	.sniff = dbx_sniff,
	.open = dbx_open,
	.begin = dbx_begin,
	.next = dbx_next,
	.more = &more,
};
