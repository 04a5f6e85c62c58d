/*
 * feed.c - RSS 0.91 to 2.0, RSS 1.0 (RDF) and Atom.
 *
 * An item is an update, not an incident: those of one link are one, unless it
 * is the link of the feed itself. The newest speaks.
 */
#include <string.h>

#include "status/clean.h"
#include "status/when.h"
#include "status/words.h"

typedef struct entry {
	const char *title, *body, *link, *id, *status;
	mailguard_time at, first;
} entry;

static const mgi_xml_node *any_of(const mgi_xml_node *node,
                                  const char *const *names)
{
	const mgi_xml_node *found = NULL;

	for (; !found && *names; names++)
		found = mgi_xml_child(node, *names);
	return found;
}

static const char *raw_of(mgi_page *p,
                          const mgi_xml_node *node,
                          const char *const *names)
{
	return mgi_page_xml(p, any_of(node, names));
}

/* Atom: the alternate one, or the first; RSS: the text. */
static const char *link_of(mgi_page *p, const mgi_xml_node *node)
{
	const mgi_xml_node *n, *best = NULL;
	mailguard_buffer *b = &p->lent;

	for (n = mgi_xml_first(node); n; n = mgi_xml_next(n)) {
		if (!mgi_xml_is(n, "link"))
			continue;
		mgi_buf_cut(b, 0);
		if (!best || !mgi_xml_attr(b, n, "rel") ||
		    strcmp(mgi_buf_text(b), "alternate") == 0)
			best = n;
		if (strcmp(mgi_buf_text(b), "alternate") == 0)
			break;
	}
	mgi_buf_cut(b, 0);
	if (best && !mgi_xml_attr(b, best, "href"))
		mgi_xml_text(b, best);
	return mgi_page_token(p, mgi_buf_text(b));
}

static const char *id_of(mgi_page *p, const mgi_xml_node *node)
{
	static const char *const names[] = { "guid", "id", NULL };
	const char *id = mgi_page_token(p, raw_of(p, node, names));

	if (*id)
		return id;
	mgi_buf_cut(&p->lent, 0);
	mgi_xml_attr(&p->lent, node, "about");
	return mgi_page_token(p, mgi_buf_text(&p->lent));
}

static mailguard_time time_of(mgi_page *p,
                              const mgi_xml_node *node,
                              const char *const *names)
{
	mailguard_time t = 0;

	for (; !t && *names; names++)
		t = mgi_page_time(p,
		                  mgi_page_xml(p, mgi_xml_child(node, *names)));
	return t;
}

static entry entry_of(mgi_page *p, const mgi_xml_node *node)
{
	static const char *const titles[] = { "title", NULL };
	static const char *const bodies[] = { "encoded", "content",
		                              "description", "summary", NULL };
	static const char *const updated[] = { "updated",   "pubDate",
		                               "date",      "modified",
		                               "published", "issued",
		                               NULL };
	static const char *const published[] = { "published", "issued",
		                                 "pubDate",   "date",
		                                 "updated",   NULL };
	static const char *const statuses[] = { "status", NULL };
	entry e;

	e.title = mgi_page_line(p, raw_of(p, node, titles));
	e.body = mgi_page_body(p, raw_of(p, node, bodies));
	e.link = link_of(p, node);
	e.id = id_of(p, node);
	e.status = mgi_page_line(p, raw_of(p, node, statuses));
	e.at = time_of(p, node, updated);
	e.first = time_of(p, node, published);
	return e;
}

/* Where the item that this is an update of is, or NULL. */
static mgi_item *same_incident(const mgi_page *p, const entry *e)
{
	mgi_item *it;

	if (!*e->link || strcmp(e->link, p->home) == 0)
		return NULL;
	for (it = p->items; it; it = it->next)
		if (strcmp(it->pub.url, e->link) == 0)
			return it;
	return NULL;
}

static mailguard_incident_phase phase_of(mgi_page *p, const entry *e)
{
	mailguard_incident_phase phase = mgi_phase_lead(e->title);

	if (!phase)
		phase = mgi_hints_of(p, e->title, true).phase;
	if (!phase)
		phase = mgi_phase_lead(e->body);
	return phase;
}

