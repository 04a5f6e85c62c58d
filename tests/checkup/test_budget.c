/* What checkup/ promises of time: a first verdict soon, and no guess where it
 * was cut short. The clock is the test's own. */
#include <mailguard/checkup.h>

#include <stdio.h>
#include <string.h>

#include "support/ok.h"
#include "support/temp.h"

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define MAIL                                                          \
 FROM "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n" \
      "Subject: one\n\nhi\n\n"
#define SECOND INT64_C(1000000)

static mailguard *mg;
static char folder[256];
static int64_t clock_now, clock_step; /* by which it goes on when asked */

static int64_t ticks(void *payload)
{
	(void)payload;
	clock_now += clock_step;
	return clock_now;
}

static void setup(void)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	opts.ticks = ticks;
	clock_now = 1;
	clock_step = 0;
	ok(mailguard_new(&mg, &opts, NULL));
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(budget, .init = setup, .fini = teardown, .timeout = 120);

/* Accounts a1, a2 ... with stores m1, m2 ... of these texts. */
static mailguard_profile *profile_of(const char *const *texts, size_t count)
{
	static const char server[] =
		"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
		"\"h.example\",\"tls\":\"none\"}],";
	char json[4096], accounts[1024] = "", stores[1024] = "", name[32];
	mailguard_profile *p;
	mailguard_span text;
	size_t i;

	for (i = 1; i <= count; i++) {
		const char *comma = i > 1 ? "," : "";

		snprintf(name, sizeof(name), "m%zu", i);
		temp_write(name, texts[i - 1], strlen(texts[i - 1]));
		snprintf(accounts + strlen(accounts),
		         sizeof(accounts) - strlen(accounts),
		         "%s{\"id\":\"a%zu\",\"address\":\"a%zu@h.example\","
		         "\"server_in\":\"S1\",\"store\":\"m%zu\"}",
		         comma, i, i, i);
		snprintf(stores + strlen(stores),
		         sizeof(stores) - strlen(stores),
		         "%s{\"id\":\"m%zu\",\"path\":\"%s/m%zu\"}", comma, i,
		         folder, i);
	}
	snprintf(json, sizeof(json),
	         "{\"schema\":\"mailguard-profile-1\",\"accounts\":[%s],%s"
	         "\"stores\":[%s]}",
	         accounts, server, stores);
	text.data = (const unsigned char *)json;
	text.len = strlen(json);
	ok(mailguard_profile_parse(&p, mg, text, NULL, NULL));
	return p;
}

static mailguard_checkup *begin(const char *const *texts,
                                size_t count,
                                int64_t budget,
                                uint32_t flags)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_profile *p = profile_of(texts, count);
	mailguard_checkup *c;

	opts.flags = MAILGUARD_CHECKUP_NO_NET | flags;
	opts.budget_usec = budget;
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p);
	return c;
}

static const char *const two[] = { MAIL, MAIL };

/* The stages as digits, those not looked at with a minus. */
static char *stages_of(mailguard_checkup *c)
{
	static char out[256];
	const mailguard_checkup_step *step;
	mailguard_status st;
	size_t n = 0;

	out[0] = '\0';
	while ((st = mailguard_checkup_next(&step, c, NULL)) == MAILGUARD_OK) {
		if (step->stage == MAILGUARD_CHECKUP_SILENCE ||
		    step->stage == MAILGUARD_CHECKUP_HERE)
			continue;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%d",
		                      step->unlooked ? "-" : "",
		                      (int)step->stage);
	}
	cr_expect(eq(int, st, MAILGUARD_ITEROVER));
	return out;
}

/* Of the verdict so far. */
static int unlooked_holds(mailguard_checkup *c, const char *a, const char *b)
{
	mailguard_buffer *buf;
	mailguard_verdict *v;
	const char *list, *end, *at;
	int holds = 0;

	ok(mailguard_buffer_new(&buf, mg, NULL));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	ok(mailguard_verdict_json(buf, v, NULL));
	list = strstr(mailguard_buffer_text(buf), "\"not_looked_at\":[");
	end = strchr(list, ']');
	at = strstr(list, a);
	holds = at && at < end && strstr(at, b) && strstr(at, b) < end;
	mailguard_verdict_free(v);
	mailguard_buffer_free(buf);
	return holds;
}

Test(budget, without_one_all_is_read_behind_the_first_verdict)
{
	mailguard_checkup *c = begin(two, 2, 0, 0);

	cr_expect(eq(str, stages_of(c), "11544"));
	mailguard_checkup_free(c);
}

Test(budget, where_nothing_follows_the_only_verdict_is_the_first)
{
	mailguard_checkup *c = begin(two, 2, 0, MAILGUARD_CHECKUP_NO_DEEP);

	cr_expect(eq(str, stages_of(c), "11"));
	mailguard_checkup_free(c);
}

Test(budget, after_15_seconds_the_first_verdict_is_due)
{
	const mailguard_checkup_step *step;
	mailguard_checkup *c = begin(two, 2, 0, 0);

	ok(mailguard_checkup_next(&step, c, NULL));
	clock_now += 16 * SECOND;
	cr_expect(eq(str, stages_of(c), "5144"));
	mailguard_checkup_free(c);
}

Test(budget, what_it_leaves_out_is_told_and_named)
{
	const mailguard_checkup_step *step;
	mailguard_checkup *c = begin(two, 2, 5 * SECOND, 0);

	ok(mailguard_checkup_next(&step, c, NULL));
	ok(mailguard_checkup_next(&step, c, NULL));
	clock_now += 6 * SECOND;
	cr_expect(eq(str, stages_of(c), "5-4-4"));
	cr_expect(unlooked_holds(c, "m1", "time"));
	cr_expect(unlooked_holds(c, "m2", "time"));
	mailguard_checkup_free(c);
}

