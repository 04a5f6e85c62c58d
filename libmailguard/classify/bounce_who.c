/*
 * bounce_who.c - whom a bounce is about, where no field says so.
 *
 * Lines that look like one of the tables' name recipients; the best kind of
 * line that was met counts. Failing that it is an address of the text, failing
 * that whom the returned mail was for.
 */
#include "base/fail.h"
#include "classify/bounce.h"

#include <string.h>

#define RANK_FIELD 97 /* X-Failed-Recipients */
#define RANK_TEXT 10  /* any address of the text */
#define RANK_QUIET 8  /* of boilerplate */
#define RANK_MAIL 5   /* of the returned mail's To */
#define RANK_SURE 80  /* few things speak against what is named so */
#define RANK_NESTED 50
#define AGAINST 45

static bool is_local(int c)
{
	return mgi_is_alnum(c) || mgi_is_one_of(c, "!#$%&'*+-/=?^_`{|}~.");
}

static bool is_domain(int c)
{
	return mgi_is_alnum(c) || mgi_is_one_of(c, ".-[]:_");
}

/* Where the local part before `at` begins. */
static size_t local_start(mailguard_span s, size_t at)
{
	size_t i = at;

	if (at > 1 && s.data[at - 1] == '"') {
		for (i = at - 1; i && s.data[i - 1] != '"'; i--)
			;
		return i ? i - 1 : at;
	}
	while (i && is_local(s.data[i - 1]))
		i--;
	while (i < at && mgi_is_one_of(s.data[i], "'./"))
		i++;
	return i;
}

/* "neko..nyaan"@ is what some servers make of neko..nyaan@. */
static bool needs_quotes(mailguard_span s)
{
	size_t i;

	for (i = 1; i + 1 < s.len; i++)
		if (!is_local(s.data[i]))
			return true;
	return false;
}

bool mgi_bounce_address(char out[256], mailguard_span s, size_t at)
{
	size_t start = local_start(s, at), end = at + 1;
	mailguard_span local = mgi_span(s.data + start, at - start);

	while (end < s.len && is_domain(s.data[end]))
		end++;
	while (end > at + 1 && mgi_is_one_of(s.data[end - 1], ".:-_"))
		end--;
	if (end > at + 1 && s.data[end - 1] == ']' && s.data[at + 1] != '[')
		end--;
	if (!local.len || end == at + 1 || local.len + (end - at) > 250)
		return false;
	if (local.data[0] == '"' && local.len > 2 && !needs_quotes(local))
		local = mgi_span(local.data + 1, local.len - 2);
	memcpy(out, local.data, local.len);
	memcpy(out + local.len, s.data + at, end - at);
	out[local.len + end - at] = '\0';
	return true;
}

/* Most mails are about one recipient. */
static bool has_room(mgi_bounce_work *w)
{
	uint32_t cap = w->who_cap ? w->who_cap * 4 : 4;
	mgi_who *more;

	if (w->who_count < w->who_cap)
		return true;
	more = mgi_resize(w->page.mg, w->who, cap * sizeof(*more));
	if (!more) {
		w->starved = true;
		return false;
	}
	w->who = more;
	w->who_cap = cap;
	return true;
}

int32_t mgi_bounce_known(mgi_bounce_work *w, const char *address, bool add)
{
	uint32_t i;

	for (i = 0; i < w->who_count; i++)
		if (mgi_strcmp_nocase(w->who[i].address, address) == 0)
			return (int32_t)i;
	if (!add || w->who_count == MGI_BOUNCE_WHO || !has_room(w))
		return -1;
	memset(&w->who[i], 0, sizeof(w->who[i]));
	memcpy(w->who[i].address, address, strlen(address) + 1);
	w->who_count++;
	return (int32_t)i;
}

static void add(mgi_bounce_work *w,
                const char *address,
                int32_t rank,
                uint32_t line)
{
	int32_t i = rank ? mgi_bounce_known(w, address, true) : -1;

	if (i < 0 || w->who[i].rank >= rank)
		return;
	if (!w->who[i].rank)
		w->who[i].line = line;
	w->who[i].rank = rank;
}

