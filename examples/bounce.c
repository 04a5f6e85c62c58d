/*
 * bounce - who did not get the mail, why, and what to do.
 *
 *	$ mailguard bounce returned.eml
 *	kijitora@example.org: the address does not exist (...)
 *	$ mailguard bounce --format csv ~/Maildir inbox.mbox - < more.eml
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
#include <unistd.h>

/* What one call needs on its way. */
typedef struct reading {
	const ex_call *call;
	mailguard_classifier *c;
	mailguard_buffer *buf;
	const char *path;
	uint64_t n;
	int result;
} reading;

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

static void source_read(reading *r, mailguard_source *source)
{
	mailguard_bounce *b;
	mailguard_error err;

	if (mailguard_bounce_read(&b, r->c, source, &err) < 0) {
		failed(r, &err);
		return;
	}
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

	if (r->call->format != EX_CSV)
		return;
	if (mailguard_bounce_csv(r->buf, NULL, 0, "", 0, &err) < 0)
		failed(r, &err);
	fputs(mailguard_buffer_text(r->buf), stdout);
}

int ex_bounce(ex_call *call)
{
	reading r = { .call = call, .result = EX_FINE };
	mailguard_error err;
	int i;

	if (ex_stray_option(call))
		return EX_CANNOT_TELL;
	if (call->argc < 1)
		return ex_usage(call);
	if (mailguard_classifier_new(&r.c, call->mg, &err) < 0 ||
	    mailguard_buffer_new(&r.buf, call->mg, &err) < 0) {
		mailguard_classifier_free(r.c);
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
	mailguard_buffer_free(r.buf);
	mailguard_classifier_free(r.c);
	return r.result;
}
