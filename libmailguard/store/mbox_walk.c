/*
 * mbox_walk.c - the messages of an mbox, one a step, by one pass over the
 * file.
 *
 * A From_ line is judged (from_line.c), not believed. Where Content-Length
 * says that a message ends right before one that parts, or at the end of the
 * file, it is followed: nobody quoted the From_ lines of the text then. In
 * every other place it is no more than a lie worth a note.
 */
#include "store/mbox.h"

#include <string.h>

#include "base/fail.h"
#include "base/os_stat.h"
#include "base/wide.h"
#include "store/from_line.h"
#include "store/mbox_hints.h"

#define NEXT_LINE 256 /* of the line behind a From_ line */
#define FROM_LINE 1024
#define BLOCK 64
#define FROM_MIN 7 /* bytes that tell it: two line ends and five letters */
#define HEAD ((size_t)64 << 10) /* of a header that may give hints */

/* Where a walk is in the file under way. */
typedef struct mbox {
	uint64_t at;      /* of the next From_ line, or of text before one */
	uint64_t size;    /* of the file */
	uint64_t gap;     /* behind the message before */
	uint64_t fed;     /* the tap has what is before */
	uint64_t hint;    /* where Content-Length says the message ends; or 0 */
	uint64_t past;    /* bytes of the files before */
	bool open, begun; /* the file; its first message */
	bool blanks;      /* so far each message ended in a blank line */
} mbox;

mailguard_status mgi_mbox_begin(mailguard_walk *w, mailguard_error *err)
{
	mgi_stat st;
	size_t i;

	w->state = mgi_arena_alloc(w->arena, sizeof(mbox));
	if (!w->state)
		return mgi_fail_nomem(err);
	w->total = 0;
	for (i = 0; i < w->store->count; i++) {
		if (mgi_os_stat(&st, w->store->files[i].path) ||
		    st.kind != MGI_ENTRY_FILE) {
			w->total = 0; /* not known */
			break;
		}
		w->total += st.size;
	}
	return MAILGUARD_OK;
}

/* -- looking for From_ lines ---------------------------------------------- */

/*
 * A line end behind which a line begins with "From ", or an empty one and then
 * one that is like it; `*line` is how far behind. The length of `s` if nowhere.
 */
MGI_WIDE static size_t from_search(mailguard_span s, size_t *line)
{
	const unsigned char *p = s.data, *lf;
	size_t i = 0, k;

	while (s.len - i >= FROM_MIN) {
		unsigned char any = 0;

		/* In a way that compilers make wide instructions of. */
		if (s.len - i > BLOCK) {
			for (k = 0; k < BLOCK; k++) {
				unsigned char next = p[i + k + 1];

				any |= (unsigned char)((p[i + k] == '\n') &
				                       ((next == 'F') |
				                        (next == '\n')));
			}
			if (!any) {
				i += BLOCK;
				continue;
			}
		}
		lf = memchr(p + i, '\n', s.len - i);
		if (!lf)
			break;
		i = (size_t)(lf - p);
		if (s.len - i < FROM_MIN)
			break;
		*line = p[i + 1] == '\n' ? 2 : 1;
		if (*line == 1 ? memcmp(lf + 1, "From ", 5) == 0
		               : mgi_from_line_is_like(mgi_span(lf + 2, 5)))
			return i;
		i++;
	}
	return s.len;
}

static void feed_until(mailguard_walk *w, uint64_t to)
{
	mbox *m = w->state;

	if (!w->tap || to <= m->fed)
		return;
	(void)mgi_walk_show(w, w->tap->feed, m->fed, to, NULL);
	m->fed = to;
}

/*
 * The next line behind `lf`, a line end, that begins with "From ", or nearly;
 * the size if there is none. What is passed goes to the tap, but for two bytes:
 * they may be the blank line that is no part of the message.
 */
static mailguard_status from_find(uint64_t *out,
                                  mailguard_walk *w,
                                  uint64_t lf,
                                  mailguard_error *err)
{
	mbox *m = w->state;

	while (lf < m->size) {
		uint64_t base = w->tap && m->fed < lf ? m->fed : lf;
		mailguard_status st;
		mailguard_span s;
		size_t i, line = 1;

		w->done = m->past + base;
		st = mgi_file_rest(&s, w->file, base, (size_t)(lf - base) + 16,
		                   err);
		*out = m->size;
		if (base + s.len <= lf)
			return st; /* unreadable, or shorter than it was */
		i = from_search(mgi_span_from(s, (size_t)(lf - base)), &line);
		*out = lf + i + line;
		if (base + s.len > lf + i) {
			if (*out > m->fed + 2)
				feed_until(w, *out - 2);
			return MAILGUARD_OK;
		}
		*out = m->size;
		if (base + s.len >= m->size || s.len < FROM_MIN)
			return st;
		lf = base + s.len - FROM_MIN + 1;
		if (lf > m->fed + 2)
			feed_until(w, lf - 2);
		st = mgi_walk_tick(w, err);
		if (st < 0)
			return st;
	}
	*out = m->size;
	return MAILGUARD_OK;
}

