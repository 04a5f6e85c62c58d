/* What profile/ promises of every kind of settings, whole and broken. */
#include "profile/record.h"

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

#define P(key, value) "user_pref(\"mail." key "\", " value ");\n"

static mailguard *mg;
static const char *folder;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	folder = temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile_formats, .init = setup, .fini = teardown, .timeout = 300);

/* What comes of some bytes under a fixture's name. */
typedef struct outcome {
	mailguard_profile *p;
	mailguard_status st;
	mailguard_error err;
	const char *path;
	char record[RECORD_MAX];
} outcome;

static void run(outcome *o, const fixture *f, const char *bytes, size_t len)
{
	o->path = temp_write(f->name, bytes, len);
	ok(mailguard_profile_new(&o->p, mg, NULL));
	o->st = mailguard_profile_import(o->p, o->path, FIXTURE_ADDRESS, NULL,
	                                 &o->err);
	record_of(o->record, o->p, folder);
}

static size_t findings(const mailguard_profile *p)
{
	size_t n = 0;

	while (mailguard_profile_finding(p, n))
		n++;
	return n;
}

Test(profile_formats, each_gives_its_record)
{
	const fixture *f;
	outcome o;

	for (f = fixtures; f->name; f++) {
		run(&o, f, f->bytes, f->len);
		cr_expect(eq(int, o.st, MAILGUARD_OK), "%s: %s", f->name,
		          o.err.message);
		cr_expect(eq(str, o.record, (char *)f->record), "%s", f->name);
		mailguard_profile_free(o.p);
	}
}

Test(profile_formats, no_password_is_in_what_comes_of_them)
{
	static const char *const secrets[] = { "secret", "se cret", "se/cr",
		                               "c2VjcmV0", "deadbeef" };
	mailguard_buffer *out;
	const fixture *f;
	outcome o;
	size_t i;

	for (f = fixtures; f->name; f++) {
		run(&o, f, f->bytes, f->len);
		ok(mailguard_buffer_new(&out, mg, NULL));
		ok(mailguard_profile_json(out, o.p, NULL));
		for (i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
			char quoted[32];

			snprintf(quoted, sizeof(quoted), "\"%s", secrets[i]);
			cr_expect(strncmp(quoted, "\"secret", 7) == 0 ||
			                  strstr(mailguard_buffer_text(out),
			                         secrets[i]) == NULL,
			          "%s: %s", f->name, secrets[i]);
			snprintf(quoted, sizeof(quoted), "\"%s\"", secrets[i]);
			cr_expect(strstr(mailguard_buffer_text(out), quoted) ==
			                  NULL,
			          "%s: %s", f->name, secrets[i]);
		}
		mailguard_buffer_free(out);
		mailguard_profile_free(o.p);
	}
}

/* Is every field of the account told with its file? */
static bool has_origin(const mailguard_profile *p, const char *field)
{
	const mailguard_origin *o;
	size_t i;

	for (i = 0; (o = mailguard_profile_origin(p, i)) != NULL; i++)
		if (strcmp(o->field, field) == 0 && o->key && o->key[0] &&
		    strncmp(o->file, folder, strlen(folder)) == 0)
			return true;
	return false;
}

Test(profile_formats, every_field_keeps_who_said_it)
{
	const fixture *f;
	outcome o;

	for (f = fixtures; f->name; f++) {
		const mailguard_account *a;

		run(&o, f, f->bytes, f->len);
		a = mailguard_profile_account(o.p, 0);
		cr_assert(a != NULL, "%s", f->name);
		cr_expect(has_origin(o.p, "host"), "%s", f->name);
		cr_expect(a->user_in == NULL || has_origin(o.p, "user_in"),
		          "%s", f->name);
		cr_expect(a->label == NULL || has_origin(o.p, "label"), "%s",
		          f->name);
		cr_expect(a->secret_stored == 0 ||
		                  has_origin(o.p, "secret_stored"),
		          "%s", f->name);
		mailguard_profile_free(o.p);
	}
}

/* Nothing tells that more should follow. */
static bool whole_so_far(const fixture *f, size_t n)
{
	size_t at = 12;

	if (f->end == END_LINE)
		return n == 0 || f->bytes[n - 1] == '\n' ||
		       (f->bytes[n - 1] == '\r' && f->bytes[n - 2] == '\n');
	if (f->end == END_MARK)
		return false;
	while (at < n)
		at += 8 + (unsigned char)f->bytes[at + 4];
	return at == n;
}

/* A finding of a kind that the whole file does not give. */
static bool tells_more(const outcome *o, const outcome *whole)
{
	const mailguard_finding *f, *w;
	size_t i, n;

	for (i = 0; (f = mailguard_profile_finding(o->p, i)) != NULL; i++) {
		for (n = 0; (w = mailguard_profile_finding(whole->p, n)); n++)
			if (strcmp(w->code, f->code) == 0)
				break;
		if (!w)
			return true;
	}
	return false;
}

