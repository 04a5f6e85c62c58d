/* What profile/ promises of the file that holds everything. */
#include <mailguard/profile.h>

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile, .init = setup, .fini = teardown, .timeout = 60);

#define SCHEMA "{\"schema\":\"mailguard-profile-1\","
#define SERVER                                                 \
 "\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":" \
 "\"mail.example.org\",\"tls\":\"implicit\"}]"
#define WHOLE                                                              \
 SCHEMA                                                                    \
 "\"accounts\":[{\"id\":\"a1\",\"uuid\":\"u-1\",\"address\":"              \
 "\"ann@example.org\",\"server_in\":\"S1\",\"provider\":\"A\","            \
 "\"store\":\"m1\",\"backup\":\"b1\",\"leave_on_server\":true,"            \
 "\"leave_days\":14},{\"id\":\"b1\",\"uuid\":\"u-2\",\"address\":"         \
 "\"ann@example.net\",\"server_in\":\"S1\",\"provider\":\"A\"}],"          \
 "\"servers\":[{\"id\":\"S1\",\"provider\":\"A\",\"protocol\":"            \
 "\"imap\",\"host\":\"mail.example.org\",\"port\":993,\"tls\":"            \
 "\"implicit\"}],\"providers\":[{\"id\":\"A\",\"name\":\"A\xe7\xa4\xbe\"," \
 "\"status\":\"https://status.example.org/\"}],\"stores\":[{"              \
 "\"id\":\"m1\",\"kind\":\"mbox\",\"path\":\"C:\\\\Users\\\\u\\\\"         \
 "OneDrive\\\\a.mbox\",\"file\":\"/mnt/a.mbox\",\"place\":\"cloud\"}]}"

static mailguard_span span(const char *text)
{
	mailguard_span s = { (const unsigned char *)text, strlen(text) };

	return s;
}

static mailguard_profile *parse(const char *text)
{
	mailguard_profile *p;
	mailguard_error err;

	cr_assert(mailguard_profile_parse(&p, mg, span(text), NULL, &err) ==
	                  MAILGUARD_OK,
	          "%s", err.message);
	return p;
}

Test(profile, is_written_as_it_was_read)
{
	mailguard_profile *p = parse(WHOLE);
	mailguard_buffer *out;

	ok(mailguard_buffer_new(&out, mg, NULL));
	ok(mailguard_profile_json(out, p, NULL));
	cr_expect(eq(str, (char *)mailguard_buffer_text(out), WHOLE));
	cr_expect(eq(int, mailguard_profile_account(p, 0)->leave_days, 14));
	cr_expect(
		eq(int, mailguard_profile_account(p, 1)->leave_on_server, -1));
	cr_expect(eq(int, mailguard_profile_storage(p, 0)->place,
	             MAILGUARD_PLACE_CLOUD));
	cr_expect(zero(ptr, (void *)mailguard_profile_account(p, 2)));
	mailguard_buffer_free(out);
	mailguard_profile_free(p);
}

Test(profile, refuses_a_slip_and_names_its_place)
{
	static const struct {
		const char *why, *text, *says;
		char *code;
	} rows[] = {
		{ "no JSON", "{", "", "json.bad" },
		{ "no profile", "{}", "mailguard-profile-1", "profile.schema" },
		{ "unknown list", SCHEMA "\"acounts\":[]}", "acounts",
		  "profile.unknown-key" },
		{ "unknown key",
		  SCHEMA SERVER ",\"accounts\":[{\"adress\":\"a@b\"}]}",
		  "accounts[0].adress", "profile.unknown-key" },
		{ "no address",
		  SCHEMA SERVER ",\"accounts\":[{\"server_in\":\"S1\"}]}",
		  "accounts[0].address", "profile.missing" },
		{ "no server", SCHEMA "\"accounts\":[{\"address\":\"a@b\"}]}",
		  "accounts[0].server_in", "profile.missing" },
		{ "wrong server",
		  SCHEMA SERVER ",\"accounts\":[{\"address\":\"a@b\","
		                "\"server_in\":\"S9\"}]}",
		  "S9", "profile.no-such-id" },
		{ "id twice",
		  SCHEMA "\"providers\":[{\"id\":\"A\"},{\"id\":"
		         "\"A\"}]}",
		  "providers[1].id", "profile.id-twice" },
		{ "port is text", SCHEMA "\"servers\":[{\"port\":\"993\"}]}",
		  "servers[0].port", "profile.value" },
		{ "port too large", SCHEMA "\"servers\":[{\"port\":70000}]}",
		  "servers[0].port", "profile.value" },
		{ "protocol unknown",
		  SCHEMA "\"servers\":[{\"protocol\":\"uucp\"}]}",
		  "servers[0].protocol", "profile.value" },
		{ "line end in a name",
		  SCHEMA "\"servers\":[{\"host\":\"a\\nb\"}]}",
		  "servers[0].host", "profile.value" },
		{ "list is none", SCHEMA "\"stores\":{}}", "stores",
		  "profile.value" },
		{ "id with a blank", SCHEMA "\"stores\":[{\"id\":\"m 1\"}]}",
		  "stores[0].id", "profile.value" },
		{ "page is no URL",
		  SCHEMA "\"providers\":[{\"status\":\"javascript:\"}]}",
		  "providers[0].status", "profile.value" },
	};
	mailguard_profile *p;
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(eq(int,
		             mailguard_profile_parse(&p, mg, span(rows[i].text),
		                                     NULL, &err),
		             MAILGUARD_EFORMAT),
		          "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(strstr(err.message, rows[i].says) != NULL, "%s: %s",
		          rows[i].why, err.message);
		cr_expect(zero(ptr, p));
	}
}

