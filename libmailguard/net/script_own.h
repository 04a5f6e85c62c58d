#ifndef MGI_SCRIPT_OWN_H
#define MGI_SCRIPT_OWN_H
/*
 * script_own.h - the recorder from inside.
 */
#include "net/transcript_own.h"

struct mgi_script {
	mailguard_transcript *t; /* nobody else has it yet */
	mgi_script_limits limits;
	mailguard_step step; /* the open one; its spans are below */
	mailguard_buffer said, heard;
	bool open, cut, begun, encrypted;
	int64_t first; /* ticks of the first step */
	uint64_t kept; /* of ended steps */
	mailguard_status failed;
	mgi_say_id why;
};

/* Room for one more, not zeroed; NULL if there is none, or `max` are there. */
void *mgi_list_add(mgi_script *s, mgi_list *list, size_t size, size_t max);

#endif
