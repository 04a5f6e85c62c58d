/*
 * list.c - all messages of a file in the order of its folders, however many.
 */
#include "store/pst/object.h"

#include <string.h>

/* A message in the order it is told: sorted by these bytes, big endian. */
typedef struct place {
	unsigned char rank[4], nid[4], data[8], sub[8];
} place;

static void big(unsigned char *to, size_t n, uint64_t x)
{
	while (n--) {
		to[n] = (unsigned char)x;
		x >>= 8;
	}
}

static uint64_t from_big(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | *p++;
	return x;
}

/* Ranks are known once all folders are: until then the parent stands there. */
static void node_note(void *self, const mgi_pst_node *n)
{
	mgi_pst_list *l = self;
	place p;

	if (l->others)
		l->others(l->self, n);
	if (MGI_PST_NID_TYPE(n->nid) != MGI_PST_TYPE_MESSAGE)
		return;
	big(p.rank, sizeof(p.rank), n->parent);
	big(p.nid, sizeof(p.nid), n->nid);
	big(p.data, sizeof(p.data), n->data);
	big(p.sub, sizeof(p.sub), n->sub);
	mgi_spool_add(l->messages, &p);
}

static mailguard_status rank_all(mgi_pst_list *l,
                                 mgi_pst_view *v,
                                 mailguard_error *err)
{
	mailguard_status st;
	mgi_spool *ranked;
	const void *at;

	st = mgi_spool_new(&ranked, v->pst->mg, sizeof(place), 0, err);
	if (st < 0)
		return st;
	st = mgi_spool_sort(l->messages, err);
	while (st >= 0 &&
	       (st = mgi_spool_next(&at, l->messages, err)) == MAILGUARD_OK) {
		place p = *(const place *)at;
		const mgi_pst_folder *f = mgi_pst_folder_find(
			&l->folders,
			(uint32_t)from_big(p.rank, sizeof(p.rank)));

		big(p.rank, sizeof(p.rank), f ? f->rank : UINT32_MAX);
		mgi_spool_add(ranked, &p);
	}
	mgi_spool_free(l->messages);
	l->messages = ranked;
	return st < 0 ? st : mgi_spool_sort(ranked, err);
}

mailguard_status mgi_pst_list_make(mgi_pst_list *l,
                                   mgi_pst_view *v,
                                   mailguard_error *err)
{
	mailguard_status st;

	st = mgi_spool_new(&l->messages, v->pst->mg, sizeof(place), 0, err);
	if (st >= 0)
		st = mgi_pst_folders_read(&l->folders, v, node_note, l, err);
	return st < 0 ? st : rank_all(l, v, err);
}

mailguard_status mgi_pst_list_next(mgi_pst_node *out,
                                   const mgi_pst_folder **folder,
                                   mgi_pst_list *l,
                                   mailguard_error *err)
{
	mailguard_status st;
	const place *p;
	const void *at;
	uint64_t rank;

	do {
		st = mgi_spool_next(&at, l->messages, err);
		if (st != MAILGUARD_OK)
			return st;
		p = at;
		out->nid = (uint32_t)from_big(p->nid, sizeof(p->nid));
	} while (out->nid == l->last); /* by a page that is linked twice */
	l->last = out->nid;
	out->data = from_big(p->data, sizeof(p->data));
	out->sub = from_big(p->sub, sizeof(p->sub));
	rank = from_big(p->rank, sizeof(p->rank));
	*folder = rank < l->folders.count
	                  ? &l->folders.at[l->folders.ranked[rank]]
	                  : NULL;
	out->parent = *folder ? (*folder)->node.nid : 0;
	return MAILGUARD_OK;
}

void mgi_pst_list_done(mgi_pst_list *l)
{
	mgi_spool_free(l->messages);
	l->messages = NULL;
}
