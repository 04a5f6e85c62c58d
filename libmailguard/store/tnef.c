/*
 * tnef.c - a mail whose text and attachments lie in a winmail.dat, as the mail
 * it was meant to be: with the header it came with, and with what lies beside
 * that file.
 */
#include "store/tnef.h"

#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/text.h"
#include "store/drain.h"
#include "store/mapi/message.h"
#include "store/mapi/tags.h"
#include "store/mapi/tnef.h"

/* -- which part -------------------------------------------------------------
 */

bool mgi_tnef_named(const mailguard_part *part)
{
	return strcmp(part->type, "application/ms-tnef") == 0 ||
	       strcmp(part->type, "application/vnd.ms-tnef") == 0 ||
	       mgi_strcmp_nocase(part->name, "winmail.dat") == 0;
}

/* Not one that belongs to a message in this one. */
static bool is_own(mailguard_message *msg, const mailguard_part *part)
{
	while (part->parent >= 0) {
		part = mailguard_message_part(msg, (size_t)part->parent);
		if (!part || part->flags & MAILGUARD_PART_MESSAGE)
			return false;
	}
	return true;
}

static void put(void *to, mailguard_span bytes)
{
	mgi_buf_add(to, bytes.data, bytes.len);
}

/* Append what a part holds. */
static mailguard_status part_read(mailguard_buffer *out,
                                  mailguard_message *msg,
                                  int32_t number,
                                  mailguard_error *err)
{
	mailguard_source *src;
	mailguard_status st;

	st = mailguard_message_part_source(&src, msg, number, err);
	if (st < 0)
		return st;
	st = mgi_drain(src, put, out, err);
	mailguard_source_free(src);
	return st < 0 ? st : mgi_buf_status(out, err);
}

/* ITEROVER if no part is one. */
static mailguard_status find(int32_t *number,
                             mailguard_buffer *bytes,
                             mailguard_message *msg,
                             mailguard_error *err)
{
	const mailguard_part *part;
	mailguard_status st;
	size_t i;

	for (i = 0; (part = mailguard_message_part(msg, i)) != NULL; i++) {
		if (!mgi_tnef_named(part) || !is_own(msg, part) ||
		    part->flags & MAILGUARD_PART_MULTIPART)
			continue;
		mgi_buf_cut(bytes, 0);
		st = part_read(bytes, msg, part->number, err);
		*number = part->number;
		if (st < 0 || mgi_tnef_is(mgi_buf_span(bytes)))
			return st;
	}
	return MAILGUARD_ITEROVER;
}

/* -- what lies around it ----------------------------------------------------
 */

static mailguard_span widen(mgi_arena *arena, mailguard_span s)
{
	unsigned char *to = mgi_arena_alloc(arena, s.len * 2 + 2);
	size_t at = 0, n = 0;

	while (to && at < s.len) {
		uint32_t c = mgi_utf8_next(s, &at);

		if (c > 0xffff) {
			c -= 0x10000;
			to[n++] = (unsigned char)(c >> 10);
			to[n++] = (unsigned char)(0xd8 | c >> 18);
			c = 0xdc00 | (c & 0x3ff);
		}
		to[n++] = (unsigned char)c;
		to[n++] = (unsigned char)(c >> 8);
	}
	return mgi_span(to, to ? n : 0);
}

static mailguard_status header_take(mgi_tnef *t,
                                    mailguard_message *msg,
                                    mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(t->arena);
	const mailguard_header *h;
	mailguard_buffer raw, text;
	const mgi_charset *cs;
	mailguard_status st;
	size_t i;

	mgi_buf_init(&raw, mg);
	mgi_buf_init(&text, mg);
	for (i = 0; (h = mailguard_message_header(msg, i)) != NULL; i++)
		mgi_buf_add(&raw, h->raw.data, h->raw.len);
	cs = mgi_charset_sniff(mgi_buf_span(&raw));
	if (!cs)
		cs = mgi_charset_find(mgi_span_of("windows-1252"));
	st = mgi_buf_status(&raw, err);
	if (st >= 0)
		st = mgi_charset_decode(&text, NULL, cs, mgi_buf_span(&raw),
		                        err);
	if (st >= 0)
		t->header = widen(t->arena, mgi_buf_span(&text));
	mgi_buf_done(&raw);
	mgi_buf_done(&text);
	return st;
}

/* The text it came with; the sender's own words if TNEF has none. */
static mailguard_status plain_take(mgi_tnef *t,
                                   mailguard_message *msg,
                                   int32_t number,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mailguard_part *part;
	mailguard_buffer text;
	size_t i;

	mgi_buf_init(&text, mgi_arena_handle(t->arena));
	for (i = 0; (part = mailguard_message_part(msg, i)) != NULL; i++)
		if (strcmp(part->type, "text/plain") == 0 &&
		    part->number != number && is_own(msg, part) &&
		    !(part->flags & MAILGUARD_PART_ATTACHMENT))
			break;
	if (part)
		st = mailguard_message_part_text(&text, msg, part->number, err);
	if (st >= 0)
		t->plain = widen(t->arena, mgi_span_trim(mgi_buf_span(&text)));
	mgi_buf_done(&text);
	return st;
}

