/*
 * kuma.c - Uptime Kuma: /api/status-page/:slug and its heartbeats. Times are
 * UTC without saying so. The page says what people wrote, the heartbeats what
 * was measured; each alone is half the truth.
 */
#include <string.h>

#include "status/words.h"

static bool sniff_page(const mgi_page *p)
{
	return mgi_json_get(p->json, "publicGroupList") != NULL;
}

static bool sniff_beats(const mgi_page *p)
{
	return mgi_json_is_object(mgi_json_get(p->json, "heartbeatList"));
}

/* "2026-02-03 00:20:00" is UTC, wherever the page is. */
static mailguard_time utc(mgi_page *p, const mgi_json *v, const char *key)
{
	int32_t offset = p->offset;
	mailguard_time t;

	p->offset = 0;
	t = mgi_page_time_of(p, v, key);
	p->offset = offset;
	return t;
}

static void read_incident(mgi_page *p, const mgi_json *v)
{
	mgi_item *it;

	if (!mgi_json_is_object(v))
		return;
	it = mgi_item_new(p);
	it->fixed = true;
	it->pub.kind = MAILGUARD_INCIDENT_KIND_INCIDENT;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "title", ""));
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "content", ""));
	mgi_word_impact(p, it, "kuma", mgi_json_str(v, "style", ""));
	it->pub.started_observed = utc(p, v, "createdDate");
	it->pub.updated_at = utc(p, v, "lastUpdatedDate");
	it->pub.phase = MAILGUARD_INCIDENT_PHASE_INVESTIGATING;
	/* Absent is open: only the list of past ones says false. */
	if (!mgi_json_bool(v, "active", true) &&
	    mgi_json_int(v, "active", 0) == 0)
		it->pub.phase = MAILGUARD_INCIDENT_PHASE_RESOLVED;
}

static void read_maintenance(mgi_page *p, const mgi_json *v)
{
	const mgi_json *slot = mgi_json_at(mgi_json_get(v, "timeslotList"), 0);
	mgi_item *it = mgi_item_new(p);

	it->pub.kind = MAILGUARD_INCIDENT_KIND_MAINTENANCE;
	it->pub.native_id = mgi_page_token(p, mgi_page_id(p, v, "id"));
	it->pub.title = mgi_page_line(p, mgi_json_str(v, "title", ""));
	it->pub.body = mgi_page_body(p, mgi_json_str(v, "description", ""));
	mgi_word_phase(p, it, "kuma", mgi_json_str(v, "status", ""));
	it->fixed = true;
	it->pub.started_declared = utc(p, slot, "startDate");
	it->pub.expected_end = utc(p, slot, "endDate");
}

static void read_page(mgi_page *p)
{
	const mgi_json *config = mgi_json_get(p->json, "config"), *list;
	size_t i;

	p->pub.title = mgi_page_line(p, mgi_json_str(config, "title", ""));
	list = mgi_json_get(p->json, "incidents");
	for (i = 0; i < mgi_json_count(list); i++)
		read_incident(p, mgi_json_at(list, i));
	read_incident(p, mgi_json_get(p->json, "incident")); /* before 2.0 */
	list = mgi_json_get(p->json, "maintenanceList");
	for (i = 0; i < mgi_json_count(list); i++)
		read_maintenance(p, mgi_json_at(list, i));
	p->pub.complete = 0; /* what is measured stands on another page */
}

/* When the state of the last beat began. */
static mailguard_time since(mgi_page *p, const mgi_json *beats, int64_t state)
{
	size_t i = mgi_json_count(beats);
	mailguard_time t = 0;

	while (i-- > 0) {
		const mgi_json *b = mgi_json_at(beats, i);

		if (mgi_json_int(b, "status", -1) != state)
			break;
		t = utc(p, b, "time");
	}
	return t;
}

static void read_monitor(mgi_page *p, const char *id, const mgi_json *beats)
{
	size_t n = mgi_json_count(beats);
	const mgi_json *last = mgi_json_at(beats, n - 1);
	int64_t state = mgi_json_int(last, "status", -1);
	mailguard_time at = utc(p, last, "time");
	mgi_item *it;

	if (n && at > p->pub.updated_at)
		p->pub.updated_at = at;
	if (state == 1)
		return;
	it = mgi_item_new(p);
	it->pub.native_id = mgi_page_token(p, id);
	it->pub.title = it->pub.native_id;
	it->fixed = true;
	it->pub.updated_at = at;
	if (!n)
		return; /* never looked at: unknown, but not ok */
	mgi_word_phase(p, it, "kuma.beat", mgi_page_id(p, last, "status"));
	mgi_word_impact(p, it, "kuma.beat", mgi_page_id(p, last, "status"));
	it->pub.body = mgi_page_body(p, mgi_json_str(last, "msg", ""));
	it->pub.started_observed = since(p, beats, state);
}

static void read_beats(mgi_page *p)
{
	const mgi_json *list = mgi_json_get(p->json, "heartbeatList"), *beats;
	const char *id;
	size_t i;

	for (i = 0; mgi_json_member(&id, &beats, list, i); i++)
		read_monitor(p, id, beats);
	if (!i)
		p->pub.complete = 0;
}

const mgi_format mgi_format_kuma = { "kuma", sniff_page, read_page };
const mgi_format mgi_format_kuma_beats = { "kuma-heartbeat", sniff_beats,
	                                   read_beats };
