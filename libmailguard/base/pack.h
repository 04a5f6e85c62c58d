#ifndef MGI_PACK_H
#define MGI_PACK_H
/*
 * pack.h - deflated bytes (RFC 1950, 1951) and CRC-32, by libdeflate, which
 * nobody else sees.
 */
#include "base/mem.h"

/*
 * CRC-32 as [MS-PST] 5.3 has it: reflected 0xEDB88320, begun with 0 and not
 * inverted at the end. Go on with what it returned.
 */
uint32_t mgi_crc32(uint32_t crc, mailguard_span bytes);

/* Makes and reads zlib streams, many of them; in one thread. */
typedef struct mgi_pack mgi_pack;

/* ENOMEM only. Free with mgi_pack_free(). */
mailguard_status mgi_pack_new(mgi_pack **out,
                              mailguard *mg,
                              mailguard_error *err);
/*
 * `to` is filled with what `in` holds if that is exactly `n` bytes; else
 * EFORMAT, without a text: whoever calls knows what it was.
 */
mailguard_status mgi_unpack(void *to, size_t n, mgi_pack *p, mailguard_span in);
/*
 * The same of bare deflate (RFC 1951), which ends by itself: `*got` of `n`
 * bytes came. ELIMIT if there are more.
 */
mailguard_status mgi_inflate(void *to,
                             size_t n,
                             size_t *got,
                             mgi_pack *p,
                             mailguard_span in);
/* How many of `room` bytes were needed; 0 if they are too few. */
size_t mgi_pack_into(void *to, size_t room, mgi_pack *p, mailguard_span in);
/* NULL is fine. */
void mgi_pack_free(mgi_pack *p);

#endif
