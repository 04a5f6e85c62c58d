#ifndef MGI_BACKUP_ROUNDS_H
#define MGI_BACKUP_ROUNDS_H
/*
 * rounds.h - copy until nothing changes any more.
 */
#include "backup/row.h"

/*
 * The files of all stores into the bag at `bag`, and its list of files. A
 * first round copies all; each further one looks at every file again and
 * copies those that are not what they were, until a round has nothing to do.
 */
mailguard_status mgi_rounds_run(mailguard_backup *b,
                                const char *bag,
                                mailguard_error *err);

#endif
