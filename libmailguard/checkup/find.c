/*
 * find.c - walk over folders, one a step, and queue the mail files in it.
 *
 * Folders still to be looked at are a stack of paths, so memory grows with
 * the names of one folder and not with the disk.
 */
#include "checkup/find.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/os.h"
#include "base/os_disk.h"

/* A folder on the stack; false without memory. */
static bool todo_push(mailguard_find *f,
                      const char *path,
                      const mgi_stat *s,
                      uint32_t depth,
                      bool given)
{
	size_t n = strlen(path);
	mgi_find_todo *t = mgi_alloc(f->mg, sizeof(*t) + n + 1);

	if (!t)
		return false;
	memcpy(t->path, path, n + 1);
	t->device = s->device;
	t->depth = depth;
	t->given = given;
	t->next = f->todo;
	f->todo = t;
	return true;
}

mailguard_status mailguard_find_new(mailguard_find **out,
                                    mailguard *mg,
                                    const mailguard_find_options *opts,
                                    mailguard_error *err)
{
	mailguard_status st;
	mailguard_find *f;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	arena = mgi_arena_new(mg);
	f = arena ? mgi_arena_alloc(arena, sizeof(*f)) : NULL;
	if (!f) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	f->mg = mg;
	f->arena = arena;
	f->step = mgi_arena_new(mg);
	st = f->step ? mgi_options_copy(&f->opts, sizeof(f->opts), opts, mg,
	                                err)
	             : mgi_fail_nomem(err);
	if (st < 0) {
		mailguard_find_free(f);
		return st;
	}
	if (f->opts.profile)
		f->profile = mailguard_profile_ref(f->opts.profile);
	if (!f->opts.max_depth)
		f->opts.max_depth = MGI_FIND_DEPTH;
	if (!f->opts.max_entries)
		f->opts.max_entries = MGI_FIND_ENTRIES;
	*out = f;
	return MAILGUARD_OK;
}

void mailguard_find_free(mailguard_find *f)
{
	mgi_find_todo *t;

	if (!f)
		return;
	while ((t = f->todo) != NULL) {
		f->todo = t->next;
		mgi_free(f->mg, t);
	}
	mgi_free(f->mg, f->window);
	mailguard_profile_free(f->profile);
	mgi_arena_free(f->step);
	mgi_arena_free(f->arena);
}

const char *mgi_find_join(mailguard_find *f, const char *path, const char *name)
{
	size_t n = strlen(path);

	return mgi_arena_printf(f->step, "%s%s%s", path,
	                        n && path[n - 1] == '/' ? "" : "/", name);
}

void mgi_find_nomem(mailguard_find *f)
{
	(void)mgi_arena_array(f->step, SIZE_MAX, 2);
}

int mgi_find_head(unsigned char out[MGI_FIND_HEAD], const char *path, int *sys)
{
	uint64_t size;
	size_t got;
	int fd;

	fd = mgi_os_open(path, &size, sys);
	if (fd < 0)
		return -1;
	got = mgi_os_read(fd, 0, out, MGI_FIND_HEAD, sys);
	mgi_os_close(fd);
	return got || !*sys ? (int)got : -1;
}

void mgi_find_count(mgi_find_thing *t, const char *path, const mgi_stat *s)
{
	t->files++;
	t->bytes += s->size;
	if (t->last && s->changed < t->written)
		return;
	t->written = s->changed;
	t->last = path;
}

static void thing_add(mailguard_find *f, const mgi_find_thing *t)
{
	if (f->thing_count == f->thing_room) {
		size_t room = f->thing_room ? f->thing_room * 2 : 16;
		mgi_find_thing *at =
			mgi_arena_array(f->step, room, sizeof(*at));

		if (!at)
			return; /* told by the arena */
		if (f->thing_count)
			memcpy(at, f->things, f->thing_count * sizeof(*at));
		f->things = at;
		f->thing_room = room;
	}
	f->things[f->thing_count++] = *t;
}

static void pass_over(mailguard_find *f, const char *path, const char *why)
{
	mgi_find_thing t;

	memset(&t, 0, sizeof(t));
	t.kind = MGI_FIND_NONE;
	t.path = mgi_arena_strdup(f->step, path);
	t.why = mgi_arena_strdup(f->step, why);
	if (t.path && t.why)
		thing_add(f, &t);
}

