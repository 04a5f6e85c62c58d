#ifndef MGI_IMPORT_H
#define MGI_IMPORT_H
/*
 * import.h - what the readers of settings share.
 */
#include "profile/model.h"

#include "base/xml.h"

/* Find out what it is and read it. */
mailguard_status mgi_import_file(mailguard_profile *p,
                                 const char *path,
                                 const char *address,
                                 mailguard_error *err);
/* "folder/name" and the folder of a path, in the profile's arena. */
const char *mgi_import_join(mailguard_profile *p,
                            const char *path,
                            const char *name);
const char *mgi_import_folder(mailguard_profile *p, const char *path);

/* A service an account names, as its reader found it. */
typedef struct mgi_service {
	mailguard_server server;
	const char *user, *auth;
} mgi_service;

/* Add an account of these services; either may have no host. NULL: none. */
mailguard_account *mgi_import_account(mailguard_profile *p,
                                      const mgi_service *in,
                                      const mgi_service *out,
                                      const char *address);
/* Note a port that this protocol is not known for. */
void mgi_import_port_check(mailguard_profile *p, const mailguard_server *s);

/* -- what is broken: told with the file's name and the place (damage.c) -----
 */

void mgi_import_line_note(mailguard_profile *p,
                          const char *path,
                          uint64_t line);
void mgi_import_bytes_note(mailguard_profile *p,
                           const char *path,
                           uint64_t offset);
/* Does it end as such files do: by a line end, or a blank line? */
void mgi_import_end_check(mailguard_profile *p,
                          const char *path,
                          mailguard_span text,
                          bool blank);
/* A document of settings; an error names the file. */
mailguard_status mgi_import_xml(mgi_xml **out,
                                mailguard_profile *p,
                                mailguard_span text,
                                const char *path,
                                mailguard_error *err);
/* ENOMEM, which the profile remembers. */
mailguard_status mgi_import_nomem(mailguard_profile *p, mailguard_error *err);
/* Tell what accounts from `first` on say otherwise than others do. */
void mgi_import_conflicts(mailguard_profile *p, size_t first);

/* Is it a registry file; what of it is Outlook's, as an export has it. */
mailguard_status mgi_hive_sniff(bool *is,
                                mailguard_profile *p,
                                const char *path,
                                mailguard_error *err);
mailguard_status mgi_hive_text(mailguard_buffer *out,
                               mailguard_profile *p,
                               const char *path,
                               mailguard_error *err);

/* -- .reg ------------------------------------------------------------------ */

/* One value of a registry export. Strings live in the profile's arena. */
typedef struct mgi_reg_value {
	mailguard_span key; /* of the section, as written */
	const char *name;
	const char *text;    /* of a string, else NULL */
	mailguard_span data; /* of hex: values */
	uint32_t number;     /* of dword: values */
	bool is_number;
} mgi_reg_value;

typedef struct mgi_reg {
	mgi_arena *arena;
	mailguard_span rest, key;
	uint64_t line;
	uint64_t bad, bad_line; /* lines passed over, and the last of them */
} mgi_reg;

/* The next value; false at the end. What cannot be read is passed over. */
bool mgi_reg_next(mgi_reg_value *out, mgi_reg *r);
/* The value as UTF-8: a string, or bytes of UTF-16 or the old code page. */
const char *mgi_reg_text(const mgi_reg_value *v, mgi_arena *arena);

#endif