Test(profile_formats, what_is_cut_is_told_with_the_name_of_the_file)
{
	const fixture *f;
	outcome whole, o;
	size_t n;

	for (f = fixtures; f->name; f++) {
		run(&whole, f, f->bytes, f->len);
		for (n = 0; n < f->len; n++) {
			run(&o, f, f->bytes, n);
			if (o.st < 0)
				cr_expect(strstr(o.err.message, o.path) != NULL,
				          "%s cut at %zu: %s", f->name, n,
				          o.err.message);
			else
				cr_expect(whole_so_far(f, n) ||
				                  strcmp(o.record,
				                         whole.record) == 0 ||
				                  tells_more(&o, &whole),
				          "%s cut at %zu:\n%s", f->name, n,
				          o.record);
			mailguard_profile_free(o.p);
		}
		mailguard_profile_free(whole.p);
	}
}

/* A server on each side it should have, or a finding. */
static void nothing_half(const fixture *f, const outcome *o, size_t at)
{
	const mailguard_account *a;
	mailguard_buffer *out;
	mailguard_profile *again;
	mailguard_error err;
	mailguard_span text;
	size_t i;

	for (i = 0; (a = mailguard_profile_account(o->p, i)) != NULL; i++)
		cr_expect(findings(o->p) > 0 || f->sides == 1 ||
		                  (a->server_in && a->server_out),
		          "%s, byte %zu:\n%s", f->name, at, o->record);
	ok(mailguard_buffer_new(&out, mg, NULL));
	ok(mailguard_profile_json(out, o->p, NULL));
	text.data = (const unsigned char *)mailguard_buffer_text(out);
	text.len = mailguard_buffer_length(out);
	cr_expect(eq(int, mailguard_profile_parse(&again, mg, text, NULL, &err),
	             MAILGUARD_OK),
	          "%s, byte %zu: %s", f->name, at, err.message);
	mailguard_profile_free(again);
	mailguard_buffer_free(out);
}

Test(profile_formats, a_changed_bit_never_makes_half_an_account_in_silence)
{
	static char bytes[8192];
	const fixture *f;
	outcome o;
	size_t i;

	for (f = fixtures; f->name; f++) {
		cr_assert(le(sz, f->len, sizeof(bytes)));
		for (i = 0; i < f->len; i += 3) {
			memcpy(bytes, f->bytes, f->len);
			bytes[i] = (char)(bytes[i] ^ 1 << i % 8);
			run(&o, f, bytes, f->len);
			if (o.st < 0)
				cr_expect(strstr(o.err.message, o.path) != NULL,
				          "%s, byte %zu: %s", f->name, i,
				          o.err.message);
			else
				nothing_half(f, &o, i);
			mailguard_profile_free(o.p);
		}
	}
}

Test(profile_formats, a_broken_place_is_named)
{
	static const struct {
		const char *why, *name, *text, *says;
		char *code;
	} rows[] = {
		{ "no line end", "getmailrc", "[retriever]\nserver = a.exam",
		  "line 2", "profile.cut" },
		{ "half a line", "getmailrc",
		  "[retriever]\nserver = a.example\nusern\n", "line 3",
		  "profile.bad-line" },
		{ "no number", "getmailrc",
		  "[retriever]\nserver = a.example\nport = 99x\n",
		  "[retriever] port", "profile.number" },
		{ "server is not there", "prefs.js",
		  P("accountmanager.accounts", "\"account1\"")
		          P("account.account1.server", "\"server7\"")
		                  P("server.server1.type", "\"imap\""),
		  "server7", "profile.no-section" },
		{ "no text", "getmailrc",
		  "[retriever]\nserver = caf\xe9\xff.example\n", "byte ",
		  "profile.bad-bytes" },
	};
	const mailguard_finding *f;
	mailguard_profile *p;
	size_t i, n;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *path = temp_write(rows[i].name, rows[i].text,
		                              strlen(rows[i].text));

		ok(mailguard_profile_new(&p, mg, NULL));
		(void)mailguard_profile_import(p, path, "a@b.example", NULL,
		                               NULL);
		for (n = 0; (f = mailguard_profile_finding(p, n)) != NULL; n++)
			if (strcmp(f->code, rows[i].code) == 0)
				break;
		cr_assert(f != NULL, "%s", rows[i].why);
		cr_expect(strstr(f->text, rows[i].says) != NULL, "%s: %s",
		          rows[i].why, f->text);
		cr_expect(strstr(f->text, path) != NULL, "%s: %s", rows[i].why,
		          f->text);
		mailguard_profile_free(p);
	}
}

