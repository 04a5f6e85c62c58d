/*
 * match.c - does it touch me? By hosts first, for they are the surest, then
 * by provider and service. In doubt the answer is maybe, never no.
 */
#include <string.h>

#include "status/hosts.h"
#include "status/incidents.h"

#define MAIL_BITS                                                              \
 (MAILGUARD_INCIDENT_SMTP | MAILGUARD_INCIDENT_POP | MAILGUARD_INCIDENT_IMAP | \
  MAILGUARD_INCIDENT_WEBMAIL | MAILGUARD_INCIDENT_DNS)

typedef mailguard_incident_touch touch;

static touch say(mailguard_incident_touches touches,
                 mailguard_incident_why why,
                 const char *seen)
{
	return (touch){ touches, why, 0, seen ? seen : "" };
}

/* -1 different, 0 not known, 1 the same. */
static int same_provider(const mailguard_incident *i,
                         const mailguard_subject *s)
{
	if (!*i->provider || !s->provider || !*s->provider)
		return 0;
	return mgi_strcmp_nocase(i->provider, s->provider) == 0 ? 1 : -1;
}

static bool names_addresses(const mailguard_incident *i)
{
	const char *const *h;

	for (h = i->hosts; *h; h++)
		if (mgi_is_digit((unsigned char)**h))
			return true;
	return false;
}

/* The best fit of one name of mine with any host of theirs. */
static mgi_host_fit best_fit(const char **seen,
                             const mailguard_incident *i,
                             const char *mine)
{
	mgi_host_fit best = MGI_HOST_OTHER, fit;
	bool foreign = false;
	const char *const *h;

	*seen = *i->hosts;
	for (h = i->hosts; *h; h++) {
		fit = mgi_host_match(*h, mine);
		foreign = foreign || fit == MGI_HOST_FOREIGN;
		if (fit > MGI_HOST_FOREIGN && fit > best) {
			best = fit;
			*seen = *h;
		}
	}
	return best == MGI_HOST_OTHER && foreign ? MGI_HOST_FOREIGN : best;
}

static bool by_address(touch *out,
                       const mailguard_incident *i,
                       const mailguard_subject *s)
{
	const char *const *a;
	const char *seen;

	for (a = s->addresses; a && *a; a++) {
		if (mgi_host_mentioned(i->title, *a) ||
		    mgi_host_mentioned(i->body, *a)) {
			*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
			           MAILGUARD_INCIDENT_WHY_ADDRESS, *a);
			return true;
		}
		if (*i->hosts && best_fit(&seen, i, *a) >= MGI_HOST_RANGE) {
			*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
			           MAILGUARD_INCIDENT_WHY_ADDRESS, seen);
			return true;
		}
	}
	return false;
}

static bool by_mention(touch *out,
                       const mailguard_incident *i,
                       const char *host)
{
	size_t k;
	bool found = mgi_host_mentioned(i->title, host) ||
	             mgi_host_mentioned(i->body, host);

	for (k = 0; !found && k < i->update_count; k++)
		found = mgi_host_mentioned(i->updates[k].text, host);
	if (found)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
		           MAILGUARD_INCIDENT_WHY_HOST_NAMED, host);
	return found;
}

/* A first label alone ("mail1") is anybody's but at the same provider. */
static bool by_fit(touch *out, mgi_host_fit fit, const char *seen, int provider)
{
	bool range = strstr(seen, "..") || strstr(seen, ".*");

	if (fit == MGI_HOST_LABEL && provider > 0)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
		           range ? MAILGUARD_INCIDENT_WHY_HOST_IN_RANGE
		                 : MAILGUARD_INCIDENT_WHY_HOST_NAMED,
		           seen);
	else if (fit == MGI_HOST_LABEL && provider == 0)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
		           MAILGUARD_INCIDENT_WHY_WHOSE_PAGE, seen);
	else if (fit == MGI_HOST_RANGE)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
		           MAILGUARD_INCIDENT_WHY_HOST_IN_RANGE, seen);
	else if (fit == MGI_HOST_SAME)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_YES,
		           MAILGUARD_INCIDENT_WHY_HOST_NAMED, seen);
	else
		return false;
	return true;
}

/* Hosts are told, and none is known to be mine. */
static touch not_mine(const mailguard_incident *i,
                      const mailguard_subject *s,
                      mgi_host_fit fit,
                      const char *seen)
{
	bool mine_known = s->host && *s->host;

	if (mine_known && fit == MGI_HOST_OTHER)
		return say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_OTHER_HOSTS, seen);
	if (!mine_known && s->addresses && *s->addresses && names_addresses(i))
		return say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_OTHER_HOSTS, seen);
	return say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
	           MAILGUARD_INCIDENT_WHY_HOST_UNKNOWN, seen);
}

