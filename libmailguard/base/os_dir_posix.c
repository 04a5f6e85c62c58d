/*
 * os_dir_posix.c - folders and new files of a POSIX system.
 */
#define _GNU_SOURCE
#include "base/os_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"

#define PIECE ((size_t)64 << 10)

struct mgi_out {
	mailguard *mg;
	char *path, *partial; /* "x" and "x.partial" */
	unsigned char *held;
	size_t held_len;
	int fd, sys;
};

static mgi_entry_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return MGI_ENTRY_FILE;
	return S_ISDIR(mode) ? MGI_ENTRY_FOLDER : MGI_ENTRY_OTHER;
}

mgi_entry_kind mgi_path_kind(const char *path)
{
	struct stat sb;

	return stat(path, &sb) ? MGI_ENTRY_OTHER : kind_of(sb.st_mode);
}

bool mgi_path_exists(const char *path)
{
	struct stat sb;

	return lstat(path, &sb) == 0;
}

void mgi_path_remove(const char *path)
{
	(void)remove(path);
}

/* A symbolic link counts as what it leads to. */
static mgi_entry_kind entry_kind(DIR *dir, const struct dirent *e)
{
	struct stat sb;

	if (e->d_type == DT_REG)
		return MGI_ENTRY_FILE;
	if (e->d_type == DT_DIR)
		return MGI_ENTRY_FOLDER;
	if (fstatat(dirfd(dir), e->d_name, &sb, 0))
		return MGI_ENTRY_OTHER;
	return kind_of(sb.st_mode);
}

static bool entry_add(mgi_dir *out,
                      size_t *room,
                      mgi_arena *arena,
                      const mgi_entry *e)
{
	if (out->count == *room) {
		size_t more = *room ? *room * 2 : 64;
		mgi_entry *at = mgi_arena_array(arena, more, sizeof(*at));

		if (!at)
			return false;
		if (out->count)
			memcpy(at, out->at, out->count * sizeof(*at));
		out->at = at;
		*room = more;
	}
	out->at[out->count].kind = e->kind;
	out->at[out->count].name = mgi_arena_strdup(arena, e->name);
	return out->at[out->count++].name != NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const mgi_entry *)a)->name,
	              ((const mgi_entry *)b)->name);
}

mailguard_status mgi_dir_read(mgi_dir *out,
                              mgi_arena *arena,
                              const char *path,
                              mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(arena);
	mailguard_status st = MAILGUARD_OK;
	const struct dirent *e;
	size_t room = 0;
	DIR *dir;

	memset(out, 0, sizeof(*out));
	dir = opendir(path);
	if (!dir)
		return mgi_fail_sys(err, mg, errno, MGI_SAY_FILE_UNREADABLE,
		                    "path", path);
	while (st >= 0 && (errno = 0, e = readdir(dir)) != NULL) {
		mgi_entry entry = { e->d_name, entry_kind(dir, e) };

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (out->count == MGI_DIR_MAX)
			st = mgi_fail(err, mg, MAILGUARD_ELIMIT,
			              MGI_SAY_FOLDER_LIMIT, "path", path);
		else if (!entry_add(out, &room, arena, &entry))
			st = mgi_fail_nomem(err);
	}
	if (st >= 0 && errno)
		st = mgi_fail_sys(err, mg, errno, MGI_SAY_FILE_UNREADABLE,
		                  "path", path);
	closedir(dir);
	if (st >= 0 && out->count)
		qsort(out->at, out->count, sizeof(*out->at), by_name);
	return st;
}

mailguard_status mgi_folder_make(mailguard *mg,
                                 const char *path,
                                 mailguard_error *err)
{
	if (mkdir(path, 0700) == 0)
		return MAILGUARD_OK;
	if (errno == EEXIST)
		return mgi_fail(err, mg, MAILGUARD_EEXIST, MGI_SAY_FILE_EXISTS,
		                "path", path);
	return mgi_fail_sys(err, mg, errno, MGI_SAY_FILE_UNWRITABLE, "path",
	                    path);
}

static mailguard_status out_begin(mgi_out *o, mailguard_error *err)
{
	struct stat sb;

	if (lstat(o->path, &sb) == 0)
		return mgi_fail(err, o->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", o->path);
	o->fd = open(o->partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
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
	o = mgi_alloc(mg, sizeof(*o) + 2 * n + sizeof(".partial") + 1 + PIECE);
	if (!o)
		return mgi_fail_nomem(err);
	o->mg = mg;
	o->held = (unsigned char *)(o + 1);
	o->path = (char *)o->held + PIECE;
	memcpy(o->path, path, n + 1);
	o->partial = o->path + n + 1;
	memcpy(o->partial, path, n);
	memcpy(o->partial + n, ".partial", sizeof(".partial"));
	st = out_begin(o, err);
	if (st < 0) {
		mgi_free(mg, o);
		return st;
	}
	(void)mailguard_ref(mg);
	*out = o;
	return MAILGUARD_OK;
}

static void put(mgi_out *o, const unsigned char *at, size_t n)
{
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
	if (bytes.len > PIECE - o->held_len)
		flush(o);
	if (bytes.len > PIECE) {
		put(o, bytes.data, bytes.len);
	} else if (bytes.len) {
		memcpy(o->held + o->held_len, bytes.data, bytes.len);
		o->held_len += bytes.len;
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

static void out_free(mgi_out *o)
{
	mailguard *mg = o->mg;

	mgi_free(mg, o);
	mailguard_free(mg);
}

/* Never over what is there; not every file system can promise that. */
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

mailguard_status mgi_out_commit(mgi_out *o, mailguard_error *err)
{
	mailguard_status st;

	flush(o);
	if (!o->sys && fsync(o->fd))
		o->sys = errno;
	if (close(o->fd) && !o->sys)
		o->sys = errno;
	o->fd = -1;
	if (!o->sys)
		o->sys = rename_new(o->partial, o->path);
	if (o->sys) {
		st = mgi_fail_sys(err, o->mg, o->sys, MGI_SAY_FILE_UNWRITABLE,
		                  "path", o->path);
		mgi_out_abandon(o);
		return st;
	}
	folder_sync(o->path);
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
