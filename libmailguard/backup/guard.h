#ifndef MGI_BACKUP_GUARD_H
#define MGI_BACKUP_GUARD_H
/*
 * guard.h - what is looked at before a byte is copied.
 */
#include "backup/backup.h"

/* How much there is, and who holds it; EBUSY if a store is locked. */
mailguard_status mgi_guard_sources(mailguard_backup *b,
                                   uint64_t *largest,
                                   mailguard_error *err);
/* Is `folder`, which is there, a place for what is to be made in it? `b->total`
 * bytes, the largest file of `largest`. */
mailguard_status mgi_guard_dest(mailguard_backup *b,
                                const char *folder,
                                uint64_t largest,
                                mailguard_error *err);
/* Are there `bytes` of room on the disk of `folder`, unless that is of no
 * matter? A place that is synced is told. */
mailguard_status mgi_guard_room(mailguard_backup *b,
                                const char *folder,
                                uint64_t bytes,
                                mailguard_error *err);
/* The folder that `path` is to be made in, in `arena`; NULL if no memory. */
const char *mgi_guard_above(mgi_arena *arena, const char *path);

#endif