static touch by_service(const mailguard_incident *i,
                        const mailguard_subject *s,
                        int provider)
{
	uint32_t mine = s->services ? s->services : MAIL_BITS;
	const char *seen = *i->components ? *i->components : i->title;

	if (i->services && !(i->services & mine))
		return say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_OTHER_SERVICE, seen);
	if (provider == 0)
		return say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
		           MAILGUARD_INCIDENT_WHY_WHOSE_PAGE, seen);
	if (!i->services)
		return say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
		           MAILGUARD_INCIDENT_WHY_NOT_SAID, seen);
	if (i->partly)
		return say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
		           MAILGUARD_INCIDENT_WHY_PARTLY, seen);
	return say(MAILGUARD_INCIDENT_TOUCHES_YES,
	           MAILGUARD_INCIDENT_WHY_SERVICE, seen);
}

static touch match_one(const mailguard_incident *i, const mailguard_subject *s)
{
	int provider = same_provider(i, s);
	mgi_host_fit fit = MGI_HOST_FOREIGN;
	const char *seen = *i->hosts ? *i->hosts : "";
	touch out, service;

	if (i->kind == MAILGUARD_INCIDENT_KIND_INFO)
		return say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_INFORMATION, i->title);
	if (s->host && *s->host) {
		if (*i->hosts)
			fit = best_fit(&seen, i, s->host);
		if (by_fit(&out, fit, seen, provider) ||
		    by_mention(&out, i, s->host))
			return out;
	}
	if (by_address(&out, i, s))
		return out;
	if (provider < 0)
		return say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_OTHER_PROVIDER, i->provider);
	service = by_service(i, s, provider);
	if (!*i->hosts || !service.touches)
		return service;
	return not_mine(i, s, fit, seen);
}

void mailguard_incident_match(mailguard_incident_touch *out,
                              const mailguard_incident *incident,
                              const mailguard_subject *subjects,
                              size_t count)
{
	size_t k;

	*out = say(MAILGUARD_INCIDENT_TOUCHES_MAYBE,
	           MAILGUARD_INCIDENT_WHY_NONE, "");
	if (!count && incident->kind == MAILGUARD_INCIDENT_KIND_INFO)
		*out = say(MAILGUARD_INCIDENT_TOUCHES_NO,
		           MAILGUARD_INCIDENT_WHY_INFORMATION, incident->title);
	for (k = 0; k < count; k++) {
		touch t = match_one(incident, &subjects[k]);

		t.subject = k;
		if (k == 0 || t.touches > out->touches)
			*out = t;
	}
}

/* Worst first: what goes on, what is planned and goes on, what is unclear. */
static int rank(const mailguard_incident *i, const touch *t)
{
	bool planned = i->kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE;

	if (!t->touches)
		return 0;
	if (i->when == MAILGUARD_INCIDENT_WHEN_UNKNOWN)
		return 1;
	if (i->when != MAILGUARD_INCIDENT_WHEN_NOW)
		return 0;
	return (planned ? 2 : 4) +
	       (t->touches == MAILGUARD_INCIDENT_TOUCHES_YES);
}

static mailguard_outcome outcome_of(const mailguard_incidents *list, int worst)
{
	if (worst >= 4)
		return MAILGUARD_OUTCOME_INCIDENT;
	if (worst >= 2)
		return MAILGUARD_OUTCOME_MAINTENANCE;
	if (worst || !list->page.readable || !list->page.complete)
		return MAILGUARD_OUTCOME_UNKNOWN;
	return MAILGUARD_OUTCOME_OK;
}

static void blame(mailguard_evidence *e, const mailguard_incident *i)
{
	e->seen = i->title;
	e->where = *i->url ? i->url : i->source_url;
	if (e->outcome == MAILGUARD_OUTCOME_INCIDENT) {
		e->fault = MAILGUARD_FAULT_SERVER_OUTAGE;
		e->reason = MAILGUARD_REASON_SERVER_OUTAGE;
	} else if (e->outcome == MAILGUARD_OUTCOME_MAINTENANCE) {
		e->fault = MAILGUARD_FAULT_PROVIDER_MAINTENANCE;
		e->reason = MAILGUARD_REASON_MAINTENANCE_RUNNING;
	}
}

void mailguard_incidents_overall(mailguard_evidence *out,
                                 const mailguard_incidents *list,
                                 const mailguard_subject *subjects,
                                 size_t count)
{
	mailguard_evidence e = MAILGUARD_EVIDENCE_INIT;
	const mailguard_incident *decides = NULL;
	const char *provider = count ? subjects[0].provider : NULL;
	int worst = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		touch t;
		int r;

		mailguard_incident_match(&t, list->at[i], subjects, count);
		r = rank(list->at[i], &t);
		if (r <= worst)
			continue;
		worst = r;
		decides = list->at[i];
		if (count)
			provider = subjects[t.subject].provider;
	}
	e.test = MAILGUARD_TEST_STATUS;
	e.at = list->page.fetched_at;
	e.provider = provider && *provider ? provider : list->page.provider;
	e.outcome = outcome_of(list, worst);
	e.where = list->page.url;
	if (decides)
		blame(&e, decides);
	*out = e;
}
