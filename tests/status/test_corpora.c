/* Pages constructed by others, read as they came. */
#include "status/fixture.h"

#include "support/corpora.h"
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

TestSuite(status_corpora, .init = setup, .fini = teardown);

static mailguard_incidents *read_file(const char *name)
{
	mailguard_incidents_options o = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	static unsigned char bytes[65536];
	mailguard_incidents *list;
	mailguard_span page;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/status/%s", corpora(), name);
	f = fopen(path, "rb");
	cr_assert_not_null(f, "%s", path);
	page.data = bytes;
	page.len = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	o.fetched_at = FETCHED;
	ok(mailguard_incidents_parse(&list, mg, page, &o, NULL));
	return list;
}

Test(status_corpora, each_page_is_of_its_format_and_tells_what_goes_on)
{
	static const struct {
		const char *name;
		char *format;
		int outcome;
		char *title;
	} rows[] = {
		{ "statuspage_summary.json", "statuspage",
		  MAILGUARD_OUTCOME_INCIDENT, "メール受信の遅延" },
		{ "google_incidents.json", "google", MAILGUARD_OUTCOME_INCIDENT,
		  "Gmail: delayed delivery for some users" },
		{ "google_feed.atom", "atom", MAILGUARD_OUTCOME_INCIDENT,
		  "UPDATE: Gmail delayed delivery" },
		{ "instatus_summary.json", "instatus",
		  MAILGUARD_OUTCOME_INCIDENT, "Mail down" },
		{ "cachet_v1_incidents.json", "cachet",
		  MAILGUARD_OUTCOME_INCIDENT, "SMTP down" },
		{ "kuma_status_page.json", "kuma", MAILGUARD_OUTCOME_INCIDENT,
		  "POP outage" },
		{ "kuma_heartbeat.json", "kuma-heartbeat",
		  MAILGUARD_OUTCOME_INCIDENT, "3" },
		{ "aws_currentevents_utf16be.json", "aws",
		  MAILGUARD_OUTCOME_INCIDENT, "Increased API Errors" },
		{ "apple_system_status.js", "apple", MAILGUARD_OUTCOME_INCIDENT,
		  "iCloud Mail" },
		{ "sakura_getfeeds.json", "sakura", MAILGUARD_OUTCOME_INCIDENT,
		  "[障害] さくらのレンタルサーバの一部" },
		{ "graph_issues.json", "graph", MAILGUARD_OUTCOME_INCIDENT,
		  "Delays" },
		{ "ms_post_mac.json", "microsoft", MAILGUARD_OUTCOME_UNKNOWN,
		  "Microsoft 365" },
		{ "ms_feed_mac.rss", "rss", MAILGUARD_OUTCOME_UNKNOWN,
		  "Microsoft 365" },
		{ "jp_rss_sjis_label_cp932.rdf", "rss1",
		  MAILGUARD_OUTCOME_INCIDENT, "【障害】メール①" },
		{ "jp_hoster_sjis_label_cp932.html", "html",
		  MAILGUARD_OUTCOME_INCIDENT, "【障害】メールサービス①" },
		{ "jp_hoster_eucjp.html", "html", MAILGUARD_OUTCOME_INCIDENT,
		  "【障害】メールサービス1" },
		{ "jp_notice_mail_iso2022jp.eml", "text",
		  MAILGUARD_OUTCOME_INCIDENT, "メールの送受信が行えません" },
	};
	size_t i;

	if (!corpora())
		cr_skip_test("no corpora");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list = read_file(rows[i].name);
		const mailguard_incident *first =
			mailguard_incidents_at(list, 0);

		cr_assert_not_null(first, "%s", rows[i].name);
		cr_expect(eq(str,
		             (char *)mailguard_incidents_page(list)->format,
		             rows[i].format),
		          "%s", rows[i].name);
		cr_expect(
			eq(int, overall_of(list, NULL, NULL), rows[i].outcome),
			"%s", rows[i].name);
		cr_expect(eq(str, (char *)first->title, rows[i].title), "%s",
		          rows[i].name);
		mailguard_incidents_free(list);
	}
}

Test(status_corpora, a_range_of_a_hoster_takes_in_my_host_or_does_not)
{
	static const char *const names[] = {
		"jp_hoster_eucjp.html", "jp_hoster_sjis_label_cp932.html"
	};
	size_t i;

	if (!corpora())
		cr_skip_test("no corpora");
	for (i = 0; i < 2; i++) {
		mailguard_incidents *list = read_file(names[i]);

		cr_expect(eq(int,
		             overall_of(list, "www2150.sakura.example.jp", "s"),
		             MAILGUARD_OUTCOME_INCIDENT));
		cr_expect(eq(int,
		             overall_of(list, "www2151.sakura.example.jp", "s"),
		             MAILGUARD_OUTCOME_UNKNOWN));
		mailguard_incidents_free(list);
	}
}
