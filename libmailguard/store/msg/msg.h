#ifndef MGI_MSG_H
#define MGI_MSG_H
/*
 * msg.h - an Outlook item in a file of its own ([MS-OXMSG]).
 */
#include "store/mapi/object.h"
#include "store/msg/cfb.h"

/*
 * The item of a file, as a message. EFORMAT, without a text, if it is no
 * compound file or holds no item.
 */
mailguard_status mgi_msg_open(mgi_mapi **out,
                              mailguard *mg,
                              const char *path,
                              mailguard_error *err);

/* -- value.c --------------------------------------------------------------- */

/* What the names of streams with values begin with. */
#define MGI_MSG_VALUE "__substg1.0_"

/* Where an object's values lie. */
typedef struct mgi_msg_place {
	mgi_mapi *object;
	const mgi_cfb *cfb;
	mgi_file *file;
	uint32_t storage;
} mgi_msg_place;

/* The bytes of a stream. Yours; it holds the object. */
mailguard_status mgi_msg_value(mailguard_source **out,
                               const mgi_msg_place *p,
                               uint32_t stream,
                               mailguard_error *err);
/* Does each of many values of that type have a stream of its own? */
bool mgi_msg_is_many(uint16_t type);
/* `*bytes` are their lengths; then they are as mgi_mapi_element() parts them.
 */
mailguard_status mgi_msg_many(mailguard_span *bytes,
                              const mgi_msg_place *p,
                              mgi_mapi_tag tag,
                              mailguard_error *err);

/* -- ole.c ----------------------------------------------------------------- */

/* More than this in one OLE object is not given (ELIMIT). */
#define MGI_MSG_OLE_MAX ((uint64_t)32 << 20)

/* A storage as a compound file of its own. Yours. */
mailguard_status mgi_msg_ole(mailguard_source **out,
                             const mgi_cfb *from,
                             mgi_file *file,
                             uint32_t storage,
                             mailguard_error *err);

/* -- names.c: properties with a name --------------------------------------- */

typedef struct mgi_msg_names {
	mailguard_span guids, entries, strings;
} mgi_msg_names;

mailguard_status mgi_msg_names_read(mgi_msg_names *out,
                                    const mgi_cfb *c,
                                    mgi_file *file,
                                    mgi_arena *arena,
                                    mailguard_error *err);
uint16_t mgi_msg_name_find(const mgi_msg_names *names,
                           const mgi_mapi_name *name);
bool mgi_msg_name_of(mgi_mapi_name *out,
                     const mgi_msg_names *names,
                     uint16_t id);

#endif
