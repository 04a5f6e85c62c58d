/*
 * move.c - a store brought to another place out of its backup; the original is
 * put aside only when that was asked for, and never removed.
 */
#include <errno.h>
#include <string.h>

#include "backup/guard.h"
#include "backup/restore.h"
#include "backup/row.h"
#include "backup/tree.h"
#include "base/fail.h"
#include "base/os_dir.h"
#include "base/os_make.h"
#include "base/place.h"
#include "base/text.h"
#include "store/census.h"

#define ASIDE ".moved"

/* The original's files, side by side with those of the backup. */
typedef struct same {
	mailguard_backup *b;
	mgi_rows *rows;
	mgi_row *row;
	size_t store;
	bool over;
} same;

static mailguard_status row_next(same *s, mailguard_error *err)
{
	mailguard_status st;

	do
		st = mgi_rows_next(s->row, s->rows, err);
	while (st == MAILGUARD_OK && s->row->store != s->store);
	s->over = st == MAILGUARD_ITEROVER;
	return st < 0 ? st : MAILGUARD_OK;
}

static mailguard_status changed(const same *s,
                                const char *path,
                                mailguard_error *err)
{
	return mgi_fail(err, s->b->mg, MAILGUARD_EBUSY, MGI_SAY_BACKUP_OUTDATED,
	                "path", path);
}

static mailguard_status visit(void *self,
                              const mgi_met_file *met,
                              mailguard_error *err)
{
	same *s = self;
	const mgi_stat *then = &s->row->then;

	if (met->st.kind == MGI_ENTRY_OTHER)
		return MAILGUARD_OK;
	if (s->over || strcmp(s->row->own, met->own) != 0)
		return changed(s, met->path, err);
	if (met->st.kind == MGI_ENTRY_FILE &&
	    (s->row->marks || then->size != met->st.size ||
	     then->changed_ns != met->st.changed_ns ||
	     then->touched_ns != met->st.touched_ns ||
	     then->number != met->st.number))
		return changed(s, met->path, err);
	return row_next(s, err);
}

/* Is the original still what was backed up, and read to its end? */
static mailguard_status original_look(const mgi_partial *p,
                                      size_t store,
                                      mailguard_error *err)
{
	const char *list =
		mgi_arena_printf(p->arena, "%s/" MGI_BAG_FILES, p->b->path);
	same s = { p->b, NULL, mgi_row_new(p->b->mg), store, false };
	mailguard_status st;

	st = list && s.row
	             ? mgi_rows_open(&s.rows, p->b->mg, list, p->b->count, err)
	             : mgi_fail_nomem(err);
	if (st >= 0)
		st = row_next(&s, err);
	if (st >= 0)
		st = mgi_tree_walk(p->b, store, visit, &s, err);
	if (st >= 0 && !s.over)
		st = changed(&s, p->b->stores[store].told.file, err);
	mgi_rows_free(s.rows);
	mgi_free(p->b->mg, s.row);
	return st;
}

