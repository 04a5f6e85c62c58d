/*
 * os_disk_posix.c - statfs() of a Linux system; statvfs() gives the rest.
 */
#define _GNU_SOURCE
#include "base/os_disk.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#ifdef __linux__
# include <sys/vfs.h>
#endif

enum { REMOTE = 1, THROUGH = 2, MEMORY = 4 };
#define FAT_FILE_MAX UINT32_MAX

#ifdef __linux__
/* Numbers of statfs(2) and of linux/magic.h. */
static const struct {
	uint32_t magic, flags;
	const char *name;
	uint64_t file_max;
} kinds[] = {
	{ 0xef53, 0, "ext", 0 },
	{ 0x9123683e, 0, "btrfs", 0 },
	{ 0x58465342, 0, "xfs", 0 },
	{ 0x2fc12fc1, 0, "zfs", 0 },
	{ 0xf2f52010, 0, "f2fs", 0 },
	{ 0x794c7630, 0, "overlay", 0 },
	{ 0x5346544e, 0, "ntfs", 0 },
	{ 0x7366746e, 0, "ntfs", 0 },
	{ 0x2011bab0, 0, "exfat", 0 },
	{ 0x4d44, 0, "vfat", FAT_FILE_MAX },
	{ 0x4244, 0, "hfs", 0 },
	{ 0x482b, 0, "hfs+", 0 },
	{ 0x9660, 0, "iso9660", 0 },
	{ 0x15013346, 0, "udf", 0 },
	{ 0x01021994, MEMORY, "tmpfs", 0 },
	{ 0x858458f6, MEMORY, "ramfs", 0 },
	{ 0x6969, REMOTE, "nfs", 0 },
	{ 0xff534d42, REMOTE, "cifs", 0 },
	{ 0xfe534d42, REMOTE, "smb2", 0 },
	{ 0x517b, REMOTE, "smb", 0 },
	{ 0x564c, REMOTE, "ncp", 0 },
	{ 0x5346414f, REMOTE, "afs", 0 },
	{ 0x73757245, REMOTE, "coda", 0 },
	{ 0x00c36400, REMOTE, "ceph", 0 },
	{ 0x01021997, THROUGH, "9p", 0 },
	{ 0x65735546, THROUGH, "fuse", 0 },
	{ 0x6a656a63, THROUGH, "fuse", 0 },
};

static void ask_kind(mgi_disk *out, const char *path)
{
	struct statfs fs;
	size_t i;

	if (statfs(path, &fs))
		return;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].magic != (uint32_t)fs.f_type)
			continue;
		out->fs = kinds[i].name;
		out->file_max = kinds[i].file_max;
		out->remote = kinds[i].flags & REMOTE;
		out->through = kinds[i].flags & THROUGH;
		out->memory = kinds[i].flags & MEMORY;
		return;
	}
}
#else
static void ask_kind(mgi_disk *out, const char *path)
{
	(void)out;
	(void)path;
}
#endif

int mgi_os_disk(mgi_disk *out, const char *path)
{
	struct statvfs fs;

	memset(out, 0, sizeof(*out));
	out->fs = "";
	if (statvfs(path, &fs))
		return errno;
	out->free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	out->total_bytes = (uint64_t)fs.f_blocks * fs.f_frsize;
	out->read_only = (fs.f_flag & ST_RDONLY) != 0;
	ask_kind(out, path);
	return 0;
}
