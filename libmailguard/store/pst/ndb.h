#ifndef MGI_PST_NDB_H
#define MGI_PST_NDB_H
/*
 * ndb.h - the lowest floor of a PST or OST ([MS-PST] 2.2): header, pages,
 * blocks. It knows bytes and their checksums, not what they mean.
 */
#include "base/file.h"
#include "base/pack.h"

#include <stdatomic.h>
#include <stdbool.h>

/* -- what the variants differ in ------------------------------------------- */

typedef enum mgi_pst_variant {
	MGI_PST_ANSI,    /* until Outlook 2002 */
	MGI_PST_UNICODE, /* since 2003 */
	MGI_PST_WIDE     /* pages of 4096 bytes: OST since 2013 */
} mgi_pst_variant;

typedef struct mgi_pst_shape {
	mgi_pst_variant variant;
	uint32_t word;       /* bytes of a bid or an offset */
	uint32_t header;     /* bytes of it */
	uint32_t page;       /* bytes of one */
	uint32_t page_tail;  /* of its trailer */
	uint32_t page_sum;   /* of what its CRC covers */
	uint32_t page_area;  /* for entries */
	uint32_t branch;     /* bytes of an entry */
	uint32_t block_leaf; /* ... in a leaf of the block tree */
	uint32_t node_leaf;  /* ... of the node tree */
	uint32_t align;      /* of blocks; one bit of an allocation map */
	uint32_t block_max;  /* with padding and trailer */
	uint32_t block_tail; /* of its trailer */
	uint32_t first_map;  /* offset of the first allocation map */
	uint32_t map_every;  /* bytes one of them covers */
	uint32_t sub_head;   /* bytes before the entries of a subnode block */
	uint32_t index_bits; /* of a heap id's item number */
	uint32_t row_width;  /* bytes of a row number */
} mgi_pst_shape;

const mgi_pst_shape *mgi_pst_shape_of(mgi_pst_variant variant);
/* Most bytes of data in a block. */
uint32_t mgi_pst_payload(const mgi_pst_shape *s);

/* -- header.c -------------------------------------------------------------- */

enum { MGI_PST_PLAIN = 0, MGI_PST_PERMUTE = 1, MGI_PST_CYCLIC = 2 };

typedef struct mgi_pst_ref {
	uint64_t bid, at;
} mgi_pst_ref;

/* What is wrong with a header; bits. */
enum {
	MGI_PST_HEADER_SHORT = 1,   /* the file ends in it */
	MGI_PST_HEADER_MAGIC = 2,   /* no such file */
	MGI_PST_HEADER_VERSION = 4, /* one we do not know */
	MGI_PST_HEADER_SUM = 8,     /* either of its CRCs */
	MGI_PST_HEADER_SENTINEL = 16,
	MGI_PST_HEADER_CRYPT = 32 /* an encoding we do not know */
};

typedef struct mgi_pst_header {
	const mgi_pst_shape *shape;
	uint32_t wrong;
	uint16_t version, client;
	uint8_t crypt, maps_valid;
	bool is_ost;
	uint32_t opened; /* dwOpenDBID */
	uint64_t next_block, next_page, end, last_map, maps_free;
	mgi_pst_ref nodes, blocks; /* roots of the two trees */
	uint32_t marks[32];        /* highest node number of each type */
} mgi_pst_header;

#define MGI_PST_HEADER_BYTES 564

/*
 * Pure. With SHORT, MAGIC or VERSION wrong there is nothing in it but a shape,
 * so that nobody need ask.
 */
void mgi_pst_header_read(mgi_pst_header *out, mailguard_span bytes);

/* -- the open file --------------------------------------------------------- */

typedef struct mgi_pst_names mgi_pst_names;

#define MGI_PST_SPARE 4

/* Shared by threads: nothing of it changes once it is open. */
typedef struct mgi_pst {
	mailguard *mg;
	mgi_arena *arena;
	mgi_file *file; /* by mgi_file_read() only: that one has no window */
	uint64_t size;  /* of the file */
	mgi_pst_header header;
	mgi_pst_names *names; /* NULL: none that can be read */
	bool names_bad;       /* some may be missing, or wrong */
	uint32_t code_page;
	uint32_t password; /* its CRC; 0 none */
	unsigned crypt;    /* as the blocks are, whatever the header says */
	/* What to read by instead of the trees; NULL: by the trees. */
	struct mgi_pst_index *index;
	/* Given back by views that are done, taken by those that begin. */
	_Atomic(struct mgi_pst_desk *) spare[MGI_PST_SPARE];
	atomic_uint holders;
} mgi_pst;

