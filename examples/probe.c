/*
 * probe - ask servers, thousands at once: do they work, and if not, whose
 * fault is it and what is to be done?
 *
 *	$ mailguard probe imaps://ann@mail.example.org smtp://mx.example.org
 *	imaps://ann@mail.example.org: works; logged in as ann (0.31 s)
 *	...
 *	$ mailguard probe --line 20 imap://mail.example.org
 *	$ mailguard probe --json --file servers.txt --jobs 1000
 *	$ mailguard probe --login ann --secret-command 'pass mail' imap://...
 *
 * A password comes from a command, MAILGUARD_SECRET or the terminal, and is
 * never sent where the certificate is not good. Exits 0 if all is well, 1 if
 * something failed and was told, 2 if it cannot tell.
 */
#include "probe.h"

#include "secret.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/* Targets, before answers are looked for: each look is a call of the system. */
enum { ADDED_BETWEEN = 16 };

typedef struct run {
	ex_call *call;
	mailguard_probe *probe;
	mailguard_buffer *buf;
	mailguard_probe_options opts;
	ex_secrets secrets;
	ex_probe_report report;
	const char *login, *file, *command, *table_command;
	bool starttls, transcript;
	uint32_t line;        /* conversations with each; 0: one, and in full */
	char *text;           /* of the file, cut into lines */
	const char **targets; /* of arguments and file */
	size_t count, room;
	int result;
} run;

/* Thousands at once need as many descriptors as the system allows. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void worse(run *r, int result)
{
	if (result > r->result)
		r->result = result;
}

/* A decimal number of at least 1; 0 if it is none. */
static uint32_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text ? text : "", &end, 10);

	return text && text[0] >= '0' && text[0] <= '9' && !*end && n <= 1000000
	               ? (uint32_t)n
	               : 0;
}

/* S seconds for the whole, and no part may take all of it twice. */
static bool timeout_set(mailguard_probe_options *o, const char *text)
{
	char *end;
	double seconds = text ? strtod(text, &end) : 0;
	int64_t usec;

	if (!text || *end || seconds < 0.01 || seconds > 86400)
		return false;
	usec = (int64_t)(seconds * 1e6);
	o->total_usec = usec;
	o->greeting_usec = o->capabilities_usec = o->starttls_usec = usec;
	o->tls_usec = o->login_usec = o->command_usec = usec;
	o->dns_usec = usec;
	o->connect_usec = usec < 10000000 ? usec / 2 : 5000000;
	if (usec < 1000000)
		o->quit_usec = usec;
	return true;
}

static bool target_add(run *r, const char *url)
{
	const char **more;

	if (r->count == r->room) {
		r->room = r->room ? r->room * 2 : 64;
		more = realloc(r->targets, r->room * sizeof(*more));
		if (!more)
			return false;
		r->targets = more;
	}
	r->targets[r->count++] = url;
	return true;
}

static bool timeout_take(void *into, const ex_opt *o, const char *value)
{
	(void)o;
	return timeout_set(&((run *)into)->opts, value);
}

static bool jobs_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_probe_options *to = &((run *)into)->opts;

	(void)o;
	to->max_in_flight = number(value);
	return to->max_in_flight != 0;
}

static bool per_host_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_probe_options *to = &((run *)into)->opts;

	(void)o;
	to->max_per_host = to->max_per_net = number(value);
	return to->max_per_host != 0;
}

static bool line_take(void *into, const ex_opt *o, const char *value)
{
	run *r = into;

	(void)o;
	r->line = number(value);
	return r->line > 1 && r->line <= MAILGUARD_LINE_MAX;
}

static bool resume_take(void *into, const ex_opt *o, const char *value)
{
	mailguard_probe_options *to = &((run *)into)->opts;

	(void)o;
	to->full_tls_every = number(value);
	return to->full_tls_every != 0;
}

/* `at` is the flag. */
static bool flag_take(void *into, const ex_opt *o, const char *value)
{
	(void)value;
	((run *)into)->opts.flags |= (uint32_t)o->at;
	return true;
}

#define AT(member) offsetof(run, member)

