/*
 * google.c - Google Workspace: appsstatus/dashboard/incidents.json.
 *
 * begin and end are what people declared, created and modified machine stamps.
 * While it goes on `end` is not there at all.
 */
#include <string.h>

#include "status/words.h"

static bool sniff(const mgi_page *p)
{
	const mgi_json *first = mgi_json_at(p->json, 0);

	if (!mgi_json_is_array(p->json))
		return false;
	/* An empty list tells what it is of by its place alone. */
	if (!first)
		return strstr(p->pub.url, "google.com/appsstatus/") != NULL;
	return (mgi_json_get(first, "external_desc") ||
	        mgi_json_get(first, "status_impact") ||
	        (mgi_json_get(first, "begin") && mgi_json_get(first, "uri")));
}

static mailguard_incident_phase phase_of(const char *word)
{
	mgi_word w;

	if (mgi_word_find(&w, "google", word) && w.phase > 0)
		return w.phase;
	return MAILGUARD_INCIDENT_PHASE_INVESTIGATING;
}

static void read_update(mgi_page *p, mgi_item *it, const mgi_json *u)
{
	const mgi_json *places = mgi_json_get(u, "affected_locations");
	mailguard_time at = mgi_page_time_of(p, u, "when");
	size_t i;

	if (!mgi_json_is_object(u))
		return;
	if (!at)
		at = mgi_page_time_of(p, u, "created");
	mgi_update_add(p, it, at, phase_of(mgi_json_str(u, "status", "")),
	               mgi_json_str(u, "text", ""));
	for (i = 0; i < mgi_json_count(places); i++)
		mgi_region_add(
			p, it,
			mgi_json_str(mgi_json_at(places, i), "title", NULL));
}

static void read_lists(mgi_page *p, mgi_item *it, const mgi_json *v)
{
	const mgi_json *list = mgi_json_get(v, "affected_products");
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++)
		mgi_component_add(
			p, it,
			mgi_json_str(mgi_json_at(list, i), "title", NULL));
	mgi_component_add(p, it, mgi_json_str(v, "service_name", NULL));
	list = mgi_json_get(v, "updates");
	for (i = 0; i < mgi_json_count(list); i++)
		read_update(p, it, mgi_json_at(list, i));
	if (!mgi_json_count(list))
		read_update(p, it, mgi_json_get(v, "most_recent_update"));
}

/* "incidents/AbC1" is relative to the page. */
static const char *url_of(mgi_page *p, const char *uri)
{
	static const char base[] =
		"https://www.google.com/appsstatus/dashboard/";

	if (!*uri || strstr(uri, "://"))
		return mgi_page_token(p, uri);
	mgi_buf_cut(&p->lent, 0);
	mgi_buf_puts(&p->lent, base);
	mgi_buf_puts(&p->lent, uri);
	return mgi_page_token(p, mgi_buf_text(&p->lent));
}

static void read_incident(mgi_page *p, const mgi_json *v)
{
	const mgi_json *newest = mgi_json_get(v, "most_recent_update");
	mgi_item *it;

	if (!mgi_json_is_object(v))
		return;
	it = mgi_item_new(p);
	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "external_desc", ""));
	it->pub.url = url_of(p, mgi_json_str(v, "uri", ""));
	it->pub.started_declared = mgi_page_time_of(p, v, "begin");
	it->pub.started_observed = mgi_page_time_of(p, v, "created");
	it->pub.updated_at = mgi_page_time_of(p, v, "modified");
	it->pub.ended_at = mgi_page_time_of(p, v, "end");
	mgi_word_impact(p, it, "google", mgi_json_str(v, "status_impact", ""));
	if (!it->pub.impact)
		mgi_word_impact(p, it, "google",
		                mgi_json_str(v, "severity", ""));
	it->pub.phase = phase_of(mgi_json_str(newest, "status", ""));
	if (it->pub.ended_at)
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_RESOLVED;
	else if (it->pub.phase == MAILGUARD_INCIDENT_PHASE_RESOLVED)
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_MONITORING;
	read_lists(p, it, v);
}

static void read(mgi_page *p)
{
	size_t i;

	if (!*p->pub.provider)
		p->pub.provider = "google";
	for (i = 0; i < mgi_json_count(p->json); i++)
		read_incident(p, mgi_json_at(p->json, i));
}

const mgi_format mgi_format_google = { "google", sniff, read };
