/*
 * os_make_posix.c - new folders and files of a POSIX system.
 */
#define _GNU_SOURCE
#include "base/os_make.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEP_MAX 64

int mgi_os_folder(const char *path)
{
	return mkdir(path, 0700) ? errno : 0;
}

int mgi_os_flush(int fd)
{
	return fsync(fd) ? errno : 0;
}

int mgi_os_flush_disk(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), sys = 0;

	if (fd < 0)
		return errno;
	if (syncfs(fd))
		sys = errno;
	close(fd);
	return sys;
}

void mgi_os_forget(int fd)
{
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

int mgi_os_dress(int fd, uint32_t mode, int64_t changed_ns)
{
	struct timespec at[2];

	at[0].tv_sec = 0;
	at[0].tv_nsec = UTIME_OMIT;
	at[1].tv_sec = (time_t)(changed_ns / 1000000000);
	at[1].tv_nsec = (long)(changed_ns % 1000000000);
	if (at[1].tv_nsec < 0) { /* before 1970 */
		at[1].tv_nsec += 1000000000;
		at[1].tv_sec--;
	}
	if (fchmod(fd, (mode_t)mode & 0777) && errno != EPERM &&
	    errno != ENOTSUP)
		return errno;
	return futimens(fd, at) ? errno : 0;
}

/* The name itself must outlive a crash as well. */
static void folder_sync(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[4096];
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	int fd;

	if (n >= sizeof(folder))
		return;
	memcpy(folder, path, n);
	if (!n)
		folder[n++] = '.';
	folder[n] = '\0';
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

/* Not every file system can promise that nothing is written over. */
static int rename_new(const char *from, const char *to)
{
	struct stat sb;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (lstat(to, &sb) == 0)
		return EEXIST;
	return rename(from, to) ? errno : 0;
}

int mgi_os_rename(const char *from, const char *to)
{
	int sys = rename_new(from, to);

	if (!sys)
		folder_sync(to);
	return sys;
}

static void remove_below(int at, const char *name, unsigned deep)
{
	int fd = openat(at, name,
	                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *e;
	DIR *dir;

	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) == 0)
			continue;
		if (deep < DEEP_MAX)
			remove_below(fd, e->d_name, deep + 1);
		(void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

void mgi_os_remove_all(const char *path)
{
	remove_below(AT_FDCWD, path, 0);
	(void)rmdir(path);
}

int mgi_os_hold(const char *path, int *sys)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*sys = fd < 0 ? errno : 0;
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		close(fd);
		*sys = EBUSY;
		fd = -1;
	}
	return fd;
}
