/*
 * What SPF promises (RFC 7208): each rule of the RFC a row or more, the
 * answers from a table, the asking in rounds as the run does it.
 */
#include "probe/zones.h"

#include "probe/spf.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <stdio.h>
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

TestSuite(spf, .init = setup, .fini = teardown);

static bool ip_of(mgi_ip *out, const char *text)
{
	return mgi_ip_read(out, (mailguard_span){ (const unsigned char *)text,
	                                          strlen(text) });
}

/* Asked in rounds until nothing is wanted. The texts lie in `a`. */
static mgi_spf_answer spf_of(mgi_spf_query *q, mgi_arena *a, const char *rows)
{
	mgi_spf_answer out;
	int rounds;

	for (rounds = 0; rounds < 64; rounds++) {
		mgi_spf_check(&out, q, a);
		if (out.result != MGI_SPF_WAIT)
			return out;
		cr_assert(zone_answer(q->zone, mg, rows), "wants nothing");
	}
	cr_assert(false, "it never ends");
	return out;
}

typedef struct row {
	const char *why, *record, *ip, *sender;
	mgi_spf_result want;
} row;

/* What the records below lead to. */
static const char around[] =
	"A e.test 192.0.2.1\n"
	"AAAA e.test 2001:db8::1\n"
	"A mail.e.test 192.0.2.20\n"
	"AAAA mail.e.test 2001:db8::20\n"
	"MX e.test 10 mail.e.test.\n"
	"MX e.test 20 gone.e.test.\n"
	"MX nullmx.test 0 .\n"
	"MX wide.test 1 w1.test.\nMX wide.test 1 w2.test.\n"
	"MX wide.test 1 w3.test.\nMX wide.test 1 w4.test.\n"
	"MX wide.test 1 w5.test.\nMX wide.test 1 w6.test.\n"
	"MX wide.test 1 w7.test.\nMX wide.test 1 w8.test.\n"
	"MX wide.test 1 w9.test.\nMX wide.test 1 wa.test.\n"
	"MX wide.test 1 wb.test.\n"
	"A w1.test 198.51.100.1\n"
	"A w2.test 198.51.100.1\n"
	"A w3.test 198.51.100.1\n"
	"A w4.test 198.51.100.1\n"
	"A w5.test 198.51.100.1\n"
	"A w6.test 198.51.100.1\n"
	"A w7.test 198.51.100.1\n"
	"A w8.test 198.51.100.1\n"
	"A w9.test 198.51.100.1\n"
	"A wa.test 198.51.100.1\n"
	"A wb.test 198.51.100.1\n"
	"CNAME alias.test mail.e.test.\n"
	"A down.test !servfail\nTXT down.test !servfail\nMX down.test "
	"!timeout\n"
	"TXT passes.test v=spf1 ip4:192.0.2.1 -all\n"
	"TXT softfails.test v=spf1 ~all\n"
	"TXT neutral.test v=spf1 ?all\n"
	"TXT broken.test v=spf1 nonsense -all\n"
	"TXT nospf.test hello world\n"
	"TXT twice.test v=spf1 -all\nTXT twice.test v=spf1 +all\n"
	"TXT loop.test v=spf1 include:loop.test -all\n"
	"TXT spin.test v=spf1 redirect=spin.test\n"
	"TXT void2.test v=spf1 a:n1.test a:n2.test ?all\n"
	"TXT void3.test v=spf1 a:n1.test a:n2.test a:n3.test ?all\n"
	"TXT ten.test v=spf1 a:e.test a:e.test a:e.test a:e.test a:e.test "
	"a:e.test a:e.test a:e.test a:e.test ?all\n"
	"TXT eleven.test v=spf1 a:e.test a:e.test a:e.test a:e.test "
	"a:e.test a:e.test a:e.test a:e.test a:e.test a:e.test ?all\n"
	"PTR 1.2.0.192.in-addr.arpa e.test.\n"
	"PTR 20.2.0.192.in-addr.arpa mail.e.test.\n"
	"PTR 20.2.0.192.in-addr.arpa lies.test.\n"
	"PTR 99.2.0.192.in-addr.arpa liar.e.test.\n"
	"A liar.e.test 192.0.2.7\n"
	"PTR 5.2.0.192.in-addr.arpa !servfail\n"
	"A strong-bad.l.test 127.0.0.2\n"
	"A 1.2.0.192.in-addr.ip.test 127.0.0.2\n"
	"A b.a.s.test 127.0.0.2\n"
	"A bob.lp.test 127.0.0.2\n"
	"A 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
	".ip6.ip.test 127.0.0.2\n"
	"A e.test.d.test 127.0.0.2\n"
	"A helo.test.h.test 127.0.0.2\n"
	"A mail.e.test.p.test 127.0.0.2\n"
	"A unknown.p.test 127.0.0.2\n";

