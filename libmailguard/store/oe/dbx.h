#ifndef MGI_DBX_H
#define MGI_DBX_H
/*
 * dbx.h - Outlook Express 5 and 6: one folder of mail a file. A tree of
 * B-tree-like nodes names the messages; each is a chain of segments of 512
 * bytes. Every object begins with its own offset, so that what no tree names
 * any more can still be told from foreign bytes.
 */
#include "base/file.h"
#include "base/mem.h"

#define MGI_DBX_HEAD 16 /* of a segment */
#define MGI_DBX_TEXT 512

/* What the file is by its second magic number. */
typedef enum mgi_dbx_kind {
	MGI_DBX_MAIL,
	MGI_DBX_FOLDERS, /* Folders.dbx: which folders there are */
	MGI_DBX_OTHER    /* Offline.dbx, Pop3uidl.dbx ... */
} mgi_dbx_kind;

typedef struct mgi_dbx_message {
	uint32_t segment; /* the first; 0: the entry tells none */
	uint32_t marks;   /* as Outlook Express set them */
	bool found;       /* by looking for it: no tree names it */
} mgi_dbx_message;

typedef struct mgi_dbx_segment {
	uint32_t at, next;
	uint32_t used : 16, is_next : 1, is_seen : 1;
} mgi_dbx_segment;

typedef struct mgi_dbx {
	mgi_dbx_kind kind;
	uint32_t told; /* messages, as the header counts them */
	mgi_dbx_message *at;
	size_t count, room;
	uint32_t broken; /* nodes and entries that cannot be read */
} mgi_dbx;

/* More messages than this in one file are not looked at. */
#define MGI_DBX_MAX 4194304

/* EFORMAT, without a text, if the first magic number is another one. */
mailguard_status mgi_dbx_kind_of(mgi_dbx_kind *out, mgi_file *f);
/*
 * All messages, in the arena: those the tree names, and if that is not whole
 * also chains that no message claims and that begin like a mail.
 */
mailguard_status mgi_dbx_read(mgi_dbx *out,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err);
/* ... those chains (dbx_scan.c). */
mailguard_status mgi_dbx_scan(mgi_dbx *d,
                              mgi_arena *arena,
                              mgi_file *f,
                              mailguard_error *err);
bool mgi_dbx_add(mgi_dbx *d, mgi_arena *arena, const mgi_dbx_message *m);

/* One segment's head; false if there is none at `at`. */
bool mgi_dbx_segment_at(mgi_dbx_segment *out, mgi_file *f, uint32_t at);
/* Is the chain whole? Its length in bytes as far as it goes. */
bool mgi_dbx_chain(uint64_t *size, mgi_file *f, uint32_t segment);

/* The bytes of a chain as far as it goes (dbx_source.c). Yours. */
mailguard_status mgi_dbx_source(mailguard_source **out,
                                const mgi_file *f,
                                uint32_t segment,
                                mailguard_error *err);

#endif
