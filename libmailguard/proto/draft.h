#ifndef MGI_DRAFT_H
#define MGI_DRAFT_H
/*
 * draft.h - an endpoint while it is read from a URL.
 */
#include "proto/url.h"

typedef struct mgi_draft {
	mailguard *mg;
	mgi_arena *arena; /* of every string in `e` */
	mailguard_endpoint *e;
	mgi_url url;
	bool tls_given, address_given;
	mailguard_error *err;
} mgi_draft;

/* Percent-decode; what decodes to a control character has no good use. */
mailguard_status mgi_draft_decode(const char **out,
                                  mgi_draft *d,
                                  mailguard_span raw,
                                  mgi_say_id part);
/* Path, query and fragment. */
mailguard_status mgi_draft_rest(mgi_draft *d);

#endif
