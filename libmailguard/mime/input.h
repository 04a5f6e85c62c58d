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
} mgi_input;

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
