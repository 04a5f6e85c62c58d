#ifndef MGI_CHECKUP_SILENCE_H
#define MGI_CHECKUP_SILENCE_H
/*
 * silence.h - when mail arrived, gathered while other things are looked at,
 * and the steps that judge it.
 */
#include "checkup/checkup.h"
#include "checkup/gaps.h"

#include <mailguard/store.h>

typedef struct mgi_arrivals {
	mailguard_time *at; /* in order */
	size_t count;
} mgi_arrivals;

typedef struct mgi_inbox {
	bool looked;           /* somebody was let in and told of it */
	int64_t messages;      /* -1: not known */
	mailguard_time newest; /* 0: not known, or there is none */
} mgi_inbox;

struct mgi_waits {
	mgi_arrivals *stores; /* by their number in the profile */
	mgi_inbox *inboxes;   /* by that of the account */
};

/* Keep the times of a store that was read to its end. */
mailguard_status mgi_checkup_arrivals(mailguard_checkup *c,
                                      const mailguard_storage *s,
                                      const mailguard_check *check,
                                      mailguard_error *err);
/* Keep what an answer tells of an account's inbox. */
mailguard_status mgi_checkup_inbox(mailguard_checkup *c,
                                   const mailguard_account *a,
                                   const mailguard_answer *answer,
                                   mailguard_error *err);
/* One account a step; those with too little mail to tell are passed over. */
mailguard_status mgi_checkup_silence(mailguard_checkup *c,
                                     mailguard_error *err);

/* What is seen where, from times and an inbox. Pure. */
typedef struct mgi_silent {
	mgi_gap here, there; /* of the store, and with the newest mail of the
	                        server, if that is newer */
	bool looked;         /* the server was looked at */
	bool newer;          /* it holds newer mail than the store */
} mgi_silent;
void mgi_silent_judge(mgi_silent *out,
                      const mgi_arrivals *store, /* with room for one more */
                      const mgi_inbox *inbox,
                      mailguard_time now,
                      int32_t offset);

#endif
