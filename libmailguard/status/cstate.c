/*
 * cstate.c - cState: /index.json, apiVersion 2.0. Made when the site was last
 * built, so it lags.
 */
#include <string.h>

#include "status/words.h"

static bool sniff(const mgi_page *p)
{
	return mgi_json_get(p->json, "summaryStatus") &&
	       mgi_json_is_array(mgi_json_get(p->json, "systems"));
}

static mgi_item *read_issue(mgi_page *p, const char *system, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.kind = MAILGUARD_INCIDENT_KIND_INCIDENT;
	it->pub.phase = MAILGUARD_INCIDENT_PHASE_INVESTIGATING;
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "title", system));
	it->pub.url = mgi_page_token(p, mgi_json_str(v, "permalink", ""));
	it->pub.native_id = it->pub.url;
	mgi_word_impact(p, it, "cstate", mgi_json_str(v, "severity", ""));
	it->pub.started_declared = mgi_page_time_of(p, v, "createdAt");
	it->pub.updated_at = mgi_page_time_of(p, v, "lastMod");
	mgi_component_add(p, it, system);
	if (mgi_json_bool(v, "resolved", false))
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_RESOLVED;
	return it;
}

static void read_system(mgi_page *p, const mgi_json *s)
{
	const mgi_json *list = mgi_json_get(s, "unresolvedIssues");
	const char *word = mgi_json_str(s, "status", "");
	const char *name = mgi_json_str(s, "name", "");
	mgi_word w = { 0 };
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++)
		read_issue(p, name, mgi_json_at(list, i));
	if (mgi_json_count(list) || !*word ||
	    (mgi_word_find(&w, "cstate", word) &&
	     w.impact == MAILGUARD_INCIDENT_IMPACT_NONE))
		return;
	mgi_word_impact(p, read_issue(p, name, NULL), "cstate", word);
}

static void read(mgi_page *p)
{
	const mgi_json *list = mgi_json_get(p->json, "systems");
	const char *word = mgi_json_str(p->json, "summaryStatus", "");
	mgi_word w = { 0 };
	size_t i;

	p->pub.title = mgi_page_line(p, mgi_json_str(p->json, "title", ""));
	for (i = 0; i < mgi_json_count(list); i++)
		read_system(p, mgi_json_at(list, i));
	if (p->items || (mgi_word_find(&w, "cstate", word) &&
	                 w.impact == MAILGUARD_INCIDENT_IMPACT_NONE))
		return;
	mgi_word_impact(p, read_issue(p, word, NULL), "cstate", word);
}

const mgi_format mgi_format_cstate = { "cstate", sniff, read };
