/*
 * message.c - the pieces of a mail, one after the other.
 *
 * What cannot be read of a value ends that value, is counted where it lies
 * (mgi_mapi_harm) and never the end of the mail.
 */
#include "store/mapi/message.h"

#include <string.h>

#include "base/base64.h"
#include "base/fail.h"
#include "base/source.h"
#include "base/text.h"
#include "store/mapi/plan.h"

typedef struct state {
	mgi_mapi *message;
	mgi_plan plan;
	size_t at; /* piece under way */
	mailguard_stream *stream;
	mgi_decoder *decoder; /* TEXT */
	mailguard_buffer held, out;
	bool cr;   /* the last byte was a CR that is held back */
	bool over; /* of the piece: only `held` is left */
} state;

static mailguard_status mapi_open(void **to,
                                  void *self,
                                  mgi_arena *arena,
                                  mailguard_error *err)
{
	state *s = mgi_arena_alloc(arena, sizeof(*s));
	mgi_mapi *o = self;
	mailguard_status st;

	if (!s)
		return mgi_fail_nomem(err);
	mgi_buf_init(&s->held, o->mg);
	mgi_buf_init(&s->out, o->mg);
	st = mgi_mapi_again(&s->message, o, err);
	if (st < 0)
		return st;
	st = mgi_plan_make(&s->plan, s->message, arena, err);
	if (st < 0) {
		mgi_plan_done(&s->plan);
		mgi_mapi_free(s->message);
		return st;
	}
	*to = s;
	return MAILGUARD_OK;
}

static void piece_end(state *s)
{
	mailguard_stream_free(s->stream);
	mgi_decoder_free(s->decoder);
	s->stream = NULL;
	s->decoder = NULL;
	mgi_buf_cut(&s->held, 0);
	s->cr = false;
	s->over = false;
	s->at++;
}

/* Is it the file that fails, not this machine? Then the mail goes on. */
static bool is_the_files(mailguard_status st)
{
	return st == MAILGUARD_EIO || st == MAILGUARD_EFORMAT ||
	       st == MAILGUARD_ELIMIT || st == MAILGUARD_EUNSUPPORTED;
}

static mailguard_status source_of(mailguard_source **out,
                                  const mgi_piece *piece,
                                  mailguard_error *err)
{
	mailguard_status st;
	mgi_mapi *inner;

	*out = NULL;
	if (piece->kind != MGI_PIECE_MAIL)
		return mgi_mapi_open(out, piece->object,
		                     MGI_MAPI_TAG(piece->id, MGI_MAPI_ANY),
		                     err);
	st = mgi_mapi_embedded(&inner, piece->object, err);
	if (st != MAILGUARD_OK)
		return st;
	st = mgi_mapi_source(out, inner, err);
	mgi_mapi_free(inner);
	return st;
}

static mailguard_status piece_begin(state *s,
                                    const mgi_piece *piece,
                                    mailguard_error *err)
{
	mailguard_source *source;
	mailguard_status st;

	st = source_of(&source, piece, err);
	if (st != MAILGUARD_OK)
		return st;
	st = mailguard_source_open(&s->stream, source, err);
	mailguard_source_free(source);
	if (st >= 0 && piece->kind == MGI_PIECE_TEXT)
		st = mgi_decoder_new(&s->decoder, s->plan.mg, piece->charset,
		                     err);
	return st;
}

/* -- what becomes of a value's bytes --------------------------------------- */

/* Whole lines of what is held; at the end all of it. */
static void base64_flush(state *s)
{
	size_t whole =
		s->over ? s->held.len
			: s->held.len / MGI_BASE64_LINE * MGI_BASE64_LINE;
	size_t rest = s->held.len - whole;

	mgi_base64_lines(&s->out, mgi_span(s->held.at, whole), "\n");
	if (rest && whole)
		memmove(s->held.at, s->held.at + whole, rest);
	mgi_buf_cut(&s->held, rest);
}

/* Only the line that is cut between two pieces is copied. */
static void base64_feed(state *s, mailguard_span in)
{
	size_t over = s->held.len % MGI_BASE64_LINE;

	if (over) {
		mailguard_span rest = mgi_span_head(in, MGI_BASE64_LINE - over);

		mgi_buf_add(&s->held, rest.data, rest.len);
		in = mgi_span_from(in, rest.len);
		base64_flush(s);
	}
	over = in.len % MGI_BASE64_LINE;
	mgi_base64_lines(&s->out, mgi_span_head(in, in.len - over), "\n");
	in = mgi_span_from(in, in.len - over);
	mgi_buf_add(&s->held, in.data, in.len);
}

