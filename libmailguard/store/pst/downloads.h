#ifndef MGI_PST_DOWNLOADS_H
#define MGI_PST_DOWNLOADS_H
/*
 * downloads.h - Outlook's lists of the mail it fetched by POP3.
 */
#include "store/downloads.h"
#include "store/pst/object.h"

/* Hidden items, in the order of the node tree. */
typedef struct mgi_pst_hidden {
	mgi_arena *arena;
	mgi_pst_node *at;
	size_t count, room;
} mgi_pst_hidden;

/* For mgi_pst_list.others: keeps a node if it is such an item. */
void mgi_pst_hidden_note(void *self, const mgi_pst_node *n);
/* What the lists among them hold; what cannot be read is counted as torn. */
mailguard_status mgi_pst_hidden_downloads(mailguard_downloads *d,
                                          mgi_pst_view *v,
                                          const mgi_pst_hidden *h,
                                          mailguard_error *err);
/* Those of a store. */
mailguard_status mgi_pst_downloads(mailguard_downloads *d,
                                   mailguard_store *s,
                                   mailguard_error *err);

#endif
