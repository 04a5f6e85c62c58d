/* What net/wire/dns_message.c, dns_question.c and dns_config.c promise. */
#include "net/wire/dns_config.h"
#include "net/wire/dns_message.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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

TestSuite(net_dns_message, .init = setup, .fini = teardown);

#define HEAD "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"
#define NAME "\x04mail\x04test\x00"
#define SPAN(literal) mgi_span(literal, sizeof(literal) - 1)

/* A message with one record of `type`, whose owner is the question. */
static size_t build(unsigned char *out, unsigned type, mailguard_span data)
{
	static const char head[] = HEAD NAME "\0\1\0\1\xc0\x0c";
	size_t at = sizeof(head) - 1;

	memcpy(out, head, at);
	out[at++] = (unsigned char)(type >> 8);
	out[at++] = (unsigned char)type;
	memcpy(out + at, "\0\1\0\0\x0e\x10", 6);
	at += 6;
	out[at++] = (unsigned char)(data.len >> 8);
	out[at++] = (unsigned char)data.len;
	memcpy(out + at, data.data, data.len);
	return at + data.len;
}

Test(net_dns_message, writes_each_type_as_a_zone_file_does)
{
	static const struct {
		char *why;
		unsigned type;
		mailguard_span data;
		char *text;
		int priority;
	} rows[] = {
		{ "A", 1, { (void *)"\xc0\0\2\1", 4 }, "192.0.2.1", 0 },
		{ "AAAA",
		  28,
		  { (void *)"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16 },
		  "2001:db8::1",
		  0 },
		{ "MX, its name by a pointer",
		  15,
		  { (void *)"\0\x0a\2mx\xc0\x0c", 7 },
		  "10 mx.mail.test.",
		  10 },
		{ "null MX", 15, { (void *)"\0\0\0", 3 }, "0 .", 0 },
		{ "TXT, two strings",
		  16,
		  { (void *)"\3a\"b\2\\\xff", 7 },
		  "\"a\\\"b\" \"\\\\\\255\"",
		  0 },
		{ "an empty TXT string", 16, { (void *)"\0", 1 }, "\"\"", 0 },
		{ "SRV",
		  33,
		  { (void *)"\0\5\0\1\3\xe1\xc0\x0c", 8 },
		  "5 1 993 mail.test.",
		  5 },
		{ "CNAME with an odd label",
		  5,
		  { (void *)"\3a.b\0", 5 },
		  "a\\.b.",
		  0 },
		{ "PTR", 12, { (void *)"\xc0\x11", 2 }, "test.", 0 },
		{ "SOA",
		  6,
		  { (void *)"\2ns\0\1a\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0"
		            "\5",
		    27 },
		  "ns. a. 1 2 3 4 5",
		  0 },
		{ "TLSA",
		  52,
		  { (void *)"\3\1\1\xab\xcd", 5 },
		  "3 1 1 abcd",
		  0 },
		{ "CAA",
		  257,
		  { (void *)"\0\5issueca.test", 14 },
		  "0 issue \"ca.test\"",
		  0 },
		{ "an unknown type",
		  65,
		  { (void *)"\1\2", 2 },
		  "\\# 2 0102",
		  0 },
	};
	unsigned char bytes[256];
	mailguard_buffer text;
	mgi_dns_message m;
	mgi_dns_record r;
	size_t i, n;

	mgi_buf_init(&text, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = build(bytes, rows[i].type, rows[i].data);
		cr_assert(mgi_dns_message_open(&m, mgi_span(bytes, n)));
		cr_assert(mgi_dns_message_next(&r, &m, &text) == MAILGUARD_OK,
		          "%s", rows[i].why);
		cr_expect(eq(str, (char *)r.data, rows[i].text), "%s",
		          rows[i].why);
		cr_expect(eq(str, (char *)r.name, "mail.test"));
		cr_expect(eq(int, r.priority, rows[i].priority), "%s",
		          rows[i].why);
		cr_expect(eq(u32, r.ttl, 3600));
		cr_expect(mgi_dns_message_next(&r, &m, &text) ==
		          MAILGUARD_ITEROVER);
	}
	mgi_buf_done(&text);
}

Test(net_dns_message, refuses_records_that_lie)
{
	static const struct {
		char *why;
		unsigned type;
		mailguard_span data;
	} rows[] = {
		{ "an address too short", 1, { (void *)"\1\2\3", 3 } },
		{ "an address too long", 1, { (void *)"\1\2\3\4\5", 5 } },
		{ "a name that points to itself",
		  5,
		  { (void *)"\xc0\x27", 2 } },
		{ "a name that points ahead", 5, { (void *)"\xc0\xff", 2 } },
		{ "a label of a kind nobody knows",
		  5,
		  { (void *)"\x41z\0", 3 } },
		{ "a name without its end", 5, { (void *)"\2ab", 3 } },
		{ "bytes behind the name", 5, { (void *)"\2ab\0z", 5 } },
		{ "a string longer than the data", 16, { (void *)"\x09x", 2 } },
		{ "MX without a name", 15, { (void *)"\0\1", 2 } },
		{ "a tag of control characters",
		  257,
		  { (void *)"\0\2\n\nx", 5 } },
	};
	unsigned char bytes[256];
	mailguard_buffer text;
	mgi_dns_message m;
	mgi_dns_record r;
	size_t i, n;

	mgi_buf_init(&text, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = build(bytes, rows[i].type, rows[i].data);
		cr_assert(mgi_dns_message_open(&m, mgi_span(bytes, n)));
		cr_expect(mgi_dns_message_next(&r, &m, &text) ==
		                  MAILGUARD_EFORMAT,
		          "%s", rows[i].why);
	}
	mgi_buf_done(&text);
}

Test(net_dns_message, survives_being_cut_anywhere)
{
	unsigned char bytes[256], *cut;
	mailguard_buffer text;
	mgi_dns_message m;
	mgi_dns_record r;
	size_t i, n;

	n = build(bytes, 33, SPAN("\0\5\0\1\3\xe1\2mx\xc0\x0c"));
	mgi_buf_init(&text, mg);
	for (i = 0; i < n; i++) {
		cut = malloc(i ? i : 1); /* so that a sanitizer sees its end */
		memcpy(cut, bytes, i);
		if (mgi_dns_message_open(&m, mgi_span(cut, i)))
			cr_expect(mgi_dns_message_next(&r, &m, &text) ==
			                  MAILGUARD_EFORMAT,
			          "%zu", i);
		free(cut);
	}
	mgi_buf_done(&text);
}

Test(net_dns_message, a_question_is_no_answer)
{
	mgi_dns_message m;

	cr_expect(not(
		mgi_dns_message_open(&m, SPAN("\0\0\1\0\0\0\0\0\0\0\0\0"))));
	cr_expect(not(mgi_dns_message_open(
		&m, SPAN("\0\0\x81\0\0\2\0\0\0\0\0\0\0\0\1\0\1\0\0\1\0\1"))));
}

Test(net_dns_message, asks_with_recursion_ad_and_edns)
{
	static const char want[] = "\x12\x34\1\x20\0\1\0\0\0\0\0\1"
				   "\4mail\4test\0\0\x0f\0\1"
				   "\0\0\x29\4\xd0\0\0\0\0\0\0";
	unsigned char out[MGI_DNS_QUERY_MAX];
	mgi_dns_question q;
	size_t n;

	ok(mgi_dns_question_parse(&q, mg, "mx mail.test.", NULL));
	n = mgi_dns_query(out, &q, 0x1234);
	cr_assert(eq(sz, n, sizeof(want) - 1));
	cr_expect(zero(int, memcmp(out, want, n)));
}

Test(net_dns_message, turns_addresses_round_for_ptr)
{
	mgi_dns_question q;

	ok(mgi_dns_question_parse(&q, mg, "PTR 192.0.2.1", NULL));
	cr_expect(eq(str, q.name, "1.2.0.192.in-addr.arpa"));
	ok(mgi_dns_question_parse(&q, mg, "PTR 2001:db8::1", NULL));
	cr_expect(eq(str, q.name,
	             "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0."
	             "1.0.0.2.ip6.arpa"));
	ok(mgi_dns_question_parse(&q, mg, "PTR 1.0/25.2.0.192.in-addr.arpa",
	                          NULL));
}

Test(net_dns_message, asks_nobody_for_odd_names)
{
	static char *rows[] = {
		"",        "MX",     "MX ",       "MX .",
		"MX a..b", "MX a b", "MX a\r\nb", "MX \xe6\x97\xa5.jp",
		"MX .a",   "MX a;b", "ANY a",     "AXFR a",
		"MX  a",   "M a"
	};
	char name[300] = "A ";
	mgi_dns_question q;
	mailguard_error err;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect(mgi_dns_question_parse(&q, mg, rows[i], &err) ==
		                  MAILGUARD_EINVAL,
		          "%s", rows[i]);
		cr_expect(zero(int, strncmp(err.code, "dns.bad-", 8)));
	}
	memset(name + 2, 'a', 64);
	cr_expect(mgi_dns_question_parse(&q, mg, name, &err) < 0);
	for (i = 2; i < 298; i++)
		name[i] = i % 2 ? '.' : 'a';
	cr_expect(mgi_dns_question_parse(&q, mg, name, &err) < 0);
	name[2 + 253] = '\0';
	ok(mgi_dns_question_parse(&q, mg, name, &err));
}

