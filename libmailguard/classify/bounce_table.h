#ifndef MGI_BOUNCE_TABLE_H
#define MGI_BOUNCE_TABLE_H
/*
 * bounce_table.h - the rows of data/bounce/, for the library and for the host
 * tool that writes them as C.
 */
#include "base/scan.h"

#include <stdint.h>

/* Lines in which a row is looked for. */
enum {
	MGI_IN_FROM = 1,
	MGI_IN_SUBJECT = 2,
	MGI_IN_FIELD = 4, /* of the header, with its name */
	MGI_IN_TEXT = 8
};

/* What a row means. The first ten are kinds of bounces, by their numbers. */
enum {
	MGI_MEANS_KINDS = 16,
	MGI_MEANS_MACHINE = 16, /* written by a mail server */
	MGI_MEANS_HUMAN,        /* written by a person or a list */
	MGI_MEANS_RETURNED,     /* the returned mail begins behind this line */
	MGI_MEANS_AT_RETURNED,  /* ... begins with this line */
	MGI_MEANS_WHO,          /* names a recipient: "@" in the row */
	MGI_MEANS_QUIET,        /* a line that says nothing of the cause */
	MGI_MEANS_PHASE         /* + mailguard_phase */
};

typedef struct mgi_bounce_row {
	const char *phrase, *rule;
	int32_t means;
	int16_t points;
	int16_t where;
} mgi_bounce_row;

extern const mgi_bounce_row mgi_bounce_rows[];
extern const uint32_t mgi_bounce_row_count;
extern const mgi_scan mgi_bounce_scan;

#endif
