/*
 * partial.c - nothing, or all of it.
 *
 * The place holds a mark that tells it from somebody else's folder of that
 * name, and is held as long as a program works in it: so the next run may
 * remove what a killed one left.
 */
#include "backup/partial.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/os.h"
#include "base/os_dir.h"
#include "base/os_make.h"
#include "base/text.h"

#define MARK ".mailguard-backup"

static mailguard_status fail_path(const mgi_partial *p,
                                  int sys,
                                  const char *path,
                                  mailguard_error *err)
{
	if (sys == EEXIST)
		return mgi_fail(err, p->b->mg, MAILGUARD_EEXIST,
		                MGI_SAY_FILE_EXISTS, "path", path);
	return mgi_fail_sys(err, p->b->mg, sys, MGI_SAY_FILE_UNWRITABLE, "path",
	                    path);
}

mailguard_status mgi_partial_begin(mgi_partial *p,
                                   mailguard_backup *b,
                                   const char *dest,
                                   mailguard_error *err)
{
	char *own;

	memset(p, 0, sizeof(*p));
	p->b = b;
	p->hold = -1;
	p->arena = mgi_arena_new(b->mg);
	own = p->arena ? mgi_arena_strdup(p->arena, dest) : NULL;
	if (!own)
		return mgi_fail_nomem(err);
	while (strlen(own) > 1 && own[strlen(own) - 1] == '/')
		own[strlen(own) - 1] = '\0';
	p->dest = own;
	p->place = mgi_arena_printf(p->arena, "%s.partial", own);
	p->inner = mgi_arena_printf(p->arena, "%s.partial/new", own);
	return p->place && p->inner ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* A mark is the first thing put into it, so all else means somebody else. */
static bool is_ours(const mgi_partial *p)
{
	bool marked = false;
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, p->arena, p->place, NULL) < 0)
		return false;
	for (i = 0; i < dir.count; i++)
		marked |= mgi_span_starts(mgi_span_of(dir.at[i].name), MARK);
	return marked || !dir.count;
}

static mailguard_status leftover_remove(const mgi_partial *p,
                                        mailguard_error *err)
{
	int fd, sys;

	if (!mgi_path_exists(p->place))
		return MAILGUARD_OK;
	fd = mgi_os_hold(p->place, &sys);
	if (fd < 0 && sys == EBUSY)
		return mgi_fail(err, p->b->mg, MAILGUARD_EBUSY,
		                MGI_SAY_BACKUP_UNDER_WAY, "path", p->dest);
	if (fd < 0)
		return fail_path(p, EEXIST, p->place, err);
	if (is_ours(p))
		mgi_os_remove_all(p->place);
	mgi_os_close(fd);
	return MAILGUARD_OK;
}

mailguard_status mgi_partial_folder(const mgi_partial *p,
                                    const char *name,
                                    mailguard_error *err)
{
	const char *path = mgi_arena_printf(p->arena, "%s%s", p->inner, name);
	int sys;

	if (!path)
		return mgi_fail_nomem(err);
	sys = mgi_os_folder(path);
	return sys ? fail_path(p, sys, path, err) : MAILGUARD_OK;
}

mailguard_status mgi_partial_make(mgi_partial *p, mailguard_error *err)
{
	const char *mark = mgi_arena_printf(p->arena, "%s/" MARK, p->place);
	mailguard_status st;
	mgi_out *o;
	int sys;

	if (!mark)
		return mgi_fail_nomem(err);
	if (mgi_path_exists(p->dest))
		return fail_path(p, EEXIST, p->dest, err);
	st = leftover_remove(p, err);
	if (st < 0)
		return st;
	sys = mgi_os_folder(p->place);
	if (sys)
		return fail_path(p, sys, p->place, err);
	p->made = true;
	p->hold = mgi_os_hold(p->place, &sys);
	st = mgi_out_open(&o, p->b->mg, mark, err);
	return st < 0 ? st : mgi_out_commit(o, err);
}

mailguard_status mgi_partial_name(mgi_partial *p, mailguard_error *err)
{
	int sys = mgi_os_flush_disk(p->place);

	if (sys)
		return fail_path(p, sys, p->place, err);
	sys = mgi_os_rename(p->inner, p->dest);
	return sys ? fail_path(p, sys, p->dest, err) : MAILGUARD_OK;
}

void mgi_partial_end(mgi_partial *p)
{
	if (p->made)
		mgi_os_remove_all(p->place);
	if (p->hold >= 0)
		mgi_os_close(p->hold);
	mgi_arena_free(p->arena);
}
