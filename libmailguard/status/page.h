#ifndef MGI_PAGE_H
#define MGI_PAGE_H
/*
 * page.h - one page while it is read: what a format's reader is given, and
 * what it may say of the incidents it finds.
 *
 * A reader gets the page as a tree or as text, adds items, and never fails:
 * memory that ran out is remembered by the arena and asked for once, at the
 * end. What the reader leaves out (services, hosts, language, where it stands
 * in time) is filled in by finish.c, the same for every format.
 */
#include <mailguard/status.h>

#include "base/finding.h"
#include "base/json.h"
#include "base/say.h"
#include "base/text.h"
#include "base/xml.h"

#define MGI_TITLE_MAX 512
#define MGI_BODY_MAX 8192

/* A list of strings as it grows. */
typedef struct mgi_strings {
	struct mgi_string *first, *last;
	size_t count;
} mgi_strings;

struct mgi_string {
	struct mgi_string *next;
	const char *text;
};

typedef struct mgi_update {
	struct mgi_update *next;
	mailguard_incident_update pub;
} mgi_update;

/* An incident being read. Readers set the plain members of `pub` themselves;
 * its strings must be of the page's arena. */
typedef struct mgi_item {
	struct mgi_item *next;
	mailguard_incident pub;
	mgi_strings components, hosts, regions;
	mgi_update *updates; /* in the order they were added */
	mgi_update *updates_end;
	size_t update_count;
	const char *effect; /* what it does, in a notice's words; may be NULL */
	bool fixed;         /* kind and phase are the provider's own words */
} mgi_item;

typedef struct mgi_page {
	mailguard *mg;
	mgi_arena *arena;
	const mgi_json *json; /* the root, or NULL */
	const mgi_xml_node *xml;
	bool html;
	bool feed;           /* of news: what is over is told by another item */
	mailguard_span text; /* UTF-8; also of trees, but XML and HTML */
	mailguard_incident_page pub;
	const char *home; /* of a feed: the page it is the feed of */
	bool offset_known;
	int32_t offset;
	mgi_item *items, *last;
	size_t count;
	mgi_item spare; /* what is past the limits goes here */
	mgi_findings *findings;
	bool no_memory;           /* for a buffer that is gone by now */
	mailguard_buffer scratch; /* of page.c */
	mailguard_buffer lent;    /* what mgi_page_xml() gave */
	mgi_number number;        /* what mgi_page_id() gave */
} mgi_page;

/* A format: one file, one row in formats.c. */
typedef struct mgi_format {
	const char *name;
	bool (*sniff)(const mgi_page *p);
	void (*read)(mgi_page *p);
} mgi_format;

extern const mgi_format mgi_format_statuspage;
extern const mgi_format mgi_format_google;
extern const mgi_format mgi_format_instatus;
extern const mgi_format mgi_format_cachet;
extern const mgi_format mgi_format_kuma;
extern const mgi_format mgi_format_kuma_beats;
extern const mgi_format mgi_format_cstate;
extern const mgi_format mgi_format_aws;
extern const mgi_format mgi_format_apple;
extern const mgi_format mgi_format_sakura;
extern const mgi_format mgi_format_graph;
extern const mgi_format mgi_format_msposts;
extern const mgi_format mgi_format_rss;
extern const mgi_format mgi_format_rdf;
extern const mgi_format mgi_format_atom;
extern const mgi_format mgi_format_html;
extern const mgi_format mgi_format_text;

/* NULL: like none. */
const mgi_format *mgi_format_find(const mgi_page *p);

/* Never NULL. Past the limit, or out of memory: one that is thrown away. */
mgi_item *mgi_item_new(mgi_page *p);
/* One that is never told: what a reader found to be no incident. */
void mgi_item_drop(mgi_page *p, mgi_item *it);
/* `raw` as it came; NULL and "" add nothing, nor does what is there. */
void mgi_component_add(mgi_page *p, mgi_item *it, const char *raw);
void mgi_host_add(mgi_page *p, mgi_item *it, const char *host);
void mgi_region_add(mgi_page *p, mgi_item *it, const char *raw);
void mgi_update_add(mgi_page *p,
                    mgi_item *it,
                    mailguard_time at,
                    mailguard_incident_phase phase,
                    const char *raw);

/* Copies without markup (clean.h); "" for NULL. */
const char *mgi_page_line(mgi_page *p, const char *raw);
const char *mgi_page_body(mgi_page *p, const char *raw);
/* As it is, for ids and URLs: control characters dropped. */
const char *mgi_page_token(mgi_page *p, const char *raw);
/* A string or a number of an object as text; NULL if neither. Lent until the
 * next call. */
const char *mgi_page_id(mgi_page *p, const mgi_json *v, const char *key);
/* A time in any of the ways of when.h; 0 and NULL are unknown. */
mailguard_time mgi_page_time(mgi_page *p, const char *s);
mailguard_time mgi_page_time_of(mgi_page *p, const mgi_json *v, const char *k);
/* All text in `node`, lent until the next call; "" for NULL. */
const char *mgi_page_xml(mgi_page *p, const mgi_xml_node *node);

/* The page is not what it seems, or holds a word nobody knows. */
void mgi_page_odd(mgi_page *p,
                  mgi_say_id id,
                  mailguard_severity severity,
                  const char *what,
                  const char *value);
/* Nothing may be concluded from it. */
void mgi_page_unreadable(mgi_page *p, mgi_say_id id, const char *why);

/* All readers done: fill in the rest. */
void mgi_page_finish(mgi_page *p);

#endif
