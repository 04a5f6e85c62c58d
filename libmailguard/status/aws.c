/*
 * aws.c - AWS Health: public/currentevents. It comes as UTF-16BE, and holds
 * what goes on and nothing else; of mail there is SES.
 */
#include <string.h>

#include "status/words.h"

static bool sniff(const mgi_page *p)
{
	const mgi_json *first = mgi_json_at(p->json, 0);

	if (!mgi_json_is_array(p->json))
		return false;
	if (!first)
		return strstr(p->pub.url, "health.aws.amazon.com") != NULL;
	return mgi_json_get(first, "arn") && mgi_json_get(first, "service");
}

static void read_log(mgi_page *p, mgi_item *it, const mgi_json *list)
{
	size_t i;

	for (i = 0; i < mgi_json_count(list); i++) {
		const mgi_json *u = mgi_json_at(list, i);
		const char *word = mgi_page_id(p, u, "status");
		mgi_word w = { 0 };

		if (!word || !mgi_word_find(&w, "aws", word) || w.phase < 0)
			w.phase = MAILGUARD_INCIDENT_PHASE_UNKNOWN;
		mgi_update_add(p, it, mgi_page_time_of(p, u, "timestamp"),
		               w.phase, mgi_json_str(u, "message", ""));
	}
}

static void read_event(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_json_str(v, "arn", ""));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "summary", ""));
	it->pub.started_observed = mgi_page_time_of(p, v, "date");
	mgi_word_phase(p, it, "aws", mgi_page_id(p, v, "status"));
	mgi_word_impact(p, it, "aws", mgi_page_id(p, v, "status"));
	mgi_component_add(p, it, mgi_json_str(v, "service_name", NULL));
	mgi_region_add(p, it, mgi_json_str(v, "region_name", NULL));
	read_log(p, it, mgi_json_get(v, "event_log"));
}

static void read(mgi_page *p)
{
	size_t i;

	if (!*p->pub.provider)
		p->pub.provider = "aws";
	for (i = 0; i < mgi_json_count(p->json); i++)
		if (mgi_json_is_object(mgi_json_at(p->json, i)))
			read_event(p, mgi_json_at(p->json, i));
}

const mgi_format mgi_format_aws = { "aws", sniff, read };
