#ifndef MGI_NOTICE_H
#define MGI_NOTICE_H
/*
 * notice.h - a drafted notice, for those who render it.
 */
#include "base/buf.h"
#include "base/handle.h"

#include <mailguard/notice.h>

enum { MGI_NOTICE_PARTS = 7 };

struct mailguard_notice {
	mgi_arena *arena;
	mgi_lang lang;
	mailguard_notice_phase phase;
	const char *subject, *text;
	const char *part[MGI_NOTICE_PARTS];
};

/* A moment as people of that language write it, in the handle's zone. */
void mgi_notice_time(mailguard_buffer *out,
                     mailguard *mg,
                     mgi_lang lang,
                     mailguard_time at);

#endif
