/* The pages, and what is read out of each. */
#include "status/fixture.h"

#include "base/clock.h"
#include "support/ok.h"

#include <stdio.h>
#include <string.h>

const page_row pages[] = {
	{ "statuspage",
	  "{\"page\":{\"id\":\"p\",\"name\":\"Nekoya Mail\",\"time_zone\":"
	  "\"Asia/Tokyo\",\"updated_at\":\"2026-02-03T09:55:00+09:00\"},"
	  "\"components\":[{\"id\":\"c1\",\"name\":\"POP/IMAP\",\"status\":"
	  "\"major_outage\",\"group\":false},{\"id\":\"c2\",\"name\":"
	  "\"Webmail\",\"status\":\"degraded_performance\",\"updated_at\":"
	  "\"2026-02-03T00:10:00Z\"},{\"id\":\"g\",\"name\":\"Mail\","
	  "\"status\":\"major_outage\",\"group\":true}],"
	  "\"incidents\":[{\"id\":\"i1\",\"name\":\"Mail cannot be fetched\","
	  "\"status\":\"identified\",\"impact\":\"critical\",\"created_at\":"
	  "\"2026-02-03T00:05:00Z\",\"started_at\":\"2026-02-03T00:00:00Z\","
	  "\"updated_at\":\"2026-02-03T00:40:00Z\",\"components\":[{\"name\":"
	  "\"POP/IMAP\"}],\"incident_updates\":[{\"status\":\"identified\","
	  "\"body\":\"ETA: 11:30 JST\",\"display_at\":\"2026-02-03T00:40:00Z\""
	  ",\"affected_components\":null},{\"status\":\"investigating\","
	  "\"body\":\"ETA: 10:30 JST\",\"created_at\":"
	  "\"2026-02-03T00:05:00Z\"}]}],\"scheduled_maintenances\":[{\"id\":"
	  "\"m\",\"name\":\"Storage change\",\"status\":\"scheduled\","
	  "\"impact\":\"maintenance\",\"scheduled_for\":"
	  "\"2026-02-10T15:00:00Z\",\"scheduled_until\":"
	  "\"2026-02-10T18:00:00Z\"}],\"status\":{\"indicator\":\"critical\"}}",
	  NULL,
	  "incident/identified/critical/now Mail cannot be fetched "
	  "2026-02-03T00:00:00Z..2026-02-03T02:30:00Z pop imap\n"
	  "incident/unknown/minor/now Webmail 2026-02-03T00:10:00Z.. webmail\n"
	  "maintenance/scheduled/none/ahead Storage change "
	  "2026-02-10T15:00:00Z..2026-02-10T18:00:00Z\n" },
	{ "google",
	  "[{\"id\":\"A1\",\"begin\":\"2026-02-03T00:20:00+00:00\","
	  "\"created\":\"2026-02-03T00:45:12+00:00\",\"modified\":"
	  "\"2026-02-03T00:50:00+00:00\",\"external_desc\":\"Gmail: late "
	  "mail\",\"most_recent_update\":{\"when\":"
	  "\"2026-02-03T00:50:00+00:00\",\"text\":\"We **look**.\",\"status\":"
	  "\"SERVICE_OUTAGE\"},\"status_impact\":\"SERVICE_OUTAGE\","
	  "\"service_name\":\"Gmail\",\"affected_products\":[{\"title\":"
	  "\"Gmail\"}],\"uri\":\"incidents/A1\"},{\"id\":\"B2\",\"begin\":"
	  "\"2025-12-01T00:00:00+00:00\",\"end\":\"2025-12-01T02:00:00+00:00\""
	  ",\"external_desc\":\"Old\",\"status_impact\":"
	  "\"SERVICE_DISRUPTION\",\"service_name\":\"Google Drive\",\"uri\":"
	  "\"incidents/B2\"}]",
	  NULL,
	  "incident/investigating/critical/now Gmail: late mail "
	  "2026-02-03T00:20:00Z.. smtp pop imap\n"
	  "incident/resolved/major/over Old 2025-12-01T00:00:00Z.. other\n" },
	{ "instatus",
	  "{\"page\":{\"name\":\"N\",\"url\":\"https://n.example\",\"status\":"
	  "\"HASISSUES\"},\"activeIncidents\":[{\"id\":\"a\",\"name\":\"SMTP "
	  "slow\",\"started\":\"2026-02-03T00:20:00.000Z\",\"status\":"
	  "\"MONITORING\",\"impact\":\"PARTIALOUTAGE\"}],"
	  "\"activeMaintenances\":[{\"id\":\"b\",\"name\":\"Move\",\"start\":"
	  "\"2026-02-03T00:30:00.000Z\",\"status\":\"INPROGRESS\","
	  "\"duration\":90}]}",
	  NULL,
	  "maintenance/in_progress/unknown/now Move "
	  "2026-02-03T00:30:00Z..2026-02-03T02:00:00Z\n"
	  "incident/monitoring/major/now SMTP slow 2026-02-03T00:20:00Z.. "
	  "smtp\n" },
	{ "cachet",
	  "{\"meta\":{\"pagination\":{\"total_pages\":1}},\"data\":[{\"id\":7,"
	  "\"name\":\"送信できない\",\"status\":2,\"message\":\"...\","
	  "\"occurred_at\":\"2026-02-03 09:20:00\",\"updated_at\":"
	  "\"2026-02-03 09:40:00\",\"is_resolved\":false,\"human_status\":"
	  "\"Identified\"},{\"id\":6,\"name\":\"x\",\"status\":4,"
	  "\"occurred_at\":\"2026-01-03 09:20:00\",\"is_resolved\":true,"
	  "\"human_status\":\"Fixed\"}]}",
	  "https://status.neko.example.jp/api/v1/incidents",
	  "incident/identified/unknown/now 送信できない "
	  "2026-02-03T00:20:00Z.. smtp\n"
	  "incident/resolved/unknown/over x 2026-01-03T00:20:00Z..\n" },
	{ "kuma",
	  "{\"config\":{\"title\":\"K\"},\"incident\":{\"id\":1,\"style\":"
	  "\"warning\",\"title\":\"IMAP login fails\",\"content\":\"<b>yes</b>"
	  "\",\"createdDate\":\"2026-02-03 00:20:00\",\"lastUpdatedDate\":null}"
	  ",\"publicGroupList\":[],\"maintenanceList\":[{\"id\":3,\"title\":"
	  "\"Disk\",\"status\":\"under-maintenance\",\"timeslotList\":[{"
	  "\"startDate\":\"2026-02-03 00:00:00\",\"endDate\":"
	  "\"2026-02-03 03:00:00\"}]}]}",
	  "https://status.neko.example.jp/api/status-page/x",
	  "incident/investigating/major/now IMAP login fails "
	  "2026-02-03T00:20:00Z.. imap\n"
	  "maintenance/in_progress/unknown/now Disk "
	  "2026-02-03T00:00:00Z..2026-02-03T03:00:00Z\n" },
	{ "kuma-heartbeat",
	  "{\"heartbeatList\":{\"3\":[{\"status\":1,\"time\":"
	  "\"2026-02-03 00:19:00.000\"},{\"status\":0,\"time\":"
	  "\"2026-02-03 00:20:00.000\"},{\"status\":0,\"time\":"
	  "\"2026-02-03 00:21:00.000\"}],\"4\":[{\"status\":1,\"time\":"
	  "\"2026-02-03 00:21:00.000\"}],\"5\":[]},\"uptimeList\":{}}",
	  NULL,
	  "incident/investigating/critical/now 3 2026-02-03T00:20:00Z..\n"
	  "incident/unknown/unknown/now 5 ..\n" },
	{ "cstate",
	  "{\"cStateVersion\":\"5\",\"apiVersion\":\"2.0\",\"title\":\"C\","
	  "\"summaryStatus\":\"down\",\"systems\":[{\"name\":\"Webmail\","
	  "\"status\":\"down\",\"unresolvedIssues\":[{\"title\":\"Gone\","
	  "\"createdAt\":\"2026-02-03T00:20:00Z\",\"severity\":\"down\","
	  "\"permalink\":\"https://c.example/i\"}]},{\"name\":\"POP\","
	  "\"status\":\"ok\",\"unresolvedIssues\":[]}]}",
	  NULL,
	  "incident/investigating/critical/now Gone 2026-02-03T00:20:00Z.. "
	  "webmail\n" },
	{ "aws",
	  "[{\"date\":\"1770078000\",\"arn\":\"arn:x\",\"region_name\":"
	  "\"Tokyo\",\"status\":\"1\",\"service\":\"ses-ap-northeast-1\","
	  "\"service_name\":\"Amazon SES (Tokyo)\",\"summary\":\"API errors\","
	  "\"event_log\":[{\"message\":\"m\",\"status\":1,\"timestamp\":"
	  "1770078000}]},{\"date\":\"1770078000\",\"arn\":\"arn:y\","
	  "\"status\":\"1\",\"service\":\"ec2\",\"service_name\":\"Amazon "
	  "EC2\",\"summary\":\"API errors\"}]",
	  NULL,
	  "incident/investigating/major/now API errors 2026-02-03T00:20:00Z.. "
	  "smtp pop imap\n"
	  "incident/investigating/major/now API errors 2026-02-03T00:20:00Z.. "
	  "other\n" },
	{ "apple",
	  "jsonCallback({\"services\":[{\"serviceName\":\"iCloud Mail\","
	  "\"events\":[{\"messageId\":\"1\",\"statusType\":\"Outage\","
	  "\"usersAffected\":\"Some users were affected\",\"message\":\"No "
	  "mail.\",\"epochStartDate\":1770078000000,\"epochEndDate\":null,"
	  "\"eventStatus\":\"ongoing\"}]},{\"serviceName\":\"Photos\","
	  "\"events\":[]}]});",
	  NULL,
	  "incident/investigating/critical/now iCloud Mail "
	  "2026-02-03T00:20:00Z.. smtp pop imap partly\n" },
	{ "sakura",
	  "[{\"date\":\"1770080000\",\"desc\":\"調査中です\",\"event_end\":"
	  "\"\",\"event_start\":\"1770078000\",\"title\":\"[障害] "
	  "メールサーバの一部\",\"url\":\"https://s.example.jp/1\"},{\"date\":"
	  "\"1769000000\",\"desc\":\"\",\"event_end\":\"1769003600\","
	  "\"event_start\":\"1769000000\",\"title\":\"[メンテナンス] "
	  "ネットワーク\",\"url\":\"https://s.example.jp/2\"}]",
	  NULL,
	  "incident/investigating/unknown/now [障害] メールサーバの一部 "
	  "2026-02-03T00:20:00Z.. smtp pop imap partly\n"
	  "maintenance/unknown/unknown/over [メンテナンス] ネットワーク "
	  "2026-01-21T12:53:20Z..2026-01-21T13:53:20Z\n" },
	{ "graph",
	  "{\"@odata.context\":\"x\",\"value\":[{\"id\":\"EX1\",\"service\":"
	  "\"Exchange Online\",\"status\":\"serviceInterruption\","
	  "\"classification\":\"incident\",\"isResolved\":false,"
	  "\"startDateTime\":\"2026-02-03T00:00:00Z\",\"title\":\"Down\","
	  "\"posts\":[{\"createdDateTime\":\"2026-02-03T00:30:00Z\","
	  "\"description\":{\"content\":\"<p>We work.</p>Next update by: 02:00 "
	  "UTC\"}}]}]}",
	  NULL,
	  "incident/investigating/critical/now Down 2026-02-03T00:00:00Z.. "
	  "smtp pop imap\n" },
	{ "microsoft",
	  "{\"Id\":\"0\",\"InternalDateTime\":\"2026-02-03T00:30:00+00:00\","
	  "\"LastUpdatedTime\":\"2026-02-03T01:00:00+00:00\",\"Title\":\"\","
	  "\"Message\":\"<div>Mail late</div>\",\"Status\":\"Service "
	  "degradation\"}",
	  NULL,
	  "incident/investigating/major/now Microsoft 365 "
	  "2026-02-03T00:30:00Z.. smtp pop imap\n" },
	{ "rss",
	  "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>N"
	  "</title><link>https://n.example/</link>"
	  "<item><title>メール障害</title><link>https://n.example/i/1</link>"
	  "<pubDate>Tue, 03 Feb 2026 09:30:00 +0900</pubDate><description>"
	  "&lt;p&gt;調査中です&lt;/p&gt;</description></item>"
	  "<item><title>POP down</title><link>https://n.example/i/2</link>"
	  "<pubDate>Mon, 02 Feb 2026 01:00:00 GMT</pubDate><description>&lt;p"
	  "&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - Over.&lt;/p&gt;&lt;p&gt;"
	  "&lt;strong&gt;Investigating&lt;/strong&gt; - We look.&lt;/p&gt;"
	  "</description></item></channel></rss>",
	  NULL,
	  "incident/investigating/unknown/now メール障害 "
	  "2026-02-03T00:30:00Z.. smtp pop imap\n"
	  "incident/resolved/unknown/over POP down 2026-02-02T01:00:00Z.. "
	  "pop\n" },
	{ "rss1",
	  "<?xml version=\"1.0\"?><rdf:RDF xmlns:rdf=\"r\" xmlns=\"http://"
	  "purl.org/rss/1.0/\" xmlns:dc=\"d\"><channel rdf:about=\"http://x/\">"
	  "<title>障害</title><link>http://x/</link></channel><item rdf:about="
	  "\"http://x/1\"><title>【復旧】メール送信</title><link>http://x/1"
	  "</link><dc:date>2026-02-02T23:58:00+09:00</dc:date></item><item "
	  "rdf:about=\"http://x/2\"><title>【障害】ウェブメール</title><link>"
	  "http://x/2</link><dc:date>2026-02-03T08:58:00+09:00</dc:date></item>"
	  "</rdf:RDF>",
	  NULL,
	  "incident/unknown/unknown/now 【障害】ウェブメール "
	  "2026-02-02T23:58:00Z.. webmail\n"
	  "unknown/resolved/unknown/over 【復旧】メール送信 "
	  "2026-02-02T14:58:00Z.. smtp\n" },
	{ "atom",
	  "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>S</title>"
	  "<entry><title>UPDATE: IMAP outage</title><link href=\"https://g/i/A"
	  "\" rel=\"alternate\"/><id>t:2</id><updated>2026-02-03T00:40:00Z"
	  "</updated><summary type=\"html\">&lt;b&gt;still&lt;/b&gt;</summary>"
	  "</entry><entry><title>IMAP outage</title><link href=\"https://g/i/A"
	  "\"/><id>t:1</id><updated>2026-02-03T00:20:00Z</updated></entry>"
	  "</feed>",
	  NULL,
	  "incident/unknown/unknown/now UPDATE: IMAP outage "
	  "2026-02-03T00:20:00Z.. imap\n" },
	{ "html",
	  "<html><head><meta charset=\"utf-8\"><script>x='【障害】'</script>"
	  "</head><body><h2>【障害】メールサービス</h2><p>■発生日時："
	  "２０２６年２月３日（火）８：５０<br>■対象サーバー：mx3.neko.example."
	  "jp"
	  " ～ mx7.neko.example.jp<br>■状況：復旧作業中<br>■復旧見込み："
	  "２月３日（火）２５：１０頃</p></body></html>",
	  NULL,
	  "incident/identified/unknown/now 【障害】メールサービス "
	  "2026-02-02T23:50:00Z..2026-02-03T16:10:00Z smtp pop imap "
	  "mx3.neko.example.jp..mx7.neko.example.jp\n" },
	{ "text",
	  "お客様各位\n\n平素はご利用ありがとうございます。\n"
	  "メールサーバーのメンテナンスを実施いたします。\n\n"
	  "▼作業日時\n2026/02/05(木) 午前1時00分 から 午前5時\n"
	  "▼対象サーバー\nmail1\nmail2\n▼影響\n送受信ができません\n",
	  NULL,
	  "maintenance/scheduled/unknown/ahead "
	  "メールサーバーのメンテナンスを実施いたします。 "
	  "2026-02-04T16:00:00Z..2026-02-04T20:00:00Z smtp pop imap mail1 "
	  "mail2\n" },
};
const size_t page_count = sizeof(pages) / sizeof(pages[0]);

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(status_pages, .init = setup, .fini = teardown);

