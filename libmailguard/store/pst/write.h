#ifndef MGI_PST_WRITE_H
#define MGI_PST_WRITE_H
/*
 * write.h - a new Unicode PST, from its blocks up to its tables. What is
 * written is never read again here; nothing is overwritten but the maps and
 * the header, which come last. A failure is remembered and told at the end.
 */
#include "base/os_dir.h"
#include "base/spool.h"
#include "store/pst/ltp.h"

#define MGI_PST_WRITE_BLOCK 8176u /* bytes of data in one */
#define MGI_PST_WRITE_ITEM 3580u  /* bytes of one in a heap */

/* -- write_ndb.c ----------------------------------------------------------- */

typedef struct mgi_pst_writer {
	mailguard *mg;
	mgi_arena *arena;
	mgi_out *out;
	mgi_spool *blocks, *nodes;
	uint64_t at, written; /* next free byte; what went out */
	uint64_t next_block, next_page;
	uint64_t map; /* number of the one under way, from 1; 0 none */
	uint64_t free_bytes;
	uint32_t marks[32];
	unsigned char bits[496]; /* of that map */
	unsigned char block[8192];
	mailguard_status failed;
} mgi_pst_writer;

/* Data of a node, and all below it. */
typedef struct mgi_pst_made {
	uint64_t data, sub;
	uint64_t size; /* of all blocks of data: PidTagMessageSize */
} mgi_pst_made;

/* EEXIST if there is such a file. */
mailguard_status mgi_pst_writer_new(mgi_pst_writer **out,
                                    mailguard *mg,
                                    const char *path,
                                    mailguard_error *err);
void mgi_pst_writer_abandon(mgi_pst_writer *w);
/* Trees, maps and header, and to the disk; `*out` has it, not yet under its
   name. Frees. */
mailguard_status mgi_pst_writer_finish(mgi_out **out,
                                       mgi_pst_writer *w,
                                       mailguard_error *err);

/* Types of the pages at the beginning of an interval, the first its map; how
   many (2.2.2.7.2 and on). */
unsigned mgi_pst_map_pages(unsigned types[4], uint64_t i);
/* The trailer of a page of 512 bytes. */
void mgi_pst_page_close(unsigned char *page,
                        unsigned type,
                        uint16_t sign,
                        uint64_t bid);
/* A block's bid; its data as a reader wants to see it. */
uint64_t mgi_pst_put_block(mgi_pst_writer *w, mailguard_span data, bool inside);
/*
 * One of data as it lies in a file of the same shape that permutes its bytes:
 * `len` bytes and their sum stay, what else is in its extent is made anew.
 */
uint64_t mgi_pst_put_raw(mgi_pst_writer *w, mailguard_span extent, size_t len);
/* Subnodes, put in order; 0 for none. */
uint64_t mgi_pst_put_subs(mgi_pst_writer *w, mgi_pst_node *at, size_t count);
void mgi_pst_put_node(mgi_pst_writer *w,
                      uint32_t nid,
                      uint32_t parent,
                      const mgi_pst_made *made);

/* -- write_flow.c: data of any size ---------------------------------------- */

typedef struct mgi_pst_flow {
	mgi_pst_writer *w;
	mailguard_buffer bids;
	unsigned char held[MGI_PST_WRITE_BLOCK];
	size_t held_len;
	uint64_t size;
} mgi_pst_flow;

void mgi_pst_flow_begin(mgi_pst_flow *f, mgi_pst_writer *w);
void mgi_pst_flow_add(mgi_pst_flow *f, mailguard_span bytes);
void mgi_pst_flow_zeros(mgi_pst_flow *f, uint64_t n);
/* A block as mgi_pst_put_raw() takes it, full unless it is the last; false,
   and nothing is done, if the one before it is not full yet. */
bool mgi_pst_flow_raw(mgi_pst_flow *f, mailguard_span extent, size_t len);
/* The bid of it all; 0 if nothing was added. */
uint64_t mgi_pst_flow_end(mgi_pst_flow *f);
/* The same for blocks that have bids already, `size` bytes in all. */
uint64_t mgi_pst_put_tree(mgi_pst_writer *w,
                          const uint64_t *bids,
                          size_t count,
                          uint64_t size);

/* -- write_heap.c ---------------------------------------------------------- */

typedef struct mgi_pst_new_heap {
	mgi_pst_writer *w;
	mgi_arena *arena;
	uint8_t kind;
	bool hold; /* all blocks stay at hand until the end */
	unsigned char *block;
	size_t len;
	uint16_t ends[2050];
	uint32_t items, count; /* in this block; blocks */
	mailguard_buffer bids, levels;
	struct mgi_pst_kept_block {
		struct mgi_pst_kept_block *next;
		unsigned char *at;
		size_t len;
		uint32_t number;
	} * kept;
	uint64_t size;
} mgi_pst_new_heap;

