#ifndef MGI_LABEL_H
#define MGI_LABEL_H
/*
 * label.h - which charset text is read by: what it says, unless its bytes
 * show that it cannot be right.
 */
#include <mailguard/mime.h>

#include "base/charset.h"

typedef struct mgi_choice {
	const mgi_charset *cs;      /* never NULL */
	mailguard_damage_kind kind; /* 0: as it says */
	uint64_t bad;               /* bytes that mean nothing in it, */
	uint64_t bad_at;            /* the first of them: of UTF-8 only */
} mgi_choice;

/* Is it proven by an escape, whatever else stands in the text? */
bool mgi_label_escapes(mailguard_span label);
/* Feed more of such a text, until it is. */
void mgi_label_feed(mgi_sniff *s, mailguard_span bytes);
mgi_choice mgi_label_choose(mailguard_span label, const mgi_sniff *s);

#endif