mailguard_incidents *read_page(mailguard *own,
                               const char *text,
                               const char *url,
                               const char *provider)
{
	mailguard_incidents_options o = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_span page = { (const unsigned char *)text, strlen(text) };
	mailguard_incidents *list;

	o.url = url;
	o.provider = provider;
	o.fetched_at = FETCHED;
	ok(mailguard_incidents_parse(&list, own, page, &o, NULL));
	return list;
}

mailguard_outcome overall_of(const mailguard_incidents *list,
                             const char *host,
                             const char *provider)
{
	mailguard_subject me = MAILGUARD_SUBJECT_INIT;
	mailguard_evidence e;

	me.host = host;
	me.provider = provider;
	mailguard_incidents_overall(&e, list, &me, 1);
	cr_assert(eq(int, e.test, MAILGUARD_TEST_STATUS));
	return e.outcome;
}

static void sketch(mailguard_buffer *b, const mailguard_incident *i)
{
	const char *const *h;
	uint32_t bit;

	mgi_buf_printf(b, "%s/%s/%s/%s %s ",
	               mailguard_incident_kind_name(i->kind),
	               mailguard_incident_phase_name(i->phase),
	               mailguard_incident_impact_name(i->impact),
	               mailguard_incident_when_name(i->when), i->title);
	mgi_time_rfc3339(b, i->started_at, 0);
	mgi_buf_puts(b, "..");
	mgi_time_rfc3339(b, i->expected_end, 0);
	for (bit = 1; bit <= MAILGUARD_INCIDENT_OTHER; bit <<= 1)
		if (i->services & bit)
			mgi_buf_printf(b, " %s",
			               mailguard_incident_service_name(bit));
	if (i->partly)
		mgi_buf_puts(b, " partly");
	for (h = i->hosts; *h; h++)
		mgi_buf_printf(b, " %s", *h);
	mgi_buf_putc(b, '\n');
}

