#ifndef MGI_PST_REBUILD_JOB_H
#define MGI_PST_REBUILD_JOB_H
/*
 * rebuild_job.h - a rebuild under way.
 */
#include "store/driver.h"
#include "store/losses.h"
#include "store/pst/rebuild.h"

/* A folder as it will be. */
typedef struct mgi_pst_place_of {
	mgi_pst_node node; /* of the source; without data it is made */
	const char *name;
	uint32_t parent;
	uint32_t count, unread; /* of its messages */
	bool made;
} mgi_pst_place_of;

typedef struct mgi_pst_rebuild {
	mailguard *mg;
	mgi_arena *arena;
	mgi_pst_copy copy;
	mailguard_salvage_report *report;
	mailguard_walk *walk;       /* for its ticks */
	const char *dest, *written; /* its name until it is known to be good */
	mgi_out *lines;             /* of the report; NULL: none */

	mgi_pst_list list;
	mgi_pst_node next; /* message, if `has_next` */
	uint32_t next_folder;
	bool has_next;

	mgi_pst_place_of *folders;
	size_t folder_count;
	uint32_t ipm, lost; /* nids; 0 none */
	mgi_pst_node *others;
	uint32_t *homes; /* of each: the folder it goes to */
	size_t other_count, other_room;
	bool *kept;
	mgi_pst_new_table *table; /* one at a time */
	mgi_pst_new_props *props;
	uint64_t own_lost; /* nodes of the store's own, or hidden items */
	uint64_t item;
	mgi_losses *losses; /* NULL: nobody asks */
} mgi_pst_rebuild;

/* Copy all of it; the writer is not finished. */
mailguard_status mgi_pst_rebuild_run(mgi_pst_rebuild *r, mailguard_error *err);
/*
 * In light.c: a copy to the disk, mended, not yet under its name. ITEROVER: it
 * takes more than that.
 */
mailguard_status mgi_pst_light(mgi_out **out,
                               mgi_pst *p,
                               const char *dest,
                               mailguard_error *err);
/* In rebuild_compare.c: is every message that could be read the same in what
   was written? */
mailguard_status mgi_pst_rebuild_compare(bool *same,
                                         mgi_pst_rebuild *r,
                                         mailguard_error *err);
/* To the next message of the list. */
mailguard_status mgi_pst_rebuild_step(mgi_pst_rebuild *r, mailguard_error *err);
/* What became of one: MAILGUARD_ITEM_... */
mailguard_status mgi_pst_rebuild_tell(mgi_pst_rebuild *r,
                                      const mgi_pst_place_of *f,
                                      const mgi_pst_node *n,
                                      int32_t state,
                                      mailguard_error *err);

/* The same of a node that lies in no folder. */
mailguard_status mgi_pst_rebuild_tell_own(mgi_pst_rebuild *r,
                                          uint32_t nid,
                                          int32_t state,
                                          mailguard_error *err);

#endif
