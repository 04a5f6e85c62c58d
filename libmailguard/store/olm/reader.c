/*
 * reader.c - an .olm as a store: its folders, and an XML file a message.
 */
#include "store/check.h"
#include "store/mapi/item.h"
#include "store/mapi/message.h"
#include "store/olm/olm.h"

#include <string.h>

#include "base/fail.h"

#define MESSAGES "com.microsoft.__Messages/"
#define ATTACHMENTS "com.microsoft.__Attachments"
#define ACCOUNTS "Accounts/"

/* Of an open store. */
typedef struct olm {
	mgi_file *file;
	mgi_zip *zip;
	const char **folders; /* of each member; NULL: no message */
} olm;

typedef struct walk {
	mgi_xml *xml;             /* of the member under way */
	const mgi_xml_node *mail; /* in it, to come */
	mgi_mapi *object;         /* of the item */
	size_t at;                /* member to come */
	bool torn, begun;
} walk;

static bool is_olm_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && mgi_strcmp_nocase(name + n - 4, ".olm") == 0;
}

/* Other archives begin alike: the name tells, or the first member's. */
static int olm_sniff(const mgi_store_sight *sight)
{
	if (sight->is_folder || !mgi_span_starts(sight->head, "PK"))
		return 0;
	if (is_olm_name(sight->name))
		return 100;
	return mgi_span_find_nocase(sight->head, "com.microsoft.__") >= 0 ? 90
	                                                                  : 0;
}

/* -- which members are messages -------------------------------------------- */

/* "Local/com.microsoft.__Messages/Inbox/message_00000.xml": "Inbox". */
static const char *folder_of(mgi_arena *arena, const char *name)
{
	const char *at = strstr(name, MESSAGES), *slash = strrchr(name, '/');
	mailguard_span account = { NULL, 0 };
	const char *folder;

	if (!at || strstr(name, ATTACHMENTS) ||
	    !mgi_span_starts(mgi_span_of(slash), "/message_"))
		return NULL;
	if (strncmp(name, ACCOUNTS, strlen(ACCOUNTS)) == 0 &&
	    (size_t)(at - name) > strlen(ACCOUNTS))
		account = mgi_span(name + strlen(ACCOUNTS),
		                   (size_t)(at - name) - strlen(ACCOUNTS));
	folder = at + strlen(MESSAGES);
	return mgi_arena_printf(arena, "%.*s%.*s", (int)account.len,
	                        account.len ? (const char *)account.data : "",
	                        slash > folder ? (int)(slash - folder) : 0,
	                        folder);
}

