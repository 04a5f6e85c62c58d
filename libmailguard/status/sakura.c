/*
 * sakura.c - Sakura: rss/sakuranews/getfeeds.php?format=json. Times are
 * seconds as strings; kind and state stand in the title's brackets.
 */
#include <string.h>

#include "status/words.h"

static bool sniff(const mgi_page *p)
{
	const mgi_json *first = mgi_json_at(p->json, 0);

	return mgi_json_is_array(p->json) &&
	       mgi_json_get(first, "event_start") &&
	       mgi_json_get(first, "title");
}

/* A planned end is expected; that of an incident that is over has come. */
static void read_end(mgi_item *it, mailguard_time end)
{
	if (it->pub.kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		it->pub.expected_end = end;
	else
		it->pub.ended_at = end;
}

static void read_news(mgi_page *p, const mgi_json *v)
{
	mgi_item *it = mgi_item_new(p);

	it->pub.title = mgi_page_line(p, mgi_json_str(v, "title", ""));
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "desc", ""));
	it->pub.url = mgi_page_token(p, mgi_json_str(v, "url", ""));
	it->pub.native_id = it->pub.url;
	it->pub.kind = mgi_hints_of(p, it->pub.title, true).kind;
	it->pub.started_observed = mgi_page_time_of(p, v, "date");
	it->pub.started_declared = mgi_page_time_of(p, v, "event_start");
	it->pub.updated_at = it->pub.started_observed;
	read_end(it, mgi_page_time_of(p, v, "event_end"));
}

static void read(mgi_page *p)
{
	size_t i;

	p->feed = true;
	if (!*p->pub.provider)
		p->pub.provider = "sakura";
	for (i = 0; i < mgi_json_count(p->json); i++)
		if (mgi_json_is_object(mgi_json_at(p->json, i)))
			read_news(p, mgi_json_at(p->json, i));
}

const mgi_format mgi_format_sakura = { "sakura", sniff, read };
