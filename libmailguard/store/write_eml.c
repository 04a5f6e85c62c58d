/*
 * write_eml.c - a folder of EML files, a folder in it for each of the source's.
 */
#include "store/sink.h"

#include <string.h>

#include "base/fail.h"

static mailguard_status eml_open(mgi_sink *w, mailguard_error *err)
{
	return mgi_made_dest(w, err);
}

static mailguard_status eml_put(mgi_sink *w,
                                mgi_mail *mail,
                                mailguard_error *err)
{
	const char *folder = w->dest, *path;
	mailguard_status st = MAILGUARD_OK;

	if (w->folders)
		folder = mgi_arena_printf(w->arena, "%s/%s", w->dest,
		                          mgi_sink_name(w, mail->item->folder));
	path = folder ? mgi_arena_printf(w->arena, "%s/%s.eml", folder,
	                                 mgi_u64(w->count).text)
	              : NULL;
	if (mgi_arena_failed(w->arena))
		return mgi_fail_nomem(err);
	if (w->folders && mgi_path_kind(folder) != MGI_ENTRY_FOLDER)
		st = mgi_made_folder(w, folder, err);
	return st < 0 ? st : mgi_made_file(w, path, mail, err);
}

const mgi_store_writer mgi_write_eml = { "eml", eml_open, eml_put,
	                                 mgi_made_finish, mgi_made_abandon };
