/*
 * bounce_page.c - a mail as lines: what the parser tells, part by part.
 *
 * It knows what MIME says a part is, not what any line means.
 */
#include "base/fail.h"
#include "classify/bounce.h"

#include <string.h>

#define TEXT_MAX ((size_t)1 << 20) /* of all lines together */

/* The part whose bytes come in. */
typedef struct reading {
	mgi_page *page;
	mailguard_buffer raw;
	mailguard_part part; /* a copy; strings live as long as the parser */
	bool open, aside;
	mgi_region region;
	uint64_t offset;  /* of raw in the mail */
	int32_t returned; /* the part that is the returned mail; -1 */
} reading;

bool mgi_page_add(mgi_page *p, mailguard_span text, const mgi_line *like)
{
	mgi_line *l;

	if (p->count == MGI_BOUNCE_LINES || p->text.len + text.len > TEXT_MAX)
		return true;
	if (p->count == p->cap) {
		uint32_t cap = p->cap ? p->cap * 2 : 256;

		l = mgi_resize(p->mg, p->lines, cap * sizeof(*l));
		if (!l)
			return false;
		p->lines = l;
		p->cap = cap;
	}
	l = &p->lines[p->count++];
	*l = *like;
	l->at = (uint32_t)p->text.len;
	l->len = (uint32_t)text.len;
	l->who = -1;
	mgi_buf_add(&p->text, text.data, text.len);
	return !p->text.failed;
}

bool mgi_page_mark(mgi_page *p, uint32_t line, const mgi_found *hit)
{
	mgi_mark *m;

	if (p->mark_count == p->mark_cap) {
		uint32_t cap = p->mark_cap ? p->mark_cap * 2 : 128;

		m = mgi_resize(p->mg, p->marks, cap * sizeof(*m));
		if (!m)
			return false;
		p->marks = m;
		p->mark_cap = cap;
	}
	m = &p->marks[p->mark_count++];
	m->row = hit->row;
	m->line = line;
	m->start = (uint16_t)hit->start;
	m->end = (uint16_t)hit->end;
	return true;
}

/* Long, and nothing that anybody wrote for us. */
static bool is_noise(const mailguard_header *h)
{
	static const char *const heads[] = {
		"DKIM-",       "ARC-",      "X-MS-", "X-Microsoft-",
		"X-Forefront", "X-Google-", "X-Gm-", "Authentication-Results"
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (mgi_span_starts_nocase(h->name, heads[i]))
			return true;
	return false;
}

static mailguard_status add_field(mgi_page *p,
                                  const mailguard_header *h,
                                  mgi_region region,
                                  mailguard_error *err)
{
	mgi_line like = { .offset = h->offset,
		          .length = (uint32_t)h->raw.len,
		          .region = (uint8_t)region };
	mailguard_buffer b;
	mailguard_status st;

	if (!h->name.len || is_noise(h))
		return MAILGUARD_OK;
	mgi_buf_init(&b, p->mg);
	mgi_buf_add(&b, h->name.data, h->name.len);
	mgi_buf_puts(&b, ": ");
	st = mailguard_header_text(&b, h->value, err);
	if (st == MAILGUARD_OK && !mgi_page_add(p, mgi_buf_span(&b), &like))
		st = mgi_fail_nomem(err);
	mgi_buf_done(&b);
	return st;
}

static mailguard_status flush(reading *r, mailguard_error *err)
{
	uint32_t i = r->page->count;
	mailguard_status st = MAILGUARD_OK;

	if (r->raw.len)
		st = mgi_page_part(r->page, &r->part, r->region,
		                   mgi_buf_span(&r->raw), r->offset, err);
	for (; i < r->page->count; i++)
		r->page->lines[i].aside = r->aside;
	mgi_buf_cut(&r->raw, 0);
	return st;
}

/* What a part holds, by its type; false: nothing to read. */
static bool region_of(mgi_region *out, mgi_page *p, const mailguard_part *part)
{
	static const struct {
		const char *type;
		mgi_region region;
	} rows[] = {
		{ "message/delivery-status", MGI_REGION_STATUS },
		{ "message/global-delivery-status", MGI_REGION_STATUS },
		{ "message/xdelivery-status", MGI_REGION_STATUS },
		{ "message/feedback-report", MGI_REGION_FEEDBACK },
		{ "message/disposition-notification", MGI_REGION_RECEIPT },
		{ "message/global-disposition-notification",
		  MGI_REGION_RECEIPT },
		{ "text/rfc822-headers", MGI_REGION_RETURNED },
		{ "text/rfc822", MGI_REGION_RETURNED },
		{ "message/global-headers", MGI_REGION_RETURNED },
		{ "text/html", MGI_REGION_HTML },
		{ "text/plain", MGI_REGION_NOTE },
		{ "text", MGI_REGION_NOTE },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(part->type, rows[i].type) != 0)
			continue;
		*out = rows[i].region;
		p->report_status |= *out == MGI_REGION_STATUS;
		p->report_feedback |= *out == MGI_REGION_FEEDBACK;
		p->report_receipt |= *out == MGI_REGION_RECEIPT;
		return true;
	}
	*out = MGI_REGION_NOTE;
	return part->flags & MAILGUARD_PART_MULTIPART ||
	       (part->flags & MAILGUARD_PART_TEXT &&
	        !(part->flags & MAILGUARD_PART_ATTACHMENT));
}

