#ifndef MGI_PST_SCAVENGE_H
#define MGI_PST_SCAVENGE_H
/*
 * scavenge.h - what of a PST can be found without its trees: every block and
 * every page says by itself what it is.
 */
#include "base/spool.h"
#include "store/pst/ndb.h"

/* How sure it is that a block is the one it says; the lower, the surer. */
enum {
	MGI_PST_SURE = 0,     /* its signature and its CRC say so */
	MGI_PST_CRC_ONLY = 1, /* moved, or its trailer is hurt */
	MGI_PST_SIGN_ONLY = 2 /* its data is hurt */
};

/* A page of either tree. */
typedef struct mgi_pst_found_page {
	uint64_t bid, at;
	uint8_t type, level;
	bool hurt; /* its CRC is wrong: only entries that prove true count */
	bool used;
} mgi_pst_found_page;

typedef struct mgi_pst_found {
	mgi_arena *arena;
	mgi_pst_found_page *pages; /* the newest first */
	uint32_t page_count, page_room;
	mgi_pst_block *blocks; /* by bid, each once */
	size_t block_count;
} mgi_pst_found;

/*
 * Once over the whole file, in the shape that `p` has. What cannot be read is
 * passed over. Memory: 32 bytes a block and 24 a page.
 */
mailguard_status mgi_pst_scavenge(mgi_pst_found *out,
                                  mgi_pst *p,
                                  mgi_arena *arena,
                                  mailguard_error *err);
/* How many pages of trees are there in that shape? */
mailguard_status mgi_pst_scavenge_count(uint64_t *out,
                                        mgi_pst *p,
                                        const mgi_pst_shape *shape,
                                        mailguard_error *err);
/* NULL if there is none. */
const mgi_pst_block *mgi_pst_found_block(const mgi_pst_block *at,
                                         size_t count,
                                         uint64_t bid);

#endif
