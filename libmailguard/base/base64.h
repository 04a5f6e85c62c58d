#ifndef MGI_BASE64_H
#define MGI_BASE64_H
/*
 * base64.h - Base64 (RFC 4648, 4): no line ends, strict when read.
 */
#include "base/buf.h"

/* Append `s` encoded. Room is made first, so no half of a secret is left
 * behind in memory that was given back. */
void mgi_base64_put(mailguard_buffer *out, mailguard_span s);
#define MGI_BASE64_LINE 57 /* bytes of a line of 76 characters */

/* The same in such lines, each closed by `line_end` (RFC 2045, 6.8). */
void mgi_base64_lines(mailguard_buffer *out,
                      mailguard_span s,
                      const char *line_end);
/* Append what `s` encodes; false, and nothing appended, if it is no Base64. */
bool mgi_base64_get(mailguard_buffer *out, mailguard_span s);

#endif
