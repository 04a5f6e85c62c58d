/* What is read from a DKIM key record (RFC 6376, 8301, 8463). */
#include "base/text.h"
#include "probe/policy.h"
#include "support/fail_alloc.h"
#include "support/ok.h"

/* Made for these tests by openssl; the private parts were thrown away. */
#define RSA_512                                                     \
 "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAOt7286KGg780hIh3huXM5FtkK+2ktSK" \
 "ix0RRzvLqD1AfphTeby/AOYlVwUV8HnWssI+9EaCGGUcykq9RNNhsWMCAwEAAQ=="
/* The same as RSAPublicKey, without what stands around it. */
#define RSA_512_BARE                                                \
 "MEgCQQDre9vOihoO/NISId4blzORbZCvtpLUiosdEUc7y6g9QH6YU3m8vwDmJVcF" \
 "FfB51rLCPvRGghhlHMpKvUTTYbFjAgMBAAE="
#define ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

typedef struct row {
	const char *why, *text;
	mgi_dkim_fault fault;
	uint32_t bits;
	char *flags; /* r: revoked, t: testing, x: exact, 1: SHA-1, n, e */
} row;

static const row rows[] = {
	{ "short", "v=DKIM1; k=rsa; p=" RSA_512, MGI_DKIM_FINE, 512, "" },
	{ "without version", "p=" RSA_512, MGI_DKIM_FINE, 512, "" },
	{ "bare RSAPublicKey", "p=" RSA_512_BARE, MGI_DKIM_FINE, 512, "" },
	{ "Ed25519", "v=DKIM1; k=ed25519; p=" ED25519, MGI_DKIM_FINE, 256,
	  "e" },
	{ "Ed25519 said to be RSA", "p=" ED25519, MGI_DKIM_KEY, 0, "" },
	{ "RSA said to be Ed25519", "k=ed25519; p=" RSA_512, MGI_DKIM_KEY, 0,
	  "e" },
	{ "revoked", "v=DKIM1; p=", MGI_DKIM_FINE, 0, "r" },
	{ "testing and exact", "v=DKIM1; t=y:s; p=" RSA_512, MGI_DKIM_FINE, 512,
	  "tx" },
	{ "an unknown flag", "v=DKIM1; t=q; p=" RSA_512, MGI_DKIM_FINE, 512,
	  "" },
	{ "SHA-1 only", "h=sha1; p=" RSA_512, MGI_DKIM_FINE, 512, "1" },
	{ "both", "h=sha1:sha256; p=" RSA_512, MGI_DKIM_FINE, 512, "" },
	{ "for others than mail", "s=tlsrpt; p=" RSA_512, MGI_DKIM_FINE, 512,
	  "n" },
	{ "for all", "s=*; p=" RSA_512, MGI_DKIM_FINE, 512, "" },
	{ "for mail as well", "s=x:email; p=" RSA_512, MGI_DKIM_FINE, 512, "" },
	{ "a note, and a tag nobody knows", "n=hello; zz=1; p=" RSA_512,
	  MGI_DKIM_FINE, 512, "" },
	{ "no key", "v=DKIM1; k=rsa", MGI_DKIM_SYNTAX, 0, "" },
	{ "no tags", "hello", MGI_DKIM_SYNTAX, 0, "" },
	{ "empty", "", MGI_DKIM_SYNTAX, 0, "" },
	{ "a tag twice", "p=; p=" RSA_512, MGI_DKIM_SYNTAX, 0, "" },
	{ "version not first", "k=rsa; v=DKIM1; p=" RSA_512, MGI_DKIM_VERSION,
	  0, "" },
	{ "another version", "v=DKIM2; p=" RSA_512, MGI_DKIM_VERSION, 0, "" },
	{ "another kind", "k=dsa; p=" RSA_512, MGI_DKIM_KIND, 0, "" },
	{ "no Base64", "p=@@@", MGI_DKIM_KEY, 0, "" },
	{ "cut short", "p=MFwwDQYJKoZIhvcNAQEB", MGI_DKIM_KEY, 0, "" },
	{ "Base64 of something else", "p=aGVsbG8=", MGI_DKIM_KEY, 0, "" },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static char *flags_of(char out[8], const mgi_dkim_key *k)
{
	const struct {
		bool on;
		char sign;
	} all[] = { { k->revoked, 'r' },  { k->testing, 't' },
		    { k->exact, 'x' },    { k->sha1_only, '1' },
		    { k->not_mail, 'n' }, { k->ed25519, 'e' } };
	size_t i, n = 0;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].on)
			out[n++] = all[i].sign;
	out[n] = '\0';
	return out;
}

Test(dkim, reads_each_tag_of_a_key)
{
	mgi_dkim_key k;
	mailguard *mg;
	char flags[8];
	size_t i;

	ok(mailguard_new(&mg, NULL, NULL));
	for (i = 0; i < ROWS; i++) {
		ok(mgi_dkim_read(&k, mg, mgi_span_of(rows[i].text), NULL));
		cr_expect(eq(int, (int)k.fault, (int)rows[i].fault), "%s",
		          rows[i].why);
		cr_expect(eq(u32, k.bits, rows[i].bits), "%s", rows[i].why);
		cr_expect(eq(str, flags_of(flags, &k), rows[i].flags), "%s",
		          rows[i].why);
	}
	mailguard_free(mg);
}

Test(dkim, a_key_may_be_folded)
{
	mgi_dkim_key k;
	mailguard *mg;

	ok(mailguard_new(&mg, NULL, NULL));
	ok(mgi_dkim_read(&k, mg,
	                 mgi_span_of(" k = ed25519 ;\tp = 11qYAYKxCrfVS/7T "
	                             "yWQHOg7hcvPapiMlrw IaaPcHURo= ; "),
	                 NULL));
	cr_expect(eq(int, (int)k.fault, MGI_DKIM_FINE));
	cr_expect(eq(u32, k.bits, 256));
	mailguard_free(mg);
}
