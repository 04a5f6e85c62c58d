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

#include <stddef.h>
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
	ex_values maps, saws;
} request;

static int map_add(request *r, const char *text)
{
	mailguard_error err;
	const char *here;
	char *owner;
	int rc = ex_map_split(&owner, &here, r->call, text);

	if (rc != EX_FINE)
		return rc;
	if (mailguard_profile_map(r->profile, owner, here, &err) < 0)
		rc = ex_fail(r->call, &err);
	free(owner);
	return rc;
}

/* Seconds, decimals allowed, for all of one conversation. */
static bool timeout_take(void *into, const ex_opt *o, const char *value)
{
	request *r = into;
	char *end;
	double s = strtod(value, &end);

	(void)o;
	if (*end || s <= 0 || s > 3600)
		return false;
	r->probe.total_usec = (int64_t)(s * 1e6);
	return true;
}

/* `at` is the flag. */
static bool flag_take(void *into, const ex_opt *o, const char *value)
{
	(void)value;
	((request *)into)->opts.flags |= (uint32_t)o->at;
	return true;
}

#define AT(member) offsetof(request, member)

const ex_opt ex_checkup_options[] = {
	{ "--saw", "WORDS", "what the mail program shows: a1 receive fail CODE",
	  "メールソフトの様子(例: a1 receive fail 0x800CCC0F)", AT(saws),
	  ex_values_take },
	{ "--map", "FROM=TO", "an owner's path, and where it is read here",
	  "元のパスと、ここで読むときのパス(繰り返し指定できます)", AT(maps),
	  ex_values_take },
	{ "--no-net", NULL, "ask no server and no page",
	  "サーバーにも障害情報ページにも問い合わせません",
	  MAILGUARD_CHECKUP_NO_NET, flag_take },
	{ "--quick", NULL, "look where the files lie, do not read them through",
	  "ファイルの場所だけを調べ、中身は読み通しません",
	  MAILGUARD_CHECKUP_NO_DEEP, flag_take },
	{ "--timeout", "SECONDS", "for one conversation, at most 3600",
	  "1 回の通信にかける秒数(3600 まで)", 0, timeout_take },
	{ "--secret-command", "COMMAND",
	  "the first line it prints is the password",
	  "パスワードを 1 行目に出力するコマンド", AT(command), NULL },
	{ "--secrets-table-command", "COMMAND",
	  "it prints a login, a tab and its secret a line",
	  "利用者名・タブ・パスワードを 1 行ずつ出力するコマンド",
	  AT(table_command), NULL },
	{ "--ca-file", "FILE", "trust the authorities in FILE (PEM)",
	  "FILE (PEM) の認証局を信頼します", AT(probe.ca_file), NULL },
	{ "--resolver", "ADDRESS", "ask this DNS server, not the system's",
	  "問い合わせ先の DNS サーバー", AT(probe.resolver), NULL },
	EX_OPT_END,
};

static int arguments_read(request *r)
{
	int rc = ex_options_read(r->call, ex_checkup_options, r);

	if (rc != EX_FINE)
		return rc;
	if (r->call->argc != 1)
		return ex_usage(r->call);
	r->path = r->call->argv[0];
	return EX_FINE;
}

static int maps_read(request *r)
{
	int rc = EX_FINE;
	size_t i;

	for (i = 0; rc == EX_FINE && i < r->maps.count; i++)
		rc = map_add(r, r->maps.at[i]);
	return rc;
}

static int saws_read(request *r, mailguard_checkup *c)
{
	mailguard_error err;
	size_t i;

	for (i = 0; i < r->saws.count; i++)
		if (mailguard_checkup_saw(c, r->saws.at[i], &err) < 0)
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
	if (rc == EX_FINE)
		rc = maps_read(&r);
	if (rc == EX_FINE &&
	    ex_secrets_open(&r.secrets, call, r.command, r.table_command))
		rc = checkup(&r);
	else if (rc == EX_FINE)
		rc = ex_cannot_tell(call);
	ex_secrets_close(&r.secrets);
	mailguard_profile_free(r.profile);
	ex_values_free(&r.maps);
	ex_values_free(&r.saws);
	return rc;
}
