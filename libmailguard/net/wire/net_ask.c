/*
 * net_ask.c - let an ask in: look at it, copy it, give it to its runner.
 */
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "net/wire/net_own.h"

#define FLAGS                                                          \
 (MAILGUARD_ASK_GATE | MAILGUARD_ASK_KEEP | MAILGUARD_ASK_UNVERIFIED | \
  MAILGUARD_ASK_STOCK | MAILGUARD_ASK_DANE)
#define COMMANDS_MAX 1000

static const mgi_runner *runner_of(mailguard_protocol protocol)
{
	switch (protocol) {
	case MAILGUARD_PROTOCOL_SMTP:
	case MAILGUARD_PROTOCOL_SUBMISSION:
	case MAILGUARD_PROTOCOL_IMAP:
	case MAILGUARD_PROTOCOL_POP3:
		return &mgi_run_mail;
	case MAILGUARD_PROTOCOL_HTTP:
		return &mgi_run_http;
	case MAILGUARD_PROTOCOL_DNS:
		return &mgi_run_dns;
	default:
		return NULL;
	}
}

/* NULL: nobody speaks that. */
static const mgi_runner *runner_for(const mailguard_ask *ask)
{
	const mgi_runner *r = runner_of(ask->to->protocol);

	if (!(ask->flags & MAILGUARD_ASK_STOCK))
		return r;
	return r == &mgi_run_mail ? &mgi_run_stock : NULL;
}

static mailguard_status check(const mailguard_ask *ask,
                              const mailguard *mg,
                              mailguard_error *err)
{
	const mailguard_endpoint *to = ask->to;

	if (!to)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "to");
	if (!runner_for(ask))
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_PROTOCOL);
	if (to->port < 0 || to->port > 65535)
		return mgi_fail(err, mg, MAILGUARD_EINVAL, MGI_SAY_ASK_BAD_PORT,
		                "port", mgi_i64(to->port).text);
	if (ask->flags & ~(uint32_t)FLAGS)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_FLAGS);
	return MAILGUARD_OK;
}

/* -- a copy that lives as long as the talk -------------------------------- */

static const mailguard_endpoint *endpoint_copy(mgi_arena *a,
                                               const mailguard_endpoint *e)
{
	mailguard_endpoint *own = mgi_arena_alloc(a, sizeof(*own));

	if (!own)
		return NULL;
	*own = *e;
	own->size = sizeof(*own);
	own->host = mgi_arena_strdup(a, e->host);
	own->address = mgi_arena_strdup(a, e->address);
	own->user = mgi_arena_strdup(a, e->user);
	own->mechanism = mgi_arena_strdup(a, e->mechanism);
	own->path = mgi_arena_strdup(a, e->path);
	return own;
}

static const char *const *commands_copy(mgi_arena *a, const char *const *list)
{
	const char **own;
	size_t i, n = 0;

	if (!list)
		return NULL;
	while (n < COMMANDS_MAX && list[n])
		n++;
	own = mgi_arena_array(a, n + 1, sizeof(*own));
	for (i = 0; own && i < n; i++)
		own[i] = mgi_arena_strdup(a, list[i]);
	return own;
}

/* The secret is lent, not copied: who needs it past begin() copies it. */
static mailguard_ask *ask_copy(mgi_arena *a, const mailguard_ask *ask)
{
	mailguard_ask *own = mgi_arena_alloc(a, sizeof(*own));

	if (!own)
		return NULL;
	*own = *ask;
	own->to = endpoint_copy(a, ask->to);
	own->commands = commands_copy(a, ask->commands);
	own->mail_from = mgi_arena_strdup(a, ask->mail_from);
	own->rcpt_to = mgi_arena_strdup(a, ask->rcpt_to);
	return mgi_arena_failed(a) ? NULL : own;
}

/* -- a talk --------------------------------------------------------------- */

/* What the runner is to work with, in `talk`. */
static mailguard_status load(mailguard_talk *talk,
                             const mailguard_ask *ask,
                             mailguard_error *err)
{
	const mailguard_net_options *o = talk->opts;
	const mgi_script_limits limits = { o->max_heard, o->max_kept,
		                           o->max_body };

	talk->arena = mgi_arena_new(talk->mg);
	talk->ask = talk->arena ? ask_copy(talk->arena, ask) : NULL;
	if (!talk->ask)
		return mgi_fail_nomem(err);
	return mgi_script_new(&talk->script, talk->mg, ask->to, &limits, err);
}

