#ifndef PROBE_H
#define PROBE_H
/*
 * probe.h - answers as a monitoring system wants them: one check of Nagios,
 * or metrics of Prometheus.
 */
#include "examples.h"

#include <mailguard/probe.h>

#include <stdio.h>

typedef struct ex_probe_report {
	ex_format format;
	size_t ok, warned, failed, unknown;
	char *lines; /* a line an answer, kept for behind the first */
	size_t len, room;
	bool lost; /* no memory for a line */
} ex_probe_report;

/*
 * The line to one server, by `count` light conversations, one after the other.
 * Nobody logs in. What it comes to is printed. EX_FINE, EX_TROUBLE; below 0 a
 * mailguard_status, with `err` filled.
 */
int ex_probe_line(const ex_call *call,
                  mailguard_probe *probe,
                  const mailguard_endpoint *to,
                  size_t count,
                  mailguard_error *err);

void ex_probe_report_add(ex_probe_report *r, const mailguard_answer *a);
/* Prints it; `result` is what the verb would exit with. Nagios has exit codes
   of its own: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
int ex_probe_report_end(ex_probe_report *r, int result);

#endif
