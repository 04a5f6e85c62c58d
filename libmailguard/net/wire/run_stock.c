/*
 * run_stock.c - a talk of libcurl's: from address to address, and the time it
 * may take.
 *
 * A step for the lookup, each connection tried, and the login (or what comes
 * before it, where nobody logs in): `code` is libcurl's, `heard` its words.
 */
#include "net/wire/stock.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "net/dialogue_own.h"
#include "net/wire/net_own.h"

#define AGAIN_USEC 50000 /* after the process ran out of descriptors */
#define LOOK_USEC 20000  /* whether our own goodbye is over */

static void connect_next(mgi_stock *s);

/* -- time ----------------------------------------------------------------- */

static int64_t now(const mgi_stock *s)
{
	return mgi_loop_now(s->talk->loop);
}

static void until(mgi_stock *s, int64_t at)
{
	mgi_timer_at(s->talk->loop, &s->timer,
	             at < s->deadline ? at : s->deadline);
}

void mgi_stock_alive(mgi_stock *s)
{
	until(s, now(s) + s->talk->opts->greeting_usec);
}

static mailguard_phase goal(const mgi_stock *s)
{
	return s->secret ? MAILGUARD_PHASE_LOGIN : MAILGUARD_PHASE_CAPABILITIES;
}

void mgi_stock_connected(mgi_stock *s)
{
	if (s->connected)
		return;
	s->connected = true;
	mgi_script_reached(s->talk->script, MAILGUARD_PHASE_CONNECT);
	mgi_script_begin(s->talk->script, goal(s));
	mgi_stock_alive(s);
}

static void deaf(void *owner)
{
	mgi_stock *s = owner;

	s->deaf = true;
	mgi_timer_set(s->talk->loop, &s->timer, 0);
}

/* -- the end -------------------------------------------------------------- */

static void hang_up(mgi_stock *s)
{
	mgi_timer_stop(s->talk->loop, &s->timer);
	mgi_transfer_free(&s->transfer);
	mgi_limits_leave(mgi_net_limits(s->talk->net), &s->place);
}

static void forget(mgi_stock *s)
{
	if (s->secret)
		mgi_wipe(s->secret, s->secret_len);
	mgi_free(s->talk->mg, s->secret);
	s->secret = NULL;
}

static void finish(mgi_stock *s)
{
	hang_up(s);
	forget(s);
	mgi_talk_done(s->talk);
}

static void no_memory(mgi_stock *s)
{
	s->talk->no_memory = true;
	finish(s);
}

static void drop(mailguard_talk *talk)
{
	mgi_stock *s = talk->own;

	talk->own = NULL;
	mgi_lookup_free(s->lookup);
	hang_up(s);
	forget(s);
}

/* -- one connection ------------------------------------------------------- */

static void transfer(mgi_stock *s)
{
	mgi_curl *curl = mgi_net_curl(s->talk->net, NULL);

	if (!curl || mgi_stock_easy_new(s, &s->list[s->next], NULL) < 0 ||
	    mgi_transfer_add(&s->transfer, curl, NULL) < 0)
		no_memory(s);
	else
		until(s, s->connecting);
}

static void admitted(void *owner)
{
	mgi_stock *s = owner;
	char address[MGI_ADDRESS_TEXT];

	if (s->queued) /* waiting for a place is not the server's fault */
		s->deadline += now(s) - s->queued;
	s->queued = 0;
	mgi_address_write(address, &s->list[s->next]);
	mgi_script_encrypted(s->talk->script, false);
	mgi_script_connect(s->talk->script, address,
	                   mailguard_endpoint_port(s->talk->ask->to));
	s->connecting = now(s) + s->talk->opts->connect_usec;
	transfer(s);
}

static void connect_next(mgi_stock *s)
{
	mailguard_status st;

	hang_up(s);
	if (s->next == s->count || now(s) >= s->deadline) {
		finish(s);
		return;
	}
	st = mgi_limits_enter(mgi_net_limits(s->talk->net), &s->place,
	                      &s->list[s->next], NULL);
	if (st == MAILGUARD_OK)
		admitted(s);
	else if (st == MAILGUARD_AGAIN)
		s->queued = now(s);
	else
		no_memory(s);
}

/* The connection did not come about: the next address may do better. */
static void try_next(mgi_stock *s)
{
	mgi_script_end(s->talk->script);
	s->next++;
	connect_next(s);
}

/*
 * Whoever asked before us may still be saying goodbye to that server, and to a
 * mailbox that admits one at a time we would be the second.
 */
static void begin_soon(mgi_stock *s)
{
	if (mgi_net_lingers(s->talk->net, s->talk->ask->to)) {
		mgi_timer_set(s->talk->loop, &s->timer, LOOK_USEC);
		return;
	}
	s->deadline = now(s) + s->talk->opts->total_usec;
	connect_next(s);
}

/* libcurl does not tell that a connection stands until somebody speaks. */
static bool stands(const mgi_stock *s)
{
	curl_off_t usec = 0;

	(void)curl_easy_getinfo(s->transfer.easy, CURLINFO_CONNECT_TIME_T,
	                        &usec);
	return usec > 0;
}

static void on_time(void *owner)
{
	mgi_stock *s = owner;
	bool late = now(s) >= s->deadline;

	if (!s->deadline) {
		begin_soon(s);
	} else if (s->deaf) {
		no_memory(s);
	} else if (!s->transfer.easy && !late && now(s) < s->connecting) {
		transfer(s); /* there may be a descriptor by now */
	} else if (s->transfer.easy && !s->connected && !late && stands(s)) {
		mgi_stock_connected(s);
	} else {
		mgi_script_lost(s->talk->script,
		                s->transfer.easy ? 0 : s->transfer.sys,
		                s->transfer.easy != NULL);
		if (s->connected)
			finish(s);
		else
			try_next(s);
	}
}

