/*
 * dbx_chain.c - a message as a chain of segments. A head has more marks than
 * it needs: its own place, its room, and that only the last segment is not
 * full; the entry tells the length of all. So a head with one wrong mark is
 * put right, and a chain goes on behind it.
 */
#include "store/oe/dbx.h"

#include <string.h>

#include "base/cursor.h"
#include "base/text.h"
#include "store/from_line.h"

#define SEGMENT (MGI_DBX_HEAD + MGI_DBX_TEXT)

/* How many of two marks are right: its own place and its room. */
static int head_at(mgi_dbx_segment *out, mgi_file *f, uint32_t at)
{
	mailguard_span s;
	uint32_t own;
	mgi_cursor c;
	int marks;

	memset(out, 0, sizeof(*out));
	if (mgi_file_window(&s, f, at, MGI_DBX_HEAD, NULL) < 0)
		return 0;
	c = mgi_cursor_of(s);
	own = mgi_cursor_u32le(&c);
	marks = (own == at) + (mgi_cursor_u32le(&c) == MGI_DBX_TEXT);
	out->at = at;
	out->used = mgi_cursor_u16le(&c);
	mgi_cursor_skip(&c, 2);
	out->next = mgi_cursor_u32le(&c);
	return c.failed ? 0 : marks;
}

static bool is_inside(mgi_file *f, const mgi_dbx_segment *s)
{
	return s->used <= MGI_DBX_TEXT &&
	       (uint64_t)s->at + MGI_DBX_HEAD + s->used <= mgi_file_size(f);
}

bool mgi_dbx_segment_at(mgi_dbx_segment *out, mgi_file *f, uint32_t at)
{
	return head_at(out, f, at) == 2 && is_inside(f, out);
}

bool mgi_dbx_is_mail(mgi_file *f, const mgi_dbx_segment *s)
{
	mailguard_span text, line;
	mgi_cursor c;

	if (mgi_file_window(&text, f, s->at + MGI_DBX_HEAD, s->used, NULL) < 0)
		return false;
	c = mgi_cursor_of(mgi_span_head(text, s->used));
	return mgi_cursor_line(&line, &c) && mgi_line_is_field(line);
}

mgi_dbx_run mgi_dbx_run_of(const mgi_dbx_message *m, mgi_file *f)
{
	mgi_dbx_run run = { f, m->segment, m->length, 0, 0, m->mend, 0, 0 };

	run.left = mgi_file_size(f) / (MGI_DBX_HEAD + 1);
	return run;
}

/* -- heads put right ------------------------------------------------------- */

static bool leads_on(const mgi_dbx_run *run, uint32_t next)
{
	mgi_dbx_segment s;

	return next && next != run->at && head_at(&s, run->file, next) > 0;
}

/* The one right behind: most chains lie in one piece. */
static uint32_t neighbour(const mgi_dbx_run *run)
{
	mgi_dbx_segment s;

	if (run->at > UINT32_MAX - SEGMENT ||
	    !mgi_dbx_segment_at(&s, run->file, run->at + SEGMENT) ||
	    mgi_dbx_is_mail(run->file, &s))
		return 0;
	return s.at;
}

/* A head of `marks` right marks as it must have been. */
static bool mend(mgi_dbx_segment *s, const mgi_dbx_run *run, int marks)
{
	uint64_t rest = run->length > run->done ? run->length - run->done : 0;

	if (!marks)
		return false;
	if (rest && rest <= MGI_DBX_TEXT) {
		s->used = (unsigned)rest & 0xffff;
		s->next = 0;
	} else if (leads_on(run, s->next)) {
		s->used = MGI_DBX_TEXT;
	} else if (s->next || rest) {
		s->next = neighbour(run);
		s->used = MGI_DBX_TEXT;
		if (!s->next)
			return false;
	}
	return is_inside(run->file, s);
}

