/* What a case takes, refuses and survives, and how its verdict is told. */
#include "diagnose/cases.h"

#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/classify.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(weigh_case, .init = setup, .fini = teardown);

#define WORLD                                                         \
 "\"id\":\"x\",\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\","     \
 "\"st\":\"m1\"},\"b1\":{\"sv\":\"S2\",\"pv\":\"B\",\"st\":\"m2\"}}," \
 "\"stores\":{\"m1\":\"cloud\",\"m2\":\"local\"},"
#define SEEN                                                    \
 "{\"t\":\"op\",\"a\":\"a1\",\"dir\":\"in\",\"r\":\"fail\","    \
 "\"code\":\"local_store\",\"at\":\"2026-01-13T09:00:00Z\","    \
 "\"where\":\"m1.pst\"},{\"t\":\"store\",\"st\":\"m1\",\"r\":"  \
 "\"damaged\"},{\"t\":\"op\",\"a\":\"b1\",\"r\":\"ok\"},"       \
 "{\"t\":\"probe\",\"sv\":\"S1\",\"ph\":\"auth\",\"a\":\"a1\"," \
 "\"r\":\"ok\"}"

static mailguard_status parse_status(const char *json, mailguard_error *err)
{
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_cases *cases;
	mailguard_case *c;
	mailguard_status st = mailguard_cases_parse(&cases, mg, text, err);

	if (st < 0)
		return st;
	st = mailguard_cases_next(&c, cases, err);
	mailguard_case_free(c);
	mailguard_cases_free(cases);
	return st;
}

Test(weigh_case, a_slip_in_the_file_is_named_with_its_place)
{
	static const struct {
		const char *why, *json, *says;
	} rows[] = {
		{ "no JSON", "{", "" },
		{ "neither object nor list", "3", "" },
		{ "no object in the list", "[3]", "[0]" },
		{ "unknown test",
		  "{" WORLD "\"observations\":[{\"t\":\"ping\",\"r\":\"ok\"}]}",
		  "observations[0].t: \"ping\"" },
		{ "the allowed words are told",
		  "{" WORLD "\"observations\":[{\"t\":\"ping\",\"r\":\"ok\"}]}",
		  "op, probe, store" },
		{ "unknown result",
		  "{" WORLD "\"observations\":[{\"t\":\"net\",\"r\":\"ok\"},"
		  "{\"t\":\"net\",\"r\":\"bad\"}]}",
		  "observations[1].r: \"bad\"" },
		{ "no result", "{" WORLD "\"observations\":[{\"t\":\"net\"}]}",
		  "observations[0].r" },
		{ "unknown phase",
		  "{" WORLD "\"observations\":[{\"t\":\"probe\",\"sv\":\"S1\","
		  "\"r\":\"ok\",\"ph\":\"ssl\"}]}",
		  "observations[0].ph: \"ssl\"" },
		{ "unknown domain",
		  "{" WORLD "\"observations\":[{\"t\":\"net\",\"r\":\"fail\","
		  "\"code\":\"x\"}]}",
		  "local_network" },
		{ "unknown other domain, in a list",
		  "[{" WORLD "\"observations\":[{\"t\":\"net\",\"r\":\"fail\","
		  "\"also\":[\"x\"]}]}]",
		  "[0].observations[0].also" },
		{ "unknown account",
		  "{" WORLD "\"observations\":[{\"t\":\"op\",\"a\":\"z9\","
		  "\"r\":\"ok\"}]}",
		  "z9" },
		{ "unknown place", "{\"stores\":{\"m1\":\"attic\"}}",
		  "stores.m1: \"attic\"" },
		{ "a result its test cannot have",
		  "{" WORLD
		  "\"observations\":[{\"t\":\"net\",\"r\":\"locked\"}]}",
		  "observations[0]: A \"net\" observation cannot have the "
		  "result \"locked\"" },
		{ "a test without its name",
		  "{" WORLD
		  "\"observations\":[{\"t\":\"store\",\"r\":\"ok\"}]}",
		  "must name its store (st)" },
		{ "no observation", "{" WORLD "\"observations\":[5]}",
		  "observations[0] must be {\"t\"" },
		{ "no test", "{" WORLD "\"observations\":[{\"r\":\"ok\"}]}",
		  "observations[0].t is missing; it may be op," },
		{ "account without a server", "{\"accounts\":{\"a1\":{}}}",
		  "accounts.a1 must be" },
		{ "a server that is no name",
		  "[{\"accounts\":{\"a1\":{\"sv\":7}}}]",
		  "[0].accounts.a1.sv must be" },
		{ "context out of range", "{\"context\":[[\"sync:\",0]]}",
		  "context" },
		{ "a number where a name belongs",
		  "{" WORLD "\"observations\":[{\"t\":\"op\",\"a\":7,"
		  "\"r\":\"ok\"}]}",
		  "observations[0].a" },
		{ "no such time",
		  "{" WORLD "\"observations\":[{\"t\":\"net\",\"r\":\"ok\","
		  "\"at\":\"yesterday\"}]}",
		  "observations[0].at" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_error err = { 0 };

		cr_expect(eq(int, parse_status(rows[i].json, &err),
		             MAILGUARD_EFORMAT),
		          "%s", rows[i].why);
		cr_expect_not_null(strstr(err.message, rows[i].says), "%s: %s",
		                   rows[i].why, err.message);
		cr_expect(ne(str, err.code, ""), "%s", rows[i].why);
	}
}

Test(weigh_case, what_a_later_file_may_add_is_passed_over)
{
	cr_expect(eq(int,
	             parse_status("{" WORLD "\"expect\":{},\"mood\":1,"
	                          "\"observations\":[{\"t\":\"net\","
	                          "\"r\":\"ok\",\"weather\":\"fine\"}]}",
	                          NULL),
	             MAILGUARD_OK));
}

Test(weigh_case, after_a_bad_case_the_next_one_is_read)
{
	static const char json[] = "[{\"observations\":3},{\"id\":\"two\"}]";
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_cases *cases;
	mailguard_case *c;

	ok(mailguard_cases_parse(&cases, mg, text, NULL));
	cr_expect(eq(int, mailguard_cases_is_list(cases), 1));
	cr_expect(eq(int, mailguard_cases_next(&c, cases, NULL),
	             MAILGUARD_EFORMAT));
	cr_expect_null(c);
	ok(mailguard_cases_next(&c, cases, NULL));
	mailguard_cases_free(cases);
	cr_expect(eq(str, (char *)mailguard_case_id(c), "two"));
	mailguard_case_free(c);
}

static mailguard_buffer *json_of(mailguard_verdict *v)
{
	mailguard_buffer *b;

	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_verdict_json(b, v, NULL));
	return b;
}

