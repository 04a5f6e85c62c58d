/*
 * rebuild.c - a PST or OST into a new, clean PST: folder by folder, every
 * message and hidden item, the store's own nodes. Lists of folders are made
 * anew from what lies in them. What cannot be read is left out and told.
 */
#include "store/pst/rebuild.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/hash.h"
#include "store/pst/ladder.h"
#include "store/pst/rebuild_job.h"

enum {
	NAME = 0x3001,
	RECORD_KEY = 0x0ff9,
	IPM_SUBTREE = 0x35e0,
	COUNT = 0x3602,
	UNREAD = 0x3603,
	SUBFOLDERS = 0x360a,
	CONTAINER_CLASS = 0x3613
};

#define IPM_USUAL 0x8022u
#define INT(id) MGI_MAPI_TAG(id, MGI_MAPI_INT32)

/* -- nodes that are no folder and no message ------------------------------- */

static void other_note(void *self, const mgi_pst_node *n)
{
	mgi_pst_rebuild *r = self;
	mgi_pst_node *more;

	if (MGI_PST_NID_TYPE(n->nid) == MGI_PST_TYPE_MESSAGE)
		return;
	if (r->other_count == r->other_room) {
		uint32_t room = r->other_room ? r->other_room * 2 : 256;

		more = mgi_arena_array(r->arena, room, sizeof(*more));
		if (!more)
			return; /* the arena remembers */
		r->other_room = room;
		if (r->other_count)
			memcpy(more, r->others, r->other_count * sizeof(*more));
		r->others = more;
	}
	r->others[r->other_count++] = *n;
}

static int by_parent(const void *a, const void *b)
{
	const mgi_pst_node *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->nid < y->nid ? -1 : x->nid > y->nid;
}

static const mgi_pst_node *other_find(const mgi_pst_rebuild *r, uint32_t nid)
{
	size_t i;

	for (i = 0; i < r->other_count; i++)
		if (r->others[i].nid == nid)
			return &r->others[i];
	return NULL;
}

/* -- the tree of folders --------------------------------------------------- */

static mgi_pst_place_of *folder_of(mgi_pst_rebuild *r, uint32_t nid)
{
	size_t i;

	for (i = 0; i < r->folder_count; i++)
		if (r->folders[i].node.nid == nid)
			return &r->folders[i];
	return NULL;
}

static mgi_pst_place_of *folder_add(mgi_pst_rebuild *r,
                                    const mgi_pst_node *node,
                                    const char *name)
{
	mgi_pst_place_of *f = &r->folders[r->folder_count++];

	memset(f, 0, sizeof(*f));
	f->node = *node;
	f->name = name;
	f->parent = node->parent;
	return f;
}

/* By nid: the new ones come last and are few. */
static const mgi_pst_folder *source_folder(const mgi_pst_rebuild *r, uint32_t i)
{
	return &r->list.folders.at[r->list.folders.ranked[i]];
}

static uint32_t nid_free(const mgi_pst_rebuild *r)
{
	uint32_t most = 0x400, i;

	for (i = 0; i < r->folder_count; i++)
		if (r->folders[i].node.nid >> 5 > most)
			most = r->folders[i].node.nid >> 5;
	return (most + 1) << 5 | MGI_PST_TYPE_FOLDER;
}

/* Does its way lead up to the root? Not far, or it goes in circles. */
static bool leads_up(mgi_pst_rebuild *r, const mgi_pst_place_of *f)
{
	size_t steps = 0;

	while (f && f->node.nid != MGI_PST_NODE_ROOT && steps++ < 1024)
		f = folder_of(r, f->parent);
	return f && f->node.nid == MGI_PST_NODE_ROOT;
}

/* The folder whose children people see; made if there is none. */
static mgi_pst_place_of *ipm_choose(mgi_pst_rebuild *r)
{
	mgi_pst_node n = { 0, MGI_PST_NODE_ROOT, 0, 0 };
	mgi_pst_place_of *f = r->ipm ? folder_of(r, r->ipm) : NULL;
	size_t i;

	if (!f)
		f = folder_of(r, IPM_USUAL);
	for (i = 0; !f && i < r->folder_count; i++)
		if (r->folders[i].parent == MGI_PST_NODE_ROOT &&
		    r->folders[i].node.nid != MGI_PST_NODE_ROOT)
			f = &r->folders[i];
	if (f)
		return f;
	n.nid = nid_free(r);
	return folder_add(r, &n, "Top of Outlook data file");
}