/* An update told as an item: keep its text, and if it is newer, its words. */
static void join(mgi_page *p, mgi_item *it, const entry *e)
{
	mailguard_incident *i = &it->pub;

	mgi_update_add(p, it, e->at, phase_of(p, e), e->body);
	if (e->first &&
	    (!i->started_observed || e->first < i->started_observed))
		i->started_observed = e->first;
	if (e->at <= i->updated_at)
		return;
	i->updated_at = e->at;
	i->title = e->title;
	i->body = e->body;
	i->native_id = e->id;
}

/* Statuspage's feeds: "THIS IS A SCHEDULED EVENT Feb 5, 15:00 - 18:00 UTC". */
static void read_event(mgi_page *p, mgi_item *it)
{
	static const char mark[] = "this is a scheduled event";
	mailguard_span s = mgi_span_head(mgi_span_of(it->pub.body), 512);
	ptrdiff_t at = mgi_span_find_nocase(s, mark);
	mgi_span_of_time t;

	if (at < 0)
		return;
	mgi_buf_cut(&p->lent, 0);
	mgi_fold_text(&p->lent, mgi_span_from(s, (size_t)at + strlen(mark)));
	t = mgi_period(mgi_buf_span(&p->lent), p->offset, it->pub.updated_at);
	it->pub.kind = MAILGUARD_INCIDENT_KIND_MAINTENANCE;
	it->pub.started_declared = t.begin;
	it->pub.expected_end = t.end;
}

static void read_entry(mgi_page *p, const mgi_xml_node *node)
{
	entry e = entry_of(p, node);
	mgi_item *it = same_incident(p, &e);

	if (!*e.title && !*e.body)
		return;
	if (it) {
		join(p, it, &e);
		return;
	}
	it = mgi_item_new(p);
	it->pub.title = e.title;
	it->pub.body = e.body;
	it->pub.url = e.link;
	it->pub.native_id = e.id;
	it->pub.updated_at = e.at;
	it->pub.started_observed = e.first;
	mgi_update_add(p, it, e.at, phase_of(p, &e), e.body);
	read_event(p, it);
	if (*e.status) { /* Microsoft's, of its admin centres alone */
		p->pub.complete = 0;
		mgi_word_phase(p, it, "microsoft", e.status);
		mgi_word_impact(p, it, "microsoft", e.status);
	}
}

static void read_head(mgi_page *p, const mgi_xml_node *head)
{
	p->pub.title =
		mgi_page_line(p, mgi_page_xml(p, mgi_xml_child(head, "title")));
	p->home = link_of(p, head);
	p->feed = true;
	if (!*p->pub.url)
		p->pub.url = p->home;
}

static void read_all(mgi_page *p, const mgi_xml_node *in, const char *name)
{
	const mgi_xml_node *n;

	for (n = mgi_xml_first(in); n; n = mgi_xml_next(n))
		if (mgi_xml_is(n, name))
			read_entry(p, n);
}

static bool sniff_rss(const mgi_page *p)
{
	return mgi_xml_is(p->xml, "rss") && mgi_xml_child(p->xml, "channel");
}

static bool sniff_rdf(const mgi_page *p)
{
	return mgi_xml_is(p->xml, "RDF") && mgi_xml_child(p->xml, "channel");
}

static bool sniff_atom(const mgi_page *p)
{
	return mgi_xml_is(p->xml, "feed");
}

static void read_rss(mgi_page *p)
{
	const mgi_xml_node *channel = mgi_xml_child(p->xml, "channel");

	read_head(p, channel);
	read_all(p, channel, "item");
	/* RSS 0.90 had them beside the channel. */
	read_all(p, p->xml, "item");
}

static void read_atom(mgi_page *p)
{
	read_head(p, p->xml);
	read_all(p, p->xml, "entry");
}

const mgi_format mgi_format_rss = { "rss", sniff_rss, read_rss };
const mgi_format mgi_format_rdf = { "rss1", sniff_rdf, read_rss };
const mgi_format mgi_format_atom = { "atom", sniff_atom, read_atom };
