/*
 * apple.c - Apple: support/systemstatus/data/system_status_*.js. The callback
 * around it is gone already; times that count are milliseconds.
 */
#include <string.h>

#include "status/words.h"

static bool sniff(const mgi_page *p)
{
	const mgi_json *list = mgi_json_get(p->json, "services");

	return mgi_json_get(mgi_json_at(list, 0), "serviceName") &&
	       mgi_json_is_array(mgi_json_get(mgi_json_at(list, 0), "events"));
}

static void read_event(mgi_page *p, const char *service, const mgi_json *v)
{
	const char *users = mgi_json_str(v, "usersAffected", "");
	mgi_item *it = mgi_item_new(p);

	it->fixed = true;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "messageId"));
	it->pub.title = mgi_page_line(p, service);
	mgi_component_add(p, it, service);
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "message", ""));
	it->pub.partly = mgi_hints_of(p, users, false).partly;
	mgi_word_impact(p, it, "apple", mgi_json_str(v, "statusType", ""));
	mgi_word_phase(p, it, "apple", mgi_json_str(v, "eventStatus", ""));
	it->pub.started_declared = mgi_page_time_of(p, v, "epochStartDate");
	if (it->pub.kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		it->pub.expected_end = mgi_page_time_of(p, v, "epochEndDate");
	else
		it->pub.ended_at = mgi_page_time_of(p, v, "epochEndDate");
}

static void read(mgi_page *p)
{
	const mgi_json *list = mgi_json_get(p->json, "services");
	size_t i, k;

	if (!*p->pub.provider)
		p->pub.provider = "apple";
	for (i = 0; i < mgi_json_count(list); i++) {
		const mgi_json *s = mgi_json_at(list, i);
		const mgi_json *events = mgi_json_get(s, "events");

		for (k = 0; k < mgi_json_count(events); k++)
			read_event(p, mgi_json_str(s, "serviceName", ""),
			           mgi_json_at(events, k));
	}
}

const mgi_format mgi_format_apple = { "apple", sniff, read };