Test(weigh_case, the_order_of_observations_changes_no_byte)
{
	static const char *const seen[] = {
		"{\"t\":\"op\",\"a\":\"a1\",\"r\":\"fail\"}",
		"{\"t\":\"op\",\"a\":\"a1\",\"r\":\"ok\"}",
		"{\"t\":\"store\",\"st\":\"m1\",\"r\":\"locked\"}",
		"{\"t\":\"probe\",\"sv\":\"S1\",\"ph\":\"tls\",\"r\":\"fail\"}",
		"{\"t\":\"net\",\"r\":\"ok\"}",
		"{\"t\":\"op\",\"a\":\"b1\",\"dir\":\"out\",\"r\":\"ok\"}",
		/* Each pair differs in one name. */
		"{\"t\":\"web\",\"a\":\"a1\",\"r\":\"ok\"}",
		"{\"t\":\"web\",\"a\":\"b1\",\"r\":\"ok\"}",
		"{\"t\":\"probe\",\"sv\":\"S2\",\"ph\":\"tls\",\"r\":\"fail\"}",
		"{\"t\":\"status\",\"pv\":\"A\",\"r\":\"ok\"}",
		"{\"t\":\"status\",\"pv\":\"B\",\"r\":\"ok\"}",
		"{\"t\":\"store\",\"st\":\"m2\",\"r\":\"locked\"}",
		"{\"t\":\"store\",\"st\":\"m2\",\"r\":\"ok\"}",
		"{\"t\":\"net\",\"r\":\"ok\",\"where\":\"x\"}",
		"{\"t\":\"net\",\"r\":\"ok\",\"where\":\"y\"}",
		"{\"t\":\"net\",\"r\":\"ok\",\"where\":\"y\",\"seen\":\"z\"}",
	};
	enum { N = sizeof(seen) / sizeof(seen[0]) };
	char *first = NULL;
	size_t turn, i;

	for (turn = 0; turn < N * 2; turn++) {
		char text[4096] = "{" WORLD "\"observations\":[";
		mailguard_verdict *v;
		mailguard_buffer *b;

		for (i = 0; i < N; i++) {
			size_t k = turn < N ? (i + turn) % N
			                    : N - 1 - (i + turn) % N;

			strcat(text, i ? "," : "");
			strcat(text, seen[k]);
		}
		strcat(text, "]}");
		v = verdict_of(mg, text);
		b = json_of(v);
		if (!first)
			first = strdup(mailguard_buffer_text(b));
		cr_expect(eq(str, (char *)mailguard_buffer_text(b), first));
		mailguard_buffer_free(b);
		mailguard_verdict_free(v);
	}
	free(first);
}

