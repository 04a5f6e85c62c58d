/*
 * import.c - which client's settings a file holds, and who reads them.
 *
 * A new kind of settings is one new file and one new row in `importers`.
 */
#include "profile/import.h"

#include <errno.h>
#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/file.h"

#define SETTINGS_MAX ((size_t)8 << 20)

static const mgi_importer *const importers[] = {
	&mgi_import_outlook,      &mgi_import_profiles_ini,
	&mgi_import_prefs_js,     &mgi_import_autoconfig,
	&mgi_import_autodiscover, &mgi_import_oeaccount,
	&mgi_import_mobileconfig, &mgi_import_mobileconfig_signed,
	&mgi_import_iaf,          &mgi_import_prf,
	&mgi_import_becky,        &mgi_import_getmail,
	&mgi_import_offlineimap,  &mgi_import_mbsync,
	&mgi_import_msmtp,        &mgi_import_mutt,
};

/* A folder stands for the settings in it; these are looked for, in order. */
static const char *const in_folder[] = { "profiles.ini", "prefs.js",
	                                 "Mailbox.ini" };

/* The text in UTF-8, whatever its marks or looks say it is now. */
static mailguard_status decode(mailguard_buffer *out,
                               mailguard_profile *p,
                               mailguard_span raw,
                               const char *path,
                               mailguard_error *err)
{
	mgi_damage damage = { 0, MAILGUARD_NOWHERE };
	mailguard_status st;
	const mgi_charset *cs;
	size_t skip = 0;

	cs = mgi_charset_marked(raw, &skip);
	if (!cs)
		cs = mgi_charset_sniff(raw);
	if (!cs)
		cs = mgi_charset_utf8();
	st = mgi_charset_decode(out, &damage, cs, mgi_span_from(raw, skip),
	                        err);
	if (st >= 0 && damage.count)
		mgi_import_bytes_note(p, path, damage.first + skip);
	return st;
}

const char *mgi_import_join(mailguard_profile *p,
                            const char *path,
                            const char *name)
{
	return mgi_arena_printf(p->arena, "%s/%s", path, name);
}

const char *mgi_import_folder(mailguard_profile *p, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return mgi_arena_strndup(p->arena, path,
	                         slash == path ? 1 : (size_t)(slash - path));
}

/* Who reads these bytes, or this text; NULL if nobody does. */
static const mgi_importer *importer_find(mailguard_span text,
                                         const char *path,
                                         bool raw)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t i;

	for (i = 0; i < sizeof(importers) / sizeof(importers[0]); i++)
		if (importers[i]->raw == raw && importers[i]->sniff(text, name))
			return importers[i];
	return NULL;
}

/* `raw` is the file, or what stands for it. */
static mailguard_status read_as(mailguard_profile *p,
                                mailguard_span raw,
                                const char *path,
                                const char *address,
                                mailguard_error *err)
{
	const mgi_importer *by = importer_find(raw, path, true);
	mailguard_buffer text;
	mailguard_status st;

	if (by)
		return by->read(p, raw, path, address, err);
	mgi_buf_init(&text, mgi_arena_handle(p->arena));
	st = decode(&text, p, raw, path, err);
	by = st >= 0 ? importer_find(mgi_buf_span(&text), path, false) : NULL;
	if (by)
		st = by->read(p, mgi_buf_span(&text), path, address, err);
	else if (st >= 0)
		st = mgi_fail(err, text.mg, MAILGUARD_EFORMAT,
		              MGI_SAY_PROFILE_SETTINGS_UNKNOWN, "path", path);
	mgi_wipe(text.at, text.len);
	mgi_buf_done(&text);
	return st;
}

mailguard_status mgi_import_file(mailguard_profile *p,
                                 const char *path,
                                 const char *address,
                                 mailguard_error *err)
{
	mailguard_buffer raw;
	mailguard_status st;
	bool is_hive;

	mgi_buf_init(&raw, mgi_arena_handle(p->arena));
	st = mgi_hive_sniff(&is_hive, p, path, err);
	if (st >= 0)
		st = is_hive ? mgi_hive_text(&raw, p, path, err)
		             : mgi_file_slurp(&raw, path, SETTINGS_MAX, err);
	if (st >= 0)
		st = read_as(p, mgi_buf_span(&raw), path, address, err);
	mgi_wipe(raw.at, raw.len); /* there may be passwords in it */
	mgi_buf_done(&raw);
	return st >= 0 ? mgi_profile_status(p, err) : st;
}

/* The first of the known names that is there. */
static mailguard_status folder_read(mailguard_profile *p,
                                    const char *path,
                                    const char *address,
                                    mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_error own;
	size_t i;

	for (i = 0; i < sizeof(in_folder) / sizeof(in_folder[0]); i++) {
		const char *file = mgi_import_join(p, path, in_folder[i]);

		if (!file)
			return mgi_fail_nomem(err);
		st = mgi_import_file(p, file, address, &own);
		if (st != MAILGUARD_EIO)
			break;
	}
	if (st < 0 && err)
		*err = own;
	return st;
}

/* How many of each kind there are: to go back to. */
static void counts_take(size_t counts[MGI_ITEM_KINDS], mailguard_profile *p)
{
	size_t kind;

	for (kind = 0; kind < MGI_ITEM_KINDS; kind++)
		counts[kind] = mgi_profile_items(p, kind)->count;
}

static void counts_restore(mailguard_profile *p,
                           const size_t counts[MGI_ITEM_KINDS])
{
	size_t kind;

	for (kind = 0; kind < MGI_ITEM_KINDS; kind++)
		mgi_profile_items(p, kind)->count = counts[kind];
}

mailguard_status mailguard_profile_import(mailguard_profile *p,
                                          const char *path,
                                          const char *address,
                                          size_t *added,
                                          mailguard_error *err)
{
	mailguard *mg = mgi_arena_handle(p->arena);
	size_t before[MGI_ITEM_KINDS], count = p->accounts.count;
	mailguard_error own;
	mailguard_status st;

	if (added)
		*added = 0;
	if (!path)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "path");
	mgi_error_clear(&own);
	counts_take(before, p);
	st = mgi_import_file(p, path, address, &own);
	if (st == MAILGUARD_EIO && own.sys == EISDIR)
		st = folder_read(p, path, address, &own);
	if (st >= 0 && p->accounts.count == count)
		st = mgi_fail(&own, mg, MAILGUARD_EFORMAT,
		              MGI_SAY_PROFILE_SETTINGS_EMPTY, "path", path);
	if (st >= 0) {
		mgi_import_conflicts(p, count);
		st = mgi_profile_status(p, &own);
	}
	if (st < 0) {
		counts_restore(p, before); /* all of a file or nothing */
		if (err)
			*err = own;
		return st;
	}
	if (added)
		*added = p->accounts.count - count;
	return MAILGUARD_OK;
}
