#ifndef MGI_PST_AUDIT_H
#define MGI_PST_AUDIT_H
/*
 * audit.h - a check of a PST under way, for the files check*.c alone. Memory
 * does not grow with the file: what is to be compared goes through spools.
 */
#include "base/spool.h"
#include "store/check.h"
#include "store/pst/downloads.h"
#include "store/pst/object.h"
#include "store/pst/sound.h"

/* In the order of their offsets: blocks, pages, maps. Big endian. */
typedef struct mgi_pst_place {
	unsigned char at[8], bid[8];
	unsigned char stored[2], inflated[2];
	unsigned char is_page, bad;
	unsigned char unused[2];
} mgi_pst_place;

/* Who needs a block. */
enum {
	MGI_PST_BY_DATA = 1, /* a node's data */
	MGI_PST_BY_SUB = 2,  /* ... or subnodes */
	MGI_PST_BY_X = 3,
	MGI_PST_BY_XX = 4,
	MGI_PST_BY_SI = 5
};

/* A reference, in the order of what is needed. */
typedef struct mgi_pst_need {
	unsigned char bid[8];
	unsigned char by;       /* MGI_PST_BY_... */
	unsigned char order[3]; /* among its siblings */
	unsigned char from[8];  /* bid, or of a node its nid */
} mgi_pst_need;

/* What the blocks themselves told: of those that are bad, or hold others. */
typedef struct mgi_pst_fact {
	unsigned char bid[8];
	unsigned char kind; /* mgi_pst_inner_kind */
	unsigned char bad;
	unsigned char unused[2];
	unsigned char count[4];
	unsigned char total[8];
} mgi_pst_fact;

/* How much a child of an X or XX holds, in the order of the parents; order 0
   is what the parent says of all. */
typedef struct mgi_pst_share {
	unsigned char parent[8];
	unsigned char order[4];
	unsigned char short_[4]; /* 1: less than a full block */
	unsigned char size[8];
} mgi_pst_share;

/* A node below a folder, or (nid 0) that folder's table of them. */
typedef struct mgi_pst_below {
	unsigned char folder[4];
	unsigned char table; /* its nid's type */
	unsigned char nid[4];
	unsigned char unused[7];
	unsigned char data[8], sub[8];
} mgi_pst_below;

typedef enum mgi_pst_stage {
	MGI_PST_STAGE_HEADER,
	MGI_PST_STAGE_BLOCK_TREE,
	MGI_PST_STAGE_NODE_TREE,
	MGI_PST_STAGE_BLOCKS,
	MGI_PST_STAGE_NEEDS,
	MGI_PST_STAGE_SHARES,
	MGI_PST_STAGE_FOLDERS,
	MGI_PST_STAGE_TABLES,
	MGI_PST_STAGE_MESSAGES,
	MGI_PST_STAGE_QUICK, /* in place of all between */
	MGI_PST_STAGE_END,
	MGI_PST_STAGE_OVER
} mgi_pst_stage;

/* One map of what is allocated (AMap) and what is. */
typedef struct mgi_pst_map {
	uint64_t number;      /* of the map; its page lies at its place */
	unsigned char *owned; /* bits of units in use */
	unsigned char *said;  /* ... as the page says */
	bool known;           /* the page could be read */
	bool under;           /* way */
} mgi_pst_map;

/* Places in a row that are all bad. */
typedef struct mgi_pst_run {
	uint64_t from, end;
	uint32_t count, zeroed; /* of these nothing else stood there */
} mgi_pst_run;

#define MGI_PST_BAD_MAX 65536 /* bids of bad blocks kept */

typedef struct mgi_pst_audit {
	mailguard_check *check;
	mgi_pst *pst;
	const mgi_pst_shape *shape;
	mgi_arena *arena;
	mgi_pst_view view;
	mgi_pst_stage stage;
	unsigned char header[MGI_PST_HEADER_BYTES];
	size_t header_len;

	mgi_pst_hidden hidden; /* items */
	mgi_spool *places, *needs, *facts, *shares, *below;
	/* Trees. */
	uint64_t last_key, most_block, most_page;
	uint32_t marks[32];
	uint64_t pages, blocks, nodes;
	bool torn_tree; /* part of one could not be read */
	bool has_store, has_names, has_root;
	uint64_t search_folders;

	/* The sweep over the file. */
	unsigned char *window;
	uint64_t window_at, swept;
	size_t window_len;
	mgi_pst_map map;
	mgi_pst_run run;
	uint64_t free_bytes, leaked, unread_maps;
	unsigned char *packed; /* what a block inflates to */
	uint64_t to_sweep;

	/* Comparing. */
	const mgi_pst_need *need;
	const mgi_pst_fact *fact;
	uint64_t *bad; /* ascending once complete */
	uint32_t bad_count;
	bool bad_more; /* than are kept */

	/* Upper floors: of the file as it can be read (ladder.h). */
	mgi_pst *rescued; /* held; NULL until it is needed */
	mgi_pst_list list;
	mgi_pst_below at; /* under way, if `has_at` */
	bool has_at, listed;
	uint64_t item;
} mgi_pst_audit;

static inline void mgi_big(unsigned char *to, size_t n, uint64_t x)
{
	while (n--) {
		to[n] = (unsigned char)x;
		x >>= 8;
	}
}

static inline uint64_t mgi_from_big(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | *p++;
	return x;
}

/* A finding at an offset of the file. */
void mgi_pst_tell(mgi_pst_audit *a,
                  mailguard_severity severity,
                  mgi_say_id text,
                  uint64_t at,
                  uint64_t length);
/* ... of a folder, or of a message (number `item`, or 0) in it. */
void mgi_pst_tell_in(mgi_pst_audit *a,
                     mailguard_severity severity,
                     mgi_say_id text,
                     const char *folder,
                     uint64_t item);
/* In long loops: now and then, does the host want to stop? */
mailguard_status mgi_pst_tick(mgi_pst_audit *a,
                              uint64_t turn,
                              mailguard_error *err);
/* Is one of the blocks kept as bad? */
bool mgi_pst_is_bad(const mgi_pst_audit *a, uint64_t bid);

/* One step each; ITEROVER when its stage is through. */
mailguard_status mgi_pst_check_header(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_blocks_tree(mgi_pst_audit *a,
                                           mailguard_error *err);
mailguard_status mgi_pst_check_nodes_tree(mgi_pst_audit *a,
                                          mailguard_error *err);
mailguard_status mgi_pst_check_sweep(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_needs(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_shares(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_folders(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_tables(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_messages(mgi_pst_audit *a, mailguard_error *err);
mailguard_status mgi_pst_check_quick(mgi_pst_audit *a, mailguard_error *err);
/* From now on by what is found in the file, if its trees are broken. */
mailguard_status mgi_pst_check_rescue(mgi_pst_audit *a, mailguard_error *err);
/* A node below a folder, or a folder's table, for the comparison. */
void mgi_pst_check_below(mgi_pst_audit *a, const mgi_pst_node *n);
/* As people should hear it: the worst of what is wrong. */
mgi_say_id mgi_pst_page_words(const mgi_pst_visit *v);
mgi_say_id mgi_pst_block_words(uint32_t wrong);
/* What a sweep found of maps, at its end; pure of the file. */
void mgi_pst_check_marks(mgi_pst_audit *a);

#endif
