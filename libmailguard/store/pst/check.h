#ifndef MGI_PST_CHECK_H
#define MGI_PST_CHECK_H
/*
 * check.h - a PST looked through, floor by floor.
 */
#include "store/driver.h"

mailguard_status mgi_pst_check(mailguard_check *c, mailguard_error *err);
/* What it held besides the check's arena. */
void mgi_pst_check_end(mailguard_check *c);

#endif
