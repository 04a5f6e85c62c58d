#ifndef MGI_HASH_H
#define MGI_HASH_H
/*
 * hash.h - SHA-256 (FIPS 180-4), hexadecimal, and comparing in constant time.
 */
#include "base/mem.h"

#define MGI_SHA256_BYTES 32
#define MGI_SHA256_HEX (2 * MGI_SHA256_BYTES + 1) /* with the closing NUL */

typedef struct mgi_hash mgi_hash;

/*
 * A hash of nothing yet; free with mgi_hash_free(). ENOMEM, or EUNSUPPORTED if
 * the cryptographic library has no SHA-256.
 */
mailguard_status mgi_hash_new(mgi_hash **out,
                              mailguard *mg,
                              mailguard_error *err);
/* A failure is remembered and told by mgi_hash_done(). */
void mgi_hash_add(mgi_hash *h, mailguard_span bytes);
/* The hash of all that was added, and begin anew. Zeros on failure. */
mailguard_status mgi_hash_done(unsigned char out[MGI_SHA256_BYTES],
                               mgi_hash *h,
                               mailguard_error *err);
/* NULL is fine. */
void mgi_hash_free(mgi_hash *h);

/* All at once. */
mailguard_status mgi_sha256(unsigned char out[MGI_SHA256_BYTES],
                            mailguard *mg,
                            mailguard_span bytes,
                            mailguard_error *err);

/* Lower case, closed by a NUL: 2 * bytes.len + 1 characters. */
void mgi_hex(char *out, mailguard_span bytes);
/* `n` bytes from exactly 2 * n digits of either case; else false. */
bool mgi_unhex(void *out, size_t n, mailguard_span digits);

/* The time it takes does not tell where the two differ. */
bool mgi_same(const void *a, const void *b, size_t n);

#endif
