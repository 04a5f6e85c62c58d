/*
 * reader.c - a .dbx as a store: the messages of one folder.
 */
#include "store/check.h"
#include "store/oe/dbx.h"
#include "store/oe/dbx_folders.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"

/* Marks of a message (its entry's index 1). */
enum { MARK_FLAGGED = 0x20, MARK_READ = 0x80, MARK_ANSWERED = 0x80000 };

typedef struct walk {
	mgi_arena *arena; /* of the file under way */
	mgi_dbx dbx;
	size_t at; /* behind the item */
	bool ready, begun;
} walk;

static bool is_dbx_name(const char *name)
{
	size_t n = strlen(name);

	return n > 4 && mgi_strcmp_nocase(name + n - 4, ".dbx") == 0;
}

/* Also one whose head is gone: its name is all that tells then. */
static int dbx_sniff(const mgi_store_sight *sight)
{
	if (sight->is_folder)
		return mgi_files_has(sight->arena, sight->path, is_dbx_name)
		               ? 44
		               : 0;
	if (mgi_span_starts(sight->head, "\xcf\xad\x12\xfe"))
		return 100;
	return is_dbx_name(sight->name) ? 30 : 0;
}

/* -- a folder of them ------------------------------------------------------ */

static bool is_list(const char *name)
{
	return mgi_strcmp_nocase(name, "Folders.dbx") == 0;
}

/* What a file is called without its folder, and without ".dbx" (`cut`). */
static const char *name_of(mailguard_store *s, const char *path, size_t cut)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return mgi_arena_strndup(s->arena, name, strlen(name) - cut);
}

/* The list of folders beside a file; NULL if there is none. */
static const mgi_dbx_folders *list_read(mailguard_store *s, const char *path)
{
	mgi_dbx_folders *list = mgi_arena_alloc(s->arena, sizeof(*list));
	mgi_file *f;

	if (!list || mgi_file_open(&f, s->mg, path, NULL) < 0)
		return NULL;
	(void)mgi_dbx_folders_read(list, s->arena, f, NULL);
	mgi_file_close(f);
	return list;
}

/* The lists do not count as folders of mail; names come from them. */
static void folders_name(mailguard_store *s)
{
	const mgi_dbx_folders *list = NULL;
	size_t i, n = 0;

	for (i = 0; i < s->count && !list; i++)
		if (is_list(name_of(s, s->files[i].path, 0)))
			list = list_read(s, s->files[i].path);
	for (i = 0; i < s->count; i++) {
		const char *name = name_of(s, s->files[i].path, 0);
		const char *path =
			list && name ? mgi_dbx_folders_path(list, name) : NULL;

		if (!name)
			return;
		if (is_list(name) ||
		    mgi_strcmp_nocase(name, "Offline.dbx") == 0 ||
		    mgi_strcmp_nocase(name, "Pop3uidl.dbx") == 0 ||
		    mgi_strcmp_nocase(name, "Cleanup.log") == 0)
			continue;
		if (!path)
			path = name_of(s, s->files[i].path, 4);
		s->files[i].folder = path;
		s->files[n++] = s->files[i];
	}
	s->count = s->folders = n;
}

static mailguard_status dbx_open(mailguard_store *s, mailguard_error *err)
{
	mailguard_status st = mgi_files_open(s, is_dbx_name, err);

	if (st >= 0 && mgi_path_kind(s->path) == MGI_ENTRY_FOLDER)
		folders_name(s);
	return st;
}

static const char *dbx_format(const mailguard_store *s)
{
	return s->reader->name;
}

/* -- walked ---------------------------------------------------------------- */

static mailguard_status dbx_begin(mailguard_walk *w, mailguard_error *err)
{
	w->state = mgi_arena_alloc(w->arena, sizeof(walk));
	return w->state ? MAILGUARD_OK : mgi_fail_nomem(err);
}

static void tell(mailguard_walk *w,
                 mailguard_severity severity,
                 uint64_t item,
                 mgi_say_id text)
{
	mailguard_finding f = { severity, 0,   MAILGUARD_NOWHERE, 0, item, NULL,
		                NULL,     NULL };

	mgi_walk_note(w, &f, text);
}

/* What the tree of a file shows. */
static void tree_tell(mailguard_walk *w, const mgi_dbx *d)
{
	size_t i, found = 0, without = 0;

	for (i = 0; i < d->count; i++) {
		found += d->at[i].found;
		without += !d->at[i].segment;
	}
	if (d->kind != MGI_DBX_MAIL)
		tell(w, MAILGUARD_SEVERITY_NOTE, 0, MGI_SAY_DBX_NO_MAIL);
	if (d->broken)
		tell(w, MAILGUARD_SEVERITY_LOSS, 0, MGI_SAY_DBX_TREE);
	else if (d->count - found != d->told)
		tell(w, MAILGUARD_SEVERITY_LOSS, 0, MGI_SAY_DBX_COUNT);
	if (found)
		tell(w, MAILGUARD_SEVERITY_WARN, 0, MGI_SAY_DBX_UNNAMED);
	if (without)
		tell(w, MAILGUARD_SEVERITY_NOTE, 0, MGI_SAY_DBX_HEADER_ONLY);
}

