#ifndef MGI_BACKUP_RESTORE_H
#define MGI_BACKUP_RESTORE_H
/*
 * restore.h - copies put back into a place of their own.
 */
#include "backup/partial.h"

/*
 * Store `which`, or all of them, into `p->inner`; compared with the seal on
 * the way, and once more as they lie on the disk. Counts into `out`.
 */
mailguard_status mgi_restore_into(mailguard_backup_report *out,
                                  mgi_partial *p,
                                  size_t which,
                                  mailguard_error *err);
/* Where store `i` lies if all are put into `folder`; in the partial's arena,
 * NULL if no memory. */
const char *mgi_restore_path(const mgi_partial *p, size_t i);

#endif
