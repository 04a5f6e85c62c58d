/*
 * downloads.c - Outlook's lists of the mail it fetched by POP3: attachments of
 * hidden items of the class IPM.MessageManager, one an account ("Locating the
 * message download history for a POP3 account").
 */
#include "store/pst/downloads.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "store/mapi/tags.h"
#include "store/pst/ladder.h"

#define MANAGER "IPM.MessageManager"
#define BLOB "BlobPOP"
#define LISTS_MAX 1024   /* accounts */
#define HIDDEN_MAX 65536 /* items looked at */

static bool is_class(mgi_mapi *o, mailguard_buffer *text)
{
	mgi_buf_cut(text, 0);
	return mgi_mapi_text(text, o, MGI_TAG_MESSAGE_CLASS, NULL) ==
	               MAILGUARD_OK &&
	       mgi_span_is_nocase(mgi_buf_span(text), MANAGER);
}

/* "BlobPOPann@example.org", or "Blob" and the number of an account. */
static bool is_number(mailguard_span s)
{
	size_t i;

	if (s.len != 12 || !mgi_span_starts(s, "Blob"))
		return false;
	for (i = 4; i < s.len; i++)
		if (!mgi_is_xdigit(s.data[i]))
			return false;
	return true;
}

static bool is_list(mailguard_downloads *d,
                    const char **account,
                    mgi_mapi *o,
                    mailguard_buffer *text)
{
	static const uint16_t ids[] = { MGI_TAG_ATTACH_LONG_FILENAME,
		                        MGI_TAG_ATTACH_FILENAME,
		                        MGI_TAG_DISPLAY_NAME };
	mailguard_span s;
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		mgi_buf_cut(text, 0);
		if (mgi_mapi_text(text, o, ids[i], NULL) != MAILGUARD_OK)
			continue;
		s = mgi_buf_span(text);
		*account = "";
		if (mgi_span_starts_nocase(s, BLOB)) {
			s = mgi_span_from(s, sizeof(BLOB) - 1);
			*account = mgi_arena_strndup(d->arena, s.data, s.len);
			return true;
		}
		if (is_number(s))
			return true;
	}
	return false;
}

/* An attachment that is such a list. */
static mailguard_status list_take(mailguard_downloads *d,
                                  mgi_mapi *o,
                                  mailguard_buffer *text,
                                  mailguard_error *err)
{
	const char *account = "";
	mailguard_status st;
	mgi_mapi_value v;

	if (!is_list(d, &account, o, text))
		return MAILGUARD_OK;
	st = mgi_mapi_get(
		&v, o, MGI_MAPI_TAG(MGI_TAG_ATTACH_DATA, MGI_MAPI_BINARY), err);
	if (st == MAILGUARD_OK)
		mgi_downloads_outlook(d, account, v.bytes);
	else
		d->torn++;
	d->torn += mgi_mapi_harm(o) != 0;
	return st;
}

/* What cannot be read of an item is no reason to stop. */
static mailguard_status only_fatal(mailguard_status st, mailguard_error *err)
{
	if (st != MAILGUARD_EFORMAT && st != MAILGUARD_ELIMIT)
		return st < 0 ? st : MAILGUARD_OK;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

static mailguard_status lists_take(mailguard_downloads *d,
                                   mgi_mapi *item,
                                   mailguard_buffer *text,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_mapi *o;
	size_t i;

	for (i = 0; st >= 0 && i < LISTS_MAX; i++) {
		st = mgi_mapi_attachment(&o, item, i, err);
		if (st == MAILGUARD_ITEROVER)
			return MAILGUARD_OK;
		if (st == MAILGUARD_OK)
			st = list_take(d, o, text, err);
		else
			d->torn++;
		mgi_mapi_free(o);
		st = only_fatal(st, err);
	}
	return st;
}

static mailguard_status item_take(mailguard_downloads *d,
                                  mgi_pst_view *v,
                                  const mgi_pst_node *n,
                                  mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;
	mgi_mapi *item;

	st = mgi_pst_object_by(&item, v, n, MGI_MAPI_MESSAGE, err);
	if (st < 0)
		return only_fatal(st, err);
	mgi_buf_init(&text, v->pst->mg);
	if (is_class(item, &text))
		st = lists_take(d, item, &text, err);
	if (st >= 0)
		st = mgi_buf_status(&text, err);
	mgi_buf_done(&text);
	mgi_mapi_free(item);
	return st;
}

/* -- all of a store ---------------------------------------------------------
 */

void mgi_pst_hidden_note(void *self, const mgi_pst_node *n)
{
	mgi_pst_hidden *h = self;
	mgi_pst_node *more;

	if (MGI_PST_NID_TYPE(n->nid) != MGI_PST_TYPE_ASSOCIATED ||
	    h->count == HIDDEN_MAX)
		return;
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : 32;
		more = mgi_arena_array(h->arena, h->room, sizeof(*more));
		if (!more)
			return; /* the arena remembers */
		if (h->count)
			memcpy(more, h->at, h->count * sizeof(*more));
		h->at = more;
	}
	h->at[h->count++] = *n;
}

mailguard_status mgi_pst_hidden_downloads(mailguard_downloads *d,
                                          mgi_pst_view *v,
                                          const mgi_pst_hidden *h,
                                          mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	if (mgi_arena_failed(h->arena))
		return mgi_fail_nomem(err);
	for (i = 0; st >= 0 && i < h->count; i++)
		if (!i || h->at[i].nid != h->at[i - 1].nid)
			st = item_take(d, v, &h->at[i], err);
	return st;
}

static mailguard_status hidden_find(mgi_pst_hidden *h,
                                    mgi_pst_view *v,
                                    mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip trip;
	uint32_t i;

	st = mgi_pst_trip_begin(&trip, v, MGI_PST_PAGE_NODES, err);
	while (st >= 0 && (st = mgi_pst_trip_next(&page, &i, &trip, err)) ==
	                          MAILGUARD_OK) {
		mgi_pst_node n = mgi_pst_entry_node(v->shape, page, i);

		mgi_pst_hidden_note(h, &n);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mgi_pst_downloads(mailguard_downloads *d,
                                   mailguard_store *s,
                                   mailguard_error *err)
{
	mgi_pst_hidden h = { d->arena, NULL, 0, 0 };
	mgi_arena *arena = mgi_arena_new(s->mg);
	mgi_pst *p = NULL;
	mailguard_status st;
	mgi_pst_view v;

	if (!arena)
		return mgi_fail_nomem(err);
	memset(&v, 0, sizeof(v));
	d->file = mgi_arena_strdup(d->arena, s->path);
	st = mgi_pst_rescue(&p, s->own, err);
	if (st >= 0)
		st = mgi_pst_view_init(&v, p, arena, err);
	if (st >= 0)
		st = hidden_find(&h, &v, err);
	if (st >= 0)
		st = mgi_pst_hidden_downloads(d, &v, &h, err);
	mgi_pst_view_done(&v);
	mgi_arena_free(arena);
	mgi_pst_free(p);
	return st;
}
