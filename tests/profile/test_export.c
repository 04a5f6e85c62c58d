/* What profile/ promises of settings that go out again, and of differences. */
#include "profile/record.h"

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static mailguard_profile *p;
static mailguard_buffer *out;

#define OFFICE                                                              \
 "{\"schema\":\"mailguard-profile-1\",\"accounts\":[{\"id\":\"a1\","        \
 "\"label\":\"Shop & <Co>\",\"address\":\"info@shop.example\",\"name\":"    \
 "\"\xe5\xb1\xb1\xe8\x91\xb5 \xe5\xa4\xaa\xe9\x83\x8e\",\"reply_to\":"      \
 "\"ann@shop.example\",\"server_in\":\"S1\",\"server_out\":\"S2\","         \
 "\"user_in\":\"info\",\"user_out\":\"info@shop.example\",\"store\":"       \
 "\"m1\",\"webmail\":\"https://w.example/\",\"provider\":\"A\","            \
 "\"leave_on_server\":true,\"leave_days\":14,\"secret_stored\":true,"       \
 "\"secret\":\"vault\"},{\"id\":\"a2\",\"address\":\"ann@shop.example\","   \
 "\"server_in\":\"S3\",\"server_out\":\"S2\",\"user_in\":\"sh\\\\ann\","    \
 "\"user_out\":\"ann\",\"auth_in\":\"cram-md5\",\"auth_out\":\"cram-md5\""  \
 ",\"backup\":\"a1\"}],\"servers\":[{\"id\":\"S1\",\"protocol\":\"pop3\","  \
 "\"host\":\"pop.hoster.example\",\"port\":995,\"tls\":\"implicit\"},"      \
 "{\"id\":\"S2\",\"protocol\":\"submission\",\"host\":"                     \
 "\"smtp.hoster.example\",\"port\":587,\"tls\":\"starttls\"},{\"id\":"      \
 "\"S3\",\"protocol\":\"imap\",\"host\":\"imap.hoster.example\",\"port\":"  \
 "993,\"tls\":\"implicit\"}],\"providers\":[{\"id\":\"A\",\"name\":"        \
 "\"Hoster\",\"phone\":\"052-000-0000\",\"status\":\"https://s.example/\"}" \
 "],\"stores\":[{\"id\":\"m1\",\"kind\":\"pst\",\"path\":\"C:\\\\Users"     \
 "\\\\u\\\\OneDrive\\\\a.pst\",\"client\":\"outlook\",\"place\":"           \
 "\"cloud\"}]}"

static mailguard_profile *parse(const char *text)
{
	mailguard_span s = { (const unsigned char *)text, strlen(text) };
	mailguard_profile *made;
	mailguard_error err;

	cr_assert(mailguard_profile_parse(&made, mg, s, NULL, &err) ==
	                  MAILGUARD_OK,
	          "%s", err.message);
	return made;
}

static void begin(const char *lang)
{
	mailguard_options opts = MAILGUARD_OPTIONS_INIT;

	opts.lang = lang;
	ok(mailguard_new(&mg, &opts, NULL));
	ok(mailguard_buffer_new(&out, mg, NULL));
	p = parse(OFFICE);
	temp_begin();
}

static void setup(void)
{
	begin("en");
}

static void teardown(void)
{
	mailguard_profile_free(p);
	mailguard_buffer_free(out);
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile_export, .init = setup, .fini = teardown, .timeout = 120);

