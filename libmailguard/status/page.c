/*
 * page.c - items as they are found, and strangers' strings made ours.
 */
#include "status/page.h"

#include <string.h>

#include "status/clean.h"
#include "status/when.h"

static void item_init(mgi_item *it)
{
	memset(it, 0, sizeof(*it));
	it->pub.native_id = it->pub.title = it->pub.url = it->pub.body = "";
}

mgi_item *mgi_item_new(mgi_page *p)
{
	mgi_item *it = NULL;

	if (p->count < MAILGUARD_INCIDENTS_MAX)
		it = mgi_arena_alloc(p->arena, sizeof(*it));
	else if (p->pub.complete) {
		p->pub.complete = 0;
		mgi_page_odd(p, MGI_SAY_INCIDENTS_LIMIT,
		             MAILGUARD_SEVERITY_WARN, "max",
		             mgi_u64(MAILGUARD_INCIDENTS_MAX).text);
	}
	if (!it) {
		item_init(&p->spare);
		return &p->spare;
	}
	item_init(it);
	if (p->last)
		p->last->next = it;
	else
		p->items = it;
	p->last = it;
	p->count++;
	return it;
}

void mgi_item_drop(mgi_page *p, mgi_item *it)
{
	mgi_item *before = NULL, *at = p->items;

	while (at && at != it) {
		before = at;
		at = at->next;
	}
	if (!at)
		return;
	if (before)
		before->next = it->next;
	else
		p->items = it->next;
	if (p->last == it)
		p->last = before;
	p->count--;
}

static void string_add(mgi_page *p, mgi_strings *list, const char *text)
{
	struct mgi_string *s;

	for (s = list->first; s; s = s->next)
		if (strcmp(s->text, text) == 0)
			return;
	if (!*text || list->count >= MAILGUARD_INCIDENTS_LIST_MAX)
		return;
	s = mgi_arena_alloc(p->arena, sizeof(*s));
	if (!s)
		return;
	s->text = text;
	if (list->last)
		list->last->next = s;
	else
		list->first = s;
	list->last = s;
	list->count++;
}

void mgi_component_add(mgi_page *p, mgi_item *it, const char *raw)
{
	string_add(p, &it->components, mgi_page_line(p, raw));
}

void mgi_host_add(mgi_page *p, mgi_item *it, const char *host)
{
	string_add(p, &it->hosts, mgi_page_token(p, host));
}

void mgi_region_add(mgi_page *p, mgi_item *it, const char *raw)
{
	string_add(p, &it->regions, mgi_page_line(p, raw));
}

void mgi_update_add(mgi_page *p,
                    mgi_item *it,
                    mailguard_time at,
                    mailguard_incident_phase phase,
                    const char *raw)
{
	mgi_update *u;

	if (it->update_count >= MAILGUARD_INCIDENTS_LIST_MAX)
		return;
	u = mgi_arena_alloc(p->arena, sizeof(*u));
	if (!u)
		return;
	u->pub.at = at;
	u->pub.phase = phase;
	u->pub.text = mgi_page_body(p, raw);
	if (it->updates_end)
		it->updates_end->next = u;
	else
		it->updates = u;
	it->updates_end = u;
	it->update_count++;
}

/* What stands in the scratch buffer as a string of the page. */
static const char *keep(mgi_page *p)
{
	const char *s = mgi_arena_strndup(p->arena, mgi_buf_text(&p->scratch),
	                                  p->scratch.len);

	return s ? s : "";
}

static const char *cleaned(mgi_page *p, const char *raw, size_t max, bool line)
{
	if (!raw || !*raw)
		return "";
	mgi_buf_cut(&p->scratch, 0);
	mgi_clean(&p->scratch, mgi_span_of(raw), max, line);
	return keep(p);
}

const char *mgi_page_line(mgi_page *p, const char *raw)
{
	return cleaned(p, raw, MGI_TITLE_MAX, true);
}

const char *mgi_page_body(mgi_page *p, const char *raw)
{
	return cleaned(p, raw, MGI_BODY_MAX, false);
}

const char *mgi_page_token(mgi_page *p, const char *raw)
{
	mailguard_span s = mgi_span_trim(mgi_span_of(raw));
	size_t i;

	if (!s.len)
		return "";
	s.len = mgi_utf8_cut(s, (size_t)2 * MGI_TITLE_MAX);
	mgi_buf_cut(&p->scratch, 0);
	for (i = 0; i < s.len; i++)
		if (s.data[i] >= 0x20 && s.data[i] != 0x7f)
			mgi_buf_putc(&p->scratch, (char)s.data[i]);
	return keep(p);
}

const char *mgi_page_id(mgi_page *p, const mgi_json *v, const char *key)
{
	const mgi_json *m = mgi_json_get(v, key);
	const char *s = mgi_json_str_of(m, NULL);
	int64_t n = mgi_json_int_of(m, INT64_MIN);

	if (s || n == INT64_MIN)
		return s;
	p->number = mgi_i64(n);
	return p->number.text;
}

mailguard_time mgi_page_time(mgi_page *p, const char *s)
{
	return s ? mgi_when(mgi_span_of(s), p->offset) : 0;
}

mailguard_time mgi_page_time_of(mgi_page *p, const mgi_json *v, const char *k)
{
	return mgi_page_time(p, mgi_page_id(p, v, k));
}

const char *mgi_page_xml(mgi_page *p, const mgi_xml_node *node)
{
	mgi_buf_cut(&p->lent, 0);
	if (node)
		mgi_xml_text(&p->lent, node);
	return mgi_buf_text(&p->lent);
}

void mgi_page_odd(mgi_page *p,
                  mgi_say_id id,
                  mailguard_severity severity,
                  const char *what,
                  const char *value)
{
	mailguard_finding f = { .severity = severity,
		                .offset = MAILGUARD_NOWHERE,
		                .code = mgi_say_code(id) };
	mailguard_buffer text;

	if (!p->findings)
		return;
	mgi_buf_init(&text, p->mg);
	mgi_say(&text, p->mg, id, what, value ? value : "");
	f.where = p->pub.url;
	f.text = mgi_buf_text(&text);
	if (text.failed)
		p->no_memory = true;
	else
		mgi_findings_add(p->findings, &f);
	mgi_buf_done(&text);
}

void mgi_page_unreadable(mgi_page *p, mgi_say_id id, const char *why)
{
	p->pub.readable = 0;
	mgi_page_odd(p, id, MAILGUARD_SEVERITY_LOSS, "why", why);
}
