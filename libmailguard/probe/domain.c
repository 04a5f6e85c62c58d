/*
 * domain.c - one check of a domain as a value: made from what was heard, then
 * only looked at. It asks nobody: domain_run.c does.
 */
#include "probe/domain.h"

#include "base/fail.h"
#include "base/text.h"

/* A list ended by NULL, copied; each must pass `good`. */
static const char *const *list_copy(mgi_arena *a, const char *const *list)
{
	const char **own;
	size_t i, n = 0;

	if (!list)
		return NULL;
	while (list[n])
		n++;
	own = mgi_arena_array(a, n + 1, sizeof(*own));
	for (i = 0; own && i < n; i++)
		own[i] = mgi_arena_strdup(a, list[i]);
	return own;
}

static bool names_good(const char **bad, const char *const *list)
{
	char tidy[MGI_NAME_MAX];
	size_t i;

	for (i = 0; list && list[i]; i++) {
		*bad = list[i];
		if (!mgi_name_tidy(tidy, list[i]))
			return false;
	}
	return true;
}

static bool addresses_good(const char **bad, const char *const *list)
{
	mgi_ip ip;
	size_t i;

	for (i = 0; list && list[i]; i++) {
		*bad = list[i];
		if (!mgi_ip_read(&ip, mgi_span_of(list[i])))
			return false;
	}
	return true;
}

static mailguard_status options_take(mailguard_domain *d,
                                     const char *name,
                                     mailguard_error *err)
{
	mailguard_domain_options *o = &d->opts;
	char tidy[MGI_NAME_MAX];
	const char *bad = name;

	if (!mgi_name_tidy(tidy, name) || !names_good(&bad, o->selectors) ||
	    !names_good(&bad, o->dnsbls))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DOMAIN_BAD_NAME, "name", bad);
	if (!addresses_good(&bad, o->addresses))
		return mgi_fail(err, d->mg, MAILGUARD_EINVAL,
		                MGI_SAY_DOMAIN_BAD_ADDRESS, "address", bad);
	d->name = mgi_arena_strdup(d->arena, tidy);
	d->org = mgi_arena_strdup(d->arena, mgi_domain_org(tidy));
	o->selectors = list_copy(d->arena, o->selectors);
	o->addresses = list_copy(d->arena, o->addresses);
	o->resolvers = list_copy(d->arena, o->resolvers);
	o->dnsbls = list_copy(d->arena, o->dnsbls);
	o->ca_file = mgi_arena_strdup(d->arena, o->ca_file);
	o->dns_usec = o->dns_usec ? o->dns_usec : 5000000;
	o->total_usec = o->total_usec ? o->total_usec : 60000000;
	o->server_port = o->server_port ? o->server_port : 53;
	o->policy_port = o->policy_port ? o->policy_port : 443;
	return mgi_arena_failed(d->arena) ? mgi_fail_nomem(err) : MAILGUARD_OK;
}

mailguard_status mgi_domain_new(mailguard_domain **out,
                                mailguard *mg,
                                const char *name,
                                const mailguard_domain_options *opts,
                                mailguard_error *err)
{
	mgi_arena *arena;
	mailguard_domain *d;
	mailguard_status st;

	*out = NULL;
	if (!mg || !name)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what",
		                mg ? "name" : "handle");
	arena = mgi_arena_new(mg);
	d = arena ? mgi_arena_alloc(arena, sizeof(*d)) : NULL;
	if (!d) {
		mgi_arena_free(arena);
		return mgi_fail_nomem(err);
	}
	d->arena = arena;
	d->mg = mg;
	d->at = mgi_now(mg);
	d->work = mgi_arena_new(mg);
	d->zone = mgi_zone_new(mg);
	st = d->work && d->zone ? mgi_options_copy(&d->opts, sizeof(d->opts),
	                                           opts, mg, err)
	                        : mgi_fail_nomem(err);
	if (st == MAILGUARD_OK)
		st = options_take(d, name, err);
	if (st < 0) {
		mailguard_domain_free(d);
		return st;
	}
	*out = d;
	return MAILGUARD_OK;
}

