/*
 * What a check of a domain promises, from answers in a table: each fault is
 * told by its code, and a recorded check reads the same again.
 */
#include "probe/zones.h"

#include "probe/domain.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
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

TestSuite(domain, .init = setup, .fini = teardown);

#define KEY_2048                                                            \
 "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePz" \
 "Nm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u+qKhbwKfBstIs+bM" \
 "Y2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLV" \
 "kjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ0iT9wCS0DRTXu269V264Vf/3jvredZiK" \
 "RkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEj" \
 "GoXbAAEgAqeGUxrcIlbjXfbcmwIDAQAB"

/* A domain with which all is well. */
#define MAIL "MX g.test 10 mx.g.test.\n"
#define HOST "A mx.g.test 192.0.2.1\nAAAA mx.g.test 2001:db8::1\n"
#define NAMES                                                          \
 "PTR 1.2.0.192.in-addr.arpa mx.g.test.\n"                             \
 "PTR 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" \
 ".ip6.arpa mx.g.test.\n"
#define SPF "TXT g.test v=spf1 mx -all\n"
#define DMARC "TXT _dmarc.g.test v=DMARC1; p=reject; rua=mailto:d@g.test\n"
#define SERVERS                                   \
 "NS g.test ns1.g.test.\nNS g.test ns2.g.test.\n" \
 "A ns1.g.test 192.0.2.11\nA ns2.g.test 192.0.2.12\n"
#define SOA                                          \
 "@192.0.2.11 SOA g.test ns1.g.test. x. 1 2 3 4 5\n" \
 "@192.0.2.12 SOA g.test ns1.g.test. x. 1 2 3 4 5\n"
#define REST NAMES SPF DMARC SERVERS SOA
#define GOOD MAIL HOST REST

static mailguard_domain *look_at(const char *name,
                                 const mailguard_domain_options *opts,
                                 const char *rows)
{
	mailguard_domain *d;
	mailguard_status st;
	int rounds = 0;

	ok(mgi_domain_new(&d, mg, name, opts, NULL));
	while ((st = mgi_domain_weigh(d, NULL)) == MAILGUARD_AGAIN) {
		cr_assert(le(int, rounds++, 40));
		if (!zone_answer(d->zone, mg, rows))
			mgi_zone_give_up(d->zone); /* a page */
	}
	cr_assert(eq(int, st, MAILGUARD_OK));
	return d;
}

/* The codes of its findings with spaces between, in `out`. */
static char *codes_of(char out[512], const mailguard_domain *d)
{
	const mailguard_finding *f;
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; (f = mailguard_domain_finding(d, i)) != NULL; i++) {
		cr_expect(f->text[0] && !strchr(f->text, '{'), "%s: %s",
		          f->code, f->text);
		n += (size_t)snprintf(out + n, 512 - n, "%s%s", n ? " " : "",
		                      f->code);
	}
	return out;
}

static const char *const one_selector[] = { "s1", NULL };
static const char *const one_sender[] = { "192.0.2.1", NULL };
static const char *const other_sender[] = { "192.0.2.66", NULL };
static const char *const one_list[] = { "zen.spamhaus.org", NULL };
static const char *const white_list[] = { "list.dnswl.org", NULL };
static const char *const two_resolvers[] = { "192.0.2.53", "192.0.2.54:5353",
	                                     NULL };

typedef struct row {
	const char *why, *rows;
	char *codes;
	const char *const *selectors, *const *addresses, *const *dnsbls;
} row;

static void hold(const row *rows, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;
		mailguard_domain *d;
		char codes[512];

		o.selectors = rows[i].selectors;
		o.addresses = rows[i].addresses;
		o.dnsbls = rows[i].dnsbls;
		d = look_at("g.test", &o, rows[i].rows);
		cr_expect(eq(str, codes_of(codes, d), rows[i].codes), "%s",
		          rows[i].why);
		mailguard_domain_free(d);
	}
}

