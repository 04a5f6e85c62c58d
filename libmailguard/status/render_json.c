/*
 * render_json.c - incidents as JSON lines (docs/schema/status.json).
 */
#include "status/render.h"

static void put_strings(mgi_jsonw *w, const char *key, const char *const *at)
{
	mgi_jsonw_array(w, key);
	for (; *at; at++)
		mgi_jsonw_str(w, NULL, *at);
	mgi_jsonw_end(w);
}

static void put_services(mgi_jsonw *w, uint32_t services)
{
	uint32_t bit;

	mgi_jsonw_array(w, "services");
	for (bit = 1; bit <= MAILGUARD_INCIDENT_OTHER; bit <<= 1)
		if (services & bit)
			mgi_jsonw_str(w, NULL,
			              mailguard_incident_service_name(bit));
	mgi_jsonw_end(w);
}

/* null for what was not told. */
static void put_text(mgi_jsonw *w, const char *key, const char *s)
{
	mgi_jsonw_str(w, key, *s ? s : NULL);
}

static void put_http(mgi_jsonw *w, const mailguard_incident_page *page)
{
	mgi_jsonw_object(w, "http");
	if (page->http_status)
		mgi_jsonw_int(w, "status", page->http_status);
	else
		mgi_jsonw_null(w, "status");
	put_text(w, "etag", page->etag);
	if (page->age >= 0)
		mgi_jsonw_int(w, "age", page->age);
	else
		mgi_jsonw_null(w, "age");
	mgi_jsonw_end(w);
}

static void put_times(mgi_jsonw *w, const mailguard_incident *i)
{
	mgi_jsonw_time(w, "started_at", i->started_at);
	mgi_jsonw_time(w, "started_at_declared", i->started_declared);
	mgi_jsonw_time(w, "started_at_observed", i->started_observed);
	mgi_jsonw_time(w, "updated_at", i->updated_at);
	mgi_jsonw_time(w, "expected_end", i->expected_end);
	mgi_jsonw_int(w, "expected_end_revisions", i->expected_end_revisions);
	mgi_jsonw_time(w, "ended_at", i->ended_at);
	mgi_jsonw_time(w, "next_update_at", i->next_update_at);
	mgi_jsonw_time(w, "fetched_at", i->fetched_at);
}

static void put_affected(mgi_jsonw *w, const mailguard_incident *i)
{
	mgi_jsonw_object(w, "affected");
	put_strings(w, "components", i->components);
	put_services(w, i->services);
	put_strings(w, "hosts", i->hosts);
	put_strings(w, "regions", i->regions);
	mgi_jsonw_bool(w, "partly", i->partly != 0);
	mgi_jsonw_end(w);
}

static void put_match(mgi_jsonw *w,
                      const mgi_view *v,
                      const mailguard_incident *i)
{
	mailguard_incident_touch t;

	mailguard_incident_match(&t, i, v->subjects, v->count);
	mgi_jsonw_str(w, "matches_me",
	              mailguard_incident_touches_name(t.touches));
	mgi_jsonw_str(w, "why", mailguard_incident_why_name(t.why));
	mgi_jsonw_str(w, "why_text", mailguard_incident_why_text(v->mg, t.why));
	put_text(w, "seen", t.seen);
}

