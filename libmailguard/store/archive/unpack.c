/*
 * unpack.c - an archive's members as files in a private folder. A name is
 * never believed: what leads out of the folder, links, and what is no file is
 * refused and told; sizes are counted as they come, never taken from a head.
 */
#include "store/archive/archive.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/os.h"
#include "base/os_dir.h"
#include "base/os_stat.h"
#include "store/olm/zip.h"

#define PART_MAX 255 /* bytes of one name */
#define SAME_MAX 9   /* files of one name */

typedef struct job {
	mgi_archive *to;
	mgi_arena *arena; /* of one member */
	mailguard *mg;
	mgi_arc *arc;
	uint64_t written, limit;
	size_t files;
	const char *made; /* folder made last */
} job;

void mgi_archive_refuse(mgi_archive *a,
                        const char *name,
                        mailguard_severity severity,
                        mgi_say_id text)
{
	if (a->refusals == a->refusal_room) {
		size_t room = a->refusal_room ? a->refusal_room * 2 : 16;
		mgi_archive_refusal *at =
			mgi_arena_array(a->arena, room, sizeof(*at));

		if (!at)
			return;
		if (a->refusals)
			memcpy(at, a->refused, a->refusals * sizeof(*at));
		a->refused = at;
		a->refusal_room = room;
	}
	a->refused[a->refusals].name = mgi_arena_strdup(a->arena, name);
	a->refused[a->refusals].text = text;
	a->refused[a->refusals++].severity = severity;
	a->gaps |= severity == MAILGUARD_SEVERITY_LOSS;
}

/* -- names ----------------------------------------------------------------- */

/* One part of a path: never "..", nor what some system takes for more. */
static bool is_part(mailguard_span s)
{
	size_t i;

	if (!s.len || s.len > PART_MAX || mgi_span_is(s, ".."))
		return false;
	for (i = 0; i < s.len; i++)
		if (s.data[i] < 0x20 || s.data[i] == 0x7f)
			return false;
	return true;
}

/*
 * The name as a path below the folder, "" if it is the folder itself; NULL if
 * it leads elsewhere. Backslashes part names as in ZIP files of Windows.
 */
static char *path_of(job *j, const char *name)
{
	char *own = mgi_arena_strdup(j->arena, name), *at, *out, *to;
	unsigned deep = 0;

	out = to = own ? mgi_arena_alloc(j->arena, strlen(own) + 1) : NULL;
	if (!out || own[0] == '/' || own[0] == '\\' ||
	    (mgi_is_alpha((unsigned char)own[0]) && own[1] == ':'))
		return NULL;
	for (at = own; *at;) {
		size_t n = strcspn(at, "/\\");
		mailguard_span part = mgi_span(at, n);

		at += n + (at[n] != '\0');
		if (!n || mgi_span_is(part, "."))
			continue;
		if (!is_part(part) || ++deep > MGI_ARCHIVE_DEPTH)
			return NULL;
		if (to != out)
			*to++ = '/';
		memcpy(to, part.data, part.len);
		to += part.len;
	}
	return out;
}

/* The folders above a file; false if a file lies in the way. */
static bool folders_make(job *j, const char *path)
{
	size_t n = strlen(j->to->root) + 1;
	const char *slash = strrchr(path, '/');
	char *own, *at;

	if (!slash)
		return true;
	own = mgi_arena_printf(j->arena, "%s/%.*s/", j->to->root,
	                       (int)(slash - path), path);
	if (!own)
		return false;
	if (j->made && strcmp(j->made, own) == 0)
		return true;
	for (at = own + n; (at = strchr(at, '/')) != NULL; *at++ = '/') {
		*at = '\0';
		if (mgi_path_kind(own) != MGI_ENTRY_FOLDER &&
		    mgi_folder_make(j->mg, own, NULL) < 0)
			return false;
	}
	j->made = mgi_arena_strdup(j->to->arena, own);
	return true;
}

/* A new file; also if another has its name already. -1: none. */
static int file_make(job *j, const char *path, int *sys)
{
	const char *full;
	int i, fd = -1;

	for (i = 1; i <= SAME_MAX && fd < 0; i++) {
		full = i == 1 ? mgi_arena_printf(j->arena, "%s/%s", j->to->root,
		                                 path)
		              : mgi_arena_printf(j->arena, "%s/%s~%d",
		                                 j->to->root, path, i);
		if (!full)
			return -1;
		fd = mgi_os_create(full, sys);
	}
	if (fd >= 0 && i > 2)
		mgi_archive_refuse(j->to, path, MAILGUARD_SEVERITY_WARN,
		                   MGI_SAY_ARCHIVE_TWIN);
	return fd;
}

/* -- members --------------------------------------------------------------- */

static mailguard_status bomb(job *j, const char *name)
{
	mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_LOSS,
	                   MGI_SAY_ARCHIVE_BOMB);
	return MAILGUARD_ITEROVER;
}

