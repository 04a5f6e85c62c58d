/*
 * input.c - lines out of pieces.
 */
#include "mime/input.h"

#include <string.h>

#include "base/text.h"

#define TURN_PIECE ((size_t)65536)

void mgi_input_again(mgi_input *in)
{
	in->piece.len = in->more.len = 0;
	in->at = in->looked = 0;
	in->offset = 0;
	in->last = in->cr = false;
}

void mgi_input_turn(mailguard_buffer *out, mailguard_span s)
{
	char *to = mgi_buf_room(out, s.len);
	size_t i;

	if (!to)
		return;
	for (i = 0; i < s.len; i++)
		to[i] = (char)(s.data[i] == '\r' ? '\n' : s.data[i]);
	mgi_buf_filled(out, s.len);
}

/* A piece may be all of a file. */
mailguard_status mgi_input_more(mgi_input *in)
{
	mailguard_span head = mgi_span_head(in->more, TURN_PIECE);

	if (!head.len)
		return MAILGUARD_ITEROVER;
	mgi_buf_cut(&in->own, 0);
	mgi_input_turn(&in->own, head);
	in->more = mgi_span_from(in->more, head.len);
	in->piece = mgi_buf_span(&in->own);
	return in->own.failed;
}

mailguard_status mgi_input_feed(mgi_input *in, mailguard_span piece)
{
	in->piece = piece;
	in->last = !piece.len;
	if (!in->cr || in->last)
		return MAILGUARD_OK;
	in->more = piece;
	return mgi_input_more(in);
}

mailguard_status mgi_input_use_cr(mgi_input *in)
{
	size_t i;

	for (i = in->at; i < in->carry.len; i++)
		if (in->carry.at[i] == '\r')
			in->carry.at[i] = '\n';
	in->looked = in->at;
	in->cr = true;
	in->more = in->piece;
	in->piece.len = 0;
	return in->more.len ? mgi_input_more(in) : MAILGUARD_OK;
}

static bool carries(mgi_input *in)
{
	if (in->at < in->carry.len)
		return true;
	mgi_buf_cut(&in->carry, 0);
	in->at = in->looked = 0;
	return false;
}

mailguard_span mgi_input_rest(mgi_input *in)
{
	if (carries(in))
		return mgi_span_from(mgi_buf_span(&in->carry), in->at);
	return in->piece;
}

void mgi_input_take(mgi_input *in, size_t n)
{
	if (in->at < in->carry.len) {
		in->at += n;
		in->looked = in->looked > in->at ? in->looked : in->at;
	} else {
		in->piece = mgi_span_from(in->piece, n);
	}
	in->offset += n;
}

/* The length of the line at the head of `s`, up to `max`; 0: not whole. */
static size_t line_length(mailguard_span s, size_t looked, size_t max)
{
	const unsigned char *lf = NULL;
	size_t upto = s.len < max ? s.len : max;

	if (looked < upto)
		lf = memchr(s.data + looked, '\n', upto - looked);
	if (lf)
		return (size_t)(lf - s.data) + 1;
	return s.len >= max ? max : 0;
}

/* Move the head of the piece behind what is carried. */
static mailguard_status carry_on(mgi_input *in, size_t max)
{
	size_t have = in->carry.len - in->at;
	size_t n = line_length(in->piece, 0, max - have);

	if (!n)
		n = in->piece.len;
	in->looked = in->carry.len;
	mgi_buf_add(&in->carry, in->piece.data, n);
	in->piece = mgi_span_from(in->piece, n);
	return in->carry.failed;
}

mailguard_status mgi_input_line(mailguard_span *out, mgi_input *in, size_t max)
{
	mailguard_span rest = mgi_input_rest(in);
	size_t n =
		line_length(rest, carries(in) ? in->looked - in->at : 0, max);

	if (!n && in->piece.len) {
		mailguard_status st = carry_on(in, max);

		if (st < 0)
			return st;
		rest = mgi_input_rest(in);
		n = line_length(rest, in->looked - in->at, max);
		if (!n)
			in->looked = in->carry.len;
	}
	if (!n && !in->last)
		return MAILGUARD_AGAIN;
	*out = n ? mgi_span_head(rest, n) : rest;
	return out->len ? MAILGUARD_OK : MAILGUARD_ITEROVER;
}

mailguard_status mgi_input_back(mgi_input *in, mailguard_span bytes)
{
	size_t left = in->carry.len - in->at;
	char *room = mgi_buf_room(&in->carry, bytes.len);

	if (!room)
		return in->carry.failed;
	/* What is left goes behind, over what was eaten. */
	memmove(in->carry.at + bytes.len, in->carry.at + in->at, left);
	memcpy(in->carry.at, bytes.data, bytes.len);
	in->carry.len = bytes.len + left;
	in->at = in->looked = 0;
	in->offset -= bytes.len;
	return MAILGUARD_OK;
}
