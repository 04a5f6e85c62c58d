#ifndef MGI_CHECK_H
#define MGI_CHECK_H
/*
 * check.h - a check under way, for those who run it and those who tell it.
 */
#include "store/driver.h"
#include "store/times.h"

typedef enum mgi_check_stage {
	MGI_CHECK_PLACES,
	MGI_CHECK_ENDS,
	MGI_CHECK_MESSAGES,
	MGI_CHECK_OVER
} mgi_check_stage;

struct mailguard_check {
	mailguard_store *store;
	mgi_arena *arena;
	mailguard_check_options opts;
	mailguard_check_summary sum;
	mgi_findings *found;
	mailguard_walk *walk;
	const char *owner_path;
	mgi_times times; /* in order once the check is over */
	size_t told;
	mgi_check_stage stage;
};

#endif