/* A place that threatens it is what it is moved away from. */
static mailguard_status place_look(const mgi_partial *p, mailguard_error *err)
{
	const char *above = mgi_guard_above(p->arena, p->dest);
	uint32_t bad = MGI_RISK_SYNCED | MGI_RISK_REMOTE | MGI_RISK_REMOVABLE |
	               MGI_RISK_READ_ONLY | MGI_RISK_TEMPORARY;
	char own[MGI_BAG_PATH];
	mgi_place place;
	mailguard_status st;
	int sys;

	if (!above)
		return mgi_fail_nomem(err);
	sys = mgi_os_absolute(own, sizeof(own), above);
	if (sys)
		return mgi_fail_sys(err, p->b->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", above);
	st = mgi_place_find(&place, p->b->mg, own, NULL, err);
	if (st < 0 || !(place.risks & bad) ||
	    p->b->opts.allow & MAILGUARD_BACKUP_SYNCED)
		return st;
	bad &= place.risks;
	return mgi_fail(err, p->b->mg, MAILGUARD_EINVAL, MGI_SAY_BACKUP_RISKY,
	                "path", p->dest, "why",
	                mgi_place_risk_text(p->b->mg, bad & (~bad + 1)));
}

/* Is every message there that was? As the manifest of the backup has it. */
static mailguard_status mails_look(mailguard_backup_report *out,
                                   const mgi_partial *p,
                                   size_t store,
                                   mailguard_error *err)
{
	mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
	const mgi_backed *s = &p->b->stores[store];
	mgi_census_diff diff = { 0, 0, 0, 0 };
	const char *manifest;
	mailguard_store *now;
	mailguard_status st;

	if (!s->manifest)
		return MAILGUARD_OK;
	manifest = mgi_arena_printf(p->arena, "%s/%s", p->b->path, s->manifest);
	if (!manifest)
		return mgi_fail_nomem(err);
	st = mailguard_store_open(&now, p->b->mg, p->inner, err);
	if (st < 0)
		return st;
	st = mgi_census_compare(&diff, now, manifest, &opts, err);
	mailguard_store_free(now);
	out->messages = s->told.messages;
	out->same = diff.same;
	out->mails_missing = diff.missing;
	out->mails_added = diff.added;
	if (st >= 0 && (diff.missing || diff.added))
		st = mgi_fail_sys(err, p->b->mg, EIO, MGI_SAY_BACKUP_DIFFERS,
		                  "path", p->dest);
	return st;
}

/* "a.pst" becomes "a.pst.moved", on the same disk. */
static mailguard_status put_aside(const mgi_partial *p,
                                  size_t store,
                                  mailguard_error *err)
{
	const char *from = p->b->stores[store].told.file;
	const char *to = mgi_arena_printf(p->arena, "%s" ASIDE, from);
	int sys;

	if (!to)
		return mgi_fail_nomem(err);
	sys = mgi_os_rename(from, to);
	if (sys == EEXIST)
		return mgi_fail(err, p->b->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", to);
	return sys ? mgi_fail_sys(err, p->b->mg, sys, MGI_SAY_FILE_UNWRITABLE,
	                          "path", to)
	           : MAILGUARD_OK;
}

static mailguard_status run(mailguard_backup_report *out,
                            mgi_partial *p,
                            size_t store,
                            bool aside,
                            mailguard_error *err)
{
	mailguard_status st = place_look(p, err);

	if (st >= 0)
		st = original_look(p, store, err);
	if (st >= 0)
		st = mgi_partial_make(p, err);
	if (st >= 0)
		st = mgi_restore_into(out, p, store, err);
	mgi_backup_begin(p->b, MGI_SAY_BACKUP_COUNTING, 0);
	if (st >= 0)
		st = mails_look(out, p, store, err);
	/* It took a while. */
	if (st >= 0)
		st = original_look(p, store, err);
	if (st >= 0)
		st = mgi_partial_name(p, err);
	return st >= 0 && aside ? put_aside(p, store, err) : st;
}

mailguard_status mailguard_backup_move(mailguard_backup_report *out,
                                       mailguard_backup *b,
                                       size_t store,
                                       const char *dest,
                                       int aside,
                                       mailguard_error *err)
{
	mailguard_status st;
	mgi_partial p;

	memset(out, 0, sizeof(*out));
	st = mgi_backup_enter(b, err);
	if (st < 0)
		return st;
	if (!dest || !dest[0] || !b->there || store >= b->count)
		st = mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		              MGI_SAY_ARGUMENT_MISSING, "what",
		              !dest || !dest[0] ? "dest" : "store");
	if (st >= 0)
		st = mgi_backup_piece(b, err);
	if (st >= 0) {
		st = mgi_partial_begin(&p, b, dest, err);
		if (st >= 0)
			st = run(out, &p, store, aside, err);
		mgi_partial_end(&p);
	}
	if (st >= 0)
		out->verdict = MAILGUARD_SOUNDNESS_SOUND;
	mgi_backup_leave(b);
	return st;
}
