/* A user's own rows, what is refused, and memory that runs out. */
#include "classify/fixture.h"
#include "support/fail_alloc.h"

TestSuite(classify_user, .init = setup, .fini = teardown);

#define PHRASES \
 "# ours\nreason\tphrase\tconfidence\nmail_loop\tnyan * loop*\t95\n"
#define CODES "space\tcode\tsymbol\treason\tnote\nnyan\t7\tNY_7\tmail_loop\tx\n"

Test(classify_user, own_phrases_and_codes_are_found_like_built_in_ones)
{
	ok(mailguard_classifier_add(c, span(PHRASES), NULL));
	ok(mailguard_classifier_add(c, span(CODES), NULL));
	cr_expect(eq(i32, cause_of("nyan and then loops", 0)->reason,
	             MAILGUARD_REASON_MAIL_LOOP));
	cr_expect(eq(str, (char *)cause_of("error NY_7", 0)->rule, "nyan/7"));
	cr_expect(eq(str, (char *)cause_of("nyan 7", 0)->rule, "nyan/7"));
	cr_expect(eq(i32, cause_of("user unknown", 0)->reason,
	             MAILGUARD_REASON_USER_UNKNOWN));
}

Test(classify_user, own_rows_win_over_built_in_ones_of_equal_strength)
{
	ok(mailguard_classifier_add(c,
	                            span("phrase\treason\tconfidence\n"
	                                 "user unknown\tmail_loop\t92\n"),
	                            NULL));
	ok(mailguard_classifier_add(
		c, span("space\tcode\treason\nx509\t10\tmail_loop\n"), NULL));
	cr_expect(eq(i32, cause_of("user unknown", 0)->reason,
	             MAILGUARD_REASON_MAIL_LOOP));
	cr_expect(eq(i32, cause_of("x509 10", 0)->reason,
	             MAILGUARD_REASON_MAIL_LOOP));
}

Test(classify_user, the_files_of_data_can_be_given_as_they_are)
{
	static const char *const names[] = { "phrases.tsv", "codes/tls.tsv" };
	static char text[1 << 20];
	size_t i, n;

	for (i = 0; i < 2; i++) {
		FILE *f = open_in(MAILGUARD_SOURCE_DIR "/data", names[i]);
		mailguard_span s = { (unsigned char *)text, 0 };

		cr_assert_not_null(f);
		n = fread(text, 1, sizeof(text), f);
		fclose(f);
		s.len = n;
		ok(mailguard_classifier_add(c, s, NULL));
	}
	cr_expect(eq(str, (char *)cause_of("x509 10", 0)->rule, "x509/10"));
}

Test(classify_user, a_wrong_table_is_refused_whole_and_says_where)
{
	static const struct {
		const char *tsv;
		char *code;
		const char *where;
	} rows[] = {
		{ "", "table.columns", "" },
		{ "a\tb\n", "table.columns", "" },
		{ "phrase\n", "table.columns", "" },
		{ "phrase\treason\nx y\n", "table.cells", "line 2" },
		{ "phrase\treason\nx y\tnyan\n", "table.value", "nyan" },
		{ "phrase\treason\n\n#\nx y\tnyan\n", "table.value", "line 4" },
		{ "phrase\treason\n\tmail_loop\n", "table.value", "phrase" },
		{ "phrase\treason\na *  * b\tmail_loop\n", "table.value", "" },
		{ "phrase\treason\tphase\nx\tmail_loop\tNYAN\n", "table.value",
		  "phase" },
		{ "phrase\treason\tconfidence\nx\tmail_loop\t100\n",
		  "table.value", "confidence" },
		{ "space\tcode\treason\nx\t\tmail_loop\n", "table.value",
		  "code" },
		{ "space\tcode\treason\talso\nx\t1\tmail_loop\tnyan\n",
		  "table.value", "also" },
		{ "space\tcode\treason\ttemporary\nx\t1\tmail_loop\t7\n",
		  "table.value", "temporary" },
	};
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(
			eq(int,
		           mailguard_classifier_add(c, span(rows[i].tsv), &err),
		           MAILGUARD_EFORMAT),
			"%s", rows[i].tsv);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].tsv);
		cr_expect(ne(ptr, strstr(err.message, rows[i].where), NULL),
		          "%s", err.message);
	}
	cr_expect(eq(i32, cause_of("x", 0)->confidence, 0));
}

Test(classify_user, a_table_past_the_limit_is_refused)
{
	mailguard_span s = { (const unsigned char *)"",
		             MAILGUARD_CLASSIFY_TABLE_MAX + 1 };
	mailguard_error err;

	cr_expect(eq(int, mailguard_classifier_add(c, s, &err),
	             MAILGUARD_ELIMIT));
	cr_expect(eq(str, err.code, "table.too-large"));
}

static mailguard_status all_of_it(mailguard *tight)
{
	const mailguard_cause *cause = NULL;
	mailguard_explanation *e = NULL;
	mailguard_classifier *own;
	mailguard_status st = mailguard_classifier_new(&own, tight, NULL);

	if (st == MAILGUARD_OK)
		st = mailguard_classifier_add(own, span(PHRASES), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_classifier_add(own, span(CODES), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_classify_text(&cause, own, 0,
		                             span("550 user unknown"), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_explain(&e, own, 0, span("nyan 7"), NULL);
	if (st != MAILGUARD_OK)
		cr_expect(eq(ptr, e, NULL));
	mailguard_explanation_free(e);
	mailguard_classifier_free(own);
	return st;
}

Test(classify_user, survives_every_allocation_failure)
{
	mailguard_status st = MAILGUARD_ENOMEM;
	mailguard *tight;
	int n;

	for (n = 1; st != MAILGUARD_OK; n++) {
		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = all_of_it(tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_free(tight);
	}
	cr_expect(ge(int, n, 10));
	cr_expect(eq(int, fail_alloc_live(), 0));
}

Test(classify_user, a_warm_classifier_allocates_nothing)
{
	const mailguard_cause *cause;
	mailguard_classifier *own;
	mailguard *tight;
	int n;

	ok(mailguard_new(&tight, fail_alloc_at(-1), NULL));
	ok(mailguard_classifier_new(&own, tight, NULL));
	ok(mailguard_classify_text(&cause, own, 0, span("warm"), NULL));
	for (n = 0; n < 3; n++) {
		fail_alloc_at(0);
		ok(mailguard_classify_text(&cause, own, 0,
		                           span("550 user unknown"), NULL));
	}
	mailguard_classifier_free(own);
	mailguard_free(tight);
}

Test(classify_user, a_missing_handle_or_classifier_is_an_error)
{
	const mailguard_cause *cause = (void *)1;
	mailguard_explanation *e = (void *)1;
	mailguard_classifier *own = (void *)1;

	cr_expect(eq(int, mailguard_classifier_new(&own, NULL, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, own, NULL));
	cr_expect(eq(int,
	             mailguard_classify_text(&cause, NULL, 0, span(""), NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, (void *)cause, NULL));
	cr_expect(eq(int, mailguard_explain(&e, NULL, 0, span(""), NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, e, NULL));
	cr_expect(eq(int, mailguard_explanation_text(NULL, e, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_explanation_json(NULL, e, NULL),
	             MAILGUARD_EINVAL));
	cr_expect(eq(ptr, (void *)mailguard_explanation_meaning(e, 0), NULL));
}
