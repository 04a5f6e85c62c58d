/*
 * silence.c - an account that gets no mail for longer than it ever had to wait.
 *
 * Its own mail file tells the rhythm (gaps.c). Where the server was looked at,
 * too, it tells on which side of it mail stopped: newer mail there was not
 * fetched; none there was not delivered, or nobody wrote.
 */
#include "checkup/silence.h"

#include <string.h>

#include "base/fail.h"

/* Clocks and the way of a mail differ by so much without meaning anything. */
#define SLACK MGI_GAP_HOUR

static size_t account_count(const mailguard_checkup *c)
{
	size_t n = 0;

	while (mailguard_profile_account(c->profile, n))
		n++;
	return n;
}

static size_t store_count(const mailguard_checkup *c)
{
	size_t n = 0;

	while (mailguard_profile_storage(c->profile, n))
		n++;
	return n;
}

/* NULL: no memory. */
static struct mgi_waits *waits_of(mailguard_checkup *c)
{
	struct mgi_waits *w = c->waits;

	if (w)
		return w;
	w = mgi_arena_alloc(c->arena, sizeof(*w));
	if (!w)
		return NULL;
	w->stores = mgi_arena_array(c->arena, store_count(c) + 1,
	                            sizeof(*w->stores));
	w->inboxes = mgi_arena_array(c->arena, account_count(c) + 1,
	                             sizeof(*w->inboxes));
	if (!w->stores || !w->inboxes)
		return NULL;
	c->waits = w;
	return w;
}

mailguard_status mgi_checkup_arrivals(mailguard_checkup *c,
                                      const mailguard_storage *s,
                                      const mailguard_check *check,
                                      mailguard_error *err)
{
	struct mgi_waits *w = waits_of(c);
	const mailguard_time *at;
	size_t count, i = 0;
	mailguard_time *own;

	at = mailguard_check_times(check, &count);
	while (mailguard_profile_storage(c->profile, i) != s)
		i++;
	own = w ? mgi_arena_array(c->arena, count + 1, sizeof(*own)) : NULL;
	if (!own)
		return mgi_fail_nomem(err);
	if (count)
		memcpy(own, at, count * sizeof(*own));
	w->stores[i].at = own;
	w->stores[i].count = count;
	return MAILGUARD_OK;
}

mailguard_status mgi_checkup_inbox(mailguard_checkup *c,
                                   const mailguard_account *a,
                                   const mailguard_answer *answer,
                                   mailguard_error *err)
{
	struct mgi_waits *w = waits_of(c);
	size_t i = 0;

	if (!w)
		return mgi_fail_nomem(err);
	if (mailguard_answer_login(answer) != MAILGUARD_LOGIN_OK)
		return MAILGUARD_OK;
	while (mailguard_profile_account(c->profile, i) != a)
		i++;
	w->inboxes[i].messages = mailguard_answer_messages(answer);
	w->inboxes[i].newest = mailguard_answer_newest(answer);
	w->inboxes[i].looked =
		w->inboxes[i].newest || w->inboxes[i].messages == 0;
	return MAILGUARD_OK;
}

void mgi_silent_judge(mgi_silent *out,
                      const mgi_arrivals *store,
                      const mgi_inbox *inbox,
                      mailguard_time now,
                      int32_t offset)
{
	mailguard_time last =
		store->count ? store->at[store->count - 1] : INT64_MAX;

	memset(out, 0, sizeof(*out));
	out->looked = inbox->looked;
	out->newer = inbox->looked && inbox->newest > last &&
	             inbox->newest - last > SLACK;
	mgi_gap_judge(&out->here, store->at, store->count, now, offset);
	out->there = out->here;
	if (!out->newer)
		return;
	store->at[store->count] = inbox->newest;
	mgi_gap_judge(&out->there, store->at, store->count + 1, now, offset);
}

/* "3 days", "5 hours", "20 minutes": the number that says enough; `up` if it
 * must not be too small. */
static void span_say(mailguard_buffer *out,
                     mailguard *mg,
                     int64_t usec,
                     bool up)
{
	static const struct {
		int64_t unit;
		mgi_say_id row;
	} units[] = {
		{ MGI_GAP_DAY, MGI_SAY_CHECKUP_DAYS },
		{ MGI_GAP_HOUR, MGI_SAY_CHECKUP_HOURS },
		{ MGI_GAP_HOUR / 60, MGI_SAY_CHECKUP_MINUTES },
	};
	size_t i = 0;
	int64_t n;

	while (i < 2 && usec < 2 * units[i].unit)
		i++;
	n = (usec + (up ? units[i].unit - 1 : units[i].unit / 2)) /
	    units[i].unit;
	mgi_say(out, mg, units[i].row, "n", mgi_i64(n).text);
}

static const char *day_text(const mailguard_checkup *c, int32_t weekday)
{
	static const mgi_say_id rows[] = {
		MGI_SAY_CHECKUP_SUNDAY,   MGI_SAY_CHECKUP_MONDAY,
		MGI_SAY_CHECKUP_TUESDAY,  MGI_SAY_CHECKUP_WEDNESDAY,
		MGI_SAY_CHECKUP_THURSDAY, MGI_SAY_CHECKUP_FRIDAY,
		MGI_SAY_CHECKUP_SATURDAY,
	};

	return mgi_say_raw(mgi_lang_of(c->mg), rows[weekday]);
}

