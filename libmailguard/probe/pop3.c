/*
 * pop3.c - what to ask a POP3 server. STAT locks and changes nothing.
 */
#include "probe/mail.h"

static const char *const commands[] = { "STAT", NULL };

static mailguard_status ask(mailguard_ask *out,
                            const mailguard_endpoint *target,
                            mailguard_phase until,
                            mgi_arena *a,
                            mailguard_error *err)
{
	(void)a;
	(void)err;
	return mgi_ask_mail(out, target, until, commands);
}

const mgi_prober mgi_probe_pop3 = { "pop3", MAILGUARD_PROTOCOL_POP3, ask,
	                            mgi_mail_read };
