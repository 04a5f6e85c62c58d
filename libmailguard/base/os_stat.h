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
	int64_t changed_ns;      /* the same in nanoseconds */
	int64_t touched_ns;      /* its content, name, owner or mode */
	uint32_t mode;           /* who may read and write it */
	mgi_entry_kind kind;     /* OTHER for a symbolic link */
} mgi_stat;

/* 0, or an errno with `out` all zero. */
int mgi_os_stat(mgi_stat *out, const char *path);
/* The same of what a symbolic link leads to. */
int mgi_os_stat_target(mgi_stat *out, const char *path);
/* Does a program hold a lock on this file, by fcntl() or flock()? */
bool mgi_os_locked(const char *path);
/* From the root, without links, "." and ".."; 0 or an errno. */
int mgi_os_absolute(char *out, size_t room, const char *path);

#endif
