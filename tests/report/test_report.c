/* What report/ promises: one result, laid out for whoever reads it. */
#include <mailguard/report.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "base/xml.h"
#include "report/report.h"
#include "support/armed_malloc.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char folder[256];

static mailguard_time noon(void *payload)
{
	(void)payload;
	return INT64_C(1768287600000000);
}

/* Speak that language from now on. */
static void speak(const char *lang)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	mailguard_free(mg);
	opts.lang = lang;
	opts.now = noon;
	ok(mailguard_new(&mg, &opts, NULL));
}

static void setup(void)
{
	mg = NULL;
	speak("en");
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(report, .init = setup, .fini = teardown, .timeout = 120);

#define MAIL                                                     \
 "From ann@example.org Thu Jan  1 00:00:00 2026\n"               \
 "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n" \
 "Subject: one\n\nhi\n\n"

/* Two hosters, four accounts, three files in a cloud folder. */
static const char office[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"label\":\"Info "
	"<b>\",\"address\":\"info@one.example\","
	"\"server_in\":\"S1\",\"server_out\":\"S2\",\"provider\":\"A\","
	"\"store\":\"m1\",\"webmail\":\"https://web.one.example/?a=1&b=2\","
	"\"backup\":\"a4\"},"
	"{\"id\":\"a2\",\"address\":\"sales@one.example\",\"server_in\":\"S1\","
	"\"server_out\":\"S2\",\"provider\":\"A\",\"store\":\"m2\","
	"\"webmail\":\"https://web.one.example/?a=1&b=2\"},"
	"{\"id\":\"a3\",\"address\":\"orders@one.example\",\"server_in\":"
	"\"S1\","
	"\"provider\":\"A\",\"store\":\"m3\"},"
	"{\"id\":\"a4\",\"address\":\"owner@two.example\",\"server_in\":\"S3\","
	"\"provider\":\"B\",\"store\":\"m4\","
	"\"webmail\":\"https://web.two.example/\"}],"
	"\"servers\":["
	"{\"id\":\"S1\",\"provider\":\"A\",\"protocol\":\"imap\",\"host\":"
	"\"mail.one.example\",\"tls\":\"implicit\"},"
	"{\"id\":\"S2\",\"provider\":\"A\",\"protocol\":\"submission\","
	"\"host\":\"mail.one.example\",\"tls\":\"implicit\"},"
	"{\"id\":\"S3\",\"provider\":\"B\",\"protocol\":\"pop3\",\"host\":"
	"\"pop.two.example\",\"tls\":\"implicit\"}],"
	"\"providers\":["
	"{\"id\":\"A\",\"name\":\"Hoster \\\"A\\\", Ltd\",\"phone\":"
	"\"050-000-0000\",\"status\":\"https://status.one.example/\"},"
	"{\"id\":\"B\",\"name\":\"Hoster B\"}],"
	"\"stores\":["
	"{\"id\":\"m1\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\info.mbox\"}"
	","
	"{\"id\":\"m2\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\sales."
	"mbox\"},"
	"{\"id\":\"m3\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\orders."
	"mbox\"},"
	"{\"id\":\"m4\",\"path\":\"C:\\\\Users\\\\u\\\\Mail\\\\owner.mbox\"}]}";

static const char *const files_at_fault[] = {
	"a1 receive fail 0x800CCC0F",
	"a1 send ok",
	"a2 receive fail 0x80040600",
	"a3 receive fail 0x80040119",
	"a4 receive ok",
	NULL,
};
static const char *const provider_at_fault[] = {
	"a1 receive fail 0x800CCC0E",
	"a1 send fail 0x800CCC0E",
	"a2 receive fail 0x800CCC0E",
	"a2 send fail 0x800CCC0E",
	"a3 receive fail 0x800CCC0E",
	"a4 receive ok",
	NULL,
};
static const char *const all_well[] = {
	"a1 receive ok", "a1 send ok",    "a2 receive ok",
	"a3 receive ok", "a4 receive ok", NULL,
};

/* Files torn by a sync service, or all of them sound. */
static void files_make(bool torn)
{
	static char bytes[sizeof(MAIL) + 255] = MAIL;
	size_t n = torn ? sizeof(bytes) : strlen(MAIL);

	temp_write("OneDrive/info.mbox", bytes, n);
	temp_write("OneDrive/sales.mbox", bytes, n);
	temp_write("OneDrive/orders.mbox", bytes, n);
	temp_write("Mail/owner.mbox", MAIL, strlen(MAIL));
}

static mailguard_status report_try(mailguard_report **out,
                                   mailguard *with,
                                   const char *const *saw)
{
	mailguard_span text = { (const unsigned char *)office, strlen(office) };
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	const mailguard_checkup_step *step;
	mailguard_profile *p = NULL;
	mailguard_checkup *c = NULL;
	mailguard_verdict *v = NULL;
	mailguard_status st;

	*out = NULL;
	opts.flags = MAILGUARD_CHECKUP_NO_NET;
	st = mailguard_profile_parse(&p, with, text, NULL, NULL);
	if (st >= 0)
		st = mailguard_profile_map(p, "C:\\Users\\u", folder, NULL);
	if (st >= 0)
		st = mailguard_checkup_new(&c, with, p, &opts, NULL);
	for (; st >= 0 && *saw; saw++)
		st = mailguard_checkup_saw(c, *saw, NULL);
	while (st == MAILGUARD_OK)
		st = mailguard_checkup_next(&step, c, NULL);
	if (st == MAILGUARD_ITEROVER)
		st = mailguard_checkup_verdict(&v, c, NULL);
	if (st >= 0)
		st = mailguard_report_new(out, v, c, NULL);
	mailguard_verdict_free(v); /* in any order: the report holds its own */
	mailguard_checkup_free(c);
	mailguard_profile_free(p);
	return st;
}

static mailguard_report *report_of(const char *const *saw)
{
	mailguard_report *r;

	ok(report_try(&r, mg, saw));
	return r;
}

/* Of a case file, without a checkup. */
static mailguard_report *weighed(const char *json)
{
	mailguard_span text = { (const unsigned char *)json, strlen(json) };
	mailguard_report *r;
	mailguard_verdict *v;
	mailguard_cases *cases;
	mailguard_case *c;

	ok(mailguard_cases_parse(&cases, mg, text, NULL));
	ok(mailguard_cases_next(&c, cases, NULL));
	ok(mailguard_case_weigh(&v, c, NULL));
	ok(mailguard_report_new(&r, v, NULL, NULL));
	mailguard_verdict_free(v);
	mailguard_case_free(c);
	mailguard_cases_free(cases);
	return r;
}

/* Yours; free with mailguard_buffer_free(). The report is freed. */
static mailguard_buffer *written(mailguard_report *r,
                                 mailguard_report_format format)
{
	mailguard_buffer *b;

	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_report_write(b, r, format, 0, NULL));
	mailguard_report_free(r);
	return b;
}

/* All of `says`, each behind the one before it. */
static void in_order(const char *text, const char *const *says)
{
	const char *at = text;

	for (; *says; says++) {
		const char *next = strstr(at, *says);

		cr_expect_not_null(next, "in this order: %s\n%s", *says, text);
		at = next ? next : at;
	}
}

static size_t times(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

Test(report, a_screen_answers_what_people_ask_in_the_order_they_ask)
{
	static const struct {
		const char *lang, *says[20];
	} rows[] = {
		{ "en",
		  { "At fault: the synced (cloud) folder the mail files lie in "
		    "(certain",
		    "info.mbox: damaged",
		    "orders.mbox: damaged",
		    "Not at fault:",
		    "pop.two.example",
		    "Hoster B",
		    "Meanwhile:",
		    "by webmail",
		    "info@one.example, sales@one.example: "
		    "https://web.one.example/?a=1&b=2",
		    "Account owner@two.example works",
		    "Next:",
		    "1. Back up",
		    "2. Salvage",
		    "3. Move",
		    "4. Check again",
		    "Not now:",
		    "re-create the account",
		    "Whom to call:",
		    "Not looked at:",
		    NULL } },
		{ "ja",
		  { "原因: "
		    "メールファイルの保存先「クラウド同期フォルダー」（確実",
		    "info.mbox: 破損",
		    "orders.mbox: 破損",
		    "原因ではないもの:",
		    "pop.two.example",
		    "Hoster B",
		    "当面の方法:",
		    "ウェブメール",
		    "info@one.example、sales@one.example: "
		    "https://web.one.example/?a=1&b=2",
		    "アカウント owner@two.example は使えます",
		    "次にすること:",
		    "1. バックアップ",
		    "2. 救出",
		    "3. 移動",
		    "4. 再検査",
		    "今はしないこと:",
		    "再作成しないでください",
		    "連絡先:",
		    "まだ調べていないもの:",
		    NULL } },
	};
	size_t i;

	files_make(true);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer *b;

		speak(rows[i].lang);
		b = written(report_of(files_at_fault), MAILGUARD_REPORT_TEXT);
		in_order(mailguard_buffer_text(b), rows[i].says);
		cr_expect_null(strstr(mailguard_buffer_text(b), "account a1"));
		cr_expect(eq(sz,
		             times(mailguard_buffer_text(b),
		                   "https://web.one.example"),
		             1));
		mailguard_buffer_free(b);
	}
}

Test(report, a_provider_is_called_by_its_name_and_telephone)
{
	static const struct {
		const char *lang, *says[5];
	} rows[] = {
		{ "en",
		  { "Hoster \"A\", Ltd", "Account owner@two.example works",
		    "The support of Hoster \"A\", Ltd. Telephone: 050-000-0000",
		    "https://status.one.example/", NULL } },
		{ "ja",
		  { "Hoster \"A\", Ltd",
		    "アカウント owner@two.example は使えます",
		    "Hoster \"A\", Ltd のサポート窓口（電話: 050-000-0000）",
		    "https://status.one.example/", NULL } },
	};
	size_t i;

	files_make(false);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer *b;

		speak(rows[i].lang);
		b = written(report_of(provider_at_fault),
		            MAILGUARD_REPORT_TEXT);
		in_order(mailguard_buffer_text(b), rows[i].says);
		mailguard_buffer_free(b);
	}
}

