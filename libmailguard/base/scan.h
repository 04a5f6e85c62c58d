#ifndef MGI_SCAN_H
#define MGI_SCAN_H
/*
 * scan.h - all of many phrases, found in one pass over bytes fed in pieces.
 *
 * An Aho-Corasick automaton in a double array. The walk allocates nothing and
 * never goes back, so a phrase is also found across the border of two pieces:
 *
 *	mgi_scan_begin(&run, scan);
 *	while (there is a piece) {
 *		mgi_scan_feed(&run, piece);
 *		while (mgi_scan_next(&hit, &run))
 *			use(hit.phrase, hit.start, hit.end);
 *	}
 *
 * Phrases are bytes; nothing is known of words or characters. What stands
 * before or after a hit is the caller's to judge.
 *
 * An automaton known ahead is built by a host tool, which compiles
 * base/scan_build.c (it needs libc alone) and writes the tables with
 * scan_emit() of tools/scan_emit.h; one known at run time is built from
 * the same code by mgi_scan_make().
 */
#include "base/mem.h"
#include "base/scan_build.h"

/* All that is read by the walk; constant, shared by any number of runs. */
typedef struct mgi_scan {
	const mgi_scan_slot *slots;
	const mgi_scan_end *ends; /* one a phrase */
	const uint8_t *classes;   /* 256, one a byte value */
	int32_t slot_count, end_count;
} mgi_scan;

typedef struct mgi_scan_run {
	const mgi_scan *scan;
	const unsigned char *at, *stop; /* what is left of the piece */
	uint64_t offset;                /* of `at` in all that was fed */
	int32_t state;
	int32_t end; /* the next hit that ends here; -1: none */
} mgi_scan_run;

typedef struct mgi_scan_hit {
	uint64_t start, end; /* bytes [start, end) of all that was fed */
	int32_t phrase;      /* its number in `words`, from 0 */
	int32_t reserved;
} mgi_scan_hit;

/*
 * Build in `a`, and gone with it; what building takes besides is given back.
 * EINVAL for an empty phrase, ELIMIT past MGI_SCAN_BYTES_MAX. No phrases at
 * all are fine and find nothing.
 */
mailguard_status mgi_scan_make(const mgi_scan **out,
                               mgi_arena *a,
                               const mgi_scan_words *words,
                               mailguard_error *err);

void mgi_scan_begin(mgi_scan_run *run, const mgi_scan *scan);
/* More bytes, borrowed; to be called once mgi_scan_next() has said false. */
void mgi_scan_feed(mgi_scan_run *run, mailguard_span piece);
/*
 * The next hit, in the order of their ends, then longest first, then by
 * number. False when the piece is used up.
 */
bool mgi_scan_next(mgi_scan_hit *out, mgi_scan_run *run);

#endif