static void put_updates(mgi_jsonw *w, const mailguard_incident *i)
{
	size_t k;

	mgi_jsonw_array(w, "updates");
	for (k = 0; k < i->update_count; k++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_time(w, "at", i->updates[k].at);
		mgi_jsonw_str(
			w, "phase",
			mailguard_incident_phase_name(i->updates[k].phase));
		mgi_jsonw_str(w, "text", i->updates[k].text);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_incident(mgi_jsonw *w,
                         const mgi_view *v,
                         const mailguard_incident *i)
{
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "type", "incident");
	put_text(w, "provider_key", i->provider);
	put_text(w, "source_url", i->source_url);
	mgi_jsonw_str(w, "source_kind", i->source_kind);
	put_text(w, "native_id", i->native_id);
	put_text(w, "url", i->url);
	mgi_jsonw_str(w, "title", i->title);
	mgi_jsonw_str(w, "kind", mailguard_incident_kind_name(i->kind));
	mgi_jsonw_str(w, "phase", mailguard_incident_phase_name(i->phase));
	mgi_jsonw_str(w, "impact", mailguard_incident_impact_name(i->impact));
	mgi_jsonw_str(w, "when", mailguard_incident_when_name(i->when));
	put_times(w, i);
	put_affected(w, i);
	put_match(w, v, i);
	mgi_jsonw_str(w, "body_text", i->body);
	put_updates(w, i);
	put_text(w, "lang", i->lang);
	put_http(w, &v->list->page);
	mgi_jsonw_int(w, "confidence", i->confidence);
	mgi_jsonw_end(w);
}

static void put_findings(mgi_jsonw *w, const mailguard_incidents *list)
{
	const mailguard_finding *f;
	size_t i;

	mgi_jsonw_array(w, "findings");
	for (i = 0; (f = mailguard_incidents_finding(list, i)) != NULL; i++) {
		mgi_jsonw_object(w, NULL);
		mgi_jsonw_str(w, "code", f->code);
		mgi_jsonw_str(w, "severity",
		              mailguard_severity_name(f->severity));
		mgi_jsonw_str(w, "text", f->text);
		mgi_jsonw_end(w);
	}
	mgi_jsonw_end(w);
}

static void put_page(mgi_jsonw *w, const mgi_view *v)
{
	const mailguard_incident_page *page = &v->list->page;
	mailguard_evidence e;

	mailguard_incidents_overall(&e, v->list, v->subjects, v->count);
	mgi_jsonw_object(w, NULL);
	mgi_jsonw_str(w, "type", "page");
	put_text(w, "provider_key", page->provider);
	put_text(w, "source_url", page->url);
	put_text(w, "source_kind", page->format);
	put_text(w, "title", page->title);
	mgi_jsonw_str(w, "overall", mailguard_outcome_name(e.outcome));
	mgi_jsonw_int(w, "incidents", (int64_t)v->list->count);
	mgi_jsonw_bool(w, "readable", page->readable != 0);
	mgi_jsonw_bool(w, "complete", page->complete != 0);
	mgi_jsonw_time(w, "updated_at", page->updated_at);
	mgi_jsonw_time(w, "fetched_at", page->fetched_at);
	put_http(w, page);
	put_text(w, "sha256", page->sha256);
	put_findings(w, v->list);
	mgi_jsonw_end(w);
}

static mailguard_status put_line(mailguard_buffer *out,
                                 const mgi_view *v,
                                 const mailguard_incident *i,
                                 mailguard_error *err)
{
	mailguard_status st;
	mgi_jsonw w;

	mgi_jsonw_init(&w, out);
	if (i)
		put_incident(&w, v, i);
	else
		put_page(&w, v);
	st = mgi_jsonw_finish(&w, err);
	if (st < 0)
		return st;
	mgi_buf_putc(out, '\n');
	return mgi_buf_status(out, err);
}

mailguard_status mailguard_incidents_json(mailguard_buffer *out,
                                          const mailguard_incidents *list,
                                          const mailguard_subject *subjects,
                                          size_t count,
                                          mailguard_error *err)
{
	mgi_view v = { list, subjects, count, mgi_arena_handle(list->arena) };
	size_t begin = out->len, i;
	mailguard_status st = MAILGUARD_OK;

	for (i = 0; st == MAILGUARD_OK && i < list->count; i++)
		st = put_line(out, &v, list->at[i], err);
	if (st == MAILGUARD_OK)
		st = put_line(out, &v, NULL, err);
	if (st < 0)
		mgi_buf_cut(out, begin);
	return st;
}
