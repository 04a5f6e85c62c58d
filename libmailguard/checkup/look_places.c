/*
 * look_places.c - homes, and which places of the table are there.
 */
#include "checkup/look.h"

#include <string.h>

#include "base/fail.h"
#include "base/place.h"

static const char *join(mailguard_look *l, const char *path, const char *name)
{
	size_t n = strlen(path);

	return mgi_arena_printf(l->arena, "%s%s%s", path,
	                        n && path[n - 1] == '/' ? "" : "/", name);
}

bool mgi_look_home_add(mailguard_look *l, const char *path, int32_t system)
{
	mgi_look_home *h = mgi_arena_alloc(l->arena, sizeof(*h));

	if (!h)
		return false;
	h->path = mgi_arena_strdup(l->arena, path);
	h->system = system;
	*l->last_home = h;
	l->last_home = &h->next;
	return h->path != NULL;
}

static bool is_there(mailguard_look *l, const char *base, const char *name)
{
	const char *path = join(l, base, name);

	return path && mgi_path_exists(path);
}

/* Homes that are nobody's. */
static bool is_nobody(const char *name)
{
	static const char *const names[] = { "Public",        "Default",
		                             "Default User",  "All Users",
		                             "Shared",        "LocalService",
		                             "NetworkService" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_strcmp_nocase(names[i], name) == 0)
			return true;
	return name[0] == '.';
}

/* All folders of ROOT/Users or the like; which system's, each tells. */
static mailguard_status homes_below(mailguard_look *l,
                                    const char *name,
                                    int32_t system,
                                    mailguard_error *err)
{
	const char *users = join(l, l->root, name), *home;
	mailguard_status st;
	mgi_dir dir;
	size_t i;

	if (!users)
		return mgi_fail_nomem(err);
	st = mgi_dir_read(&dir, l->arena, users, NULL);
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	for (i = 0; st >= 0 && i < dir.count; i++) {
		int32_t on = system;

		if (dir.at[i].kind != MGI_ENTRY_FOLDER ||
		    is_nobody(dir.at[i].name))
			continue;
		home = join(l, users, dir.at[i].name);
		if (!home)
			return mgi_fail_nomem(err);
		if (on == (MGI_CLIENT_ON_WINDOWS | MGI_CLIENT_ON_MAC))
			on = is_there(l, home, "Library")
			             ? MGI_CLIENT_ON_MAC
			             : MGI_CLIENT_ON_WINDOWS;
		if (!mgi_look_home_add(l, home, on))
			return mgi_fail_nomem(err);
	}
	return MAILGUARD_OK;
}

mailguard_status mgi_look_homes(mailguard_look *l, mailguard_error *err)
{
	static const struct {
		const char *name;
		int32_t system;
	} tops[] = {
		{ "Users", MGI_CLIENT_ON_WINDOWS | MGI_CLIENT_ON_MAC },
		{ "Documents and Settings", MGI_CLIENT_ON_WINDOWS },
		{ "home", MGI_CLIENT_ON_UNIX },
	};
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; st >= 0 && i < sizeof(tops) / sizeof(tops[0]); i++) {
		const char *path = join(l, l->root, tops[i].name);
		mgi_stat s;

		/* Later Windows have the old name as a link to the new. */
		if (path && mgi_os_stat(&s, path) == 0 &&
		    s.kind == MGI_ENTRY_FOLDER)
			st = homes_below(l, tops[i].name, tops[i].system, err);
	}
	if (st >= 0 && is_there(l, l->root, "root")) {
		const char *path = join(l, l->root, "root");

		if (!path || !mgi_look_home_add(l, path, MGI_CLIENT_ON_UNIX))
			return mgi_fail_nomem(err);
	}
	return st;
}

static void spot_add(mailguard_look *l,
                     const char *path,
                     const mgi_client_place *row,
                     mgi_look_home *home)
{
	const mgi_look_spot *old;
	mgi_look_spot *s;

	for (old = l->spots; old; old = old->next)
		if (strcmp(old->path, path) == 0)
			return;
	s = mgi_arena_alloc(l->arena, sizeof(*s));
	if (!s)
		return;
	s->path = path;
	s->row = row;
	s->home = home;
	*l->last_spot = s;
	l->last_spot = &s->next;
}

/* Follow the rest of a pattern down from `path`. */
static void expand(mailguard_look *l,
                   const char *path,
                   const char *pattern,
                   const mgi_client_place *row,
                   mgi_look_home *home)
{
	size_t n = strcspn(pattern, "/"), i;
	mgi_dir dir;

	if (!n) {
		spot_add(l, path, row, home);
		return;
	}
	if (mgi_dir_read(&dir, l->arena, path, NULL) < 0)
		return;
	for (i = 0; i < dir.count; i++) {
		mailguard_span name = mgi_span_of(dir.at[i].name);
		const char *below;

		if (!mgi_name_fits(pattern, n, name))
			continue;
		/* A folder on the way, whatever it is at the end. */
		if (pattern[n] && dir.at[i].kind != MGI_ENTRY_FOLDER)
			continue;
		below = join(l, path, dir.at[i].name);
		if (below)
			expand(l, below, pattern + n + (pattern[n] == '/'), row,
			       home);
	}
}

/* "{user}" is the home's own name. */
static const char *fill(mailguard_look *l,
                        const char *pattern,
                        const char *home)
{
	const char *at = strstr(pattern, "{user}");
	const char *slash = strrchr(home, '/');

	if (!at)
		return pattern;
	return mgi_arena_printf(l->arena, "%.*s%s%s", (int)(at - pattern),
	                        pattern, slash ? slash + 1 : home,
	                        at + strlen("{user}"));
}

mailguard_status mgi_look_spots(mailguard_look *l, mailguard_error *err)
{
	mgi_look_home *h;
	int32_t kind;
	size_t i;

	for (kind = 0; kind < MGI_CLIENT_KINDS; kind++)
		for (h = l->homes; h; h = h->next)
			for (i = 0; i < mgi_client_place_count; i++) {
				const mgi_client_place *row =
					&mgi_client_places[i];
				const char *pattern;

				if (row->kind != kind ||
				    !(row->system & h->system))
					continue;
				pattern = fill(l, row->pattern, h->path);
				if (!pattern)
					return mgi_fail_nomem(err);
				if (pattern[0] == '/')
					expand(l, l->root ? l->root : "/",
					       pattern + 1, row, h);
				else
					expand(l, h->path, pattern, row, h);
			}
	return mgi_arena_failed(l->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}
