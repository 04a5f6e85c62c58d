/*
 * cachet.c - Cachet 2: /api/v1/incidents, components, schedules. Statuses are
 * numbers, and times name no zone.
 */
#include <string.h>

#include "status/words.h"

static const mgi_json *first_of(const mgi_page *p)
{
	return mgi_json_at(mgi_json_get(p->json, "data"), 0);
}

static bool sniff(const mgi_page *p)
{
	const mgi_json *first = first_of(p), *meta;

	meta = mgi_json_get(p->json, "meta");
	return mgi_json_is_array(mgi_json_get(p->json, "data")) &&
	       (mgi_json_get(meta, "pagination") ||
	        mgi_json_get(first, "human_status") ||
	        mgi_json_get(first, "status_name"));
}

static void read_updates(mgi_page *p, mgi_item *it, const mgi_json *list)
{
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++) {
		const mgi_json *u = mgi_json_at(list, i);
		const char *word = mgi_page_id(p, u, "status");
		mgi_word w = { 0 };

		if (!word || !mgi_word_find(&w, "cachet", word) || w.phase < 0)
			w.phase = MAILGUARD_INCIDENT_PHASE_UNKNOWN;
		mgi_update_add(p, it, mgi_page_time_of(p, u, "created_at"),
		               w.phase, mgi_json_str(u, "message", ""));
	}
}

static mgi_item *item(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "name", ""));
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "message", ""));
	it->pub.url = mgi_page_token(p, mgi_json_str(v, "permalink", ""));
	it->pub.started_observed = mgi_page_time_of(p, v, "created_at");
	it->pub.updated_at = mgi_page_time_of(p, v, "updated_at");
	return it;
}

/* latest_status is that of the newest update; the first stays in status. */
static const char *status_of(mgi_page *p, const mgi_json *v)
{
	const char *word = mgi_page_id(p, v, "latest_status");

	return word ? word : mgi_page_id(p, v, "status");
}

static void read_incident(mgi_page *p, const mgi_json *v)
{
	const mgi_json *of = mgi_json_get(v, "component");
	mgi_item *it = item(p, v);

	it->pub.kind = MAILGUARD_INCIDENT_KIND_INCIDENT;
	mgi_word_phase(p, it, "cachet", status_of(p, v));
	it->pub.started_declared = mgi_page_time_of(p, v, "occurred_at");
	if (mgi_json_bool(v, "is_resolved", false))
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_RESOLVED;
	mgi_component_add(p, it, mgi_json_str(of, "name", NULL));
	read_updates(p, it, mgi_json_get(v, "updates"));
}

static void read_schedule(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = item(p, v);

	it->pub.kind = MAILGUARD_INCIDENT_KIND_MAINTENANCE;
	mgi_word_phase(p, it, "cachet.schedule", mgi_page_id(p, v, "status"));
	it->pub.started_declared = mgi_page_time_of(p, v, "scheduled_at");
	it->pub.ended_at = mgi_page_time_of(p, v, "completed_at");
}

static void read_component(mgi_page *p, const mgi_json *v)
{
	const char *word = mgi_page_id(p, v, "status");
	mgi_word w = { 0 };
	mgi_item *it;

	if (word && mgi_word_find(&w, "cachet.component", word) &&
	    w.impact == MAILGUARD_INCIDENT_IMPACT_NONE)
		return;
	it = item(p, v);
	mgi_word_impact(p, it, "cachet.component", mgi_page_id(p, v, "status"));
	it->pub.started_observed = it->pub.updated_at;
	mgi_component_add(p, it, it->pub.title);
}

static void read(mgi_page *p)
{
	const mgi_json *list = mgi_json_get(p->json, "data");
	const mgi_json *pages;
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++) {
		const mgi_json *v = mgi_json_at(list, i);

		if (mgi_json_get(v, "scheduled_at"))
			read_schedule(p, v);
		else if (mgi_json_get(v, "status_name") &&
		         !mgi_json_get(v, "human_status"))
			read_component(p, v);
		else if (mgi_json_is_object(v))
			read_incident(p, v);
	}
	/* Newest first only if asked so: an open one may be on another page. */
	pages = mgi_json_get(mgi_json_get(p->json, "meta"), "pagination");
	if (mgi_json_int(pages, "total_pages", 1) > 1)
		p->pub.complete = 0;
}

const mgi_format mgi_format_cachet = { "cachet", sniff, read };