static mailguard_status members_take(mailguard_store *s,
                                     olm *own,
                                     mailguard_error *err)
{
	const char *last = NULL;
	size_t i;

	own->folders = mgi_arena_array(s->arena, own->zip->count + 1,
	                               sizeof(*own->folders));
	if (!own->folders)
		return mgi_fail_nomem(err);
	for (i = 0; i < own->zip->count; i++) {
		own->folders[i] = folder_of(s->arena, own->zip->at[i].name);
		if (!own->folders[i] && own->zip->at[i].other)
			own->folders[i] =
				folder_of(s->arena, own->zip->at[i].other);
		if (!own->folders[i])
			continue;
		s->folders += !last || strcmp(last, own->folders[i]) != 0;
		last = own->folders[i];
	}
	return mgi_arena_failed(s->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

static mailguard_status olm_open(mailguard_store *s, mailguard_error *err)
{
	olm *own = mgi_arena_alloc(s->arena, sizeof(*own));
	mgi_store_file f = { s->path, "", 0, NULL };
	mailguard_status st;

	if (!own || !mgi_store_file_add(s, &f))
		return mgi_fail_nomem(err);
	s->own = own;
	st = mgi_file_open(&own->file, s->mg, s->path, err);
	if (st >= 0)
		st = mgi_zip_open(&own->zip, own->file, err);
	if (st == MAILGUARD_EFORMAT)
		return mgi_fail(err, s->mg, st, MGI_SAY_STORE_UNKNOWN, "path",
		                s->path);
	return st < 0 ? st : members_take(s, own, err);
}

static void olm_close(mailguard_store *s)
{
	olm *own = s->own;

	if (!own)
		return;
	mgi_zip_free(own->zip);
	mgi_file_close(own->file);
}

static const char *olm_format(const mailguard_store *s)
{
	return s->reader->name;
}

/* -- walked ---------------------------------------------------------------- */

static mailguard_status olm_begin(mailguard_walk *w, mailguard_error *err)
{
	const olm *own = w->store->own;

	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	if (!w->state)
		return mgi_fail_nomem(err);
	return mgi_file_again(&w->file, own->file, err);
}

static void tell(mailguard_walk *w,
                 mailguard_severity severity,
                 uint64_t item,
                 mgi_say_id text)
{
	mailguard_finding f = { severity, 0,   MAILGUARD_NOWHERE, 0, item, NULL,
		                NULL,     NULL };

	f.where = w->store->path;
	mgi_walk_note(w, &f, text);
}

/* What the list of members tells. */
static void list_tell(mailguard_walk *w)
{
	const olm *own = w->store->own;
	size_t i, found = 0, others = 0;

	for (i = 0; i < own->zip->count; i++) {
		const char *name = own->zip->at[i].name;

		found += own->zip->at[i].found;
		others += strstr(name, "Contacts.xml") ||
		          strstr(name, "Calendar.xml") ||
		          strstr(name, "Tasks.xml") ||
		          strstr(name, "Notes.xml");
	}
	if (own->zip->broken)
		tell(w, MAILGUARD_SEVERITY_LOSS, 0, MGI_SAY_OLM_LIST);
	if (found)
		tell(w, MAILGUARD_SEVERITY_WARN, 0, MGI_SAY_OLM_UNNAMED);
	if (others)
		tell(w, MAILGUARD_SEVERITY_NOTE, 0, MGI_SAY_OLM_OTHERS);
}

static mailguard_status member_fail(mailguard_walk *w,
                                    const mgi_zip_entry *e,
                                    mailguard_error *err)
{
	return mgi_fail(err, w->store->mg, MAILGUARD_EIO,
	                e->flags & 1 ? MGI_SAY_OLM_LOCKED : MGI_SAY_OLM_MEMBER,
	                "path", e->name);
}

/* The XML of a member; EIO if it cannot be read. */
static mailguard_status member_read(mailguard_walk *w,
                                    const mgi_zip_entry *e,
                                    mailguard_error *err)
{
	mgi_xml_options opts = { false, "utf-8", MGI_OLM_XML_MAX, 0, 0 };
	walk *own = w->state;
	mailguard_buffer text;
	mailguard_status st;

	mgi_xml_free(own->xml);
	own->xml = NULL;
	own->mail = NULL;
	mgi_buf_init(&text, w->store->mg);
	st = mgi_zip_read(&text, &own->torn, w->file, e, MGI_OLM_XML_MAX);
	if (st >= 0)
		st = mgi_xml_parse(&own->xml, w->store->mg, mgi_buf_span(&text),
		                   &opts, err);
	mgi_buf_done(&text);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (st >= 0)
		own->mail = mgi_xml_child(mgi_xml_root(own->xml), "email");
	return own->mail ? MAILGUARD_OK : member_fail(w, e, err);
}

/* The next message's element; ITEROVER behind the last. */
static mailguard_status mail_find(mailguard_item *out,
                                  mailguard_walk *w,
                                  mailguard_error *err)
{
	const olm *o = w->store->own;
	walk *own = w->state;
	const mgi_zip_entry *e;

	if (!own->mail) {
		while (own->at < o->zip->count && !o->folders[own->at])
			own->at++;
		if (own->at == o->zip->count)
			return MAILGUARD_ITEROVER;
		own->at++;
	}
	e = &o->zip->at[own->at - 1];
	w->done = own->at;
	w->total = o->zip->count;
	out->folder = o->folders[own->at - 1];
	out->file = w->store->path;
	out->offset = e->at;
	if (e->found)
		out->how = MAILGUARD_ITEM_SCAVENGED;
	return own->mail ? MAILGUARD_OK : member_read(w, e, err);
}

static void olm_settle(mailguard_item *item, mailguard_walk *w)
{
	walk *own = w->state;

	if (own->torn || (own->object && mgi_mapi_harm(own->object)))
		item->state = MAILGUARD_ITEM_DAMAGED;
}

static mailguard_status olm_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	const olm *o = w->store->own;
	walk *own = w->state;
	mgi_olm_letter *letter;
	mailguard_status st;

	if (!own->begun)
		list_tell(w);
	own->begun = true;
	mgi_mapi_free(own->object);
	own->object = NULL;
	st = mail_find(out, w, err);
	if (st != MAILGUARD_OK)
		return st;
	st = mgi_olm_letter_new(&letter, w->store->mg, o->zip, own->mail, err);
	if (st < 0)
		return st;
	st = mgi_olm_open(&own->object, w->store->mg, letter, w->file, err);
	mgi_olm_letter_free(letter);
	if (st < 0)
		return st;
	do
		own->mail = mgi_xml_next(own->mail);
	while (own->mail && !mgi_xml_is(own->mail, "email"));
	out->kind = mgi_item_kind(own->object);
	out->flags = mgi_item_flags(own->object);
	olm_settle(out, w);
	return MAILGUARD_OK;
}

static mailguard_status olm_source(mailguard_source **out,
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

static void olm_walk_end(mailguard_walk *w)
{
	walk *own = w->state;

	mgi_mapi_free(own->object);
	mgi_xml_free(own->xml);
}

/* -- checked --------------------------------------------------------------- */

static mailguard_status olm_check(mailguard_check *c, mailguard_error *err)
{
	uint64_t damaged = c->sum.damaged, lost = c->sum.lost;
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                NULL,
		                NULL };
	mailguard_status st = mgi_check_message(c, err);

	if (st != MAILGUARD_OK || c->sum.lost != lost)
		return st;
	olm_settle(&c->walk->item, c->walk);
	if (c->walk->item.state != MAILGUARD_ITEM_DAMAGED)
		return st;
	f.item = c->walk->item.index;
	f.where = c->walk->item.file;
	mgi_check_note(c, &f, MGI_SAY_OLM_TORN);
	if (c->sum.damaged == damaged) {
		c->sum.damaged++;
		c->sum.intact--;
	}
	return st;
}

static void olm_check_end(mailguard_check *c)
{
	(void)c;
}

static const mgi_store_more more = {
	.format = olm_format,
	.source = olm_source,
	.settle = olm_settle,
	.check = olm_check,
	.check_end = olm_check_end,
	.walk_end = olm_walk_end,
	.close = olm_close,
};

const mgi_store_reader mgi_store_olm = {
	.name = "olm",
	.sniff = olm_sniff,
	.open = olm_open,
	.begin = olm_begin,
	.next = olm_next,
	.more = &more,
};