static mailguard_status bytes_copy(job *j,
                                   int fd,
                                   const char *name,
                                   mailguard_error *err)
{
	uint64_t at = 0;
	mailguard_status st;
	mailguard_span s;
	int sys = 0;

	while ((st = mgi_arc_read(&s, j->arc)) == MAILGUARD_OK) {
		if (mgi_interrupted(j->mg))
			return mgi_fail(err, j->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
		j->written += s.len;
		if (j->written > j->limit)
			return bomb(j, name);
		mgi_os_write(fd, at, s.data, s.len, &sys);
		if (sys)
			return mgi_fail_sys(err, j->mg, sys,
			                    MGI_SAY_FILE_UNWRITABLE, "path",
			                    j->to->root);
		at += s.len;
	}
	if (st == MAILGUARD_EFORMAT)
		mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_LOSS,
		                   MGI_SAY_ARCHIVE_TORN_MEMBER);
	return MAILGUARD_OK;
}

/* "old.mbox" of "/home/ann/old.mbox.gz". */
static const char *raw_name(mgi_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/'), *dot;

	path = slash ? slash + 1 : path;
	dot = strrchr(path, '.');
	return dot && dot != path
	               ? mgi_arena_strndup(arena, path, (size_t)(dot - path))
	               : path;
}

static mailguard_status file_take(job *j,
                                  const char *name,
                                  const char *path,
                                  mailguard_error *err)
{
	mailguard_status st;
	int fd, sys = 0;

	if (++j->files > MGI_ARCHIVE_FILES)
		return bomb(j, name);
	fd = folders_make(j, path) ? file_make(j, path, &sys) : -1;
	if (fd < 0) {
		mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_LOSS,
		                   MGI_SAY_ARCHIVE_NAME);
		return MAILGUARD_OK;
	}
	st = bytes_copy(j, fd, name, err);
	mgi_os_close(fd);
	return st;
}

static mailguard_status member_take(job *j,
                                    const mgi_arc_entry *e,
                                    const char *name,
                                    mailguard_error *err)
{
	const char *path = path_of(j, name);

	if (mgi_arena_failed(j->arena))
		return mgi_fail_nomem(err);
	if (!path) {
		mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_LOSS,
		                   MGI_SAY_ARCHIVE_OUTSIDE);
	} else if (e->kind == MGI_ARC_LINK || e->kind == MGI_ARC_OTHER) {
		mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_WARN,
		                   MGI_SAY_ARCHIVE_LINK);
	} else if (e->locked) {
		mgi_archive_refuse(j->to, name, MAILGUARD_SEVERITY_LOSS,
		                   MGI_SAY_ARCHIVE_LOCKED);
	} else if (e->kind == MGI_ARC_FOLDER || !path[0]) {
		const char *in = mgi_arena_printf(j->arena, "%s/.", path);

		if (path[0] && in)
			(void)folders_make(j, in); /* an empty Maildir's cur */
	} else {
		return file_take(j, name, path, err);
	}
	return MAILGUARD_OK;
}

static mailguard_status members_take(job *j,
                                     const char *path,
                                     mailguard_error *err)
{
	mailguard_status st;
	mgi_arc_entry e;

	while ((st = mgi_arc_next(&e, j->arc, err)) == MAILGUARD_OK) {
		const char *name = e.raw ? raw_name(j->arena, path) : e.name;

		st = name ? member_take(j, &e, name, err) : mgi_fail_nomem(err);
		mgi_arena_empty(j->arena);
		if (st != MAILGUARD_OK)
			return st;
	}
	if (st != MAILGUARD_EFORMAT)
		return st;
	if (!j->files) /* only looks like one */
		return mgi_fail(err, j->mg, MAILGUARD_EFORMAT,
		                MGI_SAY_STORE_UNKNOWN, "path", path);
	mgi_archive_refuse(j->to, NULL, MAILGUARD_SEVERITY_LOSS,
	                   MGI_SAY_ARCHIVE_TORN);
	return MAILGUARD_ITEROVER;
}

/* -- cut off --------------------------------------------------------------- */

#define TAR_BLOCK 512

static bool is_zero(const unsigned char *at, size_t n)
{
	while (n && !at[n - 1])
		n--;
	return !n;
}

/* The octal number of a member's size; UINT64_MAX if it is none. */
static uint64_t tar_size(const unsigned char *head)
{
	uint64_t n = 0;
	size_t i;

	for (i = 124; i < 136 && head[i] == ' '; i++)
		;
	for (; i < 136 && head[i] >= '0' && head[i] <= '7'; i++)
		n = n * 8 + (uint64_t)(head[i] - '0');
	return head[124] & 0x80 ? UINT64_MAX : n;
}

/*
 * Does a bare tar end with zero blocks, and only there? A zero block before
 * is a lost head, and what stands behind it goes unseen.
 */
