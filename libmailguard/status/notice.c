/*
 * notice.c - labels and values of a notice, by data/status_labels.tsv.
 *
 * Hosters write free text, but in blocks: a mark, a label, a colon, a value,
 * or a label alone with its value on the next lines. What fits no label is
 * left alone.
 */
#include "status/notice.h"

#include <string.h>

#include "status/clean.h"
#include "status/hosts.h"
#include "status/when.h"

#define LABEL_MAX 64 /* bytes; what is longer is prose */

static const char *const marks[] = { "■", "▼", "◆", "●",  "○", "・", "※",
	                             "◇", "□", "▽", "▲",  "△", "★",  "☆",
	                             "◎", "→", "▶", "〇", "*", "#",  "-",
	                             ">", "=", "|", "♦",  "•" };
static const char *const opens[] = { "【", "[",  "《", "〈", "<", "「",
	                             "(",  "［", "＜", "（", "〔" };
static const char *const closes[] = { "】", "]",  "》", "〉", ">", "」",
	                              ")",  "］", "＞", "）", "〕" };

static size_t any_of(mailguard_span s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (mgi_span_starts(s, list[i]))
			return strlen(list[i]);
	return 0;
}

#define ANY_OF(s, list) any_of((s), (list), sizeof(list) / sizeof((list)[0]))

/* U+3000 as well, which is no space to ASCII. */
static mailguard_span trim(mailguard_span s)
{
	s = mgi_span_trim(s);
	while (mgi_span_starts(s, "　"))
		s = mgi_span_trim(mgi_span_from(s, 3));
	return s;
}

/* Where the label ends and the value begins; false if neither is seen. */
static bool divide(size_t *end, size_t *value, mailguard_span s, bool bracketed)
{
	size_t i;

	for (i = 0; i < s.len && i < LABEL_MAX; i++) {
		mailguard_span rest = mgi_span_from(s, i);
		size_t n = bracketed ? ANY_OF(rest, closes) : 0;

		if (!n && mgi_span_starts(rest, "："))
			n = strlen("：");
		if (!n && rest.data[0] == ':')
			n = 1;
		if (!n)
			continue;
		*end = i;
		*value = i + n;
		return true;
	}
	*end = *value = s.len;
	return !bracketed && s.len < LABEL_MAX;
}

static mgi_label find(mgi_page *p, mailguard_span name)
{
	mailguard_buffer folded;
	mgi_label label;

	mgi_buf_init(&folded, p->mg);
	mgi_fold_text(&folded, trim(name));
	if (folded.failed)
		p->no_memory = true;
	label = mgi_label_find(mgi_span_trim(mgi_buf_span(&folded)));
	mgi_buf_done(&folded);
	return label;
}

mgi_label mgi_notice_label(mgi_page *p,
                           mailguard_span *value,
                           bool *marked,
                           mailguard_span line)
{
	mailguard_span s = trim(line);
	size_t n, end, at;
	mgi_label label;
	bool bracketed;

	*marked = false;
	*value = mgi_span_head(s, 0);
	while ((n = ANY_OF(s, marks)) > 0) {
		*marked = true;
		s = trim(mgi_span_from(s, n));
	}
	n = ANY_OF(s, opens);
	bracketed = n > 0;
	*marked = *marked || bracketed;
	s = trim(mgi_span_from(s, n));
	if (!s.len || !divide(&end, &at, s, bracketed))
		return MGI_LABEL_NONE;
	label = find(p, mgi_span_head(s, end));
	*value = trim(mgi_span_from(s, at));
	/* "【日時】：値" */
	if (bracketed && mgi_span_starts(*value, "："))
		*value = trim(mgi_span_from(*value, strlen("：")));
	else if (bracketed && mgi_span_starts(*value, ":"))
		*value = trim(mgi_span_from(*value, 1));
	return label;
}

static mgi_span_of_time period_of(mgi_page *p,
                                  const mgi_item *it,
                                  const char *text)
{
	mailguard_time near = it->pub.started_declared;
	mgi_span_of_time t;
	mailguard_buffer folded;

	if (!near)
		near = it->pub.updated_at;
	if (!near)
		near = p->pub.fetched_at;
	mgi_buf_init(&folded, p->mg);
	mgi_fold_text(&folded, mgi_span_of(text));
	if (folded.failed)
		p->no_memory = true;
	t = mgi_period(mgi_buf_span(&folded), p->offset, near);
	mgi_buf_done(&folded);
	return t;
}

static void set(mailguard_time *to, mailguard_time t)
{
	if (!*to)
		*to = t;
}

