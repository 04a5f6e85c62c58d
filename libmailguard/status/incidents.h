#ifndef MGI_INCIDENTS_H
#define MGI_INCIDENTS_H
/*
 * incidents.h - what read.c makes and match.c and render.c look at.
 */
#include "status/page.h"

struct mailguard_incidents {
	mgi_arena *arena;
	mailguard_incident_page page;
	const mailguard_incident **at;
	size_t count;
	mgi_findings *findings;
};

/* A page and what is known of it. */
typedef struct mgi_input {
	mailguard_span bytes;
	const mailguard_incidents_options *opts; /* whole, or NULL */
	const char *lost; /* why there is no page; NULL: there is one */
} mgi_input;

mailguard_status mgi_incidents_make(mailguard_incidents **out,
                                    mailguard *mg,
                                    const mgi_input *in,
                                    mailguard_error *err);

#endif
