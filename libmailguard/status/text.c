/*
 * text.c - Japanese notices as HTML or text, where nothing but words tells
 * where one begins.
 *
 * A line in brackets that names a kind ("【障害】メール") begins a notice;
 * without any, the page is one if its labels say so. Such a page is never
 * known to be complete: what is not on it may stand on the next.
 */
#include <string.h>

#include "status/clean.h"
#include "status/notice.h"
#include "status/when.h"

#define TEXT_MAX ((size_t)256 << 10)
#define LABELS_MIN 2
#define FIELDS_MIN 3

static mailguard_span line_of(mailguard_span *s)
{
	const unsigned char *end =
		s->len ? memchr(s->data, '\n', s->len) : NULL;
	size_t n = end ? (size_t)(end - s->data) : s->len;
	mailguard_span line = mgi_span_head(*s, n);

	*s = mgi_span_from(*s, end ? n + 1 : n);
	return mgi_span_trim(line);
}

/* "2026.02.03 (火)" before the bracket: its length. */
static size_t date_length(mailguard_span line)
{
	static const char *const parts[] = { "年", "月", "日", "火", "水",
		                             "木", "金", "土", "時", "分",
		                             " ",  ".",  "/",  "-",  ":",
		                             "(",  ")",  "（", "）", "　" };
	size_t n = 0, i;

	do {
		mailguard_span rest = mgi_span_from(line, n);

		if (rest.len && mgi_is_digit(rest.data[0])) {
			n++;
			continue;
		}
		for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
			if (mgi_span_starts(rest, parts[i]))
				break;
		if (i == sizeof(parts) / sizeof(parts[0]))
			return n;
		n += strlen(parts[i]);
	} while (n < line.len);
	return n;
}

/* "【障害】...", "2026.02.03 [重要]メンテナンス..." of one line. */
static bool begins_notice(mgi_page *p, mailguard_span line)
{
	static const char *const opens[] = { "【", "[", "［" };
	mailguard_span value;
	const char *text;
	bool marked;
	size_t i;

	if (line.len > 256)
		return false;
	line = mgi_span_from(line, date_length(line));
	for (i = 0; i < sizeof(opens) / sizeof(opens[0]); i++)
		if (mgi_span_starts(line, opens[i]))
			break;
	if (i == sizeof(opens) / sizeof(opens[0]) ||
	    mgi_notice_label(p, &value, &marked, line))
		return false;
	text = mgi_arena_strndup(p->arena, line.data, line.len);
	return text && mgi_hints_of(p, text, true).kind > 0;
}

/* The day of the news, if one stands before its title. */
static mailguard_time day_of(mgi_page *p, mailguard_span date)
{
	mgi_buf_cut(&p->lent, 0);
	mgi_fold_text(&p->lent, date);
	return mgi_period(mgi_buf_span(&p->lent), p->offset, p->pub.fetched_at)
	        .begin;
}

static mgi_item *notice_new(mgi_page *p, const char *title, const char *body)
{
	mgi_item *it = mgi_item_new(p);

	it->pub.title = title;
	it->pub.body = body;
	it->pub.updated_at = p->pub.updated_at;
	return it;
}

/* From a line that begins a notice up to the next. */
static const char *section(mgi_page *p, mailguard_span *s)
{
	mailguard_span from = *s;
	size_t used = 0;

	while (s->len) {
		mailguard_span rest = *s, line = line_of(&rest);

		if (begins_notice(p, line))
			break;
		used += s->len - rest.len;
		*s = rest;
	}
	return mgi_arena_strndup(p->arena, from.data, used);
}

static void read_sections(mgi_page *p, mailguard_span s)
{
	while (s.len) {
		mailguard_span line = line_of(&s);
		size_t dated = date_length(line);
		const char *title, *body;
		mailguard_time day;

		if (!begins_notice(p, line))
			continue;
		day = day_of(p, mgi_span_head(line, dated));
		line = mgi_span_from(line, dated);
		title = mgi_arena_strndup(p->arena, line.data, line.len);
		body = section(p, &s);
		if (title && body)
			notice_new(p, mgi_page_line(p, title), body)
				->pub.started_observed = day;
	}
}

/* The whole page as one notice, if it has labels. */
static void read_whole(mgi_page *p, const char *text)
{
	mgi_item *it = notice_new(p, "", text);
	mailguard_span s = mgi_span_of(text);
	mgi_hints h = { 0 };
	const char *line = "";

	if (mgi_notice_read(p, it, text) < LABELS_MIN) {
		mgi_item_drop(p, it);
		return;
	}
	while (!*it->pub.title && s.len && !h.kind) {
		mailguard_span at = line_of(&s), value;
		bool marked;

		if (mgi_notice_label(p, &value, &marked, at))
			continue;

		line = mgi_arena_strndup(p->arena, at.data, at.len);
		if (!line)
			return;
		h = mgi_hints_of(p, line, true);
	}
	if (h.kind)
		it->pub.title = mgi_page_line(p, line);
}

static bool is_field(mailguard_span line)
{
	size_t n = 0;

	while (n < line.len &&
	       (mgi_is_alnum(line.data[n]) || line.data[n] == '-'))
		n++;
	return n && n < line.len && line.data[n] == ':';
}

/*
 * A mail: what stands behind its head. The words of its fields are in code
 * (RFC 2047), and its date is that of the news, not of what it tells.
 */
static mailguard_span mail_body(mgi_page *p, mailguard_span s)
{
	mailguard_span rest = s;
	mailguard_time date = 0;
	size_t fields = 0;

	while (rest.len) {
		bool folded = mgi_is_space(rest.data[0]) && fields;
		mailguard_span line = line_of(&rest);

		if (!line.len)
			break;
		if (!folded && !is_field(line))
			return s;
		if (mgi_span_starts_nocase(line, "date:"))
			date = mgi_when(mgi_span_from(line, 5), p->offset);
		fields++;
	}
	if (fields < FIELDS_MIN || !rest.len)
		return s;
	p->pub.updated_at = date;
	return rest;
}

static void read_text(mgi_page *p)
{
	mailguard_buffer clean;
	const char *text;

	p->pub.complete = 0;
	if (!p->html)
		p->text = mail_body(p, p->text);
	mgi_buf_init(&clean, p->mg);
	mgi_clean(&clean, p->text, TEXT_MAX, false);
	text = mgi_arena_strndup(p->arena, mgi_buf_text(&clean), clean.len);
	if (clean.failed)
		p->no_memory = true;
	mgi_buf_done(&clean);
	if (!text)
		return;
	read_sections(p, mgi_span_of(text));
	if (!p->items)
		read_whole(p, text);
	if (!p->items)
		mgi_page_unreadable(p, MGI_SAY_INCIDENTS_UNRECOGNISED, NULL);
}

static bool sniff_html(const mgi_page *p)
{
	return p->html;
}

static bool sniff_text(const mgi_page *p)
{
	return !p->html && !p->json && !p->xml && p->text.len > 0;
}

const mgi_format mgi_format_html = { "html", sniff_html, read_text };
const mgi_format mgi_format_text = { "text", sniff_text, read_text };
