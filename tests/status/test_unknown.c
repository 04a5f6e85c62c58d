/* Unknown is never ok; and what happens when memory runs out. */
#include "status/fixture.h"

#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

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

TestSuite(status_unknown, .init = setup, .fini = teardown);

Test(status_unknown, what_cannot_be_read_is_unknown_and_says_why)
{
	static const struct {
		const char *why, *text;
		char *code;
	} rows[] = {
		{ "nothing", "", "incidents.empty" },
		{ "only space", " \r\n", "incidents.empty" },
		{ "cut JSON", "{\"page\":{\"id\":1", "incidents.broken" },
		{ "cut XML", "<rss><channel><item>", "incidents.broken" },
		{ "same key twice",
		  "{\"page\":{\"name\":\"x\"},\"status\":{\"indicator\":"
		  "\"major\",\"indicator\":\"none\"},\"components\":[]}",
		  "incidents.broken" },
		{ "another JSON", "{\"ok\":true}", "incidents.unrecognised" },
		{ "an empty list", "[]", "incidents.unrecognised" },
		{ "another XML", "<svg/>", "incidents.unrecognised" },
		{ "a page about nothing",
		  "<html><body><p>All is well!</p></body></html>",
		  "incidents.unrecognised" },
		{ "prose", "everything works", "incidents.unrecognised" },
		{ "entities in entities",
		  "<!DOCTYPE r [<!ENTITY a \"b\"><!ENTITY c \"&a;&a;\">]><rss>"
		  "<channel>&c;</channel></rss>",
		  "incidents.broken" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list =
			read_page(mg, rows[i].text, NULL, "p");
		const mailguard_finding *f =
			mailguard_incidents_finding(list, 0);

		cr_expect(eq(int, overall_of(list, "h.example", "p"),
		             MAILGUARD_OUTCOME_UNKNOWN),
		          "%s", rows[i].why);
		cr_assert_not_null(f, "%s", rows[i].why);
		cr_expect(eq(str, (char *)f->code, rows[i].code), "%s",
		          rows[i].why);
		mailguard_incidents_free(list);
	}
}

Test(status_unknown, a_word_nobody_knows_counts_as_the_worst)
{
	static const struct {
		const char *why, *text;
	} rows[] = {
		{ "component",
		  "{\"page\":{\"name\":\"x\"},\"components\":[{\"name\":"
		  "\"Mail\",\"status\":\"wobbly\"}],\"status\":{\"indicator\":"
		  "\"none\"}}" },
		{ "indicator",
		  "{\"page\":{\"name\":\"x\"},\"components\":[],\"status\":{"
		  "\"indicator\":\"wobbly\"}}" },
		{ "impact",
		  "{\"page\":{\"name\":\"x\"},\"incidents\":[{\"name\":\"Mail\""
		  ",\"status\":\"identified\",\"impact\":\"wobbly\"}]}" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list =
			read_page(mg, rows[i].text, NULL, "p");

		cr_expect(eq(int, overall_of(list, NULL, "p"),
		             MAILGUARD_OUTCOME_INCIDENT),
		          "%s", rows[i].why);
		cr_expect(eq(int, mailguard_incidents_at(list, 0)->impact,
		             MAILGUARD_INCIDENT_IMPACT_CRITICAL),
		          "%s", rows[i].why);
		cr_expect(eq(str,
		             (char *)mailguard_incidents_finding(list, 0)->code,
		             "incident.word"),
		          "%s", rows[i].why);
		mailguard_incidents_free(list);
	}
}

Test(status_unknown, an_unknown_state_is_taken_for_going_on)
{
	mailguard_incidents *list = read_page(
		mg,
		"{\"page\":{\"name\":\"x\"},\"incidents\":[{\"name\":\"Mail\","
		"\"status\":\"pondering\",\"impact\":\"minor\"}]}",
		NULL, "p");

	cr_expect(eq(int, mailguard_incidents_at(list, 0)->when,
	             MAILGUARD_INCIDENT_WHEN_NOW));
	cr_expect(eq(int, overall_of(list, NULL, "p"),
	             MAILGUARD_OUTCOME_INCIDENT));
	mailguard_incidents_free(list);
}

Test(status_unknown, words_that_only_sound_like_the_end_do_not_end_it)
{
	static const struct {
		const char *text;
		bool over;
	} rows[] = {
		{ "復旧しました。", true },
		{ "現在は復旧しております", true },
		{ "障害は解消いたしました", true },
		{ "This incident has been resolved.", true },
		{ "復旧作業中です", false },
		{ "復旧見込みは未定です", false },
		{ "復旧次第お知らせします", false },
		{ "復旧しましたらお知らせします", false },
		{ "まだ復旧しておりません", false },
		{ "一部復旧しました", false },
		{ "The issue is not resolved yet.", false },
		{ "We will tell you once it has been resolved.", false },
		{ "unresolved", false },
		{ "Another fault: it has not yet been fully restored.", false },
		{ "After a restart, the issue has been resolved.", true },
		{ "As soon as the problem has been resolved we post.", false },
		{ "The fault is over. Service has been restored.", true },
		{ "Until service has been restored, wait.", false },
		{ "復旧完了予定は未定です", false },
		{ "復旧が完了しましたらお知らせします", false },
		{ "復旧が完了しました", true },
		{ "復旧が完了次第ご連絡します", false },
		{ "解消しましたらお知らせします", false },
		{ "正常にご利用いただけません", false },
		{ "正常に戻りました", true },
		{ "早期復旧に努めます", false },
		{ "We expect it to be resolved by noon.", false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_incidents *list;
		char page[1024];

		snprintf(page, sizeof(page),
		         "<rss><channel><item><title>メール障害</title>"
		         "<pubDate>Tue, 03 Feb 2026 00:00:00 GMT</pubDate>"
		         "<description>%s</description></item></channel></rss>",
		         rows[i].text);
		list = read_page(mg, page, NULL, "p");
		cr_expect(eq(int, overall_of(list, NULL, "p"),
		             rows[i].over ? MAILGUARD_OUTCOME_OK
		                          : MAILGUARD_OUTCOME_INCIDENT),
		          "%s", rows[i].text);
		mailguard_incidents_free(list);
	}
}

Test(status_unknown, a_page_cut_short_anywhere_is_never_ok)
{
	size_t i, n;

	for (i = 0; i < page_count; i++)
		for (n = 0; n < strlen(pages[i].text); n += 64) {
			char *cut = strndup(pages[i].text, n);
			mailguard_incidents *list =
				read_page(mg, cut, pages[i].url, "p");

			cr_expect(ne(int, overall_of(list, NULL, "p"),
			             MAILGUARD_OUTCOME_OK),
			          "%s at %zu", pages[i].format, n);
			mailguard_incidents_free(list);
			free(cut);
		}
}

Test(status_unknown, past_the_limit_what_is_left_out_is_not_called_ok)
{
	static char page[200000] = "<rss><channel>";
	mailguard_incidents *list;
	size_t n = strlen(page), i;

	for (i = 0; i <= MAILGUARD_INCIDENTS_MAX; i++)
		n += (size_t)snprintf(page + n, sizeof(page) - n,
		                      "<item><title>復旧 メール障害 %zu</title>"
		                      "</item>",
		                      i);
	snprintf(page + n, sizeof(page) - n, "</channel></rss>");
	list = read_page(mg, page, NULL, "p");
	cr_expect_not_null(
		mailguard_incidents_at(list, MAILGUARD_INCIDENTS_MAX - 1));
	cr_expect_null(mailguard_incidents_at(list, MAILGUARD_INCIDENTS_MAX));
	cr_expect(eq(int, overall_of(list, NULL, "p"),
	             MAILGUARD_OUTCOME_UNKNOWN));
	cr_expect(eq(str, (char *)mailguard_incidents_finding(list, 0)->code,
	             "incidents.limit"));
	mailguard_incidents_free(list);
}

Test(status_unknown, a_page_too_large_is_not_read)
{
	size_t n = MAILGUARD_INCIDENTS_BYTES_MAX + 1;
	mailguard_incidents *list;
	char *page = malloc(n);
	mailguard_span span = { (unsigned char *)page, n };

	memset(page, ' ', n);
	page[0] = '[';
	ok(mailguard_incidents_parse(&list, mg, span, NULL, NULL));
	cr_expect(eq(str, (char *)mailguard_incidents_finding(list, 0)->code,
	             "incidents.too-large"));
	cr_expect(eq(int, overall_of(list, NULL, "p"),
	             MAILGUARD_OUTCOME_UNKNOWN));
	mailguard_incidents_free(list);
	free(page);
}

Test(status_unknown, an_answer_other_than_200_is_unknown)
{
	mailguard_incidents_options o = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_span page = { (const unsigned char *)pages[0].text,
		                strlen(pages[0].text) };
	mailguard_incidents *list;

	o.http_status = 503;
	ok(mailguard_incidents_parse(&list, mg, page, &o, NULL));
	cr_expect_null(mailguard_incidents_at(list, 0));
	cr_expect(eq(int, overall_of(list, NULL, "p"),
	             MAILGUARD_OUTCOME_UNKNOWN));
	mailguard_incidents_free(list);
}

/* Parse, match and tell; the worst status. */
static mailguard_status all_of(mailguard *own, const page_row *row)
{
	mailguard_span page = { (const unsigned char *)row->text,
		                strlen(row->text) };
	mailguard_incidents *list = NULL;
	mailguard_buffer *b = NULL;
	mailguard_status st;

	st = mailguard_incidents_parse(&list, own, page, NULL, NULL);
	cr_assert(eq(int, st < 0, list == NULL));
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&b, own, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_incidents_json(b, list, NULL, 0, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_incidents_text(b, list, NULL, 0, NULL);
	mailguard_buffer_free(b);
	mailguard_incidents_free(list);
	return st;
}

Test(status_unknown, every_allocation_failure_is_survived)
{
	mailguard_status st;
	mailguard *tight;
	size_t i;
	int n;

	for (i = 0; i < page_count; i++) {
		n = 1;
		do {
			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			st = all_of(tight, &pages[i]);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s: %d", pages[i].format, st);
			mailguard_free(tight);
		} while (st != MAILGUARD_OK);
		cr_expect(eq(int, fail_alloc_live(), 0), "%s", pages[i].format);
		cr_expect(n > 5, "%s", pages[i].format);
	}
}

Test(status_unknown, third_parties_out_of_memory_are_survived)
{
	mailguard_status st;
	size_t i;
	int n, hit;

	if (!armed_malloc_works())
		cr_skip_test("the sanitizer's allocator cannot be armed");
	for (i = 0; i < page_count; i++) {
		/* libxml2's HTML is not asked, and step wide: it is slow. */
		for (n = 0, hit = 1; hit; n += 3) {
			armed_malloc_at(n);
			st = all_of(mg, &pages[i]);
			hit = armed_malloc_off();
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s: %d", pages[i].format, st);
			cr_assert(hit || st == MAILGUARD_OK, "%s",
			          pages[i].format);
		}
	}
}
