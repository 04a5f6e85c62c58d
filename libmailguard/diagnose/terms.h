#ifndef MGI_TERMS_H
#define MGI_TERMS_H
/*
 * terms.h - what one observation says of each component, as numbers.
 */
#include "diagnose/world.h"

typedef struct mgi_term {
	int32_t part; /* number of the component */
	int32_t ok;   /* centi-nats against it, 0 or less: it passed there */
	int32_t fail; /* milli-nats of -ln(1 - chance that it fails so); 0: it
	                 cannot have */
} mgi_term;

typedef struct mgi_terms {
	mgi_term *at; /* sorted by part */
	size_t count;
	bool failed;  /* it is a failure that wants an explanation */
	bool soft;    /* if so, one that may as well have none */
	bool counts;  /* it says anything at all */
	int32_t leak; /* milli-nats: it may fail without a cause of ours */
} mgi_terms;

/* Of `e`, in the arena of `w`; a failed allocation is remembered there. */
mgi_terms mgi_terms_of(const mgi_world *w, const mailguard_evidence *e);
/* For every observation of the world, mixed results taken at half. */
mgi_terms *mgi_terms_all(const mgi_world *w);
/* Is it the same test, made again? */
bool mgi_same_test(const mailguard_evidence *a, const mailguard_evidence *b);
/* The stage a probe got to, 0 to 5; -1 if it does not say. */
int32_t mgi_stage_index(mailguard_phase phase);

#endif
