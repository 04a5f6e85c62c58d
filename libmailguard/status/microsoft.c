/*
 * microsoft.c - Microsoft 365: api/posts (JSON) of the public page, and the
 * Graph's issues and healthOverviews. (The feed is RSS with a <status>.)
 *
 * The public page is about the admin centres: that it is well does not say
 * that Exchange is, so it is never complete.
 */
#include <string.h>

#include "status/words.h"

static const mgi_json *values(const mgi_page *p)
{
	return mgi_json_get(p->json, "value");
}

static bool sniff_graph(const mgi_page *p)
{
	const mgi_json *first = mgi_json_at(values(p), 0);

	if (!mgi_json_is_array(values(p)))
		return false;
	if (!first) /* an empty list is told by its context alone */
		return strstr(mgi_json_str(p->json, "@odata.context", ""),
		              "serviceAnnouncement") != NULL;
	return mgi_json_get(first, "service") &&
	       (mgi_json_get(first, "isResolved") ||
	        mgi_json_get(first, "status"));
}

static void read_post(mgi_page *p, mgi_item *it, const mgi_json *v)
{
	const mgi_json *d = mgi_json_get(v, "description");

	mgi_update_add(p, it, mgi_page_time_of(p, v, "createdDateTime"),
	               MAILGUARD_INCIDENT_PHASE_UNKNOWN,
	               mgi_json_str(d, "content", ""));
}

static void read_texts(mgi_page *p, mgi_item *it, const mgi_json *v)
{
	const mgi_json *posts = mgi_json_get(v, "posts");
	size_t i;

	it->pub.title = mgi_page_line(p, mgi_json_str(v, "title", ""));
	it->pub.body =
		mgi_page_body(p, mgi_json_str(v, "impactDescription", ""));
	mgi_component_add(p, it, mgi_json_str(v, "service", NULL));
	mgi_component_add(p, it, mgi_json_str(v, "feature", NULL));
	for (i = 0; i < mgi_json_count(posts); i++)
		read_post(p, it, mgi_json_at(posts, i));
}

static void read_issue(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);
	mailguard_incident *i = &it->pub;

	it->fixed = true;
	i->native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	mgi_word_phase(p, it, "microsoft", mgi_json_str(v, "status", ""));
	mgi_word_impact(p, it, "microsoft", mgi_json_str(v, "status", ""));
	mgi_word_impact(p, it, "microsoft",
	                mgi_json_str(v, "classification", ""));
	i->started_declared = mgi_page_time_of(p, v, "startDateTime");
	i->ended_at = mgi_page_time_of(p, v, "endDateTime");
	i->updated_at = mgi_page_time_of(p, v, "lastModifiedDateTime");
	if (mgi_json_bool(v, "isResolved", false))
		i->phase = MAILGUARD_INCIDENT_PHASE_RESOLVED;
	read_texts(p, it, v);
}

static void read_graph(mgi_page *p)
{
	size_t i;

	if (!*p->pub.provider)
		p->pub.provider = "microsoft";
	for (i = 0; i < mgi_json_count(values(p)); i++)
		if (mgi_json_is_object(mgi_json_at(values(p), i)))
			read_issue(p, mgi_json_at(values(p), i));
	if (mgi_json_get(p->json, "@odata.nextLink"))
		p->pub.complete = 0;
}

static const mgi_json *first_post(const mgi_page *p)
{
	return mgi_json_is_array(p->json) ? mgi_json_at(p->json, 0) : p->json;
}

static bool sniff_posts(const mgi_page *p)
{
	const mgi_json *first = first_post(p);

	return mgi_json_get(first, "Status") && mgi_json_get(first, "Message");
}

/* LastUpdatedTime is the clock of whoever answered, so it says nothing. */
static void read_public(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "Id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "Title", ""));
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "Message", ""));
	mgi_word_phase(p, it, "microsoft", mgi_json_str(v, "Status", ""));
	mgi_word_impact(p, it, "microsoft", mgi_json_str(v, "Status", ""));
	it->pub.started_observed = mgi_page_time_of(p, v, "InternalDateTime");
	it->pub.updated_at = it->pub.started_observed;
	it->pub.started_declared = mgi_page_time_of(p, v, "AuthoredDateTime");
	if (!*it->pub.title)
		it->pub.title = "Microsoft 365";
}

static void read_posts(mgi_page *p)
{
	size_t i;

	if (!*p->pub.provider)
		p->pub.provider = "microsoft";
	p->pub.complete = 0;
	if (!mgi_json_is_array(p->json))
		read_public(p, p->json);
	else
		for (i = 0; i < mgi_json_count(p->json); i++)
			read_public(p, mgi_json_at(p->json, i));
}

const mgi_format mgi_format_graph = { "graph", sniff_graph, read_graph };
const mgi_format mgi_format_msposts = { "microsoft", sniff_posts, read_posts };
