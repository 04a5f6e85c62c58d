/* What checkup/silence.c promises: an account that waits for mail longer than
 * it ever had to is told, with the side on which it stopped. */
#include "checkup/silence.h"

#include <mailguard/reasons.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#define MINUTE INT64_C(60000000)
#define MONDAY INT64_C(1767571200000000) /* 2026-01-05T00:00:00Z */
#define WEEK (7 * MGI_GAP_DAY)

static mailguard *mg;
static mailguard_time today;
static char folder[256];

static mailguard_time clock_of(void *payload)
{
	(void)payload;
	return today;
}

static mailguard *handle_of(const mailguard_options *base)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	mailguard *out;

	if (base)
		opts = *base;
	opts.now = clock_of;
	ok(mailguard_new(&out, &opts, NULL));
	return out;
}

static void setup(void)
{
	mg = handle_of(NULL);
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(checkup_silence, .init = setup, .fini = teardown, .timeout = 120);

/* Eight mails a working day, for so many weeks, as an mbox. */
static void office_write(const char *name, int weeks)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr" };
	size_t room = (size_t)weeks * 40 * 200 + 1, len = 0;
	char *text = malloc(room);
	int w, d, h;

	for (w = 0; w < weeks; w++)
		for (d = 0; d < 5; d++)
			for (h = 9; h < 17; h++) {
				mgi_civil t = mgi_civil_of(
					MONDAY + w * WEEK + d * MGI_GAP_DAY, 0);

				len += (size_t)snprintf(
					text + len, room - len,
					"From a@b.example Thu Jan  1 00:00:00 "
					"2026\nReceived: x; %d %s 2026 "
					"%02d:00:00 +0000\nSubject: one\n\n"
					"hi\n\n",
					(int)t.day, months[t.month - 1], h);
			}
	temp_write(name, text, len);
	free(text);
}

static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"a1@one.example\",\"server_in\":\"S1\","
	"\"store\":\"m1\"},"
	"{\"id\":\"a2\",\"address\":\"a2@one.example\",\"server_in\":\"S1\","
	"\"store\":\"m2\"}],"
	"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
	"\"mail.one.example\",\"port\":143,\"tls\":\"none\"}],"
	"\"stores\":[{\"id\":\"m1\",\"path\":\"/home/u/one\"},"
	"{\"id\":\"m2\",\"path\":\"/home/u/two\"}]}";

