#ifndef MGI_FIELDS_H
#define MGI_FIELDS_H
/*
 * fields.h - the members of each kind as JSON names them: one table for
 * reading and for writing, so that neither forgets one.
 */
#include "profile/model.h"

typedef enum mgi_field_type {
	MGI_FIELD_TEXT,
	MGI_FIELD_NUMBER, /* 0 and -1 are left out when written */
	MGI_FIELD_FLAG,   /* true, false; left out: -1 or 0, see `unset` */
	MGI_FIELD_PROTOCOL,
	MGI_FIELD_TLS,
	MGI_FIELD_PLACE,
	MGI_FIELD_URL,
	MGI_FIELD_ID, /* its own */
	MGI_FIELD_REF /* the id of another item, of kind `of` */
} mgi_field_type;

typedef struct mgi_field {
	const char *key;
	mgi_field_type type;
	uint32_t offset; /* in the item */
	mgi_item_kind of;
	int32_t unset;
	bool needed;
} mgi_field;

/* The fields of a kind; the row after the last has no key. */
extern const mgi_field *const mgi_fields[MGI_ITEM_KINDS];

#endif
