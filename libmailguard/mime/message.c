/*
 * message.c - one message as a value: read once, then asked.
 *
 * The header is copied, its size has a limit; bodies stay in the source.
 */
#include "mime/message.h"

#include <string.h>

#include "base/buf.h"
#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "mime/lex.h"

/* Room for one more of `size` bytes in a list that doubles. */
static bool grow(mailguard *mg, void **list, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? *cap * 2 : 32;
	void *p;

	if (n < *cap)
		return true;
	p = mgi_resize(mg, *list, more * size);
	if (!p)
		return false;
	*list = p;
	*cap = more;
	return true;
}

static bool add_header(mailguard_message *m, const mailguard_header *h)
{
	void *list = m->headers;
	mailguard_header *own;
	const char *raw;

	raw = mgi_arena_strndup(m->arena, h->raw.data, h->raw.len);
	if (!raw ||
	    !grow(m->mg, &list, m->header_count, &m->header_cap, sizeof(*own)))
		return false;
	m->headers = list;
	own = &m->headers[m->header_count++];
	*own = *h;
	own->raw.data = (const unsigned char *)raw;
	own->name.data = own->raw.data + (h->name.data - h->raw.data);
	own->value.data = own->raw.data + (h->value.data - h->raw.data);
	return true;
}

static bool add_damage(mailguard_message *m, const mailguard_damage *d)
{
	void *list = m->damages;

	if (!grow(m->mg, &list, m->damage_count, &m->damage_cap, sizeof(*d)))
		return false;
	m->damages = list;
	m->damages[m->damage_count++] = *d;
	return true;
}

static mailguard_status read_all(mailguard_message *m, mailguard_error *err)
{
	const mailguard_parser_event *e;
	mailguard_status st;

	while ((st = mailguard_parser_next(&e, m->parser, err)) ==
	       MAILGUARD_OK) {
		if (e->kind == MAILGUARD_PARSER_HEADER && !e->part->number &&
		    !add_header(m, &e->header))
			return mgi_fail_nomem(err);
		if (e->kind == MAILGUARD_PARSER_DAMAGE &&
		    !add_damage(m, &e->damage))
			return mgi_fail_nomem(err);
		if (e->kind == MAILGUARD_PARSER_END)
			m->size = e->offset;
	}
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status text_of(const char **out,
                                mailguard_message *m,
                                const char *name,
                                mailguard_error *err)
{
	const mailguard_header *h = mailguard_message_field(m, name);
	mailguard_damage d = { .kind = MAILGUARD_DAMAGE_WRONG_CHARSET,
		               .count = 1 };
	mailguard_buffer b;
	mailguard_status st;
	bool doubted = false;

	*out = "";
	if (!h)
		return MAILGUARD_OK;
	d.offset = h->offset;
	mgi_buf_init(&b, m->mg);
	st = mgi_text_decode(&b, h->value, &doubted, err);
	if (st == MAILGUARD_OK && doubted && !add_damage(m, &d))
		st = mgi_fail_nomem(err);
	if (st == MAILGUARD_OK && b.len)
		*out = mgi_arena_strndup(m->arena, b.at, b.len);
	mgi_buf_done(&b);
	return *out ? st : mgi_fail_nomem(err);
}

static mailguard_status id_of(const char **out,
                              mailguard_message *m,
                              mailguard_error *err)
{
	const mailguard_header *h = mailguard_message_field(m, "Message-ID");
	mailguard_buffer b;
	mailguard_status st;
	mailguard_span id;
	size_t at = 0;

	*out = "";
	if (!h || mailguard_header_id(&id, h->value, &at) != MAILGUARD_OK)
		return MAILGUARD_OK;
	mgi_buf_init(&b, m->mg);
	st = mailguard_header_text(&b, id, err);
	if (st == MAILGUARD_OK)
		*out = mgi_arena_strndup(m->arena, mgi_buf_text(&b), b.len);
	mgi_buf_done(&b);
	return *out ? st : mgi_fail_nomem(err);
}

/* Some encode even that. */
static mailguard_status date_of(mailguard_message *m, mailguard_error *err)
{
	const mailguard_header *h = mailguard_message_field(m, "Date");
	mailguard_buffer b;
	mailguard_status st = MAILGUARD_OK;

	if (!h)
		return MAILGUARD_OK;
	if (mgi_span_find_nocase(h->value, "=?") < 0) {
		m->date = mailguard_header_date(NULL, h->value);
		return MAILGUARD_OK;
	}
	mgi_buf_init(&b, m->mg);
	st = mailguard_header_text(&b, h->value, err);
	m->date = mailguard_header_date(NULL, mgi_buf_span(&b));
	mgi_buf_done(&b);
	return st;
}

static mailguard_status summarise(mailguard_message *m, mailguard_error *err)
{
	mailguard_status st = date_of(m, err);

	if (st == MAILGUARD_OK)
		st = text_of(&m->subject, m, "Subject", err);
	if (st == MAILGUARD_OK)
		st = text_of(&m->from, m, "From", err);
	if (st == MAILGUARD_OK)
		st = text_of(&m->to, m, "To", err);
	if (st == MAILGUARD_OK)
		st = id_of(&m->id, m, err);
	return st;
}

mailguard_status mailguard_message_parse(mailguard_message **out,
                                         mailguard *mg,
                                         mailguard_source *source,
                                         mailguard_error *err)
{
	mailguard_parser_options opts = MAILGUARD_PARSER_OPTIONS_INIT;
	mailguard_message *m;
	mailguard_status st;
	mgi_arena *arena;

	*out = NULL;
	if (!mg || !source)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                mg ? "source" : "mg");
	arena = mgi_arena_new(mg);
	m = arena ? mgi_arena_alloc(arena, sizeof(*m)) : NULL;
	if (!m) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	m->mg = mg;
	m->arena = arena;
	m->source = mailguard_source_ref(source);
	atomic_init(&m->holders, 1);
	opts.flags = MAILGUARD_PARSER_DECODE;
	st = mailguard_parser_new(&m->parser, mg, source, &opts, err);
	if (st == MAILGUARD_OK)
		st = read_all(m, err);
	if (st == MAILGUARD_OK)
		st = summarise(m, err);
	if (st < 0) {
		mailguard_message_free(m);
		return st;
	}
	*out = m;
	return MAILGUARD_OK;
}