/* Mail in a folder of Windows Live Mail has names like any other. */
static mgi_find_kind_id kind_in(const char *path, mgi_find_kind_id kind)
{
	if (kind == MGI_FIND_EML &&
	    mgi_span_find_nocase(mgi_span_of(path), "/windows live mail/") >= 0)
		return MGI_FIND_WLM;
	return kind;
}

/* A file that is mail stands for itself, or for all of its kind here. */
static void file_look(mailguard_find *f,
                      const char *path,
                      const char *name,
                      mgi_find_thing *groups)
{
	unsigned char head[MGI_FIND_HEAD];
	mgi_find_kind_id kind;
	mgi_find_thing one;
	mgi_stat s;
	int n, sys;

	if (!mgi_find_may_be_mail(name) || mgi_os_stat(&s, path) ||
	    s.kind != MGI_ENTRY_FILE || !s.size)
		return;
	n = mgi_find_head(head, path, &sys);
	if (n < 0 && mgi_find_named_mail(name))
		pass_over(f, path, mgi_sys_text(mgi_lang_of(f->mg), sys));
	if (n <= 0)
		return;
	kind = kind_in(path, mgi_find_kind_of(name, mgi_span(head, (size_t)n)));
	if (kind == MGI_FIND_NONE || kind == MGI_FIND_MSF)
		return; /* an index alone is told with its folder */
	memset(&one, 0, sizeof(one));
	one.kind = kind;
	if (mgi_find_kinds[kind].grouped) {
		groups[kind].kind = kind;
		mgi_find_count(&groups[kind], path, &s);
		return;
	}
	one.path = path;
	mgi_find_count(&one, path, &s);
	thing_add(f, &one);
}

static void files_look(mailguard_find *f,
                       const char *path,
                       const mgi_dir *dir,
                       mgi_find_kind_id whole)
{
	mgi_find_thing groups[MGI_FIND_KINDS];
	size_t i;

	memset(groups, 0, sizeof(groups));
	for (i = 0; i < dir->count; i++) {
		const char *below;

		if (dir->at[i].kind != MGI_ENTRY_FILE)
			continue;
		below = mgi_find_join(f, path, dir->at[i].name);
		if (below)
			file_look(f, below, dir->at[i].name, groups);
	}
	/* The mbox files of such a folder were told with it. */
	for (i = 0; whole == MGI_FIND_MBOXES && i < f->thing_count;)
		if (f->things[i].kind == MGI_FIND_MBOX)
			f->things[i] = f->things[--f->thing_count];
		else
			i++;
	for (i = 0; i < MGI_FIND_KINDS; i++) {
		if (!groups[i].files)
			continue;
		/* A reader of MH opens the folder, even of one message. */
		groups[i].path = groups[i].files > 1 || i == MGI_FIND_MH
		                         ? path
		                         : groups[i].last;
		thing_add(f, &groups[i]);
	}
}

/* Disks have a size; /proc and its like have none. */
static bool is_disk(const char *path)
{
	mgi_disk disk;

	return mgi_os_disk(&disk, path) == 0 && disk.total_bytes > 0;
}

/* Last name first, so that the first is looked at first. */
static bool folders_push(mailguard_find *f,
                         const mgi_find_todo *t,
                         const char *path,
                         const mgi_dir *dir,
                         mgi_find_kind_id whole)
{
	size_t i = dir->count;

	while (i-- > 0) {
		const char *name = dir->at[i].name, *below;
		mgi_stat s;

		if (dir->at[i].kind != MGI_ENTRY_FOLDER ||
		    mgi_find_consumes(whole, name))
			continue;
		below = mgi_find_join(f, path, name);
		if (!below || mgi_os_stat(&s, below) ||
		    s.kind != MGI_ENTRY_FOLDER ||
		    (s.device != t->device && !is_disk(below)))
			continue;
		if (t->depth + 1 >= f->opts.max_depth && f->shallow)
			continue;
		if (t->depth + 1 >= f->opts.max_depth)
			pass_over(f, below,
			          mgi_say_raw(mgi_lang_of(f->mg),
			                      MGI_SAY_FIND_DEEP));
		else if (!todo_push(f, below, &s, t->depth + 1, false))
			return false;
	}
	return true;
}

