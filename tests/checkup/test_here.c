/* What checkup/here.c reads of a recorded session: line, resolver, clock. */
#include "checkup/here.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/ok.h"

TestSuite(checkup_here);

#define FOLDER MAILGUARD_SOURCE_DIR "/tests/probe/sessions/"

static mailguard_answer *answer_of(mailguard *mg, const char *name)
{
	static unsigned char text[1 << 16];
	mailguard_transcript *heard;
	mailguard_classifier *words;
	mailguard_answer *a;
	mailguard_span span = { text, 0 };
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), FOLDER "%s.session", name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	span.len = fread(text, 1, sizeof(text), f);
	fclose(f);
	ok(mailguard_classifier_new(&words, mg, NULL));
	ok(mailguard_transcript_parse(&heard, mg, span, NULL));
	ok(mailguard_answer_read(&a, words, heard, NULL, NULL));
	mailguard_transcript_free(heard);
	mailguard_classifier_free(words);
	return a;
}

enum {
	NOTHING = MAILGUARD_OUTCOME_UNKNOWN,
	WELL = MAILGUARD_OUTCOME_OK,
	ILL = MAILGUARD_OUTCOME_FAIL
};

Test(checkup_here, a_recorded_session_tells_of_line_and_resolver)
{
	static const struct {
		const char *session;
		int line, resolver;
	} rows[] = {
		{ "http-good", WELL, WELL },
		{ "http-500", WELL, WELL },
		{ "http-refused", WELL, WELL },
		{ "imap-good", WELL, WELL },
		{ "imap-cert-expired", WELL, WELL },
		{ "smtp-connect-timeout", ILL, WELL },
		{ "smtp-net-unreachable", ILL, WELL },
		{ "smtp-one-address-down", WELL, WELL },
		{ "smtp-nxdomain", NOTHING, NOTHING },
		{ "smtp-no-address", NOTHING, NOTHING },
		{ "smtp-servfail", NOTHING, ILL },
		{ "smtp-dns-timeout", NOTHING, ILL },
		{ "smtp-dns-refused", NOTHING, ILL },
		{ "dns-mx", NOTHING, WELL },
		{ "dns-nxdomain", NOTHING, NOTHING },
	};
	mailguard *mg;
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_answer *a = answer_of(mg, rows[i].session);

		cr_expect(eq(int, mgi_here_line(a), rows[i].line), "%s",
		          rows[i].session);
		cr_expect(eq(int, mgi_here_resolver(a), rows[i].resolver), "%s",
		          rows[i].session);
		mailguard_answer_free(a);
	}
	mailguard_free(mg);
}

Test(checkup_here, a_clock_more_than_five_minutes_off_is_wrong)
{
	static const struct {
		const char *why;
		int64_t seconds;
		int outcome;
	} rows[] = {
		{ "right", 0, WELL },           { "a minute", 60, WELL },
		{ "five", -300, WELL },         { "more than five", 301, ILL },
		{ "a day behind", 86400, ILL }, { "ahead", -3600, ILL },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mgi_here_clock(rows[i].seconds * 1000000),
		             rows[i].outcome),
		          "%s", rows[i].why);
}

Test(checkup_here, a_control_host_that_is_no_url_is_refused_at_once)
{
	static const char text[] =
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":[{\"id\":"
		"\"a1\",\"address\":\"a@h.example\",\"server_in\":\"S1\"}],"
		"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
		"\"h.example\",\"tls\":\"none\"}]}";
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_profile *p;
	mailguard_checkup *c;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_profile_parse(
		&p, mg,
		(mailguard_span){ (const unsigned char *)text,
	                          sizeof(text) - 1 },
		NULL, NULL));
	opts.control = "not a url";
	cr_expect(eq(int, mailguard_checkup_new(&c, mg, p, &opts, NULL),
	             MAILGUARD_EINVAL));
	cr_expect_null(c);
	mailguard_profile_free(p);
	mailguard_free(mg);
}
