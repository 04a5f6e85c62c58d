/*
 * mbox.c - what is an mbox, in one file or a folder of such. How its messages
 * are parted is mbox_walk.c's.
 */
#include "store/from_line.h"
#include "store/mbox.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"

#define NAMES_DEEP 16

static int mbox_sniff(const mgi_store_sight *sight);

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n > m && mgi_strcmp_nocase(name + n - m, end) == 0;
}

/* Skip names that are no mail in a client's folder. */
static bool is_mail_name(const char *name)
{
	static const char *const no[] = { ".pst",  ".ost",  ".dbx",    ".msf",
		                          ".dat",  ".json", ".sqlite", ".lck",
		                          ".lock", ".html", ".txt",    ".ini" };
	size_t i;

	if (name[0] == '.')
		return false;
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (ends_with(name, no[i]))
			return false;
	return true;
}

/* Does this file begin like an mbox? An empty one does. */
static bool file_sniff(mgi_arena *arena, const char *path, const char *name)
{
	mgi_store_sight sight = { path, name, false, { NULL, 0 }, arena };
	mailguard_span head;
	bool is = false;
	mgi_file *f;

	if (mgi_file_open(&f, mgi_arena_handle(arena), path, NULL) < 0)
		return false;
	if (mgi_file_window(&head, f, 0, 4096, NULL) >= 0) {
		sight.head = head;
		is = mbox_sniff(&sight) > 0;
	}
	mgi_file_close(f);
	return is;
}

/* "Work.sbd" holds the folders below "Work". */
static const char *folder_name(mgi_arena *arena,
                               const char *above,
                               const char *name)
{
	char *out = mgi_arena_printf(arena, "%s%s%s", above,
	                             above[0] ? "/" : "", name);
	size_t n = out ? strlen(out) : 0;

	if (n > 4 && strcmp(out + n - 4, ".sbd") == 0)
		out[n - 4] = '\0';
	return out;
}

static mailguard_status folder_add(mailguard_store *s,
                                   const char *path,
                                   const char *folder,
                                   unsigned depth,
                                   mailguard_error *err)
{
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = mgi_dir_read(&dir, s->arena, path, err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *name = dir.at[i].name;
		const char *below =
			mgi_arena_printf(s->arena, "%s/%s", path, name);
		const char *as = folder_name(s->arena, folder, name);

		if (!below || !as)
			return mgi_fail_nomem(err);
		if (dir.at[i].kind == MGI_ENTRY_FOLDER && depth < NAMES_DEEP &&
		    name[0] != '.')
			st = folder_add(s, below, as, depth + 1, err);
		else if (dir.at[i].kind == MGI_ENTRY_FILE &&
		         is_mail_name(name) &&
		         file_sniff(s->arena, below, name)) {
			mgi_store_file f = { below, as, 0, NULL };

			(void)mgi_store_file_add(s, &f);
		}
	}
	return st;
}

/* A folder counts if a file in it does: an empty guess is no store. */
static int folder_sniff(const mgi_store_sight *sight)
{
	mgi_dir dir;
	size_t i;

	if (mgi_dir_read(&dir, sight->arena, sight->path, NULL) < 0)
		return 0;
	for (i = 0; i < dir.count; i++) {
		const char *path;

		if (dir.at[i].kind == MGI_ENTRY_FOLDER) {
			size_t n = strlen(dir.at[i].name);

			if (n > 4 &&
			    strcmp(dir.at[i].name + n - 4, ".sbd") == 0)
				return 50;
			continue;
		}
		path = mgi_arena_printf(sight->arena, "%s/%s", sight->path,
		                        dir.at[i].name);
		if (path && dir.at[i].kind == MGI_ENTRY_FILE &&
		    is_mail_name(dir.at[i].name) &&
		    file_sniff(sight->arena, path, dir.at[i].name))
			return 50;
	}
	return 0;
}

/* A first line that was a From_ line, or none, and a header behind it. */
static bool is_torn_head(mailguard_span s)
{
	mgi_from_line f = { s, { NULL, 0 }, true, false, false };
	const unsigned char *lf = memchr(s.data, '\n', s.len);

	if (!lf)
		return false;
	f.line.len = (size_t)(lf - s.data);
	f.next = mgi_span_from(s, f.line.len + 1);
	lf = memchr(f.next.data, '\n', f.next.len);
	if (lf)
		f.next.len = (size_t)(lf - f.next.data);
	return mgi_from_line_was(&f);
}

/* Its head is gone; do From_ lines further on show what it was? */
static bool is_torn_file(const mgi_store_sight *sight)
{
	mgi_file *f;
	bool is;

	if (mgi_file_open(&f, mgi_arena_handle(sight->arena), sight->path,
	                  NULL) < 0)
		return false;
	is = mgi_mbox_shows(f);
	mgi_file_close(f);
	return is;
}

static int mbox_sniff(const mgi_store_sight *sight)
{
	mailguard_span s = sight->head;

	if (sight->is_folder)
		return folder_sniff(sight);
	if (mgi_span_starts(s, MGI_MBOX_MARK))
		s = mgi_span_from(s, sizeof(MGI_MBOX_MARK) - 1);
	while (s.len && (s.data[0] == '\r' || s.data[0] == '\n'))
		s = mgi_span_from(s, 1);
	if (mgi_span_starts(s, "From "))
		return 90;
	/* An empty mailbox is one; so is one whose head was overwritten. */
	if (!sight->head.len)
		return 10;
	if (!is_mail_name(sight->name) || mgi_span_starts(s, "!BDN"))
		return 0;
	if (s.len && s.data[0] == '\0')
		return 10;
	if (is_torn_head(s))
		return 70;
	/* More than the 60 of one message: it goes on behind the first. */
	if (!ends_with(sight->name, ".eml") && is_torn_file(sight))
		return 65;
	return 0;
}

static mailguard_status mbox_open(mailguard_store *s, mailguard_error *err)
{
	const char *slash = strrchr(s->path, '/');
	mgi_store_file f = { s->path, slash ? slash + 1 : s->path, 0, NULL };
	mailguard_status st = MAILGUARD_OK;

	if (mgi_path_kind(s->path) == MGI_ENTRY_FOLDER)
		st = folder_add(s, s->path, "", 0, err);
	else
		(void)mgi_store_file_add(s, &f);
	s->folders = s->count;
	return st;
}

const mgi_store_reader mgi_store_mbox = {
	.name = "mbox",
	.sniff = mbox_sniff,
	.open = mbox_open,
	.begin = mgi_mbox_begin,
	.next = mgi_mbox_next,
};
