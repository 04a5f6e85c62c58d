/*
 * files.c - a checkup's steps on mail files: where they lie, then all of them.
 */
#include "checkup/checkup.h"

#include <errno.h>
#include <string.h>

#include <mailguard/store.h>

#include "base/fail.h"
#include "base/place.h"

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

mailguard_status mgi_checkup_place(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_storage *s =
		mailguard_profile_storage(c->profile, c->at);
	mailguard_outcome outcome = MAILGUARD_OUTCOME_UNKNOWN;
	mailguard_error own;
	mgi_place place;

	if (!s)
		return MAILGUARD_ITEROVER;
	c->at++;
	if (mgi_place_find(&place, c->mg, mgi_checkup_file(s), s->path, &own) <
	    0) {
		outcome = outcome_of(own.status, own.sys);
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE_UNREAD, "store",
		        s->id, "why", own.message);
		return observe(c, s, outcome, own.message, err);
	}
	mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE, "store", s->id, "place",
	        mgi_say_raw(mgi_lang_of(c->mg), mgi_checkup_place_row(s->place)));
	if (place.disk.total_bytes && !place.disk.free_bytes)
		outcome = MAILGUARD_OUTCOME_FULL;
	return observe(c, s, outcome, mgi_buf_text(&c->text), err);
}

/* Through the whole check, keeping the first thing that was lost. */
static mailguard_status check_run(const char **loss,
                                  mailguard_checkup *c,
                                  mailguard_check *check,
                                  mailguard_error *err)
{
	const mailguard_finding *f;
	mailguard_status st;

	while ((st = mailguard_check_next(&f, check, err)) == MAILGUARD_OK) {
		if (*loss || f->severity != MAILGUARD_SEVERITY_LOSS)
			continue;
		*loss = mgi_arena_strndup(c->arena, f->text, strlen(f->text));
		if (!*loss)
			return mgi_fail_nomem(err);
	}
	if (st < 0)
		return st;
	return mailguard_check_text(&c->text, check, err);
}

static mailguard_outcome outcome_of_check(const mailguard_check *check)
{
	switch (mailguard_check_result(check)->verdict) {
	case MAILGUARD_SOUNDNESS_SOUND:
	case MAILGUARD_SOUNDNESS_ODD:
		return MAILGUARD_OUTCOME_OK;
	case MAILGUARD_SOUNDNESS_DAMAGED:
	case MAILGUARD_SOUNDNESS_UNREADABLE:
		return MAILGUARD_OUTCOME_DAMAGED;
	default:
		return MAILGUARD_OUTCOME_UNKNOWN;
	}
}

mailguard_status mgi_checkup_store(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_storage *s =
		mailguard_profile_storage(c->profile, c->at);
	mailguard_outcome outcome = MAILGUARD_OUTCOME_UNKNOWN;
	mailguard_store *store = NULL;
	mailguard_check *check = NULL;
	const char *loss = NULL;
	mailguard_error own;
	mailguard_status st;

	if (!s)
		return MAILGUARD_ITEROVER;
	c->at++;
	st = mailguard_store_open(&store, c->mg, mgi_checkup_file(s), &own);
	if (st >= 0)
		st = mailguard_store_check(&check, store, NULL, &own);
	if (st >= 0)
		st = check_run(&loss, c, check, &own);
	if (st >= 0)
		outcome = outcome_of_check(check);
	else if (st == MAILGUARD_EIO || st == MAILGUARD_EFORMAT ||
	         st == MAILGUARD_EUNSUPPORTED) {
		/* What cannot be opened was told when its place was looked at.
		 */
		outcome = outcome_of(st, own.sys);
		if (outcome == MAILGUARD_OUTCOME_MISSING)
			outcome = MAILGUARD_OUTCOME_UNKNOWN;
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PLACE_UNREAD, "store",
		        s->id, "why", own.message);
		st = MAILGUARD_OK;
	} else if (err) {
		*err = own;
	}
	if (st >= 0)
		st = observe(c, s, outcome,
		             loss ? loss : mgi_buf_text(&c->text), err);
	mailguard_check_free(check);
	mailguard_store_free(store);
	return st;
}
