#ifndef PROGRESS_H
#define PROGRESS_H
/*
 * progress.h - a bar on the terminal while long work goes on.
 *
 *	copying          [#########...........]  46 %  230.1 of 500.0 MiB  4 s
 */
#include <mailguard/base.h>

#include <stdbool.h>

typedef struct ex_bar {
	bool japanese;
	bool bytes; /* what is counted is bytes */
	bool shown;
	const char *what; /* of the bar that stands there */
	double began, last;
} ex_bar;

/* Before the work begins; all else is zero. */
void ex_bar_begin(ex_bar *bar, bool japanese, bool bytes);
/* A mailguard_progress_fn whose payload is the bar. Nothing is shown in the
   first second, nor if stderr is no terminal. */
int ex_bar_tick(const mailguard_progress *at, void *payload);
/* Wiped off, before anything else is said. */
void ex_bar_end(ex_bar *bar);

#endif
