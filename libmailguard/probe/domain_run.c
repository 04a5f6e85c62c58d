/*
 * domain_run.c - ask what a look at a domain wants, round by round, until it
 * wants no more. The only part of the check that touches the network.
 */
#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "probe/domain.h"

#include <string.h>

enum { QUESTIONS_MAX = 64, ROUNDS_MAX = 64 };

typedef struct run {
	mailguard_domain *d;
	mailguard_net *net;
	int64_t until; /* ticks */
} run;

static mailguard_status net_make(run *r, mailguard_error *err)
{
	const mailguard_domain_options *o = &r->d->opts;
	mailguard_net_options n = { .size = sizeof(n) };

	n.resolver = o->resolvers ? o->resolvers[0] : NULL;
	n.ca_file = o->ca_file;
	n.dns_usec = o->dns_usec;
	n.total_usec = o->total_usec;
	n.max_in_flight = 64;
	return mailguard_net_new(&r->net, r->d->mg, &n, err);
}

/* "192.0.2.53:5353" in two. */
static void server_split(mailguard_endpoint *e,
                         char address[MGI_IP_TEXT],
                         const char *server)
{
	const char *colon = strrchr(server, ':');
	uint64_t port = 0;

	if (!colon || (size_t)(colon - server) >= MGI_IP_TEXT)
		return;
	memcpy(address, server, (size_t)(colon - server));
	address[colon - server] = '\0';
	(void)mgi_span_u64(&port, mgi_span_of(colon + 1), 65535);
	e->address = address;
	e->port = (int32_t)port;
}

/* One talk with the questions `from` and those behind it for its server. */
static mailguard_status questions_ask(run *r,
                                      const mgi_fact **from,
                                      mailguard_error *err)
{
	const char *commands[QUESTIONS_MAX + 1] = { NULL };
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask ask = { .size = sizeof(ask), .to = &e };
	char address[MGI_IP_TEXT];
	const mgi_fact *f = *from;
	mailguard_talk *talk;
	size_t n = 0;

	e.protocol = MAILGUARD_PROTOCOL_DNS;
	e.host = r->d->name;
	if (f->server[0])
		server_split(&e, address, f->server);
	for (; f && n < QUESTIONS_MAX; f = f->next) {
		if (f->known || strcmp(f->server, (*from)->server) != 0 ||
		    strcmp(f->type, "HTTP") == 0)
			break;
		commands[n] =
			mgi_arena_printf(r->d->work, "%s %s", f->type, f->name);
		if (!commands[n++])
			return mgi_fail_nomem(err);
	}
	*from = f;
	ask.commands = commands;
	ask.until = MAILGUARD_PHASE_DNS;
	return mailguard_net_ask(&talk, r->net, &ask, err);
}

static mailguard_status page_ask(run *r,
                                 const mgi_fact *f,
                                 mailguard_error *err)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;
	mailguard_ask ask = { .size = sizeof(ask), .to = &e };
	mailguard_talk *talk;

	e.protocol = MAILGUARD_PROTOCOL_HTTP;
	e.tls = MAILGUARD_TLS_IMPLICIT;
	e.host = f->name;
	e.port = (int32_t)r->d->opts.policy_port;
	e.path = "/.well-known/mta-sts.txt";
	ask.until = MAILGUARD_PHASE_COMMAND;
	return mailguard_net_ask(&talk, r->net, &ask, err);
}

static mailguard_status event_take(run *r,
                                   const mailguard_event *ev,
                                   mailguard_error *err)
{
	if (!ev->transcript)
		return mgi_fail_nomem(err);
	return mgi_zone_learn(r->d->zone, ev->transcript, err);
}

/* All that is in flight, or as much as makes room. */
static mailguard_status take(run *r, bool all, mailguard_error *err)
{
	const mailguard_event *ev;
	mailguard_status st;

	do {
		int64_t left = r->until - mgi_ticks(r->d->mg);

		st = mailguard_net_next(&ev, r->net, left > 0 ? left : 0, err);
		if (st == MAILGUARD_OK)
			st = event_take(r, ev, err);
		else if (st == MAILGUARD_AGAIN && left > 0)
			st = MAILGUARD_OK;
	} while (st == MAILGUARD_OK && all);
	return st == MAILGUARD_ITEROVER ? MAILGUARD_OK : st;
}

/* AGAIN: time is up. */
static mailguard_status round_ask(run *r, mailguard_error *err)
{
	const mgi_fact *f = mgi_zone_first(r->d->zone);
	mailguard_status st = MAILGUARD_OK;

	while (f && st == MAILGUARD_OK) {
		const mgi_fact *at = f;

		if (f->known) {
			f = f->next;
			continue;
		}
		if (strcmp(f->type, "HTTP") == 0) {
			st = page_ask(r, f, err);
			f = f->next;
		} else {
			st = questions_ask(r, &f, err);
		}
		if (st != MAILGUARD_AGAIN)
			continue;
		st = take(r, false, err); /* no room: make some */
		f = at;
	}
	return st == MAILGUARD_OK ? take(r, true, err) : st;
}

static mailguard_status ask_all(run *r, mailguard_error *err)
{
	mailguard_domain *d = r->d;
	size_t rounds;

	for (rounds = 0;; rounds++) {
		mailguard_status st = mgi_domain_weigh(d, err);

		if (st != MAILGUARD_AGAIN)
			return st;
		if (rounds < ROUNDS_MAX && mgi_ticks(d->mg) < r->until)
			st = round_ask(r, err);
		if (st < 0)
			return st;
		if (st == MAILGUARD_AGAIN)
			mgi_zone_give_up(d->zone);
	}
}

mailguard_status mailguard_domain_ask(mailguard_domain **out,
                                      mailguard *mg,
                                      const char *name,
                                      const mailguard_domain_options *opts,
                                      mailguard_error *err)
{
	run r = { NULL, NULL, 0 };
	mailguard_status st;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	st = mgi_domain_new(&r.d, mg, name, opts, err);
	if (st < 0)
		return st;
	r.until = mgi_ticks(mg) + r.d->opts.total_usec;
	st = net_make(&r, err);
	if (st == MAILGUARD_OK)
		st = ask_all(&r, err);
	mailguard_net_free(r.net);
	if (st < 0) {
		mailguard_domain_free(r.d);
		return st;
	}
	*out = r.d;
	return MAILGUARD_OK;
}
