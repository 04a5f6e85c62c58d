#ifndef MGI_SEAL_H
#define MGI_SEAL_H
/*
 * seal.h - bytes that only who knows the passphrase can read, and nobody can
 * change unseen.
 *
 * A header, then pieces of 64 KiB, each with its own tag:
 *
 *	 0  8  "mgseal" CR LF
 *	 8  1  version, 1
 *	 9  3  scrypt (RFC 7914): log2 N, r, p
 *	12 16  salt
 *	28  7  head of every nonce
 *	35  1  zero
 *	36     pieces: AES-256-GCM of up to 64 KiB, and its tag of 16 bytes
 *
 * A piece's nonce is that head, its number (32 bits, big endian) and 1 for the
 * last piece, else 0, so none can be moved, left out or cut off (the STREAM
 * construction); the whole header is authenticated with each of them.
 */
#include "base/buf.h"

#define MGI_SEAL_HEADER 36
#define MGI_SEAL_PIECE ((size_t)64 << 10)
#define MGI_SEAL_TAG 16
/* What opening may cost: of memory, and of work as N * r * p. */
#define MGI_SEAL_MEMORY_MAX ((uint64_t)256 << 20)
#define MGI_SEAL_WORK_MAX ((uint64_t)1 << 24)

/* What making the key costs: memory 128 * N * r, work N * r * p. */
typedef struct mgi_seal_cost {
	unsigned char log_n, r, p;
} mgi_seal_cost;

/*
 * Append `plain`, sealed. On failure nothing is appended. Takes 32 MiB and
 * about 0.2 s for the passphrase alone. EINVAL if that is empty.
 */
mailguard_status mgi_seal(mailguard_buffer *out,
                          mailguard_span plain,
                          mailguard_span passphrase,
                          mailguard_error *err);
/* The same at another cost; a lower one is easier to guess, so for tests. */
mailguard_status mgi_seal_at(mailguard_buffer *out,
                             mailguard_span plain,
                             mailguard_span passphrase,
                             mgi_seal_cost cost,
                             mailguard_error *err);
/*
 * Append what `sealed` holds; on failure nothing, and what was there for a
 * moment is wiped. EFORMAT: not sealed by mgi_seal(), or not opened (nobody
 * can tell a wrong passphrase from damage); EUNSUPPORTED: a newer version;
 * ELIMIT: the header asks for more than the limits above.
 */
mailguard_status mgi_unseal(mailguard_buffer *out,
                            mailguard_span sealed,
                            mailguard_span passphrase,
                            mailguard_error *err);

#endif
