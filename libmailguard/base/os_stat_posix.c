/*
 * os_stat_posix.c - lstat() of a POSIX system.
 */
#define _GNU_SOURCE
#include "base/os_stat.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int mgi_os_stat(mgi_stat *out, const char *path)
{
	struct stat sb;

	memset(out, 0, sizeof(*out));
	if (lstat(path, &sb))
		return errno;
	out->size = sb.st_size > 0 ? (uint64_t)sb.st_size : 0;
	out->device = (uint64_t)sb.st_dev;
	out->number = (uint64_t)sb.st_ino;
	out->changed = (mailguard_time)sb.st_mtim.tv_sec * 1000000 +
	               sb.st_mtim.tv_nsec / 1000;
	out->kind = S_ISREG(sb.st_mode)   ? MGI_ENTRY_FILE
	            : S_ISDIR(sb.st_mode) ? MGI_ENTRY_FOLDER
	                                  : MGI_ENTRY_OTHER;
	return 0;
}
