/*
 * mail.c - the runner of SMTP, submission, IMAP and POP3: a dialogue, a
 * connection, and the time each phase may take.
 *
 * What is said is the dialogue's, what is made of it the transcript's; here is
 * only who waits for what, and for how long.
 */
#include <string.h>

#include "base/fail.h"
#include "net/wire/mail_own.h"

/* -- time ----------------------------------------------------------------- */

static int64_t allowed(const mailguard_net_options *o, mailguard_phase phase)
{
	switch (phase) {
	case MAILGUARD_PHASE_CONNECT:
		return o->connect_usec;
	case MAILGUARD_PHASE_GREETING:
		return o->greeting_usec;
	case MAILGUARD_PHASE_CAPABILITIES:
		return o->capabilities_usec;
	case MAILGUARD_PHASE_STARTTLS:
		return o->starttls_usec;
	case MAILGUARD_PHASE_TLS:
		return o->tls_usec;
	case MAILGUARD_PHASE_LOGIN:
		return o->login_usec;
	case MAILGUARD_PHASE_QUIT:
		return o->quit_usec;
	default:
		return o->command_usec;
	}
}

static void arm(mgi_mail *m)
{
	mgi_timer_at(m->talk->loop, &m->timer,
	             m->phase_end < m->total_end ? m->phase_end : m->total_end);
}

void mgi_mail_phase(mgi_mail *m, mailguard_phase phase)
{
	m->phase = phase;
	m->phase_end =
		mgi_loop_now(m->talk->loop) + allowed(m->talk->opts, phase);
	arm(m);
}

void mgi_mail_pause(mgi_mail *m)
{
	m->total_left = m->total_end - mgi_loop_now(m->talk->loop);
	mgi_timer_stop(m->talk->loop, &m->timer);
}

void mgi_mail_resume(mgi_mail *m)
{
	m->total_end = mgi_loop_now(m->talk->loop) + m->total_left;
}

/* -- the end -------------------------------------------------------------- */

static void hang_up(mgi_mail *m)
{
	mgi_timer_stop(m->talk->loop, &m->timer);
	mgi_loop_unwatch(m->talk->loop, &m->watch);
	mgi_conn_close(&m->conn, !m->ended);
	mgi_limits_leave(mgi_net_limits(m->talk->net), &m->place);
	m->stage = MGI_STAGE_OVER;
}

void mgi_mail_finish(mgi_mail *m)
{
	hang_up(m);
	mgi_talk_done(m->talk);
}

void mgi_mail_no_memory(mgi_mail *m)
{
	m->talk->no_memory = true;
	mgi_mail_finish(m);
}

void mgi_mail_lost(mgi_mail *m, int sys, bool timed_out)
{
	m->ended = true;
	mgi_dialogue_lost(m->dialogue, mgi_buf_span(&m->heard), sys, timed_out);
	mgi_mail_finish(m);
}

static void linger_end(mgi_mail *m)
{
	hang_up(m);
	mgi_talk_over(m->talk);
}

/* Their answer is of no interest, but left unread it would make our end of the
   connection a reset. */
static void on_goodbye(mgi_mail *m)
{
	size_t got;
	int sys;

	(void)mgi_conn_recv(&m->conn, mgi_net_scratch(m->talk->net),
	                    MGI_NET_SCRATCH, &got, &sys);
	linger_end(m);
}

/* -- what the loop tells -------------------------------------------------- */

static void on_ready(void *owner, unsigned events)
{
	mgi_mail *m = owner;

	switch (m->stage) {
	case MGI_STAGE_CONNECT:
	case MGI_STAGE_TLS:
		mgi_mail_reach_ready(m, events);
		break;
	case MGI_STAGE_TALK:
		mgi_mail_talk_ready(m, events);
		break;
	case MGI_STAGE_GATE:
	case MGI_STAGE_KEPT:
		mgi_mail_overhear(m);
		break;
	case MGI_STAGE_LINGER:
		on_goodbye(m);
		break;
	default:
		break;
	}
}

/* After so many rounds others were due; now it goes on. */
static void turn(mgi_mail *m)
{
	arm(m);
	mgi_mail_talk_ready(m, 0);
}

static void on_time(void *owner)
{
	mgi_mail *m = owner;

	if (m->stage == MGI_STAGE_LINGER)
		linger_end(m);
	else if (m->stage == MGI_STAGE_TALK &&
	         m->phase_end > mgi_loop_now(m->talk->loop) &&
	         m->total_end > mgi_loop_now(m->talk->loop))
		turn(m);
	else if (m->stage == MGI_STAGE_TALK)
		mgi_mail_lost(m, 0, true);
	else
		mgi_mail_reach_late(m);
}