const ex_opt ex_probe_options[] = {
	{ "--file", "LIST", "ask also those named in a file, a URL a line",
	  "ファイルに書いた URL(1 行に 1 つ)にも問い合わせます", AT(file),
	  NULL },
	{ "--login", "USER", "log in as USER where the URL names nobody",
	  "URL に利用者名がないとき USER としてログインします", AT(login),
	  NULL },
	{ "--secret-command", "COMMAND",
	  "the first line it prints is the password",
	  "パスワードを 1 行目に出力するコマンド", AT(command), NULL },
	{ "--secrets-table-command", "COMMAND",
	  "it prints a login, a tab and its secret a line",
	  "利用者名・タブ・パスワードを 1 行ずつ出力するコマンド",
	  AT(table_command), NULL },
	{ "--starttls", NULL, "encrypt by STARTTLS where the URL says neither",
	  "URL に指定がなければ STARTTLS で暗号化します", AT(starttls), NULL },
	{ "--ca-file", "FILE", "trust the authorities in FILE (PEM)",
	  "FILE (PEM) の認証局を信頼します", AT(opts.ca_file), NULL },
	{ "--resolver", "ADDRESS", "ask this DNS server, not the system's",
	  "問い合わせ先の DNS サーバー", AT(opts.resolver), NULL },
	{ "--helo", "NAME", "the name given to SMTP servers",
	  "SMTP サーバーに名乗る名前", AT(opts.helo), NULL },
	{ "--timeout", "SECONDS", "for one server, 0.01 to 86400",
	  "1 台にかける秒数(0.01～86400)", 0, timeout_take },
	{ "--jobs", "N", "at most so many servers at once",
	  "同時に問い合わせる数の上限", 0, jobs_take },
	{ "--per-host", "N", "at most so many at once of one server or network",
	  "1 台・1 ネットワークに同時に問い合わせる数の上限", 0,
	  per_host_take },
	{ "--resume", "N",
	  "resume TLS with a server already asked; every N-th handshake in "
	  "full",
	  "同じサーバーとの TLS は再開し、N 回に 1 回だけ完全に行います", 0,
	  resume_take },
	{ "--stock", NULL, "ask an ordinary client (libcurl), too",
	  "一般のクライアント(libcurl)でも確かめます", MAILGUARD_PROBE_STOCK,
	  flag_take },
	{ "--line", "N",
	  "judge the line by N light conversations (2 to 1000), without a "
	  "login",
	  "軽い通信を N 回(2～1000)行い、回線の良否を判定します。ログインは"
	  "しません",
	  0, line_take },
	{ "--newest", NULL, "look when the newest mail came",
	  "最新のメールがいつ届いたかを調べます", MAILGUARD_PROBE_NEWEST,
	  flag_take },
	{ "--dane", NULL, "hold certificates against DNS, too (TLSA)",
	  "証明書を DNS の TLSA レコードとも照合します", MAILGUARD_PROBE_DANE,
	  flag_take },
	{ "--transcript", NULL, "also tell who said what, and when",
	  "通信の記録も表示します", AT(transcript), NULL },
	EX_OPT_END,
};

static bool arguments_read(run *r)
{
	int i;

	for (i = 0; i < r->call->argc; i++)
		if (!target_add(r, r->call->argv[i]))
			return false;
	return true;
}

/* A URL a line; what is empty or begins with "#" is skipped. */
static bool file_read(run *r)
{
	char *at, *save = NULL;
	size_t len;

	if (!r->file)
		return true;
	if (!ex_slurp(&r->text, &len, r->call, r->file))
		return false;
	for (at = strtok_r(r->text, "\r\n", &save); at;
	     at = strtok_r(NULL, "\r\n", &save)) {
		at += strspn(at, " \t");
		at[strcspn(at, " \t")] = '\0';
		if (*at && *at != '#' && !target_add(r, at))
			return false;
	}
	return true;
}

static mailguard_status print(run *r,
                              const mailguard_answer *a,
                              mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	uint32_t flags = r->transcript ? MAILGUARD_ANSWER_TRANSCRIPT : 0;

	mailguard_buffer_clear(r->buf);
	if (r->call->format == EX_NAGIOS || r->call->format == EX_PROMETHEUS) {
		ex_probe_report_add(&r->report, a);
		return st;
	}
	if (r->call->format != EX_TEXT)
		st = mailguard_answer_json(r->buf, a, flags, err);
	else
		st = mailguard_answer_text(r->buf, a, err);
	if (st == MAILGUARD_OK && r->call->format == EX_TEXT && r->transcript)
		st = mailguard_transcript_text(
			r->buf, mailguard_answer_transcript(a), err);
	if (st == MAILGUARD_OK)
		ex_print(r->buf);
	return st;
}

/* Take one answer; AGAIN and ITEROVER as mailguard_probe_next(). What was
   printed is not held back while we wait for more. */
static mailguard_status take(run *r, int64_t usec, mailguard_error *err)
{
	mailguard_answer *a;
	mailguard_status st = mailguard_probe_next(&a, r->probe, 0, err);

	if (st == MAILGUARD_AGAIN && usec) {
		fflush(stdout);
		st = mailguard_probe_next(&a, r->probe, usec, err);
	}
	if (st != MAILGUARD_OK)
		return st;
	worse(r, mailguard_answer_ok(a) ? EX_FINE : EX_TROUBLE);
	st = print(r, a, err);
	mailguard_answer_free(a);
	return st;
}

