#ifndef MGI_DOWNLOADS_H
#define MGI_DOWNLOADS_H
/*
 * downloads.h - what mail programs remember of the mail they fetched by POP3:
 * for those who find such lists, and for those who read them.
 */
#include "store/driver.h"

/* Items of a list past this are not kept. */
#define MGI_DOWNLOADS_MAX ((size_t)1 << 20)
/* A file of such lists past this is not read. */
#define MGI_POPSTATE_MAX ((size_t)64 << 20)

struct mailguard_downloads {
	mgi_arena *arena;
	mailguard_download *at;
	size_t count, room;
	uint64_t torn;    /* pieces that could not be read */
	const char *file; /* under way */
};

/* Empty. Yours. */
mailguard_status mgi_downloads_new(mailguard_downloads **out,
                                   mailguard *mg,
                                   mailguard_error *err);
/* Failures of memory are the arena's. */
void mgi_downloads_add(mailguard_downloads *d,
                       const mailguard_download *what,
                       mailguard_span uid);

/* -- downloads_read.c: pure, whatever the bytes are -------------------------
 */

/* Outlook's list of one account; "": it is not told. */
void mgi_downloads_outlook(mailguard_downloads *d,
                           const char *account,
                           mailguard_span bytes);
/* Thunderbird's popstate.dat. */
void mgi_downloads_popstate(mailguard_downloads *d, mailguard_span text);

#endif
