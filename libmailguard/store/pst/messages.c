/*
 * messages.c - nodes as MAPI objects: messages with recipients, attachments
 * and messages in them, folders, the store ([MS-PST] 2.4).
 */
#include "store/pst/object.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define ATTACH_DATA 0x3701

typedef struct object {
	mgi_mapi base;
	mgi_pst *pst; /* held */
	mgi_pst_view view;
	bool own_view; /* else what it has at hand is that of `above` */
	uint64_t told; /* of the view's harm */
	mgi_pst_node node;
	mgi_pst_props props;
	/* Of a message. */
	mgi_pst_table *recipients;
	uint64_t *rows; /* of that table */
	uint32_t row_count;
	bool recipients_tried;
	/* Of a recipient: `table` is that of the message. */
	mgi_pst_table *table;
	mailguard_span row;
} object;

static const mgi_mapi_class node_class, row_class;

/* What the view came by since is harm of the object. */
static void settle(object *o)
{
	for (; o->told < o->view.harm; o->told++)
		mgi_mapi_harmed(&o->base);
}

static object *object_new(mgi_pst *p, const mgi_mapi_class *class)
{
	mgi_arena *arena = mgi_arena_new(p->mg);
	object *o = arena ? mgi_arena_alloc(arena, sizeof(*o)) : NULL;

	if (!o) {
		mgi_arena_free(arena);
		return NULL;
	}
	o->base.class = class;
	o->base.mg = p->mg;
	o->base.arena = arena;
	atomic_init(&o->base.harm, 0);
	atomic_init(&o->base.holders, 1);
	o->base.code_page = p->code_page;
	o->pst = mgi_pst_hold(p);
	return o;
}

static void object_release(mgi_mapi *base)
{
	object *o = (object *)base;
	mgi_pst *p = o->pst;

	if (o->own_view)
		mgi_pst_view_done(&o->view);
	mgi_arena_free(base->arena);
	mgi_pst_free(p);
}

/* Below another object: with its pages at hand, but memory of its own. */
static object *object_below(object *above, const mgi_mapi_class *class)
{
	object *o = object_new(above->pst, class);

	if (!o)
		return NULL;
	o->view = above->view;
	o->view.arena = o->base.arena;
	o->view.harm = 0;
	return o;
}

static mailguard_status object_open(object *o,
                                    const mgi_pst_node *node,
                                    mgi_mapi_kind kind,
                                    mailguard_error *err)
{
	mailguard_status st;

	o->node = *node;
	o->base.id = node->nid;
	o->base.kind = kind;
	st = mgi_pst_props_open(&o->props, &o->view, node, err);
	settle(o);
	return st;
}

mailguard_status mgi_pst_object(mgi_mapi **out,
                                mgi_pst *p,
                                const mgi_pst_node *node,
                                mgi_mapi_kind kind,
                                mailguard_error *err)
{
	object *o = object_new(p, &node_class);
	mailguard_status st;

	*out = NULL;
	if (!o)
		return mgi_fail_nomem(err);
	st = mgi_pst_view_init(&o->view, p, o->base.arena, err);
	o->own_view = true;
	if (st >= 0)
		st = object_open(o, node, kind, err);
	if (st < 0)
		mgi_mapi_free(&o->base);
	else
		*out = &o->base;
	return st;
}

mailguard_status mgi_pst_object_by(mgi_mapi **out,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *node,
                                   mgi_mapi_kind kind,
                                   mailguard_error *err)
{
	object *o = object_new(v->pst, &node_class);
	mailguard_status st;

	*out = NULL;
	if (!o)
		return mgi_fail_nomem(err);
	o->view = *v;
	o->view.arena = o->base.arena;
	o->view.harm = 0;
	st = object_open(o, node, kind, err);
	if (st < 0)
		mgi_mapi_free(&o->base);
	else
		*out = &o->base;
	return st;
}

mgi_pst_view *mgi_pst_object_view(mgi_mapi *o)
{
	return &((object *)o)->view;
}

