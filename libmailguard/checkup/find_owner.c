/*
 * find_owner.c - whose a file is: its path there, its place, who names it.
 */
#include "checkup/find.h"

#include <string.h>

#include "base/fail.h"
#include "base/place.h"
#include "checkup/checkup.h"
#include "profile/model.h"

#include <mailguard/store.h>

mailguard_status mailguard_find_map(mailguard_find *f,
                                    const char *owner,
                                    const char *here,
                                    mailguard_error *err)
{
	mgi_find_map *m;

	if (!owner || !owner[0] || !here || !here[0])
		return mgi_fail(err, f->mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROFILE_MAP);
	if (f->map_count == MGI_FIND_MAPS_MAX)
		return mgi_fail(err, f->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_PROFILE_LIMIT, "what", "map", "max",
		                mgi_u64(MGI_FIND_MAPS_MAX).text);
	m = &f->maps[f->map_count];
	m->owner = mgi_arena_strdup(f->arena, owner);
	m->here = mgi_arena_strdup(f->arena, here);
	if (mgi_arena_failed(f->arena))
		return mgi_fail_nomem(err);
	f->map_count++;
	return MAILGUARD_OK;
}

/* The owner's path of what is here; NULL if no map fits. */
static const char *owner_path(mailguard_find *f, const char *path)
{
	const mgi_find_map *best = NULL;
	bool windows;
	size_t i, most = 0, n;
	const char *rest;
	char *out;

	for (i = 0; i < f->map_count; i++) {
		n = mgi_path_below(path, f->maps[i].here);
		if (n > most) {
			best = &f->maps[i];
			most = n;
		}
	}
	if (!best)
		return NULL;
	windows = strchr(best->owner, '\\') || best->owner[1] == ':';
	rest = path + most;
	rest += strspn(rest, "/");
	n = strlen(best->owner);
	while (n && (best->owner[n - 1] == '/' || best->owner[n - 1] == '\\'))
		n--;
	out = mgi_arena_printf(f->step, "%.*s/%s", (int)n, best->owner, rest);
	if (out && !rest[0] && n)
		out[n] = '\0';
	for (i = 0; windows && out && out[i]; i++)
		if (out[i] == '/')
			out[i] = '\\';
	return out;
}

/* Is `path` the file or folder `s` is, or one below it? */
static bool is_below(mailguard_find *f, const char *path, const mgi_stat *s)
{
	char *at = mgi_arena_strdup(f->step, path);
	mgi_stat own;
	char *slash;

	while (at && at[0]) {
		if (mgi_os_stat(&own, at) == 0 && own.device == s->device &&
		    own.number == s->number)
			return true;
		slash = strrchr(at, '/');
		if (!slash || slash == at)
			return false;
		*slash = '\0';
	}
	return false;
}

/* Does this store of the profile lie there, around it or in it? */
static bool is_store(mailguard_find *f,
                     const mailguard_storage *s,
                     const mailguard_found *found)
{
	const char *file = mgi_checkup_file(s);
	mgi_stat here, there;

	if (found->owner_path && (mgi_path_below(found->owner_path, s->path) ||
	                          mgi_path_below(s->path, found->owner_path)))
		return true;
	if (mgi_os_stat(&there, file) == 0 && is_below(f, found->path, &there))
		return true;
	return mgi_os_stat(&here, found->path) == 0 &&
	       here.kind == MGI_ENTRY_FOLDER && is_below(f, file, &here);
}

static void names_find(mailguard_find *f)
{
	const mailguard_storage *s;
	const mailguard_account *a;
	size_t i;

	if (!f->profile)
		return;
	for (i = 0; (s = mailguard_profile_storage(f->profile, i)) != NULL; i++)
		if (is_store(f, s, &f->found))
			break;
	if (!s) {
		f->found.orphan = 1;
		return;
	}
	f->found.store = s->id;
	if (!f->found.owner_path && s->file &&
	    strcmp(s->file, f->found.path) == 0)
		f->found.owner_path = s->path;
	for (i = 0; (a = mailguard_profile_account(f->profile, i)) != NULL; i++)
		if (a->store && strcmp(a->store, s->id) == 0) {
			f->found.account = a->id;
			return;
		}
}

/* Is there a reader for it by now? ENOMEM is told by the step's arena. */
static bool is_read(mailguard_find *f, const mgi_find_thing *t)
{
	const mgi_find_kind *kind = &mgi_find_kinds[t->kind];
	mailguard_store *store;
	mailguard_status st;
	bool is;

	if (!kind->formats[0])
		return false;
	/* Of many files of one kind, any one tells; MH is read as a folder. */
	st = mailguard_store_open(
		&store, f->mg,
		kind->grouped && t->kind != MGI_FIND_MH ? t->last : t->path,
		NULL);
	if (st == MAILGUARD_ENOMEM)
		mgi_find_nomem(f);
	if (st < 0)
		return false;
	is = strstr(kind->formats, mailguard_store_format(store)) != NULL;
	mailguard_store_free(store);
	return is;
}

static void newest_tell(mailguard_find *f, const mgi_find_thing *t)
{
	mailguard_time newest = t->newest;

	switch (mgi_find_kinds[t->kind].newest) {
	case MGI_NEWEST_BY_TAIL:
		newest = mgi_find_tail_date(f, t->path);
		break;
	case MGI_NEWEST_BY_HEAD:
		newest = t->last ? mgi_find_head_date(f, t->last) : 0;
		break;
	default:
		break;
	}
	f->found.newest = newest ? newest : t->written;
	f->found.newest_from = newest       ? MAILGUARD_NEWEST_MAIL
	                       : t->written ? MAILGUARD_NEWEST_FILE
	                                    : MAILGUARD_NEWEST_UNKNOWN;
}

void mgi_find_tell(mailguard_find *f, const mgi_find_thing *t)
{
	mailguard_found *out = &f->found;
	mgi_place place;

	memset(out, 0, sizeof(*out));
	out->path = t->path;
	out->owner_path = owner_path(f, t->path);
	out->text = t->why;
	out->state = MAILGUARD_FOUND_PASSED;
	if (t->kind == MGI_FIND_NONE)
		return;
	out->kind = mgi_find_kinds[t->kind].name;
	out->client = mgi_find_kinds[t->kind].client;
	out->files = t->files;
	out->bytes = t->bytes;
	out->state =
		is_read(f, t) ? MAILGUARD_FOUND_MAIL : MAILGUARD_FOUND_NOT_READ;
	if (out->state == MAILGUARD_FOUND_NOT_READ)
		out->text = mgi_say_raw(mgi_lang_of(f->mg),
		                        t->kind == MGI_FIND_MSF
		                                ? MGI_SAY_FIND_INDEX_ONLY
		                                : MGI_SAY_FIND_NOT_READ);
	newest_tell(f, t);
	names_find(f);
	if (mgi_place_find(&place, f->mg, t->path, out->owner_path, NULL) >=
	    0) {
		out->place = place.kind;
		out->cloud = place.provider[0] ? place.provider : NULL;
	}
}
