/*
 * find_folder.c - folders that are one store as a whole.
 *
 * Thunderbird's folders of mbox files, Maildir, Apple's mailboxes, Dovecot's
 * dbox and Cyrus are told by the names in them.
 */
#include "checkup/find.h"

#include <string.h>

static bool holds(const mgi_dir *dir, const char *name, mgi_entry_kind kind)
{
	size_t i;

	for (i = 0; i < dir->count; i++)
		if (dir->at[i].kind == kind &&
		    strcmp(dir->at[i].name, name) == 0)
			return true;
	return false;
}

/* "u.12", "m.3", "12.": what stands around the digits. */
static bool numbered(const char *name, const char *before, const char *after)
{
	size_t i = strlen(before), first = i;

	if (strncmp(name, before, i) != 0)
		return false;
	while (mgi_is_digit((unsigned char)name[i]))
		i++;
	return i > first && strcmp(name + i, after) == 0;
}

static bool is_message_of(mgi_find_kind_id kind, const char *name)
{
	switch (kind) {
	case MGI_FIND_SDBOX:
		return numbered(name, "u.", "");
	case MGI_FIND_MDBOX:
		return numbered(name, "m.", "");
	case MGI_FIND_CYRUS:
		return numbered(name, "", ".");
	case MGI_FIND_EMLX:
		return mgi_find_ends(name, ".emlx");
	case MGI_FIND_MAILDIR:
		return name[0] != '.';
	default:
		return false;
	}
}

/* Count the files of a store that is a tree of folders. */
static void tree_count(mgi_find_thing *t,
                       mailguard_find *f,
                       const char *path,
                       unsigned depth)
{
	mgi_stat s;
	mgi_dir dir;
	size_t i;

	if (depth > MGI_FIND_TREE_DEPTH ||
	    mgi_dir_read(&dir, f->step, path, NULL) < 0)
		return;
	f->entries += dir.count;
	for (i = 0; i < dir.count; i++) {
		const char *name = dir.at[i].name;
		const char *below = mgi_find_join(f, path, name);

		if (!below || mgi_os_stat(&s, below))
			continue;
		if (s.kind == MGI_ENTRY_FOLDER)
			tree_count(t, f, below, depth + 1);
		else if (s.kind == MGI_ENTRY_FILE &&
		         is_message_of(t->kind, name))
			mgi_find_count(t, below, &s);
	}
}

/* One folder of a Maildir: what was delivered, in new/ and cur/. */
static void maildir_count(mgi_find_thing *t,
                          mailguard_find *f,
                          const char *path)
{
	static const char *const rooms[] = { "new", "cur" };
	size_t r;

	for (r = 0; r < sizeof(rooms) / sizeof(rooms[0]); r++) {
		const char *room = mgi_find_join(f, path, rooms[r]);

		if (room) /* its folders are none of ours */
			tree_count(t, f, room, MGI_FIND_TREE_DEPTH);
	}
}

static bool is_maildir(mailguard_find *f, const char *path)
{
	const char *cur = mgi_find_join(f, path, "cur");
	const char *new = mgi_find_join(f, path, "new");

	return cur && new &&mgi_path_kind(cur) ==
	                      MGI_ENTRY_FOLDER &&mgi_path_kind(new) ==
	                      MGI_ENTRY_FOLDER;
}

static void maildir_look(mgi_find_thing *t,
                         mailguard_find *f,
                         const mgi_dir *dir)
{
	size_t i;

	maildir_count(t, f, t->path);
	for (i = 0; i < dir->count; i++) {
		const char *below;

		if (dir->at[i].kind != MGI_ENTRY_FOLDER ||
		    dir->at[i].name[0] != '.')
			continue;
		below = mgi_find_join(f, t->path, dir->at[i].name);
		if (below && is_maildir(f, below))
			maildir_count(t, f, below);
	}
}

/* Inbox.msf beside Inbox; ImapMail/ keeps those of its servers' folders. */
static bool is_thunderbird(const mgi_dir *dir)
{
	size_t i, k, n;

	for (i = 0; i < dir->count; i++) {
		const char *name = dir->at[i].name;

		if (dir->at[i].kind == MGI_ENTRY_FOLDER) {
			if (mgi_find_ends(name, ".sbd"))
				return true;
			continue;
		}
		if (!mgi_find_ends(name, ".msf"))
			continue;
		n = strlen(name) - strlen(".msf");
		for (k = 0; k < dir->count; k++)
			if (dir->at[k].kind == MGI_ENTRY_FOLDER &&
			    strlen(dir->at[k].name) == n &&
			    memcmp(dir->at[k].name, name, n) == 0)
				break;
		if (k == dir->count)
			return true;
	}
	return false;
}

static void mbox_count(mgi_find_thing *t, mailguard_find *f, const char *path)
{
	mailguard_time newest;
	mgi_stat s;

	if (mgi_os_stat(&s, path) || s.kind != MGI_ENTRY_FILE)
		return;
	mgi_find_count(t, path, &s);
	t->kind = MGI_FIND_MBOXES;
	newest = mgi_find_tail_date(f, path);
	if (newest > t->newest)
		t->newest = newest;
}