/* As many accounts as a case takes, each with its own names. */
static char *crowd(size_t count)
{
	size_t room = 1024 + count * 512, n = 0, i;
	char *text = malloc(room);

	n += (size_t)snprintf(text + n, room - n, "{\"accounts\":{");
	for (i = 0; i < count; i++)
		n += (size_t)snprintf(
			text + n, room - n,
			"%s\"account-%zu@quite.a.long.example\":{\"sv\":"
			"\"mail-%zu.example\",\"pv\":\"p%zu\",\"st\":"
			"\"m%zu\"}",
			i ? "," : "", i, i, i, i);
	n += (size_t)snprintf(text + n, room - n, "},\"observations\":[");
	for (i = 0; i < count; i++)
		n += (size_t)snprintf(
			text + n, room - n,
			"%s{\"t\":\"op\",\"a\":"
			"\"account-%zu@quite.a.long.example\",\"r\":\"%s\"}",
			i ? "," : "", i, i % 2 ? "ok" : "fail");
	snprintf(text + n, room - n, "]}");
	return text;
}

static void fits(const char *text)
{
	size_t lines = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		char *line = strndup(text, n);

		cr_expect(le(sz, mgi_text_width(line), 100), "%s", line);
		free(line);
		lines++;
		text += n + (text[n] == '\n');
	}
	cr_expect(le(sz, lines, 40));
}

