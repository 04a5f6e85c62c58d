#ifndef MGI_BOUNCE_ASK_H
#define MGI_BOUNCE_ASK_H
/*
 * bounce_ask.h - opinions about what was said to one recipient.
 */
#include "classify/bounce.h"

/* What one text came to. */
typedef struct mgi_opinion {
	mailguard_cause cause;
	char rule[MGI_RULE_MAX];
	uint64_t offset, length;
	int32_t reply, fine; /* the first of 4xx and 5xx; of 2xx */
	char status[24];
	bool vague; /* the status */
	mailguard_phase phase;
} mgi_opinion;

/* Gather what is to be told: the field of `who`, the lines about recipient
   `who`, or what is left when nothing was clear. */
void mgi_bounce_gather_field(mgi_bounce_work *w, const mgi_who *who);
void mgi_bounce_gather_text(mgi_bounce_work *w, int32_t who);
void mgi_bounce_gather_rest(mgi_bounce_work *w);
/* What the classifier says of it. */
mailguard_status mgi_bounce_ask(mgi_opinion *o,
                                mgi_bounce_work *w,
                                mailguard_phase phase,
                                mailguard_error *err);
/* Field, text and Status; who is not asked any more has no confidence. */
mailguard_status mgi_bounce_ask_all(mgi_opinion *field,
                                    mgi_opinion *text,
                                    mgi_opinion *status,
                                    mgi_bounce_work *w,
                                    int32_t who,
                                    mailguard_error *err);

#endif