/*
 * Whatever can be read of it: with a header that cannot be used it is an open
 * file without nodes. In pst.c, as it asks the floors above for names.
 */
mailguard_status mgi_pst_open(mgi_pst **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err);
/* The same file, by an index of what is found in it (ladder.h). */
mailguard_status mgi_pst_open_by_search(mgi_pst **out,
                                        const mgi_pst *p,
                                        mailguard_error *err);
mgi_pst *mgi_pst_hold(mgi_pst *p);
void mgi_pst_free(mgi_pst *p); /* NULL is fine */

/*
 * One thread's way into it. What it reads lives in an arena; what it keeps at
 * hand is a desk's, which goes to the next view. mgi_pst_view_done() must be
 * called, before the file is given back.
 */
typedef struct mgi_pst_view {
	mgi_pst *pst; /* borrowed */
	const mgi_pst_shape *shape;
	mgi_arena *arena;
	struct mgi_pst_desk *desk;   /* of this view or the one it is below */
	struct mgi_pst_pages *pages; /* at hand; shared with views below */
	unsigned char *raw;          /* one block as it lies in the file */
	unsigned char *decoded;      /* ... as it was before */
	mgi_pack *pack;
	uint64_t harm; /* pages and blocks that were not as they should be */
} mgi_pst_view;

mailguard_status mgi_pst_view_init(mgi_pst_view *v,
                                   mgi_pst *p,
                                   mgi_arena *arena,
                                   mailguard_error *err);
void mgi_pst_view_done(mgi_pst_view *v);
void mgi_pst_desk_free(struct mgi_pst_desk *d); /* NULL is fine */
/*
 * `n` bytes (at most a block's) at `at`, valid until the next; fewer at the
 * file's end. Who reads on where the last ones ended reads ahead.
 */
mailguard_status mgi_pst_desk_read(mailguard_span *out,
                                   mgi_pst_view *v,
                                   uint64_t at,
                                   size_t n,
                                   mailguard_error *err);
/* Room for pages at hand. */
struct mgi_pst_pages *mgi_pst_pages_new(mgi_arena *arena);

/* -- pages.c --------------------------------------------------------------- */

enum {
	MGI_PST_PAGE_BLOCKS = 0x80,
	MGI_PST_PAGE_NODES = 0x81,
	MGI_PST_PAGE_FREE = 0x82,  /* FMap */
	MGI_PST_PAGE_PAGES = 0x83, /* PMap */
	MGI_PST_PAGE_MAP = 0x84,   /* AMap */
	MGI_PST_PAGE_FREE_PAGES = 0x85,
	MGI_PST_PAGE_DENSITY = 0x86
};

/* What is wrong with a page; bits. */
enum {
	MGI_PST_PAGE_OUT = 1, /* outside the file, or not aligned */
	MGI_PST_PAGE_TYPE = 2,
	MGI_PST_PAGE_SUM = 4,
	MGI_PST_PAGE_SIGN = 8,
	MGI_PST_PAGE_BID = 16,
	MGI_PST_PAGE_COUNT = 32, /* of its entries, or their size */
	MGI_PST_PAGE_LEVEL = 64  /* not one below the page above */
};

typedef struct mgi_pst_trailer {
	uint8_t type, again;
	uint16_t sign;
	uint32_t sum;
	uint64_t bid;
} mgi_pst_trailer;

/* Of a page, or (without types) of a block; `at` is its first byte. */
mgi_pst_trailer mgi_pst_page_trailer(const mgi_pst_shape *s,
                                     const unsigned char *page);
uint16_t mgi_pst_sign(uint64_t at, uint64_t bid);

/* A page of one of the two trees, as far as it can be used. */
typedef struct mgi_pst_page {
	const unsigned char *bytes;
	uint32_t wrong;
	uint32_t count, size; /* of its entries */
	uint32_t level;
	uint64_t bid; /* by its own trailer */
} mgi_pst_page;

/* Pure: `bytes` is a whole page that lies at `ref`, which may be wrong. */
void mgi_pst_page_judge(mgi_pst_page *out,
                        const mgi_pst_shape *s,
                        const unsigned char *bytes,
                        mgi_pst_ref ref,
                        unsigned type);

