/*
 * times.c - how long each phase took.
 */
#include "probe/answer.h"

static void add(int64_t *to, const mailguard_step *s)
{
	int64_t took = s->end > s->begin ? s->end - s->begin : 0;

	*to = *to < 0 ? took : *to + took;
}

static int64_t *slot_of(mailguard_answer_times *t, mailguard_phase phase)
{
	switch (phase) {
	case MAILGUARD_PHASE_DNS:
		return &t->dns;
	case MAILGUARD_PHASE_CONNECT:
		return &t->connect;
	case MAILGUARD_PHASE_TLS:
		return &t->tls;
	case MAILGUARD_PHASE_GREETING:
		return &t->greeting;
	case MAILGUARD_PHASE_LOGIN:
		return &t->login;
	default:
		return NULL;
	}
}

void mgi_answer_times_of(mailguard_answer *a)
{
	mailguard_answer_times *t = &a->times;
	const mailguard_step *s;
	int64_t *slot;
	size_t i;

	t->dns = t->connect = t->tls = t->greeting = t->login = -1;
	t->total = 0;
	for (i = 0; (s = mailguard_transcript_step(a->heard, i)) != NULL; i++) {
		if (s->phase == MAILGUARD_PHASE_QUIT)
			continue;
		slot = slot_of(t, s->phase);
		if (slot)
			add(slot, s);
		if (s->end > t->total)
			t->total = s->end;
	}
}