Test(weigh_case, a_phase_has_the_same_meaning_by_both_its_names)
{
	static const char *const names[][2] = {
		{ "tcp", "connect" },
		{ "greet", "greeting" },
		{ "auth", "login" },
		{ "data", "rcpt" },
	};
	size_t i, k;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		mailguard_verdict *v[2];
		mailguard_buffer *b[2];

		for (k = 0; k < 2; k++) {
			char text[1024];

			snprintf(text, sizeof(text),
			         "{" WORLD "\"observations\":[{\"t\":"
			         "\"probe\",\"sv\":\"S1\",\"ph\":\"%s\","
			         "\"r\":\"fail\"}]}",
			         names[i][k]);
			v[k] = verdict_of(mg, text);
			b[k] = json_of(v[k]);
		}
		cr_expect(eq(int, mailguard_verdict_fault(v[0]),
		             mailguard_verdict_fault(v[1])));
		cr_expect(eq(sz, mailguard_verdict_blamed(v[0]),
		             mailguard_verdict_blamed(v[1])));
		if (i < 3)
			cr_expect(eq(str, (char *)mailguard_buffer_text(b[0]),
			             (char *)mailguard_buffer_text(b[1])));
		for (k = 0; k < 2; k++) {
			mailguard_buffer_free(b[k]);
			mailguard_verdict_free(v[k]);
		}
	}
}

