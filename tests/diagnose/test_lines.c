/* What a verdict's words promise: names people use, and numbers that agree. */
#include "diagnose/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/ok.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(verdict_lines, .init = setup, .fini = teardown);

#define WORLD                                                             \
 "{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":\"m1\","       \
 "\"backup\":\"a3\"},\"a2\":{\"sv\":\"S2\",\"pv\":\"B\",\"st\":\"m2\","   \
 "\"backup\":\"a3\"},\"a3\":{\"sv\":\"S3\",\"pv\":\"C\",\"st\":\"m3\"}}," \
 "\"stores\":{\"m1\":\"cloud\",\"m2\":\"cloud\",\"m3\":\"local\"},"       \
 "\"observations\":["
#define FAILED(a, more) "{\"t\":\"op\",\"a\":\"" a "\",\"r\":\"fail\"" more "}"
#define DAMAGED(m) "{\"t\":\"store\",\"st\":\"" m "\",\"r\":\"damaged\"}"
#define PROBED(a) \
 "{\"t\":\"probe\",\"a\":\"" a "\",\"ph\":\"auth\",\"r\":\"ok\"}"
#define WORKS(a) "{\"t\":\"op\",\"a\":\"" a "\",\"r\":\"ok\"}"
#define SOUND(m) "{\"t\":\"store\",\"st\":\"" m "\",\"r\":\"ok\"}"

/* One file of two damaged, both accounts failing: which part is not sure. */
#define UNSETTLED                                \
 WORLD DAMAGED("m1") "," SOUND("m2") "," FAILED( \
	 "a1",                                   \
	 ",\"code\":\"local_"                    \
	 "store\"") "," FAILED("a2",             \
	                       "") "," PROBED("a1") "," PROBED("a2") "]}"
/* Two of two damaged, a third account elsewhere fine. */
#define SETTLED                                    \
 WORLD DAMAGED("m1") "," DAMAGED("m2") "," FAILED( \
	 "a1",                                     \
	 ",\"code\":\"local_"                      \
	 "store\"") "," FAILED("a2",               \
	                       "") "," WORKS("a3") "," PROBED("a1") "," PROBED("a2") "]}"

/* Yours: free it. */
static char *text_of(const mailguard_verdict *v)
{
	mailguard_buffer *b;
	char *copy;

	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_verdict_text(b, v, NULL));
	copy = strdup(mailguard_buffer_text(b));
	mailguard_buffer_free(b);
	return copy;
}

static char *said(const char *json)
{
	mailguard_verdict *v = verdict_of(mg, json);
	char *text = text_of(v);

	mailguard_verdict_free(v);
	return text;
}

/* The per cent behind `at`, in per mille. */
static long permille_at(const char *at)
{
	long whole, tenth;
	char *end;

	at += strcspn(at, "(");
	at += strcspn(at, "0123456789");
	whole = strtol(at, &end, 10);
	tenth = strtol(end + 1, NULL, 10);
	return whole * 10 + tenth;
}

Test(verdict_lines, where_no_part_is_sure_the_domain_is_told_and_its_parts)
{
	char *text = said(UNSETTLED);
	const char *at = strstr(text, "The fault: mail files on this computer ("
	                              "likely, ");
	long before;

	cr_assert_not_null(at, "%s", text);
	cr_expect(ge(long, permille_at(at), 800), "%s", text);
	cr_expect(lt(long, permille_at(at), 950), "%s", text);
	at = strstr(at, "perhaps mail file m1 (");
	cr_assert_not_null(at, "%s", text);
	before = permille_at(at);
	at = strstr(at, "perhaps the synced (cloud) folder");
	cr_assert_not_null(at, "the likeliest first: %s", text);
	cr_expect(le(long, permille_at(strstr(at, "in (")), before), "%s",
	          text);
	cr_expect_null(strstr(text, "Possible: mail file m1"));
	free(text);
}

Test(verdict_lines, a_grade_never_promises_more_than_the_number_beside_it)
{
	static const char *const cases[] = {
		UNSETTLED,
		SETTLED,
		WORLD DAMAGED("m1") "]}",
		WORLD DAMAGED("m1") "," FAILED("a1", "") "]}",
		WORLD DAMAGED("m1") "," FAILED("a1", "") "," PROBED("a1") "]}",
		WORLD FAILED("a1", ",\"code\":\"auth\"") "," WORKS("a2") "]}",
	};
	static const struct {
		const char *word;
		long least;
	} grades[] = {
		{ " (suspected, ", 500 },
		{ " (likely, ", 800 },
		{ " (certain, ", 950 },
	};
	size_t i, k, told = 0;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = said(cases[i]);

		for (k = 0; k < 3; k++) {
			const char *at = strstr(text, grades[k].word);

			told += at != NULL;
			if (at)
				cr_expect(ge(long, permille_at(at),
				             grades[k].least),
				          "%s", text);
		}
		free(text);
	}
	cr_expect(ge(sz, told, 5));
}

