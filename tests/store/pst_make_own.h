#ifndef PST_MAKE_OWN_H
#define PST_MAKE_OWN_H
/*
 * pst_make_own.h - what the files pst_make*.c share: bytes that grow, a file
 * under way, nodes' data, tables.
 */
#include "store/pst_make.h"

#include <stdio.h>

typedef struct bytes {
	unsigned char *at;
	size_t len, room;
} bytes;

typedef struct made_block {
	uint64_t bid, at;
	unsigned stored, inflated, refs;
} made_block;

typedef struct made_node {
	uint32_t nid, parent;
	uint64_t data, sub;
} made_node;

typedef struct maker {
	const pst_plan *plan;
	FILE *file;
	unsigned word, page, page_tail, page_sum, align, payload, tail;
	uint64_t first, every; /* maps */
	uint64_t at;           /* next free byte */
	uint64_t next_bid, next_page;
	made_block *blocks;
	size_t block_count, block_room;
	made_node *nodes;
	size_t node_count, node_room;
	unsigned char *used; /* a bit a unit, behind `first` */
	uint64_t used_room;
	uint32_t marks[32];
	int failed;
} maker;

typedef struct made {
	uint64_t data, sub;
	size_t size; /* of all data blocks */
} made;

typedef struct heap {
	maker *m;
	bytes done;          /* whole blocks */
	bytes block;         /* the one under way */
	unsigned ends[4096]; /* of its items */
	unsigned items, blocks;
	uint32_t root;
	int kind;
} heap;

#define SUBS_MAX 64

typedef struct prop {
	uint32_t tag;
	uint64_t number;
	const void *data;
	size_t len;
	int kind; /* 0 number, 1 bytes, 2 text */
} prop;

typedef struct props {
	prop at[64];
	unsigned count;
	made_node subs[SUBS_MAX];
	unsigned sub_count;
} props;

typedef struct column {
	uint32_t tag;
	unsigned at, size, bit;
} column;

typedef struct table {
	maker *m;
	heap h;
	column cols[32];
	unsigned count, ends[4];
	bytes index, rows;
	uint64_t row_count;
} table;

/* -- pst_make_ndb.c -------------------------------------------------------- */

void *pm_more(void *p, size_t n);
void pm_add(bytes *b, const void *p, size_t n);
void pm_le(unsigned char *p, uint64_t x, unsigned n);
void pm_add_le(bytes *b, uint64_t x, unsigned n);
void pm_zeros(bytes *b, size_t n);
void pm_begin(maker *m);
/* Data of any size, subnodes, a node: bids, 0 for nothing. */
uint64_t pm_data(maker *m, const unsigned char *data, size_t n);
uint64_t pm_subs(maker *m, made_node *at, size_t n);
void pm_node(maker *m,
             uint32_t nid,
             uint32_t parent,
             uint64_t data,
             uint64_t sub);
/* Trees, maps and header, when all nodes are in. */
void pm_end(maker *m);

/* -- pst_make_ltp.c -------------------------------------------------------- */

made pm_props(maker *m, props *p);
/* Columns come sorted by tag. */
void pm_table_begin(table *t, maker *m, const uint32_t *tags, unsigned n);
/* The row has those of `p` that the table has columns for. */
void pm_table_row(table *t, uint32_t id, props *p);
made pm_table_end(table *t);

#endif
