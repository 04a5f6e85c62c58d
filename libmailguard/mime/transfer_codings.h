#ifndef MGI_TRANSFER_CODINGS_H
#define MGI_TRANSFER_CODINGS_H
/*
 * transfer_codings.h - one pair a coding; for transfer*.c alone.
 */
#include "mime/transfer.h"

void mgi_transfer_base64_feed(mailguard_buffer *out,
                              mgi_transfer *t,
                              mailguard_span in);
/*
 * As many groups and line ends as there are before anything odd, but for the
 * last few; how much was eaten. As much as that is written behind `*to`, too.
 */
#define MGI_BASE64_WIDE 32
size_t mgi_transfer_base64_wide(char **to, const unsigned char *p, size_t len);
void mgi_transfer_base64_end(mailguard_buffer *out, mgi_transfer *t);
void mgi_transfer_qp_feed(mailguard_buffer *out,
                          mgi_transfer *t,
                          mailguard_span in);
void mgi_transfer_qp_end(mailguard_buffer *out, mgi_transfer *t);
void mgi_transfer_uu_feed(mailguard_buffer *out,
                          mgi_transfer *t,
                          mailguard_span in);
void mgi_transfer_uu_end(mailguard_buffer *out, mgi_transfer *t);

#endif