static mailguard_status file_read(mailguard_walk *w, mailguard_error *err)
{
	walk *own = w->state;
	mailguard_status st;

	own->ready = own->begun = true;
	own->at = 0;
	memset(&own->dbx, 0, sizeof(own->dbx));
	mgi_arena_free(own->arena);
	own->arena = mgi_arena_new(w->store->mg);
	if (!own->arena)
		return mgi_fail_nomem(err);
	st = mgi_walk_file(w, err);
	if (st >= 0)
		st = mgi_dbx_read(&own->dbx, own->arena, w->file, err);
	if (st < 0)
		return st;
	w->total += own->dbx.count;
	tree_tell(w, &own->dbx);
	return MAILGUARD_OK;
}

/* A header that was never fetched has no text; it is no message. */
static const mgi_dbx_message *message_next(walk *own)
{
	while (own->at < own->dbx.count && !own->dbx.at[own->at].segment)
		own->at++;
	return own->at < own->dbx.count ? &own->dbx.at[own->at++] : NULL;
}

static uint32_t flags_of(uint32_t marks)
{
	return (marks & MARK_READ ? MAILGUARD_FLAG_SEEN : 0u) |
	       (marks & MARK_FLAGGED ? MAILGUARD_FLAG_FLAGGED : 0u) |
	       (marks & MARK_ANSWERED ? MAILGUARD_FLAG_ANSWERED : 0u);
}

/* The item's state, and what there is to say of its chain. */
static void chain_tell(mailguard_item *out,
                       mailguard_walk *w,
                       const mgi_dbx_message *m)
{
	uint64_t number = out->index + 1;

	if (m->fare == MGI_DBX_CUT) {
		out->state = MAILGUARD_ITEM_DAMAGED;
		tell(w, MAILGUARD_SEVERITY_LOSS, number, MGI_SAY_DBX_CHAIN);
	} else if (m->fare == MGI_DBX_MENDED) {
		out->state = MAILGUARD_ITEM_REPAIRED;
		tell(w, MAILGUARD_SEVERITY_WARN, number, MGI_SAY_DBX_MENDED);
	} else if (m->fare == MGI_DBX_LENGTH) {
		tell(w, MAILGUARD_SEVERITY_WARN, number, MGI_SAY_DBX_LENGTH);
	}
}

static mailguard_status dbx_next(mailguard_item *out,
                                 mailguard_walk *w,
                                 mailguard_error *err)
{
	const mgi_dbx_message *m = NULL;
	walk *own = w->state;

	w->tapped = w->torn = false;
	for (; !m && w->at < w->store->count; w->at += !m) {
		mailguard_status st =
			own->ready ? MAILGUARD_OK : file_read(w, err);

		out->folder = w->store->files[w->at].folder;
		out->file = w->store->files[w->at].path;
		if (st < 0)
			return st;
		m = message_next(own);
		own->ready = m != NULL;
	}
	if (!m)
		return MAILGUARD_ITEROVER;
	w->done++;
	out->offset = m->segment;
	out->size = m->size;
	out->flags = flags_of(m->marks);
	out->how = m->found ? MAILGUARD_ITEM_SCAVENGED : MAILGUARD_ITEM_INDEXED;
	chain_tell(out, w, m);
	return MAILGUARD_OK;
}

static mailguard_status dbx_source(mailguard_source **out,
                                   mailguard_walk *w,
                                   mailguard_error *err)
{
	const walk *own = w->state;

	*out = NULL;
	if (!own->at || !own->ready)
		return mgi_fail(err, w->store->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "item");
	return mgi_dbx_source(out, w->file, &own->dbx.at[own->at - 1], err);
}

static void dbx_settle(mailguard_item *item, mailguard_walk *w)
{
	(void)item;
	(void)w;
}

static void dbx_walk_end(mailguard_walk *w)
{
	mgi_arena_free(((walk *)w->state)->arena);
}

/* -- checked --------------------------------------------------------------- */

static mailguard_status dbx_check(mailguard_check *c, mailguard_error *err)
{
	uint64_t damaged = c->sum.damaged, lost = c->sum.lost;
	mailguard_status st = mgi_check_message(c, err);

	if (st != MAILGUARD_OK || c->walk->item.state != MAILGUARD_ITEM_DAMAGED)
		return st;
	if (c->sum.damaged == damaged && c->sum.lost == lost) {
		c->sum.damaged++;
		c->sum.intact--;
	}
	return st;
}

static void dbx_check_end(mailguard_check *c)
{
	(void)c;
}

static void dbx_close(mailguard_store *s)
{
	(void)s;
}

static const mgi_store_more more = {
	.format = dbx_format,
	.source = dbx_source,
	.settle = dbx_settle,
	.check = dbx_check,
	.check_end = dbx_check_end,
	.walk_end = dbx_walk_end,
	.close = dbx_close,
};

const mgi_store_reader mgi_store_dbx = {
	.name = "dbx",
	.sniff = dbx_sniff,
	.open = dbx_open,
	.begin = dbx_begin,
	.next = dbx_next,
	.more = &more,
};
