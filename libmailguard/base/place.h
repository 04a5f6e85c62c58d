#ifndef MGI_PLACE_H
#define MGI_PLACE_H
/*
 * place.h - where a file lies, and what that threatens it with.
 *
 * Two sources: the path as its owner knows it, judged by data/places.tsv, and
 * what the system says of the disk we read it from. A mount we read through
 * says nothing about the owner's disk: with the owner's path given, the kind
 * and its risks come from that path alone.
 */
#include "base/os_disk.h"

#include <mailguard/base.h>

/* Bits of mgi_place.risks. */
enum {
	MGI_RISK_SYNCED = 1,    /* a service copies it while it is written */
	MGI_RISK_REMOTE = 2,    /* locks and writes go through a network */
	MGI_RISK_REMOVABLE = 4, /* may be pulled out */
	MGI_RISK_SMALL = 8,     /* no file may pass 4 GiB (FAT) */
	MGI_RISK_READ_ONLY = 16,
	MGI_RISK_CONFLICT = 32, /* a sync service's copy of another file */
	MGI_RISK_TEMPORARY = 64 /* a temporary file, or gone at restart */
};

typedef struct mgi_place {
	mailguard_place_kind kind;
	uint32_t risks;
	const char *provider; /* "onedrive"; "" if none, or not known */
	const char *name;     /* "OneDrive"; as above; both live for ever */
	mgi_disk disk;        /* what we read from; all zero if not asked */
} mgi_place;

/*
 * Is a name as the pattern of `n` bytes has it? '*' any run, '?' any one
 * character; the rest with ASCII case ignored. Pure.
 */
bool mgi_name_fits(const char *pattern, size_t n, mailguard_span name);
/*
 * By its path alone, of whatever system. Pure. LOCAL is said of drive C: only;
 * a path that nothing is known of is UNKNOWN.
 */
mgi_place mgi_place_of_path(mailguard_span path);
/* By the disk alone. Pure. */
mgi_place mgi_place_of_disk(const mgi_disk *disk);
/*
 * Of a file or folder here. `owner_path` is the path where it comes from, if
 * it was copied or is read through a mount, else NULL. EIO if `path` is not
 * there.
 */
mailguard_status mgi_place_find(mgi_place *out,
                                mailguard *mg,
                                const char *path,
                                const char *owner_path,
                                mailguard_error *err);
/* One sentence about one bit, in the handle's language; "" for no bit. */
const char *mgi_place_risk_text(const mailguard *mg, uint32_t risk);

#endif
