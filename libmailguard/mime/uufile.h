#ifndef MGI_UUFILE_H
#define MGI_UUFILE_H
/*
 * uufile.h - files that were written into a text by uuencode, as mail was
 * before MIME: "begin 644 name", lines, "end".
 */
#include "mime/harm.h"

#include <stdbool.h>

#define MGI_UU_LINE 128 /* a longer one is none of uuencode's */

typedef struct mgi_uufile {
	uint64_t begin, end; /* of all its lines in the message */
	uint64_t size;       /* decoded */
	char name[MGI_UU_LINE];
} mgi_uufile;

typedef enum mgi_uu_state {
	MGI_UU_TEXT,
	MGI_UU_BEGUN,
	MGI_UU_INSIDE
} mgi_uu_state;

/* Looks for them, line by line. */
typedef struct mgi_uu {
	mgi_uu_state state;
	bool skipping;    /* the rest of a line that does not matter */
	unsigned bad;     /* lines of no sense since the last good one */
	uint64_t line_at; /* where the line held begins */
	size_t len;
	char line[MGI_UU_LINE];
	mgi_uufile file;
} mgi_uu;

void mgi_uu_begin(mgi_uu *u);
/*
 * Look on through `*s`, which begins at `*offset`; both are moved on. True: a
 * file has ended, see `file`; call again.
 */
bool mgi_uu_feed(mgi_uu *u,
                 mgi_harm *harm,
                 mailguard_span *s,
                 uint64_t *offset);
/* The text ends at `offset`. True: so does a file. */
bool mgi_uu_end(mgi_uu *u, mgi_harm *harm, uint64_t offset);

#endif
