/* What proto/endpoint*.c, url.c, host.c and names.c promise. */
#include "support/fail_alloc.h"
#include "support/ok.h"

#include <mailguard/proto.h>

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

TestSuite(proto_endpoint, .init = setup, .fini = teardown);

static char *or_none(const char *s)
{
	return (char *)(s ? s : "-");
}

#define LABEL9 "abcdefghi"
#define LABEL63 LABEL9 LABEL9 LABEL9 LABEL9 LABEL9 LABEL9 LABEL9

static const struct {
	const char *why, *url;
	char *text, *host, *user, *mechanism, *address, *path;
	int protocol, tls, port, real_port;
} good[] = {
	{ "imaps", "imaps://ann@mail.example.org",
	  "imaps://ann@mail.example.org", "mail.example.org", "ann", "-", "-",
	  "-", 3, 2, 0, 993 },
	{ "scheme in capitals, port", "IMAP://h.example:1143",
	  "imap://h.example:1143", "h.example", "-", "-", "-", "-", 3, 0, 1143,
	  1143 },
	{ "slash at the end", "pop3://h/", "pop3://h", "h", "-", "-", "-", "-",
	  4, 0, 0, 110 },
	{ "old pop name", "pops://h", "pop3s://h", "h", "-", "-", "-", "-", 4,
	  2, 0, 995 },
	{ "smtp", "smtp://h", "smtp://h", "h", "-", "-", "-", "-", 1, 0, 0,
	  25 },
	{ "smtps", "smtps://h", "smtps://h", "h", "-", "-", "-", "-", 1, 2, 0,
	  465 },
	{ "submission means STARTTLS", "submission://h", "submission://h", "h",
	  "-", "-", "-", "-", 2, 1, 0, 587 },
	{ "submission in clear", "submission://h?tls=none",
	  "submission://h?tls=none", "h", "-", "-", "-", "-", 2, 0, 0, 587 },
	{ "submissions", "submissions://h", "submissions://h", "h", "-", "-",
	  "-", "-", 2, 2, 0, 465 },
	{ "an option is the other scheme", "imap://h?tls=implicit", "imaps://h",
	  "h", "-", "-", "-", "-", 3, 2, 0, 993 },
	{ "address and STARTTLS", "imap://h?tls=starttls&address=192.0.2.1",
	  "imap://h?tls=starttls&address=192.0.2.1", "h", "-", "-", "192.0.2.1",
	  "-", 3, 1, 0, 143 },
	{ "user with its own @", "imaps://ann@example.org@h",
	  "imaps://ann%40example.org@h", "h", "ann@example.org", "-", "-", "-",
	  3, 2, 0, 993 },
	{ "percent", "imaps://a%3Ab%25c@h", "imaps://a%3Ab%25c@h", "h", "a:b%c",
	  "-", "-", "-", 3, 2, 0, 993 },
	{ "mechanism", "imaps://ann;auth=plain@h", "imaps://ann;AUTH=PLAIN@h",
	  "h", "ann", "PLAIN", "-", "-", 3, 2, 0, 993 },
	{ "any mechanism", "imaps://ann;AUTH=*@h", "imaps://ann@h", "h", "ann",
	  "-", "-", "-", 3, 2, 0, 993 },
	{ "mechanism alone", "imap://;AUTH=GSSAPI@h", "imap://;AUTH=GSSAPI@h",
	  "h", "-", "GSSAPI", "-", "-", 3, 0, 0, 143 },
	{ "APOP", "pop3://ann;AUTH=+APOP@h", "pop3://ann;AUTH=+APOP@h", "h",
	  "ann", "+APOP", "-", "-", 4, 0, 0, 110 },
	{ "IPv6", "imaps://[2001:db8::1]:993", "imaps://[2001:db8::1]:993",
	  "2001:db8::1", "-", "-", "-", "-", 3, 2, 993, 993 },
	{ "zone", "smtp://[fe80::1%25eth0]", "smtp://[fe80::1%25eth0]",
	  "fe80::1%eth0", "-", "-", "-", "-", 1, 0, 0, 25 },
	{ "IDN", "imaps://日本語.jp", "imaps://日本語.jp", "日本語.jp", "-",
	  "-", "-", "-", 3, 2, 0, 993 },
	{ "IDN encoded", "imaps://%E6%97%A5.jp", "imaps://日.jp", "日.jp", "-",
	  "-", "-", "-", 3, 2, 0, 993 },
	{ "https", "https://h/mail?x=1&tls=none#inbox",
	  "https://h/mail?x=1&tls=none", "h", "-", "-", "-",
	  "/mail?x=1&tls=none", 5, 2, 0, 443 },
	{ "query without path", "http://h:8080?q", "http://h:8080/?q", "h", "-",
	  "-", "-", "/?q", 5, 0, 8080, 8080 },
	{ "empty query", "https://h/a?", "https://h/a?", "h", "-", "-", "-",
	  "/a?", 5, 2, 0, 443 },
	{ "empty query alone", "http://h?", "http://h/?", "h", "-", "-", "-",
	  "/?", 5, 0, 0, 80 },
	{ "no path", "http://h", "http://h/", "h", "-", "-", "-", "/", 5, 0, 0,
	  80 },
	{ "@ in a path", "http://h:80/@x", "http://h:80/@x", "h", "-", "-", "-",
	  "/@x", 5, 0, 80, 80 },
	{ "longest mechanism", "imap://;AUTH=ABCDEFGHIJ0123456789@h",
	  "imap://;AUTH=ABCDEFGHIJ0123456789@h", "h", "-",
	  "ABCDEFGHIJ0123456789", "-", "-", 3, 0, 0, 143 },
	{ "longest label", "imap://" LABEL63, "imap://" LABEL63, LABEL63, "-",
	  "-", "-", "-", 3, 0, 0, 143 },
	{ "IPv4 in IPv6", "imap://[1:2:3:4:5:6:192.0.2.1]",
	  "imap://[1:2:3:4:5:6:192.0.2.1]", "1:2:3:4:5:6:192.0.2.1", "-", "-",
	  "-", "-", 3, 0, 0, 143 },
	{ "address of HTTP", "https://h/日 x#address=2001:db8::2",
	  "https://h/%E6%97%A5%20x#address=2001:db8::2", "h", "-", "-",
	  "2001:db8::2", "/%E6%97%A5%20x", 5, 2, 0, 443 },
};

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

