/*
 * head.c - a header, field by field, and where it ends.
 *
 * A line that is no field may be a torn field between others, or the text of
 * a mail without the blank line. The line behind it decides: until then it
 * waits in `field`, from where it can be put back.
 */
#include "mime/parser.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* Behind the colon, or 0 if no field begins here. */
static size_t field_value(mailguard_span line)
{
	size_t i = 0;

	while (i < line.len && line.data[i] > ' ' && line.data[i] < 0x7f &&
	       line.data[i] != ':')
		i++;
	if (!i)
		return 0;
	while (i < line.len && (line.data[i] == ' ' || line.data[i] == '\t'))
		i++;
	return i < line.len && line.data[i] == ':' ? i + 1 : 0;
}

static bool ended(mailguard_span line)
{
	return line.len && line.data[line.len - 1] == '\n';
}

static bool is_blank(mailguard_span line)
{
	size_t i;

	for (i = 0; i < line.len; i++)
		if (line.data[i] != '\r' && line.data[i] != '\n')
			return false;
	return ended(line);
}

static bool is_folded(mailguard_span line)
{
	return line.data[0] == ' ' || line.data[0] == '\t';
}

static void judge_line(mailguard_parser *p, mailguard_span line)
{
	uint64_t at = p->in.offset;
	mgi_harm *harm = &mgi_parser_top(p)->harm;
	mgi_look look = { .lf = 0 };
	mgi_harm odd = { .seen = 0 };
	size_t i;

	if (line.len > 998 + 2U)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_LONG_LINE, at);
	for (i = 0; i < line.len; i++)
		if (line.data[i] >= 0x80) {
			mgi_parser_harm(p, MAILGUARD_DAMAGE_8BIT_HEADER,
			                at + i);
			break;
		}
	mgi_look_at(&look, &odd, line, 0);
	if (ended(line) || p->in.last)
		mgi_look_end(&look, &odd, line.len);
	mgi_harm_move(harm, &odd, at);
}

/* Put the line behind the field, as far as the limits go. */
static mailguard_status keep_line(mailguard_parser *p, mailguard_span line)
{
	judge_line(p, line);
	if (!p->field.len)
		p->field_at = p->in.offset;
	p->header_bytes += line.len;
	p->line_open = !ended(line);
	if (p->field.len + line.len > p->opts.field_max ||
	    p->header_bytes > p->opts.header_max) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_LONG_HEADER, p->in.offset);
		p->field_cut = true;
		line = mgi_span_head(line, p->header_bytes > p->opts.header_max
		                                   ? 0
		                                   : p->opts.field_max -
		                                             p->field.len);
	}
	mgi_buf_add(&p->field, line.data, line.len);
	return p->field.failed;
}

/* The first of each of these tells what the part is. */
static mailguard_status note(mailguard_parser *p, const mailguard_header *h)
{
	const struct {
		const char *name;
		mailguard_buffer *to;
	} fields[] = {
		{ "Content-Type", &p->type },
		{ "Content-Transfer-Encoding", &p->encoding },
		{ "Content-Disposition", &p->disposition },
		{ "Content-ID", &p->id },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].to->len ||
		    !mailguard_header_is(h, fields[i].name))
			continue;
		mgi_buf_add(fields[i].to, h->value.data, h->value.len);
		return fields[i].to->failed;
	}
	return MAILGUARD_OK;
}

static mailguard_status tell_field(mailguard_parser *p)
{
	mailguard_header *h = &p->event.header;
	mailguard_span raw = mgi_buf_span(&p->field);
	size_t value = p->field_bad ? 0 : field_value(raw);

	p->field_told = true;
	if (p->field_bad)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_BAD_FIELD, p->field_at);
	else
		p->fields++;
	p->event.kind = MAILGUARD_PARSER_HEADER;
	p->event.offset = h->offset = p->field_at;
	h->part = p->event.part->number;
	h->raw = raw;
	h->name = mgi_span_head(raw, value ? value - 1 : 0);
	h->name = mgi_span_trim(h->name);
	h->value = mgi_span_trim(mgi_span_from(raw, value));
	return note(p, h);
}

