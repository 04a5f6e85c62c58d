/*
 * rebuild_copy.c - one node and all below it into a new PST: its properties,
 * written anew; attachments and messages in them; tables; streams block by
 * block. Where a block is gone zero bytes stand, as every reader shows it.
 */
#include "store/pst/rebuild.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/code_page.h"
#include "store/mapi/tags.h"

enum { NAMES = 0x0003, FLAGS = 0x0e07, SIZE = 0x0e08, ATTACH_SIZE = 0x0e20 };

/* One node under way, in an arena of its own. */
typedef struct one {
	mgi_pst_copy *c;
	const mgi_pst_as *as;
	const mgi_pst_node *node;
	mgi_arena *arena;
	mgi_pst_view view;
	mgi_pst_props props;
	mgi_pst_new_props out;
	mgi_pst_new_table *attachments;
} one;

/* -- what lies below ------------------------------------------------------- */

static mailguard_status recipients_copy(one *o,
                                        const mgi_pst_node *n,
                                        mailguard_error *err)
{
	mgi_pst_tags tags = mgi_pst_table_tags(0x12);
	mgi_pst_new_table *none;
	mgi_pst_made made;
	mailguard_status st = mgi_pst_copy_table(&made, o->c, n, err);

	if (mgi_pst_fatal(st))
		return st;
	if (st < 0) {
		o->view.harm++;
		mgi_error_clear(err);
		none = mgi_arena_alloc(o->arena, sizeof(*none));
		if (!none)
			return mgi_fail_nomem(err);
		mgi_pst_new_table_begin(none, o->c->w, tags.at, tags.count);
		mgi_pst_new_table_end(&made, none);
	}
	mgi_pst_new_sub(&o->out, n->nid, &made);
	return MAILGUARD_OK;
}

static mailguard_status attachments_begin(one *o, mailguard_error *err)
{
	mgi_pst_tags tags = mgi_pst_table_tags(0x11);

	if (o->attachments)
		return MAILGUARD_OK;
	o->attachments = mgi_arena_alloc(o->arena, sizeof(*o->attachments));
	if (!o->attachments)
		return mgi_fail_nomem(err);
	mgi_pst_new_table_begin(o->attachments, o->c->w, tags.at, tags.count);
	return MAILGUARD_OK;
}

static mailguard_status attachment_copy(one *o,
                                        const mgi_pst_node *n,
                                        mailguard_error *err)
{
	mgi_pst_as as = {
		MGI_MAPI_ATTACHMENT, NULL, NULL, o->as->depth + 1, { NULL, 0 }
	};
	mgi_pst_made made;
	mailguard_status st = attachments_begin(o, err);

	if (st < 0)
		return st;
	as.list = o->attachments;
	st = mgi_pst_copy_props(&made, o->c, n, &as, err);
	if (mgi_pst_fatal(st))
		return st;
	if (st < 0) {
		mgi_error_clear(err);
		o->view.harm++;
		return MAILGUARD_OK;
	}
	mgi_pst_new_sub(&o->out, n->nid, &made);
	return MAILGUARD_OK;
}

/* Is it the data of some value? */
static bool is_value(const one *o, uint32_t nid)
{
	uint32_t i;

	for (i = 0; i < o->props.count; i++)
		if (!mgi_pst_type_size(MGI_MAPI_TYPE(o->props.at[i].tag)) &&
		    mgi_le32(o->props.at[i].raw) == nid)
			return true;
	return false;
}

