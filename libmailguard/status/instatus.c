/*
 * instatus.c - Instatus: /summary.json. Maintenance has a length in minutes
 * and no end; no incident says which component it is of.
 */
#include <string.h>

#include "status/words.h"

#define MINUTE INT64_C(60000000)

static bool sniff(const mgi_page *p)
{
	const mgi_json *page = mgi_json_get(p->json, "page");

	return mgi_json_get(p->json, "activeIncidents") ||
	       mgi_json_get(p->json, "activeMaintenances") ||
	       (mgi_json_str(page, "status", NULL) &&
	        mgi_json_str(page, "url", NULL));
}

static mgi_item *item(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "name", ""));
	it->pub.url = mgi_page_token(p, mgi_json_str(v, "url", ""));
	it->pub.updated_at = mgi_page_time_of(p, v, "updatedAt");
	return it;
}

static void read_incident(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = item(p, v);

	it->pub.kind = MAILGUARD_INCIDENT_KIND_INCIDENT;
	mgi_word_phase(p, it, "instatus", mgi_json_str(v, "status", ""));
	mgi_word_impact(p, it, "instatus", mgi_json_str(v, "impact", ""));
	it->pub.started_declared = mgi_page_time_of(p, v, "started");
	it->pub.ended_at = mgi_page_time_of(p, v, "resolved");
}

static void read_maintenance(mgi_page *p, const mgi_json *v)
{
	int64_t minutes = mgi_json_int(v, "duration", 0);
	mgi_item *it = item(p, v);

	it->pub.kind = MAILGUARD_INCIDENT_KIND_MAINTENANCE;
	mgi_word_phase(p, it, "instatus", mgi_json_str(v, "status", ""));
	it->pub.started_declared = mgi_page_time_of(p, v, "start");
	if (it->pub.started_declared && minutes > 0 && minutes < 1000000)
		it->pub.expected_end =
			it->pub.started_declared + minutes * MINUTE;
}

/* The page is not well, and nothing is listed: say at least that. */
static void read_page_status(mgi_page *p, const char *word)
{
	mgi_word w = { 0 };
	mgi_item *it;

	if (!*word || p->items ||
	    (mgi_word_find(&w, "instatus", word) &&
	     w.phase == MAILGUARD_INCIDENT_PHASE_RESOLVED))
		return;
	it = mgi_item_new(p);
	it->pub.title = mgi_page_line(p, word);
	mgi_word_phase(p, it, "instatus", word);
	mgi_word_impact(p, it, "instatus", word);
}

static void read(mgi_page *p)
{
	const mgi_json *page = mgi_json_get(p->json, "page"), *list;
	size_t i;

	p->pub.title = mgi_page_line(p, mgi_json_str(page, "name", ""));
	if (!*p->pub.url)
		p->pub.url = mgi_page_token(p, mgi_json_str(page, "url", ""));
	list = mgi_json_get(p->json, "activeIncidents");
	for (i = 0; i < mgi_json_count(list); i++)
		read_incident(p, mgi_json_at(list, i));
	list = mgi_json_get(p->json, "activeMaintenances");
	for (i = 0; i < mgi_json_count(list); i++)
		read_maintenance(p, mgi_json_at(list, i));
	read_page_status(p, mgi_json_str(page, "status", ""));
}

const mgi_format mgi_format_instatus = { "instatus", sniff, read };
