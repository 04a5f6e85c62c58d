#ifndef MGI_SPOOL_H
#define MGI_SPOOL_H
/*
 * spool.h - records of one size, as many as there are, given back sorted.
 *
 * Up to a limit they lie in memory; past it sorted runs go to a temporary
 * file that has no name, and are merged as they are read.
 */
#include "base/mem.h"

#define MGI_SPOOL_MEMORY ((size_t)8 << 20) /* default limit */

typedef struct mgi_spool mgi_spool;

/* `size` bytes a record, ordered as memcmp() does. `limit` 0: the default. */
mailguard_status mgi_spool_new(mgi_spool **out,
                               mailguard *mg,
                               size_t size,
                               size_t limit,
                               mailguard_error *err);
/* Copied. A failure is remembered and told by mgi_spool_sort(). */
void mgi_spool_add(mgi_spool *s, const void *record);
uint64_t mgi_spool_count(const mgi_spool *s);
/* Nothing is added from now on. EIO if the temporary file cannot be had. */
mailguard_status mgi_spool_sort(mgi_spool *s, mailguard_error *err);
/* The next in order, valid until the next step; ITEROVER behind the last. */
mailguard_status mgi_spool_next(const void **out,
                                mgi_spool *s,
                                mailguard_error *err);
/* NULL is fine. */
void mgi_spool_free(mgi_spool *s);

#endif
