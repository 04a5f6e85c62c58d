/*
 * check_msg.c - folders, what their tables name against what is there, and
 * every message with all that hangs on it.
 */
#include "store/pst/audit.h"
#include "store/pst/ladder.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"

enum {
	MESSAGE_CLASS = 0x001a,
	SUBMITTED = 0x0039,
	DELIVERED = 0x0e06,
	MESSAGE_FLAGS = 0x0e07,
	NAME = 0x3001,
	CONTENT_COUNT = 0x3602,
	ATTACH_DATA = 0x3701,
	ATTACH_METHOD = 0x3705
};

enum { BY_VALUE = 1, EMBEDDED = 5 };

/* -- folders --------------------------------------------------------------- */

mailguard_status mgi_pst_check_rescue(mgi_pst_audit *a, mailguard_error *err)
{
	const mgi_pst_index *index;
	mailguard_status st;
	size_t i;

	if (a->rescued)
		return MAILGUARD_OK;
	st = mgi_pst_rescue(&a->rescued, a->pst, err);
	if (st < 0 || a->rescued == a->pst)
		return st;
	mgi_pst_view_done(&a->view);
	a->pst = a->rescued;
	a->shape = a->pst->header.shape;
	st = mgi_pst_view_init(&a->view, a->pst, a->arena, err);
	index = a->pst->index;
	if (st < 0 || !index)
		return st;
	mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_INDEX_FOUND,
	             MAILGUARD_NOWHERE, 0);
	mgi_spool_free(a->below);
	a->below = NULL;
	st = mgi_spool_new(&a->below, a->pst->mg, sizeof(mgi_pst_below), 0,
	                   err);
	for (i = 0; st >= 0 && i < index->node_count; i++)
		mgi_pst_check_below(a, &index->nodes[i]);
	return st;
}

mailguard_status mgi_pst_check_folders(mgi_pst_audit *a, mailguard_error *err)
{
	mailguard_status st = mgi_pst_check_rescue(a, err);
	uint32_t i;

	a->hidden.arena = a->arena;
	a->list.others = mgi_pst_hidden_note;
	a->list.self = &a->hidden;
	if (st >= 0)
		st = mgi_pst_list_make(&a->list, &a->view, err);
	if (st < 0)
		return st;
	a->listed = true;
	if (a->pst->names_bad)
		mgi_pst_tell(a, MAILGUARD_SEVERITY_LOSS, MGI_SAY_PST_NAMES_BAD,
		             MAILGUARD_NOWHERE, 0);
	a->check->sum.folders = a->list.folders.count + a->search_folders;
	for (i = 0; i < a->list.folders.count; i++) {
		const mgi_pst_folder *f = &a->list.folders.at[i];

		if (f->unreadable)
			mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
			                MGI_SAY_PST_FOLDER_BAD, f->path, 0);
		if (f->lost)
			mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
			                MGI_SAY_PST_FOLDER_LOST, f->path, 0);
	}
	st = mgi_spool_sort(a->below, err);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/* -- tables ---------------------------------------------------------------- */

static uint32_t below_nid(const mgi_pst_audit *a)
{
	return (uint32_t)mgi_from_big(a->at.nid, sizeof(a->at.nid));
}

static mailguard_status below_next(mgi_pst_audit *a, mailguard_error *err)
{
	const void *at;
	mailguard_status st = mgi_spool_next(&at, a->below, err);

	a->has_at = st == MAILGUARD_OK;
	if (a->has_at)
		memcpy(&a->at, at, sizeof(a->at));
	return st < 0 ? st : MAILGUARD_OK;
}

/* A table that names what is not there, or not what is. */
static void row_tell(mgi_pst_audit *a,
                     unsigned table,
                     const char *path,
                     bool row_without)
{
	mgi_say_id text =
		row_without ? MGI_SAY_PST_ROW_LOST : MGI_SAY_PST_ROW_MISSING;

	mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS, text, path, 0);
	if (table == MGI_PST_TYPE_CONTENTS && row_without) {
		a->check->sum.messages++;
		a->check->sum.lost++;
	}
}

static bool same_group(const mgi_pst_audit *a, const mgi_pst_below *b)
{
	return a->has_at && a->at.table == b->table &&
	       memcmp(a->at.folder, b->folder, sizeof(b->folder)) == 0;
}

