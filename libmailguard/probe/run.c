/*
 * run.c - many targets in flight: ask, let net run, read what comes back.
 *
 * A target is a slot of its own memory that goes round with the talk as its
 * tag. The secret is asked for while it is added, handed to net, and wiped.
 */
#include "base/fail.h"
#include "classify/classifier.h"
#include "probe/answer.h"
#include "probe/prober.h"

/* A target on its way. */
typedef struct slot {
	mgi_arena *arena;
	struct slot *next, **at;
	mailguard_endpoint to;
	mgi_wanted wanted;
} slot;

struct mailguard_probe {
	mgi_arena *arena;
	mailguard *mg;
	atomic_flag busy;
	mailguard_probe_options opts;
	mailguard_net *net;
	mailguard_classifier *classifier;
	slot *slots;
	size_t in_flight, max;
};

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
	if (st == MAILGUARD_OK &&
	    p->opts.flags & ~(uint32_t)MAILGUARD_PROBE_LOGIN_ANYWAY)
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

static void slot_free(slot *s)
{
	if (s->at) {
		*s->at = s->next;
		if (s->next)
			s->next->at = s->at;
	}
	mgi_arena_free(s->arena);
}

void mailguard_probe_free(mailguard_probe *p)
{
	if (!p)
		return;
	mailguard_net_free(p->net);
	while (p->slots)
		slot_free(p->slots);
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

static mailguard_status slot_new(slot **out,
                                 const mailguard_probe *p,
                                 const mailguard_endpoint *to,
                                 const char *name,
                                 mailguard_error *err)
{
	mgi_arena *a = mgi_arena_new(p->mg);
	slot *s;

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

/* How many bytes of secret came; below 0 is a status. */
static int secret_ask(char *room, const mailguard_probe *p, const slot *s)
{
	int n;

	if (!s->to.user || !p->opts.secret ||
	    s->to.protocol == MAILGUARD_PROTOCOL_HTTP ||
	    s->to.protocol == MAILGUARD_PROTOCOL_DNS)
		return 0;
	n = p->opts.secret(room, MAILGUARD_SECRET_MAX, &s->to, p->opts.payload);
	if (n < 0)
		return MAILGUARD_ECANCELLED;
	return n > MAILGUARD_SECRET_MAX ? MAILGUARD_ELIMIT : n;
}

/* Hand one target to net, with its secret if there is one. */
static mailguard_status send(mailguard_probe *p,
                             slot *s,
                             mailguard_phase until,
                             mailguard_span secret,
                             mailguard_error *err)
{
	const mgi_prober *prober = mgi_prober_of(s->to.protocol);
	mailguard_ask ask = { .size = sizeof(ask), .secret = secret };
	mailguard_endpoint nobody = s->to;
	mailguard_talk *talk;
	mailguard_status st;

	if (!prober)
		return mgi_fail(err, p->mg, MAILGUARD_EINVAL,
		                MGI_SAY_PROBE_NO_PROTOCOL);
	if (!secret.len)
		nobody.user = nobody.mechanism = NULL;
	s->wanted.login = secret.len != 0;
	s->wanted.user = secret.len ? NULL : s->to.user;
	s->wanted.until = until;
	st = prober->ask(&ask, &nobody, until, s->arena, err);
	if (st < 0)
		return st;
	ask.tag = s;
	if (p->opts.flags & MAILGUARD_PROBE_LOGIN_ANYWAY)
		ask.flags |= MAILGUARD_ASK_UNVERIFIED;
	return mailguard_net_ask(&talk, p->net, &ask, err);
}

static void slot_link(mailguard_probe *p, slot *s)
{
	s->next = p->slots;
	s->at = &p->slots;
	if (s->next)
		s->next->at = &s->next;
	p->slots = s;
	p->in_flight++;
}

static mailguard_status add(mailguard_probe *p,
                            const mailguard_endpoint *target,
                            const char *name,
                            mailguard_phase until,
                            mailguard_error *err)
{
	char room[MAILGUARD_SECRET_MAX];
	mailguard_status st;
	slot *s;
	int n;

	if (!target || !target->host)
		return mgi_fail(err, p->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "target");
	if (p->in_flight >= p->max)
		return MAILGUARD_AGAIN;
	st = slot_new(&s, p, target, name, err);
	if (st < 0)
		return st;
	n = secret_ask(room, p, s);
	if (n == MAILGUARD_ELIMIT)
		st = mgi_fail(err, p->mg, MAILGUARD_ELIMIT,
		              MGI_SAY_PROBE_SECRET_TOO_LONG, "max",
		              mgi_u64(MAILGUARD_SECRET_MAX).text);
	else if (n < 0)
		st = mgi_fail(err, p->mg, MAILGUARD_ECANCELLED,
		              MGI_SAY_LOGIN_NO_SECRET, "user", s->to.user);
	else
		st = send(p, s, until,
		          (mailguard_span){ (unsigned char *)room, (size_t)n },
		          err);
	mgi_wipe(room, sizeof(room));
	if (st == MAILGUARD_OK)
		slot_link(p, s);
	else
		slot_free(s);
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

/* The talk's answer; its slot is gone then. */
static mailguard_status finish(mailguard_answer **out,
                               mailguard_probe *p,
                               const mailguard_event *event,
                               mailguard_error *err)
{
	slot *s = event->tag;
	mailguard_status st;

	/* Without memory for a transcript there is none. */
	st = event->transcript
	             ? mgi_answer_make(out, p->classifier, event->transcript,
	                               &s->wanted, err)
	             : mgi_fail_nomem(err);
	slot_free(s);
	p->in_flight--;
	return st;
}

mailguard_status mailguard_probe_next(mailguard_answer **out,
                                      mailguard_probe *p,
                                      int64_t usec,
                                      mailguard_error *err)
{
	const mailguard_event *event;
	mailguard_status st;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	st = enter(p, err);
	if (st < 0)
		return st;
	st = mailguard_net_next(&event, p->net, usec, err);
	if (st == MAILGUARD_OK)
		st = finish(out, p, event, err);
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