/* -- what came of it ------------------------------------------------------ */

static void refused(mgi_stock *s, CURLcode code)
{
	const char *words = s->transfer.error[0] ? s->transfer.error
	                                         : curl_easy_strerror(code);
	mgi_script *script = s->talk->script;
	long sys = 0;

	(void)curl_easy_getinfo(s->transfer.easy, CURLINFO_OS_ERRNO, &sys);
	if (code != CURLE_COULDNT_CONNECT)
		mgi_stock_connected(s);
	mgi_script_answer(script, mgi_span_of(words), 0,
	                  MAILGUARD_REPLY_PERMANENT, (int32_t)code);
	if (code == CURLE_COULDNT_CONNECT)
		mgi_script_lost(script,
		                s->transfer.sys ? s->transfer.sys : (int)sys,
		                false);
	else if (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR)
		mgi_script_lost(script, (int)sys, false);
	else if (s->secret && code == CURLE_LOGIN_DENIED && !s->tried)
		mgi_script_note(script, MAILGUARD_NOTE_NOT_OFFERED);
}

/* A login that libcurl never began is none, whatever it says. */
static void fine(mgi_stock *s)
{
	mgi_script *script = s->talk->script;

	mgi_stock_connected(s);
	if (s->secret && !s->tried) {
		mgi_script_reached(script, MAILGUARD_PHASE_CAPABILITIES);
		mgi_script_note(script, MAILGUARD_NOTE_NOT_OFFERED);
	} else {
		mgi_script_answer(script, mgi_span_of(""), 0,
		                  MAILGUARD_REPLY_OK, 0);
		mgi_script_reached(script, goal(s));
	}
	mgi_stock_goodbye(s);
}

static void done(void *owner, CURLcode code)
{
	mgi_stock *s = owner;

	if (mgi_transfer_no_descriptor(&s->transfer, code)) {
		mgi_transfer_free(&s->transfer);
		mgi_timer_set(s->talk->loop, &s->timer, AGAIN_USEC);
	} else if (code == CURLE_OUT_OF_MEMORY) {
		no_memory(s);
	} else if (code == CURLE_OK) {
		fine(s);
		finish(s);
	} else {
		refused(s, code);
		if (code == CURLE_COULDNT_CONNECT)
			try_next(s);
		else
			finish(s);
	}
}

/* -- the begin ------------------------------------------------------------ */

static void found(void *owner, const mgi_address *list, size_t count)
{
	mgi_stock *s = owner;

	if (count > MGI_STOCK_ADDRESSES_MAX)
		count = MGI_STOCK_ADDRESSES_MAX;
	if (count)
		memcpy(s->list, list, count * sizeof(*list));
	s->count = count;
	begin_soon(s);
}

/* Only what one connection up to the login can do. */
static mailguard_status check(const mailguard_talk *talk, mailguard_error *err)
{
	const mailguard_ask *ask = talk->ask;
	mgi_asked asked;
	mailguard_status st;

	if (ask->reuse || ask->commands || ask->mail_from || ask->rcpt_to ||
	    ask->body || ask->flags & (MAILGUARD_ASK_GATE | MAILGUARD_ASK_KEEP))
		return mgi_fail(err, talk->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_STOCK_LOGIN_ONLY);
	st = mgi_asked_set(&asked, talk->mg, ask, err);
	if (st == MAILGUARD_OK)
		mgi_asked_done(&asked);
	return st;
}

/* libcurl wants a text that ends. */
static bool secret_keep(mgi_stock *s, const mailguard_ask *ask)
{
	if (!ask->to->user || !ask->secret.len ||
	    (ask->until && ask->until < MAILGUARD_PHASE_LOGIN))
		return true;
	s->secret_len = ask->secret.len + 1;
	s->secret = mgi_alloc(s->talk->mg, s->secret_len);
	if (s->secret)
		memcpy(s->secret, ask->secret.data, ask->secret.len);
	return s->secret != NULL;
}

static mailguard_status reach(mgi_stock *s, mailguard_error *err)
{
	const mailguard_endpoint *to = s->talk->ask->to;
	mgi_address at;

	if (!mgi_net_curl(s->talk->net, err))
		return err && err->status < 0 ? (mailguard_status)err->status
		                              : MAILGUARD_ENOMEM;
	if (!mgi_address_read(&at, to->address ? to->address : to->host))
		return mgi_lookup_new(&s->lookup, s->talk, to->host, found, s,
		                      err);
	found(s, &at, 1);
	return MAILGUARD_OK;
}

static mailguard_status begin(mailguard_talk *talk, mailguard_error *err)
{
	mailguard_status st = check(talk, err);
	mgi_stock *s;

	if (st < 0)
		return st;
	s = mgi_arena_alloc(talk->arena, sizeof(*s));
	if (!s)
		return mgi_fail_nomem(err);
	s->talk = talk;
	s->timer.fire = on_time;
	s->timer.owner = s;
	s->place.admitted = admitted;
	s->place.owner = s;
	s->transfer.owner = s;
	s->transfer.done = done;
	s->transfer.deaf = deaf;
	talk->own = s;
	st = secret_keep(s, talk->ask) ? reach(s, err) : mgi_fail_nomem(err);
	if (st != MAILGUARD_OK)
		drop(talk);
	return st;
}

const mgi_runner mgi_run_stock = {
	.begin = begin,
	.drop = drop,
};
