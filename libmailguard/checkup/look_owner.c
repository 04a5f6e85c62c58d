/*
 * look_owner.c - owners' paths on another computer's disk and what is read
 * here for them, and which version of a program wrote the mail.
 */
#include "checkup/look.h"

#include <string.h>

#include "base/cursor.h"
#include "base/file.h"
#include "base/place.h"

#define INI_MAX ((size_t)64 << 10)

/* One name down, whatever the case of its letters; NULL if not there. */
static const char *name_below(mailguard_look *l,
                              const char *path,
                              mailguard_span name)
{
	char *exact = mgi_arena_printf(l->arena, "%s/%.*s", path, (int)name.len,
	                               (const char *)name.data);
	mgi_dir dir;
	size_t i;

	if (exact && mgi_path_exists(exact))
		return exact;
	if (mgi_dir_read(&dir, l->arena, path, NULL) < 0)
		return NULL;
	for (i = 0; i < dir.count; i++)
		if (mgi_span_is_nocase(name, dir.at[i].name))
			return mgi_arena_printf(l->arena, "%s/%s", path,
			                        dir.at[i].name);
	return NULL;
}

static bool is_windows(const char *path)
{
	return (mgi_is_alpha((unsigned char)path[0]) && path[1] == ':') ||
	       (path[0] == '\\' && path[1] == '\\');
}

const char *mgi_look_here(mailguard_look *l, const char *owner_path)
{
	const char *at = l->root;
	const char *rest = owner_path;

	if (!at ||
	    (is_windows(rest) && mgi_lower((unsigned char)rest[0]) != 'c'))
		return NULL; /* the disk mounted here is taken for C: */
	if (is_windows(rest))
		rest += 2;
	while (at && *rest) {
		size_t n;

		rest += strspn(rest, "/\\");
		n = strcspn(rest, "/\\");
		if (n)
			at = name_below(l, at, mgi_span(rest, n));
		rest += n;
	}
	return at;
}

const char *mgi_look_owner(mailguard_look *l, const char *path)
{
	size_t n = l->root ? mgi_path_below(path, l->root) : 0;
	const mgi_look_home *h;
	char *out;
	size_t i;

	if (!n)
		return path;
	for (h = l->homes; h; h = h->next)
		if (h->system == MGI_CLIENT_ON_WINDOWS)
			break;
	out = mgi_arena_printf(l->arena, "%s%s%s", h ? "C:" : "",
	                       path[n] && path[n] != '/' ? "/" : "", path + n);
	for (i = 0; h && out && out[i]; i++)
		if (out[i] == '/')
			out[i] = '\\';
	return out;
}

/* "LastVersion=115.3.1_20230924.../..." of compatibility.ini. */
static const char *version_in(mailguard_look *l, mailguard_span text)
{
	static const char key[] = "LastVersion=";
	mgi_cursor c = mgi_cursor_of(text);
	mailguard_span line;
	size_t n = 0;

	while (mgi_cursor_line(&line, &c)) {
		if (!mgi_span_starts(line, key))
			continue;
		line = mgi_span_from(line, sizeof(key) - 1);
		while (n < line.len &&
		       (mgi_is_alnum(line.data[n]) || line.data[n] == '.'))
			n++;
		return n ? mgi_arena_strndup(l->arena, line.data, n) : NULL;
	}
	return NULL;
}

/* The profile's folder lies a few above its mail. */
static const char *version_of(mailguard_look *l, const char *file)
{
	char *at = mgi_arena_strdup(l->arena, file);
	const char *found = NULL;
	mailguard_buffer text;
	char *slash;
	int up;

	mgi_buf_init(&text, l->mg);
	for (up = 0;
	     !found && up < 4 && at && (slash = strrchr(at, '/')) != NULL;
	     up++) {
		const char *ini;

		*slash = '\0';
		ini = mgi_arena_printf(l->arena, "%s/compatibility.ini", at);
		if (!ini || !mgi_path_exists(ini))
			continue;
		mgi_buf_cut(&text, 0);
		if (mgi_file_slurp(&text, ini, INI_MAX, NULL) >= 0)
			found = version_in(l, mgi_buf_span(&text));
	}
	mgi_buf_done(&text);
	return found;
}

static void store_place(mailguard_look *l, mailguard_storage *s)
{
	const char *file = s->file ? s->file : s->path;
	mgi_place place;

	if (l->root && mgi_path_below(file, l->root)) {
		/* Found beside settings read here, so told by a path here. */
		if (file == s->path || mgi_path_below(s->path, l->root))
			s->path = mgi_look_owner(l, s->path);
		s->file = file;
	} else if (l->root) {
		s->file = mgi_look_here(l, s->path);
	}
	if (mgi_place_find(&place, l->mg, file, l->root ? s->path : NULL,
	                   NULL) >= 0)
		s->place = place.kind;
	else
		s->place = mgi_place_of_path(mgi_span_of(s->path)).kind;
	if (s->client && strcmp(s->client, "thunderbird") == 0 && !s->version)
		s->version = version_of(l, s->file ? s->file : s->path);
	/* The profile outlives the look. */
	s->path = mgi_arena_strdup(l->profile->arena, s->path);
	s->file = mgi_arena_strdup(l->profile->arena, s->file);
	s->version = mgi_arena_strdup(l->profile->arena, s->version);
}

void mgi_look_place(mailguard_look *l)
{
	mgi_items *stores = mgi_profile_items(l->profile, MGI_ITEM_STORE);

	for (; l->placed < stores->count; l->placed++)
		store_place(l, stores->at[l->placed]);
}