Test(net_dns_message, reads_resolvers_as_people_write_them)
{
	static const struct {
		const char *text;
		char *first;
		size_t count;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1:53", 1 },
		{ "127.0.0.1:5353, [::1]:53", "127.0.0.1:5353", 2 },
		{ "[::1]", "[::1]:53", 1 },
		{ "2001:db8::1", "[2001:db8::1]:53", 1 },
		{ "", "", 0 },
		{ "localhost", "", 0 },
		{ "127.0.0.1:0", "", 0 },
		{ "127.0.0.1:99999", "", 0 },
		{ "127.0.0.1,", "", 0 },
		{ ",127.0.0.1", "", 0 },
		{ "[::1", "", 0 },
		{ "[::1]x", "", 0 },
		{ "[]:53", "", 0 },
		{ "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
		  "1.1.1.1,1.1.1.1",
		  "", 0 },
	};
	char text[MGI_DNS_SERVER_TEXT];
	mgi_dns_servers s;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool good = mgi_dns_servers_parse(&s, rows[i].text);

		cr_assert(eq(int, good, rows[i].count > 0), "%s", rows[i].text);
		if (!good)
			continue;
		cr_expect(eq(sz, s.count, rows[i].count));
		mgi_dns_server_write(text, &s.list[0]);
		cr_expect(eq(str, text, rows[i].first));
	}
}

