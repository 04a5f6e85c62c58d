#ifndef MGI_DIGEST_H
#define MGI_DIGEST_H
/*
 * digest.h - both digests of a message as its bytes pass.
 */
#include "base/hash.h"

#include <mailguard/mime.h>

typedef struct mgi_digest mgi_digest;

typedef struct mgi_digests {
	unsigned char sha256[MGI_SHA256_BYTES]; /* of the delivered bytes */
	unsigned char mg1[MGI_SHA256_BYTES];    /* of what they say */
} mgi_digests;

/* Free with mgi_digest_free(). */
mailguard_status mgi_digest_new(mgi_digest **out,
                                mailguard *mg,
                                mailguard_error *err);
/* A failure is remembered and told by mgi_digest_done(). */
void mgi_digest_add(mgi_digest *d, mailguard_span bytes);
/* Of all that was added, and begin anew. Zeros on failure. */
mailguard_status mgi_digest_done(mgi_digests *out,
                                 mgi_digest *d,
                                 mailguard_error *err);
/* NULL is fine. */
void mgi_digest_free(mgi_digest *d);

#endif
