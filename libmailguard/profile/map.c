/*
 * map.c - an owner's path and the file that is read here for it.
 *
 * The risk of a place is judged by the owner's path alone; the mount or copy
 * we read through says nothing about it.
 */
#include "profile/model.h"

#include <string.h>

#include "base/fail.h"
#include "base/place.h"

static int fold(int c)
{
	return c == '\\' ? '/' : mgi_lower(c);
}

/* Windows does not tell cases apart; a path with a drive is one of its. */
static bool is_windows(const char *path)
{
	return (mgi_is_alpha((unsigned char)path[0]) && path[1] == ':') ||
	       (path[0] == '\\' && path[1] == '\\');
}

size_t mgi_path_below(const char *path, const char *from)
{
	bool windows = is_windows(from);
	size_t n;

	for (n = 0; from[n]; n++) {
		int a = (unsigned char)path[n], b = (unsigned char)from[n];

		if (windows ? fold(a) != fold(b) : a != b)
			return 0;
	}
	if (n && (from[n - 1] == '/' || from[n - 1] == '\\'))
		return n;
	return path[n] == '\0' || path[n] == '/' || path[n] == '\\' ? n : 0;
}

static const mgi_path_map *map_find(const mailguard_profile *p,
                                    const char *path,
                                    size_t *len)
{
	const mgi_path_map *best = NULL;
	size_t i;

	*len = 0;
	for (i = 0; i < p->map_count; i++) {
		size_t n = mgi_path_below(path, p->maps[i].from);

		if (n > *len) {
			best = &p->maps[i];
			*len = n;
		}
	}
	return best;
}

/* `to`, a slash, and the rest of `path` with slashes of this system. */
static const char *join(mailguard_profile *p, const char *to, const char *rest)
{
	size_t a = strlen(to), b, i;
	char *out;

	while (a > 1 && to[a - 1] == '/')
		a--;
	while (*rest == '/' || *rest == '\\')
		rest++;
	b = strlen(rest);
	out = mgi_arena_alloc(p->arena, a + b + 2);
	if (!out)
		return NULL;
	memcpy(out, to, a);
	if (b)
		out[a++] = '/';
	for (i = 0; i < b; i++)
		out[a + i] = rest[i] == '\\' ? '/' : rest[i];
	return out;
}

void mgi_profile_place(mailguard_profile *p, mailguard_storage *s)
{
	const mgi_path_map *m;
	size_t n;

	if (!s->place)
		s->place = mgi_place_of_path(mgi_span_of(s->path)).kind;
	m = map_find(p, s->path, &n);
	if (m)
		s->file = join(p, m->to, s->path + n);
}

mailguard_status mailguard_profile_map(mailguard_profile *p,
                                       const char *from,
                                       const char *to,
                                       mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	mgi_path_map *m;
	size_t i;

	if (!from || !from[0] || !to || !to[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_PROFILE_MAP);
	if (p->map_count == MGI_PROFILE_MAPS_MAX)
		return mgi_fail(err, mg, MAILGUARD_ELIMIT,
		                MGI_SAY_PROFILE_LIMIT, "what", "map", "max",
		                mgi_u64(MGI_PROFILE_MAPS_MAX).text);
	m = &p->maps[p->map_count];
	m->from = mgi_arena_strdup(p->arena, from);
	m->to = mgi_arena_strdup(p->arena, to);
	if (mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	p->map_count++;
	for (i = 0; i < p->stores.count; i++)
		mgi_profile_place(p, p->stores.at[i]);
	return mgi_profile_status(p, err);
}