Test(proto_endpoint, urls_are_read_and_written)
{
	size_t i;

	for (i = 0; i < ROWS(good); i++) {
		mailguard_endpoint *e;
		mailguard_buffer *b;
		mailguard_error err;

		cr_assert(MAILGUARD_OK == mailguard_endpoint_parse(
						  &e, mg, good[i].url, &err),
		          "%s: %s", good[i].why, err.message);
		cr_expect(eq(str, or_none(e->host), good[i].host), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->user), good[i].user), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->mechanism), good[i].mechanism),
		          "%s", good[i].why);
		cr_expect(eq(str, or_none(e->address), good[i].address), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->path), good[i].path), "%s",
		          good[i].why);
		cr_expect(eq(int, e->protocol, good[i].protocol), "%s",
		          good[i].why);
		cr_expect(eq(int, e->tls, good[i].tls), "%s", good[i].why);
		cr_expect(eq(int, e->port, good[i].port), "%s", good[i].why);
		cr_expect(
			eq(int, mailguard_endpoint_port(e), good[i].real_port),
			"%s", good[i].why);
		ok(mailguard_buffer_new(&b, mg, NULL));
		ok(mailguard_endpoint_text(b, e, NULL));
		cr_expect(
			eq(str, (char *)mailguard_buffer_text(b), good[i].text),
			"%s", good[i].why);
		mailguard_buffer_free(b);
		mailguard_endpoint_free(e);
	}
}

Test(proto_endpoint, what_was_written_parses_to_equal_fields)
{
	size_t i;

	for (i = 0; i < ROWS(good); i++) {
		mailguard_endpoint *e;

		ok(mailguard_endpoint_parse(&e, mg, good[i].text, NULL));
		cr_expect(eq(str, or_none(e->host), good[i].host), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->user), good[i].user), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->mechanism), good[i].mechanism),
		          "%s", good[i].why);
		cr_expect(eq(str, or_none(e->address), good[i].address), "%s",
		          good[i].why);
		cr_expect(eq(str, or_none(e->path), good[i].path), "%s",
		          good[i].why);
		cr_expect(eq(int, e->protocol, good[i].protocol), "%s",
		          good[i].why);
		cr_expect(eq(int, e->tls, good[i].tls), "%s", good[i].why);
		cr_expect(eq(int, e->port, good[i].port), "%s", good[i].why);
		mailguard_endpoint_free(e);
	}
}

