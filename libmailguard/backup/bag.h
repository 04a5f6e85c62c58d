#ifndef MGI_BACKUP_BAG_H
#define MGI_BACKUP_BAG_H
/*
 * bag.h - the files of a bag that are no copies (RFC 8493): what it is, what
 * is in it, and its seals.
 */
#include "backup/row.h"
#include "base/json.h"

/* What is known of the backup, below `bag`: everything but the seals. */
mailguard_status mgi_bag_describe(mailguard_backup *b,
                                  const char *bag,
                                  mailguard_error *err);
/* The seals, the last of which makes it whole. */
mailguard_status mgi_bag_seal(mailguard_backup *b,
                              const char *bag,
                              mailguard_error *err);
/* A new file below `bag` that holds `bytes`. */
mailguard_status mgi_bag_put(mailguard_backup *b,
                             const char *bag,
                             const char *name,
                             mailguard_span bytes,
                             mailguard_error *err);

/* Are all files that the last seal names as it says? EFORMAT if not, or if one
 * of those that must be there is not named. */
mailguard_status mgi_bag_check(mailguard_backup *b,
                               const char *bag,
                               mailguard_error *err);
/* One line of a manifest: "hash  path"; false if it is none. */
bool mgi_bag_line(unsigned char sha256[MGI_SHA256_BYTES],
                  mailguard_span *path,
                  mailguard_span line);

/* What is known of it: into an open object; as JSON, and back. */
void mgi_facts_put(mgi_jsonw *w, const mailguard_backup *b);
mailguard_status mgi_facts_write(mailguard_buffer *out,
                                 const mailguard_backup *b,
                                 mailguard_error *err);
mailguard_status mgi_facts_read(mailguard_backup *b,
                                mailguard_span text,
                                const char *path,
                                mailguard_error *err);

/* The secrets, sealed by the passphrase. */
mailguard_status mgi_sealed_write(mailguard_buffer *out,
                                  const mailguard_backup *b,
                                  mailguard_error *err);

#endif
