/*
 * olm.c - a message of Outlook for Mac as a MAPI object: what its XML tells,
 * and attachments out of the ZIP file when their turn comes.
 */
#include "store/olm/olm.h"

#include <string.h>

#include "base/fail.h"
#include "store/mapi/tags.h"

/* Where in a list somebody is who asks for one after the other. */
typedef struct place {
	const mgi_olm_bag *at;
	size_t i;
} place;

typedef struct object {
	mgi_mapi base;
	mgi_olm_letter *letter; /* held */
	const mgi_olm_bag *bag;
	mgi_file *file;        /* own of the first one, else that of `above` */
	mailguard_buffer data; /* of an attachment, once it was read */
	mailguard_status data_st;
	bool has_data;
	place recipient, attachment; /* asked for last */
} object;

static const mgi_mapi_class olm_class;

static object *object_new(mailguard *mg, mgi_olm_letter *letter)
{
	mgi_arena *arena = mgi_arena_new(mg);
	object *o = arena ? mgi_arena_alloc(arena, sizeof(*o)) : NULL;

	if (!o) {
		mgi_arena_free(arena);
		return NULL;
	}
	o->base.class = &olm_class;
	o->base.mg = mg;
	o->base.arena = arena;
	o->base.kind = MGI_MAPI_MESSAGE;
	o->base.code_page = 65001;
	atomic_init(&o->base.harm, 0);
	atomic_init(&o->base.holders, 1);
	mgi_buf_init(&o->data, mg);
	o->letter = letter;
	atomic_fetch_add_explicit(&letter->holders, 1, memory_order_relaxed);
	return o;
}

static void olm_release(mgi_mapi *base)
{
	object *o = (object *)base;
	mgi_olm_letter *letter = o->letter;

	if (!base->above)
		mgi_file_close(o->file);
	mgi_buf_done(&o->data);
	mgi_arena_free(base->arena);
	mgi_olm_letter_free(letter);
}

/* Takes the file. */
static mailguard_status first(mgi_mapi **out,
                              mailguard *mg,
                              mgi_olm_letter *letter,
                              mgi_file *file,
                              mailguard_error *err)
{
	object *o = object_new(mg, letter);

	*out = NULL;
	if (!o) {
		mgi_file_close(file);
		return mgi_fail_nomem(err);
	}
	o->file = file;
	o->bag = letter->bag;
	*out = &o->base;
	return MAILGUARD_OK;
}

mailguard_status mgi_olm_open(mgi_mapi **out,
                              mailguard *mg,
                              mgi_olm_letter *letter,
                              const mgi_file *f,
                              mailguard_error *err)
{
	mailguard_status st;
	mgi_file *own;

	*out = NULL;
	st = mgi_file_again(&own, f, err);
	return st < 0 ? st : first(out, mg, letter, own, err);
}

static mailguard_status olm_again(mgi_mapi **out,
                                  const mgi_mapi *base,
                                  mailguard_error *err)
{
	const object *o = (const object *)base;

	return mgi_olm_open(out, base->mg, o->letter, o->file, err);
}

static const mgi_olm_bag *number(place *p, const mgi_olm_bag *list, size_t i)
{
	if (!p->at || i < p->i) {
		p->at = list;
		p->i = 0;
	}
	for (; p->at && p->i < i; p->i++)
		p->at = p->at->next;
	return p->at;
}

static mailguard_status below(mgi_mapi **out,
                              mgi_mapi *above,
                              const mgi_olm_bag *bag,
                              mgi_mapi_kind kind,
                              mailguard_error *err)
{
	const object *up = (const object *)above;
	object *o;

	if (!bag)
		return MAILGUARD_ITEROVER;
	o = object_new(above->mg, up->letter);
	if (!o)
		return mgi_fail_nomem(err);
	o->base.kind = kind;
	o->base.above = above; /* object.c holds it */
	o->file = up->file;
	o->bag = bag;
	*out = &o->base;
	return MAILGUARD_OK;
}

static mailguard_status olm_recipient(mgi_mapi **out,
                                      mgi_mapi *base,
                                      size_t i,
                                      mailguard_error *err)
{
	object *o = (object *)base;

	return below(out, base, number(&o->recipient, o->bag->recipients, i),
	             MGI_MAPI_RECIPIENT, err);
}

