#ifndef REASON_NAMES_H
#define REASON_NAMES_H
/*
 * reason_names.h - the numbers of data/reasons.tsv by name, for the tools
 * whose tables name reasons.
 */
#include "tsv.h"

enum { REASON_NAMES = 1024 };

typedef struct reason_names {
	tsv t;
	const char *name[REASON_NAMES];
	int number[REASON_NAMES];
	size_t count;
} reason_names;

static inline void reason_names_read(reason_names *r, const char *path)
{
	r->count = 0;
	tsv_open(&r->t, path,
	         "number name fault temporary hard sisimai en ja action_en "
	         "action_ja");
	while (tsv_row(&r->t) && r->count < REASON_NAMES) {
		r->number[r->count] = atoi(r->t.cell[0]);
		r->name[r->count++] = r->t.cell[1];
	}
}

/* Stops the build at the row of `t` that names no reason. */
static inline int reason_number(const reason_names *r,
                                const tsv *t,
                                const char *name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->name[i], name) == 0)
			return r->number[i];
	tsv_die(t, "no reason is called \"%s\"", name);
	return 0;
}

#endif