/* Every address of line `i`. */
static void add_all(mgi_bounce_work *w, uint32_t i, int32_t rank)
{
	mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);
	char address[256];
	size_t at;

	for (at = 0; at < s.len; at++)
		if (s.data[at] == '@' && mgi_bounce_address(address, s, at))
			add(w, address, rank, i);
}

/* Where in the line the row's "@" stands. */
static bool named(char out[256],
                  const mgi_page *p,
                  const mgi_line *l,
                  const mgi_found *hit)
{
	mailguard_span s = mgi_line_span(p, l);
	const mgi_folded *f = &p->folded;
	size_t i, k;

	for (i = hit->start; i < hit->end; i++) {
		if (f->text[i] != '@')
			continue;
		for (k = f->from[i]; k < f->from[i + 1] && k < s.len; k++)
			if (s.data[k] == '@')
				return mgi_bounce_address(out, s, k);
	}
	return false;
}

static bool scan_mark(mgi_bounce_work *w, const mgi_mark *m)
{
	mgi_line *l = &w->page.lines[m->line];
	mgi_found hit = { m->row, m->start, m->end };
	char address[256];
	mgi_finder f;

	if (m->row->means == MGI_MEANS_WHO && l->region == MGI_REGION_HEADER)
		add_all(w, m->line, m->row->points); /* a whole field */
	if (m->row->means != MGI_MEANS_WHO || l->quoted ||
	    (l->region != MGI_REGION_NOTE && l->region != MGI_REGION_QUIET))
		return true;
	if (!mgi_find_begin(&f, &w->page, l))
		return false;
	if (named(address, &w->page, l, &hit))
		add(w, address, hit.row->points, m->line);
	return true;
}

static bool scan_all(mgi_bounce_work *w)
{
	uint32_t i;

	for (i = 0; i < w->page.mark_count; i++)
		if (!scan_mark(w, &w->page.marks[i]))
			return false;
	return true;
}

static bool is_daemon(const char *address)
{
	static const char *const heads[] = {
		"mailer-daemon@", "postmaster@", "abuse@",         "noreply@",
		"no-reply@",      "mailmaster@", "double-bounce@", "support@",
		"post_master@",   "bounce@",     "root@"
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (mgi_span_starts_nocase(mgi_span_of(address), heads[i]))
			return true;
	return false;
}

static bool field_has(const mgi_page *p,
                      mgi_region region,
                      const char *name,
                      const char *address)
{
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mailguard_span s = mgi_line_span(p, &p->lines[i]);

		if (p->lines[i].region == region &&
		    mgi_span_starts_nocase(s, name) &&
		    mgi_span_find_nocase(s, address) >= 0)
			return true;
	}
	return false;
}

/* Whom to ask is named, too, and who sent the mail. */
static bool is_contact(const mgi_page *p, const mgi_who *a)
{
	static const char *const words[] = {
		"contact",       "question", "support",    "assistance", "help",
		"administrator", "mailto:",  "問い合わせ", "連絡"
	};
	mailguard_span s = mgi_line_span(p, &p->lines[a->line]);
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (mgi_span_find_nocase(s, words[i]) >= 0)
			return true;
	return false;
}

/* Against an address: it is no stranger to the mail, but not for its sake. */
static void weigh(mgi_bounce_work *w)
{
	const mgi_page *p = &w->page;
	uint32_t i;

	for (i = 0; i < w->who_count; i++) {
		mgi_who *a = &w->who[i];
		bool sent_to =
			field_has(p, MGI_REGION_RETURNED, "to:", a->address) ||
			field_has(p, MGI_REGION_RETURNED, "cc:", a->address);

		if (a->rank <= RANK_TEXT && a->rank >= RANK_QUIET && sent_to)
			a->rank += 6;
		if (sent_to || a->rank >= RANK_FIELD)
			continue;
		if (field_has(p, MGI_REGION_HEADER, "to:", a->address) ||
		    field_has(p, MGI_REGION_RETURNED, "from:", a->address))
			a->rank -= a->rank > RANK_TEXT ? AGAINST : 6;
		else if (a->rank < RANK_SURE &&
		         (is_daemon(a->address) || is_contact(p, a) ||
		          !strchr(strchr(a->address, '@'), '.')))
			a->rank -= a->rank > RANK_TEXT ? AGAINST : 6;
	}
}

