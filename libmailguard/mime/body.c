/*
 * body.c - body bytes, and the boundaries among them (RFC 2046, 5.1).
 *
 * The line end before a boundary belongs to it, so a line end is held back
 * until what follows is known. Base64 has no "-", so looking for the next "-"
 * passes over it at the speed of memory.
 */
#include "mime/parser.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

#define NEAR_MIN 12 /* shorter boundaries are like one another */
#define LIKELY_MIN 8
#define LIKELY_MAX 70 /* RFC 2046, 5.1.1 */

static mailguard_span chomp(mailguard_span line)
{
	while (line.len && mgi_is_space(line.data[line.len - 1]))
		line.len--;
	return line;
}

/* Is `line`, without its "--", that boundary, or the one that closes? */
static bool is_boundary(bool *closing, mailguard_span line, mailguard_span b)
{
	if (!b.len || line.len < b.len || memcmp(line.data, b.data, b.len) != 0)
		return false;
	*closing = line.len == b.len + 2 &&
	           memcmp(line.data + b.len, "--", 2) == 0;
	return *closing || line.len == b.len;
}

int mgi_parser_delimiter(bool *closing,
                         const mailguard_parser *p,
                         mailguard_span line)
{
	size_t i;

	*closing = false;
	if (line.len < 3 || line.data[0] != '-' || line.data[1] != '-')
		return -1;
	line = chomp(mgi_span_from(line, 2));
	for (i = p->depth; i-- > 0;) {
		const mgi_frame *f = &p->frames[i];

		if (!f->closed && (is_boundary(closing, line, f->boundary) ||
		                   is_boundary(closing, line, f->guess)))
			return (int)i;
	}
	*closing = false;
	return -1;
}

/* One byte is another one, as a disk or a memory makes of it. */
static bool is_near(mailguard_span line, mailguard_span b)
{
	size_t i, other = 0;

	if (b.len < NEAR_MIN || (line.len != b.len && line.len != b.len + 2))
		return false;
	for (i = 0; i < b.len; i++)
		other += line.data[i] != b.data[i];
	for (; i < line.len; i++)
		other += line.data[i] != '-';
	return other == 1;
}

/* What mailers take for boundaries: long, without spaces, with a number. */
static bool is_likely(mailguard_span line)
{
	size_t i, digits = 0;

	for (i = 0; i < line.len; i++) {
		unsigned char c = line.data[i];

		if (!mgi_is_alnum(c) && (!c || !strchr("'()+_,-./:=?", c)))
			return false;
		digits += c >= '0' && c <= '9';
	}
	return digits && line.len >= LIKELY_MIN && line.len <= LIKELY_MAX &&
	       (line.data[i - 1] != '-' || line.data[i - 2] != '-');
}

/*
 * The first boundary of a multipart that names none, or another one by a byte:
 * what stands in the header was hurt. Both count from here on.
 */
static bool guess(mailguard_parser *p, mailguard_span line)
{
	mgi_frame *top = mgi_parser_top(p);

	if (!(top->part->flags & MAILGUARD_PART_MULTIPART) || top->any ||
	    line.len < 2)
		return false;
	line = chomp(mgi_span_from(line, 2));
	if (line.len != top->boundary.len && !top->lost)
		return false;
	if (!(top->lost ? is_likely(line) : is_near(line, top->boundary)))
		return false;
	top->guess =
		mgi_span_of(mgi_arena_strndup(p->kept, line.data, line.len));
	mgi_parser_harm(p, MAILGUARD_DAMAGE_GUESSED_BOUNDARY, p->in.offset);
	return true;
}

/* Told once, though the line may be looked at twice. */
static void tell_near(mailguard_parser *p, mailguard_span line)
{
	bool near = false;
	size_t i;

	if (line.len < 2 || line.data[1] != '-' ||
	    p->near_at == p->in.offset + 1)
		return;
	p->near_at = p->in.offset + 1;
	line = chomp(mgi_span_from(line, 2));
	for (i = 0; i < p->depth; i++)
		near |= !p->frames[i].closed &&
		        is_near(line, p->frames[i].boundary);
	if (near)
		mgi_parser_harm(p, MAILGUARD_DAMAGE_NEAR_BOUNDARY,
		                p->in.offset);
}

static mailguard_status look_for_files(mailguard_parser *p,
                                       mailguard_span s,
                                       mailguard_error *err)
{
	mgi_harm *harm = &mgi_parser_top(p)->harm;
	mailguard_status st = MAILGUARD_OK;
	uint64_t offset = p->event.offset;

	while (st == MAILGUARD_OK && mgi_uu_feed(&p->uu, harm, &s, &offset))
		st = mgi_part_uufile(p, err);
	return st;
}

static mailguard_status tell(mailguard_parser *p,
                             mailguard_span raw,
                             mailguard_error *err)
{
	mgi_frame *top = mgi_parser_top(p);
	mailguard_parser_event *e = &p->event;
	bool aside = top->part->flags & MAILGUARD_PART_MULTIPART;

	e->kind = MAILGUARD_PARSER_BODY;
	e->aside = aside;
	e->raw = e->data = raw;
	p->look.seven = !aside &&
	                top->part->encoding != MAILGUARD_ENCODING_8BIT &&
	                top->part->encoding != MAILGUARD_ENCODING_BINARY;
	mgi_look_at(&p->look, &top->harm, raw, e->offset);
	if (p->uu_looking && look_for_files(p, raw, err) < 0)
		return MAILGUARD_ENOMEM;
	if (!p->transfer_open)
		return MAILGUARD_OK;
	if (top->part->encoding >= MAILGUARD_ENCODING_BASE64 &&
	    top->part->encoding <= MAILGUARD_ENCODING_UU) {
		mgi_buf_cut(&p->decoded, 0);
		mgi_transfer_feed(&p->decoded, &p->transfer, raw);
		e->data = mgi_buf_span(&p->decoded);
	}
	if (p->sniffing)
		(p->escaped ? mgi_label_feed : mgi_sniff_feed)(&p->sniff,
		                                               e->data);
	top->part->size += e->data.len;
	return mgi_buf_status(&p->decoded, err);
}

