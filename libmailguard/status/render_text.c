/*
 * render_text.c - incidents for people: the answer first, then each that goes
 * on or lies ahead, then what could not be read.
 */
#include <string.h>

#include "base/clock.h"
#include "status/render.h"

#define BODY_LINES 4

static void put_line(mailguard_buffer *out,
                     const mgi_view *v,
                     mgi_say_id id,
                     const char *slot,
                     const char *value)
{
	mgi_say(out, v->mg, id, slot, value);
	mgi_buf_putc(out, '\n');
}

/* "2026-02-03 09:20" in the zone of the handle. */
static void put_time(mailguard_buffer *out,
                     const mgi_view *v,
                     mgi_say_id id,
                     mailguard_time t)
{
	mgi_civil c = mgi_civil_of(t, mgi_utc_offset(v->mg, t));
	mailguard_buffer text;

	if (!t)
		return;
	mgi_buf_init(&text, v->mg);
	mgi_buf_printf(&text, "%04d-%02d-%02d %02d:%02d", c.year, c.month,
	               c.day, c.hour, c.minute);
	mgi_buf_puts(out, "  ");
	put_line(out, v, id, "time", mgi_buf_text(&text));
	if (text.failed)
		out->failed = text.failed;
	mgi_buf_done(&text);
}

static mgi_say_id kind_id(const mailguard_incident *i)
{
	if (i->kind == MAILGUARD_INCIDENT_KIND_MAINTENANCE)
		return i->when == MAILGUARD_INCIDENT_WHEN_AHEAD
		               ? MGI_SAY_INCIDENT_AHEAD
		               : MGI_SAY_INCIDENT_MAINTENANCE;
	if (i->when == MAILGUARD_INCIDENT_WHEN_UNKNOWN)
		return MGI_SAY_INCIDENT_UNCLEAR;
	return MGI_SAY_INCIDENT_OPEN;
}

static mgi_say_id phase_id(mailguard_incident_phase phase)
{
	static const mgi_say_id ids[] = {
		MGI_SAY_INCIDENT_PHASE_UNKNOWN,
		MGI_SAY_INCIDENT_PHASE_SCHEDULED,
		MGI_SAY_INCIDENT_PHASE_IN_PROGRESS,
		MGI_SAY_INCIDENT_PHASE_INVESTIGATING,
		MGI_SAY_INCIDENT_PHASE_IDENTIFIED,
		MGI_SAY_INCIDENT_PHASE_MONITORING,
		MGI_SAY_INCIDENT_PHASE_RESOLVED,
		MGI_SAY_INCIDENT_PHASE_COMPLETED,
	};

	return ids[phase];
}

static void put_body(mailguard_buffer *out, const char *body)
{
	mailguard_span s = mgi_span_of(body);
	int lines = 0;

	while (s.len && lines++ < BODY_LINES) {
		const unsigned char *end = memchr(s.data, '\n', s.len);
		size_t n = end ? (size_t)(end - s.data) : s.len;

		mgi_buf_puts(out, "  | ");
		mgi_buf_add(out, s.data, n);
		mgi_buf_putc(out, '\n');
		s = mgi_span_from(s, end ? n + 1 : n);
	}
}

static void put_incident(mailguard_buffer *out,
                         const mgi_view *v,
                         const mailguard_incident *i,
                         const mailguard_incident_touch *t)
{
	put_line(out, v, kind_id(i), "title", i->title);
	mgi_buf_puts(out, "  ");
	mgi_say(out, v->mg, MGI_SAY_INCIDENT_TOUCHES, "answer",
	        mgi_say_raw(mgi_lang_of(v->mg),
	                    t->touches == MAILGUARD_INCIDENT_TOUCHES_YES
	                            ? MGI_SAY_INCIDENT_YES
	                            : MGI_SAY_INCIDENT_MAYBE),
	        "why", mailguard_incident_why_text(v->mg, t->why));
	if (*t->seen)
		mgi_buf_printf(out, " (%s)", t->seen);
	mgi_buf_puts(out, "\n  ");
	put_line(out, v, phase_id(i->phase), "title", i->title);
	put_time(out, v, MGI_SAY_INCIDENT_SINCE, i->started_at);
	if (i->expected_end)
		put_time(out, v, MGI_SAY_INCIDENT_UNTIL, i->expected_end);
	else if (i->when == MAILGUARD_INCIDENT_WHEN_NOW) {
		mgi_buf_puts(out, "  ");
		put_line(out, v, MGI_SAY_INCIDENT_UNTIL_UNKNOWN, "title",
		         i->title);
	}
	put_time(out, v, MGI_SAY_INCIDENT_NEXT, i->next_update_at);
	put_body(out, i->body);
	if (*i->url)
		mgi_buf_printf(out, "  %s\n", i->url);
}

static mgi_say_id overall_id(mailguard_outcome outcome)
{
	switch (outcome) {
	case MAILGUARD_OUTCOME_OK:
		return MGI_SAY_INCIDENTS_OK;
	case MAILGUARD_OUTCOME_INCIDENT:
		return MGI_SAY_INCIDENTS_INCIDENT;
	case MAILGUARD_OUTCOME_MAINTENANCE:
		return MGI_SAY_INCIDENTS_MAINTENANCE;
	default:
		return MGI_SAY_INCIDENTS_UNKNOWN;
	}
}

/* What of the list touches me, and how much does not. */
static void put_list(mailguard_buffer *out, const mgi_view *v)
{
	uint64_t other = 0, over = 0;
	size_t i;

	for (i = 0; i < v->list->count; i++) {
		const mailguard_incident *at = v->list->at[i];
		mailguard_incident_touch t;

		mailguard_incident_match(&t, at, v->subjects, v->count);
		if (at->when == MAILGUARD_INCIDENT_WHEN_OVER)
			over++;
		else if (!t.touches)
			other++;
		else
			put_incident(out, v, at, &t);
	}
	if (other)
		put_line(out, v, MGI_SAY_INCIDENTS_OTHERS, "count",
		         mgi_u64(other).text);
	if (over)
		put_line(out, v, MGI_SAY_INCIDENTS_OVER, "count",
		         mgi_u64(over).text);
}

mailguard_status mailguard_incidents_text(mailguard_buffer *out,
                                          const mailguard_incidents *list,
                                          const mailguard_subject *subjects,
                                          size_t count,
                                          mailguard_error *err)
{
	mgi_view v = { list, subjects, count, mgi_arena_handle(list->arena) };
	const mailguard_incident_page *page = &list->page;
	const mailguard_finding *f;
	mailguard_evidence e;
	size_t begin = out->len, i;
	mailguard_status st;

	mailguard_incidents_overall(&e, list, subjects, count);
	mgi_buf_printf(out, "%s: ",
	               *page->title ? page->title
	               : *page->url ? page->url
	                            : page->format);
	put_line(out, &v, overall_id(e.outcome), "title", page->title);
	put_list(out, &v);
	for (i = 0; (f = mailguard_incidents_finding(list, i)) != NULL; i++)
		mgi_buf_printf(out, "! %s\n", f->text);
	st = mgi_buf_status(out, err);
	if (st < 0)
		mgi_buf_cut(out, begin);
	return st;
}
