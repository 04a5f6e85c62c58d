/*
 * check.c - a PST looked through from its lowest floor to its highest. A floor
 * that is broken is told, and those above read what is left.
 */
#include "store/pst/audit.h"
#include "store/pst/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"

void mgi_pst_tell(mgi_pst_audit *a,
                  mailguard_severity severity,
                  mgi_say_id text,
                  uint64_t at,
                  uint64_t length)
{
	mailguard_finding f = { severity, 0, at, length, 0, NULL, NULL, NULL };

	f.where = a->check->store->path;
	mgi_check_note(a->check, &f, text);
}

void mgi_pst_tell_in(mgi_pst_audit *a,
                     mailguard_severity severity,
                     mgi_say_id text,
                     const char *folder,
                     uint64_t item)
{
	mailguard_finding f = { severity, 0,   MAILGUARD_NOWHERE, 0, item, NULL,
		                NULL,     NULL };

	f.where = folder;
	mgi_check_note(a->check, &f, text);
}

mailguard_status mgi_pst_tick(mgi_pst_audit *a,
                              uint64_t turn,
                              mailguard_error *err)
{
	return turn % 4096 ? MAILGUARD_OK : mgi_walk_tick(a->check->walk, err);
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

bool mgi_pst_is_bad(const mgi_pst_audit *a, uint64_t bid)
{
	return a->bad_count && bsearch(&bid, a->bad, a->bad_count,
	                               sizeof(*a->bad), by_number) != NULL;
}

static mailguard_status audit_fill(mgi_pst_audit *a, mailguard_error *err)
{
	mailguard *mg = a->pst->mg;
	mailguard_status st;

	st = mgi_pst_view_init(&a->view, a->pst, a->arena, err);
	if (st >= 0)
		st = mgi_spool_new(&a->places, mg, sizeof(mgi_pst_place), 0,
		                   err);
	if (st >= 0)
		st = mgi_spool_new(&a->needs, mg, sizeof(mgi_pst_need), 0, err);
	if (st >= 0)
		st = mgi_spool_new(&a->facts, mg, sizeof(mgi_pst_fact), 0, err);
	if (st >= 0)
		st = mgi_spool_new(&a->shares, mg, sizeof(mgi_pst_share), 0,
		                   err);
	if (st >= 0)
		st = mgi_spool_new(&a->below, mg, sizeof(mgi_pst_below), 0,
		                   err);
	return st;
}

static mailguard_status audit_new(mailguard_check *c, mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(c->store->mg);
	mgi_pst_audit *a = arena ? mgi_arena_alloc(arena, sizeof(*a)) : NULL;

	if (!a) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	a->check = c;
	a->arena = arena;
	a->pst = c->store->own;
	a->shape = a->pst->header.shape;
	c->own = a;
	return audit_fill(a, err);
}

void mgi_pst_check_end(mailguard_check *c)
{
	mgi_pst_audit *a = c->own;

	if (!a)
		return;
	mgi_pst_list_done(&a->list);
	mgi_spool_free(a->places);
	mgi_spool_free(a->needs);
	mgi_spool_free(a->facts);
	mgi_spool_free(a->shares);
	mgi_spool_free(a->below);
	mgi_pst_view_done(&a->view);
	mgi_pst_free(a->rescued);
	mgi_arena_free(a->arena);
	c->own = NULL;
}

/* Was it written to while we read? Its header would tell. */
static mailguard_status last_look(mgi_pst_audit *a, mailguard_error *err)
{
	unsigned char now[MGI_PST_HEADER_BYTES];
	mailguard_status st;
	size_t got;

	st = mgi_file_read(a->pst->file, 0, now, sizeof(now), &got, err);
	if (st >= 0 &&
	    (got != a->header_len || memcmp(now, a->header, got) != 0))
		mgi_pst_tell(a, MAILGUARD_SEVERITY_WARN, MGI_SAY_PST_CHANGING,
		             0, 0);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

static mailguard_status stage_step(mgi_pst_audit *a, mailguard_error *err)
{
	switch (a->stage) {
	case MGI_PST_STAGE_HEADER:
		return mgi_pst_check_header(a, err);
	case MGI_PST_STAGE_BLOCK_TREE:
		return mgi_pst_check_blocks_tree(a, err);
	case MGI_PST_STAGE_NODE_TREE:
		return mgi_pst_check_nodes_tree(a, err);
	case MGI_PST_STAGE_BLOCKS:
		return mgi_pst_check_sweep(a, err);
	case MGI_PST_STAGE_NEEDS:
		return mgi_pst_check_needs(a, err);
	case MGI_PST_STAGE_SHARES:
		return mgi_pst_check_shares(a, err);
	case MGI_PST_STAGE_FOLDERS:
		return mgi_pst_check_folders(a, err);
	case MGI_PST_STAGE_TABLES:
		return mgi_pst_check_tables(a, err);
	case MGI_PST_STAGE_MESSAGES:
		return mgi_pst_check_messages(a, err);
	case MGI_PST_STAGE_QUICK:
		return mgi_pst_check_quick(a, err);
	default:
		return last_look(a, err);
	}
}

static void stage_next(mgi_pst_audit *a)
{
	bool quick = a->check->opts.quick == MAILGUARD_CHECK_QUICK;

	a->stage++;
	if (quick && a->stage < MGI_PST_STAGE_QUICK)
		a->stage = MGI_PST_STAGE_QUICK;
	else if (!quick && a->stage == MGI_PST_STAGE_QUICK)
		a->stage++;
}

mailguard_status mgi_pst_check(mailguard_check *c, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_pst_audit *a = c->own;

	if (!a)
		st = audit_new(c, err);
	a = c->own;
	if (st < 0)
		return st;
	if (a->stage == MGI_PST_STAGE_OVER)
		return MAILGUARD_ITEROVER;
	st = mgi_walk_tick(c->walk, err);
	if (st >= 0)
		st = stage_step(a, err);
	if (st == MAILGUARD_ITEROVER) {
		stage_next(a);
		st = MAILGUARD_OK;
	}
	if (st >= 0 && mgi_arena_failed(a->arena))
		return mgi_fail_nomem(err);
	return st;
}