/* It hangs on the root whatever became of the way there. */
static void ipm_find(mgi_pst_rebuild *r)
{
	mgi_pst_place_of *f = ipm_choose(r);

	r->ipm = f->node.nid;
	if (!leads_up(r, f))
		f->parent = MGI_PST_NODE_ROOT;
}

static void lost_add(mgi_pst_rebuild *r)
{
	mgi_pst_node n = { nid_free(r), r->ipm, 0, 0 };

	r->lost = n.nid;
	folder_add(r, &n, MGI_PST_LOST);
}

/* What hangs on nothing is hung into a folder of its own (R7). */
static void lost_hang(mgi_pst_rebuild *r)
{
	size_t i, were = r->folder_count;
	bool found = false;

	for (i = 0; i < were; i++)
		found |= !leads_up(r, &r->folders[i]);
	if (!found)
		return;
	lost_add(r);
	for (i = 0; i < were; i++) {
		mgi_pst_place_of *f = &r->folders[i];

		if (!folder_of(r, f->parent) || !leads_up(r, f))
			if (!folder_of(r, f->parent) ||
			    f->parent == f->node.nid)
				f->parent = r->lost;
	}
	for (i = 0; i < were; i++) /* in circles */
		if (!leads_up(r, &r->folders[i]))
			r->folders[i].parent = r->lost;
}

/* Where a hidden item goes, or a search folder. */
static uint32_t home_of(mgi_pst_rebuild *r, const mgi_pst_node *n)
{
	if (folder_of(r, n->parent))
		return n->parent;
	return r->lost ? r->lost : r->ipm;
}

static mailguard_status folders_plan(mgi_pst_rebuild *r, mailguard_error *err)
{
	mgi_pst_node root = { MGI_PST_NODE_ROOT, MGI_PST_NODE_ROOT, 0, 0 };
	uint32_t i, n = r->list.folders.count;
	size_t k;

	r->folders =
		mgi_arena_array(r->arena, (size_t)n + 4, sizeof(*r->folders));
	if (!r->folders)
		return mgi_fail_nomem(err);
	for (i = 0; i < n; i++) {
		const mgi_pst_folder *f = source_folder(r, i);

		folder_add(r, &f->node, f->name);
	}
	if (!folder_of(r, MGI_PST_NODE_ROOT))
		folder_add(r, &root, "");
	folder_of(r, MGI_PST_NODE_ROOT)->parent = MGI_PST_NODE_ROOT;
	ipm_find(r);
	lost_hang(r);
	r->homes = mgi_arena_array(r->arena, r->other_count + 1,
	                           sizeof(*r->homes));
	if (!r->homes)
		return mgi_fail_nomem(err);
	for (k = 0; k < r->other_count; k++)
		r->homes[k] = home_of(r, &r->others[k]);
	return MAILGUARD_OK;
}

/* -- messages -------------------------------------------------------------- */

static mailguard_status message_copy(mgi_pst_rebuild *r,
                                     mgi_pst_place_of *f,
                                     const mgi_pst_node *n,
                                     mgi_pst_new_table *list,
                                     mailguard_error *err)
{
	mgi_pst_as as = { MGI_MAPI_MESSAGE, NULL, list, 0, { NULL, 0 } };
	unsigned how = mgi_pst_sought(r->copy.from, n->nid);
	uint64_t harm = r->copy.harm;
	mgi_pst_made made;
	mailguard_status st;

	st = mgi_pst_copy_props(&made, &r->copy, n, &as, err);
	if (mgi_pst_fatal(st))
		return st;
	if (st >= 0)
		mgi_pst_put_node(r->copy.w, n->nid, f->node.nid, &made);
	if (st >= 0 && MGI_PST_NID_TYPE(n->nid) == MGI_PST_TYPE_MESSAGE) {
		f->count++;
		f->unread += !(r->copy.flags & 1);
	}
	mgi_error_clear(err);
	return mgi_pst_rebuild_tell(r, f, n,
	                            st < 0 ? MAILGUARD_ITEM_LOST
	                            : r->copy.harm != harm ||
	                                            how == MGI_PST_SOUGHT_DOUBT
	                                    ? MAILGUARD_ITEM_DAMAGED
	                            : how ? MAILGUARD_ITEM_REPAIRED
	                                  : MAILGUARD_ITEM_INTACT,
	                            err);
}

