/*
 * mail_reach.c - the way to the server: its addresses one after the other,
 * then TLS where that comes first or was agreed on.
 *
 * Each address tried is a step with what came of it, so a dead one is seen
 * though the next one answers.
 */
#include <errno.h>
#include <string.h>

#include "base/fail.h"
#include "base/text.h"
#include "net/wire/mail_own.h"

#define RETRY_USEC 100000 /* until there may be a descriptor */

/* -- TLS ------------------------------------------------------------------ */

static void tls_done(mgi_mail *m, bool up)
{
	mailguard_talk *talk = m->talk;
	mgi_tlsa published = { m->dane, mgi_buf_span(&m->tlsa) };

	if (!mgi_tls_tell(m->conn.tls, talk->script, published)) {
		mgi_mail_no_memory(m);
		return;
	}
	mgi_script_end(talk->script);
	if (up) {
		mgi_script_reached(talk->script, MAILGUARD_PHASE_TLS);
		mgi_script_encrypted(talk->script, true);
	} else {
		m->ended = true; /* nothing can be said on it any more */
	}
	mgi_dialogue_tls(m->dialogue, up);
	if (up)
		mgi_mail_talk(m);
	else
		mgi_mail_finish(m);
}

static void tls_go(mgi_mail *m)
{
	int sys;
	mgi_io io = mgi_tls_handshake(m->conn.tls, &sys);

	if (io == MGI_IO_READ || io == MGI_IO_WRITE) {
		(void)mgi_mail_watch(m,
		                     io == MGI_IO_READ ? MGI_READ : MGI_WRITE);
		return;
	}
	if (io == MGI_IO_FAILED && sys == ENOMEM) {
		mgi_mail_no_memory(m);
		return;
	}
	if (io != MGI_IO_OK)
		mgi_script_lost(m->talk->script, sys, false);
	tls_done(m, io == MGI_IO_OK);
}

void mgi_mail_tls(mgi_mail *m)
{
	const mailguard_endpoint *to = m->talk->ask->to;
	mgi_tls *tls = mgi_net_tls(m->talk->net, NULL);

	mgi_script_begin(m->talk->script, MAILGUARD_PHASE_TLS);
	mgi_script_tls_begin(m->talk->script);
	m->stage = MGI_STAGE_TLS;
	mgi_mail_phase(m, MAILGUARD_PHASE_TLS);
	if (tls)
		m->conn.tls = mgi_tls_line_new(tls, m->conn.fd, to->host,
		                               mailguard_endpoint_port(to));
	if (m->conn.tls)
		tls_go(m);
	else
		mgi_mail_no_memory(m);
}

/* -- connecting ----------------------------------------------------------- */

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321, 4.1.3). */
static void tell_helo(mgi_mail *m)
{
	static const char tag[] = "[IPv6:";
	char text[MGI_ADDRESS_TEXT], helo[MGI_ADDRESS_TEXT + 8];
	size_t len, n;
	mgi_address own;

	if (m->talk->opts->helo || !mgi_conn_own(&m->conn, &own))
		return;
	own.zone = 0;
	mgi_address_write(text, &own);
	len = strlen(text);
	n = own.family == 6 ? sizeof(tag) - 1 : 1;
	memcpy(helo, tag, n);
	memcpy(helo + n, text, len);
	memcpy(helo + n + len, "]", 2);
	mgi_dialogue_helo(m->dialogue, helo);
}

static void connected(mgi_mail *m)
{
	const mailguard_ask *ask = m->talk->ask;

	mgi_script_end(m->talk->script);
	mgi_script_reached(m->talk->script, MAILGUARD_PHASE_CONNECT);
	tell_helo(m);
	if (ask->to->tls != MAILGUARD_TLS_NONE || ask->mail_from ||
	    ask->flags & MAILGUARD_ASK_KEEP)
		mgi_conn_hurry(&m->conn);
	if (ask->to->tls == MAILGUARD_TLS_IMPLICIT)
		mgi_mail_tls(m);
	else
		mgi_mail_talk(m);
}

