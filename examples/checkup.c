/*
 * checkup - the main job: who is at fault, who is cleared, what to do next.
 *
 *	$ mailguard checkup my-profile.json --saw 'a1 receive fail 0x800CCC0F'
 *	[3/12] server S1 (mail.example.org): answers
 *	...
 *	Cause: where the mail files lie (cloud sync) (certain, 99.6 %)
 *
 * Exits 0 if nothing is wrong, 1 if trouble was found, 2 if it cannot be told.
 */
#include "examples.h"
#include "secret.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct request {
	ex_call *call;
	mailguard_profile *profile;
	mailguard_probe_options probe;
	mailguard_checkup_options opts;
	ex_secrets secrets;
	const char *path, *command, *table_command;
} request;

/* The one thing a signal handler may call needs to know the handle. */
static mailguard *volatile running;

static void stop(int sig)
{
	(void)sig;
	mailguard_interrupt(running, 1);
}

static void interrupts_take(mailguard *mg)
{
	struct sigaction act;

	running = mg;
	memset(&act, 0, sizeof(act));
	act.sa_handler = stop;
	sigaction(SIGINT, &act, NULL);
}

/* "C:\Users\u=/mnt/pc/u" */
static int map_add(request *r, const char *text)
{
	const char *sign = strrchr(text, '=');
	mailguard_error err;
	char *from;
	int rc = EX_FINE;

	if (!sign || sign == text)
		return ex_fail_text(
			r->call, "write it as FROM=TO",
			"「元のパス=ここでのパス」の形で書いてください", text);
	from = strndup(text, (size_t)(sign - text));
	if (!from ||
	    mailguard_profile_map(r->profile, from, sign + 1, &err) < 0)
		rc = ex_fail(r->call, &err);
	free(from);
	return rc;
}

/* Seconds, decimals allowed, for all of one conversation. */
static bool timeout_take(request *r, const char *text)
{
	char *end;
	double s = text ? strtod(text, &end) : 0;

	if (!text || *end || s <= 0 || s > 3600)
		return false;
	r->probe.total_usec = (int64_t)(s * 1e6);
	return true;
}

/* An option that is known before the profile is opened; 0 none, -1 bad. */
static int early_take(request *r, int *i)
{
	ex_call *call = r->call;
	const char *value;

	if (ex_option(&value, call, i, "--secret-command"))
		r->command = value;
	else if (ex_option(&value, call, i, "--secrets-table-command"))
		r->table_command = value;
	else if (ex_option(&value, call, i, "--ca-file"))
		r->probe.ca_file = value;
	else if (ex_option(&value, call, i, "--resolver"))
		r->probe.resolver = value;
	else if (ex_option(&value, call, i, "--timeout"))
		return timeout_take(r, value) ? 1 : -1;
	else if (ex_option(&value, call, i, "--map") ||
	         ex_option(&value, call, i, "--saw"))
		return value ? 1 : -1; /* taken later */
	else if (strcmp(call->argv[*i], "--no-net") == 0)
		r->opts.flags |= MAILGUARD_CHECKUP_NO_NET;
	else if (strcmp(call->argv[*i], "--quick") == 0)
		r->opts.flags |= MAILGUARD_CHECKUP_NO_DEEP;
	else
		return 0;
	return 1;
}

static int arguments_read(request *r)
{
	int i;

	for (i = 0; i < r->call->argc; i++) {
		int took = early_take(r, &i);

		if (took > 0)
			continue;
		if (took < 0 || r->path || r->call->argv[i][0] == '-')
			return ex_usage(r->call);
		r->path = r->call->argv[i];
	}
	return r->path ? EX_FINE : ex_usage(r->call);
}

static int maps_read(request *r)
{
	const char *value;
	int i, rc = EX_FINE;

	for (i = 0; rc == EX_FINE && i < r->call->argc; i++)
		if (ex_option(&value, r->call, &i, "--map"))
			rc = map_add(r, value);
	return rc;
}

static int saws_read(request *r, mailguard_checkup *c)
{
	mailguard_error err;
	const char *value;
	int i;

	for (i = 0; i < r->call->argc; i++)
		if (ex_option(&value, r->call, &i, "--saw") &&
		    mailguard_checkup_saw(c, value, &err) < 0)
			return ex_fail(r->call, &err);
	return EX_FINE;
}

static int verdict_tell(request *r, const mailguard_checkup *c)
{
	mailguard_verdict *v = NULL;
	mailguard_report *report = NULL;
	mailguard_buffer *buf = NULL;
	mailguard_status st;
	mailguard_error err;
	int rc;

	st = mailguard_checkup_verdict(&v, c, &err);
	if (st >= 0)
		st = mailguard_report_new(&report, v, c, &err);
	if (st >= 0)
		st = mailguard_buffer_new(&buf, r->call->mg, &err);
	if (st >= 0)
		st = mailguard_report_write(buf, report,
		                            ex_report_format(r->call), 0, &err);
	if (st < 0)
		rc = ex_fail(r->call, &err);
	else {
		ex_print(buf);
		rc = ex_report_status(r->call, report);
	}
	mailguard_buffer_free(buf);
	mailguard_report_free(report);
	mailguard_verdict_free(v);
	return rc;
}

static int checkup_run(request *r, mailguard_checkup *c)
{
	const mailguard_checkup_step *step;
	mailguard_status st;
	mailguard_error err;
	int rc;

	while ((st = mailguard_checkup_next(&step, c, &err)) == MAILGUARD_OK)
		if (r->call->format == EX_TEXT || isatty(STDERR_FILENO))
			fprintf(stderr, "[%zu/%zu] %s\n", step->done,
			        step->total, step->text);
	rc = st < 0 ? ex_fail(r->call, &err) : EX_FINE;
	if (st < 0 && st != MAILGUARD_ECANCELLED)
		return rc;
	st = (mailguard_status)verdict_tell(r, c);
	return rc == EX_FINE ? (int)st : rc;
}

static int checkup(request *r)
{
	mailguard_checkup *c;
	mailguard_error err;
	int rc;

	r->probe.secret = ex_secret;
	r->probe.payload = &r->secrets;
	r->opts.probe = &r->probe;
	if (mailguard_checkup_new(&c, r->call->mg, r->profile, &r->opts, &err) <
	    0)
		return ex_fail(r->call, &err);
	rc = saws_read(r, c);
	if (rc == EX_FINE)
		rc = checkup_run(r, c);
	mailguard_checkup_free(c);
	return rc;
}

int ex_checkup(ex_call *call)
{
	static const mailguard_probe_options probe =
		MAILGUARD_PROBE_OPTIONS_INIT;
	static const mailguard_checkup_options opts =
		MAILGUARD_CHECKUP_OPTIONS_INIT;
	request r;
	int rc;

	memset(&r, 0, sizeof(r));
	r.call = call;
	r.probe = probe;
	r.opts = opts;
	rc = arguments_read(&r);
	if (rc == EX_FINE)
		rc = ex_profile_open(&r.profile, call, r.path);
	if (rc != EX_FINE)
		return rc;
	interrupts_take(call->mg);
	rc = maps_read(&r);
	if (rc == EX_FINE &&
	    ex_secrets_open(&r.secrets, call, r.command, r.table_command))
		rc = checkup(&r);
	else if (rc == EX_FINE)
		rc = ex_cannot_tell(call);
	signal(SIGINT, SIG_DFL);
	ex_secrets_close(&r.secrets);
	mailguard_profile_free(r.profile);
	return rc;
}
