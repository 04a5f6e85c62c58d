/*
 * dns_question.c - what is asked for, from text and as bytes.
 */
#include "net/wire/dns_message.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define HEADER 12
#define LABEL_MAX 63
#define UDP_PAYLOAD 1232 /* no fragment on any path, DNS flag day 2020 */

static const struct {
	uint16_t type;
	const char *name;
} types[] = {
	{ MGI_DNS_A, "A" },         { MGI_DNS_AAAA, "AAAA" },
	{ MGI_DNS_MX, "MX" },       { MGI_DNS_TXT, "TXT" },
	{ MGI_DNS_SRV, "SRV" },     { MGI_DNS_PTR, "PTR" },
	{ MGI_DNS_CNAME, "CNAME" }, { MGI_DNS_NS, "NS" },
	{ MGI_DNS_SOA, "SOA" },     { MGI_DNS_TLSA, "TLSA" },
	{ MGI_DNS_CAA, "CAA" },
};

static const char *const rcodes[] = {
	"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
};

static mgi_dns_type word(const char *known, const char *kind, uint32_t n)
{
	mgi_number number = mgi_u64(n);
	mgi_dns_type out = { "" };
	size_t len;

	if (known) {
		memcpy(out.text, known, strlen(known) + 1);
		return out;
	}
	len = strlen(kind);
	memcpy(out.text, kind, len);
	memcpy(out.text + len, number.text, strlen(number.text) + 1);
	return out;
}

mgi_dns_type mgi_dns_type_of(uint16_t type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return word(types[i].name, "", 0);
	return word(NULL, "TYPE", type);
}

mgi_dns_type mgi_dns_rcode_of(int32_t rcode)
{
	if (rcode >= 0 && (size_t)rcode < sizeof(rcodes) / sizeof(rcodes[0]))
		return word(rcodes[rcode], "", 0);
	return word(NULL, "RCODE", (uint32_t)rcode & 0xffff);
}

/* "192.0.2.1" to "1.2.0.192.in-addr.arpa"; false if it is no address. */
static bool reverse(char out[MGI_DNS_NAME_MAX], const char *address)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char b[16];
	size_t at = 0;
	int i;

	if (inet_pton(AF_INET6, address, b) == 1) {
		for (i = 15; i >= 0; i--) {
			out[at++] = digits[b[i] & 15];
			out[at++] = '.';
			out[at++] = digits[b[i] >> 4];
			out[at++] = '.';
		}
		memcpy(out + at, "ip6.arpa", sizeof("ip6.arpa"));
		return true;
	}
	if (inet_pton(AF_INET, address, b) != 1)
		return false;
	for (i = 3; i >= 0; i--) {
		mgi_number n = mgi_u64(b[i]);

		memcpy(out + at, n.text, strlen(n.text));
		at += strlen(n.text);
		out[at++] = '.';
	}
	memcpy(out + at, "in-addr.arpa", sizeof("in-addr.arpa"));
	return true;
}

static bool may_be_asked(mailguard_span name)
{
	size_t i, label = 0;

	for (i = 0; i < name.len; i++) {
		int c = name.data[i];

		if (c == '.' && label == 0)
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX)
			return false;
		if (c != '.' && c != '-' && c != '_' && c != '/' &&
		    !mgi_is_alnum(c))
			return false;
	}
	return label > 0;
}

mailguard_status mgi_dns_question_set(mgi_dns_question *out,
                                      mailguard *mg,
                                      uint16_t type,
                                      mailguard_span name,
                                      mailguard_error *err)
{
	char text[MGI_DNS_NAME_MAX];

	memset(out, 0, sizeof(*out));
	out->type = type;
	if (name.len > 1 && name.data[name.len - 1] == '.')
		name.len--;
	if (name.len >= sizeof(text) || memchr(name.data, '\0', name.len))
		goto bad;
	memcpy(text, name.data, name.len);
	text[name.len] = '\0';
	if (type == MGI_DNS_PTR && reverse(out->name, text))
		return MAILGUARD_OK;
	if (!may_be_asked(name))
		goto bad;
	memcpy(out->name, text, name.len + 1);
	return MAILGUARD_OK;

bad:
	return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_DNS_BAD_NAME);
}

mailguard_status mgi_dns_question_parse(mgi_dns_question *out,
                                        mailguard *mg,
                                        const char *text,
                                        mailguard_error *err)
{
	mailguard_span all = mgi_span_of(text), type = { all.data, 0 };
	size_t i;

	memset(out, 0, sizeof(*out));
	while (type.len < all.len && all.data[type.len] != ' ')
		type.len++;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (mgi_span_is_nocase(type, types[i].name))
			return mgi_dns_question_set(
				out, mg, types[i].type,
				mgi_span_from(all, type.len + 1), err);
	return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_DNS_BAD_TYPE);
}

static size_t put16(unsigned char *out, size_t at, uint32_t n)
{
	out[at] = (unsigned char)(n >> 8);
	out[at + 1] = (unsigned char)n;
	return at + 2;
}

/* Labels, each behind its length, and the root. */
static size_t put_name(unsigned char *out, size_t at, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		out[at++] = (unsigned char)n;
		memcpy(out + at, name, n);
		at += n;
		name += n + (name[n] == '.');
	}
	out[at] = 0;
	return at + 1;
}

size_t mgi_dns_query(unsigned char out[MGI_DNS_QUERY_MAX],
                     const mgi_dns_question *q,
                     uint16_t id)
{
	size_t at;

	memset(out, 0, MGI_DNS_QUERY_MAX);
	(void)put16(out, 0, id);
	out[2] = 0x01; /* RD */
	out[3] = 0x20; /* AD */
	out[5] = 1;    /* questions */
	out[11] = 1;   /* additional: OPT */
	at = put_name(out, HEADER, q->name);
	at = put16(out, at, q->type);
	at = put16(out, at, 1); /* IN */
	at += 1;                /* OPT's owner is the root */
	at = put16(out, at, 41);
	at = put16(out, at, UDP_PAYLOAD);
	return at + 6; /* its TTL and length stay 0 */
}
