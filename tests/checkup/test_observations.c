/* What checkup/observations.c promises: what others saw counts as evidence,
 * what is of no use is told, what is broken is refused with its line. */
#include <mailguard/checkup.h>
#include <mailguard/reasons.h>

#include <stdio.h>
#include <string.h>

#include "support/fail_alloc.h"
#include "support/ok.h"

static mailguard *mg;

static void setup(void)
{
	ok(mailguard_new(&mg, NULL, NULL));
}

static void teardown(void)
{
	mailguard_free(mg);
}

TestSuite(checkup_observations,
          .init = setup,
          .fini = teardown,
          .timeout = 120);

static const char profile_text[] =
	"{\"schema\":\"mailguard-profile-1\",\"accounts\":["
	"{\"id\":\"a1\",\"address\":\"ann@one.example\",\"server_in\":\"S1\","
	"\"server_out\":\"S2\",\"user_in\":\"ann\",\"user_out\":\"ann\","
	"\"provider\":\"A\",\"webmail\":\"https://web.one.example/mail\"},"
	"{\"id\":\"a2\",\"address\":\"bob@one.example\",\"server_in\":\"S1\","
	"\"user_in\":\"bob\",\"provider\":\"A\"}],"
	"\"providers\":[{\"id\":\"A\",\"name\":\"A\"}],"
	"\"servers\":[{\"id\":\"S1\",\"protocol\":\"imap\",\"host\":"
	"\"mail.one.example\",\"tls\":\"implicit\",\"provider\":\"A\"},"
	"{\"id\":\"S2\",\"protocol\":\"submission\",\"host\":"
	"\"mail.one.example\",\"tls\":\"starttls\",\"provider\":\"A\"}]}";

static mailguard_status begin(mailguard_checkup **out, mailguard *with)
{
	mailguard_checkup_options opts = MAILGUARD_CHECKUP_OPTIONS_INIT;
	mailguard_span text = { (const unsigned char *)profile_text,
		                strlen(profile_text) };
	mailguard_profile *p = NULL;
	mailguard_status st;

	*out = NULL;
	opts.flags = MAILGUARD_CHECKUP_NO_NET;
	st = mailguard_profile_parse(&p, with, text, NULL, NULL);
	if (st == MAILGUARD_OK)
		st = mailguard_checkup_new(out, with, p, &opts, NULL);
	mailguard_profile_free(p);
	return st;
}

static mailguard_status hand(mailguard_checkup *c,
                             const char *text,
                             mailguard_error *err)
{
	mailguard_span span = { (const unsigned char *)text, strlen(text) };

	return mailguard_checkup_observations(c, span, err);
}

#define ANSWER(url, ok, fault, reason, phase, login)            \
 "{\"url\":\"" url "\",\"ok\":" ok ",\"fault_domain\":\"" fault \
 "\",\"reason\":\"" reason "\",\"also\":[],\"phase\":\"" phase  \
 "\",\"message\":\"words\",\"when\":\"2026-03-02T09:00:00Z\","  \
 "\"login\":\"" login "\"}\n"
#define DOWN(url) \
 ANSWER(url, "false", "server_outage", "connect_timeout", "connect", "untested")
#define WORKS(url) ANSWER(url, "true", "none", "success", "command", "ok")

/* What the verdict's JSON says was seen. */
static void seen(mailguard_checkup *c, const char *why, const char *says)
{
	mailguard_verdict *v;
	mailguard_buffer *b;

	ok(mailguard_checkup_verdict(&v, c, NULL));
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_verdict_json(b, v, NULL));
	cr_expect(strstr(mailguard_buffer_text(b), says) != NULL,
	          "%s: no %s in %s", why, says, mailguard_buffer_text(b));
	mailguard_buffer_free(b);
	mailguard_verdict_free(v);
}

Test(checkup_observations, lines_of_a_probe_are_seen_from_outside)
{
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "by host and port", DOWN("imaps://mail.one.example"),
		  "probe of server mail.one.example (IMAP) (receiving), from "
		  "outside: fail while connecting" },
		{ "the port told", WORKS("imaps://ann@mail.one.example:993"),
		  "(receiving), from outside: ok" },
		{ "another service of the host",
		  DOWN("submission://mail.one.example"),
		  "(sending), from outside: fail while connecting" },
		{ "webmail", DOWN("https://web.one.example/"),
		  "webmail of account ann@one.example, from outside: fail" },
		{ "blank lines and line ends",
		  "\r\n" WORKS("imaps://ann@mail.one.example") "\r\n\n",
		  "(receiving), from outside: ok" },
		{ "a list", "[" DOWN("imaps://mail.one.example") "]",
		  "from outside: fail while connecting" },
		{ "a reason nobody knows yet",
		  ANSWER("imaps://mail.one.example", "false", "server_outage",
		         "moon_phase", "connect", "untested"),
		  "from outside: fail while connecting" },
	};
	mailguard_checkup *c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(begin(&c, mg));
		ok(hand(c, rows[i].text, NULL));
		cr_expect_null(mailguard_checkup_note(c, 0), "%s", rows[i].why);
		seen(c, rows[i].why, rows[i].says);
		mailguard_checkup_free(c);
	}
}

Test(checkup_observations, a_dead_server_seen_from_outside_is_not_our_line)
{
	mailguard_checkup *c;
	mailguard_verdict *v;

	ok(begin(&c, mg));
	ok(mailguard_checkup_saw(c, "a1 receive fail 0x800CCC0E", NULL));
	ok(mailguard_checkup_saw(c, "a2 receive fail 0x800CCC0E", NULL));
	ok(hand(c,
	        DOWN("imaps://mail.one.example")
	                DOWN("submission://mail.one.example"),
	        NULL));
	ok(mailguard_checkup_verdict(&v, c, NULL));
	cr_expect(eq(int, mailguard_verdict_fault(v),
	             MAILGUARD_FAULT_SERVER_OUTAGE));
	mailguard_verdict_free(v);
	mailguard_checkup_free(c);
}

