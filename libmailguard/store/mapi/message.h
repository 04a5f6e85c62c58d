#ifndef MGI_MAPI_MESSAGE_H
#define MGI_MAPI_MESSAGE_H
/*
 * message.h - a MAPI message as the mail it is: RFC 5322 and MIME.
 */
#include "store/mapi/object.h"

/*
 * The delivered bytes, the same every time, on every machine; made as they are
 * read, so memory does not grow with attachments. Yours; it holds the object.
 */
mailguard_status mgi_mapi_source(mailguard_source **out,
                                 mgi_mapi *message,
                                 mailguard_error *err);

#endif
