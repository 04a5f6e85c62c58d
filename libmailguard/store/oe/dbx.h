#ifndef MGI_DBX_H
#define MGI_DBX_H
/*
 * dbx.h - Outlook Express 5 and 6: one folder of mail a file. A tree of
 * B-tree-like nodes names the messages' entries; each message is a chain of
 * segments of 512 bytes. Every object begins with its own offset, so that what
 * no tree names any more can still be told from foreign bytes.
 */
#include "base/file.h"
#include "base/mem.h"

#define MGI_DBX_HEAD 16 /* of a segment */
#define MGI_DBX_TEXT 512

/* What the file is by its second magic number. */
typedef enum mgi_dbx_kind {
	MGI_DBX_MAIL,
	MGI_DBX_FOLDERS, /* Folders.dbx: which folders there are */
	MGI_DBX_OTHER,   /* Offline.dbx, Pop3uidl.dbx ... */
	MGI_DBX_UNKNOWN  /* none of these: the number itself is damaged */
} mgi_dbx_kind;

/* How a message's chain fares. */
typedef enum mgi_dbx_fare {
	MGI_DBX_WHOLE,
	MGI_DBX_LENGTH, /* whole, and the entry tells another length */
	MGI_DBX_MENDED, /* whole, past a head that is damaged */
	MGI_DBX_CUT     /* it breaks off */
} mgi_dbx_fare;

typedef struct mgi_dbx_message {
	uint32_t segment; /* the first; 0: the entry tells none */
	uint32_t length;  /* of the text; 0: not known, or not believed */
	uint32_t marks;   /* as Outlook Express set them */
	uint64_t size;    /* of the text as far as it goes */
	mgi_dbx_fare fare;
	bool mend;  /* its chain is to be read so */
	bool found; /* by looking for it: no tree names it */
	bool twin;  /* another entry has its text */
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
/* The entry of a message at `at`; false if there is none. */
bool mgi_dbx_entry_at(mgi_dbx_message *out, mgi_file *f, uint32_t at);
/* Does a segment's text begin like a mail? */
bool mgi_dbx_is_mail(mgi_file *f, const mgi_dbx_segment *s);

/* One value of the tree, where it lies; false stops: no memory. */
typedef bool (*mgi_dbx_take)(void *to, mgi_file *f, uint32_t at);
/* All of them in order; `*broken` counts nodes that cannot be read. */
mailguard_status mgi_dbx_tree(uint32_t *broken,
                              mgi_file *f,
                              mgi_dbx_take take,
                              void *to,
                              mailguard_error *err);

/* -- chains (dbx_chain.c) -------------------------------------------------- */

/* One segment's head; false if there is none at `at`. */
bool mgi_dbx_segment_at(mgi_dbx_segment *out, mgi_file *f, uint32_t at);

/* A chain being followed. */
typedef struct mgi_dbx_run {
	mgi_file *file;
	uint32_t at;
	uint32_t length; /* of the text, if it is known */
	uint64_t done;
	uint64_t left; /* segments: no chain is longer than the file */
	bool mend;     /* pass heads that are damaged */
	bool mended, broken;
} mgi_dbx_run;

mgi_dbx_run mgi_dbx_run_of(const mgi_dbx_message *m, mgi_file *f);
/* False behind the last segment, or where the chain is `broken`. */
bool mgi_dbx_run_next(mgi_dbx_segment *out, mgi_dbx_run *run);
/* Follow it once: how it fares, how long it is, how to read it. */
void mgi_dbx_judge(mgi_dbx_message *m, mgi_file *f);

/* The bytes of a message as far as they go (dbx_source.c). Yours. */
mailguard_status mgi_dbx_source(mailguard_source **out,
                                const mgi_file *f,
                                const mgi_dbx_message *m,
                                mailguard_error *err);

#endif
