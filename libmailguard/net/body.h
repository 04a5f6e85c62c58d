#ifndef MGI_BODY_H
#define MGI_BODY_H
/*
 * body.h - a mail on its way into DATA: line ends made CRLF, dots doubled
 * (RFC 5321, 4.5.2), the last line end withheld.
 */
#include "base/buf.h"

#define MGI_BODY_LINE_MAX 998 /* RFC 5322, 2.1.1; without the line end */
/* What ends a mail; all else is out before. */
#define MGI_BODY_END "\r\n.\r\n"

typedef struct mgi_body {
	mailguard_stream *stream;
	mailguard_span piece; /* what is left of it */
	uint64_t size;        /* with CRLF, without doubled dots */
	bool lf;              /* lines end in LF alone */
	bool eight_bit;
	bool cr, held, inside, any; /* where in a line we are */
} mgi_body;

/*
 * Read it once and see whether it can be sent; then it is ready to be pulled.
 * EINVAL: a bare CR or LF among other line ends, a zero byte, a line too
 * long.
 */
mailguard_status mgi_body_open(mgi_body *b,
                               mailguard *mg,
                               mailguard_source *source,
                               mailguard_error *err);
/* Append the next piece. ITEROVER: nothing is left but the end. */
mailguard_status mgi_body_pull(mgi_body *b,
                               mailguard_buffer *out,
                               mailguard_error *err);
/* What is still to be said: MGI_BODY_END, or less for an empty mail. */
const char *mgi_body_end(const mgi_body *b);
void mgi_body_done(mgi_body *b);

#endif
