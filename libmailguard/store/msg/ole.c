/*
 * ole.c - an OLE object, which is a storage in a .msg, as the compound file it
 * would be by itself.
 */
#include "store/msg/msg.h"

#include "base/fail.h"
#include "base/text.h"
#include "store/msg/cfb_write.h"

#define DEEP 16

typedef struct copy {
	mgi_cfb_out *to;
	const mgi_cfb *from;
	mgi_file *file;
	mgi_arena *arena; /* of the streams */
	uint64_t left;
} copy;

static mailguard_status stream_copy(copy *c,
                                    uint32_t entry,
                                    uint32_t above,
                                    mailguard_error *err)
{
	const mgi_cfb_entry *e = mgi_cfb_at(c->from, entry);
	mailguard_status st;
	mailguard_span s;
	mgi_cfb_stream stream;

	if (e->size > c->left)
		return MAILGUARD_ELIMIT;
	mgi_cfb_begin(&stream, c->from, c->file, entry);
	st = mgi_cfb_load(&s, c->arena, &stream, (size_t)c->left, err);
	if (st < 0)
		return st;
	c->left -= s.len;
	(void)mgi_cfb_out_add(c->to, above, e->name, &s);
	return MAILGUARD_OK;
}

static mailguard_status storage_copy(copy *c,
                                     uint32_t entry,
                                     uint32_t above,
                                     unsigned depth,
                                     mailguard_error *err)
{
	const mgi_cfb_entry *e = mgi_cfb_at(c->from, entry);
	mailguard_status st = MAILGUARD_OK;
	uint32_t i;

	if (depth > DEEP)
		return MAILGUARD_ELIMIT;
	for (i = e->child; st >= 0 && i != MGI_CFB_NONE; i = e->next) {
		e = mgi_cfb_at(c->from, i);
		if (!e->is_storage)
			st = stream_copy(c, i, above, err);
		else
			st = storage_copy(
				c, i,
				mgi_cfb_out_add(c->to, above, e->name, NULL),
				depth + 1, err);
	}
	return st;
}

static void release(void *payload)
{
	mailguard_buffer_free(payload);
}

static mailguard_status source_of(mailguard_source **out,
                                  copy *c,
                                  mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(c->arena);
	mailguard_buffer *file;
	mailguard_status st;

	st = mailguard_buffer_new(&file, mg, err);
	if (st < 0)
		return st;
	st = mgi_cfb_out_write(file, c->to, err);
	if (st >= 0)
		st = mailguard_source_memory(out, mg, mgi_buf_span(file),
		                             release, file, err);
	if (st < 0)
		mailguard_buffer_free(file);
	return st;
}

mailguard_status mgi_msg_ole(mailguard_source **out,
                             const mgi_cfb *from,
                             mgi_file *file,
                             uint32_t storage,
                             mailguard_error *err)
{
	mailguard *mg = mgi_file_handle(file);
	copy c = { NULL, from, file, NULL, MGI_MSG_OLE_MAX };
	mailguard_status st;

	*out = NULL;
	c.arena = mgi_arena_new(mg);
	if (!c.arena)
		return mgi_fail_nomem(err);
	st = mgi_cfb_out_new(&c.to, mg, err);
	if (st >= 0)
		st = storage_copy(&c, storage, 0, 0, err);
	if (st >= 0)
		st = source_of(out, &c, err);
	mgi_cfb_out_free(c.to);
	mgi_arena_free(c.arena);
	return st;
}