static void state(mgi_page *p, mgi_item *it, const char *value)
{
	mgi_hints h = mgi_hints_of(p, value, true);

	if (!h.phase || it->fixed)
		return;
	it->pub.phase = h.phase;
}

/* Times first: hosts and words do not need them. */
static bool apply_time(mgi_page *p,
                       mgi_item *it,
                       mgi_label label,
                       const char *value)
{
	mgi_span_of_time t = period_of(p, it, value);

	switch (label) {
	case MGI_LABEL_START:
	case MGI_LABEL_PERIOD:
		set(&it->pub.started_declared, t.begin);
		set(&it->pub.expected_end, t.end);
		return true;
	case MGI_LABEL_EXPECTED: /* "未定" wins over the end of a period */
		it->pub.expected_end = t.end ? t.end : t.begin;
		return true;
	case MGI_LABEL_ENDED:
		set(&it->pub.ended_at, t.end ? t.end : t.begin);
		return true;
	case MGI_LABEL_NEXT:
		set(&it->pub.next_update_at, t.begin);
		return true;
	case MGI_LABEL_POSTED:
		set(&it->pub.updated_at, t.begin);
		return true;
	default:
		return false;
	}
}

static void apply(mgi_page *p, mgi_item *it, mgi_label label, const char *value)
{
	mgi_hints h;

	if (!*value || apply_time(p, it, label, value))
		return;
	switch (label) {
	case MGI_LABEL_HOSTS:
		mgi_hosts_scan(p, it, value, true, false);
		break;
	case MGI_LABEL_SERVICE:
		mgi_component_add(p, it, value);
		break;
	case MGI_LABEL_IMPACT:
		if (!it->effect)
			it->effect = mgi_page_line(p, value);
		h = mgi_hints_of(p, value, false);
		it->pub.services |= h.services;
		it->pub.partly |= h.partly;
		break;
	case MGI_LABEL_STATE:
		state(p, it, value);
		break;
	case MGI_LABEL_TITLE:
		if (!*it->pub.title)
			it->pub.title = mgi_page_line(p, value);
		break;
	default:
		break;
	}
}

/* A value that goes on over lines, and the label it belongs to. */
typedef struct entry {
	mgi_label label;
	mailguard_buffer value;
} entry;

static void entry_end(mgi_page *p, mgi_item *it, entry *e)
{
	if (e->value.failed)
		p->no_memory = true;
	if (e->label)
		apply(p, it, e->label, mgi_buf_text(&e->value));
	mgi_buf_cut(&e->value, 0);
	e->label = MGI_LABEL_NONE;
}

static bool is_time(mgi_label label)
{
	return label >= MGI_LABEL_START && label <= MGI_LABEL_POSTED;
}

/* "2026年2月3日 23時58分掲載": the day of the news, without a label. */
static void posted(mgi_page *p, mgi_item *it, mailguard_span line)
{
	static const char *const ends[] = { "掲載", "更新", "公開" };
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (line.len <= n || line.len > LABEL_MAX ||
		    !mgi_span_is(mgi_span_from(line, line.len - n), ends[i]))
			continue;
		text = mgi_arena_strndup(p->arena, line.data, line.len);
		if (text)
			apply(p, it, MGI_LABEL_POSTED, text);
	}
}

static size_t read_line(mgi_page *p,
                        mgi_item *it,
                        entry *e,
                        mailguard_span line)
{
	mailguard_span value;
	bool marked;
	mgi_label label = mgi_notice_label(p, &value, &marked, line);

	if (label || marked || !trim(line).len ||
	    (is_time(e->label) && e->value.len))
		entry_end(p, it, e);
	if (!label && !e->label) {
		posted(p, it, trim(line));
		return 0;
	}
	if (label)
		e->label = label;
	else
		value = trim(line);
	if (e->value.len && value.len)
		mgi_buf_putc(&e->value, '\n');
	mgi_buf_add(&e->value, value.data, value.len);
	return label != MGI_LABEL_NONE;
}

size_t mgi_notice_read(mgi_page *p, mgi_item *it, const char *text)
{
	mailguard_span s = mgi_span_of(text);
	entry e = { MGI_LABEL_NONE, { 0 } };
	size_t labels = 0;

	mgi_buf_init(&e.value, p->mg);
	while (s.len) {
		const unsigned char *end = memchr(s.data, '\n', s.len);
		size_t n = end ? (size_t)(end - s.data) : s.len;

		labels += read_line(p, it, &e, mgi_span_head(s, n));
		s = mgi_span_from(s, end ? n + 1 : n);
	}
	entry_end(p, it, &e);
	mgi_buf_done(&e.value);
	return labels;
}
