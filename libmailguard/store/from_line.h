#ifndef MGI_FROM_LINE_H
#define MGI_FROM_LINE_H
/*
 * from_line.h - does a line that begins with "From " part two messages?
 *
 * No standard says what such a line looks like, and text begins lines with
 * "From " as well; so it is scored by all that is known of it, not matched.
 */
#include "base/text.h"

typedef struct mgi_from_line {
	mailguard_span line; /* without its end */
	mailguard_span next; /* the line behind it, as far as it was read */
	bool first;          /* at the beginning of the file */
	bool after_blank;
	bool at_end; /* nothing stands behind it */
} mgi_from_line;

/* Pure. */
bool mgi_from_line_parts(const mgi_from_line *f);

#endif
