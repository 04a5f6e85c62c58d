/*
 * os_stat_posix.c - lstat() of a POSIX system, locks, and where a path leads.
 */
#define _GNU_SOURCE
#include "base/os_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static void fill(mgi_stat *out, const struct stat *sb)
{
	out->size = sb->st_size > 0 ? (uint64_t)sb->st_size : 0;
	out->device = (uint64_t)sb->st_dev;
	out->number = (uint64_t)sb->st_ino;
	out->changed = (mailguard_time)sb->st_mtim.tv_sec * 1000000 +
	               sb->st_mtim.tv_nsec / 1000;
	out->changed_ns = nanoseconds(&sb->st_mtim);
	out->touched_ns = nanoseconds(&sb->st_ctim);
	out->mode = sb->st_mode & 07777;
	out->kind = S_ISREG(sb->st_mode)   ? MGI_ENTRY_FILE
	            : S_ISDIR(sb->st_mode) ? MGI_ENTRY_FOLDER
	                                   : MGI_ENTRY_OTHER;
}

int mgi_os_stat(mgi_stat *out, const char *path)
{
	struct stat sb;

	memset(out, 0, sizeof(*out));
	if (lstat(path, &sb))
		return errno;
	fill(out, &sb);
	return 0;
}

int mgi_os_stat_target(mgi_stat *out, const char *path)
{
	struct stat sb;

	memset(out, 0, sizeof(*out));
	if (stat(path, &sb))
		return errno;
	fill(out, &sb);
	return 0;
}

bool mgi_os_locked(const char *path)
{
	struct flock ask = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool locked;

	if (fd < 0)
		return errno == EBUSY || errno == ETXTBSY;
	locked = fcntl(fd, F_GETLK, &ask) == 0 && ask.l_type != F_UNLCK;
	/* flock() has no question: try, and let go at once. */
	if (!locked && flock(fd, LOCK_SH | LOCK_NB))
		locked = errno == EWOULDBLOCK;
	close(fd);
	return locked;
}

int mgi_os_absolute(char *out, size_t room, const char *path)
{
	char own[PATH_MAX];
	size_t n;

	if (!realpath(path, own))
		return errno;
	n = strlen(own) + 1;
	if (n > room)
		return ENAMETOOLONG;
	memcpy(out, own, n);
	return 0;
}