char *sketch_of(const mailguard_incidents *list)
{
	static char text[65536];
	const mailguard_incident *at;
	mailguard_buffer b;
	size_t i;

	mgi_buf_init(&b, mg);
	for (i = 0; (at = mailguard_incidents_at(list, i)) != NULL; i++)
		sketch(&b, at);
	snprintf(text, sizeof(text), "%s", mgi_buf_text(&b));
	mgi_buf_done(&b);
	return text;
}

Test(status_pages, every_format_comes_out_as_the_same_record)
{
	size_t i;

	for (i = 0; i < page_count; i++) {
		mailguard_incidents *list =
			read_page(mg, pages[i].text, pages[i].url, NULL);
		const mailguard_incident_page *page =
			mailguard_incidents_page(list);

		cr_expect(
			eq(str, (char *)page->format, (char *)pages[i].format));
		cr_expect(eq(str, sketch_of(list), pages[i].sketch), "%s",
		          pages[i].format);
		cr_expect(eq(int, page->readable, 1), "%s", pages[i].format);
		cr_expect(eq(sz, strlen(page->sha256), 64));
		mailguard_incidents_free(list);
	}
}

Test(status_pages, declared_and_observed_times_are_told_apart)
{
	mailguard_incidents *list = read_page(mg, pages[1].text, NULL, NULL);
	const mailguard_incident *i = mailguard_incidents_at(list, 0);

	cr_expect(eq(i64, i->started_declared, INT64_C(1770078000000000)));
	cr_expect(eq(i64, i->started_observed, INT64_C(1770079512000000)));
	cr_expect(eq(i64, i->started_at, i->started_declared));
	cr_expect(eq(str, (char *)i->provider, "google"));
	cr_expect(eq(str, (char *)i->url,
	             "https://www.google.com/appsstatus/dashboard/"
	             "incidents/A1"));
	cr_expect(eq(str, (char *)i->body, "We look."));
	mailguard_incidents_free(list);
}

