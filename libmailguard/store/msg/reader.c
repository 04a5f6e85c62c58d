/*
 * reader.c - a .msg, or a folder of them, as a store.
 */
#include "store/check.h"
#include "store/mapi/item.h"
#include "store/mapi/message.h"
#include "store/msg/msg.h"

#include <string.h>

#include "base/fail.h"

typedef struct walk {
	mgi_mapi *object; /* of the item */
	bool begun;
} walk;

static bool is_msg_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && (mgi_strcmp_nocase(name + n - 4, ".msg") == 0 ||
	                 mgi_strcmp_nocase(name + n - 4, ".oft") == 0);
}

static int msg_sniff(const mgi_store_sight *sight)
{
	if (sight->is_folder)
		return mgi_files_has(sight->arena, sight->path, is_msg_name)
		               ? 35
		               : 0;
	if (!mgi_span_starts(sight->head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
		return 0;
	return is_msg_name(sight->name) ? 100 : 50;
}

static mailguard_status msg_open(mailguard_store *s, mailguard_error *err)
{
	return mgi_files_open(s, is_msg_name, err);
}

static const char *msg_format(const mailguard_store *s)
{
	return s->reader->name;
}

static mailguard_status msg_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

static void msg_settle(mailguard_item *item, mailguard_walk *w)
{
	walk *own = w->state;

	if (own->object && mgi_mapi_harm(own->object))
		item->state = MAILGUARD_ITEM_DAMAGED;
}

static mailguard_status msg_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	walk *own = w->state;
	const mgi_store_file *f;
	mailguard_status st;

	mgi_mapi_free(own->object);
	own->object = NULL;
	w->at += own->begun;
	own->begun = true;
	if (w->at >= w->store->count)
		return MAILGUARD_ITEROVER;
	f = &w->store->files[w->at];
	w->done++;
	out->folder = f->folder;
	out->file = f->path;
	st = mgi_msg_open(&own->object, w->store->mg, f->path, err);
	if (st == MAILGUARD_EFORMAT) /* of one file: the walk goes on */
		return mgi_fail(err, w->store->mg, MAILGUARD_EIO,
		                MGI_SAY_MSG_NONE, "path", f->path);
	if (st < 0)
		return st;
	out->kind = mgi_item_kind(own->object);
	out->flags = mgi_item_flags(own->object);
	msg_settle(out, w);
	return MAILGUARD_OK;
}

static mgi_mapi *msg_object(mailguard_walk *w)
{
	return ((walk *)w->state)->object;
}

static mailguard_status msg_source(mailguard_source **out,
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

static mailguard_status msg_check(mailguard_check *c, mailguard_error *err)
{
	uint64_t damaged = c->sum.damaged;
	const walk *own = c->walk->state;
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                NULL,
		                NULL };
	mailguard_status st = mgi_check_message(c, err);

	if (st != MAILGUARD_OK || !own->object || !mgi_mapi_harm(own->object))
		return st;
	f.item = c->walk->item.index;
	f.where = c->walk->item.file;
	mgi_check_note(c, &f, MGI_SAY_MSG_TORN);
	if (c->sum.damaged == damaged) {
		c->sum.damaged++;
		c->sum.intact--;
	}
	return st;
}

static void msg_check_end(mailguard_check *c)
{
	(void)c;
}

static void msg_walk_end(mailguard_walk *w)
{
	mgi_mapi_free(((walk *)w->state)->object);
}

static void msg_close(mailguard_store *s)
{
	(void)s;
}

static const mgi_store_more more = {
	.makes = true,
	.object = msg_object,
	.format = msg_format,
	.source = msg_source,
	.settle = msg_settle,
	.check = msg_check,
	.check_end = msg_check_end,
	.walk_end = msg_walk_end,
	.close = msg_close,
};

const mgi_store_reader mgi_store_msg = {
	.name = "msg",
	.sniff = msg_sniff,
	.open = msg_open,
	.begin = msg_begin,
	.next = msg_next,
	.more = &more,
};
