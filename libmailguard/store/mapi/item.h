#ifndef MGI_MAPI_ITEM_H
#define MGI_MAPI_ITEM_H
/*
 * item.h - items that are no mail: appointments, meetings, contacts, tasks.
 */
#include "store/mapi/object.h"

#include <mailguard/store.h>

/* MAILGUARD_ITEM_MAIL, ..._CONTACT and so on, by the message class. */
int32_t mgi_item_kind(mgi_mapi *o);

/* How the client marked it: MAILGUARD_FLAG_SEEN and so on. */
uint32_t mgi_item_flags(mgi_mapi *o);

typedef struct mgi_item_part {
	const char *type, *name;
	const char *method; /* of a meeting's mail; "" */
} mgi_item_part;

/*
 * Append what the item holds beside its text as a file of its own, in UTF-8;
 * false if it holds no more than its text. Failures are the buffer's.
 */
bool mgi_item_get(mgi_item_part *out, mailguard_buffer *bytes, mgi_mapi *o);

#endif