Test(weigh_case, the_next_test_is_the_one_that_tells_rivals_apart)
{
	static const struct {
		const char *why, *json;
		int test;
		char *target;
	} rows[] = {
		{ "line, server or provider: ask the server",
		  "{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\"},"
		  "\"a2\":{\"sv\":\"S1\",\"pv\":\"A\"}},"
		  "\"observations\":[{\"t\":\"op\",\"a\":\"a1\","
		  "\"r\":\"fail\"},{\"t\":\"op\",\"a\":\"a2\","
		  "\"r\":\"fail\"}]}",
		  MAILGUARD_TEST_PROBE, "S1" },
		{ "two servers, one file, the line works: check the file",
		  "{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\","
		  "\"st\":\"m1\"},\"b1\":{\"sv\":\"S2\",\"pv\":\"B\","
		  "\"st\":\"m1\"}},\"stores\":{\"m1\":\"cloud\"},"
		  "\"observations\":[{\"t\":\"op\",\"a\":\"a1\","
		  "\"r\":\"fail\"},{\"t\":\"op\",\"a\":\"b1\","
		  "\"r\":\"fail\"},{\"t\":\"net\",\"r\":\"ok\"}]}",
		  MAILGUARD_TEST_STORE, "m1" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_verdict *v = verdict_of(mg, rows[i].json);
		const mailguard_next *n = mailguard_verdict_next(v, 0);

		if (n && n->test == MAILGUARD_TEST_NONE) /* what to do */
			n = mailguard_verdict_next(v, 1);
		cr_assert_not_null(n, "%s", rows[i].why);
		cr_expect(eq(int, n->test, rows[i].test), "%s", rows[i].why);
		cr_expect(eq(str, (char *)n->target, rows[i].target), "%s",
		          rows[i].why);
		mailguard_verdict_free(v);
	}
}

Test(weigh_case, what_to_do_comes_one_act_at_a_time_in_its_order)
{
	static const char *const order[] = { "Back up", "Salvage", "Move",
		                             "Check again" };
	mailguard_verdict *v = verdict_of(
		mg, "{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"st\":\"m1\"},"
		    "\"b1\":{\"sv\":\"S2\",\"st\":\"m2\"},"
		    "\"c1\":{\"sv\":\"S2\",\"st\":\"m3\"}},\"stores\":{"
		    "\"m1\":\"cloud\",\"m2\":\"cloud\",\"m3\":\"local\"},"
		    "\"observations\":["
		    "{\"t\":\"op\",\"a\":\"a1\",\"r\":\"fail\"},"
		    "{\"t\":\"op\",\"a\":\"b1\",\"r\":\"fail\"},"
		    "{\"t\":\"op\",\"a\":\"c1\",\"r\":\"ok\"},"
		    "{\"t\":\"store\",\"st\":\"m3\",\"r\":\"ok\"},"
		    "{\"t\":\"net\",\"r\":\"ok\"},"
		    "{\"t\":\"probe\",\"sv\":\"S1\",\"ph\":\"auth\","
		    "\"a\":\"a1\",\"r\":\"ok\"},"
		    "{\"t\":\"probe\",\"sv\":\"S2\",\"ph\":\"auth\","
		    "\"a\":\"b1\",\"r\":\"ok\"},"
		    "{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"},"
		    "{\"t\":\"store\",\"st\":\"m2\",\"r\":\"damaged\"}]}");
	size_t i;

	cr_assert(eq(int, mailguard_verdict_grade(v), MAILGUARD_GRADE_CERTAIN));
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const mailguard_next *n = mailguard_verdict_next(v, i);

		cr_assert_not_null(n, "%s", order[i]);
		cr_expect(eq(int, n->test, MAILGUARD_TEST_NONE));
		cr_expect(eq(int, strncmp(n->text, order[i], strlen(order[i])),
		             0),
		          "%s", n->text);
		cr_expect(eq(ptr, strchr(n->text, '\n'), NULL));
		cr_expect(eq(str, (char *)n->target, "cloud"));
	}
	mailguard_verdict_free(v);
}

Test(weigh_case, json_has_every_key_the_schema_requires_and_no_other)
{
	size_t len, i;
	char *text =
		slurp(MAILGUARD_SOURCE_DIR "/docs/schema/weigh.json", &len);
	json_t *schema = json_loadb(text, len, 0, NULL);
	json_t *verdict =
		json_object_get(json_object_get(schema, "$defs"), "verdict");
	json_t *required = json_object_get(verdict, "required");
	json_t *known = json_object_get(verdict, "properties");
	mailguard_verdict *v =
		verdict_of(mg, "{" WORLD "\"observations\":[" SEEN "]}");
	mailguard_buffer *b = json_of(v);
	json_t *j = json_loads(mailguard_buffer_text(b), 0, NULL), *value;
	const char *key;

	cr_assert(ge(sz, json_array_size(required), 15));
	for (i = 0; i < json_array_size(required); i++) {
		key = json_string_value(json_array_get(required, i));
		cr_expect_not_null(json_object_get(j, key), "%s", key);
	}
	json_object_foreach(j, key, value)
		cr_expect_not_null(json_object_get(known, key), "%s", key);
	json_decref(j);
	json_decref(schema);
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
	free(text);
}

Test(weigh_case, evidence_says_what_where_when_and_how_much)
{
	mailguard_verdict *v =
		verdict_of(mg, "{" WORLD "\"observations\":[" SEEN "]}");
	mailguard_buffer *b = json_of(v);
	const char *text = mailguard_buffer_text(b);
	const mailguard_reading *r;
	int64_t sum = 0;
	size_t i;

	for (i = 0; (r = mailguard_verdict_reading(v, i)); i++)
		sum += r->for_it - r->against;
	cr_expect(eq(sz, i, 4));
	cr_expect(lt(i64, 0, sum), "the verdict beats its runner-up");
	cr_expect_not_null(strstr(text, "\"where\":\"m1.pst\""));
	cr_expect_not_null(strstr(text, "2026-01-13T09:00:00Z"));
	cr_expect_not_null(strstr(text, "[local_store]"));
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
}