static mailguard_status begin(mailguard_talk *talk,
                              void *tag,
                              mailguard_error *err)
{
	/* Our own copy, and ours to change. */
	mailguard_ask *ask = (mailguard_ask *)(uintptr_t)talk->ask;
	mailguard_status st;

	mgi_loop_touch(talk->loop);
	talk->life = MGI_LIFE_RUNS;
	talk->tag = tag;
	talk->net->running++;
	st = talk->runner->begin(talk, err);
	ask->secret.data = NULL;
	ask->secret.len = 0;
	ask->body = NULL;
	if (st != MAILGUARD_OK)
		talk->net->running--;
	return st;
}

static mailguard_status ask_new(mailguard_talk **out,
                                mailguard_net *net,
                                const mailguard_ask *ask,
                                mailguard_error *err)
{
	mailguard_talk *talk = mgi_alloc(net->mg, sizeof(*talk));
	mailguard_status st;

	if (!talk)
		return mgi_fail_nomem(err);
	talk->net = net;
	talk->mg = net->mg;
	talk->loop = net->loop;
	talk->opts = &net->opts;
	talk->runner = runner_for(ask);
	st = load(talk, ask, err);
	if (st == MAILGUARD_OK)
		st = begin(talk, ask->tag, err);
	if (st != MAILGUARD_OK) {
		mgi_talk_free(talk);
		return st;
	}
	mgi_talk_add(talk);
	*out = talk;
	return MAILGUARD_OK;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_place(const mailguard_endpoint *a, const mailguard_endpoint *b)
{
	return same(a->host, b->host) && same(a->address, b->address) &&
	       same(a->user, b->user) && a->protocol == b->protocol &&
	       a->tls == b->tls &&
	       mailguard_endpoint_port(a) == mailguard_endpoint_port(b);
}

bool mgi_net_lingers(const mailguard_net *net, const mailguard_endpoint *to)
{
	const mailguard_talk *talk;

	for (talk = net->talks; talk; talk = talk->next)
		if (talk->life == MGI_LIFE_LINGERS &&
		    same_place(talk->ask->to, to))
			return true;
	return false;
}

/* The same talk goes on; on failure it is kept as it was. */
static mailguard_status ask_again(mailguard_talk **out,
                                  const mailguard_ask *ask,
                                  mailguard_error *err)
{
	mailguard_talk *talk = ask->reuse;
	const mailguard_ask *old = talk->ask;
	mgi_arena *arena = talk->arena;
	mailguard_status st;

	if (talk->life != MGI_LIFE_KEPT || talk->event)
		return mgi_fail(err, talk->mg, MAILGUARD_EINVAL,
		                MGI_SAY_TALK_NOT_KEPT);
	if (talk->runner != runner_for(ask) || !same_place(old->to, ask->to))
		return mgi_fail(err, talk->mg, MAILGUARD_EINVAL,
		                MGI_SAY_TALK_OTHER_PLACE);
	st = load(talk, ask, err);
	if (st == MAILGUARD_OK)
		st = begin(talk, ask->tag, err);
	if (st != MAILGUARD_OK) {
		mgi_arena_free(talk->arena);
		mgi_script_free(talk->script);
		talk->script = NULL;
		talk->arena = arena;
		talk->ask = old;
		talk->life = MGI_LIFE_KEPT;
		return st;
	}
	mgi_arena_free(arena);
	*out = talk;
	return MAILGUARD_OK;
}

/* Goodbyes make way: the oldest one is not waited for. */
static bool have_room(mailguard_net *net)
{
	mailguard_talk *talk;

	if (net->count < net->opts.max_in_flight)
		return true;
	for (talk = net->talks; talk; talk = talk->next)
		if (talk->life == MGI_LIFE_LINGERS && !talk->event)
			break;
	if (!talk)
		return false;
	talk->runner->drop(talk);
	talk->own = NULL;
	mgi_talk_over(talk);
	mgi_net_tidy(net);
	return true;
}

mailguard_status mailguard_net_ask(mailguard_talk **out,
                                   mailguard_net *net,
                                   const mailguard_ask *ask,
                                   mailguard_error *err)
{
	mailguard_status st;
	mailguard_ask own;

	*out = NULL;
	if (!mgi_net_enter(net, err))
		return MAILGUARD_EBUSY;
	mgi_net_tidy(net);
	st = mgi_options_copy(&own, sizeof(own), ask, net->mg, err);
	if (st == MAILGUARD_OK)
		st = check(&own, net->mg, err);
	if (st == MAILGUARD_OK && own.reuse)
		st = ask_again(out, &own, err);
	else if (st == MAILGUARD_OK)
		st = have_room(net) ? ask_new(out, net, &own, err)
		                    : MAILGUARD_AGAIN;
	mgi_wipe(&own, sizeof(own));
	mgi_net_leave(net);
	return st;
}
