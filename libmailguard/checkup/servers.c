/*
 * servers.c - a checkup's steps on the network: servers as each account uses
 * them, and the providers' status pages.
 */
#include "checkup/checkup.h"

#include <string.h>

#include <mailguard/status.h>

#include "base/fail.h"
#include "base/text.h"
#include "checkup/here.h"
#include "checkup/silence.h"

/* Who has not answered by then is "pending" in the first verdict. */
#define PENDING_USEC INT64_C(10000000)
/* Of one page while the first verdict is due. */
#define PAGE_USEC INT64_C(5000000)

/* One thing to ask: what an account uses a server for. */
typedef struct use {
	const mailguard_account *account;
	const mailguard_server *server;
	bool outgoing;
} use;

/* Use number `i`, incoming before outgoing; false past the end. */
static bool use_at(use *out, const mailguard_checkup *c, size_t i)
{
	const mailguard_account *a;
	size_t n;

	for (n = 0; (a = mailguard_profile_account(c->profile, n)) != NULL;
	     n++) {
		const char *ids[2] = { a->server_in, a->server_out };
		size_t way;

		for (way = 0; way < 2; way++) {
			if (!ids[way] || i-- > 0)
				continue;
			out->account = a;
			out->server = mailguard_profile_server_of(c->profile,
			                                          ids[way]);
			out->outgoing = way == 1;
			return true;
		}
	}
	return false;
}

size_t mgi_checkup_servers(const mailguard_checkup *c)
{
	size_t n = 0;
	use u;

	while (use_at(&u, c, n))
		n++;
	return n;
}

static mailguard_endpoint endpoint_of(const use *u)
{
	mailguard_endpoint e = MAILGUARD_ENDPOINT_INIT;

	e.host = u->server->host;
	e.address = u->server->address;
	e.protocol = u->server->protocol;
	e.tls = u->server->tls;
	e.port = u->server->port;
	e.user = u->outgoing ? u->account->user_out : u->account->user_in;
	e.mechanism = u->outgoing ? u->account->auth_out : u->account->auth_in;
	if (e.mechanism && strcmp(e.mechanism, "oauth2") == 0)
		e.mechanism = NULL;
	return e;
}

/* Hand to the probe as many as it takes; each under its number as name. */
static mailguard_status ask_more(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_status st;
	use u;

	while (use_at(&u, c, c->asked)) {
		mailguard_endpoint e = endpoint_of(&u);

		st = mailguard_probe_add_named(
			c->probe, &e, mgi_u64(c->asked).text,
			!e.user      ? MAILGUARD_PHASE_CAPABILITIES
			: u.outgoing ? MAILGUARD_PHASE_LOGIN
				     : MAILGUARD_PHASE_NONE,
			err);
		if (st == MAILGUARD_AGAIN)
			return MAILGUARD_OK;
		if (st < 0)
			return st;
		c->asked++;
	}
	return MAILGUARD_OK;
}

/* The step is about this use of a server; what it came to, in words. */
static void use_tell(mailguard_checkup *c,
                     const use *u,
                     mgi_say_id row,
                     const char *why)
{
	c->step.target = u->server->id;
	c->step.account = u->account->id;
	c->step.outgoing = u->outgoing;
	mgi_say(&c->text, c->mg, row, "server", u->server->id, "host",
	        u->server->host, "account", u->account->id, "why",
	        why ? why : "");
}

/* Name it among what was not looked at. */
static mailguard_status use_unlooked(mailguard_checkup *c,
                                     const use *u,
                                     const char *why,
                                     mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	e.test = MAILGUARD_TEST_PROBE;
	e.server = u->server->id;
	e.account = u->account->id;
	e.outgoing = u->outgoing;
	return mgi_checkup_unlooked(c, &e, why, err);
}

/* A server that answers says nothing of a login nobody tried. */
static mailguard_status untested_take(mailguard_checkup *c,
                                      const use *u,
                                      mailguard_evidence *e,
                                      mailguard_error *err)
{
	mailguard_buffer why;
	mailguard_status st;

	use_tell(c, u, MGI_SAY_CHECKUP_SERVER_UNTESTED, NULL);
	e->account = NULL;
	st = mailguard_case_observe(c->seen, e, err);
	if (st < 0)
		return st;
	mgi_buf_init(&why, c->mg);
	mgi_say(&why, c->mg, MGI_SAY_CHECKUP_LOGIN_UNTESTED, "account",
	        u->account->address ? u->account->address : u->account->id);
	st = mgi_buf_status(&why, err);
	if (st >= 0)
		st = use_unlooked(c, u, mgi_buf_text(&why), err);
	mgi_buf_done(&why);
	return st;
}

