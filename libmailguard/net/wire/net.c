/*
 * net.c - the pull loop: steps until there is something to tell.
 *
 * A talk RUNS until its runner says that it is done; it is then told, and
 * freed once it is told and OVER. Nothing is freed from inside a callback of
 * the loop: mgi_net_tidy() does it between steps.
 */
#include <string.h>

#include "base/fail.h"
#include "base/handle.h"
#include "net/wire/net_own.h"

/* So often a wait looks whether it was interrupted. The flag is all that a
   signal handler may touch, so there is nothing that could wake us. */
#define LOOK_USEC 40000

bool mgi_net_enter(mailguard_net *net, mailguard_error *err)
{
	mgi_error_clear(err);
	if (!atomic_flag_test_and_set_explicit(&net->busy,
	                                       memory_order_acquire))
		return true;
	(void)mgi_fail(err, net->mg, MAILGUARD_EBUSY, MGI_SAY_NET_BUSY);
	return false;
}

void mgi_net_leave(mailguard_net *net)
{
	mgi_loop_nudge(net->loop, net->told_next != NULL);
	atomic_flag_clear_explicit(&net->busy, memory_order_release);
}

/* -- the list of talks ---------------------------------------------------- */

void mgi_talk_add(mailguard_talk *talk)
{
	mailguard_net *net = talk->net;

	talk->next = NULL;
	talk->back = net->last;
	if (net->last)
		net->last->next = talk;
	else
		net->talks = talk;
	net->last = talk;
	net->count++;
}

void mgi_talk_remove(mailguard_talk *talk)
{
	mailguard_net *net = talk->net;

	if (talk->back)
		talk->back->next = talk->next;
	else
		net->talks = talk->next;
	if (talk->next)
		talk->next->back = talk->back;
	else
		net->last = talk->back;
	net->count--;
}

/* Its runner has let go, or does so now. */
void mgi_talk_free(mailguard_talk *talk)
{
	if (talk->own)
		talk->runner->drop(talk);
	mgi_script_free(talk->script);
	mailguard_transcript_free(talk->transcript);
	mgi_arena_free(talk->arena);
	mgi_free(talk->mg, talk);
}

static void bury(mailguard_talk *talk)
{
	mgi_talk_remove(talk);
	mgi_talk_free(talk);
}

void mgi_net_tidy(mailguard_net *net)
{
	mailguard_talk *talk = net->telling;

	net->telling = NULL;
	/* What was told of a gate may have something new to tell by now. */
	if (talk && !talk->event) {
		mailguard_transcript_free(talk->transcript);
		talk->transcript = NULL;
		if (talk->life == MGI_LIFE_OVER)
			bury(talk);
	}
	while (net->dead) {
		talk = net->dead;
		net->dead = talk->then;
		bury(talk);
	}
}

/* -- what runners tell ---------------------------------------------------- */

static void event_add(mailguard_talk *talk, int32_t kind)
{
	mailguard_net *net = talk->net;
	bool waiting = talk->event != 0;

	talk->event = kind;
	if (waiting)
		return; /* in its turn already; a gate is no news any more */
	talk->then = NULL;
	if (net->told_last)
		net->told_last->then = talk;
	else
		net->told_next = talk;
	net->told_last = talk;
}

void mgi_talk_done_but(mailguard_talk *talk, mgi_life life)
{
	mgi_script *script = talk->script;

	talk->script = NULL;
	talk->life = life;
	talk->gated = false;
	talk->net->running--;
	if (talk->no_memory)
		mgi_script_free(script);
	else
		(void)mgi_script_finish(&talk->transcript, script, NULL);
	event_add(talk, MAILGUARD_EVENT_DONE);
}

void mgi_talk_done(mailguard_talk *talk)
{
	mgi_talk_done_but(talk, MGI_LIFE_OVER);
}

