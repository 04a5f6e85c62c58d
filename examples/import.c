/*
 * import - clients' own settings as a profile.
 *
 *	$ mailguard import outlook.reg ~/.thunderbird --into mine.json
 *	mailguard import: info@shop.example: settings do not agree on the
 *	server to receive from: "pop3 pop.hoster.example:110 none" in ...
 *
 * The profile goes to stdout, or into a new file; what is odd to stderr. Exits
 * 0, 1 if something was told that ought to be looked at, 2 if a PATH cannot be
 * read; the others are imported all the same.
 */
#include "around.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct request {
	const char *into, *base, *address;
	ex_values maps;
} request;

const ex_opt ex_import_options[] = {
	{ "--into", "FILE", "keep the profile in a new file",
	  "プロファイルを新しいファイルに保存します", offsetof(request, into),
	  NULL },
	{ "--profile", "FILE", "begin with this profile instead of nothing",
	  "このプロファイルに追加します", offsetof(request, base), NULL },
	{ "--address", "ADDRESS",
	  "whose settings they are, where a file does not say",
	  "設定ファイルにアドレスがないときの、持ち主のメールアドレス",
	  offsetof(request, address), NULL },
	{ "--map", "FROM=TO", "an owner's path, and where it is read here",
	  "元のパスと、ここで読むときのパス(繰り返し指定できます)",
	  offsetof(request, maps), ex_values_take },
	EX_OPT_END,
};

static int maps_take(const request *r,
                     const ex_call *call,
                     mailguard_profile *p)
{
	mailguard_error err;
	const char *here;
	char *owner;
	int rc = EX_FINE;
	size_t i;

	for (i = 0; rc == EX_FINE && i < r->maps.count; i++) {
		rc = ex_map_split(&owner, &here, call, r->maps.at[i]);
		if (rc != EX_FINE)
			break;
		if (mailguard_profile_map(p, owner, here, &err) < 0)
			rc = ex_fail(call, &err);
		free(owner);
	}
	return rc;
}

/* Everything that was odd; trouble if some of it needs a look. */
static int findings_tell(const ex_call *call, const mailguard_profile *p)
{
	const mailguard_finding *f;
	int rc = EX_FINE;
	size_t i;

	for (i = 0; (f = mailguard_profile_finding(p, i)) != NULL; i++) {
		fprintf(stderr, "mailguard %s: %s\n", call->verb, f->text);
		if (f->severity >= MAILGUARD_SEVERITY_WARN)
			rc = EX_TROUBLE;
	}
	return rc;
}

static int profile_put(const request *r,
                       const ex_call *call,
                       const mailguard_profile *p)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc = EX_FINE;

	if (r->into)
		return ex_profile_save(p, call, r->into);
	if (mailguard_buffer_new(&buf, call->mg, &err) < 0 ||
	    mailguard_profile_json(buf, p, &err) < 0)
		rc = ex_fail(call, &err);
	else
		ex_print(buf);
	mailguard_buffer_free(buf);
	return rc;
}

static int all_import(const request *r,
                      const ex_call *call,
                      mailguard_profile *p)
{
	int i, rc = maps_take(r, call, p), unread = EX_FINE, odd, put;
	size_t added = 0, count;
	mailguard_error err;

	for (i = 0; rc == EX_FINE && i < call->argc; i++) {
		if (mailguard_profile_import(p, call->argv[i], r->address,
		                             &count, &err) < 0)
			unread = ex_fail(call, &err);
		added += count;
	}
	if (rc != EX_FINE)
		return rc;
	odd = findings_tell(call, p);
	put = added ? profile_put(r, call, p) : EX_FINE;
	return put != EX_FINE ? put : unread != EX_FINE ? unread : odd;
}

int ex_import(ex_call *call)
{
	mailguard_profile *p = NULL;
	request r = { .into = NULL };
	mailguard_error err;
	int rc;

	rc = ex_options_read(call, ex_import_options, &r);
	if (rc == EX_FINE && !call->argc)
		rc = ex_usage(call);
	if (rc == EX_FINE && r.base)
		rc = ex_profile_open(&p, call, r.base);
	else if (rc == EX_FINE && mailguard_profile_new(&p, call->mg, &err) < 0)
		rc = ex_fail(call, &err);
	if (rc == EX_FINE)
		rc = all_import(&r, call, p);
	mailguard_profile_free(p);
	ex_values_free(&r.maps);
	return rc;
}
