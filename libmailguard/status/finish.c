/*
 * finish.c - what a reader left out, the same for every format: the words of
 * titles and texts, hosts, services, where it stands in time.
 *
 * In doubt it goes on: an old incident that nobody closed is unknown, and only
 * what says that it is over is over.
 */
#include <string.h>

#include "status/clean.h"
#include "status/hosts.h"
#include "status/notice.h"

#define SECOND INT64_C(1000000)
#define DAY (INT64_C(86400) * SECOND)
/* Words without a state are believed for so long. */
#define STALE (14 * DAY)

static const char *const *strings_of(mgi_page *p, const mgi_strings *list)
{
	const char **at =
		mgi_arena_array(p->arena, list->count + 1, sizeof(*at));
	const struct mgi_string *s;
	size_t i = 0;

	for (s = list->first; at && s; s = s->next)
		at[i++] = s->text;
	return at;
}

/* Newest first; those of one time as the page had them. */
static void updates_fill(mgi_page *p, mgi_item *it)
{
	mailguard_incident_update *at =
		mgi_arena_array(p->arena, it->update_count + 1, sizeof(*at));
	const mgi_update *u;
	size_t n = 0, k;

	for (u = it->updates; at && u; u = u->next) {
		for (k = n; k && at[k - 1].at < u->pub.at; k--)
			at[k] = at[k - 1];
		at[k] = u->pub;
		n++;
	}
	it->pub.updates = at;
	it->pub.update_count = n;
	if (!n)
		return;
	if (!*it->pub.body)
		it->pub.body = at[0].text;
	if (at[0].at > it->pub.updated_at)
		it->pub.updated_at = at[0].at;
}

/* Each update may tell another end: how often, and which was told last. */
static void ends_of(mgi_page *p, mgi_item *it)
{
	mailguard_time last = 0;
	size_t k = it->pub.update_count;

	while (k-- > 0) {
		const mailguard_incident_update *u = &it->pub.updates[k];
		mgi_item said = { 0 };

		said.pub.title = said.pub.body = "";
		said.pub.updated_at = u->at;
		said.fixed = true;
		mgi_notice_read(p, &said, u->text);
		if (k == 0 && !it->pub.next_update_at)
			it->pub.next_update_at = said.pub.next_update_at;
		if (!said.pub.expected_end)
			continue;
		if (last && last != said.pub.expected_end)
			it->pub.expected_end_revisions++;
		last = said.pub.expected_end;
	}
	if (!it->pub.expected_end)
		it->pub.expected_end = last;
}

/* Components are exact, a title is loose, and a text names all sorts. */
static void services_of(mgi_page *p,
                        mgi_item *it,
                        mgi_hints title,
                        mgi_hints body)
{
	const struct mgi_string *s;
	uint32_t named = 0;

	for (s = it->components.first; s; s = s->next)
		named |= mgi_hints_of(p, s->text, true).services;
	if (!(named & ~(uint32_t)MAILGUARD_INCIDENT_OTHER))
		named |= title.services;
	it->pub.services |= named ? named : body.services;
}

/* What words say of kind and phase, if the format did not. */
static void words_of(mgi_page *p, mgi_item *it)
{
	mgi_hints title = mgi_hints_of(p, it->pub.title, true);
	mgi_hints body = mgi_hints_of(p, it->pub.body, false);
	mailguard_incident_phase lead = mgi_phase_lead(it->pub.title);

	services_of(p, it, title, body);
	it->pub.partly |= title.partly || body.partly;
	if (!it->pub.kind && !it->fixed)
		it->pub.kind = title.kind ? title.kind : body.kind;
	if (it->fixed || it->pub.phase)
		return;
	if (!lead)
		lead = mgi_phase_lead(it->pub.body);
	if (lead)
		it->pub.phase = lead;
	else if (title.phase >= MAILGUARD_INCIDENT_PHASE_RESOLVED ||
	         !body.phase)
		it->pub.phase = title.phase;
	else
		it->pub.phase = body.phase;
}

