/* What an answer promises: its words, its JSON, and that it survives. */
#include "probe/sessions.h"

#include "support/fail_alloc.h"
#include "support/ok.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static session *all;
static size_t count;

static void setup(void)
{
	all = sessions_read(&count);
}

static void teardown(void)
{
	sessions_free(all, count);
}

TestSuite(answer, .init = setup, .fini = teardown);

typedef struct reading {
	mailguard *mg;
	mailguard_classifier *words;
	mailguard_transcript *heard;
	mailguard_answer *answer;
	mailguard_buffer *buf;
} reading;

static mailguard_status reading_make(reading *r,
                                     const session *s,
                                     const mailguard_options *opts,
                                     const mailguard_probe_options *how)
{
	mailguard_status st;

	memset(r, 0, sizeof(*r));
	st = mailguard_new(&r->mg, opts, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_classifier_new(&r->words, r->mg, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_transcript_parse(&r->heard, r->mg,
		                                session_span(s), NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_answer_read(&r->answer, r->words, r->heard, how,
		                           NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&r->buf, r->mg, NULL);
	return st;
}

static void reading_done(reading *r)
{
	mailguard_buffer_free(r->buf);
	mailguard_answer_free(r->answer);
	mailguard_transcript_free(r->heard);
	mailguard_classifier_free(r->words);
	mailguard_free(r->mg);
}

static reading read_in(const char *name, const char *lang)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;
	reading r;

	opts.lang = lang;
	ok(reading_make(&r, session_named(all, count, name), &opts, NULL));
	return r;
}

static const char *text_of(reading *r)
{
	mailguard_buffer_clear(r->buf);
	ok(mailguard_answer_text(r->buf, r->answer, NULL));
	return mailguard_buffer_text(r->buf);
}

static json_t *json_of(reading *r, uint32_t flags)
{
	json_error_t why;
	json_t *j;

	mailguard_buffer_clear(r->buf);
	ok(mailguard_answer_json(r->buf, r->answer, flags, NULL));
	j = json_loads(mailguard_buffer_text(r->buf), JSON_REJECT_DUPLICATES,
	               &why);
	cr_assert_not_null(j, "%s", why.text);
	return j;
}

Test(answer, tells_people_what_where_why_and_what_to_do)
{
	static const struct {
		const char *name, *lang, *words[5];
	} rows[] = {
		{ "submission-login-wrong",
		  "en",
		  { "mail.example.org", "login name or password is wrong",
		    "535 5.7.8", "Do: ", "logging in" } },
		{ "submission-login-wrong",
		  "ja",
		  { "対処: ", "535 5.7.8", "ログイン", "場所: ", "理由: " } },
		{ "imap-cert-expired",
		  "en",
		  { "has expired", "CN=mail.example.org", "2026-02-01",
		    "CN=Example CA", "Do: " } },
		{ "imap-login-stalled",
		  "en",
		  { "15.0 s", "mail.example.org:993", "192.0.2.10",
		    "Do: ", "Note: " } },
		{ "imap-good",
		  "ja",
		  { "ann", "正常です", "TLSv1.3", "2027-01-01", "秒" } },
		{ "submission-tls-version",
		  "en",
		  { "no common TLS version", "tlsv1 alert protocol version",
		    "587", "Do: ", "TLS" } },
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reading r = read_in(rows[i].name, rows[i].lang);
		const char *text = text_of(&r);

		for (k = 0; k < 5; k++)
			cr_expect_not_null(strstr(text, rows[i].words[k]),
			                   "%s: no %s in %s", rows[i].name,
			                   rows[i].words[k], text);
		reading_done(&r);
	}
}

static const char *member(json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s ? s : "";
}

Test(answer, json_has_the_keys_that_others_rely_on)
{
	static const char *const keys[] = {
		"url",          "ok",       "fault_domain", "reason", "phase",
		"message",      "action",   "address",      "times",  "tls",
		"capabilities", "findings", "login",
	};
	size_t i, k;

	for (i = 0; i < count; i++) {
		reading r = read_in(all[i].name, i % 2 ? "ja" : "en");
		json_t *j = json_of(&r, MAILGUARD_ANSWER_TRANSCRIPT);

		for (k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			cr_expect_not_null(json_object_get(j, keys[k]),
			                   "%s: %s", all[i].name, keys[k]);
		cr_expect_not_null(json_object_get(j, "transcript"));
		cr_expect(eq(str, (char *)member(j, "reason"), all[i].reason),
		          "%s", all[i].name);
		json_decref(j);
		reading_done(&r);
	}
}

static int64_t usec_of(json_t *times, const char *key)
{
	double s = json_number_value(json_object_get(times, key));

	return (int64_t)(s * 1e6 + 0.5);
}

Test(answer, json_tells_times_in_seconds_and_the_certificate)
{
	reading r = read_in("imap-good", "en");
	json_t *j = json_of(&r, 0), *times = json_object_get(j, "times");
	json_t *tls = json_object_get(j, "tls");

	cr_expect(eq(str, (char *)member(j, "url"),
	             "imaps://ann@mail.example.org:993"));
	cr_expect(eq(str, (char *)member(j, "address"), "192.0.2.10"));
	cr_expect(eq(i64, usec_of(times, "tls"), 15000));
	cr_expect(eq(i64, usec_of(times, "total"), 23600));
	cr_expect(eq(str, (char *)member(tls, "verify"), "ok"));
	cr_expect(eq(str, (char *)member(tls, "not_after"),
	             "2027-01-01T00:00:00Z"));
	cr_expect(eq(sz, json_array_size(json_object_get(tls, "names")), 1));
	cr_expect(
		eq(sz, json_array_size(json_object_get(j, "capabilities")), 4));
	cr_expect_null(json_object_get(j, "transcript"));
	json_decref(j);
	reading_done(&r);
}

Test(answer, a_phase_that_was_not_reached_has_no_time)
{
	reading r = read_in("smtp-refused", "en");
	json_t *j = json_of(&r, 0), *times = json_object_get(j, "times");

	cr_expect(eq(int, json_is_null(json_object_get(times, "login")), 1));
	cr_expect(eq(int, json_is_null(json_object_get(j, "tls")), 1));
	cr_expect(eq(i64, mailguard_answer_timing(r.answer)->greeting, -1));
	cr_expect(eq(i64, mailguard_answer_timing(r.answer)->connect, 300));
	json_decref(j);
	reading_done(&r);
}

static bool has_finding(const mailguard_answer *a, const char *code)
{
	const mailguard_finding *f;
	size_t i;

	for (i = 0; (f = mailguard_answer_finding(a, i)) != NULL; i++)
		if (strcmp(f->code, code) == 0)
			return true;
	return false;
}

Test(answer, the_caller_says_what_is_slow_and_what_is_soon)
{
	mailguard_probe_options how = MAILGUARD_PROBE_OPTIONS_INIT;
	reading r;

	how.slow_usec = 60000000;
	ok(reading_make(&r, session_named(all, count, "smtp-slow-greeting"),
	                NULL, &how));
	cr_expect(eq(int, has_finding(r.answer, "greeting.slow"), 0));
	reading_done(&r);
	how.warn_days = 400;
	ok(reading_make(&r, session_named(all, count, "imap-good"), NULL,
	                &how));
	cr_expect(eq(int, has_finding(r.answer, "tls.cert-expiring"), 1));
	reading_done(&r);
}

Test(answer, outlives_all_it_was_made_from)
{
	reading r = read_in("imap-login-wrong", "en");
	mailguard_answer *kept = mailguard_answer_ref(r.answer);

	reading_done(&r);
	cr_expect(eq(str, (char *)mailguard_answer_message(kept),
	             "NO [AUTHENTICATIONFAILED] Authentication failed."));
	cr_expect(eq(str, (char *)mailguard_answer_endpoint(kept)->host,
	             "mail.example.org"));
	mailguard_answer_free(kept);
}

Test(answer, what_was_given_wrongly_is_refused)
{
	reading r = read_in("imap-good", "en");
	mailguard_error err;
	mailguard_answer *a = r.answer;

	cr_expect(eq(int, mailguard_answer_read(&a, NULL, r.heard, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect_null(a);
	cr_expect(eq(int, mailguard_answer_read(&a, r.words, NULL, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_answer_json(NULL, r.answer, 0, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_answer_text(r.buf, NULL, &err),
	             MAILGUARD_EINVAL));
	mailguard_answer_free(NULL);
	cr_expect_null(mailguard_answer_ref(NULL));
	reading_done(&r);
}

/* Read, then tell; whatever fails, nothing is told by half. */
static mailguard_status read_and_tell(const session *s, int n)
{
	reading r;
	mailguard_status st = reading_make(&r, s, fail_alloc_at(n), NULL);

	if (st == MAILGUARD_OK) {
		st = mailguard_answer_json(r.buf, r.answer,
		                           MAILGUARD_ANSWER_TRANSCRIPT, NULL);
		cr_expect(eq(int, mailguard_buffer_length(r.buf) == 0,
		             st != MAILGUARD_OK));
	}
	if (st == MAILGUARD_OK)
		st = mailguard_answer_text(r.buf, r.answer, NULL);
	reading_done(&r);
	return st;
}

Test(answer, reading_and_telling_survive_every_allocation_failure)
{
	static const char *const names[] = { "imap-cert-anyway",
		                             "submission-login-wrong", "dns-mx",
		                             "http-503-maintenance",
		                             "imap-quota-full" };
	size_t i;
	int n;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const session *s = session_named(all, count, names[i]);
		mailguard_status st;

		n = 0;
		do {
			st = read_and_tell(s, n++);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s %d", names[i], n);
		} while (st != MAILGUARD_OK);
		cr_expect(ge(int, n, 20), "%s", names[i]);
	}
	cr_expect(zero(int, fail_alloc_live()));
}