static mailguard_status olm_attachment(mgi_mapi **out,
                                       mgi_mapi *base,
                                       size_t i,
                                       mailguard_error *err)
{
	object *o = (object *)base;

	return below(out, base, number(&o->attachment, o->bag->attachments, i),
	             MGI_MAPI_ATTACHMENT, err);
}

/* -- properties ------------------------------------------------------------ */

static mailguard_status olm_tag_at(mgi_mapi_tag *out, mgi_mapi *o, size_t i)
{
	const mgi_olm_bag *b = ((object *)o)->bag;

	if (i < b->count)
		*out = b->at[i].tag;
	else if (i == b->count && b->data)
		*out = MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_BINARY);
	else
		return MAILGUARD_ITEROVER;
	return MAILGUARD_OK;
}

/* The attachment's bytes, read once; what is torn is given all the same. */
static mailguard_status data_read(object *o, mailguard_error *err)
{
	bool torn = false;

	if (o->bag->lost || !o->bag->data) {
		if (o->bag->lost && !o->has_data)
			mgi_mapi_harmed(&o->base);
		o->has_data = true;
		return MAILGUARD_ITEROVER;
	}
	if (!o->has_data) {
		o->data_st = mgi_zip_read(&o->data, &torn, o->file,
		                          o->bag->data, MGI_OLM_DATA_MAX);
		o->has_data = true;
		if (torn || o->data_st < 0)
			mgi_mapi_harmed(&o->base);
	}
	if (o->data_st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	return o->data_st < 0 ? MAILGUARD_EIO : MAILGUARD_OK;
}

static mailguard_status data_get(mgi_mapi_value *out,
                                 object *o,
                                 mailguard_error *err)
{
	const mgi_zip_entry *e = o->bag->data;
	mailguard_status st = MAILGUARD_OK;

	if (!e || e->size <= MGI_MAPI_VALUE_MAX)
		st = data_read(o, err);
	if (st != MAILGUARD_OK)
		return st;
	out->tag = MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_BINARY);
	out->size = o->has_data ? o->data.len : e->size;
	if (o->has_data && out->size <= MGI_MAPI_VALUE_MAX)
		out->bytes = mgi_buf_span(&o->data);
	return MAILGUARD_OK;
}

static const mgi_olm_value *find(const mgi_olm_bag *b, uint16_t id)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (MGI_MAPI_ID(b->at[i].tag) == id)
			return &b->at[i];
	return NULL;
}

static mailguard_status olm_get(mgi_mapi_value *out,
                                mgi_mapi *base,
                                uint16_t id,
                                mailguard_error *err)
{
	object *o = (object *)base;
	const mgi_olm_value *v = find(o->bag, id);

	if (id == MGI_TAG_ATTACH_DATA)
		return data_get(out, o, err);
	if (!v)
		return MAILGUARD_ITEROVER;
	out->tag = v->tag;
	out->number = v->number;
	out->size = v->bytes.len;
	if (v->bytes.len <= MGI_MAPI_VALUE_MAX)
		out->bytes = v->bytes;
	return MAILGUARD_OK;
}

/* What lends a source its bytes. */
static void object_let(void *payload)
{
	mgi_mapi_free(payload);
}

static mailguard_status olm_open(mailguard_source **out,
                                 mgi_mapi *base,
                                 uint16_t id,
                                 mailguard_error *err)
{
	object *o = (object *)base;
	const mgi_olm_value *v = find(o->bag, id);
	mailguard_status st = MAILGUARD_OK;
	mailguard_span s;

	if (id == MGI_TAG_ATTACH_DATA)
		st = data_read(o, err);
	else if (!v)
		st = MAILGUARD_ITEROVER;
	if (st != MAILGUARD_OK)
		return st;
	s = v ? v->bytes : mgi_buf_span(&o->data);
	st = mailguard_source_memory(out, base->mg, s, object_let,
	                             mgi_mapi_ref(base), err);
	if (st < 0)
		mgi_mapi_free(base);
	return st;
}

static const mgi_mapi_class olm_class = {
	.tag_at = olm_tag_at,
	.get = olm_get,
	.open = olm_open,
	.recipient = olm_recipient,
	.attachment = olm_attachment,
	.again = olm_again,
	.release = olm_release,
};