Test(net_dns_message, reads_the_systems_files)
{
	static const char hosts[] = "127.0.0.1\tlocalhost\n"
				    "# 192.0.2.9 mail.test\n"
				    "192.0.2.1 other.test Mail.Test # mail\n"
				    "2001:db8::1 mail.test\n"
				    "nonsense mail.test\n";
	mgi_dns_servers s;
	mgi_address a[4];
	char text[MGI_ADDRESS_TEXT];

	mgi_dns_servers_system(&s, SPAN("# none\nsearch test\n"
	                                "nameserver 192.0.2.53\n"
	                                "nameserver what\n"
	                                "nameserver\t2001:db8::53 ;x\n"));
	cr_expect(eq(sz, s.count, 2));
	mgi_address_write(text, &s.list[1].address);
	cr_expect(eq(str, text, "2001:db8::53"));
	mgi_dns_servers_system(&s, SPAN(""));
	mgi_address_write(text, &s.list[0].address);
	cr_expect(eq(str, text, "127.0.0.1"));

	cr_assert(eq(sz, mgi_hosts_find(a, 4, SPAN(hosts), "mail.test"), 2));
	mgi_address_write(text, &a[0]);
	cr_expect(eq(str, text, "192.0.2.1"));
	cr_expect(eq(sz, mgi_hosts_find(a, 1, SPAN(hosts), "mail.test"), 1));
	cr_expect(eq(sz, mgi_hosts_find(a, 4, SPAN(hosts), "mail"), 0));
}
