/*
 * bounce_find.c - the rows of data/bounce/ in one line.
 *
 * The line is folded (fold.h) and stands between two line ends, so that a row
 * can ask for its beginning or its end.
 */
#include "classify/bounce.h"

#include <string.h>

#define LINE_HEAD 4096 /* bytes of a line */
#define FIELD_HEAD 300 /* of a field this much is looked at */

/* Which rows may stand in such a line. */
static int where_of(const mgi_page *p, const mgi_line *l)
{
	mailguard_span s = mgi_line_span(p, l);

	if (l->region != MGI_REGION_HEADER)
		return MGI_IN_TEXT;
	if (mgi_span_starts_nocase(s, "from:"))
		return MGI_IN_FROM | MGI_IN_FIELD;
	if (mgi_span_starts_nocase(s, "subject:"))
		return MGI_IN_SUBJECT | MGI_IN_FIELD;
	return MGI_IN_FIELD;
}

/* "Subject: x" without its name: rows for subjects begin at its words. */
static mailguard_span value_of(mailguard_span s)
{
	const unsigned char *colon = memchr(s.data, ':', s.len);

	return colon ? mgi_span_trim(
			       mgi_span_from(s, (size_t)(colon - s.data) + 1))
	             : s;
}

/* An address in From is not to be folded away: its local part is the sign. */
static bool fold_header(mgi_page *p, mailguard_span s)
{
	return mgi_fold_plain(&p->folded, p->mg, mgi_span_head(s, LINE_HEAD));
}

static void begin(mgi_finder *f)
{
	mgi_scan_begin(&f->run, &mgi_bounce_scan);
	mgi_scan_feed(&f->run, mgi_span("\n", 1));
}

bool mgi_find_text(mgi_finder *f, mgi_page *p, mailguard_span s)
{
	f->page = p;
	f->where = MGI_IN_TEXT;
	f->tail = 0;
	if (!mgi_fold(&p->folded, p->mg, s))
		return false;
	begin(f);
	return true;
}

bool mgi_find_begin(mgi_finder *f, mgi_page *p, const mgi_line *l)
{
	mailguard_span s = mgi_line_span(p, l);
	int where = where_of(p, l);

	if (where == MGI_IN_TEXT)
		return mgi_find_text(f, p, mgi_span_head(s, LINE_HEAD));
	f->page = p;
	f->where = where;
	f->tail = 0;
	if (where & MGI_IN_SUBJECT)
		s = value_of(s);
	else if (where == MGI_IN_FIELD)
		s = mgi_span_head(s, FIELD_HEAD);
	if (!fold_header(p, s))
		return false;
	begin(f);
	return true;
}

/* Words end where words do, but for rows that end in a sign. */
static bool whole(const mgi_folded *f, size_t start, size_t end)
{
	if (start && mgi_folded_word(f, start) && mgi_folded_word(f, start - 1))
		return false;
	return !end || !mgi_folded_word(f, end - 1) || !mgi_folded_word(f, end);
}

bool mgi_find_next(mgi_found *out, mgi_finder *f)
{
	const mgi_folded *folded = &f->page->folded;
	mgi_scan_hit hit;

	for (;;) {
		if (!mgi_scan_next(&hit, &f->run)) {
			if (f->tail == 2)
				return false;
			mgi_scan_feed(&f->run, f->tail ? mgi_span("\n", 1)
			                               : mgi_span(folded->text,
			                                          folded->len));
			f->tail++;
			continue;
		}
		out->row = &mgi_bounce_rows[hit.phrase];
		if (!(out->row->where & f->where))
			continue;
		/* The line end that was fed first is byte 0. */
		out->start = hit.start ? (size_t)hit.start - 1 : 0;
		out->end = (size_t)hit.end - 1 < folded->len
		                   ? (size_t)hit.end - 1
		                   : folded->len;
		if (whole(folded, out->start, out->end))
			return true;
	}
}