bool mgi_dbx_run_next(mgi_dbx_segment *out, mgi_dbx_run *run)
{
	mgi_dbx_segment was;
	int marks;

	if (!run->at)
		return false;
	marks = head_at(out, run->file, run->at);
	was = *out;
	run->broken = !run->left ||
	              (run->mend ? !mend(out, run, marks)
	                         : marks < 2 || !is_inside(run->file, out));
	if (run->broken)
		return false;
	run->left--;
	run->mended |=
		marks < 2 || was.next != out->next || was.used != out->used;
	run->done += out->used;
	run->at = out->next;
	return true;
}

/* -- judged ---------------------------------------------------------------- */

typedef struct outcome {
	mgi_dbx_segment last;
	uint64_t size, segments;
	bool broken;
} outcome;

static outcome follow(const mgi_dbx_message *m, mgi_file *f)
{
	mgi_dbx_run run = mgi_dbx_run_of(m, f);
	mgi_dbx_segment s;
	outcome out;

	memset(&out, 0, sizeof(out));
	while (mgi_dbx_run_next(&s, &run)) {
		out.last = s;
		out.segments++;
	}
	out.size = run.done;
	out.broken = run.broken;
	return out;
}

/* Does the last segment's text end a line at `used`? */
static bool ends_line(mgi_file *f, const mgi_dbx_segment *s, uint64_t used)
{
	mailguard_span text;

	if (used < 2 ||
	    mgi_file_window(&text, f, s->at + MGI_DBX_HEAD + used - 2, 2,
	                    NULL) < 0)
		return false;
	return mgi_span_starts(text, "\r\n");
}

/*
 * A chain in order whose length is not the one the entry tells. One of both is
 * damaged: the entry's, if that is about other segments, or if what it makes
 * the last one does not end a line.
 */
static void differ(mgi_dbx_message *m, mgi_file *f, const outcome *plain)
{
	uint64_t before = (plain->segments - 1) * MGI_DBX_TEXT;

	m->fare = MGI_DBX_LENGTH;
	if (m->length > before && m->length - before <= MGI_DBX_TEXT &&
	    ends_line(f, &plain->last, m->length - before) &&
	    !ends_line(f, &plain->last, plain->last.used)) {
		m->mend = true;
		m->fare = MGI_DBX_MENDED;
		m->size = m->length;
	} else {
		m->length = 0;
	}
}

static void try_mending(mgi_dbx_message *m, mgi_file *f)
{
	mgi_dbx_message other = *m;
	outcome o;

	other.mend = true;
	o = follow(&other, f);
	if ((o.broken || (m->length && o.size != m->length)) && m->length) {
		other.length = 0; /* the entry may be the damaged one */
		o = follow(&other, f);
	}
	if (o.size <= m->size && o.broken)
		return;
	m->fare = o.broken || (m->length && o.size != m->length)
	                  ? MGI_DBX_CUT
	                  : MGI_DBX_MENDED;
	m->mend = true;
	m->length = other.length;
	m->size = o.size;
}

/* It may go on behind a full segment; none but the last has room left. */
static bool is_short(const outcome *o)
{
	return o->last.used == MGI_DBX_TEXT ||
	       o->size < (o->segments - 1) * MGI_DBX_TEXT + o->last.used;
}

void mgi_dbx_judge(mgi_dbx_message *m, mgi_file *f)
{
	outcome plain;

	m->mend = false;
	if (!m->segment)
		return;
	plain = follow(m, f);
	m->size = plain.size;
	m->fare = MGI_DBX_WHOLE;
	if (!plain.broken && m->length && plain.size != m->length) {
		if (m->length > plain.size && is_short(&plain)) {
			m->fare = MGI_DBX_CUT;
			try_mending(m, f);
		} else {
			differ(m, f, &plain);
		}
	} else if (plain.broken) {
		m->fare = MGI_DBX_CUT;
		try_mending(m, f);
	}
}
