#ifndef MGI_DRAIN_H
#define MGI_DRAIN_H
/*
 * drain.h - all bytes of a source, piece by piece, into whoever wants them.
 */
#include <mailguard/base.h>

mailguard_status mgi_drain(mailguard_source *src,
                           void (*put)(void *to, mailguard_span bytes),
                           void *to,
                           mailguard_error *err);

#endif