static mailguard_status other_copy(one *o,
                                   const mgi_pst_node *n,
                                   mailguard_error *err)
{
	mgi_pst_made made;
	mailguard_status st;

	if (MGI_PST_NID_TYPE(n->nid) == 0x1f)
		return MAILGUARD_OK; /* nobody names it */
	st = mgi_pst_copy_any(&made, o->c, n, o->as->depth + 1, err);
	if (mgi_pst_fatal(st))
		return st;
	if (st >= 0)
		mgi_pst_new_sub(&o->out, n->nid, &made);
	else
		o->view.harm++;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

static mailguard_status subs_copy(one *o, mailguard_error *err)
{
	bool message = o->as->kind == MGI_MAPI_MESSAGE;
	mailguard_status st = MAILGUARD_OK;
	uint32_t i, last = 0;

	for (i = 0; st >= 0 && i < o->props.subs.count; i++) {
		const mgi_pst_node *n = &o->props.subs.at[i];
		unsigned type = MGI_PST_NID_TYPE(n->nid);

		if (type == 0x1f && n->nid >> 5 >= o->out.next_sub)
			o->out.next_sub = (n->nid >> 5) + 1;
		if (i && n->nid == last)
			continue;
		last = n->nid;
		if (message && n->nid == MGI_PST_NODE_RECIPIENTS)
			st = recipients_copy(o, n, err);
		else if (message && n->nid == MGI_PST_NODE_ATTACHMENTS)
			st = attachments_begin(o, err);
		else if (message && type == MGI_PST_TYPE_ATTACHMENT)
			st = attachment_copy(o, n, err);
		else if (!is_value(o, n->nid) &&
		         !(o->as->kind == MGI_MAPI_ATTACHMENT))
			st = other_copy(o, n, err);
	}
	return st;
}

/* -- properties ------------------------------------------------------------ */

/* The message or object that an attachment is; false if there is none. */
static mailguard_status embedded_copy(bool *done,
                                      one *o,
                                      const mgi_pst_prop *p,
                                      mailguard_error *err)
{
	mgi_pst_as as = {
		MGI_MAPI_MESSAGE, NULL, NULL, o->as->depth + 1, { NULL, 0 }
	};
	const mgi_pst_node *n;
	unsigned char object[8];
	mgi_pst_made made;
	mailguard_status st;
	mailguard_span s;

	*done = false;
	st = mgi_pst_heap_get(&s, &o->props.heap, mgi_le32(p->raw), err);
	if (st < 0 || s.len < 4)
		return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
	n = mgi_pst_subs_find(&o->props.subs, mgi_le32(s.data));
	if (!n)
		return MAILGUARD_OK;
	st = MGI_PST_NID_TYPE(n->nid) == MGI_PST_TYPE_MESSAGE
	             ? mgi_pst_copy_props(&made, o->c, n, &as, err)
	             : mgi_pst_copy_any(&made, o->c, n, o->as->depth + 1, err);
	if (st < 0)
		return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
	mgi_pst_new_sub(&o->out, n->nid, &made);
	mgi_put_le(object, 4, n->nid);
	mgi_put_le(object + 4, 4, made.size);
	mgi_pst_new_bytes(&o->out, p->tag, mgi_span(object, sizeof(object)));
	*done = true;
	return MAILGUARD_OK;
}

static bool sub_has(const mgi_pst_new_props *p, uint32_t nid)
{
	const mgi_pst_node *at = (const mgi_pst_node *)(void *)p->subs.at;
	size_t i;

	for (i = 0; i < p->subs.len / sizeof(*at); i++)
		if (at[i].nid == nid)
			return true;
	return false;
}

/* A value in a node of its own. */
static mailguard_status node_value_copy(one *o,
                                        const mgi_pst_prop *p,
                                        mailguard_error *err)
{
	uint32_t nid = mgi_le32(p->raw);
	const mgi_pst_node *n = mgi_pst_subs_find(&o->props.subs, nid);
	mgi_pst_made made;
	mailguard_status st;

	if (!n) {
		o->view.harm++;
		return MAILGUARD_OK;
	}
	if (sub_has(&o->out, nid)) { /* two values share it */
		mgi_pst_new_raw(&o->out, p->tag, nid);
		return MAILGUARD_OK;
	}
	st = mgi_pst_copy_stream(&made, o->c, &o->view, n->data, err);
	if (st < 0) {
		mgi_error_clear(err);
		return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
	}
	mgi_pst_new_sub(&o->out, nid, &made);
	mgi_pst_new_raw(&o->out, p->tag, nid);
	return MAILGUARD_OK;
}

static mailguard_status value_copy(one *o,
                                   const mgi_pst_prop *p,
                                   mailguard_error *err)
{
	size_t size = mgi_pst_type_size(MGI_MAPI_TYPE(p->tag));
	uint32_t raw = mgi_le32(p->raw);
	mailguard_status st;
	mailguard_span s;
	bool done;

	if (!p->tag || mgi_pst_new_props_has(&o->out, MGI_MAPI_ID(p->tag)))
		return MAILGUARD_OK;
	if (o->as->names.len && MGI_MAPI_ID(p->tag) == NAMES) {
		mgi_pst_new_bytes(&o->out, p->tag, o->as->names);
		return MAILGUARD_OK;
	}
	if ((size && size <= 4) || !raw) {
		mgi_pst_new_raw(&o->out, p->tag, raw);
		return MAILGUARD_OK;
	}
	if (MGI_MAPI_TYPE(p->tag) == MGI_MAPI_OBJECT) {
		st = embedded_copy(&done, o, p, err);
		o->view.harm += !done;
		mgi_error_clear(done ? NULL : err);
		return st;
	}
	if (!size && MGI_PST_NID_TYPE(raw))
		return node_value_copy(o, p, err);
	st = mgi_pst_heap_get(&s, &o->props.heap, raw, err);
	if (st == MAILGUARD_OK)
		mgi_pst_new_bytes(&o->out, p->tag, s);
	else if (!mgi_pst_fatal(st))
		mgi_error_clear(err);
	return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
}

static uint32_t number_of(const one *o, uint16_t id, uint32_t otherwise)
{
	const mgi_pst_prop *p = mgi_pst_props_find(&o->props, id);

	return p ? mgi_le32(p->raw) : otherwise;
}

/* What every object of its kind must have. */
static void required_add(one *o)
{
	uint32_t method = number_of(o, MGI_TAG_ATTACH_METHOD, UINT32_MAX);

	if (o->as->kind == MGI_MAPI_MESSAGE) {
		if (!mgi_pst_new_props_has(&o->out, MGI_TAG_MESSAGE_CLASS))
			mgi_pst_new_text(&o->out, MGI_TAG_MESSAGE_CLASS,
			                 "IPM.Note");
		if (!o->as->depth)
			o->c->flags = number_of(o, FLAGS, 1);
		if (!mgi_pst_new_props_has(&o->out, FLAGS))
			mgi_pst_new_number(&o->out,
			                   MGI_MAPI_TAG(FLAGS, MGI_MAPI_INT32),
			                   1);
	}
	if (o->as->kind != MGI_MAPI_ATTACHMENT)
		return;
	if (!mgi_pst_new_props_has(&o->out, MGI_TAG_ATTACH_DATA) &&
	    (method == MGI_ATTACH_BY_VALUE || method == MGI_ATTACH_EMBEDDED ||
	     method == UINT32_MAX)) {
		/* It is gone; what is left is told as what it is. */
		mgi_pst_new_raw(
			&o->out,
			MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_BINARY), 0);
		method = MGI_ATTACH_BY_VALUE;
	} else if (method == UINT32_MAX) {
		method = MGI_ATTACH_BY_VALUE;
	}
	mgi_pst_new_number(&o->out,
	                   MGI_MAPI_TAG(MGI_TAG_ATTACH_METHOD, MGI_MAPI_INT32),
	                   method);
}