Test(weigh_case, one_screen_says_what_matters_in_both_languages)
{
	static const struct {
		const char *lang, *says[7];
	} rows[] = {
		{ "en",
		  { "At fault: mail file m1", "because ",
		    "Not at fault:", "servers S1", "Account b1 works",
		    "Do not repair the only copy", "Whom to call:" } },
		{ "ja",
		  { "原因: メールファイル m1",
		    "根拠: ", "原因ではないもの:", "サーバー S1",
		    "アカウント b1 は使えます", "唯一の原本", "連絡先:" } },
	};
	size_t i, k;

	for (i = 0; i < 2; i++) {
		mailguard_options opts = MAILGUARD_OPTIONS_INIT;
		mailguard *speaks;
		mailguard_verdict *v;
		mailguard_buffer *b;
		size_t lines = 0;
		const char *at = NULL;

		opts.lang = rows[i].lang;
		ok(mailguard_new(&speaks, &opts, NULL));
		v = verdict_of(speaks, "{" WORLD "\"observations\":[" SEEN
		                       ",{\"t\":\"store\",\"st\":\"m2\","
		                       "\"r\":\"ok\"}]}");
		ok(mailguard_buffer_new(&b, speaks, NULL));
		ok(mailguard_verdict_text(b, v, NULL));
		at = mailguard_buffer_text(b);
		for (k = 0; k < 7; k++) {
			const char *next = strstr(at, rows[i].says[k]);

			cr_expect_not_null(next, "in this order: %s\n%s",
			                   rows[i].says[k],
			                   mailguard_buffer_text(b));
			at = next ? next : at;
		}
		for (at = mailguard_buffer_text(b); *at; at++)
			lines += *at == '\n';
		cr_expect(le(sz, lines, 48));
		mailguard_buffer_free(b);
		mailguard_verdict_free(v);
		mailguard_free(speaks);
	}
}

Test(weigh_case, limits_answer_elimit_and_the_case_stays_whole)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	mailguard_verdict *v;
	mailguard_case *c;
	char name[32];
	int i;

	ok(mailguard_case_new(&c, mg, NULL));
	l.store = name;
	for (i = 0; i < MAILGUARD_CASE_LINKS_MAX; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		ok(mailguard_case_add(c, &l, NULL));
	}
	cr_expect(eq(int, mailguard_case_add(c, &l, NULL), MAILGUARD_ELIMIT));
	e.test = MAILGUARD_TEST_NET;
	e.outcome = MAILGUARD_OUTCOME_OK;
	for (i = 0; i < MAILGUARD_CASE_EVIDENCE_MAX; i++)
		ok(mailguard_case_observe(c, &e, NULL));
	cr_expect(
		eq(int, mailguard_case_observe(c, &e, NULL), MAILGUARD_ELIMIT));
	for (i = 0; i < MAILGUARD_CASE_CONTEXTS_MAX; i++)
		ok(mailguard_case_context(c, "sync:", 2, NULL));
	cr_expect(eq(int, mailguard_case_context(c, "sync:", 2, NULL),
	             MAILGUARD_ELIMIT));
	for (i = 0; i < MAILGUARD_CASE_CLIENTS_MAX; i++)
		ok(mailguard_case_client(c, "p", NULL, NULL, NULL));
	cr_expect(eq(int, mailguard_case_client(c, "p", NULL, NULL, NULL),
	             MAILGUARD_ELIMIT));
	ok(mailguard_case_weigh(&v, c, NULL));
	mailguard_verdict_free(v);
	mailguard_case_free(c);
}

Test(weigh_case, too_many_components_are_refused_not_guessed_at)
{
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_error err = { 0 };
	mailguard_verdict *v;
	mailguard_case *c;
	char account[32], server[32];
	int i;

	ok(mailguard_case_new(&c, mg, NULL));
	l.account = account;
	l.server_in = server;
	for (i = 0; i < 400; i++) {
		snprintf(account, sizeof(account), "a%d", i);
		snprintf(server, sizeof(server), "S%d", i);
		ok(mailguard_case_add(c, &l, NULL));
	}
	cr_expect(eq(int, mailguard_case_weigh(&v, c, &err), MAILGUARD_ELIMIT));
	cr_expect_null(v);
	cr_expect_not_null(strstr(err.message, "4096"));
	mailguard_case_free(c);
}