/* What a format cannot say: keys of the record that may be missing. */
static const struct way {
	const char *format, *file, *account;
	const char *lost[8];
} ways[] = {
	{ "autoconfig",
	  "a.xml",
	  "a1",
	  { "label", "display_name", "reply_to", "secret", "stores." } },
	{ "mobileconfig",
	  "a.mobileconfig",
	  NULL,
	  { "reply_to", "incoming.leave", "incoming.webmail", "secret",
	    "stores." } },
	{ "prf",
	  "a.prf",
	  NULL,
	  { "incoming.webmail", "incoming.auth", "outgoing.auth", "secret" } },
	{ "thunderbird",
	  "prefs.js",
	  NULL,
	  { "incoming.webmail", "secret", "stores." } },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* A label that was not there becomes the address. */
static bool is_lost(const struct way *w, const char *line)
{
	size_t i;

	for (i = 0; i < 8 && w->lost[i]; i++)
		if (strncmp(line, w->lost[i], strlen(w->lost[i])) == 0)
			return true;
	return strncmp(line, "label: ann@", 11) == 0;
}

static void without_lost(char *record, const struct way *w)
{
	char *at = record, *to = record;

	while (*at) {
		size_t n = strcspn(at, "\n");

		n += at[n] == '\n';
		if (!is_lost(w, at)) {
			memmove(to, at, n);
			to += n;
		}
		at += n;
	}
	*to = '\0';
}

static mailguard_profile *alone(const char *account)
{
	const char *text = OFFICE;
	static char cut[sizeof(OFFICE)];
	const char *second = strstr(text, ",{\"id\":\"a2\"");
	const char *end = strstr(text, "],\"servers\"");

	snprintf(cut, sizeof(cut), "%.*s%s", (int)(second - text), text, end);
	return parse(account ? cut : text);
}

Test(profile_export, comes_in_again_but_for_what_a_format_cannot_say)
{
	char want[RECORD_MAX], got[RECORD_MAX];
	size_t i;

	for (i = 0; i < WAYS; i++) {
		mailguard_profile *whole = alone(ways[i].account), *again;
		const char *path;
		mailguard_error err;

		mailguard_buffer_clear(out);
		ok(mailguard_profile_export(
			out, p, mailguard_profile_format_find(ways[i].format),
			ways[i].account, NULL));
		path = temp_write(ways[i].file, mailguard_buffer_text(out),
		                  mailguard_buffer_length(out));
		ok(mailguard_profile_new(&again, mg, NULL));
		cr_assert(mailguard_profile_import(again, path,
		                                   "info@shop.example", NULL,
		                                   &err) == MAILGUARD_OK,
		          "%s: %s", ways[i].format, err.message);
		record_of(want, whole, NULL);
		record_of(got, again, NULL);
		without_lost(want, &ways[i]);
		without_lost(got, &ways[i]);
		cr_expect(eq(str, got, want), "%s", ways[i].format);
		mailguard_profile_free(again);
		mailguard_profile_free(whole);
	}
}

Test(profile_export, the_profile_itself_is_whole)
{
	mailguard_profile *again;
	mailguard_diff *d;

	ok(mailguard_profile_export(out, p, MAILGUARD_PROFILE_JSON, NULL,
	                            NULL));
	again = parse(mailguard_buffer_text(out));
	ok(mailguard_profile_diff(&d, p, again, NULL));
	cr_expect(zero(ptr, (void *)mailguard_diff_change(d, 0)));
	mailguard_diff_free(d);
	mailguard_profile_free(again);
}

Test(profile_export, no_format_tells_where_the_password_is)
{
	mailguard_profile_format f;

	for (f = MAILGUARD_PROFILE_AUTOCONFIG; f <= MAILGUARD_PROFILE_SHEET;
	     f++)
		ok(mailguard_profile_export(out, p, f, "a1", NULL));
	cr_expect(strstr(mailguard_buffer_text(out), "vault") == NULL);
}

Test(profile_export, a_prf_of_odd_characters_is_utf16)
{
	mailguard_profile *odd = parse(
		"{\"schema\":\"mailguard-profile-1\",\"accounts\":[{\"name\":"
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xa7\",\"address\":\"a@b."
		"example\","
		"\"server_in\":\"S\"}],\"servers\":[{\"id\":\"S\",\"protocol\":"
		"\"imap\",\"host\":\"h.example\",\"tls\":\"implicit\"}]}");
	mailguard_profile *again;
	const char *path;

	ok(mailguard_profile_export(out, odd, MAILGUARD_PROFILE_PRF, NULL,
	                            NULL));
	path = temp_write("a.prf", mailguard_buffer_text(out),
	                  mailguard_buffer_length(out));
	cr_expect(eq(int, mailguard_buffer_text(out)[0] & 0xff, 0xff));
	ok(mailguard_profile_new(&again, mg, NULL));
	ok(mailguard_profile_import(again, path, NULL, NULL, NULL));
	cr_expect(eq(str, (char *)mailguard_profile_account(again, 0)->name,
	             "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xa7"));
	mailguard_profile_free(again);
	mailguard_profile_free(odd);
}

static void sheet_expect(const char *const *words, size_t count)
{
	const char *page;
	size_t i;

	ok(mailguard_profile_export(out, p, MAILGUARD_PROFILE_SHEET, NULL,
	                            NULL));
	page = mailguard_buffer_text(out);
	for (i = 0; i < count; i++)
		cr_expect(strstr(page, words[i]) != NULL, "%s", words[i]);
	cr_expect(strstr(page, "<Co>") == NULL, "everything is escaped");
	cr_expect(strstr(page, "<script") == NULL);
	cr_expect(strstr(page, " src=") == NULL, "nothing is fetched");
	cr_expect(strstr(page, "href=") == NULL, "nothing is fetched");
}

Test(profile_export, the_sheet_tells_mail_server_file_place_and_risk)
{
	static const char *const words[] = {
		"lang=\"en\"",
		"info@shop.example",
		"Shop &amp; &lt;Co&gt;",
		"POP3 pop.hoster.example, port 995, SSL/TLS",
		"User name: sh\\ann",
		"stays on the server for 14 days",
		"C:\\Users\\u\\OneDrive\\a.pst",
		"folder of a cloud service (OneDrive)",
		"a sync service copies this folder",
		"Telephone: 052-000-0000",
		"Backed up on",
	};

	sheet_expect(words, sizeof(words) / sizeof(words[0]));
}

TestSuite(profile_export_ja, .fini = teardown, .timeout = 120);

Test(profile_export_ja, the_sheet_speaks_japanese)
{
	static const char *const words[] = {
		"lang=\"ja\"",
		"メールの設定",
		"ポート 995",
		"クラウド同期フォルダー",
		"サーバーに 14 日間残す",
		"バックアップした日",
	};

	begin("ja");
	sheet_expect(words, sizeof(words) / sizeof(words[0]));
}

Test(profile_export, says_what_it_cannot_do)
{
	static const struct {
		const char *why, *text, *account;
		mailguard_profile_format format;
		char *code;
	} rows[] = {
		{ "no such format", OFFICE, NULL, 99, "profile.format" },
		{ "before the first", OFFICE, NULL, -1, "profile.format" },
		{ "which one?", OFFICE, NULL, MAILGUARD_PROFILE_AUTOCONFIG,
		  "profile.export-one" },
		{ "no such account", OFFICE, "a9", MAILGUARD_PROFILE_PRF,
		  "profile.no-account" },
		{ "no account", "{\"schema\":\"mailguard-profile-1\"}", NULL,
		  MAILGUARD_PROFILE_PRF, "profile.no-accounts" },
	};
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_profile *own = parse(rows[i].text);

		cr_expect(eq(int,
		             mailguard_profile_export(out, own, rows[i].format,
		                                      rows[i].account, &err),
		             MAILGUARD_EINVAL),
		          "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(zero(sz, mailguard_buffer_length(out)));
		mailguard_profile_free(own);
	}
	cr_expect(eq(int, mailguard_profile_format_find("nothing"), -1));
}

/* `text` with the first `from` become `to`. */
static mailguard_profile *changed(const char *from, const char *to)
{
	static char text[sizeof(OFFICE) + 256];
	const char *at = strstr(OFFICE, from);

	cr_assert(at != NULL, "%s", from);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - OFFICE), OFFICE, to,
	         at + strlen(from));
	return parse(text);
}