/* Both lists rise; nodes are those of the spool. */
static mailguard_status rows_compare(mgi_pst_audit *a,
                                     const mgi_pst_below *table,
                                     mgi_pst_table *t,
                                     const char *path,
                                     mailguard_error *err)
{
	mgi_pst_bth_walk walk;
	mailguard_status st;
	mailguard_span s;

	mgi_pst_bth_begin(&walk, &t->index);
	while ((st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK) {
		uint32_t row = mgi_le32(s.data);

		while (st >= 0 && same_group(a, table) && below_nid(a) < row) {
			row_tell(a, table->table, path, false);
			st = below_next(a, err);
		}
		if (st < 0)
			return st;
		if (!same_group(a, table) || below_nid(a) != row)
			row_tell(a, table->table, path, true);
		else
			st = below_next(a, err);
		if (st < 0)
			return st;
	}
	while (st >= 0 && same_group(a, table)) {
		row_tell(a, table->table, path, false);
		st = below_next(a, err);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status table_look(mgi_pst_audit *a,
                                   const mgi_pst_below *b,
                                   const char *path,
                                   mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(a->pst->mg);
	mgi_pst_view view = a->view;
	mgi_pst_table *t;
	mailguard_status st;
	mgi_pst_node n;
	bool sound = false;

	t = arena ? mgi_arena_alloc(arena, sizeof(*t)) : NULL;
	if (!t) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	n.nid = n.parent = 0;
	n.data = mgi_from_big(b->data, sizeof(b->data));
	n.sub = mgi_from_big(b->sub, sizeof(b->sub));
	view.arena = arena;
	st = mgi_pst_table_open(t, &view, &n, false, err);
	if (st >= 0)
		st = mgi_pst_table_sound(&sound, t, err);
	if (st == MAILGUARD_EFORMAT || (st >= 0 && !sound)) {
		mgi_error_clear(err);
		mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
		                MGI_SAY_PST_TABLE_BAD, path, 0);
		st = MAILGUARD_OK;
	} else if (st >= 0) {
		st = rows_compare(a, b, t, path, err);
	}
	mgi_arena_free(arena);
	return st;
}

/* One folder's table of one kind, and what is below it, a step. */
mailguard_status mgi_pst_check_tables(mgi_pst_audit *a, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mgi_pst_folder *f;
	mgi_pst_below b;
	const char *path;

	if (!a->has_at)
		st = below_next(a, err);
	if (st < 0 || !a->has_at)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	b = a->at;
	f = mgi_pst_folder_find(
		&a->list.folders,
		(uint32_t)mgi_from_big(b.folder, sizeof(b.folder)));
	path = f ? f->path : a->check->store->path;
	if (below_nid(a)) { /* it should be the table */
		if (!a->torn_tree)
			mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
			                f ? MGI_SAY_PST_TABLE_GONE
			                  : MGI_SAY_PST_NO_FOLDER,
			                path, 0);
	} else {
		st = below_next(a, err);
		if (st >= 0)
			st = table_look(a, &b, path, err);
	}
	while (st >= 0 && same_group(a, &b))
		st = below_next(a, err);
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- messages -------------------------------------------------------------- */

/* What is known of one message so far. */
typedef struct look {
	mgi_pst_audit *audit;
	mgi_mapi *object;
	bool bad;
	uint64_t attachments;
} look;

/* Is any block of this data among the bad ones? */
static mailguard_status data_look(look *l,
                                  mgi_pst_view *v,
                                  uint64_t bid,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_tree tree;
	uint32_t i;

	if (!bid || l->bad || !l->audit->bad_count)
		return MAILGUARD_OK;
	l->bad = l->audit->bad_more || mgi_pst_is_bad(l->audit, bid);
	if (l->bad || !MGI_PST_BID_INSIDE(bid))
		return MAILGUARD_OK;
	st = mgi_pst_tree_open(&tree, v, bid, err);
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err);
		l->bad = true;
		st = MAILGUARD_OK;
	}
	for (i = 0; st >= 0 && i < tree.count && !l->bad; i++)
		l->bad = mgi_pst_is_bad(l->audit, tree.bids[i]);
	return st;
}

