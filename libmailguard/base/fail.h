#ifndef MGI_FAIL_H
#define MGI_FAIL_H
/*
 * fail.h - set an error and return its status, in one line:
 *
 *	return mgi_fail(err, mg, MAILGUARD_EFORMAT, MGI_SAY_JSON_BAD,
 *	                "line", mgi_u64(line).text);
 *
 * The error's `code` is the id of the text. `err` may be NULL, and so may
 * `mg` (then in English). The lowest level that knows the name writes the
 * message; nobody overwrites it.
 */
#include "base/say.h"

void mgi_error_set(mailguard_error *err,
                   const mailguard *mg,
                   mailguard_status st,
                   int sys,
                   mgi_say_id id,
                   ...) __attribute__((sentinel));

/* A macro, so that every analyzer sees what is returned. */
#define mgi_fail(err, mg, st, ...) \
 (mgi_error_set((err), (mg), (st), 0, __VA_ARGS__, (const char *)NULL), (st))
/* EIO; the slot {why} is filled from `sysno`. */
#define mgi_fail_sys(err, mg, sysno, ...)                         \
 (mgi_error_set((err), (mg), MAILGUARD_EIO, (sysno), __VA_ARGS__, \
	        (const char *)NULL),                              \
  MAILGUARD_EIO)
#define mgi_fail_nomem(err) \
 mgi_fail((err), (mailguard *)NULL, MAILGUARD_ENOMEM, MGI_SAY_NO_MEMORY)

/* No failure: clear what a retried call left behind. */
void mgi_error_clear(mailguard_error *err);

#endif