static mgi_say_id when_row(const mgi_gap *g)
{
	bool weekend = g->weekday == 0 || g->weekday == 6;

	switch (g->like) {
	case MGI_GAP_WEEKDAY:
		return MGI_SAY_CHECKUP_WHEN_WEEKDAY;
	case MGI_GAP_KIND:
		return weekend ? MGI_SAY_CHECKUP_WHEN_WEEKEND
		               : MGI_SAY_CHECKUP_WHEN_WORKDAY;
	default:
		return MGI_SAY_CHECKUP_WHEN_ANY;
	}
}

/* "no new mail for 3 days; on a Monday at 10 this account ..." into `out` */
static void gap_say(mailguard_buffer *out,
                    const mailguard_checkup *c,
                    const mgi_gap *g,
                    mgi_say_id row)
{
	mailguard_buffer waited, most, when;

	mgi_buf_init(&waited, c->mg);
	mgi_buf_init(&most, c->mg);
	mgi_buf_init(&when, c->mg);
	span_say(&waited, c->mg, g->waited, false);
	span_say(&most, c->mg, g->most, true);
	mgi_say(&when, c->mg, when_row(g), "day", day_text(c, g->weekday),
	        "hour", mgi_i64(g->hour).text);
	mgi_say(out, c->mg, row, "waited", mgi_buf_text(&waited), "most",
	        mgi_buf_text(&most), "when", mgi_buf_text(&when), "weeks",
	        mgi_i64(g->weeks).text);
	if (mgi_buf_status(&waited, NULL) < 0 ||
	    mgi_buf_status(&most, NULL) < 0 || mgi_buf_status(&when, NULL) < 0)
		out->failed = MAILGUARD_ENOMEM;
	mgi_buf_done(&waited);
	mgi_buf_done(&most);
	mgi_buf_done(&when);
}

/* What the step tells of the account. */
static void silence_tell(mailguard_checkup *c,
                         const mailguard_account *a,
                         const char *what)
{
	c->step.account = a->id;
	c->step.target = a->id;
	mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_SILENCE, "account",
	        a->address ? a->address : a->id, "what", what);
}

static mailguard_status unusual_take(mailguard_checkup *c,
                                     const mailguard_account *a,
                                     const mgi_silent *s,
                                     mailguard_error *err)
{
	bool fetched = !(s->newer && s->here.unusual);
	const mgi_gap *g = fetched ? &s->there : &s->here;
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	mailguard_buffer b;
	mailguard_status st;

	mgi_buf_init(&b, c->mg);
	gap_say(&b, c, g,
	        !fetched    ? MGI_SAY_CHECKUP_SILENT_UNFETCHED
	        : s->looked ? MGI_SAY_CHECKUP_SILENT_THERE
	                    : MGI_SAY_CHECKUP_SILENT);
	silence_tell(c, a, mgi_buf_text(&b));
	e.test = MAILGUARD_TEST_SILENCE;
	e.account = a->id;
	e.store = a->store;
	e.server = fetched && s->looked ? a->server_in : NULL;
	e.outcome =
		fetched ? MAILGUARD_OUTCOME_FAIL : MAILGUARD_OUTCOME_MISSING;
	e.degree = g->degree;
	e.at = mgi_now(c->mg);
	e.seen = mgi_buf_text(&b);
	c->step.outcome = e.outcome;
	st = mgi_buf_status(&b, err);
	if (st >= 0)
		st = mailguard_case_observe(c->seen, &e, err);
	mgi_buf_done(&b);
	return st;
}

static size_t store_number(const mailguard_checkup *c, const char *id)
{
	const mailguard_storage *s;
	size_t i;

	for (i = 0; (s = mailguard_profile_storage(c->profile, i)) != NULL; i++)
		if (strcmp(s->id, id) == 0)
			break;
	return i; /* past the last there is room, and nothing in it */
}

/* Nothing unusual; where there is little mail that is not told. */
static mailguard_status usual_take(mailguard_checkup *c,
                                   const mailguard_account *a,
                                   const mgi_silent *s,
                                   mailguard_error *err)
{
	mailguard_buffer b;
	mailguard_status st;

	mgi_buf_init(&b, c->mg);
	gap_say(&b, c, &s->there, MGI_SAY_CHECKUP_SILENT_USUAL);
	silence_tell(c, a, mgi_buf_text(&b));
	c->step.outcome = MAILGUARD_OUTCOME_OK;
	st = mgi_buf_status(&b, err);
	mgi_buf_done(&b);
	return st;
}

/* Of account number `i`; false if it keeps its mail in no file, or there is too
 * little of it. */
static bool judge(mgi_silent *out,
                  const mailguard_checkup *c,
                  const mailguard_account *a,
                  size_t i)
{
	mailguard_time now = mgi_now(c->mg);

	if (!a->store || !a->server_in)
		return false;
	mgi_silent_judge(out, &c->waits->stores[store_number(c, a->store)],
	                 &c->waits->inboxes[i], now,
	                 mgi_utc_offset(c->mg, now));
	return out->here.known;
}

/* Before all was read nobody could know of how many. */
static void steps_add(mailguard_checkup *c)
{
	const mailguard_account *a;
	mgi_silent s;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(c->profile, i)) != NULL; i++)
		c->step.total += judge(&s, c, a, i);
}

mailguard_status mgi_checkup_silence(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_account *a;
	mgi_silent s;

	if (!waits_of(c))
		return mgi_fail_nomem(err);
	if (c->at == 0)
		steps_add(c);
	while ((a = mailguard_profile_account(c->profile, c->at)) != NULL)
		if (judge(&s, c, a, c->at++))
			return s.here.unusual || s.there.unusual
			               ? unusual_take(c, a, &s, err)
			               : usual_take(c, a, &s, err);
	return MAILGUARD_ITEROVER;
}
