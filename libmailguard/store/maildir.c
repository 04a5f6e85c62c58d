/*
 * maildir.c - one file a message in cur/ and new/, folders as ".Name".
 *
 * Flags stand behind ":2," in the name (";2," where ":" may not stand in a
 * name). What lies in tmp/ was never delivered.
 */
#include "store/driver.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_dir.h"
#include "store/keywords.h"

static const char *const rooms[] = { "new", "cur" };

static bool is_maildir(mgi_arena *arena, const char *path)
{
	const char *cur = mgi_arena_printf(arena, "%s/%s", path, "cur");
	const char *new = mgi_arena_printf(arena, "%s/%s", path, "new");

	return cur && new &&
	       (mgi_path_kind(cur) == MGI_ENTRY_FOLDER ||
	        mgi_path_kind(new) == MGI_ENTRY_FOLDER);
}

static int maildir_sniff(const mgi_store_sight *sight)
{
	return sight->is_folder && is_maildir(sight->arena, sight->path) ? 95
	                                                                 : 0;
}

/* What stands behind ":2,". */
static const char *letters_of(const char *name)
{
	const char *info = strstr(name, ":2,");

	if (!info)
		info = strstr(name, ";2,");
	return info ? info + 3 : "";
}

static uint32_t flags_of(const char *letter)
{
	static const struct {
		char letter;
		uint32_t flag;
	} letters[] = {
		{ 'S', MAILGUARD_FLAG_SEEN },
		{ 'R', MAILGUARD_FLAG_ANSWERED },
		{ 'F', MAILGUARD_FLAG_FLAGGED },
		{ 'T', MAILGUARD_FLAG_DELETED },
		{ 'D', MAILGUARD_FLAG_DRAFT },
		{ 'P', MAILGUARD_FLAG_PASSED },
	};
	uint32_t flags = 0;
	size_t i;

	for (; *letter; letter++)
		for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			if (letters[i].letter == *letter)
				flags |= letters[i].flag;
	return flags;
}

static mailguard_status room_add(mailguard_store *s,
                                 const char *room,
                                 const char *folder,
                                 const mgi_keywords *names,
                                 mailguard_error *err)
{
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = mgi_dir_read(&dir, s->arena, room, err);
	if (st < 0)
		return st;
	for (i = 0; i < dir.count; i++) {
		const char *letters = letters_of(dir.at[i].name);
		mgi_store_file f = { NULL, folder, flags_of(letters), NULL };

		if (dir.at[i].kind != MGI_ENTRY_FILE ||
		    dir.at[i].name[0] == '.')
			continue;
		f.path = mgi_arena_printf(s->arena, "%s/%s", room,
		                          dir.at[i].name);
		f.keywords = mgi_keywords_of(names, s->arena, letters);
		if (!f.path || !f.keywords || !mgi_store_file_add(s, &f))
			return mgi_fail_nomem(err);
	}
	return MAILGUARD_OK;
}

static mailguard_status messages_add(mailguard_store *s,
                                     const char *path,
                                     const char *folder,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mgi_keywords names;
	size_t r;

	s->folders++;
	mgi_keywords_read(&names, s->arena, path);
	for (r = 0; st >= 0 && r < sizeof(rooms) / sizeof(rooms[0]); r++) {
		const char *room =
			mgi_arena_printf(s->arena, "%s/%s", path, rooms[r]);

		if (!room || mgi_arena_failed(s->arena))
			return mgi_fail_nomem(err);
		if (mgi_path_kind(room) == MGI_ENTRY_FOLDER)
			st = room_add(s, room, folder, &names, err);
	}
	return st;
}

/* Maildir++ writes "a/b" as ".a.b". */
static const char *folder_name(mgi_arena *arena, const char *name)
{
	char *out = mgi_arena_strdup(arena, name + 1), *at;

	for (at = out; at && *at; at++)
		if (*at == '.')
			*at = '/';
	return out;
}

static mailguard_status maildir_open(mailguard_store *s, mailguard_error *err)
{
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	st = messages_add(s, s->path, "INBOX", err);
	if (st >= 0)
		st = mgi_dir_read(&dir, s->arena, s->path, err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		const char *path, *folder;

		if (dir.at[i].kind != MGI_ENTRY_FOLDER ||
		    dir.at[i].name[0] != '.')
			continue;
		path = mgi_arena_printf(s->arena, "%s/%s", s->path,
		                        dir.at[i].name);
		folder = folder_name(s->arena, dir.at[i].name);
		if (!path || !folder)
			return mgi_fail_nomem(err);
		if (is_maildir(s->arena, path))
			st = messages_add(s, path, folder, err);
	}
	return st;
}

const mgi_store_reader mgi_store_maildir = {
	.name = "maildir",
	.sniff = maildir_sniff,
	.open = maildir_open,
	.begin = mgi_files_begin,
	.next = mgi_files_next,
};
