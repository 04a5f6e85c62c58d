/*
 * rebuild_compare.c - is every message in the new file what it was? Where its
 * values are the same to the last byte its digest is, and need not be made;
 * else the digests of both must be the same.
 */
#include "store/pst/rebuild_job.h"

#include <string.h>

#include "base/fail.h"
#include "store/mapi/message.h"

/* -- by digest ------------------------------------------------------------- */

/* A message's digest; `*harm` if not all of it could be read. */
static mailguard_status digest_of(char out[MAILGUARD_DIGEST_SIZE],
                                  uint64_t *harm,
                                  mgi_pst *p,
                                  const mgi_pst_node *n,
                                  mailguard_error *err)
{
	mailguard_source *src = NULL;
	mailguard_message *msg = NULL;
	mailguard_status st;
	mgi_mapi *o;

	out[0] = '\0';
	*harm = 1;
	st = mgi_pst_object(&o, p, n, MGI_MAPI_MESSAGE, err);
	if (st < 0)
		return st;
	st = mgi_mapi_source(&src, o, err);
	if (st >= 0)
		st = mailguard_message_parse(&msg, p->mg, src, err);
	if (st >= 0)
		st = mailguard_message_digest(out, msg, err);
	mailguard_message_free(msg);
	mailguard_source_free(src);
	*harm = mgi_mapi_harm(o);
	mgi_mapi_free(o);
	return st;
}

static mailguard_status digests_compare(bool *same,
                                        mgi_pst *from,
                                        mgi_pst *to,
                                        const mgi_pst_node *n,
                                        const mgi_pst_node *made,
                                        mailguard_error *err)
{
	char was[MAILGUARD_DIGEST_SIZE], is[MAILGUARD_DIGEST_SIZE] = "";
	mailguard_status st, again = MAILGUARD_EFORMAT;
	uint64_t harm, none;

	*same = true;
	st = digest_of(was, &harm, from, n, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	/* What was damaged may read otherwise once it is in order. */
	if (st < 0 || harm)
		return MAILGUARD_OK;
	if (made)
		again = digest_of(is, &none, to, made, err);
	if (mgi_pst_fatal(again))
		return again;
	mgi_error_clear(err);
	*same = again == MAILGUARD_OK && strcmp(was, is) == 0;
	return MAILGUARD_OK;
}

/* In an arena that lasts for one message. */
static mailguard_status values_compare(bool *same,
                                       mgi_pst_rebuild *r,
                                       const mgi_pst_pair *open,
                                       const mgi_pst_node *made,
                                       mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(r->mg);
	mgi_pst_pair p = *open;
	mailguard_status st;

	*same = false;
	if (!arena)
		return mgi_fail_nomem(err);
	p.from.arena = p.to.arena = arena;
	st = mgi_pst_message_same(same, &p, &r->next, made, err);
	mgi_arena_free(arena);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	return MAILGUARD_OK;
}

/* -- all of them ----------------------------------------------------------- */

static mailguard_status message_compare(bool *same,
                                        mgi_pst_rebuild *r,
                                        mgi_pst_pair *p,
                                        mailguard_error *err)
{
	mailguard_status st;
	mgi_pst_node made;

	*same = false;
	st = mgi_pst_node_find(&made, &p->to, r->next.nid, err);
	if (mgi_pst_fatal(st))
		return st;
	if (st == MAILGUARD_OK && r->copy.alike) {
		mailguard_status seen = values_compare(same, r, p, &made, err);

		if (seen < 0 || *same)
			return seen;
	}
	return digests_compare(same, p->from.pst, p->to.pst, &r->next,
	                       st == MAILGUARD_OK ? &made : NULL, err);
}

static mailguard_status pair_open(mgi_pst_pair *p,
                                  mgi_pst **made,
                                  mgi_pst_rebuild *r,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	mailguard_status st = mgi_pst_open(made, r->mg, r->written, err);

	if (st >= 0)
		st = mgi_pst_view_init(&p->to, *made, arena, err);
	if (st >= 0)
		st = mgi_pst_view_init(&p->from, r->copy.from, arena, err);
	return st;
}

mailguard_status mgi_pst_rebuild_compare(bool *same,
                                         mgi_pst_rebuild *r,
                                         mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(r->mg);
	mailguard_status st;
	mgi_pst *made = NULL;
	mgi_pst_pair p;

	*same = false;
	if (!arena)
		return mgi_fail_nomem(err);
	memset(&p, 0, sizeof(p));
	memset(&r->list, 0, sizeof(r->list));
	r->walk->done = 0;
	st = pair_open(&p, &made, r, arena, err);
	if (st >= 0)
		st = mgi_pst_list_make(&r->list, &p.from, err);
	if (st >= 0)
		st = mgi_pst_rebuild_step(r, err);
	*same = true;
	while (st >= 0 && r->has_next && *same) {
		st = message_compare(same, r, &p, err);
		if (st >= 0)
			st = mgi_pst_rebuild_step(r, err);
	}
	mgi_pst_list_done(&r->list);
	mgi_pst_view_done(&p.from);
	mgi_pst_view_done(&p.to);
	mgi_pst_free(made);
	mgi_arena_free(arena);
	return st;
}