void mgi_talk_over(mailguard_talk *talk)
{
	mailguard_net *net = talk->net;

	if (talk->life == MGI_LIFE_OVER)
		return;
	talk->life = MGI_LIFE_OVER;
	if (talk->event || talk == net->telling)
		return; /* freed once that is told */
	talk->then = net->dead;
	net->dead = talk;
}

void mgi_talk_gate(mailguard_talk *talk)
{
	talk->gated = true;
	event_add(talk, MAILGUARD_EVENT_GATE);
}

/* -- the loop ------------------------------------------------------------- */

static void tell(const mailguard_event **out, mailguard_net *net)
{
	mailguard_talk *talk = net->told_next;

	net->told_next = talk->then;
	if (!net->told_next)
		net->told_last = NULL;
	net->event.kind = talk->event;
	net->event.talk = talk;
	net->event.tag = talk->tag;
	net->event.transcript = talk->transcript;
	talk->event = 0;
	net->telling = talk;
	*out = &net->event;
}

/* How long to wait now, of `left`. */
static int64_t slice(int64_t left)
{
	return left >= 0 && left < LOOK_USEC ? left : LOOK_USEC;
}

static mailguard_status run(const mailguard_event **out,
                            mailguard_net *net,
                            int64_t usec,
                            mailguard_error *err)
{
	int64_t begun = mgi_ticks(net->mg), left = usec;

	for (;;) {
		mailguard_status st;

		if (mgi_interrupted(net->mg))
			return mgi_fail(err, net->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
		if (net->told_next) {
			tell(out, net);
			return MAILGUARD_OK;
		}
		/* With nothing running, goodbyes are waited for by nobody. */
		st = mgi_loop_step(net->loop, net->running ? slice(left) : 0,
		                   err);
		if (st < 0)
			return st;
		if (net->told_next)
			continue;
		mgi_net_tidy(net);
		if (!net->running)
			return MAILGUARD_ITEROVER;
		if (usec < 0)
			continue;
		left = begun + usec - mgi_ticks(net->mg);
		if (left <= 0)
			return MAILGUARD_AGAIN;
	}
}

mailguard_status mailguard_net_next(const mailguard_event **out,
                                    mailguard_net *net,
                                    int64_t usec,
                                    mailguard_error *err)
{
	mailguard_status st;

	*out = NULL;
	if (!mgi_net_enter(net, err))
		return MAILGUARD_EBUSY;
	mgi_net_tidy(net);
	st = run(out, net, usec, err);
	mgi_net_leave(net);
	return st;
}

int mailguard_net_fd(const mailguard_net *net)
{
	return mgi_loop_fd(net->loop);
}

int64_t mailguard_net_timeout(const mailguard_net *net)
{
	return mgi_loop_timeout(net->loop);
}

mailguard_status mailguard_talk_go(mailguard_talk *talk, mailguard_error *err)
{
	mailguard_net *net = talk->net;
	mailguard_status st = MAILGUARD_OK;

	if (!mgi_net_enter(net, err))
		return MAILGUARD_EBUSY;
	mgi_loop_touch(net->loop);
	if (talk->event || !talk->gated) {
		st = mgi_fail(err, net->mg, MAILGUARD_EINVAL,
		              MGI_SAY_TALK_NO_GATE);
	} else {
		talk->gated = false;
		talk->runner->go(talk);
	}
	mgi_net_leave(net);
	return st;
}

void mailguard_talk_stop(mailguard_talk *talk)
{
	mailguard_net *net = talk->net;

	if (!mgi_net_enter(net, NULL))
		return;
	mgi_loop_touch(net->loop);
	if (talk->life == MGI_LIFE_RUNS && !talk->runner->stop) {
		talk->runner->drop(talk);
		talk->own = NULL;
		mgi_talk_done(talk);
	} else if (talk->life == MGI_LIFE_RUNS || talk->life == MGI_LIFE_KEPT) {
		talk->runner->stop(talk);
	}
	mgi_net_leave(net);
}
