#ifndef MGI_TNEF_H
#define MGI_TNEF_H
/*
 * tnef.h - winmail.dat ([MS-OXTNEF]) as the message it is: tnef_stream.c reads
 * its attributes and properties, tnef.c makes MAPI objects of them.
 */
#include "base/cursor.h"
#include "store/mapi/object.h"

/* More than this in one mail is not opened (ELIMIT). */
#define MGI_TNEF_MAX ((size_t)64 << 20)

/* -- tnef_stream.c: pure --------------------------------------------------- */

enum { MGI_TNEF_MESSAGE = 1, MGI_TNEF_ATTACHMENT = 2 };

/* The lower half of an attribute's id tells all; the upper is its type. */
enum {
	MGI_TNEF_SUBJECT = 0x8004,
	MGI_TNEF_DATE_SENT = 0x8005,
	MGI_TNEF_DATE_RECEIVED = 0x8006,
	MGI_TNEF_MESSAGE_CLASS = 0x8008,
	MGI_TNEF_BODY = 0x800c,
	MGI_TNEF_ATTACH_DATA = 0x800f,
	MGI_TNEF_ATTACH_TITLE = 0x8010,
	MGI_TNEF_ATTACH_BEGIN = 0x9002, /* attAttachRenddata */
	MGI_TNEF_MESSAGE_PROPS = 0x9003,
	MGI_TNEF_RECIPIENTS = 0x9004,
	MGI_TNEF_ATTACH_PROPS = 0x9005,
	MGI_TNEF_CODE_PAGE = 0x9007
};

typedef struct mgi_tnef_attribute {
	uint8_t level;
	uint16_t id;
	bool cut; /* `data` is not all of it */
	bool bad; /* its checksum is another */
	mailguard_span data;
} mgi_tnef_attribute;

bool mgi_tnef_is(mailguard_span s);
/* What stands behind the signature. */
mgi_cursor mgi_tnef_begin(mailguard_span s);
/* The next attribute; false at the end. `failed`: it ends where it should not,
   which the last attribute may tell by `cut`. */
bool mgi_tnef_next(mgi_tnef_attribute *out, mgi_cursor *c);

/* What is wrong with it; bits. */
enum {
	MGI_TNEF_NONE = 1, /* it is none */
	MGI_TNEF_TORN = 2,
	MGI_TNEF_SUM = 4
};
uint32_t mgi_tnef_judge(mailguard_span s);

typedef struct mgi_tnef_property {
	mgi_mapi_tag tag;
	bool named;
	uint64_t number;
	mailguard_span bytes; /* many: as mgi_mapi_element() parts them */
	mgi_mapi_name name;
} mgi_tnef_property;

typedef struct mgi_tnef_properties {
	mgi_tnef_property *at;
	size_t count, room;
} mgi_tnef_properties;

/* Room for one more; NULL, remembered by the arena, if there is none. */
mgi_tnef_property *mgi_tnef_add(mgi_tnef_properties *to, mgi_arena *arena);
/*
 * Add a list of properties; false if it is torn, after what could be read.
 * Named ones get ids of their own.
 */
bool mgi_tnef_props_read(mgi_tnef_properties *to,
                         mgi_cursor *c,
                         mgi_arena *arena);

/* -- tnef.c ---------------------------------------------------------------- */

/* A file that lies beside winmail.dat in the mail. */
typedef struct mgi_tnef_beside {
	const char *name, *type;
	size_t from, to; /* in `more` */
} mgi_tnef_beside;

/* The bytes, shared by all objects made of them. Counted. */
typedef struct mgi_tnef {
	mgi_arena *arena;
	mailguard_buffer bytes, more;
	mailguard_span header, plain; /* of the mail, UTF-16LE; in the arena */
	mgi_tnef_beside *beside;
	size_t beside_count;
	atomic_uint holders;
} mgi_tnef;

mailguard_status mgi_tnef_new(mgi_tnef **out,
                              mailguard *mg,
                              mailguard_error *err);
void mgi_tnef_free(mgi_tnef *t); /* NULL is fine */
/* The message it is; nothing of `t` changes from now on. Yours. */
mailguard_status mgi_tnef_object(mgi_mapi **out,
                                 mgi_tnef *t,
                                 mailguard_error *err);

#endif
