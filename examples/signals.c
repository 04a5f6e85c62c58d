/*
 * signals.c - what a signal handler may do: raise a flag and call
 * mailguard_interrupt().
 */
#include "signals.h"

#include <signal.h>
#include <string.h>

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

#define ENDS (sizeof(ends) / sizeof(ends[0]))

static mailguard *volatile running;
static volatile sig_atomic_t came;

static void stop(int sig)
{
	mailguard *mg = running;

	if (sig != SIGPIPE)
		came = 1;
	if (mg)
		mailguard_interrupt(mg, 1);
}

void ex_signals_take(mailguard *mg)
{
	struct sigaction act, was;
	size_t i;

	running = mg;
	memset(&act, 0, sizeof(act));
	act.sa_handler = stop;
	for (i = 0; i < ENDS; i++) {
		/* SIGPIPE comes with every write; the others end it for good
		   the second time. */
		act.sa_flags = ends[i] == SIGPIPE ? 0 : (int)SA_RESETHAND;
		/* What whoever called us has ignored (nohup) stays so. */
		if (sigaction(ends[i], NULL, &was) == 0 &&
		    was.sa_handler != SIG_IGN)
			sigaction(ends[i], &act, NULL);
	}
}

void ex_signals_leave(void)
{
	running = NULL;
}

bool ex_interrupted(void)
{
	return came != 0;
}