/* What stands around a line that begins with "From ". */
static mgi_from_line around(mgi_file *file, uint64_t at, uint64_t size)
{
	mgi_from_line f = { { NULL, 0 }, { NULL, 0 }, at == 0, false, false };
	uint64_t before = at < 4 ? 0 : at - 4;
	size_t skip = (size_t)(at - before), n;
	const unsigned char *lf;
	mailguard_span s;

	(void)mgi_file_window(&s, file, before, skip + FROM_LINE + NEXT_LINE,
	                      NULL);
	if (s.len <= skip)
		return f;
	f.after_blank = (skip >= 2 && s.data[skip - 1] == '\n' &&
	                 (s.data[skip - 2] == '\n' ||
	                  (skip >= 3 && s.data[skip - 2] == '\r' &&
	                   s.data[skip - 3] == '\n')));
	s = mgi_span_from(s, skip);
	lf = memchr(s.data, '\n', s.len);
	n = lf ? (size_t)(lf - s.data) : s.len;
	f.line = mgi_span_head(s, n);
	f.next = mgi_span_from(s, n + (lf != NULL));
	f.at_end = at + n + 1 >= size;
	lf = memchr(f.next.data, '\n', f.next.len);
	if (lf)
		f.next.len = (size_t)(lf - f.next.data);
	return f;
}

bool mgi_mbox_shows(mgi_file *file)
{
	uint64_t size = mgi_file_size(file), at = 0;

	for (;;) {
		size_t i, line = 1;
		mailguard_span s;
		mgi_from_line f;

		(void)mgi_file_window(&s, file, 0, MGI_FILE_WINDOW, NULL);
		s = mgi_span_from(s, (size_t)at);
		i = from_search(s, &line);
		if (i == s.len)
			return false;
		at += i + line;
		f = around(file, at, size);
		if (f.after_blank && mgi_line_is_mail_field(f.next) &&
		    mgi_from_line_parts(&f))
			return true;
	}
}

/* -- one message ---------------------------------------------------------- */

/* Only CR and LF from `at` to `end`? */
static bool is_blank(mgi_file *file, uint64_t at, uint64_t end)
{
	mailguard_span s;
	size_t i;

	if (end - at > 64)
		return false;
	(void)mgi_file_window(&s, file, at, (size_t)(end - at), NULL);
	for (i = 0; i < s.len; i++)
		if (s.data[i] != '\r' && s.data[i] != '\n')
			return false;
	return true;
}

/* Behind the line at `at`. */
static uint64_t line_end(mgi_file *file, uint64_t at, uint64_t size)
{
	while (at < size) {
		const unsigned char *lf;
		mailguard_span s;

		(void)mgi_file_rest(&s, file, at, FROM_LINE, NULL);
		if (!s.len)
			return size;
		lf = memchr(s.data, '\n', s.len);
		if (lf)
			return at + (uint64_t)(lf - s.data) + 1;
		at += s.len;
	}
	return size;
}

/* Without the blank line that parts it from the next. */
static uint64_t body_end(mgi_file *file, uint64_t begin, uint64_t end)
{
	uint64_t at = end - begin < 4 ? begin : end - 4;
	size_t n;
	mailguard_span s;

	(void)mgi_file_window(&s, file, at, (size_t)(end - at), NULL);
	n = s.len;
	if (n < end - at || n < 2 || s.data[n - 1] != '\n')
		return end;
	if (s.data[n - 2] == '\n')
		return end - 1;
	if (n >= 4 && s.data[n - 2] == '\r' && s.data[n - 3] == '\n')
		return end - 2;
	return end;
}