/* All messages of one folder: the list comes folder by folder. */
static mailguard_status contents_copy(mgi_pst_rebuild *r,
                                      mgi_pst_place_of *f,
                                      mailguard_error *err)
{
	uint32_t source = f->node.nid == r->lost ? 0 : f->node.nid;
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_tags tags = mgi_pst_table_tags(MGI_PST_TYPE_CONTENTS);
	mgi_pst_made made;

	mgi_pst_new_table_begin(r->table, r->copy.w, tags.at, tags.count);
	while (st >= 0 && r->has_next && r->next_folder == source) {
		st = message_copy(r, f, &r->next, r->table, err);
		if (st >= 0)
			st = mgi_pst_rebuild_step(r, err);
	}
	mgi_pst_new_table_end(&made, r->table);
	mgi_pst_put_node(r->copy.w,
	                 (f->node.nid & ~31u) | MGI_PST_TYPE_CONTENTS, 0,
	                 &made);
	return st;
}

static mailguard_status hidden_copy(mgi_pst_rebuild *r,
                                    mgi_pst_place_of *f,
                                    mailguard_error *err)
{
	mgi_pst_tags tags = mgi_pst_table_tags(MGI_PST_TYPE_ASSOC_CONTENTS);
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_made made;
	uint32_t last = 0;
	size_t i;

	mgi_pst_new_table_begin(r->table, r->copy.w, tags.at, tags.count);
	for (i = 0; st >= 0 && i < r->other_count; i++) {
		const mgi_pst_node *n = &r->others[i];

		if (MGI_PST_NID_TYPE(n->nid) != MGI_PST_TYPE_ASSOCIATED ||
		    n->nid == last || r->homes[i] != f->node.nid)
			continue;
		last = n->nid;
		st = message_copy(r, f, n, r->table, err);
	}
	mgi_pst_new_table_end(&made, r->table);
	mgi_pst_put_node(r->copy.w,
	                 (f->node.nid & ~31u) | MGI_PST_TYPE_ASSOC_CONTENTS, 0,
	                 &made);
	return st;
}

/* -- folders --------------------------------------------------------------- */

static bool has_below(const mgi_pst_rebuild *r, uint32_t nid)
{
	size_t i;

	for (i = 0; i < r->folder_count; i++)
		if (r->folders[i].parent == nid &&
		    r->folders[i].node.nid != nid)
			return true;
	return false;
}

static void folder_force(mgi_pst_force *out,
                         const mgi_pst_rebuild *r,
                         const mgi_pst_place_of *f)
{
	out->count = 0;
	mgi_pst_force_add(out, INT(COUNT), f->count);
	mgi_pst_force_add(out, INT(UNREAD), f->unread);
	mgi_pst_force_add(out, MGI_MAPI_TAG(SUBFOLDERS, MGI_MAPI_BOOL),
	                  has_below(r, f->node.nid));
}

/* Without properties of its own it gets what it needs. */
static void folder_make(mgi_pst_made *made,
                        mgi_pst_rebuild *r,
                        const mgi_pst_place_of *f,
                        const mgi_pst_force *force)
{
	size_t i;

	mgi_pst_new_props_begin(r->props, r->copy.w);
	mgi_pst_new_text(r->props, NAME, f->name);
	mgi_pst_new_text(r->props, CONTAINER_CLASS, "IPF.Note");
	for (i = 0; i < force->count; i++)
		mgi_pst_new_number(r->props, force->at[i].tag,
		                   force->at[i].number);
	mgi_pst_new_props_end(made, r->props, 0);
}

static mailguard_status folder_copy(mgi_pst_rebuild *r,
                                    mgi_pst_place_of *f,
                                    mailguard_error *err)
{
	mgi_pst_force force;
	mgi_pst_as as = { MGI_MAPI_FOLDER, &force, NULL, 0, { NULL, 0 } };
	mailguard_status st = MAILGUARD_EFORMAT;
	mgi_pst_made made;

	folder_force(&force, r, f);
	if (f->node.data)
		st = mgi_pst_copy_props(&made, &r->copy, &f->node, &as, err);
	if (mgi_pst_fatal(st))
		return st;
	f->made = st < 0;
	if (st < 0)
		folder_make(&made, r, f, &force);
	mgi_error_clear(err);
	mgi_pst_put_node(r->copy.w, f->node.nid, f->parent, &made);
	return MAILGUARD_OK;
}

