#ifndef MGI_PST_OBJECT_H
#define MGI_PST_OBJECT_H
/*
 * object.h - the upper floor of a PST ([MS-PST] 2.4): folders, and messages as
 * MAPI objects.
 */
#include "base/spool.h"
#include "store/mapi/object.h"
#include "store/pst/ltp.h"

enum {
	MGI_PST_NODE_STORE = 0x21,
	MGI_PST_NODE_NAMES = 0x61,
	MGI_PST_NODE_ROOT = 0x122,
	MGI_PST_NODE_ATTACHMENTS = 0x671,
	MGI_PST_NODE_RECIPIENTS = 0x692
};

/* Types of nodes (2.2.2.1). */
enum {
	MGI_PST_TYPE_FOLDER = 2,
	MGI_PST_TYPE_SEARCH = 3,
	MGI_PST_TYPE_MESSAGE = 4,
	MGI_PST_TYPE_ATTACHMENT = 5,
	MGI_PST_TYPE_ASSOCIATED = 8,
	MGI_PST_TYPE_HIERARCHY = 0x0d,
	MGI_PST_TYPE_CONTENTS = 0x0e,
	MGI_PST_TYPE_ASSOC_CONTENTS = 0x0f
};

/* -- messages.c ------------------------------------------------------------ */

/* A node's object: message, folder or store. Yours. EFORMAT: unreadable. */
mailguard_status mgi_pst_object(mgi_mapi **out,
                                mgi_pst *p,
                                const mgi_pst_node *node,
                                mgi_mapi_kind kind,
                                mailguard_error *err);

/* By a view that must outlive it; for who looks at many, one by one. */
mailguard_status mgi_pst_object_by(mgi_mapi **out,
                                   mgi_pst_view *v,
                                   const mgi_pst_node *node,
                                   mgi_mapi_kind kind,
                                   mailguard_error *err);
/* What such an object was read by and from; for checks. */
mgi_pst_view *mgi_pst_object_view(mgi_mapi *o);
const mgi_pst_props *mgi_pst_object_props(const mgi_mapi *o);

/* -- blob.c ---------------------------------------------------------------- */

/* The data of a node of `o`'s, or bytes that `o` lends. It holds `o`. */
mailguard_status mgi_pst_blob(mailguard_source **out,
                              mgi_mapi *o,
                              mgi_pst *p,
                              uint64_t bid,
                              mailguard_error *err);
mailguard_status mgi_pst_blob_at_hand(mailguard_source **out,
                                      mgi_mapi *o,
                                      mailguard_span bytes,
                                      mailguard_error *err);

/* -- folders.c ------------------------------------------------------------- */

typedef struct mgi_pst_folder {
	mgi_pst_node node;
	const char *name; /* UTF-8; "" if it cannot be read */
	const char *path; /* "/" between levels, without what all share */
	uint32_t above;   /* index; its own if it has none */
	uint32_t rank;    /* parents before their children */
	bool lost;        /* no way up to the root */
	bool unreadable;
} mgi_pst_folder;

typedef struct mgi_pst_folders {
	mgi_pst_folder *at; /* by nid */
	uint32_t count;
	uint32_t *ranked; /* indexes by rank */
} mgi_pst_folders;

#define MGI_PST_FOLDERS_MAX 262144
#define MGI_PST_LOST "Lost and Found"

/*
 * All folders, from the node tree; `others` gets every node that is none.
 * In the view's arena.
 */
mailguard_status mgi_pst_folders_read(mgi_pst_folders *out,
                                      mgi_pst_view *v,
                                      void (*others)(void *self,
                                                     const mgi_pst_node *n),
                                      void *self,
                                      mailguard_error *err);
/* By nid; NULL if there is none. */
const mgi_pst_folder *mgi_pst_folder_find(const mgi_pst_folders *f,
                                          uint32_t nid);

/* -- list.c ---------------------------------------------------------------- */

/* All messages, folder by folder. */
typedef struct mgi_pst_list {
	mgi_pst_folders folders;
	mgi_spool *messages;
	uint32_t last; /* nid told last */
	void (*others)(void *self, const mgi_pst_node *n);
	void *self;
} mgi_pst_list;

/* `others`, if not NULL, gets every node that is no folder. */
mailguard_status mgi_pst_list_make(mgi_pst_list *l,
                                   mgi_pst_view *v,
                                   mailguard_error *err);
/* `*folder` is NULL for one that lies in none. */
mailguard_status mgi_pst_list_next(mgi_pst_node *out,
                                   const mgi_pst_folder **folder,
                                   mgi_pst_list *l,
                                   mailguard_error *err);
void mgi_pst_list_done(mgi_pst_list *l);

#endif
