/* What net/sasl.c promises: the exchanges of the RFCs' examples, and nothing
 * said to a server that breaks them. */
#include "support/ok.h"

#include "base/text.h"
#include "base/base64.h"
#include "net/mask.h"
#include "net/sasl.h"

#include "support/armed_malloc.h"

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

TestSuite(net_sasl, .init = setup, .fini = teardown);

static mgi_sasl sasl_for(const char *name, const char *user, const char *secret)
{
	mgi_sasl s = { .how = mgi_mechanism_find(name), .mg = mg };

	cr_assert(s.how != NULL);
	s.user = user;
	s.host = "server.example.com";
	s.port = 143;
	s.secret = mgi_span_of(secret);
	return s;
}

/* One round; the response stays in `out`. */
static int step(mailguard_buffer *out, mgi_sasl *s, const char *challenge)
{
	mgi_buf_cut(out, 0);
	return mgi_sasl_next(s, mgi_span_of(challenge), out);
}

/* Where two mechanisms differ: their examples of RFC 5802, 5 and 7677, 3. */
static const struct {
	const char *name, *nonce, *first, *final, *proof, *verifier;
} scram[] = {
	{ "SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
	  "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,"
	  "i=4096",
	  "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=",
	  "v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ "SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
	  "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	  "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	  "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=",
	  "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	  "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
};

/* As if the nonce of the example had been drawn. */
static mgi_sasl scram_for(size_t row)
{
	mgi_sasl s = sasl_for(scram[row].name, "user", "pencil");

	s.round = 1;
	memcpy(s.nonce, scram[row].nonce, strlen(scram[row].nonce));
	return s;
}

Test(net_sasl, scram_goes_as_in_the_rfcs)
{
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < 2; i++) {
		mgi_sasl s = scram_for(i);
		char want[200];

		cr_expect(
			eq(int, step(&out, &s, scram[i].first), MGI_SASL_SAY));
		strcpy(want, scram[i].final);
		strcat(want, scram[i].proof);
		cr_expect(eq(str, (char *)mgi_buf_text(&out), want));
		cr_expect(eq(int, s.proven, 0));
		cr_expect(eq(int, step(&out, &s, scram[i].verifier),
		             MGI_SASL_SAY));
		cr_expect(eq(int, s.proven, 1));
		cr_expect(eq(sz, out.len, 0));
		cr_expect(eq(int, step(&out, &s, "more"), MGI_SASL_BAD));
		mgi_sasl_done(&s);
	}
	mgi_buf_done(&out);
}

Test(net_sasl, scram_says_nothing_to_a_challenge_that_is_not_its_own)
{
	static const struct {
		const char *why, *challenge;
	} rows[] = {
		{ "empty", "" },
		{ "another nonce", "r=x3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6,i=4096" },
		{ "only our nonce",
		  "r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6,i=4096" },
		{ "no salt", "r=fyko+d2lbbFgONRv9qkxdawLx,s=,i=4096" },
		{ "a salt that is no Base64",
		  "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSX,i=4096" },
		{ "no rounds", "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6,i=0" },
		{ "rounds without number",
		  "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6,i=x" },
		{ "work for a day",
		  "r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6,i=2000000000" },
		{ "an extension that must be known",
		  "m=x,r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6,i=4096" },
	};
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_sasl s = scram_for(0);

		cr_expect(eq(int, step(&out, &s, rows[i].challenge),
		             MGI_SASL_BAD),
		          "%s", rows[i].why);
	}
	mgi_buf_done(&out);
}

Test(net_sasl, scram_believes_only_the_right_signature)
{
	static const struct {
		const char *verifier;
		int result;
	} rows[] = {
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKR=", MGI_SASL_UNPROVEN },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsA==", MGI_SASL_UNPROVEN },
		{ "v=", MGI_SASL_UNPROVEN },
		{ "x", MGI_SASL_BAD },
		{ "e=invalid-proof", MGI_SASL_SAY },
	};
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_sasl s = scram_for(0);

		(void)step(&out, &s, scram[0].first);
		cr_expect(eq(int, step(&out, &s, rows[i].verifier),
		             rows[i].result),
		          "%s", rows[i].verifier);
		cr_expect(eq(int, s.proven, 0), "%s", rows[i].verifier);
	}
	mgi_buf_done(&out);
}

Test(net_sasl, two_exchanges_never_draw_the_same_nonce)
{
	mgi_sasl a = sasl_for("SCRAM-SHA-256", "a,b=c", "x");
	mgi_sasl b = sasl_for("SCRAM-SHA-256", "a,b=c", "x");
	mailguard_buffer out;

	mgi_buf_init(&out, mg);
	cr_expect(eq(int, step(&out, &a, ""), MGI_SASL_SAY));
	cr_expect(eq(int, strncmp(mgi_buf_text(&out), "n,,n=a=2Cb=3Dc,r=", 17),
	             0));
	cr_expect(eq(int, step(&out, &b, ""), MGI_SASL_SAY));
	cr_expect(ne(str, a.nonce, b.nonce));
	cr_expect(eq(sz, strlen(a.nonce), 24));
	mgi_buf_done(&out);
}

