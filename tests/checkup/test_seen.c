/* What checkup/seen.c promises: steps are kept, things have people's names. */
#include <mailguard/checkup.h>

#include <stdio.h>
#include <string.h>

#include "support/ok.h"
#include "support/temp.h"

#define MAIL                                       \
 "From ann@example.org Thu Jan  1 00:00:00 2026\n" \
 "From: ann@example.org\n\nhi\n\n"

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

TestSuite(seen, .init = setup, .fini = teardown, .timeout = 120);

/* One host with two services, one alone; two files of one name, one alone. */
static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"info@one.example\",\"label\":\"Info\","
	"\"server_in\":\"S1\",\"server_out\":\"S2\",\"store\":\"m1\","
	"\"provider\":\"A\",\"backup\":\"a3\"},"
	"{\"id\":\"a2\",\"address\":\"sales@one.example\",\"server_in\":"
	"\"S1\",\"store\":\"m2\",\"provider\":\"A\"},"
	"{\"id\":\"a3\",\"address\":\"owner@two.example\",\"server_in\":"
	"\"S3\",\"store\":\"m3\",\"provider\":\"B\"}],"
	"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
	"\"mail.one.example\",\"tls\":\"implicit\"},"
	"{\"id\":\"S2\",\"protocol\":\"submission\",\"host\":"
	"\"mail.one.example\",\"tls\":\"implicit\"},"
	"{\"id\":\"S3\",\"protocol\":\"pop3\",\"host\":\"pop.two.example\","
	"\"tls\":\"implicit\"}],"
	"\"providers\":[{\"id\":\"A\",\"name\":\"Hoster A\"},{\"id\":\"B\"}],"
	"\"stores\":[{\"id\":\"m1\",\"path\":\"C:\\\\u\\\\one\\\\Inbox\"},"
	"{\"id\":\"m2\",\"path\":\"C:\\\\u\\\\two\\\\Inbox\"},"
	"{\"id\":\"m3\",\"path\":\"C:\\\\u\\\\three\\\\owner.mbox\"}]}";

static mailguard_checkup *begin(void)
{
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_profile *p;
	mailguard_checkup *c;

	opts.flags = MAILGUARD_CHECKUP_NO_NET;
	ok(mailguard_profile_parse(&p, mg, text, NULL, NULL));
	ok(mailguard_profile_map(p, "C:\\u", folder, NULL));
	ok(mailguard_checkup_new(&c, mg, p, &opts, NULL));
	mailguard_profile_free(p);
	return c;
}

Test(seen, every_step_that_looked_at_something_is_kept_as_told)
{
	mailguard_checkup *c = begin();
	const mailguard_checkup_step *step, *kept;
	char texts[32][512];
	size_t n = 0, i;

	cr_expect_null(mailguard_checkup_seen(c, 0));
	while (mailguard_checkup_next(&step, c, NULL) == MAILGUARD_OK) {
		if (!step->target)
			continue; /* it looked at nothing */
		cr_assert(lt(sz, n, 32));
		snprintf(texts[n++], sizeof(texts[0]), "%d %d %s %s",
		         (int)step->stage, (int)step->outcome, step->target,
		         step->text);
		cr_expect_null(mailguard_checkup_seen(c, n));
	}
	cr_assert(ge(sz, n, 6));
	for (i = 0; (kept = mailguard_checkup_seen(c, i)) != NULL; i++) {
		char again[512];

		snprintf(again, sizeof(again), "%d %d %s %s", (int)kept->stage,
		         (int)kept->outcome, kept->target, kept->text);
		cr_expect(eq(str, again, texts[i]));
	}
	cr_expect(eq(sz, i, n));
	cr_expect_not_null(mailguard_checkup_profile(c));
	cr_expect_null(mailguard_checkup_seen(NULL, 0));
	cr_expect_null(mailguard_checkup_profile(NULL));
	mailguard_checkup_free(c);
}

Test(seen, the_verdict_speaks_of_things_by_names_that_tell_them_apart)
{
	static const char *const says[] = {
		"info@one.example",        "mail.one.example (IMAP)",
		"mail.one.example (SMTP)", "pop.two.example",
		"C:\\u\\one\\Inbox",       "Hoster A",
		"mail file owner.mbox",    "Account owner@two.example works",
	};
	static const char *const saw[] = { "a1 receive fail", "a1 send ok",
		                           "a2 receive ok", "a3 receive ok" };
	mailguard_checkup *c = begin();
	const mailguard_checkup_step *step;
	mailguard_verdict *v;
	mailguard_buffer *b;
	size_t i;

	temp_write("three/owner.mbox", MAIL, strlen(MAIL));
	for (i = 0; i < sizeof(saw) / sizeof(saw[0]); i++)
		ok(mailguard_checkup_saw(c, saw[i], NULL));
	while (mailguard_checkup_next(&step, c, NULL) == MAILGUARD_OK)
		continue;
	ok(mailguard_checkup_verdict(&v, c, NULL));
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_verdict_text(b, v, NULL));
	for (i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		cr_expect_not_null(strstr(mailguard_buffer_text(b), says[i]),
		                   "%s:\n%s", says[i],
		                   mailguard_buffer_text(b));
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}
