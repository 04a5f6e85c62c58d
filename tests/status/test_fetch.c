/* A page by HTTP: what the conversation says of it. */
#include "status/fixture.h"

#include "support/ok.h"

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

TestSuite(status_fetch, .init = setup, .fini = teardown);

#define HEAD                                                         \
 "mailguard session 1\nprotocol: http\nhost: status.neko.example\n"  \
 "port: 80\npath: /a\naddress: 192.0.2.1\nbegin: "                   \
 "2026-02-03T01:00:00Z\nreached: command\n\nstep: connect 0 800\n\n" \
 "step: command 800 2000 "
#define WELL                                                            \
 "\nbody:\n| {\"page\":{\"name\":\"x\"},\"components\":[],\"status\":{" \
 "\"indicator\":\"none\"}}\n"

static mailguard_incidents *read_session(const char *session)
{
	mailguard_incidents_options o = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_span text = { (const unsigned char *)session,
		                strlen(session) };
	mailguard_transcript *t;
	mailguard_incidents *list;
	mailguard_error err = { 0 };

	o.url = "http://status.neko.example/a";
	o.provider = "p";
	cr_assert(eq(int, mailguard_transcript_parse(&t, mg, text, &err),
	             MAILGUARD_OK),
	          "%s", err.message);
	ok(mailguard_incidents_read(&list, mg, t, &o, NULL));
	mailguard_transcript_free(t);
	return list;
}

Test(status_fetch, a_page_that_came_whole_is_read_with_its_facts)
{
	mailguard_incidents *list = read_session(
		HEAD "code=200\n> GET /a HTTP/1.1\n< HTTP/1.1 200 "
		     "OK\\r\\nETag: \"abc\"\\r\\nAge: 42\\r\\nLast-Modified: "
		     "then\\r\\n\\r\\n\n" WELL);
	const mailguard_incident_page *page = mailguard_incidents_page(list);

	cr_expect(eq(int, overall_of(list, NULL, "p"), MAILGUARD_OUTCOME_OK));
	cr_expect(eq(int, page->http_status, 200));
	cr_expect(eq(str, (char *)page->etag, "\"abc\""));
	cr_expect(eq(str, (char *)page->last_modified, "then"));
	cr_expect(eq(i64, page->age, 42));
	cr_expect(eq(i64, page->fetched_at, INT64_C(1770080400000000)));
	mailguard_incidents_free(list);
}

Test(status_fetch, what_did_not_come_whole_is_unknown)
{
	static const struct {
		const char *why, *session;
		char *code;
	} rows[] = {
		{ "refused",
		  "mailguard session 1\nprotocol: http\nhost: h.example\nport: "
		  "80\npath: /\nbegin: 2026-02-03T01:00:00Z\nreached: dns\n\n"
		  "step: connect 0 800 closed\n",
		  "incidents.no-answer" },
		{ "an error page", HEAD "code=500\n" WELL, "incidents.http" },
		{ "not changed, but since when?", HEAD "code=304\n",
		  "incidents.http" },
		{ "cut off", HEAD "closed code=200\n" WELL,
		  "incidents.no-answer" },
		{ "time was up", HEAD "timed-out code=200\n" WELL,
		  "incidents.no-answer" },
		{ "reset", HEAD "reset code=200\n" WELL,
		  "incidents.no-answer" },
		{ "more than the limit", HEAD "code=200 note=garbage\n" WELL,
		  "incidents.no-answer" },
		{ "nothing in it", HEAD "code=200\n", "incidents.empty" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list = read_session(rows[i].session);

		cr_expect(eq(int, overall_of(list, NULL, "p"),
		             MAILGUARD_OUTCOME_UNKNOWN),
		          "%s", rows[i].why);
		cr_expect(eq(str,
		             (char *)mailguard_incidents_finding(list, 0)->code,
		             rows[i].code),
		          "%s", rows[i].why);
		mailguard_incidents_free(list);
	}
}

Test(status_fetch, only_http_is_asked)
{
	mailguard_incidents *list;
	mailguard_error err;

	cr_expect(eq(int,
	             mailguard_incidents_fetch(&list, mg, "imap://127.0.0.1",
	                                       NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect_null(list);
	cr_expect(eq(str, err.code, "incidents.url"));
}
