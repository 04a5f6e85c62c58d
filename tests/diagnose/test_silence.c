/* What silence says, and what it never says. */
#include "diagnose/cases.h"
#include "diagnose/score.h"

#include "support/ok.h"

#include <mailguard/reasons.h>

#include <stdio.h>
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

TestSuite(silence, .init = setup, .fini = teardown);

#define WORLD                                                       \
 "\"accounts\":{\"a1\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":\"m1\"}," \
 "\"a2\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":\"m2\"},"               \
 "\"a3\":{\"sv\":\"S1\",\"pv\":\"A\",\"st\":\"m3\"}},"              \
 "\"stores\":{\"m1\":\"cloud\",\"m2\":\"cloud\",\"m3\":\"cloud\"},"
#define PROBED(a)                                                 \
 "{\"t\":\"probe\",\"a\":\"" a "\",\"sv\":\"S1\",\"dir\":\"in\"," \
 "\"ph\":\"data\",\"r\":\"ok\"},"
#define SOUND(m) "{\"t\":\"store\",\"st\":\"" m "\",\"r\":\"ok\"},"
#define ALL_FINE \
 PROBED("a1") PROBED("a2") PROBED("a3") SOUND("m1") SOUND("m2") SOUND("m3")
#define NOBODY(a, d)                                              \
 "{\"t\":\"silence\",\"a\":\"" a "\",\"sv\":\"S1\",\"degree\":" d \
 ",\"r\":\"fail\"},"
#define UNFETCHED(a, d) \
 "{\"t\":\"silence\",\"a\":\"" a "\",\"degree\":" d ",\"r\":\"missing\"},"
#define NOT_SEEN(a, d) \
 "{\"t\":\"silence\",\"a\":\"" a "\",\"degree\":" d ",\"r\":\"fail\"},"
#define LAST "{\"t\":\"clock\",\"r\":\"ok\"}]}"
#define CASE(seen) "{" WORLD "\"observations\":[" seen LAST

static void told(const char *why,
                 const char *text,
                 const char *domain,
                 const char *grade,
                 const char *part)
{
	mailguard_verdict *v = verdict_of(mg, text);
	mailguard_fault f = mailguard_verdict_fault(v);
	const mailguard_suspect *s = mailguard_verdict_suspect(v, 0);

	cr_expect(eq(str,
	             (char *)(f ? mailguard_fault_name(f) : "undetermined"),
	             (char *)domain),
	          "%s", why);
	cr_expect(eq(str,
	             (char *)mailguard_grade_name(mailguard_verdict_grade(v)),
	             (char *)grade),
	          "%s", why);
	if (part)
		cr_expect(eq(str, (char *)s->name, (char *)part), "%s", why);
	mailguard_verdict_free(v);
}