Test(status_pages, an_end_put_off_is_counted)
{
	mailguard_incidents *list = read_page(mg, pages[0].text, NULL, NULL);
	const mailguard_incident *i = mailguard_incidents_at(list, 0);

	cr_expect(eq(int, i->expected_end_revisions, 1));
	cr_expect(eq(sz, i->update_count, 2));
	cr_expect(eq(str, (char *)i->updates[0].text, "ETA: 11:30 JST"));
	mailguard_incidents_free(list);
}

Test(status_pages, markup_and_control_characters_do_not_come_through)
{
	mailguard_incidents *list = read_page(
		mg,
		"<rss version='2.0'><channel><item><title>a &lt;b&gt;outage"
		"&lt;/b&gt; &amp;amp; x\xe2\x80\xae</title><description>"
		"&lt;script&gt;alert(1)&lt;/script&gt;one&lt;br&gt;two &amp;lt;"
		"3 [here](https://evil.example/)</description></item></channel>"
		"</rss>",
		NULL, NULL);
	const mailguard_incident *i = mailguard_incidents_at(list, 0);

	cr_expect(eq(str, (char *)i->title, "a outage & x"));
	cr_expect(eq(str, (char *)i->body, "one\ntwo <3 here"));
	mailguard_incidents_free(list);
}

