#ifndef MGI_DNS_MESSAGE_H
#define MGI_DNS_MESSAGE_H
/*
 * dns_message.h - a DNS question as bytes, and an answer's records as text.
 *
 * It knows RFC 1035 and the types we ask for, and no resolver. Everything in
 * an answer may be a lie: each length is checked, a name's pointers only go
 * back, and what is not understood is told as RFC 3597 writes it.
 */
#include "base/buf.h"

enum {
	MGI_DNS_A = 1,
	MGI_DNS_NS = 2,
	MGI_DNS_CNAME = 5,
	MGI_DNS_SOA = 6,
	MGI_DNS_PTR = 12,
	MGI_DNS_MX = 15,
	MGI_DNS_TXT = 16,
	MGI_DNS_AAAA = 28,
	MGI_DNS_SRV = 33,
	MGI_DNS_OPT = 41,
	MGI_DNS_TLSA = 52,
	MGI_DNS_CAA = 257
};

enum { MGI_DNS_NOERROR = 0, MGI_DNS_NXDOMAIN = 3 };

#define MGI_DNS_QUERY_MAX 300 /* header, name, type, class, OPT */
#define MGI_DNS_NAME_MAX 254  /* as text, with the closing NUL */

/* What to ask for, as it goes over the wire and as people write it. */
typedef struct mgi_dns_question {
	uint16_t type;
	char name[MGI_DNS_NAME_MAX]; /* absolute, without the last dot */
} mgi_dns_question;

/* "MX"; "TYPE65" in `room` for one that is not known. */
typedef struct mgi_dns_type {
	char text[12];
} mgi_dns_type;
mgi_dns_type mgi_dns_type_of(uint16_t type);
/* "NXDOMAIN"; "RCODE12" for one that is not known. */
mgi_dns_type mgi_dns_rcode_of(int32_t rcode);

/*
 * EINVAL "dns.bad-name" unless `name` is labels of letters, digits, "-", "_"
 * and "/" (RFC 2317): a name with other bytes is asked of nobody. For PTR an
 * address is turned into its name below in-addr.arpa or ip6.arpa.
 */
mailguard_status mgi_dns_question_set(mgi_dns_question *out,
                                      mailguard *mg,
                                      uint16_t type,
                                      mailguard_span name,
                                      mailguard_error *err);
/* From "MX example.org"; EINVAL also for a type that we do not ask for. */
mailguard_status mgi_dns_question_parse(mgi_dns_question *out,
                                        mailguard *mg,
                                        const char *text,
                                        mailguard_error *err);
/*
 * The bytes to send; how many. Recursion is desired, AD asked for (RFC 6840,
 * 5.7), and answers up to 1232 bytes taken by UDP (RFC 6891).
 */
size_t mgi_dns_query(unsigned char out[MGI_DNS_QUERY_MAX],
                     const mgi_dns_question *q,
                     uint16_t id);

/* An answer, and how far its records were read. */
typedef struct mgi_dns_message {
	mailguard_span bytes;
	size_t at;
	uint32_t left;    /* records not yet read */
	uint32_t answers; /* as the header says */
	int32_t rcode;
	bool authentic; /* AD: the resolver vouches for it */
	bool authoritative;
	bool truncated;
} mgi_dns_message;

/* One record; its strings lie in the buffer it was read into. */
typedef struct mgi_dns_record {
	const char *name; /* without the last dot, "." for the root */
	const char *data; /* as in a zone file, names with the last dot */
	uint16_t type;
	uint16_t priority; /* MX, SRV; else 0 */
	uint32_t ttl;
} mgi_dns_record;

/* False if it is no answer at all. Borrows the bytes. */
bool mgi_dns_message_open(mgi_dns_message *out, mailguard_span bytes);
/* Why it failed, in the numbers of RFC 8914; -1 if it does not say. */
int32_t mgi_dns_message_why(const mgi_dns_message *m);
/*
 * The next record of the answer; `text` is emptied first.
 *
 * ITEROVER past the last, EFORMAT where the message is torn (what came before
 * is good), ENOMEM.
 */
mailguard_status mgi_dns_message_next(mgi_dns_record *out,
                                      mgi_dns_message *m,
                                      mailguard_buffer *text);

#endif