/* Its line in the list of the folder above. */
static mailguard_status folder_row(mgi_pst_rebuild *r,
                                   const mgi_pst_node *n,
                                   const mgi_pst_force *force,
                                   mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(r->mg);
	mgi_pst_view view = r->copy.view;
	mgi_pst_props *p;
	mailguard_status st;

	p = arena ? mgi_arena_alloc(arena, sizeof(*p)) : NULL;
	if (!p) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	view.arena = arena;
	st = n->data ? mgi_pst_props_open(p, &view, n, err) : MAILGUARD_EFORMAT;
	if (!mgi_pst_fatal(st))
		st = mgi_pst_copy_row(r->table, &r->copy, n->nid,
		                      st < 0 ? NULL : p, force, err);
	mgi_arena_free(arena);
	if (st >= 0)
		mgi_error_clear(err);
	return st;
}

static mailguard_status hierarchy_make(mgi_pst_rebuild *r,
                                       const mgi_pst_place_of *f,
                                       mailguard_error *err)
{
	mgi_pst_tags tags = mgi_pst_table_tags(MGI_PST_TYPE_HIERARCHY);
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_force force;
	mgi_pst_made made;
	size_t i;

	mgi_pst_new_table_begin(r->table, r->copy.w, tags.at, tags.count);
	for (i = 0; st >= 0 && i < r->folder_count; i++) {
		const mgi_pst_place_of *k = &r->folders[i];

		if (k->parent != f->node.nid || k == f)
			continue;
		folder_force(&force, r, k);
		st = folder_row(r, &k->node, &force, err);
	}
	force.count = 0;
	for (i = 0; st >= 0 && i < r->other_count; i++)
		if (MGI_PST_NID_TYPE(r->others[i].nid) == MGI_PST_TYPE_SEARCH &&
		    r->others[i].parent == f->node.nid && r->kept[i])
			st = folder_row(r, &r->others[i], &force, err);
	mgi_pst_new_table_end(&made, r->table);
	mgi_pst_put_node(r->copy.w,
	                 (f->node.nid & ~31u) | MGI_PST_TYPE_HIERARCHY, 0,
	                 &made);
	return st;
}

/* -- the store's own nodes ------------------------------------------------- */

static mailguard_status template_copy(mgi_pst_rebuild *r,
                                      uint32_t nid,
                                      unsigned type,
                                      mailguard_error *err)
{
	const mgi_pst_node *n = other_find(r, nid);
	mgi_pst_tags tags = mgi_pst_table_tags(type);
	mailguard_status st = MAILGUARD_EFORMAT;
	mgi_pst_made made;

	if (n)
		st = mgi_pst_copy_table(&made, &r->copy, n, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	if (st < 0) {
		mgi_pst_new_table_begin(r->table, r->copy.w, tags.at,
		                        tags.count);
		mgi_pst_new_table_end(&made, r->table);
	}
	mgi_pst_put_node(r->copy.w, nid, 0, &made);
	return MAILGUARD_OK;
}

static mailguard_status templates_copy(mgi_pst_rebuild *r, mailguard_error *err)
{
	static const struct {
		uint32_t nid;
		unsigned type;
	} all[] = { { 0x60d, 0x0d }, { 0x60e, 0x0e }, { 0x60f, 0x0f },
		    { 0x610, 0x10 }, { 0x671, 0x11 }, { 0x692, 0x12 } };
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < sizeof(all) / sizeof(all[0]); i++)
		st = template_copy(r, all[i].nid, all[i].type, err);
	return st;
}

static void entry_id(unsigned char out[24],
                     const unsigned char key[16],
                     uint32_t nid)
{
	memset(out, 0, 4);
	memcpy(out + 4, key, 16);
	mgi_put_le(out + 20, 4, nid);
}

