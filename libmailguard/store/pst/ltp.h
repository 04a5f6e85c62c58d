#ifndef MGI_PST_LTP_H
#define MGI_PST_LTP_H
/*
 * ltp.h - the middle floor of a PST ([MS-PST] 2.3): heaps in a node's data,
 * sorted trees and tables in heaps, properties. It knows types of values, not
 * what folders and messages are.
 */
#include "store/mapi/object.h"
#include "store/pst/ndb.h"

/* -- heap.c ---------------------------------------------------------------- */

enum {
	MGI_PST_HEAP_TABLE = 0x7c,
	MGI_PST_HEAP_PROPS = 0xbc,
	MGI_PST_HEAP_TREE = 0xb5
};

/* What is wrong with a block of a heap; bits. */
enum {
	MGI_PST_HEAP_SHORT = 1,
	MGI_PST_HEAP_MARK = 2, /* no heap at all */
	MGI_PST_HEAP_MAP = 4   /* where its items lie is told wrongly */
};

/* Pure: is block `i` of a heap as [MS-PST] 2.3.1 says? */
uint32_t mgi_pst_heap_judge(mailguard_span block, uint32_t i);
/* Pure: item `index` (from 1) of a block; false if there is none. */
bool mgi_pst_heap_item(mailguard_span *out,
                       mailguard_span block,
                       uint32_t index);

/* Bytes of a heap kept in memory; more are not looked into. */
#define MGI_PST_HEAP_KEPT (16u << 20)
#define MGI_PST_HEAP_SLOTS 16

typedef struct mgi_pst_heap {
	mgi_pst_view *view;
	mgi_pst_tree tree;
	bool keep; /* what is lent lives as long as the arena */
	uint8_t kind;
	uint32_t root, turn;
	uint32_t room; /* slots */
	struct mgi_pst_slot {
		uint32_t block, used; /* `block` + 1; 0 none */
		uint32_t len;
		unsigned char *at;
	} * slots;
} mgi_pst_heap;

/*
 * Without `keep` what is lent is valid until the next but few calls. EFORMAT,
 * and harm, if it is no heap or cannot be read.
 */
mailguard_status mgi_pst_heap_open(mgi_pst_heap *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   bool keep,
                                   mailguard_error *err);
mailguard_status mgi_pst_heap_get(mailguard_span *out,
                                  mgi_pst_heap *h,
                                  uint32_t hid,
                                  mailguard_error *err);

/* Block `i` of a heap, as mgi_pst_heap_judge() wants it. */
mailguard_status mgi_pst_heap_block(mailguard_span *out,
                                    mgi_pst_heap *h,
                                    uint32_t i,
                                    mailguard_error *err);

/* -- bth.c ----------------------------------------------------------------- */

/* A sorted tree in a heap (2.3.2). */
typedef struct mgi_pst_bth {
	mgi_pst_heap *heap;
	uint32_t key, data; /* bytes of each */
	uint32_t levels, root;
} mgi_pst_bth;

/* Its records in their order. */
typedef struct mgi_pst_bth_walk {
	const mgi_pst_bth *tree;
	uint32_t depth, visits;
	bool began;
	struct {
		uint32_t hid, at;
	} level[MGI_PST_DEEP + 1];
} mgi_pst_bth_walk;

/* Pure: its header. */
bool mgi_pst_bth_read(mgi_pst_bth *out, mailguard_span header);
mailguard_status mgi_pst_bth_open(mgi_pst_bth *out,
                                  mgi_pst_heap *h,
                                  uint32_t hid,
                                  mailguard_error *err);
void mgi_pst_bth_begin(mgi_pst_bth_walk *w, const mgi_pst_bth *tree);
/* The next record, key and data. What cannot be read is stepped over: harm. */
mailguard_status mgi_pst_bth_next(mailguard_span *out,
                                  mgi_pst_bth_walk *w,
                                  mailguard_error *err);

/* -- table.c --------------------------------------------------------------- */

typedef struct mgi_pst_column {
	mgi_mapi_tag tag;
	uint16_t at;
	uint8_t size, bit;
} mgi_pst_column;

/* Pure: what a table says of itself (2.3.4.1). */
typedef struct mgi_pst_table_info {
	uint32_t columns;
	uint16_t ends[4]; /* of 4-byte, 2-byte, 1-byte data and of the bits */
	uint32_t index, rows;
	const unsigned char *descs;
} mgi_pst_table_info;

