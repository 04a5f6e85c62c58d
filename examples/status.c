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

/* Is argv[*i] an option of ours? `*fine` is false if its value is not. */
static bool take(struct mine *m, const ex_call *call, int *i, bool *fine)
{
	const char *v = NULL;

	if (ex_option(&v, call, i, "--host")) {
		if (v && m->host_count < MINE_MAX)
			m->hosts[m->host_count++] = v;
	} else if (ex_option(&v, call, i, "--address")) {
		if (v && m->address_count < MINE_MAX)
			m->addresses[m->address_count++] = v;
	} else if (ex_option(&v, call, i, "--provider")) {
		m->provider = v;
	} else if (ex_option(&v, call, i, "--url")) {
		m->url = v;
	} else if (ex_option(&v, call, i, "--ca-file")) {
		m->ca_file = v;
	} else if (ex_option(&v, call, i, "--at")) {
		m->at = v ? (mailguard_time)strtoll(v, NULL, 10) * 1000000 : 0;
		*fine = *fine && m->at > 0;
	} else {
		return false;
	}
	*fine = *fine && v;
	return true;
}

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
	int i, pages = 0, result = EX_FINE;
	bool fine = true;

	for (i = 0; i < call->argc; i++)
		if (!take(&m, call, &i, &fine))
			call->argv[pages++] = call->argv[i];
	if (!pages || !fine || call->format > EX_JSONL)
		return ex_usage(call);
	subjects_make(&m);
	for (i = 0; i < pages; i++)
		result = worse(result, tell_page(call, &m, call->argv[i]));
	return result;
}