static bool is_field(const mgi_page *p,
                     uint32_t i,
                     mgi_region region,
                     const char *name)
{
	return p->lines[i].region == region &&
	       mgi_span_starts_nocase(mgi_line_span(p, &p->lines[i]), name);
}

static int32_t best_rank(const mgi_bounce_work *w)
{
	int32_t best = 0;
	uint32_t i;

	for (i = 0; i < w->who_count; i++)
		if (w->who[i].rank > best)
			best = w->who[i].rank;
	return best;
}

/* Keep those of the best rank; of those named in passing, the first. */
static void keep_best(mgi_bounce_work *w)
{
	int32_t best = best_rank(w);
	uint32_t i, n = 0;

	for (i = 0; i < w->who_count; i++) {
		if (w->who[i].rank < best || (n && best < 20))
			continue;
		if (n != i)
			w->who[n] = w->who[i];
		n++;
	}
	w->who_count = n;
}

/* Fields of the returned mail that say where it was to go. */
static int32_t way_of(mailguard_span s)
{
	static const struct {
		const char *name;
		int32_t rank;
	} rows[] = { { "delivered-to:", RANK_MAIL - 1 },
		     { "x-original-to:", RANK_MAIL - 1 },
		     { "envelope-to:", RANK_MAIL - 1 },
		     { "x-envelope-to:", RANK_MAIL - 1 },
		     { "x-rcpt-to:", RANK_MAIL - 1 },
		     { "resent-to:", RANK_MAIL },
		     { "to:", RANK_MAIL },
		     { "cc:", RANK_MAIL - 1 } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mgi_span_starts_nocase(s, rows[i].name))
			return rows[i].rank;
	return 0;
}

/* "Received: by mx for <ann@example.org>;" */
static void received_for(mgi_bounce_work *w, uint32_t i)
{
	mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);
	ptrdiff_t at = mgi_span_find_nocase(s, "for <");
	const unsigned char *sign;
	char address[256];

	sign = at < 0 ? NULL : memchr(s.data + at, '@', s.len - (size_t)at);
	if (sign && mgi_bounce_address(address, s, (size_t)(sign - s.data)))
		add(w, address, RANK_MAIL - 2, i);
}

/* list-bounces+ann=example.org@lists.example.net is about ann@example.org. */
static void return_path(mgi_bounce_work *w, uint32_t i)
{
	mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);
	const unsigned char *at = memchr(s.data, '@', s.len);
	char way[256], *plus, *equals, *end;

	if (!at || !mgi_bounce_address(way, s, (size_t)(at - s.data)))
		return;
	end = strchr(way, '@');
	*end = '\0';
	plus = strchr(way, '+');
	equals = strrchr(way, '=');
	if (!plus || !equals || equals <= plus + 1 || !strchr(equals, '.'))
		return;
	*equals = '@';
	add(w, plus + 1, RANK_MAIL + 2, i);
}

/* What the returned mail and the way of the report tell. */
static void by_way(mgi_bounce_work *w)
{
	const mgi_page *p = &w->page;
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mailguard_span s = mgi_line_span(p, &p->lines[i]);

		if (p->lines[i].region == MGI_REGION_HEADER &&
		    (mgi_span_starts_nocase(s, "to:") ||
		     mgi_span_starts_nocase(s, "delivered-to:") ||
		     mgi_span_starts_nocase(s, "x-original-to:")))
			return_path(w, i);
		if (p->lines[i].region != MGI_REGION_RETURNED)
			continue;
		if (way_of(s))
			add_all(w, i, way_of(s));
		else
			received_for(w, i);
	}
}

/* Of an address in such a line; 0: it is not looked for. */
static int32_t passing_rank(const mgi_line *l)
{
	return l->region == MGI_REGION_NOTE    ? RANK_TEXT
	       : l->region == MGI_REGION_QUIET ? RANK_QUIET
	                                       : 0;
}

