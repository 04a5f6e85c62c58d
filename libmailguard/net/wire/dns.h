#ifndef MGI_DNS_H
#define MGI_DNS_H
/*
 * dns.h - one question at a time to the resolvers, in turn until one knows.
 *
 * The next resolver is asked when one refuses or fails, or has said nothing
 * for a while; what all of them said is told. NXDOMAIN is an answer.
 */
#include "net/wire/dns_message.h"
#include "net/wire/runner.h"

/* What came of a question. */
typedef struct mgi_dns_result {
	const mgi_dns_message *message; /* NULL unless NOERROR or NXDOMAIN */
	mailguard_span heard; /* a line for each resolver that was asked:
	                         "A NOERROR ad 2 from 127.0.0.1:53" */
	uint64_t bytes;       /* of all answers */
	int32_t rcode;        /* -1: nobody answered */
	int32_t sys;          /* a socket failed and nobody answered */
	bool timed_out;       /* nobody answered, and time is up */
} mgi_dns_result;

typedef struct mgi_asking mgi_asking;

/* All of it is borrowed. */
typedef void (*mgi_dns_told)(void *owner, const mgi_dns_result *result);

/* `told` is called once, in a later step of the loop. */
mailguard_status mgi_asking_new(mgi_asking **out,
                                mgi_dns *dns,
                                const mgi_dns_question *question,
                                mgi_dns_told told,
                                void *owner,
                                mailguard_error *err);
/* Before, after or inside `told`, which is not called any more. NULL is fine.
 */
void mgi_asking_free(mgi_asking *a);

/* A record into the transcript. */
void mgi_dns_record_tell(mgi_script *script, const mgi_dns_record *r);

/* This machine's own hosts file; empty with resolvers of our own. */
mailguard_span mgi_dns_hosts(const mgi_dns *dns);

#endif
