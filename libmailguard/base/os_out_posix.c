/*
 * os_out_posix.c - new files of a POSIX system.
 */
#define _GNU_SOURCE
#include "base/os_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/os_make.h"

#define PIECE ((size_t)64 << 10)
#define PARTIAL ".mailguard-partial"
#define AGAIN ((size_t)512 << 10) /* read at once; of whole pieces */
#define PAGE ((size_t)4096)

#define LANES 4

/*
 * Sums of 64-bit words, and sums of these, which tell their order as well
 * (as Fletcher's do): bits that change, words that are missing, swapped or
 * elsewhere all show. All pieces but the last are of whole words.
 */
typedef struct proof {
	uint64_t a[LANES], b[LANES], size;
} proof;

struct mgi_out {
	mailguard *mg;
	char *path, *partial; /* "x" and "x" PARTIAL */
	unsigned char *held;
	size_t held_len;
	int fd, sys;
	bool proved; /* what is written is read again */
	proof proof;
};

/* Ours alone as long as it is written: others see that by the lock. */
static int partial_new(const mgi_out *o)
{
	int fd = open(o->partial, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return fd;
	close(fd);
	errno = EEXIST;
	return -1;
}

/*
 * What one of us left who was killed: nobody else gives files that name, and
 * nobody holds its lock. Where files cannot be locked it stays.
 */
static bool leftover_remove(const mgi_out *o)
{
	int fd = open(o->partial, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat held, named;
	bool gone;

	if (fd < 0)
		return false;
	gone = flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &held) == 0 &&
	       S_ISREG(held.st_mode) && lstat(o->partial, &named) == 0 &&
	       held.st_dev == named.st_dev && held.st_ino == named.st_ino &&
	       unlink(o->partial) == 0;
	close(fd);
	errno = EEXIST;
	return gone;
}

static mailguard_status out_begin(mgi_out *o, mailguard_error *err)
{
	struct stat sb;

	if (lstat(o->path, &sb) == 0)
		return mgi_fail(err, o->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", o->path);
	o->fd = partial_new(o);
	if (o->fd < 0 && errno == EEXIST && leftover_remove(o))
		o->fd = partial_new(o);
	if (o->fd >= 0)
		return MAILGUARD_OK;
	if (errno == EEXIST)
		return mgi_fail(err, o->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", o->partial);
	return mgi_fail_sys(err, o->mg, errno, MGI_SAY_FILE_UNWRITABLE, "path",
	                    o->partial);
}

mailguard_status mgi_out_open(mgi_out **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err)
{
	size_t n = strlen(path);
	mailguard_status st;
	mgi_out *o;

	*out = NULL;
	o = mgi_alloc(mg, sizeof(*o) + 2 * n + sizeof(PARTIAL) + 1 + PIECE);
	if (!o)
		return mgi_fail_nomem(err);
	o->mg = mg;
	o->held = (unsigned char *)(o + 1);
	o->path = (char *)o->held + PIECE;
	memcpy(o->path, path, n + 1);
	o->partial = o->path + n + 1;
	memcpy(o->partial, path, n);
	memcpy(o->partial + n, PARTIAL, sizeof(PARTIAL));
	st = out_begin(o, err);
	if (st < 0) {
		mgi_free(mg, o);
		return st;
	}
	(void)mailguard_ref(mg);
	*out = o;
	return MAILGUARD_OK;
}

void mgi_out_prove(mgi_out *o)
{
	o->proved = true;
}

static void proof_add(proof *p, const unsigned char *at, size_t n)
{
	uint64_t w[LANES] = { 0 };
	size_t i, k;

	p->size += n;
	for (i = 0; i + sizeof(w) <= n; i += sizeof(w)) {
		memcpy(w, at + i, sizeof(w));
		for (k = 0; k < LANES; k++) {
			p->a[k] += w[k];
			p->b[k] += p->a[k];
		}
	}
	memset(w, 0, sizeof(w));
	memcpy(w, at + i, n - i);
	for (k = 0; n > i && k < LANES; k++) {
		p->a[k] += w[k];
		p->b[k] += p->a[k];
	}
}

static void put(mgi_out *o, const unsigned char *at, size_t n)
{
	if (o->proved)
		proof_add(&o->proof, at, n);
	while (n && !o->sys) {
		ssize_t done = write(o->fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			o->sys = errno;
		else {
			at += done;
			n -= (size_t)done;
		}
	}
}

static void flush(mgi_out *o)
{
	put(o, o->held, o->held_len);
	o->held_len = 0;
}

void mgi_out_write(mgi_out *o, mailguard_span bytes)
{
	while (bytes.len) {
		size_t n = PIECE - o->held_len;

		if (n > bytes.len)
			n = bytes.len;
		memcpy(o->held + o->held_len, bytes.data, n);
		o->held_len += n;
		bytes.data += n;
		bytes.len -= n;
		if (o->held_len == PIECE)
			flush(o);
	}
}

void mgi_out_write_at(mgi_out *o, uint64_t offset, mailguard_span bytes)
{
	flush(o);
	while (bytes.len && !o->sys) {
		ssize_t done =
			pwrite(o->fd, bytes.data, bytes.len, (off_t)offset);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			o->sys = errno;
			return;
		}
		bytes.data += done;
		bytes.len -= (size_t)done;
		offset += (uint64_t)done;
	}
}

static void out_free(mgi_out *o)
{
	mailguard *mg = o->mg;

	mgi_free(mg, o);
	mailguard_free(mg);
}

/* As much as there is, up to AGAIN; how many bytes came. */
static size_t read_again(mgi_out *o, int fd, unsigned char *to, uint64_t at)
{
	size_t n = 0;

	while (n < AGAIN) {
		ssize_t got = pread(fd, to + n, AGAIN - n, (off_t)(at + n));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			o->sys = errno;
		if (got <= 0 || (size_t)got % PAGE)
			return n + (got > 0 ? (size_t)got : 0);
		n += (size_t)got;
	}
	return n;
}

/*
 * Past the system's cache if there is much to ask for and the file system lets
 * us: else it is not the disk that answers.
 */
static bool proof_read(mgi_out *o, unsigned char *to)
{
	int fd = o->proof.size < AGAIN
	                 ? -1
	                 : open(o->partial, O_RDONLY | O_DIRECT | O_CLOEXEC);
	proof again;
	size_t got;

	memset(&again, 0, sizeof(again));
	if (fd >= 0 && pread(fd, to, PAGE, 0) < 0) {
		close(fd);
		fd = -1;
	}
	while (again.size <= o->proof.size &&
	       (got = read_again(o, fd < 0 ? o->fd : fd, to, again.size)) > 0)
		proof_add(&again, to, got);
	if (fd >= 0)
		close(fd);
	return memcmp(&again, &o->proof, sizeof(again)) == 0;
}

/* Is in the file what was written into it? */
static mailguard_status proof_hold(mgi_out *o, mailguard_error *err)
{
	unsigned char *room = mgi_alloc(o->mg, AGAIN + PAGE);
	bool same;

	if (!room)
		return mgi_fail_nomem(err);
	same = proof_read(o, room + (PAGE - (uintptr_t)room % PAGE));
	mgi_free(o->mg, room);
	if (o->sys)
		return mgi_fail_sys(err, o->mg, o->sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", o->partial);
	return same ? MAILGUARD_OK
	            : mgi_fail(err, o->mg, MAILGUARD_EIO, MGI_SAY_FILE_DIFFERS,
	                       "path", o->path);
}

const char *mgi_out_partial(const mgi_out *o)
{
	return o->partial;
}

mailguard_status mgi_out_sync(mgi_out *o, mailguard_error *err)
{
	flush(o);
	if (!o->sys && fsync(o->fd))
		o->sys = errno;
	return o->sys ? mgi_fail_sys(err, o->mg, o->sys,
	                             MGI_SAY_FILE_UNWRITABLE, "path", o->path)
	              : MAILGUARD_OK;
}

mailguard_status mgi_out_commit(mgi_out *o, mailguard_error *err)
{
	mailguard_status st = mgi_out_sync(o, err);

	if (st >= 0 && o->proved)
		st = proof_hold(o, err);
	if (st < 0) {
		mgi_out_abandon(o);
		return st;
	}
	/* Its lock is held still. */
	o->sys = mgi_os_rename(o->partial, o->path);
	if (o->sys) {
		st = mgi_fail_sys(err, o->mg, o->sys, MGI_SAY_FILE_UNWRITABLE,
		                  "path", o->path);
		mgi_out_abandon(o);
		return st;
	}
	close(o->fd);
	out_free(o);
	return MAILGUARD_OK;
}

void mgi_out_abandon(mgi_out *o)
{
	if (!o)
		return;
	if (o->fd >= 0)
		close(o->fd);
	(void)unlink(o->partial);
	out_free(o);
}
