/*
 * faults.c - the calls themselves. They are defined in the test program, so
 * that the library's objects, which are linked with it, call these.
 */
#define _GNU_SOURCE
#include "backup/faults.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

static struct {
	faults_kind kind;
	int at, seen, hit, armed, inside;
} now;

static struct {
	dev_t device;
	ino_t number;
	uint64_t from, to;
} bad[4];
static int bads;
static uint64_t room;
void (*faults_hook)(void);

void faults_at(faults_kind kind, int n)
{
	memset(&now, 0, sizeof(now));
	now.kind = kind;
	now.at = n;
	now.armed = 1;
}

int faults_off(void)
{
	now.armed = 0;
	return now.seen;
}

int faults_hit(void)
{
	return now.hit;
}

void faults_unreadable(const char *path, uint64_t offset, uint64_t length)
{
	struct stat sb;

	if (!path) {
		bads = 0;
		return;
	}
	if (stat(path, &sb) || bads == 4)
		return;
	bad[bads].device = sb.st_dev;
	bad[bads].number = sb.st_ino;
	bad[bads].from = offset;
	bad[bads++].to = offset + length;
}

void faults_room(uint64_t bytes)
{
	room = bytes;
}

/* Does this call go wrong? errno is set then. */
static int fails(void)
{
	int mine;

	if (!now.armed || now.inside)
		return 0;
	mine = now.seen++ == now.at ||
	       (now.kind == FAULTS_FULL && now.seen > now.at);
	if (!mine)
		return 0;
	now.hit = now.kind != FAULTS_TORN && now.kind != FAULTS_LIES;
	switch (now.kind) {
	case FAULTS_FULL:
		errno = ENOSPC;
		return 1;
	case FAULTS_BROKEN:
		errno = EIO;
		return 1;
	case FAULTS_KILL:
		(void)raise(SIGKILL);
		return 1;
	case FAULTS_CALL:
		now.inside = 1;
		faults_hook();
		now.inside = 0;
		return 0;
	default:
		return 0;
	}
}

/* Half of it, or another byte of it; -1: as it is. */
static ssize_t half(int fd, const void *from, size_t n, off_t at)
{
	static unsigned char own[1 << 20];

	if (!now.armed || now.inside || now.seen - 1 != now.at || !n ||
	    n > sizeof(own))
		return -1;
	if (now.kind == FAULTS_TORN) {
		now.hit = 1;
		(void)syscall(SYS_pwrite64, fd, from, n / 2, at);
		(void)raise(SIGKILL);
	}
	if (now.kind != FAULTS_LIES)
		return -1;
	now.hit = 1;
	memcpy(own, from, n);
	own[n / 2] ^= 1;
	return syscall(SYS_pwrite64, fd, own, n, at);
}

VISIBLE ssize_t pwrite(int fd, const void *from, size_t n, off_t at)
{
	ssize_t done;

	if (fails())
		return -1;
	done = half(fd, from, n, at);
	return done >= 0 ? done : syscall(SYS_pwrite64, fd, from, n, at);
}

VISIBLE ssize_t write(int fd, const void *from, size_t n)
{
	if (fails())
		return -1;
	return syscall(SYS_write, fd, from, n);
}

VISIBLE int fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

VISIBLE int syncfs(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_syncfs, fd);
}

VISIBLE int mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

VISIBLE int renameat2(int from_at,
                      const char *from,
                      int to_at,
                      const char *to,
                      unsigned flags)
{
	return fails() ? -1
	               : (int)syscall(SYS_renameat2, from_at, from, to_at, to,
	                              flags);
}

VISIBLE int futimens(int fd, const struct timespec at[2])
{
	return fails() ? -1 : (int)syscall(SYS_utimensat, fd, NULL, at, 0);
}

VISIBLE int open(const char *path, int flags, ...)
{
	mode_t mode = 0;

	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) {
		va_list ap;

		va_start(ap, flags);
		mode = (mode_t)va_arg(ap, int);
		va_end(ap);
	}
	if (flags & O_CREAT && fails())
		return -1;
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

VISIBLE ssize_t pread(int fd, void *to, size_t n, off_t at)
{
	struct stat sb;
	int i;

	for (i = 0; i < bads; i++) {
		if (fstat(fd, &sb) || sb.st_dev != bad[i].device ||
		    sb.st_ino != bad[i].number)
			continue;
		if ((uint64_t)at >= bad[i].from && (uint64_t)at < bad[i].to) {
			errno = EIO;
			return -1;
		}
		/* As a disk does: what lies before the bad place comes. */
		if ((uint64_t)at < bad[i].from &&
		    (uint64_t)at + n > bad[i].from)
			n = (size_t)(bad[i].from - (uint64_t)at);
	}
	return syscall(SYS_pread64, fd, to, n, at);
}

VISIBLE int statvfs(const char *path, struct statvfs *out)
{
	int rc = 0;
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC,
	                      0);

	if (fd < 0)
		return -1;
	rc = fstatvfs(fd, out);
	close(fd);
	if (!rc && room)
		out->f_bavail = room / out->f_frsize;
	return rc;
}