static void passing(mgi_bounce_work *w)
{
	const mgi_page *p = &w->page;
	uint32_t i;

	for (i = 0; i < p->count && !w->who_count; i++)
		if (is_field(p, i, MGI_REGION_HEADER, "x-failed-recipients:"))
			add_all(w, i, RANK_FIELD);
	if (w->who_count)
		return;
	for (i = 0; i < p->count; i++)
		if (w->kind != MAILGUARD_BOUNCE_FEEDBACK && !p->lines[i].quoted)
			add_all(w, i, passing_rank(&p->lines[i]));
	by_way(w);
}

/* The fields' recipient was a file or a program; the text has its address. */
static void adopt(mgi_bounce_work *w)
{
	mgi_who named;

	if (!w->orphaned || w->who_count != 1)
		return;
	named = w->who[0];
	w->who[0] = w->orphan;
	memcpy(w->who[0].address, named.address, sizeof(named.address));
	w->who[0].rank = named.rank;
	w->who[0].line = named.line;
}

static bool is_reply(mailguard_bounce_kind kind)
{
	return kind == MAILGUARD_BOUNCE_AUTO_REPLY ||
	       kind == MAILGUARD_BOUNCE_VACATION;
}

/* A report about a report: the one inside knows more. */
static void nested(mgi_bounce_work *w)
{
	uint32_t i, n = 0;

	mgi_bounce_fields(w, MGI_REGION_NESTED);
	for (i = 0; i < w->who_count; i++)
		if (w->who[i].in_fields)
			w->who[n++] = w->who[i];
	if (n)
		w->who_count = n;
}

mailguard_status mgi_bounce_who(mgi_bounce_work *w, mailguard_error *err)
{
	uint32_t i;

	if (w->who_count)
		return MAILGUARD_OK;
	/* An automatic reply is about who wrote it. */
	for (i = 0; is_reply(w->kind) && i < w->page.count; i++)
		if (is_field(&w->page, i, MGI_REGION_HEADER, "from:"))
			add_all(w, i, RANK_FIELD);
	if (w->kind != MAILGUARD_BOUNCE_FEEDBACK && !scan_all(w))
		return mgi_fail_nomem(err);
	if (!is_reply(w->kind))
		weigh(w);
	if (best_rank(w) < RANK_NESTED)
		nested(w);
	if (!w->who_count) {
		passing(w);
		weigh(w);
	}
	keep_best(w);
	adopt(w);
	return MAILGUARD_OK;
}

/* The recipient the line names last; -1 if none. */
static int32_t named_in(mgi_bounce_work *w, mailguard_span s)
{
	char address[256];
	int32_t who = -1;
	size_t at;

	for (at = 0; at < s.len; at++) {
		if (s.data[at] == '@' && mgi_bounce_address(address, s, at)) {
			int32_t k = mgi_bounce_known(w, address, false);

			who = k >= 0 ? k : who;
		}
	}
	return who;
}

/* "While talking to mx:" is about whom the lines behind it name. */
static bool begins_talk(mailguard_span s)
{
	return mgi_span_find_nocase(s, "while talking to") >= 0;
}

static bool begins_unit(mailguard_span s)
{
	return begins_talk(s) || mgi_span_find_nocase(s, " (smtp)... ") >= 0;
}

static void assign_line(mgi_bounce_work *w,
                        uint32_t i,
                        int32_t *current,
                        uint32_t *unit)
{
	mailguard_span s = mgi_line_span(&w->page, &w->page.lines[i]);
	int32_t who = named_in(w, s);

	if (who >= 0) {
		for (; *unit < i; (*unit)++)
			w->page.lines[*unit].who = who;
		*current = who;
	} else if (begins_unit(s)) {
		/* Nobody was named since the last one: it was about nobody. */
		*unit = *unit < i && !begins_talk(s) ? *unit : i;
		*current = -1;
	}
	if (*current >= 0)
		*unit = UINT32_MAX;
	w->page.lines[i].who = *current;
}

void mgi_bounce_assign(mgi_bounce_work *w)
{
	uint32_t i, unit = UINT32_MAX;
	int32_t current = -1;

	for (i = 0; i < w->page.count; i++) {
		mgi_line *l = &w->page.lines[i];

		if (l->region != MGI_REGION_NOTE || l->quoted)
			continue;
		if (w->who_count == 1)
			l->who = 0;
		else
			assign_line(w, i, &current, &unit);
	}
}