Test(status_pages, a_page_in_any_charset_is_read)
{
	static const unsigned char sjis[] =
		"<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><rss version="
		"\"0.91\"><channel><title>t</title><item><title>"
		"\x81\x79\x8f\xe1\x8a\x51\x81\x7a\x83\x81\x81\x5b\x83\x8b\x87"
		"\x40</title><link>http://x/1</link></item></channel></rss>";
	mailguard_incidents *list =
		read_page(mg, (const char *)sjis, NULL, NULL);

	cr_expect(eq(str, (char *)mailguard_incidents_at(list, 0)->title,
	             "【障害】メール①"));
	mailguard_incidents_free(list);
}

Test(status_pages, utf16_is_read)
{
	const char *text = pages[7].text;
	static unsigned char wide[8192] = { 0xfe, 0xff };
	mailguard_span page = { wide, 2 + 2 * strlen(text) };
	mailguard_incidents *list;
	size_t i;

	for (i = 0; text[i]; i++)
		wide[3 + 2 * i] = (unsigned char)text[i];
	ok(mailguard_incidents_parse(&list, mg, page, NULL, NULL));
	cr_expect(
		eq(str, (char *)mailguard_incidents_page(list)->format, "aws"));
	cr_expect(eq(str, (char *)mailguard_incidents_at(list, 0)->title,
	             "API errors"));
	mailguard_incidents_free(list);
}

