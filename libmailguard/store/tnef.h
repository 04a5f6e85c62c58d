#ifndef MGI_STORE_TNEF_H
#define MGI_STORE_TNEF_H
/*
 * tnef.h - winmail.dat in a mail, for those who look into mails.
 */
#include "store/mapi/object.h"

#include <mailguard/store.h>

/* By its type or name: may it be one? */
bool mgi_tnef_named(const mailguard_part *part);
/* What is wrong with it, MGI_TNEF_... ; ITEROVER if the mail has none. */
mailguard_status mgi_tnef_look(uint32_t *wrong,
                               mailguard *mg,
                               mailguard_message *msg,
                               mailguard_error *err);
/* As a message; `whole`: with header and what lies beside it. Yours. */
mailguard_status mgi_tnef_object_of(mgi_mapi **out,
                                    mailguard *mg,
                                    mailguard_message *msg,
                                    bool whole,
                                    mailguard_error *err);

/* One file, or message, inside. */
typedef struct mgi_tnef_file {
	mailguard_buffer name, type; /* UTF-8 */
	uint64_t size;
} mgi_tnef_file;

/* Number `i` of such a message; ITEROVER past the last. */
mailguard_status mgi_tnef_file_at(mgi_tnef_file *out,
                                  mgi_mapi *message,
                                  size_t i,
                                  mailguard_error *err);
void mgi_tnef_file_done(mgi_tnef_file *f);

#endif
