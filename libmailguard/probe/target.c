/*
 * target.c - one target on its way: asked of our own dialogue, and of an
 * ordinary client if that is wanted.
 */
#include <string.h>

#include "base/fail.h"
#include "probe/mail.h"
#include "probe/run.h"

static void secret_forget(mgi_target *s)
{
	if (s->secret_len)
		mgi_wipe(s->secret, s->secret_len);
	s->secret_len = 0;
}

void mgi_target_free(mgi_target *s)
{
	secret_forget(s);
	mailguard_transcript_free(s->heard);
	if (s->at) {
		*s->at = s->next;
		if (s->next)
			s->next->at = s->at;
	}
	mgi_arena_free(s->arena);
}

mailguard_status mgi_target_new(mgi_target **out,
                                const mailguard_probe *p,
                                const mailguard_endpoint *to,
                                const char *name,
                                mailguard_error *err)
{
	mgi_arena *a = mgi_arena_new(p->mg);
	mgi_target *s;

	if (!a)
		return mgi_fail_nomem(err);
	s = mgi_arena_alloc(a, sizeof(*s));
	if (s) {
		s->arena = a;
		s->to = *to;
		s->to.host = mgi_arena_strdup(a, to->host);
		s->to.address = mgi_arena_strdup(a, to->address);
		s->to.user = mgi_arena_strdup(a, to->user);
		s->to.mechanism = mgi_arena_strdup(a, to->mechanism);
		s->to.path = mgi_arena_strdup(a, to->path);
		s->wanted = mgi_wanted_of(&p->opts);
		s->wanted.name = mgi_arena_strdup(a, name);
	}
	if (mgi_arena_failed(a)) {
		mgi_arena_free(a);
		return mgi_fail_nomem(err);
	}
	*out = s;
	return MAILGUARD_OK;
}

/* Is an ordinary client to be asked, too? */
static bool wants_second(const mailguard_probe *p, const mgi_target *s)
{
	return p->opts.flags & MAILGUARD_PROBE_STOCK &&
	       s->to.protocol != MAILGUARD_PROTOCOL_HTTP &&
	       s->to.protocol != MAILGUARD_PROTOCOL_DNS &&
	       (!s->wanted.until ||
	        s->wanted.until >= MAILGUARD_PHASE_CAPABILITIES);
}

static mailguard_status secret_keep(mgi_target *s, mailguard_span secret)
{
	if (!secret.len)
		return MAILGUARD_OK;
	s->secret = mgi_arena_alloc(s->arena, secret.len);
	if (!s->secret)
		return MAILGUARD_ENOMEM;
	memcpy(s->secret, secret.data, secret.len);
	s->secret_len = secret.len;
	return MAILGUARD_OK;
}

/* Without a secret nobody logs in. */
static mailguard_endpoint whom(const mgi_target *s, mailguard_span secret)
{
	mailguard_endpoint to = s->to;

	if (!secret.len)
		to.user = to.mechanism = NULL;
	return to;
}

static uint32_t manners(const mailguard_probe *p)
{
	return p->opts.flags & MAILGUARD_PROBE_LOGIN_ANYWAY
	               ? MAILGUARD_ASK_UNVERIFIED
	               : 0;
}

mailguard_status mgi_target_send(mailguard_probe *p,
                                 mgi_target *s,
                                 mailguard_phase until,
                                 mailguard_span secret,
                                 mailguard_error *err)
{
	const mgi_prober *prober = mgi_prober_of(s->to.protocol);
	mailguard_ask ask = { .size = sizeof(ask), .secret = secret };
	mailguard_endpoint to = whom(s, secret);
	mailguard_talk *talk;
	mailguard_status st;

	if (!prober)
		return mgi_fail(err, p->mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROBE_NO_PROTOCOL);
	s->wanted.login = secret.len != 0;
	s->wanted.user = secret.len ? NULL : s->to.user;
	s->wanted.until = until;
	st = prober->ask(&ask, &to, until, s->arena, err);
	if (st == MAILGUARD_OK && p->opts.flags & MAILGUARD_PROBE_NEWEST)
		st = mgi_ask_newest(&ask, s->arena, err);
	if (st < 0)
		return st;
	ask.tag = s;
	ask.flags |= manners(p);
	if (p->opts.flags & MAILGUARD_PROBE_DANE)
		ask.flags |= MAILGUARD_ASK_DANE;
	if (wants_second(p, s) && secret_keep(s, secret) < 0)
		return mgi_fail_nomem(err);
	return mailguard_net_ask(&talk, p->net, &ask, err);
}

bool mgi_target_second(mailguard_probe *p,
                       mgi_target *s,
                       mailguard_transcript *heard)
{
	mailguard_span secret = { s->secret, s->secret_len };
	mailguard_endpoint to = whom(s, secret);
	mailguard_ask ask = { .size = sizeof(ask),
		              .to = &to,
		              .tag = s,
		              .until = s->wanted.until,
		              .flags = manners(p) | MAILGUARD_ASK_STOCK,
		              .secret = secret };
	mailguard_talk *talk;
	bool sent;

	if (s->heard || !heard || !wants_second(p, s) ||
	    mailguard_transcript_reached(heard) < MAILGUARD_PHASE_CONNECT)
		return false;
	sent = mailguard_net_ask(&talk, p->net, &ask, NULL) == MAILGUARD_OK;
	secret_forget(s);
	return sent;
}

void mgi_target_link(mailguard_probe *p, mgi_target *s)
{
	s->next = p->targets;
	s->at = &p->targets;
	if (s->next)
		s->next->at = &s->next;
	p->targets = s;
	p->in_flight++;
}
