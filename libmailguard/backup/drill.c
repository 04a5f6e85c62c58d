/*
 * drill.c - a restore tried out before it is needed: every message is read
 * where it would be read again, and must be one that was there.
 */
#include <string.h>

#include "backup/guard.h"
#include "backup/restore.h"
#include "base/fail.h"
#include "store/census.h"

static int watch(const mailguard_progress *at, void *payload)
{
	const mailguard_backup *b = payload;
	mailguard_progress own = { at->done, at->total, NULL };

	own.what = mgi_say_raw(mgi_lang_of(b->mg), b->doing);
	return b->opts.progress ? b->opts.progress(&own, b->opts.payload) : 0;
}

static void tell(mailguard_backup *b, size_t i, mgi_say_id text)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                i + 1,
		                NULL,
		                NULL,
		                NULL };

	f.where = b->stores[i].told.path;
	mgi_backup_note(b, &f, text);
}

/* What was told of store `i` when the backup was made, against now. */
static mailguard_status store_compare(mailguard_backup_report *out,
                                      mgi_partial *p,
                                      size_t i,
                                      mailguard_store *store,
                                      mailguard_error *err)
{
	mailguard_walk_options opts = MAILGUARD_WALK_OPTIONS_INIT;
	const mgi_backed *s = &p->b->stores[i];
	const char *manifest =
		mgi_arena_printf(p->arena, "%s/%s", p->b->path, s->manifest);
	mgi_census_diff diff;
	mailguard_status st;

	if (!manifest)
		return mgi_fail_nomem(err);
	opts.progress = watch;
	opts.payload = p->b;
	st = mgi_census_compare(&diff, store, manifest, &opts, err);
	if (st < 0)
		return st;
	out->same += diff.same;
	out->mails_missing += diff.missing;
	out->mails_added += diff.added;
	if (diff.missing || diff.added || diff.lost > s->told.lost) {
		out->verdict = MAILGUARD_SOUNDNESS_DAMAGED;
		tell(p->b, i, MGI_SAY_BACKUP_DRILL_DIFFERS);
	}
	return MAILGUARD_OK;
}

static mailguard_status store_try(mailguard_backup_report *out,
                                  mgi_partial *p,
                                  size_t i,
                                  mailguard_error *err)
{
	const mgi_backed *s = &p->b->stores[i];
	const char *path = mgi_restore_path(p, i);
	mailguard_store *store;
	mailguard_status st;

	if (!path)
		return mgi_fail_nomem(err);
	if (!s->manifest) /* it was no store that could be read then */
		return MAILGUARD_OK;
	out->messages += s->told.messages;
	st = mailguard_store_open(&store, p->b->mg, path, err);
	if (st == MAILGUARD_EFORMAT || st == MAILGUARD_EIO) {
		out->mails_missing += s->told.messages;
		out->verdict = MAILGUARD_SOUNDNESS_DAMAGED;
		tell(p->b, i, MGI_SAY_BACKUP_DRILL_UNREADABLE);
		return MAILGUARD_OK;
	}
	if (st < 0)
		return st;
	st = store_compare(out, p, i, store, err);
	mailguard_store_free(store);
	return st;
}

static mailguard_status run(mailguard_backup_report *out,
                            mgi_partial *p,
                            mailguard_error *err)
{
	const char *above = mgi_guard_above(p->arena, p->dest);
	mailguard_backup *b = p->b;
	mailguard_status st;
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < b->count; i++)
		bytes += b->stores[i].told.bytes;
	st = above ? mgi_guard_room(b, above, bytes, err) : mgi_fail_nomem(err);
	if (st >= 0)
		st = mgi_partial_make(p, err);
	if (st >= 0)
		st = mgi_restore_into(out, p, MAILGUARD_BACKUP_ALL, err);
	mgi_backup_begin(b, MGI_SAY_BACKUP_COUNTING, 0);
	out->verdict = MAILGUARD_SOUNDNESS_SOUND;
	for (i = 0; st >= 0 && i < b->count; i++)
		st = store_try(out, p, i, err);
	if (st >= 0 && mgi_arena_failed(b->arena))
		st = mgi_fail_nomem(err);
	return st;
}

/* "FOLDER/mailguard-drill", or "BACKUP.drill". */
static mailguard_status place_name(mailguard_buffer *out,
                                   const mailguard_backup *b,
                                   const char *folder,
                                   mailguard_error *err)
{
	mgi_buf_init(out, b->mg);
	if (folder)
		mgi_buf_printf(out, "%s/mailguard-drill", folder);
	else
		mgi_buf_printf(out, "%s.drill", b->path);
	return mgi_buf_status(out, err);
}

mailguard_status mailguard_backup_drill(mailguard_backup_report *out,
                                        mailguard_backup *b,
                                        const char *folder,
                                        mailguard_error *err)
{
	mailguard_buffer name;
	mailguard_status st;
	mgi_partial p;

	memset(out, 0, sizeof(*out));
	st = mgi_backup_enter(b, err);
	if (st < 0)
		return st;
	if (!b->there) {
		mgi_backup_leave(b);
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_NOT_MADE);
	}
	st = place_name(&name, b, folder, err);
	if (st >= 0)
		st = mgi_backup_piece(b, err);
	if (st >= 0) {
		st = mgi_partial_begin(&p, b, mgi_buf_text(&name), err);
		if (st >= 0)
			st = run(out, &p, err);
		mgi_partial_end(&p); /* whatever came of it */
	}
	if (st < 0)
		out->verdict = MAILGUARD_SOUNDNESS_UNKNOWN;
	mgi_buf_done(&name);
	mgi_backup_leave(b);
	return st;
}
