#ifndef MGI_DIFF_H
#define MGI_DIFF_H
/*
 * diff.h - what changed between two profiles, as it is found and told.
 */
#include "profile/fields.h"

struct mailguard_diff {
	mgi_arena *arena;
	const mailguard_profile *before, *after; /* while it is made */
	mailguard_change *at;
	size_t count, room;
};

/* Of which item a field is. */
typedef struct mgi_diff_where {
	const char *list, *name;
	const char *side; /* "server_in" for a field of that server; or NULL */
} mgi_diff_where;

#endif
