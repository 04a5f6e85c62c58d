/*
 * diff - what changed between two profiles.
 *
 *	$ mailguard diff january.json today.json
 *	account info@shop.example: server_in.port was "110", is "995"
 *
 * Exits 0 if nothing was changed, 1 if something was, 2 if it cannot tell.
 */
#include "examples.h"

static int diff_print(const ex_call *call, const mailguard_diff *d)
{
	mailguard_buffer *buf = NULL;
	mailguard_error err;
	int rc = EX_FINE;

	if (mailguard_buffer_new(&buf, call->mg, &err) < 0 ||
	    (call->format == EX_TEXT ? mailguard_diff_text(buf, d, &err)
	                             : mailguard_diff_json(buf, d, &err)) < 0)
		rc = ex_fail(call, &err);
	else
		ex_print(buf);
	mailguard_buffer_free(buf);
	if (rc != EX_FINE)
		return rc;
	return mailguard_diff_change(d, 0) ? EX_TROUBLE : EX_FINE;
}

int ex_diff(ex_call *call)
{
	mailguard_profile *before = NULL, *after = NULL;
	mailguard_diff *d = NULL;
	mailguard_error err;
	int rc = EX_FINE;

	if (ex_stray_option(call))
		return EX_CANNOT_TELL;
	if (call->argc != 2)
		return ex_usage(call);
	rc = ex_profile_open(&before, call, call->argv[0]);
	if (rc == EX_FINE)
		rc = ex_profile_open(&after, call, call->argv[1]);
	if (rc == EX_FINE &&
	    mailguard_profile_diff(&d, before, after, &err) < 0)
		rc = ex_fail(call, &err);
	if (rc == EX_FINE)
		rc = diff_print(call, d);
	mailguard_diff_free(d);
	mailguard_profile_free(after);
	mailguard_profile_free(before);
	return rc;
}
