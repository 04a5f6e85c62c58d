/*
 * budget.c - how long a checkup may take, and what is left out of it.
 *
 * Time in which a person is asked for a password does not count.
 */
#include "checkup/checkup.h"

#include "base/fail.h"

#define FIRST_USEC INT64_C(15000000)

int64_t mgi_checkup_elapsed(const mailguard_checkup *c)
{
	return mgi_ticks(c->mg) - c->began - c->paused;
}

bool mgi_checkup_over(const mailguard_checkup *c)
{
	return c->opts.budget_usec > 0 &&
	       mgi_checkup_elapsed(c) >= c->opts.budget_usec;
}

bool mgi_checkup_goes_on(mailguard_checkup *c, const mailguard_progress *at)
{
	if (c->opts.progress && c->opts.progress(at, c->opts.payload))
		c->stopped = true;
	return !c->stopped && !mgi_interrupted(c->mg);
}

int64_t mgi_checkup_left(const mailguard_checkup *c, int64_t most)
{
	int64_t now = mgi_checkup_elapsed(c), left = most;

	if (!c->first_told && FIRST_USEC - now < left)
		left = FIRST_USEC - now;
	if (c->opts.budget_usec > 0 && c->opts.budget_usec - now < left)
		left = c->opts.budget_usec - now;
	return left > 0 ? left : 0;
}

bool mgi_checkup_first_due(const mailguard_checkup *c)
{
	return !c->first_told && mgi_checkup_elapsed(c) >= FIRST_USEC;
}

mailguard_status mgi_checkup_first(mailguard_checkup *c, mailguard_error *err)
{
	(void)err;
	if (c->first_told)
		return MAILGUARD_ITEROVER;
	c->first_told = c->passing = true;
	mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_FIRST);
	return MAILGUARD_OK;
}

int mgi_checkup_secret(char *out,
                       size_t room,
                       const mailguard_endpoint *whose,
                       void *payload)
{
	mailguard_checkup *c = payload;
	int64_t before = mgi_ticks(c->mg);
	int n = c->secret(out, room, whose, c->secret_payload);

	c->paused += mgi_ticks(c->mg) - before;
	return n;
}

mailguard_status mgi_checkup_unlooked(mailguard_checkup *c,
                                      const mailguard_evidence *what,
                                      const char *why,
                                      mailguard_error *err)
{
	mailguard_evidence e = *what;

	e.outcome = MAILGUARD_OUTCOME_UNKNOWN;
	e.at = mgi_now(c->mg);
	e.seen = why;
	return mailguard_case_observe(c->seen, &e, err);
}

const char *mgi_checkup_time_up(const mailguard_checkup *c)
{
	return mgi_say_raw(mgi_lang_of(c->mg), MGI_SAY_CHECKUP_TIME_UP);
}
