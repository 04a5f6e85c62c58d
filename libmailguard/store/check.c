/*
 * check.c - look at every message and say what is wrong with it.
 *
 * Places first, then the heads and tails of the files, then each message. The
 * readers tell what is odd about the files, mime what is odd about messages;
 * here it becomes one list and one verdict.
 */
#include "store/check.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/place.h"
#include "store/maildir.h"

/* A date further ahead of our clock than this is none. */
#define DAY INT64_C(86400000000)

const char *mailguard_check_verdict_name(mailguard_soundness verdict)
{
	static const char *const names[] = { "unknown", "sound", "odd",
		                             "damaged", "unreadable" };

	return verdict >= 0 && verdict <= MAILGUARD_SOUNDNESS_UNREADABLE
	               ? names[verdict]
	               : "unknown";
}

/* The bytes of each message, and what stands before it, as the walk goes. */
static void tap_begin(void *self)
{
	mailguard_check *c = self;

	if (c->store->reader == &mgi_store_maildir)
		c->exam.counts =
			mgi_maildir_counts(c->store->files[c->walk->at].path);
	mgi_exam_begin(&c->exam);
	c->ledger.gap = MGI_MARK;
	c->item = c->walk->item.index + 1;
}

static void tap_gap(void *self, mailguard_span bytes)
{
	mgi_ledger *l = &((mailguard_check *)self)->ledger;
	size_t i = 0;

	/* The first message of a file has no blank line before it. */
	while (l->gap == MGI_MARK && i < bytes.len &&
	       (bytes.data[i] == '\r' || bytes.data[i] == '\n'))
		i++;
	l->gap = mgi_mark_add(l->gap, mgi_span_from(bytes, i));
}

static void tap_note(void *self, const mailguard_finding *f)
{
	mgi_check_tell(self, f);
}

static mailguard_status tap_file(void *self,
                                 mgi_resume *out,
                                 size_t i,
                                 mailguard_error *err)
{
	return mgi_ledger_file(self, out, i, err);
}

static void tap_feed(void *self, mailguard_span bytes)
{
	mgi_exam_feed(&((mailguard_check *)self)->exam, bytes);
}

static mailguard_status check_fill(mailguard_check *c,
                                   const mailguard_check_options *opts,
                                   mailguard_error *err)
{
	mailguard_walk_options walk = MAILGUARD_WALK_OPTIONS_INIT;
	mailguard_status st;

	st = mgi_options_copy(&c->opts, sizeof(c->opts), opts, c->store->mg,
	                      err);
	if (st < 0)
		return st;
	c->owner_path = mgi_arena_strdup(c->arena, c->opts.owner_path);
	c->found = mgi_findings_new(c->arena, c->opts.max_of_a_code);
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	walk.progress = c->opts.progress;
	walk.payload = c->opts.payload;
	st = mailguard_store_walk(&c->walk, c->store, &walk, err);
	if (st < 0)
		return st;
	c->walk->found = c->found;
	c->sum.folders = c->store->folders;
	c->latest = mgi_now(c->store->mg) + DAY;
	mgi_exam_init(&c->exam, c->store->mg,
	              c->opts.quick != MAILGUARD_CHECK_STRUCTURE,
	              c->opts.manifest || c->opts.against);
	c->tap.begin = tap_begin;
	c->tap.gap = tap_gap;
	c->tap.feed = tap_feed;
	c->tap.note = tap_note;
	c->tap.file = tap_file;
	c->tap.self = c;
	c->walk->tap = &c->tap;
	c->told_max = c->opts.max_of_a_code ? c->opts.max_of_a_code
	                                    : MGI_FINDINGS_OF_A_CODE;
	return mgi_ledger_open(c, err);
}

mailguard_status mailguard_store_check(mailguard_check **out,
                                       mailguard_store *store,
                                       const mailguard_check_options *opts,
                                       mailguard_error *err)
{
	mailguard_status st;
	mailguard_check *c;
	mgi_arena *arena;

	*out = NULL;
	arena = mgi_arena_new(store->mg);
	if (!arena)
		return mgi_fail_nomem(err);
	c = mgi_arena_alloc(arena, sizeof(*c));
	if (!c) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	c->arena = arena;
	c->store = store;
	(void)mailguard_store_ref(store);
	st = check_fill(c, opts, err);
	if (st < 0) {
		mailguard_check_free(c);
		return st;
	}
	*out = c;
	return MAILGUARD_OK;
}

void mailguard_check_free(mailguard_check *c)
{
	mailguard_store *store;

	if (!c)
		return;
	store = c->store;
	if (store->reader->more)
		store->reader->more->check_end(c);
	mailguard_walk_free(c->walk);
	mgi_free(store->mg, c->names);
	mgi_exam_done(&c->exam);
	mgi_ledger_close(c);
	mgi_arena_free(c->arena);
	mailguard_store_free(store);
}