/* Full, and yet nothing is in flight that could make room. */
static mailguard_status no_descriptor(const run *r, mailguard_error *err)
{
	err->status = MAILGUARD_ELIMIT;
	snprintf(err->message, sizeof(err->message), "%s",
	         r->call->japanese
	                 ? "同時に開けるファイルの数が足りません（ulimit -n）"
	                 : "too few files may be open at once (ulimit -n)");
	return MAILGUARD_ELIMIT;
}

static mailguard_status line_ask(run *r,
                                 mailguard_endpoint *parsed,
                                 const mailguard_endpoint *to,
                                 mailguard_error *err)
{
	int result = ex_probe_line(r->call, r->probe, to, r->line, err);

	mailguard_endpoint_free(parsed);
	if (result >= 0)
		worse(r, result);
	return result < 0 ? (mailguard_status)result : MAILGUARD_OK;
}

static mailguard_status begin(run *r, const char *url, mailguard_error *err)
{
	mailguard_endpoint *parsed, to;
	mailguard_status st;

	st = mailguard_endpoint_parse(&parsed, r->call->mg, url, err);
	if (st < 0)
		return st;
	to = *parsed;
	if (r->login && !to.user)
		to.user = r->login;
	if (r->starttls && to.tls == MAILGUARD_TLS_NONE &&
	    to.protocol != MAILGUARD_PROTOCOL_HTTP)
		to.tls = MAILGUARD_TLS_STARTTLS;
	if (r->line)
		return line_ask(r, parsed, &to, err);
	st = mailguard_probe_add_named(r->probe, &to, url, 0, err);
	while (st == MAILGUARD_AGAIN) {
		st = take(r, -1, err);
		if (st < 0)
			break;
		if (st == MAILGUARD_ITEROVER)
			st = no_descriptor(r, err);
		else
			st = mailguard_probe_add_named(r->probe, &to, url, 0,
			                               err);
	}
	mailguard_endpoint_free(parsed);
	return st;
}

static bool fatal(mailguard_status st)
{
	return st == MAILGUARD_ECANCELLED || st == MAILGUARD_ENOMEM ||
	       st == MAILGUARD_EUNSUPPORTED;
}

/* One bad target is told and does not stop the others. */
static mailguard_status ask_all(run *r, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	size_t i;

	for (i = 0; i < r->count; i++) {
		st = begin(r, r->targets[i], err);
		if (fatal(st) || r->secrets.failed)
			return st;
		if (st < 0) {
			fprintf(stderr, "mailguard probe: %s: %s\n",
			        r->targets[i], err->message);
			worse(r, EX_CANNOT_TELL);
		}
		st = i % ADDED_BETWEEN ? MAILGUARD_AGAIN : MAILGUARD_OK;
		while (st == MAILGUARD_OK)
			st = take(r, 0, err);
		if (st < 0)
			return st;
	}
	do
		st = take(r, -1, err);
	while (st == MAILGUARD_OK || st == MAILGUARD_AGAIN);
	return st;
}

static int probe_all(run *r)
{
	mailguard_error err = { 0 };
	mailguard_status st;

	r->opts.secret = ex_secret;
	r->opts.payload = &r->secrets;
	if (mailguard_buffer_new(&r->buf, r->call->mg, &err) < 0 ||
	    mailguard_probe_new(&r->probe, r->call->mg, &r->opts, &err) < 0)
		return ex_fail(r->call, &err);
	st = ask_all(r, &err);
	if (st < 0 && !r->secrets.failed)
		ex_fail(r->call, &err);
	if (st < 0)
		worse(r, EX_CANNOT_TELL);
	if (st < 0 && st != MAILGUARD_ECANCELLED)
		return ex_cannot_tell(r->call);
	if (r->call->format == EX_NAGIOS || r->call->format == EX_PROMETHEUS)
		return ex_probe_report_end(&r->report, r->result);
	return r->result;
}

int ex_probe(ex_call *call)
{
	run r = { .call = call,
		  .opts = MAILGUARD_PROBE_OPTIONS_INIT,
		  .report = { .format = call->format } };
	int result = ex_options_read(call, ex_probe_options, &r);

	if (result != EX_FINE)
		return result;
	if (!arguments_read(&r) || (!r.count && !r.file)) {
		free(r.targets);
		return ex_usage(call);
	}
	descriptors_raise();
	result = ex_cannot_tell(call);
	if (file_read(&r) &&
	    ex_secrets_open(&r.secrets, call, r.command, r.table_command))
		result = probe_all(&r);
	mailguard_probe_free(r.probe);
	mailguard_buffer_free(r.buf);
	ex_secrets_close(&r.secrets);
	free(r.text);
	free(r.targets);
	return result;
}
