/*
 * mail_talk.c - what the dialogue says goes out, what is heard goes in.
 *
 * No one talk keeps the loop: after so many rounds the others have their turn.
 */
#include <errno.h>
#include <string.h>

#include "net/wire/mail_own.h"

#define ROUNDS 16
/* Kept of what is heard while nobody listens: at a gate, or between asks. */
#define OVERHEARD_MAX ((size_t)64 << 10)

/* -- bytes ---------------------------------------------------------------- */

/* As much as there is at once, behind what was heard. */
static mgi_io hear(mgi_mail *m, int *sys)
{
	unsigned char *room = mgi_net_scratch(m->talk->net);
	size_t got;
	mgi_io io;

	io = mgi_conn_recv(&m->conn, room, MGI_NET_SCRATCH, &got, sys);
	mgi_buf_add(&m->heard, room, got);
	/* TLS may hold back more than the descriptor tells of. */
	m->dry = !m->conn.tls && got < MGI_NET_SCRATCH;
	return io;
}

static void forget(mgi_mail *m, size_t used)
{
	size_t left = m->heard.len - used;

	if (!used)
		return;
	memmove(m->heard.at, m->heard.at + used, left);
	mgi_buf_cut(&m->heard, left);
	if (!left && m->heard.cap > 1024)
		mgi_buf_done(&m->heard); /* thousands of talks wait */
}

/* OK: all of `out` is sent, wiped and gone. */
static mgi_io flush(mgi_mail *m, int *sys)
{
	while (m->sent < m->out.len) {
		mailguard_span rest = { (const unsigned char *)m->out.at +
			                        m->sent,
			                m->out.len - m->sent };
		size_t sent;
		mgi_io io = mgi_conn_send(&m->conn, rest, &sent, sys);

		if (io != MGI_IO_OK)
			return io;
		m->sent += sent;
	}
	if (m->out.at)
		mgi_wipe(m->out.at, m->out.len);
	mgi_buf_cut(&m->out, 0);
	m->sent = 0;
	return MGI_IO_OK;
}

/* The line is gone. What came before is heard all the same: an answer that was
   sent together with a reset says why. */
static void lost(mgi_mail *m, int sys)
{
	int rounds = ROUNDS, ignored;

	if (sys == ENOMEM) {
		mgi_mail_no_memory(m);
		return;
	}
	while (!m->ended && rounds-- && hear(m, &ignored) == MGI_IO_OK)
		;
	mgi_mail_lost(m, sys == EPIPE ? ECONNRESET : sys, false);
}

/* -- rounds --------------------------------------------------------------- */

/* False: out of memory, and over. */
static bool dialogue_step(mgi_mail *m)
{
	mailguard_phase phase;
	size_t used = 0;

	m->want = mgi_dialogue_step(m->dialogue, mgi_buf_span(&m->heard), &used,
	                            &m->out);
	forget(m, used);
	m->more = used && m->heard.len;
	if (m->out.failed || m->heard.failed == MAILGUARD_ENOMEM) {
		mgi_mail_no_memory(m);
		return false;
	}
	phase = mgi_dialogue_phase(m->dialogue);
	if (phase != m->phase || m->out.len)
		mgi_mail_phase(m, phase);
	return true;
}

/* Nothing more decides: tell now, and let the goodbye go its way. */
static void say_goodbye(mgi_mail *m)
{
	m->stage = MGI_STAGE_LINGER;
	mgi_talk_done_but(m->talk, MGI_LIFE_LINGERS);
}

static void gate(mgi_mail *m)
{
	if (!mgi_mail_watch(m, MGI_READ))
		return;
	m->stage = MGI_STAGE_GATE;
	mgi_mail_pause(m);
	mgi_talk_gate(m->talk);
}

static void keep(mgi_mail *m)
{
	if (!mgi_mail_watch(m, MGI_READ))
		return;
	m->stage = MGI_STAGE_KEPT;
	mgi_timer_stop(m->talk->loop, &m->timer);
	mgi_talk_done_but(m->talk, MGI_LIFE_KEPT);
}