Test(proto_endpoint, bad_urls_are_refused_by_the_part_that_is_wrong)
{
	static const struct {
		const char *why, *url;
		char *code;
	} rows[] = {
		{ "no scheme", "mail.example.org", "endpoint.no-scheme" },
		{ "host and port only", "h:993", "endpoint.no-scheme" },
		{ "scheme", "ftp://h", "endpoint.unknown-scheme" },
		{ "password", "imaps://ann:pw@h", "endpoint.secret-in-url" },
		{ "empty password", "imaps://a:@h", "endpoint.secret-in-url" },
		{ "slash in it", "imaps://a:p/w@h", "endpoint.secret-in-url" },
		{ "mark in it", "https://a:p#w@h", "endpoint.secret-in-url" },
		{ "no host", "imaps://", "endpoint.no-host" },
		{ "user only", "imaps://ann@", "endpoint.no-host" },
		{ "empty user", "imaps://@h", "endpoint.bad-user" },
		{ "line end", "imaps://h\r\n", "endpoint.control-character" },
		{ "encoded", "imaps://a%0d@h", "endpoint.control-character" },
		{ "NUL", "imaps://a%00@h", "endpoint.control-character" },
		{ "in a path", "https://h/%0a", "endpoint.bad-http-path" },
		{ "C1", "imaps://a%C2%85@h", "endpoint.bad-user" },
		{ "not UTF-8", "imaps://a%FF@h", "endpoint.bad-user" },
		{ "percent", "imaps://a%4@h", "endpoint.bad-percent" },
		{ "space", "imaps://a b", "endpoint.bad-host" },
		{ "wide space", "imaps://h\u3000", "endpoint.bad-host" },
		{ "empty label", "imaps://a..b", "endpoint.bad-host" },
		{ "short IPv4", "imaps://192.0.2", "endpoint.bad-host" },
		{ "bare IPv6", "imaps://[::1", "endpoint.bad-host" },
		{ "bad IPv6", "imaps://[1::2::3]", "endpoint.bad-host" },
		{ "name in brackets", "imaps://[h]", "endpoint.bad-host" },
		{ "port 0", "imaps://h:0", "endpoint.bad-port" },
		{ "large port", "imaps://h:65536", "endpoint.bad-port" },
		{ "no port", "imaps://h:", "endpoint.bad-port" },
		{ "mailbox", "imaps://h/INBOX", "endpoint.bad-path" },
		{ "tls word", "imap://h?tls=yes", "endpoint.bad-tls" },
		{ "against it", "imaps://h?tls=none", "endpoint.bad-tls" },
		{ "name", "imap://h?address=h2", "endpoint.bad-address" },
		{ "option", "imap://h?x=1", "endpoint.unknown-option" },
		{ "digits of it", "imaps://a:1/w@h", "endpoint.secret-in-url" },
		{ "a scheme too long to be one", "abcdefghijklmnopqrstu://h",
		  "endpoint.no-scheme" },
		{ "a login before ://", "ann@pw://h", "endpoint.no-scheme" },
		{ "long mechanism", "imap://;AUTH=ABCDEFGHIJ0123456789X@h",
		  "endpoint.bad-mechanism" },
		{ "long label", "imap://x" LABEL63, "endpoint.bad-host" },
		{ "octal", "imap://192.0.02.1", "endpoint.bad-host" },
		{ "nothing for ::", "imap://[::1:2:3:4:5:6:7:8]",
		  "endpoint.bad-host" },
		{ "nine groups", "imap://[1:2:3:4:5:6:7:192.0.2.1]",
		  "endpoint.bad-host" },
		{ "long group", "imap://[12345::]", "endpoint.bad-host" },
		{ "tls twice", "imap://h?tls=none&tls=none",
		  "endpoint.repeated-option" },
		{ "address twice", "imap://h?address=::1&tls=none&ADDRESS=::1",
		  "endpoint.repeated-option" },
		{ "before and behind #", "imap://h?tls=starttls#tls=starttls",
		  "endpoint.repeated-option" },
		{ "address twice in HTTP", "http://h#address=::1&address=::1",
		  "endpoint.bad-address" },
		{ "mechanism", "imap://a;AUTH=P%20@h",
		  "endpoint.bad-mechanism" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_endpoint *e = (mailguard_endpoint *)&rows;
		mailguard_error err;
		mailguard_status st =
			mailguard_endpoint_parse(&e, mg, rows[i].url, &err);

		cr_expect(MAILGUARD_EINVAL == st, "%s", rows[i].why);
		cr_expect(e == NULL, "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		cr_expect(strstr(err.message, "pw") == NULL, "%s", rows[i].why);
	}
}

Test(proto_endpoint, parse_and_text_survive_every_allocation_failure)
{
	mailguard_status st;
	int n = 1; /* allocation 0 is the handle itself */

	do {
		mailguard_endpoint *e = NULL;
		mailguard_buffer *b = NULL;
		mailguard *tight;

		ok(mailguard_new(&tight, fail_alloc_at(n++), NULL));
		st = mailguard_endpoint_parse(
			&e, tight, "imap://a;AUTH=PLAIN@h?address=::1", NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_buffer_new(&b, tight, NULL);
		if (st == MAILGUARD_OK)
			st = mailguard_endpoint_text(b, e, NULL);
		cr_assert(st == MAILGUARD_OK || st == MAILGUARD_ENOMEM);
		mailguard_buffer_free(b);
		mailguard_endpoint_free(e);
		mailguard_free(tight);
		cr_assert(eq(int, fail_alloc_live(), 0));
	} while (st != MAILGUARD_OK);
	cr_expect(lt(int, 3, n));
}

Test(proto_endpoint, a_filled_one_without_a_url_appends_nothing)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_buffer *b;
	mailguard_error err;

	e.host = "ns.example.org";
	e.protocol = MAILGUARD_PROTOCOL_DNS;
	ok(mailguard_buffer_new(&b, mg, NULL));
	cr_expect(MAILGUARD_EINVAL == mailguard_endpoint_text(b, &e, &err));
	cr_expect(eq(str, err.code, "endpoint.no-url"));
	cr_expect(eq(sz, mailguard_buffer_length(b), 0));
	mailguard_buffer_free(b);
}

Test(proto_endpoint, a_filled_one_is_judged_as_a_url_is)
{
	static const struct {
		const char *why;
		int protocol, tls, port;
		char *code;
	} rows[] = {
		{ "HTTP has no STARTTLS", 5, 1, 0, "endpoint.bad-tls" },
		{ "no such mode", 3, 3, 0, "endpoint.bad-tls" },
		{ "negative mode", 3, -1, 0, "endpoint.bad-tls" },
		{ "large port", 3, 2, 65536, "endpoint.bad-port" },
		{ "negative port", 3, 2, -1, "endpoint.bad-port" },
		{ "no such protocol", 7, 0, 0, "endpoint.no-url" },
	};
	size_t i;

	for (i = 0; i < ROWS(rows); i++) {
		mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
		mailguard_buffer *b;
		mailguard_error err;

		e.host = "h";
		e.protocol = rows[i].protocol;
		e.tls = rows[i].tls;
		e.port = rows[i].port;
		ok(mailguard_buffer_new(&b, mg, NULL));
		cr_expect(MAILGUARD_EINVAL ==
		                  mailguard_endpoint_text(b, &e, &err),
		          "%s", rows[i].why);
		cr_expect(eq(str, err.code, rows[i].code), "%s", rows[i].why);
		mailguard_buffer_free(b);
	}
}

Test(proto_endpoint, what_could_not_be_read_again_is_not_written)
{
	static char user[MAILGUARD_ENDPOINT_URL_MAX];
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_endpoint *back;
	mailguard_buffer *b;
	mailguard_error err;

	/* "smtp://" and "@h" are 9 bytes. */
	memset(user, 'u', sizeof(user) - 9);
	e.host = "h";
	e.user = user;
	e.protocol = MAILGUARD_PROTOCOL_SMTP;
	ok(mailguard_buffer_new(&b, mg, NULL));
	ok(mailguard_endpoint_text(b, &e, NULL));
	ok(mailguard_endpoint_parse(&back, mg, mailguard_buffer_text(b), NULL));
	mailguard_endpoint_free(back);

	mailguard_buffer_clear(b);
	user[sizeof(user) - 9] = 'u';
	cr_expect(MAILGUARD_ELIMIT == mailguard_endpoint_text(b, &e, &err));
	cr_expect(eq(str, err.code, "endpoint.too-long"));
	cr_expect(eq(sz, mailguard_buffer_length(b), 0));
	mailguard_buffer_free(b);
}

Test(proto_endpoint, names_go_there_and_back)
{
	int i;

	for (i = 1; i <= 6; i++)
		cr_expect(eq(
			int, i,
			mailguard_protocol_find(mailguard_protocol_name(i))));
	for (i = 0; i <= 2; i++)
		cr_expect(
			eq(int, i, mailguard_tls_find(mailguard_tls_name(i))));
	for (i = 10; i <= 90; i++)
		if (strcmp(mailguard_phase_name(i), "unknown") != 0)
			cr_expect(eq(
				int, i,
				mailguard_phase_find(mailguard_phase_name(i))));
	cr_expect(eq(int, mailguard_phase_find("tcp"), 20));
	cr_expect(eq(int, mailguard_phase_find("greet"), 30));
	cr_expect(eq(int, mailguard_phase_find("auth"), 70));
	cr_expect(eq(int, mailguard_phase_find("nonsense"), -1));
	cr_expect(
		eq(str, (char *)mailguard_phase_text(NULL, 70), "logging in"));
}
