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
#include "store/mapi/tags.h"
#include "store/mapi/who.h"
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

/* By whom, as far as that can still be read. */
static mailguard_status loss_note(mgi_pst_rebuild *r,
                                  const char *folder,
                                  const mgi_pst_node *n,
                                  int32_t state,
                                  mailguard_error *err)
{
	mailguard_status st;
	mailguard_buffer who;
	mgi_mapi *o = NULL;

	mgi_buf_init(&who, r->mg);
	st = mgi_pst_object(&o, r->copy.from, n, MGI_MAPI_MESSAGE, err);
	if (st == MAILGUARD_OK && !mgi_who_sender(&who, o)) {
		mgi_buf_cut(&who, 0);
		st = mgi_who_text(&who, o, MGI_TAG_SENDER_NAME, err);
	}
	if (who.failed)
		st = mgi_fail_nomem(err);
	if (!mgi_pst_fatal(st)) {
		mgi_error_clear(err);
		mgi_losses_add(r->losses, folder, mailguard_buffer_text(&who),
		               state == MAILGUARD_ITEM_LOST);
		st = MAILGUARD_OK;
	}
	mgi_mapi_free(o);
	mgi_buf_done(&who);
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
	mailguard_status st = MAILGUARD_OK;

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
	if (!hidden && r->losses && state >= MAILGUARD_ITEM_DAMAGED)
		st = loss_note(r, f->name, n, state, err);
	if (st < 0)
		return st;
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

/* -- is it in order? ------------------------------------------------------- */

/* Are there findings below `worst` only? Then `*messages` is their number. */
static mailguard_status check(bool *sound,
                              uint64_t *messages,
                              mgi_pst_rebuild *r,
                              mailguard_severity worst,
                              mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_status st;
	mailguard_store *store;
	mailguard_check *c;

	*sound = true;
	st = mailguard_store_open(&store, r->mg, r->written, err);
	if (st < 0)
		return st;
	st = mailguard_store_check(&c, store, NULL, err);
	mailguard_store_free(store);
	while (st >= 0 &&
	       (st = mailguard_check_next(&f, c, err)) == MAILGUARD_OK)
		*sound = *sound && f->severity < worst;
	*messages = c ? mailguard_check_result(c)->messages : 0;
	mailguard_check_free(c);
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- all of it ------------------------------------------------------------- */

static mailguard_status write_all(mgi_out **out,
                                  mgi_pst_rebuild *r,
                                  mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	st = mgi_pst_writer_new(&r->copy.w, r->mg, r->dest, err);
	if (st < 0)
		return st;
	st = mgi_pst_rebuild_run(r, err);
	if (st < 0)
		mgi_pst_writer_abandon(r->copy.w);
	else
		st = mgi_pst_writer_finish(out, r->copy.w, err);
	r->copy.w = NULL;
	return st;
}

/* Nothing gets its name before it was looked through to its end. */
static mailguard_status made_prove(mgi_pst_rebuild *r,
                                   mgi_out *made,
                                   mailguard_error *err)
{
	bool sound = false, same = false;
	uint64_t messages;
	mailguard_status st;

	r->written = mgi_out_partial(made);
	st = check(&sound, &messages, r, MAILGUARD_SEVERITY_LOSS, err);
	if (st >= 0 && sound)
		st = mgi_pst_rebuild_compare(&same, r, err);
	if (st >= 0 && (!sound || !same))
		st = mgi_fail(err, r->mg, MAILGUARD_EIO,
		              MGI_SAY_REBUILD_DIFFERS, "path", r->dest);
	if (st >= 0)
		return mgi_out_commit(made, err);
	mgi_out_abandon(made);
	return st;
}

/* Only maps and header; `*done` if that was enough, proven as all else is. */
static mailguard_status mend(bool *done,
                             mgi_pst_rebuild *r,
                             mgi_pst *from,
                             mailguard_error *err)
{
	bool sound = false, same = false;
	mailguard_status st;
	uint64_t messages;
	mgi_out *made;

	*done = false;
	st = mgi_pst_light(&made, from, r->dest, err);
	if (st != MAILGUARD_OK)
		return st < 0 ? st : MAILGUARD_OK;
	r->written = mgi_out_partial(made);
	r->copy.alike = from->crypt == MGI_PST_PERMUTE;
	st = check(&sound, &messages, r, MAILGUARD_SEVERITY_WARN, err);
	if (st >= 0 && sound)
		st = mgi_pst_rebuild_compare(&same, r, err);
	if (st < 0 || !same) {
		mgi_out_abandon(made);
		return st;
	}
	st = mgi_out_commit(made, err);
	*done = st >= 0;
	r->report->plan = MAILGUARD_PLAN_MEND;
	r->report->found = r->report->intact = messages;
	r->report->verdict = MAILGUARD_SOUNDNESS_SOUND;
	return st;
}

static mailguard_status job_run(mgi_pst_rebuild *r,
                                mailguard_store *store,
                                bool may_mend,
                                mailguard_error *err)
{
	mailguard_salvage_report *out = r->report;
	bool gaps, done = false;
	mailguard_status st;
	mgi_out *made;

	st = mgi_pst_rescue(&r->copy.from, store->own, err);
	if (st >= 0 && may_mend)
		st = mend(&done, r, store->own, err);
	if (st < 0 || done)
		return st;
	if (st >= 0)
		st = write_all(&made, r, err);
	if (st >= 0)
		st = made_prove(r, made, err);
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
	r.losses = opts->lost ? mgi_losses_new(r.arena) : NULL;
	ticks.progress = opts->progress;
	ticks.payload = opts->payload;
	st = mailguard_store_walk(&r.walk, store, &ticks, err);
	if (st >= 0 && opts->report)
		st = mgi_out_open(&r.lines, store->mg, opts->report, err);
	if (st >= 0)
		st = job_run(&r, store, opts->mend != 0, err);
	if (st >= 0 && r.losses)
		st = mgi_losses_text(opts->lost, r.mg, r.losses, err);
	if (r.lines && st >= 0)
		st = mgi_out_commit(r.lines, err);
	else
		mgi_out_abandon(r.lines);
	mailguard_walk_free(r.walk);
	mgi_pst_free(r.copy.from);
	mgi_arena_free(r.arena);
	return st;
}
