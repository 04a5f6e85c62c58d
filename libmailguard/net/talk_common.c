/*
 * talk_common.c - rows that the protocols share.
 */
#include "base/text.h"
#include "net/dialogue_own.h"

bool mgi_need_starttls(const mgi_dialogue *d)
{
	return d->to.tls == MAILGUARD_TLS_STARTTLS && !d->encrypted;
}

bool mgi_need_after_tls(const mgi_dialogue *d)
{
	return d->to.tls == MAILGUARD_TLS_STARTTLS;
}

bool mgi_need_login(const mgi_dialogue *d)
{
	return d->to.user && !d->preauth;
}

bool mgi_need_command(const mgi_dialogue *d)
{
	return d->asked.commands[d->command] != NULL;
}

bool mgi_fine_or_quit(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind == MAILGUARD_REPLY_OK)
		return true;
	mgi_dialogue_quit(d);
	return false;
}

void mgi_hear_starttls(mgi_dialogue *d, const mailguard_reply *r)
{
	if (!mgi_fine_or_quit(d, r))
		return;
	mgi_script_reached(d->script, MAILGUARD_PHASE_STARTTLS);
	mgi_script_end(d->script);
	if (d->asked.until < MAILGUARD_PHASE_TLS)
		mgi_dialogue_end(d); /* it waits for TLS, not for a QUIT */
	else
		d->want = MGI_WANT_TLS;
}

const char *mgi_next_command(mgi_dialogue *d)
{
	return d->asked.commands[d->command++];
}

void mgi_hear_command(mgi_dialogue *d, const mailguard_reply *r)
{
	if (r->kind != MAILGUARD_REPLY_OK)
		d->all_fine = false;
	if (!mgi_need_command(d) && d->all_fine)
		mgi_dialogue_done(d);
	else
		mgi_dialogue_skip(d);
}

void mgi_hear_goodbye(mgi_dialogue *d, const mailguard_reply *r)
{
	(void)r;
	mgi_dialogue_end(d);
}
