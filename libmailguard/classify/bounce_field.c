/*
 * bounce_field.c - the fields of RFC 3464 and 5965, as servers write them:
 * "Field : x", lost blank lines, addresses without their type.
 */
#include "classify/bounce.h"

#include <string.h>

/* The value of `name`, if the line is that field. */
static bool field(mailguard_span *out, mailguard_span s, const char *name)
{
	size_t n = strlen(name);

	s = mgi_span_trim(s);
	if (!mgi_span_starts_nocase(s, name))
		return false;
	while (n < s.len && (s.data[n] == ' ' || s.data[n] == '\t'))
		n++;
	if (n == s.len || s.data[n] != ':')
		return false;
	*out = mgi_span_trim(mgi_span_from(s, n + 1));
	return true;
}

/* "rfc822; <a@b.c>" without its type; `rfc/822;..` is met, too. */
static mailguard_span untyped(mailguard_span s)
{
	const unsigned char *semi = memchr(s.data, ';', s.len);

	if (semi && semi - s.data < 16)
		s = mgi_span_from(s, (size_t)(semi - s.data) + 1);
	return mgi_span_trim(s);
}

static void text_of(char *out, size_t cap, mailguard_span s)
{
	size_t n = mgi_utf8_cut(s, cap - 1);

	memcpy(out, s.data, n);
	out[n] = '\0';
}

static void host_of(char out[256], mailguard_span s)
{
	size_t n = 0;

	s = untyped(s);
	while (n < s.len && s.data[n] != ' ' && s.data[n] != '(')
		n++;
	text_of(out, 256, mgi_span_head(s, n));
}

static bool address_of(char out[256], mailguard_span s)
{
	const unsigned char *at = memchr(s.data, '@', s.len);

	while (at) {
		size_t i = (size_t)(at - s.data);

		if (mgi_bounce_address(out, s, i))
			return true;
		at = memchr(at + 1, '@', s.len - i - 1);
	}
	return false;
}

static int32_t action_of(mailguard_span s)
{
	int32_t kind;

	for (kind = 1; kind <= MAILGUARD_BOUNCE_EXPANDED; kind++)
		if (mgi_span_starts_nocase(s, mailguard_bounce_kind_name(kind)))
			return kind;
	if (mgi_span_starts_nocase(s, "deliverable") ||
	    mgi_span_starts_nocase(s, "expired"))
		return s.data[0] == 'd' ? MAILGUARD_BOUNCE_DELIVERED
		                        : MAILGUARD_BOUNCE_FAILED;
	return MAILGUARD_BOUNCE_NONE;
}

static void status_of(char out[24], mailguard_span s)
{
	size_t n = 0;

	while (n < s.len && n < 12 &&
	       (mgi_is_digit(s.data[n]) || s.data[n] == '.'))
		n++;
	if (n >= 5)
		text_of(out, 24, mgi_span_head(s, n));
}

/* One group of fields: what is known so far. */
typedef struct group {
	mgi_who who;
	char original[256], actual[256];
	bool final, any, comment, routed;
} group;

static void close_group(mgi_bounce_work *w, group *g)
{
	mgi_who *to;
	int32_t i;

	if (g->original[0] && (!g->who.address[0] || g->routed))
		memcpy(g->who.address, g->original, sizeof(g->original));
	if (!g->who.address[0] && g->actual[0])
		memcpy(g->who.address, g->actual, sizeof(g->actual));
	if (g->who.address[0] && (g->final || g->any)) {
		i = mgi_bounce_known(w, g->who.address, true);
		to = i < 0 ? NULL : &w->who[i];
		if (to && !to->in_fields) {
			*to = g->who;
			to->in_fields = true;
			to->rank = 99;
		}
	}
	if (!g->who.address[0] && g->any) {
		w->orphan = g->who;
		w->orphaned = true;
	}
	memset(g, 0, sizeof(*g));
}

static void recipient(group *g, mailguard_span s, char *address)
{
	mailguard_span value = untyped(s);

	if (!address_of(address, s))
		address[0] = '\0';
	g->any = true;
	if (value.len && value.data[0] == '@')
		g->routed = true;
}

/* "Status: 4.0.0 (host name lookup failure)" may be all that is told. */
static void note_comment(group *g, mailguard_span v, uint32_t i)
{
	if (!memchr(v.data, '(', v.len) || g->who.diagnosis)
		return;
	g->comment = true;
	g->who.diagnosis = i;
	g->who.diagnosis_end = i + 1;
}

/* How many lines the field at `i` goes on for. */
static uint32_t end_of(const mgi_page *p, uint32_t i)
{
	uint32_t k = i + 1;

	for (; k < p->count && p->lines[k].region == p->lines[i].region; k++) {
		mailguard_span s = mgi_line_span(p, &p->lines[k]);

		if (!s.len || p->lines[k].first)
			break;
		if (!mgi_is_space(s.data[0]))
			break;
	}
	return k;
}

static void take(mgi_bounce_work *w, group *g, uint32_t i)
{
	mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]), v;

	if (field(&v, s, "Final-Recipient") || field(&v, s, "Final-Recpient")) {
		if (g->final)
			close_group(w, g);
		g->final = true;
		g->who.line = i;
		recipient(g, v, g->who.address);
	} else if (field(&v, s, "Original-Recipient")) {
		if (g->final && g->original[0])
			close_group(w, g);
		recipient(g, v, g->original);
	} else if (field(&v, s, "X-Actual-Recipient")) {
		recipient(g, v, g->actual);
	} else if (field(&v, s, "Action")) {
		g->who.action = action_of(v);
	} else if (field(&v, s, "Status")) {
		status_of(g->who.status, v);
		note_comment(g, v, i);
	} else if (field(&v, s, "Remote-MTA")) {
		host_of(g->who.host, v);
	} else if (field(&v, s, "Diagnostic-Code") &&
	           (!g->who.diagnosis || g->comment)) {
		g->comment = false;
		g->who.diagnosis = i;
		g->who.diagnosis_end = end_of(&w->page, i);
	} else if (field(&v, s, "Reporting-MTA")) {
		host_of(w->reporter, v);
	}
}

/* RFC 5965, and the receipts of RFC 8098. */
static void feedback(mgi_bounce_work *w, mailguard_span s)
{
	static const char *const names[] = { "Original-Rcpt-To",
		                             "Removal-Recipient",
		                             "Final-Recipient" };
	char address[256];
	mailguard_span v;
	size_t i;
	int32_t k;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!field(&v, s, names[i]) || !address_of(address, v))
			continue;
		k = mgi_bounce_known(w, address, true);
		if (k >= 0)
			w->who[k].rank = 98;
	}
	if (field(&v, s, "Reporting-MTA"))
		host_of(w->reporter, v);
}

void mgi_bounce_fields(mgi_bounce_work *w, mgi_region region)
{
	group g = { .final = false };
	uint32_t i;

	for (i = 0; i < w->page.count; i++) {
		const mgi_line *l = &w->page.lines[i];

		if (l->region == MGI_REGION_FEEDBACK ||
		    l->region == MGI_REGION_RECEIPT)
			feedback(w, mgi_line_span(&w->page, l));
		if (l->region != region)
			continue;
		if (!l->len && g.final &&
		    (g.who.status[0] || g.who.action || g.who.diagnosis))
			close_group(w, &g);
		else if (l->len)
			take(w, &g, i);
	}
	close_group(w, &g);
}
