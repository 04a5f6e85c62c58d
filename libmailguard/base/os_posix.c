/*
 * os_posix.c - clock, randomness and files of a POSIX system.
 */
#define _GNU_SOURCE
#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t clock_read(clockid_t id)
{
	struct timespec t;

	if (clock_gettime(id, &t))
		return 0;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

mailguard_time mgi_os_now(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t mgi_os_ticks(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

int mgi_os_random(void *out, size_t n)
{
	unsigned char *at = out;

	while (n) {
		ssize_t got = getrandom(at, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

int mgi_os_open(const char *path, uint64_t *size, int *sys)
{
	struct stat sb;
	int fd;

	/* Not blocking: a FIFO in a mail folder must not stop us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		*sys = errno;
		return -1;
	}
	*sys = 0;
	if (fstat(fd, &sb))
		*sys = errno;
	else if (S_ISDIR(sb.st_mode))
		*sys = EISDIR;
	else if (!S_ISREG(sb.st_mode))
		*sys = EINVAL;
	if (*sys) {
		close(fd);
		return -1;
	}
	*size = (uint64_t)sb.st_size;
	return fd;
}

int mgi_os_again(int fd, int *sys)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	*sys = own < 0 ? errno : 0;
	return own;
}

void mgi_os_close(int fd)
{
	close(fd);
}

size_t mgi_os_read(int fd, uint64_t offset, void *to, size_t n, int *sys)
{
	size_t done = 0;

	*sys = 0;
	while (done < n) {
		ssize_t got = pread(fd, (char *)to + done, n - done,
		                    (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			*sys = errno;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

int mgi_os_create(const char *path, int *sys)
{
	int fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	             0600);

	*sys = fd < 0 ? errno : 0;
	return fd;
}

int mgi_os_temp_folder(char *to, size_t room, int *sys)
{
	static const char *const names[] = { "/var/tmp/mailguard-XXXXXX",
		                             "/tmp/mailguard-XXXXXX" };
	size_t i;

	*sys = ENOENT;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strlen(names[i]) >= room)
			continue;
		memcpy(to, names[i], strlen(names[i]) + 1);
		if (mkdtemp(to)) {
			*sys = 0;
			return 0;
		}
		*sys = errno;
	}
	return -1;
}

int mgi_os_temp(int *sys)
{
	static const char *const folders[] = { "/tmp", "/var/tmp" };
	char name[] = "/tmp/mailguard-XXXXXX";
	size_t i;
	int fd;

	*sys = 0;
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
	}
	/* Not every file system has files without a name. */
	fd = mkostemp(name, O_CLOEXEC);
	if (fd < 0)
		*sys = errno;
	else
		(void)unlink(name);
	return fd;
}

void mgi_os_write(int fd, uint64_t offset, const void *from, size_t n, int *sys)
{
	size_t done = 0;

	*sys = 0;
	while (done < n) {
		ssize_t put = pwrite(fd, (const char *)from + done, n - done,
		                     (off_t)(offset + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			*sys = put < 0 ? errno : ENOSPC;
			return;
		}
		done += (size_t)put;
	}
}
