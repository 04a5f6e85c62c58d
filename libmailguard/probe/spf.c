/*
 * spf.c - one walk over a record of SPF and those it leads to (RFC 7208, 4
 * to 6). Answers come from a zone; nothing is asked here.
 */
#include "probe/spf.h"

#include "base/buf.h"
#include "base/text.h"

#include <string.h>

enum { NXDOMAIN = 3, DEPTH_MAX = 20, COUNT_MAX = 200 };

typedef enum match { NO, YES, WAIT, TEMP, PERM } match;

typedef struct walk {
	const mgi_spf_query *q;
	mgi_spf_answer *out;
	mgi_arena *a;
	const char *sender, *local, *sender_domain, *helo;
	uint32_t depth;
	bool waiting; /* while counting: go on, but it is not the end */
	bool stopped; /* counting is cut off */
} walk;

/* A record as it is walked over. */
typedef struct place {
	const char *domain;
	mgi_spf_record record;
	bool redirected;
} place;

static mgi_spf_result check(walk *w, const char *domain, bool top);

const char *mgi_spf_name(mgi_spf_result r)
{
	static const char *const names[] = { "none",      "neutral",
		                             "pass",      "fail",
		                             "softfail",  "temperror",
		                             "permerror", "wait" };

	return names[r];
}

static const char *keep(walk *w, mailguard_span s)
{
	const char *own = mgi_arena_strndup(w->a, s.data, s.len);

	return own ? own : "";
}

static match wrong(walk *w,
                   mgi_spf_why why,
                   const char *domain,
                   mailguard_span term)
{
	if (!w->out->why) {
		w->out->why = why;
		w->out->where = domain;
		w->out->term = keep(w, term);
	}
	return why == MGI_SPF_DNS ? TEMP : PERM;
}

/* One more term that asks; while counting it goes on. */
static bool too_many(walk *w, const place *p, mailguard_span term)
{
	w->out->lookups++;
	w->stopped |= w->out->lookups > COUNT_MAX;
	if (w->out->lookups <= MGI_SPF_LOOKUPS_MAX)
		return false;
	(void)wrong(w, MGI_SPF_LOOKUPS, p->domain, term);
	return !w->q->count || w->stopped;
}

static bool void_too_many(walk *w, const place *p, mailguard_span term)
{
	w->out->voids++;
	if (w->out->voids <= MGI_SPF_VOIDS_MAX)
		return false;
	(void)wrong(w, MGI_SPF_VOIDS, p->domain, term);
	return !w->q->count;
}

static bool is_void(const mgi_fact *f)
{
	return f->rcode == NXDOMAIN || !f->count;
}

/* -- names in terms ------------------------------------------------------- */

/* RFC 7208, 7.3: labels go from the left until it fits. */
static const char *fit(char *name)
{
	size_t n = strlen(name);

	if (n && name[n - 1] == '.')
		name[--n] = '\0';
	while (n > 253) {
		size_t cut = strcspn(name, ".");

		if (!name[cut])
			break;
		name += cut + 1;
		n -= cut + 1;
	}
	return name;
}

static mgi_spf_macros macros_of(const walk *w, const char *domain)
{
	return (mgi_spf_macros){ .q = w->q,
		                 .sender = w->sender,
		                 .local = w->local,
		                 .sender_domain = w->sender_domain,
		                 .domain = domain,
		                 .helo = w->helo,
		                 .a = w->a };
}

/* The name a term is about; WAIT, or NO where counting can not know it. */
static match target_of(const char **out,
                       walk *w,
                       const place *p,
                       mailguard_span spec)
{
	mgi_spf_macros m = macros_of(w, p->domain);
	mailguard_buffer b;
	char *own;

	*out = p->domain;
	if (!spec.len)
		return YES;
	mgi_buf_init(&b, mgi_arena_handle(w->a));
	mgi_spf_expand(&b, &m, spec);
	own = mgi_arena_strdup(w->a, mgi_buf_text(&b));
	mgi_buf_done(&b);
	*out = own ? fit(own) : "";
	if (m.wait)
		return WAIT;
	return m.blind ? NO : YES;
}

