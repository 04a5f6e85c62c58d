#ifndef MGI_BOUNCE_VALUE_H
#define MGI_BOUNCE_VALUE_H
/*
 * bounce_value.h - what bounce.c makes and bounce_render.c prints.
 */
#include <mailguard/classify.h>

#include "base/mem.h"

struct mailguard_bounce {
	mgi_arena *arena;
	mailguard_bounce_kind kind;
	int32_t reserved;
	mailguard_time at; /* its Date */
	mailguard_bounce_record *records;
	size_t count;
};

#endif
