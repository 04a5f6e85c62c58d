/*
 * link.c - what a step tells that got no answer: names that do not resolve,
 * connections refused, silence, and lines cut.
 */
#include "base/text.h"
#include "probe/answer.h"

#include <errno.h>

enum { SERVFAIL = 2 }; /* RFC 1035, 4.1.1 */

/* What silence means in each phase, and what it means to hang up. */
static const struct {
	mailguard_phase phase;
	mailguard_reason silent, closed;
} by_phase[] = {
	{ MAILGUARD_PHASE_DNS, MAILGUARD_REASON_DNS_TIMEOUT,
	  MAILGUARD_REASON_RESOLVER_FAILED },
	{ MAILGUARD_PHASE_CONNECT, MAILGUARD_REASON_CONNECT_TIMEOUT,
	  MAILGUARD_REASON_CONNECTION_CLOSED },
	{ MAILGUARD_PHASE_GREETING, MAILGUARD_REASON_GREETING_STALLED,
	  MAILGUARD_REASON_GREETING_CLOSED },
	{ MAILGUARD_PHASE_CAPABILITIES, MAILGUARD_REASON_CAPABILITIES_STALLED,
	  MAILGUARD_REASON_SERVER_CLOSED },
	{ MAILGUARD_PHASE_STARTTLS, MAILGUARD_REASON_STARTTLS_STALLED,
	  MAILGUARD_REASON_SERVER_CLOSED },
	{ MAILGUARD_PHASE_TLS, MAILGUARD_REASON_TLS_HANDSHAKE_STALLED,
	  MAILGUARD_REASON_TLS_CLOSED },
	{ MAILGUARD_PHASE_LOGIN, MAILGUARD_REASON_LOGIN_STALLED,
	  MAILGUARD_REASON_SERVER_CLOSED },
	{ MAILGUARD_PHASE_COMMAND, MAILGUARD_REASON_COMMAND_STALLED,
	  MAILGUARD_REASON_SERVER_CLOSED },
	{ 0, MAILGUARD_REASON_DATA_STALLED, MAILGUARD_REASON_SERVER_CLOSED },
};

const mailguard_step *mgi_step_last(const mailguard_transcript *t)
{
	const mailguard_step *s, *last = NULL;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		if (s->phase != MAILGUARD_PHASE_QUIT)
			last = s;
	return last;
}

const mailguard_step *mgi_step_of(const mailguard_transcript *t,
                                  mailguard_phase phase)
{
	const mailguard_step *s, *last = NULL;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		if (s->phase == phase)
			last = s;
	return last;
}

bool mgi_step_refused(const mailguard_step *s)
{
	return s->answer == MAILGUARD_REPLY_TEMPORARY ||
	       s->answer == MAILGUARD_REPLY_PERMANENT ||
	       s->answer == MAILGUARD_REPLY_BYE;
}

/* How much a failed connection tells beside those to other addresses. */
static int telling(const mailguard_step *s)
{
	if (s->sys == ECONNREFUSED)
		return 3;
	return s->timed_out || s->sys == ETIMEDOUT ? 2 : 1;
}

/* Of a host whose every address failed: a machine that refuses says more than
   a family of addresses that cannot be reached from here. */
static const mailguard_step *best_connect(const mailguard_transcript *t)
{
	const mailguard_step *s, *best = NULL;
	size_t i;

	for (i = 0; (s = mailguard_transcript_step(t, i)) != NULL; i++)
		if (s->phase == MAILGUARD_PHASE_CONNECT &&
		    (s->sys || s->timed_out) &&
		    (!best || telling(s) >= telling(best)))
			best = s;
	return best;
}

/* A port meant for TLS from the first byte waits for us to begin. */
static bool waits_for_tls(const mailguard_answer *a)
{
	const mailguard_endpoint *e = mailguard_answer_endpoint(a);
	int32_t port = mailguard_endpoint_port(e);

	return e->tls != MAILGUARD_TLS_IMPLICIT &&
	       (port == 465 || port == 993 || port == 995);
}

