/* Does it touch me? Hosts, ranges, services, providers. */
#include "status/fixture.h"

#include "status/hosts.h"
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

TestSuite(status_match, .init = setup, .fini = teardown);

Test(status_match, a_host_is_known_by_name_number_and_network)
{
	static const struct {
		const char *pattern, *host;
		int fit;
	} rows[] = {
		{ "a.example.jp", "A.example.JP.", MGI_HOST_SAME },
		{ "a.example.jp", "b.example.jp", MGI_HOST_OTHER },
		{ "a.example.jp", "mail.me.jp", MGI_HOST_FOREIGN },
		{ "www2146.x.jp..www2150.x.jp", "www2148.x.jp",
		  MGI_HOST_RANGE },
		{ "www2146.x.jp..www2150.x.jp", "www2150.x.jp",
		  MGI_HOST_RANGE },
		{ "www2146.x.jp..www2150.x.jp", "www2151.x.jp",
		  MGI_HOST_OTHER },
		{ "www2146.x.jp..www2150.x.jp", "www2148.y.jp",
		  MGI_HOST_FOREIGN },
		{ "www2146.x.jp..www2150", "www2147.x.jp", MGI_HOST_RANGE },
		{ "mail1..mail5", "mail3.x.jp", MGI_HOST_LABEL },
		{ "mail1..mail5", "mail9.x.jp", MGI_HOST_OTHER },
		{ "mail1", "mail1.x.jp", MGI_HOST_LABEL },
		{ "mail1", "mail2.x.jp", MGI_HOST_OTHER },
		{ "mail1", "smtp.x.jp", MGI_HOST_FOREIGN },
		{ "pfve01.*", "pfve01.x.jp", MGI_HOST_RANGE },
		{ "pfve01.*", "pfve02.x.jp", MGI_HOST_OTHER },
		{ "192.0.2.0/24", "192.0.2.200", MGI_HOST_RANGE },
		{ "192.0.2.0/24", "192.0.3.1", MGI_HOST_OTHER },
		{ "192.0.2.1..192.0.2.9", "192.0.2.9", MGI_HOST_RANGE },
		{ "192.0.2.1..192.0.2.9", "192.0.2.10", MGI_HOST_OTHER },
		{ "192.0.2.7", "192.0.2.7", MGI_HOST_SAME },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mgi_host_match(rows[i].pattern, rows[i].host),
		             rows[i].fit),
		          "%s and %s", rows[i].pattern, rows[i].host);
}

Test(status_match, a_name_is_found_in_prose_only_as_a_whole)
{
	static const char text[] = "Down: mail.x.jp, xmail.y.jp and z.jp.";

	cr_expect(eq(int, mgi_host_mentioned(text, "mail.x.jp"), 1));
	cr_expect(eq(int, mgi_host_mentioned(text, "z.jp"), 1));
	cr_expect(eq(int, mgi_host_mentioned(text, "mail.y.jp"), 0));
	cr_expect(eq(int, mgi_host_mentioned(text, "x.jp"), 0));
	cr_expect(eq(int, mgi_host_mentioned(text, "mail.x"), 0));
}

#define NOTICE(servers)                                                       \
 "<html><h2>【障害】メール</h2><p>■発生日時：2026/2/3 9:00<br>" \
 "■対象サーバー：" servers "<br>■状況：調査中</p></html>"
#define ONE(name, component)                                              \
 "{\"page\":{\"name\":\"x\"},\"incidents\":[{\"name\":\"" name            \
 "\",\"status\":\"investigating\",\"components\":[{\"name\":\"" component \
 "\"}]}]}"

