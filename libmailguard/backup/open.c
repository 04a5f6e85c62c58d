/*
 * open.c - a backup that is there: known only if it is whole.
 */
#include <string.h>

#include "backup/bag.h"
#include "base/fail.h"
#include "base/os_dir.h"

#define FACTS_MAX ((size_t)64 << 20)

static mailguard_status tag_slurp(mailguard_buffer *out,
                                  mailguard_backup *b,
                                  const char *bag,
                                  const char *name,
                                  mailguard_error *err)
{
	const char *path = mgi_arena_printf(b->arena, "%s/%s", bag, name);

	return path ? mgi_file_slurp(out, path, FACTS_MAX, err)
	            : mgi_fail_nomem(err);
}

static mailguard_status read_all(mailguard_backup *b,
                                 const char *bag,
                                 mailguard_error *err)
{
	const char *settings =
		mgi_arena_printf(b->arena, "%s/" MGI_BAG_SETTINGS, bag);
	mailguard_buffer text;
	mailguard_status st;

	if (!settings)
		return mgi_fail_nomem(err);
	mgi_buf_init(&text, b->mg);
	st = mgi_bag_check(b, bag, err);
	if (st >= 0)
		st = tag_slurp(&text, b, bag, MGI_BAG_FACTS, err);
	if (st >= 0)
		st = mgi_facts_read(b, mgi_buf_span(&text), bag, err);
	if (st >= 0 && mgi_path_exists(settings))
		st = mgi_file_slurp(&b->settings, settings, FACTS_MAX, err);
	mgi_buf_done(&text);
	return st;
}

mailguard_status mailguard_backup_open(mailguard_backup **out,
                                       mailguard *mg,
                                       const char *path,
                                       const mailguard_backup_options *opts,
                                       mailguard_error *err)
{
	mailguard_backup *b;
	mailguard_status st;
	char *own;

	*out = NULL;
	if (!path || !path[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	st = mgi_backup_new(&b, mg, opts, err);
	if (st < 0)
		return st;
	own = mgi_arena_strdup(b->arena, path);
	while (own && strlen(own) > 1 && own[strlen(own) - 1] == '/')
		own[strlen(own) - 1] = '\0';
	st = own ? mgi_backup_piece(b, err) : mgi_fail_nomem(err);
	mgi_backup_begin(b, MGI_SAY_BACKUP_LOOKING, 0);
	if (st >= 0)
		st = read_all(b, own, err);
	if (st < 0) {
		mailguard_backup_free(b);
		return st;
	}
	b->path = own;
	b->there = true;
	mgi_backup_leave(b);
	*out = b;
	return MAILGUARD_OK;
}
