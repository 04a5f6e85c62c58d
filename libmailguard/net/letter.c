/*
 * letter.c - a mail looked through, then sent line by line.
 *
 * Which line end it has is told by the first one. Any other in it is refused:
 * servers disagree about what a bare CR or LF means, and mail was smuggled
 * through that gap.
 */
#include "net/letter.h"

#include <string.h>

#include "base/fail.h"
#include "base/text.h"

/* One look through the whole mail. */
typedef struct look {
	mgi_letter *b;
	mailguard *mg;
	mailguard_error *err;
	uint64_t line, length; /* of the line we are in */
	bool known;            /* the kind of line end */
	bool cr;
} look;

static mailguard_status refuse(look *l, mgi_say_id why)
{
	return mgi_fail(l->err, l->mg, MAILGUARD_EINVAL, why, "line",
	                mgi_u64(l->line).text, "max",
	                mgi_u64(MGI_LETTER_LINE_MAX).text);
}

static mailguard_status line_end(look *l)
{
	if (!l->known)
		l->b->lf = !l->cr;
	l->known = true;
	if (l->b->lf == l->cr)
		return refuse(l, MGI_SAY_ASK_BODY_LINE_END);
	l->b->size += l->length + 2;
	l->length = 0;
	l->line++;
	l->cr = false;
	return MAILGUARD_OK;
}

static mailguard_status look_at(look *l, int c)
{
	if (c == '\n')
		return line_end(l);
	if (l->cr)
		return refuse(l, MGI_SAY_ASK_BODY_LINE_END);
	if (c == '\0')
		return refuse(l, MGI_SAY_ASK_BODY_ZERO);
	if (c == '\r') {
		l->cr = true;
		return MAILGUARD_OK;
	}
	if (c >= 0x80)
		l->b->eight_bit = true;
	if (++l->length > MGI_LETTER_LINE_MAX)
		return refuse(l, MGI_SAY_ASK_BODY_LINE_LENGTH);
	return MAILGUARD_OK;
}

static mailguard_status look_through(look *l)
{
	mailguard_status st;
	mailguard_span piece;
	size_t i;

	while ((st = mailguard_stream_next(&piece, l->b->stream, l->err)) ==
	       MAILGUARD_OK)
		for (i = 0; i < piece.len; i++) {
			mailguard_status one = look_at(l, piece.data[i]);

			if (one < 0)
				return one;
		}
	if (st < 0)
		return st;
	if (l->cr)
		return refuse(l, MGI_SAY_ASK_BODY_LINE_END);
	if (l->length)
		l->b->size += l->length + 2;
	return MAILGUARD_OK;
}

mailguard_status mgi_letter_open(mgi_letter *b,
                                 mailguard *mg,
                                 mailguard_source *source,
                                 mailguard_error *err)
{
	look l = { .b = b, .mg = mg, .err = err, .line = 1 };
	mailguard_status st;

	memset(b, 0, sizeof(*b));
	st = mailguard_source_open(&b->stream, source, err);
	if (st < 0)
		return st;
	st = look_through(&l);
	mgi_letter_done(b);
	if (st < 0)
		return st;
	return mailguard_source_open(&b->stream, source, err);
}

static void put(mgi_letter *b, mailguard_buffer *out, char c)
{
	if (b->held)
		mgi_buf_puts(out, "\r\n");
	b->held = false;
	if (c == '.' && !b->inside)
		mgi_buf_putc(out, '.');
	b->inside = true;
	mgi_buf_putc(out, c);
}

static void put_line_end(mgi_letter *b, mailguard_buffer *out)
{
	if (b->held)
		mgi_buf_puts(out, "\r\n");
	b->held = true;
	b->inside = false;
}

/* False if it is not what was looked through before. */
static bool take(mgi_letter *b, mailguard_buffer *out, char c)
{
	b->any = true;
	if (c == '\n') {
		if (b->lf == b->cr)
			return false;
		b->cr = false;
		put_line_end(b, out);
		return true;
	}
	if (b->cr || !c)
		return false;
	if (c == '\r')
		b->cr = true;
	else
		put(b, out, c);
	return true;
}

mailguard_status mgi_letter_pull(mgi_letter *b,
                                 mailguard_buffer *out,
                                 mailguard_error *err)
{
	size_t i, n;

	if (!b->piece.len) {
		mailguard_status st =
			mailguard_stream_next(&b->piece, b->stream, err);

		if (st != MAILGUARD_OK)
			return st == MAILGUARD_ITEROVER && b->cr ? MAILGUARD_EIO
			                                         : st;
	}
	n = b->piece.len < 16384 ? b->piece.len : 16384;
	for (i = 0; i < n; i++)
		if (!take(b, out, (char)b->piece.data[i]))
			return MAILGUARD_EIO;
	b->piece = mgi_span_from(b->piece, n);
	return MAILGUARD_OK;
}

const char *mgi_letter_end(const mgi_letter *b)
{
	return b->any ? MGI_LETTER_END : &MGI_LETTER_END[2];
}

void mgi_letter_done(mgi_letter *b)
{
	mailguard_stream_free(b->stream);
	b->stream = NULL;
}
