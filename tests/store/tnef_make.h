#ifndef TNEF_MAKE_H
#define TNEF_MAKE_H
/*
 * tnef_make.h - winmail.dat for tests, from the format's own description.
 */
#include "base/buf.h"

enum {
	TNEF_ALL,  /* HTML, recipients, files, a message, a property by name */
	TNEF_FILES /* two files, one by attributes alone, in ASCII */
};

/* Give back with mgi_buf_done(). The same arguments, the same bytes. */
void tnef_make(mailguard_buffer *out, mailguard *mg, int what);
/* Ends of attributes, and the end of the head: a cut there shows nothing. */
size_t tnef_attributes(const mailguard_buffer *t);
/* Is that byte one that a checksum covers, a checksum, or a signature? */
bool tnef_covered(const mailguard_buffer *t, size_t at);

#endif
