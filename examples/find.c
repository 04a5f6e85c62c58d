/*
 * find - which mail files lie here, how old, where, and whose they are.
 *
 *	$ mailguard find --profile mine.json --map 'C:\Users\u=/mnt/pc/u'
 * /mnt/pc/u C:\Users\u\OneDrive\Documents\Outlook Files\old.pst Outlook data
 *file (PST), 1.9 GB; last written 2026-01-13 09:00 lies in a folder that a
 *cloud service syncs (onedrive); no settings ...
 *
 * Exits 0 if all could be looked at, 2 if something was passed over or a PATH
 * cannot be read.
 */
#include "examples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
	ex_call *call;
	mailguard_profile *profile;
	mailguard_find *find;
	mailguard_buffer *buf;
	bool passed;
} request;

/* "C:\Users\u=/mnt/pc/u"; the profile learns it too. */
static int map_add(request *r, const char *text)
{
	const char *sign = text ? strrchr(text, '=') : NULL;
	mailguard_error err;
	char *owner;
	int rc = EX_FINE;

	if (!sign || sign == text)
		return ex_fail_text(
			r->call, "write it as FROM=TO",
			"「元のパス=ここでのパス」の形で書いてください",
			text ? text : "--map");
	owner = strndup(text, (size_t)(sign - text));
	if (!owner || mailguard_find_map(r->find, owner, sign + 1, &err) < 0 ||
	    (r->profile &&
	     mailguard_profile_map(r->profile, owner, sign + 1, &err) < 0))
		rc = owner ? ex_fail(r->call, &err) : EX_CANNOT_TELL;
	free(owner);
	return rc;
}

static bool is_option(const ex_call *call, int i)
{
	return i < call->plain && call->argv[i][0] == '-' && call->argv[i][1];
}

static int profile_take(request *r)
{
	const char *value;
	int i;

	for (i = 0; i < r->call->argc; i++) {
		if (!ex_option(&value, r->call, &i, "--profile"))
			continue;
		if (!value || r->profile)
			return ex_usage(r->call);
		if (ex_profile_open(&r->profile, r->call, value) != EX_FINE)
			return EX_CANNOT_TELL;
	}
	return EX_FINE;
}

static int arguments_take(request *r)
{
	mailguard_error err;
	const char *value;
	int i, rc = EX_FINE, paths = 0;

	for (i = 0; rc == EX_FINE && i < r->call->argc; i++) {
		if (ex_option(&value, r->call, &i, "--profile"))
			continue;
		if (ex_option(&value, r->call, &i, "--map"))
			rc = map_add(r, value);
		else if (is_option(r->call, i))
			rc = ex_fail_text(
				r->call, "no such option; --help lists them",
				"このオプションはありません。--help で一覧を表"
				"示します",
				r->call->argv[i]);
		else if (mailguard_find_add(r->find, r->call->argv[i], &err) <
		         0)
			rc = ex_fail(r->call, &err);
		else
			paths++;
	}
	return rc == EX_FINE && !paths ? ex_usage(r->call) : rc;
}

static mailguard_status render(request *r,
                               const mailguard_found *found,
                               mailguard_error *err)
{
	mailguard_buffer_clear(r->buf);
	if (r->call->format == EX_TEXT)
		return mailguard_find_text(r->buf, r->find, found, err);
	if (r->call->format == EX_CSV)
		return mailguard_find_csv(r->buf, r->find, found, err);
	return mailguard_find_json(r->buf, r->find, found, err);
}

static int find_run(request *r)
{
	const mailguard_found *found;
	mailguard_status st;
	mailguard_error err;

	if (r->call->format == EX_CSV) {
		if (render(r, NULL, &err) < 0)
			return ex_fail(r->call, &err);
		ex_print(r->buf);
	}
	while ((st = mailguard_find_next(&found, r->find, &err)) ==
	       MAILGUARD_OK) {
		bool passed = found->state == MAILGUARD_FOUND_PASSED;

		if (render(r, found, &err) < 0)
			return ex_fail(r->call, &err);
		r->passed |= passed;
		if (passed && r->call->format == EX_TEXT)
			fprintf(stderr, "mailguard find: %s\n",
			        mailguard_buffer_text(r->buf));
		else
			ex_print(r->buf);
	}
	if (st < 0)
		return ex_fail(r->call, &err);
	return r->passed ? EX_CANNOT_TELL : EX_FINE;
}

int ex_find(ex_call *call)
{
	mailguard_find_options opts = MAILGUARD_FIND_OPTIONS_INIT;
	request r = { .call = call };
	mailguard_error err;
	int rc;

	rc = profile_take(&r);
	opts.profile = r.profile;
	if (rc == EX_FINE &&
	    (mailguard_find_new(&r.find, call->mg, &opts, &err) < 0 ||
	     mailguard_buffer_new(&r.buf, call->mg, &err) < 0))
		rc = ex_fail(call, &err);
	if (rc == EX_FINE)
		rc = arguments_take(&r);
	if (rc == EX_FINE)
		rc = find_run(&r);
	mailguard_buffer_free(r.buf);
	mailguard_find_free(r.find);
	mailguard_profile_free(r.profile);
	return rc;
}