Test(silence, says_what_its_table_says)
{
	static const struct {
		const char *why, *text, *domain, *grade, *part;
	} rows[] = {
		{ "nobody wrote to one", CASE(ALL_FINE NOBODY("a1", "3")),
		  "none", "likely", NULL },
		{ "nobody wrote to two, a little long",
		  CASE(ALL_FINE NOBODY("a1", "1") NOBODY("a2", "1")), "none",
		  "likely", NULL },
		{ "one is not fetched, a little long",
		  CASE(ALL_FINE UNFETCHED("a1", "1")), "none", "likely", NULL },
		{ "one is not fetched, very long",
		  CASE(ALL_FINE UNFETCHED("a1", "3")), "undetermined",
		  "undetermined", NULL },
		{ "none of them is fetched",
		  CASE(ALL_FINE UNFETCHED("a1", "3") UNFETCHED("a2", "3")
		               UNFETCHED("a3", "3")),
		  "local_system", "suspect", "client" },
		{ "nobody wrote to any, very long",
		  CASE(ALL_FINE NOBODY("a1", "3") NOBODY("a2", "3")
		               NOBODY("a3", "3")),
		  "undetermined", "undetermined", NULL },
		{ "nothing but silence",
		  CASE(NOT_SEEN("a1", "3") NOT_SEEN("a2", "3")
		               NOT_SEEN("a3", "3")),
		  "undetermined", "undetermined", NULL },
		{ "mail as usual says nothing",
		  CASE("{\"t\":\"silence\",\"a\":\"a1\",\"r\":\"ok\"},"),
		  "undetermined", "undetermined", NULL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		told(rows[i].why, rows[i].text, rows[i].domain, rows[i].grade,
		     rows[i].part);
}

Test(silence, changes_no_verdict_that_rests_on_failures)
{
	static const char damaged[] = PROBED("a1") PROBED("a2") SOUND("m2")
		SOUND("m3") "{\"t\":\"op\",\"a\":\"a1\",\"dir\":\"in\",\"r\":"
			    "\"fail\","
			    "\"code\":\"local_store\"},"
			    "{\"t\":\"store\",\"st\":\"m1\",\"r\":\"damaged\"}"
			    ",";
	char text[4096];

	snprintf(text, sizeof(text), "{" WORLD "\"observations\":[%s" LAST,
	         damaged);
	told("without", text, "local_store", "certain", "store:m1");
	snprintf(text, sizeof(text),
	         "{" WORLD "\"observations\":[%s" UNFETCHED("a1", "3")
	                 NOBODY("a2", "3") NOBODY("a3", "3") LAST,
	         damaged);
	told("with", text, "local_store", "certain", "store:m1");
}

Test(silence, is_told_in_words_of_its_own)
{
	mailguard_verdict *v = verdict_of(
		mg, CASE(ALL_FINE UNFETCHED("a1", "3") NOBODY("a2", "2")));
	mailguard_buffer *b;

	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_verdict_json(b, v, NULL));
	cr_expect(strstr(mailguard_buffer_text(b),
	                 "new mail for account a1: on the server, but not "
	                 "fetched") != NULL,
	          "%s", mailguard_buffer_text(b));
	cr_expect(strstr(mailguard_buffer_text(b),
	                 "new mail for account a2: none, for unusually long") !=
	          NULL);
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
}

Test(silence, wants_an_account_and_a_degree_that_is_one)
{
	static const struct {
		const char *why;
		mailguard_evidence e;
		int status;
	} rows[] = {
		{ "fine",
		  { sizeof(mailguard_evidence), .account = "a1",
		    .test = MAILGUARD_TEST_SILENCE, .outcome = 2, .degree = 3 },
		  MAILGUARD_OK },
		{ "no account",
		  { sizeof(mailguard_evidence), .test = MAILGUARD_TEST_SILENCE,
		    .outcome = 2 },
		  MAILGUARD_EINVAL },
		{ "degree 4",
		  { sizeof(mailguard_evidence), .account = "a1",
		    .test = MAILGUARD_TEST_SILENCE, .outcome = 2, .degree = 4 },
		  MAILGUARD_EINVAL },
		{ "damaged",
		  { sizeof(mailguard_evidence), .account = "a1",
		    .test = MAILGUARD_TEST_SILENCE,
		    .outcome = MAILGUARD_OUTCOME_DAMAGED },
		  MAILGUARD_EINVAL },
	};
	mailguard_link l = MAILGUARD_LINK_INIT;
	mailguard_case *c;
	size_t i;

	l.account = "a1";
	l.server_in = "S1";
	ok(mailguard_case_new(&c, mg, NULL));
	ok(mailguard_case_add(c, &l, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mailguard_case_observe(c, &rows[i].e, NULL),
		             rows[i].status),
		          "%s", rows[i].why);
	mailguard_case_free(c);
}

Test(silence, keys_that_are_not_known_are_told_with_their_place)
{
	static const char text[] =
		"[{\"accounts\":{\"a1\":{\"sv\":\"S1\",\"sver\":\"S2\"}},"
		"\"obs\":[],\"clients\":[{\"product\":\"x\",\"build\":\"1\"}],"
		"\"observations\":[{\"t\":\"op\",\"a\":\"a1\",\"r\":\"ok\"},"
		"{\"t\":\"op\",\"a\":\"a1\",\"r\":\"ok\",\"phse\":\"tls\"}]},"
		"{\"accounts\":{},\"observations\":[]}]";
	static const char *const says[] = { "[0]: \"obs\"",
		                            "[0].accounts.a1: \"sver\"",
		                            "[0].clients: \"build\"",
		                            "[0].observations[1]: \"phse\"" };
	mailguard_span span = { (const unsigned char *)text, strlen(text) };
	const mailguard_finding *f;
	mailguard_cases *cases;
	mailguard_case *c;
	size_t i;

	ok(mailguard_cases_parse(&cases, mg, span, NULL));
	cr_expect_null(mailguard_cases_finding(cases, 0));
	ok(mailguard_cases_next(&c, cases, NULL));
	mailguard_case_free(c);
	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		f = mailguard_cases_finding(cases, i);
		cr_assert_not_null(f, "%s", says[i]);
		cr_expect(strncmp(f->text, says[i], strlen(says[i])) == 0,
		          "%s, not %s", f->text, says[i]);
		cr_expect(eq(str, (char *)f->code, "case.key-unknown"));
	}
	cr_expect_null(mailguard_cases_finding(cases, i));
	ok(mailguard_cases_next(&c, cases, NULL));
	mailguard_case_free(c);
	cr_expect_null(mailguard_cases_finding(cases, 0));
	mailguard_cases_free(cases);
}

/* What explains no more than that people do not write gains no more by it. */
Test(silence, alone_makes_no_part_an_explanation)
{
	static const mailguard_evidence seen[] = {
		{ sizeof(mailguard_evidence), .account = "a1",
		  .test = MAILGUARD_TEST_OP,
		  .outcome = MAILGUARD_OUTCOME_FAIL },
		{ sizeof(mailguard_evidence), .account = "a1", .server = "S1",
		  .test = MAILGUARD_TEST_SILENCE, .degree = 3,
		  .outcome = MAILGUARD_OUTCOME_FAIL },
	};
	mailguard_link l = MAILGUARD_LINK_INIT;
	mgi_world w = { 0 };
	mgi_score score = { 0 };
	mailguard_case *c;
	int32_t silent, idle;
	int64_t gain;

	l.account = "a1";
	l.server_in = "S1";
	ok(mailguard_case_new(&c, mg, NULL));
	ok(mailguard_case_add(c, &l, NULL));
	ok(mailguard_case_observe(c, &seen[0], NULL));
	ok(mailguard_case_observe(c, &seen[1], NULL));
	w.arena = mgi_arena_new(mg);
	ok(mgi_world_make(&w, c, NULL));
	score.w = &w;
	score.terms = mgi_terms_all(&w);
	ok(mgi_score_all(&score, NULL));
	silent = mgi_world_find(&w, MGI_KIND_DELIVERY, "S1", 0);
	idle = mgi_world_find(&w, MGI_KIND_RDEST, "", 0);
	cr_assert(ge(i32, silent, 0));
	cr_assert(ge(i32, idle, 0));
	gain = score.single[silent] - w.parts[silent].prior -
	       (score.single[idle] - w.parts[idle].prior);
	cr_expect(ge(i64, gain, 120));
	cr_expect(le(i64, gain, 139)); /* ln(1 / 0.25) */
	mgi_arena_free(w.arena);
	mailguard_case_free(c);
}