void mgi_pst_new_heap_begin(mgi_pst_new_heap *h,
                            mgi_pst_writer *w,
                            unsigned kind,
                            bool hold);
/* Its id, and where it lies: of the first block, or with `hold`, until the
   end; NULL if there is no memory. At most MGI_PST_WRITE_ITEM bytes. */
unsigned char *mgi_pst_new_item(uint32_t *hid, mgi_pst_new_heap *h, size_t n);
/*
 * Records in their order as a tree, told at `head`, 8 bytes. `*where` gets the
 * place of record number `which`, with `hold`.
 */
void mgi_pst_new_bth(unsigned char **where,
                     mgi_pst_new_heap *h,
                     unsigned char *head,
                     mailguard_span records,
                     const unsigned sizes[2],
                     size_t which);
/* Nothing more comes: `size` is known. */
void mgi_pst_new_heap_close(mgi_pst_new_heap *h);
uint64_t mgi_pst_new_heap_end(mgi_pst_new_heap *h, uint32_t root);

/* -- write_props.c --------------------------------------------------------- */

typedef struct mgi_pst_new_props {
	mgi_pst_new_heap heap;
	unsigned char *head;
	uint32_t root;
	mailguard_buffer records, subs;
	uint64_t size; /* of subnodes */
	uint32_t next_sub;
} mgi_pst_new_props;

void mgi_pst_new_props_begin(mgi_pst_new_props *p, mgi_pst_writer *w);
/* A property is added once. */
bool mgi_pst_new_props_has(const mgi_pst_new_props *p, uint16_t id);
void mgi_pst_new_number(mgi_pst_new_props *p, mgi_mapi_tag tag, uint64_t x);
void mgi_pst_new_bytes(mgi_pst_new_props *p,
                       mgi_mapi_tag tag,
                       mailguard_span bytes);
/* As UTF-16. */
void mgi_pst_new_text(mgi_pst_new_props *p, uint16_t id, const char *text);
/* A value that is a subnode, or what `raw` says. */
void mgi_pst_new_raw(mgi_pst_new_props *p, mgi_mapi_tag tag, uint32_t raw);
void mgi_pst_new_sub(mgi_pst_new_props *p,
                     uint32_t nid,
                     const mgi_pst_made *made);
/* `size_id`: the property, if any, that tells the size of it all. */
void mgi_pst_new_props_end(mgi_pst_made *out,
                           mgi_pst_new_props *p,
                           uint16_t size_id);

/* -- write_table.c --------------------------------------------------------- */

#define MGI_PST_COLUMNS 255

typedef struct mgi_pst_new_table {
	mgi_pst_new_heap heap;
	unsigned char *info, *index_head;
	uint32_t root, index_hid;
	mgi_pst_column columns[MGI_PST_COLUMNS];
	uint16_t ends[4];
	uint32_t count, rows, next_sub;
	unsigned char *row; /* under way */
	mailguard_buffer index, held, subs;
	mailguard_buffer bids; /* of blocks of rows */
	unsigned char block[MGI_PST_WRITE_BLOCK];
	size_t block_len;
	uint64_t rows_size, size;
} mgi_pst_new_table;

/* Tags in any order; the two that every table has are added. */
void mgi_pst_new_table_begin(mgi_pst_new_table *t,
                             mgi_pst_writer *w,
                             const mgi_mapi_tag *tags,
                             size_t count);
void mgi_pst_new_row(mgi_pst_new_table *t, uint32_t id);
/* Nothing is done if there is no such column. */
void mgi_pst_new_cell_number(mgi_pst_new_table *t,
                             mgi_mapi_tag tag,
                             uint64_t x);
void mgi_pst_new_cell_bytes(mgi_pst_new_table *t,
                            mgi_mapi_tag tag,
                            mailguard_span bytes);
void mgi_pst_new_row_end(mgi_pst_new_table *t);
void mgi_pst_new_table_end(mgi_pst_made *out, mgi_pst_new_table *t);

/* Columns of the tables every file has ([MS-PST] 2.4.4.4 and on). */
typedef struct mgi_pst_tags {
	const mgi_mapi_tag *at;
	size_t count;
} mgi_pst_tags;

/* Of a type of nodes: HIERARCHY, CONTENTS, ASSOC_CONTENTS, 0x10 (as
   CONTENTS), 0x11 attachments, 0x12 recipients. */
mgi_pst_tags mgi_pst_table_tags(unsigned type);

/* -- little endian --------------------------------------------------------- */

static inline void mgi_put_le(unsigned char *to, size_t n, uint64_t x)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = (unsigned char)(x >> 8 * i);
}

#endif