/* Listen. True if something new is to be said to the dialogue. */
static bool listen_more(mgi_mail *m)
{
	size_t had = m->heard.len;
	int sys;
	mgi_io io;

	if (m->phase == MAILGUARD_PHASE_QUIT) {
		if (mgi_mail_watch(m, MGI_READ))
			say_goodbye(m);
		return false;
	}
	if (m->more)
		return true;
	io = MGI_IO_READ;
	if (m->ended)
		io = MGI_IO_END;
	else if (!m->dry)
		io = hear(m, &sys);
	if (io == MGI_IO_OK)
		return m->heard.len > had || m->heard.failed;
	if (io == MGI_IO_READ || io == MGI_IO_WRITE)
		(void)mgi_mail_watch(
			m, io == MGI_IO_READ ? MGI_READ : MGI_READ | MGI_WRITE);
	else
		lost(m, m->ended ? m->ended_sys : sys);
	return false;
}

/*
 * What came in clear behind the agreement is not TLS's: the dialogue hears it,
 * once, and none of it is left when the handshake begins. True to go on.
 */
static bool before_tls(mgi_mail *m)
{
	int sys;

	if (!m->clear_heard) {
		m->clear_heard = true;
		(void)hear(m, &sys);
		if (m->heard.len)
			return dialogue_step(m);
	}
	mgi_buf_cut(&m->heard, 0);
	mgi_mail_tls(m);
	return false;
}

/* All of `out` is sent: do what the dialogue wants. True to go on. */
static bool oblige(mgi_mail *m)
{
	switch (m->want) {
	case MGI_WANT_READ:
		return listen_more(m) && dialogue_step(m);
	case MGI_WANT_BODY:
		return dialogue_step(m);
	case MGI_WANT_TLS:
		return before_tls(m);
	case MGI_WANT_GATE:
		gate(m);
		return false;
	case MGI_WANT_KEEP:
		keep(m);
		return false;
	default:
		mgi_mail_finish(m);
		return false;
	}
}

/* Until it must wait, or others are due. */
static void move(mgi_mail *m)
{
	int rounds = ROUNDS, sys;

	do {
		mgi_io io = flush(m, &sys);

		if (io == MGI_IO_READ || io == MGI_IO_WRITE) {
			(void)mgi_mail_watch(
				m, m->ended ? MGI_WRITE : MGI_READ | MGI_WRITE);
			return;
		}
		if (io != MGI_IO_OK) {
			lost(m, sys);
			return;
		}
		if (!oblige(m))
			return;
	} while (--rounds);
	mgi_timer_set(m->talk->loop, &m->timer, 0); /* mail.c: its next turn */
}

void mgi_mail_round(mgi_mail *m)
{
	if (dialogue_step(m))
		move(m);
}

void mgi_mail_talk(mgi_mail *m)
{
	m->stage = MGI_STAGE_TALK;
	m->dry = !m->conn.tls;
	mgi_mail_round(m);
}

void mgi_mail_overhear(mgi_mail *m)
{
	mgi_io io = MGI_IO_OK;
	int sys;

	while (io == MGI_IO_OK && m->heard.len < OVERHEARD_MAX)
		io = hear(m, &sys);
	if (io == MGI_IO_READ || io == MGI_IO_WRITE)
		return;
	m->ended = io != MGI_IO_OK;
	m->ended_sys = io == MGI_IO_FAILED ? sys : 0;
	mgi_loop_unwatch(m->talk->loop, &m->watch);
}

void mgi_mail_talk_ready(mgi_mail *m, unsigned events)
{
	int sys;

	m->dry = false;
	/* Who cannot send may still hear why. */
	if ((events & (MGI_READ | MGI_HUP)) && m->sent < m->out.len &&
	    !m->ended && m->heard.len < OVERHEARD_MAX) {
		mgi_io io = hear(m, &sys);

		m->ended = io == MGI_IO_END || io == MGI_IO_FAILED;
		m->ended_sys = io == MGI_IO_FAILED ? sys : 0;
	}
	move(m);
}
