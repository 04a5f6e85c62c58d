#ifndef MGI_BACKUP_PARTIAL_H
#define MGI_BACKUP_PARTIAL_H
/*
 * partial.h - a place "DEST.partial" in which something is made that becomes
 * DEST in one step.
 */
#include "backup/backup.h"

typedef struct mgi_partial {
	mailguard_backup *b;
	mgi_arena *arena;
	const char *dest;  /* as it is to be called */
	const char *place; /* "DEST.partial" */
	const char *inner; /* "DEST.partial/new", what becomes DEST */
	int hold;
	bool made;
} mgi_partial;

/* Names only. Must be ended whatever comes. */
mailguard_status mgi_partial_begin(mgi_partial *p,
                                   mailguard_backup *b,
                                   const char *dest,
                                   mailguard_error *err);
/* Make the place; what an earlier run left there, and nobody holds, goes.
 * EEXIST if DEST is there, or a place that is not ours. */
mailguard_status mgi_partial_make(mgi_partial *p, mailguard_error *err);
/* A folder in it; `name` begins with a slash, or is "". */
mailguard_status mgi_partial_folder(const mgi_partial *p,
                                    const char *name,
                                    mailguard_error *err);
/* All of it to the disk, then under its name. */
mailguard_status mgi_partial_name(mgi_partial *p, mailguard_error *err);
/* What of it is left is gone. */
void mgi_partial_end(mgi_partial *p);

#endif