static void blame_silence(mailguard_answer *a, const mailguard_step *s)
{
	size_t i = 0;

	while (by_phase[i].phase && by_phase[i].phase != s->phase)
		i++;
	if (!s->timed_out)
		mgi_blame(a, s->phase, by_phase[i].closed);
	else if (s->phase == MAILGUARD_PHASE_GREETING && waits_for_tls(a))
		mgi_blame(a, s->phase, MAILGUARD_REASON_WRONG_TLS_MODE);
	else if (s->phase >= MAILGUARD_PHASE_GREETING &&
	         s->phase != MAILGUARD_PHASE_TLS && s->heard_bytes)
		mgi_blame(a, s->phase, MAILGUARD_REASON_REPLY_SLOW);
	else
		mgi_blame(a, s->phase, by_phase[i].silent);
}

/* What a resolver says of its failure, by the numbers of RFC 8914. */
static const struct {
	int64_t why;
	mailguard_reason reason;
} failures[] = {
	{ 6, MAILGUARD_REASON_DNSSEC_BOGUS },
	{ 7, MAILGUARD_REASON_DNSSEC_BOGUS },  /* signature expired */
	{ 8, MAILGUARD_REASON_DNSSEC_BOGUS },  /* not yet valid */
	{ 9, MAILGUARD_REASON_DNSSEC_BOGUS },  /* no key */
	{ 10, MAILGUARD_REASON_DNSSEC_BOGUS }, /* no signature */
	{ 12, MAILGUARD_REASON_DNSSEC_BOGUS }, /* no NSEC */
	{ 22, MAILGUARD_REASON_LAME_DELEGATION },
	{ 23, MAILGUARD_REASON_RESOLVER_FAILED }, /* the network between */
};

/* A line of what was heard: "A SERVFAIL 0 why 22 from 192.0.2.53:53". */
static mailguard_reason why_of(const mailguard_step *s)
{
	ptrdiff_t at = mgi_span_find_nocase(s->heard, " why ");
	mailguard_span number;
	uint64_t why;
	size_t i;

	if (at < 0)
		return 0;
	number = mgi_span_from(s->heard, (size_t)at + 5);
	for (i = 0; i < number.len && number.data[i] != ' '; i++)
		;
	if (!mgi_span_u64(&why, mgi_span_head(number, i), 65535))
		return 0;
	for (i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].why == (int64_t)why)
			return failures[i].reason;
	return 0;
}

static mailguard_status blame_name(const mgi_reader *r, const mailguard_step *s)
{
	mailguard_reason why = why_of(s);

	if (s->code == SERVFAIL && why)
		mgi_blame(r->a, s->phase, why);
	if (s->code)
		return mgi_blame_code(r, s->phase, "dns", s->code,
		                      MAILGUARD_REASON_RESOLVER_FAILED);
	mgi_blame(r->a, s->phase,
	          s->sys ? MAILGUARD_REASON_RESOLVER_FAILED
	                 : MAILGUARD_REASON_DNS_NO_ADDRESS);
	return MAILGUARD_OK;
}

mailguard_status mgi_read_link(const mgi_reader *r, const mailguard_step *s)
{
	if (s->phase == MAILGUARD_PHASE_CONNECT) {
		const mailguard_step *best = best_connect(r->t);

		s = best ? best : s;
	}
	if (s->timed_out || s->closed == 1) {
		blame_silence(r->a, s);
		return MAILGUARD_OK;
	}
	if (s->phase == MAILGUARD_PHASE_DNS)
		return blame_name(r, s);
	if (s->sys || s->closed)
		return mgi_blame_code(r, s->phase, "errno",
		                      s->sys ? s->sys : ECONNRESET,
		                      MAILGUARD_REASON_CONNECTION_RESET);
	return MAILGUARD_OK;
}