static mailguard_status end_header(mailguard_parser *p)
{
	mgi_parser_top(p)->part->body = p->in.offset;
	p->state = MGI_PARSER_HEAD_END;
	return MAILGUARD_ITEROVER;
}

/* Not a part of a multipart, which may do without any field. */
static bool is_message(const mailguard_parser *p)
{
	return p->depth == 1 || !(p->frames[p->depth - 2].part->flags &
	                          MAILGUARD_PART_MULTIPART);
}

/* The body begins without a blank line. */
static mailguard_status end_without(mailguard_parser *p)
{
	mailguard_status st = MAILGUARD_OK;

	if (p->field.len && p->field_bad && !p->field_told)
		st = mgi_input_back(&p->in, mgi_buf_span(&p->field));
	mgi_parser_harm(p,
	                p->fields || !is_message(p)
	                        ? MAILGUARD_DAMAGE_NO_SEPARATOR
	                        : MAILGUARD_DAMAGE_NO_HEADER,
	                p->in.offset);
	mgi_buf_cut(&p->field, 0);
	return st < 0 ? st : end_header(p);
}

/* "From " of an mbox at the very head is no field. */
static bool is_envelope(const mailguard_parser *p, mailguard_span line)
{
	return p->in.offset == 0 && p->depth == 1 &&
	       (mgi_span_starts(line, "From ") ||
	        mgi_span_starts(line, ">From "));
}

static mailguard_status at_end(mailguard_parser *p)
{
	mailguard_span raw = mgi_buf_span(&p->field);
	bool torn = p->depth > 1 || p->line_open;

	if (raw.len && !p->field_told) {
		if (p->field_bad && !p->field_cut)
			return end_without(p);
		return tell_field(p);
	}
	if (!p->fields && is_message(p))
		mgi_parser_harm(p, MAILGUARD_DAMAGE_NO_HEADER, p->in.offset);
	else if (torn)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_CUT_HEADER, p->in.offset);
	return end_header(p);
}

static mailguard_status begin_field(mailguard_parser *p, mailguard_span line)
{
	mailguard_status st;

	mgi_buf_cut(&p->field, 0);
	p->field_told = p->field_cut = false;
	p->field_bad = !field_value(line);
	st = keep_line(p, line);
	mgi_input_take(&p->in, line.len);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/* A line that does not go on with the field before it. */
static mailguard_status new_line(mailguard_parser *p, mailguard_span line)
{
	bool pending = p->field.len && !p->field_told, closing;

	if (pending && p->field_bad && !p->field_cut && !field_value(line))
		return end_without(p);
	if (pending)
		return tell_field(p);
	if (is_blank(line)) {
		mgi_input_take(&p->in, line.len);
		if (!p->fields && is_message(p))
			mgi_parser_harm(p, MAILGUARD_DAMAGE_NO_HEADER,
			                p->in.offset);
		return end_header(p);
	}
	if (mgi_parser_delimiter(&closing, p, line) >= 0) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_CUT_HEADER, p->in.offset);
		return end_header(p);
	}
	return begin_field(p, line);
}

mailguard_status mgi_parser_head(mailguard_parser *p, mailguard_error *err)
{
	mailguard_span line;
	mailguard_status st;

	st = mgi_input_line(&line, &p->in, p->opts.field_max);
	if (st == MAILGUARD_ITEROVER) {
		st = at_end(p);
	} else if (st == MAILGUARD_OK && is_envelope(p, line)) {
		mgi_input_take(&p->in, line.len);
		st = MAILGUARD_ITEROVER;
	} else if (st == MAILGUARD_OK && p->field.len && !p->field_told &&
	           (is_folded(line) || p->line_open)) {
		st = keep_line(p, line);
		mgi_input_take(&p->in, line.len);
		if (st == MAILGUARD_OK)
			st = MAILGUARD_ITEROVER;
	} else if (st == MAILGUARD_OK) {
		st = new_line(p, line);
	}
	return st == MAILGUARD_ENOMEM ? mgi_fail_nomem(err) : st;
}
