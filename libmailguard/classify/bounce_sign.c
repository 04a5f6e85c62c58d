/*
 * bounce_sign.c - is this mail a report, and of what kind?
 *
 * The header has to speak for it; words of the text alone never make a
 * bounce, for people quote bounces to each other.
 */
#include "base/fail.h"
#include "classify/bounce.h"

#include <string.h>

#define BOUNCE_MIN 50  /* points that make a report */
#define HEADER_MIN 20  /* of them from the header, at least */
#define HEADER_SURE 40 /* with less the text has to say it twice */
#define TEXT_SURE 60
#define STRONG_MIN 20 /* a daemon, a null sender, a field of its own */
#define REPLY_MIN 15  /* enough for an automatic reply */
#define SUBJECT_MAX 40
#define SENDER_MAX 40  /* a sender by many names is still one */
#define SENDER_SURE 60 /* a daemon by name, and no return path */
#define CODE_POINTS 20
#define MAIL_POINTS 20 /* a mail's header in the text */
#define FIELD_SURE 40  /* a field that only bounces have */

typedef struct tally {
	int header, text, sender, subject;
	bool strong; /* something that only mail servers write */
	int kind[MGI_MEANS_KINDS];
	uint32_t line[MGI_MEANS_KINDS];
	const char *rule[MGI_MEANS_KINDS];
	int human;
} tally;

static void count(tally *t,
                  const mgi_found *hit,
                  const mgi_line *l,
                  uint32_t at)
{
	int points = hit->row->points, kind = hit->row->means;
	bool header = l->region == MGI_REGION_HEADER;

	if (kind == MGI_MEANS_HUMAN) {
		t->human += points;
		return;
	}
	if (kind > MGI_MEANS_MACHINE)
		return;
	if (header && !(hit->row->where & MGI_IN_SUBJECT) &&
	    points >= STRONG_MIN)
		t->strong = true;
	if (header && kind == MGI_MEANS_MACHINE)
		t->sender += points;
	else if (header && hit->row->where & MGI_IN_SUBJECT)
		t->subject += points;
	else if (header)
		t->header += points;
	else if (!l->quoted)
		t->text += points;
	if (kind < MGI_MEANS_KINDS && !l->quoted) {
		if (!t->kind[kind]) {
			t->line[kind] = at;
			t->rule[kind] = hit->row->rule;
		}
		t->kind[kind] += points;
	}
}

static bool scan_header(tally *t, mgi_page *p)
{
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mgi_line *l = &p->lines[i];
		mgi_finder f;
		mgi_found hit;

		if (l->region != MGI_REGION_HEADER)
			continue;
		if (!mgi_find_begin(&f, p, l))
			return false;
		while (mgi_find_next(&hit, &f)) {
			count(t, &hit, l, i);
			if (hit.row->means == MGI_MEANS_WHO &&
			    !mgi_page_mark(p, i, &hit))
				return false;
		}
	}
	return true;
}

static void count_text(tally *t, const mgi_page *p)
{
	uint32_t i;

	for (i = 0; i < p->mark_count; i++) {
		const mgi_mark *m = &p->marks[i];
		const mgi_line *l = &p->lines[m->line];
		mgi_found hit = { m->row, m->start, m->end };

		if (l->region == MGI_REGION_NOTE ||
		    l->region == MGI_REGION_QUIET)
			count(t, &hit, l, m->line);
	}
}

/* A part that only such a report has. */
static void prove(tally *t,
                  const mgi_page *p,
                  mailguard_bounce_kind kind,
                  mgi_region region,
                  const char *rule)
{
	uint32_t i = 0;

	while (i + 1 < p->count && p->lines[i].region != region)
		i++;
	t->kind[kind] += 200;
	t->line[kind] = i;
	t->rule[kind] = rule;
}

/* Who answers or passes on says so; a bounce quotes what it could not send. */
static bool is_answer(const mgi_page *p)
{
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mailguard_span s = mgi_line_span(p, &p->lines[i]);

		if (p->lines[i].region == MGI_REGION_HEADER &&
		    (mgi_span_starts_nocase(s, "in-reply-to:") ||
		     mgi_span_starts_nocase(s, "references:") ||
		     mgi_span_starts_nocase(s, "user-agent:")))
			return true;
	}
	return false;
}

