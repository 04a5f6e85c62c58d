#ifndef MGI_MBOX_HINTS_H
#define MGI_MBOX_HINTS_H
/*
 * mbox_hints.h - what the header of a message in an mbox says about its place
 * in it: flags, and where it is said to end. Hints: any program may have
 * changed the file without them.
 */
#include "base/text.h"

typedef struct mgi_mbox_hints {
	uint32_t flags;  /* MAILGUARD_FLAG_... */
	bool has_length; /* Content-Length, of the body */
	bool ends;       /* the blank line was seen */
	uint64_t length;
	size_t body; /* where it begins in the span, if it was seen */
} mgi_mbox_hints;

/* Of the first bytes of a message. Pure. */
mgi_mbox_hints mgi_mbox_hints_of(mailguard_span head);

#endif
