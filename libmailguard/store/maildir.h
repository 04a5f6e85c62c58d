#ifndef MGI_MAILDIR_H
#define MGI_MAILDIR_H
/*
 * maildir.h - the names of a Maildir's files, and what a check makes of them.
 */
#include "base/text.h"

#include <mailguard/store.h>

/* "1700000000.M1P2.host,S=1234,W=1260:2,FSa" taken apart. */
typedef struct mgi_maildir_name {
	mailguard_span base;  /* up to ":2,": which message it is */
	mailguard_span flags; /* behind it; empty if there is none */
	bool has_size, has_wide;
	uint64_t size; /* S=: bytes */
	uint64_t wide; /* W=: with CRLF line ends */
	bool odd;      /* behind the base stands what no program writes */
} mgi_maildir_name;

/* Of the last part of a path. Pure. */
mgi_maildir_name mgi_maildir_name_of(const char *path);

struct mailguard_check;
/* Before the messages: what lies in tmp/. */
mailguard_status mgi_maildir_check(struct mailguard_check *c,
                                   mailguard_error *err);
/* Begin a message: is its wide size wanted? */
bool mgi_maildir_counts(const char *path);
/* Its file's name beside what it holds; `lone` line ends have no CR. */
void mgi_maildir_check_name(struct mailguard_check *c,
                            const mailguard_item *item,
                            uint64_t lone);
/* File `i` has a message. A failed allocation is remembered. */
void mgi_maildir_met(struct mailguard_check *c, size_t i);
/* All were met: names twice, and what Dovecot's list has. */
mailguard_status mgi_maildir_check_after(struct mailguard_check *c,
                                         mailguard_error *err);

#endif
