/*
 * files.c - a checkup's steps on mail files: where they lie, then all of them.
 */
#include "checkup/checkup.h"

#include <errno.h>
#include <string.h>

#include <mailguard/store.h>

#include "base/fail.h"
#include "base/place.h"
#include "base/text.h"
#include "checkup/silence.h"

const char *mgi_checkup_file(const mailguard_storage *s)
{
	return s->file ? s->file : s->path;
}

/* What a failure to read a file says of it; UNKNOWN if it says nothing. */
static mailguard_outcome outcome_of(mailguard_status st, int32_t sys)
{
	if (st != MAILGUARD_EIO)
		return MAILGUARD_OUTCOME_UNKNOWN;
	switch (sys) {
	case ENOENT:
		return MAILGUARD_OUTCOME_MISSING;
	case EBUSY:
	case ETXTBSY:
		return MAILGUARD_OUTCOME_LOCKED;
	case EIO:
		return MAILGUARD_OUTCOME_DAMAGED;
	default:
		return MAILGUARD_OUTCOME_UNKNOWN;
	}
}

static mailguard_status observe(mailguard_checkup *c,
                                const mailguard_storage *s,
                                mailguard_outcome outcome,
                                const char *words,
                                mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	c->step.outcome = outcome;
	c->step.target = s->id;
	if (outcome == MAILGUARD_OUTCOME_UNKNOWN)
		return MAILGUARD_OK; /* it says nothing for or against */
	e.test = MAILGUARD_TEST_STORE;
	e.outcome = outcome;
	e.store = s->id;
	e.at = mgi_now(c->mg);
	e.where = s->path;
	e.seen = words;
	return mailguard_case_observe(c->seen, &e, err);
}

mgi_say_id mgi_checkup_place_row(mailguard_place_kind kind)
{
	static const mgi_say_id rows[] = {
		MGI_SAY_CHECKUP_PLACE_UNKNOWN, MGI_SAY_CHECKUP_PLACE_LOCAL,
		MGI_SAY_CHECKUP_PLACE_CLOUD,   MGI_SAY_CHECKUP_PLACE_SHARE,
		MGI_SAY_CHECKUP_PLACE_USB,
	};

	return kind >= 0 && kind <= MAILGUARD_PLACE_USB ? rows[kind] : rows[0];
}

/* Tells the host, and whether the time is up. */
static int deadline(const mailguard_progress *at, void *payload)
{
	mailguard_checkup *c = payload;

	return !mgi_checkup_goes_on(c, at) || mgi_checkup_over(c);
}

static bool is_lost(mailguard_outcome outcome)
{
	return outcome > MAILGUARD_OUTCOME_FAIL;
}

/* A look at the store's ends; what it found is in `look`. */
typedef struct look {
	mailguard_outcome outcome;
	const char *loss; /* the first thing that was lost, in words */
	const char *why;  /* it could not be looked at, or only in part */
} look;

/* Through the whole check, keeping the first thing that was lost. */
static mailguard_status check_run(look *out,
                                  mailguard_checkup *c,
                                  mailguard_check *check,
                                  mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_status st;

	while ((st = mailguard_check_next(&f, check, err)) == MAILGUARD_OK) {
		if (out->loss || f->severity != MAILGUARD_SEVERITY_LOSS)
			continue;
		out->loss =
			mgi_arena_strndup(c->arena, f->text, strlen(f->text));
		if (!out->loss)
			return mgi_fail_nomem(err);
	}
	return st < 0 ? st : MAILGUARD_OK;
}