mailguard_message *mailguard_message_ref(mailguard_message *msg)
{
	atomic_fetch_add_explicit(&msg->holders, 1, memory_order_relaxed);
	return msg;
}

void mailguard_message_free(mailguard_message *msg)
{
	if (!msg)
		return;
	if (atomic_fetch_sub_explicit(&msg->holders, 1, memory_order_acq_rel) !=
	    1)
		return;
	mailguard_parser_free(msg->parser);
	mailguard_source_free(msg->source);
	mgi_free(msg->mg, msg->headers);
	mgi_free(msg->mg, msg->damages);
	mgi_arena_free(msg->arena);
}

mailguard_status mailguard_message_source(mailguard_source **out,
                                          mailguard_message *msg,
                                          mailguard_error *err)
{
	mgi_error_clear(err);
	*out = mailguard_source_ref(msg->source);
	return MAILGUARD_OK;
}

const char *mailguard_message_subject(const mailguard_message *msg)
{
	return msg->subject;
}

const char *mailguard_message_from(const mailguard_message *msg)
{
	return msg->from;
}

const char *mailguard_message_to(const mailguard_message *msg)
{
	return msg->to;
}

const char *mailguard_message_id(const mailguard_message *msg)
{
	return msg->id;
}

mailguard_time mailguard_message_date(const mailguard_message *msg)
{
	return msg->date;
}

uint64_t mailguard_message_size(const mailguard_message *msg)
{
	return msg->size;
}

int mailguard_header_is(const mailguard_header *h, const char *name)
{
	return mgi_span_is_nocase(h->name, name);
}

const mailguard_header *mailguard_message_header(const mailguard_message *msg,
                                                 size_t i)
{
	return i < msg->header_count ? &msg->headers[i] : NULL;
}

const mailguard_header *mailguard_message_field(const mailguard_message *msg,
                                                const char *name)
{
	size_t i;

	for (i = 0; i < msg->header_count; i++)
		if (mailguard_header_is(&msg->headers[i], name))
			return &msg->headers[i];
	return NULL;
}

const mailguard_part *mailguard_message_part(const mailguard_message *msg,
                                             size_t i)
{
	return mailguard_parser_part(msg->parser, i);
}

/* Is it in a message that is itself a part? */
static bool is_forwarded(const mailguard_message *msg,
                         const mailguard_part *part)
{
	while (part->parent >= 0) {
		part = mailguard_message_part(msg, (size_t)part->parent);
		if (part->flags & MAILGUARD_PART_MESSAGE)
			return true;
	}
	return false;
}

const mailguard_part *mailguard_message_attachment(const mailguard_message *msg,
                                                   size_t i)
{
	const mailguard_part *part;
	size_t k;

	for (k = 0;; k++) {
		part = mailguard_message_part(msg, k);
		if (!part)
			return NULL;
		if (!(part->flags & MAILGUARD_PART_ATTACHMENT) ||
		    is_forwarded(msg, part))
			continue;
		if (i-- == 0)
			return part;
	}
}

const mailguard_damage *mailguard_message_damage(const mailguard_message *msg,
                                                 size_t i)
{
	return i < msg->damage_count ? &msg->damages[i] : NULL;
}

mailguard_status mgi_message_part(const mailguard_part **out,
                                  mailguard_message *msg,
                                  int32_t number,
                                  mailguard_error *err)
{
	size_t n = 0;

	*out = number < 0 ? NULL : mailguard_message_part(msg, (size_t)number);
	if (*out)
		return MAILGUARD_OK;
	while (mailguard_message_part(msg, n + 1))
		n++;
	return mgi_fail(err, msg->mg, MAILGUARD_EINVAL, MGI_SAY_MESSAGE_NO_PART,
	                "number", mgi_i64(number).text, "last",
	                mgi_u64(n).text);
}
