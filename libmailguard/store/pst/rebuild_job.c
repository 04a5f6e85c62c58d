/*
 * rebuild_job.c - a rebuild from beginning to end: write, check with the
 * checker everybody uses, read every message of both files and compare.
 */
#include "store/pst/rebuild_job.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/json.h"
#include "store/mapi/message.h"
#include "store/pst/check.h"
#include "store/pst/ladder.h"

/* -- message by message ---------------------------------------------------- */

mailguard_status mgi_pst_rebuild_step(mgi_pst_rebuild *r, mailguard_error *err)
{
	const mgi_pst_folder *folder;
	mailguard_status st;

	r->walk->total = mgi_spool_count(r->list.messages);
	st = mgi_walk_tick(r->walk, err);
	if (st < 0)
		return st;
	r->walk->done++;
	st = mgi_pst_list_next(&r->next, &folder, &r->list, err);
	r->has_next = st == MAILGUARD_OK;
	r->next_folder = r->has_next && folder ? folder->node.nid : 0;
	return st < 0 ? st : MAILGUARD_OK;
}

static const char *const state_names[] = { "", "intact", "repaired", "damaged",
	                                   "lost" };

static mailguard_status line_write(mgi_pst_rebuild *r,
                                   const char *folder,
                                   uint32_t nid,
                                   int32_t state,
                                   mailguard_error *err)
{
	bool hidden = MGI_PST_NID_TYPE(nid) != MGI_PST_TYPE_MESSAGE;
	mailguard_buffer line;
	mailguard_status st;
	mgi_jsonw w;

	mgi_buf_init(&line, r->mg);
	mgi_jsonw_init(&w, &line);
	mgi_jsonw_object(&w, NULL);
	mgi_jsonw_int(&w, "message", (int64_t)(hidden ? 0 : r->item));
	mgi_jsonw_int(&w, "node", nid);
	mgi_jsonw_str(&w, "folder", folder);
	mgi_jsonw_str(&w, "file", mgi_file_path(r->copy.from->file));
	mgi_jsonw_str(&w, "state", state_names[state]);
	mgi_jsonw_array(&w, "doubts");
	if (state == MAILGUARD_ITEM_LOST)
		mgi_jsonw_str(&w, NULL, "pst.message-lost");
	if (state == MAILGUARD_ITEM_DAMAGED)
		mgi_jsonw_str(&w, NULL, "pst.message-bad");
	if (state == MAILGUARD_ITEM_REPAIRED)
		mgi_jsonw_str(&w, NULL, "pst.index-found");
	if (hidden)
		mgi_jsonw_str(&w, NULL, "pst.hidden");
	mgi_jsonw_end(&w);
	mgi_jsonw_str(&w, "to", state == MAILGUARD_ITEM_LOST ? NULL : r->dest);
	mgi_jsonw_end(&w);
	st = mgi_jsonw_finish(&w, err);
	mgi_buf_putc(&line, '\n');
	if (st >= 0)
		st = mgi_buf_status(&line, err);
	if (st >= 0)
		mgi_out_write(r->lines, mgi_buf_span(&line));
	mgi_buf_done(&line);
	return st;
}

mailguard_status mgi_pst_rebuild_tell(mgi_pst_rebuild *r,
                                      const mgi_pst_place_of *f,
                                      const mgi_pst_node *n,
                                      int32_t state,
                                      mailguard_error *err)
{
	bool hidden = MGI_PST_NID_TYPE(n->nid) != MGI_PST_TYPE_MESSAGE;
	mailguard_salvage_report *out = r->report;

	if (hidden) {
		r->own_lost += state >= MAILGUARD_ITEM_DAMAGED;
	} else {
		r->item++;
		out->found++;
		out->intact += state == MAILGUARD_ITEM_INTACT;
		out->repaired += state == MAILGUARD_ITEM_REPAIRED;
		out->damaged += state == MAILGUARD_ITEM_DAMAGED;
		out->lost += state == MAILGUARD_ITEM_LOST;
	}
	if (!r->lines || (hidden && state < MAILGUARD_ITEM_DAMAGED))
		return MAILGUARD_OK;
	return line_write(r, f->name, n->nid, state, err);
}

mailguard_status mgi_pst_rebuild_tell_own(mgi_pst_rebuild *r,
                                          uint32_t nid,
                                          int32_t state,
                                          mailguard_error *err)
{
	if (state < MAILGUARD_ITEM_DAMAGED)
		return MAILGUARD_OK;
	r->own_lost++;
	return r->lines ? line_write(r, "", nid, state, err) : MAILGUARD_OK;
}

/* -- the same again? ------------------------------------------------------- */

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

static mailguard_status message_compare(bool *same,
                                        mgi_pst_rebuild *r,
                                        mgi_pst_view *to,
                                        const mgi_pst_node *n,
                                        mailguard_error *err)
{
	char was[MAILGUARD_DIGEST_SIZE], is[MAILGUARD_DIGEST_SIZE];
	mailguard_status st, again;
	uint64_t harm, none;
	mgi_pst_node made;

	*same = true;
	st = digest_of(was, &harm, r->copy.from, n, err);
	if (mgi_pst_fatal(st))
		return st;
	mgi_error_clear(err);
	again = mgi_pst_node_find(&made, to, n->nid, err);
	if (again == MAILGUARD_OK)
		again = digest_of(is, &none, to->pst, &made, err);
	if (mgi_pst_fatal(again))
		return again;
	mgi_error_clear(err);
	/* What was damaged may read otherwise once it is in order. */
	if (st >= 0 && !harm)
		*same = again == MAILGUARD_OK && strcmp(was, is) == 0;
	return MAILGUARD_OK;
}

