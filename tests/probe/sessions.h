#ifndef SESSIONS_H
#define SESSIONS_H
/*
 * sessions.h - recorded sessions of tests/probe/sessions/ and what each is
 * expected to be read as, which its first line tells:
 *
 *	# ok=0 fault=auth reason=wrong_password phase=login login=refused
 *	  findings=-
 */
#include <mailguard/probe.h>

#include <stddef.h>

typedef struct session {
	char name[64];
	char *text; /* closed by a NUL */
	size_t len;
	int ok;
	char fault[32], reason[40], phase[24], login[16], findings[128];
} session;

/* All of them, by name; the test stops if there are none. */
session *sessions_read(size_t *count);
void sessions_free(session *all, size_t count);
/* Of one of them; the test stops if it is not there. */
const session *session_named(const session *all,
                             size_t count,
                             const char *name);
mailguard_span session_span(const session *s);

#endif
