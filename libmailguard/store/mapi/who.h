#ifndef MGI_MAPI_WHO_H
#define MGI_MAPI_WHO_H
/*
 * who.h - senders and recipients as mailboxes. MAPI knows people whose
 * address is no mail address (an Exchange directory's): they are written as a
 * group of nobody (RFC 6854), and no address is made up.
 */
#include "store/mapi/plan.h"

/* From, and Sender where somebody else sent it. */
mailguard_status mgi_who_from(mgi_plan *p, mailguard_error *err);
/* To, Cc, Bcc: of the recipients, else of the names shown for them. */
mailguard_status mgi_who_to(mgi_plan *p, mailguard_error *err);
mailguard_status mgi_who_reply_to(mgi_plan *p, mailguard_error *err);
/* The mail address of a recipient; false if it has none. */
bool mgi_who_address(mailguard_buffer *out, mgi_mapi *recipient);
/* ... of whoever sent the message. */
bool mgi_who_sender(mailguard_buffer *out, mgi_mapi *message);

/* -- for all who write fields ---------------------------------------------- */

/* A text property fit for a header field: no control characters. */
mailguard_status mgi_who_text(mailguard_buffer *out,
                              mgi_mapi *o,
                              uint16_t id,
                              mailguard_error *err);
/* The field with LF ends; no address (""): a group of nobody. */
mailguard_status mgi_who_field(mgi_plan *p,
                               const mgi_field *f,
                               mailguard_error *err);
/* ASCII, in words that can be folded. */
bool mgi_who_is_plain(const char *s);
/* What is not there or cannot be read is no reason to stop. */
mailguard_status mgi_who_only_memory(mailguard_status st, mailguard_error *err);

#endif
