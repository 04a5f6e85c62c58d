/*
 * The settings in the corpora give the records that were written by hand into
 * tests/profile/expected/, and are survived whole, cut off and changed.
 */
#include "profile/record.h"

#include <stdio.h>
#include <string.h>

#include "support/corpora.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static const char *temp;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	temp = temp_begin();
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(profile_settings_corpora,
          .init = setup,
          .fini = teardown,
          .timeout = 300);

#define ADDRESS "wasabitaro@domain.example"

static const char *const names[] = {
	"account.iaf",      "account{GUID}.oeaccount",
	"autodiscover.xml", "Becky_Mailbox.ini",
	"getmailrc",        "mail.mobileconfig",
	"mbsyncrc",         "msmtprc",
	"outlook.prf",      "outlook_profile.reg",
	"prefs.js",
};

#define NAMES (sizeof(names) / sizeof(names[0]))

static size_t slurp(char *to, size_t room, const char *path)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	cr_assert(f != NULL, "%s", path);
	n = fread(to, 1, room - 1, f);
	fclose(f);
	to[n] = '\0';
	return n;
}

static size_t fixture_read(char *to, size_t room, const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/settings/%s", corpora(), name);
	return slurp(to, room, path);
}

static mailguard_status import(mailguard_profile **p,
                               const char *name,
                               const char *bytes,
                               size_t n,
                               char record[RECORD_MAX])
{
	const char *path = temp_write(name, bytes, n);
	mailguard_error err;
	mailguard_status st;

	ok(mailguard_profile_new(p, mg, NULL));
	st = mailguard_profile_import(*p, path, ADDRESS, NULL, &err);
	if (st < 0)
		cr_expect(strstr(err.message, path) != NULL, "%s: %s", name,
		          err.message);
	record_of(record, *p, temp);
	return st;
}

Test(profile_settings_corpora, each_gives_the_record_written_by_hand)
{
	static char bytes[8192], want[RECORD_MAX], got[RECORD_MAX];
	mailguard_profile *p;
	char path[512];
	size_t i, n;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	for (i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path),
		         MAILGUARD_SOURCE_DIR "/tests/profile/expected/%s.txt",
		         names[i]);
		slurp(want, sizeof(want), path);
		n = fixture_read(bytes, sizeof(bytes), names[i]);
		cr_expect(eq(int, import(&p, names[i], bytes, n, got),
		             MAILGUARD_OK),
		          "%s", names[i]);
		cr_expect(eq(str, got, want), "%s", names[i]);
		mailguard_profile_free(p);
	}
}

Test(profile_settings_corpora, a_profile_that_is_not_there_is_named)
{
	static char bytes[8192];
	mailguard_profile *p;
	mailguard_error err;
	size_t n;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	n = fixture_read(bytes, sizeof(bytes), "profiles.ini");
	ok(mailguard_profile_new(&p, mg, NULL));
	cr_expect(eq(int,
	             mailguard_profile_import(
			     p, temp_write("profiles.ini", bytes, n), NULL,
			     NULL, &err),
	             MAILGUARD_EIO));
	cr_expect(strstr(err.message, "abcd1234.default-release/prefs.js") !=
	                  NULL,
	          "%s", err.message);
	mailguard_profile_free(p);
}

static size_t findings(const mailguard_profile *p)
{
	size_t n = 0;

	while (mailguard_profile_finding(p, n))
		n++;
	return n;
}

/* Of lines nothing tells that more should follow. */
static bool ends_a_line(const char *bytes, size_t n)
{
	return n == 0 || bytes[n - 1] == '\n' || bytes[n - 1] == '\r';
}

Test(profile_settings_corpora, cut_at_every_16_bytes_they_fail_or_tell)
{
	static char bytes[8192], want[RECORD_MAX], got[RECORD_MAX];
	mailguard_profile *whole, *p;
	size_t i, n, len;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	for (i = 0; i < NAMES; i++) {
		len = fixture_read(bytes, sizeof(bytes), names[i]);
		ok(import(&whole, names[i], bytes, len, want));
		for (n = 16; n < len; n += 16) {
			mailguard_status st =
				import(&p, names[i], bytes, n, got);

			cr_expect(st < 0 || ends_a_line(bytes, n) ||
			                  strcmp(got, want) == 0 ||
			                  findings(p) > findings(whole),
			          "%s cut at %zu:\n%s", names[i], n, got);
			mailguard_profile_free(p);
		}
		mailguard_profile_free(whole);
	}
}

Test(profile_settings_corpora, with_changed_bits_nothing_is_half_in_silence)
{
	static char bytes[8192], got[RECORD_MAX];
	const mailguard_account *a;
	mailguard_profile *p;
	size_t i, n, k, len;

	if (!corpora())
		cr_skip_test("MAILGUARD_CORPORA is not there");
	for (i = 0; i < NAMES; i++) {
		bool one_sided = names[i][0] == 'g' || names[i][1] == 'b' ||
		                 names[i][1] == 's';

		len = fixture_read(bytes, sizeof(bytes), names[i]);
		for (n = 0; n < len; n += 5) {
			bytes[n] = (char)(bytes[n] ^ 1 << n % 8);
			(void)import(&p, names[i], bytes, len, got);
			for (k = 0; (a = mailguard_profile_account(p, k)); k++)
				cr_expect(
					one_sided || findings(p) ||
						(a->server_in && a->server_out),
					"%s, byte %zu:\n%s", names[i], n, got);
			mailguard_profile_free(p);
			bytes[n] = (char)(bytes[n] ^ 1 << n % 8);
		}
	}
}