const mailguard_check_summary *mailguard_check_result(const mailguard_check *c)
{
	return &c->sum;
}

/* Where it lies, and what that risks. */
static void places_look(mailguard_check *c)
{
	mailguard *mg = c->store->mg;
	mgi_place place;
	uint32_t risk;

	if (mgi_place_find(&place, mg, c->store->path, c->owner_path, NULL) < 0)
		return;
	c->sum.place = place.kind;
	for (risk = 1; risk && risk <= place.risks; risk <<= 1) {
		mailguard_finding f = { MAILGUARD_SEVERITY_NOTE,
			                0,
			                MAILGUARD_NOWHERE,
			                0,
			                0,
			                "store.place",
			                NULL,
			                NULL };

		if (!(place.risks & risk))
			continue;
		f.where = c->owner_path ? c->owner_path : c->store->path;
		f.text = mgi_place_risk_text(mg, risk);
		mgi_findings_add(c->found, &f);
	}
}

void mgi_check_note(mailguard_check *c,
                    const mailguard_finding *f,
                    mgi_say_id text)
{
	mailguard_finding own = *f;

	own.code = mgi_say_code(text);
	own.text = mgi_say_raw(mgi_lang_of(c->store->mg), text);
	mgi_check_tell(c, &own);
}

void mgi_check_tell(mailguard_check *c, const mailguard_finding *f)
{
	mgi_findings_add(c->found, f);
	if (c->stage == MGI_CHECK_MESSAGES && f->item)
		mgi_ledger_note(c, f);
}

static void verdict_make(mailguard_check *c)
{
	mailguard_severity worst = mgi_findings_worst(c->found);

	if (c->sum.lost && c->sum.lost == c->sum.messages)
		c->sum.verdict = MAILGUARD_SOUNDNESS_UNREADABLE;
	else if (worst == MAILGUARD_SEVERITY_LOSS)
		c->sum.verdict = MAILGUARD_SOUNDNESS_DAMAGED;
	else if (worst == MAILGUARD_SEVERITY_WARN)
		c->sum.verdict = MAILGUARD_SOUNDNESS_ODD;
	else
		c->sum.verdict = c->opts.quick ? MAILGUARD_SOUNDNESS_UNKNOWN
		                               : MAILGUARD_SOUNDNESS_SOUND;
}

/* What can be told once all messages were seen. */
static mailguard_status whole_look(mailguard_check *c, mailguard_error *err)
{
	mailguard_status st = mgi_check_files_after(c, err);

	if (st >= 0 && c->store->reader == &mgi_store_maildir &&
	    c->opts.quick != MAILGUARD_CHECK_QUICK)
		st = mgi_maildir_check_after(c, err);
	return st < 0 ? st : mgi_ledger_settle(c, err);
}

/* One step of the check: findings may have come of it. */
static mailguard_status step(mailguard_check *c, mailguard_error *err)
{
	const mgi_store_more *more = c->store->reader->more;
	mailguard_status st = MAILGUARD_OK;

	switch (c->stage) {
	case MGI_CHECK_PLACES:
		places_look(c);
		c->stage = MGI_CHECK_FILES;
		break;
	case MGI_CHECK_FILES:
		if (!more)
			st = mgi_check_files(c, err);
		if (st >= 0 && c->store->reader == &mgi_store_maildir)
			st = mgi_maildir_check(c, err);
		c->stage = c->opts.quick == MAILGUARD_CHECK_QUICK && !more
		                   ? MGI_CHECK_WHOLE
		                   : MGI_CHECK_MESSAGES;
		break;
	case MGI_CHECK_MESSAGES:
		st = more ? more->check(c, err) : mgi_check_message(c, err);
		if (st == MAILGUARD_ITEROVER)
			c->stage = MGI_CHECK_WHOLE;
		break;
	case MGI_CHECK_WHOLE:
		st = whole_look(c, err);
		if (st < 0)
			return st;
		mgi_times_sort(&c->times);
		verdict_make(c);
		c->stage = MGI_CHECK_OVER;
		break;
	default:
		return MAILGUARD_ITEROVER;
	}
	if (mgi_arena_failed(c->arena))
		return mgi_fail_nomem(err);
	return st < 0 ? st : MAILGUARD_OK;
}

mailguard_status mailguard_check_next(const mailguard_finding **out,
                                      mailguard_check *c,
                                      mailguard_error *err)
{
	*out = NULL;
	for (;;) {
		mailguard_status st;

		*out = mgi_findings_at(c->found, c->told);
		if (*out) {
			c->told++;
			return MAILGUARD_OK;
		}
		st = step(c, err);
		if (st != MAILGUARD_OK)
			return st;
	}
}
