#ifndef AROUND_H
#define AROUND_H
/*
 * around.h - without a profile: what lies on this computer, or below another
 * one's mounted disk.
 */
#include "examples.h"

/* What is found is told on stderr; EX_FINE, or why nothing came of it. */
int ex_around(mailguard_profile **out, const ex_call *call, const char *root);
/* Bytes as they are into a new file; EX_FINE, or told. */
int ex_bytes_save(const mailguard_buffer *buf,
                  const ex_call *call,
                  const char *path);
/* Keep a profile in a new file. */
int ex_profile_save(const mailguard_profile *p,
                    const ex_call *call,
                    const char *path);

#endif
