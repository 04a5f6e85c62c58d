#ifndef MGI_OS_DISK_H
#define MGI_OS_DISK_H
/*
 * os_disk.h - what the system says of the disk under a path; part of os.h,
 * os_disk_posix.c here.
 */
#include <mailguard/base.h>

#include <stdbool.h>

typedef struct mgi_disk {
	const char *fs;      /* "ext", "nfs", "vfat" ...; "" if not known */
	uint64_t free_bytes; /* for us; 0 with `total_bytes` 0: not known */
	uint64_t total_bytes;
	uint64_t file_max; /* the largest file; 0: no limit known */
	bool remote;       /* through a network */
	bool through; /* through a program (FUSE, 9p): anything behind it */
	bool memory;  /* gone at restart */
	bool read_only;
} mgi_disk;

/* 0, or an errno with `out` all empty. */
int mgi_os_disk(mgi_disk *out, const char *path);

#endif
