/*
 * bounce_sort.c - text for people, fields and the returned mail told apart
 * where MIME does not: in plain bounces, and where boundaries were lost.
 */
#include "base/fail.h"
#include "classify/bounce.h"

#include <string.h>

#define TITLE_MAX 100 /* bytes of a line that announces something */
#define QUIET_AT 40   /* boilerplate is known by how a line begins */

/* -- HTML ------------------------------------------------------------------ */

static bool is_block(mailguard_span tag)
{
	static const char *const names[] = { "br",   "p",   "/p",  "div",
		                             "/div", "tr",  "/tr", "li",
		                             "h1",   "h2",  "h3",  "table",
		                             "pre",  "/pre" };
	size_t i, n = 0;

	while (n < tag.len && !mgi_is_space(tag.data[n]) &&
	       !(n && tag.data[n] == '/'))
		n++;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mgi_span_is_nocase(mgi_span_head(tag, n), names[i]))
			return true;
	return false;
}

static size_t entity(mailguard_buffer *out, mailguard_span s)
{
	static const struct {
		const char *name;
		char c;
	} rows[] = { { "&lt;", '<' },   { "&gt;", '>' },   { "&amp;", '&' },
		     { "&quot;", '"' }, { "&nbsp;", ' ' }, { "&#39;", '\'' },
		     { "&#64;", '@' },  { "&#160;", ' ' } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mgi_span_starts_nocase(s, rows[i].name)) {
			mgi_buf_putc(out, rows[i].c);
			return strlen(rows[i].name);
		}
	mgi_buf_putc(out, '&');
	return 1;
}

typedef struct untag {
	mgi_page *page;
	mailguard_buffer text;
	bool in_tag, hidden; /* in <style> or <script> */
} untag;

static bool end_line(untag *u, const mgi_line *like)
{
	mgi_line l = *like;
	bool fine = true;

	l.region = MGI_REGION_NOTE;
	l.exact = false;
	if (u->text.len)
		fine = mgi_page_add(u->page, mgi_buf_span(&u->text), &l);
	mgi_buf_cut(&u->text, 0);
	return fine;
}

/* Behind the tag at `at`. */
static bool tag(untag *u, mailguard_span s, size_t *at, const mgi_line *like)
{
	const unsigned char *end = memchr(s.data + *at, '>', s.len - *at);
	size_t n = end ? (size_t)(end - s.data) : s.len;
	mailguard_span name = mgi_span(s.data + *at, n - *at);

	u->in_tag = !end;
	*at = end ? n + 1 : s.len;
	if (mgi_span_starts_nocase(name, "style") ||
	    mgi_span_starts_nocase(name, "script"))
		u->hidden = true;
	if (mgi_span_starts_nocase(name, "/style") ||
	    mgi_span_starts_nocase(name, "/script"))
		u->hidden = false;
	return !is_block(name) || end_line(u, like);
}

static bool untag_line(untag *u, mailguard_span s, const mgi_line *like)
{
	size_t i = 0;

	while (i < s.len) {
		/* "<ann@example.org>" is no tag. */
		bool open = s.data[i] == '<' && i + 1 < s.len &&
		            (mgi_is_alpha(s.data[i + 1]) ||
		             mgi_is_one_of(s.data[i + 1], "/!?"));

		if (u->in_tag || open) {
			i += !u->in_tag;
			if (!tag(u, s, &i, like))
				return false;
		} else if (u->hidden) {
			i++;
		} else if (s.data[i] == '&') {
			i += entity(&u->text, mgi_span_from(s, i));
		} else {
			mgi_buf_putc(&u->text, (char)s.data[i++]);
		}
	}
	if (u->text.len && u->text.at[u->text.len - 1] != ' ')
		mgi_buf_putc(&u->text, ' ');
	return u->text.len < 2000 || end_line(u, like);
}

static bool has_note(const mgi_page *p)
{
	uint32_t i, n = 0;

	for (i = 0; i < p->count; i++)
		if (p->lines[i].region == MGI_REGION_NOTE && !p->lines[i].aside)
			n += p->lines[i].len;
	return n > 80;
}

