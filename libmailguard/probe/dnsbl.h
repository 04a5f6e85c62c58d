#ifndef MGI_DNSBL_H
#define MGI_DNSBL_H
/*
 * dnsbl.h - what an answer of a list of addresses means (RFC 5782), by the
 * table of known lists. Nothing is asked here.
 */
#include "base/handle.h"
#include "probe/ip.h"
#include "probe/zone.h"

typedef enum mgi_dnsbl_kind {
	MGI_DNSBL_CLEAR = 0, /* not listed */
	MGI_DNSBL_BLOCK,
	MGI_DNSBL_POLICY,    /* it should not send mail itself */
	MGI_DNSBL_ALLOW,     /* a list of good ones */
	MGI_DNSBL_LISTED,    /* by a code the table does not know */
	MGI_DNSBL_REFUSED,   /* the list will not answer this resolver */
	MGI_DNSBL_REWRITTEN, /* somebody on the way answered instead */
	MGI_DNSBL_SILENT     /* no answer */
} mgi_dnsbl_kind;

typedef struct mgi_dnsbl_row {
	const char *zone, *code, *en, *ja;
	mgi_dnsbl_kind kind;
} mgi_dnsbl_row;

extern const mgi_dnsbl_row mgi_dnsbl_rows[];
extern const size_t mgi_dnsbl_row_count;

/* What one code says; `row` may be NULL if the table does not have it. */
mgi_dnsbl_kind mgi_dnsbl_code(const mgi_dnsbl_row **row,
                              const char *zone,
                              const mgi_ip *code);
/* What all codes of an answer say: the worst. */
mgi_dnsbl_kind mgi_dnsbl_read(const mgi_dnsbl_row **row,
                              const char *zone,
                              const mgi_fact *answer);
/* "clear" "listed" "policy" "allowed" "refused" "rewritten" "no-answer" */
const char *mgi_dnsbl_name(mgi_dnsbl_kind k);
/* "2.0.0.127.zone"; "" if it is too long. */
void mgi_dnsbl_question(char out[MGI_NAME_MAX],
                        const mgi_ip *ip,
                        const char *zone);

#endif
