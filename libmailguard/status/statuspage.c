/*
 * statuspage.c - Atlassian Statuspage API v2: summary, incidents, scheduled
 * maintenances, components, status; and what others make like it.
 *
 * Every field is optional, for clones imitate only part. A component that is
 * not well though no incident names it becomes an incident of its own: the
 * page's owner clicked the one and not yet the other.
 */
#include <string.h>

#include "status/words.h"

static bool has(const mgi_json *v, const char *key)
{
	return mgi_json_get(v, key) != NULL;
}

static bool is_page(const mgi_json *v)
{
	const mgi_json *page = mgi_json_get(v, "page");

	return mgi_json_is_object(page) &&
	       (has(v, "components") || has(v, "incidents") ||
	        has(v, "scheduled_maintenances") ||
	        mgi_json_is_object(mgi_json_get(v, "status")));
}

static bool sniff(const mgi_page *p)
{
	return mgi_json_is_object(p->json) && is_page(p->json);
}

/* The zones that Statuspage's times without one could mean. */
static void zone(mgi_page *p, const mgi_json *page)
{
	static const struct {
		const char *name;
		int32_t offset;
	} zones[] = { { "Asia/Tokyo", 32400 },
		      { "Asia/Seoul", 32400 },
		      { "Etc/UTC", 0 },
		      { "UTC", 0 } };
	const char *name = mgi_json_str(page, "time_zone", "");
	size_t i;

	for (i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
		if (!p->offset_known && strcmp(name, zones[i].name) == 0)
			p->offset = zones[i].offset;
}

static void read_update(mgi_page *p, mgi_item *it, const mgi_json *u)
{
	const char *word = mgi_json_str(u, "status", "");
	mailguard_time at = mgi_page_time_of(p, u, "display_at");
	const mgi_json *list = mgi_json_get(u, "affected_components");
	mgi_word w = { .phase = 0 };
	size_t i;

	if (!at)
		at = mgi_page_time_of(p, u, "created_at");
	if (!mgi_word_find(&w, "", word) || w.phase < 0)
		w.phase = MAILGUARD_INCIDENT_PHASE_UNKNOWN;
	mgi_update_add(p, it, at, w.phase, mgi_json_str(u, "body", ""));
	for (i = 0; i < mgi_json_count(list); i++)
		mgi_component_add(
			p, it,
			mgi_json_str(mgi_json_at(list, i), "name", NULL));
}

static void read_lists(mgi_page *p, mgi_item *it, const mgi_json *v)
{
	const mgi_json *list = mgi_json_get(v, "components");
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++)
		mgi_component_add(
			p, it,
			mgi_json_str(mgi_json_at(list, i), "name", NULL));
	list = mgi_json_get(v, "incident_updates");
	for (i = 0; i < mgi_json_count(list); i++)
		read_update(p, it, mgi_json_at(list, i));
}

static void read_times(mgi_page *p, mgi_item *it, const mgi_json *v)
{
	mailguard_incident *i = &it->pub;

	i->started_observed = mgi_page_time_of(p, v, "created_at");
	i->started_declared = mgi_page_time_of(p, v, "scheduled_for");
	if (!i->started_declared)
		i->started_declared = mgi_page_time_of(p, v, "started_at");
	i->expected_end = mgi_page_time_of(p, v, "scheduled_until");
	i->ended_at = mgi_page_time_of(p, v, "resolved_at");
	i->updated_at = mgi_page_time_of(p, v, "updated_at");
}

static void read_incident(mgi_page *p,
                          const mgi_json *v,
                          mailguard_incident_kind kind)
{
	mgi_item *it;

	if (!mgi_json_is_object(v))
		return;
	it = mgi_item_new(p);
	it->fixed = true;
	it->pub.kind = has(v, "scheduled_for")
	                       ? MAILGUARD_INCIDENT_KIND_MAINTENANCE
	                       : kind;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "name", ""));
	it->pub.url = mgi_page_token(p, mgi_json_str(v, "shortlink", ""));
	mgi_word_phase(p, it, "", mgi_json_str(v, "status", ""));
	mgi_word_impact(p, it, "", mgi_json_str(v, "impact", ""));
	read_times(p, it, v);
	read_lists(p, it, v);
}