/* Is this file an mbox, be it an empty one with an index beside it? */
static bool is_mbox_here(mailguard_find *f,
                         const char *path,
                         const char *name,
                         const mgi_dir *dir)
{
	unsigned char head[MGI_FIND_HEAD];
	const char *index;
	int sys, n;

	if (mgi_find_ends(name, ".msf") || !mgi_find_may_be_mail(name))
		return false;
	n = mgi_find_head(head, path, &sys);
	if (n > 0)
		return mgi_find_kind_of(name, mgi_span(head, (size_t)n)) ==
		       MGI_FIND_MBOX;
	index = mgi_arena_printf(f->step, "%s.msf", name);
	return n == 0 && index && holds(dir, index, MGI_ENTRY_FILE);
}

static void thunderbird_look(mgi_find_thing *t,
                             mailguard_find *f,
                             const char *path,
                             const mgi_dir *dir,
                             unsigned depth)
{
	size_t i;

	for (i = 0; i < dir->count; i++) {
		const char *name = dir->at[i].name;
		const char *below = mgi_find_join(f, path, name);
		mgi_dir more;

		if (!below)
			return;
		if (dir->at[i].kind == MGI_ENTRY_FILE &&
		    is_mbox_here(f, below, name, dir))
			mbox_count(t, f, below);
		if (dir->at[i].kind != MGI_ENTRY_FOLDER ||
		    !mgi_find_ends(name, ".sbd") ||
		    depth >= MGI_FIND_TREE_DEPTH ||
		    mgi_dir_read(&more, f->step, below, NULL) < 0)
			continue;
		f->entries += more.count;
		thunderbird_look(t, f, below, &more, depth + 1);
	}
}

/* No mbox was seen: the indexes are all there is. */
static void indexes_count(mgi_find_thing *t,
                          mailguard_find *f,
                          const mgi_dir *dir)
{
	size_t i;
	mgi_stat s;

	for (i = 0; i < dir->count; i++) {
		const char *below = mgi_find_join(f, t->path, dir->at[i].name);

		if (below && mgi_find_ends(dir->at[i].name, ".msf") &&
		    mgi_os_stat(&s, below) == 0)
			mgi_find_count(t, below, &s);
	}
}

/* Of folders that hold folders of messages: is one of these there? */
static bool has_any(mailguard_find *f,
                    const char *path,
                    const char *const *names,
                    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const char *below = mgi_find_join(f, path, names[i]);

		if (below && mgi_path_exists(below))
			return true;
	}
	return false;
}

static mgi_find_kind_id server_kind(mailguard_find *f,
                                    const char *path,
                                    const mgi_dir *dir)
{
	static const char *const mdbox[] = { "storage/dovecot.map.index",
		                             "storage/dovecot.map.index.log",
		                             "storage/m.1" };
	static const char *const sdbox[] = { "mailboxes/INBOX/dbox-Mails" };

	if (holds(dir, "cyrus.header", MGI_ENTRY_FILE) ||
	    holds(dir, "cyrus.index", MGI_ENTRY_FILE))
		return MGI_FIND_CYRUS;
	if (holds(dir, "storage", MGI_ENTRY_FOLDER) &&
	    has_any(f, path, mdbox, sizeof(mdbox) / sizeof(mdbox[0])))
		return MGI_FIND_MDBOX;
	if (holds(dir, "dbox-Mails", MGI_ENTRY_FOLDER) ||
	    (holds(dir, "mailboxes", MGI_ENTRY_FOLDER) &&
	     has_any(f, path, sdbox, 1)))
		return MGI_FIND_SDBOX;
	return MGI_FIND_NONE;
}

mgi_find_kind_id mgi_find_folder(mgi_find_thing *out,
                                 mailguard_find *f,
                                 const char *path,
                                 const mgi_dir *dir)
{
	memset(out, 0, sizeof(*out));
	out->path = path;
	out->kind = server_kind(f, path, dir);
	if (out->kind == MGI_FIND_NONE && mgi_find_ends(path, ".mbox"))
		out->kind = MGI_FIND_EMLX;
	if (out->kind != MGI_FIND_NONE) {
		tree_count(out, f, path, 0);
		if (out->kind != MGI_FIND_EMLX || out->files)
			return out->kind;
	}
	if (holds(dir, "cur", MGI_ENTRY_FOLDER) &&
	    holds(dir, "new", MGI_ENTRY_FOLDER)) {
		out->kind = MGI_FIND_MAILDIR;
		maildir_look(out, f, dir);
		return out->kind;
	}
	if (!is_thunderbird(dir))
		return MGI_FIND_NONE;
	out->kind = MGI_FIND_MSF; /* until an mbox is seen */
	thunderbird_look(out, f, path, dir, 0);
	if (out->kind == MGI_FIND_MSF)
		indexes_count(out, f, dir);
	return MGI_FIND_MBOXES;
}

bool mgi_find_consumes(mgi_find_kind_id kind, const char *name)
{
	switch (kind) {
	case MGI_FIND_NONE:
		return false;
	case MGI_FIND_MAILDIR:
		return name[0] == '.' || strcmp(name, "cur") == 0 ||
		       strcmp(name, "new") == 0 || strcmp(name, "tmp") == 0;
	case MGI_FIND_MBOXES:
		return mgi_find_ends(name, ".sbd");
	default:
		return true;
	}
}