static mailguard_status values_copy(one *o, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mgi_pst_force *f = o->as->force;
	uint32_t i;

	for (i = 0; f && i < f->count; i++)
		mgi_pst_new_number(&o->out, f->at[i].tag, f->at[i].number);
	for (i = 0; st >= 0 && i < o->props.count; i++)
		/* The method goes with the data: required_add(). */
		if (o->as->kind != MGI_MAPI_ATTACHMENT ||
		    MGI_MAPI_ID(o->props.at[i].tag) != MGI_TAG_ATTACH_METHOD)
			st = value_copy(o, &o->props.at[i], err);
	if (st >= 0)
		required_add(o);
	return st;
}

static uint16_t size_id_of(mgi_mapi_kind kind)
{
	return kind == MGI_MAPI_MESSAGE      ? SIZE
	       : kind == MGI_MAPI_ATTACHMENT ? ATTACH_SIZE
	                                     : 0;
}

static mailguard_status row_tell(one *o,
                                 const mgi_pst_made *made,
                                 mailguard_error *err)
{
	mgi_pst_force f = { .count = 0 };
	uint16_t id = size_id_of(o->as->kind);

	if (o->as->force)
		f = *o->as->force;
	if (id)
		mgi_pst_force_add(&f, MGI_MAPI_TAG(id, MGI_MAPI_INT32),
		                  made->size);
	return mgi_pst_copy_row(o->as->list, o->c, o->node->nid, &o->props, &f,
	                        err);
}