#define HOLD(rows) hold(rows, sizeof(rows) / sizeof((rows)[0]))

Test(domain, says_nothing_where_nothing_is_wrong)
{
	static const row rows[] = {
		{ "good", GOOD, "", NULL, NULL, NULL },
		{ "with its sender", GOOD, "", NULL, one_sender, NULL },
	};

	HOLD(rows);
}

Test(domain, tells_what_is_wrong_with_mail_servers)
{
	static const row rows[] = {
		{ "no such name", "NS x 1\n",
		  "domain.gone spf.missing dmarc.missing", NULL, NULL, NULL },
		{ "no MX, an address",
		  "A g.test 192.0.2.1\nAAAA g.test 2001:db8::1\n"
		  "A mx.g.test 192.0.2.1\nAAAA mx.g.test 2001:db8::1\n" NAMES
		  "TXT g.test v=spf1 a -all\n" DMARC SERVERS SOA,
		  "mx.missing", NULL, NULL, NULL },
		{ "no MX, no address",
		  "TXT g.test v=spf1 -all\n" DMARC SERVERS SOA, "mx.nowhere",
		  NULL, NULL, NULL },
		{ "null MX",
		  "MX g.test 0 .\nTXT g.test v=spf1 -all\n" DMARC SERVERS SOA,
		  "mx.null", NULL, NULL, NULL },
		{ "null MX beside another", "MX g.test 0 .\n" GOOD,
		  "mx.null-beside", NULL, NULL, NULL },
		{ "an alias",
		  "MX g.test 10 al.g.test.\nCNAME al.g.test mx.g.test.\n" HOST
		          REST,
		  "mx.alias", NULL, NULL, NULL },
		{ "an address instead of a name",
		  "MX g.test 5 192.0.2.1.\n" GOOD, "mx.address", NULL, NULL,
		  NULL },
		{ "a host without address", "MX g.test 20 gone.g.test.\n" GOOD,
		  "mx.no-address", NULL, NULL, NULL },
		{ "no host with an address",
		  MAIL "TXT g.test v=spf1 -all\n" DMARC SERVERS SOA,
		  "mx.no-address mx.nowhere", NULL, NULL, NULL },
		{ "IPv4 only", MAIL "A mx.g.test 192.0.2.1\n" REST,
		  "mx.no-ipv6", NULL, NULL, NULL },
		{ "IPv6 only", MAIL "AAAA mx.g.test 2001:db8::1\n" REST,
		  "mx.only-ipv6", NULL, NULL, NULL },
		{ "a private address", MAIL HOST "A mx.g.test 10.1.2.3\n" REST,
		  "mx.private", NULL, NULL, NULL },
		{ "SERVFAIL",
		  "MX g.test !servfail\n" SPF DMARC SERVERS SOA HOST,
		  "resolver.failed spf.no-answer", NULL, NULL, NULL },
		{ "silence",
		  "MX g.test !timeout\nTXT g.test v=spf1 -all\n" DMARC SERVERS
		          SOA,
		  "resolver.silent", NULL, NULL, NULL },
	};

	HOLD(rows);
}

Test(domain, holds_names_by_address_against_addresses)
{
	static const row rows[] = {
		{ "none, of a mail server", MAIL HOST SPF DMARC SERVERS SOA,
		  "ptr.missing ptr.missing", NULL, NULL, NULL },
		{ "one that lies",
		  GOOD "PTR 66.2.0.192.in-addr.arpa liar.test.\n"
		       "A liar.test 192.0.2.67\n",
		  "ptr.unconfirmed spf.refuses", NULL, other_sender, NULL },
		{ "none, of a sender", GOOD, "ptr.missing spf.refuses", NULL,
		  other_sender, NULL },
	};

	HOLD(rows);
}

#define NO_SPF MAIL HOST NAMES DMARC SERVERS SOA