/* -- mechanisms ----------------------------------------------------------- */

static bool record_within(const walk *w,
                          const mgi_spf_term *t,
                          const mgi_fact *f)
{
	int bits = w->q->ip.family == 6 ? t->bits6 : t->bits4;
	mgi_ip ip;
	size_t i;

	for (i = 0; i < f->count; i++)
		if (mgi_ip_read(&ip, mgi_span_of(f->records[i]->data)) &&
		    mgi_ip_within(&w->q->ip, &ip, bits))
			return true;
	return false;
}

/* While counting: void only if there is no address of either kind. */
static match count_addresses(walk *w,
                             const place *p,
                             const mgi_spf_term *t,
                             const char *name)
{
	const mgi_fact *a = mgi_zone_get(w->q->zone, "A", name);
	const mgi_fact *aaaa = mgi_zone_get(w->q->zone, "AAAA", name);

	if (!a || !aaaa)
		return WAIT;
	if (a->failed && aaaa->failed)
		return wrong(w, MGI_SPF_DNS, p->domain, t->text);
	if (!a->failed && !aaaa->failed && is_void(a) && is_void(aaaa))
		(void)void_too_many(w, p, t->text);
	return NO;
}

static match address_match(walk *w,
                           const place *p,
                           const mgi_spf_term *t,
                           const char *name)
{
	const mgi_fact *f;

	if (w->q->count)
		return count_addresses(w, p, t, name);
	f = mgi_zone_get(w->q->zone, w->q->ip.family == 6 ? "AAAA" : "A", name);
	if (!f)
		return WAIT;
	if (f->failed)
		return wrong(w, MGI_SPF_DNS, p->domain, t->text);
	if (is_void(f) && void_too_many(w, p, t->text))
		return PERM;
	return record_within(w, t, f) ? YES : NO;
}

/* All hosts are looked at before one is waited for: they are asked at once. */
static match mx_match(walk *w,
                      const place *p,
                      const mgi_spf_term *t,
                      const char *name)
{
	const mgi_fact *f = mgi_zone_get(w->q->zone, "MX", name);
	char host[MGI_NAME_MAX];
	match all = NO;
	size_t i;

	if (!f)
		return WAIT;
	if (f->failed)
		return wrong(w, MGI_SPF_DNS, p->domain, t->text);
	if (is_void(f))
		return void_too_many(w, p, t->text) ? PERM : NO;
	if (f->count > MGI_SPF_MX_MAX)
		return wrong(w, MGI_SPF_MANY_MX, p->domain, t->text);
	for (i = 0; i < f->count; i++) {
		match m = NO;

		mgi_record_host(host, f->records[i]);
		if (host[0])
			m = address_match(w, p, t, host);
		if (m == WAIT)
			all = WAIT;
		else if (m != NO && all == NO)
			return m;
	}
	return all;
}

static match ptr_match(walk *w, const place *p, const char *name)
{
	bool wait = false;
	const char *found;
	(void)p;

	w->out->uses_ptr = true;
	if (w->q->count)
		return NO;
	found = mgi_spf_validated(&wait, w->q, name, false, w->a);
	if (wait)
		return WAIT;
	return found ? YES : NO;
}

static match exists_match(walk *w,
                          const place *p,
                          const mgi_spf_term *t,
                          const char *name)
{
	const mgi_fact *f = mgi_zone_get(w->q->zone, "A", name);

	if (!f)
		return WAIT;
	if (f->failed)
		return wrong(w, MGI_SPF_DNS, p->domain, t->text);
	if (is_void(f))
		return void_too_many(w, p, t->text) ? PERM : NO;
	return w->q->count ? NO : YES;
}

