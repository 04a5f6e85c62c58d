/*
 * check_file.c - what a file shows without its messages being read: its ends,
 * its neighbours, whether somebody writes to it.
 */
#include "store/check.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/os_dir.h"
#include "base/os_stat.h"
#include "base/place.h"
#include "store/downloads.h"
#include "store/msf.h"

#define TAIL 4096
#define MSF_MAX ((size_t)64 << 20)

/* Zero bytes at a file's end or beginning: a write that never arrived. */
void mgi_check_ends(mailguard_check *c, mgi_file *file)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_LOSS, 0,   0, 0, 0, NULL,
		                mgi_file_path(file),     NULL };
	uint64_t size = mgi_file_size(file), at;
	mailguard_span s;
	size_t n;

	if (c->stage == MGI_CHECK_MESSAGES)
		f.item = c->item; /* its one message */
	(void)mgi_file_window(&s, file, 0, TAIL, NULL);
	for (n = 0; n < s.len && s.data[n] == '\0'; n++)
		;
	f.length = n;
	if (n >= 16)
		mgi_check_note(c, &f, MGI_SAY_STORE_ZERO_HEAD);
	at = size > TAIL ? size - TAIL : 0;
	(void)mgi_file_window(&s, file, at, TAIL, NULL);
	for (n = 0; n < s.len && s.data[s.len - n - 1] == '\0'; n++)
		;
	f.offset = at + s.len - n;
	f.length = n;
	if (n >= 16)
		mgi_check_note(c, &f, MGI_SAY_STORE_ZERO_TAIL);
}

/* -- neighbours ------------------------------------------------------------ */

static void path_note(mailguard_check *c,
                      const char *path,
                      mailguard_severity severity,
                      mgi_say_id text)
{
	mailguard_finding f = { severity, 0,   MAILGUARD_NOWHERE, 0, 0, NULL,
		                path,     NULL };

	mgi_check_note(c, &f, text);
}

/* "info.lock", "info.lck": who writes to an mbox makes one of them. */
static void locks_look(mailguard_check *c, const char *path)
{
	static const char *const ends[] = { ".lock", ".lck" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const char *lock =
			mgi_arena_printf(c->arena, "%s%s", path, ends[i]);

		if (lock && mgi_path_exists(lock))
			path_note(c, lock, MAILGUARD_SEVERITY_WARN,
			          MGI_SAY_STORE_LOCKED);
	}
}

/* "info (conflicted copy ...)", "info-DESKTOP-1A2B3C4.mbox" of "info". */
static bool is_copy_of(const char *other, const char *name)
{
	const char *dot = strrchr(name, '.');
	size_t stem = dot && dot != name ? (size_t)(dot - name) : strlen(name);

	return strcmp(other, name) != 0 && strlen(other) > stem &&
	       strncmp(other, name, stem) == 0 && other[stem] != '.';
}

/*
 * Names that mean a conflict in a synced folder alone mean one here, too: the
 * file they are of lies beside them.
 */
static bool is_conflict_name(mgi_arena *arena, const char *name)
{
	const char *path = mgi_arena_printf(arena, "OneDrive/%s%s", name,
	                                    strchr(name, '.') ? "" : ".");

	return path &&
	       mgi_place_of_path(mgi_span_of(path)).risks & MGI_RISK_CONFLICT;
}

/* The folder looked into last: the files of a store mostly share one. */
typedef struct beside {
	mgi_arena *arena;
	const char *folder;
	mgi_dir dir;
} beside;

static void folder_read(beside *b, const char *path, const char *slash)
{
	size_t n = slash ? (size_t)(slash - path) : 0;

	if (b->folder && strlen(b->folder) == n &&
	    strncmp(b->folder, path, n) == 0)
		return;
	mgi_arena_empty(b->arena);
	b->folder = mgi_arena_strndup(b->arena, path, n);
	if (!b->folder || mgi_dir_read(&b->dir, b->arena,
	                               slash == path ? "/"
	                               : slash       ? b->folder
	                                             : ".",
	                               NULL) < 0)
		b->dir.count = 0;
}

/* What lies beside a file or folder of mail. */
static void neighbours_look(mailguard_check *c, beside *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t i;

	folder_read(b, path, slash);
	for (i = 0; i < b->dir.count; i++) {
		const char *other;

		if (!is_copy_of(b->dir.at[i].name, name) ||
		    !is_conflict_name(b->arena, b->dir.at[i].name))
			continue;
		other = mgi_arena_printf(c->arena, "%.*s%s%s",
		                         (int)(slash ? slash - path : 0), path,
		                         slash ? "/" : "", b->dir.at[i].name);
		if (other)
			path_note(c, other, MAILGUARD_SEVERITY_WARN,
			          MGI_SAY_STORE_CONFLICT_COPY);
	}
}

