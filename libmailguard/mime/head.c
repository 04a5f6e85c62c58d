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

#define LINE_MAX_BYTES 998 /* RFC 5322, 2.1.1 */
/* As much that is no field may stand between fields. */
#define RUN_LINES_MAX 32
#define RUN_BYTES_MAX 4096

/* Names that make a field of a line whatever stands around it. */
static const char *const known[] = {
	"Content-",
	"X-",
	"List-",
	"ARC-",
	"Thread-",
	"Resent-",
	"Received",
	"Received-SPF",
	"DKIM-Signature",
	"Authentication-Results",
	"MIME-Version",
	"Date",
	"From",
	"Sender",
	"Reply-To",
	"To",
	"Cc",
	"Bcc",
	"Subject",
	"Message-ID",
	"In-Reply-To",
	"References",
	"Return-Path",
	"Delivered-To",
	"User-Agent",
};

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

static bool is_known(mailguard_span line)
{
	mailguard_span name;
	size_t i, n = 0;

	while (n < line.len && line.data[n] != ':')
		n++;
	name = mgi_span_head(line, n);
	for (i = 0; n < line.len && i < sizeof(known) / sizeof(known[0]); i++) {
		bool head = known[i][strlen(known[i]) - 1] == '-';

		if (head ? mgi_span_starts_nocase(name, known[i])
		         : mgi_span_is_nocase(name, known[i]))
			return true;
	}
	return false;
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

/* Nothing to tell of it, as of nearly every field. */
static bool is_plain(mailguard_span s)
{
	uint8_t odd = mgi_look_odd(s);
	size_t i, cr = 0, crlf = 0;

	if (odd & (MGI_LOOK_ZERO | MGI_LOOK_HIGH) || s.len > LINE_MAX_BYTES)
		return false;
	for (i = 0; odd && i < s.len; i++) {
		cr += s.data[i] == '\r';
		crlf += i && s.data[i] == '\n' && s.data[i - 1] == '\r';
	}
	return cr == crlf;
}

static void judge_line(mailguard_parser *p, mailguard_span line, uint64_t at)
{
	mgi_harm *harm = &mgi_parser_top(p)->harm;
	mgi_look look = { .lf = 0 };
	mgi_harm odd;
	size_t i;

	odd.seen = 0;
	if (line.len > LINE_MAX_BYTES + 2U)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_LONG_LINE, at);
	for (i = 0; i < line.len; i++)
		if (line.data[i] >= 0x80) {
			mgi_parser_harm(p, MAILGUARD_DAMAGE_8BIT_HEADER,
			                at + i);
			break;
		}
	mgi_look_at(&look, &odd, line, 0);
	mgi_look_end(&look, &odd, line.len);
	mgi_harm_move(harm, &odd, at);
}

static void judge(mailguard_parser *p, mailguard_span raw)
{
	uint64_t at = p->field_at;

	if (is_plain(raw))
		return;
	while (raw.len) {
		const unsigned char *lf = memchr(raw.data, '\n', raw.len);
		size_t n = lf ? (size_t)(lf - raw.data) + 1 : raw.len;

		judge_line(p, mgi_span_head(raw, n), at);
		raw = mgi_span_from(raw, n);
		at += n;
	}
}

/* Put the line behind the field, as far as the limits go. */
static mailguard_status keep_line(mailguard_parser *p, mailguard_span line)
{
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

	if (!h->name.len || (h->name.data[0] | 0x20) != 'c')
		return MAILGUARD_OK;
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
	judge(p, raw);
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
static bool is_envelope(mailguard_span line)
{
	return (mgi_span_starts(line, "From ") && !field_value(line)) ||
	       mgi_span_starts(line, ">From ");
}

/* Where a lone CR ends a field, and what follows is one, too; 0 if nowhere. */
static size_t ends_in_cr(mailguard_span line)
{
	const unsigned char *cr = memchr(line.data, '\r', line.len);
	mailguard_span first, rest;

	if (!cr || cr + 1 == line.data + line.len || cr[1] == '\n')
		return 0;
	first = mgi_span_head(line, (size_t)(cr - line.data));
	rest = mgi_span_from(line, first.len + 1);
	if ((field_value(first) || is_envelope(first)) &&
	    (field_value(rest) || is_folded(rest) || rest.data[0] == '\r'))
		return first.len;
	return 0;
}

/* What may stand before the first field. ITEROVER: it was eaten. */
static mailguard_status before_fields(mailguard_parser *p, mailguard_span line)
{
	size_t cr = ends_in_cr(line);

	if (p->in.offset == 0 && mgi_span_starts(line, "\xef\xbb\xbf")) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_BOM, 0);
		mgi_input_take(&p->in, 3);
		p->skipped = 3;
		return MAILGUARD_ITEROVER;
	}
	if (!p->in.cr && cr) {
		mgi_parser_harm(p, MAILGUARD_DAMAGE_CR_ENDS, p->in.offset + cr);
		if (mgi_input_use_cr(&p->in) < 0)
			return MAILGUARD_ENOMEM;
		p->hold_near = false;
		return MAILGUARD_ITEROVER;
	}
	if (!is_envelope(line))
		return MAILGUARD_OK;
	mgi_input_take(&p->in, line.len);
	return MAILGUARD_ITEROVER;
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
	p->run = 1;
	st = keep_line(p, line);
	mgi_input_take(&p->in, line.len);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/*
 * More than one line that is no field: torn out of a header if a field that
 * everybody knows follows before the next blank line, else text.
 */
static bool goes_on(mailguard_parser *p, mailguard_span line)
{
	bool closing;

	return p->run < RUN_LINES_MAX &&
	       p->field.len + line.len <= RUN_BYTES_MAX &&
	       p->field.len + line.len <= p->opts.field_max &&
	       !is_blank(line) && mgi_parser_delimiter(&closing, p, line) < 0;
}

/* Behind a line that is no field. */
static mailguard_status after_bad(mailguard_parser *p, mailguard_span line)
{
	mailguard_status st;

	if (field_value(line) && (p->run == 1 || is_known(line)))
		return tell_field(p);
	if (!goes_on(p, line))
		return end_without(p);
	p->run++;
	st = keep_line(p, line);
	mgi_input_take(&p->in, line.len);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

/* A line that does not go on with the field before it. */
static mailguard_status new_line(mailguard_parser *p, mailguard_span line)
{
	bool pending = p->field.len && !p->field_told, closing;

	if (pending && p->field_bad && !p->field_cut)
		return after_bad(p, line);
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

static mailguard_status take_line(mailguard_parser *p, mailguard_span line)
{
	mailguard_status st;

	if (!p->field.len || p->field_told ||
	    !(is_folded(line) || p->line_open))
		return new_line(p, line);
	st = keep_line(p, line);
	mgi_input_take(&p->in, line.len);
	return st < 0 ? st : MAILGUARD_ITEROVER;
}

mailguard_status mgi_parser_head(mailguard_parser *p, mailguard_error *err)
{
	mailguard_span line;
	mailguard_status st;

	st = mgi_input_line(&line, &p->in, p->opts.field_max);
	if (st == MAILGUARD_ITEROVER) {
		st = at_end(p);
	} else if (st == MAILGUARD_OK) {
		if (p->depth == 1 && p->in.offset == p->skipped)
			st = before_fields(p, line);
		if (st == MAILGUARD_OK)
			st = take_line(p, line);
	}
	return st == MAILGUARD_ENOMEM ? mgi_fail_nomem(err) : st;
}