/* HTML is read where there is no text beside it. */
static mailguard_status read_html(mgi_page *p, mailguard_error *err)
{
	uint32_t i, count = p->count;
	untag u = { .page = p };
	mailguard_buffer line;
	bool fine = true;

	if (has_note(p))
		return MAILGUARD_OK;
	mgi_buf_init(&u.text, p->mg);
	mgi_buf_init(&line, p->mg);
	for (i = 0; i < count && fine; i++) {
		mgi_line l = p->lines[i];
		mailguard_span s = mgi_line_span(p, &l);

		if (l.region != MGI_REGION_HTML)
			continue;
		/* The page's text moves when it grows. */
		mgi_buf_cut(&line, 0);
		mgi_buf_add(&line, s.data, s.len);
		fine = !line.failed &&
		       untag_line(&u, mgi_buf_span(&line), &l) &&
		       (i + 1 < count || end_line(&u, &l));
		if (fine && i + 1 < p->count &&
		    p->lines[i + 1].region != MGI_REGION_HTML)
			fine = end_line(&u, &l);
	}
	fine = fine && !u.text.failed;
	mgi_buf_done(&u.text);
	mgi_buf_done(&line);
	return fine ? MAILGUARD_OK : mgi_fail_nomem(err);
}

/* -- lines ----------------------------------------------------------------- */

static const char *const status_fields[] = {
	"reporting-mta:",     "final-recipient:",    "original-recipient:",
	"diagnostic-code:",   "remote-mta:",         "arrival-date:",
	"action: failed",     "action: delayed",     "last-attempt-date:",
	"action: relayed",    "action: delivered",   "original-envelope-id:",
	"received-from-mta:", "x-actual-recipient:", "will-retry-until:",
	"action: expanded",
};

static bool starts_any(mailguard_span s, const char *const *heads, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (mgi_span_starts_nocase(s, heads[i]))
			return true;
	return false;
}

bool mgi_status_field(mailguard_span s)
{
	return starts_any(s, status_fields,
	                  sizeof(status_fields) / sizeof(status_fields[0]));
}

/* A line that only a mail's own header has. */
static bool is_mail_field(mailguard_span s)
{
	static const char *const heads[] = { "received: from ", "received: by ",
		                             "received: (", "received: from\t",
		                             "return-path: <" };

	return starts_any(s, heads, sizeof(heads) / sizeof(heads[0]));
}

/* MIME's own lines where no parser saw the boundary. */
static int mime_region(mailguard_span s)
{
	if (!mgi_span_starts_nocase(s, "content-type:"))
		return -1;
	if (mgi_span_find_nocase(s, "delivery-status") >= 0)
		return MGI_REGION_STATUS;
	if (mgi_span_find_nocase(s, "rfc822") >= 0)
		return MGI_REGION_RETURNED;
	if (mgi_span_find_nocase(s, "text/plain") >= 0)
		return MGI_REGION_NOTE;
	return -1;
}

typedef struct sorter {
	mgi_page *page;
	int region;              /* of the lines that follow */
	mailguard_span boundary; /* of the report, not of the mail in it */
	bool head;               /* of a report within: to its blank line */
	bool known;              /* something of the report stood before */
} sorter;

/* A line with a code in it says something, whatever else it says. */
static bool has_code(const mgi_folded *f)
{
	mgi_smtp_code s;
	size_t i, end;

	for (i = 0; i < f->len; i++)
		if (mgi_is_digit(f->text[i]) &&
		    (mgi_smtp_status(&s, f, i) ||
		     (mgi_smtp_reply(f, i, &end) >= 400 &&
		      mgi_smtp_introduced(f, i))))
			return true;
	return false;
}

bool mgi_page_has_code(mgi_page *p)
{
	uint32_t i;

	for (i = 0; i < p->count; i++)
		if (p->lines[i].region == MGI_REGION_NOTE &&
		    mgi_fold(&p->folded, p->mg,
		             mgi_line_span(p, &p->lines[i])) &&
		    has_code(&p->folded))
			return true;
	return false;
}

/* What the tables say of a line: returned mail, boilerplate. */
static bool marks(sorter *s, mgi_line *l)
{
	mgi_finder f;
	mgi_found hit;
	int next = -1;

	if (!mgi_find_begin(&f, s->page, l))
		return false;
	while (mgi_find_next(&hit, &f)) {
		if (hit.row->means == MGI_MEANS_RETURNED &&
		    hit.start < QUIET_AT && s->page->folded.len < TITLE_MAX)
			next = MGI_REGION_RETURNED;
		if (hit.row->means == MGI_MEANS_AT_RETURNED)
			l->region = MGI_REGION_RETURNED;
		if (hit.row->means == MGI_MEANS_QUIET && hit.start < QUIET_AT &&
		    !has_code(&s->page->folded))
			l->region = MGI_REGION_QUIET;
		if (hit.row->means > MGI_MEANS_PHASE)
			l->phase = hit.row->means - MGI_MEANS_PHASE;
		else if (hit.row->means < MGI_MEANS_KINDS)
			s->known = true;
		if (!mgi_page_mark(s->page, (uint32_t)(l - s->page->lines),
		                   &hit))
			return false;
	}
	if (l->region == MGI_REGION_RETURNED)
		next = MGI_REGION_RETURNED;
	else if (next >= 0 && !has_code(&s->page->folded))
		l->region = MGI_REGION_QUIET; /* it announces, and no more */
	if (next >= 0)
		s->region = next;
	return true;
}

