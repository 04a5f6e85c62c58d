/*
 * run_http.c - a talk of HTTP: from hop to hop, from address to address.
 *
 * A step for each name looked up, each connection tried, each handshake, each
 * request. One address at a time, so that a dead family is not hidden by the
 * other; redirects are followed by us, so that each is seen.
 */
#include "net/wire/web.h"

#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define AGAIN_USEC 50000 /* after the process ran out of descriptors */

static mailguard_status hop(mgi_web *w, mailguard_error *err);
static void connect_next(mgi_web *w);

/* -- time ----------------------------------------------------------------- */

static int64_t now(const mgi_web *w)
{
	return mgi_loop_now(w->talk->loop);
}

/* The phase's time, and never past the talk's. */
static void arm(mgi_web *w)
{
	const mailguard_net_options *o = w->talk->opts;
	int64_t at = w->connecting;

	if (w->phase == MAILGUARD_PHASE_TLS)
		at = now(w) + o->tls_usec;
	else if (w->phase == MAILGUARD_PHASE_COMMAND)
		at = now(w) + o->command_usec;
	mgi_timer_at(w->talk->loop, &w->timer,
	             at < w->deadline ? at : w->deadline);
}

void mgi_web_alive(mgi_web *w)
{
	arm(w);
}

void mgi_web_phase(mgi_web *w, mailguard_phase next)
{
	mgi_script_reached(w->talk->script, w->phase);
	mgi_script_begin(w->talk->script, next);
	w->phase = next;
	arm(w);
}

static void deaf(void *owner)
{
	mgi_web *w = owner;

	w->deaf = true;
	mgi_timer_set(w->talk->loop, &w->timer, 0);
}

/* -- the end -------------------------------------------------------------- */

static void transfer_end(mgi_web *w)
{
	mgi_timer_stop(w->talk->loop, &w->timer);
	mgi_transfer_free(&w->transfer);
}

static void finish(mgi_web *w)
{
	transfer_end(w);
	mgi_limits_leave(mgi_net_limits(w->talk->net), &w->place);
	mgi_talk_done(w->talk);
}

static void drop(mailguard_talk *talk)
{
	mgi_web *w = talk->own;

	talk->own = NULL;
	transfer_end(w);
	mgi_lookup_free(w->lookup);
	mgi_limits_leave(mgi_net_limits(talk->net), &w->place);
	mailguard_endpoint_free(w->redirected);
	mgi_buf_done(&w->url);
}

static void no_memory(mgi_web *w)
{
	w->talk->no_memory = true;
	finish(w);
}

/* -- one connection ------------------------------------------------------- */

static void transfer(mgi_web *w)
{
	if (mgi_web_easy_new(w, &w->list[w->next], NULL) < 0) {
		no_memory(w);
		return;
	}
	if (mgi_transfer_add(&w->transfer, mgi_net_curl(w->talk->net, NULL),
	                     NULL) == MAILGUARD_OK)
		arm(w);
	else
		no_memory(w);
}

static void admitted(void *owner)
{
	mgi_web *w = owner;
	mailguard_talk *talk = w->talk;
	char address[MGI_ADDRESS_TEXT];

	if (w->queued) /* waiting for a place is not the server's fault */
		w->deadline += now(w) - w->queued;
	w->queued = 0;
	mgi_address_write(address, &w->list[w->next]);
	mgi_script_encrypted(talk->script, false);
	mgi_script_connect(talk->script, address,
	                   mailguard_endpoint_port(w->to));
	w->phase = MAILGUARD_PHASE_CONNECT;
	w->connecting = now(w) + talk->opts->connect_usec;
	transfer(w);
}

static void connect_next(mgi_web *w)
{
	mailguard_status st;

	transfer_end(w);
	mgi_limits_leave(mgi_net_limits(w->talk->net), &w->place);
	if (w->next == w->count || now(w) >= w->deadline) {
		finish(w);
		return;
	}
	st = mgi_limits_enter(mgi_net_limits(w->talk->net), &w->place,
	                      &w->list[w->next], NULL);
	if (st == MAILGUARD_OK)
		admitted(w);
	else if (st == MAILGUARD_AGAIN)
		w->queued = now(w);
	else
		no_memory(w);
}