/* -- the summary beside an mbox -------------------------------------------- */

static void msf_look(mailguard_check *c, const mgi_box *box)
{
	const char *path = mgi_arena_printf(c->arena, "%s.msf", box->path);
	mailguard_buffer text;
	mgi_msf msf;

	if (!path || mgi_path_kind(path) != MGI_ENTRY_FILE)
		return;
	mgi_buf_init(&text, c->store->mg);
	if (mgi_file_slurp(&text, path, MSF_MAX, NULL) >= 0) {
		msf = mgi_msf_of(mgi_buf_span(&text));
		/* An empty one is of a folder that was never opened. */
		if (msf.has_size && msf.size && msf.size != box->then.size)
			path_note(c, path, MAILGUARD_SEVERITY_WARN,
			          MGI_SAY_MSF_STALE);
		else if (msf.has_size && msf.has_count &&
		         c->opts.quick != MAILGUARD_CHECK_QUICK &&
		         msf.count != box->mails)
			path_note(c, path, MAILGUARD_SEVERITY_WARN,
			          MGI_SAY_MSF_COUNT);
	}
	mgi_buf_done(&text);
}

void mgi_check_downloads(mailguard_check *c, const mailguard_downloads *d)
{
	mailguard_finding f = {
		MAILGUARD_SEVERITY_WARN, 0, 0, 0, 0, NULL, NULL, NULL
	};

	c->sum.downloads = d->count;
	f.where = d->file;
	f.offset = MAILGUARD_NOWHERE;
	if (d->torn)
		mgi_check_note(c, &f, MGI_SAY_DOWNLOADS_TORN);
}

/* A list that cannot be read is told, and no reason to stop. */
static mailguard_status downloads_look(mailguard_check *c, mailguard_error *err)
{
	mailguard_downloads *d;
	mailguard_status st = mailguard_store_downloads(&d, c->store, err);

	if (st == MAILGUARD_ENOMEM)
		return st;
	if (st < 0) {
		mgi_error_clear(err);
		path_note(c, c->store->path, MAILGUARD_SEVERITY_WARN,
		          MGI_SAY_DOWNLOADS_TORN);
		return MAILGUARD_OK;
	}
	mgi_check_downloads(c, d);
	mailguard_downloads_free(d);
	return MAILGUARD_OK;
}

/* -- before and after -------------------------------------------------------
 */

static bool has_boxes(const mailguard_check *c)
{
	return c->store->reader == &mgi_store_mbox;
}

/* An mbox, before its messages are read. */
static void box_look(mailguard_check *c, beside *b, size_t i)
{
	const char *path = c->store->files[i].path;

	c->boxes[i].path = path;
	(void)mgi_os_stat(&c->boxes[i].then, path);
	locks_look(c, path);
	if (strcmp(path, c->store->path) != 0)
		neighbours_look(c, b, path);
}

mailguard_status mgi_check_files(mailguard_check *c, mailguard_error *err)
{
	const mailguard_store *s = c->store;
	beside b = { mgi_arena_new(s->mg), NULL, { NULL, 0 } };
	mgi_file *file;
	bool nomem;
	size_t i;

	if (!b.arena)
		return mgi_fail_nomem(err);
	neighbours_look(c, &b, s->path);
	if (has_boxes(c))
		c->boxes = mgi_arena_array(c->arena, s->count + 1,
		                           sizeof(*c->boxes));
	for (i = 0; i < s->count; i++) {
		if (c->boxes)
			box_look(c, &b, i);
		/* A file of one message is looked at while it is open for
		   that. */
		if (s->reader->next == mgi_files_next &&
		    c->opts.quick != MAILGUARD_CHECK_QUICK)
			continue;
		if (mgi_file_open(&file, s->mg, s->files[i].path, NULL) < 0)
			continue; /* the walk says it with its reason */
		mgi_check_ends(c, file);
		mgi_file_close(file);
	}
	nomem = mgi_arena_failed(b.arena) || mgi_arena_failed(c->arena);
	mgi_arena_free(b.arena);
	return nomem ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_check_files_after(mailguard_check *c, mailguard_error *err)
{
	size_t i;

	for (i = 0; c->boxes && i < c->store->count; i++) {
		const mgi_box *box = &c->boxes[i];
		mgi_stat now;

		msf_look(c, box);
		if (mgi_os_stat(&now, box->path) == 0 &&
		    box->then.kind == MGI_ENTRY_FILE &&
		    (now.size != box->then.size ||
		     now.changed != box->then.changed ||
		     now.number != box->then.number))
			path_note(c, box->path, MAILGUARD_SEVERITY_WARN,
			          MGI_SAY_STORE_CHANGING);
	}
	return has_boxes(c) ? downloads_look(c, err) : MAILGUARD_OK;
}