static mailguard_status folder_look(mailguard_find *f,
                                    const mgi_find_todo *t,
                                    mailguard_error *err)
{
	const char *path = mgi_arena_strdup(f->step, t->path);
	mgi_find_kind_id whole;
	mgi_find_thing thing;
	mailguard_error own;
	mailguard_status st;
	mgi_dir dir;

	if (!path)
		return mgi_fail_nomem(err);
	st = mgi_dir_read(&dir, f->step, path, &own);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	if (st < 0) {
		/* The message names the path, which is told anyway. */
		pass_over(f, path,
		          own.sys ? mgi_sys_text(mgi_lang_of(f->mg), own.sys)
		                  : own.message);
		return MAILGUARD_OK;
	}
	f->entries += dir.count;
	whole = mgi_find_folder(&thing, f, path, &dir);
	if (whole != MGI_FIND_NONE)
		thing_add(f, &thing);
	if (whole == MGI_FIND_NONE || whole == MGI_FIND_MBOXES)
		files_look(f, path, &dir, whole);
	if (!folders_push(f, t, path, &dir, whole) || mgi_arena_failed(f->step))
		return mgi_fail_nomem(err);
	return MAILGUARD_OK;
}

static mailguard_status tick(mailguard_find *f,
                             const char *path,
                             mailguard_error *err)
{
	mailguard_progress at = { f->entries, 0, path };

	if (mgi_interrupted(f->mg) ||
	    (f->opts.progress && f->opts.progress(&at, f->opts.payload)))
		return mgi_fail(err, f->mg, MAILGUARD_ECANCELLED,
		                MGI_SAY_WORK_CANCELLED);
	if (f->entries > f->opts.max_entries)
		return mgi_fail(err, f->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_FIND_LIMIT, "path", path, "max",
		                mgi_u64(f->opts.max_entries).text);
	return MAILGUARD_OK;
}

/* A file that was given by its name. */
static void given_file_look(mailguard_find *f, const char *path)
{
	const char *slash = strrchr(path, '/');
	mgi_find_thing groups[MGI_FIND_KINDS];
	size_t i;

	memset(groups, 0, sizeof(groups));
	file_look(f, path, slash ? slash + 1 : path, groups);
	for (i = 0; i < MGI_FIND_KINDS; i++)
		if (groups[i].files) {
			groups[i].path = path;
			thing_add(f, &groups[i]);
		}
}

static mailguard_status todo_look(mailguard_find *f, mailguard_error *err)
{
	mgi_find_todo *t = f->todo;
	mailguard_status st;

	st = tick(f, t->path, err);
	if (st < 0)
		return st;
	mgi_arena_empty(f->step);
	f->things = NULL;
	f->thing_count = f->thing_room = f->told = 0;
	f->todo = t->next;
	if (t->given && mgi_path_kind(t->path) == MGI_ENTRY_FILE)
		given_file_look(f, mgi_arena_strdup(f->step, t->path));
	else
		st = folder_look(f, t, err);
	mgi_free(f->mg, t);
	if (st >= 0 && mgi_arena_failed(f->step))
		st = mgi_fail_nomem(err);
	return st;
}

mailguard_status mailguard_find_add(mailguard_find *f,
                                    const char *path,
                                    mailguard_error *err)
{
	mgi_find_todo **last = &f->todo, *mine;
	const char *own;
	mgi_stat s;
	size_t n;
	int sys;

	if (!path || !path[0])
		return mgi_fail(err, f->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	sys = mgi_os_stat(&s, path);
	if (sys)
		return mgi_fail_sys(err, f->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", path);
	n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	own = mgi_arena_strndup(f->arena, path, n);
	if (!own || !todo_push(f, own, &s, 0, true))
		return mgi_fail_nomem(err);
	/* Behind those given before. */
	mine = f->todo;
	f->todo = mine->next;
	mine->next = NULL;
	while (*last)
		last = &(*last)->next;
	*last = mine;
	return MAILGUARD_OK;
}

mailguard_status mailguard_find_next(const mailguard_found **out,
                                     mailguard_find *f,
                                     mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	while (f->told == f->thing_count) {
		if (!f->todo)
			return MAILGUARD_ITEROVER;
		st = todo_look(f, err);
		if (st < 0)
			return st;
	}
	mgi_find_tell(f, &f->things[f->told++]);
	if (mgi_arena_failed(f->step))
		return mgi_fail_nomem(err);
	*out = &f->found;
	return MAILGUARD_OK;
}