/* Phases of maintenance and of incidents have different names. */
static void phase_fit(mgi_item *it)
{
	static const mailguard_incident_phase as_incident[] = {
		MAILGUARD_INCIDENT_PHASE_UNKNOWN,
		MAILGUARD_INCIDENT_PHASE_UNKNOWN,
		MAILGUARD_INCIDENT_PHASE_IDENTIFIED,
		MAILGUARD_INCIDENT_PHASE_INVESTIGATING,
		MAILGUARD_INCIDENT_PHASE_IDENTIFIED,
		MAILGUARD_INCIDENT_PHASE_MONITORING,
		MAILGUARD_INCIDENT_PHASE_RESOLVED,
		MAILGUARD_INCIDENT_PHASE_RESOLVED,
	};
	static const mailguard_incident_phase as_maintenance[] = {
		MAILGUARD_INCIDENT_PHASE_UNKNOWN,
		MAILGUARD_INCIDENT_PHASE_SCHEDULED,
		MAILGUARD_INCIDENT_PHASE_IN_PROGRESS,
		MAILGUARD_INCIDENT_PHASE_IN_PROGRESS,
		MAILGUARD_INCIDENT_PHASE_IN_PROGRESS,
		MAILGUARD_INCIDENT_PHASE_MONITORING,
		MAILGUARD_INCIDENT_PHASE_COMPLETED,
		MAILGUARD_INCIDENT_PHASE_COMPLETED,
	};

	if (!it->pub.kind && it->fixed)
		it->pub.kind = MAILGUARD_INCIDENT_KIND_INCIDENT;
	if (it->pub.kind == MAILGUARD_INCIDENT_KIND_INCIDENT)
		it->pub.phase = as_incident[it->pub.phase];
	else if (it->pub.kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		it->pub.phase = as_maintenance[it->pub.phase];
}

static mailguard_time last_of(const mailguard_incident *i)
{
	if (i->updated_at)
		return i->updated_at;
	return i->started_at;
}

/* `fixed`: the format tells its state, not prose. */
static mailguard_incident_when when_planned(const mailguard_incident *i,
                                            mailguard_time now,
                                            bool fixed)
{
	if (i->phase == MAILGUARD_INCIDENT_PHASE_IN_PROGRESS && fixed)
		return MAILGUARD_INCIDENT_WHEN_NOW;
	if (!i->started_declared &&
	    i->phase == MAILGUARD_INCIDENT_PHASE_SCHEDULED)
		return fixed ? MAILGUARD_INCIDENT_WHEN_AHEAD
		             : MAILGUARD_INCIDENT_WHEN_UNKNOWN;
	if (i->started_at > now)
		return MAILGUARD_INCIDENT_WHEN_AHEAD;
	/* The window is over; some run late, and few tell. */
	if (i->expected_end && i->expected_end < now - DAY)
		return MAILGUARD_INCIDENT_WHEN_OVER;
	if (i->expected_end && i->expected_end < now)
		return MAILGUARD_INCIDENT_WHEN_UNKNOWN;
	if (!fixed && last_of(i) < now - STALE)
		return MAILGUARD_INCIDENT_WHEN_UNKNOWN;
	return MAILGUARD_INCIDENT_WHEN_NOW;
}

/* `told`: its state is told, and would be told otherwise. */
static mailguard_incident_when when_of(const mailguard_incident *i,
                                       mailguard_time now,
                                       bool fixed,
                                       bool told)
{
	bool old = last_of(i) && last_of(i) < now - STALE;

	if (i->phase == MAILGUARD_INCIDENT_PHASE_RESOLVED ||
	    i->phase == MAILGUARD_INCIDENT_PHASE_COMPLETED)
		return MAILGUARD_INCIDENT_WHEN_OVER;
	if (i->ended_at && i->ended_at <= now)
		return MAILGUARD_INCIDENT_WHEN_OVER;
	switch (i->kind) {
	case MAILGUARD_INCIDENT_KIND_MAINTENANCE:
		return when_planned(i, now, fixed);
	case MAILGUARD_INCIDENT_KIND_INCIDENT:
		return old && !told ? MAILGUARD_INCIDENT_WHEN_UNKNOWN
		                    : MAILGUARD_INCIDENT_WHEN_NOW;
	case MAILGUARD_INCIDENT_KIND_INFO:
		return MAILGUARD_INCIDENT_WHEN_OVER;
	default: /* news without a word of trouble */
		return old ? MAILGUARD_INCIDENT_WHEN_OVER
		           : MAILGUARD_INCIDENT_WHEN_UNKNOWN;
	}
}

/* A feed's items stay as they were; a notice is mended in its place. */
static void place_in_time(const mgi_page *p, mgi_item *it)
{
	mailguard_incident *i = &it->pub;

	i->when = when_of(i, p->pub.fetched_at, it->fixed,
	                  it->fixed || (i->phase && !p->feed));
	/* "During maintenance ..." of one that is yet to come. */
	if (i->when == MAILGUARD_INCIDENT_WHEN_AHEAD)
		i->phase = MAILGUARD_INCIDENT_PHASE_SCHEDULED;
}

static int32_t confidence_of(const mgi_item *it, size_t labels)
{
	int32_t percent = it->fixed ? 95 : 40;

	if (!it->fixed && it->pub.kind)
		percent += 15;
	if (!it->fixed && it->pub.phase)
		percent += 15;
	if (!it->fixed && labels >= 2)
		percent += 10;
	return percent - (it->pub.started_at ? 0 : 10);
}

static void times_of(mgi_item *it)
{
	mailguard_incident *i = &it->pub;

	/* An end that is told, while it goes on, is a hope. */
	if (i->expected_end && !i->ended_at &&
	    i->kind != MAILGUARD_INCIDENT_KIND_MAINTENANCE &&
	    i->phase == MAILGUARD_INCIDENT_PHASE_RESOLVED) {
		i->ended_at = i->expected_end;
		i->expected_end = 0;
	}
	i->started_at =
		i->started_declared ? i->started_declared : i->started_observed;
	if (!i->updated_at)
		i->updated_at = i->started_observed;
}

static void item_finish(mgi_page *p, mgi_item *it)
{
	const struct mgi_string *s;
	size_t labels = 0;

	updates_fill(p, it);
	ends_of(p, it);
	if (!*it->pub.title && it->components.first)
		it->pub.title = it->components.first->text;
	if (!it->fixed)
		labels = mgi_notice_read(p, it, it->pub.body);
	if (!*it->pub.title && it->effect)
		it->pub.title = it->effect;
	if (strlen(it->pub.body) > MGI_BODY_MAX)
		it->pub.body = mgi_page_body(p, it->pub.body);
	words_of(p, it);
	phase_fit(it);
	mgi_hosts_scan(p, it, it->pub.title, false, false);
	mgi_hosts_scan(p, it, it->pub.body, false, true);
	for (s = it->components.first; s; s = s->next)
		mgi_hosts_scan(p, it, s->text, false, false);
	times_of(it);
	it->pub.lang = mgi_lang_guess(it->pub.title);
	if (strcmp(it->pub.lang, "ja") != 0 && *it->pub.body)
		it->pub.lang = mgi_lang_guess(it->pub.body);
	place_in_time(p, it);
	it->pub.confidence = confidence_of(it, labels);
	it->pub.components = strings_of(p, &it->components);
	it->pub.hosts = strings_of(p, &it->hosts);
	it->pub.regions = strings_of(p, &it->regions);
	it->pub.provider = p->pub.provider;
	it->pub.source_url = p->pub.url;
	it->pub.source_kind = p->pub.format;
	it->pub.fetched_at = p->pub.fetched_at;
}

void mgi_page_finish(mgi_page *p)
{
	mgi_item *it;

	for (it = p->items; it; it = it->next)
		item_finish(p, it);
}
