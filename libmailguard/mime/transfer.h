#ifndef MGI_TRANSFER_H
#define MGI_TRANSFER_H
/*
 * transfer.h - Content-Transfer-Encoding (RFC 2045, 6) in pieces: where they
 * are cut does not matter. Nothing is refused; what is broken is counted.
 */
#include "base/buf.h"
#include "mime/harm.h"

#define MGI_TRANSFER_HELD 128

typedef struct mgi_transfer {
	mailguard_encoding encoding;
	uint32_t bits; /* base64: of a group not whole yet */
	uint32_t n;    /* ... how many characters of it */
	uint32_t state;
	size_t held_len; /* white space that may end a line; a line of uu */
	char held[MGI_TRANSFER_HELD];
	uint64_t at;   /* bytes eaten */
	mgi_harm harm; /* offsets in what was fed */
} mgi_transfer;

mailguard_encoding mgi_transfer_find(mailguard_span name);
void mgi_transfer_begin(mgi_transfer *t, mailguard_encoding encoding);
/* Append what `in` gives; ask the buffer how it fared. */
void mgi_transfer_feed(mailguard_buffer *out,
                       mgi_transfer *t,
                       mailguard_span in);
/* Nothing more comes. */
void mgi_transfer_end(mailguard_buffer *out, mgi_transfer *t);

/* How many bytes a line of uuencode without its end gives; -1: it is none. */
int mgi_uu_bytes(mailguard_span line);

/* Lines (LF ends in `text`) as quoted-printable of at most 76 characters. */
void mgi_qp_put(mailguard_buffer *out, mailguard_span text);

#endif
