#ifndef MGI_STATUS_RENDER_H
#define MGI_STATUS_RENDER_H
/*
 * render.h - what both renderings look at.
 */
#include "status/incidents.h"

typedef struct mgi_view {
	const mailguard_incidents *list;
	const mailguard_subject *subjects;
	size_t count;
	mailguard *mg;
} mgi_view;

#endif
