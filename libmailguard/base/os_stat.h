#ifndef MGI_OS_STAT_H
#define MGI_OS_STAT_H
/*
 * os_stat.h - what the system says of a path itself, symbolic links not
 * followed; os_stat_posix.c here.
 */
#include "base/os_dir.h"

typedef struct mgi_stat {
	uint64_t size;
	uint64_t device, number; /* together: which file it is */
	mailguard_time changed;  /* its content */
	mgi_entry_kind kind;     /* OTHER for a symbolic link */
} mgi_stat;

/* 0, or an errno with `out` all zero. */
int mgi_os_stat(mgi_stat *out, const char *path);

#endif