/* The connection did not come about: the next address may do better. */
static void try_next(mgi_web *w)
{
	mgi_script_end(w->talk->script);
	w->next++;
	connect_next(w);
}

static void on_time(void *owner)
{
	mgi_web *w = owner;

	if (w->deaf) {
		no_memory(w);
		return;
	}
	if (!w->transfer.easy && now(w) < w->connecting &&
	    now(w) < w->deadline) {
		transfer(w); /* there may be a descriptor by now */
		return;
	}
	mgi_script_lost(w->talk->script, w->transfer.easy ? 0 : w->transfer.sys,
	                w->transfer.easy != NULL);
	if (w->phase == MAILGUARD_PHASE_CONNECT)
		try_next(w);
	else
		finish(w);
}

/* -- what came of it ------------------------------------------------------ */

/* What libcurl's code and errno are in a step. */
static void lost(mgi_web *w, CURLcode code)
{
	mgi_script *script = w->talk->script;
	long sys = 0;

	(void)curl_easy_getinfo(w->transfer.easy, CURLINFO_OS_ERRNO, &sys);
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
		w->talk->no_memory = true;
		break;
	case CURLE_COULDNT_CONNECT:
		mgi_script_lost(script,
		                w->transfer.sys ? w->transfer.sys : (int)sys,
		                false);
		break;
	case CURLE_SSL_CONNECT_ERROR:
		if (!sys && w->shaken && !w->ended)
			sys = EPROTO;
		mgi_script_lost(script, (int)sys, false);
		break;
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
		mgi_script_lost(script, (int)sys, false);
		break;
	default:
		mgi_script_note(script, MAILGUARD_NOTE_GARBAGE);
		break;
	}
}

/* Where the answer sends us; NULL if nowhere, or where we do not go. */
static mailguard_endpoint *redirect(mgi_web *w)
{
	mgi_script *script = w->talk->script;
	mailguard_endpoint *to = NULL;
	char *url = NULL;

	(void)curl_easy_getinfo(w->transfer.easy, CURLINFO_REDIRECT_URL, &url);
	if (!url)
		return NULL;
	if (w->redirects == MGI_WEB_REDIRECTS_MAX) {
		mgi_script_note(script, MAILGUARD_NOTE_UNEXPECTED);
		return NULL;
	}
	switch (mailguard_endpoint_parse(&to, w->talk->mg, url, NULL)) {
	case MAILGUARD_OK:
		break;
	case MAILGUARD_ENOMEM:
		w->talk->no_memory = true;
		return NULL;
	default:
		mgi_script_note(script, MAILGUARD_NOTE_GARBAGE);
		return NULL;
	}
	if (to->protocol == MAILGUARD_PROTOCOL_HTTP &&
	    (to->tls != MAILGUARD_TLS_NONE || w->to->tls == MAILGUARD_TLS_NONE))
		return to;
	mgi_script_note(script, to->protocol == MAILGUARD_PROTOCOL_HTTP
	                                ? MAILGUARD_NOTE_UNSAFE
	                                : MAILGUARD_NOTE_GARBAGE);
	mailguard_endpoint_free(to);
	return NULL;
}

static void follow(mgi_web *w, mailguard_endpoint *to)
{
	mailguard_endpoint *old = w->redirected;

	mgi_script_end(w->talk->script);
	transfer_end(w);
	mgi_limits_leave(mgi_net_limits(w->talk->net), &w->place);
	w->redirected = to;
	w->to = to;
	w->redirects++;
	mailguard_endpoint_free(old);
	if (hop(w, NULL) != MAILGUARD_OK)
		no_memory(w);
}

