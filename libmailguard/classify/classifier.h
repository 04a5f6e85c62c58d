#ifndef MGI_CLASSIFIER_H
#define MGI_CLASSIFIER_H
/*
 * classifier.h - the tables with the room one text needs on its way.
 */
#include "classify/sign.h"

#include <stdatomic.h>

#define MGI_RULE_MAX 192

struct mailguard_classifier {
	mailguard *mg;
	mgi_arena *arena;    /* itself and the user's tables */
	const mgi_set *sets; /* the newest of the user's first */
	mgi_set built_in;
	atomic_flag busy;
	mgi_folded folded;
	mgi_gap *gaps; /* for the largest set */
	uint32_t gap_count;
	uint32_t round; /* of the gaps: one a text and a set, never 0 */
	mgi_reading reading;
	mailguard_cause cause;
	char rule[MGI_RULE_MAX];
};

/* EBUSY while another call is in `c`; else enter, to be left again. */
mailguard_status mgi_classifier_enter(mailguard_classifier *c,
                                      mailguard_error *err);
void mgi_classifier_leave(mailguard_classifier *c);
/* Read and judge into c->reading and c->cause; the caller has entered. */
mailguard_status mgi_classifier_read(mailguard_classifier *c,
                                     mailguard_phase phase,
                                     mailguard_span text,
                                     mailguard_error *err);
/* Rows of the user's own as one set in `a`; EFORMAT says where they err. */
mailguard_status mgi_set_parse(mgi_set *out,
                               mgi_arena *a,
                               mailguard_span tsv,
                               mailguard_error *err);

#endif
