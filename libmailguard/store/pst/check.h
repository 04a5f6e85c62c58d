#ifndef MGI_PST_CHECK_H
#define MGI_PST_CHECK_H
/*
 * check.h - a PST looked through, floor by floor.
 */
#include "store/driver.h"

mailguard_status mgi_pst_check(mailguard_check *c, mailguard_error *err);
/* What it held besides the check's arena. */
void mgi_pst_check_end(mailguard_check *c);

/* rebuild_job.c: into a new PST, checked and compared. */
mailguard_status mgi_pst_rebuild_store(mailguard_salvage_report *out,
                                       mailguard_store *store,
                                       const char *dest,
                                       const mailguard_salvage_options *opts,
                                       mailguard_error *err);

#endif