/* Does a message end there, as one that has a length should? */
static bool is_end(mailguard_walk *w, uint64_t *at)
{
	const mbox *m = w->state;
	mgi_from_line f;
	mailguard_span s;
	size_t i = 0;

	if (*at >= m->size)
		return *at == m->size;
	(void)mgi_file_window(&s, w->file, *at, 16, NULL);
	while (i < s.len && i < 4 && (s.data[i] == '\r' || s.data[i] == '\n'))
		i++;
	*at += i;
	if (*at == m->size)
		return true;
	if (!i || !mgi_span_starts(mgi_span_from(s, i), "From "))
		return false;
	f = around(w->file, *at, m->size);
	return mgi_from_line_parts(&f);
}

/* What the header says: flags, and where the message ends. */
static void hints_take(mailguard_item *item, mailguard_walk *w)
{
	mailguard_finding odd = {
		MAILGUARD_SEVERITY_NOTE, 0, 0, 0, 0, NULL, NULL, NULL
	};
	mbox *m = w->state;
	mgi_mbox_hints h;
	mailguard_span s;

	(void)mgi_file_rest(&s, w->file, item->offset, 2048, NULL);
	h = mgi_mbox_hints_of(mgi_span_head(s, HEAD));
	if (!h.ends && s.len < HEAD) {
		(void)mgi_file_window(&s, w->file, item->offset, HEAD, NULL);
		h = mgi_mbox_hints_of(s);
	}
	item->flags = h.flags;
	m->hint = 0;
	if (!h.has_length || !h.ends)
		return;
	m->hint = item->offset + h.body;
	m->hint =
		h.length <= m->size - m->hint ? m->hint + h.length : UINT64_MAX;
	if (is_end(w, &m->hint))
		return;
	m->hint = 0;
	odd.offset = item->offset;
	odd.item = w->item.index + 1;
	mgi_walk_note(w, &odd, MGI_SAY_MBOX_CONTENT_LENGTH);
}

/* Whoever writes an mbox ends its last message as all the others. */
static void end_look(mailguard_walk *w, const mailguard_item *item)
{
	mailguard_finding odd = {
		MAILGUARD_SEVERITY_WARN, 0, 0, 0, 0, NULL, NULL, NULL
	};
	const mbox *m = w->state;
	mailguard_span s;

	(void)mgi_file_window(&s, w->file, m->size - 1, 1, NULL);
	odd.offset = m->size;
	odd.item = w->item.index + 1;
	if (s.len && s.data[0] != '\n' && s.data[0]) {
		mgi_walk_note(w, &odd, MGI_SAY_MBOX_CUT_END);
	} else if (m->gap && m->blanks &&
	           item->offset + item->size == m->size) {
		odd.severity = MAILGUARD_SEVERITY_NOTE;
		mgi_walk_note(w, &odd, MGI_SAY_MBOX_NO_BLANK_END);
	}
}

/* The next From_ line that parts, behind the message that begins at `at`. */
static mailguard_status part_find(uint64_t *out,
                                  mailguard_walk *w,
                                  uint64_t at,
                                  mailguard_error *err)
{
	mbox *m = w->state;

	for (;;) {
		mailguard_finding odd = {
			MAILGUARD_SEVERITY_NOTE, 0, 0, 0, 0, NULL, NULL, NULL
		};
		mailguard_status st;
		mgi_from_line f;

		st = from_find(out, w, at, err);
		if (st < 0 || *out >= m->size)
			return st;
		f = around(w->file, *out, m->size);
		odd.offset = *out;
		odd.length = f.line.len;
		at = *out + 1;
		odd.item = w->item.index + 1;
		if (!mgi_span_starts(f.line, "From ")) {
			if (*out < m->hint || !mgi_from_line_was(&f))
				continue;
			odd.severity = MAILGUARD_SEVERITY_WARN;
			odd.item++;
			mgi_walk_note(w, &odd, MGI_SAY_MBOX_DAMAGED_FROM);
			return MAILGUARD_OK;
		}
		if (*out >= m->hint && mgi_from_line_parts(&f)) {
			w->torn = !f.first && !f.after_blank;
			return MAILGUARD_OK;
		}
		mgi_walk_note(w, &odd, MGI_SAY_MBOX_FROM_IN_TEXT);
	}
}

/* From the end of a message to the next From_ line. */
static uint64_t line_ends_skip(mgi_file *file, uint64_t at)
{
	mailguard_span s;
	size_t i = 0;

	(void)mgi_file_window(&s, file, at, 4, NULL);
	while (i < s.len && (s.data[i] == '\r' || s.data[i] == '\n'))
		i++;
	return at + i;
}