const mgi_pst_props *mgi_pst_object_props(const mgi_mapi *o)
{
	return &((const object *)o)->props;
}

static mailguard_status object_again(mgi_mapi **out,
                                     const mgi_mapi *base,
                                     mailguard_error *err)
{
	const object *o = (const object *)base;

	return mgi_pst_object(out, o->pst, &o->node, base->kind, err);
}

/* -- values ---------------------------------------------------------------- */

/* Strings have no closing NUL for those above. */
static void trim(mgi_mapi_value *v)
{
	size_t unit = MGI_MAPI_TYPE(v->tag) == MGI_MAPI_UNICODE ? 2 : 1;
	mailguard_span *s = &v->bytes;

	if (MGI_MAPI_TYPE(v->tag) != MGI_MAPI_UNICODE &&
	    MGI_MAPI_TYPE(v->tag) != MGI_MAPI_STRING8)
		return;
	if (s->len >= unit && !s->data[s->len - 1] && !s->data[s->len - unit]) {
		s->len -= unit;
		v->size -= unit;
	}
}

static mailguard_status node_tag_at(mgi_mapi_tag *out, mgi_mapi *base, size_t i)
{
	object *o = (object *)base;

	if (i >= o->props.count)
		return MAILGUARD_ITEROVER;
	*out = o->props.at[i].tag;
	return MAILGUARD_OK;
}

static mailguard_status node_get(mgi_mapi_value *out,
                                 mgi_mapi *base,
                                 uint16_t id,
                                 mailguard_error *err)
{
	object *o = (object *)base;
	mailguard_status st = mgi_pst_props_get(out, &o->props, id, err);

	settle(o);
	trim(out);
	return st;
}

/* -- a value as a source --------------------------------------------------- */

/* The node that a value of type OBJECT names (2.3.3.5). */
static const mgi_pst_node *object_node(object *o, const mgi_pst_prop *p)
{
	mailguard_span s;

	if (MGI_MAPI_TYPE(p->tag) != MGI_MAPI_OBJECT ||
	    mgi_pst_heap_get(&s, &o->props.heap, mgi_le32(p->raw), NULL) < 0 ||
	    s.len < 4)
		return NULL;
	return mgi_pst_subs_find(&o->props.subs, mgi_le32(s.data));
}

static mailguard_status node_open(mailguard_source **out,
                                  mgi_mapi *base,
                                  uint16_t id,
                                  mailguard_error *err)
{
	object *o = (object *)base;
	const mgi_pst_prop *p = mgi_pst_props_find(&o->props, id);
	const mgi_pst_node *n;
	mailguard_status st;
	mgi_mapi_value v;

	if (!p)
		return MAILGUARD_ITEROVER;
	n = MGI_MAPI_TYPE(p->tag) == MGI_MAPI_OBJECT
	            ? object_node(o, p)
	            : mgi_pst_value_node(&o->props.values, p->tag,
	                                 mgi_span(p->raw, sizeof(p->raw)));
	if (n)
		return mgi_pst_blob(out, base, o->pst, n->data, err);
	st = node_get(&v, base, id, err);
	if (st != MAILGUARD_OK)
		return st;
	return mgi_pst_blob_at_hand(out, base, v.bytes, err);
}

/* -- recipients ------------------------------------------------------------ */

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* As they were added: by the number of their row. */
static void rows_sort(uint64_t *at, uint32_t count)
{
	uint32_t i, k;

	for (i = 1; i < count; i++) { /* nearly always in order */
		uint64_t held = at[i];

		for (k = i; k && compare(at[k - 1], held) > 0; k--)
			at[k] = at[k - 1];
		at[k] = held;
	}
}

#define RECIPIENTS_MAX 65536

