#ifndef ZONES_H
#define ZONES_H
/*
 * zones.h - a resolver in a table: what a zone wants is answered from rows,
 * as a recorded session, so no test of judging touches a socket.
 *
 *	TXT example.org v=spf1 -all
 *	MX example.org 10 mx.example.org.
 *	A broken.example.org !servfail
 *
 * "!servfail", "!timeout" and "!refused" instead of data; a name with no row
 * at all is NXDOMAIN. TXT data stands unquoted; "|" parts its strings. In
 * front of a type "@192.0.2.1 " makes it the answer of that server.
 */
#include "probe/zone.h"

/* The session that answers all that is wanted; false if nothing is. Freed
   with free(). */
char *zone_session(const mgi_zone *z, const char *rows);
/* Answer what is wanted; false if nothing was. */
bool zone_answer(mgi_zone *z, mailguard *mg, const char *rows);

#endif