Test(verdict_lines, an_account_in_trouble_is_told_of_its_backup)
{
	static const struct {
		const char *why, *json, *says;
	} rows[] = {
		{ "it works", SETTLED, "Account a3 works: write from there" },
		{ "nobody looked", UNSETTLED,
		  "Account a3 is kept for such days; it was not looked at" },
		{ "it fails, too",
		  WORLD FAILED("a1", "") "," FAILED("a3",
		                                    "") "," WORKS("a2") "]}",
		  "Account a2 works" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = said(rows[i].json);

		cr_expect_not_null(strstr(text, rows[i].says), "%s: %s",
		                   rows[i].why, text);
		free(text);
	}
}

Test(verdict_lines, what_is_cleared_is_one_line_for_each_kind_of_thing)
{
	char *text = said(SETTLED);
	const char *at = strstr(text, "Not at fault:");

	cr_assert_not_null(at);
	cr_expect_not_null(strstr(at, "\n  servers S1, S2, S3: "), "%s", at);
	cr_expect_not_null(strstr(at, "\n  providers A, B, C: "), "%s", at);
	cr_expect_not_null(strstr(at, "\n  mail file m3: "), "%s", at);
	free(text);
}

static mailguard_case *case_of(const char *json)
{
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_cases *cases;
	mailguard_case *c;

	ok(mailguard_cases_parse(&cases, mg, text, NULL));
	ok(mailguard_cases_next(&c, cases, NULL));
	mailguard_cases_free(cases);
	return c;
}

Test(verdict_lines, things_are_called_as_people_call_them)
{
	static const struct {
		const char *thing, *name;
	} names[] = {
		{ "account:a1", "info@one.example" },
		{ "account:a3", "an older name" },
		{ "account:a3", "owner@\ntwo.example" },
		{ "server:S1", "mail.one.example" },
		{ "provider:A", "Hoster A" },
		{ "store:m1", "info.mbox" },
		{ "store:m9", "nobody's" },
	};
	mailguard_case *c = case_of(SETTLED);
	mailguard_verdict *v;
	size_t i;
	char *text;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ok(mailguard_case_call(c, names[i].thing, names[i].name, NULL));
	ok(mailguard_case_weigh(&v, c, NULL));
	mailguard_case_free(c);
	text = text_of(v);
	cr_expect_not_null(strstr(text, "with account info@one.example in"));
	cr_expect_not_null(strstr(text, "Account owner@ two.example works"));
	cr_expect_not_null(strstr(text, "servers mail.one.example, S2, S3"));
	cr_expect_not_null(strstr(text, "providers Hoster A, B, C"));
	cr_expect_not_null(strstr(text, "check of mail file info.mbox"));
	cr_expect_null(strstr(text, "nobody's"));
	cr_expect_null(strstr(text, "an older name"));
	cr_expect(eq(str, (char *)mailguard_verdict_suspect(v, 0)->name,
	             "sync:cloud"));
	for (i = 0; mailguard_verdict_suspect(v, i); i++)
		cr_expect_null(strstr(mailguard_verdict_suspect(v, i)->name,
		                      "example"));
	free(text);
	mailguard_verdict_free(v);
}

Test(verdict_lines, a_name_for_no_kind_of_thing_is_refused)
{
	static const struct {
		const char *why, *thing, *name;
	} rows[] = {
		{ "no thing", NULL, "x" },
		{ "no name", "account:a1", NULL },
		{ "an empty name", "account:a1", "" },
		{ "no id", "account:", "x" },
		{ "no kind", "a1", "x" },
		{ "a component", "sync:cloud", "x" },
	};
	mailguard_case *c = case_of(SETTLED);
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int,
		             mailguard_case_call(c, rows[i].thing, rows[i].name,
		                                 NULL),
		             MAILGUARD_EINVAL),
		          "%s", rows[i].why);
	cr_expect(eq(int, mailguard_case_call(NULL, "server:S", "x", NULL),
	             MAILGUARD_EINVAL));
	for (i = 0; i < MAILGUARD_CASE_NAMES_MAX; i++)
		ok(mailguard_case_call(c, "server:S1", "x", NULL));
	cr_expect(eq(int, mailguard_case_call(c, "server:S1", "x", NULL),
	             MAILGUARD_ELIMIT));
	mailguard_case_free(c);
}