/* The same source, the same key. */
static mailguard_status store_make(mgi_pst_made *made,
                                   mgi_pst_rebuild *r,
                                   mailguard_error *err)
{
	unsigned char hash[MGI_SHA256_BYTES], ipm[24], head[512];
	mailguard_status st;
	size_t got;

	st = mgi_file_read(r->copy.from->file, 0, head, sizeof(head), &got,
	                   err);
	if (st >= 0)
		st = mgi_sha256(hash, r->mg, mgi_span(head, got), err);
	if (st < 0)
		return st;
	entry_id(ipm, hash, r->ipm);
	mgi_pst_new_props_begin(r->props, r->copy.w);
	mgi_pst_new_text(r->props, NAME, "Outlook");
	mgi_pst_new_bytes(r->props, MGI_MAPI_TAG(RECORD_KEY, MGI_MAPI_BINARY),
	                  mgi_span(hash, 16));
	mgi_pst_new_bytes(r->props, MGI_MAPI_TAG(IPM_SUBTREE, MGI_MAPI_BINARY),
	                  mgi_span(ipm, sizeof(ipm)));
	mgi_pst_new_number(r->props, INT(0x35df), 1);
	mgi_pst_new_number(r->props, INT(0x67ff), 0);
	mgi_pst_new_props_end(made, r->props, 0);
	return MAILGUARD_OK;
}

/* Never empty: some readers refuse a file whose map is. */
static void names_make(mgi_pst_made *made, mgi_pst_rebuild *r)
{
	static const unsigned char guid[16] =
		MGI_MAPI_GUID_OF(0x00062008, 0, 0);
	static const unsigned char entry[8] = { 0x03, 0x85, 0, 0, 6, 0, 0, 0 };
	static const unsigned char none[4] = { 0 };

	mgi_pst_new_props_begin(r->props, r->copy.w);
	mgi_pst_new_number(r->props, INT(0x0001), 251);
	mgi_pst_new_bytes(r->props, 0x00020102, mgi_span(guid, sizeof(guid)));
	mgi_pst_new_bytes(r->props, 0x00030102, mgi_span(entry, sizeof(entry)));
	mgi_pst_new_bytes(r->props, 0x00040102, mgi_span(none, sizeof(none)));
	mgi_pst_new_props_end(made, r->props, 0);
}

