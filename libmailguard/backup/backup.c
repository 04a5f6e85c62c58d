/*
 * backup.c - what a backup is made of, and what can be asked of it.
 */
#include "backup/backup.h"

#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/os_dir.h"
#include "base/place.h"
#include "base/text.h"
#include "backup/tree.h"

#define SECRET_MAX ((size_t)16 << 20)
#define PASSPHRASE_MAX ((size_t)1024)

mailguard_status mgi_backup_new(mailguard_backup **out,
                                mailguard *mg,
                                const mailguard_backup_options *opts,
                                mailguard_error *err)
{
	mailguard_status st;
	mailguard_backup *b;
	mgi_arena *arena;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "handle");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	b = mgi_arena_alloc(arena, sizeof(*b));
	if (!b) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	b->mg = mg;
	b->arena = arena;
	b->path = "";
	mgi_buf_init(&b->settings, mg);
	mgi_buf_init(&b->passphrase, mg);
	st = mgi_options_copy(&b->opts, sizeof(b->opts), opts, mg, err);
	b->found = mgi_findings_new(arena, 0);
	b->label = mgi_arena_strdup(arena, b->opts.label ? b->opts.label : "");
	if (st >= 0 && mgi_arena_failed(arena))
		st = mgi_fail_nomem(err);
	if (st < 0) {
		mailguard_backup_free(b);
		return st;
	}
	*out = b;
	return MAILGUARD_OK;
}

mailguard_status mailguard_backup_new(mailguard_backup **out,
                                      mailguard *mg,
                                      const mailguard_backup_options *opts,
                                      mailguard_error *err)
{
	return mgi_backup_new(out, mg, opts, err);
}

static void secret_done(mailguard_buffer *b)
{
	if (b->at)
		mgi_wipe(b->at, b->cap);
	mgi_buf_done(b);
}

void mailguard_backup_free(mailguard_backup *b)
{
	mgi_secret *s;

	if (!b)
		return;
	for (s = b->secrets; s; s = s->next)
		secret_done(&s->value);
	secret_done(&b->passphrase);
	mgi_buf_done(&b->settings);
	mgi_free(b->mg, b->piece);
	mgi_arena_free(b->arena);
}

/* -- what is to be in it --------------------------------------------------- */

static mailguard_status check_new(const mailguard_backup *b,
                                  const void *what,
                                  const char *name,
                                  mailguard_error *err)
{
	if (!b || !what)
		return mgi_fail(err, b ? b->mg : NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", name);
	if (b->there)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_IS_MADE);
	return MAILGUARD_OK;
}

mgi_backed *mgi_backup_store_add(mailguard_backup *b)
{
	if (b->count == b->room) {
		size_t room = b->room ? b->room * 2 : 8;
		mgi_backed *at = mgi_arena_array(b->arena, room, sizeof(*at));

		if (!at)
			return NULL;
		if (b->count)
			memcpy(at, b->stores, b->count * sizeof(*at));
		b->stores = at;
		b->room = room;
	}
	memset(&b->stores[b->count], 0, sizeof(*b->stores));
	return &b->stores[b->count++];
}

/* Its last name, as it may be called anywhere. */
static const char *name_of(mailguard_backup *b, const char *path)
{
	const char *slash = strrchr(path, '/');
	mailguard_buffer name;
	const char *own = NULL;

	mgi_buf_init(&name, b->mg);
	mgi_tree_name(&name, slash ? slash + 1 : path);
	if (!name.len || strcmp(mgi_buf_text(&name), ".") == 0)
		mgi_buf_puts(&name, "mail");
	if (!name.failed)
		own = mgi_arena_strdup(b->arena, mgi_buf_text(&name));
	mgi_buf_done(&name);
	return own;
}

mailguard_status mailguard_backup_add(mailguard_backup *b,
                                      const char *path,
                                      const char *owner_path,
                                      const char *id,
                                      mailguard_error *err)
{
	mailguard_status st = check_new(b, path, "path", err);
	mgi_backed *s;
	mgi_stat stat;
	char *own;
	int sys;

	if (st < 0)
		return st;
	sys = mgi_os_stat_target(&stat, path);
	if (sys)
		return mgi_fail_sys(err, b->mg, sys, MGI_SAY_FILE_UNREADABLE,
		                    "path", path);
	if (stat.kind == MGI_ENTRY_OTHER)
		return mgi_fail(err, b->mg, MAILGUARD_EINVAL,
		                MGI_SAY_BACKUP_NO_FILE, "path", path);
	own = mgi_arena_strdup(b->arena, path);
	while (own && strlen(own) > 1 && own[strlen(own) - 1] == '/')
		own[strlen(own) - 1] = '\0';
	s = own ? mgi_backup_store_add(b) : NULL;
	if (!s)
		return mgi_fail_nomem(err);
	s->is_folder = stat.kind == MGI_ENTRY_FOLDER;
	s->name = name_of(b, own);
	s->told.file = own;
	s->told.path =
		owner_path ? mgi_arena_strdup(b->arena, owner_path) : own;
	s->told.id = mgi_arena_strdup(b->arena, id ? id : "");
	s->told.format = "unknown";
	s->told.place =
		mgi_place_of_path(mgi_span_of(owner_path ? owner_path : own))
			.kind;
	if (s->name && !mgi_arena_failed(b->arena))
		return MAILGUARD_OK;
	b->count--;
	return mgi_fail_nomem(err);
}

