#ifndef MGI_FIND_H
#define MGI_FIND_H
/*
 * find.h - a search for mail files under way, and what each file tells of
 * itself.
 */
#include "base/buf.h"
#include "base/os_stat.h"
#include "base/say.h"
#include "base/text.h"

#include <mailguard/checkup.h>

enum {
	MGI_FIND_MAPS_MAX = 64,
	MGI_FIND_DEPTH = 64,
	MGI_FIND_TREE_DEPTH = 16, /* of a store that is a tree itself */
	MGI_FIND_HEAD = 512
};
#define MGI_FIND_ENTRIES ((uint64_t)5000000)
#define MGI_FIND_WINDOW ((size_t)1 << 20)

typedef enum mgi_find_kind_id {
	MGI_FIND_NONE = -1,
	MGI_FIND_MBOX,
	MGI_FIND_MBOXES,
	MGI_FIND_MAILDIR,
	MGI_FIND_EML,
	MGI_FIND_WLM,
	MGI_FIND_EMLX,
	MGI_FIND_MH,
	MGI_FIND_MSG,
	MGI_FIND_PST,
	MGI_FIND_OST,
	MGI_FIND_NST,
	MGI_FIND_DBX,
	MGI_FIND_BMF,
	MGI_FIND_MSF,
	MGI_FIND_OLM,
	MGI_FIND_SDBOX,
	MGI_FIND_MDBOX,
	MGI_FIND_CYRUS,
	MGI_FIND_KINDS
} mgi_find_kind_id;

/* How the newest mail of a kind is found. */
typedef enum mgi_find_newest_by {
	MGI_NEWEST_BY_FILE, /* only when it was written */
	MGI_NEWEST_BY_HEAD, /* by the Date of the file written last */
	MGI_NEWEST_BY_TAIL  /* by the last dates of an mbox */
} mgi_find_newest_by;

typedef struct mgi_find_kind {
	const char *name;
	const char *client;  /* NULL: of many */
	const char *formats; /* what a reader of it calls itself */
	mgi_say_id words;
	mgi_find_newest_by newest;
	bool grouped; /* the files of a folder are one thing */
} mgi_find_kind;

extern const mgi_find_kind mgi_find_kinds[MGI_FIND_KINDS];

/* One thing in the folder under way. */
typedef struct mgi_find_thing {
	const char *path; /* of the file or folder; NULL: not begun */
	const char *last; /* the file of it that was written last */
	const char *why;  /* it was passed over */
	uint64_t files, bytes;
	mailguard_time written, newest;
	mgi_find_kind_id kind;
} mgi_find_thing;

typedef struct mgi_find_map {
	const char *owner, *here;
} mgi_find_map;

/* A folder still to be looked at. */
typedef struct mgi_find_todo {
	struct mgi_find_todo *next;
	uint64_t device;
	uint32_t depth;
	bool given; /* by the caller, not found */
	char path[];
} mgi_find_todo;

struct mailguard_find {
	mailguard *mg;
	mgi_arena *arena, *step; /* for good; for the folder under way */
	mailguard_find_options opts;
	mailguard_profile *profile;
	mgi_find_todo *todo;
	mgi_find_thing *things; /* of the folder under way, to be told */
	size_t thing_count, thing_room, told;
	mgi_find_map maps[MGI_FIND_MAPS_MAX];
	size_t map_count;
	uint64_t entries;
	bool shallow;          /* what lies too deep is no matter */
	unsigned char *window; /* MGI_FIND_WINDOW bytes, once needed */
	mailguard_found found;
};

/* What a file of this name with this head is. Pure. */
mgi_find_kind_id mgi_find_kind_of(const char *name, mailguard_span head);
/* By its name alone: need it be opened at all; is it mail by its name? */
bool mgi_find_may_be_mail(const char *name);
bool mgi_find_named_mail(const char *name);
/* Does `name` end in `end`, ASCII case ignored, with something before it? */
bool mgi_find_ends(const char *name, const char *end);

/* What a folder is as a whole; NONE: only what its files are. */
mgi_find_kind_id mgi_find_folder(mgi_find_thing *out,
                                 mailguard_find *f,
                                 const char *path,
                                 const mgi_dir *dir);
/* In the handle's language, of a mailguard_found's kind. */
const char *mgi_find_kind_text(const mailguard *mg, const char *kind);
/* Belongs this folder to the store that its parent is? */
bool mgi_find_consumes(mgi_find_kind_id kind, const char *name);

/* "path/name" in the step's arena; NULL, remembered there, if no memory. */
const char *mgi_find_join(mailguard_find *f,
                          const char *path,
                          const char *name);
/* No memory: the step's arena remembers it. */
void mgi_find_nomem(mailguard_find *f);
/* The first bytes; their number, or -1 with *sys set. */
int mgi_find_head(unsigned char out[MGI_FIND_HEAD], const char *path, int *sys);
/* One file more of a thing. */
void mgi_find_count(mgi_find_thing *t, const char *path, const mgi_stat *s);
/* The newest date told by the last part of an mbox; 0 if none is. */
mailguard_time mgi_find_tail_date(mailguard_find *f, const char *path);
/* Of a file that holds one message. */
mailguard_time mgi_find_head_date(mailguard_find *f, const char *path);
/* Fill f->found from a thing: place, owner, who names it. */
void mgi_find_tell(mailguard_find *f, const mgi_find_thing *t);

#endif
