#ifndef MGI_ARC_H
#define MGI_ARC_H
/*
 * arc.h - the members of an archive in their order (ZIP, tar, 7z, RAR, packed
 * or not), by libarchive, which nobody else sees. Built without it every
 * mgi_arc_open() answers EUNSUPPORTED.
 */
#include "base/mem.h"

typedef struct mgi_arc mgi_arc;

typedef enum mgi_arc_kind {
	MGI_ARC_FILE,
	MGI_ARC_FOLDER,
	MGI_ARC_LINK, /* symbolic or hard */
	MGI_ARC_OTHER /* devices, pipes ... */
} mgi_arc_kind;

typedef struct mgi_arc_entry {
	const char *name; /* UTF-8 as far as it can be told; until the next */
	mgi_arc_kind kind;
	bool locked; /* encrypted */
	bool raw;    /* the only one of a packed file, which is no archive */
} mgi_arc_entry;

bool mgi_arc_present(void);
/* Could these first bytes of a file be an archive's? */
bool mgi_arc_likely(mailguard_span head);
/* EFORMAT, without a text, if it is none. */
mailguard_status mgi_arc_open(mgi_arc **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err);
/* ITEROVER behind the last; EFORMAT, without a text, where it is damaged. */
mailguard_status mgi_arc_next(mgi_arc_entry *out,
                              mgi_arc *a,
                              mailguard_error *err);
/*
 * The entry's next bytes, valid until the next call; ITEROVER at its end;
 * EFORMAT, without a text, where they are damaged.
 */
mailguard_status mgi_arc_read(mailguard_span *out, mgi_arc *a);
/* NULL is fine. */
void mgi_arc_free(mgi_arc *a);

#endif
