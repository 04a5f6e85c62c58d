/*
 * read.c - bytes of a page to incidents: charset, envelope, format, order.
 *
 * Whatever the bytes are, it is no failure: what cannot be read is told by a
 * finding, and makes the page say nothing.
 */
#include <string.h>

#include "base/charset.h"
#include "base/fail.h"
#include "base/hash.h"
#include "base/xml_charset.h"
#include "status/clean.h"
#include "status/incidents.h"

#define JST 32400
#define LABEL_MAX 64

static bool is_markup(mailguard_span s)
{
	s = mgi_span_trim(s);
	return s.len && s.data[0] == '<';
}

/* "text/html; charset=x": the charset into `out`; false if it says none. */
static bool label_of(char out[LABEL_MAX], const char *content_type)
{
	mailguard_span s = mgi_span_of(content_type);
	ptrdiff_t at = mgi_span_find_nocase(s, "charset=");
	size_t n = 0;

	if (at < 0)
		return false;
	s = mgi_span_from(s, (size_t)at + strlen("charset="));
	if (s.len && s.data[0] == '"')
		s = mgi_span_from(s, 1);
	while (n + 1 < LABEL_MAX && n < s.len && s.data[n] > ' ' &&
	       s.data[n] != '"' && s.data[n] != ';') {
		out[n] = (char)s.data[n];
		n++;
	}
	out[n] = '\0';
	return n > 0;
}

static const mgi_charset *charset_of(mailguard_span bytes,
                                     const char *label,
                                     size_t *skip)
{
	const mgi_charset *cs = mgi_charset_marked(bytes, skip);

	if (!cs && label)
		cs = mgi_charset_find(mgi_span_of(label));
	if (!cs)
		cs = mgi_charset_sniff(bytes);
	return cs ? cs : mgi_charset_utf8();
}

/* All of the page as UTF-8. */
static mailguard_status decode(mailguard_buffer *out,
                               mailguard_span bytes,
                               const char *content_type,
                               mailguard_error *err)
{
	char label[LABEL_MAX];
	const char *known = label_of(label, content_type) ? label : NULL;
	const mgi_charset *cs;
	mailguard_status st;
	size_t skip = 0;

	cs = charset_of(bytes, known, &skip);
	if (!mgi_charset_is_wide(cs) && is_markup(mgi_span_from(bytes, skip)))
		return mgi_xml_to_utf8(out, bytes, known, err);
	st = mgi_charset_decode(out, NULL, cs, mgi_span_from(bytes, skip), err);
	if (st != MAILGUARD_EUNSUPPORTED)
		return st;
	return mgi_charset_decode(out, NULL, mgi_charset_utf8(), bytes, err);
}

/* "callback({...});", an empty comment before it or not: what is between. */
static mailguard_span jsonp(mailguard_span s)
{
	size_t n = 0;

	s = mgi_span_trim(s);
	if (mgi_span_starts(s, "/**/"))
		s = mgi_span_trim(mgi_span_from(s, 4));
	while (n < s.len && (mgi_is_alnum(s.data[n]) || s.data[n] == '_' ||
	                     s.data[n] == '$' || s.data[n] == '.'))
		n++;
	if (!n || n >= s.len || s.data[n] != '(')
		return s;
	while (s.len &&
	       (mgi_is_space(s.data[s.len - 1]) || s.data[s.len - 1] == ';'))
		s.len--;
	if (s.data[s.len - 1] != ')')
		return s;
	s = mgi_span_from(s, n + 1);
	s.len--;
	return mgi_span_trim(s);
}

static bool is_html(mailguard_span s)
{
	mailguard_span head = mgi_span_head(mgi_span_trim(s), 1024);

	return mgi_span_find_nocase(head, "<!doctype html") >= 0 ||
	       mgi_span_find_nocase(head, "<html") >= 0 ||
	       mgi_span_find_nocase(head, "<body") >= 0 ||
	       mgi_span_find_nocase(head, "<meta") >= 0;
}

/* Trees that are of use to no reader longer than reading takes. */
typedef struct trees {
	mgi_json *json;
	mgi_xml *xml;
} trees;

/* Out of memory fails; anything else is a page that cannot be read. */
static mailguard_status refused(mgi_page *p,
                                mailguard_status st,
                                const mailguard_error *why,
                                mailguard_error *err)
{
	if (st == MAILGUARD_ENOMEM)
		return mgi_fail_nomem(err);
	mgi_page_unreadable(p, MGI_SAY_INCIDENTS_BROKEN, why->message);
	return MAILGUARD_OK;
}

