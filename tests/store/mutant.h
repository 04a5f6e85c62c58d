#ifndef MUTANT_H
#define MUTANT_H
/*
 * mutant.h - files as disks, copies and sync clients damage them. The same
 * seed makes the same damage.
 */
#include <stddef.h>
#include <stdint.h>

#define MUTANT_KINDS 12
#define MUTANT_TOUCHED_MAX 100

typedef struct mutant {
	unsigned char *bytes;
	size_t size;
	/* What is not as it was; for a cut file, what is gone. */
	struct {
		size_t at, len;
	} touched[MUTANT_TOUCHED_MAX];
	size_t touches;
} mutant;

/* "cut-25", "zero-512", "flip-1", "foreign" ... */
const char *mutant_name(unsigned kind);
/* `room` holds `size` bytes. */
mutant mutant_make(unsigned char *room,
                   const unsigned char *data,
                   size_t size,
                   unsigned kind,
                   uint64_t seed);

#endif
