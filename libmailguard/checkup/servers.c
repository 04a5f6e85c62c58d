/*
 * servers.c - a checkup's steps on the network: servers as each account uses
 * them, and the providers' status pages.
 */
#include "checkup/checkup.h"

#include <string.h>

#include <mailguard/status.h>

#include "base/fail.h"
#include "base/text.h"

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
			e.user ? MAILGUARD_PHASE_LOGIN
			       : MAILGUARD_PHASE_CAPABILITIES,
			err);
		if (st == MAILGUARD_AGAIN)
			return MAILGUARD_OK;
		if (st < 0)
			return st;
		c->asked++;
	}
	return MAILGUARD_OK;
}

static mailguard_status answer_take(mailguard_checkup *c,
                                    const mailguard_answer *a,
                                    mailguard_error *err)
{
	mailguard_evidence e = *mailguard_answer_evidence(a);
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
	c->step.target = u.server->id;
	c->step.account = u.account->id;
	c->step.outgoing = u.outgoing;
	c->step.outcome = e.outcome;
	if (mailguard_answer_ok(a))
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_SERVER_OK, "server",
		        u.server->id, "host", u.server->host, "account",
		        u.account->id);
	else
		mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_SERVER_FAIL, "server",
		        u.server->id, "host", u.server->host, "account",
		        u.account->id, "why",
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
static void target_pass_over(mailguard_checkup *c, const mailguard_error *why)
{
	use u;

	if (!use_at(&u, c, c->asked++))
		return;
	c->step.target = u.server->id;
	c->step.account = u.account->id;
	c->step.outgoing = u.outgoing;
	c->step.outcome = MAILGUARD_OUTCOME_UNKNOWN;
	mgi_say(&c->text, c->mg, MGI_SAY_CHECKUP_SERVER_FAIL, "server",
	        u.server->id, "host", u.server->host, "account", u.account->id,
	        "why", why->message);
}

mailguard_status mgi_checkup_server(mailguard_checkup *c, mailguard_error *err)
{
	mailguard_error own;
	mailguard_answer *a;
	mailguard_status st;

	st = ask_more(c, &own);
	if (is_the_targets(st)) {
		target_pass_over(c, &own);
		return MAILGUARD_OK;
	}
	if (st < 0) {
		if (err)
			*err = own;
		return st;
	}
	do {
		st = mailguard_probe_next(&a, c->probe, 100000, err);
		if (st == MAILGUARD_AGAIN && mgi_interrupted(c->mg))
			return mgi_fail(err, c->mg, MAILGUARD_ECANCELLED,
			                MGI_SAY_WORK_CANCELLED);
	} while (st == MAILGUARD_AGAIN);
	if (st != MAILGUARD_OK)
		return st;
	st = answer_take(c, a, err);
	mailguard_answer_free(a);
	return st;
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
	opts.net = &net;
	opts.provider = p->id;
	st = mailguard_incidents_fetch(&list, c->mg, p->status, &opts, err);
	if (is_the_targets(st)) {
		page_tell(c, p, MAILGUARD_OUTCOME_UNKNOWN);
		return MAILGUARD_OK;
	}
	if (st < 0)
		return st;
	mailguard_incidents_overall(&e, list, subjects, n);
	e.provider = p->id;
	page_tell(c, p, e.outcome);
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
	return page_read(c, p, err);
}
