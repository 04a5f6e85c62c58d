/*
 * net_new.c - a net and what its talks share, made at the first need.
 */
#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "base/fail.h"
#include "base/handle.h"
#include "base/text.h"
#include "net/wire/net_own.h"

#define SECOND INT64_C(1000000)
#define HELO_MAX 255

static mailguard_status times_take(mailguard_net_options *o,
                                   const mailguard *mg,
                                   mailguard_error *err)
{
	const struct {
		int64_t *usec;
		int64_t otherwise;
		const char *what;
	} rows[] = {
		{ &o->dns_usec, 5 * SECOND, "dns_usec" },
		{ &o->connect_usec, 5 * SECOND, "connect_usec" },
		{ &o->greeting_usec, 30 * SECOND, "greeting_usec" },
		{ &o->capabilities_usec, 10 * SECOND, "capabilities_usec" },
		{ &o->starttls_usec, 10 * SECOND, "starttls_usec" },
		{ &o->tls_usec, 10 * SECOND, "tls_usec" },
		{ &o->login_usec, 15 * SECOND, "login_usec" },
		{ &o->command_usec, 30 * SECOND, "command_usec" },
		{ &o->quit_usec, 1 * SECOND, "quit_usec" },
		{ &o->total_usec, 120 * SECOND, "total_usec" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (*rows[i].usec < 0)
			return mgi_fail(err, mg, MAILGUARD_EINVAL,
			                MGI_SAY_NET_BAD_TIME, "what",
			                rows[i].what);
		if (!*rows[i].usec)
			*rows[i].usec = rows[i].otherwise;
	}
	return MAILGUARD_OK;
}

/* The library does not raise the process's limit, it keeps below it. */
static uint32_t in_flight(uint32_t wanted)
{
	struct rlimit files;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY)
		return wanted;
	most = files.rlim_cur > MGI_FDS_SPARED ? files.rlim_cur - MGI_FDS_SPARED
	                                       : 1;
	return most < wanted ? (uint32_t)most : wanted;
}

static void sizes_take(mailguard_net_options *o)
{
	if (!o->max_heard)
		o->max_heard = 4 << 10;
	if (!o->max_kept)
		o->max_kept = 16 << 10;
	if (!o->max_body)
		o->max_body = 4 << 20;
	if (!o->full_tls_every)
		o->full_tls_every = 1;
	o->max_in_flight = in_flight(o->max_in_flight ? o->max_in_flight : 256);
}

/* One word of what may be said in EHLO; who chose it is the caller. */
static bool helo_ok(const char *helo)
{
	size_t n;

	for (n = 0; helo[n]; n++)
		if ((unsigned char)helo[n] <= ' ' || helo[n] == 0x7f)
			return false;
	return n > 0 && n <= HELO_MAX;
}

static mailguard_status options_take(mailguard_net *net,
                                     const mailguard_net_options *opts,
                                     mailguard_error *err)
{
	mailguard_net_options *o = &net->opts;
	mailguard_status st;

	st = mgi_options_copy(o, sizeof(*o), opts, net->mg, err);
	if (st == MAILGUARD_OK)
		st = times_take(o, net->mg, err);
	if (st < 0)
		return st;
	sizes_take(o);
	if (o->helo && !helo_ok(o->helo))
		return mgi_fail(err, net->mg, MAILGUARD_EINVAL,
		                MGI_SAY_NET_BAD_HELO, "helo", o->helo);
	o->ca_file = mgi_arena_strdup(net->arena, o->ca_file);
	o->resolver = mgi_arena_strdup(net->arena, o->resolver);
	o->helo = mgi_arena_strdup(net->arena, o->helo);
	net->scratch = mgi_arena_alloc(net->arena, MGI_NET_SCRATCH);
	return mgi_arena_failed(net->arena) ? mgi_fail_nomem(err)
	                                    : MAILGUARD_OK;
}

static mailguard_status fill(mailguard_net *net,
                             const mailguard_net_options *opts,
                             mgi_poller_kind poller,
                             mailguard_error *err)
{
	mailguard_status st = options_take(net, opts, err);

	if (st == MAILGUARD_OK)
		st = mgi_loop_new(&net->loop, net->mg, poller, err);
	if (st == MAILGUARD_OK)
		st = mgi_limits_new(&net->limits, net->mg,
		                    net->opts.max_per_host,
		                    net->opts.max_per_net, err);
	/* What the caller named must be good now, not at the first need. */
	if (st == MAILGUARD_OK && net->opts.ca_file && !mgi_net_tls(net, err))
		st = MAILGUARD_EIO;
	if (st == MAILGUARD_OK && net->opts.resolver && !mgi_net_dns(net, err))
		st = MAILGUARD_EINVAL;
	return st;
}

mailguard_status mgi_net_new(mailguard_net **out,
                             mailguard *mg,
                             const mailguard_net_options *opts,
                             mgi_poller_kind poller,
                             mailguard_error *err)
{
	mailguard_error own = { 0 };
	mailguard_status st;
	mgi_arena *arena;
	mailguard_net *net;

	*out = NULL;
	err = err ? err : &own; /* we read it */
	mgi_error_clear(err);
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	arena = mgi_arena_new(mg);
	net = arena ? mgi_arena_alloc(arena, sizeof(*net)) : NULL;
	if (!net) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	net->mg = mg;
	net->arena = arena;
	atomic_flag_clear(&net->busy);
	st = fill(net, opts, poller, err);
	if (st < 0) {
		mailguard_net_free(net);
		return err->status ? (mailguard_status)err->status : st;
	}
	*out = net;
	return MAILGUARD_OK;
}

mailguard_status mailguard_net_new(mailguard_net **out,
                                   mailguard *mg,
                                   const mailguard_net_options *opts,
                                   mailguard_error *err)
{
	return mgi_net_new(out, mg, opts, MGI_POLLER_BEST, err);
}

void mailguard_net_free(mailguard_net *net)
{
	if (!net)
		return;
	while (net->talks) {
		mailguard_talk *talk = net->talks;

		mgi_talk_remove(talk);
		mgi_talk_free(talk);
	}
	mgi_curl_free(net->curl);
	mgi_dns_free(net->dns);
	mgi_tls_free(net->tls);
	mgi_limits_free(net->limits);
	mgi_loop_free(net->loop);
	mgi_arena_free(net->arena);
}

mgi_dns *mgi_net_dns(mailguard_net *net, mailguard_error *err)
{
	if (!net->dns)
		(void)mgi_dns_new(&net->dns, net->loop, &net->opts, err);
	return net->dns;
}

mgi_curl *mgi_net_curl(mailguard_net *net, mailguard_error *err)
{
	if (!net->curl)
		(void)mgi_curl_new(&net->curl, net->loop, &net->opts, err);
	return net->curl;
}

mgi_tls *mgi_net_tls(mailguard_net *net, mailguard_error *err)
{
	if (!net->tls)
		(void)mgi_tls_new(&net->tls, net->mg, net->opts.ca_file,
		                  net->opts.full_tls_every, err);
	return net->tls;
}

mgi_limits *mgi_net_limits(mailguard_net *net)
{
	return net->limits;
}

unsigned char *mgi_net_scratch(mailguard_net *net)
{
	return net->scratch;
}