static mailguard_status begin(mailguard_checkup **out, mailguard *with)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	mailguard_profile *p = NULL;
	mailguard_status st;

	*out = NULL;
	opts.flags = MAILGUARD_CHECKUP_NO_NET;
	st = mailguard_profile_parse(&p, with, text, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_profile_map(p, "/home/u", folder, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_checkup_new(out, with, p, &opts, NULL);
	mailguard_profile_free(p);
	return st;
}

static size_t run(mailguard_checkup *c, char texts[2][512], int outcomes[2])
{
	const mailguard_checkup_step *step;
	size_t n = 0;

	while (mailguard_checkup_next(&step, c, NULL) == MAILGUARD_OK)
		if (step->stage == MAILGUARD_CHECKUP_SILENCE) {
			cr_assert(lt(sz, n, 2));
			cr_expect(step->account != NULL);
			snprintf(texts[n], 512, "%s", step->text);
			outcomes[n++] = step->outcome;
		}
	return n;
}

Test(checkup_silence, a_file_that_gets_no_mail_is_told_in_numbers)
{
	char texts[2][512];
	int outcomes[2];
	mailguard_checkup *c;
	mailguard_verdict *v;

	office_write("one", 12);
	office_write("two", 1);                         /* too little to tell */
	today = MONDAY + 12 * WEEK + 14 * MGI_GAP_HOUR; /* since Friday, 16 h */
	ok(begin(&c, mg));
	cr_assert(eq(sz, run(c, texts, outcomes), 1));
	cr_expect(eq(int, outcomes[0], MAILGUARD_OUTCOME_FAIL));
	cr_expect(eq(str, texts[0],
	             "new mail for a1@one.example: none for 3 days; on a "
	             "Monday about 14:00 this account never waited longer than "
	             "30 minutes in the last 12 weeks (the server was not "
	             "looked at)"));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	cr_expect(le(int, mailguard_verdict_grade(v), MAILGUARD_GRADE_SUSPECT));
	cr_expect(ne(int, mailguard_verdict_fault(v), MAILGUARD_FAULT_NONE));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}

Test(checkup_silence, mail_as_usual_is_told_and_proves_nothing)
{
	char texts[2][512];
	int outcomes[2];
	mailguard_checkup *c;

	office_write("one", 12);
	office_write("two", 12);
	today = MONDAY + 11 * WEEK + 5 * MGI_GAP_DAY; /* Saturday, 0 h */
	ok(begin(&c, mg));
	cr_assert(eq(sz, run(c, texts, outcomes), 2));
	cr_expect(eq(int, outcomes[0], MAILGUARD_OUTCOME_OK), "%s", texts[0]);
	cr_expect(strstr(texts[0], "which is usual") != NULL, "%s", texts[0]);
	mailguard_checkup_free(c);
}

Test(checkup_silence, the_side_on_which_mail_stopped_is_told_apart)
{
	static const struct {
		const char *why;
		mgi_inbox inbox;
		int64_t after; /* of the inbox's newest, hours behind the file
		                */
		int here, there, looked, newer;
	} rows[] = {
		{ "nobody looked", { false, -1, 0 }, 0, 1, 1, 0, 0 },
		{ "nothing newer there", { true, 9, 0 }, 0, 1, 1, 1, 0 },
		{ "emptied after fetching", { true, 0, 0 }, 0, 1, 1, 1, 0 },
		{ "minutes newer", { true, 9, 0 }, 1, 1, 1, 1, 0 },
		{ "all of today there", { true, 9, 0 }, 95, 1, 0, 1, 1 },
		{ "a day newer, then silence", { true, 9, 0 }, 24, 1, 1, 1, 1 },
	};
	mailguard_time at[12 * 40 + 1];
	mgi_arrivals store = { at, 0 };
	mgi_silent s;
	size_t i;
	int w, d, h;

	for (w = 0; w < 12; w++)
		for (d = 0; d < 5; d++)
			for (h = 9; h < 17; h++)
				at[store.count++] = MONDAY + w * WEEK +
				                    d * MGI_GAP_DAY +
				                    h * MGI_GAP_HOUR;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_inbox inbox = rows[i].inbox;

		if (rows[i].after || inbox.messages > 0)
			inbox.newest = at[store.count - 1] +
			               rows[i].after * MGI_GAP_HOUR;
		/* Tuesday, 16 h: four days since the file's newest. */
		mgi_silent_judge(&s, &store, &inbox,
		                 MONDAY + 12 * WEEK + MGI_GAP_DAY +
		                         16 * MGI_GAP_HOUR,
		                 0);
		cr_expect(eq(int, s.here.unusual, rows[i].here), "%s",
		          rows[i].why);
		cr_expect(eq(int, s.there.unusual, rows[i].there), "%s",
		          rows[i].why);
		cr_expect(eq(int, s.looked, rows[i].looked), "%s", rows[i].why);
		cr_expect(eq(int, s.newer, rows[i].newer), "%s", rows[i].why);
	}
}

Test(checkup_silence, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	office_write("one", 6);
	office_write("two", 1);
	today = MONDAY + 7 * WEEK + 10 * MGI_GAP_HOUR;
	do {
		const mailguard_checkup_step *step;
		mailguard_checkup *c = NULL;
		mailguard_verdict *v = NULL;
		mailguard *tight = handle_of(fail_alloc_at(n++));

		st = begin(&c, tight);
		while (st == MAILGUARD_OK)
			st = mailguard_checkup_next(&step, c, NULL);
		if (st == MAILGUARD_ITEROVER)
			st = mailguard_checkup_verdict(&v, c, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_verdict_free(v);
		mailguard_checkup_free(c);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
