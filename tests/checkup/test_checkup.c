/* What checkup/ promises: all of it weighed together, and never silent. */
#include <mailguard/checkup.h>

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"
#include "support/temp.h"

static mailguard *mg;
static char folder[256];

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
	snprintf(folder, sizeof(folder), "%s", temp_begin());
}

static void teardown(void)
{
	mailguard_free(mg);
	temp_end();
}

TestSuite(checkup, .init = setup, .fini = teardown, .timeout = 120);

#define FROM "From ann@example.org Thu Jan  1 00:00:00 2026\n"
#define MAIL                                                          \
 FROM "From: ann@example.org\nDate: Thu, 1 Jan 2026 00:00:00 +0000\n" \
      "Subject: one\n\nhi\n\n"

static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"a1@one.example\",\"server_in\":\"S1\","
	"\"store\":\"m1\"},"
	"{\"id\":\"a2\",\"address\":\"a2@two.example\",\"server_in\":\"S2\","
	"\"store\":\"m2\"},"
	"{\"id\":\"a3\",\"address\":\"a3@two.example\",\"server_in\":\"S2\","
	"\"store\":\"m3\"}],"
	"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
	"\"localhost\",\"address\":\"127.0.0.1\",\"port\":1,\"tls\":\"none\"},"
	"{\"id\":\"S2\",\"protocol\":\"pop3\",\"host\":\"localhost\","
	"\"address\":\"127.0.0.1\",\"port\":1,\"tls\":\"none\"}],"
	"\"stores\":["
	"{\"id\":\"m1\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\one\"},"
	"{\"id\":\"m2\",\"path\":\"C:\\\\Users\\\\u\\\\OneDrive\\\\two\"},"
	"{\"id\":\"m3\",\"path\":\"C:\\\\Users\\\\u\\\\Mail\\\\three\"}]}";

/* Two files in the cloud folder damaged, one elsewhere sound. */
static void files_make(void)
{
	static char torn[sizeof(MAIL) + 255] = MAIL;

	temp_write("OneDrive/one", torn, sizeof(torn));
	temp_write("OneDrive/two", torn, sizeof(torn));
	temp_write("Mail/three", MAIL, strlen(MAIL));
}

static mailguard_status profile_make(mailguard_profile **out, mailguard *with)
{
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	mailguard_status st;

	st = mailguard_profile_parse(out, with, text, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_profile_map(*out, "C:\\Users\\u", folder, NULL);
	return st;
}

static mailguard_checkup *begin(uint32_t flags)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_profile *p;
	mailguard_checkup *c;

	opts.flags = flags;
	ok(profile_make(&p, mg));
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p); /* the checkup holds it */
	return c;
}

static mailguard_verdict *finish(mailguard_checkup *c)
{
	const mailguard_checkup_step *step;
	mailguard_verdict *v;
	size_t n = 0;

	while (mailguard_checkup_next(&step, c, NULL) == MAILGUARD_OK) {
		n += step->stage != MAILGUARD_CHECKUP_FIRST;
		cr_expect(eq(sz, step->done, n));
		cr_expect(le(sz, step->done, step->total));
		cr_expect(strlen(step->text) > 0);
	}
	ok(mailguard_checkup_verdict(&v, c, NULL));
	mailguard_checkup_free(c);
	return v;
}

Test(checkup, damaged_files_in_one_cloud_folder_are_that_folders_fault)
{
	mailguard_checkup *c;
	mailguard_verdict *v;

	files_make();
	c = begin(MAILGUARD_CHECKUP_NO_NET);
	ok(mailguard_checkup_saw(c, "a1 receive fail", NULL));
	ok(mailguard_checkup_saw(c, "a2@two.example 受信 失敗 0x80040600",
	                         NULL));
	ok(mailguard_checkup_saw(c, "a3 receive ok", NULL));
	v = finish(c);
	cr_expect(eq(int, mailguard_verdict_fault(v),
	             MAILGUARD_FAULT_LOCAL_STORE));
	cr_expect(eq(str, (char *)mailguard_verdict_suspect(v, 0)->name,
	             "sync:cloud"));
	cr_expect(eq(int, mailguard_verdict_grade(v), MAILGUARD_GRADE_CERTAIN));
	mailguard_verdict_free(v);
}

