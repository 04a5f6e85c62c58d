#ifndef MGI_COMPARE_H
#define MGI_COMPARE_H
/*
 * compare.h - the messages of a store beside those of a manifest: which are
 * the same, which changed, which are missing, which came.
 *
 * Two messages are the same if their mg1 digests are; else one is the other,
 * changed, if they have the same Message-ID or lie at the same place.
 */
#include "store/manifest.h"

typedef struct mgi_compare mgi_compare;

/* Something to tell of one message. */
typedef enum mgi_compared {
	MGI_COMPARED_SAME,
	MGI_COMPARED_MARKED, /* the same, but for fields of the client's own */
	MGI_COMPARED_PARTED, /* the same, what parts it from others not */
	MGI_COMPARED_CHANGED,
	MGI_COMPARED_MISSING,
	MGI_COMPARED_NEW
} mgi_compared;

typedef struct mgi_compared_mail {
	mgi_compared how;
	uint64_t item;   /* in the store; 0 if it is missing */
	uint64_t offset; /* there, or where it was */
	size_t file;     /* number in the store's list, if it is there */
	uint64_t line;   /* of it in the manifest, if it was there */
} mgi_compared_mail;

typedef void (*mgi_compare_fn)(void *self, const mgi_compared_mail *mail);

mailguard_status mgi_compare_new(mgi_compare **out,
                                 mailguard *mg,
                                 mailguard_error *err);
/* One message of the store; `path` is that below the store's. */
void mgi_compare_add(mgi_compare *c,
                     const mgi_mail_record *r,
                     const char *path,
                     size_t file,
                     uint64_t item);
/* All of `m` beside all that was added. */
mailguard_status mgi_compare_run(mgi_compare *c,
                                 mgi_manifest *m,
                                 mgi_compare_fn tell,
                                 void *self,
                                 mailguard_error *err);
/* NULL is fine. */
void mgi_compare_free(mgi_compare *c);

#endif
