/*
 * dkim_key.c - a DKIM key as it stands in DNS: what kind, how long, and
 * whether it is to be used at all.
 */
#include "base/base64.h"
#include "base/cursor.h"
#include "base/fail.h"
#include "base/text.h"
#include "probe/policy.h"

enum { DER_INTEGER = 2, DER_BITS = 3, DER_SEQUENCE = 0x30, ED25519 = 32 };

/* The content of a DER value of that tag; empty and `failed` if it is none. */
static mailguard_span der(mgi_cursor *c, unsigned tag)
{
	size_t n, more;

	c->failed |= mgi_cursor_u8(c) != tag;
	n = mgi_cursor_u8(c);
	if (n > 0x80) {
		for (more = n - 0x80, n = 0; more && more <= 8; more--) {
			c->failed |= n > SIZE_MAX >> 8;
			n = n << 8 | mgi_cursor_u8(c);
		}
		c->failed |= more > 0;
	} else if (n == 0x80) {
		c->failed = true;
	}
	return mgi_cursor_take(c, n);
}

static uint32_t integer_bits(mailguard_span n)
{
	size_t at = 0;
	uint32_t bits;
	unsigned char top;

	while (at < n.len && !n.data[at])
		at++;
	if (at == n.len || n.len - at > 65536)
		return 0;
	bits = (uint32_t)(n.len - at) * 8;
	for (top = n.data[at]; !(top & 0x80); top = (unsigned char)(top << 1))
		bits--;
	return bits;
}

/* SubjectPublicKeyInfo (RFC 5280), or the bare RSAPublicKey (RFC 8017) that
   RFC 6376 speaks of. 0: it is neither. */
static uint32_t rsa_bits(mailguard_span key)
{
	mgi_cursor c = mgi_cursor_of(key), in, exponent;
	mailguard_span n;

	in = mgi_cursor_of(der(&c, DER_SEQUENCE));
	if (mgi_cursor_left(&in) && in.at[0] == DER_SEQUENCE) {
		mailguard_span bits;

		(void)der(&in, DER_SEQUENCE);
		bits = der(&in, DER_BITS);
		if (in.failed || bits.len < 2)
			return 0;
		in = mgi_cursor_of(mgi_span(bits.data + 1, bits.len - 1));
		in = mgi_cursor_of(der(&in, DER_SEQUENCE));
	}
	n = der(&in, DER_INTEGER);
	exponent = in;
	(void)der(&exponent, DER_INTEGER);
	return c.failed || exponent.failed ? 0 : integer_bits(n);
}

/* p= may be folded. */
static mailguard_status key_read(mgi_dkim_key *out,
                                 mailguard *mg,
                                 mailguard_span p,
                                 mailguard_error *err)
{
	mailguard_buffer text, key;
	mailguard_status st;
	size_t i;

	mgi_buf_init(&text, mg);
	mgi_buf_init(&key, mg);
	for (i = 0; i < p.len; i++)
		if (!mgi_is_space(p.data[i]))
			mgi_buf_putc(&text, (char)p.data[i]);
	if (mgi_base64_get(&key, mgi_buf_span(&text))) {
		if (!out->ed25519)
			out->bits = rsa_bits(mgi_buf_span(&key));
		else if (key.len == ED25519)
			out->bits = 256;
	}
	if (!out->bits)
		out->fault = MGI_DKIM_KEY;
	st = mgi_buf_status(&text, err);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(&key, err);
	mgi_buf_done(&text);
	mgi_buf_done(&key);
	return st;
}

static mgi_dkim_fault fault_of(mgi_dkim_key *out,
                               mailguard_span *p,
                               mailguard_span text)
{
	mailguard_span bad, v, k;

	if (!mgi_tags_ok(&bad, text) || !mgi_tag_get(p, text, "p"))
		return MGI_DKIM_SYNTAX;
	if (mgi_tag_get(&v, text, "v") && !mgi_tag_first(text, "v", "DKIM1"))
		return MGI_DKIM_VERSION;
	out->ed25519 = mgi_tag_get(&k, text, "k") && mgi_span_is(k, "ed25519");
	if (k.len && !out->ed25519 && !mgi_span_is(k, "rsa"))
		return MGI_DKIM_KIND;
	return MGI_DKIM_FINE;
}

mailguard_status mgi_dkim_read(mgi_dkim_key *out,
                               mailguard *mg,
                               mailguard_span text,
                               mailguard_error *err)
{
	mailguard_span p, t, h, s;

	memset(out, 0, sizeof(*out));
	out->fault = fault_of(out, &p, text);
	if (out->fault)
		return MAILGUARD_OK;
	(void)mgi_tag_get(&t, text, "t");
	out->testing = mgi_tag_has(t, ':', "y");
	out->exact = mgi_tag_has(t, ':', "s");
	out->sha1_only =
		mgi_tag_get(&h, text, "h") && !mgi_tag_has(h, ':', "sha256");
	out->not_mail = mgi_tag_get(&s, text, "s") &&
	                !mgi_tag_has(s, ':', "email") &&
	                !mgi_tag_has(s, ':', "*");
	out->revoked = !p.len;
	return p.len ? key_read(out, mg, p, err) : MAILGUARD_OK;
}