static mailguard_status plant(trees *t, mgi_page *p, mailguard_error *err)
{
	mgi_xml_options utf8 = { .charset = "utf-8" };
	mailguard_span s = jsonp(p->text);
	mailguard_error why = { 0 };
	mailguard_status st = MAILGUARD_OK;

	if (s.len && (s.data[0] == '{' || s.data[0] == '[')) {
		st = mgi_json_parse(&t->json, p->mg, s, &why);
		p->json = t->json;
		/* "[障害] ..." of a text begins like a list. */
		if (st == MAILGUARD_EFORMAT && s.data[0] == '[' && s.len > 1 &&
		    s.data[1] >= 0x80)
			return MAILGUARD_OK;
	} else if (is_markup(p->text) && is_html(p->text)) {
		p->html = true;
	} else if (is_markup(p->text)) {
		st = mgi_xml_parse(&t->xml, p->mg, p->text, &utf8, &why);
		if (st == MAILGUARD_OK)
			p->xml = mgi_xml_root(t->xml);
	}
	return st < 0 ? refused(p, st, &why, err) : st;
}

static bool is_jp(mailguard_span url)
{
	ptrdiff_t at = mgi_span_find_nocase(url, "://");
	size_t n;

	if (at >= 0)
		url = mgi_span_from(url, (size_t)at + 3);
	for (n = 0; n < url.len && !mgi_is_one_of(url.data[n], "/:?#"); n++)
		continue;
	return n >= 3 &&
	       mgi_span_is_nocase(mgi_span(url.data + n - 3, 3), ".jp");
}

/* Also where JSON has kana as "\u30e1". */
static bool is_japanese(mailguard_span text)
{
	text = mgi_span_head(text, 65536);
	return mgi_span_find_nocase(text, "\\u30") >= 0 ||
	       mgi_span_find_nocase(text, "の") >= 0 ||
	       mgi_span_find_nocase(text, "メ") >= 0;
}

static void offset_guess(mgi_page *p, const mailguard_incidents_options *o)
{
	p->offset_known = o->offset_known != 0;
	p->offset = o->utc_offset;
	if (p->offset_known || p->offset)
		return;
	if (is_jp(mgi_span_of(p->pub.url)) || is_japanese(p->text))
		p->offset = JST;
}

static mailguard_status read_page(mgi_page *p, trees *t, mailguard_error *err)
{
	const mgi_format *f;
	mailguard_status st = plant(t, p, err);

	if (st < 0 || !p->pub.readable)
		return st;
	f = mgi_format_find(p);
	if (!f) {
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_UNRECOGNISED, NULL);
		return MAILGUARD_OK;
	}
	p->pub.format = f->name;
	f->read(p);
	mgi_page_finish(p);
	return MAILGUARD_OK;
}

static mailguard_status read_bytes(mgi_page *p,
                                   mailguard_span bytes,
                                   const mailguard_incidents_options *o,
                                   mailguard_error *err)
{
	trees t = { NULL, NULL };
	mailguard_buffer utf8;
	mailguard_status st;

	if (!mgi_span_trim(bytes).len) {
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_EMPTY, NULL);
		return MAILGUARD_OK;
	}
	if (bytes.len > MAILGUARD_INCIDENTS_BYTES_MAX) {
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_TOO_LARGE, NULL);
		return MAILGUARD_OK;
	}
	mgi_buf_init(&utf8, p->mg);
	st = decode(&utf8, bytes, o->content_type, err);
	if (st == MAILGUARD_OK) {
		p->text = mgi_buf_span(&utf8);
		offset_guess(p, o);
		st = read_page(p, &t, err);
	}
	mgi_json_free(t.json);
	mgi_xml_free(t.xml);
	mgi_buf_done(&utf8);
	return st;
}

static bool before(const mailguard_incident *a, const mailguard_incident *b)
{
	static const int8_t rank[] = { 2, 0, 1, 3 };

	if (rank[a->when] != rank[b->when])
		return rank[a->when] < rank[b->when];
	if (a->updated_at != b->updated_at)
		return a->updated_at > b->updated_at;
	return a->started_at > b->started_at;
}

static void order(mailguard_incidents *list, mgi_page *p)
{
	const mailguard_incident **at =
		mgi_arena_array(p->arena, p->count + 1, sizeof(void *));
	const mgi_item *it;
	size_t n = 0, k;

	for (it = p->items; at && it; it = it->next) {
		for (k = n; k && before(&it->pub, at[k - 1]); k--)
			at[k] = at[k - 1];
		at[k] = &it->pub;
		n++;
	}
	list->at = at;
	list->count = at ? n : 0;
}

