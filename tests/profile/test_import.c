/* What profile/ promises of clients' own settings. */
#include <mailguard/profile.h>

#include <stdio.h>
#include <string.h>

#include "support/corpora.h"
#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static mailguard_profile *p;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	ok(mailguard_profile_new(&p, mg, NULL));
	temp_begin();
}

static void teardown(void)
{
	mailguard_profile_free(p);
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile_import, .init = setup, .fini = teardown, .timeout = 60);

#define KEY                                                       \
 "[HKEY_CURRENT_USER\\Software\\Microsoft\\Office\\16.0\\Outlook" \
 "\\Profiles\\Outlook\\9375CFF0413111d3B88A00104B2A6676\\"

static const char reg[] =
	"Windows Registry Editor Version 5.00\r\n\r\n" KEY "00000001]\r\n"
	"\"clsid\"=\"{ED475414-B0D6-11D2-8C3B-00104B2A6676}\"\r\n"
	"\"Service Name\"=\"MSPST MS\"\r\n\r\n" KEY "00000002]\r\n"
	"\"Account Name\"=\"Office\"\r\n"
	"\"Email\"=\"info@shop.example\"\r\n"
	"\"POP3 Server\"=\"pop.hoster.example\"\r\n"
	"\"POP3 User\"=\"info\\\\shop\"\r\n"
	"\"POP3 Use SSL\"=dword:00000001\r\n"
	"\"POP3 Port\"=dword:000003e3\r\n"
	"\"POP3 Password\"=hex:02,aa,bb\r\n"
	"\"SMTP Server\"=\"smtp.hoster.example\"\r\n"
	"\"SMTP Port\"=dword:0000024b\r\n"
	"\"SMTP Secure Connection\"=dword:00000002\r\n"
	"\"SMTP Use Auth\"=dword:00000001\r\n"
	"\"Leave on Server\"=dword:00050007\r\n"
	"\"Delivery Store EntryID\"=hex:00,00,00,00,6d,73,70,73,74,00,\\\r\n"
	"  "
	"44,00,3a,00,5c,00,4f,00,6e,00,65,00,44,00,72,00,69,00,76,00,65,00,"
	"\\\r\n"
	"  5c,00,61,00,2e,00,70,00,73,00,74,00,00,00\r\n\r\n" KEY
	"00000003]\r\n"
	"\"Email\"=\"second@shop.example\"\r\n"
	"\"IMAP Server\"=\"imap.other.example\"\r\n"
	"\"IMAP User\"=\"second@shop.example\"\r\n"
	"\"SMTP Server\"=\"smtp.hoster.example\"\r\n"
	"\"SMTP Port\"=dword:0000024b\r\n"
	"\"SMTP Secure Connection\"=dword:00000002\r\n";

/* As Windows writes it: UTF-16LE with its mark. */
static size_t utf16(char *out, const char *text)
{
	size_t n = 0;

	out[n++] = (char)0xff;
	out[n++] = (char)0xfe;
	for (; *text; text++) {
		out[n++] = *text;
		out[n++] = '\0';
	}
	return n;
}

static void outlook_expect(void)
{
	const mailguard_account *a = mailguard_profile_account(p, 0);
	const mailguard_server *in = mailguard_profile_server(p, 0);
	const mailguard_server *out = mailguard_profile_server(p, 1);
	const mailguard_storage *s = mailguard_profile_storage(p, 0);

	cr_assert(a && in && out && s);
	cr_expect(eq(str, (char *)a->address, "info@shop.example"));
	cr_expect(eq(str, (char *)a->user_in, "info\\shop"));
	cr_expect(eq(str, (char *)a->user_out, "info\\shop"));
	cr_expect(eq(str, (char *)a->server_in, (char *)in->id));
	cr_expect(eq(int, in->protocol, MAILGUARD_PROTOCOL_POP3));
	cr_expect(eq(int, in->tls, MAILGUARD_TLS_IMPLICIT));
	cr_expect(eq(int, in->port, 995));
	cr_expect(eq(int, out->tls, MAILGUARD_TLS_STARTTLS));
	cr_expect(eq(int, out->port, 587));
	cr_expect(eq(int, a->leave_on_server, 1));
	cr_expect(eq(int, a->leave_days, 7));
	cr_expect(eq(int, a->secret_stored, 1));
	cr_expect(eq(str, (char *)s->path, "D:\\OneDrive\\a.pst"));
	cr_expect(eq(str, (char *)s->kind, "pst"));
	cr_expect(eq(int, s->place, MAILGUARD_PLACE_CLOUD));
	a = mailguard_profile_account(p, 1);
	cr_assert(a != NULL);
	cr_expect(eq(str, (char *)a->address, "second@shop.example"));
	cr_expect(eq(str, (char *)a->server_out, (char *)out->id),
	          "the same server is one server");
	cr_expect(zero(ptr, (void *)mailguard_profile_account(p, 2)));
}

