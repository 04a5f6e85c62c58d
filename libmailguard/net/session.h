#ifndef MGI_SESSION_H
#define MGI_SESSION_H
/*
 * session.h - the words of a recorded session, for who writes and who reads
 * one. The format itself is told in docs/rooms/net.md.
 */
#include "net/transcript_own.h"

#define MGI_SESSION_MAGIC "mailguard session 1"
#define MGI_SESSION_BYTES_MAX ((size_t)64 << 20)
#define MGI_SESSION_PIECE 1000 /* bytes of a conversation in one line */

/* Append `s` so that it stands in one line: CR, LF, tab, "\" and all but
 * printable ASCII escaped; with `space` that too. Nothing at all is "\z". */
void mgi_session_escape(mailguard_buffer *out, mailguard_span s, bool space);
/* Append what was escaped; false if it was not. */
bool mgi_session_unescape(mailguard_buffer *out, mailguard_span s);
/* What was said if nothing else is told: the text and a line end. */
uint64_t mgi_session_said_bytes(mailguard_span said);

#endif
