/*
 * os_dir_posix.c - folders of a POSIX system.
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
#include "base/os.h"

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

const char *mgi_folder_temp(mgi_arena *arena,
                            mailguard *mg,
                            mailguard_error *err)
{
	char name[64];
	const char *own;
	int sys;

	if (mgi_os_temp_folder(name, sizeof(name), &sys) < 0) {
		(void)mgi_fail_sys(err, mg, sys, MGI_SAY_FILE_UNWRITABLE,
		                   "path", name);
		return NULL;
	}
	own = mgi_arena_strdup(arena, name);
	if (!own) {
		mgi_path_remove(name);
		(void)mgi_fail_nomem(err);
	}
	return own;
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