Test(profile_export, a_difference_is_told_by_what_it_concerns)
{
	static const struct {
		const char *why, *from, *to;
		char *says;
	} rows[] = {
		{ "a port", "\"port\":995", "\"port\":110",
		  "account info@shop.example: server_in.port was \"995\", is "
		  "\"110\"\n" },
		{ "a login", "\"user_out\":\"ann\"", "\"user_out\":\"bo\"",
		  "account ann@shop.example: user_out was \"ann\", is "
		  "\"bo\"\n" },
		{ "nothing set", ",\"leave_days\":14", "",
		  "account info@shop.example: leave_days was \"14\", is \"not "
		  "set\"\n" },
		{ "the provider", "052-000-0000", "052-111-1111",
		  "provider Hoster: phone was \"052-000-0000\", is "
		  "\"052-111-1111\"\n" },
	};
	mailguard_diff *d;
	size_t i;

	for (i = 0; i < 4; i++) {
		mailguard_profile *after = changed(rows[i].from, rows[i].to);

		mailguard_buffer_clear(out);
		ok(mailguard_profile_diff(&d, p, after, NULL));
		ok(mailguard_diff_text(out, d, NULL));
		cr_expect(eq(str, (char *)mailguard_buffer_text(out),
		             rows[i].says),
		          "%s", rows[i].why);
		mailguard_diff_free(d);
		mailguard_profile_free(after);
	}
}