Test(domain, tells_what_is_wrong_with_spf)
{
	static const row rows[] = {
		{ "none", NO_SPF, "spf.missing", NULL, NULL, NULL },
		{ "syntax", NO_SPF "TXT g.test v=spf1 ipv4:1.2.3.4 -all\n",
		  "spf.syntax", NULL, NULL, NULL },
		{ "two", GOOD "TXT g.test v=spf1 -all\n", "spf.many", NULL,
		  NULL, NULL },
		{ "nothing there",
		  NO_SPF "TXT g.test v=spf1 include:gone.test -all\n",
		  "spf.no-record", NULL, NULL, NULL },
		{ "+all", NO_SPF "TXT g.test v=spf1 +all\n", "spf.allows-all",
		  NULL, NULL, NULL },
		{ "no end", NO_SPF "TXT g.test v=spf1 mx\n", "spf.open-end",
		  NULL, NULL, NULL },
		{ "ptr", NO_SPF "TXT g.test v=spf1 ptr -all\n", "spf.ptr", NULL,
		  NULL, NULL },
		{ "eleven",
		  NO_SPF "TXT g.test v=spf1 mx mx mx mx mx mx mx mx mx mx mx "
		         "-all\n",
		  "spf.lookups", NULL, NULL, NULL },
		{ "voids",
		  NO_SPF "TXT g.test v=spf1 a:n1.test a:n2.test a:n3.test "
		         "-all\n",
		  "spf.voids", NULL, NULL, NULL },
	};

	HOLD(rows);
}

#define DKIM "TXT s1._domainkey.g.test "

Test(domain, tells_what_is_wrong_with_dkim)
{
	static const row rows[] = {
		{ "good", GOOD DKIM "v=DKIM1; k=rsa; p=" KEY_2048 "\n", "",
		  one_selector, NULL, NULL },
		{ "none", GOOD, "dkim.missing", one_selector, NULL, NULL },
		{ "revoked", GOOD DKIM "v=DKIM1; p=\n", "dkim.revoked",
		  one_selector, NULL, NULL },
		{ "damaged", GOOD DKIM "v=DKIM1; p=MIIBIjAN\n", "dkim.bad-key",
		  one_selector, NULL, NULL },
		{ "testing", GOOD DKIM "v=DKIM1; t=y; p=" KEY_2048 "\n",
		  "dkim.testing", one_selector, NULL, NULL },
		{ "two",
		  GOOD DKIM "v=DKIM1; p=\n" DKIM "v=DKIM1; p=" KEY_2048 "\n",
		  "dkim.many", one_selector, NULL, NULL },
	};

	HOLD(rows);
}

#define NO_DMARC MAIL HOST NAMES SPF SERVERS SOA
#define AT "TXT _dmarc.g.test "

Test(domain, tells_what_is_wrong_with_dmarc)
{
	static const row rows[] = {
		{ "none", NO_DMARC, "dmarc.missing", NULL, NULL, NULL },
		{ "two", GOOD AT "v=DMARC1; p=none\n", "dmarc.many", NULL, NULL,
		  NULL },
		{ "bad", NO_DMARC AT "v=DMARC1; p=all; rua=mailto:a@g.test\n",
		  "dmarc.bad", NULL, NULL, NULL },
		{ "watching",
		  NO_DMARC AT "v=DMARC1; p=none; rua=mailto:a@g.test\n",
		  "dmarc.watching", NULL, NULL, NULL },
		{ "part",
		  NO_DMARC AT
		  "v=DMARC1; p=reject; pct=20; rua=mailto:a@g.test\n",
		  "dmarc.part", NULL, NULL, NULL },
		{ "no reports", NO_DMARC AT "v=DMARC1; p=reject\n",
		  "dmarc.no-reports", NULL, NULL, NULL },
		{ "reports not wanted",
		  NO_DMARC AT "v=DMARC1; p=reject; rua=mailto:a@r.example\n",
		  "dmarc.reports-refused", NULL, NULL, NULL },
		{ "reports wanted",
		  NO_DMARC AT "v=DMARC1; p=reject; rua=mailto:a@r.example\n"
		              "TXT g.test._report._dmarc.r.example v=DMARC1\n",
		  "", NULL, NULL, NULL },
	};

	HOLD(rows);
}

