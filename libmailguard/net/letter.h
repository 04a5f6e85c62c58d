#ifndef MGI_LETTER_H
#define MGI_LETTER_H
/*
 * letter.h - a mail on its way into DATA: line ends made CRLF, dots doubled
 * (RFC 5321, 4.5.2), the last line end withheld.
 */
#include "base/buf.h"

#define MGI_LETTER_LINE_MAX 998 /* RFC 5322, 2.1.1; without the line end */
/* What ends a mail; all else is out before. */
#define MGI_LETTER_END "\r\n.\r\n"

typedef struct mgi_letter {
	mailguard_stream *stream;
	mailguard_span piece; /* what is left of it */
	uint64_t size;        /* with CRLF, without doubled dots */
	bool lf;              /* lines end in LF alone */
	bool eight_bit;
	bool cr, held, inside, any; /* where in a line we are */
} mgi_letter;

/*
 * Read it once and see whether it can be sent; then it is ready to be pulled.
 * EINVAL: a bare CR or LF among other line ends, a zero byte, a line too
 * long.
 */
mailguard_status mgi_letter_open(mgi_letter *b,
                                 mailguard *mg,
                                 mailguard_source *source,
                                 mailguard_error *err);
/* Append the next piece. ITEROVER: nothing is left but the end. */
mailguard_status mgi_letter_pull(mgi_letter *b,
                                 mailguard_buffer *out,
                                 mailguard_error *err);
/* What is still to be said: MGI_LETTER_END, or less for an empty mail. */
const char *mgi_letter_end(const mgi_letter *b);
void mgi_letter_done(mgi_letter *b);

#endif