static bool tar_is_whole(mgi_file *f)
{
	uint64_t at = 0, size = mgi_file_size(f), n;
	unsigned char block[TAR_BLOCK];
	size_t got;

	for (;; at += TAR_BLOCK + (n + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK) {
		if (at >= size ||
		    mgi_file_read(f, at, block, TAR_BLOCK, &got, NULL) < 0 ||
		    got < TAR_BLOCK)
			return false;
		if (is_zero(block, TAR_BLOCK))
			break;
		n = tar_size(block);
		if (n > size)
			return n == UINT64_MAX; /* not told so that we know */
	}
	for (; at < size; at += got)
		if (mgi_file_read(f, at, block, TAR_BLOCK, &got, NULL) < 0 ||
		    !got || !is_zero(block, got))
			return false;
	return true;
}

/* libarchive takes a file that ends between two members for whole. */
static mailguard_status end_look(bool *torn,
                                 mailguard *mg,
                                 const char *path,
                                 mailguard_error *err)
{
	unsigned char head[TAR_BLOCK];
	mailguard_status st;
	mgi_zip *zip = NULL;
	mgi_file *f;
	size_t n;

	*torn = false;
	st = mgi_file_open(&f, mg, path, err);
	if (st < 0)
		return st;
	st = mgi_file_read(f, 0, head, sizeof(head), &n, err);
	if (st >= 0 && n > 4 && memcmp(head, "PK", 2) == 0) {
		st = mgi_zip_open(&zip, f, err);
		*torn = st == MAILGUARD_EFORMAT || (zip && zip->broken);
		mgi_zip_free(zip);
	} else if (st >= 0 && n == sizeof(head) &&
	           memcmp(head + 257, "ustar", 5) == 0) {
		*torn = !tar_is_whole(f);
	}
	mgi_file_close(f);
	return st == MAILGUARD_EFORMAT ? MAILGUARD_OK : st;
}

static bool is_told(const mgi_archive *a, mgi_say_id text)
{
	size_t i;

	for (i = 0; i < a->refusals && a->refused[i].text != text; i++)
		;
	return i < a->refusals;
}

static mailguard_status end_tell(mgi_archive *a,
                                 mailguard *mg,
                                 const char *path,
                                 mailguard_error *err)
{
	mailguard_status st;
	bool torn;

	if (is_told(a, MGI_SAY_ARCHIVE_TORN))
		return MAILGUARD_OK;
	st = end_look(&torn, mg, path, err);
	if (st >= 0 && torn)
		mgi_archive_refuse(a, NULL, MAILGUARD_SEVERITY_LOSS,
		                   MGI_SAY_ARCHIVE_TORN);
	return st;
}

mailguard_status mgi_archive_unpack(mgi_archive *a,
                                    mailguard *mg,
                                    const char *path,
                                    mailguard_error *err)
{
	job j = { a, mgi_arena_new(mg), mg, NULL, 0, 0, 0, NULL };
	mailguard_status st;
	mgi_stat packed;

	if (!j.arena)
		return mgi_fail_nomem(err);
	memset(&packed, 0, sizeof(packed));
	(void)mgi_os_stat(&packed, path);
	j.limit = packed.size > MGI_ARCHIVE_LARGE / MGI_ARCHIVE_RATIO
	                  ? MGI_ARCHIVE_LARGE
	                  : packed.size * MGI_ARCHIVE_RATIO + MGI_ARCHIVE_SMALL;
	a->root = mgi_folder_temp(a->arena, mg, err);
	st = a->root ? mgi_arc_open(&j.arc, mg, path, err) : MAILGUARD_EIO;
	if (a->root && st == MAILGUARD_EFORMAT)
		st = mgi_fail(err, mg, st, MGI_SAY_STORE_UNKNOWN, "path", path);
	if (st >= 0)
		st = members_take(&j, path, err);
	mgi_arc_free(j.arc);
	mgi_arena_free(j.arena);
	if (st >= 0)
		st = end_tell(a, mg, path, err);
	if (st >= 0 && mgi_arena_failed(a->arena))
		st = mgi_fail_nomem(err);
	return st < 0 ? st : MAILGUARD_OK;
}

/* -- taken away again ------------------------------------------------------ */

void mgi_archive_clear(mgi_arena *arena, const char *root)
{
	mgi_dir dir = { NULL, 0 };
	size_t i;

	if (mgi_dir_read(&dir, arena, root, NULL) < 0)
		return;
	for (i = 0; i < dir.count; i++) {
		const char *path =
			mgi_arena_printf(arena, "%s/%s", root, dir.at[i].name);

		if (!path)
			return;
		if (dir.at[i].kind == MGI_ENTRY_FOLDER)
			mgi_archive_clear(arena, path);
		else
			mgi_path_remove(path);
	}
	mgi_path_remove(root);
}