/* This address is not to be had. */
static void address_lost(mgi_mail *m, int sys, bool timed_out)
{
	mgi_script_lost(m->talk->script, sys, timed_out);
	mgi_script_end(m->talk->script);
	mgi_timer_stop(m->talk->loop, &m->timer);
	mgi_loop_unwatch(m->talk->loop, &m->watch);
	mgi_conn_close(&m->conn, false);
	mgi_limits_leave(mgi_net_limits(m->talk->net), &m->place);
	m->at++;
}

static void step_begin(mgi_mail *m, const mgi_address *a)
{
	char text[MGI_ADDRESS_TEXT];

	mgi_address_write(text, a);
	mgi_script_connect(m->talk->script, text,
	                   mailguard_endpoint_port(m->talk->ask->to));
}

/* A place is ours. OK: under way, or over. AGAIN: no descriptor. ITEROVER: the
   next address, please. */
static mailguard_status connect_now(mgi_mail *m)
{
	const mgi_address *a = &m->list[m->at];
	int sys;
	mgi_io io;

	io = mgi_conn_open(&m->conn, a,
	                   mailguard_endpoint_port(m->talk->ask->to), &sys);
	if (io == MGI_IO_FAILED && (sys == EMFILE || sys == ENFILE))
		return MAILGUARD_AGAIN;
	step_begin(m, a);
	m->stage = MGI_STAGE_CONNECT;
	mgi_mail_phase(m, MAILGUARD_PHASE_CONNECT);
	if (io == MGI_IO_FAILED) {
		address_lost(m, sys, false);
		return MAILGUARD_ITEROVER;
	}
	if (io == MGI_IO_OK)
		connected(m);
	else
		(void)mgi_mail_watch(m, MGI_WRITE);
	return MAILGUARD_OK;
}

static void soon(mgi_mail *m, int64_t usec)
{
	m->stage = MGI_STAGE_RETRY;
	mgi_timer_set(m->talk->loop, &m->timer, usec);
}

/* Not from inside of whoever left: one leaving must not call the next one
   leaving, and so on. */
static void on_admitted(void *owner)
{
	mgi_mail *m = owner;

	mgi_mail_resume(m);
	soon(m, 0);
}

/* As connect_now(), or ENOMEM. */
static mailguard_status try_address(mgi_mail *m, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (!m->place.host)
		st = mgi_limits_enter(mgi_net_limits(m->talk->net), &m->place,
		                      &m->list[m->at], err);
	if (st < 0)
		return st;
	if (st == MAILGUARD_AGAIN) {
		m->stage = MGI_STAGE_QUEUE;
		mgi_mail_pause(m);
		return MAILGUARD_OK;
	}
	return connect_now(m);
}

static mailguard_status reach(mgi_mail *m, mailguard_error *err)
{
	mailguard_status st = MAILGUARD_ITEROVER;

	while (st == MAILGUARD_ITEROVER && m->at < m->count)
		st = try_address(m, err);
	return st;
}

/* Once the talk is under way there is nobody to tell AGAIN. */
static void reach_next(mgi_mail *m)
{
	mailguard_status st = reach(m, NULL);

	if (st < 0)
		mgi_mail_no_memory(m);
	else if (st == MAILGUARD_AGAIN)
		soon(m, RETRY_USEC);
	else if (st == MAILGUARD_ITEROVER)
		mgi_mail_finish(m);
}

static void on_found(void *owner, const mgi_address *list, size_t count)
{
	mgi_mail *m = owner;

	if (!count) {
		mgi_mail_finish(m);
		return;
	}
	mgi_script_reached(m->talk->script, MAILGUARD_PHASE_DNS);
	m->list = mgi_alloc(m->talk->mg, count * sizeof(*list));
	if (!m->list) {
		mgi_mail_no_memory(m);
		return;
	}
	memcpy(m->list, list, count * sizeof(*list));
	m->count = count;
	reach_next(m);
}