Test(profile, gives_ids_to_what_has_none)
{
	mailguard_profile *p = parse(
		SCHEMA SERVER ",\"accounts\":[{\"address\":\"a@b\","
			      "\"server_in\":\"S1\"},{\"id\":\"a1\",\"address\""
			      ":\"c@d\",\"server_in\":\"S1\"}],\"stores\":[{"
			      "\"path\":\"/home/u/x\"}]}");

	cr_expect(eq(str, (char *)mailguard_profile_account(p, 0)->id, "a2"));
	cr_expect(eq(str, (char *)mailguard_profile_storage(p, 0)->id, "m1"));
	cr_expect(eq(int, (int)strlen(mailguard_profile_account(p, 0)->uuid),
	             36));
	mailguard_profile_free(p);
}

Test(profile, reads_an_owners_path_where_the_map_says)
{
	static const struct {
		const char *why, *path, *from, *to;
		char *file;
	} rows[] = {
		{ "below", "C:\\Users\\u\\OneDrive\\a.pst", "C:\\Users\\u",
		  "/mnt/pc/u", "/mnt/pc/u/OneDrive/a.pst" },
		{ "case and slashes", "c:/users/U/a.pst", "C:\\Users\\u\\",
		  "/mnt/pc/u/", "/mnt/pc/u/a.pst" },
		{ "only whole names", "C:\\Users\\ulf\\a.pst", "C:\\Users\\u",
		  "/mnt", NULL },
		{ "POSIX minds the case", "/home/U/a", "/home/u", "/mnt",
		  NULL },
		{ "a share", "\\\\nas\\mail\\a.mbox", "\\\\NAS\\mail", "/srv",
		  "/srv/a.mbox" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[512], path[128], *at = path;
		const char *from = rows[i].path;
		mailguard_profile *p;
		const char *file;

		for (; *from; from++) {
			if (*from == '\\')
				*at++ = '\\';
			*at++ = *from;
		}
		*at = '\0';
		snprintf(text, sizeof(text),
		         SCHEMA "\"stores\":[{\"path\":\"%s\"}]}", path);
		p = parse(text);
		ok(mailguard_profile_map(p, rows[i].from, rows[i].to, NULL));
		file = mailguard_profile_storage(p, 0)->file;
		if (rows[i].file)
			cr_expect(eq(str, (char *)file, rows[i].file), "%s",
			          rows[i].why);
		else
			cr_expect(zero(ptr, (void *)file), "%s", rows[i].why);
		mailguard_profile_free(p);
	}
}

Test(profile, the_owners_path_decides_the_place_not_the_mount)
{
	mailguard_profile *p =
		parse(SCHEMA "\"stores\":[{\"path\":\"C:\\\\Users\\\\u\\\\"
	                     "Documents\\\\a.pst\"}]}");

	ok(mailguard_profile_map(p, "C:\\Users\\u", "/media/u/OneDrive/u",
	                         NULL));
	cr_expect(eq(int, mailguard_profile_storage(p, 0)->place,
	             MAILGUARD_PLACE_LOCAL));
	mailguard_profile_free(p);
}

Test(profile, a_relative_file_stands_beside_the_profile)
{
	static const char text[] = SCHEMA
		"\"stores\":[{\"path\":\"C:\\\\a\",\"file\":\"mail/a\"}]}";
	const char *path = temp_write("p.json", text, strlen(text));
	mailguard_profile *p;
	char want[256];

	ok(mailguard_profile_open(&p, mg, path, NULL));
	snprintf(want, sizeof(want), "%.*s/mail/a",
	         (int)(strrchr(path, '/') - path), path);
	cr_expect(eq(str, (char *)mailguard_profile_storage(p, 0)->file, want));
	mailguard_profile_free(p);
}

Test(profile, a_missing_file_is_named)
{
	mailguard_profile *p;
	mailguard_error err;

	cr_expect(eq(int, mailguard_profile_open(&p, mg, "/no/p.json", &err),
	             MAILGUARD_EIO));
	cr_expect(strstr(err.message, "/no/p.json") != NULL);
}

Test(profile, survives_every_allocation_failure)
{
	mailguard_profile *p;
	mailguard_buffer *out;
	mailguard_status st;
	mailguard *tight;
	int n = 1; /* allocation 0 is the handle itself */

	do {
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_profile_parse(&p, tight, span(WHOLE), NULL,
		                             NULL);
		if (st == MAILGUARD_OK) {
			st = mailguard_buffer_new(&out, tight, NULL);
			if (st == MAILGUARD_OK)
				st = mailguard_profile_json(out, p, NULL);
			mailguard_buffer_free(out);
		}
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_profile_free(p);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
