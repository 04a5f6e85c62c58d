/*
 * export - a profile in the words of other programs, or as a page to print.
 *
 *	$ mailguard export mine.json --to mobileconfig --out mail.mobileconfig
 *	$ mailguard export mine.json --to sheet --lang ja --out sheet.html
 *
 * To stdout, or into a new file. No password is in any of them. Exits 0, or 2.
 */
#include "around.h"

#include <stddef.h>
#include <stdio.h>

typedef struct request {
	const char *to, *account, *out;
} request;

const ex_opt ex_export_options[] = {
	{ "--to", "FORMAT",
	  "profile, autoconfig, mobileconfig, prf, thunderbird or sheet",
	  "形式: profile、autoconfig、mobileconfig、prf、thunderbird、sheet",
	  offsetof(request, to), NULL },
	{ "--account", "ID", "only this account",
	  "このアカウントだけを書き出します", offsetof(request, account),
	  NULL },
	{ "--out", "FILE", "into a new file; else to standard output",
	  "新しいファイルに保存します(省略時は標準出力)",
	  offsetof(request, out), NULL },
	EX_OPT_END,
};

static int profile_export(const request *r,
                          const ex_call *call,
                          const mailguard_profile *p)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc = EX_FINE;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0 ||
	    mailguard_profile_export(buf, p,
	                             mailguard_profile_format_find(r->to),
	                             r->account, &err) < 0)
		rc = ex_fail(call, &err);
	else if (r->out)
		rc = ex_bytes_save(buf, call, r->out);
	else
		fwrite(mailguard_buffer_text(buf), 1,
		       mailguard_buffer_length(buf), stdout);
	mailguard_buffer_free(buf);
	return rc;
}

int ex_export(ex_call *call)
{
	request r = { NULL, NULL, NULL };
	mailguard_profile *p = NULL;
	int rc = ex_options_read(call, ex_export_options, &r);

	if (rc == EX_FINE && (call->argc != 1 || !r.to))
		rc = ex_usage(call);
	if (rc == EX_FINE)
		rc = ex_profile_open(&p, call, call->argv[0]);
	if (rc == EX_FINE)
		rc = profile_export(&r, call, p);
	mailguard_profile_free(p);
	return rc;
}