static bool is_boundary(mailguard_span s)
{
	size_t i = 0;

	if (s.len <= 8 || s.data[0] != '-' || s.data[1] != '-' ||
	    s.data[2] == ' ' || memchr(s.data, ' ', s.len))
		return false;
	while (i < s.len && s.data[i] == '-')
		i++;
	return i < s.len; /* a line of signs is only a line */
}

/* MIME's own lines; those of the returned mail are part of it. */
static bool mime_line(sorter *s, mailguard_span text)
{
	int mime = mime_region(text);
	bool inside = s->region == MGI_REGION_RETURNED;

	if (is_boundary(text)) {
		if (inside &&
		    (!s->boundary.len || text.len < s->boundary.len ||
		     memcmp(text.data, s->boundary.data, s->boundary.len) != 0))
			return false;
		if (!inside)
			s->boundary = text;
		s->region = MGI_REGION_NOTE;
		return true;
	}
	if (mime < 0 || inside)
		return false;
	s->region = mime;
	return true;
}

/* One report behind or within another, as mbox has it: "From MAILER-DAEMON
 * Thu Jan  1 ..." and a header, which says nothing of the cause. */
static bool within(sorter *s, mailguard_span text)
{
	if (mgi_span_starts_nocase(text, "from mailer-daemon") &&
	    memchr(text.data, ':', text.len)) {
		s->head = true;
		s->boundary = mgi_span(NULL, 0);
		s->region = MGI_REGION_NOTE;
	}
	if (!text.len)
		s->head = false;
	return s->head;
}

static bool sort_line(sorter *s, mgi_line *l)
{
	mailguard_span text = mgi_span_trim(mgi_line_span(s->page, l));

	if (l->first)
		s->region = MGI_REGION_NOTE;
	if (l->len && text.len && text.data[0] == '>' &&
	    !mgi_span_starts(text, ">>>"))
		l->quoted = true;
	if (within(s, text) || mime_line(s, text)) {
		l->region = MGI_REGION_QUIET;
		return true;
	}
	if (s->region == MGI_REGION_STATUS && !text.len)
		return true;
	l->region = (uint8_t)s->region;
	if (s->region == MGI_REGION_RETURNED) {
		s->page->mail_text |= !l->quoted && is_mail_field(text);
		if (!l->quoted && mgi_status_field(text))
			l->region = MGI_REGION_NESTED;
		return true;
	}
	if (mgi_status_field(text)) {
		l->region = MGI_REGION_STATUS;
		s->page->status_text = true;
		return true;
	}
	if (is_mail_field(text) && l->len == text.len) {
		l->region = MGI_REGION_RETURNED;
		s->region = MGI_REGION_RETURNED;
		s->page->mail_text |= !l->quoted;
		return true;
	}
	if (s->region == MGI_REGION_NOTE && mgi_page_cuts(text)) {
		l->region = MGI_REGION_QUIET;
		s->region = MGI_REGION_RETURNED;
		return true;
	}
	return s->region != MGI_REGION_NOTE || marks(s, l);
}

/* The last field of a run may go on in lines that begin with white space. */
static bool goes_on(mailguard_span s)
{
	return s.len && (mgi_is_space(s.data[0]) ||
	                 mgi_span_starts_nocase(s, "status:") ||
	                 mgi_span_starts_nocase(s, "action:"));
}

static void join_fields(mgi_page *p)
{
	int field = -1; /* region of the field before */
	uint32_t i;

	for (i = 0; i < p->count; i++) {
		mgi_line *l = &p->lines[i];

		if (l->region == MGI_REGION_STATUS ||
		    l->region == MGI_REGION_NESTED)
			field = l->len ? l->region : -1;
		else if (field >= 0 &&
		         l->region == (field == MGI_REGION_STATUS
		                               ? MGI_REGION_NOTE
		                               : MGI_REGION_RETURNED) &&
		         goes_on(mgi_line_span(p, l)))
			l->region = (uint8_t)field;
		else
			field = -1;
	}
}

mailguard_status mgi_page_sort(mgi_page *p, mailguard_error *err)
{
	sorter s = { .page = p, .region = MGI_REGION_NOTE };
	mailguard_status st = read_html(p, err);
	uint32_t i;

	for (i = 0; i < p->count && st == MAILGUARD_OK; i++)
		if (p->lines[i].region == MGI_REGION_NOTE &&
		    !sort_line(&s, &p->lines[i]))
			st = mgi_fail_nomem(err);
	join_fields(p);
	return st;
}