static mailguard_status answer_take(mailguard_checkup *c,
                                    const mailguard_answer *a,
                                    mailguard_error *err)
{
	mailguard_evidence e = *mailguard_answer_evidence(a);
	mailguard_status st;
	uint64_t i = 0;
	use u;

	if (!mgi_span_u64(&i, mgi_span_of(mailguard_answer_name(a)),
	                  c->asked) ||
	    !use_at(&u, c, (size_t)i))
		return MAILGUARD_OK;
	e.account = u.account->id;
	e.server = u.server->id;
	e.provider = u.account->provider;
	e.outgoing = u.outgoing;
	c->answered[i] = true;
	st = mgi_checkup_clock(c, a, err);
	if (st >= 0 && !u.outgoing)
		st = mgi_checkup_inbox(c, u.account, a, err);
	if (st < 0)
		return st;
	c->step.outcome = e.outcome;
	if (mailguard_answer_ok(a) &&
	    mailguard_answer_login(a) == MAILGUARD_LOGIN_UNTESTED)
		return untested_take(c, &u, &e, err);
	if (mailguard_answer_ok(a))
		use_tell(c, &u, MGI_SAY_CHECKUP_SERVER_OK, NULL);
	else
		use_tell(c, &u, MGI_SAY_CHECKUP_SERVER_FAIL,
		         mailguard_reason_text(
				 c->mg, mailguard_answer_cause(a)->reason));
	return mailguard_case_observe(c->seen, &e, err);
}

/* A failure that says something of what was to be asked, not of us. */
static bool is_the_targets(mailguard_status st)
{
	return st == MAILGUARD_EINVAL || st == MAILGUARD_EFORMAT ||
	       st == MAILGUARD_EUNSUPPORTED;
}

/* A server that cannot even be asked is told; the others are asked. */
static mailguard_status target_pass_over(mailguard_checkup *c,
                                         const char *why,
                                         mailguard_error *err)
{
	use u;

	if (!use_at(&u, c, c->asked++))
		return MAILGUARD_OK;
	c->answered[c->asked - 1] = true;
	c->step.unlooked = 1;
	use_tell(c, &u, MGI_SAY_CHECKUP_SERVER_FAIL, why);
	return use_unlooked(c, &u, why, err);
}

bool mgi_checkup_all_answered(const mailguard_checkup *c)
{
	size_t i, n = mgi_checkup_servers(c);

	for (i = 0; i < n; i++)
		if (!c->answered[i])
			return false;
	return true;
}

/* One that has not answered: it is waited for, or left out for good. */
static mailguard_status silent_tell(mailguard_checkup *c,
                                    bool for_good,
                                    mailguard_error *err)
{
	bool *told = for_good ? c->answered : c->waited;
	size_t i;
	use u;

	for (i = 0; use_at(&u, c, i); i++)
		if (!c->answered[i] && !told[i])
			break;
	if (!use_at(&u, c, i))
		return MAILGUARD_ITEROVER;
	told[i] = true;
	c->step.unlooked = for_good;
	c->passing = !for_good;
	use_tell(c, &u,
	         for_good ? MGI_SAY_CHECKUP_SERVER_LEFT
	                  : MGI_SAY_CHECKUP_SERVER_PENDING,
	         mgi_checkup_time_up(c));
	return for_good ? use_unlooked(c, &u, mgi_checkup_time_up(c), err)
	                : MAILGUARD_OK;
}

