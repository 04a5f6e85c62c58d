#ifndef MGI_FOLD_H
#define MGI_FOLD_H
/*
 * fold.h - a pasted text as the tables want it, with the way back.
 *
 * Folded: ASCII in small letters, full-width ASCII as ASCII, runs of white
 * space as one space, quotes as ' and ", an address as "@", and the code at
 * the head of a further line of one SMTP reply dropped. It is never longer
 * than the text, and every folded byte knows where it came from.
 */
#include "base/mem.h"
#include "base/text.h"

typedef struct mgi_folded {
	unsigned char *text; /* len bytes and a NUL */
	uint32_t *from;      /* len + 1 offsets into the original */
	size_t len, cap;
} mgi_folded;

/* False if there is no memory. `f` keeps its memory for the next text. */
bool mgi_fold(mgi_folded *f, mailguard *mg, mailguard_span text);
/* The same, but addresses stand as they are. */
bool mgi_fold_plain(mgi_folded *f, mailguard *mg, mailguard_span text);
void mgi_folded_done(mgi_folded *f, mailguard *mg);
/* Does an ASCII letter, digit or "_" stand at `i`? False past the ends. */
bool mgi_folded_word(const mgi_folded *f, size_t i);

#endif