static void begin_part(reading *r, const mailguard_part *part)
{
	bool inside = r->returned >= 0 && part->number > r->returned;

	r->part = *part;
	r->open = !inside && region_of(&r->region, r->page, part);
	if (inside && strcmp(part->type, "message/delivery-status") == 0) {
		r->open = true;
		r->region = MGI_REGION_NESTED;
	}
	if (part->number == 0 && strcmp(part->type, "multipart/report") == 0)
		r->page->report = true;
	if (!inside && part->flags & MAILGUARD_PART_MESSAGE && part->number)
		r->returned = part->number;
	r->page->returned |=
		r->returned >= 0 ||
		(part->number && r->open && r->region == MGI_REGION_RETURNED);
}

static mailguard_status take_body(reading *r,
                                  const mailguard_parser_event *e,
                                  mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	if (!r->open || e->part->number != r->part.number) {
		if (!e->aside || r->returned >= 0)
			return MAILGUARD_OK;
		r->part = *e->part;
		r->open = true;
		r->region = MGI_REGION_NOTE;
	}
	if (r->raw.len && e->offset != r->offset + r->raw.len)
		st = flush(r, err);
	if (!r->raw.len) {
		r->offset = e->offset;
		r->aside = e->aside;
	}
	if (r->raw.len < MGI_BOUNCE_PART)
		mgi_buf_add(&r->raw, e->raw.data,
		            mgi_span_head(e->raw, MGI_BOUNCE_PART - r->raw.len)
		                    .len);
	return st < 0 ? st : mgi_buf_status(&r->raw, err);
}

static mailguard_status take(reading *r,
                             const mailguard_parser_event *e,
                             mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	switch (e->kind) {
	case MAILGUARD_PARSER_PART_BEGIN:
		return flush(r, err);
	case MAILGUARD_PARSER_HEADER:
		if (e->part->number == 0)
			return add_field(r->page, &e->header, MGI_REGION_HEADER,
			                 err);
		if (r->returned >= 0 && e->part->parent == r->returned)
			return add_field(r->page, &e->header,
			                 MGI_REGION_RETURNED, err);
		/* A part without its blank line: fields taken for a header. */
		if (r->returned < 0 && mgi_status_field(e->header.raw)) {
			r->page->report_status = true;
			return add_field(r->page, &e->header, MGI_REGION_STATUS,
			                 err);
		}
		return MAILGUARD_OK;
	case MAILGUARD_PARSER_HEADERS_END:
		begin_part(r, e->part);
		return MAILGUARD_OK;
	case MAILGUARD_PARSER_BODY:
		return take_body(r, e, err);
	case MAILGUARD_PARSER_PART_END:
		st = flush(r, err);
		if (e->part->number == r->returned)
			r->returned = -1;
		return st;
	default:
		return MAILGUARD_OK;
	}
}

mailguard_status mgi_page_read(mgi_page *p,
                               mailguard_source *source,
                               mailguard_error *err)
{
	const mailguard_parser_event *e;
	reading r = { .page = p, .returned = -1 };
	mailguard_parser *parser;
	mailguard_status st;

	mgi_buf_init(&r.raw, p->mg);
	st = mailguard_parser_new(&parser, p->mg, source, NULL, err);
	if (st < 0)
		return st;
	while ((st = mailguard_parser_next(&e, parser, err)) == MAILGUARD_OK) {
		st = take(&r, e, err);
		if (st < 0)
			break;
	}
	mgi_buf_done(&r.raw);
	mailguard_parser_free(parser);
	return st < 0 ? st : MAILGUARD_OK;
}

void mgi_page_done(mgi_page *p)
{
	mgi_buf_done(&p->text);
	mgi_free(p->mg, p->lines);
	mgi_free(p->mg, p->marks);
	mgi_folded_done(&p->folded, p->mg);
}
