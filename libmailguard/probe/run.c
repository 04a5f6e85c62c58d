/*
 * run.c - many targets in flight: ask, let net run, read what comes back.
 *
 * The secret is asked for while a target is added, handed to net, and wiped;
 * who wants a second opinion has it kept until that is asked.
 */
#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "classify/classifier.h"
#include "probe/run.h"

#define FLAGS                                            \
 (MAILGUARD_PROBE_LOGIN_ANYWAY | MAILGUARD_PROBE_STOCK | \
  MAILGUARD_PROBE_NEWEST | MAILGUARD_PROBE_DANE)

static mailguard_net_options net_options(const mailguard_probe_options *o)
{
	return (mailguard_net_options){
		.size = sizeof(mailguard_net_options),
		.ca_file = o->ca_file,
		.resolver = o->resolver,
		.helo = o->helo,
		.dns_usec = o->dns_usec,
		.connect_usec = o->connect_usec,
		.greeting_usec = o->greeting_usec,
		.capabilities_usec = o->capabilities_usec,
		.starttls_usec = o->starttls_usec,
		.tls_usec = o->tls_usec,
		.login_usec = o->login_usec,
		.command_usec = o->command_usec,
		.quit_usec = o->quit_usec,
		.total_usec = o->total_usec,
		.max_in_flight = o->max_in_flight,
		.max_per_host = o->max_per_host,
		.max_per_net = o->max_per_net,
		.full_tls_every = o->full_tls_every,
	};
}

static mailguard_status build(mailguard_probe *p, mailguard_error *err)
{
	mailguard_net_options net = net_options(&p->opts);
	mailguard_status st = mailguard_net_new(&p->net, p->mg, &net, err);

	/* The caller's strings: net has copied what it needs. */
	p->opts.ca_file = p->opts.resolver = p->opts.helo = NULL;
	p->max = p->opts.max_in_flight ? p->opts.max_in_flight : 256;
	if (st == MAILGUARD_OK)
		st = mailguard_classifier_new(&p->classifier, p->mg, err);
	return st;
}

mailguard_status mailguard_probe_new(mailguard_probe **out,
                                     mailguard *mg,
                                     const mailguard_probe_options *opts,
                                     mailguard_error *err)
{
	mailguard_probe *p;
	mailguard_status st;
	mgi_arena *arena;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "handle");
	arena = mgi_arena_new(mg);
	if (!arena)
		return mgi_fail_nomem(err);
	p = mgi_arena_alloc(arena, sizeof(*p));
	if (!p) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	p->arena = arena;
	p->mg = mg;
	atomic_flag_clear(&p->busy);
	st = mgi_options_copy(&p->opts, sizeof(p->opts), opts, mg, err);
	if (st == MAILGUARD_OK && p->opts.flags & ~(uint32_t)FLAGS)
		st = mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_OPTIONS_NEWER);
	if (st == MAILGUARD_OK)
		st = build(p, err);
	if (st < 0) {
		mailguard_probe_free(p);
		return st;
	}
	*out = p;
	return MAILGUARD_OK;
}

void mailguard_probe_free(mailguard_probe *p)
{
	if (!p)
		return;
	mailguard_net_free(p->net);
	while (p->targets)
		mgi_target_free(p->targets);
	mailguard_classifier_free(p->classifier);
	mgi_arena_free(p->arena);
}

static mailguard_status enter(mailguard_probe *p, mailguard_error *err)
{
	if (!p)
		return mgi_fail(err, (mailguard *)NULL, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "probe");
	if (atomic_flag_test_and_set(&p->busy))
		return mgi_fail(err, p->mg, MAILGUARD_EBUSY,
		                MGI_SAY_PROBE_BUSY);
	return MAILGUARD_OK;
}

static bool has_secret(const mailguard_probe *p, const mgi_target *s)
{
	return s->to.user && p->opts.secret &&
	       s->to.protocol != MAILGUARD_PROTOCOL_HTTP &&
	       s->to.protocol != MAILGUARD_PROTOCOL_DNS;
}

