#ifndef MGI_CHECKUP_HERE_H
#define MGI_CHECKUP_HERE_H
/*
 * here.h - this machine: its clock, its resolver, its line.
 */
#include "checkup/checkup.h"

/* A clock that is wrong by more breaks logins and certificates. */
#define MGI_CLOCK_OFF INT64_C(300000000)

/* What an answer of a host far from all servers says of this machine. Pure:
 * of a recorded session, too. UNKNOWN says nothing. */
mailguard_outcome mgi_here_line(const mailguard_answer *a);
mailguard_outcome mgi_here_resolver(const mailguard_answer *a);
mailguard_outcome mgi_here_clock(int64_t ahead);

/* Keep what any answer tells of the time. */
mailguard_status mgi_checkup_clock(mailguard_checkup *c,
                                   const mailguard_answer *a,
                                   mailguard_error *err);
/* Line, resolver, clock: a step each, as far as there is something to ask. */
mailguard_status mgi_checkup_here(mailguard_checkup *c, mailguard_error *err);
size_t mgi_checkup_heres(const mailguard_checkup *c);
/* EINVAL if the control host is no URL. */
mailguard_status mgi_checkup_control(const mailguard_checkup *c,
                                     mailguard_error *err);

#endif
