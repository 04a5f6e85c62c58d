#ifndef MGI_STATUS_TABLE_H
#define MGI_STATUS_TABLE_H
/*
 * table.h - data/status_*.tsv as tools/mkstatus.c writes them.
 */
#include "status/words.h"

typedef struct mgi_enum_row {
	const char *space, *word;
	int32_t phase, impact, kind; /* -1: it says nothing */
} mgi_enum_row;

typedef struct mgi_hint_row {
	const char *word; /* folded */
	bool title_only;
	int32_t kind, phase; /* 0: it says nothing */
	uint32_t services;
	bool partly;
} mgi_hint_row;

typedef struct mgi_label_row {
	const char *word;
	mgi_label label;
} mgi_label_row;

extern const mgi_enum_row mgi_enum_rows[];
extern const size_t mgi_enum_row_count;
/* By bytes, so those of one first byte stand together. */
extern const mgi_hint_row mgi_hint_rows[];
/* Where the words that begin with byte i begin; [256] is their number. */
extern const uint16_t mgi_hint_first[257];
extern const mgi_label_row mgi_label_rows[];
extern const size_t mgi_label_row_count;

#endif
