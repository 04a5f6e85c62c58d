#ifndef MGI_BULK_H
#define MGI_BULK_H
/*
 * bulk.h - what is done to every byte of large files, 32 at once where the
 * processor has AVX2; bulk.c says the same byte by byte, and is what is meant.
 */
#include "base/mem.h"

/* Every byte by a table of 256, in place. */
void mgi_translate(unsigned char *at, size_t n, const unsigned char *by);

/*
 * `groups` of three bytes as four digits of Base64 each. Reads nothing behind
 * the last of them.
 */
void mgi_base64_groups(char *to, const unsigned char *from, size_t groups);

/*
 * The same where MGI_BASE64_OVER more bytes can be read, and as many be written
 * behind the digits; what is written there means nothing.
 */
#define MGI_BASE64_OVER 28
void mgi_base64_groups_over(char *to, const unsigned char *from, size_t groups);

/* The same, byte by byte: what the above is tested against. */
void mgi_translate_plain(unsigned char *at, size_t n, const unsigned char *by);
void mgi_base64_groups_plain(char *to,
                             const unsigned char *from,
                             size_t groups);

#endif