Test(budget, a_file_read_in_part_is_no_sound_file)
{
	static char long_text[64 * sizeof(MAIL)];
	const char *texts[1] = { long_text };
	const mailguard_checkup_step *step;
	mailguard_checkup *c;
	int i;

	for (i = 0; i < 64; i++)
		strcat(long_text, MAIL);
	c = begin(texts, 1, 50 * SECOND, 0);
	ok(mailguard_checkup_next(&step, c, NULL));
	clock_step = SECOND; /* each look at the clock takes one */
	cr_expect(eq(str, stages_of(c), "5-4"));
	cr_expect(unlooked_holds(c, "m1", "part"));
	mailguard_checkup_free(c);
}

Test(budget, damage_the_quick_look_saw_stands_in_the_first_verdict)
{
	static char zeros[sizeof(MAIL) + 63] = MAIL;
	const mailguard_checkup_step *step;
	mailguard_verdict *v;
	mailguard_checkup *c = begin(two, 2, 0, 0);
	int seen = 0;

	temp_write("m1", zeros, sizeof(zeros)); /* its end never arrived */
	ok(mailguard_checkup_next(&step, c, NULL));
	cr_expect(eq(int, step->outcome, MAILGUARD_OUTCOME_DAMAGED));
	while (mailguard_checkup_next(&step, c, NULL) == MAILGUARD_OK)
		seen += step->stage == MAILGUARD_CHECKUP_STORE;
	cr_expect(eq(int, seen, 2));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	cr_expect(eq(str, (char *)mailguard_verdict_suspect(v, 0)->name,
	             "store:m1"));
	/* Told by two looks, weighed once: one reading of each file. */
	for (seen = 0; mailguard_verdict_reading(v, (size_t)seen); seen++)
		;
	cr_expect(eq(int, seen, 2));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}

static int stop(const mailguard_progress *at, void *payload)
{
	(void)at;
	++*(int *)payload;
	return 1;
}

Test(budget, the_host_can_stop_a_step_and_the_verdict_stands)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_profile *p = profile_of(two, 2);
	const mailguard_checkup_step *step;
	mailguard_checkup *c;
	mailguard_verdict *v;
	mailguard_status st;
	int asked = 0;

	opts.flags = MAILGUARD_CHECKUP_NO_NET;
	opts.progress = stop;
	opts.payload = &asked;
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p);
	while ((st = mailguard_checkup_next(&step, c, NULL)) == MAILGUARD_OK)
		;
	cr_expect(eq(int, st, MAILGUARD_ECANCELLED));
	cr_expect(ge(int, asked, 1));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}

Test(budget, a_path_of_another_computer_is_no_missing_file)
{
	static const char text[] =
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":[],"
		"\"stores\":[{\"id\":\"m1\",\"path\":"
		"\"C:\\\\Users\\\\u\\\\a.pst\"}]}";
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_span span = { (const unsigned char *)text, strlen(text) };
	const mailguard_checkup_step *step;
	mailguard_profile *p;
	mailguard_checkup *c;

	ok(mailguard_profile_parse(&p, mg, span, NULL, NULL));
	opts.flags = MAILGUARD_CHECKUP_NO_NET | MAILGUARD_CHECKUP_NO_DEEP;
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p);
	ok(mailguard_checkup_next(&step, c, NULL));
	cr_expect(eq(int, step->unlooked, 1));
	cr_expect(eq(int, step->outcome, MAILGUARD_OUTCOME_UNKNOWN));
	cr_expect(strstr(step->text, "--map") != NULL, "%s", step->text);
	cr_expect(unlooked_holds(c, "a.pst", "--map"));
	mailguard_checkup_free(c);
}

Test(budget, programs_meet_the_table_of_known_defects)
{
	static const char text[] =
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":[],"
		"\"stores\":[{\"id\":\"m1\",\"path\":"
		"\"C:\\\\Users\\\\u\\\\OneDrive\\\\a.pst\",\"client\":"
		"\"windows\",\"version\":\"%s\"}]}";
	static const struct {
		const char *why, *of_store, *told;
		int known;
	} rows[] = {
		{ "the store's", "26100.7623", NULL, 1 },
		{ "mended", "26100.7628", NULL, 0 },
		{ "told beside", "1.0", "26200.7625", 1 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
		mailguard_buffer *buf;
		mailguard_verdict *v;
		mailguard_profile *p;
		mailguard_checkup *c;
		mailguard_span span;
		char json[512];

		snprintf(json, sizeof(json), text, rows[i].of_store);
		span.data = (const unsigned char *)json;
		span.len = strlen(json);
		opts.flags = MAILGUARD_CHECKUP_NO_NET;
		ok(mailguard_profile_parse(&p, mg, span, NULL, NULL));
		ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
		mailguard_profile_free(p);
		if (rows[i].told)
			ok(mailguard_checkup_client(c, "windows", rows[i].told,
			                            NULL));
		ok(mailguard_buffer_new(&buf, mg, NULL));
		ok(mailguard_checkup_verdict(&v, c, NULL));
		ok(mailguard_verdict_json(buf, v, NULL));
		cr_expect(eq(int,
		             strstr(mailguard_buffer_text(buf), "KB5074109") !=
		                     NULL,
		             rows[i].known),
		          "%s", rows[i].why);
		mailguard_buffer_free(buf);
		mailguard_verdict_free(v);
		mailguard_checkup_free(c);
	}
}
