/* What probe/newest.c and probe/clock.c promise: how many mails lie on the
 * server, when the last came, and what time it is there. */
#include "probe/sessions.h"

#include "support/fail_alloc.h"
#include "support/ok.h"

#include <string.h>

static mailguard *mg;
static mailguard_classifier *words;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_classifier_new(&words, mg, NULL));
}

static void teardown(void)
{
	mailguard_classifier_free(words);
	mailguard_free(mg);
}

TestSuite(probe_newest, .init = setup, .fini = teardown);

#define MARCH INT64_C(1772323200000000) /* 2026-03-01T00:00:00Z */
#define HOUR INT64_C(3600000000)
#define SECOND INT64_C(1000000)

static mailguard_answer *answer_of(const char *name)
{
	size_t count;
	session *all = sessions_read(&count);
	mailguard_transcript *heard;
	mailguard_answer *a = NULL;

	ok(mailguard_transcript_parse(
		&heard, mg, session_span(session_named(all, count, name)),
		NULL));
	ok(mailguard_answer_read(&a, words, heard, NULL, NULL));
	mailguard_transcript_free(heard);
	sessions_free(all, count);
	return a;
}

Test(probe_newest, the_inbox_is_counted_and_its_last_mail_dated)
{
	static const struct {
		const char *session;
		int64_t messages;
		mailguard_time newest;
	} rows[] = {
		{ "imap-good", 12, 0 },
		{ "imap-newest", 13, MARCH + 9 * HOUR },
		{ "imap-newest-refused", 13, 0 },
		{ "imap-newest-full", 13, MARCH + 9 * HOUR },
		{ "imap-login-wrong", -1, 0 },
		{ "pop3-good", 3, 0 },
		{ "pop3-newest", 3, MARCH + 9 * HOUR },
		{ "pop3-newest-future", 3, 0 },
		{ "pop3-newest-refused", 3, 0 },
		{ "pop3-empty", 0, 0 },
		{ "smtp-good", -1, 0 },
		{ "http-good", -1, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_answer *a = answer_of(rows[i].session);

		cr_expect(
			eq(i64, mailguard_answer_messages(a), rows[i].messages),
			"%s", rows[i].session);
		cr_expect(eq(i64, mailguard_answer_newest(a), rows[i].newest),
		          "%s", rows[i].session);
		mailguard_answer_free(a);
	}
}

Test(probe_newest, the_other_sides_clock_is_held_against_ours)
{
	static const struct {
		const char *session;
		int told;
		int64_t seconds;
	} rows[] = {
		{ "http-good", 0, 0 },
		{ "http-clock", 1, -7200 },
		{ "http-clock-cached", 1, 5 },
		{ "smtp-good", 0, 0 },
		{ "smtp-clock-behind", 1, 600 },
		{ "smtp-clock-ready", 1, -600 },
		{ "imap-good", 0, 0 },
	};
	int64_t ahead;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_answer *a = answer_of(rows[i].session);

		cr_expect(eq(int, mailguard_answer_clock(&ahead, a),
		             rows[i].told),
		          "%s", rows[i].session);
		cr_expect(ge(i64, ahead, (rows[i].seconds - 2) * SECOND), "%s",
		          rows[i].session);
		cr_expect(le(i64, ahead, (rows[i].seconds + 1) * SECOND), "%s",
		          rows[i].session);
		mailguard_answer_free(a);
	}
}

Test(probe_newest, json_tells_what_is_known_and_null_for_the_rest)
{
	static const struct {
		const char *session, *says;
	} rows[] = {
		{ "imap-newest", "\"messages\":13,\"newest\":"
		                 "\"2026-03-01T09:00:00Z\",\"clock\":null" },
		{ "smtp-good", "\"messages\":null,\"newest\":null,"
		               "\"clock\":null" },
	};
	mailguard_buffer *b;
	size_t i;

	ok(mailguard_buffer_new(&b, mg, NULL));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_answer *a = answer_of(rows[i].session);

		mailguard_buffer_clear(b);
		ok(mailguard_answer_json(b, a, 0, NULL));
		cr_expect(strstr(mailguard_buffer_text(b), rows[i].says) !=
		                  NULL,
		          "%s", mailguard_buffer_text(b));
		mailguard_answer_free(a);
	}
	mailguard_buffer_free(b);
}
