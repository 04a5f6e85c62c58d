#ifndef MGI_SAY_TABLE_H
#define MGI_SAY_TABLE_H
/*
 * say_table.h - the shape of the table that mktext writes.
 */
#include "say_ids.h"

typedef struct mgi_say_row {
	const char *id;
	const char *text[2]; /* by mgi_lang */
} mgi_say_row;

extern const mgi_say_row mgi_say_table[];

#endif
