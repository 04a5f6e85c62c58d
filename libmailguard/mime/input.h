#ifndef MGI_INPUT_H
#define MGI_INPUT_H
/*
 * input.h - bytes that come in pieces, read as lines or as runs.
 *
 * A line that a piece cuts is put together in `carry`; everything else is
 * looked at where it lies. What was read can be put back.
 */
#include "base/buf.h"

#include <stdbool.h>

typedef struct mgi_input {
	mailguard_buffer carry;
	size_t at;            /* carry: eaten */
	size_t looked;        /* carry: no line end before it */
	mailguard_span piece; /* not eaten */
	uint64_t offset;      /* of what comes next */
	bool last;            /* no more pieces */
	bool cr;              /* lines end in CR; they are read as LF, */
	mailguard_buffer own; /* in this copy of the piece's head; */
	mailguard_span more;  /* its rest */
} mgi_input;

/* Its buffers are its owner's to begin, empty and free. */
void mgi_input_again(mgi_input *in);
/* The next piece; none: there is no more. Call only when all was eaten. */
mailguard_status mgi_input_feed(mgi_input *in, mailguard_span piece);
/* Of the same piece; ITEROVER if there is nothing left of it. */
mailguard_status mgi_input_more(mgi_input *in);
/* From here on every CR is read as LF. */
mailguard_status mgi_input_use_cr(mgi_input *in);
/* Append `s` with LF for every CR. */
void mgi_input_turn(mailguard_buffer *out, mailguard_span s);

/* What can be looked at now; empty: more must come, unless `last`. */
mailguard_span mgi_input_rest(mgi_input *in);
void mgi_input_take(mgi_input *in, size_t n);
/*
 * The next line with its LF, cut at `max`; not eaten. AGAIN: more must come,
 * ITEROVER: nothing is left, ENOMEM.
 */
mailguard_status mgi_input_line(mailguard_span *out, mgi_input *in, size_t max);
/* `bytes` were eaten last of all, and come again. */
mailguard_status mgi_input_back(mgi_input *in, mailguard_span bytes);

#endif