mailguard_status mailguard_backup_settings(mailguard_backup *b,
                                           const mailguard_profile *p,
                                           int stores,
                                           mailguard_error *err)
{
	mailguard_status st = check_new(b, p, "profile", err);
	const mailguard_storage *s;
	size_t i;

	if (st < 0)
		return st;
	mgi_buf_cut(&b->settings, 0);
	st = mailguard_profile_json(&b->settings, p, err);
	for (i = 0;
	     st >= 0 && stores && (s = mailguard_profile_storage(p, i)) != NULL;
	     i++)
		st = mailguard_backup_add(b, s->file ? s->file : s->path,
		                          s->path, s->id, err);
	return st;
}

static mgi_secret *secret_add(mailguard_backup *b, const char *name)
{
	mgi_secret *s = mgi_arena_alloc(b->arena, sizeof(*s));

	if (!s)
		return NULL;
	s->name = mgi_arena_strdup(b->arena, name);
	mgi_buf_init(&s->value, b->mg);
	s->next = b->secrets;
	b->secrets = s;
	return s->name ? s : NULL;
}

mailguard_status mailguard_backup_secret(mailguard_backup *b,
                                         const char *name,
                                         mailguard_span secret,
                                         mailguard_error *err)
{
	mailguard_status st = check_new(b, name, "name", err);
	mgi_secret *s;

	if (st < 0)
		return st;
	if (secret.len > SECRET_MAX)
		return mgi_fail(err, b->mg, MAILGUARD_ELIMIT,
		                MGI_SAY_BUFFER_LIMIT, "max",
		                mgi_u64(SECRET_MAX).text);
	s = secret_add(b, name);
	if (!s)
		return mgi_fail_nomem(err);
	/* At once: what grows leaves copies behind. */
	if (mgi_buf_room(&s->value, secret.len + 1))
		mgi_buf_add(&s->value, secret.data, secret.len);
	return mgi_buf_status(&s->value, err);
}

mailguard_status mailguard_backup_secret_file(mailguard_backup *b,
                                              const char *path,
                                              mailguard_error *err)
{
	mailguard_status st = check_new(b, path, "path", err);
	const char *slash;
	mgi_secret *s;
	mgi_stat stat;

	if (st < 0)
		return st;
	slash = strrchr(path, '/');
	s = secret_add(b, slash ? slash + 1 : path);
	if (!s)
		return mgi_fail_nomem(err);
	s->is_file = true;
	if (mgi_os_stat_target(&stat, path) == 0 && stat.size <= SECRET_MAX)
		(void)mgi_buf_room(&s->value,
		                   (size_t)stat.size + ((size_t)64 << 10) + 1);
	return mgi_file_slurp(&s->value, path, SECRET_MAX, err);
}

mailguard_status mailguard_backup_passphrase(mailguard_backup *b,
                                             mailguard_span passphrase,
                                             mailguard_error *err)
{
	mailguard_status st = check_new(b, passphrase.data, "passphrase", err);

	if (st < 0)
		return st;
	secret_done(&b->passphrase);
	mgi_buf_init(&b->passphrase, b->mg);
	if (mgi_buf_room(&b->passphrase, passphrase.len + 1))
		mgi_buf_add(&b->passphrase, passphrase.data, passphrase.len);
	return mgi_buf_status(&b->passphrase, err);
}

/* -- what all of it shares ------------------------------------------------- */

void mgi_backup_note(mailguard_backup *b,
                     const mailguard_finding *f,
                     mgi_say_id text)
{
	mailguard_finding own = *f;

	own.code = mgi_say_code(text);
	own.text = mgi_say_raw(mgi_lang_of(b->mg), text);
	mgi_findings_add(b->found, &own);
}

void mgi_backup_begin(mailguard_backup *b, mgi_say_id doing, uint64_t total)
{
	b->doing = doing;
	b->done = 0;
	b->total = total;
}

mailguard_status mgi_backup_tick(mailguard_backup *b,
                                 uint64_t more,
                                 mailguard_error *err)
{
	mailguard_progress at = { 0, b->total, NULL };

	b->done += more;
	if (b->done > b->total) /* it grew */
		b->done = b->total;
	at.done = b->done;
	at.what = mgi_say_raw(mgi_lang_of(b->mg), b->doing);
	if (mgi_interrupted(b->mg) ||
	    (b->opts.progress && b->opts.progress(&at, b->opts.payload)))
		return mgi_fail(err, b->mg, MAILGUARD_ECANCELLED,
		                MGI_SAY_WORK_CANCELLED);
	return MAILGUARD_OK;
}

mailguard_status mgi_backup_enter(mailguard_backup *b, mailguard_error *err)
{
	if (!b)
		return mgi_fail(err, NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "backup");
	if (atomic_exchange(&b->busy, true))
		return mgi_fail(err, b->mg, MAILGUARD_EBUSY,
		                MGI_SAY_BACKUP_BUSY);
	return MAILGUARD_OK;
}

void mgi_backup_leave(mailguard_backup *b)
{
	mgi_free(b->mg, b->piece);
	b->piece = NULL;
	atomic_store(&b->busy, false);
}

mailguard_status mgi_backup_piece(mailguard_backup *b, mailguard_error *err)
{
	if (!b->piece)
		b->piece = mgi_resize(b->mg, NULL, MGI_BAG_PIECE);
	return b->piece ? MAILGUARD_OK : mgi_fail_nomem(err);
}

const char *mailguard_backup_path(const mailguard_backup *b)
{
	return b->path;
}

mailguard_time mailguard_backup_made(const mailguard_backup *b)
{
	return b->made;
}

const mailguard_backed_store *mailguard_backup_store(const mailguard_backup *b,
                                                     size_t i)
{
	return i < b->count ? &b->stores[i].told : NULL;
}

const mailguard_finding *mailguard_backup_finding(const mailguard_backup *b,
                                                  size_t i)
{
	return mgi_findings_at(b->found, i);
}