/* A failure that tells of the store, not of us, is no failure of the step. */
static mailguard_status look_failed(look *out,
                                    mailguard_checkup *c,
                                    mailguard_status st,
                                    mailguard_error *why)
{
	if (st == MAILGUARD_ECANCELLED && !c->stopped &&
	    !mgi_interrupted(c->mg)) {
		/* The time was up; what was seen until then still counts. */
		if (out->loss)
			out->outcome = MAILGUARD_OUTCOME_DAMAGED;
		else
			out->why = mgi_say_raw(mgi_lang_of(c->mg),
			                       MGI_SAY_CHECKUP_PART_READ);
		return MAILGUARD_OK;
	}
	if (st != MAILGUARD_EIO && st != MAILGUARD_EFORMAT &&
	    st != MAILGUARD_EUNSUPPORTED)
		return st;
	out->outcome = outcome_of(st, why->sys);
	out->why = mgi_arena_strdup(c->arena, why->message);
	if (!out->why)
		return mgi_fail_nomem(why);
	if (out->outcome != MAILGUARD_OUTCOME_UNKNOWN) {
		out->loss = out->why;
		out->why = NULL;
	}
	return MAILGUARD_OK;
}

static mailguard_outcome outcome_of_check(const mailguard_check *check,
                                          bool quick)
{
	switch (mailguard_check_result(check)->verdict) {
	case MAILGUARD_SOUNDNESS_SOUND:
	case MAILGUARD_SOUNDNESS_ODD:
		return quick ? MAILGUARD_OUTCOME_UNKNOWN : MAILGUARD_OUTCOME_OK;
	case MAILGUARD_SOUNDNESS_DAMAGED:
	case MAILGUARD_SOUNDNESS_UNREADABLE:
		return MAILGUARD_OUTCOME_DAMAGED;
	default:
		return MAILGUARD_OUTCOME_UNKNOWN;
	}
}

static mailguard_status look_take(look *out,
                                  mailguard_checkup *c,
                                  const mailguard_storage *s,
                                  bool quick,
                                  mailguard_error *err)
{
	mailguard_check_options opts = MAILGUARD_CHECK_OPTIONS_INIT;
	mailguard_store *store = NULL;
	mailguard_check *check = NULL;
	mailguard_error own;
	mailguard_status st;

	memset(out, 0, sizeof(*out));
	opts.quick = quick;
	opts.owner_path = s->path;
	opts.progress = deadline;
	opts.payload = c;
	st = mailguard_store_open(&store, c->mg, mgi_checkup_file(s), &own);
	if (st >= 0)
		st = mailguard_store_check(&check, store, &opts, &own);
	if (st >= 0)
		st = check_run(out, c, check, &own);
	if (st >= 0)
		out->outcome = outcome_of_check(check, quick);
	if (st >= 0 && !quick)
		st = mailguard_check_text(&c->text, check, &own);
	if (st >= 0 && !quick)
		st = mgi_checkup_arrivals(c, s, check, &own);
	if (st < 0)
		st = look_failed(out, c, st, &own);
	if (st < 0 && err)
		*err = own;
	mailguard_check_free(check);
	mailguard_store_free(store);
	return st;
}

/* Name the store among what was not looked at. */
static mailguard_status leave_out(mailguard_checkup *c,
                                  const mailguard_storage *s,
                                  const char *why,
                                  mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	c->step.target = s->id;
	c->step.unlooked = 1;
	if (!mgi_buf_span(&c->text).len)
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE_UNREAD, "store",
		        s->id, "why", why);
	e.test = MAILGUARD_TEST_STORE;
	e.store = s->id;
	e.where = s->path;
	return mgi_checkup_unlooked(c, &e, why, err);
}

static void place_say(mailguard_checkup *c,
                      const mailguard_storage *s,
                      mailguard_place_kind kind,
                      const char *more)
{
	mgi_say(&c->text, c->mg,
	        more ? MGI_SAY_CHECKUP_PLACE_DAMAGED : MGI_SAY_CHECKUP_PLACE,
	        "store", s->id, "place",
	        mgi_say_raw(mgi_lang_of(c->mg),
	                    mgi_checkup_place_row(s->place ? s->place : kind)),
	        "why", more ? more : "");
}