Test(profile_export, nothing_changed_when_only_ids_did)
{
	mailguard_profile *after = changed("\"id\":\"a2\"", "\"id\":\"z9\"");
	mailguard_diff *d;

	ok(mailguard_profile_diff(&d, p, after, NULL));
	ok(mailguard_diff_text(out, d, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(out),
	             "nothing was changed\n"));
	mailguard_buffer_clear(out);
	ok(mailguard_diff_json(out, d, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(out),
	             "{\"same\":true,\"changes\":[]}"));
	mailguard_diff_free(d);
	mailguard_profile_free(after);
}

Test(profile_export, what_came_and_went_is_told)
{
	mailguard_profile *after = alone("a1");
	mailguard_diff *d;

	ok(mailguard_profile_diff(&d, p, after, NULL));
	ok(mailguard_diff_json(out, d, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(out),
	             "{\"same\":false,\"changes\":[{\"what\":\"removed\","
	             "\"list\":\"accounts\",\"name\":\"ann@shop.example\"}]}"));
	mailguard_diff_free(d);
	ok(mailguard_profile_diff(&d, after, p, NULL));
	cr_expect(eq(int, mailguard_diff_change(d, 0)->what,
	             MAILGUARD_DIFF_ADDED));
	mailguard_diff_free(d);
	mailguard_profile_free(after);
}

static mailguard_status all_of_it(mailguard *tight)
{
	mailguard_span s = { (const unsigned char *)OFFICE, strlen(OFFICE) };
	mailguard_profile_format f = MAILGUARD_PROFILE_AUTOCONFIG;
	mailguard_profile *own = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_diff *d = NULL;
	mailguard_status st;

	st = mailguard_profile_parse(&own, tight, s, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_buffer_new(&buf, tight, NULL);
	for (; st == MAILGUARD_OK && f <= MAILGUARD_PROFILE_SHEET; f++)
		st = mailguard_profile_export(buf, own, f, "a1", NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_profile_diff(&d, own, p, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_diff_text(buf, d, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_diff_json(buf, d, NULL);
	mailguard_diff_free(d);
	mailguard_buffer_free(buf);
	mailguard_profile_free(own);
	return st;
}

Test(profile_export, survives_every_allocation_failure)
{
	mailguard_status st;
	mailguard *tight;
	int n = 1;

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = all_of_it(tight);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM, "%d",
		          n);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
