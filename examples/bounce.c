/*
 * bounce - who did not get the mail, why, and what to do.
 *
 *	$ mailguard bounce returned.eml
 *	kijitora@example.org: the address does not exist (...)
 *	$ mailguard bounce --format csv ~/Maildir inbox.mbox - < more.eml
 *
 *	$ mailguard bounce --sum --since 30d archive.pst
 *	3 times: kijitora@example.org: the address does not exist (5.1.1)
 *
 * Mails that are no bounces are told in JSON and CSV, and passed over in text.
 * Exits 0 if there was none, 1 if some mail was not delivered, 2 if a file
 * could not be read.
 */
#include "examples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What one call needs on its way. */
typedef struct reading {
	const ex_call *call;
	mailguard_classifier *c;
	mailguard_buffer *buf;
	const char *path;
	uint64_t n;
	int result;
	mailguard_bounce_sum *sum; /* NULL: each record is printed */
} reading;

/* What the options ask for. */
typedef struct request {
	const char *since;
	bool sum;
} request;

const ex_opt ex_bounce_options[] = {
	{ "--sum", NULL, "who bounced and why, a row each, most frequent first",
	  "宛先と原因ごとに数え、多い順に示します", offsetof(request, sum),
	  NULL },
	{ "--since", "30d",
	  "with --sum: only reports of the last days or hours",
	  "--sum と使い、直近の不達だけを数えます(24h、30d など)",
	  offsetof(request, since), NULL },
	EX_OPT_END,
};

static void worse(reading *r, int result)
{
	if (result > r->result)
		r->result = result;
}

static void failed(reading *r, const mailguard_error *err)
{
	ex_fail_at(r->call, r->path, err);
	worse(r, EX_CANNOT_TELL);
}

static void record_print(reading *r, const mailguard_bounce *b, size_t i)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_error err;

	mailguard_buffer_clear(r->buf);
	if (r->call->format == EX_TEXT)
		st = mailguard_bounce_text(r->buf, b, i, &err);
	else if (r->call->format == EX_CSV)
		st = mailguard_bounce_csv(r->buf, b, i, r->path, r->n, &err);
	else
		st = mailguard_bounce_json(r->buf, b, i, r->path, r->n, &err);
	if (st < 0)
		failed(r, &err);
	else if (r->call->format == EX_JSON || r->call->format == EX_JSONL)
		ex_print(r->buf);
	else
		fputs(mailguard_buffer_text(r->buf), stdout);
}

static void bounce_print(reading *r, const mailguard_bounce *b)
{
	const mailguard_bounce_record *record;
	size_t i = 0;

	if (!mailguard_bounce_is(b)) {
		if (r->call->format != EX_TEXT)
			record_print(r, b, 0);
		return;
	}
	for (; (record = mailguard_bounce_record_at(b, i)) != NULL; i++) {
		record_print(r, b, i);
		if (record->kind == MAILGUARD_BOUNCE_FAILED)
			worse(r, EX_TROUBLE);
	}
}

static void bounce_count(reading *r, const mailguard_bounce *b)
{
	mailguard_error err;

	if (mailguard_bounce_sum_add(r->sum, b, &err) < 0)
		failed(r, &err);
}

static void source_read(reading *r, mailguard_source *source)
{
	mailguard_bounce *b;
	mailguard_error err;

	if (mailguard_bounce_read(&b, r->c, source, &err) < 0) {
		failed(r, &err);
		return;
	}
	if (r->sum)
		bounce_count(r, b);
	else
		bounce_print(r, b);
	mailguard_bounce_free(b);
}

static void item_read(reading *r, mailguard_walk *walk)
{
	mailguard_source *source;
	mailguard_error err;

	if (mailguard_walk_source(&source, walk, &err) < 0) {
		failed(r, &err);
		return;
	}
	source_read(r, source);
	mailguard_source_free(source);
}

/* One message that cannot be read is told; the walk goes on behind it. */
static void store_read(reading *r, const char *path)
{
	mailguard_store *store = NULL;
	mailguard_walk *walk = NULL;
	const mailguard_item *item;
	mailguard_status st;
	mailguard_error err;

	if (mailguard_store_open(&store, r->call->mg, path, &err) < 0 ||
	    mailguard_store_walk(&walk, store, NULL, &err) < 0) {
		if (strstr(err.message, path)) /* it names the path */
			worse(r, ex_fail(r->call, &err));
		else
			failed(r, &err);
		mailguard_store_free(store);
		return;
	}
	while ((st = mailguard_walk_next(&item, walk, &err)) !=
	       MAILGUARD_ITEROVER) {
		r->n++;
		if (st == MAILGUARD_OK)
			item_read(r, walk);
		else
			failed(r, &err);
		if (st < 0 && st != MAILGUARD_EIO)
			break;
	}
	mailguard_walk_free(walk);
	mailguard_store_free(store);
}