/* Just as it is, if it is in order; `*done` if so. */
static mailguard_status whole_copy(bool *done,
                                   mgi_pst_made *out,
                                   one *o,
                                   mailguard_error *err)
{
	mailguard_status st;

	*done = false;
	if (!o->c->alike || o->as->force || o->as->names.len || o->view.harm)
		return MAILGUARD_OK;
	st = mgi_pst_fit_props(done, &o->props, o->node, o->as->kind,
	                       o->as->depth, err);
	if (st < 0 || !*done)
		return st;
	st = mgi_pst_copy_whole(out, o->c, &o->view, o->node, o->as->depth,
	                        err);
	if (st >= 0 && o->as->kind == MGI_MAPI_MESSAGE && !o->as->depth)
		o->c->flags = number_of(o, FLAGS, 1);
	if (st >= 0 && o->as->list)
		st = row_tell(o, out, err);
	return st;
}

static mailguard_status one_copy(mgi_pst_made *out,
                                 one *o,
                                 mailguard_error *err)
{
	mgi_pst_made list;
	mailguard_status st;
	bool whole;

	st = mgi_pst_props_open(&o->props, &o->view, o->node, err);
	if (st < 0)
		return st;
	st = whole_copy(&whole, out, o, err);
	if (st < 0 || whole)
		return st;
	mgi_pst_new_props_begin(&o->out, o->c->w);
	st = subs_copy(o, err);
	if (st >= 0)
		st = values_copy(o, err);
	if (o->attachments) {
		mgi_pst_new_table_end(&list, o->attachments);
		mgi_pst_new_sub(&o->out, MGI_PST_NODE_ATTACHMENTS, &list);
	}
	mgi_pst_new_props_end(out, &o->out, size_id_of(o->as->kind));
	if (st >= 0 && o->as->list)
		st = row_tell(o, out, err);
	return st;
}

mailguard_status mgi_pst_copy_props(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    const mgi_pst_node *node,
                                    const mgi_pst_as *as,
                                    mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(c->w->mg);
	one *o = arena ? mgi_arena_alloc(arena, sizeof(*o)) : NULL;
	mailguard_status st = MAILGUARD_EFORMAT;

	memset(out, 0, sizeof(*out));
	if (!o) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	o->c = c;
	o->as = as;
	o->node = node;
	o->arena = arena;
	o->view = c->view;
	o->view.arena = arena;
	o->view.harm = 0;
	if (as->depth < MGI_PST_COPY_DEEP)
		st = one_copy(out, o, err);
	c->harm += o->view.harm;
	if (st >= 0 && mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	mgi_arena_free(arena);
	return st;
}