/* CRLF becomes LF, wherever the bytes are cut. */
static void raw_feed(state *s, mailguard_span in)
{
	size_t i, from = 0;

	if (s->cr && (!in.len || in.data[0] != '\n'))
		mgi_buf_putc(&s->out, '\r');
	s->cr = false;
	for (i = 0; i < in.len; i++) {
		if (in.data[i] != '\r')
			continue;
		if (i + 1 < in.len && in.data[i + 1] != '\n')
			continue;
		mgi_buf_add(&s->out, in.data + from, i - from);
		from = i + 1;
		s->cr = i + 1 == in.len;
	}
	mgi_buf_add(&s->out, in.data + from, in.len - from);
}

static mailguard_status feed(state *s,
                             mgi_piece_kind kind,
                             mailguard_span in,
                             mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	switch (kind) {
	case MGI_PIECE_RAW:
		raw_feed(s, in);
		break;
	case MGI_PIECE_MAIL:
		mgi_buf_add(&s->out, in.data, in.len);
		break;
	case MGI_PIECE_TEXT:
		st = mgi_decoder_feed(s->decoder, &s->held, in, err);
		base64_flush(s);
		break;
	default:
		base64_feed(s, in);
	}
	return st;
}

static mailguard_status feed_end(state *s,
                                 mgi_piece_kind kind,
                                 mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;

	s->over = true;
	if (s->decoder)
		st = mgi_decoder_end(s->decoder, &s->held, err);
	if (s->cr)
		mgi_buf_putc(&s->out, '\r');
	if (kind == MGI_PIECE_TEXT || kind == MGI_PIECE_BASE64)
		base64_flush(s);
	return st;
}

/* One step of a piece that is read; ITEROVER when it is over. */
static mailguard_status piece_step(state *s,
                                   const mgi_piece *piece,
                                   mailguard_error *err)
{
	mailguard_status st = MAILGUARD_OK;
	mailguard_span in;

	if (!s->stream)
		st = piece_begin(s, piece, err);
	if (st == MAILGUARD_OK)
		st = mailguard_stream_next(&in, s->stream, err);
	if (st == MAILGUARD_OK)
		return feed(s, piece->kind, in, err);
	if (is_the_files(st)) {
		mgi_mapi_harmed(piece->object);
		mgi_error_clear(err);
		st = MAILGUARD_ITEROVER;
	}
	if (st == MAILGUARD_ITEROVER) {
		st = feed_end(s, piece->kind, err);
		piece_end(s);
	}
	return st;
}

static mailguard_status mapi_next(mailguard_span *out,
                                  void *self,
                                  mailguard_error *err)
{
	state *s = self;
	mailguard_status st = MAILGUARD_OK;

	mgi_buf_cut(&s->out, 0);
	while (st == MAILGUARD_OK && !s->out.len && s->at < s->plan.count) {
		const mgi_piece *piece = &s->plan.pieces[s->at];

		if (piece->kind == MGI_PIECE_READY) {
			*out = mgi_span(s->plan.ready.at + piece->from,
			                piece->to - piece->from);
			s->at++;
			return MAILGUARD_OK;
		}
		st = piece_step(s, piece, err);
		if (st == MAILGUARD_OK)
			st = mgi_buf_status(&s->held, err);
		if (st == MAILGUARD_OK)
			st = mgi_buf_status(&s->out, err);
	}
	if (st < 0)
		return st;
	*out = mgi_buf_span(&s->out);
	return out->len ? MAILGUARD_OK : MAILGUARD_ITEROVER;
}

static void mapi_close(void *self)
{
	state *s = self;

	mailguard_stream_free(s->stream);
	mgi_decoder_free(s->decoder);
	mgi_buf_done(&s->held);
	mgi_buf_done(&s->out);
	mgi_plan_done(&s->plan);
	mgi_mapi_free(s->message);
}

static void mapi_release(void *self)
{
	mgi_mapi_free(self);
}

mailguard_status mgi_mapi_source(mailguard_source **out,
                                 mgi_mapi *message,
                                 mailguard_error *err)
{
	static const mgi_source_kind kind = { mapi_open, mapi_next, mapi_close,
		                              mapi_release };
	mailguard_status st;

	st = mgi_source_new(out, message->mg, &kind, message, err);
	if (st == MAILGUARD_OK)
		mgi_mapi_ref(message);
	return st;
}