Test(profile_formats, broken_xml_names_the_file_and_the_line)
{
	static const char text[] = "<MessageAccount>\n<POP3_Server>a\n";
	const char *path = temp_write("x.oeaccount", text, strlen(text));
	mailguard_profile *p;
	mailguard_error err;

	ok(mailguard_profile_new(&p, mg, NULL));
	cr_expect(eq(int, mailguard_profile_import(p, path, NULL, NULL, &err),
	             MAILGUARD_EFORMAT));
	cr_expect(eq(str, err.code, "profile.broken"));
	cr_expect(strstr(err.message, path) != NULL, "%s", err.message);
	cr_expect(strstr(err.message, "line 3") != NULL, "%s", err.message);
	mailguard_profile_free(p);
}

Test(profile_formats, a_signed_configuration_profile_is_told)
{
	static const char der[] = "\x30\x82\x01\x00 signed";
	const char *path = temp_write("a.mobileconfig", der, sizeof(der));
	mailguard_profile *p;
	mailguard_error err;

	ok(mailguard_profile_new(&p, mg, NULL));
	cr_expect(eq(int, mailguard_profile_import(p, path, NULL, NULL, &err),
	             MAILGUARD_EUNSUPPORTED));
	cr_expect(eq(str, err.code, "profile.signed"));
	mailguard_profile_free(p);
}

Test(profile_formats, settings_that_do_not_agree_are_told_with_both_files)
{
	const fixture *reg = NULL, *xml = NULL, *f;
	const mailguard_finding *said;
	mailguard_profile *p;
	const char *a, *b;
	size_t i;

	for (f = fixtures; f->name; f++) {
		reg = strcmp(f->name, "outlook.reg") == 0 ? f : reg;
		xml = strcmp(f->name, "config-v1.1.xml") == 0 ? f : xml;
	}
	a = temp_write(reg->name, reg->bytes, reg->len);
	b = temp_write(xml->name, xml->bytes, xml->len);
	ok(mailguard_profile_new(&p, mg, NULL));
	ok(mailguard_profile_import(p, a, NULL, NULL, NULL));
	ok(mailguard_profile_import(p, b, FIXTURE_ADDRESS, NULL, NULL));
	for (i = 0; (said = mailguard_profile_finding(p, i)) != NULL; i++)
		if (strstr(said->text, ":110 none"))
			break;
	cr_assert(said != NULL);
	cr_expect(eq(str, (char *)said->code, "profile.conflict"));
	cr_expect(eq(int, said->severity, MAILGUARD_SEVERITY_WARN));
	cr_expect(strstr(said->text, ":995 implicit") != NULL, "%s",
	          said->text);
	cr_expect(strstr(said->text, a) != NULL, "%s", said->text);
	cr_expect(strstr(said->text, b) != NULL, "%s", said->text);
	cr_expect(strstr(said->text, "POP3 Server") != NULL, "%s", said->text);
	mailguard_profile_free(p);
}

Test(profile_formats, stored_logins_and_the_version_lie_beside_prefs)
{
	static const char logins[] =
		"{\"logins\":[{\"hostname\":\"mailbox://pop.hoster.example\","
		"\"encryptedPassword\":\"MDI=\"}]}";
	static const char version[] =
		"[Compatibility]\nLastVersion=128.3.1_20241007/20241007\n";
	const fixture *f = fixtures;
	outcome o;

	while (strcmp(f->name, "prefs.js") != 0)
		f++;
	temp_write("logins.json", logins, strlen(logins));
	temp_write("compatibility.ini", version, strlen(version));
	run(&o, f, f->bytes, f->len);
	ok(o.st);
	cr_expect(eq(int, mailguard_profile_account(o.p, 0)->secret_stored, 1));
	cr_expect(eq(int, mailguard_profile_account(o.p, 1)->secret_stored, 0));
	cr_expect(eq(str, (char *)mailguard_profile_storage(o.p, 0)->version,
	             "128.3.1"));
	mailguard_profile_free(o.p);
}

Test(profile_formats, survive_every_allocation_failure)
{
	const fixture *f;

	for (f = fixtures; f->name; f++) {
		const char *path = temp_write(f->name, f->bytes, f->len);
		mailguard_status st;
		int n = 1;

		do {
			mailguard_profile *p = NULL;
			char record[RECORD_MAX];
			mailguard *tight;

			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			st = mailguard_profile_new(&p, tight, NULL);
			if (st == MAILGUARD_OK)
				st = mailguard_profile_import(
					p, path, FIXTURE_ADDRESS, NULL, NULL);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%s %d: %d", f->name, n, (int)st);
			if (st == MAILGUARD_OK) {
				record_of(record, p, folder);
				cr_expect(eq(str, record, (char *)f->record),
				          "%s %d", f->name, n);
			}
			mailguard_profile_free(p);
			mailguard_free(tight);
			cr_assert(n < 20000);
		} while (st != MAILGUARD_OK);
		cr_expect(zero(int, fail_alloc_live()), "%s", f->name);
	}
}
