#ifndef MGI_AGAIN_H
#define MGI_AGAIN_H
/*
 * again.h - which files of a store are as a manifest has them, and where in it
 * they stand, so that they need not be read again.
 */
#include "store/manifest.h"

typedef struct mgi_again mgi_again;

/* How much of a file is known. */
typedef enum mgi_known {
	MGI_KNOWN_NOT,
	MGI_KNOWN_HEAD,
	MGI_KNOWN_ALL
} mgi_known;

mailguard_status mgi_again_new(mgi_again **out,
                               const mailguard_store *s,
                               mgi_manifest *m,
                               mailguard_error *err);
/*
 * File `i` of the store. Unless it is not known, the manifest goes on behind
 * the file's own line. HEAD: it has grown, and what was there is still there.
 */
mailguard_status mgi_again_find(mgi_known *out,
                                mgi_again *a,
                                size_t i,
                                mailguard_error *err);
/* NULL is fine. */
void mgi_again_free(mgi_again *a);
/* The file as it is now; false if it cannot be told. */
bool mgi_file_record_now(mgi_file_record *out,
                         const mailguard_store *s,
                         size_t i);

#endif
