/*
 * look.c - look around: settings first, then mail files, one spot a step.
 *
 * What it gathers is a profile like any other. A file that no settings name
 * becomes a store of it, so that a checkup looks at it too.
 */
#include "checkup/look.h"

#include <string.h>

#include "base/fail.h"
#include "base/place.h"

static mailguard_status root_take(mailguard_look *l,
                                  const char *root,
                                  mailguard_error *err)
{
	size_t n = strlen(root);

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (mgi_path_kind(root) != MGI_ENTRY_FOLDER)
		return mgi_fail(err, l->mg, MAILGUARD_EIO, MGI_SAY_LOOK_NO_ROOT,
		                "path", root);
	l->root = mgi_arena_strndup(l->arena, root, n);
	if (!l->root)
		return mgi_fail_nomem(err);
	return mgi_look_homes(l, err);
}

mailguard_status mailguard_look_new(mailguard_look **out,
                                    mailguard *mg,
                                    const mailguard_look_options *opts,
                                    mailguard_error *err)
{
	mailguard_status st;
	mailguard_look *l;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	arena = mgi_arena_new(mg);
	l = arena ? mgi_arena_alloc(arena, sizeof(*l)) : NULL;
	if (!l) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	l->mg = mg;
	l->arena = arena;
	l->last_home = &l->homes;
	l->last_spot = &l->spots;
	mgi_buf_init(&l->text, mg);
	st = mgi_options_copy(&l->opts, sizeof(l->opts), opts, mg, err);
	if (st >= 0)
		st = mailguard_profile_new(&l->profile, mg, err);
	if (st >= 0 && l->opts.root)
		st = root_take(l, l->opts.root, err);
	if (st < 0) {
		mailguard_look_free(l);
		return st;
	}
	*out = l;
	return MAILGUARD_OK;
}

void mailguard_look_free(mailguard_look *l)
{
	if (!l)
		return;
	mailguard_find_free(l->find);
	mailguard_profile_free(l->profile);
	mgi_buf_done(&l->text);
	mgi_arena_free(l->arena);
}

mailguard_status mailguard_look_home(mailguard_look *l,
                                     const char *path,
                                     mailguard_error *err)
{
	if (!path || !path[0])
		return mgi_fail(err, l->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	if (!mgi_look_home_add(l, path, MGI_CLIENT_ON_UNIX | MGI_CLIENT_ON_MAC))
		return mgi_fail_nomem(err);
	return MAILGUARD_OK;
}

mailguard_profile *mailguard_look_profile(const mailguard_look *l)
{
	return l->profile;
}

static mailguard_status tell(mailguard_look *l,
                             int32_t what,
                             const char *path,
                             const char *client)
{
	l->step.what = what;
	l->step.path = path;
	l->step.client = client;
	l->step.text = mgi_buf_text(&l->text);
	return MAILGUARD_OK;
}

/* Settings; ITEROVER if there is nothing to tell of them. */
static mailguard_status settings_take(mailguard_look *l,
                                      const mgi_look_spot *spot,
                                      mailguard_error *err)
{
	mailguard_error why;
	mailguard_status st;
	size_t added;

	if (spot->row->kind == MGI_CLIENT_HIVE && spot->home->exported)
		return MAILGUARD_ITEROVER; /* newer, and meant to be read */
	st = mailguard_profile_import(l->profile, spot->path, NULL, &added,
	                              &why);
	if (st == MAILGUARD_EFORMAT && spot->row->kind != MGI_CLIENT_SETTINGS)
		return MAILGUARD_ITEROVER; /* of other programs only */
	if (st != MAILGUARD_OK && st != MAILGUARD_EFORMAT &&
	    st != MAILGUARD_EIO) {
		if (err)
			*err = why;
		return st;
	}
	mgi_look_place(l);
	if (st < 0) {
		mgi_say(&l->text, l->mg,
		        spot->row->kind == MGI_CLIENT_HIVE
		                ? MGI_SAY_LOOK_HIVE
		                : MGI_SAY_LOOK_UNREAD,
		        "path", spot->path, "why", why.message);
		return tell(l, MAILGUARD_LOOKED_UNREAD, spot->path,
		            spot->row->client);
	}
	l->step.accounts = added;
	spot->home->exported |= spot->row->kind == MGI_CLIENT_EXPORT;
	mgi_say(&l->text, l->mg, MGI_SAY_LOOK_SETTINGS, "path", spot->path,
	        "count", mgi_u64(added).text);
	return tell(l, MAILGUARD_LOOKED_SETTINGS, spot->path,
	            spot->row->client);
}

/* Of all users' homes below the root one map tells. */
static mailguard_status maps_give(mailguard_look *l, mailguard_error *err)
{
	const char *owner;

	if (!l->root)
		return MAILGUARD_OK;
	owner = mgi_look_owner(l, l->root);
	if (!owner)
		return mgi_fail_nomem(err);
	return mailguard_find_map(l->find, owner[0] ? owner : "/", l->root,
	                          err);
}

static mailguard_status find_begin(mailguard_look *l,
                                   const mgi_look_spot *spot,
                                   mailguard_error *err)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	mailguard_error own;
	mailguard_status st;

	opts.profile = l->profile;
	opts.progress = l->opts.progress;
	opts.payload = l->opts.payload;
	if (spot->row->kind == MGI_CLIENT_NEAR)
		opts.max_depth = MGI_LOOK_NEAR_DEPTH;
	st = mailguard_find_new(&l->find, l->mg, &opts, err);
	if (st < 0)
		return st;
	l->find->shallow = spot->row->kind == MGI_CLIENT_NEAR;
	l->find_client = spot->row->client;
	st = maps_give(l, err);
	if (st < 0)
		return st;
	st = mailguard_find_add(l->find, spot->path, &own);
	if (st < 0 && st != MAILGUARD_EIO) { /* gone since: nothing is found */
		if (err)
			*err = own;
		return st;
	}
	return MAILGUARD_OK;
}