/* What comes by a pipe may be one mail or an mbox: both are files. */
static void stdin_read(reading *r)
{
	char name[] = "/tmp/mailguard-XXXXXX", *text;
	FILE *f;
	size_t n;
	int fd;

	if (!ex_slurp(&text, &n, r->call, "-")) {
		worse(r, EX_CANNOT_TELL);
		return;
	}
	fd = mkstemp(name);
	f = fd < 0 ? NULL : fdopen(fd, "wb");
	if (f && fwrite(text, 1, n, f) == n && fclose(f) == 0)
		store_read(r, name);
	else
		worse(r, ex_fail_text(r->call, "no room for a copy",
		                      "一時ファイルを作れません", name));
	if (fd >= 0)
		unlink(name);
	free(text);
}

static void head_print(reading *r)
{
	mailguard_error err;

	if (r->call->format != EX_CSV || r->sum)
		return;
	if (mailguard_bounce_csv(r->buf, NULL, 0, "", 0, &err) < 0)
		failed(r, &err);
	fputs(mailguard_buffer_text(r->buf), stdout);
}

static void sum_print(reading *r)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_error err;
	size_t i;

	for (i = 0; st == MAILGUARD_OK && !ferror(stdout) &&
	            mailguard_bounce_sum_row_at(r->sum, i);
	     i++) {
		mailguard_buffer_clear(r->buf);
		if (r->call->format == EX_TEXT) {
			st = mailguard_bounce_sum_text(r->buf, r->sum, i, &err);
			fputs(mailguard_buffer_text(r->buf), stdout);
		} else {
			st = mailguard_bounce_sum_json(r->buf, r->sum, i, &err);
			ex_print(r->buf);
		}
	}
	if (st < 0)
		failed(r, &err);
	else if (i)
		worse(r, EX_TROUBLE);
}

static mailguard_status prepare(reading *r,
                                const request *q,
                                mailguard_error *err)
{
	mailguard_bounce_sum_options opts = MAILGUARD_BOUNCE_SUM_OPTIONS_INIT;
	mailguard_status st;

	st = mailguard_classifier_new(&r->c, r->call->mg, err);
	if (st >= 0)
		st = mailguard_buffer_new(&r->buf, r->call->mg, err);
	if (st < 0 || !q->sum)
		return st;
	if (q->since)
		opts.since =
			((mailguard_time)time(NULL) - ex_span_of(q->since)) *
			1000000;
	return mailguard_bounce_sum_new(&r->sum, r->call->mg, &opts, err);
}

static void done(reading *r)
{
	mailguard_bounce_sum_free(r->sum);
	mailguard_buffer_free(r->buf);
	mailguard_classifier_free(r->c);
}

/* False, told, if the options do not fit each other. */
static bool fits(const ex_call *call, const request *q)
{
	if (q->since && (!q->sum || !ex_span_of(q->since))) {
		ex_fail_text(call, "no such span, or it needs --sum",
		             "期間が正しくないか、--sum がありません",
		             q->since);
		return false;
	}
	if (q->sum && call->format == EX_CSV) {
		ex_fail_text(call, "--sum is text or JSON",
		             "--sum は text か JSON だけです", "csv");
		return false;
	}
	return true;
}

int ex_bounce(ex_call *call)
{
	reading r = { .call = call, .result = EX_FINE };
	request q = { NULL, false };
	mailguard_error err;
	int i, result = ex_options_read(call, ex_bounce_options, &q);

	if (result != EX_FINE)
		return result;
	if (call->argc < 1)
		return ex_usage(call);
	if (!fits(call, &q))
		return EX_CANNOT_TELL;
	if (prepare(&r, &q, &err) < 0) {
		done(&r);
		return ex_fail(call, &err);
	}
	head_print(&r);
	for (i = 0; i < call->argc && !ferror(stdout); i++) {
		r.path = call->argv[i];
		r.n = 0;
		if (strcmp(r.path, "-") == 0)
			stdin_read(&r);
		else
			store_read(&r, r.path);
	}
	if (r.sum)
		sum_print(&r);
	done(&r);
	return r.result;
}