Test(domain, tells_what_is_wrong_with_the_rest)
{
	static const row rows[] = {
		{ "MTA-STS record", GOOD "TXT _mta-sts.g.test v=STSv1; id=\n",
		  "sts.bad", NULL, NULL, NULL },
		{ "MTA-STS policy not there",
		  GOOD "TXT _mta-sts.g.test v=STSv1; id=1\n", "sts.no-policy",
		  NULL, NULL, NULL },
		{ "TLS-RPT", GOOD "TXT _smtp._tls.g.test v=TLSRPTv1; rua=x\n",
		  "tlsrpt.bad", NULL, NULL, NULL },
		{ "TLS-RPT good",
		  GOOD "TXT _smtp._tls.g.test v=TLSRPTv1; "
		       "rua=mailto:a@g.test\n",
		  "", NULL, NULL, NULL },
		{ "DANE", GOOD "TLSA _25._tcp.mx.g.test 3 1 1 00ff\n", "", NULL,
		  NULL, NULL },
		{ "DANE of no use", GOOD "TLSA _25._tcp.mx.g.test 1 1 1 00ff\n",
		  "dane.bad", NULL, NULL, NULL },
		{ "SRV", GOOD "SRV _imaps._tcp.g.test 0 1 993 mx.g.test.\n", "",
		  NULL, NULL, NULL },
		{ "SRV to nowhere",
		  GOOD "SRV _imaps._tcp.g.test 0 1 993 gone.g.test.\n",
		  "srv.nowhere", NULL, NULL, NULL },
		{ "SRV not offered", GOOD "SRV _imap._tcp.g.test 0 0 0 .\n", "",
		  NULL, NULL, NULL },
	};

	HOLD(rows);
}

#define STS "TXT _mta-sts.g.test v=STSv1; id=1\n"
#define PAGE(code, facts, mx)                                        \
 "mailguard session 1\nprotocol: http\nhost: mta-sts.g.test\n"       \
 "port: 443\ntls: implicit\npath: /.well-known/mta-sts.txt\n\n"      \
 "step: tls 0 1000\n\nstep: command 1000 2000 tls code=" code "\n\n" \
 "handshake: " facts "\nversion: TLSv1.3\n\n"                        \
 "body:\n| version: STSv1\\nmode: enforce\\nmx: " mx "\\nmax_age: 604800\\n\n"