Test(profile_import, outlook_export_names_accounts_servers_and_files)
{
	static char wide[2 * sizeof(reg) + 2];
	const char *path = temp_write("o.reg", wide, utf16(wide, reg));
	size_t added;

	ok(mailguard_profile_import(p, path, NULL, &added, NULL));
	cr_expect(eq(sz, added, 2));
	outlook_expect();
}

Test(profile_import, outlook_export_in_the_old_code_page_reads_the_same)
{
	const char *path = temp_write("o.reg", reg, strlen(reg));

	ok(mailguard_profile_import(p, path, NULL, NULL, NULL));
	outlook_expect();
}

#define PREF(key, value) "user_pref(\"" key "\", " value ");\n"

static const char prefs[] = "// comment\n" PREF(
	"mail.accountmanager.accounts",
	"\"account1,account2\"") PREF("mail.account.account1.identities",
                                      "\"id1,id2\"") PREF("mail.account."
                                                          "account1.server",
                                                          "\"server1\"")
	PREF("mail.account.account2.server", "\"server2\"") PREF(
		"mail.server.server1.type",
		"\"imap\"") PREF("mail.server.server1."
                                 "hostname",
                                 "\"old.example\"") PREF("mail.server.server1."
                                                         "realhostname",
                                                         "\"imap.new.example\"")
		PREF("mail.server.server1.userName", "\"u\\u00e9\\\"x\"") PREF(
			"mail.server.server1.socketType",
			"3") PREF("mail.server.server1.authMethod",
                                  "10") PREF("mail.server.server1.directory-"
                                             "rel",
                                             "\"[ProfD]ImapMail/x\"")
			PREF("mail.server.server2.type",
                             "\"none\"") PREF("mail.identity.id1.useremail",
                                              "\"ann@example.org\"")
				PREF("mail.identity.id1.smtpServer",
                                     "\"smtp1\"") PREF("mail.smtpserver.smtp1."
                                                       "hostname",
                                                       "\"smtp.new.example\"")
					PREF("mail.smtpserver.smtp1.try_ssl",
                                             "2");

static void thunderbird_expect(void)
{
	const mailguard_account *a = mailguard_profile_account(p, 0);
	const mailguard_server *in = mailguard_profile_server(p, 0);
	const mailguard_server *out = mailguard_profile_server(p, 1);
	const mailguard_storage *s = mailguard_profile_storage(p, 0);

	cr_assert(a && in && out && s);
	cr_expect(eq(str, (char *)a->address, "ann@example.org"));
	cr_expect(eq(str, (char *)a->user_in, "u\xc3\xa9\"x"));
	cr_expect(eq(str, (char *)a->auth_in, "oauth2"));
	cr_expect(eq(str, (char *)in->host, "imap.new.example"));
	cr_expect(eq(int, in->port, 993));
	cr_expect(eq(int, out->port, 587));
	cr_expect(eq(int, out->tls, MAILGUARD_TLS_STARTTLS));
	cr_expect(strstr(s->path, "/ImapMail/x") != NULL);
	cr_expect(zero(ptr, (void *)mailguard_profile_account(p, 1)),
	          "local folders are no account");
	cr_expect(eq(str, (char *)mailguard_profile_finding(p, 0)->code,
	             "profile.server-host-old"));
}

Test(profile_import, thunderbird_prefs_name_accounts_and_folders)
{
	const char *path = temp_write("prefs.js", prefs, strlen(prefs));

	ok(mailguard_profile_import(p, path, NULL, NULL, NULL));
	thunderbird_expect();
}

Test(profile_import, the_install_section_of_profiles_ini_decides)
{
	static const char ini[] =
		"[Install4F96D1932A9F858E]\nDefault=Profiles/right\n\n"
		"[Profile1]\nIsRelative=1\nPath=Profiles/wrong\nDefault=1\n\n"
		"[Profile0]\nIsRelative=0\nPath=D:\\elsewhere\n";
	const char *path = temp_write("profiles.ini", ini, strlen(ini));
	char folder[256];

	temp_write("Profiles/right/prefs.js", prefs, strlen(prefs));
	snprintf(folder, sizeof(folder), "%.*s",
	         (int)(strrchr(path, '/') - path), path);
	ok(mailguard_profile_import(p, folder, NULL, NULL, NULL));
	thunderbird_expect();
}

static const char autoconfig[] =
	"<?xml version=\"1.0\"?>\n<clientConfig version=\"1.1\">\n"
	"<emailProvider id=\"h.example\"><displayName>Hoster</displayName>\n"
	"<incomingServer type=\"pop3\"><hostname>%EMAILDOMAIN%.x%y</hostname>"
	"<port>995</port></incomingServer>\n"
	"<incomingServer type=\"imap\"><hostname>imap.h.example</hostname>"
	"<port>992</port><socketType>SSL</socketType>"
	"<authentication>OAuth2</authentication>"
	"<username>%EMAILADDRESS</username></incomingServer>\n"
	"<outgoingServer type=\"smtp\"><hostname>smtp.h.example</hostname>"
	"<port>587</port><socketType>STARTTLS</socketType>"
	"<username>%EMAILLOCALPART%</username></outgoingServer>\n"
	"</emailProvider><webMail><loginPage url=\"https://w.example/\"/>"
	"</webMail></clientConfig>\n";