static match include_match(walk *w,
                           const place *p,
                           const mgi_spf_term *t,
                           const char *name)
{
	switch (check(w, name, false)) {
	case MGI_SPF_PASS:
		return w->q->count ? NO : YES;
	case MGI_SPF_WAIT:
		return WAIT;
	case MGI_SPF_TEMPERROR:
		return TEMP;
	case MGI_SPF_PERMERROR:
		return PERM;
	case MGI_SPF_NONE:
		return wrong(w, MGI_SPF_NO_RECORD, p->domain, t->text);
	default:
		return NO;
	}
}

static match by_name(walk *w, const place *p, const mgi_spf_term *t)
{
	const char *name;
	match known;

	if (too_many(w, p, t->text))
		return PERM;
	known = target_of(&name, w, p, t->domain);
	if (t->kind == MGI_SPF_PTR && known != WAIT)
		return ptr_match(w, p, name);
	if (known != YES)
		return known;
	switch (t->kind) {
	case MGI_SPF_INCLUDE:
		return include_match(w, p, t, name);
	case MGI_SPF_A:
		return address_match(w, p, t, name);
	case MGI_SPF_MX:
		return mx_match(w, p, t, name);
	default:
		return exists_match(w, p, t, name);
	}
}

static match term_match(walk *w, const place *p, const mgi_spf_term *t)
{
	if (t->kind == MGI_SPF_ALL)
		return YES;
	if (t->kind != MGI_SPF_IP)
		return by_name(w, p, t);
	return !w->q->count && mgi_ip_within(&w->q->ip, &t->net, t->bits4) ? YES
	                                                                   : NO;
}

/* -- records -------------------------------------------------------------- */

static mgi_spf_result error_of(match m)
{
	if (m == WAIT)
		return MGI_SPF_WAIT;
	return m == TEMP ? MGI_SPF_TEMPERROR : MGI_SPF_PERMERROR;
}

/* The one record of a domain; NEUTRAL if it is there. */
static mgi_spf_result record_get(mailguard_span *out,
                                 walk *w,
                                 const char *domain)
{
	const mgi_fact *f = mgi_zone_get(w->q->zone, "TXT", domain);
	mailguard_span text;
	size_t i, n = 0;

	if (!f)
		return MGI_SPF_WAIT;
	if (f->failed) {
		(void)wrong(w, MGI_SPF_DNS, domain, mgi_span("", 0));
		return MGI_SPF_TEMPERROR;
	}
	for (i = 0; i < f->count; i++) {
		text = mgi_record_txt(f->records[i], w->a);
		if (!mgi_spf_is(text))
			continue;
		*out = text;
		n++;
	}
	if (n > 1) {
		(void)wrong(w, MGI_SPF_MANY_RECORDS, domain, mgi_span("", 0));
		return MGI_SPF_PERMERROR;
	}
	return n ? MGI_SPF_NEUTRAL : MGI_SPF_NONE;
}

static mgi_spf_result redirect(walk *w, const place *p, bool top)
{
	const char *name;
	mgi_spf_result r;
	match known;

	if (too_many(w, p, p->record.redirect))
		return MGI_SPF_PERMERROR;
	known = target_of(&name, w, p, p->record.redirect);
	if (known == WAIT)
		return MGI_SPF_WAIT;
	if (known == NO)
		return MGI_SPF_NEUTRAL;
	r = check(w, name, top);
	if (r != MGI_SPF_NONE)
		return r;
	(void)wrong(w, MGI_SPF_NO_RECORD, p->domain, p->record.redirect);
	return MGI_SPF_PERMERROR;
}

/* RFC 7208, 6.2; what goes wrong here is no error. */
static bool explain(walk *w, const place *p)
{
	mgi_spf_macros m = macros_of(w, p->domain);
	const mgi_fact *f;
	const char *name;
	mailguard_span text;
	mailguard_buffer b;

	if (!p->record.exp.len || w->q->count)
		return true;
	if (target_of(&name, w, p, p->record.exp) == WAIT)
		return false;
	f = mgi_zone_get(w->q->zone, "TXT", name);
	if (!f)
		return false;
	if (f->failed || f->count != 1)
		return true;
	text = mgi_record_txt(f->records[0], w->a);
	if (!mgi_spf_macro_ok(text, true))
		return true;
	m.explain = true;
	mgi_buf_init(&b, mgi_arena_handle(w->a));
	mgi_spf_expand(&b, &m, text);
	w->out->explanation = keep(w, mgi_buf_span(&b));
	mgi_buf_done(&b);
	return !m.wait;
}