void mailguard_domain_free(mailguard_domain *d)
{
	if (!d)
		return;
	mgi_zone_free(d->zone);
	mgi_arena_free(d->work);
	mgi_arena_free(d->arena);
}

static void evidence_put(mailguard_domain *d,
                         const mgi_domain_blame *b,
                         mailguard_outcome outcome)
{
	mailguard_evidence *v = &d->evidence[d->evidence_count++];

	*v = (mailguard_evidence)MAILGUARD_EVIDENCE_INIT;
	v->at = d->at;
	v->test = MAILGUARD_TEST_PROBE;
	v->outcome = outcome;
	v->phase = MAILGUARD_PHASE_DNS;
	v->server = d->name;
	v->where = b ? b->where : d->name;
	v->seen = b ? b->text : "";
	v->outgoing = b && b->outgoing;
	v->reason = b ? b->reason : 0;
	v->fault = b ? mailguard_reason_fault(b->reason) : 0;
}

static void evidence_make(mailguard_domain *d)
{
	const mgi_domain_blame *b;
	size_t n = 1;

	for (b = d->blamed; b; b = b->next)
		n++;
	d->evidence = mgi_arena_array(d->work, n, sizeof(*d->evidence));
	d->evidence_count = 0;
	if (!d->evidence)
		return;
	for (b = d->blamed; b; b = b->next)
		evidence_put(d, b, MAILGUARD_OUTCOME_FAIL);
	if (!d->blamed)
		evidence_put(d, NULL, MAILGUARD_OUTCOME_OK);
}

mailguard_status mgi_domain_weigh(mailguard_domain *d, mailguard_error *err)
{
	mgi_arena_empty(d->work);
	d->waiting = false;
	mgi_domain_look(d);
	evidence_make(d);
	if (mgi_arena_failed(d->work) || mgi_zone_failed(d->zone))
		return mgi_fail_nomem(err);
	return mgi_zone_wanted(d->zone) ? MAILGUARD_AGAIN : MAILGUARD_OK;
}

mailguard_status mailguard_domain_read(mailguard_domain **out,
                                       mailguard *mg,
                                       const char *name,
                                       mailguard_transcript *const *heard,
                                       size_t count,
                                       const mailguard_domain_options *opts,
                                       mailguard_error *err)
{
	mailguard_domain *d;
	mailguard_status st;
	size_t i;

	if (!out)
		return MAILGUARD_EINVAL;
	*out = NULL;
	st = mgi_domain_new(&d, mg, name, opts, err);
	if (st < 0)
		return st;
	for (i = 0; i < count && st == MAILGUARD_OK; i++)
		st = mgi_zone_learn(d->zone, heard[i], err);
	if (count && st == MAILGUARD_OK)
		d->at = mailguard_transcript_begin(heard[0]);
	while (st == MAILGUARD_OK) {
		st = mgi_domain_weigh(d, err);
		if (st != MAILGUARD_AGAIN)
			break;
		mgi_zone_give_up(d->zone);
		st = MAILGUARD_OK;
	}
	if (st < 0) {
		mailguard_domain_free(d);
		return st;
	}
	*out = d;
	return MAILGUARD_OK;
}

const char *mailguard_domain_name(const mailguard_domain *d)
{
	return d->name;
}

int mailguard_domain_ok(const mailguard_domain *d)
{
	return mgi_findings_worst(d->findings) <= MAILGUARD_SEVERITY_NOTE;
}

const mailguard_finding *mailguard_domain_finding(const mailguard_domain *d,
                                                  size_t i)
{
	return mgi_findings_at(d->findings, i);
}

const mailguard_evidence *mailguard_domain_evidence(const mailguard_domain *d,
                                                    size_t i)
{
	return i < d->evidence_count ? &d->evidence[i] : NULL;
}

mailguard_transcript *mailguard_domain_transcript(const mailguard_domain *d,
                                                  size_t i)
{
	return mgi_zone_transcript(d->zone, i);
}