Test(checkup, a_missing_file_is_the_files_fault)
{
	mailguard_checkup *c;
	mailguard_verdict *v;

	temp_write("OneDrive/one", MAIL, strlen(MAIL));
	temp_write("Mail/three", MAIL, strlen(MAIL));
	c = begin(MAILGUARD_CHECKUP_NO_NET);
	ok(mailguard_checkup_saw(c, "a2 receive fail", NULL));
	v = finish(c);
	cr_expect(eq(str, (char *)mailguard_verdict_suspect(v, 0)->name,
	             "store:m2"));
	mailguard_verdict_free(v);
}

Test(checkup, sound_files_and_working_accounts_are_nobodys_fault)
{
	mailguard_checkup *c;
	mailguard_verdict *v;

	temp_write("OneDrive/one", MAIL, strlen(MAIL));
	temp_write("OneDrive/two", MAIL, strlen(MAIL));
	temp_write("Mail/three", MAIL, strlen(MAIL));
	c = begin(MAILGUARD_CHECKUP_NO_NET);
	ok(mailguard_checkup_saw(c, "a1 receive ok", NULL));
	ok(mailguard_checkup_saw(c, "a2　受信　成功", NULL));
	ok(mailguard_checkup_saw(c, "a3 receive ok", NULL));
	v = finish(c);
	cr_expect(eq(int, mailguard_verdict_fault(v), MAILGUARD_FAULT_NONE));
	mailguard_verdict_free(v);
}

Test(checkup, words_it_cannot_understand_are_refused_by_name)
{
	static const struct {
		const char *why, *words, *says;
		char *code;
	} rows[] = {
		{ "nothing", "", "", "checkup.saw-form" },
		{ "no way", "a1 perhaps fail", "perhaps", "checkup.saw-form" },
		{ "no outcome", "a1 receive maybe", "maybe",
		  "checkup.saw-form" },
		{ "no account", "a9 receive fail", "a9",
		  "checkup.saw-account" },
	};
	mailguard_checkup *c = begin(MAILGUARD_CHECKUP_NO_NET);
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(eq(int, mailguard_checkup_saw(c, rows[i].words, &err),
		             MAILGUARD_EINVAL),
		          "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(strstr(err.message, rows[i].says) != NULL, "%s",
		          err.message);
	}
	mailguard_checkup_free(c);
}

Test(checkup, a_profile_without_accounts_is_refused)
{
	mailguard_profile *p;
	mailguard_checkup *c;
	mailguard_error err;

	ok(mailguard_profile_new(&p, mg, NULL));
	cr_expect(eq(int, mailguard_checkup_new(&c, mg, p, NULL, &err),
	             MAILGUARD_EINVAL));
	cr_expect(eq(str, err.code, "checkup.no-account"));
	mailguard_profile_free(p);
}

Test(checkup, an_interrupt_ends_it_and_the_verdict_so_far_stands)
{
	mailguard_checkup *c = begin(MAILGUARD_CHECKUP_NO_NET);
	const mailguard_checkup_step *step;
	mailguard_verdict *v;

	ok(mailguard_checkup_next(&step, c, NULL));
	mailguard_interrupt(mg, 1);
	cr_expect(eq(int, mailguard_checkup_next(&step, c, NULL),
	             MAILGUARD_ECANCELLED));
	mailguard_interrupt(mg, 0);
	ok(mailguard_checkup_verdict(&v, c, NULL));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}

Test(checkup, survives_every_allocation_failure)
{
	mailguard_status st;
	int n = 1;

	files_make();
	do {
		mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
		const mailguard_checkup_step *step;
		mailguard_checkup *c = NULL;
		mailguard_profile *p = NULL;
		mailguard_verdict *v = NULL;
		mailguard *tight;

		opts.flags = MAILGUARD_CHECKUP_NO_NET;
		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = profile_make(&p, tight);
		if (st == MAILGUARD_OK)
			st = mailguard_checkup_new(&c, tight, p, &opts, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_checkup_saw(c, "a1 receive fail x",
			                           NULL);
		while (st == MAILGUARD_OK)
			st = mailguard_checkup_next(&step, c, NULL);
		if (st == MAILGUARD_ITEROVER)
			st = mailguard_checkup_verdict(&v, c, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d: %d", n, (int)st);
		mailguard_verdict_free(v);
		mailguard_checkup_free(c);
		mailguard_profile_free(p);
		mailguard_free(tight);
	} while (st != MAILGUARD_OK);
	cr_expect(zero(int, fail_alloc_live()));
}