static void done(void *owner, CURLcode code)
{
	mgi_web *w = owner;
	mailguard_talk *talk = w->talk;
	mailguard_endpoint *to;
	long status = 0;

	if (mgi_transfer_no_descriptor(&w->transfer, code)) {
		transfer_end(w);
		mgi_timer_set(talk->loop, &w->timer, AGAIN_USEC);
		return;
	}
	(void)curl_easy_getinfo(w->transfer.easy, CURLINFO_RESPONSE_CODE,
	                        &status);
	if (w->phase == MAILGUARD_PHASE_COMMAND)
		mgi_script_code(talk->script, (int32_t)status);
	if (w->too_long)
		mgi_script_note(talk->script, MAILGUARD_NOTE_TOO_LONG);
	else if (code != CURLE_OK)
		lost(w, code);
	if (code == CURLE_OK)
		mgi_script_reached(talk->script, w->phase);
	if (code == CURLE_COULDNT_CONNECT) {
		try_next(w);
		return;
	}
	to = code == CURLE_OK ? redirect(w) : NULL;
	if (to)
		follow(w, to);
	else
		finish(w);
}

/* -- a hop ---------------------------------------------------------------- */

static void found(void *owner, const mgi_address *list, size_t count)
{
	mgi_web *w = owner;

	if (count > MGI_WEB_ADDRESSES_MAX)
		count = MGI_WEB_ADDRESSES_MAX;
	if (count)
		memcpy(w->list, list, count * sizeof(*list));
	w->count = count;
	w->next = 0;
	if (!w->deadline)
		w->deadline = now(w) + w->talk->opts->total_usec;
	if (w->talk->ask->until == MAILGUARD_PHASE_DNS)
		finish(w);
	else
		connect_next(w);
}

/* The URL of the hop, as it is to be asked for. */
static mailguard_status url_write(mgi_web *w, mailguard_error *err)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;

	e.host = w->to->host;
	e.protocol = MAILGUARD_PROTOCOL_HTTP;
	e.tls = w->to->tls;
	e.port = w->to->port;
	e.path = w->to->path;
	mgi_buf_cut(&w->url, 0);
	return mailguard_endpoint_text(&w->url, &e, err);
}

/* The address that the endpoint pins, which holds for its own host only. */
static const char *pinned(const mgi_web *w)
{
	const mailguard_endpoint *to = w->talk->ask->to;

	if (to->address && mgi_strcmp_nocase(to->host, w->to->host) == 0)
		return to->address;
	return w->to->address ? w->to->address : w->to->host;
}

/* Why the net could not make what we need. */
static mailguard_status unmade(const mailguard_error *err)
{
	return err && err->status < 0 ? (mailguard_status)err->status
	                              : MAILGUARD_ENOMEM;
}

static mailguard_status hop(mgi_web *w, mailguard_error *err)
{
	mailguard_talk *talk = w->talk;
	mgi_address at;
	mailguard_status st = url_write(w, err);

	if (st < 0)
		return st;
	if (w->to->tls != MAILGUARD_TLS_NONE && !w->tls)
		w->tls = mgi_net_tls(talk->net, err);
	if (w->to->tls != MAILGUARD_TLS_NONE && !w->tls)
		return unmade(err);
	mgi_lookup_free(w->lookup);
	w->lookup = NULL;
	if (mgi_address_read(&at, pinned(w))) {
		found(w, &at, 1);
		return MAILGUARD_OK;
	}
	return mgi_lookup_new(&w->lookup, talk, w->to->host, found, w, err);
}

static mailguard_status begin(mailguard_talk *talk, mailguard_error *err)
{
	const mailguard_ask *ask = talk->ask;
	mailguard_status st;
	mgi_web *w;

	if (ask->commands || ask->mail_from || ask->rcpt_to || ask->body ||
	    ask->secret.len || ask->to->user)
		return mgi_fail(err, talk->mg, MAILGUARD_EINVAL,
		                MGI_SAY_HTTP_NO_COMMANDS);
	w = mgi_arena_alloc(talk->arena, sizeof(*w));
	if (!w)
		return mgi_fail_nomem(err);
	w->talk = talk;
	w->to = ask->to;
	w->timer.fire = on_time;
	w->timer.owner = w;
	w->place.admitted = admitted;
	w->place.owner = w;
	mgi_buf_init(&w->url, talk->mg);
	w->transfer.owner = w;
	w->transfer.done = done;
	w->transfer.deaf = deaf;
	talk->own = w;
	st = mgi_net_curl(talk->net, err) ? hop(w, err) : unmade(err);
	if (st != MAILGUARD_OK)
		drop(talk);
	return st;
}

const mgi_runner mgi_run_http = {
	.begin = begin,
	.drop = drop,
};
