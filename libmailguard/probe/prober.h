#ifndef MGI_PROBER_H
#define MGI_PROBER_H
/*
 * prober.h - what a protocol must know to be probed. One static table each.
 *
 * Ask and read are pure; only net runs. A recorded transcript replays read.
 */
#include <mailguard/probe.h>

#include "base/mem.h"

typedef struct mgi_prober {
	const char *name;
	mailguard_protocol protocol;
	/* Ask: what to say for this target. `until` 0 is as far as tells most;
	   `out->secret` is set if there is one. What is made lies in `a`. */
	mailguard_status (*ask)(mailguard_ask *out,
	                        const mailguard_endpoint *target,
	                        mailguard_phase until,
	                        mgi_arena *a,
	                        mailguard_error *err);
	/* Read: the evidence in what came back; also of a cut-off talk. */
	mailguard_status (*read)(mailguard_answer *out,
	                         const mailguard_transcript *heard,
	                         mailguard_classifier *c,
	                         mailguard_error *err);
} mgi_prober;

extern const mgi_prober mgi_probe_smtp;
extern const mgi_prober mgi_probe_submission;
extern const mgi_prober mgi_probe_imap;
extern const mgi_prober mgi_probe_pop3;
extern const mgi_prober mgi_probe_web;
extern const mgi_prober mgi_probe_dns;

/* NULL if that protocol cannot be probed. */
const mgi_prober *mgi_prober_of(mailguard_protocol protocol);

#endif
