/* What is read from DMARC, MTA-STS and tag lists (RFC 7489, 8461). */
#include "base/psl.h"
#include "base/text.h"
#include "probe/policy.h"
#include "support/ok.h"

#include <string.h>

Test(dmarc, reads_each_tag_of_a_record)
{
	static const struct {
		char *why, *text;
		int good, p, sp, strict;
		uint32_t pct;
	} rows[] = {
		{ "least", "v=DMARC1; p=none", 1, 0, 3, 0, 100 },
		{ "all of them",
		  "v=DMARC1; p=reject; sp=quarantine; adkim=s; aspf=s; pct=5",
		  1, 2, 1, 3, 5 },
		{ "any case", "v=DMARC1; p=Reject; adkim=R", 1, 2, 3, 0, 100 },
		{ "no spaces, a last semicolon", "v=DMARC1;p=quarantine;", 1, 1,
		  3, 0, 100 },
		{ "no p= but reports", "v=DMARC1; rua=mailto:a@b.test", 1, 0, 3,
		  0, 100 },
		{ "no p= and no reports", "v=DMARC1", 0, 0, 3, 0, 100 },
		{ "a policy nobody knows", "v=DMARC1; p=block", 0, 3, 3, 0,
		  100 },
		{ "more than all", "v=DMARC1; p=none; pct=101", 0, 0, 3, 0,
		  100 },
		{ "a tag twice", "v=DMARC1; p=none; p=reject", 0, 3, 3, 0,
		  100 },
		{ "no tag", "v=DMARC1; p=none; hello", 0, 3, 3, 0, 100 },
		{ "an alignment nobody knows", "v=DMARC1; p=none; aspf=x", 0, 0,
		  3, 0, 100 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_dmarc d;

		cr_expect(mgi_dmarc_is(mgi_span_of(rows[i].text)));
		mgi_dmarc_read(&d, mgi_span_of(rows[i].text));
		cr_expect(eq(int, d.good, rows[i].good), "%s", rows[i].why);
		cr_expect(eq(u32, d.pct, rows[i].pct), "%s", rows[i].why);
		cr_expect(eq(int, d.strict_dkim + 2 * d.strict_spf,
		             rows[i].strict),
		          "%s", rows[i].why);
		if (!d.good)
			continue;
		cr_expect(eq(int, (int)d.p, rows[i].p), "%s", rows[i].why);
		cr_expect(eq(int, (int)d.sp, rows[i].sp), "%s", rows[i].why);
	}
}

Test(dmarc, begins_with_its_version)
{
	static const char *const rows[] = { "v=DMARC2; p=none", "p=none",
		                            "v=dmarc1; p=none", "",
		                            "x=1; v=DMARC1; p=none" };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mgi_dmarc_is(mgi_span_of(rows[i])), 0), "%s",
		          rows[i]);
}

Test(dmarc, aligns_names_of_one_organization)
{
	static const struct {
		const char *from, *vouched;
		int relaxed, strict;
	} rows[] = {
		{ "example.com", "example.com", 1, 1 },
		{ "example.com", "mail.example.com", 1, 0 },
		{ "a.example.co.jp", "b.example.co.jp", 1, 0 },
		{ "example.co.jp", "other.co.jp", 0, 0 },
		{ "example.com", "example.org", 0, 0 },
		{ "badexample.com", "example.com", 0, 0 },
		{ "co.jp", "co.jp", 1, 1 },
	};
	size_t i;

	if (!mgi_psl_present())
		cr_skip_test("built without the Public Suffix List");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(eq(int,
		             mgi_dmarc_aligned(rows[i].from, rows[i].vouched,
		                               false),
		             rows[i].relaxed),
		          "%s %s", rows[i].from, rows[i].vouched);
		cr_expect(eq(int,
		             mgi_dmarc_aligned(rows[i].from, rows[i].vouched,
		                               true),
		             rows[i].strict),
		          "%s %s", rows[i].from, rows[i].vouched);
	}
}

Test(dmarc, finds_the_hosts_of_reports)
{
	mailguard_span list = mgi_span_of("mailto:a@b.test!10m, "
	                                  "https://c.test/x ,mailto:d@e.test"),
		       host;

	cr_assert(mgi_dmarc_uri(&host, &list));
	cr_expect(mgi_span_is(host, "b.test"));
	cr_assert(mgi_dmarc_uri(&host, &list));
	cr_expect(zero(sz, host.len));
	cr_assert(mgi_dmarc_uri(&host, &list));
	cr_expect(mgi_span_is(host, "e.test"));
	cr_expect(zero(int, mgi_dmarc_uri(&host, &list)));
}

#define POLICY(mode, mx) \
 "version: STSv1\r\nmode: " mode "\r\n" mx "max_age: 604800\r\n"

Test(mta_sts, reads_a_policy)
{
	static const struct {
		char *why, *text;
		int good;
		const char *host;
		int allowed;
	} rows[] = {
		{ "good", POLICY("enforce", "mx: mx.g.test\r\n"), 1,
		  "mx.g.test", 1 },
		{ "another", POLICY("enforce", "mx: mx.g.test\r\n"), 1,
		  "mx2.g.test", 0 },
		{ "star", POLICY("testing", "mx: *.g.test\r\n"), 1, "mx.g.test",
		  1 },
		{ "one label only", POLICY("testing", "mx: *.g.test\r\n"), 1,
		  "a.mx.g.test", 0 },
		{ "not none", POLICY("testing", "mx: *.g.test\r\n"), 1,
		  "g.test", 0 },
		{ "LF, many, any case",
		  "version: STSv1\nmode: enforce\nmx: a.test\nmx: MX.g.test\n"
		  "max_age: 1\nnew: x\n",
		  1, "mx.g.test", 1 },
		{ "none needs no mx", POLICY("none", ""), 1, "x.test", 0 },
		{ "no mx", POLICY("enforce", ""), 0, "x.test", 0 },
		{ "no version", "mode: none\nmax_age: 1\n", 0, "x.test", 0 },
		{ "no age", "version: STSv1\nmode: none\n", 0, "x.test", 0 },
		{ "too old", "version: STSv1\nmode: none\nmax_age: 99999999\n",
		  0, "x.test", 0 },
		{ "a mode nobody knows", POLICY("force", "mx: a.test\r\n"), 0,
		  "a.test", 1 },
		{ "a page", "<html>Not found</html>", 0, "x.test", 0 },
		{ "empty", "", 0, "x.test", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_sts s;

		mgi_sts_read(&s, mgi_span_of(rows[i].text));
		cr_expect(eq(int, s.good, rows[i].good), "%s", rows[i].why);
		cr_expect(eq(int, mgi_sts_allows(&s, rows[i].host),
		             rows[i].allowed),
		          "%s", rows[i].why);
	}
}

Test(mta_sts, reads_its_record)
{
	static const struct {
		const char *text;
		int good;
	} rows[] = {
		{ "v=STSv1; id=20260101T000000;", 1 },
		{ "v=STSv1; id=", 0 },
		{ "v=STSv1;", 0 },
		{ "v=STSv1; id=a-b", 0 },
		{ "id=1; v=STSv1", 0 },
		{ "v=STSv1; id=123456789012345678901234567890123", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		cr_expect(eq(int, mgi_sts_is(mgi_span_of(rows[i].text)),
		             rows[i].good),
		          "%s", rows[i].text);
}
