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

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct request {
	ex_call *call;
	mailguard_profile *profile;
	mailguard_find *find;
	mailguard_buffer *buf;
	const char *settings;
	ex_values maps;
	bool passed;
} request;

/* The profile learns it, too. */
static int map_add(request *r, const char *text)
{
	mailguard_error err;
	const char *here;
	char *owner;
	int rc = ex_map_split(&owner, &here, r->call, text);

	if (rc != EX_FINE)
		return rc;
	if (mailguard_find_map(r->find, owner, here, &err) < 0 ||
	    (r->profile &&
	     mailguard_profile_map(r->profile, owner, here, &err) < 0))
		rc = ex_fail(r->call, &err);
	free(owner);
	return rc;
}

const ex_opt ex_find_options[] = {
	{ "--profile", "FILE", "whose settings may name what is found",
	  "見つかったファイルの持ち主を調べるためのプロファイル",
	  offsetof(request, settings), NULL },
	{ "--map", "FROM=TO", "an owner's path, and where it is read here",
	  "元のパスと、ここで読むときのパス(繰り返し指定できます)",
	  offsetof(request, maps), ex_values_take },
	EX_OPT_END,
};

static int arguments_take(request *r)
{
	mailguard_error err;
	int i, rc = EX_FINE;
	size_t n;

	for (n = 0; rc == EX_FINE && n < r->maps.count; n++)
		rc = map_add(r, r->maps.at[n]);
	for (i = 0; rc == EX_FINE && i < r->call->argc; i++)
		if (mailguard_find_add(r->find, r->call->argv[i], &err) < 0)
			rc = ex_fail(r->call, &err);
	return rc;
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
		if (mailguard_find_csv(r->buf, r->find, NULL, &err) < 0)
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

	rc = ex_options_read(call, ex_find_options, &r);
	if (rc == EX_FINE && !call->argc)
		rc = ex_usage(call);
	if (rc == EX_FINE && r.settings)
		rc = ex_profile_open(&r.profile, call, r.settings);
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
	ex_values_free(&r.maps);
	return rc;
}