static mailguard_status special_copy(mgi_pst_rebuild *r,
                                     uint32_t nid,
                                     mailguard_error *err)
{
	const mgi_pst_node *n = other_find(r, nid);
	mgi_pst_as as = { MGI_MAPI_STORE, NULL, NULL, 0, { NULL, 0 } };
	mailguard_status st = MAILGUARD_EFORMAT;
	uint64_t harm = r->copy.harm;
	mgi_pst_made made;
	int32_t state;

	if (nid == MGI_PST_NODE_NAMES && r->copy.from->names)
		as.names = mgi_pst_names_mend(r->copy.from->names, r->arena);
	if (n && (nid != MGI_PST_NODE_NAMES || r->copy.from->names))
		st = mgi_pst_copy_props(&made, &r->copy, n, &as, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	state = st < 0                 ? MAILGUARD_ITEM_LOST
	        : r->copy.harm != harm ? MAILGUARD_ITEM_DAMAGED
	                               : MAILGUARD_ITEM_INTACT;
	if (mgi_pst_rebuild_tell_own(r, nid, state, err) < 0)
		return MAILGUARD_ENOMEM;
	if (st < 0 && nid == MGI_PST_NODE_NAMES)
		names_make(&made, r);
	else if (st < 0)
		st = store_make(&made, r, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_pst_put_node(r->copy.w, nid, 0, &made);
	return MAILGUARD_OK;
}

static bool is_copied(mgi_pst_rebuild *r, const mgi_pst_node *n)
{
	unsigned type = MGI_PST_NID_TYPE(n->nid);

	if (n->nid == MGI_PST_NODE_STORE || n->nid == MGI_PST_NODE_NAMES)
		return false;
	if (n->nid == 0x60d || n->nid == 0x60e || n->nid == 0x60f ||
	    n->nid == 0x610 || n->nid == 0x671 || n->nid == 0x692)
		return false;
	if (type == MGI_PST_TYPE_SEARCH)
		return folder_of(r, n->parent) != NULL;
	return type != MGI_PST_TYPE_ASSOCIATED &&
	       !(type >= MGI_PST_TYPE_HIERARCHY &&
	         type <= MGI_PST_TYPE_ASSOC_CONTENTS);
}

static mailguard_status others_copy(mgi_pst_rebuild *r, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	uint32_t last = 0;
	size_t i;

	for (i = 0; st >= 0 && i < r->other_count; i++) {
		const mgi_pst_node *n = &r->others[i];
		mgi_pst_made made = { 0, 0, 0 };

		if (!is_copied(r, n) || n->nid == last)
			continue;
		last = n->nid;
		if (n->data)
			st = mgi_pst_copy_any(&made, &r->copy, n, 0, err);
		if (mgi_pst_fatal(st))
			return st;
		mgi_error_clear(err);
		if (st >= 0) {
			r->kept[i] = true;
			mgi_pst_put_node(r->copy.w, n->nid, n->parent, &made);
		}
		st = mgi_pst_rebuild_tell_own(r, n->nid,
		                              st < 0 ? MAILGUARD_ITEM_LOST
		                                     : MAILGUARD_ITEM_INTACT,
		                              err);
	}
	return st;
}

/* -- all of it ------------------------------------------------------------- */

/* In the order of the list of messages, as they come but once: those that lie
   in no folder are the last. */
static mailguard_status folders_fill(mgi_pst_rebuild *r, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < r->folder_count; i++) {
		mgi_pst_place_of *f = &r->folders[i];

		if (i + 1 == r->folder_count && r->has_next && !r->lost &&
		    f->node.nid != r->next_folder)
			lost_add(r);

		st = contents_copy(r, f, err);
		if (st >= 0)
			st = hidden_copy(r, f, err);
		if (st >= 0)
			st = folder_copy(r, f, err);
	}
	return st;
}

static mailguard_status all_copy(mgi_pst_rebuild *r, mailguard_error *err)
{
	mailguard_status st;
	size_t i;

	st = folders_plan(r, err);
	if (st >= 0)
		st = special_copy(r, MGI_PST_NODE_STORE, err);
	if (st >= 0)
		st = special_copy(r, MGI_PST_NODE_NAMES, err);
	if (st >= 0)
		st = templates_copy(r, err);
	if (st >= 0)
		st = others_copy(r, err);
	if (st >= 0)
		st = folders_fill(r, err);
	for (i = 0; st >= 0 && i < r->folder_count; i++)
		st = hierarchy_make(r, &r->folders[i], err);
	return st;
}

/* The folder that the store's own node names; 0 if it cannot be read. */
static mailguard_status ipm_read(mgi_pst_rebuild *r, mailguard_error *err)
{
	const mgi_pst_node *n = other_find(r, MGI_PST_NODE_STORE);
	mailguard_status st;
	mgi_mapi_value v;
	mgi_mapi *o;

	if (!n)
		return MAILGUARD_OK;
	st = mgi_pst_object(&o, r->copy.from, n, MGI_MAPI_STORE, err);
	if (st != MAILGUARD_OK) {
		mgi_error_clear(mgi_pst_fatal(st) ? NULL : err);
		return mgi_pst_fatal(st) ? st : MAILGUARD_OK;
	}
	if (mgi_mapi_get(&v, o, MGI_MAPI_TAG(IPM_SUBTREE, MGI_MAPI_BINARY),
	                 NULL) == MAILGUARD_OK &&
	    v.bytes.len >= 24)
		r->ipm = mgi_le32(v.bytes.data + 20);
	mgi_mapi_free(o);
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_rebuild_run(mgi_pst_rebuild *r, mailguard_error *err)
{
	mailguard_status st;

	r->table = mgi_arena_alloc(r->arena, sizeof(*r->table));
	r->props = mgi_arena_alloc(r->arena, sizeof(*r->props));
	if (!r->table || !r->props)
		return mgi_fail_nomem(err);
	st = mgi_pst_view_init(&r->copy.view, r->copy.from, r->arena, err);
	if (st < 0)
		return st;
	r->copy.alike =
		r->copy.from->header.shape->variant == MGI_PST_UNICODE &&
		r->copy.from->crypt == MGI_PST_PERMUTE;
	r->list.others = other_note;
	r->list.self = r;
	st = mgi_pst_list_make(&r->list, &r->copy.view, err);
	r->kept = mgi_arena_alloc(r->arena, r->other_count + 1);
	if (st >= 0 && mgi_arena_failed(r->arena))
		st = mgi_fail_nomem(err);
	if (st >= 0 && r->other_count)
		qsort(r->others, r->other_count, sizeof(*r->others), by_parent);
	if (st >= 0)
		st = ipm_read(r, err);
	if (st >= 0)
		st = mgi_pst_rebuild_step(r, err);
	if (st >= 0)
		st = all_copy(r, err);
	mgi_pst_list_done(&r->list);
	mgi_pst_view_done(&r->copy.view);
	return st;
}