/* Fields for programs, above all words: RFC 3464, 5965, 8098. */
static void count_reports(tally *t, const mgi_page *p)
{
	t->strong |= p->report || p->returned || p->mail_text ||
	             p->report_status || p->report_feedback ||
	             p->report_receipt;
	if (p->report)
		t->header += 20;
	if (p->returned)
		t->header += 10;
	else if (p->mail_text && !t->human && !is_answer(p))
		t->header += MAIL_POINTS;
	if (p->report_feedback) {
		t->header += 50;
		prove(t, p, MAILGUARD_BOUNCE_FEEDBACK, MGI_REGION_FEEDBACK,
		      "rfc/5965");
	} else if (p->report_receipt) {
		t->header += 50;
		prove(t, p, MAILGUARD_BOUNCE_RECEIPT, MGI_REGION_RECEIPT,
		      "rfc/8098");
	} else if (p->report_status) {
		t->text += 40;
		t->header += p->report ? 30 : 20;
		t->kind[MAILGUARD_BOUNCE_FAILED] += 60;
	} else if (p->status_text) {
		t->text += 40;
	}
}

static uint32_t quoted(const mgi_page *p)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->count; i++)
		n += p->lines[i].quoted;
	return n;
}

/* Words of a language no row knows, but a daemon, and a code: a failure. */
static void count_codes(tally *t, mgi_page *p)
{
	if (t->sender < SENDER_SURE || t->human || t->text ||
	    (!p->returned && !p->status_text && !mgi_page_has_code(p)))
		return;
	t->text += CODE_POINTS;
	t->kind[MAILGUARD_BOUNCE_FAILED] += CODE_POINTS;
}

static int best_kind(const tally *t)
{
	int i, best = MAILGUARD_BOUNCE_FAILED;

	for (i = 1; i < 10; i++)
		if (t->kind[i] > t->kind[best])
			best = i;
	return best;
}

/* Is the address of From that of a mail server, whatever name it bears? */
static bool from_daemon(const mgi_page *p)
{
	static const char *const heads[] = { "mailer", "postmaster", "mdaemon",
		                             "mail-daemon", "maildaemon" };
	char address[256];
	uint32_t i, k;

	for (i = 0; i < p->count; i++) {
		mailguard_span s = mgi_line_span(p, &p->lines[i]);
		const unsigned char *at;

		if (p->lines[i].region != MGI_REGION_HEADER ||
		    !mgi_span_starts_nocase(s, "from:"))
			continue;
		at = memchr(s.data, '@', s.len);
		if (!at ||
		    !mgi_bounce_address(address, s, (size_t)(at - s.data)))
			return false;
		for (k = 0; k < sizeof(heads) / sizeof(heads[0]); k++)
			if (mgi_span_starts_nocase(mgi_span_of(address),
			                           heads[k]))
				return true;
		return false;
	}
	return false;
}

/* A list passes on what comes back to its owner, and adds its fields. */
static bool passed_on(const tally *t, const mgi_page *p)
{
	if (p->report && p->report_status)
		return true;
	return t->human && from_daemon(p) &&
	       (t->subject >= SUBJECT_MAX || p->report || p->report_status ||
	        t->kind[MAILGUARD_BOUNCE_FAILED] >= FIELD_SURE);
}

static bool is_report(const tally *t, const mgi_page *p)
{
	int text = t->text < TEXT_SURE ? t->text : TEXT_SURE;
	int header = t->header - (quoted(p) > 2 ? 20 : 0);
	int kind = best_kind(t);
	bool reply = kind == MAILGUARD_BOUNCE_AUTO_REPLY ||
	             kind == MAILGUARD_BOUNCE_VACATION;

	if (!passed_on(t, p))
		header -= t->human;

	/* Parcels, too, are sometimes not delivered. */
	return t->kind[kind] > 0 && (t->strong || reply) &&
	       header >= (reply ? REPLY_MIN : HEADER_MIN) &&
	       (header >= HEADER_SURE || text >= TEXT_SURE) &&
	       header + text >= BOUNCE_MIN;
}

mailguard_status mgi_bounce_signs(mgi_bounce_work *w, mailguard_error *err)
{
	tally t = { .header = 0 };
	int kind;

	w->kind = MAILGUARD_BOUNCE_NONE;
	if (!scan_header(&t, &w->page))
		return mgi_fail_nomem(err);
	count_reports(&t, &w->page);
	t.header += t.sender < SENDER_MAX ? t.sender : SENDER_MAX;
	/* Whoever answers a bounce keeps its subject. */
	if (t.header < REPLY_MIN)
		return MAILGUARD_OK;
	t.header += t.subject < SUBJECT_MAX ? t.subject : SUBJECT_MAX;
	count_text(&t, &w->page);
	count_codes(&t, &w->page);
	if (!is_report(&t, &w->page))
		return MAILGUARD_OK;
	kind = best_kind(&t);
	w->kind = kind;
	w->kind_line = t.line[kind];
	w->kind_rule = t.rule[kind] ? t.rule[kind] : "rfc/3464";
	return MAILGUARD_OK;
}