/* Where it lies is known; do its ends look well? */
static mailguard_status place_look(mailguard_checkup *c,
                                   const mailguard_storage *s,
                                   mailguard_place_kind kind,
                                   mailguard_error *err)
{
	mailguard_status st;
	look found;

	st = look_take(&found, c, s, true, err);
	if (st < 0)
		return st;
	c->quick[c->at - 1] = found.outcome;
	place_say(c, s, kind, found.why ? found.why : found.loss);
	/* Else all of it is read later, and then it is told. */
	if (found.why && (c->opts.flags & MAILGUARD_CHECKUP_NO_DEEP))
		return leave_out(c, s, found.why, err);
	return observe(c, s, found.outcome,
	               found.loss ? found.loss : mgi_buf_text(&c->text), err);
}

/* A path of Windows that nothing maps says where the file is over there. */
static bool is_elsewhere(const mailguard_storage *s)
{
	const char *p = s->path;

	return !s->file && ((mgi_is_alpha((unsigned char)p[0]) && p[1] == ':' &&
	                     p[2] == '\\') ||
	                    (p[0] == '\\' && p[1] == '\\'));
}

static mailguard_status elsewhere_tell(mailguard_checkup *c,
                                       const mailguard_storage *s,
                                       mailguard_error *err)
{
	mailguard_buffer why;
	mailguard_status st;

	mgi_buf_init(&why, c->mg);
	mgi_say(&why, c->mg, MGI_SAY_LOOK_ELSEWHERE, "path", s->path);
	st = mgi_buf_status(&why, err);
	if (st >= 0)
		st = leave_out(c, s, mgi_buf_text(&why), err);
	mgi_buf_done(&why);
	return st;
}

mailguard_status mgi_checkup_place(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_storage *s =
		mailguard_profile_storage(c->profile, c->at);
	mailguard_outcome outcome;
	mailguard_error own;
	mgi_place place;

	if (!s)
		return MAILGUARD_ITEROVER;
	c->at++;
	if (is_elsewhere(s))
		return elsewhere_tell(c, s, err);
	if (mgi_place_find(&place, c->mg, mgi_checkup_file(s),
	                   s->file ? s->path : NULL, &own) < 0) {
		outcome = outcome_of(own.status, own.sys);
		c->quick[c->at - 1] = outcome;
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE_UNREAD, "store",
		        s->id, "why", own.message);
		if (outcome == MAILGUARD_OUTCOME_UNKNOWN &&
		    (c->opts.flags & MAILGUARD_CHECKUP_NO_DEEP))
			return leave_out(c, s, own.message, err);
		return observe(c, s, outcome, own.message, err);
	}
	if (place.disk.total_bytes && !place.disk.free_bytes) {
		place_say(c, s, place.kind, NULL);
		return observe(c, s, MAILGUARD_OUTCOME_FULL,
		               mgi_buf_text(&c->text), err);
	}
	return place_look(c, s, place.kind, err);
}

mailguard_status mgi_checkup_store(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_storage *s =
		mailguard_profile_storage(c->profile, c->at);
	mailguard_outcome before;
	mailguard_status st;
	look found;

	if (!s)
		return MAILGUARD_ITEROVER;
	before = c->quick[c->at++];
	if (is_elsewhere(s))
		return elsewhere_tell(c, s, err);
	if (mgi_checkup_over(c))
		return leave_out(c, s, mgi_checkup_time_up(c), err);
	st = look_take(&found, c, s, false, err);
	if (st < 0)
		return st;
	/* What the quick look told is not told twice. */
	if (found.outcome == before && is_lost(before)) {
		c->step.target = s->id;
		c->step.outcome = before;
		if (!mgi_buf_span(&c->text).len)
			mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE_UNREAD,
			        "store", s->id, "why",
			        found.why ? found.why : found.loss);
		return MAILGUARD_OK;
	}
	if (found.why)
		return leave_out(c, s, found.why, err);
	return observe(c, s, found.outcome,
	               found.loss ? found.loss : mgi_buf_text(&c->text), err);
}