Test(domain, holds_mail_servers_against_the_policy_of_mta_sts)
{
	static const struct {
		char *why, *page, *codes;
	} rows[] = {
		{ "allowed", PAGE("200", "verified name-matches", "*.g.test"),
		  "" },
		{ "not allowed",
		  PAGE("200", "verified name-matches", "mx.h.test"),
		  "sts.mx-unlisted" },
		{ "not found", PAGE("404", "verified name-matches", "*.g.test"),
		  "sts.no-policy" },
		{ "a bad certificate", PAGE("200", "name-matches", "*.g.test"),
		  "sts.no-policy" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_span s = { (const unsigned char *)rows[i].page,
			             strlen(rows[i].page) };
		mailguard_domain *d;
		mailguard_transcript *t;
		char codes[512];

		ok(mgi_domain_new(&d, mg, "g.test", NULL, NULL));
		ok(mailguard_transcript_parse(&t, mg, s, NULL));
		ok(mgi_zone_learn(d->zone, t, NULL));
		mailguard_transcript_free(t);
		while (mgi_domain_weigh(d, NULL) == MAILGUARD_AGAIN)
			cr_assert(zone_answer(d->zone, mg, GOOD STS));
		cr_expect(eq(str, codes_of(codes, d), rows[i].codes), "%s",
		          rows[i].why);
		mailguard_domain_free(d);
	}
}

#define ZEN ".zen.spamhaus.org "
#define WORKS "A 2.0.0.127" ZEN "127.0.0.2\n"

Test(domain, reads_codes_of_lists_as_rfc_5782_says)
{
	static const row rows[] = {
		{ "clear", GOOD WORKS, "", NULL, NULL, one_list },
		{ "listed", GOOD WORKS "A 1.2.0.192" ZEN "127.0.0.4\n",
		  "dnsbl.listed", NULL, NULL, one_list },
		{ "policy", GOOD WORKS "A 1.2.0.192" ZEN "127.0.0.10\n",
		  "dnsbl.policy", NULL, NULL, one_list },
		{ "by a code nobody knows",
		  GOOD WORKS "A 1.2.0.192" ZEN "127.0.0.77\n", "dnsbl.listed",
		  NULL, NULL, one_list },
		{ "127.255.255.254 is no listing",
		  GOOD "A 2.0.0.127" ZEN "127.255.255.254\n"
		       "A 1.0.0.127" ZEN "127.255.255.254\n"
		       "A 1.2.0.192" ZEN "127.255.255.254\n",
		  "dnsbl.refused", NULL, NULL, one_list },
		{ "nor is it for one address",
		  GOOD WORKS "A 1.2.0.192" ZEN "127.255.255.252\n", "", NULL,
		  NULL, one_list },
		{ "127.0.0.1 is no listing",
		  GOOD WORKS "A 1.2.0.192" ZEN "127.0.0.1\n", "", NULL, NULL,
		  one_list },
		{ "rewritten NXDOMAIN",
		  GOOD "A 2.0.0.127" ZEN "203.0.113.9\n"
		       "A 1.0.0.127" ZEN "203.0.113.9\n"
		       "A 1.2.0.192" ZEN "203.0.113.9\n",
		  "dnsbl.rewritten", NULL, NULL, one_list },
		{ "dead", GOOD, "dnsbl.dead", NULL, NULL, one_list },
		{ "lists the world",
		  GOOD WORKS "A 1.0.0.127" ZEN "127.0.0.2\n"
		             "A 1.2.0.192" ZEN "127.0.0.2\n",
		  "dnsbl.lists-all", NULL, NULL, one_list },
		{ "silent",
		  GOOD "A 2.0.0.127" ZEN "!timeout\n"
		       "A 1.0.0.127" ZEN "!timeout\n",
		  "dnsbl.silent", NULL, NULL, one_list },
		{ "REFUSED",
		  GOOD "A 2.0.0.127" ZEN "!refused\n"
		       "A 1.0.0.127" ZEN "!refused\n",
		  "dnsbl.refused", NULL, NULL, one_list },
		{ "a list of good ones",
		  GOOD "A 2.0.0.127.list.dnswl.org 127.0.10.0\n"
		       "A 1.2.0.192.list.dnswl.org 127.0.5.2\n",
		  "", NULL, NULL, white_list },
		{ "one of good ones that refuses",
		  GOOD "A 2.0.0.127.list.dnswl.org 127.0.0.255\n"
		       "A 1.0.0.127.list.dnswl.org 127.0.0.255\n",
		  "dnsbl.refused", NULL, NULL, white_list },
	};

	HOLD(rows);
}

#define ASIDE MAIL HOST NAMES SPF DMARC SERVERS
#define ONE_SOA "@192.0.2.11 SOA g.test ns1.g.test. x. 1 2 3 4 5\n"

Test(domain, tells_lame_and_silent_name_servers)
{
	static const row rows[] = {
		{ "lame: refused",
		  ASIDE ONE_SOA "@192.0.2.12 SOA g.test !refused\n",
		  "delegation.lame", NULL, NULL, NULL },
		{ "lame: does not know it",
		  ASIDE ONE_SOA "@192.0.2.12 A g.test 192.0.2.1\n",
		  "delegation.lame", NULL, NULL, NULL },
		{ "silent", ASIDE ONE_SOA "@192.0.2.12 SOA g.test !timeout\n",
		  "delegation.silent", NULL, NULL, NULL },
		{ "all silent: the way is blocked",
		  ASIDE "@192.0.2.11 SOA g.test !timeout\n"
		        "@192.0.2.12 SOA g.test !timeout\n",
		  "delegation.unreached", NULL, NULL, NULL },
		{ "versions differ",
		  ASIDE ONE_SOA
		  "@192.0.2.12 SOA g.test ns1.g.test. x. 2 2 3 4 5\n",
		  "delegation.differs", NULL, NULL, NULL },
		{ "without address", GOOD "NS g.test ns3.g.test.\n",
		  "delegation.no-address", NULL, NULL, NULL },
	};

	HOLD(rows);
}

Test(domain, holds_a_second_resolver_against_the_first)
{
	static const struct {
		const char *second;
		int differs, silent;
	} rows[] = {
		{ "@192.0.2.54 MX g.test 10 evil.test.\n", 1, 0 },
		{ "@192.0.2.54 * g.test !timeout\n", 0, 0 },
	};
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;
		const mailguard_finding *f;
		char table[4096];
		mailguard_domain *d;
		int differs = 0;

		o.resolvers = two_resolvers;
		(void)snprintf(table, sizeof(table), "%s%s", GOOD,
		               rows[i].second);
		d = look_at("g.test", &o, table);
		for (k = 0; (f = mailguard_domain_finding(d, k)) != NULL; k++)
			differs += strcmp(f->code, "resolver.differs") == 0 &&
			           strcmp(f->where, "g.test") == 0 &&
			           strstr(f->text, "evil.test") != NULL;
		cr_expect(eq(int, differs, rows[i].differs));
		mailguard_domain_free(d);
	}
}

