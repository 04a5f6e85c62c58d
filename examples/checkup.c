/*
 * checkup - the main job: who is at fault, who is cleared, what to do next.
 *
 *	$ mailguard checkup my-profile.json --saw 'a1 receive fail 0x800CCC0F'
 *	[3/12] server S1 (mail.example.org): answers
 *	...
 *	Cause: where the mail files lie (cloud sync) (certain, 99.6 %)
 *
 * Without a profile it looks around by itself, as `mailguard` alone does.
 *
 * Exits 0 if all was looked at and nothing is wrong, 1 if trouble was found, 2
 * if none was but something could not be looked at. What was left out on
 * demand (a password, --no-net, --quick) is no reason for 2.
 */
#include "examples.h"

#include "around.h"
#include "secret.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How long what follows the quick part may take before it is waited for. */
#define PATIENCE 1.0

typedef struct request {
	ex_call *call;
	mailguard_profile *profile;
	mailguard_probe_options probe;
	mailguard_checkup_options opts;
	ex_secrets secrets;
	const char *path, *root, *save, *command, *table_command;
	ex_values maps, saws, clients, observations;
	mailguard_buffer *first; /* the first verdict, not yet told */
	double first_at, shown_at;
	bool shown;   /* a line of progress stands on the terminal */
	size_t blind; /* things that could not be looked at */
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

/* Seconds for all of the checkup. */
static bool budget_take(void *into, const ex_opt *o, const char *value)
{
	request *r = into;
	char *end;
	double s = strtod(value, &end);

	(void)o;
	if (*end || end == value || !(s > 0) || s > 1e6)
		return false;
	r->opts.budget_usec = (int64_t)(s * 1e6);
	return r->opts.budget_usec > 0;
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
	{ "--observations", "FILE",
	  "what another machine's probe --json saw, or a case",
	  "別の機器で実行した probe --json の出力、またはケース",
	  AT(observations), ex_values_take },
	{ "--control", "URL",
	  "a host far from all mail servers, to try the line",
	  "回線の確認に使う、メールサーバーと無関係なホスト", AT(opts.control),
	  NULL },
	{ "--control-name", "NAME", "another name, to try the resolver",
	  "名前解決の確認に使う別の名前", AT(opts.control_name), NULL },
	{ "--map", "FROM=TO", "an owner's path, and where it is read here",
	  "元のパスと、ここで読むときのパス(繰り返し指定できます)", AT(maps),
	  ex_values_take },
	{ "--no-net", NULL, "ask no server and no page",
	  "サーバーにも障害情報ページにも問い合わせません",
	  MAILGUARD_CHECKUP_NO_NET, flag_take },
	{ "--quick", NULL, "look where the files lie, do not read them through",
	  "ファイルの場所だけを調べ、中身は読み通しません",
	  MAILGUARD_CHECKUP_NO_DEEP, flag_take },
	{ "--root", "FOLDER",
	  "without a profile: look at the disk mounted here",
	  "プロファイルなしで、ここにマウントしたディスクを調べます", AT(root),
	  NULL },
	{ "--save", "FILE", "keep the profile that was used in a new file",
	  "調べるのに使ったプロファイルを新しいファイルに保存します", AT(save),
	  NULL },
	{ "--budget", "SECONDS", "for all; what is left out then is named",
	  "全体にかける秒数(調べきれなかったものは示します)", 0, budget_take },
	{ "--client", "NAME=VERSION", "in use: windows=26100.7623",
	  "使っているソフトと版(例: windows=26100.7623)", AT(clients),
	  ex_values_take },
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
	if (r->call->argc > 1 || (r->call->argc && r->root))
		return ex_usage(r->call);
	r->path = r->call->argc ? r->call->argv[0] : NULL;
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

/* "windows=26100.7623" */
static int clients_read(request *r, mailguard_checkup *c)
{
	mailguard_error err;
	size_t i;

	for (i = 0; i < r->clients.count; i++) {
		const char *version = strchr(r->clients.at[i], '=');
		size_t n = version ? (size_t)(version - r->clients.at[i]) : 0;
		char name[64];

		if (!n || n >= sizeof(name) || !version[1])
			return ex_fail_text(
				r->call, "write it as NAME=VERSION",
				"「ソフト名=版」の形で書いてください",
				r->clients.at[i]);
		memcpy(name, r->clients.at[i], n);
		name[n] = '\0';
		if (mailguard_checkup_client(c, name, version + 1, &err) < 0)
			return ex_fail(r->call, &err);
	}
	return EX_FINE;
}

/* Trouble that was found goes before what could not be looked at. */
static int status_of(const request *r,
                     const mailguard_verdict *v,
                     const mailguard_report *report)
{
	const mailguard_reading *reading;
	size_t i;

	if (r->call->format == EX_NAGIOS)
		return ex_report_status(r->call, report);
	if (mailguard_verdict_blamed(v))
		return EX_TROUBLE;
	for (i = 0; (reading = mailguard_verdict_reading(v, i)) != NULL; i++)
		if (reading->evidence->outcome > MAILGUARD_OUTCOME_OK &&
		    reading->evidence->test != MAILGUARD_TEST_SILENCE)
			return EX_TROUBLE;
	return r->blind ? EX_CANNOT_TELL : EX_FINE;
}

/* What is known by now, laid out; `*rc` is how it would end. */
static int verdict_write(mailguard_buffer **out,
                         int *rc,
                         const request *r,
                         const mailguard_checkup *c)
{
	mailguard_verdict *v = NULL;
	mailguard_report *report = NULL;
	mailguard_status st;
	mailguard_error err;
	int failed = EX_FINE;

	*out = NULL;
	st = mailguard_checkup_verdict(&v, c, &err);
	if (st >= 0)
		st = mailguard_report_new(&report, v, c, &err);
	if (st >= 0)
		st = mailguard_buffer_new(out, r->call->mg, &err);
	if (st >= 0)
		st = mailguard_report_write(*out, report,
		                            ex_report_format(r->call), 0, &err);
	if (st < 0) {
		failed = ex_fail(r->call, &err);
		mailguard_buffer_free(*out);
		*out = NULL;
	} else {
		*rc = status_of(r, v, report);
	}
	mailguard_report_free(report);
	mailguard_verdict_free(v);
	return failed;
}

static int verdict_tell(const request *r, const mailguard_checkup *c)
{
	mailguard_buffer *buf;
	int rc = EX_CANNOT_TELL, failed;

	failed = verdict_write(&buf, &rc, r, c);
	if (failed != EX_FINE)
		return failed;
	ex_print(buf);
	mailguard_buffer_free(buf);
	return rc;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void progress_clear(request *r)
{
	if (r->shown)
		fputs("\r\033[K", stderr);
	r->shown = false;
}

/* Once it takes longer, a person would rather read what is known. */
static void first_tell(request *r)
{
	progress_clear(r);
	fputs(r->call->japanese ? "── 最初の判定（引き続き調べています）\n"
	                        : "-- first verdict; still looking\n",
	      stdout);
	ex_print(r->first);
	fputs("--\n", stdout);
	fflush(stdout);
	mailguard_buffer_free(r->first);
	r->first = NULL;
}

static int progress(const mailguard_progress *at, void *payload)
{
	request *r = payload;
	double t = now();

	if (r->first && t - r->first_at > PATIENCE)
		first_tell(r);
	if (t - r->shown_at < 0.5 || !isatty(STDERR_FILENO))
		return 0;
	r->shown_at = t;
	progress_clear(r);
	if (at->total)
		fprintf(stderr, "%3d %% ",
		        (int)(at->done * 100.0 / (double)at->total));
	fputs(at->what ? at->what : "", stderr);
	r->shown = true;
	return 0;
}

/* Keep what is known when the quick part is through. */
static void first_take(request *r, const mailguard_checkup *c)
{
	int rc;

	if (r->call->format != EX_TEXT)
		return; /* whoever reads it wants one answer */
	(void)verdict_write(&r->first, &rc, r, c);
	r->first_at = now();
}

static void step_tell(const mailguard_checkup_step *step)
{
	if (step->stage == MAILGUARD_CHECKUP_FIRST)
		fprintf(stderr, "%s\n", step->text);
	else
		fprintf(stderr, "[%zu/%zu] %s\n", step->done, step->total,
		        step->text);
}

static int checkup_run(request *r, mailguard_checkup *c)
{
	const mailguard_checkup_step *step;
	mailguard_status st;
	mailguard_error err;
	int rc;

	while ((st = mailguard_checkup_next(&step, c, &err)) == MAILGUARD_OK) {
		progress_clear(r);
		r->blind += step->unlooked != 0;
		if (step->stage == MAILGUARD_CHECKUP_FIRST)
			first_take(r, c);
		if (r->call->format == EX_TEXT || isatty(STDERR_FILENO))
			step_tell(step);
	}
	progress_clear(r);
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
	r->opts.progress = progress;
	r->opts.payload = r;
	if (!(r->opts.flags & MAILGUARD_CHECKUP_NO_NET))
		ex_secrets_ask(&r->secrets, r->profile);
	if (mailguard_checkup_new(&c, r->call->mg, r->profile, &r->opts, &err) <
	    0)
		return ex_fail(r->call, &err);
	rc = saws_read(r, c);
	if (rc == EX_FINE)
		rc = clients_read(r, c);
	if (rc == EX_FINE)
		rc = ex_observations_read(r->call, c, &r->observations);
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
		rc = r.path ? ex_profile_open(&r.profile, call, r.path)
		            : ex_around(&r.profile, call, r.root);
	if (rc == EX_FINE)
		rc = maps_read(&r);
	if (rc == EX_FINE && r.save)
		rc = ex_profile_save(r.profile, call, r.save);
	if (rc == EX_FINE &&
	    ex_secrets_open(&r.secrets, call, r.command, r.table_command))
		rc = checkup(&r);
	else if (rc == EX_FINE)
		rc = ex_cannot_tell(call);
	ex_secrets_close(&r.secrets);
	mailguard_profile_free(r.profile);
	ex_values_free(&r.maps);
	ex_values_free(&r.saws);
	ex_values_free(&r.observations);
	ex_values_free(&r.clients);
	mailguard_buffer_free(r.first);
	return rc;
}