static mailguard_status compare(bool *same,
                                mgi_pst_rebuild *r,
                                mailguard_error *err)
{
	mgi_arena *arena = mgi_arena_new(r->mg);
	mailguard_status st;
	mgi_pst *made = NULL;
	mgi_pst_view from, to;

	*same = false;
	if (!arena)
		return mgi_fail_nomem(err);
	memset(&from, 0, sizeof(from));
	memset(&to, 0, sizeof(to));
	memset(&r->list, 0, sizeof(r->list));
	r->walk->done = 0;
	st = mgi_pst_open(&made, r->mg, r->dest, err);
	if (st >= 0)
		st = mgi_pst_view_init(&to, made, arena, err);
	if (st >= 0)
		st = mgi_pst_view_init(&from, r->copy.from, arena, err);
	if (st >= 0)
		st = mgi_pst_list_make(&r->list, &from, err);
	if (st >= 0)
		st = mgi_pst_rebuild_step(r, err);
	*same = true;
	while (st >= 0 && r->has_next && *same) {
		st = message_compare(same, r, &to, &r->next, err);
		if (st >= 0)
			st = mgi_pst_rebuild_step(r, err);
	}
	mgi_pst_list_done(&r->list);
	mgi_pst_view_done(&from);
	mgi_pst_view_done(&to);
	mgi_pst_free(made);
	mgi_arena_free(arena);
	return st;
}

static mailguard_status check(bool *sound,
                              mgi_pst_rebuild *r,
                              mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_status st;
	mailguard_store *store;
	mailguard_check *c;

	*sound = true;
	st = mailguard_store_open(&store, r->mg, r->dest, err);
	if (st < 0)
		return st;
	st = mailguard_store_check(&c, store, NULL, err);
	mailguard_store_free(store);
	while (st >= 0 &&
	       (st = mailguard_check_next(&f, c, err)) == MAILGUARD_OK)
		*sound = *sound && f->severity < MAILGUARD_SEVERITY_LOSS;
	mailguard_check_free(c);
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- all of it ------------------------------------------------------------- */

static mailguard_status write_all(mgi_pst_rebuild *r, mailguard_error *err)
{
	mailguard_status st;

	st = mgi_pst_writer_new(&r->copy.w, r->mg, r->dest, err);
	if (st < 0)
		return st;
	st = mgi_pst_rebuild_run(r, err);
	if (st < 0)
		mgi_pst_writer_abandon(r->copy.w);
	else
		st = mgi_pst_writer_finish(r->copy.w, err);
	r->copy.w = NULL;
	return st;
}

static mailguard_status job_run(mgi_pst_rebuild *r,
                                mailguard_store *store,
                                mailguard_error *err)
{
	mailguard_salvage_report *out = r->report;
	bool sound = false, same = false, written = false, gaps;
	mailguard_status st;

	st = mgi_pst_rescue(&r->copy.from, store->own, err);
	if (st >= 0)
		st = write_all(r, err);
	written = st >= 0;
	if (st >= 0)
		st = check(&sound, r, err);
	if (st >= 0 && sound)
		st = compare(&same, r, err);
	/* Not looked through to its end: nobody should take it for whole. */
	if (st < 0 && written)
		mgi_path_remove(r->dest);
	if (st >= 0 && (!sound || !same))
		st = mgi_fail(err, r->mg, MAILGUARD_EIO,
		              MGI_SAY_SALVAGE_DIFFERS, "path", r->dest);
	gaps = r->copy.from && r->copy.from->index && r->copy.from->index->gaps;
	out->verdict =
		st >= 0 && !out->damaged && !out->lost && !r->own_lost && !gaps
			? MAILGUARD_SOUNDNESS_SOUND
			: MAILGUARD_SOUNDNESS_DAMAGED;
	return st;
}

mailguard_status mgi_pst_rebuild_store(mailguard_salvage_report *out,
                                       mailguard_store *store,
                                       const char *dest,
                                       const mailguard_salvage_options *opts,
                                       mailguard_error *err)
{
	mailguard_walk_options ticks = MAILGUARD_WALK_OPTIONS_INIT;
	mailguard_status st;
	mgi_pst_rebuild r;

	memset(&r, 0, sizeof(r));
	r.mg = store->mg;
	r.report = out;
	r.dest = dest;
	out->format = "pst";
	r.arena = mgi_arena_new(store->mg);
	if (!r.arena)
		return mgi_fail_nomem(err);
	ticks.progress = opts->progress;
	ticks.payload = opts->payload;
	st = mailguard_store_walk(&r.walk, store, &ticks, err);
	if (st >= 0 && opts->report)
		st = mgi_out_open(&r.lines, store->mg, opts->report, err);
	if (st >= 0)
		st = job_run(&r, store, err);
	if (r.lines && st >= 0)
		st = mgi_out_commit(r.lines, err);
	else
		mgi_out_abandon(r.lines);
	mailguard_walk_free(r.walk);
	mgi_pst_free(r.copy.from);
	mgi_arena_free(r.arena);
	return st;
}