/* RFC 2195, 2; RFC 4616, 4; RFC 7628, 4.1. */
Test(net_sasl, the_others_go_as_in_the_rfcs)
{
	static const struct {
		const char *name, *user, *secret, *challenge;
		char *response;
		size_t len;
	} rows[] = {
		{ "CRAM-MD5", "tim", "tanstaaftanstaaf",
		  "<1896.697170952@postoffice.reston.mci.net>",
		  "tim b913a602c7eda7a495b4e6e7334d3890", 36 },
		{ "PLAIN", "tim", "tanstaaftanstaaf", "",
		  "\0tim\0tanstaaftanstaaf", 21 },
		{ "OAUTHBEARER", "user@example.com", "vF9dft4qmT", "",
		  "n,a=user@example.com,\1host=server.example.com\1port=143\1"
		  "auth=Bearer vF9dft4qmT\1\1",
		  79 },
		{ "XOAUTH2", "user@example.com", "vF9dft4qmT", "",
		  "user=user@example.com\1auth=Bearer vF9dft4qmT\1\1", 46 },
	};
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_sasl s =
			sasl_for(rows[i].name, rows[i].user, rows[i].secret);

		cr_expect(eq(int, step(&out, &s, rows[i].challenge),
		             MGI_SASL_SAY),
		          "%s", rows[i].name);
		cr_assert(eq(sz, out.len, rows[i].len), "%s", rows[i].name);
		cr_expect(zero(int, memcmp(mgi_buf_text(&out), rows[i].response,
		                           out.len)),
		          "%s", rows[i].name);
	}
	mgi_buf_done(&out);
}

/* RFC 1939, 7. */
Test(net_sasl, apop_goes_as_in_the_rfc)
{
	char hex[33];

	cr_assert(mgi_apop_digest(
		hex, mgi_span_of("<1896.697170952@dbc.mtview.ca.us>"),
		mgi_span_of("tanstaaf")));
	cr_expect(eq(str, hex, "c4c9334bac560ecc979e58001b3e22fb"));
}

Test(net_sasl, every_mechanism_ends_after_its_rounds)
{
	const mgi_mechanism *m;
	mailguard_buffer out;
	int i;

	mgi_buf_init(&out, mg);
	for (m = mgi_mechanisms; m->name; m++) {
		mgi_sasl s = sasl_for(m->name, "u", "s");
		int result = MGI_SASL_SAY;

		for (i = 0; i < 5 && result == MGI_SASL_SAY; i++)
			result = step(&out, &s, i || !m->first ? "x" : "");
		cr_expect(eq(int, result, MGI_SASL_BAD), "%s", m->name);
	}
	mgi_buf_done(&out);
}

Test(net_sasl, libcrypto_without_memory_is_told)
{
	mailguard_buffer out;
	int n, result;

	if (!armed_malloc_works())
		cr_skip_test("a sanitizer has the allocator");
	mgi_buf_init(&out, mg);
	for (n = 0; n < 200; n++) {
		mgi_sasl s = scram_for(0);

		mgi_buf_cut(&out, 0);
		armed_malloc_at(n);
		result = mgi_sasl_next(&s, mgi_span_of(scram[0].first), &out);
		armed_malloc_off();
		if (result == MGI_SASL_SAY && !out.failed)
			continue;
		cr_expect(result == MGI_SASL_NO_CRYPTO || out.failed,
		          "%d at %d", result, n);
		out.failed = MAILGUARD_OK;
	}
	mgi_buf_done(&out);
}

/* -- Base64 and masks ------------------------------------------------------ */

Test(net_sasl, base64_is_read_strictly)
{
	static const struct {
		const char *text, *bytes;
		int good;
	} rows[] = {
		{ "", "", 1 },
		{ "Zg==", "f", 1 },
		{ "Zm8=", "fo", 1 },
		{ "Zm9v", "foo", 1 },
		{ "Zm9vYg==", "foob", 1 },
		{ "Zg=", "", 0 },
		{ "Zh==", "", 0 },
		{ "Zm9=", "", 0 },
		{ "Z===", "", 0 },
		{ "====", "", 0 },
		{ "Zg==Zg==", "", 0 },
		{ "Zm 9", "", 0 },
		{ "Zm9v\n", "", 0 },
		{ "Zm-_", "", 0 },
	};
	mailguard_buffer out;
	size_t i;

	mgi_buf_init(&out, mg);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_buf_cut(&out, 0);
		cr_expect(eq(int,
		             mgi_base64_get(&out, mgi_span_of(rows[i].text)),
		             rows[i].good),
		          "%s", rows[i].text);
		cr_expect(eq(str, (char *)mgi_buf_text(&out),
		             (char *)rows[i].bytes),
		          "%s", rows[i].text);
		if (!rows[i].good)
			continue;
		mgi_buf_cut(&out, 0);
		mgi_base64_put(&out, mgi_span_of(rows[i].bytes));
		cr_expect(eq(str, (char *)mgi_buf_text(&out),
		             (char *)rows[i].text));
	}
	mgi_buf_done(&out);
}

Test(net_sasl, a_secret_is_struck_out_in_every_form)
{
	static const struct {
		const char *secret, *text;
		char *shown;
	} rows[] = {
		{ "hunter2", "no hunter2 here, hunter2hunter2",
		  "no *** here, ******" },
		{ "hunter2", "aHVudGVyMg== it is", "*** it is" },
		{ "a\"b\\c", "\"a\\\"b\\\\c\" a\"b\\c", "\"***\" ***" },
		{ "abc", "abc abcd xabc (abc)", "*** abcd xabc (***)" },
		{ "a", "a bad day", "*** bad day" },
		{ "hunter2", "hunter", "hunter" },
	};
	mailguard_buffer out;
	mgi_mask mask;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mgi_buf_init(&out, mg);
		mgi_mask_init(&mask, mg);
		mgi_mask_secret(&mask, mgi_span_of(rows[i].secret));
		mgi_mask_put(&out, &mask, mgi_span_of(rows[i].text));
		cr_expect(eq(str, (char *)mgi_buf_text(&out), rows[i].shown));
		mgi_mask_done(&mask);
		mgi_buf_done(&out);
	}
}
