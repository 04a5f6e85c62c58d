/*
 * guard.c - is the store at rest, and is the destination a place for a copy?
 */
#include "backup/guard.h"

#include <errno.h>
#include <string.h>

#include "backup/tree.h"
#include "base/fail.h"
#include "base/os_dir.h"
#include "base/place.h"
#include "base/text.h"

#define CLIENT_ABOVE 6 /* folders between a mail file and its client's lock */
#define SPARE ((uint64_t)16 << 20)

typedef struct look {
	mailguard_backup *b;
	uint64_t bytes, largest;
} look;

static mailguard_status locked(mailguard_backup *b,
                               size_t store,
                               const char *path,
                               mailguard_error *err)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                store + 1,
		                NULL,
		                path,
		                NULL };

	if (!(b->opts.allow & MAILGUARD_BACKUP_LOCKED))
		return mgi_fail(err, b->mg, MAILGUARD_EBUSY,
		                MGI_SAY_BACKUP_LOCKED, "path", path);
	b->stores[store].told.flags |= MAILGUARD_BACKUP_WAS_LOCKED;
	mgi_backup_note(b, &f, MGI_SAY_BACKUP_WAS_LOCKED);
	return MAILGUARD_OK;
}

/* "Inbox.lock" beside "Inbox": whoever writes to an mbox makes it. */
static bool is_dotlock(const char *path)
{
	static const char *const ends[] = { ".lock", ".lck" };
	char of[MGI_BAG_PATH];
	size_t n = strlen(path), i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t e = strlen(ends[i]);

		if (n <= e || n - e >= sizeof(of) ||
		    strcmp(path + n - e, ends[i]) != 0)
			continue;
		memcpy(of, path, n - e);
		of[n - e] = '\0';
		return mgi_path_exists(of);
	}
	return false;
}

static mailguard_status visit(void *self,
                              const mgi_met_file *met,
                              mailguard_error *err)
{
	look *l = self;
	mailguard_finding f = {
		MAILGUARD_SEVERITY_WARN, 0,    MAILGUARD_NOWHERE, 0,
		met->store + 1,          NULL, met->path,         NULL
	};

	if (met->st.kind == MGI_ENTRY_OTHER)
		mgi_backup_note(l->b, &f, MGI_SAY_BACKUP_LEFT_OUT);
	if (met->st.kind != MGI_ENTRY_FILE)
		return mgi_backup_tick(l->b, 0, err);
	l->bytes += met->st.size;
	if (met->st.size > l->largest)
		l->largest = met->st.size;
	if (is_dotlock(met->path) || mgi_os_locked(met->path))
		return locked(l->b, met->store, met->path, err);
	return mgi_backup_tick(l->b, 0, err);
}

/* Locks that lie outside of the store: beside a file, and its client's. */
static mailguard_status around(mailguard_backup *b,
                               size_t i,
                               mailguard_error *err)
{
	static const char *const beside[] = { ".lock", ".lck" };
	static const char *const client[] = { ".parentlock", "parent.lock" };
	mgi_arena *arena = mgi_arena_new(b->mg);
	const char *at = b->stores[i].told.file, *held = NULL;
	mailguard_status st = MAILGUARD_OK;
	size_t k, up;

	if (!arena)
		return mgi_fail_nomem(err);
	for (k = 0; !b->stores[i].is_folder && k < 2; k++) {
		const char *lock =
			mgi_arena_printf(arena, "%s%s", at, beside[k]);

		if (lock && mgi_path_exists(lock))
			held = lock;
	}
	for (up = 0; at && !held && up < CLIENT_ABOVE; up++) {
		for (k = 0; k < 2; k++) {
			const char *lock =
				mgi_arena_printf(arena, "%s/%s", at, client[k]);

			if (lock && mgi_path_exists(lock) &&
			    mgi_os_locked(lock))
				held = lock;
		}
		at = strcmp(at, "/") == 0 ? NULL : mgi_guard_above(arena, at);
	}
	if (held)
		st = locked(b, i, held, err);
	else if (mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	mgi_arena_free(arena);
	return st;
}

mailguard_status mgi_guard_sources(mailguard_backup *b,
                                   uint64_t *largest,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	look l = { b, 0, 0 };
	size_t i;

	for (i = 0; st >= 0 && i < b->count; i++) {
		st = around(b, i, err);
		if (st >= 0)
			st = mgi_tree_walk(b, i, visit, &l, err);
	}
	b->total = l.bytes;
	*largest = l.largest;
	return st;
}

const char *mgi_guard_above(mgi_arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mgi_arena_strdup(arena, ".");
	if (slash == path)
		return mgi_arena_strdup(arena, "/");
	return mgi_arena_strndup(arena, path, (size_t)(slash - path));
}

/* -- the destination ------------------------------------------------------- */

static mailguard_status refuse(const mailguard_backup *b,
                               mgi_say_id id,
                               const char *path,
                               mailguard_error *err)
{
	return mgi_fail(err, b->mg, MAILGUARD_EINVAL, id, "path", path);
}

/* Is `path` `folder`, or below it? Both from the root. */
static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 &&
	       (path[n] == '/' || path[n] == '\0' || n == 1);
}