static mgi_spf_result matched(walk *w,
                              const place *p,
                              const mgi_spf_term *t,
                              bool top)
{
	if (top) {
		w->out->term = keep(w, t->text);
		w->out->where = p->domain;
		if (t->kind == MGI_SPF_ALL)
			w->out->all = t->qualifier;
	}
	if (top && t->qualifier == MGI_SPF_FAIL && !explain(w, p))
		return MGI_SPF_WAIT;
	return t->qualifier;
}

/* Terms from left to right; counting passes over what it waits for. */
static mgi_spf_result terms_walk(walk *w, const place *p, bool top)
{
	size_t i;

	for (i = 0; i < p->record.count && !w->stopped; i++) {
		const mgi_spf_term *t = &p->record.terms[i];
		match m = term_match(w, p, t);

		if (m == YES)
			return matched(w, p, t, top);
		w->waiting |= m == WAIT;
		if (m != NO && !w->q->count)
			return error_of(m);
	}
	return p->record.redirect.len ? redirect(w, p, top) : MGI_SPF_NEUTRAL;
}

static mgi_spf_result check(walk *w, const char *domain, bool top)
{
	char tidy[MGI_NAME_MAX];
	mailguard_span text = { NULL, 0 };
	place p = { .domain = domain };
	mgi_spf_result r;

	/* "localhost" has no record that anyone could mean. */
	if (!mgi_name_tidy(tidy, domain) || !strchr(tidy, '.'))
		return MGI_SPF_NONE;
	if (w->depth >= DEPTH_MAX) {
		w->stopped = true;
		return MGI_SPF_NEUTRAL;
	}
	r = record_get(&text, w, domain);
	if (r != MGI_SPF_NEUTRAL)
		return r;
	if (!w->depth)
		w->out->record = keep(w, text);
	mgi_spf_parse(&p.record, text, w->a);
	if (!p.record.good) {
		(void)wrong(w, MGI_SPF_SYNTAX, domain, p.record.bad);
		return MGI_SPF_PERMERROR;
	}
	w->depth++;
	r = terms_walk(w, &p, top);
	w->depth--;
	return r;
}

static void sender_read(walk *w)
{
	const char *sender = w->q->sender, *at;

	w->sender_domain = w->q->domain;
	w->local = "postmaster";
	at = sender ? strrchr(sender, '@') : NULL;
	if (at)
		w->sender_domain = at + 1;
	else if (sender && sender[0])
		w->sender_domain = sender;
	if (at && at > sender)
		w->local = keep(w, mgi_span(sender, (size_t)(at - sender)));
	w->sender = mgi_arena_printf(w->a, "%s@%s", w->local, w->sender_domain);
	if (!w->sender)
		w->sender = "";
	w->helo = w->q->helo ? w->q->helo : w->q->domain;
}

void mgi_spf_check(mgi_spf_answer *out, const mgi_spf_query *q, mgi_arena *a)
{
	walk w = { .q = q, .out = out, .a = a };

	*out = (mgi_spf_answer){
		.record = "", .term = "", .where = "", .explanation = ""
	};
	sender_read(&w);
	out->result = check(&w, q->domain, true);
	if (!q->count || out->result == MGI_SPF_NONE)
		return;
	if (w.waiting)
		out->result = MGI_SPF_WAIT;
	else if (out->why && out->result != MGI_SPF_WAIT)
		out->result = out->why == MGI_SPF_DNS ? MGI_SPF_TEMPERROR
		                                      : MGI_SPF_PERMERROR;
}