Test(domain, gives_evidence_of_what_is_wrong)
{
	mailguard_domain *d = look_at("g.test", NULL, NO_SPF);
	const mailguard_evidence *e = mailguard_domain_evidence(d, 0);

	cr_assert(e != NULL);
	cr_expect(eq(int, e->fault, MAILGUARD_FAULT_POLICY));
	cr_expect(eq(int, e->outcome, MAILGUARD_OUTCOME_FAIL));
	cr_expect(eq(int, e->outgoing, 1));
	cr_expect(mailguard_domain_evidence(d, 1) == NULL);
	cr_expect(zero(int, mailguard_domain_ok(d)));
	mailguard_domain_free(d);

	d = look_at("g.test", NULL, GOOD);
	e = mailguard_domain_evidence(d, 0);
	cr_assert(e != NULL);
	cr_expect(eq(int, e->outcome, MAILGUARD_OUTCOME_OK));
	cr_expect(eq(int, mailguard_domain_ok(d), 1));
	mailguard_domain_free(d);
}

/* All transcripts of a check, and what it printed. */
typedef struct record {
	mailguard_transcript *heard[64];
	size_t count;
	mailguard_buffer *json;
} record;

static void record_of(record *r, const mailguard_domain *d)
{
	mailguard_transcript *t;

	r->count = 0;
	while (r->count < 64 &&
	       (t = mailguard_domain_transcript(d, r->count)) != NULL)
		r->heard[r->count++] = mailguard_transcript_ref(t);
	ok(mailguard_buffer_new(&r->json, mg, NULL));
	ok(mailguard_domain_json(r->json, d, NULL));
}

static void record_done(record *r)
{
	while (r->count)
		mailguard_transcript_free(r->heard[--r->count]);
	mailguard_buffer_free(r->json);
}

Test(domain, reads_the_same_from_what_was_recorded)
{
	mailguard_domain *d = look_at("g.test", NULL, NO_SPF), *again;
	record first, second;
	json_t *a, *b;

	record_of(&first, d);
	ok(mailguard_domain_read(&again, mg, "g.test", first.heard, first.count,
	                         NULL, NULL));
	record_of(&second, again);
	a = json_loads(mailguard_buffer_text(first.json), 0, NULL);
	b = json_loads(mailguard_buffer_text(second.json), 0, NULL);
	cr_assert(a != NULL && b != NULL);
	json_object_del(a, "when");
	json_object_del(b, "when");
	cr_expect(eq(int, json_equal(a, b), 1));
	json_decref(a);
	json_decref(b);
	record_done(&first);
	record_done(&second);
	mailguard_domain_free(d);
	mailguard_domain_free(again);
}

