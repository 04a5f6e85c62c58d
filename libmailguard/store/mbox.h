#ifndef MGI_MBOX_H
#define MGI_MBOX_H
/*
 * mbox.h - what mbox.c and mbox_walk.c share.
 */
#include "store/driver.h"

/* A byte order mark, which some editor put before the first From_ line. */
#define MGI_MBOX_MARK "\xef\xbb\xbf"

mailguard_status mgi_mbox_begin(mailguard_walk *w, mailguard_error *err);
mailguard_status mgi_mbox_next(mailguard_item *out,
                               mailguard_walk *w,
                               mailguard_error *err);
/* Is there a From_ line in its first window that parts beyond doubt? */
bool mgi_mbox_shows(mgi_file *file);

#endif