static mailguard_status beside_take(mgi_tnef *t,
                                    mailguard_message *msg,
                                    int32_t number,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	const mailguard_part *part;
	size_t i, n = 0;

	while (mailguard_message_attachment(msg, n))
		n++;
	t->beside = mgi_arena_array(t->arena, n + 1, sizeof(*t->beside));
	for (i = 0; t->beside && st >= 0 && i < n; i++) {
		mgi_tnef_beside *b = &t->beside[t->beside_count];

		part = mailguard_message_attachment(msg, i);
		if (part->number == number)
			continue;
		b->name = mgi_arena_strdup(t->arena, part->name);
		b->type = mgi_arena_strdup(t->arena, part->type);
		b->from = t->more.len;
		st = part_read(&t->more, msg, part->number, err);
		b->to = t->more.len;
		t->beside_count++;
	}
	return st;
}

/* -- the mail ---------------------------------------------------------------
 */

static mailguard_status tnef_read(mgi_tnef *t,
                                  mailguard_message *msg,
                                  bool whole,
                                  mailguard_error *err)
{
	mailguard_status st;
	int32_t number;

	st = find(&number, &t->bytes, msg, err);
	if (st != MAILGUARD_OK || !whole)
		return st;
	st = header_take(t, msg, err);
	if (st >= 0)
		st = plain_take(t, msg, number, err);
	if (st >= 0)
		st = beside_take(t, msg, number, err);
	if (st >= 0 && mgi_arena_failed(t->arena))
		st = mgi_fail_nomem(err);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_tnef_object_of(mgi_mapi **out,
                                    mailguard *mg,
                                    mailguard_message *msg,
                                    bool whole,
                                    mailguard_error *err)
{
	mailguard_status st;
	mgi_tnef *t;

	*out = NULL;
	st = mgi_tnef_new(&t, mg, err);
	if (st < 0)
		return st;
	st = tnef_read(t, msg, whole, err);
	if (st == MAILGUARD_OK)
		st = mgi_tnef_object(out, t, err);
	mgi_tnef_free(t);
	return st;
}

mailguard_status mailguard_tnef_source(mailguard_source **out,
                                       mailguard *mg,
                                       mailguard_message *msg,
                                       mailguard_error *err)
{
	mailguard_status st;
	mgi_mapi *o;

	*out = NULL;
	if (!mg || !msg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "message");
	st = mgi_tnef_object_of(&o, mg, msg, true, err);
	if (st != MAILGUARD_OK)
		return st;
	st = mgi_mapi_source(out, o, err);
	mgi_mapi_free(o);
	return st;
}

mailguard_status mgi_tnef_look(uint32_t *wrong,
                               mailguard *mg,
                               mailguard_message *msg,
                               mailguard_error *err)
{
	mailguard_buffer bytes;
	mailguard_status st;
	int32_t number;

	*wrong = 0;
	mgi_buf_init(&bytes, mg);
	bytes.max = MGI_TNEF_MAX;
	st = find(&number, &bytes, msg, err);
	if (st == MAILGUARD_OK)
		*wrong = mgi_tnef_judge(mgi_buf_span(&bytes));
	mgi_buf_done(&bytes);
	return st;
}

/* -- what is inside, one by one ---------------------------------------------
 */

void mgi_tnef_file_done(mgi_tnef_file *f)
{
	mgi_buf_done(&f->name);
	mgi_buf_done(&f->type);
}

static mailguard_status text_get(mailguard_buffer *out,
                                 mgi_mapi *o,
                                 const uint16_t *ids,
                                 mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	for (; *ids && !out->len && st >= 0; ids++)
		st = mgi_mapi_text(out, o, *ids, err);
	return st < 0 ? st : mgi_buf_status(out, err);
}

mailguard_status mgi_tnef_file_at(mgi_tnef_file *out,
                                  mgi_mapi *message,
                                  size_t i,
                                  mailguard_error *err)
{
	static const uint16_t names[] = { MGI_TAG_ATTACH_LONG_FILENAME,
		                          MGI_TAG_ATTACH_FILENAME,
		                          MGI_TAG_DISPLAY_NAME, 0 };
	static const uint16_t types[] = { MGI_TAG_ATTACH_MIME_TAG, 0 };
	mailguard_status st;
	mgi_mapi_value v;
	mgi_mapi *o;

	st = mgi_mapi_attachment(&o, message, i, err);
	if (st != MAILGUARD_OK)
		return st;
	mgi_buf_init(&out->name, o->mg);
	mgi_buf_init(&out->type, o->mg);
	st = text_get(&out->name, o, names, err);
	if (st >= 0)
		st = text_get(&out->type, o, types, err);
	if (!out->type.len)
		mgi_buf_puts(&out->type,
		             mgi_mapi_number(o, MGI_TAG_ATTACH_METHOD, 0) ==
		                             MGI_ATTACH_EMBEDDED
		                     ? "message/rfc822"
		                     : "application/octet-stream");
	out->size = 0;
	if (mgi_mapi_get(&v, o, MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_ANY),
	                 NULL) == MAILGUARD_OK)
		out->size = v.size;
	mgi_mapi_free(o);
	if (st < 0)
		mgi_tnef_file_done(out);
	return st < 0 ? st : MAILGUARD_OK;
}