static void hold(const row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		mgi_spf_query q = { .domain = "x.test",
			            .sender = rows[i].sender,
			            .helo = "helo.test" };
		mgi_arena *a = mgi_arena_new(mg);
		char table[8192];
		mgi_spf_answer got;

		(void)snprintf(table, sizeof(table), "TXT x.test %s\n%s",
		               rows[i].record, around);
		q.zone = mgi_zone_new(mg);
		cr_assert(ip_of(&q.ip, rows[i].ip), "%s", rows[i].ip);
		got = spf_of(&q, a, table);
		cr_expect(eq(str, (char *)mgi_spf_name(got.result),
		             (char *)mgi_spf_name(rows[i].want)),
		          "%s: %s", rows[i].why, rows[i].record);
		mgi_zone_free(q.zone);
		mgi_arena_free(a);
	}
}

#define HOLD(rows) hold(rows, sizeof(rows) / sizeof((rows)[0]))
#define V4 "192.0.2.1"
#define V6 "2001:db8::1"

Test(spf, finds_the_one_record)
{
	static const row rows[] = {
		{ "4.5 no such record", "hello", V4, NULL, MGI_SPF_NONE },
		{ "4.5 version alone", "v=spf1", V4, NULL, MGI_SPF_NEUTRAL },
		{ "4.5 version with more", "v=spf10 -all", V4, NULL,
		  MGI_SPF_NONE },
		{ "4.5 no space behind", "v=spf1-all", V4, NULL, MGI_SPF_NONE },
		{ "12 any case", "V=SPF1 -ALL", V4, NULL, MGI_SPF_FAIL },
		{ "4.5 two", "v=spf1 -all\nTXT x.test v=spf1 +all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "4.5 beside others",
		  "hello\nTXT x.test v=spf1 -all\nTXT x.test v=spf2.0/pra ?all",
		  V4, NULL, MGI_SPF_FAIL },
		{ "3.3 strings are joined without a space",
		  "v=spf1 ip4:192.|0.2.1 -all", V4, NULL, MGI_SPF_PASS },
		{ "3.3 and so is the version", "v=sp|f1 -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "4.6.1 spaces", "v=spf1   -all  ", V4, NULL, MGI_SPF_FAIL },
		{ "4.4 server fails", "!servfail", V4, NULL,
		  MGI_SPF_TEMPERROR },
		{ "4.4 silence", "!timeout", V4, NULL, MGI_SPF_TEMPERROR },
		{ "4.4 refused", "!refused", V4, NULL, MGI_SPF_TEMPERROR },
		{ "4.4 no such name", "!nxdomain", V4, NULL, MGI_SPF_NONE },
		{ "a tab is no space", "v=spf1\t-all", V4, NULL, MGI_SPF_NONE },
		{ "3.1 not ASCII", "v=spf1 a:\xe9.test -all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "control character", "v=spf1 a:\x01.test -all", V4, NULL,
		  MGI_SPF_PERMERROR },
	};

	HOLD(rows);
}

Test(spf, needs_a_domain_that_can_be)
{
	static const struct {
		char *why, *domain;
	} rows[] = {
		{ "one label", "localhost" },
		{ "an empty label", "a..test" },
		{ "a long label", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		                  "aaaaaaaaaaaaaaaaa"
		                  "aaaaaa.test" },
		{ "nothing", "" },
		{ "an address", "[192.0.2.1]" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_spf_query q = { .domain = rows[i].domain };
		mgi_arena *a = mgi_arena_new(mg);

		q.zone = mgi_zone_new(mg);
		cr_expect(eq(int, spf_of(&q, a, around).result, MGI_SPF_NONE),
		          "%s", rows[i].why);
		mgi_zone_free(q.zone);
		mgi_arena_free(a);
	}
}

Test(spf, one_bad_term_spoils_all_of_it)
{
	static const char *const terms[] = {
		"all:x",
		"all/8",
		"all.",
		"-all=x",
		"include",
		"include:",
		"include/x",
		"include:e.test/24",
		"a:",
		"a/",
		"a//",
		"a/33",
		"a//129",
		"a/024",
		"a/-1",
		"a:e.test/",
		"a:e.test//",
		"a:/24",
		"a:museum",
		"a:e.test.",
		"a:e.1",
		"a:e.-te",
		"a:e.te-",
		"a:e.test:80",
		"mx:",
		"mx/33",
		"mx:museum",
		"ptr:",
		"ptr/24",
		"ip4",
		"ip4:",
		"ip4:1.2.3",
		"ip4:1.2.3.4/33",
		"ip4:1.2.3.4/",
		"ip4:1.2.3.4/032",
		"ip4:1.2.3.4//32",
		"ip4:256.0.0.1",
		"ip4:1.2.3.4:8080",
		"ip4/8",
		"ip4:2001:db8::1",
		"ip6",
		"ip6:",
		"ip6:1.2.3.4",
		"ip6:::1::",
		"ip6:2001:db8::1/129",
		"ip6:2001:db8::1/",
		"ip6:12345::",
		"ip6::db8",
		"ip6:1:2:3:4:5:6:7:8:9",
		"exists",
		"exists:",
		"exists:e.test/24",
		"redirect=",
		"redirect=museum",
		"redirect=e.test redirect=e.test",
		"exp=",
		"exp=a.test exp=a.test",
		"nonsense",
		"=x",
		"1up=x",
		"+",
		"moo.cow:x",
		"exists:%{d",
		"exists:%d.test",
		"exists:%{x}.test",
		"exists:%{d0}.test",
		"exists:%{dx}.test",
		"exists:%{c}.test",
		"exists:%{t}.test",
		"exists:%{r}.test",
		"exists:%(d).test",
		"exists:%{}.test",
		"exists:%",
		"unknown=%{d",
		"exists:e.test.%{l}x",
	};
	char record[128];
	size_t i;

	for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		row r = { "spoils", record, V4, NULL, MGI_SPF_PERMERROR };

		if (strcmp(terms[i], "a:e.test.") == 0)
			continue; /* a last dot may stand */
		(void)snprintf(record, sizeof(record), "v=spf1 +all %s",
		               terms[i]);
		hold(&r, 1);
	}
}

Test(spf, reads_what_looks_odd_but_may_stand)
{
	static const row rows[] = {
		{ "all first", "v=spf1 all -all", V4, NULL, MGI_SPF_PASS },
		{ "a last dot", "v=spf1 a:e.test. -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "unknown modifier", "v=spf1 moo.cow-far_out=man -all", V4,
		  NULL, MGI_SPF_FAIL },
		{ "of no value", "v=spf1 unknown= -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "of a colon", "v=spf1 a1=x:y/%{d} -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "redirect before all", "v=spf1 redirect=passes.test -all", V4,
		  NULL, MGI_SPF_FAIL },
		{ "any case", "v=spf1 InClUdE:PASSES.test -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "underscore", "v=spf1 a:_x.e.test ?all", V4, NULL,
		  MGI_SPF_NEUTRAL },
		{ "digits and a hyphen on top", "v=spf1 a:e.1-1 ?all", V4, NULL,
		  MGI_SPF_NEUTRAL },
	};

	HOLD(rows);
}

Test(spf, all_says_what_its_sign_says)
{
	static const row rows[] = {
		{ "+", "v=spf1 +all", V4, NULL, MGI_SPF_PASS },
		{ "-", "v=spf1 -all", V4, NULL, MGI_SPF_FAIL },
		{ "~", "v=spf1 ~all", V4, NULL, MGI_SPF_SOFTFAIL },
		{ "?", "v=spf1 ?all", V4, NULL, MGI_SPF_NEUTRAL },
		{ "none at all", "v=spf1 ip4:10.0.0.1", V4, NULL,
		  MGI_SPF_NEUTRAL },
	};

	HOLD(rows);
}

Test(spf, addresses_match_by_their_bits)
{
	static const row rows[] = {
		{ "same", "v=spf1 ip4:192.0.2.1 -all", V4, NULL, MGI_SPF_PASS },
		{ "other", "v=spf1 ip4:192.0.2.2 -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "/24", "v=spf1 ip4:192.0.2.255/24 -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "/31", "v=spf1 ip4:192.0.2.2/31 -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "/0", "v=spf1 ip4:0.0.0.0/0 -all", V4, NULL, MGI_SPF_PASS },
		{ "/0 is of v4 only", "v=spf1 ip4:0.0.0.0/0 -all", V6, NULL,
		  MGI_SPF_FAIL },
		{ "v6", "v=spf1 ip6:2001:DB8::1 -all", V6, NULL, MGI_SPF_PASS },
		{ "v6/32", "v=spf1 ip6:2001:db8::/32 -all", V6, NULL,
		  MGI_SPF_PASS },
		{ "v6/0", "v=spf1 ip6:::/0 -all", V6, NULL, MGI_SPF_PASS },
		{ "v6/0 is of v6 only", "v=spf1 ip6:::/0 -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "mapped is v4", "v=spf1 ip4:192.0.2.1 -all",
		  "::FFFF:192.0.2.1", NULL, MGI_SPF_PASS },
		{ "v6 written with v4", "v=spf1 ip6:2001:db8::0.0.0.1 -all", V6,
		  NULL, MGI_SPF_PASS },
	};

	HOLD(rows);
}

Test(spf, a_and_mx_look_up_their_hosts)
{
	static const row rows[] = {
		{ "a", "v=spf1 a:e.test -all", V4, NULL, MGI_SPF_PASS },
		{ "a v6", "v=spf1 a:e.test -all", V6, NULL, MGI_SPF_PASS },
		{ "a/24", "v=spf1 a:mail.e.test/24 -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "a//64", "v=spf1 a:mail.e.test//64 -all", V6, NULL,
		  MGI_SPF_PASS },
		{ "a/24//128", "v=spf1 a:mail.e.test/24//128 -all", V6, NULL,
		  MGI_SPF_FAIL },
		{ "a/0", "v=spf1 a:mail.e.test/0 -all", "8.8.8.8", NULL,
		  MGI_SPF_PASS },
		{ "a/0 without an address", "v=spf1 a:gone.test/0 -all",
		  "8.8.8.8", NULL, MGI_SPF_FAIL },
		{ "a behind CNAME", "v=spf1 a:alias.test -all", "192.0.2.20",
		  NULL, MGI_SPF_PASS },
		{ "a gone", "v=spf1 a:gone.test -all", V4, NULL, MGI_SPF_FAIL },
		{ "a failing", "v=spf1 a:down.test -all", V4, NULL,
		  MGI_SPF_TEMPERROR },
		{ "but not reached", "v=spf1 ip4:192.0.2.1 a:down.test -all",
		  V4, NULL, MGI_SPF_PASS },
		{ "mx", "v=spf1 mx:e.test -all", "192.0.2.20", NULL,
		  MGI_SPF_PASS },
		{ "mx v6", "v=spf1 mx:e.test -all", "2001:db8::20", NULL,
		  MGI_SPF_PASS },
		{ "mx is not the A", "v=spf1 mx:e.test -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "mx/24", "v=spf1 mx:e.test/24 -all", V4, NULL, MGI_SPF_PASS },
		{ "no implicit MX", "v=spf1 mx:mail.e.test -all", "192.0.2.20",
		  NULL, MGI_SPF_FAIL },
		{ "null MX", "v=spf1 mx:nullmx.test -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "mx failing", "v=spf1 mx:down.test -all", V4, NULL,
		  MGI_SPF_TEMPERROR },
		{ "eleven MX", "v=spf1 mx:wide.test -all", V4, NULL,
		  MGI_SPF_PERMERROR },
	};

	HOLD(rows);
}

Test(spf, ptr_believes_what_the_address_confirms)
{
	static const row rows[] = {
		{ "same", "v=spf1 ptr:e.test -all", V4, NULL, MGI_SPF_PASS },
		{ "below", "v=spf1 ptr:e.test -all", "192.0.2.20", NULL,
		  MGI_SPF_PASS },
		{ "not below", "v=spf1 ptr:l.e.test -all", "192.0.2.20", NULL,
		  MGI_SPF_FAIL },
		{ "not by letters", "v=spf1 ptr:il.e.test -all", "192.0.2.20",
		  NULL, MGI_SPF_FAIL },
		{ "not confirmed", "v=spf1 ptr:e.test -all", "192.0.2.99", NULL,
		  MGI_SPF_FAIL },
		{ "a failure is no match", "v=spf1 ptr:e.test -all",
		  "192.0.2.5", NULL, MGI_SPF_FAIL },
		{ "none", "v=spf1 ptr:e.test -all", "198.51.100.1", NULL,
		  MGI_SPF_FAIL },
	};

	HOLD(rows);
}

Test(spf, include_takes_pass_only)
{
	static const row rows[] = {
		{ "pass", "v=spf1 include:passes.test ~all", V4, NULL,
		  MGI_SPF_PASS },
		{ "fail is no match", "v=spf1 include:passes.test ~all",
		  "192.0.2.9", NULL, MGI_SPF_SOFTFAIL },
		{ "softfail", "v=spf1 include:softfails.test -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "neutral", "v=spf1 include:neutral.test -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "its sign holds", "v=spf1 -include:passes.test +all", V4,
		  NULL, MGI_SPF_FAIL },
		{ "none", "v=spf1 include:nospf.test +all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "no such name", "v=spf1 include:gone.test +all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "broken", "v=spf1 include:broken.test +all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "two records", "v=spf1 include:twice.test +all", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "down", "v=spf1 include:down.test +all", V4, NULL,
		  MGI_SPF_TEMPERROR },
		{ "in a circle", "v=spf1 include:loop.test +all", V4, NULL,
		  MGI_SPF_PERMERROR },
	};

	HOLD(rows);
}

Test(spf, redirect_speaks_for_the_record)
{
	static const row rows[] = {
		{ "pass", "v=spf1 redirect=passes.test", V4, NULL,
		  MGI_SPF_PASS },
		{ "fail", "v=spf1 redirect=passes.test", "192.0.2.9", NULL,
		  MGI_SPF_FAIL },
		{ "behind what matched",
		  "v=spf1 ip4:192.0.2.1 "
		  "redirect=softfails.test",
		  V4, NULL, MGI_SPF_PASS },
		{ "none", "v=spf1 redirect=nospf.test", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "gone", "v=spf1 redirect=gone.test", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "down", "v=spf1 redirect=down.test", V4, NULL,
		  MGI_SPF_TEMPERROR },
		{ "in a circle", "v=spf1 redirect=spin.test", V4, NULL,
		  MGI_SPF_PERMERROR },
		{ "macros know the new domain",
		  "v=spf1 redirect=e.test.\nTXT e.test "
		  "v=spf1 exists:%{d}.d.test -all",
		  V4, NULL, MGI_SPF_PASS },
	};

	HOLD(rows);
}

Test(spf, limits_hold)
{
	static const row rows[] = {
		{ "ten", "v=spf1 redirect=ten.test", V4, NULL, MGI_SPF_PASS },
		{ "ten without a match", "v=spf1 include:ten.test -all",
		  "192.0.2.9", NULL, MGI_SPF_FAIL },
		{ "eleven", "v=spf1 include:eleven.test -all", "192.0.2.9",
		  NULL, MGI_SPF_PERMERROR },
		{ "a match before the limit",
		  "v=spf1 include:eleven.test "
		  "-all",
		  V4, NULL, MGI_SPF_PASS },
		{ "two voids", "v=spf1 redirect=void2.test", V4, NULL,
		  MGI_SPF_NEUTRAL },
		{ "three", "v=spf1 redirect=void3.test", V4, NULL,
		  MGI_SPF_PERMERROR },
	};

	HOLD(rows);
}

Test(spf, macros_stand_for_sender_address_and_names)
{
	static const row rows[] = {
		{ "l", "v=spf1 exists:%{l}.l.test -all", V4,
		  "strong-bad@x.test", MGI_SPF_PASS },
		{ "l missing is postmaster", "v=spf1 exists:%{l}.lp.test -all",
		  V4, "x.test", MGI_SPF_FAIL },
		{ "l1- takes from the right",
		  "v=spf1 exists:%{l1-}.lp.test "
		  "-all",
		  V4, "alice-bob@x.test", MGI_SPF_PASS },
		{ "lr- turns round", "v=spf1 exists:%{lr-}.s.test -all", V4,
		  "a-b@x.test", MGI_SPF_PASS },
		{ "o", "v=spf1 exists:%{o}.d.test -all", V4, "u@e.test",
		  MGI_SPF_PASS },
		{ "d is the record's", "v=spf1 exists:%{d}.d.test -all", V4,
		  "u@e.test", MGI_SPF_FAIL },
		{ "ir and v", "v=spf1 exists:%{ir}.%{v}.ip.test -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "ir of v6", "v=spf1 exists:%{ir}.%{v}.ip.test -all", V6, NULL,
		  MGI_SPF_PASS },
		{ "h", "v=spf1 exists:%{h}.h.test -all", V4, NULL,
		  MGI_SPF_PASS },
		{ "p", "v=spf1 exists:%{p}.p.test -all", "192.0.2.20", NULL,
		  MGI_SPF_PASS },
		{ "p unknown", "v=spf1 exists:%{p}.p.test -all", "192.0.2.99",
		  NULL, MGI_SPF_PASS },
		{ "in include", "v=spf1 include:%{d1r}asses.test ?all", V4,
		  NULL, MGI_SPF_PERMERROR },
		{ "exists looks for A, also of v6",
		  "v=spf1 exists:mail.e.test -all", V6, NULL, MGI_SPF_PASS },
		{ "exists of none", "v=spf1 exists:gone.test -all", V4, NULL,
		  MGI_SPF_FAIL },
		{ "exists down", "v=spf1 exists:down.test -all", V4, NULL,
		  MGI_SPF_TEMPERROR },
	};

	HOLD(rows);
}

/* RFC 7208, 7.4, word for word. */
Test(spf, expands_the_examples_of_the_rfc)
{
	static const struct {
		const char *macro;
		char *want;
	} rows[] = {
		{ "%{s}", "strong-bad@email.example.com" },
		{ "%{o}", "email.example.com" },
		{ "%{d}", "email.example.com" },
		{ "%{d4}", "email.example.com" },
		{ "%{d3}", "email.example.com" },
		{ "%{d2}", "example.com" },
		{ "%{d1}", "com" },
		{ "%{dr}", "com.example.email" },
		{ "%{d2r}", "example.email" },
		{ "%{l}", "strong-bad" },
		{ "%{l-}", "strong.bad" },
		{ "%{lr}", "strong-bad" },
		{ "%{lr-}", "bad.strong" },
		{ "%{l1r-}", "strong" },
		{ "%{ir}.%{v}._spf.%{d2}",
		  "3.2.0.192.in-addr._spf.example.com" },
		{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
		{ "%{d2}.trusted-domains.example.net",
		  "example.com.trusted-domains.example.net" },
		{ "%{S}", "strong-bad%40email.example.com" },
		{ "%%%_%-", "% %20" },
		{ "%{c} %{R} %{h}", "192.0.2.3 unknown mx.example.org" },
	};
	mgi_spf_query q = { .domain = "email.example.com" };
	size_t i;

	cr_assert(ip_of(&q.ip, "192.0.2.3"));
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_arena *a = mgi_arena_new(mg);
		mgi_spf_macros m = { .q = &q,
			             .sender = "strong-bad@email.example.com",
			             .local = "strong-bad",
			             .sender_domain = "email.example.com",
			             .domain = "email.example.com",
			             .helo = "mx.example.org",
			             .a = a,
			             .explain = true };
		mailguard_span s = { (const unsigned char *)rows[i].macro,
			             strlen(rows[i].macro) };
		mailguard_buffer b;

		mgi_buf_init(&b, mg);
		mgi_spf_expand(&b, &m, s);
		cr_expect(eq(str, (char *)mgi_buf_text(&b), rows[i].want));
		mgi_buf_done(&b);
		mgi_arena_free(a);
	}
}

Test(spf, explains_a_fail)
{
	static const char rows[] =
		"TXT x.test v=spf1 -all exp=why.%{d}\n"
		"TXT why.x.test %{i} is not one of %{d}'s (%{c}, %{r})\n"
		"TXT y.test v=spf1 include:x.test -all\n"
		"TXT z.test v=spf1 redirect=x.test exp=why.z.test\n"
		"TXT why.z.test never\n"
		"TXT b.test v=spf1 -all exp=why.b.test\n"
		"TXT why.b.test %{x}\n";
	static const struct {
		const char *domain;
		char *want;
	} table[] = {
		{ "x.test", "192.0.2.1 is not one of x.test's (192.0.2.1, "
		            "unknown)" },
		{ "y.test", "" },
		{ "z.test", "192.0.2.1 is not one of x.test's (192.0.2.1, "
		            "unknown)" },
		{ "b.test", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		mgi_spf_query q = { .domain = table[i].domain };
		mgi_arena *a = mgi_arena_new(mg);
		mgi_spf_answer got;

		q.zone = mgi_zone_new(mg);
		cr_assert(ip_of(&q.ip, V4));
		got = spf_of(&q, a, rows);
		cr_expect(eq(int, got.result, MGI_SPF_FAIL));
		cr_expect(eq(str, (char *)got.explanation, table[i].want));
		mgi_zone_free(q.zone);
		mgi_arena_free(a);
	}
}

Test(spf, counts_past_the_limits)
{
	static const struct {
		const char *record;
		uint32_t lookups, voids;
		mgi_spf_why why;
	} rows[] = {
		{ "v=spf1 -all", 0, 0, MGI_SPF_FINE },
		{ "v=spf1 mx:e.test a:e.test include:passes.test -all", 3, 1,
		  MGI_SPF_FINE },
		{ "v=spf1 include:eleven.test include:ten.test -all", 21, 0,
		  MGI_SPF_LOOKUPS },
		{ "v=spf1 include:void3.test -all", 4, 3, MGI_SPF_VOIDS },
		{ "v=spf1 include:nospf.test -all", 1, 0, MGI_SPF_NO_RECORD },
		{ "v=spf1 exists:%{i}.x.test ptr -all", 2, 0, MGI_SPF_FINE },
		{ "v=spf1 include:loop.test -all", 20, 0, MGI_SPF_LOOKUPS },
		{ "v=spf1 all a:e.test a:e.test", 0, 0, MGI_SPF_FINE },
		{ "v=spf1 redirect=passes.test", 1, 0, MGI_SPF_FINE },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_spf_query q = { .domain = "x.test", .count = true };
		mgi_arena *a = mgi_arena_new(mg);
		char table[8192];
		mgi_spf_answer got;

		(void)snprintf(table, sizeof(table), "TXT x.test %s\n%s",
		               rows[i].record, around);
		q.zone = mgi_zone_new(mg);
		got = spf_of(&q, a, table);
		cr_expect(eq(u32, got.lookups, rows[i].lookups), "%s",
		          rows[i].record);
		cr_expect(eq(u32, got.voids, rows[i].voids), "%s",
		          rows[i].record);
		cr_expect(eq(int, (int)got.why, (int)rows[i].why), "%s",
		          rows[i].record);
		mgi_zone_free(q.zone);
		mgi_arena_free(a);
	}
}