Test(profile_import, autoconfig_is_filled_for_an_address)
{
	const char *path = temp_write("c.xml", autoconfig, strlen(autoconfig));
	const mailguard_account *a;
	const mailguard_server *in;

	ok(mailguard_profile_import(p, path, "ann@h.example", NULL, NULL));
	a = mailguard_profile_account(p, 0);
	in = mailguard_profile_server_of(p, a->server_in);
	cr_expect(eq(str, (char *)in->host, "imap.h.example"));
	cr_expect(eq(int, in->tls, MAILGUARD_TLS_IMPLICIT));
	cr_expect(eq(str, (char *)a->user_in, "ann@h.example"));
	cr_expect(eq(str, (char *)a->user_out, "ann"));
	cr_expect(eq(str, (char *)a->webmail, "https://w.example/"));
	cr_expect(
		eq(str,
	           (char *)mailguard_profile_provider_of(p, a->provider)->name,
	           "Hoster"));
	cr_expect(eq(str, (char *)mailguard_profile_finding(p, 0)->code,
	             "profile.placeholder"));
	cr_expect(eq(str, (char *)mailguard_profile_finding(p, 1)->code,
	             "profile.odd-port"));
}

Test(profile_import, what_is_no_settings_is_refused_and_adds_nothing)
{
	static const struct {
		const char *why, *name, *text;
		char *code;
	} rows[] = {
		{ "a letter", "a.txt", "Dear Sir", "profile.settings-unknown" },
		{ "no account", "prefs.js", "// empty\n",
		  "profile.settings-empty" },
		{ "whose?", "c.xml", "<clientConfig/>",
		  "profile.settings-address" },
	};
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = temp_write(rows[i].name, rows[i].text,
		                              strlen(rows[i].text));

		cr_expect(
			lt(int,
		           mailguard_profile_import(p, path, NULL, NULL, &err),
		           0));
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(zero(ptr, (void *)mailguard_profile_account(p, 0)));
	}
}

Test(profile_import, any_head_of_the_settings_is_survived)
{
	static const char *const texts[] = { reg, prefs, autoconfig };
	size_t i, n;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		for (n = 0; n < strlen(texts[i]); n += 3) {
			mailguard_profile *own;

			ok(mailguard_profile_new(&own, mg, NULL));
			(void)mailguard_profile_import(
				own, temp_write("head", texts[i], n), "a@b",
				NULL, NULL);
			mailguard_profile_free(own);
		}
}

Test(profile_import, survives_every_allocation_failure)
{
	static const struct {
		const char *name, *text;
	} rows[] = { { "o.reg", reg }, { "prefs.js", prefs } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = temp_write(rows[i].name, rows[i].text,
		                              strlen(rows[i].text));
		mailguard_status st;
		int n = 1;

		do {
			mailguard_profile *own = NULL;
			mailguard *tight;

			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			st = mailguard_profile_new(&own, tight, NULL);
			if (st == MAILGUARD_OK)
				st = mailguard_profile_import(own, path, NULL,
				                              NULL, NULL);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s %d: %d", rows[i].name, n, (int)st);
			mailguard_profile_free(own);
			mailguard_free(tight);
		} while (st != MAILGUARD_OK);
		cr_expect(zero(int, fail_alloc_live()));
	}
}

TestSuite(profile_corpora, .init = setup, .fini = teardown, .timeout = 60);

Test(profile_corpora, settings_of_two_clients_name_one_server)
{
	const mailguard_account *a;
	char path[512];

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	snprintf(path, sizeof(path), "%s/settings/outlook_profile.reg",
	         corpora());
	ok(mailguard_profile_import(p, path, NULL, NULL, NULL));
	snprintf(path, sizeof(path), "%s/settings/prefs.js", corpora());
	ok(mailguard_profile_import(p, path, NULL, NULL, NULL));
	a = mailguard_profile_account(p, 0);
	cr_expect(eq(str, (char *)a->address, "wasabitaro@domain.example"));
	cr_expect(eq(int, a->leave_days, 14));
	cr_expect(eq(int, mailguard_profile_storage(p, 0)->place,
	             MAILGUARD_PLACE_CLOUD));
	cr_expect(eq(str, (char *)mailguard_profile_account(p, 1)->server_in,
	             (char *)a->server_in),
	          "both clients name the same server");
	cr_expect(zero(ptr, (void *)mailguard_profile_account(p, 2)));
}
