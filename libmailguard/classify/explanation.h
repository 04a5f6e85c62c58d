#ifndef MGI_EXPLANATION_H
#define MGI_EXPLANATION_H
/*
 * explanation.h - what explain.c makes and render.c prints.
 */
#include <mailguard/classify.h>

#include "base/mem.h"

struct mailguard_explanation {
	mgi_arena *arena;
	mailguard_cause cause;
	const char *input;
	size_t input_len;
	mailguard_meaning *meanings; /* strongest first */
	size_t count;
};

#endif
