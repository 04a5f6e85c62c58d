#ifndef MGI_BACKUP_TREE_H
#define MGI_BACKUP_TREE_H
/*
 * tree.h - the files of a store in one order, and names they may have on any
 * disk.
 */
#include "backup/backup.h"

/* What is met: its path below the store ("" is it), and where it lies. */
typedef struct mgi_met_file {
	size_t store;
	const char *own, *path;
	const char *name; /* the last of its path */
	mgi_stat st;      /* of what a link leads to; OTHER if it is neither */
} mgi_met_file;

typedef mailguard_status (*mgi_tree_visit)(void *self,
                                           const mgi_met_file *met,
                                           mailguard_error *err);

/*
 * Every file and folder of store `i`, in the order of mgi_row_order(); links
 * are followed, but never into a folder that leads to them. What went away
 * since its folder was read is passed over.
 */
mailguard_status mgi_tree_walk(mailguard_backup *b,
                               size_t i,
                               mgi_tree_visit visit,
                               void *self,
                               mailguard_error *err);

/* `path` as every disk and every program can have it: appended, name by
 * name. */
void mgi_tree_name(mailguard_buffer *out, const char *path);

#endif
