#ifndef MGI_DBX_FOLDERS_H
#define MGI_DBX_FOLDERS_H
/*
 * dbx_folders.h - the folders of Outlook Express, by the files they lie in.
 */
#include "base/fail.h"
#include "base/file.h"
#include "base/text.h"

typedef struct mgi_dbx_folder {
	uint32_t id, above;
	const char *name, *file; /* UTF-8, or NULL */
} mgi_dbx_folder;

typedef struct mgi_dbx_folders {
	mgi_arena *arena;
	mgi_dbx_folder *at;
	size_t count, room;
} mgi_dbx_folders;

/* What can be read of Folders.dbx, in the arena. */
mailguard_status mgi_dbx_folders_read(mgi_dbx_folders *out,
                                      mgi_arena *arena,
                                      mgi_file *f,
                                      mailguard_error *err);
/* "Local Folders/Inbox" of "Inbox.dbx"; NULL if it is not listed. */
const char *mgi_dbx_folders_path(const mgi_dbx_folders *all, const char *file);

#endif
