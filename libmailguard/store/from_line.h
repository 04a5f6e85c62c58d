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

/* Pure, as all of these. */
bool mgi_from_line_parts(const mgi_from_line *f);
/* "Fro", "Grom ": at most two of the five bytes differ, but not none. */
bool mgi_from_line_is_like(mailguard_span line);
/* A line like one that parted before some of its bytes were overwritten. */
bool mgi_from_line_was(const mgi_from_line *f);
/* Does the line begin a header field, of any name; of one that mails have? */
bool mgi_line_is_field(mailguard_span line);
bool mgi_line_is_mail_field(mailguard_span line);

#endif