static mailguard_status subs_look(look *l,
                                  mgi_pst_view *v,
                                  const mgi_pst_subs *subs,
                                  unsigned depth,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_subs below;
	uint32_t i;

	for (i = 0; st >= 0 && i < subs->count && !l->bad; i++) {
		st = data_look(l, v, subs->at[i].data, err);
		if (st < 0 || !subs->at[i].sub || depth >= MGI_MAPI_DEPTH_MAX)
			continue;
		st = mgi_pst_subs_open(&below, v, subs->at[i].sub, err);
		if (st == MAILGUARD_EFORMAT) {
			mgi_error_clear(err);
			l->bad = true;
			st = MAILGUARD_OK;
		} else if (st >= 0) {
			st = subs_look(l, v, &below, depth + 1, err);
		}
	}
	return st;
}

/* Recipients, or the list of attachments: a table below a message. */
static mailguard_status list_look(look *l,
                                  mgi_mapi *o,
                                  uint32_t nid,
                                  mailguard_error *err)
{
	const mgi_pst_props *p = mgi_pst_object_props(o);
	const mgi_pst_node *n = mgi_pst_subs_find(&p->subs, nid);
	mgi_pst_bth_walk walk;
	mailguard_status st;
	mailguard_span s;
	mgi_pst_table *t;
	uint64_t rows = 0, nodes = 0;
	bool sound;
	uint32_t i;

	for (i = 0; i < p->subs.count; i++)
		nodes += MGI_PST_NID_TYPE(p->subs.at[i].nid) ==
		         MGI_PST_TYPE_ATTACHMENT;
	if (!n) {
		l->bad |= nid == MGI_PST_NODE_ATTACHMENTS && nodes;
		return MAILGUARD_OK;
	}
	t = mgi_arena_alloc(o->arena, sizeof(*t));
	if (!t)
		return mgi_fail_nomem(err);
	st = mgi_pst_table_open(t, mgi_pst_object_view(o), n, true, err);
	if (st >= 0) {
		st = mgi_pst_table_sound(&sound, t, err);
		l->bad |= st >= 0 && !sound;
	}
	if (st < 0 || nid != MGI_PST_NODE_ATTACHMENTS)
		return st;
	mgi_pst_bth_begin(&walk, &t->index);
	while ((st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK) {
		l->bad |= !mgi_pst_subs_find(&p->subs, mgi_le32(s.data));
		rows++;
	}
	l->bad |= rows != nodes;
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status message_look(look *l,
                                     mgi_mapi *o,
                                     mailguard_error *err);

static mailguard_status attachment_look(look *l,
                                        mgi_mapi *o,
                                        mailguard_error *err)
{
	const mgi_pst_props *p = mgi_pst_object_props(o);
	int64_t method = mgi_mapi_number(o, ATTACH_METHOD, -1);
	mailguard_status st;
	mgi_mapi *below;
	bool sound;

	st = mgi_pst_props_sound(&sound, p, err);
	if (st < 0)
		return st;
	l->bad |= !sound || method < 0 ||
	          ((method == BY_VALUE || method == EMBEDDED) &&
	           !mgi_pst_props_find(p, ATTACH_DATA));
	st = mgi_mapi_embedded(&below, o, err);
	if (st == MAILGUARD_OK) {
		st = message_look(l, below, err);
		mgi_mapi_free(below);
	}
	return st;
}

static mailguard_status attachments_look(look *l,
                                         mgi_mapi *o,
                                         mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0; i++) {
		mgi_mapi *a;

		st = mgi_mapi_attachment(&a, o, i, err);
		if (st == MAILGUARD_ITEROVER)
			return MAILGUARD_OK;
		l->attachments += o->depth == 0;
		if (st >= 0) {
			st = attachment_look(l, a, err);
			mgi_mapi_free(a);
		}
		if (st == MAILGUARD_EFORMAT || st == MAILGUARD_ELIMIT) {
			mgi_error_clear(err);
			l->bad = true;
			st = MAILGUARD_OK;
		}
	}
	return st;
}

static mailguard_status message_look(look *l, mgi_mapi *o, mailguard_error *err)
{
	const mgi_pst_props *p = mgi_pst_object_props(o);
	mailguard_status st;
	bool sound;

	st = mgi_pst_props_sound(&sound, p, err);
	if (st < 0)
		return st;
	l->bad |= !sound || !mgi_pst_props_find(p, MESSAGE_CLASS) ||
	          !mgi_pst_props_find(p, MESSAGE_FLAGS);
	/* The last one tells whether any goes by name. */
	l->bad |= l->audit->pst->names_bad && p->count &&
	          MGI_MAPI_ID(p->at[p->count - 1].tag) >= 0x8000;
	st = list_look(l, o, MGI_PST_NODE_RECIPIENTS, err);
	if (st >= 0)
		st = list_look(l, o, MGI_PST_NODE_ATTACHMENTS, err);
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err);
		l->bad = true;
		st = MAILGUARD_OK;
	}
	return st < 0 ? st : attachments_look(l, o, err);
}