Test(report, a_screen_is_one_screen_however_much_there_is_to_say)
{
	static const char *const langs[] = { "en", "ja" };
	size_t i, k;

	files_make(true);
	for (i = 0; i < 2; i++) {
		mailguard_buffer *b;

		speak(langs[i]);
		b = written(report_of(files_at_fault), MAILGUARD_REPORT_TEXT);
		fits(mailguard_buffer_text(b));
		mailguard_buffer_free(b);
		for (k = 1; k < 160; k += 53) {
			char *text = crowd(k);

			b = written(weighed(text), MAILGUARD_REPORT_TEXT);
			fits(mailguard_buffer_text(b));
			mailguard_buffer_free(b);
			free(text);
		}
	}
}

Test(report, what_is_left_out_of_a_screen_is_counted)
{
	char *text = crowd(200);
	mailguard_buffer *b = written(weighed(text), MAILGUARD_REPORT_TEXT);

	cr_expect_not_null(strstr(mailguard_buffer_text(b), " more"));
	mailguard_buffer_free(b);
	free(text);
}

Test(report, lines_break_where_the_language_may_and_nothing_is_lost)
{
	static const struct {
		const char *why, *text;
		char *lines;
	} rows[] = {
		{ "words", "one two three four",
		  "- one two\n  three\n  four\n" },
		{ "a long word", "abcdefghijklm", "- abcdefgh\n  ijklm\n" },
		{ "kana", "かなかなかな", "- かなかな\n  かな\n" },
		{ "a stop stays with its word", "かなかな。なし",
		  "- かなか\n  な。なし\n" },
		{ "a bracket, too", "かなか「かな", "- かなか\n  「かな\n" },
		{ "controls", "a\tb\nc\x1b[31m", "- a b c\n  [31m\n" },
		{ "no UTF-8", "\xff", "- \xef\xbf\xbd\n" },
		{ "nothing", "", "- \n" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_buffer *b;

		ok(mailguard_buffer_new(&b, mg, NULL));
		mgi_text_wrap(b, "- ", rows[i].text, 10);
		cr_expect(eq(str, (char *)mailguard_buffer_text(b),
		             rows[i].lines),
		          "%s", rows[i].why);
		mailguard_buffer_free(b);
	}
}

/* The object of `list` whose `key` is `id`. */
static const mgi_json *member(const mgi_json *root,
                              const char *list,
                              const char *key,
                              const char *id)
{
	const mgi_json *array = mgi_json_get(root, list);
	size_t i;

	for (i = 0; i < mgi_json_count(array); i++)
		if (strcmp(mgi_json_str(mgi_json_at(array, i), key, ""), id) ==
		    0)
			return mgi_json_at(array, i);
	return NULL;
}

Test(report, json_tells_of_each_account_file_and_page)
{
	static const char *const keys[] = {
		"verdict",       "fault_domain", "components",
		"possible",      "grade",        "p",
		"cleared",       "evidence",     "meanwhile",
		"next",          "avoid",        "not_looked_at",
		"accounts",      "stores",       "status",
		"known_defects",
	};
	const mgi_json *one;
	mailguard_buffer *b;
	mgi_json *root;
	size_t i;

	files_make(true);
	b = written(report_of(files_at_fault), MAILGUARD_REPORT_JSON);
	ok(mgi_json_parse(&root, mg, mgi_buf_span(b), NULL));
	cr_expect_null(strchr(mailguard_buffer_text(b), '\n'));
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		cr_expect_not_null(mgi_json_get(root, keys[i]), "%s", keys[i]);
	cr_expect(eq(sz, mgi_json_count(mgi_json_get(root, "accounts")), 4));
	cr_expect(eq(sz, mgi_json_count(mgi_json_get(root, "stores")), 4));
	one = member(root, "accounts", "account", "a1");
	cr_expect(eq(str, (char *)mgi_json_str(one, "label", ""), "Info <b>"));
	cr_expect(eq(str, (char *)mgi_json_str(one, "name", ""),
	             "info@one.example"));
	cr_expect(eq(str, (char *)mgi_json_str(one, "state", ""), "mixed"));
	one = member(root, "stores", "store", "m1");
	cr_expect(eq(str, (char *)mgi_json_str(one, "outcome", ""), "damaged"));
	cr_expect(eq(str, (char *)mgi_json_str(one, "path", ""),
	             "C:\\Users\\u\\OneDrive\\info.mbox"));
	cr_expect_not_null(strstr(mgi_json_str(one, "words", ""), "damaged"));
	one = member(root, "status", "provider", "A");
	cr_expect(eq(str, (char *)mgi_json_str(one, "phone", ""),
	             "050-000-0000"));
	cr_expect(eq(str, (char *)mgi_json_str(one, "outcome", ""), "unknown"));
	mgi_json_free(root);
	mailguard_buffer_free(b);
}

Test(report, json_of_a_plain_verdict_is_the_verdicts_own)
{
	const char *json = "{\"accounts\":{\"a\":{\"sv\":\"S\"}},"
			   "\"observations\":[{\"t\":\"op\",\"a\":\"a\","
			   "\"r\":\"ok\"}]}";
	mailguard_report *r = weighed(json);
	mailguard_buffer *own, *b;

	ok(mailguard_buffer_new(&own, mg, NULL));
	ok(mailguard_verdict_json(own, r->v, NULL));
	b = written(r, MAILGUARD_REPORT_JSON);
	cr_expect(eq(str, (char *)mailguard_buffer_text(b),
	             (char *)mailguard_buffer_text(own)));
	mailguard_buffer_free(own);
	mailguard_buffer_free(b);
}

#define ONE "{\"accounts\":{\"a\":{\"sv\":\"S\",\"pv\":\"P\",\"st\":\"m\"}},"

Test(report, a_monitor_gets_one_line_and_the_code_of_a_plugin)
{
	static const struct {
		const char *why, *json, *says;
		int code;
	} rows[] = {
		{ "well",
		  ONE "\"observations\":[{\"t\":\"op\",\"a\":\"a\",\"r\":"
		      "\"ok\"}]}",
		  "MAIL OK - Nothing is wrong", 0 },
		{ "something failed, who knows why",
		  ONE "\"observations\":[{\"t\":\"op\",\"a\":\"a\",\"r\":"
		      "\"fail\"}]}",
		  "MAIL WARNING - Not yet known", 1 },
		{ "a cause",
		  ONE "\"observations\":[{\"t\":\"store\",\"st\":\"m\",\"r\":"
		      "\"damaged\"},{\"t\":\"op\",\"a\":\"a\",\"r\":\"fail\","
		      "\"code\":\"local_store\"}]}",
		  "MAIL CRITICAL - At fault: mail file m", 2 },
		{ "nothing was looked at", ONE "\"observations\":[]}",
		  "MAIL UNKNOWN - Not yet known", 3 },
		{ "a bar and a line end in an id",
		  "{\"id\":\"x|y\\nz\",\"accounts\":{\"a\":{\"sv\":\"S\"}},"
		  "\"observations\":[{\"t\":\"op\",\"a\":\"a\",\"r\":\"ok\"}]}",
		  "MAIL OK - x/y z: Nothing", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_report *r = weighed(rows[i].json);
		mailguard_buffer *b;
		const char *text;

		cr_expect(eq(int, mailguard_report_code(r), rows[i].code), "%s",
		          rows[i].why);
		b = written(r, MAILGUARD_REPORT_NAGIOS);
		text = mailguard_buffer_text(b);
		cr_expect(zero(int, strncmp(text, rows[i].says,
		                            strlen(rows[i].says))),
		          "%s: %s", rows[i].why, text);
		cr_expect(eq(sz, strcspn(text, "\n"),
		             mailguard_buffer_length(b) - 1),
		          "one line: %s", rows[i].why);
		cr_expect_not_null(strstr(text, " | accounts=1 failing="), "%s",
		                   text);
		cr_expect(eq(ptr, strchr(text, '|'), strrchr(text, '|')));
		mailguard_buffer_free(b);
	}
	cr_expect(eq(int, mailguard_report_code(NULL), 3));
}

/* The next field of RFC 4180 into `out`; what ended it. */
static char field(char *out, size_t room, const char **at)
{
	const char *p = *at;
	bool quoted = *p == '"';
	size_t n = 0;

	p += quoted;
	while (*p && n + 1 < room) {
		if (quoted && *p == '"') {
			if (p[1] != '"')
				break;
			p++;
		} else if (!quoted && (*p == ',' || *p == '\r')) {
			break;
		}
		out[n++] = *p++;
	}
	out[n] = '\0';
	p += quoted;
	*at = p + (*p == '\r') + 1;
	return *p;
}

Test(report, csv_has_a_row_for_each_thing_and_quotes_what_needs_it)
{
	static const struct {
		const char *kind;
		size_t count;
	} rows[] = {
		{ "kind", 1 },
		{ "place", 4 },
		{ "store", 4 },
		{ "op", 5 },
	};
	char kinds[64][512];
	mailguard_buffer *b;
	const char *at;
	size_t n = 0, i, k;

	files_make(true);
	b = written(report_of(files_at_fault), MAILGUARD_REPORT_CSV);
	for (at = mailguard_buffer_text(b); *at && n < 64; n++) {
		char cell[512], end = ',';

		for (k = 0; k < 8; k++) {
			cr_expect(eq(chr, end, ','), "%zu", n);
			end = field(k == 1 ? kinds[n] : cell, sizeof(cell),
			            &at);
		}
		cr_expect(eq(chr, end, '\r'), "%zu", n);
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t found = 0;

		for (k = 0; k < n; k++)
			found += strcmp(kinds[k], rows[i].kind) == 0;
		cr_expect(eq(sz, found, rows[i].count), "%s", rows[i].kind);
	}
	cr_expect(zero(chr, *at));
	mailguard_buffer_free(b);
	b = written(weighed("{\"id\":\"x\",\"accounts\":{\"a\":{\"sv\":\"S\"}},"
	                    "\"observations\":[{\"t\":\"op\",\"a\":\"a\",\"r\":"
	                    "\"fail\",\"seen\":\"a \\\"b\\\",\\nc\"}]}"),
	            MAILGUARD_REPORT_CSV);
	cr_expect_not_null(
		strstr(mailguard_buffer_text(b), " [a \"\"b\"\",\nc]\"\r\n"),
		"%s", mailguard_buffer_text(b));
	mailguard_buffer_free(b);
}

Test(report, a_second_table_may_go_without_its_head)
{
	mailguard_report *r = weighed(ONE "\"observations\":[]}");
	mailguard_buffer *b;
	mailguard_error err;

	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_report_write(b, r, MAILGUARD_REPORT_CSV,
	                          MAILGUARD_REPORT_NO_HEAD, NULL));
	cr_expect(zero(sz, mailguard_buffer_length(b)));
	cr_expect(eq(int, mailguard_report_write(b, r, 9, 0, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(int, mailguard_report_write(b, r, 0, 2, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "report.format"));
	mailguard_buffer_free(b);
	mailguard_report_free(r);
}

/* Its head among them. */
static size_t rows_of_csv(void)
{
	mailguard_buffer *b =
		written(report_of(files_at_fault), MAILGUARD_REPORT_CSV);
	size_t n = times(mailguard_buffer_text(b), "\r\n");

	mailguard_buffer_free(b);
	cr_expect(ge(sz, n, 1 + 8 + 5));
	return n;
}

static size_t count_of(const mgi_xml *doc, const char *name)
{
	const mgi_xml_node *root = mgi_xml_root(doc), *at = root;
	size_t n = 0;

	for (; at; at = mgi_xml_walk(at, root))
		n += mgi_xml_is(at, name);
	return n;
}

Test(report, html_is_one_well_formed_page_in_its_language)
{
	static const struct {
		const char *lang, *title, *lists;
	} rows[] = {
		{ "en", "Mail checkup", "Not at fault:" },
		{ "ja", "メールの点検結果", "原因ではないもの:" },
	};
	size_t i;

	files_make(true);
	for (i = 0; i < 2; i++) {
		mailguard_buffer *b, *got;
		const char *text;
		mgi_xml *doc;

		speak(rows[i].lang);
		b = written(report_of(files_at_fault), MAILGUARD_REPORT_HTML);
		ok(mailguard_buffer_new(&got, mg, NULL));
		ok(mgi_xml_parse(&doc, mg, mgi_buf_span(b), NULL, NULL));
		mgi_xml_attr(got, mgi_xml_root(doc), "lang");
		mgi_xml_text(got, mgi_xml_root(doc));
		text = mailguard_buffer_text(got);
		cr_expect(zero(int, strncmp(text, rows[i].lang, 2)));
		cr_expect_not_null(strstr(text, rows[i].title));
		cr_expect_not_null(strstr(text, rows[i].lists));
		cr_expect_not_null(
			strstr(text, "https://web.one.example/?a=1&b=2"));
		cr_expect(eq(sz, count_of(doc, "h1"), 1));
		cr_expect(eq(sz, count_of(doc, "table"), 1));
		cr_expect(eq(sz, count_of(doc, "tr"), rows_of_csv()));
		cr_expect(zero(sz, count_of(doc, "script")));
		cr_expect(zero(sz, count_of(doc, "img")));
		cr_expect(zero(sz, count_of(doc, "link")));
		mgi_xml_free(doc);
		mailguard_buffer_free(got);
		mailguard_buffer_free(b);
	}
}

Test(report, html_escapes_all_that_comes_from_elsewhere)
{
	const char *json =
		"{\"id\":\"<script>1</script>\",\"accounts\":{\"a'\\\"<&>\":"
		"{\"sv\":\"<S>\",\"pv\":\"]]>\",\"st\":\"<!--\"}},"
		"\"observations\":[{\"t\":\"op\",\"a\":\"a'\\\"<&>\",\"r\":"
		"\"fail\",\"seen\":\"\\u0001<img src=x>\\ufffe\"}]}";
	mailguard_buffer *b = written(weighed(json), MAILGUARD_REPORT_HTML);
	mgi_xml *doc;

	ok(mgi_xml_parse(&doc, mg, mgi_buf_span(b), NULL, NULL));
	cr_expect(zero(sz, count_of(doc, "script")));
	cr_expect(zero(sz, count_of(doc, "img")));
	cr_expect(zero(sz, count_of(doc, "S")));
	cr_expect_null(strstr(mailguard_buffer_text(b), "<script"));
	cr_expect_null(strstr(mailguard_buffer_text(b), "<img"));
	cr_expect_null(strstr(mailguard_buffer_text(b), "<!--"));
	cr_expect_not_null(
		strstr(mailguard_buffer_text(b), "a&#39;&quot;&lt;&amp;&gt;"));
	mgi_xml_free(doc);
	mailguard_buffer_free(b);
}

Test(report, webmail_to_be_tried_comes_with_its_address)
{
	static const char *const saw[] = { "a1 receive fail", NULL };
	mailguard_buffer *b;

	files_make(false);
	b = written(report_of(saw), MAILGUARD_REPORT_TEXT);
	cr_expect_not_null(
		strstr(mailguard_buffer_text(b),
	               "Try the webmail of account sales@one.example: "
	               "https://web.one.example/?a=1&b=2\n"),
		"%s", mailguard_buffer_text(b));
	mailguard_buffer_free(b);
}

Test(report, nothing_wrong_is_said_as_plainly)
{
	mailguard_report *r;
	mailguard_buffer *b;

	files_make(false);
	r = report_of(all_well);
	cr_expect(zero(int, mailguard_report_code(r)));
	b = written(r, MAILGUARD_REPORT_TEXT);
	cr_expect(zero(int, strncmp(mailguard_buffer_text(b),
	                            "Nothing is wrong", 16)));
	cr_expect_null(strstr(mailguard_buffer_text(b), "Whom to call"));
	mailguard_buffer_free(b);
}

Test(report, formats_have_names_both_ways)
{
	int32_t i;

	for (i = 0; i < 5; i++)
		cr_expect(eq(i32,
		             mailguard_report_format_find(
				     mailguard_report_format_name(i)),
		             i));
	cr_expect(eq(str, (char *)mailguard_report_format_name(-1), "unknown"));
	cr_expect(eq(str, (char *)mailguard_report_format_name(5), "unknown"));
	cr_expect(eq(i32, mailguard_report_format_find("pdf"), -1));
	cr_expect(eq(i32, mailguard_report_format_find(NULL), -1));
}

Test(report, without_a_verdict_there_is_no_report)
{
	mailguard_report *r = (mailguard_report *)folder;

	cr_expect(eq(int, mailguard_report_new(&r, NULL, NULL, NULL),
	             MAILGUARD_EINVAL));
	cr_expect_null(r);
	mailguard_report_free(NULL);
}

Test(report, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	files_make(true);
	do {
		mailguard_report *r = NULL;
		mailguard_buffer *b = NULL;
		mailguard *tight;
		int32_t f;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = report_try(&r, tight, files_at_fault);
		if (st == MAILGUARD_OK)
			st = mailguard_buffer_new(&b, tight, NULL);
		for (f = 0; st == MAILGUARD_OK && f < 5; f++)
			st = mailguard_report_write(b, r, f, 0, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_buffer_free(b);
		mailguard_report_free(r);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}

/* Every layout, one behind the other. */
static mailguard_status all_written(const mailguard_report *r, char *to)
{
	mailguard_buffer *b;
	mailguard_status st = mailguard_buffer_new(&b, mg, NULL);
	int32_t f;

	for (f = 0; st == MAILGUARD_OK && f < 5; f++)
		st = mailguard_report_write(b, r, f, 0, NULL);
	if (st == MAILGUARD_OK)
		snprintf(to, 65536, "%s", mailguard_buffer_text(b));
	mailguard_buffer_free(b);
	return st;
}

/* A third party may cope by itself, but then nothing may be missing. */
Test(report, every_allocation_of_a_third_party_may_fail)
{
	static char whole[65536], told[65536];
	mailguard_report *r;
	mailguard_status st;
	int n = 0, hit;

	if (!armed_malloc_works())
		cr_skip_test("a sanitizer owns the allocator");
	files_make(true);
	r = report_of(files_at_fault);
	ok(all_written(r, whole));
	do {
		armed_malloc_at(n++);
		st = all_written(r, told);
		hit = armed_malloc_off();
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d at %d", (int)st, n - 1);
		if (st == MAILGUARD_OK)
			cr_assert(eq(str, told, whole), "at %d", n - 1);
	} while (hit);
	cr_expect(lt(int, 50, n));
	mailguard_report_free(r);
}