/* May what is wrong be read all the same? Then it counts as harm. */
bool mgi_pst_page_usable(uint32_t wrong);

/* One node: of the node tree, or of a node's own subnodes. */
typedef struct mgi_pst_node {
	uint32_t nid, parent;
	uint64_t data, sub; /* bids; 0 none */
} mgi_pst_node;

/* One block by the block tree. */
typedef struct mgi_pst_block {
	uint64_t bid, at;
	uint32_t stored;   /* bytes of data in the file */
	uint32_t inflated; /* ... once they are read; else the same */
	uint32_t refs;
} mgi_pst_block;

#define MGI_PST_NID_TYPE(nid) ((nid)&31u)
#define MGI_PST_BID(bid) ((bid) & ~(uint64_t)1)
#define MGI_PST_BID_INSIDE(bid) (((bid)&2) != 0)
#define MGI_PST_DEEP 8

uint64_t mgi_pst_entry_key(const mgi_pst_shape *s,
                           const mgi_pst_page *page,
                           uint32_t i);
mgi_pst_ref mgi_pst_entry_ref(const mgi_pst_shape *s,
                              const mgi_pst_page *page,
                              uint32_t i);
mgi_pst_node mgi_pst_entry_node(const mgi_pst_shape *s,
                                const mgi_pst_page *page,
                                uint32_t i);
mgi_pst_block mgi_pst_entry_block(const mgi_pst_shape *s,
                                  const mgi_pst_page *page,
                                  uint32_t i);

/*
 * The page at `ref`, judged, valid until some more were asked for; what is
 * wrong with it counts as harm. EIO: the file cannot be read.
 */
mailguard_status mgi_pst_page_get(const mgi_pst_page **out,
                                  mgi_pst_view *v,
                                  mgi_pst_ref ref,
                                  unsigned type,
                                  mailguard_error *err);
/* By the trees. ITEROVER: no such entry; EIO: the file cannot be read. */
mailguard_status mgi_pst_block_find(mgi_pst_block *out,
                                    mgi_pst_view *v,
                                    uint64_t bid,
                                    mailguard_error *err);
mailguard_status mgi_pst_node_find(mgi_pst_node *out,
                                   mgi_pst_view *v,
                                   uint32_t nid,
                                   mailguard_error *err);

/* What a trip came by. */
typedef struct mgi_pst_visit {
	const mgi_pst_page *page;
	mgi_pst_ref ref;
	bool root;
	uint32_t level; /* it should have; of the root, the one it has */
	uint64_t key;   /* its first one, says the page above */
} mgi_pst_visit;

/*
 * All entries of one of the trees in their order. Pages that cannot be used
 * are stepped over and counted as harm.
 */
typedef struct mgi_pst_trip {
	mgi_pst_view *view;
	unsigned type;
	uint32_t depth; /* pages open */
	uint64_t visits;
	/* Called for every page, usable or not; may be NULL. */
	void (*seen)(void *self, const mgi_pst_visit *visit);
	void *self;
	struct {
		mgi_pst_ref ref;
		uint32_t at; /* next entry */
		unsigned char *bytes;
		mgi_pst_page page;
	} level[MGI_PST_DEEP];
} mgi_pst_trip;

/* `seen` and `self` may be set behind it. */
mailguard_status mgi_pst_trip_begin(mgi_pst_trip *t,
                                    mgi_pst_view *v,
                                    unsigned type,
                                    mailguard_error *err);
/* The next leaf entry: number `*i` of `*page`. */
mailguard_status mgi_pst_trip_next(const mgi_pst_page **page,
                                   uint32_t *i,
                                   mgi_pst_trip *t,
                                   mailguard_error *err);

/* -- blocks.c -------------------------------------------------------------- */

/* What is wrong with a block; bits. */
enum {
	MGI_PST_BLOCK_OUT = 1, /* outside the file, not aligned, too large */
	MGI_PST_BLOCK_SIZE = 2,
	MGI_PST_BLOCK_BID = 4,
	MGI_PST_BLOCK_SIGN = 8,
	MGI_PST_BLOCK_SUM = 16,
	MGI_PST_BLOCK_PACKED = 32 /* does not inflate to what it should */
};

/* Bytes a block takes in the file. */
uint32_t mgi_pst_extent(const mgi_pst_shape *s, uint32_t stored);
bool mgi_pst_block_fits(const mgi_pst_shape *s,
                        const mgi_pst_block *b,
                        uint64_t file_size);
