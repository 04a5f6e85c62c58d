/*
 * folders.c - the tree of folders. The node tree alone tells it: every node
 * names the one above it, so torn tables hide nothing.
 */
#include "store/pst/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define NAME 0x3001
#define IPM_SUBTREE 0x35e0

static const mgi_pst_folder *find(const mgi_pst_folders *f, uint32_t nid)
{
	uint32_t low = 0, high = f->count;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (f->at[mid].node.nid < nid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < f->count && f->at[low].node.nid == nid ? &f->at[low]
	                                                    : NULL;
}

const mgi_pst_folder *mgi_pst_folder_find(const mgi_pst_folders *f,
                                          uint32_t nid)
{
	return find(f, nid);
}

static mailguard_status folder_add(mgi_pst_folders *f,
                                   uint32_t *room,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *n,
                                   mailguard_error *err)
{
	if (f->count == *room) {
		mgi_pst_folder *more;

		*room = *room ? *room * 2 : 64;
		more = mgi_arena_array(v->arena, *room, sizeof(*more));
		if (!more)
			return mgi_fail_nomem(err);
		if (f->count)
			memcpy(more, f->at, f->count * sizeof(*more));
		f->at = more;
	}
	f->at[f->count++].node = *n;
	return MAILGUARD_OK;
}

static int by_nid(const void *a, const void *b)
{
	uint32_t x = ((const mgi_pst_folder *)a)->node.nid;
	uint32_t y = ((const mgi_pst_folder *)b)->node.nid;

	return x < y ? -1 : x > y;
}

static mailguard_status collect(mgi_pst_folders *out,
                                mgi_pst_view *v,
                                void (*others)(void *, const mgi_pst_node *),
                                void *self,
                                mailguard_error *err)
{
	const mgi_pst_page *page;
	mailguard_status st;
	mgi_pst_trip trip;
	uint32_t i, room = 0, kept = 0;

	st = mgi_pst_trip_begin(&trip, v, MGI_PST_PAGE_NODES, err);
	while (st >= 0 && (st = mgi_pst_trip_next(&page, &i, &trip, err)) ==
	                          MAILGUARD_OK) {
		mgi_pst_node n = mgi_pst_entry_node(v->shape, page, i);

		if (MGI_PST_NID_TYPE(n.nid) == MGI_PST_TYPE_FOLDER &&
		    out->count < MGI_PST_FOLDERS_MAX)
			st = folder_add(out, &room, v, &n, err);
		else if (others)
			others(self, &n);
	}
	if (st < 0)
		return st;
	if (out->count)
		qsort(out->at, out->count, sizeof(*out->at), by_nid);
	for (i = 0; i < out->count; i++) /* a page linked twice */
		if (!i || out->at[i].node.nid != out->at[kept - 1].node.nid)
			out->at[kept++] = out->at[i];
	out->count = kept;
	return MAILGUARD_OK;
}

/* "/" parts levels, so it cannot stand in a name. */
static const char *name_clean(mgi_arena *arena, const mailguard_buffer *b)
{
	char *out = mgi_arena_strndup(arena, b->at, b->len), *at;

	for (at = out; at && *at; at++)
		if (*at == '/' || (unsigned char)*at < 0x20)
			*at = '_';
	return out;
}

static mailguard_status name_read(mgi_pst_folder *f,
                                  mgi_pst_view *v,
                                  mailguard_buffer *text,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_mapi *o;

	if (!f->node.data) { /* made for what lies in it (ladder.c) */
		f->name =
			mgi_arena_printf(v->arena, "Recovered %x", f->node.nid);
		return f->name ? MAILGUARD_OK : mgi_fail_nomem(err);
	}
	f->name = "";
	st = mgi_pst_object(&o, v->pst, &f->node, MGI_MAPI_FOLDER, err);
	if (st == MAILGUARD_OK) {
		mgi_buf_cut(text, 0);
		st = mgi_mapi_text(text, o, NAME, err);
		if (st == MAILGUARD_OK && text->len)
			f->name = name_clean(v->arena, text);
		mgi_mapi_free(o);
	}
	f->unreadable = st == MAILGUARD_EFORMAT;
	if (!f->name)
		return mgi_fail_nomem(err);
	if (st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO)
		return st;
	mgi_error_clear(err);
	if (!f->name[0])
		f->name = mgi_arena_printf(v->arena, "%x", f->node.nid);
	return f->name ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* The folder whose children people take for the top; 0 if not told. */
static mailguard_status top_find(uint32_t *nid,
                                 mgi_pst_view *v,
                                 mailguard_error *err)
{
	mgi_mapi_value value;
	mailguard_status st;
	mgi_pst_node node;
	mgi_mapi *o;

	*nid = 0;
	st = mgi_pst_node_find(&node, v, MGI_PST_NODE_STORE, err);
	if (st == MAILGUARD_OK)
		st = mgi_pst_object(&o, v->pst, &node, MGI_MAPI_STORE, err);
	if (st == MAILGUARD_OK) {
		st = mgi_mapi_get(&value, o,
		                  MGI_MAPI_TAG(IPM_SUBTREE, MGI_MAPI_BINARY),
		                  err);
		if (st == MAILGUARD_OK && value.bytes.len >= 24)
			*nid = mgi_le32(value.bytes.data + 20);
		mgi_mapi_free(o);
	}
	if (st == MAILGUARD_EFORMAT)
		mgi_error_clear(err);
	return st == MAILGUARD_ENOMEM || st == MAILGUARD_EIO ? st
	                                                     : MAILGUARD_OK;
}

/*
 * An OST tells none, or one by a name of the server's: there it is the folder
 * that Exchange calls so, at most two below the root.
 */
static uint32_t top_guess(const mgi_pst_folders *f)
{
	uint32_t i;

	for (i = 0; i < f->count; i++) {
		uint32_t up = f->at[i].above;

		if (strcmp(f->at[i].name, "IPM_SUBTREE") == 0 &&
		    strcmp(f->at[up].name, "Root - Public") != 0 &&
		    (f->at[up].node.nid == MGI_PST_NODE_ROOT ||
		     f->at[f->at[up].above].node.nid == MGI_PST_NODE_ROOT))
			return f->at[i].node.nid;
	}
	return 0;
}

/* Does the way up from `i` end at the root? */
static bool leads_up(const mgi_pst_folders *f, uint32_t i)
{
	uint32_t steps;

	for (steps = 0; steps <= f->count; steps++) {
		if (f->at[i].node.nid == MGI_PST_NODE_ROOT)
			return true;
		if (f->at[i].above == i)
			return false;
		i = f->at[i].above;
	}
	return false;
}

#define PATH_DEEP 64

static const char *path_make(const mgi_pst_folders *f,
                             uint32_t i,
                             uint32_t top,
                             mgi_arena *arena)
{
	const char *path = f->at[i].name;
	uint32_t depth;

	if (f->at[i].lost)
		return mgi_arena_printf(arena, "%s/%s", MGI_PST_LOST, path);
	for (depth = 0; path && depth < PATH_DEEP; depth++) {
		uint32_t up = f->at[i].above;

		if (up == i || f->at[up].node.nid == MGI_PST_NODE_ROOT ||
		    f->at[up].node.nid == top)
			break;
		path = mgi_arena_printf(arena, "%s/%s", f->at[up].name, path);
		i = up;
	}
	return path;
}

/* What is sorted: where a folder stands. */
typedef struct stand {
	mgi_pst_folder *folder;
} stand;

static int by_path(const void *a, const void *b)
{
	const mgi_pst_folder *x = ((const stand *)a)->folder;
	const mgi_pst_folder *y = ((const stand *)b)->folder;
	int c = strcmp(x->path, y->path);

	return c ? c : by_nid(x, y);
}

static mailguard_status rank_all(mgi_pst_folders *f,
                                 mgi_arena *arena,
                                 mailguard_error *err)
{
	stand *order = mgi_arena_array(arena, f->count + 1, sizeof(*order));
	uint32_t i;

	f->ranked = mgi_arena_array(arena, f->count + 1, sizeof(*f->ranked));
	if (!order || !f->ranked)
		return mgi_fail_nomem(err);
	for (i = 0; i < f->count; i++)
		order[i].folder = &f->at[i];
	if (f->count)
		qsort(order, f->count, sizeof(*order), by_path);
	for (i = 0; i < f->count; i++) {
		order[i].folder->rank = i;
		f->ranked[i] = (uint32_t)(order[i].folder - f->at);
	}
	return MAILGUARD_OK;
}

mailguard_status mgi_pst_folders_read(mgi_pst_folders *out,
                                      mgi_pst_view *v,
                                      void (*others)(void *self,
                                                     const mgi_pst_node *n),
                                      void *self,
                                      mailguard_error *err)
{
	mailguard_buffer text;
	mailguard_status st;
	uint32_t i, top;

	memset(out, 0, sizeof(*out));
	st = collect(out, v, others, self, err);
	mgi_buf_init(&text, v->pst->mg);
	for (i = 0; st >= 0 && i < out->count; i++)
		st = name_read(&out->at[i], v, &text, err);
	mgi_buf_done(&text);
	if (st < 0)
		return st;
	for (i = 0; i < out->count; i++) {
		const mgi_pst_folder *up = find(out, out->at[i].node.parent);

		out->at[i].above = up ? (uint32_t)(up - out->at) : i;
	}
	st = top_find(&top, v, err);
	if (st < 0)
		return st;
	if (v->pst->header.is_ost || !find(out, top)) {
		uint32_t guess = top_guess(out);

		top = guess ? guess : top;
	}
	for (i = 0; i < out->count; i++)
		out->at[i].lost = !leads_up(out, i);
	for (i = 0; i < out->count; i++) {
		out->at[i].path = path_make(out, i, top, v->arena);
		if (!out->at[i].path)
			return mgi_fail_nomem(err);
	}
	return rank_all(out, v->arena, err);
}
