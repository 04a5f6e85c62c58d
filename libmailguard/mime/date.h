#ifndef MGI_DATE_H
#define MGI_DATE_H
#include "base/buf.h"

/* "Tue, 13 Jan 2026 09:00:00 +0900" */
void mgi_date_put(mailguard_buffer *out, mailguard_time t, int32_t offset);

#endif