Test(status_pages, layouts_of_notices_are_read_for_what_they_say)
{
	static const struct {
		const char *why, *text;
		char *sketch;
	} rows[] = {
		{ "a table, under a list of news",
		  "<html><ul><li>2026.02.02 【復旧】データベース障害</li></ul>"
		  "<h3>【障害発生中】メール配送遅延</h3><table><tr><th>発生日時"
		  "</th><td>2026年02月03日 08:40</td></tr><tr><th>対象サーバ"
		  "</th><td>users001～users050</td></tr><tr><th>復旧予定</th>"
		  "<td>2026年02月03日 13:00頃</td></tr></table></html>",
		  "incident/investigating/unknown/now "
		  "【障害発生中】メール配送遅延 "
		  "2026-02-02T23:40:00Z..2026-02-03T04:00:00Z smtp "
		  "users001..users050\n"
		  "incident/resolved/unknown/over 【復旧】データベース障害 "
		  "2026-02-01T15:00:00Z.. other\n" },
		{ "no end is made up from the day of the news",
		  "【障害】メール\n■発生日時：2026年2月3日 8:50 ～ 9:30\n"
		  "■復旧見込み：未定\n2026年2月3日 9時40分掲載\n",
		  "incident/unknown/unknown/now 【障害】メール "
		  "2026-02-02T23:50:00Z.. smtp pop imap\n" },
		{ "over, by its own words",
		  "下記の障害が発生しておりましたが、復旧いたしました。\n\n"
		  "【障害発生日時】\n2026年2月3日（火）7時15分頃 ～ 8時05分頃\n"
		  "【対象サーバー】\nsv1234.neko.example."
		  "jp\n【影響】\nメール\n",
		  "incident/resolved/unknown/over "
		  "下記の障害が発生しておりましたが、"
		  "復旧いたしました。 2026-02-02T22:15:00Z.. smtp pop imap "
		  "sv1234.neko.example.jp\n" },
		{ "what will be during maintenance is not now",
		  "【重要】緊急メンテナンスのお知らせ\n◆実施日時\n"
		  "令和8年2月5日(木) 午前2時00分 ～ "
		  "午前4時30分（最大2時間30分）\n"
		  "◆内容\nメンテナンス中、10分間程度メールを送受信できません。"
		  "\n",
		  "maintenance/scheduled/unknown/ahead "
		  "【重要】緊急メンテナンスのお知らせ "
		  "2026-02-04T17:00:00Z..2026-02-04T19:30:00Z smtp pop "
		  "imap\n" },
		{ "the heading of a page for both says neither",
		  "障害・メンテナンス情報\n緊急メンテナンスのお知らせ\n"
		  "現在、メールサーバーのメンテナンスを実施しております。\n"
		  "対象サーバー：sv1234.neko.example.jp\n"
		  "開始日時：2026年2月3日 8:50\n終了予定日時：未定\n",
		  "maintenance/unknown/unknown/now "
		  "緊急メンテナンスのお知らせ 2026-02-02T23:50:00Z.. smtp pop "
		  "imap sv1234.neko.example.jp\n" },
		{ "a planned event in a feed",
		  "<feed><title>x</title><entry><id>1</id><updated>"
		  "2026-02-01T01:10:00Z</updated><link href='https://x/i/2'/>"
		  "<title>Mail upgrade</title><content "
		  "type='html'>&lt;b&gt;THIS "
		  "IS A SCHEDULED EVENT Feb  5, 15:00 - 18:00 "
		  "UTC&lt;/b&gt;&lt;p"
		  "&gt;Scheduled - SMTP restarts.</content></entry></feed>",
		  "maintenance/scheduled/unknown/ahead Mail upgrade "
		  "2026-02-05T15:00:00Z..2026-02-05T18:00:00Z smtp pop "
		  "imap\n" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list = read_page(
			mg, rows[i].text, "https://neko.example.jp/", NULL);

		cr_expect(eq(str, sketch_of(list), rows[i].sketch), "%s",
		          rows[i].why);
		mailguard_incidents_free(list);
	}
}