static bool is_covered(const mgi_page *p, const char *name)
{
	const struct mgi_string *s;
	const mgi_item *it;

	for (it = p->items; it; it = it->next) {
		if (it->pub.phase == MAILGUARD_INCIDENT_PHASE_RESOLVED ||
		    it->pub.phase == MAILGUARD_INCIDENT_PHASE_COMPLETED ||
		    it->pub.phase == MAILGUARD_INCIDENT_PHASE_SCHEDULED)
			continue;
		for (s = it->components.first; s; s = s->next)
			if (strcmp(s->text, name) == 0)
				return true;
	}
	return false;
}

static void read_component(mgi_page *p, const mgi_json *c)
{
	const char *word = mgi_json_str(c, "status", "");
	const char *name = mgi_page_line(p, mgi_json_str(c, "name", ""));
	mgi_word w = { 0 };
	mgi_item *it;

	/* A group is as bad as its members, which are listed too. */
	if (!*word || mgi_json_bool(c, "group", false) ||
	    (mgi_word_find(&w, "", word) &&
	     w.impact == MAILGUARD_INCIDENT_IMPACT_NONE &&
	     w.kind != MAILGUARD_INCIDENT_KIND_MAINTENANCE) ||
	    is_covered(p, name))
		return;
	it = mgi_item_new(p);
	it->fixed = true;
	it->pub.title = name;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, c, "id"));
	mgi_word_impact(p, it, "", word);
	if (it->pub.kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_IN_PROGRESS;
	it->pub.started_observed = mgi_page_time_of(p, c, "updated_at");
	mgi_component_add(p, it, name);
}

/* The page says it is not well, and lists nothing that is not. */
static void read_indicator(mgi_page *p, const mgi_json *root)
{
	const mgi_json *status = mgi_json_get(root, "status");
	const char *word = mgi_json_str(status, "indicator", "");
	mgi_word w = { 0 };
	const mgi_item *at;
	mgi_item *it;

	if (!*word || (mgi_word_find(&w, "", word) &&
	               w.impact == MAILGUARD_INCIDENT_IMPACT_NONE &&
	               w.kind != MAILGUARD_INCIDENT_KIND_MAINTENANCE))
		return;
	for (at = p->items; at; at = at->next)
		if (at->pub.phase != MAILGUARD_INCIDENT_PHASE_RESOLVED &&
		    at->pub.phase != MAILGUARD_INCIDENT_PHASE_COMPLETED &&
		    at->pub.phase != MAILGUARD_INCIDENT_PHASE_SCHEDULED)
			return;
	it = mgi_item_new(p);
	it->fixed = true;
	it->pub.title =
		mgi_page_line(p, mgi_json_str(status, "description", word));
	mgi_word_impact(p, it, "", word);
	if (it->pub.kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_IN_PROGRESS;
	it->pub.started_observed = p->pub.updated_at;
}

static void read(mgi_page *p)
{
	const mgi_json *page = mgi_json_get(p->json, "page"), *list;
	size_t i;

	zone(p, page);
	p->pub.title = mgi_page_line(p, mgi_json_str(page, "name", ""));
	p->pub.updated_at = mgi_page_time_of(p, page, "updated_at");
	if (!*p->pub.url)
		p->pub.url = mgi_page_token(p, mgi_json_str(page, "url", ""));
	list = mgi_json_get(p->json, "incidents");
	for (i = 0; i < mgi_json_count(list); i++)
		read_incident(p, mgi_json_at(list, i),
		              MAILGUARD_INCIDENT_KIND_INCIDENT);
	list = mgi_json_get(p->json, "scheduled_maintenances");
	for (i = 0; i < mgi_json_count(list); i++)
		read_incident(p, mgi_json_at(list, i),
		              MAILGUARD_INCIDENT_KIND_MAINTENANCE);
	list = mgi_json_get(p->json, "components");
	for (i = 0; i < mgi_json_count(list); i++)
		read_component(p, mgi_json_at(list, i));
	read_indicator(p, p->json);
	/* History alone says nothing of now. */
	if (!has(p->json, "components") && !has(p->json, "incidents") &&
	    !has(p->json, "status"))
		p->pub.complete = 0;
}

const mgi_format mgi_format_statuspage = { "statuspage", sniff, read };