bool mgi_pst_table_read(mgi_pst_table_info *out, mailguard_span info);
mgi_pst_column mgi_pst_table_column(const mgi_pst_table_info *info, uint32_t i);

typedef struct mgi_pst_table {
	mgi_pst_heap heap;
	mgi_pst_subs subs;
	mgi_pst_table_info info;
	uint32_t row_size, rows_a_block;
	uint64_t rows; /* there is room for */
	mgi_pst_tree tree;
	mailguard_span inline_rows; /* in the heap, if there is no tree */
	unsigned char *block;       /* of the tree, the one at hand */
	uint32_t block_at, block_len;
	mgi_pst_bth index;
} mgi_pst_table;

/* Of the node's data; `sub` holds what is too large for the heap. */
mailguard_status mgi_pst_table_open(mgi_pst_table *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    bool keep,
                                    mailguard_error *err);
/* Row `number`, valid until the next; ITEROVER past the end. */
mailguard_status mgi_pst_table_row(mailguard_span *out,
                                   mgi_pst_table *t,
                                   uint64_t number,
                                   mailguard_error *err);
/* Whether a row has a value for that column. */
bool mgi_pst_table_has(const mgi_pst_table *t,
                       mailguard_span row,
                       const mgi_pst_column *c);

/* -- props.c --------------------------------------------------------------- */

/* Bytes of a type whose values are all of one size; 0 for the others. */
size_t mgi_pst_type_size(unsigned type);

/* Where values too large for their place lie. */
typedef struct mgi_pst_values {
	mgi_pst_heap *heap;
	const mgi_pst_subs *subs;
} mgi_pst_values;

/*
 * The value of `tag` that is told by `raw`: of a property 4 bytes, in a table
 * the cell. Damage is harm.
 */
mailguard_status mgi_pst_value_get(mgi_mapi_value *out,
                                   const mgi_pst_values *in,
                                   mgi_mapi_tag tag,
                                   mailguard_span raw,
                                   mailguard_error *err);
/* Does what `raw` points to exist? Its bytes are not read. */
bool mgi_pst_value_there(const mgi_pst_values *in,
                         mgi_mapi_tag tag,
                         mailguard_span raw);
/* The subnode a value lies in, if it does; else NULL. */
const mgi_pst_node *mgi_pst_value_node(const mgi_pst_values *in,
                                       mgi_mapi_tag tag,
                                       mailguard_span raw);

typedef struct mgi_pst_prop {
	mgi_mapi_tag tag;
	unsigned char raw[4];
} mgi_pst_prop;

/* All properties of a node (2.3.3). */
typedef struct mgi_pst_props {
	mgi_pst_heap heap;
	mgi_pst_subs subs;
	mgi_pst_values values;
	mgi_pst_prop *at; /* by id */
	uint32_t count;
	bool shuffled; /* in the file they were not */
} mgi_pst_props;

/* EFORMAT: it cannot be read at all. `out` must stay where it is. */
mailguard_status mgi_pst_props_open(mgi_pst_props *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_node *node,
                                    mailguard_error *err);
/* NULL if there is none of that id. */
const mgi_pst_prop *mgi_pst_props_find(const mgi_pst_props *p, uint16_t id);
mailguard_status mgi_pst_props_get(mgi_mapi_value *out,
                                   const mgi_pst_props *p,
                                   uint16_t id,
                                   mailguard_error *err);

/* -- names.c --------------------------------------------------------------- */

/* The names of ids from 0x8000 on (2.4.7); NULL without a failure if there
   are none. Of the arena; nothing of it changes. */
mailguard_status mgi_pst_names_read(mgi_pst_names **out,
                                    mgi_pst_view *v,
                                    mailguard_error *err);
/* All entries, those that lead nowhere without a set: other readers refuse a
   whole file for one such. In the arena; empty without memory. */
mailguard_span mgi_pst_names_mend(const mgi_pst_names *names, mgi_arena *arena);
uint16_t mgi_pst_name_find(const mgi_pst_names *names,
                           const mgi_mapi_name *name);
bool mgi_pst_name_of(mgi_mapi_name *out,
                     const mgi_pst_names *names,
                     uint16_t id);

#endif