static mailguard_status recipients_load(object *o, mailguard_error *err)
{
	const mgi_pst_node *n =
		mgi_pst_subs_find(&o->props.subs, MGI_PST_NODE_RECIPIENTS);
	mgi_pst_bth_walk walk;
	mailguard_status st;
	mgi_pst_table *t;
	mailguard_span s;

	o->recipients_tried = true;
	if (!n)
		return MAILGUARD_OK;
	t = mgi_arena_alloc(o->base.arena, sizeof(*t));
	if (!t)
		return mgi_fail_nomem(err);
	st = mgi_pst_table_open(t, &o->view, n, true, err);
	if (st == MAILGUARD_EFORMAT) {
		mgi_error_clear(err);
		return MAILGUARD_OK; /* told as harm */
	}
	if (st < 0)
		return st;
	o->rows = mgi_arena_array(o->base.arena,
	                          t->rows < RECIPIENTS_MAX ? t->rows + 1
	                                                   : RECIPIENTS_MAX,
	                          sizeof(*o->rows));
	if (!o->rows)
		return mgi_fail_nomem(err);
	mgi_pst_bth_begin(&walk, &t->index);
	while ((st = mgi_pst_bth_next(&s, &walk, err)) == MAILGUARD_OK) {
		uint64_t row = t->index.data == 2 ? mgi_le16(s.data + 4)
		                                  : mgi_le32(s.data + 4);

		if (row >= t->rows || o->row_count >= t->rows ||
		    o->row_count >= RECIPIENTS_MAX)
			o->view.harm++;
		else
			o->rows[o->row_count++] = row;
	}
	rows_sort(o->rows, o->row_count);
	o->recipients = t;
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status node_recipient(mgi_mapi **out,
                                       mgi_mapi *base,
                                       size_t i,
                                       mailguard_error *err)
{
	object *o = (object *)base, *r;
	mailguard_status st;
	mailguard_span row;

	if (base->kind != MGI_MAPI_MESSAGE)
		return MAILGUARD_ITEROVER;
	st = o->recipients_tried ? MAILGUARD_OK : recipients_load(o, err);
	settle(o);
	if (st < 0 || i >= o->row_count)
		return st < 0 ? st : MAILGUARD_ITEROVER;
	st = mgi_pst_table_row(&row, o->recipients, o->rows[i], err);
	settle(o);
	if (st != MAILGUARD_OK)
		return st == MAILGUARD_ITEROVER ? MAILGUARD_EFORMAT : st;
	r = object_below(o, &row_class);
	if (!r)
		return mgi_fail_nomem(err);
	r->base.kind = MGI_MAPI_RECIPIENT;
	r->base.id = i;
	r->table = o->recipients;
	r->row.data = (unsigned char *)mgi_arena_strndup(r->base.arena,
	                                                 row.data, row.len);
	r->row.len = row.len;
	if (!r->row.data) {
		mgi_mapi_free(&r->base);
		return mgi_fail_nomem(err);
	}
	*out = &r->base;
	return MAILGUARD_OK;
}

static mailguard_status row_tag_at(mgi_mapi_tag *out, mgi_mapi *base, size_t i)
{
	object *o = (object *)base;
	uint32_t k;

	for (k = 0; k < o->table->info.columns; k++) {
		mgi_pst_column c = mgi_pst_table_column(&o->table->info, k);

		if (mgi_pst_table_has(o->table, o->row, &c) && i-- == 0) {
			*out = c.tag;
			return MAILGUARD_OK;
		}
	}
	return MAILGUARD_ITEROVER;
}

static mailguard_status row_get(mgi_mapi_value *out,
                                mgi_mapi *base,
                                uint16_t id,
                                mailguard_error *err)
{
	object *o = (object *)base;
	mgi_pst_values in = { &o->table->heap, &o->table->subs };
	uint64_t harm = o->table->heap.view->harm;
	uint32_t k;

	for (k = 0; k < o->table->info.columns; k++) {
		mgi_pst_column c = mgi_pst_table_column(&o->table->info, k);
		mailguard_status st;

		if (MGI_MAPI_ID(c.tag) != id ||
		    !mgi_pst_table_has(o->table, o->row, &c))
			continue;
		st = mgi_pst_value_get(out, &in, c.tag,
		                       mgi_span(o->row.data + c.at, c.size),
		                       err);
		/* The table reads by the message's view. */
		o->view.harm += o->table->heap.view->harm - harm;
		settle(o);
		trim(out);
		return st;
	}
	return MAILGUARD_ITEROVER;
}

static mailguard_status row_open(mailguard_source **out,
                                 mgi_mapi *base,
                                 uint16_t id,
                                 mailguard_error *err)
{
	mgi_mapi_value v;
	mailguard_status st = row_get(&v, base, id, err);

	return st == MAILGUARD_OK
	               ? mgi_pst_blob_at_hand(out, base, v.bytes, err)
	               : st;
}

/* -- attachments ----------------------------------------------------------- */

static mailguard_status node_attachment(mgi_mapi **out,
                                        mgi_mapi *base,
                                        size_t i,
                                        mailguard_error *err)
{
	object *o = (object *)base, *a;
	mailguard_status st;
	uint32_t k;

	if (base->kind != MGI_MAPI_MESSAGE)
		return MAILGUARD_ITEROVER;
	for (k = 0; k < o->props.subs.count; k++)
		if (MGI_PST_NID_TYPE(o->props.subs.at[k].nid) ==
		            MGI_PST_TYPE_ATTACHMENT &&
		    i-- == 0)
			break;
	if (k == o->props.subs.count)
		return MAILGUARD_ITEROVER;
	a = object_below(o, &node_class);
	if (!a)
		return mgi_fail_nomem(err);
	st = object_open(a, &o->props.subs.at[k], MGI_MAPI_ATTACHMENT, err);
	if (st < 0) {
		mgi_mapi_harmed(base);
		mgi_mapi_free(&a->base);
	} else {
		*out = &a->base;
	}
	return st;
}

static mailguard_status node_embedded(mgi_mapi **out,
                                      mgi_mapi *base,
                                      mailguard_error *err)
{
	object *o = (object *)base, *m;
	const mgi_pst_prop *p = mgi_pst_props_find(&o->props, ATTACH_DATA);
	const mgi_pst_node *n;
	mailguard_status st;

	if (base->kind != MGI_MAPI_ATTACHMENT || !p ||
	    MGI_MAPI_TYPE(p->tag) != MGI_MAPI_OBJECT)
		return MAILGUARD_ITEROVER;
	n = object_node(o, p);
	settle(o);
	if (!n) {
		mgi_mapi_harmed(base);
		return mgi_fail(err, base->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_PST_UNREADABLE, "path",
		                mgi_file_path(o->pst->file));
	}
	/* What is no message is data of some program (an OLE object). */
	if (MGI_PST_NID_TYPE(n->nid) != MGI_PST_TYPE_MESSAGE)
		return MAILGUARD_ITEROVER;
	m = object_below(o, &node_class);
	if (!m)
		return mgi_fail_nomem(err);
	st = object_open(m, n, MGI_MAPI_MESSAGE, err);
	if (st < 0) {
		mgi_mapi_harmed(base);
		mgi_mapi_free(&m->base);
	} else {
		*out = &m->base;
	}
	return st;
}

static uint16_t node_name_find(mgi_mapi *o, const mgi_mapi_name *name)
{
	if (((object *)o)->pst->names_bad)
		mgi_mapi_harmed(o);
	return mgi_pst_name_find(((object *)o)->pst->names, name);
}

static bool node_name_of(mgi_mapi_name *out, mgi_mapi *o, uint16_t id)
{
	if (((object *)o)->pst->names_bad)
		mgi_mapi_harmed(o);
	return mgi_pst_name_of(out, ((object *)o)->pst->names, id);
}

static const mgi_mapi_class node_class = {
	.tag_at = node_tag_at,
	.get = node_get,
	.open = node_open,
	.recipient = node_recipient,
	.attachment = node_attachment,
	.embedded = node_embedded,
	.name_find = node_name_find,
	.name_of = node_name_of,
	.again = object_again,
	.release = object_release,
};

static const mgi_mapi_class row_class = {
	.tag_at = row_tag_at,
	.get = row_get,
	.open = row_open,
	.name_find = node_name_find,
	.name_of = node_name_of,
	.release = object_release,
};