static mailguard_status digest(mgi_page *p,
                               mailguard_span bytes,
                               mailguard_error *err)
{
	unsigned char sum[MGI_SHA256_BYTES];
	char hex[MGI_SHA256_HEX];
	mailguard_status st = mgi_sha256(sum, p->mg, bytes, err);

	if (st < 0)
		return st;
	mgi_hex(hex, mgi_span(sum, sizeof(sum)));
	p->pub.sha256 = mgi_page_token(p, hex);
	return MAILGUARD_OK;
}

static void page_begin(mgi_page *p, const mailguard_incidents_options *o)
{
	mailguard_incident_page *pub = &p->pub;

	p->findings = mgi_findings_new(p->arena, 0);
	pub->provider = mgi_page_token(p, o->provider);
	pub->url = mgi_page_token(p, o->url);
	pub->etag = mgi_page_token(p, o->etag);
	pub->last_modified = mgi_page_token(p, o->last_modified);
	pub->format = pub->title = pub->sha256 = "";
	pub->fetched_at = o->fetched_at ? o->fetched_at : mgi_now(p->mg);
	pub->age = o->age_known ? o->age : -1;
	pub->http_status = o->http_status;
	pub->readable = pub->complete = 1;
}

static mailguard_status fill(mailguard_incidents *list,
                             mgi_page *p,
                             const mgi_input *in,
                             mailguard_error *err)
{
	const mailguard_incidents_options *o = in->opts;
	mailguard_status st;

	page_begin(p, o);
	st = digest(p, in->bytes, err);
	if (st == MAILGUARD_OK && in->lost)
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_NO_ANSWER, in->lost);
	else if (st == MAILGUARD_OK && o->http_status && o->http_status != 200)
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_HTTP,
		                    mgi_i64(o->http_status).text);
	else if (st == MAILGUARD_OK)
		st = read_bytes(p, in->bytes, o, err);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(&p->scratch, err);
	if (st == MAILGUARD_OK)
		st = mgi_buf_status(&p->lent, err);
	if (st < 0)
		return st;
	order(list, p);
	list->page = p->pub;
	list->findings = p->findings;
	list->arena = p->arena;
	if (p->no_memory || mgi_arena_failed(p->arena))
		return mgi_fail_nomem(err);
	return MAILGUARD_OK;
}

mailguard_status mgi_incidents_make(mailguard_incidents **out,
                                    mailguard *mg,
                                    const mgi_input *in,
                                    mailguard_error *err)
{
	mailguard_incidents *list;
	mgi_page p = { .mg = mg, .home = "" };
	mailguard_status st;

	*out = NULL;
	p.arena = mgi_arena_new(mg);
	if (!p.arena)
		return mgi_fail_nomem(err);
	mgi_buf_init(&p.scratch, mg);
	mgi_buf_init(&p.lent, mg);
	list = mgi_arena_alloc(p.arena, sizeof(*list));
	st = list ? fill(list, &p, in, err) : mgi_fail_nomem(err);
	mgi_buf_done(&p.scratch);
	mgi_buf_done(&p.lent);
	if (st < 0) {
		mgi_arena_free(p.arena);
		return st;
	}
	*out = list;
	return MAILGUARD_OK;
}

mailguard_status mailguard_incidents_parse(
	mailguard_incidents **out,
	mailguard *mg,
	mailguard_span page,
	const mailguard_incidents_options *opts,
	mailguard_error *err)
{
	mailguard_incidents_options o;
	mgi_input in = { page, &o, NULL };
	mailguard_status st;

	*out = NULL;
	if (!mg)
		return mgi_fail(err, mg, MAILGUARD_EINVAL,
		                MGI_SAY_ARGUMENT_MISSING, "what", "mg");
	st = mgi_options_copy(&o, sizeof(o), opts, mg, err);
	return st < 0 ? st : mgi_incidents_make(out, mg, &in, err);
}

void mailguard_incidents_free(mailguard_incidents *list)
{
	if (list)
		mgi_arena_free(list->arena);
}

const mailguard_incident *mailguard_incidents_at(
	const mailguard_incidents *list,
	size_t i)
{
	return i < list->count ? list->at[i] : NULL;
}

const mailguard_incident_page *mailguard_incidents_page(
	const mailguard_incidents *list)
{
	return &list->page;
}

const mailguard_finding *mailguard_incidents_finding(
	const mailguard_incidents *list,
	size_t i)
{
	return mgi_findings_at(list->findings, i);
}
