/*
 * smtp.c - what to ask an SMTP server, and one for submission: who it is, what
 * it can do, and whether it lets us in. No mail is begun.
 */
#include "probe/mail.h"

static mailguard_status ask(mailguard_ask *out,
                            const mailguard_endpoint *target,
                            mailguard_phase until,
                            mgi_arena *a,
                            mailguard_error *err)
{
	(void)a;
	(void)err;
	return mgi_ask_mail(out, target, until, NULL);
}

const mgi_prober mgi_probe_smtp = { "smtp", MAILGUARD_PROTOCOL_SMTP, ask,
	                            mgi_mail_read };
const mgi_prober mgi_probe_submission = { "submission",
	                                  MAILGUARD_PROTOCOL_SUBMISSION, ask,
	                                  mgi_mail_read };
