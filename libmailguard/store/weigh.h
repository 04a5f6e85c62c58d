#ifndef MGI_WEIGH_H
#define MGI_WEIGH_H
/*
 * weigh.h - how much a damage of a message weighs in a store.
 */
#include <mailguard/mime.h>

#include <stdbool.h>

/* `nul`: there are zero bytes in the message. */
mailguard_severity mgi_damage_weigh(const mailguard_damage *d, bool nul);

#endif
