#ifndef MGI_PLACE_TABLE_H
#define MGI_PLACE_TABLE_H
/*
 * place_table.h - data/places.tsv as tools/mkplaces.c writes it.
 */
#include "base/place.h"

enum {
	MGI_PLACE_ANY = 0,  /* anywhere in the path */
	MGI_PLACE_TOP = 1,  /* right below a drive, a share or a home */
	MGI_PLACE_ROOT = 2, /* from the root on */
	MGI_PLACE_NAME = 3, /* the last name */
	MGI_PLACE_COPY = 4  /* the last name, in a synced folder */
};

typedef struct mgi_place_row {
	const char *pattern, *provider, *name;
	int32_t where, kind;
	uint32_t risk;
} mgi_place_row;

extern const mgi_place_row mgi_place_rows[];
extern const size_t mgi_place_row_count;

#endif
