/*
 * status - what providers' status pages say, and whether it touches me.
 *
 *	$ mailguard status --provider example --host www2148.example.jp \
 *		https://status.example.jp/api/v2/summary.json saved-notice.html
 *	Example Mail: an incident is going on that touches you or may
 *	...
 *
 * Each argument is a URL, a file, or "-". --host, --address and --provider are
 * mine; the first two may be given often. --url says where a file was from,
 * --at when it was fetched, in seconds since 1970. With --json a line an
 *incident and one a page (docs/schema/status.json). Exits 0 if nothing that
 *goes on touches me, 1 if something does or may, 2 if a page does not tell.
 */
#include "examples.h"
#include "signals.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINE_MAX = 64 };

struct mine {
	mailguard_subject subjects[MINE_MAX];
	const char *hosts[MINE_MAX], *addresses[MINE_MAX + 1];
	const char *provider, *url, *ca_file;
	size_t host_count, address_count, count;
	mailguard_time at;
};

static bool host_take(void *into, const ex_opt *o, const char *value)
{
	struct mine *m = into;

	(void)o;
	if (m->host_count == MINE_MAX)
		return false;
	m->hosts[m->host_count++] = value;
	return true;
}

static bool address_take(void *into, const ex_opt *o, const char *value)
{
	struct mine *m = into;

	(void)o;
	if (m->address_count == MINE_MAX)
		return false;
	m->addresses[m->address_count++] = value;
	return true;
}

/* Seconds since 1970. */
static bool at_take(void *into, const ex_opt *o, const char *value)
{
	struct mine *m = into;
	char *end;
	long long at = strtoll(value, &end, 10);

	(void)o;
	m->at = (mailguard_time)at * 1000000;
	return at > 0 && at < INT64_MAX / 1000000 && !*end;
}

const ex_opt ex_status_options[] = {
	{ "--host", "NAME", "a server of mine; may be given often",
	  "自分が使うサーバー(繰り返し指定できます)", 0, host_take },
	{ "--address", "ADDRESS", "an IP address of mine; may be given often",
	  "自分が使う IP アドレス(繰り返し指定できます)", 0, address_take },
	{ "--provider", "KEY", "my provider", "自分が契約している事業者",
	  offsetof(struct mine, provider), NULL },
	{ "--url", "URL", "where a saved page was from",
	  "保存したページの元の URL", offsetof(struct mine, url), NULL },
	{ "--at", "SECONDS", "when it was fetched, since 1970; else now",
	  "ページを取得した時刻(1970 年からの秒数。省略時は現在)", 0, at_take },
	{ "--ca-file", "FILE", "trust the authorities in FILE (PEM)",
	  "FILE (PEM) の認証局を信頼します", offsetof(struct mine, ca_file),
	  NULL },
	EX_OPT_END,
};

/* One subject a host; all of them have my addresses. */
static void subjects_make(struct mine *m)
{
	const mailguard_subject none = MAILGUARD_SUBJECT_INIT;
	size_t i;

	if (!m->host_count && !m->address_count && !m->provider)
		return;
	m->count = m->host_count ? m->host_count : 1;
	for (i = 0; i < m->count; i++) {
		m->subjects[i] = none;
		m->subjects[i].host = m->host_count ? m->hosts[i] : NULL;
		m->subjects[i].provider = m->provider;
		m->subjects[i].addresses = m->addresses;
	}
}

static mailguard_status page_read(mailguard_incidents **out,
                                  const ex_call *call,
                                  const struct mine *m,
                                  const char *what,
                                  mailguard_error *err)
{
	mailguard_incidents_options opts = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_net_options net = { .size = sizeof(net) };
	mailguard_span page;
	mailguard_status st;
	char *file;

	opts.provider = m->provider;
	opts.url = m->url;
	opts.fetched_at = m->at;
	opts.net = &net;
	net.ca_file = m->ca_file;
	if (strstr(what, "://"))
		return mailguard_incidents_fetch(out, call->mg, what, &opts,
		                                 err);
	if (!ex_slurp(&file, &page.len, call, what)) {
		err->message[0] = '\0'; /* told already */
		return MAILGUARD_EIO;
	}
	page.data = (const unsigned char *)file;
	st = mailguard_incidents_parse(out, call->mg, page, &opts, err);
	free(file);
	return st;
}

static int result_of(mailguard_outcome outcome)
{
	if (outcome == MAILGUARD_OUTCOME_OK)
		return EX_FINE;
	return outcome == MAILGUARD_OUTCOME_UNKNOWN ? EX_CANNOT_TELL
	                                            : EX_TROUBLE;
}

static int tell(const ex_call *call,
                const struct mine *m,
                const mailguard_incidents *list)
{
	mailguard_buffer *buf = NULL;
	mailguard_evidence e;
	mailguard_error err;
	mailguard_status st;

	st = mailguard_buffer_new(&buf, call->mg, &err);
	if (st == MAILGUARD_OK && call->format == EX_TEXT)
		st = mailguard_incidents_text(buf, list, m->subjects, m->count,
		                              &err);
	else if (st == MAILGUARD_OK)
		st = mailguard_incidents_json(buf, list, m->subjects, m->count,
		                              &err);
	if (st == MAILGUARD_OK)
		ex_print(buf);
	mailguard_buffer_free(buf);
	if (st < 0)
		return ex_fail(call, &err);
	mailguard_incidents_overall(&e, list, m->subjects, m->count);
	return result_of(e.outcome);
}

/* Trouble found beats a page that does not tell. */
static int worse(int a, int b)
{
	if (a == EX_TROUBLE || b == EX_TROUBLE)
		return EX_TROUBLE;
	return a > b ? a : b;
}

static int tell_page(const ex_call *call,
                     const struct mine *m,
                     const char *what)
{
	mailguard_incidents *list = NULL;
	mailguard_error err = { 0 };
	int result;

	if (page_read(&list, call, m, what, &err) < 0)
		return err.message[0] ? ex_fail(call, &err) : EX_CANNOT_TELL;
	result = tell(call, m, list);
	mailguard_incidents_free(list);
	return result;
}

int ex_status(ex_call *call)
{
	struct mine m = { .count = 0 };
	int i, result = ex_options_read(call, ex_status_options, &m);

	if (result != EX_FINE)
		return result;
	if (!call->argc)
		return ex_usage(call);
	subjects_make(&m);
	for (i = 0; i < call->argc && !ex_interrupted(); i++)
		result = worse(result, tell_page(call, &m, call->argv[i]));
	return result;
}
