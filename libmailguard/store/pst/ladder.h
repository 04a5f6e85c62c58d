#ifndef MGI_PST_LADDER_H
#define MGI_PST_LADDER_H
/*
 * ladder.h - what to read a PST by when its own trees are broken: an index of
 * what was found in the file. Rung by rung: the newest tree that is there, the
 * pages of older ones where it is torn, entries of hurt pages that prove true.
 */
#include "store/pst/ndb.h"

/* How a node was found by looking for it. */
enum {
	MGI_PST_SOUGHT = 1,
	MGI_PST_SOUGHT_DOUBT = 2 /* what is said to be its own may not be */
};

typedef struct mgi_pst_index {
	mgi_pst_node *nodes;   /* by nid */
	unsigned char *sought; /* of each: MGI_PST_SOUGHT..., or 0 */
	mgi_pst_block *blocks; /* by bid */
	size_t node_count, block_count;
	size_t sought_count;
	bool gaps; /* part of the tree is gone: nobody knows what was there */
	size_t folders_made; /* that had to be, for what lies in them */
} mgi_pst_index;

/*
 * `p` itself, held, if its trees are whole; else the same file once more with
 * an index. Give back either with mgi_pst_free().
 */
mailguard_status mgi_pst_rescue(mgi_pst **out,
                                mgi_pst *p,
                                mailguard_error *err);
/* An index of `p`, whose shape must be right; in its arena. */
mailguard_status mgi_pst_index_make(mgi_pst_index **out,
                                    mgi_pst *p,
                                    mailguard_error *err);
/* The shape by what its pages look like, for a header that cannot say it;
   NULL if there is nothing of such a file. */
mailguard_status mgi_pst_shape_guess(const mgi_pst_shape **out,
                                     mgi_pst *p,
                                     mailguard_error *err);
/* Messages without a node, into the index that `p` has and nobody shares yet:
   orphans.c. */
mailguard_status mgi_pst_index_orphans(mgi_pst *p, mailguard_error *err);
/* How a node was found by looking for it; 0: it was not. */
unsigned mgi_pst_sought(const mgi_pst *p, uint32_t nid);

/* -- for pages.c ----------------------------------------------------------- */

mailguard_status mgi_pst_index_block(mgi_pst_block *out,
                                     const mgi_pst_index *index,
                                     uint64_t bid);
mailguard_status mgi_pst_index_node(mgi_pst_node *out,
                                    const mgi_pst_index *index,
                                    uint32_t nid);
/* Entry `at` as it would stand in a leaf; false past the last. */
bool mgi_pst_index_entry(unsigned char *to,
                         const mgi_pst_shape *s,
                         const mgi_pst_index *index,
                         unsigned type,
                         size_t at);

#endif
