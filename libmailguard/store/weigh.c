/*
 * weigh.c - what mime calls a loss is none where nothing shows that it was
 * stored otherwise: a part without a blank line behind its header, and parts
 * that were announced and never written, are how some senders write.
 */
#include "store/weigh.h"

mailguard_severity mgi_damage_weigh(const mailguard_damage *d, bool nul)
{
	bool written = d->kind == MAILGUARD_DAMAGE_NO_PARTS ||
	               (d->kind == MAILGUARD_DAMAGE_CUT_HEADER && d->part);

	return written && !nul ? MAILGUARD_SEVERITY_WARN
	                       : mailguard_damage_severity(d->kind);
}