/* Hold back the line end at the end of `s`; what is before it. */
static mailguard_span hold_end(mailguard_parser *p, mailguard_span s)
{
	size_t n = 0;

	p->at_line = s.data[s.len - 1] == '\n';
	if (s.data[s.len - 1] == '\r')
		n = 1;
	else if (p->at_line)
		n = s.len > 1 && s.data[s.len - 2] == '\r' ? 2 : 1;
	memcpy(p->hold, s.data + s.len - n, n);
	p->hold_len = n;
	return mgi_span_head(s, s.len - n);
}

/*
 * `s` is no boundary; it was eaten. A line end that was held before it goes
 * with it if it lies there, else by itself, and `s` comes again.
 */
static mailguard_status pass(mailguard_parser *p,
                             mailguard_span s,
                             mailguard_error *err)
{
	mailguard_span held = mgi_span(p->hold, p->hold_len);
	bool cr = p->hold_len == 1 && p->hold[0] == '\r', carried;

	if (cr && s.len && s.data[0] == '\n' && !p->at_line) {
		p->hold[1] = '\n';
		p->hold_len = 2;
		p->hold_near = false;
		p->at_line = true;
		mgi_input_take(&p->in, 1);
		return MAILGUARD_ITEROVER;
	}
	p->event.offset = p->in.offset - held.len;
	if (held.len && (!p->hold_near || !s.len)) {
		memcpy(p->told, p->hold, held.len);
		p->hold_len = 0;
		return tell(p, mgi_span(p->told, held.len), err);
	}
	s = mgi_span(s.data - held.len, s.len + held.len);
	carried = p->in.at < p->in.carry.len;
	mgi_input_take(&p->in, s.len - held.len);
	s = hold_end(p, s);
	p->hold_near = !carried;
	return s.len ? tell(p, s, err) : MAILGUARD_ITEROVER;
}

/* As much of `s` as has no line that begins with "-". */
static mailguard_span run_of(const mailguard_parser *p,
                             mailguard_span s,
                             bool boundaries)
{
	const unsigned char *at = s.data + 1, *end;

	if (p->opts.flags & MAILGUARD_PARSER_DECODE)
		s = mgi_span_head(s, MGI_DECODE_PIECE);
	end = s.data + s.len;
	while (boundaries && at < end) {
		at = memchr(at, '-', (size_t)(end - at));
		if (!at)
			break;
		if (at[-1] == '\n')
			return mgi_span(s.data, (size_t)(at - s.data));
		at++;
	}
	return s;
}

static bool in_multipart(const mailguard_parser *p)
{
	size_t i;

	for (i = 0; i < p->depth; i++)
		if ((p->frames[i].boundary.len || p->frames[i].lost) &&
		    !p->frames[i].closed)
			return true;
	return false;
}

static mailguard_status at_delimiter(mailguard_parser *p,
                                     int frame,
                                     bool closing,
                                     mailguard_span line)
{
	mgi_frame *f = &p->frames[frame];

	p->end = p->in.offset - p->hold_len;
	p->hold_len = 0;
	mgi_input_take(&p->in, line.len);
	f->any = true;
	f->closed = closing;
	p->keep = (size_t)frame + 1;
	p->at_line = true;
	if (closing)
		return MAILGUARD_ITEROVER;
	if (p->part_count < p->opts.parts_max)
		p->state = MGI_PARSER_BEGIN;
	else
		mgi_harm_add(&f->harm, MAILGUARD_DAMAGE_TOO_MANY_PARTS,
		             p->in.offset - line.len, 1);
	return MAILGUARD_ITEROVER;
}

static mailguard_status at_end(mailguard_parser *p, mailguard_error *err)
{
	mailguard_span none = mgi_span("", 0);

	if (p->hold_len)
		return pass(p, none, err);
	p->end = p->in.offset;
	p->keep = 0;
	p->state = MGI_PARSER_END;
	return MAILGUARD_ITEROVER;
}

mailguard_status mgi_parser_body(mailguard_parser *p, mailguard_error *err)
{
	mailguard_span s = mgi_input_rest(&p->in);
	mailguard_status st;
	bool closing, boundaries = in_multipart(p);
	int frame;

	if (!s.len)
		return p->in.last ? at_end(p, err) : MAILGUARD_AGAIN;
	if (!p->at_line || s.data[0] != '-' || !boundaries)
		return pass(p, run_of(p, s, boundaries), err);
	st = mgi_input_line(&s, &p->in, MGI_DELIMITER_MAX);
	if (st != MAILGUARD_OK)
		return st < 0 ? mgi_fail_nomem(err) : st;
	/* It may have moved. */
	if (mgi_input_rest(&p->in).data != p->in.piece.data)
		p->hold_near = false;
	frame = mgi_parser_delimiter(&closing, p, s);
	if (frame < 0 && guess(p, s))
		frame = (int)p->depth - 1;
	if (mgi_arena_failed(p->kept))
		return mgi_fail_nomem(err);
	if (frame >= 0)
		return at_delimiter(p, frame, closing, s);
	tell_near(p, s);
	return pass(p, s, err);
}