static mailguard_status file_begin(mailguard_walk *w, mailguard_error *err)
{
	mgi_resume known = { 0, false, true };
	mbox *m = w->state;
	mailguard_status st = MAILGUARD_OK;
	mailguard_span s;

	if (w->tap)
		st = w->tap->file(w->tap->self, &known, w->at, err);
	if (st < 0)
		return st;
	if (known.skip) {
		w->at++;
		return MAILGUARD_OK;
	}
	st = mgi_walk_file(w, err);
	if (st < 0)
		return st;
	m->open = true;
	m->size = mgi_file_size(w->file);
	/* A byte order mark is no part of the first From_ line. */
	(void)mgi_file_window(&s, w->file, 0, sizeof(MGI_MBOX_MARK) - 1, NULL);
	m->at = mgi_span_is(s, MGI_MBOX_MARK) ? s.len : 0;
	m->gap = known.gap;
	m->begun = known.gap > 0;
	m->blanks = known.blanks;
	if (m->begun)
		m->at = line_ends_skip(w->file, known.gap);
	return MAILGUARD_OK;
}

static void tap_begin(mailguard_walk *w, const mailguard_item *item)
{
	mbox *m = w->state;

	m->fed = item->offset;
	if (!w->tap)
		return;
	w->tap->begin(w->tap->self);
	(void)mgi_walk_show(w, w->tap->gap, m->gap, item->offset, NULL);
	w->tapped = true;
}

/*
 * Does the file begin with a From_ line? A line that was one is enough if a
 * header follows: the message is whole but for the line.
 */
static bool first_is_from(mailguard_walk *w)
{
	mailguard_finding odd = {
		MAILGUARD_SEVERITY_WARN, 0, 0, 0, 1, NULL, NULL, NULL
	};
	const mbox *m = w->state;
	mgi_from_line f = around(w->file, m->at, m->size);

	if (mgi_span_starts(f.line, "From "))
		return true;
	if (!mgi_from_line_was(&f))
		return false;
	odd.item = w->item.index + 1;
	odd.length = f.line.len;
	mgi_walk_note(w, &odd, MGI_SAY_MBOX_DAMAGED_FROM);
	return true;
}

/* Text before the first From_ line is kept as a message of its own. */
static mailguard_status message_next(mailguard_item *out,
                                     mailguard_walk *w,
                                     mailguard_error *err)
{
	mailguard_finding lost = {
		MAILGUARD_SEVERITY_LOSS, 0, 0, 0, 0, NULL, NULL, NULL
	};
	mbox *m = w->state;
	uint64_t end = m->size;
	mailguard_status st;
	bool from;

	from = m->begun || first_is_from(w);
	m->begun = true;
	out->offset = from ? line_end(w->file, m->at, m->size) : m->at;
	hints_take(out, w);
	tap_begin(w, out);
	st = part_find(&end, w, out->offset - from, err);
	if (!from && !is_blank(w->file, m->at, end)) {
		lost.offset = m->at;
		lost.length = end - m->at;
		lost.item = w->item.index + 1;
		mgi_walk_note(w, &lost, MGI_SAY_MBOX_NO_FROM);
	}
	out->folder = w->store->files[w->at].folder;
	out->file = w->store->files[w->at].path;
	out->size = body_end(w->file, out->offset, end) - out->offset;
	feed_until(w, out->offset + out->size);
	if (!from && is_blank(w->file, m->at, end))
		out->size = UINT64_MAX; /* nothing: step over it */
	if (st >= 0 && end == m->size && out->size != UINT64_MAX)
		end_look(w, out);
	if (out->size != UINT64_MAX)
		m->gap = out->offset + out->size;
	w->blank = m->gap < end;
	m->blanks &= w->blank;
	m->at = end;
	return st;
}

mailguard_status mgi_mbox_next(mailguard_item *out,
                               mailguard_walk *w,
                               mailguard_error *err)
{
	mbox *m = w->state;
	mailguard_status st;

	w->tapped = w->torn = false;
	while (w->at < w->store->count) {
		if (!m->open) {
			st = file_begin(w, err);
			if (st < 0) {
				w->at++;
				return st;
			}
			if (!m->open)
				continue; /* nothing of it is new */
		}
		if (m->at < m->size) {
			st = message_next(out, w, err);
			if (st < 0 || out->size != UINT64_MAX)
				return st;
			continue;
		}
		m->open = false;
		m->past += m->size;
		w->at++;
	}
	w->done = m->past;
	return MAILGUARD_ITEROVER;
}
