/* The verdicts an experienced person would give, case by case. */
#include "diagnose/cases.h"

#include "support/corpora.h"
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

TestSuite(scenarios, .init = setup, .fini = teardown);

static void check_file(const char *path, size_t at_least)
{
	size_t len, count, i;
	char *text = slurp(path, &len);
	expected *e;
	mailguard_cases *cases;
	mailguard_case *c;

	cr_assert_not_null(text, "%s", path);
	e = expectations(text, len, &count);
	cr_assert(ge(sz, count, at_least));
	ok(mailguard_cases_parse(&cases, mg,
	                         (mailguard_span){ (unsigned char *)text, len },
	                         NULL));
	for (i = 0; i < count; i++) {
		mailguard_verdict *v;
		const char *what;

		ok(mailguard_cases_next(&c, cases, NULL));
		ok(mailguard_case_weigh(&v, c, NULL));
		what = differs(v, &e[i]);
		cr_expect_null(what, "%s: %s", e[i].id, what);
		mailguard_verdict_free(v);
		mailguard_case_free(c);
	}
	cr_expect(eq(int, mailguard_cases_next(&c, cases, NULL),
	             MAILGUARD_ITEROVER));
	mailguard_cases_free(cases);
	free(e);
	free(text);
}

Test(scenarios, own_cases_come_out_as_a_seasoned_person_would_say)
{
	check_file(MAILGUARD_SOURCE_DIR "/tests/diagnose/scenarios.json", 30);
}

TestSuite(scenarios_corpora, .init = setup, .fini = teardown);

Test(scenarios_corpora, cases_come_out_as_expected)
{
	char path[4096];

	if (!corpora())
		cr_skip_test("no corpora");
	snprintf(path, sizeof(path), "%s/scenarios/scenarios.json", corpora());
	check_file(path, 20);
}

static int32_t permille_of(const mailguard_verdict *v, const char *name)
{
	const mailguard_suspect *s;
	size_t i;

	for (i = 0; (s = mailguard_verdict_suspect(v, i)); i++)
		if (strcmp(s->name, name) == 0)
			return s->permille;
	return -1;
}

#define TWO                                                         \
 "\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":\"m1\"}," \
 "\"b1\":{\"sv\":\"S2\",\"pv\":\"B\",\"st\":\"m2\"}},"              \
 "\"stores\":{\"m1\":\"local\",\"m2\":\"local\"},"

Test(scenarios, what_a_test_passed_is_cleared_and_what_none_saw_is_not)
{
	mailguard_verdict *v = verdict_of(
		mg, "{" TWO "\"observations\":["
		    "{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"},"
		    "{\"t\":\"op\",\"a\":\"a1\",\"dir\":\"in\",\"r\":\"fail\","
		    "\"code\":\"local_store\"},"
		    "{\"t\":\"probe\",\"sv\":\"S1\",\"pv\":\"A\",\"dir\":"
		    "\"in\",\"ph\":\"auth\",\"a\":\"a1\",\"r\":\"ok\"}]}");

	cr_expect(eq(i32, mailguard_verdict_fault(v),
	             MAILGUARD_FAULT_LOCAL_STORE));
	cr_expect(lt(i32, permille_of(v, "server:S1"), 5));
	cr_expect(ge(i32, permille_of(v, "server:S1"), 0));
	cr_expect(eq(i32, permille_of(v, "server:S2"), -1));
	mailguard_verdict_free(v);
}

Test(scenarios, a_second_fault_is_told_only_if_it_explains_clearly_more)
{
	const char *one = "{" TWO "\"observations\":["
			  "{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"}]}";
	const char *two = "{" TWO "\"observations\":["
			  "{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"},"
			  "{\"t\":\"op\",\"a\":\"a1\",\"r\":\"fail\","
			  "\"code\":\"local_store\"},"
			  "{\"t\":\"store\",\"st\":\"m2\",\"r\":\"ok\"},"
			  "{\"t\":\"probe\",\"sv\":\"S2\",\"ph\":\"auth\","
			  "\"a\":\"b1\",\"r\":\"fail\",\"code\":\"auth\"},"
			  "{\"t\":\"op\",\"a\":\"b1\",\"r\":\"fail\","
			  "\"code\":\"auth\"}]}";
	mailguard_verdict *v = verdict_of(mg, one);

	cr_expect(eq(sz, mailguard_verdict_blamed(v), 1));
	mailguard_verdict_free(v);
	v = verdict_of(mg, two);
	cr_expect(eq(sz, mailguard_verdict_blamed(v), 2));
	mailguard_verdict_free(v);
}

Test(scenarios, what_points_nowhere_names_the_next_test_instead)
{
	mailguard_verdict *v = verdict_of(
		mg, "{" TWO "\"observations\":[{\"t\":\"op\",\"a\":\"a1\","
		    "\"r\":\"fail\"}]}");
	const mailguard_next *n = mailguard_verdict_next(v, 0);

	cr_expect(eq(i32, mailguard_verdict_fault(v), MAILGUARD_FAULT_UNKNOWN));
	cr_expect(zero(sz, mailguard_verdict_blamed(v)));
	cr_assert_not_null(n);
	cr_expect(eq(i32, n->test, MAILGUARD_TEST_PROBE));
	cr_expect(eq(str, (char *)n->target, "S1"));
	cr_expect_not_null(strstr(n->text, "S1"));
	mailguard_verdict_free(v);
}

Test(scenarios, a_known_defect_is_told_where_version_and_place_fit)
{
	static const struct {
		const char *why, *version, *place;
		size_t told;
	} rows[] = {
		{ "in the range, in a cloud folder", "26100.7624", "cloud", 1 },
		{ "its other branch", "26200.7627", "cloud", 1 },
		{ "mended", "26100.7628", "cloud", 0 },
		{ "older", "26100.7622", "cloud", 0 },
		{ "another branch", "22631.7624", "cloud", 0 },
		{ "on the local disk", "26100.7624", "local", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[1024];
		mailguard_buffer *b;
		mailguard_verdict *v;
		json_t *j;

		snprintf(text, sizeof(text),
		         "{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"st\":\"m1\"}},"
		         "\"stores\":{\"m1\":\"%s\"},\"clients\":[{\"product\":"
		         "\"windows\",\"version\":\"%s\"}],\"observations\":["
		         "{\"t\":\"op\",\"a\":\"a1\",\"r\":\"fail\"}]}",
		         rows[i].place, rows[i].version);
		v = verdict_of(mg, text);
		ok(mailguard_buffer_new(&b, mg, NULL));
		ok(mailguard_verdict_json(b, v, NULL));
		j = json_loads(mailguard_buffer_text(b), 0, NULL);
		cr_expect(
			eq(sz,
		           json_array_size(json_object_get(j, "known_defects")),
		           rows[i].told),
			"%s", rows[i].why);
		json_decref(j);
		mailguard_buffer_free(b);
		mailguard_verdict_free(v);
	}
}
