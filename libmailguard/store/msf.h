#ifndef MGI_MSF_H
#define MGI_MSF_H
/*
 * msf.h - the summary Thunderbird keeps beside an mbox. A hint, no more: it is
 * made anew from the mbox, which alone holds the mail.
 */
#include "base/mem.h"

typedef struct mgi_msf {
	bool has_size, has_count;
	uint64_t size;  /* of the mbox when the summary was written */
	uint64_t count; /* of its messages, without deleted ones */
} mgi_msf;

/* Pure: the bytes of a .msf file, which is Mork. */
mgi_msf mgi_msf_of(mailguard_span text);

#endif
