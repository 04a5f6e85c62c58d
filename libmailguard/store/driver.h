#ifndef MGI_STORE_DRIVER_H
#define MGI_STORE_DRIVER_H
/*
 * driver.h - what a kind of store must be able to do. Readers never write.
 * A new kind is one new file and one new row in store.c.
 */
#include "base/file.h"
#include "base/finding.h"
#include "base/say.h"
#include "base/text.h"

#include <mailguard/store.h>

#include <stdatomic.h>

/* What a sniffer sees of a path. */
typedef struct mgi_store_sight {
	const char *path, *name; /* `name`: the last part */
	bool is_folder;
	mailguard_span head; /* of a file */
	mgi_arena *arena;
} mgi_store_sight;

typedef struct mgi_store_reader {
	const char *name;
	/* 0 not mine .. 100 surely. */
	int (*sniff)(const mgi_store_sight *sight);
	mailguard_status (*open)(mailguard_store *s, mailguard_error *err);
	/* Begin a walk: walk->state, in the walk's arena. */
	mailguard_status (*begin)(mailguard_walk *walk, mailguard_error *err);
	/* One item a step; strings live until the next. */
	mailguard_status (*next)(mailguard_item *out,
	                         mailguard_walk *walk,
	                         mailguard_error *err);
	/* Where in its file the message lies, for mgi_files_next(); NULL: it
	   is the file. */
	void (*look)(mailguard_item *out, mailguard_walk *walk);
	/* What a store that is no file of messages does besides; else NULL. */
	const struct mgi_store_more *more;
} mgi_store_reader;

typedef struct mgi_store_more {
	/* Messages are made of objects: no byte of them lies in the file. */
	bool makes;
	/* "pst" or "ost", if one reader has several. */
	const char *(*format)(const mailguard_store *s);
	/* The bytes of the item just stepped to. Yours. */
	mailguard_status (*source)(mailguard_source **out,
	                           mailguard_walk *walk,
	                           mailguard_error *err);
	/* The MAPI object of the item just stepped to, borrowed; NULL: there is
	   none. A NULL entry: there never is one. */
	struct mgi_mapi *(*object)(mailguard_walk *walk);
	/* Once these bytes were read: what they tell of the item. */
	void (*settle)(mailguard_item *item, mailguard_walk *walk);
	/* One step of its own check, in place of what is done with files of
	   messages. ITEROVER: it is through, and the sums are told. */
	mailguard_status (*check)(mailguard_check *check, mailguard_error *err);
	void (*check_end)(mailguard_check *check);
	/* All of it into a new file of its kind; NULL: it cannot. */
	mailguard_status (*rebuild)(mailguard_salvage_report *out,
	                            mailguard_store *s,
	                            const char *dest,
	                            const mailguard_salvage_options *opts,
	                            mailguard_error *err);
	/* What it knows of mail fetched by POP3; NULL: nothing. */
	mailguard_status (*downloads)(mailguard_downloads *d,
	                              mailguard_store *s,
	                              mailguard_error *err);
	void (*walk_end)(mailguard_walk *walk);
	void (*close)(mailguard_store *s);
} mgi_store_more;

/* One file of a store, and the folder it stands for. */
typedef struct mgi_store_file {
	const char *path, *folder;
	uint32_t flags; /* of its one message, if it holds one */
	const char *keywords;
} mgi_store_file;

struct mailguard_store {
	mailguard *mg;
	mgi_arena *arena;
	const mgi_store_reader *reader;
	const char *path;
	mgi_store_file *files;
	size_t count, room;
	size_t folders;
	void *own; /* the reader's */
	atomic_uint holders;
};

/* What of a file is known already. */
typedef struct mgi_resume {
	uint64_t gap; /* behind the last message that is; 0 if none is */
	bool skip;    /* all of them are */
	bool blanks;  /* each of those ended in a blank line */
} mgi_resume;

/* Who looks at the bytes of an item while the walk passes them. */
typedef struct mgi_tap {
	void (*begin)(void *self);
	/* What stands between the item before and this one. */
	void (*gap)(void *self, mailguard_span bytes);
	void (*feed)(void *self, mailguard_span bytes);
	/* A finding of the reader's, of the item under way. */
	void (*note)(void *self, const mailguard_finding *f);
	/* File `i` begins. */
	mailguard_status (*file)(void *self,
	                         mgi_resume *out,
	                         size_t i,
	                         mailguard_error *err);
	void *self;
} mgi_tap;

struct mailguard_walk {
	mailguard_store *store;
	mgi_arena *arena;
	mailguard_walk_options opts;
	mailguard_item item;
	mgi_file *file;      /* the one of the item */
	mgi_findings *found; /* of a check; else NULL */
	void *state;
	const mgi_tap *tap; /* NULL: nobody looks */
	bool tapped;        /* the reader showed it all of the item */
	bool gaps;          /* part of the index is gone, and what it led to */
	bool torn;          /* the item ends where no message should */
	bool blank;         /* a blank line stands behind it */
	size_t at;          /* file under way */
	uint64_t done, total;
};

extern const mgi_store_reader mgi_store_mbox;
extern const mgi_store_reader mgi_store_maildir;
extern const mgi_store_reader mgi_store_eml;
extern const mgi_store_reader mgi_store_emlx;
extern const mgi_store_reader mgi_store_mh;
extern const mgi_store_reader mgi_store_pst;
extern const mgi_store_reader mgi_store_msg;
extern const mgi_store_reader mgi_store_dbx;
extern const mgi_store_reader mgi_store_mbx;
extern const mgi_store_reader mgi_store_olm;
extern const mgi_store_reader mgi_store_bmf;
extern const mgi_store_reader mgi_store_archive;

/* Who reads it best; NULL: nobody. */
const mgi_store_reader *mgi_store_reader_for(const mgi_store_sight *sight);
/* Add a file in the store's arena; false, remembered there, if no memory. */
bool mgi_store_file_add(mailguard_store *s, const mgi_store_file *f);
/* Does a file of that name hold a message? */
typedef bool (*mgi_files_mine)(const char *name);
/* Is there such a file in a folder, or in one right below it? */
bool mgi_files_has(mgi_arena *arena, const char *path, mgi_files_mine is_mine);
/* Open a store that is one such file, or a folder of them at any depth. */
mailguard_status mgi_files_open(mailguard_store *s,
                                mgi_files_mine is_mine,
                                mailguard_error *err);
/* The walk of a store that keeps one message a file. */
mailguard_status mgi_files_begin(mailguard_walk *w, mailguard_error *err);
mailguard_status mgi_files_next(mailguard_item *out,
                                mailguard_walk *w,
                                mailguard_error *err);
/* ECANCELLED if the host wants to stop. */
mailguard_status mgi_walk_tick(mailguard_walk *w, mailguard_error *err);
/* Open file `w->at` as w->file, closing the one before. */
mailguard_status mgi_walk_file(mailguard_walk *w, mailguard_error *err);
/* The bytes from `from` to `to` of w->file into one of w->tap's. */
mailguard_status mgi_walk_show(mailguard_walk *w,
                               void (*put)(void *self, mailguard_span bytes),
                               uint64_t from,
                               uint64_t to,
                               mailguard_error *err);
/* A finding of the walk, if somebody listens. */
void mgi_walk_note(mailguard_walk *w,
                   const mailguard_finding *f,
                   mgi_say_id text);
/* The bytes from `offset` on of an open file as a source of their own. */
mailguard_status mgi_range_source(mailguard_source **out,
                                  const mgi_file *f,
                                  uint64_t offset,
                                  uint64_t size,
                                  mailguard_error *err);

#endif