/* With the secret that the callback gives for it. */
static mailguard_status send_with_secret(mailguard_probe *p,
                                         mgi_target *s,
                                         mailguard_phase until,
                                         mailguard_error *err)
{
	char room[MAILGUARD_SECRET_MAX];
	mailguard_status st;
	int n = p->opts.secret(room, sizeof(room), &s->to, p->opts.payload);

	if (n > MAILGUARD_SECRET_MAX)
		st = mgi_fail(err, p->mg, MAILGUARD_ELIMIT,
		              MGI_SAY_PROBE_SECRET_TOO_LONG, "max",
		              mgi_u64(MAILGUARD_SECRET_MAX).text);
	else if (n < 0)
		st = mgi_fail(err, p->mg, MAILGUARD_ECANCELLED,
		              MGI_SAY_LOGIN_NO_SECRET, "user", s->to.user);
	else
		st = mgi_target_send(p, s, until, mgi_span(room, (size_t)n),
		                     err);
	mgi_wipe(room, sizeof(room));
	return st;
}

static mailguard_status add(mailguard_probe *p,
                            const mailguard_endpoint *target,
                            const char *name,
                            mailguard_phase until,
                            mailguard_error *err)
{
	mailguard_status st;
	mgi_target *s;

	if (!target || !target->host)
		return mgi_fail(err, p->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "target");
	if (p->in_flight >= p->max)
		return MAILGUARD_AGAIN;
	st = mgi_target_new(&s, p, target, name, err);
	if (st < 0)
		return st;
	st = has_secret(p, s)
	             ? send_with_secret(p, s, until, err)
	             : mgi_target_send(p, s, until, mgi_span(NULL, 0), err);
	if (st == MAILGUARD_OK)
		mgi_target_link(p, s);
	else
		mgi_target_free(s);
	return st;
}

mailguard_status mailguard_probe_add_named(mailguard_probe *p,
                                           const mailguard_endpoint *target,
                                           const char *name,
                                           mailguard_phase until,
                                           mailguard_error *err)
{
	mailguard_status st = enter(p, err);

	if (st < 0)
		return st;
	st = add(p, target, name, until, err);
	atomic_flag_clear(&p->busy);
	return st;
}

mailguard_status mailguard_probe_add(mailguard_probe *p,
                                     const mailguard_endpoint *target,
                                     mailguard_phase until,
                                     mailguard_error *err)
{
	return mailguard_probe_add_named(p, target, NULL, until, err);
}

/* What a talk came to. The first of two: AGAIN. Else the target is gone then.
 */
static mailguard_status finish(mailguard_answer **out,
                               mailguard_probe *p,
                               const mailguard_event *event,
                               mailguard_error *err)
{
	mgi_target *s = event->tag;
	mailguard_transcript *heard = event->transcript;
	mailguard_status st;

	if (heard)
		(void)mailguard_transcript_ref(heard);
	if (mgi_target_second(p, s, heard)) {
		s->heard = heard;
		return MAILGUARD_AGAIN;
	}
	if (s->heard)
		s->wanted.stock = heard;
	/* Without memory for a transcript there is none. */
	st = heard ? mgi_answer_make(out, p->classifier,
	                             s->heard ? s->heard : heard, &s->wanted,
	                             err)
	           : mgi_fail_nomem(err);
	mailguard_transcript_free(heard);
	mgi_target_free(s);
	p->in_flight--;
	return st;
}

/* Until there is an answer, or no time left. */
static mailguard_status next(mailguard_answer **out,
                             mailguard_probe *p,
                             int64_t usec,
                             mailguard_error *err)
{
	int64_t end = mgi_ticks(p->mg) + usec, left = usec;
	const mailguard_event *event;
	mailguard_status st;

	for (;;) {
		st = mailguard_net_next(&event, p->net, left, err);
		if (st == MAILGUARD_OK)
			st = finish(out, p, event, err);
		else
			return st;
		if (st != MAILGUARD_AGAIN)
			return st;
		if (usec > 0)
			left = end - mgi_ticks(p->mg);
		if (usec > 0 && left < 0)
			left = 0;
	}
}

mailguard_status mailguard_probe_next(mailguard_answer **out,
                                      mailguard_probe *p,
                                      int64_t usec,
                                      mailguard_error *err)
{
	mailguard_status st;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	st = enter(p, err);
	if (st < 0)
		return st;
	st = next(out, p, usec, err);
	atomic_flag_clear(&p->busy);
	return st;
}

size_t mailguard_probe_in_flight(const mailguard_probe *p)
{
	return p ? p->in_flight : 0;
}

int mailguard_probe_fd(const mailguard_probe *p)
{
	return p ? mailguard_net_fd(p->net) : -1;
}

int64_t mailguard_probe_timeout(const mailguard_probe *p)
{
	return p ? mailguard_net_timeout(p->net) : -1;
}