/* The copy must not share the fate of the original. */
static mailguard_status apart(const mailguard_backup *b,
                              const char *folder,
                              const char *place,
                              mailguard_error *err)
{
	char own[MGI_BAG_PATH];
	mgi_stat there, st;
	size_t i;
	int sys;

	sys = mgi_os_stat_target(&there, place);
	for (i = 0; !sys && i < b->count; i++) {
		const mgi_backed *s = &b->stores[i];

		sys = mgi_os_stat_target(&st, s->told.file);
		if (!sys)
			sys = mgi_os_absolute(own, sizeof(own), s->told.file);
		if (sys)
			break;
		if (s->is_folder && is_below(place, own))
			return refuse(b, MGI_SAY_BACKUP_INSIDE, folder, err);
		if (st.device == there.device &&
		    !(b->opts.allow & MAILGUARD_BACKUP_SAME_DISK))
			return refuse(b, MGI_SAY_BACKUP_SAME_DISK, folder, err);
	}
	return sys ? mgi_fail_sys(err, b->mg, sys, MGI_SAY_FILE_UNREADABLE,
	                          "path", folder)
	           : MAILGUARD_OK;
}

static mailguard_status room(const mailguard_backup *b,
                             const char *folder,
                             const mgi_disk *disk,
                             uint64_t need,
                             mailguard_error *err)
{
	if (!disk->total_bytes || disk->free_bytes >= need ||
	    b->opts.allow & MAILGUARD_BACKUP_FULL)
		return MAILGUARD_OK;
	return mgi_fail_sys(err, b->mg, ENOSPC, MGI_SAY_BACKUP_FULL, "path",
	                    folder, "need", mgi_u64(need >> 20).text, "free",
	                    mgi_u64(disk->free_bytes >> 20).text);
}

/* The disk of a folder, and what is to be told of the place. */
static mailguard_status place_look(mgi_place *out,
                                   mailguard_backup *b,
                                   const char *folder,
                                   char own[MGI_BAG_PATH],
                                   mailguard_error *err)
{
	int sys = mgi_os_absolute(own, MGI_BAG_PATH, folder);

	if (sys)
		return mgi_fail_sys(err, b->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", folder);
	return mgi_place_find(out, b->mg, own, NULL, err);
}

static void risk_tell(mailguard_backup *b, const char *folder, mgi_say_id text)
{
	mailguard_finding f = { MAILGUARD_SEVERITY_WARN,
		                0,
		                MAILGUARD_NOWHERE,
		                0,
		                0,
		                NULL,
		                folder,
		                NULL };

	mgi_backup_note(b, &f, text);
}

mailguard_status mgi_guard_room(mailguard_backup *b,
                                const char *folder,
                                uint64_t bytes,
                                mailguard_error *err)
{
	char own[MGI_BAG_PATH];
	mailguard_status st;
	mgi_place place;

	st = place_look(&place, b, folder, own, err);
	if (st < 0)
		return st;
	if (place.risks & MGI_RISK_SYNCED)
		risk_tell(b, folder, MGI_SAY_BACKUP_IN_SYNCED);
	return room(b, folder, &place.disk, bytes, err);
}

mailguard_status mgi_guard_dest(mailguard_backup *b,
                                const char *folder,
                                uint64_t largest,
                                mailguard_error *err)
{
	char own[MGI_BAG_PATH];
	mailguard_status st;
	mgi_place place;

	st = place_look(&place, b, folder, own, err);
	if (st >= 0)
		st = apart(b, folder, own, err);
	if (st < 0)
		return st;
	if (place.risks & MGI_RISK_SYNCED &&
	    !(b->opts.allow & MAILGUARD_BACKUP_SYNCED))
		return refuse(b, MGI_SAY_BACKUP_SYNCED, folder, err);
	if (place.risks & MGI_RISK_SYNCED)
		risk_tell(b, folder, MGI_SAY_BACKUP_IN_SYNCED);
	if (place.risks & MGI_RISK_TEMPORARY)
		risk_tell(b, folder, MGI_SAY_BACKUP_TEMPORARY);
	if (place.disk.file_max && largest > place.disk.file_max)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_FILE_MAX, "path", folder, "max",
		                mgi_u64(place.disk.file_max).text);
	/* The copies, and lists of them. */
	return room(b, folder, &place.disk, b->total + b->total / 20 + SPARE,
	            err);
}