bool mgi_mail_watch(mgi_mail *m, unsigned want)
{
	mailguard_error err;
	mailguard_status st;

	st = mgi_loop_watch(m->talk->loop, &m->watch, m->conn.fd, want, &err);
	if (st == MAILGUARD_OK)
		return true;
	if (st == MAILGUARD_ENOMEM || m->stage != MGI_STAGE_TALK)
		mgi_mail_no_memory(m);
	else
		mgi_mail_lost(m, err.sys, false);
	return false;
}

/* -- the runner ----------------------------------------------------------- */

static void drop(mailguard_talk *talk)
{
	mgi_mail *m = talk->own;

	if (m->stage != MGI_STAGE_OVER)
		hang_up(m);
	mgi_asking_free(m->asking);
	mgi_buf_done(&m->tlsa);
	mgi_lookup_free(m->lookup);
	mgi_dialogue_free(m->dialogue);
	mgi_buf_done(&m->heard);
	if (m->out.at)
		mgi_wipe(m->out.at, m->out.cap);
	mgi_buf_done(&m->out);
	if (m->list != &m->one)
		mgi_free(talk->mg, m->list);
	mgi_free(talk->mg, m);
	talk->own = NULL;
}

/* On the line that was kept. */
static mailguard_status begin_again(mgi_mail *m, mailguard_error *err)
{
	mailguard_talk *talk = m->talk;
	mailguard_status st;

	st = mgi_dialogue_again(m->dialogue, talk->script, talk->ask, err);
	if (st < 0)
		return st;
	m->total_end = mgi_loop_now(talk->loop) + talk->opts->total_usec;
	m->stage = MGI_STAGE_TALK;
	mgi_mail_phase(m, mgi_dialogue_phase(m->dialogue));
	if (m->ended)
		mgi_mail_lost(m, m->ended_sys, false);
	else
		mgi_mail_round(m);
	return MAILGUARD_OK;
}

static mailguard_status begin(mailguard_talk *talk, mailguard_error *err)
{
	mailguard_status st;
	mgi_mail *m;

	if (talk->own)
		return begin_again(talk->own, err);
	m = mgi_alloc(talk->mg, sizeof(*m));
	if (!m)
		return mgi_fail_nomem(err);
	talk->own = m;
	m->talk = talk;
	m->conn = MGI_CONN_NONE;
	m->watch.ready = on_ready;
	m->watch.owner = m;
	m->timer.fire = on_time;
	m->timer.owner = m;
	mgi_buf_init(&m->heard, talk->mg);
	mgi_buf_init(&m->out, talk->mg);
	mgi_buf_init(&m->tlsa, talk->mg);
	m->heard.max = MAILGUARD_REPLY_BODY_MAX + MGI_NET_SCRATCH;
	m->total_end = mgi_loop_now(talk->loop) + talk->opts->total_usec;
	st = mgi_dialogue_new(&m->dialogue, talk->script, talk->ask,
	                      talk->opts->helo, err);
	mgi_script_encrypted(talk->script, false); /* not yet */
	if (st == MAILGUARD_OK)
		st = mgi_mail_reach(m, err);
	if (st != MAILGUARD_OK)
		drop(talk);
	return st;
}

static void go(mailguard_talk *talk)
{
	mgi_mail *m = talk->own;

	m->stage = MGI_STAGE_TALK;
	mgi_mail_resume(m);
	mgi_mail_phase(m, m->phase);
	/* They have hung up before the last dot: it will not be said. */
	if (m->ended) {
		mgi_mail_lost(m, m->ended_sys, false);
		return;
	}
	mgi_dialogue_gate(m->dialogue, true);
	mgi_mail_round(m);
}

/* A word in parting, on a line that was kept. */
static void part(mgi_mail *m)
{
	mailguard_protocol protocol = m->talk->ask->to->protocol;
	mailguard_span bye = { (const unsigned char *)"QUIT\r\n", 6 };
	size_t sent;
	int sys;

	if (protocol == MAILGUARD_PROTOCOL_IMAP) {
		bye.data = (const unsigned char *)"zz LOGOUT\r\n";
		bye.len = 11;
	}
	m->talk->life = MGI_LIFE_LINGERS;
	m->stage = MGI_STAGE_LINGER;
	if (m->ended ||
	    mgi_conn_send(&m->conn, bye, &sent, &sys) != MGI_IO_OK) {
		linger_end(m);
		return;
	}
	mgi_timer_set(m->talk->loop, &m->timer, m->talk->opts->quit_usec);
}

static void stop(mailguard_talk *talk)
{
	mgi_mail *m = talk->own;

	if (m->stage == MGI_STAGE_KEPT) {
		part(m);
	} else if (m->stage == MGI_STAGE_GATE) {
		m->stage = MGI_STAGE_TALK;
		mgi_mail_resume(m);
		mgi_mail_phase(m, m->phase);
		mgi_dialogue_gate(m->dialogue, false);
		mgi_mail_round(m);
	} else if (m->stage != MGI_STAGE_OVER) {
		mgi_mail_finish(m);
	}
}

const mgi_runner mgi_run_mail = { begin, go, stop, drop };
