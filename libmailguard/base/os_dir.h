#ifndef MGI_OS_DIR_H
#define MGI_OS_DIR_H
/*
 * os_dir.h - folders read, and new files written beside their final names.
 */
#include "base/mem.h"

/* Below the limit of names a folder may have here; past it ELIMIT. */
#define MGI_DIR_MAX ((size_t)4 << 20)

typedef enum mgi_entry_kind {
	MGI_ENTRY_FILE = 1,
	MGI_ENTRY_FOLDER = 2,
	MGI_ENTRY_OTHER = 3
} mgi_entry_kind;

typedef struct mgi_entry {
	const char *name;
	mgi_entry_kind kind;
} mgi_entry;

typedef struct mgi_dir {
	mgi_entry *at; /* by name, so that every walk goes the same way */
	size_t count;
} mgi_dir;

/* All names but "." and "..", in `arena`. EIO names the folder. */
mailguard_status mgi_dir_read(mgi_dir *out,
                              mgi_arena *arena,
                              const char *path,
                              mailguard_error *err);
/* What a path is; OTHER also if it is not there. */
mgi_entry_kind mgi_path_kind(const char *path);

/* Is there anything of that name, whatever it is? */
bool mgi_path_exists(const char *path);
/* A file, or a folder that is empty; for what we made ourselves. */
void mgi_path_remove(const char *path);

/* A file being written under a name of its own, beside the final one. */
typedef struct mgi_out mgi_out;

/* EEXIST if `path` is there already. */
mailguard_status mgi_out_open(mgi_out **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err);
/*
 * Before anything is written: mgi_out_commit() will read all of it again, and
 * what is not what was written (by sums) is EIO and gets no name. Not
 * with mgi_out_write_at().
 */
void mgi_out_prove(mgi_out *o);
/* A failure is remembered and told by mgi_out_commit(). */
void mgi_out_write(mgi_out *o, mailguard_span bytes);
/* Over what was written before, or behind it. The same. */
void mgi_out_write_at(mgi_out *o, uint64_t offset, mailguard_span bytes);
/* To the disk, still under the name of its own: for who reads it once more
   before it gets the final one. */
mailguard_status mgi_out_sync(mgi_out *o, mailguard_error *err);
/* That name; lives as long as `o`. */
const char *mgi_out_partial(const mgi_out *o);
/* To the disk, then under its name; never over a file. Frees. */
mailguard_status mgi_out_commit(mgi_out *o, mailguard_error *err);
/* As if it had never been. NULL is fine. */
void mgi_out_abandon(mgi_out *o);
/* A new folder of a name of its own, for its owner alone; NULL on failure. */
const char *mgi_folder_temp(mgi_arena *arena,
                            mailguard *mg,
                            mailguard_error *err);
/* A new folder; EEXIST if something has that name. */
mailguard_status mgi_folder_make(mailguard *mg,
                                 const char *path,
                                 mailguard_error *err);

#endif
