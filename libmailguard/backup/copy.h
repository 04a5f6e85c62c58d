#ifndef MGI_BACKUP_COPY_H
#define MGI_BACKUP_COPY_H
/*
 * copy.h - one file copied, or read again, with its hash.
 */
#include "backup/row.h"

/*
 * Into a new file; fills size, sha256, marks and skips of `row`. What cannot
 * be read from its disk is left out: zero bytes stand for it. EEXIST if there
 * is a file `to`; it is gone after any other failure.
 */
mailguard_status mgi_copy_file(mgi_row *row,
                               mailguard_backup *b,
                               const char *from,
                               const char *to,
                               mailguard_error *err);
/* The hash of a file; `*size`: how many bytes. From its disk, if the system is
 * so kind. EIO also where its disk cannot be read. */
mailguard_status mgi_copy_hash(unsigned char sha256[MGI_SHA256_BYTES],
                               uint64_t *size,
                               mailguard_backup *b,
                               const char *path,
                               mailguard_error *err);

#endif