static void times_take(mgi_pst_audit *a, mgi_mapi *o)
{
	mailguard_time arrived = mgi_mapi_time(o, DELIVERED);
	mailguard_time date = mgi_mapi_time(o, SUBMITTED);
	mailguard_check *c = a->check;

	if (!date)
		date = arrived;
	if (date > c->sum.newest && date <= c->latest)
		c->sum.newest = date;
	mgi_times_add(&c->times, c->arena, arrived, date, c->latest);
}

static mailguard_status item_look(mgi_pst_audit *a,
                                  const mgi_pst_node *n,
                                  const char *path,
                                  mailguard_error *err)
{
	look l = { a, NULL, false, 0 };
	mailguard_status st;

	a->check->sum.messages++;
	st = mgi_pst_object_by(&l.object, &a->view, n, MGI_MAPI_MESSAGE, err);
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err);
		a->check->sum.lost++;
		mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
		                MGI_SAY_PST_MESSAGE_LOST, path, a->item);
		return MAILGUARD_OK;
	}
	if (st < 0)
		return st;
	st = message_look(&l, l.object, err);
	if (st >= 0 && a->bad_count && !l.bad) {
		mgi_pst_view *v = mgi_pst_object_view(l.object);

		st = data_look(&l, v, n->data, err);
		l.bad |= mgi_pst_is_bad(a, n->sub);
		if (st >= 0)
			st = subs_look(&l, v,
			               &mgi_pst_object_props(l.object)->subs, 0,
			               err);
	}
	l.bad |= mgi_mapi_harm(l.object) != 0;
	times_take(a, l.object);
	mgi_mapi_free(l.object);
	if (st < 0)
		return st;
	a->check->sum.attachments += l.attachments;
	/* What was looked for may be an older version: nobody can call it
	   intact. */
	if (l.bad || mgi_pst_sought(a->pst, n->nid))
		a->check->sum.damaged++;
	else
		a->check->sum.intact++;
	if (l.bad)
		mgi_pst_tell_in(a, MAILGUARD_SEVERITY_LOSS,
		                MGI_SAY_PST_MESSAGE_BAD, path, a->item);
	return MAILGUARD_OK;
}

static mailguard_status downloads_look(mgi_pst_audit *a, mailguard_error *err)
{
	mailguard_downloads *d;
	mailguard_status st;

	st = mgi_downloads_new(&d, a->pst->mg, err);
	if (st < 0)
		return st;
	d->file = a->check->store->path;
	st = mgi_pst_hidden_downloads(d, &a->view, &a->hidden, err);
	if (st >= 0 && mgi_arena_failed(d->arena))
		st = mgi_fail_nomem(err);
	if (st >= 0)
		mgi_check_downloads(a->check, d);
	mailguard_downloads_free(d);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

mailguard_status mgi_pst_check_messages(mgi_pst_audit *a, mailguard_error *err)
{
	const mgi_pst_folder *f;
	mailguard_status st;
	mgi_pst_node n;

	if (!a->listed)
		return MAILGUARD_ITEROVER;
	a->check->walk->total = mgi_spool_count(a->list.messages);
	a->check->walk->done = a->item;
	st = mgi_pst_list_next(&n, &f, &a->list, err);
	if (st == MAILGUARD_ITEROVER)
		return downloads_look(a, err);
	if (st < 0)
		return st;
	a->item++;
	return item_look(a, &n, f ? f->path : MGI_PST_LOST, err);
}