Test(status_match, the_answer_comes_with_its_reason)
{
	static const struct {
		const char *why, *page, *host, *mine, *address;
		char *answer;
	} rows[] = {
		{ "in the range", NOTICE("www1.x.jp ～ www9.x.jp"), "www5.x.jp",
		  "p", NULL, "yes host-in-range" },
		{ "outside of it", NOTICE("www1.x.jp ～ www9.x.jp"),
		  "www10.x.jp", "p", NULL, "no other-hosts" },
		{ "an alias may be in it", NOTICE("www1.x.jp ～ www9.x.jp"),
		  "mail.me.jp", "p", NULL, "maybe host-unknown" },
		{ "by its address", NOTICE("192.0.2.0/24"), "mail.me.jp", "p",
		  "192.0.2.77", "yes address" },
		{ "first label, my provider", NOTICE("mail1、mail2"),
		  "mail2.x.jp", "p", NULL, "yes host-named" },
		{ "first label, no provider told", NOTICE("mail1、mail2"),
		  "mail2.x.jp", NULL, NULL, "maybe whose-page" },
		{ "begins so", NOTICE("pfve01.～"), "pfve01.x.jp", "p", NULL,
		  "yes host-in-range" },
		{ "service of mail", ONE("Trouble", "IMAP"), "h.x.jp", "p",
		  NULL, "yes service" },
		{ "another service", ONE("Trouble", "Billing"), "h.x.jp", "p",
		  NULL, "no other-service" },
		{ "nothing said", ONE("Trouble", "Core"), "h.x.jp", "p", NULL,
		  "maybe not-said" },
		{ "only some", ONE("Some users cannot log in", "IMAP"),
		  "h.x.jp", "p", NULL, "maybe partly" },
		{ "another provider", ONE("Trouble", "IMAP"), "h.x.jp", "q",
		  NULL, "no other-provider" },
		{ "another provider, but my host", ONE("h.x.jp down", "IMAP"),
		  "h.x.jp", "q", NULL, "yes host-named" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *addresses[] = { rows[i].address, NULL };
		mailguard_incidents *list =
			read_page(mg, rows[i].page, NULL, "p");
		mailguard_subject me = MAILGUARD_SUBJECT_INIT;
		mailguard_incident_touch t;
		char got[64];

		me.host = rows[i].host;
		me.provider = rows[i].mine;
		me.addresses = addresses;
		mailguard_incident_match(&t, mailguard_incidents_at(list, 0),
		                         &me, 1);
		snprintf(got, sizeof(got), "%s %s",
		         mailguard_incident_touches_name(t.touches),
		         mailguard_incident_why_name(t.why));
		cr_expect(eq(str, got, rows[i].answer), "%s", rows[i].why);
		mailguard_incidents_free(list);
	}
}

Test(status_match, of_many_subjects_the_one_most_touched_is_told)
{
	mailguard_incidents *list =
		read_page(mg, NOTICE("www1.x.jp ～ www9.x.jp"), NULL, "p");
	mailguard_subject mine[2] = { MAILGUARD_SUBJECT_INIT,
		                      MAILGUARD_SUBJECT_INIT };
	mailguard_incident_touch t;

	mine[0].host = "www10.x.jp";
	mine[1].host = "www2.x.jp";
	mine[0].provider = mine[1].provider = "p";
	mailguard_incident_match(&t, mailguard_incidents_at(list, 0), mine, 2);
	cr_expect(eq(int, t.touches, MAILGUARD_INCIDENT_TOUCHES_YES));
	cr_expect(eq(sz, t.subject, 1));
	mailguard_incidents_free(list);
}

Test(status_match, pop_is_not_touched_by_webmail)
{
	mailguard_incidents *list =
		read_page(mg, ONE("Down", "Webmail"), NULL, "p");
	mailguard_subject me = MAILGUARD_SUBJECT_INIT;
	mailguard_incident_touch t;

	me.provider = "p";
	me.services = MAILGUARD_INCIDENT_POP;
	mailguard_incident_match(&t, mailguard_incidents_at(list, 0), &me, 1);
	cr_expect(eq(int, t.why, MAILGUARD_INCIDENT_WHY_OTHER_SERVICE));
	mailguard_incidents_free(list);
}

Test(status_match, the_overall_is_evidence_for_a_case)
{
	mailguard_incidents *list =
		read_page(mg, ONE("Down", "IMAP"), NULL, "p");
	mailguard_subject me = MAILGUARD_SUBJECT_INIT;
	mailguard_evidence e;
	mailguard_case *c;

	me.provider = "p";
	mailguard_incidents_overall(&e, list, &me, 1);
	cr_expect(eq(int, e.outcome, MAILGUARD_OUTCOME_INCIDENT));
	cr_expect(eq(int, e.fault, MAILGUARD_FAULT_SERVER_OUTAGE));
	cr_expect(eq(str, (char *)e.provider, "p"));
	cr_expect(eq(str, (char *)e.seen, "Down"));
	ok(mailguard_case_new(&c, mg, NULL));
	ok(mailguard_case_observe(c, &e, NULL));
	mailguard_case_free(c);
	mailguard_incidents_free(list);
}

Test(status_match, a_page_without_trouble_is_ok_and_a_plan_changes_nothing)
{
	static const struct {
		const char *why, *page;
		int outcome;
	} rows[] = {
		{ "all well",
		  "{\"page\":{\"name\":\"x\"},\"components\":[{\"name\":"
		  "\"Mail\",\"status\":\"operational\"}],\"incidents\":[],"
		  "\"status\":{\"indicator\":\"none\"}}",
		  MAILGUARD_OUTCOME_OK },
		{ "planned",
		  "{\"page\":{\"name\":\"x\"},\"incidents\":[],"
		  "\"scheduled_maintenances\":[{\"name\":\"Mail\",\"status\":"
		  "\"scheduled\",\"scheduled_for\":\"2026-02-10T15:00:00Z\"}]}",
		  MAILGUARD_OUTCOME_OK },
		{ "going on",
		  "{\"page\":{\"name\":\"x\"},\"incidents\":[],"
		  "\"scheduled_maintenances\":[{\"name\":\"Mail\",\"status\":"
		  "\"in_progress\",\"scheduled_for\":"
		  "\"2026-02-03T00:00:00Z\"}]}",
		  MAILGUARD_OUTCOME_MAINTENANCE },
		{ "its hour has come, and nobody clicked",
		  "{\"page\":{\"name\":\"x\"},\"incidents\":[],"
		  "\"scheduled_maintenances\":[{\"name\":\"Mail\",\"status\":"
		  "\"scheduled\",\"scheduled_for\":\"2026-02-03T00:00:00Z\","
		  "\"scheduled_until\":\"2026-02-03T05:00:00Z\"}]}",
		  MAILGUARD_OUTCOME_MAINTENANCE },
		{ "the centre of administration says nothing of mail",
		  "{\"Status\":\"Available\",\"Message\":\"ok\"}",
		  MAILGUARD_OUTCOME_UNKNOWN },
		{ "old news that nobody closed",
		  "<rss><channel><item><title>メール障害</title><pubDate>"
		  "Tue, 06 Jan 2026 00:00:00 GMT</pubDate></item></channel>"
		  "</rss>",
		  MAILGUARD_OUTCOME_UNKNOWN },
		{ "news of other things",
		  "<rss><channel><item><title>年末年始のお知らせ</"
		  "title><pubDate>"
		  "Tue, 03 Feb 2026 00:00:00 GMT</pubDate></item></channel>"
		  "</rss>",
		  MAILGUARD_OUTCOME_OK },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list =
			read_page(mg, rows[i].page, NULL, "p");

		cr_expect(eq(int, overall_of(list, NULL, "p"), rows[i].outcome),
		          "%s", rows[i].why);
		mailguard_incidents_free(list);
	}
}