/* The next answer; AGAIN when the time for it is up. */
static mailguard_status answer_wait(mailguard_answer **out,
                                    mailguard_checkup *c,
                                    int64_t until,
                                    mailguard_error *err)
{
	mailguard_progress at = { c->step.done, c->step.total, NULL };
	mailguard_status st;

	at.what = mgi_say_raw(mgi_lang_of(c->mg), MGI_SAY_CHECKUP_WAITING);
	do {
		st = mailguard_probe_next(out, c->probe, 100000, err);
		if (st == MAILGUARD_AGAIN && !mgi_checkup_goes_on(c, &at))
			return mgi_fail(err, c->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
		if (st == MAILGUARD_AGAIN &&
		    (mgi_checkup_over(c) || mgi_checkup_elapsed(c) >= until))
			return st;
	} while (st == MAILGUARD_AGAIN);
	return st;
}

static mailguard_status server_step(mailguard_checkup *c,
                                    int64_t until,
                                    mailguard_error *err)
{
	mailguard_answer *a;
	mailguard_error own;
	mailguard_status st;

	if (mgi_checkup_over(c))
		return silent_tell(c, true, err);
	st = ask_more(c, &own);
	if (is_the_targets(st))
		return target_pass_over(c, own.message, err);
	if (st < 0) {
		if (err)
			*err = own;
		return st;
	}
	st = answer_wait(&a, c, until, err);
	if (st == MAILGUARD_AGAIN)
		return silent_tell(c, mgi_checkup_over(c), err);
	if (st != MAILGUARD_OK)
		return st;
	st = answer_take(c, a, err);
	mailguard_answer_free(a);
	return st;
}

mailguard_status mgi_checkup_server(mailguard_checkup *c, mailguard_error *err)
{
	return server_step(c, c->stage_began + PENDING_USEC, err);
}

mailguard_status mgi_checkup_late(mailguard_checkup *c, mailguard_error *err)
{
	return server_step(c, INT64_MAX, err);
}

/* Our servers of one provider, as what its page may name; NULL: no memory. */
static const mailguard_subject *subjects_of(size_t *count,
                                            const mailguard_checkup *c,
                                            const mailguard_provider *p)
{
	static const mailguard_subject none = MAILGUARD_SUBJECT_INIT;
	const mailguard_server *s;
	mailguard_subject *out;
	size_t i, n = 0;

	while (mailguard_profile_server(c->profile, n))
		n++;
	out = mgi_arena_array(c->arena, n + 1, sizeof(*out));
	n = 0;
	for (i = 0;
	     out && (s = mailguard_profile_server(c->profile, i)) != NULL;
	     i++) {
		if (!s->provider || strcmp(s->provider, p->id) != 0)
			continue;
		out[n] = none;
		out[n].host = s->host;
		out[n++].provider = p->id;
	}
	*count = n;
	return out;
}

static mgi_say_id page_row(mailguard_outcome outcome)
{
	switch (outcome) {
	case MAILGUARD_OUTCOME_OK:
		return MGI_SAY_CHECKUP_PAGE_OK;
	case MAILGUARD_OUTCOME_INCIDENT:
		return MGI_SAY_CHECKUP_PAGE_INCIDENT;
	case MAILGUARD_OUTCOME_MAINTENANCE:
		return MGI_SAY_CHECKUP_PAGE_MAINT;
	default:
		return MGI_SAY_CHECKUP_PAGE_UNKNOWN;
	}
}

static void page_tell(mailguard_checkup *c,
                      const mailguard_provider *p,
                      mailguard_outcome outcome)
{
	c->step.target = p->id;
	c->step.outcome = outcome;
	mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_PAGE, "provider",
	        p->name ? p->name : p->id, "what",
	        mgi_say_raw(mgi_lang_of(c->mg), page_row(outcome)));
}

/* Name it among what was not looked at; NULL: it cannot be read. */
static mailguard_status page_leave_out(mailguard_checkup *c,
                                       const mailguard_provider *p,
                                       const char *why,
                                       mailguard_error *err)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;

	page_tell(c, p, MAILGUARD_OUTCOME_UNKNOWN);
	c->step.unlooked = 1;
	e.test = MAILGUARD_TEST_STATUS;
	e.provider = p->id;
	return mgi_checkup_unlooked(
		c, &e,
		why ? why
		    : mgi_say_raw(mgi_lang_of(c->mg),
	                          MGI_SAY_CHECKUP_PAGE_UNKNOWN),
		err);
}

static mailguard_status page_read(mailguard_checkup *c,
                                  const mailguard_provider *p,
                                  mailguard_error *err)
{
	mailguard_incidents_options opts = MAILGUARD_INCIDENTS_OPTIONS_INIT;
	mailguard_net_options net;
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const mailguard_subject *subjects;
	mailguard_incidents *list;
	mailguard_status st;
	size_t n;

	subjects = subjects_of(&n, c, p);
	if (!subjects)
		return mgi_fail_nomem(err);

	memset(&net, 0, sizeof(net));
	net.size = sizeof(net);
	net.ca_file = c->probe_opts.ca_file;
	net.resolver = c->probe_opts.resolver;
	net.total_usec = c->probe_opts.total_usec;
	if (!net.total_usec || net.total_usec > mgi_checkup_left(c, PAGE_USEC))
		net.total_usec = mgi_checkup_left(c, PAGE_USEC);
	opts.net = &net;
	opts.provider = p->id;
	st = mailguard_incidents_fetch(&list, c->mg, p->status, &opts, err);
	if (is_the_targets(st))
		return page_leave_out(c, p, NULL, err);
	if (st < 0)
		return st;
	mailguard_incidents_overall(&e, list, subjects, n);
	e.provider = p->id;
	page_tell(c, p, e.outcome);
	c->step.unlooked = e.outcome == MAILGUARD_OUTCOME_UNKNOWN;
	st = mailguard_case_observe(c->seen, &e, err);
	mailguard_incidents_free(list);
	return st;
}

mailguard_status mgi_checkup_page(mailguard_checkup *c, mailguard_error *err)
{
	const mailguard_provider *p;

	do {
		p = mailguard_profile_provider(c->profile, c->at++);
		if (!p)
			return MAILGUARD_ITEROVER;
	} while (!p->status);
	if (mgi_checkup_over(c))
		return page_leave_out(c, p, mgi_checkup_time_up(c), err);
	return page_read(c, p, err);
}
