#ifndef MGI_CENSUS_H
#define MGI_CENSUS_H
/*
 * census.h - what a store of any kind holds, written down as a manifest, and
 * whether all of it is there again.
 */
#include "store/driver.h"

/* What a check of the whole store came to. */
typedef struct mgi_census {
	uint64_t messages, attachments, folders, damaged, lost;
	mailguard_time newest;
	mailguard_soundness verdict;
} mgi_census;

/* Of the messages that can be read, by their mg1. */
typedef struct mgi_census_diff {
	uint64_t same, missing, added;
	uint64_t lost; /* there, and cannot be read */
} mgi_census_diff;

/* EEXIST if there is a file `manifest`; left is none on failure. */
mailguard_status mgi_census_take(mgi_census *out,
                                 mailguard_store *s,
                                 const char *manifest,
                                 const mailguard_walk_options *watch,
                                 mailguard_error *err);
/* EFORMAT if `manifest` is none. */
mailguard_status mgi_census_compare(mgi_census_diff *out,
                                    mailguard_store *s,
                                    const char *manifest,
                                    const mailguard_walk_options *watch,
                                    mailguard_error *err);

#endif