/* -- how it begins -------------------------------------------------------- */

static mailguard_status host_check(const mailguard_endpoint *to,
                                   const mailguard *mg,
                                   mailguard_error *err)
{
	const char *at;

	if (!to->host || !to->host[0])
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "host");
	for (at = to->host; *at; at++)
		if ((unsigned char)*at > 0x7e)
			return mgi_fail(err, mg, MAILGUARD_EUNSUPPORTED,
			                MGI_SAY_ASK_HOST_NOT_ASCII, "host",
			                to->host);
	return MAILGUARD_OK;
}

static mailguard_status begin(mgi_mail *m, mailguard_error *err)
{
	const mailguard_endpoint *to = m->talk->ask->to;
	mailguard_status st;

	if (m->count) {
		st = reach(m, err);
		if (st != MAILGUARD_ITEROVER)
			return st;
		mgi_mail_finish(m); /* the only address failed at once */
		return MAILGUARD_OK;
	}
	return mgi_lookup_new(&m->lookup, m->talk, to->host, on_found, m, err);
}

/* There is nobody any more to tell AGAIN. */
static void begin_late(mgi_mail *m)
{
	mailguard_status st = begin(m, NULL);

	if (st == MAILGUARD_AGAIN)
		soon(m, RETRY_USEC);
	else if (st < 0)
		mgi_mail_no_memory(m);
}

static bool wants_dane(const mgi_mail *m)
{
	const mailguard_ask *ask = m->talk->ask;
	mgi_address a;

	return ask->flags & MAILGUARD_ASK_DANE &&
	       ask->to->tls != MAILGUARD_TLS_NONE &&
	       !mgi_address_read(&a, ask->to->host);
}

mailguard_status mgi_mail_reach(mgi_mail *m, mailguard_error *err)
{
	const mailguard_endpoint *to = m->talk->ask->to;
	mailguard_status st = host_check(to, m->talk->mg, err);

	if (st < 0)
		return st;
	m->place.admitted = on_admitted;
	m->place.owner = m;
	m->list = &m->one;
	if (to->address && !mgi_address_read(&m->one, to->address))
		return mgi_fail(err, m->talk->mg, MAILGUARD_EINVAL,
		                MGI_SAY_ASK_BAD_ADDRESS, "address",
		                to->address);
	m->count = to->address || mgi_address_read(&m->one, to->host);
	m->stage = MGI_STAGE_LOOKUP;
	return wants_dane(m) ? mgi_mail_dane(m, begin_late, err)
	                     : begin(m, err);
}

/* -- what the loop tells -------------------------------------------------- */

void mgi_mail_reach_ready(mgi_mail *m, unsigned events)
{
	int sys;

	if (m->stage == MGI_STAGE_TLS) {
		tls_go(m);
	} else if (mgi_conn_opened(&m->conn, events, &sys) == MGI_IO_OK) {
		connected(m);
	} else {
		address_lost(m, sys, false);
		reach_next(m);
	}
}

static bool spent(const mgi_mail *m)
{
	return mgi_loop_now(m->talk->loop) >= m->total_end;
}

void mgi_mail_reach_late(mgi_mail *m)
{
	if (m->stage == MGI_STAGE_TLS) {
		mgi_script_lost(m->talk->script, 0, true);
		tls_done(m, false);
	} else if (m->stage == MGI_STAGE_CONNECT) {
		address_lost(m, 0, true);
		if (spent(m))
			mgi_mail_finish(m);
		else
			reach_next(m);
	} else if (m->stage == MGI_STAGE_RETRY && spent(m)) {
		step_begin(m, &m->list[m->at]);
		mgi_script_lost(m->talk->script, EMFILE, false);
		mgi_mail_finish(m);
	} else if (m->stage == MGI_STAGE_RETRY) {
		reach_next(m);
	}
}