Test(weigh_case, wrong_numbers_are_refused)
{
	static const struct {
		const char *why;
		int32_t test, outcome, vantage, fault;
	} rows[] = {
		{ "no test", 0, 1, 0, 0 },
		{ "a later test", 12, 1, 0, 0 },
		{ "no outcome", 4, -1, 0, 0 },
		{ "a later outcome", 4, 9, 0, 0 },
		{ "a later vantage", 4, 1, 3, 0 },
		{ "no fault", 4, 2, 0, 18 },
		{ "an outcome of files", 4, 3, 0, 0 },
		{ "an outcome of status pages", 4, 7, 0, 0 },
		{ "a probe of nothing", 2, 1, 0, 0 },
	};
	mailguard_case *c;
	size_t i;

	ok(mailguard_case_new(&c, mg, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

		e.test = rows[i].test;
		e.outcome = rows[i].outcome;
		e.vantage = rows[i].vantage;
		e.fault = rows[i].fault;
		cr_expect(eq(int, mailguard_case_observe(c, &e, NULL),
		             MAILGUARD_EINVAL),
		          "%s", rows[i].why);
	}
	mailguard_case_free(c);
}

Test(weigh_case, a_verdict_outlives_its_case_and_is_counted)
{
	mailguard_verdict *v =
		verdict_of(mg, "{" WORLD "\"observations\":[" SEEN "]}");

	cr_expect(eq(ptr, mailguard_verdict_ref(v), v));
	mailguard_verdict_free(v);
	cr_expect(eq(i32, mailguard_verdict_grade(v), MAILGUARD_GRADE_CERTAIN));
	mailguard_verdict_free(v);
	mailguard_verdict_free(NULL);
	mailguard_case_free(NULL);
	mailguard_cases_free(NULL);
}

/* All of it once, with whatever handle; OK, or what it failed with. */
static mailguard_status whole_way(mailguard *tight, char told[8192])
{
	static const char json[] =
		"[{" WORLD "\"context\":[[\"sync:\",3]],\"clients\":[{"
		"\"product\":\"windows\",\"version\":\"26100.7624\"}],"
		"\"observations\":[" SEEN "]}]";
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_cases *cases = NULL;
	mailguard_case *c = NULL;
	mailguard_verdict *v = NULL;
	mailguard_buffer *b = NULL;
	mailguard_status st;

	st = mailguard_cases_parse(&cases, tight, text, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_cases_next(&c, cases, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_case_weigh(&v, c, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&b, tight, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_verdict_json(b, v, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_verdict_text(b, v, NULL);
	if (st == MAILGUARD_OK)
		snprintf(told, 8192, "%s", mailguard_buffer_text(b));
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
	mailguard_case_free(c);
	mailguard_cases_free(cases);
	return st;
}

static char whole[8192], told[8192];

Test(weigh_case, every_allocation_may_fail)
{
	mailguard_status st;
	mailguard *tight;
	int n = 1; /* allocation 0 is the handle itself */

	ok(whole_way(mg, whole));
	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = whole_way(tight, told);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d at %d", st, n - 1);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "at %d", n - 1);
	} while (st != MAILGUARD_OK);
	cr_expect(eq(str, told, whole));
	cr_expect(lt(int, 20, n));
}

/* A third party may cope by itself, but then nothing may be missing. */
Test(weigh_case, every_allocation_of_a_third_party_may_fail)
{
	mailguard_status st;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("a sanitizer owns the allocator");
	ok(whole_way(mg, whole));
	do {
		armed_malloc_at(n++);
		st = whole_way(mg, told);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d at %d", st, n - 1);
		if (st == MAILGUARD_OK)
			cr_assert(eq(str, told, whole), "at %d", n - 1);
	} while (hit);
	cr_expect(lt(int, 100, n));
}
