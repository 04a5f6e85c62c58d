#ifndef MGI_UTF7_H
#define MGI_UTF7_H
/*
 * utf7.h - UTF-7 (RFC 2152) byte by byte. The system's iconv steps over wrong
 * bytes as it has read ahead; what a byte means must not depend on that.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct mgi_utf7 {
	bool shifted; /* between "+" and "-" */
	bool any;     /* ... and a character was there */
	uint32_t bits;
	unsigned n;    /* of them */
	uint32_t high; /* surrogate that waits for its low one, or 0 */
} mgi_utf7;

#define MGI_UTF7_MOST 3 /* characters a byte can give */

/* Characters that `c` completes, U+FFFD for what is wrong; how many. */
size_t mgi_utf7_next(uint32_t out[MGI_UTF7_MOST], mgi_utf7 *u, unsigned char c);
/* Nothing more comes. */
size_t mgi_utf7_end(uint32_t out[MGI_UTF7_MOST], mgi_utf7 *u);

#endif