/* Pure: `bytes` is the whole extent of `b`. */
uint32_t mgi_pst_block_judge(const mgi_pst_shape *s,
                             const unsigned char *bytes,
                             const mgi_pst_block *b);
/* The whole extent of one, undecoded, valid until the next; and judged. OUT:
   there is nothing. */
mailguard_status mgi_pst_block_raw(mailguard_span *out,
                                   uint32_t *wrong,
                                   mgi_pst_view *v,
                                   const mgi_pst_block *b,
                                   mailguard_error *err);
/* Read and judge one. */
mailguard_status mgi_pst_block_look(uint32_t *wrong,
                                    mgi_pst_view *v,
                                    const mgi_pst_block *b,
                                    mailguard_error *err);
/* May what is wrong be read all the same? Then it counts as harm. */
bool mgi_pst_block_usable(uint32_t wrong);
/* In place, both ways the same for CYCLIC. */
void mgi_pst_decode(unsigned char *at, size_t n, unsigned crypt, uint64_t bid);
void mgi_pst_encode(unsigned char *at, size_t n, unsigned crypt, uint64_t bid);

/*
 * The data of a block, decoded; valid until the next. ITEROVER: the tree has
 * no such block; EFORMAT: nothing of it can be used. Both count as harm.
 */
mailguard_status mgi_pst_block_get(mailguard_span *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err);

/* The blocks of one stream of data, through XBLOCK and XXBLOCK (2.2.2.8). */
typedef struct mgi_pst_tree {
	uint64_t size; /* as the tree says; of one block: its own */
	uint32_t count;
	const uint64_t *bids;
} mgi_pst_tree;

/* In the view's arena. No data (bid 0) is an empty tree. */
mailguard_status mgi_pst_tree_open(mgi_pst_tree *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err);
/* All of it in the arena, if it is at most `max` bytes; else ELIMIT. */
mailguard_status mgi_pst_tree_slurp(mailguard_span *out,
                                    mgi_pst_view *v,
                                    const mgi_pst_tree *tree,
                                    uint64_t max,
                                    mailguard_error *err);

/* A node's subnodes, sorted by nid, in the view's arena. */
typedef struct mgi_pst_subs {
	mgi_pst_node *at;
	uint32_t count;
} mgi_pst_subs;

mailguard_status mgi_pst_subs_open(mgi_pst_subs *out,
                                   mgi_pst_view *v,
                                   uint64_t bid,
                                   mailguard_error *err);
/* NULL if there is none. */
const mgi_pst_node *mgi_pst_subs_find(const mgi_pst_subs *subs, uint32_t nid);

/* What an internal block holds (2.2.2.8.3); pure. */
typedef enum mgi_pst_inner_kind {
	MGI_PST_INNER_BAD = 0,
	MGI_PST_INNER_X = 1,  /* children are data */
	MGI_PST_INNER_XX = 2, /* children are X */
	MGI_PST_INNER_SL = 3, /* children are nodes */
	MGI_PST_INNER_SI = 4  /* children are SL */
} mgi_pst_inner_kind;

typedef struct mgi_pst_inner {
	mgi_pst_inner_kind kind;
	uint32_t count;
	uint64_t total; /* of data below an X or XX */
	const unsigned char *entries;
} mgi_pst_inner;

mgi_pst_inner mgi_pst_inner_read(const mgi_pst_shape *s, mailguard_span data);
/* Of X, XX and SI; of SI the first nid comes with it. */
uint64_t mgi_pst_inner_child(const mgi_pst_shape *s,
                             const mgi_pst_inner *in,
                             uint32_t i);
/* Of SL, and of SI without data and sub. */
mgi_pst_node mgi_pst_inner_node(const mgi_pst_shape *s,
                                const mgi_pst_inner *in,
                                uint32_t i);

/* -- little endian --------------------------------------------------------- */

static inline uint16_t mgi_le16(const unsigned char *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t mgi_le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t mgi_le64(const unsigned char *p)
{
	return mgi_le32(p) | (uint64_t)mgi_le32(p + 4) << 32;
}

/* A bid or an offset: 4 bytes in ANSI files, else 8. */
static inline uint64_t mgi_pst_word(const mgi_pst_shape *s,
                                    const unsigned char *p)
{
	return s->word == 4 ? mgi_le32(p) : mgi_le64(p);
}

#endif