Test(domain, counts_what_was_not_recorded_as_silence)
{
	mailguard_domain *d;
	char codes[512];

	ok(mailguard_domain_read(&d, mg, "g.test", NULL, 0, NULL, NULL));
	codes_of(codes, d);
	cr_expect(strstr(codes, "resolver.silent") != NULL);
	cr_expect(strstr(codes, "domain.gone") == NULL, "%s", codes);
	mailguard_domain_free(d);
}

Test(domain, refuses_names_and_addresses_that_can_be_none)
{
	static const char *const bad_ip[] = { "192.0.2.256", NULL };
	static const char *const bad_selector[] = { "a b", NULL };
	static const struct {
		const char *name;
		const char *const *selectors, *const *addresses;
		char *code;
	} rows[] = {
		{ "", NULL, NULL, "domain.bad-name" },
		{ "a..b", NULL, NULL, "domain.bad-name" },
		{ "日本.test", NULL, NULL, "domain.bad-name" },
		{ "g.test", bad_selector, NULL, "domain.bad-name" },
		{ "g.test", NULL, bad_ip, "domain.bad-address" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;
		mailguard_domain *d;
		mailguard_error err;

		o.selectors = rows[i].selectors;
		o.addresses = rows[i].addresses;
		cr_expect(eq(int,
		             mailguard_domain_read(&d, mg, rows[i].name, NULL,
		                                   0, &o, &err),
		             MAILGUARD_EINVAL));
		cr_expect(eq(str, err.code, rows[i].code));
		cr_expect(d == NULL);
	}
}

Test(domain, reading_survives_every_allocation_failure)
{
	mailguard_domain_options o = MAILGUARD_DOMAIN_OPTIONS_INIT;
	mailguard_domain *d;
	record first;
	mailguard_status st = MAILGUARD_ENOMEM;
	int n;

	o.selectors = one_selector;
	o.addresses = other_sender;
	d = look_at("g.test", &o, GOOD DKIM "v=DKIM1; p=" KEY_2048 "\n");
	record_of(&first, d);
	mailguard_domain_free(d);
	for (n = 1; st != MAILGUARD_OK; n++) {
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n), NULL));
		st = mailguard_domain_read(&d, tight, "g.test", first.heard,
		                           first.count, &o, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM,
		          "%d at %d", (int)st, n);
		cr_assert(st == MAILGUARD_OK || d == NULL);
		mailguard_domain_free(d);
		mailguard_free(tight);
		cr_assert(zero(int, fail_alloc_live()), "at %d", n);
	}
	cr_expect(n > 20);
	record_done(&first);
}

Test(domain, speaks_to_people_in_both_languages)
{
	static const struct {
		const char *lang, *want;
	} rows[] = { { "en", "g.test: something is wrong\n" },
		     { "ja", "g.test: 問題があります\n" } };
	size_t i;

	for (i = 0; i < 2; i++) {
		mailguard_options opts = MAILGUARD_OPTIONS_INIT;
		mailguard_buffer *buf;
		mailguard_domain *d;

		teardown();
		opts.lang = rows[i].lang;
		ok(mailguard_new(&mg, &opts, NULL));
		d = look_at("g.test", NULL, NO_SPF);
		ok(mailguard_buffer_new(&buf, mg, NULL));
		ok(mailguard_domain_text(buf, d, NULL));
		cr_expect(strncmp(mailguard_buffer_text(buf), rows[i].want,
		                  strlen(rows[i].want)) == 0,
		          "%s", mailguard_buffer_text(buf));
		mailguard_buffer_free(buf);
		mailguard_domain_free(d);
	}
}
