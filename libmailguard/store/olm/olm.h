#ifndef MGI_OLM_H
#define MGI_OLM_H
/*
 * olm.h - what Outlook for Mac exports: a ZIP file with an XML file a message
 * and attachments beside them, as MAPI objects.
 */
#include "base/xml.h"
#include "store/mapi/object.h"
#include "store/olm/zip.h"

/* A message's XML, and an attachment, at most. */
#define MGI_OLM_XML_MAX ((size_t)64 << 20)
#define MGI_OLM_DATA_MAX ((size_t)256 << 20)

typedef struct mgi_olm_value {
	mgi_mapi_tag tag;
	uint64_t number;
	mailguard_span bytes;
} mgi_olm_value;

/* The properties of a message, a recipient or an attachment. */
typedef struct mgi_olm_bag {
	mgi_olm_value *at;
	size_t count, room;
	struct mgi_olm_bag *recipients, *attachments; /* lists, by `next` */
	struct mgi_olm_bag *next;
	const mgi_zip_entry *data; /* of an attachment */
	bool lost;                 /* it has none in the file */
} mgi_olm_bag;

/* One message as it was told; never changes. */
typedef struct mgi_olm_letter {
	mgi_arena *arena;
	mgi_zip *zip; /* held */
	mgi_olm_bag *bag;
	atomic_uint holders;
} mgi_olm_letter;

/* Of an <email> (olm_xml.c). ENOMEM only. */
mailguard_status mgi_olm_letter_new(mgi_olm_letter **out,
                                    mailguard *mg,
                                    mgi_zip *zip,
                                    const mgi_xml_node *email,
                                    mailguard_error *err);
void mgi_olm_letter_free(mgi_olm_letter *l);

/* It as a MAPI message (olm.c), which holds both. Yours. */
mailguard_status mgi_olm_open(mgi_mapi **out,
                              mailguard *mg,
                              mgi_olm_letter *letter,
                              const mgi_file *f,
                              mailguard_error *err);

#endif
