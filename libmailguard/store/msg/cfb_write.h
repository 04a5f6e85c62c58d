#ifndef MGI_CFB_WRITE_H
#define MGI_CFB_WRITE_H
/*
 * cfb_write.h - a new compound file ([MS-CFB], version 3) in memory: of an
 * object that was a storage in another one.
 */
#include "base/buf.h"

typedef struct mgi_cfb_out mgi_cfb_out;

mailguard_status mgi_cfb_out_new(mgi_cfb_out **out,
                                 mailguard *mg,
                                 mailguard_error *err);
/* NULL is fine. */
void mgi_cfb_out_free(mgi_cfb_out *c);
/*
 * Add a storage (`bytes` NULL) or a stream to a storage, 0 being the root; its
 * number. Bytes and name must live until it is written. A failure is told by
 * mgi_cfb_out_write().
 */
uint32_t mgi_cfb_out_add(mgi_cfb_out *c,
                         uint32_t storage,
                         const char *name,
                         const mailguard_span *bytes);
/* Append the file. */
mailguard_status mgi_cfb_out_write(mailguard_buffer *out,
                                   mgi_cfb_out *c,
                                   mailguard_error *err);

#endif