/* Messages saved one by one lie everywhere; indexes alone are no mail. */
static bool is_store_kind(const mailguard_look *l, const mailguard_found *f)
{
	static const char *const single[] = { "eml", "msg", "emlx" };
	size_t i;

	if (strcmp(f->kind, "msf") == 0)
		return false;
	for (i = 0; l->find->shallow && i < sizeof(single) / sizeof(single[0]);
	     i++)
		if (strcmp(f->kind, single[i]) == 0)
			return false;
	return true;
}

/* In the profile from now on; NULL without memory. */
static const char *orphan_add(mailguard_look *l, const mailguard_found *f)
{
	mailguard_storage like, *made;
	const char *id;

	memset(&like, 0, sizeof(like));
	like.kind = f->kind;
	like.path = f->owner_path ? f->owner_path : f->path;
	like.file = f->path;
	like.client = f->client ? f->client : l->find_client;
	id = mgi_profile_store_add(l->profile, &like);
	made = id ? mgi_profile_find(l->profile, MGI_ITEM_STORE, id) : NULL;
	if (!made)
		return NULL;
	made->place = f->place;
	if (strcmp(made->path, f->path) == 0)
		made->file = NULL;
	l->placed = mgi_profile_items(l->profile, MGI_ITEM_STORE)->count;
	l->orphans++;
	return id;
}

/* ITEROVER if there is nothing to tell of it. */
static mailguard_status found_take(mailguard_look *l,
                                   const mailguard_found *f,
                                   mailguard_error *err)
{
	const char *path = f->owner_path ? f->owner_path : f->path;
	const char *id;

	if (f->state == MAILGUARD_FOUND_PASSED) {
		mgi_say(&l->text, l->mg, MGI_SAY_FIND_PASSED, "path", path,
		        "why", f->text);
		return tell(l, MAILGUARD_LOOKED_PASSED, f->path,
		            l->find_client);
	}
	if (!f->orphan || !is_store_kind(l, f) ||
	    l->orphans == MGI_LOOK_STORES_MAX)
		return MAILGUARD_ITEROVER;
	id = orphan_add(l, f);
	if (!id)
		return mgi_fail_nomem(err);
	mgi_say(&l->text, l->mg, MGI_SAY_LOOK_ORPHAN, "path", path, "kind",
	        mgi_find_kind_text(l->mg, f->kind), "store", id);
	return tell(l, MAILGUARD_LOOKED_ORPHAN, f->path, l->find_client);
}

/* The next thing of the search under way worth telling. */
static mailguard_status find_step(mailguard_look *l, mailguard_error *err)
{
	const mailguard_found *f;
	mailguard_error own;
	mailguard_status st;

	while ((st = mailguard_find_next(&f, l->find, &own)) == MAILGUARD_OK) {
		st = found_take(l, f, err);
		if (st != MAILGUARD_ITEROVER)
			return st;
	}
	if (st == MAILGUARD_ELIMIT) { /* so much is enough of one spot */
		mailguard_find_free(l->find);
		l->find = NULL;
		mgi_buf_puts(&l->text, own.message);
		return tell(l, MAILGUARD_LOOKED_PASSED, l->root ? l->root : "",
		            l->find_client);
	}
	if (st < 0) {
		if (err)
			*err = own;
		return st;
	}
	mailguard_find_free(l->find);
	l->find = NULL;
	return MAILGUARD_ITEROVER;
}

/* A store on a disk that is not here: the person must say where it is. */
static mailguard_status elsewhere_step(mailguard_look *l)
{
	const mailguard_storage *s;

	while ((s = mailguard_profile_storage(l->profile, l->elsewhere)) !=
	       NULL) {
		l->elsewhere++;
		if (s->file || s->path[0] == '/')
			continue;
		mgi_say(&l->text, l->mg, MGI_SAY_LOOK_ELSEWHERE, "path",
		        s->path);
		return tell(l, MAILGUARD_LOOKED_PASSED, s->path, s->client);
	}
	return MAILGUARD_ITEROVER;
}

static mailguard_status spot_step(mailguard_look *l, mailguard_error *err)
{
	const mgi_look_spot *spot = l->spots;
	mailguard_status st;

	if (l->find)
		return find_step(l, err);
	if (!spot)
		return elsewhere_step(l);
	l->spots = spot->next;
	if (spot->row->kind < MGI_CLIENT_MAIL)
		return settings_take(l, spot, err);
	st = find_begin(l, spot, err);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

mailguard_status mailguard_look_next(const mailguard_looked **out,
                                     mailguard_look *l,
                                     mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	*out = NULL;
	if (!l->spotted)
		st = mgi_look_spots(l, err);
	if (st < 0)
		return st;
	l->spotted = true;
	for (;;) {
		bool more = l->find || l->spots;

		if (mgi_interrupted(l->mg))
			return mgi_fail(err, l->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
		mgi_buf_cut(&l->text, 0);
		memset(&l->step, 0, sizeof(l->step));
		st = spot_step(l, err);
		if (st >= 0 && mgi_arena_failed(l->arena))
			return mgi_fail_nomem(err);
		if (st == MAILGUARD_ITEROVER && more)
			continue;
		if (st != MAILGUARD_OK)
			return st;
		st = mgi_buf_status(&l->text, err);
		if (st >= 0)
			st = mgi_profile_status(l->profile, err);
		if (st < 0)
			return st;
		*out = &l->step;
		return MAILGUARD_OK;
	}
}
