#ifndef MGI_OS_MAKE_H
#define MGI_OS_MAKE_H
/*
 * os_make.h - many new files in a new folder, which gets its name when all of
 * it is on the disk; part of os.h, os_make_posix.c here.
 */
#include <mailguard/base.h>

#include <stdbool.h>

/* A new folder; 0 or an errno. */
int mgi_os_folder(const char *path);
/* To the disk; 0 or an errno. */
int mgi_os_flush(int fd);
/* All that was written on the disk under `path`; 0 or an errno. */
int mgi_os_flush_disk(const char *path);
/* Who reads it next reads it from the disk, if the system is so kind. */
void mgi_os_forget(int fd);
/* Who may read and write it, and when its content was last changed; 0 or an
 * errno. */
int mgi_os_dress(int fd, uint32_t mode, int64_t changed_ns);
/* Never over what is there, and on the disk as well; 0 or an errno. */
int mgi_os_rename(const char *from, const char *to);
/* A folder of ours with all that is in it. Links are not followed. */
void mgi_os_remove_all(const char *path);
/*
 * Hold a folder for this process, as long as the descriptor is open: -1 with
 * *sys EBUSY if another one does. Where a folder cannot be locked, nobody is
 * kept out.
 */
int mgi_os_hold(const char *path, int *sys);

#endif
