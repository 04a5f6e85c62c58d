#ifndef SIGNALS_H
#define SIGNALS_H
/*
 * signals.h - Ctrl-C, a kill and a reader that went away: they end long work
 * with what was found so far.
 */
#include <mailguard/base.h>

#include <stdbool.h>

/* From now on they interrupt what is done with `mg`, if it is not NULL, and a
   second one ends the program; a reader gone is told by the write. */
void ex_signals_take(mailguard *mg);
/* `mg` is about to be freed. */
void ex_signals_leave(void);
/* Did one come? */
bool ex_interrupted(void);

#endif
