#ifndef MGI_TRANSFER_CODINGS_H
#define MGI_TRANSFER_CODINGS_H
/*
 * transfer_codings.h - one pair a coding; for transfer*.c alone.
 */
#include "mime/transfer.h"

void mgi_transfer_base64_feed(mailguard_buffer *out,
                              mgi_transfer *t,
                              mailguard_span in);
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
