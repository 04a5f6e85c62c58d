/*
 * who.c - senders and recipients as mailboxes.
 */
#include "store/mapi/who.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "store/mapi/tags.h"

mailguard_status mgi_who_only_memory(mailguard_status st, mailguard_error *err)
{
	if (st == MAILGUARD_ENOMEM || st == MAILGUARD_ECANCELLED)
		return st;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* -- values fit for a header ----------------------------------------------- */

/* Outlook keeps what stands before a subject apart: 0x01, its length + 1. */
static size_t prefix_mark(mailguard_span s)
{
	return s.len >= 2 && s.data[0] == 1 ? 2 : 0;
}

mailguard_status mgi_who_text(mailguard_buffer *out,
                              mgi_mapi *o,
                              uint16_t id,
                              mailguard_error *err)
{
	size_t from = out->len, i, skip;
	mailguard_status st;

	st = mgi_mapi_text(out, o, id, err);
	if (st == MAILGUARD_ENOMEM && !out->failed)
		out->failed = st; /* some ask the buffer only */
	if (st != MAILGUARD_OK)
		return st;
	skip = prefix_mark(mgi_span_from(mgi_buf_span(out), from));
	if (skip) {
		memmove(out->at + from, out->at + from + skip,
		        out->len - from - skip);
		mgi_buf_cut(out, out->len - skip);
	}
	for (i = from; i < out->len; i++)
		if ((unsigned char)out->at[i] < ' ' || out->at[i] == 0x7f)
			out->at[i] = ' ';
	return mgi_buf_status(out, err);
}

bool mgi_who_is_plain(const char *s)
{
	size_t run = 0;

	for (; *s; s++) {
		if ((unsigned char)*s >= 0x7f || (unsigned char)*s < ' ')
			return false;
		run = *s == ' ' ? 0 : run + 1;
		if (run > MGI_ATOM_MAX)
			return false;
	}
	return true;
}

mailguard_status mgi_who_field(mgi_plan *p,
                               const mgi_field *f,
                               mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;

	mgi_buf_init(&text, p->mg);
	st = mgi_draft_put_field(&text, p->draft, f, err);
	mgi_plan_lf(&p->ready, mgi_buf_span(&text));
	mgi_buf_done(&text);
	return st < 0 ? st : mgi_buf_status(&p->ready, err);
}

/* -- one person ------------------------------------------------------------ */

/* Where an object keeps a person. */
typedef struct person {
	uint16_t name, type, address, smtp;
} person;

static const person sent_for = { MGI_TAG_SENT_REPRESENTING_NAME,
	                         MGI_TAG_SENT_REPRESENTING_ADDRTYPE,
	                         MGI_TAG_SENT_REPRESENTING_ADDRESS,
	                         MGI_TAG_SENT_REPRESENTING_SMTP_ADDRESS };
static const person sent_by = { MGI_TAG_SENDER_NAME, MGI_TAG_SENDER_ADDRTYPE,
	                        MGI_TAG_SENDER_ADDRESS,
	                        MGI_TAG_SENDER_SMTP_ADDRESS };
static const person recipient = { MGI_TAG_DISPLAY_NAME, MGI_TAG_ADDRTYPE,
	                          MGI_TAG_ADDRESS, MGI_TAG_SMTP_ADDRESS };

/* "local@domain" and nothing that a field would take for something else. */
static bool is_address(const char *s)
{
	const char *at = strchr(s, '@');
	size_t n = strlen(s), i;

	if (!at || at == s || !at[1] || strchr(at + 1, '@') || n > 320)
		return false;
	for (i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f ||
		    strchr("()<>,;:\\\"", s[i]))
			return false;
	return true;
}

static bool take_address(mailguard_buffer *out, mgi_mapi *o, uint16_t id)
{
	size_t before = out->len;

	if (mgi_who_text(out, o, id, NULL) == MAILGUARD_OK &&
	    is_address(mgi_buf_text(out) + before))
		return true;
	mgi_buf_cut(out, before);
	return false;
}

static bool address_of(mailguard_buffer *out, mgi_mapi *o, const person *who)
{
	return take_address(out, o, who->smtp) ||
	       take_address(out, o, who->address);
}

bool mgi_who_address(mailguard_buffer *out, mgi_mapi *o)
{
	return address_of(out, o, &recipient);
}

bool mgi_who_sender(mailguard_buffer *out, mgi_mapi *o)
{
	return address_of(out, o, &sent_for) || address_of(out, o, &sent_by);
}

/* 'ann@example.org' is no name for ann@example.org. */
static mailguard_span name_beside(mailguard_span name, const char *address)
{
	mailguard_span bare = mgi_span_trim(name);

	if (bare.len > 1 && (bare.data[0] == '\'' || bare.data[0] == '"') &&
	    bare.data[bare.len - 1] == bare.data[0])
		bare = mgi_span(bare.data + 1, bare.len - 2);
	return mgi_span_is_nocase(bare, address) ? mgi_span(NULL, 0)
	                                         : mgi_span_trim(name);
}

/* In the plan's arena; false if there is neither name nor address. */
static bool person_get(mgi_field *f,
                       mgi_plan *p,
                       mgi_mapi *o,
                       const person *who)
{
	mailguard_buffer name, address;
	mailguard_span shown;

	mgi_buf_init(&name, p->mg);
	mgi_buf_init(&address, p->mg);
	address_of(&address, o, who);
	if (mgi_who_text(&name, o, who->name, NULL) != MAILGUARD_OK ||
	    !name.len) {
		mgi_buf_cut(&name, 0);
		/* A directory's name is better than nothing. */
		if (!address.len)
			mgi_who_text(&name, o, who->address, NULL);
	}
	shown = name_beside(mgi_buf_span(&name), mgi_buf_text(&address));
	memset(f, 0, sizeof(*f));
	f->kind = MGI_FIELD_MAILBOX;
	f->value = mgi_arena_strndup(p->arena, shown.data, shown.len);
	f->address = mgi_arena_strndup(p->arena, mgi_buf_text(&address),
	                               address.len);
	mgi_plan_failed(p, &name);
	mgi_plan_failed(p, &address);
	mgi_buf_done(&name);
	mgi_buf_done(&address);
	return f->value && f->address && (f->value[0] || f->address[0]);
}

static mailguard_status put(mgi_plan *p,
                            const char *name,
                            mgi_field *f,
                            mailguard_error *err)
{
	f->name = name;
	if (mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	return mgi_who_field(p, f, err);
}

mailguard_status mgi_who_from(mgi_plan *p, mailguard_error *err)
{
	mgi_field from, by;
	bool is_for = person_get(&from, p, p->message, &sent_for);
	bool is_by = person_get(&by, p, p->message, &sent_by);
	mailguard_status st;

	if (mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	if (!is_for && !is_by)
		return MAILGUARD_OK;
	st = put(p, "From", is_for ? &from : &by, err);
	/* RFC 5322 wants one mailbox here: nobody's group would not do. */
	if (st < 0 || !is_for || !is_by || !by.address[0] ||
	    mgi_strcmp_nocase(from.address, by.address) == 0)
		return st;
	return put(p, "Sender", &by, err);
}

/* -- recipients ------------------------------------------------------------ */

/* A list of one kind, in order. */
typedef struct list {
	const char *name;
	uint16_t shown; /* their names, if there is no table of them */
	mgi_field *first, **last;
} list;

static mailguard_status recipient_add(mgi_plan *p,
                                      list *lists,
                                      mgi_mapi *o,
                                      mailguard_error *err)
{
	int64_t kind = mgi_mapi_number(o, MGI_TAG_RECIPIENT_TYPE, 0) & 0xf;
	mgi_field *f;

	/* Kind 0 is the sender, told elsewhere. */
	if (kind < MGI_RECIPIENT_TO || kind > MGI_RECIPIENT_BCC)
		return MAILGUARD_OK;
	f = mgi_arena_alloc(p->arena, sizeof(*f));
	if (f && person_get(f, p, o, &recipient)) {
		f->name = lists[kind - 1].name;
		*lists[kind - 1].last = f;
		lists[kind - 1].last = &f->more;
	}
	return mgi_arena_failed(p->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

/* "Ann; Bob": people whose addresses are not kept. */
static mailguard_status shown_add(mgi_plan *p, list *l, mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_span rest, one;
	mailguard_status st;
	mgi_field *f;

	mgi_buf_init(&text, p->mg);
	st = mgi_who_text(&text, p->message, l->shown, err);
	rest = mgi_buf_span(&text);
	while (st == MAILGUARD_OK && rest.len) {
		const unsigned char *end = memchr(rest.data, ';', rest.len);

		one = end ? mgi_span_head(rest, (size_t)(end - rest.data))
		          : rest;
		rest = mgi_span_from(rest, one.len + (end != NULL));
		one = mgi_span_trim(one);
		f = one.len ? mgi_arena_alloc(p->arena, sizeof(*f)) : NULL;
		if (!f)
			continue;
		f->kind = MGI_FIELD_MAILBOX;
		f->name = l->name;
		f->value = mgi_arena_strndup(p->arena, one.data, one.len);
		f->address = "";
		if (f->value && is_address(f->value)) {
			f->address = f->value;
			f->value = "";
		}
		*l->last = f;
		l->last = &f->more;
	}
	mgi_buf_done(&text);
	if (mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	return mgi_who_only_memory(st, err);
}

static mailguard_status table_read(size_t *count,
                                   mgi_plan *p,
                                   list *lists,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	*count = 0;
	for (i = 0; i < MGI_MAPI_LIST_MAX; i++) {
		mgi_mapi *o;

		st = mgi_mapi_recipient(&o, p->message, i, err);
		if (st == MAILGUARD_ITEROVER)
			return MAILGUARD_OK;
		if (st == MAILGUARD_OK) {
			st = recipient_add(p, lists, o, err);
			mgi_mapi_free(o);
			++*count;
		}
		st = mgi_who_only_memory(st, err);
		if (st < 0)
			return st;
	}
	return st;
}

mailguard_status mgi_who_to(mgi_plan *p, mailguard_error *err)
{
	list lists[3] = {
		{ "To", MGI_TAG_DISPLAY_TO, NULL, NULL },
		{ "Cc", MGI_TAG_DISPLAY_CC, NULL, NULL },
		{ "Bcc", MGI_TAG_DISPLAY_BCC, NULL, NULL },
	};
	mailguard_status st;
	size_t i, count;

	for (i = 0; i < 3; i++)
		lists[i].last = &lists[i].first;
	st = table_read(&count, p, lists, err);
	for (i = 0; i < 3 && st >= 0; i++) {
		if (!count)
			st = shown_add(p, &lists[i], err);
		if (st >= 0 && lists[i].first)
			st = mgi_who_field(p, lists[i].first, err);
	}
	return st;
}

mailguard_status mgi_who_reply_to(mgi_plan *p, mailguard_error *err)
{
	list l = { "Reply-To", MGI_TAG_REPLY_RECIPIENT_NAMES, NULL, NULL };
	mailguard_status st;

	l.last = &l.first;
	st = shown_add(p, &l, err);
	return st < 0 || !l.first ? st : mgi_who_field(p, l.first, err);
}
