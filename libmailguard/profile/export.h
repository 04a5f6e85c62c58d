#ifndef MGI_EXPORT_H
#define MGI_EXPORT_H
/*
 * export.h - what the writers of settings share.
 */
#include "profile/model.h"

#include "base/say.h"

/* The accounts of an export: all of a profile, or one. */
typedef struct mgi_export {
	mailguard_buffer *out;
	const mailguard_profile *p;
	const mailguard_account *only; /* NULL: all */
} mgi_export;

/* The next account; NULL past the end. Begin with `*at` = 0. */
const mailguard_account *mgi_export_next(const mgi_export *e, size_t *at);
/* NULL if it has none. */
const mailguard_server *mgi_export_server(const mgi_export *e, const char *id);
/* The port it names, or the one the protocol has. */
int32_t mgi_export_port(const mailguard_server *s);

/* Text of XML or HTML; control characters become spaces. */
void mgi_markup_text(mailguard_buffer *out, const char *s);
/* `open`, the text, `close`. */
void mgi_markup_put(mailguard_buffer *out,
                    const char *open,
                    const char *s,
                    const char *close);

mailguard_status mgi_export_autoconfig(const mgi_export *e,
                                       mailguard_error *err);
mailguard_status mgi_export_mobileconfig(const mgi_export *e,
                                         mailguard_error *err);
mailguard_status mgi_export_prf(const mgi_export *e, mailguard_error *err);
mailguard_status mgi_export_thunderbird(const mgi_export *e,
                                        mailguard_error *err);
mailguard_status mgi_export_sheet(const mgi_export *e, mailguard_error *err);

#endif
