/*
 * progress.c - how far, how much, and how long still.
 */
#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CELLS = 20 };
static const double every = 0.2, patience = 1.0;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void ex_bar_begin(ex_bar *bar, bool japanese, bool bytes)
{
	memset(bar, 0, sizeof(*bar));
	bar->japanese = japanese;
	bar->bytes = bytes;
	bar->began = bar->last = now();
}

static void amounts_put(const ex_bar *bar, const mailguard_progress *at)
{
	double unit = 1024.0 * 1024.0;

	if (bar->bytes && at->total > (uint64_t)(unit / 10))
		fprintf(stderr, "  %.1f / %.1f MiB", (double)at->done / unit,
		        (double)at->total / unit);
	else
		fprintf(stderr, "  %llu / %llu", (unsigned long long)at->done,
		        (unsigned long long)at->total);
}

static void bar_put(const ex_bar *bar, const mailguard_progress *at, double t)
{
	double part = (double)at->done / (double)at->total, left;
	int full = (int)(part * CELLS), i;

	fputs(" [", stderr);
	for (i = 0; i < CELLS; i++)
		fputc(i < full ? '#' : '.', stderr);
	fprintf(stderr, "] %3d %%", (int)(part * 100));
	amounts_put(bar, at);
	if (part > 0.02 && t > bar->began) {
		left = (t - bar->began) * (1 - part) / part;
		fprintf(stderr,
		        bar->japanese ? "  残り %.0f 秒" : "  %.0f s left",
		        left);
	}
}

int ex_bar_tick(const mailguard_progress *at, void *payload)
{
	ex_bar *bar = payload;
	double t = now();

	if (at->what != bar->what) { /* the next step of it */
		bar->what = at->what;
		bar->began = t;
	}
	if (t - bar->last < (bar->shown ? every : patience) ||
	    !isatty(STDERR_FILENO))
		return 0;
	bar->last = t;
	fputs("\r\033[K", stderr);
	fputs(at->what ? at->what : "", stderr);
	if (at->total)
		bar_put(bar, at, t);
	fflush(stderr);
	bar->shown = true;
	return 0;
}

void ex_bar_end(ex_bar *bar)
{
	if (bar->shown)
		fputs("\r\033[K", stderr);
	bar->shown = false;
}