Test(checkup_observations, what_is_of_no_use_is_told_and_passed_over)
{
	static const struct {
		const char *why, *text, *says;
		char *code;
	} rows[] = {
		{ "a stranger",
		  WORKS("imaps://ann@mail.one.example")
		          DOWN("imaps://elsewhere.example:993"),
		  "line 2: imaps://elsewhere.example:993 belongs to no server "
		  "of this profile",
		  "checkup.observation-server" },
		{ "another port", DOWN("imap://mail.one.example:144"),
		  "belongs to no server", "checkup.observation-server" },
		{ "another page", DOWN("https://one.example/"),
		  "belongs to no server", "checkup.observation-server" },
		{ "its own line is down",
		  ANSWER("imaps://mail.one.example", "false", "local_network",
		         "net_unreachable", "connect", "untested"),
		  "says nothing", "checkup.observation-mute" },
		{ "an account of another profile",
		  "{\"observations\":[{\"t\":\"op\",\"a\":\"a9\",\"r\":"
		  "\"ok\"}]}",
		  "observations[0]: a9 is not in this profile",
		  "checkup.observation-name" },
		{ "a server of another profile",
		  "{\"observations\":[{\"t\":\"probe\",\"sv\":\"S9\",\"r\":"
		  "\"ok\"}]}",
		  "S9", "checkup.observation-name" },
		{ "a key nobody knows",
		  "{\"observations\":[{\"t\":\"probe\",\"sv\":\"S1\",\"r\":"
		  "\"ok\",\"phse\":\"tls\"}]}",
		  "observations[0]: \"phse\" is not known",
		  "case.key-unknown" },
	};
	const mailguard_finding *f;
	mailguard_checkup *c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(begin(&c, mg));
		ok(hand(c, rows[i].text, NULL));
		f = mailguard_checkup_note(c, 0);
		cr_assert_not_null(f, "%s", rows[i].why);
		cr_expect(strstr(f->text, rows[i].says) != NULL, "%s: %s",
		          rows[i].why, f->text);
		cr_expect(eq(str, (char *)f->code, rows[i].code), "%s",
		          rows[i].why);
		cr_expect_null(mailguard_checkup_note(c, 1), "%s", rows[i].why);
		mailguard_checkup_free(c);
	}
}

Test(checkup_observations, a_case_s_observations_use_the_profiles_ids)
{
	mailguard_checkup *c;

	ok(begin(&c, mg));
	ok(hand(c,
	        "{\"accounts\":{\"a1\":{\"sv\":\"S1\"}},\"observations\":["
	        "{\"t\":\"dev\",\"a\":\"a1\",\"r\":\"ok\"},"
	        "{\"t\":\"status\",\"pv\":\"A\",\"r\":\"maint\"}]}",
	        NULL));
	seen(c, "device", "on another device: ok");
	seen(c, "status", "status page of provider A: maintenance");
	mailguard_checkup_free(c);
}

Test(checkup_observations, what_is_broken_is_refused_with_its_line)
{
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "no JSON", "hello\n", "line 1: " },
		{ "the second line is torn",
		  WORKS("imaps://ann@mail.one.example") "{\"url\":\"imaps:",
		  "line 2: " },
		{ "no url", "{\"ok\":true}\n{}\n", "line 1: " },
		{ "no verdict",
		  WORKS("imaps://ann@mail.one.example") "{\"url\":\"imaps://"
		                                        "mail.one.example\"}\n",
		  "line 2: " },
		{ "no such domain",
		  ANSWER("imaps://mail.one.example", "false", "moon", "dns",
		         "dns", "none") "\n{}",
		  "line 1: " },
		{ "a URL that is none",
		  WORKS("imaps://ann@mail.one.example") WORKS("gopher://x"),
		  "line 2: " },
		{ "a number", "7", "line 1: " },
		{ "an observation of a case",
		  "{\"observations\":[{\"t\":\"op\",\"a\":\"a1\",\"r\":"
		  "\"perhaps\"}]}",
		  "observations[0].r" },
	};
	mailguard_checkup *c;
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok(begin(&c, mg));
		cr_expect(
			eq(int, hand(c, rows[i].text, &err), MAILGUARD_EFORMAT),
			"%s", rows[i].why);
		cr_expect(strstr(err.message, rows[i].says) == err.message,
		          "%s: %s", rows[i].why, err.message);
		mailguard_checkup_free(c);
	}
}

Test(checkup_observations, survive_every_allocation_failure)
{
	static const char *const texts[] = {
		WORKS("imaps://ann@mail.one.example")
			DOWN("imaps://elsewhere.example")
				DOWN("https://web.one.example"),
		"{\"observations\":[{\"t\":\"dev\",\"a\":\"a1\",\"r\":\"ok\","
		"\"x\":1},{\"t\":\"op\",\"a\":\"a9\",\"r\":\"ok\"}]}",
	};
	mailguard_status st;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int n = 1;

		do {
			mailguard_checkup *c = NULL;
			mailguard *tight;

			ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
			st = begin(&c, tight);
			if (st == MAILGUARD_OK)
				st = hand(c, texts[i], NULL);
			cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
			          "%d: %d", n, (int)st);
			mailguard_checkup_free(c);
			mailguard_free(tight);
		} while (st != MAILGUARD_OK);
		cr_expect(zero(int, fail_alloc_live()));
	}
}
