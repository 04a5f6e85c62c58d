#ifndef MGI_PST_REBUILD_H
#define MGI_PST_REBUILD_H
/*
 * rebuild.h - a PST into a new one, for the files rebuild*.c alone.
 */
#include "store/pst/object.h"
#include "store/pst/write.h"

/* A value that is known better here than in the source. */
typedef struct mgi_pst_forced {
	mgi_mapi_tag tag;
	uint64_t number;
} mgi_pst_forced;

typedef struct mgi_pst_force {
	mgi_pst_forced at[8];
	size_t count;
} mgi_pst_force;

typedef struct mgi_pst_copy {
	mgi_pst_writer *w;
	mgi_pst *from;
	mgi_pst_view view;
	uint32_t flags; /* of the message copied last */
	uint64_t harm;  /* what could not be copied, or not as it was */
	bool alike;     /* blocks of both files are made alike */
} mgi_pst_copy;

/* How deep nodes may lie in nodes. */
#define MGI_PST_COPY_DEEP (3 * MGI_MAPI_DEPTH_MAX)

/* What a node is copied as. */
typedef struct mgi_pst_as {
	mgi_mapi_kind kind; /* 0: whatever it is */
	const mgi_pst_force *force;
	mgi_pst_new_table *list; /* gets a row for it; or NULL */
	unsigned depth;
	mailguard_span names; /* in place of the list of names, if any */
} mgi_pst_as;

/*
 * A node with properties and all below it. EFORMAT, EIO: it cannot be read;
 * nothing is written that counts. What of it cannot be read is left out.
 */
mailguard_status mgi_pst_copy_props(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    const mgi_pst_node *node,
                                    const mgi_pst_as *as,
                                    mailguard_error *err);
mailguard_status mgi_pst_copy_table(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    const mgi_pst_node *node,
                                    mailguard_error *err);
/* Whatever it is. */
mailguard_status mgi_pst_copy_any(mgi_pst_made *out,
                                  mgi_pst_copy *c,
                                  const mgi_pst_node *node,
                                  unsigned depth,
                                  mailguard_error *err);
/* A row for a node: forced values, then those of `p`, which may be NULL. */
mailguard_status mgi_pst_copy_row(mgi_pst_new_table *to,
                                  mgi_pst_copy *c,
                                  uint32_t id,
                                  const mgi_pst_props *p,
                                  const mgi_pst_force *force,
                                  mailguard_error *err);
/* -- rebuild_stream.c: as it lies there ------------------------------------ */

/* Data, block by block; zeros where one cannot be read, which is harm. */
mailguard_status mgi_pst_copy_stream(mgi_pst_made *out,
                                     mgi_pst_copy *c,
                                     mgi_pst_view *v,
                                     uint64_t bid,
                                     mailguard_error *err);
/* A node and all below it, when it is known to be in order. */
mailguard_status mgi_pst_copy_whole(mgi_pst_made *out,
                                    mgi_pst_copy *c,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    unsigned depth,
                                    mailguard_error *err);

/* -- rebuild_fit.c: may it be taken over as it is? ------------------------- */

/*
 * A message or attachment, or (kind 0) any properties: every part in order,
 * what it must have there, and its size told rightly. No harm is counted.
 */
mailguard_status mgi_pst_fit_props(bool *out,
                                   mgi_pst_props *p,
                                   const mgi_pst_node *node,
                                   mgi_mapi_kind kind,
                                   unsigned depth,
                                   mailguard_error *err);
mailguard_status mgi_pst_fit_table(bool *out,
                                   mgi_pst_table *t,
                                   const mgi_pst_node *node,
                                   mailguard_error *err);

/* -- rebuild_same.c: has it the same values, to the last byte? ------------- */

/* Two ways to read, a file each; blocks of both are made alike. */
typedef struct mgi_pst_pair {
	mgi_pst_view from, to;
} mgi_pst_pair;

/*
 * False also where it cannot be told so. What is left out of it: the lists of
 * attachments, and the sizes, which tell of the file and not of the mail.
 */
mailguard_status mgi_pst_message_same(bool *same,
                                      mgi_pst_pair *p,
                                      const mgi_pst_node *was,
                                      const mgi_pst_node *is,
                                      mailguard_error *err);

/* -- all of them ----------------------------------------------------------- */

void mgi_pst_force_add(mgi_pst_force *f, mgi_mapi_tag tag, uint64_t x);
/* No memory, or the like: the job cannot go on. */
static inline bool mgi_pst_fatal(mailguard_status st)
{
	return st < 0 && st != MAILGUARD_EFORMAT && st != MAILGUARD_EIO &&
	       st != MAILGUARD_ELIMIT;
}

#endif
